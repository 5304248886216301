//! England's rates by tenth of deprivation, age and ethnic group, of which only the margins are known.
//!
//! A rate is a factor of the tenth times one of the age times one of the group: a log-linear table without
//! interactions, fitted by iterative proportional fitting (Deming and Stephan 1940) to what is expected in
//! each tenth by the fitted gradient, and counted in each age band and each group. So the counts of England
//! come out again, by each characteristic and in all. Children of unknown age or group are left out and the
//! margin scaled, which takes them to be like the others.
//!
//! # What this cannot show
//! The gradient is ecological: it was found from totals of authorities and takes for an effect of deprivation
//! whatever goes with it between them. That groups differ as much in every tenth and at every age is assumed,
//! not known. Neither says anything of a child or a family.

use disparity_stats::{Draws, FittingOptions, Margin, Result, iterative_proportional_fitting};

use crate::children::{AGES, CELLS, GROUPS, TENTHS, scaled_to};

/// How exactly drawn rates have their margins; far below the uncertainty that is drawn.
const DRAWN: FittingOptions = FittingOptions {
    tolerance: 1e-6,
    most_iterations: 10_000,
};
const KNOWN: FittingOptions = FittingOptions {
    tolerance: 1e-11,
    most_iterations: 10_000,
};

/// What is known of England for one need.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Targets {
    /// How many in all.
    pub(crate) total: f64,
    /// Whether that is a count, which chance has a part in, and no assumption.
    pub(crate) counted: bool,
    /// The logarithm of the ratio of a tenth to the next less deprived one, and its standard error.
    pub(crate) gradient: Option<(f64, f64)>,
    /// Counts of known age.
    pub(crate) ages: Option<[f64; AGES]>,
    /// Counts of known group.
    pub(crate) groups: Option<[f64; GROUPS]>,
}

impl Targets {
    /// How many are expected in each cell of a table of children.
    pub(crate) fn expected(&self, table: &[f64]) -> Result<Vec<f64>> {
        self.fitted(table, table, KNOWN)
    }

    /// Fits cells, which differ from the children by factors of tenth, age and group at most.
    fn fitted(&self, table: &[f64], start: &[f64], options: FittingOptions) -> Result<Vec<f64>> {
        let tenths = self.gradient.map(|(log_ratio, _)| {
            let weights: [f64; TENTHS] = std::array::from_fn(|tenth| {
                let children: f64 = cells_of(table, tenth).iter().sum();
                children * (-log_ratio * tenth as f64).exp()
            });
            scaled_to(weights, self.total)
        });
        let ages = self.ages.map(|ages| scaled_to(ages, self.total));
        let groups = self.groups.map(|groups| scaled_to(groups, self.total));
        let mut margins = vec![Margin {
            axes: &[],
            totals: std::slice::from_ref(&self.total),
        }];
        let mut margin = |axes, totals| margins.push(Margin { axes, totals });
        if let Some(groups) = &groups {
            margin(&[2], groups.as_slice());
        }
        if let Some(ages) = &ages {
            margin(&[1], ages.as_slice());
        }
        if let Some(tenths) = &tenths {
            margin(&[0], tenths.as_slice());
        }
        let shape = [TENTHS, AGES, GROUPS];
        let mut cells = iterative_proportional_fitting(&shape, start, &margins, options)?.cells;
        // The total is met to the last place, not to the tolerance.
        let scale = self.total / cells.iter().sum::<f64>();
        if scale.is_finite() {
            for cell in &mut cells {
                *cell *= scale;
            }
        }
        Ok(cells)
    }

    /// What might as well have been known: a count of n events is one draw of a mean that has a gamma
    /// distribution of shape n.
    fn drawn(&self, draws: &mut Draws) -> Self {
        let mut count = |n: f64| draws.gamma(n);
        let total = if self.counted {
            count(self.total)
        } else {
            self.total
        };
        let ages = self.ages.map(|ages| ages.map(&mut count));
        let groups = self.groups.map(|groups| groups.map(&mut count));
        let gradient = self
            .gradient
            .map(|(log_ratio, error)| (log_ratio + error * draws.normal(), 0.0));
        Self {
            total,
            counted: self.counted,
            gradient,
            ages,
            groups,
        }
    }

    /// Rates that might as well be England's.
    pub(crate) fn drawn_rates(
        &self,
        table: &[f64],
        expected: &[f64],
        draws: &mut Draws,
    ) -> Result<Vec<f64>> {
        let cells = self.drawn(draws).fitted(table, expected, DRAWN)?;
        Ok(rates(table, &cells))
    }
}

/// Rates of cells; where there are no children there is nobody to have a rate.
pub(crate) fn rates(table: &[f64], expected: &[f64]) -> Vec<f64> {
    let rate = |(children, expected): (&f64, &f64)| {
        if *children > 0.0 {
            expected / children
        } else {
            0.0
        }
    };
    table.iter().zip(expected).map(rate).collect()
}

/// The cells of a tenth, by age, then group.
pub(crate) fn cells_of(table: &[f64], tenth: usize) -> &[f64] {
    &table[tenth * AGES * GROUPS..(tenth + 1) * AGES * GROUPS]
}

/// Sums of a table by tenth, by age and by group.
pub(crate) fn margins(table: &[f64]) -> ([f64; TENTHS], [f64; AGES], [f64; GROUPS]) {
    let (mut tenths, mut ages, mut groups) = ([0.0; TENTHS], [0.0; AGES], [0.0; GROUPS]);
    for (at, cell) in table.iter().enumerate().take(CELLS) {
        tenths[at / (AGES * GROUPS)] += cell;
        ages[at / GROUPS % AGES] += cell;
        groups[at % GROUPS] += cell;
    }
    (tenths, ages, groups)
}
