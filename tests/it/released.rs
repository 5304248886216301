//! Whole outputs made from records of children, attacked with everything that is written in them:
//! groups, authorities, longer and shorter questions. No small count can be worked out.

use std::collections::BTreeMap;

use disparity_core::disclosure::suppress::{Cell, Sums, Threshold, attack};

use crate::support::{Folder, disparity};

/// What an attacker has: every count that is shown anywhere, and every sum that holds.
#[derive(Default)]
struct Attacker {
    names: BTreeMap<String, usize>,
    cells: Vec<Cell>,
    hidden: Vec<bool>,
    sums: Sums,
}

impl Attacker {
    /// A count by name; shown in one place, it is known in all.
    fn cell(&mut self, name: String, truth: u32, shown: bool) -> usize {
        if let Some(at) = self.names.get(&name).copied() {
            assert_eq!(self.cells[at].count, truth, "{name} is two counts");
            self.hidden[at] &= !shown;
            return at;
        }
        // What only follows from other counts is in no output.
        let published = !name.starts_with("not ") && !name.starts_with("rest ");
        self.cells.push(Cell {
            count: truth,
            published,
        });
        self.hidden.push(!shown);
        self.names.insert(name, self.cells.len() - 1);
        self.cells.len() - 1
    }

    /// A sum, if it holds in truth.
    fn sum(&mut self, total: usize, parts: Vec<usize>) {
        let truth: u32 = parts.iter().map(|at| self.cells[*at].count).sum();
        if truth == self.cells[total].count && !parts.is_empty() {
            self.sums.add(total, parts);
        }
    }

    /// Names end in `|authority|way|group`: groups and authorities add up.
    fn margins(&mut self) {
        let mut wholes: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        for (name, at) in &self.names {
            let [group, by, la, what] = name.rsplitn(4, '|').collect::<Vec<_>>()[..] else {
                panic!("{name}")
            };
            if by != "total" {
                let whole = format!("{what}|{la}|total|Total");
                wholes.entry((whole, by.into())).or_default().push(*at);
            }
            if !la.is_empty() {
                let whole = format!("{what}||{by}|{group}");
                wholes.entry((whole, "la".into())).or_default().push(*at);
            }
        }
        for ((whole, _), parts) in wholes {
            if let Some(total) = self.names.get(&whole).copied() {
                self.sum(total, parts);
            }
        }
    }

    /// Small counts that can be worked out, and how many are safe. That the attack is one: it
    /// succeeds if nothing but the small counts is withheld.
    fn found(&self) -> (Vec<String>, usize) {
        let cells = self.cells.iter().zip(&self.hidden);
        let small = |count: u32| (1..=5).contains(&count);
        let alone: Vec<bool> = cells
            .map(|(cell, hidden)| *hidden && (small(cell.count) || !cell.published))
            .collect();
        assert!(self.told(&alone).0.len() > 10);
        self.told(&self.hidden)
    }

    fn told(&self, hidden: &[bool]) -> (Vec<String>, usize) {
        let five = Threshold { at_most: 5 };
        let bounds = attack(&self.cells, &self.sums, hidden, Some(five));
        let small = |at: &usize| (1..=5).contains(&self.cells[*at].count);
        let names: BTreeMap<usize, &String> = self.names.iter().map(|(n, at)| (*at, n)).collect();
        let (mut told, mut safe) = (Vec::new(), 0);
        for at in (0..self.cells.len()).filter(small) {
            let (low, high) = bounds[at];
            if high > 5 || (low == 0 && high > 0) {
                safe += 1;
            } else {
                let name = names.get(&at).map_or("a difference", |name| name.as_str());
                told.push(format!(
                    "{name} is {}: {low} to {high}",
                    self.cells[at].count
                ));
            }
        }
        (told, safe)
    }
}

/// Look-back and lead, so that greater is wider; places of the observed and the helped.
type Step = ((u32, i32), usize, usize);

fn store(folder: &Folder) -> String {
    let (world, store) = (folder.join("world"), folder.join("store"));
    let (world, store) = (world.to_str().unwrap(), store.to_str().unwrap().to_owned());
    let made = [
        "simulate",
        "--authorities",
        "3",
        "--years",
        "8",
        "--children",
        "220",
        "--care",
        "0.3",
        "--seed",
        "11",
        "--out",
        world,
    ];
    disparity(&made).ok();
    disparity(&[
        "returns",
        "build",
        &format!("{world}/returns"),
        "--out",
        &store,
    ])
    .ok();
    store
}

/// An output as it is, and as it would be if nothing were withheld.
fn both(arguments: &[&str]) -> (Vec<csv::StringRecord>, Vec<csv::StringRecord>) {
    let rows = |more: &[&str]| -> Vec<csv::StringRecord> {
        let all: Vec<&str> = arguments.iter().chain(more).copied().collect();
        let text = disparity(&all).ok();
        csv::Reader::from_reader(text.as_bytes())
            .records()
            .map(Result::unwrap)
            .collect()
    };
    let (shown, truth) = (rows(&[]), rows(&["--withhold-to", "0"]));
    assert_eq!(shown.len(), truth.len());
    (shown, truth)
}

#[test]
fn prior_help_tells_no_small_count_whatever_is_put_together() {
    let folder = Folder::new("released-help");
    let store = store(&folder);
    let (shown, truth) = both(&[
        "prior-help",
        &store,
        "--format",
        "csv",
        "--look-back",
        "1",
        "--look-back",
        "3",
        "--lead",
        "0",
        "--lead",
        "28",
        "--pool",
        "3",
        "--by",
        "ethnicity_major",
        "--by",
        "age_band",
    ]);
    let mut all = Attacker::default();
    let mut ladders: BTreeMap<String, Vec<Step>> = BTreeMap::new();
    for (s, t) in shown
        .iter()
        .zip(&truth)
        .filter(|(s, _)| &s[16] == "complete_window")
    {
        let place = format!("{}|{}|{}", &s[4], &s[10], &s[12]);
        let mut cell = |what: String, column: usize| {
            all.cell(
                format!("{what}|{place}"),
                t[column].parse().unwrap(),
                s[column].parse::<u32>().is_ok(),
            )
        };
        let (kind, back, lead) = (&s[6], &s[7], &s[8]);
        let entrants = cell("entrants".into(), 13);
        let unlinked = cell("unlinked".into(), 14);
        let incomplete = cell(format!("incomplete {kind} {back}"), 15);
        let observed = cell(format!("observed {kind} {back}"), 19);
        let helped = cell(format!("helped {kind} {back} {lead}"), 18);
        let rest = all.cells[observed].count - all.cells[helped].count;
        let rest = all.cell(format!("not {kind} {back} {lead}|{place}"), rest, false);
        all.sum(observed, vec![helped, rest]);
        all.sum(entrants, vec![observed, incomplete, unlinked]);
        let step = (back.parse().unwrap(), -lead.parse::<i32>().unwrap());
        ladders
            .entry(format!("{kind}|{place}"))
            .or_default()
            .push((step, observed, helped));
    }
    all.margins();
    // Of two questions of which one holds the other, what lies between is a count, too.
    let mut between = 0;
    for (name, ladder) in ladders {
        for (a, observed, part) in &ladder {
            for (b, other, whole) in &ladder {
                let wider = a.0 <= b.0 && a.1 <= b.1 && a != b;
                let same = all.cells[*observed].count == all.cells[*other].count;
                if wider && same {
                    let none = name.starts_with("prior_help_none");
                    let (whole, part) = if none { (part, whole) } else { (whole, part) };
                    let rest = all.cells[*whole].count - all.cells[*part].count;
                    between += 1;
                    all.cells.push(Cell {
                        count: rest,
                        published: false,
                    });
                    all.hidden.push(true);
                    let rest = all.cells.len() - 1;
                    all.sum(*whole, vec![*part, rest]);
                }
            }
        }
    }
    let (told, safe) = all.found();
    assert!(between > 100 && safe > 100, "{between} {safe}");
    assert!(
        told.is_empty(),
        "{} of {safe}: {:#?}",
        told.len(),
        &told[..told.len().min(12)]
    );
}

/// The bands of the durations of plans make up the plans, and each of them leaves a rest; gives how
/// many bands there are.
fn add_durations(
    all: &mut Attacker,
    published: &BTreeMap<String, BTreeMap<String, usize>>,
) -> usize {
    let mut banded = 0;
    for counts in published.values() {
        for (whole, bands) in disparity_journeys::DURATIONS {
            let Some(whole) = counts.get(whole).copied() else {
                continue;
            };
            let parts: Vec<usize> = bands
                .iter()
                .filter_map(|band| counts.get(*band).copied())
                .collect();
            for part in parts.iter().copied() {
                let count = all.cells[whole].count - all.cells[part].count;
                all.cells.push(Cell {
                    count,
                    published: false,
                });
                all.hidden.push(true);
                let rest = all.cells.len() - 1;
                all.sum(whole, vec![part, rest]);
            }
            banded += parts.len();
            all.sum(whole, parts);
        }
    }
    banded
}

/// Lists of parts that make up their whole; what had happened by a horizon leaves those to whom
/// nothing had.
fn add_partitions(all: &mut Attacker, partitions: BTreeMap<(String, usize), Vec<usize>>) {
    for ((table, whole), mut parts) in partitions {
        let left = parts.iter().map(|at| all.cells[*at].count).sum::<u32>();
        let left = all.cells[whole].count - left;
        all.cells.push(Cell {
            count: left,
            published: false,
        });
        all.hidden.push(true);
        if table.ends_with("months") {
            parts.push(all.cells.len() - 1);
        }
        all.sum(whole, parts);
    }
}

#[test]
fn journeys_tell_no_small_count_whatever_is_put_together() {
    const CAUSES: [&str; 5] = [
        "step",
        "closed_first",
        "died",
        "adopted_or_moved",
        "turned_18",
    ];
    let folder = Folder::new("released-journeys");
    let store = store(&folder);
    let (shown, truth) = both(&["journeys", &store, "--format", "csv"]);
    let mut all = Attacker::default();
    let mut partitions: BTreeMap<(String, usize), Vec<usize>> = BTreeMap::new();
    let mut published: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (s, t) in shown.iter().zip(&truth) {
        let (table, year, measure) = (&s[1], &s[2], &s[6]);
        let place = format!("{}|{}|{}", &s[4], &s[7], &s[8]);
        let of = match table {
            "transitions" => ["_to_", "_stayed_", "_closed_and_"]
                .iter()
                .find_map(|cut| measure.split_once(cut))
                .map_or(measure, |(level, _)| level),
            "ways" | "known-days" => "linked",
            "matching" => "entrants",
            "incidence" => CAUSES
                .iter()
                .find_map(|cause| measure.split_once(&format!("_{cause}_within")))
                .map_or(measure, |(pathway, _)| pathway),
            _ => measure,
        };
        let mut cell = |what: String, column: usize| {
            all.cell(
                format!("{what} {year}|{place}"),
                t[column].parse().unwrap(),
                s[column].parse::<u32>().is_ok(),
            )
        };
        if table == "published" {
            let at = cell(format!("published {measure}"), 9);
            let counts = published.entry(format!("{year}|{place}")).or_default();
            counts.insert(measure.to_owned(), at);
            continue;
        }
        let whole = if of == "linked" {
            cell("linked".into(), 10)
        } else {
            cell(format!("whole {table} {of}"), 10)
        };
        let part = if table == "matching" {
            cell("linked".into(), 9)
        } else {
            cell(format!("{table} {measure}"), 9)
        };
        let rest = all.cells[whole].count - all.cells[part].count;
        let rest = all.cell(
            format!("rest {table} {measure} {year}|{place}"),
            rest,
            false,
        );
        all.sum(whole, vec![part, rest]);
        let of_a_list = match table {
            "transitions" => !measure.contains("_closed_and_"),
            "ways" => !["way_bounced", "way_emergency", "way_stuck"].contains(&measure),
            "known-days" => true,
            _ => false,
        };
        if of_a_list {
            partitions
                .entry((table.to_owned(), whole))
                .or_default()
                .push(part);
        }
        if table == "incidence" {
            let (_, horizon) = measure.rsplit_once("_within").unwrap();
            partitions
                .entry((horizon.to_owned(), whole))
                .or_default()
                .push(part);
        }
    }
    let banded = add_durations(&mut all, &published);
    assert!(banded > 50, "{banded}");
    add_partitions(&mut all, partitions);
    all.margins();
    let (told, safe) = all.found();
    assert!(safe > 500, "{safe}");
    assert!(
        told.is_empty(),
        "{} of {safe}: {:#?}",
        told.len(),
        &told[..told.len().min(12)]
    );
}

#[test]
fn a_run_from_returns_tells_no_small_count_and_says_synthetic_everywhere() {
    let folder = Folder::new("released-run");
    let (store, out) = (store(&folder), folder.join("out"));
    disparity(&["run", "--returns", &store, "--out", out.to_str().unwrap()]).ok();
    let rows = |name: &str| -> Vec<BTreeMap<String, String>> {
        csv::Reader::from_path(out.join(name))
            .unwrap()
            .deserialize()
            .map(Result::unwrap)
            .collect()
    };
    // With the counts withheld, nothing computed from them is shown, in any file.
    let mut withheld = 0;
    for row in rows("estimates.csv") {
        if row["numerator"].is_empty() {
            assert!(
                row["estimate"].is_empty() && row["conf_low"].is_empty(),
                "{row:?}"
            );
            withheld += u32::from(row["symbol"] == "c");
        } else if row["geographic_level"] == "Local authority" {
            let n: u32 = row["numerator"].parse().unwrap();
            assert!(!(1..=5).contains(&n), "{row:?}");
        }
    }
    for row in rows("expected.csv") {
        if row["geographic_level"] == "Local authority" && !row["observed"].is_empty() {
            let n: f64 = row["observed"].parse().unwrap();
            assert!(!(0.5..5.5).contains(&n), "{row:?}");
        }
    }
    assert!(withheld > 100, "{withheld}");
    sums_tell_nothing(&rows("estimates.csv"));
    let page = std::fs::read_to_string(out.join("index.html")).unwrap();
    assert!(page.contains("Synthetic: these children are invented"));
    let mut charts = 0;
    for entry in std::fs::read_dir(out.join("charts")).unwrap() {
        let svg = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(svg.contains(">Synthetic</text>"));
        charts += 1;
    }
    assert!(charts > 5, "{charts}");
    // Authorities are compared with England as published, and ethnic groups with one another.
    assert!(
        rows("expected.csv")
            .iter()
            .any(|row| row["indicator"] == "cla_started")
    );
    let contrasts = rows("contrasts.csv");
    assert!(
        contrasts
            .iter()
            .any(|row| row["indicator"].starts_with("prior_help_")
                && row["comparator_type"].to_lowercase().contains("group"))
    );
}

/// A total, and for each way the counts shown, how many are withheld, and whether some are no counts.
type Table = (Option<u32>, BTreeMap<usize, (u32, u32, bool)>);

fn sums_tell_nothing(rows: &[BTreeMap<String, String>]) {
    // A single gap in a sum is no gap: groups of one way never have exactly one beside a shown total.
    let ways = [
        "ethnicity_major",
        "ethnicity_minor",
        "age_band",
        "sex",
        "deprivation_decile",
    ];
    let mut tables: BTreeMap<Vec<String>, Table> = BTreeMap::new();
    for row in rows {
        if row["geographic_level"] != "Local authority" || row["conf_level"] != "0.95" {
            continue;
        }
        let key = ["time_period", "new_la_code", "indicator"]
            .map(|c| row[c].clone())
            .to_vec();
        let table = tables.entry(key).or_default();
        let set: Vec<usize> = (0..ways.len())
            .filter(|at| row[ways[*at]] != "Total")
            .collect();
        let count = row["numerator"].parse::<u32>().ok();
        match set.as_slice() {
            [] => table.0 = count,
            [way] => {
                let sums = table.1.entry(*way).or_default();
                match (count, row["symbol"].as_str()) {
                    (Some(n), _) => sums.0 += n,
                    (None, "c") => sums.1 += 1,
                    // Not a count at all.
                    _ => sums.2 = true,
                }
            }
            _ => {}
        }
    }
    let mut sums = 0;
    for (key, (total, by_way)) in tables {
        for (known, gaps, other) in by_way.into_values() {
            if let (Some(total), false) = (total, other) {
                sums += 1;
                let missing = total.saturating_sub(known);
                assert!(
                    gaps != 1 || missing == 0 || missing > 5,
                    "{key:?}: {missing}"
                );
                assert!(
                    gaps == 0 || missing > 5,
                    "{key:?}: {gaps} gaps share {missing}"
                );
            }
        }
    }
    assert!(sums > 100, "{sums}");
}
