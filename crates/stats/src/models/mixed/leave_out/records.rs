//! How far the sum of a group's records scatters between groups: an effect that all of them share
//! moves the sum as it moves one record, effects that each has for itself partly cancel.

use super::super::super::family::Kernel;

/// What of a group's records enters its sum.
pub(super) struct Records<'a> {
    pub(super) kernel: Kernel,
    /// For each effect that is drawn anew its standard deviation, and its level in every record.
    pub(super) effects: Vec<(f64, Vec<usize>)>,
    /// What each record is expected to have, averaged over the effects.
    pub(super) means: &'a [f64],
    /// How fast what a record has moves with an effect, at an effect of 0, over the sum at 0.
    pub(super) tilts: &'a [f64],
}

impl Records<'_> {
    /// The median of the sum over groups, from its mean and from what it is at effects of 0, which is
    /// the median where all effects are shared: the less the sum scatters, the nearer to the mean.
    pub(super) fn median(&self, mean: f64, without_effects: f64) -> f64 {
        let (shared, together) = (self.shared(), self.variance());
        if shared - together <= 1e-12 * shared {
            return without_effects;
        }
        mean * (without_effects / mean).powf(together / shared)
    }

    /// What the variance would be were all effects shared by all records.
    fn shared(&self) -> f64 {
        let tilt: f64 = match self.kernel {
            Kernel::Binomial => self.tilts.iter().sum(),
            _ => 1.0,
        };
        tilt * tilt * self.effects.iter().map(|(sd, _)| sd * sd).sum::<f64>()
    }

    /// The variance of the log of the sum.
    ///
    /// Counts: that of the log-normal variable which has the sum's mean and variance. The sum over
    /// pairs of records of the products of their means, each times exp(the variance that the two
    /// share), falls apart into one sum for each set of effects. Proportions: to first order.
    pub(super) fn variance(&self) -> f64 {
        if let Kernel::Binomial = self.kernel {
            let squares = |(sd, levels): &(f64, Vec<usize>)| {
                sd * sd * squares_by_level(self.tilts, |i| vec![levels[i]])
            };
            return self.effects.iter().map(squares).sum();
        }
        // What all records share multiplies the sum, whatever the others do.
        let (whole, own): (Vec<_>, Vec<_>) = self
            .effects
            .iter()
            .partition(|(_, levels)| levels.iter().all(|level| *level == levels[0]));
        let shared: f64 = whole.iter().map(|(sd, _)| sd * sd).sum();
        let total: f64 = self.means.iter().sum();
        let shares: Vec<f64> = self.means.iter().map(|mean| mean / total).collect();
        let sets = 1..1_usize << own.len();
        let excess: f64 = sets
            .map(|set| {
                let inside = || (0..own.len()).filter(move |k| set >> k & 1 == 1);
                let factor: f64 = inside().map(|k| (own[k].0 * own[k].0).exp_m1()).product();
                factor * squares_by_level(&shares, |i| inside().map(|k| own[k].1[i]).collect())
            })
            .sum();
        shared + excess.ln_1p()
    }
}

/// The sum of squares of the values' sums over records of the same levels.
fn squares_by_level(values: &[f64], levels: impl Fn(usize) -> Vec<usize>) -> f64 {
    let mut of: Vec<(Vec<usize>, f64)> = values
        .iter()
        .enumerate()
        .map(|(i, value)| (levels(i), *value))
        .collect();
    of.sort_by(|a, b| a.0.cmp(&b.0));
    of.chunk_by(|a, b| a.0 == b.0)
        .map(|same| same.iter().map(|(_, value)| value).sum::<f64>().powi(2))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records<'a>(
        means: &'a [f64],
        effects: &[(f64, &[usize])],
        kernel: Kernel,
        tilts: &'a [f64],
    ) -> Records<'a> {
        Records {
            kernel,
            effects: effects.iter().map(|(sd, l)| (*sd, l.to_vec())).collect(),
            means,
            tilts,
        }
    }

    #[test]
    fn the_sum_has_the_variance_of_its_pairs() {
        let means = [30.0, 12.0, 5.0, 40.0];
        let effects: [(f64, &[usize]); 3] = [
            (0.3, &[4, 4, 4, 4]),
            (0.5, &[0, 0, 1, 1]),
            (0.2, &[0, 1, 2, 3]),
        ];
        // Pair by pair: the covariance of two log-normal variables.
        let mut variance = 0.0;
        for i in 0..4 {
            for j in 0..4 {
                let common = effects.iter().filter(|(_, levels)| levels[i] == levels[j]);
                let common: f64 = common.map(|(sd, _)| sd * sd).sum();
                variance += means[i] * means[j] * common.exp_m1();
            }
        }
        let total: f64 = means.iter().sum();
        let found = records(&means, &effects, Kernel::Poisson, &[]).variance();
        assert!((found - (variance / total.powi(2)).ln_1p()).abs() < 1e-14);
    }

    #[test]
    fn one_record_or_one_effect_has_the_whole_spread() {
        let both: [(f64, &[usize]); 2] = [(0.3, &[7]), (0.4, &[1])];
        let found = records(&[9.0], &both, Kernel::Poisson, &[]);
        assert!((found.variance() - 0.25).abs() < 1e-15 && (found.shared() - 0.25).abs() < 1e-15);
        let one: [(f64, &[usize]); 1] = [(0.3, &[7, 7, 7])];
        let found = records(&[9.0, 1.0, 4.0], &one, Kernel::Poisson, &[]);
        assert!((found.variance() - 0.09).abs() < 1e-15);
        let tilts = [0.3, 0.2];
        let one: [(f64, &[usize]); 1] = [(0.4, &[7, 7])];
        let found = records(&[9.0, 1.0], &one, Kernel::Binomial, &tilts);
        assert!((found.variance() - 0.04).abs() < 1e-15 && (found.shared() - 0.04).abs() < 1e-15);
    }
}
