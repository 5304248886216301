//! The files of a run, as the walk asks for them.

use std::collections::BTreeMap;
use std::path::Path;

use super::Found;

/// One file: rows by the columns that name them.
pub(crate) struct File {
    columns: BTreeMap<String, usize>,
    rows: Vec<csv::StringRecord>,
    by_key: BTreeMap<Vec<String>, usize>,
}

/// A row of a file.
#[derive(Clone, Copy)]
pub(crate) struct Row<'f> {
    file: &'f File,
    record: &'f csv::StringRecord,
}

impl File {
    /// The rows, of which no two have the same key.
    fn read(folder: &Path, name: &str, key: &[&str]) -> Self {
        let mut reader = csv::Reader::from_path(folder.join(name)).unwrap();
        let header = reader.headers().unwrap().clone();
        let columns: BTreeMap<String, usize> = header
            .iter()
            .enumerate()
            .map(|(at, name)| (name.to_owned(), at))
            .collect();
        let mut rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        if let Some(level) = columns.get("conf_level") {
            assert!(rows.iter().all(|row| &row[*level] == "0.95"), "{name}");
        }
        if let Some(years) = columns.get("years") {
            let last = columns["time_period"];
            for row in &mut rows {
                *row = named_by_years(row, *years, last);
            }
        }
        let place = |name: &str| columns[name];
        let key: Vec<usize> = key.iter().map(|name| place(name)).collect();
        let of = |row: &csv::StringRecord| key.iter().map(|at| row[*at].to_owned()).collect();
        let by_key: BTreeMap<Vec<String>, usize> = rows
            .iter()
            .enumerate()
            .map(|(i, row)| (of(row), i))
            .collect();
        assert!(
            key.is_empty() || by_key.len() == rows.len(),
            "{name}: one key has several rows"
        );
        Self {
            columns,
            rows,
            by_key,
        }
    }

    pub(crate) fn get(&self, key: &[&str]) -> Option<Row<'_>> {
        let key: Vec<String> = key.iter().map(|part| (*part).to_owned()).collect();
        let record = &self.rows[*self.by_key.get(&key)?];
        Some(Row { file: self, record })
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let row = |record| Row { file: self, record };
        self.rows.iter().map(row)
    }
}

/// The row with all of its years in the place of the last, as they are printed, where they are several.
fn named_by_years(row: &csv::StringRecord, years: usize, last: usize) -> csv::StringRecord {
    let (count, end): (u16, u16) = (row[years].parse().unwrap(), row[last].parse().unwrap());
    let of = |(at, cell): (usize, &str)| {
        if at == last && count > 1 {
            format!("{}-{end}", end + 1 - count)
        } else {
            cell.to_owned()
        }
    };
    row.iter().enumerate().map(of).collect()
}

impl<'f> Row<'f> {
    pub(crate) fn text(self, column: &str) -> &'f str {
        &self.record[self.file.columns[column]]
    }

    /// A number, or the symbol that stands in its cell.
    fn cell(self, column: &str) -> Result<f64, &'f str> {
        let text = self.text(column);
        text.parse().map_err(|_| {
            let symbols = ["c", "x", "z", "u", "low"];
            assert!(symbols.contains(&text), "{column}: {text:?}");
            text
        })
    }

    /// A number, or none where a symbol stands in its cell.
    pub(crate) fn number(self, column: &str) -> Option<f64> {
        self.cell(column).ok()
    }

    /// The numbers of some columns times a factor, or the symbol of the first that has none.
    pub(crate) fn figures(self, columns: &[&str], factor: f64) -> Found {
        self.converted(columns, |value| value * factor)
    }

    /// The numbers of some columns as they are shown, or the symbol of the first that has none.
    pub(crate) fn converted(self, columns: &[&str], shown: impl Fn(f64) -> f64) -> Found {
        let all: Result<Vec<f64>, &str> = columns
            .iter()
            .map(|column| self.cell(column).map(&shown))
            .collect();
        all.map_or_else(|symbol| Found::Symbol(symbol.to_owned()), Found::Figures)
    }
}

/// An indicator as the code list has it.
pub(crate) struct Indicator {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) short: String,
    /// What its figures are multiplied by when they are printed.
    pub(crate) factor: f64,
}

/// Everything a run wrote that the page is held against.
pub(crate) struct Run {
    pub(crate) estimates: File,
    pub(crate) expected: File,
    pub(crate) contrasts: File,
    pub(crate) fits: File,
    pub(crate) effects: File,
    pub(crate) fifths: File,
    pub(crate) gradients: File,
    pub(crate) claims: File,
    pub(crate) issues: File,
    pub(crate) indicators: Vec<Indicator>,
    /// Codes of areas by name; of a name that several have, that of the one of today.
    codes: BTreeMap<String, String>,
}

impl Run {
    pub(crate) fn read(folder: &Path) -> Self {
        let place = [
            "indicator",
            "time_period",
            "geographic_level",
            "region_code",
            "new_la_code",
        ];
        let groups = [
            "ethnicity_major",
            "ethnicity_minor",
            "age_band",
            "sex",
            "deprivation_decile",
        ];
        let with = |more: &[&'static str]| -> Vec<&'static str> { [&place[..], more].concat() };
        let estimates = File::read(folder, "estimates.csv", &with(&groups));
        let mut codes = BTreeMap::new();
        for row in estimates.rows() {
            let (name, code) = (row.text("la_name"), row.text("new_la_code"));
            if !code.is_empty() && row.text("time_period") == "2025" {
                codes.insert(name.to_owned(), code.to_owned());
            }
        }
        let list = crate::support::root().join("data/codelists/indicators.csv");
        let mut reader = csv::Reader::from_path(list).unwrap();
        let indicators = reader.records().map(Result::unwrap).map(|row| Indicator {
            name: row[0].to_owned(),
            title: row[1].to_owned(),
            short: row[2].to_owned(),
            factor: if &row[7] == "children_0_17" {
                1.0
            } else {
                100.0
            },
        });
        let more = [&groups[..], &["comparator_type", "measure"]].concat();
        Self {
            indicators: indicators.collect(),
            codes,
            expected: File::read(folder, "expected.csv", &with(&["model"])),
            contrasts: File::read(folder, "contrasts.csv", &with(&more)),
            fits: File::read(
                folder,
                "fits.csv",
                &[
                    "indicator",
                    "time_period",
                    "model",
                    "variation",
                    "statistic",
                    "term",
                ],
            ),
            effects: File::read(folder, "effects.csv", &with(&["model"])),
            fifths: File::read(
                folder,
                "fifths.csv",
                &["indicator", "time_period", "model", "region_name", "fifth"],
            ),
            gradients: File::read(
                folder,
                "gradients.csv",
                &with(&["gradient", "statistic", "deprivation_decile"]),
            ),
            claims: File::read(folder, "claims.csv", &["claim"]),
            issues: File::read(folder, "issues.csv", &[]),
            estimates,
        }
    }

    /// The indicator whose title a text begins with.
    pub(crate) fn titled(&self, text: &str) -> &Indicator {
        let begins = self
            .indicators
            .iter()
            .filter(|own| text.starts_with(&own.title));
        begins
            .max_by_key(|own| own.title.len())
            .unwrap_or_else(|| panic!("no indicator is named in {text:?}"))
    }

    /// The indicator of a short title.
    pub(crate) fn short(&self, text: &str) -> &Indicator {
        let mut own = self.indicators.iter();
        own.find(|own| own.short == text)
            .unwrap_or_else(|| panic!("no indicator is called {text:?}"))
    }

    pub(crate) fn code(&self, name: &str) -> &str {
        &self.codes[name]
    }

    /// Where an authority's row of an indicator and year is, with what else names it.
    fn of_authority<'k>(
        indicator: &'k str,
        year: &'k str,
        region: &'k str,
        code: &'k str,
        more: &[&'k str],
    ) -> Vec<&'k str> {
        [
            &[indicator, year, "Local authority", region, code][..],
            more,
        ]
        .concat()
    }

    /// An authority's row in one of the files.
    pub(crate) fn authority<'f>(
        file: &'f File,
        (indicator, year, code): (&str, &str, &str),
        more: &[&str],
    ) -> Option<Row<'f>> {
        let regions = [
            "E12000001",
            "E12000002",
            "E12000003",
            "E12000004",
            "E12000005",
        ];
        let others = ["E12000006", "E12000007", "E12000008", "E12000009"];
        let mut all = regions.into_iter().chain(others);
        all.find_map(|region| file.get(&Self::of_authority(indicator, year, region, code, more)))
    }

    /// The row of an area of any level.
    pub(crate) fn area<'f>(
        file: &'f File,
        (indicator, year, code): (&str, &str, &str),
        more: &[&str],
    ) -> Option<Row<'f>> {
        match &code[..3] {
            "E92" => Self::england(file, indicator, year, more),
            "E12" | "E13" => {
                file.get(&[&[indicator, year, "Regional", code, ""][..], more].concat())
            }
            _ => Self::authority(file, (indicator, year, code), more),
        }
    }

    /// The indicator of that name.
    pub(crate) fn named(&self, name: &str) -> &Indicator {
        let mut own = self.indicators.iter();
        own.find(|own| own.name == name)
            .unwrap_or_else(|| panic!("no indicator is called {name:?}"))
    }

    /// The code of a place by its name: England, a region or an authority.
    pub(crate) fn place(&self, name: &str) -> String {
        let regions = self.estimates.rows().find(|row| {
            row.text("geographic_level") == "Regional" && row.text("region_name") == name
        });
        match (name, regions) {
            ("England", _) => "E92000001".to_owned(),
            (_, Some(row)) => row.text("region_code").to_owned(),
            _ => self.codes[name].clone(),
        }
    }

    /// England's row in one of the files.
    pub(crate) fn england<'f>(
        file: &'f File,
        indicator: &str,
        year: &str,
        more: &[&str],
    ) -> Option<Row<'f>> {
        file.get(&[&[indicator, year, "National", "", ""][..], more].concat())
    }
}

/// No group but everyone.
pub(crate) const TOTAL: [&str; 5] = ["Total"; 5];
