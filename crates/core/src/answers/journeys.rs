//! The tables of what came after help, how children came to care, and how well records match: lines
//! before it is known what may be shown of them.

use disparity_stats::Chance;

use super::counts::Counts;
use super::group::{Group, YearKey};

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JourneyTable {
    /// Re-referrals, repeat plans and re-entries.
    Recurrence,
    /// Children on a plan who are in need years later.
    LaterNeed,
    /// Where stretches of a level led within a year.
    Transitions,
    /// Chances of steps by horizon, with what competes.
    Incidence,
    /// How children came to care.
    Ways,
    /// How long the case open at entry had been known.
    KnownDays,
    /// How well records match.
    Matching,
    /// Published indicators, to reconcile with.
    Published,
}

impl JourneyTable {
    /// Every table, in the order of outputs.
    pub const ALL: [Self; 8] = [
        Self::Recurrence,
        Self::LaterNeed,
        Self::Transitions,
        Self::Incidence,
        Self::Ways,
        Self::KnownDays,
        Self::Matching,
        Self::Published,
    ];

    /// The word in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recurrence => "recurrence",
            Self::LaterNeed => "later-need",
            Self::Transitions => "transitions",
            Self::Incidence => "incidence",
            Self::Ways => "ways",
            Self::KnownDays => "known-days",
            Self::Matching => "matching",
            Self::Published => "published",
        }
    }

    /// The table that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.as_str() == word)
    }
}

/// A count of some table, before it is known whose. Counts that stand in two tables have one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JourneyCount {
    /// Children who entered care.
    Entrants,
    /// Those of them whose records are together.
    Linked,
    /// Entrants by outcome of matching.
    Matched(usize),
    /// Children in care on 31 March.
    InCare,
    /// Those of them whose records are together.
    InCareLinked,
    /// One of the indicators that are published, by its place in their list.
    Published(usize),
    /// Events of a way of coming back.
    Events(usize),
    /// Those that came back.
    Returned(usize),
    /// Events of the way of which it cannot be seen.
    Unseen(usize),
    /// Children on a plan so many years before.
    OnPlan(usize),
    /// Those in need now.
    InNeed(usize),
    /// Stretches of a level.
    Stretches(usize),
    /// Those during which early help is covered.
    StretchesSeen(usize),
    /// Where they led.
    Led(usize, usize),
    /// Those that closed and could be followed from there.
    Closings(usize),
    /// Linked entrants by way to care, as far as is on record.
    Way(usize),
    /// Those of whom so much of the years before is on file.
    WaySeen(usize),
    /// Of these, those who came by a way.
    WayOfSeen(usize),
    /// Those of whom the case at entry is on file, by days known.
    Known(usize),
    /// Watched of a pathway.
    Watched(usize),
    /// What had happened to them by a horizon; the last is nothing.
    Happened(usize, usize, usize),
}

/// A count in a year.
pub type JourneyCountKey = (u16, JourneyCount);

/// A line of a table, before it is known what may be shown.
#[derive(Clone)]
pub struct JourneyLine {
    /// The table.
    pub table: JourneyTable,
    /// The year, by its end.
    pub year: u16,
    /// Position of the authority; none for all together.
    pub authority: Option<usize>,
    /// Position of its name.
    pub measure: usize,
    /// Of whom.
    pub group: Group,
    /// Position of the count that it is about.
    pub whole: usize,
    /// What it says of that.
    pub figure: Figure,
}

/// What a line says of its whole.
#[derive(Clone)]
pub enum Figure {
    /// How many there are.
    Count,
    /// A part of them, and its share.
    Share(usize),
    /// A part of them so far, and the chance of it.
    Chance(usize, ChanceAmong),
    /// Nothing: it cannot be told, of whatever children there are.
    Untold,
}

/// A chance computed from single children: shown only if all of these counts may be.
#[derive(Clone)]
pub struct ChanceAmong {
    /// None where nobody was watched so long.
    pub found: Option<Chance>,
    /// To how many each cause had happened.
    pub of_cause: Vec<usize>,
    /// To how many nothing had.
    pub rest: usize,
}

/// Lines of every table that is asked for, and the counts in them with what is known to hold between
/// those.
#[derive(Clone)]
pub struct JourneyAnswers {
    /// The counts.
    pub counts: Counts<JourneyCountKey>,
    /// The lines, table by table.
    pub lines: Vec<JourneyLine>,
    /// Published counts of a year of which the returns cover a part: no count is there, and a symbol is
    /// shown in its place.
    pub absent: Vec<(YearKey, usize)>,
    /// The names of what is measured, each once.
    pub measures: Vec<String>,
}
