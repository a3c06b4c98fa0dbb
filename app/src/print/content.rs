//! What the paper says: every word and number of the report as plain values for the templates.

mod criteria;
mod lists;
mod trend;

use domain::scoring::display;
use serde_json::{Map, Value, json};
use service::report::Section;

use super::{Reader, Site};
use crate::charts::radar_in_words;
use crate::pages::assessment::{domain_bars, threshold};
use crate::pages::questionnaire::OverallSum;
use crate::pages::report::Report;
use crate::pages::report::method::{beside_the_sum, methods_path, paragraphs, totals};
use crate::pages::report::words::{Lede, facts, five_numbers, radar_axes};
use crate::ui::ReadoutKind;
use crate::words::ladder;

/// What the cover calls it.
const KIND: &str = "Interoperability maturity report";

/// The most of a page's width and height that a logo takes, in millimetres.
const LOGO: (f64, f64) = (46.0, 20.0);

/// The whole of it. A section that was not chosen is null.
pub(super) fn content(report: &Report, site: &Site) -> Value {
    let assessed = &report.page.assessed;
    let framework = &assessed.framework;
    let chosen = |section, part: fn(&Report) -> Value| {
        if report.sections.has(section) { part(report) } else { Value::Null }
    };
    let whole = json!({
        "title": format!("{KIND}: {}", assessed.bundle.organization.name),
        "framework": framework.title,
        "disclaimer": framework.disclaimer,
        "made": made(report),
        "cover": cover(report, site),
        "ladder": drawn_ladder(report),
        "summary": report.summary.iter().map(|point| {
            json!({ "topic": point.topic.words(), "says": point.says })
        }).collect::<Value>(),
        "numbers": numbers(report),
        "domains": chosen(Section::Domains, domains),
        "criteria": chosen(Section::Criteria, criteria::criteria),
        "findings": chosen(Section::Findings, lists::findings),
        "attested": lists::attested(report),
        "roadmap": report.way.as_ref().map(|way| lists::roadmap(report, way)),
        "checks": chosen(Section::Checks, lists::checks),
        "trend": report.course.as_ref().map(|course| trend::trend(report, course)),
        "method": method(report, site),
    });
    printable(whole)
}

/// Texts without what is no sign: controls but for the ends of lines, and what turns the direction of letters around.
fn printable(value: Value) -> Value {
    let no_sign = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match value {
        Value::String(text) if text.contains(no_sign) => {
            let lines = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', "    ");
            Value::String(lines.chars().filter(|c| *c == '\n' || !no_sign(*c)).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(printable).collect()),
        Value::Object(fields) => {
            let fields: Map<_, _> =
                fields.into_iter().map(|(name, value)| (name, printable(value))).collect();
            Value::Object(fields)
        }
        other => other,
    }
}

/// When it was computed, UTC, field by field.
fn made(report: &Report) -> Value {
    let at = report.page.assessed.computed_at.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
    json!({
        "year": at.year(), "month": at.month(), "day": at.day(),
        "hour": at.hour(), "minute": at.minute(), "second": at.second(),
    })
}

fn cover(report: &Report, site: &Site) -> Value {
    let assessed = &report.page.assessed;
    let organization = &assessed.bundle.organization;
    let facts: Vec<_> = facts(assessed).into_iter().map(|(name, value)| json!([name, value])).collect();
    let live = report.is_of(Reader::Member).then(|| site.address(&report.paths.report())).flatten();
    json!({
        "kind": KIND,
        "organization": organization.name,
        "assessment": assessed.bundle.assessment.title,
        "demonstration": organization.demo,
        "lede": Lede::of(assessed).text(),
        "facts": facts,
        "live": live,
        "logo": report.logo.as_ref().map(|logo| {
            let (width, height) = (f64::from(logo.width), f64::from(logo.height));
            let scale = (LOGO.0 / width).min(LOGO.1 / height);
            json!([width * scale, height * scale])
        }),
        "logo-alt": format!("Logo of {}", organization.name),
    })
}

fn drawn_ladder(report: &Report) -> Value {
    let ladder = ladder(&report.page.assessed, &report.paths);
    let rungs: Vec<_> = ladder
        .rungs
        .iter()
        .map(|rung| {
            json!({
                "code": rung.code,
                "name": rung.name,
                "met": rung.conditions.met,
                "contradicted": rung.conditions.contradicted,
                "open": rung.conditions.open,
                "here": rung.here.is_some(),
            })
        })
        .collect();
    json!({
        "alt": format!("Ladder of rungs. {}", ladder.in_words()),
        "rungs": rungs,
        "floor": { "here": ladder.floor.here.is_some(), "words": ladder.floor.ground_words() },
    })
}

fn numbers(report: &Report) -> Value {
    let assessed = &report.page.assessed;
    let Some(totals) = &assessed.score.totals else { return json!([]) };
    let numbers = five_numbers(assessed, totals).map(|(label, value, kind, under)| {
        let look = match kind {
            ReadoutKind::Plain => "plain",
            ReadoutKind::Proven | ReadoutKind::ProvenMain => "proven",
            ReadoutKind::Claimed => "claimed",
        };
        json!({ "label": label, "value": value, "look": look, "under": under })
    });
    json!(numbers)
}

fn domains(report: &Report) -> Value {
    let assessed = &report.page.assessed;
    let axes = radar_axes(assessed);
    // Fewer axes would be no area.
    let radar = (axes.len() >= 3).then(|| {
        let drawn: Vec<_> = axes
            .iter()
            .map(|axis| {
                json!({
                    "code": axis.code, "shown": axis.proven.text,
                    "proven": axis.proven.at, "claimed": axis.claimed.at,
                })
            })
            .collect();
        json!({ "alt": radar_in_words(&axes), "axes": drawn })
    });
    let rows: Vec<_> = domain_bars(assessed, &report.paths)
        .into_iter()
        .map(|bar| {
            let at =
                |reading: &Option<crate::charts::Reading>| reading.as_ref().map_or(0.0, |reading| reading.at);
            let drawn = bar.proven.is_some() && bar.claimed.is_some();
            let (proven_at, claimed_at) = (at(&bar.proven), at(&bar.claimed));
            let shown =
                |reading: Option<crate::charts::Reading>| reading.map_or_else(dash, |reading| reading.text);
            json!({
                "code": bar.code, "title": bar.name, "drawn": drawn,
                "proven-at": proven_at, "claimed-at": claimed_at,
                "proven": shown(bar.proven), "claimed": shown(bar.claimed),
            })
        })
        .collect();
    let threshold = threshold(assessed).map(|threshold| {
        let words = format!("{}, needed for {}", threshold.least, threshold.rung);
        json!({ "at": threshold.least, "words": words })
    });
    json!({ "radar": radar, "rows": rows, "threshold": threshold })
}

fn method(report: &Report, site: &Site) -> Value {
    let assessed = &report.page.assessed;
    let mut paragraphs: Vec<String> = paragraphs(report).to_vec();
    paragraphs.push(assessed.framework.disclaimer.clone());
    let sum = totals(report).map(|totals| {
        let sum = OverallSum::of(assessed);
        let mut rows: Vec<_> = sum
            .rows
            .iter()
            .map(|(domain, row)| match row {
                Some([weight, score, product]) => {
                    json!({ "domain": domain, "weight": weight, "score": score, "product": product })
                }
                None => json!({ "domain": domain, "weight": dash(), "score": dash(), "product": dash() }),
            })
            .collect();
        rows.push(json!({ "domain": "Sum", "weight": sum.weights, "score": "", "product": sum.products }));
        json!({
            "title": format!("Why the whole is {}", display(&totals.overall)),
            "rows": rows,
            "line": sum.line.unwrap_or_default(),
            "under": beside_the_sum(totals),
        })
    });
    json!({ "paragraphs": paragraphs, "methods": site.address(&methods_path(assessed)), "sum": sum })
}

/// What stands where there is nothing.
fn dash() -> String {
    "–".to_owned()
}
