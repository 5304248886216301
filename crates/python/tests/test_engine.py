"""The engine with nothing beside it but Python."""

import csv
import io
import signal
import threading
import warnings
from pathlib import Path

import pytest

import disparity
from disparity import stats

ROOT = Path(__file__).parents[3]


def test_a_run_in_memory_has_what_was_published(run):
    rows = run.estimates.to_dicts()
    england = [row for row in rows if row["geographic_level"] == "National"]
    total = [row for row in england if row["ethnicity_major"] == "Total" and row["age_band"] == "Total"
             and row["sex"] == "Total" and row["ethnicity_minor"] == "Total"]
    assert [row["numerator"] for row in total] == [81_770]
    assert round(total[0]["estimate"]) == 67
    assert total[0]["conf_low"] < total[0]["estimate"] < total[0]["conf_high"]
    assert run.is_whole and disparity.__version__
    assert "dfe-cla-2025" in run.manifest or "Children looked after" in run.manifest


def test_a_table_says_what_it_has_and_shows_itself(run):
    table = run.estimates
    assert len(table) == table.num_rows > 100
    assert table.column_names[0] == "time_period"
    assert table.labels["numerator"]
    assert "Children looked after" in table.about["source"] and table.about["licence"]
    shown = table._repr_html_()
    assert shown.startswith("<table>") and "more rows" in shown
    column = table["estimate"]
    assert len(column) == len(table)
    assert column[-1] == column.to_list()[-1]
    with pytest.raises(IndexError):
        column[len(column)]
    with pytest.raises(KeyError, match="did you mean"):
        table["estimat"]
    with pytest.raises(KeyError, match="did you mean"):
        run.table("estimate")


def test_what_is_absent_is_none_with_its_symbol(run):
    rows = run.estimates.to_dicts()
    absent = [row for row in rows if row["numerator"] is None]
    assert absent and all(row["symbol"] for row in absent)


def test_the_page_and_a_chart_show_themselves(run):
    assert "<svg" in run.page()
    chart = disparity.chart("funnel", indicator="cla_at_31_march", models="latest")
    assert chart._repr_svg_().startswith("<svg") and "Authority" in chart.figures
    with pytest.raises(disparity.DisparityError, match="charts"):
        disparity.chart("league", models="none")


def test_commands_are_tables():
    leeds = disparity.authority("Leeds", indicator="cla_at_31_march").to_dicts()
    assert leeds[0]["numerator"] == 1_498 and leeds[0]["la_name"] == "Leeds"
    assert leeds[0]["new_la_code"] == "E08000035"
    # In the plural, as a plan has them, or in the singular, as they are typed.
    two = disparity.compare("Leeds", with_="england", indicators="cla_at_31_march", models="none")
    assert [row["area_name"] for row in two.to_dicts()] == ["Leeds", "England"]
    families = ROOT / "examples" / "families.csv"
    answers = disparity.survey(families, families.with_suffix(".toml")).to_dicts()
    unfair = [row for row in answers if row["answer"] == "Yes" and not row["group"]]
    assert round(unfair[0]["estimate"], 2) == 0.34


def test_errors_have_a_hint_and_a_place(tmp_path):
    with pytest.raises(disparity.DisparityError) as raised:
        disparity.run(authorities="Leedz", indicators="cla_at_31_march")
    assert "Leedz" in str(raised.value) and raised.value.hint
    with pytest.raises(disparity.DisparityError, match="unexpected argument"):
        disparity.authority("Leeds", colour="red")
    table = tmp_path / "t.csv"
    table.write_text("area,year,n\nLeeds,2025,12\nLeedz,2025,9\n")
    describe = tmp_path / "t.toml"
    describe.write_text(
        '[indicator]\nname = "helped"\ntitle = "Helped"\ntiming = "during"\n'
        '[columns]\narea = "area"\nperiod = "year"\ncount = "n"\n'
    )
    with pytest.raises(disparity.DisparityError) as raised:
        disparity.run(tables=table, describe=describe)
    error = raised.value
    assert (error.file, error.line, error.column) == (str(table), 3, "area")
    assert "Leeds" in error.hint


def test_small_counts_of_a_table_are_withheld(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("area,year,n\nLeeds,2025,12\nKent,2025,3\n")
    describe = tmp_path / "t.toml"
    describe.write_text(
        '[indicator]\nname = "helped"\ntitle = "Helped"\ntiming = "during"\n'
        '[columns]\narea = "area"\nperiod = "year"\ncount = "n"\n'
    )
    made = disparity.run(tables=table, describe=describe, models="none")
    counts = {row["la_name"]: (row["numerator"], row["symbol"]) for row in made.estimates.to_dicts()}
    assert counts["Kent"] == (None, "c") and counts["Leeds"][0] == 12
    bare = disparity.run(tables=table, describe=describe, models="none", unprotected="a test")
    assert "UNPROTECTED" in repr(bare.estimates) and "UNPROTECTED" in bare._repr_html_().upper()
    rows = {row["la_name"]: row for row in bare.estimates.to_dicts()}
    assert rows["Kent"]["numerator"] == 3 and rows["Kent"]["unprotected"] == "a test"


def test_the_words_of_a_plan_are_keywords(tmp_path):
    wide = disparity.run(indicators="cla_at_31_march", periods=2025, models="none", conf_levels=[0.9])
    assert set(wide.estimates["conf_level"].to_list()) == {0.9}
    plan = tmp_path / "plan.toml"
    plan.write_text("conf_levels = [0.9]\n")
    with pytest.raises(disparity.DisparityError, match="beside it"):
        disparity.run(plan=plan, neighbours=5)


def test_notes_are_warnings():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        disparity.run(indicators="cla_at_31_march", periods=["2019", "2031"], models="none")
    own = [each for each in caught if each.category is disparity.DisparityWarning]
    assert own and all(each.filename == __file__ for each in own)


def test_progress_is_told_and_ctrl_c_stops():
    stages = []
    disparity.run(indicators="cla_at_31_march", periods="2025", models="none", progress=stages.append)
    assert any("reading" in stage for stage in stages)

    def interrupt(stage):
        signal.raise_signal(signal.SIGINT)

    # A process that was started in the background ignores the signal until it is told otherwise.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            disparity.run(progress=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)
    # The engine is free again.
    assert disparity.run(indicators="cla_at_31_march", periods="2025", models="none").is_whole


def test_a_folder_has_its_tables(tmp_path):
    written = disparity.write(tmp_path / "out", indicator="cla_at_31_march", period="2025", models="none")
    assert "estimates" in written.tables
    memory = disparity.run(indicators="cla_at_31_march", periods="2025", models="none")
    for name in written.tables:
        assert written.table(name).to_dicts() == memory.table(name).to_dicts(), name
    assert written.manifest["program"] == "disparity"
    assert written.pages[0].name == "index.html"
    told = disparity.query("SELECT count(*) AS n FROM estimates", source=written.path)
    assert told["n"][0] == len(memory.estimates)


def test_a_table_shows_itself_in_a_terminal():
    lines = repr(stats.rates([1498, 352], [176239, 54107])).splitlines()
    assert lines[0] == "<disparity.Table: 2 rows, 3 columns>"
    assert lines[1] == "  estimate  84.998213, 65.056277"
    wide = repr(disparity.authority("Leeds", indicator="cla_at_31_march")).splitlines()
    assert max(map(len, wide)) <= 80 and any(line.endswith("…") for line in wide[1:])


def same_cells(row):
    """A row of printed CSV as it is in memory: numbers, and nothing where a count is withheld."""
    whole = {"lead_days", "entrants", "unlinked", "incomplete", "numerator", "denominator"}
    shares = {"estimate", "conf_low", "conf_high", "conf_level"}

    def cell(name, text):
        if name in whole | shares:
            is_number = text and text not in "cuxz"
            return (int if name in whole else float)(text) if is_number else None
        return text or None

    return {name: cell(name, text) for name, text in row.items()}


def test_returns_are_built_and_asked(tmp_path):
    disparity.simulate(tmp_path / "world", authorities=2, years=8, children=400)
    store = disparity.returns.build(tmp_path / "world" / "returns", tmp_path / "store")
    helped = disparity.prior_help(store, kind="early_help", by="total", force=True)
    rows = helped.to_dicts()
    assert "SYNTHETIC" in helped._repr_html_()
    assert rows and all(row["synthetic"] == "true" for row in rows)
    assert all(row["numerator"] is None or row["numerator"] == 0 or row["numerator"] > 5 for row in rows)
    printed, _, _ = disparity._engine.command(
        ["prior-help", str(store), "--kind=early_help", "--by=total", "--force", "--format=csv"]
    )
    printed = list(csv.DictReader(io.StringIO(printed)))
    assert [same_cells(row) for row in printed] == rows
    assert helped.labels["entrants"] == "Children who entered care"
    assert disparity.prior_help(store, supported=True)["whole_years_of_look_back"]
    assert len(disparity.journeys(store))
    made = disparity.run(returns=store, models="none")
    assert "estimates" in made.tables
    assert "SYNTHETIC" in made.estimates._repr_html_() and "SYNTHETIC" in repr(made).upper()


def test_statistics_are_those_of_the_engine():
    table = stats.poisson_intervals([0, 5, 12, None, 100.0])
    low, high = table["low"].to_list(), table["high"].to_list()
    # Exact: 0 to 3.688879 of none, 1.623486 to 11.668332 of five (chi-squared quantiles); Byar from 10.
    assert low[0] == 0 and abs(high[0] - 3.688879454) < 1e-8
    assert abs(low[1] - 1.623486) < 1e-6 and abs(high[1] - 11.668332) < 1e-6
    assert low[3] is None and high[3] is None
    one = stats.rates([1_498], [176_239]).to_dicts()[0]
    leeds = disparity.authority("Leeds", indicator="cla_at_31_march").to_dicts()[0]
    assert one["estimate"] == pytest.approx(leeds["estimate"], rel=1e-12)
    assert one["low"] == pytest.approx(leeds["conf_low"], rel=1e-12)
    with pytest.raises(ValueError, match="row 1"):
        stats.rates([5, -1], 100)
    with pytest.raises(ValueError, match="2 rows"):
        stats.rates([5, 1], [100, 100, 100])
    with pytest.raises(ValueError, match="use one of"):
        stats.proportions(1, 2, method="magic")
    with pytest.raises(TypeError, match="counts"):
        stats.rates(["five"], 100)
    assert "Formula" in stats.doc("wilson")
    assert "wilson" in stats.methods()


def test_statistics_of_groups_and_models():
    ratio = stats.rate_ratios(20, 1_000, 10, 1_000).to_dicts()[0]
    assert ratio["estimate"] == pytest.approx(2.0)
    funnel = stats.funnel_limits([100, 10_000], 0.1, of="proportion")
    assert funnel["low"][0] < funnel["low"][1] < 0.1 < funnel["high"][1] < funnel["high"][0]
    direct = stats.direct_rates([0, 0, 1, 1], [10, 20, 5, 5], [100, 400, 100, 100], [1, 1, 1, 1], per=1.0)
    assert direct["estimate"].to_list() == pytest.approx([(0.1 + 0.05) / 2, 0.05])
    expected = stats.expected_by_group([0, 0, 1], [100, 50, 80], [0.1, 0.2, 0.1])
    assert expected["expected"].to_list() == pytest.approx([20.0, 8.0])
    shrunken = stats.shrunken_ratios([2, 30, 55, 8], [4, 25, 40, 16.0])
    assert abs(shrunken["estimate"][0] - 1) < abs(shrunken["raw"][0] - 1)
    slope = stats.slope([30, 20, 10], [1_000, 1_000, 1_000], per=1_000).to_dicts()[0]
    assert slope["slope"] == pytest.approx(-30.0) and slope["relative"] < 1
    counts = [4, 7, 3, 20, 25, 18, 9, 11, 10, 30, 28, 33]
    groups = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    model = stats.mixed_model(counts, groups, exposure=[1.0] * 12, covariates={"x": [0, 1, 2] * 4})
    assert model["converged"] and model["sd"] > 0.3
    assert model["coefficients"]["term"].to_list() == ["(Intercept)", "x"]
    assert len(model["effects"]) == 4


def test_limits_of_a_funnel_about_another_target_are_those_of_a_rate():
    of_ratio = stats.funnel_limits([10.0, 40.0], 2.0, of="ratio")
    of_rate = stats.funnel_limits([10.0, 40.0], 2.0, of="rate")
    assert of_ratio["low"].to_list() == of_rate["low"].to_list()
    # An expected count of 20 about 1, doubled: its exact limits are 11.2 and 29.7 (Byar, at 20).
    twenty = stats.funnel_limits([20.0], 1.0, of="ratio")
    assert of_ratio["low"][0] == pytest.approx(2 * twenty["low"][0])


def test_a_slope_of_proportions_lies_between_0_and_1():
    index = stats.slope([30, 20, 10], [100, 100, 100], of="proportion").to_dicts()[0]
    assert index["slope"] == pytest.approx(-0.3)


def test_groups_are_numbered_without_gaps():
    with pytest.raises(ValueError, match="without gaps"):
        stats.expected_by_group([0, 3_000_000_000], [100, 50], [0.1, 0.2])
    with pytest.raises(ValueError, match="no row is of group 1"):
        stats.direct_rates([0, 2, 2], [1, 1, 1], [9, 9, 9], [1, 1, 1])


def test_a_list_of_one_is_no_number_for_all():
    with pytest.raises(ValueError, match="rows"):
        stats.rates([5], [100, 100, 100])
    assert len(stats.rates(5, [100, 100, 100])) == 3


def test_very_many_are_as_few_each_by_itself():
    counts = [own / 7 for own in range(9_000)]
    for method in ("exact_or_byar", "exact", "byar"):
        many = stats.poisson_intervals(counts, method=method)
        few = stats.poisson_intervals(counts[:500], method=method)
        for side in ("low", "high"):
            assert many[side].to_list()[:500] == pytest.approx(few[side].to_list(), rel=2e-13)
    rates, one = stats.rates(counts, 1_000.0), stats.rates(counts[4_321], 1_000.0)
    assert rates["high"][4_321] == pytest.approx(one["high"][0], rel=1e-12)
    with pytest.raises(ValueError, match="row 8999"):
        stats.rates(counts, [1.0] * 8_999 + [0.0])


def test_a_store_of_children_is_no_folder_of_results(tmp_path):
    disparity.simulate(tmp_path / "world", authorities=3, years=3, children=60)
    store = disparity.returns.build(tmp_path / "world" / "returns", tmp_path / "store")
    with pytest.raises(ValueError, match="no folder of results"):
        disparity.Folder(store)["children"]
    with pytest.raises(disparity.DisparityError):
        disparity.query("SELECT * FROM children", source=store)


def test_nothing_held_is_an_error_whatever_is_asked(tmp_path):
    with pytest.raises(disparity.DisparityError):
        disparity.run(indicators="cla_at_31_march", periods="1950")
    with pytest.raises(disparity.DisparityError):
        disparity.authority("Hackney", indicators="cla_at_31_march", periods="1950")
    with pytest.raises(disparity.DisparityError):
        disparity.write(tmp_path / "out", indicators="cla_at_31_march", periods="1950")


def test_one_command_at_a_time_and_who_waits_can_stop():
    done = []
    other = threading.Thread(target=lambda: done.append(disparity.run(models="none", periods="2025")))
    other.start()
    try:
        seen = []
        disparity.run(indicators="cla_at_31_march", periods="2025", models="none", progress=seen.append)
    finally:
        other.join()
    assert done[0].is_whole and seen


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_computes_alone_and_refuses_commands():
    import os

    counts = [float(own) for own in range(40_000)]
    here = stats.rates(counts, 1_000.0)["low"][39_999]
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            there = stats.rates(counts, 1_000.0)["low"][39_999]
            try:
                disparity.run(indicators="cla_at_31_march", periods="2025", models="none")
                refused = False
            except RuntimeError as error:
                refused = "spawn" in str(error)
            os.write(write, b"yes" if there == here and refused else b"no")
        finally:
            os._exit(0)
    os.close(write)
    said = os.read(read, 3)
    os.waitpid(child, 0)
    assert said == b"yes"
