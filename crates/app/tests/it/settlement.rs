//! The bill beside the ledger, and what a person decides: every kind of difference becomes a case that can be found and
//! closed, a bill that cannot be trusted says nothing, and damage to the books is seen by the check.

use app::channel::{Account, Channel, Identity, PlatformKey};
use app::kernel::{DAY_US, HOUR_US};
use app::settlement;
use db::{Sql, params, sql};
use testkit::sandbox::{BillFault, Forgery};
use testkit::{Engine, Person, World, on_both_engines};

fn cases(world: &World, kind: &str) -> i64 {
    world.count(sql("SELECT COUNT(*) AS count FROM reconciliation_case WHERE kind = ?1 AND resolved_at IS NULL"), params![kind])
}

fn days(world: &World, state: &str) -> i64 {
    world.count(sql("SELECT COUNT(*) AS count FROM bill_day WHERE state = ?1 AND (bill_gifts > 0 OR ledger_gifts > 0)"), params![state])
}

/// Past ten in the morning of the next day, when yesterday's bill is out.
fn next_day(world: &World) {
    world.later(DAY_US + 2 * HOUR_US);
}

/// A desk is signed in to every morning.
fn at_the_desk<'a>(world: &World, reviewer: &'a Person) -> &'a Person {
    world.sign_in_again(reviewer);
    reviewer
}

fn a_bill_that_agrees_is_shown_to_everyone(world: &World) {
    let project = world.project(&world.cast(), "一毛钱也要对上账");
    world.given(project, 10);
    world.given(project, 4118);
    next_day(world);
    assert_eq!((days(world, "agrees"), days(world, "differs")), (1, 0));
    let stranger = world.stranger();
    stranger.get("/reconciliation").sees("¥41.28").sees("相符").sees("清河慈善基金会");
    world.catch_up();
    stranger.get("/log").sees("每日对账").sees("的支付渠道账单与账本相符，共 ¥41.28");
}

fn an_altered_amount_is_a_case_until_somebody_says_why(world: &World) {
    let cast = world.cast();
    let gift = world.given(world.project(&cast, "一毛钱也要对上账"), 500);
    world.gateway.faults().bill = Some(BillFault::AlterAmount);
    next_day(world);
    assert_eq!((cases(world, "amount_differs"), days(world, "differs")), (1, 1));
    world.stranger().get("/reconciliation").sees("有差异");

    let page = at_the_desk(world, &cast.reviewer).get("/operator/reconciliation");
    page.sees("金额不一致").sees(&gift.to_string()).sees("¥5.01").sees("¥5.00");
    let action =
        page.forms().iter().find_map(|f| f.action.ends_with("/resolution").then(|| f.action.clone())).expect("a form to close the case");
    cast.reviewer.submit(&page, &action, &[("resolution", "")]).has_status(422).sees("请写明处理结果");
    cast.reviewer.submit(&page, &action, &[("resolution", "渠道更正了账单 <b>")]).sees("已办结").sees("渠道更正了账单 <b>");
    // The second reviewer had the page open as well, and is told that it is done.
    let stale = at_the_desk(world, &cast.second_reviewer).get("/operator/reconciliation");
    stale.sees("渠道更正了账单");
    assert_eq!(cases(world, "amount_differs"), 0);
    // Nobody's gift was changed.
    assert_eq!(world.count(sql("SELECT amount_fen AS count FROM gift WHERE id = ?1"), params![gift]), 500);
    world.gateway.faults().bill = None;
    next_day(world);
    assert_eq!((days(world, "agrees"), days(world, "differs")), (1, 0));
}

fn a_row_missing_in_the_bill_explains_itself_when_the_bill_is_mended(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "一毛钱也要对上账");
    world.given(project, 100);
    world.given(project, 200);
    world.gateway.faults().bill = Some(BillFault::DropRow);
    next_day(world);
    assert_eq!((cases(world, "missing_in_bill"), days(world, "differs")), (1, 1));
    world.gateway.faults().bill = None;
    next_day(world);
    assert_eq!((cases(world, "missing_in_bill"), days(world, "agrees")), (0, 1));
    at_the_desk(world, &cast.reviewer).get("/operator/reconciliation").sees("复核后相符");
}

fn a_bill_with_a_changed_byte_says_nothing(world: &World) {
    let cast = world.cast();
    world.given(world.project(&cast, "一毛钱也要对上账"), 100);
    world.gateway.faults().bill = Some(BillFault::CorruptByte);
    next_day(world);
    assert_eq!((days(world, "agrees"), days(world, "differs")), (0, 0));
    world.catch_up();
    at_the_desk(world, &cast.reviewer).get("/operator/held").sees("渠道账单无法使用");
    world.gateway.faults().bill = None;
    next_day(world);
    assert_eq!(days(world, "agrees"), 1);
}

/// The notification is lost and nobody asks about the order: the bill finds the gift.
fn the_bill_finds_a_payment_nobody_told_us_about(world: &World) {
    let project = world.project(&world.cast(), "一毛钱也要对上账");
    let gift = world.ordered(project, 100);
    world.pay_only(gift);
    world.clock.advance(DAY_US + 2 * HOUR_US);
    settlement::reconcile::catch_up(&world.app).expect("the bill can be had");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM gift WHERE id = ?1"), params![gift]), 1);
    world.catch_up();
    assert_eq!((cases(world, "missing_in_ledger"), days(world, "agrees")), (0, 1));
}

fn a_held_confirmation_is_decided_once_with_a_reason(world: &World) {
    let cast = world.cast();
    let gift = world.ordered(world.project(&cast, "一毛钱也要对上账"), 100);
    assert_eq!(world.forge(gift, Forgery::WrongAmount), 204);
    let page = at_the_desk(world, &cast.reviewer).get("/operator/held");
    page.sees("金额与捐赠意向不一致").sees(&gift.to_string()).sees("¥1.01");
    let action = page.forms().iter().find_map(|f| f.action.ends_with("/resolution").then(|| f.action.clone())).expect("a form to close it");
    cast.reviewer.submit(&page, &action, &[("resolution", "已联系捐赠人，原路退回")]).sees("已办结");
    cast.reviewer.submit(&page, &action, &[("resolution", "再来一次")]).has_status(409).sees("已经由别人办结");
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM gift"), params![]), 0);
    world.pay(gift);
}

/// Each damage is done, seen by the check, and undone.
fn damage_to_the_books_is_seen(world: &World) {
    let cast = world.cast();
    let life = world.life(&cast, &world.donor("13900139000"));
    world.given(life.published, 300);
    world.check_the_books();
    let damages: [(Sql, Sql); 12] = [
        (sql("UPDATE fund SET gifts = gifts + 1"), sql("UPDATE fund SET gifts = gifts - 1")),
        (sql("UPDATE fund SET gifts_fen = gifts_fen + 1"), sql("UPDATE fund SET gifts_fen = gifts_fen - 1")),
        (sql("UPDATE fund SET listed_fen = listed_fen + 1"), sql("UPDATE fund SET listed_fen = listed_fen - 1")),
        (
            sql("UPDATE fund SET spent_fen = spent_fen - 1 WHERE spent_fen > 0"),
            sql("UPDATE fund SET spent_fen = spent_fen + 1 WHERE spent_fen > 0"),
        ),
        (sql("UPDATE channel_day SET gifts_fen = gifts_fen + 1"), sql("UPDATE channel_day SET gifts_fen = gifts_fen - 1")),
        (sql("UPDATE project_gift SET before_fen = before_fen + 1"), sql("UPDATE project_gift SET before_fen = before_fen - 1")),
        (sql("UPDATE project_gift SET position = position + 1"), sql("UPDATE project_gift SET position = position - 1")),
        (
            sql("UPDATE stretch SET before_fen = before_fen + 1 WHERE layer = 1"),
            sql("UPDATE stretch SET before_fen = before_fen - 1 WHERE layer = 1"),
        ),
        (
            sql("UPDATE stretch SET amount_fen = amount_fen + 1 WHERE layer = 2"),
            sql("UPDATE stretch SET amount_fen = amount_fen - 1 WHERE layer = 2"),
        ),
        (sql("UPDATE gift_intent SET amount_fen = amount_fen + 1"), sql("UPDATE gift_intent SET amount_fen = amount_fen - 1")),
        (sql("UPDATE calmer_snapshot SET body = body || ' '"), sql("UPDATE calmer_snapshot SET body = SUBSTR(body, 1, LENGTH(body) - 1)")),
        (sql("UPDATE gift_batch SET gifts = gifts + 1"), sql("UPDATE gift_batch SET gifts = gifts - 1")),
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

/// While the books do not agree, nobody can begin a gift, and a payment already on its way is recorded.
fn the_alarm_stops_new_gifts_and_not_payments(world: &World) {
    let cast = world.cast();
    let project = world.project(&cast, "一毛钱也要对上账");
    let on_its_way = world.ordered(project, 100);
    let first = world.given(project, 200);
    world.app.db.write(|tx| tx.execute(sql("UPDATE fund SET gifts = gifts + 1"), params![])).expect("damage can be done");
    world.catch_up();
    assert!(world.app.settlement.alarm());
    cast.reviewer.get("/operator/health").sees("账本校验未通过");
    world.pay(on_its_way);
    assert_eq!(world.count(sql("SELECT COUNT(*) AS count FROM gift WHERE id IN (?1, ?2)"), params![first, on_its_way]), 2);
    world.app.db.write(|tx| tx.execute(sql("UPDATE fund SET gifts = gifts - 1"), params![])).expect("damage can be undone");
    world.catch_up();
    assert!(!world.app.settlement.alarm());
}

/// A merchant in certificate mode starts with a platform certificate and no public key.
#[test]
fn a_channel_opens_with_a_certificate_and_believes_what_it_signed() {
    let world = World::new(Engine::Sqlite);
    let keys = world.gateway.credentials();
    let channel = Channel::open(Identity {
        account: Account::Provider { sp_appid: "wx0000000000000001".into(), sp_mchid: keys.mchid.clone() },
        serial: &keys.merchant_serial,
        private_key: keys.merchant_private_key_pem.as_bytes(),
        apiv3_key: keys.apiv3_key.as_bytes(),
        platform: PlatformKey::Certificate { pem: keys.certificate_pem.as_bytes() },
        api_base: "http://127.0.0.1:9",
        notify_base: "http://127.0.0.1:9",
    })
    .unwrap_or_else(|why| panic!("{}", why.0));
    let gift = world.ordered(world.project(&world.cast(), "一毛钱也要对上账"), 10);
    let believed = |by_certificate: bool| {
        world.gateway.faults().sign_by_certificate = by_certificate;
        let sent = world.gateway.pay(&gift.to_string(), world.now()).expect("an order that can be paid");
        let header = |name: &'static str| sent.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str());
        channel.read_notification(header, &sent.body, world.now()).map(|_| ()).map_err(|turned| turned.reason)
    };
    assert_eq!(believed(true), Ok(()));
    assert_eq!(believed(false), Err("unknown_key"));
    // The world itself is in public-key mode, and takes the gift.
    let sent = world.gateway.pay(&gift.to_string(), world.now()).expect("an order that can be paid");
    assert_eq!(world.notify(&sent), 204);
}

on_both_engines![
    a_bill_that_agrees_is_shown_to_everyone,
    an_altered_amount_is_a_case_until_somebody_says_why,
    a_row_missing_in_the_bill_explains_itself_when_the_bill_is_mended,
    a_bill_with_a_changed_byte_says_nothing,
    the_bill_finds_a_payment_nobody_told_us_about,
    a_held_confirmation_is_decided_once_with_a_reason,
    damage_to_the_books_is_seen,
    the_alarm_stops_new_gifts_and_not_payments,
];
