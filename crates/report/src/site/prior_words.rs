//! The sentences that a page about prior help opens with: those that its figures bear out.

use disparity_core::Dimension;
use disparity_core::answers::{Group, GroupBy, HelpKind, LookBack};
use disparity_disclosure::{PriorHelpRow, Proportion};

use super::prior::{Rows, headline, measured, percent};
use super::words::Sentence;
use crate::charts::{Side, side};

/// No sentence stands where what it would say is withheld or cannot be told.
pub(super) fn findings(rows: &Rows<'_>) -> Vec<Sentence> {
    let any = " had early help, a child in need plan or a protection plan";
    let plan = " had been on a child protection plan";
    let none = " had none of these on record: early help, a referral, an episode of need, a plan, an enquiry";
    let kinds = [
        (HelpKind::Any, any),
        (HelpKind::ProtectionPlan, plan),
        (HelpKind::None, none),
    ];
    let of_all = kinds
        .into_iter()
        .filter_map(|(kind, words)| of_kind(rows, kind, words));
    let ways = [GroupBy::Dimension(Dimension::EthnicityMajor)];
    let of_groups = ways.into_iter().filter_map(|by| apart(rows, by));
    let mut all: Vec<Sentence> = of_all.chain(of_groups).collect();
    all.extend(unlinked(rows));
    all
}

/// Which row of the file a figure is of.
fn place(rows: &Rows<'_>, row: &PriorHelpRow, estimator: &str) -> String {
    let group = row.key.group;
    let dimensions = &rows.help.catalogue.dimensions;
    [
        "prior_help",
        rows.old_la_code(),
        row.key.kind.as_str(),
        &row.key.look_back.word(),
        group.by.as_str(),
        group.code(dimensions, rows.help.codes),
        estimator,
    ]
    .join("|")
}

/// A share with its interval.
fn figure(sentence: Sentence, found: Proportion, place: String) -> Sentence {
    let [value, low, high] = [found.value, found.interval.low, found.interval.high].map(percent);
    let text = format!("{value} ({low} to {high})");
    sentence.figure(text, place, "estimate conf_low conf_high")
}

/// How far was looked back: nothing where that is as far as records go.
fn before(look_back: LookBack) -> String {
    match look_back {
        LookBack::Years(1) => " in the year before".to_owned(),
        LookBack::Years(years) => format!(" in the {years} years before"),
        LookBack::Ever => " at any time before".to_owned(),
    }
}

fn of_kind(rows: &Rows<'_>, kind: HelpKind, words: &str) -> Option<Sentence> {
    let row = rows.find(kind, Group::TOTAL)?;
    let (found, estimator) = headline(row);
    let place = place(rows, row, estimator);
    let sentence = Sentence::of("Of children who entered care in ").words(rows.years());
    let sentence = figure(sentence.words(", "), found.value()?, place.clone());
    let sentence = sentence.words(words).words(before(rows.look_back));
    if estimator != "complete_window" {
        return Some(sentence.words(", estimated as for many the files do not reach so far back."));
    }
    // A share that is shown has both counts shown.
    let counts = row.helped.value().zip(row.observed.value());
    Some(match counts {
        Some((helped, observed)) => sentence
            .words(": ")
            .figure(
                format!(
                    "{} of {}",
                    crate::format::count(f64::from(helped)),
                    crate::format::count(f64::from(observed))
                ),
                place,
                "numerator denominator",
            )
            .words(" whose records reach so far back."),
        None => sentence.words("."),
    })
}

/// The groups whose intervals leave out everyone's share, in the order of the list.
fn apart(rows: &Rows<'_>, by: GroupBy) -> Option<Sentence> {
    let kind = rows.first();
    let everyone = measured(headline(rows.find(kind, Group::TOTAL)?).0.value()?)?;
    let groups = rows.groups(kind, by);
    let mut sentence = Sentence::of(format!("{}: ", rows.kind(kind)));
    let mut said = false;
    for (wanted, words) in [
        (Side::Below, "a lower share"),
        (Side::Above, "a higher share"),
    ] {
        let found = groups.iter().filter_map(|row| {
            let (found, estimator) = headline(row);
            let found = found.value()?;
            let is = side(&measured(found)?, &everyone) == Some(wanted);
            is.then(|| {
                (
                    rows.label(row.key.group),
                    found,
                    place(rows, row, estimator),
                )
            })
        });
        for (at, (label, found, place)) in found.enumerate() {
            sentence = match (at, said) {
                (0, false) => sentence.words(format!("{words} than of all together for {label}, ")),
                (0, true) => sentence.words(format!(", and {words} for {label}, ")),
                _ => sentence.words(format!("; for {label}, ")),
            };
            sentence = figure(sentence, found, place);
            said = true;
        }
    }
    said.then(|| {
        sentence.words(
            ". That says nothing of why: ages, and how well records match, differ between groups.",
        )
    })
}

fn unlinked(rows: &Rows<'_>) -> Option<Sentence> {
    let row = rows.find(HelpKind::Any, Group::TOTAL)?;
    let (unlinked, entrants) = row.unlinked.value().zip(row.entrants.value())?;
    if unlinked == 0 {
        return None;
    }
    let count = |n: u32| crate::format::count(f64::from(n));
    let place = place(rows, row, "complete_window");
    let text = format!("{} of {}", count(unlinked), count(entrants));
    let sentence = Sentence::of("Of ").words("those who entered, ");
    let sentence = sentence.figure(text, place, "unlinked entrants");
    Some(sentence.words(
        " match no record of need, so nothing can be said of what help they had; they are in no share.",
    ))
}
