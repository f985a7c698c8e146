//! Refunds and receipts: nothing goes back under a valid receipt, the rest is receipted anew, and whatever the channel says
//! afterwards, the donor ends with the receipt for what the charity has.

use app::giving::gift_path;
use app::kernel::{HOUR_US, Id, MINUTE_US};
use db::{params, sql};
use sandbox::FiscalFaults;
use testkit::sandbox::RefundEnd;
use testkit::{World, on_both_engines};

use crate::papers::{gave, settled};
use crate::papers_service::through_the_service;
use crate::refunds::{Scene, made_elsewhere};

impl Scene<'_> {
    /// The donor asks for one receipt for all gifts that can have one; says which page shows it.
    fn applies(&self) -> String {
        let mine = self.donor.get("/me/receipts");
        let form = self.donor.click(&mine, "申请开票");
        let page = self.donor.submit(&form, "/me/receipts", &[("payer_kind", "person"), ("payer_name", "王小满")]);
        page.has_status(200).sees("申请已提交");
        page.path.split('?').next().unwrap_or_default().to_owned()
    }

    /// Finance issues what waits longest at the desk.
    fn issues(&self) {
        let finance = &self.cast.finance;
        self.world.sign_in_again(finance);
        let waiting = self.world.count(sql("SELECT MIN(id) AS count FROM receipt_application WHERE state = 'waiting'"), params![]);
        let address = format!("/desk/receipts/{waiting}");
        finance.submit(&finance.get(&address), &format!("{address}/receipt"), &[]).has_status(200);
    }

    fn valid_fen(&self) -> i64 {
        self.world.count(
            sql(
                "SELECT COALESCE(CAST(SUM(r.amount_fen) AS BIGINT), 0) AS count FROM receipt r LEFT JOIN receipt x ON x.reverses_id = r.id \
                 WHERE r.kind = 'receipt' AND x.id IS NULL",
            ),
            params![],
        )
    }

    /// The rest of a reversed receipt, as the donor finds it.
    fn newest_application(&self) -> String {
        let id: Id = self.world.count(sql("SELECT MAX(id) AS count FROM receipt_application"), params![]);
        app::papers::actions::paper_path(&self.world.app, id)
    }
}

fn a_receipt_stays_while_a_refund_is_talked_about_and_is_reversed_before_it_goes(world: &World) {
    let scene = Scene::new(world);
    settled(world, &scene.cast);
    let paper = scene.applies();
    scene.issues();
    let case = scene.asked("other", "100");
    scene.does(&scene.cast.manager, case, "examination", &[]);
    scene.donor.get(&paper).sees("2026000001").sees_no("已冲红");
    scene.requested_and_agreed(case);
    // Two people have agreed: the receipt is reversed in the step that sets the money aside, before the channel is asked.
    assert_eq!((scene.valid_fen(), scene.posted()), (0, (0, 0)));
    scene.donor.get(&paper).sees("已冲红").sees("2026000002");
    scene.donor.get("/me/notices").sees("冲红：捐赠退款");
    scene.sent();
    scene.donor.get("/me/receipts").sees("已退款").sees("这笔捐赠已经全部退回");
    let again = [("payer_kind", "person"), ("payer_name", "王小满")];
    let refused = scene.donor.post(&format!("{}/receipt", gift_path(&world.app, scene.gift)), &again);
    refused.has_status(409).sees("已经全部退回");
    let numbers = scene.cast.finance.get("/desk/receipts/series.csv").source();
    assert!(numbers.contains("2026000002") && numbers.contains("-100.00"), "{numbers}");
    scene.is_back(case, "¥100.00");
}

fn one_of_three_gifts_on_a_receipt_goes_back_and_the_other_two_are_receipted_anew(world: &World) {
    let scene = Scene::new(world);
    settled(world, &scene.cast);
    gave(world, &scene.donor, scene.project, 2_000);
    gave(world, &scene.donor, scene.project, 500);
    let first = scene.applies();
    scene.issues();
    scene.donor.get(&first).sees("¥125.00").sees("人民币壹佰贰拾伍元整");
    let case = scene.asked("other", "100");
    scene.agreed(case);
    scene.donor.get(&first).sees("已冲红").sees("2026000002");
    // The other two are asked for in the payer's name; nobody has to apply again.
    let rest = scene.newest_application();
    scene.donor.get(&rest).sees("待开票").sees("¥25.00");
    world.sign_in_again(&scene.cast.finance);
    scene.cast.finance.get("/desk/receipts").sees("王小满").sees("¥25.00");
    scene.issues();
    scene.donor.get(&rest).sees("2026000003").sees("¥20.00").sees("¥5.00").sees_no("¥100.00");
    assert_eq!(scene.valid_fen(), 2_500);
    scene.sent();
    scene.donor.get("/me/statements/2026").sees("2026000003").sees("¥100.00").sees("已退款");
    scene.is_back(case, "¥100.00");
    assert_eq!(scene.valid_fen(), 2_500);
}

/// Forty of a hundred yuan; the receipt for the other sixty is issued before the channel gives up.
fn closed_after_the_rest_was_receipted<'a>(world: &'a World) -> (Scene<'a>, Id) {
    let scene = Scene::new(world);
    settled(world, &scene.cast);
    scene.applies();
    scene.issues();
    let case = scene.asked("other", "40");
    scene.agreed(case);
    world.gateway.faults().refund_takes_us = HOUR_US;
    world.gateway.faults().refund_end = RefundEnd::Closed;
    world.catch_up();
    scene.issues();
    assert_eq!(scene.valid_fen(), 6_000);
    world.later(2 * HOUR_US);
    scene.sent();
    assert_eq!((scene.state(case).as_str(), scene.posted(), scene.valid_fen()), ("stuck", (0, 0), 6_000));
    *world.gateway.faults() = testkit::sandbox::Faults::default();
    world.check_the_books();
    (scene, case)
}

fn a_refund_that_the_channel_closed_is_tried_again_and_the_receipt_for_the_rest_stands(world: &World) {
    let (scene, case) = closed_after_the_rest_was_receipted(world);
    scene.does(&scene.cast.approver, case, "retry", &[]).sees("已重新提交");
    scene.sent();
    assert_eq!((scene.posted(), scene.valid_fen()), ((1, 4_000), 6_000));
    let numbers = world.count(sql("SELECT last AS count FROM receipt_series"), params![]);
    assert_eq!(numbers, 3, "receipt, reversal, receipt for the rest: trying again uses no number");
    scene.is_back(case, "¥40.00");
}

fn a_refund_that_came_to_nothing_gives_the_donor_a_receipt_for_everything(world: &World) {
    let (scene, case) = closed_after_the_rest_was_receipted(world);
    // Long after the time to apply: the first application was in time.
    world.later(60 * 24 * HOUR_US);
    let said = [("reason", "渠道不能原路退回，捐赠人已另行同意不退。")];
    scene.does(&scene.cast.finance, case, "refusal", &said).sees("已决定不退");
    assert_eq!((scene.state(case).as_str(), scene.valid_fen()), ("refused", 0));
    world.sign_in_again(&scene.donor);
    let whole = scene.newest_application();
    scene.donor.get(&whole).sees("待开票").sees("¥100.00");
    scene.donor.get("/me/notices").sees("冲红：退款未成，按全额重开");
    scene.issues();
    scene.donor.get(&whole).sees("2026000005").sees("人民币壹佰元整");
    assert_eq!((scene.valid_fen(), scene.posted()), (10_000, (0, 0)));
    world.check_the_books();
}

fn a_receipt_asked_for_while_a_refund_is_open_is_for_what_is_left(world: &World) {
    let scene = Scene::new(world);
    settled(world, &scene.cast);
    // The law gives a receipt for what was received; that somebody asks for it back does not change this.
    let part = scene.asked("other", "40");
    let paper = scene.applies();
    scene.agreed(part);
    scene.donor.get(&paper).sees("待开票").sees("¥60.00");
    let rest = scene.asked("other", "60");
    scene.agreed(rest);
    // Nothing is left: the application ends by itself, and says why.
    scene.donor.get(&paper).sees("已撤回").sees("申请已自动结束");
    scene.sent();
    assert_eq!((scene.posted(), scene.valid_fen()), ((2, 10_000), 0));
    let form = scene.donor.get(&format!("{}/receipt?apply=1", gift_path(&world.app, scene.gift)));
    form.sees("已退款");
    assert!(form.forms().iter().all(|f| !f.action.ends_with("/receipt")), "nothing can be asked for");
}

/// The finance service numbers the receipts and is slow: the case waits, and pressing a button never loses what was asked.
fn a_slow_finance_service_is_waited_for(world: &World) {
    let scene = Scene::new(world);
    through_the_service(world, &scene.cast);
    scene.applies();
    scene.issues();
    world.catch_up();
    assert_eq!(scene.valid_fen(), 10_000);
    // Given back on the merchant platform: the receipt has to be reversed before the books follow.
    made_elsewhere(&scene, "M202609070001", 4_000);
    world.fiscal.faults().down = true;
    world.later(26 * HOUR_US);
    let case = scene.newest();
    let press = || scene.does(&scene.cast.finance, case, "posting", &[("note", "理事会决定退回。")]);
    press().has_status(409).sees("这笔捐赠的票据要先冲红");
    press().has_status(409);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM fiscal_request WHERE kind = 'reversal'"), params![]), 1, "asked once");
    *world.fiscal.faults() = FiscalFaults::default();
    world.later(20 * MINUTE_US);
    assert_eq!(scene.valid_fen(), 0);
    press().has_status(200).sees("已补记账");
    world.catch_up();
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("returned", (1, 4_000)));
    scene.issues();
    world.catch_up();
    assert_eq!(scene.valid_fen(), 6_000);
    // Another case is agreed to, its receipt reversed while it waits, and then it is refused after all: a receipt for the sixty comes back.
    let other = scene.asked("other", "60");
    world.fiscal.faults().down = true;
    scene.agreed(other);
    world.catch_up();
    scene.desk(&scene.cast.finance, other).sees("票据");
    let no = || scene.does(&scene.cast.finance, other, "refusal", &[("reason", "捐赠人改变了主意。")]);
    no().has_status(409).sees("这笔捐赠的票据要先冲红");
    *world.fiscal.faults() = FiscalFaults::default();
    // No chore runs here that would send the refund as soon as the receipt is reversed.
    world.clock.advance(20 * MINUTE_US);
    for chore in world.app.chores().iter().filter(|chore| chore.name == "ask the finance service") {
        (chore.run)(&world.app).unwrap_or_else(|trouble| panic!("{trouble:?}"));
    }
    assert_eq!(scene.valid_fen(), 0);
    no().has_status(200).sees("已决定不退");
    scene.issues();
    world.catch_up();
    assert_eq!((scene.valid_fen(), scene.posted()), (6_000, (1, 4_000)));
}

on_both_engines![
    a_receipt_stays_while_a_refund_is_talked_about_and_is_reversed_before_it_goes,
    one_of_three_gifts_on_a_receipt_goes_back_and_the_other_two_are_receipted_anew,
    a_refund_that_the_channel_closed_is_tried_again_and_the_receipt_for_the_rest_stands,
    a_refund_that_came_to_nothing_gives_the_donor_a_receipt_for_everything,
    a_receipt_asked_for_while_a_refund_is_open_is_for_what_is_left,
    a_slow_finance_service_is_waited_for,
];
