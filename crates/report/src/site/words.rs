//! Sentences whose figures say where they come from, so that a reader, a script and a test find the row of each.

use disparity_core::{AreaCode, ExpectedModel, Indicator, Measure, Measured, Period};
use serde::Serialize;

use crate::format::{grouped, rate, ratio_ends, signed};

/// A part of a sentence: words, or figures of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Piece {
    text: String,
    /// The row that the figures are of and their columns in order; empty for words.
    row: String,
    columns: &'static str,
}

/// A sentence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Sentence(Vec<Piece>);

/// Which row of which table a figure is of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) indicator: &'a Indicator,
    pub(super) period: Period,
    pub(super) area: AreaCode,
}

impl Place<'_> {
    /// The row of `estimates` for everyone, or for a broad ethnic group.
    pub(super) fn estimate(self, group: &str) -> String {
        self.row("estimates", group)
    }

    /// The row of `expected` of a model.
    pub(super) fn expected(self, model: ExpectedModel) -> String {
        self.row("expected", model.as_str())
    }

    /// The row of `contrasts` for everyone, or for a broad ethnic group.
    pub(super) fn contrast(self, group: &str, comparator: &str, measure: Measure) -> String {
        let measure = measure.as_str(self.indicator.unit());
        self.row("contrasts", &format!("{group}|{comparator}|{measure}"))
    }

    fn row(self, table: &str, more: &str) -> String {
        format!(
            "{table}|{}|{}|{}|{more}",
            self.indicator.name, self.period, self.area
        )
    }
}

impl Sentence {
    /// A sentence that begins with these words.
    pub(super) fn of(words: impl Into<String>) -> Self {
        Self::default().words(words)
    }

    /// Words without figures.
    pub(super) fn words(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece {
            text: words.into(),
            row: String::new(),
            columns: "",
        });
        self
    }

    /// Figures of one row, as they are shown, and their columns in order.
    pub(super) fn figure(mut self, text: String, row: String, columns: &'static str) -> Self {
        self.0.push(Piece { text, row, columns });
        self
    }

    /// A rate alone.
    pub(super) fn rate(
        self,
        value: f64,
        own: &Indicator,
        row: String,
        column: &'static str,
    ) -> Self {
        self.figure(rate(value, own), row, column)
    }

    /// The interval of a rate: `66 to 68`.
    pub(super) fn rate_interval(self, found: &Measured, own: &Indicator, row: String) -> Self {
        let ends = found.intervals.shown();
        let text = format!("{} to {}", rate(ends.low, own), rate(ends.high, own));
        self.figure(text, row, "conf_low conf_high")
    }

    /// A ratio alone: `2.52`.
    pub(super) fn ratio(self, found: &Measured, row: String, column: &'static str) -> Self {
        self.figure(grouped(found.value, 2), row, column)
    }

    /// The interval of a ratio: `2.29 to 2.77`.
    pub(super) fn ratio_interval(self, found: &Measured, row: String) -> Self {
        let text = ratio_ends(found.intervals.shown());
        self.figure(text, row, "conf_low conf_high")
    }

    /// How a rate changed, in per cent of the earlier one with its interval: `+23.4% (+10.1% to +37.9%)`.
    pub(super) fn change(self, found: &Measured, row: String) -> Self {
        let percent = |ratio: f64| signed((ratio - 1.0) * 100.0) + "%";
        let ends = found.intervals.shown();
        let text = format!(
            "{} ({} to {})",
            percent(found.value),
            percent(ends.low),
            percent(ends.high)
        );
        self.figure(text, row, "change")
    }

    /// The sentence without its marks.
    pub(super) fn plain(&self) -> String {
        self.0.iter().map(|piece| piece.text.as_str()).collect()
    }
}

/// Several things in a row: `one, two and three`.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_in_a_row() {
        let of = |names: &[&str]| {
            listed(
                &names
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(of(&["a"]), "a");
        assert_eq!(of(&["a", "b", "c"]), "a, b and c");
        assert_eq!(of(&[]), "");
    }
}
