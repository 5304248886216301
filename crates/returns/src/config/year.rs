//! Labels of reporting years as people write them: in a manifest, in rows, in the names of files. The
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
    }
}
