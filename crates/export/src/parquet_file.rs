//! Parquet: plain strings, 64-bit integers and doubles, which every reader has; what the file is in
//! its own key-values; label and decimals in each field's metadata; nothing that differs between two
//! runs.

use std::io::Write;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int32Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use crate::arrow::{field, numbers};
use crate::column::{Column, Kind, Value};

/// Rows in a group: a group is held until it is full.
const ROWS_AT_ONCE: usize = 1 << 15;

/// Bytes of different numbers in a column of a group, beyond which they are written as they are: looking
/// each up among those before costs more than all else, and saves nothing where hardly one comes twice.
const FEW_NUMBERS: usize = 1 << 13;

/// A Parquet file being written chunk by chunk.
pub(crate) struct ParquetFile<W: Write + Send> {
    writer: ArrowWriter<W>,
    /// That of the batches, whose text is positions in a dictionary; the file's says text.
    batches: SchemaRef,
    texts: Vec<Option<Arc<StringArray>>>,
}

impl<W: Write + Send> ParquetFile<W> {
    pub(crate) fn create<R>(
        sink: W,
        columns: &[Column<'_, R>],
        about: &[(&str, String)],
    ) -> Result<Self, ParquetError> {
        let fields: Vec<Field> = columns.iter().map(field).collect();
        let about = about
            .iter()
            .map(|(key, value)| KeyValue::new((*key).to_owned(), value.clone()))
            .collect();
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("disparity ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_max_row_group_row_count(Some(ROWS_AT_ONCE))
            .set_key_value_metadata(Some(about));
        for column in columns.iter().filter(|column| column.kind.is_numbers()) {
            let path = ColumnPath::from(column.spec.name.as_ref());
            properties = properties.set_column_dictionary_page_size_limit(path, FEW_NUMBERS);
        }
        let properties = properties.build();
        let texts = columns
            .iter()
            .map(|column| match &column.kind {
                Kind::Text(dictionary) => {
                    Some(Arc::new(StringArray::from_iter_values(dictionary.iter())))
                }
                Kind::Whole | Kind::Number => None,
            })
            .collect();
        let batches = Arc::new(Schema::new(
            fields.iter().map(in_batch).collect::<Vec<Field>>(),
        ));
        let writer = ArrowWriter::try_new(sink, Arc::new(Schema::new(fields)), Some(properties))?;
        Ok(Self {
            writer,
            batches,
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
        let batch = RecordBatch::try_new(Arc::clone(&self.batches), arrays?)?;
        self.writer.write(&batch)
    }

    pub(crate) fn close(self) -> Result<W, ParquetError> {
        self.writer.into_inner()
    }
}

/// The field of a batch: text goes to the writer as positions, which it encodes once.
fn in_batch(field: &Field) -> Field {
    match field.data_type() {
        DataType::Utf8 => field.clone().with_data_type(DataType::Dictionary(
            Box::new(DataType::Int32),
            Box::new(DataType::Utf8),
        )),
        _ => field.clone(),
    }
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
        _ => numbers(&column.kind, values),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::{Role, Spec, each};
    use disparity_core::Symbol;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    fn columns<'a>() -> Vec<Column<'a, (u32, Option<f64>)>> {
        let spec = |name: &'static str, role| Spec {
            name: name.into(),
            role,
            label: name.into(),
            decimals: None,
        };
        vec![
            Column {
                spec: spec("who", Role::Filter),
                kind: Kind::Text(["none", "Kent", "Devon"].map(str::to_owned).into()),
                get: each(|row: &(u32, Option<f64>)| Value::Text(row.0)),
            },
            Column {
                spec: spec("count", Role::Indicator),
                kind: Kind::Whole,
                get: each(|row: &(u32, Option<f64>)| Value::Whole(i64::from(row.0) - 3)),
            },
            Column {
                spec: spec("rate", Role::Indicator),
                kind: Kind::Number,
                get: each(|row: &(u32, Option<f64>)| {
                    row.1
                        .map_or(Value::Absent(Symbol::Confidential), Value::Number)
                }),
            },
        ]
    }

    #[test]
    fn readers_see_plain_types_nulls_and_what_the_file_is() {
        let rows = [(1, Some(0.5)), (2, None)];
        let columns = columns();
        let values: Vec<_> = columns
            .iter()
            .map(|column| crate::column::TableView::values(column, &rows))
            .collect();
        let about = [("table", "example".to_owned())];
        let mut file = ParquetFile::create(Vec::new(), &columns, &about).unwrap();
        file.chunk(&columns, &values).unwrap();
        let bytes = file.close().unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
        let types: Vec<String> = reader
            .schema()
            .fields()
            .iter()
            .map(|field| field.data_type().to_string())
            .collect();
        assert_eq!(types, ["Utf8", "Int64", "Float64"]);
        let own = reader.metadata().file_metadata().key_value_metadata();
        let table = own.unwrap().iter().find(|pair| pair.key == "table");
        assert_eq!(table.unwrap().value.as_deref(), Some("example"));
        let batch = reader.build().unwrap().next().unwrap().unwrap();
        let text = format!("{batch:?}");
        assert!(text.contains("Kent") && text.contains("Devon"), "{text}");
        // A count below nought is one, not four thousand million.
        assert!(text.contains("-2"), "{text}");
        // What is withheld is null in a column of numbers, not a number.
        assert_eq!(batch.column(2).null_count(), 1);
    }
}
