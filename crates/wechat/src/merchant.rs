//! Whose account receives the money: an own merchant number, or a charity's number under a service provider (服务商).

use serde::{Deserialize, Serialize};

/// Identity in WeChat Pay. One platform with many charities uses `Partner`; a charity's own site uses `Direct`.
/// Written and read under the channel's own field names, by which the two kinds are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Merchant {
    Direct {
        appid: String,
        mchid: String,
    },
    Partner {
        sp_appid: String,
        sp_mchid: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sub_appid: Option<String>,
        sub_mchid: String,
    },
}

impl Merchant {
    /// The number whose API key signs our requests: ours, never the charity's.
    pub fn signing_mchid(&self) -> &str {
        match self {
            Merchant::Direct { mchid, .. } => mchid,
            Merchant::Partner { sp_mchid, .. } => sp_mchid,
        }
    }

    /// The number into whose account the money falls.
    pub fn payee_mchid(&self) -> &str {
        match self {
            Merchant::Direct { mchid, .. } => mchid,
            Merchant::Partner { sub_mchid, .. } => sub_mchid,
        }
    }

    /// The sub-merchant's number, in partner mode only.
    pub fn sub_mchid(&self) -> Option<&str> {
        match self {
            Merchant::Direct { .. } => None,
            Merchant::Partner { sub_mchid, .. } => Some(sub_mchid),
        }
    }

    /// The appid in whose name the client-side pay call is signed: the charity's if it has one here, else the provider's.
    pub fn pay_appid(&self) -> &str {
        match self {
            Merchant::Direct { appid, .. } => appid,
            Merchant::Partner { sub_appid: Some(sub), .. } => sub,
            Merchant::Partner { sp_appid, .. } => sp_appid,
        }
    }

    /// Whether a transaction reported by the channel was made for this merchant. `sub_appid` is compared only when both sides state it, because the
    /// channel leaves it out for orders that were placed without one.
    pub fn is_payee_of(&self, reported: &Merchant) -> bool {
        match (self, reported) {
            (Merchant::Direct { appid, mchid }, Merchant::Direct { appid: a, mchid: m }) => appid == a && mchid == m,
            (
                Merchant::Partner { sp_appid, sp_mchid, sub_appid, sub_mchid },
                Merchant::Partner { sp_appid: spa, sp_mchid: spm, sub_appid: sa, sub_mchid: sm },
            ) => {
                let appids_agree = match (sub_appid, sa) {
                    (Some(ours), Some(theirs)) => ours == theirs,
                    _ => true,
                };
                sp_appid == spa && sp_mchid == spm && sub_mchid == sm && appids_agree
            }
            _ => false,
        }
    }
}
