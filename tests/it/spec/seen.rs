//! What is seen of one child, what is not, and what could not be.

use disparity_core::answers::GroupBy;
use disparity_core::journeys::{Journeys, SpellKind};
use disparity_core::{Day, Period};
use disparity_journeys::{
    CAUSES, KNOWN_BANDS, Level, Way, entries, known_band, known_days, later_need, transitions,
    watches, way_seen, way_to_care,
};

use super::estimates::pathway;
use super::histories::{day, journeys_covering, push_history, years};
use crate::codelists::dimensions;

const BORN: &str = "2010-01-01";

/// Journeys of one child whose files cover some years of all kinds but those that are named.
fn journeys_of(files: &str, without: &str, born: &str, record: &str) -> Journeys {
    let spans = years(files);
    let missing: Vec<SpellKind> = without
        .split(' ')
        .filter(|word| *word != "-")
        .map(|word| match word {
            "cpp" => SpellKind::ProtectionPlan,
            word => SpellKind::from_word(word).unwrap(),
        })
        .collect();
    let mut journeys = journeys_covering(|kind| {
        if missing.contains(&kind) {
            vec![]
        } else {
            spans.clone()
        }
    });
    push_history(&mut journeys, born, record);
    journeys
}

/// How long each origin of a pathway was watched, and what ended the watch.
pub(super) fn watched(files: &str, born: &str, record: &str, asked: &str) -> String {
    let journeys = journeys_of(files, "-", born, record);
    let all = watches(&journeys, &dimensions(), pathway(asked), &[GroupBy::Total]);
    let own = all.iter().filter(|(key, _)| key.authority.is_some());
    let said: Vec<String> = own
        .flat_map(|(_, watched)| watched)
        .map(|one| match one.cause {
            0 => format!("nothing up to day {}", one.time),
            cause => format!("{} on day {}", CAUSES[usize::from(cause) - 1], one.time),
        })
        .collect();
    if said.is_empty() {
        "not watched".into()
    } else {
        said.join("; ")
    }
}

/// Where the stretches of one level led within twelve months.
pub(super) fn led_to(files: &str, without: &str, record: &str, from: &str) -> String {
    let journeys = journeys_of(files, without, BORN, record);
    let all = transitions(&journeys, &dimensions(), 14, &[GroupBy::Total]);
    let mut own = all
        .iter()
        .filter(|(key, _)| key.authority.is_some() && key.from.as_str() == from);
    let Some((_, t)) = own.next() else {
        return "not seen".into();
    };
    assert!(
        own.next().is_none() && t.followed + t.censored == 1,
        "{t:?}"
    );
    if t.censored == 1 {
        return "could not be seen".into();
    }
    let to = Level::ALL.into_iter().zip(t.to).find(|(_, n)| *n == 1);
    let mut said = to.map_or("stayed".to_owned(), |(level, _)| level.as_str().to_owned());
    if said == "closed" {
        let after = match (t.gone, t.closings, t.reopened) {
            (1, 0, 0) => ", cannot come back",
            (0, 0, 0) => ", not followed further",
            (0, 1, 0) => ", stayed closed",
            (0, 1, 1) => ", reopened",
            other => panic!("{other:?}"),
        };
        said.push_str(after);
    }
    if t.early_help_seen == 0 {
        said.push_str(" (early help unseen)");
    }
    said
}

/// By which way a child came to care, and whether enough is on file to say so.
pub(super) fn way(files: &str, without: &str, record: &str, entry: &str) -> String {
    let record = format!("{record}; care {entry} open");
    let journeys = journeys_of(files, without, BORN, &record);
    let (found, _) = entries(&journeys, &dimensions());
    let entry = found.iter().find(|one| one.day == day(entry)).unwrap();
    let way = way_to_care(&journeys, entry, 5, 1);
    assert_eq!(way.seen, way_seen(&journeys, entry, 5));
    let seen = match way.way {
        Way::FullLadder | Way::ProtectionDirect | Way::CinOnly => way.seen.social_care,
        Way::EarlyHelpOnly | Way::ReferralOnly | Way::NoneObserved => way.seen.early_help,
    };
    let seen = if seen { "fully observed" } else { "on record" };
    format!("{}, {seen}", way.way.as_str())
}

/// For how long the case open at entry had been known.
pub(super) fn known_for(files: &str, record: &str, entry: &str) -> String {
    let spans = years(files);
    let mut journeys = journeys_covering(|kind| match kind {
        SpellKind::Care => vec![(day("2010-04-01"), day("2025-04-01"))],
        _ => spans.clone(),
    });
    push_history(&mut journeys, BORN, &format!("{record}; care {entry} open"));
    let (found, _) = entries(&journeys, &dimensions());
    if way_seen(&journeys, &found[0], 5).case_at_entry {
        KNOWN_BANDS[known_band(known_days(&journeys.child(0), found[0].day))].to_owned()
    } else {
        "cannot be told".to_owned()
    }
}

/// Whether an entry is the child's first.
pub(super) fn first_time(files: &str, born: &str, record: &str, entry: &str) -> String {
    let record = format!("{record}; care {entry} open");
    let journeys = journeys_of(files, "-", born, &record);
    let (found, _) = entries(&journeys, &dimensions());
    let entry: Day = day(entry);
    let entry = found.iter().find(|one| one.day == entry).unwrap();
    match entry.first_ever {
        Some(true) => "yes",
        Some(false) => "no",
        None => "cannot be told",
    }
    .to_owned()
}

/// Of a child on a plan on 31 March of a year, whether it was in need so many years later.
pub(super) fn later_need_of(files: &str, born: &str, record: &str, asked: &str) -> String {
    let journeys = journeys_of(files, "-", born, record);
    let asked: Vec<&str> = asked.split(' ').collect();
    let year = Period::ending(asked[0].parse().unwrap()).unwrap();
    let years = asked[1].parse().unwrap();
    let all = later_need(&journeys, &dimensions(), years, &[GroupBy::Total]);
    let own = all
        .iter()
        .find(|(key, _)| key.authority.is_some() && key.period == year);
    let Some((_, n)) = own else {
        return "not on a plan".into();
    };
    match (
        n.children,
        n.in_need,
        n.not_covered,
        n.grown_or_died,
        n.left,
    ) {
        (1, 1, 0, 0, 0) => "in need",
        (1, 0, 0, 0, 0) => "not in need",
        (0, 0, 1, 0, 0) => "not covered",
        (0, 0, 0, 1, 0) => "died or 18",
        (0, 0, 0, 0, 1) => "adopted or moved",
        other => panic!("{other:?}"),
    }
    .to_owned()
}
