//! A CSV file as rows of text with places, matched by column name.
//!
//! Knows encodings, headers and lines; knows nothing of what the columns mean.

use std::collections::BTreeMap;

use csv::StringRecord;
use disparity_core::{Place, nearest};

use crate::error::{Fault, LoadError, LoadErrors};

/// A file that was read whole: every row has as many fields as the header.
pub(crate) struct Table {
    file: String,
    header: BTreeMap<String, usize>,
    names: Vec<String>,
    records: Vec<(u64, StringRecord)>,
}

impl Table {
    /// Reads UTF-8 with or without a byte order mark. `file` is the name that errors show.
    pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Self, LoadErrors> {
        let text = decode(file, bytes)?;
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.as_bytes());
        let place = |line| Place {
            file: file.to_owned(),
            line,
            column: String::new(),
        };
        let fault = |line, fault| LoadError {
            place: place(line),
            about: String::new(),
            fault,
        };
        let unreadable = |error: csv::Error| {
            fault(
                0,
                Fault::Unreadable {
                    reason: error.to_string(),
                },
            )
        };
        let names: Vec<String> = reader
            .headers()
            .map_err(unreadable)?
            .iter()
            .map(|name| name.trim().to_owned())
            .collect();
        let mut header = BTreeMap::new();
        let mut errors = Vec::new();
        for (position, name) in names.iter().enumerate() {
            // The 2021 neighbours file heads ten columns alike; they are found by position, not name.
            header.entry(name.clone()).or_insert(position);
        }
        let mut records = Vec::new();
        let mut lines = LineCounter::new(text);
        for record in reader.into_records() {
            let record = record.map_err(unreadable)?;
            let line = lines.at(record.position().map_or(0, csv::Position::byte));
            if record.len() == names.len() {
                records.push((line, record));
            } else {
                let (found, expected) = (record.len() as u64, names.len() as u64);
                errors.push(fault(line, Fault::FieldCount { found, expected }));
            }
        }
        if errors.is_empty() && records.is_empty() {
            errors.push(fault(0, Fault::NoRows));
        }
        LoadErrors::check(
            errors,
            Self {
                file: file.to_owned(),
                header,
                names,
                records,
            },
        )
    }

    /// A table whose rows were made from those of a file, each with the line it came from.
    pub(crate) fn made(
        file: &str,
        names: &[&str],
        rows: impl IntoIterator<Item = (u64, Vec<String>)>,
    ) -> Self {
        let numbered = names.iter().zip(0..);
        Self {
            file: file.to_owned(),
            header: numbered
                .map(|(name, at)| ((*name).to_owned(), at))
                .collect(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            records: rows
                .into_iter()
                .map(|(line, row)| (line, StringRecord::from(row)))
                .collect(),
        }
    }

    /// Reads a table that this program wrote: its last line ends, or it was cut short.
    pub(crate) fn read_own(file: &str, bytes: &[u8]) -> Result<Self, LoadErrors> {
        let table = Self::read(file, bytes)?;
        if bytes.ends_with(b"\n") {
            return Ok(table);
        }
        let place = Place {
            file: file.to_owned(),
            line: table.len() as u64 + 1,
            column: String::new(),
        };
        Err(LoadError {
            place,
            about: String::new(),
            fault: Fault::CutShort,
        }
        .into())
    }

    /// The name that errors show.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Column names in order.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// The position of a column, or an error that suggests the nearest name.
    pub(crate) fn column(&self, name: &str) -> Result<usize, LoadError> {
        self.header.get(name).copied().ok_or_else(|| {
            let near = nearest(name, self.names.iter().map(String::as_str))
                .first()
                .map(|&found| found.to_owned());
            LoadError {
                place: Place {
                    file: self.file.clone(),
                    line: 1,
                    column: String::new(),
                },
                about: String::new(),
                fault: Fault::MissingColumn {
                    column: name.to_owned(),
                    nearest: near,
                },
            }
        })
    }

    /// The positions of several columns, or an error for each that is missing.
    pub(crate) fn columns<const N: usize>(
        &self,
        names: [&str; N],
    ) -> Result<[usize; N], LoadErrors> {
        let mut errors = Vec::new();
        let positions = names.map(|name| {
            self.column(name).unwrap_or_else(|error| {
                errors.push(error);
                0
            })
        });
        LoadErrors::check(errors, positions)
    }

    /// The rows in file order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.records.iter().map(|(line, record)| Row {
            table: self,
            line: *line,
            record,
        })
    }
}

/// One row of a table.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    table: &'a Table,
    /// Line of the file on which the row starts, the header being line 1.
    pub(crate) line: u64,
    record: &'a StringRecord,
}

impl<'a> Row<'a> {
    /// The field in a column, without the spaces around it.
    pub(crate) fn text(self, column: usize) -> &'a str {
        self.record.get(column).unwrap_or_default().trim()
    }

    /// An error about a field of this row.
    pub(crate) fn error(self, column: usize, about: impl Into<String>, fault: Fault) -> LoadError {
        let column = self.table.names.get(column).cloned().unwrap_or_default();
        LoadError {
            place: Place {
                file: self.table.file.clone(),
                line: self.line,
                column,
            },
            about: about.into(),
            fault,
        }
    }
}

/// Lines by byte offset. The csv reader's own count is one short where lines end in CR LF.
struct LineCounter<'a> {
    text: &'a [u8],
    byte: usize,
    line: u64,
}

impl<'a> LineCounter<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            byte: 0,
            line: 1,
        }
    }

    /// The line on which the record at `offset` starts; offsets must not decrease.
    fn at(&mut self, offset: u64) -> u64 {
        let offset = usize::try_from(offset)
            .unwrap_or(usize::MAX)
            .min(self.text.len());
        // The record may be said to start at the LF of the line before.
        let start = offset
            + self.text[offset..]
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                .count();
        self.line += self.text[self.byte..start]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count() as u64;
        self.byte = start;
        self.line
    }
}

fn decode<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, LoadError> {
    let fault = |line, fault| LoadError {
        place: Place {
            file: file.to_owned(),
            line,
            column: String::new(),
        },
        about: String::new(),
        fault,
    };
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(fault(
            0,
            Fault::Encoding {
                detail: "it starts with the mark of UTF-16".into(),
            },
        ));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(fault(0, Fault::Empty));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = &bytes[..error.valid_up_to()];
        let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count() as u64;
        let bad = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
        fault(
            line,
            Fault::Encoding {
                detail: format!(
                    "the first byte that is not is 0x{bad:02X}, byte {} of the file",
                    valid.len() + 1
                ),
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(bytes: &[u8]) -> Fault {
        Table::read("t.csv", bytes)
            .map(|_| ())
            .unwrap_err()
            .0
            .remove(0)
            .fault
    }

    #[test]
    fn a_byte_order_mark_and_windows_line_ends_are_read() {
        let table = Table::read(
            "t.csv",
            b"\xEF\xBB\xBFa,b\r\n1,2\r\n\"3\n3\",4\r\n\r\n5,6\r\n",
        )
        .unwrap();
        let column = table.column("a").unwrap();
        let rows: Vec<_> = table
            .rows()
            .map(|row| (row.line, row.text(column)))
            .collect();
        assert_eq!(rows, [(2, "1"), (3, "3\n3"), (6, "5")]);
    }

    #[test]
    fn what_cannot_be_a_table_says_why() {
        assert_eq!(fault(b""), Fault::Empty);
        assert_eq!(fault(b"\xEF\xBB\xBF \n"), Fault::Empty);
        assert_eq!(fault(b"a,b\n"), Fault::NoRows);
        assert_eq!(
            fault(b"a,b\n1,2\n3"),
            Fault::FieldCount {
                found: 1,
                expected: 2
            }
        );
        let own = Table::read_own("t.csv", b"a,b\n1,2\n3,4")
            .map(|_| ())
            .unwrap_err();
        assert_eq!(own.0[0].fault, Fault::CutShort);
        assert!(matches!(fault(b"\xFF\xFEa\x00"), Fault::Encoding { .. }));
        let Fault::Encoding { detail } = fault(b"a,b\n1,caf\xE9\n") else {
            panic!("not an encoding fault")
        };
        assert_eq!(
            detail,
            "the first byte that is not is 0xE9, byte 10 of the file"
        );
    }

    #[test]
    fn a_missing_column_names_the_nearest() {
        let table = Table::read("t.csv", b"new_la_cod,number\nE,1\n").unwrap();
        let error = table.column("new_la_code").unwrap_err();
        assert_eq!(
            error.to_string(),
            "column `new_la_code` is missing from the header\n  --> t.csv:1\nhint: did you mean `new_la_cod`? columns are matched by name"
        );
    }

    #[test]
    fn a_quoted_comma_is_not_a_separator() {
        let table = Table::read("t.csv", b"name,n\n\"Bristol, City of\",3\n").unwrap();
        assert_eq!(
            table.rows().map(|row| row.text(0)).collect::<Vec<_>>(),
            ["Bristol, City of"]
        );
    }
}
