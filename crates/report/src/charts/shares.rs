//! Shares of children with their intervals, a row for each kind of help or group of children.

use disparity_core::{Indicator, Measured, Reported};

use super::ethnicity::{LABELS, ROW, TOP, finding, paint_figure};
use super::rows::{Reach, Rows, headings};
use super::svg::{self, Anchor, Canvas, Drawn, GREY, INK};
use super::{Chart, DataTable, Spot};
use crate::format::absence;
use crate::view::{View, Watermark};

/// A row: whose share, and the share as it is written beside it.
pub(crate) struct ShareLine {
    /// The group or kind.
    pub(crate) label: String,
    /// Its share, from 0 to 1.
    pub(crate) share: Reported<Measured>,
    /// The share with its interval, to the digits that it bears.
    pub(crate) words: String,
}

/// What a chart of shares is drawn from.
pub(crate) struct Shares<'a> {
    /// What the drawing must say of itself.
    pub(crate) watermark: Watermark,
    /// What the shares are of: how they are written on an axis and in the title.
    pub(crate) own: &'a Indicator,
    /// What is shown, of whom and when.
    pub(crate) heading: String,
    /// What a dot is.
    pub(crate) measure: String,
    /// The rows.
    pub(crate) lines: Vec<ShareLine>,
    /// The share of everyone, to which groups are held; none where rows are no groups of children.
    pub(crate) everyone: Option<Measured>,
    /// Whether rows are groups of children, of which the title says who is apart.
    pub(crate) of_groups: bool,
    /// The name of the file.
    pub(crate) file: String,
    /// Where the figures come from.
    pub(crate) source: String,
}

/// The chart; nothing where no share is known.
pub(crate) fn shares(of: Shares<'_>) -> Option<Chart> {
    let known: Vec<Measured> = of
        .lines
        .iter()
        .filter_map(|line| line.share.value())
        .collect();
    if known.is_empty() {
        return None;
    }
    let each = of
        .lines
        .iter()
        .map(|line| (line.label.as_str(), line.share))
        .collect::<Vec<_>>();
    let title = if of.of_groups {
        let found = finding((of.own, "share"), &each, of.everyone.as_ref());
        format!("{}: {found}", of.heading)
    } else {
        format!("{}: the share of each with its interval", of.heading)
    };
    let line = if of.everyone.is_some() {
        " The vertical line is everyone."
    } else {
        ""
    };
    let description = format!(
        "Each line is named on the left. The dot is the share of children, the bar its 95% interval.{line} A symbol in \
         brackets stands where there is no share to show."
    );
    let rows = u32::try_from(of.lines.len()).unwrap_or(0);
    let bottom = TOP + ROW * i32::try_from(rows).unwrap_or(0);
    let reach = Reach::covering(known.iter());
    let across = (LABELS + 10, View::USUAL_WIDTH - 170);
    let frame = Rows::new(of.own, reach, across, (TOP, bottom));
    let height = bottom.unsigned_abs() + 60;
    let svg = svg::draw(
        &of.watermark,
        (View::USUAL_WIDTH.unsigned_abs(), height),
        (&title, &description),
        |canvas| paint(canvas, &of, &frame),
    );
    let spots = of.lines.iter().zip(0..).filter_map(|(line, i)| {
        let x = frame.at(line.share.value()?.value);
        Some(Spot::of((x, TOP + ROW * i + ROW / 2), &line.label))
    });
    let head = if of.of_groups { "Group" } else { "Help" };
    Some(Chart {
        spots: spots.collect(),
        table: DataTable {
            caption: of.heading.clone(),
            columns: vec![head.to_owned(), of.measure.clone()],
            rows: of
                .lines
                .iter()
                .map(|line| vec![line.label.clone(), line.words.clone()])
                .collect(),
        },
        file: of.file,
        title,
        description,
        svg,
        source: of.source,
    })
}

fn paint(canvas: &Canvas<'_>, of: &Shares<'_>, rows: &Rows<'_>) -> Drawn {
    headings(canvas, &of.heading, &of.measure)?;
    rows.axis(canvas)?;
    if let Some(everyone) = of.everyone {
        rows.benchmark(canvas, "Everyone", everyone.value)?;
    }
    for (line, i) in of.lines.iter().zip(0..) {
        let y = TOP + ROW * i + ROW / 2;
        svg::text(canvas, &line.label, (LABELS, y), 13, INK, Anchor::End)?;
        match line.share {
            Reported::Value(share) => {
                paint_figure(canvas, &share, of.everyone.as_ref(), rows, y)?;
                let right = svg::width(canvas) - 12;
                svg::text(canvas, &line.words, (right, y), 12, INK, Anchor::End)?;
            }
            Reported::Symbol(symbol) => {
                let why = absence(symbol);
                svg::text(canvas, &why, (LABELS + 14, y), 12, GREY, Anchor::Start)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use disparity_core::{Interval, Intervals, Symbol, Timing};

    use super::super::rows::tests::rates;
    use super::*;

    fn share(value: f64, low: f64, high: f64) -> Reported<Measured> {
        Reported::Value(Measured {
            value,
            intervals: Intervals::of(&[Interval { low, high }]).unwrap(),
            method: "wilson",
        })
    }

    fn drawn(lines: &[(&str, Reported<Measured>)]) -> Option<Chart> {
        let own = Indicator {
            name: "prior_help_any".into(),
            title: "Helped".into(),
            short_title: "Helped".into(),
            timing: Timing::During,
            ..rates()
        };
        shares(Shares {
            watermark: Watermark::saying(&["Synthetic"]),
            own: &own,
            heading: "Helped".into(),
            measure: "Share".into(),
            lines: lines
                .iter()
                .map(|(label, share)| ShareLine {
                    label: (*label).to_owned(),
                    share: *share,
                    words: "words".into(),
                })
                .collect(),
            everyone: share(0.5, 0.4, 0.6).value(),
            of_groups: true,
            file: "shares.svg".into(),
            source: "returns".into(),
        })
    }

    #[test]
    fn who_is_apart_is_named_and_an_absence_is_a_symbol() {
        let withheld = Reported::Symbol(Symbol::Confidential);
        let chart = drawn(&[
            ("Black", share(0.2, 0.1, 0.3)),
            ("Asian", share(0.45, 0.3, 0.6)),
            ("Mixed", withheld),
        ]);
        let chart = chart.unwrap();
        assert!(chart.title.contains("below") && chart.title.contains("Black"));
        assert!(!chart.title.contains("Asian"), "{}", chart.title);
        assert!(chart.svg.contains("[c]") && chart.svg.contains("Synthetic"));
        assert_eq!(chart.spots.len(), 2);
        assert!(drawn(&[("Mixed", withheld)]).is_none());
    }
}
