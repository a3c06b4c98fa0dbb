//! Forms with a file (RFC 7578), and files on their way out.
//!
//! A file that is too large is read to its end all the same, and kept nowhere: a browser whose form is cut off shows that the
//! connection failed, and what was typed beside the file would be lost with it.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::poll_fn;
use http::{HeaderValue, StatusCode, header};
use multer::{Constraints, Field, Multipart, SizeLimit};
use service::client::ClientFile;
use service::evidence::{FileRoom, LARGEST_FILE, Upload};
use service::files::Pieces;
use service::record::EvidenceFile;
use service::{Actor, Service};

use super::actor::MaybeActor;
use super::error::PageError;
use super::form::{Fields, LEFT_OUT, Posted, sign_in_first};
use super::state::AppState;

/// What is read of a request with a file, in bytes: 256 MB. More is cut off.
pub const UPLOAD_LIMIT: usize = 256 << 20;

/// The most that one text of such a form may hold, and all of them together, in bytes.
const TEXT_LIMIT: u64 = 1 << 20;
const TEXTS_LIMIT: usize = 2 << 20;

/// What of such a form is in memory at most, in bytes: the largest file and the texts around it.
const KEPT_LIMIT: usize = LARGEST_FILE + TEXTS_LIMIT;
/// What stands between them, in bytes: far more than any browser sends.
const BETWEEN: usize = 1 << 20;

/// Marks an answer that hands out somebody's file: the server locks it up by a policy of its own.
#[derive(Debug, Clone, Copy)]
pub struct Attachment;

/// The file of a form holds more than any may: it was let past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileTooLarge;

impl FileTooLarge {
    pub const WORDS: &'static str =
        "A file may hold at most 25 MB. Choose a smaller one, or give a link to it.";
}

/// What came as the file of a form; `None` where none was chosen.
pub type SentFile = Result<Option<Upload>, FileTooLarge>;

/// A form with a file, as it was read.
#[derive(Debug)]
pub struct FileForm {
    pub fields: Fields,
    pub file: SentFile,
}

/// Why a form with a file could not be read, in words that may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadError {
    /// It is no `multipart/form-data`.
    NotMultipart,
    TooLarge,
    TooMuchText,
    /// A text is not UTF-8, or holds a NUL.
    BadText,
    /// It is cut off or out of order.
    Broken,
    /// Too many others send files.
    Busy,
}

impl UploadError {
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotMultipart => "Send the form as multipart/form-data.",
            Self::TooLarge => FileTooLarge::WORDS,
            Self::TooMuchText => {
                "The texts beside the file are too long: 1 MB each and 2 MB together may be sent."
            }
            Self::BadText => "A text in it is not valid UTF-8, or holds a NUL character.",
            Self::Broken => "The form did not arrive whole. Send it again.",
            Self::Busy => {
                "Many files are being sent at this moment. Nothing was changed; send the form again in a minute."
            }
        }
    }
}

impl From<multer::Error> for UploadError {
    fn from(error: multer::Error) -> Self {
        match error {
            multer::Error::FieldSizeExceeded { .. } => Self::TooMuchText,
            multer::Error::StreamSizeExceeded { .. } => Self::TooLarge,
            multer::Error::NoMultipart | multer::Error::NoBoundary => Self::NotMultipart,
            multer::Error::StreamReadFailed(cause) if is_limit(&*cause) => Self::TooLarge,
            _ => Self::Broken,
        }
    }
}

impl From<FileTooLarge> for UploadError {
    fn from(_: FileTooLarge) -> Self {
        Self::TooLarge
    }
}

/// Whether the layer around the handler stopped reading.
pub(super) fn is_limit(cause: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(cause);
    while let Some(error) = next {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        next = error.source();
    }
    false
}

/// What became of the file in a form.
enum Came {
    Nothing,
    Kept(Upload),
    /// It was let past: it is larger than any may be, or nobody has room for it.
    Past,
}

impl Came {
    /// Reads the part of the file, a piece at a time.
    async fn read(mut part: Field<'_>, room: Option<&Arc<FileRoom>>) -> Result<Self, multer::Error> {
        let name = part.file_name().unwrap_or_default().to_owned();
        let (mut content, mut bytes) = (Vec::new(), 0_usize);
        while let Some(piece) = part.chunk().await? {
            bytes = bytes.saturating_add(piece.len());
            if room.is_some() && bytes <= LARGEST_FILE {
                content.extend_from_slice(&piece);
            } else {
                content = Vec::new();
            }
        }
        Ok(match room {
            // A browser sends an empty part where no file was chosen.
            _ if name.is_empty() && bytes == 0 => Self::Nothing,
            Some(room) if bytes <= LARGEST_FILE => {
                Self::Kept(Upload { name, content, room: Some(Arc::clone(room)) })
            }
            _ => Self::Past,
        })
    }
}

impl FileForm {
    /// Reads a form that somebody sent; the file is the field `file`. Waits while too many others are being read.
    pub async fn read(request: Request, service: &Service, actor: &Actor) -> Result<Self, UploadError> {
        let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let length = length.and_then(|length| length.parse().ok()).unwrap_or(KEPT_LIMIT);
        let room = if length > KEPT_LIMIT + BETWEEN {
            // The file is too large, whatever its texts: it needs no room.
            None
        } else {
            let room = service.room_for_file(actor, length.min(KEPT_LIMIT)).await;
            Some(room.map_err(|_| UploadError::Busy)?)
        };
        let (fields, came) = Self::read_with(request, room).await?;
        let file = match came {
            Came::Nothing => Ok(None),
            Came::Kept(file) => Ok(Some(file)),
            Came::Past => Err(FileTooLarge),
        };
        Ok(Self { fields: fields.into_iter().collect(), file })
    }

    /// The texts of a form; a file in it is kept nowhere, and named as left out.
    async fn texts(request: Request) -> Result<Fields, UploadError> {
        let (mut fields, came) = Self::read_with(request, None).await?;
        if !matches!(came, Came::Nothing) {
            fields.push((LEFT_OUT.to_owned(), "file".to_owned()));
        }
        Ok(fields.into_iter().collect())
    }

    /// Without room, the file is let past.
    async fn read_with(
        request: Request,
        room: Option<FileRoom>,
    ) -> Result<(Vec<(String, String)>, Came), UploadError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let boundary = multer::parse_boundary(kind.unwrap_or_default())?;
        let sizes = SizeLimit::new()
            .whole_stream(wide(UPLOAD_LIMIT))
            .per_field(TEXT_LIMIT)
            .for_field("file", wide(UPLOAD_LIMIT));
        let stream = request.into_body().into_data_stream();
        let mut parts = Multipart::with_constraints(stream, boundary, Constraints::new().size_limit(sizes));
        let room = room.map(Arc::new);
        let (mut fields, mut came) = (Vec::new(), Came::Nothing);
        let mut texts = 0;
        // Browsers send the fields in the order of the page: some come after the file.
        while let Some(part) = parts.next_field().await? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "file" {
                // Of several the last counts, and no two are in memory.
                drop(std::mem::replace(&mut came, Came::Nothing));
                came = Came::read(part, room.as_ref()).await?;
                continue;
            }
            let text = String::from_utf8(part.bytes().await?.into()).map_err(|_| UploadError::BadText)?;
            texts += name.len() + text.len();
            if texts > TEXTS_LIMIT {
                return Err(UploadError::TooMuchText);
            }
            if text.contains('\0') || name.contains('\0') {
                return Err(UploadError::BadText);
            }
            fields.push((name, text.replace("\r\n", "\n")));
        }
        Ok((fields, came))
    }
}

fn wide(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// A form, with or without a file, that a signed-in person sent. Where the session has expired, the texts come back
/// after signing in; [`Fields::nothing_left_out`] asks for the file.
#[derive(Debug)]
pub struct Uploaded {
    pub actor: Actor,
    pub fields: Fields,
    pub file: SentFile,
}

impl FromRequest<AppState> for Uploaded {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, PageError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let Posted { actor, fields } = Posted::from_request(request, state).await?;
            return Ok(Self { actor, fields, file: Ok(None) });
        }
        let (mut parts, body) = request.into_parts();
        let MaybeActor(actor) = MaybeActor::from_request_parts(&mut parts, state).await?;
        let target = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        let request = Request::from_parts(parts, body);
        let refused = |error: UploadError| match error {
            UploadError::TooLarge => PageError::too_large_file(),
            UploadError::TooMuchText => PageError::too_large(),
            UploadError::Busy => {
                PageError::problem(StatusCode::SERVICE_UNAVAILABLE, "Try again in a minute", error.words())
            }
            error => PageError::unreadable(error.words()),
        };
        let Some(actor) = actor else {
            // Nobody who is not signed in has a file kept.
            let fields = FileForm::texts(request).await.map_err(refused)?;
            return Err(sign_in_first(state, &target, fields));
        };
        let FileForm { fields, file } =
            FileForm::read(request, &state.service, &actor).await.map_err(refused)?;
        Ok(Self { actor, fields, file })
    }
}

/// Hands out a file under its name; a browser saves it and never shows it.
pub fn attachment(file: &EvidenceFile, content: Pieces) -> Response {
    let mut response = attached(&file.name, &file.media_type, Body::from_stream(content));
    response.headers_mut().insert(header::CONTENT_LENGTH, file.bytes.into());
    response
}

/// The same for what was made for this answer.
pub fn made_attachment(name: &str, media_type: &str, content: Vec<u8>) -> Response {
    attached(name, media_type, Body::from(content))
}

/// The same for a client's file, which is sent while it is written.
pub fn client_attachment(file: ClientFile) -> Response {
    let ClientFile { name, mut pieces } = file;
    attached(&name, "application/zip", Body::from_stream(poll_fn(move |context| pieces.poll_recv(context))))
}

fn attached(name: &str, media_type: &str, content: Body) -> Response {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\') { c } else { '_' })
        .collect();
    // RFC 6266, appendix D: the name in ASCII for old programs, and as it is (RFC 8187).
    let whole = super::path::percent_encoded(name).replace('/', "%2F");
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}");
    let mut response = content.into_response();
    let headers = response.headers_mut();
    let kind = HeaderValue::from_str(media_type);
    headers
        .insert(header::CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response.extensions_mut().insert(Attachment);
    response
}
