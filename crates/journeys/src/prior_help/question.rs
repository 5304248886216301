//! What can be asked about prior help: of which kind, how far back, how long before, of whom.

use disparity_core::journeys::{SpellKind, Wanted};
use disparity_core::{Day, Dimension};

use crate::groups::GroupBy;

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
    /// What [`prior_help`](super::prior_help()) looks at to answer this.
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
