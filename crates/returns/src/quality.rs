//! What the linked journeys of an authority say about its files: how many entrants are linked and
//! whether that differs between groups, whether a month is missing, how much ethnicity is unknown.

use std::collections::BTreeMap;

use disparity_core::journeys::{Journeys, SpellFlags, SpellKind};

use crate::assemble::Assembly;
use crate::cover::is_census;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};

/// Below this many entrants, a match rate of a group says little.
const ENOUGH: u64 = 30;

/// How many of some records were matched.
#[derive(Default, Clone, Copy)]
pub(crate) struct Matched {
    pub(crate) linked: u64,
    pub(crate) all: u64,
}

impl Matched {
    pub(crate) fn add(&mut self, linked: bool) {
        self.all += 1;
        self.linked += u64::from(linked);
    }

    /// Whether there are enough of them for the rate to say something.
    pub(crate) const fn is_enough(self) -> bool {
        self.all >= ENOUGH
    }

    pub(crate) fn percent(self) -> f64 {
        if self.all == 0 {
            100.0
        } else {
            self.linked as f64 * 100.0 / self.all as f64
        }
    }
}

/// Checks one authority's journeys; `hashed` says whether identifiers of a return look so.
pub(crate) fn check(
    assembly: &Assembly<'_>,
    journeys: &Journeys,
    hashed: bool,
    diagnostics: &mut Diagnostics,
) {
    let mut say = |code, message: String| {
        diagnostics.push(Diagnostic::of_file(
            code,
            &format!("authority {}", assembly.la),
            message,
        ));
    };
    linkage(assembly, journeys, hashed, &mut say);
    months(assembly, journeys, &mut say);
    unknown_ethnicity(assembly, journeys, &mut say);
}

fn linkage(
    assembly: &Assembly<'_>,
    journeys: &Journeys,
    hashed: bool,
    say: &mut impl FnMut(Code, String),
) {
    let census = assembly.years.keys().any(|kind| is_census(*kind));
    if !census || assembly.years_of(SpellKind::Care).is_empty() {
        return;
    }
    let need = assembly.coverage.of(SpellKind::Referral);
    let mut all = Matched::default();
    let mut groups: BTreeMap<String, Matched> = BTreeMap::new();
    for position in journeys.children_of(0) {
        let child = journeys.child(position);
        let record = child.record();
        let entries = child
            .spells(SpellKind::Care)
            .filter(|spell| spell.flags.has(SpellFlags::START_KNOWN));
        // A child who entered care while the census was loaded should be in it.
        for _ in entries.filter(|spell| need.covers(spell.start, spell.start.plus(1))) {
            all.add(record.link.is_linked());
            if let Some(group) = assembly.lists.broad_group(record.ethnicity) {
                groups
                    .entry(group.to_owned())
                    .or_default()
                    .add(record.link.is_linked());
            }
        }
    }
    let rate = all.percent();
    let message = format!("{} of {} entrants, {rate:.1}%", all.linked, all.all);
    if !all.is_enough() {
        return;
    }
    if all.linked == 0 && hashed {
        say(Code::IdHashMismatch, message.clone());
    }
    if rate < 70.0 {
        say(Code::LinkagePoor, message);
    } else if rate < 90.0 {
        say(Code::LinkageStrong, message);
    } else if rate < 95.0 {
        say(Code::LinkageLow, message);
    }
    let large: Vec<(&String, f64)> = groups
        .iter()
        .filter(|(_, m)| m.is_enough())
        .map(|(g, m)| (g, m.percent()))
        .collect();
    let low = large.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    let high = large.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    if let (Some((low_group, low)), Some((high_group, high))) = (low, high)
        && high - low > 3.0
    {
        say(
            Code::LinkageDiffers,
            format!("{low_group} {low:.1}%, {high_group} {high:.1}%"),
        );
    }
}

fn months(assembly: &Assembly<'_>, journeys: &Journeys, say: &mut impl FnMut(Code, String)) {
    let mut referrals: BTreeMap<(i32, u32), u64> = BTreeMap::new();
    let mut all = 0_u64;
    for position in journeys.children_of(0) {
        for spell in journeys.child(position).spells(SpellKind::Referral) {
            let (year, month, _) = spell.start.ymd();
            *referrals.entry((year, month)).or_default() += 1;
            all += 1;
        }
    }
    let mut covered = 0_u64;
    let mut empty = Vec::new();
    for (from, to) in assembly.coverage.of(SpellKind::Referral).spans() {
        let mut day = *from;
        while day < *to
            && day.plus_months(1) <= *to
            && day.plus_months(1) <= assembly.extract.plus(1)
        {
            covered += 1;
            let (year, month, _) = day.ymd();
            if !referrals.contains_key(&(year, month)) {
                empty.push(day);
            }
            day = day.plus_months(1);
        }
    }
    // With a handful of referrals a month, an empty month is no sign of anything.
    if covered > 0 && all / covered >= 10 {
        for day in empty {
            say(
                Code::MonthMissing,
                day.to_string().chars().take(7).collect(),
            );
        }
    }
}

fn unknown_ethnicity(
    assembly: &Assembly<'_>,
    journeys: &Journeys,
    say: &mut impl FnMut(Code, String),
) {
    let mut unknown = Matched::default();
    for position in journeys.children_of(0) {
        let record = journeys.children().get(position);
        if record
            .birth
            .is_some_and(|birth| birth <= assembly.extract.plus(-365))
        {
            unknown.add(!assembly.lists.is_informative(record.ethnicity));
        }
    }
    if unknown.all >= ENOUGH && unknown.percent() > 10.0 {
        say(
            Code::EthnicityUnknownShare,
            format!(
                "{:.1}% of {} children aged one or over",
                unknown.percent(),
                unknown.all
            ),
        );
    }
}

/// Whether the children of two years differ in number by more than a quarter.
pub(crate) fn counts_changed(years: &BTreeMap<u16, u64>) -> Vec<String> {
    let list: Vec<(u16, u64)> = years.iter().map(|(year, count)| (*year, *count)).collect();
    list.windows(2)
        .filter(|pair| {
            pair[0].0 + 1 == pair[1].0
                && pair[0].1 >= ENOUGH
                && pair[0].1.abs_diff(pair[1].1) * 4 > pair[0].1
        })
        .map(|pair| {
            format!(
                "{} children for {}, {} for {}",
                pair[0].1, pair[0].0, pair[1].1, pair[1].0
            )
        })
        .collect()
}
