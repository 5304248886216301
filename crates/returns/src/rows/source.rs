//! Where rows come from: delimited files and sheets of workbooks, both as the text a delimited export
//! would have.

use std::io::Read;

use calamine::{Data, Range};
use csv::StringRecord;

/// A source of rows: the header among the first, then data.
pub(crate) trait RowSource {
    /// The next row with its line, or what is wrong with the source.
    fn next_row(&mut self, row: &mut StringRecord) -> Result<Option<u64>, String>;
}

/// Rows of a delimited file.
pub(crate) struct Delimited<R> {
    reader: csv::Reader<R>,
}

impl<R: Read> Delimited<R> {
    /// Rows separated by a delimiter.
    pub(crate) fn new(reader: R, delimiter: u8) -> Self {
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(256 << 10)
            .from_reader(reader);
        Self { reader }
    }
}

impl<R: Read> RowSource for Delimited<R> {
    fn next_row(&mut self, row: &mut StringRecord) -> Result<Option<u64>, String> {
        match self.reader.read_record(row) {
            Ok(true) => Ok(Some(row.position().map_or(0, csv::Position::line))),
            Ok(false) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// The delimiter under which most of the first rows have the same number of fields.
#[must_use]
pub(crate) fn sniff_delimiter(head: &str) -> u8 {
    let mut best = (1, b',');
    for delimiter in *b",;\t|" {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(head.as_bytes());
        let counts: Vec<usize> = reader
            .records()
            .take(200)
            .filter_map(|row| row.ok().map(|row| row.len()))
            .collect();
        // The last row of the head may be cut.
        let counts = &counts[..counts.len().saturating_sub(usize::from(counts.len() > 1))];
        let Some(most) = counts
            .iter()
            .copied()
            .max_by_key(|n| counts.iter().filter(|m| *m == n).count())
        else {
            continue;
        };
        let same = counts.iter().filter(|n| **n == most).count();
        if most > best.0 && same * 100 >= counts.len() * 95 {
            best = (most, delimiter);
        }
    }
    if best.0 == 1 {
        // Ragged files: the delimiter that the first line has most of.
        let first = head.lines().next().unwrap_or_default();
        let most = b",;\t|"
            .iter()
            .copied()
            .max_by_key(|d| (first.bytes().filter(|b| b == d).count(), *d == b','));
        return most.unwrap_or(b',');
    }
    best.1
}

/// Rows of one sheet of a workbook, as the text a delimited export would have.
pub(crate) struct Sheet {
    range: Range<Data>,
    next: usize,
    first_line: u64,
    /// Cells with a formula that has no value, and error cells.
    pub empty_formulas: u64,
}

impl Sheet {
    /// Rows of a sheet.
    #[must_use]
    pub(crate) fn new(range: Range<Data>) -> Self {
        let first_line = range.start().map_or(0, |(row, _)| u64::from(row)) + 1;
        Self {
            range,
            next: 0,
            first_line,
            empty_formulas: 0,
        }
    }
}

fn cell_text(cell: &Data) -> Result<String, ()> {
    Ok(match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(yes) => if *yes { "1" } else { "0" }.to_owned(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        // Beyond the range of a spreadsheet's calendar it is a number, which no date column accepts.
        Data::DateTime(when) if (1.0..=80_000.0).contains(&when.as_f64()) => {
            let (year, month, day, ..) = when.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTime(when) => when.as_f64().to_string(),
        Data::Error(_) => return Err(()),
    })
}

impl RowSource for Sheet {
    fn next_row(&mut self, row: &mut StringRecord) -> Result<Option<u64>, String> {
        row.clear();
        let Some(cells) = (self.next < self.range.height())
            .then(|| self.range.rows().nth(self.next))
            .flatten()
        else {
            return Ok(None);
        };
        for cell in cells {
            let text = cell_text(cell).unwrap_or_else(|()| {
                self.empty_formulas += 1;
                String::new()
            });
            row.push_field(&text);
        }
        self.next += 1;
        Ok(Some(self.first_line + self.next as u64 - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_the_one_that_makes_rows_even() {
        assert_eq!(sniff_delimiter("a;b;c\n1;2,5;3\n4;5;6\n"), b';');
        assert_eq!(sniff_delimiter("a\tb\n1\t2\n"), b'\t');
        assert_eq!(sniff_delimiter("a,b\n1,\"x;y\"\n"), b',');
        assert_eq!(sniff_delimiter("one\ntwo\n"), b',');
        assert_eq!(sniff_delimiter(""), b',');
    }
}
