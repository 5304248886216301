//! An attacker on whole outputs: what he knows, the sums that hold, what he works out. For tests of
//! what is released; shares nothing with the program but the linear programme of the attack.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::Sums;
use disparity_disclosure::{Cell, Kind, Threshold, attack};

use crate::support::{Folder, disparity};

/// What an attacker has: every count that is shown anywhere, and every sum that holds.
#[derive(Default)]
pub(crate) struct Attacker {
    pub(crate) names: BTreeMap<String, usize>,
    pub(crate) cells: Vec<Cell>,
    pub(crate) hidden: Vec<bool>,
    pub(crate) sums: Sums,
}

impl Attacker {
    /// A count by name; shown in one place, it is known in all.
    pub(crate) fn cell(&mut self, name: String, truth: u32, shown: bool) -> usize {
        if let Some(at) = self.names.get(&name).copied() {
            assert_eq!(self.cells[at].count, truth, "{name} is two counts");
            self.hidden[at] &= !shown;
            return at;
        }
        // What only follows from other counts is in no output.
        let published = !name.starts_with("not ") && !name.starts_with("rest ");
        self.cells.push(if published {
            Cell::published(truth)
        } else {
            Cell::follows(truth)
        });
        self.hidden.push(!shown);
        self.names.insert(name, self.cells.len() - 1);
        self.cells.len() - 1
    }

    /// A sum, if it holds in truth.
    pub(crate) fn sum(&mut self, total: usize, parts: Vec<usize>) {
        let truth: u32 = parts.iter().map(|at| self.cells[*at].count).sum();
        if truth == self.cells[total].count && !parts.is_empty() {
            self.sums.add(total, parts);
        }
    }

    /// A count that is in no output.
    pub(crate) fn unpublished(&mut self, count: u32) -> usize {
        self.cells.push(Cell::follows(count));
        self.hidden.push(true);
        self.cells.len() - 1
    }

    /// That one count is no more than another, as events are as many as their children or more.
    pub(crate) fn no_more(&mut self, fewer: usize, than: usize) {
        let (fewer_count, count) = (self.cells[fewer].count, self.cells[than].count);
        match count.checked_sub(fewer_count) {
            Some(0) => self.sum(than, vec![fewer]),
            Some(more) => {
                self.cells.push(Cell::new(more, Kind::Slack));
                self.hidden.push(true);
                let slack = self.cells.len() - 1;
                self.sum(than, vec![fewer, slack]);
            }
            None => {}
        }
    }

    /// Names end in `|authority|way|group`: groups and authorities add up.
    pub(crate) fn margins(&mut self) {
        let mut wholes: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
        for (name, at) in &self.names {
            let [group, by, la, what] = name.rsplitn(4, '|').collect::<Vec<_>>()[..] else {
                panic!("{name}")
            };
            if by != "total" {
                let whole = format!("{what}|{la}|total|Total");
                wholes.entry((whole, by.into())).or_default().push(*at);
            }
            if !la.is_empty() {
                let whole = format!("{what}||{by}|{group}");
                wholes.entry((whole, "la".into())).or_default().push(*at);
            }
        }
        for ((whole, _), parts) in wholes {
            if let Some(total) = self.names.get(&whole).copied() {
                self.sum(total, parts);
            }
        }
    }

    /// Small counts that can be worked out, and how many are safe. That the attack is one: it
    /// succeeds if nothing but the small counts is withheld.
    pub(crate) fn found(&self) -> (Vec<String>, usize) {
        let cells = self.cells.iter().zip(&self.hidden);
        let small = |count: u32| (1..=5).contains(&count);
        let alone: Vec<bool> = cells
            .map(|(cell, hidden)| *hidden && (small(cell.count) || !cell.is_published()))
            .collect();
        assert!(self.told(&alone).0.len() > 10);
        self.told(&self.hidden)
    }

    pub(crate) fn told(&self, hidden: &[bool]) -> (Vec<String>, usize) {
        let five = Threshold::up_to(5);
        let bounds = attack(&self.cells, &self.sums, hidden, Some(five));
        let small = |at: &usize| {
            let cell = self.cells[*at];
            (1..=5).contains(&cell.count) && cell.kind != Kind::Slack
        };
        let names: BTreeMap<usize, &String> = self.names.iter().map(|(n, at)| (*at, n)).collect();
        let (mut told, mut safe) = (Vec::new(), 0);
        for at in (0..self.cells.len()).filter(small) {
            let (low, high) = bounds[at];
            if high > 5 || (low == 0 && high > 0) {
                safe += 1;
            } else {
                let name = names.get(&at).map_or("a difference", |name| name.as_str());
                told.push(format!(
                    "{name} is {}: {low} to {high}",
                    self.cells[at].count
                ));
            }
        }
        (told, safe)
    }
}

/// A store of three invented authorities.
pub(crate) fn store(folder: &Folder) -> String {
    store_of(
        folder,
        "--authorities 3 --years 8 --children 220 --care 0.3 --seed 11",
    )
}

/// A store of an invented country of a size.
pub(crate) fn store_of(folder: &Folder, size: &str) -> String {
    let (world, store) = (folder.join("world"), folder.join("store"));
    let (world, store) = (world.to_str().unwrap(), store.to_str().unwrap().to_owned());
    let made = ["simulate", "--out", world].into_iter();
    let made: Vec<&str> = made.chain(size.split(' ')).collect();
    disparity(&made).ok();
    let returns = format!("{world}/returns");
    disparity(&["returns", "build", &returns, "--out", &store]).ok();
    store
}

/// An output as it is, and as it would be if nothing were withheld.
pub(crate) fn both(arguments: &[&str]) -> (Vec<csv::StringRecord>, Vec<csv::StringRecord>) {
    let rows = |more: &[&str]| -> Vec<csv::StringRecord> {
        let all: Vec<&str> = arguments.iter().chain(more).copied().collect();
        let text = disparity(&all).ok();
        csv::Reader::from_reader(text.as_bytes())
            .records()
            .map(Result::unwrap)
            .collect()
    };
    let (shown, truth) = (rows(&[]), rows(&["--unprotected", "to attack"]));
    assert_eq!(shown.len(), truth.len());
    (shown, truth)
}

/// The bands of the durations of plans make up the plans, and each of them leaves a rest; gives how
/// many bands there are.
pub(crate) fn add_durations(
    all: &mut Attacker,
    published: &BTreeMap<String, BTreeMap<String, usize>>,
) -> usize {
    let mut banded = 0;
    for counts in published.values() {
        for (whole, bands) in disparity_journeys::DURATIONS {
            let Some(whole) = counts.get(whole).copied() else {
                continue;
            };
            let parts: Vec<usize> = bands
                .iter()
                .filter_map(|band| counts.get(*band).copied())
                .collect();
            for part in parts.iter().copied() {
                let count = all.cells[whole].count - all.cells[part].count;
                let rest = all.unpublished(count);
                all.sum(whole, vec![part, rest]);
            }
            banded += parts.len();
            all.sum(whole, parts);
        }
    }
    banded
}

/// Stocks of two years and what came and left between them, and referrals with what came of them;
/// gives how many sums there are. Places are year, authority, way and group.
pub(crate) fn add_flows(
    all: &mut Attacker,
    published: &BTreeMap<String, BTreeMap<String, usize>>,
) -> usize {
    let mut flows = 0;
    for (place, counts) in published {
        let (year, who) = place.split_once('|').unwrap();
        let before = format!("{}|{who}", year.parse::<u16>().unwrap() - 1);
        let la = who.split('|').next().unwrap();
        let everyone = format!("{}|{la}|total|Total", before.split('|').next().unwrap());
        let at = |place: &str, name: &str| published.get(place)?.get(name).copied();
        if let Some(whole) = counts.get("referrals").copied() {
            let parts = ["cin_started_episodes", "referrals_no_further_action"];
            let parts = parts.iter().filter_map(|name| at(place, name));
            let parts: Vec<usize> = parts.collect();
            for mut own in parts.iter().map(|one| vec![*one]).chain([parts.clone()]) {
                // What is left may be nothing, and nobody knows when it is.
                let sum: u32 = own.iter().map(|at| all.cells[*at].count).sum();
                if let Some(rest) = all.cells[whole].count.checked_sub(sum) {
                    own.push(all.unpublished(rest));
                    all.sum(whole, own);
                }
            }
        }
        for (events, children) in [
            ("cin_any_point_episodes", "cin_any_point"),
            ("cin_started_episodes", "cin_started"),
            ("cin_ended_episodes", "cin_ended"),
            ("referrals", "referrals_children"),
            ("section_47_enquiries", "section_47_enquiries_children"),
            ("initial_conferences", "initial_conferences_children"),
            ("cpp_started", "cpp_started_children"),
            ("cpp_ended", "cpp_ended_children"),
            ("cpp_any_point", "cpp_any_point_children"),
        ] {
            if let (Some(events), Some(children)) = (at(place, events), at(place, children)) {
                all.no_more(children, events);
            }
        }
        let by_age = who.contains("|age_band|");
        for (stock, came, left, any) in [
            ("cla_at_31_march", "cla_started", "cla_ceased", ""),
            (
                "cin_at_31_march",
                "cin_started_episodes",
                "cin_ended_episodes",
                "cin_any_point_episodes",
            ),
            (
                "cin_plan_at_31_march",
                "cin_plan_started",
                "cin_plan_ended",
                "",
            ),
            (
                "cpp_at_31_march",
                "cpp_started",
                "cpp_ended",
                "cpp_any_point",
            ),
        ] {
            let list = |places: [(&str, &str); 2]| -> Vec<usize> {
                places
                    .iter()
                    .filter_map(|(place, name)| at(place, name))
                    .collect()
            };
            let out = list([(place, left), (place, stock)]);
            let into = list([(place, came), (&before, stock)]);
            let sum = |list: &[usize]| list.iter().map(|at| all.cells[*at].count).sum::<u32>();
            let (gone, come) = (sum(&out), sum(&into));
            // Ages change from one year to the next, and a year that was not counted is none.
            let two = !by_age && at(&everyone, stock).is_some();
            let any = match at(place, any) {
                Some(any) => any,
                None if two && gone == come => all.unpublished(gone),
                None => continue,
            };
            all.sum(any, out);
            flows += 1;
            if two {
                all.sum(any, into);
                flows += 1;
            }
        }
    }
    flows
}

/// Counts of different tables that are one count wherever nothing sets them apart, or make up
/// another; gives how many there are. Names begin with what is counted.
pub(crate) fn add_other_names(all: &mut Attacker) -> usize {
    const ALIKE: [&[&str]; 7] = [
        &[
            "published referrals",
            "whole recurrence rereferral_12_months_from_closure",
        ],
        &[
            "published cla_started",
            "whole matching entrants",
            "linked",
            "whole recurrence reentry_to_care_12_months",
            "whole recurrence reentry_to_care",
        ],
        &[
            "published cpp_started",
            "published cpp_started_children",
            "whole recurrence repeat_plan_recorded",
            "whole recurrence repeat_plan_2_years",
            "whole recurrence repeat_plan_5_years",
            "whole incidence protection_plan_to_care",
        ],
        &[
            "published cin_plan_started",
            "whole incidence cin_plan_to_protection_plan",
            "whole incidence cin_plan_to_care",
        ],
        &[
            "published cpp_ended",
            "published cpp_ended_children",
            "whole incidence protection_plan_to_another",
        ],
        &["published cla_ceased", "whole incidence care_to_care"],
        &["published cla_at_31_march", "matching looked_after_linked"],
    ];
    const MADE_UP: [(&str, [&str; 2]); 2] = [
        (
            "published referrals",
            [
                "published referrals_no_further_action",
                "whole recurrence rereferral_12_months_further_action",
            ],
        ),
        (
            "whole incidence closure_to_referral",
            [
                "published cin_ended_episodes",
                "published referrals_not_in_need",
            ],
        ),
    ];
    let places: BTreeSet<String> = all
        .names
        .keys()
        .filter_map(|name| {
            // A group may have blanks in its name, a year has none.
            let bar = name.find('|')?;
            Some(name[name[..bar].rfind(' ')? + 1..].to_owned())
        })
        .collect();
    let mut ties = 0;
    for place in places {
        let at = |what: &&str| all.names.get(&format!("{what} {place}")).copied();
        let alike: Vec<Vec<usize>> = ALIKE
            .iter()
            .map(|list| list.iter().filter_map(at).collect())
            .collect();
        let partitions: Vec<(Option<usize>, Vec<usize>)> = MADE_UP
            .iter()
            .map(|(whole, parts)| (at(whole), parts.iter().filter_map(at).collect()))
            .collect();
        for list in alike {
            for (n, one) in list.iter().enumerate() {
                let same = list[..n]
                    .iter()
                    .find(|other| all.cells[**other].count == all.cells[*one].count);
                if let Some(same) = same {
                    all.sum(*same, vec![*one]);
                    ties += 1;
                }
            }
        }
        for (whole, parts) in partitions {
            if let Some(whole) = whole {
                all.sum(whole, parts);
            }
        }
    }
    ties
}

/// Lists of parts that make up their whole; what had happened by a horizon leaves those to whom
/// nothing had.
pub(crate) fn add_partitions(
    all: &mut Attacker,
    partitions: BTreeMap<(String, usize), Vec<usize>>,
) {
    for ((table, whole), mut parts) in partitions {
        let left = parts.iter().map(|at| all.cells[*at].count).sum::<u32>();
        let left = all.cells[whole].count - left;
        let left = all.unpublished(left);
        if table.ends_with("months") {
            parts.push(left);
        }
        all.sum(whole, parts);
    }
}
