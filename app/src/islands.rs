//! What runs in the browser. Each island works on HTML that the server drew and that serves without it.

#[allow(unreachable_pub, reason = "the macro makes the island's parts public")]
mod auto_save;

#[allow(unreachable_pub, reason = "the macro makes the island's parts public")]
mod reconcile;

pub use auto_save::AutoSave;
#[cfg(feature = "ssr")]
pub(crate) use auto_save::FORM;
pub use reconcile::Reconcile;
