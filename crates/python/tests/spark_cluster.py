"""A cluster's answers are those of one machine, to the last figure, with both workers and when one of them dies.

    python spark_cluster.py MASTER FOLDER WHEEL

where FOLDER has the process numbers of the workers, as `.ci/spark` writes them.
"""

import os
import signal
import sys
import threading
import time
import warnings
from pathlib import Path

import pyarrow

import disparity
from disparity import spark
from pyspark.sql import SparkSession

master, folder, wheel = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
warnings.simplefilter("ignore", disparity.DisparityWarning)
session = (
    SparkSession.builder.master(master)
    .appName("disparity")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.executor.memory", "1g")
    .config("spark.driver.maxResultSize", "2g")
    .getOrCreate()
)
session.sparkContext.setLogLevel("ERROR")
READ = {"as_of": "2025-06-01"}


def timed(what, work):
    start = time.perf_counter()
    made = work()
    print(f"{time.perf_counter() - start:7.1f} s  {what}", flush=True)
    return made


def same(one, other):
    """Equal in every cell; no figure is NaN, which equals nothing."""
    one, other = pyarrow.table(one), pyarrow.table(other)
    assert one.num_rows and one.equals(other), (one.schema, other.schema)


def same_tables(one, other):
    assert one.tables == other.tables
    for name in one.tables:
        if one[name].num_rows:
            same(one[name], other[name])


def with_one_killed(work):
    """Does work, and kills a worker with all that it runs once some tasks are done and some are not."""
    tracker, done = session.sparkContext.statusTracker(), []

    def kill():
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            for stage in tracker.getActiveStageIds():
                info = tracker.getStageInfo(stage)
                if info and info.numTasks > 20 and 5 <= info.numCompletedTasks < info.numTasks - 20:
                    for executor in executors("work-2"):
                        os.kill(executor, signal.SIGKILL)
                    os.killpg(int((folder / "worker-2.pid").read_text()), signal.SIGKILL)
                    done.append((info.numCompletedTasks, info.numTasks))
                    return
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    made = work()
    killer.join()
    assert done, "no worker was killed before the work was done"
    print(f"           killed a worker when {done[0][0]} of {done[0][1]} tasks were done")
    return made


def executors(work_dir):
    """Processes that run in the folder of a worker."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if f"/{work_dir}/" in os.readlink(entry / "cwd") + "/":
                    yield int(entry.name)
            except OSError:
                pass


def small():
    """Protected: what is withheld is what one machine withholds."""
    world = disparity.simulate(folder / "small", authorities=5, years=7, children=150, mess="all")
    store = disparity.returns.build(world / "returns", folder / "small-store", **READ)
    stores = spark.build(session, world / "returns", folder / "small-stores", **READ)
    asked = {"by": ["ethnicity_major", "sex"], "look_back": 5}
    here = disparity.prior_help(store, **asked)
    assert here.num_rows > 500 and any(row["numerator"] is None for row in here.to_dicts())
    same(timed("prior help of 5 authorities, protected", lambda: spark.prior_help(session, stores, **asked)), here)
    of_run = {"models": "none", "chinese_group": "other"}
    run = timed("run of 5 authorities, protected", lambda: spark.run(session, stores, **of_run))
    same_tables(run, disparity.run(returns=store, **of_run))
    for wrong in ({"published": store}, {"remember": True}):
        try:
            spark.prior_help(session, stores, **wrong)
        except disparity.DisparityError as error:
            assert "one store" in str(error), error
        else:
            raise AssertionError(f"{wrong} was taken")
    # What is wrong on a worker is an error here, in the words of one machine, and is not tried four times.
    (stores / "broken").mkdir()
    (stores / "broken" / "manifest.json").write_text("{}")
    try:
        spark.prior_help(session, stores, **asked)
    except disparity.DisparityError as error:
        assert "broken" in str(error) and error.hint, error
    else:
        raise AssertionError("a broken store was taken")


def nation():
    """149 authorities over ten years: every count, as nothing is withheld."""
    world = disparity.simulate(folder / "world", authorities=149, years=10, children=300)
    store = disparity.returns.build(world / "returns", folder / "store", **READ)
    build = lambda: spark.build(session, world / "returns", folder / "stores", **READ)
    stores = timed("149 stores are built, a worker killed", lambda: with_one_killed(build))
    asked = {"kind": ["any", "cin_plan", "none"], "look_back": 3, "pool": 0, "unprotected": "test"}
    here = disparity.prior_help(store, **asked)
    there = timed("prior help of 149 authorities, one worker", lambda: spark.prior_help(session, stores, **asked))
    assert there.num_rows > 100_000
    same(there, here)
    of_run = {"models": "none", "unprotected": "test", "periods": "2023-2025"}
    run = timed("run of 149 authorities, one worker", lambda: spark.run(session, stores, **of_run))
    same_tables(run, disparity.run(returns=store, **of_run))


def sent():
    """Workers that do not have the package unpack the wheel that they are sent."""
    spark.ship(session, wheel)
    here = disparity.prior_help(folder / "small-store", unprotected="test")
    (folder / "small-stores" / "broken" / "manifest.json").unlink()
    ask = lambda: spark.prior_help(session, folder / "small-stores", unprotected="test")
    there = timed("prior help from a wheel that was sent", ask)
    same(there, here)
    seen = session.range(1).mapInArrow(where, "place string").collect()[0].place
    assert ".unpacked" in seen, seen


def where(batches):
    """From where a Python without any package imports what was unpacked on the worker."""
    import pathlib
    import subprocess
    import sys

    import pyarrow
    import pyspark

    for _ in batches:
        (unpacked,) = pathlib.Path(pyspark.SparkFiles.getRootDirectory()).glob("*.unpacked")
        ask = "import sys; sys.path.insert(0, sys.argv[1]); import disparity.spark as own; print(own.__file__)"
        alone = [sys.executable, "-I", "-S", "-c", ask, str(unpacked)]
        told = subprocess.run(alone, capture_output=True, text=True, check=True).stdout
        yield pyarrow.RecordBatch.from_arrays([pyarrow.array([told])], names=["place"])


for test in (small, nation, sent):
    test()
session.stop()
