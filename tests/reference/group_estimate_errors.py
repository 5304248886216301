"""Writes data/codelists/group_estimate_errors.csv: how wrong children of an ethnic group are that are
estimated from residents of all ages.

    python3 group_estimate_errors.py FOLDER-OF-PUBLISHED-FILES ../../data

The truth is known of districts: residents aged 10 to 17 by ethnic group (Census 2021, RM032). In each county of
several districts, its districts' residents of all ages by group (TS021, summed from neighbourhoods) are fitted
by iterative proportional fitting to the county's children of each group and the district's children of all
groups, as is done with the neighbourhoods of an authority. An error is the logarithm of the truth over the
estimate. `beyond_chance` is what is left of its root mean square without the chance of a Poisson count with
that estimate; districts are put together by the size of the estimate, at least ten in a class.
"""

import collections
import csv
import math
import pathlib
import sys

GROUPS = ["white", "mixed", "asian", "black", "other"]
FROM = [0, 50, 100, 200, 500, 1000]
LEAST = 10


def rows(path):
    return list(csv.DictReader(open(path, encoding="utf-8")))


def fitted(seed, children, groups):
    table = [list(map(float, row)) for row in seed]
    for _ in range(1000):
        for at, row in enumerate(table):
            scale = children[at] / sum(row)
            table[at] = [value * scale for value in row]
        worst = 0.0
        for group, wanted in enumerate(groups):
            scale = wanted / sum(row[group] for row in table)
            worst = max(worst, abs(scale - 1))
            for row in table:
                row[group] *= scale
        if worst < 1e-12:
            return table
    raise SystemExit("the fit did not converge")


def errors(published, data):
    ward = {row["ward"]: row["district"] for row in rows(data / "england/wards_2024.csv")}
    county = {row["district"]: row["area_code"] for row in rows(data / "england/districts_2024.csv")}
    residents = collections.defaultdict(lambda: [0] * len(GROUPS))
    for row in rows(data / "england/neighbourhoods_2021.csv"):
        district = ward[row["ward"]]
        # One neighbourhood fits best a ward of another authority.
        if county[district] != row["area_code"]:
            continue
        for at, group in enumerate(GROUPS):
            residents[district][at] += int(row[group])
    truth = {
        row["ltla23_code"]: [int(row[group]) for group in GROUPS]
        for row in rows(published / "population/census2021_rm032_age10_17_ethnic5_ltla23.csv")
        if row["ltla23_code"].startswith("E")
    }
    missing = sorted(set(truth) - set(residents))
    if missing:
        raise SystemExit(f"districts without neighbourhoods: {missing}")
    districts = collections.defaultdict(list)
    for district in sorted(truth):
        districts[county[district]].append(district)
    for own in districts.values():
        if len(own) < 2:
            continue
        known = [truth[district] for district in own]
        table = fitted([residents[d] for d in own], [sum(row) for row in known], [sum(g) for g in zip(*known)])
        for row, is_ in zip(table, known):
            for group, (estimate, count) in enumerate(zip(row, is_)):
                if count > 0:
                    yield group, estimate, math.log(count / estimate)
                else:
                    print(f"no logarithm: {GROUPS[group]}, estimate {estimate}", file=sys.stderr)


def classes(found):
    """Classes by size of the estimate, those of too few put with the next, or the one before."""
    parts = [[(n, error) for n, error in found if n >= low and n < high] for low, high in zip(FROM, FROM[1:] + [math.inf])]
    made = []
    low, part = None, []
    for start, own in zip(FROM, parts):
        low = start if low is None else low
        part = part + own
        if len(part) >= LEAST:
            made.append((low, part))
            low, part = None, []
    if part and made:
        made[-1] = (made[-1][0], made[-1][1] + part)
    # The smallest class is for whatever is smaller, too.
    return [(0 if at == 0 else low, part) for at, (low, part) in enumerate(made)]


def main():
    published, data = map(pathlib.Path, sys.argv[1:3])
    found = collections.defaultdict(list)
    for group, estimate, error in errors(published, data):
        found[group].append((estimate, error))
    with open(data / "codelists/group_estimate_errors.csv", "w", encoding="utf-8", newline="\n") as out:
        out.write("group,from_children,districts,mean_log_error,rms_log_error,beyond_chance\n")
        for group, name in enumerate(GROUPS):
            for low, part in classes(found[group]):
                mean = sum(error for _, error in part) / len(part)
                square = sum(error * error for _, error in part) / len(part)
                chance = sum(1 / estimate for estimate, _ in part) / len(part)
                beyond = math.sqrt(max(0.0, square - chance))
                out.write(f"{name},{low},{len(part)},{mean:.4f},{math.sqrt(square):.4f},{beyond:.4f}\n")


main()
