"""`disparity.stats` beside NumPy and SciPy, statsmodels and PHStatsMethods, on the same million rows in the same run.

    python benches/peers/python_stats.py

in an environment with the wheel and requirements-python.txt. No count comes twice, so that nobody gains from remembering; the
peers are vectorised as well as they go and use one core, as they do, and `disparity.stats` is timed on one core and on all. Best
of five; every answer is held against the first peer's.
"""

import os
import subprocess
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
ROWS = 1_000_000
RUNS = 5


def best(work, runs=RUNS):
    seconds, result = float("inf"), None
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds * 1e3, result


def inputs():
    import numpy as np

    draws = np.random.default_rng(1)
    # Counts as small areas and protected tables have them: most below 1,000, none a whole number.
    counts = np.exp(draws.uniform(np.log(0.5), np.log(2_000), ROWS))
    denominators = draws.uniform(5_000, 300_000, ROWS)
    return counts, denominators


def ours():
    """What a process with so many threads takes: a line for each task."""
    import numpy as np

    from disparity import stats

    counts, denominators = inputs()
    wholes = np.ceil(counts) + 1_000
    tasks = {
        "exact below 10, Byar from 10": lambda: stats.poisson_intervals(counts),
        "exact": lambda: stats.poisson_intervals(counts, method="exact"),
        "Byar": lambda: stats.poisson_intervals(counts, method="byar"),
        "Wilson": lambda: stats.proportions(counts, wholes),
        "rates": lambda: stats.rates(counts, denominators),
    }
    for name, work in tasks.items():
        milliseconds, table = best(work)
        check = float(np.asarray(table["low"]).sum() + np.asarray(table["high"]).sum())
        print(name, milliseconds, repr(check), sep="\t")


def of_ours(threads):
    environment = dict(os.environ, **({"RAYON_NUM_THREADS": str(threads)} if threads else {}))
    told = subprocess.run([sys.executable, __file__, "ours"], env=environment, capture_output=True, text=True, check=True)
    rows = (line.split("\t") for line in told.stdout.splitlines())
    return {name: (float(milliseconds), float(check)) for name, milliseconds, check in rows}


def peers():
    import numpy as np
    import pandas as pd
    from scipy import special
    from scipy import stats as scipy_stats
    from statsmodels.stats import proportion, rates

    counts, denominators = inputs()
    wholes = np.ceil(counts) + 1_000
    z = scipy_stats.norm.ppf(0.975)

    def exact(o):
        return special.gammaincinv(o, 0.025), special.gammaincinv(o + 1, 0.975)

    def byar(o):
        n = o + 1
        low = np.maximum(1 - 1 / (9 * o) - z / (3 * np.sqrt(o)), 0)
        high = 1 - 1 / (9 * n) + z / (3 * np.sqrt(n))
        # Products, as NumPy's power of three takes four times as long.
        return o * low * low * low, n * high * high * high

    def by_rule(o):
        low, high = np.empty_like(o), np.empty_like(o)
        small = o < 10
        low[small], high[small] = exact(o[small])
        low[~small], high[~small] = byar(o[~small])
        return low, high

    def wilson(x, n):
        p = x / n
        centre, half = p + z * z / (2 * n), z * np.sqrt((p * (1 - p) + z * z / (4 * n)) / n)
        scale = 1 + z * z / n
        return (centre - half) / scale, (centre + half) / scale

    def rate(o, n):
        low, high = by_rule(o)
        return low / n * 1e4, high / n * 1e4

    yield "exact below 10, Byar from 10", "NumPy and SciPy", best(lambda: by_rule(counts))
    yield "exact", "SciPy gammaincinv", best(lambda: exact(counts))
    yield "exact", "statsmodels confint_poisson", best(lambda: rates.confint_poisson(counts, 1.0, method="exact-c"), 2)
    yield "Byar", "NumPy", best(lambda: byar(counts))
    yield "Wilson", "NumPy", best(lambda: wilson(counts, wholes))
    yield "Wilson", "statsmodels proportion_confint", best(lambda: proportion.proportion_confint(counts, wholes, method="wilson"), 2)
    yield "rates", "NumPy and SciPy", best(lambda: rate(counts, denominators))
    try:
        from PHStatsMethods import ph_rate
    except ImportError as error:
        print("left out:", error)
        return
    some = 1_000
    frame = pd.DataFrame({"o": np.ceil(counts[:some]), "n": denominators[:some], "g": range(some)})
    milliseconds, _ = best(lambda: ph_rate(frame, "o", "n", group_cols="g", multiplier=10_000), 1)
    # Of so few rows scaled up: all of them would take minutes.
    yield "rates", "PHStatsMethods ph_rate (1,000 rows scaled up)", (milliseconds * ROWS / some, None)


def main():
    one, all_cores = of_ours(1), of_ours(None)
    cores = os.cpu_count()
    print(f"| 1,000,000 rows, no count twice | ms, one core | ms, {cores} cores | peer | its ms | peer ÷ {cores} cores | differ by |")
    print("|---|---|---|---|---|---|---|")
    for task, peer, (milliseconds, answer) in peers():
        (first, check), (both, _) = one[task], all_cores[task]
        differ = "not compared" if answer is None else f"{abs(sum(float(own.sum()) for own in answer) / check - 1):.0e}"
        print(f"| {task} | {first:.1f} | {both:.1f} | {peer} | {milliseconds:.1f} | {milliseconds / both:.1f} | {differ} |")


if __name__ == "__main__":
    ours() if sys.argv[1:] == ["ours"] else main()
