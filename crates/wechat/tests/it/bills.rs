//! A day's trade bill, as another implementation wrote, hashed and zipped it.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use wechat::{BillRefused, BillRowState, read_bill};

use crate::fixtures::{file, json, text};

fn sha1(bytes: &[u8]) -> String {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn rows_and_summary() {
    let vectors = json("bill.json");
    let bill = read_bill(&file("bill.csv.gz"), text(&vectors, "sha1")).unwrap();
    assert_eq!(bill, read_bill(&file("bill.csv"), &text(&vectors, "sha1").to_uppercase()).unwrap(), "plain or zipped");
    assert_eq!(bill.rows.len(), 3);
    let [first, second, refund] = &bill.rows[..] else { panic!() };
    assert_eq!((first.out_trade_no.as_str(), first.settlement_fen, first.order_fen), ("7215545057200", 4118, 4118));
    assert_eq!(first.traded_at, 1_788_883_199_000_000, "23:59:59 in Beijing");
    assert_eq!(first.description, "白果村小学,午餐", "a comma inside a value does not split it");
    assert_eq!((first.sub_mchid.as_deref(), first.fee_millifen), (Some("1900000109"), 24_708));
    assert_eq!((second.settlement_fen, second.attach.as_str(), second.trade_type.as_str()), (29, "", "MWEB"));
    assert_eq!(refund.state, BillRowState::Refund);
    let detail = refund.refund.as_ref().unwrap();
    assert_eq!((detail.refund_fen, detail.applied_fen, detail.status.as_str()), (118, 118, "PROCESSING"));
    assert_eq!((bill.summary.rows, bill.summary.order_fen, bill.summary.refund_fen), (3, 4147, 118));
}

#[test]
fn every_changed_byte_is_seen_by_the_hash() {
    let announced = json("bill.json");
    let announced = text(&announced, "sha1");
    let good = file("bill.csv");
    for index in 0..good.len() {
        let mut changed = good.clone();
        changed[index] ^= 1;
        assert!(matches!(read_bill(&changed, announced), Err(BillRefused::Hash { .. })), "byte {index}");
    }
    let zipped = file("bill.csv.gz");
    for cut in 0..zipped.len() {
        assert!(read_bill(&zipped[..cut], announced).is_err(), "cut at {cut}");
    }
}

#[test]
fn a_bill_whose_hash_holds_can_still_contradict_itself() {
    let good = String::from_utf8(file("bill.csv")).unwrap();
    let refused = |bill: &str| read_bill(bill.as_bytes(), &sha1(bill.as_bytes())).unwrap_err();
    read_bill(good.as_bytes(), &sha1(good.as_bytes())).unwrap();
    read_bill(good.replace("\r\n", "\n").as_bytes(), &sha1(good.replace("\r\n", "\n").as_bytes())).expect("both line ends occur");

    let second_row = good.lines().nth(2).unwrap();
    let without = good.replace(&format!("{second_row}\r\n"), "");
    assert_eq!(refused(&without), BillRefused::Summary { what: "rows", stated: 3, counted: 2 });
    let altered = good.replace("`0.29,`0.00,`0,", "`0.92,`0.00,`0,");
    assert_eq!(refused(&altered), BillRefused::Summary { what: "settlement in fen", stated: 4147, counted: 4210 });
    let refunded = good.replace("`1.18,`0.00,`ORIGINAL", "`1.19,`0.00,`ORIGINAL");
    assert_eq!(refused(&refunded), BillRefused::Summary { what: "refunds in fen", stated: 118, counted: 119 });
    let fee = good.replace("`0.24708", "`0.24709");
    assert_eq!(refused(&fee), BillRefused::Summary { what: "fees in thousandths of a fen", stated: 24_000, counted: 24_001 });

    assert!(matches!(refused(&good.replace("订单金额,申请", "订单,申请")), BillRefused::NoColumn(_)));
    assert!(matches!(
        refused(&good.replace("`0.29,`0.00,`0,", "`0.2９,`0.00,`0,")),
        BillRefused::Value { line: 3, column: "应结订单金额", .. }
    ));
    assert!(matches!(refused(&good.replace("`MWEB,", "")), BillRefused::Width { line: 3, found: 26, expected: 27 }));
    assert!(matches!(refused(&good.replace("`REFUND,", "`SUCCESS,")), BillRefused::Value { column: "交易状态", .. }));
    assert!(matches!(refused(&format!("{good}`1,`2\r\n")), BillRefused::Value { .. }));
    for cut in 0..good.len() {
        if let Some(part) = good.get(..cut) {
            // Losing only the last line end loses nothing.
            let complete = part.len() + 2 >= good.len();
            assert_eq!(read_bill(part.as_bytes(), &sha1(part.as_bytes())).is_ok(), complete, "cut at {cut}");
        }
    }
    assert!(read_bill(b"", &sha1(b"")).is_err());
    assert_eq!(refused("\u{feff}"), BillRefused::NoColumn("交易时间"));
}
