//! The league: every authority's rate with its interval, grouped by region so that uncertainty and
//! neighbours are seen before rank.

use disparity_core::{
    Area, ExpectedModel, Indicator, IndicatorId, Measured, Period, Position, Reported, Unit,
    Verdict,
};

use super::ratios::{faded, look};
use super::rows::{CUT, Mark, Reach, Rows, band, headings, name_row};
use super::svg::{self, Anchor, Canvas, DARK_BLUE, Drawn, GREY};
use super::{Chart, DataTable, Spot, chosen_note, standing_out};
use crate::format::{absence, grouped, rate, reported, sentence, unit_words, with_interval};
use crate::view::{Standing, View};

const ROW: i32 = 15;
const LABELS: i32 = 270;
const TOP: i32 = 84;

struct Line<'a> {
    area: &'a Area,
    outcome: Reported<Measured>,
    count: String,
    verdict: Option<Verdict>,
    standing: Standing,
}

impl Line<'_> {
    /// Where it lies among authorities.
    fn position(&self) -> Option<Position> {
        self.verdict.map(|verdict| verdict.among)
    }
}

/// The figures of a league, for a chart of the same that looks otherwise.
pub(super) fn figures(view: View<'_>, indicator: IndicatorId, period: Period) -> DataTable {
    table(view, indicator, period, &lines(view, indicator, period))
}

/// The league of one indicator and period.
#[must_use]
pub fn league(view: View<'_>, indicator: IndicatorId, period: Period) -> Chart {
    let own = view.indicator(indicator);
    let lines = lines(view, indicator, period);
    let england = view
        .total(indicator, period, view.national())
        .and_then(|row| row.outcome.value());
    let title = title(view, indicator, period, &lines, england.as_ref());
    let filled = match own.unit() {
        Unit::Per10k => format!(
            " Filled dots lie further from {} rate than is usual between authorities; hollow dots do not.",
            view.nation().possessive()
        ),
        Unit::Proportion => String::new(),
    };
    let nation = view.nation();
    let description = format!(
        "Each line is one authority. The dot is its figure {}; the bar is the {} interval: the longer the bar, the less \
         the figure says about the authority. The vertical line is {nation}.{filled}{}{}{}",
        unit_words(own.unit()),
        view.level(),
        not_compared(&lines),
        if reach(&lines).cut { CUT } else { "" },
        chosen_note(view)
    );
    let rows = frame(own, &lines, view.width() - 30);
    let svg = svg::draw(
        &view.watermark(),
        (view.width().unsigned_abs(), height(&lines)),
        (&title, &description),
        |canvas| paint(canvas, view, &rows, (period, &lines), england.as_ref()),
    );
    let spots = placed(&lines).filter_map(|(line, y)| {
        let x = rows.at(line.outcome.value()?.value);
        Some(Spot::of((x, y), &line.area.name))
    });
    let spots = spots.collect();
    let table = table(view, indicator, period, &lines);
    Chart {
        file: format!("league_{}.svg", own.name),
        title,
        description,
        svg,
        table,
        source: view.source(indicator),
        spots,
    }
}

/// Where the rows are, and how values become pixels.
fn frame<'a>(own: &'a Indicator, lines: &[(String, Vec<Line<'_>>)], right: i32) -> Rows<'a> {
    let bottom = i32::try_from(height(lines)).unwrap_or(0) - 30;
    Rows::new(own, reach(lines), (LABELS + 10, right), (TOP, bottom))
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
            verdict: expected.and_then(|row| row.verdict().value()),
            standing: view.standing(area.code),
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
    let all = lines.iter().flat_map(|(_, lines)| lines);
    if own.unit() == Unit::Proportion {
        // Nothing is expected of a percentage, so that none is said to lie far out.
        let england = england.map_or(String::new(), |found| {
            format!(": {} in {},", rate(found.value, own), view.nation())
        });
        return format!(
            "{}, {period}{england} and every authority with its interval",
            own.title
        );
    }
    let england = england.map_or(String::new(), |england| {
        format!(
            ": {} {} in {}",
            rate(england.value, own),
            unit_words(own.unit()),
            view.nation()
        )
    });
    format!(
        "{}, {period}{england}. {}",
        own.title,
        sentence(&standing_out(all.filter_map(Line::position)))
    )
}

/// Whose figures are drawn though nothing is said of where they lie.
fn not_compared(lines: &[(String, Vec<Line<'_>>)]) -> String {
    let all = || lines.iter().flat_map(|(_, lines)| lines);
    if all().all(|line| line.position().is_none()) {
        return String::new();
    }
    let apart = all().filter(|line| line.outcome.is_value() && line.position().is_none());
    let names: Vec<&str> = apart.map(|line| line.area.name.as_str()).collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(" Drawn but not compared: {}.", names.join(", "))
    }
}

fn height(lines: &[(String, Vec<Line<'_>>)]) -> u32 {
    let rows: usize = lines.iter().map(|(_, lines)| lines.len() + 2).sum();
    u32::try_from(rows).unwrap_or(0) * ROW.unsigned_abs() + TOP.unsigned_abs() + 40
}

fn paint(
    canvas: &Canvas<'_>,
    view: View<'_>,
    rows: &Rows<'_>,
    (period, lines): (Period, &[(String, Vec<Line<'_>>)]),
    england: Option<&Measured>,
) -> Drawn {
    let own = rows.own;
    let measure = format!(
        "{}, with {} interval",
        sentence(unit_words(own.unit())),
        view.level()
    );
    headings(canvas, &format!("{}, {period}", own.title), &measure)?;
    for (line, y) in placed(lines) {
        band(canvas, line.standing, (svg::width(canvas) - 12, y), ROW)?;
    }
    rows.axis(canvas)?;
    if let Some(england) = england {
        rows.benchmark(canvas, view.nation().name(), england.value)?;
    }
    let mut y = TOP + 6;
    for (region, lines) in lines {
        svg::strong(canvas, region, (12, y), 13, DARK_BLUE, Anchor::Start)?;
        y += ROW * (i32::try_from(lines.len()).unwrap_or(0) + 2);
    }
    for (line, y) in placed(lines) {
        paint_line(canvas, line, rows, y)?;
    }
    Ok(())
}

/// Every line with its place: below the name of its region, a row after the region before.
fn placed<'l, 'a>(
    lines: &'l [(String, Vec<Line<'a>>)],
) -> impl Iterator<Item = (&'l Line<'a>, i32)> {
    let mut y = TOP + 6 - ROW;
    lines.iter().flat_map(move |(_, lines)| {
        y += ROW;
        let from = y;
        y += ROW * (i32::try_from(lines.len()).unwrap_or(0) + 1);
        lines.iter().zip((1..).map(move |row| from + ROW * row))
    })
}

/// A tiny area's interval can be many times everyone else's.
fn reach(lines: &[(String, Vec<Line<'_>>)]) -> Reach {
    let all = || lines.iter().flat_map(|(_, lines)| lines);
    let of = |tiny: bool| -> Vec<Measured> {
        let figures = all().filter(|line| line.area.tiny == tiny);
        figures.filter_map(|line| line.outcome.value()).collect()
    };
    Reach::of(of(false).iter(), of(true).iter())
}

fn paint_line(canvas: &Canvas<'_>, line: &Line<'_>, rows: &Rows<'_>, y: i32) -> Drawn {
    name_row(canvas, &line.area.name, line.standing, (LABELS, y), 12)?;
    let Reported::Value(measured) = line.outcome else {
        let symbol = line.outcome.symbol().map(absence).unwrap_or_default();
        return svg::text(canvas, &symbol, (LABELS + 14, y), 12, GREY, Anchor::Start);
    };
    let (colour, filled) = look(line.position());
    let colour = faded(colour, line.standing);
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
        let told = lines
            .iter()
            .filter(|line| line.standing != Standing::Background);
        told.map(move |line| {
            vec![
                line.area.name.clone(),
                region.clone(),
                line.count.clone(),
                reported(&line.outcome, |measured| with_interval(measured, own)),
                line.verdict
                    .map_or("not compared".to_owned(), Verdict::words),
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
            &format!("Against {}, and between authorities", view.nation()),
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}
