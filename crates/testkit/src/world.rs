//! The product as one test has it for itself: fresh database, standing clock, threads of its own.
//!
//! Nothing happens behind a story's back: jobs and chores run when the story says `catch_up`. When the world is dropped
//! it looks around: no job left, none given up, the books checked by the function that production runs, nothing private
//! on a public page.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use app::kernel::civil::{Day, day_text, start_of};
use app::kernel::{Clock, HOUR_US, MINUTE_US, Micros, SECOND_US, Secret, Trouble};
use app::{App, Mode, Setup, jobs, organisations, papers, public_log, settlement};
use db::testing::Fresh;
use db::{Engine, Sql, Value, params, sql};
use sandbox::{Faults, Fiscal, FiscalFaults, Gateway};
use tokio::runtime::Runtime;

use crate::browser::{Browser, Site};
use crate::log::LogPlace;
use crate::{Person, gateway};

const FISCAL_APP: &str = "huihai-test";
const FISCAL_SECRET: &[u8] = b"a key that the finance service and tests share";

/// Every world begins on 2026-09-07 at 10:00 in Shanghai, a Monday.
const BEGINNING: Micros = 1_788_746_400 * SECOND_US;

/// How a world may differ from the usual one.
#[derive(Default)]
pub struct Options {
    /// A real browser comes in over loopback, so the site's address must be the one it listens on.
    pub for_a_real_browser: bool,
    /// The same, by the name `localhost`: passkeys belong to a name, never to an address.
    pub by_name: bool,
    /// What the law lets this deployment do, where it is not the demo.
    pub mode: Option<Mode>,
    /// A second process works on the same database and the same log.
    pub second_process: bool,
    /// Where the public log lies and who witnesses it, where that matters.
    pub log: Option<public_log::Setup>,
}

pub struct World {
    pub app: Arc<App>,
    second: Option<Arc<App>>,
    pub clock: Clock,
    /// The payment channel, with its knobs.
    pub gateway: Gateway,
    /// The finance e-invoice service, with its knobs.
    pub fiscal: Fiscal,
    site: Arc<Site>,
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    writers: Vec<JoinHandle<()>>,
    runtime: Option<Runtime>,
    // Last, so that the database goes when nobody uses it any more.
    fresh: Fresh,
    // Goes after everything that writes into it.
    _log_place: LogPlace,
}

impl World {
    #[must_use]
    pub fn new(engine: Engine) -> World {
        World::with(engine, Options::default())
    }

    #[must_use]
    pub fn with(engine: Engine, options: Options) -> World {
        let fresh = db::testing::fresh(engine);
        let log_place = LogPlace::new();
        let clock = Clock::standing_at(BEGINNING);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port on loopback");
        let address = listener.local_addr().expect("the port that was given");
        let gateway = gateway::gateway(&clock);
        let api = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port on loopback");
        let api_address = api.local_addr().expect("the port that was given");
        let fiscal = Fiscal::new(FISCAL_APP, FISCAL_SECRET, 0);
        let api_router = gateway.api_router().merge(fiscal.router());
        runtime.spawn(async move { axum::serve(api, api_router).await });
        let base_url = match (options.for_a_real_browser, options.by_name) {
            (true, true) => format!("http://localhost:{}", address.port()),
            (true, false) => format!("http://{address}"),
            _ => "https://huihai.test".to_owned(),
        };
        let setup = |log| Setup {
            db: fresh.db().clone(),
            clock: clock.clone(),
            secret: Secret::new(b"a secret that only tests use"),
            mode: options.mode.unwrap_or(Mode::Demo),
            base_url: base_url.clone(),
            channel: gateway::connected(&gateway, &format!("http://{api_address}"), &format!("http://{address}")),
            settlement: settlement::Limits::default(),
            log,
            people: gateway::doors(&format!("http://{api_address}")),
            fiscal: Some(papers::Service::new(&format!("http://{api_address}"), FISCAL_APP, FISCAL_SECRET)),
            behind_proxy: false,
            qualification_check_days: 180,
        };
        let app = App::new(setup(options.log.unwrap_or_else(|| log_place.unwitnessed()))).expect("an app on a fresh database");
        let second = options.second_process.then(|| App::new(setup(log_place.unwitnessed())).expect("a second app"));
        organisations::prepare(&app).expect("the areas");
        // The cashier stands under the same address, as in the demo.
        let router = app::site(&app).merge(gateway.cashier_router());
        let served = router.clone().into_make_service_with_connect_info::<SocketAddr>();
        runtime.spawn(async move { axum::serve(listener, served).await });
        let stop = Arc::new(AtomicBool::new(false));
        let writers = settlement::start(&app, &stop);
        let site = Arc::new(Site::new(router, runtime.handle().clone(), &base_url));
        World { app, second, clock, gateway, fiscal, site, address, stop, writers, runtime: Some(runtime), fresh, _log_place: log_place }
    }

    /// Where the site listens on loopback, for what must come in over HTTP.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    #[must_use]
    pub fn now(&self) -> Micros {
        self.clock.now()
    }

    #[must_use]
    pub fn engine(&self) -> Engine {
        self.fresh.db().engine()
    }

    /// What a command line would be given to find this world's database.
    #[must_use]
    pub fn database(&self) -> &str {
        self.fresh.url_or_path()
    }

    /// The second process, if the options asked for one. None of its threads runs.
    #[must_use]
    pub fn second_process(&self) -> &Arc<App> {
        self.second.as_ref().expect("the options asked for a second process")
    }

    /// Someone who only reads. Whatever they see is searched for what was said to be private.
    #[must_use]
    pub fn stranger(&self) -> Browser {
        Browser::new(self.site.clone()).watched()
    }

    /// Someone who has not signed in and may give.
    #[must_use]
    pub fn guest(&self) -> Browser {
        Browser::new(self.site.clone())
    }

    /// From here on no stranger may see these bytes on any page: a phone number, an anonymous donor's name or message.
    pub fn keep_private(&self, text: &str) {
        assert!(text.len() >= 6, "“{text}” is so short that it could stand on a page by chance");
        self.site.keep_private(text);
    }

    /// The donor has changed their mind, or may have: this is private no more.
    pub fn no_longer_private(&self, text: &str) {
        self.site.no_longer_private(text);
    }

    #[must_use]
    pub fn private_texts(&self) -> Vec<String> {
        self.site.private_texts()
    }

    /// Runs chores and jobs that are due until there is nothing left to do now.
    pub fn catch_up(&self) {
        for _ in 0..100 {
            for chore in self.app.chores() {
                match (chore.run)(&self.app) {
                    Ok(()) => {}
                    Err(Trouble::Refused(refusal)) => panic!("the chore “{}” was refused: {refusal:?}", chore.name),
                    Err(Trouble::Fault(fault)) => panic!("the chore “{}” failed: {fault}", chore.name),
                }
            }
            if jobs::run_due(&self.app).expect("jobs can be read") == 0 {
                return;
            }
        }
        panic!("after a hundred rounds there are still new jobs");
    }

    /// Lets time pass, then catches up.
    pub fn later(&self, by: Micros) {
        self.clock.advance(by);
        self.catch_up();
    }

    /// Lets time pass until ten in the morning of a day, and signs everyone in again: a desk's session lasts twelve hours.
    pub fn morning<'a>(&self, day: Day, people: impl IntoIterator<Item = &'a Person>) {
        let wait = start_of(day) + 10 * HOUR_US - self.now();
        assert!(wait >= 0, "{} at ten is over", day_text(day));
        self.later(wait);
        people.into_iter().for_each(|person| self.sign_in_again(person));
    }

    /// One number from the database, for what no page shows. A story asks pages first.
    pub fn count(&self, statement: Sql, parameters: &[Value]) -> i64 {
        self.app.db.read(|tx| tx.query_one(statement, parameters)?.int("count")).expect("a count")
    }

    /// For stories that move refunds in the books alone: says of each that the channel was asked for it, as its cases would
    /// have. Call it before the books are checked.
    pub fn refunds_as_the_channel_has_them(&self) {
        let told = self.app.db.write(|tx| {
            tx.execute(sql("DELETE FROM channel_refund WHERE case_id = 0"), params![])?;
            tx.execute(
                sql("INSERT INTO channel_refund (id, case_id, organisation_id, project_id, gift_id, out_trade_no, transaction_id, out_refund_no, total_fen, \
                            amount_fen, state, elsewhere, refund_id, next_query_at, queries, detail, made_at) \
                     SELECT transfer.fact_id, 0, gift.recipient_id, gift.project_id, gift.id, CAST(gift.id AS TEXT), gift.transaction_id, \
                            'R' || CAST(transfer.fact_id AS TEXT), gift.amount_fen, transfer.amount_fen, \
                            CASE transfer.state WHEN 'posted' THEN 'done' WHEN 'voided' THEN 'closed' ELSE 'asked' END, 0, '', ?1, 0, '', transfer.made_at \
                     FROM transfer JOIN gift ON gift.id = transfer.about_id WHERE transfer.code = 2 \
                       AND NOT EXISTS (SELECT 1 FROM channel_refund WHERE channel_refund.id = transfer.fact_id)"),
                params![i64::MAX],
            )
        });
        told.expect("refunds as the channel has them");
    }

    /// Panics when the books do not agree.
    pub fn check_the_books(&self) {
        let (_, findings) = settlement::check::check(&self.app.db).expect("the books can be read");
        assert!(findings.is_empty(), "the books do not agree:\n{}", findings.iter().map(|f| format!("  {f}\n")).collect::<String>());
        let log = &self.app.log;
        let findings = public_log::check_files(&self.app.db, &log.folder, &log.policy).expect("the public log can be read");
        assert!(findings.is_empty(), "the files of the public log are not as they must be: {findings:?}");
    }

    /// What must hold when a story is over; dropping the world calls it.
    pub fn look_around(&self) {
        *self.gateway.faults() = Faults::default();
        *self.fiscal.faults() = FiscalFaults::default();
        self.catch_up();
        self.wait_for_the_channel();
        self.wait_for_jobs();
        let left = self.texts(sql("SELECT kind || ' ' || payload AS text FROM job ORDER BY id"));
        assert!(left.is_empty(), "jobs were left: {left:?}");
        let failed = self.texts(sql("SELECT kind || ' ' || payload || ': ' || error AS text FROM failed_job ORDER BY id"));
        assert!(failed.is_empty(), "jobs were given up: {failed:?}");
        let waiting = self.count(sql("SELECT (SELECT COUNT(*) FROM gift_delta) + (SELECT COUNT(*) FROM gift_tail) AS count"), params![]);
        assert_eq!(waiting, 0, "batches were left that no fold has taken up");
        assert_eq!(self.app.settlement.queued(), 0, "confirmations were left in the queue");
        self.check_the_books();
        if !self.private_texts().is_empty() {
            self.read_everything_public();
        }
    }

    /// The channel repeats what was not acknowledged, and orders that nobody pays end after two hours.
    fn wait_for_the_channel(&self) {
        for _ in 0..20 {
            let next = self.gateway.next_due_at().unwrap_or(i64::MAX);
            if next <= self.now() + HOUR_US {
                self.clock.set(next.max(self.now()));
                self.deliver();
                self.catch_up();
            }
        }
        for _ in 0..40 {
            let open = self.count(sql("SELECT COUNT(*) AS count FROM channel_order WHERE state IN ('waiting', 'ordered')"), params![]);
            if open == 0 {
                return;
            }
            self.later(10 * MINUTE_US);
        }
        panic!("orders are open that are neither paid nor closed after hours: {:?}", self.texts(sql(
            "SELECT CAST(intent_id AS TEXT) || ' ' || state || ' ' || reason AS text FROM channel_order WHERE state IN ('waiting', 'ordered')"
        )));
    }

    /// Jobs that wait for their time are done too.
    fn wait_for_jobs(&self) {
        for _ in 0..50 {
            let next = self.count(sql("SELECT COALESCE(MIN(run_at), 0) AS count FROM job"), params![]);
            if next == 0 {
                return;
            }
            self.clock.set(next.max(self.now()));
            self.catch_up();
        }
    }

    fn texts(&self, statement: Sql) -> Vec<String> {
        self.app
            .db
            .read(|tx| tx.query(statement, params![])?.iter().map(|row| row.text("text")).collect::<Result<_, db::Fault>>())
            .expect("texts")
    }

    /// A stranger follows every link from the home page; their browser is a watched one.
    fn read_everything_public(&self) {
        let stranger = self.stranger();
        let mut seen = BTreeSet::new();
        let mut next = vec!["/".to_owned()];
        while let Some(path) = next.pop() {
            if seen.len() >= 300 || path.starts_with("/settings?") || !seen.insert(path.clone()) {
                continue;
            }
            let page = stranger.get(&path);
            next.extend(page.links().into_iter().filter(|link| link.starts_with('/') && !seen.contains(link)));
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.look_around();
        }
        self.stop.store(true, Ordering::Relaxed);
        for writer in self.writers.drain(..) {
            let stopped = writer.join();
            assert!(stopped.is_ok() || std::thread::panicking(), "a batch writer panicked");
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(2));
        }
    }
}
