//! Bytes to text: which encoding a file is in, decided from all of its bytes, and a reader that
//! gives UTF-8 whatever it was.

use std::fmt::Write as _;
use std::io::{self, Read};

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};
use sha2::{Digest, Sha256};

/// How the characters of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// The western Windows code page.
    Windows1252,
}

impl Encoding {
    /// The name in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }

    /// Whether characters take two bytes.
    #[must_use]
    pub const fn is_wide(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be)
    }

    /// The encoding of that name, as a user would type it.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().replace('_', "-").as_str() {
            "utf-8" | "utf8" => Some(Self::Utf8),
            "utf-16" | "utf-16le" | "utf16" => Some(Self::Utf16Le),
            "utf-16be" => Some(Self::Utf16Be),
            "windows-1252" | "cp1252" | "latin1" | "iso-8859-1" => Some(Self::Windows1252),
            _ => None,
        }
    }
}

/// What all the bytes of a file say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Probe {
    /// SHA-256 of the bytes, in hexadecimal.
    pub sha256: String,
    /// How many bytes.
    pub bytes: u64,
    /// The encoding; none if valid and invalid UTF-8 stand side by side.
    pub encoding: Option<Encoding>,
    /// Bytes that are not UTF-8, and the line of the first.
    pub invalid: (u64, u64),
}

/// How many bytes are looked at for signs of two bytes a character.
const WIDE_LOOK: usize = 1024;

/// Whether a file is in UTF-16: by its mark or, without one, by every second byte of what is
/// nearly all Latin text being zero.
#[must_use]
pub(crate) fn wide(head: &[u8]) -> Option<Encoding> {
    match head {
        [0xff, 0xfe, ..] => return Some(Encoding::Utf16Le),
        [0xfe, 0xff, ..] => return Some(Encoding::Utf16Be),
        _ => {}
    }
    let head = &head[..head.len().min(WIDE_LOOK) & !1];
    let pairs = head.len() / 2;
    let zeros = |offset: usize| {
        head.iter()
            .skip(offset)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (high_first, low_first) = (zeros(0), zeros(1));
    match (high_first, low_first) {
        _ if pairs < 4 => None,
        (0, n) if n * 10 >= pairs * 9 => Some(Encoding::Utf16Le),
        (n, 0) if n * 10 >= pairs * 9 => Some(Encoding::Utf16Be),
        _ => None,
    }
}

/// Reads every byte once.
///
/// # Errors
/// Whatever reading gives.
pub(crate) fn probe(reader: &mut dyn Read) -> io::Result<Probe> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0_u8; 256 << 10];
    let mut scan = Utf8Scan::default();
    let mut total = 0_u64;
    let mut start = Vec::with_capacity(WIDE_LOOK);
    loop {
        let n = match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let read = &chunk[..n];
        start.extend(read.iter().take(WIDE_LOOK - start.len()));
        hash.update(read);
        scan.feed(read);
        total += n as u64;
    }
    scan.finish();
    let encoding = match wide(&start) {
        Some(wide) => Some(wide),
        _ if scan.invalid == 0 => Some(Encoding::Utf8),
        _ if scan.multibyte > 0 => None,
        _ => Some(Encoding::Windows1252),
    };
    Ok(Probe {
        sha256: hexadecimal(&hash.finalize()),
        bytes: total,
        encoding,
        invalid: (scan.invalid, scan.first_invalid_line),
    })
}

/// A digest in hexadecimal.
pub(crate) fn hexadecimal(digest: &[u8]) -> String {
    let mut text = String::with_capacity(2 * digest.len());
    for byte in digest {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[derive(Default)]
struct Utf8Scan {
    carry: Vec<u8>,
    line: u64,
    invalid: u64,
    first_invalid_line: u64,
    multibyte: u64,
}

impl Utf8Scan {
    fn feed(&mut self, chunk: &[u8]) {
        if chunk.is_ascii() && self.carry.is_empty() {
            // Lines matter only for the place of the first bad byte; the usual file has none.
            self.line += count_lines(chunk);
            return;
        }
        let mut joined = std::mem::take(&mut self.carry);
        joined.extend_from_slice(chunk);
        let mut rest = joined.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => return self.valid(valid),
                Err(error) => {
                    let (valid, bad) = rest.split_at(error.valid_up_to());
                    self.valid(std::str::from_utf8(valid).unwrap_or_default());
                    let Some(length) = error.error_len() else {
                        self.carry = bad.to_vec();
                        return;
                    };
                    self.bad(length as u64);
                    rest = &bad[length..];
                }
            }
        }
    }

    fn valid(&mut self, text: &str) {
        self.line += count_lines(text.as_bytes());
        // Continuation bytes are 10xxxxxx: characters beyond ASCII are those with at least one.
        self.multibyte += text.bytes().filter(|byte| *byte >= 0xc0).count() as u64;
    }

    fn bad(&mut self, length: u64) {
        if self.invalid == 0 {
            self.first_invalid_line = self.line + 1;
        }
        self.invalid += length;
    }

    fn finish(&mut self) {
        let left = self.carry.len() as u64;
        if left > 0 {
            self.bad(left);
        }
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// A reader of UTF-8 without a byte order mark, whatever the encoding of the bytes.
pub(crate) struct Utf8Reader<R> {
    inner: R,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    ready: Vec<u8>,
    given: usize,
    at_start: bool,
    ended: bool,
}

impl<R: Read> Utf8Reader<R> {
    /// Decodes `inner` from an encoding.
    pub(crate) fn new(inner: R, encoding: Encoding) -> Self {
        let decoder = match encoding {
            Encoding::Utf8 => None,
            Encoding::Utf16Le => Some(UTF_16LE.new_decoder_with_bom_removal()),
            Encoding::Utf16Be => Some(UTF_16BE.new_decoder_with_bom_removal()),
            Encoding::Windows1252 => Some(WINDOWS_1252.new_decoder_without_bom_handling()),
        };
        Self {
            inner,
            decoder,
            raw: vec![0; 64 << 10],
            ready: Vec::new(),
            given: 0,
            at_start: true,
            ended: false,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut n = self.inner.read(&mut self.raw)?;
        if self.at_start {
            while n < 3 {
                let more = self.inner.read(&mut self.raw[n..])?;
                if more == 0 {
                    break;
                }
                n += more;
            }
        }
        self.ended = n == 0;
        self.ready.clear();
        self.given = 0;
        match &mut self.decoder {
            None => self.ready.extend_from_slice(&self.raw[..n]),
            Some(decoder) => {
                let room = decoder.max_utf8_buffer_length(n).unwrap_or(n * 3 + 16);
                self.ready.resize(room, 0);
                let (_, _, written, _) =
                    decoder.decode_to_utf8(&self.raw[..n], &mut self.ready, self.ended);
                self.ready.truncate(written);
            }
        }
        if self.at_start {
            self.at_start = false;
            if self.ready.starts_with(b"\xef\xbb\xbf") {
                self.given = 3;
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.given == self.ready.len() {
            if self.ended {
                return Ok(0);
            }
            self.fill()?;
        }
        let n = buffer.len().min(self.ready.len() - self.given);
        buffer[..n].copy_from_slice(&self.ready[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> (Option<Encoding>, String) {
        let probe = probe(&mut &*bytes).unwrap();
        let mut text = String::new();
        let encoding = probe.encoding.unwrap_or(Encoding::Windows1252);
        Utf8Reader::new(bytes, encoding)
            .read_to_string(&mut text)
            .unwrap();
        (probe.encoding, text)
    }

    #[test]
    fn four_encodings_give_one_text() {
        let text = "CHILD,É\r\n1,é\n";
        assert_eq!(decode(text.as_bytes()), (Some(Encoding::Utf8), text.into()));
        assert_eq!(
            decode(&[b"\xef\xbb\xbf", text.as_bytes()].concat()),
            (Some(Encoding::Utf8), text.into())
        );
        let latin: Vec<u8> = text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect();
        assert_eq!(decode(&latin), (Some(Encoding::Windows1252), text.into()));
        let wide: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(decode(&wide), (Some(Encoding::Utf16Le), text.into()));
        let wide: Vec<u8> = [0xfe, 0xff]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        assert_eq!(decode(&wide), (Some(Encoding::Utf16Be), text.into()));
    }

    #[test]
    fn two_bytes_a_character_are_seen_without_a_mark() {
        let text = "CHILD,DECOM\r\n1,01/05/2020\r\n";
        let low: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&low), (Some(Encoding::Utf16Le), text.into()));
        let high: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&high), (Some(Encoding::Utf16Be), text.into()));
        assert_eq!(wide(b"CHILD,DECOM\n"), None);
        assert_eq!(wide(&[0; 64]), None);
    }

    #[test]
    fn two_encodings_in_one_file_are_seen() {
        let found = probe(&mut &b"a\nb\n\xc3\xa9 and \xe9\n"[..]).unwrap();
        assert_eq!((found.encoding, found.invalid), (None, (1, 3)));
    }

    #[test]
    fn a_character_split_between_reads_is_one_character() {
        struct OneByte<'a>(&'a [u8]);
        impl Read for OneByte<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let Some((first, rest)) = self.0.split_first() else {
                    return Ok(0);
                };
                buffer[0] = *first;
                self.0 = rest;
                Ok(1)
            }
        }
        let text = "é–\u{1f600}";
        assert_eq!(probe(&mut OneByte(text.as_bytes())).unwrap().invalid.0, 0);
        let mut out = String::new();
        Utf8Reader::new(OneByte(text.as_bytes()), Encoding::Utf8)
            .read_to_string(&mut out)
            .unwrap();
        assert_eq!(out, text);
    }

    #[test]
    fn the_digest_is_the_known_one() {
        let empty = probe(&mut &b""[..]).unwrap();
        assert_eq!(
            empty.sha256,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
