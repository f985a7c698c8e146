//! The end of a project: its closing report, and leftovers that go to a project of the same purpose after donors were told.

use app::kernel::civil::{add_months, day_of};
use app::kernel::{DAY_US, Id, Refusal, Trouble};
use app::projects::{self, NewExpense, actions};
use db::{params, sql};
use testkit::{Cast, Person, Wish, World, on_both_engines};

fn refused<T: std::fmt::Debug>(outcome: Result<T, Trouble>) -> Refusal {
    match outcome {
        Err(Trouble::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn given(world: &World, donor: &Person, project: Id, amount_fen: i64) {
    let wish = Wish { project, amount_fen, name: "", message: "", anonymous: true };
    let gift = world.wish(&donor.actor, &wish).expect("a wish");
    world.catch_up();
    world.pay(gift);
    world.catch_up();
}

/// ¥1,000.00 given, ¥530.00 spent on two coats, closed.
pub fn closed_with_leftovers(world: &World, cast: &Cast, donor: &Person, title: &str) -> Id {
    let id = world.project(cast, title);
    given(world, donor, id, 100_000);
    let (app, now, manager) = (&world.app, world.now(), &cast.manager.actor);
    let payout = actions::request_payout(app, manager, id, 53_000, "两件棉衣", now).expect("asked");
    actions::approve_payout(app, &cast.finance.actor, payout, now).expect("a first yes");
    actions::approve_payout(app, &cast.approver.actor, payout, now).expect("a second yes");
    let line = world.count(sql("SELECT MIN(id) AS count FROM budget_line WHERE project_id = ?1"), params![id]);
    let expense = NewExpense {
        budget_line_id: line,
        quantity: 2,
        unit_price_fen: 26_500,
        description: "两件棉衣".to_owned(),
        invoice_number: "24512000000012345678".to_owned(),
        spent_day: day_of(now),
    };
    actions::record_expense(app, manager, id, &expense, now).expect("recorded");
    actions::end_fundraising(app, manager, id, world.version(id), "够了", now).expect("ended");
    actions::start_executing(app, manager, id, world.version(id), now).expect("executing");
    actions::close(app, manager, id, world.version(id), "发完了。", now).expect("closed");
    id
}

fn fund(world: &World, id: Id) -> projects::fund::Total {
    world.app.db.read(|tx| projects::fund::total(tx, id)).expect("a total")
}

/// 慈善法 art. 58, 令81号: asked for by one, agreed to by another, donors told first, then posted; a line on both projects.
fn leftovers_go_to_a_similar_project_after_donors_were_told(world: &World) {
    let cast = world.cast();
    let donor = world.donor("13800138000");
    let id = closed_with_leftovers(world, &cast, &donor, "山里孩子的春天");
    let target = world.project(&cast, "山里孩子的冬天");
    let public = format!("/projects/{id}");
    world.stranger().get(&public).sees("账上还有 ¥470.00，应于");
    let at = format!("/desk/projects/{id}/leftovers");
    let page = cast.manager.get(&at);
    page.sees("¥470.00").sees("山里孩子的冬天");
    let target_text = target.to_string();
    let fill = |amount| [("to", target_text.as_str()), ("amount", amount), ("reason", "灯已够，邻村的孩子同样需要。")];
    cast.manager.submit(&page, &at, &fill("470.01")).has_status(422).sees("最多可以转 ¥470.00");
    cast.manager.submit(&page, &at, &fill("470")).has_status(200).sees("等第二个人同意");
    let again = actions::ask_for_redirect(&world.app, &cast.manager.actor, id, target, 100, "再转", world.now());
    assert_eq!(refused(again).key, "refusal-project-redirect-open");
    let redirect = world.count(sql("SELECT id AS count FROM project_redirect WHERE from_id = ?1"), params![id]);
    assert_eq!(refused(actions::announce_redirect(&world.app, &cast.manager.actor, redirect, world.now())).status, 403);
    let stranger = world.staff("elsewhere", "沈别处", cast.launcher, app::kernel::Role::Finance);
    // The launcher sees the project and has no say in the recipient's money.
    assert_eq!(refused(actions::announce_redirect(&world.app, &stranger.actor, redirect, world.now())).status, 403);
    cast.finance.get("/desk").sees("待第二人同意的剩余善款转用");
    let page = cast.finance.get(&at);
    cast.finance.submit(&page, &format!("{at}/decision"), &[("do", "agree")]).has_status(200).sees("正在告知捐赠人");
    world.catch_up();
    donor.get("/me/notices").sees("有剩余善款");
    world.stranger().get(&public).sees("剩余善款将转到另一个项目").sees("山里孩子的冬天");
    world.later(29 * DAY_US);
    world.catch_up();
    assert_eq!(fund(world, id).in_account_fen(), 47_000, "not before the notice is over");
    world.later(DAY_US);
    world.catch_up();
    assert_eq!((fund(world, id).in_account_fen(), fund(world, target).in_account_fen()), (0, 47_000));
    for project in [id, target] {
        world.stranger().get(&format!("/projects/{project}")).sees("已转").sees("¥470.00");
    }
    world.sign_in_again(&donor);
    donor.get("/me/notices").sees("剩余善款已转到同类项目");
    let told = world.count(sql("SELECT COUNT(*) AS count FROM public_entry WHERE kind = ?1"), params!["redirect_announced"]);
    assert_eq!(told, 1);
    world.check_the_books();
}

/// What nobody decided within three months after the end is seen by everyone; what no longer fits on its day lapses.
fn leftovers_that_wait_too_long_are_overdue_and_a_closed_target_lapses(world: &World) {
    let cast = world.cast();
    let donor = world.donor("13800138000");
    let id = closed_with_leftovers(world, &cast, &donor, "山里孩子的春天");
    let target = world.project(&cast, "山里孩子的冬天");
    let (app, now) = (&world.app, world.now());
    let manager = &cast.manager.actor;
    assert_eq!(refused(actions::ask_for_redirect(app, manager, target, id, 1, "反过来", now)).key, "refusal-project-redirect-early");
    let redirect = actions::ask_for_redirect(app, manager, id, target, 47_000, "邻村同样需要。", now).expect("asked");
    actions::announce_redirect(app, &cast.approver.actor, redirect, now).expect("agreed");
    actions::end_fundraising(app, manager, target, world.version(target), "够了", now).expect("ended");
    actions::start_executing(app, manager, target, world.version(target), now).expect("executing");
    actions::close(app, manager, target, world.version(target), "完", now).expect("closed");
    world.later(30 * DAY_US);
    world.catch_up();
    world.catch_up();
    world.stranger().get(&format!("/projects/{id}")).sees("没有转成");
    assert_eq!(fund(world, id).in_account_fen(), 47_000);
    let due = add_months(day_of(now), 3);
    world.later((due - day_of(world.now())) * DAY_US);
    world.stranger().get(&format!("/projects/{id}")).sees("应于").sees_no("剩余善款的处理已逾期");
    world.later(DAY_US);
    world.stranger().get(&format!("/projects/{id}")).sees("剩余善款的处理已逾期");
}

/// 慈善法 art. 79: the closing report in the charity's words beside the ledger's figures; judged, returned, published.
fn a_closing_report_is_judged_and_published(world: &World) {
    let cast = world.cast();
    let donor = world.donor("13800138000");
    let id = closed_with_leftovers(world, &cast, &donor, "山里孩子的春天");
    let at = format!("/desk/projects/{id}/closing-report");
    let page = cast.manager.get(&at);
    page.sees("每个孩子一件棉衣");
    let words = [("results", "两个孩子穿上了新棉衣。"), ("indicators", "计划一千件，实际两件。"), ("leftovers", "结余转到同类项目。")];
    let mut whole = words.to_vec();
    cast.manager.submit(&page, &at, &whole).has_status(422);
    whole.push(("beneficiaries", "2"));
    cast.manager.submit(&page, &at, &whole).has_status(200).sees("结项报告已提交");
    cast.finance.post(&at, &whole).has_status(403);
    world.stranger().get(&format!("/projects/{id}/closing-report")).sees("还没有公开的结项报告");
    let report = |state: &str| {
        world.count(sql("SELECT MAX(id) AS count FROM closing_report WHERE project_id = ?1 AND state = ?2"), params![id, state])
    };
    let first = format!("/operator/closing-reports/{}", report("submitted"));
    cast.reviewer.get("/operator").sees("待审核的结项报告");
    let page = cast.reviewer.get(&first);
    page.sees("两个孩子穿上了新棉衣。").sees("¥530.00").sees("¥470.00");
    cast.reviewer.submit(&page, &first, &[("do", "return"), ("answer", "")]).has_status(422);
    cast.reviewer.submit(&page, &first, &[("do", "return"), ("answer", "请写明发放的学校。")]).has_status(200).sees("已退回修改");
    let page = cast.manager.get(&at);
    page.sees("请写明发放的学校。");
    cast.manager.submit(&page, &at, &whole).has_status(200);
    let second = format!("/operator/closing-reports/{}", report("submitted"));
    let page = cast.second_reviewer.get(&second);
    cast.second_reviewer.submit(&page, &second, &[("do", "publish")]).has_status(200).sees("已公开");
    let twice = cast.reviewer.post(&second, &[("do", "publish")]);
    twice.has_status(409);
    world.catch_up();
    world.stranger().get(&format!("/projects/{id}/closing-report")).sees("两个孩子穿上了新棉衣。").sees("¥1,000.00").sees("¥470.00");
    world.stranger().get(&format!("/projects/{id}")).sees("结项报告已公开");
    donor.get("/me/notices").sees("公开了结项报告");
    let again = actions::hand_in_closing_report(&world.app, &cast.manager.actor, id, ("再写", "再写", "再写"), 1, world.now());
    assert_eq!(refused(again).key, "refusal-project-closing-there");
    let early = world.project(&cast, "还在募款");
    let early = actions::hand_in_closing_report(&world.app, &cast.manager.actor, early, ("写", "写", "写"), 1, world.now());
    assert_eq!(refused(early).key, "refusal-project-closing-early");
}

on_both_engines![
    leftovers_go_to_a_similar_project_after_donors_were_told,
    leftovers_that_wait_too_long_are_overdue_and_a_closed_target_lapses,
    a_closing_report_is_judged_and_published,
];
