"""Counts of a table by authority, year, decile, ethnic group, age and sex: ours beside DuckDB and Polars.

    python3 tables.py DISPARITY REPOSITORY FOLDER MILLIONS...

DISPARITY is the program, REPOSITORY this repository (for what neighbourhoods and groups are part of), FOLDER
receives the invented tables. Of each size the table is made once, then each of the three runs twice in a process of
its own; printed are the faster time and the larger memory. All three must add up to the same.
"""
import json
import os
import re
import subprocess
import sys
import time

GROUPS = "WBRI WIRI WOTH MWBC MWBA MWAS MOTH AIND APKN ABAN CHNE AOTH BCRB BAFR BOTH OOTH".split()

# Bournemouth, Christchurch and Poole is left out: to which authority its neighbourhoods belonged before 2019 is not
# known from their codes, and the program refuses such rows.
MAKE = """
SET threads=2; SET preserve_insertion_order=false;
CREATE TABLE lsoa AS SELECT row_number() OVER () - 1 AS id, lsoa, area_code AS la
  FROM read_csv('{data}/england/neighbourhoods_2021.csv', all_varchar=true) WHERE area_code <> 'E06000058';
CREATE TABLE g AS SELECT unnest(range({groups})) AS id, unnest({names}) AS ethnic_group;
COPY (
  SELECT l.la AS authority, CAST(2016 + (k // 7) % 10 AS SMALLINT) AS year, l.lsoa, g.ethnic_group,
         CAST((k // 3) % 18 AS TINYINT) AS age, CASE WHEN hash(k) % 2 = 0 THEN 'F' ELSE 'M' END AS sex,
         CAST(hash(k + 1) % 4 AS INTEGER) AS n
  FROM (SELECT range AS k FROM range({rows})) r
  JOIN lsoa l ON l.id = hash(k * 31) % (SELECT count(*) FROM lsoa)
  JOIN g ON g.id = hash(k * 17) % {groups}
) TO '{out}' (FORMAT parquet, COMPRESSION zstd);
"""

DESCRIPTION = """absent = "zero"
invented = true
[indicator]
name = "reached"
title = "Invented children reached"
timing = "during"
[columns]
neighbourhood = "lsoa"
period = "year"
detailed_ethnic_group = "ethnic_group"
age = "age"
sex = "sex"
count = "n"
"""

DUCKDB = """
WITH s AS (
  SELECT authority, year, decile, t.ethnic_group, broad,
    CASE WHEN age = 0 THEN 'under_1' WHEN age < 5 THEN '1_to_4' WHEN age < 10 THEN '5_to_9'
         WHEN age < 16 THEN '10_to_15' ELSE '16_and_over' END AS band, sex, sum(n) AS n
  FROM '{table}' t JOIN p USING (lsoa) JOIN g USING (ethnic_group)
  GROUP BY GROUPING SETS ((authority, year), (authority, year, decile), (authority, year, t.ethnic_group),
                          (authority, year, broad), (authority, year, band), (authority, year, sex)))
SELECT s.*, n / try_cast(children_0_17 AS DOUBLE) * 10000 AS rate
FROM s LEFT JOIN pop ON area_code = authority AND try_cast(mid_year AS INT) = year - 1
"""


def make(data, out, rows):
    import duckdb
    con = duckdb.connect()
    sql = MAKE.format(data=data, out=out, rows=rows, groups=len(GROUPS), names=GROUPS)
    for statement in sql.split(";"):
        if statement.strip():
            con.execute(statement)


def with_duckdb(data, table):
    import duckdb
    con = duckdb.connect()
    con.execute("SET threads=2")
    read = "read_csv('{}', all_varchar=true)".format
    con.execute(f"CREATE TABLE p AS SELECT lsoa, imd_decile_2019 AS decile FROM {read(data + '/england/neighbourhoods_2021.csv')}")
    con.execute("CREATE TABLE g AS SELECT code AS ethnic_group, parent AS broad FROM "
                f"{read(data + '/codelists/categories.csv')} WHERE dimension = 'ethnicity_minor'")
    con.execute(f"CREATE TABLE pop AS SELECT * FROM {read(data + '/england/population.csv')}")
    rows = con.execute(DUCKDB.format(table=table)).fetchall()
    return sum(row[7] for row in rows if all(field is None for field in row[2:7]))


def with_polars(data, table):
    import polars as pl
    read = lambda name, **more: pl.read_csv(f"{data}/{name}", infer_schema=False, **more)
    p = read("england/neighbourhoods_2021.csv", columns=["lsoa", "imd_decile_2019"]).lazy()
    g = read("codelists/categories.csv").filter(pl.col("dimension") == "ethnicity_minor")
    g = g.select(ethnic_group="code", broad="parent").lazy()
    age = pl.col("age")
    band = pl.when(age == 0).then(0).when(age < 5).then(1).when(age < 10).then(5).when(age < 16).then(10).otherwise(16)
    t = pl.scan_parquet(table).join(p, on="lsoa").join(g, on="ethnic_group").with_columns(band=band)
    by = [[], ["imd_decile_2019"], ["ethnic_group"], ["broad"], ["band"], ["sex"]]
    n = pl.col("n").cast(pl.Int64).sum()
    found = pl.collect_all([t.group_by(["authority", "year"] + more).agg(n) for more in by], engine="streaming")
    return found[0]["n"].sum()


def timed(command):
    """Seconds and megabytes of a process, and what it printed."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.communicate()
    seconds = time.monotonic() - start
    if process.returncode != 0:
        sys.exit(err)
    memory = int(re.search(r"KB (\d+)", err).group(1)) // 1024
    return seconds, memory, out, err


def ours(program, folder, table):
    description = f"{folder}/tables.toml"
    with open(description, "w") as file:
        file.write(DESCRIPTION)
    out = f"{folder}/tables-out"
    run = [program, "run", "--table", table, "--describe", description, "--models", "none", "--timings", "--out", out]
    seconds, memory, _, err = timed(["/usr/bin/time", "-f", "KB %M"] + run)
    reading = float(re.search(r"([\d.]+) s\s+reading the table", err).group(1))
    with open(f"{out}/manifest.json") as file:
        json.load(file)
    return reading, seconds, memory


def main():
    program, repository, folder, *millions = sys.argv[1:]
    if program == "peer":
        # In a process of its own: which, data, table.
        start = time.monotonic()
        found = {"duckdb": with_duckdb, "polars": with_polars}[repository](folder, millions[0])
        print(found, time.monotonic() - start)
        return
    data = f"{repository}/data"
    print("| rows | ours, adding up | ours, the whole run | DuckDB | Polars | adding up ÷ the faster | memory (MB) of each |")
    print("|---:|---:|---:|---:|---:|---:|---|")
    for size in millions:
        table = f"{folder}/tables-{size}.parquet"
        if not os.path.exists(table):
            make(data, table, int(float(size) * 1e6))
        own = [ours(program, folder, table) for _ in range(2)]
        reading, whole, memory = min(own)[0], min(row[1] for row in own), max(row[2] for row in own)
        times, sums, memories = {}, set(), [memory]
        for peer in ("duckdb", "polars"):
            runs = []
            for _ in range(2):
                command = ["/usr/bin/time", "-f", "KB %M", sys.executable, __file__, "peer", peer, data, table]
                _, used, out, _ = timed(command)
                found, seconds = out.split()
                sums.add(int(float(found)))
                runs.append((float(seconds), used))
            times[peer] = min(runs)[0]
            memories.append(max(used for _, used in runs))
        if len(sums) != 1:
            sys.exit(f"the peers do not agree: {sums}")
        ratio = reading / min(times.values())
        print(f"| {size} million | {reading:.2f} s | {whole:.2f} s | {times['duckdb']:.2f} s | {times['polars']:.2f} s | "
              f"{ratio:.2f} | {', '.join(str(own) for own in memories)} |", flush=True)


main()
