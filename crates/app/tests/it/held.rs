//! Payments that do not fit, each kind to its end through the pages: given back by the way they came, or a gift after all. The
//! books stay exact, the bill agrees, the donor reads what became of it, and nothing is left in the queue.

use app::giving::gift_path;
use app::kernel::{DAY_US, HOUR_US, Id};
use app::settlement;
use db::{params, sql};
use testkit::sandbox::Forgery;
use testkit::{Wish, World, on_both_engines};

use crate::refunds::Scene;

impl Scene<'_> {
    /// The operator opens the one payment that waits, and gives all of it back.
    fn operator_gives_back(&self, seen: &str, amount: &str) -> Id {
        let reviewer = &self.cast.reviewer;
        self.world.sign_in_again(reviewer);
        let page = reviewer.get("/operator/held");
        page.sees(seen).sees(&format!("¥{amount}"));
        let form = reviewer.click(&page, "退回这笔付款");
        let told = [("reason", "other"), ("amount", amount), ("statement", "这笔付款与捐赠对不上，原路退回。")];
        reviewer.submit(&form, &form.path, &told).has_status(200).sees("已立案").sees("这笔付款没有入账");
        let case = self.newest();
        self.agreed(case);
        self.sent();
        assert_eq!((self.state(case).as_str(), self.posted()), ("returned", (0, 0)), "back, and no posting");
        case
    }

    fn nothing_waits_and_the_bill_agrees(&self) {
        self.world.later(DAY_US + 2 * HOUR_US);
        self.agrees();
        let waiting = self.world.app.db.read(|tx| settlement::waiting_for_operator(tx, self.world.now())).expect("what waits");
        assert!(waiting.is_empty(), "{:?}", waiting.iter().map(|w| &w.title).collect::<Vec<_>>());
        self.world.sign_in_again(&self.cast.reviewer);
        self.cast.reviewer.get("/operator/held").sees("没有待处理的通知");
        self.world.check_the_books();
    }

    fn books(&self) -> (i64, i64) {
        let count = |statement| self.world.count(statement, params![self.project]);
        (
            count(sql("SELECT COUNT(*) AS count FROM gift WHERE project_id = ?1")),
            count(sql("SELECT COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS count FROM gift WHERE project_id = ?1")),
        )
    }
}

/// The donor wished to give ¥5; somebody's program had ordered ¥5.01 under the same number.
fn a_wrong_amount_goes_back_and_the_donor_reads_it(world: &World) {
    let scene = Scene::new(world);
    let wish = Wish { project: scene.project, amount_fen: 500, name: "王小满", message: "", anonymous: false };
    let gift = world.wish(&scene.donor.actor, &wish).unwrap_or_else(|trouble| panic!("{trouble:?}"));
    let number = gift.to_string();
    let order = app::channel::OrderRequest {
        out_trade_no: &number,
        description: "金额写错的订单",
        amount_fen: 501,
        mchid: "1600000002",
        expires_at: world.now() + HOUR_US,
        way: app::channel::Way::Native,
    };
    world.app.channel.order(&order, world.now()).unwrap_or_else(|why| panic!("{}", why.0));
    world.gateway.pay_and_notify(&number).expect("an order that can be paid");
    world.deliver();
    world.catch_up();
    let page = gift_path(&world.app, gift);
    scene.donor.get(&page).sees("和这笔捐赠对不上").sees("结果会显示在这里");
    let case = scene.operator_gives_back("金额与捐赠意向不一致", "5.01");
    scene.donor.get(&page).sees("这笔付款已退回").sees("¥5.01 已原路退回");
    scene.donor.get("/me/gifts").sees("没有入账，已退回");
    scene.donor.get("/me/refunds").sees("¥5.01").sees("已退回");
    scene.donor.get("/me/notices").sees("¥5.01 已原路退回");
    assert_eq!(scene.books(), (1, 10_000), "case {case} left the books alone");
    scene.nothing_waits_and_the_bill_agrees();
    world.stranger().get("/reconciliation").sees("另有 1 笔共 ¥5.01");
}

fn a_second_payment_for_one_order_goes_back_and_the_gift_stays(world: &World) {
    let scene = Scene::new(world);
    world.gateway.pay_regardless(&scene.gift.to_string()).expect("a channel in trouble");
    world.deliver();
    let page = gift_path(&world.app, scene.gift);
    scene.donor.get(&page).sees("收到了两次付款").sees("核对后会原路退回");
    scene.operator_gives_back("同一笔捐赠出现第二个交易号", "100.00");
    scene.donor.get(&page).sees("谢谢，收到了").sees("第二次的 ¥100.00 没有入账，已原路退回");
    assert_eq!(scene.books(), (1, 10_000));
    scene.nothing_waits_and_the_bill_agrees();
    world.stranger().get(&format!("/projects/{}", scene.project)).sees("已筹 ¥100.00").sees_no("已退回");
}

/// No notification tells of it, and asking by the order's number finds the first payment. The bill has both.
fn a_second_payment_that_only_the_bill_tells_of_comes_to_the_same_end(world: &World) {
    let scene = Scene::new(world);
    world.gateway.faults().lose_notifications = true;
    world.gateway.pay_regardless(&scene.gift.to_string()).expect("a channel in trouble");
    world.gateway.faults().lose_notifications = false;
    world.later(DAY_US + 2 * HOUR_US);
    world.stranger().get("/reconciliation").sees("有差异");
    scene.operator_gives_back("同一笔捐赠出现第二个交易号", "100.00");
    scene.nothing_waits_and_the_bill_agrees();
    assert_eq!(scene.books(), (1, 10_000));
}

/// Two hours are over and the order is closed; then the channel confirms a payment for it. It is the donor's gift: number, amount
/// and account agree, and the money is there.
fn what_was_paid_after_the_order_was_closed_is_a_gift(world: &World) {
    let scene = Scene::new(world);
    let gift = world.ordered(scene.project, 300);
    world.later(3 * HOUR_US);
    let guest = world.guest();
    guest.get(&gift_path(&world.app, gift)).sees("不能再付");
    world.gateway.pay_regardless(&gift.to_string()).expect("a channel in trouble");
    world.deliver();
    world.catch_up();
    guest.get(&gift_path(&world.app, gift)).sees("谢谢，收到了").sees_no("不能再付");
    assert_eq!(scene.books(), (2, 10_300));
    scene.nothing_waits_and_the_bill_agrees();
}

/// On an account that is none of ours, or in another currency, nothing can be given back from here: a person finds out and says what
/// was done.
fn what_is_not_on_our_accounts_is_closed_with_words(world: &World) {
    let scene = Scene::new(world);
    let gift = world.ordered(scene.project, 300);
    for forgery in [Forgery::WrongMerchant, Forgery::WrongCurrency] {
        assert_eq!(world.forge(gift, forgery), 204);
    }
    let reviewer = &scene.cast.reviewer;
    world.sign_in_again(reviewer);
    for seen in ["款项进入了另一个商户账户", "币种不是人民币"] {
        let held = world.count(sql("SELECT MIN(id) AS count FROM held_notification WHERE resolved_at IS NULL"), params![]);
        let page = reviewer.get("/operator/held");
        page.sees(seen).sees_no("退回这笔付款");
        let told = [("reason", "other"), ("amount", "3"), ("statement", "退回。")];
        reviewer.post(&format!("/operator/held/{held}/refund"), &told).has_status(409);
        let action = format!("/operator/held/{held}/resolution");
        reviewer.submit(&page, &action, &[("resolution", "渠道客服确认为误发通知。")]).sees("已办结");
    }
    world.pay(gift);
    assert_eq!(scene.books(), (2, 10_300));
    scene.nothing_waits_and_the_bill_agrees();
}

on_both_engines![
    a_wrong_amount_goes_back_and_the_donor_reads_it,
    a_second_payment_for_one_order_goes_back_and_the_gift_stays,
    a_second_payment_that_only_the_bill_tells_of_comes_to_the_same_end,
    what_was_paid_after_the_order_was_closed_is_a_gift,
    what_is_not_on_our_accounts_is_closed_with_words,
];
