//! The order of versions.

use std::cmp::Ordering;

/// Orders versions number by number, so that 1.10.0 comes after 1.9.0; what is no number compares as text.
pub fn compare_versions(one: &str, other: &str) -> Ordering {
    parts(one).cmp(&parts(other))
}

fn parts(version: &str) -> Vec<(u64, &str)> {
    version.split(['.', '-', '+']).map(|part| (part.parse().unwrap_or(0), part)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_number_by_number() {
        let mut versions = ["1.10.0", "1.9.0", "2.0.0", "1.9.0-b", "1.9"];
        versions.sort_by(|one, other| compare_versions(one, other));
        assert_eq!(versions, ["1.9", "1.9.0", "1.9.0-b", "1.10.0", "2.0.0"]);
    }
}
