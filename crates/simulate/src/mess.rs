//! What can be made to go wrong in the files, one switch for each, with what it does to answers.

/// Switches. All off by default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mess {
    /// Every switch that is on.
    pub on: Vec<Switch>,
    /// Share of children of Black and Asian ethnic groups whose care identifier is another one.
    pub linkage_loss: f64,
    /// Years for which no census is written.
    pub missing_census: Vec<u16>,
}

impl Mess {
    /// Whether a switch is on.
    #[must_use]
    pub fn has(&self, switch: Switch) -> bool {
        self.on.contains(&switch)
    }

    /// One switch on.
    #[must_use]
    pub fn only(switch: Switch) -> Self {
        Self {
            on: vec![switch],
            ..Self::default()
        }
    }
}

macro_rules! switches {
    ($( $variant:ident $word:literal $code:literal $effect:literal; )+) => {
        /// One thing that goes wrong in real files.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Switch { $( #[doc = $effect] $variant, )+ }

        impl Switch {
            /// Every switch.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The word on the command line.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $( Self::$variant => $word, )+ } }

            /// The diagnostic that reading must raise; empty if the mess is none of its business.
            #[must_use]
            pub const fn code(self) -> &'static str { match self { $( Self::$variant => $code, )+ } }

            /// What it is and what it may do to answers.
            #[must_use]
            pub const fn effect(self) -> &'static str { match self { $( Self::$variant => $effect, )+ } }
        }
    };
}

switches! {
    Bom "bom" "" "files begin with a byte order mark and end lines with CR LF; no answer changes";
    Gzip "gzip" "" "files are compressed; no answer changes";
    Zip "zip" "" "files of an authority are in one archive; no answer changes";
    Cp1252 "cp1252" "ENCODING_CP1252" "care headers are in windows-1252; no answer changes";
    Utf16 "utf16" "ENCODING_UTF16" "early help is in UTF-16; no answer changes";
    Semicolons "semicolons" "" "fields are separated by semicolons; no answer changes";
    ShuffledColumns "shuffled-columns" "" "columns stand in another order and in lower case; no answer changes";
    IndexColumn "index-column" "COLUMN_NAMELESS" "a nameless first column counts the rows; no answer changes";
    ExtraColumn "extra-column" "COLUMN_UNKNOWN" "a column that belongs to no table; no answer changes";
    IsoDates "iso-dates" "" "care dates are written year first; no answer changes";
    TwoDigitYears "two-digit-years" "DATE_TWO_DIGITS" "care dates have two-digit years; no answer changes";
    FloatIds "float-ids" "" "care identifiers end in .0; no answer changes";
    LeadingZeros "leading-zeros" "LINK_LADDER" "care identifiers have leading zeros; no answer changes";
    StrayText "stray-text" "STRAY_TEXT" "text stands between elements of the census; no answer changes";
    JoinedFactors "joined-factors" "FACTORS_JOINED" "two assessment factors share one element; no answer changes";
    DuplicateRows "duplicate-rows" "ROW_RESTATED" "care episodes are there twice; no answer changes";
    UnknownCode "unknown-code" "CODE_UNKNOWN" "one in a hundred referral sources is unknown; no answer changes";
    BadDateRow "bad-date-row" "DATE_UNPARSEABLE" "a care row of another child has an impossible date; that row is set aside";
    BlankId "blank-id" "CHILD_ID_BLANK" "a care row has no identifier; that row is set aside";
    X1Gap "x1-gap" "X1_GAP" "a placement ends a day before the next starts; the period of care is one all the same";
    ReferralDrift "referral-drift" "EPISODE_DATE_DRIFT" "a later census moves a referral by a day; answers at that edge may move by a day";
    BirthSwapped "birth-swapped" "LINK_NEAR" "day and month of some births are swapped in the care return; linked all the same";
    ChildConflict "child-conflict" "CHILD_CONFLICT" "one identifier has two births in one care file; that child is not linked";
    FileTwice "file-twice" "FILE_TWICE" "a census is there twice; no answer changes";
    NoReferenceDate "odd-reference-date" "REFERENCE_DATE" "the reference date of the last census is its submission; no answer changes";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_distinct() {
        let mut words: Vec<&str> = Switch::ALL.iter().map(|switch| switch.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Switch::ALL.len());
    }
}
