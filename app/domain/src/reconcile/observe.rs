//! From an aggregate to what a kind of the group *reconciliation* observes.
//!
//! Only what two files and a key can tell is computed; everything else that such a kind observes is reported beside it.
//! `terminology.coverage` needs no join, so nothing of it is computed here.

use rust_decimal::Decimal;

use super::{Aggregate, FieldCounts, Rule, SideCounts};
use crate::check::{Message, Observations, Severity};
use crate::code::KindCode;

impl Aggregate {
    /// What the aggregate tells of a kind's observations. The kinds and which file is which:
    ///
    /// | kind | left | right |
    /// |---|---|---|
    /// | `recon.claims_clinical` | clinical | claims |
    /// | `recon.portal_api_parity` | portal | API |
    /// | `recon.referral_loop` | sent | closed |
    /// | `recon.cross_team_counts` | one team's | another team's |
    /// | `identity.match` | patient index | partner's members |
    pub fn observed(&self, kind: &KindCode) -> Observations {
        let mut seen = Observations::new();
        match kind.as_str() {
            "recon.claims_clinical" => self.claims_clinical(&mut seen),
            "recon.portal_api_parity" => self.portal_api_parity(&mut seen),
            "recon.referral_loop" => self.referral_loop(&mut seen),
            "recon.cross_team_counts" => self.cross_team_counts(&mut seen),
            "identity.match" => {
                let rows = self.left.keys + self.left.duplicate_rows;
                set(&mut seen, "duplicate_pct", self.left.duplicate_rows, rows);
                set(&mut seen, "match_pct", self.matched, matchable(&self.right));
            }
            _ => {}
        }
        seen
    }

    /// Claims by their member and by the whole key; what differs between matched pairs has no reason assigned here.
    fn claims_clinical(&self, seen: &mut Observations) {
        if let Some(member) = &self.member {
            set(seen, "member_match_pct", member.right_rows_known, self.right.rows);
        }
        set(seen, "encounter_match_pct", self.matched, matchable(&self.right));
        let compared = self.fields.iter().map(|field| field.compared).sum();
        set(seen, "unexplained_variance_pct", self.fields.iter().map(FieldCounts::variance).sum(), compared);
    }

    /// An element that one of the two does not show disagrees.
    fn portal_api_parity(&self, seen: &mut Observations) {
        let charts = self.member.as_ref().map_or(self.left.keys, |member| member.left_members);
        seen.set("charts", i64::try_from(charts).unwrap_or(i64::MAX));
        let keys = self.matched + self.left.only + self.right.only;
        if self.fields.is_empty() {
            set(seen, "match_pct", self.matched, keys);
        } else {
            let agreeing = self.fields.iter().map(|field| field.agreeing).sum();
            set(seen, "match_pct", agreeing, keys * self.fields.len() as u64);
        }
    }

    /// Closed is what both files have; within 30 days where a compared date agrees by `days=30`.
    fn referral_loop(&self, seen: &mut Observations) {
        let sent = matchable(&self.left);
        seen.set("sent", i64::try_from(sent).unwrap_or(i64::MAX));
        set(seen, "closed_pct", self.matched, sent);
        if let Some(dates) = self.fields.iter().find(|field| field.field.rule == Rule::Days(30)) {
            set(seen, "closed_within_30d_pct", dates.agreeing - dates.empty_both, sent);
        }
    }

    /// One count a row where an amount is compared; otherwise the number of keys is the count.
    fn cross_team_counts(&self, seen: &mut Observations) {
        seen.set("teams_compared", 2_i64);
        let largest = self.fields.iter().filter_map(|field| field.largest_difference_pct).reduce(f64::max);
        if let Some(largest) = largest.and_then(|share| Decimal::try_from(share).ok()) {
            seen.set("counts_compared", i64::try_from(self.matched).unwrap_or(i64::MAX));
            seen.set("max_difference_pct", largest.round_dp(4));
        } else {
            let larger = self.left.keys.max(self.right.keys);
            seen.set("counts_compared", 1_i64);
            set(seen, "max_difference_pct", self.left.keys.abs_diff(self.right.keys), larger);
        }
    }

    /// What the run has to say: how much was matched, and what was set aside or repeated.
    pub fn messages(&self) -> Vec<Message> {
        let key: Vec<&str> = self.key.iter().map(|column| column.left.as_str()).collect();
        let matched = format!(
            "{} keys stand in both files, {} in the left one only, {} in the right one only",
            self.matched, self.left.only, self.right.only
        );
        let mut messages = vec![Message::new(Severity::Info, matched).at(key.join(", "))];
        for (name, side) in [("left", &self.left), ("right", &self.right)] {
            let sorts = [
                (
                    side.ragged,
                    &side.samples.ragged,
                    "with more or fewer fields than the header were set aside",
                ),
                (side.without_key, &side.samples.without_key, "without a complete key match nothing"),
                (side.duplicate_rows, &side.samples.duplicates, "repeat the key of an earlier row"),
            ];
            for (count, samples, what) in sorts.into_iter().filter(|(count, ..)| *count > 0) {
                let text =
                    format!("{count} rows of the {name} file {what}; the first in row {}", first(samples));
                messages.push(Message::new(Severity::Warning, text).at(format!("{name} file")));
            }
        }
        for field in self.fields.iter().filter(|field| field.variance() > 0) {
            let (name, variance, compared) = (&field.field.column.left, field.variance(), field.compared);
            let rule = field.field.rule;
            let text = format!("{variance} of {compared} pairs do not agree in {name} ({rule})");
            messages.push(Message::new(Severity::Info, text).at(format!("column {name}")));
        }
        messages
    }

    /// What was compared with what, in one line.
    pub fn checked(&self) -> String {
        let names = |columns: &mut dyn Iterator<Item = String>| columns.collect::<Vec<_>>().join(", ");
        let key = names(&mut self.key.iter().map(ToString::to_string));
        let fields = self.fields.iter().map(|field| format!("{} ({})", field.field.column, field.field.rule));
        let compared = match names(&mut { fields }) {
            none if none.is_empty() => String::new(),
            fields => format!("; compared {fields}"),
        };
        format!("{} and {} rows by {key}{compared}", self.left.rows, self.right.rows)
    }
}

/// What a share of a file is taken of: its keys, and each row without one, which is a claim, a member or a referral that
/// matches nothing.
fn matchable(side: &SideCounts) -> u64 {
    side.keys + side.without_key
}

fn first(samples: &[u32]) -> String {
    samples.first().map_or_else(|| "(not listed)".to_owned(), ToString::to_string)
}

/// Percent with four places; nothing is observed where there is nothing to divide by.
fn set(seen: &mut Observations, name: &str, part: u64, whole: u64) {
    if whole > 0 {
        let share = Decimal::from(part) * Decimal::ONE_HUNDRED / Decimal::from(whole);
        seen.set(name, share.round_dp(4));
    }
}
