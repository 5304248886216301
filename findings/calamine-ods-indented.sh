#!/bin/sh
# calamine 0.38.0 (Rust, reads workbooks) refuses an OpenDocument sheet whose content.xml has blanks or line breaks between
# the cells of a row, as programs that indent XML write it, and its open_workbook_auto_from_rs then says nothing of it but
# "Cannot detect file format". Python's odfpy 1.4.1 reads the same file.
#
# Seen on 27 November 2026 with rustc 1.95 and the versions above:
#   odfpy: 2 cells in the first row
#   plain: 2 columns
#   indented: Cannot detect file format; Ods::new: Expecting 'table-cell', found 'Text(BytesText { content: … })'
# Whoever opens workbooks of unknown kind has to ask the reader of that kind for its reason. Exits 1 if this changes.
set -eu
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
cd "$home"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install odfpy==1.4.1
cat > write.py <<'PY'
import zipfile

from odf.opendocument import load
from odf.table import TableCell, TableRow

NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text", "manifest")
)
KIND = "application/vnd.oasis.opendocument.spreadsheet"
for name, between in (("plain", ""), ("indented", "\n      ")):
    cells = [f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>' for text in ("CHILD", "SEX")]
    content = (
        f'<?xml version="1.0"?><office:document-content {NAMES} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Header"><table:table-row>{between}{between.join(cells)}{between}</table:table-row></table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<?xml version="1.0"?><manifest:manifest {NAMES} manifest:version="1.2"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{KIND}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(f"{name}.ods", "w") as archive:
        archive.writestr("mimetype", KIND)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
row = load("indented.ods").getElementsByType(TableRow)[0]
print(f"odfpy: {len(row.getElementsByType(TableCell))} cells in the first row")
PY
venv/bin/python write.py | tee seen.txt
mkdir -p read/src
cat > read/Cargo.toml <<'TOML'
[package]
name = "read"
version = "0.0.0"
edition = "2021"
[dependencies]
calamine = { version = "=0.38.0", default-features = false }
TOML
cat > read/src/main.rs <<'RUST'
use calamine::{open_workbook_auto_from_rs, Ods, Reader};
use std::io::Cursor;

fn main() {
    for name in ["plain", "indented"] {
        let bytes = std::fs::read(format!("{name}.ods")).unwrap();
        match open_workbook_auto_from_rs(Cursor::new(bytes.clone())) {
            Ok(mut book) => println!("{name}: {} columns", book.worksheet_range("Header").unwrap().width()),
            Err(error) => {
                let why = Ods::new(Cursor::new(bytes)).err().map(|why| why.to_string()).unwrap_or_default();
                println!("{name}: {error}; Ods::new: {why}");
            }
        }
    }
}
RUST
cargo run --quiet --manifest-path read/Cargo.toml | tee -a seen.txt
grep -qx 'odfpy: 2 cells in the first row' seen.txt
grep -qx 'plain: 2 columns' seen.txt
grep -q '^indented: Cannot detect file format; Ods::new: .*table-cell' seen.txt
