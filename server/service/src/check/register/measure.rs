//! `measure.validation`: the register of validations of measures.

use std::collections::BTreeMap;

use domain::check::{CheckKind, Outcome, Parameters, Severity};
use jiff::civil::Date;
use rust_decimal::Decimal;
use store::UnixMillis;
use store::record::{Check, MeasureValidation, Register, RegisterContent};

use super::{Figures, unknown};
use crate::{Error, Service};

const LOOKED_AT: &str = "the register of measure validations";
/// A comparison with the payer's number is good for so many days: "in the last month".
const COMPARED_WITHIN: i32 = 31;

impl Service {
    pub(super) async fn measure_validation(
        &self,
        check: &Check,
        kind: &CheckKind,
        parameters: &Parameters,
    ) -> Result<Outcome, Error> {
        let contracts: Vec<String> =
            parameters.list("contracts").iter().map(|name| name.trim().to_lowercase()).collect();
        let entries = self.entries(check.org, Register::MeasureValidations).await?;
        let in_scope = entries.iter().filter_map(|entry| match entry {
            RegisterContent::MeasureValidations(validation) => Some(validation),
            _ => None,
        });
        let in_scope: Vec<_> = in_scope
            .filter(|validation| {
                contracts.is_empty() || contracts.contains(&validation.contract.trim().to_lowercase())
            })
            .collect();
        if in_scope.is_empty() {
            let text = "The register holds no validation in scope. Enter each measure's latest one.";
            return Ok(unknown(text.to_owned(), LOOKED_AT));
        }
        let least = parameters.integer("min_charts").unwrap_or(30);
        self.judged(kind, figures(&in_scope, least, UnixMillis::now().date())).await
    }
}

/// All entries of one measure under one contract.
#[derive(Default)]
struct Measure<'v> {
    name: String,
    /// The latest that looked at enough charts.
    validated: Option<&'v MeasureValidation>,
    /// The latest, whatever it looked at.
    latest: Option<&'v MeasureValidation>,
    /// Since when a validation must be to be current: the specification's day or the logic's last change.
    changed: Option<Date>,
    compared: Option<Date>,
}

/// The figures; `all` the latest entered first. A validation of fewer than `least` charts is none.
fn figures(all: &[&MeasureValidation], least: i64, today: Date) -> Figures {
    let mut measures: BTreeMap<(String, String), Measure<'_>> = BTreeMap::new();
    // Of two of the same day the one entered later counts: it comes last here.
    for validation in all.iter().rev() {
        let key = (validation.contract.trim().to_lowercase(), validation.measure.trim().to_lowercase());
        let measure = measures.entry(key).or_default();
        measure.name.clone_from(&validation.measure);
        let later = |known: Option<&MeasureValidation>| {
            known.is_none_or(|known| validation.validated >= known.validated)
        };
        if later(measure.latest) {
            measure.latest = Some(validation);
        }
        if i64::from(validation.charts) >= least && validation.charts > 0 && later(measure.validated) {
            measure.validated = Some(validation);
        }
        measure.changed = measure.changed.max(validation.specification_dated).max(validation.logic_changed);
        measure.compared = measure.compared.max(validation.payer_compared);
    }
    let mut figures = Figures::of(format!("{LOOKED_AT}: {} measures", measures.len()));
    figures.count("measures", measures.len());
    let mut outdated = 0;
    for measure in measures.values() {
        let name = &measure.name;
        match (measure.validated, measure.changed) {
            (None, _) => {
                outdated += 1;
                let text =
                    format!("Expected a validation of {name} with at least {least} charts; there is none.");
                figures.messages.push(error(text, name));
            }
            (Some(validation), Some(changed)) if validation.validated < changed => {
                outdated += 1;
                let text = format!(
                    "Expected a validation of {name} since {changed}, when its specification or logic changed; the latest is of {}.",
                    validation.validated
                );
                figures.messages.push(error(text, name));
            }
            (Some(_), _) => {}
        }
    }
    figures.count("outdated_measures", outdated);
    ages(&mut figures, &measures, all, today);
    results(&mut figures, &measures);
    figures
}

fn ages<K: Ord>(
    figures: &mut Figures,
    measures: &BTreeMap<K, Measure<'_>>,
    all: &[&MeasureValidation],
    today: Date,
) {
    let since = |day: Date| i64::from((today - day).get_days()).max(0);
    let validated: Option<Vec<Date>> =
        measures.values().map(|measure| measure.validated.map(|found| found.validated)).collect();
    if let Some(oldest) = validated.and_then(|days| days.into_iter().min()) {
        figures.observations.set("last_validated_days", since(oldest));
    }
    let compared = measures
        .values()
        .filter(|measure| measure.compared.is_some_and(|day| since(day) <= i64::from(COMPARED_WITHIN)));
    let compared = compared.count();
    figures.share("payer_compared_pct", compared, measures.len());
    if let Some(latest) = all.iter().filter_map(|validation| validation.gaps_recomputed).max() {
        figures.observations.set("gap_refresh_days", since(latest));
    }
}

/// What the latest validations found. Of what one of them does not say, the lowest is not known.
fn results<K: Ord>(figures: &mut Figures, measures: &BTreeMap<K, Measure<'_>>) {
    let agreements: Vec<(Decimal, &str)> = measures
        .values()
        .filter_map(|measure| {
            let found = measure.validated?;
            let share = Decimal::from(found.agreeing) * Decimal::ONE_HUNDRED / Decimal::from(found.charts);
            Some((share.round_dp(4), measure.name.as_str()))
        })
        .collect();
    if agreements.len() == measures.len()
        && let Some((lowest, name)) = agreements.iter().min()
    {
        figures.observations.set("min_agreement_pct", *lowest);
        let text = format!("The lowest agreement is {}% in {name}.", lowest.round_dp(1).normalize());
        figures.say(Severity::Info, text);
    }
    let decks: Vec<Option<bool>> =
        measures.values().map(|measure| measure.latest.and_then(|found| found.test_deck)).collect();
    if decks.contains(&Some(false)) {
        figures.observations.set("test_deck_pass", false);
    } else if !decks.contains(&None) {
        figures.observations.set("test_deck_pass", true);
    } else {
        figures.say(
            Severity::Warning,
            "The register does not say of every measure whether its test deck passed.",
        );
    }
    let complete: Option<Vec<Decimal>> =
        measures.values().map(|measure| measure.latest.and_then(|found| found.completeness_pct)).collect();
    match complete.and_then(|shares| shares.into_iter().min()) {
        Some(lowest) => figures.observations.set("input_completeness_pct", lowest),
        None => figures.say(
            Severity::Warning,
            "The register does not say of every measure how complete its inputs are.",
        ),
    }
}

fn error(text: String, measure: &str) -> domain::check::Message {
    domain::check::Message::new(Severity::Error, text).at(format!("measure {measure}"))
}

#[cfg(test)]
mod tests {
    use domain::check::{Observations, Value};
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 20);

    fn validation(measure: &str) -> MeasureValidation {
        MeasureValidation {
            measure: measure.to_owned(),
            contract: "MA 12".to_owned(),
            version: "2026".to_owned(),
            specification_dated: Some(date(2026, 1, 1)),
            logic_changed: None,
            validator: "Quality team".to_owned(),
            validated: date(2026, 11, 10),
            charts: 50,
            agreeing: 49,
            test_deck: Some(true),
            payer_compared: Some(date(2026, 11, 1)),
            completeness_pct: Some(Decimal::from(97)),
            gaps_recomputed: Some(date(2026, 11, 19)),
            differences: String::new(),
        }
    }

    fn seen(all: &[MeasureValidation]) -> Observations {
        figures(&all.iter().collect::<Vec<_>>(), 30, TODAY).observations
    }

    fn whole(seen: &Observations, name: &str) -> Option<i64> {
        match seen.get(name)? {
            Value::Integer(number) => Some(*number),
            other => panic!("{name} is {other}"),
        }
    }

    #[test]
    fn a_register_that_says_everything_is_observed_whole() {
        let poorer = MeasureValidation {
            validated: date(2026, 10, 20),
            agreeing: 48,
            completeness_pct: Some(Decimal::from(95)),
            ..validation("HBD")
        };
        let seen = seen(&[validation("CBP"), poorer]);
        for (name, expected) in
            [("measures", 2), ("outdated_measures", 0), ("last_validated_days", 31), ("gap_refresh_days", 1)]
        {
            assert_eq!(whole(&seen, name), Some(expected), "{name}");
        }
        assert_eq!(seen.get("min_agreement_pct"), Some(&Value::Number(96.into())));
        assert_eq!(seen.get("input_completeness_pct"), Some(&Value::Number(95.into())));
        assert_eq!(seen.get("payer_compared_pct"), Some(&Value::Number(100.into())));
        assert_eq!(seen.get("test_deck_pass"), Some(&Value::Boolean(true)));
    }

    #[test]
    fn a_newer_validation_takes_the_place_of_an_older_one() {
        let older = MeasureValidation { validated: date(2026, 1, 10), agreeing: 10, ..validation("cbp ") };
        let seen = seen(&[older, validation("CBP")]);
        assert_eq!(whole(&seen, "measures"), Some(1));
        assert_eq!(seen.get("min_agreement_pct"), Some(&Value::Number(98.into())));
    }

    #[test]
    fn one_before_the_logic_changed_or_with_too_few_charts_is_outdated() {
        let changed = MeasureValidation { logic_changed: Some(date(2026, 11, 15)), ..validation("CBP") };
        let few = MeasureValidation { charts: 29, agreeing: 29, ..validation("HBD") };
        let all = [&changed, &few];
        let figures = figures(&all, 30, TODAY);
        assert_eq!(whole(&figures.observations, "outdated_measures"), Some(2));
        assert_eq!(figures.observations.get("min_agreement_pct"), None, "one was never validated");
        assert_eq!(whole(&figures.observations, "last_validated_days"), None);
        assert!(figures.messages[0].text.contains("since 2026-11-15"), "{:?}", figures.messages);
        assert!(figures.messages[1].text.contains("at least 30 charts"), "{:?}", figures.messages);
    }

    #[test]
    fn what_one_measure_does_not_say_is_not_known_of_all() {
        let silent = MeasureValidation {
            test_deck: None,
            completeness_pct: None,
            payer_compared: Some(date(2026, 9, 1)),
            ..validation("HBD")
        };
        let seen = seen(&[validation("CBP"), silent.clone()]);
        assert_eq!(seen.get("test_deck_pass"), None);
        assert_eq!(seen.get("input_completeness_pct"), None);
        assert_eq!(seen.get("payer_compared_pct"), Some(&Value::Number(50.into())));
        let failed = MeasureValidation { test_deck: Some(false), ..validation("CBP") };
        let seen = self::seen(&[failed, silent]);
        assert_eq!(seen.get("test_deck_pass"), Some(&Value::Boolean(false)));
    }
}
