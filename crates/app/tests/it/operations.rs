//! The desks: what waits, who has it, what was done about it.

use app::kernel::{DAY_US, MINUTE_US};
use app::web::Lang;
use testkit::{Cast, Page, World, on_both_engines};

use crate::routes;

fn claim(page: &Page, who: &testkit::Person, thing: &str, id: i64, what: &str) -> Page {
    let id = id.to_string();
    let desk = if page.path.starts_with("/operator") { "/operator/claims" } else { "/desk/claims" };
    who.post(desk, &[("thing", thing), ("id", &id), ("do", what), ("back", &page.path)])
}

fn the_operator_sees_what_waits_how_long_who_has_it_and_what_happens_otherwise(world: &World) {
    let all = routes::everything(world);
    let Cast { reviewer, second_reviewer, manager, .. } = &all.cast;
    let (first, second) = (world.drafted(&all.cast, "早交的项目"), world.drafted(&all.cast, "晚交的项目"));
    let submit = |id| app::projects::actions::submit(&world.app, &manager.actor, id, 1, world.now()).expect("it is complete");
    submit(first);
    world.later(MINUTE_US);
    submit(second);

    let desk = reviewer.get("/operator");
    desk.has_status(200).sees("待审核的项目").sees("没人审核").sees("待人核对的付款确认").sees("没人核对");
    let text = desk.text();
    assert!(text.find("早交的项目") < text.find("晚交的项目"), "the oldest comes first");

    // One takes it up; the other sees that, cannot take it, and cannot decide it.
    claim(&desk, reviewer, "project", first, "take").has_status(200).sees("归您处理").sees("您在处理");
    let other = second_reviewer.get("/operator");
    other.sees("周审在处理");
    claim(&other, second_reviewer, "project", first, "take").has_status(409).sees("另一位同事");
    let page = second_reviewer.get(&format!("/operator/projects/{first}"));
    page.sees("周审正在处理这件事");
    let review = format!("/operator/projects/{first}/review");
    second_reviewer.submit(&page, &review, &[("note", "齐全")]).has_status(409).sees("另一位同事");
    reviewer.get("/operator?show=mine").sees("早交的项目").sees_no("晚交的项目");
    reviewer.get("/operator?show=free&queue=waiting-project-submitted").sees("晚交的项目").sees_no("早交的项目");
    reviewer.get("/operator?q=没有这个").sees("没有符合条件的事项");

    // Half an hour later it is anybody's again; whoever has it decides, and it is gone.
    world.clock.advance(31 * MINUTE_US);
    let page = second_reviewer.get(&format!("/operator/projects/{first}"));
    claim(&page, second_reviewer, "project", first, "take").sees("这件事由您处理");
    claim(&page, second_reviewer, "project", first, "leave").sees("放回队列");
    second_reviewer.submit(&second_reviewer.get(&page.path), &review, &[("note", "齐全")]).has_status(200).sees("审核通过");

    // Ten days later what nobody touched is late.
    world.later(10 * DAY_US);
    world.sign_in_again(reviewer);
    reviewer.get("/operator?show=late").sees("晚交的项目").sees("逾期");
    let table = reviewer.get("/operator/waiting.csv?order=due");
    assert!(table.header("content-type").starts_with("text/csv"));
    assert!(table.source().contains("晚交的项目"), "{}", table.source());
    reviewer.speaks(Lang::En);
    reviewer.get("/operator").sees("If nobody reviews it");
}

fn a_charitys_desk_takes_up_only_what_waits_there(world: &World) {
    let all = routes::everything(world);
    let Cast { finance, approver, reviewer, .. } = &all.cast;
    let desk = finance.get("/desk");
    desk.has_status(200).sees("待审批的拨款").sees("¥100.00").sees("没人审批");
    claim(&desk, finance, "payout", all.life.open_payout, "take").sees("您在处理");
    approver.get("/desk").sees("冯财务在处理");
    claim(&approver.get("/desk"), approver, "payout", all.life.open_payout, "take").has_status(409);
    // Not its own, or nothing at all.
    for (thing, id) in [("held", all.life.held), ("payout", 1), ("project", all.life.published)] {
        claim(&desk, finance, thing, id, "take").has_status(409).sees("不在等待处理的事项里");
    }
    reviewer.get("/operator").sees_no("冯财务");
    assert!(finance.get("/desk/waiting.csv").source().contains("¥100.00"));
}

on_both_engines![
    the_operator_sees_what_waits_how_long_who_has_it_and_what_happens_otherwise,
    a_charitys_desk_takes_up_only_what_waits_there,
];
