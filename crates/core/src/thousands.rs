//! Numbers with their thousands separated, as every page, document and message has them.

/// Digits with thousands separated: `12183.5` as `12,183.5`. A sign is the caller's.
#[must_use]
pub fn thousands(digits: &str) -> String {
    let whole = digits.find('.').unwrap_or(digits.len());
    let mut out = String::with_capacity(digits.len() + whole / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && i < whole && (whole - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
