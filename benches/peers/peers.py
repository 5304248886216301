"""The Python peers on the inputs that `cargo bench --bench stats` wrote: one line per task.

Vectorised NumPy/SciPy is written as well as it goes: work is done on arrays, and exact limits are
computed only where they are needed. PHStatsMethods is called as its users call it.
"""

import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
folder = sys.argv[1]


def say(task, name, seconds, check):
    print(task, name, f"{seconds:.9f}", repr(float(check)), sep="\t", flush=True)


def best(runs, work):
    seconds, result = float("inf"), None
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds, result


try:
    import numpy as np
    from scipy import special, stats
except ImportError as error:
    sys.exit(f"left out: {error}")


def load(name):
    return np.fromfile(os.path.join(folder, name + ".f64"))


def exact(o, level=0.95):
    a = 1 - level
    with np.errstate(invalid="ignore"):
        low = np.where(o > 0, special.gammaincinv(o, a / 2), 0.0)
    return low, special.gammaincinv(o + 1, 1 - a / 2)


def byar(o, level=0.95):
    z = stats.norm.ppf((1 + level) / 2)
    n = o + 1
    low = o * (1 - 1 / (9 * o) - z / (3 * np.sqrt(o))) ** 3
    return low, n * (1 - 1 / (9 * n) + z / (3 * np.sqrt(n))) ** 3


def by_rule(o):
    low, high = np.empty_like(o), np.empty_like(o)
    small = o < 10
    low[small], high[small] = exact(o[small])
    low[~small], high[~small] = byar(o[~small])
    return low, high


def exact_chi2(o, level=0.95):
    a = 1 - level
    low = np.where(o > 0, stats.chi2.ppf(a / 2, 2 * o) / 2, 0.0)
    return low, stats.chi2.ppf(1 - a / 2, 2 * o + 2) / 2


def total(limits):
    return limits[0].sum() + limits[1].sum()


counts = load("counts")
task = "1,000,000 intervals, exact below 10, Byar from 10"
seconds, result = best(3, lambda: by_rule(counts))
say(task, "NumPy/SciPy, vectorised, one core", seconds, total(result))
task = "1,000,000 exact intervals, counts repeat"
seconds, result = best(2, lambda: exact(counts))
say(task, "SciPy gammaincinv, vectorised, one core", seconds, total(result))
seconds, result = best(1, lambda: exact_chi2(counts))
say(task, "SciPy chi2.ppf, vectorised, one core", seconds, total(result))


def exact_once(o):
    different, place = np.unique(o, return_inverse=True)
    low, high = exact(different)
    return low[place], high[place]


seconds, result = best(3, lambda: exact_once(counts))
say(task, "SciPy gammaincinv on NumPy unique counts, one core", seconds, total(result))
distinct = load("distinct")
seconds, result = best(3, lambda: by_rule(distinct))
say("1,000,000 intervals by the rule, no count twice", "NumPy/SciPy, vectorised, one core", seconds, total(result))
seconds, result = best(2, lambda: exact(distinct))
say("1,000,000 exact intervals, no count twice", "SciPy gammaincinv, vectorised, one core", seconds, total(result))


def ranks(population):
    share = population / population.sum(axis=-1, keepdims=True)
    return share, np.cumsum(share, axis=-1) - share / 2


def slopes(population, value, se):
    """Closed form for every authority at once, as an expert would write it."""
    p, b = ranks(population)
    spread = (p * (b - 0.5) ** 2).sum(axis=1)
    weight = p * (b - 0.5) / spread[:, None]
    slope = (weight * value).sum(axis=1)
    error = np.sqrt((weight**2 * se**2).sum(axis=1))
    z = stats.norm.ppf(0.975)
    mean = (p * value).sum(axis=1)
    relative = (mean + slope / 2) / (mean - slope / 2)
    return slope, slope - z * error, slope + z * error, relative


def simulated(population, value, se, rng, repetitions):
    out = 0.0
    for n, y, s in zip(population, value, se):
        p, b = ranks(n)
        weight = p * (b - 0.5) / (p * (b - 0.5) ** 2).sum()
        draws = (y + s * rng.standard_normal((repetitions, len(y)))) @ weight
        np.quantile(draws, [0.025, 0.975])
        out += weight @ y
    return out


population, value, se = (load("group_" + k).reshape(-1, 10) for k in ("population", "value", "se"))
task = "153 slope indices with intervals, closed form"
seconds, result = best(20, lambda: slopes(population, value, se))
say(task, "NumPy, vectorised over authorities", seconds, result[0].sum())
task = "153 slope indices, 10,000 simulations each"
seconds, result = best(2, lambda: simulated(population, value, se, np.random.default_rng(1), 10_000))
say(task, "NumPy, vectorised over simulations", seconds, result)


def measures(y, p, b, reference):
    """All twenty-one measures of every row of y."""
    mean = y @ p
    spread = (p * (b - 0.5) ** 2).sum()
    slope = y @ (p * (b - 0.5)) / spread
    concentration = 2 * (y @ (p * (b - 0.5)))
    d = np.abs(y - mean[:, None])
    best_group = np.abs(y - y.min(axis=1, keepdims=True))
    ref = np.abs(y - y[:, [reference]])
    variance = ((y - mean[:, None]) ** 2) @ p
    zero = mean - slope / 2
    x = y / mean[:, None]
    ln = np.log(x)
    risk = y[:, reference] - mean
    return np.stack([
        y[:, 0] - y[:, -1], y[:, 0] / y[:, -1], risk, risk / mean, concentration, concentration / mean,
        slope, (zero + slope) / zero, variance, np.sqrt(variance), np.sqrt(variance) / mean,
        d.mean(axis=1) / mean, d @ p / mean, d.mean(axis=1), d @ p, best_group.mean(axis=1), best_group @ p,
        ref.mean(axis=1), ref @ p, np.where(x > 0, x * ln, 0.0) @ p, -(ln @ p),
    ])


def bootstrap(population, value, rng, replicates):
    out = 0.0
    for n, y in zip(population, value):
        p, b = ranks(n)
        drawn = rng.poisson(y * n, (replicates, len(y))) / n
        with np.errstate(divide="ignore", invalid="ignore"):
            np.quantile(measures(drawn, p, b, len(y) - 1), [0.025, 0.975], axis=1)
        out += measures(y[None, :], p, b, len(y) - 1)[9, 0]
    return out


task = "21 measures, 2,000 bootstrap replicates, 153 authorities"
seconds, result = best(2, lambda: bootstrap(population, value, np.random.default_rng(1), 2_000))
say(task, "NumPy, vectorised over replicates", seconds, result)

group, n, r = load("strata_group"), load("strata_population"), load("strata_rate")
observed = load("observed")
index = group.astype(np.int64)
task = "397,800 strata into 1,989 expected counts"
seconds, result = best(20, lambda: np.bincount(index, n * r))
say(task, "NumPy bincount", seconds, result.sum())
ratio_task = "the same, with 1,989 ratios and intervals"
seconds, result = best(20, lambda: by_rule(observed)[1] / np.bincount(index, n * r))
say(ratio_task, "NumPy/SciPy", seconds, result.sum())

try:
    import polars as pl
except ImportError as error:
    print(f"left out: {error}", file=sys.stderr)
else:
    frame = pl.DataFrame({"g": index.astype(np.uint32), "n": n, "r": r})
    query = lambda: frame.group_by("g").agg((pl.col("n") * pl.col("r")).sum().alias("e"))
    seconds, result = best(30, query)
    say(task, f"Polars group_by, {pl.thread_pool_size()} threads", seconds, result["e"].sum())
    ordered = frame.with_columns(pl.col("g").set_sorted())
    query = lambda: ordered.group_by("g").agg((pl.col("n") * pl.col("r")).sum().alias("e"))
    seconds, result = best(30, query)
    say(task, f"Polars group_by on sorted groups, {pl.thread_pool_size()} threads", seconds, result["e"].sum())

try:
    import pandas as pd
    import PHStatsMethods
except ImportError as error:
    print(f"left out: {error}", file=sys.stderr)
else:
    # It raises on a zero count and works row by row: a thousandth of the rows, scaled up. Its limits
    # are wrong (it passes 1 - confidence on), so they are not compared.
    some = counts[counts > 0][:1_000]
    frame = pd.DataFrame({"o": some, "n": np.full(len(some), 1e5)})
    seconds, _ = best(1, lambda: PHStatsMethods.ph_rate(frame, "o", "n"))
    say("1,000,000 intervals, exact below 10, Byar from 10",
        "PHStatsMethods ph_rate, 1,000 rows scaled up (limits wrong)", seconds * len(counts) / len(some), "nan")
