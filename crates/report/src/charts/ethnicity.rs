//! Ethnic groups named one by one: the rate of each with its interval, in code-list order.

use disparity_core::{
    AreaCode, CellKey, Comparator, Dimension, Indicator, IndicatorId, IssueCode, Measure, Measured,
    Period, Reported, Stratum, Symbol,
};

use super::rows::{Mark, Reach, Rows, headings};
use super::svg::{self, Anchor, Canvas, DARK_BLUE, Drawn, GREY, INK, ORANGE};
use super::{Chart, DataTable, Spot};
use crate::format::{absence, grouped, rate, ratio, reported, unit_words, with_interval};
use crate::view::View;

pub(super) const ROW: i32 = 34;
pub(super) const LABELS: i32 = 300;
pub(super) const TOP: i32 = 84;

struct Group {
    label: String,
    count: Reported<u32>,
    outcome: Reported<Measured>,
    ratio: Reported<Measured>,
    carried: bool,
}

/// The groups of one area and period; nothing where no counts by ethnic group are published.
#[must_use]
pub fn ethnicity(
    view: View<'_>,
    indicator: IndicatorId,
    period: Period,
    area: AreaCode,
) -> Option<Chart> {
    let own = view.indicator(indicator);
    let groups = groups(view, indicator, period, area);
    if groups.is_empty() {
        return None;
    }
    let everyone = view
        .total(indicator, period, area)
        .and_then(|row| row.outcome.value());
    let place = view.catalogue.areas.name(area);
    if !groups.iter().any(|group| group.outcome.is_value()) {
        return None;
    }
    let each = groups.iter();
    let each = each.map(|group| (group.label.as_str(), group.outcome));
    let each: Vec<_> = each.collect();
    let title = format!(
        "{}, {place}, {period}: {}",
        own.title,
        finding((own, "rate"), &each, everyone.as_ref())
    );
    let level = view.level();
    let description = format!(
        "Each line is one ethnic group, in the order of the published list. The dot is the figure {}; the bar is its {} \
         interval. The vertical line is everyone. The number of children in each group is estimated from pupils of \
         state-funded schools, and the bar includes how far wrong such estimates have been.",
        unit_words(own.unit()),
        level
    );
    let height =
        TOP.unsigned_abs() + u32::try_from(groups.len()).unwrap_or(0) * ROW.unsigned_abs() + 60;
    let rows = frame(own, &groups, view.width() - 170);
    let svg = svg::draw(
        &view.watermark(),
        (view.width().unsigned_abs(), height),
        (&title, &description),
        |canvas| {
            let heading = format!("{}, {place}, {period}", own.title);
            let heading = (heading.as_str(), level.as_str());
            paint(canvas, heading, &rows, &groups, everyone.as_ref())
        },
    );
    let spots = groups.iter().zip(0..).filter_map(|(group, i)| {
        let x = rows.at(group.outcome.value()?.value);
        Some(Spot::of((x, TOP + ROW * i + ROW / 2), &group.label))
    });
    let spots = spots.collect();
    let note = if groups.iter().any(|group| group.carried) {
        " Pupils of all schools by ethnic group are not in the tables compiled here for that year; shares of the nearest year \
         that is, moved on with those of primary pupils where these are."
    } else {
        ""
    };
    let file = format!("ethnicity_{}_{area}.svg", own.name);
    let table = table(own, &groups, (&place, &level), period);
    Some(Chart {
        file,
        title,
        description,
        svg,
        table,
        source: view.source(indicator) + note,
        spots,
    })
}

fn groups(view: View<'_>, indicator: IndicatorId, period: Period, area: AreaCode) -> Vec<Group> {
    let list = view.catalogue.dimensions.list(Dimension::EthnicityMajor);
    list.iter()
        .filter_map(|(id, category)| {
            let stratum = Stratum::TOTAL.with(Dimension::EthnicityMajor, id);
            let row = view.estimate(indicator, period, area, stratum)?;
            let key = CellKey {
                indicator,
                period,
                area,
                stratum,
            };
            let against = view.results().contrasts_of(&key).iter().find(|row| {
                row.measure == Measure::Ratio && matches!(row.comparator, Comparator::Group(_))
            });
            Some(Group {
                label: category.label.clone(),
                count: row.numerator,
                outcome: row.outcome,
                ratio: against.map_or(Reported::Symbol(Symbol::NotApplicable), |row| row.outcome),
                carried: row.issues.contains(IssueCode::PupilShareCarried)
                    || row.issues.contains(IssueCode::PupilShareLinked),
            })
        })
        .collect()
}

/// Whose rates are clearly different from everyone's, in words: those whose intervals leave it out, in the order of the
/// list, as an order of rates whose intervals overlap says nothing.
pub(super) fn finding(
    (own, figure): (&Indicator, &str),
    groups: &[(&str, Reported<Measured>)],
    everyone: Option<&Measured>,
) -> String {
    let Some(everyone) = everyone else {
        return format!("the {figure} of each group with its interval");
    };
    let apart = |wanted: Side| {
        let found = groups.iter().filter_map(|(label, outcome)| {
            let found = outcome.value()?;
            let is = side(&found, everyone) == Some(wanted);
            is.then(|| format!("{label} ({})", rate(found.value, own)))
        });
        found.collect::<Vec<_>>().join(", ")
    };
    let all = rate(everyone.value, own);
    match (apart(Side::Above).as_str(), apart(Side::Below).as_str()) {
        ("", "") => format!("no group’s {figure} is clearly different from everyone’s ({all})"),
        (above, "") => format!("the {figure} is clearly above everyone’s ({all}) for {above}"),
        ("", below) => format!("the {figure} is clearly below everyone’s ({all}) for {below}"),
        (above, below) => format!(
            "the {figure} is clearly above everyone’s ({all}) for {above}, and clearly below it for {below}"
        ),
    }
}

/// On which side of another figure an interval lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Above,
    Below,
}

/// On which side of everyone's rate an interval lies that leaves it out.
pub(crate) fn side(found: &Measured, everyone: &Measured) -> Option<Side> {
    let ends = found.intervals.shown();
    if ends.low > everyone.value {
        Some(Side::Above)
    } else if ends.high < everyone.value {
        Some(Side::Below)
    } else {
        None
    }
}

/// Where the rows are, and how values become pixels.
fn frame<'a>(own: &'a Indicator, groups: &[Group], right: i32) -> Rows<'a> {
    let known: Vec<Measured> = groups.iter().filter_map(|g| g.outcome.value()).collect();
    let bottom = TOP + ROW * i32::try_from(groups.len()).unwrap_or(0);
    let reach = Reach::covering(known.iter());
    Rows::new(own, reach, (LABELS + 10, right), (TOP, bottom))
}

fn paint(
    canvas: &Canvas<'_>,
    (heading, level): (&str, &str),
    rows: &Rows<'_>,
    groups: &[Group],
    everyone: Option<&Measured>,
) -> Drawn {
    let measure = format!("Rate per 10,000 children of the group, with {level} interval");
    headings(canvas, heading, &measure)?;
    rows.axis(canvas)?;
    if let Some(everyone) = everyone {
        rows.benchmark(canvas, "Everyone", everyone.value)?;
    }
    for (group, i) in groups.iter().zip(0..) {
        paint_group(canvas, group, everyone, rows, TOP + ROW * i + ROW / 2)?;
    }
    Ok(())
}

fn paint_group(
    canvas: &Canvas<'_>,
    group: &Group,
    everyone: Option<&Measured>,
    rows: &Rows<'_>,
    y: i32,
) -> Drawn {
    svg::text(canvas, &group.label, (LABELS, y), 13, INK, Anchor::End)?;
    let Reported::Value(measured) = group.outcome else {
        let why = group.outcome.symbol().map(absence).unwrap_or_default();
        let counted = reported(&group.count, |n| grouped(f64::from(*n), 0));
        let words = format!("{why} {counted} counted");
        return svg::text(canvas, &words, (LABELS + 14, y), 12, GREY, Anchor::Start);
    };
    paint_figure(canvas, &measured, everyone, rows, y)?;
    let words = with_interval(&measured, rows.own);
    let right = svg::width(canvas) - 12;
    svg::text(canvas, &words, (right, y), 12, INK, Anchor::End)
}

/// The dot and bar of a group, in the colour of the side of everyone's figure on which it clearly lies.
pub(super) fn paint_figure(
    canvas: &Canvas<'_>,
    measured: &Measured,
    everyone: Option<&Measured>,
    rows: &Rows<'_>,
    y: i32,
) -> Drawn {
    let colour = match everyone.and_then(|everyone| side(measured, everyone)) {
        Some(Side::Above) => ORANGE,
        Some(Side::Below) => DARK_BLUE,
        None => GREY,
    };
    let mark = Mark {
        colour,
        filled: true,
        width: 3,
        radius: 6,
    };
    rows.figure(canvas, measured, y, mark)
}

fn table(
    own: &Indicator,
    groups: &[Group],
    (place, level): (&str, &str),
    period: Period,
) -> DataTable {
    let rows = groups.iter().map(|group| {
        vec![
            group.label.clone(),
            reported(&group.count, |n| grouped(f64::from(*n), 0)),
            reported(&group.outcome, |measured| with_interval(measured, own)),
            reported(&group.ratio, ratio),
        ]
    });
    DataTable {
        caption: format!("{} by ethnic group, {place}, {period}", own.title),
        columns: [
            "Ethnic group",
            "Count",
            &format!("Rate per 10,000 ({level} interval)"),
            &format!("Rate ÷ rate of the reference group ({level} interval)"),
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}
