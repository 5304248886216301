//! What was counted: counts over an exposure, or successes out of trials, with offsets and weights.
//! Checks live here; covariates, groups and likelihoods do not.

use crate::check;
use crate::error::{Error, Result};

/// Whether the response is a count or a number of successes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Response {
    Counts,
    Proportions,
}

/// The records of a model: one response each, with what is known of its exposure.
///
/// A record with no exposure, no trials or no weight says nothing: it is kept in its place but has
/// no part in the fit.
///
/// # Example
/// ```
/// use disparity_stats::models::Observations;
/// let in_care = Observations::counts(&[12.0, 0.0, 7.0])?.with_exposure(&[1500.0, 0.0, 900.0])?;
/// assert_eq!(in_care.used(), 2);
/// # Ok::<(), disparity_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Observations {
    pub(super) response: Response,
    /// Counts or successes.
    pub(super) totals: Vec<f64>,
    /// Trials; all 1 for counts.
    pub(super) trials: Vec<f64>,
    /// Added to the linear predictor, the log of the exposure included.
    pub(super) offsets: Vec<f64>,
    /// How often each record counts; 0 where it says nothing.
    pub(super) weights: Vec<f64>,
}

impl Observations {
    /// Counts, each over an exposure of 1 until [`Observations::with_exposure`] says otherwise.
    ///
    /// # Errors
    /// [`Error::TooFew`] when empty; [`Error::Count`] at the position of a value that is not one.
    pub fn counts(counts: &[f64]) -> Result<Self> {
        check::at_least("a model", 1, counts)?;
        check::each(counts, check::count)?;
        Ok(Observations {
            response: Response::Counts,
            totals: counts.to_vec(),
            trials: vec![1.0; counts.len()],
            offsets: vec![0.0; counts.len()],
            weights: vec![1.0; counts.len()],
        })
    }

    /// Successes out of trials: children with an outcome out of all children of a cell.
    ///
    /// # Errors
    /// [`Error::Lengths`], [`Error::TooFew`]; at its position [`Error::Count`] or
    /// [`Error::NotASubset`].
    pub fn proportions(successes: &[f64], trials: &[f64]) -> Result<Self> {
        check::same_length("successes", successes, "trials", trials)?;
        check::at_least("a model", 1, successes)?;
        let mut weights = Vec::with_capacity(trials.len());
        for (index, (&x, &n)) in successes.iter().zip(trials).enumerate() {
            check::count(x)
                .and(check::count(n))
                .and_then(|n| {
                    if x <= n {
                        Ok(n)
                    } else {
                        Err(Error::NotASubset {
                            count: x,
                            denominator: n,
                        })
                    }
                })
                .map_err(|e| e.at(index))?;
            weights.push(if n > 0.0 { 1.0 } else { 0.0 });
        }
        Ok(Observations {
            response: Response::Proportions,
            totals: successes.to_vec(),
            trials: trials.to_vec(),
            offsets: vec![0.0; trials.len()],
            weights,
        })
    }

    /// The exposure of each count: children, or child-years. Its log becomes part of the offset.
    ///
    /// # Errors
    /// [`Error::Lengths`]; at its position [`Error::Argument`] for a negative or infinite exposure,
    /// [`Error::NotASubset`] for a count above 0 without exposure; [`Error::Undefined`] for
    /// proportions, whose trials are their exposure.
    pub fn with_exposure(mut self, exposure: &[f64]) -> Result<Self> {
        check::same_length("counts", &self.totals, "exposure", exposure)?;
        if self.response == Response::Proportions {
            return Err(Error::Undefined {
                what: "an exposure",
                why: "proportions have trials instead",
            });
        }
        for (index, &n) in exposure.iter().enumerate() {
            check::not_negative("exposure", n).map_err(|e| e.at(index))?;
            if n > 0.0 {
                self.offsets[index] += n.ln();
            } else if self.totals[index] > 0.0 {
                let (count, denominator) = (self.totals[index], n);
                return Err(Error::NotASubset { count, denominator }.at(index));
            } else {
                self.weights[index] = 0.0;
            }
        }
        Ok(self)
    }

    /// A known part of each linear predictor, on its scale: added to what is already there.
    ///
    /// # Errors
    /// [`Error::Lengths`]; [`Error::Argument`] at the position of a value beyond ±500.
    pub fn with_offset(mut self, offset: &[f64]) -> Result<Self> {
        check::same_length("responses", &self.totals, "offset", offset)?;
        check::each(offset, |v| {
            check::within("offset", v, -500.0, 500.0, "between -500 and 500")
        })?;
        for (sum, o) in self.offsets.iter_mut().zip(offset) {
            *sum += o;
        }
        Ok(self)
    }

    /// Prior weights: a record with weight 2 counts as two like it.
    ///
    /// # Errors
    /// [`Error::Lengths`]; [`Error::Argument`] at the position of a negative or infinite weight.
    pub fn with_weights(mut self, weights: &[f64]) -> Result<Self> {
        check::same_length("responses", &self.totals, "weights", weights)?;
        check::each(weights, |v| check::not_negative("weight", v))?;
        for (product, w) in self.weights.iter_mut().zip(weights) {
            *product *= w;
        }
        Ok(self)
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.totals.len()
    }

    /// Whether there are no records; never true of a value that was constructed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.totals.is_empty()
    }

    /// How many records have a part in a fit.
    #[must_use]
    pub fn used(&self) -> usize {
        self.weights.iter().filter(|&&w| w > 0.0).count()
    }

    /// The records at `keep`, in that order.
    pub(super) fn subset(&self, keep: &[usize]) -> Self {
        let pick = |values: &[f64]| keep.iter().map(|&i| values[i]).collect();
        Observations {
            response: self.response,
            totals: pick(&self.totals),
            trials: pick(&self.trials),
            offsets: pick(&self.offsets),
            weights: pick(&self.weights),
        }
    }
}
