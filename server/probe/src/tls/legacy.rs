//! Recognizes a server that speaks nothing newer than TLS 1.1.
//!
//! The TLS library speaks 1.2 and 1.3 only, so a greeting of the old kind is written by hand (RFC 4346, section
//! 7.4.1.2) and only the version of the answer is read. Nothing is negotiated to the end.

use rustls::ProtocolVersion;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::connector::{Connected, Deadline};

/// What servers of that time chose from: AES and 3DES in CBC mode, RC4, with RSA, (EC)DHE or plain RSA key exchange.
const SUITES: [u16; 13] =
    [0xC013, 0xC014, 0xC009, 0xC00A, 0x0033, 0x0039, 0x002F, 0x0035, 0xC012, 0x0016, 0x000A, 0x0005, 0x00FF];

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;

/// The version a server chooses when offered at most TLS 1.1; `None` when it chooses none.
pub(crate) async fn version(
    connected: Connected,
    name: &ServerName<'_>,
    random: [u8; 32],
    deadline: Deadline,
) -> Option<ProtocolVersion> {
    deadline.bound(ask(connected, name, random)).await.ok().flatten()
}

async fn ask(mut connected: Connected, name: &ServerName<'_>, random: [u8; 32]) -> Option<ProtocolVersion> {
    connected.stream.write_all(&client_hello(name, random)).await.ok()?;
    // Record header (type, version, length), then handshake header (type, length) and the chosen version.
    let mut head = [0; 11];
    connected.stream.read_exact(&mut head).await.ok()?;
    if head[0] != HANDSHAKE || head[5] != SERVER_HELLO {
        return None;
    }
    match [head[9], head[10]] {
        [3, 1] => Some(ProtocolVersion::TLSv1_0),
        [3, 2] => Some(ProtocolVersion::TLSv1_1),
        _ => None,
    }
}

fn client_hello(name: &ServerName<'_>, random: [u8; 32]) -> Vec<u8> {
    let mut body = vec![3, 2];
    body.extend(random);
    body.push(0);
    body.extend(with_length(&SUITES.map(u16::to_be_bytes).concat()));
    body.extend([1, 0]);
    body.extend(with_length(&extensions(name)));

    let mut message = vec![CLIENT_HELLO, 0];
    message.extend(with_length(&body));
    let mut record = vec![HANDSHAKE, 3, 1];
    record.extend(with_length(&message));
    record
}

/// Server name (RFC 6066), supported groups and point formats (RFC 8422).
fn extensions(name: &ServerName<'_>) -> Vec<u8> {
    let mut all = Vec::new();
    if let ServerName::DnsName(dns) = name {
        let mut entry = vec![0];
        entry.extend(with_length(dns.as_ref().as_bytes()));
        all.extend([0, 0]);
        all.extend(with_length(&with_length(&entry)));
    }
    all.extend([0, 10]);
    all.extend(with_length(&with_length(&[0, 23, 0, 24, 0, 25])));
    all.extend([0, 11]);
    all.extend(with_length(&[1, 0]));
    all
}

/// Bytes behind their length in two bytes.
fn with_length(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("a greeting is shorter than 64 kB");
    [&length.to_be_bytes()[..], bytes].concat()
}
