//! Neighbourhoods of 2021: what they are called and part of, who lives there, which share a border,
//! and what became of those of 2011.
//!
//! Lower layer super output areas of England; rows of Wales, which all the files have, are passed over.
//! Every neighbourhood of the deciles must be in every file, and nothing else of England may be in one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use disparity_core::{AreaCode, Symbol};

use super::changes::Changes;
use super::neighbourhoods::Neighbourhoods;
use crate::codelists::collect;
use crate::error::{Fault, LoadError, LoadErrors};
use crate::read::{self, contradiction};
use crate::table::{Row, Table};

/// Residents of all ages by broad group in the order of `categories.csv`, as the census heads them.
const RESIDENTS: [&str; 5] = [
    "White",
    "Mixed or Multiple ethnic groups",
    "Asian, Asian British or Asian Welsh",
    "Black, Black British, Black Welsh, Caribbean or African",
    "Other ethnic group",
];

/// Names of the published columns of one neighbourhood.
const NAMED: [&str; 7] = [
    "lsoa21_code",
    "lsoa21_name",
    "msoa21_code",
    "msoa21_name",
    "msoa21_hcl_name",
    "longitude",
    "latitude",
];

/// The code of a neighbourhood of England, or none for one of Wales.
pub(super) fn of_england(row: Row<'_>, column: usize) -> Result<Option<String>, LoadError> {
    let text = row.text(column);
    match text.parse::<AreaCode>() {
        Ok(_) if text.starts_with("E01") => Ok(Some(text.to_owned())),
        Ok(_) if text.starts_with("W01") => Ok(None),
        _ => {
            let what = "a code of a lower layer super output area (E01…, or W01… in Wales)".into();
            let found = text.to_owned();
            let nearest = None;
            Err(row.error(
                column,
                "",
                Fault::UnknownWord {
                    found,
                    what,
                    nearest,
                },
            ))
        }
    }
}

/// A text without the comma or quotation mark that a field of CSV would have to be quoted for, or with
/// the quotes around it.
fn field(text: &str) -> String {
    if text.contains([',', '"']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// What a neighbourhood is called and part of.
struct Place {
    msoa: String,
    /// What its name has after that of its middle layer area: a letter.
    ends: String,
    ward: String,
    longitude: f64,
    latitude: f64,
}

/// Names of neighbourhoods and of what they are part of.
pub(super) struct Places {
    all: BTreeMap<String, Place>,
    /// Middle layer areas: the name of the Office for National Statistics, and that of the House of Commons Library.
    msoas: BTreeMap<String, [String; 2]>,
    /// Wards: name, and the code of the district.
    wards: BTreeMap<String, [String; 2]>,
    districts: BTreeMap<String, (String, AreaCode)>,
}

impl Places {
    /// Reads names, wards and districts.
    ///
    /// # Errors
    /// A name that is not that of its middle layer area and a letter; a neighbourhood without a ward; a
    /// ward or middle layer area with two names; a district of no authority.
    pub(super) fn read(
        names: &Table,
        wards: &Table,
        districts: &BTreeMap<String, AreaCode>,
    ) -> Result<Self, LoadErrors> {
        let mut found = Self {
            all: BTreeMap::new(),
            msoas: BTreeMap::new(),
            wards: BTreeMap::new(),
            districts: BTreeMap::new(),
        };
        let of_ward = found.read_wards(wards, districts)?;
        let [lsoa, name, msoa, msoa_name, library, longitude, latitude] = names.columns(NAMED)?;
        let district = names.column("ltla24_code")?;
        collect(names, |row| {
            let Some(code) = of_england(row, lsoa)? else {
                return Ok(());
            };
            let ends = row.text(name).strip_prefix(row.text(msoa_name));
            let ends = ends.filter(|ends| ends.len() == 1).ok_or_else(|| {
                let what = format!(
                    "{} is not called {:?} and a letter",
                    row.text(name),
                    row.text(msoa_name)
                );
                contradiction(
                    row,
                    name,
                    what,
                    "the names must be those of the census of 2021",
                )
            })?;
            let ward = of_ward.get(&code).cloned().ok_or_else(|| {
                let what = format!("{code} has no ward");
                contradiction(
                    row,
                    lsoa,
                    what,
                    "the lookup to wards must be of the same neighbourhoods",
                )
            })?;
            let within = found
                .wards
                .get(&ward)
                .map(|[_, district]| district.as_str());
            if within != Some(row.text(district)) {
                let what = format!("{code} is in another district than its ward {ward}");
                return Err(contradiction(
                    row,
                    district,
                    what,
                    "both files must be of the districts of 2024",
                ));
            }
            let called = [msoa_name, library].map(|column| row.text(column).to_owned());
            let known = found
                .msoas
                .entry(row.text(msoa).to_owned())
                .or_insert_with(|| called.clone());
            if *known != called {
                let what = format!("{} has two names", row.text(msoa));
                return Err(contradiction(
                    row,
                    msoa_name,
                    what,
                    "a middle layer area has one name of each kind",
                ));
            }
            let place = Place {
                msoa: row.text(msoa).to_owned(),
                ends: ends.to_owned(),
                ward,
                longitude: degrees(row, longitude)?,
                latitude: degrees(row, latitude)?,
            };
            if found.all.insert(code.clone(), place).is_some() {
                let what = format!("{code} stands in two rows");
                return Err(contradiction(row, lsoa, what, "keep one"));
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Reads wards and districts, and returns the ward of each neighbourhood.
    fn read_wards(
        &mut self,
        table: &Table,
        districts: &BTreeMap<String, AreaCode>,
    ) -> Result<BTreeMap<String, String>, LoadErrors> {
        let columns = [
            "lsoa21_code",
            "ward24_code",
            "ward24_name",
            "ltla24_code",
            "ltla24_name",
        ];
        let [lsoa, ward, ward_name, district, district_name] = table.columns(columns)?;
        let rows = collect(table, |row| {
            let Some(code) = of_england(row, lsoa)? else {
                return Ok(None);
            };
            let own = [ward_name, district].map(|column| row.text(column).to_owned());
            let known = self
                .wards
                .entry(row.text(ward).to_owned())
                .or_insert_with(|| own.clone());
            if *known != own {
                let what = format!(
                    "ward {} has two names or is in two districts",
                    row.text(ward)
                );
                return Err(contradiction(
                    row,
                    ward,
                    what,
                    "a ward lies in one district",
                ));
            }
            let authority = districts.get(row.text(district)).copied();
            let authority = authority.ok_or_else(|| read::unknown_area(row, district))?;
            let named = (row.text(district_name).to_owned(), authority);
            self.districts.insert(row.text(district).to_owned(), named);
            Ok(Some((code, row.text(ward).to_owned())))
        })?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// Middle layer areas, wards and districts as CSV, each by the name of its table.
    pub(super) fn write(&self) -> [(&'static str, String); 3] {
        let mut msoas = "msoa,name,library_name\n".to_owned();
        for (code, [name, library]) in &self.msoas {
            let _ = writeln!(msoas, "{code},{},{}", field(name), field(library));
        }
        let mut wards = "ward,name,district\n".to_owned();
        for (code, [name, district]) in &self.wards {
            let _ = writeln!(wards, "{code},{},{district}", field(name));
        }
        let mut districts = "district,name,area_code\n".to_owned();
        for (code, (name, authority)) in &self.districts {
            let _ = writeln!(districts, "{code},{},{authority}", field(name));
        }
        [
            ("msoas_2021", msoas),
            ("wards_2024", wards),
            ("districts_2024", districts),
        ]
    }
}

/// Degrees, to the fourth decimal (about ten metres). The file has a few as `-7e-05`.
fn degrees(row: Row<'_>, column: usize) -> Result<f64, LoadError> {
    // Adding zero makes of a minus zero a zero.
    read::degrees(row, column).map(|degrees| (degrees * 1e4).round() / 1e4 + 0.0)
}

/// Residents of all ages by broad group. The five groups add up to the published total of each row.
pub(super) fn residents(table: &Table) -> Result<BTreeMap<String, [u32; 5]>, LoadErrors> {
    let [lsoa, total] = table.columns(["lsoa21_code", "total_residents"])?;
    let groups = table.columns(RESIDENTS)?;
    let rows = collect(table, |row| {
        let Some(code) = of_england(row, lsoa)? else {
            return Ok(None);
        };
        let mut counts = [0; 5];
        for (count, column) in counts.iter_mut().zip(groups) {
            *count = read::whole::<u32>(row, column, &code)?;
        }
        let all: u32 = read::whole(row, total, &code)?;
        if counts.iter().sum::<u32>() != all {
            let what = format!("the groups of {code} do not add up to its {all} residents");
            return Err(contradiction(
                row,
                total,
                what,
                "the file must have all five groups",
            ));
        }
        Ok(Some((code, counts)))
    })?;
    Ok(rows.into_iter().flatten().collect())
}

/// Borders between neighbourhoods of one authority as CSV: one row a neighbourhood, with those of a
/// later code that it borders on and the length in metres.
pub(super) fn borders(table: &Table, in_2021: &Neighbourhoods) -> Result<String, LoadErrors> {
    let authorities = in_2021.authorities();
    let [one, other, length] = table.columns(["lsoa21_a", "lsoa21_b", "shared_border_m"])?;
    let rows = collect(table, |row| {
        let (Some(a), Some(b)) = (of_england(row, one)?, of_england(row, other)?) else {
            return Ok(None);
        };
        let of = |code: &str, column| {
            authorities.get(code).copied().ok_or_else(|| {
                let what = format!("{code} is not a neighbourhood of 2021");
                contradiction(
                    row,
                    column,
                    what,
                    "the borders must be of the same neighbourhoods",
                )
            })
        };
        if of(&a, one)? != of(&b, other)? {
            return Ok(None);
        }
        let metres: u32 = read::whole(row, length, &a)?;
        Ok(Some(if a < b {
            ((a, b), metres)
        } else {
            ((b, a), metres)
        }))
    })?;
    let mut borders: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    for ((a, b), metres) in rows.into_iter().flatten() {
        borders.entry(a).or_default().insert(b, metres);
    }
    let mut csv = "lsoa,borders\n".to_owned();
    for (a, others) in borders {
        let others: Vec<String> = others
            .iter()
            .map(|(b, metres)| format!("{b}:{metres}"))
            .collect();
        let _ = writeln!(csv, "{a},{}", others.join("|"));
    }
    Ok(csv)
}

/// What the table of neighbourhoods of 2021 is made from.
pub(super) struct Made<'a> {
    pub(super) in_2021: &'a Neighbourhoods,
    pub(super) in_2011: &'a Neighbourhoods,
    pub(super) places: &'a Places,
    pub(super) changes: &'a Changes,
    /// Residents of all ages by broad group.
    pub(super) residents: &'a BTreeMap<String, [u32; 5]>,
    /// Children by age at mid-2020, by neighbourhood of 2011.
    pub(super) children_2011: &'a BTreeMap<String, [u32; 5]>,
    /// Children aged 0 to 15 at the census.
    pub(super) census: &'a BTreeMap<String, u32>,
}

impl Made<'_> {
    /// The table of neighbourhoods of 2021 as CSV.
    ///
    /// # Errors
    /// If the files are not of the same neighbourhoods.
    pub(super) fn write(&self) -> Result<String, LoadErrors> {
        self.check()?;
        let since = self
            .changes
            .carry(self.children_2011, self.in_2011, self.census);
        let mut csv = "lsoa,area_code,children_0_15,imd_decile,idaci_decile,imd_decile_2019,idaci_decile_2019,\
             msoa,name_ends,ward,longitude,latitude,white,mixed,asian,black,other,\
             under_1_in_2020,1_to_4_in_2020,5_to_9_in_2020,10_to_15_in_2020,16_to_17_in_2020\n"
            .to_owned();
        for (code, beginning) in self.in_2021.rows("") {
            let (Some(place), Some(residents), Some(children), Some(deciles)) = (
                self.places.all.get(code),
                self.residents.get(code),
                since.children.get(code),
                since.deciles.get(code),
            ) else {
                continue;
            };
            let deciles = deciles.map(|decile| {
                let unknown = || Symbol::NotAvailable.mark().to_owned();
                decile.map_or_else(unknown, |decile| decile.to_string())
            });
            let joined = |counts: &[u32; 5]| counts.map(|count| count.to_string()).join(",");
            let _ = writeln!(
                csv,
                "{beginning},{},{},{},{},{:.4},{:.4},{},{}",
                deciles.join(","),
                place.msoa,
                place.ends,
                place.ward,
                place.longitude,
                place.latitude,
                joined(residents),
                joined(children)
            );
        }
        Ok(csv)
    }

    /// Every file has the same neighbourhoods of 2021, and the same of 2011.
    fn check(&self) -> Result<(), LoadErrors> {
        let now: BTreeSet<&str> = self.in_2021.authorities().into_keys().collect();
        let then: BTreeSet<&str> = self.in_2011.authorities().into_keys().collect();
        let named = |codes: &mut dyn Iterator<Item = &str>| {
            codes.map(str::to_owned).collect::<BTreeSet<_>>()
        };
        let sides = [
            (
                "names",
                &now,
                named(&mut self.places.all.keys().map(String::as_str)),
            ),
            (
                "residents by ethnic group",
                &now,
                named(&mut self.residents.keys().map(String::as_str)),
            ),
            (
                "changes since 2011, on the side of 2021",
                &now,
                named(&mut self.changes.pairs().map(|(_, new)| new)),
            ),
            (
                "changes since 2011, on the side of 2011",
                &then,
                named(&mut self.changes.pairs().map(|(old, _)| old)),
            ),
        ];
        let errors = sides.iter().filter_map(|(what, wanted, found)| {
            let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
            let (missing, odd) = (wanted.difference(&found), found.difference(wanted));
            let first = missing.clone().chain(odd.clone()).next()?;
            let (missing, odd) = (missing.count(), odd.count());
            Some(LoadError {
                place: disparity_core::Place {
                    file: (*what).to_owned(),
                    ..Default::default()
                },
                about: String::new(),
                fault: Fault::Contradiction {
                    what: format!("{missing} neighbourhoods are missing and {odd} are of no index, such as {first}"),
                    advice: "all files must be of the same boundaries".into(),
                },
            })
        });
        LoadErrors::check(errors.collect(), ())
    }
}

/// Children by age at mid-2020: under 1, 1 to 4, 5 to 9, 10 to 15, 16 and 17.
pub(super) fn by_age(table: &Table) -> Result<BTreeMap<String, [u32; 5]>, LoadErrors> {
    let lsoa = table.column("lsoa11_code")?;
    let ages: Vec<String> = (0..18).map(|age| format!("age_{age}")).collect();
    let ages = ages
        .iter()
        .map(|age| table.column(age))
        .collect::<Result<Vec<_>, _>>()?;
    let rows = collect(table, |row| {
        let Some(code) = of_england(row, lsoa)? else {
            return Ok(None);
        };
        let mut bands = [0; 5];
        for (age, column) in ages.iter().enumerate() {
            let band = [1, 5, 10, 16].partition_point(|first| *first <= age);
            bands[band] += read::whole::<u32>(row, *column, &code)?;
        }
        Ok(Some((code, bands)))
    })?;
    Ok(rows.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbourhood_that_is_in_no_country_is_refused() {
        let table =
            Table::read("t.csv", b"lsoa21_code\nE01000001\nW01000001\nS01000001\n").unwrap();
        let read: Vec<_> = table.rows().map(|row| of_england(row, 0)).collect();
        assert_eq!(read[0].as_ref().unwrap().as_deref(), Some("E01000001"));
        assert_eq!(read[1].as_ref().unwrap().as_deref(), None);
        assert!(read[2].is_err());
    }
}
