//! The configuration file of `huihai serve`. Unknown keys are refused, and secrets are only ever paths to files.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use app::Mode;
use app::channel::{Account, Channel, Identity, PlatformKey};
use app::people::{Doors, Sms, WeChat};
use db::Db;
use wechat::{AppSecret, Scope};

use crate::house;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen, e.g. `127.0.0.1:8080`, behind a reverse proxy that speaks https.
    pub listen: String,
    /// Where people reach the site, e.g. `https://give.example.org`.
    pub base_url: String,
    /// `own_site`, `designated` or `closed`. What the law lets this deployment do.
    pub mode: String,
    /// The data directory: SQLite, the secret, media.
    pub data: PathBuf,
    /// The public log's policy (C2SP tlog-policy): its own key, its witnesses with their addresses, and how many must cosign before a
    /// checkpoint is published. Without it nobody is asked.
    pub log_policy: Option<PathBuf>,
    /// A PostgreSQL address; without it, SQLite in the data directory.
    pub database: Option<String>,
    /// A reverse proxy of our own adds the visitor's address to `X-Forwarded-For`. Leave it out when people connect directly:
    /// then anyone could write that header.
    #[serde(default)]
    pub behind_proxy: bool,
    /// Where Prometheus reads `/metrics`, e.g. `127.0.0.1:9464`: a loopback address, since what it tells is nobody else's.
    pub metrics_listen: Option<String>,
    /// How many days a look at a charity's certificates and its entry at 慈善中国 is good for: an appeal that is published later
    /// needs another one.
    #[serde(default = "half_a_year")]
    pub qualification_check_days: i64,
    pub wechat: Wechat,
    /// Without it no codes can be sent, and nobody signs in by phone.
    pub sms: Option<SmsProvider>,
    /// Without it nobody signs in by WeChat, nor pays inside it.
    pub wechat_sign_in: Option<WechatSignIn>,
    /// A finance e-invoice service, for charities that issue their receipts through it.
    pub fiscal: Option<Fiscal>,
}

/// Tencent Cloud SMS.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsProvider {
    pub secret_id: String,
    pub secret_key_file: PathBuf,
    pub sdk_app_id: String,
    /// The approved signature, without 【】.
    pub sign_name: String,
    /// An approved template with two blanks: the code, and for how many minutes it is good.
    pub code_template_id: String,
    pub api_base: Option<String>,
}

/// The official account (公众号) and the mini-program by which people sign in. The official account's appid must be the one in `wechat.appid`
/// for donors to pay inside WeChat.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WechatSignIn {
    pub official_account_appid: Option<String>,
    pub official_account_secret_file: Option<PathBuf>,
    pub mini_program_appid: Option<String>,
    pub mini_program_secret_file: Option<PathBuf>,
    /// `snsapi_base` (silent, the default) or `snsapi_userinfo` (asks, and tells the unionid).
    pub scope: Option<String>,
    pub api_base: Option<String>,
    pub authorize_base: Option<String>,
}

fn half_a_year() -> i64 {
    180
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fiscal {
    /// Scheme and host, e.g. `https://fiscal.example.org`.
    pub base: String,
    /// The name under which the service knows this platform, and the file with the key it shares with us.
    pub app: String,
    pub key_file: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wechat {
    /// `direct`: one charity's own merchant number. `provider`: a service provider (服务商) for many charities.
    pub account: String,
    pub appid: String,
    pub mchid: String,
    /// Serial number of the API certificate, and its private key (`apiclient_key.pem`).
    pub serial: String,
    pub private_key_file: PathBuf,
    pub apiv3_key_file: PathBuf,
    /// `PUB_KEY_ID_…` and the channel's public key file from the merchant platform.
    pub public_key_id: Option<String>,
    pub public_key_file: Option<PathBuf>,
    /// Instead of the two above, for a merchant in certificate mode: a platform certificate (PEM).
    pub platform_certificate_file: Option<PathBuf>,
    /// The public address of this site for the channel; `base_url` unless told otherwise.
    pub notify_base: Option<String>,
    pub api_base: Option<String>,
}

impl Config {
    pub fn read(file: &Path) -> Result<Config> {
        let text = fs::read_to_string(file).with_context(|| format!("the configuration {} cannot be read", file.display()))?;
        toml::from_str(&text).with_context(|| format!("the configuration {} is not as it must be", file.display()))
    }

    pub fn open(&self) -> Result<Db> {
        match &self.database {
            Some(url) => house::open_postgres(url),
            None => house::open_data(&self.data),
        }
    }

    pub fn mode(&self) -> Result<Mode> {
        match Mode::from_word(&self.mode) {
            Some(Mode::Demo) => bail!("mode = \"demo\" is what `huihai demo` is for; choose own_site, designated or closed"),
            Some(mode) => self.fits(mode).map(|()| mode),
            None => bail!("mode = {:?} is none of own_site, designated, closed", self.mode),
        }
    }

    /// What the rest of the file says must be possible in this mode.
    fn fits(&self, mode: Mode) -> Result<()> {
        match (mode, self.wechat.account.as_str()) {
            (Mode::OwnSite, "provider") => {
                bail!(
                    "mode = \"own_site\" raises funds for one charity only, on its own merchant number: wechat.account must be \"direct\""
                )
            }
            (Mode::Designated, "direct") => {
                bail!("mode = \"designated\" serves many charities, each with its own merchant number: wechat.account must be \"provider\"")
            }
            _ => {}
        }
        let secure = |name: &str, address: Option<&str>| match address {
            Some(address) if !address.starts_with("https://") => {
                bail!("{name} = {address:?} is not an https address, and real money is at stake")
            }
            _ => Ok(()),
        };
        secure("base_url", Some(&self.base_url))?;
        secure("wechat.api_base", self.wechat.api_base.as_deref())
    }

    /// The address for Prometheus, which must be this machine's own.
    pub fn metrics_address(&self) -> Result<Option<SocketAddr>> {
        let Some(text) = &self.metrics_listen else { return Ok(None) };
        let address: SocketAddr = text.parse().with_context(|| format!("metrics_listen = {text:?} is not an address and a port"))?;
        ensure!(address.ip().is_loopback(), "metrics_listen = {text:?} can be reached from outside; use 127.0.0.1 and a tunnel");
        Ok(Some(address))
    }

    pub fn fiscal(&self) -> Result<Option<app::papers::Service>> {
        let Some(f) = &self.fiscal else { return Ok(None) };
        ensure!(f.base.starts_with("https://"), "fiscal.base = {:?} is no https address", f.base);
        let key = fs::read(&f.key_file).with_context(|| format!("{} cannot be read", f.key_file.display()))?;
        ensure!(key.trim_ascii().len() >= 16, "the key of the finance service is shorter than 16 bytes");
        Ok(Some(app::papers::Service::new(&f.base, &f.app, key.trim_ascii())))
    }

    pub fn channel(&self) -> Result<Channel> {
        let w = &self.wechat;
        let read = |path: &Path| fs::read(path).with_context(|| format!("{} cannot be read", path.display()));
        let account = match w.account.as_str() {
            "direct" => Account::Direct { appid: w.appid.clone(), mchid: w.mchid.clone() },
            "provider" => Account::Provider { sp_appid: w.appid.clone(), sp_mchid: w.mchid.clone() },
            other => bail!("wechat.account = {other:?} is neither direct nor provider"),
        };
        let notify_base = w.notify_base.clone().unwrap_or_else(|| self.base_url.clone());
        ensure!(notify_base.starts_with("https://"), "the channel only notifies an https address, not {notify_base}");
        let apiv3_key = read(&w.apiv3_key_file)?;
        let key_file = w.public_key_file.as_ref().or(w.platform_certificate_file.as_ref());
        let pem = read(key_file.context("wechat needs public_key_id and public_key_file, or platform_certificate_file")?)?;
        let platform = match (&w.public_key_id, &w.public_key_file, &w.platform_certificate_file) {
            (Some(id), Some(_), None) => PlatformKey::PublicKey { id, pem: &pem },
            (None, None, Some(_)) => PlatformKey::Certificate { pem: &pem },
            _ => bail!("wechat needs either public_key_id and public_key_file, or platform_certificate_file"),
        };
        Channel::open(Identity {
            account,
            serial: &w.serial,
            private_key: &read(&w.private_key_file)?,
            apiv3_key: apiv3_key.trim_ascii(),
            platform,
            api_base: w.api_base.as_deref().unwrap_or(wechat::API_BASE),
            notify_base: &notify_base,
        })
        .map_err(|why| anyhow::anyhow!("the WeChat Pay account cannot be used: {}", why.0))
    }

    /// What people come in by, beside passwords.
    pub fn doors(&self) -> Result<Doors> {
        let base = |given: &Option<String>, usual: &str| given.as_deref().unwrap_or(usual).trim_end_matches('/').to_owned();
        let sms = match &self.sms {
            None => None,
            Some(s) => Some(Sms {
                credentials: sms::Credentials { secret_id: s.secret_id.clone(), secret_key: secret(&s.secret_key_file)? },
                sdk_app_id: s.sdk_app_id.clone(),
                sign_name: s.sign_name.clone(),
                code_template_id: s.code_template_id.clone(),
                api_base: base(&s.api_base, &format!("https://{}", sms::HOST)),
            }),
        };
        let wechat = match &self.wechat_sign_in {
            None => None,
            Some(w) => Some(WeChat {
                official_account: app_secret("official_account", &w.official_account_appid, &w.official_account_secret_file)?,
                mini_program: app_secret("mini_program", &w.mini_program_appid, &w.mini_program_secret_file)?,
                scope: match w.scope.as_deref() {
                    None | Some("snsapi_base") => Scope::Base,
                    Some("snsapi_userinfo") => Scope::UserInfo,
                    Some(other) => bail!("wechat_sign_in.scope = {other:?} is neither snsapi_base nor snsapi_userinfo"),
                },
                api_base: base(&w.api_base, wechat::SNS_BASE),
                authorize_base: base(&w.authorize_base, wechat::AUTHORIZE_BASE),
            }),
        };
        Ok(Doors { sms, wechat })
    }
}

/// A secret as it stands in its file, without the line feed at its end.
fn secret(path: &Path) -> Result<String> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let text = text.trim();
    ensure!(!text.is_empty(), "{} is empty", path.display());
    Ok(text.to_owned())
}

fn app_secret(which: &str, appid: &Option<String>, file: &Option<PathBuf>) -> Result<Option<AppSecret>> {
    match (appid, file) {
        (None, None) => Ok(None),
        (Some(appid), Some(file)) => Ok(Some(AppSecret { appid: appid.clone(), secret: secret(file)? })),
        _ => bail!("wechat_sign_in needs {which}_appid and {which}_secret_file together"),
    }
}
