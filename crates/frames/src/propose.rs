//! A first description of a table, proposed from its content.

mod profile;

use std::fmt::Write as _;
use std::path::Path;

use disparity_core::{Dimension, Period};

use self::profile::{Profile, profiles};
use crate::describe::{GroupColumn, Where};
use crate::error::{TableError, TableErrors};
use crate::meaning::groups::{Group, group, key};
use crate::meaning::places::Gazetteer;
use crate::meaning::{counts, periods};
use crate::postcodes;
use crate::read::Known;
use crate::source::Source;

/// A proposed description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The description in TOML, with what was seen as comments.
    pub text: String,
    /// What whoever uses it has to decide.
    pub unsure: Vec<String>,
}

/// How much of a column must be read as something to be taken for it.
const MOST: f64 = 0.8;

/// Proposes a description from the columns' names and from what stands in the first rows.
///
/// # Errors
/// A file that cannot be read.
pub fn propose(
    path: &Path,
    sheet: Option<&str>,
    known: Known<'_>,
) -> Result<Proposal, TableErrors> {
    let source = Source::open(path, sheet)?;
    let profiles = profiles(&source).map_err(|error| source.located(error.into()))?;
    if profiles.first().is_none_or(|own| own.rows == 0) {
        let what = "the table has a heading but no rows";
        return Err(TableError::of_file(&source.name, what, "give a table with rows").into());
    }
    let gazetteer = known.gazetteer();
    let mut found = Guess {
        known,
        gazetteer,
        profiles: &profiles,
        taken: Vec::new(),
        unsure: Vec::new(),
        columns: Vec::new(),
        codes: Vec::new(),
    };
    found.place();
    found.period();
    found.groups();
    let vintage = found.count();
    found.child();
    let stem = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned());
    let (sheet, stem) = (sheet.map(str::to_owned), stem.unwrap_or_default());
    Ok(found.written(&stem, sheet, vintage))
}

/// What columns are taken for.
struct Guess<'a> {
    known: Known<'a>,
    gazetteer: Gazetteer<'a>,
    profiles: &'a [Profile],
    taken: Vec<usize>,
    unsure: Vec<String>,
    /// Lines of `[columns]`.
    columns: Vec<(String, String)>,
    /// Lines of `[codes.…]`.
    codes: Vec<(Dimension, String, String)>,
}

impl Guess<'_> {
    /// The column of which the most is something, of those that are not taken; several that are as good make unsure.
    fn best(&mut self, what: &str, hints: &[&str], is: impl Fn(&str) -> bool) -> Option<usize> {
        let mut scored: Vec<(usize, f64)> = Vec::new();
        for (at, own) in self
            .profiles
            .iter()
            .enumerate()
            .filter(|(at, _)| !self.taken.contains(at))
        {
            let share = own.share(&is);
            if share >= MOST {
                let name = own.name.to_lowercase();
                let named = hints.iter().any(|hint| name.contains(hint));
                scored.push((at, share + if named { 1.0 } else { 0.0 }));
            }
        }
        scored.sort_by(|a, b| b.1.total_cmp(&a.1));
        let (first, score) = *scored.first()?;
        let others: Vec<&str> = scored[1..]
            .iter()
            .filter(|(_, own)| (score - own).abs() < 0.5)
            .map(|(at, _)| self.profiles[*at].name.as_str())
            .collect();
        if !others.is_empty() {
            self.unsure.push(format!(
                "`{}` is taken for {what}; it could also be {}",
                self.profiles[first].name,
                others.join(" or ")
            ));
        }
        self.taken.push(first);
        Some(first)
    }

    fn take(&mut self, key: &str, at: usize) {
        let name = quoted(&self.profiles[at].name);
        self.columns.push((key.to_owned(), name));
    }

    fn place(&mut self) {
        let gazetteer = self.gazetteer;
        let area = |text: &str| gazetteer.place(Where::Area, Some(text)).is_ok();
        let part = |text: &str| {
            let code = text.len() == 9 && !area(text);
            code && gazetteer.place(Where::Neighbourhood, Some(text)).is_ok()
        };
        if let Some(at) = self.best("neighbourhoods", &["lsoa", "ward", "msoa"], part) {
            self.take("neighbourhood", at);
            return;
        }
        let postcode = |text: &str| postcodes::key(text).is_some();
        if let Some(at) = self.best("postcodes", &["postcode"], postcode) {
            self.take("postcode", at);
            self.unsure.push(
                "where the postcodes are is for you to say: [postcodes] file = \"…\", postcode = \"…\", place = \"…\""
                    .to_owned(),
            );
            return;
        }
        let hints = ["code", "area", "authority", "la_", "lad", "council"];
        // Small numbers are codes of authorities as well as counts: a name or a long code is meant.
        let named = |text: &str| text.parse::<u64>().is_err() && area(text);
        match self
            .best("areas", &hints, named)
            .or_else(|| self.best("areas", &hints, area))
        {
            Some(at) => {
                self.take("area", at);
                // Names beside codes say the same.
                let same = self.profiles.iter().enumerate();
                let same: Vec<usize> = same
                    .filter(|(at, own)| !self.taken.contains(at) && own.share(&named) >= MOST)
                    .map(|(at, _)| at)
                    .collect();
                self.taken.extend(same);
            }
            None => self.unsure.push(
                "no column has areas: say [fixed] area = \"…\" if all rows are of one".to_owned(),
            ),
        }
    }

    fn period(&mut self) {
        let year = |text: &str| {
            let period = periods::period(Some(text));
            period.is_ok_and(|own: Period| (1990..2100).contains(&own.year()))
        };
        let day = |text: &str| periods::period_of_day(Some(text)).is_ok();
        if let Some(at) = self.best("years", &["year", "period", "time"], year) {
            self.take("period", at);
        } else if let Some(at) = self.best("days", &["date", "day", "start", "open"], day) {
            self.take("date", at);
        } else {
            self.unsure.push(
                "no column has years or days: say [fixed] period = \"2025\" if all rows are of one"
                    .to_owned(),
            );
        }
    }

    fn groups(&mut self) {
        let order = [
            (Dimension::EthnicityMinor, &["ethnic"][..]),
            (Dimension::EthnicityMajor, &["ethnic"]),
            (Dimension::Sex, &["sex", "gender"]),
            (Dimension::AgeBand, &["age"]),
        ];
        for (dimension, hints) in order {
            let column = GroupColumn {
                column: String::new(),
                dimension,
                index: None,
                codes: std::collections::BTreeMap::new(),
            };
            let dimensions = &self.known.catalogue.dimensions;
            let own = |text: &str| match group(&column, dimensions, Some(text)) {
                Ok(Group::One { dimension: own, .. }) => own == dimension,
                Ok(Group::Everyone | Group::Skip | Group::Unnamed { .. }) => true,
                Err(_) => false,
            };
            // What only says `Total` is no breakdown.
            let breaks = |at: &usize| {
                self.profiles[*at].words.keys().any(|text| {
                    matches!(
                        group(&column, dimensions, Some(text)),
                        Ok(Group::One { .. })
                    )
                })
            };
            let named = |own: &Profile| {
                let name = own.name.to_lowercase();
                hints.iter().any(|hint| name.contains(hint))
            };
            // Numbers are ages only under a heading that says so.
            let candidates: Vec<usize> = (0..self.profiles.len())
                .filter(|at| !self.taken.contains(at))
                .filter(|at| dimension != Dimension::AgeBand || named(&self.profiles[*at]))
                .filter(|at| {
                    let share = self.profiles[*at].share(&own);
                    share >= MOST || (named(&self.profiles[*at]) && share >= 0.5)
                })
                .filter(breaks)
                .collect();
            let Some(at) = candidates.first().copied() else {
                continue;
            };
            self.taken.push(at);
            self.take(key(dimension), at);
            let words: Vec<String> = self.profiles[at].words.keys().cloned().collect();
            let mut unread: Vec<String> = words
                .into_iter()
                .filter(|text| group(&column, dimensions, Some(text)).is_err())
                .collect();
            if self.profiles[at].blank > 0 {
                unread.push(String::new());
            }
            for text in unread {
                self.unsure.push(format!(
                    "`{}` has {text:?}, which is no group that is known: give it a code, \"total\" or \"skip\"",
                    self.profiles[at].name
                ));
                self.codes.push((dimension, text, "unknown".to_owned()));
            }
        }
    }

    /// The column of counts; says which vintage its marks are of.
    fn count(&mut self) -> Option<String> {
        let marks = self.known.marks;
        let hints = [
            "count",
            "number",
            "children",
            "total",
            "n_",
            "headcount",
            "obs",
        ];
        let vintages: Vec<Option<&str>> = std::iter::once(None)
            .chain(marks.vintages().map(Some))
            .collect();
        for vintage in vintages {
            let whole = |text: &str| counts::count(marks, vintage, Some(text)).is_ok();
            let all = |own: &Profile| own.share(&whole) >= 1.0;
            let any = self.profiles.iter().enumerate();
            let any = any
                .filter(|(at, own)| !self.taken.contains(at) && all(own))
                .count();
            if any == 0 {
                continue;
            }
            let before = self.taken.clone();
            if let Some(at) = self.best("counts", &hints, whole) {
                if !all(&self.profiles[at]) {
                    self.taken = before;
                    continue;
                }
                self.take("count", at);
                return vintage
                    .filter(|own| *own != counts::STANDARD)
                    .map(str::to_owned);
            }
        }
        self.unsure.push(
            "no column has counts: each row is taken to be a child (rows = \"children\"); say \"events\" if a child \
             may have several"
                .to_owned(),
        );
        None
    }

    /// The column that names children, where each row is one.
    fn child(&mut self) {
        if self.columns.iter().any(|(key, _)| key == "count") {
            return;
        }
        let is_child = |own: &Profile| {
            let name = own.name.to_lowercase();
            let named = ["child", "person", "pupil", "upn", "id"]
                .iter()
                .any(|hint| name.contains(hint));
            named && own.words.len() > 20
        };
        let mut all = self.profiles.iter().enumerate();
        let found = all.find(|(at, own)| !self.taken.contains(at) && is_child(own));
        if let Some((at, _)) = found {
            self.taken.push(at);
            self.take("child", at);
        }
    }

    fn written(self, stem: &str, sheet: Option<String>, vintage: Option<String>) -> Proposal {
        let mut unsure = self.unsure;
        let has_count = self.columns.iter().any(|(key, _)| key == "count");
        let is_dated = self.columns.iter().any(|(key, _)| key == "date");
        let name: String = stem
            .to_lowercase()
            .chars()
            .map(|own| {
                if own.is_ascii_alphanumeric() {
                    own
                } else {
                    '_'
                }
            })
            .collect();
        let mut text = String::from("# Proposed by `disparity table inspect`. Check every line.\n");
        let rows = if has_count { "counts" } else { "children" };
        let _ = writeln!(text, "rows = \"{rows}\"");
        text += "# Who has protected small counts: nobody (\"records\", they are withheld here) or the publisher \
                 (\"published\").\nprotection = \"records\"\n";
        if let Some(vintage) = vintage {
            let _ = writeln!(text, "symbols = {}", quoted(&vintage));
        }
        if let Some(sheet) = sheet {
            let _ = writeln!(text, "sheet = {}", quoted(&sheet));
        }
        let _ = writeln!(
            text,
            "\n[indicator]\nname = {}\ntitle = {}\n# \"as_at\": counted on 31 March; \"during\": over the year that \
             ends then.\ntiming = \"{}\"\ncounts = \"children\"\ndefinition = \"\"",
            quoted(&name),
            quoted(&capital(&stem.replace(['_', '-'], " "))),
            if is_dated { "during" } else { "as_at" }
        );
        unsure.push(
            "the title, `timing`, what is counted and who has protected it are for you to say"
                .to_owned(),
        );
        text += "\n[columns]\n";
        for (key, column) in &self.columns {
            let _ = writeln!(text, "{key} = {column}");
        }
        let rest = self.profiles.iter().enumerate();
        for (at, own) in rest.filter(|(at, _)| !self.taken.contains(at)) {
            // Of a row for each child nothing of a child is written down.
            let seen = if has_count { own.seen() } else { own.counted() };
            let _ = writeln!(text, "# not described: {} ({seen})", own.name);
            if own.words.len() > 1 && own.words.len() < 50 && has_count {
                unsure.push(format!(
                    "`{}` is not described: if it tells rows apart, keep the rows of one of its values only",
                    self.profiles[at].name
                ));
            }
        }
        let mut last = None;
        for (dimension, word, code) in &self.codes {
            if last != Some(*dimension) {
                let _ = writeln!(text, "\n[codes.{}]", key(*dimension));
                last = Some(*dimension);
            }
            let _ = writeln!(text, "{} = {}", quoted(word), quoted(code));
        }
        for line in &unsure {
            let _ = write!(text, "\n# unsure: {line}");
        }
        if !unsure.is_empty() {
            text.push('\n');
        }
        Proposal { text, unsure }
    }
}

/// The same with a capital letter.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
