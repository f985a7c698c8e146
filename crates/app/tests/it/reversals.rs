//! Money that comes back and records that were wrong, at the charity's desk: one asks with evidence, another decides, and
//! everyone reads what happened.

use app::kernel::civil::{day_of, day_text};
use app::kernel::{Id, MINUTE_US};
use app::projects::fund;
use db::{params, sql};
use testkit::{Cast, PIXEL, Page, Person, World, on_both_engines};

use crate::refunds::Scene;

const SLIP: (&str, &str, &[u8]) = ("evidence", "回单.png", PIXEL);

fn total(world: &World, project: Id) -> fund::Total {
    world.app.db.read(|tx| fund::total(tx, project)).expect("a total")
}

fn ask_return(who: &Person, project: Id, amount: &str, reason: &str) -> Page {
    let (form, path) = (format!("/desk/projects/{project}/returns/new"), format!("/desk/projects/{project}/returns"));
    who.submit_files(&who.get(&form), &path, &[("amount", amount), ("reason", reason)], &[SLIP])
}

fn newest(world: &World) -> Id {
    world.count(sql("SELECT MAX(id) AS count FROM reversal"), params![])
}

fn decide(who: &Person, reversal: Id, how: &str, fields: &[(&str, &str)]) -> Page {
    let address = format!("/desk/reversals/{reversal}");
    who.submit(&who.get(&address), &format!("{address}/{how}"), fields)
}

fn paid_out(world: &World, cast: &Cast, project: Id, amount_fen: i64) -> Id {
    use app::projects::actions;
    let now = world.now();
    let id = actions::request_payout(&world.app, &cast.manager.actor, project, amount_fen, "采购", now).expect("asked");
    actions::approve_payout(&world.app, &cast.finance.actor, id, now).expect("a first yes");
    actions::approve_payout(&world.app, &cast.approver.actor, id, now).expect("a second yes");
    id
}

fn unused_money_comes_back_when_a_second_person_has_seen_the_slip(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "没用完的要退回");
    world.given(project, 100_000);
    paid_out(world, &cast, project, 60_000);
    ask_return(&cast.finance, project, "100", "采购价低于预算").has_status(200).sees("等待确认").sees("回单.png");
    let reversal = newest(world);
    assert_eq!(total(world, project).returned_fen, 0, "one person alone moves nothing");
    let path = format!("/desk/reversals/{reversal}/confirmation");
    cast.finance.post(&path, &[]).has_status(403).sees("提出的人不能自己确认");
    // The implementer reads how it stands, and neither sees the papers nor decides.
    cast.implementer_manager.get(&format!("/desk/reversals/{reversal}")).has_status(200).sees_no("回单.png");
    cast.implementer_manager.post(&path, &[]).has_status(403);
    cast.implementer_manager.get(&format!("/desk/projects/{project}/returns/new")).has_status(403);
    decide(&cast.approver, reversal, "confirmation", &[]).has_status(200).sees("已完成");
    cast.manager.post(&path, &[]).has_status(409).sees("已经处理过了");
    let t = total(world, project);
    assert_eq!((t.returned_fen, t.with_implementer_fen(), t.in_account_fen()), (10_000, 50_000, 50_000));
    world.stranger().get(&format!("/projects/{project}")).sees("退回与更正").sees("采购价低于预算").sees("¥100.00");
    // What cannot be is refused, and more than is there is found out when it is confirmed at the latest.
    for (amount, reason, sentence) in [("0", "余款", "请填写大于零的金额"), ("1", "", "请写明原因")] {
        ask_return(&cast.finance, project, amount, reason).has_status(422).sees(sentence);
    }
    ask_return(&cast.finance, project, "500.01", "余款").has_status(200);
    decide(&cast.approver, newest(world), "confirmation", &[]).has_status(409).sees("执行机构手里只有 ¥500.00");
    decide(&cast.approver, newest(world), "refusal", &[("reason", "回单金额不符")]).sees("未同意").sees("回单金额不符");
    world.check_the_books();
}

fn what_was_written_wrongly_is_undone_and_stays_to_be_read(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "写错了就更正");
    world.given(project, 100_000);
    let payout = paid_out(world, &cast, project, 60_000);
    let line = world.count(sql("SELECT MIN(id) AS count FROM budget_line WHERE project_id = ?1"), params![project]).to_string();
    let path = format!("/desk/projects/{project}/expenses");
    let today = day_text(day_of(world.now()));
    let expense = [
        ("budget_line", line.as_str()),
        ("quantity", "2"),
        ("price", "150"),
        ("description", "写错的棉衣"),
        ("invoice_number", "24512000000012345678"),
        ("spent_day", today.as_str()),
    ];
    let invoice = ("invoice", "发票.png", PIXEL);
    cast.manager.submit_files(&cast.manager.get(&path), &path, &expense, &[invoice]).has_status(200).sees("支出已登记").sees("发票");
    let id = world.count(sql("SELECT MAX(id) AS count FROM expense"), params![]);
    let correct = |who: &Person, of: String, reason: &str| {
        let form = who.get(&format!("/desk/projects/{project}/record-corrections/new?of={of}"));
        who.submit_files(&form, &format!("/desk/projects/{project}/record-corrections"), &[("of", &of), ("reason", reason)], &[SLIP])
    };
    // The payout is used by the expense: first that one.
    correct(&cast.finance, format!("3-{payout}"), "拨错了").has_status(200);
    let of_payout = newest(world);
    decide(&cast.approver, of_payout, "confirmation", &[]).has_status(409).sees("请先更正用到它的支出和退回");
    correct(&cast.manager, format!("4-{id}"), "单价写错").has_status(200);
    let of_expense = newest(world);
    correct(&cast.finance, format!("4-{id}"), "又提一次").has_status(409).sees("正在等待确认");
    decide(&cast.approver, of_expense, "confirmation", &[]).has_status(200);
    decide(&cast.approver, of_payout, "confirmation", &[]).has_status(200).sees("已完成");
    let again: Vec<(String, String)> = [("of", format!("4-{id}")), ("reason", "再来".to_owned())].map(|(n, v)| (n.to_owned(), v)).into();
    cast.finance.post_files(&format!("/desk/projects/{project}/record-corrections"), &again, &[SLIP]).has_status(409).sees("已经更正过了");
    let t = total(world, project);
    assert_eq!((t.paid_out_fen, t.spent_fen, t.in_account_fen()), (0, 0, 100_000));
    let public = world.stranger().get(&format!("/projects/{project}"));
    public.sees("写错的棉衣").sees("已更正").sees("单价写错").sees("拨错了");
    // Other projects' records and things that are none cannot be named.
    let other = world.project(&cast, "另一个项目");
    let elsewhere = format!("/desk/projects/{other}/record-corrections");
    let fields: Vec<(String, String)> = [("of", format!("4-{id}")), ("reason", "越界".to_owned())].map(|(n, v)| (n.to_owned(), v)).into();
    cast.finance.post_files(&elsewhere, &fields, &[SLIP]).has_status(422);
    world.check_the_books();
}

/// A gift is asked back after all of the project's money was paid out: the refund waits, the implementer returns what it has not
/// used, and the refund goes out by itself. Every other donor's fen stay where they were told.
fn what_the_implementer_returns_pays_the_refund_that_waits_for_it(world: &World) {
    let scene = Scene::new(world);
    let other = world.given(scene.project, 20_000);
    paid_out(world, &scene.cast, scene.project, 30_000);
    let case = scene.asked("other", "100");
    scene.does(&scene.cast.manager, case, "examination", &[]).sees("等执行机构说明情况");
    let page = scene.desk(&scene.cast.implementer_manager, case);
    let said = [("note", "棉衣还没有订，可以退回。")];
    scene.cast.implementer_manager.submit(&page, &format!("/desk/refunds/{case}/confirmation"), &said).sees("已确认");
    scene.requested_and_agreed(case);
    scene.sent();
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("approved", (0, 0)));
    scene.desk(&scene.cast.finance, case).sees("须先由执行机构退回");
    // A return of less than is needed is not enough, and nothing is given back in parts that nobody decided.
    for (amount, state) in [("60", "approved"), ("65", "returned")] {
        ask_return(&scene.cast.finance, scene.project, amount, "第一批采购取消").has_status(200);
        world.sign_in_again(&scene.cast.approver);
        decide(&scene.cast.approver, newest(world), "confirmation", &[]).has_status(200).sees("已完成");
        world.later(MINUTE_US);
        scene.sent();
        assert_eq!(scene.state(case), state, "after ¥{amount} came back");
        world.check_the_books();
    }
    let t = total(world, scene.project);
    assert_eq!((t.returned_fen, t.refunded_fen, t.in_account_fen(), t.with_implementer_fen()), (12_500, 10_000, 2_500, 17_500));
    // The other gift is whole: its newest fen came back and are in the account, the rest is with the implementer.
    let place = |gift: Id| {
        let before = world.count(sql("SELECT before_fen AS count FROM project_gift WHERE gift_id = ?1"), params![gift]);
        let amount = world.count(sql("SELECT amount_fen AS count FROM gift WHERE id = ?1"), params![gift]);
        let w = world.app.db.read(|tx| app::projects::whereabouts(tx, scene.project, before, amount)).expect("whereabouts");
        (w.in_account_fen, w.with_implementer_fen, w.refunded_fen)
    };
    assert_eq!(place(scene.gift), (0, 0, 10_000));
    assert_eq!(place(other), (2_500, 17_500, 0));
    scene.is_back(case, "¥100.00");
}

on_both_engines![
    unused_money_comes_back_when_a_second_person_has_seen_the_slip,
    what_was_written_wrongly_is_undone_and_stays_to_be_read,
    what_the_implementer_returns_pays_the_refund_that_waits_for_it,
];
