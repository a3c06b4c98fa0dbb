//! The mail server's address as an operator writes it: `smtp://user:password@host:port`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use url::{Host, Url};

use super::host_of;

/// Where mail is handed over. `smtps://` is TLS from the first byte (port 465), `smtp://` goes over to TLS with
/// STARTTLS (port 587) and `smtp://…?tls=none` stays in the clear (port 25), for a relay on this machine or its network.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl {
    host: Host,
    port: u16,
    encryption: Encryption,
    credentials: Option<(String, String)>,
}

/// How the connection is made secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encryption {
    None,
    Implicit,
    Starttls,
}

/// The password is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the mail server's address is not understood: {0}; write smtps://user:password@mail.example.org")]
pub struct SmtpUrlError(&'static str);

impl SmtpUrl {
    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn encryption(&self) -> Encryption {
        self.encryption
    }

    pub(super) fn credentials(&self) -> Option<(&str, &str)> {
        self.credentials.as_ref().map(|(user, password)| (user.as_str(), password.as_str()))
    }
}

/// Without the password: this is what logs and messages show.
impl fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SmtpUrl({self}, {:?})", self.encryption)
    }
}

impl FromStr for SmtpUrl {
    type Err = SmtpUrlError;

    fn from_str(text: &str) -> Result<Self, SmtpUrlError> {
        let url = Url::parse(text.trim()).map_err(|_| SmtpUrlError("it is no address"))?;
        let encryption = match (url.scheme(), url.query()) {
            ("smtps", None) => Encryption::Implicit,
            ("smtp", None | Some("tls=required")) => Encryption::Starttls,
            ("smtp", Some("tls=none")) => Encryption::None,
            ("smtp" | "smtps", Some(_)) => {
                return Err(SmtpUrlError("after the ? stands tls=none or nothing"));
            }
            _ => return Err(SmtpUrlError("it begins with smtps:// or smtp://")),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SmtpUrlError("it names no host"))?;
        let host = host_of(host.trim_matches(['[', ']'])).map_err(|_| SmtpUrlError("its host is none"))?;
        let usual = match encryption {
            Encryption::None => 25,
            Encryption::Implicit => 465,
            Encryption::Starttls => 587,
        };
        let user = decoded(url.username())?;
        let password = decoded(url.password().unwrap_or_default())?;
        if encryption == Encryption::None && !password.is_empty() {
            return Err(SmtpUrlError("a password is not sent in the clear: leave out tls=none"));
        }
        let credentials = (!user.is_empty()).then_some((user, password));
        Ok(Self { host, port: url.port().unwrap_or(usual), encryption, credentials })
    }
}

/// Without the percent signs by which an address writes what would end its parts.
fn decoded(text: &str) -> Result<String, SmtpUrlError> {
    let wrong = SmtpUrlError("a % in it is not followed by two hexadecimal digits");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first != b'%' {
            bytes.push(*first);
            rest = tail;
            continue;
        }
        let digits =
            tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()).ok_or(wrong.clone())?;
        bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong.clone())?);
        rest = &tail[2..];
    }
    String::from_utf8(bytes).map_err(|_| SmtpUrlError("its user or password is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_to_connect() {
        for (text, shown, encryption) in [
            ("smtps://mail.example.org", "mail.example.org:465", Encryption::Implicit),
            ("smtp://u:p%40s@mail.example.org", "mail.example.org:587", Encryption::Starttls),
            ("smtp://127.0.0.1:2525?tls=none", "127.0.0.1:2525", Encryption::None),
            ("smtp://[::1]:25?tls=none", "[::1]:25", Encryption::None),
        ] {
            let url: SmtpUrl = text.parse().unwrap();
            assert_eq!((url.to_string().as_str(), url.encryption()), (shown, encryption), "{text}");
        }
        let url: SmtpUrl = "smtp://u:p%40s@mail.example.org".parse().unwrap();
        assert_eq!(url.credentials(), Some(("u", "p@s")));
    }

    #[test]
    fn what_is_no_address_is_refused_and_the_password_is_not_repeated() {
        for text in [
            "",
            "mail.example.org",
            "https://mail.example.org",
            "smtp://",
            "smtp://u:hunter2@h?tls=none",
            "smtp://h?tls=maybe",
        ] {
            let refused = text.parse::<SmtpUrl>().unwrap_err().to_string();
            assert!(!refused.contains("hunter2"), "{refused}");
        }
        let url: SmtpUrl = "smtps://u:hunter2@mail.example.org".parse().unwrap();
        assert!(!format!("{url} {url:?}").contains("hunter2"));
    }
}
