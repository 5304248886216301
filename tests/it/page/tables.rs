//! What each kind of table of the page shows of the files.

use super::files::{Row, Run, TOTAL};
use super::{Found, Table, Walk};

pub(crate) fn check(run: &Run, table: &Table, walk: &mut Walk) {
    let header: Vec<&str> = table.header.iter().map(String::as_str).collect();
    match header.as_slice() {
        [
            "Indicator",
            "Year",
            "Count",
            "Figure (95% interval)",
            "Unit",
            ..,
        ] => {
            england(run, table, walk);
        }
        ["Indicator", "Year", "Count", "Figure", ..] => authority(run, table, walk),
        ["Indicator", "Year", "Count", "Expected", ..] => expected(run, table, walk),
        ["Indicator", "Year", "England’s rate", ..] => others(run, table, walk),
        ["Indicator", "Group", ..] => small(run, table, walk),
        ["Authority", "Region", "Count", _, _, "Expected", ..] => every(run, table, walk),
        // A proportion, which nothing is expected of.
        ["Authority", "Region", "Count", _] => league_figures(run, table, walk),
        ["Authority", "Region", "Count", ..] => league(run, table, walk),
        [
            "Authority",
            "Region",
            "Observed ÷ expected (95% interval)",
            ..,
        ] => map(run, table, walk),
        ["Authority", "Region", "Observed", ..] => against(run, table, walk),
        ["Authority", "Region", "Ratio (95% interval)", ..] => effects(run, table, walk),
        ["Ethnic group", ..] => groups(run, table, walk),
        ["Known of each authority", ..] => models(run, table, walk),
        ["Region", "Lowest fifth", ..] => fifths(run, table, walk),
        ["How", ..] => variations(run, table, walk),
        ["Figure", "How it was found", ..] => gradients(run, table, walk),
        ["What is said", ..] => claims(run, table, walk),
        ["Code", "Severity", "Rows", ..] => issues(run, table, walk),
        ["Indicator", "Year", "Authority (95% interval)", ..] => trend(run, table, walk),
        ["Year", "England", ..] => regions(run, table, walk),
        ["Indicator", "First year", ..] => coverage(run, table, walk),
        // Words alone; and areas side by side, where each figure is marked with its row and held against it.
        [
            "Name in the files" | "Method" | "What it means" | "Area",
            ..,
        ] => {}
        other => panic!("nobody knows a table headed {other:?}"),
    }
}

/// The code of the authority that a caption is about.
fn code(table: &Table) -> String {
    let named = table.caption.split_once(" (E").map(|(_, rest)| rest);
    named.map_or_else(String::new, |rest| format!("E{}", &rest[..8]))
}

/// The name of the authority that a caption begins with, before one of these words.
fn name<'t>(table: &'t Table, before: &[&str]) -> &'t str {
    let mut ends = before.iter().filter_map(|words| table.caption.find(words));
    &table.caption[..ends.next().unwrap_or_else(|| panic!("{}", table.caption))]
}

/// The year that a caption names after its title.
pub(crate) fn year(caption: &str) -> &str {
    let digits = |at: &usize| {
        caption[*at..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count()
            == 4
    };
    let places = caption.char_indices().map(|(at, _)| at);
    let starts = places.filter(|at| caption[..*at].ends_with(", ") && digits(at));
    let at = { starts }.next().unwrap_or_else(|| panic!("{caption}"));
    &caption[at..at + 4]
}

fn figures(row: Option<Row<'_>>, columns: &[&str], factor: f64) -> Found {
    row.map_or(Found::Symbol("x".into()), |row| {
        row.figures(columns, factor)
    })
}

const RATE: [&str; 3] = ["estimate", "conf_low", "conf_high"];
const RATIO: [&str; 3] = ["ratio", "conf_low", "conf_high"];

/// A change as it is printed: of a rate in per cent, of a percentage in points.
fn changed(row: Option<Row<'_>>, factor: f64) -> Found {
    let shown = |value: f64| {
        if factor > 1.0 {
            value * factor
        } else {
            (value - 1.0) * 100.0
        }
    };
    row.map_or(Found::Symbol("x".into()), |row| row.converted(&RATE, shown))
}

/// The measure by which a change is told.
fn measure(factor: f64) -> &'static str {
    if factor > 1.0 {
        "proportion_difference"
    } else {
        "rate_ratio"
    }
}

fn england(run: &Run, table: &Table, walk: &mut Walk) {
    for row in &table.rows {
        let own = run.titled(&row[0]);
        let (name, year) = (own.name.as_str(), row[1].as_str());
        let total = Run::england(&run.estimates, name, year, &TOTAL);
        walk.cell(name, &row[2], &figures(total, &["numerator"], 1.0));
        walk.cell(name, &row[3], &figures(total, &RATE, own.factor));
        for (cell, comparator) in [(&row[5], "year_before"), (&row[6], "five_years_before")] {
            let more = [&TOTAL[..], &[comparator, measure(own.factor)]].concat();
            let found = Run::england(&run.contrasts, name, year, &more);
            walk.cell(name, cell, &changed(found, own.factor));
        }
    }
}

fn authority(run: &Run, table: &Table, walk: &mut Walk) {
    let code = code(table);
    for row in &table.rows {
        let own = run.short(&row[0]);
        let key = (own.name.as_str(), row[1].as_str(), code.as_str());
        let place = format!("{code} {} {}", key.0, key.1);
        let total = Run::authority(&run.estimates, key, &TOTAL);
        walk.cell(&place, &row[2], &figures(total, &["numerator"], 1.0));
        walk.cell(&place, &row[3], &figures(total, &RATE, own.factor));
        let ratio = if own.factor > 1.0 {
            "proportion_ratio"
        } else {
            "rate_ratio"
        };
        let contrast = |comparator: &str, measure: &str| {
            let more = [&TOTAL[..], &[comparator, measure]].concat();
            Run::authority(&run.contrasts, key, &more)
        };
        let other = |comparator: &str, with_data: bool| {
            let Some(found) = contrast(comparator, ratio) else {
                return Found::Symbol("x".into());
            };
            match found.figures(&["comparator_value"], own.factor) {
                Found::Figures(mut all) if with_data => {
                    all.extend([found.number("neighbours_with_data").unwrap(), 10.0]);
                    Found::Figures(all)
                }
                value => value,
            }
        };
        // Without a median the number of neighbours with data is told all the same.
        match other("neighbours_median", true) {
            Found::Symbol(symbol) => {
                let words = format!("[{symbol}]");
                walk.cell(&place, &row[4][..words.len()], &Found::Words(words));
            }
            found => walk.cell(&place, &row[4], &found),
        }
        walk.cell(&place, &row[5], &other("region", false));
        walk.cell(&place, &row[6], &other("england", false));
        let found = contrast("year_before", measure(own.factor));
        walk.cell(&place, &row[7], &changed(found, own.factor));
    }
}

/// An expected count with its interval, where it has one.
fn expected_count(row: Row<'_>) -> Found {
    match row.number("expected_low") {
        Some(_) => row.figures(&["expected", "expected_low", "expected_high"], 1.0),
        None => row.figures(&["expected"], 1.0),
    }
}

/// A probability in percent: what rounds to 0 or 1 is told as a bound.
fn probability(row: Row<'_>) -> Found {
    match row.number("probability_above") {
        Some(value) if value < 0.005 => Found::Words("<1%".into()),
        Some(value) if value >= 0.995 => Found::Words(">99%".into()),
        _ => row.figures(&["probability_above"], 100.0),
    }
}

/// Models in the order of the page.
const MODELS: [&str; 7] = [
    "national_rate",
    "age",
    "ethnicity",
    "structural_null",
    "structural_deprivation",
    "structural_deprivation_ethnicity",
    "structural_full",
];

fn expected(run: &Run, table: &Table, walk: &mut Walk) {
    let code = run.code(name(table, &[", against"]));
    for row in &table.rows {
        let own = run.short(&row[0]);
        let key = (own.name.as_str(), row[1].as_str(), code);
        let place = format!("{code} {} {} expected", key.0, key.1);
        let quoted: Vec<Row<'_>> = MODELS
            .iter()
            .filter_map(|model| Run::authority(&run.expected, key, &[model]))
            .filter(|row| row.text("quoted") == "yes")
            .collect();
        let [quoted] = quoted.as_slice() else {
            panic!("{place}: {} expectations to quote", quoted.len());
        };
        let symbol = quoted.text("symbol");
        walk.cell(
            &place,
            &row[2],
            &figures(
                Run::authority(&run.estimates, key, &TOTAL),
                &["numerator"],
                1.0,
            ),
        );
        walk.cell(&place, &row[3], &expected_count(*quoted));
        walk.cell(&place, &row[4], &quoted.figures(&RATIO, 1.0));
        let verdict = match quoted.text("verdict") {
            "" if row[5].starts_with("no verdict") => Found::Words(row[5].clone()),
            "" => Found::Symbol(if symbol.is_empty() { "z" } else { symbol }.to_owned()),
            words => Found::Words(words.to_owned()),
        };
        walk.cell(&place, &row[5], &verdict);
        let probability = if quoted.text("model").starts_with("structural") {
            probability(*quoted)
        } else {
            Found::Nothing
        };
        walk.cell(&place, &row[6], &probability);
        let rank = ["rank", "rank_low", "rank_high", "ranked"];
        walk.cell(&place, &row[7], &quoted.figures(&rank, 1.0));
        walk.cell(&place, &row[8], &quoted.figures(&["fifth"], 1.0));
    }
}

fn others(run: &Run, table: &Table, walk: &mut Walk) {
    let code = run.code(name(table, &[": other"]));
    for row in &table.rows {
        let own = run.short(&row[0]);
        let key = (own.name.as_str(), row[1].as_str(), code);
        for (model, cell) in MODELS.iter().zip(&row[2..]) {
            let place = format!("{code} {} {} {model}", key.0, key.1);
            let found = Run::authority(&run.expected, key, &[model]);
            walk.cell(&place, cell, &found.map_or(Found::Nothing, expected_count));
        }
    }
}

fn small(run: &Run, table: &Table, walk: &mut Walk) {
    let code = run.code(name(table, &[", rates that"])).to_owned();
    for row in &table.rows {
        let own = run.short(&row[0]);
        let mut found = run.estimates.rows().filter(|found| {
            let groups: Vec<&str> = GROUPS
                .iter()
                .map(|column| found.text(column))
                .filter(|group| *group != "Total")
                .collect();
            let group = if groups.is_empty() {
                "everyone".to_owned()
            } else {
                groups.join(", ")
            };
            found.text("indicator") == own.name
                && found.text("time_period") == row[2]
                && found.text("new_la_code") == code
                && group == row[1]
        });
        let place = format!("{code} {} {}", own.name, row[1]);
        let found = found.next().unwrap_or_else(|| panic!("{place}"));
        walk.cell(&place, &row[3], &found.figures(&["numerator"], 1.0));
        walk.cell(&place, &row[4], &found.figures(&RATE, own.factor));
        let drawn = ["shrunken", "shrunken_low", "shrunken_high"];
        walk.cell(&place, &row[5], &found.figures(&drawn, own.factor));
    }
}

/// The row of an authority against what a model expects, and the verdict that stands beside it.
fn verdict(row: Option<Row<'_>>) -> Found {
    match row.map_or("", |row| row.text("verdict")) {
        "" => Found::Words("not compared".into()),
        words => Found::Words(words.to_owned()),
    }
}

fn league(run: &Run, table: &Table, walk: &mut Walk) {
    let own = run.titled(&table.caption);
    let year = year(&table.caption);
    assert!(table.rows.len() > 150, "{}", table.caption);
    for row in &table.rows {
        let key = (own.name.as_str(), year, run.code(&row[0]));
        let place = format!("league {} {}", own.name, row[0]);
        let total = Run::authority(&run.estimates, key, &TOTAL);
        walk.cell(&place, &row[2], &figures(total, &["numerator"], 1.0));
        walk.cell(&place, &row[3], &figures(total, &RATE, own.factor));
        let found = Run::authority(&run.expected, key, &["national_rate"]);
        walk.cell(&place, &row[4], &verdict(found));
    }
}

/// Counts and figures of every authority.
fn league_figures(run: &Run, table: &Table, walk: &mut Walk) {
    let own = run.titled(&table.caption);
    let year = year(&table.caption);
    assert!(table.rows.len() > 150, "{}", table.caption);
    for row in &table.rows {
        let key = (own.name.as_str(), year, run.code(&row[0]));
        let place = format!("every {} {}", own.name, row[0]);
        let total = Run::authority(&run.estimates, key, &TOTAL);
        walk.cell(&place, &row[2], &figures(total, &["numerator"], 1.0));
        walk.cell(&place, &row[3], &figures(total, &RATE, own.factor));
    }
}

/// The model that a table says its figures are held against.
fn held_against(table: &Table) -> &'static str {
    if table.caption.contains("given who lives there") {
        "structural_full"
    } else {
        "national_rate"
    }
}

/// The table behind all charts of an indicator.
fn every(run: &Run, table: &Table, walk: &mut Walk) {
    league(run, table, walk);
    let own = run.titled(&table.caption);
    let year = year(&table.caption);
    let model = held_against(table);
    for row in &table.rows {
        let key = (own.name.as_str(), year, run.code(&row[0]));
        let place = format!("every {} {}", own.name, row[0]);
        let found = Run::authority(&run.expected, key, &[model]);
        let absent = || Found::Symbol("z".into());
        let expected = found.map_or_else(absent, expected_count);
        walk.cell(&place, &row[5], &expected);
        walk.cell(
            &place,
            &row[6],
            &found.map_or_else(absent, |row| row.figures(&RATIO, 1.0)),
        );
        let limits = ["adjusted_limit_low", "adjusted_limit_high"];
        // Whoever is not compared has no limits.
        if verdict(found) != Found::Words("not compared".into()) {
            walk.cell(
                &place,
                &row[7],
                &found.map_or_else(absent, |row| row.figures(&limits, 1.0)),
            );
        }
        walk.cell(&place, &row[8], &verdict(found));
    }
}

/// An authority's rates over the years, its neighbours' median and England.
fn trend(run: &Run, table: &Table, walk: &mut Walk) {
    let code = run.place(name(table, &[": rates over"]));
    for row in &table.rows {
        let own = run.short(&row[0]);
        let key = (own.name.as_str(), row[1].as_str(), code.as_str());
        let place = format!("trend {code} {} {}", key.0, key.1);
        let total = Run::authority(&run.estimates, key, &TOTAL);
        walk.cell(&place, &row[2], &figures(total, &RATE, own.factor));
        let more = [&TOTAL[..], &["neighbours_median", "rate_ratio"]].concat();
        let median = Run::authority(&run.contrasts, key, &more);
        match median.map(|found| (found, found.figures(&["comparator_value"], own.factor))) {
            Some((found, Found::Figures(mut all))) => {
                all.extend([found.number("neighbours_with_data").unwrap(), 10.0]);
                all.extend(
                    found
                        .number("neighbours_withheld")
                        .filter(|withheld| *withheld > 0.0),
                );
                walk.cell(&place, &row[3], &Found::Figures(all));
            }
            _ => assert!(
                row[3].starts_with('[') || row[3].contains(" to ") || row[3].contains("or more"),
                "{place}"
            ),
        }
        let england = Run::england(&run.estimates, key.0, key.1, &TOTAL);
        walk.cell(
            &place,
            &row[4],
            &figures(england, &["estimate"], own.factor),
        );
    }
}

/// England and its regions over the years.
fn regions(run: &Run, table: &Table, walk: &mut Walk) {
    let own = run.titled(&table.caption);
    let codes: Vec<String> = table.header[1..]
        .iter()
        .map(|name| run.place(name))
        .collect();
    assert_eq!(codes.len(), 10, "{}", table.caption);
    for row in &table.rows {
        for (code, cell) in codes.iter().zip(&row[1..]) {
            let key = (own.name.as_str(), row[0].as_str(), code.as_str());
            let found = Run::area(&run.estimates, key, &TOTAL);
            walk.cell(
                &format!("{key:?}"),
                cell,
                &figures(found, &RATE, own.factor),
            );
        }
    }
}

/// What is held of each indicator.
fn coverage(run: &Run, table: &Table, walk: &mut Walk) {
    for row in &table.rows {
        let own = run.titled(&row[0]);
        let totals: Vec<Row<'_>> = run
            .estimates
            .rows()
            .filter(|found| {
                found.text("indicator") == own.name
                    && TOTAL
                        .iter()
                        .zip(GROUPS)
                        .all(|(all, column)| found.text(column) == *all)
            })
            .collect();
        let england = totals
            .iter()
            .filter(|found| found.text("geographic_level") == "National");
        let mut years: Vec<f64> = england
            .filter(|found| found.number("estimate").is_some())
            .map(|found| found.number("time_period").unwrap())
            .collect();
        years.sort_by(f64::total_cmp);
        let (first, last) = (years[0], years[years.len() - 1]);
        let of = |value: f64| Found::Figures(vec![value]);
        walk.cell(&row[0], &row[1], &of(first));
        walk.cell(&row[0], &row[2], &of(last));
        #[expect(
            clippy::cast_precision_loss,
            reason = "numbers of years and authorities"
        )]
        let count = |found: usize| of(found as f64);
        walk.cell(&row[0], &row[3], &count(years.len()));
        let authorities: Vec<&Row<'_>> = totals
            .iter()
            .filter(|found| {
                found.text("geographic_level") == "Local authority"
                    && found.number("time_period") == Some(last)
            })
            .collect();
        let having = |wanted: fn(&str) -> bool| {
            count(
                authorities
                    .iter()
                    .filter(|found| wanted(found.text("numerator")))
                    .count(),
            )
        };
        walk.cell(
            &row[0],
            &row[5],
            &having(|cell| cell.parse::<f64>().is_ok()),
        );
        walk.cell(
            &row[0],
            &row[6],
            &having(|cell| cell == "c" || cell == "low"),
        );
        walk.cell(
            &row[0],
            &row[7],
            &having(|cell| ["x", "z", "u"].contains(&cell)),
        );
    }
}

/// The columns of groups.
pub(crate) const GROUPS: [&str; 5] = [
    "ethnicity_major",
    "ethnicity_minor",
    "age_band",
    "sex",
    "deprivation_decile",
];

fn map(run: &Run, table: &Table, walk: &mut Walk) {
    let own = run.titled(&table.caption);
    let year = year(&table.caption);
    let model = held_against(table);
    for row in &table.rows {
        let key = (own.name.as_str(), year, run.code(&row[0]));
        let place = format!("map {model} {} {}", own.name, row[0]);
        let found = Run::authority(&run.expected, key, &[model]);
        walk.cell(&place, &row[2], &figures(found, &RATIO, 1.0));
        walk.cell(&place, &row[3], &verdict(found));
    }
}

fn against(run: &Run, table: &Table, walk: &mut Walk) {
    let own = run.titled(&table.caption);
    let year = year(&table.caption);
    for row in &table.rows {
        let key = (own.name.as_str(), year, run.code(&row[0]));
        let place = format!("against {} {}", own.name, row[0]);
        let found = Run::authority(&run.expected, key, &["structural_full"]);
        let total = Run::authority(&run.estimates, key, &TOTAL).unwrap();
        let children = total.number("denominator").unwrap();
        let found = found.unwrap_or_else(|| panic!("{place}"));
        let rate = |column: &str| found.number(column).unwrap() * 10_000.0 / children;
        walk.cell(&place, &row[2], &found.figures(&["observed"], 1.0));
        walk.cell(&place, &row[3], &expected_count(found));
        let rates = vec![rate("observed"), rate("expected")];
        walk.cell(&place, &row[4], &Found::Figures(rates));
        walk.cell(&place, &row[5], &found.figures(&RATIO, 1.0));
        let limits = ["adjusted_limit_low", "adjusted_limit_high"];
        walk.cell(&place, &row[6], &found.figures(&limits, 1.0));
        walk.cell(&place, &row[7], &verdict(Some(found)));
    }
}

fn effects(run: &Run, table: &Table, walk: &mut Walk) {
    let own = run.titled(&table.caption);
    let year = year(&table.caption);
    for row in &table.rows {
        let key = (own.name.as_str(), year, run.code(&row[0]));
        let place = format!("effect {} {}", own.name, row[0]);
        let found = Run::authority(&run.effects, key, &["structural_full"]);
        let found = found.unwrap_or_else(|| panic!("{place}"));
        walk.cell(&place, &row[2], &found.figures(&RATIO, 1.0));
        walk.cell(&place, &row[3], &probability(found));
        walk.cell(
            &place,
            &row[4],
            &found.figures(&["rank", "rank_low", "rank_high"], 1.0),
        );
    }
}

fn groups(run: &Run, table: &Table, walk: &mut Walk) {
    let own = run.titled(&table.caption);
    let (_, named) = table.caption.split_once(" by ethnic group, ").unwrap();
    let (area, year) = named.rsplit_once(", ").unwrap();
    let area = run.place(area);
    let key = (own.name.as_str(), year, area.as_str());
    for row in &table.rows {
        let place = format!("{} {}", table.caption, row[0]);
        let group = [row[0].as_str(), "Total", "Total", "Total", "Total"];
        let found = Run::area(&run.estimates, key, &group);
        walk.cell(&place, &row[1], &figures(found, &["numerator"], 1.0));
        walk.cell(&place, &row[2], &figures(found, &RATE, own.factor));
        let more = [&group[..], &["reference_group", "rate_ratio"]].concat();
        let ratio = match Run::area(&run.contrasts, key, &more) {
            Some(found) => found.figures(&RATE, 1.0),
            None => Found::Symbol("z".into()),
        };
        walk.cell(&place, &row[3], &ratio);
    }
}

fn fit<'r>(run: &'r Run, key: [&str; 4], statistic: &str) -> Option<Row<'r>> {
    let [indicator, year, model, variation] = key;
    run.fits
        .get(&[indicator, year, model, variation, statistic, "none"])
}

/// A figure of a fit with its interval; nothing where the fit has none such.
fn of_fit(run: &Run, key: [&str; 4], statistic: &str, factor: f64) -> Found {
    fit(run, key, statistic).map_or(Found::Nothing, |row| {
        row.figures(&["value", "conf_low", "conf_high"], factor)
    })
}

fn models(run: &Run, table: &Table, walk: &mut Walk) {
    let own = run.titled(&table.caption);
    let year = year(&table.caption);
    assert_eq!(table.rows.len(), 4, "{}", table.caption);
    for (row, model) in table.rows.iter().zip(&MODELS[3..]) {
        let key = [own.name.as_str(), year, model, "main"];
        let place = format!("{} {model}", own.name);
        let areas = fit(run, key, "exp_sigma").unwrap();
        walk.cell(&place, &row[1], &areas.figures(&["areas"], 1.0));
        walk.cell(&place, &row[2], &of_fit(run, key, "exp_sigma", 1.0));
        walk.cell(&place, &row[3], &of_fit(run, key, "median_rate_ratio", 1.0));
        walk.cell(
            &place,
            &row[4],
            &of_fit(run, key, "variance_explained", 100.0),
        );
        walk.cell(
            &place,
            &row[5],
            &of_fit(run, key, "r_squared_log_rate", 100.0),
        );
    }
}

fn variations(run: &Run, table: &Table, walk: &mut Walk) {
    let own = run.titled(&table.caption);
    let year = year(&table.caption);
    for row in &table.rows {
        let variation = match row[0].as_str() {
            "As shown" => "main",
            "Without London" => "without_london",
            "With City of London and Isles of Scilly" => "with_tiny_areas",
            "Unaccompanied children not counted" => "without_unaccompanied",
            "Each region with a level of its own" => "with_region",
            // Named by its year, which changes with the data.
            words if words.starts_with("Deprivation by the Indices of") => "later_index",
            words => panic!("nobody knows the variation {words:?}"),
        };
        let key = [own.name.as_str(), year, "structural_full", variation];
        let place = format!("{} {variation}", own.name);
        let areas = fit(run, key, "exp_sigma").unwrap();
        walk.cell(&place, &row[1], &areas.figures(&["areas"], 1.0));
        walk.cell(&place, &row[2], &of_fit(run, key, "exp_sigma", 1.0));
        walk.cell(
            &place,
            &row[3],
            &of_fit(run, key, "variance_explained", 100.0),
        );
        let changed = match fit(run, key, "share_in_another_fifth") {
            Some(found) => found.figures(&["value"], 100.0),
            None => Found::Nothing,
        };
        walk.cell(&place, &row[4], &changed);
    }
}

fn fifths(run: &Run, table: &Table, walk: &mut Walk) {
    let own = run.titled(&table.caption);
    let year = year(&table.caption);
    for row in &table.rows {
        for (fifth, cell) in ["1", "2", "3", "4", "5"].iter().zip(&row[1..]) {
            let key = [own.name.as_str(), year, "structural_full", &row[0], fifth];
            let found = run.fifths.get(&key);
            let columns = ["authorities", "authorities_in_fifth"];
            walk.cell(&format!("{key:?}"), cell, &figures(found, &columns, 1.0));
        }
    }
}

/// A row of a gradient of England.
pub(crate) fn gradient<'r>(
    run: &'r Run,
    (indicator, year): (&str, &str),
    [how, statistic, decile]: [&str; 3],
) -> Option<Row<'r>> {
    Run::england(&run.gradients, indicator, year, &[how, statistic, decile])
}

fn gradients(run: &Run, table: &Table, walk: &mut Walk) {
    let own = run.titled(&table.caption);
    let year = year(&table.caption);
    for row in &table.rows {
        let how = match row[1].as_str() {
            "counted in each decile" => "direct",
            "from totals: the same factor between deciles" => "ecological_log_linear",
            "from totals: never rising as deprivation falls" => "ecological_monotone",
            words => panic!("nobody knows {words:?}"),
        };
        let (statistic, decile) = match row[0].as_str() {
            "Ratio of a decile to the next less deprived" => ("rate_ratio_per_decile", "Total"),
            "Ratio of decile 1 to decile 10" => ("rate_ratio_decile_1_to_10", "Total"),
            "Slope index of inequality" => ("slope_index", "Total"),
            "Relative index of inequality" => ("relative_index", "Total"),
            words => (
                "rate",
                match words.strip_prefix("Rate in decile ").unwrap() {
                    "1" => "1 (most deprived)",
                    "10" => "10 (least deprived)",
                    between => between,
                },
            ),
        };
        let found = gradient(run, (&own.name, year), [how, statistic, decile]);
        let columns = ["value", "conf_low", "conf_high"];
        let place = format!("{} {how} {statistic} {decile}", own.name);
        walk.cell(&place, &row[2], &figures(found, &columns, 1.0));
    }
}

fn claims(run: &Run, table: &Table, walk: &mut Walk) {
    let rows: Vec<Row<'_>> = run.claims.rows().collect();
    assert_eq!(rows.len(), table.rows.len());
    for (found, row) in rows.iter().zip(&table.rows) {
        let place = found.text("claim");
        let ratio = ["decile_1_to_10", "exp_sigma"].contains(&found.text("figure"));
        let factor = if ratio { 1.0 } else { 100.0 };
        walk.cell(place, &row[1], &found.figures(&["stated"], factor));
        let ours = match found.number("conf_low") {
            Some(_) => found.figures(&["value", "conf_low", "conf_high"], factor),
            None => found.figures(&["value"], factor),
        };
        walk.cell(place, &row[2], &ours);
    }
}

/// How often a code stands in the issue column of a file.
fn with_code<'f>(rows: impl Iterator<Item = Row<'f>>, code: &str) -> usize {
    rows.filter(|row| row.text("issue_codes").split(' ').any(|own| own == code))
        .count()
}

fn issues(run: &Run, table: &Table, walk: &mut Walk) {
    for row in &table.rows {
        let of_estimates = with_code(run.estimates.rows(), &row[0]);
        let all = of_estimates
            + with_code(run.expected.rows(), &row[0])
            + with_code(run.gradients.rows(), &row[0]);
        let told = run
            .issues
            .rows()
            .find(|own| own.text("issue_code") == row[0]);
        let told = told.and_then(|own| own.number("rows"));
        #[expect(clippy::cast_precision_loss, reason = "numbers of rows")]
        let figures = [of_estimates as f64, all as f64];
        // What concerns the count is counted with the estimates, what concerns the expectation with all.
        let shown = super::numbers(&row[2]);
        let fits = figures.iter().copied().chain(told);
        let mut fits = fits.filter(|own| shown.len() == 1 && shown[0].is(*own));
        let found = fits
            .next()
            .map_or(Found::Figures(vec![]), |own| Found::Figures(vec![own]));
        walk.cell(&row[0], &row[2], &found);
    }
}
