//! Sends mail to the operator's mail server, through the guarded connector and with a deadline.
//!
//! The dialogue is lettre's; the connection and its TLS are this crate's, so that a mail server is reached like any
//! other target: resolved once, vetted, in time. The operator names the server, users do not: it may be on a private
//! network or on this machine without being opened to checks, but never link-local, where clouds keep their secrets.

mod address;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};
use thiserror::Error;
use url::Host;

use crate::connector::{Connected, Connector, Deadline};
use crate::failure::{Failure, Layer};
use crate::guard::{AllowList, Guard, Resolver, SystemResolver};
use crate::kinds::tls_certificate::starttls::Starttls;
use crate::said::one_line;
use crate::tls::{self, Trust};

use address::Encryption;
pub use address::{SmtpUrl, SmtpUrlError};
use stream::Secured;

/// Networks that a server which the operator names may be on although they are not public.
pub(crate) const PRIVATE: &str = "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 127.0.0.0/8 fc00::/7 ::1/128";

/// An address that mail comes from or goes to, for example `Rung <rung@clinic.example>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress(Mailbox);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{0}\" is not an e-mail address: write one like alerts@clinic.example")]
pub struct MailAddressError(String);

impl std::str::FromStr for MailAddress {
    type Err = MailAddressError;

    fn from_str(text: &str) -> Result<Self, MailAddressError> {
        let text = text.trim();
        // A line break in an address would begin a header of its own.
        let plain = !text.is_empty() && text.len() <= 320 && !text.contains(|c: char| c.is_control());
        let read = text.parse().ok().filter(|_| plain);
        read.map(Self).ok_or_else(|| MailAddressError(text.chars().take(100).collect()))
    }
}

impl std::fmt::Display for MailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// How mail leaves: which server, whose name.
#[derive(Clone)]
pub struct MailerConfig {
    pub server: SmtpUrl,
    pub from: MailAddress,
    /// Networks beyond the public and the private ones.
    pub allow: AllowList,
    /// The system's resolver by default.
    pub resolver: Option<Arc<dyn Resolver>>,
    /// Certificates (PEM) of authorities to trust beside the web's and the system's.
    pub extra_roots: Option<String>,
}

/// A mail in plain text.
#[derive(Debug, Clone, Copy)]
pub struct Mail<'a> {
    pub to: &'a [MailAddress],
    pub subject: &'a str,
    pub text: &'a str,
    /// The same for every try of one mail, so that a receiver can tell a second copy.
    pub id: &'a str,
}

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MailError {
    /// Nobody could be reached, or not in time; or the server says "later" (a reply of 4xx).
    #[error("{0}")]
    Later(String),
    /// The server refuses this mail (a reply of 5xx), or it cannot be written at all.
    #[error("{0}")]
    Refused(String),
}

impl From<Failure> for MailError {
    fn from(failure: Failure) -> Self {
        Self::Later(format!("{}: {}", failure.layer.as_str(), failure.text))
    }
}

/// Sends mail. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    connector: Connector,
    trust: Arc<Trust>,
    server: SmtpUrl,
    from: MailAddress,
}

impl Mailer {
    /// The text says what is wrong with the extra roots.
    pub fn new(config: MailerConfig) -> Result<Self, String> {
        let mut allow: AllowList = PRIVATE.parse().expect("the networks are written right");
        allow.extend(config.allow);
        let resolver = config.resolver.unwrap_or_else(|| Arc::new(SystemResolver::new()));
        let extra = config.extra_roots.as_deref().map(tls::read_pem).transpose()?.unwrap_or_default();
        Ok(Self {
            connector: Connector::new(Guard::new(allow, resolver)),
            trust: Arc::new(Trust::new(&extra)),
            server: config.server,
            from: config.from,
        })
    }

    /// Hands one mail to the server; done when the server has taken it for every recipient.
    pub async fn send(&self, mail: Mail<'_>, time: Duration) -> Result<(), MailError> {
        let message = self.message(mail)?;
        let deadline = Deadline::after(time);
        let stream = self.connect(deadline).await?;
        match deadline.bound(self.talk(stream, &message)).await {
            Ok(done) => done,
            Err(time) => {
                Err(MailError::Later(format!("{} did not take the mail within {time}", self.server)))
            }
        }
    }

    fn message(&self, mail: Mail<'_>) -> Result<Message, MailError> {
        let refused = |error: &dyn std::fmt::Display| {
            MailError::Refused(format!("the mail cannot be written: {error}"))
        };
        let domain = self.from.0.email.domain();
        let mut builder: MessageBuilder = Message::builder()
            .from(self.from.0.clone())
            .subject(one_line(mail.subject))
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            .header(ContentType::TEXT_PLAIN);
        for to in mail.to {
            builder = builder.to(to.0.clone());
        }
        builder.body(mail.text.to_owned()).map_err(|error| refused(&error))
    }

    async fn connect(&self, deadline: Deadline) -> Result<Box<dyn AsyncTokioStream>, Failure> {
        let mut connected = self.connector.open(self.server.host(), self.server.port(), deadline).await?;
        match self.server.encryption() {
            Encryption::None => return Ok(Box::new(connected.stream)),
            Encryption::Implicit => {}
            Encryption::Starttls => match deadline.bound(Starttls::Smtp.ask(&mut connected)).await {
                Ok(asked) => asked?,
                Err(time) => {
                    let text = format!("{} did not go over to TLS within {time}", connected.peer);
                    return Err(Failure::no_answer(Layer::Tls, text));
                }
            },
        }
        let greeted = self.server.encryption() == Encryption::Starttls;
        let peer = connected.peer;
        let stream = self.shake_hands(connected, deadline).await?;
        Ok(Box::new(Secured::new(stream, peer, greeted)))
    }

    async fn shake_hands(
        &self,
        connected: Connected,
        deadline: Deadline,
    ) -> Result<tokio_rustls::client::TlsStream<tokio::net::TcpStream>, Failure> {
        let name = tls::server_name(self.server.host())?;
        Ok(tls::handshake(connected, self.trust.plain(), &name, deadline).await?)
    }

    async fn talk(&self, stream: Box<dyn AsyncTokioStream>, message: &Message) -> Result<(), MailError> {
        let said = |error: lettre::transport::smtp::Error| {
            let text = format!("{}: {}", self.server, causes(&error));
            if error.is_permanent() { MailError::Refused(text) } else { MailError::Later(text) }
        };
        let hello = ClientId::Domain(self.hello());
        let mut connection =
            AsyncSmtpConnection::connect_with_transport(stream, &hello).await.map_err(said)?;
        if let Some((user, password)) = self.server.credentials() {
            let credentials = Credentials::new(user.to_owned(), password.to_owned());
            // Credentials that are refused today may be mended by the operator tomorrow.
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&mechanisms, &credentials).await.map_err(|error| match said(error) {
                MailError::Refused(text) | MailError::Later(text) => MailError::Later(text),
            })?;
        }
        connection.send(message.envelope(), &message.formatted()).await.map_err(said)?;
        // The mail is taken: how the server says farewell does not matter.
        let _ = connection.quit().await;
        Ok(())
    }

    /// The domain of the sender: a name that this side may call itself by.
    fn hello(&self) -> String {
        let address: &Address = &self.from.0.email;
        address.domain().to_owned()
    }
}

/// A `Host` that the connector takes.
pub(crate) fn host_of(text: &str) -> Result<Host, crate::guard::GuardError> {
    Guard::read_host(text)
}

/// An error with what is behind it, once each: the outer one is often only "permanent error".
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = cause.source();
    }
    text
}
