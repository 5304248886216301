//! Tables that more than one command prints beneath its own: what models expect, how rates go with
//! deprivation, and rates of few children.

use disparity_core::{Area, Expected, ExpectedModel, Gradient, ModelBased, StructuralModel};
use disparity_report::profile::{Row, small_numbers as small_numbers_of};
use disparity_report::{View, count, probability, ratio, reported, with_interval};

use crate::out::table;

/// What models of all the other authorities expect of this one.
pub(super) fn given(view: View<'_>, rows: &[Row<'_>]) -> String {
    let header = [
        "Given who lives there",
        "Year",
        "Expected from",
        "Count",
        "Expected",
        "Observed ÷ expected",
        "Drawn to typical",
        "Probability above",
        "Rank of",
        "Fifth",
        "Standing out",
    ];
    let known = |model| match model {
        StructuralModel::Null => "number of children",
        StructuralModel::Deprivation => "and low income",
        StructuralModel::DeprivationEthnicity => "and ethnic groups",
        StructuralModel::Full => "and all that is known",
    };
    let line = |row: &Row<'_>, expected: &Expected| {
        let ExpectedModel::Structural(model) = expected.model else {
            return Vec::new();
        };
        let above = |found: &ModelBased| probability(found.probability_above);
        vec![
            view.indicator(row.indicator).short_title.clone(),
            row.period.to_string(),
            known(model).to_owned(),
            reported(&expected.observed, |n| count(f64::from(*n))),
            reported(&expected.outcome, |e| count(e.expected)),
            reported(&expected.outcome, |e| ratio(&e.ratio)),
            reported(&expected.model_based, |found| ratio(&found.shrunken)),
            reported(&expected.model_based, above),
            reported(&expected.rank, |rank| {
                format!(
                    "{} ({} to {}) of {}",
                    rank.words(),
                    rank.low,
                    rank.high,
                    rank.of
                )
            }),
            reported(&expected.fifth, ToString::to_string),
            reported(&expected.adjusted, |found| {
                found.position.words(view.levels())
            }),
        ]
    };
    let lines: Vec<Vec<String>> = rows
        .iter()
        .flat_map(|row| row.given.iter().map(move |expected| line(row, expected)))
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!(
        "\n{}\nExpected is what a model of all the other authorities gives one with the same circumstances. It is what usually\n\
         goes with them, not what should be: explained by deprivation is not the same as justified. Rank 1 and fifth 5 are the highest.\n",
        table(&header, &[3, 4, 5, 6, 7, 8, 9], lines.into_iter())
    )
}

/// How steeply England's rates go with the deprivation of children's neighbourhoods.
pub(super) fn gradients(view: View<'_>, rows: &[Row<'_>]) -> String {
    let steep = rows.iter().filter_map(|row| row.most_to_least);
    let lines: Vec<Vec<String>> = steep.map(|row| gradient(view, row)).collect();
    if lines.is_empty() {
        return String::new();
    }
    let header = [
        "England by deprivation",
        "Year",
        "Most ÷ least deprived tenth",
        "Found from",
    ];
    format!(
        "\n{}\nWhat is found from authorities' totals is ecological: it takes for an effect of the tenth whatever else goes with it.\n",
        table(&header, &[2], lines.into_iter())
    )
}

fn gradient(view: View<'_>, row: &Gradient) -> Vec<String> {
    vec![
        view.indicator(row.indicator).short_title.clone(),
        row.period.to_string(),
        reported(&row.value, ratio),
        row.found.words().to_owned(),
    ]
}

/// Rates of few children, as counted and as they are better reported.
pub(super) fn small_numbers(view: View<'_>, area: &Area) -> String {
    let lines = small_numbers_of(view, area).into_iter().map(|small| {
        let row = small.estimate;
        let own = view.indicator(row.key.indicator);
        vec![
            own.short_title.clone(),
            row.key.period.to_string(),
            small.group,
            reported(&row.numerator, |n| count(f64::from(*n))),
            reported(&row.outcome, |measured| with_interval(measured, own)),
            with_interval(&small.drawn, own),
        ]
    });
    let lines: Vec<Vec<String>> = lines.collect();
    if lines.is_empty() {
        return String::new();
    }
    let header = [
        "Few children",
        "Year",
        "Group",
        "Count",
        "As counted",
        "Drawn to its kind",
    ];
    format!(
        "\n{}\nFewer than 10 children tell little: report the rate drawn towards that of the same group in all authorities.\n",
        table(&header, &[3, 4, 5], lines.into_iter())
    )
}
