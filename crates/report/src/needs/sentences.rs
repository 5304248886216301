//! The sentences of a needs assessment: each a function that returns text, so that every output says the same.
//!
//! A number that is estimated comes with its interval. What would mean nothing is not said: no team is called the one
//! with most children where intervals overlap, and a count stands beside what is expected without a verdict.

use disparity_core::needs::{Need, Part, Way};
use disparity_core::neighbourhoods::FootprintOrigin;
use disparity_core::{Interval, Reported, round_half_up};

use super::{NeedsView, seen, take};
use crate::format::{count, grouped, sentence};

/// The findings in the order in which they open a document: who lives there, what is expected, where.
#[must_use]
pub fn findings(view: NeedsView<'_>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    all.extend(children(view));
    all.extend(deprivation(view));
    let needs = view.needs();
    let is_indicator = |need: &&Need| matches!(need, Need::Indicator(_));
    all.extend(
        needs
            .iter()
            .filter(is_indicator)
            .filter_map(|need| expected(view, *need)),
    );
    all.extend(family_help_plans(view));
    all.extend(family_help_allowance(view));
    all.extend(view.in_need().and_then(|need| teams(view, need)));
    all.extend(view.in_need().and_then(|need| concentration(view, need)));
    all.extend(ethnic_groups(view));
    all.extend(seen::findings(view));
    all.extend(take::findings(view));
    all
}

/// The two ends of an interval of whole things as people read them, rounded where that takes away less than a tenth
/// of its length: 2,388 to 2,603 is `2,390` and `2,600`, 12 to 19 is `12` and `19`.
#[must_use]
pub fn ends(interval: Interval) -> (String, String) {
    let tenth = (interval.high - interval.low) / 10.0;
    let step = if tenth >= 1.0 && tenth.is_finite() {
        10_f64.powf(tenth.log10().floor())
    } else {
        1.0
    };
    let shown = |end: f64| {
        let steps = round_half_up(end / step, 0).unwrap_or(end / step);
        count(steps * step)
    };
    (shown(interval.low), shown(interval.high))
}

/// `between 310 and 420`; `about 310` where both ends print alike.
#[must_use]
pub fn between(interval: Interval) -> String {
    let (low, high) = ends(interval);
    if low == high {
        format!("about {low}")
    } else {
        format!("between {low} and {high}")
    }
}

/// A share in whole per cent; `less than 1%` of a share that is not nought.
fn share(part: f64, whole: f64) -> Option<String> {
    if whole <= 0.0 {
        return None;
    }
    let percent = part / whole * 100.0;
    Some(if percent > 0.0 && percent < 0.5 {
        "less than 1%".to_owned()
    } else {
        grouped(percent, 0) + "%"
    })
}

/// One thing or several: `1 team`, `3 teams`.
fn several(number: usize, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        count(number as f64),
        if number == 1 { one } else { many }
    )
}

/// What the figures are, for the head of every output.
#[must_use]
pub fn what_they_are(view: NeedsView<'_>) -> String {
    format!(
        "Estimates from published figures. Nobody counted children in need by neighbourhood: what is expected of a part of {} \
         is what its children’s ages, ethnic groups and deprivation would give at England’s rates.",
        view.authority()
    )
}

/// What the intervals are.
#[must_use]
pub fn intervals(view: NeedsView<'_>) -> String {
    format!(
        "Every interval is a {} interval unless it says otherwise: where the expected number may lie, given how uncertain \
         England’s rates and the children by ethnic group are. A count of one year varies more, as chance and differences \
         between neighbourhoods come on top. Sentences round their intervals; tables do not.",
        view.level()
    )
}

/// How many children live in the authority.
fn children(view: NeedsView<'_>) -> Option<String> {
    let all = view.children(Part::Authority)?.children;
    Some(format!(
        "{} children aged 0 to 17 lived in {} in the middle of {}, by the estimate that published rates use.",
        count(all),
        view.authority(),
        view.assessment().period.year() - 1
    ))
}

/// How many of its children live among the most deprived, beside England.
fn deprivation(view: NeedsView<'_>) -> Option<String> {
    let own = view.children(Part::Authority)?;
    let of_own = share(own.by_decile[0], own.children)?;
    let england = view.assessment().england.first();
    let beside = england.and_then(|england| {
        let children = england.by_decile.map(|tenth| tenth.children);
        share(children[0], children.iter().sum())
    });
    let beside = beside.map_or(String::new(), |of| {
        format!(", against {of} of England’s children")
    });
    Some(format!(
        "{} live in the most deprived tenth of England’s neighbourhoods{beside} (Index of Multiple Deprivation {}).",
        match of_own.as_str() {
            "0%" => "None of them".to_owned(),
            _ => sentence(&format!("{of_own} of them")),
        },
        view.assessment().edition
    ))
}

/// What children would be expected to be: `to be in need in Hartlepool on 31 March 2025`.
fn what(view: NeedsView<'_>, need: Need) -> String {
    let (authority, year) = (view.authority(), view.year(need));
    match view.word(need) {
        "cin_at_31_march" => format!("to be in need in {authority} on 31 March {year}"),
        "cpp_at_31_march" => {
            format!("to be on a child protection plan in {authority} on 31 March {year}")
        }
        "cla_at_31_march" => format!("to be looked after by {authority} on 31 March {year}"),
        "referrals" => format!("in {authority} in the year to 31 March {year}"),
        "family_help_plans" => match view.of_different_years(need) {
            Some([(_, in_need), (_, protected)]) => format!(
                "to be on a child in need plan (as on 31 March {}) or a protection plan (31 March {}) in {authority}",
                in_need.year(),
                protected.year()
            ),
            _ => format!(
                "to be on a child in need or protection plan in {authority} on 31 March {year}"
            ),
        },
        _ => format!("in {authority} ({}, {year})", view.title(need)),
    }
}

/// What is expected at England's rates and of authorities like it, beside what was counted.
#[must_use]
pub fn expected(view: NeedsView<'_>, need: Need) -> Option<String> {
    let at_rates = view
        .likely(need, Way::EnglandRates, Part::Authority)
        .value()?;
    let like_it = view.likely(need, Way::AsExpected, Part::Authority).value();
    let like_it = like_it.map_or(String::new(), |own| {
        format!(
            ", and {} as expected of authorities like it",
            between(own.intervals.shown())
        )
    });
    Some(sentence(&format!(
        "{} {} would be expected {} at England’s rates ({} interval){like_it}; {}.",
        between(at_rates.intervals.shown()),
        view.noun(need),
        what(view, need),
        view.level(),
        counted(view, need)
    )))
}

/// What was counted. Nothing is said of how far that is from what is expected: authorities alike in all that is known
/// differ by more than these intervals hold, and what is unusual among them the program says elsewhere.
fn counted(view: NeedsView<'_>, need: Need) -> String {
    match view.counted(need) {
        Reported::Symbol(symbol) => format!("how many were counted is {}", symbol.meaning()),
        Reported::Value(1) => "1 was counted".to_owned(),
        Reported::Value(found) => {
            let when = match view.of_different_years(need) {
                Some(_) => " on those days",
                None => "",
            };
            format!("{} were counted{when}", count(f64::from(found)))
        }
    }
}

/// An assumption's value.
fn assumed(view: NeedsView<'_>, name: &str) -> Option<f64> {
    let mut all = view.assessment().assumed.iter();
    all.find(|own| own.name == name).map(|own| own.value)
}

/// A share that was assumed, without decimals that it has not: `5%`, `2.5%`.
pub(super) fn percent(share: f64) -> String {
    let shown = round_half_up(share * 100.0, 2).unwrap_or(share * 100.0);
    format!("{shown}%")
}

/// Children on plans: the counted part of the Family Help cohort.
fn family_help_plans(view: NeedsView<'_>) -> Option<String> {
    let sentence = expected(view, Need::FamilyHelpPlans)?;
    let early = assumed(view, "early_help_share").unwrap_or(0.0);
    let added = if early > 0.0 {
        format!(
            " {} of all children are added as in targeted early help to what is expected: an assumption, not a count.",
            percent(early)
        )
    } else {
        " Children in targeted early help come on top; how many is published nowhere, and none are assumed.".to_owned()
    };
    Some(format!(
        "Family Help: {}{}{added}",
        sentence[..1].to_lowercase(),
        &sentence[1..]
    ))
}

/// The allowance of the Independent Review for the Family Help cohort.
fn family_help_allowance(view: NeedsView<'_>) -> Option<String> {
    let own = view
        .likely(
            Need::FamilyHelpAllowance,
            Way::EnglandRates,
            Part::Authority,
        )
        .value()?;
    let share = assumed(view, "family_help_share")?;
    let whose = if (share - 0.05).abs() < 1e-9 {
        "the Independent Review’s allowance of 5%".to_owned()
    } else {
        format!("an allowance of {}", percent(share))
    };
    Some(format!(
        "At {whose} of England’s children, spread as children in need are, {} children in {} would be in the Family Help \
         cohort ({} interval). The allowance is an assumption, not a count, and the interval takes it as given.",
        between(own.intervals.shown()),
        view.authority(),
        view.level()
    ))
}

/// Whose teams they are: `8 teams proposed to have 30,000 to 50,000 residents each`.
#[must_use]
pub fn whose_teams(view: NeedsView<'_>) -> Option<String> {
    let footprints = view.assessment().footprints.as_ref()?;
    let number = several(footprints.all.len(), "team", "teams");
    Some(match footprints.origin {
        FootprintOrigin::Given => format!("{number} as given"),
        FootprintOrigin::Proposed(size) => format!(
            "{number} proposed to have {} to {} residents each",
            count(f64::from(size.low())),
            count(f64::from(size.high()))
        ),
    })
}

/// The teams with most and with fewest expected, if any can be told from the others.
#[must_use]
pub fn teams(view: NeedsView<'_>, need: Need) -> Option<String> {
    let parts = view.parts(|part| matches!(part, Part::Team(_)));
    let mut all: Vec<(Part, Interval, f64)> = Vec::with_capacity(parts.len());
    for part in parts {
        let own = view.likely(need, Way::EnglandRates, part).value()?;
        all.push((part, own.intervals.shown(), own.expected));
    }
    if all.len() < 2 {
        return None;
    }
    all.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
    let (most, least) = (all.first()?, all.last()?);
    let who = whose_teams(view)?;
    if most.1.low <= least.1.high {
        return Some(format!(
            "Of {who}, none can be said to expect more {} than another: the {} intervals of all of them overlap.",
            in_words(view, need),
            view.level()
        ));
    }
    let of = |(part, interval, _): &(Part, Interval, f64)| {
        let children = view.children(*part).map_or(String::new(), |own| {
            format!(" of its {}", count(own.children))
        });
        format!(
            "{} ({}{children})",
            view.part_name(*part),
            between(*interval)
        )
    };
    let overlap = |(own, interval, _): &(Part, Interval, f64)| {
        let others = all.iter().filter(|(part, ..)| part != own);
        let number = others
            .filter(|(_, other, _)| other.low <= interval.high && interval.low <= other.high)
            .count();
        if number == 0 {
            String::new()
        } else {
            format!(
                ", whose interval overlaps {}",
                match number {
                    1 => "that of one other team".to_owned(),
                    more => format!("those of {more} other teams"),
                }
            )
        }
    };
    Some(format!(
        "Of {who}, most {} would be expected in {}{}, and fewest in {}{} (England’s rates, {} intervals).",
        in_words(view, need),
        of(most),
        overlap(most),
        of(least),
        overlap(least),
        view.level()
    ))
}

/// What a need is called within a sentence.
#[must_use]
pub fn in_words(view: NeedsView<'_>, need: Need) -> String {
    match view.word(need) {
        "cin_at_31_march" => "children in need".to_owned(),
        "cpp_at_31_march" => "children on a child protection plan".to_owned(),
        "cla_at_31_march" => "children looked after".to_owned(),
        "referrals" => "referrals".to_owned(),
        "family_help_plans" => "children on a child in need or protection plan".to_owned(),
        "family_help_allowance" => {
            "children in the Family Help cohort at the Independent Review’s allowance".to_owned()
        }
        _ => view.title(need).to_owned(),
    }
}

/// In how few neighbourhoods half of what is expected is found.
#[must_use]
pub fn concentration(view: NeedsView<'_>, need: Need) -> Option<String> {
    let parts = view.parts(|part| matches!(part, Part::Neighbourhood(_)));
    let mut all: Vec<(f64, f64)> = Vec::with_capacity(parts.len());
    for part in parts {
        let own = view.likely(need, Way::EnglandRates, part).value()?;
        all.push((own.expected, view.children(part)?.children));
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)));
    let expected: f64 = all.iter().map(|own| own.0).sum();
    let children: f64 = all.iter().map(|own| own.1).sum();
    if all.len() < 10 || expected <= 0.0 {
        return None;
    }
    let (mut number, mut held, mut living) = (0_usize, 0.0, 0.0);
    for own in &all {
        (number, held, living) = (number + 1, held + own.0, living + own.1);
        if held >= expected / 2.0 {
            break;
        }
    }
    Some(format!(
        "Half of the {} that would be expected live in {} of {} neighbourhoods ({}), which hold {} of all children. What is \
         seen is likely to be more concentrated: these are estimates for neighbourhoods of a kind, and neighbourhoods of \
         one kind differ.",
        in_words(view, need),
        count(number as f64),
        count(all.len() as f64),
        share(number as f64, all.len() as f64)?,
        share(living, children)?
    ))
}

/// Children by ethnic group, each group by its name.
#[must_use]
pub fn ethnic_groups(view: NeedsView<'_>) -> Option<String> {
    let own = view.children(Part::Authority)?;
    match own.by_group {
        Reported::Symbol(symbol) => Some(format!(
            "The number of children in each ethnic group is {}.",
            symbol.meaning()
        )),
        Reported::Value(groups) => {
            let each = view.groups().into_iter().zip(groups).map(|(name, own)| {
                let (low, high) = ends(own.intervals.shown());
                format!("{name} {low} to {high}")
            });
            let each: Vec<String> = each.collect();
            Some(format!(
                "Children by ethnic group, estimated from pupils and the census ({} intervals): {}.",
                view.level(),
                each.join("; ")
            ))
        }
    }
}

/// What a relation between areas cannot show.
#[must_use]
pub fn limits(view: NeedsView<'_>) -> Vec<String> {
    let authority = view.authority();
    vec![
        "Expected is not needed. It is what children of the same age and ethnic group in neighbourhoods as deprived have in \
         England, with whatever is over-served and under-served there: a group that England’s services miss is expected to \
         be missed here too."
            .to_owned(),
        "The relation is ecological. How rates go with deprivation was found between authorities; nothing says that they go so \
         between neighbourhoods, between families, or for one child. It must not be used to judge a family."
            .to_owned(),
        format!(
            "A neighbourhood is given what neighbourhoods of its kind have. What is particular about it (a hostel, a good \
             school, a family hub, how services in {authority} work) is not in its figure, only in how wide its interval is."
        ),
        "Intervals do not hold how authorities alike in age, ethnic group and deprivation differ from one another, which is \
         more than chance gives. A count outside an interval is not by itself unusual."
            .to_owned(),
        "A difference between what was counted and what is expected has many possible reasons: need, who asks for help, who \
         is believed, thresholds, what help there is before a referral, how cases are recorded. The figures cannot tell them \
         apart. Higher or lower is not better or worse."
            .to_owned(),
        "Children looked after are counted by the authority that looks after them, wherever they live now; what is expected of \
         a neighbourhood is where they would come from if they came as children in England do."
            .to_owned(),
        "Children by ethnic group of a neighbourhood are published nowhere. They are estimated, and inside a neighbourhood \
         every group is taken to have the same ages."
            .to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_rounded_by_less_than_a_tenth_of_their_length() {
        let said = |low, high| ends(Interval { low, high });
        let pair = |low: &str, high: &str| (low.to_owned(), high.to_owned());
        assert_eq!(said(2_388.0, 2_603.0), pair("2,390", "2,600"));
        assert_eq!(said(311.2, 419.0), pair("310", "420"));
        assert_eq!(said(12.3, 18.9), pair("12", "19"));
        assert_eq!(said(40_321.0, 52_880.0), pair("40,000", "53,000"));
        assert_eq!(said(0.2, 2.7), pair("0", "3"));
        assert_eq!(
            between(Interval {
                low: 7.1,
                high: 7.3
            }),
            "about 7"
        );
        let random = [
            (3.0, 5.0),
            (99.4, 110.6),
            (1_000.0, 1_101.0),
            (5.5, 9_000.0),
        ];
        for (low, high) in random {
            let (a, b) = said(low, high);
            let number = |text: &str| text.replace(',', "").parse::<f64>().unwrap();
            let most = ((high - low) / 10.0_f64).max(1.0) / 2.0 + 1e-9;
            assert!(
                (number(&a) - low).abs() <= most && (number(&b) - high).abs() <= most,
                "{a} {b}"
            );
        }
    }

    #[test]
    fn a_share_that_is_not_nought_is_not_said_to_be() {
        assert_eq!(share(0.0, 10.0).unwrap(), "0%");
        assert_eq!(share(0.01, 10.0).unwrap(), "less than 1%");
        assert_eq!(share(2.5, 10.0).unwrap(), "25%");
        assert_eq!(share(1.0, 0.0), None);
        assert_eq!(
            (percent(0.05), percent(0.025)),
            ("5%".to_owned(), "2.5%".to_owned())
        );
    }
}
