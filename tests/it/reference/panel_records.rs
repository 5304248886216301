//! Panels given as records: fixed effects, and within and between, with errors by unit.

use disparity_stats::models::{
    Coefficients, PanelOptions, PanelRecord, SmallSample, panel_model, panel_within_between,
};
use disparity_stats::{Level, Result};

use super::super::{Inputs, Outputs};
use super::{Table, coefficients};

pub(super) fn compute(method: &str, given: &Inputs<'_>) -> Result<Outputs> {
    let table = Table::of(given);
    let terms: Vec<&str> = given.text("terms").split('|').collect();
    let records = records(&table, given, &terms);
    let small_sample = match given.text("small_sample") {
        "none" => SmallSample::None,
        "clusters" => SmallSample::Clusters,
        _ => SmallSample::ClustersAndParameters,
    };
    let options = PanelOptions {
        period_levels: given.text("periods") == "1",
        small_sample,
        ..PanelOptions::default()
    };
    if method == "panel_model" {
        fixed(&terms, &records, options)
    } else {
        both(&terms, &records, options)
    }
}

fn records(table: &Table, given: &Inputs<'_>, terms: &[&str]) -> Vec<PanelRecord> {
    let (units, periods) = (table.codes("area"), table.codes("year"));
    let outcome = table.column(given.text("outcome"));
    let weighted = given.text("weighted") == "1";
    let record = |i: usize| PanelRecord {
        unit: units[i],
        period: periods[i],
        outcome: outcome[i],
        regressors: terms.iter().map(|term| table.column(term)[i]).collect(),
        weight: if weighted {
            table.column("weight")[i]
        } else {
            1.0
        },
    };
    (0..table.rows()).map(record).collect()
}

/// Estimates, errors, limits and p-values.
fn all_of(found: &Coefficients) -> Result<Outputs> {
    let mut out = coefficients(found);
    for one in found.iter() {
        let interval = one.interval(Level::P95)?.interval;
        out.push((format!("low:{}", one.name), interval.low));
        out.push((format!("high:{}", one.name), interval.high));
        out.push((format!("p:{}", one.name), one.p_value()));
    }
    Ok(out)
}

fn counted(counts: &[(&str, usize)]) -> Outputs {
    let figures = counts
        .iter()
        .map(|(name, n)| ((*name).to_owned(), *n as f64));
    figures.collect()
}

fn fixed(terms: &[&str], records: &[PanelRecord], options: PanelOptions) -> Result<Outputs> {
    let fit = panel_model(terms, records, options)?;
    let mut out = all_of(&fit.coefficients)?;
    out.push(("within".to_owned(), fit.within_r_squared));
    out.push(("sd".to_owned(), fit.residual_sd));
    out.extend(counted(&[
        ("free", fit.residual_degrees_of_freedom),
        ("clusters", fit.clusters),
        ("periods", fit.periods),
        ("records", fit.records),
        ("singletons", fit.singletons),
        ("without_weight", fit.without_weight),
    ]));
    Ok(out)
}

fn both(terms: &[&str], records: &[PanelRecord], options: PanelOptions) -> Result<Outputs> {
    let found = panel_within_between(terms, records, options)?;
    let mut out = all_of(&found.coefficients)?;
    for gap in found.contextual.iter() {
        out.push((format!("context:{}", gap.name), gap.estimate));
        out.push((format!("context_se:{}", gap.name), gap.std_error));
    }
    let mixed = found.fit.mixed();
    let test = found.same_within_and_between;
    let figures = [
        ("group_sd", mixed.spreads()[0].sds[0]),
        ("residual_sd", mixed.residual_sd()),
        ("chi_square", test.chi_square),
        ("p", test.p_value),
    ];
    out.extend(figures.map(|(name, value)| (name.to_owned(), value)));
    out.extend(counted(&[
        ("clusters", found.clusters),
        ("periods", found.periods),
        ("records", found.records),
        ("without_weight", found.without_weight),
    ]));
    Ok(out)
}
