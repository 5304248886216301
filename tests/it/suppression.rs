//! Nobody can add up a suppressed cell: no result that depends on one comes out as a plain value.
//!
//! What depends on a cell is found, not declared: the analysis is run with two different counts in the
//! cell, and whatever differs depends on it. With a symbol in the cell, all of that must be a symbol.
//! Statistics of a set of authorities are another matter. A median or a mean of neighbours of which one is
//! withheld is a value only where every count that may be withheld prints the same one; of those that
//! have no figure for another reason it is made without them, and says how many there were. Limits
//! are of those that have a figure.

use std::sync::OnceLock;

use disparity_analysis::{Input, analyse};
use disparity_core::{
    Cell, ChineseGroup, Comparator, Cube, ExpectedModel, Indicator, Measured, Plan, Provenance,
    Reported, Results, Symbol, round_half_up,
};
use disparity_published::{Files, Loaded, load};
use proptest::prelude::*;

use crate::support::{plan_of, root};

struct Fixture {
    loaded: Loaded,
    plan: Plan,
}

fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let sources = disparity_published::Sources::from_toml(
            &std::fs::read_to_string(root().join("data/sources.toml")).unwrap(),
        )
        .unwrap();
        let names = disparity_published::CODE_LISTS
            .into_iter()
            .chain([disparity_published::SOURCES])
            .chain(sources.tables().iter().map(|table| table.name.as_str()));
        let files = Files::read(&root().join("data"), names).unwrap();
        let loaded = load(&files, ChineseGroup::Asian).unwrap().output;
        // A stock with groups, and a proportion with its whole.
        let indicators: Vec<_> = [
            "cla_at_31_march",
            "cpp_at_31_march",
            "cpp_two_years_or_more",
        ]
        .map(|name| loaded.catalogue.indicators.id(name).unwrap())
        .to_vec();
        let plan = Plan {
            modelled: indicators[..2].to_vec(),
            ..plan_of(indicators)
        };
        // A few authorities of two regions keep each analysis short; England and regions stay.
        let kept = |cell: &Cell| {
            plan.indicators.contains(&cell.key.indicator)
                && cell.key.period.year() >= 2023
                && (!cell.key.area.as_str().starts_with("E0")
                    || cell.key.area.as_str().starts_with("E0900000"))
        };
        let cells: Vec<Cell> = loaded.cube.cells().iter().copied().filter(kept).collect();
        let loaded = Loaded {
            cube: Cube::new(cells).unwrap(),
            ..loaded
        };
        Fixture { loaded, plan }
    })
}

fn results_with(position: usize, numerator: Reported<u32>) -> Results {
    let Fixture { loaded, plan } = fixture();
    let mut cells = loaded.cube.cells().to_vec();
    cells[position].numerator = numerator;
    // The count may be the whole that others are part of.
    let key = cells[position].key;
    for cell in &mut cells {
        let whole = disparity_core::Basis::Indicator(key.indicator);
        if key.stratum.is_total()
            && cell.denominator.basis == whole
            && cell.key.area == key.area
            && cell.key.period == key.period
        {
            cell.denominator.value = numerator.map(f64::from);
        }
    }
    let cube = Cube::new(cells).unwrap();
    analyse(Input {
        cube: &cube,
        populations: &loaded.populations,
        catalogue: &loaded.catalogue,
        plan,
        provenance: Provenance::Published,
    })
}

fn loaded_indicator(id: disparity_core::IndicatorId) -> &'static Indicator {
    fixture().loaded.catalogue.indicators.get(id)
}

fn same(a: &Reported<Measured>, b: &Reported<Measured>) -> bool {
    a == b
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn what_depends_on_a_suppressed_cell_is_never_a_plain_value(
        at in 0.0_f64..1.0,
        symbol in proptest::sample::select(vec![Symbol::Confidential, Symbol::NotAvailable, Symbol::Unreliable]),
    ) {
        let cells = fixture().loaded.cube.cells();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index below the length")]
        let position = ((cells.len() as f64) * at) as usize;
        let base = cells[position].numerator.value().unwrap_or(40);
        let low = results_with(position, Reported::Value(base));
        let high = results_with(position, Reported::Value(base + 7));
        let hidden = results_with(position, Reported::Symbol(symbol));
        let mut dependent = 0;
        for ((a, b), c) in low.estimates.iter().zip(&high.estimates).zip(&hidden.estimates) {
            prop_assert_eq!((a.key, b.key), (b.key, c.key));
            if a.numerator != b.numerator || !same(&a.outcome, &b.outcome) {
                dependent += 1;
                prop_assert!(!c.outcome.is_value(), "{:?}", c);
            }
        }
        for ((a, b), c) in low.expected.iter().zip(&high.expected).zip(&hidden.expected) {
            prop_assert_eq!((a.area, a.model), (c.area, c.model));
            // A model of all the other authorities is a statistic of a set: it is fitted without the cell.
            let of_others = matches!(a.model, ExpectedModel::Structural(_))
                && a.area != cells[position].key.area;
            if a.outcome != b.outcome && !of_others {
                dependent += 1;
                prop_assert!(!c.outcome.is_value(), "{:?}", c);
            }
        }
        let of_a_set = |comparator| matches!(comparator, Comparator::NeighbourMedian | Comparator::NeighbourMean);
        for c in &hidden.contrasts {
            let find = |results: &Results| {
                results.contrasts_of(&c.key).iter().find(|row| row.comparator == c.comparator && row.measure == c.measure).copied()
            };
            let (Some(a), Some(b)) = (find(&low), find(&high)) else { continue };
            let differs = !same(&a.outcome, &b.outcome) || a.group_value != b.group_value || a.comparator_value != b.comparator_value;
            if !differs {
                continue;
            }
            dependent += 1;
            if of_a_set(c.comparator) && c.outcome.is_value() {
                // An authority's own figure never does without the cell.
                prop_assert_eq!(a.group_value, b.group_value, "{:?}", c);
                let (here, there) = (c.neighbours.unwrap(), a.neighbours.unwrap());
                prop_assert!(here.with_data < there.with_data, "{:?}", c);
                if symbol == Symbol::Confidential {
                    // The set did with the cell: what is printed is what its bounds print.
                    prop_assert_eq!(here.withheld, there.withheld + 1, "{:?}", c);
                    let shown = loaded_indicator(c.key.indicator);
                    let print = |value: f64| {
                        round_half_up(value * shown.unit().shown(), shown.decimals).unwrap().to_string()
                    };
                    let value = c.comparator_value.value().unwrap();
                    prop_assert_eq!(print(value), print(here.bounds.low), "{:?}", c);
                    prop_assert_eq!(print(value), print(here.bounds.high), "{:?}", c);
                } else {
                    prop_assert_eq!(here.withheld, there.withheld, "{:?}", c);
                }
            } else {
                prop_assert!(!c.outcome.is_value(), "{:?}", c);
            }
        }
        // A cell that nothing depended on would make the test empty.
        prop_assert!(dependent > 0 || !cells[position].denominator.value.is_value(), "nothing depends on {:?}", cells[position].key);
    }
}

#[test]
fn a_merge_keeps_absences_whatever_the_order() {
    let cells = fixture().loaded.cube.cells();
    let value = cells
        .iter()
        .find(|cell| cell.numerator.is_value())
        .copied()
        .unwrap();
    let hidden = Cell {
        numerator: Reported::Symbol(Symbol::Confidential),
        ..value
    };
    let cube = |cell: Cell| Cube::new(vec![cell]).unwrap();
    let one = cube(value).merge(cube(hidden)).unwrap();
    let other = cube(hidden).merge(cube(value)).unwrap();
    assert_eq!(one, other);
    assert_eq!(
        one.cells()[0].numerator,
        Reported::Symbol(Symbol::Confidential)
    );
    let left = cube(value)
        .merge(cube(value))
        .unwrap()
        .merge(cube(hidden))
        .unwrap();
    let right = cube(value)
        .merge(cube(value).merge(cube(hidden)).unwrap())
        .unwrap();
    assert_eq!(left, right);
}
