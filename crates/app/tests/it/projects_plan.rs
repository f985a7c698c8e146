//! 立项 in full: the plan, its papers, the versions with what changed between them, the filing clocks, costs, and what a
//! reviewer and a stranger read of all this.

use app::kernel::civil::{day_of, day_text};
use app::kernel::{DAY_US, Id, Refusal, Trouble};
use app::projects::{self, Draft, Field, LineKind, NewDisclosure, NewExpense, NewLine, PaperKind, Plan, ProjectKind, actions};
use app::web::Lang;
use db::{params, sql};
use testkit::{Cast, PIXEL, Wish, World, on_both_engines};

const COUNTY: &str = "360734000000";

fn draft(world: &World, cast: &Cast) -> Draft {
    let today = day_of(world.now());
    let line = |item: &str, quantity, unit_price_fen, kind| NewLine {
        item: item.to_owned(),
        english_item: String::new(),
        unit: "盏".to_owned(),
        quantity,
        unit_price_fen,
        kind,
    };
    Draft {
        title: "点亮回家的路".to_owned(),
        english_title: "Lamps on the way home".to_owned(),
        summary: "给山村的夜路装上路灯。".to_owned(),
        english_summary: "Street lamps for mountain villages.".to_owned(),
        story: "夜里的路很黑。".to_owned(),
        field: Field::Poverty,
        area_code: COUNTY.to_owned(),
        object: "山村村民".to_owned(),
        service: "太阳能路灯".to_owned(),
        launcher_id: cast.charity,
        recipient_id: cast.charity,
        implementer_id: cast.implementer,
        filing_number: "53100000MJ00000002A26001".to_owned(),
        starts_day: today,
        ends_day: today + 90,
        lines: vec![line("太阳能路灯", 30, 150_000, LineKind::Programme), line("项目管理", 1, 450_000, LineKind::Management)],
    }
}

fn drafted(world: &World, cast: &Cast, draft: &Draft) -> Id {
    actions::draft(&world.app, &cast.manager.actor, draft, world.now()).expect("a draft")
}

fn submitted(world: &World, cast: &Cast, draft: &Draft, plan: &Plan) -> Id {
    let id = drafted(world, cast, draft);
    world.complete_with(&cast.manager.actor, id, plan);
    actions::submit(&world.app, &cast.manager.actor, id, world.version(id), world.now()).expect("submitted");
    id
}

fn publish(world: &World, cast: &Cast, id: Id) -> Result<i64, Trouble> {
    let version = actions::review(&world.app, &cast.reviewer.actor, id, world.version(id), "", world.now()).expect("reviewed");
    actions::publish(&world.app, &cast.second_reviewer.actor, id, version, world.now())
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, Trouble>) -> Refusal {
    match outcome {
        Err(Trouble::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn takes(world: &World, id: Id) -> Result<(), &'static str> {
    world.app.db.read(|tx| projects::takes_gifts(tx, id, world.now())).expect("an answer").map(|_| ()).map_err(|r| r.key)
}

/// 慈善法 arts. 24 and 26: a secretary starts from a template, writes the plan, adds the papers; everyone reads it.
fn r3_the_plan_says_what_article_24_asks(world: &World) {
    let cast = world.cast();
    let desk = &cast.manager;
    let start = desk.get("/desk/projects/new");
    start.sees("乡村小夜灯").sees("大病救助");
    let form = desk.get("/desk/projects/new?template=lamps");
    form.sees("已按样板填好");
    assert_eq!(form.attributes("#f-item_1", "value"), ["太阳能路灯"]);
    let today = day_of(world.now());
    let (first, last) = (day_text(today), day_text(today + 90));
    let typed = [
        ("area", "寻乌县"),
        ("filing_number", "53100000MJ00000002A26001"),
        ("implementer", "云上乡村发展中心"),
        ("starts_day", first.as_str()),
        ("ends_day", last.as_str()),
        ("do", "plan"),
    ];
    let plan = desk.submit(&form, "/desk/projects", &typed);
    plan.has_status(200).sees("募捐方案").sees("改善山村夜间出行安全");
    let path = plan.path.split('?').next().unwrap_or_default().to_owned();
    let project = path.trim_end_matches("/plan").to_owned();
    let id: Id = project.trim_start_matches("/desk/projects/").parse().expect("an id");

    // Every field has its help with an example, in both languages.
    assert!(plan.text().matches("例如").count() >= 15, "{}", plan.text().matches("例如").count());
    desk.speaks(Lang::En);
    assert!(desk.get(&path).text().matches("Example").count() >= 13);
    desk.speaks(Lang::Zh);

    // Too early: the plan says what is missing, field by field; a node that is no date is refused, and nothing typed is lost.
    desk.submit(&desk.get(&project), &project, &[("do", "submit")]).has_status(409).sees("募捐方案还有").sees("还没有盖章的募捐方案");
    desk.get(&format!("{path}?check=1")).sees("请填写负责人姓名").sees("请填写银行账户").sees("请先作出利害关系");
    // Submitting saved the draft, so the plan's form is opened anew.
    let plan = desk.get(&path);
    let wrong = desk.submit(&plan, &path, &[("nodes", "年底装完"), ("responsible", "张示范"), ("do", "save")]);
    wrong.has_status(422).sees("执行节点第 1 行");
    assert_eq!(wrong.attributes("#f-responsible", "value"), ["张示范"]);
    desk.submit(&plan, &path, &[("sites", "没有这个县"), ("do", "save")]).has_status(422).sees("没有这个县");
    let filed = day_text(today - 10);
    let whole = [
        ("nodes", "2026-12-31 装完六十盏路灯"),
        ("responsible", "张示范"),
        ("office", "示范市示范路 1 号"),
        ("bank_account", "清河慈善基金会 0000 0000 0000"),
        ("partners", "云上乡村发展中心，评估合格"),
        ("beneficiaries", "１２０"),
        ("sites", "江西省赣州市会昌县"),
        ("filed_day", filed.as_str()),
        ("declared", "1"),
        ("do", "next"),
    ];
    let papers = desk.submit(&plan, &path, &whole);
    papers.has_status(200).sees("募捐方案已保存").sees("提交审核前还要这些材料");

    // Papers: what is not what it says is refused; a photograph is a picture.
    let at = format!("{project}/papers");
    desk.submit_files(&papers, &at, &[("kind", "commitment")], &[("file", "承诺书.pdf", b"not a pdf")]).has_status(422);
    for kind in ["plan", "commitment", "decision"] {
        desk.submit_files(&papers, &at, &[("kind", kind)], &[("file", "材料.png", PIXEL)]).has_status(200).sees("材料已添加");
    }
    desk.submit(&desk.get(&project), &project, &[("do", "submit")]).has_status(409).sees("还没有备案回执");
    let whole = desk.submit_files(&papers, &at, &[("kind", "filing_receipt")], &[("file", "回执.png", PIXEL)]);
    whole.sees("要求的材料都有了");
    desk.submit(&desk.get(&project), &project, &[("do", "submit")]).has_status(200).sees("已提交");
    publish(world, &cast, id).expect("published");

    let page = world.stranger().get(&format!("/projects/{id}"));
    for said in [
        "改善山村夜间出行安全",
        "张示范",
        "示范市示范路 1 号",
        "清河慈善基金会 0000 0000 0000",
        "村民会议商定点位",
        "装完六十盏路灯",
        "云上乡村发展中心，评估合格",
        "用于同一乡镇其他村的路灯和维护",
        "管理费用",
        "募捐成本",
        "江西省赣州市会昌县",
        "PM0102 乡村振兴",
    ] {
        page.sees(said);
    }
    // The public papers are public, the inner ones are not.
    let files: Vec<String> = page.links().into_iter().filter(|l| l.starts_with("/files/")).collect();
    assert_eq!(files.len(), 2, "the plan and the receipt");
    let hidden = world.app.db.read(|tx| {
        tx.query(sql("SELECT file_id FROM project_paper WHERE project_id = ?1 AND kind IN ('commitment', 'decision')"), params![id])
    });
    for row in hidden.expect("papers") {
        world.stranger().get(&format!("/files/{}", row.int("file_id").expect("an id"))).has_status(404);
    }
}

/// 慈善法 art. 73 (2024-09-05), 令74号 art. 11: filed ten days before; in an emergency within ten days after the start.
fn r2_filing_ten_days_before_or_after(world: &World) {
    let cast = world.cast();
    let today = day_of(world.now());
    let early = Plan { filed_day: today - 9, ..world.plan() };
    let id = submitted(world, &cast, &draft(world, &cast), &early);
    let version = actions::review(&world.app, &cast.reviewer.actor, id, world.version(id), "", world.now()).expect("reviewed");
    let refusal = refused(actions::publish(&world.app, &cast.second_reviewer.actor, id, version, world.now()));
    assert_eq!(refusal.key, "refusal-project-publish-filed-late");
    cast.reviewer.get(&format!("/operator/projects/{id}")).sees("备案满 10 天才能开始募捐");

    // A rescue starts without a number. Everyone sees until when it must be filed, and then that it is late.
    let rescue = Plan {
        kind: ProjectKind::Emergency,
        category: "PM01041ZH".to_owned(),
        emergency_proof: "某县防汛指挥部 2026-09-06 第 3 号通告。".to_owned(),
        filed_day: 0,
        ..world.plan()
    };
    let unfiled = Draft { filing_number: String::new(), title: "洪水紧急救援".to_owned(), ..draft(world, &cast) };
    let id = submitted(world, &cast, &unfiled, &rescue);
    publish(world, &cast, id).expect("published at once");
    assert_eq!(takes(world, id), Ok(()));
    let public = format!("/projects/{id}");
    world.stranger().get(&public).sees("备案正在补办").sees(&day_text(today + 10)).sees("某县防汛指挥部");
    world.later(11 * DAY_US);
    world.stranger().get(&public).sees("备案逾期");
    assert_eq!(takes(world, id), Ok(()), "within the grace");
    world.later(5 * DAY_US);
    assert_eq!(takes(world, id), Err("refusal-project-unfiled"));
    // The operator gives more grace; the charity files, and it goes on.
    for person in cast.everyone() {
        world.sign_in_again(person);
    }
    let settings = cast.reviewer.get("/operator/settings");
    cast.reviewer.submit(&settings, "/operator/settings", &[("filing_grace_days", "x")]).has_status(422);
    cast.reviewer.submit(&settings, "/operator/settings", &[("filing_grace_days", "20")]).has_status(200);
    assert_eq!(takes(world, id), Ok(()));
    let filing = format!("/desk/projects/{id}/filing");
    let page = cast.manager.get(&filing);
    let tomorrow = day_text(today + 17);
    cast.manager.submit(&page, &filing, &[("filing_number", "53100000MJ00000002A26009"), ("filed_day", &tomorrow)]).has_status(422);
    let filed = day_text(today + 15);
    cast.manager
        .submit(&page, &filing, &[("filing_number", "53100000mj00000002a26009"), ("filed_day", &filed)])
        .has_status(200)
        .sees("备案已登记");
    cast.manager.get(&filing).sees("现在不需要登记备案");
    world.stranger().get(&public).sees("53100000MJ00000002A26009").sees_no("备案逾期");
    let told = world.count(sql("SELECT COUNT(*) AS count FROM public_entry WHERE kind = ?1"), params!["project_filed"]);
    assert_eq!(told, 1);
}

/// §1.7: an earlier rescue must be reported and four fifths carried out before the next.
fn a_new_rescue_waits_for_the_last_one(world: &World) {
    let cast = world.cast();
    let rescue = Plan {
        kind: ProjectKind::Emergency,
        category: "PM01041ZH".to_owned(),
        emergency_proof: "第 3 号通告。".to_owned(),
        ..world.plan()
    };
    let first = submitted(world, &cast, &Draft { title: "第一次救援".to_owned(), ..draft(world, &cast) }, &rescue);
    publish(world, &cast, first).expect("published");
    let donor = world.donor("13800138000");
    let gift =
        world.wish(&donor.actor, &Wish { project: first, amount_fen: 10_000, name: "", message: "", anonymous: true }).expect("a wish");
    world.catch_up();
    world.pay(gift);
    world.catch_up();
    let next = submitted(world, &cast, &Draft { title: "第二次救援".to_owned(), ..draft(world, &cast) }, &rescue);
    assert_eq!(refused(publish(world, &cast, next)).key, "refusal-project-emergency-undisclosed");
    world.later(DAY_US);
    let now = world.now();
    let figures = actions::figures_until(&world.app, &cast.manager.actor, first, day_of(now) - 1, now).expect("figures");
    actions::disclose(&world.app, &cast.manager.actor, first, &figures, &NewDisclosure::of("收到捐赠。"), &[], now).expect("disclosed");
    let again = |id| actions::publish(&world.app, &cast.second_reviewer.actor, id, world.version(id), world.now());
    assert_eq!(refused(again(next)).key, "refusal-project-emergency-unexecuted");
}

/// Every submitted version is kept whole; the reviewer sees what changed since the last one, the public since publication.
fn versions_show_what_changed(world: &World) {
    let cast = world.cast();
    let first = draft(world, &cast);
    let id = submitted(world, &cast, &first, &world.plan());
    let judged = format!("/operator/projects/{id}");
    cast.reviewer.get(&judged).sees_no("与上次审核的版本相比").sees("让孩子们暖和地上学").sees("承诺书");
    actions::return_to_draft(&world.app, &cast.reviewer.actor, id, world.version(id), "灯太贵", world.now()).expect("returned");
    let mut second = first.clone();
    second.lines[0].unit_price_fen = 140_000;
    second.object = "山村老人".to_owned();
    actions::save(&world.app, &cast.manager.actor, id, world.version(id), &second).expect("saved");
    actions::submit(&world.app, &cast.manager.actor, id, world.version(id), world.now()).expect("submitted");
    let page = cast.reviewer.get(&judged);
    page.sees("与上次审核的版本相比").sees("山村村民").sees("山村老人").sees("¥1,500.00").sees("¥1,400.00").sees("预算：太阳能路灯");
    let kept = world.count(sql("SELECT COUNT(*) AS count FROM project_version WHERE project_id = ?1"), params![id]);
    assert_eq!(kept, 2);
    publish(world, &cast, id).expect("published");
    // The public sees the version that was published, with its hash, and nothing of the one that was returned.
    let versions = world.stranger().get(&format!("/projects/{id}/versions"));
    versions.sees("第 2 版").sees("最早公开的一版").sees_no("第 1 版").sees_no("灯太贵");
    let row = world
        .app
        .db
        .read(|tx| tx.query_one(sql("SELECT body, sha256 FROM project_version WHERE project_id = ?1 AND number = 2"), params![id]));
    let row = row.expect("a version");
    let hash = app::kernel::hex(&app::kernel::sha256(row.text("body").expect("a body").as_bytes()));
    assert_eq!(hash, row.text("sha256").expect("a hash"));
    versions.sees(&hash);
}

/// 慈善法 art. 25 and MZ/T 087: full name, credit code, certificate, plan and filing, contact, how to check.
fn r4_the_page_names_who_asks_and_how_to_check(world: &World) {
    let cast = world.cast();
    let id = world.project(&cast, "山里孩子的冬天");
    let page = world.stranger().get(&format!("/projects/{id}"));
    for said in ["清河慈善基金会", "慈募第2号", "53100000MJ0000002A26001", "010-00000000", "慈善中国", "募捐方案", "统一社会信用代码"]
    {
        page.sees(said);
    }
    assert!(page.links().iter().any(|l| l.contains("cszg.mca.gov.cn")), "a way to look it up");
}

/// 慈善法 art. 40: no interested party as beneficiary, no forbidden promotion; declared before submission and shown.
fn r7_no_interested_party_is_a_beneficiary(world: &World) {
    let cast = world.cast();
    let id = drafted(world, &cast, &draft(world, &cast));
    world.complete_with(&cast.manager.actor, id, &Plan { declared: false, ..world.plan() });
    let refusal = refused(actions::submit(&world.app, &cast.manager.actor, id, world.version(id), world.now()));
    assert_eq!(refusal.key, "refusal-project-plan-unready");
    let id = submitted(world, &cast, &draft(world, &cast), &world.plan());
    publish(world, &cast, id).expect("published");
    world.stranger().get(&format!("/projects/{id}")).sees("受益人中没有本机构和捐赠人的利害关系人").sees("第四十条");
}

/// 慈善法 arts. 24 and 61: management and fundraising cost, planned and actual, with the charity's words when above.
fn r14_costs_planned_and_actual_per_project(world: &World) {
    let cast = world.cast();
    let id = submitted(world, &cast, &draft(world, &cast), &world.plan());
    publish(world, &cast, id).expect("published");
    let donor = world.donor("13800138000");
    let wish = Wish { project: id, amount_fen: 500_000, name: "", message: "", anonymous: true };
    let gift = world.wish(&donor.actor, &wish).expect("a wish");
    world.catch_up();
    world.pay(gift);
    world.catch_up();
    let now = world.now();
    let payout = actions::request_payout(&world.app, &cast.manager.actor, id, 400_000, "勘察", now).expect("asked");
    actions::approve_payout(&world.app, &cast.finance.actor, payout, now).expect("a first yes");
    actions::approve_payout(&world.app, &cast.approver.actor, payout, now).expect("a second yes");
    let line = world.count(sql("SELECT id AS count FROM budget_line WHERE project_id = ?1 AND kind = 'management'"), params![id]);
    let expense = NewExpense {
        budget_line_id: line,
        quantity: 1,
        unit_price_fen: 300_000,
        description: "勘察与监理".to_owned(),
        invoice_number: "24512000000012345678".to_owned(),
        spent_day: day_of(now),
    };
    actions::record_expense(&world.app, &cast.manager.actor, id, &expense, now).expect("recorded");
    let public = format!("/projects/{id}");
    world.stranger().get(&public).sees("¥4,500.00").sees("9.0%").sees("100.0%").sees("机构还没有说明原因");
    let costs = format!("/desk/projects/{id}/costs");
    let page = cast.manager.get(&costs);
    page.sees("比例高于计划");
    cast.manager.submit(&page, &costs, &[("words", "")]).has_status(422);
    cast.manager.submit(&page, &costs, &[("words", "开工前先付了勘察费。")]).has_status(200).sees("说明已发布");
    cast.finance.post(&costs, &[("words", "我来说")]).has_status(403);
    world.stranger().get(&public).sees("开工前先付了勘察费。").sees_no("机构还没有说明原因");
    let changed = world.app.db.write(|tx| tx.execute(sql("UPDATE project_cost_note SET words = '改了'"), params![]));
    assert!(changed.is_err(), "an explanation is never changed");
}

/// 个人求助网络服务平台管理办法 (2024-09-05): public appeals of charities only, and a warning about the rest.
fn r19_personal_help_is_not_offered_here(world: &World) {
    let cast = world.cast();
    let id = world.project(&cast, "山里孩子的冬天");
    let stranger = world.stranger();
    stranger.get(&format!("/projects/{id}")).sees("不发布个人求助");
    stranger.speaks(Lang::En);
    stranger.get(&format!("/projects/{id}")).sees("no requests of individuals");
}

/// A donor may ask what the gift is used for, and finds payouts and expenses on the page itself.
fn r20_the_use_of_gifts_can_be_queried(world: &World) {
    let cast = world.cast();
    let donor = world.donor("13800138000");
    let life = world.life(&cast, &donor);
    let page = world.stranger().get(&format!("/projects/{}", life.published));
    page.sees("您有权查询善款的用途").sees("第一批棉衣").sees("两件棉衣").sees("¥530.00");
    assert_eq!(donor.get("/me/gifts").status, 200);
}

/// §1.7: same county, same words, another charity: the reviewer is told, and is told what the hint rests on.
fn the_same_appeal_under_two_charities_is_pointed_out(world: &World) {
    let cast = world.cast();
    let id = submitted(world, &cast, &draft(world, &cast), &world.plan());
    let manager = world.staff("launchers-manager", "沈别处", cast.launcher, app::kernel::Role::Manager);
    let twin =
        Draft { launcher_id: cast.launcher, recipient_id: cast.launcher, title: "点亮回家路".to_owned(), ..draft(world, &cast) };
    let other = actions::draft(&world.app, &manager.actor, &twin, world.now()).expect("a draft");
    world.complete(&manager.actor, other);
    actions::submit(&world.app, &manager.actor, other, world.version(other), world.now()).expect("submitted");
    let page = cast.reviewer.get(&format!("/operator/projects/{other}"));
    page.sees("与另一家机构的项目相似").sees("点亮回家的路").sees("只是文字上的比较");
    let own = cast.reviewer.get(&format!("/operator/projects/{id}"));
    own.sees("与另一家机构的项目相似");
    // Another appeal of the same charity is no such case.
    let second = submitted(world, &cast, &Draft { area_code: "110105000000".to_owned(), ..draft(world, &cast) }, &world.plan());
    cast.reviewer.get(&format!("/operator/projects/{second}")).sees_no("与另一家机构的项目相似");
}

fn an_earlier_project_is_copied_with_its_record(world: &World) {
    let cast = world.cast();
    let closed = world.closed(&cast, "山里孩子的春天");
    let desk = &cast.manager;
    let earlier = desk.get("/desk/projects/earlier");
    earlier.sees("山里孩子的春天").sees("已执行");
    let form = desk.get(&format!("/desk/projects/new?copy={closed}"));
    assert_eq!(form.attributes("#f-title", "value"), ["山里孩子的春天"]);
    assert_eq!(form.attributes("#f-filing_number", "value"), [""]);
    let plan = desk.submit(&form, "/desk/projects", &[("title", "山里孩子的第二个春天"), ("do", "plan")]);
    plan.has_status(200).sees("让孩子们暖和地上学");
    assert_eq!(plan.attributes("#f-filed_day", "value"), [""]);
    let other = world.staff("elsewhere", "沈别处", cast.launcher, app::kernel::Role::Finance);
    other.get(&format!("/desk/projects/new?copy={closed}")).has_status(403);
    let draft_paper = world.drafted(&cast, "还在写");
    let paper = world.paper(&cast.manager.actor, draft_paper, PaperKind::Photo);
    actions::remove_paper(&world.app, &cast.manager.actor, draft_paper, paper, world.now()).expect("taken back");
    let twice = refused(actions::remove_paper(&world.app, &cast.manager.actor, draft_paper, paper, world.now()));
    assert_eq!(twice.status, 404);
}

on_both_engines![
    r3_the_plan_says_what_article_24_asks,
    r2_filing_ten_days_before_or_after,
    a_new_rescue_waits_for_the_last_one,
    versions_show_what_changed,
    r4_the_page_names_who_asks_and_how_to_check,
    r7_no_interested_party_is_a_beneficiary,
    r14_costs_planned_and_actual_per_project,
    r19_personal_help_is_not_offered_here,
    r20_the_use_of_gifts_can_be_queried,
    the_same_appeal_under_two_charities_is_pointed_out,
    an_earlier_project_is_copied_with_its_record,
];
