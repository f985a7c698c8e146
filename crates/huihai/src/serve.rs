//! `huihai serve`, and the web server that `huihai demo` shares with it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::ArgMatches;

use app::kernel::Clock;
use app::settlement::Limits;
use app::{App, Setup};
use db::Engine;

use crate::ask::text;
use crate::config::Config;
use crate::house;

pub fn run(asked: &ArgMatches) -> Result<ExitCode> {
    let config = Config::read(Path::new(text(asked, "config").expect("clap asks for it")))?;
    // What contradicts itself is refused before anything is made.
    let (mode, metrics_address) = (config.mode()?, config.metrics_address()?);
    std::fs::create_dir_all(&config.data).with_context(|| format!("the data directory {} cannot be made", config.data.display()))?;
    let db = config.open()?;
    let writers = if db.engine() == Engine::Postgres { 2 } else { 1 };
    let app = App::new(Setup {
        db,
        clock: Clock::System,
        secret: house::secret(&config.data.join("secret"))?,
        mode,
        base_url: config.base_url.trim_end_matches('/').to_owned(),
        channel: config.channel()?,
        settlement: Limits { writers, ..Limits::default() },
        log: house::log(&config.data, &config.base_url, config.log_policy.as_deref())?,
        people: config.doors()?,
        fiscal: config.fiscal()?,
        behind_proxy: config.behind_proxy,
        qualification_check_days: config.qualification_check_days,
    })?;
    app::organisations::prepare(&app)?;
    let running = house::start(&app);
    let runtime = runtime()?;
    runtime.block_on(async {
        let listener =
            tokio::net::TcpListener::bind(&config.listen).await.with_context(|| format!("cannot listen on {}", config.listen))?;
        if let Some(address) = metrics_address {
            let metrics = tokio::net::TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
            let router = app::operations::metrics_router(&app);
            tokio::spawn(async move { axum::serve(metrics, router).await });
        }
        tracing::info!(address = %listener.local_addr()?, "serving");
        listen(app::site(&app), listener).await
    })?;
    running.stop();
    Ok(ExitCode::SUCCESS)
}

pub fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// Serves until the process is asked to end; requests under way are finished.
pub async fn listen(site: axum::Router, listener: tokio::net::TcpListener) -> Result<()> {
    let service = site.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(asked_to_end()).await?;
    Ok(())
}

/// Ctrl-C, or what a supervisor sends.
pub async fn asked_to_end() {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).expect("signals can be listened to");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// The site with something beside it, as the demo has its cashier.
pub fn site_with(app: &Arc<App>, beside: axum::Router) -> axum::Router {
    beside.merge(app::site(app))
}
