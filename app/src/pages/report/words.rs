//! What the report says in words, on the screen and on paper alike.

use domain::framework::Profile;
use domain::scoring::{ConditionStanding, Totals, display};
use service::assessment::Assessed;

use crate::charts::RadarAxis;
use crate::pages::assessment::next_rung;
use crate::ui::{ReadoutKind, clock, date_of, day, zone_name};
use crate::words::{assessment_state_word, plural, reading, rung_name, size_words};

/// The result in a sentence or two: the date, the rung, and what follows.
pub(crate) enum Lede {
    Unrated,
    Rated { day: String, rung: String, rest: String },
}

impl Lede {
    pub(crate) fn of(assessed: &Assessed) -> Self {
        let Some(totals) = &assessed.score.totals else { return Self::Unrated };
        let contradicted = assessed.score.criteria.iter().filter(|score| score.contradicted).count();
        let checks = match contradicted {
            0 => "No check contradicts an answer.".to_owned(),
            1 => "A check contradicts one answer.".to_owned(),
            many => format!("Checks contradict {many} answers."),
        };
        let next = next_in_words(assessed, totals).unwrap_or_else(|| "There is no rung above it.".to_owned());
        Self::Rated {
            day: day(date_of(assessed.computed_at.timestamp())),
            rung: format!("{} {}", totals.rung, rung_name(&assessed.framework, &totals.rung)),
            rest: format!("{checks} {next}"),
        }
    }

    /// The whole as one text.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Unrated => UNRATED.to_owned(),
            Self::Rated { day, rung, rest } => format!("On {day} the live rung is {rung}. {rest}"),
        }
    }
}

const UNRATED: &str = "Nothing applies to this organization's profiles, so there is no score.";

fn next_in_words(assessed: &Assessed, totals: &Totals) -> Option<String> {
    let next = totals.next.as_ref()?;
    let rung = assessed.score.ladder.iter().find(|rung| rung.code == *next)?;
    let open = rung.conditions.iter().filter(|(_, standing)| *standing != ConditionStanding::Met).count();
    let name = rung_name(&assessed.framework, next);
    let verb = if open == 1 { "is" } else { "are" };
    Some(format!("{} {verb} in the way of {next} {name}.", plural(open, "condition")))
}

/// Framework, profiles and state, each with its name.
pub(crate) fn facts(assessed: &Assessed) -> [(&'static str, String); 3] {
    let (bundle, framework) = (&assessed.bundle, &assessed.framework);
    let of_organization = |profile: &&Profile| bundle.organization.profiles.contains(&profile.code);
    let profiles: Vec<_> =
        framework.profiles.iter().filter(of_organization).map(|profile| profile.name.as_str()).collect();
    let at = assessed.computed_at.timestamp();
    let state = format!(
        "{}, live on {}, {} {}",
        assessment_state_word(bundle.assessment.state),
        day(date_of(at)),
        clock(at),
        zone_name()
    );
    let profiles = format!("{}; {}", profiles.join(", "), size_words(bundle.organization.size_band));
    [
        ("Framework", format!("{} {}", framework.title, framework.version)),
        ("Profiles", profiles),
        ("State", state),
    ]
}

/// The five numbers of the result: name, value, look, and what it is.
pub(crate) fn five_numbers(
    assessed: &Assessed,
    totals: &Totals,
) -> [(&'static str, String, ReadoutKind, String); 5] {
    let least = next_rung(assessed, totals)
        .and_then(|rung| Some((rung.code.as_str(), rung.min_confidence.filter(|least| *least > 0)?)));
    let confidence = match least {
        Some((rung, least)) => format!("of 100; {rung} needs {least}"),
        None => "of 100".to_owned(),
    };
    let answered: usize = assessed.score.domains.iter().map(|domain| domain.answered).sum();
    let applicable: usize = assessed.score.domains.iter().map(|domain| domain.applicable).sum();
    let completeness = format!("of 100; {answered} of {applicable} answered");
    let number = display;
    let plain = ReadoutKind::default();
    [
        ("Proven", number(&totals.overall), ReadoutKind::Proven, "what evidence and checks carry".to_owned()),
        ("Claimed", number(&totals.claimed), ReadoutKind::Claimed, "what the answers say".to_owned()),
        ("Assurance gap", number(&totals.assurance_gap), plain, "points claimed, not proven".to_owned()),
        ("Confidence", number(&totals.confidence), plain, confidence),
        ("Completeness", number(&totals.completeness), plain, completeness),
    ]
}

/// The domains that something applies of.
pub(crate) fn radar_axes(assessed: &Assessed) -> Vec<RadarAxis> {
    let domains = assessed.score.domains.iter();
    let axes = domains.filter_map(|domain| {
        Some(RadarAxis {
            code: domain.code.to_string(),
            proven: reading(domain.score.as_ref()?),
            claimed: reading(domain.claimed.as_ref()?),
        })
    });
    axes.collect()
}
