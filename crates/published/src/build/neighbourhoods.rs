//! Children by small neighbourhood with its deprivation deciles, and hence each authority's
//! children by decile.
//!
//! Decile 1 is the most deprived tenth of England's neighbourhoods, as published. The 2019 indices
//! go with 2011 neighbourhoods and mid-2020 children aged 0 to 17; the 2025 indices go with 2021
//! neighbourhoods and children aged 0 to 15 at the 2021 census, the newest count there is for them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use disparity_core::{AreaCode, Areas};

use super::geography;
use super::low_income::{self, Ranked};
use crate::codelists::collect;
use crate::error::{Fault, LoadErrors};
use crate::read;
use crate::table::Table;

const IMD_DECILE: &str =
    "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)";
const IDACI_DECILE: &str = "Income Deprivation Affecting Children Index (IDACI) Decile (where 1 is most deprived 10% of LSOAs)";
const IDACI_RANK: &str =
    "Income Deprivation Affecting Children Index (IDACI) Rank (where 1 is most deprived)";
const IDACI_NUMERATOR: &str = "income_deprivation_affecting_children_index_idaci_numerator";

/// One neighbourhood.
struct Neighbourhood {
    lsoa: String,
    authority: AreaCode,
    children: u32,
    imd: u8,
    idaci: u8,
    idaci_rank: u32,
}

/// The neighbourhoods of one vintage of boundaries.
pub(super) struct Neighbourhoods(Vec<Neighbourhood>);

/// Where a vintage's columns are.
pub(super) struct Vintage<'a> {
    /// Deciles by neighbourhood.
    pub(super) deciles: &'a Table,
    /// Column of the neighbourhood's code in `deciles`.
    pub(super) lsoa: &'a str,
    /// Column of the district's code in `deciles`.
    pub(super) district: &'a str,
    /// Children by neighbourhood.
    pub(super) children: BTreeMap<String, u32>,
    /// Districts of the same year to authorities.
    pub(super) districts: &'a BTreeMap<String, AreaCode>,
}

impl Neighbourhoods {
    pub(super) fn read(vintage: &Vintage<'_>) -> Result<Self, LoadErrors> {
        let table = vintage.deciles;
        let [lsoa, district, imd, idaci, rank] = table.columns([
            vintage.lsoa,
            vintage.district,
            IMD_DECILE,
            IDACI_DECILE,
            IDACI_RANK,
        ])?;
        let mut rows = collect(table, |row| {
            let code = row.text(lsoa);
            let children = vintage.children.get(code).copied().ok_or_else(|| {
                row.error(lsoa, "", Fault::Contradiction {
                    what: format!("neighbourhood {code} has no count of children"),
                    advice: "the decile and population files must be of the same neighbourhood boundaries".into(),
                })
            })?;
            let authority = vintage
                .districts
                .get(row.text(district))
                .copied()
                .ok_or_else(|| read::unknown_area(row, district))?;
            Ok(Neighbourhood {
                lsoa: code.to_owned(),
                authority,
                children,
                imd: decile(row, imd)?,
                idaci: decile(row, idaci)?,
                idaci_rank: read::whole(row, rank, "")?,
            })
        })?;
        rows.sort_by(|a, b| a.lsoa.cmp(&b.lsoa));
        Ok(Self(rows))
    }

    /// The table of neighbourhoods as CSV.
    pub(super) fn write(&self, children: &str) -> String {
        let header = format!("lsoa,area_code,{children},imd_decile,idaci_decile\n");
        self.rows("\n").fold(header, |csv, (_, row)| csv + &row)
    }

    /// Each neighbourhood's code and its row of CSV: code, authority, children, deciles of both indices.
    pub(super) fn rows<'a>(&'a self, end: &'a str) -> impl Iterator<Item = (&'a str, String)> {
        self.0.iter().map(move |n| {
            let row = format!(
                "{},{},{},{},{}{end}",
                n.lsoa, n.authority, n.children, n.imd, n.idaci
            );
            (n.lsoa.as_str(), row)
        })
    }

    /// The authority of each neighbourhood.
    pub(super) fn authorities(&self) -> BTreeMap<&str, AreaCode> {
        self.0
            .iter()
            .map(|n| (n.lsoa.as_str(), n.authority))
            .collect()
    }

    /// Deciles of multiple deprivation and of income deprivation affecting children.
    pub(super) fn deciles(&self) -> BTreeMap<&str, [u8; 2]> {
        self.0
            .iter()
            .map(|n| (n.lsoa.as_str(), [n.imd, n.idaci]))
            .collect()
    }

    /// Children by decile of each index, for authorities, regions and England.
    pub(super) fn by_decile(&self, areas: &Areas) -> [BTreeMap<AreaCode, [f64; 10]>; 2] {
        [|n: &Neighbourhood| n.imd, |n: &Neighbourhood| n.idaci].map(|decile| {
            let mut sums: BTreeMap<AreaCode, [f64; 10]> = BTreeMap::new();
            for n in &self.0 {
                sums.entry(n.authority).or_default()[usize::from(decile(n)) - 1] +=
                    f64::from(n.children);
            }
            geography::add_sums(&mut sums, areas);
            sums
        })
    }

    /// Children aged 0 to 15 in families on low incomes, for authorities, regions and England.
    ///
    /// Numerators below 10 are withheld. How many neighbourhoods and children that touches is counted,
    /// and what they hold is estimated from their published ranks ([`low_income::estimated`]).
    pub(super) fn income(
        &self,
        numerators: &Table,
        lsoa: &str,
        children_0_15: &BTreeMap<String, u32>,
        areas: &Areas,
    ) -> Result<BTreeMap<AreaCode, [f64; 6]>, LoadErrors> {
        let [lsoa, numerator] = numerators.columns([lsoa, IDACI_NUMERATOR])?;
        let known: BTreeMap<&str, Option<f64>> = numerators
            .rows()
            .map(|row| (row.text(lsoa), read::finite(row.text(numerator))))
            .collect();
        let ranked: Vec<Ranked> = self
            .0
            .iter()
            .map(|n| Ranked {
                rank: n.idaci_rank,
                children: children_0_15.get(&n.lsoa).copied().map_or(0.0, f64::from),
                low_income: known.get(n.lsoa.as_str()).copied().flatten(),
            })
            .collect();
        let estimated = low_income::estimated(&ranked);
        let mut sums: BTreeMap<AreaCode, [f64; 6]> = BTreeMap::new();
        for ((n, ranked), estimated) in self.0.iter().zip(&ranked).zip(estimated) {
            let sum = sums.entry(n.authority).or_default();
            sum[0] += 1.0;
            sum[1] += ranked.children;
            if let Some(low_income) = ranked.low_income {
                sum[2] += low_income;
            } else {
                sum[3] += 1.0;
                sum[4] += ranked.children;
                sum[5] += estimated;
            }
        }
        geography::add_sums(&mut sums, areas);
        Ok(sums)
    }
}

/// A count by neighbourhood: the sum of the given columns.
pub(super) fn children_by_lsoa(
    table: &Table,
    lsoa: &str,
    columns: &[&str],
) -> Result<BTreeMap<String, u32>, LoadErrors> {
    let lsoa = table.column(lsoa)?;
    let columns = columns
        .iter()
        .map(|column| table.column(column))
        .collect::<Result<Vec<_>, _>>()?;
    let rows = collect(table, |row| {
        let mut sum = 0;
        for column in &columns {
            sum += read::whole::<u32>(row, *column, row.text(lsoa))?;
        }
        Ok((row.text(lsoa).to_owned(), sum))
    })?;
    Ok(rows.into_iter().collect())
}

fn decile(row: crate::table::Row<'_>, column: usize) -> Result<u8, crate::LoadError> {
    let decile: u8 = read::whole(row, column, "")?;
    if (1..=10).contains(&decile) {
        return Ok(decile);
    }
    let found = row.text(column).to_owned();
    Err(row.error(
        column,
        "",
        Fault::UnknownWord {
            found,
            what: "a decile from 1 to 10".into(),
            nearest: None,
        },
    ))
}

/// The table of children by decile as CSV.
pub(super) fn write_deciles(tables: &[(&str, &BTreeMap<AreaCode, [f64; 10]>)]) -> String {
    let mut csv = "deprivation_index,area_code".to_owned();
    for decile in 1..=10 {
        let _ = write!(csv, ",decile_{decile}");
    }
    csv.push('\n');
    for (index, sums) in tables {
        for (area, deciles) in *sums {
            let _ = write!(csv, "{index},{area}");
            for children in deciles {
                let _ = write!(csv, ",{children}");
            }
            csv.push('\n');
        }
    }
    csv
}

/// The table of children in low-income families as CSV.
pub(super) fn write_income(tables: &[(&str, &BTreeMap<AreaCode, [f64; 6]>)]) -> String {
    let mut csv =
        "deprivation_index,area_code,neighbourhoods,children_0_15,low_income_children_known,\
                   neighbourhoods_withheld,children_0_15_withheld,low_income_children_withheld_estimated\n"
            .to_owned();
    for (index, sums) in tables {
        for (area, [all, children, known, withheld, hidden, estimated]) in *sums {
            let _ = writeln!(
                csv,
                "{index},{area},{all},{children},{known},{withheld},{hidden},{estimated:.1}"
            );
        }
    }
    csv
}
