//! Numbers in drawings as other languages write them.
//!
//! Every number of a drawing is made once, as English writes it (`format.rs`); here its signs are exchanged. Signs are those
//! of the Unicode Common Locale Data Repository (<https://cldr.unicode.org>), for languages that group from the fourth digit.

use super::Chart;

/// How the numbers of a drawing are written. The words stay English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Numerals {
    /// 1,234.5
    #[default]
    English,
    /// 1,234.5
    Welsh,
    /// 1.234,5
    German,
    /// 1 234,5 with a narrow space that does not break
    French,
    /// 1.234,5
    Dutch,
    /// 1 234,5 with a space that does not break
    Swedish,
}

impl Numerals {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::English,
        Self::Welsh,
        Self::German,
        Self::French,
        Self::Dutch,
        Self::Swedish,
    ];

    /// The language, as a user types it (ISO 639-1).
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Welsh => "cy",
            Self::German => "de",
            Self::French => "fr",
            Self::Dutch => "nl",
            Self::Swedish => "sv",
        }
    }

    /// What stands between thousands, and before decimals.
    const fn signs(self) -> (char, char) {
        match self {
            Self::English | Self::Welsh => (',', '.'),
            Self::German | Self::Dutch => ('.', ','),
            Self::French => ('\u{202f}', ','),
            Self::Swedish => ('\u{a0}', ','),
        }
    }

    /// A text whose numbers are written so. Years have no sign in them; what a letter or a further sign stands at
    /// (`v3.0`, `1.2.3`) is a name and not a number.
    #[must_use]
    pub fn of(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        let mut before = ' ';
        while let Some(first) = rest.chars().next() {
            let long = if first.is_ascii_digit() && !is_word(before) {
                number(rest)
            } else {
                0
            };
            if long == 0 {
                out.push(first);
                before = first;
                rest = &rest[first.len_utf8()..];
                continue;
            }
            let (group, decimal) = self.signs();
            out.extend(rest[..long].chars().map(|sign| match sign {
                ',' => group,
                '.' => decimal,
                digit => digit,
            }));
            before = '0';
            rest = &rest[long..];
        }
        out
    }

    /// A drawing whose texts have their numbers written so; what is no text stays.
    fn of_drawing(self, svg: &str) -> String {
        let each = svg.split_inclusive('>').map(|part| {
            // Up to the next tag stands text.
            let tag = part.find('<').unwrap_or(part.len());
            self.of(&part[..tag]) + &part[tag..]
        });
        each.collect()
    }
}

impl Chart {
    /// The chart with the numbers of its drawing, its title and its words written so. The figures beside it stay, as programs
    /// read them.
    #[must_use]
    pub fn with_numerals(self, numerals: Numerals) -> Self {
        Self {
            title: numerals.of(&self.title),
            description: numerals.of(&self.description),
            svg: numerals.of_drawing(&self.svg),
            ..self
        }
    }
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '.' | ',' | '_')
}

/// How long the number is with which a text begins: digits, in threes where there are commas, perhaps with decimals. 0 where
/// it goes on as something else.
fn number(text: &str) -> usize {
    let digits = |from: usize| {
        let all = text[from..].bytes();
        all.take_while(u8::is_ascii_digit).count()
    };
    let mut end = digits(0);
    if end <= 3 {
        while text[end..].starts_with(',') && digits(end + 1) == 3 {
            end += 4;
        }
    }
    if text[end..].starts_with('.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
        let rest = &text[end..];
        if rest.starts_with('.') && digits(end + 1) > 0 {
            return 0;
        }
    }
    let goes_on = text[end..].chars().next().is_some_and(char::is_alphabetic);
    if goes_on { 0 } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_exchanged_and_names_stay() {
        let german = |text: &str| Numerals::German.of(text);
        assert_eq!(
            german("1,234,567.8 (−0.5% to 12.0)"),
            "1.234.567,8 (−0,5% to 12,0)"
        );
        assert_eq!(german("of 152, 30 are"), "of 152, 30 are");
        assert_eq!(german("2024, 2025. 3 of"), "2024, 2025. 3 of");
        for name in [
            "Open Government Licence v3.0.",
            "1.2.3",
            "LSOA21CD",
            "0 to 17",
            "2025",
        ] {
            assert_eq!(german(name), name);
        }
        assert_eq!(Numerals::French.of("12,183.5"), "12\u{202f}183,5");
        for same in [Numerals::English, Numerals::Welsh] {
            assert_eq!(same.of("12,183.5 v3.0"), "12,183.5 v3.0");
        }
    }

    #[test]
    fn only_what_is_read_of_a_drawing_changes() {
        let svg = "<svg width=\"9.5\"><text x=\"1.5\">1.5</text><path d=\"M 1,200 2.5\"/></svg>";
        let german = Numerals::German.of_drawing(svg);
        assert_eq!(
            german,
            "<svg width=\"9.5\"><text x=\"1.5\">1,5</text><path d=\"M 1,200 2.5\"/></svg>"
        );
    }
}
