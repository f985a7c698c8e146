//! The example world, built on either engine and looked at as a stranger would.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use app::channel::{Account, Channel, Identity, PlatformKey};
use app::kernel::{Clock, DAY_US, Micros, SECOND_US, Secret};
use app::{App, Mode, Setup, settlement};
use axum::body::Body;
use axum::http::Request;
use db::{Engine, params, sql};
use demo::DemoFault;
use sandbox::{Gateway, KeySource, Keys, Options};
use tower::ServiceExt;

/// 2026-09-07 at 20:00 in Shanghai.
const NOW: Micros = 1_788_782_400 * SECOND_US;

struct House {
    app: Arc<App>,
    gateway: Gateway,
    runtime: tokio::runtime::Runtime,
    _database: db::testing::Fresh,
}

fn house(engine: Engine) -> House {
    static KEYS: OnceLock<Arc<Keys>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| Arc::new(Keys::generate(NOW).expect("keys"))).clone();
    let fresh = db::testing::fresh(engine);
    let clock = Clock::standing_at(NOW);
    let told = clock.clone();
    let gateway = Gateway::new(Options::new(KeySource::Given(keys), Arc::new(move || told.now()))).expect("a gateway");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port on loopback");
    let api_base = format!("http://{}", listener.local_addr().expect("its address"));
    let router = gateway.api_router();
    runtime.spawn(async move { axum::serve(listener, router).await });
    let given = gateway.credentials();
    let channel = Channel::open(Identity {
        account: Account::Provider { sp_appid: "wx0000000000000001".into(), sp_mchid: given.mchid.clone() },
        serial: &given.merchant_serial,
        private_key: given.merchant_private_key_pem.as_bytes(),
        apiv3_key: given.apiv3_key.as_bytes(),
        platform: PlatformKey::PublicKey { id: &given.public_key_id, pem: given.public_key_pem.as_bytes() },
        api_base: &api_base,
        notify_base: "http://127.0.0.1:9",
    })
    .expect("the gateway's keys can be used");
    let app = App::new(Setup {
        db: fresh.db().clone(),
        clock,
        secret: Secret::new(b"a secret that only tests use"),
        mode: Mode::Demo,
        base_url: "https://huihai.test".to_owned(),
        channel,
        settlement: settlement::Limits::default(),
        log: app::public_log::Setup::unwitnessed(
            tlog::LogKey::from_seed("huihai.test/log", &[7; 32]).expect("a name"),
            app::public_log::Folder::new(std::env::temp_dir().join(format!(
                "huihai_demo_log_{}_{}",
                std::process::id(),
                fresh.url_or_path().len()
            ))),
        )
        .expect("a policy"),
        people: app::people::Doors::default(),
        fiscal: None,
        behind_proxy: false,
        qualification_check_days: 180,
    })
    .expect("an app");
    House { app, gateway, runtime, _database: fresh }
}

impl House {
    fn get(&self, path: &str) -> (u16, String) {
        let request = Request::get(path).header("host", "huihai.test").body(Body::empty()).expect("a request");
        let answer = self.runtime.block_on(app::site(&self.app).oneshot(request)).expect("an answer");
        let status = answer.status().as_u16();
        let body = self.runtime.block_on(axum::body::to_bytes(answer.into_body(), usize::MAX)).expect("a body");
        (status, String::from_utf8_lossy(&body).into_owned())
    }

    fn count(&self, statement: db::Sql) -> i64 {
        self.app.db.read(|tx| tx.query_one(statement, params![])?.int("count")).expect("a count")
    }

    /// Every page that links lead a stranger to, in both languages.
    fn everything_public(&self) -> Vec<(String, String)> {
        let (mut next, mut seen, mut pages) = (vec!["/".to_owned()], BTreeSet::new(), Vec::new());
        while let Some(path) = next.pop() {
            if path.starts_with("/settings") || !seen.insert(path.clone()) {
                continue;
            }
            for lang in ["zh", "en"] {
                let mark = if path.contains('?') { '&' } else { '?' };
                let (status, body) = self.get(&format!("{path}{mark}lang={lang}"));
                assert!(status == 200 || status == 303, "{path} in {lang}: {status}\n{body}");
                assert!(!body.contains('⟦'), "{path} in {lang} lacks a message: {body}");
                next.extend(links(&body));
                pages.push((path.clone(), body));
            }
        }
        pages
    }
}

fn links(body: &str) -> impl Iterator<Item = String> + '_ {
    let addresses = body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    addresses.filter(|a| a.starts_with('/') && !a.starts_with("//")).map(|a| a.split('#').next().unwrap_or(a).replace("&amp;", "&"))
}

fn the_world_stands_and_holds_together(engine: Engine) {
    let house = house(engine);
    assert!(!demo::is_built(&house.app).unwrap());
    let mut told = (0, 0);
    let summary = demo::build_telling(&house.app, &house.gateway, &mut |done, all| told = (done, all)).expect("the world");
    assert_eq!(told.0, told.1);
    house.app.clock.set(NOW);
    assert!(demo::is_built(&house.app).unwrap());
    assert!(matches!(demo::build(&house.app, &house.gateway), Err(DemoFault::AlreadyBuilt)));

    let (looked, findings) = settlement::check::check(&house.app.db).unwrap();
    assert_eq!(findings, []);
    assert_eq!((looked.gifts, looked.gifts_fen), (300, summary.gifts_fen));
    assert!(looked.payouts >= 25 && looked.expenses >= 25, "{looked:?}");
    assert_eq!(house.count(sql("SELECT COUNT(*) AS count FROM channel_order WHERE state <> 'closed'")), 0);
    assert_eq!(house.count(sql("SELECT COUNT(*) AS count FROM job")) + house.count(sql("SELECT COUNT(*) AS count FROM failed_job")), 0);
    assert_eq!(house.count(sql("SELECT COUNT(*) AS count FROM held_notification")), 0);

    // Gifts are as old as the story, and so are their ids.
    let oldest = house.count(sql("SELECT MIN(id) AS count FROM gift"));
    assert!(NOW - app::kernel::made_at(oldest) > 300 * DAY_US);
    let states: BTreeSet<String> = house
        .app
        .db
        .read(|tx| {
            tx.query(sql("SELECT DISTINCT state FROM project ORDER BY state"), params![])?
                .iter()
                .map(|r| r.text("state"))
                .collect::<Result<_, db::Fault>>()
        })
        .unwrap();
    assert_eq!(states.len(), 7, "{states:?}");

    // A visitor meets one of everything that can happen to a project, a gift and a donor's papers.
    for (what, statement) in [
        (
            "receipts that stand",
            sql(
                "SELECT COUNT(*) AS count FROM receipt WHERE kind = 'receipt' AND id NOT IN (SELECT reverses_id FROM receipt WHERE reverses_id IS NOT NULL)",
            ),
        ),
        (
            "a merged receipt",
            sql("SELECT COUNT(*) AS count FROM (SELECT receipt_id FROM receipt_gift GROUP BY receipt_id HAVING COUNT(*) > 1) AS merged"),
        ),
        ("a reversal", sql("SELECT COUNT(*) AS count FROM receipt WHERE kind = 'reversal'")),
        ("a refund that is done", sql("SELECT COUNT(*) AS count FROM refund_case WHERE state = 'returned'")),
        ("a refund under way", sql("SELECT COUNT(*) AS count FROM refund_case WHERE state = 'examined'")),
        ("a gift by bank", sql("SELECT COUNT(*) AS count FROM transfer WHERE code = 7 AND state = 'posted'")),
        ("an answered question", sql("SELECT COUNT(*) AS count FROM question WHERE answered_at IS NOT NULL")),
        ("an open question", sql("SELECT COUNT(*) AS count FROM question WHERE answered_at IS NULL")),
        ("a complaint with a statement", sql("SELECT COUNT(*) AS count FROM complaint WHERE statement <> '' AND answer <> ''")),
        ("a complaint that waits for one", sql("SELECT COUNT(*) AS count FROM complaint WHERE statement = '' AND answer = ''")),
        ("an announced change", sql("SELECT COUNT(*) AS count FROM project_change WHERE state = 'announced'")),
        ("a correction", sql("SELECT COUNT(*) AS count FROM correction")),
        ("leftovers that went elsewhere", sql("SELECT COUNT(*) AS count FROM transfer WHERE code = 8 AND state = 'posted'")),
        ("a closing report", sql("SELECT COUNT(*) AS count FROM closing_report WHERE state = 'published'")),
        ("a suspended project", sql("SELECT COUNT(*) AS count FROM project WHERE hold = 'suspended'")),
        ("an open appeal", sql("SELECT COUNT(*) AS count FROM appeal WHERE state = 'open'")),
    ] {
        assert!(house.count(statement) > 0, "there is nothing of: {what}");
    }

    // The channel's bills and the ledger say the same, day for day.
    assert_eq!(house.count(sql("SELECT COUNT(*) AS count FROM bill_day WHERE state <> 'agrees'")), 0);
    assert_eq!(house.count(sql("SELECT COUNT(*) AS count FROM reconciliation_case")), 0);
    let today = app::kernel::civil::day_of(NOW);
    let billed = house.count(sql("SELECT CAST(SUM(bill_fen) AS BIGINT) AS count FROM bill_day"));
    let of_today: i64 = house
        .app
        .db
        .read(|tx| {
            tx.query_one(
                sql("SELECT COALESCE(CAST(SUM(gifts_fen) AS BIGINT), 0) AS count FROM channel_day WHERE day >= ?1"),
                params![today],
            )?
            .int("count")
        })
        .unwrap();
    assert_eq!(billed + of_today, summary.gifts_fen);

    let pages = house.everything_public();
    let public =
        |start: &str| pages.iter().filter(|(path, _)| path.starts_with(start)).map(|(path, _)| path).collect::<BTreeSet<_>>().len();
    assert!(public("/projects/") >= 14, "{} pages of projects", public("/projects/"));
    assert!(public("/organisations/") >= 3);
    let phones: Vec<String> = house
        .app
        .db
        .read(|tx| {
            tx.query(sql("SELECT phone FROM person_phone ORDER BY phone"), params![])?
                .iter()
                .map(|r| r.text("phone"))
                .collect::<Result<_, db::Fault>>()
        })
        .unwrap();
    assert!(phones.contains(&summary.donor_phone));
    for (path, body) in pages.iter().filter(|(path, _)| !path.starts_with("/outbox")) {
        for private in phones.iter().map(String::as_str).chain(["tide.manager", "huihai-demo"]) {
            assert!(!body.contains(private), "{private} stands on {path}");
        }
    }
    let (_, home) = house.get("/");
    assert!(home.contains("¥12,"), "the home page does not say what was received");
    assert!(house.get("/projects").1.contains("村口的灯"));
}

#[test]
fn on_sqlite() {
    the_world_stands_and_holds_together(Engine::Sqlite);
}

#[test]
fn on_postgres() {
    the_world_stands_and_holds_together(Engine::Postgres);
}

#[test]
fn it_is_not_built_where_somebody_lives() {
    let house = house(Engine::Sqlite);
    app::people::actions::create_person(&house.app, "先来的人").expect("a person");
    assert!(matches!(demo::build(&house.app, &house.gateway), Err(DemoFault::NotEmpty)));
    assert_eq!(house.count(sql("SELECT COUNT(*) AS count FROM organisation")), 0);
}
