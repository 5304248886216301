//! Mixed models beside lme4 on the same generated input: `cargo bench --bench models`.
//!
//! Makes the inputs, times ours, then starts lme4's own script (`peers/lme4_models.R`) on the files
//! it wrote, and prints one table: seconds, ratio, and how far likelihood and estimates are apart.
//! Without R and lme4 only ours is timed. `DISPARITY_BENCH_QUICK=1` leaves out the fits that take
//! lme4 minutes.

#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock and writes its inputs"
)]
#![expect(clippy::print_stdout, reason = "the table is what it is run for")]
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should say where"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use disparity_stats::Level;
use disparity_stats::models::{
    Design, Expectation, Family, FittedMixed, Integration, LeftOut, Likelihood, LinearMixedModel,
    MixedModel, MixedOptions, Observations, RandomEffect,
};

const AUTHORITIES: usize = 153;
const YEARS: usize = 13;
const RECORDS: usize = 190_000;

/// One timed task with the figures that both sides must agree on.
struct Timing {
    task: &'static str,
    seconds: f64,
    log_likelihood: f64,
    /// Coefficients, then standard deviations.
    estimates: Vec<f64>,
}

/// A small linear congruential generator: inputs are the same on every machine.
struct Inputs(u64);

impl Inputs {
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }

    /// About a binomial number of events, near enough for a benchmark.
    fn events(&mut self, trials: f64, p: f64) -> f64 {
        let (mean, sd) = (trials * p, (trials * p * (1.0 - p)).sqrt());
        if mean < 20.0 {
            // Poisson by products of uniforms.
            let (mut product, mut count) = (self.uniform(), 0.0);
            while product > (-mean).exp() {
                product *= self.uniform();
                count += 1.0;
            }
            return f64::min(count, trials);
        }
        (mean + sd * self.normal()).round().clamp(0.0, trials)
    }
}

/// Children by authority, decile, ethnic group and age.
#[derive(Default)]
struct Children {
    events: Vec<f64>,
    trials: Vec<f64>,
    authority: Vec<usize>,
    decile: Vec<usize>,
    ethnicity: Vec<usize>,
    age: Vec<usize>,
}

impl Children {
    fn push(&mut self, events: f64, trials: f64, codes: [usize; 4]) {
        self.events.push(events);
        self.trials.push(trials);
        let [authority, decile, ethnicity, age] = codes;
        self.authority.push(authority);
        self.decile.push(decile);
        self.ethnicity.push(ethnicity);
        self.age.push(age);
    }

    fn fit(&self, integration: Integration) -> (f64, Vec<f64>) {
        let design = Design::intercept(self.events.len())
            .with_factor("decile", &self.decile)
            .and_then(|d| d.with_factor("ethnicity", &self.ethnicity))
            .and_then(|d| d.with_factor("age", &self.age))
            .unwrap();
        let observations = Observations::proportions(&self.events, &self.trials).unwrap();
        let fit = MixedModel::new(Family::Binomial, observations, design)
            .and_then(|m| m.with_effect(RandomEffect::intercept("authority", &self.authority)))
            .and_then(|m| m.fit(&MixedOptions::with_integration(integration)))
            .unwrap();
        assert!(fit.converged() && fit.coefficients().len() == 17);
        let mut estimates = fit.coefficients().estimates().to_vec();
        estimates.push(fit.sigma("authority").unwrap());
        (fit.log_likelihood(), estimates)
    }

    fn write(&self, folder: &Path, name: &str) {
        let mut text = String::from("events,trials,authority,decile,ethnicity,age\n");
        for i in 0..self.events.len() {
            let codes = (
                self.authority[i],
                self.decile[i],
                self.ethnicity[i],
                self.age[i],
            );
            let (a, d, e, g) = codes;
            let _ = writeln!(
                text,
                "{},{},{a},{d},{e},{g}",
                self.events[i], self.trials[i]
            );
        }
        std::fs::write(folder.join(name), text).unwrap();
    }
}

fn chance(codes: [usize; 4], effect: f64) -> f64 {
    let [_, decile, ethnicity, age] = codes;
    let eta = -4.2 - 0.22 * decile as f64 + 0.15 * ethnicity as f64 - 0.1 * age as f64 + effect;
    1.0 / (1.0 + (-eta).exp())
}

/// 153 authorities by 10 deciles by 5 ethnic groups by 4 ages: 47 million children.
fn cells(inputs: &mut Inputs, effects: &[f64]) -> Children {
    let mut children = Children::default();
    for (authority, &effect) in effects.iter().enumerate() {
        for at in 0..200 {
            let codes = [authority, at / 20, at / 4 % 5, at % 4];
            let trials = (3_072.0 * inputs.uniform()).ceil();
            let events = inputs.events(trials, chance(codes, effect));
            children.push(events, trials, codes);
        }
    }
    children
}

fn records(inputs: &mut Inputs, effects: &[f64]) -> Children {
    let mut children = Children::default();
    for _ in 0..RECORDS {
        let mut pick = |n: usize| {
            let place = (inputs.uniform() * n as f64).floor();
            (0..n).rfind(|&i| i as f64 <= place).unwrap_or(0)
        };
        let codes = [pick(AUTHORITIES), pick(10), pick(5), pick(4)];
        // Commoner than in the cells, so that a record tells something.
        let p = chance(codes, effects[codes[0]] + 2.0);
        let event = f64::from(u8::from(inputs.uniform() < p));
        children.push(event, 1.0, codes);
    }
    children
}

/// 13 years of 153 authorities in nine regions.
#[derive(Default)]
struct Panel {
    counts: Vec<f64>,
    children: Vec<f64>,
    authority: Vec<usize>,
    region: Vec<usize>,
    year: Vec<usize>,
    poor: Vec<f64>,
}

impl Panel {
    fn new(inputs: &mut Inputs, effects: &[f64]) -> Self {
        let mut panel = Panel::default();
        for (authority, &effect) in effects.iter().enumerate() {
            let children = (60_000.0 * (0.7 * inputs.normal()).exp()).round();
            let (poor, trend) = (inputs.normal(), 0.02 * inputs.normal());
            for year in 0..YEARS {
                let time = year as f64 - 6.0;
                let eta = -4.8 + 0.25 * poor + effect + trend * time + 0.1 * inputs.normal();
                panel.counts.push(inputs.events(children, eta.exp()));
                panel.children.push(children);
                panel.authority.push(authority);
                panel.region.push(authority % 9);
                panel.year.push(year);
                panel.poor.push(poor);
            }
        }
        panel
    }

    fn design(&self) -> Design {
        Design::intercept(self.counts.len())
            .with_factor("year", &self.year)
            .and_then(|d| d.with("poor", &self.poor))
            .unwrap()
    }

    fn model(&self, family: Family) -> MixedModel {
        let observations = Observations::counts(&self.counts).unwrap();
        let observations = observations.with_exposure(&self.children).unwrap();
        MixedModel::new(family, observations, self.design())
            .and_then(|m| m.with_effect(RandomEffect::intercept("authority", &self.authority)))
            .unwrap()
    }

    fn counts(&self) -> (f64, Vec<f64>) {
        let fit = self
            .model(Family::Poisson)
            .with_effect(RandomEffect::intercept("region", &self.region))
            .and_then(|m| m.with_effect(RandomEffect::observation("record", self.counts.len())))
            .and_then(|m| m.fit(&MixedOptions::default()))
            .unwrap();
        assert!(fit.converged());
        let mut estimates = fit.coefficients().estimates().to_vec();
        estimates.extend(fit.spreads().iter().map(|s| s.sds[0]));
        (fit.log_likelihood(), estimates)
    }

    fn log_rates(&self) -> (f64, Vec<f64>) {
        let rates: Vec<f64> = self
            .counts
            .iter()
            .zip(&self.children)
            .map(|(o, n)| (o / n).ln())
            .collect();
        let time: Vec<f64> = self.year.iter().map(|&y| y as f64 - 6.0).collect();
        let effect = RandomEffect::intercept("authority", &self.authority);
        let fit = LinearMixedModel::new(&rates, self.design())
            .and_then(|m| m.with_effect(effect.with_slope("time", &time)))
            .and_then(|m| m.fit(Likelihood::Restricted))
            .unwrap();
        assert!(fit.converged());
        let mut estimates = fit.coefficients().estimates().to_vec();
        estimates.extend(&fit.spreads()[0].sds);
        estimates.push(fit.residual_sd());
        (fit.log_likelihood(), estimates)
    }

    /// The sum of what each authority is expected to have from the others.
    fn left_out(&self) -> (f64, Vec<f64>) {
        let fit = self
            .model(Family::Poisson)
            .fit(&MixedOptions::default())
            .unwrap();
        let groups = fit.leave_out("authority", Expectation::Typical).unwrap();
        let total = groups
            .into_iter()
            .map(|(_, left)| left.unwrap().expected)
            .sum();
        (fit.log_likelihood(), vec![total])
    }

    /// The last year alone: one count for each authority, as every year of a run is fitted.
    fn one_year(&self) -> FittedMixed {
        let last: Vec<usize> = (0..self.counts.len())
            .filter(|&i| self.year[i] + 1 == YEARS)
            .collect();
        let of = |values: &[f64]| -> Vec<f64> { last.iter().map(|&i| values[i]).collect() };
        let authority: Vec<usize> = last.iter().map(|&i| self.authority[i]).collect();
        let observations = Observations::counts(&of(&self.counts)).unwrap();
        let observations = observations.with_exposure(&of(&self.children)).unwrap();
        let design = Design::intercept(last.len()).with("poor", &of(&self.poor));
        MixedModel::new(Family::Poisson, observations, design.unwrap())
            .and_then(|m| m.with_effect(RandomEffect::intercept("authority", &authority)))
            .and_then(|m| m.fit(&MixedOptions::default()))
            .unwrap()
    }

    fn write(&self, folder: &Path) {
        let mut text = String::from("count,children,authority,region,year,poor\n");
        for i in 0..self.counts.len() {
            let (a, r, y) = (self.authority[i], self.region[i], self.year[i]);
            let (o, n, p) = (self.counts[i], self.children[i], self.poor[i]);
            let _ = writeln!(text, "{o},{n},{a},{r},{y},{p}");
        }
        std::fs::write(folder.join("panel.csv"), text).unwrap();
    }
}

fn time(task: &'static str, runs: u32, work: impl Fn() -> (f64, Vec<f64>)) -> Timing {
    let mut seconds = f64::INFINITY;
    let mut found = (0.0, Vec::new());
    for _ in 0..runs {
        let start = Instant::now();
        found = black_box(work());
        seconds = seconds.min(start.elapsed().as_secs_f64());
    }
    println!("{task}: {:.1} ms", seconds * 1e3);
    Timing {
        task,
        seconds,
        log_likelihood: found.0,
        estimates: found.1,
    }
}

/// lme4's lines: task, seconds, log-likelihood and estimates by task.
fn lme4(folder: &Path) -> Vec<Timing> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/lme4_models.R");
    let quick = std::env::var_os("DISPARITY_BENCH_QUICK").is_some();
    let output = Command::new("Rscript")
        .arg(&script)
        .arg(folder)
        .arg(if quick { "quick" } else { "all" })
        .env("OMP_NUM_THREADS", "1")
        .env("OPENBLAS_NUM_THREADS", "1")
        .output();
    let Ok(output) = output else {
        println!("left out: R is not installed");
        return Vec::new();
    };
    print!("{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers = |text: &str| text.split(',').map(|v| v.trim().parse().unwrap()).collect();
    text.lines()
        .filter_map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            let [task, seconds, log_likelihood, estimates] = parts.as_slice() else {
                return None;
            };
            Some(Timing {
                task: TASKS.into_iter().find(|t| t == task)?,
                seconds: seconds.parse().ok()?,
                log_likelihood: log_likelihood.parse().ok()?,
                estimates: numbers(estimates),
            })
        })
        .collect()
}

/// The steps of one model of a run, which lme4 is not asked for.
fn steps_of_a_run(panel: &Panel) -> [Timing; 4] {
    let fit = panel.one_year();
    let all = || fit.leave_out("authority", Expectation::Average).unwrap();
    let groups: Vec<LeftOut> = all().into_iter().map(|(_, left)| left.unwrap()).collect();
    let levels = [Level::P95, Level::P998];
    let told = |figures: Vec<f64>| (fit.log_likelihood(), figures);
    [
        time(TASKS[6], 20, || {
            let fit = panel.one_year();
            (fit.log_likelihood(), vec![fit.sigma("authority").unwrap()])
        }),
        time(TASKS[7], 20, || {
            let found = all().into_iter().map(|(_, left)| left.unwrap().expected);
            told(vec![found.sum()])
        }),
        time(TASKS[8], 20, || {
            let above =
                |left: &LeftOut| left.against_expected(&levels).unwrap()[0].probability_above;
            told(groups.iter().map(above).collect())
        }),
        time(TASKS[9], 20, || {
            let high = |level| fit.spread("authority", level).unwrap().sigma.interval.high;
            told(levels.map(high).to_vec())
        }),
    ]
}

const TASKS: [&str; 10] = [
    "30,600 cells, 17 coefficients, 153 authorities: Laplace",
    "30,600 cells, 17 coefficients, 153 authorities: joint",
    "190,000 records of children, the same model: Laplace",
    "1,989 counts, 14 coefficients, authorities in regions, each record: Laplace",
    "1,989 log rates, intercept and slope of each authority: restricted",
    "153 authorities left out in turn, 1,989 counts: Laplace",
    "153 counts of one year, 2 coefficients: Laplace",
    "the same, each authority left out in turn",
    "the same, each authority against its expectation at two levels",
    "the same, the spread's profile intervals at two levels",
];

fn main() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("models-bench");
    std::fs::create_dir_all(&folder).unwrap();
    let mut inputs = Inputs(20_261_121);
    let effects: Vec<f64> = (0..AUTHORITIES).map(|_| 0.3 * inputs.normal()).collect();
    let cells = cells(&mut inputs, &effects);
    let records = records(&mut inputs, &effects);
    let panel = Panel::new(&mut inputs, &effects);
    println!("{} children in cells", cells.trials.iter().sum::<f64>());
    let mut ours = vec![
        time(TASKS[0], 5, || cells.fit(Integration::Laplace)),
        time(TASKS[1], 5, || cells.fit(Integration::Joint)),
        time(TASKS[2], 5, || records.fit(Integration::Laplace)),
        time(TASKS[3], 5, || panel.counts()),
        time(TASKS[4], 5, || panel.log_rates()),
        time(TASKS[5], 3, || panel.left_out()),
    ];
    ours.extend(steps_of_a_run(&panel));
    cells.write(&folder, "cells.csv");
    records.write(&folder, "records.csv");
    panel.write(&folder);
    let theirs = lme4(&folder);
    println!(
        "\n| task | ours (s) | lme4 (s) | times faster | log-likelihood agrees to | estimates agree to |"
    );
    println!("|---|---:|---:|---:|---:|---:|");
    for our in &ours {
        let (task, seconds) = (our.task, our.seconds);
        let Some(their) = theirs.iter().find(|t| t.task == task) else {
            println!("| {task} | {seconds:.5} | | | | |");
            continue;
        };
        let ratio = their.seconds / seconds;
        let off = (their.log_likelihood / our.log_likelihood - 1.0).abs();
        let pairs = our.estimates.iter().zip(&their.estimates);
        let apart = pairs
            .map(|(a, b)| (a - b).abs() / b.abs().max(1.0))
            .fold(0.0, f64::max);
        let theirs = their.seconds;
        println!("| {task} | {seconds:.3} | {theirs:.1} | {ratio:.0} | {off:.0e} | {apart:.0e} |");
    }
}
