//! A client's file on its way in: onto the disk as it comes, since it may hold far more than memory should.

use std::path::Path;
use std::time::Duration;

use axum::extract::Request;
use http::{StatusCode, header};
use multer::{Constraints, Multipart, SizeLimit};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::error::PageError;
use super::upload::UploadError;

/// What the form with a client's file may hold, in bytes: 1 GB. The command line takes what is larger.
pub const CLIENT_LIMIT: usize = 1 << 30;

/// How long the next piece of it may keep us waiting. The whole may take as long as it does.
const PATIENCE: Duration = Duration::from_mins(1);

/// One at a time: a disk is filled soon enough.
static TURN: Semaphore = Semaphore::const_new(1);

/// A client's file on the disk, where nobody else reads it; it goes with this.
#[derive(Debug)]
pub(crate) struct ClientUpload {
    file: NamedTempFile,
    _turn: SemaphorePermit<'static>,
}

impl ClientUpload {
    /// Reads the field `file` of a form; `None` where no file was chosen.
    pub(crate) async fn read(request: Request) -> Result<Option<Self>, PageError> {
        let turn = TURN.try_acquire().map_err(|_| {
            let text = "Nothing was changed. Send yours when it is done.";
            PageError::problem(StatusCode::SERVICE_UNAVAILABLE, "Another client is being brought", text)
        })?;
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let boundary = multer::parse_boundary(kind.unwrap_or_default()).map_err(refused)?;
        let limit = SizeLimit::new().whole_stream(u64::try_from(CLIENT_LIMIT).unwrap_or(u64::MAX));
        let stream = request.into_body().into_data_stream();
        let mut parts = Multipart::with_constraints(stream, boundary, Constraints::new().size_limit(limit));
        while let Some(mut part) =
            timeout(PATIENCE, parts.next_field()).await.map_err(slow)?.map_err(refused)?
        {
            if part.name() != Some("file") {
                continue;
            }
            let file = NamedTempFile::new().map_err(PageError::internal)?;
            let mut out = tokio::fs::File::from_std(file.reopen().map_err(PageError::internal)?);
            let mut bytes = 0;
            while let Some(piece) = timeout(PATIENCE, part.chunk()).await.map_err(slow)?.map_err(refused)? {
                out.write_all(&piece).await.map_err(PageError::internal)?;
                bytes += piece.len();
            }
            out.flush().await.map_err(PageError::internal)?;
            // A browser sends an empty part where no file was chosen.
            return Ok((bytes > 0).then_some(Self { file, _turn: turn }));
        }
        Ok(None)
    }

    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }
}

fn refused(error: multer::Error) -> PageError {
    match UploadError::from(error) {
        UploadError::TooLarge => {
            let text =
                "Nothing was changed. Larger clients are brought on the server, with rung client import.";
            PageError::problem(StatusCode::PAYLOAD_TOO_LARGE, "A client may hold at most 1 GB here", text)
        }
        other => PageError::unreadable(other.words()),
    }
}

fn slow(_: Elapsed) -> PageError {
    PageError::unreadable("Nothing came for a minute. Nothing was changed; send the form again.")
}
