//! Notifications until they are acknowledged.

use sandbox::RETRIES_S;
use wechat::{Notification, TradeState};

use crate::world::{SECOND, partner, state_of, world};

#[test]
fn the_platform_is_notified_fifteen_times_more_on_the_documented_schedule() {
    let world = world();
    world.placed(&partner(), "700000001", 100);
    world.mailbox.answers(500);
    world.gateway.pay_and_notify("700000001").unwrap();
    let started = world.now();
    let mut waits_s = Vec::new();
    let mut ids = std::collections::BTreeSet::new();
    while let Some(due_at) = world.gateway.next_due_at() {
        waits_s.push((due_at - world.now()) / SECOND);
        assert!(world.gateway.deliver_due(due_at - 1).is_empty(), "not a microsecond early");
        world.pass(due_at - world.now());
        assert_eq!(world.gateway.deliver_due(due_at).len(), 1);
        let letter = world.mailbox.take().pop().unwrap();
        assert!(matches!(world.opened(&letter), Notification::Payment(_)), "each repetition is signed anew");
        ids.insert(serde_json::from_slice::<serde_json::Value>(&letter.body).unwrap()["id"].to_string());
    }
    assert_eq!(waits_s[0], 0);
    assert_eq!(&waits_s[1..], RETRIES_S);
    assert_eq!(world.now() - started, (24 * 3600 + 4 * 60) * SECOND, "24 h 4 min in all");
    assert_eq!(ids.len(), 1, "a repetition is the same notification");
    assert_eq!(state_of(&world, &partner(), "700000001"), TradeState::Success, "given up, but a query still tells");
}

#[test]
fn a_late_acknowledgement_ends_the_repetitions() {
    let world = crate::world::world_with(|options| options.retry_scale = 0.001);
    world.placed(&partner(), "700000001", 100);
    world.mailbox.answers(503);
    world.gateway.pay_and_notify("700000001").unwrap();
    let first = world.gateway.deliver_due(world.now());
    assert_eq!(first[0].next_at, Some(world.now() + 15_000), "15 s on a clock a thousand times faster");
    world.mailbox.answers(204);
    world.pass(15_000);
    let second = world.gateway.deliver_due(world.now());
    assert_eq!((second[0].attempt, second[0].next_at), (2, None));
    assert_eq!(world.gateway.next_due_at(), None);
}

#[test]
fn the_background_task_delivers_by_itself() {
    let world = world();
    world.placed(&partner(), "700000001", 100);
    let task = world.runtime().spawn(world.gateway.clone().run());
    world.gateway.pay_and_notify("700000001").unwrap();
    let letters = (0..500).find_map(|_| {
        let letters = world.mailbox.take();
        if letters.is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        (!letters.is_empty()).then_some(letters)
    });
    task.abort();
    assert!(matches!(world.opened(&letters.expect("within five seconds")[0]), Notification::Payment(_)));
}
