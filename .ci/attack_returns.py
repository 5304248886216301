"""Attack what is made of children's records, over invented worlds.

The attacker has everything that an output prints, the rows that are there included, and knows how the
counts hang together: groups and authorities add up, parts are parts of their wholes, steps and bands
make up what they are steps and bands of, stocks follow from flows. Linear programming (HiGHS, which
the program does not use) finds between which numbers each withheld count lies. No count of 1 to 5 may
be told: neither pinned, nor narrowed to between 1 and 5. A second attacker takes it that whatever is
withheld is at least one child: he may pin none. That the attack is one is seen by giving it the
same counts with only the small ones withheld: then it tells some.

    python attack_returns.py PATH-OF-disparity [WORLDS] [WORLDS WITH OUTPUTS BESIDE ONE ANOTHER]
"""

import collections
import csv
import io
import math
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import highspy
import numpy as np

AT_MOST = 5
FAR = 1e5


class Attacker:
    """Counts by name, whether they are shown, and the sums that hold between them."""

    def __init__(self):
        self.at, self.truth, self.shown, self.published, self.sums = {}, [], [], [], []

    def free(self, truth):
        """A count that is in no output."""
        self.truth.append(truth)
        self.shown.append(False)
        self.published.append(False)
        return len(self.truth) - 1

    def cell(self, name, truth, shown, published=True):
        """A count by name; shown in one place, it is known in all."""
        if name not in self.at:
            self.at[name] = self.free(truth)
            self.published[-1] = published
        at = self.at[name]
        assert self.truth[at] == truth, f"{name} is two counts: {self.truth[at]} and {truth}"
        self.shown[at] |= shown
        return at

    def sum(self, total, parts):
        """A sum, if it holds in truth."""
        if parts and self.truth[total] == sum(self.truth[p] for p in parts):
            self.sums.append((total, parts))

    def part(self, part, whole):
        """One count is part of another, which leaves a rest that is in no output."""
        if self.truth[whole] >= self.truth[part]:
            self.sum(whole, [part, self.free(self.truth[whole] - self.truth[part])])

    def margins(self):
        """Names end in |authority|way of grouping|group: groups and authorities add up."""
        wholes = collections.defaultdict(list)
        for name, at in self.at.items():
            what, area, by, group = name.rsplit("|", 3)
            if by != "total":
                wholes[f"{what}|{area}|total|Total", by].append(at)
            if area:
                wholes[f"{what}||{by}|{group}", "area"].append(at)
        for (whole, _), parts in wholes.items():
            if whole in self.at:
                self.sum(self.at[whole], parts)

    def told(self, shown, floor, enough=None):
        """Names of small counts that follow from what is shown, and how many were attacked.

        With a floor of 0: those that cannot be 0 and cannot be above 5, or have one value. With a
        floor of 1 for what is published: those that have one value. Of a place of which everything is
        withheld, what is 0 as well, nobody can take it that it is something. Stops when so many are
        told as are enough.
        """
        least = self.least(shown, floor)
        parent = list(range(len(self.truth)))

        def find(a):
            while parent[a] != a:
                parent[a] = parent[parent[a]]
                a = parent[a]
            return a

        rows = []
        for total, parts in self.sums:
            factors, known = collections.Counter(), 0
            for at, sign in [(total, -1)] + [(p, 1) for p in parts]:
                if shown[at]:
                    known -= sign * self.truth[at]
                else:
                    factors[at] += sign
            factors = {at: f for at, f in factors.items() if f}
            if factors:
                rows.append((known, factors))
                first, *rest = factors
                for at in rest:
                    parent[find(at)] = find(first)
        members, own = collections.defaultdict(list), collections.defaultdict(list)
        for at in range(len(self.truth)):
            if not shown[at]:
                members[find(at)].append(at)
        for row in rows:
            own[find(next(iter(row[1])))].append(row)
        names = {at: name for name, at in self.at.items()}
        told, small = [], 0
        for root, cells in members.items():
            targets = [at for at in cells if self.published[at] and 1 <= self.truth[at] <= AT_MOST]
            small += len(targets)
            if not targets:
                continue
            if enough is not None and len(told) >= enough:
                break
            for at, (low, high) in self.bounds(cells, own[root], targets, floor, least).items():
                exact = high - low < 1 - 1e-6 and math.floor(high + 1e-6) == math.ceil(low - 1e-6)
                narrow = high < AT_MOST + 1 - 1e-6 and low > 1e-6
                if exact or (narrow and floor == 0):
                    told.append(f"{names[at]} is {self.truth[at]}: {low:.3f} to {high:.3f}")
        return told, small

    def least(self, shown, floor):
        """What each count is taken to be at the least."""
        places = collections.defaultdict(list)
        for name, at in self.at.items():
            # Year, authority and group.
            head, *rest = name.split("|")
            places[head.rpartition(" ")[2], *rest].append(at)
        least = [floor if p and t else 0 for p, t in zip(self.published, self.truth)]
        for own in places.values():
            if not any(shown[at] for at in own) and any(not self.truth[at] for at in own):
                for at in own:
                    least[at] = 0
        return least

    def bounds(self, cells, rows, targets, floor, least):
        """Least and greatest value of each target, as far as is needed to clear it."""
        place = {at: i for i, at in enumerate(cells)}
        solver = highspy.Highs()
        solver.silent()
        for at in cells:
            solver.addVar(float(least[at]), FAR)
        for known, factors in rows:
            at = np.array([place[a] for a in factors], dtype=np.int32)
            solver.addRow(known, known, len(at), at, np.array(list(factors.values()), dtype=float))
        columns = np.arange(len(cells), dtype=np.int32)
        seen = {at: (self.truth[at], self.truth[at]) for at in targets}

        def solve(cost):
            solver.changeColsCost(len(cells), columns, cost)
            solver.run()
            assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
            values = solver.getSolution().col_value
            for at in targets:
                low, high = seen[at]
                seen[at] = (min(low, values[place[at]]), max(high, values[place[at]]))

        def clear(at):
            low, high = seen[at]
            return high >= AT_MOST + 1 - 1e-6 if floor == 0 else high - low >= 1

        # One solution clears many counts at once; what is left over is asked one by one.
        chance = np.random.default_rng(1)
        for _ in range(60):
            left = [at for at in targets if not clear(at)]
            cost = np.zeros(len(cells))
            for at in left:
                cost[place[at]] = -chance.exponential()
            if left:
                solve(cost)
            if len(left) == sum(not clear(at) for at in targets):
                break
        for at in targets:
            for sign in (-1.0, 1.0):
                if not clear(at):
                    cost = np.zeros(len(cells))
                    cost[place[at]] = sign
                    solve(cost)
        return seen


# The words of `journeys`: what is one count under several names, is part of another, or makes it up.
CAUSES = ["step", "closed_first", "died", "adopted_or_moved", "turned_18"]
PLAN_BANDS = [
    "three_months_or_less",
    "over_three_to_six_months",
    "over_six_months_under_one_year",
    "one_to_under_two_years",
    "two_years_or_more",
]
BANDS = {
    "cpp_at_31_march": [f"cpp_{band}" for band in PLAN_BANDS],
    "cpp_ended": [f"cpp_ended_{band}" for band in PLAN_BANDS],
}
CHILDREN = {
    "cin_any_point_episodes": "cin_any_point",
    "cin_started_episodes": "cin_started",
    "cin_ended_episodes": "cin_ended",
    "referrals": "referrals_children",
    "section_47_enquiries": "section_47_enquiries_children",
    "initial_conferences": "initial_conferences_children",
    "cpp_started": "cpp_started_children",
    "cpp_ended": "cpp_ended_children",
    "cpp_any_point": "cpp_any_point_children",
}
FLOWS = [
    ("cla_at_31_march", "cla_started", "cla_ceased", ""),
    ("cin_at_31_march", "cin_started_episodes", "cin_ended_episodes", "cin_any_point_episodes"),
    ("cin_plan_at_31_march", "cin_plan_started", "cin_plan_ended", ""),
    ("cpp_at_31_march", "cpp_started", "cpp_ended", "cpp_any_point"),
]
PARTS = {
    "rereferrals_within_12_months": "referrals",
    "referrals_no_further_action": "referrals",
    "cpp_second_or_subsequent": "cpp_started",
    "cla_unaccompanied_at_31_march": "cla_at_31_march",
}
ALIKE = [
    ["published referrals", "whole recurrence rereferral_12_months_from_closure"],
    [
        "published cla_started",
        "whole matching entrants",
        "linked",
        "whole recurrence reentry_to_care_12_months",
        "whole recurrence reentry_to_care",
    ],
    [
        "published cpp_started",
        "published cpp_started_children",
        "whole recurrence repeat_plan_recorded",
        "whole recurrence repeat_plan_2_years",
        "whole recurrence repeat_plan_5_years",
        "whole incidence protection_plan_to_care",
    ],
    [
        "published cin_plan_started",
        "whole incidence cin_plan_to_protection_plan",
        "whole incidence cin_plan_to_care",
    ],
    [
        "published cpp_ended",
        "published cpp_ended_children",
        "whole incidence protection_plan_to_another",
    ],
    ["published cla_ceased", "whole incidence care_to_care"],
]
MADE_UP = {
    "published referrals": [
        "published referrals_no_further_action",
        "whole recurrence rereferral_12_months_further_action",
    ],
    "whole incidence closure_to_referral": [
        "published cin_ended_episodes",
        "published referrals_not_in_need",
    ],
}
WAYS = ["full_ladder", "cpp_direct", "cin_only", "eh_only", "referral_only", "none_observed"]
LEVELS = ["early_help", "in_need", "cin_plan", "protection_plan", "care"]


def flows(all, published):
    """Stocks of two years and what came and left between them; referrals, bands, children."""
    for place, counts in published.items():
        year, who = place.split("|", 1)
        before = f"{int(year) - 1}|{who}"
        everyone = f"{int(year) - 1}|{who.split('|')[0]}|total|Total"

        def at(name, place=place):
            return published.get(place, {}).get(name)

        def some(*cells):
            return [cell for cell in cells if cell is not None]

        if at("referrals") is not None:
            parts = some(at("cin_started_episodes"), at("referrals_no_further_action"))
            for own in [[part] for part in parts] + [parts]:
                rest = all.truth[at("referrals")] - sum(all.truth[part] for part in own)
                if rest >= 0:
                    all.sum(at("referrals"), own + [all.free(rest)])
        for events, children in CHILDREN.items():
            if None not in (at(events), at(children)):
                # As many as the children, or more.
                if all.truth[at(events)] == all.truth[at(children)]:
                    all.sum(at(events), [at(children)])
                else:
                    all.part(at(children), at(events))
        for part, whole in PARTS.items():
            if None not in (at(part), at(whole)):
                all.part(at(part), at(whole))
        for stock, came, left, any_point in FLOWS:
            out, into = some(at(left), at(stock)), some(at(came), at(stock, before))
            gone, come = (sum(all.truth[cell] for cell in cells) for cells in (out, into))
            two = "|age_band|" not in who and at(stock, everyone) is not None
            whole = at(any_point)
            if whole is None and two and gone == come:
                whole = all.free(gone)
            if whole is not None:
                all.sum(whole, out)
                if two:
                    all.sum(whole, into)
        for whole, bands in BANDS.items():
            if at(whole) is not None:
                parts = some(*map(at, bands))
                for part in parts:
                    all.part(part, at(whole))
                all.sum(at(whole), parts)


def whole_of(table, measure):
    """The name of the whole that a measure of a table of journeys is part of."""
    if table == "transitions":
        level = next((measure.split(c)[0] for c in ("_to_", "_stayed_", "_closed_and_") if c in measure))
        if "_to_early_help_" in measure:
            return f"seen transitions {level}"
        if "_closed_and_" in measure:
            return f"closings transitions {level}"
        return f"whole transitions {level}"
    if table == "ways":
        way = measure.removeprefix("fully_observed_")
        seen = {"emergency": "case", "bounced": "levels", "stuck": "levels"}
        care = ("full_ladder", "cpp_direct", "cin_only")
        return f"seen {seen.get(way, 'social care' if way in care else 'early help')}"
    if table == "known-days":
        return "seen case"
    if table == "matching":
        looked_after = measure == "looked_after_linked"
        return "published cla_at_31_march" if looked_after else "whole matching entrants"
    if table == "incidence":
        for cause in CAUSES:
            if f"_{cause}_within" in measure:
                return f"whole incidence {measure.split(f'_{cause}_within')[0]}"
    return f"whole {table} {measure}"


def journeys(shown, truth):
    all, partitions = Attacker(), collections.defaultdict(list)
    published, places = collections.defaultdict(dict), set()
    for s, t in zip(shown, truth, strict=True):
        table, measure = s["table"], s["measure"]
        place = f"{s['time_period']}|{s['old_la_code']}|{s['group_by']}|{s['group']}"
        places.add(place)

        def cell(what, column, s=s, t=t, place=place):
            return all.cell(f"{what} {place}", int(t[column]), s[column].isdigit())

        if table == "published":
            published[place][measure] = cell(f"published {measure}", "numerator")
            continue
        if measure.startswith("way_"):
            cell(f"ways {measure}", "numerator")
            continue
        whole = cell(whole_of(table, measure), "denominator")
        # That a figure is not told depends on what files cover, and on which of two counts is greater.
        assert (s["numerator"] == "x") == (t["numerator"] == "x"), (s, t)
        if t["numerator"] == "x":
            continue
        linked = measure == "entrants_linked"
        part = cell("linked" if linked else f"{table} {measure}", "numerator")
        all.part(part, whole)
        if table == "transitions" and "_to_early_help_" in measure:
            partitions[table, f"whole transitions {measure.split('_to_')[0]} {place}"].append(part)
        elif table == "transitions" and "_closed_and_" not in measure or table == "known-days":
            partitions[table, f"{whole_of(table, measure)} {place}"].append(part)
        elif table == "matching" and measure.startswith("entrants_") and not linked:
            partitions[table, f"{whole_of(table, measure)} {place}"].append(part)
        elif table == "incidence":
            horizon = measure.rsplit("_within", 1)[1]
            partitions[horizon, f"{whole_of(table, measure)} {place}"].append(part)
    flows(all, published)
    for place in sorted(places):
        connect(all, lambda what, place=place: all.at.get(f"{what} {place}"))
        if place.endswith("|total|Total"):
            told_of(all, lambda what, place=place: all.at.get(f"{what} {place}"))
    for (table, whole), parts in partitions.items():
        if whole in all.at:
            rest = all.truth[all.at[whole]] - sum(all.truth[part] for part in parts)
            if table.endswith("months") and rest >= 0:
                parts = parts + [all.free(rest)]
            all.sum(all.at[whole], parts)
    all.margins()
    return all


def connect(all, at):
    """How the tables of journeys hang together at one place."""
    for names in ALIKE:
        cells = [cell for cell in map(at, names) if cell is not None]
        for n, one in enumerate(cells):
            same = next((c for c in cells[:n] if all.truth[c] == all.truth[one]), None)
            if same is not None:
                all.sum(same, [one])
    for whole, parts in MADE_UP.items():
        if at(whole) is not None:
            all.sum(at(whole), [cell for cell in map(at, parts) if cell is not None])
    within = [
        ("seen social care", "linked"),
        ("seen case", "linked"),
        ("seen early help", "seen social care"),
        ("seen levels", "seen social care"),
        ("whole recurrence reentry_to_care", "whole recurrence reentry_to_care_12_months"),
        ("whole recurrence repeat_plan_recorded", "published cpp_started"),
        ("whole recurrence rereferral_12_months_from_closure", "published referrals"),
        ("matching looked_after_linked", "published cla_at_31_march"),
    ]
    for way in WAYS + ["bounced", "emergency", "stuck"]:
        within.append((f"ways fully_observed_{way}", f"ways way_{way}"))
    for level in LEVELS:
        closed = f"transitions {level}_to_closed_within_12_months"
        within.append((f"closings transitions {level}", closed))
        within.append((f"seen transitions {level}", f"whole transitions {level}"))
    for part, whole in within:
        if None not in (at(part), at(whole)):
            all.part(at(part), at(whole))
    ways = [at(f"ways way_{way}") for way in WAYS]
    if at("linked") is not None:
        all.sum(at("linked"), [cell for cell in ways if cell is not None])
    for own, seen in ((WAYS[:3], "seen social care"), (WAYS[3:], "seen early help")):
        parts = [at(f"ways fully_observed_{way}") for way in own]
        parts = [cell for cell in parts if cell is not None]
        if at(seen) is not None:
            rest = all.truth[at(seen)] - sum(all.truth[cell] for cell in parts)
            all.sum(at(seen), parts + [all.free(rest)])


def told_of(all, at):
    """Of recurrence a share is told where of half of the events or more it can be seen."""
    for way, whole in [
        ("reentry_to_care", "whole recurrence reentry_to_care_12_months"),
        ("repeat_plan_recorded", "published cpp_started"),
        ("rereferral_12_months_from_closure", "published referrals"),
    ]:
        events, every = at(f"whole recurrence {way}"), at(whole)
        if None not in (events, every) and all.truth[every] >= all.truth[events]:
            unseen = all.free(all.truth[every] - all.truth[events])
            all.sum(every, [events, unseen])
            told = at(f"recurrence {way}") is not None
            all.part(*((unseen, events) if told else (events, unseen)))


def prior_help(shown, truth):
    all, ladders = Attacker(), collections.defaultdict(list)
    seen = collections.defaultdict(list)
    for s, t in zip(shown, truth, strict=True):
        if s["estimator"] != "complete_window":
            continue
        place = f"{s['time_period']}|{s['old_la_code']}|{s['group_by']}|{s['group']}"
        kind, back, lead = s["indicator"], s["look_back_years"], s["lead_days"]

        def cell(what, column, s=s, t=t, place=place):
            return all.cell(f"{what} {place}", int(t[column]), s[column].isdigit())

        entrants, unlinked = cell("entrants", "entrants"), cell("unlinked", "unlinked")
        incomplete = cell(f"incomplete {kind} {back}", "incomplete")
        observed = cell(f"observed {kind} {back}", "denominator")
        helped = cell(f"helped {kind} {back} {lead}", "numerator")
        all.part(helped, observed)
        all.sum(entrants, [observed, incomplete, unlinked])
        seen[back, place].append((observed, incomplete))
        # Which estimate is the headline says whether half of all entrants are fully observed. Where they
        # are, the share among them may still contradict records that are shown; he may know that they are.
        if place.endswith("|total|total"):
            rest = all.truth[observed] - all.truth[incomplete] - all.truth[unlinked]
            assert rest >= 0 or s["headline"] == "false", s
            if rest >= 0:
                all.sum(observed, [incomplete, unlinked, all.free(rest)])
            else:
                others = all.free(all.truth[incomplete] + all.truth[unlinked])
                all.sum(others, [incomplete, unlinked])
                all.part(observed, others)
        ladders[kind, place].append(((int(back), -int(lead)), observed, helped))
    all.margins()
    pooled(all)
    for kinds in seen.values():
        for n, one in enumerate(kinds):
            counts = [all.truth[cell] for cell in one]
            same = next((k for k in kinds[:n] if [all.truth[c] for c in k] == counts), None)
            if same is not None and same != one:
                all.sum(same[0], [one[0]])
                all.sum(same[1], [one[1]])
    # Of two questions of which one holds the other, what lies between is a count, too.
    for (kind, _), ladder in ladders.items():
        for narrow, observed, part in ladder:
            for wide, other, whole in ladder:
                wider = narrow[0] <= wide[0] and narrow[1] <= wide[1] and narrow != wide
                if wider and all.truth[observed] == all.truth[other]:
                    none = kind.startswith("prior_help_none")
                    all.part(*((whole, part) if none else (part, whole)))
    return all


def pooled(all):
    """Years of entry that are put together are the sum of each of them, where those are printed as well."""
    years = collections.defaultdict(dict)
    for name, at in all.at.items():
        head, *place = name.split("|")
        what, _, period = head.rpartition(" ")
        first, _, last = period.partition("-")
        years[what, *place][int(first), int(last or first)] = at
    for spans in years.values():
        for (first, last), whole in spans.items():
            if first < last:
                parts = [at for (a, b), at in spans.items() if a == b and first <= a <= last]
                all.sum(whole, parts)


def same_again(whole, again):
    """Rows of a question that holds another, where they are not what the other shows."""
    there = set(tuple(row.values()) for row in whole)
    return [row for row in again if tuple(row.values()) not in there]


ASKED = ["indicator", "time_period", "old_la_code", "look_back_years", "lead_days"]
DIMENSIONS = ["ethnicity_major", "ethnicity_minor", "age_band", "sex", "deprivation_decile"]


def run(rows, truth):
    """A run from returns: the counts of published indicators, shown as numerator or denominator."""
    counts = {}
    for row in truth:
        if row["new_la_code"]:
            place = f"{row['time_period']}|{row['new_la_code']}|{row['group_by']}|{row['group']}"
            counts[f"{row['measure']} {place}"] = (row["measure"], place, int(row["numerator"]))
    shown = shown_by_run(rows)
    all, published = Attacker(), collections.defaultdict(dict)
    for name, (measure, place, count) in counts.items():
        if name in shown:
            published[place][measure] = all.cell(name, count, shown[name])
    flows(all, published)
    all.margins()
    return all


def shown_by_run(rows):
    """Which counts of indicators a run shows, of those that it has at all."""
    shown = collections.defaultdict(bool)
    for row in rows:
        by = next((d for d in DIMENSIONS if row[d] != "Total"), "total")
        place = f"{row['time_period']}|{row['new_la_code']}|{by}|{row.get(by, 'Total')}"
        shown[f"{row['indicator']} {place}"] |= row["numerator"].isdigit()
        if row["indicator"].startswith("cpp_") and row["unit"] == "proportion":
            second = row["indicator"] == "cpp_second_or_subsequent"
            whole = "cpp_started" if second else "cpp_at_31_march"
            shown[f"{whole} {place}"] |= row["denominator"].isdigit()
    return shown


def run_as_journeys(rows, truth):
    """The counts of a run as rows of journeys' table of published indicators, as shown and in truth."""
    shown, as_shown, in_truth = shown_by_run(rows), [], []
    for row in truth:
        place = f"{row['time_period']}|{row['new_la_code']}|{row['group_by']}|{row['group']}"
        name = f"{row['measure']} {place}"
        if row["new_la_code"] and name in shown:
            as_shown.append({**row, "numerator": row["numerator"] if shown[name] else "c"})
            in_truth.append(row)
    return as_shown, in_truth


def run_as_prior_help(rows, truth):
    """What a run shows of prior help, as rows of that, as shown and in truth."""
    shown = {}
    for row in rows:
        if row["indicator"].startswith("prior_help_"):
            by = next((d for d in DIMENSIONS if row[d] != "Total"), "total")
            group = row.get(by, "Total")
            shown[row["indicator"], row["time_period"], row["new_la_code"], by, group] = row
    as_shown, in_truth = [], []
    for row in truth:
        group = "Total" if row["group_by"] == "total" else row["group_name"]
        own = shown.get(
            (row["indicator"], row["time_period"], row["new_la_code"], row["group_by"], group)
        )
        if own is not None:
            hidden = {column: "c" for column in ("entrants", "unlinked", "incomplete")}
            counts = {column: own[column] for column in ("numerator", "denominator")}
            as_shown.append({**row, **hidden, **counts})
            in_truth.append(row)
    return as_shown, in_truth


def rows_are_all_there(name, rows, row_of, group_of):
    """Whether a row is there depends on what was asked, never on a child: each place has all groups."""
    groups, places = collections.defaultdict(set), collections.defaultdict(set)
    for row in rows:
        by, group = group_of(row)
        groups[by].add(group)
        places[row_of(row), by].add(group)
    gaps = [key for key, own in places.items() if own != groups[key[1]]]
    return [f"{name}: {key} lacks {sorted(groups[key[1]] - places[key])}" for key in gaps]


def answers(program, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


def estimates_of(folder):
    with open(folder / "estimates.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def together(*pairs):
    """Rows of several outputs, as shown and in truth."""
    return [sum(rows, []) for rows in zip(*pairs, strict=True)]


def one_after_another(program, read, files, shown_before, counts_of_run):
    """Outputs of one store that are each told what was published before, joined with that."""
    store, out, after, printed = files
    (of_journeys, usual), (estimates, counted) = shown_before, counts_of_run
    journeys_after = read("journeys", store, "--published", out)
    help_after = read("prior-help", store, "--published", out)
    single = read("prior-help", store, "--pool", "0", "--unprotected", "a test")
    write(printed, of_journeys[0])
    asked = ["run", "--csv", "--returns", store, "--out", after, "--published", printed]
    answers(program, *map(str, asked))
    run_before = run_as_journeys(estimates, counted)
    run_after = run_as_journeys(estimates_of(after), counted)
    help_before = run_as_prior_help(estimates, single)
    return {
        "journeys after run --returns": journeys(
            *together((journeys_after, of_journeys[1]), run_before)
        ),
        "run --returns after journeys": journeys(*together(of_journeys, run_after)),
        "prior-help after run --returns": prior_help(
            *together((help_after, usual[1]), help_before)
        ),
    }


def world(program, seed, beside):
    """Attacks one invented world; gives a line for each output and what was told."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        files, store, out = folder / "world", folder / "store", folder / "out"
        size = ["--authorities", 3 + seed % 2, "--children", 160 + 30 * (seed % 4)]
        more = ["--years", 5 + seed % 3, "--care", "0.3", "--seed", seed, "--out", files]
        answers(program, "simulate", *map(str, size + more))
        answers(program, "returns", "build", str(files / "returns"), "--out", str(store))
        answers(program, "run", "--csv", "--returns", str(store), "--out", str(out))

        def read(*arguments):
            text = answers(program, *map(str, arguments), "--format", "csv")
            return list(csv.DictReader(io.StringIO(text)))

        def both(*arguments):
            return read(*arguments), read(*arguments, "--unprotected", "a test")

        of_journeys = both("journeys", store)
        by = ["--by", "ethnicity_major", "--by", "age_band"]
        windows = ["--look-back", "1", "--look-back", "3", "--lead", "0", "--lead", "28"]
        of_help = both("prior-help", store, *windows, *by, "--pool", "3")
        # Five years together by every way of telling entrants apart, and each year by ethnic group.
        usual, each = both("prior-help", store), both("prior-help", store, "--pool", "0", *by[:2])
        of_years = [one + other for one, other in zip(usual, each, strict=True)]
        less = ["--by", "ethnicity_minor", "--together"]
        again = same_again(usual[0], read("prior-help", store, *less))
        again += same_again(of_journeys[0], read("journeys", store, "--table", "ways"))
        ways = [word for way in ["total", *DIMENSIONS] for word in ("--by", way)]
        counted = both("journeys", store, "--table", "published", *ways)[1]
        estimates = estimates_of(out)
        files_of = (store, out, folder / "after", folder / "journeys.csv")
        later = {}
        if seed <= beside:
            before = (of_journeys, usual)
            later = one_after_another(program, read, files_of, before, (estimates, counted))
        gaps = rows_are_all_there(
            "journeys",
            of_journeys[0],
            lambda row: (row["table"], row["measure"], row["time_period"], row["old_la_code"]),
            lambda row: (row["group_by"], row["group"]),
        )
        gaps += rows_are_all_there(
            "prior-help",
            of_help[0],
            lambda row: tuple(row[column] for column in ASKED),
            lambda row: (row["group_by"], row["group"]),
        )
    lines, bad = [], [f"seed {seed}: {gap}" for gap in gaps]
    bad += [f"seed {seed}: shown otherwise where less is asked: {row}" for row in again]
    outputs = {
        "journeys": journeys(*of_journeys),
        "prior-help": prior_help(*of_help),
        "prior-help, years together and each": prior_help(*of_years),
        "run --returns": run(estimates, counted),
        **later,
    }
    for name, all in outputs.items():
        small = [not p or 1 <= t <= AT_MOST for t, p in zip(all.truth, all.published)]
        open_to, _ = all.told([not withheld for withheld in small], 0, enough=20)
        found, attacked = all.told(all.shown, 0)
        pinned, _ = all.told(all.shown, 1)
        lines.append(
            f"seed {seed}, {name}: {attacked} small counts attacked over {len(all.sums)} sums, "
            f"{len(found)} told, {len(pinned)} pinned by taking all to be there; "
            f"with only the small ones withheld at least {len(open_to)} told"
        )
        bad += [f"seed {seed}, {name}: {line}" for line in found + pinned]
        if attacked < 50 or len(open_to) < 20:
            bad.append(f"seed {seed}, {name}: that is no attack")
    return lines, bad


def main():
    program, worlds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10
    # So many of them by outputs beside one another as well, which takes longest.
    beside = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    bad = []
    with ThreadPoolExecutor(2) as pool:
        for lines, wrong in pool.map(lambda seed: world(program, seed, beside), range(1, worlds + 1)):
            print("\n".join(lines), flush=True)
            bad += wrong
    print("\n".join(bad[:40]))
    sys.exit(f"{len(bad)} told" if bad else 0)


if __name__ == "__main__":
    main()
