//! Checks shared by every method: is this a count, a denominator, a finite argument.
//! Nothing here computes a statistic.

use crate::error::{Error, Result};

/// Counts above this are not exact in an `f64`.
pub(crate) const MAX_COUNT: f64 = 9_007_199_254_740_992.0;

pub(crate) fn count(found: f64) -> Result<f64> {
    if (0.0..=MAX_COUNT).contains(&found) {
        Ok(found)
    } else {
        Err(Error::Count { found })
    }
}

pub(crate) fn denominator(found: f64) -> Result<f64> {
    if found.is_finite() && found > 0.0 {
        Ok(found)
    } else {
        Err(Error::Denominator { found })
    }
}

pub(crate) fn finite(name: &'static str, found: f64) -> Result<f64> {
    if found.is_finite() {
        Ok(found)
    } else {
        Err(Error::Argument {
            name,
            must: "a finite number",
            found,
        })
    }
}

pub(crate) fn positive(name: &'static str, found: f64) -> Result<f64> {
    if found.is_finite() && found > 0.0 {
        Ok(found)
    } else {
        Err(Error::Argument {
            name,
            must: "finite and greater than 0",
            found,
        })
    }
}

pub(crate) fn not_negative(name: &'static str, found: f64) -> Result<f64> {
    if found.is_finite() && found >= 0.0 {
        Ok(found)
    } else {
        Err(Error::Argument {
            name,
            must: "finite and 0 or more",
            found,
        })
    }
}

pub(crate) fn within(
    name: &'static str,
    found: f64,
    low: f64,
    high: f64,
    must: &'static str,
) -> Result<f64> {
    if found >= low && found <= high {
        Ok(found)
    } else {
        Err(Error::Argument { name, must, found })
    }
}

/// A numerator that is a subset of its denominator.
pub(crate) fn subset(x: f64, n: f64) -> Result<(f64, f64)> {
    let (x, n) = (count(x)?, denominator(n)?);
    if n > MAX_COUNT {
        return Err(Error::Count { found: n });
    }
    if x > n {
        return Err(Error::NotASubset {
            count: x,
            denominator: n,
        });
    }
    Ok((x, n))
}

pub(crate) fn same_length<A, B>(
    left: &'static str,
    a: &[A],
    right: &'static str,
    b: &[B],
) -> Result<usize> {
    if a.len() == b.len() {
        Ok(a.len())
    } else {
        Err(Error::Lengths {
            left,
            left_len: a.len(),
            right,
            right_len: b.len(),
        })
    }
}

pub(crate) fn at_least<A>(what: &'static str, needed: usize, a: &[A]) -> Result<()> {
    if a.len() >= needed {
        Ok(())
    } else {
        Err(Error::TooFew {
            what,
            needed,
            found: a.len(),
        })
    }
}

/// Applies a check to every element and names the position of the first that fails.
pub(crate) fn each(values: &[f64], check: impl Fn(f64) -> Result<f64>) -> Result<()> {
    values
        .iter()
        .enumerate()
        .try_for_each(|(index, &value)| check(value).map(drop).map_err(|e| e.at(index)))
}

/// A computed result that must be a number before it leaves.
pub(crate) fn result(what: &'static str, value: f64) -> Result<f64> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Error::OutOfRange { what })
    }
}
