//! Errors as Python has them.

use disparity_cli::embed::Failure;
use pyo3::exceptions::{PyKeyboardInterrupt, PyRuntimeError};
use pyo3::prelude::*;

/// A failure as `disparity.DisparityError`, with message, hint, file, line and column.
pub(crate) fn raised(py: Python<'_>, failure: Failure) -> PyErr {
    let (message, hint, place) = match failure {
        Failure::Stopped => return PyKeyboardInterrupt::new_err("stopped"),
        Failure::Wrong {
            message,
            hint,
            place,
        } => (message, hint, place),
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let file = place.as_ref().and_then(|place| some(&place.file));
    let line = place
        .as_ref()
        .and_then(|place| (place.line > 0).then_some(place.line));
    let column = place.as_ref().and_then(|place| some(&place.column));
    let made = py
        .import("disparity._errors")
        .and_then(|module| module.getattr("DisparityError"))
        .and_then(|class| class.call1((message, some(&hint), file, line, column)));
    match made {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

/// What should not happen, such as columns of different lengths in one table.
pub(crate) fn broken(error: impl std::fmt::Display) -> PyErr {
    PyRuntimeError::new_err(error.to_string())
}
