//! Reading: columns straight into memory. Words come as numbers into a small list, and each list is
//! matched once for a piece, not once for a row.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, UInt8Type, UInt32Type};
use arrow_array::{Array, RecordBatch, StringArray};
use disparity_core::journeys::{
    BirthPrecision, Children, CodeSetId, CodeSets, Journeys, LinkOutcome, SpellKind, Spells, code_sets_of,
};
use disparity_core::{Day, Dimension, Dimensions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
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
    let path = folder.join(CHILDREN);
    let (metadata, batches) = open(&path)?;
    let text = |key: &str| metadata.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
    if text("disparity.layout") != Some(LAYOUT) {
        return Err(format(&path, format!("its layout is {:?}, not {LAYOUT}", text("disparity.layout").unwrap_or("unknown"))));
    }
    let json = |key: &str| text(key).and_then(|text| serde_json::from_str::<Value>(text).ok());
    let missing = |what: &str| format(&path, format!("{what} cannot be read from its metadata"));
    let codes = json("disparity.codes").as_ref().and_then(read_codes).ok_or_else(|| missing("the code sets"))?;
    let authorities = json("disparity.authorities").as_ref().and_then(read_authorities).ok_or_else(|| missing("the authorities"))?;
    let synthetic = text("disparity.synthetic") == Some("true");
    let mut children = Children::default();
    for batch in batches {
        let batch = batch.map_err(|error| parquet(&path)(error.into()))?;
        read_children(&batch, dimensions, &mut children).ok_or_else(|| missing("a column of children"))?;
    }
    let path = folder.join(SPELLS);
    let (_, batches) = open(&path)?;
    let mut spells = Spells::default();
    let mut counts = vec![0_u32; children.birth.len()];
    for batch in batches {
        let batch = batch.map_err(|error| parquet(&path)(error.into()))?;
        read_spells(&batch, &codes, &mut counts, &mut spells).ok_or_else(|| format(&path, "a column of spells does not fit"))?;
    }
    children.first_spell = running(&counts);
    let first_child = running(&authorities.iter().map(|(_, n)| u32::try_from(*n).unwrap_or(u32::MAX)).collect::<Vec<_>>());
    let authorities = authorities.into_iter().map(|(authority, _)| authority).collect();
    Journeys::from_parts(codes, synthetic, authorities, first_child, children, spells).map_err(|error| format(&path, error.to_string()))
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
    let pairs = builder.metadata().file_metadata().key_value_metadata().cloned().unwrap_or_default();
    let metadata = pairs.into_iter().filter_map(|pair| Some((pair.key, pair.value?))).collect();
    let batches = builder.with_batch_size(BATCH).build().map_err(parquet(path))?;
    Ok((metadata, batches))
}

/// Appends a column of words as numbers, by a function that is asked once for each word.
fn append_words(batch: &RecordBatch, name: &str, number: impl Fn(&str) -> Option<u8>, none: u8, to: &mut Vec<u8>) -> Option<()> {
    let column = batch.column_by_name(name)?.as_dictionary_opt::<UInt8Type>()?;
    let words: &StringArray = column.values().as_string_opt::<i32>()?;
    let numbers: Vec<u8> = words.iter().map(|word| word.map_or(Some(none), &number)).collect::<Option<_>>()?;
    let keys = column.keys();
    if keys.null_count() == 0 {
        to.extend(keys.values().iter().map(|key| numbers.get(usize::from(*key)).copied().unwrap_or(none)));
    } else {
        to.extend(keys.iter().map(|key| key.and_then(|key| numbers.get(usize::from(key)).copied()).unwrap_or(none)));
    }
    Some(())
}

fn append_days(batch: &RecordBatch, name: &str, none: i32, to: &mut Vec<i32>) -> Option<()> {
    let column = batch.column_by_name(name)?.as_primitive_opt::<Date32Type>()?;
    if column.null_count() == 0 {
        to.extend_from_slice(column.values());
    } else {
        to.extend(column.iter().map(|day| day.unwrap_or(none)));
    }
    Some(())
}

fn append_small(batch: &RecordBatch, name: &str, to: &mut Vec<u8>) -> Option<()> {
    to.extend_from_slice(batch.column_by_name(name)?.as_primitive_opt::<UInt8Type>()?.values());
    Some(())
}

fn read_children(batch: &RecordBatch, dimensions: &Dimensions, c: &mut Children) -> Option<()> {
    let group = |dimension: Dimension| move |code: &str| dimensions.list(dimension).id(code).map(|id| id.0);
    let none = Day::NONE.0;
    append_days(batch, "birth", none, &mut c.birth)?;
    append_days(batch, "death", none, &mut c.death)?;
    append_days(batch, "unaccompanied_ceased", none, &mut c.unaccompanied_ceased)?;
    append_days(batch, "arrival", none, &mut c.arrival)?;
    append_words(batch, "sex", group(Dimension::Sex), 0, &mut c.sex)?;
    append_words(batch, "ethnicity", group(Dimension::EthnicityMinor), 0, &mut c.ethnicity)?;
    let precision = |word: &str| BirthPrecision::ALL.into_iter().find(|p| p.as_str() == word).map(|p| p as u8);
    append_words(batch, "birth_precision", precision, 0, &mut c.birth_precision)?;
    let link = |word: &str| LinkOutcome::ALL.into_iter().find(|l| l.as_str() == word).map(|l| l as u8);
    append_words(batch, "link", link, 0, &mut c.link)?;
    let flag = |name: &str| batch.column_by_name(name)?.as_boolean_opt();
    let (conflict, unaccompanied, permanence) =
        (flag("ethnicity_conflict")?, flag("unaccompanied")?, flag("earlier_permanence")?);
    let three = |value: Option<bool>| value.map_or(0, |yes| if yes { 2 } else { 1 });
    for ((conflict, unaccompanied), permanence) in conflict.iter().zip(unaccompanied).zip(permanence) {
        c.facts.push(u8::from(conflict == Some(true)) | three(unaccompanied) << 1 | three(permanence) << 3);
    }
    Some(())
}

fn read_spells(batch: &RecordBatch, codes: &CodeSets, counts: &mut [u32], s: &mut Spells) -> Option<()> {
    for child in batch.column_by_name("child")?.as_primitive_opt::<UInt32Type>()?.values() {
        *counts.get_mut(*child as usize)? += 1;
    }
    let first = s.kind.len();
    append_words(batch, "kind", |word| SpellKind::from_word(word).map(|kind| kind as u8), 0, &mut s.kind)?;
    append_days(batch, "start", Day::NONE.0, &mut s.start)?;
    append_days(batch, "end", Day::OPEN.0, &mut s.end)?;
    append_days(batch, "referral_date", Day::NONE.0, &mut s.parent)?;
    append_small(batch, "flags", &mut s.flags)?;
    append_small(batch, "number", &mut s.number)?;
    append_small(batch, "deprivation_decile", &mut s.decile)?;
    for (at, name) in ["code_1", "code_2", "code_3"].into_iter().enumerate() {
        let column = batch.column_by_name(name)?.as_dictionary_opt::<UInt8Type>()?;
        let words = column.values().as_string_opt::<i32>()?;
        // A word belongs to the set of the row's kind; look each word up in every set once.
        let table: Vec<[u8; CodeSetId::ALL.len()]> = words
            .iter()
            .map(|word| CodeSetId::ALL.map(|set| match word {
                Some("?") | None => 255,
                Some(word) => codes.set(set).id(word).map_or(255, |id| id.0),
            }))
            .collect();
        let kinds = &s.kind[first..];
        let to = &mut s.codes[at];
        for (key, kind) in column.keys().iter().zip(kinds) {
            let set = SpellKind::from_index(*kind).and_then(|kind| code_sets_of(kind)[at]);
            to.push(match (key, set) {
                (Some(key), Some(set)) => table.get(usize::from(key))?[set as usize],
                _ => 0,
            });
        }
    }
    Some(())
}
