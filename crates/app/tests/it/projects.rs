//! Projects through the front door: written, judged, published, paid out, accounted for, told, closed; and everything
//! that must not happen on the way.

use app::kernel::civil::{add_months, day_of, day_text};
use app::kernel::{Actor, DAY_US, Id, Refusal, Role, SeatHeld, Strength, Trouble};
use app::projects::{self, Draft, Field, LineKind, NewDisclosure, NewExpense, NewLine, actions};
use app::settlement::{self, Confirmation, Verdict};
use app::web::Lang;
use db::{params, sql};
use testkit::{Cast, Chromium, Engine, Options, Person, World, on_both_engines};

/// 寻乌县.
const COUNTY: &str = "360734000000";

fn draft(world: &World, cast: &Cast) -> Draft {
    let today = day_of(world.now());
    let line = |item: &str, quantity, unit_price_fen| NewLine {
        item: item.to_owned(),
        english_item: String::new(),
        unit: "盏".to_owned(),
        quantity,
        unit_price_fen,
        kind: LineKind::Programme,
    };
    Draft {
        title: "点亮回家的路".to_owned(),
        english_title: "Lamps on the way home".to_owned(),
        summary: "给山村的夜路装上路灯。".to_owned(),
        english_summary: "Street lamps for mountain villages.".to_owned(),
        story: "夜里的路很黑。\n\n装上灯，老人和孩子回家就安全了。".to_owned(),
        field: Field::Poverty,
        area_code: COUNTY.to_owned(),
        object: "村民".to_owned(),
        service: "路灯".to_owned(),
        launcher_id: cast.charity,
        recipient_id: cast.charity,
        implementer_id: cast.implementer,
        filing_number: "53100000MJ00000002A26001".to_owned(),
        starts_day: today,
        ends_day: today + 90,
        lines: vec![line("太阳能路灯", 30, 150_000), line("安装", 30, 20_000)],
    }
}

/// A project that raises funds; its goal is ¥51,000.00.
fn published(world: &World, cast: &Cast) -> Id {
    let id = actions::draft(&world.app, &cast.manager.actor, &draft(world, cast), world.now()).expect("a draft");
    world.complete(&cast.manager.actor, id);
    let version = actions::submit(&world.app, &cast.manager.actor, id, world.version(id), world.now()).expect("submitted");
    let version = actions::review(&world.app, &cast.reviewer.actor, id, version, "", world.now()).expect("reviewed");
    actions::publish(&world.app, &cast.reviewer.actor, id, version, world.now()).expect("published");
    id
}

/// A gift that was paid, with its intent. Nothing of giving is needed to see what projects make of it.
fn given(world: &World, cast: &Cast, project_id: Id, amount_fen: i64, paid_at: i64) -> Id {
    const SHOWN: &str = "{}";
    let shown = app::kernel::sha256(SHOWN.as_bytes());
    // The wish was made when it was paid, whenever the notification came.
    let id = app::kernel::first_id_at(paid_at) + (world.app.new_id() & 0xffff);
    world
        .app
        .db
        .write(|tx| {
            tx.execute(
                sql("INSERT INTO calmer_snapshot (hash, body, first_shown_at) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING"),
                params![&shown, SHOWN, paid_at],
            )?;
            tx.execute_one(
                sql("INSERT INTO gift_intent (id, project_id, recipient_id, donor_id, amount_fen, anonymous, name, message, snapshot_hash, created_at) \
                     VALUES (?1, ?2, ?3, 0, ?4, 1, '不留名的人', '路要亮起来', ?5, ?6)"),
                params![id, project_id, cast.charity, amount_fen, &shown, paid_at],
            )
        })
        .expect("an intent");
    let confirmation = Confirmation {
        out_trade_no: id.to_string(),
        transaction_id: format!("42000{id}"),
        mchid: "1600000002".to_owned(),
        amount_fen,
        currency: "CNY".to_owned(),
        paid_at,
    };
    let verdicts = settlement::settle_all(&world.app, &[confirmation]);
    assert!(matches!(verdicts.as_slice(), [Ok(Verdict::Recorded)]), "{verdicts:?}");
    world.catch_up();
    id
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, Trouble>) -> Refusal {
    match outcome {
        Err(Trouble::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn paid_out(world: &World, cast: &Cast, project_id: Id, amount_fen: i64) -> Id {
    let now = world.now();
    let id = actions::request_payout(&world.app, &cast.implementer_manager.actor, project_id, amount_fen, "采购路灯", now).expect("asked");
    actions::approve_payout(&world.app, &cast.finance.actor, id, now).expect("a first yes");
    actions::approve_payout(&world.app, &cast.approver.actor, id, now).expect("a second yes");
    id
}

fn line_ids(world: &World, project_id: Id) -> Vec<Id> {
    let rows =
        world.app.db.read(|tx| tx.query(sql("SELECT id FROM budget_line WHERE project_id = ?1 ORDER BY position"), params![project_id]));
    rows.expect("lines").iter().map(|row| row.int("id").expect("an id")).collect()
}

fn expense(world: &World, line: Id, quantity: i64, unit_price_fen: i64) -> NewExpense {
    NewExpense {
        budget_line_id: line,
        quantity,
        unit_price_fen,
        description: "路灯".to_owned(),
        invoice_number: "24312000000012345678".to_owned(),
        spent_day: day_of(world.now()),
    }
}

fn fund(world: &World, project_id: Id) -> projects::fund::Total {
    world.app.db.read(|tx| projects::fund::total(tx, project_id)).expect("a total")
}

fn a_project_lives_its_whole_life(world: &World) {
    let cast = world.cast();
    for private in ["不留名的人", "路要亮起来"] {
        world.keep_private(private);
    }

    // Written down: what is missing is said beside its field, and nothing typed is lost.
    let desk = &cast.manager;
    let form = desk.click(&desk.get("/desk"), "新建项目");
    let page =
        desk.submit(&form, "/desk/projects", &[("title", "点亮回家的路"), ("area", "没有这个县"), ("field", "poverty"), ("do", "save")]);
    page.has_status(422);
    assert_eq!(page.attributes("#f-title", "value"), ["点亮回家的路"]);
    let today = day_of(world.now());
    let (first, last) = (day_text(today), day_text(today + 90));
    let filled = [
        ("title", "点亮回家的路"),
        ("area", "寻乌县"),
        ("field", "poverty"),
        ("implementer", "云上乡村发展中心"),
        ("starts_day", first.as_str()),
        ("ends_day", last.as_str()),
        ("item_1", "太阳能路灯"),
        ("unit_1", "盏"),
        ("quantity_1", "３０"),
        ("price_1", "1,500"),
        ("do", "save"),
    ];
    let more = desk.submit(&form, "/desk/projects", &[("item_1", "太阳能路灯"), ("do", "rows")]);
    assert_eq!(more.attributes("#f-item_1", "value"), ["太阳能路灯"]);
    assert!(more.elements("#f-item_6").len() == 1, "there are more rows");
    let saved = desk.submit(&page, "/desk/projects", &filled);
    saved.has_status(200).sees("草稿已保存").sees("合计 ¥45,000.00");
    let path = saved.path.split('?').next().unwrap_or_default().to_owned();
    let id: Id = path.trim_start_matches("/desk/projects/").parse().expect("the project's id");
    assert_eq!(saved.attributes("#f-area", "value"), ["江西省赣州市寻乌县"]);

    // Submitted too early, then whole.
    let early = desk.submit(&saved, &path, &[("do", "submit")]);
    early.has_status(422).sees("请填写一句话简介").sees("请填写募捐备案编号").sees("募捐方案还有").sees("还没有承诺书");
    world.complete(&cast.manager.actor, id);
    let early = desk.get(&path);
    let rest = [
        ("summary", "给山村的夜路装上路灯。"),
        ("story", "夜里的路很黑。"),
        ("object", "村民"),
        ("service", "路灯"),
        ("filing_number", "53100000mj00000002a26001"),
        ("do", "submit"),
    ];
    desk.submit(&early, &path, &rest).has_status(200).sees("已提交").sees("正在等平台审核");

    // Judged: returned with a reason, which the charity reads; submitted again, reviewed, published.
    let operator = &cast.reviewer;
    let judged = format!("/operator/projects/{id}");
    let queue = operator.get("/operator");
    let page = operator.click(&queue, "点亮回家的路");
    page.is_at(&judged).sees("全部符合").sees("慈募第2号");
    operator.submit(&page, &format!("{judged}/return"), &[("reason", "")]).has_status(422).sees("请写明原因");
    operator.submit(&page, &format!("{judged}/return"), &[("reason", "请写明安装费。")]).has_status(200).sees("已退回");
    operator.get(&judged).has_status(404);
    let returned = desk.get(&path);
    returned.sees("请写明安装费。");
    let lines = [("item_2", "安装"), ("unit_2", "盏"), ("quantity_2", "30"), ("price_2", "200.00"), ("do", "submit")];
    desk.submit(&returned, &path, &lines).has_status(200).sees("已提交");
    world.stranger().get(&format!("/projects/{id}")).has_status(404);
    let page = operator.get(&judged);
    operator.submit(&page, &format!("{judged}/review"), &[("note", "预算合理")]).has_status(200).sees("审核通过");
    operator.submit(&operator.get(&judged), &format!("{judged}/publication"), &[]).has_status(200).sees("项目已公开");
    operator.submit(&operator.get(&judged), &format!("{judged}/curation"), &[]).sees("首页专栏");

    // Everyone sees it, in both languages, with what the law asks for.
    let stranger = world.stranger();
    let public = format!("/projects/{id}");
    let page = stranger.get(&public);
    for fact in
        ["53100000MJ00000002A26001", "清河慈善基金会", "慈募第2号", "江西省赣州市寻乌县", "目标 ¥51,000.00", "010-00000000", "还没有捐赠"]
    {
        page.sees(fact);
    }
    assert!(page.links().contains(&format!("{public}/gift")));
    stranger.speaks(Lang::En);
    stranger.get(&public).has_status(200).sees("¥51,000.00").sees("Former national poverty county");
    stranger.speaks(Lang::Zh);
    stranger.get("/projects?q=寻乌").sees("共 1 个项目");
    stranger.get("/projects?curated=1").sees("点亮回家的路");
    stranger.get("/projects?q=没有").sees("没有找到");

    // Given, paid out by three people, accounted for.
    given(world, &cast, id, 300_000, world.now());
    given(world, &cast, id, 100_000, world.now());
    stranger.get(&public).sees("已筹 ¥4,000.00").sees("爱心人士").sees("¥3,000.00");
    let doer = &cast.implementer_manager;
    let payouts = format!("{path}/payouts");
    doer.submit(&doer.get(&payouts), &payouts, &[("amount", "4000.01"), ("purpose", "采购路灯")]).has_status(422).sees("¥4,000.00");
    doer.submit(&doer.get(&payouts), &payouts, &[("amount", "1e3"), ("purpose", "采购路灯")]).has_status(422);
    doer.submit(&doer.get(&payouts), &payouts, &[("amount", "3,500"), ("purpose", "采购路灯")]).has_status(200).sees("已预留");
    let waiting = cast.finance.get("/desk");
    let decision = cast.finance.click(&waiting, "¥3,500.00");
    let approval = format!("{}/approval", decision.path);
    cast.finance.submit(&decision, &approval, &[]).has_status(200).sees("待第二人审批");
    // The first hand cannot be the second; the page does not even offer it, and the door is shut.
    cast.finance.get(&decision.path).sees("还需要另一个人同意");
    cast.finance.post(&approval, &[]).has_status(403).sees("还需要另一个人同意");
    cast.approver.submit(&cast.approver.get(&decision.path), &approval, &[]).has_status(200).sees("已拨付");
    cast.second_approver.post(&approval, &[]).has_status(409);
    let expenses = format!("{path}/expenses");
    let form = doer.get(&expenses);
    let line = form.form(&expenses).fields.iter().find(|f| f.name == "budget_line").expect("lines").choices[0].clone();
    let first =
        [("budget_line", line.as_str()), ("quantity", "2"), ("price", "1500"), ("description", "路灯两盏"), ("invoice_number", "24312000")];
    let mut with_day = first.to_vec();
    let today_text = day_text(today);
    with_day.push(("spent_day", &today_text));
    doer.submit(&form, &expenses, &with_day).has_status(200).sees("支出已登记").sees("¥3,000.00");
    doer.submit(&form, &expenses, &with_day).has_status(422).sees("只有 ¥500.00");
    world.check_the_books();
    stranger.get(&public).sees("路灯两盏").sees("采购路灯");

    // Told: progress, and the ledger's own figures once the days are over.
    let progress = format!("{path}/progress");
    let told = [("title", "两盏灯亮了"), ("body", "村口的两盏灯亮了。"), ("done", "装好两盏路灯"), ("reached", "３０")];
    desk.submit(&desk.get(&progress), &progress, &told).sees("进展已发布");
    stranger.get(&public).sees("两盏灯亮了");
    world.later(2 * DAY_US);
    // A desk's session ends within a day, so they sign in again.
    let again = |person: &Person| world.signed_in(person.id, &person.name, Strength::Staff, Vec::new());
    let (desk, finance) = (&again(&cast.manager), &again(&cast.finance));
    let disclosures = format!("{path}/disclosures");
    let page = finance.get(&disclosures);
    let until = day_text(today + 2);
    finance.submit(&page, &disclosures, &[("until_day", &until)]).has_status(422).sees("已经过完");
    let until = day_text(today + 1);
    let figures = finance.submit(&page, &disclosures, &[("until_day", &until)]);
    figures.has_status(200).sees("¥4,000.00").sees("¥3,000.00").sees("¥1,000.00");
    finance.submit(&figures, &disclosures, &[("summary", "")]).has_status(422);
    finance.submit(&figures, &disclosures, &[("summary", "买了两盏路灯。")]).has_status(200).sees("披露已发布");
    let page = stranger.get(&public);
    let shown = stranger.get(&page.links().into_iter().find(|l| l.contains("/disclosures/")).expect("a disclosure"));
    shown.has_status(200).sees("买了两盏路灯。").sees("¥1,000.00");

    // Ended, carried out, closed: each confirmed on a page of its own, and only when its time has come.
    let step = |part: &str, reason: &[(&str, &str)]| {
        let address = format!("{path}/{part}");
        desk.submit(&desk.get(&address), &address, reason)
    };
    step("fundraising-end", &[("reason", "目标已接近。")]).has_status(200).sees("募款已结束");
    stranger.get(&public).sees("这个项目的募款已经结束");
    step("execution", &[]).has_status(200).sees("集中执行");
    step("closing", &[("reason", "灯亮了。")]).has_status(409).sees("¥500.00 没有报账");
    actions::record_expense(&world.app, &doer.actor, id, &expense(world, line_ids(world, id)[1], 1, 20_000), world.now())
        .expect("recorded");
    actions::record_expense(&world.app, &doer.actor, id, &expense(world, line_ids(world, id)[1], 1, 30_000), world.now())
        .expect("recorded");
    step("closing", &[("reason", "灯亮了，结余 500 元转入本县同类项目。")]).has_status(200).sees("项目已结项");
    stranger.get(&format!("{public}/steps")).sees("结余 500 元转入本县同类项目");
    assert_eq!(refused(actions::request_payout(&world.app, &doer.actor, id, 100, "晚了", world.now())).key, "refusal-project-not-running");

    // No stranger learns who wrote, judged, approved or paid.
    for part in ["", "/steps", "/progress"] {
        let page = stranger.get(&format!("{public}{part}"));
        for person in [&cast.manager, &cast.finance, &cast.approver, &cast.implementer_manager, &cast.reviewer] {
            page.sees_no(&person.name);
        }
        page.sees_no("预算合理").sees_no("请写明安装费");
    }

    // Every public fact stands in the outbox, without a word of free text.
    for kind in ["project_published", "payout_paid", "expense_recorded", "progress_posted", "disclosure_published", "project_step"] {
        let count = world.count(sql("SELECT COUNT(*) AS count FROM public_entry WHERE kind = ?1"), params![kind]);
        assert!(count > 0, "no {kind}");
    }
    let words =
        world.count(sql("SELECT COUNT(*) AS count FROM public_entry WHERE body LIKE ?1 OR body LIKE ?2"), params!["%路灯%", "%灯亮%"]);
    assert_eq!(words, 0);
}

fn nobody_judges_what_they_wrote_or_work_for(world: &World) {
    let cast = world.cast();
    let both = |person: &Person, own: Id| Actor::Person {
        id: person.id,
        name: String::new(),
        strength: Strength::Staff,
        seats: vec![
            SeatHeld { organisation_id: cast.operator, role: Role::Reviewer, operator: true },
            SeatHeld { organisation_id: own, role: Role::Manager, operator: false },
        ],
    };
    let id = actions::draft(&world.app, &cast.manager.actor, &draft(world, &cast), world.now()).expect("a draft");
    world.complete(&cast.manager.actor, id);
    let submitted = actions::submit(&world.app, &cast.manager.actor, id, world.version(id), world.now()).expect("submitted");
    let outcome = actions::review(&world.app, &both(&cast.manager, cast.charity), id, submitted, "", world.now());
    assert_eq!(refused(outcome).key, "refusal-project-own-review");
    let outcome = actions::review(&world.app, &both(&cast.reviewer, cast.implementer), id, submitted, "", world.now());
    assert_eq!(refused(outcome).key, "refusal-project-recused");
    // A charity's own people are no reviewers, and a reviewer publishes nothing that was not reviewed.
    assert_eq!(refused(actions::review(&world.app, &cast.manager.actor, id, submitted, "", world.now())).status, 403);
    assert_eq!(refused(actions::publish(&world.app, &cast.reviewer.actor, id, submitted, world.now())).key, "refusal-project-other-state");
    // Two reviewers at once: the second one hears that it has changed.
    let reviewed = actions::review(&world.app, &cast.reviewer.actor, id, submitted, "", world.now()).expect("reviewed");
    let late = refused(actions::return_to_draft(&world.app, &cast.second_reviewer.actor, id, submitted, "不妥", world.now()));
    assert_eq!((late.status, late.key), (409, "refusal-project-changed"));
    actions::publish(&world.app, &cast.second_reviewer.actor, id, reviewed, world.now()).expect("published");
}

fn two_people_save_one_draft_and_one_is_told(world: &World) {
    let cast = world.cast();
    let id = actions::draft(&world.app, &cast.manager.actor, &draft(world, &cast), world.now()).expect("a draft");
    let path = format!("/desk/projects/{id}");
    let (mine, theirs) = (cast.manager.get(&path), cast.manager.get(&path));
    cast.manager.submit(&mine, &path, &[("title", "山村的灯"), ("do", "save")]).has_status(200).sees("草稿已保存");
    let late = cast.manager.submit(&theirs, &path, &[("title", "村口的灯"), ("do", "save")]);
    late.has_status(409).sees("别人已经改过这个项目");
    assert_eq!(late.attributes("#f-title", "value"), ["村口的灯"], "what was typed is still there");
    assert_eq!(cast.manager.get(&path).attributes("#f-title", "value"), ["山村的灯"]);
}

fn another_charitys_project_is_not_there(world: &World) {
    let cast = world.cast();
    let id = published(world, &cast);
    given(world, &cast, id, 100_000, world.now());
    let payout = actions::request_payout(&world.app, &cast.manager.actor, id, 50_000, "路灯", world.now()).expect("asked");
    let other = world.staff("elsewhere", "沈别处", cast.launcher, Role::Manager);
    for part in ["", "/progress", "/disclosures", "/payouts", "/expenses", "/fundraising-end", "/execution", "/closing"] {
        other.get(&format!("/desk/projects/{id}{part}")).has_status(404);
    }
    for part in ["", "/progress", "/payouts", "/expenses", "/disclosures", "/fundraising-end"] {
        other
            .post(
                &format!("/desk/projects/{id}{part}"),
                &[("title", "山村的灯"), ("body", "b"), ("amount", "1"), ("purpose", "p"), ("reason", "r")],
            )
            .has_status(404);
    }
    other.get(&format!("/desk/payouts/{payout}")).has_status(404);
    other.post(&format!("/desk/payouts/{payout}/approval"), &[]).has_status(404);
    other.post(&format!("/desk/payouts/{payout}/refusal"), &[("reason", "不")]).has_status(404);
    other.get("/desk").has_status(200).sees_no("点亮回家的路");
    assert_eq!(refused(actions::approve_payout(&world.app, &other.actor, payout, world.now())).status, 404);
    // Inside the organisation, the seat still decides: who keeps the books does not end the fundraising.
    assert_eq!(refused(actions::end_fundraising(&world.app, &cast.finance.actor, id, 4, "完", world.now())).status, 403);
    assert_eq!(refused(actions::approve_payout(&world.app, &cast.implementer_manager.actor, payout, world.now())).status, 403);
    actions::refuse_payout(&world.app, &cast.finance.actor, payout, "金额有误", world.now()).expect("refused");
    assert_eq!(fund(world, id).pending_fen, 0, "what was set aside is available again");
}

fn whoever_asks_does_not_approve(world: &World) {
    let cast = world.cast();
    let id = published(world, &cast);
    given(world, &cast, id, 100_000, world.now());
    let Actor::Person { id: person, name, strength, .. } = cast.manager.actor.clone() else { panic!("a manager") };
    let seat = |role| SeatHeld { organisation_id: cast.charity, role, operator: false };
    let both = Actor::Person { id: person, name, strength, seats: vec![seat(Role::Manager), seat(Role::Approver)] };
    let payout = actions::request_payout(&world.app, &both, id, 50_000, "路灯", world.now()).expect("asked");
    assert_eq!(refused(actions::approve_payout(&world.app, &both, payout, world.now())).key, "refusal-project-payout-own-request");
    actions::approve_payout(&world.app, &cast.approver.actor, payout, world.now()).expect("a first yes");
    assert_eq!(refused(actions::approve_payout(&world.app, &both, payout, world.now())).key, "refusal-project-payout-own-request");
    let again = refused(actions::approve_payout(&world.app, &cast.approver.actor, payout, world.now()));
    assert_eq!(again.key, "refusal-project-payout-same-person");
    assert_eq!(fund(world, id).paid_out_fen, 0);
    // Not a fen more than is there, however it is asked for.
    for (amount, key) in [(50_001, "refusal-project-payout-too-much"), (0, "refusal-project-amount"), (-1, "refusal-project-amount")] {
        assert_eq!(refused(actions::request_payout(&world.app, &both, id, amount, "路灯", world.now())).key, key);
    }
    assert_eq!(
        refused(actions::request_payout(&world.app, &both, id, i64::MAX, "路灯", world.now())).key,
        "refusal-project-payout-too-much"
    );
}

/// Runs the same thing in eight threads at once and says how many succeeded; every other one must be refused.
fn eight_at_once(act: impl Fn(usize) -> Result<(), Trouble> + Sync) -> usize {
    std::thread::scope(|scope| {
        let act = &act;
        let threads: Vec<_> = (0..8).map(|n| scope.spawn(move || act(n))).collect();
        let outcomes: Vec<_> = threads.into_iter().map(|t| t.join().expect("a thread that ends")).collect();
        for outcome in &outcomes {
            assert!(!matches!(outcome, Err(Trouble::Fault(_))), "{outcome:?}");
        }
        outcomes.iter().filter(|o| o.is_ok()).count()
    })
}

fn eight_approvals_post_one_payout(world: &World) {
    let cast = world.cast();
    let id = published(world, &cast);
    given(world, &cast, id, 100_000, world.now());
    let payout = actions::request_payout(&world.app, &cast.implementer_manager.actor, id, 60_000, "路灯", world.now()).expect("asked");
    let approvers = [&cast.finance, &cast.approver, &cast.second_approver];
    let yes = eight_at_once(|n| actions::approve_payout(&world.app, &approvers[n % 3].actor, payout, world.now()));
    assert_eq!(yes, 2, "one first and one second approval");
    assert_eq!(fund(world, id).paid_out_fen, 60_000);
    let posted = world.count(sql("SELECT COUNT(*) AS count FROM transfer WHERE fact_id = ?1 AND state = 'posted'"), params![payout]);
    assert_eq!(posted, 1);
    // Two more requests race for the 40,000 that are left.
    let asked = eight_at_once(|_| {
        actions::request_payout(&world.app, &cast.implementer_manager.actor, id, 30_000, "路灯", world.now()).map(|_| ())
    });
    assert_eq!(asked, 1);
}

fn eight_expenses_spend_no_more_than_there_is(world: &World) {
    let cast = world.cast();
    let id = published(world, &cast);
    given(world, &cast, id, 2_000_000, world.now());
    paid_out(world, &cast, id, 1_000_000);
    let lines = line_ids(world, id);
    // ¥10,000 paid out: three times ¥3,000 fit.
    let recorded = eight_at_once(|_| {
        actions::record_expense(&world.app, &cast.implementer_manager.actor, id, &expense(world, lines[0], 2, 150_000), world.now())
            .map(|_| ())
    });
    assert_eq!((recorded, fund(world, id).spent_fen), (3, 900_000));
    // A line of ¥6,000 takes twice ¥2,900 and no third, though more was paid out.
    paid_out(world, &cast, id, 1_000_000);
    let recorded = eight_at_once(|_| {
        actions::record_expense(&world.app, &cast.implementer_manager.actor, id, &expense(world, lines[1], 1, 290_000), world.now())
            .map(|_| ())
    });
    assert_eq!((recorded, fund(world, id).spent_fen), (2, 1_480_000));
    let over = refused(actions::record_expense(&world.app, &cast.manager.actor, id, &expense(world, lines[1], 1, 20_001), world.now()));
    assert_eq!(over.key, "refusal-project-expense-over-line");
    world.check_the_books();
}

fn an_expired_certificate_stops_publishing_and_giving(world: &World) {
    let cast = world.cast();
    let id = published(world, &cast);
    let late = Draft { ends_day: day_of(world.now()) + 800, ..draft(world, &cast) };
    let other = actions::draft(&world.app, &cast.manager.actor, &late, world.now()).expect("a draft");
    world.complete(&cast.manager.actor, other);
    let version = actions::submit(&world.app, &cast.manager.actor, other, world.version(other), world.now()).expect("submitted");
    let version = actions::review(&world.app, &cast.reviewer.actor, other, version, "", world.now()).expect("reviewed");
    world.later(366 * DAY_US);
    let outcome = actions::publish(&world.app, &cast.reviewer.actor, other, version, world.now());
    assert_eq!(refused(outcome).key, "refusal-project-publish-certificate");
    let reviewer = world.signed_in(cast.reviewer.id, "周审", Strength::Staff, Vec::new());
    reviewer.get(&format!("/operator/projects/{other}")).sees("没有同时有效的登记证书和公开募捐资格证书").sees("不在有效期内");
    // The window of the first one has passed as well; that is what the donor hears, and there is no button.
    let answer = world.app.db.read(|tx| projects::takes_gifts(tx, id, world.now())).expect("an answer");
    assert_eq!(answer.expect_err("closed").key, "refusal-project-over");
    let page = world.stranger().get(&format!("/projects/{id}"));
    page.sees("募款期限已在");
    assert!(!page.links().iter().any(|l| l.ends_with("/gift")));
    // It never told anything: the desk, the operator and the public all see that it is late.
    page.sees("逾期");
    reviewer.get("/operator").sees("点亮回家的路").sees("逾期");
    world.stranger().get("/projects").sees("报告逾期");
    let facts = world.app.db.read(|tx| projects::calmer_facts(tx, id, world.now())).expect("facts");
    assert_eq!(facts.overdue.len(), 2, "{facts:?}");
    assert_eq!(facts.overdue[0].due_day, add_months(day_of(facts.published_at.expect("published")), 3));
}

fn disclosures_follow_and_a_late_gift_comes_in_the_next(world: &World) {
    let cast = world.cast();
    let id = published(world, &cast);
    let finance = &cast.finance.actor;
    let first_day = day_of(world.now());
    given(world, &cast, id, 1_000, world.now());
    let yesterday = world.now();
    world.later(3 * DAY_US);
    let seen = actions::figures_until(&world.app, finance, id, first_day + 1, world.now()).expect("figures");
    assert_eq!((seen.from_day, seen.opening_fen, seen.income_fen, seen.closing_fen), (first_day, 0, 1_000, 1_000));
    // The books move on between looking and publishing: a gift of that day is confirmed late.
    given(world, &cast, id, 234, yesterday);
    assert_eq!(
        refused(actions::disclose(&world.app, finance, id, &seen, &NewDisclosure::of("两天"), &[], world.now())).key,
        "refusal-project-disclosure-moved"
    );
    let seen = actions::figures_until(&world.app, finance, id, first_day + 1, world.now()).expect("figures");
    assert_eq!(seen.income_fen, 1_234);
    // Figures that nobody computed are not published.
    let invented = projects::Figures { income_fen: 9_999, closing_fen: 9_999, ..seen };
    assert_eq!(
        refused(actions::disclose(&world.app, finance, id, &invented, &NewDisclosure::of("两天"), &[], world.now())).key,
        "refusal-project-disclosure-moved"
    );
    let published =
        eight_at_once(|_| actions::disclose(&world.app, finance, id, &seen, &NewDisclosure::of("两天"), &[], world.now()).map(|_| ()));
    assert_eq!(published, 1, "eight people disclose one period, and it is disclosed once");
    let again = refused(actions::figures_until(&world.app, finance, id, first_day + 1, world.now()));
    assert_eq!(again.key, "refusal-project-disclosure-before");
    // Another gift of the disclosed days arrives even later: it stands in the next period, and the balance is the ledger's.
    given(world, &cast, id, 66, yesterday);
    let next = actions::figures_until(&world.app, finance, id, first_day + 2, world.now()).expect("figures");
    assert_eq!((next.from_day, next.opening_fen, next.income_fen, next.closing_fen), (first_day + 2, 1_234, 66, 1_300));
    assert_eq!(fund(world, id).gifts_fen, next.closing_fen);
    let future = refused(actions::figures_until(&world.app, finance, id, day_of(world.now()), world.now()));
    assert_eq!(future.key, "refusal-project-disclosure-not-over");
    let managed = refused(actions::figures_until(&world.app, &cast.implementer_manager.actor, id, first_day + 2, world.now()));
    assert_eq!(managed.status, 403, "only the recipient answers for the books");
}

fn every_fen_of_a_gift_is_somewhere(world: &World) {
    let cast = world.cast();
    let id = published(world, &cast);
    let gifts = [7_000, 13, 50_000, 1, 42_986];
    for amount in gifts {
        given(world, &cast, id, amount, world.now());
    }
    let lines = line_ids(world, id);
    let first = paid_out(world, &cast, id, 30_000);
    actions::record_expense(&world.app, &cast.manager.actor, id, &expense(world, lines[0], 3, 2_500), world.now()).expect("recorded");
    // Asked for before and posted after another one: the place is given when the money moves.
    let slow = actions::request_payout(&world.app, &cast.manager.actor, id, 5_000, "后拨", world.now()).expect("asked");
    let quick = paid_out(world, &cast, id, 20_000);
    actions::approve_payout(&world.app, &cast.finance.actor, slow, world.now()).expect("a first yes");
    actions::approve_payout(&world.app, &cast.approver.actor, slow, world.now()).expect("a second yes");
    let second =
        actions::record_expense(&world.app, &cast.manager.actor, id, &expense(world, lines[1], 1, 40_000), world.now()).expect("recorded");
    let at = |before, amount| world.app.db.read(|tx| projects::whereabouts(tx, id, before, amount)).expect("whereabouts");
    let (mut before, mut spent, mut paid) = (0, 0, 0);
    for amount in gifts {
        let w = at(before, amount);
        assert_eq!(w.in_account_fen + w.with_implementer_fen + w.spent_fen, amount);
        assert_eq!(w.payouts.iter().map(|p| p.amount_fen).sum::<i64>(), amount - w.in_account_fen);
        assert_eq!(w.expenses.iter().map(|e| e.amount_fen).sum::<i64>(), w.spent_fen);
        (before, spent, paid) = (before + amount, spent + w.spent_fen, paid + amount - w.in_account_fen);
    }
    assert_eq!((spent, paid), (47_500, 55_000));
    // The gift of ¥500.00 begins 7,013 fen in: it was carried by all three payouts and lies in both expenses.
    let w = at(7_013, 50_000);
    let parts: Vec<(Id, i64)> = w.payouts.iter().map(|p| (p.payout_id, p.amount_fen)).collect();
    assert_eq!(parts, [(first, 22_987), (quick, 20_000), (slow, 5_000)]);
    assert_eq!(w.expenses.iter().map(|e| e.amount_fen).collect::<Vec<_>>(), [487, 40_000]);
    assert_eq!(w.expenses[1].expense_id, second);
    assert_eq!((w.in_account_fen, w.with_implementer_fen, w.spent_fen), (2_013, 7_500, 40_487));
}

fn a_full_goal_takes_no_more_and_says_so(world: &World) {
    let cast = world.cast();
    let id = published(world, &cast);
    let takes = || world.app.db.read(|tx| projects::takes_gifts(tx, id, world.now())).expect("an answer");
    let accepting = takes().expect("it takes gifts");
    assert_eq!((accepting.mchid.as_str(), accepting.recipient_name.as_str()), ("1600000002", "清河慈善基金会"));
    given(world, &cast, id, 5_100_000, world.now());
    assert_eq!(takes().expect_err("full").key, "refusal-project-goal-reached");
    world.stranger().get(&format!("/projects/{id}")).sees("已经筹满").sees("已筹 ¥51,000.00");
    let unknown = world.app.db.read(|tx| projects::takes_gifts(tx, 1, world.now())).expect("an answer");
    assert_eq!(unknown.expect_err("unknown").status, 404);
}

fn what_is_searched_is_found_and_nothing_else(world: &World) {
    let cast = world.cast();
    let id = published(world, &cast);
    let stranger = world.stranger();
    let other = cast.launcher;
    for (query, found) in [
        ("", 1),
        ("q=点亮", 1),
        ("q=LAMPS", 1),
        ("q=江西", 1),
        ("q=%25", 0),
        ("q=_", 0),
        ("q=%27", 0),
        ("field=poverty", 1),
        ("field=health", 0),
        ("field=nonsense", 1),
        ("area=360000000000", 1),
        ("area=360700000000", 1),
        ("area=370000000000", 0),
        ("state=published", 1),
        ("state=closed", 0),
        ("state=draft", 1),
        ("sort=gifts", 1),
        ("sort=in_time", 1),
        ("page=2", 0),
        ("page=-1", 1),
        ("page=99999999999999999999", 1),
    ] {
        let page = stranger.get(&format!("/projects?{query}"));
        page.has_status(200);
        assert_eq!(page.texts("article.project h3").len(), found, "{query}");
    }
    assert_eq!(stranger.get(&format!("/projects?organisation={}", cast.implementer)).texts("article.project h3").len(), 1);
    assert_eq!(stranger.get(&format!("/projects?organisation={other}")).texts("article.project h3").len(), 0);
    for path in ["/projects/1", "/projects/x", &format!("/projects/{id}/disclosures/1"), "/projects/1/steps", "/projects/1/progress"] {
        stranger.get(path).has_status(404);
    }
}

#[test]
fn pages_of_projects_fit_small_phones_and_complain_of_nothing() {
    let world = World::with(Engine::Sqlite, Options { for_a_real_browser: true, ..Options::default() });
    let cast = world.cast();
    let id = published(&world, &cast);
    given(&world, &cast, id, 2_000_000, world.now());
    paid_out(&world, &cast, id, 1_000_000);
    let now = world.now();
    let waiting = actions::request_payout(&world.app, &cast.implementer_manager.actor, id, 50_000, "安装路灯", now).expect("asked");
    actions::record_expense(&world.app, &cast.manager.actor, id, &expense(&world, line_ids(&world, id)[0], 3, 150_000), now)
        .expect("recorded");
    let post = testkit::told("第一批路灯到了", "三盏灯装在村口。\n\n明天继续。", "装好三盏路灯", 40);
    actions::post_progress(&world.app, &cast.manager.actor, id, &post, &[], now).expect("posted");
    let unfinished = actions::draft(&world.app, &cast.manager.actor, &draft(&world, &cast), now).expect("a draft");
    let submitted = actions::draft(&world.app, &cast.manager.actor, &draft(&world, &cast), now).expect("a draft");
    world.complete(&cast.manager.actor, submitted);
    actions::submit(&world.app, &cast.manager.actor, submitted, world.version(submitted), now).expect("submitted");
    let chromium = Chromium::start("zh-CN");
    let look = |person: Option<&Person>, paths: &[String]| {
        if let Some(person) = person {
            chromium.open(&format!("http://{}/help", world.address()));
            let token = person.cookie("huihai_session").expect("a session");
            let _ = chromium.evaluate(&format!("document.cookie = 'huihai_session={token}; path=/'"));
        }
        for path in paths {
            for width in [320, 360, 1280] {
                chromium.resize(width, 740);
                chromium.open(&format!("http://{}{path}", world.address()));
                chromium.is_at(path);
                assert_eq!(chromium.overflow(), 0, "{path} stands out of a window of {width} pixels");
            }
            let complaints = chromium.complaints();
            assert!(complaints.is_empty(), "{path}: {complaints:#?}");
        }
    };
    look(None, &["/projects".to_owned(), format!("/projects/{id}"), format!("/projects/{id}/steps"), format!("/projects/{id}/progress")]);
    let desk = |part: &str| format!("/desk/projects/{id}{part}");
    let mut own = vec![
        "/desk".to_owned(),
        "/desk/projects/new".to_owned(),
        format!("/desk/projects/{unfinished}"),
        format!("/desk/payouts/{waiting}"),
    ];
    own.extend(["", "/progress", "/disclosures", "/payouts", "/expenses", "/fundraising-end"].map(desk));
    look(Some(&cast.manager), &own);
    look(Some(&cast.reviewer), &["/operator".to_owned(), format!("/operator/projects/{submitted}")]);
}

on_both_engines![
    a_project_lives_its_whole_life,
    nobody_judges_what_they_wrote_or_work_for,
    two_people_save_one_draft_and_one_is_told,
    another_charitys_project_is_not_there,
    whoever_asks_does_not_approve,
    eight_approvals_post_one_payout,
    eight_expenses_spend_no_more_than_there_is,
    an_expired_certificate_stops_publishing_and_giving,
    disclosures_follow_and_a_late_gift_comes_in_the_next,
    every_fen_of_a_gift_is_somewhere,
    a_full_goal_takes_no_more_and_says_so,
    what_is_searched_is_found_and_nothing_else,
];
