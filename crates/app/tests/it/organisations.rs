//! Organisations as everyone, the operator and a manager meet them: papers and their days, seats, merchant numbers.

use app::kernel::civil::{day_of, day_text, start_of};
use app::kernel::{DAY_US, MINUTE_US, Role, Strength};
use app::organisations::actions::found;
use app::organisations::{self, Kind, LONG_TERM_DAY, NewOrganisation, areas, complete_credit_code};
use app::web::Lang;
use db::{params, sql};
use testkit::{Browser, Page, World, on_both_engines};

const CREDIT: &str = "53440000MJ0000077";

/// The form that records an organisation, filled in as its certificates say; `changed` says what is typed otherwise.
fn record(operator: &Browser, changed: &[(&str, &str)]) -> Page {
    let code = complete_credit_code(CREDIT).expect("a credit code");
    let mut values = vec![
        ("kind", "charity"),
        ("name", "澄溪慈善基金会"),
        ("english_name", "Clear Brook Foundation"),
        ("credit_code", code.as_str()),
        ("area", "通渭县"),
        ("address", "通渭县示范路 3 号"),
        ("contact", "0932-0000000"),
        ("about", "帮助山里的孩子读书。"),
        ("english_about", "Helps children in the hills to read."),
        ("registration_number", "慈登第 77 号"),
        ("registration_issuer", "示范省民政厅"),
        ("registration_from", "2024-01-01"),
        ("licence_number", "慈募第 77 号"),
        ("licence_issuer", "示范省民政厅"),
        ("licence_from", "2024-01-01"),
        ("licence_until", "2026-12-31"),
    ];
    for (name, value) in changed {
        match values.iter_mut().find(|(n, _)| n == name) {
            Some(pair) => pair.1 = value,
            None => values.push((name, value)),
        }
    }
    operator.submit(&operator.get("/operator/organisations/new"), "/operator/organisations", &values)
}

fn entries(world: &World, kind: &str) -> i64 {
    world.count(sql("SELECT COUNT(*) AS count FROM public_entry WHERE kind = ?1"), params![kind])
}

fn an_operator_records_a_charity_and_everyone_reads_its_papers(world: &World) {
    let cast = world.cast();
    let founded = entries(world, "organisation_founded");
    let papers = entries(world, "certificate_added");
    let page = record(&cast.reviewer, &[]);
    page.has_status(200).sees("机构已登记").sees("澄溪慈善基金会").sees("长期");
    assert_eq!(entries(world, "organisation_founded"), founded + 1);
    assert_eq!(entries(world, "certificate_added"), papers + 2);
    let words =
        world.count(sql("SELECT COUNT(*) AS count FROM public_entry WHERE body LIKE ?1 OR body LIKE ?2"), params!["%澄溪%", "%慈登%"]);
    assert_eq!(words, 0, "public entries hold no names and no words");

    let stranger = world.stranger();
    let list = stranger.get("/organisations");
    list.sees("澄溪慈善基金会").sees("清河慈善基金会").sees_no("云上乡村发展中心");
    let code = complete_credit_code(CREDIT).expect("a credit code");
    let found = stranger.submit(&list, "/organisations", &[("q", "澄溪")]);
    found.sees("共 1 家").sees(&code).sees("募捐资格有效").sees_no("清河");
    let page = stranger.click(&found, "澄溪慈善基金会");
    for fact in [
        &*code,
        "Clear Brook Foundation",
        "甘肃省定西市通渭县",
        "原国家级贫困县",
        "通渭县示范路 3 号",
        "0932-0000000",
        "慈募第 77 号",
        "2026-12-31",
        "长期",
        "慈善中国",
        "¥0.00",
    ] {
        page.sees(fact);
    }
    assert!(page.links().iter().any(|link| link.starts_with("/projects?organisation=")));
    stranger.speaks(Lang::En);
    stranger.get(&page.path).sees("Clear Brook Foundation").sees("Helps children in the hills to read.").sees("Gansu").sees("no end");
    // Search takes what people type literally, whatever it means to a database.
    for (typed, count) in [("%", 0), ("_", 0), ("!", 0), ("'", 0), ("clear brook", 1), (&*code.to_lowercase(), 1)] {
        let found = stranger.submit(&stranger.get("/organisations"), "/organisations", &[("q", typed)]);
        assert_eq!(found.texts("ul.rows > li").len(), count, "{typed}");
    }
    stranger.get("/organisations/1").has_status(404);
    stranger.get("/organisations/x").has_status(404);
}

fn papers_that_cannot_be_right_are_refused_beside_their_field(world: &World) {
    let cast = world.cast();
    let before = world.count(sql("SELECT COUNT(*) AS count FROM organisation"), params![]);
    let code = complete_credit_code(CREDIT).expect("a credit code");
    let last = if code.ends_with('0') { "1" } else { "0" };
    let slipped = format!("{CREDIT}{last}");
    for (field, typed, said) in [
        ("credit_code", slipped.as_str(), "校验位不对"),
        ("credit_code", "5344", "这里有 4 位"),
        ("credit_code", "5344OOOOMJOOOOO77X", "不会出现的字符"),
        ("name", " ", "请填写这一项"),
        ("area", "朝阳区", "不止一处"),
        ("area", "无此县", "没有找到这个地方"),
        ("registration_from", "2024-02-30", "日期不对"),
        ("registration_until", "2023-12-31", "截止日期早于开始日期"),
        ("licence_until", "2023-12-31", "截止日期早于开始日期"),
        ("licence_number", "", "请填写这一项"),
    ] {
        let page = record(&cast.reviewer, &[(field, typed)]);
        page.has_status(422).sees(said);
        assert_eq!(page.texts(&format!("#e-{field}")).len(), 1, "{field}: the sentence stands beside its field");
        assert_eq!(page.attributes("#f-name", "value").len(), 1);
        if field != "name" {
            assert_eq!(page.attributes("#f-name", "value"), ["澄溪慈善基金会"], "what was typed is kept");
        }
    }
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM organisation"), params![]), before);
    // The 江北区 of 重庆 was abolished, so the name means the one of 宁波.
    record(&cast.reviewer, &[("area", "江北区")]).has_status(200);
    record(&cast.reviewer, &[]).has_status(409).sees("已经登记过");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM organisation"), params![]), before + 1);
}

fn a_licence_runs_out_and_is_renewed_by_a_new_one(world: &World) {
    let cast = world.cast();
    let desk = &cast.reviewer;
    let page = record(desk, &[("licence_until", &day_text(day_of(world.now()) + 20))]);
    let path = page.path.split('?').next().expect("a path").to_owned();
    let id = path.rsplit('/').next().expect("an id").parse().expect("an id");
    let public = format!("/organisations/{id}");
    let may = |world: &World| world.app.db.read(|tx| organisations::may_raise_funds(tx, id, day_of(world.now()))).expect("a read");
    assert!(may(world));
    desk.get("/operator/organisations?expiring=1").sees("澄溪慈善基金会").sees("即将到期").sees_no("清河慈善基金会");
    world.stranger().get(&public).sees("即将到期");

    world.clock.set(start_of(day_of(world.now()) + 20));
    assert!(may(world), "the last day belongs to it");
    world.clock.advance(DAY_US);
    assert!(!may(world));
    let page = world.stranger().get(&public);
    page.sees("现在没有有效的公开募捐资格").sees("已过期").sees("慈募第 77 号");
    world.stranger().get("/organisations").sees("无有效募捐资格");

    let desk = world.staff("reviewer-3", "孙审", cast.operator, Role::Reviewer);
    let today = day_text(day_of(world.now()));
    let renewal = [("kind", "public_fundraising"), ("number", "慈募第 78 号"), ("issuer", "示范省民政厅"), ("valid_from", today.as_str())];
    let page = desk.submit(&desk.get(&path), &format!("{path}/certificates"), &renewal);
    page.has_status(200).sees("证书已新增").sees("慈募第 77 号").sees("慈募第 78 号");
    assert!(may(world));
    world.stranger().get(&public).sees("已过期").sees("慈募第 78 号").sees_no("现在没有有效的公开募捐资格");
    desk.submit(&desk.get(&path), &format!("{path}/certificates"), &renewal).has_status(409).sees("已经登记过");
    let backwards = [
        ("kind", "registration"),
        ("number", "9"),
        ("issuer", "示范省民政厅"),
        ("valid_from", "2026-02-01"),
        ("valid_until", "2026-01-31"),
    ];
    desk.submit(&desk.get(&path), &format!("{path}/certificates"), &backwards).has_status(422).sees("截止日期早于开始日期");
}

fn what_came_in_is_complete_until_the_stated_instant(world: &World) {
    let cast = world.cast();
    let path = format!("/organisations/{}", cast.charity);
    let write = |statement, parameters: &[db::Value]| world.app.db.write(|tx| tx.execute_one(statement, parameters)).expect("one row");
    let (today, now) = (day_of(world.now()), world.now());
    for (day, gifts, fen) in [(today - 1, 2, 12_345), (today, 1, 100_000)] {
        write(
            sql("INSERT INTO channel_day (organisation_id, day, gifts, gifts_fen) VALUES (?1, ?2, ?3, ?4)"),
            params![cast.charity, day, gifts, fen],
        );
    }
    world.stranger().get(&path).sees("¥1,123.45").sees("截至 2026-09-08 10:00");
    world.stranger().get(&format!("/organisations/{}", cast.launcher)).sees("¥0.00");
    // A batch that no roll-up has taken up yet: the figure says that it is older than the page.
    write(sql("INSERT INTO gift_batch (id, gifts, amount_fen, committed_at) VALUES (7, 1, 10, ?1)"), params![now]);
    write(sql("INSERT INTO gift_delta (batch_id, body) VALUES (7, ?1)"), params![vec![0_u8; 0]]);
    world.clock.advance(5 * MINUTE_US);
    world.stranger().get(&path).sees("¥1,123.45").sees("截至 2026-09-08 10:00");
    world.app.db.write(|tx| tx.execute_one(sql("DELETE FROM gift_delta"), params![])).expect("one row");
    world.stranger().get(&path).sees("截至 2026-09-08 10:05");
    // These rows stand for no gifts, which the look around when the world ends would rightly find.
    write(sql("DELETE FROM gift_batch"), params![]);
    let gone = world.app.db.write(|tx| tx.execute(sql("DELETE FROM channel_day"), params![])).expect("rows");
    assert_eq!(gone, 2);
}

fn a_merchant_number_is_given_once_and_to_one(world: &World) {
    let cast = world.cast();
    let desk = &cast.reviewer;
    let path = format!("/operator/organisations/{}", cast.launcher);
    let open = |mchid: &str| desk.submit(&desk.get(&path), &format!("{path}/merchant"), &[("mchid", mchid)]);
    open("12").has_status(422).sees("8 到 32 位数字");
    open("1600000002").has_status(409).sees("属于另一家机构");
    open("1600 000003").has_status(200).sees("商户号已登记").sees("1600000003");
    desk.post(&format!("{path}/merchant"), &[("mchid", "1600000004")]).has_status(409).sees("已经有商户号");
    let mchid = world.app.db.read(|tx| organisations::merchant_of(tx, cast.launcher)).expect("a read");
    assert_eq!(mchid.as_deref(), Some("1600000003"));
    // What the channel knows is not for the public.
    world.keep_private("1600000003");
    world.stranger().get(&format!("/organisations/{}", cast.launcher)).has_status(200);
}

fn a_seat_opens_a_desk_from_its_first_day_to_its_last(world: &World) {
    let cast = world.cast();
    let desk = &cast.reviewer;
    let path = format!("/operator/organisations/{}", cast.launcher);
    let give = |values: &[(&str, &str)]| desk.submit(&desk.get(&path), &format!("{path}/seats"), values);
    let day = |offset: i64| day_text(day_of(world.now()) + offset);
    let (yesterday, today, tomorrow) = (day(-1), day(0), day(1));

    give(&[("login", "nobody"), ("role", "manager")]).has_status(422).sees("没有这个登录名");
    give(&[("login", "former"), ("role", "manager"), ("starts", &day(-9)), ("ends", &yesterday)]).has_status(422).sees("今天之前就已结束");
    give(&[("login", "former"), ("role", "manager"), ("starts", &tomorrow), ("ends", &today)]).has_status(422).sees("早于开始日期");
    give(&[("login", "former"), ("role", "manager"), ("starts", "09/07/2026")]).has_status(422).sees("日期不对");
    desk.post(&format!("{path}/seats"), &[("login", "former"), ("role", "reviewer")]).has_status(422).sees("只属于平台运营方");
    desk.post(&format!("{path}/seats"), &[("login", "former"), ("role", "queen")]).has_status(422).sees("请选择职责");

    // The one whose seat ended yesterday has no desk, until a new seat begins.
    cast.former.get("/desk/seats").has_status(403);
    give(&[("login", " FORMER "), ("role", "manager"), ("starts", &tomorrow), ("ends", &tomorrow)])
        .has_status(200)
        .sees("席位已给予")
        .sees("尚未开始");
    give(&[("login", "former"), ("role", "manager")]).has_status(409).sees("同样的席位");
    let again = |world: &World| world.signed_in(cast.former.id, "钱已离", Strength::Staff, Vec::new());
    again(world).get("/desk/seats").has_status(403);
    world.clock.set(start_of(day_of(world.now()) + 1));
    again(world).get("/desk/seats").has_status(200).sees("远山助学促进会").sees("在任").sees_no("清河慈善基金会");
    world.clock.advance(DAY_US);
    again(world).get("/desk/seats").has_status(403);
}

fn a_seat_that_is_ended_is_gone_with_the_next_click(world: &World) {
    let cast = world.cast();
    let path = format!("/operator/organisations/{}", cast.charity);
    cast.manager.get("/desk/seats").has_status(200).sees("郑项目").sees("冯财务").sees("已结束");
    cast.finance.get("/desk/seats").has_status(403);
    let page = cast.reviewer.get(&path);
    let seat = world.count(sql("SELECT id AS count FROM seat WHERE person_id = ?1"), params![cast.manager.id]);
    let end = format!("{path}/seats/{seat}/end");
    let reason = format!("reason-{seat}");
    cast.reviewer.submit(&page, &end, &[(&reason, "")]).has_status(422);
    cast.reviewer.submit(&page, &end, &[(&reason, "已经离职")]).has_status(200).sees("席位已结束");
    cast.manager.get("/desk/seats").has_status(403);
    cast.manager.get("/me/notices").sees("席位被平台结束");
    cast.reviewer.post(&end, &[(&reason, "已经离职")]).has_status(409).sees("这个席位已经结束");
    // A seat is ended where it stands, not through another organisation's address.
    let finance = world.count(sql("SELECT id AS count FROM seat WHERE person_id = ?1"), params![cast.finance.id]);
    cast.reviewer
        .post(&format!("/operator/organisations/{}/seats/{finance}/end", cast.launcher), &[(&format!("reason-{finance}"), "走错了门")])
        .has_status(404);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM seat WHERE id = ?1 AND ends_at IS NULL"), params![finance]), 1);
}

fn areas_are_brought_in_once_and_corrected_when_they_differ(world: &World) {
    let all = |world: &World| world.app.db.read(areas::load_all).expect("areas");
    organisations::prepare(&world.app).expect("areas");
    let first = all(world);
    assert!(first.len() > 3000, "{}", first.len());
    let spoil = |text| world.app.db.write(move |tx| tx.execute_one(text, params![])).expect("one area");
    spoil(sql("UPDATE area SET name = 'x', three_regions = 1 WHERE code = '110101000000'"));
    spoil(sql("DELETE FROM area WHERE code = '621121000000'"));
    organisations::prepare(&world.app).expect("areas");
    organisations::prepare(&world.app).expect("areas");
    assert_eq!(all(world), first);
    let names = |code: &str, lang| world.app.db.read(|tx| areas::name_path(tx, code, lang)).expect("a name");
    assert_eq!(names("621121000000", Lang::Zh), "甘肃省定西市通渭县");
    assert_eq!(names("110101000000", Lang::Zh), "北京市东城区");
    assert_eq!(names("620000000000", Lang::En), "Gansu");
    let children = |code: &str| world.app.db.read(|tx| areas::children(tx, code)).expect("children");
    assert_eq!(world.app.db.read(areas::provinces).expect("provinces").len(), 34);
    assert!(children("500000000000").iter().all(|a| a.name != "江北区"), "an abolished district is offered no more");
}

fn two_who_found_the_same_at_once_make_one(world: &World) {
    organisations::prepare(&world.app).expect("areas");
    let new = || NewOrganisation {
        kind: Kind::Implementer,
        name: "云上乡村发展中心".to_owned(),
        english_name: String::new(),
        credit_code: complete_credit_code(CREDIT).expect("a credit code"),
        about: String::new(),
        english_about: String::new(),
        address: "某路 1 号".to_owned(),
        contact: "010-00000000".to_owned(),
        area_code: "110105000000".to_owned(),
        certificates: vec![organisations::NewCertificate {
            kind: organisations::CertificateKind::Registration,
            number: "1".to_owned(),
            issuer: "示范市民政局".to_owned(),
            valid_from_day: 20_000,
            valid_until_day: LONG_TERM_DAY,
        }],
    };
    let made: Vec<_> = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..8).map(|_| scope.spawn(|| found(&world.app, new()))).collect();
        hands.into_iter().map(|hand| hand.join().expect("no panic")).collect()
    });
    assert_eq!(made.iter().filter(|one| one.is_ok()).count(), 1);
    for one in made.iter().filter_map(|one| one.as_ref().err()) {
        assert!(matches!(one, app::kernel::Trouble::Refused(r) if r.key == "refusal-organisation-known"), "{one:?}");
    }
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM certificate"), params![]), 1);
}

on_both_engines![
    an_operator_records_a_charity_and_everyone_reads_its_papers,
    papers_that_cannot_be_right_are_refused_beside_their_field,
    a_licence_runs_out_and_is_renewed_by_a_new_one,
    what_came_in_is_complete_until_the_stated_instant,
    a_merchant_number_is_given_once_and_to_one,
    a_seat_opens_a_desk_from_its_first_day_to_its_last,
    a_seat_that_is_ended_is_gone_with_the_next_click,
    areas_are_brought_in_once_and_corrected_when_they_differ,
    two_who_found_the_same_at_once_make_one,
];
