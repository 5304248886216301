"""With NumPy and nothing else."""

import pytest
from conftest import needed

np = needed("numpy")

from disparity import stats  # noqa: E402


def test_arrays_go_in_and_come_out(run):
    counts = np.array([3.0, np.nan, 40.0])
    low = np.asarray(stats.poisson_intervals(counts)["low"])
    assert low.dtype == np.float64 and np.isnan(low[1])
    assert low[0] == stats.poisson_intervals(3)["low"][0]
    whole = np.arange(10)
    assert len(stats.rates(whole, 100)) == 10
    strided = np.arange(20.0)[::2]
    assert np.asarray(stats.rates(strided, 1.0, per=1.0)["estimate"]).tolist() == strided.tolist()
    names = np.asarray(run.estimates["la_name"])
    assert "Leeds" in names
    unaligned = np.frombuffer(b"x" + np.array([1.0, 2.0]).tobytes(), offset=1)
    assert np.asarray(stats.rates(unaligned, 1.0, per=1.0)["estimate"]).tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="rows"):
        stats.rates(np.array([5.0]), [100.0, 100.0])
