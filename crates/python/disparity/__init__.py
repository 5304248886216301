"""Disparity in children's social care by local authority, from Python.

The engine is the one of the program `disparity`: what it is asked for here has the names, the defaults and the
protection that it has there, and figures of children leave only as they leave there. Tables are Arrow: pass them to
`polars.DataFrame`, `pandas.DataFrame.from_arrow`, `pyarrow.table` or a DuckDB query as they are.

    import disparity
    run = disparity.run(indicators="cla_at_31_march", periods="2025")
    run.estimates
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from importlib.metadata import version as _version

from . import _engine, returns, stats
from ._engine import Column, Release, Table
from ._errors import DisparityError, DisparityWarning
from ._outputs import Chart, Folder
from ._words import Progress, exactly, many, planned, said, spoken, tabled, words

__all__ = [
    "Chart",
    "Column",
    "DisparityError",
    "DisparityWarning",
    "Folder",
    "Release",
    "Table",
    "authority",
    "chart",
    "codes",
    "compare",
    "journeys",
    "manifest",
    "method",
    "needs",
    "prior_help",
    "query",
    "returns",
    "run",
    "simulate",
    "stats",
    "survey",
    "table_inspect",
    "write",
]

#: The version of the engine, which is that of the program.
__version__ = _version("disparity")

_PathLike = str | os.PathLike[str]
_Some = str | int | Iterable[str | int] | None


def run(
    *,
    indicators: _Some = None,
    authorities: _Some = None,
    periods: _Some = None,
    models: str | None = None,
    nation: str | None = None,
    neighbours: int | None = None,
    chinese_group: str | None = None,
    include_tiny: bool | None = None,
    reference_group: str | None = None,
    conf_levels: list[float] | None = None,
    plan: _PathLike | None = None,
    data: _PathLike | None = None,
    returns: _PathLike | None = None,
    tables: _PathLike | Iterable[_PathLike] | None = None,
    describe: _PathLike | Iterable[_PathLike] | None = None,
    unprotected: str | None = None,
    published: _PathLike | Iterable[_PathLike] | None = None,
    progress: Progress = None,
) -> Release:
    """Rates with intervals, expected counts, comparisons and models, in memory.

    Words are those of a plan: `indicators` and `authorities` by name or code, `periods` as years or ranges
    ("2018-2025"), `models` "none", "latest" or "all". Of a store of returns (`returns`) or tables of one's own (`tables`,
    each with its description in `describe`) small counts are withheld, unless `unprotected` says why not.

    `progress` is called with the name of each stage. Ctrl-C stops the work before the next one.
    """
    with planned(
        plan,
        neighbours=neighbours,
        chinese_group=chinese_group,
        include_tiny=include_tiny,
        reference_group=reference_group,
        conf_levels=conf_levels,
    ) as typed:
        typed += words(
            indicators=indicators,
            authorities=authorities,
            periods=periods,
            models=models,
            nation=nation,
            data=data,
            returns=returns,
            tables=tables,
            describe=describe,
            unprotected=unprotected,
            published=published,
        )
        made = _engine.run(typed, progress)
    said(made.notes)
    return made


def write(out: _PathLike, *, progress: Progress = None, **options: Any) -> Folder:
    """Writes what `disparity run` writes: tables, pages, charts and a manifest, into a folder.

    Options are those of the command: `indicators`, `authorities`, `periods`, `models`, `nation`, `plan`, `returns`, `tables`,
    `describe`, `unprotected`, `published`, `remember`, `csv`, `workbook`.
    """
    text = spoken(["run", *words(out=out, **options)], progress)
    return Folder(out, text)


def authority(name: str, *, progress: Progress = None, **options: Any) -> Table:
    """One authority's figures beside its neighbours, region and England.

    Options: `indicators`, `periods`, `models`, `nation`, `plan`, `data`.
    """
    return tabled(["authority", name, *words(**options)], progress)


def compare(
    *names: str, with_: str | Iterable[str] | None = None, progress: Progress = None, **options: Any
) -> Table:
    """Authorities beside one another: the first with its neighbours, or with whom `with_` names.

    `with_` is "neighbours", "region", "england" or names; options are those of `authority`.
    """
    return tabled(["compare", *names, *words(with_=with_, **options)], progress)


def chart(kind: str, *, progress: Progress = None, **options: Any) -> Chart:
    """Draws a chart of one indicator: "league", "funnel", "trend", "map" and the others that `disparity chart --help` lists.

    Options: `indicators` (one), `authorities`, `periods`, `models`, `nation`, `numbers`, `boundaries`, `title`, `width`,
    `font_size`.
    """
    with tempfile.TemporaryDirectory(prefix="disparity-") as folder:
        out = Path(folder) / "charts"
        spoken(["chart", kind, *words(out=out, **options)], progress)
        drawn = sorted(out.glob("*.svg"))
        if len(drawn) != 1:
            raise DisparityError(
                f"{kind} of these options is {len(drawn)} charts",
                hint="name one indicator and at most one authority, or write them all with `disparity chart`",
            )
        (svg,) = drawn
        figures = svg.with_suffix(".csv")
        return Chart(
            svg.stem,
            svg.read_text(encoding="utf-8"),
            figures.read_text(encoding="utf-8") if figures.exists() else "",
        )


def needs(name: str | Iterable[str], out: _PathLike, *, progress: Progress = None, **options: Any) -> Folder:
    """Assesses the needs of an authority's children by neighbourhood, ward and team, into a folder.

    Options are those of `disparity needs`: `period`, `team_size`, `footprints`, `seen`, `returns`, `boundaries`, `assume`,
    `plan`, `format`, `date`, `unprotected`.
    """
    text = spoken(["needs", *many(name), *words(out=out, **options)], progress)
    return Folder(out, text)


def prior_help(store: _PathLike, *, progress: Progress = None, **options: Any) -> Table:
    """Who was helped before entering care, from a store of returns; small counts are withheld.

    Options are those of `disparity prior-help`: `kind`, `look_back`, `lead`, `mode`, `by`, `pool`, `include_unaccompanied`,
    `together`, `force`, and of the protection `withhold_to`, `hide_zeros`, `round_to`, `unprotected`, `published`, `remember`.
    """
    typed = ["prior-help", str(store), *words(**options)]
    if options.get("supported"):
        return tabled(typed, progress)
    made, notes = _engine.prior_help([*typed, "--format=csv"], progress)
    said(notes)
    return made


def journeys(store: _PathLike, *, progress: Progress = None, **options: Any) -> Table:
    """Re-referral, steps up and down, ways to care and match rates, from a store of returns; small counts are withheld.

    Options are those of `disparity journeys`.
    """
    return tabled(["journeys", str(store), *words(**options)], progress)


def survey(file: _PathLike, describe: _PathLike, *, progress: Progress = None, **options: Any) -> Table:
    """Shares of answers with intervals, by group and area; few people are protected."""
    typed = ["survey", str(file), *words(describe=describe, **options)]
    return tabled(typed, progress)


def query(sql: str, *, source: _PathLike | None = None) -> Table:
    """A question in SQL to the tables of a folder that `write` wrote and the built-in ones; never to a store of children."""
    with tempfile.TemporaryDirectory(prefix="disparity-") as folder:
        answer = Path(folder) / "answer.parquet"
        # What it notes is where the answer was written.
        _engine.command(["query", sql, *words(**{"from": source}, parquet=answer)])
        return _engine.read_parquet(answer, True)


def table_inspect(file: _PathLike, *, sheet: str | None = None) -> str:
    """A proposed description of a table of one's own, in TOML, with what is unsure."""
    return spoken(["table", "inspect", str(file), *words(sheet=sheet)])


def simulate(out: _PathLike, *, progress: Progress = None, **options: Any) -> Path:
    """Invents children and writes the returns they would have made, with the truth beside; options of `disparity simulate`."""
    # `authorities` is how many, and `authority` which.
    spoken(["simulate", *exactly(out=out, **options)], progress)
    return Path(out)


def method(name: str | None = None) -> str:
    """What a method is: formula, use, limits, an example and the source. Without a name, the names of all."""
    return "\n".join(_engine.methods()) if name is None else _engine.method_text(name)


def codes(of: str) -> str:
    """A list of codes: "areas", "indicators", "groups", "symbols" or "issues"."""
    return spoken(["codes", of, "--wide"])


def manifest(release: Release) -> dict[str, Any]:
    """Where the figures of a run come from: inputs with their digests, the plan, the version."""
    return json.loads(release.manifest)
