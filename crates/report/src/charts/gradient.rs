//! Rates by decile of deprivation, with their intervals: counted, or found from the totals of
//! authorities.

use disparity_core::{
    AreaCode, Gradient, GradientFigure, GradientMethod, IndicatorId, IssueCode, Measured, Period,
};

use super::rows::{CUT, Mark, Reach, Rows, headings};
use super::svg::{self, Anchor, Canvas, DARK_BLUE, Drawn, INK, ORANGE};
use super::{Chart, DataTable};
use crate::format::{grouped, ratio, reported, unit_words, with_interval};
use crate::view::View;

const ROW: i32 = 34;
const LABELS: i32 = 190;
const TOP: i32 = 84;

/// The rate in a decile.
type Step = (u8, Measured);

/// The gradient of one indicator and year in an area; none where there is none.
#[must_use]
pub fn gradient(
    view: View<'_>,
    indicator: IndicatorId,
    period: Period,
    area: AreaCode,
) -> Option<Chart> {
    let own = view.indicator(indicator);
    let rows: Vec<&Gradient> = view.gradients(indicator, period, area).collect();
    let found = |method| -> Vec<Step> {
        let own = rows.iter().filter(|row| row.found == method);
        own.filter_map(|row| match row.figure {
            GradientFigure::Rate(decile) => Some((decile, row.value.value()?)),
            _ => None,
        })
        .collect()
    };
    let counted = found(GradientMethod::Direct);
    let ecological = counted.is_empty();
    let (first, second) = if ecological {
        (
            found(GradientMethod::EcologicalLogLinear),
            found(GradientMethod::EcologicalMonotone),
        )
    } else {
        (counted, Vec::new())
    };
    if first.is_empty() {
        return None;
    }
    let place = view.catalogue.areas.name(area);
    let heading = format!("{}, {place}, {period}, by deprivation", own.title);
    let title = format!("{heading}{}", steepness(&rows, ecological));
    let how = if ecological {
        format!(
            "{} Orange dots: each decile the same factor above the next. Blue rings: any shape that does not rise as \
             deprivation falls.",
            IssueCode::Ecological.meaning()
        )
    } else {
        "Counted in each decile.".to_owned()
    };
    let level = view.level();
    let description = format!(
        "Each line is a tenth of neighbourhoods, from the most to the least deprived; the dot is the rate of the \
         children who live there, the bar its {level} interval. {how}{}",
        if Reach::covering(first.iter().chain(&second).map(|(_, found)| found)).cut {
            CUT
        } else {
            ""
        }
    );
    let height = TOP.unsigned_abs() + 10 * ROW.unsigned_abs() + 30;
    let svg = svg::draw(
        &view.watermark(),
        (view.width().unsigned_abs(), height),
        (&title, &description),
        |canvas| paint(canvas, view, indicator, &heading, (&first, &second)),
    );
    Some(Chart {
        file: format!("gradient_{}_{area}.svg", own.name),
        table: table(view, indicator, &heading, &rows),
        title,
        description,
        svg,
        source: view.source(indicator),
        spots: Vec::new(),
    })
}

/// The ratio of the most to the least deprived tenth, as the end of a title.
fn steepness(rows: &[&Gradient], ecological: bool) -> String {
    let ratios = rows.iter().filter_map(|row| {
        (row.figure == GradientFigure::RatioMostToLeast).then_some(row.value.value()?)
    });
    let mut ratios = ratios;
    ratios.next().map_or(String::new(), |found| {
        format!(
            ": {}a rate {} times as high in the most deprived tenth as in the least ({} to {})",
            if ecological {
                "as far as totals of authorities can tell, "
            } else {
                ""
            },
            grouped(found.value, 1),
            grouped(found.intervals.shown().low, 1),
            grouped(found.intervals.shown().high, 1)
        )
    })
}

fn paint(
    canvas: &Canvas<'_>,
    view: View<'_>,
    indicator: IndicatorId,
    heading: &str,
    (first, second): (&[Step], &[Step]),
) -> Drawn {
    let own = view.indicator(indicator);
    let all = first.iter().chain(second).map(|(_, found)| found);
    let right = svg::width(canvas) - 30;
    let rows = Rows::new(
        own,
        Reach::covering(all),
        (LABELS + 10, right),
        (TOP, TOP + 10 * ROW),
    );
    let measure = format!(
        "Rate {}, with {} interval",
        unit_words(own.unit()),
        view.level()
    );
    headings(canvas, heading, &measure)?;
    rows.axis(canvas)?;
    for (decile, found) in first {
        let y = row_of(*decile);
        let words = match decile {
            1 => "1 (most deprived)".to_owned(),
            10 => "10 (least deprived)".to_owned(),
            _ => decile.to_string(),
        };
        svg::text(canvas, &words, (LABELS, y), 13, INK, Anchor::End)?;
        let mark = Mark {
            colour: ORANGE,
            filled: true,
            width: 3,
            radius: 5,
        };
        rows.figure(
            canvas,
            found,
            y - if second.is_empty() { 0 } else { 6 },
            mark,
        )?;
    }
    for (decile, found) in second {
        let mark = Mark {
            colour: DARK_BLUE,
            filled: false,
            width: 2,
            radius: 4,
        };
        rows.figure(canvas, found, row_of(*decile) + 7, mark)?;
    }
    Ok(())
}

fn row_of(decile: u8) -> i32 {
    TOP + ROW / 2 + (i32::from(decile) - 1) * ROW
}

fn table(view: View<'_>, indicator: IndicatorId, heading: &str, rows: &[&Gradient]) -> DataTable {
    let own = view.indicator(indicator);
    let lines = rows.iter().map(|row| {
        let what = match row.figure {
            GradientFigure::Rate(decile) => format!("Rate in decile {decile}"),
            GradientFigure::RatioPerDecile => "Ratio of a decile to the next less deprived".into(),
            GradientFigure::RatioMostToLeast => "Ratio of decile 1 to decile 10".into(),
            GradientFigure::SlopeIndex => "Slope index of inequality".into(),
            GradientFigure::RelativeIndex => "Relative index of inequality".into(),
        };
        let in_unit = matches!(
            row.figure,
            GradientFigure::Rate(_) | GradientFigure::SlopeIndex
        );
        let figure = reported(&row.value, |found| {
            if in_unit {
                with_interval(found, own)
            } else {
                ratio(found)
            }
        });
        let how = match row.found {
            GradientMethod::Direct => "counted in each decile",
            GradientMethod::EcologicalLogLinear => "from totals: the same factor between deciles",
            GradientMethod::EcologicalMonotone => "from totals: never rising as deprivation falls",
        };
        vec![what, how.to_owned(), figure]
    });
    let level = view.level();
    DataTable {
        caption: format!(
            "{heading}: {}, with {level} interval",
            unit_words(own.unit())
        ),
        columns: [
            "Figure",
            "How it was found",
            &format!("Value ({level} interval)"),
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: lines.collect(),
    }
}
