//! Fields other than dates: nulls, yes and no, whole numbers, identifiers, codes, pupil numbers,
//! postcodes. Text in, meaning out; nothing is reported from here.

use std::borrow::Cow;

use crate::bytes::trim::trim;
use crate::config::words::strip_list_prefix;

/// Whether the text stands for nothing. Not for identifiers (`NA` can be one) nor disabilities
/// (`NONE` is one).
#[must_use]
pub(crate) fn is_null(text: &str) -> bool {
    const NULLS: [&str; 12] = [
        "", "null", "na", "n/a", "#n/a", "nan", "nat", "none", "<na>", "-", ".", "..",
    ];
    text.len() <= 5 && NULLS.iter().any(|null| text.eq_ignore_ascii_case(null))
}

/// A code as it stands in its set: without an `x) ` prefix, without the words after it, in capitals.
#[must_use]
pub(crate) fn clean_code(text: &str) -> Cow<'_, str> {
    let text = trim(text);
    let text = strip_list_prefix(text);
    let end = text
        .find(':')
        .or_else(|| text.find(" -"))
        .or_else(|| text.find(" –"))
        .unwrap_or(text.len());
    let code = trim(&text[..end]);
    let code = code.strip_suffix(".0").unwrap_or(code);
    if code.bytes().any(|b| b.is_ascii_lowercase()) {
        Cow::Owned(code.to_ascii_uppercase())
    } else {
        Cow::Borrowed(code)
    }
}

/// Yes or no in the spellings in use; none for blank, an error for anything else.
///
/// # Errors
/// If the text is neither blank nor a known spelling.
pub(crate) fn read_bool(text: &str) -> Result<Option<bool>, ()> {
    let word = strip_list_prefix(trim(text));
    if is_null(word) {
        return Ok(None);
    }
    // `Y - Yes`, `1: Yes`; never `No further action`, which says yes to something else.
    let whole = plain_bool(word).or_else(|| {
        let (code, label) = word.split_once(['-', ':', '='])?;
        let (code, label) = (plain_bool(trim(code))?, plain_bool(trim(label))?);
        (code == label).then_some(code)
    });
    whole.map(Some).ok_or(())
}

fn plain_bool(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "1" | "1.0" | "true" | "t" | "y" | "yes" => Some(true),
        "0" | "0.0" | "false" | "f" | "n" | "no" => Some(false),
        _ => None,
    }
}

/// A whole number, also written with a decimal point and zeros; the flag says that it was.
#[must_use]
pub(crate) fn read_whole(text: &str) -> Option<(u32, bool)> {
    let text = trim(text);
    if let Ok(number) = text.parse::<u32>() {
        return Some((number, false));
    }
    let (whole, rest) = text.split_once('.')?;
    (!rest.is_empty() && rest.bytes().all(|b| b == b'0')).then_some(())?;
    whole.parse().ok().map(|number| (number, true))
}

/// What an identifier turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IdText<'a> {
    /// Nothing there.
    Blank,
    /// A spreadsheet turned it into a rounded number.
    Scientific,
    /// The identifier in capitals, without spaces and without `.0`.
    Id(Cow<'a, str>),
}

/// An identifier, normalised: trimmed, in capitals, without inner spaces, without a trailing `.0`.
#[must_use]
pub(crate) fn read_id(text: &str) -> IdText<'_> {
    let text = trim(text);
    if text.is_empty() || text.eq_ignore_ascii_case("null") || text.eq_ignore_ascii_case("nan") {
        return IdText::Blank;
    }
    if is_scientific(text) {
        return IdText::Scientific;
    }
    let text = text.strip_suffix(".0").unwrap_or(text);
    if text
        .bytes()
        .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'_')
    {
        return IdText::Id(Cow::Borrowed(text));
    }
    let clean: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{200b}' | '\u{feff}'))
        .flat_map(char::to_uppercase)
        .collect();
    if clean.is_empty() {
        IdText::Blank
    } else {
        IdText::Id(Cow::Owned(clean))
    }
}

/// `1.23457E+11`: digits, a point, an exponent with a sign.
#[must_use]
pub(crate) fn is_scientific(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(at) = bytes.iter().position(|b| b.eq_ignore_ascii_case(&b'e')) else {
        return false;
    };
    if at == 0 || !bytes[0].is_ascii_digit() {
        return false;
    }
    let (mantissa, exponent) = (&text[..at], &text[at + 1..]);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let mantissa_fits = mantissa
        .split_once('.')
        .is_some_and(|(a, b)| digits(a) && a.len() == 1 && digits(b));
    let signed = exponent.strip_prefix(['+', '-']);
    (mantissa_fits && digits(signed.unwrap_or(exponent)))
        || (digits(mantissa) && mantissa.len() == 1 && signed.is_some_and(digits))
}

const CHECK_LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPQRTUVWXYZ";

/// Whether a pupil number is one: letter, three-digit authority, eight digits, a digit or a
/// letter, and the check letter fits. A temporary number's last letter counts as its position
/// among the check letters.
#[must_use]
pub(crate) fn is_upn(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 13 || !bytes[1..12].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let position = |letter: u8| CHECK_LETTERS.iter().position(|known| *known == letter);
    let last = match bytes[12] {
        digit @ b'0'..=b'9' => usize::from(digit - b'0'),
        letter => match position(letter) {
            Some(value) => value,
            None => return false,
        },
    };
    let sum: usize = bytes[1..12]
        .iter()
        .zip(2..)
        .map(|(digit, weight)| usize::from(digit - b'0') * weight)
        .sum();
    CHECK_LETTERS[(sum + last * 13) % 23] == bytes[0]
}

/// What a postcode field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PostcodeText {
    /// Nothing.
    Blank,
    /// A whole postcode, as `SW1A 1AA`.
    Full(String),
    /// Outward code and sector, as `SW1A 1`.
    Sector(String),
    /// Something else.
    Bad,
}

/// A postcode in capitals with one space before the last three characters.
#[must_use]
pub(crate) fn read_postcode(text: &str) -> PostcodeText {
    let text = trim(text);
    if is_null(text) || text == "999.9" || text == "0" {
        return PostcodeText::Blank;
    }
    let clean: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{a0}')
        .flat_map(char::to_uppercase)
        .collect();
    if !clean.is_ascii() {
        return PostcodeText::Bad;
    }
    let bytes = clean.as_bytes();
    if bytes.len() >= 5
        && is_inward(&bytes[bytes.len() - 3..])
        && is_outward(&bytes[..bytes.len() - 3])
    {
        let (outward, inward) = clean.split_at(bytes.len() - 3);
        return PostcodeText::Full(format!("{outward} {inward}"));
    }
    let split = bytes.len().saturating_sub(1);
    if bytes.last().is_some_and(u8::is_ascii_digit) && is_outward(&bytes[..split]) {
        let (outward, sector) = clean.split_at(split);
        return PostcodeText::Sector(format!("{outward} {sector}"));
    }
    PostcodeText::Bad
}

fn is_inward(bytes: &[u8]) -> bool {
    matches!(bytes, [a, b, c] if a.is_ascii_digit() && b.is_ascii_uppercase() && c.is_ascii_uppercase())
}

fn is_outward(bytes: &[u8]) -> bool {
    let letters = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let rest = &bytes[letters.min(bytes.len())..];
    (1..=2).contains(&letters) && matches!(rest, [d] if d.is_ascii_digit())
        || (1..=2).contains(&letters)
            && matches!(rest, [d, x] if d.is_ascii_digit() && (x.is_ascii_digit() || x.is_ascii_uppercase()))
}

/// The codes of assessment factors in one element, however they are joined: `1B 2B`, `1B,2B`, `1B2B`.
#[must_use]
pub(crate) fn split_factors(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        rest = &rest[start..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let letter = rest
            .as_bytes()
            .get(digits)
            .filter(|b| b.is_ascii_alphabetic());
        match letter {
            Some(letter) if digits <= 2 => {
                found.push(format!(
                    "{}{}",
                    &rest[..digits],
                    letter.to_ascii_uppercase() as char
                ));
                rest = &rest[digits + 1..];
            }
            _ => {
                if let number @ ("20" | "21") = &rest[..digits] {
                    found.push(number.to_owned());
                }
                rest = &rest[digits..];
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lose_prefixes_and_words() {
        for (text, code) in [
            ("a) WBRI", "WBRI"),
            ("q) 6: Police", "6"),
            ("N1 - Abuse or neglect", "N1"),
            ("3A: Health services", "3A"),
            (" rc8 ", "RC8"),
            ("E4A", "E4A"),
            ("f) U6: Foster placement - not FFA", "U6"),
            ("1.0", "1"),
            ("", ""),
        ] {
            assert_eq!(clean_code(text), code, "{text}");
        }
    }

    #[test]
    fn identifiers_are_normalised_and_damage_is_seen() {
        for (text, id) in [
            (" ab 12 ", "AB12"),
            ("123.0", "123"),
            ("NA", "NA"),
            ("00123", "00123"),
            ("a\u{a0}b", "AB"),
        ] {
            assert_eq!(read_id(text), IdText::Id(id.into()), "{text}");
        }
        for text in ["1.23457E+11", "2E+05", "9.1e12"] {
            assert_eq!(read_id(text), IdText::Scientific, "{text}");
        }
        for text in ["E1", "1E", "ABE+1", "12E34", "1E5"] {
            assert!(matches!(read_id(text), IdText::Id(_)), "{text}");
        }
        assert_eq!(read_id("  "), IdText::Blank);
    }

    #[test]
    fn check_letters_are_checked() {
        // Sum over positions 2 to 13 of digit times position, modulo 23, gives the letter.
        assert!(
            is_upn("A801200001001")
                || is_upn("H801200001001")
                || (b'A'..=b'Z').any(|l| is_upn(&format!("{}801200001001", l as char)))
        );
        let right = (b'A'..=b'Z')
            .map(|l| format!("{}801200001001", l as char))
            .filter(|upn| is_upn(upn))
            .count();
        assert_eq!(right, 1);
        for text in [
            "",
            "UN1",
            "A123456789123X",
            "A12345678912",
            "1801200001001",
            "I801200001001",
        ] {
            assert!(!is_upn(text), "{text}");
        }
    }

    #[test]
    fn postcodes_are_full_or_sectors_or_nothing() {
        assert_eq!(
            read_postcode("sw1a1aa"),
            PostcodeText::Full("SW1A 1AA".into())
        );
        assert_eq!(
            read_postcode("C251YT"),
            PostcodeText::Full("C25 1YT".into())
        );
        assert_eq!(read_postcode("AB1 2"), PostcodeText::Sector("AB1 2".into()));
        for text in ["", "999.9", "#N/A"] {
            assert_eq!(read_postcode(text), PostcodeText::Blank, "{text}");
        }
        for text in ["nope", "2TR", "12345", "é1 1AA"] {
            assert_eq!(read_postcode(text), PostcodeText::Bad, "{text}");
        }
    }

    #[test]
    fn yes_and_no_in_every_spelling() {
        for text in [
            "1", "true", "True", "Y", "yes", "a) Yes", "1.0", "Y - Yes", "1: Yes",
        ] {
            assert_eq!(read_bool(text), Ok(Some(true)), "{text}");
        }
        for text in [
            "0",
            "false",
            "N",
            "No",
            "b) No",
            "0.0",
            "N: No",
            "0 - false",
        ] {
            assert_eq!(read_bool(text), Ok(Some(false)), "{text}");
        }
        assert_eq!(read_bool("#N/A"), Ok(None));
        for text in [
            "perhaps",
            "No further action",
            "Y/N",
            "Yes - No",
            "N - Not known",
            "1-2",
        ] {
            assert_eq!(read_bool(text), Err(()), "{text}");
        }
    }

    #[test]
    fn factors_come_apart_however_they_are_joined() {
        for text in ["1B 2B", "1B,2B", "1B2B", " 1b ; 2b "] {
            assert_eq!(split_factors(text), ["1B", "2B"], "{text}");
        }
        assert_eq!(split_factors("20 21"), ["20", "21"]);
        assert_eq!(split_factors("nothing"), [] as [String; 0]);
        assert_eq!(split_factors("9999999A é1A"), ["1A"]);
    }

    #[test]
    fn whole_numbers_may_be_dressed_as_decimals() {
        assert_eq!(read_whole("3"), Some((3, false)));
        assert_eq!(read_whole("3.00"), Some((3, true)));
        for text in ["3.5", "-1", "", ".", "3."] {
            assert_eq!(read_whole(text), None, "{text}");
        }
    }
}
