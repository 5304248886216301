//! What every chart of rows shares: a heading, an axis across the top, a line for the benchmark, and
//! a bar with a dot for a figure and its interval. The axis covers the intervals; where one is so long
//! that the others could not be read, its bar ends in an arrow and its figure stands beside.

use disparity_core::{Indicator, Measured, Unit};
use plotters::prelude::*;

use super::svg::{self, Anchor, Canvas, DARK_BLUE, Drawn, GREY, INK, PALE, Scale, Way};
use crate::format::{grouped, rate, with_interval};
use crate::view::Standing;

/// An interval is drawn whole if it is no more than so many times as long as the others.
const LONGEST: f64 = 2.0;

/// The pixels that the figure of a bar that is cut needs beside it.
const BESIDE: i32 = 150;

/// The words for how a bar that is cut is marked, for the description of a chart.
pub(super) const CUT: &str =
    " A bar that ends in an arrow goes on beyond the axis, to the figure beside it.";

/// How far an axis goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reach {
    high: f64,
    /// Whether a figure or interval goes on beyond it.
    pub(super) cut: bool,
}

impl Reach {
    /// How far the axis goes, in what people are shown of a unit on an axis.
    pub(super) fn high_of(self, unit: Unit) -> f64 {
        self.high * unit.factor()
    }

    /// An axis that covers every interval, as far as they are finite.
    pub(super) fn covering<'m>(figures: impl Iterator<Item = &'m Measured> + Clone) -> Self {
        Self {
            high: longest(figures.clone()),
            cut: figures
                .into_iter()
                .any(|found| !found.intervals.shown().high.is_finite()),
        }
    }

    /// An axis that covers every interval, or those of the ordinary figures where the others' would
    /// make them unreadable.
    pub(super) fn of<'m>(
        ordinary: impl Iterator<Item = &'m Measured> + Clone,
        others: impl Iterator<Item = &'m Measured> + Clone,
    ) -> Self {
        let usual = longest(ordinary.clone());
        let all = Self::covering(ordinary.chain(others));
        if usual > 0.0 && all.high > LONGEST * usual {
            Self {
                high: usual,
                cut: true,
            }
        } else {
            all
        }
    }
}

/// The frame of a chart of rows: where the rows are, and how values become pixels.
pub(super) struct Rows<'a> {
    pub(super) own: &'a Indicator,
    pub(super) scale: Scale,
    ticks: Vec<f64>,
    top: i32,
    bottom: i32,
}

impl<'a> Rows<'a> {
    /// A frame whose axis runs from nought as far as it must reach (of rates as proportions) between the
    /// pixels `across`, with rows between the pixels `down`.
    pub(super) fn new(
        own: &'a Indicator,
        reach: Reach,
        (left, right): (i32, i32),
        (top, bottom): (i32, i32),
    ) -> Self {
        let right = if reach.cut { right - BESIDE } else { right };
        let (scale, ticks) = Scale::from_zero(reach.high * own.unit().factor(), left, right);
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

    /// A figure and its interval; a hollow dot where it does not stand out. What lies beyond the axis
    /// is marked and told in words.
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
        let covers = |value: f64| self.scale.covers(value * self.own.unit().factor());
        if !covers(ends.high) {
            let tip = (high.0 + 8, y);
            svg::arrow(canvas, tip, Way::Right, mark.colour)?;
            let words = with_interval(measured, self.own);
            svg::text(canvas, &words, (tip.0 + 4, y), 11, INK, Anchor::Start)?;
        }
        if !covers(measured.value) {
            return Ok(());
        }
        let centre = (self.at(measured.value), y);
        svg::dot(canvas, centre, mark.radius, mark.colour, mark.filled)
    }
}

/// The name of an authority at the head of its row, which ends at a point; that of one that was chosen
/// in heavier letters behind a mark.
pub(super) fn name_row(
    canvas: &Canvas<'_>,
    name: &str,
    standing: Standing,
    end: (i32, i32),
    size: u32,
) -> Drawn {
    match standing {
        Standing::Alike => svg::text(canvas, name, end, size, INK, Anchor::End),
        Standing::Background => svg::text(canvas, name, end, size, GREY, Anchor::End),
        Standing::Chosen => {
            let name = format!("▸ {name}");
            svg::strong(canvas, &name, end, size, DARK_BLUE, Anchor::End)
        }
    }
}

/// The band on which the row of an authority stands that was chosen, from the left edge to the pixel
/// `end`; to be drawn before the axis.
pub(super) fn band(
    canvas: &Canvas<'_>,
    standing: Standing,
    (end, y): (i32, i32),
    row: i32,
) -> Drawn {
    if standing != Standing::Chosen {
        return Ok(());
    }
    let corners = [(12, y - row / 2), (end, y + row / 2)];
    canvas.draw(&Rectangle::new(corners, BAND.filled()))
}

/// The band behind what was chosen.
pub(super) const BAND: RGBColor = RGBColor(0xFF, 0xEE, 0xC2);

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

/// The upper end of the longest interval that has one, for the axis.
fn longest<'m>(figures: impl Iterator<Item = &'m Measured>) -> f64 {
    figures
        .flat_map(|measured| [measured.value, measured.intervals.shown().high])
        .filter(|end| end.is_finite())
        .fold(0.0, f64::max)
}

pub(super) fn tick_words(tick: f64, unit: Unit) -> String {
    match unit {
        Unit::Per10k => grouped(tick, u8::from(tick.fract() != 0.0)),
        Unit::Proportion => grouped(tick * 100.0, 0) + "%",
    }
}

#[cfg(test)]
pub(super) mod tests {
    use disparity_core::{Counted, DenominatorKind, Interval, Intervals, Timing};

    use super::*;

    fn measured(value: f64, low: f64, high: f64) -> Measured {
        Measured {
            value,
            intervals: Intervals::of(&[Interval { low, high }]).unwrap(),
            method: "byar",
        }
    }

    #[test]
    fn an_axis_covers_what_is_drawn_or_says_that_it_does_not() {
        let usual = [measured(0.05, 0.04, 0.067), measured(0.02, 0.01, 0.03)];
        let long = [measured(0.081, 0.063, 0.103)];
        let longer = [measured(0.081, 0.063, 0.35)];
        let endless = [measured(0.081, 0.063, f64::INFINITY)];
        let reach = |others: &[Measured]| Reach::of(usual.iter(), others.to_vec().iter());
        let found = reach(&long);
        assert!(!found.cut && found.high >= 0.103, "{found:?}");
        let found = reach(&longer);
        assert!(found.cut && found.high < 0.1, "{found:?}");
        assert!(reach(&endless).cut && reach(&endless).high.is_finite());
        // Nobody but tiny areas: they have the axis to themselves.
        assert!(!Reach::of([].iter(), longer.iter()).cut);
    }

    /// A rate of nobody's, for tests of what is drawn in rows.
    pub(crate) fn rates() -> Indicator {
        Indicator {
            name: "in_need".into(),
            title: "In need".into(),
            short_title: "In need".into(),
            family: String::new(),
            timing: Timing::AsAt,
            counted: Counted {
                noun: "children".into(),
                repeats: false,
            },
            denominator: DenominatorKind::Children0To17,
            headline: true,
            modelled: false,
            decimals: 1,
            comparable: (None, None),
            includes_18_and_over: false,
            definition: String::new(),
        }
    }

    #[test]
    fn what_goes_on_beyond_an_axis_is_marked_and_told() {
        let own = rates();
        let drawn = |reach: Reach, figure: Measured| {
            svg::draw(
                &crate::view::Watermark::saying(&[]),
                (900, 60),
                ("", ""),
                |canvas| {
                    let rows = Rows::new(&own, reach, (280, 870), (20, 40));
                    let mark = Mark {
                        colour: GREY,
                        filled: true,
                        width: 2,
                        radius: 4,
                    };
                    rows.figure(canvas, &figure, 30, mark)
                },
            )
        };
        let usual = [measured(0.05, 0.04, 0.067)];
        let seen = |svg: &str| {
            (
                svg.matches("<circle").count(),
                svg.matches("<polygon").count(),
            )
        };
        let inside = drawn(Reach::covering(usual.iter()), usual[0]);
        assert_eq!(seen(&inside), (2, 0), "{inside}");
        // The figure is on the axis and its interval is not; neither is; the interval has no end.
        for (figure, dots) in [
            (measured(0.06, 0.03, 0.3), 2),
            (measured(0.3, 0.2, 0.5), 0),
            (measured(0.081, 0.063, f64::INFINITY), 2),
        ] {
            let cut = drawn(Reach::of(usual.iter(), [figure].iter()), figure);
            assert_eq!(seen(&cut), (dots, 1), "{cut}");
            assert!(cut.contains(&with_interval(&figure, &own)), "{cut}");
        }
    }
}
