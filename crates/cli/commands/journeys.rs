//! `disparity journeys`: what came after help, how children came to care, and how well records
//! match, from a store. Counts pass the control before they are shown.

use std::collections::BTreeMap;

use anyhow::Result;
use disparity_core::{Catalogue, Controlled, Dimension, Journeys, Reported};
use disparity_journeys::{
    CAUSES, Entry, Group, GroupBy, KNOWN_BANDS, Level, Pathway, YearKey, chances, control_pairs,
    counts, entries, known_band, later_need, linked_of, match_rates, returns, transitions, watches,
    way_to_care,
};

use crate::args::Format;
use crate::commands::prior_help::{groups, la_name, settings};
use crate::commands::returns::store;
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

/// Everything that a table is made with.
struct Asked<'a> {
    journeys: &'a Journeys,
    catalogue: &'a Catalogue,
    groups: Vec<GroupBy>,
    together: bool,
    settings: Controlled,
    entries: Vec<Entry>,
}

/// One line before control: of what, when, where, of whom.
type Key = (Option<usize>, u16, usize, Group);

fn line(key: YearKey, at: usize) -> Key {
    (key.authority, key.period.year(), at, key.group)
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
        settings: settings(&args.control),
        entries: entries(&journeys, &catalogue.dimensions).0,
    };
    let wanted =
        |name: &str| args.tables.is_empty() || args.tables.iter().any(|table| table == name);
    let mut rows = Vec::new();
    for name in TABLES.into_iter().filter(|name| wanted(name)) {
        rows.extend(asked.table(name));
    }
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
    fn table(&self, name: &str) -> Vec<Vec<String>> {
        let (journeys, dimensions) = (self.journeys, &self.catalogue.dimensions);
        match name {
            "returns" => {
                let all = returns(journeys, dimensions, &self.groups);
                let ways: Vec<_> = disparity_journeys::Return::ALL.to_vec();
                let place = |way| ways.iter().position(|w| *w == way).unwrap_or(0);
                let pairs = all
                    .into_iter()
                    .map(|((way, key), c)| (line(key, place(way)), (c.events, c.returns)))
                    .collect();
                self.pairs(name, &pairs, &|at| ways[at].as_str().to_owned())
            }
            "later-need" => {
                let mut pairs = BTreeMap::new();
                for years in 1..=5_u8 {
                    for (key, c) in later_need(journeys, dimensions, years, &self.groups) {
                        pairs.insert(line(key, usize::from(years)), (c.children, c.in_need));
                    }
                }
                self.pairs(name, &pairs, &|years| {
                    format!("in_need_{years}_years_after_plan")
                })
            }
            "transitions" => self.transitions(),
            "incidence" => self.incidence(),
            "ways" => self.ways(),
            "known-days" => self.known_days(),
            "matching" => {
                let rates = match_rates(journeys, &self.entries, &self.groups);
                let pairs = rates
                    .into_iter()
                    .filter_map(|(key, m)| {
                        let (linked, all) = linked_of(&m);
                        Some((
                            (key.authority, key.period?.year(), 0, key.group),
                            (all, linked),
                        ))
                    })
                    .collect();
                self.pairs(name, &pairs, &|_| "entrants_linked".to_owned())
            }
            _ => self.published(),
        }
    }

    /// Wholes and parts as rows, after control: each with a Wilson interval from what is shown.
    fn pairs(
        &self,
        name: &str,
        pairs: &BTreeMap<Key, (u32, u32)>,
        measure: &dyn Fn(usize) -> String,
    ) -> Vec<Vec<String>> {
        let whole = |key: &Key| match key {
            (authority, year, at, group) if group.by != GroupBy::Total => {
                Some((*authority, *year, *at, Group::TOTAL))
            }
            (Some(_), year, at, group) => Some((None, *year, *at, *group)),
            _ => None,
        };
        control_pairs(pairs, whole, self.settings)
            .into_iter()
            .filter(|((authority, ..), _)| authority.is_none() || !self.together)
            .map(|((authority, year, at, group), (whole, part))| {
                let fit = part.zip(whole).and_then(|(x, n)| {
                    match disparity_stats::wilson(
                        f64::from(x.min(n)),
                        f64::from(n),
                        disparity_stats::Level::P95,
                    ) {
                        Ok(ci) if n >= 10 => {
                            Reported::Value((f64::from(x.min(n)) / f64::from(n), ci))
                        }
                        _ => Reported::Symbol(disparity_core::Symbol::Unreliable),
                    }
                });
                let (value, low, high, symbol) = match fit {
                    Reported::Value((p, ci)) => (
                        p.to_string(),
                        ci.low.to_string(),
                        ci.high.to_string(),
                        String::new(),
                    ),
                    Reported::Symbol(s) => {
                        (String::new(), String::new(), String::new(), s.to_string())
                    }
                };
                self.row(
                    name,
                    year,
                    authority,
                    measure(at),
                    group,
                    [
                        part.to_string(),
                        whole.to_string(),
                        value,
                        low,
                        high,
                        symbol,
                    ],
                )
            })
            .collect()
    }

    fn row(
        &self,
        name: &str,
        year: u16,
        authority: Option<usize>,
        measure: String,
        group: Group,
        rest: [String; 6],
    ) -> Vec<String> {
        let [_, code, old, la] = la_name(self.journeys, self.catalogue, authority);
        let label = group
            .label(&self.catalogue.dimensions, self.journeys.codes())
            .to_owned();
        let mut row = vec![
            self.journeys.synthetic.to_string(),
            name.to_owned(),
            year.to_string(),
            code,
            old,
            la,
            measure,
            group.by.as_str().to_owned(),
            label,
        ];
        row.extend(rest);
        row
    }

    fn transitions(&self) -> Vec<Vec<String>> {
        let all = transitions(self.journeys, &self.catalogue.dimensions, 14, &self.groups);
        let levels = Level::ALL.len();
        let mut pairs = BTreeMap::new();
        for (key, t) in all {
            for (to, count) in t.to.iter().enumerate() {
                pairs.insert(
                    (
                        key.authority,
                        key.period.year(),
                        key.from as usize * (levels + 2) + to,
                        key.group,
                    ),
                    (t.followed, *count),
                );
            }
            pairs.insert(
                (
                    key.authority,
                    key.period.year(),
                    key.from as usize * (levels + 2) + levels,
                    key.group,
                ),
                (t.followed, t.stayed),
            );
            pairs.insert(
                (
                    key.authority,
                    key.period.year(),
                    key.from as usize * (levels + 2) + levels + 1,
                    key.group,
                ),
                (t.followed, t.reopened),
            );
        }
        self.pairs("transitions", &pairs, &|at| {
            let (from, to) = (Level::ALL[at / (levels + 2)].as_str(), at % (levels + 2));
            match to {
                to if to < levels => {
                    format!("{from}_to_{}_within_12_months", Level::ALL[to].as_str())
                }
                to if to == levels => format!("{from}_stayed_12_months"),
                _ => format!("{from}_closed_and_reopened_12_months"),
            }
        })
    }

    /// Chances by horizon; a chance is shown only where its events and the rest are not small.
    fn incidence(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        let shown = |n: u32| !(1..=self.settings.at_most).contains(&n);
        for pathway in Pathway::ALL {
            let all = watches(
                self.journeys,
                &self.catalogue.dimensions,
                pathway,
                &self.groups,
            );
            for (key, mut watched) in all
                .into_iter()
                .filter(|(key, _)| key.authority.is_none() || !self.together)
            {
                for (months, days) in [(3, 91), (6, 183), (12, 365), (24, 731)] {
                    let found = chances(&mut watched, days);
                    let events: Vec<u32> = found.iter().map(|f| f.events).collect();
                    let subjects = found[0].subjects;
                    let rest = subjects.saturating_sub(events.iter().sum());
                    let open = events.iter().all(|n| shown(*n))
                        && shown(rest)
                        && shown(subjects)
                        && subjects >= 10
                        && self.settings.base <= 1;
                    for (cause, f) in CAUSES.iter().zip(found) {
                        let measure =
                            format!("{}_{cause}_within_{months}_months", pathway.as_str());
                        let fit = if open {
                            f.interval(disparity_stats::Level::P95).ok()
                        } else {
                            None
                        };
                        let rest = match fit {
                            Some(ci) => [
                                f.events.to_string(),
                                subjects.to_string(),
                                f.value.to_string(),
                                ci.low.to_string(),
                                ci.high.to_string(),
                                String::new(),
                            ],
                            None => [const { String::new() }; 5]
                                .into_iter()
                                .chain(["c".to_owned()])
                                .collect::<Vec<_>>()
                                .try_into()
                                .unwrap_or_default(),
                        };
                        rows.push(self.row(
                            "incidence",
                            key.period.year(),
                            key.authority,
                            measure,
                            key.group,
                            rest,
                        ));
                    }
                }
            }
        }
        rows
    }

    fn entry_pairs(
        &self,
        name: &str,
        of: impl Fn(&Entry) -> Vec<usize>,
        measure: &dyn Fn(usize) -> String,
        all: usize,
    ) -> Vec<Vec<String>> {
        let mut pairs: BTreeMap<Key, (u32, u32)> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| entry.linked) {
            let own = of(entry);
            for by in self.groups.iter().copied() {
                for authority in [None, Some(entry.authority)] {
                    for at in 0..all {
                        let pair = pairs
                            .entry((authority, entry.period.year(), at, entry.group(by)))
                            .or_default();
                        pair.0 += 1;
                        pair.1 += u32::from(own.contains(&at));
                    }
                }
            }
        }
        self.pairs(name, &pairs, measure)
    }

    fn ways(&self) -> Vec<Vec<String>> {
        const NAMES: [&str; 9] = [
            "full_ladder",
            "cpp_direct",
            "cin_only",
            "eh_only",
            "referral_only",
            "none_observed",
            "bounced",
            "emergency",
            "stuck",
        ];
        let of = |entry: &Entry| {
            let way = way_to_care(self.journeys, entry, 5, 1);
            let mut own = vec![
                NAMES
                    .iter()
                    .position(|name| *name == way.way.as_str())
                    .unwrap_or(5),
            ];
            own.extend(
                [(way.bounced, 6), (way.emergency, 7), (way.stuck, 8)]
                    .into_iter()
                    .filter(|(yes, _)| *yes)
                    .map(|(_, at)| at),
            );
            own
        };
        self.entry_pairs("ways", of, &|at| format!("way_{}", NAMES[at]), NAMES.len())
    }

    fn known_days(&self) -> Vec<Vec<String>> {
        let of = |entry: &Entry| {
            vec![known_band(disparity_journeys::known_days(
                &self.journeys.child(entry.child),
                entry.day,
            ))]
        };
        self.entry_pairs(
            "known-days",
            of,
            &|at| format!("known_{}_days", KNOWN_BANDS[at]),
            KNOWN_BANDS.len(),
        )
    }

    /// Counts of the published indicators, to reconcile with; authorities only.
    fn published(&self) -> Vec<Vec<String>> {
        let names: Vec<&str> = disparity_journeys::INDICATORS
            .iter()
            .map(|(name, _)| *name)
            .chain(disparity_journeys::PLAN_INDICATORS)
            .collect();
        let mut pairs: BTreeMap<Key, (u32, u32)> = BTreeMap::new();
        let place = |area| {
            self.journeys
                .authorities()
                .iter()
                .position(|a| a.area == Some(area))
        };
        for ((name, area, period, stratum), count) in
            counts(self.journeys, &self.catalogue.dimensions)
        {
            let group = match stratum.only() {
                None => Group::TOTAL,
                Some(dimension) => Group {
                    by: GroupBy::Dimension(dimension),
                    code: stratum.get(dimension).0,
                },
            };
            if self.groups.contains(&group.by) {
                let at = names.iter().position(|known| *known == name).unwrap_or(0);
                pairs.insert((place(area), period.year(), at, group), (count, count));
            }
        }
        self.pairs("published", &pairs, &|at| names[at].to_owned())
            .into_iter()
            .map(|mut row| {
                for field in &mut row[10..14] {
                    field.clear();
                }
                row[14] = if row[9].parse::<u32>().is_ok() {
                    String::new()
                } else {
                    row[9].clone()
                };
                row
            })
            .collect()
    }
}
