//! `consent.test`: the latest record of scripted permit and deny cases.

use domain::check::{Outcome, Parameters, Severity, Status};
use jiff::civil::Date;
use store::UnixMillis;
use store::record::{Check, ConsentTest, Register, RegisterContent};

use super::{Figures, unknown};
use crate::{Error, Service};

const LOOKED_AT: &str = "the register of consent tests";

impl Service {
    pub(super) async fn consent_test(
        &self,
        check: &Check,
        parameters: &Parameters,
    ) -> Result<Outcome, Error> {
        let suite = parameters.text("suite").unwrap_or_default();
        let entries = self.entries(check.org, Register::ConsentTests).await?;
        let tests = entries.iter().filter_map(|entry| match entry {
            RegisterContent::ConsentTests(test) => Some(test),
            _ => None,
        });
        let same = |test: &&ConsentTest| test.suite.trim().to_lowercase() == suite.trim().to_lowercase();
        // The latest entered comes first, and of one day it counts.
        let latest = tests.filter(same).rev().max_by_key(|test| test.ran);
        let Some(latest) = latest else {
            let text =
                format!("The register holds no test of the suite \"{suite}\". Enter its latest record.");
            return Ok(unknown(text, LOOKED_AT));
        };
        let most = parameters.integer("max_age_days").unwrap_or(365);
        Ok(judged(latest, most, UnixMillis::now().date()))
    }
}

/// A record that is older than `most` days counts no more. What is observed then is that no case passed, so that whatever a
/// criterion asks of the cases fails.
fn judged(record: &ConsentTest, most: i64, today: Date) -> Outcome {
    let age = i64::from((today - record.ran).get_days()).max(0);
    let mut figures =
        Figures::of(format!("{LOOKED_AT}: {}, release {}, {}", record.suite, record.release, record.ran));
    figures.observations.set("age_days", age);
    let (cases, passed) =
        (record.permit_cases + record.deny_cases, record.permit_passed + record.deny_passed);
    if age > most {
        for count in ["cases", "deny_cases"] {
            figures.count(count, 0);
        }
        figures.share("passed_pct", 0, 1);
        figures.observations.set("run_on_latest_release", false);
        let text = format!(
            "Expected a record of the suite \"{}\" that is at most {most} days old; the latest is {age} days old, and none \
             of its {cases} cases counts any more.",
            record.suite
        );
        figures.say(Severity::Error, text);
        return figures.outcome(Status::Fail);
    }
    let whole = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    figures.count("cases", whole(cases));
    figures.count("deny_cases", whole(record.deny_cases));
    figures.share("passed_pct", whole(passed), whole(cases));
    if record.production_release.is_empty() {
        let text = "The record does not say which release is in production, so whether it ran on that one is not known.";
        figures.say(Severity::Warning, text);
    } else {
        let latest = record.release == record.production_release;
        figures.observations.set("run_on_latest_release", latest);
        if !latest {
            let (tested, live) = (&record.release, &record.production_release);
            let text = format!("The suite ran on release {tested}; release {live} is in production.");
            figures.say(Severity::Warning, text);
        }
    }
    if passed == cases {
        figures.say(Severity::Info, format!("All {cases} cases passed {age} days ago."));
        return figures.outcome(Status::Pass);
    }
    for (what, passed, cases) in [
        ("permitted", record.permit_passed, record.permit_cases),
        ("refused", record.deny_passed, record.deny_cases),
    ] {
        if passed < cases {
            let text = format!(
                "Expected access to be {what} in all {cases} cases that ask for it; {} did not pass.",
                cases - passed
            );
            figures.say(Severity::Error, text);
        }
    }
    figures.outcome(Status::Fail)
}

#[cfg(test)]
mod tests {
    use domain::Framework;
    use domain::check::{Value, judge};
    use jiff::civil::date;

    use super::*;

    fn test() -> ConsentTest {
        ConsentTest {
            suite: "Part 2".to_owned(),
            ran: date(2026, 11, 1),
            release: "2026.2".to_owned(),
            production_release: "2026.2".to_owned(),
            permit_cases: 6,
            permit_passed: 6,
            deny_cases: 4,
            deny_passed: 4,
            tester: "Privacy office".to_owned(),
            notes: String::new(),
        }
    }

    const TODAY: Date = date(2026, 11, 20);

    #[test]
    fn a_young_record_with_every_case_passed_passes() {
        let outcome = judged(&test(), 365, TODAY);
        assert_eq!(outcome.status, Status::Pass);
        let seen = &outcome.observations;
        assert_eq!(seen.get("cases"), Some(&Value::Integer(10)));
        assert_eq!(seen.get("age_days"), Some(&Value::Integer(19)));
        assert_eq!(seen.get("run_on_latest_release"), Some(&Value::Boolean(true)));
    }

    #[test]
    fn a_case_that_did_not_pass_fails_and_is_said() {
        let outcome = judged(&ConsentTest { deny_passed: 3, ..test() }, 365, TODAY);
        assert_eq!(outcome.status, Status::Fail);
        assert_eq!(outcome.observations.get("passed_pct"), Some(&Value::Number(90.into())));
        assert!(outcome.messages[0].text.contains("refused in all 4 cases"), "{:?}", outcome.messages);
    }

    #[test]
    fn a_record_that_is_too_old_fails_whatever_a_criterion_asks_of_its_cases() {
        let outcome = judged(&test(), 18, TODAY);
        assert_eq!(outcome.status, Status::Fail);
        assert!(outcome.messages[0].text.contains("at most 18 days old"), "{:?}", outcome.messages);
        let kind = domain::builtin::check_kinds().get(&"consent.test".into()).unwrap();
        let bindings = domain::builtin::frameworks().iter().flat_map(Framework::criteria);
        let bindings = bindings.flat_map(|criterion| &criterion.bindings);
        let mut asked = 0;
        for binding in bindings.filter(|binding| binding.kind == kind.code) {
            assert_eq!(judge(&binding.expect, kind, &outcome).status, Status::Fail, "{}", binding.id);
            asked += 1;
        }
        assert_eq!(asked, 4);
        assert_eq!(judged(&test(), 19, TODAY).status, Status::Pass);
    }

    #[test]
    fn another_release_in_production_is_seen_and_an_unknown_one_is_not_guessed() {
        let other = judged(&ConsentTest { production_release: "2026.3".to_owned(), ..test() }, 365, TODAY);
        assert_eq!(other.observations.get("run_on_latest_release"), Some(&Value::Boolean(false)));
        let unknown = judged(&ConsentTest { production_release: String::new(), ..test() }, 365, TODAY);
        assert_eq!(unknown.observations.get("run_on_latest_release"), None);
    }
}
