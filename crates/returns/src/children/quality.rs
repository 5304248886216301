//! What the linked journeys of an authority say about its files: how many entrants are linked and
//! whether that differs between groups, whether a month is missing, how much ethnicity is unknown.

use std::collections::BTreeMap;

use disparity_core::journeys::{Authority, Journeys, SpellFlags, SpellKind};

use super::match_rate::{ENOUGH, Matched};
use crate::config::codelists::Lists;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::records::years::{Years, is_census};

/// Checks the journeys of one authority, of which the yearly returns of some years were read; `hashed`
/// says whether identifiers of a return look so.
pub(crate) fn check(
    lists: &Lists,
    years: &Years,
    journeys: &Journeys,
    hashed: bool,
    diagnostics: &mut Diagnostics,
) {
    let Some(authority) = journeys.authorities().first() else {
        return;
    };
    let mut say = |code, message: String| {
        diagnostics.push(Diagnostic::of_file(
            code,
            &format!("authority {}", authority.old_la_code),
            message,
        ));
    };
    let census = years.keys().any(|kind| is_census(*kind));
    let care = years.get(&SpellKind::Care);
    if census && care.is_some_and(|years| !years.is_empty()) {
        linkage(lists, authority, journeys, hashed, &mut say);
    }
    months(authority, journeys, &mut say);
    unknown_ethnicity(lists, authority, journeys, &mut say);
}

fn linkage(
    lists: &Lists,
    authority: &Authority,
    journeys: &Journeys,
    hashed: bool,
    say: &mut impl FnMut(Code, String),
) {
    let need = authority.coverage.of(SpellKind::Referral);
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
            if let Some(group) = lists.broad_group(record.ethnicity) {
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

fn months(authority: &Authority, journeys: &Journeys, say: &mut impl FnMut(Code, String)) {
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
    for (from, to) in authority.coverage.of(SpellKind::Referral).spans() {
        let mut day = *from;
        while day < *to
            && day.plus_months(1) <= *to
            && day.plus_months(1) <= authority.extract.plus(1)
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
    lists: &Lists,
    authority: &Authority,
    journeys: &Journeys,
    say: &mut impl FnMut(Code, String),
) {
    let mut unknown = Matched::default();
    for position in journeys.children_of(0) {
        let record = journeys.children().get(position);
        if record
            .birth
            .is_some_and(|birth| birth <= authority.extract.plus(-365))
        {
            unknown.add(!lists.is_informative(record.ethnicity));
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
