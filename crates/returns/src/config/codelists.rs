//! Code sets, aliases and table layouts of the returns, from the data files of the project.
//! The lists are data; what a reader does with them is decided in the readers.

use std::collections::BTreeMap;

use disparity_core::journeys::{Code, CodeSet, CodeSetId, CodeSets};
use disparity_core::{CategoryId, Dimension, Dimensions};

use crate::config::format::Format;
use crate::config::words::{Words, fold};

const CODES: &str = include_str!("../../../../data/codelists/returns/codes.csv");
const ALIASES: &str = include_str!("../../../../data/codelists/returns/aliases.csv");
const TABLES: &str = include_str!("../../../../data/codelists/returns/tables.csv");

/// A built-in list that cannot be used. A test keeps this from ever leaving the house.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("built-in list {list}, line {line}: {what}")]
pub struct ListError {
    /// Which list.
    pub list: &'static str,
    /// Line in it.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// The type of a column, which decides how its text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnType {
    /// A child identifier.
    Id,
    /// A day.
    Date,
    /// A day of which parts may be unknown.
    PartDate,
    /// Yes or no.
    Bool,
    /// A whole number.
    Int,
    /// A pupil number.
    Upn,
    /// A postcode.
    Postcode,
    /// Sex.
    Sex,
    /// Ethnic group.
    Ethnicity,
    /// An authority.
    La,
    /// A year label.
    Year,
    /// A code of a set that journeys use.
    Coded(CodeSetId),
    /// A code of a set that only readers use.
    OtherCode,
    /// Anything else.
    Text,
}

/// One column of a known table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnDef {
    /// The name the readers use.
    pub name: String,
    /// Whether the table is nothing without it.
    pub key: bool,
    /// Whether the table is nothing without it or another such column.
    pub any: bool,
    /// How its text is read.
    pub kind: ColumnType,
    /// The set of its codes, for coded columns.
    pub set: String,
    /// Folded names it goes by.
    pub folded: Vec<String>,
}

/// One known table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableDef {
    /// The format that has it.
    pub format: Format,
    /// The table within it, such as `episodes`.
    pub name: String,
    /// Its columns.
    pub columns: Vec<ColumnDef>,
}

/// All lists.
#[derive(Debug, Clone)]
pub(crate) struct Lists {
    codes: BTreeMap<String, CodeSet>,
    words: BTreeMap<String, Words>,
    tables: Vec<TableDef>,
    ethnicity: BTreeMap<String, CategoryId>,
    ethnicity_major: Vec<Option<String>>,
    ethnicity_unknown: Vec<bool>,
    sex: BTreeMap<String, CategoryId>,
}

fn records(list: &'static str, text: &str) -> Result<Vec<Vec<String>>, ListError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader
        .records()
        .enumerate()
        .map(|(i, record)| {
            let record = record.map_err(|error| ListError {
                list,
                line: i + 2,
                what: error.to_string(),
            })?;
            Ok(record.iter().map(str::to_owned).collect())
        })
        .collect()
}

impl Lists {
    /// Reads the built-in lists; groups of ethnicity and sex come from the project's code lists.
    ///
    /// # Errors
    /// [`ListError`] if a built-in list is broken.
    pub(crate) fn new(dimensions: &Dimensions) -> Result<Self, ListError> {
        let codes = read_codes()?;
        let minor = dimensions.list(Dimension::EthnicityMinor);
        let mut parents = vec![None; 256];
        let mut unknown = vec![false; 256];
        let mut ethnicity = BTreeMap::new();
        for (id, category) in minor.iter() {
            ethnicity.insert(category.code.clone(), id);
            parents[usize::from(id.0)].clone_from(&category.parent);
            unknown[usize::from(id.0)] = category.unknown;
        }
        let sex = dimensions
            .list(Dimension::Sex)
            .iter()
            .map(|(id, c)| (c.code.clone(), id))
            .collect();
        Ok(Self {
            words: read_words(&codes, dimensions)?,
            codes,
            tables: read_tables()?,
            ethnicity,
            ethnicity_major: parents,
            ethnicity_unknown: unknown,
            sex,
        })
    }

    /// The sets that journeys carry.
    #[must_use]
    pub(crate) fn code_sets(&self) -> CodeSets {
        CodeSets::new(
            CodeSetId::ALL.map(|id| self.codes.get(id.as_str()).cloned().unwrap_or_default()),
        )
    }

    /// A set by name; the empty set if there is none.
    #[must_use]
    pub(crate) fn set(&self, name: &str) -> Option<&CodeSet> {
        self.codes.get(name)
    }

    /// The known tables.
    #[must_use]
    pub(crate) fn tables(&self) -> &[TableDef] {
        &self.tables
    }

    /// The code that a word of a set stands for.
    #[must_use]
    pub(crate) fn word(&self, set: &str, word: &str) -> Option<&str> {
        self.words.get(set)?.word(word)
    }

    /// The code that a text of a set stands for, as [`Words::find`] reads it.
    #[must_use]
    pub(crate) fn find(&self, set: &str, text: &str) -> Option<&str> {
        self.words.get(set)?.find(text)
    }

    /// The detailed ethnic group of that code.
    #[must_use]
    pub(crate) fn ethnicity(&self, code: &str) -> Option<CategoryId> {
        self.ethnicity.get(code).copied()
    }

    /// The broad group of a detailed one.
    #[must_use]
    pub(crate) fn broad_group(&self, id: CategoryId) -> Option<&str> {
        self.ethnicity_major[usize::from(id.0)].as_deref()
    }

    /// Whether the group says something about ethnicity: not refused, not obtained, not missing.
    #[must_use]
    pub(crate) fn is_informative(&self, id: CategoryId) -> bool {
        id != CategoryId::TOTAL && !self.ethnicity_unknown[usize::from(id.0)]
    }

    /// Sex by its code in the project's list.
    #[must_use]
    pub(crate) fn sex(&self, code: &str) -> Option<CategoryId> {
        self.sex.get(code).copied()
    }
}

fn read_codes() -> Result<BTreeMap<String, CodeSet>, ListError> {
    let mut sets: BTreeMap<String, Vec<Code>> = BTreeMap::new();
    for row in records("codes.csv", CODES)? {
        if let [set, code, label, group, from, to] = row.as_slice() {
            let year = |text: &str| text.parse().unwrap_or(0);
            sets.entry(set.clone()).or_default().push(Code {
                code: code.clone(),
                label: label.clone(),
                group: group.clone(),
                valid: (year(from), year(to)),
            });
        }
    }
    sets.into_iter()
        .map(|(name, codes)| {
            let error = || ListError {
                list: "codes.csv",
                line: 0,
                what: format!("set {name} repeats a code"),
            };
            CodeSet::new(codes)
                .ok_or_else(error)
                .map(|set| (name.clone(), set))
        })
        .collect()
}

/// The words of every set: its codes, their labels and the aliases.
fn read_words(
    codes: &BTreeMap<String, CodeSet>,
    dimensions: &Dimensions,
) -> Result<BTreeMap<String, Words>, ListError> {
    let mut words: BTreeMap<String, Words> = codes
        .iter()
        .map(|(name, set)| {
            let labelled = set.iter().map(|(_, c)| (c.code.as_str(), c.label.as_str()));
            (name.clone(), Words::new(labelled))
        })
        .collect();
    for (name, dimension) in [
        ("sex", Dimension::Sex),
        ("ethnicity", Dimension::EthnicityMinor),
    ] {
        let list = dimensions.list(dimension).iter();
        let labelled = list
            .filter(|(id, _)| *id != CategoryId::TOTAL)
            .map(|(_, c)| (c.code.as_str(), c.label.as_str()));
        words.insert(name.to_owned(), Words::new(labelled));
    }
    for (at, row) in records("aliases.csv", ALIASES)?.iter().enumerate() {
        if let [set, word, code] = row.as_slice() {
            let known = words.get_mut(set).ok_or_else(|| ListError {
                list: "aliases.csv",
                line: at + 2,
                what: format!("there is no set {set:?}"),
            })?;
            known.add(word, code);
        }
    }
    Ok(words)
}

fn column_type(word: &str) -> ColumnType {
    if let Some(set) = CodeSetId::from_word(word) {
        return ColumnType::Coded(set);
    }
    match word {
        "id" => ColumnType::Id,
        "date" => ColumnType::Date,
        "partdate" => ColumnType::PartDate,
        "bool" => ColumnType::Bool,
        "int" => ColumnType::Int,
        "upn" => ColumnType::Upn,
        "postcode" => ColumnType::Postcode,
        "sex" => ColumnType::Sex,
        "ethnicity" => ColumnType::Ethnicity,
        "la" => ColumnType::La,
        "year" => ColumnType::Year,
        "text" => ColumnType::Text,
        _ => ColumnType::OtherCode,
    }
}

fn read_tables() -> Result<Vec<TableDef>, ListError> {
    let mut tables: Vec<TableDef> = Vec::new();
    for (at, row) in records("tables.csv", TABLES)?.into_iter().enumerate() {
        if let [family, table, column, role, kind, aliases] = row.as_slice() {
            let format = Format::from_word(family).ok_or_else(|| ListError {
                list: "tables.csv",
                line: at + 2,
                what: format!("{family:?} is no format"),
            })?;
            let mut folded = vec![fold(column)];
            folded.extend(
                aliases
                    .split('|')
                    .filter(|alias| !alias.is_empty())
                    .map(fold),
            );
            let column = ColumnDef {
                name: column.clone(),
                key: role == "key",
                any: role == "any",
                kind: column_type(kind),
                set: kind.clone(),
                folded,
            };
            match tables.last_mut() {
                Some(last) if last.format == format && last.name == *table => {
                    last.columns.push(column);
                }
                _ => tables.push(TableDef {
                    format,
                    name: table.clone(),
                    columns: vec![column],
                }),
            }
        }
    }
    Ok(tables)
}

#[cfg(test)]
pub(crate) mod tests {
    use disparity_core::{Category, CodeList};

    use super::*;

    /// The project's code lists, read as the program reads them.
    pub(crate) fn dimensions() -> Dimensions {
        let text = include_str!("../../../../data/codelists/categories.csv");
        let rows = records("categories.csv", text).unwrap();
        Dimensions::new(Dimension::ALL.map(|dimension| {
            let categories = rows
                .iter()
                .filter(|row| row[0] == dimension.column())
                .map(|row| Category {
                    code: row[1].clone(),
                    label: row[2].clone(),
                    parent: (!row[3].is_empty()).then(|| row[3].clone()),
                    unknown: row[4] == "yes",
                });
            CodeList::new(categories.collect()).unwrap()
        }))
    }

    #[test]
    fn the_built_in_lists_are_whole() {
        let lists = Lists::new(&dimensions()).unwrap();
        for id in CodeSetId::ALL {
            assert!(
                lists.code_sets().set(id).iter().count() >= 5,
                "{}",
                id.as_str()
            );
        }
        assert_eq!(lists.word("ethnicity", "White British"), Some("WBRI"));
        assert!(lists.is_informative(lists.ethnicity("WBRI").unwrap()));
        assert!(!lists.is_informative(lists.ethnicity("REFU").unwrap()));
        assert_eq!(
            lists.broad_group(lists.ethnicity("BCRB").unwrap()),
            Some("black")
        );
        assert!(lists.sex("female").is_some() && lists.sex("unknown").is_some());
        assert_eq!(
            lists
                .tables()
                .iter()
                .filter(|t| t.format == Format::Ssda903)
                .count(),
            12
        );
        assert_eq!(
            lists
                .tables()
                .iter()
                .filter(|t| t.format == Format::AnnexA)
                .count(),
            11
        );
    }

    #[test]
    fn every_alias_leads_to_a_code() {
        let lists = Lists::new(&dimensions()).unwrap();
        for (set, words) in &lists.words {
            for code in words.targets() {
                let known = match set.as_str() {
                    "sex" => lists.sex(code).is_some(),
                    "ethnicity" => lists.ethnicity(code).is_some(),
                    _ => lists.set(set).is_some_and(|codes| codes.id(code).is_some()),
                };
                assert!(known, "{set} {code}");
            }
        }
    }

    /// Family, table, column and every name it goes by, as they are written in the list.
    pub(crate) fn names() -> Vec<(String, String, String, Vec<String>)> {
        let rows = records("tables.csv", TABLES).unwrap();
        let one = |row: Vec<String>| {
            let aliases = row[5].split('|').filter(|alias| !alias.is_empty());
            let names = std::iter::once(row[2].as_str()).chain(aliases);
            let names = names.map(str::to_owned).collect();
            (row[0].clone(), row[1].clone(), row[2].clone(), names)
        };
        rows.into_iter().map(one).collect()
    }

    #[test]
    fn no_name_is_claimed_by_two_columns_of_one_table() {
        let mut claimed: BTreeMap<(String, String, String), String> = BTreeMap::new();
        for (family, table, column, names) in names() {
            for name in names {
                let key = (family.clone(), table.clone(), fold(&name));
                let other = claimed.entry(key).or_insert_with(|| column.clone());
                assert_eq!(*other, column, "{family} {table} {name}");
            }
        }
    }
}
