//! Exact arithmetic: fractions over a shared denominator, reduced once (`scoring.md` section 1).

use std::ops::Rem;

use num_rational::Ratio;

/// An exact result.
pub type Exact = Ratio<i128>;

/// Denominators stay at or below this, so that a percentage of them, times every weight, effort and factor of the
/// rule, fits into 128 bits with room to spare.
const MOST_DENOMINATOR: i128 = 1 << 100;

/// Whether domains whose criteria weigh at most so much together can be scored without overflow.
///
/// The denominator of the overall score divides the least common multiple of the domains' weight sums. Which sums occur
/// depends on the answers, so two upper bounds serve: the product of the greatest sums, and the least common multiple
/// of all numbers up to the greatest.
pub(crate) fn fits(most_weights: impl Iterator<Item = u64> + Clone) -> bool {
    let product = most_weights
        .clone()
        .filter(|weight| *weight > 0)
        .try_fold(1_i128, |product, weight| product.checked_mul(i128::from(weight)).filter(in_bounds));
    let greatest = most_weights.max().unwrap_or(1);
    let common =
        || (1..=greatest).try_fold(1_i128, |lcm, weight| least_common_multiple(lcm, i128::from(weight)));
    product.or_else(common).is_some()
}

fn in_bounds(denominator: &i128) -> bool {
    *denominator <= MOST_DENOMINATOR
}

/// The least common multiple of two positive numbers; `None` above [`MOST_DENOMINATOR`].
pub(crate) fn least_common_multiple(a: i128, b: i128) -> Option<i128> {
    (a / greatest_common_divisor(a, b)).checked_mul(b).filter(in_bounds)
}

/// A fraction in lowest terms; `numerator` is 0 or more, `denominator` above 0.
///
/// Nearly all numbers are small, and small ones divide several times faster.
pub(crate) fn reduced(numerator: i128, denominator: i128) -> Exact {
    if let (Ok(n), Ok(d)) = (u32::try_from(numerator), u32::try_from(denominator)) {
        let divisor = greatest_common_divisor(n, d);
        return Ratio::new_raw(i128::from(n / divisor), i128::from(d / divisor));
    }
    if let (Ok(n), Ok(d)) = (u64::try_from(numerator), u64::try_from(denominator)) {
        let divisor = greatest_common_divisor(n, d);
        return Ratio::new_raw(i128::from(n / divisor), i128::from(d / divisor));
    }
    let divisor = greatest_common_divisor(numerator, denominator);
    Ratio::new_raw(numerator / divisor, denominator / divisor)
}

/// Of two numbers of 0 or more that are not both 0.
fn greatest_common_divisor<N: Copy + PartialEq + Default + Rem<Output = N>>(a: N, b: N) -> N {
    let (mut a, mut b) = (a, b);
    while b != N::default() {
        (a, b) = (b, a % b);
    }
    a
}

/// `value >= least`, by cross-multiplication.
pub fn at_least(value: &Exact, least: u8) -> bool {
    *value.numer() >= i128::from(least) * *value.denom()
}

/// A result as people read it: one decimal, half up. Never compare, sort or store this.
pub fn display(value: &Exact) -> String {
    let tenths = tenths(value);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A result of 0 or more as people read it in a small space: no decimal, half up.
pub fn whole(value: &Exact) -> i128 {
    (2 * *value.numer() + *value.denom()).div_euclid(2 * *value.denom())
}

/// How far a result moved, in tenths: the difference of what people read.
pub fn moved(from: &Exact, to: &Exact) -> i128 {
    tenths(to) - tenths(from)
}

/// `floor(10x + 1/2)`, for a value of 0 or more.
fn tenths(value: &Exact) -> i128 {
    let (numerator, denominator) = (*value.numer(), *value.denom());
    let (whole, rest) = (numerator.div_euclid(denominator), numerator.rem_euclid(denominator));
    whole * 10 + (20 * rest + denominator).div_euclid(2 * denominator)
}

/// A result as a fraction, `n/d` in lowest terms.
pub fn fraction(value: &Exact) -> String {
    format!("{}/{}", value.numer(), value.denom())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_one_decimal_half_up() {
        let shown = |numerator, denominator| display(&Ratio::new(numerator, denominator));
        assert_eq!(shown(0, 1), "0.0");
        assert_eq!(shown(100, 1), "100.0");
        assert_eq!(shown(1, 20), "0.1");
        assert_eq!(shown(49_999, 1_000_000), "0.0");
        assert_eq!(shown(2_525, 26), "97.1");
        assert_eq!(shown(1_999, 20), "100.0");
        assert_eq!(shown(8, 3), "2.7");
    }

    #[test]
    fn a_move_is_the_difference_of_what_is_shown() {
        let exact = |numerator| Ratio::new(numerator, 60);
        assert_eq!(moved(&exact(1), &exact(3)), 1);
        assert_eq!(moved(&exact(100), &exact(98)), -1);
        assert_eq!(
            (whole(&Ratio::new(1, 2)), whole(&Ratio::new(149, 100)), whole(&Ratio::new(0, 1))),
            (1, 1, 0)
        );
    }

    #[test]
    fn reduces_small_and_large_fractions() {
        assert_eq!(reduced(0, 12), Ratio::new(0, 1));
        assert_eq!(reduced(36, 48), Ratio::new(3, 4));
        let large = 1_i128 << 90;
        assert_eq!(reduced(large * 3, large * 9), Ratio::new(1, 3));
    }

    #[test]
    fn a_value_equal_to_a_threshold_meets_it() {
        assert!(at_least(&Ratio::new(135, 3), 45));
        assert!(!at_least(&Ratio::new(134_999, 3_000), 45));
    }

    #[test]
    fn refuses_domains_whose_denominators_would_overflow() {
        assert!(fits([12; 10].into_iter()));
        assert!(fits([12; 100].into_iter()), "their common multiple stays small");
        assert!(!fits([150; 100].into_iter()));
        assert!(!fits((0..100).map(|domain| 1_000 + domain)));
    }
}
