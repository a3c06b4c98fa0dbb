//! A folder of an SFTP server: `sftp://HOST[:PORT]/FOLDER`, or `/~/FOLDER` below where the user arrives.
//!
//! Whom a password is shown to is settled first: the server proves the host key whose fingerprint stands in the
//! credentials, or nothing but the greeting is sent. Version 3 of the protocol (draft-ietf-secsh-filexfer-02), over
//! SSH (RFC 4251 to 4254) on a connection that the guard has vetted.

mod credentials;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use russh::Disconnect;
use russh::client::{self, AuthResult, Handle};
use russh::keys::{HashAlg, PrivateKeyWithHashAlg, PublicKeyOrCertificate};
use russh_sftp::client::error::Error as SftpError;
use russh_sftp::client::{Config as SftpConfig, RawSftpSession};
use russh_sftp::protocol::{FileAttributes, StatusCode};
use url::Host;

use self::credentials::{Credentials, Proof};
use super::pattern::Pattern;
use super::{Listing, MOST};
use crate::failure::{Failure, Layer};
use crate::given::Unusable;
use crate::guard::Guard;
use crate::kinds::required;
use crate::prober::Context;

/// IANA's port for SSH.
const SSH_PORT: u16 = 22;
/// The largest packet that is taken: a few hundred names.
const LARGEST: u32 = 256 * 1024;

/// Where a folder lies.
#[derive(Debug, PartialEq, Eq)]
struct Target {
    host: Host,
    port: u16,
    /// As the server reads it.
    folder: String,
}

impl Target {
    fn read(at: &str) -> Result<Self, Failure> {
        let rest = at.strip_prefix("sftp://").unwrap_or(at);
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let literal = authority.rfind(']').map_or(0, |bracket| bracket + 1);
        let (host, port) = match authority[literal..].split_once(':') {
            Some((before, port)) => (&authority[..literal + before.len()], port.parse().unwrap_or(SSH_PORT)),
            None => (authority, SSH_PORT),
        };
        let folder = match path.strip_prefix("~") {
            Some(home) if home.is_empty() || home.starts_with('/') => {
                let below = home.trim_start_matches('/');
                if below.is_empty() { ".".to_owned() } else { below.to_owned() }
            }
            _ => format!("/{path}"),
        };
        Ok(Self { host: Guard::read_host(host)?, port, folder })
    }
}

/// Credentials with which no folder can be listed.
pub(super) fn unusable(credentials: &str) -> Option<Unusable> {
    Credentials::read(credentials).err()
}

pub(super) async fn list(context: &Context<'_>, at: &str, pattern: &Pattern) -> Result<Listing, Failure> {
    let target = Target::read(at)?;
    let credentials = Credentials::read(required(context, super::NAME)?)?;
    let connected = context.connector.open(&target.host, target.port, context.deadline).await?;
    let peer = connected.peer;
    match context.deadline.bound(talk(connected.stream, &target, credentials, pattern)).await {
        Ok(listed) => listed,
        Err(time) => {
            let text = format!("{peer} accepted the connection and did not list the folder within {time}");
            Err(Failure::no_answer(Layer::Ssh, text))
        }
    }
}

async fn talk(
    stream: tokio::net::TcpStream,
    target: &Target,
    credentials: Credentials,
    pattern: &Pattern,
) -> Result<Listing, Failure> {
    let met = Arc::new(OnceLock::new());
    let host_key = HostKey { known: credentials.host_key.clone(), met: Arc::clone(&met) };
    let config = client::Config { client_id: greeting(), ..client::Config::default() };
    let connected = client::connect_stream(Arc::new(config), stream, host_key).await;
    let mut session = connected.map_err(|error| unconnected(&credentials, met.get(), &error))?;
    sign_in(&mut session, credentials).await?;
    let listed = read(&session, target, pattern).await;
    // What was read stands; a server that minds the farewell loses nothing by it.
    let _ = session.disconnect(Disconnect::ByApplication, "", "en").await;
    listed
}

fn greeting() -> russh::SshId {
    russh::SshId::Standard(concat!("SSH-2.0-Rung_", env!("CARGO_PKG_VERSION")).into())
}

/// Says whether the server is the one that the credentials are for.
struct HostKey {
    known: Option<String>,
    /// The fingerprint that the server proved.
    met: Arc<OnceLock<String>>,
}

impl client::Handler for HostKey {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let fingerprint = key.public_key().fingerprint(HashAlg::Sha256).to_string();
        let is_known = self.known.as_ref() == Some(&fingerprint);
        // A second exchange of keys within a session changes nothing about whom was met.
        let _ = self.met.set(fingerprint);
        Ok(is_known)
    }
}

fn unconnected(credentials: &Credentials, met: Option<&String>, error: &russh::Error) -> Failure {
    match (met, &credentials.host_key) {
        (Some(met), None) => Failure::inconclusive(
            Layer::Ssh,
            format!(
                "the server's host key is {met}: ask its owner whether that is right, and add it to the \
                 credentials, as USER:PASSWORD@{met}. No password was sent"
            ),
        ),
        (Some(met), Some(known)) if met != known => Failure::no_answer(
            Layer::Ssh,
            format!("expected the host key {known}, the server has {met}. No password was sent"),
        ),
        _ => broken(error),
    }
}

fn broken(error: &russh::Error) -> Failure {
    Failure::no_answer(Layer::Ssh, format!("the SSH session broke off: {error}"))
}

async fn sign_in(session: &mut Handle<HostKey>, credentials: Credentials) -> Result<(), Failure> {
    let Credentials { user, proof, .. } = credentials;
    let answered = match proof {
        Proof::Password(password) => session.authenticate_password(user.as_str(), password).await,
        Proof::Key(key) => {
            let hash = session.best_supported_rsa_hash().await.map_err(|error| broken(&error))?;
            // Without a word of the server: SHA-2, since the older one is refused nearly everywhere (RFC 8332).
            let hash = hash.unwrap_or(Some(HashAlg::Sha256));
            let key = PrivateKeyWithHashAlg::new(Arc::new(*key), hash);
            session.authenticate_publickey(user.as_str(), key).await
        }
    };
    match answered.map_err(|error| broken(&error))? {
        AuthResult::Success => Ok(()),
        AuthResult::Failure { remaining_methods, .. } => {
            let methods: Vec<&str> = remaining_methods.iter().map(Into::into).collect();
            let text = format!(
                "the server refused the credentials of {user}; it takes {}",
                if methods.is_empty() { "no other way".to_owned() } else { methods.join(", ") }
            );
            Err(Failure::inconclusive(Layer::Ssh, text))
        }
    }
}

async fn read(session: &Handle<HostKey>, target: &Target, pattern: &Pattern) -> Result<Listing, Failure> {
    let channel = session.channel_open_session().await.map_err(|error| broken(&error))?;
    channel.request_subsystem(true, "sftp").await.map_err(|error| broken(&error))?;
    let config = SftpConfig {
        max_packet_len: LARGEST,
        // The run's own deadline is around all of this.
        request_timeout_secs: Duration::from_hours(1).as_secs(),
        ..SftpConfig::default()
    };
    let sftp = RawSftpSession::new_with_config(channel.into_stream(), config);
    let refused = |error: SftpError| unlisted(&target.folder, &error);
    sftp.init().await.map_err(refused)?;
    let folder = sftp.opendir(target.folder.as_str()).await.map_err(refused)?.handle;
    let mut listing = Listing::default();
    loop {
        let names = match sftp.readdir(folder.as_str()).await {
            Ok(names) => names.files,
            Err(SftpError::Status(status)) if status.status_code == StatusCode::Eof => return Ok(listing),
            Err(error) => return Err(refused(error)),
        };
        if names.is_empty() {
            let text = "the server neither names a file nor says that there are no more";
            return Err(Failure::answered(Layer::Parse, text));
        }
        for file in names {
            listing.entries += 1;
            if listing.entries > MOST {
                let text =
                    format!("{} has more than {MOST} entries: name a folder with fewer", target.folder);
                return Err(Failure::answered(Layer::Rule, text));
            }
            take(&mut listing, &file.filename, &file.attrs, pattern)?;
        }
    }
}

/// Takes in a regular file that fits.
fn take(listing: &mut Listing, name: &str, attrs: &FileAttributes, pattern: &Pattern) -> Result<(), Failure> {
    if !attrs.is_regular() || !pattern.fits(name) {
        return Ok(());
    }
    let at = attrs.mtime.and_then(|seconds| Timestamp::from_second(i64::from(seconds)).ok());
    let Some(at) = at else {
        let text = format!("the server does not say when {name} was changed");
        return Err(Failure::answered(Layer::Parse, text));
    };
    listing.take(name, at);
    Ok(())
}

fn unlisted(folder: &str, error: &SftpError) -> Failure {
    let SftpError::Status(status) = error else {
        return Failure::no_answer(Layer::Ssh, format!("the SFTP session broke off: {error}"));
    };
    match status.status_code {
        StatusCode::NoSuchFile => {
            Failure::answered(Layer::Rule, format!("{folder} is not there on the server"))
        }
        StatusCode::PermissionDenied => {
            Failure::inconclusive(Layer::Ssh, format!("{folder} may not be read with these credentials"))
        }
        code => Failure::answered(Layer::Ssh, format!("{folder} cannot be listed: the server says {code}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_absolute_or_below_where_the_user_arrives() {
        for (at, host, port, folder) in [
            ("sftp://files.example.org/out", "files.example.org", 22, "/out"),
            ("sftp://files.example.org:2222/~/out/x", "files.example.org", 2222, "out/x"),
            ("sftp://files.example.org/~", "files.example.org", 22, "."),
            ("sftp://files.example.org/~ann/out", "files.example.org", 22, "/~ann/out"),
            ("sftp://files.example.org", "files.example.org", 22, "/"),
            ("sftp://[2001:db8::1]:22/a", "[2001:db8::1]", 22, "/a"),
        ] {
            let target = Target::read(at).unwrap();
            assert_eq!(
                (target.host.to_string().as_str(), target.port, target.folder.as_str()),
                (host, port, folder)
            );
        }
    }
}
