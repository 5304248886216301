//! One authority's entries answered: every question for every entrant, in tables by question, year
//! and group.

use std::collections::BTreeMap;

use disparity_core::Period;
use disparity_core::journeys::Journeys;

use super::gathered::Gathered;
use super::observed::seen;
use super::outcome::{Outcome, age_place, outcome};
use super::question::PriorHelpParams;
use super::recent::{HelpCodes, recent};
use crate::cohort::Entry;
use disparity_core::answers::PriorHelpKey;
use disparity_core::answers::{Group, GroupBy};
use disparity_core::answers::{HelpKind, LookBack, Mode};

/// What is counted of one authority: a table for each year and question, with a row for each group
/// of children in the order in which they were first seen.
struct Tables<'p> {
    params: &'p PriorHelpParams,
    questions: Vec<(HelpKind, u16, LookBack, Mode)>,
    years: BTreeMap<Period, usize>,
    rows: BTreeMap<Group, usize>,
    gathered: Vec<Vec<Gathered>>,
}

impl Tables<'_> {
    /// The rows an entry belongs to. Unaccompanied children are a line of their own unless they are
    /// asked to be among the others.
    fn rows_of(&mut self, entry: &Entry, rows: &mut Vec<usize>) {
        let among = self.params.include_unaccompanied || entry.unaccompanied != Some(true);
        let ways = self.params.groups.iter().copied();
        rows.clear();
        rows.extend(
            ways.filter(|by| among || *by == GroupBy::Unaccompanied)
                .map(|by| {
                    let next = self.rows.len();
                    *self.rows.entry(entry.group(by)).or_insert(next)
                }),
        );
    }

    /// The place of the first table of a year.
    fn tables_of(&mut self, year: Period) -> usize {
        let next = self.gathered.len();
        let first = *self.years.entry(year).or_insert(next);
        if first == next {
            let end = next + self.questions.len();
            self.gathered.resize_with(end, Vec::default);
        }
        first
    }

    fn add(&mut self, table: usize, rows: &[usize], one: &Outcome<'_>, mode: Mode) {
        let table = &mut self.gathered[table];
        if table.len() < self.rows.len() {
            table.resize_with(self.rows.len(), Gathered::default);
        }
        for row in rows {
            table[*row].add(one, mode);
        }
    }

    fn finish(mut self, authority: usize) -> Vec<(PriorHelpKey, Gathered)> {
        let mut groups: Vec<Group> = vec![Group::TOTAL; self.rows.len()];
        for (group, row) in &self.rows {
            groups[*row] = *group;
        }
        let mut found = Vec::new();
        for (year, first) in &self.years {
            for (at, question) in self.questions.iter().enumerate() {
                let (kind, lead, look_back, mode) = *question;
                let table = std::mem::take(&mut self.gathered[first + at]);
                let rows = groups.iter().copied().zip(table);
                found.extend(rows.filter(|(_, one)| one.counts.entrants() > 0).map(
                    |(group, one)| {
                        let key = PriorHelpKey {
                            authority: Some(authority),
                            from: *year,
                            to: *year,
                            group,
                            kind,
                            look_back,
                            lead,
                            mode,
                        };
                        (key, one)
                    },
                ));
            }
        }
        found
    }
}

/// Every question in order: kind, lead, look-back and mode.
fn questions(params: &PriorHelpParams) -> Vec<(HelpKind, u16, LookBack, Mode)> {
    let mut all = Vec::new();
    for kind in params.kinds.iter().copied() {
        for lead in params.leads.iter().copied() {
            for look_back in params.look_backs.iter().copied() {
                let modes = params.modes.iter().copied();
                all.extend(modes.map(|mode| (kind, lead, look_back, mode)));
            }
        }
    }
    all
}

/// Entries of one authority, each year by itself.
pub(super) fn authority(
    journeys: &Journeys,
    entries: &[Entry],
    params: &PriorHelpParams,
    codes: HelpCodes,
) -> Vec<(PriorHelpKey, Gathered)> {
    let Some(at) = entries.first().map(|first| first.authority) else {
        return Vec::new();
    };
    let mut tables = Tables {
        params,
        questions: questions(params),
        years: BTreeMap::new(),
        rows: BTreeMap::new(),
        gathered: Vec::new(),
    };
    let coverage = &journeys.authorities()[at].coverage;
    // A list used again for each entry.
    let mut rows = Vec::new();
    for entry in entries {
        let child = journeys.child(entry.child);
        tables.rows_of(entry, &mut rows);
        let age = age_place(entry);
        let mut table = tables.tables_of(entry.period);
        for kind in params.kinds.iter().copied() {
            let seen = seen(journeys, entry, kind);
            for lead in params.leads.iter().copied() {
                let recent = recent(&child, coverage, entry.day, lead, kind, codes);
                for look_back in params.look_backs.iter().copied() {
                    for mode in params.modes.iter().copied() {
                        let one = outcome(entry, recent, seen, look_back, kind, mode, age);
                        tables.add(table, &rows, &one, mode);
                        table += 1;
                    }
                }
            }
        }
    }
    tables.finish(at)
}
