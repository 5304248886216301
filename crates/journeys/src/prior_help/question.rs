//! What can be asked about prior help: of which kind, how far back, how long before, of whom.

use disparity_core::Dimension;
use disparity_core::answers::{GroupBy, HelpKind, LookBack, Mode};
use disparity_core::journeys::{CodeSetId, SpellKind, Wanted};

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
        wanted.codes.push(CodeSetId::ReasonForClosure);
        wanted.status = !self.include_unaccompanied;
        for by in &self.groups {
            match by {
                GroupBy::Total => {}
                GroupBy::Unaccompanied | GroupBy::FirstEver => wanted.status = true,
                GroupBy::Dimension(Dimension::DeprivationDecile) => wanted.decile = true,
                // An age may be that of a birth that is only expected.
                GroupBy::Dimension(_) => (wanted.people, wanted.quality) = (true, true),
                GroupBy::Need => wanted.codes.push(CodeSetId::Need),
                GroupBy::LegalStatus => wanted.codes.push(CodeSetId::LegalStatus),
            }
        }
        wanted
    }
}
