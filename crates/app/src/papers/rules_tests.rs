//! The rules of papers as tables.

use super::*;
use crate::kernel::civil::{day_text, parse_day, start_of};
use crate::kernel::{DAY_US, HOUR_US};

fn day(text: &str) -> Day {
    parse_day(text).unwrap()
}

fn gift(received: &str) -> PaperGift {
    PaperGift {
        gift_id: 1,
        source: Source::Channel,
        organisation_id: 5,
        organisation_name: String::new(),
        organisation_english_name: String::new(),
        organisation_contact: String::new(),
        project_id: 6,
        project_title: String::new(),
        project_english_title: String::new(),
        donor_id: 7,
        amount_fen: 1_000,
        received_at: start_of(day(received)) + 9 * HOUR_US,
        anonymous: false,
        name: String::new(),
        application_id: None,
        receipt_id: None,
        returned_fen: 0,
        waived_at: None,
    }
}

#[test]
fn a_receipt_can_be_applied_for_within_three_months_and_the_calendar_year() {
    for (received, last) in [
        ("2026-01-01", "2026-04-01"),
        ("2026-09-07", "2026-12-07"),
        ("2026-09-30", "2026-12-30"),
        ("2026-10-01", "2026-12-31"),
        ("2026-11-30", "2026-12-31"),
        ("2026-12-31", "2026-12-31"),
    ] {
        assert_eq!(day_text(last_day(day(received))), last, "{received}");
        let last = day(last);
        assert_eq!(standing(&gift(received), last), Standing::Open { until: last });
        let after = standing(&gift(received), last + 1);
        let expected = if year_of(last + 1) == 2026 { Standing::Late { until: last } } else { Standing::OtherYear };
        assert_eq!(after, expected, "{received}");
    }
    // A gift a minute before midnight in Shanghai is a gift of that year, though it is the year after elsewhere.
    let mut late = gift("2026-12-31");
    late.received_at = start_of(day("2027-01-01")) - 60_000_000;
    assert_eq!(standing(&late, day("2027-01-01")), Standing::OtherYear);
    late.received_at += DAY_US;
    assert_eq!(standing(&late, day("2027-01-01")), Standing::Open { until: day("2027-04-01") });
}

#[test]
fn a_year_may_begin_in_any_month() {
    for (year, starts, first, last) in [
        (2026, 1, "2026-01-01", "2026-12-31"),
        (2026, 4, "2026-04-01", "2027-03-31"),
        (2023, 3, "2023-03-01", "2024-02-29"),
        (2026, 12, "2026-12-01", "2027-11-30"),
    ] {
        assert_eq!(period(year, starts), (day(first), day(last)));
    }
}

#[test]
fn what_was_done_already_stands_before_what_is_too_late() {
    let today = day("2026-09-08");
    for (standing_of, changed) in [
        (Standing::Applied, PaperGift { application_id: Some(3), ..gift("2026-09-07") }),
        (Standing::Issued, PaperGift { application_id: Some(3), receipt_id: Some(4), ..gift("2025-09-07") }),
        (Standing::Returned, PaperGift { returned_fen: 1_000, ..gift("2026-09-07") }),
        (Standing::Waived, PaperGift { waived_at: Some(1), ..gift("2026-09-07") }),
        (Standing::OtherYear, gift("2025-12-31")),
        (Standing::Open { until: day("2026-12-07") }, PaperGift { returned_fen: 999, ..gift("2026-09-07") }),
    ] {
        assert_eq!(standing(&changed, today), standing_of);
        assert_eq!(open(&changed, today).is_ok(), matches!(standing_of, Standing::Open { .. }));
    }
}

#[test]
fn gifts_stand_together_only_of_one_charity() {
    let today = day("2026-09-08");
    let key = |gifts: &[PaperGift]| together(gifts, today).map_err(|r| r.key);
    assert_eq!(key(&[]), Err("refusal-papers-none-chosen"));
    assert_eq!(key(&[gift("2026-09-07"), gift("2026-07-01")]), Ok((5, 2026)));
    assert_eq!(key(&[gift("2026-09-07"), PaperGift { organisation_id: 6, ..gift("2026-09-07") }]), Err("refusal-papers-other-charity"));
    assert_eq!(key(&[gift("2026-09-07"), gift("2026-05-07")]), Err("refusal-papers-late"));
    assert_eq!(key(&vec![gift("2026-09-07"); 51]), Err("refusal-papers-too-many"));
    assert_eq!(key(&vec![gift("2026-09-07"); 50]), Ok((5, 2026)));
}

#[test]
fn identity_numbers_are_checked_as_the_standard_says() {
    // The two examples of GB 11643-1999.
    for good in ["11010519491231002X", "440524188001010014", " 110105 19491231 002x "] {
        assert!(identity_number(good).is_ok(), "{good}");
    }
    for bad in ["", "11010519491231002", "110105194912310020", "110105194913310021", "11010519491231O02X", "1101051949123100２Y"] {
        assert!(identity_number(bad).is_err(), "{bad}");
    }
    // Any single slip is found.
    let good = b"11010519491231002X";
    for at in 0..18 {
        for other in b"0123456789X" {
            let mut slipped = good.to_vec();
            slipped[at] = *other;
            assert_eq!(identity_number(std::str::from_utf8(&slipped).unwrap()).is_ok(), good[at] == *other);
        }
    }
}

#[test]
fn a_company_needs_its_credit_code_and_a_person_need_not_say_theirs() {
    let typed = |kind, name: &str, code: &str, contact: &str| {
        payer(&NewPayer { kind, name: name.to_owned(), code: code.to_owned(), contact: contact.to_owned() }).map_err(|r| (r.field, r.key))
    };
    assert!(typed(PayerKind::Person, "王小满", "", "").is_ok());
    assert!(typed(PayerKind::Company, "清河纸业有限公司", "9144030071526726XG", "010-00000000").is_ok());
    for (kind, name, code, contact, field, key) in [
        (PayerKind::Person, "王", "", "", "payer_name", "refusal-papers-payer-name"),
        (PayerKind::Person, "王小满", "123", "", "payer_code", "refusal-papers-identity"),
        (PayerKind::Company, "清河纸业", "", "", "payer_code", "refusal-credit-code-length"),
        (PayerKind::Company, "清河纸业", "9144030071526726XH", "", "payer_code", "refusal-credit-code-check"),
        (PayerKind::Person, "王小满", "", "寄到我家", "contact", "refusal-papers-contact"),
    ] {
        assert_eq!(typed(kind, name, code, contact).map(|_| ()), Err((Some(field), key)), "{name} {code}");
    }
}

#[test]
fn strangers_see_no_name_and_no_code() {
    for (name, mask) in [("王", "*"), ("王满", "王*"), ("王小满", "王*满"), ("清河纸业有限公司", "清******司")] {
        assert_eq!(mask_name(name), mask);
    }
    assert_eq!(mask_code("11010519491231002X"), "**************002X");
    assert_eq!(mask_code(""), "");
    assert_eq!(mask_code("123"), "123");
}

#[test]
fn a_charity_names_its_hands_and_nobody_reviews_themselves() {
    let good = Issuer {
        prefix: "qh01".into(), handler: "冯财务".into(), reviewer: "陈审批".into(), payee: "冯财务".into(), ..unsettled()
    };
    assert_eq!(issuer(&good).unwrap().prefix, "QH01");
    for (bad, key) in [
        (Issuer { prefix: "清河".into(), ..good.clone() }, "refusal-papers-prefix"),
        (Issuer { handler: String::new(), ..good.clone() }, "refusal-papers-hand"),
        (Issuer { reviewer: "冯财务".into(), ..good.clone() }, "refusal-papers-reviewer"),
        (Issuer { item_name: String::new(), ..good.clone() }, "refusal-papers-item"),
    ] {
        assert_eq!(issuer(&bad).map_err(|r| r.key), Err(key));
    }
    assert_eq!(text_number(2026, 17), "2026000017");
}

#[test]
fn things_stand_on_a_receipt_of_their_own_as_so_many_at_so_much() {
    let issuer = Issuer { item_name: "公益事业捐赠".into(), ..unsettled() };
    let coats =
        |quantity| PaperGift { source: Source::Things { item: "棉衣".into(), unit: "件".into(), quantity }, ..gift("2026-09-07") };
    for (gifts, amount_fen, line) in [
        (vec![gift("2026-09-07")], 1_000, ("公益事业捐赠", "元", 1, 1_000)),
        (vec![gift("2026-09-07"), gift("2026-09-08")], 2_000, ("公益事业捐赠", "元", 1, 2_000)),
        (vec![coats(100)], 1_000, ("公益事业捐赠（棉衣）", "件", 100, 10)),
        (vec![coats(3)], 1_000, ("公益事业捐赠（棉衣 3 件）", "批", 1, 1_000)),
    ] {
        let is = line_of(&issuer, &gifts, amount_fen);
        assert_eq!((is.item_name.as_str(), is.unit.as_str(), is.quantity, is.standard_fen), line);
        assert_eq!(is.quantity * is.standard_fen, amount_fen);
    }
    let today = day("2026-09-08");
    assert_eq!(together(&[coats(1)], today), Ok((5, 2026)));
    assert_eq!(together(&[coats(1), gift("2026-09-07")], today).unwrap_err().key, "refusal-papers-things-alone");
}
