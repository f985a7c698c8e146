//! 大写金额. The first rows are the printed examples of the annex to 支付结算办法.

use super::*;

#[test]
fn amounts_in_capitals() {
    let rows: &[(&str, &str)] = &[
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万零柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("0", "零元整"),
        ("0.01", "壹分"),
        ("0.09", "玖分"),
        ("0.10", "壹角整"),
        ("0.50", "伍角整"),
        ("0.99", "玖角玖分"),
        ("1", "壹元整"),
        ("1.01", "壹元零壹分"),
        ("1.10", "壹元壹角整"),
        ("1.11", "壹元壹角壹分"),
        ("2", "贰元整"),
        ("10", "壹拾元整"),
        ("10.05", "壹拾元零伍分"),
        ("11", "壹拾壹元整"),
        ("20.20", "贰拾元贰角整"),
        ("100", "壹佰元整"),
        ("101", "壹佰零壹元整"),
        ("110", "壹佰壹拾元整"),
        ("999.99", "玖佰玖拾玖元玖角玖分"),
        ("1000", "壹仟元整"),
        ("1001", "壹仟零壹元整"),
        ("1005.10", "壹仟零伍元壹角整"),
        ("1010", "壹仟零壹拾元整"),
        ("1100", "壹仟壹佰元整"),
        ("10000", "壹万元整"),
        ("10001", "壹万零壹元整"),
        ("10010", "壹万零壹拾元整"),
        ("10100", "壹万零壹佰元整"),
        ("11000", "壹万壹仟元整"),
        ("100000", "壹拾万元整"),
        ("100005.05", "壹拾万零伍元零伍分"),
        ("101000", "壹拾万零壹仟元整"),
        ("110000", "壹拾壹万元整"),
        ("1000000", "壹佰万元整"),
        ("1002000.30", "壹佰万零贰仟元叁角整"),
        ("1020304.05", "壹佰零贰万零叁佰零肆元零伍分"),
        ("10000000", "壹仟万元整"),
        ("10000001", "壹仟万零壹元整"),
        ("50000500", "伍仟万零伍佰元整"),
        ("100000000", "壹亿元整"),
        ("100000001", "壹亿零壹元整"),
        ("100010000", "壹亿零壹万元整"),
        ("100100001", "壹亿零壹拾万零壹元整"),
        ("120000000", "壹亿贰仟万元整"),
        ("1000000000", "壹拾亿元整"),
        ("1012340000", "壹拾亿零壹仟贰佰叁拾肆万元整"),
        ("1234567890.12", "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾元壹角贰分"),
        ("100000000000", "壹仟亿元整"),
        ("999900000000", "玖仟玖佰玖拾玖亿元整"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("1000000000000", "壹万亿元整"),
    ];
    assert!(rows.len() >= 40);
    for (amount, expected) in rows {
        let fen = Fen::parse_yuan(amount).unwrap();
        assert_eq!(fen.capital(), format!("人民币{expected}"), "{amount}");
    }
}

#[test]
fn amounts_that_cannot_be_typed_still_have_capitals() {
    assert_eq!(Fen(-10_050).capital(), "人民币负壹佰元伍角整");
    assert_eq!(Fen(123_450_006_000_000).capital(), "人民币壹万贰仟叁佰肆拾伍亿零陆万元整");
    assert_eq!(Fen(i64::MAX).capital(), "人民币玖亿贰仟贰佰叁拾叁万柒仟贰佰零叁亿陆仟捌佰伍拾肆万柒仟柒佰伍拾捌元零柒分");
    assert!(Fen(i64::MIN).capital().starts_with("人民币负玖亿"));
}

/// Reads capitals back the way a clerk would, knowing nothing of how they were written.
fn read_back(text: &str) -> Option<i64> {
    let text = text.strip_prefix("人民币")?;
    let (mut fen, mut yuan, mut below_yi, mut section, mut digit) = (0i64, 0i64, 0i64, 0i64, 0i64);
    for c in text.chars() {
        match c {
            '零' | '整' => {}
            '仟' | '佰' | '拾' => {
                section += digit
                    * if c == '仟' {
                        1000
                    } else if c == '佰' {
                        100
                    } else {
                        10
                    };
                digit = 0;
            }
            '万' => {
                below_yi += (section + digit) * 10_000;
                (section, digit) = (0, 0);
            }
            '亿' => {
                yuan = (yuan + below_yi + section + digit) * 100_000_000;
                (below_yi, section, digit) = (0, 0, 0);
            }
            '元' => {
                fen += (yuan + below_yi + section + digit) * 100;
                digit = 0;
            }
            '角' => {
                fen += digit * 10;
                digit = 0;
            }
            '分' => {
                fen += digit;
                digit = 0;
            }
            _ => digit = "零壹贰叁肆伍陆柒捌玖".chars().position(|d| d == c)? as i64,
        }
    }
    Some(fen)
}

#[test]
fn capitals_read_back_as_the_same_amount() {
    let mut dice = Dice::from_env();
    for _ in 0..50_000 {
        let amount = Fen((dice.of_any_size() >> 1) as i64);
        let text = amount.capital();
        assert_eq!(read_back(&text), Some(amount.0), "{text}");
        assert!(!text.contains("零零") && !text.contains("零元") || amount.0 == 0, "{text}");
        assert!(!text.contains("零万") && !text.contains("零亿"), "{text}");
        assert_eq!(text.ends_with('整'), amount.0 % 10 == 0, "{text}");
    }
}
