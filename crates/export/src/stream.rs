//! Rows of texts written as they come: those of a country are too many to hold.

use std::io::{self, BufWriter, Write};

use serde::Serializer as _;

/// So many bytes go out at once.
const BUFFER: usize = 1 << 16;

/// Writes rows of texts as CSV.
///
/// # Errors
/// Those of the output, as themselves, so that a reader who stops reading is known.
pub fn write_csv_rows(
    out: impl Write,
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new()
        .buffer_capacity(BUFFER)
        .from_writer(out);
    let write = || {
        writer.write_record(header)?;
        for row in rows {
            writer.write_record(row)?;
        }
        Ok(writer.flush()?)
    };
    write().map_err(|error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    })
}

/// Writes rows of texts as JSON objects, named by the header.
///
/// # Errors
/// Those of the output, as themselves, so that a reader who stops reading is known.
pub fn write_json_rows(
    out: impl Write,
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(BUFFER, out);
    let object = |row: Vec<String>| -> serde_json::Map<String, serde_json::Value> {
        let fields = row.into_iter().map(serde_json::Value::from);
        header
            .iter()
            .map(|name| (*name).to_owned())
            .zip(fields)
            .collect()
    };
    let mut json = serde_json::Serializer::pretty(&mut out);
    json.collect_seq(rows.into_iter().map(object))?;
    writeln!(out)?;
    out.flush()
}
