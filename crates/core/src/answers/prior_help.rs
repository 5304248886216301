//! Prior help: what can be asked, what was counted of each question, and what is to be told of it.

use std::collections::BTreeMap;

use disparity_stats::{Chance, proportion_bounds};

use super::counts::Counts;
use super::group::Group;
use crate::journeys::{Authority, SpellKind};
use crate::{Day, Period};

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
    /// The look-back that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "ever" => Some(Self::Ever),
            years => years.parse().ok().map(Self::Years),
        }
    }

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

impl PriorHelpKey {
    /// The same of everyone.
    #[must_use]
    pub const fn of_everyone(self) -> Self {
        Self {
            group: Group::TOTAL,
            ..self
        }
    }

    /// The answer that decides which estimate is the headline: of everyone, or what that is would say
    /// something of a group; where everyone was not asked about, each of itself.
    #[must_use]
    pub fn deciding(&self, is_asked: impl Fn(&Self) -> bool) -> Self {
        let everyone = self.of_everyone();
        if is_asked(&everyone) { everyone } else { *self }
    }
}

/// The authorities before a change of boundaries in whose returns the look-back of some entrant of a year
/// goes on, by three-digit code.
#[must_use]
pub fn looks_back_into(authority: &Authority, look_back: LookBack, from: Period) -> &[String] {
    let earliest = look_back.first_day(Day::first_of(from));
    match &authority.continued {
        Some(continued) if earliest < continued.from => &continued.predecessors,
        _ => &[],
    }
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
    /// Of the incomplete: watched for no time, as not even the day before entry is covered.
    pub unwatched: u32,
}

impl PriorHelpCounts {
    /// Counts others as well, who are not among these.
    pub const fn add(&mut self, others: &Self) {
        self.complete_yes += others.complete_yes;
        self.complete_no += others.complete_no;
        self.incomplete_yes += others.incomplete_yes;
        self.incomplete_no += others.incomplete_no;
        self.no_birth += others.no_birth;
        self.coverage_start += others.coverage_start;
        self.hole += others.hole;
        self.arrival += others.arrival;
        self.unlinked += others.unlinked;
        self.unwatched += others.unwatched;
    }

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
}

/// Linked entrants, of one age band or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AtAge {
    /// Window fully observed, helped.
    pub complete_yes: u32,
    /// Window fully observed, not helped.
    pub complete_no: u32,
    /// Window not fully observed, and help on record.
    pub incomplete_yes: u32,
    /// Window not fully observed, and none on record.
    pub incomplete_no: u32,
}

impl AtAge {
    /// Counts others as well, who are not among these.
    pub const fn add(&mut self, others: &Self) {
        self.complete_yes += others.complete_yes;
        self.complete_no += others.complete_no;
        self.incomplete_yes += others.incomplete_yes;
        self.incomplete_no += others.incomplete_no;
    }

    /// All of them.
    #[must_use]
    pub const fn linked(&self) -> u32 {
        self.complete() + self.incomplete_yes + self.incomplete_no
    }

    /// Those fully observed.
    #[must_use]
    pub const fn complete(&self) -> u32 {
        self.complete_yes + self.complete_no
    }

    /// The lowest and the highest share of them that agrees with what is on record; none without any.
    #[must_use]
    pub fn bounds(&self, kind: HelpKind) -> Option<(f64, f64)> {
        // Help on record rules out that there was none, and none on record does not prove it.
        let (certain, open) = match kind {
            HelpKind::None => (self.complete_yes, self.incomplete_yes),
            _ => (self.complete_yes + self.incomplete_yes, self.incomplete_no),
        };
        let [certain, open, all] = [certain, open, self.linked()].map(f64::from);
        let found = proportion_bounds(certain, open, all).ok()?;
        Some((found.low, found.high))
    }
}

/// Whether a share lies within certain bounds, up to rounding.
#[must_use]
pub fn lies_within((low, high): (f64, f64), share: f64) -> bool {
    const ROUNDING: f64 = 1e-9;
    low - ROUNDING <= share && share <= high + ROUNDING
}

/// One answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PriorHelp {
    /// Of whom, when and what.
    pub key: PriorHelpKey,
    /// What was counted.
    pub counts: PriorHelpCounts,
    /// The estimate from partly observed windows, in mode `overlap`. None where it cannot be told:
    /// nobody was watched for the whole of a window, or it contradicts what is certain.
    pub kaplan_meier: Option<Chance>,
    /// Linked entrants by age band, those without a date of birth first: for standardisation.
    pub by_age: [AtAge; 7],
}

impl PriorHelp {
    /// Years of entry put together: the sums of what was counted. Estimates are of single children and
    /// have no sum.
    #[must_use]
    pub fn of_years(key: PriorHelpKey, years: &[Self]) -> Self {
        let mut all = Self {
            key,
            counts: PriorHelpCounts::default(),
            kaplan_meier: None,
            by_age: [AtAge::default(); 7],
        };
        for year in years {
            all.counts.add(&year.counts);
            for (mine, theirs) in all.by_age.iter_mut().zip(&year.by_age) {
                mine.add(theirs);
            }
        }
        all
    }

    /// Of all linked entrants the lowest and the highest share that agrees with what is on record:
    /// whoever is not fully observed and has no help on record may have had some. None without any.
    #[must_use]
    pub fn bounds(&self) -> Option<(f64, f64)> {
        let c = &self.counts;
        let all = AtAge {
            complete_yes: c.complete_yes,
            complete_no: c.complete_no,
            incomplete_yes: c.incomplete_yes,
            incomplete_no: c.incomplete_no,
        };
        all.bounds(self.key.kind)
    }

    /// Whether a share lies within the certain bounds.
    #[must_use]
    pub fn may_be(&self, share: f64) -> bool {
        self.bounds()
            .is_some_and(|bounds| lies_within(bounds, share))
    }

    /// The share among the fully observed; none without any, or where it contradicts what is certain
    /// of all linked entrants, and so cannot speak for them.
    #[must_use]
    pub fn complete_window(&self) -> Option<f64> {
        let observed = self.counts.complete();
        let share = f64::from(self.counts.complete_yes) / f64::from(observed.max(1));
        (observed > 0 && self.may_be(share)).then_some(share)
    }

    /// Gives each of its counts, and whether it is printed, to whoever numbers them.
    pub fn numbered(
        &self,
        mut number: impl FnMut(PriorHelpCount, u32, bool) -> usize,
    ) -> PriorHelpPlaces {
        let counts = &self.counts;
        let incomplete = counts.incomplete_yes + counts.incomplete_no;
        PriorHelpPlaces {
            entrants: number(PriorHelpCount::Entrants, counts.entrants(), true),
            unlinked: number(PriorHelpCount::Unlinked, counts.unlinked, true),
            observed: number(PriorHelpCount::Observed, counts.complete(), true),
            helped: number(PriorHelpCount::Helped, counts.complete_yes, true),
            not_helped: number(PriorHelpCount::NotHelped, counts.complete_no, false),
            incomplete: number(PriorHelpCount::Incomplete, incomplete, true),
            incomplete_yes: number(PriorHelpCount::IncompleteYes, counts.incomplete_yes, true),
            incomplete_no: number(PriorHelpCount::IncompleteNo, counts.incomplete_no, false),
            unwatched: (counts.unwatched > 0)
                .then(|| number(PriorHelpCount::Unwatched, counts.unwatched, true)),
        }
    }

    /// Whether half of the cohort is fully observed: then the share among those may stand for everyone,
    /// as long as what is on record of the rest does not contradict it.
    #[must_use]
    pub const fn is_half_observed(&self) -> bool {
        self.counts.complete() * 2 >= self.counts.entrants()
    }
}

/// Positions of one answer's counts among all.
#[derive(Debug, Clone, Copy)]
pub struct PriorHelpPlaces {
    /// Everybody who entered.
    pub entrants: usize,
    /// Care records without a record of need.
    pub unlinked: usize,
    /// Those whose window is fully observed.
    pub observed: usize,
    /// Of those, the helped.
    pub helped: usize,
    /// Of those, the others.
    pub not_helped: usize,
    /// Those whose window is not fully observed.
    pub incomplete: usize,
    /// Of those, with help on record.
    pub incomplete_yes: usize,
    /// Of those, without.
    pub incomplete_no: usize,
    /// Of those, watched for no time; none where everyone was watched for some.
    pub unwatched: Option<usize>,
}

impl PriorHelpPlaces {
    /// Each of the counts.
    pub const COUNTS: [fn(&Self) -> Option<usize>; 9] = [
        |own| Some(own.entrants),
        |own| Some(own.unlinked),
        |own| Some(own.observed),
        |own| Some(own.helped),
        |own| Some(own.not_helped),
        |own| Some(own.incomplete),
        |own| Some(own.incomplete_yes),
        |own| Some(own.incomplete_no),
        |own| own.unwatched,
    ];
}

/// A count of prior help: of what question, and which of its counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PriorHelpCountKey {
    years: (Period, Period),
    kind: Option<HelpKind>,
    look_back: Option<LookBack>,
    asked: Option<(u16, Mode)>,
    count: PriorHelpCount,
}

/// Which of the counts of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PriorHelpCount {
    /// Everybody who entered.
    Entrants,
    /// Care records without a record of need.
    Unlinked,
    /// Those whose window is fully observed.
    Observed,
    /// Those whose window is not fully observed.
    Incomplete,
    /// Of the fully observed, the helped.
    Helped,
    /// Of the fully observed, the others.
    NotHelped,
    /// Of the others, with help on record.
    IncompleteYes,
    /// Of the others, without.
    IncompleteNo,
    /// Of the others, watched for no time.
    Unwatched,
}

impl PriorHelpCountKey {
    /// Who entered does not depend on the question, who was watched for any time only on the kind, and
    /// whose window is observed only on the kind and how far back: one count, however often it is shown.
    #[must_use]
    pub fn of(key: &PriorHelpKey, count: PriorHelpCount) -> Self {
        let (of_kind, of_window, of_question) = match count {
            PriorHelpCount::Entrants | PriorHelpCount::Unlinked => (false, false, false),
            PriorHelpCount::Unwatched => (true, false, false),
            PriorHelpCount::Observed | PriorHelpCount::Incomplete => (true, true, false),
            _ => (true, true, true),
        };
        Self {
            years: (key.from, key.to),
            kind: of_kind.then_some(key.kind),
            look_back: of_window.then_some(key.look_back),
            asked: of_question.then_some((key.lead, key.mode)),
            count,
        }
    }
}

/// Answers with their counts as one system, and what is known to hold between those.
#[derive(Clone)]
pub struct PriorHelpAnswers {
    /// Every answer.
    pub answers: Vec<PriorHelp>,
    /// Where the counts of each stand.
    pub places: BTreeMap<PriorHelpKey, PriorHelpPlaces>,
    /// The counts.
    pub counts: Counts<PriorHelpCountKey>,
}

impl PriorHelpAnswers {
    /// The answer that decides which estimate is the headline.
    #[must_use]
    pub fn deciding(&self, key: &PriorHelpKey) -> PriorHelpKey {
        key.deciding(|everyone| self.places.contains_key(everyone))
    }
}
