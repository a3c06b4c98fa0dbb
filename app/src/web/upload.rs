//! Forms with a file (RFC 7578), and files on their way out.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::poll_fn;
use http::{HeaderValue, StatusCode, header};
use multer::{Constraints, Multipart, SizeLimit};
use service::client::ClientFile;
use service::evidence::{FileRoom, LARGEST_FILE, Upload};
use service::files::Pieces;
use service::record::EvidenceFile;
use service::{Actor, Service};

use super::actor::MaybeActor;
use super::error::PageError;
use super::form::{Fields, LEFT_OUT, Posted, sign_in_first};
use super::state::AppState;

/// What a request with a file may hold, in bytes: the largest file and the texts around it.
pub const UPLOAD_LIMIT: usize = LARGEST_FILE + (2 << 20);

/// The most that one text of such a form may hold, and all of them together, in bytes.
const TEXT_LIMIT: u64 = 1 << 20;
const TEXTS_LIMIT: usize = 2 << 20;

/// Marks an answer that hands out somebody's file: the server locks it up by a policy of its own.
#[derive(Debug, Clone, Copy)]
pub struct Attachment;

/// A form with a file, as it was read.
#[derive(Debug, Default)]
pub struct FileForm {
    pub fields: Fields,
    /// `None` where none was chosen.
    pub file: Option<Upload>,
}

/// Why a form with a file could not be read, in words that may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadError {
    /// It is no `multipart/form-data`.
    NotMultipart,
    TooLarge,
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
            Self::TooLarge => "A file may hold at most 25 MB. Send a smaller one, or a link to it.",
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
            multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
                Self::TooLarge
            }
            multer::Error::NoMultipart | multer::Error::NoBoundary => Self::NotMultipart,
            multer::Error::StreamReadFailed(cause) if is_limit(&*cause) => Self::TooLarge,
            _ => Self::Broken,
        }
    }
}

/// Whether the layer around the handler stopped reading.
fn is_limit(cause: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(cause);
    while let Some(error) = next {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        next = error.source();
    }
    false
}

/// What becomes of the file in a form.
enum InFile {
    /// In the room that was waited for.
    Kept(Arc<FileRoom>),
    /// Let past, a piece at a time.
    Dropped,
}

impl FileForm {
    /// Reads a form that somebody sent; the file is the field `file`. Waits while too many others are being read.
    pub async fn read(request: Request, service: &Service, actor: &Actor) -> Result<Self, UploadError> {
        let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        let length = length.and_then(|length| length.parse().ok()).unwrap_or(UPLOAD_LIMIT);
        let room = service.room_for_file(actor, length.min(UPLOAD_LIMIT)).await;
        let room = room.map_err(|_| UploadError::Busy)?;
        Self::read_with(request, InFile::Kept(Arc::new(room))).await
    }

    /// The texts of a form; a file in it is kept nowhere, and named as left out.
    async fn texts(request: Request) -> Result<Fields, UploadError> {
        Ok(Self::read_with(request, InFile::Dropped).await?.fields)
    }

    async fn read_with(request: Request, in_file: InFile) -> Result<Self, UploadError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let boundary = multer::parse_boundary(kind.unwrap_or_default())?;
        let sizes = SizeLimit::new()
            .whole_stream(wide(UPLOAD_LIMIT))
            .per_field(TEXT_LIMIT)
            .for_field("file", wide(LARGEST_FILE));
        let stream = request.into_body().into_data_stream();
        let mut parts = Multipart::with_constraints(stream, boundary, Constraints::new().size_limit(sizes));
        let (mut fields, mut file) = (Vec::new(), None);
        let mut texts = 0;
        while let Some(mut part) = parts.next_field().await? {
            let name = part.name().unwrap_or_default().to_owned();
            if name == "file" {
                let called = part.file_name().unwrap_or_default().to_owned();
                let mut content = Vec::new();
                // A browser sends an empty part where no file was chosen.
                let mut chosen = !called.is_empty();
                while let Some(piece) = part.chunk().await? {
                    chosen |= !piece.is_empty();
                    if matches!(in_file, InFile::Kept(_)) {
                        content.extend_from_slice(&piece);
                    }
                }
                match &in_file {
                    InFile::Kept(room) if chosen => {
                        file = Some(Upload { name: called, content, room: Some(Arc::clone(room)) });
                    }
                    InFile::Dropped if chosen => fields.push((LEFT_OUT.to_owned(), name)),
                    InFile::Kept(_) | InFile::Dropped => {}
                }
                continue;
            }
            let text = String::from_utf8(part.bytes().await?.into()).map_err(|_| UploadError::BadText)?;
            texts += name.len() + text.len();
            if texts > TEXTS_LIMIT {
                return Err(UploadError::TooLarge);
            }
            if text.contains('\0') || name.contains('\0') {
                return Err(UploadError::BadText);
            }
            fields.push((name, text.replace("\r\n", "\n")));
        }
        Ok(Self { fields: fields.into_iter().collect(), file })
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
    pub file: Option<Upload>,
}

impl FromRequest<AppState> for Uploaded {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, PageError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let Posted { actor, fields } = Posted::from_request(request, state).await?;
            return Ok(Self { actor, fields, file: None });
        }
        let (mut parts, body) = request.into_parts();
        let MaybeActor(actor) = MaybeActor::from_request_parts(&mut parts, state).await?;
        let target = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        let request = Request::from_parts(parts, body);
        let refused = |error: UploadError| match error {
            UploadError::TooLarge => PageError::too_large_file(),
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
