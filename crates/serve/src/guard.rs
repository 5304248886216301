//! What is refused before any file is looked for.

use hyper::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use hyper::http::uri::Authority;
use hyper::{HeaderMap, Method, Request, StatusCode};

use crate::target::LONGEST;

/// Names by which a browser on this machine may call the server. Any other name is one that somebody else made lead
/// here (DNS rebinding): a page of theirs would then read ours.
const NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Why nothing is given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) why: &'static str,
}

const fn refusal(status: StatusCode, why: &'static str) -> Refusal {
    Refusal { status, why }
}

pub(crate) const NOT_HERE: Refusal = refusal(
    StatusCode::NOT_FOUND,
    "There is no such page in this folder.",
);
const OTHER_NAME: Refusal = refusal(
    StatusCode::MISDIRECTED_REQUEST,
    "This server answers to 127.0.0.1 and localhost with its own port, and to no other name.",
);
const NO_NAME: Refusal = refusal(
    StatusCode::BAD_REQUEST,
    "A request names the host that it is for, once.",
);
const ONLY_READ: Refusal = refusal(
    StatusCode::METHOD_NOT_ALLOWED,
    "Pages can be read here (GET, HEAD), and nothing else.",
);
const WITH_CONTENT: Refusal = refusal(
    StatusCode::PAYLOAD_TOO_LARGE,
    "A request for a page has no content.",
);
const TOO_LONG: Refusal = refusal(
    StatusCode::URI_TOO_LONG,
    "No page here has so long an address.",
);

/// Looks at the head of a request.
pub(crate) fn check<B>(request: &Request<B>, port: u16) -> Result<(), Refusal> {
    let uri = request.uri();
    let query = uri.query().map_or(0, str::len);
    if uri.path().len() + query > LONGEST {
        return Err(TOO_LONG);
    }
    let mut hosts = request.headers().get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return Err(NO_NAME);
    };
    // A proxy's way of asking names a host in the address too.
    let in_address = uri.authority().map(Authority::as_str);
    let in_header = host.to_str().map_err(|_not_text| OTHER_NAME)?;
    if !is_own(in_header, port) || !in_address.is_none_or(|name| is_own(name, port)) {
        return Err(OTHER_NAME);
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return Err(ONLY_READ);
    }
    if has_content(request.headers()) {
        return Err(WITH_CONTENT);
    }
    Ok(())
}

/// Whether a host is this machine and this port.
fn is_own(host: &str, port: u16) -> bool {
    let Some((name, its_port)) = host.rsplit_once(':') else {
        // A browser leaves out the port that HTTP has when nothing is said.
        return port == 80 && NAMES.iter().any(|own| host.eq_ignore_ascii_case(own));
    };
    let is_name = NAMES.iter().any(|own| name.eq_ignore_ascii_case(own));
    is_name && its_port == port.to_string()
}

fn has_content(headers: &HeaderMap) -> bool {
    let said = headers.get_all(CONTENT_LENGTH).iter();
    headers.contains_key(TRANSFER_ENCODING) || said.into_iter().any(|length| length != "0")
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn only_this_machine_with_its_own_port_is_meant() {
        for host in [
            "127.0.0.1:8080",
            "localhost:8080",
            "LocalHost:8080",
            "[::1]:8080",
        ] {
            assert!(is_own(host, 8080), "{host}");
        }
        for host in [
            "",
            "127.0.0.1",
            "localhost",
            "[::1]",
            "::1:8080",
            "127.0.0.1:8081",
            "127.0.0.1:08080",
            "127.0.0.1:",
            "127.0.0.2:8080",
            "evil.example:8080",
            "localhost.evil.example:8080",
            "127.0.0.1.nip.io:8080",
            "localhost:8080:8080",
            "a@localhost:8080",
            " localhost:8080",
        ] {
            assert!(!is_own(host, 8080), "{host}");
        }
        assert!(is_own("localhost", 80) && is_own("localhost:80", 80));
    }
}
