//! Prior help: the counts of each question, and how questions hang together.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::answers::HelpKind;

use super::claims::{Claims, Sort};
use super::printed::{Key, Names, Output, Place, Told};
use crate::rows::Row;

const ENTRANTS: &str = "prior help: entrants to care";
const UNLINKED: &str = "prior help: entrants without a record of need";

/// The name of the count of those whose window is fully observed.
pub(super) fn observed(kind: &str, back: &str) -> String {
    format!("prior help: fully observed for {kind} {back} years back")
}

fn incomplete(kind: &str, back: &str) -> String {
    format!("prior help: not fully observed for {kind} {back} years back")
}

/// The name of the count of those of them who were helped.
pub(super) fn helped(kind: &str, back: &str, lead: &str, mode: &str) -> String {
    format!("prior help: {kind}, {back} years back, lead {lead}, {mode}")
}

fn partly(kind: &str, back: &str, lead: &str, mode: &str) -> String {
    format!(
        "prior help: not fully observed, with {kind} on record, {back} years back, lead {lead}, {mode}"
    )
}

fn watched(kind: &str, back: &str) -> String {
    format!("prior help: observed for any time for {kind} {back} years back")
}

/// Takes in a row, which tells of one answer by one estimator.
pub(super) fn take(out: &mut Output, names: &mut Names, row: Row<'_>) {
    let years = row("time_period");
    let (from, to) = years.split_once('-').unwrap_or((years, years));
    let (Ok(from), Ok(to)) = (from.parse(), to.parse()) else {
        return;
    };
    let area = [row("new_la_code"), row("old_la_code")];
    let area = area.into_iter().find(|code| !code.is_empty()).unwrap_or("");
    let place = Place {
        years: (from, to),
        area: names.of(area),
        by: names.of(row("group_by")),
        group: names.of(row("group_name")),
    };
    let [kind, back, lead, mode] = ["indicator", "look_back_years", "lead_days", "mode"].map(row);
    let mut key = |what: &str| Key {
        what: names.of(what),
        place,
    };
    let of_helped = key(&helped(kind, back, lead, mode));
    let of_observed = key(&observed(kind, back));
    out.add(key(ENTRANTS), row("entrants"));
    out.add(key(UNLINKED), row("unlinked"));
    out.add(key(&incomplete(kind, back)), row("incomplete"));
    let number = |name: &str| row(name).parse::<f64>().ok();
    match row("estimator") {
        "complete_window" => {
            out.add(of_helped, row("numerator"));
            out.add(of_observed, row("denominator"));
            out.add_share(row, of_helped, of_observed);
        }
        "reverse_kaplan_meier" if mode == "overlap" => {
            out.add(key(&watched(kind, back)), row("denominator"));
        }
        estimator @ ("lower_bound" | "upper_bound") => {
            // The bounds tell of how many not fully observed there is help on record.
            let tells = if kind == "prior_help_none" {
                "upper_bound"
            } else {
                "lower_bound"
            };
            let of_partly = key(&partly(kind, back, lead, mode));
            let mut told = Told {
                unprinted: true,
                withheld: true,
                ..Told::default()
            };
            let helped = out.counts.get(&of_helped).and_then(|own| own.shown);
            if let (true, Some(bound), Some(linked), Some(helped)) = (
                estimator == tells,
                number("estimate"),
                number("denominator"),
                helped,
            ) {
                let known = bound * linked - helped as f64;
                if known > -0.5 {
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "a share of a count, rounded, and not below 0"
                    )]
                    let known = known.round() as u64;
                    told.by_rate = Some((known, known));
                }
            }
            out.tell(of_partly, told);
        }
        _ => {}
    }
}

/// A question about one place.
#[derive(Clone)]
struct Asked<'n> {
    kind: HelpKind,
    back: u32,
    lead: u32,
    mode: &'n str,
    helped: usize,
    observed: usize,
    incomplete: Option<usize>,
}

/// How the counts of prior help hang together.
pub(super) fn relate(claims: &mut Claims<'_>, names: &Names) {
    let mut asked: BTreeMap<Place, Vec<Asked<'_>>> = BTreeMap::new();
    let keys: Vec<(Key, usize)> = claims.keys().collect();
    for (key, at) in keys {
        let Some(question) = names.word(key.what).strip_prefix("prior help: prior_help_") else {
            continue;
        };
        let parts: Vec<&str> = question.split(", ").collect();
        let [kind, back, lead, mode] = parts[..] else {
            continue;
        };
        let (back, lead) = (
            back.trim_end_matches(" years back"),
            lead.trim_start_matches("lead "),
        );
        let find = |what: String| claims.find(names, &what, key.place);
        let kind_word = format!("prior_help_{kind}");
        let (Some(observed), Some(kind)) =
            (find(observed(&kind_word, back)), HelpKind::from_word(kind))
        else {
            continue;
        };
        let not = find(incomplete(&kind_word, back));
        let yes = find(partly(&kind_word, back, lead, mode));
        let seen = find(watched(&kind_word, back));
        let (all, alone) = (find(ENTRANTS.into()), find(UNLINKED.into()));
        claims.contains("window", observed, vec![at]);
        if let Some(not) = not {
            if let (Some(all), Some(alone)) = (all, alone) {
                claims.exact("entrants", all, vec![observed, not, alone]);
            }
            if let Some(yes) = yes {
                claims.contains("partly", not, vec![yes]);
            }
            if let Some(seen) = seen {
                claims.add("watched", vec![observed, not], vec![seen], Sort::Contains);
            }
        }
        asked.entry(key.place).or_default().push(Asked {
            kind,
            back: back.parse().unwrap_or(u32::MAX),
            lead: lead.parse().unwrap_or(0),
            mode,
            helped: at,
            observed,
            incomplete: not,
        });
    }
    for (place, questions) in asked {
        for (n, one) in questions.iter().enumerate() {
            for (m, other) in questions.iter().enumerate() {
                if n != m {
                    nested(claims, one, other);
                    if n < m && one.back == other.back {
                        same_files(claims, names, place, (one, other));
                    }
                }
            }
        }
    }
}

/// That whoever is helped by one question is helped by another, where it holds it.
fn nested(claims: &mut Claims<'_>, one: &Asked<'_>, other: &Asked<'_>) {
    use HelpKind::{
        Any, CinEpisodeAny, CinEpisodeClosed, CinPlan, EarlyHelp, None, ProtectionPlan,
    };
    let alike = claims.is_same(one.observed, other.observed);
    // What lies between is a count of children where both are of the same children.
    let sort = if alike { Sort::Contains } else { Sort::NoMore };
    let same_window = one.back == other.back && one.lead == other.lead;
    let wider = one.back <= other.back && one.lead >= other.lead && !same_window;
    if one.kind == other.kind {
        let by_window = one.mode == other.mode && wider;
        let by_mode = one.mode != "overlap" && other.mode == "overlap" && same_window;
        if by_window || by_mode {
            if one.observed != other.observed {
                claims.add(
                    "longer",
                    vec![one.observed],
                    vec![other.observed],
                    Sort::NoMore,
                );
            }
            if one.kind == None {
                claims.add("nested", vec![one.helped], vec![other.helped], sort);
            } else {
                let (more, fewer) = (
                    vec![other.helped, one.observed],
                    vec![one.helped, other.observed],
                );
                claims.add("nested", more, fewer, sort);
            }
        }
        return;
    }
    if !same_window || one.mode != other.mode {
        return;
    }
    match (one.kind, other.kind) {
        (EarlyHelp | CinPlan | ProtectionPlan, Any) | (CinEpisodeClosed, CinEpisodeAny) => {
            let (more, fewer) = (
                vec![other.helped, one.observed],
                vec![one.helped, other.observed],
            );
            claims.add("kinds", more, fewer, sort);
        }
        (None, Any) => {
            claims.add(
                "none",
                vec![other.observed],
                vec![other.helped, one.helped],
                sort,
            );
        }
        _ => {}
    }
}

/// That the windows of two kinds are observed alike: where the files are the same; and where the numbers
/// of everyone are, most likely.
fn same_files(
    claims: &mut Claims<'_>,
    names: &Names,
    place: Place,
    (one, other): (&Asked<'_>, &Asked<'_>),
) {
    let files = |kind: HelpKind| {
        kind.spells()
            .iter()
            .map(|kind| *kind as usize)
            .collect::<BTreeSet<_>>()
    };
    let (own, others) = (files(one.kind), files(other.kind));
    if one.observed == other.observed {
        return;
    }
    let mut same = |sort: Sort| {
        let kinds = format!("same windows {:?} {:?} {}", one.kind, other.kind, one.back);
        let family = format!("{kinds}|{:?} {}", place.years, names.word(place.area));
        claims.add(&family, vec![one.observed], vec![other.observed], sort);
        if let (Some(one), Some(other)) = (one.incomplete, other.incomplete) {
            claims.add(&format!("not {family}"), vec![one], vec![other], sort);
        }
    };
    if own == others {
        same(Sort::Exact);
        return;
    }
    same(Sort::Likely);
    if own.is_subset(&others) {
        claims.add(
            "more files",
            vec![one.observed],
            vec![other.observed],
            Sort::NoMore,
        );
    } else if others.is_subset(&own) {
        claims.add(
            "more files",
            vec![other.observed],
            vec![one.observed],
            Sort::NoMore,
        );
    }
}
