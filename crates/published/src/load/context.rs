//! Facts about areas that are not counts of children receiving services.

use std::collections::BTreeMap;

use disparity_core::{
    AreaCode, Areas, Context, Inspection, LowIncome, MidYear, Reported, ServiceSpend, Spend,
    SpendService,
};

use super::Tables;
use crate::codelists::{CodeLists, collect};
use crate::error::LoadErrors;
use crate::read::{self, ReadReported as _};
use crate::table::Table;

pub(super) fn read(
    tables: &Tables<'_>,
    lists: &CodeLists,
    areas: &Areas,
) -> Result<Context, LoadErrors> {
    let mut context = Context {
        children_by_decile: children_by_decile(tables, areas)?,
        children_by_age: children_by_age(tables, areas)?,
        ..Context::default()
    };

    let table = tables.read("children_in_low_income_families")?;
    let [index, area, children, known, withheld, estimated] = table.columns([
        "deprivation_index",
        "area_code",
        "children_0_15",
        "low_income_children_known",
        "children_0_15_withheld",
        "low_income_children_withheld_estimated",
    ])?;
    let rows = collect(&table, |row| {
        let low_income = LowIncome {
            children: read::number(row, children, row.text(area))?,
            known: read::number(row, known, row.text(area))?,
            estimated: read::number(row, estimated, row.text(area))?,
            children_withheld: read::number(row, withheld, row.text(area))?,
        };
        Ok((
            (row.text(index).to_owned(), read::area(row, area, areas)?),
            low_income,
        ))
    })?;
    context.low_income = rows.into_iter().collect();

    let table = tables.read("inspections")?;
    let [area, inspected, published, overall] =
        table.columns(["area_code", "inspected", "published", "overall"])?;
    let rows = collect(&table, |row| {
        let inspection = Inspection {
            inspected: read::date(row, inspected, "")?,
            published: read::date(row, published, "")?,
            overall: row.text(overall).to_owned(),
        };
        Ok((read::area(row, area, areas)?, inspection))
    })?;
    // Rows are in order of inspection, so the last one of each authority is the latest.
    context.inspections = rows.into_iter().collect::<BTreeMap<_, _>>();

    let table = tables.read("spend")?;
    let [year, area, total, part, per_child] = table.columns([
        "financial_year_ending",
        "area_code",
        "children_services_thousand_pounds",
        "children_looked_after_thousand_pounds",
        "pounds_per_child",
    ])?;
    let rows = collect(&table, |row| {
        let number = |column| {
            lists
                .marks
                .number("disparity", row.text(column))
                .map_err(|fault| row.error(column, row.text(area), fault))
        };
        let spend = Spend {
            total: number(total)?,
            children_looked_after: number(part)?,
            per_child: number(per_child)?,
        };
        Ok((
            (read::area(row, area, areas)?, read::whole(row, year, "")?),
            spend,
        ))
    })?;
    context.spend = rows.into_iter().collect();
    context.spend_by_service = spend_by_service(&tables.read("spend_by_service")?, lists, areas)?;
    Ok(context)
}

fn spend_by_service(
    table: &Table,
    lists: &CodeLists,
    areas: &Areas,
) -> Result<BTreeMap<(AreaCode, u16), ServiceSpend>, LoadErrors> {
    let [year, area, all] = table.columns(["financial_year_ending", "area_code", "all_pounds"])?;
    let names = SpendService::ALL.map(|service| format!("{}_pounds", service.word()));
    let services = table.columns(names.each_ref().map(String::as_str))?;
    let rows = collect(table, |row| {
        // Beside whole pounds, which may be below 0, the marks of our own tables.
        let pounds = |column: usize| match row.text(column).parse() {
            Ok(pounds) => Ok(Reported::Value(pounds)),
            Err(_) => match lists.marks.count("disparity", row.text(column)) {
                Ok(Reported::Symbol(symbol)) => Ok(Reported::Symbol(symbol)),
                Ok(Reported::Value(count)) => Ok(Reported::Value(i64::from(count))),
                Err(fault) => Err(row.error(column, row.text(area), fault)),
            },
        };
        let mut own = [Reported::Value(0); 7];
        for (own, column) in own.iter_mut().zip(services) {
            *own = pounds(column)?;
        }
        let key = (read::area(row, area, areas)?, read::whole(row, year, "")?);
        Ok((key, ServiceSpend::new(own, pounds(all)?)))
    })?;
    Ok(rows.into_iter().collect())
}

/// Children by tenth of neighbourhoods, by index and area.
pub(super) fn children_by_decile(
    tables: &Tables<'_>,
    areas: &Areas,
) -> Result<BTreeMap<(String, AreaCode), [f64; 10]>, LoadErrors> {
    let table = tables.read("children_by_decile")?;
    let [index, area] = table.columns(["deprivation_index", "area_code"])?;
    let names: [String; 10] = std::array::from_fn(|i| format!("decile_{}", i + 1));
    let deciles = table.columns(names.each_ref().map(String::as_str))?;
    let rows = collect(&table, |row| {
        let mut children = [0.0; 10];
        for (children, column) in children.iter_mut().zip(deciles) {
            *children = read::number(row, column, row.text(area))?;
        }
        Ok((
            (row.text(index).to_owned(), read::area(row, area, areas)?),
            children,
        ))
    })?;
    Ok(rows.into_iter().collect())
}

/// Children by single year of age, by mid-year and area.
pub(super) fn children_by_age(
    tables: &Tables<'_>,
    areas: &Areas,
) -> Result<BTreeMap<(MidYear, AreaCode), [f64; 18]>, LoadErrors> {
    let table = tables.read("children_by_single_year")?;
    let [year, area] = table.columns(["mid_year", "area_code"])?;
    let names: [String; 18] = std::array::from_fn(|age| format!("age_{age}"));
    let ages = table.columns(names.each_ref().map(String::as_str))?;
    let rows = collect(&table, |row| {
        let mut children = [0.0; 18];
        for (children, column) in children.iter_mut().zip(ages) {
            *children = read::number(row, column, row.text(area))?;
        }
        Ok((
            (
                MidYear(read::whole(row, year, "")?),
                read::area(row, area, areas)?,
            ),
            children,
        ))
    })?;
    Ok(rows.into_iter().collect())
}
