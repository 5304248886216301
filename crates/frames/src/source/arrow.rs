//! Arrow arrays to columns, and Arrow IPC files.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    Date32Type, Date64Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray, RecordBatch, StringArray};
use arrow_ipc::reader::FileReader;
use arrow_schema::{ArrowError, DataType, TimeUnit};
use disparity_core::Day;

use super::{Each, damaged, open};
use crate::batch::{BLANK, Batch, Column, RowNumbers, Words, WordsBuilder};
use crate::error::TableError;

/// The columns of an Arrow IPC file.
pub(super) fn columns(path: &Path, name: &str) -> Result<Vec<String>, TableError> {
    let reader = FileReader::try_new(open(path, name)?, None);
    let reader = reader.map_err(|error| damaged(name, "Arrow file", error))?;
    let schema = reader.schema();
    Ok(schema
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect())
}

/// Reads every row of an Arrow IPC file.
pub(super) fn read(
    path: &Path,
    name: &str,
    wanted: &[usize],
    each: Each<'_>,
) -> Result<(), TableError> {
    let broken = |error: ArrowError| damaged(name, "Arrow file", error);
    let reader = FileReader::try_new(open(path, name)?, None).map_err(broken)?;
    let mut converter = Converter::new(name, wanted);
    let mut sorted = wanted.to_vec();
    sorted.sort_unstable();
    let mut first = 2;
    for batch in reader {
        let batch = batch
            .and_then(|batch| batch.project(&sorted))
            .map_err(broken)?;
        let rows = batch.num_rows();
        each(converter.batch(&batch, RowNumbers::From(first))?)?;
        first += rows as u64;
    }
    Ok(())
}

/// Makes columns of arrays, and remembers the words of dictionaries.
pub(super) struct Converter<'a> {
    name: &'a str,
    /// For each wanted column its place among those that were read, which stand in the order of the file.
    places: Vec<usize>,
    /// The last dictionary of each and its words.
    known: Vec<Option<(ArrayRef, Words)>>,
}

impl<'a> Converter<'a> {
    pub(super) fn new(name: &'a str, wanted: &[usize]) -> Self {
        let place = |at: &usize| wanted.iter().filter(|other| *other < at).count();
        Self {
            name,
            places: wanted.iter().map(place).collect(),
            known: wanted.iter().map(|_| None).collect(),
        }
    }

    /// The wanted columns of a batch, in the order in which they were asked for.
    pub(super) fn batch(
        &mut self,
        batch: &RecordBatch,
        at: RowNumbers,
    ) -> Result<Batch, TableError> {
        let mut columns = Vec::with_capacity(self.places.len());
        for (place, known) in self.places.iter().zip(&mut self.known) {
            let field = batch.schema_ref().field(*place).clone();
            let made = column(batch.column(*place), known);
            columns.push(made.ok_or_else(|| {
                let kind = field.data_type();
                let what = format!("a column of the type {kind} is not read");
                let hint = "write it as text or numbers";
                TableError::at(self.name, 0, field.name(), what, hint)
            })?);
        }
        Ok(Batch {
            rows: batch.num_rows(),
            at,
            columns,
        })
    }
}

fn column(array: &ArrayRef, known: &mut Option<(ArrayRef, Words)>) -> Option<Column> {
    Some(match array.data_type() {
        DataType::Dictionary(_, _) => return numbered(array, known),
        DataType::Utf8 => texts(array.as_string::<i32>().iter()),
        DataType::LargeUtf8 => texts(array.as_string::<i64>().iter()),
        DataType::Utf8View => texts(array.as_string_view().iter()),
        DataType::Null => texts((0..array.len()).map(|_| None)),
        DataType::Boolean => {
            let word = |own: bool| if own { "true" } else { "false" };
            texts(array.as_boolean().iter().map(|own| own.map(word)))
        }
        DataType::Int8 => whole::<Int8Type>(array),
        DataType::Int16 => whole::<Int16Type>(array),
        DataType::Int32 => whole::<Int32Type>(array),
        DataType::Int64 => whole::<Int64Type>(array),
        DataType::UInt8 => whole::<UInt8Type>(array),
        DataType::UInt16 => whole::<UInt16Type>(array),
        DataType::UInt32 => whole::<UInt32Type>(array),
        DataType::UInt64 => {
            let values = array.as_primitive::<UInt64Type>();
            // No count is so large: it is refused where it is read.
            let value = |own: &u64| i64::try_from(*own).unwrap_or(i64::MAX);
            Column::Whole {
                values: values.values().iter().map(value).collect(),
                blank: blank(array),
            }
        }
        DataType::Float32 => real::<Float32Type>(array),
        DataType::Float64 => real::<Float64Type>(array),
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>();
            dates(days, i64::from)
        }
        DataType::Date64 => dates(array.as_primitive::<Date64Type>(), |ms| {
            ms.div_euclid(86_400_000)
        }),
        // A moment of a zone is on another day elsewhere: which is meant, nobody says.
        DataType::Timestamp(unit, None) => return stamps(array, *unit),
        _ => return None,
    })
}

fn texts<'a>(fields: impl Iterator<Item = Option<&'a str>>) -> Column {
    let mut builder = WordsBuilder::default();
    fields.for_each(|field| builder.push(field.unwrap_or_default()));
    builder.take()
}

fn blank(array: &dyn Array) -> Option<Vec<bool>> {
    let nulls = array.nulls()?;
    (nulls.null_count() > 0).then(|| nulls.iter().map(|there| !there).collect())
}

fn whole<T: ArrowPrimitiveType>(array: &ArrayRef) -> Column
where
    T::Native: Into<i64>,
{
    let values = array.as_primitive::<T>().values().iter();
    Column::Whole {
        values: values.map(|own| (*own).into()).collect(),
        blank: blank(array),
    }
}

fn real<T: ArrowPrimitiveType>(array: &ArrayRef) -> Column
where
    T::Native: Into<f64>,
{
    let values = array.as_primitive::<T>().values().iter();
    Column::Real {
        values: values.map(|own| (*own).into()).collect(),
        blank: blank(array),
    }
}

/// Days as they are written: `2025-03-31`.
fn dates<T: ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    days: impl Fn(T::Native) -> i64,
) -> Column {
    let mut builder = WordsBuilder::default();
    for own in array {
        match own {
            None => builder.push(""),
            Some(own) => builder.push(&written(days(own))),
        }
    }
    builder.take()
}

fn stamps(array: &ArrayRef, unit: TimeUnit) -> Option<Column> {
    use arrow_array::types::{
        TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
        TimestampSecondType,
    };
    let day = |seconds: i64| seconds.div_euclid(86_400);
    Some(match unit {
        TimeUnit::Second => dates(array.as_primitive_opt::<TimestampSecondType>()?, day),
        TimeUnit::Millisecond => dates(
            array.as_primitive_opt::<TimestampMillisecondType>()?,
            |own| day(own.div_euclid(1_000)),
        ),
        TimeUnit::Microsecond => dates(
            array.as_primitive_opt::<TimestampMicrosecondType>()?,
            |own| day(own.div_euclid(1_000_000)),
        ),
        TimeUnit::Nanosecond => dates(
            array.as_primitive_opt::<TimestampNanosecondType>()?,
            |own| day(own.div_euclid(1_000_000_000)),
        ),
    })
}

/// A day as `2025-03-31`, from days since 1970.
fn written(days: i64) -> String {
    let (year, month, day) = Day(i32::try_from(days).unwrap_or(i32::MAX - 1)).ymd();
    format!("{year:04}-{month:02}-{day:02}")
}

/// A column of a dictionary of text: its keys, and its words once for each dictionary.
fn numbered(array: &ArrayRef, known: &mut Option<(ArrayRef, Words)>) -> Option<Column> {
    let dictionary = array.as_any_dictionary_opt()?;
    let values = dictionary.values();
    let same = known
        .as_ref()
        .filter(|(own, _)| own.to_data().ptr_eq(&values.to_data()));
    let words = match same {
        Some((_, words)) => words.clone(),
        None => {
            let words = Words::of(words_of(values)?);
            *known = Some((Arc::clone(values), words.clone()));
            words
        }
    };
    let mut keys: Vec<u32> = match dictionary.keys().data_type() {
        _ if values.is_empty() => vec![BLANK; array.len()],
        // What the reader of Parquet makes.
        DataType::Int32 => {
            let keys = dictionary.keys().as_primitive::<Int32Type>().values();
            keys.iter().map(|key| key.cast_unsigned()).collect()
        }
        _ => {
            let keys = dictionary.normalized_keys().into_iter();
            keys.map(|key| u32::try_from(key).unwrap_or(BLANK))
                .collect()
        }
    };
    if let Some(nulls) = dictionary.keys().nulls() {
        for (key, there) in keys.iter_mut().zip(nulls.iter()) {
            if !there {
                *key = BLANK;
            }
        }
    }
    Some(Column::Words { keys, words })
}

/// The words of a dictionary.
fn words_of(values: &ArrayRef) -> Option<StringArray> {
    Some(match values.data_type() {
        DataType::Utf8 => values.as_string::<i32>().clone(),
        DataType::LargeUtf8 => values.as_string::<i64>().iter().collect(),
        DataType::Utf8View => values.as_string_view().iter().collect(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_as_dates() {
        for (days, text) in [
            (0, "1970-01-01"),
            (20_178, "2025-03-31"),
            (11_016, "2000-02-29"),
            (-1, "1969-12-31"),
        ] {
            assert_eq!(written(days), text);
        }
    }
}
