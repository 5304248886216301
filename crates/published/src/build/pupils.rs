//! Ethnic groups of primary pupils after the last year of all pupils, and of children at the census:
//! what shares of pupils are moved on with, and what they are held against.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use disparity_core::{AreaCode, Areas, Period};

use crate::codelists::collect;
use crate::error::{Fault, LoadErrors};
use crate::read;
use crate::table::Table;

/// The broad groups of both files, as their columns are named in the built-in tables.
const GROUPS: [&str; 5] = ["white", "mixed", "asian", "black", "other"];

/// Shares of primary pupils by broad group, in per cent with one decimal, as CSV.
pub(super) fn primary(table: &Table, areas: &Areas) -> Result<String, LoadErrors> {
    let [year, area, group, percent] =
        table.columns(["academic_year", "la_code", "ethnic_group", "pct"])?;
    let rows = collect(table, |row| {
        // White British and other White are told apart; the tables of children are not so detailed.
        let broad = row.text(group);
        let broad = if broad.starts_with("white_") {
            "white"
        } else {
            broad
        };
        let group = read::word(row, group, "a broad ethnic group", &GROUPS, |_| {
            GROUPS.iter().position(|own| *own == broad)
        })?;
        let code = read::area(row, area, areas)?;
        let tenths = read::number(row, percent, "")? * 10.0;
        if (tenths - tenths.round()).abs() > 1e-6 {
            let what = "a percentage with more than one decimal".to_owned();
            let advice = "what is made of these percentages allows for their rounding".to_owned();
            return Err(row.error(percent, "", Fault::Contradiction { what, advice }));
        }
        let key = (read::period(row, year)?, areas.entity(code).unwrap_or(code));
        Ok((key, group, tenths.round()))
    })?;
    let mut shares: BTreeMap<(Period, AreaCode), [f64; 5]> = BTreeMap::new();
    for (key, group, tenths) in rows {
        shares.entry(key).or_default()[group] += tenths;
    }
    let mut csv = format!(
        "time_period,area_code,{}\n",
        GROUPS.map(|g| format!("{g}_percent")).join(",")
    );
    for ((period, area), tenths) in shares {
        let fields = tenths.map(|tenths| format!("{:.1}", tenths / 10.0));
        let _ = writeln!(csv, "{period},{area},{}", fields.join(","));
    }
    Ok(csv)
}

/// Children aged 10 to 17 by broad group at the census of 2021, by authority, as CSV.
pub(super) fn census(table: &Table, areas: &Areas) -> Result<String, LoadErrors> {
    let upper = table.column("utla23_code")?;
    let groups = table.columns(["white", "mixed", "asian", "black", "other"])?;
    let rows = collect(table, |row| {
        // Welsh authorities are in the file too.
        if !row.text(upper).starts_with('E') {
            return Ok(None);
        }
        let mut counts = [0; 5];
        for (count, column) in counts.iter_mut().zip(groups) {
            *count = read::whole::<u32>(row, column, row.text(upper))?;
        }
        let code = read::area(row, upper, areas)?;
        Ok(Some((areas.entity(code).unwrap_or(code), counts)))
    })?;
    let mut sums: BTreeMap<AreaCode, [u32; 5]> = BTreeMap::new();
    for (area, counts) in rows.into_iter().flatten() {
        for (sum, count) in sums.entry(area).or_default().iter_mut().zip(counts) {
            *sum += count;
        }
    }
    let mut csv = format!("area_code,{}\n", GROUPS.join(","));
    for (area, counts) in sums {
        let _ = writeln!(
            csv,
            "{area},{}",
            counts.map(|count| count.to_string()).join(",")
        );
    }
    Ok(csv)
}
