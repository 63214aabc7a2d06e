//! Style, script and typeface, inside the binary.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::raster::font;

/// A page names its files with the program's version, so a new program is never shown an old script.
const KEEP: &str = "public, max-age=86400";

pub(super) async fn asset(Path(name): Path<String>) -> Response {
    let (kind, bytes): (&str, &'static [u8]) = match name.as_str() {
        "review.css" => (
            "text/css; charset=utf-8",
            include_bytes!("../../assets/web/review.css"),
        ),
        "review.js" => (
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/web/review.js"),
        ),
        "token.js" => (
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/web/token.js"),
        ),
        "kinds.js" => (
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/web/kinds.js"),
        ),
        "repair.js" => (
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/web/repair.js"),
        ),
        "icon.svg" => ("image/svg+xml", include_bytes!("../../assets/web/icon.svg")),
        "ud-gothic.ttf" => ("font/ttf", font::bytes()),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, KEEP)], bytes).into_response()
}
