//! What is expected of each team, with its intervals.

use disparity_core::document::{DocumentError, Figure, Image};
use disparity_core::needs::{Likely, Need, Part, Way};

use plotters::style::RGBColor;

use super::frame::WIDTH_MM;
use super::{NeedsView, sentences};
use crate::charts::svg::{self, Anchor, Canvas, Drawn, GREY, INK, PALE, Scale};
use crate::format::{count, sentence};

/// Pale enough for the dot to stand out on it.
const BLUE: RGBColor = RGBColor(0x6B, 0xAC, 0xE6);
const WIDTH: u32 = 760;
const ROW: i32 = 24;
const LABELS: i32 = 230;
const RIGHT: i32 = 720;
const TOP: i32 = 84;

/// A dot for each team, a thick bar for where the expected number may lie, a thin one for where a count may; none where
/// nothing is expected.
pub(super) fn by_team(
    view: NeedsView<'_>,
    need: Need,
    teams: &[Part],
) -> Result<Option<Figure>, DocumentError> {
    let rows: Vec<(String, Likely)> = teams
        .iter()
        .filter_map(|part| {
            Some((
                view.part_name(*part),
                view.likely(need, Way::EnglandRates, *part).value()?,
            ))
        })
        .collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let level = view.level();
    let caption = format!(
        "{} expected at England’s rates, by team, {}, {}",
        view.title(need),
        view.authority(),
        view.years(need)
    );
    let each = rows.iter().map(|(name, own)| {
        let (low, high) = sentences::ends(own.intervals.shown());
        let (least, most) = sentences::ends(own.seen.shown());
        format!(
            "{name} {} ({low} to {high}; a count {least} to {most})",
            count(own.expected)
        )
    });
    let each: Vec<String> = each.collect();
    let alternative = format!(
        "Dots with horizontal bars, one line for each team: the number expected, its {level} interval, and where a count of one \
         year would lie. {}.",
        each.join("; ")
    );
    let bottom = TOP + i32::try_from(rows.len()).unwrap_or(i32::MAX / ROW / 2) * ROW;
    let size = (WIDTH, (bottom + 44).unsigned_abs());
    let heading = format!("{} expected at England’s rates, by team", view.title(need));
    let drawing = svg::draw(
        &view.watermark(),
        size,
        (&caption, &alternative),
        |canvas| {
            svg::strong(canvas, &heading, (12, 16), 15, INK, Anchor::Start)?;
            let measure = format!("{}, with {level} intervals", sentence(view.noun(need)));
            svg::text(canvas, &measure, (12, 36), 12, GREY, Anchor::Start)?;
            paint(canvas, &rows, bottom)
        },
    );
    Figure::new(caption, alternative, Image::Svg(drawing), WIDTH_MM).map(Some)
}

fn paint(canvas: &Canvas<'_>, rows: &[(String, Likely)], bottom: i32) -> Drawn {
    let most = rows
        .iter()
        .map(|(_, own)| own.seen.shown().high.max(own.intervals.shown().high));
    let (scale, ticks) = Scale::from_zero(most.fold(0.0, f64::max), LABELS + 12, RIGHT);
    for tick in ticks {
        let x = scale.at(tick);
        svg::line(canvas, (x, TOP - 14), (x, bottom), PALE, 1)?;
        svg::text(
            canvas,
            &count(tick),
            (x, TOP - 24),
            12,
            GREY,
            Anchor::Middle,
        )?;
    }
    for ((name, own), at) in rows.iter().zip(0..) {
        let y = TOP + at * ROW + ROW / 2 - 4;
        let name: String = if name.chars().count() > 34 {
            name.chars().take(33).chain(['…']).collect()
        } else {
            name.clone()
        };
        svg::text(canvas, &name, (LABELS, y), 12, INK, Anchor::End)?;
        bars(canvas, own, scale, y)?;
    }
    let y = bottom + 18;
    svg::line(canvas, (LABELS + 12, y), (LABELS + 42, y), BLUE, 6)?;
    let words = "where the expected number may lie";
    svg::text(canvas, words, (LABELS + 50, y), 12, INK, Anchor::Start)?;
    svg::line(canvas, (LABELS + 262, y), (LABELS + 292, y), GREY, 1)?;
    let words = "where a count may lie";
    svg::text(canvas, words, (LABELS + 300, y), 12, INK, Anchor::Start)
}

fn bars(canvas: &Canvas<'_>, own: &Likely, scale: Scale, y: i32) -> Drawn {
    let (seen, expected) = (own.seen.shown(), own.intervals.shown());
    svg::line(
        canvas,
        (scale.at(seen.low), y),
        (scale.at(seen.high), y),
        GREY,
        1,
    )?;
    for end in [seen.low, seen.high] {
        svg::line(
            canvas,
            (scale.at(end), y - 4),
            (scale.at(end), y + 4),
            GREY,
            1,
        )?;
    }
    svg::line(
        canvas,
        (scale.at(expected.low), y),
        (scale.at(expected.high), y),
        BLUE,
        6,
    )?;
    svg::dot(canvas, (scale.at(own.expected), y), 4, INK, true)
}
