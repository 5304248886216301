//! What the program answers to a row about a change of boundaries.

use disparity_core::Day;
use disparity_core::journeys::{Authority, Continued, Coverage, Covered, Earlier, SpellKind};
use disparity_journeys::prior_help;
use disparity_returns::{Manifest, Options};

use super::answers::{asked, word_of};
use super::histories::{Census, Stated, day, journeys_of, parts, push_child, spells};
use crate::codelists::dimensions;
use crate::returns::{options, read_with};

/// Where the children of the last authority named were before, from records read as a census.
pub(super) fn found_before(records: &str, stated: &str) -> String {
    let mut census = Census::of_years("-");
    let mut last = "";
    for f in parts(records) {
        last = f[0];
        let new = matches!(f[0], "839" | "941" | "942");
        census.row(&Stated {
            la: f[0],
            id: f[1],
            born: f[2],
            year: if new { "2024" } else { "2018" },
            kind: "CINreferralDate",
            start: if new { "2023-06-01" } else { "2017-06-01" },
            ..Stated::default()
        });
    }
    let options = Options {
        continuity: parts(stated).map(|one| one[0].parse().unwrap()).collect(),
        ..options()
    };
    let outcome = read_with(vec![census.file()], &Manifest::default(), &options);
    let journeys = &outcome.journeys;
    let authority = journeys
        .authorities()
        .iter()
        .position(|a| a.old_la_code == last)
        .unwrap();
    let child = journeys.children_of(authority).start;
    match journeys.earlier(child) {
        Earlier::Nowhere => "nowhere".into(),
        Earlier::Unclear => "unclear".into(),
        Earlier::Child(other) => {
            let there = &journeys.authorities()[journeys.authority_of(other)];
            format!("in {}", there.old_la_code)
        }
    }
}

/// Prior help of a child of 941, which came out of 928.
pub(super) fn prior_help_after(
    known: &str,
    before: &str,
    after: &str,
    entry: &str,
    question: &str,
) -> String {
    let change = day("2021-04-01");
    let authority = |code: &str, from: Day, to: Day| {
        let mut coverage = Coverage::default();
        for kind in SpellKind::ALL {
            coverage.set(kind, Covered::new(vec![(from, to)]));
        }
        Authority {
            old_la_code: code.into(),
            area: None,
            coverage,
            extract: to.plus(-1),
            continued: None,
        }
    };
    let mut journeys = journeys_of(authority("928", day("2015-04-01"), change));
    let mut old = spells(before, &journeys);
    push_child(&mut journeys, "2010-01-01", &mut old);
    journeys.push_authority(authority("941", change, day("2025-04-01")));
    let mut new = spells(after, &journeys);
    new.extend(spells(&format!("care {entry} open"), &journeys));
    push_child(&mut journeys, "2010-01-01", &mut new);
    let earlier = match known {
        "yes" => Earlier::Child(0),
        "no" => Earlier::Nowhere,
        "unclear" => Earlier::Unclear,
        other => panic!("{other:?}"),
    };
    let continued = Continued {
        from: change,
        predecessors: vec!["928".into()],
        whole: true,
    };
    journeys.set_continued(1, continued, &[earlier]);
    let found = prior_help(&journeys, &dimensions(), &asked(question));
    let own = found.iter().find(|one| one.key.authority == Some(1));
    word_of(&own.unwrap().counts)
}
