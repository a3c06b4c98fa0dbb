//! What an operator sets, one struct for each concern. `cli` fills them from options and `RUNG_*` variables; tests
//! fill them by hand.

mod evidence;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use probe::{AllowList, AllowListError, MailAddress, Receiver, ReceiverError, SmtpUrl};
use service::check::FeedConfig;
use service::record::Retention;
use thiserror::Error;

pub use evidence::{EvidenceConfig, EvidenceUrl, EvidenceUrlError};

/// Everything that `rung serve` needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    pub database: DatabaseConfig,
    pub listen: ListenConfig,
    pub probes: ProbeConfig,
    pub secrets: SecretConfig,
    pub evidence: EvidenceConfig,
    /// Without it no mail is sent.
    pub mail: Option<MailConfig>,
    pub worker: Worker,
    pub keep: Retention,
    pub demonstration: Demonstration,
}

/// Everything that `rung worker` needs to know.
#[derive(Debug, Clone)]
pub struct WorkerConfig {
    pub database: DatabaseConfig,
    pub probes: ProbeConfig,
    pub secrets: SecretConfig,
    pub evidence: EvidenceConfig,
    /// Without it no mail is sent.
    pub mail: Option<MailConfig>,
    /// Where people reach the server, for links in messages.
    pub public_url: Option<PublicUrl>,
    pub keep: Retention,
}

/// Where everything is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseConfig {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
}

/// The address of a server may carry a password, and is not printed.
impl std::fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.sqlite_file() {
            Some(file) => f.debug_tuple("Sqlite").field(&file).finish(),
            None => f.write_str("Postgres(***)"),
        }
    }
}

impl DatabaseConfig {
    /// The file of an SQLite database; `None` where the address names another database.
    pub fn sqlite_file(&self) -> Option<&Path> {
        let path = self.url.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        Some(Path::new(path.split('?').next().unwrap_or(path)))
    }
}

/// Where the server listens, and under which address people reach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenConfig {
    /// Port 0 takes any free port.
    pub addr: SocketAddr,
    /// `None` when people use `addr` itself.
    pub public_url: Option<PublicUrl>,
    /// Whose word counts for who asks and how.
    pub trusted_proxies: TrustedProxies,
}

impl ListenConfig {
    /// The address by which links lead back; `None` where it listens on every address of the machine: none of them
    /// is said to be the one that people know.
    pub fn known_as(&self) -> Option<String> {
        match &self.public_url {
            Some(url) => Some(url.as_str().to_owned()),
            None if self.addr.ip().is_unspecified() => None,
            None => Some(format!("http://{}", self.addr)),
        }
    }

    /// Whether browsers come by https: cookies are then `Secure`, and HSTS is sent.
    pub fn transport(&self) -> Transport {
        match &self.public_url {
            Some(url) if url.is_https() => Transport::Encrypted,
            _ => Transport::Plain,
        }
    }
}

/// The reverse proxies whose `X-Forwarded-*` or `Forwarded` (RFC 7239) is believed: networks, as
/// `10.0.0.0/8,127.0.0.1`. Without any, the headers count for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(AllowList);

impl TrustedProxies {
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(address.to_canonical())
    }
}

impl std::str::FromStr for TrustedProxies {
    type Err = AllowListError;

    fn from_str(text: &str) -> Result<Self, AllowListError> {
        Ok(Self(text.parse()?))
    }
}

/// How a browser reaches the server, through a proxy or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Plain,
    Encrypted,
}

/// The origin by which browsers know the server, for example `https://rung.example.org`: no path, no slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "\"{0}\" is not an address that browsers use: write a scheme and a host, for example https://rung.example.org"
)]
pub struct PublicUrlError(String);

impl PublicUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl std::str::FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        let refused = || PublicUrlError(text.to_owned());
        let origin = text.trim().trim_end_matches('/').to_ascii_lowercase();
        let uri: http::Uri = origin.parse().map_err(|_| refused())?;
        let whole = matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
            && uri.path() == "/"
            && uri.query().is_none();
        if whole { Ok(Self(origin)) } else { Err(refused()) }
    }
}

/// Where notifications to checks arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverConfig {
    /// Port 0 takes any free port.
    pub addr: SocketAddr,
    /// How servers reach it; `None` when they use `addr` itself.
    pub url: Option<String>,
}

impl ReceiverConfig {
    /// Listens from now on. Must be called inside a Tokio runtime.
    pub fn listen(&self) -> Result<Arc<Receiver>, ReceiverError> {
        Receiver::listen(self.addr, self.url.as_deref()).map(Arc::new)
    }
}

/// Where checks may connect to, beyond public addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProbeConfig {
    pub allow: AllowList,
    /// Certificates (PEM) of authorities to trust beside the web's and the system's.
    pub extra_roots: Option<String>,
    pub receiver: Option<ReceiverConfig>,
    /// What systems may report.
    pub feeds: FeedConfig,
}

/// The keys by which secrets are sealed in the database.
#[derive(Debug, Clone)]
pub struct SecretConfig {
    pub key: KeySource,
    /// Keys before it, which still open what they sealed.
    pub old: OldKeys,
    pub before: KeyBefore,
}

/// Whether to start where the keys open nothing of what is sealed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeyBefore {
    /// No: somebody has the right one.
    #[default]
    Kept,
    /// Yes: it is lost, and people enter their secrets again.
    Lost,
}

/// Where the key that seals comes from.
#[derive(Clone)]
pub enum KeySource {
    /// As the operator gave it.
    Given(String),
    /// Kept in this file, which is made when it is missing.
    File(PathBuf),
    /// Several nodes may use the database, and none knows what key the others have.
    Unknown,
    /// For a command that neither seals nor opens a secret.
    Unused,
}

/// A key that was given never appears in a log.
impl std::fmt::Debug for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Given(_) => f.write_str("Given(***)"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Unknown => f.write_str("Unknown"),
            Self::Unused => f.write_str("Unused"),
        }
    }
}

/// Keys in base64 with commas between; what they say is looked at when the server starts, so that no message repeats
/// one.
#[derive(Clone, Default)]
pub struct OldKeys(pub Vec<String>);

impl std::fmt::Debug for OldKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}

impl std::str::FromStr for OldKeys {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.split(',').map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned).collect()))
    }
}

impl SecretConfig {
    pub fn file(path: PathBuf) -> Self {
        Self { key: KeySource::File(path), old: OldKeys::default(), before: KeyBefore::Kept }
    }

    pub fn unused() -> Self {
        Self { key: KeySource::Unused, old: OldKeys::default(), before: KeyBefore::Kept }
    }

    /// The key given, or the file named; without either, the file beside an SQLite database, which one node uses.
    pub fn chosen(
        database: &DatabaseConfig,
        given: Option<String>,
        file: Option<PathBuf>,
        old: OldKeys,
        before: KeyBefore,
    ) -> Self {
        let beside = || {
            let folder = database.sqlite_file()?.parent()?;
            Some(folder.join("rung.key"))
        };
        let key = match (given, file) {
            (Some(given), _) => KeySource::Given(given),
            (None, Some(file)) => KeySource::File(file),
            (None, None) => beside().map_or(KeySource::Unknown, KeySource::File),
        };
        Self { key, old, before }
    }
}

/// The mail server that takes alerts, and whose name they are in.
#[derive(Debug, Clone)]
pub struct MailConfig {
    pub server: SmtpUrl,
    pub from: MailAddress,
}

/// Whether this process runs the checks that are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worker {
    On,
    Off,
}

/// Whether to offer the demonstration and the sandbox that its checks run against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demonstration {
    /// The sandbox listens on this loopback address.
    On(IpAddr),
    Off,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_an_origin() {
        for (given, kept) in [
            ("https://rung.example.org", "https://rung.example.org"),
            ("HTTPS://Rung.Example.org/", "https://rung.example.org"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ] {
            assert_eq!(given.parse::<PublicUrl>().unwrap().as_str(), kept, "{given}");
        }
        for given in
            ["", "rung.example.org", "ftp://rung.example.org", "https://rung.example.org/app", "https://"]
        {
            assert!(given.parse::<PublicUrl>().is_err(), "{given}");
        }
    }

    #[test]
    fn links_lead_to_an_address_that_somebody_can_open_or_to_none() {
        let listening = |addr: &str, public_url: Option<&str>| ListenConfig {
            addr: addr.parse().unwrap(),
            public_url: public_url.map(|url| url.parse().unwrap()),
            trusted_proxies: TrustedProxies::default(),
        };
        for (addr, public_url, known_as) in [
            ("127.0.0.1:8080", None, Some("http://127.0.0.1:8080")),
            ("0.0.0.0:8080", None, None),
            ("[::]:8080", None, None),
            ("0.0.0.0:8080", Some("https://rung.example.org"), Some("https://rung.example.org")),
        ] {
            assert_eq!(listening(addr, public_url).known_as().as_deref(), known_as, "{addr}");
        }
    }

    fn chosen(url: &str, given: Option<&str>, file: Option<&str>) -> KeySource {
        let database = DatabaseConfig { url: url.to_owned() };
        let (given, file) = (given.map(ToOwned::to_owned), file.map(PathBuf::from));
        SecretConfig::chosen(&database, given, file, OldKeys::default(), KeyBefore::Kept).key
    }

    #[test]
    fn the_key_file_lies_beside_an_sqlite_database_and_nowhere_else() {
        let file = |source| match source {
            KeySource::File(path) => Some(path),
            _ => None,
        };
        let beside = |url| file(chosen(url, None, None));
        assert_eq!(
            beside("sqlite:///var/lib/rung/a.db?mode=rwc").unwrap(),
            Path::new("/var/lib/rung/rung.key")
        );
        assert_eq!(beside("sqlite://data/rung.db").unwrap(), Path::new("data/rung.key"));
        assert!(matches!(chosen("postgres://localhost/rung", None, None), KeySource::Unknown));
        let named = chosen("postgres://localhost/rung", None, Some("/etc/rung.key"));
        assert_eq!(file(named).unwrap(), Path::new("/etc/rung.key"));
        assert!(matches!(chosen("sqlite://data/rung.db", Some("key"), None), KeySource::Given(_)));
    }

    #[test]
    fn neither_a_given_key_nor_a_database_password_is_printed() {
        let database = DatabaseConfig { url: "postgres://rung:hunter1@localhost/rung".to_owned() };
        assert!(!format!("{database:?}").contains("hunter"), "{database:?}");
        let old = "hunter3, hunter4".parse().unwrap();
        let key = KeySource::Given("hunter2".to_owned());
        let config = SecretConfig { key, old, before: KeyBefore::Kept };
        let printed = format!("{config:?}");
        assert!(!printed.contains("hunter") && printed.contains("2 keys"), "{printed}");
    }
}
