//! Neighbourhoods from the built-in tables. Nothing else reads them, so that only who asks for a
//! neighbourhood waits for them.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::neighbourhoods::{
    Centroid, Contact, Deciles, District, GroupEstimateErrors, Msoa, Neighbourhood, Neighbourhoods,
    Places, RESIDENT_GROUPS, Redrawn, SizeClass, Ward,
};
use disparity_core::{AreaCode, Areas, Reported, Symbol};

use super::Tables;
use crate::codelists::{GROUP_ERRORS, LINKS, collect};
use crate::error::{Fault, LoadError, LoadErrors};
use crate::files::Files;
use crate::read;
use crate::table::{Row, Table};

/// Reads the built-in neighbourhoods, what borders on what, what they are part of, and what became of those
/// of 2011. `areas` are those of the catalogue.
///
/// # Errors
/// Every bad row of the first table that has any: a code that another table does not have, a decile that
/// is none, a link between two authorities or between two that share a border.
pub fn load_neighbourhoods(files: &Files, areas: &Areas) -> Result<Neighbourhoods, LoadErrors> {
    let tables = Tables::open(files)?;
    let mut places = Places {
        msoas: by_code(
            &tables.read("msoas_2021")?,
            ["msoa", "name", "library_name"],
            |row, [_, name, library]| {
                Ok(Msoa {
                    name: row.text(name).to_owned(),
                    library_name: row.text(library).to_owned(),
                })
            },
        )?,
        districts: by_code(
            &tables.read("districts_2024")?,
            ["district", "name", "area_code"],
            |row, [_, name, area]| {
                Ok(District {
                    name: row.text(name).to_owned(),
                    authority: read::area(row, area, areas)?,
                })
            },
        )?,
        ..Places::default()
    };
    places.wards = by_code(
        &tables.read("wards_2024")?,
        ["ward", "name", "district"],
        |row, [_, name, district]| {
            Ok(Ward {
                name: row.text(name).to_owned(),
                district: known(row, district, &places.districts)?,
            })
        },
    )?;
    let all = neighbourhoods(&tables.read("neighbourhoods_2021")?, &places, areas)?;
    let authorities: BTreeMap<AreaCode, AreaCode> =
        all.iter().map(|own| (own.code, own.authority)).collect();
    places.redrawn = redrawn(&tables.read("neighbourhoods_2011_to_2021")?, &authorities)?;
    let mut contacts = borders(&tables.read("neighbourhood_borders")?, &authorities)?;
    let links = links(
        &Table::read_own(LINKS, files.get(LINKS)?)?,
        &authorities,
        &contacts,
    )?;
    contacts.extend(links);
    Ok(Neighbourhoods::new(all, contacts, places))
}

fn code(row: Row<'_>, column: usize) -> Result<AreaCode, LoadError> {
    let code = row.text(column).parse();
    code.map_err(|_| read::unknown_area(row, column))
}

/// A code that another table has.
fn known<T>(
    row: Row<'_>,
    column: usize,
    of: &BTreeMap<AreaCode, T>,
) -> Result<AreaCode, LoadError> {
    let found = code(row, column)?;
    let there = of.contains_key(&found).then_some(found);
    there.ok_or_else(|| read::unknown_area(row, column))
}

/// What to do about a table of ours that contradicts itself.
const AGAIN: &str = "make the tables again with `disparity data build`";

fn by_code<T>(
    table: &Table,
    columns: [&str; 3],
    mut read: impl FnMut(Row<'_>, [usize; 3]) -> Result<T, LoadError>,
) -> Result<BTreeMap<AreaCode, T>, LoadErrors> {
    let columns = table.columns(columns)?;
    let rows = collect(table, |row| {
        Ok((code(row, columns[0])?, read(row, columns)?))
    })?;
    Ok(rows.into_iter().collect())
}

fn neighbourhoods(
    table: &Table,
    places: &Places,
    areas: &Areas,
) -> Result<Vec<Neighbourhood>, LoadErrors> {
    let [lsoa, area, msoa, ends, ward] =
        table.columns(["lsoa", "area_code", "msoa", "name_ends", "ward"])?;
    let deciles = table.columns([
        "imd_decile",
        "idaci_decile",
        "imd_decile_2019",
        "idaci_decile_2019",
    ])?;
    let residents = table.columns(RESIDENT_GROUPS)?;
    let children = table.columns([
        "under_1_in_2020",
        "1_to_4_in_2020",
        "5_to_9_in_2020",
        "10_to_15_in_2020",
        "16_to_17_in_2020",
    ])?;
    let [young, longitude, latitude] = table.columns(["children_0_15", "longitude", "latitude"])?;
    let mut seen = BTreeSet::new();
    collect(table, |row| {
        let own = code(row, lsoa)?;
        if !seen.insert(own) {
            let what = format!("{own} stands in two rows");
            return Err(read::contradiction(row, lsoa, what, AGAIN));
        }
        let msoa = known(row, msoa, &places.msoas)?;
        let counts = |columns: [usize; 5]| -> Result<[u32; 5], LoadError> {
            let mut counts = [0; 5];
            for (count, column) in counts.iter_mut().zip(columns) {
                *count = read::whole(row, column, own.as_str())?;
            }
            Ok(counts)
        };
        let within = &places.msoas[&msoa].name;
        Ok(Neighbourhood {
            code: own,
            name: format!("{within}{}", row.text(ends)),
            authority: read::area(row, area, areas)?,
            msoa,
            ward: known(row, ward, &places.wards)?,
            deciles_2025: Deciles {
                imd: decile(row, deciles[0])?,
                idaci: decile(row, deciles[1])?,
            },
            deciles_2019: Deciles {
                imd: decile(row, deciles[2])?,
                idaci: decile(row, deciles[3])?,
            },
            residents_by_group: counts(residents)?,
            children_0_to_15: read::whole(row, young, own.as_str())?,
            children_by_age: counts(children)?,
            centroid: Centroid {
                longitude: read::degrees(row, longitude)?,
                latitude: read::degrees(row, latitude)?,
            },
        })
    })
}

fn decile(row: Row<'_>, column: usize) -> Result<Reported<u8>, LoadError> {
    let text = row.text(column);
    if text == Symbol::NotAvailable.mark() {
        return Ok(Reported::Symbol(Symbol::NotAvailable));
    }
    read::word(row, column, "a decile from 1 to 10, or `x`", &[], |text| {
        text.parse()
            .ok()
            .filter(|decile| (1..=10).contains(decile))
            .map(Reported::Value)
    })
}

type Successors = BTreeMap<AreaCode, (Redrawn, Vec<AreaCode>)>;

fn redrawn(
    table: &Table,
    authorities: &BTreeMap<AreaCode, AreaCode>,
) -> Result<Successors, LoadErrors> {
    let [old, new, change] = table.columns(["lsoa_2011", "lsoa_2021", "change"])?;
    let words = Redrawn::WORDS.map(|(_, word)| word);
    let rows = collect(table, |row| {
        let kind = read::word(
            row,
            change,
            "a change of neighbourhoods",
            &words,
            Redrawn::from_word,
        )?;
        Ok((code(row, old)?, known(row, new, authorities)?, kind))
    })?;
    let mut found = Successors::new();
    for (old, new, kind) in rows {
        found
            .entry(old)
            .or_insert_with(|| (kind, Vec::new()))
            .1
            .push(new);
    }
    Ok(found)
}

type Contacts = Vec<([AreaCode; 2], Contact)>;

fn borders(
    table: &Table,
    authorities: &BTreeMap<AreaCode, AreaCode>,
) -> Result<Contacts, LoadErrors> {
    let [own, others] = table.columns(["lsoa", "borders"])?;
    let rows = collect(table, |row| {
        let one = known(row, own, authorities)?;
        let each = row.text(others).split('|').map(|part| {
            let (other, metres) = part.split_once(':')?;
            let other: AreaCode = other.parse().ok()?;
            let same = authorities.get(&other) == authorities.get(&one);
            Some((
                [one, other],
                Contact::Border(metres.parse().ok().filter(|_| same)?),
            ))
        });
        each.collect::<Option<Vec<_>>>().ok_or_else(|| {
            let what = format!(
                "{:?} is not neighbourhoods of one authority with metres",
                row.text(others)
            );
            read::contradiction(row, others, what, AGAIN)
        })
    })?;
    Ok(rows.into_iter().flatten().collect())
}

/// Links of the code list: within one authority, and where there is no border.
fn links(
    table: &Table,
    authorities: &BTreeMap<AreaCode, AreaCode>,
    borders: &Contacts,
) -> Result<Contacts, LoadErrors> {
    let shared: BTreeSet<[AreaCode; 2]> = borders.iter().map(|(pair, _)| *pair).collect();
    let [one, other, reason] = table.columns(["lsoa", "linked_lsoa", "reason"])?;
    let rows = collect(table, |row| {
        let pair = [
            known(row, one, authorities)?,
            known(row, other, authorities)?,
        ];
        let wrong = |what, advice| Err(read::contradiction(row, other, what, advice));
        if row.text(reason).is_empty() {
            return Err(read::contradiction(
                row,
                reason,
                "the link has no reason",
                "say what joins the two, such as a bridge",
            ));
        }
        if pair[0] == pair[1] || authorities[&pair[0]] != authorities[&pair[1]] {
            return wrong(
                "a link needs two neighbourhoods of one authority",
                "correct the codes",
            );
        }
        if shared.contains(&pair) || shared.contains(&[pair[1], pair[0]]) {
            return wrong("the two share a border", "delete the row");
        }
        Ok((pair, Contact::Link))
    })?;
    Ok(rows)
}

/// Reads how wrong estimates of children by ethnic group were where the truth is known.
///
/// # Errors
/// Every bad row, or a group without classes that begin at nobody and rise.
pub fn load_group_errors(files: &Files) -> Result<GroupEstimateErrors, LoadErrors> {
    let table = Table::read_own(GROUP_ERRORS, files.get(GROUP_ERRORS)?)?;
    let [group, from, beyond] = table.columns(["group", "from_children", "beyond_chance"])?;
    let rows = collect(&table, |row| {
        let at = read::word(
            row,
            group,
            "a broad ethnic group",
            &RESIDENT_GROUPS,
            |text| RESIDENT_GROUPS.iter().position(|own| *own == text),
        )?;
        let class = SizeClass {
            from: read::number(row, from, "")?,
            beyond_chance: read::number(row, beyond, "")?,
        };
        Ok((at, class))
    })?;
    let mut classes: [Vec<SizeClass>; RESIDENT_GROUPS.len()] = Default::default();
    for (at, class) in rows {
        classes[at].push(class);
    }
    GroupEstimateErrors::new(classes).ok_or_else(|| {
        let place = disparity_core::Place {
            file: GROUP_ERRORS.to_owned(),
            ..Default::default()
        };
        let what = "a group has no classes of size, or they do not begin at 0 and rise".to_owned();
        let advice = "make the list again with tests/reference/group_estimate_errors.py".to_owned();
        let fault = Fault::Contradiction { what, advice };
        LoadErrors(vec![LoadError {
            place,
            about: String::new(),
            fault,
        }])
    })
}
