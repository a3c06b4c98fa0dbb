//! Says the report: every word and number of it, as the model has it.

mod criteria;
mod lists;
mod trend;

use domain::scoring::display;
use service::report::Section;

use super::model::{
    Axis, CONTRADICTED, Content, Cover, DomainRow, Domains, Floor, Ladder, Link, Made, Method, Number,
    Numbers, Radar, Rung, Sum, SumRow, Summary, Threshold,
};
use super::{Reader, Site};
use crate::charts::{Reading, radar_in_words};
use crate::pages::assessment::{domain_bars, threshold};
use crate::pages::questionnaire::OverallSum;
use crate::pages::report::method::{beside_the_sum, methods_path, paragraphs, totals};
use crate::pages::report::words::{Lede, facts, five_numbers, radar_axes};
use crate::pages::report::{Report, section_words};
use crate::ui::ReadoutKind;
use crate::words::ladder;

/// What the cover calls it.
const KIND: &str = "Interoperability maturity report";

/// The most of a page's width and height that a logo takes, in millimetres.
const LOGO: (f64, f64) = (46.0, 20.0);

/// The whole of it.
pub(super) fn content(report: &Report, site: &Site) -> Content {
    let assessed = &report.page.assessed;
    let framework = &assessed.framework;
    let has = |section| report.sections.has(section);
    Content {
        title: format!("{KIND}: {}", assessed.bundle.organization.name),
        framework: framework.title.clone(),
        disclaimer: framework.disclaimer.clone(),
        made: made(report),
        cover: cover(report, site),
        ladder: drawn_ladder(report),
        summary: Summary {
            title: "Summary",
            aside: "computed from the figures of this report",
            points: report.summary.iter().map(|point| (point.topic.words(), point.says.clone())).collect(),
        },
        numbers: numbers(report),
        domains: has(Section::Domains).then(|| domains(report)),
        criteria: has(Section::Criteria).then(|| criteria::criteria(report)),
        findings: has(Section::Findings).then(|| lists::findings(report)),
        attested: lists::attested(report),
        roadmap: report.way.as_ref().map(|way| lists::roadmap(report, way)),
        checks: has(Section::Checks).then(|| lists::checks(report)),
        trend: report.course.as_ref().map(|course| trend::trend(report, course)),
        method: method(report, site),
    }
}

fn made(report: &Report) -> Made {
    let at = report.page.assessed.computed_at.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
    Made {
        year: at.year(),
        month: at.month(),
        day: at.day(),
        hour: at.hour(),
        minute: at.minute(),
        second: at.second(),
    }
}

fn cover(report: &Report, site: &Site) -> Cover {
    let assessed = &report.page.assessed;
    let organization = &assessed.bundle.organization;
    let live = report.is_of(Reader::Member).then(|| site.address(&report.paths.report())).flatten();
    Cover {
        kind: KIND,
        organization: organization.name.clone(),
        assessment: assessed.bundle.assessment.title.clone(),
        demonstration: organization.demo.then_some("Demonstration data."),
        lede: Lede::of(assessed).text(),
        facts: facts(assessed).to_vec(),
        live: live.map(|address| Link { words: "The live report:", address }),
        logo: report.logo.as_ref().map(|logo| {
            let (width, height) = (f64::from(logo.width), f64::from(logo.height));
            let scale = (LOGO.0 / width).min(LOGO.1 / height);
            (width * scale, height * scale)
        }),
        logo_alt: format!("Logo of {}", organization.name),
        contents: "Contents",
    }
}

fn drawn_ladder(report: &Report) -> Ladder {
    let ladder = ladder(&report.page.assessed, &report.paths);
    let alt = format!("Ladder of rungs. {}", ladder.in_words());
    let floor = Floor { here: ladder.floor.here.is_some(), words: ladder.floor.ground_words() };
    let rungs = ladder.rungs.into_iter().map(|rung| Rung {
        code: rung.code,
        name: rung.name,
        met: rung.conditions.met,
        contradicted: rung.conditions.contradicted,
        open: rung.conditions.open,
        here: rung.here,
    });
    Ladder { alt, rungs: rungs.collect(), floor, standings: ["holds", CONTRADICTED, "not met"] }
}

fn numbers(report: &Report) -> Numbers {
    let assessed = &report.page.assessed;
    let title = "The result in five numbers";
    let Some(totals) = &assessed.score.totals else {
        let none = "There is no score: nothing applies to this organization's profiles.";
        return Numbers { title, notes: vec![none.to_owned()], rows: Vec::new() };
    };
    let rows = five_numbers(assessed, totals).map(|(label, value, kind, under)| {
        let look = match kind {
            ReadoutKind::Plain => "plain",
            ReadoutKind::Proven | ReadoutKind::ProvenMain => "proven",
            ReadoutKind::Claimed => "claimed",
        };
        Number { label, value, look, under }
    });
    Numbers { title, notes: Vec::new(), rows: rows.to_vec() }
}

fn domains(report: &Report) -> Domains {
    let assessed = &report.page.assessed;
    let axes = radar_axes(assessed);
    // Fewer axes would be no area.
    let radar = (axes.len() >= 3).then(|| Radar {
        alt: radar_in_words(&axes),
        axes: axes
            .iter()
            .map(|axis| Axis {
                code: axis.code.clone(),
                shown: axis.proven.text.clone(),
                proven: axis.proven.at,
                claimed: axis.claimed.at,
            })
            .collect(),
    });
    let at = |reading: Option<&Reading>| reading.map_or(0.0, |reading| reading.at);
    let shown = |reading: Option<&Reading>| reading.map_or_else(dash, |reading| reading.text.clone());
    let rows = domain_bars(assessed, &report.paths).into_iter().map(|bar| {
        let (proven, claimed) = (bar.proven.as_ref(), bar.claimed.as_ref());
        DomainRow {
            proven_at: at(proven),
            claimed_at: at(claimed),
            proven: shown(proven),
            claimed: shown(claimed),
            without: (proven.is_none() || claimed.is_none()).then_some("No criterion applies"),
            code: bar.code,
            title: bar.name,
        }
    });
    let threshold = threshold(assessed).map(|threshold| Threshold {
        at: threshold.least,
        words: format!("{}, needed for {}", threshold.least, threshold.rung),
    });
    Domains {
        title: section_words(Section::Domains),
        radar,
        heads: &["Domain", "Proven", "Claimed"],
        rows: rows.collect(),
        threshold,
    }
}

fn method(report: &Report, site: &Site) -> Method {
    let assessed = &report.page.assessed;
    let mut paragraphs = paragraphs(report).to_vec();
    paragraphs.push(assessed.framework.disclaimer.clone());
    let methods = site
        .address(&methods_path(assessed))
        .map(|address| Link { words: "The arithmetic, worked out on an example:", address });
    let sum = totals(report).map(|totals| {
        let sum = OverallSum::of(assessed);
        let rows = sum.rows.into_iter().map(|(domain, row)| {
            let [weight, score, product] = row.unwrap_or_else(|| [dash(), dash(), dash()]);
            SumRow { domain: domain.to_string(), weight, score, product }
        });
        let mut rows: Vec<_> = rows.collect();
        rows.push(SumRow {
            domain: "Sum".to_owned(),
            weight: sum.weights,
            score: String::new(),
            product: sum.products,
        });
        Sum {
            title: format!("Why the whole is {}", display(&totals.overall)),
            heads: &["Domain", "Weight", "Score", "Weight × score"],
            rows,
            line: sum.line.unwrap_or_default(),
            under: beside_the_sum(totals),
        }
    });
    Method { title: "Method and limits", paragraphs, methods, sum }
}

/// What stands where there is nothing.
fn dash() -> String {
    "–".to_owned()
}
