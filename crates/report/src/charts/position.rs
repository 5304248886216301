//! One authority against what is usual given who lives there: a line for each indicator.

use disparity_core::{Area, IndicatorId, Intervals, Measured, Position};
use plotters::prelude::*;

use super::ratios::{CUT, RatioScale, look, tick_line};
use super::svg::{self, Anchor, Canvas, Drawn, GREY, INK, Way};
use super::{Chart, DataTable, Spot};
use crate::format::{ratio, ratio_ends, reported};
use crate::profile::Row;
use crate::view::View;

const LABELS: i32 = 230;
const ROW: i32 = 34;
const TOP: i32 = 84;
/// Where ratios of this size ordinarily lie.
const BAR: RGBColor = RGBColor(0xCF, 0xD6, 0xDC);

struct Line<'a> {
    name: &'a str,
    found: Measured,
    limits: Intervals,
    among: Position,
}

/// Observed ÷ expected of every indicator of a profile that has both a ratio and limits; none without any.
#[must_use]
pub fn position(view: View<'_>, area: &Area, rows: &[Row<'_>]) -> Option<Chart> {
    let line = |row: &Row<'_>| {
        let quoted = row.quoted?;
        Some(Line {
            name: &view.indicator(row.indicator).short_title,
            found: quoted.outcome.value()?.ratio,
            limits: quoted.adjusted.value()?.limits,
            among: quoted.verdict().value()?.among,
        })
    };
    let lines: Vec<Line<'_>> = rows.iter().filter_map(line).collect();
    if lines.is_empty() {
        return None;
    }
    let out = lines.iter().filter(|line| line.among.stands_out()).count();
    let title = format!("{}: {}", area.name, further_out(out, lines.len()));
    let level = view.level();
    let all = lines.iter().flat_map(ends);
    let cut = { all }.any(|end| !(end > 0.0 && end.is_finite()));
    let description = format!(
        "Each line is one indicator. The dot is what was counted divided by what is expected: given who lives there where \
         there is a model of it, at {} rate otherwise; 1 is as expected. The thin bar is the {level} interval; the \
         wide grey bar is where {level} of such ratios ordinarily lie. Filled dots lie outside it.{}",
        view.nation().possessive(),
        if cut { CUT } else { "" }
    );
    let bottom = TOP + ROW * i32::try_from(lines.len()).unwrap_or(0);
    let size = (view.width().unsigned_abs(), (bottom + 30).unsigned_abs());
    let ends = lines.iter().flat_map(ends);
    let scale = RatioScale::covering(ends, LABELS + 14, view.width() - 160);
    let svg = svg::draw(&view.watermark(), size, (&title, &description), |canvas| {
        paint(canvas, (area, &scale), &lines, bottom)
    });
    let spots = lines.iter().zip(0..).map(|(line, at)| {
        let place = (scale.at(line.found.value), TOP + ROW * at + ROW / 2);
        Spot::of(place, line.name)
    });
    let spots = spots.collect();
    let drawn = rows.iter().filter(|row| row.quoted.is_some());
    let drawn: Vec<IndicatorId> = drawn.map(|row| row.indicator).collect();
    Some(Chart {
        file: format!("position_{}.svg", area.code),
        title,
        description,
        svg,
        table: against_expected(view, rows),
        source: view.sources(&drawn),
        spots,
    })
}

/// How many of an authority's figures lie further out than is usual, in words.
fn further_out(out: usize, all: usize) -> String {
    const USUAL: &str = "further out than is usual between authorities";
    match (out, all) {
        (0, 1) => format!("its one figure does not lie {USUAL}"),
        (1, 1) => format!("its one figure lies {USUAL}"),
        (0, _) => format!("none of {all} figures lies {USUAL}"),
        (1, _) => format!("1 of {all} figures lies {USUAL}"),
        _ => format!("{out} of {all} figures lie {USUAL}"),
    }
}

fn ends(line: &Line<'_>) -> [f64; 5] {
    let (own, limits) = (line.found.intervals.shown(), line.limits.shown());
    [line.found.value, own.low, own.high, limits.low, limits.high]
}

fn paint(
    canvas: &Canvas<'_>,
    (area, scale): (&Area, &RatioScale),
    lines: &[Line<'_>],
    bottom: i32,
) -> Drawn {
    super::rows::headings(canvas, &area.name, "Observed ÷ expected; 1 is as expected")?;
    for (tick, words) in scale.ticks() {
        let x = scale.at(tick);
        let (colour, width) = tick_line(tick);
        svg::line(canvas, (x, TOP - 8), (x, bottom), colour, width)?;
        svg::text(canvas, &words, (x, TOP - 18), 12, GREY, Anchor::Middle)?;
    }
    for (line, at) in lines.iter().zip(0..) {
        let y = TOP + ROW * at + ROW / 2;
        svg::text(canvas, line.name, (LABELS, y), 13, INK, Anchor::End)?;
        let limits = line.limits.shown();
        let corners = [
            (scale.at(limits.low), y - 8),
            (scale.at(limits.high), y + 8),
        ];
        canvas.draw(&Rectangle::new(corners, BAR.filled()))?;
        let own = line.found.intervals.shown();
        let (colour, filled) = look(Some(line.among));
        let (low, high) = ((scale.at(own.low), y), (scale.at(own.high), y));
        svg::line(canvas, low, high, colour, 3)?;
        if !scale.covers(own.low) {
            svg::arrow(canvas, (low.0 - 4, y), Way::Left, colour)?;
        }
        if !scale.covers(own.high) {
            svg::arrow(canvas, (high.0 + 8, y), Way::Right, colour)?;
        }
        if scale.covers(line.found.value) {
            svg::dot(canvas, (scale.at(line.found.value), y), 6, colour, filled)?;
        }
        svg::text(
            canvas,
            &ratio(&line.found),
            (svg::width(canvas) - 12, y),
            12,
            INK,
            Anchor::End,
        )?;
    }
    Ok(())
}

/// The figures of a position: what was counted against what is expected, by indicator.
fn against_expected(view: View<'_>, rows: &[Row<'_>]) -> DataTable {
    let row = |row: &Row<'_>| {
        let quoted = row.quoted?;
        let own = view.indicator(row.indicator);
        Some(vec![
            own.title.clone(),
            row.period.to_string(),
            reported(&quoted.outcome, |found| ratio(&found.ratio)),
            reported(&quoted.adjusted, |found| ratio_ends(found.limits.shown())),
        ])
    };
    DataTable {
        caption: "What was counted divided by what is expected".to_owned(),
        columns: [
            "Indicator",
            "Year",
            "Observed ÷ expected",
            "Where such ratios ordinarily lie",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.iter().filter_map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::further_out;

    #[test]
    fn one_figure_is_not_several() {
        let said = |out, all| {
            further_out(out, all)
                .split(" further")
                .next()
                .map(str::to_owned)
        };
        assert_eq!(said(0, 1).as_deref(), Some("its one figure does not lie"));
        assert_eq!(said(1, 1).as_deref(), Some("its one figure lies"));
        assert_eq!(said(0, 8).as_deref(), Some("none of 8 figures lies"));
        assert_eq!(said(1, 8).as_deref(), Some("1 of 8 figures lies"));
        assert_eq!(said(3, 8).as_deref(), Some("3 of 8 figures lie"));
    }
}
