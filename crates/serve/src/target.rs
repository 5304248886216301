//! From what a browser asks for to the name of a file below the folder.

use percent_encoding::percent_decode_str;

/// The longest address that is answered, in bytes. A comparison of many areas is a few hundred.
pub(crate) const LONGEST: usize = 4096;

/// What an address means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A file, by its path below the folder, with `/` between the parts.
    File(String),
    /// A folder below the folder, likewise; empty for the folder itself.
    Folder(String),
}

/// An address that means nothing below the folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outside;

impl Target {
    /// Reads the path of an address, without its query. Escapes are undone once and then looked at: each part must be
    /// a plain name, so that `..`, `%2e%2e`, `%2f`, a backslash, a drive or a hidden file is never handed to the system.
    pub(crate) fn of(path: &str) -> Result<Self, Outside> {
        let decoded = percent_decode_str(path).decode_utf8();
        let decoded = decoded.map_err(|_not_text| Outside)?;
        // An escaped slash would be a second way to write a path.
        if decoded.matches('/').count() != path.matches('/').count() {
            return Err(Outside);
        }
        let Some(below) = decoded.strip_prefix('/') else {
            return Err(Outside);
        };
        let (parts, is_folder) = match below.strip_suffix('/') {
            Some(parts) => (parts, true),
            None => (below, below.is_empty()),
        };
        if !below.is_empty() && !parts.split('/').all(is_plain) {
            return Err(Outside);
        }
        let parts = parts.to_owned();
        Ok(if is_folder {
            Self::Folder(parts)
        } else {
            Self::File(parts)
        })
    }
}

/// Whether a part of a path is a name and nothing else, on every system.
fn is_plain(part: &str) -> bool {
    let is_name = |c: char| !c.is_control() && !matches!(c, '\\' | ':');
    !part.is_empty() && !part.starts_with('.') && part.chars().all(is_name)
}

#[cfg(test)]
mod tests {
    use super::{Outside, Target};

    #[test]
    fn addresses_of_pages_are_names_below_the_folder() {
        let file = |name: &str| Ok(Target::File(name.to_owned()));
        let folder = |name: &str| Ok(Target::Folder(name.to_owned()));
        assert_eq!(Target::of("/"), folder(""));
        assert_eq!(Target::of("/index.html"), file("index.html"));
        assert_eq!(Target::of("/authority/"), folder("authority"));
        assert_eq!(Target::of("/a/b%20c.csv"), file("a/b c.csv"));
        assert_eq!(Target::of("/%C3%A9.html"), file("é.html"));
        // Two dots within a name lead nowhere.
        assert_eq!(Target::of("/a..b"), file("a..b"));
    }

    #[test]
    fn whatever_might_lead_elsewhere_is_outside() {
        for path in [
            "",
            "*",
            "index.html",
            "/..",
            "/../secret",
            "/a/../../secret",
            "/a/..",
            "/./a",
            "//etc/passwd",
            "/a//b",
            "/%2e%2e/secret",
            "/%2E%2E%2fsecret",
            "/a%2f..%2f..%2fsecret",
            "/a%2fb",
            "/..%5csecret",
            "/a\\..\\..\\secret",
            "/C:/Windows",
            "/a%00.html",
            "/%ff%fe",
            "/%c0%ae%c0%ae/secret",
            "/.git/config",
            "/a/.hidden",
            "/a%0d%0aSet-Cookie:%20b",
        ] {
            assert_eq!(Target::of(path), Err(Outside), "{path}");
        }
        // Undone once only: what is left is a name that no file has.
        let twice = Target::File("%2e%2e".to_owned());
        assert_eq!(Target::of("/%252e%252e"), Ok(twice));
    }
}
