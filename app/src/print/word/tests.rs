use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::print::printable;
use crate::print::sample::{WRITTEN, full, least};

/// The parts of a file by their names.
fn read_parts(content: &Content) -> BTreeMap<String, String> {
    let file = document(content, None).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let read = |name: String| {
        let mut text = String::new();
        archive.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
        (name, text)
    };
    names.into_iter().map(read).collect()
}

/// What stands in a paragraph, letter by letter, after its style: `Heading1: Summary`. Whatever is no XML fails.
fn paragraphs(xml: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let mut all: Vec<String> = Vec::new();
    loop {
        let event = reader.read_event().unwrap();
        let said = match &event {
            Event::Start(tag) | Event::Empty(tag) => match tag.name().as_ref() {
                b"w:p" => {
                    all.push(String::new());
                    continue;
                }
                b"w:pStyle" => {
                    let style = tag.try_get_attribute("w:val").unwrap().unwrap();
                    format!("{}: ", String::from_utf8(style.value.into_owned()).unwrap())
                }
                b"w:br" => "\n".to_owned(),
                b"w:tab" => "\t".to_owned(),
                _ => continue,
            },
            Event::Text(text) => text.decode().unwrap().into_owned(),
            Event::GeneralRef(entity) => match entity.decode().unwrap().as_ref() {
                "amp" => "&".to_owned(),
                "lt" => "<".to_owned(),
                "gt" => ">".to_owned(),
                "quot" => "\"".to_owned(),
                other => panic!("{other}"),
            },
            Event::Eof => return all,
            _ => continue,
        };
        if let Some(last) = all.last_mut() {
            last.push_str(&said);
        }
    }
}

fn count(xml: &str, what: &str) -> usize {
    xml.matches(what).count()
}

#[test]
fn every_part_is_named_by_its_type_and_is_xml() {
    for content in [least(), full()] {
        let parts = read_parts(&content);
        for (name, xml) in &parts {
            paragraphs(xml);
            let forbidden = |c: char| c.is_control() && !"\n\t".contains(c);
            assert!(!xml.contains(forbidden), "{name}");
        }
        let types = &parts["[Content_Types].xml"];
        for name in parts.keys().filter(|name| !name.contains("_rels/") && !name.starts_with('[')) {
            assert!(types.contains(&format!("PartName=\"/{name}\"")), "{name}");
        }
        let relations = &parts["word/_rels/document.xml.rels"];
        for name in parts.keys().filter_map(|name| name.strip_prefix("word/")) {
            let target = format!("Target=\"{name}\"");
            assert!(
                name.starts_with("_rels/") || name == "document.xml" || relations.contains(&target),
                "{name}"
            );
        }
    }
}

#[test]
fn sections_are_headings_in_the_order_of_the_report_and_the_contents_lead_to_them() {
    let parts = read_parts(&full());
    let document = &parts["word/document.xml"];
    let paragraphs = paragraphs(document);
    let of = |style: &str| -> Vec<_> {
        paragraphs.iter().filter_map(|said| said.strip_prefix(style)?.strip_prefix(": ")).collect()
    };
    let sections = [
        "Summary",
        "Numbers",
        "Domains",
        "Criteria",
        "Findings",
        "Attested overrides",
        "Cheapest climb to 8.1",
        "Check health",
        "Trend",
        "Method",
    ];
    assert_eq!(of("Heading1"), sections);
    assert_eq!(of("Heading2"), ["PAT Patients", "Why the whole is 68.2"]);
    let contents = of("TOC1");
    assert!(contents.iter().zip(sections).all(|(entry, title)| entry.ends_with(title)), "{contents:?}");
    for place in 1..=sections.len() {
        let name = format!("_Toc{place:06}\"");
        assert_eq!(count(document, &format!("w:anchor=\"{name}")), 1);
        assert_eq!(count(document, &format!("w:name=\"{name}")), 1);
    }
    for style in ["Heading1", "Heading2", "Title", "TOC1", "Sheet", "Strong"] {
        assert!(parts["word/styles.xml"].contains(&format!("w:styleId=\"{style}\"")), "{style}");
    }
    assert_eq!(count(document, "<w:tbl>"), count(document, "<w:tblHeader/>"), "every table has a head");
    assert!(count(document, "<w:tbl>") >= 10);
}

#[test]
fn the_disclaimer_stands_on_every_page_and_the_properties_say_what_it_is() {
    let parts = read_parts(&least());
    for name in ["word/document.xml", "word/footer.xml", "word/first-footer.xml", "docProps/core.xml"] {
        assert!(parts[name].contains("Not a certification."), "{name}");
    }
    let footer = &parts["word/footer.xml"];
    assert!(footer.contains("w:instr=\" PAGE \"") && footer.contains("w:instr=\" NUMPAGES \""), "{footer}");
    let properties = &parts["docProps/core.xml"];
    for said in ["<dc:title>Report</dc:title>", "<dc:language>en-US</dc:language>", "2026-11-20T12:05:00Z"] {
        assert!(properties.contains(said), "{said}: {properties}");
    }
    assert!(parts["word/styles.xml"].contains("<w:lang w:val=\"en-US\""));
    let document = &parts["word/document.xml"];
    assert!(document.contains("w:pgSz w:w=\"11906\" w:h=\"16838\""), "A4: {document}");
}

#[test]
fn what_people_write_stands_there_letter_by_letter_and_does_nothing() {
    let parts = read_parts(&full());
    let document = &parts["word/document.xml"];
    let said = paragraphs(document);
    let written = printable::text(WRITTEN);
    assert!(written.contains("bellthere") && written.starts_with("=1+1 </w:t><w:p>"), "{written}");
    for style in ["Title", "Cell", "Sub"] {
        assert!(said.contains(&format!("{style}: {written}")), "{style}: {said:?}");
    }
    assert_eq!(count(document, "<w:instrText"), 1, "the contents");
    assert_eq!(count(document, "w:fldSimple"), 0);
    let relations = &parts["word/_rels/document.xml.rels"];
    assert_eq!(count(relations, "TargetMode=\"External\""), 2, "the live report and the methods");
    assert!(relations.contains("Target=\"https://rung.example/a?b=1&amp;c=&quot;2&quot;\""), "{relations}");

    let mut content = least();
    let link = crate::print::model::Link { words: "Live:", address: "javascript:alert(1)".to_owned() };
    content.cover.live = Some(link);
    let parts = read_parts(&content);
    assert!(!parts["word/_rels/document.xml.rels"].contains("External"), "only the web is linked");
    assert!(parts["word/document.xml"].contains("javascript:alert(1)"));
}

#[test]
fn what_is_written_from_the_right_says_so() {
    let document = &read_parts(&full())["word/document.xml"];
    assert_eq!((count(document, "<w:bidi/>"), count(document, "<w:rtl/>")), (1, 1));
}

#[test]
fn a_status_is_a_word_and_what_is_contradicted_says_so() {
    let document = &read_parts(&full())["word/document.xml"];
    let said = paragraphs(document);
    for said_so in ["Cell: Fail", "NumberSub: contradicted by a check", "Small: 1 /3 ✕", "Cell: Critical"] {
        assert!(said.contains(&said_so.to_owned()), "{said_so}: {said:?}");
    }
}

#[test]
fn a_criterion_is_led_to_where_it_stands_in_the_document() {
    let mut content = full();
    let document = &read_parts(&content)["word/document.xml"];
    assert_eq!(count(document, "w:anchor=\"criterion_"), 1, "PAT-1 of the finding; PAT-9 is not listed");
    content.criteria = None;
    assert!(!read_parts(&content)["word/document.xml"].contains("w:anchor=\"criterion_"));
}

#[test]
fn a_report_is_the_same_file_every_time_and_holds_the_logo_where_there_is_one() {
    let mut content = full();
    let made = |content: &Content, logo| document(content, logo).unwrap();
    assert_eq!(made(&content, None), made(&content, None));
    content.cover.logo = Some((46.0, 12.3));
    let file = made(&content, Some(b"png".to_vec()));
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut picture = Vec::new();
    archive.by_name("word/media/logo.png").unwrap().read_to_end(&mut picture).unwrap();
    assert_eq!(picture, b"png");
    let mut document = String::new();
    archive.by_name("word/document.xml").unwrap().read_to_string(&mut document).unwrap();
    assert!(document.contains("descr=\"Logo\"") && document.contains("cx=\"1656000\" cy=\"442800\""));
}
