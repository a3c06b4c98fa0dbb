//! From a [`Framework`] to a framework file, in the layout of the built-in ones. Reads back equal.

use super::Framework;
use super::draft::Draft;

impl Framework {
    /// The framework as a file that [`Framework::read`] reads back equal.
    pub fn write(&self) -> String {
        Draft::from(self).write()
    }
}
