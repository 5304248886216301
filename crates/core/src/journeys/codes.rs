//! Code sets of the returns as small integers, with the group that gives a code its meaning.
//! The sets are data that travel with the journeys; which rule uses which group is decided elsewhere.

/// One code of a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// As written in the return, such as `RC8`.
    pub code: String,
    /// What it means, for people.
    pub label: String,
    /// The word that rules go by, such as `died`; empty if none does.
    pub group: String,
    /// First and last reporting year in which the code is valid; 0 where open.
    pub valid: (u16, u16),
}

/// A code as a position in its set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CodeId(pub u8);

impl CodeId {
    /// The field was blank.
    pub const BLANK: Self = Self(0);
    /// The field held something that is not in the set.
    pub const UNKNOWN: Self = Self(255);
}

/// The sets that journeys use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum CodeSetId {
    /// Primary need, or category of need in care.
    Need,
    /// Source of a referral.
    ReferralSource,
    /// Reason for closing an episode of need.
    ReasonForClosure,
    /// Category of abuse of a protection plan.
    CategoryOfAbuse,
    /// Reason for a new care episode (RNE).
    ReasonNewEpisode,
    /// Legal status.
    LegalStatus,
    /// Placement type.
    Placement,
    /// Reason a care episode ceased (REC).
    ReasonCeased,
}

impl CodeSetId {
    /// Every set, in order.
    pub const ALL: [Self; 8] = [
        Self::Need,
        Self::ReferralSource,
        Self::ReasonForClosure,
        Self::CategoryOfAbuse,
        Self::ReasonNewEpisode,
        Self::LegalStatus,
        Self::Placement,
        Self::ReasonCeased,
    ];

    /// The name in the data file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Need => "need",
            Self::ReferralSource => "referral_source",
            Self::ReasonForClosure => "reason_for_closure",
            Self::CategoryOfAbuse => "category_of_abuse",
            Self::ReasonNewEpisode => "reason_new_episode",
            Self::LegalStatus => "legal_status",
            Self::Placement => "placement",
            Self::ReasonCeased => "reason_ceased",
        }
    }

    /// The set of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.as_str() == word)
    }
}

/// The codes of one set; position 0 is blank and 255 stands for what is not in the set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeSet {
    codes: Vec<Code>,
}

impl CodeSet {
    /// A set from its codes in order. Returns `None` if a code repeats or there are more than 254.
    #[must_use]
    pub fn new(codes: Vec<Code>) -> Option<Self> {
        let repeats =
            (1..codes.len()).any(|i| codes[..i].iter().any(|seen| seen.code == codes[i].code));
        (!repeats && codes.len() <= 254).then_some(Self { codes })
    }

    /// The position of a code, if the set has it.
    #[must_use]
    pub fn id(&self, code: &str) -> Option<CodeId> {
        let position = self.codes.iter().position(|known| known.code == code)?;
        u8::try_from(position + 1).ok().map(CodeId)
    }

    /// The code at a position; none for blank and unknown.
    #[must_use]
    pub fn get(&self, id: CodeId) -> Option<&Code> {
        usize::from(id.0)
            .checked_sub(1)
            .and_then(|position| self.codes.get(position))
    }

    /// Every code with its position, in order.
    pub fn iter(&self) -> impl Iterator<Item = (CodeId, &Code)> {
        (1_u8..).map(CodeId).zip(&self.codes)
    }

    /// Which positions belong to a group.
    #[must_use]
    pub fn in_group(&self, group: &str) -> CodeMask {
        self.iter()
            .filter(|(_, code)| code.group == group)
            .fold(CodeMask::default(), |mask, (id, _)| mask.with(id))
    }
}

/// A set of positions in a code set, tested in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CodeMask([u64; 4]);

impl CodeMask {
    /// The mask with one more position.
    #[must_use]
    pub const fn with(mut self, id: CodeId) -> Self {
        self.0[(id.0 >> 6) as usize] |= 1 << (id.0 & 63);
        self
    }

    /// Whether the position is in the mask; where there is none, it is not.
    #[must_use]
    pub fn has(self, id: impl Into<Option<CodeId>>) -> bool {
        id.into()
            .is_some_and(|id| self.0[usize::from(id.0 >> 6)] >> (id.0 & 63) & 1 == 1)
    }
}

/// The code sets of a build, one for each [`CodeSetId`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeSets {
    sets: [CodeSet; CodeSetId::ALL.len()],
}

impl CodeSets {
    /// The sets in [`CodeSetId::ALL`] order.
    #[must_use]
    pub fn new(sets: [CodeSet; CodeSetId::ALL.len()]) -> Self {
        Self { sets }
    }

    /// One set.
    #[must_use]
    pub fn set(&self, id: CodeSetId) -> &CodeSet {
        &self.sets[id as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: &str, group: &str) -> Code {
        Code {
            code: code.into(),
            label: code.into(),
            group: group.into(),
            valid: (0, 0),
        }
    }

    #[test]
    fn blank_and_unknown_are_no_codes() {
        let set = CodeSet::new(vec![
            code("E2", "died"),
            code("E3", "moved"),
            code("X", "died"),
        ])
        .unwrap();
        assert_eq!(set.id("E2"), Some(CodeId(1)));
        assert_eq!(set.id("e2"), None);
        assert_eq!(
            (set.get(CodeId::BLANK), set.get(CodeId::UNKNOWN)),
            (None, None)
        );
        let died = set.in_group("died");
        assert!(
            died.has(CodeId(1))
                && died.has(CodeId(3))
                && !died.has(CodeId(2))
                && !died.has(CodeId::UNKNOWN)
        );
        assert!(CodeSet::new(vec![code("A", ""), code("A", "")]).is_none());
    }
}
