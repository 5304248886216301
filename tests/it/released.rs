//! Whole outputs made from records of children, attacked with everything that is written in them:
//! groups, authorities, longer and shorter questions. No small count can be worked out.

use std::collections::{BTreeMap, BTreeSet};

use crate::attacker::{
    Attacker, add_durations, add_flows, add_other_names, add_partitions, both, store, store_of,
};
use crate::support::{Folder, disparity};

/// Look-back and lead, so that greater is wider; places of the observed and the helped.
type Step = ((u32, i32), usize, usize);

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
    let mut seen: BTreeMap<String, Vec<[usize; 2]>> = BTreeMap::new();
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
        let kinds = seen.entry(format!("{back}|{place}")).or_default();
        kinds.push([observed, incomplete]);
        let step = (back.parse().unwrap(), -lead.parse::<i32>().unwrap());
        ladders
            .entry(format!("{kind}|{place}"))
            .or_default()
            .push((step, observed, helped));
    }
    all.margins();
    // The same files tell of several kinds, and whoever knows how far one is seen knows it of all.
    for kinds in seen.values() {
        for (at, one) in kinds.iter().enumerate() {
            let count = |own: &[usize; 2]| own.map(|at| all.cells[at].count);
            let same = kinds[..at].iter().find(|own| count(own) == count(one));
            if let Some(same) = same.filter(|same| *same != one) {
                all.sum(same[0], vec![one[0]]);
                all.sum(same[1], vec![one[1]]);
            }
        }
    }
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
                    let rest = all.unpublished(rest);
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

/// The name of the whole that a measure of a table of journeys is part of.
fn whole_of(table: &str, measure: &str) -> String {
    const CAUSES: [&str; 5] = [
        "step",
        "closed_first",
        "died",
        "adopted_or_moved",
        "turned_18",
    ];
    let of = match table {
        "transitions" => {
            let cuts = ["_to_", "_stayed_", "_closed_and_"];
            let mut levels = cuts.iter().filter_map(|cut| measure.split_once(cut));
            let level = levels.next().map_or(measure, |(level, _)| level);
            if measure.contains("_to_early_help_") {
                return format!("seen {table} {level}");
            }
            if measure.contains("_closed_and_") {
                return format!("closings {table} {level}");
            }
            level
        }
        "ways" => {
            return match measure.strip_prefix("fully_observed_").unwrap() {
                "full_ladder" | "cpp_direct" | "cin_only" => "seen social care",
                "emergency" => "seen case",
                "bounced" | "stuck" => "seen levels",
                _ => "seen early help",
            }
            .to_owned();
        }
        "known-days" => return "seen case".to_owned(),
        "matching" if measure == "looked_after_linked" => {
            return "published cla_at_31_march".to_owned();
        }
        "matching" => "entrants",
        "incidence" => CAUSES
            .iter()
            .find_map(|cause| measure.split_once(&format!("_{cause}_within")))
            .map_or(measure, |(pathway, _)| pathway),
        _ => measure,
    };
    format!("whole {table} {of}")
}

/// That one count is part of another, which leaves a rest that is in no output.
fn part_of(all: &mut Attacker, part: usize, whole: usize) {
    if let Some(rest) = all.cells[whole].count.checked_sub(all.cells[part].count) {
        let rest = all.unpublished(rest);
        all.sum(whole, vec![part, rest]);
    }
}

/// How ways to care and steps hang together at each place, beside each being part of its whole; gives
/// how many places there are.
fn add_seen(all: &mut Attacker) -> usize {
    const WAYS: [&str; 6] = [
        "full_ladder",
        "cpp_direct",
        "cin_only",
        "eh_only",
        "referral_only",
        "none_observed",
    ];
    const LEVELS: [&str; 5] = [
        "early_help",
        "in_need",
        "cin_plan",
        "protection_plan",
        "care",
    ];
    let places: Vec<String> = all
        .names
        .keys()
        .filter_map(|name| name.strip_prefix("linked ").map(str::to_owned))
        .collect();
    for place in &places {
        let at = |all: &Attacker, what: &str| all.names.get(&format!("{what} {place}")).copied();
        let both = |all: &Attacker, part: &str, whole: &str| at(all, part).zip(at(all, whole));
        let ways = |all: &Attacker, family: &str, of: &[&str]| -> Vec<usize> {
            let all_of = of.iter().map(|way| format!("ways {family}_{way}"));
            all_of.filter_map(|name| at(all, &name)).collect()
        };
        let mut within = vec![
            both(all, "seen social care", "linked"),
            both(all, "seen case", "linked"),
            both(all, "seen early help", "seen social care"),
            both(all, "seen levels", "seen social care"),
            both(
                all,
                "whole recurrence reentry_to_care",
                "whole recurrence reentry_to_care_12_months",
            ),
            both(
                all,
                "whole recurrence repeat_plan_recorded",
                "published cpp_started",
            ),
            both(
                all,
                "whole recurrence rereferral_12_months_from_closure",
                "published referrals",
            ),
        ];
        for way in WAYS.iter().chain(&["bounced", "emergency", "stuck"]) {
            let observed = format!("ways fully_observed_{way}");
            within.push(both(all, &observed, &format!("ways way_{way}")));
        }
        for (part, whole) in within.into_iter().flatten() {
            part_of(all, part, whole);
        }
        let of = ways(all, "way", &WAYS);
        if let Some(linked) = at(all, "linked") {
            all.sum(linked, of);
        }
        for (of, seen) in [(&WAYS[..3], "social care"), (&WAYS[3..], "early help")] {
            let mut parts = ways(all, "fully_observed", of);
            if let Some(whole) = at(all, &format!("seen {seen}")) {
                let sum: u32 = parts.iter().map(|at| all.cells[*at].count).sum();
                parts.push(all.unpublished(all.cells[whole].count - sum));
                all.sum(whole, parts);
            }
        }
    }
    let years: BTreeSet<String> = all
        .names
        .keys()
        .filter_map(|name| name.strip_prefix("whole transitions ")?.split_once(' '))
        .map(|(_, place)| place.to_owned())
        .collect();
    for place in years {
        for level in LEVELS {
            let at =
                |all: &Attacker, what: String| all.names.get(&format!("{what} {place}")).copied();
            let closed = format!("transitions {level}_to_closed_within_12_months");
            for (part, whole) in [
                (format!("closings transitions {level}"), closed),
                (
                    format!("seen transitions {level}"),
                    format!("whole transitions {level}"),
                ),
            ] {
                if let Some((part, whole)) = at(all, part).zip(at(all, whole)) {
                    part_of(all, part, whole);
                }
            }
        }
    }
    places.len()
}

#[test]
fn journeys_tell_no_small_count_whatever_is_put_together() {
    let folder = Folder::new("released-journeys");
    let store = store(&folder);
    let (shown, truth) = both(&["journeys", &store, "--format", "csv"]);
    let mut all = Attacker::default();
    let mut partitions: BTreeMap<(String, usize), Vec<usize>> = BTreeMap::new();
    let mut published: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let mut untold = 0;
    for (s, t) in shown.iter().zip(&truth) {
        let (table, year, measure) = (&s[1], &s[2], &s[6]);
        let place = format!("{}|{}|{}", &s[4], &s[7], &s[8]);
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
        if measure.starts_with("way_") {
            cell(format!("ways {measure}"), 9);
            continue;
        }
        let whole = cell(whole_of(table, measure), 10);
        if &t[9] == "x" {
            // Nobody could be watched for so long, or of most events it cannot be seen.
            assert_eq!((&s[9], &s[14]), ("x", "x"));
            assert!(table == "incidence" || table == "recurrence", "{table}");
            untold += 1;
            continue;
        }
        let part = if measure == "entrants_linked" {
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
        let mut partition = |name: &str, whole| {
            let parts = partitions.entry((name.to_owned(), whole)).or_default();
            parts.push(part);
        };
        match table {
            // Whether early help followed is asked of a part of them, and is part of them all.
            "transitions" if measure.contains("_to_early_help_") => {
                let (level, _) = measure.split_once("_to_").unwrap();
                let name = format!("whole transitions {level} {year}|{place}");
                if let Some(whole) = all.names.get(&name) {
                    partition(table, *whole);
                }
            }
            "transitions" if !measure.contains("_closed_and_") => partition(table, whole),
            "known-days" => partition(table, whole),
            "matching" if measure.starts_with("entrants_") && measure != "entrants_linked" => {
                partition(table, whole);
            }
            "incidence" => {
                let (_, horizon) = measure.rsplit_once("_within").unwrap();
                partition(horizon, whole);
            }
            _ => {}
        }
    }
    assert!(untold > 50, "{untold}");
    let places = add_seen(&mut all);
    assert!(places > 50, "{places}");
    let banded = add_durations(&mut all, &published);
    let flows = add_flows(&mut all, &published);
    assert!(banded > 50 && flows > 500, "{banded} {flows}");
    let ties = add_other_names(&mut all);
    assert!(ties > 500, "{ties}");
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
    let out_text = out.to_str().unwrap();
    disparity(&["run", "--csv", "--returns", &store, "--out", out_text]).ok();
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
        if row["numerator"].parse::<u32>().is_err() {
            let figures = ["estimate", "conf_low", "conf_high_998", "shrunken"];
            assert!(
                figures
                    .iter()
                    .all(|name| row[*name].parse::<f64>().is_err()),
                "{row:?}"
            );
            withheld += u32::from(row["numerator"] == "c");
        } else if row["geographic_level"] == "Local authority" {
            let n: u32 = row["numerator"].parse().unwrap();
            assert!(!(1..=5).contains(&n), "{row:?}");
        }
    }
    for row in rows("expected.csv") {
        if let ("Local authority", Ok(n)) = (
            row["geographic_level"].as_str(),
            row["observed"].parse::<f64>(),
        ) {
            assert!(!(0.5..5.5).contains(&n), "{row:?}");
        }
    }
    assert!(withheld > 100, "{withheld}");
    sums_tell_nothing(&rows("estimates.csv"));
    counts_tell_nothing(&store, &rows("estimates.csv"));
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

/// No small count of a published indicator can be worked out from all that is shown of them: groups,
/// parts and their wholes, the bands of durations.
fn counts_tell_nothing(store: &str, rows: &[BTreeMap<String, String>]) {
    const WAYS: [&str; 5] = [
        "ethnicity_major",
        "ethnicity_minor",
        "age_band",
        "sex",
        "deprivation_decile",
    ];
    let mut asked = vec!["journeys", store, "--table", "published", "--by", "total"];
    for way in &WAYS {
        asked.extend(["--by", way]);
    }
    let (_, truth) = both(&[&asked[..], &["--format", "csv"]].concat());
    let truth: BTreeMap<String, (String, String, u32)> = truth
        .iter()
        .filter(|row| !row[3].is_empty())
        .map(|row| {
            let place = format!("{}|{}|{}|{}", &row[2], &row[3], &row[7], &row[8]);
            let name = format!("{} {place}", &row[6]);
            (name, (row[6].to_owned(), place, row[9].parse().unwrap()))
        })
        .collect();
    let mut shown: BTreeMap<String, bool> = BTreeMap::new();
    for row in rows {
        let way = WAYS.iter().find(|way| row[**way] != "Total");
        let (by, group) = way.map_or(("total", "Total"), |way| (*way, row[*way].as_str()));
        let place = format!("{}|{}|{by}|{group}", row["time_period"], row["new_la_code"]);
        let open = row["numerator"].parse::<u32>().is_ok();
        *shown
            .entry(format!("{} {place}", row["indicator"]))
            .or_default() |= open;
        if row["indicator"].starts_with("cpp_") && row["unit"] == "proportion" {
            let open = row["denominator"].parse::<u32>().is_ok();
            let whole = match row["indicator"].as_str() {
                "cpp_second_or_subsequent" => "cpp_started",
                _ => "cpp_at_31_march",
            };
            *shown.entry(format!("{whole} {place}")).or_default() |= open;
        }
    }
    let mut all = Attacker::default();
    let mut by_place: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (name, (measure, place, count)) in &truth {
        if let Some(open) = shown.get(name) {
            let at = all.cell(name.clone(), *count, *open);
            by_place
                .entry(place.clone())
                .or_default()
                .insert(measure.clone(), at);
        }
    }
    let banded = add_durations(&mut all, &by_place);
    let flows = add_flows(&mut all, &by_place);
    assert!(banded > 50 && flows > 500, "{banded} {flows}");
    all.margins();
    let (told, safe) = all.found();
    assert!(safe > 500, "{safe}");
    assert!(told.is_empty(), "{} of {safe}: {told:#?}", told.len());
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
        if row["geographic_level"] != "Local authority" {
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
                // Gaps that share nothing are all 0.
                assert!(
                    gaps == 0 || missing == 0 || missing > 5,
                    "{key:?}: {gaps} gaps share {missing}"
                );
            }
        }
    }
    assert!(sums > 100, "{sums}");
}

/// A store of two small authorities.
fn small_store(folder: &Folder) -> String {
    store_of(
        folder,
        "--authorities 2 --years 6 --children 120 --care 0.3 --seed 3",
    )
}

fn rows(arguments: &[&str]) -> BTreeSet<String> {
    let text = disparity(arguments).ok();
    text.lines().skip(1).map(str::to_owned).collect()
}

/// Otherwise what is shown of one question would tell what another withholds.
#[test]
fn who_asks_for_less_is_shown_what_is_shown_of_it_beside_the_rest() {
    let folder = Folder::new("released-less");
    let store = small_store(&folder);
    for (command, asked) in [
        (
            "prior-help",
            "--by ethnicity_minor --kind referral --together",
        ),
        ("journeys", "--by total --table ways --table recurrence"),
    ] {
        let all = rows(&[command, &store, "--format", "csv"]);
        let less: Vec<&str> = asked.split(' ').collect();
        let less = rows(&[&[command, &store, "--format", "csv"], &less[..]].concat());
        assert!(!less.is_empty() && less.len() < all.len(), "{asked}");
        let others: Vec<&String> = less.difference(&all).collect();
        assert!(others.is_empty(), "{command} {asked}: {others:?}");
    }
}

/// Shares of none or all of some, and how many counts are shown.
fn none_or_all(arguments: &[&str], numerator: usize) -> (usize, usize) {
    let text = disparity(arguments).ok();
    let (mut extremes, mut shown) = (0, 0);
    for row in csv::Reader::from_reader(text.as_bytes())
        .records()
        .map(Result::unwrap)
    {
        let count = |at: usize| row[at].parse::<u32>().ok();
        if let (Some(part), Some(whole @ 1..)) = (count(numerator), count(numerator + 1)) {
            extremes += usize::from(part == 0 || part == whole);
            shown += 1;
        }
    }
    (extremes, shown)
}

#[test]
fn that_none_or_all_of_a_group_have_something_is_withheld_where_it_must_be() {
    let (folder, smaller) = (Folder::new("released-zeros"), Folder::new("released-few"));
    let (store, smaller) = (store(&folder), small_store(&smaller));
    for (command, store, numerator) in [("prior-help", &store, 18), ("journeys", &smaller, 9)] {
        let asked = [command, store, "--format", "csv"];
        let (extremes, _) = none_or_all(&asked, numerator);
        assert!(extremes > 10, "{command}: {extremes}");
        let strict = [&asked[..], &["--hide-zeros"]].concat();
        let (extremes, shown) = none_or_all(&strict, numerator);
        assert_eq!(extremes, 0, "{command}");
        assert!(shown > 10, "{command}: {shown}");
    }
}
