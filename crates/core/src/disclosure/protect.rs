//! A cube of counts of children made into one that may be published: which sums hold between its
//! cells, and what is withheld or rounded.

use std::collections::{BTreeMap, BTreeSet};

use super::suppress::blocks::{Blocks, NONE, Steps};
use super::suppress::{Cell as Exposed, Sums, Threshold, Withheld, suppress_in_blocks};
use crate::{
    AreaCode, Areas, Basis, Cell, CellKey, Count, Cube, CubeError, Dimension, Dimensions,
    IndicatorId, Reported, Stratum, Symbol,
};

/// How counts are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Controlled {
    /// Counts from 1 to this are withheld, and so are complements of such a size.
    pub at_most: Count,
    /// What remains is rounded to the nearest multiple of this; 1 leaves it as it is.
    pub base: Count,
}

impl Default for Controlled {
    /// As the Department for Education does for authorities: 1 to 5 withheld, the rest not rounded.
    fn default() -> Self {
        Self {
            at_most: 5,
            base: 1,
        }
    }
}

/// That counts were protected, and how. Made only by [`protect`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ControlledBy {
    settings: Controlled,
    synthetic: bool,
}

impl ControlledBy {
    /// The settings.
    #[must_use]
    pub const fn settings(self) -> Controlled {
        self.settings
    }

    /// Whether the children were invented.
    #[must_use]
    pub const fn synthetic(self) -> bool {
        self.synthetic
    }
}

/// A protected cube, with what was done to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Protected {
    /// Counts with symbols where they are withheld.
    pub cube: Cube,
    /// The proof for the gate.
    pub by: ControlledBy,
    /// Counts withheld because they are small.
    pub primary: usize,
    /// Counts withheld so that those cannot be worked out.
    pub secondary: usize,
    /// Counts withheld in blocks, as there was no room to prove them safe one by one.
    pub given_up: usize,
}

/// An indicator and those that make it up: each of its children is in one of them, as plans are in
/// one of the bands of how long they have lasted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeUp {
    /// The whole, of which the parts are proportions.
    pub whole: IndicatorId,
    /// Its parts, which exclude each other.
    pub of: Vec<IndicatorId>,
}

/// A stock on 31 March and what changes it in the year: whoever was there a year before or came is
/// whoever left or is there now, and was there at some point. Where the counts do not add up, as with
/// a child who came twice, nobody can tell one from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turnover {
    /// Those there on the last day of the year.
    pub stock: IndicatorId,
    /// Those who came in the year.
    pub started: IndicatorId,
    /// Those who left in it.
    pub ended: IndicatorId,
    /// Those there at any point of it, if they are counted.
    pub any_point: Option<IndicatorId>,
}

/// What is known of how indicators hang together, beside what the cube itself says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Indicators that make up another.
    pub made_up: Vec<MadeUp>,
    /// Indicators that contain others, which exclude each other and leave a rest.
    pub contained: Vec<MadeUp>,
    /// Events, and the children they were about: the same count where no child had two.
    pub children: Vec<(IndicatorId, IndicatorId)>,
    /// Stocks and what changes them.
    pub turnovers: Vec<Turnover>,
}

/// Protects a cube, of which some indicators are known to hang together.
///
/// # Errors
/// [`CubeError`] never in practice: the keys are those of the cube given.
pub fn protect(
    cube: &Cube,
    dimensions: &Dimensions,
    areas: &Areas,
    known: &Known,
    (settings, synthetic): (Controlled, bool),
) -> Result<Protected, CubeError> {
    let mut table = Table::new(cube);
    table.add_strata(dimensions);
    table.add_areas(areas);
    table.add_denominators(cube);
    table.add_bands(&known.made_up);
    table.add_contained(&known.contained);
    table.add_children(&known.children);
    table.add_turnovers(&known.turnovers);
    let threshold = Threshold {
        at_most: settings.at_most,
    };
    let Withheld {
        hidden, given_up, ..
    } = suppress_in_blocks(
        &table.cells,
        &table.sums,
        threshold,
        &table.blocks(areas),
        &(),
        &|_, _| {},
    );
    let (mut primary, mut secondary) = (0, 0);
    let mut cells = Vec::with_capacity(cube.cells().len());
    for cell in cube.cells() {
        let mut out = *cell;
        if let Some(at) = table.numerators.get(&cell.key).copied() {
            if hidden[at] {
                out.numerator = Reported::Symbol(Symbol::Confidential);
                let small = (1..=settings.at_most).contains(&table.cells[at].count);
                *(if small { &mut primary } else { &mut secondary }) += 1;
            } else {
                out.numerator = Reported::Value(round(table.cells[at].count, settings.base));
            }
        }
        if let Some(at) = table.denominators.get(&cell.key).copied() {
            out.denominator.value = if hidden[at] {
                Reported::Symbol(Symbol::Confidential)
            } else {
                Reported::Value(f64::from(round(table.cells[at].count, settings.base)))
            };
        }
        cells.push(out);
    }
    Ok(Protected {
        cube: Cube::new(cells)?,
        by: ControlledBy {
            settings,
            synthetic,
        },
        primary,
        secondary,
        given_up,
    })
}

/// To the nearest multiple, halves up.
fn round(count: Count, base: Count) -> Count {
    if base <= 1 {
        count
    } else {
        (count + base / 2) / base * base
    }
}

/// The cells of a cube as counts, and every sum between them.
struct Table {
    cells: Vec<Exposed>,
    /// Where each count is of.
    of: Vec<AreaCode>,
    sums: Sums,
    numerators: BTreeMap<CellKey, usize>,
    denominators: BTreeMap<CellKey, usize>,
}

impl Table {
    fn new(cube: &Cube) -> Self {
        let mut table = Self {
            cells: vec![],
            of: vec![],
            sums: Sums::default(),
            numerators: BTreeMap::new(),
            denominators: BTreeMap::new(),
        };
        for cell in cube.cells() {
            if let Reported::Value(count) = cell.numerator {
                let at = table.count(cell.key.area, count, true);
                table.numerators.insert(cell.key, at);
            }
        }
        table
    }

    fn count(&mut self, of: AreaCode, count: Count, published: bool) -> usize {
        self.cells.push(Exposed { count, published });
        self.of.push(of);
        self.cells.len() - 1
    }

    /// Adds a sum if it really holds between counts that are there.
    fn add(&mut self, total: usize, parts: Vec<usize>) {
        if !parts.is_empty() && self.sum_of(&parts) == u64::from(self.cells[total].count) {
            self.sums.add(total, parts);
        }
    }

    /// Adds a sum of groups. Children whose group is not known may have no row of their own: they are
    /// a count that nobody publishes, and that anyone can see is not negative.
    fn add_groups(&mut self, total: usize, mut parts: Vec<usize>) {
        let rest = u64::from(self.cells[total].count).checked_sub(self.sum_of(&parts));
        if let Some(count) = rest.and_then(|rest| Count::try_from(rest).ok())
            && count > 0
            && !parts.is_empty()
        {
            parts.push(self.count(self.of[total], count, false));
        }
        self.add(total, parts);
    }

    /// Groups of a dimension make up everyone, and detailed ethnic groups their broad one.
    fn add_strata(&mut self, dimensions: &Dimensions) {
        let mut by_place: BTreeMap<CellKey, Vec<(Stratum, usize)>> = BTreeMap::new();
        for (key, at) in &self.numerators {
            by_place
                .entry(CellKey {
                    stratum: Stratum::TOTAL,
                    ..*key
                })
                .or_default()
                .push((key.stratum, *at));
        }
        for list in by_place.values() {
            let find =
                |stratum: Stratum| list.iter().find(|(s, _)| *s == stratum).map(|(_, at)| *at);
            let Some(total) = find(Stratum::TOTAL) else {
                continue;
            };
            for dimension in Dimension::ALL {
                let parts: Vec<usize> = list
                    .iter()
                    .filter(|(s, _)| s.only() == Some(dimension))
                    .map(|(_, at)| *at)
                    .collect();
                self.add_groups(total, parts);
            }
            for (id, _) in dimensions.list(Dimension::EthnicityMajor).iter() {
                let Some(broad) = find(Stratum::TOTAL.with(Dimension::EthnicityMajor, id)) else {
                    continue;
                };
                let code = &dimensions.list(Dimension::EthnicityMajor).get(id).code;
                let minor = dimensions.list(Dimension::EthnicityMinor);
                let is_part = |s: Stratum| {
                    s.only() == Some(Dimension::EthnicityMinor)
                        && minor
                            .get(s.get(Dimension::EthnicityMinor))
                            .parent
                            .as_deref()
                            == Some(code)
                };
                let parts: Vec<usize> = list
                    .iter()
                    .filter(|(s, _)| is_part(*s))
                    .map(|(_, at)| *at)
                    .collect();
                match parts.as_slice() {
                    // A broad group of one detailed group is the same count under another name.
                    [one] if self.cells[*one].count == self.cells[broad].count => {
                        self.sums.add(broad, [*one]);
                    }
                    _ => self.add(broad, parts),
                }
            }
        }
    }

    /// Authorities make up their region, and regions and authorities the country.
    fn add_areas(&mut self, areas: &Areas) {
        let mut by_stratum: BTreeMap<CellKey, Vec<(AreaCode, usize)>> = BTreeMap::new();
        for (key, at) in &self.numerators {
            by_stratum
                .entry(CellKey {
                    area: AreaCode::ENGLAND,
                    ..*key
                })
                .or_default()
                .push((key.area, *at));
        }
        for list in by_stratum.values() {
            let region_of = |area: AreaCode| areas.get(area).and_then(|area| area.region);
            for (whole, total) in list {
                let parts: Vec<usize> = list
                    .iter()
                    .filter(|(area, _)| region_of(*area) == Some(*whole))
                    .map(|(_, at)| *at)
                    .collect();
                self.add(*total, parts);
            }
            if let Some((_, total)) = list.iter().find(|(area, _)| *area == AreaCode::ENGLAND) {
                let authorities = list
                    .iter()
                    .filter(|(area, _)| region_of(*area).is_some())
                    .map(|(_, at)| *at)
                    .collect();
                self.add(*total, authorities);
            }
        }
    }

    /// A part and its complement make up the whole; whoever has two of the three has the third.
    fn add_denominators(&mut self, cube: &Cube) {
        let mut wholes: BTreeMap<(crate::IndicatorId, CellKey), usize> = BTreeMap::new();
        for cell in cube.cells() {
            let Some((whole, id)) = whole_of(cell) else {
                continue;
            };
            let Some(part) = self.numerators.get(&cell.key).copied() else {
                continue;
            };
            let own = CellKey {
                indicator: id,
                ..cell.key
            };
            // The whole is a cell of its own if its indicator is in the cube with the same count.
            let known = self
                .numerators
                .get(&own)
                .copied()
                .filter(|at| self.cells[*at].count == whole);
            let at = known.unwrap_or_else(|| {
                *wholes
                    .entry((id, cell.key))
                    .or_insert_with(|| self.count(cell.key.area, whole, true))
            });
            self.denominators.insert(cell.key, at);
            if let Some(rest) = whole.checked_sub(self.cells[part].count) {
                let complement = self.count(cell.key.area, rest, false);
                self.sums.add(at, [part, complement]);
            }
        }
    }

    /// Indicators that make up another, each beside the whole it is a proportion of.
    fn add_bands(&mut self, made_up: &[MadeUp]) {
        for MadeUp { whole, of } in made_up {
            let mut found: BTreeMap<(CellKey, usize), Vec<usize>> = BTreeMap::new();
            for (key, part) in &self.numerators {
                if let Some(total) = self
                    .denominators
                    .get(key)
                    .filter(|_| of.contains(&key.indicator))
                {
                    let key = CellKey {
                        indicator: *whole,
                        ..*key
                    };
                    found.entry((key, *total)).or_default().push(*part);
                }
            }
            for ((_, total), parts) in found {
                self.add_groups(total, parts);
            }
        }
    }

    /// Indicators that contain others: what is left beside one of them, and beside all of them, is a
    /// count that anyone can work out.
    fn add_contained(&mut self, contained: &[MadeUp]) {
        for MadeUp { whole, of } in contained {
            for key in self.of_indicator(*whole) {
                let total = self.numerators[&key];
                let parts = of.iter().filter_map(|id| self.at(*id, key));
                let parts: Vec<usize> = parts.collect();
                for part in parts.iter().copied() {
                    self.add_rest(total, vec![part]);
                }
                if parts.len() > 1 {
                    self.add_rest(total, parts);
                }
            }
        }
    }

    /// Parts of a total that leave a rest, which may be nothing.
    fn add_rest(&mut self, total: usize, mut parts: Vec<usize>) {
        let rest = u64::from(self.cells[total].count).checked_sub(self.sum_of(&parts));
        if let Some(rest) = rest.and_then(|rest| Count::try_from(rest).ok()) {
            parts.push(self.count(self.of[total], rest, false));
            self.sums.add(total, parts);
        }
    }

    /// Events of which each was about another child.
    fn add_children(&mut self, pairs: &[(IndicatorId, IndicatorId)]) {
        for (events, indicator) in pairs.iter().copied() {
            for key in self.of_indicator(events) {
                if let Some(children) = self.at(indicator, key) {
                    self.add(self.numerators[&key], vec![children]);
                }
            }
        }
    }

    /// Stocks of two years and what came and left between them.
    fn add_turnovers(&mut self, turnovers: &[Turnover]) {
        for turnover in turnovers {
            let here = [turnover.stock, turnover.started, turnover.ended];
            let here = here.into_iter().chain(turnover.any_point);
            let places: BTreeSet<CellKey> = here
                .flat_map(|indicator| self.of_indicator(indicator))
                .map(|key| CellKey {
                    indicator: turnover.stock,
                    ..key
                })
                .collect();
            for key in places {
                self.add_turnover(*turnover, key);
            }
        }
    }

    fn of_indicator(&self, indicator: IndicatorId) -> Vec<CellKey> {
        let keys = self.numerators.keys();
        keys.filter(|key| key.indicator == indicator)
            .copied()
            .collect()
    }

    fn at(&self, indicator: IndicatorId, key: CellKey) -> Option<usize> {
        let key = CellKey { indicator, ..key };
        self.numerators.get(&key).copied()
    }

    fn add_turnover(&mut self, turnover: Turnover, key: CellKey) {
        let there = |parts: [Option<usize>; 2]| parts.into_iter().flatten().collect::<Vec<usize>>();
        let left = [turnover.ended, turnover.stock].map(|id| self.at(id, key));
        let mut ways = vec![there(left)];
        // A year that was not counted is no year without anybody; and ages change from one to the next.
        let before = key
            .period
            .earlier(1)
            .map(|period| CellKey { period, ..key });
        let counted = |before: &CellKey| {
            let everyone = CellKey {
                stratum: Stratum::TOTAL,
                ..*before
            };
            self.numerators.contains_key(&everyone)
                && key.stratum.only() != Some(Dimension::AgeBand)
        };
        if let Some(before) = before.filter(counted) {
            let came = [
                self.at(turnover.started, key),
                self.at(turnover.stock, before),
            ];
            ways.push(there(came));
        }
        let any_point = turnover.any_point.and_then(|id| self.at(id, key));
        let any_point = any_point.or_else(|| {
            let sums: BTreeSet<u64> = ways.iter().map(|parts| self.sum_of(parts)).collect();
            let same = sums.first().filter(|_| sums.len() == 1 && ways.len() > 1)?;
            let count = Count::try_from(*same).ok()?;
            Some(self.count(key.area, count, false))
        });
        if let Some(any_point) = any_point {
            for parts in ways {
                self.add(any_point, parts);
            }
        }
    }

    fn sum_of(&self, parts: &[usize]) -> u64 {
        let counts = parts.iter().map(|at| u64::from(self.cells[*at].count));
        counts.sum()
    }

    /// An authority's counts hang together more than those of several do; what is of a region or the
    /// country ties them to one another, and is given up first.
    fn blocks(&self, areas: &Areas) -> Blocks {
        let mut number: BTreeMap<AreaCode, u32> = BTreeMap::new();
        let steps = self.of.iter().map(|area| {
            let authority = areas.get(*area).is_some_and(|area| area.region.is_some());
            let own = if authority {
                let next = u32::try_from(number.len()).unwrap_or(NONE - 1);
                *number.entry(*area).or_insert(next)
            } else {
                NONE
            };
            let tie = if own == NONE { 0 } else { NONE };
            Steps {
                asks: [0, NONE, NONE, own],
                is_in: [tie, NONE, NONE, own],
            }
        });
        Blocks::new(steps.collect())
    }
}

/// The count of children or events that a proportion is a part of.
fn whole_of(cell: &Cell) -> Option<(Count, crate::IndicatorId)> {
    let (Basis::Indicator(id), Reported::Value(value)) =
        (cell.denominator.basis, cell.denominator.value)
    else {
        return None;
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a count"
    )]
    let whole = ((0.0..=f64::from(Count::MAX)).contains(&value) && value.fract() == 0.0)
        .then_some(value as Count);
    whole.map(|whole| (whole, id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Denominator, IssueSet, Period};

    /// Plans of an authority by how long they have lasted, of which one band is small.
    fn plans() -> Cube {
        let year = Period::ending(2024).unwrap();
        let cell = |indicator, count: Count| Cell {
            key: CellKey {
                indicator: IndicatorId(indicator),
                period: year,
                area: "E08000035".parse().unwrap(),
                stratum: Stratum::TOTAL,
            },
            numerator: Reported::Value(count),
            denominator: Denominator {
                value: Reported::Value(if indicator == 0 { 900.0 } else { 60.0 }),
                basis: if indicator == 0 {
                    Basis::Children0To17 {
                        mid_year: year.population_year(),
                    }
                } else {
                    Basis::Indicator(IndicatorId(0))
                },
            },
            issues: IssueSet::EMPTY,
        };
        let bands = [3, 17, 9, 20, 11];
        let mut cells = vec![cell(0, 60)];
        cells.extend((1..).zip(bands).map(|(at, count)| cell(at, count)));
        Cube::new(cells).unwrap()
    }

    fn protected(cube: &Cube, known: &Known) -> Protected {
        let (dimensions, areas) = (
            Dimensions::new(Dimension::ALL.map(|_| crate::CodeList::default())),
            Areas::default(),
        );
        let settings = (Controlled::default(), true);
        protect(cube, &dimensions, &areas, known, settings).unwrap()
    }

    #[test]
    fn a_band_is_not_worked_out_from_the_others() {
        let withheld = |made_up: Vec<MadeUp>| {
            let known = Known {
                made_up,
                ..Known::default()
            };
            let safe = protected(&plans(), &known);
            (safe.primary, safe.secondary)
        };
        let bands = MadeUp {
            whole: IndicatorId(0),
            of: (1..=5).map(IndicatorId).collect(),
        };
        assert_eq!(withheld(vec![bands]), (1, 1));
        // Whoever does not know that they make up the whole lets the small one follow from the rest.
        assert_eq!(withheld(vec![]), (1, 0));
    }

    /// Children looked after in three years: four were, nine came and three left, and so on.
    fn stocks() -> Cube {
        let mut cells = Vec::new();
        for (year, stock, came, left) in [(2022, 4, 0, 0), (2023, 10, 9, 3), (2024, 30, 25, 5)] {
            for (indicator, count) in [(0, stock), (1, came), (2, left)] {
                cells.push(Cell {
                    key: CellKey {
                        indicator: IndicatorId(indicator),
                        period: Period::ending(year).unwrap(),
                        area: "E08000035".parse().unwrap(),
                        stratum: Stratum::TOTAL,
                    },
                    numerator: Reported::Value(count),
                    denominator: Denominator {
                        value: Reported::Symbol(Symbol::NotAvailable),
                        basis: Basis::Indicator(IndicatorId(9)),
                    },
                    issues: IssueSet::EMPTY,
                });
            }
        }
        cells.retain(|cell| cell.numerator != Reported::Value(0));
        Cube::new(cells).unwrap()
    }

    /// Indicator and year of every count withheld.
    fn withheld(cube: &Cube, known: &Known) -> Vec<(u16, u16)> {
        let safe = protected(cube, known);
        let cells = safe.cube.cells().iter();
        cells
            .filter(|cell| cell.numerator.value().is_none())
            .map(|cell| (cell.key.indicator.0, cell.key.period.year()))
            .collect()
    }

    #[test]
    fn a_stock_is_not_worked_out_from_those_of_other_years() {
        let known = Known {
            turnovers: vec![Turnover {
                stock: IndicatorId(0),
                started: IndicatorId(1),
                ended: IndicatorId(2),
                any_point: None,
            }],
            ..Known::default()
        };
        let small = [(0, 2022), (2, 2023), (2, 2024)];
        let without = withheld(&stocks(), &Known::default());
        assert_eq!(without, small);
        // 4 + 9 = 3 + 10 and 10 + 25 = 5 + 30: no small count may be alone in its sum.
        let with = withheld(&stocks(), &known);
        assert!(small.iter().all(|cell| with.contains(cell)));
        for year in [2023, 2024] {
            let in_sum = |cell: &&(u16, u16)| cell.1 == year || **cell == (0, year - 1);
            assert!(with.iter().filter(in_sum).count() > 1, "{year}: {with:?}");
        }
    }
}
