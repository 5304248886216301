//! The statistics against their peers, on the same inputs in one go: `cargo bench --bench stats`.
//!
//! Makes the inputs, times ours, then starts the peers' own scripts in `benches/peers` on the files
//! it wrote, and prints one table with ratios. A peer whose interpreter or package is absent is
//! named and left out. `DISPARITY_BENCH_PYTHON` names another Python (see `benches/README.md`).

#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock and writes its inputs"
)]
#![expect(clippy::print_stdout, reason = "the table is what it is run for")]
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should say where"
)]

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use disparity_stats::{
    BootstrapParams, GroupedStrata, Level, SlopeScale, SlopeSimulation, Subgroup,
    exact_poisson_intervals, expected_by_group, indirect_ratios, inequality_measures,
    poisson_count_intervals, slope_index, slope_index_simulated,
};

const COUNTS: usize = 1_000_000;
const AUTHORITIES: usize = 153;
const DECILES: usize = 10;
const GROUPS: usize = 1_989;
const STRATA_PER_GROUP: usize = 200;
const REPLICATES: u32 = 2_000;
const SIMULATIONS: u32 = 10_000;

/// One timed task: seconds (best of the runs) and a figure that every side must agree on.
struct Timing {
    task: &'static str,
    seconds: f64,
    check: f64,
}

/// A small linear congruential generator: inputs are the same on every machine.
struct Inputs(u64);

impl Inputs {
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whole numbers from 0, most of them small, as counts of children are.
    fn count(&mut self, most: f64) -> f64 {
        (self.uniform().powi(3) * most).floor()
    }
}

fn time(task: &'static str, runs: u32, mut work: impl FnMut() -> f64) -> Timing {
    let mut best = f64::INFINITY;
    let mut check = 0.0;
    for _ in 0..runs {
        let start = Instant::now();
        check = black_box(work());
        best = best.min(start.elapsed().as_secs_f64());
    }
    Timing {
        task,
        seconds: best,
        check,
    }
}

fn write(folder: &Path, name: &str, values: impl IntoIterator<Item = f64>) {
    let bytes: Vec<u8> = values.into_iter().flat_map(f64::to_le_bytes).collect();
    std::fs::write(folder.join(name), bytes).unwrap();
}

fn intervals(folder: &Path, inputs: &mut Inputs) -> Vec<Timing> {
    let counts: Vec<f64> = (0..COUNTS).map(|_| inputs.count(5_000.0)).collect();
    write(folder, "counts.f64", counts.iter().copied());
    // The same spread of sizes, but no count twice: nothing can be remembered. These are drawn from
    // another stream, so that the inputs that follow are what they were.
    let mut other = Inputs(45);
    let mut distinct: Vec<f64> = (0..COUNTS)
        .map(|_| other.uniform().powi(3) * 5_000.0)
        .collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    assert_eq!(distinct.len(), COUNTS, "a count comes twice");
    write(folder, "distinct.f64", distinct.iter().copied());
    let total = |all: Vec<disparity_stats::Interval>| all.iter().map(|i| i.low + i.high).sum();
    vec![
        time(
            "1,000,000 intervals, exact below 10, Byar from 10",
            5,
            || total(poisson_count_intervals(&counts, Level::P95).unwrap()),
        ),
        time("1,000,000 exact intervals, counts repeat", 5, || {
            total(exact_poisson_intervals(&counts, Level::P95).unwrap())
        }),
        time("1,000,000 intervals by the rule, no count twice", 5, || {
            total(poisson_count_intervals(&distinct, Level::P95).unwrap())
        }),
        time("1,000,000 exact intervals, no count twice", 5, || {
            total(exact_poisson_intervals(&distinct, Level::P95).unwrap())
        }),
    ]
}

fn gradients(folder: &Path, inputs: &mut Inputs) -> Vec<Timing> {
    let groups: Vec<Vec<Subgroup>> = (0..AUTHORITIES)
        .map(|_| {
            let steep = 0.5 + inputs.uniform();
            let one = |d: usize| {
                let population = (2_000.0 + 6_000.0 * inputs.uniform()).floor();
                let rate = 0.012 * (-steep * 0.1 * d as f64).exp();
                Subgroup::from_count((population * rate).ceil() + 12.0, population).unwrap()
            };
            (0..DECILES).map(one).collect()
        })
        .collect();
    let flat = || groups.iter().flatten();
    write(folder, "group_population.f64", flat().map(|g| g.population));
    write(folder, "group_value.f64", flat().map(|g| g.value));
    write(folder, "group_se.f64", flat().map(|g| g.se));
    let simulated = |g: &Vec<Subgroup>| {
        let how = SlopeSimulation {
            draw_on: SlopeScale::Identity,
            level: Level::P95,
            seed: 1,
            repetitions: SIMULATIONS,
        };
        slope_index_simulated(g, SlopeScale::Identity, how)
            .unwrap()
            .slope
            .value
    };
    let all = |g: &Vec<Subgroup>| {
        let found = inequality_measures(g, DECILES - 1, false, BootstrapParams::seeded(1)).unwrap();
        assert!(found.iter().all(|(_, estimate)| estimate.is_some()));
        found[9].1.unwrap().value
    };
    assert_eq!(BootstrapParams::seeded(1).replicates, REPLICATES);
    vec![
        time("153 slope indices with intervals, closed form", 50, || {
            let index =
                |g: &Vec<Subgroup>| slope_index(g, SlopeScale::Identity, Level::P95).unwrap();
            groups.iter().map(|g| index(g).slope.value).sum()
        }),
        time("153 slope indices, 10,000 simulations each", 3, || {
            groups.iter().map(simulated).sum()
        }),
        time(
            "21 measures, 2,000 bootstrap replicates, 153 authorities",
            3,
            || groups.iter().map(all).sum(),
        ),
    ]
}

fn standardisation(folder: &Path, inputs: &mut Inputs) -> Vec<Timing> {
    let n = GROUPS * STRATA_PER_GROUP;
    let group: Vec<u32> = (0..n)
        .map(|i| u32::try_from(i / STRATA_PER_GROUP).unwrap())
        .collect();
    let population: Vec<f64> = (0..n).map(|_| inputs.count(400.0)).collect();
    let rates: Vec<f64> = (0..STRATA_PER_GROUP)
        .map(|_| 0.02 * inputs.uniform())
        .collect();
    let rate: Vec<f64> = (0..n).map(|i| rates[i % STRATA_PER_GROUP]).collect();
    let observed: Vec<f64> = (0..GROUPS).map(|_| inputs.count(400.0) + 1.0).collect();
    write(
        folder,
        "strata_group.f64",
        group.iter().copied().map(f64::from),
    );
    write(folder, "strata_population.f64", population.iter().copied());
    write(folder, "strata_rate.f64", rate.iter().copied());
    write(folder, "observed.f64", observed.iter().copied());
    let strata = GroupedStrata {
        group: &group,
        population: &population,
        rate: &rate,
    };
    vec![
        time("397,800 strata into 1,989 expected counts", 30, || {
            expected_by_group(strata, GROUPS).unwrap().iter().sum()
        }),
        time("the same, with 1,989 ratios and intervals", 30, || {
            let ratios = indirect_ratios(strata, &observed, Level::P95).unwrap();
            ratios.iter().flatten().map(|r| r.interval.high).sum()
        }),
    ]
}

/// A line of a peer: task, name, seconds, check.
struct Peer {
    task: String,
    name: String,
    seconds: f64,
    check: f64,
}

fn run(command: &str, script: &str, folder: &Path) -> Vec<Peer> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("benches/peers")
        .join(script);
    let output = Command::new(command)
        .arg(&script)
        .arg(folder)
        .env("OMP_NUM_THREADS", "1")
        .env("OPENBLAS_NUM_THREADS", "1")
        .output();
    let Ok(output) = output else {
        println!(
            "left out: `{command}` is not installed ({})",
            script.display()
        );
        return Vec::new();
    };
    print!("{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .filter_map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            let [task, name, seconds, check] = parts.as_slice() else {
                return None;
            };
            Some(Peer {
                task: (*task).to_owned(),
                name: (*name).to_owned(),
                seconds: seconds.parse().ok()?,
                check: check.parse().ok()?,
            })
        })
        .collect()
}

fn main() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stats-bench");
    std::fs::create_dir_all(&folder).unwrap();
    let mut inputs = Inputs(20_261_121);
    let mut ours = intervals(&folder, &mut inputs);
    ours.extend(gradients(&folder, &mut inputs));
    ours.extend(standardisation(&folder, &mut inputs));
    let python = std::env::var("DISPARITY_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut peers = run(&python, "peers.py", &folder);
    peers.extend(run("Rscript", "peers.R", &folder));
    println!("\n| task | ours (ms) | peer | peer (ms) | times faster | agree to |");
    println!("|---|---:|---|---:|---:|---:|");
    for timing in &ours {
        let milliseconds = timing.seconds * 1e3;
        let mut rows = peers.iter().filter(|p| p.task == timing.task).peekable();
        if rows.peek().is_none() {
            println!("| {} | {milliseconds:.3} | | | | |", timing.task);
        }
        for peer in rows {
            let ratio = peer.seconds / timing.seconds;
            let off = (peer.check / timing.check - 1.0).abs();
            let (task, name, theirs) = (timing.task, &peer.name, peer.seconds * 1e3);
            println!(
                "| {task} | {milliseconds:.3} | {name} | {theirs:.1} | {ratio:.1} | {off:.0e} |"
            );
        }
    }
}
