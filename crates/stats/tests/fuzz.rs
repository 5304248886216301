//! Any number at all into every public function: no panic, and nothing that is not a number out.

use std::fmt::Debug;

use disparity_stats::models::{
    PanelOptions, PanelRecord, SmallSample, panel_model, panel_within_between,
};
use disparity_stats::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Numbers that trip arithmetic, numbers of ordinary size, and any bit pattern.
fn number() -> impl Strategy<Value = f64> {
    let nasty = vec![
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        2.0,
        1e-300,
        1e300,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        9_007_199_254_740_992.0,
        1e15,
        1e16,
        1e9,
        1e10,
        1e7,
        9_999_999.0,
        0.1,
        0.999_999_999,
        1.0 - f64::EPSILON,
        100.0,
        1_000.0,
    ];
    prop_oneof![
        2 => select(nasty),
        3 => (0..3_000_i32).prop_map(f64::from),
        2 => 0.0..1.0_f64,
        2 => 0.0..1e6_f64,
        1 => any::<f64>(),
    ]
}

fn numbers(most: usize) -> impl Strategy<Value = Vec<f64>> {
    vec(number(), 0..most)
}

fn level() -> impl Strategy<Value = Level> {
    let extreme = [1e-300, 1e-9, 0.5, 0.95, 0.998, 0.999_999_9, 1.0 - 1e-12];
    select(extreme.map(|v| Level::new(v).expect("legal")).to_vec())
}

/// A result is an error, or every number in it is one.
fn sound<T: Debug>(what: &str, result: Result<T>) {
    match result {
        Ok(value) => {
            let text = format!("{value:?}");
            assert!(
                !text.contains("NaN") && !text.contains("inf"),
                "{what} gave {text}"
            );
        }
        // Only an interval that these tests built by hand may have its ends in the wrong order.
        Err(Error::Crossed { .. }) => assert!(what.contains("scaled"), "{what} crossed its limits"),
        Err(_) => {}
    }
}

/// Checks every call in turn under the text of the call.
macro_rules! all_sound {
    ($($call:expr),+ $(,)?) => { $(sound(stringify!($call), $call);)+ };
}

fn small(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(0)
}

fn subgroups(numbers: &[f64]) -> Vec<Subgroup> {
    numbers
        .chunks_exact(3)
        .map(|c| Subgroup {
            population: c[0],
            value: c[1],
            se: c[2],
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn scalars(a in number(), b in number(), c in number(), d in number(), level in level(), places in any::<u8>()) {
        let interval = Interval { low: a, high: b };
        all_sound!(
            Level::new(a), interval.scaled(c), Estimate { value: c, interval }.scaled(d),
            exact_poisson(a, level), byar(a, level), byar_mid_p(a, level), mid_p_poisson(a, level),
            wald_poisson(a, level), poisson_count_interval(a, level), crude_rate(a, b, level),
            rounded_counts(c, interval, Interval { low: b, high: d }),
            wilson(a, b, level), wilson_finite_population(a, b, c, level), wilson_weighted(a, b, c, level),
            clopper_pearson(a, b, level), wald_proportion(a, b, level),
            rate_ratio(a, b, c, d, level), rate_ratio_exact(a, b, c, d, level),
            rate_ratio_exact_test(a, b, c, d, level.value()), rate_ratio_exact_test(b, c, d, a, b),
            rate_ratio_mid_p(a, b, c, d, level), rate_difference(a, b, c, d, level),
            rate_difference_wald(a, b, c, d, level), risk_ratio(a, b, c, d, level),
            risk_difference(a, b, c, d, level), odds_ratio(a, b, c, d, level),
            odds_ratio_exact(a, b, c, d, level), odds_ratio_mid_p(a, b, c, d, level),
            odds_ratio_exact(a.trunc(), b.trunc(), c.trunc(), d.trunc(), level),
            disproportionality(a, b, c, d), period_change(a, b, c, d, level),
            group_difference(GroupEstimate { value: a, se: b }, GroupEstimate { value: c, se: d }, level),
            group_ratio(GroupEstimate { value: a, se: b }, GroupEstimate { value: c, se: d }, level),
            indirect_ratio(a, b, level), indirect_ratio_log_normal(a, b, level),
            indirect_rate(a, b, c, level), round_half_up(a, places),
            funnel_proportion(a, b, level), funnel_ratio(a, level), funnel_rate(a, b, level),
            funnel_count_curve(a, level), funnel_position(c, interval, Interval { low: b, high: d }),
            proportion_bounds(a, b, c),
            Chance { value: a, std_error: b, effective: c }.interval(level),
            Chance { value: a, std_error: b, effective: c }.complement().interval(level),
            funnel_position_ratio(a, b), funnel_position_proportion(a, b, c),
            Subgroup::from_count(a, b), Subgroup::from_proportion(a, b),
            Subgroup::from_limits(c, d, interval, level),
            Subgroup::from_log_limits(c, d, interval, level),
            Subgroup::from_logit_limits(c, d, interval, level),
        );
    }

    #[test]
    fn slices(x in numbers(9), y in numbers(9), z in numbers(9), marks in vec(0..5_u32, 9), level in level(), q in any::<u32>(), i in 0..5_usize) {
        let labels = &marks[..z.len()];
        let cut = x.len().min(y.len()).min(z.len());
        let (a, b, c) = (&x[..cut], &y[..cut], &z[..cut]);
        let strata: Vec<DirectStratum> = (0..cut)
            .map(|i| DirectStratum { count: a[i], population: b[i], weight: c[i] })
            .collect();
        // Weights as they are, and as shares of one.
        let all: f64 = c.iter().sum();
        let [proportions, shares] = [1.0, all].map(|all| -> Vec<ProportionStratum> {
            (0..cut)
                .map(|i| ProportionStratum { count: a[i], population: b[i], weight: c[i] / all })
                .collect()
        });
        let frequencies: Vec<EventFrequency> =
            (0..cut).map(|i| EventFrequency { events: a[i], persons: b[i] }).collect();
        let repeated: Vec<RepeatedStratum> = (0..cut)
            .map(|i| RepeatedStratum { frequencies: frequencies.clone(), population: b[i], weight: c[i] })
            .collect();
        let reference: Vec<ReferenceCell> =
            (0..cut).map(|i| ReferenceCell { count: a[i], population: b[i] }).collect();
        let composition: Vec<Composition> = (0..cut)
            .map(|i| Composition {
                first_count: a[i], first_population: b[i], second_count: c[i], second_population: b[cut - 1 - i],
            })
            .collect();
        let points: Vec<TrendPoint> = (0..cut)
            .map(|i| TrendPoint { year: 2015 + i32::try_from(i).unwrap_or(0), count: a[i], denominator: b[i] })
            .collect();
        let first = x.first().copied().unwrap_or(f64::NAN);
        all_sound!(
            mean(&x), median(&x), mean_interval(&x, level), poisson_count_intervals(&x, level),
            crude_rate_non_independent(&frequencies, first, level),
            direct_rate(&strata, level), direct_rate_gamma(&strata, level),
            direct_rate_non_independent(&repeated, level),
            direct_proportion(&proportions, level), direct_proportion(&shares, level),
            expected_count(&x, &y, &z), expected_count(a, b, c),
            expected_by_group(GroupedStrata { group: labels, population: &x, rate: &y }, 4),
            expected_by_group(GroupedStrata { group: &labels[..cut], population: a, rate: b }, i),
            indirect_ratios(GroupedStrata { group: &labels[..cut], population: a, rate: b }, &z, level),
            collapse_reference(&reference, &[&labels[..cut]], first),
            decompose_difference(&composition, level),
            quantile_groups(&x, q, FirstQuantile::Highest), quantile_groups(&x, q % 7, FirstQuantile::Lowest),
            population_weighted_quantiles(a, b, q % 12),
            deprivation_decile(q, q / 2, DeprivationIndex::Wales),
            deprivation_decile(q / 3, q, DeprivationIndex::England),
            cochran_armitage(a, b, c), poisson_trend(a, b, c), log_linear_trend(a, b, c, level),
            recent_trend(&points, level), recent_trend_proportion(&points, level),
            control_chart(&x, ControlParams::default()),
            control_chart(&x, ControlParams { shift: i, trend: i, baseline: Some(i), screen_ranges: true }),
            rank_intervals(a, b, level, u64::from(q), 20),
        );
    }

    #[test]
    fn follow_up(list in vec((any::<i32>(), any::<u8>(), any::<i32>()), 0..9), short in vec((-3..4_i32, 0..3_u8, -3..4_i32), 0..9), horizon in any::<i32>(), near in -4..5_i32, level in level()) {
        for (list, horizon) in [(&list, horizon), (&short, near)] {
            let all = list.iter().map(|&(time, cause, until)| FollowUp { time, cause, until });
            let mut all: Vec<FollowUp> = all.collect();
            let found = [kaplan_meier(&mut all, horizon), cumulative_incidence(&mut all, 1, horizon)];
            for found in found {
                sound("follow-up", Ok(found));
                if let Some(chance) = found.chance {
                    sound("a chance", Ok(chance.interval(level).expect("a chance that was told has an interval")));
                }
            }
        }
    }

    #[test]
    fn tables(x in numbers(13), y in numbers(7), z in numbers(7), shape in vec(0..4_usize, 0..4), axes in vec(0..4_usize, 0..3), parents in vec(proptest::option::of(0..13_usize), 13), places in 0..40_u8) {
        let quick = FittingOptions { most_iterations: 40, ..FittingOptions::default() };
        let (rows, columns) = (Margin { axes: &[0], totals: &y }, Margin { axes: &[1], totals: &z });
        let odd = Margin { axes: &axes, totals: &y };
        let size = y.len() * z.len();
        let start: Vec<f64> = (0..size).map(|i| x.get(i % x.len().max(1)).copied().unwrap_or(0.0)).collect();
        // Margins that agree: of the cells themselves, some of them left out of the start.
        let add = |of: &dyn Fn(usize) -> usize, n: usize| (0..n).map(|k| (0..size).filter(|i| of(*i) == k).map(|i| start[i]).sum()).collect::<Vec<f64>>();
        let (down, across) = (add(&|i| i / z.len(), y.len()), add(&|i| i % z.len(), z.len()));
        let other: Vec<f64> = start.iter().rev().copied().collect();
        let agreed = [Margin { axes: &[0], totals: &down }, Margin { axes: &[1], totals: &across }];
        let mut values = x.clone();
        for i in (0..values.len()).rev() {
            if let Some(parent) = parents[i] && parent < i {
                values[parent] += values[i];
            }
        }
        all_sound!(
            iterative_proportional_fitting(&shape, &x, &[odd, columns], quick),
            iterative_proportional_fitting(&[y.len(), z.len()], &start, &[rows, columns], quick),
            iterative_proportional_fitting(&[y.len(), z.len()], &start, &agreed, quick),
            iterative_proportional_fitting(&[y.len(), z.len()], &other, &agreed, quick),
            controlled_rounding(&x, &parents, places), controlled_rounding(&x, &parents[..x.len()], places),
            controlled_rounding(&values, &parents[..x.len()], places),
        );
        if let Ok(found) = controlled_rounding(&values, &parents[..x.len()], places) {
            sound("rounded values", Ok(found.values()));
        }
    }

    #[test]
    fn panels(x in numbers(40), units in vec(0..5_usize, 20), periods in vec(0..5_usize, 20), period_levels in any::<bool>(), level in level()) {
        let records: Vec<PanelRecord> = x
            .chunks_exact(2)
            .zip(units.iter().zip(&periods))
            .enumerate()
            .map(|(i, (c, (&unit, &period)))| PanelRecord {
                unit, period: period + 5 * (i / 10), outcome: c[0], regressors: vec![c[1]], weight: f64::from(small(i % 3)),
            })
            .collect();
        for small_sample in [SmallSample::None, SmallSample::Clusters, SmallSample::ClustersAndParameters] {
            let options = PanelOptions { period_levels, small_sample, fewest_clusters: 0 };
            let found = panel_model(&["x"], &records, options);
            sound("a panel", found.clone());
            if let Ok(found) = found {
                all_sound!(found.coefficients.get("x").and_then(|c| c.interval(level)));
            }
            sound("within and between", panel_within_between(&["x"], &records, options));
        }
    }

    #[test]
    fn groups(x in numbers(25), level in level(), seed in any::<u64>(), i in 0..9_usize, up in any::<bool>()) {
        let groups = subgroups(&x);
        let counts: Vec<CountGroup> =
            x.chunks_exact(2).map(|c| CountGroup { count: c[0], population: c[1] }).collect();
        let units: Vec<FunnelUnit> =
            x.chunks_exact(2).map(|c| FunnelUnit { observed: c[0], denominator: c[1] }).collect();
        let records: Vec<SurveyRecord> = x
            .chunks_exact(2)
            .enumerate()
            .map(|(k, c)| SurveyRecord {
                value: c[0], weight: c[1], group: small(k % 3), stratum: small(k % 2), cluster: small(k),
            })
            .collect();
        let (o, e): (Vec<f64>, Vec<f64>) = x.chunks_exact(2).map(|c| (c[0], c[1])).unzip();
        all_sound!(
            slope_index_linear(&groups, level), slope_index_quasi_binomial(&groups, level),
            slope_index_log_linear(&counts, level), concentration_index(&groups, level),
            concentration_index_survey(&records, level), wagstaff_index(&groups, level),
            erreygers_index(&groups, level), population_attributable(&groups, i, level),
            population_attributable_proportion(&groups, i, level),
            population_attributable_gradient(&groups, i, level),
            between_group_variance(&groups, level), between_group_sd(&groups),
            coefficient_of_variation(&groups), theil_index(&groups, level),
            mean_log_deviation(&groups, level), index_of_disparity(&groups),
            index_of_disparity_weighted(&groups), mean_difference_from_mean(&groups),
            mean_difference_from_mean_weighted(&groups), mean_difference_from_best(&groups, up),
            mean_difference_from_best_weighted(&groups, up),
            mean_difference_from_reference(&groups, i),
            mean_difference_from_reference_weighted(&groups, i),
            shrink_gamma_poisson(&o, &e, level),
            shrink_gamma_poisson_towards(&o, &e, &[&e], level),
        );
        let uncertain: Vec<UncertainUnit> = o
            .iter()
            .zip(&e)
            .map(|(&count, &expected)| UncertainUnit { count, expected, relative_variance: 1.0 / expected })
            .collect();
        let shapes = gamma_poisson_shapes(&uncertain, e.first().copied().unwrap_or(0.25), small(i));
        sound("shapes", shapes.clone());
        if let (Ok(shapes), Some(count)) = (shapes, o.first()) {
            sound("ratios of shapes", shapes.draw(*count, &e, &mut Draws::from_seed(seed)));
        }
        for scale in [SlopeScale::Identity, SlopeScale::Log, SlopeScale::Logit] {
            all_sound!(
                slope_index(&groups, scale, level),
                slope_index(&groups, scale, level).and_then(SlopeIndex::reversed),
                slope_index_simulated(
                    &groups, scale, SlopeSimulation { draw_on: SlopeScale::Identity, level, seed, repetitions: 100 },
                ),
                slope_index_simulated(
                    &groups, SlopeScale::Log, SlopeSimulation { draw_on: scale, level, seed, repetitions: 100 },
                ),
            );
        }
        let scales = [FunnelScale::SquareRoot, FunnelScale::Log, FunnelScale::ArcSine, FunnelScale::LogOfCounts];
        let share = x.first().copied().unwrap_or(0.1);
        for scale in scales {
            for outliers in [Outliers::Keep, Outliers::Winsorise(share), Outliers::Truncate(share), Outliers::Truncate(0.1)] {
                let found = overdispersion(&units, scale, outliers);
                sound("overdispersion", found.clone());
                let Ok(found) = found else { continue };
                for unit in units.iter().chain(&[FunnelUnit { observed: share, denominator: share }]) {
                    all_sound!(found.limits(unit.denominator, level), found.deviate(*unit));
                }
            }
        }
        for sampling in [Sampling::Poisson, Sampling::Binomial, Sampling::Normal] {
            let params = BootstrapParams { sampling, level, seed, replicates: 100 };
            all_sound!(
                inequality_measures(&groups, i, up, params),
                bootstrap_interval(&groups, between_group_sd, params),
            );
        }
    }
}

/// Found by `panels`: the deviance is so steep where the search ends that what another step promises overflows.
#[test]
fn a_panel_that_is_too_steep_to_fit_is_an_error() {
    let values = [
        (0.0, 0.0),
        (0.0, 970.0),
        (0.0, 9_999_999.0),
        (0.0, 0.0),
        (0.0, 0.0),
        (9_007_199_254_740_992.0, 0.0),
    ];
    let (units, periods) = ([0, 1, 1, 0, 2, 1], [0, 0, 1, 1, 0, 2]);
    let records: Vec<PanelRecord> = values
        .iter()
        .enumerate()
        .map(|(i, (outcome, x))| PanelRecord {
            unit: units[i],
            period: periods[i],
            outcome: *outcome,
            regressors: vec![*x],
            weight: f64::from(small(i % 3)),
        })
        .collect();
    let options = PanelOptions {
        period_levels: false,
        small_sample: SmallSample::None,
        fewest_clusters: 0,
    };
    let found = panel_within_between(&["x"], &records, options);
    assert!(matches!(found, Err(Error::Undefined { .. })), "{found:?}");
}
