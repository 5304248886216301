//! Rows that answer a question.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;

use crate::error::QueryError;

/// A field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Absent,
    /// A whole number.
    Whole(i64),
    /// Another number.
    Real(f64),
    /// Text.
    Text(String),
}

impl Value {
    /// The field as text; empty where there is nothing.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Absent => String::new(),
            Self::Whole(value) => value.to_string(),
            Self::Real(value) => value.to_string(),
            Self::Text(text) => text.clone(),
        }
    }

    /// Whether it is a number.
    #[must_use]
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Whole(_) | Self::Real(_))
    }
}

/// What a question is answered with.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows, each with a field for every column.
    pub rows: Vec<Vec<Value>>,
}

impl Answer {
    /// Writes the rows as Parquet: whole numbers, numbers or text by column, and null where there is nothing.
    ///
    /// # Errors
    /// [`QueryError::File`] where the file cannot be written.
    pub fn write_parquet(&self, path: &Path) -> Result<(), QueryError> {
        let failed = |reason: String| QueryError::file("write", path, &reason);
        let columns: Vec<(String, ArrayRef, bool)> = self
            .columns
            .iter()
            .enumerate()
            .map(|(at, name)| (name.clone(), self.column(at), true))
            .collect();
        let batch = RecordBatch::try_from_iter_with_nullable(columns);
        let batch = batch.map_err(|error| failed(error.to_string()))?;
        let file = create(path).map_err(|error| failed(error.to_string()))?;
        let writer = ArrowWriter::try_new(file, batch.schema(), None);
        let mut writer = writer.map_err(|error| failed(error.to_string()))?;
        let written = writer.write(&batch).and_then(|()| writer.close());
        written.map_err(|error| failed(error.to_string()))?;
        Ok(())
    }

    fn column(&self, at: usize) -> ArrayRef {
        let fields = || self.rows.iter().map(|row| &row[at]);
        if fields().all(|own| matches!(own, Value::Whole(_) | Value::Absent)) {
            let whole = fields().map(|own| match own {
                Value::Whole(value) => Some(*value),
                _ => None,
            });
            return Arc::new(whole.collect::<Int64Array>());
        }
        if fields().all(|own| !matches!(own, Value::Text(_))) {
            let real = fields().map(|own| match own {
                Value::Whole(value) => Some(*value as f64),
                Value::Real(value) => Some(*value),
                _ => None,
            });
            return Arc::new(real.collect::<Float64Array>());
        }
        let text = fields().map(|own| (*own != Value::Absent).then(|| own.text()));
        Arc::new(text.collect::<StringArray>())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "an answer is written where the user says"
)]
fn create(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::File::create(path)
}
