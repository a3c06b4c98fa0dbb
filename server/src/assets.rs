//! Style sheet, fonts, icon and browser code, served from memory.
//!
//! `build.rs` embeds and compresses them, so the binary serves from any folder and nothing is read or
//! compressed while it runs. Files whose name carries the build's hash are kept by browsers for ever.
//! Anything else below these paths is a plain 404.

use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, VARY,
};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};

use crate::http::headers::WorkerScript;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// How the path of the worker's script ends.
const WORKER: &str = "-worker.js";

/// One embedded file.
struct Asset {
    content_type: &'static str,
    cache: Cache,
    plain: &'static [u8],
    /// Brotli at its best; absent where it would be larger, as for fonts.
    brotli: Option<&'static [u8]>,
}

/// How long a browser may keep a file.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "the generated table uses a variant only where such a file exists")]
enum Cache {
    /// The path changes whenever the content does.
    Forever,
    /// The path stays: look again after a day.
    Day,
    /// The path stays, and other files rely on this very content.
    Never,
}

impl Cache {
    fn control(self) -> &'static str {
        match self {
            Self::Forever => "public, max-age=31536000, immutable",
            Self::Day => "public, max-age=86400",
            Self::Never => "no-cache",
        }
    }
}

/// The routes of all embedded files: `/pkg/`, `/fonts/` and `/favicon.svg`.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/pkg/{*file}", get(serve))
        .route("/fonts/{*file}", get(serve))
        .route("/favicon.svg", get(serve))
}

async fn serve(uri: Uri, headers: HeaderMap) -> Response {
    match find(uri.path()) {
        Some(asset) if uri.path().ends_with(WORKER) => {
            (Extension(WorkerScript), asset.response(accepts_brotli(&headers))).into_response()
        }
        Some(asset) => asset.response(accepts_brotli(&headers)),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn find(path: &str) -> Option<&'static Asset> {
    let index = ASSETS.binary_search_by_key(&path, |(path, _)| path).ok()?;
    Some(ASSETS[index].1)
}

impl Asset {
    fn response(&'static self, brotli_welcome: bool) -> Response {
        let common: [(HeaderName, &str); 3] = [
            (CONTENT_TYPE, self.content_type),
            (CACHE_CONTROL, self.cache.control()),
            (VARY, "accept-encoding"),
        ];
        match self.brotli {
            Some(brotli) if brotli_welcome => (common, [(CONTENT_ENCODING, "br")], brotli).into_response(),
            _ => (common, self.plain).into_response(),
        }
    }
}

/// Whether `Accept-Encoding` names `br` without refusing it by `q=0` (RFC 9110, 12.5.3).
fn accepts_brotli(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_brotli = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("br"));
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        is_brotli && weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepting(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_ENCODING, value.parse().unwrap())])
    }

    async fn get(path: &str, accept_encoding: &'static str) -> Response {
        serve(path.parse().unwrap(), accepting(accept_encoding)).await
    }

    #[tokio::test]
    async fn the_style_sheet_is_kept_for_ever_and_compressed() {
        let response = get(&format!("/pkg/{OUTPUT_NAME}.css"), "gzip, br").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
        assert_eq!(response.headers()[CONTENT_ENCODING], "br");
        assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
    }

    #[tokio::test]
    async fn a_client_without_brotli_gets_the_plain_file() {
        let response = get("/favicon.svg", "gzip, br;q=0").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(!response.headers().contains_key(CONTENT_ENCODING));
        assert_eq!(response.headers()[CONTENT_TYPE], "image/svg+xml");
    }

    #[tokio::test]
    async fn every_path_of_the_table_is_found_and_no_other() {
        for (path, _) in ASSETS {
            assert_eq!(get(path, "br").await.status(), StatusCode::OK, "{path}");
        }
        for path in ["/pkg/rung.css", "/pkg/", "/pkg/../Cargo.toml", "/fonts/none.woff2"] {
            assert_eq!(get(path, "br").await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn the_loader_and_the_webassembly_come_together_or_not_at_all() {
        for name in ["{}.js", "{}-worker.js", "{}.wasm", "{}_bg.wasm"] {
            let path = format!("/pkg/{}", name.replace("{}", OUTPUT_NAME));
            assert_eq!(find(&path).is_some(), HAS_BROWSER_CODE, "{path}");
        }
    }

    #[test]
    fn brotli_is_read_from_the_header_as_the_standard_says() {
        for value in ["br", "gzip, br", "GZIP;q=0.5,BR;q=1.0", "br; q=0.1"] {
            assert!(accepts_brotli(&accepting(value)), "{value}");
        }
        for value in ["", "gzip", "br;q=0", "br; q=0.000", "brotli", "br;q=much"] {
            assert!(!accepts_brotli(&accepting(value)), "{value}");
        }
    }
}
