//! Two people at one desk, and one thing to decide: whoever has it is named on the page of the decision, since when and until
//! when, and nobody else decides it meanwhile.

use app::kernel::{Id, MINUTE_US};
use app::projects::actions;
use db::{params, sql};
use testkit::{Cast, Person, World, on_both_engines};

use crate::routes::{self, Everything};

/// One thing at a charity's desk: where it is decided, and by which form.
struct Item {
    thing: &'static str,
    id: Id,
    page: String,
    form: String,
    values: Vec<(&'static str, &'static str)>,
}

fn items(world: &World, all: &Everything) -> Vec<Item> {
    let life = &all.life;
    let item = |thing, id: Id, page: String, form: &str, values: &[(&'static str, &'static str)]| Item {
        thing,
        id,
        form: format!("{page}/{form}"),
        page,
        values: values.to_vec(),
    };
    let payout = actions::request_payout(&world.app, &all.cast.manager.actor, life.published, 5_000, "手套", world.now()).expect("asked");
    vec![
        item("payout", payout, format!("/desk/payouts/{payout}"), "approval", &[]),
        item("payout", life.open_payout, format!("/desk/payouts/{}", life.open_payout), "refusal", &[("reason", "重复申请")]),
        item("reversal", life.reversal, format!("/desk/reversals/{}", life.reversal), "confirmation", &[]),
        item("offline_things", life.offline_things, format!("/desk/offline-things/{}", life.offline_things), "confirmation", &[]),
        item("refund", life.refund, format!("/desk/refunds/{}", life.refund), "refusal", &[("reason", "没有退的理由。")]),
    ]
}

fn take(who: &Person, page: &str, thing: &str, id: Id) -> testkit::Page {
    let form = who.get(page);
    who.submit(&form, "/desk/claims", &[("thing", thing), ("id", &id.to_string()), ("do", "take"), ("back", page)])
}

/// 陈审批 has it; 韩复核 sees that, and since when, on the page and is not heard; when it is let go, or half an hour is over,
/// it is free again.
fn who_has_it_stands_on_every_page_where_a_charity_decides(world: &World) {
    let all = routes::everything(world);
    let Cast { approver, charity, .. } = &all.cast;
    let other = world.staff("second-approver", "韩复核", *charity, app::kernel::Role::Approver);
    for item in items(world, &all) {
        take(approver, &item.page, item.thing, item.id).has_status(200).sees("这件事由您处理");
        let minute = app::kernel::civil::minute_text(world.now());
        other.get(&item.page).sees("陈审批正在处理这件事").sees(&minute[11..]).sees("不会被接受");
        let asked = [("thing", item.thing), ("id", &item.id.to_string()), ("do", "take"), ("back", "/desk")];
        other.post("/desk/claims", &asked).has_status(409).sees("另一位同事处理");
        other.post(&item.form, &item.values).has_status(409).sees("另一位同事处理");
        let held =
            world.count(sql("SELECT COUNT(*) AS count FROM desk_claim WHERE thing = ?1 AND thing_id = ?2"), params![item.thing, item.id]);
        assert_eq!(held, 1, "{} is taken up once", item.thing);
        world.clock.advance(31 * MINUTE_US);
        other.get(&item.page).sees_no("陈审批正在处理这件事");
        other.post(&item.form, &item.values).has_status(200);
    }
}

/// A charity that is asked for a statement takes that up, and keeps the operator from nothing.
fn taking_up_a_statement_keeps_the_operator_from_nothing(world: &World) {
    let all = routes::everything(world);
    let Cast { manager, reviewer, .. } = &all.cast;
    let id = all.life.complaint;
    let desk = manager.get("/desk?queue=waiting-statements");
    let asked = [("thing", "statement"), ("id", &id.to_string()), ("do", "take"), ("back", "/desk")];
    manager.submit(&desk, "/desk/claims", &asked).has_status(200);
    let answered = [("outcome", "unfounded"), ("answer", "查过了，进展已经补发在项目页面上。")];
    reviewer.post(&format!("/operator/complaints/{id}/answer"), &answered).has_status(200);
}

on_both_engines![who_has_it_stands_on_every_page_where_a_charity_decides, taking_up_a_statement_keeps_the_operator_from_nothing];
