//! Where the fen go when money comes back, is given back, goes elsewhere or was written down wrongly: exact to the fen,
//! for every gift, whoever is in a hurry.

use app::giving::gift_path;
use app::kernel::civil::day_of;
use app::kernel::{Id, Refusal, Trouble};
use app::projects::actions::{self, Stamp};
use app::projects::{self, NewExpense, Whereabouts, fund};
use db::{Tx, params, sql};
use ledger::Code;
use testkit::{Cast, World, on_both_engines};

use crate::races::at_once;

fn moved<T>(world: &World, movement: impl Fn(&mut Tx, &Stamp) -> Result<T, Trouble>) -> Result<Id, Refusal> {
    let stamp = Stamp::new(&world.app, world.now());
    match world.app.db.write(|tx| movement(tx, &stamp)) {
        Ok(_) => Ok(stamp.id),
        Err(Trouble::Refused(refusal)) => Err(refusal),
        Err(Trouble::Fault(fault)) => panic!("{fault}"),
    }
}

fn refund(world: &World, gift: Id, amount_fen: i64) -> Result<Id, Refusal> {
    let id = moved(world, |tx, stamp| actions::hold_refund(tx, stamp, gift, amount_fen))?;
    world.app.db.write(|tx| actions::post_refund(tx, id, world.app.new_id(), world.now())).expect("what is held can be posted");
    Ok(id)
}

fn paid_out(world: &World, cast: &Cast, project: Id, amount_fen: i64) -> Id {
    let (app, now) = (&world.app, world.now());
    let id = actions::request_payout(app, &cast.implementer_manager.actor, project, amount_fen, "采购", now).expect("asked");
    actions::approve_payout(app, &cast.finance.actor, id, now).expect("a first yes");
    actions::approve_payout(app, &cast.approver.actor, id, now).expect("a second yes");
    id
}

fn spent(world: &World, cast: &Cast, project: Id, amount_fen: i64) -> Id {
    let line = world.count(sql("SELECT MIN(id) AS count FROM budget_line WHERE project_id = ?1"), params![project]);
    let asked = NewExpense {
        budget_line_id: line,
        quantity: 1,
        unit_price_fen: amount_fen,
        description: "午餐".to_owned(),
        invoice_number: "24512000000012345678".to_owned(),
        spent_day: day_of(world.now()),
    };
    actions::record_expense(&world.app, &cast.manager.actor, project, &asked, world.now()).expect("recorded")
}

fn found(world: &World, project: Id, gift: Id) -> Whereabouts {
    world
        .app
        .db
        .read(|tx| {
            let row = tx.query_one(
                sql("SELECT project_gift.before_fen, COALESCE(gift.amount_fen, transfer.amount_fen) AS amount_fen FROM project_gift \
                     LEFT JOIN gift ON gift.id = project_gift.gift_id LEFT JOIN transfer ON transfer.fact_id = project_gift.gift_id \
                     WHERE project_gift.project_id = ?1 AND project_gift.gift_id = ?2"),
                params![project, gift],
            )?;
            projects::whereabouts(tx, project, row.int("before_fen")?, row.int("amount_fen")?)
        })
        .expect("whereabouts")
}

/// [in the account, with the implementer, spent, given back, used elsewhere]
fn parts(world: &World, project: Id, gift: Id) -> [i64; 5] {
    let w = found(world, project, gift);
    let parts = [w.in_account_fen, w.with_implementer_fen, w.spent_fen, w.refunded_fen, w.redirected_fen];
    assert_eq!(parts.iter().sum::<i64>(), w.amount_fen, "{w:?}");
    let named = |parts: Vec<i64>| parts.iter().sum::<i64>();
    assert_eq!(named(w.payouts.iter().map(|p| p.amount_fen).collect()), w.with_implementer_fen + w.spent_fen);
    assert_eq!(named(w.expenses.iter().map(|p| p.amount_fen).collect()), w.spent_fen);
    assert_eq!(named(w.refunds.iter().map(|p| p.amount_fen).collect()), w.refunded_fen);
    assert_eq!(named(w.redirects.iter().map(|p| p.amount_fen).collect()), w.redirected_fen);
    parts
}

fn total(world: &World, project: Id) -> fund::Total {
    world.app.db.read(|tx| fund::total(tx, project)).expect("a total")
}

fn a_refund_takes_the_gifts_own_fen_or_the_newest_in_its_place(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "一滴水要能退回去");
    let gifts: Vec<Id> = (0..4).map(|_| world.given(project, 1_000)).collect();
    // Its own fen are there: nobody else is touched.
    refund(world, gifts[3], 400).expect("given back");
    assert_eq!(parts(world, project, gifts[3]), [600, 0, 0, 400, 0]);
    let payout = paid_out(world, &cast, project, 2_000);
    let lunch = spent(world, &cast, project, 500);
    assert_eq!(parts(world, project, gifts[0]), [0, 500, 500, 0, 0]);
    // Its donor goes from the gift to the expense that it became.
    let link = format!("/projects/{project}/expenses/{lunch}");
    assert!(world.stranger().get(&gift_path(&world.app, gifts[0])).links().contains(&link), "{link}");
    world.stranger().get(&link).sees("午餐").sees("24512000000012345678");
    // The first gift's money has gone; it is given back with the newest that is there.
    let first = refund(world, gifts[0], 1_000).expect("given back");
    assert_eq!(parts(world, project, gifts[0]), [0, 0, 0, 1_000, 0]);
    assert_eq!(found(world, project, gifts[0]).refunds[0].refund_id, first);
    assert_eq!(parts(world, project, gifts[1]), [0, 1_000, 0, 0, 0]);
    // The newest 1,000 in the account were what is left of the last gift and the end of the one before it.
    assert_eq!(parts(world, project, gifts[3])[3..], [400, 0]);
    assert_eq!(parts(world, project, gifts[2])[0], 600);
    let (third, last) = (found(world, project, gifts[2]), found(world, project, gifts[3]));
    assert_eq!((third.in_place_fen, last.in_place_fen), (400, 600), "they stand where the first stood");
    assert_eq!(third.spent_fen + last.spent_fen, 500);
    assert!(third.payouts.iter().chain(&last.payouts).all(|p| p.payout_id == payout));
    // What is refused says why.
    assert_eq!(refund(world, gifts[0], 1).expect_err("all of it was given back").key, "refusal-project-refund-too-much");
    assert_eq!(refund(world, gifts[1], 601).expect_err("600 are left").key, "refusal-project-refund-not-in-account");
    assert_eq!(refund(world, gifts[1], 0).expect_err("nothing").key, "refusal-project-amount");
    assert_eq!(refund(world, 1, 1).expect_err("no such gift").status, 404);
    let t = total(world, project);
    assert_eq!((t.gifts_fen, t.refunded_fen, t.raised_fen(), t.available_fen()), (4_000, 1_400, 2_600, 600));
    world.refunds_as_the_channel_has_them();
    world.check_the_books();
}

fn a_refund_under_way_holds_its_amount(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "退款在路上");
    let gift = world.given(project, 1_000);
    let held = moved(world, |tx, stamp| actions::hold_refund(tx, stamp, gift, 700)).expect("held");
    let t = total(world, project);
    assert_eq!((t.in_account_fen(), t.available_fen(), t.refunding_fen), (1_000, 300, 700));
    let asked = actions::request_payout(&world.app, &cast.manager.actor, project, 301, "采购", world.now());
    assert!(matches!(asked, Err(Trouble::Refused(r)) if r.key == "refusal-project-payout-too-much"));
    world.refunds_as_the_channel_has_them();
    world.check_the_books();
    let release = || world.app.db.write(|tx| actions::release_refund(tx, held, world.now()));
    release().expect("released");
    release().expect("again changes nothing");
    let posted = world.app.db.write(|tx| actions::post_refund(tx, held, world.app.new_id(), world.now()));
    assert!(matches!(posted, Err(Trouble::Refused(r)) if r.key == "refusal-project-refund-released"));
    assert_eq!(total(world, project).available_fen(), 1_000);
    let done = refund(world, gift, 1_000).expect("given back");
    world.app.db.write(|tx| actions::post_refund(tx, done, world.app.new_id(), world.now())).expect("again changes nothing");
    world.refunds_as_the_channel_has_them();
    assert_eq!(total(world, project).refunded_fen, 1_000);
}

fn what_comes_back_is_free_again_and_the_past_stays(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "没用完的退回来");
    let (early, late) = (world.given(project, 1_000), world.given(project, 1_000));
    let payout = paid_out(world, &cast, project, 1_500);
    let expense = spent(world, &cast, project, 600);
    let back = moved(world, |tx, stamp| actions::take_return(tx, stamp, project, 700)).expect("returned");
    // The newest that was not spent came back.
    assert_eq!(parts(world, project, early), [200, 200, 600, 0, 0]);
    assert_eq!(parts(world, project, late), [1_000, 0, 0, 0, 0]);
    let more = moved(world, |tx, stamp| actions::take_return(tx, stamp, project, 201)).expect_err("only 200 are there");
    assert_eq!(more.key, "refusal-project-return-too-much");
    // Paid out again: the lowest free fen are the ones that came back.
    let again = paid_out(world, &cast, project, 300);
    let carried: Vec<(Id, i64)> = found(world, project, early).payouts.iter().map(|p| (p.payout_id, p.amount_fen)).collect();
    assert_eq!(carried, [(payout, 800), (again, 200)]);
    // A payout that is used cannot be corrected; the expense can, and everything behind it then.
    let used = moved(world, |tx, stamp| actions::undo(tx, stamp, Code::Payout, payout)).expect_err("it is spent");
    assert_eq!(used.key, "refusal-project-undo-payout-used");
    moved(world, |tx, stamp| actions::undo(tx, stamp, Code::Expense, expense)).expect("corrected");
    let twice = moved(world, |tx, stamp| actions::undo(tx, stamp, Code::Expense, expense)).expect_err("once is enough");
    assert_eq!(twice.key, "refusal-project-undone");
    assert_eq!(parts(world, project, early), [0, 1_000, 0, 0, 0]);
    moved(world, |tx, stamp| actions::undo(tx, stamp, Code::Payout, again)).expect("corrected");
    moved(world, |tx, stamp| actions::undo(tx, stamp, Code::PayoutReturn, back)).expect("corrected");
    assert_eq!(parts(world, project, early), [0, 1_000, 0, 0, 0]);
    assert_eq!(parts(world, project, late), [500, 500, 0, 0, 0]);
    let t = total(world, project);
    assert_eq!((t.paid_out_fen, t.returned_fen, t.spent_fen, t.available_fen()), (1_500, 0, 0, 500));
    world.refunds_as_the_channel_has_them();
    world.check_the_books();
}

fn leftovers_and_offline_gifts_stand_in_the_stream(world: &World) {
    let cast = world.cast();
    let (old, new) = (world.project(&cast, "有结余的项目"), world.project(&cast, "接着做的项目"));
    let gift = world.given(old, 1_000);
    let cheque = moved(world, |tx, stamp| actions::enter_offline_gift(tx, stamp, cast.charity, old, 500)).expect("entered");
    let after = world.given(old, 100);
    paid_out(world, &cast, old, 300);
    let first = moved(world, |tx, stamp| actions::redirect(tx, stamp, old, new, 900)).expect("redirected");
    assert_eq!(parts(world, old, gift), [0, 300, 0, 0, 700]);
    let went = &found(world, old, gift).redirects[0];
    assert_eq!((went.project_id, went.title.as_str(), went.amount_fen), (new, "接着做的项目", 700));
    assert_eq!(parts(world, old, cheque), [300, 0, 0, 0, 200]);
    assert_eq!(parts(world, old, after), [100, 0, 0, 0, 0]);
    assert_eq!(parts(world, new, first), [900, 0, 0, 0, 0]);
    for (from, to, amount, key) in [
        (old, new, 401, "refusal-project-redirect-too-much"),
        (old, old, 1, "refusal-project-redirect-same"),
        (old, new, 0, "refusal-project-amount"),
    ] {
        let refused = moved(world, |tx, stamp| actions::redirect(tx, stamp, from, to, amount)).expect_err("refused");
        assert_eq!(refused.key, key);
    }
    // The cheque bounces: of its 500 fen 200 have gone, so the newest fen stand in for them.
    let undo = |amount| moved(world, move |tx, stamp| actions::undo_offline_gift(tx, stamp, amount));
    assert_eq!(undo(cheque).expect_err("400 are there").key, "refusal-project-undo-not-in-account");
    let newest = world.given(old, 150);
    undo(cheque).expect("undone");
    assert_eq!(undo(cheque).expect_err("once").status, 409);
    assert_eq!(parts(world, old, cheque), [0, 0, 0, 500, 0]);
    assert_eq!(parts(world, old, newest), [0, 0, 0, 0, 150]);
    assert_eq!(parts(world, old, after), [50, 0, 0, 0, 50]);
    let t = total(world, old);
    assert_eq!((t.gifts, t.offline, t.offline_fen, t.offline_undone_fen, t.all_gifts()), (3, 0, 0, 500, 3));
    assert_eq!((t.redirected_out_fen, t.available_fen(), total(world, new).redirected_in_fen), (900, 50, 900));
    let received = world.count(sql("SELECT COALESCE(CAST(SUM(gifts_fen) AS BIGINT), 0) AS count FROM channel_day"), params![]);
    assert_eq!(received, 1_250, "the channel's totals know nothing of cheques");
    world.refunds_as_the_channel_has_them();
    world.check_the_books();
}

fn many_movements_at_once_take_each_fen_once(world: &World) {
    let cast = world.cast();
    let (project, other) = (world.project(&cast, "大家一起动"), world.project(&cast, "另一个项目"));
    let gifts: Vec<Id> = (0..8).map(|_| world.given(project, 1_000)).collect();
    paid_out(world, &cast, project, 4_000);
    let done: Vec<Result<Id, Refusal>> = at_once(8, |hand| match hand {
        0 | 1 => refund(world, gifts[0], 600),
        2 => moved(world, |tx, stamp| actions::take_return(tx, stamp, project, 1_500)),
        3 => moved(world, |tx, stamp| actions::redirect(tx, stamp, project, other, 700)),
        4 => moved(world, |tx, stamp| actions::enter_offline_gift(tx, stamp, cast.charity, project, 50)),
        5 => Ok(spent(world, &cast, project, 900)),
        6 => Ok(paid_out(world, &cast, project, 800)),
        _ => refund(world, gifts[7], 1_000),
    });
    let refused: Vec<&Refusal> = done.iter().filter_map(|d| d.as_ref().err()).collect();
    assert!(matches!(refused.as_slice(), [r] if r.key == "refusal-project-refund-too-much"), "one of two refunds of one gift: {refused:?}");
    world.catch_up();
    let sums = gifts.iter().map(|gift| parts(world, project, *gift)).fold([0; 5], |sum, p| std::array::from_fn(|at| sum[at] + p[at]));
    assert_eq!(sums[3], 1_600);
    let t = total(world, project);
    assert_eq!(t.available_fen(), 8_050 - 1_600 - 700 - 4_000 + 1_500 - 800);
    world.refunds_as_the_channel_has_them();
    world.check_the_books();
}

on_both_engines![
    a_refund_takes_the_gifts_own_fen_or_the_newest_in_its_place,
    a_refund_under_way_holds_its_amount,
    what_comes_back_is_free_again_and_the_past_stays,
    leftovers_and_offline_gifts_stand_in_the_stream,
    many_movements_at_once_take_each_fen_once,
];
