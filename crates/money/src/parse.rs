//! Reads an amount that a person typed, and refuses whatever could be meant in two ways.

use crate::Fen;
use std::fmt;

/// The largest amount that can be typed, in yuan: a trillion. More is a slip of the finger.
pub const LARGEST_TYPED_YUAN: i64 = 1_000_000_000_000;

/// Why a typed amount was not taken. Each has its own sentence in the locale, found by [`AmountRefused::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountRefused {
    /// Nothing but blanks, or only a currency sign.
    Empty,
    /// Letters, other scripts' digits, inner blanks, a missing digit before or after the dot.
    NotANumber,
    /// `1e3`: nobody means this in an amount field.
    Exponent,
    /// `0x1F`.
    Hexadecimal,
    /// A minus sign before an otherwise readable amount.
    Negative,
    /// A fraction of a fen: `0.001`, `0.1分`.
    FinerThanFen,
    /// 角, 分, 万 or 亿 instead of yuan. We do not convert: the person should see the number we take.
    NotInYuan,
    /// More than [`LARGEST_TYPED_YUAN`].
    TooLarge,
    /// `1.2.3`.
    TwoDots,
    /// Commas that do not part the yuan in threes: `1,00`, `1,0000`, `1000,000`.
    MisplacedComma,
}

impl AmountRefused {
    /// The name of its sentence in the locale files.
    pub const fn key(self) -> &'static str {
        match self {
            AmountRefused::Empty => "amount-empty",
            AmountRefused::NotANumber => "amount-not-a-number",
            AmountRefused::Exponent => "amount-exponent",
            AmountRefused::Hexadecimal => "amount-hexadecimal",
            AmountRefused::Negative => "amount-negative",
            AmountRefused::FinerThanFen => "amount-finer-than-fen",
            AmountRefused::NotInYuan => "amount-not-in-yuan",
            AmountRefused::TooLarge => "amount-too-large",
            AmountRefused::TwoDots => "amount-two-dots",
            AmountRefused::MisplacedComma => "amount-misplaced-comma",
        }
    }
}

impl fmt::Display for AmountRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AmountRefused::Empty => "no amount was given",
            AmountRefused::NotANumber => "the amount is not a number; write it like 12.50",
            AmountRefused::Exponent => "write the amount in full, without an exponent",
            AmountRefused::Hexadecimal => "write the amount in decimal digits",
            AmountRefused::Negative => "the amount is negative",
            AmountRefused::FinerThanFen => "the smallest unit is one fen, 0.01 yuan",
            AmountRefused::NotInYuan => "write the amount in yuan",
            AmountRefused::TooLarge => "the amount is more than a trillion yuan",
            AmountRefused::TwoDots => "the amount has more than one decimal point",
            AmountRefused::MisplacedComma => "the commas do not part the amount in thousands",
        })
    }
}

impl std::error::Error for AmountRefused {}

pub(crate) fn parse_yuan(typed: &str) -> Result<Fen, AmountRefused> {
    let plain: String = typed.chars().map(half_width).collect();
    let text = plain.trim();
    let (minus_before_sign, text) = take_minus(text);
    let text = text.strip_prefix('¥').unwrap_or(text).trim_start();
    let (minus_after_sign, text) = take_minus(text);
    let (text, unit) = take_unit(text);

    let number = read_number(text)?;
    match unit {
        Unit::Yuan => {}
        Unit::Fen if number.has_fraction() => return Err(AmountRefused::FinerThanFen),
        Unit::Fen | Unit::Other => return Err(AmountRefused::NotInYuan),
    }
    let amount = number.to_fen()?;
    if minus_before_sign || minus_after_sign {
        return Err(AmountRefused::Negative);
    }
    Ok(amount)
}

/// Chinese input methods produce full-width forms; they mean the same.
fn half_width(typed: char) -> char {
    match typed {
        '\u{3000}' => ' ',
        '￥' => '¥',
        '−' => '-',
        // The full-width forms stand at a fixed distance from ASCII.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(typed) - 0xFEE0).unwrap_or(typed),
        other => other,
    }
}

fn take_minus(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    }
}

enum Unit {
    Yuan,
    Fen,
    Other,
}

fn take_unit(text: &str) -> (&str, Unit) {
    if let Some(rest) = text.strip_suffix('分') {
        return (rest.trim_end(), Unit::Fen);
    }
    let (text, in_yuan) = match text.strip_suffix('元') {
        Some(rest) => (rest.trim_end(), Unit::Yuan),
        None => (text, Unit::Yuan),
    };
    match text.strip_suffix(['角', '万', '亿', '千', '百']) {
        Some(rest) => (rest.trim_end(), Unit::Other),
        None => (text, in_yuan),
    }
}

/// Digits as typed, already checked for shape; `yuan` is without commas.
struct Number {
    yuan: String,
    decimals: String,
}

impl Number {
    fn has_fraction(&self) -> bool {
        self.decimals.bytes().any(|digit| digit != b'0')
    }

    fn to_fen(&self) -> Result<Fen, AmountRefused> {
        let (fen, finer) = self.decimals.split_at(self.decimals.len().min(2));
        if finer.bytes().any(|digit| digit != b'0') {
            return Err(AmountRefused::FinerThanFen);
        }
        let mut amount_fen: i64 = 0;
        for digit in self.yuan.bytes() {
            amount_fen = amount_fen * 10 + i64::from(digit - b'0');
            // Leaving as soon as the limit is passed also keeps a mile of digits from overflowing.
            if amount_fen > LARGEST_TYPED_YUAN {
                return Err(AmountRefused::TooLarge);
            }
        }
        amount_fen *= 100;
        for (digit, worth_fen) in fen.bytes().zip([10, 1]) {
            amount_fen += i64::from(digit - b'0') * worth_fen;
        }
        if amount_fen > LARGEST_TYPED_YUAN * 100 {
            return Err(AmountRefused::TooLarge);
        }
        Ok(Fen(amount_fen))
    }
}

fn read_number(text: &str) -> Result<Number, AmountRefused> {
    if text.is_empty() {
        return Err(AmountRefused::Empty);
    }
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let readable = !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit());
        return Err(if readable { AmountRefused::Hexadecimal } else { AmountRefused::NotANumber });
    }
    if is_exponent(text) {
        return Err(AmountRefused::Exponent);
    }
    if !text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',') {
        return Err(AmountRefused::NotANumber);
    }
    let (yuan, decimals) = match text.split_once('.') {
        Some((_, decimals)) if decimals.contains('.') => return Err(AmountRefused::TwoDots),
        Some((yuan, decimals)) if yuan.is_empty() || decimals.is_empty() => {
            return Err(AmountRefused::NotANumber);
        }
        Some(parts) => parts,
        None => (text, ""),
    };
    if decimals.contains(',') {
        return Err(AmountRefused::MisplacedComma);
    }
    if yuan.contains(',') {
        let mut groups = yuan.split(',');
        let first_fits = groups.next().is_some_and(|first| (1..=3).contains(&first.len()));
        if !first_fits || !groups.all(|group| group.len() == 3) {
            return Err(AmountRefused::MisplacedComma);
        }
    }
    Ok(Number { yuan: yuan.replace(',', ""), decimals: decimals.to_owned() })
}

fn is_exponent(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let power = power.strip_prefix(['+', '-']).unwrap_or(power);
    let number_like = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    number_like(number) && number_like(power)
}
