//! The published lme4 fits in the shared conformance folder, each fitted here and compared figure
//! by figure: likelihoods to 1e-6, everything else to 1e-4, relative to the figure or to 1.
//! Models only; other peers have files of their own beside this one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use disparity_stats::models::{
    Design, Family, FittedLinearMixed, FittedMixed, Integration, Likelihood, LinearMixedModel, MixedModel,
    MixedOptions, ModeSearch, Observations, RandomEffect,
};

/// A CSV file by column name.
pub(crate) struct Table {
    columns: BTreeMap<String, Vec<String>>,
    rows: usize,
}

impl Table {
    pub(crate) fn read(path: &Path) -> Table {
        let mut reader = csv::Reader::from_path(path).expect("the file opens");
        let headers = reader.headers().expect("a header").clone();
        let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut rows = 0;
        for record in reader.records() {
            rows += 1;
            for (name, value) in headers.iter().zip(&record.expect("a row")) {
                columns.entry(name.to_owned()).or_default().push(value.to_owned());
            }
        }
        Table { columns, rows }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn text(&self, column: &str) -> &[String] {
        &self.columns[column]
    }

    pub(crate) fn numbers(&self, column: &str) -> Vec<f64> {
        self.text(column).iter().map(|v| v.parse().expect("a number")).collect()
    }

    /// Each distinct text as a number, in the order of the texts read as numbers.
    pub(crate) fn codes(&self, column: &str) -> Vec<usize> {
        self.text(column).iter().map(|v| v.parse().expect("a whole number")).collect()
    }

    /// The rows whose `id` is that.
    fn of(&self, id: &str) -> Vec<usize> {
        (0..self.rows).filter(|&i| self.text("id")[i] == id).collect()
    }
}

/// Counts comparisons and keeps those that fail.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) done: usize,
    pub(crate) failed: Vec<String>,
    pub(crate) worst: f64,
}

impl Tally {
    /// Compares relative to the expected figure, or to 1 where it is smaller.
    pub(crate) fn check(&mut self, what: &str, found: f64, expected: f64, tolerance: f64) {
        self.done += 1;
        let error = (found - expected).abs() / expected.abs().max(1.0);
        self.worst = self.worst.max(error / tolerance);
        if !(error <= tolerance) {
            self.failed.push(format!("{what}: {found} here, {expected} there (off by {error:.1e})"));
        }
    }

    pub(crate) fn report(&self, name: &str) {
        let within = self.done - self.failed.len();
        println!("{name}: {within} of {} cases within tolerance", self.done);
        assert!(self.failed.is_empty(), "{name}:\n{}", self.failed.join("\n"));
    }
}

const LIKELIHOOD: f64 = 1e-6;
const ESTIMATE: f64 = 1e-4;
/// lme4 differences its deviance for these, which leaves about three digits.
const STD_ERROR: f64 = 1e-3;

fn folder() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("../shared/conformance/lme4");
    folder.join("expected_fits.csv").exists().then_some(folder)
}

enum Fit {
    Mixed(FittedMixed),
    Linear(FittedLinearMixed),
}

/// A design of treatment contrasts named as R names them.
fn contrasts(design: Design, name: &str, levels: &[String]) -> Design {
    let mut distinct: Vec<&String> = levels.iter().collect();
    distinct.sort();
    distinct.dedup();
    distinct.into_iter().skip(1).fold(design, |design, level| {
        let column: Vec<f64> = levels.iter().map(|l| f64::from(u8::from(l == level))).collect();
        design.with(&format!("{name}{level}"), &column).expect("finite")
    })
}

fn cbpp(table: &Table, options: &MixedOptions) -> FittedMixed {
    let observations =
        Observations::proportions(&table.numbers("incidence"), &table.numbers("size"));
    let design = contrasts(Design::intercept(table.rows()), "period", table.text("period"));
    MixedModel::new(Family::Binomial, observations.expect("counts"), design)
        .and_then(|m| m.with_effect(RandomEffect::intercept("herd", &table.codes("herd"))))
        .and_then(|m| m.fit(options))
        .expect("a fit")
}

fn grouse(table: &Table, options: &MixedOptions) -> FittedMixed {
    let height = table.numbers("HEIGHT");
    let n = height.len() as f64;
    let mean = height.iter().sum::<f64>() / n;
    let sd = (height.iter().map(|h| (h - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let scaled: Vec<f64> = height.iter().map(|h| (h - mean) / sd).collect();
    let design = contrasts(Design::intercept(table.rows()), "YEAR", table.text("YEAR"))
        .with("scale(HEIGHT)", &scaled)
        .expect("finite");
    let observations = Observations::counts(&table.numbers("TICKS")).expect("counts");
    MixedModel::new(Family::Poisson, observations, design)
        .and_then(|m| m.with_effect(RandomEffect::intercept("BROOD", &table.codes("BROOD"))))
        .and_then(|m| m.with_effect(RandomEffect::intercept("LOCATION", &table.codes("LOCATION"))))
        .and_then(|m| m.fit(options))
        .expect("a fit")
}

fn sleep(table: &Table, with_slope: bool, likelihood: Likelihood) -> FittedLinearMixed {
    let days = table.numbers("Days");
    let design = Design::intercept(table.rows()).with("Days", &days).expect("finite");
    let mut subject = RandomEffect::intercept("Subject", &table.codes("Subject"));
    if with_slope {
        subject = subject.with_slope("Days", &days);
    }
    LinearMixedModel::new(&table.numbers("Reaction"), design)
        .and_then(|m| m.with_effect(subject))
        .and_then(|m| m.fit(likelihood))
        .expect("a fit")
}

fn fit(folder: &Path, id: &str, nagq: &str, modes: ModeSearch) -> Fit {
    let integration = match nagq {
        "0" => Integration::Joint,
        "1" | "" => Integration::Laplace,
        nodes => Integration::GaussHermite(nodes.parse().expect("a number of nodes")),
    };
    let options = MixedOptions::with_integration(integration).with_modes(modes);
    let table = |name: &str| Table::read(&folder.join(name));
    match id.split('_').next() {
        Some("cbpp") => Fit::Mixed(cbpp(&table("cbpp.csv"), &options)),
        Some("grouse") => Fit::Mixed(grouse(&table("grouseticks.csv"), &options)),
        _ => {
            let likelihood = if id.ends_with("REML") {
                Likelihood::Restricted
            } else {
                Likelihood::Maximum
            };
            Fit::Linear(sleep(&table("sleepstudy.csv"), id.contains("rs"), likelihood))
        }
    }
}

/// (estimate, standard error) of a term.
fn coefficient(fit: &Fit, term: &str) -> (f64, f64) {
    let coefficients = match fit {
        Fit::Mixed(fit) => fit.coefficients(),
        Fit::Linear(fit) => fit.coefficients(),
    };
    let found = coefficients.get(term).expect("a column of that name");
    (found.estimate, found.std_error)
}

/// (mode, conditional standard deviation) of a group.
fn mode(fit: &Fit, effect: &str, column: &str, code: usize) -> (f64, f64) {
    let modes = match (fit, column) {
        (Fit::Mixed(fit), _) => fit.modes(effect),
        (Fit::Linear(fit), "(Intercept)") => fit.modes(effect),
        (Fit::Linear(fit), slope) => fit.slope_modes(effect, slope),
    };
    let modes = modes.expect("an effect of that name");
    let found = modes.iter().find(|m| m.code == code).expect("a group of that number");
    (found.value, found.conditional_sd)
}

/// The variance or covariance, and the standard deviation or correlation.
fn component(fit: &Fit, group: &str, first: &str, second: &str) -> (f64, f64) {
    let spreads = match fit {
        Fit::Mixed(fit) => fit.spreads(),
        Fit::Linear(fit) if group == "Residual" => return (fit.residual_sd().powi(2), fit.residual_sd()),
        Fit::Linear(fit) => fit.spreads(),
    };
    let spread = spreads.iter().find(|s| s.name == group).expect("an effect of that name");
    let place = |name: &str| spread.columns.iter().position(|c| c == name).expect("a column");
    let a = place(first);
    if second.is_empty() {
        return (spread.sds[a].powi(2), spread.sds[a]);
    }
    let b = place(second);
    let correlation = spread.correlations[a * spread.columns.len() + b];
    (correlation * spread.sds[a] * spread.sds[b], correlation)
}

#[test]
fn every_published_fit_is_reproduced() {
    let Some(folder) = folder() else {
        println!("lme4: ../shared is not here, so its fits were not compared");
        return;
    };
    let fits = Table::read(&folder.join("expected_fits.csv"));
    let fixed = Table::read(&folder.join("expected_fixed.csv"));
    let varcomp = Table::read(&folder.join("expected_varcomp.csv"));
    let ranef = Table::read(&folder.join("expected_ranef.csv"));
    let mut tally = Tally::default();
    for row in 0..fits.rows() {
        let id = &fits.text("id")[row];
        let fit = fit(&folder, id, &fits.text("nAGQ")[row], ModeSearch::AsLme4);
        let (converged, singular, likelihood, aic) = match &fit {
            Fit::Mixed(f) => (f.converged(), f.singular(), f.log_likelihood_as_lme4(), None),
            Fit::Linear(f) => (f.converged(), f.singular(), f.log_likelihood(), Some(f.aic())),
        };
        assert!(converged, "{id} did not converge");
        assert_eq!(singular, fits.text("singular")[row] == "TRUE", "{id}");
        tally.check(&format!("{id} logLik"), likelihood, fits.numbers("logLik")[row], LIKELIHOOD);
        if let Some(aic) = aic {
            tally.check(&format!("{id} AIC"), aic, fits.numbers("AIC")[row], LIKELIHOOD);
        }
        for i in fixed.of(id) {
            let term = &fixed.text("term")[i];
            let (estimate, error) = coefficient(&fit, term);
            let expected = (fixed.numbers("Estimate")[i], fixed.numbers("Std. Error")[i]);
            tally.check(&format!("{id} {term}"), estimate, expected.0, ESTIMATE);
            tally.check(&format!("{id} {term} se"), error, expected.1, STD_ERROR);
        }
        for i in varcomp.of(id) {
            let text = |column: &str| varcomp.text(column)[i].as_str();
            let (variance, sd) = component(&fit, text("grp"), text("var1"), text("var2"));
            let what = format!("{id} {} {} {}", text("grp"), text("var1"), text("var2"));
            tally.check(&format!("{what} vcov"), variance, varcomp.numbers("vcov")[i], ESTIMATE);
            tally.check(&format!("{what} sdcor"), sd, varcomp.numbers("sdcor")[i], ESTIMATE);
        }
        for i in ranef.of(id) {
            let text = |column: &str| ranef.text(column)[i].as_str();
            let code = text("grp").parse().expect("a number");
            let (value, sd) = mode(&fit, text("grpvar"), text("term"), code);
            let what = format!("{id} {} {code}", text("grpvar"));
            tally.check(&what, value, ranef.numbers("condval")[i], ESTIMATE);
            tally.check(&format!("{what} sd"), sd, ranef.numbers("condsd")[i], ESTIMATE);
        }
    }
    println!("lme4: the largest difference is {:.2} of its tolerance", tally.worst);
    tally.report("lme4");
}
