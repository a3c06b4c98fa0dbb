//! What a file that somebody sends is called: without folders, control characters and tricks of direction.

use super::sniff::FileKind;

/// The longest name, in characters.
const LONGEST: usize = 120;

/// The name that is kept. An ending that the content contradicts is refused, with words for whoever sent it; a name
/// without one gets the content's.
pub(crate) fn clean(name: &str, kind: FileKind) -> Result<String, String> {
    let plain = plain(name);
    let plain = plain.trim().trim_matches('.').trim();
    let (stem, ending) = match plain.rsplit_once('.') {
        Some((stem, ending)) if is_ending(ending) => {
            (stem.trim_end_matches('.'), Some(ending.to_lowercase()))
        }
        _ => (plain, None),
    };
    let endings = kind.endings();
    let ending = match ending {
        None => endings[0].to_owned(),
        Some(ending) if endings.contains(&ending.as_str()) => ending,
        Some(ending) => {
            return Err(format!(
                "The file is named .{ending} and holds {kind}. Give it the ending .{} if that is what it is.",
                endings[0]
            ));
        }
    };
    let stem: String = stem.chars().take(LONGEST - ending.len() - 1).collect();
    let stem = if stem.trim().is_empty() { "evidence" } else { stem.trim() };
    Ok(format!("{stem}.{ending}"))
}

/// A name under which no system opens the file by itself, whatever it is.
pub(crate) fn opaque(name: &str) -> String {
    const ENDING: &str = ".bin";
    let plain = plain(name);
    let stem = plain.trim().trim_end_matches(ENDING).trim_matches('.').trim();
    let stem: String = stem.chars().take(LONGEST - ENDING.len()).collect();
    let stem = if stem.trim().is_empty() { "evidence" } else { stem.trim() };
    format!("{stem}{ENDING}")
}

/// Without folders and without what only seems to be a letter.
fn plain(name: &str) -> String {
    // Whatever stands before the last separator of either system is a folder.
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    base.chars().filter(|c| !c.is_control() && !is_direction(*c)).collect()
}

fn is_ending(text: &str) -> bool {
    (1..=8).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Characters that turn the direction of what follows: `report\u{202e}fdp.exe` reads as `reportexe.pdf`.
const fn is_direction(c: char) -> bool {
    crate::name::turns(c) || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_no_folder_and_no_trick() {
        let pdf = |name| clean(name, FileKind::Pdf).unwrap();
        assert_eq!(pdf("../../etc/report.pdf"), "report.pdf");
        assert_eq!(pdf("C:\\Users\\ana\\Report 2026.PDF"), "Report 2026.pdf");
        assert_eq!(pdf("re\u{202e}po\0rt\r\n.pdf"), "report.pdf");
        assert_eq!(pdf(""), "evidence.pdf");
        assert_eq!(pdf("../.."), "evidence.pdf");
        assert_eq!(pdf("no ending"), "no ending.pdf");
        assert_eq!(pdf("Größe v1.2 final.pdf"), "Größe v1.2 final.pdf");
        assert!(pdf(&format!("{}.pdf", "x".repeat(500))).chars().count() <= LONGEST);
        assert_eq!(clean("scan.JPEG", FileKind::Jpeg).unwrap(), "scan.jpeg");
    }

    #[test]
    fn a_file_of_no_known_kind_gets_a_name_that_opens_nothing() {
        assert_eq!(opaque("../run\u{202e}.exe"), "run.exe.bin");
        assert_eq!(opaque("macros.xlsx.bin"), "macros.xlsx.bin");
        assert_eq!(opaque("..\\"), "evidence.bin");
        assert_eq!(opaque(&"x".repeat(500)).chars().count(), LONGEST);
    }

    #[test]
    fn a_name_that_lies_about_the_content_is_refused() {
        let refused = clean("report.pdf", FileKind::Png).unwrap_err();
        assert!(refused.contains(".pdf") && refused.contains("PNG") && refused.contains(".png"), "{refused}");
        for name in ["run.exe", "page.html", "picture.svg", "table.xlsx"] {
            assert!(clean(name, FileKind::Text).is_err(), "{name}");
        }
    }
}
