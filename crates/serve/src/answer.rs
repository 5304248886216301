//! One request, one answer.

use std::convert::Infallible;
use std::fs::File;
use std::io::Read;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    HeaderValue, LOCATION, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Request, Response, StatusCode};

use crate::folder::{Folder, Found, Opened};
use crate::guard::{NOT_HERE, Refusal, check};
use crate::target::Target;

/// So much of a file is read at a time, in bytes.
const PIECE: usize = 64 * 1024;

/// What a page may do. Scripts come from files of the folder; styles may stand in the page, as those of one-file pages
/// and of drawings do; pictures may too (`data:`). Nothing is fetched from elsewhere, and nobody shows it in a frame.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);

/// On every answer: a page of another site gets nothing of ours, not even as a picture.
const ALWAYS: [(HeaderName, HeaderValue); 6] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    // The folder may be written anew at any time.
    (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

/// Where requests are answered.
#[derive(Debug)]
pub(crate) struct Desk {
    port: u16,
    folder: Folder,
}

impl Desk {
    pub(crate) const fn new(port: u16, folder: Folder) -> Self {
        Self { port, folder }
    }

    /// Answers a request. With `is_last` the connection is closed after it, as others wait.
    pub(crate) fn answer<B>(&self, request: &Request<B>, is_last: bool) -> Response<Content> {
        let (mut response, is_last) = match check(request, self.port) {
            Ok(()) => (self.found(request.uri().path()), is_last),
            // Whoever asks so is not a browser that will ask again, and content that was announced is not read.
            Err(why) => (refused(why), true),
        };
        for (name, value) in ALWAYS {
            response.headers_mut().insert(name, value);
        }
        if is_last {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        response
    }

    /// What an address leads to.
    fn found(&self, path: &str) -> Response<Content> {
        let Ok(target) = Target::of(path) else {
            return refused(NOT_HERE);
        };
        let name = match &target {
            Target::File(name) => name.clone(),
            Target::Folder(name) if name.is_empty() => "index.html".to_owned(),
            Target::Folder(name) => format!("{name}/index.html"),
        };
        match (self.folder.find(&name), target) {
            (Ok(Found::File(opened)), _) => given(&name, opened),
            // Links of a page are read from where it is: `authority` without a slash is one level too high.
            (Ok(Found::Folder), Target::File(_)) => {
                HeaderValue::from_str(&format!("{path}/")).map_or_else(|_| refused(NOT_HERE), moved)
            }
            // Why a file cannot be read is nobody's business but the owner's.
            (Ok(Found::Folder) | Err(_), _) => refused(NOT_HERE),
        }
    }
}

fn given(name: &str, opened: Opened) -> Response<Content> {
    let mut response = Response::new(Content::File(opened));
    let kind = HeaderValue::from_static(kind_of(name));
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn moved(to: HeaderValue) -> Response<Content> {
    let mut response = Response::new(Content::of_text(String::new()));
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(LOCATION, to);
    response
}

fn refused(refusal: Refusal) -> Response<Content> {
    let Refusal { status, why } = refusal;
    let mut response = Response::new(Content::of_text(format!("{why}\n")));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind_of(".txt")));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

/// What a file is, by its ending: what the program writes. A browser saves what it does not know.
fn kind_of(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "md" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "geojson" => "application/geo+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "pdf" => "application/pdf",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "parquet" => "application/vnd.apache.parquet",
        _ => "application/octet-stream",
    }
}

/// What an answer holds.
#[derive(Debug)]
pub(crate) enum Content {
    Text(Bytes),
    File(Opened),
}

impl Content {
    fn of_text(text: String) -> Self {
        Self::Text(Bytes::from(text))
    }
}

/// A file that became shorter while it was read: the connection breaks off, so that no half is taken for the whole.
impl Body for Content {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        // Read in place, not on a thread of its own: there is one reader, and a piece is read in microseconds.
        let piece = match self.get_mut() {
            Self::Text(text) if text.is_empty() => return Poll::Ready(None),
            Self::Text(text) => Ok(std::mem::take(text)),
            Self::File(opened) if opened.length == 0 => return Poll::Ready(None),
            Self::File(opened) => piece_of(&mut opened.file, opened.length).inspect(|piece| {
                opened.length -= piece.len() as u64;
            }),
        };
        Poll::Ready(Some(piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::File(opened) => opened.length == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Text(text) => text.len() as u64,
            Self::File(opened) => opened.length,
        })
    }
}

/// The next piece of a file of which so much is left.
fn piece_of(file: &mut File, left: u64) -> std::io::Result<Bytes> {
    let size = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
    let mut piece = vec![0; size];
    file.read_exact(&mut piece)?;
    Ok(Bytes::from(piece))
}

/// A service of `hyper` may fail; this one answers in every case.
pub(crate) type Answered = Result<Response<Content>, Infallible>;
