//! A folder of this machine, below the one that the operator opened, or below the organization's own in it. Nothing else is
//! ever looked at: a link that leads out of it is refused like a path that does.

use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;

use super::pattern::Pattern;
use super::{Listing, MOST};
use crate::failure::{Failure, Layer};
use crate::prober::Context;

pub(super) async fn list(context: &Context<'_>, at: &str, pattern: &Pattern) -> Result<Listing, Failure> {
    let Some(root) = context.feed_root else {
        let text = "no folder of this machine is opened to checks: the operator names one in RUNG_FEED_ROOT";
        return Err(Failure::inconclusive(Layer::Guard, text));
    };
    let below = at.strip_prefix("file://").unwrap_or(at).trim_start_matches('/').to_owned();
    let (root, pattern) = (root.to_owned(), pattern.clone());
    let read = tokio::task::spawn_blocking(move || read(&root, &below, &pattern));
    match context.deadline.bound(read).await {
        Ok(Ok(listing)) => listing,
        Ok(Err(_)) => Err(Failure::inconclusive(Layer::Guard, "reading the folder broke off")),
        Err(time) => {
            Err(Failure::no_answer(Layer::Connect, format!("the folder did not answer within {time}")))
        }
    }
}

fn read(root: &Path, below: &str, pattern: &Pattern) -> Result<Listing, Failure> {
    let folder = inside(root, below)?;
    let unread = |error: std::io::Error| unreadable(below, &error);
    let mut listing = Listing::default();
    for entry in std::fs::read_dir(&folder).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        listing.entries += 1;
        if listing.entries > MOST {
            let text = format!("{below} has more than {MOST} entries: name a folder with fewer");
            return Err(Failure::answered(Layer::Rule, text));
        }
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| pattern.fits(name)) else { continue };
        // Of a link its own time counts, not that of what it leads to.
        let Ok(metadata) = entry.metadata() else { continue };
        if !metadata.is_file() {
            continue;
        }
        let at = metadata.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
        if let Some(at) = at {
            listing.take(name, at);
        }
    }
    Ok(listing)
}

/// The folder with every link followed, if that is still below the root. A path that climbs is refused before anything is
/// looked for: what is elsewhere, and whether there is anything, is not said.
fn inside(root: &Path, below: &str) -> Result<PathBuf, Failure> {
    let led_out = || {
        let text = format!("{below} leads out of the folder that is opened to checks");
        Failure::inconclusive(Layer::Guard, text)
    };
    if !Path::new(below).components().all(|step| matches!(step, Component::Normal(_))) {
        return Err(led_out());
    }
    let root = root.canonicalize().map_err(|error| {
        let name = root.file_name().unwrap_or(root.as_os_str()).to_string_lossy();
        let text = match error.kind() {
            std::io::ErrorKind::NotFound => {
                format!(
                    "{name}, the folder that is opened to these checks, is not there: the operator makes it"
                )
            }
            _ => format!("{name}, the folder that is opened to these checks, cannot be read: {error}"),
        };
        Failure::inconclusive(Layer::Guard, text)
    })?;
    let folder = root.join(below).canonicalize().map_err(|error| unreadable(below, &error))?;
    if folder.starts_with(&root) { Ok(folder) } else { Err(led_out()) }
}

fn unreadable(below: &str, error: &std::io::Error) -> Failure {
    let what = if below.is_empty() { "the folder" } else { below };
    match error.kind() {
        std::io::ErrorKind::NotFound => Failure::answered(
            Layer::Rule,
            format!("{what} is not there, below the folder that is opened to checks"),
        ),
        std::io::ErrorKind::PermissionDenied => {
            Failure::inconclusive(Layer::Guard, format!("{what} may not be read by this process"))
        }
        _ => Failure::no_answer(Layer::Connect, format!("{what} cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_climbs_is_refused_alike_whether_or_not_something_is_there() {
        let opened = tempfile::tempdir().unwrap();
        for below in ["../", "..", "out/../../etc", "../no-such-folder-anywhere", "/etc"] {
            let refused = inside(opened.path(), below).unwrap_err();
            assert!(refused.text.contains("leads out of"), "{}", refused.text);
        }
        assert!(inside(opened.path(), "").is_ok());
    }
}
