"""Prior help on Spark: `disparity.spark` beside the same question written in Spark SQL by hand, on the same cluster and stores.

    python benches/peers/spark_prior_help.py MASTER STORES [CORES …]

STORES is a folder that `disparity returns build --apart` made of invented returns without errors; CORES how many cores of the
cluster to use, one after the other (1 2). Who entered care in each year, by authority and of all together, of everyone and
by ethnic group, sex and decile of deprivation; of whom the five years before are on record; and who of those had early help, a
protection plan, a section 47 enquiry or a referral in them. Whatever both count must be equal. The engine computes intervals,
estimates of partly observed windows and standardised shares besides; SQL only counts. Best of two, warmed up by one.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import pyarrow.parquet
from pyspark.sql import SparkSession

import disparity
from disparity import spark

warnings.simplefilter("ignore")
KINDS = {"early_help": "early_help", "cpp": "protection_plan", "section_47": "section_47_enquiry", "referral": "referral"}
WAYS = ["total", "ethnicity_minor", "sex", "deprivation_decile"]

ENTRIES = """
with starts as (
  select s.old_la_code as la, s.child, s.start, s.birth, s.ethnicity, s.sex, s.deprivation_decile as decile, c.arrival,
    year(add_months(s.start, 9)) as yr,
    c.link not in ('conflict', 'ambiguous', 'unmatched') as linked,
    coalesce(c.unaccompanied and coalesce(c.unaccompanied_ceased >= s.start, true), false) as alone
  from spells s
  join children c on c.old_la_code = s.old_la_code and c.child = s.child
  join cover v on v.la = s.old_la_code and v.kind = 'care' and s.start >= v.first and s.start < v.after
  where s.kind = 'care' and s.flags & 1 = 1 and coalesce(s.start < add_months(s.birth, 216), true)
),
entries as (
  select *, greatest(add_months(start, -60), coalesce(date_sub(birth, 280), add_months(start, -60))) as seen_to
  from (select *, row_number() over (partition by la, child, yr order by start) as n from starts) where n = 1 and not alone
),
helped as (
  select e.la, e.child, e.start, {helped}
  from entries e join spells s on s.old_la_code = e.la and s.child = e.child
  where s.kind in ({kinds}) and s.start < e.start and s.flags & 32 = 0
    and case when s.kind in ('section_47_enquiry', 'referral') then s.start >= add_months(e.start, -60)
             else coalesce(s.end > add_months(e.start, -60), true) end
  group by e.la, e.child, e.start
),
seen as (
  select e.*, {complete}
  from entries e {covers}
)
select yr, la, ethnicity, sex, decile,
  grouping(ethnicity) as no_ethnicity, grouping(sex) as no_sex, grouping(decile) as no_decile,
  count(*) as entrants, {sums}
from (select seen.*, {flags} from seen left join helped using (la, child, start))
group by grouping sets (
  (yr), (yr, ethnicity), (yr, sex), (yr, decile), (yr, la), (yr, la, ethnicity), (yr, la, sex), (yr, la, decile))
"""


def sql():
    kinds = list(KINDS.values())
    return ENTRIES.format(
        kinds=", ".join(f"'{kind}'" for kind in kinds),
        helped=", ".join(f"max(s.kind = '{kind}') as had_{kind}" for kind in kinds),
        covers=" ".join(f"join cover v_{kind} on v_{kind}.la = e.la and v_{kind}.kind = '{kind}'" for kind in kinds),
        complete=", ".join(
            f"linked and greatest(v_{kind}.first, coalesce(arrival, v_{kind}.first)) <= seen_to as whole_{kind}" for kind in kinds
        ),
        flags=", ".join(f"coalesce(had_{kind}, false) as help_{kind}" for kind in kinds),
        sums=", ".join(
            f"count_if(whole_{kind}) as n_{kind}, count_if(whole_{kind} and help_{kind}) as o_{kind}" for kind in kinds
        ),
    )


def covers(stores):
    """From which day to which the returns of each authority cover each kind."""
    for store in stores.iterdir():
        about = pyarrow.parquet.read_metadata(store / "children.parquet").metadata
        for own in json.loads(about[b"disparity.authorities"]):
            for kind, spans in own["coverage"].items():
                # Invented returns have one span.
                ((first, after),) = spans
                yield own["old_la_code"], kind, first, after


def by_hand(session, stores):
    return session.sql(sql()).collect()


def ours(session, stores):
    return spark.prior_help(session, stores, kind=list(KINDS), by=WAYS, pool=0, look_back=5, unprotected="a benchmark")


def counts_of_sql(rows):
    found = {}
    for row in rows:
        way, group = "total", "total"
        for own, value, none in (
            ("ethnicity_minor", row.ethnicity, row.no_ethnicity),
            ("sex", row.sex, row.no_sex),
            ("deprivation_decile", row.decile, row.no_decile),
        ):
            if not none:
                way, group = own, value
        for name, kind in KINDS.items():
            found[row.yr, row.la or "", way, str(group), name] = (row.entrants, row[f"o_{kind}"], row[f"n_{kind}"])
    return found


def counts_of_ours(table):
    found = {}
    for row in table.to_dicts():
        if row["entrants"]:
            name = row["indicator"].removeprefix("prior_help_")
            key = (int(row["time_period"]), row["old_la_code"] or "", row["group_by"], row["group"], name)
            found[key] = (row["entrants"], row["numerator"], row["denominator"])
    return found


def best(work):
    work()
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        made = work()
        seconds.append(time.perf_counter() - start)
    return min(seconds), made


def main():
    master, stores = sys.argv[1], Path(sys.argv[2])
    print("| cores | disparity.spark, s | Spark SQL by hand, s | SQL ÷ ours | counts compared |")
    print("|---|---|---|---|---|")
    for cores in sys.argv[3:] or ["2"]:
        builder = SparkSession.builder.master(master).appName("prior help").config("spark.cores.max", cores)
        for name, value in {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.executor.memory": "1500m",
            "spark.driver.memory": "4g",
            # As many as there are cores is best for so few rows.
            "spark.sql.shuffle.partitions": "4",
        }.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        for table in ("spells", "children"):
            session.read.parquet(str(stores / "*" / f"{table}.parquet")).createOrReplaceTempView(table)
        schema = "la string, kind string, first string, after string"
        cover = session.createDataFrame(list(covers(stores)), schema)
        cover.selectExpr("la", "kind", "date(first) first", "date(after) after").createOrReplaceTempView("cover")
        theirs, rows = best(lambda: by_hand(session, stores))
        mine, table = best(lambda: ours(session, stores))
        one, other = counts_of_sql(rows), counts_of_ours(table)
        # Where a group is not known SQL has a 0 or nothing, and the engine says so.
        known = {key: value for key, value in other.items() if key[3] != "unknown"}
        differ = [(key, value, one.get(key)) for key, value in known.items() if one.get(key) != value]
        assert len(known) > 10_000 and not differ, (len(known), len(differ), differ[:5])
        print(f"| {cores} | {mine:.1f} | {theirs:.1f} | {theirs / mine:.1f} | {len(known):,} |", flush=True)
        session.stop()


if __name__ == "__main__":
    main()
