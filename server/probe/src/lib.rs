//! The health checks: what goes over the network, and the guard in front of it.
//!
//! A [`Prober`] runs one check of one kind and answers with a [`domain::check::Outcome`]; it never fails, since
//! whatever goes wrong is what the check saw. It keeps no history: availability and percentiles over days are
//! computed by whoever stores the runs.
//!
//! Messages leave the same way: [`Prober::deliver`] posts to an address that users name, [`Mailer`] hands mail to the
//! operator's server.
//!
//! **Invariant: one way out.** Every connection is made by the [`Connector`], which asks the [`Guard`] first: a name
//! is resolved once, every address is vetted, and the connection goes to the vetted address. No kind opens a socket.

mod aim;
mod connector;
mod deliver;
mod failure;
mod given;
mod guard;
mod http;
mod kinds;
mod limits;
mod mail;
mod objects;
mod prober;
mod receiver;
mod report;
mod said;
mod smart;
mod tls;

pub use aim::Aim;
pub use connector::{Connected, Connector};
pub use deliver::{Delivered, Delivery};
pub use failure::{Failure, Layer};
pub use given::unreadable;
pub use guard::{
    AllowList, AllowListError, Guard, GuardError, ResolveError, ResolveFuture, Resolver, SystemResolver,
};
pub use limits::{Limits, Pace};
pub use mail::{Mail, MailAddress, MailAddressError, MailError, Mailer, MailerConfig, SmtpUrl, SmtpUrlError};
pub use objects::ObjectHttp;
pub use prober::{Beside, Occasion, Prober, ProberConfig, ProberError};
pub use receiver::{Receiver, ReceiverError};
pub use said::one_line;
pub use tls::says_certificate_expired;
