//! Years that were asked for and that nothing is held of: said, with those that are held.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use disparity_core::{Area, AreaCode, Catalogue, Cube, IndicatorId, Period, Plan};

/// What of a request finds nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Unheld {
    /// What to say of it, a line each.
    lines: Vec<String>,
    /// Whether a year has nothing at all, or an indicator that was named has nothing in any year: what
    /// was asked for is not there.
    pub(crate) failed: bool,
    /// Whether nothing is left to show.
    pub(crate) empty: bool,
}

impl Unheld {
    /// Looks every year and indicator of a plan up; of one area where it is about one. `named` says
    /// whether the indicators were asked for by name.
    pub(crate) fn of(
        plan: &Plan,
        named: bool,
        cube: &Cube,
        catalogue: &Catalogue,
        area: Option<&Area>,
    ) -> Self {
        let Some(asked) = &plan.periods else {
            return Self::default();
        };
        let held: Vec<(IndicatorId, Vec<Period>)> = plan
            .compared
            .iter()
            .map(|id| (*id, held(cube, *id, catalogue.areas.nation().code())))
            .collect();
        let existed =
            |period: &Period| area.is_none_or(|area| catalogue.areas.exists_at(area.code, *period));
        let has = |period: &Period| held.iter().any(|(_, years)| years.contains(period));
        let (known, nothing): (Vec<Period>, Vec<Period>) = asked.iter().copied().partition(has);
        let (shown, before): (Vec<Period>, Vec<Period>) = known.into_iter().partition(existed);
        let mut found = Self {
            failed: !nothing.is_empty() || !before.is_empty(),
            empty: shown.is_empty(),
            ..Self::default()
        };
        if !nothing.is_empty() {
            let mut all: Vec<Period> = held.iter().flat_map(|(_, years)| years).copied().collect();
            all.sort_unstable();
            all.dedup();
            found.lines.push(format!(
                "no figures are held for {}; held: {}",
                words(&nothing),
                words(&all)
            ));
        }
        if let (Some(area), false) = (area, before.is_empty()) {
            let mut all: Vec<Period> = held.iter().flat_map(|(_, years)| years).copied().collect();
            all.retain(existed);
            all.sort_unstable();
            all.dedup();
            found.lines.push(absent(area, &before, &all, catalogue));
        }
        let mut by_years: BTreeMap<(Vec<Period>, &[Period]), Vec<&str>> = BTreeMap::new();
        for (id, years) in &held {
            let missing: Vec<Period> = shown
                .iter()
                .copied()
                .filter(|period| !years.contains(period))
                .collect();
            found.failed |= named && !shown.is_empty() && missing.len() == shown.len();
            if !missing.is_empty() {
                let title = catalogue.indicators.get(*id).short_title.as_str();
                by_years.entry((missing, years)).or_default().push(title);
            }
        }
        for ((missing, years), titles) in by_years {
            found.lines.push(format!(
                "no figures are held of {} for {}; held: {}",
                titles.join(", "),
                words(&missing),
                words(years)
            ));
        }
        found
    }

    /// Says the lines on standard error.
    pub(crate) fn say(&self) {
        self.lines.iter().for_each(crate::out::tell);
    }
}

/// The years of an indicator in which the nation has a figure.
fn held(cube: &Cube, id: IndicatorId, nation: AreaCode) -> Vec<Period> {
    let totals = cube.indicator(id).iter().filter(|cell| {
        cell.key.area == nation && cell.key.stratum.is_total() && cell.numerator.is_value()
    });
    totals.map(|cell| cell.key.period).collect()
}

/// An area that was not there in some years, and what was there before or after it.
fn absent(area: &Area, years: &[Period], own: &[Period], catalogue: &Catalogue) -> String {
    let mut text = format!(
        "{} did not exist at 31 March in {}; held of it: {}",
        area.name,
        words(years),
        words(own)
    );
    let others = catalogue
        .areas
        .boundary_changes(area.code)
        .map(|change| {
            if catalogue.areas.entity(change.successor) == Some(area.code) {
                change.predecessor
            } else {
                change.successor
            }
        })
        .map(|code| format!("{} ({code})", catalogue.areas.name(code)));
    let others: Vec<String> = others.collect();
    if !others.is_empty() {
        let _ = write!(text, "; look also at {}", others.join(", "));
    }
    text
}

/// Years in words, those that follow one another together: `2010 to 2018, 2020`.
pub(crate) fn words(years: &[Period]) -> String {
    if years.is_empty() {
        return "none".to_owned();
    }
    let runs = years.chunk_by(|a, b| a.year() + 1 == b.year());
    let run = |run: &[Period]| match run {
        [first, .., last] => format!("{first} to {last}"),
        [one] => one.to_string(),
        [] => String::new(),
    };
    runs.map(run).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_that_follow_one_another_are_told_together() {
        let years = |list: &[u16]| -> Vec<Period> {
            list.iter()
                .filter_map(|year| Period::ending(*year))
                .collect()
        };
        assert_eq!(
            words(&years(&[2010, 2011, 2012, 2014])),
            "2010 to 2012, 2014"
        );
        assert_eq!(words(&years(&[2020, 2021])), "2020 to 2021");
        assert_eq!(words(&[]), "none");
    }
}
