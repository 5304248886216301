//! Speed of returns and journeys: make the inputs, or time one question in a process of its own, so
//! that its memory can be read from outside. `benches/peers/returns.py` runs these beside its peers.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark speaks, reads files and the clock"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use disparity_core::answers::{GroupBy, HelpKind, LookBack};
use disparity_core::{AreaCode, Category, CodeList, Day, Dimension, Dimensions};
use disparity_journeys::{PriorHelpParams, Years, prior_help};
use disparity_returns::store::{count_spells, read_store, read_store_of, write_store};
use disparity_returns::{Input, Manifest, Options, read_returns};
use disparity_simulate::{World, files, large_journeys, lives};

fn dimensions() -> Dimensions {
    let mut reader =
        csv::Reader::from_reader(include_str!("../data/codelists/categories.csv").as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().filter_map(Result::ok).collect();
    Dimensions::new(Dimension::ALL.map(|dimension| {
        let list = rows
            .iter()
            .filter(|row| &row[0] == dimension.column())
            .map(|row| Category {
                code: row[1].to_owned(),
                label: row[2].to_owned(),
                parent: (!row[3].is_empty()).then(|| row[3].to_owned()),
                unknown: &row[4] == "yes",
            });
        CodeList::new(list.collect()).unwrap_or_default()
    }))
}

fn make(folder: &Path, spells: usize, dimensions: &Dimensions) {
    let areas: Vec<(String, AreaCode)> = (0..153)
        .filter_map(|n| {
            Some((
                format!("{:03}", 200 + n),
                format!("E{:08}", 9_000_000 + n).parse().ok()?,
            ))
        })
        .collect();
    let journeys = large_journeys(code_sets(dimensions), &areas, spells, 1).expect("fits");
    write_store(&journeys, &[], dimensions, folder, &[], &|_, _, _| {})
        .expect("a folder that can be written");
    println!(
        "{} spells, {} children",
        journeys.spells().len(),
        journeys.children().len()
    );
}

/// The code sets that reading nothing gives.
fn code_sets(dimensions: &Dimensions) -> disparity_core::journeys::CodeSets {
    let areas = disparity_core::Areas::default();
    let options = Options::new(Day(20_000));
    let none = read_returns(
        vec![],
        &Manifest::default(),
        &areas,
        dimensions,
        &options,
        &|_, _, _| {},
    );
    none.expect("built-in lists").journeys.codes().clone()
}

/// Before the first year of any store.
const FIRST_YEAR: usize = 1_990;

fn count(folder: &Path, population: &Path, dimensions: &Dimensions) -> String {
    let text = std::fs::read_to_string(population).expect("population");
    let counts = count_spells(folder, dimensions).expect("a store");
    // Children of each authority by year from 1990, joined by position.
    let place: BTreeMap<&str, usize> = counts
        .old_la_codes
        .iter()
        .map(String::as_str)
        .zip(0..)
        .collect();
    let mut children = vec![[f64::NAN; 100]; counts.old_la_codes.len()];
    for line in text.lines().skip(1) {
        let mut fields = line.split(',');
        if let (Some(la), Some(year), Some(n)) = (fields.next(), fields.next(), fields.next())
            && let (Some(la), Ok(year)) = (place.get(la), year.parse::<usize>())
            && let Some(of_year) = children[*la].get_mut(year - FIRST_YEAR)
        {
            *of_year = n.parse().unwrap_or(f64::NAN);
        }
    }
    let (mut cells, mut spells, mut rate) = (0, 0_u64, 0.0);
    for cell in counts.iter() {
        cells += 1;
        spells += u64::from(cell.count);
        let year = usize::from(cell.period.year()) - FIRST_YEAR;
        if let Some(n) = children[cell.authority].get(year).filter(|n| !n.is_nan()) {
            rate += f64::from(cell.count) * 10_000.0 / n;
        }
    }
    format!("{cells} cells, {spells} spells, sum of rates {rate:.6}")
}

fn ask(folder: &Path, dimensions: &Dimensions) -> String {
    let params = PriorHelpParams {
        kinds: vec![HelpKind::ProtectionPlan],
        look_backs: vec![LookBack::Years(5)],
        groups: vec![GroupBy::Total],
        years: Years::Pooled(60),
        by_authority: false,
        include_unaccompanied: true,
        ..PriorHelpParams::default()
    };
    let journeys = read_store_of(folder, dimensions, &params.wanted()).expect("a store");
    let answers = prior_help(&journeys, dimensions, &params);
    let c = answers[0].counts;
    format!(
        "{} entrants, {} helped",
        c.entrants(),
        c.complete_yes + c.incomplete_yes
    )
}

/// About so many bytes of census, as one file of one authority.
fn make_xml(path: &Path, bytes: usize) {
    let mut world = World::new(1, 1, 1);
    world.children_per_year = u32::try_from(bytes / 2_250).unwrap_or(1_000);
    let lives = lives(&world, 0);
    let all = files(&world, 0, &lives);
    let xml = all
        .iter()
        .find(|file| {
            Path::new(&file.path)
                .extension()
                .is_some_and(|e| e == "xml")
        })
        .expect("a census");
    std::fs::write(path, &xml.bytes).expect("a file that can be written");
    println!("{} MB", xml.bytes.len() / 1_000_000);
}

fn read_xml(path: &Path, dimensions: &Dimensions) -> String {
    let areas = disparity_core::Areas::default();
    let inputs = vec![Input::from_path("census.xml", path)];
    let options = Options::new(Day(20_500));
    let outcome = read_returns(
        inputs,
        &Manifest::default(),
        &areas,
        dimensions,
        &options,
        &|_, _, _| {},
    )
    .expect("lists");
    format!(
        "{} children, {} spells",
        outcome.journeys.children().len(),
        outcome.journeys.spells().len()
    )
}

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let dimensions = dimensions();
    let start = Instant::now();
    let said = match words.as_slice() {
        ["make", folder, spells] => {
            return make(
                Path::new(folder),
                spells.parse().unwrap_or(10_000_000),
                &dimensions,
            );
        }
        ["make-xml", path, bytes] => {
            return make_xml(Path::new(path), bytes.parse().unwrap_or(100_000_000));
        }
        ["count", folder, population] => {
            count(Path::new(folder), Path::new(population), &dimensions)
        }
        ["read", folder] => format!(
            "{} spells",
            read_store(Path::new(folder), &dimensions)
                .expect("a store")
                .spells()
                .len()
        ),
        ["prior-help", folder] => ask(Path::new(folder), &dimensions),
        ["xml", path] => read_xml(Path::new(path), &dimensions),
        _ => {
            return println!(
                "make FOLDER SPELLS | make-xml FILE BYTES | count FOLDER POPULATION | prior-help FOLDER | xml FILE"
            );
        }
    };
    println!("{:.3} s  {said}", start.elapsed().as_secs_f64());
}
