//! `disparity journeys`: what came after help, how children came to care, and how well records
//! match, from a store. Counts pass the control before they are shown.

use anyhow::Result;
use disparity_core::{Catalogue, Reported, Symbol};
use disparity_disclosure::Rule;
use disparity_journeys::{GroupBy, Protected, YearKey, entries};
use disparity_stats::{Interval, Level};

use crate::args::Format;
use crate::commands::journeys_tables::{ALSO_MATCHED, Asked, Draft, Figure, Line, What};
use crate::commands::prior_help::{groups, la_name, settings};
use crate::commands::returns::{say_withheld, store};
use crate::hint::Hinted;
use crate::out::{print, print_csv, print_json, table};
use crate::progress::{Bar, PROVING, Progress};
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

/// Whether a question is within the usual one: any tables of everyone and by broad ethnic group. That is
/// protected whole, whatever of it is asked for: who asks for less is shown what is shown of it beside
/// the rest. By other ways children are told apart in a question of its own: protected beside the
/// usual one, hardly any of it could be shown, and a reader of both may tell more than of either.
fn is_usual(groups: &[GroupBy], settings: Rule) -> bool {
    let usual = groups.iter().all(|by| GroupBy::BROAD.contains(by));
    if !usual && settings.withhold_to > 0 {
        crate::out::tell(format_args!(
            "protected as a question of its own: publish it, or `journeys` without these --by, not both"
        ));
    }
    usual && settings.withhold_to > 0
}

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
    let mut progress = Progress::new(false);
    let journeys = progress.stage("reading the store", || {
        store(&args.store, &catalogue.dimensions)
    })?;
    let shown = groups(&args.groups, &GroupBy::BROAD)?;
    let settings = settings(&args.control);
    let usual = is_usual(&shown, settings);
    let asked = Asked {
        journeys: &journeys,
        catalogue,
        groups: if usual {
            GroupBy::BROAD.to_vec()
        } else {
            shown.clone()
        },
        together: args.together,
        entries: entries(&journeys, &catalogue.dimensions).0,
    };
    let wanted =
        |name: &str| args.tables.is_empty() || args.tables.iter().any(|table| table == name);
    let mut draft = Draft::new(&catalogue.dimensions, settings);
    for name in TABLES.into_iter().filter(|name| usual || wanted(name)) {
        progress.stage(name, || asked.table(name, &mut draft));
    }
    draft.tie();
    let Draft {
        counts,
        lines,
        absent,
        measures,
        ..
    } = draft;
    let bar = Bar::new();
    let safe = counts.protect(settings, None, &|done, all| {
        bar.show(PROVING, done, all);
    });
    bar.clear();
    say_withheld(safe.how_many(), settings);
    let shows = |by: GroupBy, table: &str| {
        wanted(table) && (shown.contains(&by) || table == "matching" && ALSO_MATCHED.contains(&by))
    };
    let rows = lines
        .iter()
        .filter(|line| line.authority.is_none() || !asked.together)
        .filter(|line| shows(line.group.by, line.table))
        .map(|line| asked.row(line, &measures, &safe));
    let absent = absent
        .iter()
        .filter(|(key, _)| !asked.together && shows(key.group.by, "published"));
    let rows = rows.chain(absent.map(|(key, name)| asked.absent_row(*key, &measures[*name])));
    match args.format {
        Format::Text => print(&text(rows, journeys.synthetic)),
        Format::Csv => print_csv(&HEADER, rows),
        Format::Json => print_json(&HEADER, rows),
    }
}

/// The lines for people: the columns that tell them apart, and rounded.
fn text(rows: impl Iterator<Item = Vec<String>>, synthetic: bool) -> String {
    const SHOWN: [(usize, &str); 11] = [
        (1, "table"),
        (2, "year"),
        (5, "authority"),
        (6, "measure"),
        (8, "of whom"),
        (9, "count"),
        (10, "of"),
        (11, "estimate"),
        (12, "low"),
        (13, "high"),
        (14, ""),
    ];
    let note = if synthetic {
        "SYNTHETIC: these children are invented; no figure here is about anyone\n\n"
    } else {
        ""
    };
    let lines = rows.map(|row| {
        let text = |(at, _): (usize, &str)| match row[at].parse::<f64>() {
            // No more digits than there are.
            Ok(value) if (11..14).contains(&at) && row[at].len() > 5 => format!("{value:.3}"),
            _ => row[at].clone(),
        };
        SHOWN.map(text).to_vec()
    });
    note.to_owned() + &table(&SHOWN.map(|(_, name)| name), &[5, 6, 7, 8, 9], lines)
}

/// A share of those shown, with Wilson's interval: of none it cannot be told, of a few it says little.
fn share(part: Reported<u32>, whole: Reported<u32>) -> Reported<(f64, Interval)> {
    part.zip(whole).and_then(|(x, n)| {
        let (x, n) = (f64::from(x.min(n)), f64::from(n));
        match disparity_stats::wilson(x, n, Level::P95) {
            Ok(ci) if n >= 10.0 => Reported::Value((x / n, ci)),
            Ok(_) => Reported::Symbol(Symbol::Unreliable),
            Err(_) => Reported::Symbol(Symbol::NotAvailable),
        }
    })
}

impl Asked<'_> {
    /// The row of a count that is not there.
    fn absent_row(&self, key: YearKey, measure: &str) -> Vec<String> {
        let [_, code, old, la] = la_name(self.journeys, self.catalogue, key.authority);
        let (dimensions, codes) = (&self.catalogue.dimensions, self.journeys.codes());
        let symbol = Symbol::NotAvailable.to_string();
        let mut row = vec![
            self.journeys.synthetic.to_string(),
            "published".to_owned(),
            key.period.year().to_string(),
            code,
            old,
            la,
            measure.to_owned(),
            key.group.by.as_str().to_owned(),
            key.group.label(dimensions, codes).to_owned(),
            symbol.clone(),
        ];
        row.resize(HEADER.len() - 1, String::new());
        row.push(symbol);
        row
    }

    fn row(&self, line: &Line, measures: &[String], safe: &Protected<What>) -> Vec<String> {
        const UNTOLD: Symbol = Symbol::NotAvailable;
        let whole = safe.at(line.whole);
        // How many, of how many, and what share or chance that is.
        let (part, of, fit) = match &line.figure {
            // A count by itself has no estimate, and no reason for that but its own.
            Figure::Count => {
                let none = whole.and_then(|_| Reported::Symbol(Symbol::NotApplicable));
                (whole, None, none)
            }
            Figure::Share(part) => (safe.at(*part), Some(whole), share(safe.at(*part), whole)),
            Figure::Chance(part, chance) => (
                safe.at(*part),
                Some(whole),
                chance.shown(*part, line.whole, safe),
            ),
            Figure::Untold => {
                let none = Reported::Symbol(UNTOLD);
                (Reported::Symbol(UNTOLD), Some(whole), none)
            }
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
        let (numerator, denominator) = (part.to_string(), of.map(|of| of.to_string()));
        vec![
            self.journeys.synthetic.to_string(),
            line.table.to_owned(),
            line.year.to_string(),
            code,
            old,
            la,
            measures[line.measure].clone(),
            line.group.by.as_str().to_owned(),
            line.group.label(dimensions, codes).to_owned(),
            numerator,
            denominator.unwrap_or_default(),
            value,
            low,
            high,
            symbol,
        ]
    }
}
