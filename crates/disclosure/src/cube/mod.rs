//! A cube of counts of children made into one that may be published: what is withheld or rounded.

mod repeats;
mod table;

use disparity_core::answers::{CellCount, Group, GroupBy, SharedName};
use disparity_core::{
    AreaCode, Areas, CellKey, Cube, CubeError, Dimensions, Frequencies, IndicatorRelations,
    Provenance, Reported, Results, Symbol,
};

use crate::beside::Beside;
use crate::release::{Policy, Release};
use crate::suppression::{Withheld, leave_what_is_exposed, suppress_in_blocks};
use repeats::inflations;
use table::Table;

/// A cube that may be published, with what was done to it. Made only by [`protect`].
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectedCube {
    cube: Cube,
    policy: Policy,
    synthetic: bool,
    primary: usize,
    secondary: usize,
    given_up: usize,
}

impl ProtectedCube {
    /// Counts with symbols where they are withheld.
    #[must_use]
    pub const fn cube(&self) -> &Cube {
        &self.cube
    }

    /// Counts withheld because they are small.
    #[must_use]
    pub const fn primary(&self) -> usize {
        self.primary
    }

    /// Counts withheld so that those cannot be worked out.
    #[must_use]
    pub const fn secondary(&self) -> usize {
        self.secondary
    }

    /// Counts withheld in blocks, as there was no room to prove them safe one by one.
    #[must_use]
    pub const fn given_up(&self) -> usize {
        self.given_up
    }

    /// With the variance inflations of events that may be told beside these counts.
    #[must_use]
    pub fn with_inflations(
        mut self,
        frequencies: &Frequencies,
        relations: &IndicatorRelations,
    ) -> Self {
        let told = inflations(&self.cube, frequencies, relations, self.policy.rule());
        self.cube = self.cube.with_inflations(told);
        self
    }

    /// What is computed from these counts, and from nothing else of children, may be written.
    ///
    /// # Errors
    /// Those of what is computed.
    pub fn release<E>(
        self,
        compute: impl FnOnce(Cube, Provenance) -> Result<Results, E>,
    ) -> Result<Release<Results>, E> {
        let synthetic = self.synthetic;
        let results = compute(self.cube, Provenance::Records { synthetic })?;
        Ok(Release::new(results, self.policy))
    }
}

/// A count of a cube as an earlier output has it: which, and the number or the symbol.
pub type PublishedCell = ((CellKey, CellCount), Reported<u32>);

/// A count of a cube by the name that other outputs know it by.
pub type NamedCell = (SharedName, (CellKey, CellCount));

/// What readers have of other outputs of the same records, before a cube is protected.
#[derive(Clone, Copy, Default)]
pub struct KnownOfCube<'a> {
    /// What earlier cubes show or withhold.
    pub published: &'a [PublishedCell],
    /// Which counts stand in outputs of other kinds as well.
    pub names: &'a [NamedCell],
    /// The counts of those.
    pub beside: &'a [Beside],
    /// The area of each authority, by the positions that those know; none for one that no list has.
    pub authorities: &'a [Option<AreaCode>],
}

/// How the counts of a cube hang together: groups, areas, and what is known of indicators.
fn table_of(
    cube: &Cube,
    dimensions: &Dimensions,
    areas: &Areas,
    relations: &IndicatorRelations,
) -> Table {
    let mut table = Table::new(cube);
    table.add_strata(dimensions);
    table.add_areas(areas);
    table.add_denominators(cube);
    table.add_bands(&relations.partitions);
    table.add_subsets(&relations.subsets);
    table.add_children(&relations.children);
    table.add_stock_flows(&relations.stock_flows);
    table
}

/// The counts of a cube for somebody who has it as an earlier output: with what that shows and withholds, and
/// which of them other outputs have as well.
#[must_use]
pub fn beside_cube(
    cube: &Cube,
    dimensions: &Dimensions,
    areas: &Areas,
    relations: &IndicatorRelations,
    known: KnownOfCube<'_>,
) -> Beside {
    let mut table = table_of(cube, dimensions, areas, relations);
    table.know(known.published);
    let place = |area: &AreaCode| known.authorities.iter().position(|own| *own == Some(*area));
    let authorities: Vec<Option<usize>> = table.areas().iter().map(place).collect();
    let mut groups = vec![Group::TOTAL; table.cells.len()];
    for (key, at) in &table.numerators {
        if let Some(dimension) = key.stratum.by() {
            groups[*at] = Group {
                by: GroupBy::Dimension(dimension),
                code: key.stratum.get(dimension).0,
            };
        }
    }
    let names = table.named(known.names);
    let stands = authorities.into_iter().zip(groups).collect();
    Beside::new(table.cells, table.sums, stands, names)
}

/// Protects a cube, of which some indicators are known to hang together. Whether the children were
/// invented goes along.
///
/// # Errors
/// [`CubeError`] never in practice: the keys are those of the cube given.
pub fn protect(
    cube: &Cube,
    dimensions: &Dimensions,
    areas: &Areas,
    relations: &IndicatorRelations,
    settings: (Policy, bool),
) -> Result<ProtectedCube, CubeError> {
    let known = KnownOfCube::default();
    protect_knowing(cube, dimensions, areas, (relations, known), settings)
}

/// [`protect`] for those who have other outputs of the same records as well.
///
/// # Errors
/// [`CubeError`] never in practice: the keys are those of the cube given.
pub fn protect_knowing(
    cube: &Cube,
    dimensions: &Dimensions,
    areas: &Areas,
    (relations, known): (&IndicatorRelations, KnownOfCube<'_>),
    (policy, synthetic): (Policy, bool),
) -> Result<ProtectedCube, CubeError> {
    let mut table = table_of(cube, dimensions, areas, relations);
    table.know(known.published);
    let same = table.join(known);
    let rule = policy.rule();
    let threshold = rule.threshold();
    let blocks = table.blocks(areas);
    if !known.published.is_empty() || !known.beside.is_empty() {
        leave_what_is_exposed(&mut table.cells, &table.sums, threshold, &blocks);
    }
    let Withheld {
        hidden, given_up, ..
    } = suppress_in_blocks(
        &table.cells,
        &table.sums,
        threshold,
        &blocks,
        &(),
        &|_, _| {},
    );
    let (mut primary, mut secondary) = (0, 0);
    let mut cells = Vec::with_capacity(cube.cells().len());
    for cell in cube.cells() {
        let mut out = *cell;
        if let Some(at) = table.numerators.get(&cell.key).copied() {
            // Whatever was shown elsewhere under another rule, a small count is not printed.
            if hidden[same.of(at)] || threshold.is_small(table.cells[at].count) {
                out.numerator = Reported::Symbol(Symbol::Confidential);
                let small = threshold.is_small(table.cells[at].count);
                *(if small { &mut primary } else { &mut secondary }) += 1;
            } else {
                out.numerator = Reported::Value(rule.round(table.cells[at].count));
            }
        }
        if let Some(at) = table.denominators.get(&cell.key).copied() {
            let small = threshold.is_small(table.cells[at].count);
            out.denominator.value = if hidden[same.of(at)] || small {
                Reported::Symbol(Symbol::Confidential)
            } else {
                Reported::Value(f64::from(rule.round(table.cells[at].count)))
            };
        }
        cells.push(out);
    }
    Ok(ProtectedCube {
        cube: Cube::new(cells)?,
        policy,
        synthetic,
        primary,
        secondary,
        given_up,
    })
}

#[cfg(test)]
mod tests {
    use disparity_core::{
        Basis, Cell, CellKey, Count, Denominator, Dimension, IndicatorId, IssueSet, Partition,
        Period, StockFlow, Stratum,
    };

    use super::*;
    use crate::rule::Rule;

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

    fn protected(cube: &Cube, known: &IndicatorRelations) -> ProtectedCube {
        let (dimensions, areas) = (
            Dimensions::new(Dimension::ALL.map(|_| disparity_core::CodeList::default())),
            Areas::default(),
        );
        let settings = (Policy::Protected(Rule::DEFAULT), true);
        protect(cube, &dimensions, &areas, known, settings).unwrap()
    }

    #[test]
    fn a_band_is_not_worked_out_from_the_others() {
        let withheld = |partitions: Vec<Partition>| {
            let known = IndicatorRelations {
                partitions,
                ..IndicatorRelations::default()
            };
            let safe = protected(&plans(), &known);
            (safe.primary, safe.secondary)
        };
        let bands = Partition {
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
    fn withheld(cube: &Cube, known: &IndicatorRelations) -> Vec<(u16, u16)> {
        let safe = protected(cube, known);
        let cells = safe.cube.cells().iter();
        cells
            .filter(|cell| cell.numerator.value().is_none())
            .map(|cell| (cell.key.indicator.0, cell.key.period.year()))
            .collect()
    }

    #[test]
    fn a_stock_is_not_worked_out_from_those_of_other_years() {
        let known = IndicatorRelations {
            stock_flows: vec![StockFlow {
                stock: IndicatorId(0),
                started: IndicatorId(1),
                ended: IndicatorId(2),
                any_point: None,
            }],
            ..IndicatorRelations::default()
        };
        let small = [(0, 2022), (2, 2023), (2, 2024)];
        let without = withheld(&stocks(), &IndicatorRelations::default());
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
