//! An authority's rates over the years against its statistical neighbours and England.

use disparity_core::{
    Area, Comparator, Indicator, IndicatorId, Measure, Measured, Nation, Neighbours, Period,
    Reported, Symbol,
};
use plotters::prelude::*;

use super::rows::tick_words;
use super::svg::{self, Anchor, Canvas, DARK_BLUE, Drawn, GREY, INK, ORANGE, PALE, Scale};
use super::{Chart, DataTable, Spot};
use crate::format::{absence, bounds, rate, reported, unit_words, with_interval};
use crate::view::View;

/// How wide a drawing is if nothing else is asked.
const USUAL: i32 = 880;
const HIGH: i32 = 250;
const HEAD: i32 = 62;

struct Year {
    period: Period,
    own: Reported<Measured>,
    neighbours: Reported<f64>,
    /// Of which neighbours, and between what their median lies.
    listed: Option<Neighbours>,
    england: Reported<f64>,
}

/// One panel for each indicator, two to a row.
#[must_use]
pub fn trend(view: View<'_>, indicators: &[IndicatorId], area: &Area) -> Chart {
    let panels: Vec<(IndicatorId, Vec<Year>)> = indicators
        .iter()
        .map(|id| (*id, years(view, *id, area)))
        .filter(|(_, years)| years.len() > 1)
        // Of rates of a few years there is no line to draw.
        .filter(|_| view.nation().has_children_of_every_year())
        .collect();
    let nation = view.nation();
    let title = format!(
        "{}: trends against statistical neighbours and {nation}",
        area.name
    );
    let level = view.level();
    let description = format!(
        "Each panel is one indicator over the years ending 31 March. The thick line with dots is the authority, \
         the band is its {level} interval; the dashed line is the median of its statistical neighbours, the thin line is {nation}. \
         A gap is a year without a figure."
    );
    let rows = i32::try_from(panels.len().div_ceil(2)).unwrap_or(0);
    let whole = if view.width() == View::USUAL_WIDTH {
        USUAL
    } else {
        view.width()
    };
    // One alone has the room of both.
    let wide = if panels.len() == 1 { whole } else { whole / 2 };
    let size = (
        whole.unsigned_abs(),
        (HEAD + rows * HIGH + 8).unsigned_abs(),
    );
    let mut spots = Vec::new();
    let svg = svg::draw(&view.watermark(), size, (&title, &description), |canvas| {
        svg::strong(canvas, &title, (12, 18), 16, INK, Anchor::Start)?;
        key(canvas, &area.name, nation)?;
        for ((id, years), i) in panels.iter().zip(0..) {
            let origin = ((i % 2) * wide, HEAD + (i / 2) * HIGH);
            spots.extend(panel(canvas, view.indicator(*id), years, (origin, wide))?);
        }
        Ok(())
    });
    let drawn: Vec<IndicatorId> = panels.iter().map(|(id, _)| *id).collect();
    Chart {
        file: format!("trend_{}.svg", area.code),
        title,
        description,
        svg,
        table: table(view, &panels, area),
        source: view.sources(&drawn),
        spots,
    }
}

fn years(view: View<'_>, indicator: IndicatorId, area: &Area) -> Vec<Year> {
    view.periods(indicator)
        .into_iter()
        .filter_map(|period| {
            let own = view.total(indicator, period, area.code)?;
            let neighbours = view.contrast(indicator, period, area.code, Measure::Ratio, |c| {
                c == Comparator::NeighbourMedian
            });
            let england = view.total(indicator, period, view.national());
            let absent = Reported::Symbol(disparity_core::Symbol::NotAvailable);
            Some(Year {
                period,
                own: own.outcome,
                neighbours: neighbours.map_or(absent, |row| row.comparator_value),
                listed: neighbours.and_then(|row| row.neighbours),
                england: england.map_or(absent, |row| row.outcome.map(|measured| measured.value)),
            })
        })
        .collect()
}

fn key(canvas: &Canvas<'_>, name: &str, nation: Nation) -> Drawn {
    let y = 42;
    svg::line(canvas, (12, y), (42, y), DARK_BLUE, 3)?;
    canvas.draw(&Circle::new((27, y), 4, DARK_BLUE.filled()))?;
    svg::text(canvas, name, (50, y), 12, INK, Anchor::Start)?;
    // What follows moves to the left where there is less room.
    let name = i32::try_from(name.chars().count()).unwrap_or(40) * 7;
    let x = (svg::width(canvas) - 330).clamp(70 + name.min(260), 330.max(70 + name.min(260)));
    dashes(canvas, &[(x, y), (x + 30, y)], ORANGE)?;
    svg::text(
        canvas,
        "Statistical neighbours (median)",
        (x + 38, y),
        12,
        INK,
        Anchor::Start,
    )?;
    svg::line(canvas, (x + 250, y), (x + 280, y), GREY, 1)?;
    svg::text(canvas, nation.name(), (x + 288, y), 12, INK, Anchor::Start)
}

fn panel(
    canvas: &Canvas<'_>,
    own: &Indicator,
    years: &[Year],
    ((x, y), wide): ((i32, i32), i32),
) -> Result<Vec<Spot>, DrawingAreaErrorKind<std::io::Error>> {
    let (left, right, top, bottom) = (x + 56, x + wide - 16, y + 34, y + HIGH - 34);
    let (vertical, ticks) = Scale::from_zero(highest(years) * own.unit().factor(), bottom, top);
    let (first, last) = (years[0].period.year(), years[years.len() - 1].period.year());
    let frame = Frame {
        horizontal: Scale::new(f64::from(first), f64::from(last), left, right),
        vertical,
        factor: own.unit().factor(),
    };
    let title = (x + 12, y + 12);
    svg::strong(canvas, &own.short_title, title, 13, INK, Anchor::Start)?;
    let unit = unit_words(own.unit());
    svg::text(canvas, unit, (right, y + 12), 11, GREY, Anchor::End)?;
    for tick in &ticks {
        let level = vertical.at(*tick);
        svg::line(canvas, (left, level), (right, level), PALE, 1)?;
        let words = tick_words(*tick, own.unit());
        svg::text(canvas, &words, (left - 8, level), 11, GREY, Anchor::End)?;
    }
    let every_second = |year: &&Year| (last - year.period.year()).is_multiple_of(2);
    for year in years.iter().filter(every_second) {
        let at = (
            frame.horizontal.at(f64::from(year.period.year())),
            bottom + 14,
        );
        svg::text(
            canvas,
            &year.period.to_string(),
            at,
            11,
            GREY,
            Anchor::Middle,
        )?;
    }
    frame.lines(canvas, years)?;
    let spot = |year: &Year| {
        Some(Spot {
            at: frame.at(year, year.own.value()?.value),
            row: own.short_title.clone(),
            second: Some(year.period.to_string()),
        })
    };
    Ok(years.iter().filter_map(spot).collect())
}

fn highest(years: &[Year]) -> f64 {
    let values = years.iter().flat_map(|year| {
        let high = year
            .own
            .value()
            .map(|measured| measured.intervals.shown().high);
        [high, year.neighbours.value(), year.england.value()]
    });
    values.flatten().fold(0.0, f64::max)
}

/// Where years and rates fall in a panel.
struct Frame {
    horizontal: Scale,
    vertical: Scale,
    factor: f64,
}

impl Frame {
    fn at(&self, year: &Year, rate: f64) -> (i32, i32) {
        let across = self.horizontal.at(f64::from(year.period.year()));
        (across, self.vertical.at(rate * self.factor))
    }

    fn points<T>(&self, run: &[(&Year, T)], rate: impl Fn(&T) -> f64) -> Vec<(i32, i32)> {
        let points = run.iter().map(|(year, value)| self.at(year, rate(value)));
        points.collect()
    }

    fn lines(&self, canvas: &Canvas<'_>, years: &[Year]) -> Drawn {
        for run in runs(years, |year| year.england.value()) {
            let points = self.points(&run, |value| *value);
            canvas.draw(&PathElement::new(points, GREY.stroke_width(1)))?;
        }
        for run in runs(years, |year| year.neighbours.value()) {
            dashes(canvas, &self.points(&run, |value| *value), ORANGE)?;
        }
        for run in runs(years, |year| year.own.value()) {
            let mut band = self.points(&run, |m| m.intervals.shown().high);
            band.extend(
                self.points(&run, |m| m.intervals.shown().low)
                    .into_iter()
                    .rev(),
            );
            canvas.draw(&Polygon::new(band, DARK_BLUE.mix(0.18)))?;
            let points = self.points(&run, |m| m.value);
            canvas.draw(&PathElement::new(points.clone(), DARK_BLUE.stroke_width(3)))?;
            for point in points {
                canvas.draw(&Circle::new(point, 3, DARK_BLUE.filled()))?;
            }
        }
        Ok(())
    }
}

/// Consecutive years that have a value; a gap ends a run.
fn runs<T>(years: &[Year], value: impl Fn(&Year) -> Option<T>) -> Vec<Vec<(&Year, T)>> {
    let mut runs: Vec<Vec<(&Year, T)>> = vec![Vec::new()];
    let mut before: Option<u16> = None;
    for year in years {
        let follows = before.is_some_and(|before| year.period.year() == before + 1);
        match value(year) {
            Some(value) => {
                if !follows {
                    runs.push(Vec::new());
                }
                if let Some(run) = runs.last_mut() {
                    run.push((year, value));
                }
                before = Some(year.period.year());
            }
            None => before = None,
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// A dashed line through points.
#[expect(clippy::cast_possible_truncation, reason = "pixels of a canvas")]
fn dashes(canvas: &Canvas<'_>, points: &[(i32, i32)], colour: RGBColor) -> Drawn {
    for pair in points.windows(2) {
        let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
        let (dx, dy) = (f64::from(x2 - x1), f64::from(y2 - y1));
        let length = dx.hypot(dy);
        let mut from = 0.0;
        while from < length {
            let to = (from + 6.0).min(length);
            let point = |along: f64| {
                let share = along / length;
                (
                    (f64::from(x1) + dx * share).round() as i32,
                    (f64::from(y1) + dy * share).round() as i32,
                )
            };
            svg::line(canvas, point(from), point(to), colour, 2)?;
            from += 10.0;
        }
    }
    Ok(())
}

fn table(view: View<'_>, panels: &[(IndicatorId, Vec<Year>)], area: &Area) -> DataTable {
    let rows = panels.iter().flat_map(|(id, years)| {
        let own = view.indicator(*id);
        years.iter().map(move |year| {
            let value = |value: &Reported<f64>| reported(value, |v| rate(*v, own));
            let median = match (&year.neighbours, year.listed) {
                (Reported::Symbol(Symbol::Confidential), Some(found)) => {
                    bounds((found.bounds.low, found.bounds.high), own)
                }
                (median, _) => value(median),
            };
            let counts = year
                .listed
                .map_or((0, 0), |found| (found.with_data, found.withheld));
            vec![
                own.short_title.clone(),
                year.period.to_string(),
                match &year.own {
                    Reported::Value(measured) => with_interval(measured, own),
                    Reported::Symbol(symbol) => absence(*symbol),
                },
                match counts {
                    (with_data, 0) => format!("{median} ({with_data} of 10 had data)"),
                    (with_data, withheld) => {
                        format!("{median} ({with_data} of 10 had data, {withheld} withheld)")
                    }
                },
                value(&year.england),
            ]
        })
    });
    let level = view.level();
    DataTable {
        caption: format!("{}: rates over the years, with {level} interval", area.name),
        columns: [
            "Indicator",
            "Year",
            &format!("Authority ({level} interval)"),
            "Statistical neighbours (median)",
            view.nation().name(),
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}
