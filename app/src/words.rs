//! How results are put into words: one sentence per fact, the same on every page.
//!
//! The questionnaire, the findings, the report and the overview all say *claimed 3, counts 1* and why; they say it with
//! these functions. Everything here is pure: it takes what `service` read and gives words and addresses.

mod action;
mod cause;
mod condition;
mod finding;
mod incident;
mod paths;
mod people;
mod rung;
mod timeline;

pub use action::{
    Draft, action_source_words, action_state_word, behind_words, cost_words, finding_draft, step_draft,
};
pub use cause::{Cause, Remark, Seen, cause, check_line};
pub use condition::{expected, in_columns, phrase, seen_words};
pub use finding::{
    check_place, finding_cause, finding_kind_word, finding_places, finding_remedy, severity_word, step_word,
};
pub use incident::{incident_closing, incident_opening, incident_span, lasted};
pub(crate) use paths::import_place;
pub use paths::{Paths, anchor};
pub use people::{
    assessment_state_word, duration_word, evidence_state_word, ordinal, plural, role_word, size_short,
    size_words,
};
pub use rung::{ladder, obstacle, obstacles, rung_name};
pub use timeline::{cause_lines, cause_words, change_words, live_since, override_words};

use domain::scoring::{Exact, display};
use domain::{CriterionCode, Framework, Level};
use service::assessment::Assessed;
use service::record::{Answer, Claim};

use crate::charts::Reading;

/// A score of 0 to 100 for a chart: where it is drawn and how it is said.
pub fn reading(score: &Exact) -> Reading {
    let text = display(score);
    // A drawing needs no more than the rounded number.
    let at = text.parse().unwrap_or(0.0);
    Reading::new(at, text)
}

/// A word of a name as it is written in running text: `url` is `URL`.
pub fn spelled(word: &str) -> String {
    match word {
        "url" | "tls" | "http" | "json" | "id" | "fhir" | "uri" | "starttls" | "ca" => word.to_uppercase(),
        _ => word.to_owned(),
    }
}

/// The same words with a capital at the front.
pub fn capitalized(words: &str) -> String {
    let mut letters = words.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}

/// What an answer claims: `3 Operational`, or `Not applicable`.
pub fn claim_words(framework: &Framework, claim: &Claim) -> String {
    match claim {
        Claim::Level(level) => format!("{} {}", level.get(), framework.levels[usize::from(level.get())]),
        Claim::NotApplicable { .. } => "Not applicable".to_owned(),
    }
}

/// Whether two raters say the same; the reasons for *Not applicable* may differ.
fn is_alike(one: &Claim, other: &Claim) -> bool {
    match (one, other) {
        (Claim::Level(one), Claim::Level(other)) => one == other,
        (Claim::NotApplicable { .. }, Claim::NotApplicable { .. }) => true,
        _ => false,
    }
}

/// The assessor's rating where the organization said something else, or nothing: the rating counts (`scoring.md` section 4).
pub fn overruling<'a>(assessed: &'a Assessed, criterion: &CriterionCode) -> Option<&'a Answer> {
    let rating = assessed.assessor_answer(criterion)?;
    let own = assessed.own_answer(criterion);
    own.is_none_or(|own| !is_alike(&own.claim, &rating.claim)).then_some(rating)
}

/// A rating beside the organization's own answer: `The assessor rates it 1 Ad hoc; the organization said 3 Operational`.
pub fn rating_words(framework: &Framework, rating: &Claim, own: Option<&Claim>) -> String {
    let words = |claim: &Claim| match claim {
        Claim::Level(_) => claim_words(framework, claim),
        Claim::NotApplicable { .. } => "not applicable".to_owned(),
    };
    let rates = format!("The assessor rates it {}", words(rating));
    match own {
        Some(own) if is_alike(own, rating) => format!("{rates}, as the organization said"),
        Some(own) => format!("{rates}; the organization said {}", words(own)),
        None => format!("{rates}; the organization did not answer"),
    }
}

/// A text of a framework as the screen says it: `≥` for `>=`, and no end of a line between it and its number.
pub fn in_words(text: &str) -> String {
    text.replace(">=", "≥").replace("<=", "≤").replace("≥ ", "≥\u{a0}").replace("≤ ", "≤\u{a0}")
}

/// The same text with quotation marks for the backticks that code stands in.
pub fn quoted(text: &str) -> String {
    let mut marks = ['\u{201c}', '\u{201d}'].into_iter().cycle();
    text.chars().map(|letter| if letter == '`' { marks.next().unwrap_or(letter) } else { letter }).collect()
}

/// A score of 0 to 100 as the mean level behind it, `2.4` of 4.
pub fn mean_level(score: &Exact) -> String {
    display(&(*score / 25))
}

/// A count with commas between its thousands: `129,484`.
pub fn counted(count: impl Into<u64>) -> String {
    let digits = count.into().to_string();
    let first = digits.len() % 3;
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place % 3 == first {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// `Claimed 3, counts 1`, or `Claimed and counts 3`.
pub fn claim_and_count(claimed: Level, counts: Level) -> String {
    if claimed == counts {
        format!("Claimed and counts {}", counts.get())
    } else {
        format!("Claimed {}, counts {}", claimed.get(), counts.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_is_said_with_what_the_organization_said() {
        let framework = &domain::builtin::frameworks()[0];
        let level = |at: usize| Claim::Level(Level::ALL[at]);
        let left_out = Claim::NotApplicable { reason: "No portal.".to_owned() };
        let names = &framework.levels;
        let said = |rating: &Claim, own: Option<&Claim>| rating_words(framework, rating, own);
        assert_eq!(
            said(&level(1), Some(&level(3))),
            format!("The assessor rates it 1 {}; the organization said 3 {}", names[1], names[3])
        );
        assert_eq!(
            said(&level(2), Some(&level(2))),
            format!("The assessor rates it 2 {}, as the organization said", names[2])
        );
        assert_eq!(
            said(&left_out, Some(&level(0))),
            format!("The assessor rates it not applicable; the organization said 0 {}", names[0])
        );
        assert!(said(&level(4), None).ends_with("; the organization did not answer"));
    }

    #[test]
    fn a_bound_stands_on_one_line_with_its_number() {
        assert_eq!(
            in_words("at >= 80% of sites, lag <= 15 min"),
            "at ≥\u{a0}80% of sites, lag ≤\u{a0}15 min"
        );
        assert_eq!(in_words(">="), "≥");
    }

    #[test]
    fn thousands_have_commas_between_them() {
        let shown = [0_u32, 7, 999, 1000, 43_084, 130_924, 1_000_000].map(counted);
        assert_eq!(shown, ["0", "7", "999", "1,000", "43,084", "130,924", "1,000,000"]);
    }

    #[test]
    fn code_in_backticks_stands_in_quotation_marks() {
        assert_eq!(
            quoted("`x y` is not a code: use `.`"),
            "\u{201c}x y\u{201d} is not a code: use \u{201c}.\u{201d}"
        );
        assert_eq!(quoted("nothing to quote"), "nothing to quote");
    }
}
