//! Reading: columns straight into memory. Words come as numbers into a small list, and each list is
//! matched once for a piece, not once for a row.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, UInt8Type, UInt32Type};
use arrow_array::{Array, RecordBatch, StringArray};
use disparity_core::journeys::{
    BirthPrecision, Children, CodeSetId, CodeSets, Journeys, LinkOutcome, SpellKind, Spells,
    code_sets_of,
};
use disparity_core::{Day, Dimension, Dimensions};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;
use serde_json::Value;

use super::meta::{LAYOUT, read_authorities, read_codes};
use super::{CHILDREN, SPELLS, StoreError, format, io, parquet};
use crate::input;

const BATCH: usize = 1 << 16;

/// Reads journeys from a folder.
///
/// # Errors
/// [`StoreError`] if the files are missing, damaged or of another layout.
pub fn read_store(folder: &Path, dimensions: &Dimensions) -> Result<Journeys, StoreError> {
    read_store_of(folder, dimensions, &SpellKind::ALL)
}

/// Reads journeys with spells of some kinds only: all children are there, the other spells are not.
///
/// # Errors
/// As [`read_store`].
pub fn read_store_of(
    folder: &Path,
    dimensions: &Dimensions,
    kinds: &[SpellKind],
) -> Result<Journeys, StoreError> {
    let path = folder.join(CHILDREN);
    let (metadata, batches) = open(&path)?;
    let text = |key: &str| {
        metadata
            .iter()
            .find(|(k, _)| k == key)
            .map(|(_, v)| v.as_str())
    };
    if text("disparity.layout") != Some(LAYOUT) {
        return Err(format(
            &path,
            format!(
                "its layout is {:?}, not {LAYOUT}",
                text("disparity.layout").unwrap_or("unknown")
            ),
        ));
    }
    let json = |key: &str| text(key).and_then(|text| serde_json::from_str::<Value>(text).ok());
    let missing = |what: &str| format(&path, format!("{what} cannot be read from its metadata"));
    let codes = json("disparity.codes")
        .as_ref()
        .and_then(read_codes)
        .ok_or_else(|| missing("the code sets"))?;
    let authorities = json("disparity.authorities")
        .as_ref()
        .and_then(read_authorities)
        .ok_or_else(|| missing("the authorities"))?;
    let synthetic = text("disparity.synthetic") == Some("true");
    let total: usize = authorities.iter().map(|(_, children)| *children).sum();
    let spell_path = folder.join(SPELLS);
    let (children, spells) = rayon::join(
        || -> Result<Children, StoreError> {
            let mut children = Children::default();
            for batch in batches {
                let batch = batch.map_err(|error| parquet(&path)(error.into()))?;
                read_children(&batch, dimensions, &mut children)
                    .ok_or_else(|| missing("a column of children"))?;
            }
            Ok(children)
        },
        || read_all_spells(&spell_path, &codes, total, kinds),
    );
    let (mut children, (spells, counts)) = (children?, spells?);
    children.first_spell = running(&counts);
    let first_child = running(
        &authorities
            .iter()
            .map(|(_, n)| u32::try_from(*n).unwrap_or(u32::MAX))
            .collect::<Vec<_>>(),
    );
    let authorities = authorities
        .into_iter()
        .map(|(authority, _)| authority)
        .collect();
    Journeys::from_parts(codes, synthetic, authorities, first_child, children, spells)
        .map_err(|error| format(&path, error.to_string()))
}

fn running(counts: &[u32]) -> Vec<u32> {
    let mut sum = 0_u32;
    let sums = counts.iter().map(|count| {
        sum = sum.saturating_add(*count);
        sum
    });
    std::iter::once(0).chain(sums).collect()
}

type Batches = parquet::arrow::arrow_reader::ParquetRecordBatchReader;

fn open(path: &Path) -> Result<(Vec<(String, String)>, Batches), StoreError> {
    let file = input::open(path).map_err(io(path))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(parquet(path))?;
    let pairs = builder
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .cloned()
        .unwrap_or_default();
    let metadata = pairs
        .into_iter()
        .filter_map(|pair| Some((pair.key, pair.value?)))
        .collect();
    let batches = builder
        .with_batch_size(BATCH)
        .build()
        .map_err(parquet(path))?;
    Ok((metadata, batches))
}

/// Appends a column of words as numbers, by a function that is asked once for each word.
fn append_words(
    batch: &RecordBatch,
    name: &str,
    number: impl Fn(&str) -> Option<u8>,
    none: u8,
    to: &mut Vec<u8>,
) -> Option<()> {
    let column = batch
        .column_by_name(name)?
        .as_dictionary_opt::<UInt8Type>()?;
    let words: &StringArray = column.values().as_string_opt::<i32>()?;
    let numbers: Vec<u8> = words
        .iter()
        .map(|word| word.map_or(Some(none), &number))
        .collect::<Option<_>>()?;
    let keys = column.keys();
    if keys.null_count() == 0 {
        to.extend(
            keys.values()
                .iter()
                .map(|key| numbers.get(usize::from(*key)).copied().unwrap_or(none)),
        );
    } else {
        to.extend(keys.iter().map(|key| {
            key.and_then(|key| numbers.get(usize::from(key)).copied())
                .unwrap_or(none)
        }));
    }
    Some(())
}

fn append_days(batch: &RecordBatch, name: &str, none: i32, to: &mut Vec<i32>) -> Option<()> {
    let column = batch
        .column_by_name(name)?
        .as_primitive_opt::<Date32Type>()?;
    if column.null_count() == 0 {
        to.extend_from_slice(column.values());
    } else {
        to.extend(column.iter().map(|day| day.unwrap_or(none)));
    }
    Some(())
}

fn read_children(batch: &RecordBatch, dimensions: &Dimensions, c: &mut Children) -> Option<()> {
    let group =
        |dimension: Dimension| move |code: &str| dimensions.list(dimension).id(code).map(|id| id.0);
    let none = Day::NONE.0;
    append_days(batch, "birth", none, &mut c.birth)?;
    append_days(batch, "death", none, &mut c.death)?;
    append_days(
        batch,
        "unaccompanied_ceased",
        none,
        &mut c.unaccompanied_ceased,
    )?;
    append_days(batch, "arrival", none, &mut c.arrival)?;
    append_words(batch, "sex", group(Dimension::Sex), 0, &mut c.sex)?;
    append_words(
        batch,
        "ethnicity",
        group(Dimension::EthnicityMinor),
        0,
        &mut c.ethnicity,
    )?;
    let precision = |word: &str| {
        BirthPrecision::ALL
            .into_iter()
            .find(|p| p.as_str() == word)
            .map(|p| p as u8)
    };
    append_words(
        batch,
        "birth_precision",
        precision,
        0,
        &mut c.birth_precision,
    )?;
    let link = |word: &str| {
        LinkOutcome::ALL
            .into_iter()
            .find(|l| l.as_str() == word)
            .map(|l| l as u8)
    };
    append_words(batch, "link", link, 0, &mut c.link)?;
    let flag = |name: &str| batch.column_by_name(name)?.as_boolean_opt();
    let (conflict, unaccompanied, permanence) = (
        flag("ethnicity_conflict")?,
        flag("unaccompanied")?,
        flag("earlier_permanence")?,
    );
    let three = |value: Option<bool>| value.map_or(0, |yes| if yes { 2 } else { 1 });
    for ((conflict, unaccompanied), permanence) in
        conflict.iter().zip(unaccompanied).zip(permanence)
    {
        c.facts.push(
            u8::from(conflict == Some(true)) | three(unaccompanied) << 1 | three(permanence) << 3,
        );
    }
    Some(())
}

/// Columns that nothing needs when only some kinds are asked for.
const NOT_FOR_SOME: [&str; 2] = ["number", "referral_date"];

/// Reads row groups in parallel and puts them together in order.
fn read_all_spells(
    path: &Path,
    codes: &CodeSets,
    children: usize,
    kinds: &[SpellKind],
) -> Result<(Spells, Vec<u32>), StoreError> {
    let file = input::open(path).map_err(io(path))?;
    let metadata = ArrowReaderMetadata::load(
        &file,
        ::parquet::arrow::arrow_reader::ArrowReaderOptions::default(),
    )
    .map_err(parquet(path))?;
    let groups = metadata.metadata().num_row_groups();
    let all = kinds.len() == SpellKind::ALL.len();
    let parts: Vec<(Spells, Vec<u32>)> = (0..groups)
        .into_par_iter()
        .map(|group| {
            let file = input::open(path).map_err(io(path))?;
            let builder =
                ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
            let wanted = [
                "child",
                "kind",
                "start",
                "end",
                "flags",
                "code_1",
                "code_2",
                "code_3",
                "number",
                "deprivation_decile",
                "referral_date",
            ];
            let names = wanted
                .into_iter()
                .filter(|name| all || !NOT_FOR_SOME.contains(name));
            let mask = ProjectionMask::columns(builder.parquet_schema(), names);
            let batches = builder
                .with_projection(mask)
                .with_row_groups(vec![group])
                .with_batch_size(BATCH)
                .build()
                .map_err(parquet(path))?;
            let (mut spells, mut own) = (Spells::default(), Vec::new());
            for batch in batches {
                let batch = batch.map_err(|error| parquet(path)(error.into()))?;
                read_spells(&batch, codes, kinds, &mut own, &mut spells)
                    .ok_or_else(|| format(path, "a column of spells does not fit"))?;
            }
            Ok((spells, own))
        })
        .collect::<Result<_, StoreError>>()?;
    let mut counts = vec![0_u32; children];
    let mut parts = parts.into_iter();
    let (mut spells, own) = parts.next().unwrap_or_default();
    let mut count = |own: &[u32]| {
        own.iter()
            .try_for_each(|child| counts.get_mut(*child as usize).map(|count| *count += 1))
            .ok_or_else(|| format(path, "a spell of no child"))
    };
    count(&own)?;
    for (part, own) in parts {
        count(&own)?;
        spells.append(&part);
    }
    Ok((spells, counts))
}

fn read_spells(
    batch: &RecordBatch,
    codes: &CodeSets,
    kinds: &[SpellKind],
    own: &mut Vec<u32>,
    s: &mut Spells,
) -> Option<()> {
    let column = batch
        .column_by_name("kind")?
        .as_dictionary_opt::<UInt8Type>()?;
    let words = column.values().as_string_opt::<i32>()?;
    let numbers: Vec<u8> = words
        .iter()
        .map(|word| Some(SpellKind::from_word(word?)? as u8))
        .collect::<Option<_>>()?;
    let keys = column.keys().values();
    let kept: Vec<u32> = if kinds.len() == SpellKind::ALL.len() {
        (0..u32::try_from(keys.len()).ok()?).collect()
    } else {
        let wanted = numbers
            .iter()
            .map(|number| kinds.iter().any(|kind| *kind as u8 == *number))
            .collect::<Vec<_>>();
        (0..)
            .zip(keys)
            .filter(|(_, key)| wanted.get(usize::from(**key)).copied().unwrap_or(false))
            .map(|(row, _)| row)
            .collect()
    };
    let rows = || kept.iter().map(|row| *row as usize);
    let first = s.kind.len();
    for row in rows() {
        s.kind.push(*numbers.get(usize::from(keys[row]))?);
    }
    let child = batch
        .column_by_name("child")?
        .as_primitive_opt::<UInt32Type>()?
        .values();
    own.extend(rows().map(|row| child[row]));
    let days = |name: &str, none: i32, to: &mut Vec<i32>| -> Option<()> {
        let Some(column) = batch.column_by_name(name) else {
            to.extend(rows().map(|_| none));
            return Some(());
        };
        let column = column.as_primitive_opt::<Date32Type>()?;
        match column.nulls() {
            None => to.extend(rows().map(|row| column.values()[row])),
            Some(nulls) => to.extend(rows().map(|row| {
                if nulls.is_valid(row) {
                    column.values()[row]
                } else {
                    none
                }
            })),
        }
        Some(())
    };
    days("start", Day::NONE.0, &mut s.start)?;
    days("end", Day::OPEN.0, &mut s.end)?;
    days("referral_date", Day::NONE.0, &mut s.parent)?;
    let small = |name: &str, to: &mut Vec<u8>| -> Option<()> {
        match batch.column_by_name(name) {
            Some(column) => {
                let values = column.as_primitive_opt::<UInt8Type>()?.values();
                to.extend(rows().map(|row| values[row]));
            }
            None => to.extend(rows().map(|_| 0)),
        }
        Some(())
    };
    small("flags", &mut s.flags)?;
    small("number", &mut s.number)?;
    small("deprivation_decile", &mut s.decile)?;
    for (at, name) in ["code_1", "code_2", "code_3"].into_iter().enumerate() {
        let column = batch
            .column_by_name(name)?
            .as_dictionary_opt::<UInt8Type>()?;
        let words = column.values().as_string_opt::<i32>()?;
        // A word belongs to the set of the row's kind; look each word up for every kind once.
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
        let to = &mut s.codes[at];
        for (row, kind) in rows().zip(&s.kind[first..]) {
            to.push(table.get(usize::from(keys[row]))?[usize::from(*kind)]);
        }
    }
    Some(())
}
