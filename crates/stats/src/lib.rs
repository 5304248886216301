//! Numbers in, numbers out: the statistics of disparity.
//!
//! Every method says in its documentation what it computes and in which units, what it is good
//! for and what not, when it refuses, a number that can be reproduced elsewhere, and where the
//! method was published. [`methods`] gives the same texts to a program.
//!
//! The flow, from left to right:
//! 1. one quantity with its interval: [`crude_rate`], [`wilson`], [`exact_poisson`], [`byar`];
//! 2. adjusted for the make-up of a population: [`direct_rate`], [`indirect_ratio`];
//! 3. two groups compared: [`rate_ratio`], [`rate_difference`], [`odds_ratio`];
//! 4. what has happened by a time, of subjects who were not all watched so long: [`kaplan_meier`],
//!    [`cumulative_incidence`].
//!
//! What it deliberately does not do: it knows no areas, no children and no files; it draws no
//! random numbers without a seed; it never gives a NaN or an infinity. What cannot be computed is
//! a typed [`Error`] that carries the offending value.
//!
//! Conventions: rates are per person and proportions between 0 and 1, so scale at the edge with
//! [`Estimate::scaled`]. Counts are `f64` because protected or modelled counts may be fractional;
//! whole numbers up to 2^53 are exact. Levels are [`Level`], never a bare 95.

mod bounds;
mod check;
mod contrasts;
mod error;
mod funnel;
mod inequality;
mod intervals;
mod level;
mod linear;
mod method;
pub mod models;
mod quantile;
mod random;
mod rank;
mod round;
mod shrink;
mod special;
mod standardise;
mod sum;
mod survival;
mod tables;
mod time;

pub use bounds::{mean_bounds, median_bounds, proportion_bounds, rank_bounds};
pub use contrasts::{
    Disproportionality, GroupEstimate, RateRatioTest, disproportionality, group_difference,
    group_ratio, odds_ratio, odds_ratio_exact, odds_ratio_mid_p, rate_difference,
    rate_difference_wald, rate_ratio, rate_ratio_exact, rate_ratio_exact_test, rate_ratio_mid_p,
    risk_difference, risk_ratio,
};
pub use error::{Error, Result};
pub use funnel::{
    FunnelCurve, FunnelPoint, FunnelPosition, FunnelScale, FunnelUnit, Outliers, Overdispersion,
    funnel_count_curve, funnel_position, funnel_position_proportion, funnel_position_ratio,
    funnel_proportion, funnel_rate, funnel_ratio, overdispersion,
};
pub use inequality::{
    Attributable, BootstrapEstimate, BootstrapParams, ConcentrationIndex, CountGroup, LinearSlope,
    Measure, RelativeIndex, Sampling, SlopeIndex, SlopeScale, SlopeSimulation, Subgroup,
    SurveyRecord, between_group_sd, between_group_variance, bootstrap_interval,
    coefficient_of_variation, concentration_index, concentration_index_survey, erreygers_index,
    index_of_disparity, index_of_disparity_weighted, inequality_measures,
    mean_difference_from_best, mean_difference_from_best_weighted, mean_difference_from_mean,
    mean_difference_from_mean_weighted, mean_difference_from_reference,
    mean_difference_from_reference_weighted, mean_log_deviation, population_attributable,
    population_attributable_gradient, population_attributable_proportion, slope_index,
    slope_index_linear, slope_index_log_linear, slope_index_quasi_binomial, slope_index_simulated,
    theil_index, wagstaff_index,
};
pub use intervals::{
    CountLimits, CountMethod, EventFrequency, MeanEstimate, RateEstimate, byar, byar_mid_p,
    clopper_pearson, crude_rate, crude_rate_non_independent, exact_poisson,
    exact_poisson_intervals, mean_interval, mid_p_poisson, poisson_count_interval,
    poisson_count_intervals, rounded_counts, uncertain_denominator, wald_poisson, wald_proportion,
    wilson, wilson_finite_population, wilson_weighted,
};
pub use level::{Estimate, Interval, Level};
pub use method::{MethodDoc, method, methods};
pub use quantile::{
    DeprivationIndex, FirstQuantile, deprivation_decile, population_weighted_quantiles,
    quantile_groups,
};
pub use random::{Draws, GammaShape};
pub use rank::{RankInterval, rank_intervals};
pub use round::round_half_up;
pub use shrink::{
    DrawnRatio, GammaPoissonPrior, GammaPoissonShapes, LikelyShape, ShrunkRatio, Shrunken,
    UncertainUnit, gamma_poisson_prior, gamma_poisson_shapes, shrink_gamma_poisson,
    shrink_gamma_poisson_towards,
};
pub use standardise::{
    CollapsedReference, Composition, Decomposition, DirectRate, DirectStratum, GroupedStrata,
    IndirectRatio, ProportionStratum, ReferenceCell, RepeatedStratum, collapse_reference,
    decompose_difference, direct_proportion, direct_rate, direct_rate_gamma,
    direct_rate_non_independent, expected_by_group, expected_count, indirect_rate, indirect_ratio,
    indirect_ratio_log_normal, indirect_ratios,
};
pub use sum::{mean, median};
pub use survival::{Chance, FollowUp, Incidence, cumulative_incidence, kaplan_meier};
pub use tables::{
    FittedTable, FittingOptions, Margin, RoundedHierarchy, controlled_rounding,
    iterative_proportional_fitting,
};
pub use time::{
    ControlChart, ControlParams, ControlPoint, LogLinearTrend, PeriodChange, RecentTrend,
    TrendDirection, TrendPoint, TrendTest, cochran_armitage, control_chart, log_linear_trend,
    period_change, poisson_trend, recent_trend, recent_trend_proportion,
};
