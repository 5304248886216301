//! A cube of counts of children made into one that may be published: what is withheld or rounded.

use super::suppress::{Threshold, Withheld, suppress_in_blocks};
use super::table::Table;
use crate::{Areas, Count, Cube, CubeError, Dimensions, IndicatorId, Reported, Symbol};

/// How counts are protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Controlled {
    /// Counts from 1 to this are withheld, and so are complements of such a size.
    pub at_most: Count,
    /// That none of a group has something, or all of it, is withheld as well.
    pub zeros: bool,
    /// What remains is rounded to the nearest multiple of this; 1 leaves it as it is.
    pub base: Count,
}

impl Default for Controlled {
    /// As the Department for Education does for authorities: 1 to 5 withheld, the rest not rounded.
    fn default() -> Self {
        Self {
            at_most: 5,
            zeros: false,
            base: 1,
        }
    }
}

impl Controlled {
    /// Which counts are withheld for their size.
    #[must_use]
    pub const fn threshold(self) -> Threshold {
        Threshold::up_to(self.at_most)
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
    let threshold = settings.threshold();
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
                let small = threshold.is_small(table.cells[at].count);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Basis, Cell, CellKey, Denominator, Dimension, IssueSet, Period, Stratum};

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
