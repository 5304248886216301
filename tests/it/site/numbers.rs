//! Every number of ten authorities' pages, and of all other pages, is the one in the files of a run.

use super::{html, pages};
use crate::page::files::{Run, TOTAL};
use crate::page::{Found, Walk, captions, numbers, plain, tables};

/// Ten authorities: the two tiny ones, some that were made from others, large and small ones.
pub(super) const TEN: [&str; 10] = [
    "birmingham",
    "bournemouth-christchurch-and-poole",
    "bristol-city-of",
    "city-of-london",
    "hackney",
    "isles-of-scilly",
    "kent",
    "rutland",
    "stoke-on-trent",
    "westmorland-and-furness",
];

/// What a figure of a sentence is in the files.
fn figures(run: &Run, row: &str, columns: &str) -> Found {
    let parts: Vec<&str> = row.split('|').collect();
    let [table, indicator, year, area, more @ ..] = parts.as_slice() else {
        panic!("{row}");
    };
    let (file, key): (_, Vec<&str>) = match (*table, more) {
        ("estimates", [group]) => (&run.estimates, of_group(group)),
        ("expected", [model]) => (&run.expected, vec![*model]),
        ("contrasts", [group, comparator, measure]) => (
            &run.contrasts,
            [&of_group(group)[..], &[*comparator, *measure]].concat(),
        ),
        _ => panic!("{row}"),
    };
    let found = Run::area(file, (indicator, year, area), &key).unwrap_or_else(|| panic!("{row}"));
    let factor = run.named(indicator).factor;
    let is_ratio = *table == "expected" || *table == "contrasts";
    match columns {
        "change" => found.converted(&["estimate", "conf_low", "conf_high"], |ratio| {
            (ratio - 1.0) * 100.0
        }),
        "comparator_value" => found.figures(&["comparator_value"], factor),
        columns => {
            let columns: Vec<&str> = columns.split(' ').collect();
            let is_count = columns == ["numerator"];
            found.figures(&columns, if is_ratio || is_count { 1.0 } else { factor })
        }
    }
}

fn of_group(group: &str) -> Vec<&str> {
    [&[group][..], &TOTAL[1..]].concat()
}

/// Holds every marked figure against its row.
fn marked(run: &Run, page: &str, text: &str, walk: &mut Walk) {
    for piece in text.split("<span data-row=\"").skip(1) {
        let (row, rest) = piece.split_once('"').unwrap();
        let columns = rest
            .split_once("data-columns=\"")
            .unwrap()
            .1
            .split_once('"')
            .unwrap()
            .0;
        let words = rest.split_once('>').unwrap().1.split_once('<').unwrap().0;
        let row = plain(row);
        walk.cell(
            &format!("{page}: {row}"),
            &plain(words),
            &figures(run, &row, columns),
        );
    }
}

/// Sentences say no number beside those that are marked: years, days and the unit are none.
fn unmarked(page: &str, text: &str) {
    let Some((_, list)) = text.split_once("class=\"findings\"") else {
        return;
    };
    for sentence in html::pieces(list.split_once("</ul>").unwrap().0, "li") {
        let mut words = String::new();
        for piece in sentence.split("<span") {
            match piece.split_once("</span>") {
                Some((_, after)) => words.push_str(after),
                None => words.push_str(piece),
            }
        }
        let words = plain(&words)
            .replace("per 10,000 children", "")
            .replace("31 March", "");
        for number in numbers(&words) {
            assert!((2000.0..2100.0).contains(&number.value), "{page}: {words}");
        }
    }
}

#[test]
fn every_number_of_the_site_is_in_the_files() {
    let run = Run::read(&crate::outputs::run());
    let mut walk = Walk::default();
    let mut held = 0;
    for (page, text) in pages() {
        let authority = page
            .strip_prefix("authority/")
            .map(|name| name.trim_end_matches(".html"));
        // Sentences are held on every page; the tables of ten authorities and of every other page.
        marked(&run, page, text, &mut walk);
        unmarked(page, text);
        if authority.is_some_and(|name| !TEN.contains(&name)) {
            continue;
        }
        held += 1;
        for table in tables(text) {
            crate::page::tables::check(&run, &table, &mut walk);
        }
        for title in html::pieces(text, "figcaption") {
            captions::check(&run, &plain(title), &mut walk);
        }
    }
    let wrong = walk.wrong.lines().count();
    crate::support::say(&format!(
        "site: {} of {} figures of {held} pages are those of the files",
        walk.right,
        walk.right + wrong
    ));
    assert!(
        walk.wrong.is_empty(),
        "{}",
        walk.wrong.lines().take(40).collect::<Vec<_>>().join("\n")
    );
    assert!(held >= 10 + 10, "{held}");
    assert!(walk.right > 20_000, "{}", walk.right);
}
