"""With polars and nothing else."""

from conftest import needed

pl = needed("polars")

from disparity import stats  # noqa: E402


def test_a_table_is_a_frame(run):
    frame = pl.DataFrame(run.estimates)
    assert frame.columns == run.estimates.column_names
    assert frame["numerator"].null_count() == sum(own is None for own in run.estimates["numerator"].to_list())
    assert frame.filter(pl.col("la_name") == "Leeds")["numerator"].max() == 1_498


def test_series_go_in_and_come_out():
    series = pl.Series([3, None, 40], dtype=pl.Int32)
    table = pl.DataFrame(stats.poisson_intervals(series))
    assert table["low"].null_count() == 1
    assert table["low"][0] == stats.poisson_intervals(3)["low"][0]
    chunked = pl.concat([pl.Series([1.0, 2.0]), pl.Series([3.0])], rechunk=False)
    assert len(stats.rates(chunked, 100.0)) == 3


def test_everything_is_as_the_program_wrote_it(whole_run):
    run, out = whole_run
    for name in run.tables:
        ours, theirs = pl.DataFrame(run.table(name)), pl.read_parquet(out / f"{name}.parquet")
        assert ours.equals(theirs), name
    assert {own.stem for own in out.glob("*.parquet")} == set(run.tables)
