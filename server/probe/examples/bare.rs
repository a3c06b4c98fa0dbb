//! The yardstick of `make bench`: a bare axum route that answers the bytes of a file from memory.
//!
//! `bare FILE ADDR`

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::routing::get;
use axum::serve::ListenerExt as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(addr)) = (arguments.next(), arguments.next()) else {
        anyhow::bail!("usage: bare FILE ADDR");
    };
    let page = Bytes::from(std::fs::read(file)?);
    let route = get(move || async move { ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page) });
    let listener = tokio::net::TcpListener::bind(addr).await?.tap_io(|connection| {
        // Without it the comparison would flatter the page.
        let _ = connection.set_nodelay(true);
    });
    axum::serve(listener, Router::new().route("/", route)).await?;
    Ok(())
}
