"""What the tests share: one run, and which library is to be there."""

import os
from pathlib import Path

import pytest

import disparity


@pytest.fixture(scope="session")
def run():
    """One indicator of one year, without models."""
    return disparity.run(indicators="cla_at_31_march", periods="2025", models="none")


@pytest.fixture(scope="session")
def whole_run():
    """Everything that `disparity run` writes, and the folder that it wrote: only where that is named."""
    out = os.environ.get("DISPARITY_OUT")
    if not out:
        pytest.skip("DISPARITY_OUT names no folder that the program has written")
    return disparity.run(), Path(out)


def needed(name):
    """A library: it must be there where it is the one that is tried, and otherwise its tests are left out and say so."""
    if os.environ.get("DISPARITY_WITH") == name:
        return __import__(name)
    return pytest.importorskip(name)
