//! Arrow arrays that another library owns, by the Arrow C data interface and its `PyCapsule` protocol, without a copy.
#![expect(
    unsafe_code,
    reason = "what a capsule holds is known from its name alone"
)]

use std::ffi::CStr;
use std::ptr::NonNull;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{Array, ArrayReader as _, ArrayRef, make_array, new_empty_array};
use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::failure::broken;

/// The array of something that gives one; none of what does not.
pub(crate) fn array(given: &Bound<'_, PyAny>) -> PyResult<Option<ArrayRef>> {
    if given.hasattr("__arrow_c_array__")? {
        let pair = given.call_method0("__arrow_c_array__")?;
        let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = pair.extract()?;
        let schema = pointer::<FFI_ArrowSchema>(&schema, c"arrow_schema")?;
        let array = pointer::<FFI_ArrowArray>(&array, c"arrow_array")?;
        // SAFETY: a capsule of that name holds an initialised structure of the C data interface, which the consumer may
        // move out of it: `from_raw` leaves an empty one behind. The schema is only looked at, while its capsule lives.
        let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) };
        return Ok(Some(make_array(data.map_err(broken)?)));
    }
    if given.hasattr("__arrow_c_stream__")? {
        return match given.call_method0("__arrow_c_stream__") {
            Ok(stream) => stream_of(&stream.extract()?).map(Some),
            // A series of pandas gives one only beside pyarrow; without, it is read as NumPy has it.
            Err(error) if error.is_instance_of::<PyImportError>(given.py()) => Ok(None),
            Err(error) => Err(error),
        };
    }
    Ok(None)
}

/// The one array that the arrays of a stream are together.
fn stream_of(capsule: &Bound<'_, PyCapsule>) -> PyResult<ArrayRef> {
    let stream = pointer::<FFI_ArrowArrayStream>(capsule, c"arrow_array_stream")?;
    // SAFETY: as above; what is moved out is released once, by its reader.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr()) };
    let reader = ArrayStreamReader::try_new(stream).map_err(broken)?;
    let kind = reader.field().data_type().clone();
    let arrays = reader.collect::<Result<Vec<ArrayRef>, _>>();
    let arrays = arrays.map_err(broken)?;
    match arrays.as_slice() {
        [] => Ok(new_empty_array(&kind)),
        [one] => Ok(Arc::clone(one)),
        several => {
            let all: Vec<&dyn Array> = several.iter().map(AsRef::as_ref).collect();
            arrow_select::concat::concat(&all).map_err(broken)
        }
    }
}

fn pointer<T>(capsule: &Bound<'_, PyCapsule>, name: &CStr) -> PyResult<NonNull<T>> {
    Ok(capsule.pointer_checked(Some(name))?.cast())
}
