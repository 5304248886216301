//! The columns that say when, where and of what: the same in every table.

use disparity_core::{
    Area, AreaCode, Catalogue, CategoryId, Dimension, GeographicLevel, IndicatorId, Period, Span,
    Stratum, Timing, Unit,
};

use super::{key, text, text_by, words};
use crate::column::{Column, Dictionary, Role, Value, Words, each};

/// Rows that are about an area over a year or several.
pub(super) trait IsPlaced: Sync {
    fn span(&self) -> Span;
    /// Where; none for the nation whose figures they are.
    fn area(&self) -> Option<AreaCode>;
}

/// Rows that are also about an indicator and perhaps a group.
pub(super) trait IsAbout: IsPlaced {
    fn indicator(&self) -> IndicatorId;
    fn stratum(&self) -> Stratum {
        Stratum::TOTAL
    }
}

/// The year of a row, or the last of its years, and its indicator.
pub(super) fn year_of<R: IsAbout>(row: &R) -> (Option<IndicatorId>, Period) {
    (Some(row.indicator()), row.span().last)
}

/// Everything that says what a row with a group is about.
pub(super) fn opening<'a, R: IsAbout + 'a>(catalogue: &'a Catalogue) -> Vec<Column<'a, R>> {
    let mut columns = time_and_place(catalogue);
    columns.extend(indicator(catalogue));
    columns.extend(groups(catalogue));
    columns
}

/// `time_period` to `la_name`, then how many years are summed.
pub(super) fn span_and_place<'a, R: IsPlaced + 'a>(catalogue: &'a Catalogue) -> Vec<Column<'a, R>> {
    let mut columns = time_and_place(catalogue);
    columns.push(key(
        "years",
        Role::Filter,
        "Years that are summed, of which time_period is the last",
        |row: &R| row.span().years(),
    ));
    columns
}

/// `time_period` to `la_name`.
pub(super) fn time_and_place<'a, R: IsPlaced + 'a>(catalogue: &'a Catalogue) -> Vec<Column<'a, R>> {
    let mut columns = time(|row: &R| Some(row.span().last));
    columns.extend(place(catalogue, R::area));
    columns
}

/// `time_period` and `time_identifier`.
pub(super) fn time<'a, R>(
    year: impl Fn(&R) -> Option<Period> + Sync + Send + 'a,
) -> Vec<Column<'a, R>> {
    let mut period = key(
        "time_period",
        Role::Identifier,
        "Year in which the reporting year ends, on 31 March",
        |_: &R| 0,
    );
    period.get =
        each(move |row| year(row).map_or(Value::None, |year| Value::Whole(i64::from(year.year()))));
    let identifier = text(
        "time_identifier",
        Role::Identifier,
        "Kind of year",
        words(["Reporting year"]),
        |_| Value::Text(0),
    );
    vec![period, identifier]
}

/// `geographic_level` to `la_name`.
pub(super) fn place<'a, R>(
    catalogue: &'a Catalogue,
    area_of: fn(&R) -> Option<AreaCode>,
) -> Vec<Column<'a, R>>
where
    R: 'a,
{
    let levels = [
        GeographicLevel::National,
        GeographicLevel::Regional,
        GeographicLevel::LocalAuthority,
    ];
    let id = Role::Identifier;
    let nation = catalogue.areas.nation();
    let by_area = |name, label, pick: fn(&Area, &Catalogue) -> Option<String>| -> Column<'a, R> {
        let own = Words::of(catalogue.areas.iter().map(|area| area.code), |code| {
            catalogue
                .areas
                .get(code)
                .and_then(|area| pick(area, catalogue))
                .unwrap_or_default()
        });
        text_by(name, id, label, own.dictionary(), area_of, move |area| {
            own.value(area.unwrap_or(nation.code()))
        })
    };
    vec![
        text_by(
            "geographic_level",
            id,
            "Geographic level",
            words(levels.map(GeographicLevel::as_str)),
            area_of,
            move |area| {
                let area = catalogue.areas.get(area.unwrap_or(nation.code()));
                area.map_or(Value::None, |area| Value::Text(area.level as u32))
            },
        ),
        text(
            "country_code",
            id,
            "Country code",
            words([nation.code().as_str()]),
            |_| Value::Text(0),
        ),
        text(
            "country_name",
            id,
            "Country",
            words([nation.name()]),
            |_| Value::Text(0),
        ),
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
        text("indicator", Role::Filter, "Indicator", names, |row: &R| {
            Value::Text(u32::from(row.indicator().0))
        }),
        text(
            "timing",
            Role::Filter,
            "Counted at 31 March or during the year",
            timing,
            |row: &R| Value::Text(catalogue.indicators.get(row.indicator()).timing as u32),
        ),
    ]
}

/// One column for each way of breaking a count down.
fn groups<R: IsAbout>(catalogue: &Catalogue) -> Vec<Column<'_, R>> {
    Dimension::ALL
        .into_iter()
        .map(|dimension| {
            group(catalogue, dimension, move |row: &R| {
                row.stratum().get(dimension)
            })
        })
        .collect()
}

/// The category of a row in one dimension; `Total` for everyone.
pub(super) fn group<'a, R>(
    catalogue: &Catalogue,
    dimension: Dimension,
    pick: impl Fn(&R) -> CategoryId + Sync + Send + 'a,
) -> Column<'a, R> {
    let label = match dimension {
        Dimension::EthnicityMajor => "Broad ethnic group",
        Dimension::EthnicityMinor => "Detailed ethnic group",
        Dimension::AgeBand => "Age band",
        Dimension::Sex => "Sex",
        Dimension::DeprivationDecile => "Deprivation decile (1 is most deprived)",
    };
    let list = catalogue.dimensions.list(dimension);
    let total = std::iter::once(list.get(CategoryId::TOTAL));
    let names: Dictionary = total
        .chain(list.iter().map(|(_, category)| category))
        .map(|category| category.label.clone())
        .collect();
    text(
        dimension.column(),
        Role::Filter,
        label,
        names,
        move |row: &R| Value::Text(u32::from(pick(row).0)),
    )
}

/// The category with a code.
pub(super) fn category(catalogue: &Catalogue, dimension: Dimension, code: &str) -> CategoryId {
    let list = catalogue.dimensions.list(dimension);
    list.id(code).unwrap_or(CategoryId::TOTAL)
}

/// The category of a deprivation decile.
pub(super) fn decile_of(catalogue: &Catalogue, decile: u8) -> CategoryId {
    category(catalogue, Dimension::DeprivationDecile, &decile.to_string())
}

/// The unit of an indicator's estimates.
pub(super) fn unit<R: IsAbout>(catalogue: &Catalogue) -> Column<'_, R> {
    let units = words([Unit::Per10k.as_str(), Unit::Proportion.as_str()]);
    text(
        "unit",
        Role::Filter,
        "Unit of the estimate and its interval",
        units,
        |row: &R| Value::Text(catalogue.indicators.get(row.indicator()).unit() as u32),
    )
}
