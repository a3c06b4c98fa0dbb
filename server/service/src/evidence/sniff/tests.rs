//! Files that are what they are, and files that pretend.

use super::*;

/// An archive whose files are stored as they are.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let truthful: Vec<_> = files.iter().map(|(name, content)| (*name, *content, content.len())).collect();
    declared(&truthful)
}

/// The same, with what its directory says that each unpacks to.
fn declared(files: &[(&str, &[u8], usize)]) -> Vec<u8> {
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    let sixteen = |length: usize| u16::try_from(length).unwrap().to_le_bytes();
    let thirty_two = |length: usize| u32::try_from(length).unwrap().to_le_bytes();
    for (name, content, unpacked) in files {
        let offset = body.len();
        let mut facts = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        facts.extend(thirty_two(content.len()));
        facts.extend(thirty_two(*unpacked));
        facts.extend(sixteen(name.len()));
        facts.extend([0, 0]);
        body.extend(b"PK\x03\x04");
        body.extend(&facts);
        body.extend(name.as_bytes());
        body.extend(*content);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&facts);
        directory.extend([0; 10]);
        directory.extend(thirty_two(offset));
        directory.extend(name.as_bytes());
    }
    let at = body.len();
    body.extend(&directory);
    body.extend(b"PK\x05\x06\0\0\0\0");
    body.extend(sixteen(files.len()));
    body.extend(sixteen(files.len()));
    body.extend(thirty_two(directory.len()));
    body.extend(thirty_two(at));
    body.extend([0, 0]);
    body
}

#[test]
fn a_file_is_what_its_content_says() {
    let office =
        |part| archive(&[("[Content_Types].xml", b"<Types/>"), ("_rels/.rels", b""), (part, b"<x/>")]);
    let odf = |media: &str| archive(&[("mimetype", media.as_bytes()), ("content.xml", b"<x/>")]);
    let cases: [(Vec<u8>, FileKind); 13] = [
        (b"%PDF-1.7\n".to_vec(), FileKind::Pdf),
        (b"\x89PNG\r\n\x1a\n....".to_vec(), FileKind::Png),
        (b"\xff\xd8\xff\xe0".to_vec(), FileKind::Jpeg),
        (b"GIF89a".to_vec(), FileKind::Gif),
        (b"RIFF\0\0\0\0WEBPVP8 ".to_vec(), FileKind::Webp),
        (office("word/document.xml"), FileKind::Docx),
        (office("xl/workbook.xml"), FileKind::Xlsx),
        (office("ppt/presentation.xml"), FileKind::Pptx),
        (odf("application/vnd.oasis.opendocument.text"), FileKind::Odt),
        (odf("application/vnd.oasis.opendocument.spreadsheet"), FileKind::Ods),
        (b"name;count\r\nM\xfcller;3\r\n".to_vec(), FileKind::Text),
        ("\u{feff}Größe, Zahl\n".as_bytes().to_vec(), FileKind::Text),
        (b"{\"a\": 1}".to_vec(), FileKind::Text),
    ];
    for (content, kind) in cases {
        assert_eq!(sniff(&content), Ok(kind), "{kind}");
    }
}

#[test]
fn what_could_harm_or_is_unknown_is_not_taken() {
    let bomb = archive(&[("bomb", &[0; 4096])]);
    let both = archive(&[("[Content_Types].xml", b""), ("word/document.xml", b""), ("xl/workbook.xml", b"")]);
    let cases: [(&[u8], NotTaken); 15] = [
        (b"", NotTaken::Empty),
        (b" \r\n", NotTaken::Empty),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>", NotTaken::Markup),
        (b"\xef\xbb\xbf\n  <!DOCTYPE html>", NotTaken::Markup),
        (b"<?xml version=\"1.0\"?><svg/>", NotTaken::Markup),
        (&bomb, NotTaken::Archive),
        (&both, NotTaken::Archive),
        (b"PK\x03\x04", NotTaken::Archive),
        (b"\x1f\x8b\x08", NotTaken::Archive),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", NotTaken::OldOffice),
        (b"MZ\x90\0\x03", NotTaken::Unknown),
        (b"\x7fELF\x02", NotTaken::Unknown),
        (b"\xff\xfe<\0s\0v\0g\0", NotTaken::Utf16),
        (b"\xfe\xff\0n\0a\0m\0e", NotTaken::Utf16),
        (b"n\0a\0m\0e\0", NotTaken::Unknown),
    ];
    for (content, why) in cases {
        assert_eq!(sniff(content), Err(why), "{content:?}");
    }
}

#[test]
fn a_document_that_unpacks_to_far_too_much_is_not_taken() {
    let packed: &[u8] = &vec![b'x'; 1 << 20];
    let workbook = |sheets: &[(&str, &[u8], usize)]| {
        let mut files = vec![("[Content_Types].xml", &b"<Types/>"[..], 8), ("xl/workbook.xml", b"<x/>", 4)];
        files.extend(sheets);
        sniff(&declared(&files))
    };
    let (mega, sheet, other) = (1 << 20, "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml");
    let bombs: [&[(&str, &[u8], usize)]; 5] = [
        // 1 kB to 11 MB, beside much that is what it says.
        &[(sheet, &packed[..1024], 11 * mega), (other, packed, mega)],
        // 1 MB to 201 MB.
        &[(sheet, packed, 201 * mega)],
        &[(sheet, packed, 150 * mega), (other, packed, 107 * mega)],
        // What stands elsewhere, and 4 GB.
        &[(sheet, packed, 0xffff_ffff)],
        &[(sheet, &b""[..], 11 * mega)],
    ];
    for (place, bomb) in bombs.into_iter().enumerate() {
        assert_eq!(workbook(bomb), Err(NotTaken::Bomb), "bomb {place}");
    }
    let documents: [&[(&str, &[u8], usize)]; 3] = [
        &[(sheet, &b"x"[..], 9 * mega)],
        &[(sheet, packed, 200 * mega)],
        &[(sheet, packed, 150 * mega), (other, packed, 100 * mega)],
    ];
    for (place, document) in documents.into_iter().enumerate() {
        assert_eq!(workbook(document), Ok(FileKind::Xlsx), "document {place}");
    }
    let text = b"application/vnd.oasis.opendocument.text";
    let odt = declared(&[("mimetype", &text[..], text.len()), ("content.xml", b"x", 300 * mega)]);
    assert_eq!(sniff(&odt), Err(NotTaken::Bomb));
}

#[test]
fn a_document_with_macros_or_with_parts_outside_is_not_taken() {
    let with = |part| {
        let files = [("[Content_Types].xml", &b"<Types/>"[..]), ("xl/workbook.xml", b"<x/>"), (part, b"x")];
        sniff(&archive(&files))
    };
    for part in ["xl/vbaProject.bin", "xl/VBAPROJECT.BIN", "word/vbaProject.bin", "xl/macrosheets/sheet1.xml"]
    {
        assert_eq!(with(part), Err(NotTaken::Macros), "{part}");
    }
    for part in ["/etc/passwd", "\\server\\share", "C:\\x", "../x", "xl/../../x", "xl\\..\\x", ".."] {
        assert_eq!(with(part), Err(NotTaken::Astray), "{part}");
    }
    for part in ["xl/sheet..xml", "xl/vbaProject.bin.rels", "docProps/..app"] {
        assert_eq!(with(part), Ok(FileKind::Xlsx), "{part}");
    }
    let open = |part| archive(&[("mimetype", b"application/vnd.oasis.opendocument.text"), (part, b"<x/>")]);
    assert_eq!(sniff(&open("../content.xml")), Err(NotTaken::Astray));
    for part in ["Basic/Standard/Module1.xml", "Scripts/python/run.py"] {
        assert_eq!(sniff(&open(part)), Err(NotTaken::Macros), "{part}");
    }
    for part in ["Basic/script-lc.xml", "Basic/Standard/script-lb.xml", "Scripts/", "content.xml"] {
        assert_eq!(sniff(&open(part)), Ok(FileKind::Odt), "{part}");
    }
}

#[test]
fn a_directory_that_lies_about_its_places_is_no_document() {
    let whole = archive(&[("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<x/>")]);
    for cut in 0..whole.len() {
        assert_ne!(sniff(&whole[..cut]), Ok(FileKind::Xlsx), "cut after {cut} bytes");
    }
    for place in whole.len() - 22..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 0xff;
        let _ = sniff(&changed);
    }
    // A part whose place stands elsewhere: other programs look there, and might find more than is admitted.
    let mut elsewhere = whole.clone();
    let last = elsewhere.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    elsewhere[last + 42..last + 46].copy_from_slice(&[0xff; 4]);
    assert_eq!((sniff(&whole), sniff(&elsewhere)), (Ok(FileKind::Xlsx), Err(NotTaken::Archive)));
}
