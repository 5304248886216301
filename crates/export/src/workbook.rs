//! Tables of a run for people, as a workbook has them.
//!
//! The columns are those of the files ([`crate::tables`]), under the labels that `columns.csv` gives them; what a person
//! does not need in every row (codes of the country and the region, intervals at other levels, columns without a figure)
//! is left to the files. A sheet has as many rows as can be worked with: of a longer table it has a part, and a note says
//! which, of how many rows, and where the rest is.

use disparity_core::document::{Cell, Column as Heading, DocumentError, Table};
use disparity_core::{Catalogue, Comparator, Levels, Results, Symbol};
use disparity_disclosure::Release;

use crate::column::{Column, Dictionary, Kind, Role, Spec, TableView, Value};
use crate::tables;
use crate::write::{LatestYears, SHORT};

/// Columns that say the same in every row, what the area's name and code or a cell without a figure say already, or
/// what few need.
const LEFT_OUT: [&str; 14] = [
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "old_la_code",
    "la_name",
    "timing",
    "conf_level",
    "issue_codes",
    "denominator_error",
    "scaled_by",
    "symbol",
    "file",
];

/// Less of a table, where it has too many rows: which, in words that follow the caption, and whether a row is of it.
type Less<'f, R> = (&'static str, &'f dyn Fn(&R) -> bool);

/// Which rows of a table a sheet has.
struct Part {
    /// What follows the caption.
    words: String,
    rows: Vec<usize>,
}

/// The tables that a workbook of a run has, and what is left to files.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkbookTables {
    /// Each on a sheet of its own.
    pub tables: Vec<Table>,
    /// What a reader must know of all of them.
    pub notes: Vec<String>,
}

/// What is asked of a workbook.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    catalogue: &'a Catalogue,
    levels: Levels,
    /// Years were named, so all of them are wanted.
    of_years: bool,
    /// What must stand on every sheet.
    mark: Option<&'a str>,
}

/// Makes the tables of a release that people read: estimates, what is expected, comparisons, gradients, claims and
/// issues. `of_years` says that years were asked for; else the latest of each indicator is shown. `mark` is what every
/// sheet says of itself.
///
/// # Errors
/// [`DocumentError`], if a table is not whole.
pub fn workbook_tables(
    release: &Release<Results>,
    catalogue: &Catalogue,
    of_years: bool,
    mark: Option<&str>,
) -> Result<WorkbookTables, DocumentError> {
    let results = release.results();
    let asked = Asked {
        catalogue,
        levels: results.levels,
        of_years,
        mark,
    };
    let issues = tables::issue_rows(&results.issues, tables::last_year(results));
    let everyone = ", everyone";
    let of_areas = |comparator| {
        use Comparator::{Nation, NeighbourMedian, Region};
        matches!(comparator, Nation(_) | Region(_) | NeighbourMedian)
    };
    let each = [
        asked.table(
            "Rates and proportions with intervals",
            tables::estimates(results, catalogue),
            &[(everyone, &|row| row.key.stratum.is_total())],
        )?,
        asked.table(
            "Counted against expected",
            tables::expected(results, catalogue),
            &[(", the expectation to quote", &|row| row.quoted)],
        )?,
        asked.table(
            "Comparisons between areas, years and groups",
            tables::contrasts(results, catalogue),
            &[
                (everyone, &|row| row.key.stratum.is_total()),
                (
                    ", with England, the region and the median of statistical neighbours",
                    &|row| of_areas(row.comparator),
                ),
            ],
        )?,
        asked.table(
            "Rates by deprivation of the neighbourhood",
            tables::gradients(results, catalogue),
            &[],
        )?,
        asked.table(
            "What documents of the field say, beside the same figures",
            tables::claims(results, catalogue),
            &[],
        )?,
        asked.table(
            "What to know about the figures",
            tables::issues(&issues, catalogue),
            &[],
        )?,
    ];
    let notes = vec![
        format!(
            "Intervals are at {}; those at other levels, codes of regions and the codes of what to know about a row are in \
             the files. Words with low lines are those of the files.",
            results.levels.shown()
        ),
        "Beside this workbook every table is whole as Parquet (a long one as CSV of the latest year): also the fits of \
         models, effects of authorities, fifths and covariates, which have no sheet. The file columns.csv says what every \
         column of a file is."
            .to_owned(),
    ];
    Ok(WorkbookTables {
        tables: each.into_iter().flatten().collect(),
        notes,
    })
}

impl Asked<'_> {
    /// A table for people; none without rows.
    fn table<R: Sync>(
        self,
        caption: &str,
        mut view: TableView<'_, R>,
        less: &[Less<'_, R>],
    ) -> Result<Option<Table>, DocumentError> {
        let Part { words, rows } = part(self.of_years, &view, less);
        if rows.is_empty() {
            return Ok(None);
        }
        let areas = areas(&view, &rows);
        view.columns.retain(|column| self.is_for_people(column));
        let shown = view.columns.iter();
        let shown = shown.map(|column| self.cells(column, view.rows, &rows));
        // A column in which nothing applies says nothing, nor does one of groups where there is everyone alone.
        let nothing = [Cell::Symbol(Symbol::NotApplicable), Cell::from("Total")];
        let kept: Vec<(&Column<'_, R>, Vec<Cell>)> = view
            .columns
            .iter()
            .zip(shown)
            .filter(|(_, cells)| cells.iter().any(|cell| !nothing.contains(cell)))
            .collect();
        let headings = headings(kept.iter().map(|(column, _)| *column));
        let mut columns: Vec<_> = kept
            .into_iter()
            .map(|(_, cells)| cells.into_iter())
            .collect();
        let cells = areas.into_iter().map(|area| {
            let others = columns.iter_mut().filter_map(Iterator::next);
            std::iter::once(Cell::Text(area)).chain(others).collect()
        });
        let mark = self.mark.map_or(String::new(), |mark| format!("{mark}: "));
        let caption = format!("{mark}{caption}{words}");
        let mut table = Table::new(caption, headings, cells.collect())?;
        if rows.len() < view.rows.len() {
            table = table.note(format!(
                "Table of {0}: {1} of its {2} rows; {0}.parquet has every year and group of this run.",
                view.name,
                thousands(rows.len()),
                thousands(view.rows.len()),
            ));
        }
        Ok(Some(table.source(format!(
            "{}.parquet of this run, from what the sheet Cover names",
            view.name
        ))))
    }

    /// The cells of a column in some rows.
    fn cells<R>(self, column: &Column<'_, R>, of: &[R], rows: &[usize]) -> Vec<Cell> {
        let values = TableView::values(column, of);
        let texts = match &column.kind {
            Kind::Text(texts) => self.words(&column.spec, texts),
            Kind::Whole | Kind::Number => Vec::new(),
        };
        let names = matches!(column.spec.role, Role::Identifier | Role::Filter);
        let decimals = column.spec.decimals.unwrap_or(0);
        let cell = |value: Value| match value {
            Value::Text(at) => texts[at as usize].clone(),
            Value::Whole(n) => match i32::try_from(n) {
                Ok(n) if names => Cell::Numeral(n),
                _ => Cell::number(n as f64, 0),
            },
            Value::Number(x) => Cell::number(x, decimals),
            Value::Absent(symbol) => Cell::Symbol(symbol),
            Value::None => Cell::Symbol(Symbol::NotApplicable),
        };
        rows.iter().map(|at| cell(values[*at])).collect()
    }

    /// The words of a column: of an indicator its title, and what names by a number as one.
    fn words(self, spec: &Spec, texts: &Dictionary) -> Vec<Cell> {
        let indicators = &self.catalogue.indicators;
        let word = |text: &String| {
            let text = match (spec.name.as_ref(), text.as_str()) {
                ("indicator", name) => indicators
                    .id(name)
                    .map_or(name, |id| indicators.get(id).title.as_str()),
                ("unit", "per_10k") => "per 10,000 children",
                (_, text) => text,
            };
            // What is said of a figure may be that there is none.
            let mut symbols = Symbol::ALL.into_iter();
            let symbol = symbols.find(|own| spec.role == Role::Note && own.mark() == text);
            match (symbol, text.parse()) {
                (Some(symbol), _) => Cell::Symbol(symbol),
                (_, Ok(numeral)) => Cell::Numeral(numeral),
                _ if text.trim().is_empty() => Cell::Symbol(Symbol::NotApplicable),
                _ => Cell::from(text),
            }
        };
        texts.iter().map(word).collect()
    }

    /// Whether a column is one that people need in every row.
    fn is_for_people<R>(self, column: &Column<'_, R>) -> bool {
        let name = column.spec.name.as_ref();
        let mut others = (1..self.levels.len()).map(|place| self.levels.suffix(place));
        !LEFT_OUT.contains(&name) && !others.any(|suffix| name.ends_with(&suffix))
    }
}

/// The rows that a sheet has: all where they are few enough and years were asked for, else those of the latest year of
/// each indicator, and less of those as long as they are too many.
fn part<R>(of_years: bool, view: &TableView<'_, R>, less: &[Less<'_, R>]) -> Part {
    let mut rows: Vec<usize> = (0..view.rows.len()).collect();
    let mut words = String::new();
    if let Some(year) = view.year.filter(|_| !of_years || rows.len() > SHORT) {
        let latest = LatestYears::of(year, view.rows);
        let all = rows.len();
        rows.retain(|at| latest.has(&view.rows[*at]));
        if rows.len() < all {
            words += ", latest year of each indicator";
        }
    }
    for (which, is_of) in less {
        if rows.len() > SHORT {
            rows.retain(|at| is_of(&view.rows[*at]));
            words += which;
        }
    }
    Part { words, rows }
}

/// The headings of a table: the area, then each column's label, and where two have one its name too.
fn headings<'c, R: 'c>(columns: impl Iterator<Item = &'c Column<'c, R>>) -> Vec<Heading> {
    let mut headings = vec![Heading::new("Area")];
    for column in columns {
        let label = column.spec.label.as_ref();
        let is_same = |own: &Heading| own.heading.eq_ignore_ascii_case(label);
        let words = if headings.iter().any(is_same) {
            format!("{label} ({})", column.spec.name)
        } else {
            label.to_owned()
        };
        headings.push(Heading::new(words));
    }
    headings
}

/// What the area of each row is called: the authority, else the region, else the country.
fn areas<R>(view: &TableView<'_, R>, rows: &[usize]) -> Vec<String> {
    let named = ["la_name", "region_name"].map(|name| {
        let column = view.columns.iter().find(|own| own.spec.name == name)?;
        let Kind::Text(texts) = &column.kind else {
            return None;
        };
        Some((texts, TableView::values(column, view.rows)))
    });
    let of_row = |row: &usize| {
        let mut names = named.iter().flatten();
        let name = names.find_map(|(texts, values)| match values[*row] {
            Value::Text(at) => Some(texts[at as usize].clone()),
            _ => None,
        });
        name.unwrap_or_else(|| "England".to_owned())
    };
    rows.iter().map(of_row).collect()
}

fn thousands(rows: usize) -> String {
    disparity_core::thousands(&rows.to_string())
}

#[cfg(test)]
mod tests {
    use disparity_core::Period;

    use super::*;

    /// A table of so many rows in two years; a row is its place.
    fn part_of(rows: usize, of_years: bool, less: &[Less<'_, usize>]) -> (usize, String) {
        let rows: Vec<usize> = (0..rows).collect();
        let view = TableView {
            name: "rows",
            columns: Vec::new(),
            rows: &rows,
            year: Some(|row| {
                (
                    None,
                    Period::ending(if row % 2 == 0 { 2024 } else { 2025 }).unwrap(),
                )
            }),
        };
        let part = part(of_years, &view, less);
        (part.rows.len(), part.words)
    }

    #[test]
    fn a_sheet_has_no_more_rows_than_can_be_worked_with() {
        let tenth: Less<'_, usize> = (", a tenth", &|row| row % 10 == 1);
        let hundredth: Less<'_, usize> = (", a hundredth", &|row| row % 100 == 1);
        let less = [tenth, hundredth];
        let latest = ", latest year of each indicator";
        assert_eq!(part_of(10, false, &less), (5, latest.to_owned()));
        assert_eq!(part_of(SHORT, true, &less), (SHORT, String::new()));
        // Too many of all years that were asked for: the latest, and of those what is wanted most.
        assert_eq!(part_of(SHORT + 2, true, &less).1, latest);
        let (rows, words) = part_of(6 * SHORT, false, &less);
        assert_eq!(
            (rows, words),
            (6 * SHORT / 10, format!("{latest}, a tenth"))
        );
        let (rows, words) = part_of(30 * SHORT, false, &less);
        let both = format!("{latest}, a tenth, a hundredth");
        assert_eq!((rows, words), (30 * SHORT / 100, both));
    }
}
