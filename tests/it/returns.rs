//! Returns as they really are: the public samples where they are at hand, and small ones of our own.

use std::path::PathBuf;

use disparity_core::Day;
use disparity_core::journeys::{SpellFlags, SpellKind};
use disparity_returns::{Code, Input, Manifest, Options, Outcome, discover, read_returns};

use crate::codelists::{areas, dimensions};

/// A folder of public samples, or none with a word about it where it is absent.
pub fn sample(path: &str) -> Option<PathBuf> {
    let full = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/samples").join(path);
    if full.exists() {
        return Some(full);
    }
    println!("not tested: the public sample {path} is not beside the project");
    None
}

pub fn options() -> Options {
    Options::new(Day::parse("2026-06-30").unwrap())
}

pub fn read(inputs: Vec<Input>, options: &Options) -> Outcome {
    read_with(inputs, &Manifest::default(), options)
}

pub fn read_with(inputs: Vec<Input>, manifest: &Manifest, options: &Options) -> Outcome {
    read_returns(inputs, manifest, &areas(), &dimensions(), options, &|_, _, _| {}).unwrap()
}

fn of_la(la: &str) -> Options {
    Options { la: Some(la.into()), ..options() }
}

#[test]
fn five_stacked_years_of_care_returns_are_dated_from_their_contents() {
    let Some(folder) = sample("cs-demand-model/cs_demand_model_samples/combined") else { return };
    let outcome = read(discover(&folder).unwrap(), &of_la("301"));
    let mut years: Vec<(String, u16, u64)> = outcome
        .sources
        .iter()
        .filter(|source| source.table == "episodes")
        .map(|source| (source.name.clone(), source.year.unwrap(), source.rows_kept))
        .collect();
    years.sort();
    let expected = [("2017", 2018, 1460), ("2018", 2019, 974), ("2019", 2020, 648), ("2020", 2021, 402), ("2021", 2022, 253)];
    for ((name, year, rows), (prefix, expected_year, expected_rows)) in years.iter().zip(expected) {
        assert!(name.starts_with(prefix));
        assert_eq!((*year, *rows), (expected_year, expected_rows), "{name}");
    }
    assert_eq!(years.len(), 5);
    // The other tables of a year follow its episodes.
    let header = outcome.sources.iter().find(|source| source.name == "2019-header.csv").unwrap();
    assert_eq!(header.year, Some(2020));
}

#[test]
fn zz_dump() {
    for path in ["annexa-cincensus-cleaner/examples", "liia-tools/liiatools/spec/s903/samples", "liia-tools-pipeline", "liia-tools/liiatools/spec/cin_census"] {
        let Some(folder) = sample(path) else { return };
        let outcome = read(discover(&folder).unwrap(), &options());
        println!("=== {path}");
        for s in &outcome.sources { println!("{} | {} {} | {:?} {:?} {:?} | {}/{} parts {} used {}", s.name, s.family, s.table, s.las, s.year, s.row_years, s.rows_kept, s.rows_read, s.parts, s.used); }
        for (code, file, column, tally) in outcome.diagnostics.tallies() { println!("{} {} {} {} x{} {:?}", code.severity().as_str(), code.as_str(), file, column, tally.count, tally.examples.first().map(|e| (e.line, &e.value, &e.message))); }
        println!("children {} spells {}", outcome.journeys.children().len(), outcome.journeys.spells().len());
    }
}
