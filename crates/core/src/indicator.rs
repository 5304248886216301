//! Indicators: named, defined quantities, each a stock or a flow with one denominator.
//!
//! The list is data (`indicators.csv`); the rules that keep stock and flow apart are here.

use std::collections::BTreeMap;

use crate::Period;
use crate::names::fold_name;

/// Stock or flow. Rates of the two are never mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timing {
    /// Counted on 31 March.
    AsAt,
    /// Counted over the year ending 31 March.
    During,
}

impl Timing {
    /// The word in the `timing` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsAt => "as_at",
            Self::During => "during",
        }
    }

    /// The timing that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::AsAt, Self::During]
            .into_iter()
            .find(|timing| timing.as_str() == word)
    }
}

/// What one unit of the numerator is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Counted {
    /// Plural noun for people: `children`, `referrals`, `plans`.
    pub noun: String,
    /// Whether one child can be counted more than once.
    pub repeats: bool,
}

/// The scale an estimate is shown in. Inside the program everything is per person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Events or children for every 10,000 children.
    Per10k,
    /// Part of a whole, from 0 to 1.
    Proportion,
}

impl Unit {
    /// The word in the `unit` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Per10k => "per_10k",
            Self::Proportion => "proportion",
        }
    }

    /// The factor from per person to this unit.
    #[must_use]
    pub const fn factor(self) -> f64 {
        match self {
            Self::Per10k => 10_000.0,
            Self::Proportion => 1.0,
        }
    }

    /// The factor from per person to what people are shown: per 10,000, or per cent.
    #[must_use]
    pub const fn shown(self) -> f64 {
        match self {
            Self::Per10k => 10_000.0,
            Self::Proportion => 100.0,
        }
    }
}

/// What the numerator is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DenominatorKind {
    /// Children aged 0 to 17 living in the area, from the mid-year before.
    Children0To17,
    /// Another indicator's count, of which the numerator is a part.
    Indicator(IndicatorId),
}

/// An indicator's position in the code list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndicatorId(pub u16);

/// One indicator as the code list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator {
    /// Stable name, such as `cla_at_31_march`.
    pub name: String,
    /// Title for charts and tables, in sentence case.
    pub title: String,
    /// Title short enough for a table row.
    pub short_title: String,
    /// Group of indicators it belongs to, such as `children_looked_after`.
    pub family: String,
    /// Stock or flow.
    pub timing: Timing,
    /// What one unit of the numerator is.
    pub counted: Counted,
    /// What it is divided by.
    pub denominator: DenominatorKind,
    /// Whether it is one of the indicators compared between authorities by default.
    pub headline: bool,
    /// Whether models of authorities are fitted to it by default.
    pub modelled: bool,
    /// Decimal places the publisher shows the rate or percentage with.
    pub decimals: u8,
    /// First and last year in which the count means the same as in the others; open if empty.
    pub comparable: (Option<Period>, Option<Period>),
    /// Whether young people of 18 and over can be counted, though the population stops at 17.
    pub includes_18_and_over: bool,
    /// What is counted and what is not, in one or two sentences.
    pub definition: String,
}

impl Indicator {
    /// The family of indicators of tables that somebody gave.
    pub const OF_A_TABLE: &'static str = "own_tables";

    /// The scale its estimates are shown in.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        match self.denominator {
            DenominatorKind::Children0To17 => Unit::Per10k,
            DenominatorKind::Indicator(_) => Unit::Proportion,
        }
    }

    /// Whether the count of that period means the same as in the other years.
    #[must_use]
    pub fn is_comparable(&self, period: Period) -> bool {
        self.comparable.0.is_none_or(|from| from <= period)
            && self.comparable.1.is_none_or(|to| period <= to)
    }
}

/// A list of indicators that contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IndicatorsError {
    /// Two indicators share a name.
    #[error("indicator `{0}` is defined twice")]
    Duplicate(String),
    /// A stock would be divided by a flow, or the other way round.
    #[error("indicator `{indicator}` is {} but its denominator `{denominator}` is not; stock and flow never mix", .timing.as_str())]
    MixedTiming {
        /// The numerator.
        indicator: String,
        /// Its denominator.
        denominator: String,
        /// The numerator's timing.
        timing: Timing,
    },
}

/// All indicators, in code-list order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Indicators {
    list: Vec<Indicator>,
    by_name: BTreeMap<String, IndicatorId>,
    /// What else people call indicators, folded.
    aliases: BTreeMap<String, Vec<IndicatorId>>,
}

impl Indicators {
    /// The code list from its rows in order.
    ///
    /// # Errors
    /// [`IndicatorsError`] if a name repeats or a proportion would mix stock and flow.
    pub fn new(list: Vec<Indicator>) -> Result<Self, IndicatorsError> {
        let mut by_name = BTreeMap::new();
        for (indicator, position) in list.iter().zip(0_u16..) {
            if by_name
                .insert(indicator.name.clone(), IndicatorId(position))
                .is_some()
            {
                return Err(IndicatorsError::Duplicate(indicator.name.clone()));
            }
        }
        for indicator in &list {
            if let DenominatorKind::Indicator(id) = indicator.denominator
                && let Some(denominator) = list.get(usize::from(id.0))
                && denominator.timing != indicator.timing
            {
                return Err(IndicatorsError::MixedTiming {
                    indicator: indicator.name.clone(),
                    denominator: denominator.name.clone(),
                    timing: indicator.timing,
                });
            }
        }
        Ok(Self {
            list,
            by_name,
            aliases: BTreeMap::new(),
        })
    }

    /// The same indicators, which also answer to what else people call them: `cla`, `section 47`.
    #[must_use]
    pub fn with_aliases(
        mut self,
        aliases: impl IntoIterator<Item = (String, IndicatorId)>,
    ) -> Self {
        for (alias, id) in aliases {
            let ids = self.aliases.entry(fold_name(&alias)).or_default();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        self
    }

    /// The same indicators, which answer to what those of a list that they begin with answer to.
    #[must_use]
    pub fn with_aliases_of(mut self, other: &Self) -> Self {
        self.aliases.clone_from(&other.aliases);
        self
    }

    /// What was typed forgivingly: a name, what else it is called, or a title. Several where several are
    /// called so.
    #[must_use]
    pub fn find(&self, typed: &str) -> Vec<IndicatorId> {
        let text = typed.trim();
        if let Some(id) = self.id(text).or_else(|| self.id(&text.to_lowercase())) {
            return vec![id];
        }
        let folded = fold_name(text);
        if let Some(ids) = self.aliases.get(&folded) {
            return ids.clone();
        }
        let titled = |indicator: &Indicator| {
            let titles = [&indicator.name, &indicator.title, &indicator.short_title];
            titles.iter().any(|title| fold_name(title) == folded)
        };
        self.iter()
            .filter(|(_, indicator)| !folded.is_empty() && titled(indicator))
            .map(|(id, _)| id)
            .collect()
    }

    /// The indicator of that name.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<IndicatorId> {
        self.by_name.get(name).copied()
    }

    /// The indicator at that position.
    ///
    /// # Panics
    /// If the id came from another code list.
    #[must_use]
    pub fn get(&self, id: IndicatorId) -> &Indicator {
        &self.list[usize::from(id.0)]
    }

    /// Every indicator with its id, in order.
    pub fn iter(&self) -> impl Iterator<Item = (IndicatorId, &Indicator)> {
        (0_u16..).map(IndicatorId).zip(&self.list)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indicator(name: &str, timing: Timing, denominator: DenominatorKind) -> Indicator {
        Indicator {
            name: name.into(),
            title: name.into(),
            short_title: name.into(),
            family: String::new(),
            timing,
            counted: Counted {
                noun: "plans".into(),
                repeats: false,
            },
            denominator,
            headline: true,
            modelled: false,
            decimals: 1,
            comparable: (None, None),
            includes_18_and_over: false,
            definition: String::new(),
        }
    }

    #[test]
    fn an_indicator_is_found_by_name_title_and_what_else_it_is_called() {
        let of = |name| indicator(name, Timing::AsAt, DenominatorKind::Children0To17);
        let mut titled = of("cpp_at_31_march");
        titled.title = "Children on a child protection plan at 31 March".into();
        titled.short_title = "On a protection plan".into();
        let list = Indicators::new(vec![of("cla_at_31_march"), titled]).unwrap();
        let [cla, cpp] = [IndicatorId(0), IndicatorId(1)];
        let list = list.with_aliases([
            ("cla".to_owned(), cla),
            ("looked after children".to_owned(), cla),
            ("31 march".to_owned(), cla),
            ("31 march".to_owned(), cpp),
        ]);
        for typed in ["cla", "CLA", " cla_at_31_march ", "Looked-after children"] {
            assert_eq!(list.find(typed), [cla], "{typed}");
        }
        for typed in ["CPP at 31 March", "on a protection plan"] {
            assert_eq!(list.find(typed), [cpp], "{typed}");
        }
        assert_eq!(list.find("31 March"), [cla, cpp]);
        assert!(list.find("clr").is_empty() && list.find("").is_empty());
    }

    #[test]
    fn a_flow_over_a_stock_is_refused() {
        let started = indicator("started", Timing::During, DenominatorKind::Children0To17);
        let two_years = indicator(
            "two_years",
            Timing::AsAt,
            DenominatorKind::Indicator(IndicatorId(0)),
        );
        assert!(matches!(
            Indicators::new(vec![started, two_years]),
            Err(IndicatorsError::MixedTiming { .. })
        ));
    }

    #[test]
    fn a_name_is_defined_once() {
        let one = indicator("one", Timing::AsAt, DenominatorKind::Children0To17);
        assert_eq!(
            Indicators::new(vec![one.clone(), one]),
            Err(IndicatorsError::Duplicate("one".into()))
        );
    }

    #[test]
    fn the_unit_follows_from_the_denominator() {
        let rate = indicator("rate", Timing::AsAt, DenominatorKind::Children0To17);
        assert_eq!(rate.unit(), Unit::Per10k);
        let part = indicator(
            "part",
            Timing::AsAt,
            DenominatorKind::Indicator(IndicatorId(0)),
        );
        assert_eq!(part.unit(), Unit::Proportion);
    }
}
