//! CSV text. Full precision, no quotes but where a comma or a quote needs them, `\n` line ends.

use std::fmt::Write as _;
use std::ops::Range;

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
    let mut numbers = vec![Number::default(); columns.len()];
    for row in 0..rows {
        for (column, own) in values.iter().enumerate() {
            if column > 0 {
                text.push(',');
            }
            match own[row] {
                Value::Text(position) => text.push_str(&quoted[column][position as usize]),
                // Writing to a String cannot fail.
                Value::Whole(n) => drop(write!(text, "{n}")),
                Value::Number(x) => numbers[column].write(x, &mut text),
                Value::None => {}
            }
        }
        text.push('\n');
    }
    text
}

/// The number last written in a column, and where: the levels of a row share most of theirs.
#[derive(Clone, Default)]
struct Number {
    bits: u64,
    place: Range<usize>,
}

impl Number {
    /// The shortest digits that give the number back, without an exponent.
    fn write(&mut self, x: f64, to: &mut String) {
        let start = to.len();
        if self.bits == x.to_bits() && !self.place.is_empty() {
            to.extend_from_within(self.place.clone());
        } else {
            plain(x, to);
        }
        self.bits = x.to_bits();
        self.place = start..to.len();
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
    fn a_number_is_copied_only_where_it_is_the_same() {
        let (mut text, mut number) = (String::new(), Number::default());
        for x in [0.0, 0.0, -0.0, 0.25, 0.25, 0.0] {
            number.write(x, &mut text);
            text.push(' ');
        }
        assert_eq!(text, "0 0 -0 0.25 0.25 0 ");
    }

    #[test]
    fn only_what_needs_quotes_is_quoted() {
        assert_eq!(field("Bristol, City of"), "\"Bristol, City of\"");
        assert_eq!(field("St. Helens"), "St. Helens");
        assert_eq!(field("a \"b\""), "\"a \"\"b\"\"\"");
    }
}
