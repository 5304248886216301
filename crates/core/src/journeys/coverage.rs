//! Which days an authority's files cover, for each kind of spell. Whether a rate is true depends on
//! this more than on anything else: a day that no file covers says nothing, never "no help".

use super::{Day, SpellKind};

/// Days covered, as half-open intervals, sorted and apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Covered {
    spans: Vec<(Day, Day)>,
}

impl Covered {
    /// The union of intervals given in any order; empty ones vanish.
    #[must_use]
    pub fn new(mut spans: Vec<(Day, Day)>) -> Self {
        spans.retain(|(from, to)| from < to);
        spans.sort_unstable();
        let mut union: Vec<(Day, Day)> = Vec::with_capacity(spans.len());
        for (from, to) in spans {
            match union.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => union.push((from, to)),
            }
        }
        Self { spans: union }
    }

    /// The intervals, first day and day after the last.
    #[must_use]
    pub fn spans(&self) -> &[(Day, Day)] {
        &self.spans
    }

    /// Whether nothing is covered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Whether every day of `[from, to)` is covered. An empty interval always is.
    #[must_use]
    pub fn covers(&self, from: Day, to: Day) -> bool {
        from >= to
            || self
                .spans
                .iter()
                .any(|(start, end)| *start <= from && to <= *end)
    }

    /// The first covered day that is not before a day, if there is one.
    #[must_use]
    pub fn next_from(&self, day: Day) -> Option<Day> {
        let later = self.spans.iter().find(|(_, end)| day < *end);
        later.map(|(start, _)| (*start).max(day))
    }

    /// How many days of `[from, to)` are covered.
    #[must_use]
    pub fn days_within(&self, from: Day, to: Day) -> i32 {
        self.spans
            .iter()
            .map(|(start, end)| ((*end).min(to).0 - (*start).max(from).0).max(0))
            .sum()
    }

    /// The first day of the unbroken cover that reaches up to the day before `until`; `until` itself
    /// if that day is not covered.
    #[must_use]
    pub fn unbroken_from(&self, until: Day) -> Day {
        self.spans
            .iter()
            .find(|(start, end)| *start < until && until <= *end)
            .map_or(until, |(start, _)| *start)
    }

    /// The day after the last of the unbroken cover that starts at or before `from`; `from` itself
    /// if it is not covered.
    #[must_use]
    pub fn unbroken_to(&self, from: Day) -> Day {
        self.spans
            .iter()
            .find(|(start, end)| *start <= from && from < *end)
            .map_or(from, |(_, end)| *end)
    }
}

/// What one authority's files cover.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    kinds: [Covered; SpellKind::ALL.len()],
}

impl Coverage {
    /// The days covered for a kind.
    #[must_use]
    pub fn of(&self, kind: SpellKind) -> &Covered {
        &self.kinds[kind as usize]
    }

    /// Sets the days covered for a kind.
    pub fn set(&mut self, kind: SpellKind, covered: Covered) {
        self.kinds[kind as usize] = covered;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(list: &[(i32, i32)]) -> Covered {
        Covered::new(list.iter().map(|&(a, b)| (Day(a), Day(b))).collect())
    }

    #[test]
    fn years_that_touch_are_one_and_a_hole_stays_a_hole() {
        let covered = spans(&[(20, 30), (0, 10), (10, 15), (40, 40)]);
        assert_eq!(covered.spans(), [(Day(0), Day(15)), (Day(20), Day(30))]);
        assert!(covered.covers(Day(0), Day(15)) && !covered.covers(Day(14), Day(21)));
        assert!(covered.covers(Day(17), Day(17)));
        assert_eq!(covered.days_within(Day(5), Day(25)), 15);
        assert_eq!(covered.unbroken_from(Day(28)), Day(20));
        assert_eq!(covered.unbroken_from(Day(30)), Day(20));
        assert_eq!(covered.unbroken_from(Day(31)), Day(31));
        assert_eq!(covered.unbroken_to(Day(3)), Day(15));
        assert_eq!(covered.unbroken_to(Day(15)), Day(15));
        assert_eq!(covered.next_from(Day(14)), Some(Day(14)));
        assert_eq!(covered.next_from(Day(15)), Some(Day(20)));
        assert_eq!(covered.next_from(Day(30)), None);
    }
}
