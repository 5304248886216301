//! What may be written, and what was done to it before.

use disparity_core::needs::NeedsAssessment;
use disparity_core::needs::take::Take;
use disparity_core::{Provenance, Results};

use crate::rule::Rule;

/// What is done to counts before they may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// They were protected by their publisher: every derived figure is computed from the protected
    /// counts, and anything that depends on a symbol is a symbol.
    Published,
    /// They are of records of children and are protected by a rule before anything is computed.
    Protected(Rule),
    /// They are of records of children and nothing is done: an authority's own analysts look at their
    /// own returns. Whatever is written says so, and why.
    Unprotected {
        /// Why, in the words of the person who chose it.
        reason: String,
    },
}

impl Policy {
    /// The word in the manifest.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Protected(_) => "controlled",
            Self::Unprotected { .. } => "unprotected",
        }
    }

    /// What is withheld and rounded.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::Protected(rule) => *rule,
            Self::Published | Self::Unprotected { .. } => Rule::NOTHING,
        }
    }

    /// Why nothing is withheld, if it is not.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Unprotected { reason } => Some(reason),
            Self::Published | Self::Protected(_) => None,
        }
    }
}

/// Results that may not be released as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureError {
    /// Counts of children were to pass as figures that a publisher has protected.
    #[error(
        "policy `published` is only for figures that were already disclosure-controlled by their publisher; these were \
         counted from records of children"
    )]
    NotPublished,
}

/// What may be written: the only thing that is.
///
/// It can be made nowhere else:
/// ```compile_fail
/// use disparity_disclosure::{Policy, Release};
/// let release = Release { content: todo!(), policy: Policy::Published };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Release<T> {
    content: T,
    policy: Policy,
}

impl<T> Release<T> {
    pub(crate) const fn new(content: T, policy: Policy) -> Self {
        Self { content, policy }
    }

    pub(crate) const fn content(&self) -> &T {
        &self.content
    }

    /// What was done before.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl Release<Results> {
    /// Results of figures that their publisher has protected.
    ///
    /// # Errors
    /// [`DisclosureError::NotPublished`] for results counted from records of children.
    pub fn of_published(results: Results) -> Result<Self, DisclosureError> {
        if results.provenance != Provenance::Published {
            return Err(DisclosureError::NotPublished);
        }
        Ok(Self::new(results, Policy::Published))
    }

    /// The results.
    #[must_use]
    pub const fn results(&self) -> &Results {
        &self.content
    }
}

impl Release<NeedsAssessment> {
    /// A needs assessment made from figures that their publisher has protected: what it says of
    /// neighbourhoods is estimated from those, and nobody in them was counted.
    ///
    /// # Errors
    /// [`DisclosureError::NotPublished`] for one made from records of children.
    pub fn of_published_needs(assessment: NeedsAssessment) -> Result<Self, DisclosureError> {
        if assessment.provenance != Provenance::Published {
            return Err(DisclosureError::NotPublished);
        }
        Ok(Self::new(assessment, Policy::Published))
    }

    /// The assessment.
    #[must_use]
    pub const fn assessment(&self) -> &NeedsAssessment {
        &self.content
    }
}

impl Release<Take> {
    /// What it would take, from figures that their publisher has protected: authorities' counts, rates and
    /// spend.
    ///
    /// # Errors
    /// [`DisclosureError::NotPublished`] for what was made from records of children.
    pub fn of_published_take(take: Take) -> Result<Self, DisclosureError> {
        if take.provenance != Provenance::Published {
            return Err(DisclosureError::NotPublished);
        }
        Ok(Self::new(take, Policy::Published))
    }

    /// What it would take.
    #[must_use]
    pub const fn take(&self) -> &Take {
        &self.content
    }
}

#[cfg(test)]
mod tests {
    use disparity_core::{AreaCode, Levels, Period};

    use super::*;

    #[test]
    fn counts_of_children_never_pass_as_published() {
        let results = |provenance| Results::new(provenance, Levels::default());
        let of_children = Provenance::Records { synthetic: true };
        assert_eq!(
            Release::of_published(results(of_children)),
            Err(DisclosureError::NotPublished)
        );
        assert!(Release::of_published(results(Provenance::Published)).is_ok());
    }

    #[test]
    fn needs_of_counted_children_never_pass_as_published() {
        let assessment = |provenance| NeedsAssessment {
            provenance,
            authority: AreaCode::ENGLAND,
            period: Period::ending(2025).unwrap(),
            edition: 2019,
            levels: Levels::default(),
            footprints: None,
            children: Vec::new(),
            expected: Vec::new(),
            counted: Vec::new(),
            england: Vec::new(),
            assumed: Vec::new(),
            issues: Vec::new(),
        };
        let of_children = Provenance::Records { synthetic: false };
        assert_eq!(
            Release::of_published_needs(assessment(of_children)),
            Err(DisclosureError::NotPublished)
        );
        let published = Release::of_published_needs(assessment(Provenance::Published)).unwrap();
        assert_eq!(published.policy(), &Policy::Published);
        assert_eq!(published.assessment().edition, 2019);
    }

    #[test]
    fn what_it_would_take_for_counted_children_never_passes_as_published() {
        let take = |provenance| Take {
            provenance,
            authority: AreaCode::ENGLAND,
            region: None,
            period: Period::ending(2025).unwrap(),
            levels: Levels::default(),
            changes: Vec::new(),
            prices: None,
            spend: Vec::new(),
            served: Vec::new(),
            assumed: Vec::new(),
            help: None,
            issues: Vec::new(),
        };
        let of_children = Provenance::Records { synthetic: false };
        assert_eq!(
            Release::of_published_take(take(of_children)),
            Err(DisclosureError::NotPublished)
        );
        let published = Release::of_published_take(take(Provenance::Published)).unwrap();
        assert_eq!(published.policy(), &Policy::Published);
        assert_eq!(published.take().period.year(), 2025);
    }
}
