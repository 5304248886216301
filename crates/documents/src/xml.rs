//! XML as a tree of elements: built as an expression, written once.

use std::borrow::Cow;

/// What every part begins with.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// An element with its attributes and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Element(Element),
    Text(String),
}

/// An element with nothing in it.
pub(crate) const fn element(name: &'static str) -> Element {
    Element {
        name,
        attributes: Vec::new(),
        children: Vec::new(),
    }
}

impl Element {
    /// With an attribute.
    #[must_use]
    pub(crate) fn attribute(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// With an element inside, behind those that are there.
    #[must_use]
    pub(crate) fn with(mut self, child: Self) -> Self {
        self.children.push(Node::Element(child));
        self
    }

    /// With elements inside, behind those that are there.
    #[must_use]
    pub(crate) fn with_all(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children
            .extend(children.into_iter().map(Node::Element));
        self
    }

    /// With text inside, behind what is there.
    #[must_use]
    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.children.push(Node::Text(text.into()));
        self
    }

    /// The element as a part of its own. Nothing is indented: blanks would be text.
    #[must_use]
    pub(crate) fn into_part(self) -> Vec<u8> {
        let mut out = DECLARATION.to_owned();
        self.write(&mut out);
        out.into_bytes()
    }

    /// The element as a page of HTML. An element with nothing in it is written as one without an end, so it has to be one
    /// that HTML knows as such, or a shape of a drawing.
    #[must_use]
    pub(crate) fn into_page(self) -> Vec<u8> {
        let mut out = "<!DOCTYPE html>\n".to_owned();
        self.write(&mut out);
        out.push('\n');
        out.into_bytes()
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            out.push_str(&escape(value));
            out.push('"');
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for child in &self.children {
            match child {
                Node::Element(element) => element.write(out),
                Node::Text(text) => out.push_str(&escape(text)),
            }
        }
        out.push_str("</");
        out.push_str(self.name);
        out.push('>');
    }
}

/// A text as XML 1.0 holds it: marks escaped, and what XML cannot hold at all (such as a control character from a file
/// of names) shown as U+FFFD rather than left out in silence. Line breaks and tabs are blanks here, as no text has any.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    let must_change =
        |c: char| matches!(c, '&' | '<' | '>' | '"' | '\u{FFFE}' | '\u{FFFF}') || c.is_control();
    if !text.contains(must_change) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if must_change(c) => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_written_as_it_is_nested() {
        let row = element("row")
            .attribute("r", "1")
            .with(element("c").text("a < b"));
        let part =
            String::from_utf8(row.with_all([element("c"), element("c")]).into_part()).unwrap();
        let body = part.strip_prefix(DECLARATION).unwrap();
        assert_eq!(body, "<row r=\"1\"><c>a &lt; b</c><c/><c/></row>");
    }

    #[test]
    fn what_xml_cannot_hold_is_seen() {
        assert_eq!(
            escape("Barking & \"Dagenham\""),
            "Barking &amp; &quot;Dagenham&quot;"
        );
        assert_eq!(
            escape("a\u{0}b\nc\u{7f}\u{FFFF}"),
            "a\u{FFFD}b c\u{FFFD}\u{FFFD}"
        );
        assert!(matches!(escape("Môn − £3"), Cow::Borrowed(_)));
    }
}
