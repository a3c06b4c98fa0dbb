//! Gates and rungs that nobody can reach, at their place in the file.

use super::Reader;
use crate::framework::Framework;
use crate::framework::reach::{Unreachable, unreachable};

impl Reader<'_> {
    /// What nobody can reach is a mistake of the author's. Asked last: only a framework that is valid otherwise says what
    /// can be reached in it.
    pub(super) fn refuse_unreachable(&self, framework: &Framework) {
        if !self.document.is_clean() {
            return;
        }
        for found in unreachable(framework, self.kinds) {
            match found {
                Unreachable::Gate { criterion, rung, least, most } => {
                    let place = self.gate_places.get(&(criterion.to_string(), rung.to_string()));
                    let (at, key) = place.cloned().unwrap_or_default();
                    let (least, most) = (least.get(), most.get());
                    let problem = format!(
                        "nobody can reach level {least}: with accepted evidence and passing checks {criterion} counts for {most} at most"
                    );
                    self.document.report(at, key, problem);
                }
                Unreachable::Rung { position, why } => {
                    let at = self.rung_places.get(position).copied().unwrap_or_default();
                    self.document.report(at, "sublevel.code", format!("nobody can reach this rung: {why}"));
                }
            }
        }
    }
}
