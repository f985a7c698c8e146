//! The way of one gift as donors walk it: the calmer, the waiting room, the cashier, what is shown afterwards.

use app::kernel::{Id, MINUTE_US, SECOND_US, hex, sha256};
use db::{Tx, params, sql};
use testkit::{Page, World, on_both_engines};

use crate::giving_project::{RECIPIENT, confirm, intents, last_gift, look, path, project, project_of, wish};

fn a_guest_gives_one_jiao_and_sees_where_it_is(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let calmer = look(&donor, &project, &[("amount", "０．１"), ("name", "王\u{202E}大妈"), ("message", "给孩子们 <b>加油</b>")]);
    calmer.sees("立项时间").sees("执行情况").sees("善款花费").sees("项目进展").sees("财务披露");
    calmer.sees("¥0.10").sees("王大妈").sees("给孩子们 <b>加油</b>").sees("一般不能撤回").sees(RECIPIENT);
    let to_cashier = donor.submit_once(&calmer, "/gifts", &[]);
    let gift = last_gift(world);
    let cashier = to_cashier.has_status(303).leads_to().expect("on to the cashier");
    assert!(cashier.starts_with("/sandbox/cashier/"), "{cashier}");
    assert!(cashier.contains(&format!("redirect_url=%2Fgifts%2F{gift}%2F")), "{cashier}");
    donor.get(&path(world, gift)).has_status(200).sees("打开微信支付").sees("¥0.10");

    world.pay(gift);
    let thanks = donor.get(&path(world, gift));
    thanks.has_status(200).sees("谢谢，收到了").sees("这个项目的第 1 笔").sees("项目账户").sees("在账户里").sees("人民币壹角整");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM gift WHERE id = ?1 AND amount_fen = 10 AND donor_id = 0"), params![gift]), 1);
}

fn a_gift_between_payment_and_its_place_says_so(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let _ = confirm(&donor, &project, &[("amount", "1")]);
    let gift = last_gift(world);
    world.pay_only(gift);
    world.deliver();
    donor.get(&path(world, gift)).sees("谢谢，收到了").sees("正在排入项目账户");
    world.catch_up();
    donor.get(&path(world, gift)).sees("这个项目的第 1 笔").sees_no("正在排入项目账户");
}

fn coming_back_before_the_notification_makes_one_gift(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let _ = confirm(&donor, &project, &[("amount", "10")]);
    let gift = last_gift(world);
    world.pay_only(gift);
    let back = format!("{}?returned=1", path(world, gift));
    donor.get(&back).sees("正在向微信支付确认").sees("钱不会丢");
    // Looking again within five seconds asks the channel no second time.
    donor.get(&back).sees("正在向微信支付确认");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM job WHERE kind = 'query_order'"), params![]), 1);
    world.catch_up();
    donor.get(&back).sees("谢谢，收到了");
    for delivery in world.deliver() {
        assert!(matches!(delivery.answer, Ok(200 | 204)), "{delivery:?}");
    }
    world.catch_up();
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM gift"), params![]), 1);
}

fn a_lost_notification_is_found_by_asking(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let _ = confirm(&donor, &project, &[("amount", "10")]);
    let gift = last_gift(world);
    world.gateway.faults().lose_notifications = true;
    world.pay_only(gift);
    donor.get(&path(world, gift)).sees("打开微信支付");
    world.later(31 * SECOND_US);
    donor.get(&path(world, gift)).sees("谢谢，收到了");
}

fn the_money_is_followed_to_what_it_bought(world: &World) {
    let cast = world.cast();
    let project = project_of(world, &cast);
    let donor = world.guest();
    let _ = confirm(&donor, &project, &[("amount", "100")]);
    let gift = last_gift(world);
    world.pay(gift);
    project.pays_out(world, &cast, 6_000);
    donor.get(&path(world, gift)).sees("在账户里 ¥40.00").sees("拨付执行机构一部分 ¥60.00").sees("2026-09-08 拨款");
    project.spends(world, &cast, 2_500);
    donor.get(&path(world, gift)).sees("花在项目上一部分 ¥25.00").sees("棉衣：手套");
    let state = donor.get(&format!("/api{}", path(world, gift))).source();
    let state: serde_json::Value = serde_json::from_str(&state).expect("JSON");
    let where_now =
        ["in_account", "with_implementer", "spent"].map(|stop| state["whereabouts"][stop].as_str().unwrap_or_default().to_owned());
    assert_eq!(where_now, ["40.00", "35.00", "25.00"]);
}

fn a_forged_confirmation_is_refused(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let calmer = look(&donor, &project, &[("amount", "1")]);
    let sent = calmer.form("/gifts").filled(&[]);
    let with = |name: &str, value: &str| -> Vec<(String, String)> {
        sent.iter().map(|(n, v)| (n.clone(), if n == name { value.to_owned() } else { v.clone() })).collect()
    };
    let later = (world.now() + 900 * MINUTE_US).to_string();
    let other_hash = "0".repeat(64);
    let other_project = (project.id + 1).to_string();
    for (name, value) in [
        ("code", "0123456789abcdef0123456789abcdef"),
        ("code", ""),
        ("amount", "2"),
        ("expires", later.as_str()),
        ("expires", "x"),
        ("snapshot", other_hash.as_str()),
        ("snapshot", "ff"),
        ("project", other_project.as_str()),
    ] {
        let pairs = with(name, value);
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        donor.post("/gifts", &pairs).has_status(403).sees("没有扣款");
    }
    assert_eq!(intents(world), 0);
}

fn an_old_or_changed_calmer_is_shown_again(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let calmer = look(&donor, &project, &[("amount", "1"), ("name", "老李")]);
    world.clock.advance(31 * MINUTE_US);
    let again = donor.submit(&calmer, "/gifts", &[]);
    again.has_status(409).sees("已经过了半小时").sees("老李");
    // The facts change while the donor reads: more was planned than stood there.
    project.adds_a_budget_line(world);
    let once_more = donor.submit(&again, "/gifts", &[]);
    once_more.has_status(409).sees("情况有了变化").sees("新增的一项");
    assert_eq!(intents(world), 0);
    assert_eq!(donor.submit_once(&once_more, "/gifts", &[]).has_status(303).status, 303);
    assert_eq!(intents(world), 1);
}

fn other_gifts_meanwhile_do_not_bring_the_calmer_back(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let calmer = look(&donor, &project, &[("amount", "1")]);
    let other = wish(world, &project, 5_000).expect("a wish");
    world.catch_up();
    world.pay(other);
    donor.submit_once(&calmer, "/gifts", &[]).has_status(303);
    // The next donor within the same minute is shown the same snapshot; later a new one, with the new sum.
    let _ = look(&donor, &project, &[("amount", "1")]);
    let snapshots = || world.count(sql("SELECT COUNT(*) AS count FROM calmer_snapshot"), params![]);
    assert_eq!(snapshots(), 1);
    world.clock.advance(2 * MINUTE_US);
    look(&donor, &project, &[("amount", "1")]).sees("已筹 ¥50.00");
    assert_eq!(snapshots(), 2);
}

fn what_the_calmer_showed_can_be_read_and_recomputed(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let _ = confirm(&donor, &project, &[("amount", "1")]);
    let gift = last_gift(world);
    let body = donor.get(&format!("{}/calmer.json", path(world, gift))).source();
    project.adds_a_budget_line(world);
    world.later(40 * MINUTE_US);
    let kept = donor.get(&format!("{}/calmer", path(world, gift)));
    kept.has_status(200).sees(&hex(&sha256(body.as_bytes()))).sees("棉衣").sees_no("新增的一项");
    assert_eq!(donor.get(&format!("{}/calmer.json", path(world, gift))).source(), body);
}

fn a_project_that_takes_no_gifts_refuses_them(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let calmer = look(&donor, &project, &[("amount", "1")]);
    project.ends_fundraising(world);
    let refused = donor.submit(&calmer, "/gifts", &[]);
    assert!((400..500).contains(&refused.status), "{}", refused.status);
    let page = donor.get(&format!("/projects/{}/gift", project.id));
    assert!((400..500).contains(&page.status), "{}", page.status);
    assert_eq!(intents(world), 0);
    donor.get("/projects/77/gift").has_status(404);
}

fn a_charity_whose_certificate_expired_receives_nothing(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let calmer = look(&donor, &project, &[("amount", "1")]);
    project.certificate_ends_yesterday(world);
    let refused = donor.submit(&calmer, "/gifts", &[]);
    assert!((400..500).contains(&refused.status), "{}", refused.status);
    assert_eq!(intents(world), 0);
}

fn bad_wishes_come_back_with_a_sentence(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let action = format!("/projects/{}/gift", project.id);
    let form = donor.get(&action);
    for (amount, sentence) in [
        ("0", "每笔至少 ¥0.10"),
        ("-1", "不能是负数"),
        ("0.1分", "最小到分"),
        ("1e3", "请写完整"),
        ("1000000000000", "每笔最多 ¥50,000.00"),
        ("0.09", "每笔至少 ¥0.10"),
        ("50,000.01", "每笔最多 ¥50,000.00"),
        ("", "请填写金额"),
    ] {
        let again = donor.submit(&form, &action, &[("amount", amount), ("name", "老李")]);
        again.has_status(422).sees(sentence);
        assert!(again.form(&action).filled(&[]).contains(&("name".into(), "老李".into())), "what was typed is kept");
    }
    let long = "爱".repeat(31);
    donor.submit(&form, &action, &[("amount", "1"), ("name", &long)]).has_status(422).sees("称呼最多 30 个字");
}

fn anonymity_can_be_changed_later_and_the_certificate_follows(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let _ = confirm(&donor, &project, &[("amount", "1"), ("name", "王小明同学"), ("anonymous", "1")]);
    let gift = last_gift(world);
    let own = path(world, gift);
    let certificate = || donor.get(&format!("{own}/certificate.svg"));
    certificate().has_status(409);
    world.pay(gift);
    assert!(certificate().source().contains("匿名爱心人士"));
    let thanks = donor.get(&own);
    let changed = donor.submit(&thanks, &format!("{own}/anonymity"), &[("anonymous", ""), ("name", "王小明")]);
    changed.sees("署名改好了");
    let drawn = certificate().source();
    assert!(drawn.contains("王小明") && drawn.contains("人民币壹元整") && !drawn.contains(&own), "{drawn}");
    let picture = donor.get(&format!("{own}/certificate.png"));
    assert_eq!((picture.status, picture.header("content-type")), (200, "image/png"));
    let long = "名".repeat(31);
    donor.submit(&thanks, &format!("{own}/anonymity"), &[("name", &long)]).has_status(422).sees("称呼最多 30 个字");
}

fn only_the_address_opens_a_gift(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let _ = confirm(&donor, &project, &[("amount", "1")]);
    let gift = last_gift(world);
    let own = path(world, gift);
    let (_, code) = own.rsplit_once('/').expect("a code");
    let stranger = world.guest();
    for guess in
        [format!("/gifts/{gift}/0123456789abcdef0123456789abcdef"), format!("/gifts/{}/{code}", gift + 1), format!("/gifts/x/{code}")]
    {
        for part in ["", "/calmer", "/calmer.json", "/certificate.svg", "/cashier"] {
            stranger.get(&format!("{guess}{part}")).has_status(404);
        }
    }
}

fn a_donor_finds_every_gift_again(world: &World) {
    let project = project(world);
    let donor = world.donor("13800138001");
    donor.get("/me/gifts").has_status(200).sees("这里还没有捐赠");
    for yuan in 1..=23 {
        let _ = confirm(&donor, &project, &[("amount", &yuan.to_string()), ("message", "=1+1")]);
        if yuan <= 3 {
            world.pay(last_gift(world));
        }
        world.clock.advance(SECOND_US);
    }
    // Another donor's gift is not among them.
    let _ = confirm(&world.guest(), &project, &[("amount", "999")]);
    let mine = donor.get("/me/gifts");
    mine.sees("¥6.00").sees("待付款").sees("¥23.00").sees_no("¥1.00").sees_no("¥999.00");
    let older = donor.click(&mine, "更早的");
    older.sees("¥1.00").sees("已到账").sees_no("¥23.00");
    donor.get("/me/gifts?year=2025").sees("这里还没有捐赠");
    donor.get("/me/gifts?year=2026").sees("¥23.00");
    donor.get("/me/gifts?year=abc").has_status(404);
    let table = donor.get("/me/gifts.csv");
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let text = table.source();
    assert_eq!(text.lines().count(), 24);
    assert!(text.contains(",'=1+1") && !text.contains(",=1+1") && !text.contains("999.00"), "{text}");
    assert_ne!(world.guest().get("/me/gifts").path, "/me/gifts");
}

fn nobody_makes_more_than_sixty_intents_in_ten_minutes(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let calmer = look(&donor, &project, &[("amount", "1")]);
    for _ in 0..60 {
        donor.submit_once(&calmer, "/gifts", &[]).has_status(303);
    }
    donor.submit_once(&calmer, "/gifts", &[]).has_status(429).sees("操作太频繁了");
    assert_eq!(intents(world), 60);
    world.guest().submit_once(&calmer, "/gifts", &[]).has_status(303);
}

fn a_program_gives_by_the_same_way(world: &World) {
    let project = project(world);
    let program = world.guest();
    let read = |page: &Page| serde_json::from_str::<serde_json::Value>(&page.source()).expect("JSON");
    let calmer = program.get(&format!("/api/projects/{}/calmer?amount=0.10", project.id));
    let shown = read(calmer.has_status(200));
    let body = shown["body"].as_str().expect("the text that was hashed");
    assert_eq!(shown["hash"], hex(&sha256(body.as_bytes())));
    let post = |body: serde_json::Value| program.send(axum::http::Method::POST, "/api/gifts", &[], body.to_string().into_bytes());
    let wish = serde_json::json!({
        "project": project.id.to_string(), "amount": "0.10", "name": "程序", "anonymous": false, "trade_type": "native",
        "snapshot": shown["hash"], "expires": shown["expires"], "code": shown["code"],
    });
    let made = post(wish.clone());
    let made = read(made.has_status(201));
    assert_eq!(made["pay"]["kind"], "native");
    assert!(made["pay"]["reference"].as_str().is_some_and(|r| !r.is_empty()), "{made}");
    let gift: Id = made["id"].as_str().expect("an id").parse().expect("digits");
    world.pay(gift);
    // A signed-in donor's name is shown by the consent whose words came with the calmer, as on the page.
    assert!(shown["name_consent"].as_str().is_some_and(|words| words.contains("公开")), "{shown}");
    let donor = world.donor("13800138000");
    let consents =
        || world.count(sql("SELECT COUNT(*) AS count FROM consent WHERE purpose = 'publish_name' AND person_id = ?1"), params![donor.id]);
    let origin = world.app.base_url.clone();
    let own_page = [("origin", origin.as_str()), ("sec-fetch-site", "same-origin")];
    for (anonymous, held) in [(true, 0), (false, 1)] {
        let calmer = read(&donor.get(&format!("/api/projects/{}/calmer?amount=0.10", project.id)));
        let mut own = wish.clone();
        own["anonymous"] = anonymous.into();
        own["name"] = if anonymous { "".into() } else { "王小满".into() };
        for name in ["expires", "code"] {
            own[name] = calmer[name].clone();
        }
        own["snapshot"] = calmer["hash"].clone();
        let answer = donor.send(axum::http::Method::POST, "/api/gifts", &own_page, own.to_string().into_bytes());
        answer.has_status(201);
        assert_eq!(consents(), held);
    }
    let state = program.get(&format!("/api{}", path(world, gift)));
    let state = read(state.has_status(200));
    assert_eq!((&state["state"], &state["position"], &state["whereabouts"]["in_account"]), (&"thanks".into(), &1.into(), &"0.10".into()));

    let changed = |name: &str, value: serde_json::Value| {
        let mut changed = wish.clone();
        changed[name] = value;
        post(changed)
    };
    for (name, value, status) in [
        ("amount", serde_json::json!("0.09"), 422),
        ("amount", serde_json::json!(0.1), 422),
        ("amount", serde_json::json!("0.20"), 403),
        ("code", serde_json::json!("00"), 403),
        ("anonymous", serde_json::json!("yes"), 422),
        ("project", serde_json::json!("x"), 404),
        ("trade_type", serde_json::json!("cash"), 422),
        ("expires", serde_json::json!(null), 403),
    ] {
        let problem = changed(name, value.clone());
        assert_eq!(problem.status, status, "{name} {value}: {}", problem.source());
        assert_eq!(problem.header("content-type"), "application/problem+json");
        assert_eq!(read(&problem)["status"], status);
    }
    let broken = program.send(axum::http::Method::POST, "/api/gifts", &[], b"{".to_vec());
    assert_eq!(broken.status, 400);
    assert_eq!(intents(world), 3);
}

fn a_code_to_scan_is_shown_on_a_desk(world: &World) {
    let project = project(world);
    let gift = wish(world, &project, 100).expect("a wish");
    world.catch_up();
    let donor = world.guest();
    let page = donor.get(&path(world, gift));
    page.sees("用微信扫一扫付款").sees("打开演示收银台");
    assert_eq!(page.elements("figure.qr svg").len(), 1);
    world.pay(gift);
    donor.get(&path(world, gift)).sees("谢谢，收到了");
}

fn a_payment_that_does_not_fit_is_shown_as_being_checked(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let _ = confirm(&donor, &project, &[("amount", "1")]);
    let gift = last_gift(world);
    // The channel reports another amount than the intent's: the row is changed under the donor, as a defect would.
    world.app.db.write(|tx: &mut Tx| tx.execute_one(sql("UPDATE gift_intent SET amount_fen = 101 WHERE id = ?1"), params![gift])).unwrap();
    world.pay(gift);
    donor.get(&path(world, gift)).sees("款项正在由人工核对").sees("钱没有丢");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM gift"), params![]), 0);
}

on_both_engines![
    a_guest_gives_one_jiao_and_sees_where_it_is,
    a_gift_between_payment_and_its_place_says_so,
    coming_back_before_the_notification_makes_one_gift,
    a_lost_notification_is_found_by_asking,
    the_money_is_followed_to_what_it_bought,
    a_forged_confirmation_is_refused,
    an_old_or_changed_calmer_is_shown_again,
    other_gifts_meanwhile_do_not_bring_the_calmer_back,
    what_the_calmer_showed_can_be_read_and_recomputed,
    a_project_that_takes_no_gifts_refuses_them,
    a_charity_whose_certificate_expired_receives_nothing,
    bad_wishes_come_back_with_a_sentence,
    anonymity_can_be_changed_later_and_the_certificate_follows,
    only_the_address_opens_a_gift,
    a_donor_finds_every_gift_again,
    nobody_makes_more_than_sixty_intents_in_ten_minutes,
    a_program_gives_by_the_same_way,
    a_code_to_scan_is_shown_on_a_desk,
    a_payment_that_does_not_fit_is_shown_as_being_checked,
];
