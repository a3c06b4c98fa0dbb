//! Positions of a framework's own codes.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Codes in file order, and their positions by code. The keys are the framework's own, so the hash may be simple, and is
/// the same in every process.
#[derive(Debug, Clone)]
pub(super) struct Positions<K> {
    codes: Vec<K>,
    by_code: HashMap<K, usize, BuildHasherDefault<CodeHasher>>,
}

/// Looks codes up one after another. What is asked for mostly comes in file order, so the code after the last one found
/// is compared before anything is hashed.
pub(super) struct Finder<'a, K> {
    positions: &'a Positions<K>,
    next: usize,
}

impl<K> Default for Positions<K> {
    fn default() -> Self {
        Self { codes: Vec::new(), by_code: HashMap::default() }
    }
}

impl<K: Eq + Hash + Clone> Positions<K> {
    /// Adds a code at the next position; a framework has no two of one sort that are equal.
    pub(super) fn push(&mut self, code: K) {
        self.by_code.insert(code.clone(), self.codes.len());
        self.codes.push(code);
    }

    pub(super) fn finder(&self) -> Finder<'_, K> {
        Finder { positions: self, next: 0 }
    }
}

impl<K: Eq + Hash> Finder<'_, K> {
    /// The position of a code; `None` when the framework does not have it.
    pub(super) fn position(&mut self, code: &K) -> Option<usize> {
        let position = match self.positions.codes.get(self.next) {
            Some(expected) if expected == code => self.next,
            _ => *self.positions.by_code.get(code)?,
        };
        self.next = position + 1;
        Some(position)
    }
}

/// Multiplies and rotates eight bytes at a time: codes are short.
#[derive(Debug, Clone, Copy, Default)]
struct CodeHasher(u64);

impl Hasher for CodeHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.write_u64(u64::from_le_bytes(*word));
        }
        if !rest.is_empty() {
            self.write_u64(rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    /// Marks the end of a text; texts of one length are the rule, so it adds nothing.
    fn write_u8(&mut self, _: u8) {}

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    /// The table looks at the lowest and the highest bits; a product mixes its highest best.
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_codes_in_any_order_and_no_others() {
        let mut positions = Positions::default();
        for code in ["PAT-1", "PAT-2", "PAT-10"] {
            positions.push(code.to_owned());
        }
        let mut finder = positions.finder();
        let asked = ["PAT-1", "PAT-2", "PAT-2", "PAT-9", "PAT-10", "PAT-1"];
        let found: Vec<_> = asked.iter().map(|code| finder.position(&(*code).to_owned())).collect();
        assert_eq!(found, [Some(0), Some(1), Some(1), None, Some(2), Some(0)]);
    }
}
