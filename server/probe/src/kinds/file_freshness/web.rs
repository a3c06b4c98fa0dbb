//! A page of links, as web servers list a folder. The page is read for names only: when a file was changed its own
//! `Last-Modified` says, since the dates on such pages are in a zone that nobody names.

use http::header::LAST_MODIFIED;
use http::{Method, StatusCode};
use jiff::Timestamp;
use url::Url;

use super::pattern::Pattern;
use super::{Listing, MOST, NAME};
use crate::failure::{Failure, Layer};
use crate::given::{self, Unusable};
use crate::http::Request;
use crate::kinds::json::status_text;
use crate::prober::Context;

/// So many of the files are asked for their time: those whose names come last, for names carry dates.
const ASKED: usize = 20;

pub(super) async fn list(context: &Context<'_>, at: &str, pattern: &Pattern) -> Result<Listing, Failure> {
    // Without the slash the links would be read beside the folder instead of in it.
    let page = context.connector.guard().vet_url(&format!("{}/", at.trim_end_matches('/')))?;
    let credentials = context.parameters.text(NAME).map(authorization).transpose()?;
    let credentials = credentials.as_deref();
    let request = Request::new(Method::GET, &page, "text/html", context.deadline).authorization(credentials);
    let answer = context.http.send(&request).await?;
    if answer.status != StatusCode::OK {
        return Err(refused(&page, answer.status));
    }
    let html = String::from_utf8_lossy(&answer.body);
    let mut entries = 0;
    let mut names = Vec::new();
    for href in links(&html).take(MOST) {
        entries += 1;
        if let Some((name, url)) = file(&page, href)
            && pattern.fits(&name)
        {
            names.push((name, url));
        }
    }
    names.sort();
    names.dedup();
    let mut listing = Listing::default();
    for (name, url) in names.iter().rev().take(ASKED) {
        let head = Request::new(Method::HEAD, url, "*/*", context.deadline).authorization(credentials);
        let (status, headers) = context.http.send_for_head(&head).await?;
        if status != StatusCode::OK {
            return Err(refused(url, status));
        }
        let modified = headers.get(LAST_MODIFIED).and_then(|text| text.to_str().ok()).and_then(instant);
        let modified = modified.ok_or_else(|| {
            let text = format!("the server does not say when {name} was changed (Last-Modified)");
            Failure::answered(Layer::Http, text)
        })?;
        listing.take(name, modified);
    }
    listing.found = names.len();
    listing.entries = entries;
    Ok(listing)
}

/// The targets of links, as they are written.
fn links(html: &str) -> impl Iterator<Item = &str> {
    html.split("href=").skip(1).filter_map(|rest| {
        let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        rest[1..].split(quote).next()
    })
}

/// A link to a file of this very folder: its name and its address.
fn file(page: &Url, href: &str) -> Option<(String, Url)> {
    let url = page.join(&href.replace("&amp;", "&")).ok()?;
    let name = url.path().strip_prefix(page.path()).filter(|name| !name.is_empty() && !name.contains('/'))?;
    let here = url.origin() == page.origin() && url.query().is_none();
    let name = percent_decoded(name);
    here.then_some((name, url))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let coded = after.get(..2).filter(|_| *first == b'%');
        let coded = coded.and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        bytes.push(coded.unwrap_or(*first));
        rest = if coded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn instant(text: &str) -> Option<Timestamp> {
    Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp())
}

/// Credentials with which no page can be asked for.
pub(super) fn unusable(text: &str) -> Option<Unusable> {
    authorization(text).err()
}

/// `user:password`, `Bearer TOKEN` or `Basic …`.
fn authorization(text: &str) -> Result<String, Unusable> {
    use base64::Engine as _;
    let text = text.trim();
    if text.starts_with("Bearer ") || text.starts_with("Basic ") {
        given::header(NAME, text)?;
        return Ok(text.to_owned());
    }
    if text.contains(':') && !text.contains(char::is_whitespace) {
        let pair = base64::engine::general_purpose::STANDARD.encode(text);
        return Ok(format!("Basic {pair}"));
    }
    Err(Unusable::new(NAME, "write user:password, or Bearer and a token"))
}

fn refused(url: &Url, status: StatusCode) -> Failure {
    let text = format!("expected 200 from {url}, got {}", status_text(status));
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Failure::inconclusive(Layer::Http, text),
        _ => Failure::answered(Layer::Http, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_folder_itself_are_names() {
        let page: Url = "https://files.example.org/out/".parse().unwrap();
        let html = r#"<a href="../">up</a> <a href="?C=M;O=A">Date</a> <a href="claims_2026-11.csv">x</a>
            <a href='/out/a%20b.csv'>y</a> <a href="old/">old</a> <a href="https://evil.example/out/c.csv">z</a>"#;
        let names: Vec<_> = links(html).filter_map(|href| file(&page, href)).map(|(name, _)| name).collect();
        assert_eq!(names, ["claims_2026-11.csv", "a b.csv"]);
    }

    #[test]
    fn credentials_are_a_pair_or_a_token() {
        assert_eq!(authorization("reader:secret").unwrap(), "Basic cmVhZGVyOnNlY3JldA==");
        assert_eq!(authorization("Bearer abc").unwrap(), "Bearer abc");
        assert!(authorization("abc").is_err());
    }
}
