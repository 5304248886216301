//! Neighbour lists, inspections and spending.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use disparity_core::{AreaCode, Areas, Date, Period, Reported};

use crate::codelists::{CodeLists, collect};
use crate::error::{LoadError, LoadErrors};
use crate::read::{self, ReadReported as _};
use crate::table::{Row, Table};

/// The neighbour lists as CSV. `tables` gives each list's period, table and the name of the column
/// that holds the authority's three-digit code; the ten neighbours and their closeness follow in
/// pairs, whose headings repeat in the 2021 file, so they are found by position after `first`.
pub(super) fn neighbours(
    tables: &[(Period, &Table, &str, &str)],
    areas: &Areas,
) -> Result<String, LoadErrors> {
    let mut rows: BTreeMap<(Period, AreaCode, usize), (AreaCode, String)> = BTreeMap::new();
    for (period, table, own, first) in tables {
        let [own, first] = table.columns([own, first])?;
        let read = collect(table, |row| {
            if !row.text(own).bytes().all(|byte| byte.is_ascii_digit()) || row.text(own).is_empty()
            {
                // Blank lines and the heading "Old SNs:" stand between the two parts of the 2021 list.
                return Ok(Vec::new());
            }
            let authority = by_old(row, own, *period, areas)?;
            (1..=10)
                .map(|rank| {
                    let column = first + 2 * (rank - 1);
                    let closeness = row.text(column + 1).to_lowercase();
                    Ok((
                        (*period, authority, rank),
                        (by_old(row, column, *period, areas)?, closeness),
                    ))
                })
                .collect::<Result<Vec<_>, LoadError>>()
        })?;
        rows.extend(read.into_iter().flatten());
    }
    let mut csv = "model,area_code,rank,neighbour_area_code,closeness\n".to_owned();
    for ((period, authority, rank), (neighbour, closeness)) in rows {
        let _ = writeln!(csv, "{period},{authority},{rank},{neighbour},{closeness}");
    }
    Ok(csv)
}

fn by_old(
    row: Row<'_>,
    column: usize,
    period: Period,
    areas: &Areas,
) -> Result<AreaCode, LoadError> {
    let old = row.text(column);
    areas
        .by_old_la_code(old, period)
        .map(|area| area.code)
        .ok_or_else(|| read::unknown_area(row, column))
}

/// Inspections as CSV, newest last for each authority. The history and the latest list overlap.
pub(super) fn inspections(tables: &[&Table], areas: &Areas) -> Result<String, LoadErrors> {
    const JUDGEMENTS: [&str; 5] = [
        "Overall effectiveness",
        "The impact of leaders on social work practice with children and families",
        "The experiences and progress of children who need help and protection",
        "The experiences and progress of children in care",
        "The experiences and progress of care leavers",
    ];
    let mut rows: BTreeMap<(AreaCode, Date), (Date, [String; 5])> = BTreeMap::new();
    for table in tables {
        let [code, inspected, published] = table.columns([
            "Local authority area code",
            "Inspection date",
            "Publication date",
        ])?;
        let judgements = table.columns(JUDGEMENTS)?;
        let read = collect(table, |row| {
            let code = read::area(row, code, areas)?;
            let authority = areas.entity(code).unwrap_or(code);
            let date = |column| read::date(row, column, &areas.name(authority));
            Ok((
                (authority, date(inspected)?),
                (
                    date(published)?,
                    judgements.map(|column| row.text(column).to_owned()),
                ),
            ))
        })?;
        rows.extend(read);
    }
    let mut csv = "area_code,inspected,published,overall,leaders,help_and_protection,children_in_care,care_leavers\n".to_owned();
    for ((authority, inspected), (published, judgements)) in rows {
        let _ = writeln!(
            csv,
            "{authority},{inspected},{published},{}",
            judgements.join(",")
        );
    }
    Ok(csv)
}

/// Spending as CSV. Of the two files only the columns that keep their symbols are read: beside them
/// stand copies in which a missing figure is −300 or 0.
pub(super) fn spend(
    total: &Table,
    looked_after: &Table,
    lists: &CodeLists,
    areas: &Areas,
) -> Result<String, LoadErrors> {
    let [per_child] = total.columns(["Cost per child"])?;
    let totals = spending_column(total, "CS Expenditure", Some(per_child), lists, areas)?;
    let parts = spending_column(looked_after, "CLA Expenditure", None, lists, areas)?;
    let mut csv =
        "financial_year_ending,area_code,children_services_thousand_pounds,children_looked_after_thousand_pounds,pounds_per_child\n"
            .to_owned();
    for ((year, area), (all, per_child)) in &totals {
        let part = parts.get(&(*year, *area)).map_or(
            Reported::Symbol(disparity_core::Symbol::NotAvailable),
            |(part, _)| *part,
        );
        let _ = writeln!(csv, "{year},{area},{all},{part},{per_child}");
    }
    Ok(csv)
}

type Spending = BTreeMap<(u16, AreaCode), (Reported<f64>, Reported<f64>)>;

fn spending_column(
    table: &Table,
    column: &str,
    per_child: Option<usize>,
    lists: &CodeLists,
    areas: &Areas,
) -> Result<Spending, LoadErrors> {
    let [time, level, new, amount] =
        table.columns(["time_period", "geographic_level", "new_la_code", column])?;
    let rows = collect(table, |row| {
        let area = match row.text(level) {
            "National" => AreaCode::ENGLAND,
            "Local authority" => {
                let code = read::area(row, new, areas)?;
                areas.entity(code).unwrap_or(code)
            }
            // Regions have no code here and can be summed from their authorities.
            _ => return Ok(None),
        };
        let number = |column| {
            lists
                .marks
                .number("ees", row.text(column))
                .map(|value| value.map(|pounds| (pounds * 1000.0).round() / 1000.0))
                .map_err(|fault| row.error(column, areas.name(area), fault))
        };
        let per_child = per_child.map_or(
            Ok(Reported::Symbol(disparity_core::Symbol::NotAvailable)),
            number,
        )?;
        Ok(Some((
            (read::period(row, time)?.year(), area),
            (number(amount)?, per_child),
        )))
    })?;
    Ok(rows.into_iter().flatten().collect())
}
