#!/bin/sh
# svg2pdf 0.13.0 (Rust, SVG to PDF; of the same authors as typst) gives other bytes each time for the same drawing: names of
# graphics states, fonts and other resources, and with several fonts the fonts themselves, are written in the order of a
# HashMap, which Rust seeds anew. The pages look the same; digests of them do not agree, nor does a diff of two builds.
#
# Seen on 28 November 2026 with rustc 1.95:
#   one opacity: 1 file of 20
#   eight opacities: 20 files of 20
# Whoever promises the same bytes sorts the entries of resource dictionaries, and converts again until two fonts stand in
# order. Exits 1 if this changes.
set -eu
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
cd "$home"
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "order"
version = "0.0.0"
edition = "2021"

[dependencies]
svg2pdf = { version = "=0.13.0", default-features = false }
TOML
cat > src/main.rs <<'RUST'
use std::collections::BTreeSet;

use svg2pdf::usvg::{Options, Tree};
use svg2pdf::{to_pdf, ConversionOptions, PageOptions};

/// How many different files come of twenty conversions of squares of so many opacities.
fn files(opacities: usize) -> usize {
    let squares: String = (1..=opacities)
        .map(|tenth| format!("<rect x='{tenth}' width='9' height='9' fill-opacity='0.{tenth}'/>"))
        .collect();
    let svg = format!("<svg xmlns='http://www.w3.org/2000/svg' width='99' height='99'>{squares}</svg>");
    let tree = Tree::from_str(&svg, &Options::default()).unwrap();
    let convert = |_| to_pdf(&tree, ConversionOptions::default(), PageOptions::default()).unwrap();
    (0..20).map(convert).collect::<BTreeSet<_>>().len()
}

fn main() {
    let (one, eight) = (files(1), files(8));
    println!("one opacity: {one} file of 20");
    println!("eight opacities: {eight} files of 20");
    // Eight names in one of 40,320 orders: that two of twenty agree happens in 1 of 200 runs.
    std::process::exit(i32::from(!(one == 1 && eight >= 18)));
}
RUST
cargo run --quiet
