//! Counting the spells of a store into cells without making journeys of them: row groups in
//! parallel, words as numbers, one dense table of counts for each thread.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, UInt8Type};
use arrow_array::{Array, RecordBatch};
use disparity_core::{Day, Dimension, Dimensions, Period};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use rayon::prelude::*;

use super::manifest::Manifest;
use super::{SPELLS, StoreError, format, io, parquet};
use crate::bytes::input;

const BATCH: usize = 1 << 13;
const DECILES: usize = 11;
const FIRST_YEAR: u16 = 1990;
const YEARS: usize = 80;

/// Spells by authority, year of start, decile and detailed ethnic group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpellCounts {
    /// Three-digit codes, in order.
    pub old_la_codes: Vec<String>,
    groups: usize,
    counts: Vec<u32>,
}

/// One count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpellCount {
    /// Position of the authority.
    pub authority: usize,
    /// Year in which the spell started.
    pub period: Period,
    /// Tenth of neighbourhoods; 0 if unknown.
    pub decile: u8,
    /// Detailed ethnic group.
    pub ethnicity: u8,
    /// How many spells.
    pub count: u32,
}

impl SpellCounts {
    /// Every count that is not zero, by authority, year, decile and group.
    pub fn iter(&self) -> impl Iterator<Item = SpellCount> + '_ {
        self.counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .filter_map(|(at, count)| {
                let (rest, ethnicity) = (at / self.groups, at % self.groups);
                let (rest, decile) = (rest / DECILES, rest % DECILES);
                let (authority, year) = (rest / YEARS, rest % YEARS);
                Some(SpellCount {
                    authority,
                    period: Period::ending(FIRST_YEAR + u16::try_from(year).ok()?)?,
                    decile: u8::try_from(decile).ok()?,
                    ethnicity: u8::try_from(ethnicity).ok()?,
                    count: *count,
                })
            })
    }
}

/// Which year of the table each day lies in.
struct YearOfDay {
    first: i32,
    years: Vec<u8>,
}

impl YearOfDay {
    fn new() -> Self {
        let period = |year: u16| Day::last_of_year(year - 1).plus(1).0;
        let first = period(FIRST_YEAR);
        let mut years = Vec::new();
        for year in 0..u16::try_from(YEARS).unwrap_or(0) {
            let length = period(FIRST_YEAR + year + 1) - period(FIRST_YEAR + year);
            years.extend(std::iter::repeat_n(
                u8::try_from(year).unwrap_or(0),
                usize::try_from(length).unwrap_or(0),
            ));
        }
        Self { first, years }
    }

    /// Days outside the table go to its ends.
    fn of(&self, day: i32) -> usize {
        let at = usize::try_from(day.saturating_sub(self.first))
            .unwrap_or(0)
            .min(self.years.len() - 1);
        usize::from(self.years[at])
    }
}

/// Counts every spell of a store.
///
/// # Errors
/// [`StoreError`] if the file is missing, damaged or of another layout.
pub fn count_spells(folder: &Path, dimensions: &Dimensions) -> Result<SpellCounts, StoreError> {
    let path = folder.join(SPELLS);
    let manifest = Manifest::read(folder)?;
    let file = input::open(&path).map_err(io(&path))?;
    let metadata = ArrowReaderMetadata::load(
        &file,
        ::parquet::arrow::arrow_reader::ArrowReaderOptions::default(),
    )
    .map_err(parquet(&path))?;
    let text = metadata.metadata().file_metadata().key_value_metadata();
    manifest.check(&path, &file, text)?;
    let authorities = text
        .and_then(|pairs| {
            pairs
                .iter()
                .find(|pair| pair.key == "disparity.authorities")
        })
        .and_then(|pair| serde_json::from_str(pair.value.as_deref()?).ok())
        .and_then(|value| super::meta::read_authorities(&value))
        .ok_or_else(|| format(&path, "the authorities cannot be read from its metadata"))?;
    let old_la_codes: Vec<String> = authorities
        .into_iter()
        .map(|(authority, _)| authority.old_la_code)
        .collect();
    let groups = dimensions.list(Dimension::EthnicityMinor).iter().count() + 1;
    let years = YearOfDay::new();
    let size = old_la_codes.len() * YEARS * DECILES * groups;
    let group_count = metadata.metadata().num_row_groups();
    let threads = rayon::current_num_threads().clamp(1, group_count.max(1));
    let parts: Vec<Vec<u32>> = (0..threads)
        .into_par_iter()
        .map(|thread| {
            let mut counts = vec![0_u32; size];
            let mine: Vec<usize> = (0..group_count)
                .filter(|group| group % threads == thread)
                .collect();
            let file = input::open(&path).map_err(io(&path))?;
            let builder =
                ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
            let names = ["old_la_code", "start", "ethnicity", "deprivation_decile"];
            let mask = ProjectionMask::columns(builder.parquet_schema(), names);
            let batches = builder
                .with_projection(mask)
                .with_row_groups(mine)
                .with_batch_size(BATCH)
                .build()
                .map_err(parquet(&path))?;
            for batch in batches {
                let batch = batch.map_err(|error| parquet(&path)(error.into()))?;
                add(
                    &batch,
                    &old_la_codes,
                    groups,
                    dimensions,
                    &years,
                    &mut counts,
                )
                .ok_or_else(|| format(&path, "a column does not fit"))?;
            }
            Ok(counts)
        })
        .collect::<Result<_, StoreError>>()?;
    let mut parts = parts.into_iter();
    let mut counts = parts.next().unwrap_or_default();
    for part in parts {
        counts
            .iter_mut()
            .zip(part)
            .for_each(|(total, more)| *total += more);
    }
    manifest.verify(folder, &[SPELLS])?;
    manifest.check_again(folder)?;
    Ok(SpellCounts {
        old_la_codes,
        groups,
        counts,
    })
}

fn add(
    batch: &RecordBatch,
    las: &[String],
    groups: usize,
    dimensions: &Dimensions,
    years: &YearOfDay,
    counts: &mut [u32],
) -> Option<()> {
    let words = |name: &str| batch.column_by_name(name)?.as_dictionary_opt::<UInt8Type>();
    let (la, ethnicity) = (words("old_la_code")?, words("ethnicity")?);
    let start = batch
        .column_by_name("start")?
        .as_primitive_opt::<Date32Type>()?;
    let decile = batch
        .column_by_name("deprivation_decile")?
        .as_primitive_opt::<UInt8Type>()?;
    let numbers = |column: &arrow_array::DictionaryArray<UInt8Type>,
                   number: &dyn Fn(&str) -> Option<usize>|
     -> Option<[u32; 256]> {
        let mut table = [u32::MAX; 256];
        for (at, word) in column.values().as_string_opt::<i32>()?.iter().enumerate() {
            *table.get_mut(at)? = u32::try_from(number(word?)?).ok()?;
        }
        (column.null_count() == 0).then_some(table)
    };
    let list = dimensions.list(Dimension::EthnicityMinor);
    let la_numbers = numbers(la, &|word| las.iter().position(|code| code == word))?;
    let group_numbers = numbers(ethnicity, &|word| list.id(word).map(|id| usize::from(id.0)))?;
    let rows = la
        .keys()
        .values()
        .iter()
        .zip(start.values())
        .zip(decile.values())
        .zip(ethnicity.keys().values());
    for (((la, start), decile), ethnicity) in rows {
        let (la, group) = (
            la_numbers[usize::from(*la)] as usize,
            group_numbers[usize::from(*ethnicity)] as usize,
        );
        let decile = usize::from(*decile).min(DECILES - 1);
        let at = ((la * YEARS + years.of(*start)) * DECILES + decile) * groups + group;
        *counts.get_mut(at)? += 1;
    }
    Some(())
}
