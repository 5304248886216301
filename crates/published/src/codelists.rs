//! The code lists in `data/codelists/`: areas, indicators, groups, symbols, labels, publications and
//! which published column feeds which indicator. Data with provenance, never `match` arms.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    Area, AreaChange, AreaCode, Areas, Category, ChangeKind, Claim, ClaimFigure, CodeList, Counted,
    DenominatorKind, Dimension, Dimensions, GeographicLevel, Indicator, IndicatorId, Indicators,
    Marks, Nation, Origin, Period, StructuralModel, Symbol, Tile, Timing,
};

use crate::error::{Fault, LoadError, LoadErrors};
use crate::files::Files;
use crate::read::{self, Labels};
use crate::table::{Row, Table};

/// The code lists that any run needs.
pub const CODE_LISTS: [&str; 26] = [
    "codelists/areas.csv",
    "codelists/area_aliases.csv",
    "codelists/area_changes.csv",
    "codelists/combined_areas.csv",
    "codelists/tiles.csv",
    "codelists/categories.csv",
    "codelists/category_labels.csv",
    "codelists/symbols.csv",
    "codelists/indicators.csv",
    "codelists/indicator_aliases.csv",
    "codelists/publications.csv",
    "codelists/rate_checks.csv",
    "codelists/claims.csv",
    GROUP_ERRORS,
    LINKS,
    COLUMNS,
    SPEND_LINES,
    "codelists/wales/areas.csv",
    "codelists/wales/area_aliases.csv",
    "codelists/wales/tiles.csv",
    "codelists/wales/categories.csv",
    "codelists/wales/category_labels.csv",
    "codelists/wales/indicators.csv",
    "codelists/wales/indicator_aliases.csv",
    "codelists/wales/claims.csv",
    WELSH_MID_YEARS,
];

/// The code list that says which mid-year's children go with which year in Wales, and why.
pub(crate) const WELSH_MID_YEARS: &str = "codelists/wales/denominators.csv";

/// How wrong estimates of children by ethnic group are: only read where neighbourhoods are.
pub(crate) const GROUP_ERRORS: &str = "codelists/group_estimate_errors.csv";

/// Neighbourhoods that are taken to adjoin though no border joins them: only read where neighbourhoods are.
pub(crate) const LINKS: &str = "codelists/neighbourhood_links.csv";

/// The code list that says from what the figures are built, and so which tables hold them.
pub(crate) const COLUMNS: &str = "codelists/columns.csv";

/// The code list that says which lines of which statement are spending on what.
pub(crate) const SPEND_LINES: &str = "codelists/spend_lines.csv";

/// Every code list, parsed and checked against the others.
#[derive(Debug, Clone)]
pub(crate) struct CodeLists {
    pub(crate) areas: Vec<Area>,
    pub(crate) area_aliases: Vec<(String, AreaCode)>,
    pub(crate) changes: Vec<AreaChange>,
    pub(crate) tiles: BTreeMap<AreaCode, Tile>,
    pub(crate) combined: BTreeSet<String>,
    pub(crate) dimensions: Dimensions,
    pub(crate) labels: Labels,
    pub(crate) marks: Marks,
    pub(crate) indicators: Indicators,
    pub(crate) publications: Vec<Publication>,
    pub(crate) claims: Vec<Claim>,
}

/// How a publication's file is laid out, as `publications.csv` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One row for an area and a year, or with a layout that its own reader knows.
    Tidy,
    /// One row for an area, one column for each year (underlying data of children looked after).
    Years,
    /// One row for a measure, an area and a year (the local authority interactive tool).
    Lait,
}

impl Layout {
    pub(crate) const WORDS: [&'static str; 3] = ["", "years", "lait"];

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word {
            "" => Some(Self::Tidy),
            "years" => Some(Self::Years),
            "lait" => Some(Self::Lait),
            _ => None,
        }
    }
}

/// One published file, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Publication {
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) layout: Layout,
    pub(crate) vintage: String,
    pub(crate) title: String,
    pub(crate) table: String,
    pub(crate) release: String,
    pub(crate) licence: String,
    pub(crate) origin: Origin,
}

impl CodeLists {
    /// England's lists.
    pub(crate) fn read(files: &Files) -> Result<Self, LoadErrors> {
        Self::read_of(files, Nation::England)
    }

    /// The lists of a nation: symbols and publications are one list for all, the others its own.
    pub(crate) fn read_of(files: &Files, nation: Nation) -> Result<Self, LoadErrors> {
        let own = |name: &str| open(files, &list_of(nation, name));
        let areas = read_areas(&own("areas")?)?;
        let index = Areas::new(areas.clone(), Vec::new(), BTreeMap::new(), BTreeMap::new());
        let (dimensions, labels) = read_dimensions(&own("categories")?, &own("category_labels")?)?;
        let marks = read_marks(&open(files, "codelists/symbols.csv")?)?;
        let indicators = read_indicators(&own("indicators")?, Vec::new())?;
        let aliases = own("indicator_aliases")?;
        let aliases = read_indicator_aliases(&aliases, &indicators)?;
        let indicators = indicators.with_aliases(aliases);
        // No Welsh authority has changed since the first figures, and no row is of two.
        let (changes, combined) = match nation {
            Nation::England => (
                read_changes(&own("area_changes")?, &index)?,
                read_combined(&own("combined_areas")?)?,
            ),
            Nation::Wales => (Vec::new(), BTreeSet::new()),
        };
        Ok(Self {
            claims: read_claims(&own("claims")?, &indicators)?,
            area_aliases: read_area_aliases(&own("area_aliases")?, &index)?,
            changes,
            tiles: read_tiles(&own("tiles")?, &index)?,
            combined,
            indicators,
            publications: read_publications(&open(files, "codelists/publications.csv")?, &marks)?,
            areas,
            dimensions,
            labels,
            marks,
        })
    }

    /// The areas with their history and tiles, without neighbours.
    pub(crate) fn areas(&self) -> Areas {
        Areas::new(
            self.areas.clone(),
            self.changes.clone(),
            BTreeMap::new(),
            self.tiles.clone(),
        )
    }
}

/// The file of a list of a nation's own.
fn list_of(nation: Nation, name: &str) -> String {
    match nation {
        Nation::England => format!("codelists/{name}.csv"),
        Nation::Wales => format!("codelists/wales/{name}.csv"),
    }
}

fn open(files: &Files, name: &str) -> Result<Table, LoadErrors> {
    Table::read_own(name, files.get(name)?)
}

/// Collects every row's value, or every row's error.
pub(crate) fn collect<'a, T>(
    table: &'a Table,
    mut parse: impl FnMut(Row<'a>) -> Result<T, LoadError>,
) -> Result<Vec<T>, LoadErrors> {
    let mut errors = Vec::new();
    let mut values = Vec::with_capacity(table.len());
    for row in table.rows() {
        match parse(row) {
            Ok(value) => values.push(value),
            Err(error) => errors.push(error),
        }
    }
    LoadErrors::check(errors, values)
}

fn yes(row: Row<'_>, column: usize) -> Result<bool, LoadError> {
    read::word(row, column, "`yes` or empty", &["yes"], |text| match text {
        "yes" => Some(true),
        "" => Some(false),
        _ => None,
    })
}

fn optional<T>(
    row: Row<'_>,
    column: usize,
    parse: impl FnOnce(Row<'_>, usize) -> Result<T, LoadError>,
) -> Result<Option<T>, LoadError> {
    if row.text(column).is_empty() {
        Ok(None)
    } else {
        parse(row, column).map(Some)
    }
}

/// A code whose form is right; whether the list has it is checked by the caller.
fn code(row: Row<'_>, column: usize) -> Result<AreaCode, LoadError> {
    read::word(
        row,
        column,
        "an area code (a letter and eight digits)",
        &[],
        |text| text.parse().ok(),
    )
}

fn read_areas(table: &Table) -> Result<Vec<Area>, LoadErrors> {
    let [own, entity, name, level, region, old, from, to, tiny] = table.columns([
        "code",
        "entity",
        "name",
        "level",
        "region_code",
        "old_la_code",
        "valid_from",
        "valid_to",
        "tiny",
    ])?;
    let mut lines: BTreeMap<AreaCode, u64> = BTreeMap::new();
    collect(table, |row| {
        let stated_region = optional(row, region, code)?;
        let level_of = read::word(
            row,
            level,
            "a geographic level",
            &["National", "Regional", "Local authority"],
            GeographicLevel::from_words,
        )?;
        let area = Area {
            code: code(row, own)?,
            entity: code(row, entity)?,
            name: row.text(name).to_owned(),
            level: level_of,
            region: stated_region.map(london),
            part_of_london: stated_region.filter(|stated| {
                london(*stated) != *stated && level_of != GeographicLevel::Regional
            }),
            old_la_code: optional(row, old, |row, column| Ok(row.text(column).to_owned()))?,
            valid_from: optional(row, from, |row, column| read::date(row, column, ""))?,
            valid_to: optional(row, to, |row, column| read::date(row, column, ""))?,
            tiny: yes(row, tiny)?,
        };
        match lines.insert(area.code, row.line) {
            None => Ok(area),
            Some(first) => Err(row.error(
                own,
                "",
                Fault::DuplicateKey {
                    key: area.code.to_string(),
                    first,
                },
            )),
        }
    })
}

/// Files of the Department for Education put London authorities in Inner or Outer London; the
/// region they are compared with is London.
fn london(region: AreaCode) -> AreaCode {
    const PARTS: [&str; 2] = ["E13000001", "E13000002"];
    let london: Option<AreaCode> = PARTS
        .contains(&region.as_str())
        .then(|| "E12000007".parse().ok())
        .flatten();
    london.unwrap_or(region)
}

fn read_changes(table: &Table, areas: &Areas) -> Result<Vec<AreaChange>, LoadErrors> {
    let [effective, predecessor, successor, kind] =
        table.columns(["effective", "predecessor", "successor", "kind"])?;
    let words: Vec<&str> = ChangeKind::WORDS.iter().map(|(_, word)| *word).collect();
    collect(table, |row| {
        Ok(AreaChange {
            effective: read::date(row, effective, "")?,
            predecessor: read::area(row, predecessor, areas)?,
            successor: read::area(row, successor, areas)?,
            kind: read::word(row, kind, "a kind of change", &words, ChangeKind::from_word)?,
        })
    })
}

/// What else people call areas; several rows with one name make it one that several go by.
fn read_area_aliases(table: &Table, areas: &Areas) -> Result<Vec<(String, AreaCode)>, LoadErrors> {
    let [alias, code] = table.columns(["alias", "code"])?;
    collect(table, |row| {
        Ok((row.text(alias).to_owned(), read::area(row, code, areas)?))
    })
}

/// What else people call indicators.
fn read_indicator_aliases(
    table: &Table,
    indicators: &Indicators,
) -> Result<Vec<(String, IndicatorId)>, LoadErrors> {
    let [alias, indicator] = table.columns(["alias", "indicator"])?;
    let named: Vec<&str> = indicators
        .iter()
        .map(|(_, own)| own.name.as_str())
        .collect();
    collect(table, |row| {
        let id = read::word(row, indicator, "an indicator", &named, |text| {
            indicators.id(text)
        })?;
        Ok((row.text(alias).to_owned(), id))
    })
}

fn read_tiles(table: &Table, areas: &Areas) -> Result<BTreeMap<AreaCode, Tile>, LoadErrors> {
    let [code, y, x, label] = table.columns(["code", "row", "column", "label"])?;
    let mut seen: BTreeMap<(u8, u8), u64> = BTreeMap::new();
    let tiles = collect(table, |row| {
        let tile = Tile {
            row: read::whole(row, y, "")?,
            column: read::whole(row, x, "")?,
            label: row.text(label).to_owned(),
        };
        match seen.insert((tile.row, tile.column), row.line) {
            None => Ok((read::area(row, code, areas)?, tile)),
            Some(first) => {
                let key = format!("row {} column {}", tile.row, tile.column);
                Err(row.error(y, "", Fault::DuplicateKey { key, first }))
            }
        }
    })?;
    Ok(tiles.into_iter().collect())
}

fn read_combined(table: &Table) -> Result<BTreeSet<String>, LoadErrors> {
    let [old, new] = table.columns(["old_la_code", "new_la_code"])?;
    Ok(table
        .rows()
        .flat_map(|row| [row.text(old).to_owned(), row.text(new).to_owned()])
        .collect())
}

fn read_dimensions(
    categories: &Table,
    label_table: &Table,
) -> Result<(Dimensions, Labels), LoadErrors> {
    let [dimension, code, label, parent, unknown] =
        categories.columns(["dimension", "code", "label", "parent", "unknown"])?;
    let columns: Vec<&str> = Dimension::ALL.iter().map(|d| d.column()).collect();
    let mut labels = Labels::default();
    let rows = collect(categories, |row| {
        let dimension = read::word(
            row,
            dimension,
            "a dimension",
            &columns,
            Dimension::from_column,
        )?;
        let category = Category {
            code: row.text(code).to_owned(),
            label: row.text(label).to_owned(),
            parent: optional(row, parent, |row, column| Ok(row.text(column).to_owned()))?,
            unknown: yes(row, unknown)?,
        };
        Ok((dimension, category))
    })?;
    for (dimension, category) in &rows {
        labels.insert(dimension.column(), &category.label, &category.code);
    }
    let mut lists: [CodeList; Dimension::ALL.len()] = Default::default();
    for dimension in Dimension::ALL {
        let own = rows
            .iter()
            .filter(|(d, _)| *d == dimension)
            .map(|(_, category)| category.clone())
            .collect();
        lists[dimension as usize] = CodeList::new(own).ok_or_else(|| LoadError {
            place: disparity_core::Place {
                file: categories.file().to_owned(),
                ..Default::default()
            },
            about: dimension.column().to_owned(),
            fault: Fault::Contradiction {
                what: "a code appears twice".into(),
                advice: "keep one row for each code".into(),
            },
        })?;
    }
    let [dimension, label, code] = label_table.columns(["dimension", "label", "code"])?;
    for row in label_table.rows() {
        labels.insert(row.text(dimension), row.text(label), row.text(code));
    }
    // Labels of two dimensions at once are those of particular publications.
    let called = label_table.rows().filter_map(|row| {
        let dimension = Dimension::from_column(row.text(dimension))?;
        let code = row.text(code);
        Some((
            dimension,
            row.text(label),
            (code != Labels::SKIP).then_some(code),
        ))
    });
    Ok((Dimensions::new(lists).with_labels(called), labels))
}

fn read_marks(table: &Table) -> Result<Marks, LoadErrors> {
    let [vintage, mark, symbol] = table.columns(["vintage", "mark", "symbol"])?;
    let mut marks = Marks::default();
    collect(table, |row| {
        let symbol = read::word(
            row,
            symbol,
            "a standard symbol",
            &Symbol::ALL.map(Symbol::mark),
            Symbol::from_mark,
        )?;
        marks.insert(row.text(vintage), row.text(mark), symbol);
        Ok(())
    })?;
    Ok(marks)
}

/// What documents claim; every claim is of an indicator that the list has.
fn read_claims(table: &Table, indicators: &Indicators) -> Result<Vec<Claim>, LoadErrors> {
    let [name, document, said, stated, figure] =
        table.columns(["claim", "document", "said", "stated", "figure"])?;
    let [indicator, period, model, why] = table.columns(["indicator", "period", "model", "why"])?;
    let figures = ClaimFigure::ALL.map(ClaimFigure::as_str);
    let models = StructuralModel::ALL.map(StructuralModel::as_str);
    let named: Vec<&str> = indicators
        .iter()
        .map(|(_, own)| own.name.as_str())
        .collect();
    collect(table, |row| {
        Ok(Claim {
            name: row.text(name).to_owned(),
            document: row.text(document).to_owned(),
            said: row.text(said).to_owned(),
            stated: read::number(row, stated, "")?,
            figure: read::word(row, figure, "a figure", &figures, |text| {
                ClaimFigure::ALL
                    .into_iter()
                    .find(|figure| figure.as_str() == text)
            })?,
            indicator: read::word(row, indicator, "an indicator", &named, |text| {
                indicators.id(text)
            })?,
            period: optional(row, period, read::period)?,
            model: optional(row, model, |row, column| {
                read::word(row, column, "a model", &models, |text| {
                    StructuralModel::ALL
                        .into_iter()
                        .find(|model| model.as_str() == text)
                })
            })?
            .unwrap_or(StructuralModel::Null),
            why: row.text(why).to_owned(),
        })
    })
}

/// Indicators with those of a further list after them, whose denominators may be of either.
///
/// # Errors
/// Every bad row of the list, with its line in `file`.
pub fn with_indicators(
    known: &Indicators,
    file: &str,
    list: &[u8],
) -> Result<Indicators, LoadErrors> {
    let first = known.iter().map(|(_, indicator)| indicator.clone());
    let all = read_indicators(&Table::read_own(file, list)?, first.collect())?;
    Ok(all.with_aliases_of(known))
}

/// The indicators of a table, after others.
fn read_indicators(table: &Table, mut all: Vec<Indicator>) -> Result<Indicators, LoadErrors> {
    let [
        name,
        title,
        short,
        family,
        timing,
        counts,
        repeats,
        denominator,
    ] = table.columns([
        "name",
        "title",
        "short_title",
        "family",
        "timing",
        "counts",
        "repeats",
        "denominator",
    ])?;
    let [headline, modelled, decimals, from, to, adults, definition] = table.columns([
        "headline",
        "modelled",
        "decimals",
        "comparable_from",
        "comparable_to",
        "includes_18_and_over",
        "definition",
    ])?;
    let first = all.iter().map(|indicator| indicator.name.clone());
    let own = table.rows().map(|row| row.text(name).to_owned());
    let names: Vec<String> = first.chain(own).collect();
    let words: Vec<&str> = names.iter().map(String::as_str).collect();
    let position = |text: &str| {
        names
            .iter()
            .position(|own| *own == text)
            .and_then(|at| u16::try_from(at).ok())
    };
    let indicators = collect(table, |row| {
        Ok(Indicator {
            name: row.text(name).to_owned(),
            title: row.text(title).to_owned(),
            short_title: row.text(short).to_owned(),
            family: row.text(family).to_owned(),
            timing: read::word(
                row,
                timing,
                "a timing",
                &["as_at", "during"],
                Timing::from_word,
            )?,
            counted: Counted {
                noun: row.text(counts).to_owned(),
                repeats: yes(row, repeats)?,
            },
            denominator: read::word(
                row,
                denominator,
                "`children_0_17` or an indicator",
                &words,
                |text| {
                    (text == "children_0_17")
                        .then_some(DenominatorKind::Children0To17)
                        .or_else(|| {
                            position(text).map(|at| DenominatorKind::Indicator(IndicatorId(at)))
                        })
                },
            )?,
            headline: yes(row, headline)?,
            modelled: yes(row, modelled)?,
            decimals: read::whole(row, decimals, "")?,
            comparable: (optional(row, from, period)?, optional(row, to, period)?),
            includes_18_and_over: yes(row, adults)?,
            definition: row.text(definition).to_owned(),
        })
    })?;
    all.extend(indicators);
    Indicators::new(all).map_err(|error| {
        LoadError {
            place: disparity_core::Place {
                file: table.file().to_owned(),
                ..Default::default()
            },
            about: String::new(),
            fault: Fault::Contradiction {
                what: error.to_string(),
                advice: "correct the row".into(),
            },
        }
        .into()
    })
}

fn period(row: Row<'_>, column: usize) -> Result<Period, LoadError> {
    read::period(row, column)
}

fn read_publications(table: &Table, marks: &Marks) -> Result<Vec<Publication>, LoadErrors> {
    let [
        id,
        path,
        layout,
        vintage,
        publication,
        name,
        release,
        licence,
    ] = table.columns([
        "id",
        "path",
        "layout",
        "vintage",
        "publication",
        "table",
        "release",
        "licence",
    ])?;
    let [page, copy, copied, released, retrieved] =
        table.columns(["page", "copy", "copied", "released", "retrieved"])?;
    collect(table, |row| {
        let text = |column| row.text(column).to_owned();
        let address = |column| {
            read::word(
                row,
                column,
                "an address that starts with https://",
                &[],
                |text| (text.is_empty() || text.starts_with("https://")).then(|| text.to_owned()),
            )
        };
        let date = |column| optional(row, column, |row, column| read::date(row, column, ""));
        Ok(Publication {
            id: text(id),
            path: text(path),
            layout: read::word(row, layout, "a layout", &Layout::WORDS, Layout::from_word)?,
            vintage: read::word(row, vintage, "a vintage of symbols.csv", &[], |text| {
                marks.knows(text).then(|| text.to_owned())
            })?,
            title: text(publication),
            table: text(name),
            release: text(release),
            licence: text(licence),
            origin: Origin {
                page: address(page)?,
                copy: address(copy)?,
                copied: date(copied)?,
                released: date(released)?,
                retrieved: date(retrieved)?,
            },
        })
    })
}
