//! Opening workbooks, and saying of one that cannot be read what is wrong with it.
//!
//! The reader of workbooks (calamine 0.38) leaves out cells of binary workbooks that are stored in a
//! short form, without an error: the columns of a table are then gone. It refuses an `.ods`
//! sheet with blanks between its cells, without saying so. Both are looked for here.

use std::io::{Cursor, Read as _};
use std::sync::Arc;

use calamine::{Ods, OdsError, Reader as _, Sheets, Xlsb, Xlsx};

/// A workbook in memory.
pub(super) type Opened = Sheets<Cursor<Arc<[u8]>>>;

/// What to do with a workbook that cannot be read.
const SAVE_AGAIN: &str =
    "open it in a spreadsheet program and save it as .xlsx, or each table as .csv";

/// Opens a workbook of any kind.
///
/// # Errors
/// What is wrong with the file, and what to do.
pub(super) fn open(bytes: Vec<u8>) -> Result<Opened, String> {
    // Shared, because every kind of workbook is tried with bytes of its own.
    let bytes: Arc<[u8]> = bytes.into();
    let lost = lost_cells(&bytes);
    if let Some((part, cells)) = lost.filter(|(_, cells)| *cells > 0) {
        return Err(format!(
            "{cells} cells of its part {part} are stored in a short form that cannot be read here, and without them \
             columns would be missing: {SAVE_AGAIN}"
        ));
    }
    let kind = Kind::of(&bytes);
    calamine::open_workbook_auto_from_rs(Cursor::new(Arc::clone(&bytes))).map_err(
        |error| match kind {
            Some(kind) => kind.why(bytes),
            None => format!("{error}: {SAVE_AGAIN}"),
        },
    )
}

/// Kinds of workbook that are archives, told by what is in them.
#[derive(Clone, Copy)]
enum Kind {
    Xlsx,
    Xlsb,
    Ods,
}

impl Kind {
    fn of(bytes: &[u8]) -> Option<Self> {
        let archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
        let has = |name: &str| archive.index_for_name(name).is_some();
        if has("xl/workbook.bin") {
            Some(Self::Xlsb)
        } else if has("xl/workbook.xml") {
            Some(Self::Xlsx)
        } else if has("content.xml") {
            Some(Self::Ods)
        } else {
            None
        }
    }

    /// Why a workbook of this kind is refused.
    fn why(self, bytes: Arc<[u8]>) -> String {
        let from = Cursor::new(bytes);
        let why = match self {
            Self::Xlsx => Xlsx::new(from).err().map(|error| error.to_string()),
            Self::Xlsb => Xlsb::new(from).err().map(|error| error.to_string()),
            Self::Ods => Ods::new(from).err().map(|error| match error {
                OdsError::Mismatch { .. } => {
                    "the .ods has blanks or line breaks between its cells (some programs indent it so), \
                     which cannot be read here"
                        .to_owned()
                }
                other => other.to_string(),
            }),
        };
        format!("{}: {SAVE_AGAIN}", why.unwrap_or_default())
    }
}

/// The first part of a binary workbook that has cells which the reader leaves out, and how many;
/// nothing for workbooks of other kinds.
fn lost_cells(bytes: &[u8]) -> Option<(String, usize)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let parts: Vec<String> = archive
        .file_names()
        .filter(|name| {
            // Names of parts are the same in any case.
            let name = name.to_ascii_lowercase();
            name.strip_prefix("xl/worksheets/")
                .and_then(|name| name.strip_suffix(".bin"))
                .is_some()
        })
        .map(str::to_owned)
        .collect();
    let mut found: Vec<(String, usize)> = parts
        .into_iter()
        .filter_map(|part| {
            let mut sheet = Vec::new();
            // Archives were looked through for bombs before.
            archive.by_name(&part).ok()?.read_to_end(&mut sheet).ok()?;
            Some((part, left_out(&sheet)))
        })
        .filter(|(_, cells)| *cells > 0)
        .collect();
    found.sort_unstable();
    found.into_iter().next()
}

/// Records of a sheet that hold a value and that the reader passes over: cells that do not say their
/// column because they follow the one before (12 is a blank one), and text with formats in it.
const LEFT_OUT: [u32; 7] = [13, 14, 15, 16, 17, 18, 62];
const BEGIN_SHEET_DATA: u32 = 145;
const END_SHEET_DATA: u32 = 146;

/// How many such records a sheet has: a record is its number, its length and so many bytes, the
/// first two in groups of seven bits.
fn left_out(sheet: &[u8]) -> usize {
    let (mut at, mut inside, mut cells) = (0, false, 0);
    while let Some((kind, length, start)) = record(sheet, at) {
        match kind {
            BEGIN_SHEET_DATA => inside = true,
            END_SHEET_DATA => break,
            _ => cells += usize::from(inside && LEFT_OUT.contains(&kind)),
        }
        at = start.saturating_add(length);
    }
    cells
}

/// The number of the record at a place, its length and where its bytes start.
fn record(sheet: &[u8], at: usize) -> Option<(u32, usize, usize)> {
    let first = u32::from(*sheet.get(at)?);
    let (kind, mut at) = if first >= 0x80 {
        let second = u32::from(*sheet.get(at + 1)?);
        ((first & 0x7F) | ((second & 0x7F) << 7), at + 2)
    } else {
        (first, at + 1)
    };
    let mut length = 0;
    for group in 0..4 {
        let byte = usize::from(*sheet.get(at)?);
        at += 1;
        length |= (byte & 0x7F) << (7 * group);
        if byte < 0x80 {
            break;
        }
    }
    Some((kind, length, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::pack::zip_of;

    fn put(out: &mut Vec<u8>, kind: u32, body: &[u8]) {
        let low = u8::try_from(kind & 0x7F).unwrap();
        if kind >= 0x80 {
            out.extend([low | 0x80, u8::try_from(kind >> 7).unwrap()]);
        } else {
            out.push(low);
        }
        assert!(body.len() < 0x80);
        out.push(u8::try_from(body.len()).unwrap());
        out.extend(body);
    }

    fn wide(text: &str) -> Vec<u8> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut bytes = u32::try_from(units.len()).unwrap().to_le_bytes().to_vec();
        bytes.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        bytes
    }

    /// A binary workbook of one row, whose cells after the first are stored in full or in short.
    fn binary(short: bool) -> Vec<u8> {
        let mut book = Vec::new();
        let state_and_number = [0_u32, 1].map(u32::to_le_bytes).concat();
        let sheet = [state_and_number, wide("rId1"), wide("Header")].concat();
        put(&mut book, 156, &sheet);
        put(&mut book, 144, &[]);
        put(&mut book, 132, &[]);
        let mut cells = Vec::new();
        put(&mut cells, 129, &[]);
        let size = [0_u32, 0, 0, 2].map(u32::to_le_bytes).concat();
        put(&mut cells, 148, &size);
        put(&mut cells, BEGIN_SHEET_DATA, &[]);
        put(&mut cells, 0, &[0; 16]);
        for (column, name) in (0_u32..).zip(["CHILD", "SEX", "DOB"]) {
            let body = [&[0; 4][..], &wide(name)].concat();
            if short && column > 0 {
                put(&mut cells, 17, &body);
            } else {
                put(&mut cells, 6, &[&column.to_le_bytes()[..], &body].concat());
            }
        }
        put(&mut cells, END_SHEET_DATA, &[]);
        let rels = b"<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.bin\"/></Relationships>";
        zip_of(&[
            ("xl/workbook.bin", &book),
            ("xl/_rels/workbook.bin.rels", rels),
            ("xl/worksheets/sheet1.bin", &cells),
        ])
        .unwrap()
    }

    /// An `.ods` of one row.
    fn open_document(between: &str) -> Vec<u8> {
        let cell = |text: &str| {
            format!(
                "<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
            )
        };
        let content = format!(
            "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"Header\">\
             <table:table-row>{}{between}{}</table:table-row></table:table></office:spreadsheet></office:body>\
             </office:document-content>",
            cell("CHILD"),
            cell("SEX")
        );
        zip_of(&[
            (
                "mimetype",
                b"application/vnd.oasis.opendocument.spreadsheet",
            ),
            ("META-INF/manifest.xml", b"<manifest:manifest/>"),
            ("content.xml", content.as_bytes()),
        ])
        .unwrap()
    }

    fn columns(bytes: Vec<u8>) -> Result<usize, String> {
        let mut opened = open(bytes)?;
        let range = opened.worksheet_range("Header");
        range
            .map(|range| range.width())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_binary_workbook_with_cells_that_would_be_lost_is_refused() {
        assert_eq!(columns(binary(false)), Ok(3));
        let why = columns(binary(true)).unwrap_err();
        assert!(
            why.starts_with(
                "2 cells of its part xl/worksheets/sheet1.bin are stored in a short form"
            ),
            "{why}"
        );
        assert!(why.ends_with(SAVE_AGAIN), "{why}");
    }

    /// What the reader does by itself: should it read such cells one day, the check can go.
    #[test]
    fn the_reader_leaves_such_cells_out_without_an_error() {
        let mut book: Xlsb<_> = Xlsb::new(Cursor::new(binary(true))).unwrap();
        assert_eq!(book.worksheet_range("Header").unwrap().width(), 1);
    }

    #[test]
    fn an_indented_open_document_sheet_is_refused_by_its_name() {
        assert_eq!(columns(open_document("")), Ok(2));
        let why = columns(open_document("\n    ")).unwrap_err();
        assert!(
            why.starts_with("the .ods has blanks or line breaks between its cells"),
            "{why}"
        );
    }

    #[test]
    fn what_is_no_workbook_says_so() {
        let why = columns(b"CHILD,SEX\n1,2\n".to_vec()).unwrap_err();
        assert!(why.starts_with("Cannot detect file format"), "{why}");
        let empty = columns(zip_of(&[("xl/workbook.xml", b"<")]).unwrap()).unwrap_err();
        assert!(
            !empty.starts_with("Cannot detect") && empty.ends_with(SAVE_AGAIN),
            "{empty}"
        );
    }

    #[test]
    fn a_damaged_sheet_is_no_endless_one() {
        assert_eq!(left_out(&[]), 0);
        assert_eq!(left_out(&[0x91]), 0);
        assert_eq!(left_out(&[0x91, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 17, 0]), 0);
    }
}
