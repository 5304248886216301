//! Areas: nine-character codes with validity dates, regions, successors, neighbours, and finding
//! one by code or by a name typed forgivingly.
//!
//! Areas are keyed by code, never by name. A code that changed without a change of boundary belongs
//! to the same *entity* (Buckinghamshire `E10000002` and `E06000060`), and every figure is kept under
//! the entity's code; an authority that was split or merged is a different entity.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::date::Date;
use crate::names::{did_you_mean, fold_name};
use crate::{Nation, Period};

/// A nine-character code of the Office for National Statistics, such as `E08000003`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AreaCode([u8; 9]);

/// A text that is not an area code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not an area code; expected a letter and eight digits, such as E08000003")]
pub struct AreaCodeError {
    /// What was found.
    pub found: String,
}

impl AreaCode {
    /// England.
    pub const ENGLAND: Self = Self(*b"E92000001");

    /// Wales.
    pub const WALES: Self = Self(*b"W92000004");

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // The constructor admits ASCII only, so this is never the empty string.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for AreaCode {
    type Err = AreaCodeError;

    fn from_str(text: &str) -> Result<Self, AreaCodeError> {
        let bytes = text.trim().as_bytes();
        match <[u8; 9]>::try_from(bytes) {
            Ok(code)
                if code[0].is_ascii_uppercase() && code[1..].iter().all(u8::is_ascii_digit) =>
            {
                Ok(Self(code))
            }
            _ => Err(AreaCodeError {
                found: text.to_owned(),
            }),
        }
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether an area is the nation, a region or a local authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GeographicLevel {
    /// England or Wales.
    National,
    /// One of the nine regions, or Inner or Outer London.
    Regional,
    /// An authority with children's services responsibilities.
    LocalAuthority,
}

impl GeographicLevel {
    /// The words used in open-data files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::National => "National",
            Self::Regional => "Regional",
            Self::LocalAuthority => "Local authority",
        }
    }

    /// The level those words name.
    #[must_use]
    pub fn from_words(words: &str) -> Option<Self> {
        [Self::National, Self::Regional, Self::LocalAuthority]
            .into_iter()
            .find(|level| level.as_str() == words)
    }
}

/// One area as the code list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Its code.
    pub code: AreaCode,
    /// The code under which its figures are kept: its own, unless it was re-coded.
    pub entity: AreaCode,
    /// Its published name.
    pub name: String,
    /// Country, region or local authority.
    pub level: GeographicLevel,
    /// The region it lies in, for local authorities and for Inner and Outer London.
    pub region: Option<AreaCode>,
    /// Inner or Outer London, for London authorities.
    pub part_of_london: Option<AreaCode>,
    /// The three-digit code of the Department for Education, for local authorities.
    pub old_la_code: Option<String>,
    /// First day on which the code was in force, if it is later than the earliest figures.
    pub valid_from: Option<Date>,
    /// Last day on which the code was in force, if it no longer is.
    pub valid_to: Option<Date>,
    /// Whether its counts are too small to rank (City of London, Isles of Scilly).
    pub tiny: bool,
}

impl Area {
    /// The larger areas it is part of, the nation last.
    pub fn above(&self) -> impl Iterator<Item = AreaCode> {
        let nation = Nation::of(self.code).unwrap_or_default();
        let nation = (self.level != GeographicLevel::National).then_some(nation.code());
        self.part_of_london
            .into_iter()
            .chain(self.region)
            .chain(nation)
    }

    /// Whether the code was in force on 31 March of the year in which `period` ends.
    #[must_use]
    pub fn exists_at(&self, period: Period) -> bool {
        let day = Date::end_of(period);
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}

/// What happened to a boundary or a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// A new code for the same land.
    Recode,
    /// Several authorities became one.
    Merge,
    /// One authority became several.
    Split,
    /// Part of one authority joined another, so neither series continues.
    Transfer,
}

impl ChangeKind {
    /// Every kind with its word in the code list.
    pub const WORDS: [(Self, &'static str); 4] = [
        (Self::Recode, "recode"),
        (Self::Merge, "merge"),
        (Self::Split, "split"),
        (Self::Transfer, "transfer"),
    ];

    /// The kind that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS
            .into_iter()
            .find(|(_, w)| *w == word)
            .map(|(kind, _)| kind)
    }

    /// The word in the code list.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize].1
    }
}

/// One step from a predecessor to a successor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AreaChange {
    /// First day of the new arrangement.
    pub effective: Date,
    /// The code before.
    pub predecessor: AreaCode,
    /// The code after.
    pub successor: AreaCode,
    /// What happened.
    pub kind: ChangeKind,
}

/// Which published list of statistical neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NeighbourModel(pub u16);

/// One statistical neighbour of an authority.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Neighbour {
    /// Closest is 1.
    pub rank: u8,
    /// The neighbour.
    pub area: AreaCode,
    /// The published closeness band, such as `Very close`.
    pub closeness: String,
}

/// Where an authority's tile stands on the map.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    /// Row from the north, from 0.
    pub row: u8,
    /// Column from the west, from 0.
    pub column: u8,
    /// Short name that fits a tile.
    pub label: String,
}

/// A name or code that no area answers to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AreaLookupError {
    /// Nothing matches.
    #[error("no area is called {typed:?}")]
    Unknown {
        /// What was typed.
        typed: String,
        /// The nearest names, as a question.
        hint: Option<String>,
    },
    /// Several areas match, for example the Dorset before and after 2019.
    #[error("{typed:?} could be {}", .candidates.join(" or "))]
    Ambiguous {
        /// What was typed.
        typed: String,
        /// The areas that match, each with its code.
        candidates: Vec<String>,
    },
}

impl AreaLookupError {
    /// What to type instead.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { hint: Some(hint), .. } => hint.clone(),
            Self::Unknown { hint: None, .. } => {
                "use a name, a nine-character code (E08000003) or a three-digit code (352); `disparity codes areas` lists them all".into()
            }
            Self::Ambiguous { .. } => "use the whole name or the nine-character code".into(),
        }
    }
}

/// All areas, their history, their neighbours and their tiles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Areas {
    by_code: BTreeMap<AreaCode, Area>,
    changes: Vec<AreaChange>,
    neighbours: BTreeMap<(NeighbourModel, AreaCode), Vec<Neighbour>>,
    tiles: BTreeMap<AreaCode, Tile>,
    /// What else people call areas, folded; several areas can go by one name.
    aliases: BTreeMap<String, Vec<AreaCode>>,
    /// The same as people write it, by area.
    called: BTreeMap<AreaCode, Vec<String>>,
}

impl Areas {
    /// The code list as loaded. Callers have checked that codes are unique and references exist.
    #[must_use]
    pub fn new(
        areas: Vec<Area>,
        mut changes: Vec<AreaChange>,
        neighbours: BTreeMap<(NeighbourModel, AreaCode), Vec<Neighbour>>,
        tiles: BTreeMap<AreaCode, Tile>,
    ) -> Self {
        changes.sort();
        Self {
            by_code: areas.into_iter().map(|area| (area.code, area)).collect(),
            changes,
            neighbours,
            tiles,
            aliases: BTreeMap::new(),
            called: BTreeMap::new(),
        }
    }

    /// The same areas, which also answer to what else people call them: `Hull`, `BCP`. A name that
    /// several share finds none of them and is answered with all.
    #[must_use]
    pub fn with_aliases(mut self, aliases: impl IntoIterator<Item = (String, AreaCode)>) -> Self {
        for (alias, code) in aliases {
            let codes = self.aliases.entry(fold_name(&alias)).or_default();
            if !codes.contains(&code) {
                codes.push(code);
            }
            self.called.entry(code).or_default().push(alias);
        }
        self
    }

    /// The nation that these areas make up: that of the first of them, as a list holds those of one. England's if
    /// there are none.
    #[must_use]
    pub fn nation(&self) -> Nation {
        let first = self.by_code.keys().next();
        first.and_then(|code| Nation::of(*code)).unwrap_or_default()
    }

    /// What else people call an area, as they write it.
    #[must_use]
    pub fn also_called(&self, code: AreaCode) -> &[String] {
        self.called.get(&code).map_or(&[], Vec::as_slice)
    }

    /// The names of what became this entity: under an earlier code, or before its boundary changed; oldest first,
    /// without its own name.
    #[must_use]
    pub fn former_names(&self, entity: AreaCode) -> Vec<String> {
        let own = self.name(entity);
        let mut names: Vec<String> = Vec::new();
        let before = self
            .changes
            .iter()
            .filter(|change| self.entity(change.successor) == Some(entity));
        for change in before {
            let name = self.name(change.predecessor);
            if name != own && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The area with exactly that code.
    #[must_use]
    pub fn get(&self, code: AreaCode) -> Option<&Area> {
        self.by_code.get(&code)
    }

    /// The name of an area, or its code if the list does not have it.
    #[must_use]
    pub fn name(&self, code: AreaCode) -> String {
        self.get(code)
            .map_or_else(|| code.to_string(), |area| area.name.clone())
    }

    /// The code under which figures for `code` are kept.
    #[must_use]
    pub fn entity(&self, code: AreaCode) -> Option<AreaCode> {
        self.get(code).map(|area| area.entity)
    }

    /// Every area under whose own code figures are kept, in code order.
    pub fn entities(&self) -> impl Iterator<Item = &Area> {
        self.by_code
            .values()
            .filter(|area| area.entity == area.code)
    }

    /// Every code in the list, superseded ones included, in code order.
    pub fn iter(&self) -> impl Iterator<Item = &Area> {
        self.by_code.values()
    }

    /// The entity that a three-digit Department for Education code meant on 31 March of a period.
    ///
    /// A few codes outlive a re-coding of the nine-character code (825 is Buckinghamshire before and
    /// after 2020), so the period decides; the entity is the same either way.
    #[must_use]
    pub fn by_old_la_code(&self, old: &str, period: Period) -> Option<&Area> {
        let mut matching = self
            .by_code
            .values()
            .filter(|area| area.old_la_code.as_deref() == Some(old));
        let any = matching.clone().next();
        let area = matching.find(|area| area.exists_at(period)).or(any)?;
        self.get(area.entity)
    }

    /// Whether an area existed, under any of its codes, on 31 March of the year in which a period ends.
    #[must_use]
    pub fn exists_at(&self, entity: AreaCode, period: Period) -> bool {
        self.by_code
            .values()
            .any(|area| area.entity == entity && area.exists_at(period))
    }

    /// The boundary changes and re-codings, oldest first.
    #[must_use]
    pub fn changes(&self) -> &[AreaChange] {
        &self.changes
    }

    /// Changes other than re-codings in which the entity appears as predecessor or successor.
    pub fn boundary_changes(&self, entity: AreaCode) -> impl Iterator<Item = &AreaChange> {
        self.changes.iter().filter(move |change| {
            change.kind != ChangeKind::Recode
                && (self.entity(change.predecessor) == Some(entity)
                    || self.entity(change.successor) == Some(entity))
        })
    }

    /// The authority from which this one was split, if it was.
    #[must_use]
    pub fn split_from(&self, entity: AreaCode) -> Option<AreaCode> {
        self.changes
            .iter()
            .find(|change| {
                change.kind == ChangeKind::Split && self.entity(change.successor) == Some(entity)
            })
            .and_then(|change| self.entity(change.predecessor))
    }

    /// The statistical neighbours of an entity in one published list, closest first; empty if the
    /// list does not cover it.
    #[must_use]
    pub fn neighbours(&self, model: NeighbourModel, entity: AreaCode) -> &[Neighbour] {
        self.neighbours
            .get(&(model, entity))
            .map_or(&[], Vec::as_slice)
    }

    /// The published lists of neighbours there are.
    #[must_use]
    pub fn neighbour_models(&self) -> Vec<NeighbourModel> {
        let mut models: Vec<NeighbourModel> =
            self.neighbours.keys().map(|(model, _)| *model).collect();
        models.dedup();
        models
    }

    /// Where each authority of today stands on the tile map.
    #[must_use]
    pub fn tiles(&self) -> &BTreeMap<AreaCode, Tile> {
        &self.tiles
    }

    /// Local authorities of a region (by its code) that existed at a period.
    pub fn authorities_in(&self, region: AreaCode, period: Period) -> impl Iterator<Item = &Area> {
        self.entities().filter(move |area| {
            area.level == GeographicLevel::LocalAuthority
                && area.region == Some(region)
                && area.exists_at(period)
        })
    }

    /// Finds an area by nine-character code, three-digit code or forgivingly by name, then by what else
    /// it is called.
    ///
    /// A name shared by an old and a present authority means the present one.
    ///
    /// # Errors
    /// [`AreaLookupError::Unknown`] with the nearest names, or [`AreaLookupError::Ambiguous`].
    pub fn find(&self, typed: &str) -> Result<&Area, AreaLookupError> {
        let text = typed.trim();
        if let Some(area) = text
            .to_uppercase()
            .parse()
            .ok()
            .and_then(|code| self.get(code))
        {
            return self.get(area.entity).ok_or_else(|| self.unknown(typed));
        }
        let folded = fold_name(text);
        let named = self.named(text, &folded).into_iter();
        let mut matching: Vec<&Area> = named.filter_map(|area| self.get(area.entity)).collect();
        if matching.is_empty()
            && let Some(codes) = self.aliases.get(&folded)
        {
            matching = codes.iter().filter_map(|code| self.get(*code)).collect();
            // All that go by the name, those that are gone too.
            if matching.len() > 1 {
                return Err(ambiguous(typed, &matching));
            }
        }
        matching.sort_by_key(|area| area.code);
        matching.dedup_by_key(|area| area.code);
        // Today's authority before one that is gone, and an authority before the region of that name.
        let current: Vec<&Area> = matching
            .iter()
            .copied()
            .filter(|area| area.valid_to.is_none())
            .collect();
        match (if current.is_empty() {
            matching
        } else {
            current
        })
        .as_slice()
        {
            [] => Err(self.unknown(typed)),
            [one] => Ok(one),
            several => Err(ambiguous(typed, several)),
        }
    }

    /// Every area that goes by a code, a name or what else it is called, those that are gone too, by code.
    ///
    /// Whose figures of a year are meant by a name is the one of these that was there in that year
    /// ([`Areas::exists_at`]): `Dorset` is one authority until 2019 and another from then on.
    #[must_use]
    pub fn called(&self, typed: &str) -> Vec<&Area> {
        let text = typed.trim();
        // No name has the form of a code.
        if let Ok(code) = text.to_uppercase().parse() {
            return self.get(code).into_iter().collect();
        }
        let folded = fold_name(text);
        let mut found = self.named(text, &folded);
        if found.is_empty() {
            let aliases = self.aliases.get(&folded).into_iter().flatten();
            found.extend(aliases.filter_map(|code| self.get(*code)));
        }
        found
    }

    /// Every area with that three-digit code or, folded, that name, by code.
    fn named(&self, text: &str, folded: &str) -> Vec<&Area> {
        let named = |area: &&Area| {
            area.old_la_code.as_deref() == Some(text)
                || (!folded.is_empty() && fold_name(&area.name) == folded)
        };
        self.by_code.values().filter(named).collect()
    }

    fn unknown(&self, typed: &str) -> AreaLookupError {
        AreaLookupError::Unknown {
            typed: typed.to_owned(),
            hint: did_you_mean(typed, self.entities().map(|area| area.name.as_str())),
        }
    }
}

fn ambiguous(typed: &str, areas: &[&Area]) -> AreaLookupError {
    AreaLookupError::Ambiguous {
        typed: typed.to_owned(),
        candidates: areas
            .iter()
            .map(|area| format!("{} ({})", area.name, area.code))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(code: &str, entity: &str, name: &str, old: &str, from: &str, to: &str) -> Area {
        Area {
            code: code.parse().unwrap(),
            entity: entity.parse().unwrap(),
            name: name.into(),
            level: GeographicLevel::LocalAuthority,
            region: None,
            part_of_london: None,
            old_la_code: Some(old.into()),
            valid_from: from.parse().ok(),
            valid_to: to.parse().ok(),
            tiny: false,
        }
    }

    fn areas() -> Areas {
        Areas::new(
            vec![
                area(
                    "E10000002",
                    "E06000060",
                    "Buckinghamshire",
                    "825",
                    "",
                    "2020-03-31",
                ),
                area(
                    "E06000060",
                    "E06000060",
                    "Buckinghamshire",
                    "825",
                    "2020-04-01",
                    "",
                ),
                area("E10000009", "E10000009", "Dorset", "835", "", "2019-03-31"),
                area("E06000059", "E06000059", "Dorset", "838", "2019-04-01", ""),
                area("E06000023", "E06000023", "Bristol, City of", "801", "", ""),
            ],
            vec![],
            BTreeMap::new(),
            BTreeMap::new(),
        )
    }

    #[test]
    fn a_recoded_authority_is_one_entity_whichever_code_is_typed() {
        let areas = areas();
        for typed in [
            "E10000002",
            "e06000060",
            "825",
            "buckinghamshire",
            " Buckinghamshire ",
        ] {
            assert_eq!(
                areas.find(typed).unwrap().code.as_str(),
                "E06000060",
                "{typed}"
            );
        }
    }

    #[test]
    fn a_name_shared_with_an_abolished_authority_means_todays() {
        assert_eq!(areas().find("Dorset").unwrap().code.as_str(), "E06000059");
        assert_eq!(areas().find("835").unwrap().code.as_str(), "E10000009");
    }

    #[test]
    fn what_people_call_an_area_finds_it_and_what_several_are_called_lists_them() {
        let codes = ["E06000023", "E06000059", "E10000009", "E06000060"];
        let [bristol, dorset, old_dorset, bucks] = codes.map(|code| code.parse().unwrap());
        let areas = areas().with_aliases([
            ("Brizzle".to_owned(), bristol),
            ("Wessex".to_owned(), dorset),
            ("Wessex".to_owned(), old_dorset),
            ("Dorset".to_owned(), bucks),
        ]);
        assert_eq!(areas.find("brizzle council").unwrap().code, bristol);
        assert_eq!(
            areas.find("wessex").unwrap_err().to_string(),
            "\"wessex\" could be Dorset (E06000059) or Dorset (E10000009)"
        );
        // An area's own name goes before what another is called.
        assert_eq!(areas.find("Dorset").unwrap().code, dorset);
    }

    #[test]
    fn all_that_ever_went_by_a_name_are_told_apart_by_when_they_were() {
        let areas = areas();
        let codes = |typed| -> Vec<String> {
            let found = areas.called(typed).into_iter();
            found.map(|area| area.code.to_string()).collect()
        };
        assert_eq!(codes("dorset"), ["E06000059", "E10000009"]);
        assert_eq!(codes("825"), ["E06000060", "E10000002"]);
        assert_eq!(codes("e10000002"), ["E10000002"]);
        assert!(codes("Wessex").is_empty() && codes("").is_empty());
        let in_2018: Vec<&Area> = areas
            .called("Dorset")
            .into_iter()
            .filter(|area| area.exists_at(Period::ending(2018).unwrap()))
            .collect();
        assert_eq!(in_2018[0].code.as_str(), "E10000009");
    }

    #[test]
    fn an_unknown_name_comes_with_a_suggestion() {
        let error = areas().find("Bristl").unwrap_err();
        assert_eq!(error.to_string(), "no area is called \"Bristl\"");
        assert_eq!(error.hint(), "did you mean \"Bristol, City of\"?");
    }

    #[test]
    fn codes_are_a_letter_and_eight_digits() {
        for text in [
            "E0800000",
            "e08000003",
            "E0800000A",
            "",
            "E08000003x",
            "Ω0000003",
        ] {
            assert!(text.parse::<AreaCode>().is_err(), "{text}");
        }
        assert_eq!(
            " E08000003 ".parse::<AreaCode>().unwrap().to_string(),
            "E08000003"
        );
    }

    #[test]
    fn an_area_exists_while_its_code_is_in_force() {
        let areas = areas();
        let old = areas.get("E10000009".parse().unwrap()).unwrap();
        assert!(old.exists_at(Period::ending(2019).unwrap()));
        assert!(!old.exists_at(Period::ending(2020).unwrap()));
    }
}
