//! Where tables are, and how they are read.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array as _, ArrayRef, RecordBatchReader as _};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value as Json;

use crate::answer::{Answer, Value};
use crate::database::Database;
use crate::error::QueryError;

/// Tables that may be asked, by name.
#[derive(Debug, Default)]
pub struct Tables {
    places: BTreeMap<String, Place>,
}

#[derive(Debug)]
enum Place {
    Parquet(PathBuf),
    Text(Cow<'static, [u8]>),
}

/// Marks that stand where a figure is absent.
const MARKS: [&str; 5] = ["c", "x", "z", "u", "low"];

/// A table as it is copied into the database.
pub(crate) struct Copied {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<Value>>,
}

impl Tables {
    /// Adds a table of text with a heading, comma-separated. Columns of numbers with symbols among them are numbers, absent
    /// where a symbol is, which stands in a column beside it, `NAME_symbol`.
    pub fn add_text(&mut self, name: &str, text: impl Into<Cow<'static, [u8]>>) {
        self.places
            .insert(name.to_owned(), Place::Text(text.into()));
    }

    /// Adds the tables of a release: the Parquet files that its manifest lists.
    ///
    /// # Errors
    /// [`QueryError::NotARelease`] of a folder without the manifest of a release, as that of a store of children is.
    pub fn add_release(&mut self, folder: &Path) -> Result<(), QueryError> {
        let refused = |reason: &str| QueryError::NotARelease {
            folder: folder.display().to_string(),
            reason: reason.to_owned(),
        };
        let manifest = read(&folder.join("manifest.json")).map_err(|_| {
            refused("it has no manifest.json; give the folder that `disparity run` wrote")
        })?;
        let manifest: Json = serde_json::from_slice(&manifest)
            .map_err(|error| refused(&format!("its manifest.json cannot be read: {error}")))?;
        let is_release = ["run_sha256", "disclosure_policy", "outputs"]
            .iter()
            .all(|key| manifest.get(key).is_some());
        let outputs = manifest.get("outputs").and_then(Json::as_object);
        let Some(outputs) = outputs.filter(|_| is_release) else {
            return Err(refused(
                "its manifest is not that of a release; a store of children cannot be asked",
            ));
        };
        for name in outputs.keys() {
            let Some(table) = name
                .strip_suffix(".parquet")
                .filter(|own| !own.contains(['/', '\\']))
            else {
                continue;
            };
            self.places
                .insert(table.to_owned(), Place::Parquet(folder.join(name)));
        }
        Ok(())
    }

    /// The names of all tables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    /// Answers a question: one statement that reads.
    ///
    /// # Errors
    /// [`QueryError`] of SQL that cannot be read, of a table or column that is not there, and of a statement that is to do
    /// more than read.
    pub fn ask(&self, sql: &str) -> Result<Answer, QueryError> {
        let mut database = Database::new()?;
        // A table is copied when the question is found to name it.
        loop {
            match database.ask(sql)? {
                Ok(answer) => return Ok(answer),
                Err(name) => {
                    let known = self
                        .places
                        .iter()
                        .find(|(own, _)| own.eq_ignore_ascii_case(&name));
                    let Some((name, place)) = known else {
                        let known = self.names().map(str::to_owned).collect();
                        return Err(QueryError::NoTable { name, known });
                    };
                    database.add(name, place.copied()?)?;
                }
            }
        }
    }
}

impl Place {
    fn copied(&self) -> Result<Copied, QueryError> {
        match self {
            Self::Parquet(path) => parquet(path),
            Self::Text(text) => Ok(text_table(text)),
        }
    }
}

fn parquet(path: &Path) -> Result<Copied, QueryError> {
    let failed = |reason: String| QueryError::file("read", path, &reason);
    let file = open(path).map_err(|error| failed(error.to_string()))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build);
    let reader = reader.map_err(|error| failed(error.to_string()))?;
    let schema = reader.schema();
    let mut copied = Copied {
        columns: schema
            .fields()
            .iter()
            .map(|own| own.name().clone())
            .collect(),
        rows: Vec::new(),
    };
    for batch in reader {
        let batch = batch.map_err(|error| failed(error.to_string()))?;
        let columns: Option<Vec<Vec<Value>>> = batch.columns().iter().map(values).collect();
        let columns =
            columns.ok_or_else(|| failed("a column is of a kind that no table has".to_owned()))?;
        let mut fields: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
        for _ in 0..batch.num_rows() {
            let row = fields
                .iter_mut()
                .map(|own| own.next().unwrap_or(Value::Absent));
            copied.rows.push(row.collect());
        }
    }
    Ok(copied)
}

fn values(array: &ArrayRef) -> Option<Vec<Value>> {
    let text = |own: Option<&str>| own.map_or(Value::Absent, |own| Value::Text(own.to_owned()));
    Some(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().map(text).collect(),
        DataType::Int64 => {
            let whole = array.as_primitive::<Int64Type>().iter();
            whole
                .map(|own| own.map_or(Value::Absent, Value::Whole))
                .collect()
        }
        DataType::Float64 => {
            let real = array.as_primitive::<Float64Type>().iter();
            real.map(|own| own.map_or(Value::Absent, Value::Real))
                .collect()
        }
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_any_dictionary_opt()?;
            let words = dictionary.values().as_string_opt::<i32>()?;
            if words.is_empty() {
                return Some(vec![Value::Absent; array.len()]);
            }
            let keys = dictionary.normalized_keys();
            let word = |(row, key): (usize, usize)| {
                if array.is_null(row) || words.is_null(key) {
                    Value::Absent
                } else {
                    Value::Text(words.value(key).to_owned())
                }
            };
            keys.into_iter().enumerate().map(word).collect()
        }
        _ => return None,
    })
}

fn text_table(text: &[u8]) -> Copied {
    let mut reader = csv::Reader::from_reader(text);
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(_) => Vec::new(),
    };
    // What is compiled in was read before by stricter readers.
    let records: Vec<csv::StringRecord> = reader.records().filter_map(Result::ok).collect();
    let mut columns = Vec::new();
    let mut fields: Vec<Vec<Value>> = Vec::new();
    for (at, name) in header.iter().enumerate() {
        let own = || records.iter().map(|row| row.get(at).unwrap_or_default());
        let is_number = |text: &str| text.parse::<f64>().is_ok_and(f64::is_finite);
        let is_figure = |text: &str| text.is_empty() || MARKS.contains(&text) || is_number(text);
        // Codes with leading noughts are no numbers.
        let is_code =
            |text: &str| text.len() > 1 && text.starts_with('0') && !text.starts_with("0.");
        let is_figures = own().all(is_figure) && own().any(is_number) && !own().any(is_code);
        columns.push(name.clone());
        if !is_figures {
            let text = |own: &str| match own {
                "" => Value::Absent,
                own => Value::Text(own.to_owned()),
            };
            fields.push(own().map(text).collect());
            continue;
        }
        let number = |text: &str| match (text.parse(), text.parse()) {
            (Ok(whole), _) => Value::Whole(whole),
            (_, Ok(real)) => Value::Real(real),
            _ => Value::Absent,
        };
        fields.push(own().map(number).collect());
        if own().any(|text| MARKS.contains(&text)) {
            columns.push(format!("{name}_symbol"));
            let mark = |text: &str| match text {
                mark if MARKS.contains(&mark) => Value::Text(mark.to_owned()),
                _ => Value::Absent,
            };
            fields.push(own().map(mark).collect());
        }
    }
    let mut fields: Vec<_> = fields.into_iter().map(Vec::into_iter).collect();
    let rows = records.iter().map(|_| {
        let row = fields.iter_mut();
        row.map(|own| own.next().unwrap_or(Value::Absent)).collect()
    });
    let rows = rows.collect();
    Copied { columns, rows }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tables of a release are read where they are"
)]
fn open(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the manifest says what a folder is"
)]
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    std::fs::read(path)
}
