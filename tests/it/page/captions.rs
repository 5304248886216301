//! The numbers in the titles of charts: what is counted in them are the authorities that are shown.

use super::files::{Run, TOTAL};
use super::tables::gradient;
use super::{Found, Walk};

/// The numbers of a title after the words that name it.
pub(crate) fn check(run: &Run, title: &str, walk: &mut Walk) {
    // A trend is named for its authority alone.
    if title.ends_with("trends against statistical neighbours and England") {
        return;
    }
    if let Some((area, rest)) = title
        .strip_suffix(" further out than is usual between authorities")
        .filter(|words| words.contains(" figure"))
        .and_then(|words| words.rsplit_once(": "))
    {
        // Of one figure it is said in words.
        let rest = match rest {
            "its one figure does not lie" => "0 of 1",
            "its one figure lies" => "1 of 1",
            rest => rest,
        };
        walk.cell(
            title,
            &rest.replace("none", "0"),
            &Found::Figures(further_out(run, area).to_vec()),
        );
        return;
    }
    let own = run.titled(title);
    let rest = &title[own.title.len()..];
    if let Some(years) = rest.strip_prefix(": England and its regions from ") {
        walk.cell(
            title,
            years,
            &Found::Figures(first_and_last(run, &own.name).to_vec()),
        );
        return;
    }
    let at = rest.find(", 20").unwrap() + 2;
    let (year, rest) = (&rest[at..at + 4], &rest[at + 4..]);
    let standing = |model: &str| {
        let own = run.expected.rows().filter(|row| {
            row.text("indicator") == own.name
                && row.text("time_period") == year
                && row.text("model") == model
                && row.text("geographic_level") == "Local authority"
                && !row.text("adjusted_position").is_empty()
        });
        let positions: Vec<&str> = own.map(|row| row.text("adjusted_position")).collect();
        let of = |word: &str| positions.iter().filter(|own| own.starts_with(word)).count();
        #[expect(clippy::cast_precision_loss, reason = "numbers of authorities")]
        [positions.len(), of("higher"), of("lower")].map(|count| count as f64)
    };
    let england = || {
        let total = Run::england(&run.estimates, &own.name, year, &TOTAL);
        total.and_then(|row| row.number("estimate")).unwrap()
    };
    let figures = if rest.ends_with("every authority with its interval") {
        vec![england() * own.factor]
    } else if rest.contains("in England. Of") {
        // 10,000 is part of the unit.
        [&[england(), 10_000.0][..], &standing("national_rate")].concat()
    } else if rest.starts_with(", counted against what England’s rate") {
        standing("national_rate").to_vec()
    } else if rest.contains("authorities compared") {
        standing("structural_full").to_vec()
    } else if rest.contains("have an interval above") {
        effects(run, &own.name, year).to_vec()
    } else if rest.contains("by deprivation") {
        let key = [
            "ecological_log_linear",
            "rate_ratio_decile_1_to_10",
            "Total",
        ];
        let found = gradient(run, (&own.name, year), key).unwrap();
        let columns = ["value", "conf_low", "conf_high"];
        columns.map(|column| found.number(column).unwrap()).to_vec()
    } else if rest.contains("everyone’s (") || rest.ends_with("each group with its interval") {
        let place = title[own.title.len()..]
            .strip_prefix(", ")
            .and_then(|words| words.split_once(", 20"))
            .unwrap();
        clearly_apart(run, (&own.name, year, &run.place(place.0)))
    } else if rest.contains("authorities are spread") {
        vec![with_figure(run, &own.name, year)]
    } else {
        panic!("nobody knows a chart called {title:?}")
    };
    walk.cell(title, rest, &Found::Figures(figures));
}

/// Authorities with an effect, with one above 1 and with one below.
fn effects(run: &Run, indicator: &str, year: &str) -> [f64; 3] {
    let own = run.effects.rows().filter(|row| {
        row.text("indicator") == indicator
            && row.text("time_period") == year
            && row.text("model") == "structural_full"
    });
    let mut counts = [0.0; 3];
    for row in own {
        counts[0] += 1.0;
        if row.number("conf_low").unwrap() > 1.0 {
            counts[1] += 1.0;
        } else if row.number("conf_high").unwrap() < 1.0 {
            counts[2] += 1.0;
        }
    }
    counts
}

/// Of the expectations of an authority that are quoted with a verdict, how many lie further out than is usual, and all.
fn further_out(run: &Run, area: &str) -> [f64; 2] {
    let code = run.place(area);
    let quoted = run.expected.rows().filter(|row| {
        row.text("new_la_code") == code
            && row.text("quoted") == "yes"
            && !row.text("verdict").is_empty()
            && row.text("time_period") == "2025"
    });
    let positions: Vec<&str> = quoted.map(|row| row.text("adjusted_position")).collect();
    let out = positions
        .iter()
        .filter(|own| **own != "as_expected")
        .count();
    #[expect(clippy::cast_precision_loss, reason = "numbers of indicators")]
    [out, positions.len()].map(|count| count as f64)
}

/// The first and the last year in which England has a figure.
fn first_and_last(run: &Run, indicator: &str) -> [f64; 2] {
    let years = (2000_u16..2100).filter(|year| {
        let total = Run::england(&run.estimates, indicator, &year.to_string(), &TOTAL);
        total.is_some_and(|row| row.number("estimate").is_some())
    });
    let years: Vec<u16> = years.collect();
    [years[0], years[years.len() - 1]].map(f64::from)
}

/// How many authorities have a figure, without those too small to rank.
fn with_figure(run: &Run, indicator: &str, year: &str) -> f64 {
    let tiny = ["City of London", "Isles of Scilly"];
    let own = run.estimates.rows().filter(|row| {
        row.text("indicator") == indicator
            && row.text("time_period") == year
            && row.text("geographic_level") == "Local authority"
            && TOTAL
                .iter()
                .zip(super::tables::GROUPS)
                .all(|(all, column)| row.text(column) == *all)
            && row.number("estimate").is_some()
            && !tiny.contains(&row.text("la_name"))
    });
    #[expect(clippy::cast_precision_loss, reason = "a number of authorities")]
    let count = own.count() as f64;
    count
}

/// Everyone's rate, then those of the groups whose intervals lie above it, then of those below.
fn clearly_apart(run: &Run, (indicator, year, area): (&str, &str, &str)) -> Vec<f64> {
    let is_area = |row: &super::files::Row<'_>| match &area[..3] {
        "E92" => row.text("geographic_level") == "National",
        _ => row.text("new_la_code") == area,
    };
    let groups = run.estimates.rows().filter(|row| {
        row.text("indicator") == indicator
            && row.text("time_period") == year
            && is_area(row)
            && row.text("ethnicity_major") != "Total"
            && row.text("ethnicity_minor") == "Total"
    });
    let groups: Vec<_> = groups.collect();
    let total = Run::area(&run.estimates, (indicator, year, area), &TOTAL).unwrap();
    // Where there is no rate of everyone, none is said to differ from it.
    let Some(everyone) = total.number("estimate") else {
        return Vec::new();
    };
    let above =
        |row: &&super::files::Row<'_>| row.number("conf_low").is_some_and(|low| low > everyone);
    let below =
        |row: &&super::files::Row<'_>| row.number("conf_high").is_some_and(|high| high < everyone);
    let rows = groups
        .iter()
        .filter(above)
        .chain(groups.iter().filter(below));
    let rates = rows.map(|row| row.number("estimate").unwrap());
    [everyone].into_iter().chain(rates).collect()
}
