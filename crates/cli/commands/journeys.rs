//! `disparity journeys`: what came after help, how children came to care, and how well records
//! match, from a store. Counts pass the control before they are shown.

use anyhow::Result;
use disparity_core::{Catalogue, Dimension, Reported, Symbol};
use disparity_journeys::{GroupBy, Protected, Protection, entries};
use disparity_stats::Level;

use crate::args::Format;
use crate::commands::journeys_tables::{Asked, Draft, Line, What};
use crate::commands::prior_help::{groups, la_name, settings};
use crate::commands::returns::{say_given_up, store};
use crate::hint::Hinted;
use crate::out::{csv_of_rows, print, table};
use crate::returns_args::JourneysArgs;

const TABLES: [&str; 8] = [
    "returns",
    "later-need",
    "transitions",
    "incidence",
    "ways",
    "known-days",
    "matching",
    "published",
];

const HEADER: [&str; 15] = [
    "synthetic",
    "table",
    "time_period",
    "new_la_code",
    "old_la_code",
    "la_name",
    "measure",
    "group_by",
    "group",
    "numerator",
    "denominator",
    "estimate",
    "conf_low",
    "conf_high",
    "symbol",
];

pub(crate) fn run(args: &JourneysArgs, catalogue: &Catalogue) -> Result<()> {
    for name in &args.tables {
        if !TABLES.contains(&name.as_str()) {
            return Err(Hinted::new(
                format!("there is no table {name:?}"),
                format!("use one of {}", TABLES.join(", ")),
            )
            .into());
        }
    }
    let journeys = store(&args.store, &catalogue.dimensions)?;
    let asked = Asked {
        journeys: &journeys,
        catalogue,
        groups: groups(
            &args.groups,
            &[
                GroupBy::Total,
                GroupBy::Dimension(Dimension::EthnicityMajor),
            ],
        )?,
        together: args.together,
        entries: entries(&journeys, &catalogue.dimensions).0,
    };
    let wanted =
        |name: &str| args.tables.is_empty() || args.tables.iter().any(|table| table == name);
    let mut draft = Draft {
        counts: Protection::new(&catalogue.dimensions),
        lines: vec![],
    };
    for name in TABLES.into_iter().filter(|name| wanted(name)) {
        asked.table(name, &mut draft);
    }
    let safe = draft.counts.protect(settings(&args.control));
    say_given_up(safe.given_up());
    let rows = draft
        .lines
        .iter()
        .filter(|line| line.authority.is_none() || !asked.together)
        .map(|line| asked.row(line, &safe));
    match args.format {
        Format::Text => {
            let note = if journeys.synthetic {
                "SYNTHETIC: these children are invented; no figure here is about anyone\n\n"
            } else {
                ""
            };
            let lines = rows.into_iter().map(|row| {
                let short = |text: &String| {
                    text.parse::<f64>()
                        .map_or_else(|_| text.clone(), |v| format!("{v:.3}"))
                };
                vec![
                    row[1].clone(),
                    row[2].clone(),
                    row[5].clone(),
                    row[6].clone(),
                    row[8].clone(),
                    row[9].clone(),
                    row[10].clone(),
                    short(&row[11]),
                    short(&row[12]),
                    short(&row[13]),
                    row[14].clone(),
                ]
            });
            let header = [
                "table",
                "year",
                "authority",
                "measure",
                "of whom",
                "count",
                "of",
                "estimate",
                "low",
                "high",
                "",
            ];
            print(&(note.to_owned() + &table(&header, &[5, 6, 7, 8, 9], lines)))
        }
        Format::Csv => print(&csv_of_rows(&HEADER, rows)?),
        Format::Json => {
            let objects: Vec<serde_json::Value> = rows
                .into_iter()
                .map(|row| {
                    HEADER
                        .iter()
                        .zip(row)
                        .map(|(name, field)| ((*name).to_owned(), serde_json::Value::from(field)))
                        .collect()
                })
                .collect();
            print(&(serde_json::to_string_pretty(&objects)? + "\n"))
        }
    }
}

impl Asked<'_> {
    fn row(&self, line: &Line, safe: &Protected<What>) -> Vec<String> {
        let (whole, part) = (safe.at(line.whole), line.part.map(|part| safe.at(part)));
        let fit = match (&line.chance, part) {
            (Some(chance), _) => chance.shown(safe),
            (None, Some(part)) => part.zip(whole).and_then(|(x, n)| {
                let (x, n) = (f64::from(x.min(n)), f64::from(n));
                match disparity_stats::wilson(x, n, Level::P95) {
                    Ok(ci) if n >= 10.0 => Reported::Value((x / n, ci)),
                    _ => Reported::Symbol(Symbol::Unreliable),
                }
            }),
            // A count by itself has no estimate, and no reason for that but its own.
            (None, None) => whole.and_then(|_| Reported::Symbol(Symbol::NotApplicable)),
        };
        let (value, low, high, symbol) = match fit {
            Reported::Value((p, ci)) => (
                p.to_string(),
                ci.low.to_string(),
                ci.high.to_string(),
                String::new(),
            ),
            Reported::Symbol(s) => (String::new(), String::new(), String::new(), s.to_string()),
        };
        let [_, code, old, la] = la_name(self.journeys, self.catalogue, line.authority);
        let (dimensions, codes) = (&self.catalogue.dimensions, self.journeys.codes());
        let (numerator, denominator) = match part {
            Some(part) => (part.to_string(), whole.to_string()),
            None => (whole.to_string(), String::new()),
        };
        vec![
            self.journeys.synthetic.to_string(),
            line.table.to_owned(),
            line.year.to_string(),
            code,
            old,
            la,
            line.measure.clone(),
            line.group.by.as_str().to_owned(),
            line.group.label(dimensions, codes).to_owned(),
            numerator,
            denominator,
            value,
            low,
            high,
            symbol,
        ]
    }
}
