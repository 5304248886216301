"""With pandas 3, which takes Arrow by pyarrow."""

from conftest import needed

pd = needed("pandas")

from disparity import stats  # noqa: E402


def test_a_table_is_a_frame(run):
    frame = pd.DataFrame.from_arrow(run.estimates)
    assert list(frame.columns) == run.estimates.column_names
    assert frame[frame["la_name"] == "Leeds"]["numerator"].max() == 1_498


def test_series_go_in():
    counts = pd.Series([3.0, None, 40.0])
    table = stats.poisson_intervals(counts)
    assert table["low"].to_list()[1] is None
    assert table["low"][0] == stats.poisson_intervals(3)["low"][0]


def test_everything_is_as_the_program_wrote_it(whole_run):
    run, out = whole_run
    for name in run.tables:
        ours, theirs = pd.DataFrame.from_arrow(run.table(name)), pd.read_parquet(out / f"{name}.parquet")
        pd.testing.assert_frame_equal(ours, theirs, check_dtype=False, check_exact=True)
