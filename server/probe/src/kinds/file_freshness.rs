//! `file.freshness`: the newest file of a drop location is young enough for the cadence that was agreed.
//!
//! Lists a folder that the operator opened, an SFTP server, an S3-compatible store or a web page of links; names and
//! times only, no file is opened. Without a location the owner reports instead, and this never runs.

mod folder;
mod pattern;
mod s3;
mod sftp;
mod web;

use domain::check::{Message, Outcome, Parameters, Reach, Severity};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use self::pattern::Pattern;
use super::required;
use crate::failure::{Failure, Layer};
use crate::given::{self, Unusable};
use crate::prober::Context;
use crate::report::Report;

pub(crate) const CODE: &str = "file.freshness";

/// The most entries of a location that are looked at.
const MOST: usize = 20_000;
/// A file may seem to come from the future by so much, where the clocks of two machines differ.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// What a location holds of a pattern.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Listing {
    /// Files whose name fits.
    found: usize,
    /// Entries in all.
    entries: usize,
    newest: Option<Newest>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Newest {
    name: String,
    at: Timestamp,
}

impl Listing {
    /// Takes in an entry that fits.
    fn take(&mut self, name: &str, at: Timestamp) {
        self.found += 1;
        if self.newest.as_ref().is_none_or(|newest| newest.at < at) {
            self.newest = Some(Newest { name: name.to_owned(), at });
        }
    }
}

/// The parameter that says who lists.
const NAME: &str = "credentials";

/// Where files lie.
enum Place<'a> {
    Folder(&'a str),
    Store(&'a str),
    Server(&'a str),
    Web(&'a str),
}

impl<'a> Place<'a> {
    fn of(location: &'a str) -> Result<Self, Failure> {
        let (scheme, _) = location.split_once("://").unwrap_or_default();
        match scheme {
            "file" => Ok(Self::Folder(location)),
            "s3" => Ok(Self::Store(location)),
            "sftp" => Ok(Self::Server(location)),
            "http" | "https" => Ok(Self::Web(location)),
            _ => Err(Failure::inconclusive(
                Layer::Guard,
                format!(
                    "{location} is no place that can be listed: write sftp://, s3://, https:// or file://"
                ),
            )),
        }
    }
}

/// What of the parameters no run could read: each place wants credentials of its own form.
pub(super) fn unusable(parameters: &Parameters) -> Option<Unusable> {
    let credentials = given::text(parameters, NAME)?;
    match Place::of(parameters.text("location")?).ok()? {
        Place::Folder(_) => None,
        Place::Store(_) => s3::unusable(credentials),
        Place::Server(_) => sftp::unusable(credentials),
        Place::Web(_) => web::unusable(credentials),
    }
}

pub(crate) async fn run(context: &Context<'_>) -> Outcome {
    let (location, pattern) = match (required(context, "location"), required(context, "pattern")) {
        (Ok(location), Ok(pattern)) => (location, Pattern::new(pattern)),
        (Err(failure), _) | (_, Err(failure)) => return Report::new("list files").stop(&failure),
    };
    let mut report = Report::new(format!("list {location} for {}", pattern.as_str()));
    let listed = match Place::of(location) {
        Ok(Place::Folder(at)) => folder::list(context, at, &pattern).await,
        Ok(Place::Store(at)) => s3::list(context, at, &pattern).await,
        Ok(Place::Server(at)) => sftp::list(context, at, &pattern).await,
        Ok(Place::Web(at)) => web::list(context, at, &pattern).await,
        Err(failure) => Err(failure),
    };
    match listed {
        Ok(listing) => judge(context, &mut report, &listing, pattern.as_str()),
        Err(failure) => {
            // A place that answers and lists nothing: no file can be seen to have come.
            if failure.reach == Reach::Answered {
                report.observe("in_window", false);
            }
            return report.stop(&failure);
        }
    }
    report.close()
}

/// Holds the newest file against cadence and grace.
fn judge(context: &Context<'_>, report: &mut Report, listing: &Listing, pattern: &str) {
    report.observe("files_found", i64::try_from(listing.found).unwrap_or(i64::MAX));
    let Some(newest) = &listing.newest else {
        report.observe("in_window", false);
        let text = format!("no file fits {pattern}; {} entries do not", listing.entries);
        report.fail(Message::new(Severity::Error, text).at("pattern"));
        return;
    };
    let seconds = |name: &str| {
        let seconds = context.parameters.seconds(name).and_then(|seconds| i64::try_from(seconds).ok());
        seconds.unwrap_or(24 * 3600)
    };
    let age = context.now.duration_since(newest.at);
    if age < -SKEW {
        let text = format!("{} is dated {:.0}, in the future: its time says nothing", newest.name, newest.at);
        report.warn(Message::new(Severity::Warning, text).at("clock"));
    }
    let age = age.as_secs().max(0);
    let overdue = (age - seconds("cadence")).max(0);
    report.observe("age_hours", hours(age));
    report.observe("overdue_hours", hours(overdue));
    report.observe("in_window", overdue <= seconds("grace"));
    let text = format!("the newest file is {}, of {:.0}", newest.name, newest.at);
    if overdue == 0 {
        report.note(text);
    } else if overdue <= seconds("grace") {
        let text = format!("{text}; the next one is {} hours late, within the grace", hours(overdue));
        report.warn(Message::new(Severity::Warning, text).at("cadence"));
    } else {
        let text = format!("{text}; the next one is {} hours overdue, and missing", hours(overdue));
        report.fail(Message::new(Severity::Error, text).at("cadence"));
    }
}

fn hours(seconds: i64) -> Decimal {
    (Decimal::from(seconds) / Decimal::from(3600)).round_dp(2).normalize()
}
