//! Which year a file is for: labels as people write them, and what the dates in a file say. The
//! year always means the one in which the period ends.

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

/// The year that dates say: the latest in which more than half a percent of them lie and beyond
/// which no more than one in a hundred do.
#[must_use]
pub(crate) fn year_of_dates(days: impl Iterator<Item = Day>, as_of: Day) -> Option<u16> {
    let mut years: std::collections::BTreeMap<u16, u64> = std::collections::BTreeMap::new();
    let mut all = 0_u64;
    for day in days.filter(|day| *day <= as_of) {
        if let Some(period) = day.period() {
            *years.entry(period.year()).or_default() += 1;
            all += 1;
        }
    }
    let mut beyond = 0;
    for (year, count) in years.into_iter().rev() {
        if beyond * 100 > all {
            return None;
        }
        if count * 200 > all {
            return Some(year);
        }
        beyond += count;
    }
    None
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
        assert_eq!(
            labels_in("x/ssda903_2021-22_header.csv")
                .into_iter()
                .find_map(read_clear_year),
            Some(2022)
        );
    }

    #[test]
    fn the_dates_of_a_file_tell_its_year_and_outliers_do_not() {
        let day = |text: &str| Day::parse(text).unwrap();
        let mut days = vec![day("2017-06-01"); 500];
        days.extend(vec![day("2018-03-30"); 40]);
        let as_of = day("2026-01-01");
        assert_eq!(year_of_dates(days.iter().copied(), as_of), Some(2018));
        days.push(day("2025-01-01"));
        assert_eq!(year_of_dates(days.iter().copied(), as_of), Some(2018));
        assert_eq!(year_of_dates(std::iter::empty(), as_of), None);
    }
}
