//! What a table says: which column is what, and what its counts are of. A description is a file in TOML.

use std::collections::BTreeMap;

use disparity_core::{Dimension, Symbol, Timing, nearest};
use serde::Deserialize;

use crate::error::TableError;

/// What one row of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowsAre {
    /// A count of children or events, in a column.
    #[default]
    Counts,
    /// One child, once in a year.
    Children,
    /// One event, of which a child may have several.
    Events,
}

/// Who has protected the counts of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Nobody: they are as they were counted, and are withheld by the program's rule.
    #[default]
    Records,
    /// Their publisher: they are shown as they are given.
    Published,
}

/// What counts of groups that no row has are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Absent {
    /// Not known.
    #[default]
    Unknown,
    /// Nobody: whoever made the table left out what is 0.
    Zero,
}

/// What counts are divided by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denominator {
    /// Children aged 0 to 17 of the area, year and group: those that published counts have.
    Children,
    /// The numbers in another column, of which the counts are a part.
    Column {
        /// The column.
        column: String,
        /// What they are, in sentence case.
        title: String,
    },
}

/// A description as it is written.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    rows: RowsAre,
    #[serde(default)]
    protection: Protection,
    #[serde(default)]
    invented: bool,
    symbols: Option<String>,
    #[serde(default)]
    absent: Absent,
    sheet: Option<String>,
    indicator: WrittenIndicator,
    columns: WrittenColumns,
    #[serde(default)]
    fixed: Fixed,
    #[serde(default)]
    denominator: WrittenDenominator,
    #[serde(default)]
    codes: BTreeMap<String, BTreeMap<String, String>>,
    postcodes: Option<PostcodeList>,
    #[serde(default)]
    source: WrittenSource,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenIndicator {
    name: String,
    title: String,
    short_title: Option<String>,
    timing: String,
    #[serde(default = "children")]
    counts: String,
    #[serde(default)]
    definition: String,
}

fn children() -> String {
    "children".to_owned()
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenColumns {
    area: Option<String>,
    neighbourhood: Option<String>,
    postcode: Option<String>,
    period: Option<String>,
    date: Option<String>,
    count: Option<String>,
    child: Option<String>,
    ethnic_group: Option<String>,
    detailed_ethnic_group: Option<String>,
    age: Option<String>,
    sex: Option<String>,
    decile: Option<WrittenDecile>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDecile {
    column: String,
    index: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Fixed {
    /// The area of every row.
    pub(crate) area: Option<String>,
    /// The year of every row.
    pub(crate) period: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenDenominator {
    column: Option<String>,
    title: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct WrittenSource {
    publication: Option<String>,
    release: Option<String>,
    licence: Option<String>,
    page: Option<String>,
}

/// A list that says in which neighbourhood each postcode is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostcodeList {
    /// The file, beside the description unless it says otherwise.
    pub(crate) file: String,
    /// Its column of postcodes.
    pub(crate) postcode: String,
    /// Its column of codes of neighbourhoods or, where only that is known, of authorities.
    pub(crate) place: String,
}

/// Where the place of a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Where {
    /// An authority, a region or the nation, by code or name.
    Area,
    /// A neighbourhood, middle layer area, ward or district, by code.
    Neighbourhood,
    /// A neighbourhood, by a postcode in it.
    Postcode,
}

/// A column of groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupColumn {
    pub(crate) column: String,
    /// What is looked up first; of ethnic groups both lists may be in one column.
    pub(crate) dimension: Dimension,
    /// The deprivation index that deciles are of.
    pub(crate) index: Option<String>,
    /// What the table calls groups, in small letters, and their code, `total` or `skip`.
    pub(crate) codes: BTreeMap<String, String>,
}

/// What a table says.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// What one row is.
    pub rows: RowsAre,
    /// Who has protected the counts.
    pub protection: Protection,
    /// Whether the children were invented.
    pub invented: bool,
    /// Stable name of the indicator.
    pub name: String,
    /// Title, in sentence case.
    pub title: String,
    /// Title for a row of a table.
    pub short_title: String,
    /// Stock or flow.
    pub timing: Timing,
    /// Plural noun of what is counted.
    pub counts: String,
    /// What is counted, in a sentence or two.
    pub definition: String,
    /// What counts are divided by.
    pub denominator: Denominator,
    /// Publication, release, licence and page, as far as they are said.
    pub source: [Option<String>; 4],
    pub(crate) file: String,
    pub(crate) symbols: Option<String>,
    pub(crate) absent: Absent,
    pub(crate) sheet: Option<String>,
    pub(crate) place: Option<(Where, String)>,
    /// Where postcodes are, if places are written as such.
    pub(crate) postcodes: Option<PostcodeList>,
    /// The column of years, and whether it holds dates of events.
    pub(crate) period: Option<(String, bool)>,
    pub(crate) fixed: Fixed,
    pub(crate) count: Option<String>,
    pub(crate) child: Option<String>,
    pub(crate) groups: Vec<GroupColumn>,
    /// What the table writes where a count is absent, beside the marks of its vintage.
    pub(crate) absences: BTreeMap<String, Symbol>,
}

impl Description {
    /// Reads a description.
    ///
    /// # Errors
    /// [`TableError`] with the line of a key that is missing, unknown or of another kind, and of a description that
    /// contradicts itself: no column of counts, an area twice, a date of a stock.
    pub fn read(file: &str, text: &str) -> Result<Self, TableError> {
        let written: Written = toml::from_str(text)
            .map_err(|error| TableError::of_toml(file, text, &error, hint_of(error.message())))?;
        Checked { file, text }.description(&written)
    }

    /// The list of postcodes that places are looked up in, where it is, if there is one.
    #[must_use]
    pub fn postcodes(&self) -> Option<std::path::PathBuf> {
        let list = self.postcodes.as_ref()?;
        let folder = std::path::Path::new(&self.file).parent();
        Some(folder.unwrap_or(std::path::Path::new("")).join(&list.file))
    }

    /// Whether rows are events of children who are named.
    #[must_use]
    pub fn names_children_of_events(&self) -> bool {
        self.rows == RowsAre::Events && self.child.is_some()
    }

    /// Every column that is read, each once.
    pub(crate) fn wanted(&self) -> Vec<&str> {
        let place = self.place.iter().map(|(_, column)| column);
        let period = self.period.iter().map(|(column, _)| column);
        let whole = match &self.denominator {
            Denominator::Children => None,
            Denominator::Column { column, .. } => Some(column),
        };
        let columns = place.chain(period).chain(&self.count).chain(&self.child);
        let columns = columns.chain(self.groups.iter().map(|own| &own.column));
        each_once(columns.chain(whole))
    }

    /// The deprivation index that a column of deciles is of.
    pub(crate) fn index(&self) -> Option<&str> {
        self.groups.iter().find_map(|own| own.index.as_deref())
    }
}

/// Columns that are named, each once.
pub(crate) fn each_once<'a>(named: impl IntoIterator<Item = &'a String>) -> Vec<&'a str> {
    let mut columns: Vec<&str> = Vec::new();
    for column in named {
        if !columns.contains(&column.as_str()) {
            columns.push(column);
        }
    }
    columns
}

fn hint_of(message: &str) -> &'static str {
    if message.contains("unknown field") {
        "the words that are known stand behind it; `disparity table inspect FILE` writes a description to begin with"
    } else if message.contains("missing field") {
        "add it; `disparity table inspect FILE` writes a description to begin with"
    } else {
        "a description is TOML; `disparity table inspect FILE` writes one to begin with"
    }
}

/// The word for counts among codes.
const COUNT: &str = "count";

/// A written description on its way to one that makes sense.
struct Checked<'a> {
    file: &'a str,
    text: &'a str,
}

/// Columns that break counts down: the word in a description and the dimension.
const GROUPS: [(&str, Dimension); 5] = [
    ("ethnic_group", Dimension::EthnicityMajor),
    ("detailed_ethnic_group", Dimension::EthnicityMinor),
    ("age", Dimension::AgeBand),
    ("sex", Dimension::Sex),
    ("decile", Dimension::DeprivationDecile),
];

impl Checked<'_> {
    /// An error at the first line that has a word.
    fn wrong(&self, word: &str, what: impl Into<String>, hint: impl Into<String>) -> TableError {
        let lines = (1..).zip(self.text.lines());
        let line = lines.into_iter().find(|(_, line)| line.contains(word));
        TableError::at(self.file, line.map_or(0, |(at, _)| at), "", what, hint)
    }

    fn description(&self, written: &Written) -> Result<Description, TableError> {
        let Written {
            indicator, columns, ..
        } = written;
        let timing = Timing::from_word(&indicator.timing).ok_or_else(|| {
            let what = format!("`timing` cannot be {:?}", indicator.timing);
            let hint = "use \"as_at\" for what is counted on 31 March, \"during\" for the year ending then";
            self.wrong("timing", what, hint)
        })?;
        self.name(&indicator.name)?;
        let place = self.place(written)?;
        let period = self.period(columns, &written.fixed, timing)?;
        self.counted(written)?;
        let denominator = match (&written.denominator.column, &written.denominator.title) {
            (None, None) => Denominator::Children,
            (Some(column), Some(title)) => Denominator::Column {
                column: column.clone(),
                title: title.clone(),
            },
            (_, _) => {
                let what = "a denominator of one's own needs both `column` and `title`";
                let hint = "say what the numbers are: title = \"Children assessed\"";
                return Err(self.wrong("[denominator]", what, hint));
            }
        };
        let groups = self.groups(written)?;
        let absences = self.absences(written)?;
        let title = indicator.title.trim().to_owned();
        Ok(Description {
            rows: written.rows,
            protection: written.protection,
            invented: written.invented,
            name: indicator.name.clone(),
            short_title: indicator
                .short_title
                .clone()
                .unwrap_or_else(|| title.clone()),
            title,
            timing,
            counts: indicator.counts.clone(),
            definition: indicator.definition.clone(),
            denominator,
            source: [
                written.source.publication.clone(),
                written.source.release.clone(),
                written.source.licence.clone(),
                written.source.page.clone(),
            ],
            file: self.file.to_owned(),
            symbols: written.symbols.clone(),
            absent: written.absent,
            sheet: written.sheet.clone(),
            place,
            postcodes: written.postcodes.clone(),
            period,
            fixed: written.fixed.clone(),
            count: columns.count.clone(),
            child: columns.child.clone(),
            groups,
            absences,
        })
    }

    /// Names of indicators are those of columns and files: small letters, digits and underscores.
    fn name(&self, name: &str) -> Result<(), TableError> {
        let well = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !name.is_empty() && name.bytes().all(well) {
            return Ok(());
        }
        let what = format!("an indicator cannot be named {name:?}");
        let hint = "use small letters, digits and underscores, such as early_help_at_31_march";
        Err(self.wrong("name", what, hint))
    }

    fn place(&self, written: &Written) -> Result<Option<(Where, String)>, TableError> {
        let columns = &written.columns;
        let named = [
            (Where::Area, &columns.area),
            (Where::Neighbourhood, &columns.neighbourhood),
            (Where::Postcode, &columns.postcode),
        ];
        let named = named.into_iter();
        let mut named = named.filter_map(|(how, column)| Some((how, column.clone()?)));
        let (first, second) = (named.next(), named.next());
        if second.is_some() || (first.is_some() && written.fixed.area.is_some()) {
            return Err(self.wrong(
                "area",
                "it is said twice where a row is of",
                "keep one of `area`, `neighbourhood`, `postcode` and [fixed] area: an authority follows from its \
                 neighbourhoods",
            ));
        }
        if first.is_none() && written.fixed.area.is_none() {
            return Err(self.wrong(
                "[columns]",
                "no column says where a row is of",
                "name one of `area` (codes or names of authorities), `neighbourhood` (codes) or `postcode`, or say \
                 [fixed] area = \"…\"",
            ));
        }
        let by_postcode = matches!(first, Some((Where::Postcode, _)));
        match (by_postcode, written.postcodes.is_some()) {
            (true, false) => Err(self.wrong(
                "postcode",
                "nothing says where the postcodes are",
                "give a list of them: [postcodes] file = \"postcodes.csv\", postcode = \"pcds\", place = \"lsoa21cd\"; \
                 the Office for National Statistics publishes one each quarter",
            )),
            (false, true) => Err(self.wrong(
                "[postcodes]",
                "a list of postcodes is given, but no column has any",
                "name the column with `postcode`, or leave [postcodes] out",
            )),
            _ => Ok(first),
        }
    }

    fn period(
        &self,
        columns: &WrittenColumns,
        fixed: &Fixed,
        timing: Timing,
    ) -> Result<Option<(String, bool)>, TableError> {
        match (&columns.period, &columns.date, &fixed.period) {
            (Some(column), None, None) => Ok(Some((column.clone(), false))),
            (None, Some(_), None) if timing == Timing::AsAt => Err(self.wrong(
                "date",
                "dates say when something happened, but `timing` is \"as_at\"",
                "name a column of years with `period`, or say timing = \"during\"",
            )),
            (None, Some(column), None) => Ok(Some((column.clone(), true))),
            (None, None, Some(_)) => Ok(None),
            (None, None, None) => Err(self.wrong(
                "[columns]",
                "no column says of which year a row is",
                "name one of `period` (years) or `date` (days of events), or say [fixed] period = \"2025\"",
            )),
            _ => Err(self.wrong(
                "period",
                "it is said twice of which year a row is",
                "keep one of `period`, `date` and [fixed] period",
            )),
        }
    }

    fn counted(&self, written: &Written) -> Result<(), TableError> {
        let has_count = written.columns.count.is_some();
        match written.rows {
            RowsAre::Counts if !has_count => Err(self.wrong(
                "[columns]",
                "no column has the counts",
                "name it with `count`, or say rows = \"children\" or \"events\" where each row is one",
            )),
            RowsAre::Counts if written.columns.child.is_some() => Err(self.wrong(
                "child",
                "a row of counts is of no one child",
                "leave `child` out, or say rows = \"children\" or \"events\"",
            )),
            RowsAre::Children | RowsAre::Events if has_count => Err(self.wrong(
                "count",
                "each row is one, so that a column of counts has no meaning",
                "leave `count` out, or say rows = \"counts\"",
            )),
            RowsAre::Children | RowsAre::Events if written.protection == Protection::Published => {
                Err(self.wrong(
                    "protection",
                    "a row for each child is not protected by its publisher",
                    "leave `protection` out",
                ))
            }
            RowsAre::Children | RowsAre::Events if written.denominator.column.is_some() => {
                Err(self.wrong(
                    "[denominator]",
                    "a row for each child or event has no denominator of its own",
                    "leave [denominator] out: counts are divided by children of the area",
                ))
            }
            _ if written.invented && written.protection == Protection::Published => Err(self.wrong(
                "invented",
                "an invented table is nobody's publication",
                "leave `protection` out: what is made of it is then marked as synthetic",
            )),
            RowsAre::Counts | RowsAre::Children | RowsAre::Events => Ok(()),
        }
    }

    fn absences(&self, written: &Written) -> Result<BTreeMap<String, Symbol>, TableError> {
        let given = written.codes.get(COUNT).into_iter().flatten();
        let symbol = |(text, mark): (&String, &String)| match Symbol::from_mark(mark) {
            Some(symbol) => Ok((text.trim().to_owned(), symbol)),
            None => {
                let what =
                    format!("[codes.count] gives {text:?} the symbol {mark:?}, which is none");
                let marks = Symbol::ALL.map(Symbol::mark).join(", ");
                let hint =
                    format!("use one of {marks} (`disparity codes symbols` says what they mean)");
                Err(self.wrong("[codes.count]", what, hint))
            }
        };
        given.map(symbol).collect()
    }

    fn groups(&self, written: &Written) -> Result<Vec<GroupColumn>, TableError> {
        let columns = &written.columns;
        let has_parts = columns.neighbourhood.is_some() || columns.postcode.is_some();
        if columns.decile.is_some() && has_parts {
            let what = "deciles follow from neighbourhoods, and a column has them as well";
            return Err(self.wrong("decile", what, "leave `decile` out"));
        }
        let known: Vec<&str> = GROUPS
            .iter()
            .map(|(word, _)| *word)
            .chain([COUNT])
            .collect();
        let unknown = written
            .codes
            .keys()
            .find(|word| !known.contains(&word.as_str()));
        if let Some(unknown) = unknown {
            let near = nearest(unknown, known.iter().copied()).first().copied();
            let hint = match near {
                Some(near) => format!("did you mean [codes.{near}]?"),
                None => format!("use one of {}", known.join(", ")),
            };
            let what = format!("no column is described as {unknown:?}");
            return Err(self.wrong(unknown, what, hint));
        }
        let named = [
            columns.ethnic_group.as_ref(),
            columns.detailed_ethnic_group.as_ref(),
            columns.age.as_ref(),
            columns.sex.as_ref(),
            columns.decile.as_ref().map(|own| &own.column),
        ];
        let groups = GROUPS
            .into_iter()
            .zip(named)
            .filter_map(|((word, dimension), column)| {
                let codes = written.codes.get(word).into_iter().flatten();
                let is_decile = dimension == Dimension::DeprivationDecile;
                Some(GroupColumn {
                    column: column?.clone(),
                    dimension,
                    index: columns
                        .decile
                        .as_ref()
                        .filter(|_| is_decile)
                        .map(|own| own.index.clone()),
                    codes: codes
                        .map(|(text, code)| (text.trim().to_lowercase(), code.clone()))
                        .collect(),
                })
            });
        Ok(groups.collect())
    }
}
