//! `fhir.endpoint_listing`: the organization's endpoint in its developer's published list, and whether it answers.
//!
//! The list is a FHIR Bundle of Endpoint and Organization resources (the form that certified developers publish since
//! 2025), in one or in several pages, or a CSV. The endpoint is looked for by its address, else by the organization's name; the listed address is
//! then asked for its metadata.

mod bundle;
mod table;

use std::collections::HashSet;
use std::time::Duration;

use domain::check::{Message, Outcome, Reach, Severity};
use http::StatusCode;
use http::header::LAST_MODIFIED;
use jiff::Timestamp;
use url::Url;

use super::portal_doc_link::http_date;
use super::{below_base, fhir, json, required};
use crate::failure::{Failure, Layer};
use crate::http::{Answer, Get};
use crate::prober::Context;
use crate::report::Report;

pub(crate) const CODE: &str = "fhir.endpoint_listing";

const LISTING: &str = "https://www.healthit.gov/test-method/standardized-api-patient-and-population-services";
const ACCEPT: &str = "application/fhir+json, application/json;q=0.9, text/csv;q=0.8, */*;q=0.5";
/// What asking the listed endpoint may take.
const ASIDE: Duration = Duration::from_secs(10);
/// The most pages of one list.
const MOST_PAGES: usize = 100;
/// Names shown where nothing fits.
const SHOWN: usize = 3;

/// One published endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Listed {
    address: String,
    /// The organizations that it is published for.
    names: Vec<String>,
}

/// A list as it was read.
#[derive(Debug, Default)]
struct List {
    endpoints: Vec<Listed>,
    changed: Option<Timestamp>,
    /// Why it goes on and could not be read to its end.
    unread: Option<String>,
}

/// One document of a list.
enum Document {
    Table(List),
    Page(bundle::Page),
}

pub(crate) async fn run(context: &Context<'_>) -> Outcome {
    let read = (|| {
        let list = context.connector.guard().vet_url(required(context, "list_url")?)?;
        Ok::<_, Failure>((list, below_base(context, "")?))
    })();
    let (url, base) = match read {
        Ok(read) => read,
        Err(failure) => return Report::new("GET list_url").stop(&failure),
    };
    let mut report = Report::new(format!("GET {url}, then {}/metadata", base.as_str().trim_end_matches('/')));
    let list = match fetch(context, &mut report, &url).await {
        Ok(list) => list,
        Err(failure) => {
            if failure.reach == Reach::Answered {
                report.observe("listed", false);
                report.observe("address_matches", false);
            }
            return report.stop(&failure);
        }
    };
    report.observe("entries", i64::try_from(list.endpoints.len()).unwrap_or(i64::MAX));
    if let Some(changed) = list.changed {
        let days = (context.now.as_second() - changed.as_second()).div_euclid(86_400);
        report.observe("list_age_days", days.max(0));
    }
    judge(context, report, &list, &base).await
}

/// Reads the list, page by page where it has pages.
async fn fetch(context: &Context<'_>, report: &mut Report, url: &Url) -> Result<List, Failure> {
    let answer = get(context, url, context.limits.list_bytes).await?;
    report.observe("http_status", i64::from(answer.status.as_u16()));
    if answer.url != *url {
        report.note(format!("{url} redirects to {}", answer.url));
    }
    must_be_ok(&answer)?;
    let mut list = match read(&answer, report)? {
        Document::Table(list) => list,
        Document::Page(first) => follow(context, report, &answer, first).await,
    };
    list.changed = list.changed.or_else(|| {
        let date = http_date(answer.header(LAST_MODIFIED)?)?;
        Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    });
    Ok(list)
}

async fn get(context: &Context<'_>, url: &Url, most: usize) -> Result<Answer, Failure> {
    let get = Get { url, accept: ACCEPT, bearer: None, deadline: context.deadline };
    context.http.get_long(&get, most).await
}

fn must_be_ok(answer: &Answer) -> Result<(), Failure> {
    if answer.status == StatusCode::OK {
        return Ok(());
    }
    let text = format!("expected 200 from {}, got {}", answer.url, json::status_text(answer.status));
    Err(Failure::answered(Layer::Http, text))
}

/// Reads the pages after the first: of the same site, and within the limits of one list.
async fn follow(context: &Context<'_>, report: &mut Report, answer: &Answer, first: bundle::Page) -> List {
    let most = context.limits.list_bytes;
    let (mut at, mut bytes) = (answer.url.clone(), answer.body.len());
    let bundle::Page { mut entries, changed, mut next, remark } = first;
    if let Some(remark) = remark {
        report.note(remark);
    }
    let mut read_already = HashSet::from([at.clone()]);
    let mut unread = None;
    while let Some(written) = next.take() {
        let page = read_already.len() + 1;
        let found = async {
            let url = at.join(&written).map_err(|_| "its address is none".to_owned())?;
            if url.origin() != answer.url.origin() {
                return Err(format!("it is on another site, {url}"));
            }
            if !read_already.insert(url.clone()) {
                return Err("it is a page that was read already".to_owned());
            }
            if page > MOST_PAGES || bytes >= most {
                return Err(format!("the list is longer than {MOST_PAGES} pages or {} MB", most >> 20));
            }
            let url = context.connector.guard().vet_url(url.as_str()).map_err(|error| error.to_string())?;
            let answer = get(context, &url, most - bytes).await.map_err(|failure| failure.to_string())?;
            must_be_ok(&answer).map_err(|failure| failure.to_string())?;
            if answer.url.origin() != at.origin() {
                return Err(format!("it redirects to another site, {}", answer.url));
            }
            let page = bundle::read(&answer.body).map_err(|failure| failure.to_string())?;
            Ok((answer, page))
        };
        match found.await {
            Ok((answer, page)) => {
                bytes += answer.body.len();
                at = answer.url;
                entries.extend(page.entries);
                next = page.next;
            }
            Err(why) => unread = Some(format!("page {page} was not read: {why}")),
        }
    }
    List { endpoints: bundle::endpoints(&entries), changed, unread }
}

/// What the list is, by its first character: what servers call it says little.
fn read(answer: &Answer, report: &mut Report) -> Result<Document, Failure> {
    let body = answer.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&answer.body);
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => {
            if body.len() < answer.body.len() {
                report.note(
                    "the list begins with a byte order mark, which JSON does not allow; it was passed over",
                );
            }
            bundle::read(body).map(Document::Page)
        }
        Some(b'<') => {
            let seen = answer.media_type().unwrap_or_else(|| "no content type".to_owned());
            let text = format!(
                "expected a FHIR Bundle in JSON or a CSV, got {seen}; the body begins with {}",
                json::beginning(body)
            );
            Err(Failure::answered(Layer::ContentType, text))
        }
        Some(_) => table::read(body).map(Document::Table),
        None => Err(Failure::answered(Layer::Parse, "the list is empty; expected a FHIR Bundle or a CSV")),
    }
}

async fn judge(context: &Context<'_>, mut report: Report, list: &List, base: &Url) -> Outcome {
    let wanted = context.parameters.text("organization_name").map(str::trim).filter(|name| !name.is_empty());
    let by_address = list.endpoints.iter().find(|listed| same_address(&listed.address, base));
    let by_name = wanted.and_then(|name| list.endpoints.iter().find(|listed| listed.is_of(name)));
    match (&list.unread, by_address) {
        (Some(why), None) => {
            let text = format!(
                "{base} is not among the first {} endpoints, and the rest of the list is unknown: {why}",
                list.endpoints.len()
            );
            return report.stop(&Failure::inconclusive(Layer::Rule, text));
        }
        (Some(why), Some(_)) => report.note(format!("the list goes on; {why}")),
        (None, _) => {}
    }
    report.observe("listed", by_address.is_some() || by_name.is_some());
    report.observe("address_matches", by_address.is_some());
    let asked = match (by_address, by_name) {
        (Some(listed), _) => {
            if let Some(name) = wanted.filter(|name| !listed.is_of(name)) {
                let text =
                    format!("expected {base} to be listed for {name}, it is listed for {}", listed.who());
                report.say(Message::new(Severity::Warning, text).at("organization_name"));
            }
            base.clone()
        }
        (None, Some(listed)) => {
            let text = format!("expected {base} in the list, got {} for {}", listed.address, listed.who());
            report.fail(requirement(Message::new(Severity::Error, text).at("address")));
            match context.connector.guard().vet_url(&listed.address) {
                Ok(url) => url,
                Err(error) => {
                    report.observe("reachable", false);
                    let text = format!("the listed address cannot be asked: {error}");
                    report.fail(Message::new(Severity::Error, text).at("address"));
                    return report.close();
                }
            }
        }
        (None, None) => {
            let mut text = format!("{base} is not among the {} endpoints of the list", list.endpoints.len());
            if let Some(name) = wanted {
                text = format!("{text}, and no endpoint is listed for {name}");
            }
            let some: Vec<_> = list.endpoints.iter().take(SHOWN).map(|listed| &*listed.address).collect();
            if !some.is_empty() {
                text = format!("{text}; it begins with {}", some.join(", "));
            }
            report.fail(requirement(Message::new(Severity::Error, text).at("entry")));
            base.clone()
        }
    };
    reach(context, &mut report, &asked).await;
    report.close()
}

fn requirement(message: Message) -> Message {
    message.requirement("45 CFR 170.404(b)(2)", LISTING)
}

/// Whether the endpoint answers its metadata request.
async fn reach(context: &Context<'_>, report: &mut Report, base: &Url) {
    let address = format!("{}/metadata", base.as_str().trim_end_matches('/'));
    let found = match context.connector.guard().vet_url(&address) {
        Ok(url) => metadata(context, &url).await,
        Err(error) => Err(error.into()),
    };
    report.observe("reachable", found.is_ok());
    if let Err(failure) = found {
        let text = format!("the metadata of the endpoint: {failure}");
        report.fail(Message::new(Severity::Error, text).at(failure.layer.as_str()));
    }
}

async fn metadata(context: &Context<'_>, url: &Url) -> Result<(), Failure> {
    let deadline = context.deadline.at_most(ASIDE);
    let answer = context.http.get(&Get { url, accept: fhir::ACCEPT, bearer: None, deadline }).await?;
    let document = fhir::resource(&answer, &mut Report::new(""))?;
    match json::text(&document, "resourceType") {
        Some("CapabilityStatement" | "Conformance") => Ok(()),
        other => {
            let seen = other.unwrap_or_default();
            Err(Failure::answered(Layer::Parse, format!("expected a CapabilityStatement, got {seen}")))
        }
    }
}

impl Listed {
    fn is_of(&self, name: &str) -> bool {
        self.names.iter().any(|known| folded(known) == folded(name))
    }

    fn who(&self) -> String {
        if self.names.is_empty() {
            "an organization without a name".to_owned()
        } else {
            self.names.join(", ")
        }
    }
}

/// A name without what writers vary: case, punctuation, spaces.
fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether two addresses are the same but for the case of the host, a default port and slashes at the end.
fn same_address(text: &str, base: &Url) -> bool {
    let trimmed = |url: &Url| url.as_str().trim_end_matches('/').to_owned();
    Url::parse(text.trim()).is_ok_and(|listed| trimmed(&listed) == trimmed(base))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        let base = Url::parse("https://fhir.example.org/r4").unwrap();
        for text in ["https://fhir.example.org/r4/", " HTTPS://FHIR.example.org:443/r4"] {
            assert!(same_address(text, &base), "{text}");
        }
        for text in ["http://fhir.example.org/r4", "https://fhir.example.org/R4", "fhir.example.org/r4", ""] {
            assert!(!same_address(text, &base), "{text}");
        }
    }
}
