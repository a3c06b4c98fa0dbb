//! Office documents, which are ZIP archives: what they are and what they would unpack to, by the directory at their end.
//! That directory may lie: last of all each part is unpacked as far as it says and one byte further, and kept nowhere.

use std::io::{self, Read as _};

use flate2::read::DeflateDecoder;

use super::{FileKind, NotTaken};

/// Entries that are looked at in a directory; a document has far fewer.
const MOST_ENTRIES: usize = 10_000;
/// What a document may unpack to, in bytes: 256 MB.
const MOST_UNPACKED: u64 = 256 << 20;
/// From so many unpacked bytes on, 10 MB, the ratio counts: a short text packs to nearly nothing.
const SMALL: u64 = 10 << 20;
/// How many bytes may be unpacked from one.
const MOST_FROM_ONE: u64 = 200;

/// How most parts are packed (APPNOTE 4.4.5): the only way in which little unpacks to much.
const DEFLATED: usize = 8;

/// Said of a place that does not fit, which stands elsewhere then (APPNOTE 4.4.16). Nothing that is taken is so large, and
/// a part that is not found is not looked into.
const ELSEWHERE: usize = 0xffff_ffff;

/// A line of the directory.
struct Entry<'c> {
    name: &'c [u8],
    method: usize,
    packed: u64,
    unpacked: u64,
    /// Where the part begins, with a header of its own.
    at: usize,
}

/// The kind of the document.
pub(super) fn kind(content: &[u8]) -> Result<FileKind, NotTaken> {
    let entries = entries_of(content).ok_or(NotTaken::Archive)?;
    let kind = document(content, &entries).ok_or(NotTaken::Archive)?;
    if entries.iter().any(|entry| leads_astray(entry.name)) {
        return Err(NotTaken::Astray);
    }
    // In this order: what a directory admits bounds what is unpacked to see whether it is true.
    if is_bomb(content, &entries) || entries.iter().any(|entry| holds_more_than_it_says(content, entry)) {
        return Err(NotTaken::Bomb);
    }
    // Microsoft's have endings of their own (.docm, .xlsm, .pptm), which are not taken; OpenDocument has none.
    let is_macro: fn(&[u8]) -> bool = match kind {
        FileKind::Docx | FileKind::Xlsx | FileKind::Pptx => is_macro,
        _ => is_script,
    };
    if entries.iter().any(|entry| is_macro(entry.name)) {
        return Err(NotTaken::Macros);
    }
    Ok(kind)
}

fn document(content: &[u8], entries: &[Entry<'_>]) -> Option<FileKind> {
    let has = |name: &[u8]| entries.iter().any(|entry| entry.name == name);
    if has(b"[Content_Types].xml") {
        let parts = [
            (&b"word/document.xml"[..], FileKind::Docx),
            (b"xl/workbook.xml", FileKind::Xlsx),
            (b"ppt/presentation.xml", FileKind::Pptx),
        ];
        let found: Vec<_> = parts.into_iter().filter(|(name, _)| has(name)).map(|(_, kind)| kind).collect();
        return if let [kind] = found[..] { Some(kind) } else { None };
    }
    // OpenDocument 1.3, part 2, section 3.3: the first file is stored as it is and says the media type.
    if entries.first()?.name == b"mimetype" && content.get(30..38) == Some(b"mimetype") {
        let said = content.get(38..).unwrap_or_default();
        for kind in [FileKind::Odt, FileKind::Ods, FileKind::Odp] {
            // A template or another kind goes on after these words.
            let media = kind.media_type().as_bytes();
            if said.starts_with(media) && !matches!(said.get(media.len()), Some(b'-' | b'a'..=b'z')) {
                return Some(kind);
            }
        }
    }
    None
}

/// Whether a name is absolute, on whichever system, or climbs out of the folder that it is unpacked to.
fn leads_astray(name: &[u8]) -> bool {
    let separator = |byte: &u8| matches!(byte, b'/' | b'\\');
    name.first().is_some_and(separator)
        || name.get(1) == Some(&b':')
        || name.split(separator).any(|step| step == b"..")
}

/// Whether it unpacks to more than a document does, as a whole or in one part. Parts may lie upon each other in the file,
/// so that the whole is also held against the file's own size.
fn is_bomb(content: &[u8], entries: &[Entry<'_>]) -> bool {
    let file = u64::try_from(content.len()).unwrap_or(u64::MAX);
    let swells =
        |unpacked: u64, packed: u64| unpacked > SMALL && unpacked > packed.saturating_mul(MOST_FROM_ONE);
    let unpacked = entries.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.unpacked));
    let packed = entries.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.packed));
    unpacked > MOST_UNPACKED
        || swells(unpacked, packed.min(file))
        || entries.iter().any(|entry| swells(entry.unpacked, entry.packed))
}

/// Whether a part unpacks to more than the directory says. What does not unpack at all is damaged, which harms nobody.
fn holds_more_than_it_says(content: &[u8], entry: &Entry<'_>) -> bool {
    let Some(packed) = packed_part(content, entry).filter(|_| entry.method == DEFLATED) else { return false };
    let mut unpacking = DeflateDecoder::new(packed).take(entry.unpacked.saturating_add(1));
    io::copy(&mut unpacking, &mut io::sink()).is_ok_and(|unpacked| unpacked > entry.unpacked)
}

/// The content from where a part's own begins, behind its header (APPNOTE 4.3.7).
fn packed_part<'c>(content: &'c [u8], entry: &Entry<'_>) -> Option<&'c [u8]> {
    let header = content.get(entry.at..entry.at.checked_add(30)?)?;
    let length = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
    content.get(entry.at + 30 + length(26) + length(28)..)
}

/// Visual Basic's project (\[MS-OVBA\] 2.2.1) and Excel's older macro sheets. Names of parts differ in case to no one.
fn is_macro(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    let file = name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    file == b"vbaproject.bin" || name.starts_with(b"xl/macrosheets/")
}

/// A module of Basic, or a script in another language, where office programs store them in an `OpenDocument`. Lists of
/// libraries (`script-lc.xml`, `script-lb.xml`) are there without a single module too.
fn is_script(name: &[u8]) -> bool {
    let file = name.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    (name.starts_with(b"Basic/") && file.ends_with(b".xml") && !file.starts_with(b"script-l"))
        || (name.starts_with(b"Scripts/") && !file.is_empty())
}

/// The central directory (APPNOTE 4.3.12); `None` where it is not in order.
fn entries_of(content: &[u8]) -> Option<Vec<Entry<'_>>> {
    let number = |at: usize, length: usize| -> Option<usize> {
        let bytes = content.get(at..at.checked_add(length)?)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    };
    // A size that does not fit stands elsewhere (APPNOTE 4.5.3): 4 GB and more, which is too much in any case.
    let size = |at: usize| number(at, 4).map(|size| u64::try_from(size).unwrap_or(u64::MAX));
    // The end of the directory is 22 bytes long and followed by a comment of at most 65,535 (APPNOTE 4.3.16).
    let last = content.len().checked_sub(22)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    let end = (first..=last).rev().find(|at| content[*at..].starts_with(b"PK\x05\x06"))?;
    let count = number(end + 10, 2)?;
    if count > MOST_ENTRIES {
        return None;
    }
    let mut at = number(end + 16, 4)?;
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        if content.get(at..at.checked_add(4)?)? != b"PK\x01\x02" {
            return None;
        }
        let (name, extra, comment) = (number(at + 28, 2)?, number(at + 30, 2)?, number(at + 32, 2)?);
        entries.push(Entry {
            name: content.get(at + 46..at + 46 + name)?,
            method: number(at + 10, 2)?,
            packed: size(at + 20)?,
            unpacked: size(at + 24)?,
            at: number(at + 42, 4).filter(|at| *at != ELSEWHERE)?,
        });
        at += 46 + name + extra + comment;
    }
    Some(entries)
}
