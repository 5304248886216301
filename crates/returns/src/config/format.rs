//! The forms in which returns come. Whatever depends on the form matches on [`Format`] without a rest,
//! so that a new one does not compile until every place has decided about it.

use std::fmt;

/// A family of returns, or of lists beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// The return on children looked after, as tables or XML.
    Ssda903,
    /// The children in need census, as tables or XML.
    Cin,
    /// The lists of Annex A of Ofsted's inspection framework.
    AnnexA,
    /// The Standard Safeguarding Dataset.
    Ssd,
    /// The Department's data interface.
    Api,
    /// Lists of early help.
    EarlyHelp,
    /// Lists beside returns: postcodes, identifiers that were replaced.
    Lookup,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] = [
        Self::Ssda903,
        Self::Cin,
        Self::AnnexA,
        Self::Ssd,
        Self::Api,
        Self::EarlyHelp,
        Self::Lookup,
    ];

    /// The word in `tables.csv` and in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ssda903 => "ssda903",
            Self::Cin => "cin",
            Self::AnnexA => "annex_a",
            Self::Ssd => "ssd",
            Self::Api => "api",
            Self::EarlyHelp => "early_help",
            Self::Lookup => "lookup",
        }
    }

    /// The format of a word in `tables.csv`.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// Whether each file is the return of a year.
    #[must_use]
    pub const fn is_yearly(self) -> bool {
        match self {
            Self::Ssda903 | Self::Cin => true,
            Self::AnnexA | Self::Ssd | Self::Api | Self::EarlyHelp | Self::Lookup => false,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
