//! The feeds that contracts provide, and what brings them.

use store::record::{ContractFeeds, ProvidedFeed};

use super::reading::{Reading, word_of};

const PROVIDED: [(&str, bool); 2] = [("yes", true), ("no", false)];

pub(super) fn read(reading: &mut Reading<'_>) -> ContractFeeds {
    let feeds = ContractFeeds {
        contract: reading.text("contract"),
        attribution: feed(reading, "attribution", "attribution_feed"),
        claims: feed(reading, "claims", "claims_feed"),
        quality: feed(reading, "quality", "quality_feed"),
        notes: reading.text("notes"),
    };
    if ![&feeds.attribution, &feeds.claims, &feeds.quality].iter().any(|feed| feed.provided) {
        reading.problem("attribution", "Enter a contract that provides at least one feed.");
    }
    feeds
}

fn feed(reading: &mut Reading<'_>, provided: &str, integration: &str) -> ProvidedFeed {
    let feed = ProvidedFeed {
        provided: reading.choice(provided, &PROVIDED).unwrap_or(false),
        integration: reading.text(integration),
    };
    if !feed.provided && !feed.integration.is_empty() {
        reading.problem(provided, "Something brings this feed: write yes.");
    }
    feed
}

pub(super) fn shown(feeds: &ContractFeeds) -> Vec<String> {
    let mut cells = vec![feeds.contract.clone()];
    for feed in [&feeds.attribution, &feeds.claims, &feeds.quality] {
        cells.extend([word_of(&PROVIDED, &feed.provided), feed.integration.clone()]);
    }
    cells.push(feeds.notes.clone());
    cells
}
