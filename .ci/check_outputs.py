"""Checks what the main command wrote, with nothing but the standard library: another reading of the same files."""

import csv
import hashlib
import json
import pathlib
import sys

out = pathlib.Path(sys.argv[1])
manifest = json.loads((out / "manifest.json").read_text())
files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} - {"manifest.json"}
assert files == set(manifest["outputs"]), files ^ set(manifest["outputs"])
for name, record in manifest["outputs"].items():
    digest = hashlib.sha256()
    with (out / name).open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    assert digest.hexdigest() == record["sha256"], name

# Of a long table the CSV holds the latest year of each indicator, and its name says so.
assert not (out / "estimates.csv").exists()
with (out / "estimates_latest.csv").open(newline="") as file:
    rows = 0
    england = None
    authorities = set()
    for row in csv.DictReader(file):
        rows += 1
        # Where there is no number stands the symbol that says why.
        assert row["estimate"] == row["symbol"] or (row["symbol"] == "" and float(row["estimate"]) >= 0), row
        if row["geographic_level"] == "Local authority" and row["time_period"] == "2025":
            authorities.add(row["new_la_code"])
        if (
            row["geographic_level"] == "National"
            and row["indicator"] == "cla_at_31_march"
            and row["time_period"] == "2025"
            and row["ethnicity_major"] == row["age_band"] == row["sex"] == "Total"
        ):
            england = row
assert rows == manifest["outputs"]["estimates_latest.csv"]["rows"], rows
assert len(authorities) == 153, len(authorities)
assert (england["numerator"], england["denominator"]) == ("81770", "12183016"), england
assert round(float(england["estimate"])) == 67, england
print(f"{rows:,} rows of the latest estimates, {len(authorities)} authorities in 2025, England {float(england['estimate']):.1f} per 10,000")
print(f"{len(files)} files match the manifest")
