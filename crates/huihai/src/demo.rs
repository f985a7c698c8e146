//! `huihai demo`: the example world on SQLite, with a sandbox gateway of its own beside it. No real money moves.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::ArgMatches;

use app::channel::{Account, Channel, Identity};
use app::kernel::Clock;
use app::settlement::Limits;
use app::{App, Mode, Setup};
use sandbox::{Gateway, KeySource, Options};

use crate::ask::text;
use crate::{house, serve};

pub fn run(asked: &ArgMatches) -> Result<ExitCode> {
    let data = Path::new(text(asked, "data").expect("has a default"));
    let listen = text(asked, "listen").expect("has a default");
    let db = house::open_data(data)?;
    let runtime = serve::runtime()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind(listen)).with_context(|| format!("cannot listen on {listen}"))?;
    let port = listener.local_addr()?.port();

    let clock = Clock::System;
    let gateway = gateway(data, clock.clone())?;
    let api = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let api_base = format!("http://{}", api.local_addr()?);
    let gateway_api = gateway.api_router();
    runtime.spawn(async move { axum::serve(api, gateway_api).await });

    let app = App::new(Setup {
        db,
        clock,
        secret: house::secret(&data.join("secret"))?,
        mode: Mode::Demo,
        base_url: format!("http://127.0.0.1:{port}"),
        channel: channel(&gateway, &api_base, &format!("http://127.0.0.1:{port}"))?,
        settlement: Limits::default(),
    })?;
    app::organisations::prepare(&app)?;
    let running = house::start(&app);
    runtime.spawn({
        let gateway = gateway.clone();
        async move { gateway.run().await }
    });
    println!("http://127.0.0.1:{port}/");
    runtime.block_on(serve::listen(serve::site_with(&app, gateway.cashier_router()), listener))?;
    running.stop();
    Ok(ExitCode::SUCCESS)
}

fn gateway(data: &Path, clock: Clock) -> Result<Gateway> {
    let dir = data.join("sandbox");
    std::fs::create_dir_all(&dir).with_context(|| format!("the folder {} cannot be made", dir.display()))?;
    let mut options = Options::new(KeySource::Directory(dir.clone()), Arc::new(move || clock.now()));
    options.journal_dir = Some(dir);
    // The channel's fifteen repetitions in minutes instead of a day.
    options.retry_scale = 0.01;
    Ok(Gateway::new(options)?)
}

/// The channel as the sandbox speaks it, for a platform that is a service provider.
pub fn channel(gateway: &Gateway, api_base: &str, notify_base: &str) -> Result<Channel> {
    let keys = gateway.credentials();
    Channel::open(Identity {
        account: Account::Provider { sp_appid: "wx0000000000000001".into(), sp_mchid: keys.mchid.clone() },
        serial: &keys.merchant_serial,
        private_key: keys.merchant_private_key_pem.as_bytes(),
        apiv3_key: keys.apiv3_key.as_bytes(),
        public_key_id: &keys.public_key_id,
        public_key: keys.public_key_pem.as_bytes(),
        api_base,
        notify_base,
    })
    .map_err(|why| anyhow::anyhow!(why.0))
}
