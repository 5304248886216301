//! Errors stop, issues travel: what a reader must know about a figure, and where it arose.

use std::fmt;

use crate::{AreaCode, Period};

/// How much an issue matters to someone using the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Can change what one concludes.
    Warning,
}

impl Severity {
    /// The word in `issues.csv`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
        }
    }
}

/// What an issue is about: which rows to count it in, as a row of what is expected has the issues of its
/// count as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Concern {
    /// The count, its denominator, or a comparison of them.
    Figure,
    /// What is expected, or a model.
    Expectation,
}

macro_rules! issue_codes {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $code:literal, $severity:ident, $concern:ident, $hint:literal; )+) => {
        /// The kinds of issue, each with a code that is stable between versions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum IssueCode { $( $(#[doc = $doc])+ $variant, )+ }

        impl IssueCode {
            /// Every code, in declaration order.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The code as written in outputs.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $( Self::$variant => $code, )+ } }

            /// How much it matters.
            #[must_use]
            pub const fn severity(self) -> Severity { match self { $( Self::$variant => Severity::$severity, )+ } }

            /// What it is about.
            #[must_use]
            pub const fn concerns(self) -> Concern { match self { $( Self::$variant => Concern::$concern, )+ } }

            /// What it means, for people.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $( Self::$variant => concat!($($doc),+).trim_start(), )+ }
            }

            /// What a reader should do about it.
            #[must_use]
            pub const fn hint(self) -> &'static str { match self { $( Self::$variant => $hint, )+ } }
        }
    };
}

issue_codes! {
    /// The figure is withheld, unavailable, unreliable or not applicable in the source; so is everything that depends on it.
    SourceSymbol = "SOURCE_SYMBOL", Note, Figure, "read the symbol; do not treat it as zero";
    /// The count is of events, not children; one child can be counted more than once, so the interval is narrower than it should be, unless a second code says that it allows for that.
    RepeatEvents = "REPEAT_EVENTS", Note, Figure, "compare with the count of children where there is one";
    /// National and regional counts are published to the nearest 10.
    RoundedTo10 = "ROUNDED_TO_10", Note, Figure, "differences smaller than 10 mean nothing at these levels";
    /// Fewer than ten events: the rate is unstable and the interval wide.
    SmallCount = "SMALL_COUNT", Warning, Figure, "pool years or areas before comparing";
    /// City of London and Isles of Scilly are kept in totals but left out of rankings and neighbour medians because their counts are tiny.
    TinyArea = "TINY_AREA", Note, Figure, "set include_tiny = true in the plan to rank them";
    /// The number of children in the ethnic group is estimated: the authority's pupils by ethnic group give shares, which are applied to its children aged 0 to 17.
    PupilShare = "PUPIL_SHARE", Warning, Figure, "the interval includes how far such shares lay from the census of 2021; compare rates of the same group before rates of different groups";
    /// Pupils of all schools by ethnic group are published for that school year, but not in the tables compiled here; the last year's shares are moved on as those of primary pupils have moved since.
    PupilShareLinked = "PUPIL_SHARE_LINKED", Warning, Figure, "the interval includes how far such shares have been from those published later";
    /// Pupils by ethnic group are not in the tables compiled here for that school year, nor are primary pupils; the nearest year's shares are used.
    PupilShareCarried = "PUPIL_SHARE_CARRIED", Warning, Figure, "the further the years are apart, the less to read into small differences; the interval allows for it";
    /// The authority had no pupil figures of its own; the shares of the authority it was split from are used.
    PupilSharePredecessor = "PUPIL_SHARE_PREDECESSOR", Warning, Figure, "treat the group's rate as indicative only";
    /// Pupils by ethnic group count more kinds of school from 2017/18, so earlier shares are on a narrower base.
    PupilCoverageChange = "PUPIL_COVERAGE_CHANGE", Note, Figure, "prefer changes that start in 2018 or later";
    /// The number of children in the age band is estimated: shares by age are applied to the published number of children aged 0 to 17.
    AgeShare = "AGE_SHARE", Note, Figure, "the share is of the same mid-year; revisions to the total are spread over ages";
    /// Ages are not published for that mid-year; the nearest published year's age shares are used.
    AgeShareCarried = "AGE_SHARE_CARRIED", Warning, Figure, "births moved these shares most at the youngest ages";
    /// Children whose group is not recorded, or who are unborn, are shared over the known groups in proportion, so that expected and observed add up nationally.
    UnknownShared = "UNKNOWN_SHARED", Note, Expectation, "look at the size of the unknown group beside it";
    /// The group stands for children whose group is not known, or who are not born yet; it has no population, so no rate.
    UnknownGroup = "UNKNOWN_GROUP", Note, Figure, "a growing unknown group lowers every other group's rate";
    /// Part of the figure includes young people aged 18 or over who are still receiving services, while the population stops at 17.
    Includes18AndOver = "INCLUDES_18_AND_OVER", Note, Figure, "compare like with like: every authority's figure has the same mismatch";
    /// A later release revised the count; the newest release is used.
    CountRevised = "COUNT_REVISED", Note, Figure, "figures printed from an earlier release will differ";
    /// Fewer than 20 authorities can be compared, which is too few to tell what is usual between authorities, so no verdict is given.
    FewAuthorities = "FEW_AUTHORITIES", Note, Expectation, "read the ratio with its interval";
    /// A later release restated the count of everyone but not of its groups, which stand as first published and do not add up to it.
    GroupsNotRestated = "GROUPS_NOT_RESTATED", Note, Figure, "compare groups with one another, not with the count of everyone";
    /// The count is in none of the releases compiled here; it was worked out from the published rate or percentage, which has one decimal.
    CountFromRate = "COUNT_FROM_RATE", Note, Figure, "the rate is the publisher's; the count is right to within one for each 200,000 children, or each 2,000 of the whole";
    /// The number of children was revised after the census of 2021. The rate uses the revised number; rates that were printed before used the earlier one.
    PopulationRebased = "POPULATION_REBASED", Note, Figure, "`disparity data verify` reproduces the printed rates with the population of their time";
    /// One or more authorities had no figure that year; the published England and regional totals are as the publisher gives them.
    CoverageGap = "COVERAGE_GAP", Warning, Figure, "see the authorities listed; do not read the national change for that year as real";
    /// The returns cover a part of the year only, so nothing is counted as that year's; prior help is of the entries up to their last day.
    PartOfYear = "PART_OF_YEAR", Warning, Figure, "load the return of the whole year; `disparity returns check` says which file reaches to which day";
    /// The authority was formed, split or merged; earlier figures under another code are not joined to its series.
    AreaChanged = "AREA_CHANGED", Note, Figure, "compare with the predecessor's figures, or start from the first year of the new authority";
    /// The look-back of a new authority goes on in the returns of the one before it, because it has confirmed that children kept their identifiers.
    PredecessorRecords = "PREDECESSOR_RECORDS", Note, Figure, "children are found there by identifier and date of birth; `disparity returns check` says how many were";
    /// The authority's code changed without a change of boundary; all years are kept under one code.
    AreaRecoded = "AREA_RECODED", Note, Figure, "other files may use the other code";
    /// The counts of some statistical neighbours are withheld. Their median and mean lie between two bounds; they are one figure only where both bounds round to it.
    NeighboursWithheld = "NEIGHBOURS_WITHHELD", Note, Figure, "see comparator_low and comparator_high";
    /// The counts of some authorities are withheld, so that the rank or the fifth could be one of several.
    RankBounded = "RANK_BOUNDED", Note, Expectation, "see rank_first, rank_last, fifth_low and fifth_high";
    /// Not all ten statistical neighbours had a figure, published or withheld; the median and mean are of those that did.
    NeighboursMissing = "NEIGHBOURS_MISSING", Note, Figure, "see how many had data before leaning on the comparison";
    /// The comparator is treated as a fixed benchmark; only the authority's own uncertainty is in the interval.
    FixedComparator = "FIXED_COMPARATOR", Note, Figure, "do not read the interval as a test between two samples";
    /// Children counted at two 31 Marches overlap, so the two counts are not independent; the interval for the change is wider than it need be.
    OverlappingStock = "OVERLAPPING_STOCK", Note, Figure, "a change outside the interval is real; one inside may be too";
    /// The code was not collected in every year, or was being replaced by finer codes.
    PartlyCollected = "PARTLY_COLLECTED", Warning, Figure, "do not read the change between these years as a trend";
    /// Where Chinese children are counted cannot be changed for this table: it is published with Chinese inside Asian.
    ChineseFixed = "CHINESE_FIXED", Warning, Figure, "leave chinese_group at its default for this indicator";
    /// A row for two authorities together was read and kept out: it belongs to neither alone.
    CombinedRow = "COMBINED_ROW", Note, Figure, "nothing to do; the authorities' own rows are used where published";
    /// A file labels its areas in a way that had to be repaired; the repair is named in the message.
    LabelRepaired = "LABEL_REPAIRED", Note, Figure, "check the message if the area matters to you";
    /// Figures at one geographic level could not be used because their denominator is not published for that area and year.
    NoDenominator = "NO_DENOMINATOR", Note, Figure, "the count is in the table; no rate is possible";
    /// Some neighbourhoods' counts of children in low-income families are withheld because they are small; they are estimated from the published rank of the neighbourhood.
    LowIncomeEstimated = "LOW_INCOME_ESTIMATED", Note, Expectation, "affluent authorities are affected most: up to half a percentage point of the share is estimated";
    /// Something the model needs is not published for the authority and year, so it is left out of the model.
    CovariateMissing = "COVARIATE_MISSING", Note, Expectation, "look at the models that need less, or at expected at England's rates";
    /// Most children counted on one 31 March are counted on the next too, so the years together are given the weight of one.
    PooledStock = "POOLED_STOCK", Note, Expectation, "the counts are sums over the years; divide by their number for children on a day";
    /// Not every year of the span has a figure for the authority; those that have are summed.
    FewerYears = "FEWER_YEARS", Note, Expectation, "compare ratios, not counts, with those of other authorities";
    /// Something that the model knows of the authority is not published for every year of the span; the mean of the years that have it stands for all.
    CovariateFewerYears = "COVARIATE_FEWER_YEARS", Note, Expectation, "look at the single years, or at the models that need less";
    /// The circumstances of the authority are so unlike those of the others that what is expected of it is uncertain by more than authorities differ.
    Extrapolated = "EXTRAPOLATED", Warning, Expectation, "look at the models that know less; do not quote the ratio alone";
    /// The model cannot be fitted to these figures; the message says why.
    ModelRefused = "MODEL_REFUSED", Warning, Expectation, "use expected at England's rates instead";
    /// The fit did not settle on a maximum of the likelihood; its figures are not to be relied on.
    NotConverged = "NOT_CONVERGED", Warning, Expectation, "leave this fit out of what you quote";
    /// The model found no spread between authorities beyond chance.
    NoSpread = "NO_SPREAD", Note, Expectation, "authorities cannot be told apart by this count";
    /// Found from the totals of authorities, not from the children of each decile: it assumes that a decile has the same rate everywhere, cannot show where that fails, and takes for an effect of deprivation whatever else goes with it between authorities.
    Ecological = "ECOLOGICAL", Warning, Expectation, "do not read it as the gradient within any one authority";
    /// The interval allows for children who had several of the events: it is wider by the root of how much more events vary than children would, in the authority and year as a whole, told coarsely where it could tell of few children.
    RepeatsInInterval = "REPEATS_IN_INTERVAL", Note, Figure, "see `disparity method crude_rate_non_independent`";
    /// The number of children in the decile is estimated: the share of the area's children who live in neighbourhoods of that decile, in the index of multiple deprivation in force on 31 March, is applied to its children aged 0 to 17.
    DecileShare = "DECILE_SHARE", Warning, Figure, "the interval does not include the uncertainty of the share; the deciles that returns were read with must be of the same index";
    /// The ratio has no upper limit: the rate below the line cannot be told from 0.
    NoUpperLimit = "NO_UPPER_LIMIT", Note, Expectation, "read the slope index, or take several years together";
    /// Children of a neighbourhood by ethnic group are published nowhere; residents of all ages at the census of 2021 are fitted to the authority's children by group and the neighbourhood's children, and inside a neighbourhood every group is taken to have the same ages.
    NeighbourhoodEstimate = "NEIGHBOURHOOD_ESTIMATE", Warning, Figure, "call it an estimate wherever it is shown; the interval includes how far such estimates lay from the census where that has both";
    /// England's count by age or ethnic group is not published for the year; the latest year that has it gives the rates of ages and groups against one another.
    SplitOfAnotherYear = "SPLIT_OF_ANOTHER_YEAR", Note, Expectation, "rates of groups against one another change slowly; see the year that is named";
    /// England's count by age or ethnic group is published for no year, so that what is expected knows nothing of it.
    SplitMissing = "SPLIT_MISSING", Warning, Expectation, "read what is expected as that of children of the same deprivation";
    /// The neighbourhood was redrawn and has no decile in the index in force; that of the Indices of 2025 is used.
    DecileOfLaterIndex = "DECILE_OF_LATER_INDEX", Note, Figure, "few neighbourhoods are concerned, and most are in the same tenth in both";
    /// The count is published to the nearest 5, so that it may be 2 more or less; of counts from 0 to 4 only a mark is published.
    RoundedTo5 = "ROUNDED_TO_5", Note, Figure, "the interval reaches from the lower limit of the least that may have been counted to the upper limit of the most";
    /// The count is not published as such: it was worked out from rounded counts that are, by subtraction or addition.
    DerivedCount = "DERIVED_COUNT", Warning, Figure, "good enough for a trend; do not quote it as a published figure";
    /// The publisher prints the count, but the public copy that was compiled withholds it.
    WithheldByCopy = "WITHHELD_BY_COPY", Note, Figure, "look the figure up at the publisher; it says nothing of its size that it is absent here";
    /// No estimate of children of the mid-year before is held; that of the mid-year after, three months later, stands in for it.
    LaterMidYear = "LATER_MID_YEAR", Note, Figure, "the difference between two mid-years is about one in a hundred";
    /// Wales is not England: counts are to the nearest 5 and those of 0 to 4 withheld (England: of authorities exact, 1 to 5 withheld), children of 18 and over who are still looked after are counted, the children of 2024 are those of mid-2024, and ethnic groups have other names and bounds.
    NationsDiffer = "NATIONS_DIFFER", Warning, Figure, "do not pool the two, and compare rates only where none of these matters";
    /// Children by authority are held for some mid-years only; this one was chosen for the year.
    MidYearUsed = "MID_YEAR_USED", Note, Figure, "`codelists/wales/denominators.csv` names the mid-year of each year, and why";
    /// Totals in a table that somebody gave are sums made here of its rows, or differ from what its parts add up to.
    TotalsOfTable = "TOTALS_OF_TABLE", Note, Figure, "a sum is of every authority that existed in the year; where totals differ, ask who made the table";
    /// Rows of a table that somebody gave name no group that is known: they are among everyone and in no group.
    GroupNotKnown = "GROUP_NOT_KNOWN", Warning, Figure, "rates of groups are too low by their share; name the groups in the description if they have a code";
}

impl fmt::Display for IssueCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A small set of issue codes that travels with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct IssueSet(u64);

impl IssueSet {
    /// No issues.
    pub const EMPTY: Self = Self(0);

    /// The set with one more code.
    #[must_use]
    pub const fn with(self, code: IssueCode) -> Self {
        Self(self.0 | 1 << code as u64)
    }

    /// The set with one more code, if `condition` holds.
    #[must_use]
    pub const fn with_if(self, condition: bool, code: IssueCode) -> Self {
        if condition { self.with(code) } else { self }
    }

    /// The set without a code.
    #[must_use]
    pub const fn without(self, code: IssueCode) -> Self {
        Self(self.0 & !(1 << code as u64))
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the code is in the set.
    #[must_use]
    pub const fn contains(self, code: IssueCode) -> bool {
        self.0 & (1 << code as u64) != 0
    }

    /// Whether there is nothing in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The codes in declaration order.
    pub fn iter(self) -> impl Iterator<Item = IssueCode> {
        IssueCode::ALL
            .iter()
            .copied()
            .filter(move |code| self.contains(*code))
    }
}

impl FromIterator<IssueCode> for IssueSet {
    fn from_iter<I: IntoIterator<Item = IssueCode>>(codes: I) -> Self {
        codes.into_iter().fold(Self::EMPTY, Self::with)
    }
}

impl fmt::Display for IssueSet {
    /// Codes separated by single spaces.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, code) in self.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            f.write_str(code.as_str())?;
        }
        Ok(())
    }
}

/// Where in an input something was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// File as the user knows it.
    pub file: String,
    /// Line, counting from 1 and including the header; 0 when the whole file is meant.
    pub line: u64,
    /// Column name, empty when the whole row is meant.
    pub column: String,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if !self.column.is_empty() {
            write!(f, ", column `{}`", self.column)?;
        }
        Ok(())
    }
}

/// One thing a reader must know, as a row of `issues.csv`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Issue {
    /// What kind of thing.
    pub code: IssueCode,
    /// Indicator concerned, by its name; empty for all.
    pub indicator: String,
    /// Area concerned, if one.
    pub area: Option<AreaCode>,
    /// Period concerned, if one.
    pub period: Option<Period>,
    /// Where it was found, for issues that come from reading.
    pub place: Option<Place>,
    /// How many rows are affected.
    pub rows: u64,
    /// The particulars, in one sentence.
    pub message: String,
}

impl Issue {
    /// An issue of one kind with its particulars; the rest is filled in by the caller.
    #[must_use]
    pub fn new(code: IssueCode, message: impl Into<String>) -> Self {
        Self {
            code,
            indicator: String::new(),
            area: None,
            period: None,
            place: None,
            rows: 1,
            message: message.into(),
        }
    }
}

/// A result with what must be said about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Warned<T> {
    /// The result.
    pub output: T,
    /// What a reader must know, in a fixed order.
    pub issues: Vec<Issue>,
}

impl<T> Warned<T> {
    /// A result about which there is nothing to say.
    pub const fn clean(output: T) -> Self {
        Self {
            output,
            issues: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_fit_the_set() {
        assert!(IssueCode::ALL.len() <= 64);
        let mut seen: Vec<&str> = IssueCode::ALL.iter().map(|code| code.as_str()).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), IssueCode::ALL.len());
    }

    #[test]
    fn a_set_prints_its_codes_in_order_whatever_the_order_of_insertion() {
        let set = IssueSet::EMPTY
            .with(IssueCode::TinyArea)
            .with(IssueCode::SmallCount);
        assert_eq!(set.to_string(), "SMALL_COUNT TINY_AREA");
        assert!(set.contains(IssueCode::TinyArea) && !set.contains(IssueCode::RepeatEvents));
        assert_eq!(set.without(IssueCode::TinyArea).to_string(), "SMALL_COUNT");
    }
}
