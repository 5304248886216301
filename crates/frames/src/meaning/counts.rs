//! Counts, and the symbols that stand where one is absent.

use disparity_core::{Count, Marks, Reported, digits_of};

use super::Fault;

/// The vintage of a table that does not say which marks it uses: the five standard ones.
pub(crate) const STANDARD: &str = "disparity";

/// A count or a mark.
pub(crate) fn count(
    marks: &Marks,
    vintage: Option<&str>,
    text: Option<&str>,
) -> Result<Reported<Count>, Fault> {
    let own = vintage.unwrap_or(STANDARD);
    let Some(text) = text else {
        // A publisher may mean something by an empty field; then its marks say so.
        return marks.symbol(own, "").map(Reported::Symbol).ok_or_else(|| {
            Fault::new(
                "the count is empty",
                format!(
                    "write 0 where there was none, or one of the symbols {}; if an empty field means one, say so under \
                     [codes.count]: \"\" = \"x\"",
                    listed(marks, own)
                ),
            )
        });
    };
    if let Some(symbol) = marks.symbol(own, text) {
        return Ok(Reported::Symbol(symbol));
    }
    if let Some(count) = whole(text) {
        return Ok(Reported::Value(count));
    }
    Err(not_a_count(marks, vintage, text))
}

/// Digits, in groups of three or not; a point with zeros behind it is what a spreadsheet adds.
fn whole(text: &str) -> Option<Count> {
    let text = match text.split_once('.') {
        Some((whole, rest)) if rest.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    digits_of(text)?.parse().ok()
}

fn not_a_count(marks: &Marks, vintage: Option<&str>, text: &str) -> Fault {
    let own = vintage.unwrap_or(STANDARD);
    let number: Option<f64> = text.replace(',', "").parse().ok();
    match number {
        Some(number) if number < 0.0 => Fault::new(
            format!("the count {text} is below 0"),
            format!(
                "a count is 0 or more; if it stands for something else, say so under [codes.count]: \"{text}\" = \"x\""
            ),
        ),
        Some(number) if number.fract() != 0.0 => Fault::new(
            format!("the count {text} is not whole"),
            "describe a column of counts, not of rates or percentages",
        ),
        Some(_) => Fault::new(
            format!("the count {text} is larger than any that is kept"),
            "check the column",
        ),
        None => {
            let elsewhere = marks
                .vintages()
                .find(|other| marks.symbol(other, text).is_some());
            let hint = match elsewhere {
                Some(other) if other != own => format!(
                    "it is a symbol of {other:?}: say symbols = {other:?} if the table is of that kind \
                     (`disparity codes symbols` lists them)"
                ),
                _ => format!(
                    "expected digits, or one of the symbols {}",
                    listed(marks, own)
                ),
            };
            Fault::new(format!("cannot read {text:?} as a count"), hint)
        }
    }
}

fn listed(marks: &Marks, vintage: &str) -> String {
    let list: Vec<&str> = marks.of(vintage).map(|(mark, _)| mark).collect();
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use disparity_core::Symbol;

    use super::*;

    fn marks() -> Marks {
        let mut marks = Marks::default();
        marks.insert(STANDARD, "c", Symbol::Confidential);
        marks.insert("sfr", "x", Symbol::Confidential);
        marks.insert("sfr", "-", Symbol::Low);
        marks
    }

    #[test]
    fn a_count_is_whole_and_a_mark_is_that_of_its_vintage() {
        let read = |text| count(&marks(), None, Some(text));
        for (text, value) in [("12", 12), ("1,234", 1_234), ("12.0", 12), ("0", 0)] {
            assert_eq!(read(text), Ok(Reported::Value(value)), "{text}");
        }
        assert_eq!(read("c"), Ok(Reported::Symbol(Symbol::Confidential)));
        for (text, says) in [
            ("12.5", "not whole"),
            ("-3", "below 0"),
            ("99999999999", "larger"),
            ("1,24", "larger"),
            ("x", "cannot read"),
        ] {
            let fault = read(text).unwrap_err();
            assert!(fault.what.contains(says), "{text}: {fault:?}");
        }
        assert!(read("x").unwrap_err().hint.contains("symbols = \"sfr\""));
        let old = |text| count(&marks(), Some("sfr"), Some(text));
        assert_eq!(old("x"), Ok(Reported::Symbol(Symbol::Confidential)));
        assert_eq!(old("-"), Ok(Reported::Symbol(Symbol::Low)));
        assert!(count(&marks(), None, None).is_err());
    }
}
