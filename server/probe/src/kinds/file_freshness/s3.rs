//! A bucket of an S3-compatible store: `s3://HOST[:PORT]/BUCKET/FOLDER`, over TLS.
//!
//! Keys directly in the folder are listed (`ListObjectsV2` with a delimiter). Requests are signed here and sent through
//! the guard like any other (AWS Signature Version 4, in the query).

use std::time::Duration;

use http::{Method, StatusCode};
use jiff::Timestamp;
use rusty_s3::actions::{ListObjectsV2, S3Action as _};
use rusty_s3::{Bucket, Credentials, UrlStyle};
use url::Url;

use super::pattern::Pattern;
use super::{Listing, NAME};
use crate::failure::{Failure, Layer};
use crate::given::Unusable;
use crate::http::Request;
use crate::kinds::json::status_text;
use crate::prober::Context;

/// The most pages of a list, a thousand objects each.
const PAGES: usize = 20;
/// How long a signature is good for.
const SIGNED_FOR: Duration = Duration::from_mins(5);
/// Where a store has no regions it takes this one.
const REGION: &str = "us-east-1";

/// What to list, and who asks.
struct Wanted {
    bucket: Bucket,
    /// With its slash; empty for the whole bucket.
    folder: String,
    credentials: Option<Credentials>,
}

pub(super) async fn list(context: &Context<'_>, at: &str, pattern: &Pattern) -> Result<Listing, Failure> {
    let wanted = wanted(context, at)?;
    let mut listing = Listing::default();
    let mut next: Option<String> = None;
    for _ in 0..PAGES {
        let mut action = wanted.bucket.list_objects_v2(wanted.credentials.as_ref());
        action.with_delimiter("/");
        action.with_prefix(wanted.folder.as_str());
        if let Some(token) = next {
            action.with_continuation_token(token);
        }
        let url = action.sign(SIGNED_FOR);
        let request = Request::new(Method::GET, &url, "application/xml", context.deadline);
        let answer = context.http.send(&request).await?;
        if answer.status != StatusCode::OK {
            return Err(refused(&wanted, answer.status, &answer.body));
        }
        let unreadable = |error: &dyn std::fmt::Display| {
            Failure::answered(Layer::Parse, format!("the store's list is not readable: {error}"))
        };
        let text = std::str::from_utf8(&answer.body).map_err(|error| unreadable(&error))?;
        let parsed = ListObjectsV2::parse_response(text).map_err(|error| unreadable(&error))?;
        for object in parsed.contents {
            listing.entries += 1;
            let name = object.key.strip_prefix(&wanted.folder).unwrap_or(&object.key);
            if name.is_empty() || !pattern.fits(name) {
                continue;
            }
            let at = object.last_modified.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
            let at = at.ok_or_else(|| {
                Failure::answered(Layer::Parse, format!("the store does not say when {name} was changed"))
            })?;
            listing.take(name, at);
        }
        next = parsed.next_continuation_token;
        if next.is_none() {
            return Ok(listing);
        }
    }
    let text = format!("the folder has more than {} objects: name one with fewer", listing.entries);
    Err(Failure::answered(Layer::Rule, text))
}

fn wanted(context: &Context<'_>, at: &str) -> Result<Wanted, Failure> {
    let unusable = |problem: &str| Failure::inconclusive(Layer::Guard, format!("{at}: {problem}"));
    let rest = at.strip_prefix("s3://").unwrap_or(at);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let endpoint = context.connector.guard().vet_url(&format!("https://{host}/"))?;
    let (bucket, folder) = path.split_once('/').unwrap_or((path, ""));
    if bucket.is_empty() {
        return Err(unusable("name the bucket, as s3://storage.example.org/bucket/folder"));
    }
    let folder = folder.trim_matches('/');
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let (credentials, region) = match context.parameters.text(NAME) {
        None => (None, REGION.to_owned()),
        Some(text) => {
            let (credentials, region) = credentials(text)?;
            (Some(credentials), region)
        }
    };
    let bucket = Bucket::new(endpoint, UrlStyle::Path, bucket.to_owned(), region)
        .map_err(|error| unusable(&error.to_string()))?;
    Ok(Wanted { bucket, folder, credentials })
}

/// Credentials with which no bucket can be listed.
pub(super) fn unusable(text: &str) -> Option<Unusable> {
    credentials(text).err()
}

/// `ACCESS-KEY:SECRET-KEY`, or `ACCESS-KEY:SECRET-KEY@REGION`.
fn credentials(text: &str) -> Result<(Credentials, String), Unusable> {
    let (pair, region) = match text.trim().rsplit_once('@') {
        Some((pair, region)) => (pair, region.trim().to_owned()),
        None => (text.trim(), REGION.to_owned()),
    };
    match pair.split_once(':') {
        Some((key, secret)) if !key.is_empty() && !secret.is_empty() && !region.is_empty() => {
            Ok((Credentials::new(key.trim(), secret.trim()), region))
        }
        _ => Err(Unusable::new(NAME, "write ACCESS-KEY:SECRET-KEY, or ACCESS-KEY:SECRET-KEY@REGION")),
    }
}

fn refused(wanted: &Wanted, status: StatusCode, body: &[u8]) -> Failure {
    let body = String::from_utf8_lossy(body);
    // `<Error><Code>AccessDenied</Code>…`; the rest may repeat what was signed.
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    let code = code.map(|(code, _)| code).filter(|code| code.chars().all(char::is_alphanumeric));
    let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
    let text = format!(
        "expected 200 for bucket {} of {}, got {}{code}",
        wanted.bucket.name(),
        host(wanted.bucket.base_url()),
        status_text(status)
    );
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Failure::inconclusive(Layer::Http, text),
        _ => Failure::answered(Layer::Http, text),
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_a_pair_and_perhaps_a_region() {
        assert_eq!(credentials("AKIA1:abc/d+e").unwrap().1, "us-east-1");
        let (pair, region) = credentials("AKIA1:abc/d+e@eu-central-1").unwrap();
        assert_eq!((pair.key(), region.as_str()), ("AKIA1", "eu-central-1"));
        for text in ["", "AKIA1", ":secret", "AKIA1:", "AKIA1:abc@"] {
            let refused = credentials(text).unwrap_err();
            assert!(!refused.problem.contains("abc"), "{}", refused.problem);
        }
    }
}
