//! Sums and means of integers and decimals, without a digit lost.

use crate::value::Value;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// The greatest number whose digits a decimal can hold.
const DIGITS_MAX: u128 = (1 << 96) - 1;

/// The most digits after the point that a decimal can have.
const SCALE_MAX: u32 = 28;

/// A sum as it grows.
#[derive(Debug, Default)]
pub(super) struct Exact {
    /// The sum is this, its point moved left by `scale`.
    mantissa: i128,
    scale: u32,
    count: u64,
    /// About what it is, once it has more digits than fit.
    about: Option<f64>,
}

impl FromIterator<(i128, u32)> for Exact {
    fn from_iter<I: IntoIterator<Item = (i128, u32)>>(cells: I) -> Exact {
        let mut sum = Exact::default();
        for (mantissa, scale) in cells {
            sum.add(mantissa, scale);
        }
        sum
    }
}

impl Exact {
    #[inline]
    fn add(&mut self, mantissa: i128, scale: u32) {
        self.count += 1;
        if scale == self.scale
            && let Some(sum) = self.mantissa.checked_add(mantissa)
        {
            self.mantissa = sum;
            return;
        }
        self.align(mantissa, scale);
    }

    /// Adds a number of another scale; the sum has the greater of both.
    #[cold]
    fn align(&mut self, mantissa: i128, scale: u32) {
        let wanted = self.scale.max(scale);
        let lift = |mantissa: i128, scale: u32| mantissa.checked_mul(10i128.checked_pow(wanted - scale)?);
        let both = (lift(self.mantissa, self.scale), lift(mantissa, scale));
        match both {
            (Some(sum), Some(more)) if sum.checked_add(more).is_some() => {
                (self.mantissa, self.scale) = (sum + more, wanted);
            }
            _ => {
                let before = self.about.unwrap_or_else(|| shifted(self.mantissa, self.scale));
                self.about = Some(before + shifted(mantissa, scale));
            }
        }
    }

    /// The sum: an integer, or a decimal of the greatest scale; of another kind when that can't hold it,
    /// and null of nothing.
    pub(super) fn sum(&self, integer: bool) -> Value {
        if self.count == 0 {
            return Value::Null;
        }
        if let (true, Some(sum)) = (integer, self.mantissa.to_i64()) {
            return Value::Integer(sum);
        }
        match Decimal::try_from_i128_with_scale(self.mantissa, self.scale) {
            Ok(sum) if self.about.is_none() => Value::Decimal(sum),
            _ => Value::Float(self.about.unwrap_or_else(|| shifted(self.mantissa, self.scale))),
        }
    }

    /// The mean, with as many digits as PostgreSQL gives and a decimal holds, the last one rounded.
    pub(super) fn mean(&self) -> Value {
        if self.count == 0 {
            return Value::Null;
        }
        if let Some(about) = self.about {
            return Value::Float(about / self.count as f64);
        }
        let (sum, count) = (self.mantissa.unsigned_abs(), u128::from(self.count));
        let wanted = self.mean_scale();
        let (mut digits, mut rest, mut scale) = (sum / count, sum % count, self.scale);
        while scale < wanted && digits < DIGITS_MAX / 10 {
            rest *= 10;
            digits = digits * 10 + rest / count;
            rest %= count;
            scale += 1;
        }
        let mut up = rest * 2 >= count;
        while digits > DIGITS_MAX && scale > 0 {
            up = digits % 10 >= 5;
            digits /= 10;
            scale -= 1;
        }
        let digits = i128::try_from(digits + u128::from(up)).unwrap_or(i128::MAX);
        let signed = if self.mantissa < 0 { -digits } else { digits };
        Decimal::try_from_i128_with_scale(signed, scale).map_or(Value::Null, Value::Decimal)
    }

    /// PostgreSQL divides to at least 16 significant digits, reckoned in groups of four.
    fn mean_scale(&self) -> u32 {
        let (sum_weight, sum_first) = leading(self.mantissa.unsigned_abs(), self.scale);
        let (count_weight, count_first) = leading(self.count.into(), 0);
        let weight = sum_weight - count_weight - i32::from(sum_first <= count_first);
        u32::try_from(16 - weight * 4).unwrap_or(0).max(self.scale).min(SCALE_MAX)
    }
}

/// The power of 10,000 of a number's first group of four digits, and that group.
fn leading(mantissa: u128, scale: u32) -> (i32, u128) {
    if mantissa == 0 {
        return (0, 0);
    }
    let (scale, digits) = (scale as i32, mantissa.ilog10() as i32);
    let weight = (digits - scale).div_euclid(4);
    let shift = scale + 4 * weight;
    let power = |by: i32| 10u128.saturating_pow(by.unsigned_abs());
    let first = if shift >= 0 { mantissa / power(shift) } else { mantissa.saturating_mul(power(shift)) };
    (weight, first)
}

fn shifted(mantissa: i128, scale: u32) -> f64 {
    mantissa as f64 / 10f64.powi(scale as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(texts: &[&str]) -> Exact {
        let decimals = texts.iter().map(|text| text.parse::<Decimal>().unwrap());
        decimals.map(|decimal| (decimal.mantissa(), decimal.scale())).collect()
    }

    fn mean(texts: &[&str]) -> String {
        format!("{}", of(texts).mean())
    }

    /// What PostgreSQL 15 answers to `select avg(x) from (values ...) t(x)`.
    #[test]
    fn means_have_the_digits_of_postgresql() {
        assert_eq!(mean(&["1", "2"]), "1.5000000000000000");
        assert_eq!(mean(&["10", "0", "0"]), "3.3333333333333333");
        assert_eq!(mean(&["1", "0", "0"]), "0.33333333333333333333");
        assert_eq!(mean(&["0", "0"]), "0.00000000000000000000");
        assert_eq!(mean(&["-1", "-1", "0"]), "-0.66666666666666666667");
        assert_eq!(mean(&["0.00001", "0.00002"]), "0.000015000000000000000000");
        assert_eq!(mean(&["12345678", "12345679"]), "12345678.500000000000");
        assert_eq!(mean(&["10000", "10001", "5"]), "6668.6666666666666667");
        assert_eq!(mean(&["0.5", "99999.25", "5", "7"]), "25002.937500000000");
    }

    #[test]
    fn sums_keep_the_greatest_scale_and_every_digit() {
        assert_eq!(format!("{}", of(&["1.5", "2.25", "-0.250"]).sum(false)), "3.500");
        assert_eq!(of(&[]).sum(false), Value::Null);
        let wide = of(&["7922816251426433759354395033", "-7922816251426433759354395032.5"]);
        assert_eq!(format!("{}", wide.sum(false)), "0.5");
        let over = of(&["79228162514264337593543950335", "1"]);
        assert!(matches!(over.sum(false), Value::Float(_)));
        assert_eq!([(i128::from(i64::MAX), 0), (1, 0)].into_iter().collect::<Exact>().sum(true), {
            Value::Decimal(Decimal::from(i64::MAX) + Decimal::ONE)
        });
    }

    proptest! {
        #[test]
        fn a_mean_is_the_nearest_of_its_scale(cells in proptest::collection::vec((-1_000_000i64..1_000_000, 0u32..5), 1..9)) {
            let decimals: Vec<Decimal> = cells.iter().map(|(m, s)| Decimal::new(*m, *s)).collect();
            let exact: Exact = decimals.iter().map(|d| (d.mantissa(), d.scale())).collect();
            let sum: Decimal = decimals.iter().sum();
            prop_assert_eq!(exact.sum(false), Value::Decimal(sum));
            let Value::Decimal(mean) = exact.mean() else { panic!("no mean") };
            let off = (mean * Decimal::from(cells.len()) - sum).abs();
            prop_assert!(off <= Decimal::new(cells.len() as i64, mean.scale().min(24)));
        }
    }
}
