//! What was agreed to and taken back, what is held about somebody, and what is left of them when they have left. Named after the articles of the
//! 个人信息保护法 (PIPL, in force since 2021-11-01) and the rules of `docs`.

use app::kernel::{Actor, DAY_US, Id, MINUTE_US, Strength};
use app::people::{self, actions};
use app::public_log::GiftProof;
use db::{params, sql};
use testkit::{Browser, Page, Person, Wish, World, on_both_engines};

fn newest_code(world: &World) -> String {
    let outbox = world.guest().get("/outbox");
    let message = outbox.texts(".card p").into_iter().find(|text| text.contains("验证码")).expect("a message in the outbox");
    message.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6).expect("a code of six digits").to_owned()
}

fn sign_in(world: &World, phone: &str) -> Browser {
    let browser = world.guest();
    let page = browser.submit(&browser.get("/sign-in"), "/sign-in", &[("phone", phone)]);
    browser.submit(&page, "/sign-in/code", &[("code", &newest_code(world))]).has_status(200).is_at("/me");
    browser
}

/// A gift of ten yuan in this name, paid.
fn given(world: &World, donor: &Actor, project: Id, name: &str, message: &str) -> Id {
    let wish = Wish { project, amount_fen: 1_000, name, message, anonymous: false };
    let id = world.wish(donor, &wish).expect("a wish");
    world.catch_up();
    world.pay(id);
    id
}

fn withdraw(browser: &Browser, purpose: &str) -> Page {
    browser.post("/me/consents/withdrawal", &[("purpose", purpose)])
}

/// Arts. 14 and 17: what was agreed to is known word for word, with version and time.
fn pipl_14_a_consent_is_kept_in_the_words_that_were_read(world: &World) {
    let browser = sign_in(world, "13812345678");
    let asked = world.guest().get("/sign-in");
    let words = "发送验证码，即同意我们用您的手机号登录和核对身份";
    asked.sees(words);
    browser.get("/me/consents").has_status(200).sees(words).sees("隐私说明第 1 版").sees("现在没有同意");
    // Signing in again agrees to nothing new.
    drop(sign_in(world, "13812345678"));
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM consent"), params![]), 1);
    let kept = world.count(sql("SELECT COUNT(*) AS count FROM consent JOIN consent_text ON consent_text.sha256 = consent.text_sha256 WHERE consent_text.lang = 'zh-CN'"), params![]);
    assert_eq!(kept, 1);
    let notice = world.stranger().get("/privacy");
    notice.has_status(200).sees(words).sees("收集清单").sees("共享清单").sees("第 1 版");
}

/// Art. 15: taken back as easily as given, with effect at once; art. 16: and nothing else is refused for it.
fn pipl_15_taking_back_takes_effect_at_once(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    actions::consents::agree(&world.app, app::web::Lang::Zh, donor.id, people::Purpose::PublishName).expect("a consent");
    given(world, &donor.actor, project, "愿意留名的小满", "加油");
    world.stranger().get(&format!("/projects/{project}")).sees("愿意留名的小满");
    donor.get("/me/consents").sees("公开的捐赠记录里显示这个称呼");
    withdraw(&donor, "publish_name").has_status(200).sees("已撤回，立即生效");
    world.keep_private("愿意留名的小满");
    world.stranger().get(&format!("/projects/{project}")).has_status(200);
    donor.get("/me/gifts").has_status(200);
    withdraw(&donor, "publish_name").has_status(200);
    withdraw(&donor, "nonsense").has_status(422);
    // The phone is this person's only way in: it stays until there is another, and the page says where to go.
    withdraw(&donor, "phone_sign_in").has_status(409).sees("唯一的登录方式");
}

/// Arts. 23 and 25: a name is shown to others only with a consent of its own, asked for on the page where it is given.
fn pipl_25_a_name_is_published_only_with_a_consent_of_its_own(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let held =
        || world.count(sql("SELECT COUNT(*) AS count FROM consent WHERE purpose = 'publish_name' AND withdrawn_at IS NULL"), params![]);
    let path = format!("/projects/{project}/gift");
    let words = "填写称呼且不选匿名，即同意在公开的捐赠记录里显示";
    let step = |name: &str, anonymous: bool| {
        let page = donor.get(&path);
        let mut values = vec![("amount", "1"), ("name", name)];
        if anonymous {
            values.push(("anonymous", "1"));
        }
        donor.submit(&page, &path, &values)
    };
    let calmer = step("立春", true);
    calmer.sees_no(words);
    let _ = donor.submit_once(&calmer, "/gifts", &[]);
    assert_eq!(held(), 0, "an anonymous gift publishes nothing");
    let calmer = step("立春", false);
    calmer.sees(words);
    let _ = donor.submit_once(&calmer, "/gifts", &[]);
    assert_eq!(held(), 1);
}

/// R17 (慈善法 art. 82, 上海市慈善条例 art. 54): a donor may forbid that their name is shown; per gift, at any time, in lists and copies too.
fn r17_a_donor_may_forbid_publication_of_their_name(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    let (first, second) =
        (given(world, &donor.actor, project, "谷雨先生和夫人", "好"), given(world, &donor.actor, project, "寒露先生和夫人", "好"));
    let public = || world.guest().get(&format!("/projects/{project}"));
    public().sees("谷雨先生和夫人").sees("寒露先生和夫人");
    let path = app::giving::gift_path(&world.app, first);
    let page = donor.get(&path);
    donor.submit(&page, &format!("{path}/anonymity"), &[("anonymous", "1"), ("name", "谷雨先生和夫人")]).has_status(200);
    public().sees_no("谷雨先生和夫人").sees("寒露先生和夫人");
    world.keep_private("谷雨先生和夫人");
    for path in ["/", "/projects", &format!("/projects/{project}"), &format!("/organisations/{}", cast.charity)] {
        world.stranger().get(path).has_status(200);
    }
    let csv = donor.get("/me/gifts.csv");
    csv.has_status(200);
    assert!(!csv.contains_bytes("谷雨先生和夫人") && csv.contains_bytes("寒露先生和夫人"), "the spreadsheet follows");
    // Back again, and off again.
    world.no_longer_private("谷雨先生和夫人");
    donor.post(&format!("{path}/anonymity"), &[("name", "谷雨先生和夫人")]).has_status(200);
    public().sees("谷雨先生和夫人");
    let other = app::giving::gift_path(&world.app, second);
    donor.post(&format!("{other}/anonymity"), &[("anonymous", "1"), ("name", "")]).has_status(200);
    public().sees_no("寒露先生和夫人");
}

fn copies(donor: &Person) -> Vec<String> {
    donor.get("/me/export").links().into_iter().filter(|link| link.ends_with("data.json")).collect()
}

/// Art. 45: everything held about a person, for them alone, for a week.
fn pipl_45_a_person_has_a_copy_of_everything_that_is_held(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13800138000");
    given(world, &donor.actor, project, "立春夫妇", "一句给孩子的话");
    donor.submit(&donor.get("/me/export"), "/me/export", &[]).has_status(200).sees("正在制作");
    assert!(copies(&donor).is_empty(), "nothing to download before it is made");
    world.catch_up();
    donor.get("/me/notices").sees("数据副本做好了");
    let link = copies(&donor).remove(0);
    let file = donor.get(&link);
    file.has_status(200);
    let data: serde_json::Value = serde_json::from_slice(&file.body).expect("JSON");
    let about = &data["about"];
    assert_eq!(about["person"]["phones"][0]["phone"], "13800138000");
    assert_eq!((about["gifts"][0]["name"].as_str(), about["gifts"][0]["message"].as_str()), (Some("立春夫妇"), Some("一句给孩子的话")));
    for part in ["person", "seats", "files", "gifts", "supervision"] {
        assert!(!about[part].is_null(), "{part} is missing");
    }
    // Nobody else's, not even with its number.
    world.donor("13900139000").get(&link).has_status(404);
    cast.reviewer.get(&link).has_status(404);
    world.guest().get(&link).is_at("/sign-in");
    for _ in 0..2 {
        donor.post("/me/export", &[]).has_status(200);
    }
    donor.post("/me/export", &[]).has_status(429).sees("一天最多三份");
    world.later(7 * DAY_US);
    donor.get(&link).has_status(404);
    assert!(copies(&donor).is_empty());
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM data_export"), params![]), 0);
}

/// Where a text stands in the database, in any text column.
fn found(world: &World, text: &str) -> Vec<String> {
    let mut places = Vec::new();
    for (table, what) in world.app.db.schema().expect("a schema").tables {
        for column in what.columns.iter().filter(|c| format!("{:?}", c.kind).contains("Text")) {
            // A statement of our own making, which `sql` takes only from the program's text: it lives as long as the test.
            let statement = format!("SELECT COUNT(*) AS count FROM {table} WHERE \"{}\" LIKE ?1", column.name);
            let statement: &'static str = Box::leak(statement.into_boxed_str());
            if world.count(sql(statement), params![format!("%{text}%")]) > 0 {
                places.push(format!("{table}.{}", column.name));
            }
        }
    }
    places
}

/// Art. 47: who somebody is goes, the books stay.
fn pipl_47_leaving_erases_the_person_and_keeps_the_books(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "山里孩子的冬天");
    let donor = world.donor("13812345678");
    let (name, message, title) = ("将要离开的白露", "只说这一次的话", "白露的身份证明");
    donor.post("/me", &[("name", name)]).has_status(200);
    let gift = given(world, &donor.actor, project, name, message);
    let upload = app::web::Upload { field: "file".to_owned(), name: format!("{title}.png"), bytes: testkit::PIXEL.to_vec() };
    let prepared = app::files::Prepared::from_upload(&upload, true).expect("a picture");
    let (file, notice) = (world.app.new_id(), world.app.new_id());
    world
        .app
        .db
        .write(|tx| {
            app::files::keep(tx, file, &prepared, 0, donor.id, world.now())?;
            people::notify(tx, notice, donor.id, "notice-export-ready", &[("name", name)], "/me", world.now())
        })
        .expect("a file and a notice");
    actions::copies::ask(&world.app, donor.id).expect("a copy");
    // An order that is still open stands in the way, with what to do.
    let unpaid = world.wish(&donor.actor, &Wish { project, amount_fen: 500, name, message, anonymous: false }).expect("a wish");
    world.catch_up();
    donor.get("/me/leaving").has_status(200).sees("没有付完").sees_no("发送验证码");
    world.later(130 * MINUTE_US);
    assert!(unpaid > 0);
    let planted = [name, message, title, "13812345678"];
    for text in planted {
        assert!(!found(world, text).is_empty(), "“{text}” was not planted");
        world.no_longer_private(text);
    }

    let proof = || app::public_log::of_gift(&world.app, gift).expect("read");
    assert!(matches!(proof(), Some(GiftProof::Published { .. })), "the donor can prove the gift");

    let asked = donor.submit(&donor.get("/me/leaving"), "/me/leaving", &[]);
    asked.has_status(200).sees("138****5678");
    let code = newest_code(world);
    donor.submit(&asked, "/me/leaving/confirmation", &[("code", &code)]).has_status(422).sees("请先勾选");
    let wrong = format!("{:06}", (code.parse::<u32>().expect("digits") + 1) % 1_000_000);
    donor.submit(&asked, "/me/leaving/confirmation", &[("code", &wrong), ("understood", "1")]).has_status(422).sees("还可以试 4 次");
    let totals = |world: &World| world.count(sql("SELECT CAST(SUM(amount_fen) AS BIGINT) AS count FROM gift"), params![]);
    let before = totals(world);
    donor.submit(&asked, "/me/leaving/confirmation", &[("code", &code), ("understood", "1")]).has_status(200).is_at("/").sees("账户已注销");

    donor.get("/me").is_at("/sign-in");
    world.later(11 * MINUTE_US);
    for text in planted {
        world.keep_private(text);
        assert_eq!(found(world, text), Vec::<String>::new(), "“{text}” is left");
    }
    world.stranger().get(&format!("/projects/{project}")).has_status(200).sees("爱心人士");
    world.stranger().get(&app::giving::gift_path(&world.app, gift)).has_status(200);
    assert_eq!(totals(world), before, "the books are as they were");
    assert!(matches!(proof(), Some(GiftProof::Erased)), "nobody can connect the gift with the public log any more");
    world.stranger().get(&format!("{}/proof", app::giving::gift_path(&world.app, gift))).sees("密钥已销毁");
    world.check_the_books();
    let entry = world.count(sql("SELECT COUNT(*) AS count FROM public_entry WHERE kind = 'erasure'"), params![]);
    let restricted =
        world.count(sql("SELECT COUNT(*) AS count FROM person WHERE id = ?1 AND restricted_at IS NOT NULL"), params![donor.id]);
    assert_eq!((entry, restricted), (1, 1));
    // Whoever has that phone next is somebody new.
    let next = sign_in(world, "13812345678");
    world.no_longer_private("13812345678");
    next.get("/me/gifts").sees("还没有");
}

fn who_holds_a_seat_cannot_leave_before_it_is_handed_over(world: &World) {
    let cast = world.cast();
    cast.manager.get("/me/leaving").has_status(200).sees("还有席位").sees("清河慈善基金会");
    cast.manager.post("/me/leaving/confirmation", &[("understood", "1"), ("code", "000000")]).has_status(409).sees("还有席位");
    // Somebody whose seat has ended leaves with the code of their authenticator.
    let code = people::totp_now(&testkit::totp_secret("former"), world.now());
    let page = cast.former.get("/me/leaving");
    cast.former.submit(&page, "/me/leaving/confirmation", &[("understood", "1"), ("code", "12345")]).has_status(422).sees("动态码不对");
    cast.former.submit(&page, "/me/leaving/confirmation", &[("understood", "1"), ("code", &code)]).is_at("/").sees("账户已注销");
    assert_eq!(found(world, "钱已离"), Vec::<String>::new());
    assert!(world.app.db.read(|tx| people::find_staff(tx, "former")).expect("a read").is_none());
}

fn by_wechat_alone_one_leaves_after_a_fresh_sign_in(world: &World) {
    use app::people::actions::wechat as way;
    let (signed_in, _) = way::mini_program(&world.app, app::web::Lang::Zh, &world.gateway.mini_program_code("guyu"), Some(1), "10.0.0.1")
        .expect("a session");
    let browser = world.guest();
    browser.set_cookie(app::web::SESSION_COOKIE, &signed_in.token);
    world.clock.advance(11 * MINUTE_US);
    browser.get("/me/leaving").sees("重新登录");
    browser.post("/me/leaving/confirmation", &[("understood", "1")]).has_status(409);
    let person = world.signed_in(signed_in.person_id, "", Strength::Phone, Vec::new());
    person.submit(&person.get("/me/leaving"), "/me/leaving/confirmation", &[("understood", "1")]).is_at("/").sees("账户已注销");
    assert_eq!(found(world, &world.gateway.openid(testkit::MINI_APPID, "guyu")), Vec::<String>::new());
}

on_both_engines![
    pipl_14_a_consent_is_kept_in_the_words_that_were_read,
    pipl_15_taking_back_takes_effect_at_once,
    pipl_25_a_name_is_published_only_with_a_consent_of_its_own,
    r17_a_donor_may_forbid_publication_of_their_name,
    pipl_45_a_person_has_a_copy_of_everything_that_is_held,
    pipl_47_leaving_erases_the_person_and_keeps_the_books,
    who_holds_a_seat_cannot_leave_before_it_is_handed_over,
    by_wechat_alone_one_leaves_after_a_fresh_sign_in,
];
