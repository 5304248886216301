//! What must hold whatever the numbers: intervals contain and nest, standardisation of a population
//! by itself changes nothing, flat gradients are flat, and the order of the rows does not matter.

#![expect(
    clippy::unwrap_used,
    reason = "a property's inputs are legal by construction"
)]

use disparity_stats::{
    BootstrapParams, Composition, CountGroup, DirectStratum, Estimate, FirstQuantile, FunnelScale,
    FunnelUnit, GroupedStrata, Interval, Level, Outliers, ReferenceCell, Result, SlopeScale,
    Subgroup, between_group_sd, between_group_variance, byar, clopper_pearson,
    coefficient_of_variation, collapse_reference, concentration_index, crude_rate,
    decompose_difference, direct_rate, direct_rate_gamma, exact_poisson, exact_poisson_intervals,
    expected_by_group, expected_count, funnel_position_ratio, funnel_proportion, funnel_rate,
    funnel_ratio, index_of_disparity, index_of_disparity_weighted, indirect_rate, indirect_ratio,
    indirect_ratio_log_normal, inequality_measures, mean, mean_difference_from_best_weighted,
    mean_difference_from_mean, mean_difference_from_mean_weighted, mean_interval,
    mean_log_deviation, median, mid_p_poisson, odds_ratio, odds_ratio_exact, odds_ratio_mid_p,
    overdispersion, poisson_count_interval, poisson_count_intervals, population_attributable,
    quantile_groups, rank_intervals, rate_difference, rate_ratio, rate_ratio_exact,
    rate_ratio_exact_test, rate_ratio_mid_p, risk_difference, risk_ratio, shrink_gamma_poisson,
    slope_index, slope_index_linear, slope_index_log_linear, theil_index, wald_proportion, wilson,
    wilson_finite_population, wilson_weighted,
};
use proptest::prelude::*;

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-12)
}

fn levels() -> impl Strategy<Value = (Level, Level)> {
    (0.5..0.97_f64, 0.005..0.029_f64).prop_map(|(inner, more)| {
        (
            Level::new(inner).unwrap(),
            Level::new(inner + more).unwrap(),
        )
    })
}

/// Groups of children: events and populations, events not above a fifth of the population.
fn groups(most: usize) -> impl Strategy<Value = Vec<(f64, f64)>> {
    let group = (100..50_000_u32, 1..200_u32).prop_map(|(n, per_thousand)| {
        let n = f64::from(n);
        ((n * f64::from(per_thousand) / 1_000.0).ceil(), n)
    });
    proptest::collection::vec(group, 3..most)
}

fn subgroups(counts: &[(f64, f64)]) -> Vec<Subgroup> {
    counts
        .iter()
        .map(|&(o, n)| Subgroup::from_count(o, n).unwrap())
        .collect()
}

/// An interval holds its estimate, and the interval of a higher level holds it.
fn contains_and_nests(
    value: f64,
    (inner, outer): (Level, Level),
    interval: impl Fn(Level) -> Result<Interval>,
) -> std::result::Result<(), TestCaseError> {
    let (small, large) = (interval(inner).unwrap(), interval(outer).unwrap());
    prop_assert!(small.contains(value), "{small:?} does not contain {value}");
    prop_assert!(
        large.encloses(small),
        "{large:?} does not enclose {small:?}"
    );
    Ok(())
}

/// The same for methods that give the estimate with its interval.
fn estimate_nests(
    levels: (Level, Level),
    estimate: impl Fn(Level) -> Result<Estimate>,
) -> std::result::Result<(), TestCaseError> {
    let value = estimate(levels.0).unwrap().value;
    contains_and_nests(value, levels, |level| estimate(level).map(|e| e.interval))
}

proptest! {
    #[test]
    fn count_intervals_contain_and_nest(count in 0..100_000_u32, levels in levels()) {
        let o = f64::from(count);
        contains_and_nests(o, levels, |l| exact_poisson(o, l))?;
        contains_and_nests(o, levels, |l| byar(o, l))?;
        contains_and_nests(o, levels, |l| poisson_count_interval(o, l).map(|p| p.0))?;
        if count < 5_000 {
            contains_and_nests(o, levels, |l| mid_p_poisson(o, l))?;
            let (exact, mid) = (exact_poisson(o, levels.0).unwrap(), mid_p_poisson(o, levels.0).unwrap());
            prop_assert!(exact.encloses(mid));
        }
    }

    #[test]
    fn proportion_intervals_contain_and_nest(n in 1..100_000_u32, share in 0.0..=1.0_f64, levels in levels()) {
        let n = f64::from(n);
        let x = (n * share).floor();
        contains_and_nests(x / n, levels, |l| wilson(x, n, l))?;
        contains_and_nests(x / n, levels, |l| clopper_pearson(x, n, l))?;
        let ci = wilson(x, n, levels.0).unwrap();
        let other = wilson(n - x, n, levels.0).unwrap();
        // The complement's interval is the complement of the interval.
        prop_assert!((ci.low + other.high - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_rate_is_surer_the_larger_the_population(count in 1..5_000_u32, times in 2..50_u32) {
        let (o, k) = (f64::from(count), f64::from(times));
        let width = |k: f64| {
            let i = crude_rate(o * k, 1e6 * k, Level::P95).unwrap().interval;
            i.high - i.low
        };
        prop_assert!(width(k) < width(1.0));
    }

    #[test]
    fn contrasts_contain_nest_and_turn_round(
        o1 in 1..3_000_u32, o2 in 1..3_000_u32, n1 in 4_000..90_000_u32, n2 in 4_000..90_000_u32, levels in levels(),
    ) {
        let [o1, o2, n1, n2] = [o1, o2, n1, n2].map(f64::from);
        estimate_nests(levels, |l| rate_ratio(o1, n1, o2, n2, l))?;
        estimate_nests(levels, |l| rate_ratio_exact(o1, n1, o2, n2, l))?;
        estimate_nests(levels, |l| rate_ratio_mid_p(o1, n1, o2, n2, l))?;
        for level in [levels.0, levels.1] {
            let interval = rate_ratio_exact(o1, n1, o2, n2, level).unwrap().interval;
            let p = rate_ratio_exact_test(o1, n1, o2, n2, 1.0).unwrap().two_sided;
            let left = 1.0 - level.value();
            prop_assert!((p - left).abs() < 1e-9 || interval.contains(1.0) == (p > left), "{p} {interval:?}");
        }
        estimate_nests(levels, |l| rate_difference(o1, n1, o2, n2, l))?;
        estimate_nests(levels, |l| risk_difference(o1, n1, o2, n2, l))?;
        for ratio in [rate_ratio, rate_ratio_exact, rate_ratio_mid_p] {
            let there = ratio(o1, n1, o2, n2, levels.0).unwrap();
            let back = ratio(o2, n2, o1, n1, levels.0).unwrap();
            prop_assert!((there.value * back.value - 1.0).abs() < 1e-7);
            prop_assert!((there.interval.low * back.interval.high - 1.0).abs() < 1e-7);
        }
        let there = rate_difference(o1, n1, o2, n2, levels.0).unwrap();
        let back = rate_difference(o2, n2, o1, n1, levels.0).unwrap();
        prop_assert!(close(there.interval.low, -back.interval.high));
    }

    #[test]
    fn exact_odds_ratios_contain_and_nest(
        a in 1..40_u32, b in 1..40_u32, c in 1..40_u32, d in 1..40_u32, levels in levels(),
    ) {
        let [a, b, c, d] = [a, b, c, d].map(f64::from);
        estimate_nests(levels, |l| odds_ratio_exact(a, b, c, d, l))?;
        estimate_nests(levels, |l| odds_ratio_mid_p(a, b, c, d, l))?;
    }

    #[test]
    fn equal_weights_give_the_crude_rate(counts in groups(12), levels in levels()) {
        // Weights proportional to the local population: the standard is the area itself.
        let strata: Vec<DirectStratum> = counts
            .iter()
            .map(|&(count, population)| DirectStratum { count, population, weight: 3.0 * population })
            .collect();
        let (o, n) = counts.iter().fold((0.0, 0.0), |t, c| (t.0 + c.0, t.1 + c.1));
        if o >= 10.0 {
            let rate = direct_rate(&strata, levels.0).unwrap();
            prop_assert!(close(rate.value, o / n));
            let ci = byar(o, levels.0).unwrap();
            prop_assert!(close(rate.interval.low, ci.low / n) && close(rate.interval.high, ci.high / n));
            contains_and_nests(rate.value, levels, |l| direct_rate(&strata, l).map(|r| r.interval))?;
            contains_and_nests(rate.value, levels, |l| direct_rate_gamma(&strata, l).map(|r| r.interval))?;
        }
    }

    #[test]
    fn the_reference_against_itself_is_one(counts in groups(30), labels in proptest::collection::vec(0..4_u32, 30), minimum in 0.0..300.0_f64) {
        let (o, n): (Vec<f64>, Vec<f64>) = counts.iter().copied().unzip();
        let observed: f64 = o.iter().sum();
        let expected = expected_count(&n, &o, &n).unwrap();
        prop_assert!(close(indirect_ratio(observed, expected, Level::P95).unwrap().value, 1.0));
        // Collapsing thin cells keeps it so, and leaves no cell thinner than asked where it can.
        let reference: Vec<ReferenceCell> =
            counts.iter().map(|&(count, population)| ReferenceCell { count, population }).collect();
        let collapsed = collapse_reference(&reference, &[&labels[..counts.len()]], minimum).unwrap();
        let again: f64 = collapsed.rates.iter().zip(&n).map(|(r, n)| r.unwrap() * n).sum();
        prop_assert!(close(again, observed));
        let fewest = collapsed.counts.iter().copied().fold(f64::INFINITY, f64::min);
        prop_assert!(fewest >= minimum.min(observed));
    }

    #[test]
    fn order_and_splitting_do_not_change_standardisation(counts in groups(15), seed in any::<u64>()) {
        let strata: Vec<DirectStratum> = counts
            .iter()
            .enumerate()
            .map(|(i, &(count, population))| DirectStratum { count, population, weight: 1.0 + i as f64 })
            .collect();
        prop_assume!(strata.iter().map(|s| s.count).sum::<f64>() >= 10.0);
        let rate = direct_rate(&strata, Level::P95).unwrap();
        let moved = direct_rate(&shuffled(&strata, seed), Level::P95).unwrap();
        prop_assert!(close(rate.value, moved.value) && close(rate.interval.low, moved.interval.low));
        // An expected count does not mind in how many parts a stratum is given.
        let (o, n): (Vec<f64>, Vec<f64>) = counts.iter().copied().unzip();
        let r: Vec<f64> = o.iter().zip(&n).map(|(o, n)| o / n).collect();
        let group = vec![0_u32; n.len()];
        let whole = GroupedStrata { group: &group, population: &n, rate: &r };
        let halves: Vec<f64> = n.iter().flat_map(|n| [n * 0.25, n * 0.75]).collect();
        let doubled: Vec<f64> = r.iter().flat_map(|r| [*r, *r]).collect();
        let group = vec![0_u32; halves.len()];
        let parts = GroupedStrata { group: &group, population: &halves, rate: &doubled };
        let (a, b) = (expected_by_group(whole, 1).unwrap(), expected_by_group(parts, 1).unwrap());
        prop_assert!(close(a[0], b[0]));
    }

    #[test]
    fn decomposition_adds_up(counts in groups(10), seed in any::<u64>()) {
        let other = shuffled(&counts, seed);
        let strata: Vec<Composition> = counts
            .iter()
            .zip(&other)
            .map(|(&(first_count, first_population), &(second_count, second_population))| Composition {
                first_count, first_population, second_count, second_population,
            })
            .collect();
        let d = decompose_difference(&strata, Level::P95).unwrap();
        prop_assert!((d.composition.value + d.rate.value - d.difference.value).abs() < 1e-12);
    }

    #[test]
    fn flat_profiles_have_no_gradient(populations in proptest::collection::vec(100.0..9_000.0_f64, 3..12), value in 0.001..0.9_f64) {
        let flat: Vec<Subgroup> = populations
            .iter()
            .map(|&population| Subgroup { population, value, se: value / 20.0 })
            .collect();
        for scale in [SlopeScale::Identity, SlopeScale::Log, SlopeScale::Logit] {
            let index = slope_index(&flat, scale, Level::P95).unwrap();
            prop_assert!(index.slope.value.abs() < 1e-10);
            prop_assert!((index.relative.unwrap().value - 1.0).abs() < 1e-10);
        }
        let counts: Vec<CountGroup> = populations
            .iter()
            .map(|&population| CountGroup { count: population * value, population })
            .collect();
        prop_assert!(slope_index_log_linear(&counts, Level::P95).unwrap().slope.value.abs() < 1e-9);
        prop_assert!(concentration_index(&flat, Level::P95).unwrap().absolute.value.abs() < 1e-10);
        prop_assert!(between_group_sd(&flat).unwrap() < 1e-10);
        prop_assert!(theil_index(&flat, Level::P95).unwrap().value < 1e-10);
    }

    #[test]
    fn gradients_turn_round_with_the_groups(counts in groups(12), levels in levels()) {
        let there = subgroups(&counts);
        let back: Vec<Subgroup> = there.iter().rev().copied().collect();
        for scale in [SlopeScale::Identity, SlopeScale::Log] {
            let (a, b) = (slope_index(&there, scale, levels.0).unwrap(), slope_index(&back, scale, levels.0).unwrap());
            let turned = a.reversed().unwrap();
            prop_assert!((turned.slope.value - b.slope.value).abs() < 1e-9);
            prop_assert!((turned.slope.interval.low - b.slope.interval.low).abs() < 1e-9);
            estimate_nests(levels, |l| slope_index(&there, scale, l).map(|i| i.slope))?;
        }
        let (a, b) = (concentration_index(&there, levels.0).unwrap(), concentration_index(&back, levels.0).unwrap());
        prop_assert!((a.absolute.value + b.absolute.value).abs() < 1e-9);
    }

    #[test]
    fn spread_does_not_mind_order_or_splitting(counts in groups(10), seed in any::<u64>()) {
        let all = subgroups(&counts);
        let split: Vec<Subgroup> = all
            .iter()
            .flat_map(|g| [0.4, 0.6].map(|share| Subgroup { population: g.population * share, ..*g }))
            .collect();
        let theil = |g: &[Subgroup]| theil_index(g, Level::P95).unwrap().value;
        for other in [shuffled(&all, seed), split] {
            prop_assert!((between_group_sd(&all).unwrap() - between_group_sd(&other).unwrap()).abs() < 1e-12);
            prop_assert!((theil(&all) - theil(&other)).abs() < 1e-12);
        }
        let (a, b) = (between_group_variance(&all, Level::P95).unwrap(), between_group_variance(&shuffled(&all, seed), Level::P95).unwrap());
        prop_assert!((a.interval.high - b.interval.high).abs() < 1e-12);
    }

    #[test]
    fn limits_and_labels_agree(observed in 0..3_000_u32, ratio in 0.3..3.0_f64) {
        let o = f64::from(observed);
        let e = (o + 1.0) * ratio;
        let [inner, outer] = [Level::P95, Level::P998].map(|l| funnel_ratio(e, l).unwrap());
        prop_assert!(outer.encloses(inner) && inner.contains(1.0));
        let place = disparity_stats::funnel_position(o / e, inner, outer).unwrap();
        prop_assert_eq!(place, funnel_position_ratio(o, e).unwrap());
    }

    #[test]
    fn proportion_limits_narrow_with_size(target in 0.01..0.99_f64, n in 1..5_000_u32) {
        let n = f64::from(n);
        let (small, large) = (funnel_proportion(target, n, Level::P95).unwrap(), funnel_proportion(target, 4.0 * n, Level::P95).unwrap());
        prop_assert!(small.encloses(large) && large.contains(target));
    }

    #[test]
    fn overdispersion_does_not_mind_order(counts in groups(40), seed in any::<u64>()) {
        let units: Vec<FunnelUnit> = counts
            .iter()
            .map(|&(o, n)| FunnelUnit { observed: o, denominator: n * 0.07 })
            .collect();
        for scale in [FunnelScale::SquareRoot, FunnelScale::Log, FunnelScale::LogOfCounts] {
            for outliers in [Outliers::Keep, Outliers::Winsorise(0.1)] {
                let found = overdispersion(&units, scale, outliers).unwrap();
                prop_assert_eq!(found, overdispersion(&shuffled(&units, seed), scale, outliers).unwrap());
                prop_assert!(found.limits(100.0, Level::P998).unwrap().encloses(found.limits(100.0, Level::P95).unwrap()));
            }
        }
    }

    #[test]
    fn adjusted_and_derived_intervals_contain_and_nest(
        counts in groups(12), o in 1..3_000_u32, ratio in 0.2..4.0_f64, levels in levels(),
    ) {
        let o = f64::from(o);
        let e = o * ratio;
        contains_and_nests(o / e, levels, |l| indirect_ratio(o, e, l).map(|r| r.interval))?;
        estimate_nests(levels, |l| indirect_ratio_log_normal(o, e, l))?;
        estimate_nests(levels, |l| indirect_rate(o, e, 0.01, l))?;
        contains_and_nests(1.0, levels, |l| funnel_ratio(e, l))?;
        contains_and_nests(0.01, levels, |l| funnel_rate(0.01, e * 100.0, l))?;
        let (x, n) = counts[0];
        estimate_nests(levels, |l| risk_ratio(x, n, counts[1].0, counts[1].1, l))?;
        estimate_nests(levels, |l| odds_ratio(x, n - x, counts[1].0, counts[1].1, l))?;
        contains_and_nests(x / n, levels, |l| wilson_finite_population(x, n, 3.0 * n, l))?;
        contains_and_nests(x / n, levels, |l| wilson_weighted(2.0 * x, 2.0 * n, 4.0 * n, l))?;
        prop_assert_eq!(wilson_weighted(x, n, n, levels.0), wilson(x, n, levels.0));
        contains_and_nests(x / n, levels, |l| wald_proportion(x, n, l))?;
        let all = subgroups(&counts);
        estimate_nests(levels, |l| concentration_index(&all, l).map(|c| c.absolute))?;
        estimate_nests(levels, |l| population_attributable(&all, 0, l).map(|a| a.risk))?;
        estimate_nests(levels, |l| between_group_variance(&all, l))?;
        estimate_nests(levels, |l| mean_log_deviation(&all, l))?;
        estimate_nests(levels, |l| slope_index_linear(&all, l).map(|s| s.slope))?;
        let values: Vec<f64> = counts.iter().map(|c| c.0).collect();
        let mean = mean_interval(&values, levels.0).unwrap().value;
        contains_and_nests(mean, levels, |l| mean_interval(&values, l).map(|m| m.interval))?;
    }

    #[test]
    fn many_counts_at_once_are_one_by_one(
        counts in proptest::collection::vec(prop_oneof![(0..400_u32).prop_map(f64::from), 0.0..3_000.0_f64], 1..60), levels in levels(),
    ) {
        let level = levels.0;
        let (exact, rule) = (exact_poisson_intervals(&counts, level).unwrap(), poisson_count_intervals(&counts, level).unwrap());
        for (i, &o) in counts.iter().enumerate() {
            prop_assert_eq!(exact[i], exact_poisson(o, level).unwrap());
            prop_assert_eq!(rule[i], poisson_count_interval(o, level).unwrap().0);
        }
    }

    #[test]
    fn exact_limits_rise_with_the_count(o in 0.0..500.0_f64, more in 1e-6..5.0_f64, levels in levels()) {
        // Also where small shapes, which take an iteration, meet large ones, which take an expansion.
        let (a, b) = (exact_poisson(o, levels.1).unwrap(), exact_poisson(o + more, levels.1).unwrap());
        prop_assert!(a.low <= b.low && a.high < b.high, "{a:?} {b:?}");
    }

    #[test]
    fn splitting_a_stratum_changes_no_adjusted_rate(counts in groups(10), share in 0.05..0.95_f64) {
        prop_assume!(counts.iter().map(|c| c.0).sum::<f64>() >= 10.0);
        let whole: Vec<DirectStratum> = counts
            .iter()
            .enumerate()
            .map(|(i, &(count, population))| DirectStratum { count, population, weight: 1.0 + i as f64 })
            .collect();
        let part = |s: &DirectStratum, f: f64| DirectStratum { count: s.count * f, population: s.population * f, weight: s.weight * f };
        let parts: Vec<DirectStratum> = whole.iter().flat_map(|s| [part(s, share), part(s, 1.0 - share)]).collect();
        let (a, b) = (direct_rate(&whole, Level::P95).unwrap(), direct_rate(&parts, Level::P95).unwrap());
        prop_assert!(close(a.value, b.value) && close(a.interval.low, b.interval.low) && close(a.interval.high, b.interval.high));
        // An index of concentration is the same for a group in two parts; a slope index is not, for
        // the parts lie at two ranks and the line has more to explain.
        let all = subgroups(&counts);
        let split: Vec<Subgroup> = all
            .iter()
            .flat_map(|g| [share, 1.0 - share].map(|f| Subgroup { population: g.population * f, ..*g }))
            .collect();
        let index = |g: &[Subgroup]| concentration_index(g, Level::P95).unwrap().absolute.value;
        prop_assert!((index(&all) - index(&split)).abs() < 1e-12);
        let attributable = |g: &[Subgroup]| population_attributable(g, 0, Level::P95).unwrap().risk.value;
        prop_assert!((attributable(&all) - attributable(&split)).abs() < 1e-12);
    }

    #[test]
    fn order_does_not_matter_where_there_is_none(counts in groups(12), seed in any::<u64>()) {
        let moved = shuffled(&counts, seed);
        let (all, other) = (subgroups(&counts), subgroups(&moved));
        for measure in [mean_difference_from_mean, mean_difference_from_mean_weighted, index_of_disparity, index_of_disparity_weighted, coefficient_of_variation] {
            prop_assert!((measure(&all).unwrap() - measure(&other).unwrap()).abs() < 1e-12);
        }
        for up in [false, true] {
            let best = |g: &[Subgroup]| mean_difference_from_best_weighted(g, up).unwrap();
            prop_assert!((best(&all) - best(&other)).abs() < 1e-12);
        }
        let deviation = |g: &[Subgroup]| mean_log_deviation(g, Level::P95).unwrap().interval.high;
        prop_assert!((deviation(&all) - deviation(&other)).abs() < 1e-12);
        let expected = |c: &[(f64, f64)]| {
            let (o, n): (Vec<f64>, Vec<f64>) = c.iter().copied().unzip();
            expected_count(&n, &o, &n).unwrap()
        };
        prop_assert!(close(expected(&counts), expected(&moved)));
        let (o, n): (Vec<f64>, Vec<f64>) = counts.iter().copied().unzip();
        prop_assert!(close(mean(&o).unwrap(), mean(&shuffled(&o, seed)).unwrap()));
        prop_assert!(close(median(&n).unwrap(), median(&shuffled(&n, seed)).unwrap()));
    }

    #[test]
    fn truncation_takes_as_many_from_either_end(counts in groups(60), share in 0.0..0.45_f64) {
        let units: Vec<FunnelUnit> = counts
            .iter()
            .map(|&(o, n)| FunnelUnit { observed: o, denominator: n * 0.07 })
            .collect();
        let Ok(found) = overdispersion(&units, FunnelScale::Log, Outliers::Truncate(share)) else { return Ok(()) };
        let ties = {
            let mut z: Vec<f64> = units.iter().map(|u| (u.observed / u.denominator).ln() * u.denominator.sqrt()).collect();
            z.sort_by(f64::total_cmp);
            z.windows(2).any(|w| w[1] - w[0] < 1e-12)
        };
        prop_assert!(ties || (units.len() - found.units).is_multiple_of(2));
        prop_assert!((units.len() - found.units) as f64 <= 2.0 * share * (units.len() as f64 + 1.0));
    }

    #[test]
    fn quantiles_keep_ties_and_order(values in proptest::collection::vec(0..40_i32, 10..200), q in 2..10_u32) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let groups = quantile_groups(&values, q, FirstQuantile::Lowest).unwrap();
        for i in 0..values.len() {
            for j in 0..values.len() {
                if values[i] <= values[j] {
                    prop_assert!(groups[i] <= groups[j]);
                }
            }
        }
        prop_assert!(groups.iter().all(|g| (1..=q).contains(g)));
    }

    #[test]
    fn smoothing_moves_towards_the_mean(counts in groups(25), seed in any::<u64>()) {
        let (o, e): (Vec<f64>, Vec<f64>) = counts.iter().map(|&(o, n)| (o, n * 0.05)).unzip();
        let fit = shrink_gamma_poisson(&o, &e, Level::P95).unwrap();
        let mean = fit.coefficients[0].exp();
        for r in &fit.ratios {
            let (low, high) = (r.raw.min(mean), r.raw.max(mean));
            prop_assert!(r.value >= low - 1e-9 && r.value <= high + 1e-9);
            prop_assert!(r.interval.contains(r.value) || fit.shape.is_none());
        }
        // The order of the units changes nothing but the order of the results.
        let pairs: Vec<(f64, f64)> = o.iter().copied().zip(e.iter().copied()).collect();
        let (o2, e2): (Vec<f64>, Vec<f64>) = shuffled(&pairs, seed).into_iter().unzip();
        let again = shrink_gamma_poisson(&o2, &e2, Level::P95).unwrap();
        prop_assert!((again.coefficients[0] - fit.coefficients[0]).abs() < 1e-6);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn ranks_do_not_depend_on_the_order_of_rows(counts in groups(12), seed in any::<u64>()) {
        let run = |pairs: &[(f64, f64)]| {
            let (o, n): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
            rank_intervals(&o, &n, Level::P95, 3, 300).unwrap()
        };
        let moved = shuffled(&counts, seed);
        let (first, second) = (run(&counts), run(&moved));
        for (i, pair) in counts.iter().enumerate() {
            let j = moved.iter().position(|m| m == pair).unwrap();
            prop_assert_eq!(first[i], second[j]);
            prop_assert!(first[i].interval.contains(first[i].median));
        }
    }

    #[test]
    fn every_measure_has_an_interval_around_it(counts in groups(8)) {
        let params = BootstrapParams { replicates: 300, ..BootstrapParams::seeded(9) };
        let all = inequality_measures(&subgroups(&counts), 0, false, params).unwrap();
        let again = inequality_measures(&subgroups(&counts), 0, false, params).unwrap();
        prop_assert_eq!(&all, &again);
        for (measure, found) in all {
            let Some(found) = found else { continue };
            prop_assert!(found.interval.contains(found.value), "{measure:?} {found:?}");
        }
    }
}

/// The values in another order, decided by the seed.
fn shuffled<T: Clone>(values: &[T], seed: u64) -> Vec<T> {
    let mut keyed: Vec<(u64, T)> = values
        .iter()
        .enumerate()
        .map(|(i, v)| {
            (
                (i as u64 + 1).wrapping_mul(seed | 1).rotate_left(29),
                v.clone(),
            )
        })
        .collect();
    keyed.sort_by_key(|k| k.0);
    keyed.into_iter().map(|k| k.1).collect()
}
