"""What commands write: folders with tables and drawings."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

from . import _engine
from ._errors import DisparityError


class Folder:
    """A folder that a command has written: its tables, read when they are asked for, and its manifest."""

    def __init__(self, path: str | Path, said: str = "") -> None:
        self.path = Path(path)
        if not (self.path / "manifest.json").is_file():
            raise DisparityError(f"nothing was written to {self.path}", hint=said or None)
        #: What the command said of it.
        self.said = said

    @property
    def tables(self) -> list[str]:
        """The names of its tables."""
        return sorted(own.stem for own in self.path.glob("*.parquet"))

    def table(self, name: str) -> _engine.Table:
        """A table by its name."""
        if name not in self.tables:
            raise KeyError(f"no table {name!r}: there are {', '.join(self.tables)}")
        return _engine.read_parquet(self.path / f"{name}.parquet", False)

    __getitem__ = table

    @property
    def manifest(self) -> dict[str, Any]:
        """Inputs with their digests, the plan, the version and the digests of all files."""
        return json.loads((self.path / "manifest.json").read_text(encoding="utf-8"))

    @property
    def pages(self) -> list[Path]:
        """Pages to open in a browser, the first one first."""
        found = sorted(self.path.glob("*.html"))
        return sorted(found, key=lambda own: own.name != "index.html")

    def __repr__(self) -> str:
        return f"<disparity.Folder {self.path}: {', '.join(self.tables)}>"

    def _repr_html_(self) -> str:
        tables = "".join(f"<li><code>{html.escape(own)}</code></li>" for own in self.tables)
        return f"<p><code>{html.escape(str(self.path))}</code></p><ul>{tables}</ul>"


class Chart:
    """A drawing as SVG, with its figures."""

    def __init__(self, name: str, svg: str, figures: str) -> None:
        self.name = name
        self.svg = svg
        #: The figures that are drawn, as CSV.
        self.figures = figures

    def save(self, path: str | Path) -> Path:
        """Writes the drawing."""
        path = Path(path)
        path.write_text(self.svg, encoding="utf-8")
        return path

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<disparity.Chart {self.name}>"
