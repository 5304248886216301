"""Reference figures of `rounded_counts` and `rate_variation`, from SciPy's distributions and NumPy's least squares.

Run from this folder: `python3 rounding.py` (NumPy and SciPy). The 22 areas are Welsh authorities: children looked after
at 31 March 2018 and 2025 (Welsh Government, StatsWales, rounded to 5), children aged 0 to 17 at mid-2017 and mid-2024
(Office for National Statistics), and the proportion of children aged 0 to 15 in income deprivation (Welsh Index of
Multiple Deprivation 2019), in the order of their codes; from `../../data/wales`.
"""

import csv
from pathlib import Path

import numpy as np
import scipy
from scipy import optimize, stats

DATA = Path("../../data/wales")
HEAD = f"# written by tests/reference/rounding.py with SciPy {scipy.__version__}\n"


def number(x):
    return format(float(x), ".17g")


def write(method, rows):
    with open(f"{method}.csv", "w", newline="") as file:
        file.write(HEAD)
        file.write('"inputs","output","expected","tolerance","reason"\n')
        for inputs, output, expected, tolerance, reason in rows:
            file.write(f'"{inputs}","{output}","{number(expected)}","{tolerance}","{reason}"\n')


def poisson(count, level):
    """Exact limits below 10 events (chi-squared quantiles), Byar's from 10 on."""
    tail = (1 - level) / 2
    if count < 10:
        low = stats.chi2.ppf(tail, 2 * count) / 2 if count > 0 else 0.0
        return low, stats.chi2.ppf(1 - tail, 2 * count + 2) / 2
    z = stats.norm.ppf(1 - tail)
    low = count * (1 - 1 / (9 * count) - z / (3 * np.sqrt(count))) ** 3
    above = count + 1
    return low, above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3


def rounded():
    reason = "SciPy's chi-squared and normal quantiles at every count that rounds to the printed one"
    for level in (0.9, 0.95, 0.998):
        for count, within, of in ((5, 2, 9000), (10, 2, 12345), (420, 2, 21964), (7080, 44, 621019), (35, 0, 800)):
            ends = [poisson(n, level) for n in range(count - within, count + within + 1)]
            inputs = f"o={count};within={within};n={of};level={number(level)}"
            yield inputs, "low", min(low for low, _ in ends) / of, "1e-10", reason
            yield inputs, "high", max(high for _, high in ends) / of, "1e-10", reason


def read(name):
    with open(DATA / f"{name}.csv", newline="") as file:
        return list(csv.DictReader(file))


def areas(period, mid_year):
    counts = {
        row["area_code"]: float(row["cla_at_31_march"])
        for row in read("children_looked_after")
        if row["time_period"] == period and row["area_code"].startswith("W06")
    }
    children = {row["area_code"]: float(row["children_0_17"]) for row in read("population") if row["mid_year"] == mid_year}
    poor = {row["area_code"]: float(row["proportion"]) for row in read("child_income_deprivation")}
    codes = sorted(counts)
    return tuple(np.array([of[code] for code in codes]) for of in (counts, children, poor))


def noncentral(r2, n, k, p):
    """The share l / (l + n) at which the lower tail of the noncentral F is p: by a root of SciPy's `ncf`."""
    f = r2 / k / ((1 - r2) / (n - k - 1))
    lower = lambda l: (stats.ncf.cdf(f, k, n - k - 1, l) if l > 0 else stats.f.cdf(f, k, n - k - 1)) - p
    if lower(0.0) <= 0:
        return 0.0
    found = optimize.brentq(lower, 0.0, 500.0, xtol=1e-13, rtol=1e-14)
    return found / (found + n)


def variation():
    for period, mid_year in (("2018", "2017"), ("2025", "2024")):
        counts, children, poor = areas(period, mid_year)
        rates, n = counts / children, len(counts)
        design = np.column_stack([np.ones(n), poor])
        fit, *_ = np.linalg.lstsq(design, rates, rcond=None)
        left = np.sum((rates - design @ fit) ** 2)
        r2 = 1 - left / np.sum((rates - rates.mean()) ** 2)
        join = lambda values: "|".join(number(value) for value in values)
        for level in (0.95, 0.998):
            inputs = f"o={join(counts)};n={join(children)};x={join(poor)};level={number(level)}"
            tail = (1 - level) / 2
            yield inputs, "r_squared", r2, "1e-10", "NumPy's least squares"
            yield inputs, "adjusted", 1 - (1 - r2) * (n - 1) / (n - 2), "1e-10", "NumPy's least squares"
            reason = "roots of SciPy's noncentral F"
            yield inputs, "low", noncentral(r2, n, 1, 1 - tail), "1e-08", reason
            yield inputs, "high", noncentral(r2, n, 1, tail), "1e-08", reason


write("rounded_counts", rounded())
write("rate_variation", variation())
