//! What is odd about a return, said with file, line, column, code and remedy; counted exactly, shown
//! by example. Nothing here decides what is odd.

use std::collections::BTreeMap;
use std::fmt;

/// How bad it is, and what it stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing changes.
    Note,
    /// The row is kept; something in it may mislead.
    Warning,
    /// The row is set aside.
    RowError,
    /// The whole table or file is set aside.
    FileError,
}

impl Severity {
    /// The word in `diagnostics.csv`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::RowError => "row error",
            Self::FileError => "file error",
        }
    }
}

macro_rules! codes {
    ($( $variant:ident $code:literal $severity:ident $meaning:literal => $remedy:literal; )+) => {
        /// The kinds of oddity. Codes are stable between versions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $( #[doc = $meaning] $variant, )+ }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The code as written in outputs.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $( Self::$variant => $code, )+ } }

            /// How bad it is.
            #[must_use]
            pub const fn severity(self) -> Severity { match self { $( Self::$variant => Severity::$severity, )+ } }

            /// What it means.
            #[must_use]
            pub const fn meaning(self) -> &'static str { match self { $( Self::$variant => $meaning, )+ } }

            /// What to do about it.
            #[must_use]
            pub const fn remedy(self) -> &'static str { match self { $( Self::$variant => $remedy, )+ } }
        }
    };
}

codes! {
    FileUnreadable "FILE_UNREADABLE" FileError "the file cannot be read" => "check that the file opens elsewhere, then export it again";
    CompressionRatio "COMPRESSION_RATIO" FileError "the archive expands more than a return could" => "unpack it yourself and look at what is inside before reading it";
    EncodingMixed "ENCODING_MIXED" FileError "some characters are UTF-8 and some are not" => "say which encoding it is with --encoding, or export it again as UTF-8";
    XmlMalformed "XML_MALFORMED" FileError "the file is not well-formed XML" => "export it again; if the place named looks right, send it to the supplier of the system";
    XmlRootUnknown "XML_ROOT_UNKNOWN" FileError "the XML is not a return that is known here" => "expected Message (children in need census) or EXPSSDA903";
    JsonMalformed "JSON_MALFORMED" FileError "the file is not well-formed JSON of the expected shape" => "expected an array of children with la_child_id";
    TableUnrecognised "TABLE_UNRECOGNISED" FileError "no known table has these columns" => "compare the columns named with the header; columns are matched by name";
    ColumnMissing "COLUMN_MISSING" FileError "a column that is needed is missing" => "export the table again with the column";
    ColumnDuplicate "COLUMN_DUPLICATE" FileError "a column is there twice with different contents" => "remove one of the two";
    PeriodUnknown "PERIOD_UNKNOWN" FileError "it cannot be told which year the file is for" => "give the year it ends in: in the manifest, with --year, or as a YEAR column";
    LaUnknown "LA_UNKNOWN" FileError "it cannot be told which authority the file is from" => "give the three-digit code: in the manifest, with --la, or as an LA column";
    DateMixedOrder "DATE_MIXED_ORDER" FileError "a date column holds both day-first and month-first dates" => "export the column again with one order; nothing here can tell 03/04 from 04/03";
    DateMonthFirst "DATE_MONTH_FIRST" FileError "every date that can be told apart is month-first" => "if the export is from a United States setting, say --date-order mdy";
    IdScientific "ID_SCIENTIFIC" FileError "identifiers were turned into scientific notation and their digits are lost" => "export again from the system; do not open the file in a spreadsheet first";
    IdHashMismatch "ID_HASH_MISMATCH" FileError "no identifier of one return is in the other, and they look hashed: with another salt, or in one return only" => "make both extracts with the same salt, or use the unhashed returns";
    LinkagePoor "LINKAGE_POOR" FileError "fewer than 70% of children entering care match a record of need" => "check that both returns use the same identifiers; if not, give an alias file (old_id,new_id) or the column that bridges them (pers_legacy_id, mis_child_id); --force shows prior help all the same";
    WindowTooShort "WINDOW_TOO_SHORT" FileError "the files cover too few months for the look-back asked for" => "use the look-back named, or load more years";
    CoverageUnknown "COVERAGE_UNKNOWN" FileError "it cannot be told from which day the file is complete" => "give coverage_start for it in the manifest";
    EmptyTable "EMPTY_TABLE" FileError "the table has a header and no rows" => "check whether rows were lost in the export";
    CodesUnknown "CODES_UNKNOWN" FileError "more than a fifth of a column without which the table is nothing is not in its code set" => "check that the right column was mapped";
    FamilyLevel "FAMILY_LEVEL" FileError "the early help records are of families, not children" => "export one row for each child";
    ChildIdBlank "CHILD_ID_BLANK" RowError "the child identifier is blank" => "complete the identifier at source";
    DateUnparseable "DATE_UNPARSEABLE" RowError "a date that the row cannot do without cannot be read" => "correct the date at source";
    EndBeforeStart "END_BEFORE_START" RowError "it ends before it starts" => "correct one of the dates at source";
    BirthAfterEvent "BIRTH_AFTER_EVENT" RowError "it happened more than 280 days before birth" => "correct the date of birth or the event at source";
    ChildConflict "CHILD_CONFLICT" RowError "one identifier has two dates of birth in one file" => "find out whether two children share the identifier or one date is wrong";
    ParentUnmatched "PARENT_UNMATCHED" RowError "the row belongs to an episode that is not there" => "load the table of episodes with it";
    DateAfterExtract "DATE_AFTER_EXTRACT" RowError "it starts after the extract was made" => "correct the date at source";
    RowLength "ROW_LENGTH" RowError "the row has fewer or more fields than the header" => "look for a missing quote or a stray delimiter on the line";
    ColumnSetAside "COLUMN_SET_ASIDE" Warning "more than a fifth of a column that the table can do without is not understood; the column is set aside, the table is read" => "all of it counts as unknown; check that the right column was mapped, or export the codes";
    RowShort "ROW_SHORT" Warning "the row has fewer fields than the header" => "the missing fields are read as blank; look for a cut line";
    CodeUnknown "CODE_UNKNOWN" Warning "a code is not in its code set" => "it is kept as unknown; correct it at source";
    CodeOtherYear "CODE_OTHER_YEAR" Warning "a code is valid only in another year" => "nothing to do if the system was upgraded early or late";
    EthnicityMissing "ETHNICITY_MISSING" Warning "ethnicity is blank" => "it is counted as not recorded, never as refused";
    BirthMissing "BIRTH_MISSING" Warning "there is neither a date of birth nor an expected one" => "the child is left out of anything that needs an age";
    BirthBoth "BIRTH_BOTH" Warning "there is both a date of birth and an expected one" => "the date of birth is used";
    BirthDegraded "BIRTH_DEGRADED" Note "dates of birth are given to the month or year only" => "ages can be off by that much";
    SexMissing "SEX_MISSING" Warning "sex is blank or not known" => "it is counted as unknown";
    UpnInvalid "UPN_INVALID" Warning "the pupil number is not well formed" => "it is not used for linking";
    EpisodeOverlap "EPISODE_OVERLAP" Warning "episodes of one child overlap" => "correct the dates at source; both are counted as they are";
    EpisodesOpen "EPISODES_OPEN" Warning "one child has two open episodes of one kind" => "close the earlier one at source";
    ActivityAfterClosure "ACTIVITY_AFTER_CLOSURE" Warning "something happens after the case closed" => "correct the closure date at source";
    ActivityAfterDeath "ACTIVITY_AFTER_DEATH" Warning "something happens after the child died" => "correct the date of death at source";
    NfaActivity "NFA_ACTIVITY" Warning "a referral without further action has a closure or activity" => "the referral is counted as without further action";
    NfaMissing "NFA_MISSING" Warning "it is not said whether there was further action" => "taken as further action";
    NfaChanged "NFA_CHANGED" Warning "one year says no further action, a later one does not" => "the later one is used";
    PlansTogether "PLANS_TOGETHER" Warning "a child in need plan runs together with a protection plan" => "correct the dates at source; both are counted";
    PlanBeforeReferral "PLAN_BEFORE_REFERRAL" Warning "a protection plan starts before the referral" => "correct the dates at source";
    PlansUnseen "PLANS_UNSEEN" Note "a protection plan is recorded as second or later, and no earlier plan of the child is in the files" => "the earlier plans ended before the files begin; look at the complete-window rate, or load more years";
    PlansMiscounted "PLANS_MISCOUNTED" Warning "a protection plan is recorded as the first, and an earlier plan of the child is in the files" => "correct the number of previous plans at source, or find out whether two children share the identifier";
    X1Gap "X1_GAP" Warning "a care episode says it continues, but the next starts later; the two are joined" => "correct the dates at source";
    X1Mismatch "X1_MISMATCH" Warning "the end of one care episode and the start of the next disagree about a break" => "see the rule in the message";
    CeasedReasonAlone "CEASED_REASON_ALONE" Warning "there is a reason for ceasing and no date, or a date and no reason" => "correct it at source";
    OpenThenNew "OPEN_THEN_NEW" Warning "an open care episode is followed by another; it is ended there" => "close the first at source";
    CareOverlap "CARE_OVERLAP" Warning "care episodes overlap; the earlier one is cut short" => "correct the dates at source";
    RespiteLimit "RESPITE_LIMIT" Warning "short breaks are longer than the law allows" => "check the legal status";
    RespiteUnknown "RESPITE_UNKNOWN" Warning "the legal status is not there or not understood, so short breaks cannot be told from care" => "starts of care may include short breaks; give the legal status as a code, or load the SSDA903 return as well";
    AttributeChanged "ATTRIBUTE_CHANGED" Warning "a fact about a child changed between files" => "the latest is used";
    FutureEnd "FUTURE_END" Warning "it ends after the extract was made" => "kept as it is";
    SameDaySpell "SAME_DAY_SPELL" Warning "it starts and ends on one day" => "it counts as having happened";
    EpisodeDateDrift "EPISODE_DATE_DRIFT" Warning "two years give referral dates a few days apart for one episode; they are joined" => "nothing to do";
    OpenNotRestated "OPEN_NOT_RESTATED" Warning "open at the end of one year and absent from the return of the next: it ended after that 31 March, on a day that nobody recorded" => "more than 2% suggests a missing file";
    EndUnknown "END_UNKNOWN" Note "open at the end of one year, and the return of the next was not loaded: whether and when it ended is not known" => "load the missing year";
    StatedOtherwise "STATED_OTHERWISE" Note "returns of several years disagree about the same record: each year is counted from its own return, and histories follow the later one" => "nothing to do";
    YearPart "YEAR_PART" Warning "the return was made before the end of its year: it speaks of part of the year, and no total of that year is counted from it" => "load the return of the whole year when there is one; if the day is wrong, give coverage_end in the manifest";
    DateAfterReturn "DATE_AFTER_RETURN" RowError "it starts after the last day that the return speaks of" => "correct the date at source, or the year given for the file";
    EndAfterReturn "END_AFTER_RETURN" Warning "it ends after the last day that the return speaks of; read as open" => "nothing to do if the return was made later; otherwise correct the date at source";
    CareRepaired "CARE_REPAIRED" Warning "a care episode left open by an earlier year was repaired" => "the rule is in the message";
    RowRestated "ROW_RESTATED" Note "the same row is in several files" => "nothing to do: the latest year is used";
    LeftTruncated "LEFT_TRUNCATED" Note "the period of care began before the first file" => "it is never counted as an entry";
    StartInferred "START_INFERRED" Warning "a new period of care is not coded as a start" => "left out of the headline and counted";
    EncodingCp1252 "ENCODING_CP1252" Warning "the file is in windows-1252, not UTF-8" => "nothing to do; to be rid of this, export as UTF-8";
    EncodingUtf16 "ENCODING_UTF16" Warning "the file is in UTF-16" => "nothing to do; to be rid of this, export as UTF-8";
    ReferenceDate "REFERENCE_DATE" Warning "the reference date is not 31 March of the year" => "check that this is the final return";
    YearMismatch "YEAR_MISMATCH" Warning "the year and the reference date disagree" => "the reference date is used";
    YearOverruled "YEAR_OVERRULED" Warning "the file gives another year than the one stated for it" => "the stated year is followed; correct whichever is wrong";
    LaUnlisted "LA_UNLISTED" Warning "no authority of the list has this code" => "shown by journeys and prior-help under the code as it is, without an area, and not by run, which says so; correct the code if it is wrong";
    LaMismatch "LA_MISMATCH" Warning "the file and the manifest name different authorities" => "the manifest is followed; correct whichever is wrong";
    LookupRead "LOOKUP_READ" Note "a lookup of postcodes" => "nothing to do";
    CinNonstandard "CIN_NONSTANDARD" Warning "the XML uses names that the census does not" => "read as what they stand for";
    StrayText "STRAY_TEXT" Warning "there is text where only elements belong" => "ignored";
    FactorsJoined "FACTORS_JOINED" Note "several assessment factors are in one element" => "read as several";
    DateTwoDigits "DATE_TWO_DIGITS" Warning "years are written with two digits" => "read as 20yy up to next year for births and addresses and up to 25 years ahead for all else, otherwise as 19yy";
    DateSentinel "DATE_SENTINEL" Note "a date stands for no date" => "read as blank";
    DateImplausible "DATE_IMPLAUSIBLE" Warning "a date is outside what is possible" => "the value is set aside";
    DateBeforeAct "DATE_BEFORE_ACT" Warning "it happened before the Children Act 1989 came into force" => "kept as it is; correct the date at source";
    NoEpisode "NO_EPISODE" Warning "the child has no episode" => "the child is kept without one; look for episodes lost in the export";
    DateIgnored "DATE_IGNORED" Warning "a date that the row can do without cannot be read" => "read as blank";
    DateZoned "DATE_ZONED" Warning "dates carry a time and a time zone" => "the day as written is used; check days around midnight";
    NumberFloat "NUMBER_FLOAT" Note "whole numbers are written with a decimal point" => "nothing to do";
    TableEmpty "TABLE_EMPTY" Note "an optional table has no rows" => "nothing to do if there is nobody to list";
    ColumnUnknown "COLUMN_UNKNOWN" Note "a column is not part of the table" => "it is not read";
    ColumnNameless "COLUMN_NAMELESS" Note "a column has no name" => "it is not read";
    ColumnSuffixed "COLUMN_SUFFIXED" Warning "a column was doubled by a merge; both halves agree" => "nothing to do";
    TableUnused "TABLE_UNUSED" Note "the table is known and nothing here needs it" => "nothing to do";
    SheetSkipped "SHEET_SKIPPED" Note "the sheet is not a table of children" => "nothing to do";
    FileSkipped "FILE_SKIPPED" Note "the file is not a return" => "nothing to do";
    FormulaEmpty "FORMULA_EMPTY" Warning "cells hold formulas or errors without a value" => "read as blank; save the workbook once in a spreadsheet";
    LaInferred "LA_INFERRED" Note "the authority was taken from the other files of the folder" => "give it in the manifest if that is wrong";
    YearInferred "YEAR_INFERRED" Note "the year was worked out from the dates in the file" => "give it in the manifest if that is wrong";
    YearDoubtful "YEAR_DOUBTFUL" Warning "none of its dates lies in the year that it is for" => "check the year in the name, the manifest or --year: the file may be a copy of an earlier year";
    FileCopied "FILE_COPIED" Warning "two files of different years are the same to the byte" => "both are read; check that one is not a copy by mistake";
    FileYearTwice "FILE_YEAR_TWICE" Warning "two files hold the same table for the same year" => "where they disagree the one later in the list is used; remove the one that was replaced";
    FileTwice "FILE_TWICE" Warning "two files are the same to the byte" => "the second is not read";
    PostcodeInvalid "POSTCODE_INVALID" Warning "not a postcode" => "the neighbourhood is unknown";
    PostcodeSector "POSTCODE_SECTOR" Warning "postcodes are cut to the sector, so the neighbourhood cannot be told" => "use the full postcodes";
    PostcodeUnlisted "POSTCODE_UNLISTED" Warning "a postcode is not in the lookup" => "the neighbourhood is unknown; use a newer lookup";
    PostcodeNation "POSTCODE_NATION" Note "a home is in another nation, whose neighbourhoods have ranks of their own" => "the decile is unknown";
    LookupNation "LOOKUP_NATION" Note "postcodes of the lookup are of another nation, whose ranks are not England's" => "nothing to do: their decile is unknown";
    LookupScale "LOOKUP_SCALE" Warning "postcodes of the lookup have a rank and nothing that says in which nation" => "the rank is not used; keep the column ctry, lsoa21 or oslaua of the directory";
    EthnicityUnknownShare "ETHNICITY_UNKNOWN_SHARE" Warning "for many children ethnicity is not known" => "compare groups only within age bands and look at the bounds";
    LinkageLow "LINKAGE_LOW" Warning "fewer than 95% of children entering care match a record of need" => "look at the match rates before reading prior help";
    LinkageStrong "LINKAGE_STRONG" Warning "fewer than 90% of children entering care match a record of need" => "prior help is understated; look at the bounds";
    LinkageDiffers "LINKAGE_DIFFERS" Warning "match rates differ by more than 3 points between ethnic groups" => "part of any difference in prior help is made by linkage; compare the bounds";
    LinkConflict "LINK_CONFLICT" Warning "one identifier belongs to plainly different dates of birth in two returns; not linked" => "find out which is right";
    LinkNear "LINK_NEAR" Warning "dates of birth differ slightly between returns; linked" => "correct one of them at source";
    LinkAmbiguous "LINK_AMBIGUOUS" Warning "an identifier could belong to several children; not linked" => "give an alias file";
    PupilTwice "PUPIL_TWICE" Warning "one pupil number and date of birth is under two identifiers" => "find out whether it is one child recorded twice; if so, give an alias file (old_id,new_id)";
    LinkLadder "LINK_LADDER" Note "identifiers were matched after normalising" => "see the step in the message";
    ContinuityRefused "CONTINUITY_REFUSED" FileError "it was stated that one authority goes on from another, and it cannot be so" => "see the message; check the codes, and that children kept their identifiers";
    ContinuityPartial "CONTINUITY_PARTIAL" Warning "fewer than 95% of the children helped across a change of boundaries are in the records of both authorities" => "check that identifiers were kept; children who are not found count as not helped before the change";
    ContinuityConflict "CONTINUITY_CONFLICT" Warning "an identifier belongs to another date of birth in the authority before a change of boundaries; not linked" => "find out which is right; the child's look-back ends at the change";
    ContinuityUsed "CONTINUITY_USED" Note "children are looked for in the records of the authority before a change of boundaries" => "see the message for how many were found";
    CountChanged "COUNT_CHANGED" Warning "the number of children changed by more than a quarter between years" => "check that a whole return was loaded";
    YearMissing "YEAR_MISSING" Warning "a year between those loaded is missing" => "load its return: nothing can be said of that year, nor of who came back or was helped within it";
    MonthMissing "MONTH_MISSING" Warning "a month has no referrals at all" => "check that a whole return was loaded";
    AnnexLimits "ANNEX_LIMITS" Warning "an Annex A covers six months and the latest episode only" => "use it as a source of early help and starts of care, not for look-backs";
    XmlDoctype "XML_DOCTYPE" Warning "the XML has a document type declaration" => "ignored; entities are never expanded";
}

/// A child as the returns name it: identifiers are an authority's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChildRef {
    /// Authority of the row, as three digits; empty if unknown.
    pub la: String,
    /// Identifier.
    pub id: String,
}

/// One oddity at one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// What kind.
    pub code: Code,
    /// File as the user knows it, with sheet or member after a `!`.
    pub file: String,
    /// Line, counting from 1 with the header; 0 when the whole table is meant.
    pub line: u64,
    /// Column or element; empty when the whole row is meant.
    pub column: String,
    /// The child, if one. Written as a number of the report: an identifier never, and no digest of
    /// one either, as whoever tries all identifiers turns that back.
    pub child: Option<ChildRef>,
    /// The value, cut to 40 characters and without long runs of digits, which may be identifiers.
    pub value: String,
    /// The particulars.
    pub message: String,
}

impl Diagnostic {
    /// An oddity of a whole file.
    #[must_use]
    pub fn of_file(code: Code, file: &str, message: impl Into<String>) -> Self {
        Self {
            code,
            file: file.into(),
            line: 0,
            column: String::new(),
            child: None,
            value: String::new(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}: {}",
            self.code.severity().as_str(),
            self.code.as_str(),
            self.code.meaning()
        )?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        if !self.value.is_empty() {
            write!(f, " ({:?})", self.value)?;
        }
        write!(f, "\n  --> {}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.column.is_empty() {
            write!(f, ", {}", self.column)?;
        }
        write!(f, "\nhint: {}", self.code.remedy())
    }
}

/// How often one kind of oddity came up in one column of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Exactly how often.
    pub count: u64,
    /// The first few, in the order found.
    pub examples: Vec<Diagnostic>,
}

/// Everything odd that was found, counted by code, file and column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diagnostics {
    tallies: BTreeMap<(Code, String, String), Tally>,
}

impl Diagnostics {
    /// How many examples are kept of each; the rest is only counted, so that a file with ten
    /// million bad rows does not need memory for each.
    pub const EXAMPLES: usize = 50;

    /// Adds one.
    pub fn push(&mut self, mut diagnostic: Diagnostic) {
        shorten(&mut diagnostic.value);
        let key = (
            diagnostic.code,
            diagnostic.file.clone(),
            diagnostic.column.clone(),
        );
        let tally = self.tallies.entry(key).or_insert(Tally {
            count: 0,
            examples: vec![],
        });
        tally.count += 1;
        if tally.examples.len() < Self::EXAMPLES {
            tally.examples.push(diagnostic);
        }
    }

    /// Counts so many more of what has been said of a column of a file.
    pub(crate) fn add(&mut self, code: Code, file: &str, column: &str, times: u64) {
        let key = (code, file.to_owned(), column.to_owned());
        if let Some(tally) = self.tallies.get_mut(&key) {
            tally.count += times;
        }
    }

    /// Adds all of another collection.
    pub fn append(&mut self, other: Self) {
        for (key, more) in other.tallies {
            let tally = self.tallies.entry(key).or_insert(Tally {
                count: 0,
                examples: vec![],
            });
            tally.count += more.count;
            let room = Self::EXAMPLES.saturating_sub(tally.examples.len());
            tally.examples.extend(more.examples.into_iter().take(room));
        }
    }

    /// Tallies by code, then file, then column.
    pub fn tallies(&self) -> impl Iterator<Item = (Code, &str, &str, &Tally)> {
        self.tallies
            .iter()
            .map(|((code, file, column), tally)| (*code, file.as_str(), column.as_str(), tally))
    }

    /// The children that are named anywhere, in the order in which they are named first: the first is
    /// child 1 of the report. The numbers say nothing of the identifiers.
    #[must_use]
    pub fn children(&self) -> Vec<&ChildRef> {
        let mut seen = std::collections::BTreeSet::new();
        self.tallies
            .values()
            .flat_map(|tally| &tally.examples)
            .filter_map(|example| example.child.as_ref())
            .filter(|child| seen.insert(*child))
            .collect()
    }

    /// How often a code came up anywhere.
    #[must_use]
    pub fn count(&self, code: Code) -> u64 {
        self.tallies()
            .filter(|(found, ..)| *found == code)
            .map(|(.., tally)| tally.count)
            .sum()
    }

    /// How often any code of a severity came up.
    #[must_use]
    pub fn count_severity(&self, severity: Severity) -> u64 {
        self.tallies()
            .filter(|(code, ..)| code.severity() == severity)
            .map(|(.., tally)| tally.count)
            .sum()
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tallies.is_empty()
    }
}

/// So many digits in a row may be an identifier; no code and no date has them.
const LONG: usize = 5;

/// Cuts a value to 40 characters, and long runs of digits out of it.
fn shorten(value: &mut String) {
    let is_long = |run: &str| run.len() >= LONG;
    if value.split(|c: char| !c.is_ascii_digit()).any(is_long) {
        let mut kept = String::with_capacity(value.len());
        let mut digits = String::new();
        for c in value.chars().chain(['\0']) {
            if c.is_ascii_digit() {
                digits.push(c);
                continue;
            }
            kept.push_str(if is_long(&digits) { "…" } else { &digits });
            digits.clear();
            kept.push(c);
        }
        kept.pop();
        *value = kept;
    }
    if value.chars().count() > 40 {
        *value = value.chars().take(39).chain(['…']).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_exact_when_examples_run_out() {
        let mut all = Diagnostics::default();
        for line in 0..1000 {
            let mut one = Diagnostic::of_file(Code::DateUnparseable, "a.csv", "");
            one.line = line;
            one.value = "x".repeat(100);
            all.push(one);
        }
        assert_eq!(all.count(Code::DateUnparseable), 1000);
        let (.., tally) = all.tallies().next().unwrap();
        assert_eq!(tally.examples.len(), Diagnostics::EXAMPLES);
        assert_eq!(tally.examples[0].value.chars().count(), 40);
    }

    #[test]
    fn values_lose_what_may_be_an_identifier_and_children_are_numbered_as_they_come() {
        for (value, shown) in [
            ("31/02/2021", "31/02/2021"),
            ("100234", "…"),
            ("A100234B", "A…B"),
            ("12 3456 78901", "12 3456 …"),
            ("1234", "1234"),
        ] {
            let mut text = value.to_owned();
            shorten(&mut text);
            assert_eq!(text, shown);
        }
        let mut all = Diagnostics::default();
        for (code, la, id) in [
            (Code::CodeUnknown, "301", "9"),
            (Code::CodeUnknown, "302", "9"),
            (Code::DateUnparseable, "301", "100"),
            (Code::CodeUnknown, "301", "100"),
        ] {
            let mut one = Diagnostic::of_file(code, "a.csv", "");
            one.child = Some(ChildRef {
                la: la.into(),
                id: id.into(),
            });
            all.push(one);
        }
        let named: Vec<_> = all.children().iter().map(|c| (&*c.la, &*c.id)).collect();
        assert_eq!(named, [("301", "100"), ("301", "9"), ("302", "9")]);
    }

    #[test]
    fn every_code_is_different_and_says_what_to_do() {
        let mut words: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
        assert!(
            Code::ALL
                .iter()
                .all(|code| !code.remedy().is_empty() && !code.meaning().is_empty())
        );
    }
}
