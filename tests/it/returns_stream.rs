//! A return of ten million rows goes by as a stream: it is never held.

use disparity_returns::{Code, Input};

use crate::returns::{options, read};

/// How many rows one block has; blocks follow one another until there are enough.
const BLOCK: u64 = 4_000;

/// Bytes of a table of events made on the fly: a header, many rows that close a case, and one row
/// whose date cannot be.
struct Rows {
    header: &'static [u8],
    block: Vec<u8>,
    spoiled: Vec<u8>,
    bad_block: u64,
    blocks: u64,
    next: u64,
    given: usize,
}

impl Rows {
    fn new(rows: u64, bad: u64) -> Self {
        let row = |n: u64, date: &str| format!("{date},CINclosureDate,C{:04},301,2024\n", n % 5000);
        let block = |bad: Option<u64>| -> Vec<u8> {
            (0..BLOCK)
                .map(|n| match bad {
                    Some(bad) if bad == n => row(n, "2023-02-30"),
                    _ => row(n, &format!("2023-{:02}-{:02}", n % 12 + 1, n % 28 + 1)),
                })
                .collect::<String>()
                .into_bytes()
        };
        Self {
            header: b"Date,Type,LAchildID,LA,YEAR\n",
            block: block(None),
            spoiled: block(Some((bad - 1) % BLOCK)),
            bad_block: (bad - 1) / BLOCK,
            blocks: rows / BLOCK,
            next: 0,
            given: 0,
        }
    }
}

impl std::io::Read for Rows {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if !self.header.is_empty() {
            return self.header.read(buffer);
        }
        if self.next == self.blocks {
            return Ok(0);
        }
        let block = if self.next == self.bad_block {
            &self.spoiled
        } else {
            &self.block
        };
        let n = buffer.len().min(block.len() - self.given);
        buffer[..n].copy_from_slice(&block[self.given..self.given + n]);
        self.given += n;
        if self.given == block.len() {
            (self.next, self.given) = (self.next + 1, 0);
        }
        Ok(n)
    }
}

/// The most memory this process has held, in megabytes; none where the system does not say.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()
        .map(|kb| kb / 1024)
}

#[test]
fn ten_million_rows_with_one_bad_date_stream_by_and_one_is_set_aside() {
    const ROWS: u64 = 10_000_000;
    const BAD: u64 = 7_654_321;
    let before = peak();
    let input = Input::from_stream("events.csv", || Box::new(Rows::new(ROWS, BAD)));
    let outcome = read(vec![input], &options());
    let source = &outcome.sources[0];
    assert_eq!((source.rows_read, source.rows_kept), (ROWS, ROWS - 1));
    let places: Vec<(u64, String, String, u64)> = outcome
        .diagnostics
        .tallies()
        .filter(|(code, ..)| *code == Code::DateUnparseable)
        .map(|(.., tally)| {
            let first = &tally.examples[0];
            (
                first.line,
                first.column.clone(),
                first.value.clone(),
                tally.count,
            )
        })
        .collect();
    let expected = (BAD + 1, "Date".to_owned(), "2023-02-30".to_owned(), 1);
    assert_eq!(places, [expected]);
    assert!(!outcome.failed(0.05) && outcome.failed(0.0));
    match (before, peak(), std::env::var_os("NEXTEST")) {
        // Tests that share a process share its memory, too.
        (Some(before), Some(after), Some(_)) => {
            assert!(after - before < 64, "{before} MB before, {after} MB after");
        }
        _ => crate::support::say("not measured: the memory of a test that shares its process"),
    }
}
