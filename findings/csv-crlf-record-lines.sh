#!/bin/sh
# csv 1.4.0 (Rust): where lines end in CR LF, Position::line of every record but the first is that of the line before it, as
# the LF is taken to belong to the record that follows. With LF alone the lines are right, and so they are for csv's own
# count of records.
#
# Seen on 28 November 2026 with rustc 1.95 and the version above:
#   LF: 2 3 5
#   CR LF: 1 2 4
# (The third record begins on line 5 in both, as the one before it has a line break in quotes.)
# Whoever tells a user on which line of a file something is wrong has to add one. Exits 1 if this changes.
set -eu
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
cd "$home"
cargo init --quiet --name lines --vcs none .
printf 'csv = "=1.4.0"\n' >> Cargo.toml
cat > src/main.rs <<'RS'
fn main() {
    for (name, end) in [("LF", "\n"), ("CR LF", "\r\n")] {
        let text = ["a,b", "1,2", "\"3", "3\",4", "5,6", ""].join(end);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let mut lines = Vec::new();
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record).unwrap() {
            lines.push(record.position().unwrap().line().to_string());
        }
        println!("{name}: {}", lines.join(" "));
    }
}
RS
cargo run --quiet | tee out
printf 'LF: 2 3 5\nCR LF: 1 2 4\n' | cmp -s - out
