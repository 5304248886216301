//! The same table in every format, and files that are no tables.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;

use super::*;

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("disparity-frames-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).unwrap();
        }
        write(&path, bytes);
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own files")]
fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a test's own files")]
fn create(path: &Path) -> File {
    File::create(path).unwrap()
}

fn batch() -> RecordBatch {
    let columns: [(&str, ArrayRef); 3] = [
        (
            "area",
            Arc::new(StringArray::from(vec![Some("Leeds"), Some("Kent"), None])),
        ),
        ("year", Arc::new(Int64Array::from(vec![2024, 2025, 2025]))),
        ("n", Arc::new(StringArray::from(vec!["12", "c", "0"]))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn parquet_file(path: &Path) {
    let batch = batch();
    let mut writer = ArrowWriter::try_new(create(path), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// Every field of a file by row, of the wanted columns.
fn fields(path: &Path, wanted: &[&str]) -> Vec<(u64, Vec<Option<String>>)> {
    let source = Source::open(path, None).unwrap();
    let places = source.places(wanted).unwrap();
    let mut all = Vec::new();
    for part in 0..source.parts() {
        source
            .read(part, &places, &mut |batch| {
                for row in 0..batch.rows {
                    let text = |own: &crate::batch::Column| {
                        own.text(row).map(std::borrow::Cow::into_owned)
                    };
                    all.push((batch.at.of(row), batch.columns.iter().map(text).collect()));
                }
                Ok(())
            })
            .unwrap();
    }
    all
}

#[test]
fn a_table_is_the_same_in_every_format_and_its_columns_in_any_order() {
    let folder = Folder::new("formats");
    let arrow = folder.0.join("t.arrow");
    let mut writer = FileWriter::try_new(create(&arrow), &batch().schema()).unwrap();
    writer.write(&batch()).unwrap();
    writer.finish().unwrap();
    let parquet = folder.0.join("t.parquet");
    parquet_file(&parquet);
    let files = [
        folder.file("t.csv", b"area,year,n\nLeeds,2024,12\nKent,2025,c\n,2025,0\n"),
        folder.file("t.tsv", b"\xEF\xBB\xBFarea\tyear\tn\r\nLeeds\t2024\t12\r\nKent\t2025\tc\r\n\t2025\t0\r\n"),
        folder.file(
            "t.ndjson",
            b"\n{\"area\":\"Leeds\",\"year\":2024,\"n\":\"12\"}\n{\"area\":\"Kent\",\"year\":2025,\"n\":\"c\"}\n{\"year\":2025,\"n\":0}\n",
        ),
        arrow,
        parquet,
    ];
    let text = |own: &str| Some(own.to_owned());
    for file in files {
        for row in [2, 3, 4].into_iter().zip(fields(&file, &["n", "area"])) {
            let (expected, (row, own)) = row;
            assert_eq!(row, expected, "{}", file.display());
            let wanted = match row {
                2 => vec![text("12"), text("Leeds")],
                3 => vec![text("c"), text("Kent")],
                _ => vec![text("0"), None],
            };
            assert_eq!(own, wanted, "{}", file.display());
        }
        assert_eq!(
            fields(&file, &["year"])[0].1,
            [text("2024")],
            "{}",
            file.display()
        );
    }
}

#[test]
fn a_folder_of_parquet_files_is_one_table() {
    let folder = Folder::new("folder");
    std::fs::create_dir_all(folder.0.join("year=2025")).unwrap();
    parquet_file(&folder.0.join("a.parquet"));
    parquet_file(&folder.0.join("year=2025/b.parquet"));
    assert_eq!(fields(&folder.0, &["n"]).len(), 6);
    // Rows have one number in the whole table, and their own in their file.
    let source = Source::open(&folder.0, None).unwrap();
    assert!(source.row(4).starts_with("row 4 of ") && source.row(4).ends_with("a.parquet"));
    assert!(source.row(5).starts_with("row 2 of ") && source.row(5).ends_with("b.parquet"));
    let error = TableError::at(&source.name, 7, "n", "wrong", "mend it");
    let place = source.located(error.into()).0.remove(0).place;
    assert!(place.file.ends_with("b.parquet"), "{}", place.file);
    assert_eq!(place.line, 4);
    folder.file("c.parquet", b"PAR1");
    let error = Source::open(&folder.0, None).unwrap_err();
    assert!(error.what.contains("no whole Parquet file"), "{error}");
}

#[test]
fn a_field_with_a_line_end_does_not_move_the_lines_behind_it() {
    let folder = Folder::new("lines");
    let file = folder.file("t.csv", b"a,b\r\n\"x\ny\",1\r\nz,2\r\n");
    let rows: Vec<u64> = fields(&file, &["a"])
        .into_iter()
        .map(|(row, _)| row)
        .collect();
    assert_eq!(rows, [2, 4]);
}

#[test]
fn what_is_no_table_says_what_it_is() {
    let folder = Folder::new("wrong");
    let parquet = folder.0.join("whole.parquet");
    parquet_file(&parquet);
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut open(&parquet, "t").unwrap(), &mut bytes).unwrap();
    bytes.truncate(bytes.len() - 9);
    for (name, bytes, says) in [
        ("t.csv", &b""[..], "empty"),
        ("t.csv", b"a,a\n1,2\n", "two columns are called `a`"),
        ("t.csv", b"\xFF\xFEa\x00", "UTF-16"),
        ("t.xlsx", b"PK\x03\x04nothing", "no whole workbook"),
        ("t.arrow", b"ARROW1", "no whole Arrow file"),
        ("t.parquet", &bytes, "no whole Parquet file"),
        ("t.ndjson", b"{\"a\":1", "no object in JSON"),
        ("t.json", b"{}", "of no kind that is read"),
    ] {
        let error = Source::open(&folder.file(name, bytes), None).unwrap_err();
        assert!(error.what.contains(says), "{name}: {error}");
        assert!(!error.hint.is_empty());
    }
    let file = folder.file("r.csv", b"a,b\n1,2\n3\n");
    let source = Source::open(&file, None).unwrap();
    let error = source.read(0, &[0], &mut |_| Ok(())).unwrap_err();
    assert_eq!(
        (error.place.line, error.what.as_str()),
        (3, "the row has 1 fields but the heading has 2")
    );
    let error = source.places(&["A"]).unwrap_err();
    assert_eq!(error.hint, "did you mean `a`? columns are matched by name");
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most.max(1) as u64).unwrap_or_default()
    }
}

#[test]
fn a_damaged_file_is_an_error_or_a_table_and_never_a_panic() {
    let folder = Folder::new("damaged");
    let arrow = folder.0.join("whole.arrow");
    let mut writer = FileWriter::try_new(create(&arrow), &batch().schema()).unwrap();
    writer.write(&batch()).unwrap();
    writer.finish().unwrap();
    let parquet = folder.0.join("whole.parquet");
    parquet_file(&parquet);
    let bytes_of = |path: &Path| {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut open(path, "t").unwrap(), &mut bytes).unwrap();
        bytes
    };
    let whole = [
        (
            "csv",
            b"area,year,n\nLeeds,2024,12\nKent,2025,c\n\"a\nb\",2025,0\n".to_vec(),
        ),
        (
            "ndjson",
            b"{\"area\":\"Leeds\",\"n\":1}\n{\"area\":null,\"n\":\"c\"}\n".to_vec(),
        ),
        ("arrow", bytes_of(&arrow)),
        ("parquet", bytes_of(&parquet)),
    ];
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let (mut refused, mut read) = (0, 0);
    for (ending, whole) in whole {
        for round in 0..400 {
            let mut bytes = whole.clone();
            // What Arrow's reader makes of bytes that were exchanged is guarded, and the guard has its own test.
            let is_cut = round % 3 == 0 || ending == "arrow";
            if is_cut {
                bytes.truncate(dice.below(whole.len()));
            }
            let changes = if ending == "arrow" {
                0
            } else {
                1 + dice.below(4)
            };
            for _ in 0..changes {
                let at = dice.below(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(dice.below(256)).unwrap_or_default();
                }
            }
            let file = folder.file(&format!("t.{ending}"), &bytes);
            let found = Source::open(&file, None).and_then(|source| {
                let places: Vec<usize> = (0..source.columns.len()).collect();
                (0..source.parts()).try_for_each(|part| {
                    source.read(part, &places, &mut |batch| {
                        for column in &batch.columns {
                            (0..batch.rows).for_each(|row| drop(column.text(row)));
                        }
                        Ok(())
                    })
                })
            });
            match found {
                Ok(()) => read += 1,
                Err(error) => {
                    assert!(!error.hint.is_empty() && !error.what.is_empty());
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 300 && read > 50, "{refused} refused, {read} read");
}
