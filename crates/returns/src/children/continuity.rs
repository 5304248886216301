//! Changes of boundaries: the children of a new authority found again in the records of the one
//! before it. Only where the authority has confirmed that children kept their identifiers, only by
//! the same identifier and a date of birth that agrees, and only for looking back: every spell stays
//! with the authority that recorded it. What was stated and cannot be so is refused, and said.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::journeys::{
    Authority, Child, ChildRecord, Continued, Earlier, Journeys, LinkOutcome, Spell, SpellFlags,
    SpellKind,
};
use disparity_core::{AreaChange, Areas, ChangeKind, Day};

use crate::children::link::confirm;
use crate::children::match_rate::Matched;
use crate::config::continuity::Continuity;
use crate::diagnostics::{ChildRef, Code, Diagnostic, Diagnostics};

/// The identifiers of an authority's children, each with the child's position in it.
pub(crate) type Identifiers = Vec<(String, u32)>;

/// Whether an authority's identifiers will be asked for.
pub(crate) fn is_named(stated: &[Continuity], la: &str) -> bool {
    let names = |one: &Continuity| one.predecessor == la || one.successors.iter().any(|s| s == la);
    stated.iter().any(names)
}

/// Finds the children of each new authority in those before it.
pub(crate) fn join(
    journeys: &mut Journeys,
    stated: &[Continuity],
    identifiers: &BTreeMap<String, Identifiers>,
    areas: &Areas,
    diagnostics: &mut Diagnostics,
) {
    let mut pairs: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in stated {
        for new in &one.successors {
            pairs.entry(new).or_default().insert(&one.predecessor);
        }
    }
    for (new, olds) in pairs {
        let mut say = |old: &str, code, child: Option<&str>, message: String| {
            let mut diagnostic = Diagnostic::of_file(code, &format!("{old}>{new}"), message);
            diagnostic.child = child.map(|id| ChildRef {
                la: new.to_owned(),
                id: id.to_owned(),
            });
            diagnostics.push(diagnostic);
        };
        let mut accepted = Vec::new();
        for old in olds {
            match change_of(journeys, areas, old, new) {
                Ok(from) => accepted.push((old, from)),
                Err(why) => say(old, Code::ContinuityRefused, None, why),
            }
        }
        let from = accepted.iter().map(|(_, from)| *from).max();
        let (Some(from), Some(authority)) = (from, position(journeys, new)) else {
            continue;
        };
        let predecessors: Vec<String> = accepted.iter().map(|(old, _)| (*old).to_owned()).collect();
        let all = predecessors.join("+");
        let continued = Continued {
            from,
            whole: came_from(areas, new)
                .all(|(old, _)| predecessors.iter().any(|one| Some(one) == old.as_ref())),
            predecessors,
        };
        let found = Found::of(journeys, authority, &continued, identifiers);
        let message = format!(
            "{} of {} children are in both; {} of {} who were helped across the change",
            found.both, found.children, found.running.linked, found.running.all
        );
        if found.running.is_enough() && found.running.percent() < 70.0 {
            say(&all, Code::ContinuityRefused, None, message);
            continue;
        }
        for id in &found.unclear {
            say(&all, Code::ContinuityConflict, Some(id), String::new());
        }
        if found.running.is_enough() && found.running.percent() < 95.0 {
            say(&all, Code::ContinuityPartial, None, message.clone());
        }
        say(&all, Code::ContinuityUsed, None, message);
        journeys.set_continued(authority, continued, &found.earlier);
    }
}

/// The authorities from which a new one came, with the change.
fn came_from<'a>(
    areas: &'a Areas,
    new: &'a str,
) -> impl Iterator<Item = (Option<String>, &'a AreaChange)> {
    let code = move |area| areas.get(areas.entity(area)?)?.old_la_code.clone();
    areas
        .changes()
        .iter()
        .filter(move |change| {
            change.kind != ChangeKind::Recode && code(change.successor).as_deref() == Some(new)
        })
        .map(move |change| (code(change.predecessor), change))
}

/// The day on which one authority came after another whose returns were read, or why it did not.
fn change_of(journeys: &Journeys, areas: &Areas, old: &str, new: &str) -> Result<Day, String> {
    let change = came_from(areas, new).find(|(code, _)| code.as_deref() == Some(old));
    let Some((_, change)) = change else {
        return Err(format!("no change of boundaries made {new} out of {old}"));
    };
    for la in [old, new] {
        position(journeys, la).ok_or_else(|| format!("no returns of {la} were read"))?;
    }
    Ok(Day::from(change.effective))
}

/// The position of an authority whose returns were read.
fn position(journeys: &Journeys, la: &str) -> Option<usize> {
    let mut all = journeys.authorities().iter();
    all.position(|authority| authority.old_la_code == la)
}

/// The children of a new authority, looked for in those before it.
struct Found<'i> {
    earlier: Vec<Earlier>,
    children: usize,
    both: usize,
    /// Children whose help began before the change and went on after it: they should be in both.
    running: Matched,
    /// Identifiers of children about whom the records disagree.
    unclear: Vec<&'i str>,
}

impl<'i> Found<'i> {
    fn of(
        journeys: &Journeys,
        authority: usize,
        continued: &Continued,
        identifiers: &'i BTreeMap<String, Identifiers>,
    ) -> Self {
        let new = &journeys.authorities()[authority].old_la_code;
        let mut before: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        let olds = continued.predecessors.iter();
        for (old, at) in olds.filter_map(|old| Some((old, position(journeys, old)?))) {
            let first = journeys.children_of(at).start;
            for (id, child) in identifiers.get(old).into_iter().flatten() {
                before
                    .entry(id)
                    .or_default()
                    .insert(first + *child as usize);
            }
        }
        let own = journeys.children_of(authority);
        let mut candidates: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); own.len()];
        let mut names: Vec<&str> = vec![""; own.len()];
        for (id, child) in identifiers.get(new).into_iter().flatten() {
            if let Some(there) = before.get(id.as_str()) {
                candidates[*child as usize].extend(there);
                names[*child as usize] = id;
            }
        }
        let mut found = Self {
            earlier: Vec::with_capacity(own.len()),
            children: own.len(),
            both: 0,
            running: Matched::default(),
            unclear: Vec::new(),
        };
        let kinds = seen_across(journeys, continued);
        for ((child, there), name) in own.zip(&candidates).zip(names) {
            let child = journeys.child(child);
            let earlier = which(journeys, &child.record(), there);
            let linked = matches!(earlier, Earlier::Child(_));
            found.both += usize::from(linked);
            if earlier == Earlier::Unclear {
                found.unclear.push(name);
            }
            if was_running(&child, &kinds, continued.from) {
                found.running.add(linked);
            }
            found.earlier.push(earlier);
        }
        found
    }
}

/// Which of the children with one identifier this one is: the only one whose date of birth is the
/// same, or else the only one whose date of birth can be.
fn which(journeys: &Journeys, own: &ChildRecord, there: &BTreeSet<usize>) -> Earlier {
    let outcomes: Vec<(usize, LinkOutcome)> = there
        .iter()
        .map(|other| {
            let record = journeys.child(*other).record();
            let birth = |record: &ChildRecord| (record.birth, record.birth_precision);
            (*other, confirm(birth(own), birth(&record)))
        })
        .filter(|(_, outcome)| outcome.is_linked())
        .collect();
    let same: Vec<usize> = outcomes
        .iter()
        .filter(|(_, outcome)| *outcome == LinkOutcome::Confirmed)
        .map(|(other, _)| *other)
        .collect();
    match (same.as_slice(), outcomes.as_slice()) {
        ([one], _) | ([], [(one, _)]) => Earlier::Child(*one),
        _ if there.is_empty() => Earlier::Nowhere,
        _ => Earlier::Unclear,
    }
}

/// The kinds of help and care for which the returns of a predecessor cover the day before the change.
fn seen_across(journeys: &Journeys, continued: &Continued) -> Vec<SpellKind> {
    let last = continued.from.plus(-1);
    let old = |a: &&Authority| continued.predecessors.contains(&a.old_la_code);
    let olds: Vec<&Authority> = journeys.authorities().iter().filter(old).collect();
    let kinds = [
        SpellKind::CinEpisode,
        SpellKind::CinPlan,
        SpellKind::ProtectionPlan,
        SpellKind::Care,
    ];
    let seen = |kind: &SpellKind| {
        let mut olds = olds.iter();
        olds.any(|a| a.coverage.of(*kind).covers(last, continued.from))
    };
    kinds.into_iter().filter(seen).collect()
}

/// Whether help or care of a child began before the change and went on after it.
fn was_running(child: &Child<'_>, kinds: &[SpellKind], change: Day) -> bool {
    let crosses = |spell: Spell| {
        spell.flags.has(SpellFlags::START_KNOWN) && spell.start < change && spell.end > change
    };
    kinds.iter().any(|kind| child.spells(*kind).any(crosses))
}
