//! A client's file on its way in: onto the disk as it comes, since it may hold far more than memory should.

use std::path::Path;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Request;
use http::{StatusCode, header};
use multer::{Constraints, Field, Multipart, SizeLimit};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::error::Elapsed;
use tokio::time::timeout;

use super::error::PageError;
use super::upload::UploadError;

/// What a client's file may hold here, in bytes: 1 GB. The command line takes what is larger.
const CLIENT_LIMIT: usize = 1 << 30;

/// So many times as much is read, so that whoever sends a larger file gets the form back: a browser whose form is cut off
/// shows no answer.
const READ: usize = 2;
/// What stands around the file in its form, in bytes: far more than any browser sends.
const AROUND: usize = 1 << 20;

/// How long the next piece of it may keep us waiting.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long all of it may: nobody holds the turn for good.
const LONGEST: Duration = Duration::from_hours(2);

/// One at a time: a disk is filled soon enough.
static TURN: Semaphore = Semaphore::const_new(1);

/// What came of the form with a client's file.
#[derive(Debug)]
pub(crate) enum ClientSent {
    Nothing,
    File(ClientUpload),
    /// It was let past.
    TooLarge,
}

/// A client's file on the disk, where nobody else reads it; it goes with this.
#[derive(Debug)]
pub(crate) struct ClientUpload {
    file: NamedTempFile,
    _turn: SemaphorePermit<'static>,
}

impl ClientUpload {
    /// Reads the field `file` of a form.
    pub(crate) async fn read(request: Request) -> Result<ClientSent, PageError> {
        Self::within(LONGEST, CLIENT_LIMIT, request).await
    }

    async fn within(longest: Duration, most: usize, request: Request) -> Result<ClientSent, PageError> {
        let turn = TURN.try_acquire().map_err(|_| {
            let text = "Nothing was changed. Send yours when it is done.";
            PageError::problem(StatusCode::SERVICE_UNAVAILABLE, "Another client is being brought", text)
        })?;
        timeout(longest, Self::received(request, most, turn)).await.map_err(endless)?
    }

    async fn received(
        request: Request,
        most: usize,
        turn: SemaphorePermit<'static>,
    ) -> Result<ClientSent, PageError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let boundary = multer::parse_boundary(kind.unwrap_or_default()).map_err(unreadable)?;
        let limit = most.saturating_mul(READ).saturating_add(AROUND);
        let limit = SizeLimit::new().whole_stream(u64::try_from(limit).unwrap_or(u64::MAX));
        let stream = request.into_body().into_data_stream();
        let mut parts = Multipart::with_constraints(stream, boundary, Constraints::new().size_limit(limit));
        while let Some(mut part) =
            timeout(PATIENCE, parts.next_field()).await.map_err(slow)?.map_err(unreadable)?
        {
            if part.name() != Some("file") {
                continue;
            }
            let file = NamedTempFile::new().map_err(PageError::internal)?;
            let mut out = tokio::fs::File::from_std(file.reopen().map_err(PageError::internal)?);
            let mut bytes = 0;
            while let Some(piece) = next(&mut part).await? {
                bytes += piece.len();
                if bytes > most {
                    drop((out, file));
                    return let_past(part).await;
                }
                out.write_all(&piece).await.map_err(PageError::internal)?;
            }
            out.flush().await.map_err(PageError::internal)?;
            // A browser sends an empty part where no file was chosen.
            return Ok(if bytes > 0 {
                ClientSent::File(Self { file, _turn: turn })
            } else {
                ClientSent::Nothing
            });
        }
        Ok(ClientSent::Nothing)
    }

    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }
}

/// The next piece of a file.
async fn next(part: &mut Field<'_>) -> Result<Option<Bytes>, PageError> {
    timeout(PATIENCE, part.chunk()).await.map_err(slow)?.map_err(unreadable)
}

/// Reads on to the end of a file that is too large, or until it is far too large.
async fn let_past(mut part: Field<'_>) -> Result<ClientSent, PageError> {
    loop {
        match timeout(PATIENCE, part.chunk()).await.map_err(slow)? {
            Ok(Some(_)) => {}
            Ok(None) | Err(multer::Error::StreamSizeExceeded { .. }) => return Ok(ClientSent::TooLarge),
            Err(error) => return Err(unreadable(error)),
        }
    }
}

fn unreadable(error: multer::Error) -> PageError {
    PageError::unreadable(UploadError::from(error).words())
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

    /// There is one turn for all of them.
    static TESTS: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

    #[tokio::test]
    async fn a_file_that_is_too_large_is_read_to_its_end_and_kept_nowhere() {
        let _only = TESTS.lock().await;
        let form = |content: &str| {
            let head = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
            let kind = "multipart/form-data; boundary=x";
            let body = Body::from(format!("{head}{content}\r\n--x--\r\n"));
            http::Request::builder().header(header::CONTENT_TYPE, kind).body(body).unwrap()
        };
        let sent = async |content: &str| ClientUpload::within(LONGEST, 10, form(content)).await.unwrap();
        assert!(matches!(sent("0123456789").await, ClientSent::File(_)));
        assert!(matches!(sent("0123456789a").await, ClientSent::TooLarge));
        assert!(matches!(sent(&"a".repeat(50)).await, ClientSent::TooLarge));
        assert!(matches!(sent("").await, ClientSent::Nothing));
    }

    #[tokio::test]
    async fn a_file_that_comes_drop_by_drop_does_not_hold_the_turn_for_good() {
        let _only = TESTS.lock().await;
        let begin = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
        let drops = unfold(begin, |piece| async move {
            tokio::time::sleep(Duration::from_millis(5)).await;
            Some((Ok::<_, Infallible>(piece), "a"))
        });
        let request =
            http::Request::builder().header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        let request = request.body(Body::from_stream(drops)).unwrap();
        let refused =
            ClientUpload::within(Duration::from_millis(200), CLIENT_LIMIT, request).await.unwrap_err();
        let PageError::Problem(problem) = refused else { panic!("it is refused in words") };
        assert!(problem.text.contains("after two hours"), "{problem:?}");
        assert!(TURN.try_acquire().is_ok(), "the next one may come");
    }
}
