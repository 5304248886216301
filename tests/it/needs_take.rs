//! What it would take, from the built-in figures.

use std::collections::BTreeMap;
use std::time::Instant;

use disparity_analysis::{Input, analyse, analyse_expected};
use disparity_core::needs::take::{
    HelpModel, HelpQuestion, SpendOn, SpendWhom, TakeAssumptions, Target,
};
use disparity_core::needs::{Assumptions, Need};
use disparity_core::{
    AreaCode, ChineseGroup, Period, Provenance, Reported, Results, SpendGroup, Symbol,
};
use disparity_needs::{England, Inputs};
use disparity_published::{load, load_group_errors, load_neighbourhoods};

use crate::support::{built_in, plan_of, say};

/// What R finds in the same tables: `Rscript crates/needs/src/tests/help_panel.R . tests/it/needs_help.csv`.
const EXPECTED: &str = include_str!("needs_help.csv");

fn year(text: &str) -> Period {
    text.parse().unwrap()
}

/// An index of prices that grows by 2% a year, as the script has it: not a real one.
fn invented_index() -> TakeAssumptions {
    let index = |of: u16| {
        (
            Period::ending(of).unwrap(),
            1.02_f64.powi(i32::from(of) - 2011),
        )
    };
    TakeAssumptions {
        price_year: Some(year("2025")),
        deflator: (2011..=2025).map(index).collect(),
        ..TakeAssumptions::default()
    }
}

/// What an assessment stands on is computed without the rest of an analysis, and nothing differs.
#[test]
fn an_assessment_is_the_same_without_the_rest_of_an_analysis() {
    let files = built_in();
    let loaded = load(&files, ChineseGroup::Asian).unwrap().output;
    let neighbourhoods = load_neighbourhoods(&files, &loaded.catalogue.areas).unwrap();
    let group_errors = load_group_errors(&files).unwrap();
    let ids = Need::INDICATORS.map(|name| loaded.catalogue.indicators.id(name).unwrap());
    let plan = plan_of(ids.to_vec());
    let input = Input {
        cube: &loaded.cube,
        populations: &loaded.populations,
        catalogue: &loaded.catalogue,
        plan: &plan,
        provenance: Provenance::Published,
    };
    let assess = |results: &Results| {
        let inputs = Inputs {
            cube: &loaded.cube,
            populations: &loaded.populations,
            catalogue: &loaded.catalogue,
            results,
            neighbourhoods: &neighbourhoods,
            group_errors: &group_errors,
        };
        let assumptions = Assumptions {
            draws: 100,
            ..Assumptions::default()
        };
        let england = England::new(inputs, assumptions, None).unwrap();
        // The City has too few children for a model to know of it.
        let codes: [AreaCode; 2] = ["E06000021", "E09000001"].map(|code| code.parse().unwrap());
        codes.map(|code| england.assess(code, None).unwrap())
    };
    let (whole, brief) = (analyse(input), analyse_expected(input));
    assert!(whole.contrasts.len() > 1_000 && brief.contrasts.is_empty());
    let quoted = |results: &Results| {
        let rows = results.expected.iter().filter(|row| row.quoted);
        rows.map(|row| (row.indicator, row.span, row.area, row.outcome))
            .collect::<Vec<_>>()
    };
    assert_eq!(quoted(&whole), quoted(&brief));
    assert!(assess(&whole) == assess(&brief));
}

#[test]
fn children_cost_and_spend_of_an_authority_and_what_r_finds_in_the_panel() {
    let files = built_in();
    let loaded = load(&files, ChineseGroup::Asian).unwrap().output;
    let neighbourhoods = load_neighbourhoods(&files, &loaded.catalogue.areas).unwrap();
    let group_errors = load_group_errors(&files).unwrap();
    let names = ["cin_at_31_march", "cla_at_31_march"];
    let ids = names.map(|name| loaded.catalogue.indicators.id(name).unwrap());
    let plan = plan_of(ids.to_vec());
    let results = analyse(Input {
        cube: &loaded.cube,
        populations: &loaded.populations,
        catalogue: &loaded.catalogue,
        plan: &plan,
        provenance: Provenance::Published,
    });
    let inputs = Inputs {
        cube: &loaded.cube,
        populations: &loaded.populations,
        catalogue: &loaded.catalogue,
        results: &results,
        neighbourhoods: &neighbourhoods,
        group_errors: &group_errors,
    };
    let england = England::new(inputs, Assumptions::default(), None).unwrap();
    let stoke: AreaCode = "E06000021".parse().unwrap();
    let begun = Instant::now();
    let found = england
        .take(stoke, plan.neighbours, &TakeAssumptions::default())
        .unwrap();
    let took = begun.elapsed();
    say(&format!(
        "children, cost and spend of one authority: {took:?}"
    ));

    for (id, count) in ids.into_iter().zip([3_186, 1_063]) {
        for target in [Target::AsExpected, Target::NeighbourMedian, Target::England] {
            let change = found.change(Need::Indicator(id), target).unwrap();
            assert_eq!(change.counted, Reported::Value(count));
            let (children, cost) = (
                change.children.value().unwrap(),
                change.cost.value().unwrap(),
            );
            assert!(
                children.intervals.shown().contains(children.value),
                "{change:?}"
            );
            assert_eq!(children.position, cost.position, "{change:?}");
        }
    }
    let help = SpendOn::Group(SpendGroup::Help);
    let spent = |period: &str, whose| found.spent(year(period), help, whose).unwrap();
    // The two that have no figure in 2024-25.
    assert_eq!(spent("2025", SpendWhom::England).without, 2);
    let of_2011 = spent("2011", SpendWhom::Authority);
    assert!(of_2011.pounds.is_value());
    assert_eq!(of_2011.per_child.symbol(), Some(Symbol::NotAvailable));
    for whose in SpendWhom::ALL {
        for on in SpendOn::ALL {
            assert!(
                found
                    .spent(year("2025"), on, whose)
                    .unwrap()
                    .per_child
                    .is_value()
            );
        }
    }

    let begun = Instant::now();
    let question = england.help_question(&invented_index()).unwrap();
    say(&format!("the panel: {:?}", begun.elapsed()));
    agrees_with_r(&question);
    // Spend on help goes with no fewer children in need the year after: what documents say is outside.
    let main = question.answer(HelpModel::Main).unwrap();
    assert!(!main.position.stands_out() && !main.effect.intervals.shown().contains(-2.5));
}

/// Effects, standard errors and intervals of every model are those of R.
fn agrees_with_r(question: &HelpQuestion) {
    let mut lines = EXPECTED.lines().filter(|line| !line.starts_with('#'));
    let columns: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut held = 0;
    for line in lines {
        let row: BTreeMap<&str, &str> = columns.iter().copied().zip(line.split(',')).collect();
        let mut answers = question.answers.iter();
        let answer = answers
            .find(|own| own.model.as_str() == row["model"])
            .unwrap();
        let shown = question
            .levels
            .as_slice()
            .iter()
            .position(|level| (level.value() - 0.95).abs() < 1e-9);
        let shown = answer.effect.intervals.get(shown.unwrap()).unwrap();
        for (name, found) in [
            ("effect", answer.effect.value),
            ("std_error", answer.std_error),
            ("low", shown.low),
            ("high", shown.high),
        ] {
            let wanted: f64 = row[name].parse().unwrap();
            assert!(
                (found / wanted - 1.0).abs() < 1e-6,
                "{} {name}: {found} for {wanted}",
                row["model"]
            );
        }
        assert_eq!(answer.records.to_string(), row["records"]);
        assert_eq!(answer.authorities.to_string(), row["authorities"]);
        held += 1;
    }
    assert_eq!(held, question.answers.len());
}
