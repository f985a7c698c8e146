//! Signing in with a phone or as staff, and everything that keeps others from doing it for you.

use app::Mode;
use app::kernel::{DAY_US, HOUR_US, MINUTE_US, Role, SECOND_US};
use app::organisations::{self, Kind, NewOrganisation, complete_credit_code};
use app::people::{self, actions};
use app::web::{Lang, SESSION_COOKIE};
use db::{params, sql};
use testkit::{Browser, Engine, Options, Page, World, on_both_engines};

const SECRET: &[u8] = b"12345678901234567890";
const PASSWORD: &str = "山高水长 又过一年 2026";

/// The code of the newest message that the demo's outbox shows.
fn newest_code(world: &World) -> String {
    let outbox = world.guest().get("/outbox");
    let message = outbox.texts(".card p").into_iter().find(|text| text.contains("验证码")).expect("a message in the outbox");
    message.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).expect("a code of six digits").to_owned()
}

/// Asks for a code and shows the page on which it is typed.
fn ask(browser: &Browser, phone: &str, back: &str) -> Page {
    let door = browser.get(&format!("/sign-in?back={back}"));
    browser.submit(&door, "/sign-in", &[("phone", phone)])
}

fn sign_in(world: &World, phone: &str) -> Browser {
    let browser = world.guest();
    let page = ask(&browser, phone, "");
    browser.submit(&page, "/sign-in/code", &[("code", &newest_code(world))]).has_status(200).is_at("/me");
    browser
}

fn people_count(world: &World) -> i64 {
    world.count(sql("SELECT COUNT(*) AS count FROM person"), params![])
}

/// Another six digits than these.
fn not(code: &str) -> String {
    let number: u32 = code.parse().expect("digits");
    format!("{:06}", (number + 1) % 1_000_000)
}

fn a_newcomer_signs_in_and_is_the_same_person_next_time(world: &World) {
    world.keep_private("13812345678");
    let browser = world.guest();
    let page = ask(&browser, "+\u{ff18}\u{ff16} 138-1234-\u{ff15}678", "/organisations");
    page.is_at("/sign-in/code").sees("138****5678").sees_no("13812345678");
    let code = newest_code(world);
    let refused = browser.submit(&page, "/sign-in/code", &[("code", &not(&code))]);
    refused.has_status(422).sees("还可以试 4 次");
    browser.submit(&refused, "/sign-in/code", &[("code", &code)]).has_status(200).is_at("/organisations");
    assert_eq!(people_count(world), 1);
    browser.get("/me").has_status(200).sees("138****5678").sees_no("13812345678");

    // The code was for one sign-in.
    let other = world.guest();
    other.submit(&page, "/sign-in/code", &[("code", &code)]).has_status(422).sees("已经用过");
    other.get("/me").is_at("/sign-in");

    // Next time it is the same person, whichever way the number is typed.
    let again = sign_in(world, "13812345678");
    assert_eq!(people_count(world), 1);
    again.get("/me").sees("138****5678");
}

fn a_code_ends_by_time_and_by_tries(world: &World) {
    let browser = world.guest();
    let page = ask(&browser, "13900000001", "");
    let code = newest_code(world);
    for left in [4, 3, 2, 1] {
        browser.submit(&page, "/sign-in/code", &[("code", &not(&code))]).has_status(422).sees(&format!("还可以试 {left} 次"));
    }
    browser.submit(&page, "/sign-in/code", &[("code", "12345")]).has_status(422).sees("6 位数字");
    browser.submit(&page, "/sign-in/code", &[("code", &not(&code))]).has_status(422).sees("试错 5 次");
    browser.submit(&page, "/sign-in/code", &[("code", &code)]).has_status(422).sees("试错 5 次");

    let page = browser.submit(&page, "/sign-in", &[]);
    let code = newest_code(world);
    world.clock.advance(10 * MINUTE_US);
    browser.submit(&page, "/sign-in/code", &[("code", &code)]).has_status(422).sees("失效");
    browser.get("/me").is_at("/sign-in");
    assert_eq!(people_count(world), 0);
}

fn a_wrong_number_is_refused_and_stays_in_the_field(world: &World) {
    let browser = world.guest();
    for bad in ["", "1381234567", "12812345678", "+1 2025550123", "十三"] {
        let page = ask(&browser, bad, "");
        page.has_status(422).sees("这不是有效的大陆手机号");
        assert_eq!(page.attributes("#f-phone", "value"), [bad]);
    }
    let page = browser.get("/sign-in/code?attempt=12-34");
    page.has_status(404).sees("这次登录已经失效");
    assert_eq!(page.forms().iter().filter(|f| f.action == "/sign-in").count(), 1, "one can begin again");
    world.catch_up();
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM outgoing_message"), params![]), 0);
}

fn a_known_number_is_answered_like_an_unknown_one(world: &World) {
    drop(sign_in(world, "13912345678"));
    let texts = ["13912345678", "13712345678"].map(|phone| {
        let page = ask(&world.guest(), phone, "");
        page.has_status(200).is_at("/sign-in/code");
        page.text().replace(&format!("{}****5678", &phone[..3]), "…")
    });
    assert_eq!(texts[0], texts[1]);
}

fn codes_are_not_sent_without_end(world: &World) {
    for _ in 0..3 {
        ask(&world.guest(), "13612345678", "").has_status(200);
    }
    ask(&world.guest(), "13612345678", "").has_status(429).sees("太频繁");
    ask(&world.guest(), "13612345679", "").has_status(200);
    world.clock.advance(10 * MINUTE_US);
    ask(&world.guest(), "13612345678", "").has_status(200);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM outgoing_message"), params![]), 5);
}

fn signing_in_never_leads_to_another_site(world: &World) {
    for (phone, back) in [("13500000001", "https://evil.example/"), ("13500000002", "//evil.example"), ("13500000003", "/\\evil.example")] {
        let browser = world.guest();
        let page = ask(&browser, phone, back);
        let answer = browser.submit_once(&page, "/sign-in/code", &[("code", &newest_code(world))]);
        assert_eq!(answer.leads_to().as_deref(), Some("/"), "{back}");
    }
}

fn many_hands_at_once_have_the_same_five_tries_and_one_sign_in(world: &World) {
    let page = ask(&world.guest(), "13400000001", "");
    let code = newest_code(world);
    let attempt = page.form("/sign-in/code").fields.iter().find(|f| f.name == "attempt").and_then(|f| f.value.clone()).expect("an attempt");
    let try_at_once = |typed: &str| {
        let outcomes = std::thread::scope(|scope| {
            let hands: Vec<_> =
                (0..12).map(|_| scope.spawn(|| actions::sign_in_with_code(&world.app, Lang::Zh, &attempt, typed, "").is_ok())).collect();
            hands.into_iter().map(|hand| hand.join().expect("no panic")).collect::<Vec<_>>()
        });
        outcomes.into_iter().filter(|ok| *ok).count()
    };
    let tries = || world.count(sql("SELECT tries AS count FROM phone_code"), params![]);
    assert_eq!(try_at_once(&code), 1, "a code signs in once");
    assert!((1..=5).contains(&tries()));
    assert_eq!(people_count(world), 1);

    let page = ask(&world.guest(), "13400000002", "");
    let code = newest_code(world);
    let attempt = page.form("/sign-in/code").fields.iter().find(|f| f.name == "attempt").and_then(|f| f.value.clone()).expect("an attempt");
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| actions::sign_in_with_code(&world.app, Lang::Zh, &attempt, &not(&code), "").is_err());
        }
    });
    assert_eq!(world.count(sql("SELECT MAX(tries) AS count FROM phone_code"), params![]), 5);
    assert!(actions::sign_in_with_code(&world.app, Lang::Zh, &attempt, &code, "").is_err());
}

/// An operator with one member of staff, `li.na`.
fn with_an_operator(world: &World) {
    organisations::prepare(&world.app).expect("areas");
    let operator = organisations::actions::found(
        &world.app,
        NewOrganisation {
            kind: Kind::Operator,
            name: "汇海演示运营中心".to_owned(),
            english_name: String::new(),
            credit_code: complete_credit_code("52110000MJ0000009").expect("a credit code"),
            about: String::new(),
            english_about: String::new(),
            address: "某市某路 1 号".to_owned(),
            contact: "010-00000000".to_owned(),
            area_code: "110101000000".to_owned(),
            certificates: Vec::new(),
        },
    )
    .expect("an operator");
    let li_na = actions::create_person(&world.app, "李娜").expect("a person");
    actions::make_staff(&world.app, li_na, "li.na", PASSWORD, SECRET).expect("a staff login");
    organisations::actions::give_seat(&world.app, operator, li_na, Role::Reviewer, world.now(), None).expect("a seat");
}

fn staff_door(browser: &Browser, login: &str, password: &str, totp: &str) -> Page {
    let door = browser.get("/staff/sign-in?back=/operator/organisations");
    browser.submit(&door, "/staff/sign-in", &[("login", login), ("password", password), ("totp", totp)])
}

const STAFF_REFUSAL: &str = "登录名、密码或动态码不对";

fn staff_sign_in_with_password_and_code_and_each_code_works_once(world: &World) {
    with_an_operator(world);
    let browser = world.guest();
    browser.get("/operator/organisations").is_at("/staff/sign-in");
    let code = people::totp_now(SECRET, world.now());
    world.guest().get("/outbox").sees("li.na").sees(&code);
    staff_door(&browser, " Li.Na ", PASSWORD, &code).has_status(200).is_at("/operator/organisations");

    // The same code again, from somebody who looked over the shoulder.
    let thief = world.guest();
    staff_door(&thief, "li.na", PASSWORD, &code).has_status(422).sees(STAFF_REFUSAL).sees("只能用一次");
    thief.get("/operator/organisations").is_at("/staff/sign-in");
    world.clock.advance(30 * SECOND_US);
    staff_door(&thief, "li.na", PASSWORD, &code).has_status(422);
    // Its own next code is a new one.
    staff_door(&world.guest(), "li.na", PASSWORD, &people::totp_now(SECRET, world.now())).is_at("/operator/organisations");
    // Twelve hours later the desk is closed.
    world.clock.advance(12 * HOUR_US);
    browser.get("/operator/organisations").is_at("/staff/sign-in");
}

fn whatever_is_wrong_staff_hear_the_same(world: &World) {
    with_an_operator(world);
    let code = people::totp_now(SECRET, world.now());
    let page = |login: &str, password: &str, totp: &str| {
        let page = staff_door(&world.guest(), login, password, totp);
        page.has_status(422).sees(STAFF_REFUSAL);
        assert_eq!(page.attributes("#f-password, #f-totp", "value"), ["", ""], "a secret is never sent back");
        page.text().to_owned()
    };
    let texts = [
        page("li.na", "wrong password", &code),
        page("li.na", PASSWORD, &not(&code)),
        page("li.na", PASSWORD, ""),
        page("nobody", PASSWORD, &code),
        page("no such login!", PASSWORD, &code),
    ];
    assert!(texts.iter().all(|text| *text == texts[0]));
    // Three failures are not five.
    staff_door(&world.guest(), "li.na", PASSWORD, &code).is_at("/operator/organisations");
}

fn five_failures_lock_a_login_for_a_quarter_of_an_hour(world: &World) {
    with_an_operator(world);
    for _ in 0..5 {
        staff_door(&world.guest(), "li.na", "wrong password", "000000").has_status(422);
    }
    let right = |world: &World| staff_door(&world.guest(), "li.na", PASSWORD, &people::totp_now(SECRET, world.now())).status;
    assert_eq!(right(world), 422, "locked");
    world.clock.advance(15 * MINUTE_US - SECOND_US);
    assert_eq!(right(world), 422, "still locked");
    for _ in 0..5 {
        staff_door(&world.guest(), "li.na", "wrong password", "000000").has_status(422);
    }
    world.clock.advance(SECOND_US);
    assert_eq!(right(world), 200, "trying in vain did not prolong the lock");
}

fn failures_at_once_are_counted_one_by_one(world: &World) {
    with_an_operator(world);
    let code = people::totp_now(SECRET, world.now());
    let attempt = |password: &str| actions::sign_in_staff(&world.app, "li.na", password, &code, "10.0.0.1", "").is_ok();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| attempt("wrong password"));
        }
    });
    assert!(!attempt(PASSWORD), "eight wrong ones at once locked it");
    world.clock.advance(15 * MINUTE_US);
    let code = people::totp_now(SECRET, world.now());
    let outcomes: Vec<bool> = std::thread::scope(|scope| {
        let enter = || actions::sign_in_staff(&world.app, "li.na", PASSWORD, &code, "10.0.0.1", "").is_ok();
        let hands: Vec<_> = (0..4).map(|_| scope.spawn(enter)).collect();
        hands.into_iter().map(|hand| hand.join().expect("no panic")).collect()
    });
    assert_eq!(outcomes.iter().filter(|ok| **ok).count(), 1, "one code, one sign-in");
}

fn a_staff_login_is_given_once(world: &World) {
    with_an_operator(world);
    let other = actions::create_person(&world.app, "王强").expect("a person");
    let refusal = |outcome: Result<(), app::kernel::Trouble>| match outcome {
        Err(app::kernel::Trouble::Refused(refusal)) => refusal.key,
        other => panic!("{other:?} is no refusal"),
    };
    assert_eq!(refusal(actions::make_staff(&world.app, other, "LI.NA", PASSWORD, SECRET)), "refusal-login-taken");
    assert_eq!(refusal(actions::make_staff(&world.app, other, "王强", PASSWORD, SECRET)), "refusal-login");
    assert_eq!(refusal(actions::make_staff(&world.app, other, "wang.qiang", "short", SECRET)), "refusal-password-length");
    assert_eq!(refusal(actions::make_staff(&world.app, other, "wang.qiang", PASSWORD, b"short")), "refusal-totp-secret");
    actions::make_staff(&world.app, other, "wang.qiang", PASSWORD, SECRET).expect("a staff login");
    assert_eq!(refusal(actions::make_staff(&world.app, other, "wang.qiang2", PASSWORD, SECRET)), "refusal-staff-already");
    actions::set_phone(&world.app, other, "13300000001").expect("a phone");
    actions::set_phone(&world.app, other, "13300000001").expect("the same again is fine");
    let third = actions::create_person(&world.app, "赵敏").expect("a person");
    assert_eq!(refusal(actions::set_phone(&world.app, third, "13300000001")), "refusal-phone-taken");
}

fn a_phone_code_does_not_open_the_desk_of_someone_with_a_seat(world: &World) {
    with_an_operator(world);
    let li_na = world.app.db.read(|tx| people::find_staff(tx, "li.na")).expect("a read").expect("she is staff");
    actions::set_phone(&world.app, li_na.person_id, "13212345678").expect("a phone");
    let browser = sign_in(world, "13212345678");
    browser.get("/operator/organisations").is_at("/staff/sign-in");
}

fn leaving_ends_this_session_or_all_of_them(world: &World) {
    let (phone, tablet, borrowed) = (sign_in(world, "13112345678"), sign_in(world, "13112345678"), sign_in(world, "13112345678"));
    let token = phone.cookie(SESSION_COOKIE).expect("a session");
    phone.submit(&phone.get("/me"), "/sign-out", &[]).is_at("/").sees("您已退出登录");
    phone.get("/me").is_at("/sign-in");
    // Somebody who copied the cookie has nothing.
    phone.set_cookie(SESSION_COOKIE, &token);
    phone.get("/me").is_at("/sign-in");
    tablet.submit(&tablet.get("/me"), "/me/sign-out-everywhere", &[]).sees("所有设备");
    borrowed.get("/me").is_at("/sign-in");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM session"), params![]), 0);
}

fn a_name_is_kept_and_a_bad_one_is_shown_again(world: &World) {
    let browser = sign_in(world, "13012345678");
    browser.submit(&browser.get("/me"), "/me", &[("name", "  王  秀英 ")]).is_at("/me").sees("称呼已保存").sees("王 秀英");
    for (bad, said) in [("", "请填写称呼"), ("<b>我</b>", "不能显示的符号"), (&*"长".repeat(31), "最多 30 个字")] {
        let page = browser.submit(&browser.get("/me"), "/me", &[("name", bad)]);
        page.has_status(422).sees(said);
        assert_eq!(page.attributes("#f-name", "value"), [bad]);
    }
    browser.get("/me").sees("王 秀英");
}

fn what_is_no_longer_needed_is_forgotten(world: &World) {
    drop(sign_in(world, "13812345670"));
    let left = |world: &World| {
        [
            world.count(sql("SELECT COUNT(*) AS count FROM session"), params![]),
            world.count(sql("SELECT COUNT(*) AS count FROM phone_code"), params![]),
            world.count(sql("SELECT COUNT(*) AS count FROM outgoing_message"), params![]),
            world.count(sql("SELECT COUNT(*) AS count FROM rate_window"), params![]),
        ]
    };
    world.catch_up();
    assert_eq!(left(world), [1, 1, 1, 3]);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM outgoing_message WHERE sent_at IS NOT NULL"), params![]), 1);
    world.later(3 * DAY_US);
    assert_eq!(left(world), [1, 0, 1, 0]);
    world.later(28 * DAY_US);
    assert_eq!(left(world), [0, 0, 0, 0]);
    assert_eq!(people_count(world), 1, "the person stays");
}

#[test]
fn outside_the_demo_there_is_no_outbox_and_a_code_goes_to_its_phone() {
    let world = World::with(Engine::Sqlite, Options { mode: Some(Mode::Designated), ..Options::default() });
    let browser = world.guest();
    ask(&browser, "13812345678", "").has_status(200).sees_no("演示");
    browser.get("/outbox").has_status(404);
    browser.get("/staff/sign-in").has_status(200).sees_no("演示");
    world.catch_up();
    let sent = world.gateway.sent_messages();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].phone.as_str(), sent[0].parameters[1].as_str()), ("+8613812345678", "10"));
    let left = sql("SELECT COUNT(*) AS count FROM outgoing_message WHERE sent_at IS NOT NULL AND body = '' AND parameters = '[]'");
    assert_eq!(world.count(left, params![]), 1, "what was sent is not kept");
}

on_both_engines![
    a_newcomer_signs_in_and_is_the_same_person_next_time,
    a_code_ends_by_time_and_by_tries,
    a_wrong_number_is_refused_and_stays_in_the_field,
    a_known_number_is_answered_like_an_unknown_one,
    codes_are_not_sent_without_end,
    signing_in_never_leads_to_another_site,
    many_hands_at_once_have_the_same_five_tries_and_one_sign_in,
    staff_sign_in_with_password_and_code_and_each_code_works_once,
    whatever_is_wrong_staff_hear_the_same,
    five_failures_lock_a_login_for_a_quarter_of_an_hour,
    failures_at_once_are_counted_one_by_one,
    a_staff_login_is_given_once,
    a_phone_code_does_not_open_the_desk_of_someone_with_a_seat,
    leaving_ends_this_session_or_all_of_them,
    a_name_is_kept_and_a_bad_one_is_shown_again,
    what_is_no_longer_needed_is_forgotten,
];
