//! Children and cost at a level, and spend for each child, of authorities whose sums can be done by hand.

use std::collections::BTreeMap;

use disparity_core::needs::Need;
use disparity_core::needs::take::{
    Change, SpendOn, SpendRow, SpendWhom, Take, TakeAssumptions, Target,
};
use disparity_core::*;

use super::world::{OWN, World, assumptions, code, world, year};
use crate::{England, NeedsError};

const MODEL: NeighbourModel = NeighbourModel(2021);
/// Neighbours of the first authority, each with so many children in need among 10,000; the fourth's count is
/// withheld, the fifth has none, the sixth is tiny.
const NEIGHBOURS: [(&str, Option<u32>); 6] = [
    ("E06000101", Some(300)),
    ("E06000102", Some(400)),
    ("E06000103", Some(420)),
    ("E06000104", None),
    ("E06000105", None),
    ("E06000106", Some(4_000)),
];

fn area(own: &str, tiny: bool) -> Area {
    Area {
        code: code(own),
        entity: code(own),
        name: own.to_owned(),
        level: GeographicLevel::LocalAuthority,
        region: Some(code("E12000005")),
        part_of_london: None,
        old_la_code: None,
        // The second came to be on 1 April 2012.
        valid_from: (own == OWN[1]).then(|| "2012-04-01".parse().unwrap()),
        valid_to: None,
        tiny,
    }
}

fn with_neighbours() -> World {
    let mut world = world();
    let mut cells: Vec<Cell> = world.cube.cells().to_vec();
    let mut populations: BTreeMap<_, _> = world.populations.iter().map(|(k, v)| (*k, *v)).collect();
    let like = populations[&(year("2025"), code(OWN[0]), Stratum::TOTAL)];
    let indicator = world.catalogue.indicators.id("cin_at_31_march").unwrap();
    let own = OWN.iter().map(|own| area(own, false));
    let mut areas: Vec<Area> = own.collect();
    for (name, count) in NEIGHBOURS {
        areas.push(area(name, name == "E06000106"));
        for period in ["2012", "2025"] {
            populations.insert((year(period), code(name), Stratum::TOTAL), like);
        }
        let count = match (name, count) {
            (_, Some(count)) => Reported::Value(count),
            ("E06000104", None) => Reported::Symbol(Symbol::Confidential),
            _ => Reported::Symbol(Symbol::NotAvailable),
        };
        cells.push(Cell {
            key: CellKey {
                indicator,
                period: year("2025"),
                area: code(name),
                stratum: Stratum::TOTAL,
            },
            numerator: count,
            denominator: like.denominator,
            issues: IssueSet::EMPTY,
        });
    }
    populations.insert((year("2012"), code(OWN[0]), Stratum::TOTAL), like);
    let listed = NEIGHBOURS
        .iter()
        .zip(1..)
        .map(|((name, _), rank)| Neighbour {
            rank,
            area: code(name),
            closeness: String::new(),
        });
    let neighbours = [((MODEL, code(OWN[0])), listed.collect())].into();
    world.catalogue.areas = Areas::new(areas, Vec::new(), neighbours, BTreeMap::new());
    world.cube = Cube::new(cells).unwrap();
    world.populations = populations.into_iter().collect();
    world
}

/// Spend of the services in their order, each in thousands of pounds.
fn spend(thousands: [i64; 7]) -> ServiceSpend {
    let services = thousands.map(|own| Reported::Value(own * 1_000));
    ServiceSpend::new(
        services,
        Reported::Value(thousands.iter().sum::<i64>() * 1_000),
    )
}

fn taken(world: &World, own: &TakeAssumptions) -> Result<Take, NeedsError> {
    let england = England::new(world.inputs(), assumptions(), None).unwrap();
    england.take(code(OWN[0]), MODEL, own)
}

fn need(world: &World, name: &str) -> Need {
    Need::Indicator(world.catalogue.indicators.id(name).unwrap())
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs().max(1.0)
}

fn more(change: &Change) -> (f64, f64) {
    let (children, cost) = (
        change.children.value().unwrap(),
        change.cost.value().unwrap(),
    );
    (children.value, cost.value)
}

#[test]
fn children_and_cost_are_the_sums_they_say() {
    let world = with_neighbours();
    let mut own = TakeAssumptions::default();
    own.in_need.chosen_rate = Some(510.0);
    own.inflation = 1.25;
    own.price_year = Some(year("2025"));
    let found = taken(&world, &own).unwrap();
    let cin = need(&world, "cin_at_31_march");
    // 500 were counted among 10,000; England has 1,000 among 30,000; 380 are expected.
    for (target, rate, children) in [
        (Target::AsExpected, 0.038, -120.0),
        (Target::England, 1.0 / 30.0, -500.0 / 3.0),
        (Target::Chosen, 0.051, 10.0),
    ] {
        let change = found.change(cin, target).unwrap();
        assert_eq!(change.counted, Reported::Value(500));
        assert!(close(change.own_rate.value().unwrap(), 0.05));
        assert!(
            close(change.target_rate.value().unwrap(), rate),
            "{change:?}"
        );
        let (more, cost) = more(change);
        assert!(
            close(more, children) && close(cost, children * 26_900.0 * 1.25),
            "{change:?}"
        );
        let intervals = change.children.value().unwrap().intervals;
        assert!(intervals.shown().low < children && children < intervals.shown().high);
        assert!(intervals.as_slice()[1].low <= intervals.shown().low);
    }
    // Of withheld 1 to 5, 300, 400 and 420 the median lies between 300 and 400 whatever is withheld.
    let change = found.change(cin, Target::NeighbourMedian).unwrap();
    assert!(close(change.target_rate.value().unwrap(), 0.035) && close(more(change).0, -150.0));
    let of = change.neighbours.unwrap();
    assert_eq!((of.with_data, of.withheld), (3, 1));
    let codes: Vec<IssueCode> = found.issues.iter().map(|issue| issue.code).collect();
    assert!(
        codes.contains(&IssueCode::NeighboursMissing)
            && codes.contains(&IssueCode::NeighboursWithheld)
    );
    // A model of looked after was not fitted here, and its neighbours have no counts.
    let cla = need(&world, "cla_at_31_march");
    let change = found.change(cla, Target::AsExpected).unwrap();
    assert_eq!(change.children.symbol(), Some(Symbol::NotAvailable));
    assert_eq!(change.cost.symbol(), Some(Symbol::NotAvailable));
    assert!(found.change(cla, Target::Chosen).is_none());
    let names: Vec<&str> = found.assumed.iter().map(|own| own.name).collect();
    assert_eq!(
        names,
        [
            "draws",
            "in_need_cost",
            "in_need_cost_spread",
            "in_need_rate",
            "looked_after_cost",
            "looked_after_cost_spread",
            "inflation"
        ]
    );
}

#[test]
fn what_is_withheld_leaves_no_difference() {
    let world = with_neighbours();
    let england = England::new(world.inputs(), assumptions(), None).unwrap();
    // The second authority's own count is withheld.
    let found = england
        .take(code(OWN[1]), MODEL, &TakeAssumptions::default())
        .unwrap();
    let change = found
        .change(need(&world, "cin_at_31_march"), Target::England)
        .unwrap();
    assert_eq!(change.own_rate.symbol(), Some(Symbol::Confidential));
    assert_eq!(change.children.symbol(), Some(Symbol::Confidential));
    assert_eq!(change.cost.symbol(), Some(Symbol::Confidential));
    assert!(close(change.target_rate.value().unwrap(), 1.0 / 30.0));
    // Nor does a median that hangs on a withheld count.
    let mut world = with_neighbours();
    let listed = ["E06000103", "E06000104"].map(|name| Neighbour {
        rank: 1,
        area: code(name),
        closeness: String::new(),
    });
    let areas: Vec<Area> = world.catalogue.areas.iter().cloned().collect();
    let neighbours = [((MODEL, code(OWN[0])), listed.to_vec())].into();
    world.catalogue.areas = Areas::new(areas, Vec::new(), neighbours, BTreeMap::new());
    let found = taken(&world, &TakeAssumptions::default()).unwrap();
    let change = found
        .change(need(&world, "cin_at_31_march"), Target::NeighbourMedian)
        .unwrap();
    assert_eq!(change.target_rate.symbol(), Some(Symbol::Confidential));
    assert_eq!(change.children.symbol(), Some(Symbol::Confidential));
}

#[test]
fn intervals_are_as_wide_as_what_is_uncertain() {
    let world = with_neighbours();
    let england = |draws| {
        let own = disparity_core::needs::Assumptions {
            draws,
            ..assumptions()
        };
        England::new(world.inputs(), own, None).unwrap()
    };
    let england = england(4_000);
    let cin = need(&world, "cin_at_31_march");
    let at = |rate: f64, spread: f64| {
        let mut own = TakeAssumptions::default();
        own.in_need.chosen_rate = Some(rate);
        own.in_need.spread = spread;
        let found = england.take(code(OWN[0]), MODEL, &own).unwrap();
        *found.change(cin, Target::Chosen).unwrap()
    };
    // Against a level that is known, the count's own chance: 500 give or take 1.645 times 22.4.
    let change = at(600.0, 0.0);
    let children = change.children.value().unwrap();
    let shown = children.intervals.shown();
    let reach = 1.645 * 500_f64.sqrt();
    assert!(
        (shown.low - (100.0 - reach)).abs() < 2.5 && (shown.high - (100.0 + reach)).abs() < 2.5,
        "{shown:?}"
    );
    assert!(children.is_clear() && children.position.is_higher());
    // A cost that is known is the children's interval times it.
    let cost = change.cost.value().unwrap().intervals.shown();
    assert!((cost.low / (26_900.0 * shown.low) - 1.0).abs() < 1e-5);
    // One that is not widens it, and a difference that may be nothing says so.
    let uncertain = at(600.0, 0.25).cost.value().unwrap().intervals.shown();
    assert!(uncertain.high > 1.1 * cost.high && uncertain.low > 0.0 && uncertain.low < cost.low);
    let change = at(510.0, 0.25);
    let (children, cost) = (
        change.children.value().unwrap(),
        change.cost.value().unwrap(),
    );
    assert!(!children.is_clear() && !cost.is_clear());
    assert_eq!(children.words(), "not clearly more or fewer");
    assert!(cost.intervals.shown().low < 0.0 && cost.intervals.shown().high > 0.0);
}

#[test]
fn the_same_draws_every_time_and_whatever_else_is_asked() {
    let world = with_neighbours();
    let plain = taken(&world, &TakeAssumptions::default()).unwrap();
    assert_eq!(plain, taken(&world, &TakeAssumptions::default()).unwrap());
    let mut own = TakeAssumptions::default();
    own.looked_after.pounds = 1.0;
    own.in_need.chosen_rate = Some(100.0);
    let other = taken(&world, &own).unwrap();
    let cin = need(&world, "cin_at_31_march");
    for target in [Target::AsExpected, Target::NeighbourMedian, Target::England] {
        assert_eq!(plain.change(cin, target), other.change(cin, target));
    }
}

#[test]
fn what_cannot_be_meant_is_refused_by_name_and_value() {
    let world = with_neighbours();
    let refused = |change: &dyn Fn(&mut TakeAssumptions)| {
        let mut own = TakeAssumptions::default();
        change(&mut own);
        taken(&world, &own).unwrap_err().to_string()
    };
    for (said, found) in [
        (
            "`looked_after_cost` is -70900",
            refused(&|own| own.looked_after.pounds = -70_900.0),
        ),
        (
            "`in_need_cost` is NaN",
            refused(&|own| own.in_need.pounds = f64::NAN),
        ),
        (
            "`in_need_cost_spread` is 20",
            refused(&|own| own.in_need.spread = 20.0),
        ),
        (
            "`looked_after_rate` is -1",
            refused(&|own| own.looked_after.chosen_rate = Some(-1.0)),
        ),
        ("`inflation` is 0", refused(&|own| own.inflation = 0.0)),
        ("unless `price_year`", refused(&|own| own.inflation = 1.2)),
        (
            "`price_year` is not",
            refused(&|own| own.deflator = [(year("2025"), 1.0)].into()),
        ),
        (
            "no figure for 2024",
            refused(&|own| {
                own.deflator = [(year("2025"), 1.0)].into();
                own.price_year = Some(year("2024"));
            }),
        ),
        (
            "`deflator` is -3",
            refused(&|own| {
                own.deflator = [(year("2025"), -3.0)].into();
                own.price_year = Some(year("2025"));
            }),
        ),
    ] {
        assert!(found.contains(said), "{found}");
    }
}

fn per_child(found: &Take, period: &str, on: SpendOn, whose: SpendWhom) -> SpendRow {
    *found.spent(year(period), on, whose).unwrap()
}

#[test]
fn spend_for_each_child_is_over_those_who_have_a_figure() {
    let mut world = with_neighbours();
    let held = &mut world.catalogue.context.spend_by_service;
    // 2,500 thousand on help among 10,000 children.
    held.insert(
        (code(OWN[0]), 2025),
        spend([4_000, 2_000, 1_000, 500, 1_000, 100, 50]),
    );
    held.insert(
        (code(OWN[0]), 2012),
        spend([4_000, 2_000, 2_000, 2_000, 1_000, 100, 50]),
    );
    held.insert((code(OWN[1]), 2025), spend([0, 0, 500, 0, 0, 0, 0]));
    let absent = [Reported::Symbol(Symbol::NotAvailable); 7];
    held.insert(
        (code(OWN[2]), 2025),
        ServiceSpend::new(absent, Reported::Symbol(Symbol::NotAvailable)),
    );
    for (name, thousands) in [
        ("E06000101", 1_000),
        ("E06000102", 3_000),
        ("E06000103", 1_500),
        ("E06000106", 90_000),
    ] {
        held.insert((code(name), 2025), spend([0, 0, thousands, 0, 0, 0, 0]));
    }
    let found = taken(&world, &TakeAssumptions::default()).unwrap();
    let help = SpendOn::Group(SpendGroup::Help);
    let own = per_child(&found, "2025", help, SpendWhom::Authority);
    assert_eq!(own.pounds, Reported::Value(2_500_000.0));
    assert!(close(own.per_child.value().unwrap(), 250.0));
    let all = per_child(&found, "2025", SpendOn::All, SpendWhom::Authority);
    assert!(close(all.per_child.value().unwrap(), 865.0));
    // Of 100, 300 and 150; two have none, and the tiny one is left out.
    let median = per_child(&found, "2025", help, SpendWhom::NeighbourMedian);
    assert!(close(median.per_child.value().unwrap(), 150.0));
    assert_eq!((median.authorities, median.without), (3, 2));
    assert_eq!(median.pounds.symbol(), Some(Symbol::NotApplicable));
    // Six of nine have a figure; of their 60,000 children 98,500 thousand were spent on.
    for whose in [SpendWhom::Region, SpendWhom::England] {
        let sum = per_child(&found, "2025", help, whose);
        assert_eq!((sum.authorities, sum.without), (6, 3));
        assert_eq!(sum.pounds, Reported::Value(98_500_000.0));
        assert!(close(sum.per_child.value().unwrap(), 98_500.0 / 60.0));
    }
    // In 2012 one neighbour's spend is not held, and the second authority was not there.
    let then = per_child(&found, "2012", help, SpendWhom::Authority);
    assert!(close(then.per_child.value().unwrap(), 500.0));
    let england = England::new(world.inputs(), assumptions(), None).unwrap();
    let second = england
        .take(code(OWN[1]), MODEL, &TakeAssumptions::default())
        .unwrap();
    let then = per_child(&second, "2012", help, SpendWhom::Authority);
    assert_eq!(then.per_child.symbol(), Some(Symbol::NotApplicable));
    // A child in need comes to all spending over their number.
    let served = found
        .served
        .iter()
        .find(|own| own.need == need(&world, "cin_at_31_march"))
        .unwrap();
    assert!(close(served.pounds.value().unwrap(), 8_650_000.0 / 500.0));
    // Prices that doubled since 2012; children were not counted in that year's prices.
    let own = TakeAssumptions {
        price_year: Some(year("2025")),
        deflator: [(year("2012"), 50.0), (year("2025"), 100.0)].into(),
        ..TakeAssumptions::default()
    };
    let found = taken(&world, &own).unwrap();
    let then = per_child(&found, "2012", help, SpendWhom::Authority);
    assert!(close(then.per_child.value().unwrap(), 1_000.0));
    assert_eq!(then.pounds, Reported::Value(5_000_000.0));
    assert_eq!(found.prices, Some(year("2025")));
}
