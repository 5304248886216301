//! Whether spending on help goes with fewer children in need the year after: ways to ask, answers, and what
//! documents say.

use super::Estimated;
use crate::{Levels, Period, Position};

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
