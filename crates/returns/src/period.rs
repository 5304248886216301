//! Which year a file is for: labels as people write them, and what the dates in a file say. The
//! year always means the one in which the period ends.

use std::collections::BTreeMap;

use disparity_core::{Day, Period};

/// Reads a label that leaves no doubt (`2021-22`, `2021/22`, `202122`, `19-20`, a day such as
/// `14032021`) or a bare year, which is taken as the year in which the period ends.
#[must_use]
pub(crate) fn read_year(label: &str) -> Option<u16> {
    read_clear_year(label).or_else(|| bare_year(label))
}

/// A year that may be the one in which the period starts or ends.
#[must_use]
pub(crate) fn bare_year(label: &str) -> Option<u16> {
    let label = label.trim();
    let label = label.strip_suffix(".0").unwrap_or(label);
    (label.len() == 4)
        .then(|| label.parse::<u16>().ok())?
        .filter(|year| (1990..2100).contains(year))
}

/// Reads a label that can mean one year only.
#[must_use]
pub(crate) fn read_clear_year(label: &str) -> Option<u16> {
    let label = label.trim();
    let digits: String = label
        .chars()
        .filter(|c| !matches!(c, '-' | '/' | '_' | ' '))
        .collect();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| {
        digits
            .get(from..to)
            .and_then(|text| text.parse::<u16>().ok())
    };
    match digits.len() {
        // 19-20 or 1920: two short years, the second one later.
        4 => {
            let (start, end) = (part(0, 2)?, part(2, 4)?);
            let separated = digits.len() != label.len();
            ((start + 1) % 100 == end && (separated || !(1990..2100).contains(&part(0, 4)?)))
                .then_some(2000 + end)
        }
        6 => {
            let (start, end) = (part(0, 4)?, part(4, 6)?);
            ((start + 1) % 100 == end && (1990..2100).contains(&start)).then_some(start + 1)
        }
        8 => {
            let (start, end) = (part(0, 4)?, part(4, 8)?);
            if start + 1 == end && (1990..2100).contains(&start) {
                return Some(end);
            }
            let day = Day::new(
                i32::from(part(4, 8)?),
                u32::from(part(2, 4)?),
                u32::from(part(0, 2)?),
            )
            .or_else(|| {
                Day::new(
                    i32::from(start),
                    u32::from(part(4, 6)?),
                    u32::from(part(6, 8)?),
                )
            })?;
            day.period().map(Period::year)
        }
        _ => None,
    }
}

/// Pieces of a file name that could be year labels, cut at letters and at underscores or dashes.
pub(crate) fn labels_in(name: &str) -> Vec<&str> {
    let stem = name.rsplit(['/', '!']).next().unwrap_or(name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let cut = |joiner: char| {
        stem.split(move |c: char| !c.is_ascii_digit() && c != joiner)
            .map(move |part| part.trim_matches(joiner))
    };
    let mut labels: Vec<&str> = cut('-')
        .chain(cut('_'))
        .filter(|part| !part.is_empty())
        .collect();
    labels.dedup();
    labels
}

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
    fn labels_mean_the_year_in_which_the_period_ends() {
        for (label, year) in [
            ("2021-22", 2022),
            ("2021/22", 2022),
            ("202122", 2022),
            ("2021_22", 2022),
            ("1920", 2020),
            ("19-20", 2020),
            ("14032021", 2021),
            ("14052021", 2022),
            ("2021-2022", 2022),
            ("20210314", 2021),
        ] {
            assert_eq!(read_clear_year(label), Some(year), "{label}");
        }
        for label in ["2022", "", "abc", "2021-23", "99", "20", "12345"] {
            assert_eq!(read_clear_year(label), None, "{label}");
        }
        assert_eq!(read_year("2022"), Some(2022));
        assert_eq!(bare_year("2022.0"), Some(2022));
        assert_eq!(
            labels_in("a/SSDA903_2020_episodes.csv"),
            ["903", "2020", "903_2020"]
        );
        assert_eq!(labels_in("2017-episodes.csv"), ["2017"]);
    }

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
