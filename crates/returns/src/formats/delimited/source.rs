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

/// The longest row, in bytes other than line ends. One that is longer is no row of a return: a quotation
/// mark that nothing closes makes one of all that follows it, and a file without line ends is one. Rows
/// are held whole, so that without an end to them a file would be, too.
const MAX_ROW: usize = 1 << 20;
/// The most line ends in one row, with those of the blank lines before it.
const MAX_ENDS: usize = 32 << 20;

/// What has been given out since the last row ended, of which a row can hold only so much.
#[derive(Default)]
struct Given {
    ends: usize,
    others: usize,
}

impl Given {
    fn add(&mut self, bytes: &[u8]) {
        let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
        self.ends += ends;
        self.others += bytes.len() - ends;
    }

    const fn is_too_much(&self) -> bool {
        self.others > MAX_ROW || self.ends > MAX_ENDS
    }
}

/// A row has no end where one of a return would have.
#[derive(Debug, thiserror::Error)]
#[error(
    "it has more than {MAX_ROW} bytes; is a quotation mark not closed, or are there no line ends?"
)]
struct RowTooLong;

/// Text whose lines all end in a line feed, whatever they ended in, the last one too. A reader of rows
/// that meets a carriage return and a line feed reads the second with the next row, and so counts
/// lines wrongly.
struct Lines<R> {
    inner: R,
    /// Since the last row ended.
    given: Given,
    /// Whether the byte before was a carriage return, and was given as a line feed.
    after_return: bool,
    /// The byte before.
    last: u8,
    done: bool,
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        // More is asked for only when all that was given is part of the row.
        if self.given.is_too_much() {
            return Err(std::io::Error::new(
                std::io::ErrorKind::InvalidData,
                RowTooLong,
            ));
        }
        while !self.done {
            let got = self.inner.read(buffer)?;
            if got == 0 {
                self.done = true;
                if self.last != b'\n' {
                    buffer[0] = b'\n';
                    return Ok(1);
                }
                break;
            }
            let kept = self.convert(&mut buffer[..got]);
            if kept > 0 {
                self.given.add(&buffer[..kept]);
                return Ok(kept);
            }
        }
        Ok(0)
    }
}

impl<R> Lines<R> {
    const fn new(inner: R) -> Self {
        Self {
            inner,
            given: Given { ends: 0, others: 0 },
            after_return: false,
            last: b'\n',
            done: false,
        }
    }

    /// Converts bytes in place; gives how many are left.
    fn convert(&mut self, bytes: &mut [u8]) -> usize {
        // Most files have no carriage return.
        if !self.after_return && !bytes.contains(&b'\r') {
            self.last = bytes.last().copied().unwrap_or(self.last);
            return bytes.len();
        }
        let mut kept = 0;
        for at in 0..bytes.len() {
            let byte = bytes[at];
            if byte == b'\n' && self.after_return {
                self.after_return = false;
                continue;
            }
            self.after_return = byte == b'\r';
            bytes[kept] = if self.after_return { b'\n' } else { byte };
            kept += 1;
        }
        if kept > 0 {
            self.last = bytes[kept - 1];
        }
        kept
    }
}

/// Rows of a delimited file.
pub(crate) struct Delimited<R> {
    reader: csv::Reader<Lines<R>>,
}

impl<R: Read> Delimited<R> {
    /// Rows separated by a delimiter.
    pub(crate) fn new(reader: R, delimiter: u8) -> Self {
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(256 << 10)
            .from_reader(Lines::new(reader));
        Self { reader }
    }
}

impl<R: Read> RowSource for Delimited<R> {
    fn next_row(&mut self, row: &mut StringRecord) -> Result<Option<u64>, String> {
        let from = self.reader.position().line();
        let read = self.reader.read_record(row);
        self.reader.get_mut().given = Given::default();
        match read {
            // What was read ahead of the row is less than what is read at once.
            Ok(true) if row.as_slice().len() + row.len() > MAX_ROW => {
                Err(format!("the row on line {from}: {RowTooLong}"))
            }
            Ok(true) => {
                // Blank lines before the row are passed over with it; lines within a quoted field are
                // its own.
                let next = self.reader.position().line();
                let inside = if next == from + 1 {
                    0
                } else {
                    row.iter()
                        .map(|field| field.bytes().filter(|b| *b == b'\n').count() as u64)
                        .sum()
                };
                Ok(Some(next.saturating_sub(1 + inside)))
            }
            Ok(false) => Ok(None),
            Err(error) => Err(match error.kind() {
                csv::ErrorKind::Io(inner) if is_too_long(inner) => {
                    format!("the row on line {from}: {RowTooLong}")
                }
                _ => error.to_string(),
            }),
        }
    }
}

fn is_too_long(error: &std::io::Error) -> bool {
    error
        .get_ref()
        .is_some_and(<dyn std::error::Error + Send + Sync>::is::<RowTooLong>)
}

/// The delimiter under which most of the first rows have the same number of fields.
#[must_use]
pub(crate) fn sniff_delimiter(head: &str) -> u8 {
    let mut best = (1, b',');
    // What does not occur separates nothing; a reader of rows is costly to make.
    let occurs = |delimiter: &u8| head.as_bytes().contains(delimiter);
    let present: Vec<u8> = b",;\t|".iter().copied().filter(occurs).collect();
    if present.iter().all(|delimiter| *delimiter == b',') {
        return b',';
    }
    for delimiter in present {
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
        // By its number: the iterator over rows (calamine 0.38) would pass over all those before.
        let cells = (self.next < self.range.height()).then(|| &self.range[self.next]);
        let Some(cells) = cells else {
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

    /// The lines on which rows of two fields begin.
    fn lines(text: &str) -> Vec<u64> {
        let mut rows = Delimited::new(Pieces(text.as_bytes()), b',');
        let mut row = StringRecord::new();
        let mut lines = Vec::new();
        while let Some(line) = rows.next_row(&mut row).unwrap() {
            assert_eq!(row.len(), 2, "{text:?} {row:?}");
            lines.push(line);
        }
        lines
    }

    /// Bytes one at a time, as the slowest of readers gives them.
    struct Pieces<'b>(&'b [u8]);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let one = buffer.len().min(1);
            self.0.read(&mut buffer[..one])
        }
    }

    #[test]
    fn rows_are_on_the_lines_that_an_editor_shows() {
        for (text, expected) in [
            ("a,b\n1,2\n3,4\n", vec![1, 2, 3]),
            ("a,b\n1,2\n3,4", vec![1, 2, 3]),
            ("\na,b\n\n\n1,2\n\n3,4", vec![2, 5, 7]),
            ("a,b\n1,\"2\n2\n2\"\n3,4\n", vec![1, 2, 5]),
            ("a,b\n\n1,\"2\n2\"\n3,4\n", vec![1, 3, 5]),
            ("a,b", vec![1]),
            ("", vec![]),
        ] {
            for end in ["\n", "\r\n", "\r"] {
                assert_eq!(
                    lines(&text.replace('\n', end)),
                    expected,
                    "{text:?} {end:?}"
                );
            }
        }
    }

    /// Gives a text, then another for ever, and counts.
    struct Endless<'b> {
        first: &'b [u8],
        then: u8,
        given: usize,
    }

    impl Read for Endless<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let n = if self.first.is_empty() {
                buffer.fill(self.then);
                buffer.len()
            } else {
                self.first.read(buffer)?
            };
            self.given += n;
            Ok(n)
        }
    }

    #[test]
    fn a_row_without_an_end_is_an_error_with_its_line_and_is_not_held() {
        for (first, then, line, most) in [
            ("a,b\n1,2\n1,\"", b'x', 3, MAX_ROW),
            ("", b'x', 1, MAX_ROW),
            ("a,b\n", b',', 2, MAX_ROW),
            ("a,b\n1,\"2\n\n", b'\n', 2, MAX_ENDS),
        ] {
            let mut source = Endless {
                first: first.as_bytes(),
                then,
                given: 0,
            };
            let mut rows = Delimited::new(&mut source, b',');
            let mut row = StringRecord::new();
            let why = loop {
                match rows.next_row(&mut row) {
                    Ok(found) => assert!(found.is_some_and(|at| at < line), "{first:?} {row:?}"),
                    Err(why) => break why,
                }
            };
            assert!(
                why.starts_with(&format!("the row on line {line}: ")),
                "{why}"
            );
            // A row and what is read at once.
            assert!(
                source.given < most + (1 << 20),
                "{first:?}: {}",
                source.given
            );
        }
    }

    #[test]
    fn a_long_row_and_many_blank_lines_are_read() {
        let long = "x".repeat(MAX_ROW - 10);
        let text = format!("a,b\n1,{long}\n{}3,4\n", "\n".repeat(2 * MAX_ROW));
        assert_eq!(lines(&text), [1, 2, 3 + 2 * MAX_ROW as u64]);
        let mut rows = Delimited::new(text.as_bytes(), b',');
        let mut row = StringRecord::new();
        rows.next_row(&mut row).unwrap();
        rows.next_row(&mut row).unwrap();
        assert_eq!(row.get(1), Some(long.as_str()));
        let text = format!("a,b\n1,{long}xxxxxxxxxx\n");
        let mut rows = Delimited::new(text.as_bytes(), b',');
        rows.next_row(&mut row).unwrap();
        assert!(
            rows.next_row(&mut row).is_err(),
            "one byte more than the most"
        );
    }

    #[test]
    fn the_delimiter_is_the_one_that_makes_rows_even() {
        assert_eq!(sniff_delimiter("a;b;c\n1;2,5;3\n4;5;6\n"), b';');
        assert_eq!(sniff_delimiter("a\tb\n1\t2\n"), b'\t');
        assert_eq!(sniff_delimiter("a,b\n1,\"x;y\"\n"), b',');
        assert_eq!(sniff_delimiter("one\ntwo\n"), b',');
        assert_eq!(sniff_delimiter(""), b',');
        assert_eq!(sniff_delimiter("one\ntwo;\n"), b',');
    }
}
