//! CSV text. Full precision, no quotes but where a comma or a quote needs them, `\n` line ends.

use std::fmt::Write as _;

use crate::column::{Column, Kind, Role, TableView, Value};

/// A field, quoted if it must be.
pub(crate) fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

pub(crate) fn header<R>(columns: &[Column<'_, R>]) -> String {
    let names: Vec<&str> = columns.iter().map(|column| column.spec.name).collect();
    names.join(",") + "\n"
}

/// Rows of a chunk, given the values of every column.
pub(crate) fn chunk<R>(
    columns: &[Column<'_, R>],
    values: &[Vec<Value>],
    quoted: &[Vec<String>],
) -> String {
    let rows = values.first().map_or(0, Vec::len);
    let mut text = String::with_capacity(rows * columns.len() * 10);
    for row in 0..rows {
        for (column, own) in values.iter().enumerate() {
            if column > 0 {
                text.push(',');
            }
            // Writing to a String cannot fail.
            match own[row] {
                Value::Text(position) => text.push_str(&quoted[column][position as usize]),
                Value::Whole(n) => drop(write!(text, "{n}")),
                Value::Number(x) => drop(write!(text, "{x}")),
                Value::None => {}
            }
        }
        text.push('\n');
    }
    text
}

/// Every dictionary of a table with its texts quoted once.
pub(crate) fn quoted<R>(columns: &[Column<'_, R>]) -> Vec<Vec<String>> {
    columns
        .iter()
        .map(|column| match &column.kind {
            Kind::Text(dictionary) => dictionary.iter().map(|text| field(text)).collect(),
            Kind::Whole | Kind::Number => Vec::new(),
        })
        .collect()
}

/// The metadata file of a table: a row for each filter and each indicator.
pub(crate) fn meta<R>(table: &TableView<'_, R>) -> String {
    let mut text =
        "col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,filter_hint,filter_grouping_column\n"
            .to_owned();
    for Column { spec, .. } in &table.columns {
        let kind = match spec.role {
            Role::Identifier => continue,
            Role::Filter => "Filter",
            Role::Indicator => "Indicator",
        };
        let decimals = spec
            .decimals
            .map_or(String::new(), |decimals| decimals.to_string());
        let _ = writeln!(
            text,
            "{},{kind},{},,,{decimals},,",
            spec.name,
            field(spec.label)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_quotes_is_quoted() {
        assert_eq!(field("Bristol, City of"), "\"Bristol, City of\"");
        assert_eq!(field("St. Helens"), "St. Helens");
        assert_eq!(field("a \"b\""), "\"a \"\"b\"\"\"");
    }
}
