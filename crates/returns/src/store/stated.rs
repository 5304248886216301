//! The file of what single returns say otherwise than the histories: spells as in the file of spells,
//! each with the year of the return. A return that has nothing of a kind has a row without a start.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{UInt16Type, UInt32Type};
use arrow_array::{ArrayRef, RecordBatch, UInt16Array, UInt32Array};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use disparity_core::Period;
use disparity_core::journeys::{
    CodeSets, Homes, Journeys, JourneysError, Spell, SpellKind, Spells, Stated, Wanted,
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::manifest::Manifest;
use super::meta::field;
use super::schema::spell_fields;
use super::spells::read_columns;
use super::write::spell_columns;
use super::{StoreError, format, io, parquet};
use crate::bytes::input;

pub(super) fn schema() -> SchemaRef {
    let of_return = [
        field(
            "child",
            DataType::UInt32,
            false,
            "",
            "row number of the child",
        ),
        field(
            "year",
            DataType::UInt16,
            false,
            "year",
            "year of the return, which ends on its 31 March",
        ),
    ];
    let spells = spell_fields().map(|own| {
        if own.name() == "start" {
            let text = "first day; empty where the return has nothing of the kind";
            field("start", DataType::Date32, true, "day", text)
        } else {
            own
        }
    });
    let fields: Vec<Field> = of_return.into_iter().chain(spells).collect();
    Arc::new(Schema::new(fields))
}

/// Everything as one batch: there is little.
pub(super) fn batch(journeys: &Journeys) -> Result<RecordBatch, ArrowError> {
    let stated = journeys.stated();
    let (mut children, mut years, mut spells) = (Vec::new(), Vec::new(), Spells::default());
    for (child, kind, period, rows) in stated.iter() {
        let before = spells.len();
        for row in rows {
            spells.push(&stated.spells().get(row));
        }
        if spells.len() == before {
            spells.push_none_of(kind);
        }
        for _ in before..spells.len() {
            children.push(u32::try_from(child).unwrap_or(u32::MAX));
            years.push(period.year());
        }
    }
    let of_return: [ArrayRef; 2] = [
        Arc::new(UInt32Array::from(children)),
        Arc::new(UInt16Array::from(years)),
    ];
    let columns = spell_columns(journeys, &spells, 0..spells.len());
    RecordBatch::try_new(schema(), of_return.into_iter().chain(columns).collect())
}

/// Reads the file.
pub(super) fn read(
    path: &Path,
    manifest: &Manifest,
    names: (&CodeSets, &Homes),
) -> Result<Stated, StoreError> {
    let file = input::open(path).map_err(io(path))?;
    let handle = file.try_clone().map_err(|error| io(path)(error.into()))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(parquet(path))?;
    let said = builder.metadata().file_metadata();
    manifest.check(path, &handle, said.key_value_metadata())?;
    let batches = builder.build().map_err(parquet(path))?;
    let (mut children, mut years, mut spells) = (Vec::new(), Vec::new(), Spells::default());
    for batch in batches {
        let batch = batch.map_err(|error| parquet(path)(error.into()))?;
        append(&batch, names, (&mut children, &mut years, &mut spells))
            .ok_or_else(|| format(path, "a column does not fit"))?;
    }
    together(&children, &years, &spells).map_err(|error| format(path, error.to_string()))
}

fn append(
    batch: &RecordBatch,
    names: (&CodeSets, &Homes),
    (children, years, spells): (&mut Vec<u32>, &mut Vec<u16>, &mut Spells),
) -> Option<()> {
    let of_child = batch.column_by_name("child")?;
    children.extend(of_child.as_primitive_opt::<UInt32Type>()?.values());
    let of_year = batch.column_by_name("year")?;
    years.extend(of_year.as_primitive_opt::<UInt16Type>()?.values());
    read_columns(batch, names, &Wanted::everything(), spells)
}

/// Rows of one child, kind and year belong together.
fn together(children: &[u32], years: &[u16], spells: &Spells) -> Result<Stated, JourneysError> {
    let mut stated = Stated::default();
    let key = |row: usize| (children[row], spells.kind[row], years[row]);
    let mut row = 0;
    while row < children.len() {
        let own = (row..children.len()).take_while(|other| key(*other) == key(row));
        let own: Vec<usize> = own.collect();
        let (child, kind, year) = key(row);
        row += own.len();
        let (Some(kind), Some(period)) = (SpellKind::from_index(kind), Period::ending(year)) else {
            return Err(JourneysError::Shape("what single returns say"));
        };
        let own = own.into_iter().filter(|row| !spells.is_none_of(*row));
        let own: Vec<Spell> = own.map(|row| spells.get(row)).collect();
        stated.push(child as usize, kind, period, &own)?;
    }
    Ok(stated)
}
