//! The gate. Only [`disclose`] makes a [`Release`], and only a release can be written.

use std::fmt;

use crate::{Provenance, Results};

/// What is done to results before they may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// The input was disclosure-controlled by its publisher: every derived figure is computed from
    /// the protected counts, and anything that depends on a symbol is a symbol.
    Published,
    /// Nothing is done. An explicit choice, recorded with its reason.
    None {
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
            Self::None { .. } => "none",
        }
    }
}

/// Results that may not be released under the policy asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisclosureError {
    policy: &'static str,
}

impl fmt::Display for DisclosureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "policy `{}` is only for figures that were already disclosure-controlled by their publisher; \
             these were counted from records of children",
            self.policy
        )
    }
}

impl std::error::Error for DisclosureError {}

/// Disclosure-controlled results: the only thing that may be written.
///
/// It can be made nowhere else:
/// ```compile_fail
/// use disparity_core::{Policy, Release};
/// let release = Release { results: todo!(), policy: Policy::Published };
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    results: Results,
    policy: Policy,
}

impl Release {
    /// The controlled results.
    #[must_use]
    pub const fn results(&self) -> &Results {
        &self.results
    }

    /// The policy that was applied.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }
}

/// Applies a policy to results.
///
/// # Errors
/// [`DisclosureError`] if [`Policy::Published`] is asked for results counted from records of children.
pub fn disclose(results: Results, policy: Policy) -> Result<Release, DisclosureError> {
    if policy == Policy::Published && results.provenance == Provenance::ChildLevel {
        return Err(DisclosureError {
            policy: policy.as_str(),
        });
    }
    Ok(Release { results, policy })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(provenance: Provenance) -> Results {
        Results::new(provenance)
    }

    #[test]
    fn counts_of_children_never_pass_as_published() {
        assert!(disclose(results(Provenance::ChildLevel), Policy::Published).is_err());
        assert!(disclose(results(Provenance::Published), Policy::Published).is_ok());
    }
}
