//! What a page says before it shows figures: a few sentences that the figures bear out.
//!
//! What means nothing is not said. A comparison is put as a number of times only where its interval leaves out 1, a
//! change only where its interval leaves out none, and a group only where it clearly differs.

use disparity_core::{
    Area, AreaCode, CellKey, Comparator, Contrast, Dimension, Expected, ExpectedModel, IndicatorId,
    Interval, IssueCode, Measure, Measured, Nation, Period, Position, Reported, Stratum, Timing,
};

use super::words::{Place, Sentence, listed};
use crate::format::{grouped, unit_words};
use crate::profile::Row;
use crate::view::View;

/// No page opens with more sentences.
const MOST: usize = 6;

/// So many indicators have a sentence of their own, beside the first one.
const OWN: usize = 2;

/// Groups are told of this many of the latest years: an older difference is no finding of today.
const RECENT: usize = 2;

/// A ratio whose interval ends at more times its start says too little of how large it is.
const WIDEST: f64 = 4.0;

/// What can be said of one authority, of the indicators that the charts show.
pub(super) fn of_authority(
    view: View<'_>,
    area: &Area,
    charted: &[IndicatorId],
    rows: &[Row<'_>],
) -> Vec<Sentence> {
    let shown: Vec<&Row<'_>> = charted
        .iter()
        .filter_map(|id| rows.iter().find(|row| row.indicator == *id))
        .collect();
    let stands_out = |row: &&Row<'_>| among(row).is_some_and(Position::stands_out);
    let mut own: Vec<&Row<'_>> = shown.iter().take(1).copied().collect();
    let more: Vec<&Row<'_>> = shown.iter().skip(1).copied().filter(stands_out).collect();
    own.extend(more.into_iter().take(OWN));
    let told = |row: &Row<'_>| own.iter().any(|own| own.indicator == row.indicator);
    let rest: Vec<&Row<'_>> = shown.iter().copied().filter(|row| !told(row)).collect();
    let mut all: Vec<Sentence> = own.iter().map(|row| lead(view, area, row)).collect();
    all.extend(within_usual(view, &rest));
    all.extend(change(view, area, &shown));
    all.extend(
        shown
            .first()
            .and_then(|row| groups(view, area, row.indicator)),
    );
    if area.tiny {
        all.push(Sentence::of(
            "Its counts are too small to be ranked or compared with other authorities’: read them as counts.",
        ));
    }
    all.truncate(MOST);
    all
}

/// What can be said of England.
pub(super) fn of_england(
    view: View<'_>,
    charted: &[IndicatorId],
    rows: &[Row<'_>],
    england: &Area,
) -> Vec<Sentence> {
    let of = |id: &IndicatorId| {
        let row = rows.iter().find(|row| row.indicator == *id)?;
        let place = Place {
            indicator: view.indicator(*id),
            period: row.period,
            area: view.national(),
        };
        let start = figure(place, row)?;
        Some(match clear_change(row) {
            Some((found, before)) => start
                .words(format!("; since {before} that has changed by "))
                .change(
                    found,
                    place.contrast("Total", "five_years_before", Measure::Ratio),
                )
                .words("."),
            None => start.words("."),
        })
    };
    let mut all: Vec<Sentence> = charted.iter().filter_map(of).collect();
    all.extend(charted.first().and_then(|id| groups(view, england, *id)));
    all.truncate(MOST);
    all
}

/// Where a row lies among authorities, by the expectation that is quoted.
fn among(row: &Row<'_>) -> Option<Position> {
    row.quoted?.verdict().value().map(|verdict| verdict.among)
}

/// On which day, or in which year.
fn when(view: View<'_>, id: IndicatorId, period: Period) -> String {
    match view.indicator(id).timing {
        Timing::AsAt => format!("on 31 March {period}"),
        Timing::During => format!("in the year to 31 March {period}"),
    }
}

/// The count and the rate: `Looked after: 352 children on …, 65 per 10,000 children (58 to 72)`.
fn figure(place: Place<'_>, row: &Row<'_>) -> Option<Sentence> {
    let (own, total) = (place.indicator, place.estimate("Total"));
    let (found, count) = (row.estimate.value()?, row.count.value()?);
    Some(
        Sentence::of(format!("{}: ", own.short_title))
            .figure(grouped(f64::from(count), 0), total.clone(), "numerator")
            .words(format!(" {} in {}, ", own.counted.noun, place.period))
            .rate(found.value, own, total.clone(), "estimate")
            .words(format!(" {} (", unit_words(own.unit())))
            .rate_interval(&found, own, total)
            .words(")"),
    )
}

/// The first sentence about an indicator: the figure, England, and what is usual.
fn lead(view: View<'_>, area: &Area, row: &Row<'_>) -> Sentence {
    let place = Place {
        indicator: view.indicator(row.indicator),
        period: row.period,
        area: area.code,
    };
    let Some(start) = figure(place, row) else {
        let symbol = row.estimate.symbol().or(row.count.symbol());
        let why = symbol.map_or("not available", disparity_core::Symbol::meaning);
        return Sentence::of(format!(
            "{}: the figure {} is {why}.",
            place.indicator.short_title,
            when(view, row.indicator, row.period)
        ));
    };
    let with_england = england(place, row, start);
    usual(place, row.quoted, with_england).words(".")
}

/// Beside England: in words only as far as the interval bears them out.
fn england(place: Place<'_>, row: &Row<'_>, before: Sentence) -> Sentence {
    let (Reported::Value(value), Reported::Value(found)) = (row.england.value, row.england.ratio)
    else {
        return before;
    };
    let nation = Nation::of(place.area).unwrap_or_default();
    let contrast = || place.contrast("Total", nation.word(), Measure::Ratio);
    let whose = nation.possessive();
    let ends = found.intervals.shown();
    let opening = match beyond(ends) {
        Beyond::Twice => format!(", more than twice {whose} "),
        Beyond::Half => format!(", less than half {whose} "),
        Beyond::One => {
            return before
                .words(", ")
                .ratio(&found, contrast(), "estimate")
                .words(format!(" times {whose} "))
                .rate(value, place.indicator, contrast(), "comparator_value")
                .words(" (")
                .ratio_interval(&found, contrast())
                .words(")");
        }
        Beyond::Nothing => {
            return before
                .words(format!(", not clearly different from {whose} "))
                .rate(value, place.indicator, contrast(), "comparator_value");
        }
    };
    before
        .words(opening)
        .rate(value, place.indicator, contrast(), "comparator_value")
        .words(" (")
        .ratio(&found, contrast(), "estimate")
        .words(" times, ")
        .ratio_interval(&found, contrast())
        .words(")")
}

/// What the interval of a ratio leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beyond {
    Twice,
    Half,
    One,
    Nothing,
}

fn beyond(ends: Interval) -> Beyond {
    if ends.low > 2.0 {
        Beyond::Twice
    } else if ends.high < 0.5 {
        Beyond::Half
    } else if ends.low > 1.0 || ends.high < 1.0 {
        Beyond::One
    } else {
        Beyond::Nothing
    }
}

/// Beside what is usual, given who lives there; nothing without a model, as England is named already.
fn usual(place: Place<'_>, quoted: Option<&Expected>, before: Sentence) -> Sentence {
    let Some(quoted) = quoted.filter(|row| matches!(row.model, ExpectedModel::Structural(_)))
    else {
        return before;
    };
    let (Reported::Value(outcome), Reported::Value(verdict)) = (quoted.outcome, quoted.verdict())
    else {
        return before;
    };
    let row = || place.expected(quoted.model);
    let found = &outcome.ratio;
    if verdict.own.stands_out() {
        let joined = if verdict.among.stands_out() {
            "which is "
        } else {
            "which is still "
        };
        before
            .words("; ")
            .ratio(found, row(), "ratio")
            .words(" times what is usual given who lives there (")
            .ratio_interval(found, row())
            .words(format!(
                "), {joined}{} between authorities",
                verdict.among.among_authorities()
            ))
    } else {
        before
            .words("; not clearly different from what is usual given who lives there (")
            .ratio(found, row(), "ratio")
            .words(" times, ")
            .ratio_interval(found, row())
            .words(")")
    }
}

/// The indicators of which nothing more need be said.
fn within_usual(view: View<'_>, rest: &[&Row<'_>]) -> Option<Sentence> {
    let inside = |row: &&&Row<'_>| among(row).is_some_and(|position| !position.stands_out());
    let names: Vec<String> = rest
        .iter()
        .filter(inside)
        .map(|row| view.indicator(row.indicator).short_title.to_lowercase())
        .collect();
    (!names.is_empty()).then(|| {
        let modelled = |row: &&Row<'_>| {
            row.quoted
                .is_some_and(|own| matches!(own.model, ExpectedModel::Structural(_)))
        };
        let given = if rest.iter().all(modelled) {
            " given who lives there"
        } else {
            ""
        };
        Sentence::of(format!(
            "Within what is usual between authorities{given}: {}.",
            listed(&names)
        ))
    })
}

/// The change of a rate in five years, where it is one, with the year that it is from.
fn clear_change<'r>(row: &'r Row<'_>) -> Option<(&'r Measured, Period)> {
    let Reported::Value(found) = &row.five_years_before.ratio else {
        return None;
    };
    let before = Period::ending(row.period.year() - 5)?;
    let clear = beyond(found.intervals.shown()) != Beyond::Nothing;
    clear.then_some((found, before))
}

/// The largest clear change in five years.
fn change(view: View<'_>, area: &Area, shown: &[&Row<'_>]) -> Option<Sentence> {
    let far = |found: &Measured| found.value.max(f64::MIN_POSITIVE).ln().abs();
    let (row, found, before) = shown
        .iter()
        .filter_map(|row| clear_change(row).map(|(found, before)| (row, found, before)))
        .max_by(|a, b| far(a.1).total_cmp(&far(b.1)))?;
    let place = Place {
        indicator: view.indicator(row.indicator),
        period: row.period,
        area: area.code,
    };
    Some(
        Sentence::of(format!(
            "{}: from {before} to {} the rate changed by ",
            place.indicator.short_title, row.period
        ))
        .change(
            found,
            place.contrast("Total", "five_years_before", Measure::Ratio),
        )
        .words(largest(shown.len())),
    )
}

fn largest(of: usize) -> &'static str {
    if of > 1 {
        ", the largest clear change in five years of the figures named here."
    } else {
        "."
    }
}

/// A broad ethnic group beside the reference group.
struct Group {
    label: String,
    found: Measured,
}

/// The group with the highest and the one with the lowest rate beside the reference group, where they clearly
/// differ from it.
fn groups(view: View<'_>, area: &Area, indicator: IndicatorId) -> Option<Sentence> {
    let recent = view.periods(indicator).into_iter().rev().take(RECENT);
    let period = { recent }.find(|period| {
        let found = of_period(view, area.code, indicator, *period);
        !found.is_empty()
    })?;
    let all = of_period(view, area.code, indicator, period);
    let value = |group: &&Group| group.found.value;
    let high = all.iter().max_by(|a, b| value(a).total_cmp(&value(b)))?;
    let low = all.iter().min_by(|a, b| value(a).total_cmp(&value(b)))?;
    let list = view.catalogue.dimensions.list(Dimension::EthnicityMajor);
    let reference = list.get(list.id(&view.plan.reference_group)?);
    let own = view.indicator(indicator);
    let place = Place {
        indicator: own,
        period,
        area: area.code,
    };
    let of = |sentence: Sentence, group: &Group| {
        let row = || place.contrast(&group.label, "reference_group", Measure::Ratio);
        sentence
            .ratio(&group.found, row(), "estimate")
            .words(" times (")
            .ratio_interval(&group.found, row())
            .words(format!(") for children of the group “{}”", group.label))
    };
    let start = Sentence::of(format!(
        "{}, {period}: against the rate of children of the group “{}”, the rate is ",
        own.short_title, reference.label
    ));
    let mut told = Vec::new();
    if high.found.value > 1.0 {
        told.push(high);
    }
    if low.found.value < 1.0 {
        told.push(low);
    }
    let mut sentence = start;
    for (group, at) in told.iter().zip(0..) {
        sentence = of(
            if at == 0 {
                sentence
            } else {
                sentence.words(" and ")
            },
            group,
        );
    }
    Some(sentence.words(", before anything else is known of them."))
}

/// The groups whose rate clearly differs from that of the reference group.
fn of_period(view: View<'_>, area: AreaCode, indicator: IndicatorId, period: Period) -> Vec<Group> {
    let list = view.catalogue.dimensions.list(Dimension::EthnicityMajor);
    let known = list.iter().filter(|(_, category)| !category.unknown);
    let of = |stratum: Stratum| -> Option<&Contrast> {
        let key = CellKey {
            indicator,
            period,
            area,
            stratum,
        };
        let contrasts = view.results().contrasts_of(&key).iter();
        { contrasts }.find(|row| {
            row.measure == Measure::Ratio && matches!(row.comparator, Comparator::Group(_))
        })
    };
    known
        .filter_map(|(id, category)| {
            let row = of(Stratum::TOTAL.with(Dimension::EthnicityMajor, id))?;
            let found = row.outcome.value()?;
            let ends = found.intervals.shown();
            let clear = beyond(ends) != Beyond::Nothing && ends.high <= WIDEST * ends.low;
            let few = row.issues.contains(IssueCode::SmallCount);
            (clear && !few).then(|| Group {
                label: category.label.clone(),
                found,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_as_strong_as_the_interval() {
        let of = |low, high| beyond(Interval { low, high });
        assert_eq!(of(2.1, 3.0), Beyond::Twice);
        assert_eq!(of(1.9, 3.0), Beyond::One);
        assert_eq!(of(0.2, 0.49), Beyond::Half);
        assert_eq!(of(0.4, 0.9), Beyond::One);
        assert_eq!(of(0.9, 1.1), Beyond::Nothing);
        assert_eq!(of(1.0, 1.1), Beyond::Nothing);
    }
}
