//! A walk through an XML document as names and texts, with lines. Names come in lower case and
//! without namespace; nesting is capped; document types and entities are never expanded.

use std::io::{BufRead, BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::Event;

/// Deeper than any return.
const MAX_DEPTH: usize = 32;
/// Longer than any value of a return.
const MAX_TEXT: usize = 4096;

/// What a walk tells.
pub(crate) trait Handler {
    /// An element begins.
    fn open(&mut self, name: &str, line: u64);
    /// An element ends. `text` is its text if it has no elements inside, otherwise blank.
    fn close(&mut self, name: &str, text: &str, line: u64);
    /// Text stands where only elements belong.
    fn stray(&mut self, text: &str, line: u64);
    /// There is a document type declaration.
    fn doctype(&mut self, line: u64);
}

/// Where and why a document is not well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) why: String,
    /// Whether reading itself failed because an archive expands too much.
    pub(crate) bomb: bool,
}

/// Counts lines as bytes go by.
struct Lines<R> {
    inner: BufReader<R>,
    line: u64,
    offset: u64,
    line_start: u64,
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.pass(n, &buffer[..n]);
        Ok(n)
    }
}

impl<R> Lines<R> {
    fn pass(&mut self, n: usize, bytes: &[u8]) {
        let lines: u64 = bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum();
        if lines > 0 {
            self.line += lines;
            let after = bytes
                .iter()
                .rev()
                .take_while(|byte| **byte != b'\n')
                .count();
            self.line_start = self.offset + (n - after) as u64;
        }
        self.offset += n as u64;
    }
}

impl<R: Read> BufRead for Lines<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        let bytes = self.inner.buffer();
        let n = n.min(bytes.len());
        let lines: u64 = bytes[..n]
            .iter()
            .map(|byte| u64::from(*byte == b'\n'))
            .sum();
        if lines > 0 {
            self.line += lines;
            let after = bytes[..n]
                .iter()
                .rev()
                .take_while(|byte| **byte != b'\n')
                .count();
            self.line_start = self.offset + (n - after) as u64;
        }
        self.offset += n as u64;
        self.inner.consume(n);
    }
}

struct Walk {
    /// Names of the open elements, end to end, and where each begins.
    names: String,
    starts: Vec<usize>,
    /// Whether the innermost element has had an element inside.
    parents: Vec<bool>,
    text: String,
}

impl Walk {
    fn open(&mut self, name: &str, line: u64, handler: &mut impl Handler) -> Result<(), String> {
        if self.starts.len() >= MAX_DEPTH {
            return Err(format!("elements are nested more than {MAX_DEPTH} deep"));
        }
        if !self.text.trim().is_empty() {
            handler.stray(self.text.trim(), line);
        }
        self.text.clear();
        if let Some(parent) = self.parents.last_mut() {
            *parent = true;
        }
        let start = self.names.len();
        self.starts.push(start);
        self.parents.push(false);
        self.names.extend(name.chars().flat_map(char::to_lowercase));
        handler.open(&self.names[start..], line);
        Ok(())
    }

    fn close(&mut self, line: u64, handler: &mut impl Handler) {
        let (Some(start), Some(parent)) = (self.starts.pop(), self.parents.pop()) else {
            return;
        };
        let text = self.text.trim();
        if parent {
            if !text.is_empty() {
                handler.stray(text, line);
            }
            handler.close(&self.names[start..], "", line);
        } else {
            handler.close(&self.names[start..], text, line);
        }
        self.text.clear();
        self.names.truncate(start);
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        if self.text.len() + text.len() > MAX_TEXT {
            // White space between elements can be long; a value cannot.
            if text.trim().is_empty() {
                return Ok(());
            }
            return Err(format!("a text is longer than {MAX_TEXT} characters"));
        }
        self.text.push_str(text);
        Ok(())
    }
}

/// Walks a document of UTF-8 text.
pub(crate) fn walk(reader: impl Read, handler: &mut impl Handler) -> Result<(), Malformed> {
    let lines = Lines {
        inner: BufReader::with_capacity(256 << 10, reader),
        line: 1,
        offset: 0,
        line_start: 0,
    };
    let mut xml = Reader::from_reader(lines);
    let mut buffer = Vec::with_capacity(4096);
    let mut walk = Walk {
        names: String::new(),
        starts: vec![],
        parents: vec![],
        text: String::new(),
    };
    let mut roots = 0_u32;
    loop {
        buffer.clear();
        let event = xml.read_event_into(&mut buffer);
        let line = xml.get_ref().line;
        let step = match event {
            Ok(Event::Start(tag)) => {
                roots += u32::from(walk.starts.is_empty());
                walk.open(tag.local_name().as_ref(), line, handler)
            }
            Ok(Event::Empty(tag)) => {
                roots += u32::from(walk.starts.is_empty());
                let opened = walk.open(tag.local_name().as_ref(), line, handler);
                walk.close(line, handler);
                opened
            }
            Ok(Event::End(_)) => {
                walk.close(line, handler);
                Ok(())
            }
            Ok(Event::Text(text)) => walk.add(&text),
            Ok(Event::CData(text)) => walk.add(&text),
            Ok(Event::GeneralRef(name)) => match name.resolve_char_ref() {
                Ok(Some(character)) => walk.add(character.encode_utf8(&mut [0; 4])),
                _ => predefined(&name)
                    .ok_or_else(|| format!("entity &{};", cut(&name)))
                    .and_then(|text| walk.add(text)),
            },
            Ok(Event::DocType(text)) => {
                handler.doctype(line);
                if text.contains('[') {
                    Err("it declares entities of its own, which are never expanded".into())
                } else {
                    Ok(())
                }
            }
            Ok(Event::Eof) => {
                let open = walk
                    .starts
                    .last()
                    .map(|start| walk.names[*start..].to_owned());
                match open {
                    Some(name) => Err(format!("it ends inside <{}>", cut(&name))),
                    None if roots == 0 => Err("it holds no element".into()),
                    None => return Ok(()),
                }
            }
            Ok(_) => Ok(()),
            Err(quick_xml::Error::Io(error)) if crate::bytes::input::is_ratio_error(&error) => {
                return Err(Malformed {
                    line,
                    column: 0,
                    why: error.to_string(),
                    bomb: true,
                });
            }
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = step {
            let column = xml
                .error_position()
                .max(xml.buffer_position())
                .saturating_sub(xml.get_ref().line_start)
                + 1;
            return Err(Malformed {
                line,
                column,
                why: cut(&why),
                bomb: false,
            });
        }
    }
}

fn predefined(name: &str) -> Option<&'static str> {
    Some(match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => return None,
    })
}

fn cut(text: &str) -> String {
    text.chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Default)]
    struct Trace(Vec<String>);

    impl Handler for Trace {
        fn open(&mut self, name: &str, line: u64) {
            self.0.push(format!("{line} <{name}>"));
        }
        fn close(&mut self, name: &str, text: &str, _: u64) {
            self.0.push(format!("</{name}> {text}"));
        }
        fn stray(&mut self, text: &str, _: u64) {
            self.0.push(format!("stray {text}"));
        }
        fn doctype(&mut self, _: u64) {
            self.0.push("doctype".into());
        }
    }

    fn trace(text: &str) -> (Vec<String>, Result<(), Malformed>) {
        let mut trace = Trace::default();
        let result = walk(text.as_bytes(), &mut trace);
        (trace.0, result)
    }

    #[test]
    fn names_lose_case_and_namespace_and_text_keeps_its_entities() {
        let (seen, result) = trace(
            "<?xml version='1.0'?>\n<c:A xmlns:c='x'>\n stray <B>1 &amp; &#50;</B><C/>\n</c:A>",
        );
        assert_eq!(result, Ok(()));
        assert_eq!(
            seen,
            [
                "2 <a>",
                "stray stray",
                "3 <b>",
                "</b> 1 & 2",
                "3 <c>",
                "</c> ",
                "</a> "
            ]
        );
    }

    #[test]
    fn bombs_and_broken_documents_are_stopped_with_their_place() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        for (text, line, why) in [
            (bomb, 1, "entities"),
            ("<a>\n<b>&unknown;</b></a>", 2, "entity &unknown;"),
            ("<a>\n<b></a>", 2, ""),
            ("<a>\n\n<b>", 3, "ends inside <b>"),
            ("", 1, "no element"),
            (&"<a>".repeat(100), 1, "nested"),
            (&format!("<a>{}</a>", "x".repeat(5000)), 1, "longer"),
        ] {
            let error = trace(text).1.unwrap_err();
            assert_eq!(error.line, line, "{error:?}");
            assert!(error.why.contains(why), "{error:?}");
        }
        assert_eq!(
            trace("<!DOCTYPE Message SYSTEM 'x.dtd'><a/>").0[0],
            "doctype"
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let text = String::from_utf8_lossy(&bytes);
            let _ = trace(&text);
            let _ = walk(bytes.as_slice(), &mut Trace::default());
        }

        #[test]
        fn no_markup_makes_it_panic(parts in proptest::collection::vec(prop_oneof![
            Just("<a>"), Just("</a>"), Just("<b/>"), Just("&"), Just(";"), Just("<!"), Just("]]>"), Just("<![CDATA["),
            Just("<!--"), Just("-->"), Just("<?"), Just("?>"), Just("x"), Just("\n"), Just("é"),
        ], 0..40)) {
            let _ = trace(&parts.concat());
        }
    }
}
