//! The binary `rung`: everything is in the library, so that tests start what people start.

use std::process::ExitCode;

/// Pages are many small strings: the system's allocator took a fifth of the time that they need.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    server::cli::run().await
}
