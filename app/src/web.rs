//! The frame around every handler: shared state, who is asking, forms, pages and error pages.
//!
//! **Invariants.** A handler parses, calls one use case and maps its error. A page is drawn in one place ([`Frame`]), an
//! error in one place ([`draw_errors`]). Every form posts plain HTML; one that is refused comes back with all that was
//! typed ([`Refusal`]), and one that meets an expired session is posted again after signing in ([`Posted`]). One that is
//! taken leads on to a page, which can be reloaded; what that page shows once waits beside the session (`once`).

mod actor;
mod client_file;
mod draw;
mod error;
mod form;
mod frame;
mod once;
mod path;
mod server_fns;
mod sessions;
mod state;
mod upload;

pub(crate) use actor::{Browser, begin_second_step, begin_session, forget_session, key_of, pending_step};
pub use actor::{ClientAddress, CurrentActor, MaybeActor};
pub(crate) use client_file::{ClientSent, ClientUpload};
pub use draw::draw_errors;
pub use error::{PageError, Problem};
pub use form::{FORM_READ_LIMIT, Fields, Posted, Queried, Refusal, Submitted};
pub(crate) use form::{Pasted, waits};
pub use frame::{Frame, PageNonce, Tab};
pub(crate) use once::{Once, kept_nowhere, show_once, shown_once};
pub use path::{Segments, local_path, percent_encoded, see_other};
pub use server_fns::{UiContext, server_functions};
pub use sessions::{Sessions, session_layer};
pub use state::AppState;
pub use upload::{
    Attachment, FileForm, FileTooLarge, SentFile, UPLOAD_LIMIT, UploadError, Uploaded, attachment,
    client_attachment, made_attachment,
};
