//! What a table says: counts by year, area and group, and cells with denominators made of them.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    AreaCode, Areas, Basis, Catalogue, Cell, CellKey, Count, Cube, DecileShares, Denominator,
    Frequencies, GeographicLevel, IndicatorId, Issue, IssueCode, IssueSet, Period, Populations,
    Reported, Stratum,
};

use crate::describe::Protection;
use crate::error::{TableError, TableErrors};
use crate::margins::Found;

/// Counts of a table by year, area and group.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    pub(crate) file: String,
    pub(crate) cells: BTreeMap<(Period, AreaCode, Stratum), Found>,
    /// Children by how many events they had, by year and area; where children are named.
    pub(crate) times: BTreeMap<(Period, AreaCode), Vec<Count>>,
    /// Whether events may be of the same child.
    pub(crate) repeats: bool,
    /// Who has protected the counts.
    pub protection: Protection,
    /// What must be said of the table.
    pub issues: Vec<Issue>,
    /// Rows that were read.
    pub rows: u64,
    /// SHA-256 of all its files one after another, in hexadecimal; of counts that nobody protected none is taken, as it would
    /// tell them to whoever tries numbers until it fits.
    pub sha256: Option<String>,
}

impl Counted {
    /// The areas and years it has counts of.
    #[must_use]
    pub fn places(&self) -> BTreeSet<(AreaCode, Period)> {
        let keys = self.cells.keys();
        keys.map(|(period, area, _)| (*area, *period)).collect()
    }

    /// Adds up regions and the nation where every authority of theirs has a count of the year and group, and the table
    /// has no total of its own.
    pub(crate) fn add_totals(&mut self, areas: &Areas) {
        let wanted: BTreeSet<(Period, Stratum)> = self
            .cells
            .keys()
            .map(|(period, _, stratum)| (*period, *stratum))
            .collect();
        let authorities = |period: Period| {
            areas.entities().filter(move |own| {
                own.level == GeographicLevel::LocalAuthority && areas.exists_at(own.code, period)
            })
        };
        let mut found = Vec::new();
        for (period, stratum) in wanted {
            let mut wholes: BTreeMap<AreaCode, Vec<AreaCode>> = BTreeMap::new();
            for own in authorities(period) {
                for above in own.above() {
                    wholes.entry(above).or_default().push(own.code);
                }
            }
            for (whole, parts) in wholes {
                if self.cells.contains_key(&(period, whole, stratum)) {
                    continue;
                }
                let parts: Option<Vec<&Found>> = parts
                    .iter()
                    .map(|part| self.cells.get(&(period, *part, stratum)))
                    .collect();
                if let Some(parts) = parts {
                    found.push(((period, whole, stratum), sum(&parts)));
                }
            }
        }
        if found
            .iter()
            .any(|((_, area, _), _)| *area == areas.nation().code())
        {
            let mut issue = Issue::new(
                IssueCode::TotalsOfTable,
                format!(
                    "totals of {} and its regions are the sums of {}’s counts",
                    areas.nation(),
                    self.file
                ),
            );
            issue.rows = found.len() as u64;
            self.issues.push(issue);
        }
        self.cells.extend(found);
    }

    /// The counts as cells of an indicator, with children of the area, year and group as denominators or, with a whole
    /// beside them, what the table says they are a part of.
    ///
    /// # Errors
    /// Counts of more than can be counted, and counts larger than what they are a part of.
    ///
    /// # Panics
    /// Never: each key is there once.
    pub fn cube(
        &self,
        indicator: IndicatorId,
        beside: Beside,
        catalogue: &Catalogue,
        populations: &Populations,
    ) -> Result<Cube, TableErrors> {
        let whole = beside.whole;
        let mut shares = DecileShares::new(catalogue);
        let mut errors = Vec::new();
        let mut cells = Vec::with_capacity(self.cells.len());
        self.beside(beside, &mut cells, &mut shares, populations);
        for ((period, area, stratum), found) in &self.cells {
            let about = || format!("{} in {period}", catalogue.areas.name(*area));
            let count = found.count.map(Count::try_from);
            let count = match count {
                Reported::Value(Ok(count)) => Reported::Value(count),
                Reported::Symbol(symbol) => Reported::Symbol(symbol),
                Reported::Value(Err(_)) => {
                    let what = format!("the counts of {} add up to more than is kept", about());
                    errors.push(TableError::of_file(
                        &self.file,
                        what,
                        "check the column of counts",
                    ));
                    continue;
                }
            };
            if let (Some(Reported::Value(whole)), Reported::Value(count)) = (found.whole, count)
                && u64::from(count) > whole
            {
                let what = format!(
                    "the count of {} is {count}, more than the {whole} that it is a part of",
                    about()
                );
                let hint = "check which columns are the count and the denominator";
                errors.push(TableError::of_file(&self.file, what, hint));
            }
            let (denominator, issues) = match whole {
                None => shares.denominator(populations, *period, *area, *stratum),
                Some(id) => {
                    let value = found
                        .whole
                        .unwrap_or(Reported::Symbol(disparity_core::Symbol::NotAvailable));
                    let denominator = Denominator {
                        value: value.map(|whole| whole as f64),
                        basis: Basis::Indicator(id),
                    };
                    (denominator, IssueSet::EMPTY)
                }
            };
            cells.push(Cell {
                key: CellKey {
                    indicator,
                    period: *period,
                    area: *area,
                    stratum: *stratum,
                },
                numerator: count,
                denominator,
                issues: issues
                    .with_if(self.repeats, IssueCode::RepeatEvents)
                    .with_if(
                        catalogue.dimensions.is_unknown(*stratum),
                        IssueCode::UnknownGroup,
                    ),
            });
        }
        if !errors.is_empty() {
            return Err(TableErrors(errors));
        }
        // The keys are those of a map.
        Ok(Cube::new(cells).unwrap_or_default())
    }

    /// Cells of what counts are a part of, and of the children who had the events: counts of children, which hang together
    /// as the others do and are protected with them.
    fn beside(
        &self,
        beside: Beside,
        cells: &mut Vec<Cell>,
        shares: &mut DecileShares<'_>,
        populations: &Populations,
    ) {
        let mut add = |indicator, (period, area, stratum), numerator| {
            let (denominator, issues) = shares.denominator(populations, period, area, stratum);
            cells.push(Cell {
                key: CellKey {
                    indicator,
                    period,
                    area,
                    stratum,
                },
                numerator,
                denominator,
                issues,
            });
        };
        if let Some(indicator) = beside.whole {
            for (key, found) in &self.cells {
                let count = found.whole.and_then(|own| match own.map(Count::try_from) {
                    Reported::Value(count) => count.ok().map(Reported::Value),
                    Reported::Symbol(symbol) => Some(Reported::Symbol(symbol)),
                });
                if let Some(count) = count {
                    add(indicator, *key, count);
                }
            }
        }
        if let Some(indicator) = beside.children {
            for ((period, area), times) in &self.times {
                let children = times.iter().sum();
                add(
                    indicator,
                    (*period, *area, Stratum::TOTAL),
                    Reported::Value(children),
                );
            }
        }
    }

    /// How many events children had, by the key of everyone's events.
    #[must_use]
    pub fn frequencies(&self, indicator: IndicatorId) -> Frequencies {
        let own = self.times.iter().filter(|_| self.repeats);
        own.map(|((period, area), times)| {
            let key = CellKey {
                indicator,
                period: *period,
                area: *area,
                stratum: Stratum::TOTAL,
            };
            (key, times.clone())
        })
        .collect()
    }
}

/// Indicators whose counts stand beside those of a table: nothing is computed of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Beside {
    /// What the counts are a part of.
    pub whole: Option<IndicatorId>,
    /// The children who had the events that are counted.
    pub children: Option<IndicatorId>,
}

/// Several counts together: a symbol among them makes the sum one.
fn sum(parts: &[&Found]) -> Found {
    let add = |all: Reported<u64>, one: Reported<u64>| all.zip(one).map(|(a, b)| a + b);
    let mut wholes = parts.iter().map(|part| part.whole);
    Found {
        count: parts
            .iter()
            .map(|part| part.count)
            .fold(Reported::Value(0), add),
        whole: wholes.try_fold(Reported::Value(0), |all, one| Some(add(all, one?))),
    }
}
