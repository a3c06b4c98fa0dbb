//! The five numbers.

use domain::benchmark::Summary;
use domain::scoring::Exact;
use proptest::prelude::*;

fn summary(values: &[i128]) -> Vec<Exact> {
    let summary = Summary::of(values.iter().map(|value| Exact::from_integer(*value)).collect()).unwrap();
    assert_eq!(summary.count, values.len());
    summary.numbers().into_iter().copied().collect()
}

#[test]
fn quartiles_are_those_of_definition_7() {
    let exact = |numerator, denominator| Exact::new(numerator, denominator);
    // R: quantile(c(1, 3, 4, 8, 10, 20), type = 7).
    let wanted = [exact(1, 1), exact(13, 4), exact(6, 1), exact(19, 2), exact(20, 1)];
    assert_eq!(summary(&[20, 1, 8, 4, 3, 10]), wanted);
    assert_eq!(summary(&[5, 1, 3, 2, 4]), [1, 2, 3, 4, 5].map(Exact::from_integer));
    assert_eq!(summary(&[7]), [7; 5].map(Exact::from_integer));
    assert_eq!(Summary::of(Vec::new()), None);
}

#[test]
fn what_does_not_fit_is_left_out_rather_than_rounded() {
    let (a, b) = ((1_i128 << 61) - 1, (1_i128 << 89) - 1);
    let values = vec![Exact::new(1, a), Exact::new(1, b)];
    assert_eq!(Summary::of(values), None);
}

proptest! {
    #[test]
    fn the_five_numbers_are_in_order_and_the_same_for_every_order_of_the_values(
        values in prop::collection::vec((0_i128..=1_000, 1_i128..=60), 1..40),
        turn in 0_usize..40,
    ) {
        let values: Vec<Exact> = values.into_iter().map(|(n, d)| Exact::new(n.min(100 * d), d)).collect();
        let mut turned = values.clone();
        turned.rotate_left(turn % values.len());
        let summary = Summary::of(values.clone()).unwrap();
        prop_assert_eq!(&summary, &Summary::of(turned).unwrap());
        prop_assert!(summary.numbers().windows(2).all(|pair| pair[0] <= pair[1]));
        prop_assert_eq!(summary.least, *values.iter().min().unwrap());
        prop_assert_eq!(summary.most, *values.iter().max().unwrap());
        for (k, quartile) in (0..=4_usize).zip(summary.numbers()) {
            prop_assert_eq!(*quartile, naive(&values, k));
        }
    }
}

/// The definition, as it is written down.
fn naive(values: &[Exact], k: usize) -> Exact {
    let mut values = values.to_vec();
    values.sort();
    let whole = |number: usize| Exact::from_integer(i128::try_from(number).unwrap());
    let place = whole((values.len() - 1) * k) / whole(4);
    let floor = usize::try_from(place.to_integer()).unwrap();
    let above = values[(floor + 1).min(values.len() - 1)];
    values[floor] + (above - values[floor]) * (place - whole(floor))
}
