//! What the CSV files of a folder are, for programs: `csv-metadata.json`, in the W3C's vocabulary for tabular data
//! (Tabular Data Model and Metadata Vocabulary, 2015, <https://www.w3.org/TR/tabular-metadata/>).
//!
//! One file says it of all tables of a folder: a program that opens one of them looks for it there
//! (<https://www.w3.org/TR/tabular-data-model/#default-locations-and-site-wide-location-configuration>). It is made from the
//! columns that the files are written from. `columns.csv` says the same to people, and the `.meta.csv` beside each table is
//! what the Department's open data standard asks for.

use serde_json::{Map, Value, json};

use crate::column::{Column, Kind, Role, TableView};
use crate::csv::{COLUMNS_HEADER, META_HEADER};
use crate::manifest::Manifest;
use disparity_core::Symbol;

/// What the file is called that a program looks for in the folder of a table.
pub(crate) const FILE: &str = "csv-metadata.json";

/// Columns whose meaning has a name of its own on the web: the content-oriented guidelines of SDMX, as RDF
/// (<https://www.w3.org/TR/vocab-data-cube/>).
const PROPERTIES: [(&str, &str); 8] = [
    ("time_period", "dimension#refPeriod"),
    ("new_la_code", "dimension#refArea"),
    ("sex", "dimension#sex"),
    ("age_band", "dimension#age"),
    ("estimate", "measure#obsValue"),
    ("value", "measure#obsValue"),
    ("unit", "attribute#unitMeasure"),
    ("symbol", "attribute#obsStatus"),
];
const SDMX: &str = "http://purl.org/linked-data/sdmx/2009/";

/// A table of a folder, as its file says it.
pub(crate) fn table<R>(view: &TableView<'_, R>, file: &str, is_cut: bool) -> Value {
    let columns: Vec<Value> = view.columns.iter().map(column).collect();
    let names = view.columns.iter();
    let key: Vec<&str> = names
        .filter(|column| matches!(column.spec.role, Role::Identifier | Role::Filter))
        .map(|column| column.spec.name.as_ref())
        .collect();
    let what = if is_cut {
        format!("{}: the latest year of each indicator", view.name)
    } else {
        view.name.to_owned()
    };
    json!({
        "url": file,
        "dc:title": what,
        "tableSchema": { "columns": columns, "primaryKey": key },
    })
}

fn column<R>(column: &Column<'_, R>) -> Value {
    let spec = &column.spec;
    let name = spec.name.as_ref();
    let mut said = Map::new();
    said.insert("name".into(), name.into());
    said.insert("titles".into(), name.into());
    said.insert("dc:description".into(), spec.label.as_ref().into());
    let datatype = match column.kind {
        Kind::Text(_) => "string",
        Kind::Whole => "integer",
        Kind::Number => "decimal",
    };
    said.insert("datatype".into(), datatype.into());
    if spec.role == Role::Filter {
        said.insert("required".into(), true.into());
    } else if spec.role == Role::Indicator {
        // A symbol stands where there is no number.
        let marks = Symbol::ALL.map(|symbol| Value::from(symbol.mark()));
        let nulls: Vec<Value> = std::iter::once(Value::from("")).chain(marks).collect();
        said.insert("null".into(), nulls.into());
    }
    if let Some((_, property)) = PROPERTIES.iter().find(|(own, _)| *own == name) {
        said.insert("propertyUrl".into(), format!("{SDMX}{property}").into());
    }
    Value::Object(said)
}

/// A table of texts by its heading.
fn plain(file: &str, title: &str, heading: &str) -> Value {
    let columns: Vec<Value> = heading
        .trim_end()
        .split(',')
        .map(|name| json!({ "name": name, "titles": name, "datatype": "string" }))
        .collect();
    json!({ "url": file, "dc:title": title, "tableSchema": { "columns": columns } })
}

/// The whole file, of tables whose metadata files are named beside them. What the tables contain is under a licence that
/// `dc:rights` names; the tables themselves are the user's, who may have counted children of their own.
pub(crate) fn group(manifest: &Manifest, tables: Vec<(Value, String)>) -> String {
    let mut all = vec![plain("columns.csv", "What every column is", COLUMNS_HEADER)];
    for (table, meta) in tables {
        all.push(table);
        all.push(plain(
            &meta,
            "What the open data standard asks for",
            META_HEADER,
        ));
    }
    let mut group = Map::new();
    let context = json!(["http://www.w3.org/ns/csvw", { "@language": "en" }]);
    group.insert("@context".into(), context);
    for (name, words) in manifest.described() {
        group.insert(name.into(), words.into());
    }
    group.insert("tables".into(), all.into());
    format!("{:#}\n", Value::Object(group))
}
