//! Standardisation: what a rate would be with another population's composition, and what count
//! would be expected at another population's rates. Strata are anonymous here.

mod collapse;
mod decompose;
mod direct;
mod indirect;
mod proportion;

pub use collapse::{CollapsedReference, ReferenceCell, collapse_reference};
pub use decompose::{Composition, Decomposition, decompose_difference};
pub use direct::{
    DirectRate, DirectStratum, RepeatedStratum, direct_rate, direct_rate_gamma,
    direct_rate_non_independent,
};
pub use indirect::{
    GroupedStrata, IndirectRatio, expected_by_group, expected_count, indirect_rate, indirect_ratio,
    indirect_ratio_log_normal, indirect_ratios,
};
pub use proportion::{ProportionStratum, direct_proportion};
