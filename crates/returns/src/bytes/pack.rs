//! Packing files as the returns come: gzip and zip. Used by the simulation's writer, so that one
//! crate names the archive formats.

use std::io::{Cursor, Write};

use crate::bytes::input::InputError;

/// Bytes as gzip.
///
/// # Errors
/// [`InputError::Io`], which memory does not give.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>, InputError> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}

/// Files as one zip archive.
///
/// # Errors
/// [`InputError::Zip`] if a name cannot be a member's.
pub fn zip_of(members: &[(&str, &[u8])]) -> Result<Vec<u8>, InputError> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let broken = |error: zip::result::ZipError| InputError::Zip(error.to_string());
    for (name, bytes) in members {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .map_err(broken)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish().map_err(broken)?.into_inner())
}
