#!/usr/bin/env bash
# pyspark 4.3.0 with pyarrow 26.0.1: DataFrame.mapInArrow hands over Arrow and never makes a data frame of pandas, and refuses to be
# called where pandas is not installed, before any worker is asked.
#
# Its worker needs pyarrow only: what runs there goes on without pandas.
#
# Seen on 29 November 2026 with Python 3.11 and OpenJDK 17:
#   without pandas: PySparkImportError PACKAGE_NOT_INSTALLED
#   driver with pandas, workers without: [3]
#
# It matters to whoever ships a package for Spark that speaks Arrow alone: its extra has to name pandas, for the driver.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for side in driver worker; do
  python3 -m venv "$folder/$side"
  "$folder/$side/bin/pip" --quiet --disable-pip-version-check install pyspark==4.3.0 pyarrow==26.0.1
done
export PYSPARK_PYTHON="$folder/worker/bin/python" SPARK_LOCAL_IP=127.0.0.1
cat >"$folder/ask.py" <<'PYTHON'
import sys

from pyspark.sql import SparkSession


def counted(batches):
    import pyarrow as pa

    assert "pandas" not in sys.modules
    for batch in batches:
        yield pa.RecordBatch.from_arrays([pa.array([batch.num_rows])], names=["n"])


session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
session.sparkContext.setLogLevel("OFF")
frame = session.createDataFrame([("a",), ("b",), ("c",)], "name string").coalesce(1)
try:
    print([row.n for row in frame.mapInArrow(counted, "n bigint").collect()])
except Exception as error:
    print(type(error).__name__, error.getCondition())
PYTHON
without=$("$folder/driver/bin/python" "$folder/ask.py" 2>/dev/null | tail -n 1)
"$folder/driver/bin/pip" --quiet --disable-pip-version-check install pandas==3.1.1
with=$("$folder/driver/bin/python" -W ignore "$folder/ask.py" 2>/dev/null | tail -n 1)
echo "without pandas: $without"
echo "driver with pandas, workers without: $with"
test "$without" = "PySparkImportError PACKAGE_NOT_INSTALLED"
test "$with" = "[3]"
