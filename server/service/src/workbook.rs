//! A framework as a workbook: a sheet for each table, written and read back equal, so that it can be edited in a
//! spreadsheet. Every text is written as a text; nothing in the file is a formula.

mod cells;
mod read;
mod write;

pub use read::read;
pub use write::write;

/// Of a workbook.
pub const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What a sheet is called and which columns it has.
struct Sheet {
    name: &'static str,
    columns: &'static [&'static str],
}

const FRAMEWORK: Sheet = Sheet { name: "Framework", columns: &["name", "value"] };
const PROFILES: Sheet = Sheet { name: "Profiles", columns: &["code", "name"] };
const CLASSES: Sheet =
    Sheet { name: "Evidence classes", columns: &["code", "name", "meaning", "level_cap", "confidence"] };
const RUNGS: Sheet = Sheet {
    name: "Rungs",
    columns: &[
        "code",
        "name",
        "badge",
        "min_overall",
        "min_domain",
        "min_confidence",
        "min_completeness",
        "no_open_contradiction_on_weight",
        "independent_assessor",
        "gate_evidence_max_age_days",
    ],
};
const DOMAINS: Sheet = Sheet { name: "Domains", columns: &["code", "title", "weight", "purpose"] };
const CRITERIA: Sheet = Sheet {
    name: "Criteria",
    columns: &[
        "domain",
        "code",
        "title",
        "weight",
        "profiles",
        "question",
        "anchor_0",
        "anchor_1",
        "anchor_2",
        "anchor_3",
        "anchor_4",
        "evidence",
        "citations",
        "remediation",
        "effort",
    ],
};
const GATES: Sheet = Sheet { name: "Gates", columns: &["criterion", "rung", "least"] };
const CHECKS: Sheet =
    Sheet { name: "Checks", columns: &["criterion", "id", "kind", "passes_when", "conditions", "fail_cap"] };

/// What stands between the codes of a list in one cell; conditions stand on lines of their own.
const COMMA: &str = ", ";

/// A column's name as the sheet shows it: `Level cap`.
fn heading(column: &str) -> String {
    let words = column.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use domain::builtin;
    use domain::framework::draft::{Draft, Figure};
    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::Error;

    fn refused(bytes: Vec<u8>) -> Vec<String> {
        match read(bytes) {
            Err(Error::Invalid(problems)) => problems.into_iter().map(|problem| problem.problem).collect(),
            other => panic!("{other:?}"),
        }
    }

    /// The workbook with the text of one of its files changed.
    fn edited(bytes: &[u8], file: &str, change: impl Fn(String) -> String) -> Vec<u8> {
        let mut old = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut new = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for index in 0..old.len() {
            let mut entry = old.by_index(index).unwrap();
            let name = entry.name().unwrap().into_owned();
            let mut content = Vec::new();
            std::io::copy(&mut entry, &mut content).unwrap();
            if name == file {
                content = change(String::from_utf8(content).unwrap()).into_bytes();
            }
            new.start_file(name, SimpleFileOptions::default()).unwrap();
            new.write_all(&content).unwrap();
        }
        new.finish().unwrap().into_inner()
    }

    #[test]
    fn every_built_in_framework_comes_back_equal() {
        for framework in builtin::frameworks() {
            let draft = Draft::from(framework);
            assert_eq!(read(write(&draft).unwrap()).unwrap(), draft);
        }
    }

    #[test]
    fn odd_texts_and_figures_come_back_equal() {
        let mut draft = Draft::blank();
        draft.title = "=HYPERLINK(\"https://x.example\") ünï <&>".to_owned();
        draft.description = "  two\nlines, and spaces  ".to_owned();
        draft.version = "2026".to_owned();
        draft.domains[0].weight = Figure::new("much");
        draft.domains[0].criteria[0].weight = Figure::default();
        draft.sublevels[0].independent_assessor = true;
        draft.sublevels[0].min_domain = Figure::from(0);
        assert_eq!(read(write(&draft).unwrap()).unwrap(), draft);
    }

    #[test]
    fn what_no_sheet_can_say_is_not_written() {
        let mut draft = Draft::blank();
        draft.domains.push(draft.domains[0].clone());
        draft.domains[1].criteria[0].code = "D2-1".to_owned();
        let Err(Error::Conflict(words)) = write(&draft) else { panic!("a code is used twice") };
        assert!(words.contains("TOML"), "{words}");
        let mut draft = Draft::blank();
        draft.description = "x".repeat(40_000);
        assert!(matches!(write(&draft), Err(Error::Conflict(_))));
    }

    #[test]
    fn a_problem_names_sheet_row_and_column() {
        let good = write(&Draft::blank()).unwrap();
        let with = |from: &str, to: &str| {
            let texts = "xl/sharedStrings.xml";
            edited(&good, texts, |text| {
                assert!(text.contains(from), "{from} in {text}");
                text.replacen(from, to, 1)
            })
        };
        for (bytes, words) in [
            (
                with(">Level cap<", ">Colour<"),
                "Sheet \"Evidence classes\", row 1, column D: \"Colour\" is no column",
            ),
            (
                with(">no<", ">perhaps<"),
                "Sheet \"Rungs\", row 2, column \"Independent assessor\": write yes or no",
            ),
            (
                with(">disclaimer<", ">claimer<"),
                "Sheet \"Framework\", row 6: \"claimer\" is nothing that a framework has",
            ),
        ] {
            let problems = refused(bytes);
            assert!(problems.iter().any(|problem| problem.starts_with(words)), "{words} in {problems:#?}");
        }
        let sheets = edited(&good, "xl/workbook.xml", |text| text.replacen("\"Gates\"", "\"Doors\"", 1));
        assert!(refused(sheets)[0].contains("no sheet \"Gates\""));
    }

    #[test]
    fn a_criterion_of_no_domain_is_named_with_its_row() {
        let mut draft = Draft::blank();
        draft.domains[0].criteria[0].code = "D1-X".to_owned();
        let good = write(&draft).unwrap();
        let moved =
            edited(&good, "xl/worksheets/sheet6.xml", |text| text.replacen("<c r=\"A2\"", "<c r=\"A9\"", 1));
        let problems = refused(moved);
        assert!(problems[0].starts_with("Sheet \"Criteria\", row 2, column \"Domain\""), "{problems:#?}");
    }

    #[test]
    fn one_broken_cell_is_one_problem() {
        let framework = builtin::frameworks().iter().find(|one| one.code.as_str() == "VBR").unwrap();
        let good = write(&Draft::from(framework)).unwrap();
        let broken = |sheet: u8, cell: &str| {
            edited(&good, &format!("xl/worksheets/sheet{sheet}.xml"), |text| {
                let start = text.find(&format!("<c r=\"{cell}\"")).unwrap();
                let end = start + text[start..].find("</c>").unwrap();
                format!("{}<c r=\"{cell}\" t=\"e\"><v>#N/A</v>{}", &text[..start], &text[end..])
            })
        };
        for (sheet, cell, place) in [
            (5, "A2", "Sheet \"Domains\", row 2, column A"),
            (5, "C3", "Sheet \"Domains\", row 3, column C"),
            (6, "B3", "Sheet \"Criteria\", row 3, column B"),
            (6, "C4", "Sheet \"Criteria\", row 4, column C"),
        ] {
            let problems = refused(broken(sheet, cell));
            assert!(problems.len() == 1 && problems[0].starts_with(place), "{problems:#?}");
        }
        let misnamed =
            edited(&good, "xl/sharedStrings.xml", |text| text.replacen(">Purpose<", ">Porpoise<", 1));
        let problems = refused(misnamed);
        assert_eq!(problems.len(), 2, "no such column, and one is missing: {problems:#?}");
    }

    #[test]
    fn what_is_no_workbook_is_refused() {
        assert!(refused(b"PK\x03\x04 and nothing".to_vec())[0].contains("is no workbook"));
        let mut other = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        other.start_file("a.txt", SimpleFileOptions::default()).unwrap();
        other.write_all(b"a").unwrap();
        let other = other.finish().unwrap().into_inner();
        assert!(refused(other)[0].contains("is no workbook"));
    }

    #[test]
    fn a_workbook_that_unpacks_to_too_much_is_refused() {
        let mut bomb = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        bomb.start_file("xl/workbook.xml", SimpleFileOptions::default()).unwrap();
        let zeros = vec![b' '; 1 << 20];
        for _ in 0..40 {
            bomb.write_all(&zeros).unwrap();
        }
        let bomb = bomb.finish().unwrap().into_inner();
        assert!(bomb.len() < 1 << 20, "{}", bomb.len());
        assert!(refused(bomb)[0].contains("unpacks to more than 32 MB"));
    }

    #[test]
    fn a_cell_far_away_and_too_many_rows_are_refused() {
        let good = write(&Draft::blank()).unwrap();
        let far = edited(&good, "xl/worksheets/sheet2.xml", |text| {
            text.replacen("<c r=\"A2\"", "<c r=\"A1048576\"", 1)
        });
        assert!(refused(far)[0].contains("at most 5000 rows"));
        let wide = edited(&good, "xl/worksheets/sheet2.xml", |text| {
            text.replacen("<c r=\"B2\"", "<c r=\"XFD2\"", 1)
        });
        assert!(refused(wide)[0].contains("Sheet \"Profiles\""));
    }
}
