"""Child-level statutory returns: checked, and built into a store of linked journeys.

A store holds records of children. Nothing of it is told but through `disparity.run(returns=…)`, `prior_help` and `journeys`,
which withhold small counts.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ._words import Progress, spoken, words

_PathLike = str | os.PathLike[str]


def check(folder: _PathLike, *, progress: Progress = None, **options: Any) -> str:
    """What is wrong with returns, row by row; options are those of `disparity returns check`."""
    return spoken(["returns", "check", str(folder), *words(**options)], progress)


def build(folder: _PathLike, out: _PathLike, *, progress: Progress = None, **options: Any) -> Path:
    """Reads returns, links them and keeps the journeys in a store; options are those of `disparity returns build`."""
    spoken(["returns", "build", str(folder), *words(out=out, **options)], progress)
    return Path(out)


def inspect(store: _PathLike) -> str:
    """What is remembered of the releases of a store."""
    return spoken(["returns", "inspect", str(store)])
