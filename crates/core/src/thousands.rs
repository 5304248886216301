//! Numbers with their thousands separated, as every page, document and message has them, and files of others too.

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

/// The digits of a whole number whose thousands may be separated: those of `1,234`, nothing for `1,24`.
#[must_use]
pub fn digits_of(text: &str) -> Option<String> {
    let mut groups = text.split(',');
    let first = groups.next()?;
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let rest: Vec<&str> = groups.collect();
    let well_grouped = digits(first)
        && (rest.is_empty() || first.len() <= 3)
        && rest.iter().all(|group| group.len() == 3 && digits(group));
    well_grouped.then(|| first.to_owned() + &rest.concat())
}
