//! Tables that add up: fitted to margins, and rounded.

use disparity_stats::{
    FittingOptions, Margin, controlled_rounding, iterative_proportional_fitting,
};

use super::{Inputs, Outputs, numbered, single};

pub(super) fn compute(method: &str, given: &Inputs<'_>) -> Outputs {
    if method == "controlled_rounding" {
        rounded(given)
    } else {
        fitted(given)
    }
}

fn places(given: &Inputs<'_>, name: &str) -> Vec<usize> {
    let whole = given.whole(name).into_iter();
    whole.map(|v| usize::try_from(v).unwrap()).collect()
}

fn fitted(given: &Inputs<'_>) -> Outputs {
    let margins: Vec<(Vec<usize>, Vec<f64>)> = (1..=9)
        .map(|i| (format!("axes{i}"), format!("totals{i}")))
        .take_while(|(axes, _)| given.has(axes))
        .map(|(axes, totals)| (places(given, &axes), given.all(&totals)))
        .collect();
    let margins: Vec<Margin<'_>> = margins
        .iter()
        .map(|(axes, totals)| Margin { axes, totals })
        .collect();
    let options = FittingOptions {
        tolerance: 1e-11,
        ..FittingOptions::default()
    };
    let shape = places(given, "shape");
    let start = given.all("start");
    let found = iterative_proportional_fitting(&shape, &start, &margins, options).unwrap();
    let mut out = numbered("c", found.cells);
    out.extend(single("forced", found.forced_to_zero as f64));
    out
}

fn rounded(given: &Inputs<'_>) -> Outputs {
    let parents: Vec<Option<usize>> = given
        .text("parents")
        .split('|')
        .map(|parent| parent.parse().ok())
        .collect();
    let places = given.text("places").parse().unwrap();
    let found = controlled_rounding(&given.all("values"), &parents, places).unwrap();
    numbered("u", found.units.into_iter().map(|u| u as f64))
}
