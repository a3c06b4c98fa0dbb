use std::io::{Cursor, Read as _};

use store::record::{AssessmentState, SizeBand};

use super::*;
use crate::report::document::{Assessment, Attestation, FrameworkName, Organization};

/// What a spreadsheet would take for a formula, by its first character (OWASP, *CSV Injection*).
const FORMULAS: [&str; 6] = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1"];

/// A report whose attestations say such things.
fn document() -> Document {
    let attestation = |reason: &str| Attestation {
        integration: reason.to_owned(),
        kind: "tls.certificate".to_owned(),
        binding: "PAT-1.4".to_owned(),
        reason: reason.to_owned(),
        by: reason.to_owned(),
        at: "2026-11-20T12:00:00Z".to_owned(),
        until: "2026-12-20T12:00:00Z".to_owned(),
    };
    Document {
        format: 1,
        disclaimer: "Not a certification.".to_owned(),
        organization: Organization {
            name: FORMULAS[0].to_owned(),
            profiles: Vec::new(),
            size_band: SizeBand::UpTo6,
        },
        assessment: Assessment {
            id: "1".to_owned(),
            title: FORMULAS[1].to_owned(),
            state: AssessmentState::Draft,
            target: None,
            target_level: 3,
        },
        framework: FrameworkName {
            code: "B7".to_owned(),
            version: "1.0.0".to_owned(),
            title: "B7".to_owned(),
        },
        computed_at: "2026-11-20T12:00:00Z".to_owned(),
        summary: Vec::new(),
        result: None,
        domains: None,
        criteria: None,
        findings: None,
        roadmap: None,
        checks: None,
        trend: None,
        attestations: Some(FORMULAS.map(attestation).to_vec()),
    }
}

#[test]
fn no_cell_of_a_csv_file_begins_as_a_formula_does() {
    for table in [TableName::Attestations, TableName::Summary] {
        let file = csv(&document(), table).unwrap();
        let mut lines = csv::Reader::from_reader(file.as_slice());
        let cells: Vec<String> = lines
            .records()
            .flat_map(|line| line.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        assert!(cells.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{cells:?}");
        if table == TableName::Attestations {
            for formula in FORMULAS {
                assert!(
                    cells.contains(&format!("'{formula}")),
                    "{formula:?} is kept, behind an apostrophe: {cells:?}"
                );
            }
        }
    }
}

#[test]
fn no_cell_of_a_workbook_is_a_formula_and_every_text_is_kept() {
    let file = workbook(&document()).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut read = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    for name in names.iter().filter(|name| name.contains("worksheets/sheet")) {
        let sheet = read(name);
        assert!(!sheet.contains("<f>") && !sheet.contains("<f "), "{name}: {sheet}");
    }
    // Shared strings are texts, whatever they begin with.
    let texts = read("xl/sharedStrings.xml");
    for formula in ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1"] {
        assert!(texts.contains(&format!(">{formula}</t>")), "{formula:?}: {texts}");
    }
    // Nor do they become formulas when somebody edits the cell.
    assert!(read("xl/styles.xml").contains("quotePrefix=\"1\""));
}
