//! Which reporting year the dates of a table say that it is for.

use std::collections::BTreeMap;

use disparity_core::Day;

/// In which reporting years some dates lie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DatesByYear {
    years: BTreeMap<u16, u64>,
    last: Option<Day>,
}

impl DatesByYear {
    pub(crate) fn add(&mut self, day: Day) {
        if let Some(period) = day.period() {
            *self.years.entry(period.year()).or_default() += 1;
            self.last = self.last.max(Some(day));
        }
    }

    /// The last of them.
    pub(crate) const fn last(&self) -> Option<Day> {
        self.last
    }

    /// How many lie in a year.
    pub(crate) fn within(&self, year: u16) -> u64 {
        self.years.get(&year).copied().unwrap_or(0)
    }

    /// The percentage that lies in later years than one.
    pub(crate) fn percent_after(&self, year: u16) -> f64 {
        let all: u64 = self.years.values().sum();
        let after: u64 = self.years.range(year + 1..).map(|(_, count)| *count).sum();
        if all == 0 {
            0.0
        } else {
            after as f64 * 100.0 / all as f64
        }
    }

    /// The year that they say: the latest in which more than half a percent of them lie and beyond
    /// which no more than one in a hundred do.
    pub(crate) fn year(&self) -> Option<u16> {
        let all: u64 = self.years.values().sum();
        let mut beyond = 0;
        for (year, count) in self.years.iter().rev() {
            if beyond * 100 > all {
                return None;
            }
            if count * 200 > all {
                return Some(*year);
            }
            beyond += count;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dates_of_a_file_tell_its_year_and_outliers_do_not() {
        let day = |text: &str| Day::parse(text).unwrap();
        let mut dates = DatesByYear::default();
        assert_eq!((dates.year(), dates.last()), (None, None));
        (0..500).for_each(|_| dates.add(day("2017-06-01")));
        (0..40).for_each(|_| dates.add(day("2018-03-30")));
        assert_eq!(dates.year(), Some(2018));
        dates.add(day("2025-01-01"));
        assert_eq!((dates.year(), dates.within(2018)), (Some(2018), 540));
        assert_eq!(dates.last(), Some(day("2025-01-01")));
        assert!((dates.percent_after(2018) - 100.0 / 541.0).abs() < 1e-12);
    }
}
