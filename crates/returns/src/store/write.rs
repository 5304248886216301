//! Writing: columns as they are in memory, a piece at a time; what ties the files together comes last.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::{UInt8Type, UInt16Type};
use arrow_array::{ArrayRef, BooleanArray, Date32Array, RecordBatch, UInt8Array, UInt32Array};
use arrow_schema::SchemaRef;
use disparity_core::journeys::{
    BirthPrecision, Children, CodeId, HomeId, Homes, Journeys, LinkOutcome, NO_DAY, SpellKind,
    Spells, code_sets_of,
};
use disparity_core::{CategoryId, Day, Dimension, Dimensions};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::manifest::{self, Digested, FileRecord, GENERATION, Manifest, generation};
use super::meta::{self, LAYOUT};
use super::schema::{HOME_WORDS, UNTOLD, child_schema, spell_schema};
use super::{CHILDREN, MANIFEST, SPELLS, STATED, StoreError, io, parquet, stated};
use crate::bytes::input;
use crate::config::options::Progress;
use crate::records::source::Source;

/// Rows of a piece, which is also a row group: enough to compress well, few enough to hold.
pub(super) const PIECE: usize = 1 << 20;

/// Writes journeys into a folder, with small files of the same generation beside them, and the
/// manifest last: a reader refuses what an interrupted writer leaves.
///
/// # Errors
/// [`StoreError`] if the files cannot be written.
pub fn write_store(
    journeys: &Journeys,
    sources: &[Source],
    dimensions: &Dimensions,
    folder: &Path,
    beside: &[(&str, &[u8])],
    progress: Progress<'_>,
) -> Result<(), StoreError> {
    let names = Names::new(journeys, dimensions);
    let of_child = owners(journeys);
    let metadata = metadata(journeys, sources);
    let old = folder.join(MANIFEST);
    input::remove(&old).map_err(io(&old))?;
    let at = |name| TableFile::create(folder, name, &metadata);
    let mut children = at((CHILDREN, child_schema()))?;
    children.write(journeys.children().len(), |range| {
        names.children(journeys, &of_child, range)
    })?;
    let mut stated_rows = at((STATED, stated::schema()))?;
    stated_rows.write(usize::from(!journeys.stated().is_empty()), |_| {
        stated::batch(journeys)
    })?;
    let mut spells = at((SPELLS, spell_schema()))?;
    let total = journeys.spells().len();
    spells.write(total, |range| {
        progress("writing the store", range.end, total);
        names.spells(journeys, &of_child, range)
    })?;
    let tables = [children, stated_rows, spells];
    let rows: Vec<[u8; 32]> = tables.iter().map(TableFile::so_far).collect();
    let generation = generation(&rows, &metadata);
    let mut manifest = Manifest::new(generation.clone());
    for table in tables {
        let (name, record) = table.finish(&generation)?;
        manifest.insert(name, record);
    }
    for (name, bytes) in beside {
        manifest.insert(name, manifest::write(&folder.join(name), bytes)?);
    }
    manifest.write(folder)
}

fn metadata(journeys: &Journeys, sources: &[Source]) -> Vec<KeyValue> {
    [
        ("disparity.layout", LAYOUT.to_owned()),
        ("disparity.synthetic", journeys.synthetic.to_string()),
        (
            "disparity.note",
            "records of children: not a release; keep it where the returns are kept".to_owned(),
        ),
        (
            "disparity.authorities",
            meta::authorities(journeys).to_string(),
        ),
        ("disparity.codes", meta::codes(journeys.codes()).to_string()),
        ("disparity.homes", meta::homes(journeys.homes()).to_string()),
        ("disparity.sources", meta::sources(sources).to_string()),
    ]
    .into_iter()
    .map(|(key, value)| KeyValue::new(key.to_owned(), value))
    .collect()
}

/// A table on its way to disk.
struct TableFile {
    name: &'static str,
    path: PathBuf,
    writer: ArrowWriter<Digested>,
}

impl TableFile {
    fn create(
        folder: &Path,
        (name, schema): (&'static str, SchemaRef),
        metadata: &[KeyValue],
    ) -> Result<Self, StoreError> {
        let path = folder.join(name);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(PIECE))
            // Children stand in order: what lies between them is next to nothing, a dictionary is not.
            .set_column_dictionary_enabled("child".into(), false)
            .set_column_encoding("child".into(), Encoding::DELTA_BINARY_PACKED)
            .set_key_value_metadata(Some(metadata.to_vec()))
            .build();
        let file = Digested::create(&path)?;
        let writer =
            ArrowWriter::try_new(file, schema, Some(properties)).map_err(parquet(&path))?;
        Ok(Self { name, path, writer })
    }

    /// Writes so many rows, a piece at a time.
    fn write(
        &mut self,
        rows: usize,
        batch: impl Fn(std::ops::Range<usize>) -> Result<RecordBatch, arrow_schema::ArrowError>,
    ) -> Result<(), StoreError> {
        let failed = parquet(&self.path);
        let mut at = 0;
        while at < rows {
            let end = (at + PIECE).min(rows);
            let piece = batch(at..end).map_err(|error| failed(error.into()))?;
            self.writer.write(&piece).map_err(&failed)?;
            self.writer.flush().map_err(&failed)?;
            at = end;
        }
        // What is still held back belongs to the digest of the rows.
        self.writer.sync().map_err(|error| failed(error.into()))
    }

    /// The digest of the rows.
    fn so_far(&self) -> [u8; 32] {
        self.writer.inner().so_far()
    }

    /// Writes of which generation it is, and ends the file.
    fn finish(mut self, generation: &str) -> Result<(&'static str, FileRecord), StoreError> {
        let pair = KeyValue::new(GENERATION.to_owned(), generation.to_owned());
        self.writer.append_key_value_metadata(pair);
        self.writer.finish().map_err(parquet(&self.path))?;
        Ok((self.name, self.writer.inner().record()))
    }
}

/// The authority of each child, and the child of each spell, as positions.
struct Owners {
    authority: Vec<u16>,
    child: Vec<u32>,
}

fn owners(journeys: &Journeys) -> Owners {
    let mut authority = vec![0; journeys.children().len()];
    for at in 0..journeys.authorities().len() {
        authority[journeys.children_of(at)].fill(u16::try_from(at).unwrap_or(u16::MAX));
    }
    let mut child = vec![0; journeys.spells().len()];
    for number in 0..journeys.children().len() {
        child[journeys.children().spells_of(number)]
            .fill(u32::try_from(number).unwrap_or(u32::MAX));
    }
    Owners { authority, child }
}

/// Every name that a small number stands for.
struct Names {
    las: Vec<String>,
    ethnicity: Vec<String>,
    sex: Vec<String>,
}

fn list(dimensions: &Dimensions, dimension: Dimension) -> Vec<String> {
    (0..=255_u8)
        .map(|at| dimensions.list(dimension).get(CategoryId(at)).code.clone())
        .collect()
}

fn text(values: impl Iterator<Item = Option<impl AsRef<str>>>) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<UInt8Type>::new();
    for value in values {
        builder.append_option(value);
    }
    Arc::new(builder.finish())
}

/// Neighbourhoods of homes as words.
fn homes(homes: &Homes, ids: &[u16]) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<UInt16Type>::new();
    for id in ids.iter().map(|id| HomeId(*id)) {
        match homes.get(id) {
            Some(code) => builder.append_value(code.as_str()),
            None => builder.append_value(
                HOME_WORDS
                    .iter()
                    .find(|(own, _)| *own == id)
                    .map_or(UNTOLD, |own| own.1),
            ),
        }
    }
    Arc::new(builder.finish())
}

fn day(number: i32) -> Option<i32> {
    (number != NO_DAY && number != Day::OPEN.0).then_some(number)
}

fn days(numbers: &[i32]) -> ArrayRef {
    Arc::new(numbers.iter().map(|n| day(*n)).collect::<Date32Array>())
}

fn three_way(bits: u8) -> Option<bool> {
    match bits & 3 {
        1 => Some(false),
        2 => Some(true),
        _ => None,
    }
}

/// The columns of [`super::schema::spell_fields`] for some rows of spells.
pub(super) fn spell_columns(
    journeys: &Journeys,
    s: &Spells,
    rows: std::ops::Range<usize>,
) -> [ArrayRef; 11] {
    let sets = journeys.codes();
    let kinds: Vec<SpellKind> = s.kind[rows.clone()]
        .iter()
        .map(|k| SpellKind::from_index(*k).unwrap_or(SpellKind::Contact))
        .collect();
    let code = |at: usize| {
        text(
            kinds
                .iter()
                .zip(&s.codes[at][rows.clone()])
                .map(|(kind, code)| match (*code, code_sets_of(*kind)[at]) {
                    // Blank is a word of its own: a column without any word has no dictionary to read.
                    (0, _) | (_, None) => Some(""),
                    (255, _) => Some("?"),
                    (code, Some(set)) => sets
                        .set(set)
                        .get(CodeId(code))
                        .map(|code| code.code.as_str()),
                }),
        )
    };
    [
        text(kinds.iter().map(|kind| Some(kind.as_str()))),
        days(&s.start[rows.clone()]),
        days(&s.end[rows.clone()]),
        Arc::new(UInt8Array::from(s.flags[rows.clone()].to_vec())),
        code(0),
        code(1),
        code(2),
        Arc::new(UInt8Array::from(s.number[rows.clone()].to_vec())),
        Arc::new(UInt8Array::from(s.decile[rows.clone()].to_vec())),
        homes(journeys.homes(), &s.home[rows.clone()]),
        days(&s.parent[rows.clone()]),
    ]
}

impl Names {
    fn new(journeys: &Journeys, dimensions: &Dimensions) -> Self {
        Self {
            las: journeys
                .authorities()
                .iter()
                .map(|authority| authority.old_la_code.clone())
                .collect(),
            ethnicity: list(dimensions, Dimension::EthnicityMinor),
            sex: list(dimensions, Dimension::Sex),
        }
    }

    fn la(&self, authority: u16) -> Option<&str> {
        self.las.get(usize::from(authority)).map(String::as_str)
    }

    fn children(
        &self,
        journeys: &Journeys,
        owners: &Owners,
        rows: std::ops::Range<usize>,
    ) -> Result<RecordBatch, arrow_schema::ArrowError> {
        let c = journeys.children();
        let r = rows.clone();
        let of = |list: &[u8]| list[r.clone()].to_vec();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from_iter_values(
                rows.clone().map(|n| u32::try_from(n).unwrap_or(u32::MAX)),
            )),
            text(owners.authority[rows.clone()].iter().map(|at| self.la(*at))),
            days(&c.birth[rows.clone()]),
            text(
                of(&c.birth_precision)
                    .into_iter()
                    .map(|p| Some(BirthPrecision::from_index(p).unwrap_or_default().as_str())),
            ),
            days(&c.death[rows.clone()]),
            text(of(&c.sex).into_iter().map(|s| self.sex.get(usize::from(s)))),
            text(
                of(&c.ethnicity)
                    .into_iter()
                    .map(|e| self.ethnicity.get(usize::from(e))),
            ),
            Arc::new(
                of(&c.facts)
                    .into_iter()
                    .map(|f| Some(f & 1 == 1))
                    .collect::<BooleanArray>(),
            ),
            Arc::new(
                of(&c.facts)
                    .into_iter()
                    .map(|f| three_way(f >> 1))
                    .collect::<BooleanArray>(),
            ),
            days(&c.unaccompanied_ceased[rows.clone()]),
            days(&c.arrival[rows.clone()]),
            Arc::new(
                of(&c.facts)
                    .into_iter()
                    .map(|f| three_way(f >> 3))
                    .collect::<BooleanArray>(),
            ),
            text(
                of(&c.link)
                    .into_iter()
                    .map(|l| Some(LinkOutcome::from_index(l).unwrap_or_default().as_str())),
            ),
            Arc::new(
                rows.map(|row| {
                    c.earlier
                        .get(row)
                        .copied()
                        .filter(|at| *at != Children::NOWHERE)
                })
                .collect::<UInt32Array>(),
            ),
        ];
        RecordBatch::try_new(child_schema(), columns)
    }

    fn spells(
        &self,
        journeys: &Journeys,
        owners: &Owners,
        rows: std::ops::Range<usize>,
    ) -> Result<RecordBatch, arrow_schema::ArrowError> {
        let (s, c) = (journeys.spells(), journeys.children());
        let own = &owners.child[rows.clone()];
        let child: [ArrayRef; 2] = [
            Arc::new(UInt32Array::from(own.to_vec())),
            text(
                own.iter()
                    .map(|child| self.la(owners.authority[*child as usize])),
            ),
        ];
        let of_child: [ArrayRef; 3] = [
            Arc::new(
                own.iter()
                    .map(|child| day(c.birth[*child as usize]))
                    .collect::<Date32Array>(),
            ),
            text(
                own.iter()
                    .map(|child| self.sex.get(usize::from(c.sex[*child as usize]))),
            ),
            text(own.iter().map(|child| {
                self.ethnicity
                    .get(usize::from(c.ethnicity[*child as usize]))
            })),
        ];
        let columns: Vec<ArrayRef> = child
            .into_iter()
            .chain(spell_columns(journeys, s, rows))
            .chain(of_child)
            .collect();
        RecordBatch::try_new(spell_schema(), columns)
    }
}
