//! Beginning a draft: from nothing, from a version, or from a file.

use domain::FrameworkCode;
use domain::framework::draft::Draft;
use serde_json::json;

use super::{DraftPage, NewContents, must_author, record, text_of};
use crate::service::audit;
use crate::{Actor, Error, FieldError, Service, workbook};

/// The largest file that a draft is begun from, in bytes.
pub const LARGEST_FILE: usize = 4 << 20;

/// Said of a larger one.
pub const TOO_LARGE: &str = "A framework's file may hold at most 4 MB.";

/// What a draft begins with.
pub enum Beginning {
    /// The least that is valid.
    Blank,
    /// A version, to be followed by the next one; the latest where none is named.
    Version(FrameworkCode, Option<String>),
    /// A file in TOML, JSON or XLSX, recognized by its content.
    File(Vec<u8>),
}

impl Service {
    /// Begins a draft.
    pub async fn begin_draft(&self, actor: &Actor, beginning: Beginning) -> Result<DraftPage, Error> {
        must_author(actor)?;
        let (mut draft, from) = match beginning {
            Beginning::Blank => (record(actor, Draft::blank().write()), "blank"),
            Beginning::Version(code, version) => {
                let found = self.store().framework_by_code(&code, version.as_deref()).await?;
                let found = found.ok_or_else(|| {
                    Error::invalid("version", "Choose one of the versions that are published.")
                })?;
                let framework = self.prepared(found.id).await?.framework;
                let latest = self.store().framework_by_code(&code, None).await?;
                let latest = latest.map_or_else(|| found.version.clone(), |latest| latest.version);
                let next = Draft { version: next_version(&latest), ..Draft::from(&*framework) };
                let mut draft = record(actor, next.write());
                draft.base = Some(found.id);
                (draft, "version")
            }
            Beginning::File(content) => {
                // A workbook is unpacked and read: more than a request's share of a thread that others wait for.
                let reading = tokio::task::spawn_blocking(move || read_file(content));
                (record(actor, reading.await.map_err(Error::internal)??), "file")
            }
        };
        if draft.base.is_none()
            && let Ok(document) = Draft::read(&draft.text)
        {
            let code = FrameworkCode::from(document.code);
            draft.base = self.store().framework_by_code(&code, None).await?.map(|entry| entry.id);
        }
        let entry = audit(Some(actor), "draft.begun", draft.id, json!({ "from": from }));
        self.store().create_draft(&draft, entry).await?;
        self.draft_page(draft).await
    }
}

/// The text of a draft from a file: a TOML file as it is, so that it can be mended; others as what they say.
fn read_file(content: Vec<u8>) -> Result<String, Error> {
    let refused = |problem: &str| Error::invalid("file", problem);
    if content.len() > LARGEST_FILE {
        return Err(refused(TOO_LARGE));
    }
    if content.starts_with(b"PK\x03\x04") {
        return text_of(NewContents::Document(workbook::read(content)?));
    }
    let text = String::from_utf8(content)
        .map_err(|_| refused("The file is neither a workbook (.xlsx) nor text in UTF-8."))?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    if text.trim().is_empty() {
        return Err(refused("The file is empty. Choose a framework as TOML, JSON or XLSX."));
    }
    if text.trim_start().starts_with('{') {
        return text_of(NewContents::Document(read_json(text)?));
    }
    text_of(NewContents::Text(text.replace("\r\n", "\n")))
}

/// A framework as JSON, as the API shows it. A problem names its line.
fn read_json(text: &str) -> Result<Draft, Error> {
    serde_json::from_str(text).map_err(|error| {
        let words = error.to_string();
        let reason = words.split(" at line ").next().unwrap_or(&words);
        let problem = format!("Line {}, column {}: {reason}.", error.line(), error.column());
        Error::Invalid(vec![FieldError::new("file", problem).at_line(error.line())])
    })
}

/// The version that usually follows: 1.4.2 is followed by 1.5.0.
fn next_version(version: &str) -> String {
    let numbers: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
    match numbers.as_deref() {
        Some([major, minor, ..]) => format!("{major}.{}.0", minor.saturating_add(1)),
        Some([major]) => format!("{major}.1.0"),
        _ => version.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_version_is_higher() {
        for (version, next) in [("1.0.0", "1.1.0"), ("2.9.4", "2.10.0"), ("3", "3.1.0"), ("2026-a", "2026-a")]
        {
            assert_eq!(next_version(version), next);
        }
    }

    #[test]
    fn a_file_is_recognized_by_its_content() {
        let draft = Draft::blank();
        let json = serde_json::to_vec(&draft).unwrap();
        assert_eq!(Draft::read(&read_file(json).unwrap()), Ok(draft.clone()));
        let text = "title = \"not yet\"\r\n# with a comment\r\n";
        assert_eq!(read_file(text.into()).unwrap(), "title = \"not yet\"\n# with a comment\n");
        let workbook = workbook::write(&draft).unwrap();
        assert_eq!(Draft::read(&read_file(workbook).unwrap()), Ok(draft));
    }

    #[test]
    fn what_is_no_framework_file_is_refused_with_its_place() {
        let problem = |content: &[u8]| match read_file(content.to_vec()) {
            Err(Error::Invalid(problems)) => problems[0].clone(),
            other => panic!("{other:?}"),
        };
        for (content, words) in [
            (&b""[..], "empty"),
            (b"\xFF\xFE", "UTF-8"),
            (b"{\"code\": \"X\",\n \"colour\": 1}", "Line 2"),
            (b"{\"code\": 5}", "Line 1"),
            (b"PK\x03\x04 no workbook", "workbook"),
        ] {
            let found = problem(content);
            assert!(found.problem.contains(words), "{found:?}");
        }
        assert!(problem(&vec![b' '; LARGEST_FILE + 1]).problem.contains("4 MB"));
    }
}
