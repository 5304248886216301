//! The caterpillar: how far each authority lies from what its circumstances say, with its interval,
//! in order.

use disparity_core::{Effect, FitKey, Position};

use super::ratios::{self, RatioScale, faded, look, tick_line};
use super::rows::{band, headings, name_row};
use super::svg::{self, Anchor, Canvas, Drawn, GREY, Way};
use super::{Chart, DataTable, Spot, chosen_note};
use crate::format::{probability, ratio, reported};
use crate::view::{Standing, View};

const ROW: i32 = 14;
const LABELS: i32 = 270;
const TOP: i32 = 84;

/// The effects of authorities in one fit, the highest first; none without effects.
#[must_use]
pub fn caterpillar(view: View<'_>, key: FitKey) -> Option<Chart> {
    let own = view.indicator(key.indicator);
    let mut effects: Vec<&Effect> = view.effects(key).collect();
    effects.sort_by(|a, b| b.ratio.value.total_cmp(&a.ratio.value));
    if effects.is_empty() {
        return None;
    }
    let apart = |wanted: fn(Position) -> bool| {
        let positions = effects.iter().map(|effect| position(effect));
        positions.filter(|position| wanted(*position)).count()
    };
    let higher = apart(Position::is_higher);
    let lower = apart(Position::is_lower);
    let title = format!(
        "{}, {}: of {} authorities, {higher} have an interval above that of their circumstances and {lower} one below",
        own.title,
        key.span,
        effects.len()
    );
    let description = format!(
        "Each line is one authority. The dot is its rate divided by that of a typical authority with the same \
         circumstances ({}), drawn towards 1 by as much as its count is uncertain; the bar is the {} interval. \
         Filled dots have an interval that leaves out 1: they \
         differ by more than chance; whether by more than is usual, the chart of expected counts says. The order is uncertain too: the table has the rank that each \
         could have. What circumstances explain is not thereby justified, and what they leave may have many reasons.{}{}",
        key.model.words(&own.family),
        view.level(),
        if effects.iter().any(|effect| is_cut(effect)) {
            ratios::CUT
        } else {
            ""
        },
        chosen_note(view)
    );
    let rows = i32::try_from(effects.len()).unwrap_or(i32::MAX / ROW / 2);
    let bottom = TOP + rows * ROW + 10;
    let size = (view.width().unsigned_abs(), bottom.unsigned_abs() + 20);
    let heading = format!("{}, {}", own.title, key.span);
    let scale = scale(&effects, view.width() - 30);
    let svg = svg::draw(&view.watermark(), size, (&title, &description), |canvas| {
        paint(canvas, view, (&heading, &scale), &effects, bottom)
    });
    let spots = effects.iter().zip(0..).map(|(effect, i)| {
        let at = (scale.at(effect.ratio.value), TOP + i * ROW);
        Spot::of(at, &view.catalogue.areas.name(effect.area))
    });
    let spots = spots.collect();
    Some(Chart {
        file: format!("caterpillar_{}.svg", own.name),
        table: table(view, &heading, &effects),
        title,
        description,
        svg,
        source: view.source(key.indicator),
        spots,
    })
}

/// Whether an interval has an end that a scale of ratios has no place for.
fn is_cut(effect: &Effect) -> bool {
    let ends = effect.ratio.intervals.shown();
    !(ends.low > 0.0 && ends.high.is_finite())
}

fn position(effect: &Effect) -> Position {
    Position::of(&effect.ratio.intervals)
}

/// A scale that covers every interval.
fn scale(effects: &[&Effect], right: i32) -> RatioScale {
    let ends = effects.iter().flat_map(|effect| {
        let ends = effect.ratio.intervals.shown();
        [ends.low, ends.high]
    });
    RatioScale::covering(ends, LABELS + 14, right)
}

fn paint(
    canvas: &Canvas<'_>,
    view: View<'_>,
    (heading, scale): (&str, &RatioScale),
    effects: &[&Effect],
    bottom: i32,
) -> Drawn {
    let level = view.level();
    let measure =
        format!("Ratio to a typical authority in the same circumstances, with {level} interval");
    headings(canvas, heading, &measure)?;
    for (effect, i) in effects.iter().zip(0..) {
        let end = (svg::width(canvas) - 18, TOP + i * ROW);
        band(canvas, view.standing(effect.area), end, ROW)?;
    }
    for (tick, words) in scale.ticks() {
        let x = scale.at(tick);
        let (colour, width) = tick_line(tick);
        svg::line(canvas, (x, TOP - 12), (x, bottom), colour, width)?;
        svg::text(canvas, &words, (x, TOP - 22), 12, GREY, Anchor::Middle)?;
    }
    for (effect, i) in effects.iter().zip(0..) {
        let y = TOP + i * ROW;
        let (colour, filled) = look(Some(position(effect)));
        let name = view.catalogue.areas.name(effect.area);
        let standing = view.standing(effect.area);
        let colour = faded(colour, standing);
        name_row(canvas, &name, standing, (LABELS, y), 11)?;
        let ends = effect.ratio.intervals.shown();
        let (from, to) = ((scale.at(ends.low), y), (scale.at(ends.high), y));
        svg::line(canvas, from, to, colour, 2)?;
        if !scale.covers(ends.low) {
            svg::arrow(canvas, (from.0 - 8, y), Way::Left, colour)?;
        }
        if !scale.covers(ends.high) {
            svg::arrow(canvas, (to.0 + 8, y), Way::Right, colour)?;
        }
        let centre = (scale.at(effect.ratio.value), y);
        svg::dot(canvas, centre, 4, colour, filled)?;
    }
    Ok(())
}

fn table(view: View<'_>, heading: &str, effects: &[&Effect]) -> DataTable {
    let told = effects
        .iter()
        .filter(|effect| view.standing(effect.area) != Standing::Background);
    let rows = told.map(|effect| {
        let rank = reported(&effect.rank, |rank| {
            format!("{} ({} to {})", rank.words(), rank.low, rank.high)
        });
        let area = view.catalogue.areas.get(effect.area);
        let region = area.and_then(|area| area.region);
        vec![
            view.catalogue.areas.name(effect.area),
            region
                .map(|code| view.catalogue.areas.name(code))
                .unwrap_or_default(),
            ratio(&effect.ratio),
            probability(effect.probability_above),
            rank,
        ]
    });
    let level = view.level();
    DataTable {
        caption: format!(
            "{heading}: ratio to a typical authority in the same circumstances, with {level} interval"
        ),
        columns: [
            "Authority",
            "Region",
            &format!("Ratio ({level} interval)"),
            "Probability that it is above 1",
            &format!("Rank, 1 the highest ({level} interval)"),
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: rows.collect(),
    }
}
