//! What people type into an amount field, and what we make of it.

use super::*;

#[test]
fn what_people_type() {
    let rows: &[(&str, Result<i64, AmountRefused>)] = &[
        // taken
        ("0.1", Ok(10)),
        ("0.01", Ok(1)),
        ("10", Ok(1_000)),
        ("10.5", Ok(1_050)),
        ("10.50", Ok(1_050)),
        ("10.500", Ok(1_050)),
        ("0.1000000000000000000000", Ok(10)),
        ("1,000.00", Ok(100_000)),
        ("1,000", Ok(100_000)),
        ("12,345,678.90", Ok(1_234_567_890)),
        ("1234567.89", Ok(123_456_789)),
        ("007", Ok(700)),
        ("0", Ok(0)),
        ("0.00", Ok(0)),
        ("  20  ", Ok(2_000)),
        ("\t20\n", Ok(2_000)),
        ("\u{3000}20\u{a0}", Ok(2_000)),
        ("１０．５０", Ok(1_050)),
        ("１，０００", Ok(100_000)),
        ("¥10", Ok(1_000)),
        ("￥10", Ok(1_000)),
        ("￥ １０ 元", Ok(1_000)),
        ("10元", Ok(1_000)),
        ("10 元", Ok(1_000)),
        ("¥0.1元", Ok(10)),
        ("1000000000000", Ok(100_000_000_000_000)),
        ("1,000,000,000,000.00", Ok(100_000_000_000_000)),
        ("0000000000000000000000000000001", Ok(100)),
        // nothing
        ("", Err(Empty)),
        ("   ", Err(Empty)),
        ("\u{3000}", Err(Empty)),
        ("¥", Err(Empty)),
        ("元", Err(Empty)),
        // no number
        ("abc", Err(NotANumber)),
        ("十元", Err(NotANumber)),
        ("一百", Err(NotANumber)),
        ("10.", Err(NotANumber)),
        (".5", Err(NotANumber)),
        (".", Err(NotANumber)),
        ("1 000", Err(NotANumber)),
        ("+5", Err(NotANumber)),
        ("5 USD", Err(NotANumber)),
        ("$5", Err(NotANumber)),
        ("¥¥5", Err(NotANumber)),
        ("5元元", Err(NotANumber)),
        ("١٠", Err(NotANumber)),
        ("²", Err(NotANumber)),
        ("NaN", Err(NotANumber)),
        ("inf", Err(NotANumber)),
        ("1_000", Err(NotANumber)),
        ("10。5", Err(NotANumber)),
        ("0x", Err(NotANumber)),
        ("e5", Err(NotANumber)),
        // machine notations
        ("1e3", Err(Exponent)),
        ("1E3", Err(Exponent)),
        ("1.5e-2", Err(Exponent)),
        ("１ｅ３", Err(Exponent)),
        ("0x1F", Err(Hexadecimal)),
        ("0Xff", Err(Hexadecimal)),
        // negative
        ("-1", Err(Negative)),
        ("-0.01", Err(Negative)),
        ("－1", Err(Negative)),
        ("−1", Err(Negative)),
        ("-¥5", Err(Negative)),
        ("¥-5", Err(Negative)),
        ("-0", Err(Negative)),
        ("- 3 元", Err(Negative)),
        ("-abc", Err(NotANumber)),
        ("-", Err(Empty)),
        // finer than a fen
        ("0.001", Err(FinerThanFen)),
        ("10.005", Err(FinerThanFen)),
        ("1.2300001", Err(FinerThanFen)),
        ("0.1分", Err(FinerThanFen)),
        ("0.5 分", Err(FinerThanFen)),
        // other units
        ("10分", Err(NotInYuan)),
        ("5角", Err(NotInYuan)),
        ("1万", Err(NotInYuan)),
        ("1.5万元", Err(NotInYuan)),
        ("2亿", Err(NotInYuan)),
        ("3百元", Err(NotInYuan)),
        // too large
        ("1000000000000.01", Err(TooLarge)),
        ("1000000000001", Err(TooLarge)),
        ("92233720368547758.08", Err(TooLarge)),
        ("99999999999999999999999999999999999999999", Err(TooLarge)),
        // dots and commas
        ("1.2.3", Err(TwoDots)),
        ("1..2", Err(TwoDots)),
        ("..", Err(TwoDots)),
        ("1,00", Err(MisplacedComma)),
        ("1,0000", Err(MisplacedComma)),
        ("1000,000", Err(MisplacedComma)),
        (",100", Err(MisplacedComma)),
        ("1,,000", Err(MisplacedComma)),
        ("1,000,", Err(MisplacedComma)),
        ("1,00.50", Err(MisplacedComma)),
        ("1.000,5", Err(MisplacedComma)),
        (",", Err(MisplacedComma)),
    ];
    assert!(rows.len() >= 60);
    for (typed, expected) in rows {
        assert_eq!(Fen::parse_yuan(typed), expected.map(Fen), "typed {typed:?}");
    }
}

#[test]
fn a_mile_of_digits_is_refused_quickly() {
    assert_eq!(Fen::parse_yuan(&"9".repeat(1_000_000)), Err(TooLarge));
    assert_eq!(Fen::parse_yuan(&"-".repeat(1_000_000)), Err(NotANumber));
}

#[test]
fn what_we_print_can_be_typed_back() {
    let mut dice = Dice::from_env();
    for _ in 0..20_000 {
        let amount = Fen((dice.of_any_size() % (LARGEST_TYPED_YUAN as u64 * 100 + 1)) as i64);
        assert_eq!(Fen::parse_yuan(&amount.yuan_text()), Ok(amount));
        assert_eq!(Fen::parse_yuan(&amount.to_string()), Ok(amount));
        let full_width: String = amount.yuan_text().chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        assert_eq!(Fen::parse_yuan(&full_width), Ok(amount), "{full_width}");
    }
}

#[test]
fn any_text_at_all_is_answered() {
    let mut dice = Dice::from_env();
    let alphabet: Vec<char> = "0123456789.,-+eExX ¥￥元分角万０５．，－ａ\u{3000}好".chars().collect();
    let mut taken = 0;
    for _ in 0..100_000 {
        let length = dice.next() % 9;
        let text: String = (0..length).map(|_| alphabet[(dice.next() % alphabet.len() as u64) as usize]).collect();
        if let Ok(amount) = Fen::parse_yuan(&text) {
            taken += 1;
            assert!(amount >= Fen::ZERO, "{text:?}");
            assert!(text.chars().any(|c| c.is_numeric()), "{text:?}");
        }
    }
    assert!(taken > 1_000, "the alphabet should also make readable amounts, it made {taken}");
}

#[test]
fn every_refusal_has_its_own_sentence() {
    let all = [Empty, NotANumber, Exponent, Hexadecimal, Negative, FinerThanFen, NotInYuan, TooLarge, TwoDots, MisplacedComma];
    let keys: std::collections::BTreeSet<_> = all.iter().map(|r| r.key()).collect();
    let sentences: std::collections::BTreeSet<_> = all.iter().map(|r| r.to_string()).collect();
    assert_eq!((keys.len(), sentences.len()), (all.len(), all.len()));
}
