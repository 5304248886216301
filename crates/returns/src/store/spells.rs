//! Reading spells: row groups side by side, only the kinds and columns that are wanted, and how many
//! spells each child has.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{Array, RecordBatch};
use disparity_core::Day;
use disparity_core::journeys::{
    CodeSetId, CodeSets, Homes, NO_DAY, SpellKind, Spells, Wanted, code_sets_of,
};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;

use super::manifest::Manifest;
use super::read::BATCH;
use super::schema::HOME_WORDS;
use super::{StoreError, format, io, parquet};
use crate::bytes::input;

/// Columns of spells to read.
fn columns(wanted: &Wanted) -> impl Iterator<Item = &'static str> {
    let [first, second, third] = wanted.code_columns();
    let some = [
        ("code_1", first),
        ("code_2", second),
        ("code_3", third),
        ("number", wanted.nesting),
        ("referral_date", wanted.nesting),
        ("deprivation_decile", wanted.decile),
        ("home_lsoa", wanted.home),
    ];
    ["child", "kind", "start", "end", "flags"]
        .into_iter()
        .chain(
            some.into_iter()
                .filter(|(_, yes)| *yes)
                .map(|(name, _)| name),
        )
}

/// How many spells each child of one row group has. Spells stand in the order of their children, so
/// the counts are those of a run of children.
struct Owners {
    /// Children there are: a damaged number must not ask for more room than they need.
    children: usize,
    /// The first child with a spell here.
    first: u32,
    /// Spells of that child and of those that follow.
    counts: Vec<u32>,
}

impl Owners {
    fn of(children: usize) -> Self {
        Self {
            children,
            first: 0,
            counts: Vec::new(),
        }
    }

    /// Counts a spell of each of `children`; none if they are out of order or there are no such
    /// children.
    fn add(&mut self, children: impl Iterator<Item = u32>) -> Option<()> {
        for child in children {
            if self.counts.is_empty() {
                self.first = child;
            }
            let at = child.checked_sub(self.first)? as usize;
            if at >= self.counts.len() {
                if child as usize >= self.children {
                    return None;
                }
                self.counts.resize(at + 1, 0);
            } else if at + 1 < self.counts.len() {
                return None;
            }
            self.counts[at] += 1;
        }
        Some(())
    }
}

/// Reads row groups in parallel and puts them together in order.
pub(super) fn read_all_spells(
    path: &Path,
    manifest: &Manifest,
    names: (&CodeSets, &Homes),
    children: usize,
    wanted: &Wanted,
) -> Result<(Spells, Vec<u32>), StoreError> {
    let file = input::open(path).map_err(io(path))?;
    let metadata = ArrowReaderMetadata::load(
        &file,
        ::parquet::arrow::arrow_reader::ArrowReaderOptions::default(),
    )
    .map_err(parquet(path))?;
    let said = metadata.metadata().file_metadata();
    manifest.check(path, &file, said.key_value_metadata())?;
    let groups = metadata.metadata().num_row_groups();
    let (parts, own): (Vec<Spells>, Vec<Owners>) = (0..groups)
        .into_par_iter()
        .map(|group| {
            let file = input::open(path).map_err(io(path))?;
            let builder =
                ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns(wanted));
            let batches = builder
                .with_projection(mask)
                .with_row_groups(vec![group])
                .with_batch_size(BATCH)
                .build()
                .map_err(parquet(path))?;
            let mut spells = room_for(metadata.metadata().row_group(group).num_rows());
            let mut own = Owners::of(children);
            for batch in batches {
                let batch = batch.map_err(|error| parquet(path)(error.into()))?;
                read_spells(&batch, names, wanted, &mut own, &mut spells)
                    .ok_or_else(|| format(path, "a column of spells does not fit"))?;
            }
            Ok((spells, own))
        })
        .collect::<Result<Vec<_>, StoreError>>()?
        .into_iter()
        .unzip();
    let (spells, first) = rayon::join(|| Spells::concat(&parts), || offsets(&own, children));
    let first =
        first.ok_or_else(|| format(path, "the spells are not in their children's order"))?;
    Ok((spells, first))
}

/// Columns with room for all rows of a piece, so that they are not moved as they grow. Room that is
/// not used is never touched.
fn room_for(rows: i64) -> Spells {
    // A damaged number must not ask for more than a piece has.
    let rows = usize::try_from(rows).unwrap_or(0).min(super::write::PIECE);
    Spells {
        kind: Vec::with_capacity(rows),
        start: Vec::with_capacity(rows),
        end: Vec::with_capacity(rows),
        flags: Vec::with_capacity(rows),
        ..Spells::default()
    }
}

/// Where each child's spells begin, and where the last one's end. None if a piece begins before the
/// one before it ends.
fn offsets(groups: &[Owners], children: usize) -> Option<Vec<u32>> {
    let mut first = Vec::with_capacity(children + 1);
    first.push(0);
    let mut sum = 0_u32;
    for group in groups.iter().filter(|group| !group.counts.is_empty()) {
        // The last child of a piece may go on in the next.
        let child = group.first as usize;
        if child + 2 < first.len() {
            return None;
        }
        first.resize(child + 1, sum);
        first.extend(group.counts.iter().map(|count| {
            sum = sum.saturating_add(*count);
            sum
        }));
    }
    first.resize(children + 1, sum);
    Some(first)
}

fn read_spells(
    batch: &RecordBatch,
    names: (&CodeSets, &Homes),
    wanted: &Wanted,
    own: &mut Owners,
    s: &mut Spells,
) -> Option<()> {
    let (keys, numbers) = kinds_of(batch)?;
    let kept = rows_of(keys, &numbers, wanted)?;
    let first = s.kind.len();
    match &kept {
        None => s
            .kind
            .extend(keys.iter().map(|key| numbers[usize::from(*key)])),
        Some(rows) => s.kind.extend(
            rows.iter()
                .map(|row| numbers[usize::from(keys[*row as usize])]),
        ),
    }
    let child = batch
        .column_by_name("child")?
        .as_primitive_opt::<UInt32Type>()?;
    match &kept {
        None => own.add(child.values().iter().copied())?,
        Some(rows) => own.add(rows.iter().map(|row| child.values()[*row as usize]))?,
    }
    read_rest(batch, names, wanted, kept.as_deref(), first, s)
}

/// Appends every row of a batch of spells.
pub(super) fn read_columns(
    batch: &RecordBatch,
    names: (&CodeSets, &Homes),
    wanted: &Wanted,
    s: &mut Spells,
) -> Option<()> {
    let (keys, numbers) = kinds_of(batch)?;
    let first = s.kind.len();
    for key in keys {
        s.kind.push(*numbers.get(usize::from(*key))?);
    }
    read_rest(batch, names, wanted, None, first, s)
}

/// The column of kinds: a key for each row, and the number of the kind that each key stands for.
fn kinds_of(batch: &RecordBatch) -> Option<(&[u8], Vec<u8>)> {
    let column = batch
        .column_by_name("kind")?
        .as_dictionary_opt::<UInt8Type>()?;
    let words = column.values().as_string_opt::<i32>()?;
    let numbers: Vec<u8> = words
        .iter()
        .map(|word| Some(SpellKind::from_word(word?)? as u8))
        .collect::<Option<_>>()?;
    Some((column.keys().values(), numbers))
}

/// Appends everything but the kinds, of all rows or of those kept, to spells whose kinds have been
/// appended from `first` on.
fn read_rest(
    batch: &RecordBatch,
    names: (&CodeSets, &Homes),
    wanted: &Wanted,
    kept: Option<&[u32]>,
    first: usize,
    s: &mut Spells,
) -> Option<()> {
    let days = |name: &str, none: i32, to: &mut Vec<i32>| -> Option<()> {
        let column = batch
            .column_by_name(name)?
            .as_primitive_opt::<Date32Type>()?;
        let before = to.len();
        gather(column.values(), kept, to);
        if let Some(nulls) = column.nulls() {
            for (at, value) in to[before..].iter_mut().enumerate() {
                let row = kept.map_or(at, |rows| rows[at] as usize);
                if nulls.is_null(row) {
                    *value = none;
                }
            }
        }
        Some(())
    };
    days("start", NO_DAY, &mut s.start)?;
    days("end", Day::OPEN.0, &mut s.end)?;
    let small = |name: &str, to: &mut Vec<u8>| -> Option<()> {
        let column = batch
            .column_by_name(name)?
            .as_primitive_opt::<UInt8Type>()?;
        gather(column.values(), kept, to);
        Some(())
    };
    small("flags", &mut s.flags)?;
    if wanted.nesting {
        days("referral_date", NO_DAY, &mut s.parent)?;
        small("number", &mut s.number)?;
    }
    if wanted.decile {
        small("deprivation_decile", &mut s.decile)?;
    }
    let (codes, homes) = names;
    if wanted.home {
        read_homes_of(batch, homes, kept, &mut s.home)?;
    }
    let wanted = wanted.code_columns();
    for at in (0..3).filter(|at| wanted[*at]) {
        let kinds = &s.kind[first..];
        read_codes_of(batch, codes, at, kept, kinds, &mut s.codes[at])?;
    }
    Some(())
}

/// Neighbourhoods of homes as numbers. Each word is looked up once.
fn read_homes_of(
    batch: &RecordBatch,
    homes: &Homes,
    rows: Option<&[u32]>,
    to: &mut Vec<u16>,
) -> Option<()> {
    let column = batch
        .column_by_name("home_lsoa")?
        .as_dictionary_opt::<UInt16Type>()?;
    let words = column.values().as_string_opt::<i32>()?;
    let number = |word: Option<&str>| {
        let word = word?;
        let none = HOME_WORDS.iter().find(|(_, own)| *own == word);
        none.map(|(id, _)| id.0)
            .or_else(|| homes.id(word.parse().ok()?).map(|id| id.0))
    };
    let numbers: Vec<u16> = words.iter().map(number).collect::<Option<_>>()?;
    let keys = column.keys().values();
    let before = to.len();
    gather(keys, rows, to);
    for home in &mut to[before..] {
        *home = *numbers.get(usize::from(*home))?;
    }
    Some(())
}

/// The rows of the wanted kinds; none if that is every row.
#[expect(
    clippy::option_option,
    reason = "no answer, and an answer that is everything"
)]
fn rows_of(keys: &[u8], numbers: &[u8], wanted: &Wanted) -> Option<Option<Vec<u32>>> {
    let mut is_wanted = [false; 256];
    for (at, number) in numbers.iter().enumerate() {
        is_wanted[at] = wanted.kinds.iter().any(|kind| *kind as u8 == *number);
    }
    if keys.iter().any(|key| usize::from(*key) >= numbers.len()) {
        return None;
    }
    if wanted.every_kind() {
        return Some(None);
    }
    // Every row is written down, and the place moves on only after one that is wanted.
    let mut rows = vec![0_u32; keys.len() + 1];
    let mut kept = 0;
    for (row, key) in (0..).zip(keys) {
        rows[kept] = row;
        kept += usize::from(is_wanted[usize::from(*key)]);
    }
    rows.truncate(kept);
    Some(Some(rows))
}

/// Appends all values, or those of some rows.
fn gather<T: Copy>(values: &[T], rows: Option<&[u32]>, to: &mut Vec<T>) {
    match rows {
        None => to.extend_from_slice(values),
        Some(rows) => to.extend(rows.iter().map(|row| values[*row as usize])),
    }
}

/// One of the three codes as numbers. A word belongs to the set of the row's kind; each word is
/// looked up for every kind once.
fn read_codes_of(
    batch: &RecordBatch,
    codes: &CodeSets,
    at: usize,
    rows: Option<&[u32]>,
    kinds: &[u8],
    to: &mut Vec<u8>,
) -> Option<()> {
    let name = ["code_1", "code_2", "code_3"][at];
    let column = batch
        .column_by_name(name)?
        .as_dictionary_opt::<UInt8Type>()?;
    let words = column.values().as_string_opt::<i32>()?;
    let of_kind: Vec<Option<CodeSetId>> = SpellKind::ALL
        .iter()
        .map(|kind| code_sets_of(*kind)[at])
        .collect();
    let table: Vec<[u8; SpellKind::ALL.len()]> = words
        .iter()
        .map(|word| {
            let number = |set: &Option<CodeSetId>| match (word, set) {
                (None | Some(""), _) | (_, None) => 0,
                (Some("?"), _) => 255,
                (Some(word), Some(set)) => codes.set(*set).id(word).map_or(255, |id| id.0),
            };
            let mut row = [0; SpellKind::ALL.len()];
            row.iter_mut()
                .zip(&of_kind)
                .for_each(|(to, set)| *to = number(set));
            row
        })
        .collect();
    let keys = column.keys().values();
    for (n, kind) in kinds.iter().enumerate() {
        let row = rows.map_or(n, |rows| rows[n] as usize);
        to.push(table.get(usize::from(keys[row]))?[usize::from(*kind)]);
    }
    Some(())
}
