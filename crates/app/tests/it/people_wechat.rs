//! Coming in by WeChat, on the web and from a mini-program, and codes on their way to phones: the real exchange over loopback HTTP.

use app::Mode;
use app::kernel::{MINUTE_US, Role, SECOND_US};
use app::organisations::Kind;
use axum::http::Method;
use db::{params, sql};
use sandbox::SmsFailure;
use testkit::{Browser, Engine, MINI_APPID, Options, Page, SP_APPID, World, on_both_engines};

const ASK: &str = "/sandbox/connect/oauth2/authorize";

/// Goes to WeChat, is this person there, and comes back.
fn by_wechat(browser: &Browser, who: &str, back: &str) -> Page {
    let asked = browser.get(&format!("/wechat/sign-in?back={back}"));
    asked.has_status(200).is_at(ASK);
    browser.submit(&asked, ASK, &[("who", who)])
}

fn newest_code(world: &World) -> String {
    let outbox = world.guest().get("/outbox");
    let message = outbox.texts(".card p").into_iter().find(|text| text.contains("验证码")).expect("a message in the outbox");
    message.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).expect("a code of six digits").to_owned()
}

/// The form that goes on with WeChat alone; the page has one for phones too.
fn alone(browser: &Browser, back: &str) -> Page {
    browser.post("/wechat/welcome", &[("way", "alone"), ("back", back)])
}

fn people(world: &World) -> i64 {
    world.count(sql("SELECT COUNT(*) AS count FROM person"), params![])
}

fn somebody_new_goes_on_with_wechat_alone_and_comes_again(world: &World) {
    world.keep_private(&world.gateway.openid(SP_APPID, "guyu"));
    let browser = world.guest();
    browser.get("/sign-in").sees("用微信登录");
    let welcome = by_wechat(&browser, "guyu", "/organisations");
    welcome.has_status(200).is_at("/wechat/welcome").sees("只用微信");
    assert_eq!(people(world), 0, "nobody is made before they have chosen");
    alone(&browser, "/organisations").has_status(200).is_at("/organisations");
    browser.get("/me").has_status(200).sees("已用微信登录");
    browser.get("/me/consents").sees("微信登录与付款");

    let elsewhere = world.guest();
    by_wechat(&elsewhere, "guyu", "/me/wechat").has_status(200).is_at("/me/wechat").sees("公众号");
    assert_eq!(people(world), 1, "the same person again");

    // It is their only way in.
    let page = elsewhere.get("/me/wechat");
    let removal = page.forms().iter().find(|f| f.action.ends_with("/removal")).expect("a way to unlink").action.clone();
    elsewhere.submit(&page, &removal, &[]).has_status(409).sees("唯一的登录方式");
    world.guest().post(&removal, &[]).is_at("/sign-in");
}

fn linking_to_an_account_with_a_phone_takes_a_code_on_that_phone(world: &World) {
    let owner = world.donor("13812345678");
    let browser = world.guest();
    let welcome = by_wechat(&browser, "xiaoman", "");
    let hidden: Vec<(&str, &str)> = vec![("way", "phone"), ("back", ""), ("phone", "138 1234 5678")];
    welcome.sees("我有手机号账户");
    let code_page = browser.post("/wechat/welcome", &hidden);
    code_page.has_status(200).sees("138****5678");
    let code = newest_code(world);
    let wrong = format!("{:06}", (code.parse::<u32>().expect("digits") + 1) % 1_000_000);
    let again = browser.submit(&code_page, "/wechat/code", &[("code", &wrong)]);
    again.has_status(422).sees("还可以试 4 次");

    // The code is for linking: it signs nobody in by another door, and another browser's WeChat is not linked by it.
    let attempt =
        code_page.form("/wechat/code").fields.iter().find(|f| f.name == "attempt").and_then(|f| f.value.clone()).expect("an attempt");
    world.guest().post("/sign-in/code", &[("attempt", &attempt), ("code", &code)]).has_status(404);
    let thief = world.guest();
    by_wechat(&thief, "hanlu", "").is_at("/wechat/welcome");
    world.guest().post("/wechat/code", &[("attempt", &attempt), ("code", &code)]).sees("没有等待关联的微信");

    browser.submit(&again, "/wechat/code", &[("code", &code)]).has_status(200).is_at("/me/wechat").sees("微信已关联");
    browser.get("/me").sees("138****5678");
    assert_eq!(people(world), 1);
    // Next time WeChat alone is enough, and it is the owner's account.
    let next = world.guest();
    by_wechat(&next, "xiaoman", "").is_at("/me").sees("138****5678");
    owner.get("/me/wechat").sees("公众号");

    // Unlinked, it is nobody's again.
    let page = owner.get("/me/wechat");
    let removal = page.forms().iter().find(|f| f.action.ends_with("/removal")).expect("a way to unlink").action.clone();
    owner.submit(&page, &removal, &[]).is_at("/me/wechat").sees("已解除关联");
    by_wechat(&world.guest(), "xiaoman", "").is_at("/wechat/welcome");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM wechat_union"), params![]), 0);
}

fn somebody_signed_in_links_with_a_code_on_their_own_phone_and_nobody_elses_wechat(world: &World) {
    let (one, other) = (world.donor("13812345678"), world.donor("13912345678"));
    by_wechat(&one, "guyu", "/me/wechat").is_at("/wechat/welcome").sees("138****5678");
    // Without the code there is no short way.
    alone(&one, "").has_status(409).sees("要先填手机上的验证码");
    let page = one.post("/wechat/welcome", &[("way", "own"), ("back", "")]);
    one.submit(&page, "/wechat/code", &[("code", &newest_code(world))]).is_at("/me/wechat");
    by_wechat(&other, "guyu", "/me/wechat").has_status(409).sees("已经关联了另一个账户");
    // Signed in as one, with a code on another's phone: right, and still not theirs.
    by_wechat(&other, "hanlu", "/me/wechat").is_at("/wechat/welcome");
    let page = other.post("/wechat/welcome", &[("way", "phone"), ("back", ""), ("phone", "13812345678")]);
    other.submit(&page, "/wechat/code", &[("code", &newest_code(world))]).has_status(409).sees("属于另一个账户");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM wechat_identity"), params![]), 1);
}

fn forged_states_used_codes_previews_and_silence_sign_nobody_in(world: &World) {
    let browser = world.guest();
    let code = world.gateway.official_account_code("guyu");
    // A link that somebody else has prepared: their code, no state of this browser.
    browser
        .get(&format!("/wechat/signed-in?code={code}&state=00112233445566778899aabbccddeeff"))
        .has_status(422)
        .sees("不是从这个浏览器开始的");
    let begin = || {
        let _asked = browser.visit("/wechat/sign-in");
        browser.cookie("huihai_wechat").expect("a state").split('.').next().expect("a state").to_owned()
    };
    let back = |code: &str, state: &str| browser.get(&format!("/wechat/signed-in?code={code}&state={state}"));
    back(&code, &format!("{}0", begin())).has_status(422).sees("不是从这个浏览器开始的");
    back(&code, &begin()).is_at("/wechat/welcome");
    // The state was for one time, and so was the code.
    back(&code, "").has_status(422);
    back(&code, &begin()).has_status(422).sees("登录码已失效");
    back("", &begin()).has_status(422).sees("登录码已失效");
    let late = world.gateway.official_account_code("guyu");
    world.clock.advance(5 * MINUTE_US);
    back(&late, &begin()).has_status(422).sees("登录码已失效");
    for (errcode, status, said) in [
        (40029, 422, "登录码已失效"),
        (45011, 429, "太频繁"),
        (40226, 403, "限制了这个微信号"),
        (-1, 503, "没有回答"),
        (12345, 503, "没有回答"),
    ] {
        world.gateway.faults().identity_errcodes.push(errcode);
        back(&world.gateway.official_account_code("guyu"), &begin()).has_status(status).sees(said);
    }
    by_wechat(&world.guest(), "snapshot", "").has_status(422).sees("网页预览");
    assert_eq!(people(world), 0);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM wechat_identity"), params![]), 0);
    // Who waited too long begins again.
    world.clock.advance(15 * MINUTE_US);
    browser.get("/wechat/welcome").has_status(200).sees("没有等待关联的微信");
    world.catch_up();
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM wechat_pending"), params![]), 0);
}

/// What a mini-program does: JSON there and back, no cookies.
fn call(browser: &Browser, path: &str, bearer: &str, body: &str) -> Page {
    let authorization = format!("Bearer {bearer}");
    browser.send(Method::POST, path, &[("content-type", "application/json"), ("authorization", &authorization)], body.as_bytes().to_vec())
}

fn a_mini_program_signs_in_and_is_the_same_person_as_on_the_web(world: &World) {
    let program = world.guest();
    let login = |agreed: &str| {
        call(&program, "/api/wechat/session", "", &format!(r#"{{"code":"{}"{agreed}}}"#, world.gateway.mini_program_code("guyu")))
    };
    login("").has_status(422).sees("第 1 版");
    login(r#","agreed":0"#).has_status(422);
    assert_eq!(people(world), 0, "nobody is made who has not agreed");
    let page = login(r#","agreed":1"#);
    page.has_status(201);
    let answer: serde_json::Value = serde_json::from_slice(&page.body).expect("JSON");
    assert!(!page.contains_bytes("session_key") && answer["new"] == true, "{answer}");
    let token = answer["token"].as_str().expect("a token").to_owned();
    assert!(program.cookie(app::web::SESSION_COOKIE).is_none(), "a program keeps no cookie");
    let again = login("");
    again.has_status(200);
    assert_eq!(people(world), 1);

    // The website has another openid for them and the same unionid.
    let browser = world.guest();
    by_wechat(&browser, "guyu", "/me/wechat").is_at("/me/wechat").sees("公众号").sees("小程序");
    assert_ne!(world.gateway.openid(SP_APPID, "guyu"), world.gateway.openid(MINI_APPID, "guyu"));
    assert_eq!(people(world), 1);

    call(&program, "/api/session/end", "nonsense", "{}").has_status(401);
    call(&program, "/api/session/end", &token, "{}").has_status(200);
    call(&program, "/api/session/end", &token, "{}").has_status(401);
    // A token opens the API only: pages want a cookie.
    let other: serde_json::Value = serde_json::from_slice(&again.body).expect("JSON");
    let authorization = format!("Bearer {}", other["token"].as_str().expect("a token"));
    let page = program.send(Method::GET, "/me", &[("authorization", &authorization)], Vec::new());
    assert!(page.leads_to().is_some_and(|to| to.starts_with("/sign-in")), "{}", page.status);
    call(&program, "/api/wechat/session", "", "not json").has_status(400);
    call(&program, "/api/wechat/session", "", r#"{"code":"made up","agreed":1}"#).has_status(422);
}

fn many_hands_link_one_wechat_user_once(world: &World) {
    use app::people::actions::wechat as way;
    use app::web::Lang;
    let codes: Vec<String> = (0..6).map(|_| world.gateway.mini_program_code("guyu")).collect();
    std::thread::scope(|scope| {
        for code in &codes {
            scope.spawn(|| way::mini_program(&world.app, Lang::Zh, code, Some(1), "10.0.0.1").map(|_| ()));
        }
    });
    assert_eq!(people(world), 1, "one person, whoever came first");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM wechat_identity"), params![]), 1);
}

/// Outside the demo, with an operator who looks after it.
fn real(engine: Engine) -> World {
    World::with(engine, Options { mode: Some(Mode::Designated), ..Options::default() })
}

fn ask(world: &World, phone: &str) {
    let browser = world.guest();
    browser.submit(&browser.get("/sign-in"), "/sign-in", &[("phone", phone)]).has_status(200);
}

fn codes_reach_their_phones_or_rest_where_the_operator_sees_them(world: &World) {
    let operator = world.organisation(Kind::Operator, "汇海运营中心", 1);
    let reviewer = world.staff("reviewer", "周审", operator, Role::Reviewer);
    let waits = || world.app.db.read(|tx| app::people::waiting_for_operator(tx, world.now())).expect("what waits").len();
    reviewer.get("/operator/messages").has_status(200).sees("没有");
    world.keep_private("13812345601");
    for failure in [SmsFailure::Status("LimitExceeded.PhoneNumberThirtySecondLimit"), SmsFailure::SentButSilent] {
        world.gateway.faults().sms = vec![failure];
        let before = world.gateway.sent_messages().len();
        ask(world, "13812345601");
        world.catch_up();
        world.later(30 * SECOND_US);
        let sent = world.gateway.sent_messages();
        assert!(sent.len() > before, "it is tried again until it is known to be sent");
        assert!(sent.iter().all(|m| m.phone == "+8613812345601" && m.parameters.len() == 2));
    }
    assert_eq!(waits(), 0);
    world.gateway.faults().sms = vec![SmsFailure::Status("FailedOperation.InsufficientBalanceInSmsPackage")];
    ask(world, "13812345602");
    world.catch_up();
    reviewer.get("/operator/messages").sees("FailedOperation.InsufficientBalanceInSmsPackage").sees("138****5602").sees_no("13812345602");
    assert_eq!(waits(), 1);
    // A provider that is silent until the code has run out: given up, with a reason, and never sent late.
    world.gateway.faults().sms = vec![SmsFailure::Status("InternalError.Timeout"); 20];
    let before = world.gateway.sent_messages().len();
    ask(world, "13812345603");
    for _ in 0..12 {
        world.later(2 * MINUTE_US);
    }
    world.gateway.faults().sms.clear();
    assert_eq!(world.gateway.sent_messages().len(), before);
    world.sign_in_again(&reviewer);
    reviewer.get("/operator/messages").sees("验证码已过期");
    assert_eq!(waits(), 1, "all as one item");
    let texts = world.count(sql("SELECT COUNT(*) AS count FROM outgoing_message WHERE body <> ''"), params![]);
    assert_eq!(texts, 0, "what was said is not kept");
}

#[test]
fn codes_reach_their_phones_or_rest_where_the_operator_sees_them_sqlite() {
    codes_reach_their_phones_or_rest_where_the_operator_sees_them(&real(Engine::Sqlite));
}

#[test]
fn codes_reach_their_phones_or_rest_where_the_operator_sees_them_postgres() {
    codes_reach_their_phones_or_rest_where_the_operator_sees_them(&real(Engine::Postgres));
}

on_both_engines![
    somebody_new_goes_on_with_wechat_alone_and_comes_again,
    linking_to_an_account_with_a_phone_takes_a_code_on_that_phone,
    somebody_signed_in_links_with_a_code_on_their_own_phone_and_nobody_elses_wechat,
    forged_states_used_codes_previews_and_silence_sign_nobody_in,
    a_mini_program_signs_in_and_is_the_same_person_as_on_the_web,
    many_hands_link_one_wechat_user_once,
];
