//! Running text: words, some of them stressed, some of them links.

use std::fmt;

use super::error::{DocumentError, must_say};

/// Running text in pieces.
///
/// ```
/// use disparity_core::document::Text;
/// let text = Text::from("See the ").link("guidance", "https://analysisfunction.civilservice.gov.uk").then(".");
/// assert_eq!(text.to_string(), "See the guidance.");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text(Vec<Span>);

/// Words that are written in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// As they are.
    Plain(String),
    /// Stressed.
    Strong(String),
    /// A link.
    Link {
        /// The words that say where it leads.
        words: String,
        /// An address that begins with `https://`, `http://` or `mailto:`.
        address: String,
    },
}

impl Span {
    /// The words.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Plain(words) | Self::Strong(words) | Self::Link { words, .. } => words,
        }
    }
}

impl Text {
    /// The pieces in order.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    /// With more words.
    #[must_use]
    pub fn then(self, words: impl Into<String>) -> Self {
        self.with(Span::Plain(words.into()))
    }

    /// With stressed words.
    #[must_use]
    pub fn strong(self, words: impl Into<String>) -> Self {
        self.with(Span::Strong(words.into()))
    }

    /// With words that lead to an address.
    #[must_use]
    pub fn link(self, words: impl Into<String>, address: impl Into<String>) -> Self {
        self.with(Span::Link {
            words: words.into(),
            address: address.into(),
        })
    }

    /// Whether it says something and its links can be followed.
    pub(super) fn check(&self) -> Result<(), DocumentError> {
        must_say(&self.to_string(), "a text")?;
        for span in &self.0 {
            let Span::Link { words, address } = span else {
                continue;
            };
            must_say(words, format!("the words of the link to {address:?}"))?;
            let schemes = ["https://", "http://", "mailto:"];
            if !schemes.iter().any(|scheme| address.starts_with(scheme)) {
                let (words, address) = (words.clone(), address.clone());
                return Err(DocumentError::Link { words, address });
            }
        }
        Ok(())
    }

    fn with(mut self, span: Span) -> Self {
        self.0.push(span);
        self
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(words: T) -> Self {
        Self(vec![Span::Plain(words.into())])
    }
}

/// The words alone.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|span| f.write_str(span.words()))
    }
}
