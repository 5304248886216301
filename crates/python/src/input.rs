//! Numbers as they are given: an Arrow array or a series, a NumPy array, a list, or one number for all rows.

use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array as _, ArrayRef, Float64Array};
use arrow_schema::DataType;
use numpy::{PyArrayMethods as _, PyReadonlyArray1, PyUntypedArrayMethods as _};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::arrow_in;

/// Numbers of rows.
pub(crate) enum Input<'py> {
    /// One for all rows.
    One(f64),
    /// Those of an Arrow array, where they are; or of a list.
    Arrow(Float64Array),
    /// Those of a NumPy array, where they are.
    Numpy(PyReadonlyArray1<'py, f64>),
}

/// Numbers of rows, for any thread.
#[derive(Clone, Copy)]
pub(crate) enum Values<'a> {
    /// One for all rows.
    One(f64),
    /// Each row's, none of which is absent.
    Whole(&'a [f64]),
    /// Each row's, of which some are absent.
    Some(&'a Float64Array),
}

impl Values<'_> {
    /// The number of a row; none where it is absent.
    pub(crate) fn at(&self, row: usize) -> Option<f64> {
        let value = match self {
            Self::One(value) => *value,
            Self::Whole(values) => values[row],
            Self::Some(array) if array.is_null(row) => return None,
            Self::Some(array) => array.value(row),
        };
        // What NumPy writes where there is no number.
        (!value.is_nan()).then_some(value)
    }
}

impl<'py> Input<'py> {
    /// Takes what was given under a name.
    pub(crate) fn of(name: &str, given: &Bound<'py, PyAny>) -> PyResult<Self> {
        // One number, and not something of one row that could be taken for it.
        if !given.hasattr("__len__")?
            && let Ok(value) = given.extract::<f64>()
        {
            return Ok(Self::One(value));
        }
        if let Some(array) = arrow_in::array(given)? {
            return numbers(name, &array).map(Self::Arrow);
        }
        if given.hasattr("__array__")? {
            return numpy_of(given).map(Self::Numpy);
        }
        let list: Vec<Option<f64>> = given.extract().map_err(|_| {
            let kind = given.get_type();
            let kind = kind
                .name()
                .map_or_else(|_| String::new(), |own| own.to_string());
            PyTypeError::new_err(format!(
                "{name} must be numbers (an Arrow or NumPy array, a series, a list), not {kind}"
            ))
        })?;
        Ok(Self::Arrow(list.into_iter().collect()))
    }

    /// How many rows there are; none of one number for all.
    fn len(&self) -> Option<usize> {
        match self {
            Self::One(_) => None,
            Self::Arrow(array) => Some(array.len()),
            Self::Numpy(array) => Some(array.len()),
        }
    }

    /// The numbers, for any thread.
    pub(crate) fn values(&self) -> PyResult<Values<'_>> {
        Ok(match self {
            Self::One(value) => Values::One(*value),
            Self::Arrow(array) if array.null_count() == 0 => Values::Whole(array.values()),
            Self::Arrow(array) => Values::Some(array),
            Self::Numpy(array) => Values::Whole(array.as_slice()?),
        })
    }

    /// Every row's number, where none may be absent.
    pub(crate) fn whole(&self, name: &str, rows: usize) -> PyResult<Vec<f64>> {
        let values = self.values()?;
        let each = (0..rows).map(|row| {
            values.at(row).ok_or_else(|| {
                let message =
                    format!("row {row} of {name} is absent: leave the row out, or say what it is");
                PyValueError::new_err(message)
            })
        });
        each.collect()
    }

    /// Every row's number of a group, from 0.
    pub(crate) fn groups(&self, name: &str, rows: usize) -> PyResult<Vec<u32>> {
        let whole = self.whole(name, rows)?;
        let group = |(row, value): (usize, f64)| {
            let is_whole = value.fract() == 0.0 && (0.0..f64::from(u32::MAX)).contains(&value);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "whole and within"
            )]
            let group = value as u32;
            is_whole.then_some(group).ok_or_else(|| {
                let message =
                    format!("row {row} of {name} is {value}, and groups are numbered from 0");
                PyValueError::new_err(message)
            })
        };
        whole.into_iter().enumerate().map(group).collect()
    }
}

/// How many rows inputs have together; an error where they differ.
pub(crate) fn length(inputs: &[(&str, &Input<'_>)]) -> PyResult<usize> {
    let mut found: Option<(&str, usize)> = None;
    for (name, input) in inputs {
        let Some(len) = input.len() else { continue };
        match found {
            Some((first, rows)) if rows != len => {
                let message = format!("{first} has {rows} rows and {name} has {len}");
                return Err(PyValueError::new_err(message));
            }
            _ => found = Some((name, len)),
        }
    }
    Ok(found.map_or(1, |(_, rows)| rows))
}

/// A NumPy array of doubles in one piece; a copy only of what is not.
fn numpy_of<'py>(given: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArray1<'py, f64>> {
    let numpy = given.py().import("numpy")?;
    // In one piece and where doubles may stand; itself, if it is so.
    let array = numpy.call_method1("require", (given, "float64", ["C", "A"]))?;
    let array = numpy.call_method1("atleast_1d", (array,))?;
    Ok(array.cast::<numpy::PyArray1<f64>>()?.try_readonly()?)
}

/// Doubles of an Arrow array of any numbers.
fn numbers(name: &str, array: &ArrayRef) -> PyResult<Float64Array> {
    fn as_doubles<T: ArrowPrimitiveType>(
        array: &ArrayRef,
        double: impl Fn(T::Native) -> f64,
    ) -> Float64Array {
        array.as_primitive::<T>().unary(double)
    }
    Ok(match array.data_type() {
        DataType::Float64 => array.as_primitive::<Float64Type>().clone(),
        DataType::Float32 => as_doubles::<Float32Type>(array, f64::from),
        DataType::Int8 => as_doubles::<Int8Type>(array, f64::from),
        DataType::Int16 => as_doubles::<Int16Type>(array, f64::from),
        DataType::Int32 => as_doubles::<Int32Type>(array, f64::from),
        DataType::Int64 => as_doubles::<Int64Type>(array, |value| value as f64),
        DataType::UInt8 => as_doubles::<UInt8Type>(array, f64::from),
        DataType::UInt16 => as_doubles::<UInt16Type>(array, f64::from),
        DataType::UInt32 => as_doubles::<UInt32Type>(array, f64::from),
        DataType::UInt64 => as_doubles::<UInt64Type>(array, |value| value as f64),
        DataType::Null => Float64Array::new_null(array.len()),
        other => {
            let message = format!("{name} must be numbers, not {other}");
            return Err(PyTypeError::new_err(message));
        }
    })
}

/// The same array, as what tables hold.
pub(crate) fn column(values: Vec<f64>, valid: Option<Vec<bool>>) -> ArrayRef {
    Arc::new(Float64Array::new(values.into(), valid.map(Into::into)))
}
