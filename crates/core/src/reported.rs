//! Absence is a type: a published figure is a value or a [`Symbol`] that says why there is none.
//!
//! Nothing here adds silently. To sum you say what happens to symbols: [`Reported::sum_complete`]
//! (any symbol makes a symbol) or [`Reported::sum_bounds`] (what suppression still allows).

use std::fmt;

/// A number of children, episodes, plans or other things counted. Whole and never negative.
pub type Count = u32;

/// Why a figure is absent, in the Government Statistical Service's standard marks.
///
/// Older files use other marks for the same reasons (`x` meant *suppressed* until 2019); the code
/// list `symbols.csv` maps each vintage's mark to one of these.
///
/// The order is the order of precedence when several reasons meet: a total over a confidential and
/// an unavailable cell is confidential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symbol {
    /// `low`: rounds to zero but is not zero (also `k`).
    Low,
    /// `z`: not applicable; the thing counted could not exist here.
    NotApplicable,
    /// `x`: not available; it exists but nobody has the figure.
    NotAvailable,
    /// `u`: too unreliable to publish.
    Unreliable,
    /// `c`: withheld to protect confidentiality.
    Confidential,
}

impl Symbol {
    /// Every symbol, in order of precedence from weakest to strongest.
    pub const ALL: [Self; 5] = [
        Self::Low,
        Self::NotApplicable,
        Self::NotAvailable,
        Self::Unreliable,
        Self::Confidential,
    ];

    /// Whether something was counted and is not told: a sum over it is not told either.
    #[must_use]
    pub const fn is_withheld(self) -> bool {
        matches!(self, Self::Confidential | Self::Low)
    }

    /// The mark written in output files.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::NotApplicable => "z",
            Self::NotAvailable => "x",
            Self::Unreliable => "u",
            Self::Confidential => "c",
        }
    }

    /// What the mark means, for people.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Low => "rounds to zero but is not zero",
            Self::NotApplicable => "not applicable",
            Self::NotAvailable => "not available",
            Self::Unreliable => "too unreliable to publish",
            Self::Confidential => "withheld to protect confidentiality",
        }
    }

    /// The symbol whose output mark is `mark`, if it is one of the five standard marks.
    #[must_use]
    pub fn from_mark(mark: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|symbol| symbol.mark() == mark)
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mark())
    }
}

/// A figure as reported: a value, or the reason there is none.
///
/// ```
/// use disparity_core::{Reported, Symbol};
/// let cells = [Reported::Value(12_u32), Reported::Symbol(Symbol::Confidential), Reported::Value(0)];
/// // There is no `+`: a sum over a suppressed cell is a symbol, never 12.
/// assert_eq!(Reported::sum_complete(cells), Reported::Symbol(Symbol::Confidential));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reported<T> {
    /// The published figure.
    Value(T),
    /// Why there is no figure.
    Symbol(Symbol),
}

impl<T> Reported<T> {
    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Symbol(_) => None,
        }
    }

    /// The symbol, if there is no value.
    pub fn symbol(&self) -> Option<Symbol> {
        match self {
            Self::Value(_) => None,
            Self::Symbol(symbol) => Some(*symbol),
        }
    }

    /// The same with a view of the value, as of a list its elements.
    pub fn as_deref(&self) -> Reported<&T::Target>
    where
        T: std::ops::Deref,
    {
        match self {
            Self::Value(value) => Reported::Value(value),
            Self::Symbol(symbol) => Reported::Symbol(*symbol),
        }
    }

    /// Whether there is a value.
    pub fn is_value(&self) -> bool {
        matches!(self, Self::Value(_))
    }

    /// The same absence, or the value changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reported<U> {
        match self {
            Self::Value(value) => Reported::Value(change(value)),
            Self::Symbol(symbol) => Reported::Symbol(symbol),
        }
    }

    /// The same absence, or what `next` makes of the value.
    pub fn and_then<U>(self, next: impl FnOnce(T) -> Reported<U>) -> Reported<U> {
        match self {
            Self::Value(value) => next(value),
            Self::Symbol(symbol) => Reported::Symbol(symbol),
        }
    }

    /// Both values together, or the stronger of the absences.
    pub fn zip<U>(self, other: Reported<U>) -> Reported<(T, U)> {
        match (self, other) {
            (Self::Value(a), Reported::Value(b)) => Reported::Value((a, b)),
            (Self::Symbol(a), Reported::Symbol(b)) => Reported::Symbol(a.max(b)),
            (Self::Symbol(a), _) | (_, Reported::Symbol(a)) => Reported::Symbol(a),
        }
    }
}

/// What a confidential cell may hide: the smallest and the largest count the publisher withholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suppression {
    /// Smallest count that is withheld.
    pub min: Count,
    /// Largest count that is withheld by the primary rule. Secondary suppression can hide more.
    pub max: Count,
}

impl Suppression {
    /// The Department for Education's rule for authority-level counts of children: 1 to 5 are withheld.
    pub const DFE_1_TO_5: Self = Self { min: 1, max: 5 };

    /// The Welsh Government's rule: its `*` stands for 0 to 4, as no 0 is printed and counts are rounded to 5.
    pub const STATSWALES_0_TO_4: Self = Self { min: 0, max: 4 };
}

/// How far a printed count may be from the count that was made, because it was rounded or added up from counts that
/// were.
///
/// ```
/// use disparity_core::Rounding;
/// // 420 to the nearest 5 is anything from 418 to 422; the sum of two such counts may be 4 off.
/// let five = Rounding::to_nearest(5);
/// assert_eq!((five.least(420), five.most(420)), (418, 422));
/// assert_eq!(five.and(five).most(840), 844);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rounding {
    /// The most by which the printed count is too small, or too large.
    within: Count,
}

impl Rounding {
    /// Printed as counted.
    pub const EXACT: Self = Self { within: 0 };

    /// Rounded to the nearest multiple of a number: to 5, at most 2 off.
    #[must_use]
    pub const fn to_nearest(multiple: Count) -> Self {
        Self {
            within: multiple / 2,
        }
    }

    /// Of a sum or a difference of two counts, of which each may be off.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            within: self.within.saturating_add(other.within),
        }
    }

    /// Of a sum of several counts.
    #[must_use]
    pub fn of_all(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::EXACT, Self::and)
    }

    /// Whether the count is as it was made.
    #[must_use]
    pub const fn is_exact(self) -> bool {
        self.within == 0
    }

    /// The smallest count that may stand behind a printed one.
    #[must_use]
    pub const fn least(self, printed: Count) -> Count {
        printed.saturating_sub(self.within)
    }

    /// The largest.
    #[must_use]
    pub const fn most(self, printed: Count) -> Count {
        printed.saturating_add(self.within)
    }
}

impl Reported<Count> {
    /// The sum, if every part is there; otherwise the strongest reason why not. An empty sum is 0.
    pub fn sum_complete(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::Value(0), |sum, part| {
            sum.zip(part).and_then(|(a, b)| {
                // A total past four billion children is a fault in the input, not a figure.
                a.checked_add(b)
                    .map_or(Self::Symbol(Symbol::Unreliable), Self::Value)
            })
        })
    }

    /// The least and the most that the sum can be, given what suppression may hide.
    ///
    /// `None` if a part is absent for a reason other than confidentiality (then nothing bounds it).
    /// Secondary suppression may hide larger counts than the primary rule, so where a publisher
    /// uses it the upper bound holds only for cells suppressed by the primary rule.
    pub fn sum_bounds(
        parts: impl IntoIterator<Item = Self>,
        rule: Suppression,
    ) -> Option<(u64, u64)> {
        parts
            .into_iter()
            .try_fold((0, 0), |(low, high), part| match part {
                Self::Value(n) => Some((low + u64::from(n), high + u64::from(n))),
                Self::Symbol(Symbol::Confidential) => {
                    Some((low + u64::from(rule.min), high + u64::from(rule.max)))
                }
                Self::Symbol(_) => None,
            })
    }
}

impl<T: fmt::Display> fmt::Display for Reported<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => value.fmt(f),
            Self::Symbol(symbol) => symbol.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const C: Reported<Count> = Reported::Symbol(Symbol::Confidential);
    const X: Reported<Count> = Reported::Symbol(Symbol::NotAvailable);

    #[test]
    fn a_sum_over_a_symbol_is_the_strongest_symbol() {
        assert_eq!(Reported::sum_complete([Reported::Value(10), C]), C);
        assert_eq!(Reported::sum_complete([X, C]), C);
        assert_eq!(Reported::sum_complete([C, X]), C);
        assert_eq!(Reported::sum_complete([X, Reported::Value(3)]), X);
        assert_eq!(
            Reported::sum_complete([Reported::Value(1), Reported::Value(2)]),
            Reported::Value(3)
        );
        assert_eq!(
            Reported::sum_complete([Reported::Value(Count::MAX), Reported::Value(1)]),
            Reported::Symbol(Symbol::Unreliable)
        );
    }

    #[test]
    fn bounds_say_what_suppression_allows_and_no_more() {
        let rule = Suppression::DFE_1_TO_5;
        assert_eq!(
            Reported::sum_bounds([Reported::Value(10), C, C], rule),
            Some((12, 20))
        );
        assert_eq!(Reported::sum_bounds([Reported::Value(10), X], rule), None);
    }

    #[test]
    fn a_rounded_count_may_be_so_much_off_and_a_sum_as_much_as_its_parts_together() {
        let five = Rounding::to_nearest(5);
        assert_eq!((five.least(1), five.most(Count::MAX)), (0, Count::MAX));
        // Whole numbers that print as 5: 3 to 7.
        let printed = |n: Count| (n + 2) / 5 * 5;
        let behind: Vec<Count> = (0..20).filter(|n| printed(*n) == 5).collect();
        assert_eq!(behind, (five.least(5)..=five.most(5)).collect::<Vec<_>>());
        let all = Rounding::of_all([five; 22]);
        assert_eq!((all.least(7_080), all.most(7_080)), (7_036, 7_124));
        assert!(Rounding::EXACT.is_exact() && Rounding::to_nearest(1).is_exact());
    }

    #[test]
    fn marks_round_trip() {
        for symbol in Symbol::ALL {
            assert_eq!(Symbol::from_mark(symbol.mark()), Some(symbol));
        }
        assert_eq!(Symbol::from_mark("-"), None);
    }
}
