//! What the codes of a spell say, by its kind, and how columns hold them.

use super::{CodeId, CodeSetId, SpellKind};

/// What is coded of a spell. Which codes there are depends on its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Coded {
    /// Kinds without codes.
    #[default]
    Nothing,
    /// Of a referral.
    Referral {
        /// Who referred ([`CodeSetId::ReferralSource`]).
        source: CodeId,
        /// Primary need ([`CodeSetId::Need`]).
        need: CodeId,
    },
    /// Of an episode of need.
    Episode {
        /// Who referred ([`CodeSetId::ReferralSource`]).
        source: CodeId,
        /// Primary need ([`CodeSetId::Need`]).
        need: CodeId,
        /// Why it was closed ([`CodeSetId::ReasonForClosure`]).
        closure: CodeId,
    },
    /// Of a protection plan.
    Plan {
        /// Category of abuse when it began ([`CodeSetId::CategoryOfAbuse`]).
        initial: CodeId,
        /// The latest category of abuse.
        latest: CodeId,
        /// How many plans came before; none if not recorded.
        earlier: Option<u8>,
    },
    /// Of a period of care, or of short breaks.
    Care {
        /// Legal status at the start ([`CodeSetId::LegalStatus`]).
        legal_status: CodeId,
        /// Category of need ([`CodeSetId::Need`]).
        need: CodeId,
        /// Why it ceased ([`CodeSetId::ReasonCeased`]).
        ceased: CodeId,
    },
    /// Of an episode of care.
    CareEpisode {
        /// Legal status ([`CodeSetId::LegalStatus`]).
        legal_status: CodeId,
        /// Type of placement ([`CodeSetId::Placement`]).
        placement: CodeId,
        /// Why it ceased ([`CodeSetId::ReasonCeased`]).
        ceased: CodeId,
        /// Why it began ([`CodeSetId::ReasonNewEpisode`]).
        began: CodeId,
    },
}

impl Coded {
    /// Everything blank that a kind of spell has, and nothing recorded.
    #[must_use]
    pub const fn blank(kind: SpellKind) -> Self {
        let blank = CodeId::BLANK;
        match kind {
            SpellKind::Referral => Self::Referral {
                source: blank,
                need: blank,
            },
            SpellKind::CinEpisode => Self::Episode {
                source: blank,
                need: blank,
                closure: blank,
            },
            SpellKind::ProtectionPlan => Self::Plan {
                initial: blank,
                latest: blank,
                earlier: None,
            },
            SpellKind::Care | SpellKind::Respite => Self::Care {
                legal_status: blank,
                need: blank,
                ceased: blank,
            },
            SpellKind::CareEpisode => Self::CareEpisode {
                legal_status: blank,
                placement: blank,
                ceased: blank,
                began: blank,
            },
            _ => Self::Nothing,
        }
    }

    /// Primary need, or category of need in care; none where the kind has none.
    #[must_use]
    pub const fn need(self) -> Option<CodeId> {
        match self {
            Self::Referral { need, .. } | Self::Episode { need, .. } | Self::Care { need, .. } => {
                Some(need)
            }
            Self::Nothing | Self::Plan { .. } | Self::CareEpisode { .. } => None,
        }
    }

    /// Who referred; none where the kind has no referral.
    #[must_use]
    pub const fn source(self) -> Option<CodeId> {
        match self {
            Self::Referral { source, .. } | Self::Episode { source, .. } => Some(source),
            _ => None,
        }
    }

    /// Legal status; none where the kind has none.
    #[must_use]
    pub const fn legal_status(self) -> Option<CodeId> {
        match self {
            Self::Care { legal_status, .. } | Self::CareEpisode { legal_status, .. } => {
                Some(legal_status)
            }
            _ => None,
        }
    }

    /// Why it ended: of an episode of need why it was closed, of care why it ceased; none where the kind has neither.
    #[must_use]
    pub const fn ending(self) -> Option<CodeId> {
        match self {
            Self::Episode { closure: code, .. }
            | Self::Care { ceased: code, .. }
            | Self::CareEpisode { ceased: code, .. } => Some(code),
            _ => None,
        }
    }

    /// How many protection plans came before; none if not recorded, or if it is no plan.
    #[must_use]
    pub const fn earlier_plans(self) -> Option<u8> {
        match self {
            Self::Plan { earlier, .. } => earlier,
            _ => None,
        }
    }

    /// Every code with the set it is of.
    pub fn each_mut(&mut self) -> impl Iterator<Item = (CodeSetId, &mut CodeId)> {
        use CodeSetId as S;
        let all = match self {
            Self::Nothing => [None, None, None, None],
            Self::Referral { source, need } => [
                Some((S::ReferralSource, source)),
                Some((S::Need, need)),
                None,
                None,
            ],
            Self::Episode {
                source,
                need,
                closure,
            } => [
                Some((S::ReferralSource, source)),
                Some((S::Need, need)),
                Some((S::ReasonForClosure, closure)),
                None,
            ],
            Self::Plan {
                initial, latest, ..
            } => [
                Some((S::CategoryOfAbuse, initial)),
                Some((S::CategoryOfAbuse, latest)),
                None,
                None,
            ],
            Self::Care {
                legal_status,
                need,
                ceased,
            } => [
                Some((S::LegalStatus, legal_status)),
                Some((S::Need, need)),
                Some((S::ReasonCeased, ceased)),
                None,
            ],
            Self::CareEpisode {
                legal_status,
                placement,
                ceased,
                began,
            } => [
                Some((S::LegalStatus, legal_status)),
                Some((S::Placement, placement)),
                Some((S::ReasonCeased, ceased)),
                Some((S::ReasonNewEpisode, began)),
            ],
        };
        all.into_iter().flatten()
    }

    /// What this says, and where it is blank or not recorded what `earlier` says, which is of the same kind.
    #[must_use]
    pub fn or(mut self, mut earlier: Self) -> Self {
        for ((_, code), (_, before)) in self.each_mut().zip(earlier.each_mut()) {
            if *code == CodeId::BLANK {
                *code = *before;
            }
        }
        if let Self::Plan { earlier: own, .. } = &mut self {
            *own = own.or(earlier.earlier_plans());
        }
        self
    }
}

/// How a column says that the number of earlier plans is not recorded.
const NOT_RECORDED: u8 = 255;

/// The code set of each of the three columns of codes that spells of a kind have.
#[must_use]
pub const fn code_sets_of(kind: SpellKind) -> [Option<CodeSetId>; 3] {
    use CodeSetId as S;
    match kind {
        SpellKind::Referral => [Some(S::ReferralSource), Some(S::Need), None],
        SpellKind::CinEpisode => [
            Some(S::ReferralSource),
            Some(S::Need),
            Some(S::ReasonForClosure),
        ],
        SpellKind::ProtectionPlan => [Some(S::CategoryOfAbuse), Some(S::CategoryOfAbuse), None],
        SpellKind::Care | SpellKind::Respite => {
            [Some(S::LegalStatus), Some(S::Need), Some(S::ReasonCeased)]
        }
        SpellKind::CareEpisode => [
            Some(S::LegalStatus),
            Some(S::Placement),
            Some(S::ReasonCeased),
        ],
        _ => [None, None, None],
    }
}

impl Coded {
    /// What three columns of codes and one of a number say of a spell of a kind.
    pub(super) fn from_columns(kind: SpellKind, codes: [u8; 3], number: u8) -> Self {
        let [first, second, third] = codes.map(CodeId);
        match Self::blank(kind) {
            Self::Nothing => Self::Nothing,
            Self::Referral { .. } => Self::Referral {
                source: first,
                need: second,
            },
            Self::Episode { .. } => Self::Episode {
                source: first,
                need: second,
                closure: third,
            },
            Self::Plan { .. } => Self::Plan {
                initial: first,
                latest: second,
                earlier: Some(number).filter(|own| *own != NOT_RECORDED),
            },
            Self::Care { .. } => Self::Care {
                legal_status: first,
                need: second,
                ceased: third,
            },
            Self::CareEpisode { .. } => Self::CareEpisode {
                legal_status: first,
                placement: second,
                ceased: third,
                began: CodeId(number),
            },
        }
    }

    /// Three columns of codes and one of a number.
    pub(super) fn columns(self) -> ([u8; 3], u8) {
        let blank = CodeId::BLANK;
        let (codes, number) = match self {
            Self::Nothing => ([blank; 3], 0),
            Self::Referral { source, need } => ([source, need, blank], 0),
            Self::Episode {
                source,
                need,
                closure,
            } => ([source, need, closure], 0),
            Self::Plan {
                initial,
                latest,
                earlier,
            } => ([initial, latest, blank], earlier.unwrap_or(NOT_RECORDED)),
            Self::Care {
                legal_status,
                need,
                ceased,
            } => ([legal_status, need, ceased], 0),
            Self::CareEpisode {
                legal_status,
                placement,
                ceased,
                began,
            } => ([legal_status, placement, ceased], began.0),
        };
        (codes.map(|code| code.0), number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_hold_what_is_coded_of_every_kind() {
        for kind in SpellKind::ALL {
            let mut coded = Coded::blank(kind);
            assert_eq!(Coded::from_columns(kind, [0; 3], coded.columns().1), coded);
            for (number, (_, code)) in (1..).zip(coded.each_mut()) {
                *code = CodeId(number);
            }
            if let Coded::Plan { earlier, .. } = &mut coded {
                *earlier = Some(0);
            }
            let (codes, number) = coded.columns();
            assert_eq!(Coded::from_columns(kind, codes, number), coded, "{kind:?}");
            // The sets of the columns are those of the codes, but the fourth, which is in the number.
            let sets: Vec<CodeSetId> = coded.each_mut().map(|(set, _)| set).take(3).collect();
            let of_columns = code_sets_of(kind).into_iter().flatten();
            assert_eq!(of_columns.collect::<Vec<_>>(), sets, "{kind:?}");
        }
    }

    #[test]
    fn what_is_blank_or_not_recorded_is_taken_from_before() {
        let plan = |initial, latest, earlier| Coded::Plan {
            initial: CodeId(initial),
            latest: CodeId(latest),
            earlier,
        };
        assert_eq!(
            plan(0, 3, None).or(plan(1, 2, Some(0))),
            plan(1, 3, Some(0))
        );
        assert_eq!(
            plan(0, 3, Some(2)).or(plan(0, 2, Some(0))),
            plan(0, 3, Some(2))
        );
    }
}
