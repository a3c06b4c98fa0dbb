//! The folder of this machine that checks may list, looked at once: a mistyped name shows when the server starts, not in
//! the results of checks alone.

use std::path::Path;

use service::check::FeedConfig;

/// Warns of a folder that was named and cannot be listed. It may come later, as a mount does: the server starts all the
/// same.
pub(super) fn look_at(feeds: &FeedConfig) {
    if let Some(words) = feeds.root.as_deref().and_then(trouble_with) {
        tracing::warn!("{words}");
    }
}

fn trouble_with(root: &Path) -> Option<String> {
    let cause = std::fs::read_dir(root).err()?;
    Some(format!(
        "RUNG_FEED_ROOT names {}, which cannot be listed as a folder: {cause}. Until it can be, checks of files in it \
         come out UNKNOWN: make the folder, let Rung read it, or correct the name",
        root.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_listed_is_named_with_the_cause() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(trouble_with(folder.path()), None);
        let missing = folder.path().join("drop");
        let words = trouble_with(&missing).unwrap();
        assert!(words.contains(missing.to_str().unwrap()) && words.contains("No such file"), "{words}");
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(trouble_with(&file).unwrap().contains("Not a directory"));
    }
}
