"""From keyword arguments to the words that would be typed."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from . import _engine
from ._errors import DisparityError, DisparityWarning

Progress = Callable[[str], object] | None

# Words of the plan that stand in a plan file and are not typed.
PLANNED = ("neighbours", "chinese_group", "include_tiny", "reference_group", "conf_levels")


def many(value: Any) -> list[str]:
    """One or several as a list of texts."""
    if value is None:
        return []
    if isinstance(value, (str, os.PathLike)) or not isinstance(value, Iterable):
        value = [value]
    return [str(own) for own in value]


# Words of a plan, where one is typed for each.
_SINGULAR = {
    "authorities": "authority",
    "formats": "format",
    "indicators": "indicator",
    "kinds": "kind",
    "leads": "lead",
    "look_backs": "look_back",
    "modes": "mode",
    "periods": "period",
    "tables": "table",
}


def words(**options: Any) -> list[str]:
    """Options as they are typed; those that a plan has in the plural may be written so: `periods="2025"` is `--period 2025`."""
    return exactly(**{_SINGULAR.get(name, name): value for name, value in options.items()})


def exactly(**options: Any) -> list[str]:
    """Options as they are typed: `look_back=[3, 5]` is `--look-back 3 --look-back 5`, `True` a switch."""
    typed: list[str] = []
    for name, value in options.items():
        word = "--" + name.strip("_").replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            typed.append(word)
            continue
        for own in many(value):
            # In one piece, so that a value may begin with a dash.
            typed.append(f"{word}={own}")
    return typed


@contextmanager
def planned(plan: str | os.PathLike[str] | None, **said: Any) -> Iterator[list[str]]:
    """The words for a plan: a file, or what is said of it."""
    said = {name: value for name, value in said.items() if value is not None}
    if not said:
        yield words(plan=plan)
        return
    if plan is not None:
        raise DisparityError(
            f"there is a plan, and {', '.join(said)} beside it",
            hint="say it in the plan, or leave the plan out",
        )
    # Numbers, texts, truths and lists of them are written alike in JSON and TOML.
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in said.items())
    with tempfile.TemporaryDirectory(prefix="disparity-") as folder:
        file = Path(folder) / "plan.toml"
        file.write_text(text, encoding="utf-8")
        yield words(plan=file)


def said(notes: list[str]) -> None:
    """Notes of the program as warnings."""
    # At the line of whoever asked: the first that is not in this package.
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__package__") == __package__:
        level, frame = level + 1, frame.f_back
    for note in notes:
        if note.strip():
            warnings.warn(note, DisparityWarning, stacklevel=level)


def spoken(typed: list[str], progress: Progress = None) -> str:
    """What a command prints."""
    text, notes, is_well = _engine.command(typed, progress)
    if not is_well and not text:
        raise DisparityError("\n".join(notes) or "nothing came of it")
    said(notes)
    return text


# Columns of printed figures that are numbers; all others are text.
NUMBERS = """
answered conf_high conf_level conf_low denominator difference_to_five_years_before
difference_to_five_years_before_high difference_to_five_years_before_low difference_to_year_before
difference_to_year_before_high difference_to_year_before_low england england_most_to_least
england_most_to_least_high england_most_to_least_low estimate expected expected_age expected_ethnicity
expected_high expected_low expected_national_rate expected_structural_deprivation
expected_structural_deprivation_ethnicity expected_structural_null neighbours_median neighbours_median_high
neighbours_median_low neighbours_with_data neighbours_withheld numerator observed_over_expected
observed_over_expected_high observed_over_expected_low probability_above ratio ratio_high ratio_low
ratio_to_five_years_before ratio_to_five_years_before_high ratio_to_five_years_before_low ratio_to_year_before
ratio_to_year_before_high ratio_to_year_before_low region shrunken shrunken_high shrunken_low
""".split()


def tabled(typed: list[str], progress: Progress = None) -> _engine.Table:
    """What a command prints as CSV, as a table."""
    return _engine.csv_table(spoken([*typed, "--format=csv"], progress), NUMBERS)
