//! Dividing money: every fen goes somewhere, and every rounding names its direction.

use crate::Fen;

pub(crate) fn split_even(whole: Fen, parts: usize) -> Option<Vec<Fen>> {
    if parts == 0 {
        return None;
    }
    let count = i128::try_from(parts).ok()?;
    let size = i128::from(whole.0).abs();
    let sign = i128::from(whole.0.signum());
    let (share, odd) = (size / count, size % count);
    (0..count).map(|place| i64::try_from(sign * (share + i128::from(place < odd))).ok().map(Fen)).collect()
}

pub(crate) fn split_by_weights(whole: Fen, weights: &[u64]) -> Option<Vec<Fen>> {
    let total: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
    if total == 0 {
        return None;
    }
    let size = u128::from(whole.0.unsigned_abs());
    let mut shares: Vec<u128> = Vec::with_capacity(weights.len());
    let mut remainders: Vec<(u128, usize)> = Vec::new();
    for (place, &weight) in weights.iter().enumerate() {
        // At most 2^63 × 2^64, which 128 unsigned bits hold.
        let product = size * u128::from(weight);
        shares.push(product / total);
        remainders.push((product % total, place));
    }
    // Fewer odd fen than there are parts with a remainder, so a part without one never receives any.
    let handed_out: u128 = shares.iter().sum();
    let odd = usize::try_from(size - handed_out).ok()?;
    remainders.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for &(_, place) in remainders.iter().take(odd) {
        shares[place] += 1;
    }
    let sign = i128::from(whole.0.signum());
    shares.into_iter().map(|share| signed(share, sign)).collect()
}

fn signed(size: u128, sign: i128) -> Option<Fen> {
    i64::try_from(sign * i128::try_from(size).ok()?).ok().map(Fen)
}

pub(crate) fn portion_rounded_down(whole: Fen, numerator: u64, denominator: u64) -> Option<Fen> {
    let (product, denominator) = fraction(whole, numerator, denominator)?;
    i64::try_from(product.div_euclid(denominator)).ok().map(Fen)
}

pub(crate) fn portion_rounded_up(whole: Fen, numerator: u64, denominator: u64) -> Option<Fen> {
    let (product, denominator) = fraction(whole, numerator, denominator)?;
    let floor = product.div_euclid(denominator);
    let up = i128::from(product.rem_euclid(denominator) != 0);
    i64::try_from(floor + up).ok().map(Fen)
}

pub(crate) fn portion_rounded_half_away(whole: Fen, numerator: u64, denominator: u64) -> Option<Fen> {
    let (product, denominator) = fraction(whole, numerator, denominator)?;
    let size = product.abs();
    let up = i128::from(size % denominator * 2 >= denominator);
    i64::try_from(product.signum() * (size / denominator + up)).ok().map(Fen)
}

/// The exact product as a fraction. 2^63 × 2^64 reaches the very edge of `i128`, hence the check.
fn fraction(whole: Fen, numerator: u64, denominator: u64) -> Option<(i128, i128)> {
    if denominator == 0 {
        return None;
    }
    let product = i128::from(whole.0).checked_mul(i128::from(numerator))?;
    Some((product, i128::from(denominator)))
}
