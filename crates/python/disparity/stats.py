"""The statistics of disparity over columns.

Numbers are given as Arrow arrays, series, NumPy arrays or lists, or as one number for all rows, and are read where they
are. What comes back is a table with a column for each result: `numpy.asarray(table["low"])`, `polars.DataFrame(table)`. A
row with an absent number (null, NaN) has an absent result; one that means nothing (a count below 0) is a `ValueError` with
its row. An array is not to be written to by another thread meanwhile. `doc(name)` is the text that `disparity method` prints: formula, use, limits and source.
"""

from __future__ import annotations

from typing import Any

from . import _engine
from ._engine import Table

#: An Arrow array or a series, a NumPy array, a list, or one number for all rows.
Numbers = Any


def doc(name: str) -> str:
    """What a method is."""
    return _engine.method_text(name)


def methods() -> list[str]:
    """The names of all methods."""
    return _engine.methods()


def poisson_intervals(counts: Numbers, *, level: float = 0.95, method: str = "exact_or_byar") -> Table:
    """Intervals of Poisson counts: `low` and `high`.

    `method`: "exact_or_byar" (exact below 10, Byar's from 10), "exact", "byar", "byar_mid_p", "mid_p" or "wald".
    See `doc("poisson_count_interval")`, `doc("exact_poisson")`, `doc("byar")`.
    """
    return _engine.poisson_intervals(counts, level, method)


def rates(counts: Numbers, denominators: Numbers, *, level: float = 0.95, per: float = 10_000.0) -> Table:
    """Crude rates: `estimate`, `low` and `high`, per so many. See `doc("crude_rate")`."""
    return _engine.rates(counts, denominators, level, per)


def proportions(counts: Numbers, wholes: Numbers, *, level: float = 0.95, method: str = "wilson") -> Table:
    """Proportions between 0 and 1: `estimate`, `low` and `high`.

    `method`: "wilson", "clopper_pearson" or "wald". See `doc("wilson")`.
    """
    return _engine.proportions(counts, wholes, level, method)


def ratios(observed: Numbers, expected: Numbers, *, level: float = 0.95) -> Table:
    """Observed over expected counts: `estimate`, `low` and `high`. See `doc("indirect_ratio")`."""
    return _engine.ratios(observed, expected, level)


def rate_ratios(
    counts: Numbers,
    denominators: Numbers,
    other_counts: Numbers,
    other_denominators: Numbers,
    *,
    level: float = 0.95,
    method: str = "log_normal",
) -> Table:
    """Rates over other rates: `estimate`, `low` and `high`.

    `method`: "log_normal", "exact" or "mid_p". See `doc("rate_ratio")`, `doc("rate_ratio_exact")`.
    """
    given = (counts, denominators, other_counts, other_denominators)
    return _engine.rate_ratios(*given, level, method)


def rate_differences(
    counts: Numbers,
    denominators: Numbers,
    other_counts: Numbers,
    other_denominators: Numbers,
    *,
    level: float = 0.95,
) -> Table:
    """Rates less other rates, per person: `estimate`, `low` and `high`. See `doc("rate_difference")`."""
    return _engine.rate_differences(counts, denominators, other_counts, other_denominators, level)


def funnel_limits(denominators: Numbers, target: float = 1.0, *, level: float = 0.95, of: str = "rate") -> Table:
    """Where figures of so large units lie if only chance tells them from the target: `low` and `high`.

    `of`: "rate" (per person; populations), "proportion" (numbers) or "ratio" (expected counts; the target is mostly 1). See
    `doc("funnel_rate")`, `doc("funnel_proportion")`, `doc("funnel_ratio")`.
    """
    return _engine.funnel_limits(denominators, target, level, of)


def direct_rates(
    groups: Numbers,
    counts: Numbers,
    populations: Numbers,
    weights: Numbers,
    *,
    level: float = 0.95,
    per: float = 10_000.0,
) -> Table:
    """Directly standardised rates, a row for each group from 0 on: `estimate`, `low` and `high`.

    A row that is given is a stratum: which group it is of (from 0, without gaps), its events and population, and the
    reference population.
    See `doc("direct_rate")`.
    """
    return _engine.direct_rates(groups, counts, populations, weights, level, per)


def expected_by_group(groups: Numbers, populations: Numbers, rates: Numbers) -> Table:
    """Expected counts, a row for each group from 0 on: `expected`. See `doc("expected_by_group")`."""
    return _engine.expected_by_group(groups, populations, rates)


def shrunken_ratios(observed: Numbers, expected: Numbers, *, level: float = 0.95) -> Table:
    """Ratios drawn towards what is usual among them: `raw`, `estimate`, `low` and `high`. See `doc("shrink_gamma_poisson")`."""
    return _engine.shrunken_ratios(observed, expected, level)


def slope(
    counts: Numbers,
    populations: Numbers,
    *,
    level: float = 0.95,
    scale: str = "identity",
    of: str = "rate",
    per: float | None = None,
) -> Table:
    """The slope index of inequality of groups in their order, and the relative index.

    `scale`: "identity", "log" or "logit"; `of`: "rate" (the slope is per 10,000 unless `per` says otherwise) or "proportion"
    (between 0 and 1). A table of one row; the relative index is absent where it has no closed interval. See
    `doc("slope_index")`.
    """
    if per is None:
        per = 10_000.0 if of == "rate" else 1.0
    return _engine.slope(counts, populations, level, scale, of, per)


def mixed_model(
    counts: Numbers,
    groups: Numbers,
    *,
    exposure: Numbers | None = None,
    trials: Numbers | None = None,
    covariates: dict[str, Numbers] | None = None,
    family: str = "poisson",
    level: float = 0.95,
) -> dict[str, Any]:
    """A generalised linear mixed model with an effect for each group.

    `family`: "poisson" or "negative_binomial" of counts with an `exposure`, "binomial" of counts among `trials`. Returns
    `coefficients` (a table: names, estimates on the scale of the linear predictor and as ratios, with intervals),
    `effects` (a table: group, effect and its interval), `sd` of the effects, `log_likelihood`, `aic` and `converged`. See
    `doc("mixed_model")`.
    """
    covariates = covariates or {}
    coefficients, effects, numbers = _engine.mixed_model(
        counts, groups, exposure, trials, list(covariates), list(covariates.values()), family, level
    )
    return {"coefficients": coefficients, "effects": effects, **numbers}
