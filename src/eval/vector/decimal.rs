//! Exact decimals: a result is exact or an error, but for quotients, which have PostgreSQL's scale.

use super::arithmetic::nonzero;
use crate::error::Result;
use crate::expr::Arithmetic;
use rust_decimal::{Decimal, RoundingStrategy};

/// Digits after the point that a decimal can have.
const SCALE_MAX: u32 = 28;

/// Significant digits that a quotient has at least.
const SIGNIFICANT: i32 = 16;

/// Two decimals; `None` when the result doesn't fit.
pub(super) fn arithmetic(operation: Arithmetic, a: Decimal, b: Decimal) -> Result<Option<Decimal>> {
    Ok(match operation {
        Arithmetic::Add => add(a, b),
        Arithmetic::Subtract => add(a, -b),
        Arithmetic::Multiply => multiply(a, b),
        Arithmetic::Divide => divide(a, nonzero(b, b.is_zero())?),
        Arithmetic::Modulo => {
            let scale = a.scale().max(b.scale());
            a.checked_rem(nonzero(b, b.is_zero())?).map(|left| rescaled(left, scale))
        }
    })
}

/// An exact sum; `None` when it doesn't fit.
pub(crate) fn add(a: Decimal, b: Decimal) -> Option<Decimal> {
    let scale = a.scale().max(b.scale());
    let sum = aligned(a, scale)?.checked_add(aligned(b, scale)?)?;
    fitted(sum, scale)
}

/// The digits at a greater scale.
fn aligned(value: Decimal, scale: u32) -> Option<i128> {
    value.mantissa().checked_mul(10i128.checked_pow(scale - value.scale())?)
}

/// The decimal of so many digits after the point; without trailing zeros where it fits only so.
fn fitted(mut mantissa: i128, mut scale: u32) -> Option<Decimal> {
    loop {
        if scale <= SCALE_MAX
            && let Ok(value) = Decimal::try_from_i128_with_scale(mantissa, scale)
        {
            return Some(value);
        }
        if scale == 0 || mantissa % 10 != 0 {
            return None;
        }
        (mantissa, scale) = (mantissa / 10, scale - 1);
    }
}

fn multiply(a: Decimal, b: Decimal) -> Option<Decimal> {
    if a.is_zero() || b.is_zero() {
        return fitted(0, (a.scale() + b.scale()).min(SCALE_MAX));
    }
    match a.mantissa().checked_mul(b.mantissa()) {
        Some(product) => fitted(product, a.scale() + b.scale()),
        // Too many digits as they stand, maybe not without trailing zeros.
        None => {
            let (a, b) = (a.normalize(), b.normalize());
            fitted(a.mantissa().checked_mul(b.mantissa())?, a.scale() + b.scale())
        }
    }
}

fn divide(a: Decimal, b: Decimal) -> Option<Decimal> {
    let scale = quotient_scale(a, b);
    let quotient = a.checked_div(b)?;
    Some(rescaled(quotient, scale))
}

/// The mean of some values whose sum is known; `None` when it doesn't fit.
pub(crate) fn mean(sum: Decimal, count: u64) -> Option<Decimal> {
    divide(sum, Decimal::from(count))
}

/// At least 16 significant digits, and no fewer after the point than either operand has: the scale that
/// PostgreSQL gives a quotient.
fn quotient_scale(a: Decimal, b: Decimal) -> u32 {
    let ((weight_a, digit_a), (weight_b, digit_b)) = (leading(a), leading(b));
    let weight = weight_a - weight_b - i32::from(digit_a <= digit_b);
    let scale = (SIGNIFICANT - weight * 4).max(0).unsigned_abs();
    scale.max(a.scale()).max(b.scale()).min(SCALE_MAX)
}

/// The first digit in base 10,000 that isn't zero, and its place before the point.
fn leading(value: Decimal) -> (i32, u128) {
    let mantissa = value.mantissa().unsigned_abs();
    if mantissa == 0 {
        return (0, 0);
    }
    // The place of the leading decimal digit decides the group of four that it's in.
    let place = mantissa.ilog10() as i32 - value.scale() as i32;
    let weight = place.div_euclid(4);
    let lowest = weight * 4 + value.scale() as i32;
    let digit = if lowest >= 0 {
        mantissa / 10u128.pow(lowest.unsigned_abs())
    } else {
        mantissa * 10u128.pow(lowest.unsigned_abs())
    };
    (weight, digit)
}

/// With this many digits after the point, or as many as fit.
fn rescaled(value: Decimal, scale: u32) -> Decimal {
    let mut value = value.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero);
    value.rescale(scale);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn sums_and_products_are_exact_or_refused() {
        let wide = decimal("79228162514264337593543950335");
        assert_eq!(add(wide, decimal("1")), None);
        assert_eq!(add(wide, decimal("0.1")), None);
        assert_eq!(add(decimal("1.10"), decimal("1.1")).unwrap().to_string(), "2.20");
        assert_eq!(multiply(decimal("1.10"), decimal("1.10")).unwrap().to_string(), "1.2100");
        assert_eq!(multiply(wide, decimal("10")), None);
        assert_eq!(multiply(decimal("0.00000000000000000001"), decimal("0.0000000000000001")), None);
    }

    #[test]
    fn a_quotient_has_the_scale_that_postgresql_gives() {
        for (a, b, quotient) in [
            ("1", "3", "0.33333333333333333333"),
            ("10", "3", "3.3333333333333333"),
            ("6", "3", "2.0000000000000000"),
            ("1", "8", "0.12500000000000000000"),
            ("100000", "7", "14285.714285714286"),
            ("1.00", "2", "0.50000000000000000000"),
            ("-7", "2", "-3.5000000000000000"),
        ] {
            assert_eq!(divide(decimal(a), decimal(b)).unwrap().to_string(), quotient, "{a} / {b}");
        }
    }
}
