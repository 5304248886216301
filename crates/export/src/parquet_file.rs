//! Parquet: dictionary text, label and decimals in each field's metadata, nothing that differs
//! between two runs.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Float64Array, Int32Array, StringArray, UInt32Array};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::column::{Column, Kind, Value};

/// A Parquet file being written chunk by chunk.
pub(crate) struct ParquetFile<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: SchemaRef,
    texts: Vec<Option<Arc<StringArray>>>,
}

impl<W: Write + Send> ParquetFile<W> {
    pub(crate) fn create<R>(
        sink: W,
        columns: &[Column<'_, R>],
        about: &[(&str, String)],
    ) -> Result<Self, ParquetError> {
        let fields: Vec<Field> = columns.iter().map(field).collect();
        let metadata: HashMap<String, String> = about
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect();
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("disparity ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let texts = columns
            .iter()
            .map(|column| match &column.kind {
                Kind::Text(dictionary) => {
                    Some(Arc::new(StringArray::from_iter_values(dictionary.iter())))
                }
                Kind::Whole | Kind::Number => None,
            })
            .collect();
        let writer = ArrowWriter::try_new(sink, Arc::clone(&schema), Some(properties))?;
        Ok(Self {
            writer,
            schema,
            texts,
        })
    }

    pub(crate) fn chunk<R>(
        &mut self,
        columns: &[Column<'_, R>],
        values: &[Vec<Value>],
    ) -> Result<(), ParquetError> {
        let arrays: Result<Vec<ArrayRef>, ArrowError> = columns
            .iter()
            .zip(values)
            .zip(&self.texts)
            .map(|((column, values), texts)| array(column, values, texts.as_ref()))
            .collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays?)?;
        self.writer.write(&batch)
    }

    pub(crate) fn close(self) -> Result<W, ParquetError> {
        self.writer.into_inner()
    }
}

fn field<R>(column: &Column<'_, R>) -> Field {
    let kind = match column.kind {
        Kind::Text(_) => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        Kind::Whole => DataType::UInt32,
        Kind::Number => DataType::Float64,
    };
    let mut metadata = HashMap::from([("label".to_owned(), column.spec.label.to_owned())]);
    if let Some(decimals) = column.spec.decimals {
        metadata.insert("decimals".to_owned(), decimals.to_string());
    }
    Field::new(column.spec.name, kind, true).with_metadata(metadata)
}

fn array<R>(
    column: &Column<'_, R>,
    values: &[Value],
    texts: Option<&Arc<StringArray>>,
) -> Result<ArrayRef, ArrowError> {
    Ok(match (&column.kind, texts) {
        (Kind::Text(_), Some(texts)) => {
            let keys: Int32Array = values
                .iter()
                .map(|value| match value {
                    Value::Text(position) => i32::try_from(*position).ok(),
                    _ => None,
                })
                .collect();
            let texts: ArrayRef = Arc::clone(texts) as ArrayRef;
            Arc::new(DictionaryArray::<Int32Type>::try_new(keys, texts)?)
        }
        (Kind::Whole, _) => Arc::new(
            values
                .iter()
                .map(|value| {
                    if let Value::Whole(n) = value {
                        Some(*n)
                    } else {
                        None
                    }
                })
                .collect::<UInt32Array>(),
        ),
        _ => Arc::new(
            values
                .iter()
                .map(|value| {
                    if let Value::Number(x) = value {
                        Some(*x)
                    } else {
                        None
                    }
                })
                .collect::<Float64Array>(),
        ),
    })
}
