"""With DuckDB and nothing else."""

from conftest import needed

duckdb = needed("duckdb")


def test_a_table_is_asked_in_sql(run):
    estimates = run.estimates  # noqa: F841 (DuckDB finds it by its name)
    ((count,),) = duckdb.sql("SELECT max(numerator) FROM estimates WHERE la_name = 'Leeds'").fetchall()
    assert count == 1_498


def test_a_table_gives_a_new_stream_at_each_call(run):
    """DuckDB 2 runs a relation at every call, and over a stream that can be read once the second finds nothing."""
    estimates = run.estimates  # noqa: F841
    relation = duckdb.sql("SELECT count(*), sum(numerator) FROM estimates")
    first, second = relation.fetchall(), relation.fetchall()
    assert first == second and first[0][0] == len(estimates)


def test_everything_is_as_the_program_wrote_it(whole_run):
    run, out = whole_run
    for name in run.tables:
        ours = run.table(name)  # noqa: F841
        theirs = out / f"{name}.parquet"
        for first, second in [("ours", f"'{theirs}'"), (f"'{theirs}'", "ours")]:
            rest = duckdb.sql(f"SELECT count(*) FROM (SELECT * FROM {first} EXCEPT ALL SELECT * FROM {second})")
            assert rest.fetchall() == [(0,)], name
