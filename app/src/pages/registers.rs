//! Registers: what people enter that no probe can see, and that checks are computed from.

mod entry;
mod form;
mod import;
mod list;
mod names;

pub(crate) use entry::EntryPage;
pub(crate) use form::{SeenChoice, typed_of};
pub(crate) use import::RegisterImportPage;
pub(crate) use list::{RegisterShown, RegisterView, RegistersPage};
pub(crate) use names::title;
