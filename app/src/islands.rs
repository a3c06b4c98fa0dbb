//! What runs in the browser. Each island works on HTML that the server drew and that serves without it.

mod auto_save;

pub use auto_save::AutoSave;
