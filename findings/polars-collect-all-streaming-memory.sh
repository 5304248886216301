#!/bin/sh
# Polars 2.1.0 (Python): collect_all(..., engine="streaming") of several sums over one scanned and joined table keeps the
# joined table in memory, in proportion to its rows; each sum collected by itself does not, nor do all of them with
# comm_subplan_elim off. What several questions share is kept once, whole, and not streamed to each.
#
# Seen on 28 November 2026 with Python 3.11, two cores, 30 million invented rows (of 100 million with keys that are text it
# was 3974, 435 and 286 MB):
#   together: 387 MB
#   together, nothing shared: 146 MB
#   one by one: 111 MB
# Whoever counts on bounded memory has to ask one by one, or to say that nothing is shared. Exits 1 if this changes.
set -eu
home=$(mktemp -d); trap 'rm -rf "$home"' EXIT
cd "$home"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install polars==2.1.0
cat > make.py <<'PY'
import polars as pl

row = pl.int_range(30_000_000, eager=False)
pl.LazyFrame().select(
    area=(row * 7 % 151).cast(pl.Int16),
    year=(2016 + row % 10).cast(pl.Int16),
    age=(row // 3 % 18).cast(pl.Int8),
    group=(row * 13 % 16).cast(pl.Int8),
    n=(row % 4).cast(pl.Int32),
).sink_parquet("table.parquet")
PY
cat > ask.py <<'PY'
import resource
import sys

import polars as pl

names = pl.LazyFrame({"group": range(16), "broad": [g // 4 for g in range(16)]}, schema={"group": pl.Int8, "broad": pl.Int8})
table = pl.scan_parquet("table.parquet").join(names, on="group")
sums = [table.group_by(by).agg(pl.col("n").cast(pl.Int64).sum()) for by in ("area", "year", "age", "broad")]
how = sys.argv[1]
if how == "together":
    found = pl.collect_all(sums, engine="streaming")
elif how == "unshared":
    found = pl.collect_all(sums, engine="streaming", optimizations=pl.QueryOptFlags(comm_subplan_elim=False))
else:
    found = [one.collect(engine="streaming") for one in sums]
assert all(one["n"].sum() == 45_000_000 for one in found), "the sums are wrong"
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
PY
venv/bin/python make.py
together=$(venv/bin/python ask.py together)
unshared=$(venv/bin/python ask.py unshared)
single=$(venv/bin/python ask.py single)
echo "together: $together MB"
echo "together, nothing shared: $unshared MB"
echo "one by one: $single MB"
[ "$together" -gt $((2 * unshared)) ] && [ "$together" -gt $((2 * single)) ]
