//! A cube of counts of children made into one that may be published: which sums hold between its
//! cells, and what is withheld or rounded.

use std::collections::BTreeMap;

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

/// Protects a cube, of which some indicators are known to make up others.
///
/// # Errors
/// [`CubeError`] never in practice: the keys are those of the cube given.
pub fn protect(
    cube: &Cube,
    dimensions: &Dimensions,
    areas: &Areas,
    made_up: &[MadeUp],
    (settings, synthetic): (Controlled, bool),
) -> Result<Protected, CubeError> {
    let mut table = Table::new(cube);
    table.add_strata(dimensions);
    table.add_areas(areas);
    table.add_denominators(cube);
    table.add_bands(made_up);
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
        let sum: u64 = parts
            .iter()
            .map(|at| u64::from(self.cells[*at].count))
            .sum();
        if parts.len() > 1 && sum == u64::from(self.cells[total].count) {
            self.sums.add(total, parts);
        }
    }

    /// Adds a sum of groups. Children whose group is not known may have no row of their own: they are
    /// a count that nobody publishes, and that anyone can see is not negative.
    fn add_groups(&mut self, total: usize, mut parts: Vec<usize>) {
        let sum: u64 = parts
            .iter()
            .map(|at| u64::from(self.cells[*at].count))
            .sum();
        let rest = u64::from(self.cells[total].count).checked_sub(sum);
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

    fn withheld(made_up: &[MadeUp]) -> (usize, usize) {
        let (dimensions, areas) = (
            Dimensions::new(Dimension::ALL.map(|_| crate::CodeList::default())),
            Areas::default(),
        );
        let settings = (Controlled::default(), true);
        let safe = protect(&plans(), &dimensions, &areas, made_up, settings).unwrap();
        (safe.primary, safe.secondary)
    }

    #[test]
    fn a_band_is_not_worked_out_from_the_others() {
        let bands = MadeUp {
            whole: IndicatorId(0),
            of: (1..=5).map(IndicatorId).collect(),
        };
        assert_eq!(withheld(&[bands]), (1, 1));
        // Whoever does not know that they make up the whole lets the small one follow from the rest.
        assert_eq!(withheld(&[]), (1, 0));
    }
}
