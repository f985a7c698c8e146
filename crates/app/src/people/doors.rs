//! The doorways to what people come in by: the text message provider, and WeChat's sign-in. They send what `crates/sms` and `crates/wechat`
//! build and hand back what those read; they store nothing and wait for nothing but one answer.

use std::time::Duration;

use wechat::{AppSecret, IdentityAnswer, Scope};

use crate::kernel::{Micros, Refusal};

/// What this deployment was given; a door that is not there is not offered.
#[derive(Default)]
pub struct Doors {
    pub sms: Option<Sms>,
    pub wechat: Option<WeChat>,
}

/// The text message provider's account and the one approved template, whose blanks are the code and its minutes.
pub struct Sms {
    pub credentials: sms::Credentials,
    pub sdk_app_id: String,
    pub sign_name: String,
    pub code_template_id: String,
    /// Scheme and host, e.g. `https://sms.tencentcloudapi.com`.
    pub api_base: String,
}

/// The official account (公众号) and the mini-program under which people are known.
pub struct WeChat {
    pub official_account: Option<AppSecret>,
    pub mini_program: Option<AppSecret>,
    /// Silent, or with a question to the person, which also tells the unionid.
    pub scope: Scope,
    /// Scheme and host where codes are exchanged.
    pub api_base: String,
    /// Scheme and host where a browser is sent to be asked.
    pub authorize_base: String,
}

/// Which of the two an identity belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AppKind {
    OfficialAccount,
    MiniProgram,
}

impl AppKind {
    pub fn word(self) -> &'static str {
        match self {
            AppKind::OfficialAccount => "official_account",
            AppKind::MiniProgram => "mini_program",
        }
    }
}

fn agent() -> ureq::Agent {
    // Several libraries bring a TLS provider of their own; the first one installed is used, and ours is aws-lc.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let patience = Some(Duration::from_secs(10));
    ureq::Agent::config_builder().timeout_global(patience).http_status_as_error(false).max_redirects(0).build().new_agent()
}

/// No answer of these two is longer.
const ANSWER_LIMIT: u64 = 64 * 1024;

impl Sms {
    /// Sends one message to a mainland number of eleven digits.
    pub fn send(&self, phone: &str, parameters: &[String], session: &str, now: Micros) -> sms::Answer {
        let message = sms::Message {
            phone: &format!("+86{phone}"),
            sdk_app_id: &self.sdk_app_id,
            sign_name: &self.sign_name,
            template_id: &self.code_template_id,
            parameters,
            session,
        };
        let request = sms::send(&self.credentials, &message, now / 1_000_000);
        let post = agent().post(format!("{}{}", self.api_base, request.path));
        let post = request.headers.iter().fold(post, |post, (name, value)| post.header(*name, value));
        let answered = post.send(&request.body[..]).and_then(|mut answer| {
            let status = answer.status().as_u16();
            Ok((status, answer.body_mut().with_config().limit(ANSWER_LIMIT).read_to_vec()?))
        });
        match answered {
            Ok((status, body)) => sms::read(status, &body),
            Err(error) => sms::Answer::Unknown { status: 0, why: error.to_string() },
        }
    }
}

impl WeChat {
    pub fn app(&self, kind: AppKind) -> Option<&AppSecret> {
        match kind {
            AppKind::OfficialAccount => self.official_account.as_ref(),
            AppKind::MiniProgram => self.mini_program.as_ref(),
        }
    }

    /// Asks WeChat whose code this is. The request's address holds the app's secret, so it is told to no log.
    pub fn exchange(&self, kind: AppKind, code: &str) -> Result<(String, wechat::Known), Refusal> {
        let app = self.app(kind).ok_or_else(Refusal::not_found)?;
        let request = match kind {
            AppKind::OfficialAccount => wechat::access_token(app, code),
            AppKind::MiniProgram => wechat::code_to_session(app, code),
        };
        let answered = agent().get(format!("{}{}", self.api_base, request.path_and_query)).call().and_then(|mut answer| {
            let status = answer.status().as_u16();
            Ok((status, answer.body_mut().with_config().limit(ANSWER_LIMIT).read_to_vec()?))
        });
        let answer = match answered {
            Ok((status, body)) => wechat::read_identity(status, &body),
            Err(_) => IdentityAnswer::Unknown { why: "no answer".to_owned() },
        };
        Err(match answer {
            IdentityAnswer::Known(known) => return Ok((app.appid.clone(), known)),
            IdentityAnswer::Snapshot => Refusal::new(422, "refusal-wechat-snapshot"),
            IdentityAnswer::BadCode => Refusal::new(422, "refusal-wechat-code"),
            IdentityAnswer::TooOften => Refusal::new(429, "refusal-wechat-often"),
            IdentityAnswer::Blocked => Refusal::new(403, "refusal-wechat-blocked"),
            IdentityAnswer::Misconfigured { errcode, errmsg } => {
                tracing::error!(errcode, errmsg, kind = kind.word(), "WeChat does not know our app or its secret");
                Refusal::new(503, "refusal-wechat-silent")
            }
            IdentityAnswer::Unknown { why } => {
                tracing::warn!(why, kind = kind.word(), "WeChat did not say who somebody is");
                Refusal::new(503, "refusal-wechat-silent")
            }
        })
    }
}
