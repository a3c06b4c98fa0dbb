//! Least, quartiles, most: exact.

use crate::scoring::Exact;
use crate::scoring::exact::{least_common_multiple, reduced};

/// How values are spread.
///
/// The quartiles are those of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50
/// (1996), 361-365, definition 7: of `n` values in order, the one at place `1 + (n - 1) * k / 4` for the `k`-th quartile,
/// between two places the straight line between their values. R, `NumPy` and spreadsheets (`QUARTILE.INC`) give the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub count: usize,
    pub least: Exact,
    pub first_quartile: Exact,
    pub median: Exact,
    pub third_quartile: Exact,
    pub most: Exact,
}

impl Summary {
    /// Values of 0 to 100 in any order. `None` for no value at all, and where an exact quartile would not fit into 128
    /// bits: it is then left out, never rounded.
    pub fn of(mut values: Vec<Exact>) -> Option<Self> {
        values.sort_unstable();
        let (least, most) = (*values.first()?, *values.last()?);
        Some(Self {
            count: values.len(),
            least,
            first_quartile: quartile(&values, 1)?,
            median: quartile(&values, 2)?,
            third_quartile: quartile(&values, 3)?,
            most,
        })
    }

    /// The five numbers, least first.
    pub fn numbers(&self) -> [&Exact; 5] {
        [&self.least, &self.first_quartile, &self.median, &self.third_quartile, &self.most]
    }
}

/// The `k`-th quartile of values in order.
fn quartile(values: &[Exact], k: usize) -> Option<Exact> {
    let quarters = (values.len() - 1) * k;
    let (place, rest) = (quarters / 4, i128::try_from(quarters % 4).ok()?);
    let below = values.get(place)?;
    if rest == 0 {
        return Some(*below);
    }
    let above = values.get(place + 1)?;
    let common = least_common_multiple(*below.denom(), *above.denom())?;
    let over = |value: &Exact| value.numer().checked_mul(common / value.denom());
    let low = over(below)?.checked_mul(4 - rest)?;
    let high = over(above)?.checked_mul(rest)?;
    Some(reduced(low.checked_add(high)?, common.checked_mul(4)?))
}
