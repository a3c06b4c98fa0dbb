//! The parts that every page is made of: one part per job, drawn on the server, without inline styles.
//!
//! - signs: [`Icon`], [`StatusBadge`], [`SeverityBadge`], [`EvidenceBadge`], [`Tag`], [`SaveState`],
//!   [`Underway`]
//! - frame: [`Layout`], [`PageHead`], [`Section`], [`Note`], [`Banner`], [`Empty`], [`Drawer`],
//!   [`Disclaimer`]
//! - facts: [`Readouts`], [`KeyValue`], [`Events`], [`Table`], [`Tabs`], [`Pager`], [`Day`], [`Moment`], [`whole_codes`]
//! - forms: [`ErrorSummary`], [`TextInput`], [`TextArea`], [`FileInput`], [`Select`], [`CheckboxGroup`], [`RadioGroup`],
//!   [`Checkbox`], [`Button`], [`ButtonLink`], [`PostButton`]
//!
//! Texts are the reader's words. Parts take what they show and nothing more; none reads data or asks who is
//! signed in.

mod badge;
mod button;
mod choice;
mod code;
mod content;
mod field;
mod icon;
mod layout;
mod note;
mod section;
mod table;
mod time;

// Whole modules, since a component's props are public with it.
pub use badge::*;
pub use button::*;
pub use choice::*;
pub use code::whole_codes;
pub use content::Content;
pub use field::*;
pub use icon::*;
pub use layout::*;
pub use note::*;
pub use section::*;
pub use table::*;
pub use time::*;
