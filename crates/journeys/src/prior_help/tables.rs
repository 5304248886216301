//! One authority's entries answered: every question for every entrant, in tables by question, years
//! and group.

use std::collections::BTreeMap;

use disparity_core::Period;
use disparity_core::journeys::{Authority, Journeys};

use super::PriorHelpKey;
use super::gathered::Gathered;
use super::observed::seen;
use super::outcome::{Outcome, age_place, outcome};
use super::question::{HelpKind, LookBack, Mode, PriorHelpParams};
use super::recent::{HelpCodes, recent};
use crate::cohort::Entry;
use crate::groups::{Group, GroupBy};

/// What is counted of one authority: a table for each question and group of years, with a row for
/// each group of children in the order in which they were first seen.
struct Tables<'p> {
    params: &'p PriorHelpParams,
    spans: &'p [(Period, Period)],
    rows: BTreeMap<Group, usize>,
    gathered: Vec<Vec<Gathered>>,
}

impl Tables<'_> {
    /// The rows an entry belongs to. Unaccompanied children are a line of their own unless they are
    /// asked to be among the others.
    fn rows_of(&mut self, entry: &Entry, rows: &mut Vec<usize>) {
        let among = self.params.include_unaccompanied || !entry.unaccompanied;
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

    /// Every question in order: kind, lead, look-back and mode.
    fn questions(&self) -> Vec<(HelpKind, u16, LookBack, Mode)> {
        let mut all = Vec::new();
        for kind in self.params.kinds.iter().copied() {
            for lead in self.params.leads.iter().copied() {
                for look_back in self.params.look_backs.iter().copied() {
                    let modes = self.params.modes.iter().copied();
                    all.extend(modes.map(|mode| (kind, lead, look_back, mode)));
                }
            }
        }
        all
    }

    fn add(
        &mut self,
        question: usize,
        spans: &[usize],
        rows: &[usize],
        one: &Outcome<'_>,
        mode: Mode,
    ) {
        for span in spans {
            let table = &mut self.gathered[question * self.spans.len() + span];
            if table.len() < self.rows.len() {
                table.resize_with(self.rows.len(), Gathered::default);
            }
            for row in rows {
                table[*row].add(one, mode);
            }
        }
    }

    fn finish(self, authority: usize) -> BTreeMap<PriorHelpKey, Gathered> {
        let questions = self.questions();
        let mut groups: Vec<Group> = vec![Group::TOTAL; self.rows.len()];
        for (group, row) in &self.rows {
            groups[*row] = *group;
        }
        let mut found = BTreeMap::new();
        for (at, table) in self.gathered.into_iter().enumerate() {
            let (kind, lead, look_back, mode) = questions[at / self.spans.len()];
            let (from, to) = self.spans[at % self.spans.len()];
            for (group, gathered) in groups.iter().copied().zip(table) {
                if gathered.counts.entrants() > 0 {
                    let key = PriorHelpKey {
                        authority: Some(authority),
                        from,
                        to,
                        group,
                        kind,
                        look_back,
                        lead,
                        mode,
                    };
                    found.insert(key, gathered);
                }
            }
        }
        found
    }
}

/// One authority's entries.
pub(super) fn authority(
    journeys: &Journeys,
    entries: &[Entry],
    spans: &[(Period, Period)],
    params: &PriorHelpParams,
    codes: HelpCodes,
) -> BTreeMap<PriorHelpKey, Gathered> {
    let Some(at) = entries.first().map(|first| first.authority) else {
        return BTreeMap::new();
    };
    let Authority { coverage, .. } = &journeys.authorities()[at];
    let mut tables = Tables {
        params,
        spans,
        rows: BTreeMap::new(),
        gathered: Vec::new(),
    };
    let questions = tables.questions().len();
    tables
        .gathered
        .resize_with(questions * spans.len(), Vec::default);
    // Lists used again for each entry.
    let (mut own, mut rows) = (Vec::new(), Vec::new());
    for entry in entries {
        let child = journeys.child(entry.child);
        own.clear();
        own.extend((0..spans.len()).filter(|at| {
            let (from, to) = spans[*at];
            (from..=to).contains(&entry.period)
        }));
        if own.is_empty() {
            continue;
        }
        tables.rows_of(entry, &mut rows);
        let age = age_place(entry);
        let mut question = 0;
        for kind in params.kinds.iter().copied() {
            let seen = seen(coverage, entry, kind);
            for lead in params.leads.iter().copied() {
                let recent = recent(&child, entry.day, lead, kind, codes);
                for look_back in params.look_backs.iter().copied() {
                    for mode in params.modes.iter().copied() {
                        let one = outcome(entry, recent, seen, look_back, kind, mode, age);
                        tables.add(question, &own, &rows, &one, mode);
                        question += 1;
                    }
                }
            }
        }
    }
    tables.finish(at)
}
