//! A cube of counts of children made into one that may be published: which sums hold between its
//! cells, and what is withheld or rounded.

use std::collections::BTreeMap;

use super::suppress::{Cell as Exposed, Sums, Threshold, Withheld, suppress};
use crate::{
    AreaCode, Areas, Basis, Cell, CellKey, Count, Cube, CubeError, Dimension, Dimensions, Reported,
    Stratum, Symbol,
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

/// Protects a cube.
///
/// # Errors
/// [`CubeError`] never in practice: the keys are those of the cube given.
pub fn protect(
    cube: &Cube,
    dimensions: &Dimensions,
    areas: &Areas,
    settings: Controlled,
    synthetic: bool,
) -> Result<Protected, CubeError> {
    let mut table = Table::new(cube);
    table.add_strata(dimensions);
    table.add_areas(areas);
    table.add_denominators(cube);
    let threshold = Threshold {
        at_most: settings.at_most,
    };
    let Withheld {
        hidden, given_up, ..
    } = suppress(&table.cells, &table.sums, threshold);
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
    sums: Sums,
    numerators: BTreeMap<CellKey, usize>,
    denominators: BTreeMap<CellKey, usize>,
}

impl Table {
    fn new(cube: &Cube) -> Self {
        let mut table = Self {
            cells: vec![],
            sums: Sums::default(),
            numerators: BTreeMap::new(),
            denominators: BTreeMap::new(),
        };
        for cell in cube.cells() {
            if let Reported::Value(count) = cell.numerator {
                table.numerators.insert(cell.key, table.cells.len());
                table.cells.push(Exposed {
                    count,
                    published: true,
                });
            }
        }
        table
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
            self.cells.push(Exposed {
                count,
                published: false,
            });
            parts.push(self.cells.len() - 1);
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
                *wholes.entry((id, cell.key)).or_insert_with(|| {
                    self.cells.push(Exposed {
                        count: whole,
                        published: true,
                    });
                    self.cells.len() - 1
                })
            });
            self.denominators.insert(cell.key, at);
            if let Some(rest) = whole.checked_sub(self.cells[part].count) {
                self.cells.push(Exposed {
                    count: rest,
                    published: false,
                });
                let complement = self.cells.len() - 1;
                self.sums.add(at, [part, complement]);
            }
        }
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
