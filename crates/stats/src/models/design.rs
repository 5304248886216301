//! The covariates of a model, by name. Centring, scaling and rank belong to `basis`.

use crate::error::{Error, Result};

/// The name of the column of ones.
pub const INTERCEPT: &str = "(Intercept)";

/// Named columns of covariates, one value for each record.
///
/// # Example
/// ```
/// use disparity_stats::models::Design;
/// let design = Design::intercept(4)
///     .with("idaci", &[0.1, 0.2, 0.3, 0.2])?
///     .with_factor("year", &[2023, 2023, 2024, 2024])?;
/// assert_eq!(design.names(), ["(Intercept)", "idaci", "year[2024]"]);
/// # Ok::<(), disparity_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    rows: usize,
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

impl Design {
    /// A column of ones for that many records.
    #[must_use]
    pub fn intercept(rows: usize) -> Self {
        Design {
            rows,
            names: vec![INTERCEPT.to_owned()],
            columns: vec![vec![1.0; rows]],
        }
    }

    /// No columns yet, for a model without an intercept.
    #[must_use]
    pub fn empty(rows: usize) -> Self {
        Design {
            rows,
            names: Vec::new(),
            columns: Vec::new(),
        }
    }

    /// Adds a covariate.
    ///
    /// # Errors
    /// [`Error::Lengths`]; [`Error::Covariate`] for a value that is missing (NaN) or infinite.
    pub fn with(mut self, name: &str, values: &[f64]) -> Result<Self> {
        self.same_rows(values.len())?;
        if let Some(row) = values.iter().position(|v| !v.is_finite()) {
            return Err(Error::Covariate {
                column: name.to_owned(),
                row,
                found: values[row],
            });
        }
        self.names.push(name.to_owned());
        self.columns.push(values.to_vec());
        Ok(self)
    }

    /// Adds one column of zeros and ones for each code but the smallest, which is the reference.
    ///
    /// # Errors
    /// [`Error::Lengths`].
    pub fn with_factor(mut self, name: &str, codes: &[usize]) -> Result<Self> {
        self.same_rows(codes.len())?;
        let mut distinct = codes.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        for &code in distinct.iter().skip(1) {
            self.names.push(format!("{name}[{code}]"));
            let column = codes.iter().map(|&c| f64::from(u8::from(c == code)));
            self.columns.push(column.collect());
        }
        Ok(self)
    }

    fn same_rows(&self, found: usize) -> Result<()> {
        if found == self.rows {
            return Ok(());
        }
        Err(Error::Lengths {
            left: "the design",
            left_len: self.rows,
            right: "a covariate",
            right_len: found,
        })
    }

    /// The names of the columns, in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What every model asks of its design: a row for each of so many records, and a column.
    pub(super) fn check(&self, what: &'static str, records: usize) -> Result<()> {
        if self.rows() != records {
            return Err(Error::Lengths {
                left: what,
                left_len: records,
                right: "the design",
                right_len: self.rows(),
            });
        }
        if self.width() == 0 {
            return Err(Error::TooFew {
                what: "the columns of a model",
                needed: 1,
                found: 0,
            });
        }
        Ok(())
    }

    /// How many records there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns there are.
    #[must_use]
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The columns, in order.
    pub(super) fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    /// The linear predictor of every record for these coefficients.
    pub(super) fn times(&self, coefficients: &[f64]) -> Vec<f64> {
        let mut eta = vec![0.0; self.rows];
        for (column, b) in self.columns.iter().zip(coefficients) {
            for (e, x) in eta.iter_mut().zip(column) {
                *e += b * x;
            }
        }
        eta
    }

    /// One record's covariates.
    pub(super) fn row(&self, row: usize) -> Vec<f64> {
        self.columns.iter().map(|c| c[row]).collect()
    }

    /// The records at `keep`, in that order.
    pub(super) fn subset(&self, keep: &[usize]) -> Self {
        Design {
            rows: keep.len(),
            names: self.names.clone(),
            columns: self
                .columns
                .iter()
                .map(|c| keep.iter().map(|&i| c[i]).collect())
                .collect(),
        }
    }
}
