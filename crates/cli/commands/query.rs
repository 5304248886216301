//! `disparity query`: SQL over the tables of a release and the built-in tables.

use std::path::Path;

use anyhow::Result;
use disparity_core::nearest;
use disparity_query::{Answer, QueryError, Tables, Value};

use crate::args::{Format, QueryArgs};
use crate::builtin;
use crate::hint::Hinted;
use crate::out::{print, print_csv, print_json, table, tell};

/// The folder that a run writes, where none is named.
const USUAL: &str = "out";

/// Folders of the built-in tables.
const BUILT_IN: [&str; 2] = ["england/", "wales/"];

/// Answers a question, or lists the tables.
pub(crate) fn query(args: &QueryArgs) -> Result<()> {
    let mut tables = Tables::default();
    for (name, text) in builtin::FILES {
        let own = BUILT_IN
            .iter()
            .find_map(|folder| Some((folder, name.strip_prefix(folder)?)));
        if let Some((folder, table)) = own {
            let table = table.trim_end_matches(".csv");
            // England's tables by their names, those of Wales with the nation before them.
            let name = match *folder {
                "england/" => format!("published_{table}"),
                _ => format!("published_wales_{table}"),
            };
            tables.add_text(&name, *text);
        }
    }
    match &args.from {
        Some(folder) => tables.add_release(folder)?,
        // Without a run the built-in tables are there.
        None if Path::new(USUAL).join("manifest.json").is_file() => {
            tables.add_release(Path::new(USUAL))?;
        }
        None => {}
    }
    let Some(sql) = &args.sql else {
        let names: Vec<&str> = tables.names().collect();
        return print(&(names.join("\n") + "\n"));
    };
    let answer = tables.ask(sql).map_err(|error| hinted(&error))?;
    if let Some(out) = &args.parquet {
        answer.write_parquet(out)?;
        tell(format_args!(
            "Wrote {}: {} rows",
            out.display(),
            answer.rows.len()
        ));
        return Ok(());
    }
    let header: Vec<&str> = answer.columns.iter().map(String::as_str).collect();
    let rows = answer
        .rows
        .iter()
        .map(|row| row.iter().map(Value::text).collect());
    match args.format {
        Format::Text => print(&text(&answer, &header)),
        Format::Csv => print_csv(&header, rows),
        Format::Json => print_json(&header, rows),
    }
}

/// Rows for people, numbers to the right.
fn text(answer: &Answer, header: &[&str]) -> String {
    let is_number = |at: &usize| {
        let mut fields = answer.rows.iter().map(|row| &row[*at]);
        fields.all(|own| own.is_number() || *own == Value::Absent)
    };
    let right: Vec<usize> = (0..header.len()).filter(is_number).collect();
    let rows = answer
        .rows
        .iter()
        .map(|row| row.iter().map(Value::text).collect());
    let shown = table(header, &right, rows);
    let rows = disparity_core::thousands(&answer.rows.len().to_string());
    format!("{shown}{rows} rows\n")
}

fn hinted(error: &QueryError) -> anyhow::Error {
    let hint = match error {
        QueryError::NoTable { name, known } => {
            let near = nearest(name, known.iter().map(String::as_str));
            match near.first() {
                Some(near) => format!("did you mean `{near}`? `disparity query` lists them"),
                None => "`disparity query` lists them; `--from DIR` names the folder of a run".to_owned(),
            }
        }
        QueryError::Sql(_) => {
            "it is SQLite's SQL; `SELECT * FROM estimates LIMIT 1` shows a table's columns, and sums over an absent \
             value are absent"
                .to_owned()
        }
        QueryError::NotARelease { .. } | QueryError::File { .. } => {
            "give the folder that `disparity run --out` wrote".to_owned()
        }
    };
    Hinted::new(error.to_string(), hint).into()
}
