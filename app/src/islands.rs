//! What runs in the browser. Each island works on HTML that the server drew and that serves without it.

#[allow(unreachable_pub, reason = "the macro makes the island's parts public")]
mod auto_save;

#[allow(unreachable_pub, reason = "the macro makes the island's parts public")]
mod reconcile;

pub use auto_save::AutoSave;
pub use reconcile::Reconcile;
