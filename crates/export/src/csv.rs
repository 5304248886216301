//! CSV text. Full precision, no quotes but where a comma or a quote needs them, `\n` line ends.

use std::fmt::Write as _;

use crate::column::{Column, Kind, Role, Seen, TableView, Value};

/// A field, quoted if it must be.
pub(crate) fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

pub(crate) fn header<R>(columns: &[Column<'_, R>]) -> String {
    let names: Vec<&str> = columns
        .iter()
        .map(|column| column.spec.name.as_ref())
        .collect();
    names.join(",") + "\n"
}

/// Some rows of a chunk, given the values of every column. Where there is no number stands the symbol
/// that says why.
pub(crate) fn chunk<R>(
    columns: &[Column<'_, R>],
    values: &[Vec<Value>],
    quoted: &[Vec<String>],
    rows: &[usize],
) -> String {
    let mut text = String::with_capacity(rows.len() * columns.len() * 10);
    for &row in rows {
        for (column, own) in values.iter().enumerate() {
            if column > 0 {
                text.push(',');
            }
            match own[row] {
                Value::Text(position) => text.push_str(&quoted[column][position as usize]),
                // Writing to a String cannot fail.
                Value::Whole(n) => drop(write!(text, "{n}")),
                Value::Number(x) => plain(x, &mut text),
                Value::Absent(symbol) => text.push_str(symbol.mark()),
                Value::None => {}
            }
        }
        text.push('\n');
    }
    text
}

/// A value as it is written, but for quotes.
pub(crate) fn text(kind: &Kind, value: Value) -> String {
    match (value, kind) {
        (Value::Text(position), Kind::Text(texts)) => {
            texts.get(position as usize).cloned().unwrap_or_default()
        }
        (Value::Whole(n), _) => n.to_string(),
        (Value::Number(x), _) => {
            let mut text = String::new();
            plain(x, &mut text);
            text
        }
        (Value::Absent(symbol), _) => symbol.mark().to_owned(),
        (Value::Text(_) | Value::None, _) => String::new(),
    }
}

/// A number without an exponent, in fewer steps than `{}` takes.
fn plain(x: f64, to: &mut String) {
    let mut buffer = zmij::Buffer::new();
    let digits = buffer.format(x);
    if digits.contains(['e', 'n']) {
        // Writing to a String cannot fail.
        let _ = write!(to, "{x}");
    } else {
        to.push_str(digits.strip_suffix(".0").unwrap_or(digits));
    }
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

/// The metadata file of a table: a row for each filter that has more than one level in it, and for
/// each indicator. What is chosen first is everyone, or else the first level that there is.
pub(crate) fn meta<R>(table: &TableView<'_, R>, seen: &[Seen]) -> String {
    let mut text = META_HEADER.to_owned();
    for (Column { spec, kind, .. }, seen) in table.columns.iter().zip(seen) {
        let (name, label) = (&spec.name, field(&spec.label));
        match spec.role {
            Role::Identifier | Role::Note => {}
            Role::Filter => {
                let levels = seen.levels(kind);
                let everyone = levels.iter().find(|level| *level == TOTAL);
                if let (Some(first), true) = (levels.first(), levels.len() > 1) {
                    let default = field(everyone.unwrap_or(first));
                    let _ = writeln!(text, "{name},Filter,{label},,,,,,{default}");
                }
            }
            Role::Indicator => {
                let decimals = spec.decimals.unwrap_or(0);
                let _ = writeln!(text, "{name},Indicator,{label},,,{decimals},,,");
            }
        }
    }
    text
}

/// The heading of the metadata file of a table.
pub(crate) const META_HEADER: &str = "col_name,col_type,label,indicator_grouping,indicator_unit,indicator_dp,\
                                      filter_hint,filter_grouping_column,filter_default\n";

/// The level of a filter that stands for everyone.
const TOTAL: &str = "Total";

/// The heading of the list of columns.
pub(crate) const COLUMNS_HEADER: &str = "table,column,role,type,decimals,label\n";

/// Every column of a table with what it is: for people, where `.meta.csv` is for the standard.
pub(crate) fn described<R>(table: &TableView<'_, R>) -> String {
    let mut text = String::new();
    for Column { spec, kind, .. } in &table.columns {
        let decimals = spec
            .decimals
            .map_or(String::new(), |decimals| decimals.to_string());
        let _ = writeln!(
            text,
            "{},{},{},{},{decimals},{}",
            table.name,
            spec.name,
            spec.role.as_str(),
            kind.as_str(),
            field(&spec.label)
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact() {
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        let mut numbers = vec![
            0.0,
            -0.0,
            1.0,
            -17.0,
            0.1,
            100.0,
            1e15,
            1e16,
            1e17,
            1e-4,
            1e-5,
            1.5e-6,
            1e300,
            5e-324,
            0.3,
            81_770.0,
            67.1,
            f64::MAX,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
        ];
        for _ in 0..100_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            numbers.push(f64::from_bits(bits));
            numbers.push((bits >> 20) as f64 / 1e6);
            numbers.push((bits >> 40) as f64 / 1e9);
        }
        let mut text = String::new();
        for x in numbers {
            text.clear();
            plain(x, &mut text);
            let usual = x.to_string();
            // Of two as short and as close, the even one is written; `{}` takes the other.
            let as_good = text.len() == usual.len() && text.parse() == Ok(x);
            assert!(text == usual || as_good, "{text} for {usual}");
        }
    }

    #[test]
    fn only_what_needs_quotes_is_quoted() {
        assert_eq!(field("Bristol, City of"), "\"Bristol, City of\"");
        assert_eq!(field("St. Helens"), "St. Helens");
        assert_eq!(field("a \"b\""), "\"a \"\"b\"\"\"");
    }
}
