//! Two charts of what was counted against what a model expects: the rates side by side, and the ratio
//! in a funnel whose limits allow for the ordinary spread between authorities.

use disparity_core::{
    Area, Expected, ExpectedCount, ExpectedModel, IndicatorId, Intervals, Levels, Nation, Period,
    Position, StructuralModel, Verdict, percent,
};
use plotters::prelude::*;

use super::ratios::{self, RatioScale, faded, look, tick_line};
use super::rows::{BAND, headings};
use super::svg::{self, Anchor, Canvas, DARK_BLUE, Drawn, GREY, INK, PALE, Scale, Way};
use super::{Chart, DataTable, Spot, chosen_note, standing_out};
use crate::format::{expected, grouped, ratio};
use crate::view::{Standing, View};

const HEIGHT: i32 = 620;
const LEFT: i32 = 76;
const TOP: i32 = 70;
const BOTTOM: i32 = HEIGHT - 62;

/// The colours of limits, the narrowest first.
const BARS: [RGBColor; Levels::MOST] = [
    RGBColor(0xCF, 0xD6, 0xDC),
    RGBColor(0xE9, 0xE9, 0xE9),
    RGBColor(0xF4, 0xF4, 0xF4),
];

/// More names than this cannot be read in one drawing.
const NAMED: usize = 24;

/// One authority.
struct Point<'a> {
    area: &'a Area,
    observed: f64,
    /// What was expected, and the ratio to it.
    count: ExpectedCount,
    children: f64,
    limits: Intervals,
    verdict: Verdict,
    standing: Standing,
}

impl Point<'_> {
    /// Where it lies among authorities.
    fn position(&self) -> Position {
        self.verdict.among
    }
}

fn points<'a>(
    view: View<'a>,
    indicator: IndicatorId,
    period: Period,
    model: ExpectedModel,
) -> Vec<Point<'a>> {
    let authorities = view.authorities(period);
    let point = |area: &'a Area| {
        let row: &Expected = view.expected(indicator, period, area.code, model)?;
        let outcome = row.outcome.value()?;
        let adjusted = row.adjusted.value()?;
        let total = view.total(indicator, period, area.code)?;
        Some(Point {
            area,
            observed: f64::from(row.observed.value()?),
            count: outcome,
            children: total.denominator.value.value()?,
            limits: adjusted.limits,
            verdict: row.verdict().value()?,
            standing: view.standing(area.code),
        })
    };
    let mut points: Vec<Point<'a>> = authorities.filter_map(point).collect();
    points.sort_by(|a, b| a.count.expected.total_cmp(&b.count.expected));
    points
}

/// How many stand out, in words.
fn finding(points: &[Point<'_>]) -> String {
    standing_out(points.iter().map(Point::position))
}

/// The authorities to be named in a drawing: those that were chosen, or those that stand out, the
/// furthest first.
fn named<'p, 'a>(points: &'p [Point<'a>]) -> Vec<&'p Point<'a>> {
    let chosen = points
        .iter()
        .any(|point| point.standing == Standing::Chosen);
    let mut out: Vec<&Point<'_>> = points
        .iter()
        .filter(|point| match point.standing {
            Standing::Alike => point.position().stands_out(),
            Standing::Chosen => true,
            Standing::Background => !chosen && point.position().stands_out(),
        })
        .collect();
    let far = |point: &Point<'_>| {
        let ratio = point.count.ratio.value;
        ratio.max(f64::MIN_POSITIVE).ln().abs()
    };
    out.sort_by(|a, b| far(b).total_cmp(&far(a)));
    out.truncate(NAMED);
    out
}

/// The rate of every authority against the rate that a model of the others expects; none without a
/// model.
#[must_use]
pub fn observed_expected(
    view: View<'_>,
    indicator: IndicatorId,
    period: Period,
    model: StructuralModel,
) -> Option<Chart> {
    let own = view.indicator(indicator);
    let points = points(view, indicator, period, ExpectedModel::Structural(model));
    if points.is_empty() {
        return None;
    }
    let heading = format!("{}, {period}", own.title);
    let title = format!("{heading}: {}", finding(&points));
    let description = format!(
        "Each dot is one authority: across, the rate expected of it from {} by a model of all the others; up, its own \
         rate. On the line the two are the same. Filled dots lie further from the line than is usual between authorities. \
         Expected is what usually goes with such circumstances, not what should be; all expected counts together are what was \
         counted in these authorities.{}",
        model.words(&own.family),
        chosen_note(view)
    );
    let words = (title, description);
    Some(chart(
        view,
        indicator,
        ("observed_expected", &heading),
        words,
        &points,
        paint_rates,
    ))
}

/// A chart of these points with its title and description, painted under its heading.
fn chart(
    view: View<'_>,
    indicator: IndicatorId,
    (file, heading): (&str, &str),
    (title, description): (String, String),
    points: &[Point<'_>],
    paint: fn(&Canvas<'_>, &str, &[Point<'_>], &mut Vec<Spot>) -> Drawn,
) -> Chart {
    let size = (view.width().unsigned_abs(), HEIGHT.unsigned_abs());
    let mut spots = Vec::new();
    let svg = svg::draw(&view.watermark(), size, (&title, &description), |canvas| {
        paint(canvas, heading, points, &mut spots)
    });
    Chart {
        file: format!("{file}_{}.svg", view.indicator(indicator).name),
        table: table(view, heading, points),
        title,
        description,
        svg,
        source: view.source(indicator),
        spots,
    }
}

/// Where what is drawn ends.
fn right(canvas: &Canvas<'_>) -> i32 {
    svg::width(canvas) - 30
}

fn paint_rates(
    canvas: &Canvas<'_>,
    heading: &str,
    points: &[Point<'_>],
    spots: &mut Vec<Spot>,
) -> Drawn {
    let rates = |point: &Point<'_>| {
        let per = 10_000.0 / point.children;
        (point.count.expected * per, point.observed * per)
    };
    let high = points
        .iter()
        .map(|point| rates(point).0.max(rates(point).1))
        .fold(0.0, f64::max);
    let right = right(canvas);
    let (across, ticks) = Scale::from_zero(high, LEFT, right);
    let (up, _) = Scale::from_zero(high, BOTTOM, TOP);
    headings(canvas, heading, "Up: observed per 10,000 children")?;
    let words = "Expected per 10,000 children";
    let below = (i32::midpoint(LEFT, right), BOTTOM + 42);
    svg::text(canvas, words, below, 13, GREY, Anchor::Middle)?;
    for tick in &ticks {
        let (x, y) = (across.at(*tick), up.at(*tick));
        svg::line(canvas, (x, TOP), (x, BOTTOM), PALE, 1)?;
        svg::line(canvas, (LEFT, y), (right, y), PALE, 1)?;
        let words = grouped(*tick, u8::from(tick.fract() != 0.0));
        svg::text(canvas, &words, (x, BOTTOM + 18), 12, GREY, Anchor::Middle)?;
        svg::text(canvas, &words, (LEFT - 8, y), 12, GREY, Anchor::End)?;
    }
    let top = ticks.last().copied().unwrap_or(high);
    let ends = ((across.at(0.0), up.at(0.0)), (across.at(top), up.at(top)));
    svg::line(canvas, ends.0, ends.1, INK, 2)?;
    let place = |point: &Point<'_>| {
        let (expected, observed) = rates(point);
        (across.at(expected), up.at(observed))
    };
    let all: Vec<&Point<'_>> = points.iter().collect();
    spots.extend(
        points
            .iter()
            .map(|point| Spot::of(place(point), &point.area.name)),
    );
    dots(canvas, &all, &named(points), place)
}

/// The ratio of observed to expected by how much is expected, with the limits between which ratios of
/// that size ordinarily lie; none without a model.
#[must_use]
pub fn funnel(
    view: View<'_>,
    indicator: IndicatorId,
    period: Period,
    model: ExpectedModel,
) -> Option<Chart> {
    let own = view.indicator(indicator);
    let points = points(view, indicator, period, model);
    if points.is_empty() {
        return None;
    }
    let heading = format!("{}, {period}", own.title);
    let title = format!("{heading}, against expected: {}", finding(&points));
    let cut = points
        .iter()
        .flat_map(limits_and_ratio)
        .any(|end| !(end > 0.0 && end.is_finite()));
    let description = format!(
        "Each dot is one authority: across, the count expected of it {}; up, its own count divided by that. Authorities differ by more than chance, so the bars are wide: about {}. \
         Filled dots lie outside the dark bar.{}{}",
        expected_from(model, &own.family, view.nation()),
        inside_bars(view.levels()),
        if cut { ratios::CUT } else { "" },
        chosen_note(view)
    );
    let words = (title, description);
    Some(chart(
        view,
        indicator,
        ("funnel", &heading),
        words,
        &points,
        paint_funnel,
    ))
}

/// What an expected count is made from, after `expected`.
fn expected_from(model: ExpectedModel, family: &str, nation: Nation) -> String {
    match model {
        ExpectedModel::Structural(model) => {
            format!("from {} by a model of all the others", model.words(family))
        }
        other => format!("at {}", other.rests_on(nation)),
    }
}

/// What the funnel draws of an authority: the ends of its limits, and its ratio.
fn limits_and_ratio(point: &Point<'_>) -> impl Iterator<Item = f64> {
    let limits = point.limits.as_slice().iter();
    limits
        .flat_map(|limits| [limits.low, limits.high])
        .chain([point.count.ratio.value])
}

/// How many authorities would lie inside the bar of each level.
fn inside_bars(levels: Levels) -> String {
    let dark = format!(
        "{} of authorities would lie inside the dark bar of their size",
        levels.shown()
    );
    let paler = levels.as_slice().iter().skip(1).zip(["paler", "palest"]);
    paler.fold(dark, |words, (level, shade)| {
        format!("{words}, {} inside the {shade} one", percent(*level))
    })
}

fn paint_funnel(
    canvas: &Canvas<'_>,
    heading: &str,
    points: &[Point<'_>],
    spots: &mut Vec<Spot>,
) -> Drawn {
    headings(
        canvas,
        heading,
        "Up: observed ÷ expected; bars: where such ratios ordinarily lie",
    )?;
    let right = right(canvas);
    let words = "Expected count (each step across is twice as many)";
    let below = (i32::midpoint(LEFT, right), BOTTOM + 42);
    svg::text(canvas, words, below, 13, GREY, Anchor::Middle)?;
    let ends = points.iter().flat_map(limits_and_ratio);
    let up = RatioScale::covering(ends, BOTTOM, TOP);
    for (tick, words) in up.ticks() {
        let y = up.at(tick);
        let (colour, width) = tick_line(tick);
        svg::line(canvas, (LEFT, y), (right, y), colour, width)?;
        svg::text(canvas, &words, (LEFT - 8, y), 12, GREY, Anchor::End)?;
    }
    let least = points.first().map_or(1.0, |point| point.count.expected) * 0.92;
    let most = points.last().map_or(2.0, |point| point.count.expected) * 1.09;
    let across = Scale::new(least.ln(), most.ln(), LEFT, right);
    let mut tick = 2_f64.powf(least.log2().ceil());
    let mut doublings: Vec<f64> = Vec::new();
    while tick <= most && doublings.len() < 20 {
        doublings.push(tick);
        tick *= 2.0;
    }
    for tick in doublings {
        let x = across.at(tick.ln());
        svg::line(canvas, (x, TOP), (x, BOTTOM), PALE, 1)?;
        let words = grouped(tick, u8::from(tick < 10.0 && tick.fract() != 0.0));
        svg::text(canvas, &words, (x, BOTTOM + 18), 12, GREY, Anchor::Middle)?;
    }
    for point in points {
        let x = across.at(point.count.expected.ln());
        // The widest first, so that the narrower lie on it.
        let bars = point.limits.as_slice().iter().zip(BARS);
        for (limits, colour) in bars.rev() {
            let (from, to) = ((x, up.at(limits.low)), (x, up.at(limits.high)));
            svg::line(canvas, from, to, colour, 4)?;
            if !up.covers(limits.low) {
                svg::arrow(canvas, (x, from.1 + 6), Way::Down, GREY)?;
            }
            if !up.covers(limits.high) {
                svg::arrow(canvas, (x, to.1 - 6), Way::Up, GREY)?;
            }
        }
    }
    let line = up.at(1.0);
    svg::line(canvas, (LEFT, line), (right, line), INK, 2)?;
    for point in points.iter().filter(|p| !up.covers(p.count.ratio.value)) {
        // Nothing was counted: its place would be below any drawing.
        let tip = (across.at(point.count.expected.ln()), BOTTOM);
        svg::arrow(canvas, tip, Way::Down, INK)?;
        let words = format!(
            "{} {}",
            point.area.name,
            grouped(point.count.ratio.value, 2)
        );
        svg::text(
            canvas,
            &words,
            (tip.0 + 8, tip.1 - 4),
            11,
            INK,
            Anchor::Start,
        )?;
    }
    let placed: Vec<&Point<'_>> = points
        .iter()
        .filter(|point| up.covers(point.count.ratio.value))
        .collect();
    let place = |point: &Point<'_>| {
        let ratio = point.count.ratio.value;
        (across.at(point.count.expected.ln()), up.at(ratio))
    };
    spots.extend(
        points
            .iter()
            .map(|point| Spot::of(place(point), &point.area.name)),
    );
    dots(canvas, &placed, &named(points), place)
}

/// The dots, those that stand out or were chosen on top; those to name with their names.
fn dots(
    canvas: &Canvas<'_>,
    points: &[&Point<'_>],
    named: &[&Point<'_>],
    place: impl Fn(&Point<'_>) -> (i32, i32),
) -> Drawn {
    let rank = |point: &&&Point<'_>| match point.standing {
        Standing::Background => 0,
        Standing::Alike => 1 + u8::from(point.position().stands_out()),
        Standing::Chosen => 3,
    };
    let mut order: Vec<&&Point<'_>> = points.iter().collect();
    order.sort_by_key(rank);
    for point in order {
        let (colour, filled) = look(Some(point.position()));
        let at = place(point);
        if point.standing == Standing::Chosen {
            // A ring around the dot says that it was chosen, whatever its colour.
            canvas.draw(&Circle::new(at, 10, BAND.filled()))?;
            canvas.draw(&Circle::new(at, 10, DARK_BLUE.stroke_width(2)))?;
        }
        svg::dot(canvas, at, 4, faded(colour, point.standing), filled)?;
    }
    let edge = right(canvas);
    let mut taken: Vec<[i32; 4]> = Vec::new();
    for point in named {
        let (x, y) = place(point);
        if !points.iter().any(|own| own.area.code == point.area.code) {
            continue;
        }
        let chosen = point.standing == Standing::Chosen;
        let (letter, away) = if chosen { (8, 14) } else { (6, 9) };
        let long = i32::try_from(point.area.name.chars().count()).unwrap_or(40) * letter;
        // A name over another cannot be read; the table has them all.
        let sides = [(x + away, x + away + long), (x - away - long, x - away)];
        let free = sides.into_iter().find(|(left, right)| {
            let clear = |other: &[i32; 4]| {
                *right < other[0] || *left > other[1] || y + 7 < other[2] || y - 7 > other[3]
            };
            *left > LEFT && *right < edge && taken.iter().all(clear)
        });
        if let Some((left, right)) = free {
            let (name, at) = (point.area.name.as_str(), (left, y));
            if chosen {
                let behind = [(left - 2, y - 8), (right + 2, y + 8)];
                canvas.draw(&Rectangle::new(behind, WHITE.mix(0.85).filled()))?;
                svg::strong(canvas, name, at, 13, DARK_BLUE, Anchor::Start)?;
            } else {
                svg::text(canvas, name, at, 11, INK, Anchor::Start)?;
            }
            taken.push([left, right, y - 7, y + 7]);
        }
    }
    Ok(())
}

fn table(view: View<'_>, heading: &str, points: &[Point<'_>]) -> DataTable {
    let told = points
        .iter()
        .rev()
        .filter(|point| point.standing != Standing::Background);
    let rows = told.map(|point| {
        let per = 10_000.0 / point.children;
        let region = point
            .area
            .region
            .map(|code| view.catalogue.areas.name(code));
        vec![
            point.area.name.clone(),
            region.unwrap_or_default(),
            grouped(point.observed, 0),
            expected(&point.count),
            format!(
                "{} and {}",
                grouped(point.observed * per, 0),
                grouped(point.count.expected * per, 0)
            ),
            ratio(&point.count.ratio),
            format!(
                "{} to {}",
                grouped(point.limits.shown().low, 2),
                grouped(point.limits.shown().high, 2)
            ),
            point.verdict.words(),
        ]
    });
    let level = view.level();
    DataTable {
        caption: format!("{heading}: observed and expected, most children expected first"),
        columns: [
            "Authority",
            "Region",
            "Observed",
            &format!("Expected ({level} interval)"),
            "Observed and expected per 10,000 children",
            &format!("Observed ÷ expected ({level} interval)"),
            &format!("{level} of such ratios ordinarily lie"),
            "Against expected, and between authorities",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}
