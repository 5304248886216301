//! A population needs assessment of one authority: its children by neighbourhood, how many of them would be
//! expected to be in need, and what was assumed on the way.
//!
//! Words only: `disparity-needs` computes them. Every number here is an estimate from published figures;
//! nobody counted children in need by neighbourhood.

mod help;
mod seen;
pub mod take;

pub use self::seen::{
    FromHomes, SeenAgainstExpected, SeenCount, SeenCounts, SeenGroup, SeenLevel, SeenQuestion,
    SeenRatio, SeenRow, SeenTable,
};

use std::collections::BTreeSet;

use crate::neighbourhoods::{Footprints, Neighbourhoods};
use crate::{
    AreaCode, Areas, Count, IndicatorId, Indicators, Intervals, Issue, Levels, Period, Provenance,
    Reported,
};

/// A part of an authority that figures are of.
///
/// A middle layer area that lies in two authorities is here the part of it in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// All of it.
    Authority,
    /// The team at that position in [`Footprints::all`].
    Team(u16),
    /// A ward of 2024, made of the neighbourhoods that fit it best.
    Ward(AreaCode),
    /// A middle layer super output area of 2021.
    Msoa(AreaCode),
    /// A lower layer super output area of 2021.
    Neighbourhood(AreaCode),
}

impl Part {
    /// The word in the `geographic_level` column.
    #[must_use]
    pub const fn level(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Team(_) => "team",
            Self::Ward(_) => "ward",
            Self::Msoa(_) => "msoa",
            Self::Neighbourhood(_) => "lsoa",
        }
    }
}

/// What children are expected to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// Counted as an indicator.
    Indicator(IndicatorId),
    /// On a child in need plan or a protection plan, or in targeted early help as far as that is assumed.
    FamilyHelpPlans,
    /// In the Family Help cohort at the allowance of the Independent Review of Children's Social Care
    /// (2022): a share of all children.
    FamilyHelpAllowance,
}

impl Need {
    /// The indicators of an assessment, by name, in output order.
    pub const INDICATORS: [&'static str; 4] = [
        "cin_at_31_march",
        "cpp_at_31_march",
        "cla_at_31_march",
        "referrals",
    ];

    /// Every need, in output order: of the indicators those that are known.
    #[must_use]
    pub fn all(indicators: &Indicators) -> Vec<Self> {
        let known = Self::INDICATORS.into_iter();
        let mut all: Vec<Self> = known
            .filter_map(|name| indicators.id(name).map(Self::Indicator))
            .chain([Self::FamilyHelpPlans, Self::FamilyHelpAllowance])
            .collect();
        all.sort_unstable();
        all
    }

    /// The word in the `need` column.
    #[must_use]
    pub fn word(self, indicators: &Indicators) -> &str {
        match self {
            Self::Indicator(id) => &indicators.get(id).name,
            Self::FamilyHelpPlans => "family_help_plans",
            Self::FamilyHelpAllowance => "family_help_allowance",
        }
    }

    /// A title for people.
    #[must_use]
    pub fn title(self, indicators: &Indicators) -> &str {
        match self {
            Self::Indicator(id) => &indicators.get(id).title,
            Self::FamilyHelpPlans => "Family Help: children on a child in need or protection plan",
            Self::FamilyHelpAllowance => {
                "Family Help: children at the Independent Review’s allowance"
            }
        }
    }
}

/// What is expected of neighbourhoods, against what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// England's rates by deprivation, age and ethnic group. Authorities add up to England.
    EnglandRates,
    /// The same, scaled to what the fitted model expects of an authority like this one.
    AsExpected,
    /// The same, scaled to what the authority counted.
    Benchmarked,
}

impl Way {
    /// Every way, in output order.
    pub const ALL: [Self; 3] = [Self::EnglandRates, Self::AsExpected, Self::Benchmarked];

    /// The word in the `way` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EnglandRates => "england_rates",
            Self::AsExpected => "as_expected_of_authority",
            Self::Benchmarked => "benchmarked_to_count",
        }
    }

    /// What it means, for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::EnglandRates => "at England’s rates",
            Self::AsExpected => "as expected of this authority",
            Self::Benchmarked => "shared out from what the authority counted",
        }
    }
}

/// An expected number with what surrounds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likely {
    /// How many are expected.
    pub expected: f64,
    /// Where the expected number may lie: the uncertainty of the fits, of England's counts and of the
    /// estimate of children by ethnic group.
    pub intervals: Intervals,
    /// Where a count of a year may lie if all of that holds: also how much neighbourhoods differ, and
    /// chance. Whole numbers.
    pub seen: Intervals,
}

/// How many are expected in one part of the authority.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExpectedNeed {
    /// Of what.
    pub need: Need,
    /// Against what.
    pub way: Way,
    /// Where.
    pub part: Part,
    /// How many, or why that cannot be said.
    pub number: Reported<Likely>,
}

/// An estimate with its intervals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimated {
    /// How many.
    pub value: f64,
    /// Where that may lie.
    pub intervals: Intervals,
}

/// Children of one part of the authority, aged 0 to 17, at the mid-year of the period: an estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChildrenOf {
    /// Where.
    pub part: Part,
    /// All.
    pub children: f64,
    /// By age, in the order of [`CHILD_AGE_BANDS`](crate::neighbourhoods::CHILD_AGE_BANDS).
    pub by_age: Reported<[f64; 5]>,
    /// By broad ethnic group, in the order of [`RESIDENT_GROUPS`](crate::neighbourhoods::RESIDENT_GROUPS).
    pub by_group: Reported<[Estimated; 5]>,
    /// By age, then ethnic group.
    pub by_age_and_group: Reported<[[f64; 5]; 5]>,
    /// By tenth of neighbourhoods, the most deprived first.
    pub by_decile: [f64; 10],
}

/// England's rates that expected numbers are made with, along one characteristic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EnglandShare {
    /// Children.
    pub children: f64,
    /// How many of them are counted, or fitted, to be in need.
    pub expected: f64,
}

/// What is known of England for one need.
#[derive(Debug, Clone, PartialEq)]
pub struct EnglandNeed {
    /// Of what.
    pub need: Need,
    /// The year of the count; where counts are added, of the latest.
    pub period: Period,
    /// The counts that are added, where there are several, and the year of each.
    pub added: Vec<(IndicatorId, Period)>,
    /// England's count.
    pub count: f64,
    /// By decile, the most deprived first.
    pub by_decile: [EnglandShare; 10],
    /// The rate of a decile over that of the next less deprived one; none where no gradient was fitted.
    pub ratio_per_decile: Option<f64>,
    /// By age; the year that the split by age is of, or none where it is published in no year.
    pub by_age: ([EnglandShare; 5], Option<Period>),
    /// By ethnic group; the year that the split by group is of, or none.
    pub by_group: ([EnglandShare; 5], Option<Period>),
    /// The standard deviation on the log scale between neighbourhoods of one kind.
    pub spread: f64,
}

impl EnglandNeed {
    /// The years of its counts, earliest first: several where counts of different years are added.
    #[must_use]
    pub fn years(&self) -> BTreeSet<Period> {
        let added = self.added.iter().map(|(_, period)| *period);
        let mut years: BTreeSet<Period> = added.collect();
        if years.is_empty() {
            years.insert(self.period);
        }
        years
    }
}

/// What an assessment takes for granted and a user can change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assumptions {
    /// How many draws intervals are made from.
    pub draws: u32,
    /// The seed of the draws.
    pub seed: u64,
    /// The standard deviation, on the log scale, of rates between neighbourhoods alike in deprivation, age
    /// and ethnic group. None takes that between authorities which the full model of the indicator leaves.
    pub spread: Option<f64>,
    /// What multiplies the measured error of children by ethnic group; 1 takes it as measured, 0 as none.
    pub group_error: f64,
    /// The share of all children in the Family Help cohort.
    pub family_help_share: f64,
    /// The share of all children in targeted early help, who are added to those on plans.
    pub early_help_share: f64,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self {
            draws: 1_000,
            seed: 20_250_331,
            spread: None,
            group_error: 1.0,
            family_help_share: 0.05,
            early_help_share: 0.0,
        }
    }
}

/// An assumption as it was used.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumed {
    /// Its name in a plan.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
    /// What it means and where it comes from, in one sentence.
    pub words: String,
}

/// What must be said of an assessment and of what goes with it, each once, in the order in which it is found.
#[must_use]
pub fn issues_of<'a>(
    assessment: &'a NeedsAssessment,
    take: Option<&'a take::Take>,
    seen: Option<&'a SeenAgainstExpected>,
) -> Vec<&'a Issue> {
    let of_take = take.into_iter().flat_map(|own| &own.issues);
    let of_seen = seen.into_iter().flat_map(|own| &own.issues);
    let mut all: Vec<&Issue> = Vec::new();
    for issue in assessment.issues.iter().chain(of_take).chain(of_seen) {
        if !all.contains(&issue) {
            all.push(issue);
        }
    }
    all
}

/// What was assumed for an assessment and what goes with it.
pub fn assumptions_of<'a>(
    assessment: &'a NeedsAssessment,
    take: Option<&'a take::Take>,
    seen: Option<&'a SeenAgainstExpected>,
) -> impl Iterator<Item = &'a Assumed> {
    let of_take = take.into_iter().flat_map(|own| &own.assumed);
    let of_seen = seen.into_iter().flat_map(|own| &own.assumed);
    assessment.assumed.iter().chain(of_take).chain(of_seen)
}

/// A population needs assessment of one authority, before the gate. It cannot be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NeedsAssessment {
    /// Where the counts came from.
    pub provenance: Provenance,
    /// Whose.
    pub authority: AreaCode,
    /// The year; children are of its mid-year.
    pub period: Period,
    /// The edition of the Indices of Deprivation that deciles are of.
    pub edition: u16,
    /// The confidence levels of every interval, narrowest first.
    pub levels: Levels,
    /// Teams, if any were given or proposed.
    pub footprints: Option<Footprints>,
    /// Children, sorted by part.
    pub children: Vec<ChildrenOf>,
    /// What is expected, sorted by need, way and part.
    pub expected: Vec<ExpectedNeed>,
    /// What the authority counted, by need.
    pub counted: Vec<(Need, Reported<Count>)>,
    /// England's rates, by need.
    pub england: Vec<EnglandNeed>,
    /// What was assumed.
    pub assumed: Vec<Assumed>,
    /// What must be said.
    pub issues: Vec<Issue>,
}

impl NeedsAssessment {
    /// What is expected of one part; none for a need or part that is not in it.
    #[must_use]
    pub fn expected_of(&self, need: Need, way: Way, part: Part) -> Option<&ExpectedNeed> {
        let key = (need, way, part);
        let at = self
            .expected
            .binary_search_by_key(&key, |row| (row.need, row.way, row.part));
        self.expected.get(at.ok()?)
    }

    /// The name of one part, of a middle layer area the one that the House of Commons Library gives it; none for
    /// one that is not known or has no name.
    #[must_use]
    pub fn part_name(
        &self,
        part: Part,
        neighbourhoods: &Neighbourhoods,
        areas: &Areas,
    ) -> Option<String> {
        let places = neighbourhoods.places();
        let found = match part {
            Part::Authority => Some(areas.name(self.authority)),
            Part::Team(at) => {
                let teams = self.footprints.iter().flat_map(|own| &own.all);
                teams.map(|team| team.name.clone()).nth(usize::from(at))
            }
            Part::Ward(code) => places.wards.get(&code).map(|own| own.name.clone()),
            Part::Msoa(code) => places.msoas.get(&code).map(|own| own.library_name.clone()),
            Part::Neighbourhood(code) => neighbourhoods.get(code).map(|own| own.name.clone()),
        };
        found.filter(|name| !name.trim().is_empty())
    }

    /// The children of one part.
    #[must_use]
    pub fn children_of(&self, part: Part) -> Option<&ChildrenOf> {
        let at = self.children.binary_search_by_key(&part, |row| row.part);
        self.children.get(at.ok()?)
    }
}
