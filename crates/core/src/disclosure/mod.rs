//! The gate. Only [`disclose`] makes a [`Release`], and only a release can be written.
//!
//! Counts of children are protected before anything is computed from them: [`protect()`] withholds
//! small counts, and others so that the small ones cannot be worked out, and hands back a cube that
//! looks like a published one, symbols and all. Every rate, interval, contrast and expected count is
//! then a function of what is published, so none of them can tell more.

mod protect;
mod repeats;
pub mod suppress;
mod table;

use std::fmt;

pub use protect::{Controlled, ControlledBy, Known, MadeUp, Protected, Turnover, protect};
pub use repeats::{Frequencies, inflations};

use crate::{Provenance, Results};

/// What is done to results before they may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Policy {
    /// The input was disclosure-controlled by its publisher: every derived figure is computed from
    /// the protected counts, and anything that depends on a symbol is a symbol.
    Published,
    /// The counts were protected before anything was computed from them: the default for records of
    /// children.
    Controlled(Controlled),
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
            Self::Controlled(_) => "controlled",
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
        match self.policy {
            "controlled" => f.write_str(
                "policy `controlled` is only for results computed from counts that were protected with the same settings",
            ),
            policy => write!(
                f,
                "policy `{policy}` is only for figures that were already disclosure-controlled by their publisher; \
                 these were counted from records of children"
            ),
        }
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
/// [`DisclosureError`] if [`Policy::Published`] is asked for results counted from records of children,
/// or [`Policy::Controlled`] for results whose counts were not protected with the same settings.
pub fn disclose(results: Results, policy: Policy) -> Result<Release, DisclosureError> {
    let allowed = match (&policy, results.provenance) {
        (Policy::Published, provenance) => provenance == Provenance::Published,
        (Policy::Controlled(asked), Provenance::Controlled(by)) => by.settings() == *asked,
        (Policy::Controlled(_), _) => false,
        (Policy::None { .. }, _) => true,
    };
    if !allowed {
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
        Results::new(provenance, crate::Levels::default())
    }

    #[test]
    fn counts_of_children_never_pass_as_published() {
        assert!(disclose(results(Provenance::ChildLevel), Policy::Published).is_err());
        assert!(disclose(results(Provenance::Published), Policy::Published).is_ok());
        let controlled = Policy::Controlled(Controlled::default());
        assert!(disclose(results(Provenance::ChildLevel), controlled.clone()).is_err());
        assert!(disclose(results(Provenance::Published), controlled).is_err());
    }
}
