//! Where a row is of: an authority, a region or the nation in the year it is of, or a neighbourhood of one.

use std::collections::BTreeSet;

use disparity_core::neighbourhoods::{Named, Neighbourhood, Neighbourhoods};
use disparity_core::{AreaCode, Areas, Catalogue, GeographicLevel, Nation, Period, did_you_mean};

use super::Fault;
use crate::describe::Where;

/// What a text names, before it is known of which year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Areas that go or went by it.
    Area { text: String, codes: Vec<AreaCode> },
    /// A part of an authority of today. Of a neighbourhood, those of 2021 on its ground; none of a ward, a middle
    /// layer area or a district, whose decile nobody knows.
    Part {
        text: String,
        authority: AreaCode,
        ground: Vec<AreaCode>,
    },
}

/// What is known of the decile of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Decile {
    /// The row is of more than a neighbourhood.
    None,
    /// It is of a neighbourhood that has none in the index in force.
    Unknown,
    /// From 1, the most deprived, to 10.
    One(u8),
}

/// What places are looked up in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gazetteer<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) neighbourhoods: Option<&'a Neighbourhoods>,
}

impl Gazetteer<'_> {
    fn areas(&self) -> &Areas {
        &self.catalogue.areas
    }

    /// What a text names.
    pub(crate) fn place(&self, wanted: Where, text: Option<&str>) -> Result<Place, Fault> {
        let Some(text) = text else {
            let hint = "fill it in, or leave the row out: nobody knows where it is of";
            return Err(Fault::new("the area is empty", hint));
        };
        let codes: Vec<AreaCode> = self
            .areas()
            .called(text)
            .iter()
            .map(|area| area.code)
            .collect();
        if !codes.is_empty() {
            let text = text.to_owned();
            return Ok(Place::Area { text, codes });
        }
        let code = text.to_uppercase().parse::<AreaCode>().ok();
        if let Some(code) = code {
            let (own, nation) = (Nation::of(code), self.areas().nation());
            if let Some(own) = own.filter(|own| *own != nation) {
                let what =
                    format!("{text} is a code of {own}, and the other figures are of {nation}");
                let hint = format!("leave the row out, or say --nation {}", own.word());
                return Err(Fault::new(what, hint));
            }
        }
        match (wanted, code, self.neighbourhoods) {
            (Where::Neighbourhood | Where::Postcode, Some(code), Some(all)) => {
                within(text, code, all)
            }
            (Where::Neighbourhood | Where::Postcode, None, _) => Err(Fault::new(
                format!("{text:?} is no code of a neighbourhood, ward or middle layer area"),
                "expected a letter and eight digits, such as E01012345 or E05001234",
            )),
            (Where::Neighbourhood | Where::Postcode, Some(_), None) => Err(Fault::new(
                format!("neighbourhoods of {} are not held", self.areas().nation()),
                "give counts of authorities",
            )),
            (Where::Area, Some(code), Some(all)) if within(text, code, all).is_ok() => {
                Err(Fault::new(
                    format!("{text} is a part of an authority"),
                    "describe the column as `neighbourhood` instead of `area`",
                ))
            }
            (Where::Area, _, _) => {
                let names = self.areas().entities().map(|area| area.name.as_str());
                let hint = did_you_mean(text, names);
                Err(Fault::new(
                    format!("no area is called {text:?}"),
                    hint.unwrap_or_else(|| "`disparity codes areas` lists them all".to_owned()),
                ))
            }
        }
    }

    /// A place that is somewhere in an authority of today, nobody knows where.
    pub(crate) fn somewhere_in(&self, text: String, codes: &[AreaCode]) -> Result<Place, Fault> {
        let authority = codes.first().and_then(|code| self.areas().get(*code));
        match authority.filter(|area| area.level == GeographicLevel::LocalAuthority) {
            Some(area) => Ok(Place::Part {
                text,
                authority: area.entity,
                ground: Vec::new(),
            }),
            None => Err(Fault::new(
                format!("{text} is more than an authority"),
                "give the code of a neighbourhood or of an authority",
            )),
        }
    }

    /// Which of the areas of a name was there in a year.
    pub(crate) fn area_at(
        &self,
        text: &str,
        codes: &[AreaCode],
        period: Period,
    ) -> Result<AreaCode, Fault> {
        let areas = self.areas();
        let known = || codes.iter().filter_map(|code| areas.get(*code));
        let mut found: BTreeSet<AreaCode> = known()
            .filter(|area| area.exists_at(period))
            .map(|area| area.entity)
            .collect();
        // A code that is given to years before or after it was in force, of an authority that was there.
        if found.is_empty() {
            let there = known().filter(|area| areas.exists_at(area.entity, period));
            found.extend(there.map(|area| area.entity));
        }
        let mut found = found.into_iter();
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one),
            (Some(one), Some(other)) => Err(Fault::new(
                format!("{text:?} could be {one} or {other} in {period}"),
                "write the code",
            )),
            (None, _) => {
                let what = format!("{text} did not exist at 31 March {period}");
                let mut others: BTreeSet<String> = BTreeSet::new();
                for change in known().flat_map(|area| areas.boundary_changes(area.entity)) {
                    for code in [change.predecessor, change.successor] {
                        let there = areas.exists_at(areas.entity(code).unwrap_or(code), period);
                        if there && !codes.contains(&code) {
                            others.insert(format!("{} ({code})", areas.name(code)));
                        }
                    }
                }
                let others: Vec<String> = others.into_iter().collect();
                let hint = if others.is_empty() {
                    "check the year, or leave the row out".to_owned()
                } else {
                    format!("in that year there was {}", others.join(", "))
                };
                Err(Fault::new(what, hint))
            }
        }
    }

    /// The authority that parts of an authority of today were in in a year.
    pub(crate) fn authority_at(&self, today: AreaCode, period: Period) -> Result<AreaCode, Fault> {
        let areas = self.areas();
        if areas.exists_at(today, period) {
            return Ok(today);
        }
        let before: BTreeSet<AreaCode> = areas
            .boundary_changes(today)
            .filter(|change| areas.entity(change.successor) == Some(today))
            .filter_map(|change| areas.entity(change.predecessor))
            .filter(|code| areas.exists_at(*code, period))
            .collect();
        let mut found = before.iter();
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(*one),
            _ => {
                let named = |code: &AreaCode| format!("{} ({code})", areas.name(*code));
                let names: Vec<String> = before.iter().map(named).collect();
                let what = format!(
                    "{} did not exist at 31 March {period}, and of its neighbourhoods it is not known which authority of \
                     that year they were in: {}",
                    areas.name(today),
                    names.join(", ")
                );
                let hint = "leave these rows out, or give counts of those authorities";
                Err(Fault::new(what, hint))
            }
        }
    }

    /// The decile in an edition of the index: one, if all the neighbourhoods of today on the ground have the same.
    pub(crate) fn decile(&self, ground: &[AreaCode], edition: u16) -> Decile {
        let mut found = ground.iter().map(|code| {
            let own = self.neighbourhoods?.get(*code)?;
            own.deciles(edition)?.imd.value()
        });
        match found.next() {
            None => Decile::None,
            Some(Some(decile)) if found.all(|own| own == Some(decile)) => Decile::One(decile),
            Some(_) => Decile::Unknown,
        }
    }
}

/// A part of an authority by its code.
fn within(text: &str, code: AreaCode, all: &Neighbourhoods) -> Result<Place, Fault> {
    let places = all.places();
    let part = |authority: AreaCode, ground: Vec<AreaCode>| Place::Part {
        text: text.to_owned(),
        authority,
        ground,
    };
    let of_several = |found: &[&Neighbourhood], ground: Vec<AreaCode>| {
        let authorities: BTreeSet<AreaCode> = found.iter().map(|own| own.authority).collect();
        match (authorities.first(), authorities.len()) {
            (Some(authority), 1) => Ok(part(*authority, ground)),
            _ => Err(Fault::new(
                format!("{text} lies in more than one authority of today"),
                "give counts of the neighbourhoods of 2021 in it",
            )),
        }
    };
    match all.named(code) {
        Named::Now(own) => Ok(part(own.authority, vec![own.code])),
        Named::In2011(_, into) => of_several(&into, into.iter().map(|own| own.code).collect()),
        Named::Unknown => {
            if let Some(district) = places.districts.get(&code) {
                return Ok(part(district.authority, Vec::new()));
            }
            let within = |own: &&Neighbourhood| own.ward == code || own.msoa == code;
            let found: Vec<&Neighbourhood> = all.all().iter().filter(within).collect();
            if found.is_empty() {
                return Err(Fault::new(
                    format!(
                        "{text} is no neighbourhood of 2021 or 2011, ward of 2024, middle layer area of 2021 or district"
                    ),
                    "correct the code",
                ));
            }
            of_several(&found, Vec::new())
        }
    }
}
