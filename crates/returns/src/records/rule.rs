//! Which rule repaired an episode: kept beside the row, applied in `children::repair`.

/// The rule that changed a row: a number, as there is one beside every row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Left open; the next episode of the placement or status ends it.
    NextEpisode,
    /// Left open; a new period of care began later.
    NewPeriod,
    /// Left open; no later year has any episode.
    NextYear,
    /// Left open; whether it ended is not known, as a year is missing.
    UnknownEnd,
    /// Left open; it stands elsewhere with another start.
    Restated,
    /// Left open; a later year has an earlier one that runs on.
    Overtaken,
    /// Ends after the next starts.
    Overlap,
    /// Ends before the next, which continues it, starts.
    Gap,
}

impl Rule {
    /// The name in diagnostics, as in the London pipeline.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NextEpisode => "RULE_1",
            Self::NewPeriod => "RULE_1A",
            Self::NextYear => "RULE_2",
            Self::UnknownEnd => "UNKNOWN_END",
            Self::Restated => "RULE_3",
            Self::Overtaken => "RULE_3A",
            Self::Overlap => "RULE_4",
            Self::Gap => "RULE_5",
        }
    }
}
