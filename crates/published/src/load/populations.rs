//! Children living in an area: all, by ethnic group, by age band.
//!
//! Only the number of all children aged 0 to 17 is published for every authority and year. Ethnic
//! groups are that number times the shares of pupils; age bands are that number times the shares of
//! ages. Both say which year the shares are of.

use std::collections::BTreeMap;

use disparity_core::{
    AreaCode, Basis, Catalogue, ChineseGroup, Denominator, DenominatorError, Dimension,
    GeographicLevel, IssueCode, IssueSet, MidYear, Period, Population, Populations, Reported,
    Stratum, Symbol,
};

use super::Tables;
use super::pupils::{self, Pupils, detailed};
use crate::codelists::{CodeLists, collect};
use crate::error::LoadErrors;
use crate::read::{self, ReadReported as _};

/// Children by mid-year and area, and the shares that divide them.
pub(crate) struct Children {
    /// Newest vintage.
    all: BTreeMap<(MidYear, AreaCode), Reported<f64>>,
    /// The vintage before the census rebase, kept to check rates of its day.
    before_rebase: BTreeMap<(MidYear, AreaCode), Reported<f64>>,
    /// Shares of children by ethnic group, from pupils.
    pupils: Pupils,
    /// Shares of children by mid-year, area and age stratum, and whether they are exact counts.
    ages: BTreeMap<(AreaCode, u16), BTreeMap<Stratum, f64>>,
}

impl Children {
    pub(crate) fn read(
        tables: &Tables<'_>,
        lists: &CodeLists,
        catalogue: &Catalogue,
        chinese_group: ChineseGroup,
    ) -> Result<Self, LoadErrors> {
        let [all, before_rebase] = totals(tables, lists, catalogue)?;
        let children = |mid_year, area| all.get(&(MidYear(mid_year), area))?.value();
        let pupils = Pupils::read(tables, lists, catalogue, chinese_group, &children)?;
        Ok(Self {
            all,
            before_rebase,
            pupils,
            ages: age_shares(tables, catalogue)?,
        })
    }

    /// Published children aged 0 to 17, newest vintage.
    pub(crate) fn all(&self, mid_year: MidYear, area: AreaCode) -> Reported<f64> {
        self.all
            .get(&(mid_year, area))
            .copied()
            .unwrap_or(Reported::Symbol(Symbol::NotAvailable))
    }

    /// Published children aged 0 to 17, the vintage before the census rebase.
    pub(crate) fn before_rebase(&self, mid_year: MidYear, area: AreaCode) -> Reported<f64> {
        self.before_rebase
            .get(&(mid_year, area))
            .copied()
            .unwrap_or(Reported::Symbol(Symbol::NotAvailable))
    }

    /// The children of every group that any publication lets us count, for every period and area
    /// that has a published total.
    pub(super) fn populations(&self, catalogue: &Catalogue) -> Populations {
        let strata = strata(catalogue);
        let known = self.all.iter().filter(|(_, children)| children.is_value());
        known
            .filter_map(|((mid_year, area), _)| Some((Period::ending(mid_year.0 + 1)?, *area)))
            .flat_map(|(period, area)| strata.iter().map(move |stratum| (period, area, *stratum)))
            .filter_map(|key| Some((key, self.of(catalogue, key.0, key.1, key.2)?)))
            .collect()
    }

    /// The children of one stratum: all, or a published share of all.
    fn of(
        &self,
        catalogue: &Catalogue,
        period: Period,
        area: AreaCode,
        stratum: Stratum,
    ) -> Option<Population> {
        let mid_year = period.population_year();
        let whole = self.all(mid_year, area);
        let earlier = self.before_rebase.get(&(mid_year, area));
        let rebased = IssueSet::EMPTY.with_if(
            earlier.is_some_and(|earlier| *earlier != whole),
            IssueCode::PopulationRebased,
        );
        if stratum.is_total() {
            let denominator = Denominator {
                value: whole,
                basis: Basis::Children0To17 { mid_year },
            };
            return Some(Population {
                denominator,
                issues: rebased,
            });
        }
        let (share, share_year, error, issues) = if stratum.only() == Some(Dimension::AgeBand) {
            self.age_share(area, mid_year, stratum)?
        } else {
            self.pupil_share(catalogue, area, period, stratum)?
        };
        let value = whole.map(|children| children * share);
        Some(Population {
            denominator: Denominator {
                value,
                basis: Basis::Share {
                    mid_year,
                    share_year,
                    error,
                },
            },
            issues: issues.union(rebased),
        })
    }

    fn pupil_share(
        &self,
        catalogue: &Catalogue,
        area: AreaCode,
        period: Period,
        stratum: Stratum,
    ) -> Option<(f64, u16, DenominatorError, IssueSet)> {
        let own = self.pupils.knows(area);
        let source = if own {
            area
        } else {
            catalogue.areas.split_from(area)?
        };
        let authority = catalogue
            .areas
            .get(area)
            .is_some_and(|area| area.level == GeographicLevel::LocalAuthority);
        let wanted = pupils::school_year(period);
        let mut found = self.pupils.share(source, wanted, stratum, authority)?;
        if !own {
            let split = self.pupils.of_the_whole(stratum);
            found.error.level = found.error.level.hypot(split);
        }
        let issues = IssueSet::EMPTY
            .with(IssueCode::PupilShare)
            .with_if(!own, IssueCode::PupilSharePredecessor)
            .with_if(found.moved, IssueCode::PupilShareLinked)
            .with_if(found.year != wanted, IssueCode::PupilShareCarried)
            .with_if(
                found.year < pupils::FIRST_FULL_COVERAGE,
                IssueCode::PupilCoverageChange,
            );
        Some((found.of_children, found.year, found.error, issues))
    }

    fn age_share(
        &self,
        area: AreaCode,
        mid_year: MidYear,
        stratum: Stratum,
    ) -> Option<(f64, u16, DenominatorError, IssueSet)> {
        let with_band = |year: &u16| {
            self.ages
                .get(&(area, *year))
                .is_some_and(|shares| shares.contains_key(&stratum))
        };
        let years: Vec<u16> = years_of(&self.ages, area).filter(with_band).collect();
        let year = nearest(&years, mid_year.0)?;
        let share = *self.ages.get(&(area, year))?.get(&stratum)?;
        let issues = IssueSet::EMPTY
            .with(IssueCode::AgeShare)
            .with_if(year != mid_year.0, IssueCode::AgeShareCarried);
        Some((share, year, DenominatorError::NONE, issues))
    }
}

/// Everyone, every ethnic group and every age band of which shares are published.
fn strata(catalogue: &Catalogue) -> Vec<Stratum> {
    let list = |dimension| catalogue.dimensions.list(dimension);
    let known = |dimension| {
        list(dimension)
            .iter()
            .filter(|(_, category)| !category.unknown)
    };
    let majors = known(Dimension::EthnicityMajor)
        .map(|(id, _)| Stratum::TOTAL.with(Dimension::EthnicityMajor, id));
    let minors =
        known(Dimension::EthnicityMinor).map(|(id, category)| detailed(catalogue, id, category));
    let ages = known(Dimension::AgeBand).map(|(id, _)| Stratum::TOTAL.with(Dimension::AgeBand, id));
    std::iter::once(Stratum::TOTAL)
        .chain(majors)
        .chain(minors)
        .chain(ages)
        .collect()
}

fn years_of<T>(shares: &BTreeMap<(AreaCode, u16), T>, area: AreaCode) -> impl Iterator<Item = u16> {
    shares
        .range((area, 0)..=(area, u16::MAX))
        .map(|((_, year), _)| *year)
}

/// The year nearest to the one asked for; the earlier of two equally near.
pub(super) fn nearest(years: &[u16], wanted: u16) -> Option<u16> {
    years
        .iter()
        .copied()
        .min_by_key(|year| (year.abs_diff(wanted), *year))
}

type Totals = BTreeMap<(MidYear, AreaCode), Reported<f64>>;

fn totals(
    tables: &Tables<'_>,
    lists: &CodeLists,
    catalogue: &Catalogue,
) -> Result<[Totals; 2], LoadErrors> {
    let table = tables.read("population")?;
    let [year, area, newest, earlier] = table.columns([
        "mid_year",
        "area_code",
        "children_0_17",
        "children_0_17_before_rebase",
    ])?;
    let rows = collect(&table, |row| {
        let key = (
            MidYear(read::whole(row, year, "")?),
            read::area(row, area, &catalogue.areas)?,
        );
        let count = |column| match row.text(column) {
            "" => Ok(None),
            text => lists
                .marks
                .number("disparity", text)
                .map(Some)
                .map_err(|fault| row.error(column, catalogue.areas.name(key.1), fault)),
        };
        Ok((key, [count(newest)?, count(earlier)?]))
    })?;
    let pick = |i: usize| {
        rows.iter()
            .filter_map(|(key, values)| Some((*key, values[i]?)))
            .collect()
    };
    Ok([pick(0), pick(1)])
}

type Shares = BTreeMap<(AreaCode, u16), BTreeMap<Stratum, f64>>;

/// Shares of children by age band. Bands of five years are published more often than single years,
/// so under 1 and 1 to 4 divide 0 to 4 as the single years do where those are published.
fn age_shares(tables: &Tables<'_>, catalogue: &Catalogue) -> Result<Shares, LoadErrors> {
    let table = tables.read("children_by_age_band")?;
    let [year, area, to_4, to_9, to_15, to_17] = table.columns([
        "mid_year",
        "area_code",
        "age_0_to_4",
        "age_5_to_9",
        "age_10_to_15",
        "age_16_to_17",
    ])?;
    let band = |code| {
        catalogue
            .dimensions
            .stratum(Dimension::AgeBand, code)
            .unwrap_or_default()
    };
    let rows = collect(&table, |row| {
        let key = (
            read::area(row, area, &catalogue.areas)?,
            read::whole(row, year, "")?,
        );
        let number = |column| read::number(row, column, "");
        Ok((
            key,
            [number(to_4)?, number(to_9)?, number(to_15)?, number(to_17)?],
        ))
    })?;
    let mut shares = Shares::new();
    for (key, counts) in rows {
        let total: f64 = counts.iter().sum();
        if total <= 0.0 {
            continue;
        }
        let codes = ["0_to_4", "5_to_9", "10_to_15", "16_and_over"];
        shares.insert(
            key,
            codes
                .into_iter()
                .zip(counts)
                .map(|(code, n)| (band(code), n / total))
                .collect(),
        );
    }
    for ((mid_year, area), ages) in &catalogue.context.children_by_age {
        let total: f64 = ages.iter().sum();
        if total > 0.0 {
            let entry = shares.entry((*area, mid_year.0)).or_default();
            entry.insert(band("under_1"), ages[0] / total);
            entry.insert(band("1_to_4"), ages[1..5].iter().sum::<f64>() / total);
        }
    }
    split_under_five(&mut shares, catalogue);
    Ok(shares)
}

/// Where only 0 to 4 is published, divides it as in the nearest year with single ages.
///
/// The result is an estimate even when the band is of the right year; callers see that because the
/// share year they are given is that of the band, and the issue says shares were applied.
fn split_under_five(shares: &mut Shares, catalogue: &Catalogue) {
    let band = |code| {
        catalogue
            .dimensions
            .stratum(Dimension::AgeBand, code)
            .unwrap_or_default()
    };
    let (infants, toddlers, under_five) = (band("under_1"), band("1_to_4"), band("0_to_4"));
    let single: BTreeMap<(AreaCode, u16), f64> = shares
        .iter()
        .filter_map(|(key, own)| Some((*key, own.get(&infants)? / own.get(&under_five)?)))
        .collect();
    for ((area, year), own) in shares.iter_mut() {
        if own.contains_key(&infants) {
            continue;
        }
        let years: Vec<u16> = years_of(&single, *area).collect();
        if let (Some(nearest), Some(all)) = (nearest(&years, *year), own.get(&under_five).copied())
        {
            let part = single[&(*area, nearest)];
            own.insert(infants, all * part);
            own.insert(toddlers, all * (1.0 - part));
        }
    }
}
