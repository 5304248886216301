//! lme4's published fits: likelihoods to 1e-6, and fixed effects, variance components and
//! conditional modes to 1e-4. A mode is measured in its effect's standard deviations where that is
//! larger than the mode, anything else in itself or in 1: no figure's unit makes a difference.

use std::path::Path;

use disparity_stats::Result;
use disparity_stats::models::{
    Design, Family, FittedLinearMixed, FittedMixed, Integration, Likelihood, LinearMixedModel,
    MixedModel, MixedOptions, ModeSearch, Observations, RandomEffect,
};

use super::{Row, Suite, Table, folder};

const LIKELIHOOD: f64 = 1e-6;
const ESTIMATE: f64 = 1e-4;
/// lme4 differences its deviance for these, which leaves about three digits.
const STD_ERROR: f64 = 1e-3;

/// A data file by column.
struct Data(Table);

impl Data {
    fn numbers(&self, column: &str) -> Vec<f64> {
        self.0.rows().map(|row| row.needed(column)).collect()
    }

    fn codes(&self, column: &str) -> Vec<usize> {
        self.0
            .rows()
            .map(|row| row.text(column).parse().unwrap())
            .collect()
    }

    fn rows(&self) -> usize {
        self.0.rows().count()
    }

    /// Adds treatment contrasts named as R names them.
    fn contrasts(&self, design: Design, column: &str) -> Result<Design> {
        let codes = self.codes(column);
        let mut distinct = codes.clone();
        distinct.sort_unstable();
        distinct.dedup();
        distinct.iter().skip(1).try_fold(design, |design, level| {
            let is = |code: &usize| f64::from(u8::from(code == level));
            design.with(
                &format!("{column}{level}"),
                &codes.iter().map(is).collect::<Vec<_>>(),
            )
        })
    }
}

enum Fit {
    Mixed(Box<FittedMixed>),
    Linear(Box<FittedLinearMixed>),
}

fn cbpp(data: &Data, options: &MixedOptions) -> Result<FittedMixed> {
    let observations =
        Observations::proportions(&data.numbers("incidence"), &data.numbers("size"))?;
    let design = data.contrasts(Design::intercept(data.rows()), "period")?;
    MixedModel::new(Family::Binomial, observations, design)?
        .with_effect(RandomEffect::intercept("herd", &data.codes("herd")))?
        .fit(options)
}

fn grouse(data: &Data, options: &MixedOptions) -> Result<FittedMixed> {
    let height = data.numbers("HEIGHT");
    let n = height.len() as f64;
    let mean = height.iter().sum::<f64>() / n;
    let sd = (height.iter().map(|h| (h - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let scaled: Vec<f64> = height.iter().map(|h| (h - mean) / sd).collect();
    let design = data
        .contrasts(Design::intercept(data.rows()), "YEAR")?
        .with("scale(HEIGHT)", &scaled)?;
    MixedModel::new(
        Family::Poisson,
        Observations::counts(&data.numbers("TICKS"))?,
        design,
    )?
    .with_effect(RandomEffect::intercept("BROOD", &data.codes("BROOD")))?
    .with_effect(RandomEffect::intercept("LOCATION", &data.codes("LOCATION")))?
    .fit(options)
}

fn sleep(data: &Data, slope: bool, likelihood: Likelihood) -> Result<FittedLinearMixed> {
    let days = data.numbers("Days");
    let design = Design::intercept(data.rows()).with("Days", &days)?;
    let subject = RandomEffect::intercept("Subject", &data.codes("Subject"));
    let subject = if slope {
        subject.with_slope("Days", &days)
    } else {
        subject
    };
    LinearMixedModel::new(&data.numbers("Reaction"), design)?
        .with_effect(subject)?
        .fit(likelihood)
}

impl Fit {
    fn of(folder: &Path, row: Row<'_>) -> Result<Fit> {
        let integration = match row.text("nAGQ") {
            "0" => Integration::Joint,
            "1" | "" => Integration::Laplace,
            nodes => Integration::GaussHermite(nodes.parse().unwrap()),
        };
        // lme4 stops its modes early, which with few events a group moves its fourth digit.
        let options = MixedOptions::with_integration(integration).with_modes(ModeSearch::AsLme4);
        let data = Data(Table::read(folder.join(row.text("file"))));
        let id = row.text("id");
        Ok(match row.text("file") {
            "cbpp.csv" => Fit::Mixed(Box::new(cbpp(&data, &options)?)),
            "grouseticks.csv" => Fit::Mixed(Box::new(grouse(&data, &options)?)),
            _ => {
                let likelihood = if id.ends_with("REML") {
                    Likelihood::Restricted
                } else {
                    Likelihood::Maximum
                };
                Fit::Linear(Box::new(sleep(&data, id.contains("_rs_"), likelihood)?))
            }
        })
    }

    /// Whether it converged, whether it is singular, and its log-likelihood.
    fn account(&self) -> (bool, bool, f64) {
        match self {
            Fit::Mixed(f) => (f.converged(), f.singular(), f.log_likelihood_as_lme4()),
            Fit::Linear(f) => (f.converged(), f.singular(), f.log_likelihood()),
        }
    }

    /// A term's estimate and standard error.
    fn coefficient(&self, term: &str) -> Result<(f64, f64)> {
        let coefficients = match self {
            Fit::Mixed(f) => f.coefficients(),
            Fit::Linear(f) => f.coefficients(),
        };
        coefficients.get(term).map(|c| (c.estimate, c.std_error))
    }

    /// A group's mode and its conditional standard deviation.
    fn mode(&self, effect: &str, column: &str, code: usize) -> Result<(f64, f64)> {
        let modes = match (self, column) {
            (Fit::Mixed(f), _) => f.modes(effect),
            (Fit::Linear(f), "(Intercept)") => f.modes(effect),
            (Fit::Linear(f), slope) => f.slope_modes(effect, slope),
        }?;
        let found = modes.iter().find(|m| m.code == code).unwrap();
        Ok((found.value, found.conditional_sd))
    }

    /// A variance with its root, or a covariance with its correlation.
    fn component(&self, group: &str, first: &str, second: &str) -> (f64, f64) {
        let spreads = match self {
            Fit::Linear(f) if group == "Residual" => {
                return (f.residual_sd().powi(2), f.residual_sd());
            }
            Fit::Linear(f) => f.spreads(),
            Fit::Mixed(f) => f.spreads(),
        };
        let spread = spreads.iter().find(|s| s.name == group).unwrap();
        let place = |name: &str| spread.columns.iter().position(|c| c == name).unwrap();
        let a = place(first);
        if second.is_empty() {
            return (spread.sds[a].powi(2), spread.sds[a]);
        }
        let b = place(second);
        let correlation = spread.correlations[a * spread.columns.len() + b];
        (correlation * spread.sds[a] * spread.sds[b], correlation)
    }
}

#[test]
fn lme4_fits() -> Result<()> {
    let Some(folder) = folder("lme4") else {
        return Ok(());
    };
    let mut suite = Suite::new("lme4");
    let read = |name: &str| Table::read(folder.join(name));
    let (fixed, components) = (read("expected_fixed.csv"), read("expected_varcomp.csv"));
    let modes = read("expected_ranef.csv");
    for row in read("expected_fits.csv").rows() {
        let id = row.text("id");
        let fit = Fit::of(&folder, row)?;
        let of_fit = |other: &Row<'_>| other.text("id") == id;
        suite.case(id, |case| {
            let (converged, singular, log_likelihood) = fit.account();
            case.is("converged", converged);
            case.is(
                "singular as there",
                singular == (row.text("singular") == "TRUE"),
            );
            let expected = row.needed("logLik");
            case.close("logLik", log_likelihood, expected, LIKELIHOOD);
        });
        for row in fixed.rows().filter(of_fit) {
            let (estimate, error) = fit.coefficient(row.text("term"))?;
            suite.case(row.label(), |case| {
                let (b, se) = (row.needed("Estimate"), row.needed("Std. Error"));
                case.near("estimate", estimate, b, ESTIMATE * b.abs().max(1.0));
                case.near("standard error", error, se, STD_ERROR * se.max(1.0));
            });
        }
        for row in components.rows().filter(of_fit) {
            let (variance, sd) = fit.component(row.text("grp"), row.text("var1"), row.text("var2"));
            suite.case(row.label(), |case| {
                let (v, s) = (row.needed("vcov"), row.needed("sdcor"));
                case.near("vcov", variance, v, ESTIMATE * v.abs().max(1.0));
                case.near("sdcor", sd, s, ESTIMATE * s.abs().max(1.0));
            });
        }
        for row in modes.rows().filter(of_fit) {
            let (effect, term) = (row.text("grpvar"), row.text("term"));
            let (value, sd) = fit.mode(effect, term, row.text("grp").parse().unwrap())?;
            let (_, unit) = fit.component(effect, term, "");
            suite.case(row.label(), |case| {
                let (v, s) = (row.needed("condval"), row.needed("condsd"));
                case.near("mode", value, v, ESTIMATE * v.abs().max(unit));
                case.near("condsd", sd, s, ESTIMATE * s.max(unit));
            });
        }
    }
    suite.finish();
    Ok(())
}
