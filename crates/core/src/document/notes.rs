//! Notes and the numbers that they are given.

/// The notes of a document with their numbers, which are made when it is written: a note has no number of its own, so
/// none can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notes<'a>(Vec<&'a str>);

impl<'a> Notes<'a> {
    /// Notes in order, each once.
    pub(super) const fn new(notes: Vec<&'a str>) -> Self {
        Self(notes)
    }

    /// The notes with their numbers, from 1.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &'a str)> {
        self.0.iter().enumerate().map(|(i, note)| (i + 1, *note))
    }

    /// The number of a note.
    #[must_use]
    pub fn number(&self, note: &str) -> Option<usize> {
        self.0.iter().position(|n| *n == note).map(|i| i + 1)
    }

    /// The mark of a note where it is referred to: `[note 3]`.
    #[must_use]
    pub fn mark(&self, note: &str) -> Option<String> {
        self.number(note).map(|number| format!("[note {number}]"))
    }

    /// A text with the marks of its notes behind it: `Rate [note 1] [note 3]`.
    #[must_use]
    pub fn marked(&self, text: &str, notes: &[String]) -> String {
        let marks = notes.iter().filter_map(|note| self.mark(note));
        marks.fold(text.to_owned(), |text, mark| text + " " + &mark)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
