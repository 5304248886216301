//! The neighbourhoods of an authority with what each is part of: also a file of footprints to change and give back.

use std::collections::BTreeMap;

use disparity_core::neighbourhoods::Neighbourhood;
use disparity_core::{AreaCode, Reported, Symbol};

use super::super::place::time_and_place;
use super::super::{named, whole};
use super::{About, Of};
use crate::column::{Role, TableView};

/// A neighbourhood and the name of its team.
pub(crate) type NeighbourhoodRow<'a> = (&'a Neighbourhood, &'a str);

/// The rows of an assessment.
pub(crate) fn neighbourhood_rows(about: About<'_>) -> Vec<Of<'_, NeighbourhoodRow<'_>>> {
    let teams: BTreeMap<AreaCode, &str> = about
        .assessment
        .footprints
        .iter()
        .flat_map(|footprints| &footprints.all)
        .flat_map(|team| {
            team.neighbourhoods
                .iter()
                .map(|own| (*own, team.name.as_str()))
        })
        .collect();
    let own = about.neighbourhoods.of(about.assessment.authority);
    own.iter()
        .map(|own| Of {
            about,
            row: (own, teams.get(&own.code).copied().unwrap_or_default()),
        })
        .collect()
}

type Row<'a> = Of<'a, NeighbourhoodRow<'a>>;

/// Neighbourhoods with their middle layer area, ward and team.
pub(crate) fn neighbourhoods<'a>(
    rows: &'a [Of<'a, NeighbourhoodRow<'a>>],
) -> Option<TableView<'a, Of<'a, NeighbourhoodRow<'a>>>> {
    let about = rows.first()?.about;
    let places = about.neighbourhoods.places();
    let note = Role::Note;
    let mut columns = time_and_place(about.catalogue);
    columns.extend([
        named(
            "lsoa21_code",
            Role::Filter,
            "Lower layer super output area of 2021",
            rows,
            |of: &Row<'_>| of.row.0.code.to_string(),
        ),
        named("lsoa21_name", note, "Its name", rows, |of: &Row<'_>| {
            of.row.0.name.clone()
        }),
        named(
            "msoa21_code",
            note,
            "Middle layer super output area of 2021",
            rows,
            |of: &Row<'_>| of.row.0.msoa.to_string(),
        ),
        named(
            "msoa21_name",
            note,
            "Its name in statistics",
            rows,
            move |of: &Row<'_>| {
                let found = places.msoas.get(&of.row.0.msoa);
                found.map_or(String::new(), |msoa| msoa.name.clone())
            },
        ),
        named(
            "msoa21_library_name",
            note,
            "Its name by the House of Commons Library",
            rows,
            move |of: &Row<'_>| {
                let found = places.msoas.get(&of.row.0.msoa);
                found.map_or(String::new(), |msoa| msoa.library_name.clone())
            },
        ),
        named(
            "ward24_code",
            note,
            "Ward of 2024 that it fits best",
            rows,
            |of: &Row<'_>| of.row.0.ward.to_string(),
        ),
        named(
            "ward24_name",
            note,
            "Its name",
            rows,
            move |of: &Row<'_>| {
                let found = places.wards.get(&of.row.0.ward);
                found.map_or(String::new(), |ward| ward.name.clone())
            },
        ),
        named("team", note, "Team it is in", rows, |of: &Row<'_>| {
            of.row.1.to_owned()
        }),
        whole(
            "residents",
            "Residents of all ages at the census of 2021",
            |of: &Row<'_>| Reported::Value(of.row.0.residents()),
        ),
        whole(
            "imd_decile",
            "Decile of deprivation in the edition used; 1 is most deprived",
            |of: &Row<'_>| {
                let found = of.row.0.deciles(of.about.assessment.edition);
                found.map_or(Reported::Symbol(Symbol::NotAvailable), |found| found.imd)
            },
        ),
    ]);
    Some(TableView {
        name: "needs_neighbourhoods",
        columns,
        rows,
        year: None,
    })
}
