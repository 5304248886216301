//! The tables of journeys: which counts their lines are of, and how those hang together.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::journeys::LinkOutcome;
use disparity_core::{Catalogue, IndicatorRelations};

use super::claims::{Claims, Sort};
use super::estimates::indicator;
use super::printed::{Key, Names, Output, Place};
use crate::rows::Row;

const LINKED: &str = "matching: entrants_linked";
const ENTRANTS: &str = "matching: entrants to care";
const CAUSES: [&str; 5] = [
    "step",
    "closed_first",
    "died",
    "adopted_or_moved",
    "turned_18",
];
const HORIZONS: [&str; 4] = ["3_months", "6_months", "12_months", "24_months"];
/// Ways to care that exclude one another; of the first three only social care has to be on file.
const WAYS: [&str; 6] = [
    "full_ladder",
    "cpp_direct",
    "cin_only",
    "eh_only",
    "referral_only",
    "none_observed",
];
const FLAGS: [&str; 3] = ["bounced", "emergency", "stuck"];

/// Counts of several tables that are the same wherever nothing sets them apart.
const SAME: [&[&str]; 8] = [
    &[
        "indicator: referrals",
        "returns: of rereferral_12_months",
        "returns: of rereferral_12_months_from_closure",
    ],
    &[
        "indicator: cla_started",
        ENTRANTS,
        LINKED,
        "returns: of reentry_to_care_12_months",
        "returns: of reentry_to_care",
        "prior help: entrants to care",
    ],
    &[
        "indicator: cpp_started",
        "indicator: cpp_started_children",
        "returns: of repeat_plan_recorded",
        "returns: of repeat_plan_2_years",
        "returns: of repeat_plan_5_years",
        "incidence: watched for protection_plan_to_care",
    ],
    &[
        "indicator: cin_plan_started",
        "incidence: watched for cin_plan_to_protection_plan",
        "incidence: watched for cin_plan_to_care",
    ],
    &[
        "indicator: cpp_ended",
        "indicator: cpp_ended_children",
        "incidence: watched for protection_plan_to_another",
    ],
    &[
        "indicator: cla_ceased",
        "incidence: watched for care_to_care",
    ],
    &[
        "indicator: cla_at_31_march",
        "matching: of looked_after_linked",
        "matching: looked_after_linked",
    ],
    &[
        "indicator: cpp_second_or_subsequent",
        "returns: repeat_plan_recorded",
    ],
];

/// Counts of which one is within another, table by table.
const WITHIN: [(&str, &str); 10] = [
    (LINKED, ENTRANTS),
    ("seen: social care", LINKED),
    ("seen: case", LINKED),
    ("seen: early help", "seen: social care"),
    ("seen: levels", "seen: social care"),
    (
        "returns: of reentry_to_care",
        "returns: of reentry_to_care_12_months",
    ),
    ("returns: of repeat_plan_recorded", "indicator: cpp_started"),
    (
        "returns: of repeat_plan_recorded",
        "returns: of repeat_plan_2_years",
    ),
    (
        "returns: of rereferral_12_months_from_closure",
        "indicator: referrals",
    ),
    (
        "matching: of looked_after_linked",
        "indicator: cla_at_31_march",
    ),
];

/// Counts that two others make up.
const MADE_UP: [(&str, [&str; 2]); 2] = [
    (
        "indicator: referrals",
        [
            "indicator: referrals_no_further_action",
            "returns: of rereferral_12_months_further_action",
        ],
    ),
    (
        "incidence: watched for closure_to_referral",
        [
            "indicator: cin_ended_episodes",
            "indicator: referrals_not_in_need",
        ],
    ),
];

/// The names of the part and the whole that a line is of.
fn counts_of(table: &str, measure: &str) -> (String, Option<String>) {
    let own = format!("{table}: {measure}");
    let whole = match table {
        "published" => return (indicator(measure), None),
        "transitions" => {
            let cuts = ["_to_", "_stayed_", "_closed_and_"];
            let levels = cuts.iter().filter_map(|cut| measure.split_once(cut));
            let level = levels
                .map(|(level, _)| level)
                .min_by_key(|level| level.len());
            let level = level.unwrap_or(measure);
            if measure.contains("_to_early_help_") {
                format!("transitions: stretches of {level} with early help on file")
            } else if measure.contains("_closed_and_") {
                format!("transitions: closings of {level}")
            } else {
                format!("transitions: stretches of {level}")
            }
        }
        "ways" => match measure.strip_prefix("fully_observed_") {
            None => return (own, None),
            Some("full_ladder" | "cpp_direct" | "cin_only") => "seen: social care".into(),
            Some("emergency") => "seen: case".into(),
            Some("bounced" | "stuck") => "seen: levels".into(),
            Some(_) => "seen: early help".into(),
        },
        "known-days" => "seen: case".into(),
        "matching" if measure.starts_with("entrants_") => ENTRANTS.into(),
        "incidence" => {
            let pathway = CAUSES
                .iter()
                .find_map(|cause| measure.split_once(&format!("_{cause}_within_")));
            format!(
                "incidence: watched for {}",
                pathway.map_or(measure, |(own, _)| own)
            )
        }
        "recurrence" if measure == "rereferral_12_months" => {
            return (
                indicator("rereferrals_within_12_months"),
                Some(format!("returns: of {measure}")),
            );
        }
        table => format!("{table}: of {measure}"),
    };
    (own, Some(whole))
}

/// Takes in a row: a count, or a part and its whole.
pub(super) fn take(out: &mut Output, names: &mut Names, row: Row<'_>) {
    let Ok(year) = row("time_period").parse::<u16>() else {
        return;
    };
    let area = [row("new_la_code"), row("old_la_code")];
    let area = area.into_iter().find(|code| !code.is_empty()).unwrap_or("");
    let place = Place {
        years: (year, year),
        area: names.of(area),
        by: names.of(row("group_by")),
        group: names.of(row("group")),
    };
    let (part, whole) = counts_of(row("table"), row("measure"));
    let mut key = |what: &str| Key {
        what: names.of(what),
        place,
    };
    let part = key(&part);
    out.add(part, row("numerator"));
    let Some(whole) = whole else { return };
    let whole = key(&whole);
    out.add(whole, row("denominator"));
    // Chances are not shares.
    if row("table") != "incidence" {
        out.add_share(row, part, whole);
    }
}

/// One place, in which counts are looked up by name.
struct At<'c, 'a> {
    claims: &'c mut Claims<'a>,
    names: &'c Names,
    place: Place,
}

impl At<'_, '_> {
    fn find(&self, what: &str) -> Option<usize> {
        self.claims.find(self.names, what, self.place)
    }

    fn all(&self, what: impl IntoIterator<Item = String>) -> Vec<usize> {
        what.into_iter()
            .filter_map(|what| self.find(&what))
            .collect()
    }

    fn within(&mut self, part: &str, whole: &str) {
        if let (Some(part), Some(whole)) = (self.find(part), self.find(whole)) {
            self.claims.contains(
                &format!(
                    "{} in {whole}",
                    self.names.word(self.claims.told[part].0.what)
                ),
                whole,
                vec![part],
            );
        }
    }

    /// What is likely to hold is judged by authority and year.
    fn likely(&mut self, family: &str, up: Vec<usize>, off: Vec<usize>) {
        let (years, area) = (self.place.years.0, self.names.word(self.place.area));
        let family = format!("{family}|{years} {area}");
        self.claims.add(&family, up, off, Sort::Likely);
    }
}

/// How the counts of journeys and of indicators hang together.
pub(super) fn relate(
    claims: &mut Claims<'_>,
    names: &Names,
    catalogue: &Catalogue,
    relations: &IndicatorRelations,
) {
    let mut wholes: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
    let keys: Vec<(Key, usize)> = claims.keys().collect();
    for (key, _) in &keys {
        let word = names.word(key.what);
        if !word.starts_with("prior help: ") || word == "prior help: entrants to care" {
            wholes.entry(key.place).or_default().insert(word.to_owned());
        }
    }
    for (place, words) in wholes {
        let mut at = At {
            claims: &mut *claims,
            names,
            place,
        };
        shares(&mut at, &words);
        ways(&mut at);
        matches(&mut at);
        transitions(&mut at, &words);
        incidence(&mut at, &words);
        between_tables(&mut at);
        indicators(&mut at, catalogue, relations);
    }
}

/// Lines of a part and its whole.
fn shares(at: &mut At<'_, '_>, words: &BTreeSet<String>) {
    for word in words {
        if let Some((table, measure)) = word.split_once(": ")
            && let (part, Some(whole)) = counts_of(table, measure)
            && part == *word
        {
            at.within(&part, &whole);
        }
    }
    at.within(
        "indicator: rereferrals_within_12_months",
        "returns: of rereferral_12_months",
    );
    let bands = words.iter().filter(|word| word.starts_with("known-days: "));
    let bands = at.all(bands.cloned());
    if let Some(whole) = at.find("seen: case") {
        at.claims.exact("known days", whole, bands);
    }
}

fn ways(at: &mut At<'_, '_>) {
    for way in WAYS.iter().chain(&FLAGS) {
        at.within(
            &format!("ways: fully_observed_{way}"),
            &format!("ways: way_{way}"),
        );
    }
    let all = at.all(WAYS.map(|way| format!("ways: way_{way}")));
    if let (Some(linked), 6) = (at.find(LINKED), all.len()) {
        at.claims.exact("ways", linked, all);
    }
    for (ways, seen) in [
        (&WAYS[..3], "seen: social care"),
        (&WAYS[3..], "seen: early help"),
    ] {
        let parts = at.all(ways.iter().map(|way| format!("ways: fully_observed_{way}")));
        if let (Some(seen), 3) = (at.find(seen), parts.len()) {
            at.claims.contains("ways seen", seen, parts);
        }
    }
}

fn matches(at: &mut At<'_, '_>) {
    let of = |outcomes: Vec<LinkOutcome>| {
        outcomes
            .into_iter()
            .map(|outcome| format!("matching: entrants_{}", outcome.as_str()))
    };
    let all = at.all(of(LinkOutcome::ALL.to_vec()));
    let linked = LinkOutcome::ALL
        .into_iter()
        .filter(|outcome| outcome.is_linked());
    let linked = at.all(of(linked.collect()));
    for (whole, parts) in [(ENTRANTS, all), (LINKED, linked)] {
        if let Some(whole) = at.find(whole) {
            at.claims
                .exact(&format!("outcomes {}", parts.len()), whole, parts);
        }
    }
}

fn transitions(at: &mut At<'_, '_>, words: &BTreeSet<String>) {
    for whole in words {
        let Some(level) = whole.strip_prefix("transitions: stretches of ") else {
            continue;
        };
        if level.contains(' ') {
            continue;
        }
        let led = |word: &&String| {
            let own = word.strip_prefix("transitions: ").unwrap_or("");
            let to = own.strip_prefix(level).unwrap_or("");
            to.starts_with("_to_") || to.starts_with("_stayed_")
        };
        let parts = at.all(words.iter().filter(led).cloned());
        if let Some(whole) = at.find(whole) {
            at.claims.exact("transitions", whole, parts);
        }
        at.within(&format!("{whole} with early help on file"), whole);
        let closed = format!("transitions: {level}_to_closed_within_12_months");
        at.within(&format!("transitions: closings of {level}"), &closed);
    }
}

fn incidence(at: &mut At<'_, '_>, words: &BTreeSet<String>) {
    for word in words {
        let Some(pathway) = word.strip_prefix("incidence: watched for ") else {
            continue;
        };
        let Some(whole) = at.find(word) else { continue };
        let name = |cause: &str, by: &str| format!("incidence: {pathway}_{cause}_within_{by}");
        for by in HORIZONS {
            let parts = at.all(CAUSES.map(|cause| name(cause, by)));
            if parts.len() == CAUSES.len() {
                at.claims.contains("incidence", whole, parts);
            }
        }
        for cause in CAUSES {
            for two in HORIZONS.windows(2) {
                at.within(&name(cause, two[0]), &name(cause, two[1]));
            }
        }
    }
}

fn between_tables(at: &mut At<'_, '_>) {
    for list in SAME {
        let there: Vec<(&str, usize)> = list
            .iter()
            .filter_map(|name| Some((*name, at.find(name)?)))
            .collect();
        for (n, (name, one)) in there.iter().enumerate() {
            for (other_name, other) in &there[..n] {
                at.likely(
                    &format!("same {name} {other_name}"),
                    vec![*one],
                    vec![*other],
                );
            }
        }
    }
    for (part, whole) in WITHIN {
        at.within(part, whole);
    }
    for (whole, parts) in MADE_UP {
        let parts = at.all(parts.map(str::to_owned));
        if let (Some(whole), 2) = (at.find(whole), parts.len()) {
            at.likely("made up", vec![whole], parts);
        }
    }
}

/// Indicators: parts of others, events and children, stocks and what changes them.
fn indicators(at: &mut At<'_, '_>, catalogue: &Catalogue, relations: &IndicatorRelations) {
    let name = |id| indicator(&catalogue.indicators.get(id).name);
    for (id, own) in catalogue.indicators.iter() {
        if let disparity_core::DenominatorKind::Indicator(whole) = own.denominator
            && !own.name.starts_with("prior_help_")
        {
            at.within(&name(id), &name(whole));
        }
    }
    for (partitions, exact) in [(&relations.partitions, true), (&relations.subsets, false)] {
        for partition in partitions {
            let parts = at.all(partition.of.iter().map(|id| name(*id)));
            let Some(whole) = at.find(&name(partition.whole)) else {
                continue;
            };
            for part in &parts {
                at.claims
                    .contains("part of an indicator", whole, vec![*part]);
            }
            let family = format!("parts of {whole}");
            if exact && parts.len() == partition.of.len() {
                at.claims.exact(&family, whole, parts);
            } else {
                at.claims.contains(&family, whole, parts);
            }
        }
    }
    for (events, children) in &relations.children {
        if let (Some(events), Some(children)) = (at.find(&name(*events)), at.find(&name(*children)))
        {
            at.claims
                .add("children", vec![events], vec![children], Sort::NoMore);
            at.likely("each child once", vec![events], vec![children]);
        }
    }
    let age = at.names.word(at.place.by) == "age_band";
    for flow in &relations.stock_flows {
        let here = |id| at.find(&name(id));
        let year = at.place.years.0.saturating_sub(1);
        let before = Place {
            years: (year, year),
            ..at.place
        };
        let before = at
            .claims
            .find(at.names, &name(flow.stock), before)
            .filter(|_| !age);
        let any = flow.any_point.and_then(here);
        let [stock, came, went] = [flow.stock, flow.started, flow.ended].map(here);
        let what = name(flow.stock);
        let (Some(stock), Some(went)) = (stock, went) else {
            continue;
        };
        if let Some(any) = any {
            at.likely(
                &format!("left or there {what}"),
                vec![any],
                vec![went, stock],
            );
        }
        if let (Some(came), Some(before)) = (came, before) {
            match any {
                Some(any) => at.likely(
                    &format!("there or came {what}"),
                    vec![any],
                    vec![came, before],
                ),
                None => at.likely(
                    &format!("flow {what}"),
                    vec![went, stock],
                    vec![came, before],
                ),
            }
        }
    }
}
