//! The zip that all three formats are: parts in a fixed order, with one time for all, so that the same parts are the
//! same bytes.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::error::WriteError;

/// The parts of a file in order.
#[derive(Debug, Default)]
pub(crate) struct Package(Vec<Part>);

#[derive(Debug)]
struct Part {
    name: String,
    bytes: Vec<u8>,
    stored: bool,
}

impl Package {
    /// The parts of a file that another writer made.
    ///
    /// # Errors
    /// [`WriteError::Package`] and [`WriteError::Io`] if it is no zip.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, WriteError> {
        let mut archive = ZipArchive::new(Cursor::new(bytes))?;
        let mut package = Self::default();
        for i in 0..archive.len() {
            let mut file = archive.by_index(i)?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            package = package.part(file.name().to_owned(), bytes);
        }
        Ok(package)
    }

    /// With one more part.
    #[must_use]
    pub(crate) fn part(self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.push(name, bytes, false)
    }

    /// With one more part that is not compressed, so that its bytes can be found at a fixed place.
    #[must_use]
    pub(crate) fn stored(self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.push(name, bytes, true)
    }

    fn push(mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>, stored: bool) -> Self {
        let (name, bytes) = (name.into(), bytes.into());
        self.0.push(Part {
            name,
            bytes,
            stored,
        });
        self
    }

    /// The bytes of a part, to be changed.
    pub(crate) fn part_mut(&mut self, name: &str) -> Option<&mut Vec<u8>> {
        let mut parts = self.0.iter_mut();
        parts
            .find(|part| part.name == name)
            .map(|part| &mut part.bytes)
    }

    /// The file.
    ///
    /// # Errors
    /// [`WriteError::Package`] and [`WriteError::Io`], which memory does not give.
    pub(crate) fn into_bytes(self) -> Result<Vec<u8>, WriteError> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for part in &self.0 {
            let method = if part.stored {
                CompressionMethod::Stored
            } else {
                CompressionMethod::Deflated
            };
            // The first time that a zip can say: the day of the figures is in the properties.
            let options = SimpleFileOptions::default()
                .compression_method(method)
                .last_modified_time(DateTime::default())
                .unix_permissions(0o644);
            writer.start_file(part.name.as_str(), options)?;
            writer.write_all(&part.bytes)?;
        }
        Ok(writer.finish()?.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_in_order() {
        let package = || {
            Package::default()
                .stored("mimetype", "kind")
                .part("a/b.xml", "<b/>")
        };
        let bytes = package().into_bytes().unwrap();
        assert_eq!(bytes, package().into_bytes().unwrap());
        // The kind of an OpenDocument file stands at byte 38, where those who ask for it look.
        assert_eq!(&bytes[30..42], b"mimetypekind");
        let mut back = Package::of(&bytes).unwrap();
        let names: Vec<&str> = back.0.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(names, ["mimetype", "a/b.xml"]);
        assert_eq!(back.part_mut("a/b.xml").unwrap(), b"<b/>");
        assert!(back.part_mut("c").is_none());
    }
}
