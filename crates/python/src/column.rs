//! A column, as Arrow and as Python's own numbers.

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, to_ffi};
use arrow_array::{Array as _, ArrayRef, Float64Array, Int64Array, StringArray};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList};

use crate::failure::broken;

/// A column of a table. `numpy.asarray(column)`, `polars.Series(column)` and `pyarrow.array(column)` take it; what is absent
/// is `None`, and in NumPy NaN.
#[pyclass(frozen, module = "disparity")]
pub(crate) struct Column {
    pub(crate) array: ArrayRef,
}

/// A value as Python has it.
pub(crate) fn value(py: Python<'_>, array: &ArrayRef, row: usize) -> PyResult<Py<PyAny>> {
    if array.is_null(row) {
        return Ok(py.None());
    }
    let any = array.as_any();
    Ok(if let Some(own) = any.downcast_ref::<Float64Array>() {
        own.value(row).into_pyobject(py)?.into_any().unbind()
    } else if let Some(own) = any.downcast_ref::<Int64Array>() {
        own.value(row).into_pyobject(py)?.into_any().unbind()
    } else if let Some(own) = any.downcast_ref::<StringArray>() {
        own.value(row).into_pyobject(py)?.into_any().unbind()
    } else {
        return Err(broken(format!("a column of {}", array.data_type())));
    })
}

#[pymethods]
impl Column {
    fn __len__(&self) -> usize {
        self.array.len()
    }

    fn __getitem__(&self, py: Python<'_>, index: isize) -> PyResult<Py<PyAny>> {
        let len = self.array.len();
        let row = if index < 0 {
            len.checked_sub(index.unsigned_abs())
        } else {
            Some(index.unsigned_abs())
        };
        match row.filter(|row| *row < len) {
            Some(row) => value(py, &self.array, row),
            None => Err(PyIndexError::new_err(format!(
                "row {index} of a column of {len}"
            ))),
        }
    }

    /// The values as a list, with `None` for what is absent.
    fn to_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let all = (0..self.array.len()).map(|row| value(py, &self.array, row));
        PyList::new(py, all.collect::<PyResult<Vec<_>>>()?)
    }

    /// A copy for NumPy: numbers with NaN for what is absent, texts as objects.
    #[pyo3(signature = (dtype=None, copy=None))]
    fn __array__<'py>(
        &self,
        py: Python<'py>,
        dtype: Option<Bound<'py, PyAny>>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        // NumPy asks for a view with False; what is copied whatever is asked is an error there.
        if copy == Some(false) {
            let message = "a column is copied into NumPy; ask without copy=False";
            return Err(pyo3::exceptions::PyValueError::new_err(message));
        }
        let any = self.array.as_any();
        let made = if let Some(own) = any.downcast_ref::<Float64Array>() {
            let values = if own.null_count() == 0 {
                own.values().to_vec()
            } else {
                own.iter().map(|own| own.unwrap_or(f64::NAN)).collect()
            };
            numpy::PyArray1::from_vec(py, values).into_any()
        } else if let Some(own) = any.downcast_ref::<Int64Array>()
            && own.null_count() == 0
        {
            numpy::PyArray1::from_slice(py, own.values()).into_any()
        } else if let Some(own) = any.downcast_ref::<Int64Array>() {
            let values = own.iter().map(|own| own.map_or(f64::NAN, |own| own as f64));
            numpy::PyArray1::from_vec(py, values.collect()).into_any()
        } else {
            let all = self.to_list(py)?;
            let numpy = py.import("numpy")?;
            let kwargs = [("dtype", py.get_type::<PyAny>())];
            let kwargs = pyo3::types::IntoPyDict::into_py_dict(kwargs, py)?;
            numpy.call_method("array", (all,), Some(&kwargs))?
        };
        match dtype.filter(|own| !own.is_none()) {
            Some(dtype) => made.call_method1("astype", (dtype,)),
            None => Ok(made),
        }
    }

    /// The column by the Arrow `PyCapsule` interface, without a copy.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
        // A producer may leave a request for other types unanswered.
        drop(requested_schema);
        let (array, schema): (FFI_ArrowArray, FFI_ArrowSchema) =
            to_ffi(&self.array.to_data()).map_err(broken)?;
        Ok((
            PyCapsule::new_with_value(py, schema, c"arrow_schema")?,
            PyCapsule::new_with_value(py, array, c"arrow_array")?,
        ))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let shown = self.array.len().min(6);
        let first: PyResult<Vec<String>> = (0..shown)
            .map(|row| Ok(value(py, &self.array, row)?.bind(py).repr()?.to_string()))
            .collect();
        let more = if shown < self.array.len() {
            ", …"
        } else {
            ""
        };
        Ok(format!(
            "<disparity.Column of {}: {}{more}>",
            self.array.len(),
            first?.join(", ")
        ))
    }
}
