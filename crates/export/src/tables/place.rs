//! The columns that say when, where and of what: the same in every table.

use disparity_core::{
    Area, AreaCode, Catalogue, Dimension, GeographicLevel, IndicatorId, Span, Stratum, Timing, Unit,
};

use super::{text, words};
use crate::column::{At, Column, Dictionary, Role, Value, Words};

/// Rows that are about an area over a year or several.
pub(super) trait IsPlaced: Sync {
    fn span(&self) -> Span;
    fn area(&self) -> AreaCode;
}

/// Rows that are also about an indicator and perhaps a group.
pub(super) trait IsAbout: IsPlaced {
    fn indicator(&self) -> IndicatorId;
    fn stratum(&self) -> Stratum {
        Stratum::TOTAL
    }
}

/// Everything that says what a row with a group is about.
pub(super) fn opening<'a, R: IsAbout>(rows: &[R], catalogue: &'a Catalogue) -> Vec<Column<'a, R>> {
    let mut columns = time_and_place(rows, catalogue);
    columns.extend(indicator(catalogue));
    columns.extend(groups(catalogue));
    columns
}

/// `time_period` to `la_name`.
pub(super) fn time_and_place<'a, R: IsPlaced>(
    rows: &[R],
    catalogue: &'a Catalogue,
) -> Vec<Column<'a, R>> {
    let spans = Words::of(rows.iter().map(IsPlaced::span), |span| span.to_string());
    let levels = [
        GeographicLevel::National,
        GeographicLevel::Regional,
        GeographicLevel::LocalAuthority,
    ];
    let area = move |at: &At<'_, R>| catalogue.areas.get(at.row.area());
    let id = Role::Identifier;
    let by_area = |name, label, pick: fn(&Area, &Catalogue) -> Option<String>| -> Column<'a, R> {
        let own = Words::of(catalogue.areas.iter().map(|area| area.code), |code| {
            catalogue
                .areas
                .get(code)
                .and_then(|area| pick(area, catalogue))
                .unwrap_or_default()
        });
        text(name, id, label, own.dictionary(), move |at: At<'_, R>| {
            own.value(at.row.area())
        })
    };
    vec![
        text(
            "time_period",
            id,
            "Year in which the reporting year ends; first and last where several are summed",
            spans.dictionary(),
            move |at: At<'_, R>| spans.value(at.row.span()),
        ),
        text(
            "time_identifier",
            id,
            "Kind of year",
            words(["Reporting year", "Reporting years, several"]),
            |at: At<'_, R>| Value::Text(u32::from(at.row.span().is_pooled())),
        ),
        text(
            "geographic_level",
            id,
            "Geographic level",
            words(levels.map(GeographicLevel::as_str)),
            move |at| area(&at).map_or(Value::None, |area| Value::Text(area.level as u32)),
        ),
        text(
            "country_code",
            id,
            "Country code",
            words([AreaCode::ENGLAND.as_str()]),
            |_| Value::Text(0),
        ),
        text("country_name", id, "Country", words(["England"]), |_| {
            Value::Text(0)
        }),
        by_area("region_code", "Region code", |area, _| {
            region(area).map(|code| code.to_string())
        }),
        by_area("region_name", "Region", |area, catalogue| {
            region(area).map(|code| catalogue.areas.name(code))
        }),
        by_area(
            "old_la_code",
            "Three-digit code of the authority",
            |area, _| authority(area)?.old_la_code.clone(),
        ),
        by_area(
            "new_la_code",
            "Nine-character code of the authority",
            |area, _| Some(authority(area)?.code.to_string()),
        ),
        by_area("la_name", "Local authority", |area, _| {
            Some(authority(area)?.name.clone())
        }),
    ]
}

fn authority(area: &Area) -> Option<&Area> {
    (area.level == GeographicLevel::LocalAuthority).then_some(area)
}

/// A region is its own region in the region columns.
fn region(area: &Area) -> Option<AreaCode> {
    match area.level {
        GeographicLevel::National => None,
        GeographicLevel::Regional => Some(area.code),
        GeographicLevel::LocalAuthority => area.region,
    }
}

/// `indicator` and `timing`.
pub(super) fn indicator<R: IsAbout>(catalogue: &Catalogue) -> Vec<Column<'_, R>> {
    let names: Dictionary = catalogue
        .indicators
        .iter()
        .map(|(_, indicator)| indicator.name.clone())
        .collect();
    let timing = words([Timing::AsAt.as_str(), Timing::During.as_str()]);
    vec![
        text(
            "indicator",
            Role::Filter,
            "Indicator",
            names,
            |at: At<'_, R>| Value::Text(u32::from(at.row.indicator().0)),
        ),
        text(
            "timing",
            Role::Filter,
            "Counted at 31 March or during the year",
            timing,
            |at: At<'_, R>| Value::Text(catalogue.indicators.get(at.row.indicator()).timing as u32),
        ),
    ]
}

/// One column for each way of breaking a count down.
fn groups<R: IsAbout>(catalogue: &Catalogue) -> Vec<Column<'_, R>> {
    let labels = [
        "Broad ethnic group",
        "Detailed ethnic group",
        "Age band",
        "Sex",
        "Deprivation decile (1 is most deprived)",
    ];
    Dimension::ALL
        .into_iter()
        .zip(labels)
        .map(|(dimension, label)| {
            let list = catalogue.dimensions.list(dimension);
            let total = std::iter::once(list.get(disparity_core::CategoryId::TOTAL));
            let names: Dictionary = total
                .chain(list.iter().map(|(_, category)| category))
                .map(|category| category.label.clone())
                .collect();
            text(
                dimension.column(),
                Role::Filter,
                label,
                names,
                move |at: At<'_, R>| Value::Text(u32::from(at.row.stratum().get(dimension).0)),
            )
        })
        .collect()
}

/// The unit of an indicator's estimates.
pub(super) fn unit<R: IsAbout>(catalogue: &Catalogue) -> Column<'_, R> {
    let units = words([Unit::Per10k.as_str(), Unit::Proportion.as_str()]);
    text(
        "unit",
        Role::Filter,
        "Unit of the estimate and its interval",
        units,
        |at: At<'_, R>| Value::Text(catalogue.indicators.get(at.row.indicator()).unit() as u32),
    )
}
