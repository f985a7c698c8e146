//! The doorway to the payment channel: sends what `crates/wechat` builds, believes an answer only when its signature
//! fits, and **decides here whether a notification is refused** (`read_notification`). It stores nothing and waits for
//! nothing but one answer. Unknown stays unknown.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use wechat::{
    ApiV3Key, BillAnswer, BillKind, CloseAnswer, H5Scene, HttpRequest, Merchant, Method, NewOrder, NewRefund, Nonce, Notification,
    OrderAnswer, Payer, QueryAnswer, RefundAnswer, RefundOf, RefundQueryAnswer, SignedHeaders, Signer, Verifiers,
};

use crate::kernel::civil::{Day, day_text};
use crate::kernel::{Micros, random_bytes};

/// Who we are at the channel.
#[derive(Clone, Debug)]
pub enum Account {
    /// A charity's own merchant number (`own_site`).
    Direct { appid: String, mchid: String },
    /// A service provider (服务商) under whose number each charity has its own.
    Provider { sp_appid: String, sp_mchid: String },
}

pub struct Credentials {
    pub account: Account,
    pub signer: Signer,
    pub verifiers: Verifiers,
    pub apiv3_key: ApiV3Key,
    /// Scheme and host of the channel, e.g. `https://api.mch.weixin.qq.com`.
    pub api_base: String,
    /// Where the channel reaches `/wechat/notifications`, an https address without a query.
    pub notify_base: String,
}

/// What the channel's signatures are verified with at the start; certificates fetched later are added to it.
pub enum PlatformKey<'a> {
    /// Public-key mode: `PUB_KEY_ID_…` and its PEM file.
    PublicKey { id: &'a str, pem: &'a [u8] },
    /// Certificate mode: a platform certificate as the merchant platform's tool downloads it.
    Certificate { pem: &'a [u8] },
}

/// The same as files and configuration state it, before it is parsed.
pub struct Identity<'a> {
    pub account: Account,
    /// Serial number of our API certificate.
    pub serial: &'a str,
    pub private_key: &'a [u8],
    /// 32 bytes.
    pub apiv3_key: &'a [u8],
    pub platform: PlatformKey<'a>,
    pub api_base: &'a str,
    pub notify_base: &'a str,
}

pub struct Channel {
    account: Account,
    signer: Signer,
    verifiers: RwLock<Verifiers>,
    apiv3_key: ApiV3Key,
    api_base: String,
    notify_base: String,
    agent: ureq::Agent,
    answers: Mutex<BTreeMap<String, u64>>,
}

/// Why a notification was turned away. `reason` is a word for counting, `detail` a line for the operator.
#[derive(Debug)]
pub struct Turned {
    pub status: u16,
    pub reason: &'static str,
    pub detail: String,
}

/// What is to be given back of a payment.
pub struct RefundRequest<'a> {
    /// The account on which the money lies.
    pub mchid: &'a str,
    pub transaction_id: &'a str,
    pub out_refund_no: &'a str,
    pub refund_fen: i64,
    /// The whole payment.
    pub total_fen: i64,
    /// Shown to the donor; at most 80 bytes.
    pub reason: &'a str,
}

/// The three ways a donor can pay here.
pub enum Way<'a> {
    Jsapi { open_id: &'a str },
    H5 { client_address: &'a str, site_name: &'a str, site_url: &'a str },
    Native,
}

pub struct OrderRequest<'a> {
    pub out_trade_no: &'a str,
    pub mchid: &'a str,
    pub description: &'a str,
    pub amount_fen: i64,
    pub expires_at: Micros,
    pub way: Way<'a>,
}

/// The channel could not be asked, or its answer could not be believed. Nothing follows from it; ask again later.
#[derive(Debug)]
pub struct NotAnswered(pub String);

struct Answered {
    status: u16,
    body: Vec<u8>,
}

impl Channel {
    pub fn new(credentials: Credentials) -> Channel {
        // Several libraries bring a TLS provider of their own; the first one installed is used, and ours is aws-lc.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(10)))
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .new_agent();
        Channel {
            account: credentials.account,
            signer: credentials.signer,
            verifiers: RwLock::new(credentials.verifiers),
            apiv3_key: credentials.apiv3_key,
            api_base: credentials.api_base,
            notify_base: credentials.notify_base,
            agent,
            answers: Mutex::default(),
        }
    }

    /// Parses an identity's keys.
    pub fn open(identity: Identity) -> Result<Channel, NotAnswered> {
        let unusable = |error: &dyn std::fmt::Display| NotAnswered(error.to_string());
        let mchid = match &identity.account {
            Account::Direct { mchid, .. } | Account::Provider { sp_mchid: mchid, .. } => mchid.clone(),
        };
        let mut verifiers = Verifiers::default();
        let platform_serial = match identity.platform {
            PlatformKey::PublicKey { id, pem } => {
                verifiers.add_public_key(id, pem).map_err(|e| unusable(&e))?;
                id.to_owned()
            }
            PlatformKey::Certificate { pem } => {
                let certificate = wechat::PlatformCertificate::from_pem(pem).map_err(|e| unusable(&e))?;
                verifiers.add_certificate(&certificate).map_err(|e| unusable(&e))?;
                certificate.serial_no
            }
        };
        Ok(Channel::new(Credentials {
            signer: Signer::new(&mchid, identity.serial, identity.private_key, &platform_serial).map_err(|e| unusable(&e))?,
            account: identity.account,
            verifiers,
            apiv3_key: ApiV3Key::new(identity.apiv3_key).map_err(|e| unusable(&e))?,
            api_base: identity.api_base.trim_end_matches('/').to_owned(),
            notify_base: identity.notify_base.trim_end_matches('/').to_owned(),
        }))
    }

    /// The merchant whose account receives money under `mchid`.
    fn merchant(&self, mchid: &str) -> Merchant {
        match &self.account {
            Account::Direct { appid, mchid: own } => {
                debug_assert_eq!(own, mchid);
                Merchant::Direct { appid: appid.clone(), mchid: own.clone() }
            }
            Account::Provider { sp_appid, sp_mchid } => {
                Merchant::Partner { sp_appid: sp_appid.clone(), sp_mchid: sp_mchid.clone(), sub_appid: None, sub_mchid: mchid.to_owned() }
            }
        }
    }

    /// The app under which payers inside WeChat are known: only an openid of this one can be ordered for.
    pub fn payer_appid(&self) -> &str {
        match &self.account {
            Account::Direct { appid, .. } | Account::Provider { sp_appid: appid, .. } => appid,
        }
    }

    /// What a page inside WeChat opens the cashier with.
    pub fn pay_parameters(&self, prepay_id: &str, now: Micros) -> Result<wechat::PayParameters, NotAnswered> {
        let nonce = Nonce::from_bytes(random_bytes());
        self.signer.pay_parameters(self.payer_appid(), prepay_id, now / 1_000_000, &nonce).map_err(|fault| NotAnswered(fault.to_string()))
    }

    /// Whether a payment reported by the channel was made through our own account there.
    pub fn is_ours(&self, merchant: &Merchant) -> bool {
        match (&self.account, merchant) {
            (Account::Direct { appid, .. }, Merchant::Direct { appid: a, .. }) => appid == a,
            (Account::Provider { sp_appid, sp_mchid }, Merchant::Partner { sp_appid: a, sp_mchid: m, .. }) => {
                sp_appid == a && sp_mchid == m
            }
            _ => false,
        }
    }

    /// Whether this is the real channel, where paying costs money, and not a gateway that speaks its protocol.
    pub fn moves_money(&self) -> bool {
        let host = self.api_base.split("://").nth(1).unwrap_or("").split(['/', ':']).next().unwrap_or("");
        host == "weixin.qq.com" || host.ends_with(".weixin.qq.com")
    }

    /// Whether a merchant number is the one under which we are known at the channel.
    pub fn is_our_number(&self, number: &str) -> bool {
        match &self.account {
            Account::Direct { mchid, .. } | Account::Provider { sp_mchid: mchid, .. } => mchid == number,
        }
    }

    /// Believes a notification, or says why not. The signature is checked on the raw bytes before anything is parsed.
    pub fn read_notification<'a>(
        &self,
        header: impl Fn(&'static str) -> Option<&'a str>,
        raw_body: &[u8],
        now: Micros,
    ) -> Result<Notification, Turned> {
        let headers = SignedHeaders::read(header);
        let believed = self.verifiers().verify(&headers, raw_body, now / 1_000_000);
        believed.map_err(|refused| Turned { status: 401, reason: signature_word(&refused), detail: refused.to_string() })?;
        wechat::read_notification(raw_body, &self.apiv3_key).map_err(|refused| Turned {
            status: 400,
            reason: "unreadable",
            detail: refused.to_string(),
        })
    }

    /// Places an order. The same number with the same content may be placed again.
    pub fn order(&self, request: &OrderRequest, now: Micros) -> Result<OrderAnswer, NotAnswered> {
        let notify_url = format!("{}/wechat/notifications", self.notify_base);
        let description = wechat::shorten_description(request.description);
        let order = NewOrder {
            out_trade_no: request.out_trade_no,
            description: &description,
            amount_fen: request.amount_fen,
            notify_url: &notify_url,
            expires_at: request.expires_at,
            attach: None,
        };
        let merchant = self.merchant(request.mchid);
        let built = match request.way {
            Way::Jsapi { open_id } => wechat::jsapi(&merchant, &order, Payer::Openid(open_id)),
            Way::H5 { client_address, site_name, site_url } => {
                wechat::h5(&merchant, &order, H5Scene { payer_client_ip: client_address, app_name: site_name, app_url: site_url })
            }
            Way::Native => wechat::native(&merchant, &order),
        };
        let built = built.map_err(|refused| NotAnswered(refused.to_string()))?;
        let answer = self.ask(built, now)?;
        Ok(wechat::read_order(answer.status, &answer.body))
    }

    pub fn query(&self, out_trade_no: &str, mchid: &str, now: Micros) -> Result<QueryAnswer, NotAnswered> {
        let request = wechat::query_by_out_trade_no(&self.merchant(mchid), out_trade_no).map_err(|r| NotAnswered(r.to_string()))?;
        let answer = self.ask(request, now)?;
        Ok(wechat::read_query(answer.status, &answer.body))
    }

    pub fn close(&self, out_trade_no: &str, mchid: &str, now: Micros) -> Result<CloseAnswer, NotAnswered> {
        let request = wechat::close(&self.merchant(mchid), out_trade_no).map_err(|r| NotAnswered(r.to_string()))?;
        let answer = self.ask(request, now)?;
        Ok(wechat::read_close(answer.status, &answer.body))
    }

    /// Asks for money to be given back. The same number with the same content may be asked for again, and is one refund.
    pub fn refund(&self, request: &RefundRequest, now: Micros) -> Result<RefundAnswer, NotAnswered> {
        let notify_url = format!("{}/wechat/notifications", self.notify_base);
        let new = NewRefund {
            of: RefundOf::TransactionId(request.transaction_id),
            out_refund_no: request.out_refund_no,
            reason: request.reason,
            refund_fen: request.refund_fen,
            total_fen: request.total_fen,
            notify_url: Some(&notify_url),
        };
        let built = wechat::refund(&self.merchant(request.mchid), &new).map_err(|refused| NotAnswered(refused.to_string()))?;
        let answer = self.ask(built, now)?;
        Ok(wechat::read_refund(answer.status, &answer.body))
    }

    pub fn query_refund(&self, out_refund_no: &str, mchid: &str, now: Micros) -> Result<RefundQueryAnswer, NotAnswered> {
        let request = wechat::query_refund(&self.merchant(mchid), out_refund_no).map_err(|r| NotAnswered(r.to_string()))?;
        let answer = self.ask(request, now)?;
        Ok(wechat::read_refund_query(answer.status, &answer.body))
    }

    /// The bill of a charity's day: `Ok(None)` when it is not written yet, an empty bill when nothing was traded.
    pub fn trade_bill(&self, mchid: &str, day: Day, now: Micros) -> Result<Option<(wechat::Bill, String)>, NotAnswered> {
        let date = day_text(day).parse().map_err(|_| NotAnswered("the day cannot be written as a date".into()))?;
        let answer = self.ask(wechat::trade_bill(&self.merchant(mchid), date, BillKind::All), now)?;
        let link = match wechat::read_bill_link(answer.status, &answer.body) {
            BillAnswer::Ready(link) => link,
            BillAnswer::NoBill => {
                return Ok(Some((wechat::Bill { rows: Vec::new(), summary: wechat::BillSummary::default() }, String::new())));
            }
            BillAnswer::NotYet => return Ok(None),
            BillAnswer::Refused(error) => return Err(NotAnswered(error.to_string())),
            BillAnswer::Unknown { status, why } => return Err(NotAnswered(format!("{status}: {why}"))),
        };
        let download = wechat::bill_download(&link, &self.api_base).map_err(|r| NotAnswered(r.to_string()))?;
        // The one answer without a signature: its hash was announced in a signed one.
        let file = self.send(download, now)?.1;
        if file.status != 200 {
            return Err(NotAnswered(format!("the bill's download answered {}", file.status)));
        }
        let bill = wechat::read_bill(&file.body, &link.sha1_hex).map_err(|refused| NotAnswered(refused.to_string()))?;
        Ok(Some((bill, link.sha1_hex)))
    }

    /// Fetches the platform certificates and takes over new ones; old ones stay until they expire.
    pub fn refresh_certificates(&self, now: Micros) -> Result<wechat::CertificateReport, NotAnswered> {
        let (headers, answer) = self.send(wechat::certificates(), now)?;
        let verifiers = self.verifiers().clone();
        let (next, report) = verifiers
            .with_certificates(&headers.signed(), answer.status, &answer.body, &self.apiv3_key, now / 1_000_000)
            .map_err(|refused| NotAnswered(refused.to_string()))?;
        *self.verifiers.write().unwrap_or_else(std::sync::PoisonError::into_inner) = next;
        Ok(report)
    }

    fn verifiers(&self) -> std::sync::RwLockReadGuard<'_, Verifiers> {
        self.verifiers.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Sends, and believes the answer only when it is signed.
    fn ask(&self, request: HttpRequest, now: Micros) -> Result<Answered, NotAnswered> {
        let (headers, answer) = self.send(request, now)?;
        self.verifiers()
            .verify(&headers.signed(), &answer.body, now / 1_000_000)
            .map_err(|refused| NotAnswered(format!("an answer with status {} is not signed by the channel: {refused}", answer.status)))?;
        Ok(answer)
    }

    /// How often the channel answered with which status, and how often it could not be reached, since the program started.
    pub fn answers(&self) -> BTreeMap<String, u64> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn send(&self, request: HttpRequest, now: Micros) -> Result<(AnswerHeaders, Answered), NotAnswered> {
        let answered = self.send_uncounted(request, now);
        let outcome = answered.as_ref().map_or("unreachable".to_owned(), |(_, answer)| answer.status.to_string());
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner).entry(outcome).or_default() += 1;
        answered
    }

    fn send_uncounted(&self, mut request: HttpRequest, now: Micros) -> Result<(AnswerHeaders, Answered), NotAnswered> {
        let nonce = Nonce::from_bytes(random_bytes());
        self.signer.sign(&mut request, now / 1_000_000, &nonce).map_err(|fault| NotAnswered(fault.to_string()))?;
        let url = format!("{}{}", self.api_base, request.path_and_query);
        let failed = |error: ureq::Error| NotAnswered(format!("{} {}: {error}", request.method.as_str(), request.path_and_query));
        let mut answer = match request.method {
            Method::Get => {
                let builder = request.headers.iter().fold(self.agent.get(&url), |b, (name, value)| b.header(*name, value));
                builder.call().map_err(failed)?
            }
            Method::Post => {
                let builder = request.headers.iter().fold(self.agent.post(&url), |b, (name, value)| b.header(*name, value));
                builder.send(&request.body[..]).map_err(failed)?
            }
        };
        let headers = AnswerHeaders(
            SIGNED_HEADERS.iter().filter_map(|name| Some((*name, answer.headers().get(*name)?.to_str().ok()?.to_owned()))).collect(),
        );
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(256 * 1024 * 1024).read_to_vec().map_err(failed)?;
        Ok((headers, Answered { status, body }))
    }
}

const SIGNED_HEADERS: [&str; 5] =
    ["Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial", "Wechatpay-Signature-Type"];

struct AnswerHeaders(Vec<(&'static str, String)>);

impl AnswerHeaders {
    fn signed(&self) -> SignedHeaders<'_> {
        SignedHeaders::read(|name| self.0.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str()))
    }
}

fn signature_word(refused: &wechat::SignatureRefused) -> &'static str {
    use wechat::SignatureRefused as Refused;
    match refused {
        Refused::MissingHeader(_) => "header_missing",
        Refused::Probe => "probe",
        Refused::UnsupportedType(_) => "signature_type",
        Refused::BadTimestamp(_) => "timestamp",
        Refused::ClockApart(_) => "clock",
        Refused::UnknownSerial(_) => "unknown_key",
        Refused::ExpiredKey(_) => "expired_key",
        Refused::NotBase64 => "not_base64",
        Refused::WrongSignature => "wrong_signature",
    }
}
