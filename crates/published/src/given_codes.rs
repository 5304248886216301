//! Codes of neighbourhoods, wards and middle layer areas in a file that somebody gives, and what is wrong
//! with them.

use disparity_core::neighbourhoods::{Named, Neighbourhood, Neighbourhoods, Redrawn};
use disparity_core::{AreaCode, Areas, Place, nearest};

use crate::error::{Fault, LoadError, LoadErrors};
use crate::table::{Row, Table};

/// The first of some columns that is there; without any, an error that says how to head one.
pub(crate) fn one_of(table: &Table, names: &[&str], advice: &str) -> Result<usize, LoadErrors> {
    let found = names.iter().find_map(|name| table.column(name).ok());
    found.ok_or_else(|| {
        let near =
            |own: &&String| nearest(own, names.iter().copied()).first().copied() == Some(names[0]);
        let advice = match table.names().iter().find(near) {
            Some(own) => format!("rename `{own}` to `{}`", names[0]),
            None => advice.to_owned(),
        };
        let what = format!("no column is called {}", names.join(", "));
        whole_file(table.file(), 1, what, advice).into()
    })
}

/// An error about a file, or a line of it.
pub(crate) fn whole_file(
    file: &str,
    line: u64,
    what: String,
    advice: impl Into<String>,
) -> LoadError {
    LoadError {
        place: Place {
            file: file.to_owned(),
            line,
            column: String::new(),
        },
        about: String::new(),
        fault: Fault::Contradiction {
            what,
            advice: advice.into(),
        },
    }
}

/// Names that a message lists before it counts the rest.
const LISTED: usize = 5;

/// The first few names, and how many more there are.
pub(crate) fn listed(names: impl ExactSizeIterator<Item = String>) -> String {
    let rest = names.len().saturating_sub(LISTED);
    let first = names.take(LISTED).collect::<Vec<_>>().join(", ");
    if rest > 0 {
        format!("{first} and {rest} more")
    } else {
        first
    }
}

/// What a code means in the files of one authority.
pub(crate) enum Meant<'a> {
    /// A neighbourhood of 2021.
    Neighbourhood(&'a Neighbourhood),
    /// One of 2011 that is no more, and those of 2021 on its ground.
    In2011(Redrawn, Vec<&'a Neighbourhood>),
    /// A ward of 2024, and neighbourhoods that fit it best.
    Ward(Vec<&'a Neighbourhood>),
    /// A middle layer area of 2021, and its neighbourhoods.
    Msoa(Vec<&'a Neighbourhood>),
}

/// A column of codes in a file of one authority.
#[derive(Clone, Copy)]
pub(crate) struct GivenCodes<'a> {
    pub(crate) neighbourhoods: &'a Neighbourhoods,
    pub(crate) areas: &'a Areas,
    pub(crate) authority: AreaCode,
    pub(crate) column: usize,
}

impl<'a> GivenCodes<'a> {
    /// The code of a row.
    pub(crate) fn code(&self, row: Row<'_>) -> Result<AreaCode, LoadError> {
        let text = row.text(self.column);
        text.parse().map_err(|_| {
            let what =
                format!("{text:?} is not a code of a neighbourhood, ward or middle layer area");
            let advice = "expected a letter and eight digits, such as E01012345 or E05001234";
            self.wrong(row, self.column, what, advice)
        })
    }

    /// What a code means.
    pub(crate) fn meant(&self, row: Row<'_>, code: AreaCode) -> Result<Meant<'a>, LoadError> {
        let all = self.neighbourhoods.all();
        let places = self.neighbourhoods.places();
        match self.neighbourhoods.named(code) {
            Named::Now(own) => Ok(Meant::Neighbourhood(own)),
            Named::In2011(how, into) => Ok(Meant::In2011(how, into)),
            Named::Unknown if places.wards.contains_key(&code) => Ok(Meant::Ward(
                self.here(all.iter().filter(|own| own.ward == code)),
            )),
            Named::Unknown if places.msoas.contains_key(&code) => Ok(Meant::Msoa(
                self.here(all.iter().filter(|own| own.msoa == code)),
            )),
            Named::Unknown => {
                let kind = match code.as_str().get(..3) {
                    Some("E01") => "no neighbourhood (LSOA) of 2021 or 2011",
                    Some("E05") => "no ward of 2024 that any neighbourhood fits best",
                    Some("E02") => "no middle layer area (MSOA) of 2021",
                    _ => {
                        "no neighbourhood (E01…), ward (E05…) or middle layer area (E02…) of England"
                    }
                };
                let advice = "correct the code; england/neighbourhoods_2021.csv and wards_2024.csv list them";
                Err(self.wrong(row, self.column, format!("{code} is {kind}"), advice))
            }
        }
    }

    /// Of some neighbourhoods those of this authority, or all if none is: a ward and a neighbourhood of
    /// 2011 may stand for some of two authorities, and mean here what of them is in this one.
    pub(crate) fn here(
        &self,
        all: impl IntoIterator<Item = &'a Neighbourhood>,
    ) -> Vec<&'a Neighbourhood> {
        let all: Vec<&Neighbourhood> = all.into_iter().collect();
        let own = |own: &&&Neighbourhood| own.authority == self.authority;
        let here: Vec<&Neighbourhood> = all.iter().filter(own).copied().collect();
        if here.is_empty() { all } else { here }
    }

    /// That a code is of 2011, and what became of it.
    pub(crate) fn of_2011(
        &self,
        row: Row<'_>,
        how: Redrawn,
        into: &[&Neighbourhood],
        advice: &str,
    ) -> LoadError {
        let see = into
            .iter()
            .map(|own| format!("{} ({})", own.code, own.name))
            .collect::<Vec<_>>();
        let what = format!(
            "{} is a neighbourhood of 2011 that was {} in 2021: see {}",
            row.text(self.column),
            how.word(),
            see.join(", ")
        );
        self.wrong(row, self.column, what, advice)
    }

    /// That a neighbourhood which a row names is of this authority.
    pub(crate) fn must_be_here(&self, row: Row<'_>, own: &Neighbourhood) -> Result<(), LoadError> {
        if own.authority == self.authority {
            return Ok(());
        }
        let what = format!(
            "{} is in {}, not in {}",
            self.called(row, own),
            self.areas.name(own.authority),
            self.areas.name(self.authority)
        );
        let advice = "delete the row, or ask for the other authority";
        Err(self.wrong(row, self.column, what, advice))
    }

    /// A neighbourhood as the row names it, or with the ward or middle layer area that it came with.
    pub(crate) fn called(&self, row: Row<'_>, own: &Neighbourhood) -> String {
        let text = row.text(self.column);
        if text == own.code.as_str() {
            format!("{} ({})", own.code, own.name)
        } else {
            format!("{} ({}), which {text} stands for,", own.code, own.name)
        }
    }

    /// An error about a field of a row.
    pub(crate) fn wrong(
        &self,
        row: Row<'_>,
        column: usize,
        what: impl Into<String>,
        advice: &str,
    ) -> LoadError {
        let (what, advice) = (what.into(), advice.to_owned());
        row.error(
            column,
            self.areas.name(self.authority),
            Fault::Contradiction { what, advice },
        )
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;

    use disparity_core::neighbourhoods::{Centroid, Deciles, District, Msoa, Places, Ward};
    use disparity_core::{Reported, Symbol};

    use super::*;

    pub(crate) fn code(text: &str) -> AreaCode {
        text.parse().unwrap()
    }

    pub(crate) const HERE: &str = "E06000001";

    /// Three neighbourhoods here, in two wards, and one elsewhere.
    pub(crate) fn world() -> Neighbourhoods {
        let unknown = Deciles {
            imd: Reported::Symbol(Symbol::NotAvailable),
            idaci: Reported::Symbol(Symbol::NotAvailable),
        };
        let one = |own: &str, authority: &str, ward: &str, msoa: &str| Neighbourhood {
            code: code(own),
            name: format!("Place {}", &own[8..]),
            authority: code(authority),
            msoa: code(msoa),
            ward: code(ward),
            deciles_2025: unknown,
            deciles_2019: unknown,
            residents_by_group: [1; 5],
            children_0_to_15: 1,
            children_by_age: [1; 5],
            centroid: Centroid {
                longitude: 0.0,
                latitude: 50.0,
            },
        };
        let all = vec![
            one("E01000001", HERE, "E05000001", "E02000001"),
            one("E01000002", HERE, "E05000001", "E02000002"),
            one("E01000003", HERE, "E05000002", "E02000002"),
            one("E01000004", "E06000002", "E05000003", "E02000002"),
        ];
        let wards = ["E05000001", "E05000002", "E05000003"].map(|ward| {
            (
                code(ward),
                Ward {
                    name: ward.to_owned(),
                    district: code(HERE),
                },
            )
        });
        let msoa = |own: &str| {
            (
                code(own),
                Msoa {
                    name: own.to_owned(),
                    library_name: own.to_owned(),
                },
            )
        };
        let redrawn = [
            (
                code("E01000008"),
                (Redrawn::Split, vec![code("E01000001"), code("E01000002")]),
            ),
            (
                code("E01000009"),
                (Redrawn::Merged, vec![code("E01000003")]),
            ),
            (
                code("E01000010"),
                (Redrawn::Merged, vec![code("E01000003")]),
            ),
        ];
        let places = Places {
            msoas: BTreeMap::from([msoa("E02000001"), msoa("E02000002")]),
            wards: BTreeMap::from(wards),
            districts: BTreeMap::from([(
                code(HERE),
                District {
                    name: "Here".into(),
                    authority: code(HERE),
                },
            )]),
            redrawn: BTreeMap::from(redrawn),
        };
        Neighbourhoods::new(all, [], places)
    }
}
