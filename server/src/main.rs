//! The binary `rung`: everything is in the library, so that tests start what people start.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    server::cli::run().await
}
