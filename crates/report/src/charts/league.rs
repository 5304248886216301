//! The league: every authority's rate with its interval, grouped by region so that uncertainty and
//! neighbours are seen before rank.

use disparity_core::{
    Area, AreaCode, ExpectedModel, IndicatorId, Measured, Period, Position, Reported,
};

use super::ratios::look;
use super::rows::{Mark, Rows, headings, longest};
use super::svg::{self, Anchor, Canvas, DARK_BLUE, Drawn, GREY, INK};
use super::{Chart, DataTable};
use crate::format::{absence, grouped, rate, reported, sentence, unit_words, with_interval};
use crate::view::View;

const WIDTH: u32 = 900;
const ROW: i32 = 15;
const LABELS: i32 = 270;
const TOP: i32 = 84;

struct Line<'a> {
    area: &'a Area,
    outcome: Reported<Measured>,
    count: String,
    position: Option<Position>,
}

/// The league of one indicator and period.
#[must_use]
pub fn league(view: View<'_>, indicator: IndicatorId, period: Period) -> Chart {
    let own = view.indicator(indicator);
    let lines = lines(view, indicator, period);
    let england = view
        .total(indicator, period, AreaCode::ENGLAND)
        .and_then(|row| row.outcome.value());
    let title = title(view, indicator, period, &lines, england.as_ref());
    let description = format!(
        "Each line is one authority. The dot is its figure {}; the bar is the {} interval: the longer the bar, the less \
         the figure says about the authority. The vertical line is England. Filled dots are higher or lower than England's \
         rate would give, also when the ordinary spread between authorities is allowed for; hollow dots are not.",
        unit_words(own.unit()),
        view.level()
    );
    let svg = svg::draw((WIDTH, height(&lines)), &title, &description, |canvas| {
        paint(canvas, view, (indicator, period), &lines, england.as_ref())
    });
    let table = table(view, indicator, period, &lines);
    Chart {
        file: format!("league_{}.svg", own.name),
        title,
        description,
        svg,
        table,
        source: view.source(indicator),
    }
}

fn lines<'a>(
    view: View<'a>,
    indicator: IndicatorId,
    period: Period,
) -> Vec<(String, Vec<Line<'a>>)> {
    let mut regions: Vec<(String, Vec<Line<'a>>)> = Vec::new();
    let mut areas: Vec<&Area> = view.authorities(period).collect();
    areas.sort_by_key(|area| (area.region, area.name.clone()));
    for area in areas {
        let estimate = view.total(indicator, period, area.code);
        let expected = view.expected(indicator, period, area.code, ExpectedModel::NationalRate);
        let line = Line {
            area,
            outcome: estimate.map_or(
                Reported::Symbol(disparity_core::Symbol::NotAvailable),
                |row| row.outcome,
            ),
            count: estimate.map_or(absence(disparity_core::Symbol::NotAvailable), |row| {
                reported(&row.numerator, |n| grouped(f64::from(*n), 0))
            }),
            position: expected
                .and_then(|row| row.adjusted.value())
                .map(|adjusted| adjusted.position),
        };
        let region = area
            .region
            .map(|code| view.catalogue.areas.name(code))
            .unwrap_or_default();
        match regions.last_mut().filter(|(name, _)| *name == region) {
            Some((_, lines)) => lines.push(line),
            None => regions.push((region, vec![line])),
        }
    }
    for (_, lines) in &mut regions {
        let value = |line: &Line<'_>| {
            line.outcome
                .value()
                .map_or(f64::NEG_INFINITY, |measured| measured.value)
        };
        lines.sort_by(|a, b| value(b).total_cmp(&value(a)));
    }
    regions
}

fn title(
    view: View<'_>,
    indicator: IndicatorId,
    period: Period,
    lines: &[(String, Vec<Line<'_>>)],
    england: Option<&Measured>,
) -> String {
    let own = view.indicator(indicator);
    let all = || lines.iter().flat_map(|(_, lines)| lines);
    let count = |wanted: fn(Position) -> bool| {
        all()
            .filter(|line| line.position.is_some_and(wanted))
            .count()
    };
    let england = england.map_or(String::new(), |england| {
        format!(
            ": {} {} in England",
            rate(england.value, own),
            unit_words(own.unit())
        )
    });
    let higher = count(Position::is_higher);
    let lower = count(Position::is_lower);
    format!(
        "{}, {period}{england}. Of {} authorities, {higher} stand out as higher and {lower} as lower",
        own.title,
        all().filter(|line| line.outcome.is_value()).count()
    )
}

fn height(lines: &[(String, Vec<Line<'_>>)]) -> u32 {
    let rows: usize = lines.iter().map(|(_, lines)| lines.len() + 2).sum();
    u32::try_from(rows).unwrap_or(0) * ROW.unsigned_abs() + TOP.unsigned_abs() + 40
}

fn paint(
    canvas: &Canvas<'_>,
    view: View<'_>,
    (indicator, period): (IndicatorId, Period),
    lines: &[(String, Vec<Line<'_>>)],
    england: Option<&Measured>,
) -> Drawn {
    let own = view.indicator(indicator);
    let bottom = i32::try_from(height(lines)).unwrap_or(0) - 30;
    let right = i32::try_from(WIDTH).unwrap_or(900) - 30;
    let rows = Rows::new(own, top(lines), (LABELS + 10, right), (TOP, bottom));
    let measure = format!(
        "{}, with {} interval",
        sentence(unit_words(own.unit())),
        view.level()
    );
    headings(canvas, &format!("{}, {period}", own.title), &measure)?;
    rows.axis(canvas)?;
    if let Some(england) = england {
        rows.benchmark(canvas, "England", england.value)?;
    }
    let mut y = TOP + 6;
    for (region, lines) in lines {
        svg::strong(canvas, region, (12, y), 13, DARK_BLUE, Anchor::Start)?;
        y += ROW;
        for line in lines {
            paint_line(canvas, line, &rows, y)?;
            y += ROW;
        }
        y += ROW;
    }
    Ok(())
}

/// A tiny area's interval can be many times everyone else's; the axis follows the others.
fn top(lines: &[(String, Vec<Line<'_>>)]) -> f64 {
    let all = || lines.iter().flat_map(|(_, lines)| lines);
    let of = |tiny: bool| {
        let figures = all().filter(|line| line.area.tiny == tiny);
        let figures: Vec<Measured> = figures.filter_map(|line| line.outcome.value()).collect();
        longest(figures.iter())
    };
    let usual = of(false);
    if usual > 0.0 { usual } else { of(true) }
}

fn paint_line(canvas: &Canvas<'_>, line: &Line<'_>, rows: &Rows<'_>, y: i32) -> Drawn {
    svg::text(canvas, &line.area.name, (LABELS, y), 12, INK, Anchor::End)?;
    let Reported::Value(measured) = line.outcome else {
        let symbol = line.outcome.symbol().map(absence).unwrap_or_default();
        return svg::text(canvas, &symbol, (LABELS + 14, y), 12, GREY, Anchor::Start);
    };
    let (colour, filled) = look(line.position);
    let mark = Mark {
        colour,
        filled,
        width: 2,
        radius: 4,
    };
    rows.figure(canvas, &measured, y, mark)
}

fn table(
    view: View<'_>,
    indicator: IndicatorId,
    period: Period,
    lines: &[(String, Vec<Line<'_>>)],
) -> DataTable {
    let own = view.indicator(indicator);
    let level = view.level();
    let rows = lines.iter().flat_map(|(region, lines)| {
        lines.iter().map(move |line| {
            vec![
                line.area.name.clone(),
                region.clone(),
                line.count.clone(),
                reported(&line.outcome, |measured| with_interval(measured, own)),
                line.position.map_or("not compared".to_owned(), |position| {
                    position.words(view.levels())
                }),
            ]
        })
    });
    DataTable {
        caption: format!(
            "{}, {period}, {}, with {level} interval",
            own.title,
            unit_words(own.unit())
        ),
        columns: [
            "Authority",
            "Region",
            "Count",
            &format!("Figure ({level} interval)"),
            "Against what England’s rate would give, spread between authorities allowed for",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}
