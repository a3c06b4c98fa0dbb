//! What the checks of `make bench` are aimed at: a server that answers every request at once with a small page, or with
//! a SMART configuration where one is asked for, and closes the connection.
//!
//! `targets COUNT` listens on that many loopback addresses from 127.0.0.1 on, all on one free port, which it says on
//! standard output. `targets COUNT FILE` speaks TLS, with a certificate of its own making that it leaves in the file.
//! At SIGUSR1 all of them break and answer 500, until the next one.
//! It does as little as possible, since it shares the machine with what is measured.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

const PAGE: &str =
    "<!doctype html><html lang=\"en\"><title>Our interfaces</title><p>Last updated on 1 November 2026.</p>";
const SMART: &str = r#"{"authorization_endpoint":"https://ehr.example.org/authorize","token_endpoint":"https://ehr.example.org/token","registration_endpoint":"https://ehr.example.org/register","grant_types_supported":["authorization_code","client_credentials"],"capabilities":["launch-standalone","client-public","client-confidential-asymmetric","permission-patient","permission-v2"],"token_endpoint_auth_methods_supported":["private_key_jwt"],"token_endpoint_auth_signing_alg_values_supported":["RS384","ES384"],"code_challenge_methods_supported":["S256"]}"#;

const BROKEN: &[u8] = b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

static OUT: AtomicBool = AtomicBool::new(false);

fn answer(media_type: &str, body: &str) -> Bytes {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
        .into()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(count) = arguments.next().and_then(|count| count.parse::<u8>().ok()) else {
        anyhow::bail!("usage: targets COUNT [FILE]");
    };
    let tls = arguments.next().map(certified).transpose()?;
    let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = first.local_addr()?.port();
    tokio::spawn(accept(first, tls.clone()));
    for host in 2..=count {
        let listener = TcpListener::bind((Ipv4Addr::new(127, 0, 0, host), port)).await?;
        tokio::spawn(accept(listener, tls.clone()));
    }
    let mut broken = signal(SignalKind::user_defined1())?;
    println!("{port}");
    while broken.recv().await.is_some() {
        OUT.fetch_xor(true, Ordering::Relaxed);
    }
    Ok(())
}

/// TLS for 127.0.0.1, its certificate left in a file.
fn certified(file: String) -> anyhow::Result<TlsAcceptor> {
    let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()])?;
    std::fs::write(file, own.cert.pem())?;
    let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>) -> std::io::Result<()> {
    let (page, smart) = (answer("text/html; charset=utf-8", PAGE), answer("application/json", SMART));
    loop {
        let (connection, _) = listener.accept().await?;
        let (page, smart, tls) = (page.clone(), smart.clone(), tls.clone());
        tokio::spawn(async move {
            // Whoever goes away early gets no answer.
            match tls {
                Some(tls) => serve(tls.accept(connection).await?, &page, &smart).await,
                None => serve(connection, &page, &smart).await,
            }
        });
    }
}

async fn serve<S>(mut connection: S, page: &[u8], smart: &[u8]) -> std::io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut head = Vec::with_capacity(1024);
    while !head.ends_with(b"\r\n\r\n") {
        if connection.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let asked = head.windows(b"smart-configuration".len()).any(|part| part == b"smart-configuration");
    let said = match (OUT.load(Ordering::Relaxed), asked) {
        (true, _) => BROKEN,
        (false, true) => smart,
        (false, false) => page,
    };
    connection.write_all(said).await?;
    connection.shutdown().await
}
