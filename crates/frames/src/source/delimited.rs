//! Comma- and tab-separated text, line by line: its size does not matter.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::{BATCH, Each, open};
use crate::batch::{Batch, RowNumbers, WordsBuilder};
use crate::error::TableError;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The headings.
pub(super) fn columns(path: &Path, name: &str) -> Result<Vec<String>, TableError> {
    let (mut reader, _) = reader(path, name)?;
    let header = reader.byte_headers();
    let header = header.map_err(|error| unreadable(name, 1, &error))?;
    let columns: Result<Vec<String>, TableError> = header
        .iter()
        .map(|field| text(name, 1, "", field).map(|own| own.trim().to_owned()))
        .collect();
    let columns = columns?;
    if columns.iter().all(String::is_empty) {
        return Err(TableError::of_file(
            name,
            "the file is empty",
            "fetch or write the file again",
        ));
    }
    Ok(columns)
}

/// Reads every row.
pub(super) fn read(
    path: &Path,
    name: &str,
    wanted: &[usize],
    each: Each<'_>,
) -> Result<(), TableError> {
    let columns = columns(path, name)?;
    let (mut reader, late) = reader(path, name)?;
    let mut record = ByteRecord::new();
    let mut builders: Vec<WordsBuilder> = wanted.iter().map(|_| WordsBuilder::default()).collect();
    let mut numbers = Vec::new();
    loop {
        let more = reader.read_byte_record(&mut record);
        let line = record.position().map_or(0, csv::Position::line) + late;
        let more = more.map_err(|error| unreadable(name, line, &error))?;
        if more {
            for (builder, at) in builders.iter_mut().zip(wanted) {
                let field = record.get(*at).unwrap_or_default();
                builder.push(text(name, line, &columns[*at], field)?);
            }
            numbers.push(line);
        }
        if numbers.len() == BATCH || (!more && !numbers.is_empty()) {
            each(Batch {
                rows: numbers.len(),
                at: RowNumbers::Each(std::mem::take(&mut numbers)),
                columns: builders.iter_mut().map(WordsBuilder::take).collect(),
            })?;
        }
        if !more {
            return Ok(());
        }
    }
}

/// A reader behind the byte order mark, with the separator that the heading has more of; and by how many lines it is late
/// in counting: where lines end in CR LF, a row is said to begin at the LF of the line before it.
fn reader(path: &Path, name: &str) -> Result<(Reader<BufReader<File>>, u64), TableError> {
    let mut file = open(path, name)?;
    let mut start = [0_u8; 4096];
    let fails = |error: std::io::Error| {
        TableError::of_file(
            name,
            format!("cannot read the file: {error}"),
            "check the file",
        )
    };
    let read = file.read(&mut start).map_err(fails)?;
    let start = &start[..read];
    if start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") {
        return Err(TableError::of_file(
            name,
            "the file is not UTF-8: it starts with the mark of UTF-16",
            "save the file as UTF-8 (in Excel: CSV UTF-8), then try again",
        ));
    }
    let skip: u8 = if start.starts_with(BYTE_ORDER_MARK) {
        3
    } else {
        0
    };
    let heading = start[usize::from(skip)..]
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let count = |wanted: u8| heading.iter().filter(|byte| **byte == wanted).count();
    let separators = [b',', b'\t', b';'];
    let separator = separators
        .into_iter()
        .rev()
        .max_by_key(|byte| count(*byte))
        .unwrap_or(b',');
    file.seek(SeekFrom::Start(skip.into())).map_err(fails)?;
    let reader = ReaderBuilder::new()
        .delimiter(separator)
        .from_reader(BufReader::with_capacity(1 << 18, file));
    Ok((reader, u64::from(heading.ends_with(b"\r"))))
}

fn text<'a>(name: &str, line: u64, column: &str, field: &'a [u8]) -> Result<&'a str, TableError> {
    std::str::from_utf8(field).map_err(|_| {
        TableError::at(
            name,
            line,
            column,
            "the field is not UTF-8",
            "save the file as UTF-8 (in Excel: CSV UTF-8), then try again",
        )
    })
}

fn unreadable(name: &str, line: u64, error: &csv::Error) -> TableError {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len,
            len,
            pos,
        } => TableError::at(
            name,
            pos.as_ref().map_or(line, csv::Position::line).max(line),
            "",
            format!("the row has {len} fields but the heading has {expected_len}"),
            "the file may be cut short, or a comma may need quotes",
        ),
        _ => TableError::at(
            name,
            line,
            "",
            format!("cannot read the row: {error}"),
            "check the file",
        ),
    }
}
