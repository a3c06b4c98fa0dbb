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

/// How long the next piece of it may keep us waiting.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long all of it may: nobody holds the turn for good.
const LONGEST: Duration = Duration::from_hours(2);

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
        Self::within(LONGEST, request).await
    }

    async fn within(longest: Duration, request: Request) -> Result<Option<Self>, PageError> {
        let turn = TURN.try_acquire().map_err(|_| {
            let text = "Nothing was changed. Send yours when it is done.";
            PageError::problem(StatusCode::SERVICE_UNAVAILABLE, "Another client is being brought", text)
        })?;
        timeout(longest, Self::received(request, turn)).await.map_err(endless)?
    }

    async fn received(request: Request, turn: SemaphorePermit<'static>) -> Result<Option<Self>, PageError> {
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

fn endless(_: Elapsed) -> PageError {
    PageError::unreadable(
        "The file was still coming after two hours. Nothing was changed; bring it on the server, with rung client import.",
    )
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use axum::body::Body;
    use futures_util::stream::unfold;

    use super::*;

    #[tokio::test]
    async fn a_file_that_comes_drop_by_drop_does_not_hold_the_turn_for_good() {
        let begin = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
        let drops = unfold(begin, |piece| async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            Some((Ok::<_, Infallible>(piece), "a"))
        });
        let request =
            http::Request::builder().header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        let request = request.body(Body::from_stream(drops)).unwrap();
        let refused = ClientUpload::within(Duration::from_millis(200), request).await.unwrap_err();
        let PageError::Problem(problem) = refused else { panic!("it is refused in words") };
        assert!(problem.text.contains("after two hours"), "{problem:?}");
        assert!(TURN.try_acquire().is_ok(), "the next one may come");
    }
}
