//! What can be wrong with an input file, said with the place, the value and what to do.
//!
//! Loaders report every bad row, not just the first: they collect [`LoadError`]s and stop at the
//! end of the file with [`LoadErrors`].

use std::fmt;

use disparity_core::Place;

/// One thing wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// File, line and column.
    pub place: Place,
    /// Which area and period the row is about, if that could be read.
    pub about: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The file is not where it should be.
    #[error("cannot read the file: {reason}")]
    Unreadable {
        /// What the system said.
        reason: String,
    },
    /// There is nothing in the file.
    #[error("the file is empty")]
    Empty,
    /// There is a header and nothing else.
    #[error("the file has a header but no rows")]
    NoRows,
    /// The bytes are not UTF-8.
    #[error("the file is not UTF-8: {detail}")]
    Encoding {
        /// Where the first bad byte is, and what it is.
        detail: String,
    },
    /// A row has more or fewer fields than the header.
    #[error("the row has {found} fields but the header has {expected}")]
    FieldCount {
        /// Fields in the row.
        found: u64,
        /// Fields in the header.
        expected: u64,
    },
    /// The last line does not end.
    #[error("the last line has no end")]
    CutShort,
    /// The file has fewer or more rows than its record in `sources.toml`.
    #[error("the file has {found} rows but `sources.toml` records {expected}")]
    RowCount {
        /// Rows in the file.
        found: u64,
        /// Rows when it was compiled.
        expected: u64,
    },
    /// A column that is needed is not in the header.
    #[error("column `{column}` is missing from the header")]
    MissingColumn {
        /// The column.
        column: String,
        /// The nearest name that is there.
        nearest: Option<String>,
    },
    /// A column is in the header twice.
    #[error("column `{column}` appears twice in the header")]
    DuplicateColumn {
        /// The column.
        column: String,
    },
    /// A field is neither a count nor a symbol.
    #[error("cannot read {found:?} as a count")]
    NotACount {
        /// The field.
        found: String,
        /// The symbols that this file may use.
        symbols: Vec<String>,
    },
    /// A field is not a number.
    #[error("cannot read {found:?} as a number")]
    NotANumber {
        /// The field.
        found: String,
    },
    /// A field is a mark that this vintage does not use.
    #[error("{found:?} is not a symbol that this file may use")]
    UnknownSymbol {
        /// The field.
        found: String,
        /// The symbols that it may use.
        symbols: Vec<String>,
    },
    /// A field is not one of the words it may be.
    #[error("{found:?} is not {what}")]
    UnknownWord {
        /// The field.
        found: String,
        /// What was expected there.
        what: String,
        /// The nearest word, as a question.
        nearest: Option<String>,
    },
    /// A code that the area list does not have.
    #[error("area code {found:?} is not in the area list")]
    UnknownArea {
        /// The code.
        found: String,
        /// The area with a similar code or the row's name.
        nearest: Option<String>,
    },
    /// A year that cannot be read.
    #[error("cannot read {found:?} as a reporting year")]
    NotAPeriod {
        /// The field.
        found: String,
    },
    /// The same key on two rows.
    #[error("the key {key} appears twice, first on line {first}")]
    DuplicateKey {
        /// The key.
        key: String,
        /// The line of the first.
        first: u64,
    },
    /// A fact that contradicts another file.
    #[error("{what}")]
    Contradiction {
        /// What contradicts what.
        what: String,
        /// What to do.
        advice: String,
    },
}

impl Fault {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable { .. } => "check the path; `disparity data build --from DIR` wants the folder that holds `cla`, `cin`, `cpp` and `population`".into(),
            Self::Empty | Self::NoRows => "fetch the file again; a download may have failed".into(),
            Self::Encoding { .. } => "save the file as UTF-8 (in Excel: CSV UTF-8), then try again".into(),
            Self::FieldCount { .. } | Self::CutShort => {
                "the file may be cut short or a comma may need quotes; compare it with the published file".into()
            }
            Self::RowCount { .. } => "the table was cut short or edited; make it again with `disparity data build`".into(),
            Self::MissingColumn { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`? columns are matched by name"),
            Self::MissingColumn { nearest: None, .. } => "columns are matched by name; see data/README.md for the ones each file needs".into(),
            Self::DuplicateColumn { .. } => "remove or rename one of them".into(),
            Self::NotACount { found, symbols } => format!("{}expected digits, or one of the symbols {}", letter_for_digit(found), symbols.join(", ")),
            Self::NotANumber { .. } => "expected digits with an optional decimal point".into(),
            Self::UnknownSymbol { symbols, .. } => format!("expected a number, or one of the symbols {}", symbols.join(", ")),
            Self::UnknownWord { nearest: Some(nearest), .. } | Self::UnknownArea { nearest: Some(nearest), .. } => nearest.clone(),
            Self::UnknownWord { nearest: None, .. } => "see `disparity codes` for the words that are known".into(),
            Self::UnknownArea { nearest: None, .. } => {
                "add the area to data/codelists/areas.csv with its dates, or correct the code; see `disparity codes areas`".into()
            }
            Self::NotAPeriod { .. } => "expected the year it ends in (2025) or both years (202425, 2024/25)".into(),
            Self::DuplicateKey { .. } => "keep one of the rows; if both are right, the key is missing a column".into(),
            Self::Contradiction { advice, .. } => advice.clone(),
        }
    }
}

/// The commonest slip in a count: a letter that looks like a digit.
fn letter_for_digit(found: &str) -> &'static str {
    let last = found.chars().find(|c| c.is_alphabetic());
    match last {
        Some('O' | 'o') if found.chars().any(|c| c.is_ascii_digit()) => {
            "it holds the letter O where a digit 0 may be meant; "
        }
        Some('l' | 'I') if found.chars().any(|c| c.is_ascii_digit()) => {
            "it holds a letter where a digit 1 may be meant; "
        }
        _ => "",
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n  --> {}", self.fault, self.place)?;
        if !self.about.is_empty() {
            write!(f, ", {}", self.about)?;
        }
        write!(f, "\nhint: {}", self.fault.hint())
    }
}

impl std::error::Error for LoadError {}

/// Everything wrong with an input. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadErrors(pub Vec<LoadError>);

impl LoadErrors {
    /// How many are shown before the rest is counted.
    const SHOWN: usize = 20;

    /// Fails with everything collected, or returns the value if nothing was.
    ///
    /// # Errors
    /// The collected errors.
    pub(crate) fn check<T>(errors: Vec<LoadError>, value: T) -> Result<T, Self> {
        if errors.is_empty() {
            Ok(value)
        } else {
            Err(Self(errors))
        }
    }
}

impl From<LoadError> for LoadErrors {
    fn from(error: LoadError) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for LoadErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().take(Self::SHOWN).enumerate() {
            if i > 0 {
                f.write_str("\nerror: ")?;
            }
            error.fmt(f)?;
        }
        let more = self.0.len().saturating_sub(Self::SHOWN);
        if more > 0 {
            write!(f, "\n… and {more} more errors like these")?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadErrors {}
