//! What charts of ratios share: a logarithmic scale on which twice and half lie equally far from 1,
//! and the colours and words of positions.

use disparity_core::Position;
use plotters::prelude::*;

use super::svg::{DARK_BLUE, GREY, INK, ORANGE, PALE, Scale};
use crate::format::grouped;
use crate::view::Standing;

/// Ratios that may be named on an axis.
const TICKS: [f64; 22] = [
    0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0,
    20.0, 30.0, 50.0, 100.0,
];

/// The words for how what has no place on a scale of ratios is marked, for the description of a chart.
pub(super) const CUT: &str = " On such a scale there is no 0: what goes on to it ends in an arrow.";

/// A logarithmic scale of ratios.
pub(super) struct RatioScale {
    scale: Scale,
    low: f64,
    high: f64,
}

impl RatioScale {
    /// A scale that covers all of these and 1, between two pixels; nought and what has no end have no
    /// place on it.
    pub(super) fn covering(values: impl Iterator<Item = f64>, start: i32, end: i32) -> Self {
        let (mut low, mut high) = (0.8_f64, 1.25_f64);
        for value in values.filter(|value| value.is_finite() && *value > 0.0) {
            low = low.min(value);
            high = high.max(value);
        }
        let (low, high) = (low * 0.97, high * 1.03);
        Self {
            scale: Scale::new(low.ln(), high.ln(), start, end),
            low,
            high,
        }
    }

    /// The pixel of a ratio; what has no place lies at the end, and whoever draws it marks it.
    pub(super) fn at(&self, ratio: f64) -> i32 {
        self.scale.at(ratio.max(self.low).ln())
    }

    /// Whether a ratio has a place on the scale.
    pub(super) fn covers(&self, ratio: f64) -> bool {
        ratio >= self.low && ratio <= self.high
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

/// The colour of an authority that stands behind those that were chosen: lighter.
pub(super) fn faded(colour: RGBColor, standing: Standing) -> RGBColor {
    let lighter = |part: u8| 255 - (255 - part) / 2;
    match standing {
        Standing::Background => RGBColor(lighter(colour.0), lighter(colour.1), lighter(colour.2)),
        Standing::Alike | Standing::Chosen => colour,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_of_ratios_covers_whatever_is_above_nought() {
        let scale =
            RatioScale::covering([0.004, 0.9, 37.0, 0.0, f64::INFINITY].into_iter(), 0, 900);
        assert!(scale.covers(0.004) && scale.covers(37.0) && scale.covers(1.0));
        assert!(!scale.covers(0.0) && !scale.covers(f64::INFINITY));
        assert!(scale.ticks().count() > 10);
        // Even where all is close to 1 there are ticks on both sides.
        let narrow = RatioScale::covering([0.99, 1.01].into_iter(), 0, 900);
        assert!(narrow.ticks().count() >= 3);
    }
}
