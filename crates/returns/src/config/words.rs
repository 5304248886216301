//! Texts of a code set as people and case systems write them: the code with words beside it, the
//! words alone, or the words cut off where a column was too short. What is not understood is none.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use crate::bytes::trim::trim;

/// So many letters and digits of a description tell it from all others.
const ENOUGH_TO_TELL: usize = 20;

/// Letters and digits of a name in lower case: how headers and words are matched.
#[must_use]
pub(crate) fn fold(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The text after an `a) ` prefix as Ofsted's lists have it.
#[must_use]
pub(crate) fn strip_list_prefix(text: &str) -> &str {
    match text.split_once(')') {
        Some((prefix, rest))
            if (1..=2).contains(&prefix.len())
                && prefix.bytes().all(|b| b.is_ascii_alphabetic()) =>
        {
            trim(rest)
        }
        _ => text,
    }
}

/// The codes of a set, and the words that stand for them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    codes: BTreeSet<String>,
    /// Codes by folded words.
    exact: BTreeMap<String, String>,
    /// Parts of words, folded, longest first; none where a text with such a part says nothing certain.
    parts: Vec<(String, Option<String>)>,
}

impl Words {
    /// Words of a set of codes, each with its label. Labels that two codes share stand for neither.
    pub(crate) fn new<'c>(codes: impl IntoIterator<Item = (&'c str, &'c str)>) -> Self {
        let mut words = Self::default();
        let mut labels: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (code, label) in codes {
            words.codes.insert(code.to_owned());
            words.exact.insert(fold(code), code.to_owned());
            labels.entry(fold(label)).or_default().push(code);
        }
        for (label, codes) in labels {
            if let ([code], false) = (codes.as_slice(), label.is_empty()) {
                words
                    .exact
                    .entry(label)
                    .or_insert_with(|| (*code).to_owned());
            }
        }
        words
    }

    /// Adds a word for a code. Between asterisks it stands for the code wherever a text holds it, and
    /// a hyphen instead of the code means that such a text says nothing certain.
    pub(crate) fn add(&mut self, word: &str, code: &str) {
        match word.strip_prefix('*').and_then(|w| w.strip_suffix('*')) {
            Some(part) => {
                let code = (code != "-").then(|| code.to_owned());
                self.parts.push((fold(part), code));
                self.parts
                    .sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
            }
            None => {
                self.exact.insert(fold(word), code.to_owned());
            }
        }
    }

    /// Every code that a word stands for.
    #[cfg(test)]
    pub(crate) fn targets(&self) -> impl Iterator<Item = &str> {
        let parts = self.parts.iter().filter_map(|(_, code)| code.as_deref());
        self.exact.values().map(String::as_str).chain(parts)
    }

    /// The code of a word of the set, whatever its spaces and punctuation.
    #[must_use]
    pub(crate) fn word(&self, word: &str) -> Option<&str> {
        self.exact.get(&fold(word)).map(String::as_str)
    }

    /// The code that a text stands for: a word of the set; a code that leads the text or stands in
    /// brackets at its end; a word with nothing beside it but a statute; the beginning of words of
    /// one code; or a part that says it.
    #[must_use]
    pub(crate) fn find(&self, text: &str) -> Option<&str> {
        let text = strip_list_prefix(trim(text));
        let folded = fold(text);
        self.exact
            .get(&folded)
            .map(String::as_str)
            .or_else(|| self.leading(text))
            .or_else(|| self.in_brackets(text))
            .or_else(|| self.beside_statute(text))
            .or_else(|| self.cut_off(&folded))
            .or_else(|| self.part(&folded))
    }

    /// A token that is a code and is written as one: `Other` in a sentence is not `OTHER`.
    fn code(&self, token: &str) -> Option<&str> {
        let written = token.bytes().any(|b| b.is_ascii_digit())
            || !token.bytes().any(|b| b.is_ascii_lowercase());
        let code = token.to_ascii_uppercase();
        self.codes
            .get(&code)
            .filter(|_| written)
            .map(String::as_str)
    }

    /// `V4 Accommodated under …`, `E4A = returned home`; not `C1 - C2`, which says two things.
    fn leading(&self, text: &str) -> Option<&str> {
        let token = token_of(text);
        let rest = &text[token.len()..];
        if !rest.starts_with([' ', ':', '-', '–', '—', '=', '.', '(', '\u{a0}', '\t']) {
            return None;
        }
        let next = token_of(rest.trim_start_matches(|c: char| !c.is_alphanumeric()));
        let code = self.code(token)?;
        self.code(next)
            .is_none_or(|other| other == code)
            .then_some(code)
    }

    /// `Section 20 (V2)`.
    fn in_brackets(&self, text: &str) -> Option<&str> {
        let (_, inside) = text.strip_suffix(')')?.rsplit_once('(')?;
        self.code(trim(inside))
    }

    /// `Full care order (section 31)`, `Section 20 - respite`.
    fn beside_statute(&self, text: &str) -> Option<&str> {
        let mut cuts = text
            .char_indices()
            .filter(|(_, c)| matches!(c, '(' | ':' | '-' | '–' | '—' | ',' | '/'));
        cuts.find_map(|(at, _)| {
            let (before, after) = text.split_at(at);
            let words = |part: &str| self.word(part).filter(|_| !fold(part).is_empty());
            match (words(before), words(after)) {
                (Some(a), Some(b)) => (a == b).then_some(a),
                (Some(code), None) => is_statute(after).then_some(code),
                (None, Some(code)) => is_statute(before).then_some(code),
                (None, None) => None,
            }
        })
    }

    /// The beginning of words that all stand for one code: a column of 48 or 100 characters cut them.
    fn cut_off(&self, folded: &str) -> Option<&str> {
        if folded.len() < ENOUGH_TO_TELL {
            return None;
        }
        let range = (Bound::Included(folded), Bound::Unbounded);
        let mut codes = self
            .exact
            .range::<str, _>(range)
            .take_while(|(word, _)| word.starts_with(folded))
            .map(|(_, code)| code.as_str());
        let first = codes.next()?;
        codes.all(|code| code == first).then_some(first)
    }

    fn part(&self, folded: &str) -> Option<&str> {
        self.parts
            .iter()
            .find(|(part, _)| folded.contains(part.as_str()))
            .and_then(|(_, code)| code.as_deref())
    }
}

/// The letters and digits a text begins with.
fn token_of(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric());
    &text[..end.unwrap_or(text.len())]
}

/// Whether a text is a reference to a law and no more: `(s.31 Children Act 1989)`.
fn is_statute(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "s", "ss", "sec", "section", "sections", "act", "acts", "children", "ca", "of", "the",
        "under",
    ];
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|token| !token.is_empty())
        .all(|token| {
            token.bytes().any(|b| b.is_ascii_digit())
                || WORDS.contains(&token.to_ascii_lowercase().as_str())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::codelists::Lists;
    use crate::config::codelists::tests::dimensions;

    #[test]
    fn what_case_systems_write_of_a_legal_status_is_understood_or_is_not() {
        let lists = Lists::new(&dimensions()).unwrap();
        let agreed = "Accommodated under an agreed series of short-term breaks";
        let each = format!("{agreed}, when individual episodes of care are recorded");
        let series =
            format!("{agreed}, when agreements are recorded (NOT individual episodes of care)");
        for (text, code) in [
            ("V4", Some("V4")),
            ("v4", Some("V4")),
            (
                "V4 Accommodated under an agreed series of short-term breaks",
                Some("V4"),
            ),
            ("V4: anything", Some("V4")),
            ("V4. Short breaks", Some("V4")),
            ("b) V4 - anything", Some("V4")),
            (agreed, Some("V4")),
            (each.as_str(), Some("V3")),
            (series.as_str(), Some("V4")),
            // A column of a hundred characters.
            (&each[..100], Some("V3")),
            (&series[..100], Some("V4")),
            ("V1 Agreed series of short term placements", Some("V4")),
            ("S20 respite package", Some("V4")),
            ("Section 20 - short breaks", Some("V4")),
            ("Short breaks (section 20)", Some("V4")),
            ("Section 20", Some("V2")),
            ("Section 20 (Children Act 1989)", Some("V2")),
            ("Accommodated under section 20 (V2)", Some("V2")),
            (
                "Single period of accommodation under section 20 (Children Act 1989)",
                Some("V2"),
            ),
            ("Full Care Order (s.31 CA 1989)", Some("C2")),
            ("Interim Care Order", Some("C1")),
            ("interim care orders", None),
            ("Police protection", Some("L1")),
            ("Placement order granted", Some("E1")),
            ("C1 - C2", None),
            ("C1/C2", None),
            ("Section 20 - something of our own", None),
            ("Something of our own - section 20", None),
            ("Secure accommodation", None),
            ("", None),
        ] {
            assert_eq!(lists.find("legal_status", text), code, "{text}");
        }
        for text in [
            "Special Guardianship Order",
            "SGO - interim",
            "Private fostering (Reg 3)",
            "Child Arrangements Order",
            "Interim Supervision Order",
            "Section 17",
        ] {
            assert_eq!(lists.find("legal_status", text), None, "{text}");
            assert!(lists.find("not_care", text).is_some(), "{text}");
        }
    }

    #[test]
    fn an_immigration_status_says_yes_or_no_only_where_it_does() {
        let lists = Lists::new(&dimensions()).unwrap();
        for (text, answer) in [
            ("U", Some("yes")),
            ("UASC", Some("yes")),
            ("U - Unaccompanied asylum-seeking child", Some("yes")),
            ("Unaccompanied Asylum Seeking Child (UASC)", Some("yes")),
            ("Asylum seeker - unaccompanied minor", Some("yes")),
            ("Not unaccompanied", Some("no")),
            ("British citizen", Some("no")),
            ("Accompanied asylum seeking child", Some("no")),
            ("Former UASC", None),
            ("No longer unaccompanied", None),
            ("Child, not UASC at present", None),
            ("Refugee", None),
            ("Q", None),
        ] {
            assert_eq!(lists.find("unaccompanied", text), answer, "{text}");
        }
    }

    #[test]
    fn a_word_in_capitals_is_a_code_only_where_the_set_has_it() {
        let words = Words::new([("CHILD", "Child asks"), ("OTHER", "Other"), ("6", "Police")]);
        for (text, code) in [
            ("CHILD", Some("CHILD")),
            ("CHILD - asks", Some("CHILD")),
            ("Child asks", Some("CHILD")),
            ("Child moved on", None),
            ("Other reasons", None),
            ("6 Police", Some("6")),
            ("Police (6)", Some("6")),
            ("60", None),
        ] {
            assert_eq!(words.find(text), code, "{text}");
        }
    }
}
