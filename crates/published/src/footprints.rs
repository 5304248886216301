//! Footprints that somebody gives: a CSV of codes with the team that each is in.

use std::collections::BTreeMap;

use disparity_core::neighbourhoods::{
    Footprint, FootprintOrigin, Footprints, Neighbourhood, Neighbourhoods,
};
use disparity_core::{AreaCode, Areas};

use crate::error::{LoadError, LoadErrors};
use crate::given_codes::{GivenCodes, Meant, listed, one_of, whole_file};
use crate::table::{Row, Table};

/// What the column of codes may be called, the most exact first.
const CODES: [&str; 12] = [
    "lsoa21_code",
    "lsoa21cd",
    "LSOA21CD",
    "lsoa",
    "lsoa_code",
    "ward24_code",
    "wd24cd",
    "WD24CD",
    "ward",
    "ward_code",
    "msoa",
    "code",
];

/// What the column of names may be called.
const NAMES: [&str; 6] = [
    "team",
    "footprint",
    "locality",
    "team_name",
    "footprint_name",
    "name",
];

/// Footprints as given, and what was done to read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFootprints {
    /// The footprints, in the order in which the file first names them.
    pub footprints: Footprints,
    /// Codes of 2011 that were mapped, each with those of 2021 on its ground.
    pub mapped: Vec<(AreaCode, Vec<AreaCode>)>,
}

/// Reads footprints of an authority: rows of a code and the name of a team.
///
/// A code is that of a neighbourhood (2021), of a ward (2024) or of a middle layer area (2021), also mixed;
/// a ward means the neighbourhoods that fit it best. Every neighbourhood of the authority must be in one
/// footprint. Codes of neighbourhoods of 2011 that were redrawn are an error unless `map_2011`: then a row
/// means all neighbourhoods of 2021 on its ground.
///
/// # Errors
/// Every bad row: a code that is unknown, of another authority, of 2011, or that comes twice, and an empty
/// name; then, for the whole file, the neighbourhoods that are in no footprint.
pub fn read_footprints(
    file: &str,
    bytes: &[u8],
    neighbourhoods: &Neighbourhoods,
    areas: &Areas,
    authority: AreaCode,
    map_2011: bool,
) -> Result<GivenFootprints, LoadErrors> {
    let table = Table::read(file, bytes)?;
    let heads = "head one column `lsoa` or `ward` (codes) and one `team` (names)";
    let reader = Reader {
        codes: GivenCodes {
            neighbourhoods,
            areas,
            authority,
            column: one_of(&table, &CODES, heads)?,
        },
        map_2011,
        name: one_of(&table, &NAMES, heads)?,
    };
    let mut order: Vec<String> = Vec::new();
    let mut placed: BTreeMap<AreaCode, Placed> = BTreeMap::new();
    let mut mapped: BTreeMap<AreaCode, Vec<AreaCode>> = BTreeMap::new();
    let mut errors = Vec::new();
    for row in table.rows() {
        let (name, meant) = match reader.row(row) {
            Ok(read) => read,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        let team = order.iter().position(|own| own == name).unwrap_or_else(|| {
            order.push(name.to_owned());
            order.len() - 1
        });
        let of_2011 = meant.of_2011;
        if let Some(old) = of_2011 {
            mapped.insert(
                old,
                meant.neighbourhoods.iter().map(|own| own.code).collect(),
            );
        }
        for own in meant.neighbourhoods {
            let here = Placed {
                team,
                line: row.line,
                of_2011: of_2011.is_some(),
            };
            match placed.get(&own.code) {
                // Parts of a neighbourhood that were several in 2011 may be given one by one.
                Some(before) if before.of_2011 && here.of_2011 && before.team == team => {}
                Some(before) => errors.push(reader.twice(row, own, before, &order)),
                None => drop(placed.insert(own.code, here)),
            }
        }
    }
    errors
        .extend(missing(file, neighbourhoods.of(authority), &placed).filter(|_| errors.is_empty()));
    let all = order.into_iter().enumerate().map(|(team, name)| Footprint {
        name,
        neighbourhoods: placed
            .iter()
            .filter(|(_, own)| own.team == team)
            .map(|(code, _)| *code)
            .collect(),
    });
    let footprints = Footprints {
        authority,
        origin: FootprintOrigin::Given,
        all: all.collect(),
    };
    LoadErrors::check(
        errors,
        GivenFootprints {
            footprints,
            mapped: mapped.into_iter().collect(),
        },
    )
}

/// Where a neighbourhood was put.
struct Placed {
    team: usize,
    line: u64,
    of_2011: bool,
}

/// What a row means.
struct Team<'a> {
    neighbourhoods: Vec<&'a Neighbourhood>,
    of_2011: Option<AreaCode>,
}

struct Reader<'a> {
    codes: GivenCodes<'a>,
    map_2011: bool,
    name: usize,
}

impl<'a> Reader<'a> {
    fn row<'t>(&self, row: Row<'t>) -> Result<(&'t str, Team<'a>), LoadError> {
        let name = row.text(self.name);
        if name.is_empty() {
            return Err(self.codes.wrong(
                row,
                self.name,
                "the team has no name",
                "give every row the name of its team",
            ));
        }
        let meant = self.meant(row)?;
        for own in &meant.neighbourhoods {
            self.codes.must_be_here(row, own)?;
        }
        Ok((name, meant))
    }

    fn meant(&self, row: Row<'_>) -> Result<Team<'a>, LoadError> {
        let code = self.codes.code(row)?;
        let (neighbourhoods, of_2011) = match self.codes.meant(row, code)? {
            Meant::Neighbourhood(own) => (vec![own], None),
            Meant::Ward(all) | Meant::Msoa(all) => (all, None),
            Meant::In2011(_, into) if self.map_2011 => (self.codes.here(into), Some(code)),
            Meant::In2011(how, into) => {
                let advice = "give the codes of 2021, or ask for codes of 2011 to be mapped";
                return Err(self.codes.of_2011(row, how, &into, advice));
            }
        };
        Ok(Team {
            neighbourhoods,
            of_2011,
        })
    }

    fn twice(
        &self,
        row: Row<'_>,
        own: &Neighbourhood,
        before: &Placed,
        teams: &[String],
    ) -> LoadError {
        let what = format!(
            "{} was put into {:?} on line {} already",
            self.codes.called(row, own),
            teams.get(before.team).map_or("", String::as_str),
            before.line
        );
        let advice = if before.of_2011 {
            "codes of 2011 do not say in which team it is: give its code of 2021"
        } else {
            "a neighbourhood is in one team: delete one of the rows"
        };
        self.codes.wrong(row, self.codes.column, what, advice)
    }
}

fn missing(
    file: &str,
    own: &[Neighbourhood],
    placed: &BTreeMap<AreaCode, Placed>,
) -> Option<LoadError> {
    let missing: Vec<&Neighbourhood> = own
        .iter()
        .filter(|own| !placed.contains_key(&own.code))
        .collect();
    let names = missing
        .iter()
        .map(|own| format!("{} ({})", own.code, own.name));
    let what = format!(
        "{} of {} neighbourhoods are in no team: {}",
        missing.len(),
        own.len(),
        listed(names)
    );
    let advice = "add a row for each; a place that no team covers can be a team of its own";
    (!missing.is_empty()).then(|| whole_file(file, 0, what, advice))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::given_codes::tests::{HERE, code, world};

    fn read(text: &str, map: bool) -> Result<GivenFootprints, LoadErrors> {
        read_footprints(
            "teams.csv",
            text.as_bytes(),
            &world(),
            &Areas::default(),
            code(HERE),
            map,
        )
    }

    fn teams(text: &str, map: bool) -> Vec<(String, Vec<String>)> {
        let found = read(text, map).unwrap_or_else(|errors| panic!("{errors}"));
        let each = found.footprints.all.into_iter();
        each.map(|own| {
            (
                own.name,
                own.neighbourhoods.iter().map(ToString::to_string).collect(),
            )
        })
        .collect()
    }

    fn refused(text: &str) -> String {
        read(text, false).unwrap_err().to_string()
    }

    fn expected() -> Vec<(String, Vec<String>)> {
        let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect();
        vec![
            ("West".to_owned(), codes(&["E01000001", "E01000002"])),
            ("East".to_owned(), codes(&["E01000003"])),
        ]
    }

    #[test]
    fn neighbourhoods_wards_and_middle_layer_areas_make_the_same_teams() {
        assert_eq!(
            teams(
                "lsoa,team\nE01000001,West\nE01000003,East\nE01000002,West\n",
                false
            ),
            expected()
        );
        assert_eq!(
            teams("WD24CD,footprint\nE05000001,West\nE05000002,East\n", false),
            expected()
        );
        assert_eq!(
            teams("code,team\nE05000001, West \nE01000003,East\n", false),
            expected()
        );
        // A middle layer area of two authorities means what is in this one.
        let by_msoa = teams("msoa,team\nE02000001,West\nE02000002,East\n", false);
        assert_eq!(by_msoa[1].1, ["E01000002", "E01000003"]);
    }

    #[test]
    fn codes_of_2011_are_mapped_if_asked() {
        let old = "lsoa,team\nE01000008,West\nE01000009,East\nE01000010,East\n";
        assert_eq!(teams(old, true), expected());
        assert_eq!(read(old, true).unwrap().mapped.len(), 3);
        let said = refused(old);
        assert!(said.contains("E01000008 is a neighbourhood of 2011 that was split in 2021: see E01000001 (Place 1), E01000002 (Place 2)"), "{said}");
        assert!(
            said.contains("teams.csv:2, column `lsoa`")
                && said.contains("or ask for codes of 2011 to be mapped"),
            "{said}"
        );
        // What is one neighbourhood now was put into two teams.
        let torn = read(
            "lsoa,team\nE01000008,West\nE01000009,East\nE01000010,West\n",
            true,
        )
        .unwrap_err()
        .to_string();
        assert!(
            torn.contains("put into \"East\" on line 3 already") && torn.contains("teams.csv:4"),
            "{torn}"
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_what_to_do() {
        let rest = "E01000002,West\nE01000003,East\n";
        for (row, words) in [
            (
                "E01000004,West",
                "E01000004 (Place 4) is in E06000002, not in E06000001",
            ),
            (
                "E01999999,West",
                "E01999999 is no neighbourhood (LSOA) of 2021 or 2011",
            ),
            ("E05999999,West", "E05999999 is no ward of 2024"),
            ("Hull,West", "\"Hull\" is not a code of a neighbourhood"),
            ("E01000001,", "the team has no name"),
            ("E01000003,West", "was put into \"West\" on line 2 already"),
            (
                "E05000003,West",
                "E01000004 (Place 4), which E05000003 stands for, is in E06000002",
            ),
        ] {
            let said = refused(&format!("lsoa,team\n{row}\n{rest}"));
            let line = if row.starts_with("E01000003") {
                "teams.csv:4"
            } else {
                "teams.csv:2"
            };
            assert!(
                said.contains(words) && said.contains(line) && said.contains("hint: "),
                "{said}"
            );
        }
        let said = refused(&format!("lsoa,team\n{rest}"));
        assert!(
            said.contains("1 of 3 neighbourhoods are in no team: E01000001 (Place 1)"),
            "{said}"
        );
        let said = refused(&format!("place,team\n{rest}"));
        assert!(said.contains("no column is called lsoa21_code"), "{said}");
        let said = refused("lsoa,crew\nE01000001,West\n");
        assert!(said.contains("no column is called team"), "{said}");
        assert!(refused("").contains("empty"));
    }

    #[test]
    fn all_bad_rows_are_said_at_once() {
        let said = refused("lsoa,team\nE01000004,West\nE01999999,West\nE01000001,\n");
        assert_eq!(said.matches("hint: ").count(), 3, "{said}");
    }
}
