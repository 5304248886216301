#!/bin/sh
# calamine 0.38.0 (Rust, reads workbooks) leaves out cells of .xlsb workbooks that are stored in a short form, without an
# error: records 12 to 18, which carry no column because they follow the cell before them. SheetJS (npm xlsx 0.18.5) writes
# them, and reads them back. Of a sheet of four columns and three rows one column comes out.
#
# Seen on 27 November 2026 with rustc 1.95, Node 20 and the versions above:
#   SheetJS reads its own file: CHILD,SEX,DOB,LA
#   calamine reads: 1 column, 3 rows: ["CHILD"], no error
# Whoever reads .xlsb with calamine has to look for such records or compare with the sheet's own size record (BrtWsDim,
# 148), which says four columns. Exits 1 if this changes.
set -eu
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
cd "$home"
npm install --silent --no-audit --no-fund xlsx@0.18.5 >/dev/null
cat > write.js <<'JS'
const XLSX = require("xlsx");
const rows = [["CHILD", "SEX", "DOB", "LA"], ["a1", 1, 40000, 202], ["b2", 2, 40500, 203]];
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet(rows), "Header");
XLSX.writeFile(book, "short.xlsb");
const back = XLSX.readFile("short.xlsb").Sheets.Header;
console.log("SheetJS reads its own file: " + XLSX.utils.sheet_to_csv(back).split("\n")[0]);
JS
node write.js | tee sheetjs.txt
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
use calamine::{Reader, Xlsb};

fn main() {
    let mut book: Xlsb<_> = calamine::open_workbook("short.xlsb").unwrap();
    let range = book.worksheet_range("Header").unwrap();
    let first: Vec<String> = range.rows().next().unwrap().iter().map(ToString::to_string).collect();
    let plural = if range.width() == 1 { "" } else { "s" };
    println!("calamine reads: {} column{plural}, {} rows: {first:?}, no error", range.width(), range.height());
}
RUST
cargo run --quiet --manifest-path read/Cargo.toml | tee calamine.txt
grep -qx 'SheetJS reads its own file: CHILD,SEX,DOB,LA' sheetjs.txt
grep -qx 'calamine reads: 1 column, 3 rows: \["CHILD"\], no error' calamine.txt
