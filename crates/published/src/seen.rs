//! What an authority has seen: a CSV of counts of children by neighbourhood, middle layer area or ward.

use std::collections::BTreeMap;

use disparity_core::needs::{Part, SeenCount, SeenGroup, SeenLevel, SeenTable};
use disparity_core::neighbourhoods::{Neighbourhood, Neighbourhoods, Redrawn};
use disparity_core::{AreaCode, Areas, Count, Marks, Reported, Symbol};

use crate::error::{LoadError, LoadErrors};
use crate::given_codes::{GivenCodes, Meant, listed, one_of, whole_file};
use crate::read::ReadReported as _;
use crate::table::{Row, Table};

/// What the column of codes may be called, the most exact first.
const CODES: [&str; 18] = [
    "lsoa21_code",
    "lsoa21cd",
    "LSOA21CD",
    "lsoa",
    "lsoa_code",
    "msoa21_code",
    "msoa21cd",
    "MSOA21CD",
    "msoa",
    "msoa_code",
    "ward24_code",
    "wd24cd",
    "WD24CD",
    "ward",
    "ward_code",
    "area",
    "area_code",
    "code",
];

/// What the column of counts may be called.
const COUNTS: [&str; 5] = ["count", "children", "seen", "number", "n"];

/// What the column of ethnic groups may be called, if there is one.
const GROUPS: [&str; 4] = [
    "ethnic_group",
    "ethnicity_major",
    "ethnicity",
    "broad_ethnic_group",
];

/// A table of counts as given, and what was done to read it.
#[derive(Clone, PartialEq, Eq)]
pub struct GivenSeen {
    /// The counts.
    pub table: SeenTable,
    /// Codes of 2011 whose counts were added to the neighbourhood of 2021 that they became part of.
    pub mapped: Vec<(AreaCode, AreaCode)>,
}

/// Reads what an authority has seen: rows of a code, a count and, if there is such a column, an ethnic group.
///
/// | Column | Called | Holds |
/// |---|---|---|
/// | codes | `lsoa21_code`, `lsoa`, `msoa`, `ward`, `area`, `code`, … | LSOAs of 2021, MSOAs of 2021 or wards of 2024, one kind in a file; which is found from the codes |
/// | counts | `count`, `children`, `seen`, `number` or `n` | children: digits, also grouped (`1,234`), or `c` for a withheld count |
/// | groups, if any | `ethnic_group`, `ethnicity_major`, `ethnicity` | `white`, `mixed`, `asian`, `black`, `other`, or `unknown` where it is not recorded |
///
/// Every area of the authority must be there, each group of it too, and 0 must be written where nobody was
/// seen: what is not in the table is unknown, not 0. A row whose code is the authority's own is its total, or
/// that of a group, and must be the sum of the others; where some of those are withheld it is the only way to
/// know it. A middle layer area of two authorities is the part of it in this one. A ward in another
/// authority that a neighbourhood of this one fits best may be left out.
///
/// With `map_2011`, counts of neighbourhoods of 2011 that merged are added to the one that they became, if all
/// that did are there. One that was split or redrawn cannot be mapped: nobody knows which part its children
/// live in.
///
/// # Errors
/// Every bad row: a code that is unknown, of another authority, of another kind than the first, of 2011 or there
/// twice; a group that is none; a count that is empty, negative, not whole, or a symbol other than `c`. Then, of
/// the whole file: areas, groups or parts of 2011 that are missing; and a total that is not the sum.
pub fn read_seen(
    file: &str,
    bytes: &[u8],
    neighbourhoods: &Neighbourhoods,
    areas: &Areas,
    authority: AreaCode,
    map_2011: bool,
) -> Result<GivenSeen, LoadErrors> {
    let table = Table::read(file, bytes)?;
    let heads = "head one column `lsoa`, `msoa` or `ward` (codes), one `count` and, if counts are by group, one \
                 `ethnic_group`";
    let mut marks = Marks::default();
    marks.insert(VINTAGE, Symbol::Confidential.mark(), Symbol::Confidential);
    let reader = Reader {
        codes: GivenCodes {
            neighbourhoods,
            areas,
            authority,
            column: one_of(&table, &CODES, heads)?,
        },
        map_2011,
        count: one_of(&table, &COUNTS, heads)?,
        group: GROUPS.iter().find_map(|name| table.column(name).ok()),
        marks,
    };
    let mut found = Found::default();
    let mut errors = Vec::new();
    for row in table.rows() {
        let added = reader
            .row(row)
            .and_then(|read| found.add(&reader, row, read));
        errors.extend(added.err());
    }
    if errors.is_empty() {
        errors = found.amiss(file, &reader);
    }
    LoadErrors::check(errors, found.into_given(&reader))
}

/// What the marks of such files are kept under.
const VINTAGE: &str = "seen";

struct Reader<'a> {
    codes: GivenCodes<'a>,
    map_2011: bool,
    count: usize,
    group: Option<usize>,
    marks: Marks,
}

/// What a row is of.
#[derive(Clone, Copy)]
enum Of {
    /// An area, and the code of 2011 that it was given under, if it was.
    Area(SeenLevel, AreaCode, Option<AreaCode>),
    /// The authority.
    Total,
}

#[derive(Clone, Copy)]
struct Read {
    of: Of,
    group: SeenGroup,
    count: Reported<Count>,
}

impl Reader<'_> {
    fn row(&self, row: Row<'_>) -> Result<Read, LoadError> {
        let of = self.of(row)?;
        let group = self.group(row, &of)?;
        let count = self.count(row)?;
        Ok(Read { of, group, count })
    }

    fn of(&self, row: Row<'_>) -> Result<Of, LoadError> {
        let codes = self.codes;
        let code = codes.code(row)?;
        if code == codes.authority || codes.areas.entity(code) == Some(codes.authority) {
            return Ok(Of::Total);
        }
        if codes.areas.get(code).is_some() {
            let (own, wanted) = (codes.areas.name(code), codes.areas.name(codes.authority));
            let what = format!("{code} is {own}, not a part of {wanted}");
            let advice = "delete the row, or ask for the other authority";
            return Err(codes.wrong(row, codes.column, what, advice));
        }
        let here = |all: &[&Neighbourhood]| {
            all.first()
                .map_or(Ok(()), |own| codes.must_be_here(row, own))
        };
        match codes.meant(row, code)? {
            Meant::Neighbourhood(own) => {
                codes.must_be_here(row, own)?;
                Ok(Of::Area(SeenLevel::Neighbourhood, code, None))
            }
            Meant::Msoa(all) => {
                here(&all)?;
                Ok(Of::Area(SeenLevel::Msoa, code, None))
            }
            Meant::Ward(all) => {
                here(&all)?;
                Ok(Of::Area(SeenLevel::Ward, code, None))
            }
            Meant::In2011(how, into) => {
                here(&into)?;
                let advice = match (how, into.as_slice()) {
                    (Redrawn::Merged, [now]) if self.map_2011 => {
                        return Ok(Of::Area(SeenLevel::Neighbourhood, now.code, Some(code)));
                    }
                    (Redrawn::Merged, [_]) => {
                        "count by the codes of 2021, or ask for codes of 2011 to be mapped"
                    }
                    _ => {
                        "count by the codes of 2021: it cannot be mapped, as its count does not say in which of them \
                         the children live"
                    }
                };
                Err(codes.of_2011(row, how, &into, advice))
            }
        }
    }

    fn group(&self, row: Row<'_>, of: &Of) -> Result<SeenGroup, LoadError> {
        let Some(column) = self.group else {
            return Ok(SeenGroup::All);
        };
        let text = row.text(column);
        if let Some(group) = SeenGroup::from_code(text) {
            return Ok(group);
        }
        let all = text.is_empty() || text.eq_ignore_ascii_case(SeenGroup::All.word());
        if all && matches!(of, Of::Total) {
            return Ok(SeenGroup::All);
        }
        let words: Vec<&str> = SeenGroup::ALL[1..].iter().map(|own| own.word()).collect();
        let advice = format!(
            "expected one of {}; all groups of an area are added up here",
            words.join(", ")
        );
        let what = format!("{text:?} is not the code of a broad ethnic group");
        Err(self.codes.wrong(row, column, what, &advice))
    }

    fn count(&self, row: Row<'_>) -> Result<Reported<Count>, LoadError> {
        let text = row.text(self.count);
        let wrong = |what: String| {
            let advice = "expected a whole number of children, 0 where nobody was seen, or c for a withheld count";
            Err(self.codes.wrong(row, self.count, what, advice))
        };
        if text.is_empty() {
            return wrong("the count is empty".to_owned());
        }
        match text.parse::<f64>() {
            Ok(number) if number < 0.0 => return wrong(format!("the count {text} is below 0")),
            Ok(number) if number.fract() != 0.0 => {
                return wrong(format!("the count {text} is not a whole number"));
            }
            _ => {}
        }
        let about = self.codes.areas.name(self.codes.authority);
        let count = self.marks.count(VINTAGE, text);
        count.map_err(|fault| row.error(self.count, about, fault))
    }
}

/// A count with the lines it is from.
struct Cell {
    line: u64,
    count: Reported<Count>,
    /// The codes of 2011 that were added up; none for a count of its own code.
    of_2011: Vec<AreaCode>,
}

#[derive(Default)]
struct Found {
    /// The level of the first row, and its line.
    level: Option<(SeenLevel, u64)>,
    cells: BTreeMap<(AreaCode, SeenGroup), Cell>,
    totals: BTreeMap<SeenGroup, (u64, Reported<Count>)>,
}

impl Found {
    fn add(&mut self, reader: &Reader<'_>, row: Row<'_>, read: Read) -> Result<(), LoadError> {
        let codes = reader.codes;
        let twice = |line| {
            let whose = match (row.text(codes.column), reader.group) {
                (code, Some(column)) => format!("{code} {}", row.text(column)),
                (code, None) => code.to_owned(),
            };
            let what = format!("{} was counted on line {line} already", whose.trim());
            let advice = "keep one of the rows, or write their sum into one";
            codes.wrong(row, codes.column, what, advice)
        };
        let (level, code, of_2011) = match read.of {
            Of::Total => {
                return match self.totals.get(&read.group) {
                    Some((line, _)) => Err(twice(*line)),
                    None => {
                        self.totals.insert(read.group, (row.line, read.count));
                        Ok(())
                    }
                };
            }
            Of::Area(level, code, of_2011) => (level, code, of_2011),
        };
        let (first, line) = *self.level.get_or_insert((level, row.line));
        if first != level {
            let what = format!(
                "{code} is among {}, but the file begins with {} on line {line}",
                level.noun(),
                first.noun()
            );
            let advice = "give one kind of area in a file; sums over wards, middle layer areas and teams are made here";
            return Err(codes.wrong(row, codes.column, what, advice));
        }
        let key = (code, read.group);
        match self.cells.get_mut(&key) {
            None => {
                let cell = Cell {
                    line: row.line,
                    count: read.count,
                    of_2011: of_2011.into_iter().collect(),
                };
                self.cells.insert(key, cell);
                Ok(())
            }
            Some(cell) => match of_2011 {
                Some(old) if !cell.of_2011.is_empty() && !cell.of_2011.contains(&old) => {
                    cell.of_2011.push(old);
                    cell.count = Reported::sum_complete([cell.count, read.count]);
                    Ok(())
                }
                _ => Err(twice(cell.line)),
            },
        }
    }

    /// What is wrong with the file as a whole.
    fn amiss(&self, file: &str, reader: &Reader<'_>) -> Vec<LoadError> {
        let Some((level, _)) = self.level else {
            let what = "no row is of a part of the authority".to_owned();
            let advice = "give a row for each of its neighbourhoods, middle layer areas or wards";
            return vec![whole_file(file, 0, what, advice)];
        };
        let groups = self.groups(reader);
        let wanted = wanted(reader.codes, level);
        let mut missing = Vec::new();
        for code in &wanted {
            let absent = groups
                .iter()
                .filter(|group| !self.cells.contains_key(&(*code, **group)));
            missing.extend(absent.map(|group| match reader.group {
                Some(_) => format!("{code} {}", group.word()),
                None => code.to_string(),
            }));
        }
        let mut errors = Vec::new();
        if !missing.is_empty() {
            let what = format!(
                "{} of {} counts of {} are missing: {}",
                missing.len(),
                wanted.len() * groups.len(),
                level.noun(),
                listed(missing.into_iter())
            );
            let advice = "add a row for each, with 0 where nobody was seen and c where the count is withheld: what is \
                          not there is unknown, not 0";
            errors.push(whole_file(file, 0, what, advice));
        }
        errors.extend(self.half_merged(file, reader));
        if errors.is_empty() {
            errors.extend(self.contradicted(file, reader));
        }
        errors
    }

    /// The groups that each area must have.
    fn groups(&self, reader: &Reader<'_>) -> Vec<SeenGroup> {
        let given = |own: &SeenGroup| self.cells.keys().any(|(_, group)| group == own);
        match reader.group {
            None => vec![SeenGroup::All],
            Some(_) => SeenGroup::ALL[1..]
                .iter()
                .copied()
                .filter(|own| *own != SeenGroup::Unknown || given(own))
                .collect(),
        }
    }

    /// Neighbourhoods of 2021 whose count is of some of the neighbourhoods of 2011 that it was made from.
    fn half_merged(&self, file: &str, reader: &Reader<'_>) -> Vec<LoadError> {
        let redrawn = &reader.codes.neighbourhoods.places().redrawn;
        let of_2011 = self
            .cells
            .iter()
            .filter(|(_, cell)| !cell.of_2011.is_empty());
        let half = of_2011.filter_map(|((code, group), cell)| {
            let parts = redrawn
                .iter()
                .filter(|(_, (_, into))| into.as_slice() == [*code]);
            let absent: Vec<String> = parts
                .filter(|(old, _)| !cell.of_2011.contains(old))
                .map(|(old, _)| old.to_string())
                .collect();
            let what = format!(
                "{code} of 2021 was made from neighbourhoods of 2011 of which {} {} not counted{}",
                listed(absent.clone().into_iter()),
                if absent.len() == 1 { "is" } else { "are" },
                match group {
                    SeenGroup::All => String::new(),
                    group => format!(" for {}", group.word()),
                }
            );
            let advice =
                "add a row for each, with 0 where nobody was seen, or give the code of 2021";
            (!absent.is_empty()).then(|| whole_file(file, cell.line, what, advice))
        });
        half.collect()
    }

    /// Totals that are not the sum of the areas.
    fn contradicted(&self, file: &str, reader: &Reader<'_>) -> Vec<LoadError> {
        let against = self.totals.iter().filter_map(|(group, (line, total))| {
            let Reported::Value(total) = total else {
                return None;
            };
            let parts: Vec<Reported<Count>> = self
                .cells
                .iter()
                .filter(|((_, own), _)| *group == SeenGroup::All || own == group)
                .map(|(_, cell)| cell.count)
                .collect();
            let shown: u64 = parts.iter().filter_map(|own| own.value().map(u64::from)).sum();
            let withheld = parts.iter().filter(|own| !own.is_value()).count() as u64;
            let total = u64::from(*total);
            // What is withheld is somebody.
            let agrees = if withheld == 0 {
                total == shown
            } else {
                total >= shown + withheld
            };
            let name = reader.codes.areas.name(reader.codes.authority);
            let of = match group {
                SeenGroup::All => String::new(),
                group => format!(" ({})", group.word()),
            };
            let beside = if withheld == 0 {
                format!("the areas add up to {shown}")
            } else {
                format!("the areas that are shown add up to {shown}, and {withheld} are withheld")
            };
            let what = format!("the total of {name}{of} is given as {total}, but {beside}");
            let advice = "correct the total or the counts, or delete the row of the total; children who live elsewhere \
                          or whose home is not known are in no area: leave them out of the total";
            (!agrees).then(|| whole_file(file, *line, what, advice))
        });
        against.collect()
    }

    fn into_given(self, reader: &Reader<'_>) -> GivenSeen {
        let level = self
            .level
            .map_or(SeenLevel::Neighbourhood, |(level, _)| level);
        let mut mapped: Vec<(AreaCode, AreaCode)> = Vec::new();
        let mut counts = Vec::with_capacity(self.cells.len());
        for ((code, group), cell) in self.cells {
            mapped.extend(cell.of_2011.into_iter().map(|old| (old, code)));
            counts.push(SeenCount {
                part: level.part(code),
                group,
                count: cell.count,
            });
        }
        mapped.sort_unstable();
        mapped.dedup();
        let totals = self.totals.into_iter();
        let totals = totals.map(|(group, (_, count))| SeenCount {
            part: Part::Authority,
            group,
            count,
        });
        let table = SeenTable {
            authority: reader.codes.authority,
            level,
            by_group: reader.group.is_some(),
            counts,
            totals: totals.collect(),
            from_homes: None,
        };
        GivenSeen { table, mapped }
    }
}

/// The areas of a level that an authority's table must have, in order: not a ward of another authority that
/// one of its neighbourhoods fits best.
fn wanted(codes: GivenCodes<'_>, level: SeenLevel) -> Vec<AreaCode> {
    let places = codes.neighbourhoods.places();
    let elsewhere = |ward: AreaCode| {
        let district = places.wards.get(&ward).map(|ward| ward.district);
        let district = district.and_then(|district| places.districts.get(&district));
        district.is_some_and(|district| district.authority != codes.authority)
    };
    let own = codes.neighbourhoods.of(codes.authority).iter();
    let mut wanted: Vec<AreaCode> = own
        .map(|own| match level {
            SeenLevel::Neighbourhood => own.code,
            SeenLevel::Msoa => own.msoa,
            SeenLevel::Ward => own.ward,
        })
        .filter(|code| level != SeenLevel::Ward || !elsewhere(*code))
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

#[cfg(test)]
mod tests;
