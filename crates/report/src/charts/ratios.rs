//! What charts of ratios share: a logarithmic scale on which twice and half lie equally far from 1,
//! and the colours and words of positions.

use disparity_core::Position;
use plotters::prelude::*;

use super::svg::{DARK_BLUE, GREY, INK, ORANGE, PALE, Scale};
use crate::format::grouped;

/// Ratios that may be named on an axis.
const TICKS: [f64; 15] = [
    0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0,
];

/// A logarithmic scale of ratios.
pub(super) struct RatioScale {
    scale: Scale,
    low: f64,
    high: f64,
}

impl RatioScale {
    /// A scale that covers all of these and 1, between two pixels.
    pub(super) fn covering(values: impl Iterator<Item = f64>, start: i32, end: i32) -> Self {
        let (mut low, mut high) = (0.8_f64, 1.25_f64);
        for value in values.filter(|value| value.is_finite() && *value > 0.0) {
            low = low.min(value);
            high = high.max(value);
        }
        // A ratio further out than these is drawn at the end.
        let (low, high) = (low.max(0.1) * 0.97, high.min(10.0) * 1.03);
        Self {
            scale: Scale::new(low.ln(), high.ln(), start, end),
            low,
            high,
        }
    }

    /// The pixel of a ratio; nought lies at the lower end.
    pub(super) fn at(&self, ratio: f64) -> i32 {
        self.scale.at(ratio.max(self.low).ln())
    }

    /// Ratios to name, with their words.
    pub(super) fn ticks(&self) -> impl Iterator<Item = (f64, String)> + '_ {
        let inside = |tick: &f64| *tick >= self.low && *tick <= self.high;
        TICKS.into_iter().filter(inside).map(|tick| {
            let decimals = if (tick * 10.0).fract() == 0.0 { 1 } else { 2 };
            (tick, grouped(tick, decimals))
        })
    }
}

/// How the line of a tick is drawn: that of 1, which the others are read against, stands out.
pub(super) fn tick_line(tick: f64) -> (RGBColor, u32) {
    if (tick - 1.0).abs() < 1e-9 {
        (INK, 2)
    } else {
        (PALE, 1)
    }
}

/// How a figure at a position is drawn: its colour, and whether it is filled.
pub(super) fn look(position: Option<Position>) -> (RGBColor, bool) {
    match position {
        Some(position) if position.is_higher() => (ORANGE, true),
        Some(position) if position.is_lower() => (DARK_BLUE, true),
        _ => (GREY, false),
    }
}
