"""Reads every Parquet file of a run as four tools read it, and asks each what an analyst would ask: the years from
2020, a count less 200, the children looked after added up over authorities, and what the file says of itself. Then
compares every cell with the CSV, against which the tests read the page.

The tools are pinned in readers.txt beside this file; Spark needs a Java runtime.
"""

import hashlib
import json
import pathlib
import sys

import duckdb
import pandas
import polars
import pyarrow.parquet
import pyspark
from pyspark.sql import SparkSession, functions

OUT = pathlib.Path(sys.argv[1])
MANIFEST = json.loads((OUT / "manifest.json").read_text())
TABLES = sorted(OUT.glob("*.parquet"))
SINCE = 2020
LESS = 200
LOOKED_AFTER = {
    "geographic_level": "Local authority",
    "indicator": "cla_at_31_march",
    "ethnicity_major": "Total",
    "ethnicity_minor": "Total",
    "age_band": "Total",
    "sex": "Total",
    "deprivation_decile": "Total",
}
# Children looked after at 31 March 2025 by authority: one authority is withheld; England is 81,770, to the nearest 10.
SUM_2025 = 81_766


def count_of(columns):
    """The column of counts that a table has, if any."""
    return next((name for name in ("numerator", "observed", "authorities", "areas", "rows") if name in columns), None)


def of_pandas():
    for path in TABLES:
        frame = pandas.read_parquet(path)
        assert frame["time_period"].dtype == "int64", frame["time_period"].dtype
        count = count_of(frame.columns)
        less = (frame[count] - LESS).min() if count else None
        less = None if pandas.isna(less) else int(less)
        yield path.stem, (len(frame), int((frame["time_period"] >= SINCE).sum()), less)
    frame = pandas.read_parquet(OUT / "estimates.parquet")
    keep = frame["time_period"] == 2025
    for name, value in LOOKED_AFTER.items():
        keep &= frame[name] == value
    yield "sum", int(frame.loc[keep, "numerator"].sum())
    # The years that a reader gets are years, not the places of years in a list.
    yield "years", sorted(int(year) for year in frame["time_period"].unique())


def of_polars():
    for path in TABLES:
        frame = polars.scan_parquet(path)
        schema = frame.collect_schema()
        assert schema["time_period"] == polars.Int64, schema
        assert not any(kind.is_unsigned_integer() or kind == polars.Categorical for kind in schema.dtypes()), schema
        count = count_of(schema.names())
        asked = [polars.len().alias("rows"), (polars.col("time_period") >= SINCE).sum().alias("since")]
        asked += [(polars.col(count) - LESS).min().alias("less")] if count else []
        found = frame.select(asked).collect().row(0)
        yield path.stem, (*found, None)[:3]
    frame = polars.scan_parquet(OUT / "estimates.parquet")
    keep = [polars.col(name) == value for name, value in LOOKED_AFTER.items()]
    frame = frame.filter(polars.col("time_period") == 2025, *keep)
    yield "sum", frame.select(polars.col("numerator").sum()).collect().item()
    years = polars.scan_parquet(OUT / "estimates.parquet").select(polars.col("time_period").unique().sort())
    yield "years", years.collect()["time_period"].to_list()


def of_duckdb():
    connection = duckdb.connect()
    for path in TABLES:
        columns = [row[0] for row in connection.sql(f"describe select * from '{path}'").fetchall()]
        count = count_of(columns)
        less = f"min({count} - {LESS})" if count else "null"
        ask = f"select count(*), count(*) filter (where time_period >= {SINCE}), {less} from '{path}'"
        yield path.stem, connection.sql(ask).fetchall()[0]
    keep = " and ".join(f"{name} = '{value}'" for name, value in LOOKED_AFTER.items())
    ask = f"select sum(numerator)::bigint from '{OUT}/estimates.parquet' where time_period = 2025 and {keep}"
    yield "sum", connection.sql(ask).fetchall()[0][0]
    ask = f"select distinct time_period from '{OUT}/estimates.parquet' order by 1"
    yield "years", [row[0] for row in connection.sql(ask).fetchall()]


def of_spark(spark):
    for path in TABLES:
        frame = spark.read.parquet(str(path))
        count = count_of(frame.columns)
        asked = [functions.count("*"), functions.sum((frame["time_period"] >= SINCE).cast("int"))]
        asked += [functions.min(frame[count] - LESS)] if count else []
        yield path.stem, (*frame.agg(*asked).first(), None)[:3]
    frame = spark.read.parquet(str(OUT / "estimates.parquet"))
    keep = frame["time_period"] == 2025
    for name, value in LOOKED_AFTER.items():
        keep = keep & (frame[name] == value)
    yield "sum", frame.where(keep).agg(functions.sum("numerator")).first()[0]
    yield "years", sorted(row[0] for row in frame.select("time_period").distinct().collect())


def same_as_csv():
    """How many cells of Parquet the CSV has the same; where one has no number, neither has the other."""
    cells = 0
    for path in TABLES:
        frame = pandas.read_parquet(path)
        words = pandas.read_csv(path.with_suffix(".csv"), dtype=str, keep_default_na=False)
        assert len(frame) == len(words) and set(frame.columns) == set(words.columns), path
        for name in frame.columns:
            own, there = frame[name], frame[name].notna()
            if pandas.api.types.is_numeric_dtype(own):
                printed = pandas.to_numeric(words[name], errors="coerce")
                assert (printed.notna() == there).all(), (path.stem, name)
                same = printed[there] == own[there].astype("float64")
            else:
                same = words[name][there] == own[there].astype(str)
            assert same.all(), (path.stem, name, words[name][there][~same].head().tolist())
            cells += int(there.sum())
    return cells


def says_polars(path):
    return polars.read_parquet_metadata(path)


def says_duckdb(path):
    rows = duckdb.sql(f"select key, value from parquet_kv_metadata('{path}')").fetchall()
    return {bytes(key).decode(): bytes(value).decode() for key, value in rows}


def says_spark(spark, path):
    java = spark.sparkContext._jvm
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()
    file = java.org.apache.parquet.hadoop.util.HadoopInputFile.fromPath(java.org.apache.hadoop.fs.Path(str(path)), hadoop)
    reader = java.org.apache.parquet.hadoop.ParquetFileReader.open(file)
    try:
        return dict(reader.getFooter().getFileMetaData().getKeyValueMetaData())
    finally:
        reader.close()


def main():
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    answers = {
        f"pandas {pandas.__version__}": dict(of_pandas()),
        f"Polars {polars.__version__}": dict(of_polars()),
        f"DuckDB {duckdb.__version__}": dict(of_duckdb()),
        f"Spark {pyspark.__version__}": dict(of_spark(spark)),
    }
    first = next(iter(answers.values()))
    for tool, found in answers.items():
        assert found == first, (tool, found, first)
        assert found["sum"] == SUM_2025, (tool, found["sum"])
    assert first["years"] == list(range(first["years"][0], first["years"][-1] + 1)), first["years"]
    for path in TABLES:
        rows, since, less = first[path.stem]
        assert rows == MANIFEST["outputs"][path.name]["rows"] and since > 0, (path.stem, first[path.stem])
    # The smallest count is below 200: less 200 it is a number below nought.
    assert -LESS <= first["estimates"][2] < 0, first["estimates"]

    asked = {key: value for key, value in MANIFEST.items() if key not in ("run_sha256", "outputs")}
    asked = json.dumps(asked, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(asked.encode()).hexdigest()
    assert digest == MANIFEST["run_sha256"], digest
    for path in TABLES:
        for says in (says_polars(path), says_duckdb(path), says_spark(spark, path)):
            assert says["table"] == path.stem and says["run_sha256"] == digest, says
            assert "Open Government Licence v3.0" in says["licence"] and "Department for Education" in says["source"], says
    # A frame made from Arrow, which refuses unsigned numbers.
    arrow = pyarrow.parquet.read_table(OUT / "fits.parquet" if (OUT / "fits.parquet").exists() else TABLES[0])
    assert spark.createDataFrame(arrow).count() == arrow.num_rows
    spark.stop()
    print(f"{len(TABLES)} tables are the same to {', '.join(answers)}: {SUM_2025:,} children in authorities in 2025")
    print(f"{same_as_csv():,} cells are the same in CSV")


main()
