//! An object in JSON on each line.

use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::{Map, Value};

use super::{BATCH, Each, open};
use crate::batch::{Batch, RowNumbers, WordsBuilder};
use crate::error::TableError;

/// The names in the objects of the first thousand lines.
pub(super) fn columns(path: &Path, name: &str) -> Result<Vec<String>, TableError> {
    let mut columns: Vec<String> = Vec::new();
    let mut seen = 0_usize;
    for_lines(path, name, &mut |_, object| {
        for own in object.keys() {
            if !columns.contains(own) {
                columns.push(own.clone());
            }
        }
        seen += 1;
        Ok(seen < 1_000)
    })?;
    if columns.is_empty() {
        let what = "the file has no object in JSON on any line";
        return Err(TableError::of_file(
            name,
            what,
            "write one object on each line",
        ));
    }
    Ok(columns)
}

/// Reads every row. A name that an object does not have is an empty field.
pub(super) fn read(
    path: &Path,
    name: &str,
    wanted: &[&str],
    each: Each<'_>,
) -> Result<(), TableError> {
    let mut builders: Vec<WordsBuilder> = wanted.iter().map(|_| WordsBuilder::default()).collect();
    let mut numbers = Vec::new();
    let mut flush = |builders: &mut [WordsBuilder], numbers: &mut Vec<u64>| {
        each(Batch {
            rows: numbers.len(),
            at: RowNumbers::Each(std::mem::take(numbers)),
            columns: builders.iter_mut().map(WordsBuilder::take).collect(),
        })
    };
    for_lines(path, name, &mut |line, object| {
        for (builder, own) in builders.iter_mut().zip(wanted) {
            match object.get(*own) {
                None | Some(Value::Null) => builder.push(""),
                Some(Value::String(text)) => builder.push(text),
                Some(Value::Number(number)) => builder.push(&number.to_string()),
                Some(Value::Bool(yes)) => builder.push(if *yes { "true" } else { "false" }),
                Some(Value::Array(_) | Value::Object(_)) => {
                    let what = "the field is a list or an object";
                    let hint = "give one value for each name";
                    return Err(TableError::at(name, line, own, what, hint));
                }
            }
        }
        numbers.push(line);
        if numbers.len() == BATCH {
            flush(&mut builders, &mut numbers)?;
        }
        Ok(true)
    })?;
    if numbers.is_empty() {
        return Ok(());
    }
    flush(&mut builders, &mut numbers)
}

/// Does something with the object of each line that is not empty, until it says not to go on.
fn for_lines(
    path: &Path,
    name: &str,
    each: &mut dyn FnMut(u64, Map<String, Value>) -> Result<bool, TableError>,
) -> Result<(), TableError> {
    let mut reader = BufReader::with_capacity(1 << 18, open(path, name)?);
    let mut text = String::new();
    for line in 1.. {
        text.clear();
        let read = reader.read_line(&mut text);
        let read = read.map_err(|error| {
            let what = format!("cannot read the line: {error}");
            TableError::at(name, line, "", what, "the file must be UTF-8")
        })?;
        if read == 0 {
            break;
        }
        if text.trim().is_empty() {
            continue;
        }
        let object = serde_json::from_str(&text).map_err(|error| {
            let what = format!("the line is no object in JSON: {error}");
            let hint = "write one object on each line; the last may be cut short";
            TableError::at(name, line, "", what, hint)
        })?;
        if !each(line, object)? {
            break;
        }
    }
    Ok(())
}
