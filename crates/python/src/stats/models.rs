//! Models of all rows.

use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};
use disparity_stats::Level;
use disparity_stats::models::{
    Design, Family, FittedMixed, MixedModel, MixedOptions, Observations, RandomEffect,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::{level, parts, refused, table, unknown};
use crate::failure::broken;
use crate::input::{Input, column, length};
use crate::table::Table;

/// Coefficients, effects of groups, and the numbers of the fit.
type Fit<'py> = (Table, Table, Bound<'py, pyo3::types::PyDict>);

/// A generalised linear mixed model with one effect.
#[pyfunction]
#[expect(
    clippy::too_many_arguments,
    reason = "Python hands over each by itself"
)]
pub(crate) fn mixed_model<'py>(
    py: Python<'py>,
    counts: &Bound<'py, PyAny>,
    groups: &Bound<'py, PyAny>,
    exposure: Option<Bound<'py, PyAny>>,
    trials: Option<Bound<'py, PyAny>>,
    names: Vec<String>,
    covariates: Vec<Bound<'py, PyAny>>,
    family: &str,
    level_of: f64,
) -> PyResult<Fit<'py>> {
    let level = level(level_of)?;
    let family = family_of(family)?;
    let counts = Input::of("counts", counts)?;
    let groups = Input::of("groups", groups)?;
    let all = length(&[("counts", &counts), ("groups", &groups)])?;
    let counts = counts.whole("counts", all)?;
    let codes = groups.groups("groups", all)?;
    let codes: Vec<usize> = codes.into_iter().map(|own| own as usize).collect();
    let whole = |name: &str, given: &Bound<'py, PyAny>| {
        let input = Input::of(name, given)?;
        // Of the length of the others, or one for all.
        length(&[("groups", &groups), (name, &input)])?;
        input.whole(name, all)
    };
    let observations = match (family.is_proportion(), trials) {
        (true, Some(trials)) => Observations::proportions(&counts, &whole("trials", &trials)?),
        (false, None) => Observations::counts(&counts),
        (true, None) => return Err(PyValueError::new_err("a binomial model needs trials")),
        (false, Some(_)) => {
            return Err(PyValueError::new_err(
                "trials are of a binomial model; of counts there is an exposure",
            ));
        }
    };
    let mut observations = observations.map_err(refused)?;
    if let Some(exposure) = exposure {
        let exposure = whole("exposure", &exposure)?;
        observations = observations.with_exposure(&exposure).map_err(refused)?;
    }
    let mut design = Design::intercept(all);
    for (name, values) in names.iter().zip(&covariates) {
        design = design.with(name, &whole(name, values)?).map_err(refused)?;
    }
    let effect = RandomEffect::intercept("group", &codes);
    let fitted = py.detach(|| {
        MixedModel::new(family, observations, design)?
            .with_effect(effect)?
            .fit(&MixedOptions::default())
    });
    let fitted = fitted.map_err(refused)?;
    let coefficients = coefficients(&fitted, level)?;
    let mut out: [Vec<f64>; 4] = std::array::from_fn(|_| Vec::new());
    for mode in fitted.modes("group").map_err(refused)? {
        let [value, low, high] = parts(mode.interval(level).map_err(refused)?);
        let row = [mode.code as f64, value, low, high];
        out.iter_mut().zip(row).for_each(|(all, own)| all.push(own));
    }
    let groups = out[0].len();
    let effects = table(["group", "effect", "low", "high"], out, vec![true; groups])?;
    let numbers = pyo3::types::PyDict::new(py);
    numbers.set_item("sd", fitted.sigma("group").map_err(refused)?)?;
    numbers.set_item("log_likelihood", fitted.log_likelihood())?;
    numbers.set_item("aic", fitted.aic())?;
    numbers.set_item("converged", fitted.converged())?;
    Ok((coefficients, effects, numbers))
}

/// Coefficients with their intervals, on the scale of the linear predictor and as ratios.
fn coefficients(fitted: &FittedMixed, level: Level) -> PyResult<Table> {
    let mut columns: [Vec<f64>; 7] = std::array::from_fn(|_| Vec::new());
    let mut terms = Vec::new();
    for own in fitted.coefficients().iter() {
        terms.push(own.name.clone());
        let plain = own.interval(level).map_err(refused)?;
        let ratio = own.ratio(level).map_err(refused)?;
        let [value, low, high] = parts(plain);
        let [ratio, ratio_low, ratio_high] = parts(ratio);
        let row = [
            value,
            low,
            high,
            ratio,
            ratio_low,
            ratio_high,
            own.p_value(),
        ];
        columns
            .iter_mut()
            .zip(row)
            .for_each(|(all, own)| all.push(own));
    }
    let columns_of = [
        "estimate",
        "low",
        "high",
        "ratio",
        "ratio_low",
        "ratio_high",
        "p_value",
    ];
    let terms: ArrayRef = Arc::new(StringArray::from(terms));
    let numbers = columns_of.into_iter().zip(columns);
    let numbers = numbers.map(|(name, own)| (name, column(own, None)));
    let all = std::iter::once(("term", terms)).chain(numbers).collect();
    Table::of(all).map_err(broken)
}

fn family_of(word: &str) -> PyResult<Family> {
    match word {
        "poisson" => Ok(Family::Poisson),
        "negative_binomial" => Ok(Family::NegativeBinomial),
        "binomial" => Ok(Family::Binomial),
        _ => Err(unknown(
            "family",
            word,
            &["poisson", "negative_binomial", "binomial"],
        )),
    }
}
