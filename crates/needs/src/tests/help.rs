//! Spend on help and children in need the year after, against R: `help_panel.R` writes the panel, which is
//! invented, and what R finds in it.

use std::collections::BTreeMap;

use disparity_core::needs::take::{HelpModel, HelpQuestion, TakeAssumptions};
use disparity_core::*;

use super::world::{World, assumptions, code, world, year};
use crate::{England, NeedsError};

const PANEL: &str = include_str!("help_panel.csv");
const EXPECTED: &str = include_str!("help_panel_expected.csv");

/// Rows of a table by the names of its columns.
fn rows(text: &str) -> Vec<BTreeMap<&str, &str>> {
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| names.iter().copied().zip(line.split(',')).collect())
        .collect()
}

/// The world of the other tests with that panel in it.
fn panel() -> World {
    let mut world = world();
    let mut areas = Vec::new();
    let mut cells: Vec<Cell> = world.cube.cells().to_vec();
    let mut populations: BTreeMap<_, _> = world.populations.iter().map(|(k, v)| (*k, *v)).collect();
    let indicator = world.catalogue.indicators.id("cin_at_31_march").unwrap();
    for row in rows(PANEL) {
        let (area, period) = (code(row["area"]), year(row["year"]));
        areas.push(Area {
            code: area,
            entity: area,
            name: row["area"].to_owned(),
            level: GeographicLevel::LocalAuthority,
            region: None,
            part_of_london: None,
            old_la_code: None,
            valid_from: None,
            valid_to: None,
            tiny: row["tiny"] == "1",
        });
        let unavailable = Symbol::NotAvailable;
        let denominator = |value| Denominator {
            value,
            basis: Basis::Children0To17 {
                mid_year: period.population_year(),
            },
        };
        let count = row["cin"]
            .parse()
            .map_or(Reported::Symbol(unavailable), Reported::Value);
        let children = row["children"]
            .parse()
            .map_or(Reported::Symbol(unavailable), Reported::Value);
        cells.push(Cell {
            key: CellKey {
                indicator,
                period,
                area,
                stratum: Stratum::TOTAL,
            },
            numerator: count,
            denominator: denominator(children),
            issues: IssueSet::EMPTY,
        });
        let all = Population {
            denominator: denominator(children),
            issues: IssueSet::EMPTY,
        };
        populations.insert((period, area, Stratum::TOTAL), all);
        // Family support, children's centres and young people, in the order of the services.
        let help = row["help"].parse::<i64>().ok();
        let part = |share: fn(i64) -> i64| {
            help.map_or(Reported::Symbol(unavailable), |all| {
                Reported::Value(share(all))
            })
        };
        let spent = Reported::Value(1_000_000);
        let services = [
            spent,
            spent,
            part(|all| all / 2),
            part(|all| all - all / 2 - 1_000),
            part(|_| 1_000),
            spent,
            spent,
        ];
        let spend = ServiceSpend::new(services, spent);
        let context = &mut world.catalogue.context;
        context
            .spend_by_service
            .insert((area, period.year()), spend);
    }
    areas.dedup_by_key(|area| area.code);
    world.catalogue.areas = Areas::new(areas, Vec::new(), BTreeMap::new(), BTreeMap::new());
    world.cube = Cube::new(cells).unwrap();
    world.populations = populations.into_iter().collect();
    world
}

fn ask(world: &World, own: &TakeAssumptions) -> Result<HelpQuestion, NeedsError> {
    let england = England::new(world.inputs(), assumptions(), None).unwrap();
    england.help_question(own)
}

#[test]
fn answers_are_those_of_r() {
    let world = panel();
    let index = (2011..=2025_u16).map(|of| {
        (
            Period::ending(of).unwrap(),
            1.02_f64.powi(i32::from(of) - 2011),
        )
    });
    let own = TakeAssumptions {
        price_year: Some(year("2025")),
        deflator: index.collect(),
        ..TakeAssumptions::default()
    };
    let found = ask(&world, &own).unwrap();
    let expected = rows(EXPECTED);
    assert_eq!(found.answers.len(), expected.len());
    for row in expected {
        let answer = found
            .answers
            .iter()
            .find(|own| own.model.as_str() == row["model"])
            .unwrap();
        // lme4's optimiser leaves six digits of the variances that these two hang on.
        let tolerance = match answer.model {
            HelpModel::Within | HelpModel::Between => 1e-6,
            _ => 1e-9,
        };
        let shown = answer.effect.intervals.as_slice()[1];
        for (name, found) in [
            ("effect", answer.effect.value),
            ("std_error", answer.std_error),
            ("low", shown.low),
            ("high", shown.high),
        ] {
            let wanted: f64 = row[name].parse().unwrap();
            assert!(
                (found / wanted - 1.0).abs() < tolerance,
                "{} {name}: {found} for {wanted}",
                row["model"]
            );
        }
        let numbers = [
            ("authorities", answer.authorities),
            ("records", answer.records),
            ("first", usize::from(answer.years.0.year())),
            ("last", usize::from(answer.years.1.year())),
        ];
        for (name, found) in numbers {
            assert_eq!(
                found.to_string(),
                row[name].trim(),
                "{} {name}",
                row["model"]
            );
        }
    }
    assert!(found.same_within_and_between < 1e-6);
    let main = found.answer(HelpModel::Main).unwrap();
    // What was planted is found: 2.5 fewer.
    assert!(main.position.is_lower() && main.effect.intervals.shown().contains(-2.5));
}

#[test]
fn an_index_that_is_the_same_in_every_year_changes_nothing() {
    let world = panel();
    let own = TakeAssumptions {
        price_year: Some(year("2020")),
        deflator: (2011..=2025)
            .map(|of| (Period::ending(of).unwrap(), 87.5))
            .collect(),
        ..TakeAssumptions::default()
    };
    let found = ask(&world, &own).unwrap();
    let [plain, deflated] = [HelpModel::Main, HelpModel::Deflated]
        .map(|model| found.answer(model).unwrap().effect.value);
    assert!((plain / deflated - 1.0).abs() < 1e-12);
    assert_eq!(found.prices, Some(year("2020")));
    let plain = ask(&world, &TakeAssumptions::default()).unwrap();
    assert!(plain.answer(HelpModel::Deflated).is_none());
}

#[test]
fn nothing_after_the_year_of_the_assessment_is_looked_at_and_too_little_is_refused() {
    let world = panel();
    let england = England::new(world.inputs(), assumptions(), Some(year("2025"))).unwrap();
    let all = england.help_question(&TakeAssumptions::default()).unwrap();
    assert_eq!(all.answer(HelpModel::Main).unwrap().years.1, year("2024"));
    let mut few = panel();
    few.catalogue
        .context
        .spend_by_service
        .retain(|(area, _), _| *area < code("E06000111"));
    let found = ask(&few, &TakeAssumptions::default());
    assert!(
        matches!(
            found,
            Err(NeedsError::Panel {
                model: "fixed_effects",
                ..
            })
        ),
        "{found:?}"
    );
    few.catalogue.context.spend_by_service.clear();
    let found = ask(&few, &TakeAssumptions::default());
    assert_eq!(found, Err(NeedsError::NoSpend));
}
