//! What every chart of rows shares: a heading, an axis across the top, a line for the benchmark, and
//! a bar with a dot for a figure and its interval.

use disparity_core::{Indicator, Measured, Unit};
use plotters::prelude::*;

use super::svg::{self, Anchor, Canvas, Drawn, GREY, INK, PALE, Scale};
use crate::format::{grouped, rate};

/// The frame of a chart of rows: where the rows are, and how values become pixels.
pub(super) struct Rows<'a> {
    pub(super) own: &'a Indicator,
    pub(super) scale: Scale,
    ticks: Vec<f64>,
    top: i32,
    bottom: i32,
}

impl<'a> Rows<'a> {
    /// A frame whose axis runs from nought to at least `high` (a rate as a proportion) between the
    /// pixels `across`, with rows between the pixels `down`.
    pub(super) fn new(
        own: &'a Indicator,
        high: f64,
        across: (i32, i32),
        (top, bottom): (i32, i32),
    ) -> Self {
        let (scale, ticks) = Scale::from_zero(high * own.unit().factor(), across.0, across.1);
        Self {
            own,
            scale,
            ticks,
            top,
            bottom,
        }
    }

    /// The pixel of a rate.
    pub(super) fn at(&self, value: f64) -> i32 {
        self.scale.at(value * self.own.unit().factor())
    }

    pub(super) fn axis(&self, canvas: &Canvas<'_>) -> Drawn {
        for tick in &self.ticks {
            let x = self.scale.at(*tick);
            svg::line(canvas, (x, self.top - 8), (x, self.bottom), PALE, 1)?;
            let words = tick_words(*tick, self.own.unit());
            svg::text(canvas, &words, (x, self.top - 17), 12, GREY, Anchor::Middle)?;
        }
        Ok(())
    }

    /// The line the rows are read against, named at both ends.
    pub(super) fn benchmark(&self, canvas: &Canvas<'_>, who: &str, value: f64) -> Drawn {
        let x = self.at(value);
        svg::line(canvas, (x, self.top - 8), (x, self.bottom), INK, 2)?;
        let words = format!("{who} {}", rate(value, self.own));
        for y in [self.top - 34, self.bottom + 15] {
            svg::text(canvas, &words, (x, y), 12, INK, Anchor::Middle)?;
        }
        Ok(())
    }

    /// A figure and its interval; a hollow dot where it does not stand out.
    pub(super) fn figure(
        &self,
        canvas: &Canvas<'_>,
        measured: &Measured,
        y: i32,
        mark: Mark,
    ) -> Drawn {
        let ends = measured.intervals.shown();
        let (low, high) = ((self.at(ends.low), y), (self.at(ends.high), y));
        svg::line(canvas, low, high, mark.colour, mark.width)?;
        let centre = (self.at(measured.value), y);
        svg::dot(canvas, centre, mark.radius, mark.colour, mark.filled)
    }
}

/// What the chart shows and what its figures are.
pub(super) fn headings(canvas: &Canvas<'_>, heading: &str, measure: &str) -> Drawn {
    svg::strong(canvas, heading, (12, 18), 16, INK, Anchor::Start)?;
    svg::text(canvas, measure, (12, 38), 13, GREY, Anchor::Start)
}

/// How a figure is drawn.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) colour: RGBColor,
    pub(super) filled: bool,
    pub(super) width: u32,
    pub(super) radius: i32,
}

/// The upper end of the longest interval, for the axis.
pub(super) fn longest<'m>(figures: impl Iterator<Item = &'m Measured>) -> f64 {
    figures
        .map(|measured| measured.intervals.shown().high)
        .fold(0.0, f64::max)
}

pub(super) fn tick_words(tick: f64, unit: Unit) -> String {
    match unit {
        Unit::Per10k => grouped(tick, u8::from(tick.fract() != 0.0)),
        Unit::Proportion => grouped(tick * 100.0, 0) + "%",
    }
}
