//! Reports for the tests: the least that one says, and one that says something everywhere.

use super::model::{
    AttestedRow, Axis, CONTRADICTED, CheckRow, Content, Cover, Criteria, CriteriaOfDomain, CriterionRow,
    DomainRow, Domains, Evidence, FindingRow, Floor, Heat, HeatCell, HeatRow, Ladder, Link, Listing, Made,
    Method, Number, Numbers, Plot, Radar, Rung, StepRow, Sum, SumRow, Summary, Threshold, Trend, TrendRow,
};

/// What people may write.
pub(super) const WRITTEN: &str =
    "=1+1 </w:t><w:p> & \"{ TOC }\" #panic() é ß ł\nSecond line, bell\u{7}\u{0}there";

/// The least that a report says.
pub(super) fn least() -> Content {
    Content {
        title: "Report".to_owned(),
        framework: "B7".to_owned(),
        disclaimer: "Not a certification.".to_owned(),
        made: Made { year: 2026, month: 11, day: 20, hour: 12, minute: 5, second: 0 },
        cover: Cover {
            kind: "Report",
            organization: "Birch".to_owned(),
            assessment: "Spring".to_owned(),
            demonstration: Some("Demonstration data."),
            lede: "No rung.".to_owned(),
            facts: vec![("State", "draft".to_owned())],
            live: None,
            logo: None,
            logo_alt: "Logo".to_owned(),
            contents: "Contents",
        },
        ladder: Ladder {
            alt: "A ladder".to_owned(),
            rungs: Vec::new(),
            floor: Floor { here: true, words: "Pre-8".to_owned() },
            standings: ["holds", CONTRADICTED, "not met"],
        },
        summary: Summary { title: "Summary", aside: "computed", points: Vec::new() },
        numbers: Numbers { title: "Numbers", notes: vec!["There is no score.".to_owned()], rows: Vec::new() },
        domains: None,
        criteria: None,
        findings: None,
        attested: None,
        roadmap: None,
        checks: None,
        trend: None,
        method: Method { title: "Method", paragraphs: vec!["Exactly.".to_owned()], methods: None, sum: None },
    }
}

/// One with all sections, in which people wrote [`WRITTEN`] wherever they can.
pub(super) fn full() -> Content {
    let written = || WRITTEN.to_owned();
    let text = |text: &str| text.to_owned();
    let least = least();
    Content {
        title: written(),
        cover: Cover {
            organization: written(),
            assessment: written(),
            live: Some(Link { words: "Live:", address: text("https://rung.example/a?b=1&c=\"2\"") }),
            ..least.cover
        },
        ladder: Ladder {
            rungs: vec![Rung {
                code: text("8.0"),
                name: text("Governed"),
                met: 2,
                contradicted: 1,
                open: 1,
                here: Some(text("Live rung")),
            }],
            floor: Floor { here: false, words: text("Pre-8") },
            ..least.ladder
        },
        summary: Summary { points: vec![("Rung", text("The live rung is 8.0."))], ..least.summary },
        numbers: Numbers {
            notes: Vec::new(),
            rows: ["proven", "claimed", "plain"]
                .map(|look| Number { label: "Proven", value: text("68.2"), look, under: text("of 100") })
                .to_vec(),
            ..least.numbers
        },
        domains: Some(domains()),
        criteria: Some(criteria()),
        findings: Some(Listing {
            title: text("Findings"),
            aside: Some(text("1 open finding")),
            notes: Vec::new(),
            heads: &["Severity", "Criterion", "Cause", "Owner", "Due"],
            rows: vec![FindingRow {
                severity: text("Critical"),
                weight: 4,
                subject: text("PAT-1"),
                kind: "contradiction",
                title: text("Access"),
                cause: written(),
                checks: vec![written()],
                remedy: written(),
                owner: written(),
                due: text("1 Dec 2026"),
            }],
        }),
        attested: Some(Listing {
            title: text("Attested overrides"),
            aside: None,
            notes: Vec::new(),
            heads: &["Check", "Why", "Signed by", "Signed", "Until"],
            rows: vec![AttestedRow {
                binding: text("PAT-1.4"),
                check: written(),
                reason: written(),
                by: written(),
                at: text("1 Nov 2026, 12:00"),
                until: text("1 Dec 2026, 12:00"),
            }],
        }),
        roadmap: Some(Listing {
            title: text("Cheapest climb to 8.1"),
            aside: None,
            notes: vec![text("At the end somebody signs.")],
            heads: &["Step", "Criterion", "Action", "Level", "Effort", "Due", "Overall", "Rung"],
            rows: vec![StepRow {
                step: text("1"),
                criterion: text("PAT-9"),
                title: text("Elsewhere"),
                what: vec![text("Attach."), text("Repair.")],
                action: "prove",
                owner: written(),
                level: text("1 to 3"),
                effort: text("M"),
                due: text("–"),
                overall: text("70.0"),
                rung: text("8.1"),
            }],
        }),
        checks: Some(Listing {
            title: text("Check health"),
            aside: Some(text("1 check")),
            notes: Vec::new(),
            heads: &["Integration", "Check", "Latest run", "90 days", "Bears on"],
            rows: vec![CheckRow {
                integration: written(),
                kind: text("tls.certificate"),
                status: "fail",
                latest: text("Never run"),
                share: text("3 of 4 pass"),
                bears: text("PAT-1"),
                worst: Some(text("Worst for a criterion: warn")),
            }],
        }),
        trend: Some(trend()),
        method: Method {
            methods: Some(Link { words: "Methods:", address: text("https://rung.example/methods") }),
            sum: Some(Sum {
                title: text("Why the whole is 68.2"),
                heads: &["Domain", "Weight", "Score", "Product"],
                rows: vec![SumRow {
                    domain: text("PAT"),
                    weight: text("3"),
                    score: text("68.2"),
                    product: text("204.6"),
                }],
                line: text("204.6 / 3 = 68.2."),
                under: text("Claimed is the same."),
            }),
            ..least.method
        },
        ..least
    }
}

fn domains() -> Domains {
    let row = |code: &str, without| DomainRow {
        code: code.to_owned(),
        title: "Patients".to_owned(),
        proven_at: 50.0,
        claimed_at: 75.0,
        proven: "50.0".to_owned(),
        claimed: "75.0".to_owned(),
        without,
    };
    let axis =
        |code: &str| Axis { code: code.to_owned(), shown: "50.0".to_owned(), proven: 50.0, claimed: 75.0 };
    Domains {
        title: "Domains",
        radar: Some(Radar { alt: "A radar".to_owned(), axes: ["PAT", "GOV", "OPS"].map(axis).to_vec() }),
        heads: &["Domain", "Proven", "Claimed"],
        rows: vec![row("PAT", None), row("GOV", Some("No criterion applies"))],
        threshold: Some(Threshold { at: 55, words: "55, needed for 8.1".to_owned() }),
    }
}

fn criteria() -> Criteria {
    let cell = |level, contradicted| Some(HeatCell { level, words: "1 /3".to_owned(), contradicted });
    let row = |code: &str, evidence, note: &str| CriterionRow {
        code: code.to_owned(),
        title: "Access".to_owned(),
        claimed: "3".to_owned(),
        counts: "1".to_owned(),
        contradicted: true,
        evidence,
        standing: "unanswered",
        note: note.to_owned(),
    };
    let evidence = Evidence { rank: 2, words: "E2 Documented".to_owned() };
    Criteria {
        title: "Criteria",
        heat: Heat {
            head: "Domain",
            columns: 4,
            rows: vec![HeatRow {
                code: "PAT".to_owned(),
                cells: vec![cell(Some(1), true), cell(Some(4), false), cell(None, false), None],
            }],
            under: "Level that counts.",
        },
        heads: &["Criterion", "Claimed", "Counts", "Evidence"],
        domains: vec![CriteriaOfDomain {
            code: "PAT".to_owned(),
            title: "Patients".to_owned(),
            rows: vec![row("PAT-1", Some(evidence), WRITTEN), row("PAT-2", None, "שלום עולם")],
        }],
    }
}

fn trend() -> Trend {
    Trend {
        lines: Listing {
            title: "Trend".to_owned(),
            aside: Some("On 2 days something changed".to_owned()),
            notes: vec!["Nothing is smoothed.".to_owned()],
            heads: &["When", "What", "Proven", "Claimed", "Rung"],
            rows: vec![TrendRow {
                at: "20 Nov 2026, 12:05".to_owned(),
                what: "now",
                proven: "68.2".to_owned(),
                claimed: "75.0".to_owned(),
                rung: "8.0".to_owned(),
            }],
        },
        plot: Some(Plot {
            alt: "Spring: proven 0.0 on 1 Mar 2026, 68.2 on 20 Nov 2026".to_owned(),
            proven: vec![vec![(0.0, 0.0), (1.0, 68.2)]],
            claimed: vec![vec![(0.0, 25.0), (1.0, 75.0)]],
            marks: vec![(0.5, 50.0)],
            along: vec!["1 Mar 2026".to_owned(), "20 Nov 2026".to_owned()],
        }),
    }
}
