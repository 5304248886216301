//! The counts in the built-in tables.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    AreaCode, Catalogue, Category, CategoryId, CellKey, ChineseGroup, Count, Dimension,
    GeographicLevel, IndicatorId, Issue, IssueCode, IssueSet, Period, Reported, Stratum, Symbol,
};

use super::Tables;
use crate::build::CountTable;
use crate::codelists::CodeLists;
use crate::error::{Fault, LoadError, LoadErrors};
use crate::read::{self, ReadReported as _};
use crate::table::Table;

/// The built-in tables that hold each indicator.
pub(super) type Fed = BTreeMap<IndicatorId, BTreeSet<String>>;

/// Counts by key, each with what must be said about it.
pub(super) type Counts = BTreeMap<CellKey, (Reported<Count>, IssueSet)>;

pub(super) fn read(
    tables: &Tables<'_>,
    lists: &CodeLists,
    catalogue: &Catalogue,
) -> Result<(Counts, Fed), LoadErrors> {
    let mut counts = Counts::new();
    let mut fed = Fed::new();
    for CountTable {
        name, from_rates, ..
    } in tables.of_counts(lists)?
    {
        let table = tables.read(&name)?;
        let issues = IssueSet::EMPTY.with_if(from_rates, IssueCode::CountFromRate);
        for indicator in read_table(&table, lists, catalogue, issues, &mut counts)? {
            fed.entry(indicator)
                .or_default()
                .insert(table.file().to_owned());
        }
    }
    let revised = revised(&tables.read("revisions")?, catalogue)?;
    let restated = restated(&counts, &revised, catalogue);
    for (key, (_, issues)) in &mut counts {
        *issues = issues.union(standing_issues(key, catalogue));
        let whole = CellKey {
            stratum: Stratum::TOTAL,
            ..*key
        };
        *issues = issues
            .with_if(revised.contains(key), IssueCode::CountRevised)
            .with_if(
                !key.stratum.is_total() && restated.contains(&whole),
                IssueCode::GroupsNotRestated,
            );
    }
    mark_coverage_gaps(&mut counts, catalogue);
    Ok((counts, fed))
}

/// The revised totals whose ethnic groups, all of them published, add up to something else by more
/// than their rounding: the release that revised the total did not restate its groups.
fn restated(
    counts: &Counts,
    revised: &BTreeSet<CellKey>,
    catalogue: &Catalogue,
) -> BTreeSet<CellKey> {
    let groups: Vec<Stratum> = catalogue
        .dimensions
        .list(Dimension::EthnicityMajor)
        .iter()
        .map(|(id, _)| Stratum::TOTAL.with(Dimension::EthnicityMajor, id))
        .collect();
    let apart = |key: &&CellKey| {
        let authority = catalogue
            .areas
            .get(key.area)
            .is_some_and(|area| area.level == GeographicLevel::LocalAuthority);
        // Each group of a region is rounded to 10, and so is the total.
        let rounding = if authority { 0 } else { 40 };
        let value = |stratum| {
            let found = counts.get(&CellKey { stratum, ..**key });
            found.map(|(value, _)| *value)
        };
        let parts: Vec<Reported<Count>> = groups.iter().copied().filter_map(value).collect();
        let sum = Reported::sum_complete(parts.iter().copied()).value();
        let whole = value(Stratum::TOTAL).and_then(Reported::value);
        !parts.is_empty()
            && sum
                .zip(whole)
                .is_some_and(|(sum, whole)| sum.abs_diff(whole) > rounding)
    };
    revised.iter().filter(apart).copied().collect()
}

struct Columns {
    period: usize,
    area: usize,
    groups: Vec<(usize, Dimension)>,
    indicators: Vec<(usize, IndicatorId)>,
}

fn columns(table: &Table, catalogue: &Catalogue) -> Result<Columns, LoadErrors> {
    let [period, area] = table.columns(["time_period", "area_code"])?;
    let mut groups = Vec::new();
    let mut indicators = Vec::new();
    let mut errors = Vec::new();
    for (column, name) in table
        .names()
        .iter()
        .enumerate()
        .filter(|(column, _)| ![period, area].contains(column))
    {
        if let Some(dimension) = Dimension::from_column(name) {
            groups.push((column, dimension));
        } else if let Some(id) = catalogue.indicators.id(name) {
            indicators.push((column, id));
        } else {
            let names: Vec<&str> = catalogue
                .indicators
                .iter()
                .map(|(_, indicator)| indicator.name.as_str())
                .collect();
            let nearest = disparity_core::did_you_mean(name, names);
            let fault = Fault::UnknownWord {
                found: name.clone(),
                what: "an indicator or a group column".into(),
                nearest,
            };
            let place = disparity_core::Place {
                file: table.file().to_owned(),
                line: 1,
                column: String::new(),
            };
            errors.push(LoadError {
                place,
                about: String::new(),
                fault,
            });
        }
    }
    LoadErrors::check(
        errors,
        Columns {
            period,
            area,
            groups,
            indicators,
        },
    )
}

/// Reads one table, of which columns that are not keys are indicators, and returns those.
fn read_table(
    table: &Table,
    lists: &CodeLists,
    catalogue: &Catalogue,
    issues: IssueSet,
    counts: &mut Counts,
) -> Result<Vec<IndicatorId>, LoadErrors> {
    let columns = columns(table, catalogue)?;
    let mut errors = Vec::new();
    let mut lines: BTreeMap<(Period, AreaCode, Stratum), u64> = BTreeMap::new();
    for row in table.rows() {
        let key = (|| {
            let period = read::period(row, columns.period)?;
            let area = read::area(row, columns.area, &catalogue.areas)?;
            let groups = "a group of categories.csv";
            let stratum = read::stratum(row, &columns.groups, &catalogue.dimensions, groups)?;
            Ok((period, area, stratum))
        })();
        let (period, area, stratum) = match key {
            Ok(key) => key,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        let about = || format!("{} ({area}), {period}", catalogue.areas.name(area));
        if let Some(first) = lines.insert((period, area, stratum), row.line) {
            errors.push(row.error(
                columns.area,
                "",
                Fault::DuplicateKey {
                    key: about(),
                    first,
                },
            ));
            continue;
        }
        for (column, indicator) in &columns.indicators {
            let text = row.text(*column);
            if text.is_empty() {
                continue;
            }
            match lists.marks.count("disparity", text) {
                Ok(value) => {
                    let key = CellKey {
                        indicator: *indicator,
                        period,
                        area,
                        stratum,
                    };
                    if counts.insert(key, (value, issues)).is_some() {
                        let fault = Fault::Contradiction {
                            what: "another table states this figure too".into(),
                            advice: "keep it in one of them".into(),
                        };
                        errors.push(row.error(*column, about(), fault));
                    }
                }
                Err(fault) => errors.push(row.error(*column, about(), fault)),
            }
        }
    }
    LoadErrors::check(
        errors,
        columns.indicators.into_iter().map(|(_, id)| id).collect(),
    )
}

fn revised(table: &Table, catalogue: &Catalogue) -> Result<BTreeSet<CellKey>, LoadErrors> {
    let [period, area, indicator] = table.columns(["time_period", "area_code", "indicator"])?;
    let keys = crate::codelists::collect(table, |row| {
        let names: Vec<&str> = Vec::new();
        Ok(CellKey {
            indicator: read::word(row, indicator, "an indicator", &names, |name| {
                catalogue.indicators.id(name)
            })?,
            period: read::period(row, period)?,
            area: read::area(row, area, &catalogue.areas)?,
            stratum: Stratum::TOTAL,
        })
    })?;
    Ok(keys.into_iter().collect())
}

/// What must be said about any count of this indicator, area and year.
fn standing_issues(key: &CellKey, catalogue: &Catalogue) -> IssueSet {
    let indicator = catalogue.indicators.get(key.indicator);
    let area = catalogue.areas.get(key.area);
    let authority = area.is_some_and(|area| area.level == GeographicLevel::LocalAuthority);
    // In force then, under the code that figures are kept under now?
    let recoded = area.is_some_and(|area| authority && !area.exists_at(key.period));
    IssueSet::EMPTY
        .with_if(indicator.counted.repeats, IssueCode::RepeatEvents)
        .with_if(indicator.includes_18_and_over, IssueCode::Includes18AndOver)
        .with_if(
            !indicator.is_comparable(key.period),
            IssueCode::PartlyCollected,
        )
        .with_if(!authority, IssueCode::RoundedTo10)
        .with_if(area.is_some_and(|area| area.tiny), IssueCode::TinyArea)
        .with_if(recoded, IssueCode::AreaRecoded)
        .with_if(
            catalogue.dimensions.is_unknown(key.stratum),
            IssueCode::UnknownGroup,
        )
}

/// The authorities without a figure, by indicator and period, where authorities have figures at all.
fn gaps(counts: &Counts, catalogue: &Catalogue) -> BTreeMap<(IndicatorId, Period), Vec<AreaCode>> {
    let authorities: Vec<_> = catalogue
        .areas
        .entities()
        .filter(|area| area.level == GeographicLevel::LocalAuthority)
        .map(|area| area.code)
        .collect();
    let measured: BTreeSet<(IndicatorId, Period)> = counts
        .keys()
        .filter(|key| key.stratum.is_total() && authorities.binary_search(&key.area).is_ok())
        .map(|key| (key.indicator, key.period))
        .collect();
    measured
        .into_iter()
        .filter_map(|(indicator, period)| {
            let missing: Vec<AreaCode> = authorities
                .iter()
                .copied()
                .filter(|area| catalogue.areas.exists_at(*area, period))
                .filter(|area| {
                    let key = CellKey {
                        indicator,
                        period,
                        area: *area,
                        stratum: Stratum::TOTAL,
                    };
                    match counts.get(&key) {
                        None => true,
                        Some((value, _)) => matches!(
                            value.symbol(),
                            Some(Symbol::NotAvailable | Symbol::Unreliable)
                        ),
                    }
                })
                .collect();
            (!missing.is_empty()).then_some(((indicator, period), missing))
        })
        .collect()
}

fn mark_coverage_gaps(counts: &mut Counts, catalogue: &Catalogue) {
    let gaps = gaps(counts, catalogue);
    for (key, (_, issues)) in counts.iter_mut() {
        let Some(missing) = gaps.get(&(key.indicator, key.period)) else {
            continue;
        };
        let touched = missing
            .iter()
            .filter_map(|code| catalogue.areas.get(*code))
            .any(|area| area.above().any(|above| above == key.area));
        *issues = issues.with_if(touched, IssueCode::CoverageGap);
    }
}

/// What must be said about the counts as a whole.
pub(super) fn issues(counts: &Counts, catalogue: &Catalogue) -> Vec<Issue> {
    let name = |id| catalogue.indicators.get(id).name.clone();
    let mut issues: Vec<Issue> = gaps(counts, catalogue)
        .into_iter()
        .map(|((indicator, period), missing)| {
            let names: Vec<String> = missing
                .iter()
                .map(|code| catalogue.areas.name(*code))
                .collect();
            Issue {
                indicator: name(indicator),
                period: Some(period),
                rows: missing.len() as u64,
                ..Issue::new(
                    IssueCode::CoverageGap,
                    format!("no figure for {}", names.join(", ")),
                )
            }
        })
        .collect();
    let mut symbols: BTreeMap<(IndicatorId, Symbol), u64> = BTreeMap::new();
    let mut revised: BTreeMap<IndicatorId, u64> = BTreeMap::new();
    for (key, (value, set)) in counts {
        if let Some(symbol) = value.symbol() {
            *symbols.entry((key.indicator, symbol)).or_default() += 1;
        }
        if set.contains(IssueCode::CountRevised) {
            *revised.entry(key.indicator).or_default() += 1;
        }
    }
    issues.extend(
        symbols
            .into_iter()
            .map(|((indicator, symbol), rows)| Issue {
                indicator: name(indicator),
                rows,
                ..Issue::new(
                    IssueCode::SourceSymbol,
                    format!("{rows} counts are `{symbol}`: {}", symbol.meaning()),
                )
            }),
    );
    issues.extend(revised.into_iter().map(|(indicator, rows)| Issue {
        indicator: name(indicator),
        rows,
        ..Issue::new(
            IssueCode::CountRevised,
            format!("{rows} counts differ from an earlier release"),
        )
    }));
    issues
}

/// Moves Chinese children from Asian to Other where detailed groups allow it; where only broad
/// groups are published, what either group would be then is not known.
pub(super) fn place_chinese(
    counts: &mut Counts,
    catalogue: &Catalogue,
    chinese_group: ChineseGroup,
) {
    if chinese_group == ChineseGroup::Asian {
        return;
    }
    let group = |code: &str| {
        catalogue
            .dimensions
            .stratum(Dimension::EthnicityMajor, code)
    };
    let (Some(asian), Some(other)) = (group("asian"), group("other")) else {
        return;
    };
    let minors = catalogue.dimensions.list(Dimension::EthnicityMinor);
    let of = |keep: &dyn Fn(&Category) -> bool| -> Vec<Stratum> {
        minors
            .iter()
            .filter(|(_, category)| keep(category))
            .map(|(id, category)| {
                let major = category
                    .parent
                    .as_deref()
                    .and_then(|p| catalogue.dimensions.list(Dimension::EthnicityMajor).id(p));
                Stratum::TOTAL
                    .with(
                        Dimension::EthnicityMajor,
                        major.unwrap_or(CategoryId::TOTAL),
                    )
                    .with(Dimension::EthnicityMinor, id)
            })
            .collect()
    };
    let asian_without = of(&|c| c.parent.as_deref() == Some("asian") && c.code != "CHNE");
    let chinese = of(&|c| c.code == "CHNE");
    let keys: Vec<CellKey> = counts
        .keys()
        .copied()
        .filter(|key| key.stratum == asian || key.stratum == other)
        .collect();
    for key in keys {
        let cell = |stratum| {
            counts
                .get(&CellKey { stratum, ..key })
                .map(|(value, _)| *value)
        };
        let parts: Option<Vec<Reported<Count>>> = if key.stratum == asian {
            asian_without.iter().map(|stratum| cell(*stratum)).collect()
        } else {
            chinese
                .iter()
                .map(|stratum| cell(*stratum))
                .chain([cell(other)])
                .collect()
        };
        let value = parts.map_or(
            Reported::Symbol(Symbol::NotAvailable),
            Reported::sum_complete,
        );
        if let Some((stored, issues)) = counts.get_mut(&key) {
            *stored = value;
            *issues = issues.with_if(!value.is_value(), IssueCode::ChineseFixed);
        }
    }
}
