//! Small outputs made by hand: one that is safe, one that tells, two that tell together.

use std::collections::BTreeMap;

use disparity_core::{Areas, CodeList, Context, Dimensions, Indicators};

use super::*;
use crate::answers::{JOURNEY_HEADER, PRIOR_HELP_HEADER};

const RULE: AuditedRule = AuditedRule {
    withhold_to: 5,
    round_to: 1,
};

fn catalogue() -> Catalogue {
    Catalogue {
        areas: Areas::default(),
        indicators: Indicators::default(),
        dimensions: Dimensions::new(std::array::from_fn(|_| CodeList::default())),
        sources: vec![],
        tables: BTreeMap::new(),
        context: Context::default(),
        claims: vec![],
    }
}

/// One field by the name of its column.
fn field<'a>(header: &[&str], row: &'a [String], name: &str) -> &'a str {
    let at = header.iter().position(|own| *own == name);
    at.map_or("", |at| row[at].as_str())
}

/// A line of the later need of children on a plan: measure, way, group, part and whole.
type Line<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

fn journeys_of(outputs: &mut AuditedOutputs, name: &str, lines: &[Line<'_>]) {
    let mut output = Output {
        name: name.to_owned(),
        kinds: vec!["journeys"],
        ..Output::default()
    };
    for (measure, by, group, part, whole) in lines {
        let row: Vec<String> = JOURNEY_HEADER
            .iter()
            .map(|column| match *column {
                "table" => "later-need",
                "time_period" => "2024",
                "new_la_code" => "E06000001",
                "measure" => measure,
                "group_by" => by,
                "group" => group,
                "numerator" => part,
                "denominator" => whole,
                _ => "",
            })
            .map(str::to_owned)
            .collect();
        journeys::take(&mut output, &mut outputs.names, &|name| {
            field(&JOURNEY_HEADER, &row, name)
        });
    }
    outputs.outputs.push(output);
}

/// A count, its bounds, how it is exposed, and by how many outputs.
type Found = (String, u64, u64, Exposure, usize);

fn told(outputs: &AuditedOutputs) -> (AuditReport, Vec<Found>) {
    let report = outputs.audit(RULE, &catalogue(), &IndicatorRelations::default());
    let exposed = report.exposed.iter();
    let exposed = exposed.map(|one| {
        let what = format!("{} of {}", one.what, one.group);
        (what, one.least, one.most, one.exposure, one.outputs.len())
    });
    let exposed = exposed.collect();
    (report, exposed)
}

const ONE: &str = "in_need_1_years_after_plan";

#[test]
fn a_single_gap_tells_and_two_do_not() {
    let lines = |second: &'static str| {
        [
            (ONE, "total", "Total", "40", "100"),
            (ONE, "sex", "Female", "c", "40"),
            (ONE, "sex", "Male", second, "50"),
            (ONE, "sex", "Unknown", "0", "10"),
        ]
    };
    let mut safe = AuditedOutputs::default();
    journeys_of(&mut safe, "safe", &lines("c"));
    let (report, exposed) = told(&safe);
    assert_eq!(exposed, [], "{report:?}");
    assert_eq!((report.parts[0].shown, report.parts[0].withheld), (6, 2));
    assert_eq!(report.parts[0].not_proven, 0);
    let mut open = AuditedOutputs::default();
    journeys_of(&mut open, "open", &lines("37"));
    let (report, exposed) = told(&open);
    let name = format!("later-need: {ONE} of Female");
    assert_eq!(exposed, [(name, 3, 3, Exposure::Told, 1)], "{report:?}");
    assert_eq!(report.parts[0].surely_small, 1);
}

#[test]
fn what_is_left_beside_a_part_is_a_count_as_well() {
    let mut outputs = AuditedOutputs::default();
    journeys_of(&mut outputs, "rest", &[(ONE, "total", "Total", "38", "40")]);
    let (_, exposed) = told(&outputs);
    assert_eq!(exposed.len(), 1);
    assert_eq!((exposed[0].1, exposed[0].2), (2, 2));
    assert!(exposed[0].0.contains(" less "), "{exposed:?}");
}

#[test]
fn two_outputs_tell_together_what_neither_tells_alone() {
    let everyone = (ONE, "total", "Total", "40", "100");
    let of = |group, part, whole| (ONE, "sex", group, part, whole);
    let mut outputs = AuditedOutputs::default();
    // One says that of no group nobody knows; the other that three are women or of no group, and either
    // may be nobody.
    let one = [
        everyone,
        of("Female", "c", "40"),
        of("Male", "c", "50"),
        of("Unknown", "0", "10"),
    ];
    let other = [
        everyone,
        of("Female", "c", "40"),
        of("Male", "37", "50"),
        of("Unknown", "c", "10"),
    ];
    journeys_of(&mut outputs, "one", &one);
    journeys_of(&mut outputs, "other", &other);
    let (report, exposed) = told(&outputs);
    assert_eq!(report.parts.len(), 3);
    let name = format!("later-need: {ONE} of Female");
    let alone: Vec<_> = exposed.iter().filter(|one| one.4 == 1).collect();
    assert!(alone.is_empty(), "{exposed:?}");
    assert_eq!(exposed, [(name, 3, 3, Exposure::Told, 2)]);
}

#[test]
fn a_small_count_that_stands_there_is_exposed() {
    let mut outputs = AuditedOutputs::default();
    journeys_of(&mut outputs, "shown", &[(ONE, "total", "Total", "4", "40")]);
    let (_, exposed) = told(&outputs);
    assert_eq!(exposed.len(), 1);
    assert_eq!((exposed[0].1, exposed[0].3), (4, Exposure::Shown));
}

#[test]
fn a_share_beside_a_withheld_count_tells_it() {
    let mut outputs = AuditedOutputs::default();
    let mut output = Output::default();
    let row: Vec<String> = PRIOR_HELP_HEADER
        .iter()
        .map(|column| match *column {
            "time_period" => "2021-2025",
            "indicator" => "prior_help_any",
            "look_back_years" => "5",
            "lead_days" => "1",
            "mode" => "overlap",
            "group_by" => "total",
            "group_name" => "Total",
            "entrants" | "denominator" => "50",
            "unlinked" | "incomplete" => "0",
            "estimator" => "complete_window",
            "numerator" => "c",
            // 4 of 50, with Wilson's limits.
            "estimate" => "0.08",
            "conf_low" => "0.03154951408859298",
            "conf_high" => "0.18838246918342838",
            _ => "",
        })
        .map(str::to_owned)
        .collect();
    prior_help::take(&mut output, &mut outputs.names, &|name| {
        field(&PRIOR_HELP_HEADER, &row, name)
    });
    outputs.outputs.push(output);
    let (report, exposed) = told(&outputs);
    assert_eq!(exposed.len(), 1, "{report:?}");
    assert_eq!(
        (exposed[0].1, exposed[0].2, exposed[0].3),
        (4, 4, Exposure::Told)
    );
}

#[test]
fn rounded_counts_are_ranges() {
    let mut outputs = AuditedOutputs::default();
    let lines = [
        (ONE, "total", "Total", "40", "100"),
        (ONE, "sex", "Female", "c", "40"),
        (ONE, "sex", "Male", "35", "50"),
        (ONE, "sex", "Unknown", "0", "10"),
    ];
    journeys_of(&mut outputs, "rounded", &lines);
    let rule = AuditedRule {
        round_to: 5,
        ..RULE
    };
    let report = outputs.audit(rule, &catalogue(), &IndicatorRelations::default());
    assert_eq!(report.exposed, [], "5 may be 0 to 10");
    let (_, exposed) = told(&outputs);
    assert_eq!(exposed.len(), 1);
}
