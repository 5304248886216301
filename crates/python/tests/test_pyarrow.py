"""With pyarrow and nothing else."""

from conftest import needed

pa = needed("pyarrow")

from disparity import stats  # noqa: E402


def test_a_table_is_a_table_without_a_copy(run):
    before = pa.total_allocated_bytes()
    table = pa.table(run.estimates)
    assert pa.total_allocated_bytes() == before, "that nothing was copied into pyarrow's memory"
    assert table.schema.field("numerator").metadata[b"label"]
    assert [str(own) for own in table.schema.types[:1]] == ["string"] or table.num_columns > 10


def test_arrays_go_in_where_they_are():
    counts = pa.array([float(own) for own in range(1_000_000)])
    before = pa.total_allocated_bytes()
    table = stats.poisson_intervals(counts, method="byar")
    low = pa.array(table["low"])
    assert pa.total_allocated_bytes() == before
    assert len(low) == 1_000_000 and low[10].as_py() == stats.poisson_intervals(10, method="byar")["low"][0]
    chunked = pa.chunked_array([[1, 2], [3, None]])
    assert stats.rates(chunked, 100)["low"].to_list()[3] is None


def test_everything_is_as_the_program_wrote_it(whole_run):
    import pyarrow.parquet as pq

    run, out = whole_run
    for name in run.tables:
        ours, theirs = pa.table(run.table(name)).combine_chunks(), pq.read_table(out / f"{name}.parquet")
        assert ours.equals(theirs.combine_chunks()), name
