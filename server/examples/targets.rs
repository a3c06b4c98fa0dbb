//! What the checks of `make bench` are aimed at: a server that answers every request at once with a small page, or with
//! a SMART configuration where one is asked for, and closes the connection.
//!
//! `targets COUNT` listens on that many loopback addresses from 127.0.0.1 on, all on one free port, which it says on
//! standard output. It does as little as possible, since it shares the machine with what is measured.

use std::net::Ipv4Addr;

use axum::body::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const PAGE: &str =
    "<!doctype html><html lang=\"en\"><title>Our interfaces</title><p>Last updated on 1 November 2026.</p>";
const SMART: &str = r#"{"authorization_endpoint":"https://ehr.example.org/authorize","token_endpoint":"https://ehr.example.org/token","registration_endpoint":"https://ehr.example.org/register","grant_types_supported":["authorization_code","client_credentials"],"capabilities":["launch-standalone","client-public","client-confidential-asymmetric","permission-patient","permission-v2"],"token_endpoint_auth_methods_supported":["private_key_jwt"],"token_endpoint_auth_signing_alg_values_supported":["RS384","ES384"],"code_challenge_methods_supported":["S256"]}"#;

fn answer(media_type: &str, body: &str) -> Bytes {
    let length = body.len();
    format!("HTTP/1.1 200 OK\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")
        .into()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Some(count) = std::env::args().nth(1).and_then(|count| count.parse::<u8>().ok()) else {
        anyhow::bail!("usage: targets COUNT");
    };
    let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = first.local_addr()?.port();
    tokio::spawn(accept(first));
    for host in 2..=count {
        tokio::spawn(accept(TcpListener::bind((Ipv4Addr::new(127, 0, 0, host), port)).await?));
    }
    println!("{port}");
    std::future::pending().await
}

async fn accept(listener: TcpListener) -> std::io::Result<()> {
    let (page, smart) = (answer("text/html; charset=utf-8", PAGE), answer("application/json", SMART));
    loop {
        let (connection, _) = listener.accept().await?;
        let (page, smart) = (page.clone(), smart.clone());
        // Whoever goes away early gets no answer.
        tokio::spawn(async move { serve(connection, &page, &smart).await.ok() });
    }
}

async fn serve(mut connection: TcpStream, page: &[u8], smart: &[u8]) -> std::io::Result<()> {
    let mut head = Vec::with_capacity(1024);
    while !head.ends_with(b"\r\n\r\n") {
        if connection.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let asked = head.windows(b"smart-configuration".len()).any(|part| part == b"smart-configuration");
    connection.write_all(if asked { smart } else { page }).await?;
    connection.shutdown().await
}
