//! Shares of children by ethnic group, from pupils, and how far they may be from the truth.
//!
//! 1. Shares of pupils of all state-funded schools whose group is known, by school year.
//! 2. After the last of those years, the shares are moved on as those of primary pupils have moved
//!    since.
//! 3. Any other year has the nearest year's shares.
//! 4. How wrong that is was measured where the truth is known ([`Errors`]).

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    AreaCode, Catalogue, Category, CategoryId, ChineseGroup, DenominatorError, Dimension, Period,
    Reported, Stratum,
};

use super::Tables;
use super::share_errors::Errors;
use crate::codelists::{CodeLists, collect};
use crate::error::LoadErrors;
use crate::read::{self, ReadReported as _};

/// The broad groups that primary pupils and the census are told apart by, in that order.
pub(super) const GROUPS: [&str; 5] = ["white", "mixed", "asian", "black", "other"];

/// A figure for each broad group.
pub(super) type Broad = [f64; GROUPS.len()];

/// The first school year whose pupils include every kind of state-funded school.
pub(super) const FIRST_FULL_COVERAGE: u16 = 2018;

/// Shares of primary pupils have one decimal in per cent: so much is added to both before they are
/// divided, which keeps a step of 0.1 to 0.2 from doubling a share.
const ROUNDING: f64 = 0.25;

pub(super) type Areas<T> = BTreeMap<(AreaCode, u16), T>;

/// Children of an area by group in one school year.
#[derive(Debug, Clone, PartialEq)]
struct Year {
    /// Shares of all groups, and of the broad ones that they add up to.
    shares: BTreeMap<Stratum, f64>,
    /// How many years they were moved on from the last in which they are published.
    moved: u16,
}

/// Shares by area and school year, and their errors.
pub(super) struct Pupils {
    years: Areas<Year>,
    errors: Errors,
    /// The broad group of every group, detailed or broad, as the census has them.
    broad: BTreeMap<Stratum, usize>,
}

/// A share of the children of an area, and where it is from.
pub(super) struct Share {
    pub(super) of_children: f64,
    /// The school year it is of.
    pub(super) year: u16,
    /// Whether it was moved on to that year from the last published one.
    pub(super) moved: bool,
    pub(super) error: DenominatorError,
}

impl Pupils {
    pub(super) fn read(
        tables: &Tables<'_>,
        lists: &CodeLists,
        catalogue: &Catalogue,
        chinese_group: ChineseGroup,
        children: &dyn Fn(u16, AreaCode) -> Option<f64>,
    ) -> Result<Self, LoadErrors> {
        let minors = minor_shares(tables, lists, catalogue)?;
        let primary = primary(tables, catalogue, children)?;
        let published: Areas<Broad> = minors
            .iter()
            .map(|(key, own)| (*key, broad(own, catalogue)))
            .collect();
        let census = census(tables, catalogue)?;
        let errors = Errors::measure(&published, &primary, &census, catalogue);
        let mut years = Areas::new();
        for ((area, year), (own, moved)) in moved_on(minors, &primary, catalogue) {
            let shares = strata(&own, catalogue, chinese_group);
            years.insert((area, year), Year { shares, moved });
        }
        Ok(Self {
            years,
            errors,
            broad: broad_groups(catalogue),
        })
    }

    /// Whether anything is known of an area.
    pub(super) fn knows(&self, area: AreaCode) -> bool {
        self.of(area).next().is_some()
    }

    fn of(&self, area: AreaCode) -> impl Iterator<Item = u16> {
        let all = (area, 0)..=(area, u16::MAX);
        self.years.range(all).map(|((_, year), _)| *year)
    }

    /// The share of a group in the school year nearest to the one asked for.
    pub(super) fn share(
        &self,
        area: AreaCode,
        wanted: u16,
        stratum: Stratum,
        authority: bool,
    ) -> Option<Share> {
        let years: Vec<u16> = self.of(area).collect();
        let year = super::populations::nearest(&years, wanted)?;
        let found = self.years.get(&(area, year))?;
        let share = *found.shares.get(&stratum)?;
        let carried = year.abs_diff(wanted);
        let group = self.broad.get(&stratum).copied()?;
        Some(Share {
            of_children: share,
            year,
            moved: found.moved > 0,
            error: self
                .errors
                .of(group, share, authority, found.moved, carried),
        })
    }

    /// How much further from the truth the shares of an authority are that are those of the one it was
    /// split from.
    pub(super) fn of_the_whole(&self, stratum: Stratum) -> f64 {
        let group = self.broad.get(&stratum);
        group.map_or(0.0, |group| self.errors.split[*group])
    }
}

/// Pupils whose group is known, by detailed group, as shares.
type Minors = Vec<(CategoryId, f64)>;

fn minor_shares(
    tables: &Tables<'_>,
    lists: &CodeLists,
    catalogue: &Catalogue,
) -> Result<Areas<Minors>, LoadErrors> {
    let table = tables.read("pupils")?;
    let [year, area, group, pupils] =
        table.columns(["time_period", "area_code", "ethnicity_minor", "pupils"])?;
    let minors = catalogue.dimensions.list(Dimension::EthnicityMinor);
    let rows = collect(&table, |row| {
        let minor = read::word(
            row,
            group,
            "an ethnic group of categories.csv",
            &[],
            |code| minors.id(code),
        )?;
        let area = read::area(row, area, &catalogue.areas)?;
        let pupils = lists
            .marks
            .number("disparity", row.text(pupils))
            .map_err(|fault| row.error(pupils, catalogue.areas.name(area), fault))?;
        Ok(((area, read::period(row, year)?.year()), minor, pupils))
    })?;
    let mut known: Areas<Vec<(CategoryId, Reported<f64>)>> = Areas::new();
    for (key, minor, pupils) in rows {
        if !minors.get(minor).unknown {
            known.entry(key).or_default().push((minor, pupils));
        }
    }
    add_parts_of_london(&mut known, catalogue);
    let shares = known.into_iter().filter_map(|(key, groups)| {
        // A share of a total with a hole in it is not a share.
        let groups = groups
            .into_iter()
            .map(|(id, n)| Some((id, n.value()?)))
            .collect::<Option<Vec<_>>>()?;
        let total: f64 = groups.iter().map(|(_, pupils)| pupils).sum();
        let shares = groups.into_iter().map(|(id, pupils)| (id, pupils / total));
        (total > 0.0).then(|| (key, shares.collect()))
    });
    Ok(shares.collect())
}

/// Pupils are published for London but not for its two parts: those are sums of their authorities.
fn add_parts_of_london(known: &mut Areas<Vec<(CategoryId, Reported<f64>)>>, catalogue: &Catalogue) {
    let mut parts: Areas<BTreeMap<CategoryId, Reported<f64>>> = Areas::new();
    for ((area, year), groups) in known.iter() {
        let Some(part) = catalogue
            .areas
            .get(*area)
            .and_then(|area| area.part_of_london)
        else {
            continue;
        };
        let sums = parts.entry((part, *year)).or_default();
        for (group, pupils) in groups {
            let sum = sums.entry(*group).or_insert(Reported::Value(0.0));
            *sum = sum.zip(*pupils).map(|(a, b)| a + b);
        }
    }
    known.extend(
        parts
            .into_iter()
            .map(|(key, sums)| (key, sums.into_iter().collect())),
    );
}

/// Shares of all strata from those of the detailed groups.
fn strata(
    own: &[(CategoryId, f64)],
    catalogue: &Catalogue,
    chinese_group: ChineseGroup,
) -> BTreeMap<Stratum, f64> {
    let minors = catalogue.dimensions.list(Dimension::EthnicityMinor);
    let majors = catalogue.dimensions.list(Dimension::EthnicityMajor);
    let mut shares = BTreeMap::new();
    for (minor, share) in own {
        let category = minors.get(*minor);
        let parent = match (chinese_group, category.code.as_str()) {
            (ChineseGroup::Other, "CHNE") => Some("other"),
            _ => category.parent.as_deref(),
        };
        let major = parent.and_then(|code| majors.id(code)).unwrap_or_default();
        shares.insert(detailed(catalogue, *minor, category), *share);
        *shares
            .entry(Stratum::TOTAL.with(Dimension::EthnicityMajor, major))
            .or_default() += share;
        // Tables of children in need count the two Traveller groups together.
        if let (true, Some(both)) = (
            ["WIRT", "WROM"].contains(&category.code.as_str()),
            minors.id("WGRT"),
        ) {
            let together = detailed(catalogue, both, minors.get(both));
            *shares.entry(together).or_default() += share;
        }
    }
    shares
}

/// A detailed ethnic group with the broad group it is published under.
pub(super) fn detailed(catalogue: &Catalogue, id: CategoryId, category: &Category) -> Stratum {
    let majors = catalogue.dimensions.list(Dimension::EthnicityMajor);
    let major = category
        .parent
        .as_deref()
        .and_then(|code| majors.id(code))
        .unwrap_or_default();
    Stratum::TOTAL
        .with(Dimension::EthnicityMajor, major)
        .with(Dimension::EthnicityMinor, id)
}

/// The place of a detailed group's broad group, as the census has it.
fn place(category: &Category) -> Option<usize> {
    let parent = category.parent.as_deref()?;
    GROUPS.iter().position(|group| *group == parent)
}

fn broad_groups(catalogue: &Catalogue) -> BTreeMap<Stratum, usize> {
    let minors = catalogue.dimensions.list(Dimension::EthnicityMinor);
    let detailed = minors
        .iter()
        .filter_map(|(id, category)| Some((detailed(catalogue, id, category), place(category)?)));
    let major = |(at, code): (usize, &&str)| {
        let stratum = catalogue
            .dimensions
            .stratum(Dimension::EthnicityMajor, code)?;
        Some((stratum, at))
    };
    detailed
        .chain(GROUPS.iter().enumerate().filter_map(major))
        .collect()
}

/// The broad groups' shares from the detailed ones.
fn broad(own: &[(CategoryId, f64)], catalogue: &Catalogue) -> Broad {
    let minors = catalogue.dimensions.list(Dimension::EthnicityMinor);
    let mut sums = Broad::default();
    for (minor, share) in own {
        if let Some(group) = place(minors.get(*minor)) {
            sums[group] += share;
        }
    }
    sums
}

/// Percentages of primary pupils: of authorities as published, of regions and England weighted by the
/// children of those authorities that have them in every year.
fn primary(
    tables: &Tables<'_>,
    catalogue: &Catalogue,
    children: &dyn Fn(u16, AreaCode) -> Option<f64>,
) -> Result<Areas<Broad>, LoadErrors> {
    let table = tables.read("primary_pupils")?;
    let [year, area] = table.columns(["time_period", "area_code"])?;
    let names = GROUPS.map(|group| format!("{group}_percent"));
    let groups = table.columns(names.each_ref().map(String::as_str))?;
    let rows = collect(&table, |row| {
        let mut percent = Broad::default();
        for (percent, column) in percent.iter_mut().zip(groups) {
            *percent = read::number(row, column, row.text(area))?;
        }
        let key = (
            read::area(row, area, &catalogue.areas)?,
            read::period(row, year)?.year(),
        );
        Ok((key, percent))
    })?;
    let mut primary: Areas<Broad> = rows.into_iter().collect();
    let years: BTreeSet<u16> = primary.keys().map(|(_, year)| *year).collect();
    let in_every = |area: &AreaCode| {
        years
            .iter()
            .all(|year| primary.contains_key(&(*area, *year)))
    };
    let always: BTreeSet<AreaCode> = primary
        .keys()
        .map(|(area, _)| *area)
        .filter(in_every)
        .collect();
    let mut above: Areas<(Broad, f64)> = Areas::new();
    for area in &always {
        let Some(own) = catalogue.areas.get(*area) else {
            continue;
        };
        for year in &years {
            let Some(weight) = children(year - 1, *area) else {
                continue;
            };
            let percent = primary[&(*area, *year)];
            for whole in own.above().chain(own.part_of_london) {
                let (sums, weights) = above.entry((whole, *year)).or_default();
                for (sum, percent) in sums.iter_mut().zip(percent) {
                    *sum += percent * weight;
                }
                *weights += weight;
            }
        }
    }
    primary.extend(
        above
            .into_iter()
            .map(|(key, (sums, weights))| (key, sums.map(|sum| sum / weights))),
    );
    Ok(primary)
}

/// By how much each broad group's share is multiplied between two years, before all add up to 1.
pub(super) fn factors(from: &Broad, to: &Broad) -> Broad {
    std::array::from_fn(|group| (to[group] + ROUNDING) / (from[group] + ROUNDING))
}

/// The published shares, and after the last of them those that primary pupils move them on to, with
/// the number of years that they were moved.
fn moved_on(
    published: Areas<Minors>,
    primary: &Areas<Broad>,
    catalogue: &Catalogue,
) -> Areas<(Minors, u16)> {
    let minors = catalogue.dimensions.list(Dimension::EthnicityMinor);
    let mut last: BTreeMap<AreaCode, u16> = BTreeMap::new();
    for (area, year) in published.keys() {
        last.insert(*area, *year);
    }
    let newest = last.values().copied().max().unwrap_or(0);
    let mut all: Areas<(Minors, u16)> = Areas::new();
    for (area, year) in last.into_iter().filter(|(_, year)| *year == newest) {
        let Some(from) = primary.get(&(area, year)) else {
            continue;
        };
        let own = &published[&(area, year)];
        let later = (area, year + 1)..=(area, u16::MAX);
        for ((_, later), to) in primary.range(later) {
            let factors = factors(from, to);
            let moved = own.iter().map(|(minor, share)| {
                let group = place(minors.get(*minor));
                (*minor, share * group.map_or(1.0, |group| factors[group]))
            });
            let mut moved: Minors = moved.collect();
            let total: f64 = moved.iter().map(|(_, share)| share).sum();
            for (_, share) in &mut moved {
                *share /= total;
            }
            all.insert((area, *later), (moved, later - year));
        }
    }
    all.extend(published.into_iter().map(|(key, own)| (key, (own, 0))));
    all
}

fn census(
    tables: &Tables<'_>,
    catalogue: &Catalogue,
) -> Result<BTreeMap<AreaCode, Broad>, LoadErrors> {
    let table = tables.read("census_2021_children_10_17")?;
    let area = table.column("area_code")?;
    let groups = table.columns(GROUPS)?;
    let rows = collect(&table, |row| {
        let mut counts = Broad::default();
        for (count, column) in counts.iter_mut().zip(groups) {
            *count = read::number(row, column, row.text(area))?;
        }
        Ok((read::area(row, area, &catalogue.areas)?, counts))
    })?;
    Ok(rows.into_iter().collect())
}

/// The school year that a reporting year is matched with: the one that ends after 31 March.
pub(super) const fn school_year(period: Period) -> u16 {
    period.year()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_moves_as_that_of_primary_pupils_and_a_tiny_one_is_not_doubled_by_rounding() {
        let moved = factors(&[80.0, 10.0, 0.1, 5.0, 0.0], &[70.0, 12.0, 0.2, 5.0, 0.0]);
        assert!((moved[0] - 70.25 / 80.25).abs() < 1e-12);
        assert!(moved[2] > 1.0 && moved[2] < 1.3);
        assert!((moved[3] - 1.0).abs() < 1e-12 && (moved[4] - 1.0).abs() < 1e-12);
    }
}
