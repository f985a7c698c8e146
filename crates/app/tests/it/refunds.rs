//! A refund of each reason, from the donor's page to the bill of the next day; what goes wrong on the way; who decides what.

use app::kernel::{DAY_US, HOUR_US, Id, MINUTE_US, SECOND_US};
use app::{giving, settlement};
use db::{Sql, params, sql};
use testkit::sandbox::{ApiFailure, Event, RefundEnd, RefundEvent};
use testkit::{Cast, PIXEL, Page, Person, Wish, World, on_both_engines};

/// A project with a signed-in donor's gift of ¥100.
pub struct Scene<'a> {
    pub world: &'a World,
    pub cast: Cast,
    pub project: Id,
    pub donor: Person,
    pub gift: Id,
}

const PHONE: &str = "13800138000";
/// Only the charity and the operator may read it.
const STATEMENT: &str = "孩子拿我手机玩的时候点的。";

impl Scene<'_> {
    pub fn new(world: &World) -> Scene<'_> {
        let cast = world.cast();
        let project = world.project(&cast, "山里孩子的冬天");
        let donor = world.donor(PHONE);
        let wish = Wish { project, amount_fen: 10_000, name: "王小满", message: "", anonymous: false };
        let gift = world.wish(&donor.actor, &wish).unwrap_or_else(|trouble| panic!("{trouble:?}"));
        world.catch_up();
        world.pay(gift);
        world.keep_private(STATEMENT);
        Scene { world, cast, project, donor, gift }
    }

    pub fn path(&self) -> String {
        format!("{}/refund", giving::gift_path(&self.world.app, self.gift))
    }

    pub fn newest(&self) -> Id {
        self.world.count(sql("SELECT MAX(id) AS count FROM refund_case"), params![])
    }

    /// The donor asks on the gift's page.
    pub fn asked(&self, reason: &str, amount: &str) -> Id {
        let page = self.donor.get(&self.path());
        let told = [("reason", reason), ("amount", amount), ("statement", STATEMENT)];
        self.donor.submit(&page, &self.path(), &told).has_status(200).sees("申请已提交");
        self.newest()
    }

    pub fn brings(&self, case: Id, paper: &str) {
        let action = format!("{}/{case}/papers", self.path());
        let page = self.donor.get(&self.path());
        self.donor.submit_files(&page, &action, &[("paper", paper)], &[("file", "证明.png", PIXEL)]).has_status(200).sees("材料已收到");
    }

    pub fn desk(&self, person: &Person, case: Id) -> Page {
        self.world.sign_in_again(person);
        person.get(&format!("/desk/refunds/{case}"))
    }

    pub fn does(&self, person: &Person, case: Id, what: &str, values: &[(&str, &str)]) -> Page {
        let page = self.desk(person, case);
        person.submit(&page, &format!("/desk/refunds/{case}/{what}"), values)
    }

    pub fn operator_does(&self, case: Id, what: &str, values: &[(&str, &str)]) -> Page {
        let reviewer = &self.cast.reviewer;
        self.world.sign_in_again(reviewer);
        let page = reviewer.get(&format!("/operator/refunds/{case}"));
        reviewer.submit(&page, &format!("/operator/refunds/{case}/{what}"), values)
    }

    /// The papers are complete, the charity confirms, and two others agree.
    pub fn agreed(&self, case: Id) {
        self.does(&self.cast.manager, case, "examination", &[]).sees("材料齐全");
        self.requested_and_agreed(case);
    }

    pub fn requested_and_agreed(&self, case: Id) {
        self.does(&self.cast.manager, case, "request", &[("note", "已与捐赠人通话核实。")]).sees("等第一位审批人");
        self.does(&self.cast.finance, case, "approval", &[]).sees("等第二位审批人");
        self.does(&self.cast.approver, case, "approval", &[]).has_status(200);
    }

    /// The channel is asked, does it, and says so.
    pub fn sent(&self) {
        self.world.catch_up();
        self.world.deliver();
        self.world.catch_up();
    }

    pub fn state(&self, case: Id) -> String {
        state_of(self.world, sql("SELECT state AS text FROM refund_case WHERE id = ?1"), case)
    }

    /// The donor sees it, the project's page says it, and the next day's bill agrees.
    pub fn is_back(&self, case: Id, amount: &str) {
        assert_eq!(self.state(case), "returned");
        self.donor.get(&self.path()).sees("已原路退回").sees(amount);
        self.donor.get("/me/notices").sees(&format!("{amount} 已原路退回"));
        self.donor.get("/me/refunds").sees(amount).sees("已退回");
        // Strangers see the sum, and each refund as a line of its own.
        let (_, fen) = self.posted();
        let all = format!("¥{}.{:02}", fen / 100, fen % 100);
        let page = self.world.stranger().get(&format!("/projects/{}", self.project));
        page.sees(&format!("其中已退回 {all}")).sees(&format!("-{amount}"));
        self.world.later(DAY_US + 2 * HOUR_US);
        self.agrees();
        self.world.stranger().get("/reconciliation").sees(&format!("退回 {all}"));
    }

    pub fn agrees(&self) {
        let differing = self.world.count(sql("SELECT COUNT(*) AS count FROM bill_day WHERE state = 'differs'"), params![]);
        let open = self.world.count(sql("SELECT COUNT(*) AS count FROM reconciliation_case WHERE resolved_at IS NULL"), params![]);
        assert_eq!((differing, open), (0, 0), "bill and ledger agree");
    }

    /// How many refunds the channel knows of, and how many fen they are.
    pub fn posted(&self) -> (i64, i64) {
        let count = |statement| self.world.count(statement, params![]);
        (
            count(sql("SELECT COUNT(*) AS count FROM transfer WHERE code = 2 AND state = 'posted'")),
            count(sql("SELECT COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) AS count FROM transfer WHERE code = 2 AND state = 'posted'")),
        )
    }
}

pub fn state_of(world: &World, statement: Sql, id: Id) -> String {
    world.app.db.read(|tx| tx.query_one(statement, params![id])?.text("text")).expect("a row")
}

fn paid_twice_goes_back_after_the_operator_has_looked(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("duplicate", "100");
    scene.brings(case, "payment_proof");
    scene.does(&scene.cast.manager, case, "examination", &[]).sees("等平台运营方核实");
    scene.operator_does(case, "confirmation", &[("note", "同一付款人一分钟内付了两笔。")]).sees("已确认");
    scene.requested_and_agreed(case);
    scene.sent();
    scene.is_back(case, "¥100.00");
}

fn a_wrong_amount_goes_back_in_part_and_then_the_rest(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("wrong_amount", "90");
    let page = scene.donor.get(&scene.path());
    let more = [("reason", "other"), ("amount", "10.01"), ("statement", STATEMENT)];
    scene.donor.submit(&page, &scene.path(), &more).has_status(422).sees("只剩 ¥10.00");
    scene.brings(case, "payment_proof");
    scene.agreed(case);
    scene.sent();
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("returned", (1, 9_000)));
    let rest = scene.asked("other", "10");
    scene.agreed(rest);
    scene.sent();
    assert_eq!(scene.posted(), (2, 10_000));
    let page = scene.donor.get(&scene.path());
    assert!(page.forms().iter().all(|f| f.action != scene.path()), "nothing is left to ask for");
    scene.is_back(rest, "¥10.00");
}

fn a_system_fault_is_confirmed_by_the_operator(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("system_fault", "100");
    scene.brings(case, "payment_proof");
    scene.does(&scene.cast.manager, case, "examination", &[]);
    // Without the platform's word nobody can be asked to agree, even by a form that no page offers.
    let early = scene.cast.manager.post(&format!("/desk/refunds/{case}/request"), &[("note", "核实了")]);
    early.has_status(409).sees("还有人没有说明情况");
    scene.operator_does(case, "confirmation", &[("note", "系统记录显示重复下单。")]);
    scene.requested_and_agreed(case);
    scene.sent();
    scene.is_back(case, "¥100.00");
}

/// 民法典 arts. 19 to 22 and 145; the precedent of 2017 took a month.
fn a_childs_gift_goes_back_on_the_guardians_proof(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("no_capacity", "100");
    scene.desk(&scene.cast.manager, case).sees("监护关系证明").sees("等补齐材料").sees(STATEMENT);
    let early = scene.cast.manager.post(&format!("/desk/refunds/{case}/examination"), &[]);
    early.has_status(409).sees("材料还不齐");
    scene.does(&scene.cast.manager, case, "question", &[("question", "请补上户口本有孩子的一页。")]).sees("问题已发出");
    scene.donor.get(&scene.path()).sees("请补上户口本有孩子的一页").sees("还缺材料");
    for paper in ["guardian_proof", "identity", "payment_proof"] {
        scene.brings(case, paper);
    }
    // The papers are the charity's, the donor's and the operator's, and nobody else's.
    let file = world.count(sql("SELECT MAX(file_id) AS count FROM refund_paper"), params![]);
    let path = format!("/files/{file}");
    for (who, status) in
        [(&scene.cast.manager, 200), (&scene.donor, 200), (&scene.cast.reviewer, 200), (&scene.cast.implementer_manager, 404)]
    {
        assert_eq!(who.get(&path).status, status, "{}", who.name);
    }
    world.stranger().get(&path).has_status(404);
    scene.agreed(case);
    scene.sent();
    scene.is_back(case, "¥100.00");
}

fn a_stolen_account_needs_the_police_and_the_operator(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("stolen_account", "100");
    for paper in ["police_case", "identity", "payment_proof"] {
        scene.brings(case, paper);
    }
    scene.does(&scene.cast.manager, case, "examination", &[]);
    scene.operator_does(case, "confirmation", &[("note", "付款设备与捐赠人平时不同。")]);
    scene.requested_and_agreed(case);
    scene.sent();
    scene.is_back(case, "¥100.00");
}

fn what_was_given_against_ones_will_goes_back(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("against_will", "100");
    for paper in ["medical_certificate", "identity"] {
        scene.brings(case, paper);
    }
    scene.agreed(case);
    scene.sent();
    scene.is_back(case, "¥100.00");
}

/// 慈善法 art. 58. The charity opens it, and whoever opened it does not agree to it.
fn a_project_that_cannot_be_carried_out_gives_back(world: &World) {
    let scene = Scene::new(world);
    let manager = &scene.cast.manager;
    world.sign_in_again(manager);
    let form = manager.get("/desk/refunds/new");
    let told = [("gift", "12345"), ("reason", "project_impossible"), ("amount", "100"), ("statement", "道路中断，当年无法实施。")];
    manager.submit(&form, "/desk/refunds", &told).has_status(422).sees("没有这个编号的捐赠");
    let number = scene.gift.to_string();
    let told = [("gift", number.as_str()), ("reason", "project_impossible"), ("amount", "100"), ("statement", "道路中断，当年无法实施。")];
    manager.submit(&form, "/desk/refunds", &told).sees("已立案").sees("项目无法实施的决定");
    let case = scene.newest();
    scene.donor.get("/me/notices").sees("已由慈善组织立案");
    let page = scene.desk(manager, case);
    let papers = format!("/desk/refunds/{case}/papers");
    manager.submit_files(&page, &papers, &[("paper", "project_decision")], &[("file", "决定.png", PIXEL)]).sees("材料已收到");
    scene.agreed(case);
    scene.sent();
    scene.is_back(case, "¥100.00");
}

fn another_reason_is_the_charitys_to_weigh(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("other", "1.23");
    scene.agreed(case);
    scene.sent();
    scene.is_back(case, "¥1.23");
}

fn a_refusal_is_appealed_and_the_operator_reopens_it(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("other", "100");
    scene.does(&scene.cast.finance, case, "refusal", &[("reason", "")]).has_status(422).sees("请写明情况");
    scene.does(&scene.cast.finance, case, "refusal", &[("reason", "善款用途正常，没有退的理由。")]).sees("已决定不退");
    let page = scene.donor.get(&scene.path());
    page.sees("善款用途正常，没有退的理由").sees("慈善组织决定不退");
    let appeal = format!("{}/{case}/appeal", scene.path());
    scene.donor.get("/me/appeals").sees("不同意退款 · ¥100.00").sees("善款用途正常");
    scene.donor.submit(&page, &appeal, &[("appeal", "我当时把项目看成了另一个。")]).sees("申诉已提交");
    let again = scene.donor.post(&appeal, &[("appeal", "再申诉一次")]);
    again.has_status(409);
    let page = scene.operator_does(case, "appeal", &[("decision", "reopen"), ("reason", "捐赠人当天就提出了。")]);
    page.sees("申诉已决定").sees("材料齐全");
    scene.donor.get("/me/notices").sees("申诉成立");
    scene.requested_and_agreed(case);
    scene.sent();
    scene.is_back(case, "¥100.00");
}

fn an_appeal_that_does_not_hold_is_the_end(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("other", "100");
    scene.does(&scene.cast.manager, case, "refusal", &[("reason", "没有退的理由。")]);
    let page = scene.donor.get(&scene.path());
    scene.donor.submit(&page, &format!("{}/{case}/appeal", scene.path()), &[("appeal", "请再看一看。")]).has_status(200);
    scene.operator_does(case, "appeal", &[("decision", "uphold"), ("reason", "慈善组织说明充分。")]).sees("维持不退");
    scene.donor.get(&scene.path()).sees("慈善组织说明充分").sees("平台运营方维持原决定");
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("upheld", (0, 0)));
    // What is over leaves room for another case.
    let second = scene.asked("wrong_amount", "100");
    let page = scene.donor.get(&scene.path());
    scene.donor.submit(&page, &format!("{}/{second}/withdrawal", scene.path()), &[]).sees("申请已撤回");
    assert_eq!(scene.state(second), "withdrawn");
}

fn nobody_agrees_to_what_they_asked_for(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("other", "100");
    scene.does(&scene.cast.manager, case, "examination", &[]);
    scene.does(&scene.cast.manager, case, "request", &[("note", "核实了。")]);
    let approval = format!("/desk/refunds/{case}/approval");
    scene.cast.manager.post(&approval, &[]).has_status(403);
    scene.does(&scene.cast.finance, case, "approval", &[]);
    scene.cast.finance.post(&approval, &[]).has_status(403).sees("您已经同意过了");
    scene.cast.implementer_manager.post(&approval, &[]).has_status(403);
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("approved_once", (0, 0)));
}

fn what_was_paid_out_must_come_back_first(world: &World) {
    let scene = Scene::new(world);
    let (app, cast) = (&world.app, &scene.cast);
    let payout = app::projects::actions::request_payout(app, &cast.manager.actor, scene.project, 10_000, "第一批棉衣", world.now())
        .unwrap_or_else(|trouble| panic!("{trouble:?}"));
    for hand in [&cast.finance, &cast.approver] {
        app::projects::actions::approve_payout(app, &hand.actor, payout, world.now()).unwrap_or_else(|trouble| panic!("{trouble:?}"));
    }
    let case = scene.asked("other", "60");
    scene.does(&cast.manager, case, "examination", &[]).sees("等执行机构说明情况");
    // The implementer sees the case, and neither the donor's words nor papers.
    let page = scene.desk(&cast.implementer_manager, case);
    page.sees("善款已拨付给贵机构").sees_no(STATEMENT);
    let said = [("note", "棉衣已订，六十元以内可以退回。")];
    cast.implementer_manager.submit(&page, &format!("/desk/refunds/{case}/confirmation"), &said).sees("已确认");
    scene.requested_and_agreed(case);
    scene.sent();
    assert_eq!(scene.state(case), "approved");
    scene.desk(&cast.finance, case).sees("须先由执行机构退回");
    scene.donor.get(&scene.path()).sees("须先由执行机构退回");
    assert_eq!(scene.posted(), (0, 0));
    // Money that comes in for the project is free, whoever gave it: these fen go back in place of those that are spent.
    world.given(scene.project, 6_000);
    world.later(MINUTE_US);
    scene.sent();
    scene.is_back(case, "¥60.00");
}

/// 平台规范 R18: who reports is answered within the clock; what is late is seen.
fn r18_a_case_that_nobody_answers_is_late_for_everyone_to_see(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("no_capacity", "100");
    world.later(14 * DAY_US);
    scene.donor.get(&scene.path()).sees("逾期 1 天");
    world.sign_in_again(&scene.cast.reviewer);
    scene.cast.reviewer.get("/operator").sees("退款案件").sees("¥100.00 · 山里孩子的冬天");
    scene.cast.reviewer.get("/operator/refunds").sees("逾期 1 天");
    world.sign_in_again(&scene.cast.manager);
    scene.cast.manager.get("/desk").sees("退款案件");
    scene.does(&scene.cast.manager, case, "question", &[("question", "请补监护关系证明。")]);
    scene.donor.get(&scene.path()).sees_no("逾期 1 天");
    world.later(17 * DAY_US);
    scene.donor.get(&scene.path()).sees("逾期 1 天");
}

/// Slow, down, asked too often, lost, forged: the same number goes out each time, and one refund comes of it.
fn a_channel_in_trouble_gives_back_once(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("other", "100");
    scene.agreed(case);
    let asks = || settlement::refunds::ask_due(&world.app).unwrap_or_else(|trouble| panic!("{trouble:?}"));
    world.gateway.faults().api_failures = vec![ApiFailure::NotEnough];
    asks();
    scene.desk(&scene.cast.finance, case).sees("商户账户余额不足").sees("已交支付渠道");
    world.gateway.faults().lose_notifications = true;
    for failure in [ApiFailure::Before, ApiFailure::TooOften, ApiFailure::After, ApiFailure::ForgedAnswer, ApiFailure::Garbage] {
        world.clock.advance(20 * MINUTE_US);
        world.gateway.faults().api_failures = vec![failure];
        asks();
        assert_eq!((scene.state(case).as_str(), scene.posted()), ("sending", (0, 0)), "{failure:?}");
    }
    for _ in 0..8 {
        world.later(10 * MINUTE_US);
    }
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("returned", (1, 10_000)));
    world.gateway.faults().lose_notifications = false;
    scene.is_back(case, "¥100.00");
}

fn notifications_twice_late_and_out_of_order_post_once(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("other", "100");
    scene.agreed(case);
    world.gateway.faults().extra_copies = 3;
    world.gateway.faults().refund_takes_us = 30 * SECOND_US;
    world.catch_up();
    assert_eq!(scene.state(case), "sending");
    world.later(5 * MINUTE_US);
    // The query was faster than the notification, which now comes four times.
    assert_eq!(scene.posted(), (1, 10_000));
    world.deliver();
    let closed = refund_event(world, &scene, "CLOSED", 10_000);
    assert!(world.notify(&world.gateway.sign_notification(&closed, world.now() / SECOND_US)) < 300);
    world.catch_up();
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("returned", (1, 10_000)));
    *world.gateway.faults() = testkit::sandbox::Faults::default();
    scene.is_back(case, "¥100.00");
}

/// What the channel would say about the newest refund of the scene's gift.
fn refund_event(world: &World, scene: &Scene, status: &str, refund_fen: i64) -> Event {
    let text = |statement| state_of(world, statement, scene.gift);
    Event::Refund(RefundEvent {
        merchant: wechat::Merchant::Partner {
            sp_appid: testkit::SP_APPID.to_owned(),
            sp_mchid: world.gateway.credentials().mchid,
            sub_appid: None,
            sub_mchid: "1600000002".to_owned(),
        },
        out_trade_no: scene.gift.to_string(),
        transaction_id: text(sql("SELECT transaction_id AS text FROM gift WHERE id = ?1")),
        out_refund_no: text(sql("SELECT MAX(out_refund_no) AS text FROM channel_refund WHERE gift_id = ?1")),
        refund_id: "50300000000000000000000000001".to_owned(),
        status: status.to_owned(),
        total_fen: 10_000,
        refund_fen,
        ended_at: world.now(),
        notify_url: format!("http://{}/wechat/notifications", world.address()),
    })
}

fn a_forged_refund_notification_posts_nothing(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("other", "100");
    scene.agreed(case);
    world.gateway.faults().refund_takes_us = HOUR_US;
    world.catch_up();
    let now_s = world.now() / SECOND_US;
    let honest = world.gateway.sign_notification(&refund_event(world, &scene, "SUCCESS", 10_000), now_s);
    let mut forged = honest.clone();
    let middle = forged.body.len() / 2;
    forged.body[middle] ^= 1;
    assert_eq!(world.notify(&forged), 401);
    let stale = world.gateway.sign_notification(&refund_event(world, &scene, "SUCCESS", 10_000), now_s - 300);
    assert_eq!(world.notify(&stale), 401);
    // Truly signed, and not what was asked for: held for a person, and the refund stays under way.
    let other = world.gateway.sign_notification(&refund_event(world, &scene, "SUCCESS", 9_999), now_s);
    assert!(world.notify(&other) < 300);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM held_notification WHERE reason = 'unexpected_refund'"), params![]), 1);
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("sending", (0, 0)));
    world.gateway.faults().refund_takes_us = 0;
    world.later(2 * HOUR_US);
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("returned", (1, 10_000)));
}

fn a_closed_refund_is_tried_again_under_a_new_number(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("other", "100");
    scene.agreed(case);
    world.gateway.faults().refund_end = RefundEnd::Closed;
    scene.sent();
    assert_eq!(scene.state(case), "stuck");
    // What was set aside is free again, and goes aside anew.
    world.gateway.faults().refund_end = RefundEnd::Success;
    scene.does(&scene.cast.approver, case, "retry", &[]).sees("已重新提交");
    scene.sent();
    let numbers = world.count(sql("SELECT COUNT(DISTINCT out_refund_no) AS count FROM channel_refund"), params![]);
    assert_eq!((numbers, scene.posted()), (2, (1, 10_000)));
    scene.is_back(case, "¥100.00");
}

fn an_abnormal_refund_waits_under_its_number_for_a_person(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("other", "100");
    scene.agreed(case);
    world.gateway.faults().refund_end = RefundEnd::Abnormal;
    scene.sent();
    assert_eq!(scene.state(case), "stuck");
    let page = scene.desk(&scene.cast.finance, case);
    page.sees("捐赠人账户收不了款");
    for what in ["retry", "refusal"] {
        scene.cast.finance.post(&format!("/desk/refunds/{case}/{what}"), &[("reason", "不退了")]).has_status(409);
    }
    // Somebody has finished it on the merchant platform: the channel says so when it is asked.
    let done = world.gateway.sign_notification(&refund_event(world, &scene, "SUCCESS", 10_000), world.now() / SECOND_US);
    assert!(world.notify(&done) < 300);
    world.catch_up();
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("returned", (1, 10_000)));
}

fn a_refund_made_on_the_merchant_platform_opens_a_case(world: &World) {
    let scene = Scene::new(world);
    made_elsewhere(&scene, "M202609070001", 4_000);
    world.later(DAY_US + 2 * HOUR_US);
    let case = scene.newest();
    assert_eq!(scene.state(case), "found");
    world.stranger().get("/reconciliation").sees("有差异");
    let page = scene.desk(&scene.cast.finance, case);
    page.sees("已在商户平台退款").sees("请财务核对后补记账");
    scene.does(&scene.cast.finance, case, "posting", &[("note", "理事会九月七日决定退回。")]).sees("已补记账");
    world.catch_up();
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("returned", (1, 4_000)));
    scene.agrees();
    world.stranger().get(&format!("/projects/{}", scene.project)).sees("其中已退回 ¥40.00");
}

/// The charity gives money back by itself: the channel knows, we do not.
pub fn made_elsewhere(scene: &Scene, number: &str, fen: i64) {
    let world = scene.world;
    let transaction = state_of(world, sql("SELECT transaction_id AS text FROM gift WHERE id = ?1"), scene.gift);
    let request = app::channel::RefundRequest {
        mchid: "1600000002",
        transaction_id: &transaction,
        out_refund_no: number,
        refund_fen: fen,
        total_fen: 10_000,
        reason: "商户平台退款",
    };
    world.gateway.faults().lose_notifications = true;
    let answer = world.app.channel.refund(&request, world.now()).unwrap_or_else(|why| panic!("{}", why.0));
    assert!(matches!(answer, wechat::RefundAnswer::Accepted(_)), "{answer:?}");
    world.gateway.faults().lose_notifications = false;
}

/// Somebody paid on an order that is none of ours: held, given back, and both lines of the bill are understood.
fn a_held_payment_goes_back_without_touching_the_books(world: &World) {
    let scene = Scene::new(world);
    let order = app::channel::OrderRequest {
        out_trade_no: "90000000000000001",
        description: "另一个系统的订单",
        amount_fen: 700,
        mchid: "1600000002",
        expires_at: world.now() + HOUR_US,
        way: app::channel::Way::Native,
    };
    world.app.channel.order(&order, world.now()).unwrap_or_else(|why| panic!("{}", why.0));
    world.gateway.pay_and_notify("90000000000000001").expect("an order that can be paid");
    world.deliver();
    let reviewer = &scene.cast.reviewer;
    world.sign_in_again(reviewer);
    let page = reviewer.get("/operator/held");
    page.sees("¥7.00");
    let form = reviewer.click(&page, "退回这笔付款");
    let action = form.path.clone();
    let told = [("reason", "other"), ("amount", "7"), ("statement", "另一个系统误用了这个商户号。")];
    reviewer.submit(&form, &action, &told).sees("已立案").sees("这笔付款没有入账");
    reviewer.get("/operator/held").sees("已转退款案件");
    let case = scene.newest();
    scene.agreed(case);
    scene.sent();
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("returned", (0, 0)));
    world.later(DAY_US + 2 * HOUR_US);
    scene.agrees();
    world.stranger().get("/reconciliation").sees("另有 1 笔共 ¥7.00");
}

fn eight_approvals_and_two_cases_at_once(world: &World) {
    let scene = Scene::new(world);
    let path = scene.path();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| scene.donor.post(&path, &[("reason", "other"), ("amount", "60"), ("statement", STATEMENT)]).status);
        }
    });
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM refund_case"), params![]), 1, "two of them would be more than the gift");
    let case = scene.newest();
    scene.does(&scene.cast.manager, case, "examination", &[]);
    scene.does(&scene.cast.manager, case, "request", &[("note", "核实了。")]);
    for person in [&scene.cast.finance, &scene.cast.approver, &scene.cast.second_approver] {
        world.sign_in_again(person);
    }
    let approval = format!("/desk/refunds/{case}/approval");
    std::thread::scope(|scope| {
        for hand in 0..8 {
            let (scene, approval) = (&scene, approval.as_str());
            scope.spawn(move || {
                let person = [&scene.cast.finance, &scene.cast.approver, &scene.cast.second_approver][hand % 3];
                person.post(approval, &[]).status
            });
        }
    });
    world.catch_up();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| settlement::refunds::ask_due(&world.app).unwrap_or_else(|trouble| panic!("{trouble:?}")));
        }
        scope.spawn(|| world.deliver());
    });
    scene.sent();
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("returned", (1, 6_000)));
}

/// The process dies after the channel has answered and before we wrote it down: the same number goes out again.
fn an_answer_that_was_lost_with_the_process_is_one_refund(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("other", "100");
    scene.agreed(case);
    let number = state_of(world, sql("SELECT out_refund_no AS text FROM channel_refund WHERE gift_id = ?1"), scene.gift);
    made_elsewhere(&scene, &number, 10_000);
    world.later(10 * MINUTE_US);
    world.later(10 * MINUTE_US);
    assert_eq!((scene.state(case).as_str(), scene.posted()), ("returned", (1, 10_000)));
    let refunds = world.count(sql("SELECT COUNT(*) AS count FROM channel_refund"), params![]);
    assert_eq!(refunds, 1);
}

fn damage_to_refunds_is_seen(world: &World) {
    let scene = Scene::new(world);
    let case = scene.asked("other", "60");
    scene.agreed(case);
    scene.sent();
    scene.asked("other", "10");
    world.check_the_books();
    let damages: [(Sql, Sql); 4] = [
        (sql("UPDATE channel_refund SET amount_fen = amount_fen - 1"), sql("UPDATE channel_refund SET amount_fen = amount_fen + 1")),
        (sql("UPDATE channel_refund SET state = 'closed'"), sql("UPDATE channel_refund SET state = 'done'")),
        (sql("UPDATE refund_claim SET claimed_fen = claimed_fen - 1"), sql("UPDATE refund_claim SET claimed_fen = claimed_fen + 1")),
        (
            sql("UPDATE refund_case SET amount_fen = amount_fen + 1 WHERE state = 'returned'"),
            sql("UPDATE refund_case SET amount_fen = amount_fen - 1 WHERE state = 'returned'"),
        ),
    ];
    for (damage, undo) in damages {
        let changed = world.app.db.write(|tx| tx.execute(damage, params![])).expect("damage can be done");
        assert!(changed > 0, "{} changed nothing", damage.text());
        let (_, findings) = settlement::check::check(&world.app.db).expect("the books can be read");
        assert!(!findings.is_empty(), "nobody noticed: {}", damage.text());
        world.app.db.write(|tx| tx.execute(undo, params![])).expect("damage can be undone");
        world.check_the_books();
    }
}

on_both_engines![
    paid_twice_goes_back_after_the_operator_has_looked,
    a_wrong_amount_goes_back_in_part_and_then_the_rest,
    a_system_fault_is_confirmed_by_the_operator,
    a_childs_gift_goes_back_on_the_guardians_proof,
    a_stolen_account_needs_the_police_and_the_operator,
    what_was_given_against_ones_will_goes_back,
    a_project_that_cannot_be_carried_out_gives_back,
    another_reason_is_the_charitys_to_weigh,
    a_refusal_is_appealed_and_the_operator_reopens_it,
    an_appeal_that_does_not_hold_is_the_end,
    nobody_agrees_to_what_they_asked_for,
    what_was_paid_out_must_come_back_first,
    r18_a_case_that_nobody_answers_is_late_for_everyone_to_see,
    a_channel_in_trouble_gives_back_once,
    notifications_twice_late_and_out_of_order_post_once,
    a_forged_refund_notification_posts_nothing,
    a_closed_refund_is_tried_again_under_a_new_number,
    an_abnormal_refund_waits_under_its_number_for_a_person,
    a_refund_made_on_the_merchant_platform_opens_a_case,
    a_held_payment_goes_back_without_touching_the_books,
    eight_approvals_and_two_cases_at_once,
    an_answer_that_was_lost_with_the_process_is_one_refund,
    damage_to_refunds_is_seen,
];
