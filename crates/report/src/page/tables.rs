//! What the page says of tables that somebody gave: their title, and rates by group.

use std::collections::BTreeSet;

use disparity_core::{AreaCode, CellKey, Dimension, GeographicLevel, IndicatorId, Period};

use crate::charts::DataTable;
use crate::format::{grouped, reported, unit_words, with_interval};
use crate::view::View;

/// Areas whose groups are told one by one; of more there are the files.
const AREAS: usize = 3;

/// The indicators' titles.
pub(super) fn title(view: View<'_>) -> String {
    let titles = view.plan.indicators.iter();
    let titles: Vec<&str> = titles
        .map(|id| view.indicator(*id).title.as_str())
        .collect();
    titles.join("; ")
}

/// The nation, if the tables have it; and the authorities that were chosen or, where they are few, all.
pub(super) fn places(view: View<'_>) -> Vec<AreaCode> {
    let shown: BTreeSet<AreaCode> = view
        .results()
        .estimates
        .iter()
        .filter(|row| row.key.stratum.is_total())
        .map(|row| row.key.area)
        .collect();
    let is_authority = |code: &AreaCode| {
        let area = view.catalogue.areas.get(*code);
        area.is_some_and(|area| area.level == GeographicLevel::LocalAuthority)
    };
    let chosen = match &view.plan.authorities {
        Some(chosen) => chosen.clone(),
        None => shown.iter().copied().filter(is_authority).collect(),
    };
    let few = chosen.len() <= AREAS || view.plan.authorities.is_some();
    let nation = shown.contains(&view.national()).then_some(view.national());
    let chosen = if few { chosen } else { Vec::new() };
    nation.into_iter().chain(chosen).collect()
}

/// Of each indicator and place the latest year by group, a table for each dimension that the place is broken down by.
pub(super) fn by_group(view: View<'_>) -> Vec<DataTable> {
    if !view.is_of_tables() {
        return Vec::new();
    }
    let mut tables = Vec::new();
    for id in &view.plan.indicators {
        let Some(period) = view.last_period(*id) else {
            continue;
        };
        for place in places(view) {
            let of = Dimension::ALL.into_iter();
            tables.extend(of.filter_map(|dimension| groups(view, *id, (place, period), dimension)));
        }
    }
    tables
}

fn groups(
    view: View<'_>,
    indicator: IndicatorId,
    (area, period): (AreaCode, Period),
    dimension: Dimension,
) -> Option<DataTable> {
    let own = view.indicator(indicator);
    let list = view.catalogue.dimensions.list(dimension);
    let rows: Vec<Vec<String>> = list
        .iter()
        .filter_map(|(id, category)| {
            let row = view.results().estimate(&CellKey {
                indicator,
                period,
                area,
                stratum: view.catalogue.dimensions.within(dimension, id),
            })?;
            Some(vec![
                category.label.clone(),
                reported(&row.numerator, |count| grouped(f64::from(*count), 0)),
                reported(&row.denominator.value, |children| grouped(*children, 0)),
                reported(&row.outcome, |measured| with_interval(measured, own)),
            ])
        })
        .collect();
    let named = match dimension {
        Dimension::EthnicityMajor => "broad ethnic group",
        Dimension::EthnicityMinor => "detailed ethnic group",
        Dimension::AgeBand => "age",
        Dimension::Sex => "sex",
        Dimension::DeprivationDecile => "tenth of neighbourhoods by deprivation",
    };
    let unit = unit_words(own.unit());
    let columns = [
        "Group".to_owned(),
        "Count".to_owned(),
        "Out of".to_owned(),
        format!("Figure, {unit} ({} interval)", view.level()),
    ];
    (!rows.is_empty()).then(|| DataTable {
        caption: format!(
            "{}, {period}, {}, by {named}",
            own.title,
            view.catalogue.areas.name(area)
        ),
        columns: columns.to_vec(),
        rows,
    })
}
