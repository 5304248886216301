"""Returns of many authorities on Apache Spark (pyspark 4), in the same words and with the same answers as on one machine.

Children of different authorities are different children. So the returns of each authority are read and linked by
themselves (`build`), each store is added up by whichever worker is free, and what all add up to is put together on the
driver and passes the gate there, once: small counts are withheld from the whole, not from its parts.

    from disparity import spark
    spark.build(session, "/shared/returns", "/shared/stores")
    spark.prior_help(session, "/shared/stores", look_back=3, by="sex")
    spark.run(session, "/shared/stores", indicators="cla_at_31_march").estimates

Folders are seen under the same path by the driver and all workers. The package is installed where the workers' Python is,
in the version of the driver; where it is not, `ship` sends the wheel. What workers send to the driver are counts that
nobody has protected yet: they are no release, and nothing keeps them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import _engine
from ._errors import DisparityError
from ._words import PLANNED, Progress, planned, said, words

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import SparkSession

__all__ = ["build", "prior_help", "run", "ship"]

_PathLike = str | os.PathLike[str]

# Tasks for each core, of which whichever is free takes the next. A task takes Spark some hundredths of a second whatever is in
# it, as a store does: many make one. Returns are read for seconds: each authority is one.
_TASKS_OF_A_CORE = 4

# The wheel that was sent to the workers, by the name of its file.
_shipped: str | None = None


def ship(session: SparkSession, wheel: _PathLike) -> None:
    """Sends the wheel to workers that do not have the package; each unpacks it when it is first asked.

    Spark's own `--py-files` does not do: a wheel with compiled code is not imported from where it is packed.
    """
    global _shipped
    session.sparkContext.addFile(str(wheel))
    _shipped = Path(wheel).name


def build(
    session: SparkSession,
    folder: _PathLike,
    out: _PathLike,
    *,
    progress: Progress = None,
    **options: Any,
) -> Path:
    """Reads returns and keeps the journeys of each authority in a store of its own, as `disparity returns build --apart` does.

    Files are grouped by authority on the driver, by their first bytes; workers read them. Options are those of
    `disparity returns build`; the day that counts as today is the driver's, unless `as_of` says another.
    """
    options.setdefault("as_of", date.today().isoformat())
    typed = ["returns", "build", str(folder), *words(out=out, apart=True, **options)]
    parts = _engine.parts(typed, progress)
    told = _each(session, ("build", typed), [json.dumps(part) for part in parts], progress)
    stores = [store for own in told for store in json.loads(own)]
    failed = sorted(name for name, _, is_well in stores if not is_well)
    if failed:
        said([f"returns of {', '.join(failed)} have errors: the diagnostics.csv in each store says which"])
    if not any(children for _, children, _ in stores):
        raise DisparityError("there is no child in these returns", hint="name the folder that holds them")
    return Path(out)


def prior_help(
    session: SparkSession,
    stores: _PathLike | Iterable[_PathLike],
    *,
    progress: Progress = None,
    **options: Any,
) -> _engine.Table:
    """Who was helped before entering care, of all stores together: a folder of stores, or a list of them.

    Options are those of `disparity.prior_help` but for `published` and `remember`, which are for one store.
    """
    typed = ["prior-help", "stores", *words(**options), "--format=csv"]
    sums = _sums(session, stores, typed, progress)
    made, notes = _engine.prior_help_of(typed, sums, progress)
    said(notes)
    return made


def run(
    session: SparkSession,
    stores: _PathLike | Iterable[_PathLike],
    *,
    plan: _PathLike | None = None,
    progress: Progress = None,
    **options: Any,
) -> _engine.Release:
    """What `disparity.run(returns=…)` makes, of all stores together.

    Options are those of `disparity.run` but for `data`, `tables`, `describe` and `published`.
    """
    said_of_plan = {name: options.pop(name) for name in PLANNED if name in options}
    with planned(plan, **said_of_plan) as typed:
        typed = ["run", *typed, *words(returns="stores", **options)]
        sums = _sums(session, stores, typed, progress)
        made = _engine.run_of(typed, sums, progress)
    said(made.notes)
    return made


def _sums(
    session: SparkSession, stores: _PathLike | Iterable[_PathLike], typed: list[str], progress: Progress
) -> list[bytes]:
    if isinstance(stores, (str, os.PathLike)):
        stores = _engine.stores(stores)
    question = _engine.question(typed)
    return _each(session, ("add_up", question), [str(store) for store in stores], progress)


def _build(typed: list[str], parts: list[str]) -> bytes:
    return json.dumps(_engine.build_parts(typed, [tuple(json.loads(part)) for part in parts])).encode()


def _done(work: tuple[str, Any], parts: list[str]) -> tuple[bytes | None, str | None]:
    """What a worker sends: what was made, or what was wrong, which the driver says and Spark need not try again."""
    name, asked = work
    try:
        return {"build": _build, "add_up": _engine.sums}[name](asked, parts), None
    except DisparityError as error:
        return None, json.dumps([error.message, error.hint])


def _cores(session: SparkSession) -> int:
    try:
        return session.sparkContext.defaultParallelism
    except AttributeError:
        # Spark Connect does not say.
        return 8


def _each(session: SparkSession, work: tuple[str, Any], parts: list[str], progress: Progress) -> list[bytes]:
    """Has every part worked on by whichever worker is free."""
    if progress is not None:
        progress(f"{len(parts)} parts on the workers")
    tasks = len(parts) if work[0] == "build" else min(len(parts), _TASKS_OF_A_CORE * _cores(session))
    frame = session.range(0, len(parts), 1, max(1, tasks))
    made = []
    # Spark puts what comes back under these names by position, whatever it is called: in this order, of these types.
    for row in frame.mapInArrow(_task(work, parts, _shipped), "made binary, wrong string").collect():
        if row.wrong is not None:
            message, hint = json.loads(row.wrong)
            raise DisparityError(message, hint=hint)
        made.append(bytes(row.made))
    return made


def _task(
    work: tuple[str, Any], parts: list[str], wheel: str | None
) -> Callable[[Iterator[pyarrow.RecordBatch]], Iterator[pyarrow.RecordBatch]]:
    # All that it needs is in it, as a worker that has to unpack the package first cannot import this file.
    def task(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        import os
        import sys

        import pyarrow

        # There are as many of these as cores: each does with one.
        os.environ.setdefault("RAYON_NUM_THREADS", "1")
        if wheel is not None:
            import pathlib
            import tempfile
            import zipfile

            import pyspark

            packed = pathlib.Path(pyspark.SparkFiles.get(wheel))
            unpacked = packed.with_suffix(".unpacked")
            if not unpacked.is_dir():
                # Another worker of the machine may be at it.
                aside = pathlib.Path(tempfile.mkdtemp(dir=packed.parent))
                zipfile.ZipFile(packed).extractall(aside)
                try:
                    aside.rename(unpacked)
                except OSError:
                    pass
            if str(unpacked) not in sys.path:
                sys.path.insert(0, str(unpacked))
        from disparity.spark import _done

        for batch in batches:
            if batch.num_rows:
                made, wrong = _done(work, [parts[at] for at in batch.column(0).to_pylist()])
                columns = [pyarrow.array([made], pyarrow.binary()), pyarrow.array([wrong], pyarrow.string())]
                yield pyarrow.RecordBatch.from_arrays(columns, names=["made", "wrong"])

    return task
