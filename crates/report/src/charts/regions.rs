//! England and its regions over the years.

use disparity_core::{GeographicLevel, IndicatorId, Measured, Period, Reported, Symbol};
use plotters::prelude::*;

use super::rows::{headings, tick_words};
use super::svg::{self, Anchor, Canvas, DARK_BLUE, Drawn, GREY, INK, PALE, Scale};
use super::{Chart, DataTable};
use crate::format::{reported, sentence, unit_words, with_interval};
use crate::view::View;

const HEIGHT: i32 = 460;
const LEFT: i32 = 66;
const TOP: i32 = 70;
const BOTTOM: i32 = HEIGHT - 46;
/// Names closer than this lie on one another.
const APART: i32 = 15;

struct Line {
    name: String,
    is_england: bool,
    years: Vec<(Period, Reported<Measured>)>,
}

/// A line for England and one for each region; none of a single year.
#[must_use]
pub fn regions(view: View<'_>, indicator: IndicatorId) -> Option<Chart> {
    let own = view.indicator(indicator);
    let periods = view.periods(indicator);
    let (first, last) = (*periods.first()?, *periods.last()?);
    if first == last {
        return None;
    }
    let mut regions = view
        .catalogue
        .areas
        .entities()
        .filter(|area| area.level == GeographicLevel::Regional && area.region.is_none())
        .peekable();
    // Of a nation without regions it would be one line.
    regions.peek()?;
    let codes = std::iter::once(view.national()).chain(regions.map(|area| area.code));
    let lines: Vec<Line> = codes
        .map(|code| Line {
            name: view.catalogue.areas.name(code),
            is_england: code == view.national(),
            years: periods
                .iter()
                .map(|period| {
                    let found = view.total(indicator, *period, code);
                    (
                        *period,
                        found.map_or(Reported::Symbol(Symbol::NotAvailable), |row| row.outcome),
                    )
                })
                .collect(),
        })
        .collect();
    let title = format!(
        "{}: England and its regions from {first} to {last}",
        own.title
    );
    let level = view.level();
    let description = format!(
        "The thick line with dots is England, the band is its {level} interval; each thin line is a region, named at its \
         end. A gap is a year without a figure. The intervals of regions are in the table."
    );
    let size = (view.width().unsigned_abs(), HEIGHT.unsigned_abs());
    let svg = svg::draw(&view.watermark(), size, (&title, &description), |canvas| {
        let measure = format!(
            "{}, years ending 31 March",
            sentence(unit_words(own.unit()))
        );
        headings(canvas, &own.title, &measure)?;
        paint(canvas, own, &lines, (first, last))
    });
    let columns = std::iter::once("Year".to_owned());
    let table = DataTable {
        caption: format!(
            "{}: England and its regions over the years, with {level} interval",
            own.title
        ),
        columns: columns
            .chain(lines.iter().map(|line| line.name.clone()))
            .collect(),
        rows: periods
            .iter()
            .zip(0..)
            .map(|(period, at): (&Period, usize)| {
                let cell =
                    |line: &Line| reported(&line.years[at].1, |found| with_interval(found, own));
                std::iter::once(period.to_string())
                    .chain(lines.iter().map(cell))
                    .collect()
            })
            .collect(),
    };
    Some(Chart {
        file: format!("regions_{}.svg", own.name),
        title,
        description,
        svg,
        table,
        source: view.source(indicator),
        spots: Vec::new(),
    })
}

fn paint(
    canvas: &Canvas<'_>,
    own: &disparity_core::Indicator,
    lines: &[Line],
    (first, last): (Period, Period),
) -> Drawn {
    let factor = own.unit().factor();
    let figures = lines.iter().flat_map(|line| line.years.iter());
    let high = figures
        .filter_map(|(_, found)| found.value())
        .fold(0.0, |most: f64, found| most.max(found.value));
    let (up, ticks) = Scale::from_zero(high * factor, BOTTOM, TOP);
    // Names stand to the right of it.
    let right = svg::width(canvas) - 210;
    let across = Scale::new(f64::from(first.year()), f64::from(last.year()), LEFT, right);
    for tick in &ticks {
        let y = up.at(*tick);
        svg::line(canvas, (LEFT, y), (right, y), PALE, 1)?;
        let words = tick_words(*tick, own.unit());
        svg::text(canvas, &words, (LEFT - 8, y), 12, GREY, Anchor::End)?;
    }
    for year in (first.year()..=last.year()).filter(|year| (last.year() - year).is_multiple_of(2)) {
        let at = (across.at(f64::from(year)), BOTTOM + 18);
        svg::text(canvas, &year.to_string(), at, 12, GREY, Anchor::Middle)?;
    }
    let at =
        |period: Period, value: f64| (across.at(f64::from(period.year())), up.at(value * factor));
    // England last, over the regions.
    for line in lines.iter().rev() {
        for run in runs(&line.years) {
            let points: Vec<_> = run
                .iter()
                .map(|(period, found)| at(*period, found.value))
                .collect();
            if !line.is_england {
                canvas.draw(&PathElement::new(points, GREY.stroke_width(1)))?;
                continue;
            }
            let highs = run
                .iter()
                .map(|(period, found)| at(*period, found.intervals.shown().high));
            let lows = run
                .iter()
                .rev()
                .map(|(period, found)| at(*period, found.intervals.shown().low));
            let band: Vec<_> = highs.chain(lows).collect();
            canvas.draw(&Polygon::new(band, DARK_BLUE.mix(0.18)))?;
            canvas.draw(&PathElement::new(points.clone(), DARK_BLUE.stroke_width(3)))?;
            for point in points {
                canvas.draw(&Circle::new(point, 3, DARK_BLUE.filled()))?;
            }
        }
    }
    names(canvas, lines, at)
}

/// Each line's name at its end, moved apart where they would lie on one another.
fn names(canvas: &Canvas<'_>, lines: &[Line], at: impl Fn(Period, f64) -> (i32, i32)) -> Drawn {
    let end = |line: &Line| {
        let last = line
            .years
            .iter()
            .rev()
            .find_map(|(period, found)| Some((*period, found.value()?)));
        last.map(|(period, found)| at(period, found.value))
    };
    let mut ends: Vec<(&Line, (i32, i32))> = lines
        .iter()
        .filter_map(|line| Some((line, end(line)?)))
        .collect();
    ends.sort_by_key(|(_, (_, y))| *y);
    let mut below = i32::MIN;
    let mut placed: Vec<i32> = Vec::new();
    for (_, (_, y)) in &ends {
        below = (*y).max(below.saturating_add(APART));
        placed.push(below);
    }
    // Back up from the bottom, so that the last names stay in the drawing.
    let mut above = BOTTOM + 6 + APART;
    for y in placed.iter_mut().rev() {
        *y = (*y).min(above - APART);
        above = *y;
    }
    for ((line, (x, y)), place) in ends.iter().zip(placed) {
        svg::line(canvas, (x + 4, *y), (x + 18, place), PALE, 1)?;
        let words = (x + 22, place);
        if line.is_england {
            svg::strong(canvas, &line.name, words, 12, DARK_BLUE, Anchor::Start)?;
        } else {
            svg::text(canvas, &line.name, words, 12, INK, Anchor::Start)?;
        }
    }
    Ok(())
}

/// Consecutive years with a figure.
fn runs(years: &[(Period, Reported<Measured>)]) -> Vec<Vec<(Period, Measured)>> {
    let mut all: Vec<Vec<(Period, Measured)>> = Vec::new();
    for (period, found) in years {
        let Some(found) = found.value() else { continue };
        match all.last_mut().filter(|run| {
            run.last()
                .is_some_and(|(own, _)| own.year() + 1 == period.year())
        }) {
            Some(run) => run.push((*period, found)),
            None => all.push(vec![(*period, found)]),
        }
    }
    all
}
