//! Orders at the channel as donors meet them: the waiting room, a channel that is slow or silent, a cashier gone stale.

use app::giving;
use app::kernel::{MINUTE_US, SECOND_US};
use db::{params, sql};
use sandbox::ApiFailure;
use testkit::{World, on_both_engines};

use crate::giving_project::{confirm, last_gift, path, project, wish};

fn the_waiting_room_tells_the_truth(world: &World) {
    let project = project(world);
    for _ in 0..130 {
        wish(world, &project, 100).expect("a wish");
    }
    let donor = world.guest();
    let page = confirm(&donor, &project, &[("amount", "1")]);
    let gift = last_gift(world);
    // Somebody stands before this donor, so the request does not jump the queue.
    assert_eq!(page.leads_to(), Some(path(world, gift)));
    let room = donor.get(&path(world, gift));
    room.sees("捐的人很多，请等一等").sees("130 人").sees("暂时说不准").sees("还没有扣款");
    assert!(!room.attributes("meta[http-equiv=refresh]", "content").is_empty(), "the page reloads without script");

    // Time stands: one window of a quarter of a second lets a hundred orders through, and no more however often one tries.
    world.catch_up();
    world.catch_up();
    let left = || world.count(sql("SELECT COUNT(*) AS count FROM channel_order WHERE state = 'waiting'"), params![]);
    assert_eq!(left(), 31);
    donor.get(&path(world, gift)).sees("30 人").sees("1 秒");
    world.later(SECOND_US / 4);
    assert_eq!(left(), 0);
    donor.get(&path(world, gift)).sees("打开微信支付");
}

fn several_order_makers_keep_the_limit_and_place_each_order_once(world: &World) {
    let project = project(world);
    for _ in 0..120 {
        wish(world, &project, 100).expect("a wish");
    }
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| giving::make_orders(&world.app).unwrap_or_else(|trouble| panic!("{trouble:?}")));
        }
    });
    let placed = world.count(sql("SELECT CAST(SUM(used) AS BIGINT) AS count FROM rate_window WHERE name = 'orders placed'"), params![]);
    let ordered = world.count(sql("SELECT COUNT(*) AS count FROM channel_order WHERE state = 'ordered'"), params![]);
    assert_eq!((placed, ordered), (100, 100));
}

fn a_channel_that_does_not_answer_is_asked_again(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let fail = |how| world.gateway.faults().api_failures = vec![how];
    fail(ApiFailure::Before);
    let page = confirm(&donor, &project, &[("amount", "1")]);
    let gift = last_gift(world);
    assert_eq!(page.leads_to(), Some(path(world, gift)));
    for (how, wait_s) in [(ApiFailure::TooOften, 1), (ApiFailure::After, 2), (ApiFailure::ForgedAnswer, 4)] {
        fail(how);
        world.later(wait_s * SECOND_US);
        donor.get(&path(world, gift)).sees("捐的人很多，请等一等").sees("暂时说不准");
    }
    // Its turn comes only after eight seconds more.
    world.later(7 * SECOND_US);
    donor.get(&path(world, gift)).sees("请等一等");
    world.later(SECOND_US);
    donor.get(&path(world, gift)).sees("打开微信支付");
    world.pay(gift);
    donor.get(&path(world, gift)).sees("谢谢，收到了");
}

fn an_order_that_nobody_pays_ends_and_can_be_begun_again(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let _ = confirm(&donor, &project, &[("amount", "12.50")]);
    let gift = last_gift(world);
    for _ in 0..20 {
        world.later(10 * MINUTE_US);
    }
    let closed = donor.get(&path(world, gift));
    closed.sees("这笔没有付款，已经关闭").sees("没有扣款");
    let again = donor.click(&closed, "重新捐");
    assert_eq!(again.form(&format!("/projects/{}/gift", project.id)).filled(&[])[0].1, "12.50");
}

fn a_stale_cashier_is_opened_anew(world: &World) {
    let project = project(world);
    let donor = world.guest();
    let first = confirm(&donor, &project, &[("amount", "1")]).leads_to().expect("a cashier");
    let gift = last_gift(world);
    let cashier = format!("{}/cashier", path(world, gift));
    assert_eq!(
        donor.visit(&cashier).leads_to().map(|to| to.split('?').next().unwrap().to_owned()),
        Some(first.split('?').next().unwrap().to_owned())
    );
    world.clock.advance(6 * MINUTE_US);
    let anew = donor.visit(&cashier).leads_to().expect("a cashier again");
    assert!(anew.starts_with("/sandbox/cashier/"), "{anew}");
    world.pay(gift);
    donor.get(&path(world, gift)).sees("谢谢，收到了");
    // Afterwards the way to the cashier leads to the receipt: nobody pays twice.
    assert_eq!(donor.visit(&cashier).leads_to(), Some(path(world, gift)));
}

/// The slow gateway's own story: the donor's request does not wait for ever.
fn a_slow_channel_sends_the_donor_to_the_waiting_room(world: &World) {
    let project = project(world);
    let donor = world.guest();
    world.gateway.faults().api_delay_ms = 3_000;
    let page = confirm(&donor, &project, &[("amount", "1")]);
    let gift = last_gift(world);
    assert_eq!(page.leads_to(), Some(path(world, gift)));
    donor.get(&path(world, gift)).sees("请等一等").sees("0 人");
    world.gateway.faults().api_delay_ms = 0;
    // The answer that was on its way arrives by itself and is written down.
    for _ in 0..50 {
        if donor.get(&path(world, gift)).shows("打开微信支付") {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the order that was on its way never arrived");
}

on_both_engines![
    the_waiting_room_tells_the_truth,
    several_order_makers_keep_the_limit_and_place_each_order_once,
    a_channel_that_does_not_answer_is_asked_again,
    an_order_that_nobody_pays_ends_and_can_be_begun_again,
    a_stale_cashier_is_opened_anew,
    a_slow_channel_sends_the_donor_to_the_waiting_room,
];
