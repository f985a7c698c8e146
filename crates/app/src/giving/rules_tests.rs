//! The tables of giving's rules.

use super::*;
use crate::giving::model::Aside;

#[test]
fn amounts_from_one_jiao_to_fifty_thousand_yuan() {
    let table: &[(&str, Result<i64, &str>)] = &[
        ("0", Err("refusal-giving-too-small")),
        ("-1", Err("amount-negative")),
        ("−1", Err("amount-negative")),
        ("0.1分", Err("amount-finer-than-fen")),
        ("0.001", Err("amount-finer-than-fen")),
        ("1000000000000", Err("refusal-giving-too-large")),
        ("1000000000001", Err("amount-too-large")),
        ("1e3", Err("amount-exponent")),
        ("0x10", Err("amount-hexadecimal")),
        ("", Err("amount-empty")),
        ("十元", Err("amount-not-a-number")),
        ("1角", Err("amount-not-in-yuan")),
        ("1.2.3", Err("amount-two-dots")),
        ("1,00", Err("amount-misplaced-comma")),
        ("0.09", Err("refusal-giving-too-small")),
        ("0.1", Ok(10)),
        ("0.10", Ok(10)),
        ("０．１０", Ok(10)),
        ("￥１００", Ok(10_000)),
        ("50,000.00", Ok(5_000_000)),
        ("50,000.01", Err("refusal-giving-too-large")),
    ];
    for (typed, expected) in table {
        assert_eq!(amount(typed).map_err(|r| r.key), *expected, "{typed:?}");
    }
}

#[test]
fn names_and_messages_are_one_plain_line() {
    let table = [
        ("  王\u{3000}大妈 ", "王 大妈"),
        ("a\r\nb\tc\u{7}d", "a b c d"),
        ("王\u{202E}妈大\u{202C}", "王妈大"),
        ("\u{2066}x\u{2069}\u{200F}\u{200B}\u{FEFF}", "x"),
        ("👨\u{200D}👩\u{200D}👧 ❤\u{FE0F}", "👨\u{200D}👩\u{200D}👧 ❤\u{FE0F}"),
        ("<b>王</b> & \"co\"", "<b>王</b> & \"co\""),
        ("\u{0}\u{0}", ""),
    ];
    for (typed, kept) in table {
        assert_eq!(name(typed).unwrap(), kept, "{typed:?}");
        assert_eq!(message(typed).unwrap(), kept, "{typed:?}");
    }
    assert_eq!(name(&"爱".repeat(30)).unwrap().chars().count(), 30);
    assert_eq!(name(&"爱".repeat(31)).unwrap_err().key, "refusal-giving-name-long");
    assert_eq!(message(&"🌸".repeat(140)).unwrap().chars().count(), 140);
    assert_eq!(message(&"🌸".repeat(141)).unwrap_err().key, "refusal-giving-message-long");
}

#[test]
fn each_browser_is_offered_a_way_to_pay_that_works_in_it() {
    use TradeType::*;
    let wechat = "Mozilla/5.0 (Linux; Android 10) Mobile Safari/537.36 MicroMessenger/7.0.15";
    let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 13_5 like Mac OS X) Mobile/15E148 Safari/604.1";
    let desk = "Mozilla/5.0 (X11; Linux x86_64) Chrome/120 Safari/537.36";
    let desktop_wechat = "Mozilla/5.0 (Windows NT 10.0) MicroMessenger/7.0.20 WindowsWechat";
    // browser          open id  address      way
    let table = [
        (wechat, "o1", "203.0.113.7", Jsapi),
        (wechat, "", "203.0.113.7", H5),
        (phone, "", "203.0.113.7", H5),
        (phone, "", "2001:db8::7", H5),
        (phone, "", "", Native),
        (desk, "", "203.0.113.7", Native),
        (desktop_wechat, "", "203.0.113.7", Native),
        ("", "", "", Native),
    ];
    for (browser, open_id, address, way) in table {
        assert_eq!(trade_type(trade_type_of(browser), open_id, address), way, "{browser} {open_id} {address}");
    }
}

#[test]
fn only_figures_that_move_with_every_gift_may_differ() {
    let told = r#"{"project_id":7,"gifts":3,"raised_fen":30,"paid_out_fen":0,"overdue":[]}"#;
    let table = [
        (told, true),
        (r#"{"project_id":7,"gifts":4,"raised_fen":40,"paid_out_fen":0,"overdue":[]}"#, true),
        (r#"{"project_id":7,"gifts":3,"raised_fen":30,"paid_out_fen":10,"overdue":[]}"#, false),
        (r#"{"project_id":7,"gifts":3,"raised_fen":30,"paid_out_fen":0,"overdue":["progress"]}"#, false),
        (r#"{"project_id":8,"gifts":3,"raised_fen":30,"paid_out_fen":0,"overdue":[]}"#, false),
        ("", false),
    ];
    for (now, same) in table {
        assert_eq!(tell_the_same(told, now), same, "{now}");
    }
}

#[test]
fn silence_of_the_channel_means_nothing() {
    const NOW: Micros = 1_000_000_000;
    let error = |code: &str| wechat::ApiError { status: 400, code: code.into(), message: String::new(), detail: None };
    let tried = |tries| Tried { tries, handed_out: false };
    let unknown = || Ok(OrderAnswer::Unknown { status: 500, why: "x".into() });
    let at = |after| match after {
        After::Again { at, .. } => Some((at - NOW) / SECOND_US),
        _ => None,
    };
    for (tries, seconds) in [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (60, 30)] {
        assert_eq!(at(after_order(unknown(), tried(tries), NOW)), Some(seconds), "try {tries}");
        assert_eq!(at(after_order(Err("no connection".into()), tried(tries), NOW)), Some(seconds));
    }
    let ordered = |reference: &str, query_at| After::Ordered { reference: reference.into(), query_at };
    let first = tried(1);
    assert_eq!(after_order(Ok(OrderAnswer::H5 { h5_url: "u".into() }), first, NOW), ordered("u", NOW + FIRST_QUERY));
    assert_eq!(after_order(Ok(OrderAnswer::AlreadyPaid), first, NOW), ordered("", 0));
    let refused = || Ok(OrderAnswer::Refused(error("PARAM_ERROR")));
    assert_eq!(after_order(refused(), tried(3), NOW), After::Refused { reason: "PARAM_ERROR".into() });
    // Somebody may have paid with the address handed out before: asked, not refused.
    let handed_out = Tried { tries: 2, handed_out: true };
    assert_eq!(after_order(refused(), handed_out, NOW), ordered("", 0));
    assert_eq!(too_late(first), After::Closed);
    assert_eq!(too_late(tried(2)), ordered("", 0));
    assert_eq!(too_late(handed_out), ordered("", 0));
}

#[test]
fn the_waiting_room_estimates_from_what_was_measured() {
    const NOW: Micros = 100 * SECOND_US;
    // before, made in how long → estimate in milliseconds
    let table = [
        (0, None, None),
        (500, Some((0, 90)), None),
        (399, Some((4000, 90)), Some(1000)),
        (1203, Some((40, 90)), Some(301_000)),
        (0, Some((1, 100)), Some(1000)),
    ];
    for (before, made, estimate_ms) in table {
        let made = made.map(|(count, since_s)| (count, since_s * SECOND_US));
        assert_eq!(queue(before, made, NOW).estimate.map(|e| e / 1000), estimate_ms, "{before} {made:?}");
    }
}

#[test]
fn the_page_of_a_gift_shows_what_is_known() {
    let gift = |order: Order, held: bool, paid: bool| GiftView {
        id: 1,
        project_id: 2,
        project_title: String::new(),
        project_english_title: String::new(),
        recipient_name: String::new(),
        recipient_english_name: String::new(),
        amount_fen: 10,
        anonymous: false,
        name: String::new(),
        message: String::new(),
        snapshot_hash: [0; 32],
        created_at: 0,
        trade_type: TradeType::H5,
        order,
        held,
        aside: Aside::default(),
        paid_at: paid.then_some(5),
        returned_fen: 0,
        place: None,
    };
    let ordered = |r: &str| Order::Ordered { reference: r.into(), ordered_at: Some(0) };
    let refused = || Order::Refused { reason: "NO_AUTH".into() };
    let table = [
        (gift(Order::Waiting, false, false), false, Stage::Waiting),
        (gift(ordered("u"), false, false), false, Stage::Pay),
        (gift(ordered("u"), false, false), true, Stage::Confirming),
        (gift(ordered(""), false, false), false, Stage::Confirming),
        (gift(ordered("u"), true, false), true, Stage::Held),
        (gift(Order::Closed { paid: true }, false, false), true, Stage::Held),
        (gift(Order::Closed { paid: false }, false, false), true, Stage::Closed),
        (gift(refused(), false, false), false, Stage::Refused),
        (gift(Order::Closed { paid: false }, false, true), false, Stage::Thanks),
        (gift(Order::Waiting, false, true), false, Stage::Thanks),
        (gift(ordered("u"), true, true), true, Stage::Thanks),
    ];
    let back =
        |returned_fen, paid| GiftView { aside: Aside { amount_fen: 11, returned_fen }, ..gift(Order::Closed { paid: true }, false, paid) };
    let table = table.into_iter().chain([
        (back(0, false), false, Stage::Held),
        (back(10, false), false, Stage::Held),
        (back(11, false), false, Stage::GivenBack),
        (back(11, true), false, Stage::Thanks),
    ]);
    for (gift, returned, expected) in table {
        assert_eq!(stage(&gift, returned), expected, "{:?} held {} returned {returned}", gift.order, gift.held);
    }
}

#[test]
fn a_phones_cashier_goes_stale_before_the_channel_forgets_it() {
    assert!(!reference_is_stale(TradeType::H5, Some(0), H5_LIFE));
    assert!(reference_is_stale(TradeType::H5, Some(0), H5_LIFE + 1));
    assert!(reference_is_stale(TradeType::H5, None, 0));
    assert!(!reference_is_stale(TradeType::Native, Some(0), 100 * MINUTE_US));
    assert!(too_late_to_order(0, ORDER_LIFE - MINUTE_US));
    assert!(!too_late_to_order(0, ORDER_LIFE - MINUTE_US - 1));
}
