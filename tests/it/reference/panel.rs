//! Panels of measurements: fixed effects, and within and between.

use disparity_stats::models::{
    Coefficients, Design, FittedFixedEffects, FixedEffectsModel, WithinBetween, within_between,
};
use disparity_stats::{Level, Result};

use super::super::{Inputs, Outputs, single};
use super::{Table, coefficients, corrected, errors};

pub(super) fn compute(method: &str, given: &Inputs<'_>) -> Result<Outputs> {
    let mut table = Table::of(given);
    if given.text("data") == "apart" {
        let keep: Vec<bool> = (0..table.rows())
            .map(|i| (table.column("area")[i] <= 20.0) == (table.column("year")[i] <= 2019.0))
            .collect();
        for column in table.0.values_mut() {
            let mut kept = keep.iter();
            column.retain(|_| kept.next().copied().unwrap_or(false));
        }
    }
    if method == "fixed_effects" {
        fixed_effects(&table, given)
    } else {
        both(&table, given)
    }
}

fn covariates(table: &Table, given: &Inputs<'_>) -> Result<Design> {
    let mut terms = given.text("terms").split('|');
    terms.try_fold(Design::empty(table.rows()), |design, term| {
        design.with(term, table.column(term))
    })
}

fn fixed_effects(table: &Table, given: &Inputs<'_>) -> Result<Outputs> {
    let mut model = FixedEffectsModel::new(table.column("log_rate"), covariates(table, given)?)?;
    if given.has("weights") {
        model = model.with_weights(table.column(given.text("weights")))?;
    }
    for effect in given.text("effects").split('|') {
        model = model.with_effect(effect, &table.codes(effect))?;
    }
    let fit = model.fit()?;
    if given.has("cluster") {
        return Ok(errors(&clustered(&fit, table, given)?));
    }
    let mut out = coefficients(fit.coefficients());
    let interval = fit
        .coefficients()
        .get("spend")?
        .interval(Level::P95)?
        .interval;
    // The third record with a part in the fit is the third of all.
    out.extend(single("residual3", fit.residuals()[2].unwrap()));
    out.extend([
        ("low".to_owned(), interval.low),
        ("high".to_owned(), interval.high),
        ("free".to_owned(), fit.degrees_of_freedom() as f64),
        ("sd".to_owned(), fit.residual_sd()),
        ("within".to_owned(), fit.within_r_squared().unwrap()),
    ]);
    Ok(out)
}

fn clustered(fit: &FittedFixedEffects, table: &Table, given: &Inputs<'_>) -> Result<Coefficients> {
    let clusters: Vec<Vec<usize>> = given
        .text("cluster")
        .split('|')
        .map(|name| table.codes(name))
        .collect();
    match clusters.as_slice() {
        [one] => fit.clustered(one, corrected(given)),
        [one, other] => fit.clustered_two_way(one, other, corrected(given)),
        _ => panic!("one clustering or two"),
    }
}

fn both(table: &Table, given: &Inputs<'_>) -> Result<Outputs> {
    let mut others = given.text("others").split('|').filter(|t| *t != "none");
    let others = others.try_fold(Design::intercept(table.rows()), |design, term| {
        match term.strip_prefix("f:") {
            Some(factor) => design.with_factor(factor, &table.codes(factor)),
            None => design.with(term, table.column(term)),
        }
    })?;
    let areas = table.codes("area");
    let fit = within_between(
        table.column("log_rate"),
        &covariates(table, given)?,
        &areas,
        others,
    )?;
    if given.has("type") {
        let by_area = fit.clustered(corrected(given))?;
        let mut out = errors(&by_area);
        out.extend(context(&fit, &by_area)?);
        return Ok(out);
    }
    let mut out = coefficients(fit.coefficients());
    out.extend(context(&fit, fit.coefficients())?);
    out.extend(single("group_sd", fit.mixed().spreads()[0].sds[0]));
    out.extend(single("residual_sd", fit.mixed().residual_sd()));
    Ok(out)
}

fn context(fit: &WithinBetween, errors: &Coefficients) -> Result<Outputs> {
    let mut out = Outputs::new();
    for gap in fit.contextual(errors)?.iter() {
        out.push((format!("context:{}", gap.name), gap.estimate));
        out.push((format!("context_se:{}", gap.name), gap.std_error));
    }
    let test = fit.same_within_and_between(errors)?;
    out.extend([
        ("chi_square".to_owned(), test.chi_square),
        ("p".to_owned(), test.p_value),
    ]);
    Ok(out)
}
