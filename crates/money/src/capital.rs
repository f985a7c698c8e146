//! 大写金额: amounts in financial capitals, as 支付结算办法 (1997, annex 1, 正确填写票据和结算凭证的基本规定) prescribes.
//!
//! Where the rule leaves a choice we always make the same one, and it is one that the annex prints as an
//! example: after a zero at the 万 or 亿 place one 零 is written (¥107,000.53 壹拾万零柒仟元伍角叁分), between
//! a zero at the yuan place and the 角 none is (¥1,680.32 壹仟陆佰捌拾元叁角贰分), and 整 also follows 角.

use crate::Fen;

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

pub(crate) fn capital(amount: Fen) -> String {
    let size = amount.0.unsigned_abs();
    let (yuan, jiao, fen) = (size / 100, size / 10 % 10, size % 10);

    let mut text = String::from("人民币");
    // The annex knows no negative amounts; a receipt written back in red (冲红) needs them.
    if amount.is_negative() {
        text.push('负');
    }
    if yuan > 0 || size == 0 {
        text.push_str(&spell(yuan));
        text.push('元');
    }
    if jiao > 0 {
        text.push(digit(jiao));
        text.push('角');
    } else if fen > 0 && yuan > 0 {
        text.push('零');
    }
    if fen > 0 {
        text.push(digit(fen));
        text.push('分');
    } else {
        text.push('整');
    }
    text
}

fn digit(value: u64) -> char {
    DIGITS[value as usize]
}

/// A whole number in capitals, without a unit.
fn spell(number: u64) -> String {
    if number == 0 {
        return DIGITS[0].to_string();
    }
    let mut spelling = Spelling::default();
    spelling.by_yi(number);
    spelling.text
}

/// Written from the left; remembers whether zeros were passed since the last written digit.
#[derive(Default)]
struct Spelling {
    text: String,
    gap: bool,
}

impl Spelling {
    /// 亿 counts itself again beyond 9,999万亿, so that every `i64` has a spelling.
    fn by_yi(&mut self, number: u64) {
        let yi = number / 100_000_000;
        if yi > 0 {
            self.by_yi(yi);
            self.text.push('亿');
        }
        let below = number % 100_000_000;
        let wan = below / 10_000;
        self.four_digits(wan);
        if wan > 0 {
            self.text.push('万');
        }
        self.four_digits(below % 10_000);
    }

    fn four_digits(&mut self, number: u64) {
        for (worth, unit) in [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
            let value = number / worth % 10;
            if value == 0 {
                self.gap = !self.text.is_empty();
                continue;
            }
            if self.gap {
                self.text.push('零');
                self.gap = false;
            }
            self.text.push(digit(value));
            self.text.push_str(unit);
        }
    }
}
