//! What it would take: children and cost if rates met another level, what is spent for each child, and
//! whether spending on help goes with fewer children in need the year after.
//!
//! Words only: `disparity-needs` computes them. None of it says what a change would do; it says what a
//! difference would come to, given what is assumed.

use std::collections::BTreeMap;

pub use super::help::{
    HELP_CANNOT_SHOW, HELP_CLAIMS, HelpAnswer, HelpClaim, HelpModel, HelpQuestion,
};

use super::{Assumed, Need};
use crate::{
    AreaCode, Count, Intervals, Issue, Levels, Neighbours, Period, Position, Provenance, Reported,
    SpendGroup,
};

/// The indicators that have a cost, by name, with the name of their cost in a plan.
pub const COSTED: [(&str, &str); 2] = [
    ("cin_at_31_march", "in_need_cost"),
    ("cla_at_31_march", "looked_after_cost"),
];

/// A level that an authority's rate could meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// What the fitted model expects of an authority like this one.
    AsExpected,
    /// The median rate of its statistical neighbours.
    NeighbourMedian,
    /// England's rate.
    England,
    /// A rate that the user chose.
    Chosen,
}

impl Target {
    /// Every level, in output order.
    pub const ALL: [Self; 4] = [
        Self::AsExpected,
        Self::NeighbourMedian,
        Self::England,
        Self::Chosen,
    ];

    /// The word in the `target` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsExpected => "as_expected_of_authority",
            Self::NeighbourMedian => "neighbours_median",
            Self::England => "england",
            Self::Chosen => "chosen_rate",
        }
    }

    /// What it means, for people, after "if the rate were".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::AsExpected => "what is expected of this authority",
            Self::NeighbourMedian => "the median of its statistical neighbours",
            Self::England => "England’s",
            Self::Chosen => "the one chosen",
        }
    }
}

/// What one child costs for a year, and the rate that a user chose for such children.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitCost {
    /// Pounds a year for each child, before inflation.
    pub pounds: f64,
    /// How uncertain that is: the standard deviation of its logarithm, 0 where it is taken as known.
    pub spread: f64,
    /// A rate to meet, in children per 10,000 aged 0 to 17.
    pub chosen_rate: Option<f64>,
}

/// What the sums take for granted and a user can change.
#[derive(Debug, Clone, PartialEq)]
pub struct TakeAssumptions {
    /// Of a child looked after.
    pub looked_after: UnitCost,
    /// Of a child in need.
    pub in_need: UnitCost,
    /// What costs are multiplied by, to be in the prices of `price_year`.
    pub inflation: f64,
    /// The year in whose prices costs are then, and spend if there is a deflator.
    pub price_year: Option<Period>,
    /// An index of prices by financial year, in any unit: spend of a year is multiplied by the index of
    /// `price_year` over that of the year. None is built in; without one, spend is in the prices of its year.
    pub deflator: BTreeMap<Period, f64>,
}

impl Default for TakeAssumptions {
    /// The costs of the Independent Review of Children's Social Care (2022), without inflation. Their
    /// spread is about the standard deviation between authorities, on the log scale, of what their own
    /// statements of 2024-25 come to for each child: 0.24 looked after, 0.19 in need.
    fn default() -> Self {
        let cost = |pounds, spread| UnitCost {
            pounds,
            spread,
            chosen_rate: None,
        };
        Self {
            looked_after: cost(70_900.0, 0.25),
            in_need: cost(26_900.0, 0.2),
            inflation: 1.0,
            price_year: None,
            deflator: BTreeMap::new(),
        }
    }
}

/// More (above 0) or fewer (below 0): of children, or of pounds a year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// How many more or fewer.
    pub value: f64,
    /// Where that may lie.
    pub intervals: Intervals,
    /// On which side of nothing the intervals lie, and at how many levels.
    pub position: Position,
}

impl Difference {
    /// Whether the interval at the first level leaves out nothing: what is shown could then be neither more
    /// nor fewer.
    #[must_use]
    pub const fn is_clear(&self) -> bool {
        self.position.stands_out()
    }

    /// What must be said of it, for people.
    #[must_use]
    pub const fn words(&self) -> &'static str {
        match (self.position.is_higher(), self.position.is_lower()) {
            (true, _) => "more",
            (_, true) => "fewer",
            _ => "not clearly more or fewer",
        }
    }
}

/// Children and cost if one rate met one level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Of whom.
    pub need: Need,
    /// Which level.
    pub target: Target,
    /// How many were counted.
    pub counted: Reported<Count>,
    /// Their rate, per child aged 0 to 17.
    pub own_rate: Reported<f64>,
    /// The rate to meet, per child aged 0 to 17.
    pub target_rate: Reported<f64>,
    /// How many more or fewer children.
    pub children: Reported<Difference>,
    /// How many pounds a year more or less.
    pub cost: Reported<Difference>,
    /// Which neighbours the median is of.
    pub neighbours: Option<Neighbours>,
}

/// What money is spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpendOn {
    /// A group of services.
    Group(SpendGroup),
    /// All of children's and young people's services.
    All,
}

impl SpendOn {
    /// All of them, in output order.
    pub const ALL: [Self; 5] = [
        Self::Group(SpendGroup::Help),
        Self::Group(SpendGroup::Safeguarding),
        Self::Group(SpendGroup::ChildrenLookedAfter),
        Self::Group(SpendGroup::Other),
        Self::All,
    ];

    /// The word in the `spend_on` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Group(SpendGroup::Help) => "help",
            Self::Group(SpendGroup::Safeguarding) => "safeguarding",
            Self::Group(SpendGroup::ChildrenLookedAfter) => "children_looked_after",
            Self::Group(SpendGroup::Other) => "other",
            Self::All => "all",
        }
    }

    /// A title for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Group(SpendGroup::Help) => {
                "Help: family support, children’s centres, young people"
            }
            Self::Group(SpendGroup::Safeguarding) => "Safeguarding and social work",
            Self::Group(SpendGroup::ChildrenLookedAfter) => "Children looked after",
            Self::Group(SpendGroup::Other) => "Youth justice and other services",
            Self::All => "All children’s and young people’s services",
        }
    }
}

/// Whose spending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpendWhom {
    /// The authority.
    Authority,
    /// The median of its statistical neighbours.
    NeighbourMedian,
    /// Its region: the sum of the authorities that have a figure.
    Region,
    /// England: the same.
    England,
}

impl SpendWhom {
    /// All of them, in output order.
    pub const ALL: [Self; 4] = [
        Self::Authority,
        Self::NeighbourMedian,
        Self::Region,
        Self::England,
    ];

    /// The word in the `whose` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::NeighbourMedian => "neighbours_median",
            Self::Region => "region",
            Self::England => "england",
        }
    }
}

/// Gross spending in one financial year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpendRow {
    /// The financial year.
    pub year: Period,
    /// On what.
    pub on: SpendOn,
    /// Whose.
    pub whose: SpendWhom,
    /// In pounds of that year; not applicable to a median.
    pub pounds: Reported<f64>,
    /// In pounds for each child aged 0 to 17 at the mid-year within it, in the prices that
    /// [`Take::prices`] says.
    pub per_child: Reported<f64>,
    /// How many authorities it is made from.
    pub authorities: u16,
    /// How many existed and have no figure: they are in neither the money nor the children.
    pub without: u16,
}

/// What statements of spending come to for each child served: a check on unit costs, in the prices of the year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Served {
    /// Children looked after: spending on them. Children in need: all spending, as those looked after are
    /// children in need.
    pub need: Need,
    /// The authority's, or England's.
    pub whose: SpendWhom,
    /// The financial year.
    pub year: Period,
    /// Pounds for each child counted on its last day.
    pub pounds: Reported<f64>,
}

/// What it would take in one authority, before the gate. It cannot be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Take {
    /// Where the counts came from.
    pub provenance: Provenance,
    /// Whose.
    pub authority: AreaCode,
    /// Its region.
    pub region: Option<AreaCode>,
    /// The year of the counts.
    pub period: Period,
    /// The confidence levels of every interval, narrowest first.
    pub levels: Levels,
    /// Children and cost, sorted by need and level; a chosen rate only where one was chosen.
    pub changes: Vec<Change>,
    /// The year whose prices spend per child is in; none where it is in those of each year.
    pub prices: Option<Period>,
    /// Spend, sorted by year, what on, and whose.
    pub spend: Vec<SpendRow>,
    /// What statements come to for each child served, in the latest year that has it.
    pub served: Vec<Served>,
    /// What was assumed.
    pub assumed: Vec<Assumed>,
    /// Whether spending on help goes with children in need, if it was asked: the same for every authority.
    pub help: Option<HelpQuestion>,
    /// What must be said of single figures.
    pub issues: Vec<Issue>,
}

impl Take {
    /// The change for one need and level.
    #[must_use]
    pub fn change(&self, need: Need, target: Target) -> Option<&Change> {
        let mut changes = self.changes.iter();
        changes.find(|own| (own.need, own.target) == (need, target))
    }

    /// What is spent on something in a year.
    #[must_use]
    pub fn spent(&self, year: Period, on: SpendOn, whose: SpendWhom) -> Option<&SpendRow> {
        let key = (year, on, whose);
        let at = self
            .spend
            .binary_search_by_key(&key, |row| (row.year, row.on, row.whose));
        self.spend.get(at.ok()?)
    }
}

/// What must be said wherever a cost stands.
pub const OF_COSTS: [&str; 5] = [
    "£70,900 a year for a child in care and £26,900 for a child who needs a social worker are quoted from the \
     Independent Review of Children’s Social Care (2022), whose price year could not be checked; what \
     England’s authorities spent came to about as much for each child in 2019-20 and 2020-21, and to more since, so \
     without inflation the sums are too low for later years.",
    "Children looked after are children in need too, and £26,900 is close to all spending shared over all children in \
     need: the costs of the two are not to be added.",
    "They are averages. What one child more or fewer changes is less where staff and homes stay as they are, and more \
     where the child would need a costly placement.",
    "The intervals hold the uncertainty of the level, chance in the counts, and that of the cost of a child. They do \
     not hold that children of one family enter together, which makes chance larger, nor that costs of authorities \
     and their rates go together.",
    "A rate at another level says nothing of whether fewer or more children should be helped: rates are low where \
     needs are missed as well as where they are met early.",
];

/// What must be said wherever spend stands.
pub const OF_SPEND: [&str; 4] = [
    "Gross spending from statements under section 251: income and grants are not taken off.",
    "The lines of statements changed their wording from 2016-17: spending on a service before that year is a sum of \
     lines, and after it the publisher’s total, so a step between 2015-16 and 2016-17 may be one of wording.",
    "A region’s and England’s spend are sums of the authorities that have a figure, over the children of the same: \
     in 2024-25 two authorities, Middlesbrough and Wandsworth, have none. National totals that are published leave \
     them out of the money alone.",
    "Children by authority are held from mid-2012, so there is money but no spend per child for 2010-11 and 2011-12.",
];
