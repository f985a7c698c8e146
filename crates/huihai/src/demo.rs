//! `huihai demo`: the example world on SQLite, with a sandbox gateway of its own beside it. No real money moves.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::ArgMatches;
use indicatif::{ProgressBar, ProgressStyle};

use app::channel::{Account, Channel, Identity, PlatformKey};
use app::kernel::Clock;
use app::people::{Doors, WeChat};
use app::settlement::Limits;
use app::{App, Mode, Setup};
use sandbox::{Apps, Fiscal, Gateway, KeySource, Options};
use wechat::{AppSecret, Scope};

use crate::ask::text;
use crate::{house, serve, witness};

pub fn run(asked: &ArgMatches) -> Result<ExitCode> {
    let data = Path::new(text(asked, "data").expect("has a default"));
    let listen = text(asked, "listen").expect("has a default");
    let runtime = serve::runtime()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind(listen)).with_context(|| format!("cannot listen on {listen}"))?;
    let port = listener.local_addr()?.port();

    forget_half_a_world(data)?;
    mark_if_new(data)?;
    let db = house::open_data(data)?;
    // The clock stands until it is known whether the world has to be built: that takes it through the past.
    let clock = Clock::standing_at(Clock::System.now());
    let gateway = gateway(data, clock.clone())?;
    demo::name_accounts(&gateway);
    let api = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let api_base = format!("http://{}", api.local_addr()?);
    let finance = finance_service(clock.now());
    let gateway_api = gateway.api_router().merge(finance.router());
    runtime.spawn(async move { axum::serve(api, gateway_api).await });

    let app = App::new(Setup {
        db,
        clock,
        secret: house::secret(&data.join("secret"))?,
        mode: Mode::Demo,
        base_url: format!("http://127.0.0.1:{port}"),
        channel: channel(&gateway, &api_base, &format!("http://127.0.0.1:{port}"))?,
        settlement: Limits::default(),
        log: witnessed_log(data, &format!("http://127.0.0.1:{port}"), &runtime)?,
        people: doors(&api_base),
        fiscal: Some(app::papers::Service::new(&api_base, FINANCE_APP, FINANCE_SECRET)),
        behind_proxy: false,
        qualification_check_days: 180,
    })?;
    app::organisations::prepare(&app)?;
    if demo::is_built(&app)? {
        app.clock.release();
    } else {
        build(&app, &gateway, data)?;
    }
    let running = house::start(&app);
    runtime.spawn({
        let gateway = gateway.clone();
        async move { gateway.run().await }
    });
    say_where_to_click(port);
    runtime.block_on(serve::listen(serve::site_with(&app, gateway.cashier_router()), listener))?;
    running.stop();
    Ok(ExitCode::SUCCESS)
}

/// The public log with two witnesses of its own, which must both cosign: so that whoever looks sees a quorum at work. One of them reads
/// along and vouches for the books with a second key. In earnest they would be other people's, on other machines.
pub fn witnessed_log(data: &Path, base_url: &str, runtime: &tokio::runtime::Runtime) -> Result<app::public_log::Setup> {
    let (key, log_url) = (house::log_key(data, base_url)?, format!("{base_url}/log"));
    let mut policy = format!("log {} {log_url}\n", key.vkey());
    for (name, validates) in [(FIRST_WITNESS, false), (SECOND_WITNESS, true)] {
        let folder = data.join(name);
        fs::create_dir_all(&folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        let second_key = folder.join("validating.key");
        let witness = witness::open(&witness::Setup {
            key: &folder.join("witness.key"),
            name: Some(name),
            logs: vec![key.vkey().clone()],
            state: &folder.join("state"),
            validating: validates.then_some((&log_url, &second_key)),
        })?;
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
        policy.push_str(&witness.policy_lines(&format!("http://{}", listener.local_addr()?)));
        runtime.spawn(witness::listen(witness, listener, std::future::pending()));
    }
    policy.push_str(&format!("group both all {FIRST_WITNESS} {SECOND_WITNESS}\nquorum both\n"));
    let policy = tlog::Policy::parse(policy.as_bytes()).context("the policy of the example world's log")?;
    Ok(app::public_log::Setup { key, folder: house::log_folder(data), policy, patience: house::PATIENCE })
}

/// Their keys and states lie in folders of these names.
const FIRST_WITNESS: &str = "witness-one";
const SECOND_WITNESS: &str = "witness-two";

/// Shared with the sandbox's finance e-invoice service, which is worth nothing.
const FINANCE_APP: &str = "huihai-demo";
const FINANCE_SECRET: &[u8] = b"the demo's finance service shares this";

/// Its numbers go on from the hour, since it forgets everything with the process.
fn finance_service(now: i64) -> Fiscal {
    Fiscal::new(FINANCE_APP, FINANCE_SECRET, u64::try_from(now / 1_000_000).unwrap_or(0))
}

/// While this file is there, what stands beside it is half a world that nobody has used yet.
const UNFINISHED: &str = "example-world-unfinished";

/// Removes what a building that was interrupted has left, so that the next start begins anew.
fn forget_half_a_world(data: &Path) -> Result<()> {
    if !data.join(UNFINISHED).exists() {
        return Ok(());
    }
    // Another world is another log, with another key: the witnesses would not let this one's tell a second past.
    for name in ["huihai.sqlite", "huihai.sqlite-wal", "huihai.sqlite-shm", "sandbox/orders.jsonl", "log.key"] {
        let file = data.join(name);
        if file.exists() {
            fs::remove_file(&file).with_context(|| format!("{} cannot be removed", file.display()))?;
        }
    }
    for name in ["log", FIRST_WITNESS, SECOND_WITNESS] {
        let folder = data.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be removed", folder.display()))?;
        }
    }
    Ok(fs::remove_file(data.join(UNFINISHED))?)
}

/// Only a database that this start makes is ever removed by a later one.
fn mark_if_new(data: &Path) -> Result<()> {
    if data.join("huihai.sqlite").exists() {
        return Ok(());
    }
    fs::create_dir_all(data).with_context(|| format!("the data directory {} cannot be made", data.display()))?;
    let mark = data.join(UNFINISHED);
    fs::write(&mark, "").with_context(|| format!("{} cannot be written", mark.display()))
}

fn build(app: &Arc<App>, gateway: &Gateway, data: &Path) -> Result<()> {
    let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}")?.progress_chars("=> ");
    let bar = ProgressBar::new(0).with_style(style).with_message("正在搭建演示世界 Building the example world");
    let built = demo::build_telling(app, gateway, &mut |done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    built.with_context(|| format!("the example world could not be built in {}", data.display()))?;
    let mark = data.join(UNFINISHED);
    if mark.exists() {
        fs::remove_file(&mark).with_context(|| format!("{} cannot be removed", mark.display()))?;
    }
    Ok(())
}

/// Said in one piece; whoever started the demo may have closed the other end, and the demo goes on.
fn say_where_to_click(port: u16) {
    let _ = std::io::stdout().write_all(where_to_click(port).as_bytes());
    let _ = std::io::stdout().flush();
}

fn where_to_click(port: u16) -> String {
    let site = format!("http://127.0.0.1:{port}");
    let phone = demo::donor_phone();
    let staff: String = demo::sign_ins()
        .iter()
        .map(|s| format!("  {:18} {}  → {}\n  {:18} {} / {}\n", s.login, s.password, s.opens, "", s.who, s.english_who))
        .collect();
    format!(
        "汇海演示世界  The example world of Huihai

  {site}/                首页，从这里捐一角钱   home: give ¥0.10 from here
  {site}/reconciliation  每天的对账             every day's bill beside the ledger
  {site}/outbox          短信和动态码都在这里   codes that phones would show

捐赠人登录 Donors sign in at {site}/sign-in
  手机号 phone {phone}（验证码在 /outbox  code on /outbox）

机构登录 Staff sign in at {site}/staff/sign-in（动态码在 /outbox  one-time code on /outbox）
{staff}
机构、项目、人物全是虚构的，不收真钱。按 Ctrl-C 停止。  All invented; no real money. Press Ctrl-C to stop.
"
    )
}

fn gateway(data: &Path, clock: Clock) -> Result<Gateway> {
    let dir = data.join("sandbox");
    std::fs::create_dir_all(&dir).with_context(|| format!("the folder {} cannot be made", dir.display()))?;
    let mut options = Options::new(KeySource::Directory(dir.clone()), Arc::new(move || clock.now()));
    options.journal_dir = Some(dir);
    let app = |appid: &str| (appid.to_owned(), APP_SECRET.to_owned());
    options.apps = Apps { official_account: app(APPID), mini_program: app(MINI_APPID) };
    // The channel's fifteen repetitions in minutes instead of a day.
    options.retry_scale = 0.01;
    Ok(Gateway::new(options)?)
}

/// The official account is also the one under which payments are ordered, so that a visitor can pay inside WeChat.
const APPID: &str = "wx0000000000000001";
const MINI_APPID: &str = "wx0000000000000002";
const APP_SECRET: &str = "the demo has no secrets";

/// WeChat's sign-in as the sandbox plays it. The demo sends no text messages: they are on `/outbox`.
fn doors(api_base: &str) -> Doors {
    let app = |appid: &str| Some(AppSecret { appid: appid.to_owned(), secret: APP_SECRET.to_owned() });
    Doors {
        sms: None,
        wechat: Some(WeChat {
            official_account: app(APPID),
            mini_program: app(MINI_APPID),
            scope: Scope::UserInfo,
            api_base: api_base.to_owned(),
            // A path, so that a phone stays on the host by which it came.
            authorize_base: "/sandbox".to_owned(),
        }),
    }
}

/// The channel as the sandbox speaks it, for a platform that is a service provider.
pub fn channel(gateway: &Gateway, api_base: &str, notify_base: &str) -> Result<Channel> {
    let keys = gateway.credentials();
    Channel::open(Identity {
        account: Account::Provider { sp_appid: APPID.into(), sp_mchid: keys.mchid.clone() },
        serial: &keys.merchant_serial,
        private_key: keys.merchant_private_key_pem.as_bytes(),
        apiv3_key: keys.apiv3_key.as_bytes(),
        platform: PlatformKey::PublicKey { id: &keys.public_key_id, pem: keys.public_key_pem.as_bytes() },
        api_base,
        notify_base,
    })
    .map_err(|why| anyhow::anyhow!(why.0))
}
