"""Returns and journeys beside DuckDB, Polars and pandas: the same Parquet file, the same questions,
each in a process of its own. Usage: returns.py BENCH_BINARY FOLDER [RUNS]

Requirements (pinned in requirements-returns.txt): duckdb, polars, pandas, pyarrow.
"""

import csv
import os
import re
import subprocess
import sys

COUNT = {
    "duckdb": """
import duckdb
con = duckdb.connect(); con.execute("SET threads=2")
rows = con.execute(f'''
  WITH e AS (SELECT old_la_code, year("start") + (month("start") >= 4)::INT AS y, deprivation_decile AS d, ethnicity AS g
             FROM read_parquet('{S}')),
       c AS (SELECT old_la_code, y, d, g, count(*) AS n FROM e GROUP BY ALL)
  SELECT count(*), sum(c.n), sum(c.n * 10000.0 / p.children) FROM c LEFT JOIN read_csv('{P}', types={{'old_la_code': 'VARCHAR'}}) p
  ON p.old_la_code = c.old_la_code AND p.year = c.y''').fetchall()
said = rows[0]
""",
    "polars": """
import polars as pl
p = pl.scan_csv(P, schema_overrides={"old_la_code": pl.String, "year": pl.Int32})
e = (pl.scan_parquet(S).select(pl.col("old_la_code").cast(pl.String), (pl.col("start").dt.year() + (pl.col("start").dt.month() >= 4).cast(pl.Int32)).alias("y"),
     pl.col("deprivation_decile"), pl.col("ethnicity")))
c = e.group_by("old_la_code", "y", "deprivation_decile", "ethnicity").agg(pl.len().alias("n"))
r = c.join(p, left_on=["old_la_code", "y"], right_on=["old_la_code", "year"], how="left").select(
    pl.len().alias("cells"), pl.col("n").sum().alias("rows"), (pl.col("n") * 10000.0 / pl.col("children")).sum().alias("rate")).collect()
said = r.row(0)
""",
    "pandas": """
import pandas as pd
e = pd.read_parquet(S, columns=["old_la_code", "start", "deprivation_decile", "ethnicity"])
s = pd.to_datetime(e["start"])
e["y"] = s.dt.year + (s.dt.month >= 4)
c = e.groupby(["old_la_code", "y", "deprivation_decile", "ethnicity"], observed=True).size().reset_index(name="n")
p = pd.read_csv(P, dtype={"old_la_code": str})
c["old_la_code"] = c["old_la_code"].astype(str)
m = c.merge(p, left_on=["old_la_code", "y"], right_on=["old_la_code", "year"], how="left")
said = (len(m), int(m["n"].sum()), float((m["n"] * 10000.0 / m["children"]).sum()))
""",
}

ASK = {
    "duckdb": """
import duckdb
con = duckdb.connect(); con.execute("SET threads=2")
said = con.execute(f'''
  WITH s AS (SELECT child, kind, "start", "end", birth, flags FROM read_parquet('{S}') WHERE kind IN ('care', 'protection_plan')),
       e AS (SELECT child, min("start") AS t FROM s WHERE kind = 'care' AND flags & 1 = 1
             AND date_diff('year', birth, "start") - (strftime("start", '%m%d') < strftime(birth, '%m%d'))::INT < 18
             GROUP BY child, year("start") + (month("start") >= 4)::INT),
       h AS (SELECT e.child, e.t, bool_or(p.child IS NOT NULL) AS had FROM e LEFT JOIN
             (SELECT child, "start", "end" FROM s WHERE kind = 'protection_plan') p
             ON p.child = e.child AND p."start" <= e.t - 1 AND (p."end" IS NULL OR p."end" > e.t - INTERVAL 5 YEAR) GROUP BY ALL)
  SELECT count(*), sum(had::INT) FROM h''').fetchall()[0]
""",
    "polars": """
import polars as pl
s = pl.scan_parquet(S).select("child", pl.col("kind").cast(pl.String), "start", "end", "birth", "flags")
day = lambda c: pl.col(c).dt.month().cast(pl.Int32) * 100 + pl.col(c).dt.day().cast(pl.Int32)
e = (s.filter((pl.col("kind") == "care") & ((pl.col("flags") & 1) == 1))
      .filter((pl.col("start").dt.year() - pl.col("birth").dt.year() - (day("start") < day("birth")).cast(pl.Int32)) < 18)
      .with_columns((pl.col("start").dt.year() + (pl.col("start").dt.month() >= 4).cast(pl.Int32)).alias("y"))
      .group_by("child", "y").agg(pl.col("start").min().alias("t")))
p = s.filter(pl.col("kind") == "protection_plan").select("child", "start", "end")
j = (e.join(p, on="child", how="left")
      .with_columns(((pl.col("start") < pl.col("t")) & (pl.col("end").is_null() | (pl.col("end") > pl.col("t").dt.offset_by("-5y")))).fill_null(False).alias("h"))
      .group_by("child", "t").agg(pl.col("h").any()))
said = j.select(pl.len(), pl.col("h").sum()).collect().row(0)
""",
    "pandas": """
import pandas as pd
s = pd.read_parquet(S, columns=["child", "kind", "start", "end", "birth", "flags"], filters=[("kind", "in", ["care", "protection_plan"])])
for c in ["start", "end", "birth"]:
    s[c] = pd.to_datetime(s[c])
c = s[(s["kind"] == "care") & ((s["flags"] & 1) == 1)].copy()
md = lambda x: x.dt.month * 100 + x.dt.day
c = c[(c["start"].dt.year - c["birth"].dt.year - (md(c["start"]) < md(c["birth"])).astype(int)) < 18]
c["y"] = c["start"].dt.year + (c["start"].dt.month >= 4)
e = c.groupby(["child", "y"])["start"].min().reset_index(name="t")
p = s[s["kind"] == "protection_plan"][["child", "start", "end"]]
j = e.merge(p, on="child", how="left")
j["h"] = (j["start"] < j["t"]) & (j["end"].isna() | (j["end"] > j["t"] - pd.DateOffset(years=5)))
h = j.groupby(["child", "t"])["h"].any()
said = (len(h), int(h.sum()))
""",
}


def timed(command):
    """Seconds, peak memory in MB and what was said."""
    out = subprocess.run(["/usr/bin/time", "-v", *command], capture_output=True, text=True, check=True)
    memory = int(re.search(r"Maximum resident set size \(kbytes\): (\d+)", out.stderr).group(1)) / 1024
    # A progress bar may stand before the line that counts.
    found = re.search(r"([\d.]+) s  (.*)", out.stdout)
    return float(found.group(1)), memory, found.group(2).strip()


def python(code, spells, population):
    body = "import time\nS, P = %r, %r\nt = time.perf_counter()\n%s\nprint(f'{time.perf_counter() - t:.3f} s  {said}')\n" % (spells, population, code)
    # Importing is not the question: it is done before the clock starts.
    head = "\n".join(line for line in code.splitlines() if line.startswith("import"))
    return timed([sys.executable, "-c", head + "\n" + body])


def main():
    bench, folder = sys.argv[1], sys.argv[2]
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    spells, population = os.path.join(folder, "spells.parquet"), os.path.join(folder, "population.csv")
    with open(population, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["old_la_code", "year", "children"])
        for la in range(153):
            for year in range(1990, 2040):
                writer.writerow([f"{200 + la:03d}", year, 40000 + 137 * la + 11 * (year - 1990)])
    for title, code, own in [("count", COUNT, ["count", folder, population]), ("prior help", ASK, ["prior-help", folder])]:
        best = {}
        for _ in range(runs):
            for name in ["disparity", "duckdb", "polars", "pandas"]:
                result = timed([bench, *own]) if name == "disparity" else python(code[name], spells, population)
                best[name] = min(best.get(name, result), result)
        fastest = min(best[name][0] for name in ["duckdb", "polars", "pandas"])
        print(f"\n{title}: {fastest / best['disparity'][0]:.2f} times as fast as the fastest of the others")
        for name, (seconds, memory, said) in best.items():
            print(f"  {name:<10} {seconds:7.3f} s  {memory:7.0f} MB  {said}")


main()
