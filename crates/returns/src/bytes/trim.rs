//! What files leave around a text that is none of it.

/// Trims what spreadsheets and systems leave around a value: spaces, no-break spaces, zero-width
/// spaces and byte order marks.
#[must_use]
pub(crate) fn trim(text: &str) -> &str {
    // Nearly every field has nothing around it.
    if let (Some(first), Some(last)) = (text.as_bytes().first(), text.as_bytes().last())
        && first.is_ascii_graphic()
        && last.is_ascii_graphic()
    {
        return text;
    }
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{a0}' | '\u{200b}' | '\u{feff}')
    })
}
