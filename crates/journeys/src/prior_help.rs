//! Prior help: of children who entered care, who had been helped before, as far as the files can
//! tell. What a file does not cover is never "no help".

use std::collections::BTreeMap;

use rayon::prelude::*;

use disparity_core::journeys::{
    Authority, Child, CodeMask, CodeSetId, CodeSets, Coverage, Journeys, SpellFlags, SpellKind,
    Wanted,
};
use disparity_core::{Day, Dimension, Dimensions, Period};

use crate::cohort::{Entry, entries};
use crate::groups::{Group, GroupBy};
use crate::survival::{Incidence, Watched, cumulative_incidence};

/// A kind of help that may have come before care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HelpKind {
    /// Early help as recorded by the authority.
    EarlyHelp,
    /// A referral, with or without further action.
    Referral,
    /// An episode of need, the one that led to care among them.
    CinEpisodeAny,
    /// An episode of need that closed before care and before the referral that led to it.
    CinEpisodeClosed,
    /// A child in need plan.
    CinPlan,
    /// A section 47 enquiry.
    Section47,
    /// A child protection plan of this authority.
    ProtectionPlan,
    /// Early help, a child in need plan or a protection plan.
    Any,
    /// None of early help, referral, episode of need, plan, enquiry.
    None,
}

impl HelpKind {
    /// Every kind, in the order of outputs.
    pub const ALL: [Self; 9] = [
        Self::EarlyHelp,
        Self::Referral,
        Self::CinEpisodeAny,
        Self::CinEpisodeClosed,
        Self::CinPlan,
        Self::Section47,
        Self::ProtectionPlan,
        Self::Any,
        Self::None,
    ];

    /// The word in outputs, after `prior_help_`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EarlyHelp => "early_help",
            Self::Referral => "referral",
            Self::CinEpisodeAny => "cin_episode_any",
            Self::CinEpisodeClosed => "cin_episode_closed",
            Self::CinPlan => "cin_plan",
            Self::Section47 => "section_47",
            Self::ProtectionPlan => "cpp",
            Self::Any => "any",
            Self::None => "none",
        }
    }

    /// The kind that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The spells that count as this kind; their files must cover the window.
    #[must_use]
    pub const fn spells(self) -> &'static [SpellKind] {
        use SpellKind as K;
        match self {
            Self::EarlyHelp => &[K::EarlyHelp],
            Self::Referral => &[K::Referral],
            Self::CinEpisodeAny | Self::CinEpisodeClosed => &[K::CinEpisode],
            Self::CinPlan => &[K::CinPlan],
            Self::Section47 => &[K::Section47],
            Self::ProtectionPlan => &[K::ProtectionPlan],
            Self::Any => &[K::EarlyHelp, K::CinPlan, K::ProtectionPlan],
            Self::None => &[
                K::EarlyHelp,
                K::Referral,
                K::CinEpisode,
                K::CinPlan,
                K::Section47,
                K::ProtectionPlan,
            ],
        }
    }
}

/// How far back: whole calendar years, or everything on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LookBack {
    /// This many years.
    Years(u8),
    /// Back to 280 days before birth.
    Ever,
}

impl LookBack {
    /// The word in outputs: `5` or `ever`.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Years(years) => years.to_string(),
            Self::Ever => "ever".to_owned(),
        }
    }

    /// The first day of the window that ends on a day.
    #[must_use]
    pub fn first_day(self, entry: Day) -> Day {
        match self {
            Self::Years(years) => entry.plus_years(-i32::from(years)),
            Self::Ever => Day(i32::MIN / 2),
        }
    }
}

/// What counts as having been helped within a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Mode {
    /// The spell overlaps the window.
    #[default]
    Overlap,
    /// It started within the window.
    Started,
    /// It ended within the window: stepped down, and came back.
    Ended,
    /// It was running at entry.
    Active,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 4] = [Self::Overlap, Self::Started, Self::Ended, Self::Active];

    /// The word in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overlap => "overlap",
            Self::Started => "started",
            Self::Ended => "ended",
            Self::Active => "active",
        }
    }

    /// The mode that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word)
    }
}

/// Which years of entry are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Years {
    /// Each year by itself.
    Each,
    /// The latest so many years together.
    Pooled(u8),
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriorHelpParams {
    /// Kinds of help.
    pub kinds: Vec<HelpKind>,
    /// Look-backs.
    pub look_backs: Vec<LookBack>,
    /// Days before entry after which a start no longer counts: 0 counts the day of entry, 1 does not.
    pub leads: Vec<u16>,
    /// Modes.
    pub modes: Vec<Mode>,
    /// Ways of telling entrants apart.
    pub groups: Vec<GroupBy>,
    /// Years of entry.
    pub years: Years,
    /// Whether unaccompanied children are among the entrants; otherwise they are a line of their own.
    pub include_unaccompanied: bool,
    /// Whether each authority is answered for, beside all together.
    pub by_authority: bool,
}

impl Default for PriorHelpParams {
    /// Every kind, five years, not counting the day of entry, the latest five years pooled.
    fn default() -> Self {
        Self {
            kinds: HelpKind::ALL.to_vec(),
            look_backs: vec![LookBack::Years(5)],
            leads: vec![1],
            modes: vec![Mode::Overlap],
            groups: GroupBy::ALL.to_vec(),
            years: Years::Pooled(5),
            include_unaccompanied: false,
            by_authority: true,
        }
    }
}

impl PriorHelpParams {
    /// What [`prior_help`] looks at to answer this.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        let kinds = self.kinds.iter().flat_map(|kind| kind.spells());
        let mut wanted = Wanted::days_of(kinds.copied().chain([SpellKind::Care]));
        wanted.codes[2] = wanted.kinds.contains(&SpellKind::CinEpisode);
        wanted.status = !self.include_unaccompanied;
        for by in &self.groups {
            match by {
                GroupBy::Total => {}
                GroupBy::Unaccompanied | GroupBy::FirstEver => wanted.status = true,
                GroupBy::Dimension(Dimension::DeprivationDecile) => wanted.decile = true,
                // An age may be that of a birth that is only expected.
                GroupBy::Dimension(_) => (wanted.people, wanted.quality) = (true, true),
                GroupBy::Need => wanted.codes[1] = true,
                GroupBy::LegalStatus => wanted.codes[0] = true,
            }
        }
        wanted
    }
}

/// Of whom, when and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PriorHelpKey {
    /// Position of the authority; none for all together.
    pub authority: Option<usize>,
    /// First year of entry.
    pub from: Period,
    /// Last year of entry.
    pub to: Period,
    /// Of whom.
    pub group: Group,
    /// Kind of help.
    pub kind: HelpKind,
    /// Look-back.
    pub look_back: LookBack,
    /// Lead in days.
    pub lead: u16,
    /// Mode.
    pub mode: Mode,
}

/// What was counted. Every entrant is in exactly one of the first five and the unlinked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PriorHelpCounts {
    /// Window fully observed, helped.
    pub complete_yes: u32,
    /// Window fully observed, not helped.
    pub complete_no: u32,
    /// Window not fully observed, and help on record.
    pub incomplete_yes: u32,
    /// Window not fully observed, and none on record.
    pub incomplete_no: u32,
    /// Linked, but without a date of birth; counted in the incomplete ones, too.
    pub no_birth: u32,
    /// Of the incomplete: the files begin too late.
    pub coverage_start: u32,
    /// Of the incomplete: a year is missing in between.
    pub hole: u32,
    /// Of the incomplete: the child came from another authority within the window.
    pub arrival: u32,
    /// Care records without a record of need.
    pub unlinked: u32,
}

impl PriorHelpCounts {
    /// Everybody who entered.
    #[must_use]
    pub const fn entrants(&self) -> u32 {
        self.linked() + self.unlinked
    }

    /// Entrants whose records are together.
    #[must_use]
    pub const fn linked(&self) -> u32 {
        self.complete() + self.incomplete_yes + self.incomplete_no
    }

    /// Entrants whose window is fully observed: the denominator of the headline.
    #[must_use]
    pub const fn complete(&self) -> u32 {
        self.complete_yes + self.complete_no
    }

    /// Whether the headline may stand: half of the cohort is fully observed.
    #[must_use]
    pub const fn headline_stands(&self) -> bool {
        self.complete() > 0 && self.complete() * 2 >= self.entrants()
    }
}

/// One answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriorHelp {
    /// Of whom, when and what.
    pub key: PriorHelpKey,
    /// What was counted.
    pub counts: PriorHelpCounts,
    /// The estimate from partly observed windows, in mode `overlap`.
    pub kaplan_meier: Option<Incidence>,
    /// Fully observed entrants by age band: not helped and helped, for standardisation.
    pub by_age: [(u32, u32); 7],
}

/// Codes that decide what counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HelpCodes {
    not_in_need: CodeMask,
}

impl HelpCodes {
    pub(crate) fn of(codes: &CodeSets) -> Self {
        Self {
            not_in_need: codes
                .set(CodeSetId::ReasonForClosure)
                .in_group("not_in_need"),
        }
    }
}

/// The most recent help before an entry, for one lead: enough to answer every look-back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Recent {
    /// Latest end of a spell that started in time; the day of entry if it was still running then.
    end: Option<Day>,
    /// Latest start.
    start: Option<Day>,
    /// Latest end that itself came in time.
    ended: Option<Day>,
    /// Whether one was running at entry.
    active: bool,
}

impl Recent {
    const NOTHING: Self = Self {
        end: None,
        start: None,
        ended: None,
        active: false,
    };

    fn add(&mut self, start: Day, end: Day, entry: Day, limit: Day, is_event: bool) {
        if start > limit {
            return;
        }
        self.start = self.start.max(Some(start));
        // An event has happened on its day: a window whose first day it is holds it.
        let reaches = if is_event { start.plus(1) } else { end };
        self.end = self.end.max(Some(reaches.min(entry)));
        if end <= limit {
            self.ended = self.ended.max(Some(end));
        }
        self.active |= end >= entry && !is_event;
    }

    fn within(&self, first: Day, mode: Mode) -> bool {
        match mode {
            Mode::Overlap => self.end.is_some_and(|end| end > first),
            Mode::Started => self.start.is_some_and(|start| start >= first),
            Mode::Ended => self.ended.is_some_and(|end| end >= first),
            Mode::Active => self.active,
        }
    }
}

fn recent(child: &Child<'_>, entry: Day, lead: u16, kind: HelpKind, codes: HelpCodes) -> Recent {
    let limit = entry.plus(-i32::from(lead));
    let mut found = Recent::NOTHING;
    // The episode open at entry is usually the one that produced it.
    let index = (kind == HelpKind::CinEpisodeClosed)
        .then(|| {
            child
                .spells(SpellKind::CinEpisode)
                .find(|s| s.start <= entry && s.end >= entry)
                .map(|s| s.start)
        })
        .flatten();
    for spell_kind in kind.spells() {
        for spell in child.spells(*spell_kind) {
            if spell.start > limit {
                break;
            }
            let counts = match spell_kind {
                SpellKind::CinEpisode => {
                    !codes.not_in_need.has(spell.codes[2]) || kind == HelpKind::None
                }
                SpellKind::ProtectionPlan => !spell.flags.has(SpellFlags::FOR_OTHER_AUTHORITY),
                _ => true,
            };
            let closed = kind != HelpKind::CinEpisodeClosed
                || (spell.end < entry && index.is_none_or(|referral| spell.end <= referral));
            if counts && closed {
                found.add(spell.start, spell.end, entry, limit, spell_kind.is_event());
            }
        }
    }
    found
}

/// From which day on everything about a kind is on record for an entrant, and why not earlier.
#[derive(Debug, Clone, Copy)]
struct Seen {
    from: Day,
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    CoverageStart,
    Hole,
    Arrival,
}

fn seen(coverage: &Coverage, entry: &Entry, kind: HelpKind) -> Seen {
    let mut seen = Seen {
        from: Day(i32::MIN / 2),
        why: Why::CoverageStart,
    };
    for spells in kind.spells() {
        let covered = coverage.of(*spells);
        let from = covered.unbroken_from(entry.day);
        if from > seen.from {
            let earlier = covered
                .spans()
                .first()
                .is_some_and(|(start, _)| *start < from);
            seen = Seen {
                from,
                why: if earlier {
                    Why::Hole
                } else {
                    Why::CoverageStart
                },
            };
        }
    }
    match entry.arrival {
        Some(day) if day > seen.from && day < entry.day => Seen {
            from: day,
            why: Why::Arrival,
        },
        _ => seen,
    }
}

/// One entrant's part in one answer.
#[derive(Debug, Clone, Copy)]
struct Outcome<'e> {
    entry: &'e Entry,
    helped: bool,
    complete: bool,
    why: Why,
    watched: Watched,
    age: usize,
}

const HORIZON: i32 = 1_000_000;

/// Place of the age at entry among the bands, for standardisation.
fn age_place(entry: &Entry) -> usize {
    entry
        .birth
        .map_or(0, |birth| match entry.day.completed_years_since(birth) {
            ..1 => 2,
            1..5 => 3,
            5..10 => 4,
            10..16 => 5,
            _ => 6,
        })
}

fn outcome(
    entry: &Entry,
    recent: Recent,
    seen: Seen,
    look_back: LookBack,
    kind: HelpKind,
    mode: Mode,
    age: usize,
) -> Outcome<'_> {
    let conception = entry.birth.map(|birth| birth.plus(-280));
    let window = look_back.first_day(entry.day);
    let lo = conception.map_or(window, |conception| conception.max(window));
    let found = recent.within(window, mode);
    let helped = found != (kind == HelpKind::None);
    let complete = seen.from <= lo && (entry.birth.is_some() || look_back != LookBack::Ever);
    let back_to = entry.day.since(seen.from).min(HORIZON);
    let event = recent
        .end
        .filter(|end| *end > window)
        .map(|end| entry.day.since(end));
    let watched = match event {
        Some(back) if back <= back_to => Watched {
            time: back,
            cause: 1,
        },
        // Observed back to the start of the window or of life: free of the event up to the horizon.
        _ if complete => Watched {
            time: HORIZON,
            cause: 0,
        },
        _ => Watched {
            time: back_to,
            cause: 0,
        },
    };
    Outcome {
        entry,
        helped,
        complete,
        why: seen.why,
        watched,
        age,
    }
}

#[derive(Default)]
struct Gathered {
    counts: PriorHelpCounts,
    watched: Vec<Watched>,
    by_age: [(u32, u32); 7],
}

impl Gathered {
    fn add(&mut self, one: &Outcome<'_>, mode: Mode) {
        let counts = &mut self.counts;
        if !one.entry.linked {
            counts.unlinked += 1;
            return;
        }
        match (one.complete, one.helped) {
            (true, true) => counts.complete_yes += 1,
            (true, false) => counts.complete_no += 1,
            (false, true) => counts.incomplete_yes += 1,
            (false, false) => counts.incomplete_no += 1,
        }
        counts.no_birth += u32::from(one.entry.birth.is_none());
        if one.complete {
            let (no, yes) = &mut self.by_age[one.age];
            *(if one.helped { yes } else { no }) += 1;
        } else {
            match one.why {
                Why::CoverageStart => counts.coverage_start += 1,
                Why::Hole => counts.hole += 1,
                Why::Arrival => counts.arrival += 1,
            }
        }
        if mode == Mode::Overlap {
            self.watched.push(one.watched);
        }
    }
}

/// Which entries a question is about, as groups of years: first and last year of each.
fn spans(entries: &[Entry], years: Years) -> Vec<(Period, Period)> {
    let mut all: Vec<Period> = entries.iter().map(|entry| entry.period).collect();
    all.sort_unstable();
    all.dedup();
    match (years, all.last()) {
        (Years::Each, _) => all.into_iter().map(|period| (period, period)).collect(),
        (Years::Pooled(n), Some(last)) => {
            let from = last.earlier(u16::from(n.max(1)) - 1).unwrap_or(*last);
            vec![(from.max(all[0]), *last)]
        }
        (Years::Pooled(_), None) => vec![],
    }
}

/// Answers a question about prior help, in the order of the keys.
#[must_use]
pub fn prior_help(
    journeys: &Journeys,
    dimensions: &Dimensions,
    params: &PriorHelpParams,
) -> Vec<PriorHelp> {
    let (all, _) = entries(journeys, dimensions);
    prior_help_of(journeys, &all, params)
}

/// As [`prior_help`], for entries that are already at hand.
#[must_use]
pub fn prior_help_of(
    journeys: &Journeys,
    all: &[Entry],
    params: &PriorHelpParams,
) -> Vec<PriorHelp> {
    let spans = spans(all, params.years);
    let codes = HelpCodes::of(journeys.codes());
    let mut starts: Vec<usize> = vec![0];
    starts.extend((1..all.len()).filter(|at| all[*at].authority != all[*at - 1].authority));
    starts.push(all.len());
    starts.dedup();
    let slices: Vec<&[Entry]> = starts
        .windows(2)
        .map(|pair| &all[pair[0]..pair[1]])
        .collect();
    let parts: Vec<BTreeMap<PriorHelpKey, Gathered>> = slices
        .into_par_iter()
        .map(|slice| authority(journeys, slice, &spans, params, codes))
        .collect();
    let mut whole: BTreeMap<PriorHelpKey, Gathered> = BTreeMap::new();
    let mut answers = Vec::new();
    for part in parts {
        for (key, gathered) in part {
            let total = whole
                .entry(PriorHelpKey {
                    authority: None,
                    ..key
                })
                .or_default();
            add_counts(total, &gathered);
            if params.by_authority {
                answers.push(finish(key, gathered));
            }
        }
    }
    let mut all: Vec<PriorHelp> = whole
        .into_iter()
        .map(|(key, gathered)| finish(key, gathered))
        .collect();
    all.extend(answers);
    all.sort_by_key(|answer| answer.key);
    all
}

fn add_counts(total: &mut Gathered, part: &Gathered) {
    let (a, b) = (&mut total.counts, &part.counts);
    a.complete_yes += b.complete_yes;
    a.complete_no += b.complete_no;
    a.incomplete_yes += b.incomplete_yes;
    a.incomplete_no += b.incomplete_no;
    a.no_birth += b.no_birth;
    a.coverage_start += b.coverage_start;
    a.hole += b.hole;
    a.arrival += b.arrival;
    a.unlinked += b.unlinked;
    total.watched.extend_from_slice(&part.watched);
    for (mine, theirs) in total.by_age.iter_mut().zip(part.by_age) {
        mine.0 += theirs.0;
        mine.1 += theirs.1;
    }
}

fn finish(key: PriorHelpKey, mut gathered: Gathered) -> PriorHelp {
    let kaplan_meier = (key.mode == Mode::Overlap && !gathered.watched.is_empty()).then(|| {
        let found = cumulative_incidence(&mut gathered.watched, 1, HORIZON - 1);
        if key.kind == HelpKind::None {
            Incidence {
                value: 1.0 - found.value,
                ..found
            }
        } else {
            found
        }
    });
    PriorHelp {
        key,
        counts: gathered.counts,
        kaplan_meier,
        by_age: gathered.by_age,
    }
}

/// What is counted of one authority: a table for each question and group of years, with a row for
/// each group of children in the order in which they were first seen.
struct Tables<'p> {
    params: &'p PriorHelpParams,
    spans: &'p [(Period, Period)],
    rows: BTreeMap<Group, usize>,
    gathered: Vec<Vec<Gathered>>,
}

impl Tables<'_> {
    /// The rows an entry belongs to. Unaccompanied children are a line of their own unless they are
    /// asked to be among the others.
    fn rows_of(&mut self, entry: &Entry) -> Vec<usize> {
        let among = self.params.include_unaccompanied || !entry.unaccompanied;
        let ways = self.params.groups.iter().copied();
        ways.filter(|by| among || *by == GroupBy::Unaccompanied)
            .map(|by| {
                let next = self.rows.len();
                *self.rows.entry(entry.group(by)).or_insert(next)
            })
            .collect()
    }

    /// Every question in order: kind, lead, look-back and mode.
    fn questions(&self) -> Vec<(HelpKind, u16, LookBack, Mode)> {
        let mut all = Vec::new();
        for kind in self.params.kinds.iter().copied() {
            for lead in self.params.leads.iter().copied() {
                for look_back in self.params.look_backs.iter().copied() {
                    let modes = self.params.modes.iter().copied();
                    all.extend(modes.map(|mode| (kind, lead, look_back, mode)));
                }
            }
        }
        all
    }

    fn add(
        &mut self,
        question: usize,
        spans: &[usize],
        rows: &[usize],
        one: &Outcome<'_>,
        mode: Mode,
    ) {
        for span in spans {
            let table = &mut self.gathered[question * self.spans.len() + span];
            if table.len() < self.rows.len() {
                table.resize_with(self.rows.len(), Gathered::default);
            }
            for row in rows {
                table[*row].add(one, mode);
            }
        }
    }

    fn finish(self, authority: usize) -> BTreeMap<PriorHelpKey, Gathered> {
        let questions = self.questions();
        let mut groups: Vec<Group> = vec![Group::TOTAL; self.rows.len()];
        for (group, row) in &self.rows {
            groups[*row] = *group;
        }
        let mut found = BTreeMap::new();
        for (at, table) in self.gathered.into_iter().enumerate() {
            let (kind, lead, look_back, mode) = questions[at / self.spans.len()];
            let (from, to) = self.spans[at % self.spans.len()];
            for (group, gathered) in groups.iter().copied().zip(table) {
                if gathered.counts.entrants() > 0 {
                    let key = PriorHelpKey {
                        authority: Some(authority),
                        from,
                        to,
                        group,
                        kind,
                        look_back,
                        lead,
                        mode,
                    };
                    found.insert(key, gathered);
                }
            }
        }
        found
    }
}

/// One authority's entries.
fn authority(
    journeys: &Journeys,
    entries: &[Entry],
    spans: &[(Period, Period)],
    params: &PriorHelpParams,
    codes: HelpCodes,
) -> BTreeMap<PriorHelpKey, Gathered> {
    let Some(at) = entries.first().map(|first| first.authority) else {
        return BTreeMap::new();
    };
    let Authority { coverage, .. } = &journeys.authorities()[at];
    let mut tables = Tables {
        params,
        spans,
        rows: BTreeMap::new(),
        gathered: Vec::new(),
    };
    let questions = tables.questions().len();
    tables
        .gathered
        .resize_with(questions * spans.len(), Vec::default);
    for entry in entries {
        let child = journeys.child(entry.child);
        let own: Vec<usize> = (0..spans.len())
            .filter(|at| (spans[*at].0..=spans[*at].1).contains(&entry.period))
            .collect();
        if own.is_empty() {
            continue;
        }
        let (rows, age) = (tables.rows_of(entry), age_place(entry));
        let mut question = 0;
        for kind in params.kinds.iter().copied() {
            let seen = seen(coverage, entry, kind);
            for lead in params.leads.iter().copied() {
                let recent = recent(&child, entry.day, lead, kind, codes);
                for look_back in params.look_backs.iter().copied() {
                    for mode in params.modes.iter().copied() {
                        let one = outcome(entry, recent, seen, look_back, kind, mode, age);
                        tables.add(question, &own, &rows, &one, mode);
                        question += 1;
                    }
                }
            }
        }
    }
    tables.finish(at)
}

/// How many whole years of look-back every entrant of a year has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supported {
    /// Position of the authority.
    pub authority: usize,
    /// Kind of help.
    pub kind: HelpKind,
    /// Year of entry.
    pub period: Period,
    /// Whole years; none if the year itself is not covered.
    pub years: Option<u8>,
    /// First day of the unbroken cover.
    pub covered_from: Option<Day>,
}

/// The supported look-back of each authority, kind and year of entry.
#[must_use]
pub fn supported(journeys: &Journeys) -> Vec<Supported> {
    let mut rows = Vec::new();
    for (at, authority) in journeys.authorities().iter().enumerate() {
        let care = authority.coverage.of(SpellKind::Care);
        let mut periods: Vec<Period> = care
            .spans()
            .iter()
            .filter_map(|(from, to)| Some((from.period()?, to.plus(-1).period()?)))
            .flat_map(|(from, to)| (from.year()..=to.year()).filter_map(Period::ending))
            .collect();
        periods.dedup();
        for kind in HelpKind::ALL {
            for period in periods.iter().copied() {
                let last = Day::last_of(period);
                let from = kind
                    .spells()
                    .iter()
                    .map(|k| authority.coverage.of(*k).unbroken_from(last))
                    .max()
                    .unwrap_or(last);
                let first = Day::first_of(period);
                let covered = from <= first;
                let years = covered
                    .then(|| {
                        (0..=30_u8)
                            .rev()
                            .find(|n| from <= first.plus_years(-i32::from(*n)))
                    })
                    .flatten();
                rows.push(Supported {
                    authority: at,
                    kind,
                    period,
                    years,
                    covered_from: covered.then_some(from),
                });
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_includes_both_its_ends() {
        let (entry, first) = (Day(1000), Day(500));
        let spell = |start: i32, end: i32, lead: i32| {
            let mut recent = Recent::NOTHING;
            recent.add(Day(start), Day(end), entry, entry.plus(-lead), false);
            recent
        };
        // Overlap asks for an end after the first day; a plan that ended on it is out.
        assert!(!spell(400, 500, 1).within(first, Mode::Overlap));
        assert!(spell(400, 501, 1).within(first, Mode::Overlap));
        assert!(spell(500, 500, 1).within(first, Mode::Started));
        assert!(spell(400, 500, 1).within(first, Mode::Ended));
        // The day of entry counts with a lead of 0 and not with a lead of 1.
        assert!(spell(1000, i32::MAX, 0).within(first, Mode::Overlap));
        assert!(!spell(1000, i32::MAX, 1).within(first, Mode::Overlap));
        assert!(spell(999, i32::MAX, 1).within(first, Mode::Active));
        assert!(!spell(900, 999, 1).within(first, Mode::Active));
        assert!(spell(900, 1000, 1).within(first, Mode::Active));
    }
}
