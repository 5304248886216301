//! What it would take: children and cost if rates met another level, what is spent for each child, and
//! whether spending on help goes with fewer children in need the year after.
//!
//! Words only: `disparity-needs` computes them. None of it says what a change would do; it says what a
//! difference would come to, given what is assumed.

use std::collections::BTreeMap;

use super::{Assumed, Estimated, Need};
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

/// A way to ask whether spending on help goes with children in need the year after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HelpModel {
    /// Levels of authority and year: the one that is quoted. In the prices of each year.
    Main,
    /// The same in the prices of one year, by the index that was given.
    Deflated,
    /// The same with spend over England's of the year, at England's of the last year.
    Relative,
    /// Logarithms of both: per cent of children in need for 1% more spend.
    Elasticity,
    /// Spend to 2015-16, before the wording of lines changed.
    FirstWording,
    /// Spend from 2016-17, after it.
    SecondWording,
    /// Each authority in proportion to its children.
    Weighted,
    /// Children in need a year before the spend: no spend can have changed those.
    NeedBefore,
    /// How an authority differs from itself, where differences between authorities are kept.
    Within,
    /// How authorities differ from one another.
    Between,
}

impl HelpModel {
    /// The word in the `model` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Main => "fixed_effects",
            Self::Deflated => "fixed_effects_deflated",
            Self::Relative => "fixed_effects_relative_to_england",
            Self::Elasticity => "fixed_effects_logarithms",
            Self::FirstWording => "fixed_effects_to_2016",
            Self::SecondWording => "fixed_effects_from_2017",
            Self::Weighted => "fixed_effects_by_children",
            Self::NeedBefore => "fixed_effects_need_before",
            Self::Within => "within",
            Self::Between => "between",
        }
    }

    /// What it asks, for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Main => {
                "Levels of authority and year, pounds of each year: the same authority when it spends more than \
                 usual, what is the same everywhere in a year taken away"
            }
            Self::Deflated => "The same in prices of one year",
            Self::Relative => {
                "The same with spend over England’s of the year, so that no index of prices matters, in pounds of the \
                 last year; it also takes away what England spent more or less beyond prices"
            }
            Self::Elasticity => {
                "The same in logarithms, where levels of years take away any index of prices: per cent of children in \
                 need for 1% more spend"
            }
            Self::FirstWording => "Spend to 2015-16 only, before the wording of lines changed",
            Self::SecondWording => "Spend from 2016-17 only, after the wording of lines changed",
            Self::Weighted => "Each authority counts in proportion to its children",
            Self::NeedBefore => {
                "Children in need a year before the spend, which no spend can have changed: what is found here is \
                 spend that follows need, or what moves both"
            }
            Self::Within => {
                "The same authority when it spends more than usual, beside differences between authorities"
            }
            Self::Between => {
                "Authorities that spend more against those that spend less, with whatever else is different between them"
            }
        }
    }

    /// What the effect is in.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Elasticity => "per cent of children in need for 1% more spend",
            _ => "children in need per 10,000 for £20 more per child",
        }
    }
}

/// The answer of one of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HelpAnswer {
    /// Which.
    pub model: HelpModel,
    /// What goes with more spend, in the unit of the model: below 0, fewer children in need.
    pub effect: Estimated,
    /// Its standard error, by authority.
    pub std_error: f64,
    /// On which side of nothing the intervals lie, and at how many levels.
    pub position: Position,
    /// Authorities.
    pub authorities: usize,
    /// Records: an authority's spend of a year with its children in need the year after.
    pub records: usize,
    /// The first and the last year of spend.
    pub years: (Period, Period),
}

/// What a document says of spend on help.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HelpClaim {
    /// Which document.
    pub document: &'static str,
    /// What it says, in our words.
    pub said: &'static str,
    /// The least and the most that it says, in the unit of the model.
    pub between: (f64, f64),
    /// The model whose unit that is.
    pub model: HelpModel,
}

/// What the documents say of it.
pub const HELP_CLAIMS: [HelpClaim; 2] = [
    HelpClaim {
        document: "Independent Review of Children’s Social Care (2022), after Webb (2021)",
        said: "£20 more per child on help goes with about 2.5 fewer children in need the year after, taken here as 2.5 \
               per 10,000 children",
        between: (-2.5, -2.5),
        model: HelpModel::Main,
    },
    HelpClaim {
        document: "Webb (2021), doi:10.1017/S0047279421000696",
        said: "1% more spend went with 0.07% to 0.157% lower rates of children in need from 2010-11 to 2014-15, and \
               with none lower afterwards",
        between: (-0.157, -0.07),
        model: HelpModel::Elasticity,
    },
];

/// What none of the answers can show.
pub const HELP_CANNOT_SHOW: [&str; 7] = [
    "Causes. Authorities spend more where they see need grow, and what changes in an authority together with its spend, \
     such as its threshold, its recording or its poverty, is not taken away.",
    "Levels of years take away what prices add everywhere alike in logarithms, but not in pounds: £20 of 2012-13 bought \
     more than £20 of 2024-25. The answers in logarithms and relative to England do not depend on prices.",
    "A count on 31 March is of children who are helped as well as in need: more help can find more children.",
    "The year after alone is looked at; help of earlier years may show later.",
    "What is spent on help is not what families get, and not all help is in these lines: health, schools and \
     charities are not.",
    "Webb (2021) followed rates with another model, from 2010-11; children by authority are held from mid-2012, so the \
     years of her finding are mostly not in this panel.",
    "City of London and Isles of Scilly are left out: the one spends ten times as much for each child as England, the \
     other’s spend moves by hundreds of pounds for each of its few children, and the two would decide the answer alone.",
];

/// Whether spending on help goes with children in need the year after: the same for every authority.
#[derive(Debug, Clone, PartialEq)]
pub struct HelpQuestion {
    /// The confidence levels of every interval, narrowest first.
    pub levels: Levels,
    /// Answers, in the order of [`HelpModel`].
    pub answers: Vec<HelpAnswer>,
    /// The probability of a difference as large as that between the answers within and between authorities
    /// if there were none.
    pub same_within_and_between: f64,
    /// What England's authorities spent on help for each child in the last year of spend, in its prices.
    pub england: f64,
    /// Records of those years that have no place, as a figure is absent.
    pub without: usize,
    /// The year whose prices [`HelpModel::Deflated`] is in, if an index was given.
    pub prices: Option<Period>,
}

impl HelpQuestion {
    /// The answer of one model, if it was asked.
    #[must_use]
    pub fn answer(&self, model: HelpModel) -> Option<&HelpAnswer> {
        self.answers.iter().find(|own| own.model == model)
    }
}
