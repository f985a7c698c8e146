//! In a real Chromium: does it look whole on a phone, is the console silent, does one gift go its way with script and
//! without? Pictures of what it saw are left in `target/screenshots`, or in the folder that HUIHAI_SCREENSHOTS names.

use std::path::PathBuf;

use app::kernel::Id;
use app::papers::actions::{desk, donor, donor::Asker};
use app::papers::model::{NewPayer, PayerKind};
use app::web::{Method, SESSION_COOKIE};
use db::{params, sql};
use testkit::{Chromium, Engine, Options, Person, World, read_above_the_button};

use crate::papers::gave;
use crate::{routes, sources};

pub struct Visit {
    pub world: World,
    pub chromium: Chromium,
    /// What the pictures' names begin with.
    called: &'static str,
}

impl Visit {
    pub fn begin(called: &'static str) -> Visit {
        let world = World::with(Engine::Sqlite, Options { for_a_real_browser: true, ..Options::default() });
        Visit { world, chromium: Chromium::start("zh-CN"), called }
    }

    pub fn open(&self, path: &str) {
        self.chromium.open(&format!("http://{}{path}", self.world.address()));
    }

    /// Hands the browser to this person.
    pub fn becomes(&self, person: &Person) {
        self.world.sign_in_again(person);
        let cookie = person.cookie(SESSION_COOKIE).expect("a session");
        self.chromium.set_cookie(&format!("http://{}", self.world.address()), SESSION_COOKIE, &cookie);
    }

    pub fn becomes_nobody(&self) {
        self.chromium.set_cookie(&format!("http://{}", self.world.address()), SESSION_COOKIE, "");
    }

    pub fn fill(&self, fields: &[(&str, &str)]) {
        for (name, text) in fields {
            let css = format!("main [name={name}]:not([type=hidden])");
            if name.ends_with("_day") { self.chromium.choose_day(&css, text) } else { self.chromium.fill(&css, text) }
        }
    }

    /// Presses the main button of the form that goes there.
    pub fn send(&self, action: &str) {
        self.chromium.click(&format!("form[action='{action}'] button"));
    }

    /// Follows the link of the page, not of its frame, that goes there; it gets the focus first, so that no bar covers it.
    pub fn follow(&self, href: &str) {
        let css = format!("main a[href='{href}']");
        self.chromium.wait(&css, || self.chromium.has(&css));
        let _ = self.chromium.evaluate(&format!("document.querySelector({css:?}).focus()"));
        self.chromium.click(&css);
        self.chromium.is_at(href);
    }

    /// Looks at the page that is open, in a narrow window, on a phone and at a desk, and takes pictures of the last two.
    pub fn look(&self, page: &str) {
        for (width, height) in [(320, 640), (360, 740), (1280, 800)] {
            self.chromium.resize(width, height);
            assert_eq!(self.chromium.overflow(), 0, "{page} stands out of a window of {width} pixels");
            if width > 320 {
                self.chromium.screenshot(&pictures().join(format!("{}-{page}-{width}.png", self.called)));
            }
        }
        self.chromium.resize(360, 740);
        // The cashier is another's page, and has no icon.
        let complaints: Vec<String> = self.chromium.complaints().into_iter().filter(|c| !c.contains("/favicon.ico")).collect();
        assert!(complaints.is_empty(), "{page}: {complaints:#?}");
    }
}

pub fn pictures() -> PathBuf {
    std::env::var_os("HUIHAI_SCREENSHOTS").map_or_else(|| sources::root().join("target/screenshots"), PathBuf::from)
}

/// From the list of projects to the thanks and where the money is, on a phone.
fn one_gift_goes_its_way(visit: &Visit) {
    let Visit { world, chromium, .. } = visit;
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    chromium.as_a_phone();
    chromium.resize(360, 740);

    visit.open("/");
    visit.look("home");
    visit.open("/projects");
    visit.look("projects");
    chromium.press("山里孩子的冬天");
    chromium.is_at(&format!("/projects/{project}"));
    visit.look("project");
    chromium.click(&format!("a[href^='/projects/{project}/gift']"));
    chromium.is_at(&format!("/projects/{project}/gift"));
    chromium.fill("input[name=amount]", "0.1");
    visit.look("amount");
    chromium.click(&format!("form[action='/projects/{project}/gift'] button"));
    chromium.sees("付款前");
    chromium.sees("¥0.10");
    visit.look("calmer");
    chromium.click("form[action='/gifts'] button");

    chromium.is_at("/sandbox/cashier/");
    visit.look("cashier");
    chromium.click("form[action$='/pay'] button");
    chromium.wait("the way back", || chromium.has("a[href*='/gifts/']"));
    world.deliver();
    world.catch_up();
    chromium.click("a[href*='/gifts/']");
    chromium.is_at("/gifts/");
    chromium.sees("谢谢");
    chromium.sees("¥0.10");
    visit.look("thanks");
    let gift: Id = world.count(sql("SELECT COALESCE(MAX(id), 0) AS count FROM gift WHERE amount_fen = 10"), params![]);
    assert!(chromium.path().starts_with(&app::giving::gift_path(&world.app, gift)), "{}", chromium.path());
}

#[test]
fn a_phone_gives_with_script() {
    one_gift_goes_its_way(&Visit::begin("script"));
}

#[test]
fn a_phone_gives_without_script() {
    let visit = Visit::begin("plain");
    visit.chromium.without_script();
    one_gift_goes_its_way(&visit);
}

/// Inside WeChat: the donor comes in by it, and pays through its bridge, which the test plays and the sandbox checks.
#[test]
fn inside_wechat_the_bridge_opens_the_cashier() {
    let visit = Visit::begin("wechat");
    let Visit { world, chromium, .. } = &visit;
    let project = world.project(&world.cast(), "山里孩子的冬天");
    chromium.as_wechat();
    chromium.resize(360, 740);
    visit.open(&format!("/projects/{project}/gift"));
    chromium.sees("要先用微信登录");
    chromium.press("用微信登录");
    chromium.is_at("/sandbox/connect/oauth2/authorize");
    chromium.click("form button");
    chromium.is_at("/wechat/welcome");
    visit.look("welcome");
    chromium.press("只用微信，继续");
    chromium.is_at(&format!("/projects/{project}/gift"));
    chromium.fill("input[name=amount]", "1");
    chromium.keys("\u{E007}");
    chromium.sees("付款前");
    chromium.click("form[action='/gifts'] button");
    chromium.is_at("/gifts/");
    // The bridge comes a moment after the page, as on a phone; the first time the donor closes the cashier.
    chromium.evaluate(
        "window.asked = []; window.answer = 'get_brand_wcpay_request:cancel';
         window.WeixinJSBridge = { invoke(name, parameters, done) { window.asked.push(parameters); done({ err_msg: window.answer }); } };
         document.dispatchEvent(new Event('WeixinJSBridgeReady'));",
    );
    visit.look("jsapi");
    chromium.click("[data-jsapi] button");
    chromium.sees("没有付款");
    let parameters = chromium.evaluate("return window.asked[0]");
    let cashier = world.gateway.jsapi_cashier(&parameters).expect("parameters that the merchant has signed");
    assert!(cashier.starts_with("/sandbox/cashier/"));
    let mut forged = parameters.clone();
    forged["package"] = "prepay_id=wx00000000000000000000000000000000".into();
    assert!(world.gateway.jsapi_cashier(&forged).is_err(), "the signature covers what is paid");
    let gift = world.count(sql("SELECT MAX(id) AS count FROM gift_intent"), params![]);
    world.pay(gift);
    chromium.evaluate("window.answer = 'get_brand_wcpay_request:ok'");
    chromium.click("[data-jsapi] button");
    chromium.sees("谢谢");
    let openid = world.gateway.openid(testkit::SP_APPID, "xiaoman");
    let ordered = sql("SELECT COUNT(*) AS count FROM channel_order WHERE trade_type = 'jsapi' AND open_id = ?1");
    assert_eq!(world.count(ordered, params![openid]), 1);
}

/// At a desk the donor scans a code with the phone, and the page notices by itself that the gift was paid.
#[test]
fn a_desk_shows_a_code_and_notices_the_payment() {
    let visit = Visit::begin("desk");
    let Visit { world, chromium, .. } = &visit;
    let project = world.project(&world.cast(), "山里孩子的冬天");
    chromium.resize(1280, 800);
    visit.open(&format!("/projects/{project}/gift"));
    chromium.fill("input[name=amount]", "20");
    // By keyboard alone: enter sends the form, as everywhere.
    chromium.keys("\u{E007}");
    chromium.sees("付款前");
    chromium.click("form[action='/gifts'] button");
    chromium.is_at("/gifts/");
    chromium.wait("a code to scan", || chromium.has("main svg"));
    visit.look("code");
    let gift = world.count(sql("SELECT MAX(id) AS count FROM gift_intent"), params![]);
    world.pay(gift);
    chromium.sees("谢谢");
}

#[test]
fn other_public_pages_fit_small_phones_and_complain_of_nothing() {
    let visit = Visit::begin("public");
    let cast = visit.world.cast();
    let donor = visit.world.donor("13800138000");
    let life = visit.world.life(&cast, &donor);
    let organisation = format!("/organisations/{}", cast.charity);
    let project = format!("/projects/{}", life.published);
    let pages = [
        ("sign-in", "/sign-in"),
        ("staff-sign-in", "/staff/sign-in"),
        ("organisations", "/organisations"),
        ("organisation", &organisation),
        ("project-that-lived", &project),
        ("reconciliation", "/reconciliation"),
        ("article", "/about/article"),
        ("help", "/help"),
    ];
    for (name, path) in pages {
        visit.open(path);
        visit.look(name);
    }
}

/// A donor's papers on screen; the papers themselves are left beside the pictures.
#[test]
fn a_donors_papers_fit_a_phone_and_a_desk() {
    let visit = Visit::begin("papers");
    let Visit { world, chromium, .. } = &visit;
    let cast = world.cast();
    let donor = world.donor("13800138000");
    let life = world.life(&cast, &donor);
    let gifts: Vec<Id> = [8_800, 52_000, 16_801].into_iter().map(|fen| gave(world, &donor, life.published, fen)).collect();
    let payer = NewPayer {
        kind: PayerKind::Company,
        name: "清河纸业有限公司".into(),
        code: "9144030071526726XG".into(),
        contact: "office@example.org".into(),
    };
    let asker = Asker { person_id: donor.id, link: None };
    let merged = donor::apply(&world.app, asker, &gifts, &payer, &read_above_the_button(&world.app), world.now()).expect("applied");
    let left = gave(world, &donor, life.published, 600_000);
    // Somebody has counted the things, so that they can have a receipt.
    let things = life.offline_things;
    app::offline::confirm_things(&world.app, &cast.approver.actor, things, world.now()).unwrap_or_else(|trouble| panic!("{trouble:?}"));
    let sign_in = |person: &Person| {
        visit.open("/");
        let token = person.cookie("huihai_session").expect("a session");
        let _ = chromium.evaluate(&format!("document.cookie = 'huihai_session={token}; path=/'"));
    };
    sign_in(&donor);
    let paper = |id| app::papers::actions::paper_path(&world.app, id);
    for (name, path) in [
        ("my-gifts", "/me/gifts".to_owned()),
        ("mine", "/me/receipts".to_owned()),
        ("offline", format!("/me/receipts/gifts/{}", life.offline_gift)),
        ("apply", format!("/me/receipts/new?charity={}&year=2026", cast.charity)),
        ("gift", format!("{}/receipt", app::giving::gift_path(&world.app, left))),
        ("waiting", paper(merged)),
        ("issued", paper(life.application)),
        ("statement", "/me/statements/2026".to_owned()),
        ("verify", format!("/receipts/{}/{}", life.receipt_number, life.receipt_code)),
    ] {
        visit.open(&path);
        visit.look(name);
    }
    sign_in(&cast.finance);
    for (name, path) in [
        ("desk", "/desk/receipts".to_owned()),
        ("desk-application", format!("/desk/receipts/{merged}")),
        ("desk-issued", format!("/desk/receipts/{}", life.application)),
        ("desk-settings", "/desk/receipts/settings".to_owned()),
        ("desk-behalf", format!("/desk/receipts/new?gift={things}")),
    ] {
        visit.open(&path);
        visit.look(name);
    }
    desk::issue(&world.app, &cast.finance.actor, merged, world.now()).expect("issued");
    let keep = |name: &str, bytes: &[u8]| std::fs::write(pictures().join(name), bytes).expect("a folder for pictures");
    let copies = |id: Id, form: &str| donor.post(&format!("{}/copies", paper(id)), &[("form", form)]).body;
    keep("papers-original.pdf", &copies(life.application, "pdf"));
    keep("papers-duplicate.pdf", &copies(life.application, "pdf"));
    keep("papers-merged.pdf", &copies(merged, "pdf"));
    keep("papers-merged.png", &copies(merged, "png"));
    desk::reverse(&world.app, &cast.finance.actor, life.application, "抬头写错", false, world.now()).expect("reversed");
    keep("papers-reversed.pdf", &copies(life.application, "pdf"));
    keep("papers-statement.pdf", &donor.get("/me/statements/2026/statement.pdf").body);
}

/// Every page there is, as somebody who may see it: in a small phone's window nothing stands out to the side, and the
/// console is silent. With HUIHAI_SCREENSHOTS set, a picture of each is taken on a phone and at a desk.
#[test]
fn every_page_fits_a_small_phone() {
    let visit = Visit::begin("all");
    let everything = routes::everything(&visit.world);
    let visitors = routes::visitors(&everything);
    let site = format!("http://{}", visit.world.address());
    let pictured = std::env::var_os("HUIHAI_SCREENSHOTS").is_some();
    let (mut seen, mut wrong) = (0, Vec::new());
    for route in routes::for_people().iter().filter(|route| route.method == Method::Get) {
        let path = routes::filled(route.path, &visit.world, &everything);
        let admitted = visitors.iter().find_map(|visitor| match visitor.person {
            None => visit.world.guest().visit(&path).is_shown().then(String::new),
            Some(person) => person.visit(&path).is_shown().then(|| person.browser.cookie(SESSION_COOKIE).unwrap_or_default()),
        });
        let Some(cookie) = admitted else { continue };
        visit.chromium.set_cookie(&site, SESSION_COOKIE, &cookie);
        visit.open(&path);
        seen += 1;
        for (width, height) in [(320, 640), (360, 740), (1280, 800)] {
            visit.chromium.resize(width, height);
            let over = visit.chromium.overflow();
            if over != 0 {
                wrong.push(format!("{} stands out of a window of {width} pixels by {over}", route.path));
            }
            if pictured && width > 320 {
                let name = route.path.trim_matches('/').replace(['/', '{', '}'], "-");
                visit.chromium.screenshot(&pictures().join(format!("all-{name}-{width}.png")));
            }
        }
        let said = visit.chromium.complaints();
        wrong.extend(said.into_iter().filter(|c| !c.contains("/favicon.ico")).map(|c| format!("{}: {c}", route.path)));
    }
    assert!(seen >= 40, "only {seen} pages were opened");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
