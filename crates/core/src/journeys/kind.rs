//! What kinds of spell a journey is made of, and what the small integers beside a spell mean.
//! No rule about counting lives here.

/// A kind of spell. Events are spells of length 0.
///
/// The order is the order in which things that happen on one day are taken to have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SpellKind {
    /// Contact with children's social care that may or may not become a referral. An event.
    Contact,
    /// Referral, with or without further action. An event.
    Referral,
    /// Early help episode or assessment.
    EarlyHelp,
    /// Continuous assessment: start to authorisation.
    Assessment,
    /// Section 47 enquiry. An event on the day it started.
    Section47,
    /// Initial child protection conference. An event.
    InitialConference,
    /// Episode of need: referral to closure; referrals with no further action are not episodes.
    CinEpisode,
    /// Child in need plan.
    CinPlan,
    /// Child protection plan.
    ProtectionPlan,
    /// Review conference of a protection plan. An event.
    ProtectionReview,
    /// Period of care: consecutive placement and legal-status episodes without a break.
    Care,
    /// One placement or legal-status episode within a period of care.
    CareEpisode,
    /// Short breaks (legal status V3 or V4), kept apart from care.
    Respite,
    /// Missing or away from placement without authorisation.
    Missing,
}

impl SpellKind {
    /// Every kind, in order.
    pub const ALL: [Self; 14] = [
        Self::Contact,
        Self::Referral,
        Self::EarlyHelp,
        Self::Assessment,
        Self::Section47,
        Self::InitialConference,
        Self::CinEpisode,
        Self::CinPlan,
        Self::ProtectionPlan,
        Self::ProtectionReview,
        Self::Care,
        Self::CareEpisode,
        Self::Respite,
        Self::Missing,
    ];

    /// The word in the store and in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Referral => "referral",
            Self::EarlyHelp => "early_help",
            Self::Assessment => "assessment",
            Self::Section47 => "section_47_enquiry",
            Self::InitialConference => "initial_conference",
            Self::CinEpisode => "cin_episode",
            Self::CinPlan => "cin_plan",
            Self::ProtectionPlan => "protection_plan",
            Self::ProtectionReview => "protection_review",
            Self::Care => "care",
            Self::CareEpisode => "care_episode",
            Self::Respite => "respite",
            Self::Missing => "missing",
        }
    }

    /// The kind that a word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The kind with that position in [`SpellKind::ALL`].
    #[must_use]
    pub fn from_index(index: u8) -> Option<Self> {
        Self::ALL.get(usize::from(index)).copied()
    }

    /// Whether it is an event: it happens on a day and has no length.
    #[must_use]
    pub const fn is_event(self) -> bool {
        matches!(
            self,
            Self::Contact
                | Self::Referral
                | Self::Section47
                | Self::InitialConference
                | Self::ProtectionReview
        )
    }
}

/// Yes-or-no facts about one spell, as bits of a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SpellFlags(pub u8);

impl SpellFlags {
    /// The start is the real start (for care: the first episode is coded as a start).
    pub const START_KNOWN: Self = Self(1);
    /// The start was worked out; the spell is never an entry in a headline.
    pub const START_INFERRED: Self = Self(2);
    /// Nobody recorded the end: the return of one year has it open, and that of the next does not have
    /// it at all. For a care episode that goes on in another: the end was worked out.
    pub const END_INFERRED: Self = Self(4);
    /// Nobody knows whether it ended: the return of one year has it open, and that of the next was
    /// not loaded or does not follow on.
    pub const END_UNKNOWN: Self = Self(8);
    /// A referral on which no further action was taken.
    pub const NO_FURTHER_ACTION: Self = Self(16);
    /// A plan held here for another authority.
    pub const FOR_OTHER_AUTHORITY: Self = Self(32);
    /// Came with the child from another authority.
    pub const TRANSFERRED_IN: Self = Self(64);
    /// The source cannot tell short breaks from care.
    pub const MAY_BE_RESPITE: Self = Self(128);

    /// Whether every bit of `other` is set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets of bits.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set without the bits of another.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Both sets of bits if `condition` holds, otherwise this one.
    #[must_use]
    pub const fn with_if(self, condition: bool, other: Self) -> Self {
        if condition { self.with(other) } else { self }
    }
}

/// How a child's care record was matched with the rest of their record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum LinkOutcome {
    /// Nothing to match: the child is in one source only and is not in care.
    #[default]
    NotNeeded,
    /// The same source holds both sides.
    SameSource,
    /// Same identifier, same date of birth.
    Confirmed,
    /// Same identifier; a date of birth is missing or less precise on one side.
    Compatible,
    /// Same identifier; dates of birth differ by one digit, by day and month swapped, or by up to 31 days.
    Near,
    /// Different identifiers; same valid pupil number and date of birth.
    PupilNumber,
    /// Same identifier but plainly different dates of birth: not linked.
    Conflict,
    /// The identifier matches several records: not linked.
    Ambiguous,
    /// No record to link to.
    Unmatched,
}

impl LinkOutcome {
    /// Every outcome, in order.
    pub const ALL: [Self; 9] = [
        Self::NotNeeded,
        Self::SameSource,
        Self::Confirmed,
        Self::Compatible,
        Self::Near,
        Self::PupilNumber,
        Self::Conflict,
        Self::Ambiguous,
        Self::Unmatched,
    ];

    /// The word in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotNeeded => "not_needed",
            Self::SameSource => "same_source",
            Self::Confirmed => "confirmed",
            Self::Compatible => "compatible",
            Self::Near => "near",
            Self::PupilNumber => "upn_dob",
            Self::Conflict => "conflict",
            Self::Ambiguous => "ambiguous",
            Self::Unmatched => "unmatched",
        }
    }

    /// The outcome with that position in [`LinkOutcome::ALL`].
    #[must_use]
    pub fn from_index(index: u8) -> Option<Self> {
        Self::ALL.get(usize::from(index)).copied()
    }

    /// Whether the child's records are together.
    #[must_use]
    pub const fn is_linked(self) -> bool {
        !matches!(self, Self::Conflict | Self::Ambiguous | Self::Unmatched)
    }
}

/// How much of a date of birth is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(u8)]
pub enum BirthPrecision {
    /// Not known at all.
    #[default]
    None,
    /// The day.
    Day,
    /// The month; kept as its first day.
    Month,
    /// The year; kept as its first day.
    Year,
    /// The day on which an unborn child is expected.
    Expected,
}

impl BirthPrecision {
    /// Every precision, in order.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::Day,
        Self::Month,
        Self::Year,
        Self::Expected,
    ];

    /// The word in outputs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
            Self::Expected => "expected",
        }
    }

    /// The precision with that position in [`BirthPrecision::ALL`].
    #[must_use]
    pub fn from_index(index: u8) -> Option<Self> {
        Self::ALL.get(usize::from(index)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_and_words_come_back() {
        for (kind, position) in SpellKind::ALL.into_iter().zip(0_u8..) {
            assert_eq!(kind as u8, position);
            assert_eq!(SpellKind::from_index(position), Some(kind));
            assert_eq!(SpellKind::from_word(kind.as_str()), Some(kind));
        }
        for (outcome, position) in LinkOutcome::ALL.into_iter().zip(0_u8..) {
            assert_eq!(outcome as u8, position);
        }
        for (precision, position) in BirthPrecision::ALL.into_iter().zip(0_u8..) {
            assert_eq!(precision as u8, position);
        }
    }
}
