//! Reading a store and its children: columns straight into memory. Words come as numbers into a small
//! list, and each list is matched once for a piece, not once for a row.

use std::fs::File;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, UInt8Type, UInt32Type};
use arrow_array::{Array, RecordBatch, StringArray};
use disparity_core::journeys::{
    BirthPrecision, Children, Journeys, JourneysError, LinkOutcome, NO_DAY, Wanted,
};
use disparity_core::{Dimension, Dimensions};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use serde_json::Value;

use super::manifest::Manifest;
use super::meta::{LAYOUT, read_authorities, read_codes, read_homes};
use super::spells::read_all_spells;
use super::{CHILDREN, SPELLS, STATED, StoreError, format, io, parquet, stated};
use crate::bytes::input;

/// Rows of a batch: few enough that what is decoded stays close to the processor.
pub(super) const BATCH: usize = 1 << 13;

/// Reads journeys from a folder.
///
/// # Errors
/// [`StoreError`] if the files are missing, damaged or of another layout.
pub fn read_store(folder: &Path, dimensions: &Dimensions) -> Result<Journeys, StoreError> {
    read_store_of(folder, dimensions, &Wanted::everything())
}

/// Reads the part of the journeys that a question looks at: all children are there, spells of other
/// kinds are not, and columns that are not wanted are empty.
///
/// # Errors
/// As [`read_store`].
pub fn read_store_of(
    folder: &Path,
    dimensions: &Dimensions,
    wanted: &Wanted,
) -> Result<Journeys, StoreError> {
    let path = folder.join(CHILDREN);
    let (handle, file) = open(&path)?;
    let metadata = file.metadata().file_metadata().key_value_metadata();
    let layout = text_of(metadata, "disparity.layout").unwrap_or("unknown");
    if layout != LAYOUT {
        let why = format!("its layout is {layout:?}, not {LAYOUT}");
        return Err(format(&path, why));
    }
    let manifest = Manifest::read(folder)?;
    manifest.check(&path, &handle, metadata)?;
    let names = [CHILDREN, SPELLS].into_iter();
    let names: Vec<&str> = names.chain(wanted.stated.then_some(STATED)).collect();
    let (intact, journeys) = rayon::join(
        || manifest.verify(folder, &names),
        || read_files(folder, file, &manifest, dimensions, wanted),
    );
    // A file of another build is not as it was written either; this says more.
    if matches!(journeys, Err(StoreError::Mixed { .. })) {
        return journeys;
    }
    intact?;
    // Parts of a file are opened by themselves, side by side.
    manifest.check_again(folder)?;
    journeys
}

/// Reads the files of a store, of which that of the children is open.
fn read_files(
    folder: &Path,
    file: ParquetRecordBatchReaderBuilder<File>,
    manifest: &Manifest,
    dimensions: &Dimensions,
    wanted: &Wanted,
) -> Result<Journeys, StoreError> {
    let path = folder.join(CHILDREN);
    let metadata = file
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .cloned();
    let text = |key: &str| text_of(metadata.as_ref(), key);
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
    let homes = json("disparity.homes")
        .as_ref()
        .and_then(read_homes)
        .ok_or_else(|| missing("the neighbourhoods"))?;
    let synthetic = text("disparity.synthetic") == Some("true");
    let total: usize = authorities.iter().map(|(_, children)| *children).sum();
    let spell_path = folder.join(SPELLS);
    let continued = authorities.iter().any(|(own, _)| own.continued.is_some());
    let (children, spells) = rayon::join(
        || -> Result<Children, StoreError> {
            let batches = batches(file, wanted, continued).map_err(parquet(&path))?;
            let mut children = Children::default();
            children.birth.reserve_exact(total);
            children.arrival.reserve_exact(total);
            for batch in batches {
                let batch = batch.map_err(|error| parquet(&path)(error.into()))?;
                read_children(&batch, dimensions, wanted, &mut children)
                    .ok_or_else(|| missing("a column of children"))?;
            }
            Ok(children)
        },
        || read_all_spells(&spell_path, manifest, (&codes, &homes), total, wanted),
    );
    let (mut children, (spells, first_spell)) = (children?, spells?);
    children.first_spell = first_spell;
    let mut first_child = vec![0_u32];
    let mut sum = 0_u32;
    first_child.extend(authorities.iter().map(|(_, own)| {
        sum = sum.saturating_add(u32::try_from(*own).unwrap_or(u32::MAX));
        sum
    }));
    let authorities = authorities
        .into_iter()
        .map(|(authority, _)| authority)
        .collect();
    let misfit = |error: JourneysError| format(&path, error.to_string());
    let stated_path = folder.join(STATED);
    let stated = (wanted.stated).then(|| stated::read(&stated_path, manifest, (&codes, &homes)));
    let mut journeys =
        Journeys::from_parts(codes, synthetic, authorities, first_child, children, spells)
            .map_err(misfit)?;
    journeys.set_homes(homes.clone());
    if let Some(stated) = stated {
        journeys.set_stated(stated?).map_err(misfit)?;
    }
    Ok(journeys)
}

/// Columns of children that not every question looks at.
const PEOPLE: [&str; 2] = ["sex", "ethnicity"];
const QUALITY: [&str; 3] = ["death", "birth_precision", "ethnicity_conflict"];
const STATUS: [&str; 3] = [
    "unaccompanied",
    "unaccompanied_ceased",
    "earlier_permanence",
];
const ALWAYS: [&str; 3] = ["birth", "arrival", "link"];
/// Where a child was before a change of boundaries; stores of an earlier version do not have it.
const EARLIER: &str = "earlier_child";

/// The file of children, and what reads its rows.
type Opened = (File, ParquetRecordBatchReaderBuilder<File>);

fn open(path: &Path) -> Result<Opened, StoreError> {
    let file = input::open(path).map_err(io(path))?;
    let handle = file.try_clone().map_err(|error| io(path)(error.into()))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(parquet(path))?;
    Ok((handle, builder))
}

/// What a file says of itself under a key.
fn text_of<'a>(metadata: Option<&'a Vec<KeyValue>>, key: &str) -> Option<&'a str> {
    let mut pairs = metadata.into_iter().flatten();
    pairs.find(|pair| pair.key == key)?.value.as_deref()
}

/// The rows of children, with the columns that are wanted.
fn batches(
    file: ParquetRecordBatchReaderBuilder<File>,
    wanted: &Wanted,
    continued: bool,
) -> Result<ParquetRecordBatchReader, ParquetError> {
    let names = ALWAYS
        .into_iter()
        .chain(PEOPLE.into_iter().filter(|_| wanted.people))
        .chain(STATUS.into_iter().filter(|_| wanted.status))
        .chain(QUALITY.into_iter().filter(|_| wanted.quality))
        .chain(continued.then_some(EARLIER));
    let mask = ProjectionMask::columns(file.parquet_schema(), names);
    file.with_projection(mask).with_batch_size(BATCH).build()
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

fn read_children(
    batch: &RecordBatch,
    dimensions: &Dimensions,
    wanted: &Wanted,
    c: &mut Children,
) -> Option<()> {
    let group =
        |dimension: Dimension| move |code: &str| dimensions.list(dimension).id(code).map(|id| id.0);
    let none = NO_DAY;
    append_days(batch, "birth", none, &mut c.birth)?;
    append_days(batch, "arrival", none, &mut c.arrival)?;
    if wanted.people {
        append_words(batch, "sex", group(Dimension::Sex), 0, &mut c.sex)?;
        let minor = group(Dimension::EthnicityMinor);
        append_words(batch, "ethnicity", minor, 0, &mut c.ethnicity)?;
    }
    let link = |word: &str| {
        LinkOutcome::ALL
            .into_iter()
            .find(|l| l.as_str() == word)
            .map(|l| l as u8)
    };
    append_words(batch, "link", link, 0, &mut c.link)?;
    if let Some(column) = batch.column_by_name(EARLIER) {
        let earlier = column.as_primitive_opt::<UInt32Type>()?;
        c.earlier
            .extend(earlier.iter().map(|at| at.unwrap_or(Children::NOWHERE)));
    }
    let flag = |name: &str| batch.column_by_name(name)?.as_boolean_opt();
    let first = c.facts.len();
    c.facts.resize(first + batch.num_rows(), 0);
    let facts = &mut c.facts[first..];
    if wanted.status {
        let to = &mut c.unaccompanied_ceased;
        append_days(batch, "unaccompanied_ceased", none, to)?;
        for (name, shift) in [("unaccompanied", 1), ("earlier_permanence", 3)] {
            let column = flag(name)?;
            // Most often nothing is recorded, or nobody is.
            if column.null_count() == column.len() {
                continue;
            }
            for (fact, value) in facts.iter_mut().zip(column) {
                *fact |= value.map_or(0, |yes| if yes { 2 } else { 1 }) << shift;
            }
        }
    }
    if wanted.quality {
        append_days(batch, "death", none, &mut c.death)?;
        let precision = |word: &str| {
            BirthPrecision::ALL
                .into_iter()
                .find(|p| p.as_str() == word)
                .map(|p| p as u8)
        };
        let to = &mut c.birth_precision;
        append_words(batch, "birth_precision", precision, 0, to)?;
        for (fact, conflict) in facts.iter_mut().zip(flag("ethnicity_conflict")?) {
            *fact |= u8::from(conflict == Some(true));
        }
    }
    Some(())
}
