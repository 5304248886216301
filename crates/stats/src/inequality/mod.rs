//! Inequality across a whole set of groups: gradients over ordered groups (slope index,
//! concentration index), impact (attributable risk), and spread (variance, entropy, mean
//! differences). Two groups on their own belong to `contrasts`.

mod bootstrap;
mod concentration;
mod entropy;
mod impact;
mod measures;
mod relative;
mod slope;
mod slope_models;
mod spread;
mod subgroup;
mod survey;

pub use bootstrap::{BootstrapEstimate, BootstrapParams, Sampling, bootstrap_interval};
pub use concentration::{ConcentrationIndex, concentration_index, erreygers_index, wagstaff_index};
pub use entropy::{mean_log_deviation, theil_index};
pub use impact::{
    Attributable, population_attributable, population_attributable_gradient,
    population_attributable_proportion,
};
pub use measures::{Measure, inequality_measures};
pub use relative::RelativeIndex;
pub use slope::{
    LinearSlope, SlopeIndex, SlopeScale, SlopeSimulation, slope_index, slope_index_linear,
    slope_index_simulated,
};
pub use slope_models::{CountGroup, slope_index_log_linear, slope_index_quasi_binomial};
pub(crate) use slope_models::{Line, exponential_fit};
pub use spread::{
    between_group_sd, between_group_variance, coefficient_of_variation, index_of_disparity,
    index_of_disparity_weighted, mean_difference_from_best, mean_difference_from_best_weighted,
    mean_difference_from_mean, mean_difference_from_mean_weighted, mean_difference_from_reference,
    mean_difference_from_reference_weighted,
};
pub use subgroup::Subgroup;
pub use survey::{SurveyRecord, concentration_index_survey};
