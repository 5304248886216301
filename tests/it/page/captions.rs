//! The numbers in the titles of charts: what is counted in them are the authorities that are shown.

use super::files::{Run, TOTAL};
use super::tables::gradient;
use super::{Found, Walk};

/// The numbers of a title after the words that name it.
pub(super) fn check(run: &Run, title: &str, walk: &mut Walk) {
    // A trend is named for its authority alone.
    if title.ends_with("trends against statistical neighbours and England") {
        return;
    }
    let own = run.titled(title);
    let rest = &title[own.title.len()..];
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
    let figures = if rest.contains("in England. Of") {
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
    } else if rest.contains("the rate is highest for") {
        extremes(run, &own.name, year).to_vec()
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

/// The highest and the lowest rate of England's broad ethnic groups.
fn extremes(run: &Run, indicator: &str, year: &str) -> [f64; 2] {
    let groups = run.estimates.rows().filter(|row| {
        row.text("indicator") == indicator
            && row.text("time_period") == year
            && row.text("geographic_level") == "National"
            && row.text("ethnicity_major") != "Total"
            && row.text("ethnicity_minor") == "Total"
    });
    let rates: Vec<f64> = groups.filter_map(|row| row.number("estimate")).collect();
    [
        rates.iter().copied().fold(f64::MIN, f64::max),
        rates.iter().copied().fold(f64::MAX, f64::min),
    ]
}
