//! A small file that says what the returns themselves do not: which authority and year files are
//! from, and from which day early help records are complete.

use disparity_core::Day;
use serde_json::Value;

use crate::bytes::encoding::Encoding;
use crate::config::continuity::Continuity;
use crate::config::options::DateOrder;

/// What is said about some files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dataset {
    /// Path of a file, or of a folder that holds them, from the folder given; empty for all.
    pub path: String,
    /// Authority as a three-digit code, a nine-character code or a name.
    pub la: Option<String>,
    /// Year in which the period ends.
    pub year: Option<u16>,
    /// First day from which the records are complete.
    pub coverage_start: Option<Day>,
    /// Last day until which they are.
    pub coverage_end: Option<Day>,
    /// Encoding.
    pub encoding: Option<Encoding>,
    /// Order of day and month.
    pub date_order: Option<DateOrder>,
    /// What early help records hold: assessments, whole families, records of partners.
    pub eh_content: Option<String>,
}

/// Everything a manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    /// Whether the children were invented.
    pub synthetic: bool,
    /// Authorities whose children kept their identifiers across a change of boundaries.
    pub continuity: Vec<Continuity>,
    /// What is said of which files; the last that fits a file wins, field by field.
    pub datasets: Vec<Dataset>,
}

/// A manifest that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the manifest: {0}")]
pub struct ManifestError(pub String);

impl Manifest {
    /// Reads TOML or JSON; which one is told by the first character.
    ///
    /// # Errors
    /// [`ManifestError`] with the entry and what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let value: Value = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| ManifestError(error.to_string()))?
        } else {
            toml::from_str(text).map_err(|error| ManifestError(error.to_string()))?
        };
        let synthetic = value
            .get("synthetic")
            .and_then(Value::as_bool)
            .unwrap_or(false);
        let continuity = value
            .get("la_continuity")
            .map_or(Some(Vec::new()), |list| {
                list.as_array()?
                    .iter()
                    .map(|one| one.as_str()?.parse().ok())
                    .collect()
            })
            .ok_or_else(|| {
                ManifestError("`la_continuity`: expected a list such as [\"928>940,941\"]".into())
            })?;
        let list = value
            .get("dataset")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let datasets = list
            .iter()
            .enumerate()
            .map(|(at, entry)| dataset(at + 1, entry))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            synthetic,
            continuity,
            datasets,
        })
    }

    /// Everything said of one file.
    #[must_use]
    pub fn about(&self, name: &str) -> Dataset {
        let mut all = Dataset::default();
        // A path means the file whether or not it is compressed or packed.
        let plain = name.strip_suffix(".gz").unwrap_or(name);
        let member = plain.rsplit_once('!').map_or(plain, |(_, member)| member);
        let names = [name, plain, member];
        for one in &self.datasets {
            let path = one.path.trim_end_matches('/');
            let fits = names.iter().any(|name| {
                path.is_empty()
                    || *name == path
                    || name
                        .strip_prefix(path)
                        .is_some_and(|rest| rest.starts_with(['/', '!']))
            });
            if fits {
                all.la = one.la.clone().or(all.la);
                all.year = one.year.or(all.year);
                all.coverage_start = one.coverage_start.or(all.coverage_start);
                all.coverage_end = one.coverage_end.or(all.coverage_end);
                all.encoding = one.encoding.or(all.encoding);
                all.date_order = one.date_order.or(all.date_order);
                all.eh_content = one.eh_content.clone().or(all.eh_content);
            }
        }
        all
    }
}

fn dataset(number: usize, entry: &Value) -> Result<Dataset, ManifestError> {
    let wrong = |field: &str, expected: &str| {
        ManifestError(format!("dataset {number}, `{field}`: expected {expected}"))
    };
    let text = |field: &str| -> Result<Option<String>, ManifestError> {
        match entry.get(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            // TOML's own dates arrive as an object with one text.
            Some(Value::Object(object)) => Ok(object
                .values()
                .next()
                .and_then(Value::as_str)
                .map(str::to_owned)),
            Some(_) => Err(wrong(field, "a text")),
        }
    };
    let day = |field: &str| -> Result<Option<Day>, ManifestError> {
        text(field)?
            .map(|text| {
                Day::parse(text.trim()).map_err(|_| wrong(field, "a day such as 2020-04-01"))
            })
            .transpose()
    };
    let year = text("year")?
        .map(|text| crate::config::year::read_year(&text).ok_or_else(|| wrong("year", "a year")))
        .transpose()?;
    let encoding = text("encoding")?
        .map(|word| {
            Encoding::from_word(&word)
                .ok_or_else(|| wrong("encoding", "utf-8, utf-16 or windows-1252"))
        })
        .transpose()?;
    let date_order = match text("date_order")?.as_deref() {
        None => None,
        Some("dmy") => Some(DateOrder::DayFirst),
        Some("mdy") => Some(DateOrder::MonthFirst),
        Some(_) => return Err(wrong("date_order", "dmy or mdy")),
    };
    Ok(Dataset {
        path: text("path")?.unwrap_or_default(),
        la: text("la")?,
        year,
        coverage_start: day("coverage_start")?,
        coverage_end: day("coverage_end")?,
        encoding,
        date_order,
        eh_content: text("eh_content")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toml_and_json_say_the_same() {
        let toml = "synthetic = true\n[[dataset]]\npath = '301'\nla = '301'\n[[dataset]]\npath = '301/early_help.csv'\ncoverage_start = 2015-04-01\ndate_order = 'mdy'\n";
        let json = r#"{"synthetic": true, "dataset": [{"path": "301", "la": 301}, {"path": "301/early_help.csv", "coverage_start": "2015-04-01", "date_order": "mdy"}]}"#;
        let manifest = Manifest::parse(toml).unwrap();
        assert_eq!(manifest, Manifest::parse(json).unwrap());
        let about = manifest.about("301/early_help.csv");
        assert_eq!(
            (about.la.as_deref(), about.coverage_start),
            (Some("301"), Day::parse("2015-04-01").ok())
        );
        assert_eq!(manifest.about("302/a.csv"), Dataset::default());
    }

    #[test]
    fn a_wrong_entry_is_named() {
        let error = Manifest::parse("[[dataset]]\nyear = 'soon'\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot read the manifest: dataset 1, `year`: expected a year"
        );
        for wrong in [
            "la_continuity = '928>940'",
            "la_continuity = ['928']",
            "la_continuity = [928]",
        ] {
            let error = Manifest::parse(wrong).unwrap_err();
            assert_eq!(
                error.to_string(),
                "cannot read the manifest: `la_continuity`: expected a list such as [\"928>940,941\"]"
            );
        }
    }
}
