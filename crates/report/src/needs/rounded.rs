//! Whole figures that add up.

use std::collections::BTreeMap;

use disparity_core::controlled_rounding;
use disparity_core::needs::{Need, Part, Way};
use disparity_core::{Reported, round_half_up};

use super::NeedsView;

/// Said of a table whose figures could not be rounded together.
pub(super) const NOT_ADDING_UP: &str =
    "Figures are rounded one by one and may not add up to the total.";
/// Said of a table whose figures were.
pub(super) const ADDING_UP: &str = "Whole figures are rounded so that they add up to the total (largest remainders); a figure can differ by less than one from what it is before rounding.";

/// Figures rounded together with their total.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shares {
    pub(super) total: f64,
    pub(super) parts: Vec<f64>,
    /// Whether the parts add up to the total.
    pub(super) exact: bool,
}

/// Figures and their total, rounded to so many decimals so that they add up. `within` has, for each figure, the place of
/// the figure that it is a part of; none for parts of the total.
pub(super) fn shared(figures: &[f64], within: &[Option<usize>], decimals: u8) -> Shares {
    // Each figure without parts makes up the total; the total is added up in that order.
    let total: f64 = figures
        .iter()
        .zip(within)
        .filter(|(_, above)| above.is_none())
        .map(|(figure, _)| figure)
        .sum();
    let values: Vec<f64> = std::iter::once(total)
        .chain(figures.iter().copied())
        .collect();
    let parents: Vec<Option<usize>> = std::iter::once(None)
        .chain(
            within
                .iter()
                .map(|above| Some(above.map_or(0, |at| at + 1))),
        )
        .collect();
    match controlled_rounding(&values, &parents, decimals) {
        Ok(found) => {
            let mut values = found.values().into_iter();
            Shares {
                total: values.next().unwrap_or(total),
                parts: values.collect(),
                exact: true,
            }
        }
        Err(_) => {
            let alone = |value: f64| round_half_up(value, decimals).unwrap_or(value);
            Shares {
                total: alone(total),
                parts: figures.iter().map(|figure| alone(*figure)).collect(),
                exact: false,
            }
        }
    }
}

/// Shares of a whole in per cent with one decimal that add up to 100; none of nobody.
pub(super) fn percentages(figures: &[f64]) -> Option<Vec<f64>> {
    let total: f64 = figures.iter().sum();
    (total > 0.0).then(|| {
        let all: Vec<f64> = figures
            .iter()
            .map(|figure| figure / total * 100.0)
            .collect();
        shared(&all, &vec![None; all.len()], 1).parts
    })
}

/// Rounded figures by part.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ByPart {
    figures: BTreeMap<Part, Reported<f64>>,
    pub(super) exact: bool,
}

impl ByPart {
    /// Rounds figures of parts that make up the authority; a symbol anywhere leaves the others as each rounds alone.
    fn of(parts: &[Part], within: &[Option<usize>], figures: &[Reported<f64>]) -> Self {
        let whole: Option<Vec<f64>> = figures.iter().map(|figure| figure.value()).collect();
        let (rounded, exact) = match whole {
            Some(values) => {
                let shares = shared(&values, within, 0);
                let rounded = shares.parts.into_iter().map(Reported::Value).collect();
                (rounded, shares.exact)
            }
            None => (
                figures.to_vec(),
                figures.iter().all(|figure| !figure.is_value()),
            ),
        };
        Self {
            figures: parts.iter().copied().zip(rounded).collect(),
            exact,
        }
    }

    /// The figure of a part.
    pub(super) fn get(&self, part: Part) -> Option<Reported<f64>> {
        self.figures.get(&part).copied()
    }
}

impl NeedsView<'_> {
    /// For each part the place of the one that it is a part of: neighbourhoods stand in their middle layer areas.
    fn within(&self, parts: &[Part]) -> Vec<Option<usize>> {
        let above = |part: &Part| match part {
            Part::Neighbourhood(code) => {
                let msoa = Part::Msoa(self.neighbourhoods.get(*code)?.msoa);
                parts.iter().position(|other| *other == msoa)
            }
            _ => None,
        };
        parts.iter().map(above).collect()
    }

    /// Expected numbers of parts, rounded so that they add up to the authority's.
    pub(super) fn whole_expected(&self, need: Need, way: Way, parts: &[Part]) -> ByPart {
        let figures: Vec<Reported<f64>> = parts
            .iter()
            .map(|part| self.likely(need, way, *part).map(|own| own.expected))
            .collect();
        ByPart::of(parts, &self.within(parts), &figures)
    }

    /// Children of parts, rounded so that they add up to the authority's.
    pub(super) fn whole_children(&self, parts: &[Part]) -> ByPart {
        let absent = Reported::Symbol(disparity_core::Symbol::NotAvailable);
        let of = |part: &Part| {
            self.children(*part)
                .map_or(absent, |own| Reported::Value(own.children))
        };
        let figures: Vec<Reported<f64>> = parts.iter().map(of).collect();
        ByPart::of(parts, &self.within(parts), &figures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_add_up_to_their_rounded_total() {
        let shares = shared(&[1.4, 1.4, 1.4], &[None; 3], 0);
        let same = |found: f64, expected: f64| (found - expected).abs() < 1e-12;
        assert!(same(shares.total, 4.0) && same(shares.parts.iter().sum(), 4.0));
        assert!(shares.exact);
        // Two areas of 2.5 each, the first of two neighbourhoods.
        let shares = shared(&[2.5, 1.25, 1.25, 2.5], &[None, Some(0), Some(0), None], 0);
        assert!(same(shares.total, 5.0));
        assert!(same(shares.parts[1] + shares.parts[2], shares.parts[0]));
        assert!(same(shares.parts[0] + shares.parts[3], 5.0));
    }

    #[test]
    fn what_cannot_be_rounded_together_says_so() {
        // A part that is not the sum of its own parts.
        let shares = shared(&[5.0, 1.0], &[None, Some(0)], 0);
        assert!(!shares.exact);
        assert!(
            shares
                .parts
                .iter()
                .zip([5.0, 1.0])
                .all(|(found, own)| (found - own).abs() < 1e-12)
        );
    }

    #[test]
    fn percentages_add_up_to_a_hundred() {
        let found = percentages(&[1.0, 1.0, 1.0]).unwrap();
        assert!(
            (found.iter().sum::<f64>() - 100.0).abs() < 1e-9,
            "{found:?}"
        );
        assert_eq!(percentages(&[0.0, 0.0]), None);
    }
}
