//! Paragraphs, runs of words and fields.

use crate::xml::{Element, element};

/// An empty paragraph of a style.
pub(super) fn paragraph(style: &str) -> Element {
    let style = element("w:pStyle").attribute("w:val", style);
    element("w:p").with(element("w:pPr").with(style))
}

/// A paragraph of a style.
pub(super) fn styled(style: &str, runs: impl IntoIterator<Item = Element>) -> Element {
    paragraph(style).with_all(runs)
}

fn words(words: &str) -> Element {
    element("w:t")
        .attribute("xml:space", "preserve")
        .text(words)
}

pub(super) fn run(text: &str) -> Element {
    element("w:r").with(words(text))
}

/// A run in a style of characters.
pub(super) fn run_in(style: &str, text: &str) -> Element {
    let style = element("w:rStyle").attribute("w:val", style);
    element("w:r")
        .with(element("w:rPr").with(style))
        .with(words(text))
}

pub(super) fn strong_run(text: &str) -> Element {
    run_in("Strong", text)
}

/// `Table 1` with its number as a field, so that it stays right when somebody puts a table before it. The field is in its
/// long form: pandoc 2.17 drops what is in the short one (`w:fldSimple`).
pub(super) fn numbered(what: &str, number: usize) -> Vec<Element> {
    let mut runs = vec![run(&format!("{what} "))];
    runs.extend(field_begin(&format!("SEQ {what} \\* ARABIC")));
    runs.extend([run(&number.to_string()), field_mark("end")]);
    runs
}

/// A mark of a field: `begin`, `separate` or `end`.
pub(super) fn field_mark(kind: &str) -> Element {
    element("w:r").with(element("w:fldChar").attribute("w:fldCharType", kind))
}

/// What stands before the shown words of a field.
pub(super) fn field_begin(instruction: &str) -> [Element; 3] {
    let instruction = element("w:instrText")
        .attribute("xml:space", "preserve")
        .text(format!(" {instruction} "));
    let instruction = element("w:r").with(instruction);
    [field_mark("begin"), instruction, field_mark("separate")]
}
