//! What stands around a map of neighbourhoods or teams: its heading, and what its grounds and marks mean.

use std::collections::BTreeSet;

use disparity_core::document::{DocumentError, Figure, Image};
use disparity_core::neighbourhoods::Footprints;
use plotters::prelude::*;

use super::NeedsView;
use crate::charts::svg::{self, Anchor, Canvas, Drawn, GREY, INK};

/// How wide pictures are, in pixels and in millimetres on paper.
pub(super) const WIDTH: i32 = 760;
pub(super) const WIDTH_MM: f64 = 165.0;
/// Where a map begins, and how wide it may be where nothing stands beside it.
pub(super) const LEFT: i32 = 12;
pub(super) const TOP: i32 = 56;
pub(super) const WHOLE: i32 = WIDTH - 2 * LEFT;
const LINE: i32 = 20;
/// Between a map and its legend.
const GAP: i32 = 16;

/// Pale grounds for teams; neighbours in the list differ, and each place has its team's number.
const GROUNDS: [RGBColor; 6] = [
    RGBColor(0xD5, 0xE4, 0xF3),
    RGBColor(0xFB, 0xE0, 0xCF),
    RGBColor(0xCF, 0xEE, 0xEA),
    RGBColor(0xEE, 0xD9, 0xE8),
    RGBColor(0xF3, 0xEE, 0xC4),
    RGBColor(0xE2, 0xE2, 0xE2),
];

/// What stands around a map.
pub(super) struct Around<'a> {
    pub(super) heading: &'a str,
    pub(super) measure: &'a str,
    pub(super) legend: Vec<Mark>,
}

/// What a ground and the mark on it mean.
pub(super) struct Mark {
    pub(super) fill: RGBColor,
    pub(super) ink: RGBColor,
    pub(super) sign: String,
    pub(super) words: String,
}

/// Where a legend stands: its corner, how wide a column of it is and how many lines each has; and where the picture
/// ends.
#[derive(Clone, Copy)]
pub(super) struct Place {
    left: i32,
    top: i32,
    column: i32,
    lines: i32,
    bottom: i32,
}

impl Around<'_> {
    /// How wide a map may be that has the legend beside it.
    pub(super) fn room_beside(&self) -> i32 {
        WHOLE - self.column() - GAP
    }

    /// The legend beside a map of that height.
    pub(super) fn beside(&self, height: i32) -> Place {
        let lines = self.lines();
        Place {
            left: WIDTH - LEFT - self.column(),
            top: TOP,
            column: self.column(),
            lines,
            bottom: TOP + height.max(lines * LINE),
        }
    }

    /// The legend below a map of that height.
    pub(super) fn below(&self, height: i32) -> Place {
        let next_to_one_another = (WHOLE / self.column()).max(1);
        let lines = (self.lines() + next_to_one_another - 1) / next_to_one_another;
        let top = TOP + height + GAP;
        Place {
            left: LEFT,
            top,
            column: self.column(),
            lines,
            bottom: top + lines * LINE,
        }
    }

    fn column(&self) -> i32 {
        let words = self.legend.iter().map(|own| own.words.chars().count());
        34 + i32::try_from(words.max().unwrap_or(0).min(40)).unwrap_or(40) * 7
    }

    fn lines(&self) -> i32 {
        i32::try_from(self.legend.len()).unwrap_or(i32::MAX / LINE)
    }
}

/// A map with what stands around it.
pub(super) fn figure(
    view: NeedsView<'_>,
    (caption, alternative): (&str, &str),
    around: &Around<'_>,
    place: Place,
    paint: impl FnOnce(&Canvas<'_>) -> Drawn,
) -> Result<Figure, DocumentError> {
    let size = (WIDTH.unsigned_abs(), (place.bottom + 14).unsigned_abs());
    let drawing = svg::draw(&view.watermark(), size, (caption, alternative), |canvas| {
        svg::strong(canvas, around.heading, (LEFT, 16), 15, INK, Anchor::Start)?;
        svg::text(canvas, around.measure, (LEFT, 36), 12, GREY, Anchor::Start)?;
        paint(canvas)?;
        legend(canvas, around, place)
    });
    Figure::new(caption, alternative, Image::Svg(drawing), WIDTH_MM)
}

fn legend(canvas: &Canvas<'_>, around: &Around<'_>, place: Place) -> Drawn {
    for (own, at) in around.legend.iter().zip(0..) {
        let left = place.left + at / place.lines * place.column;
        let y = place.top + at % place.lines * LINE;
        let corners = [(left, y + 1), (left + 24, y + LINE - 2)];
        canvas.draw(&Rectangle::new(corners, own.fill.filled()))?;
        canvas.draw(&Rectangle::new(corners, GREY.stroke_width(1)))?;
        let middle = y + LINE / 2;
        let centre = (left + 12, middle);
        svg::text(canvas, &own.sign, centre, 11, own.ink, Anchor::Middle)?;
        let words = shortened(&own.words);
        svg::text(canvas, &words, (left + 32, middle), 12, INK, Anchor::Start)?;
    }
    Ok(())
}

/// A name that fits into a legend.
fn shortened(words: &str) -> String {
    if words.chars().count() <= 40 {
        return words.to_owned();
    }
    words.chars().take(39).chain(['…']).collect()
}

/// The ground of each team, given the teams beside each: the first that none of those has.
pub(super) fn grounds(beside: &[BTreeSet<usize>]) -> Vec<RGBColor> {
    let mut chosen: Vec<usize> = Vec::with_capacity(beside.len());
    for (team, beside) in beside.iter().enumerate() {
        let used: Vec<usize> = beside
            .iter()
            .filter_map(|other| chosen.get(*other).copied())
            .collect();
        let mut free = (0..GROUNDS.len()).map(|step| (team + step) % GROUNDS.len());
        let free = free.find(|ground| !used.contains(ground));
        chosen.push(free.unwrap_or(team % GROUNDS.len()));
    }
    chosen.into_iter().map(|ground| GROUNDS[ground]).collect()
}

/// What the grounds of teams mean.
pub(super) fn of_teams(footprints: &Footprints, grounds: &[RGBColor]) -> Vec<Mark> {
    let each = footprints.all.iter().zip(grounds).zip(1..);
    each.map(|((team, fill), number)| Mark {
        fill: *fill,
        ink: INK,
        sign: number.to_string(),
        words: team.name.clone(),
    })
    .collect()
}
