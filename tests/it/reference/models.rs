//! Regressions and mixed models against R's own fits: the table's inputs name data, family,
//! covariates and groups, and every fit answers all rows that ask about it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use disparity_stats::models::{
    Coefficients, Design, EffectSpread, Expectation, Family, FittedMixed, FittedRegression,
    Integration, LeftOut, Likelihood, LinearMixedModel, MixedModel, MixedOptions, Observations,
    RandomEffect, RegressionModel, against_expected, log_rate_variation, median_ratio,
    proportional_change, rank_effects, rate_variation, strata_partition,
};
use disparity_stats::models::{
    ConditionalMode, DECILES, DecileArea, DecileRate, Resampling, Scatter, decile_rates_log_linear,
    decile_rates_monotone,
};
use disparity_stats::{Level, Result};

use super::{Inputs, Outputs, named, single};

#[path = "panel.rs"]
mod panel;
#[path = "panel_records.rs"]
mod records;

thread_local! {
    /// What each method gave for each of its inputs.
    static DONE: RefCell<BTreeMap<String, Outputs>> = const { RefCell::new(BTreeMap::new()) };
}

pub(super) fn compute(method: &str, given: &Inputs<'_>) -> Outputs {
    let key = format!("{method} {:?}", given.0);
    if let Some(found) = DONE.with_borrow(|done| done.get(&key).cloned()) {
        return found;
    }
    let found = outputs(method, given).unwrap_or_else(|e| panic!("{key}: {e}"));
    DONE.with_borrow_mut(|done| done.insert(key, found.clone()));
    found
}

fn outputs(method: &str, given: &Inputs<'_>) -> Result<Outputs> {
    match method {
        "regression" => regression(given),
        "robust_errors" => Ok(errors(&fit_regression(given)?.robust(corrected(given))?)),
        "clustered_errors" => {
            let clusters = Table::of(given).codes(given.text("cluster"));
            Ok(errors(
                &fit_regression(given)?.clustered(&clusters, corrected(given))?,
            ))
        }
        "leave_out" => {
            let areas = Table::of(given).codes("area");
            left_out(fit_regression(given)?.leave_out(&areas)?)
        }
        "mixed_model" => mixed(given),
        "linear_mixed_model" => linear(given),
        "fixed_effects" | "within_between" => panel::compute(method, given),
        "panel_model" | "panel_within_between" => records::compute(method, given),
        "median_ratio" => Ok(single("value", median_ratio(given.one("sigma"))?)),
        "spread" => spread(given),
        "variance_partition" => {
            let found = fit_mixed(given)?.variance_partition(effect(given), Level::P95)?;
            let mut out = named("share", found.share);
            out.extend(single("residual", found.residual));
            Ok(out)
        }
        "proportional_change" => change(given),
        "leave_out_mixed" => {
            left_out(fit_mixed(given)?.leave_out(effect(given), Expectation::Average)?)
        }
        "leave_out_scaled" => scaled(given),
        "strata_partition" => strata(),
        "against_expected" => expected(given),
        "rank_effects" => ranks(given),
        "log_rate_variation" => variation(given),
        "rate_variation" => variation_of_rates(given),
        _ => deciles(method),
    }
}

/// A file of the reference data, or the part of it that a year names.
struct Table(BTreeMap<String, Vec<f64>>);

impl Table {
    fn read(name: &str) -> Table {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/reference/models")
            .join(format!("{name}.csv"));
        let mut reader = csv::Reader::from_path(&path).unwrap();
        let headers = reader.headers().unwrap().clone();
        let mut columns: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for record in reader.records() {
            for (name, value) in headers.iter().zip(&record.unwrap()) {
                columns
                    .entry(name.to_owned())
                    .or_default()
                    .push(value.parse().unwrap());
            }
        }
        Table(columns)
    }

    fn of(given: &Inputs<'_>) -> Table {
        let mut table = match given.text("data") {
            "few" => Table::read("few_events"),
            "panel" | "apart" => Table::read("panel"),
            "panel_records" => Table::read("panel_records"),
            _ => Table::read("children_in_need"),
        };
        if given.text("data") == "need2019" {
            let keep: Vec<bool> = table
                .column("year")
                .iter()
                .map(|&y| (y - 2019.0).abs() < 0.5)
                .collect();
            for column in table.0.values_mut() {
                let mut kept = keep.iter();
                column.retain(|_| kept.next().copied().unwrap_or(false));
            }
        }
        let rows = table.rows();
        if table.0.contains_key("idaci") {
            let tens = table.column("idaci").iter().map(|v| 10.0 * v).collect();
            table.0.insert("idaci10".to_owned(), tens);
            let time = table.column("year").iter().map(|y| y - 2017.0).collect();
            table.0.insert("time".to_owned(), time);
        }
        let record = (0..rows).map(|i| i as f64).collect();
        table.0.insert("record".to_owned(), record);
        table
    }

    fn column(&self, name: &str) -> &[f64] {
        &self.0[name]
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small whole numbers"
    )]
    fn codes(&self, name: &str) -> Vec<usize> {
        self.column(name).iter().map(|&v| v as usize).collect()
    }

    fn rows(&self) -> usize {
        self.0.values().next().map_or(0, Vec::len)
    }

    fn is_few(&self) -> bool {
        self.0.contains_key("events")
    }

    fn observations(&self, given: &Inputs<'_>) -> Result<Observations> {
        let observations = match (family(given).is_proportion(), self.is_few()) {
            (true, true) => Observations::proportions(self.column("events"), self.column("trials")),
            (true, false) => {
                Observations::proportions(self.column("count"), self.column("children"))
            }
            (false, few) => Observations::counts(self.column("count"))?
                .with_exposure(self.column(if few { "exposure" } else { "children" })),
        }?;
        if given.has("weights") {
            return observations.with_weights(self.column(given.text("weights")));
        }
        Ok(observations)
    }

    fn design(&self, given: &Inputs<'_>) -> Result<Design> {
        let mut terms = given.text("terms").split('|').filter(|t| *t != "none");
        terms.try_fold(Design::intercept(self.rows()), |design, term| {
            match term.strip_prefix("f:") {
                Some(factor) => design.with_factor(factor, &self.codes(factor)),
                None => design.with(term, self.column(term)),
            }
        })
    }

    fn effects(&self, given: &Inputs<'_>) -> Vec<RandomEffect> {
        let one = |text: &str| {
            let (name, slope) = text.split_once('+').unwrap_or((text, ""));
            let effect = RandomEffect::intercept(name, &self.codes(name));
            if slope.is_empty() {
                effect
            } else {
                effect.with_slope(slope, self.column(slope))
            }
        };
        given.text("effects").split('|').map(one).collect()
    }
}

fn family(given: &Inputs<'_>) -> Family {
    match given.text("family") {
        "poisson" => Family::Poisson,
        "quasipoisson" => Family::QuasiPoisson,
        "binomial" => Family::Binomial,
        "quasibinomial" => Family::QuasiBinomial,
        _ => Family::NegativeBinomial,
    }
}

fn corrected(given: &Inputs<'_>) -> bool {
    given.text("type") == "HC1"
}

/// The first effect's name.
fn effect<'a>(given: &Inputs<'a>) -> &'a str {
    given.text("effects").split('|').next().unwrap()
}

fn errors(found: &Coefficients) -> Outputs {
    found
        .iter()
        .map(|c| (format!("se:{}", c.name), c.std_error))
        .collect()
}

fn coefficients(found: &Coefficients) -> Outputs {
    let mut out = errors(found);
    out.extend(found.iter().map(|c| (format!("b:{}", c.name), c.estimate)));
    out
}

fn fit_regression(given: &Inputs<'_>) -> Result<FittedRegression> {
    let table = Table::of(given);
    RegressionModel::new(
        family(given),
        table.observations(given)?,
        table.design(given)?,
    )?
    .fit()
}

fn regression(given: &Inputs<'_>) -> Result<Outputs> {
    let fit = fit_regression(given)?;
    assert!(fit.converged());
    let mut out = coefficients(fit.coefficients());
    let second = fit
        .coefficients()
        .iter()
        .nth(1)
        .unwrap()
        .interval(Level::P95)?;
    out.extend(named("", second));
    let table = Table::of(given);
    let name = if table.is_few() {
        "exposure"
    } else {
        "children"
    };
    let offset = if family(given).is_proportion() {
        0.0
    } else {
        table.column(name)[2].ln()
    };
    let prediction = fit.predict(&third(&table.design(given)?, &table, given)?, &[offset])?[0];
    out.extend([
        ("deviance".to_owned(), fit.deviance()),
        ("dispersion".to_owned(), fit.dispersion().unwrap()),
        ("log_lik".to_owned(), fit.log_likelihood()),
        ("predictor3".to_owned(), prediction.predictor),
        ("predictor3_se".to_owned(), prediction.std_error),
        ("mean3".to_owned(), prediction.mean),
    ]);
    out.extend(fit.aic().map(|aic| ("aic".to_owned(), aic)));
    out.extend(fit.size().map(|size| ("size".to_owned(), size)));
    Ok(out)
}

/// The third record's row of a design, its factors coded as in the whole.
fn third(whole: &Design, table: &Table, given: &Inputs<'_>) -> Result<Design> {
    let terms: Vec<&str> = given.text("terms").split('|').collect();
    whole
        .names()
        .iter()
        .skip(1)
        .try_fold(Design::intercept(1), |design, name| {
            let value = match name.split_once('[') {
                Some((factor, code)) if terms.contains(&format!("f:{factor}").as_str()) => {
                    let code: f64 = code.trim_end_matches(']').parse().unwrap();
                    f64::from(u8::from((table.column(factor)[2] - code).abs() < 0.5))
                }
                _ => table.column(name)[2],
            };
            design.with(name, &[value])
        })
}

fn left_out(found: Vec<(usize, Result<LeftOut>)>) -> Result<Outputs> {
    let mut out = Outputs::new();
    for (code, left) in found {
        let left = left?;
        out.push((format!("expected:{code}"), left.expected));
        out.push((format!("typical:{code}"), left.typical));
        out.push((format!("std_error:{code}"), left.std_error));
    }
    Ok(out)
}

fn fit_mixed(given: &Inputs<'_>) -> Result<FittedMixed> {
    let integration = match given.text("nagq") {
        "0" => Integration::Joint,
        "1" => Integration::Laplace,
        nodes => Integration::GaussHermite(nodes.parse().unwrap()),
    };
    let table = Table::of(given);
    let model = MixedModel::new(
        family(given),
        table.observations(given)?,
        table.design(given)?,
    )?;
    let model = table
        .effects(given)
        .into_iter()
        .try_fold(model, MixedModel::with_effect)?;
    let fit = model.fit(&MixedOptions::with_integration(integration))?;
    assert!(fit.converged(), "{:?}", given.0);
    Ok(fit)
}

fn sds(spreads: &[EffectSpread]) -> Outputs {
    let mut out = Outputs::new();
    for spread in spreads {
        for (column, &sd) in spread.columns.iter().zip(&spread.sds) {
            let place = if column == "(Intercept)" {
                String::new()
            } else {
                format!("+{column}")
            };
            out.push((format!("sd:{}{place}", spread.name), sd));
        }
    }
    out
}

fn modes(name: &str, found: &[ConditionalMode]) -> Outputs {
    let both = |m: &ConditionalMode| {
        [
            (format!("mode:{name}:{}", m.code), m.value),
            (format!("condsd:{name}:{}", m.code), m.conditional_sd),
        ]
    };
    found.iter().flat_map(both).collect()
}

fn mixed(given: &Inputs<'_>) -> Result<Outputs> {
    let fit = fit_mixed(given)?;
    let mut out = coefficients(fit.coefficients());
    out.extend(sds(fit.spreads()));
    for spread in fit.spreads() {
        out.extend(modes(&spread.name, &fit.modes(&spread.name)?));
    }
    out.push(("log_lik".to_owned(), fit.log_likelihood_as_lme4()));
    out.extend(fit.size().map(|size| ("size".to_owned(), size)));
    Ok(out)
}

fn linear(given: &Inputs<'_>) -> Result<Outputs> {
    let table = Table::of(given);
    let rates: Vec<f64> = table
        .column("count")
        .iter()
        .zip(table.column("children"))
        .map(|(o, n)| (o / n).ln())
        .collect();
    let model = LinearMixedModel::new(&rates, table.design(given)?)?;
    let model = table
        .effects(given)
        .into_iter()
        .try_fold(model, LinearMixedModel::with_effect)?;
    let fit = model.fit(match given.text("likelihood") {
        "restricted" => Likelihood::Restricted,
        _ => Likelihood::Maximum,
    })?;
    assert!(fit.converged());
    let mut out = coefficients(fit.coefficients());
    out.extend(sds(fit.spreads()));
    for spread in fit.spreads() {
        out.extend(modes(&spread.name, &fit.modes(&spread.name)?));
    }
    if let Some(&correlation) = fit.spreads()[0].correlations.get(1) {
        out.extend(single("correlation", correlation));
    }
    out.extend(single("log_lik", fit.log_likelihood()));
    out.extend(single("sd:Residual", fit.residual_sd()));
    if let Some(sd) = fit.sd_interval(effect_name(given), "(Intercept)", Level::P95)? {
        out.extend(named("sd", sd));
    }
    out.extend(named("residual", fit.residual_sd_interval(Level::P95)?));
    Ok(out)
}

/// The first effect's name without its slope.
fn effect_name<'a>(given: &Inputs<'a>) -> &'a str {
    effect(given).split('+').next().unwrap()
}

fn spread(given: &Inputs<'_>) -> Result<Outputs> {
    let found = fit_mixed(given)?.spread(effect(given), Level::P95)?;
    let mut out = named("sigma", found.sigma);
    out.extend(named("one_sd_ratio", found.one_sd_ratio));
    out.extend(named("median_ratio", found.median_ratio));
    Ok(out)
}

fn change(given: &Inputs<'_>) -> Result<Outputs> {
    let adjusted = fit_mixed(given)?;
    let mut null = given.0.clone();
    null.insert("terms", "none");
    let null = fit_mixed(&Inputs(null))?;
    let found = proportional_change(&null, &adjusted, effect(given), Level::P95)?;
    let mut out = named("change", found.change);
    out.extend(single("null", found.null_variance));
    out.extend(single("adjusted", found.adjusted_variance));
    Ok(out)
}

fn scaled(given: &Inputs<'_>) -> Result<Outputs> {
    // The groups of one year, in the order of their numbers; in the other case every third stands for
    // two.
    let codes = Table::of(given).codes("area");
    let twice = given.text("times") == "some_twice";
    let times: Vec<f64> = codes
        .iter()
        .map(|code| if twice && code % 3 == 0 { 2.0 } else { 1.0 })
        .collect();
    let mut out = Outputs::new();
    for (code, found) in fit_mixed(given)?.leave_out_scaled(effect(given), &times)? {
        let found = found?;
        if out.is_empty() {
            out.extend(single("factor", found.factor));
        }
        out.push((format!("expected:{code}"), found.expected()));
        out.push((format!("std_error:{code}"), found.std_error));
    }
    Ok(out)
}

fn strata() -> Result<Outputs> {
    let table = Table::read("strata");
    let design = Design::intercept(table.rows())
        .with_factor("ethnicity", &table.codes("ethnicity"))?
        .with_factor("age", &table.codes("age"))?
        .with_factor("sex", &table.codes("sex"))?;
    let found = strata_partition(
        Family::Binomial,
        &Observations::proportions(table.column("events"), table.column("trials"))?,
        &table.codes("stratum"),
        &design,
        &MixedOptions::default(),
        Level::P95,
    )?;
    let mut out = named("between", found.between.share);
    out.extend(named("beyond_additive", found.beyond_additive.share));
    out.extend(named("explained", found.explained.unwrap().change));
    for stratum in &found.strata {
        let code = stratum.code;
        out.push((format!("raw:{code}"), stratum.raw.unwrap()));
        out.push((format!("additive:{code}"), stratum.additive.unwrap()));
        out.push((format!("shrunken:{code}"), stratum.shrunken.unwrap()));
        out.push((format!("interaction:{code}"), stratum.interaction.value));
    }
    Ok(out)
}

fn expected(given: &Inputs<'_>) -> Result<Outputs> {
    let [observed, expected, typical] = given.some(["observed", "expected", "typical"]);
    let [std_error, sigma, dispersion] = given.some(["std_error", "sigma", "dispersion"]);
    let left = LeftOut {
        code: 0,
        observed,
        expected,
        typical,
        std_error,
        sigma,
        dispersion,
    };
    let found = against_expected(&left, Level::P95)?;
    let mut out = named("ratio", found.ratio);
    out.extend([
        ("low".to_owned(), found.ratio.interval.low),
        ("high".to_owned(), found.ratio.interval.high),
        ("probability_above".to_owned(), found.probability_above),
        ("range_low".to_owned(), found.range.low),
        ("range_high".to_owned(), found.range.high),
    ]);
    out.extend(named("shrunken", found.shrunken));
    Ok(out)
}

fn ranks(given: &Inputs<'_>) -> Result<Outputs> {
    let effect = |(code, (&value, &sd)): (usize, (&f64, &f64))| ConditionalMode {
        code,
        value,
        conditional_sd: sd,
        prediction_sd: sd,
    };
    let (values, sds) = (given.all("value"), given.all("sd"));
    let effects: Vec<ConditionalMode> = values.iter().zip(&sds).enumerate().map(effect).collect();
    let found = rank_effects(&effects, Level::P95, 1, 20_000)?;
    let mut out = Outputs::new();
    for (i, rank) in found.iter().enumerate() {
        let place = i + 1;
        out.push((format!("rank{place}"), rank.rank));
        out.push((format!("median{place}"), rank.median));
        out.push((format!("low{place}"), rank.interval.low));
        out.push((format!("high{place}"), rank.interval.high));
    }
    Ok(out)
}

fn variation(given: &Inputs<'_>) -> Result<Outputs> {
    let table = Table::of(given);
    let found = log_rate_variation(
        table.column("count"),
        table.column("children"),
        &table.design(given)?,
        Level::P95,
    )?;
    Ok(vec![
        ("r_squared".to_owned(), found.r_squared.value),
        ("low".to_owned(), found.r_squared.interval.low),
        ("high".to_owned(), found.r_squared.interval.high),
        ("adjusted".to_owned(), found.adjusted),
    ])
}

fn variation_of_rates(given: &Inputs<'_>) -> Result<Outputs> {
    let [counts, children, poor] = ["o", "n", "x"].map(|name| given.all(name));
    let design = Design::intercept(poor.len()).with("poor", &poor)?;
    let found = rate_variation(&counts, &children, &design, given.level())?;
    let mut out = named("r_squared", found.r_squared);
    for (name, _) in &mut out {
        if let Some(end) = name.strip_prefix("r_squared_") {
            *name = end.to_owned();
        }
    }
    out.extend(single("adjusted", found.adjusted));
    Ok(out)
}

fn rates(found: &[DecileRate]) -> Outputs {
    let mut out = Outputs::new();
    for rate in found {
        let decile = rate.decile;
        out.push((format!("rate{decile}"), rate.rate.value));
        out.push((format!("rate_low{decile}"), rate.rate.interval.low));
        out.push((format!("rate_high{decile}"), rate.rate.interval.high));
    }
    out
}

fn deciles(method: &str) -> Result<Outputs> {
    let table = Table::read("deciles");
    let area = |i: usize| {
        let mut children = [0.0; DECILES];
        for (d, n) in children.iter_mut().enumerate() {
            *n = table.column(&format!("d{}", d + 1))[i];
        }
        DecileArea {
            count: table.column("count")[i],
            children,
        }
    };
    let areas: Vec<DecileArea> = (0..table.rows()).map(area).collect();
    if method == "decile_rates_log_linear" {
        let found = decile_rates_log_linear(&areas, Scatter::Estimated, Level::P95)?;
        let mut out = rates(&found.rates);
        out.extend(named("ratio", found.ratio_most_to_least));
        out.extend(named("ratio_per_decile", found.ratio_per_decile));
        out.extend(single("dispersion", found.dispersion));
        out.extend(single("log_lik", found.log_likelihood));
        return Ok(out);
    }
    let resampling = Resampling {
        seed: 1,
        repetitions: 200,
        scatter: Scatter::Estimated,
    };
    let found = decile_rates_monotone(&areas, resampling, Level::P95)?;
    let mut out = rates(&found.rates);
    out.extend(single("ratio", found.ratio_most_to_least.value.unwrap()));
    out.extend(single("log_lik", found.log_likelihood));
    Ok(out)
}
