//! Intervals by draws: everything that is uncertain is drawn, once for each draw, and sums are made within
//! a draw, so that the intervals of a ward are those of the sum of its neighbourhoods.
//!
//! Of the expected number: the gradient by deprivation (normal on the log scale, with the standard error of the
//! fit), England's counts by age, by group and in all (gamma), children by group (log-normal: of the authority
//! the measured error of shares of pupils; of a neighbourhood the measured error of such estimates and what
//! a count of so few varies by chance; then fitted again), and what the model expects of the authority
//! (log-normal, with its interval). Of the count that would be seen also: neighbourhoods alike in all of
//! that differ (gamma, around 1), and chance (Poisson; where the authority's total is given, the shares of a
//! multinomial, so that parts add up to it).
//!
//! In 200 invented worlds that are as this says, of 40 neighbourhoods with about 16 children in need each, intervals
//! at 90% held 90% of neighbourhoods' expected numbers and of their counts (`tests::coverage`). Where the
//! logarithm of the gradient is wrong by a third, far beyond its standard error, they held 88 to 89% of the
//! counts, whose intervals are mostly chance and differences between neighbourhoods, but 25 to 59% of the
//! expected numbers: the interval of an expected number is as good as the gradient.
//!
//! What is not drawn, so the intervals say nothing of it: that a group or an age may differ by neighbourhood
//! in other ways than in all of England, that neighbourhoods near one another differ together (sums over
//! many are then more uncertain than said), and how children have moved since the census of 2021.

use disparity_core::needs::{Assumptions, Way};
use disparity_core::neighbourhoods::GroupEstimateErrors;
use disparity_core::{AreaCode, Interval, Intervals, Levels};
use disparity_stats::{Draws, FittingOptions, GammaShape};
use rayon::prelude::*;

use crate::NeedsError;
use crate::children::{Children, GROUPS, Living, fitted, scaled_to};
use crate::parts::Parts;
use crate::rates::cells_of;

/// Far below what is drawn.
const DRAWN: FittingOptions = FittingOptions {
    tolerance: 1e-4,
    most_iterations: 1_000,
};
/// Figures of a part in a draw: of each way what is expected, then what is seen.
const FIGURES: usize = 2 * Way::ALL.len();

/// Figures of a part by group: of all children, then of each group.
pub(crate) const WIDTH: usize = 1 + GROUPS;

/// What intervals are made for.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) authority: AreaCode,
    pub(crate) children: &'a Children,
    pub(crate) parts: &'a Parts,
    pub(crate) errors: &'a GroupEstimateErrors,
    pub(crate) assumptions: Assumptions,
    pub(crate) levels: Levels,
}

/// What a need is scaled to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    /// What is expected of the authority, and the standard error of its logarithm.
    pub(crate) as_expected: Option<(f64, f64)>,
    /// What it counted.
    pub(crate) counted: Option<f64>,
}

/// A need as it is drawn.
#[derive(Clone, Copy)]
pub(crate) struct Drawn<'a> {
    /// Which of the needs it is.
    pub(crate) number: u64,
    /// England's rates by draw.
    pub(crate) rates: &'a [Vec<f64>],
    /// The standard deviation on the log scale between neighbourhoods.
    pub(crate) spread: f64,
    pub(crate) scale: Scale,
}

/// Intervals of one part and way: of the expected number, and of what would be seen.
pub(crate) type Pair = [Intervals; 2];

/// Shares of groups by neighbourhood, for each draw.
pub(crate) struct Shares(Vec<Vec<f32>>);

/// A stream of draws of its own for each purpose, so that work can be done in any order.
pub(crate) fn stream(seed: u64, purpose: u64, number: u64) -> Draws {
    let mix = |state: u64, with: u64| {
        let mut z = (state ^ with).wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    Draws::from_seed(mix(mix(mix(0, seed), purpose), number))
}

/// What is expected of a neighbourhood at rates by tenth, age and group, given the shares of its groups.
pub(crate) fn at_rates<S: Copy + Into<f64>>(own: &Living, shares: &[S], rates: &[f64]) -> f64 {
    let rates = cells_of(rates, own.tenth);
    own.ages
        .iter()
        .zip(rates.chunks_exact(GROUPS))
        .map(|(children, rates)| {
            let of_age: f64 = rates
                .iter()
                .zip(shares)
                .map(|(rate, share)| rate * (*share).into())
                .sum();
            children * of_age
        })
        .sum()
}

/// What is expected of a neighbourhood, and of each group there.
fn at_rates_by_group<S: Copy + Into<f64>>(
    own: &Living,
    shares: &[S],
    rates: &[f64],
) -> [f64; WIDTH] {
    let mut found = [0.0; WIDTH];
    let rates = cells_of(rates, own.tenth).chunks_exact(GROUPS);
    for (children, rates) in own.ages.iter().zip(rates) {
        for ((sum, rate), share) in found[1..].iter_mut().zip(rates).zip(shares) {
            *sum += children * rate * (*share).into();
        }
    }
    found[0] = found[1..].iter().sum();
    found
}

impl Setting<'_> {
    /// A number of its own for each authority.
    pub(crate) fn purpose(&self) -> u64 {
        let digits = self.authority.as_str().bytes();
        digits.fold(0, |all, byte| all * 131 + u64::from(byte))
    }

    /// Draws children by group.
    pub(crate) fn shares(&self) -> Result<Shares, NeedsError> {
        let own = &self.children.own;
        let totals: Vec<f64> = own.iter().map(|own| own.children).collect();
        let spreads: Vec<f64> = own.iter().flat_map(|own| self.spreads(own)).collect();
        let drawn = (0..u64::from(self.assumptions.draws)).into_par_iter();
        let drawn = drawn.map(|number| self.drawn_shares(number, &totals, &spreads));
        Ok(Shares(drawn.collect::<Result<_, NeedsError>>()?))
    }

    /// The standard deviation of the logarithm of each group's children in a neighbourhood.
    fn spreads(&self, own: &Living) -> [f64; GROUPS] {
        std::array::from_fn(|group| {
            let children = own.groups[group];
            if children <= 0.0 {
                return 0.0;
            }
            let beyond = self.errors.beyond_chance(group, children).unwrap_or(0.0);
            let chance = (1.0 / children).ln_1p();
            self.assumptions.group_error * (beyond * beyond + chance).sqrt()
        })
    }

    fn drawn_shares(
        &self,
        number: u64,
        totals: &[f64],
        spreads: &[f64],
    ) -> Result<Vec<f32>, NeedsError> {
        let mut draws = stream(self.assumptions.seed, self.purpose(), number);
        let all: f64 = totals.iter().sum();
        let mut groups = self.children.groups;
        for (group, error) in groups.iter_mut().zip(self.children.group_errors) {
            *group *= (self.assumptions.group_error * error * draws.normal()).exp();
        }
        let groups = scaled_to(groups, all);
        let known = self.children.own.iter().flat_map(|own| own.groups);
        let mut start: Vec<f64> = known
            .zip(spreads)
            .map(|(children, spread)| {
                if children > 0.0 {
                    // The mean is the estimate.
                    children * (spread * draws.normal() - spread * spread / 2.0).exp()
                } else {
                    0.0
                }
            })
            .collect();
        let cells = fitted(&start, totals, &groups, DRAWN).or_else(|_| {
            // What is 0 leaves no table with these margins.
            for cell in &mut start {
                *cell = cell.max(1e-3);
            }
            fitted(&start, totals, &groups, DRAWN)
        });
        let cells = cells.map_err(|source| NeedsError::Fitting {
            authority: self.authority,
            source,
        })?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a share to seven digits takes half the memory"
        )]
        let share = |(cell, children): (&f64, &f64)| {
            if *children > 0.0 {
                (cell / children) as f32
            } else {
                0.0
            }
        };
        let totals = totals.iter().flat_map(|total| [total; GROUPS]);
        Ok(cells.iter().zip(totals).map(share).collect())
    }

    /// The intervals of children by group, by part.
    pub(crate) fn of_groups(&self, shares: &Shares) -> Vec<[Intervals; GROUPS]> {
        let rows: Vec<Vec<f32>> = shares
            .0
            .par_iter()
            .map(|shares| {
                let own = self
                    .children
                    .own
                    .iter()
                    .flat_map(|own| [own.children; GROUPS]);
                let figures: Vec<f64> = shares
                    .iter()
                    .zip(own)
                    .map(|(share, children)| f64::from(*share) * children)
                    .collect();
                single(&self.parts.sums::<GROUPS>(&figures))
            })
            .collect();
        self.by_part(&rows)
    }

    /// What is expected at England's rates by part: of all children, and of each group.
    pub(crate) fn expected_of_groups(&self, rates: &[f64]) -> Vec<f64> {
        let own = self.children.own.iter();
        let figures: Vec<f64> = own
            .flat_map(|own| at_rates_by_group(own, &own.shares(), rates))
            .collect();
        self.parts.sums::<WIDTH>(&figures)
    }

    /// The same, by draw.
    pub(crate) fn drawn_by_group(&self, rates: &[Vec<f64>], shares: &Shares) -> Vec<Vec<f32>> {
        let both = rates.par_iter().zip(&shares.0);
        both.map(|(rates, shares)| {
            let own = self.children.own.iter().zip(shares.chunks_exact(GROUPS));
            let figures: Vec<f64> = own
                .flat_map(|(own, shares)| at_rates_by_group(own, shares, rates))
                .collect();
            single(&self.parts.sums::<WIDTH>(&figures))
        })
        .collect()
    }

    /// The intervals of a need, by part and way; those of a way that it is not scaled to say nothing.
    pub(crate) fn of_need(&self, need: Drawn<'_>, shares: &Shares) -> Vec<[Pair; 3]> {
        let both = need.rates.par_iter().zip(&shares.0).enumerate();
        let rows: Vec<Vec<f32>> = both
            .map_init(Scratch::default, |scratch, (number, (rates, shares))| {
                let purpose = self
                    .purpose()
                    .wrapping_mul(31)
                    .wrapping_add(need.number + 1);
                let draws = stream(self.assumptions.seed, purpose, number as u64);
                self.one(need, rates, shares, draws, scratch);
                self.parts
                    .sums_into::<FIGURES>(&scratch.figures, &mut scratch.sums);
                single(&scratch.sums)
            })
            .collect();
        let found: Vec<[Intervals; FIGURES]> = self.by_part(&rows);
        let pairs =
            |of: [Intervals; FIGURES]| std::array::from_fn(|way| [of[2 * way], of[2 * way + 1]]);
        found.into_iter().map(pairs).collect()
    }

    /// All figures of all neighbourhoods in one draw.
    fn one(
        &self,
        need: Drawn<'_>,
        rates: &[f64],
        shares: &[f32],
        mut draws: Draws,
        scratch: &mut Scratch,
    ) {
        let Scratch {
            expected,
            differs,
            figures,
            ..
        } = scratch;
        let own = self.children.own.iter().zip(shares.chunks_exact(GROUPS));
        expected.clear();
        expected.extend(own.map(|(own, shares)| at_rates(own, shares, rates)));
        let all: f64 = expected.iter().sum();
        let as_expected = need.scale.as_expected.map_or(0.0, |(value, error)| {
            value * (error * draws.normal()).exp() / all
        });
        let counted = need.scale.counted.map_or(0.0, |counted| counted / all);
        // A gamma of mean 1 whose logarithm has about that standard deviation.
        let shape = 1.0 / (need.spread * need.spread).exp_m1();
        let gamma = GammaShape::new(shape);
        differs.clear();
        differs.extend(expected.iter().map(|_| {
            if need.spread > 0.0 {
                draws.gamma_of(&gamma) / shape
            } else {
                1.0
            }
        }));
        let mut weight: f64 = expected.iter().zip(&*differs).map(|(e, d)| e * d).sum();
        let mut left = need.scale.counted.unwrap_or(0.0);
        figures.clear();
        for (expected, differs) in expected.iter().zip(&*differs) {
            let mean = expected * differs;
            let seen = draws.poisson(mean);
            let seen_as_expected = draws.poisson(mean * as_expected);
            // A multinomial, one binomial after the other.
            let seen_of_counted = if mean >= weight {
                left
            } else {
                draws.binomial(left, mean / weight)
            };
            weight -= mean;
            left -= seen_of_counted;
            figures.extend([
                *expected,
                seen,
                expected * as_expected,
                seen_as_expected,
                expected * counted,
                seen_of_counted,
            ]);
        }
    }

    /// Intervals of columns, `N` of which make up a part.
    fn by_part<const N: usize>(&self, rows: &[Vec<f32>]) -> Vec<[Intervals; N]> {
        let parts = (0..self.parts.all.len()).into_par_iter();
        let columns = || std::array::from_fn::<Vec<f32>, N, _>(|_| Vec::new());
        parts
            .map_init(columns, |columns, part| {
                columns.iter_mut().for_each(Vec::clear);
                // Row by row, as the figures of a part lie side by side.
                for row in rows {
                    for (column, figure) in columns.iter_mut().zip(&row[part * N..]) {
                        column.push(*figure);
                    }
                }
                columns
                    .each_mut()
                    .map(|column| intervals(self.levels, column))
            })
            .collect()
    }
}

/// What one draw is made in; the next is made in the same.
#[derive(Default)]
struct Scratch {
    expected: Vec<f64>,
    differs: Vec<f64>,
    figures: Vec<f64>,
    sums: Vec<f64>,
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "draws to seven digits take half the memory"
)]
fn single(figures: &[f64]) -> Vec<f32> {
    figures.iter().map(|figure| *figure as f32).collect()
}

/// The interval between order statistics that leaves as much on both sides, at each level, the narrowest
/// first: those of the next level are among what lies outside.
pub(crate) fn intervals(levels: Levels, drawn: &mut [f32]) -> Intervals {
    let draws = drawn.len();
    // What is below the last lower limit and above the last upper one, with the position of the first of those.
    let (mut below, mut from, mut above) = (drawn, 0, None::<&mut [f32]>);
    let mut found = Interval {
        low: 0.0,
        high: 0.0,
    };
    let each: Result<_, std::convert::Infallible> = Intervals::try_at(levels, |level| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a position among the draws"
        )]
        let low = (((draws + 1) as f64 * level.tail()).round() as usize).saturating_sub(1);
        if low < below.len() {
            let (left, at, right) =
                std::mem::take(&mut below).select_nth_unstable_by(low, f32::total_cmp);
            found.low = f64::from(*at);
            below = left;
            if above.is_none() {
                (above, from) = (Some(right), low + 1);
            }
        }
        let place = draws.saturating_sub(low + 1).checked_sub(from);
        if let (Some(place), Some(right)) = (place, above.take()) {
            if place < right.len() {
                let (_, at, outside) = right.select_nth_unstable_by(place, f32::total_cmp);
                found.high = f64::from(*at);
                (above, from) = (Some(outside), from + place + 1);
            } else {
                above = Some(right);
            }
        }
        Ok(found)
    });
    match each {
        Ok(each) => each,
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_leave_as_much_on_both_sides_at_every_level() {
        let levels = Levels::new(&[0.9, 0.95]).unwrap();
        // 1 to 999 in an order that is none.
        let mut drawn: Vec<f32> = (1..1000_u16).map(|at| f32::from(at * 7 % 1000)).collect();
        let mut sorted = drawn.clone();
        sorted.sort_by(f32::total_cmp);
        let found = intervals(levels, &mut drawn);
        let at = |place: usize| f64::from(sorted[place]);
        let expected = [(at(49), at(949)), (at(24), at(974))];
        for (found, (low, high)) in found.as_slice().iter().zip(expected) {
            assert_eq!(*found, Interval { low, high });
        }
        let found = intervals(levels, &mut [3.0; 200]);
        assert_eq!(
            found.shown(),
            Interval {
                low: 3.0,
                high: 3.0
            }
        );
    }

    #[test]
    fn streams_differ_by_purpose_and_number() {
        let first = |seed, purpose, number| stream(seed, purpose, number).normal().to_bits();
        assert_eq!(first(1, 2, 3), first(1, 2, 3));
        assert!(first(1, 2, 3) != first(1, 3, 2) && first(1, 2, 3) != first(2, 1, 3));
    }
}
