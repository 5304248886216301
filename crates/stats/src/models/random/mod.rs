//! Random effects: which records share a group, and the sparse system that their effects solve.
//! The user's [`RandomEffect`] is here; likelihoods and fits are not.

mod build;
mod sparse;
mod structure;

use crate::error::{Error, Result};

pub(super) use structure::{Islands, Placement, Structure, System, Term};

/// Groups of records that share an effect: an intercept, and optionally slopes that go with it.
///
/// Groups are numbered by the caller; any numbers will do, and results come back under them in
/// ascending order. A group inside another needs numbers of its own
/// ([`RandomEffect::nested`] makes them).
///
/// # Example
/// ```
/// use disparity_stats::models::RandomEffect;
/// let region = RandomEffect::intercept("region", &[1, 1, 2, 2]);
/// let authority = RandomEffect::nested("authority", &[1, 1, 2, 2], &[1, 2, 1, 2]);
/// let each_record = RandomEffect::observation("record", 4);
/// assert_eq!(authority.name(), "authority");
/// # assert_eq!((region.name(), each_record.name()), ("region", "record"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RandomEffect {
    pub(super) name: String,
    pub(super) codes: Vec<usize>,
    pub(super) has_intercept: bool,
    /// Covariates whose slopes vary by group, correlated with the intercept.
    pub(super) slopes: Vec<(String, Vec<f64>)>,
}

impl RandomEffect {
    /// An intercept that varies by group.
    #[must_use]
    pub fn intercept(name: &str, codes: &[usize]) -> Self {
        RandomEffect {
            name: name.to_owned(),
            codes: codes.to_vec(),
            has_intercept: true,
            slopes: Vec::new(),
        }
    }

    /// An intercept for each combination of an outer and an inner number: authorities that are
    /// numbered from 1 in every region. Combinations are numbered from 0 in the order of
    /// (outer, inner).
    #[must_use]
    pub fn nested(name: &str, outer: &[usize], inner: &[usize]) -> Self {
        let pairs: Vec<(usize, usize)> = outer.iter().copied().zip(inner.iter().copied()).collect();
        let mut distinct = pairs.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let codes: Vec<usize> = pairs
            .iter()
            .map(|pair| distinct.binary_search(pair).unwrap_or(0))
            .collect();
        RandomEffect::intercept(name, &codes)
    }

    /// An intercept for every record: scatter beyond what the family of the counts allows.
    #[must_use]
    pub fn observation(name: &str, records: usize) -> Self {
        RandomEffect::intercept(name, &(0..records).collect::<Vec<_>>())
    }

    /// Adds a slope that varies by group and may go with the intercept.
    #[must_use]
    pub fn with_slope(mut self, covariate: &str, values: &[f64]) -> Self {
        self.slopes.push((covariate.to_owned(), values.to_vec()));
        self
    }

    /// Takes the intercept away, for a slope that does not go with one.
    #[must_use]
    pub fn without_intercept(mut self) -> Self {
        self.has_intercept = false;
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Intercept and slopes, counted.
    pub(super) fn width(&self) -> usize {
        usize::from(self.has_intercept) + self.slopes.len()
    }

    /// Checks it against the number of records of a model.
    pub(super) fn check(&self, records: usize) -> Result<()> {
        let lengths =
            std::iter::once(self.codes.len()).chain(self.slopes.iter().map(|s| s.1.len()));
        for found in lengths {
            if found != records {
                return Err(Error::Lengths {
                    left: "the responses",
                    left_len: records,
                    right: "a random effect",
                    right_len: found,
                });
            }
        }
        if self.width() == 0 {
            return Err(Error::Undefined {
                what: "a random effect",
                why: "it has neither an intercept nor a slope",
            });
        }
        for (column, values) in &self.slopes {
            if let Some(row) = values.iter().position(|v| !v.is_finite()) {
                return Err(Error::Covariate {
                    column: column.clone(),
                    row,
                    found: values[row],
                });
            }
        }
        Ok(())
    }

    /// The records at `keep`, in that order.
    pub(super) fn subset(&self, keep: &[usize]) -> Self {
        RandomEffect {
            name: self.name.clone(),
            codes: keep.iter().map(|&i| self.codes[i]).collect(),
            has_intercept: self.has_intercept,
            slopes: self
                .slopes
                .iter()
                .map(|(n, v)| (n.clone(), keep.iter().map(|&i| v[i]).collect()))
                .collect(),
        }
    }
}
