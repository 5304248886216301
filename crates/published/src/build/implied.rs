//! Counts that no release here states, worked out from the published rate or percentage.
//!
//! A rate of one decimal leaves a count of an authority uncertain by less than one for 100,000
//! children, and by a few for the largest; a percentage of referrals by one for each thousand of
//! them. The counts stand in a table of their own, and everything made from them says so.

use disparity_core::{
    AreaCode, Areas, Count, DenominatorKind, GeographicLevel, Indicator, Period, Reported,
};

use super::ees::OnlyRate;
use super::facts::Facts;
use crate::codelists::CodeLists;

/// Adds the counts of those rates of which no file states the count.
pub(super) fn add(facts: &mut Facts, rates: &[OnlyRate], lists: &CodeLists, areas: &Areas) {
    for rate in rates {
        let key = &rate.key;
        if facts.total(&key.column, key.period, key.area).is_some() {
            continue;
        }
        let named = lists
            .indicators
            .iter()
            .find(|(_, own)| own.name == key.column);
        let Some((_, indicator)) = named else {
            continue;
        };
        let whole = whole(facts, lists, indicator, key.period, key.area);
        let count = rate.rate.zip(whole).map(|(rate, whole)| {
            let authority = areas
                .get(key.area)
                .is_some_and(|area| area.level == GeographicLevel::LocalAuthority);
            let exact = rate / scale(indicator) * f64::from(whole);
            to_nearest(exact, if authority { 1.0 } else { 10.0 })
        });
        // A count that is stated twice would have been found above.
        drop(facts.add(rate.publication, rate.line, key.clone(), count));
    }
}

/// The count that the rate is of so many of.
fn scale(indicator: &Indicator) -> f64 {
    match indicator.denominator {
        DenominatorKind::Children0To17 => 10_000.0,
        DenominatorKind::Indicator(_) => 100.0,
    }
}

/// The children or the count that the rate was divided by.
fn whole(
    facts: &Facts,
    lists: &CodeLists,
    indicator: &Indicator,
    period: Period,
    area: AreaCode,
) -> Reported<Count> {
    let found = match indicator.denominator {
        DenominatorKind::Children0To17 => Period::ending(period.population_year().0)
            .and_then(|mid_year| facts.total("children_0_17", mid_year, area)),
        DenominatorKind::Indicator(id) => facts.total(&lists.indicators.get(id).name, period, area),
    };
    found.unwrap_or(Reported::Symbol(disparity_core::Symbol::NotAvailable))
}

/// As the publisher rounds counts at that level.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range first"
)]
fn to_nearest(exact: f64, base: f64) -> Count {
    ((exact / base).round() * base).clamp(0.0, f64::from(Count::MAX)) as Count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_the_whole_number_that_its_rate_is_of() {
        // Hackney, year ending 31 March 2025: 48.3 per 10,000 of 54,191.
        assert_eq!(to_nearest(48.3 / 10_000.0 * 54_191.0, 1.0), 262);
        assert_eq!(to_nearest(51.1 / 10_000.0 * 12_183_016.0, 10.0), 62_260);
    }
}
