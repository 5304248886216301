//! The indicators that the Department for Education publishes, counted from the same returns, so
//! that an authority can reconcile the two and everything after the cube treats them alike.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::journeys::{
    Child, ChildRecord, CodeMask, CodeSetId, Coverage, Journeys, Spell, SpellFlags, SpellKind,
};
use disparity_core::{Day, Dimension, Dimensions, Period, Stratum};

use crate::lookup::{Lookup, group_code};
use disparity_core::answers::{Group, GroupBy};

/// Names of the indicators counted here, as the code list has them, and the files that must cover
/// the year.
pub const INDICATORS: [(&str, SpellKind); 30] = [
    ("cla_at_31_march", SpellKind::Care),
    ("cla_started", SpellKind::Care),
    ("cla_ceased", SpellKind::Care),
    ("cla_unaccompanied_at_31_march", SpellKind::Care),
    ("cin_at_31_march", SpellKind::CinEpisode),
    ("cin_any_point", SpellKind::CinEpisode),
    ("cin_any_point_episodes", SpellKind::CinEpisode),
    ("cin_started", SpellKind::CinEpisode),
    ("cin_started_episodes", SpellKind::CinEpisode),
    ("cin_ended", SpellKind::CinEpisode),
    ("cin_ended_episodes", SpellKind::CinEpisode),
    ("cin_plan_at_31_march", SpellKind::CinPlan),
    ("cin_plan_started", SpellKind::CinPlan),
    ("cin_plan_ended", SpellKind::CinPlan),
    ("referrals", SpellKind::Referral),
    ("referrals_children", SpellKind::Referral),
    ("referrals_no_further_action", SpellKind::Referral),
    ("referrals_not_in_need", SpellKind::CinEpisode),
    ("assessments_completed", SpellKind::Assessment),
    ("section_47_enquiries", SpellKind::Section47),
    ("section_47_enquiries_children", SpellKind::Section47),
    ("initial_conferences", SpellKind::InitialConference),
    ("initial_conferences_children", SpellKind::InitialConference),
    ("cpp_at_31_march", SpellKind::ProtectionPlan),
    ("cpp_started", SpellKind::ProtectionPlan),
    ("cpp_started_children", SpellKind::ProtectionPlan),
    ("cpp_ended", SpellKind::ProtectionPlan),
    ("cpp_ended_children", SpellKind::ProtectionPlan),
    ("cpp_any_point", SpellKind::ProtectionPlan),
    ("cpp_any_point_children", SpellKind::ProtectionPlan),
];

/// What is counted of plans of one kind, by name; none where nothing is published.
struct Plans {
    stock: &'static str,
    started: &'static str,
    ended: &'static str,
    any_point: Option<&'static str>,
    /// Children whose plan started, ended, and was open at any point.
    children: [Option<&'static str>; 3],
}

const PLANS: [(SpellKind, Plans); 2] = [
    (
        SpellKind::CinPlan,
        Plans {
            stock: "cin_plan_at_31_march",
            started: "cin_plan_started",
            ended: "cin_plan_ended",
            any_point: None,
            children: [None; 3],
        },
    ),
    (
        SpellKind::ProtectionPlan,
        Plans {
            stock: "cpp_at_31_march",
            started: "cpp_started",
            ended: "cpp_ended",
            any_point: Some("cpp_any_point"),
            children: [
                Some("cpp_started_children"),
                Some("cpp_ended_children"),
                Some("cpp_any_point_children"),
            ],
        },
    ),
];

/// Further plans counted: repeats, and durations as [`DURATIONS`] has them.
pub const PLAN_INDICATORS: [&str; 12] = [
    "cpp_second_or_subsequent",
    "cpp_two_years_or_more",
    "rereferrals_within_12_months",
    "cpp_three_months_or_less",
    "cpp_over_three_to_six_months",
    "cpp_over_six_months_under_one_year",
    "cpp_one_to_under_two_years",
    "cpp_ended_three_months_or_less",
    "cpp_ended_over_three_to_six_months",
    "cpp_ended_over_six_months_under_one_year",
    "cpp_ended_one_to_under_two_years",
    "cpp_ended_two_years_or_more",
];

/// The published bands of how long protection plans had lasted, shortest first, which make up the
/// plans before them: those open on 31 March, and those that ended in the year. The second have no
/// published table here; they are named after the first.
pub const DURATIONS: [(&str, [&str; 5]); 2] = [
    (
        "cpp_at_31_march",
        [
            "cpp_three_months_or_less",
            "cpp_over_three_to_six_months",
            "cpp_over_six_months_under_one_year",
            "cpp_one_to_under_two_years",
            "cpp_two_years_or_more",
        ],
    ),
    (
        "cpp_ended",
        [
            "cpp_ended_three_months_or_less",
            "cpp_ended_over_three_to_six_months",
            "cpp_ended_over_six_months_under_one_year",
            "cpp_ended_one_to_under_two_years",
            "cpp_ended_two_years_or_more",
        ],
    ),
];

/// Events, and the children they were about: the same count where no child had two.
pub const CHILDREN_OF: [(&str, &str); 9] = [
    ("cin_any_point_episodes", "cin_any_point"),
    ("cin_started_episodes", "cin_started"),
    ("cin_ended_episodes", "cin_ended"),
    ("referrals", "referrals_children"),
    ("section_47_enquiries", "section_47_enquiries_children"),
    ("initial_conferences", "initial_conferences_children"),
    ("cpp_started", "cpp_started_children"),
    ("cpp_ended", "cpp_ended_children"),
    ("cpp_any_point", "cpp_any_point_children"),
];

/// Indicators that contain others, which exclude each other: a referral leads to an episode of need, to
/// no further action, or to a case that is closed as not in need.
pub const SUBSETS: [(&str, [&str; 2]); 1] = [(
    "referrals",
    ["cin_started_episodes", "referrals_no_further_action"],
)];

/// Stocks on 31 March, and what changes them in a year: who was there a year before or came has left or
/// is there now. The names of the stock, of those who came and of those who left; and of those there
/// at any point, where they are counted.
pub const TURNOVERS: [(&str, &str, &str, Option<&str>); 4] = [
    ("cla_at_31_march", "cla_started", "cla_ceased", None),
    (
        "cin_at_31_march",
        "cin_started_episodes",
        "cin_ended_episodes",
        Some("cin_any_point_episodes"),
    ),
    (
        "cin_plan_at_31_march",
        "cin_plan_started",
        "cin_plan_ended",
        None,
    ),
    (
        "cpp_at_31_march",
        "cpp_started",
        "cpp_ended",
        Some("cpp_any_point"),
    ),
];

/// Place of a plan among the bands, on 31 March or the day it ended: up to three calendar months,
/// more than three and up to six, more than six and less than a year, a year and less than two, two
/// years or more. Where the month has no such day its last day counts, so a plan that started on
/// 29 February has lasted a year on 28 February.
fn duration_band(start: Day, on: Day) -> usize {
    if on <= start.plus_months(3) {
        0
    } else if on <= start.plus_months(6) {
        1
    } else if on < start.plus_years(1) {
        2
    } else if on < start.plus_years(2) {
        3
    } else {
        4
    }
}

/// One count: of what, in which authority by its position, when, of whom.
pub type CountKey = (&'static str, usize, Period, Stratum);

/// Children who had the events of [`CHILDREN_OF`], by how many: of what, in which authority by its
/// position, and when; at place k those with k + 1 of them.
pub type Repeats = BTreeMap<(&'static str, usize, Period), Vec<u32>>;

/// Counts of every published indicator, for each authority, whether or not the area list knows it,
/// each year that its files cover and each group of each dimension.
#[must_use]
pub fn counts(journeys: &Journeys, dimensions: &Dimensions) -> BTreeMap<CountKey, u32> {
    counts_and_repeats(journeys, dimensions).0
}

/// The same with how many events children had.
#[must_use]
pub fn counts_and_repeats(
    journeys: &Journeys,
    dimensions: &Dimensions,
) -> (BTreeMap<CountKey, u32>, Repeats) {
    let lookup = Lookup::new(dimensions);
    let codes = journeys.codes();
    let closed = codes
        .set(CodeSetId::ReasonForClosure)
        .in_group("not_in_need");
    let continues = codes.set(CodeSetId::ReasonCeased).in_group("continue");
    let parts = crate::walk::by_authority(journeys, |authority, children| {
        let mut counts: BTreeMap<CountKey, u32> = BTreeMap::new();
        let mut repeats = Repeats::new();
        let coverage = &journeys.authorities()[authority].coverage;
        let years = years(coverage);
        for position in children {
            let child = journeys.child(position);
            let record = child.record();
            for period in years.iter().copied() {
                let of = Counter {
                    child: &child,
                    record: &record,
                    period,
                    coverage,
                    closed,
                    continues,
                };
                let mut had = [0; CHILDREN_OF.len()];
                of.year(&mut |name, spell: &Spell, on: Day| {
                    for stratum in strata(&lookup, &record, spell, on) {
                        *counts
                            .entry((name, authority, period, stratum))
                            .or_default() += 1;
                    }
                    if let Some(at) = CHILDREN_OF.iter().position(|(events, _)| *events == name) {
                        had[at] += 1;
                    }
                });
                let events = CHILDREN_OF.iter().zip(had).filter(|(_, times)| *times > 0);
                for ((events, _), times) in events {
                    let by_times = repeats.entry((events, authority, period)).or_default();
                    add_at(by_times, times - 1, 1);
                }
            }
        }
        (counts, repeats)
    });
    let mut all: BTreeMap<CountKey, u32> = BTreeMap::new();
    let mut repeats = Repeats::new();
    for (counts, own) in parts {
        for (key, count) in counts {
            *all.entry(key).or_default() += count;
        }
        for (key, by_times) in own {
            let sum = repeats.entry(key).or_default();
            for (place, children) in by_times.into_iter().enumerate() {
                add_at(sum, place, children);
            }
        }
    }
    complete(&mut all, journeys, dimensions);
    (all, repeats)
}

/// Calls with each child that a count of an authority's year has, and the spell that it has it for; false
/// where the returns do not cover what is counted.
pub(crate) fn each_counted(
    journeys: &Journeys,
    (authority, period): (usize, Period),
    wanted: &str,
    mut call: impl FnMut(&ChildRecord, &Spell),
) -> bool {
    let codes = journeys.codes();
    let closed = codes
        .set(CodeSetId::ReasonForClosure)
        .in_group("not_in_need");
    let continues = codes.set(CodeSetId::ReasonCeased).in_group("continue");
    let Some(own) = journeys.authorities().get(authority) else {
        return false;
    };
    for position in journeys.children_of(authority) {
        let child = journeys.child(position);
        let record = child.record();
        let of = Counter {
            child: &child,
            record: &record,
            period,
            coverage: &own.coverage,
            closed,
            continues,
        };
        of.year(&mut |name, spell: &Spell, _| {
            if name == wanted {
                call(&record, spell);
            }
        });
    }
    let is_own = |found: &(&str, usize, Period)| *found == (wanted, authority, period);
    counted(journeys).iter().any(is_own)
}

/// What is counted of each authority and year, by what its files cover: the count is there whether or
/// not there was any child.
fn counted(journeys: &Journeys) -> Vec<(&'static str, usize, Period)> {
    let plans = PLAN_INDICATORS.map(|name| (name, SpellKind::ProtectionPlan));
    let all: Vec<(&'static str, SpellKind)> = INDICATORS.into_iter().chain(plans).collect();
    let mut found = Vec::new();
    for (at, authority) in journeys.authorities().iter().enumerate() {
        let coverage = &authority.coverage;
        for period in years(coverage) {
            let (first, after) = (Day::first_of(period), Day::last_of(period).plus(1));
            for (name, kind) in &all {
                let (kind, from) = if *name == "rereferrals_within_12_months" {
                    (SpellKind::Referral, first.plus_months(-12))
                } else {
                    (*kind, first)
                };
                if coverage.of(kind).covers(from, after) {
                    found.push((*name, at, period));
                }
            }
        }
    }
    found
}

/// Adds the counts of nobody: every group of every dimension of what is counted.
fn complete(all: &mut BTreeMap<CountKey, u32>, journeys: &Journeys, dimensions: &Dimensions) {
    let ways = Dimension::ALL.map(|dimension| {
        let groups = GroupBy::Dimension(dimension).groups(dimensions, journeys.codes());
        let strata = groups.into_iter().filter_map(Group::stratum);
        // Position 0 of a list stands for everyone.
        strata.filter(|s| !s.is_total()).collect::<Vec<Stratum>>()
    });
    let strata: Vec<Stratum> = std::iter::once(Stratum::TOTAL)
        .chain(ways.into_iter().flatten())
        .collect();
    for (name, authority, period) in counted(journeys) {
        for stratum in &strata {
            all.entry((name, authority, period, *stratum)).or_default();
        }
    }
}

/// Adds to a place of a list that is as long as it has to be.
fn add_at(list: &mut Vec<u32>, place: usize, count: u32) {
    if list.len() <= place {
        list.resize(place + 1, 0);
    }
    list[place] += count;
}

/// A year of which the returns of an authority cover a part: nothing is counted of it, as a part of a
/// year is not the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartYear {
    /// Position of the authority.
    pub authority: usize,
    /// The year.
    pub period: Period,
    /// What is covered in part.
    pub kind: SpellKind,
    /// The last day of the year that is covered.
    pub until: Day,
}

impl PartYear {
    /// The indicators that are not counted for it.
    pub fn indicators(self) -> impl Iterator<Item = &'static str> {
        let named = INDICATORS
            .into_iter()
            .filter(move |(_, of)| *of == self.kind);
        let plans = PLAN_INDICATORS.into_iter().filter(move |name| {
            let of = if *name == "rereferrals_within_12_months" {
                SpellKind::Referral
            } else {
                SpellKind::ProtectionPlan
            };
            of == self.kind
        });
        named.map(|(name, _)| name).chain(plans)
    }
}

/// Years of which returns cover some days and not all, by authority, year and kind.
#[must_use]
pub fn part_years(journeys: &Journeys) -> Vec<PartYear> {
    let kinds: BTreeSet<SpellKind> = INDICATORS.into_iter().map(|(_, kind)| kind).collect();
    let mut found = Vec::new();
    for (at, authority) in journeys.authorities().iter().enumerate() {
        for kind in kinds.iter().copied() {
            let covered = authority.coverage.of(kind);
            let ends = covered
                .spans()
                .iter()
                .map(|(from, to)| [*from, to.plus(-1)]);
            let years: BTreeSet<Period> = ends.flatten().filter_map(Day::period).collect();
            for period in years {
                let (first, after) = (Day::first_of(period), Day::last_of(period).plus(1));
                if !covered.covers(first, after) {
                    let within = covered.spans().iter().filter(|(from, _)| *from < after);
                    let until = within.map(|(_, to)| (*to).min(after).plus(-1)).max();
                    found.extend(until.map(|until| PartYear {
                        authority: at,
                        period,
                        kind,
                        until,
                    }));
                }
            }
        }
    }
    found.sort_unstable();
    found
}

/// Years of which any file that something is counted from covers the last day.
fn years(coverage: &Coverage) -> Vec<Period> {
    let kinds: std::collections::BTreeSet<SpellKind> =
        INDICATORS.iter().map(|(_, kind)| *kind).collect();
    (1990..2100_u16)
        .filter_map(Period::ending)
        .filter(|period| {
            let last = Day::last_of(*period);
            kinds
                .iter()
                .any(|kind| coverage.of(*kind).covers(last, last.plus(1)))
        })
        .collect()
}

fn strata(
    lookup: &Lookup,
    record: &ChildRecord,
    spell: &Spell,
    on: Day,
) -> impl Iterator<Item = Stratum> {
    let at = Spell {
        start: on,
        ..*spell
    };
    let groups = Dimension::ALL.map(|dimension| {
        let code = group_code(GroupBy::Dimension(dimension), lookup, record, &at).unwrap_or(0);
        Stratum::TOTAL.with(dimension, disparity_core::CategoryId(code))
    });
    std::iter::once(Stratum::TOTAL)
        .chain(groups)
        .enumerate()
        .filter(|(at, s)| *at == 0 || !s.is_total())
        .map(|(_, s)| s)
}

struct Counter<'c, 'j> {
    child: &'c Child<'j>,
    record: &'c ChildRecord,
    period: Period,
    coverage: &'c Coverage,
    closed: CodeMask,
    continues: CodeMask,
}

impl<'j> Counter<'_, 'j> {
    /// The spells of a kind as the return of the year has them: what later returns say of the year
    /// changes nothing in what was counted from its own.
    fn spells(&self, kind: SpellKind) -> impl DoubleEndedIterator<Item = Spell> + use<'j> {
        self.child.spells_in(kind, self.period)
    }

    fn year(&self, add: &mut impl FnMut(&'static str, &Spell, Day)) {
        let (first, last) = (Day::first_of(self.period), Day::last_of(self.period));
        let covers = |kind: SpellKind| self.coverage.of(kind).covers(first, last.plus(1));
        let within = |day: Day| first <= day && day <= last;
        if covers(SpellKind::Care) {
            self.care(last, &within, add);
        }
        if covers(SpellKind::CinEpisode) {
            self.need(first, last, &within, add);
        }
        for (kind, names) in PLANS {
            if covers(kind) {
                self.plans(kind, &names, (first, last), add);
            }
        }
        self.events(&covers, &within, add);
        if covers(SpellKind::Referral) {
            let earlier = self
                .coverage
                .of(SpellKind::Referral)
                .covers(first.plus_months(-12), first);
            self.referrals(earlier, &within, add);
        }
    }

    /// Referrals, enquiries and conferences, and the children they were about; assessments.
    fn events(
        &self,
        covers: &impl Fn(SpellKind) -> bool,
        within: &impl Fn(Day) -> bool,
        add: &mut impl FnMut(&'static str, &Spell, Day),
    ) {
        for (kind, all, children) in [
            (SpellKind::Referral, "referrals", "referrals_children"),
            (
                SpellKind::Section47,
                "section_47_enquiries",
                "section_47_enquiries_children",
            ),
            (
                SpellKind::InitialConference,
                "initial_conferences",
                "initial_conferences_children",
            ),
        ] {
            let own = self.spells(kind).filter(|s| within(s.start));
            for (at, spell) in own.enumerate().filter(|_| covers(kind)) {
                add(all, &spell, spell.start);
                if at == 0 {
                    add(children, &spell, spell.start);
                }
            }
        }
        if covers(SpellKind::Assessment) {
            for spell in self
                .spells(SpellKind::Assessment)
                .filter(|s| s.has_recorded_end() && within(s.end))
            {
                add("assessments_completed", &spell, spell.end);
            }
        }
    }

    fn referrals(
        &self,
        earlier: bool,
        within: &impl Fn(Day) -> bool,
        add: &mut impl FnMut(&'static str, &Spell, Day),
    ) {
        for spell in self.spells(SpellKind::Referral).filter(|s| within(s.start)) {
            if spell.flags.has(SpellFlags::NO_FURTHER_ACTION) {
                add("referrals_no_further_action", &spell, spell.start);
            }
            let before =
                |r: &Spell| spell.start.plus_months(-12) <= r.start && r.start < spell.start;
            if earlier && self.child.spells(SpellKind::Referral).any(|r| before(&r)) {
                add("rereferrals_within_12_months", &spell, spell.start);
            }
        }
    }

    fn care(
        &self,
        last: Day,
        within: &impl Fn(Day) -> bool,
        add: &mut impl FnMut(&'static str, &Spell, Day),
    ) {
        let child_on = |day: Day| {
            self.record
                .birth
                .is_none_or(|birth| day.completed_years_since(birth) < 18)
        };
        if let Some(spell) = self
            .spells(SpellKind::Care)
            .find(|s| s.runs_on(last))
            .filter(|_| child_on(last))
        {
            add("cla_at_31_march", &spell, last);
            if crate::cohort::is_unaccompanied(self.record, last) {
                add("cla_unaccompanied_at_31_march", &spell, last);
            }
        }
        let mut starts = self
            .spells(SpellKind::Care)
            .filter(|s| s.flags.has(SpellFlags::START_KNOWN) && within(s.start));
        if let Some(spell) = starts.next() {
            add("cla_started", &spell, spell.start);
        }
        let ceased = |s: &Spell| {
            s.has_recorded_end() && within(s.end) && !self.continues.has(s.coded.ending())
        };
        if let Some(spell) = self.spells(SpellKind::Care).find(ceased) {
            add("cla_ceased", &spell, spell.end);
        }
    }

    /// A case opens with a referral that led somewhere. One that closed as not in need by 31 March was
    /// never one; one that was open on 31 March counts, whatever a later year finds.
    fn need(
        &self,
        first: Day,
        last: Day,
        within: &impl Fn(Day) -> bool,
        add: &mut impl FnMut(&'static str, &Spell, Day),
    ) {
        let episodes = || self.spells(SpellKind::CinEpisode);
        let ended = |s: &Spell| s.has_recorded_end() && within(s.end);
        for spell in episodes().filter(|s| self.closed.has(s.coded.ending()) && ended(s)) {
            add("referrals_not_in_need", &spell, spell.start);
        }
        let real = || episodes().filter(|s| !self.closed.has(s.coded.ending()) || s.end > last);
        let any: Vec<Spell> = real().filter(|s| s.touches(first, last)).collect();
        if let Some(spell) = any.iter().find(|s| s.runs_on(last)) {
            add("cin_at_31_march", spell, last);
        }
        for (at, spell) in any.iter().enumerate() {
            add("cin_any_point_episodes", spell, last.min(spell.end));
            if at == 0 {
                add("cin_any_point", spell, last.min(spell.end));
            }
        }
        for (at, spell) in real().filter(|s| within(s.start)).enumerate() {
            add("cin_started_episodes", &spell, spell.start);
            if at == 0 {
                add("cin_started", &spell, spell.start);
            }
        }
        for (at, spell) in real().filter(ended).enumerate() {
            add("cin_ended_episodes", &spell, spell.end);
            if at == 0 {
                add("cin_ended", &spell, spell.end);
            }
        }
    }

    fn plans(
        &self,
        kind: SpellKind,
        names: &Plans,
        (first, last): (Day, Day),
        add: &mut impl FnMut(&'static str, &Spell, Day),
    ) {
        let within = |day: Day| first <= day && day <= last;
        let [started_children, ended_children, any_point_children] = names.children;
        let own = || {
            self.spells(kind)
                .filter(|s| !s.flags.has(SpellFlags::FOR_OTHER_AUTHORITY))
        };
        let protection = kind == SpellKind::ProtectionPlan;
        let [(_, open_for), (_, ended_after)] = DURATIONS;
        if let Some(spell) = own().find(|s| s.runs_on(last)) {
            add(names.stock, &spell, last);
            if protection {
                add(open_for[duration_band(spell.start, last)], &spell, last);
            }
        }
        for (at, spell) in own().filter(|s| within(s.start)).enumerate() {
            add(names.started, &spell, spell.start);
            if let (0, Some(children)) = (at, started_children) {
                add(children, &spell, spell.start);
            }
            if spell
                .coded
                .earlier_plans()
                .is_some_and(|earlier| earlier > 0)
            {
                add("cpp_second_or_subsequent", &spell, spell.start);
            }
        }
        let ended = own().filter(|s| s.has_recorded_end() && within(s.end));
        for (at, spell) in ended.enumerate() {
            add(names.ended, &spell, spell.end);
            if let (0, Some(children)) = (at, ended_children) {
                add(children, &spell, spell.end);
            }
            if protection {
                let band = ended_after[duration_band(spell.start, spell.end)];
                add(band, &spell, spell.end);
            }
        }
        let any = own().filter(|s| s.touches(first, last));
        for (at, spell) in any.enumerate() {
            let on = last.min(spell.end);
            names
                .any_point
                .into_iter()
                .for_each(|name| add(name, &spell, on));
            if let (0, Some(children)) = (at, any_point_children) {
                add(children, &spell, on);
            }
        }
    }
}
