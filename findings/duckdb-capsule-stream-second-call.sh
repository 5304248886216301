#!/usr/bin/env bash
# DuckDB 2.0.1 with pyarrow 26.0.1: a relation over an Arrow stream that can be read once.
#
# In DuckDB 2 a relation keeps no result: every call runs it again. Over a pyarrow RecordBatchReader the second call says that
# the reader has been consumed. Over the same reader behind an object that hands it out by __arrow_c_stream__, the Arrow
# PyCapsule interface, the second call says nothing: it finds no rows, and a count is 0.
#
# Seen on 29 November 2026 with Python 3.11:
#   first call over the object:  [(3, 55)]
#   second call over the object: [(0, None)]
#   second call over the reader: InvalidInputException
#
# It matters where results are handed on as streams: a count that is looked at twice becomes 0. An object must give a new
# stream at each call.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install duckdb==2.0.1 pyarrow==26.0.1
"$folder/venv/bin/python" - <<'PYTHON'
import duckdb
import pyarrow as pa

counts = pa.table({"n": [12, 40, 3]})


class Handed:
    """Hands out one reader, whoever asks and however often."""

    def __init__(self):
        self.reader = counts.to_reader()

    def __arrow_c_stream__(self, requested_schema=None):
        return self.reader.__arrow_c_stream__(requested_schema)


handed = Handed()
relation = duckdb.sql("SELECT count(*), sum(n) FROM handed")
first, second = relation.fetchall(), relation.fetchall()
print("first call over the object: ", first)
print("second call over the object:", second)
assert first == [(3, 55)], first
assert second == [(0, None)], second

reader = counts.to_reader()
relation = duckdb.sql("SELECT count(*), sum(n) FROM reader")
assert relation.fetchall() == [(3, 55)]
try:
    print("second call over the reader:", relation.fetchall())
except duckdb.InvalidInputException as error:
    print("second call over the reader:", type(error).__name__)
    assert "already been consumed" in str(error)
else:
    raise SystemExit("the second call over the reader is no longer refused")
PYTHON
