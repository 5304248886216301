//! One authority against what is usual given who lives there: a line for each indicator.

use disparity_core::{Area, IndicatorId, Intervals, Measured, Position};
use plotters::prelude::*;

use super::ratios::{CUT, RatioScale, look, tick_line};
use super::svg::{self, Anchor, Canvas, Drawn, GREY, INK, Way};
use super::{Chart, DataTable};
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
    let title = format!(
        "{}: {} of {} figures lie further out than is usual between authorities",
        area.name,
        if out == 0 {
            "none".to_owned()
        } else {
            out.to_string()
        },
        lines.len()
    );
    let level = view.level();
    let ends = lines.iter().flat_map(ends);
    let cut = { ends }.any(|end| !(end > 0.0 && end.is_finite()));
    let description = format!(
        "Each line is one indicator. The dot is what was counted divided by what is expected: given who lives there where \
         there is a model of it, at England’s rate otherwise; 1 is as expected. The thin bar is the {level} interval; the \
         wide grey bar is where {level} of such ratios ordinarily lie. Filled dots lie outside it.{}",
        if cut { CUT } else { "" }
    );
    let bottom = TOP + ROW * i32::try_from(lines.len()).unwrap_or(0);
    let size = (view.width().unsigned_abs(), (bottom + 30).unsigned_abs());
    let svg = svg::draw(&view.watermark(), size, (&title, &description), |canvas| {
        paint(canvas, area, &lines, bottom)
    });
    let drawn = rows.iter().filter(|row| row.quoted.is_some());
    let drawn: Vec<IndicatorId> = drawn.map(|row| row.indicator).collect();
    Some(Chart {
        file: format!("position_{}.svg", area.code),
        title,
        description,
        svg,
        table: against_expected(view, rows),
        source: view.sources(&drawn),
    })
}

fn ends(line: &Line<'_>) -> [f64; 5] {
    let (own, limits) = (line.found.intervals.shown(), line.limits.shown());
    [line.found.value, own.low, own.high, limits.low, limits.high]
}

fn paint(canvas: &Canvas<'_>, area: &Area, lines: &[Line<'_>], bottom: i32) -> Drawn {
    super::rows::headings(canvas, &area.name, "Observed ÷ expected; 1 is as expected")?;
    let scale = RatioScale::covering(
        lines.iter().flat_map(ends),
        LABELS + 14,
        svg::width(canvas) - 160,
    );
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
