//! What is decided about a public project: suspended, resumed, taken down, reported, changed; and that donors are told.

use app::kernel::{DAY_US, Id, Refusal, Role, Trouble};
use app::projects::{self, DecisionKind, actions};
use db::{params, sql};
use testkit::{Cast, Person, Wish, World, on_both_engines};

fn refused<T: std::fmt::Debug>(outcome: Result<T, Trouble>) -> Refusal {
    match outcome {
        Err(Trouble::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn takes(world: &World, id: Id) -> Result<(), &'static str> {
    world.app.db.read(|tx| projects::takes_gifts(tx, id, world.now())).expect("an answer").map(|_| ()).map_err(|r| r.key)
}

fn given(world: &World, donor: &Person, project: Id, amount_fen: i64) -> Id {
    let wish = Wish { project, amount_fen, name: "", message: "", anonymous: true };
    let gift = world.wish(&donor.actor, &wish).expect("a wish");
    world.catch_up();
    world.pay(gift);
    world.catch_up();
    gift
}

fn decide(world: &World, who: &Person, id: Id, kind: DecisionKind, reason: &str) -> Result<Id, Trouble> {
    actions::decide(&world.app, &who.actor, id, kind, reason, "示范市民政局", world.now())
}

fn told(world: &World, person: Id) -> i64 {
    world.count(sql("SELECT COUNT(*) AS count FROM notice WHERE person_id = ?1 AND message LIKE 'notice-project-%'"), params![person])
}

/// 平台 duties (R18): gifts and payouts stop at once, what is on its way is recorded, donors are told, the entry stays.
fn r18_a_project_is_suspended_resumed_and_taken_down(world: &World) {
    let cast = world.cast();
    let donor = world.donor("13800138000");
    let other = world.donor("13900139000");
    let id = world.project(&cast, "山里孩子的冬天");
    let gift = given(world, &donor, id, 100_000);
    given(world, &donor, id, 100);
    let on_its_way =
        world.wish(&other.actor, &Wish { project: id, amount_fen: 500, name: "", message: "", anonymous: true }).expect("a wish");
    world.catch_up();
    let (app, now) = (&world.app, world.now());
    let payout = actions::request_payout(app, &cast.manager.actor, id, 10_000, "棉衣", now).expect("asked");

    // The charity asks, the operator decides; a reason is needed and everyone reads it.
    let desk = format!("/desk/projects/{id}/decisions");
    let page = cast.manager.get(&desk);
    cast.manager.submit(&page, &format!("/desk/projects/{id}/suspension-request"), &[("reason", "")]).has_status(422);
    let asked = cast.manager.submit(&page, &format!("/desk/projects/{id}/suspension-request"), &[("reason", "大雪封山。")]);
    asked.has_status(200).sees("您的暂停申请正在等平台决定");
    cast.reviewer.get("/operator").sees("机构申请暂停的项目");
    let operator = format!("/operator/projects/{id}/decisions");
    let page = cast.reviewer.get(&operator);
    page.sees("大雪封山。");
    cast.reviewer.post(&operator, &[("kind", "suspended"), ("reason_suspended", "")]).has_status(422);
    let done = cast.reviewer.post(&operator, &[("kind", "suspended"), ("reason_suspended", "封山期间不能发放。")]);
    done.has_status(200).sees("决定已生效");
    world.catch_up();
    assert_eq!(takes(world, id), Err("refusal-project-suspended"));
    let public = format!("/projects/{id}");
    world.stranger().get(&public).sees("这个项目已被平台暂停").sees("封山期间不能发放。").sees_no("大雪封山。");
    // Payouts stop, money on its way is still recorded, and whoever gave is told once, guests on the page of their gift.
    assert_eq!(refused(actions::approve_payout(app, &cast.finance.actor, payout, now)).key, "refusal-project-held-payout");
    assert_eq!(refused(actions::request_payout(app, &cast.manager.actor, id, 1_000, "手套", now)).key, "refusal-project-held-payout");
    world.pay(on_its_way);
    world.catch_up();
    let recorded = world.count(sql("SELECT COUNT(*) AS count FROM gift WHERE id = ?1"), params![on_its_way]);
    assert_eq!(recorded, 1);
    assert_eq!((told(world, donor.id), told(world, other.id)), (1, 0), "who gave before it was suspended");
    donor.get("/me/notices").sees("已被平台暂停");
    donor.get("/me/gifts").sees("项目已暂停");
    let code = world.app.secret.code("gift", &gift.to_string());
    world.guest().get(&format!("/gifts/{gift}/{code}")).sees("封山期间不能发放。");

    // Resumed; then taken down by another reviewer: no list shows it, its page stays with the reason.
    assert_eq!(refused(decide(world, &cast.reviewer, id, DecisionKind::Suspended, "再停")).key, "refusal-project-hold-other");
    decide(world, &cast.reviewer, id, DecisionKind::Resumed, "雪停了。").expect("resumed");
    world.catch_up();
    assert_eq!(takes(world, id), Ok(()));
    actions::approve_payout(app, &cast.finance.actor, payout, world.now()).expect("payouts go on");
    decide(world, &cast.second_reviewer, id, DecisionKind::TakenDown, "材料不实。").expect("taken down");
    world.catch_up();
    assert_eq!(takes(world, id), Err("refusal-project-taken-down"));
    world.stranger().get("/projects").sees_no("山里孩子的冬天");
    world.stranger().get(&public).has_status(200).sees("已被平台下架").sees("材料不实。");
    assert_eq!(refused(decide(world, &cast.reviewer, id, DecisionKind::Resumed, "恢复")).key, "refusal-project-hold-other");
    assert_eq!((told(world, donor.id), told(world, other.id)), (3, 2));

    // Where the charity reads it, it finds the way to appeal (`appeals.rs` walks it).
    let decision = world.count(sql("SELECT id AS count FROM project_decision WHERE project_id = ?1 AND kind = 'taken_down'"), params![id]);
    let page = cast.manager.get(&desk);
    page.sees("材料不实。");
    assert!(page.links().contains(&format!("/desk/appeals/new?thing=project_decision&id={decision}")), "{:?}", page.links());
    // A decision is never changed.
    assert!(world.app.db.write(|tx| tx.execute(sql("UPDATE project_decision SET reason = ''"), params![])).is_err());
}

/// R24: what was reported to the civil-affairs department is recorded with its reason.
fn r24_a_report_to_civil_affairs_is_recorded(world: &World) {
    let cast = world.cast();
    let id = world.project(&cast, "山里孩子的冬天");
    let operator = format!("/operator/projects/{id}/decisions");
    let missing = cast.reviewer.post(&operator, &[("kind", "reported"), ("reason_reported", "疑似重复募捐。"), ("authority", "")]);
    missing.has_status(422);
    let page = cast.reviewer.post(
        &operator,
        &[("kind", "reported"), ("reason_reported", "疑似重复募捐，书面报告，2026-09 号。"), ("authority", "示范市民政局")],
    );
    page.has_status(200).sees("示范市民政局").sees("疑似重复募捐");
    let entries = world.count(sql("SELECT COUNT(*) AS count FROM public_entry WHERE kind = ?1"), params!["project_decided"]);
    assert_eq!(entries, 1);
    assert_eq!(takes(world, id), Ok(()), "a report decides nothing by itself");
    // Whoever works for an organisation of the project does not decide about it.
    let mut both = cast.reviewer.actor.clone();
    if let app::kernel::Actor::Person { seats, .. } = &mut both {
        seats.push(app::kernel::SeatHeld { organisation_id: cast.charity, role: Role::Manager, operator: false });
    }
    let outcome = actions::decide(&world.app, &both, id, DecisionKind::Suspended, "停", "", world.now());
    assert_eq!(refused(outcome).key, "refusal-project-recused");
}

/// 慈善法 art. 56; 广州市慈善促进条例: filed again, judged by another, donors told sixty days before it takes effect.
fn r5_a_change_is_filed_told_and_only_then_in_effect(world: &World) {
    let cast = world.cast();
    let donor = world.donor("13800138000");
    let id = world.project(&cast, "山里孩子的冬天");
    given(world, &donor, id, 100_000);
    let (app, now) = (&world.app, world.now());
    let at = format!("/desk/projects/{id}/change");
    let page = cast.manager.get(&at);
    let wrong = cast.manager.submit(&page, &at, &[("reason", "换个用途"), ("filed_day", "")]);
    wrong.has_status(422);
    let today = app::kernel::civil::day_text(app::kernel::civil::day_of(now));
    let nothing = cast.manager.submit(&page, &at, &[("reason", "换个用途"), ("filed_day", &today)]);
    nothing.has_status(409).sees("没有改动任何内容");
    let asked = cast.manager.submit(
        &page,
        &at,
        &[
            ("reason", "老师也没有厚衣服。"),
            ("filed_day", &today),
            ("filing_number", "53100000MJ0000002A26002"),
            ("object", "山区小学生和他们的老师"),
            ("quantity_2", "18000"),
            ("item_3", "手套"),
            ("unit_3", "双"),
            ("quantity_3", "2000"),
            ("price_3", "5"),
        ],
    );
    asked.has_status(200).sees("变更已提交").sees("同一时间只能有一个变更");
    let change = world.count(sql("SELECT id AS count FROM project_change WHERE project_id = ?1"), params![id]);
    let judged = format!("/operator/changes/{change}");
    let page = cast.reviewer.get(&judged);
    page.sees("山区小学生和他们的老师").sees("预算：手套").sees("53100000MJ0000002A26002");
    world.stranger().get(&format!("/projects/{id}/changes/{change}")).has_status(404);
    cast.reviewer.submit(&page, &format!("{judged}/announcement"), &[]).has_status(200).sees("捐赠人正在被告知");
    let twice = actions::announce_change(app, &cast.second_reviewer.actor, change, "", now);
    assert_eq!(refused(twice).key, "refusal-project-change-decided");
    world.catch_up();

    // Donors are told, see old and new side by side, and object in public without their name.
    assert_eq!(told(world, donor.id), 1);
    let public = format!("/projects/{id}/changes/{change}");
    let page = donor.get(&public);
    page.sees("新旧对照").sees("山区小学生").sees("老师也没有厚衣服。");
    donor.submit(&page, &format!("{public}/objections"), &[("words", "我捐的是午餐。")]).has_status(200).sees("您的异议已记下");
    let again = donor.post(&format!("{public}/objections"), &[("words", "再说一次")]);
    again.has_status(409);
    let nobody = world.donor("13900139000");
    nobody.post(&format!("{public}/objections"), &[("words", "我没有捐过")]).has_status(409);
    world.stranger().get(&public).sees("我捐的是午餐。").sees("捐赠人的异议（1）");
    world.stranger().get(&format!("/projects/{id}")).sees("项目将要变更").sees_no("山区小学生和他们的老师");

    // Fifty-nine days are not sixty.
    world.later(59 * DAY_US);
    world.catch_up();
    let object =
        |world: &World| world.count(sql("SELECT COUNT(*) AS count FROM project WHERE id = ?1 AND object = '山区小学生'"), params![id]);
    assert_eq!(object(world), 1);
    world.later(DAY_US);
    world.catch_up();
    assert_eq!(object(world), 0);
    world.stranger().get(&format!("/projects/{id}")).sees("山区小学生和他们的老师").sees("项目的变更已生效").sees("手套");
    world.stranger().get(&format!("/projects/{id}/versions")).sees("第 2 版").sees("第 1 版").sees("预算：手套");
    assert_eq!(told(world, donor.id), 2);
    let goal = world.count(sql("SELECT goal_fen AS count FROM project WHERE id = ?1"), params![id]);
    let lines = world.count(sql("SELECT CAST(SUM(amount_fen) AS BIGINT) AS count FROM budget_line WHERE project_id = ?1"), params![id]);
    assert_eq!(goal, lines);
}

/// What was spent while donors were told is stronger than the change.
fn a_change_that_no_longer_fits_lapses(world: &World) {
    let cast: Cast = world.cast();
    let donor = world.donor("13800138000");
    let id = world.project(&cast, "山里孩子的冬天");
    given(world, &donor, id, 1_000_000);
    let (app, now) = (&world.app, world.now());
    let mut wanted = world.change_wanted();
    wanted.lines.retain(|l| l.item != "午餐");
    let change = actions::ask_for_change(app, &cast.manager.actor, id, &wanted, now).expect("asked");
    let open = actions::ask_for_change(app, &cast.manager.actor, id, &wanted, now);
    assert_eq!(refused(open).key, "refusal-project-change-open");
    actions::announce_change(app, &cast.reviewer.actor, change, "", now).expect("announced");
    let payout = actions::request_payout(app, &cast.manager.actor, id, 10_000, "午餐", now).expect("asked");
    actions::approve_payout(app, &cast.finance.actor, payout, now).expect("a first yes");
    actions::approve_payout(app, &cast.approver.actor, payout, now).expect("a second yes");
    let lunch = world.count(sql("SELECT id AS count FROM budget_line WHERE project_id = ?1 AND item = '午餐'"), params![id]);
    let expense = projects::NewExpense {
        budget_line_id: lunch,
        quantity: 20,
        unit_price_fen: 500,
        description: "二十份午餐".to_owned(),
        invoice_number: "24512000000012345678".to_owned(),
        spent_day: app::kernel::civil::day_of(now),
    };
    actions::record_expense(app, &cast.manager.actor, id, &expense, now).expect("recorded");
    world.later(60 * DAY_US);
    world.catch_up();
    world.catch_up();
    world.stranger().get(&format!("/projects/{id}/changes/{change}")).sees("没有生效");
    let kept = world.count(sql("SELECT COUNT(*) AS count FROM budget_line WHERE project_id = ?1 AND item = '午餐'"), params![id]);
    assert_eq!(kept, 1);
    // Asked anew, it is refused at once, by the name of the line.
    let again = refused(actions::ask_for_change(app, &cast.manager.actor, id, &wanted, world.now()));
    assert_eq!(again.key, "refusal-project-change-spent-line");
}

on_both_engines![
    r18_a_project_is_suspended_resumed_and_taken_down,
    r24_a_report_to_civil_affairs_is_recorded,
    r5_a_change_is_filed_told_and_only_then_in_effect,
    a_change_that_no_longer_fits_lapses,
];
