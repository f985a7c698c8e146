//! Amounts of money as whole fen, so that no sum anywhere is ever off by a rounding nobody chose.
//!
//! Everything here is exact integer arithmetic. Anything that could overflow answers `None`; anything that
//! cannot be divided evenly says in its name which way it rounds, or hands out every last fen (`split_*`).
#![forbid(unsafe_code)]

mod capital;
mod parse;
mod split;

pub use parse::{AmountRefused, LARGEST_TYPED_YUAN};

use std::fmt;

/// An amount in fen, a hundredth of a yuan. May be negative where a movement or a difference is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(pub i64);

impl Fen {
    pub const ZERO: Fen = Fen(0);

    /// Whole yuan as fen; `None` when it does not fit.
    pub const fn from_yuan(yuan: i64) -> Option<Fen> {
        match yuan.checked_mul(100) {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    pub const fn checked_add(self, other: Fen) -> Option<Fen> {
        match self.0.checked_add(other.0) {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    pub const fn checked_sub(self, other: Fen) -> Option<Fen> {
        match self.0.checked_sub(other.0) {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    pub const fn checked_neg(self) -> Option<Fen> {
        match self.0.checked_neg() {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    /// The sum of many amounts. The running sum is wide, so only the final result can fail to fit, and the
    /// order of the amounts does not matter.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Fen>) -> Option<Fen> {
        let sum: i128 = amounts.into_iter().map(|amount| i128::from(amount.0)).sum();
        i64::try_from(sum).ok().map(Fen)
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Plain yuan with two decimals and no grouping, for forms, spreadsheets and exports: `1234.50`, `-0.05`.
    pub fn yuan_text(self) -> String {
        let (sign, yuan, fen) = self.parts();
        format!("{sign}{yuan}.{fen:02}")
    }

    /// Reads what a person typed into an amount field. See [`AmountRefused`] for what is not accepted.
    pub fn parse_yuan(typed: &str) -> Result<Fen, AmountRefused> {
        parse::parse_yuan(typed)
    }

    /// The amount in financial capitals (大写金额) as 支付结算办法 prescribes for receipts and vouchers:
    /// `人民币壹仟零伍元壹角整`.
    pub fn capital(self) -> String {
        capital::capital(self)
    }

    /// Splits into `parts` amounts that differ by at most one fen and add up to the whole; the earlier parts
    /// carry the odd fen. `None` for no parts, since the money would have nowhere to go.
    pub fn split_even(self, parts: usize) -> Option<Vec<Fen>> {
        split::split_even(self, parts)
    }

    /// Splits in proportion to `weights` by largest remainder. The parts add up to the whole, no part is more
    /// than a fen from its exact share, a zero weight gets nothing, and equal remainders favour the earlier
    /// part. A negative amount splits as the mirror of the positive one, so that taking back undoes giving.
    /// `None` when all weights are zero or there are none.
    pub fn split_by_weights(self, weights: &[u64]) -> Option<Vec<Fen>> {
        split::split_by_weights(self, weights)
    }

    /// `self × numerator / denominator`, rounded toward less money (negative infinity).
    /// `None` for a zero denominator or a result that does not fit.
    pub fn portion_rounded_down(self, numerator: u64, denominator: u64) -> Option<Fen> {
        split::portion_rounded_down(self, numerator, denominator)
    }

    /// `self × numerator / denominator`, rounded toward more money (positive infinity).
    pub fn portion_rounded_up(self, numerator: u64, denominator: u64) -> Option<Fen> {
        split::portion_rounded_up(self, numerator, denominator)
    }

    /// `self × numerator / denominator` to the nearest fen, an exact half away from zero (四舍五入).
    pub fn portion_rounded_half_away(self, numerator: u64, denominator: u64) -> Option<Fen> {
        split::portion_rounded_half_away(self, numerator, denominator)
    }

    fn parts(self) -> (&'static str, u64, u64) {
        let size = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        (sign, size / 100, size % 100)
    }
}

/// For reading: `¥1,234.50`, `-¥0.05`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, yuan, fen) = self.parts();
        let digits = yuan.to_string();
        let mut text = format!("{sign}¥");
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text.push_str(&format!(".{fen:02}"));
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests;
