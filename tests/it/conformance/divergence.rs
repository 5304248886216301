//! Where a peer is wrong we do not follow it. Each test holds the peer's figure, the right one and
//! how the right one can be had without us. These need no files.

use disparity_stats::{
    DirectStratum, FunnelScale, FunnelUnit, Interval, Level, Outliers, SlopeScale, SlopeSimulation,
    Subgroup, byar, byar_mid_p, crude_rate, direct_rate, exact_poisson, funnel_proportion,
    index_of_disparity_weighted, mean_difference_from_best, mean_log_deviation, odds_ratio_exact,
    overdispersion, population_attributable_proportion, slope_index, slope_index_quasi_binomial,
    slope_index_simulated, theil_index,
};

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!(
        (found / expected - 1.0).abs() < 1e-9,
        "{found} is not {expected}"
    );
}

#[track_caller]
fn interval(found: Interval, low: f64, high: f64) {
    close(found.low, low);
    close(found.high, high);
}

/// The 25 regions of healthequal's unit test: population, percentage, standard error.
const REGIONS: [(f64, f64, f64); 25] = [
    (832.0, 61.0, 5.0),
    (931.0, 74.0, 3.0),
    (1468.0, 58.0, 3.0),
    (1021.0, 59.0, 3.0),
    (1039.0, 72.0, 4.0),
    (1515.0, 75.0, 9.0),
    (1138.0, 74.0, 2.0),
    (620.0, 68.0, 2.0),
    (794.0, 75.0, 2.0),
    (866.0, 67.0, 5.0),
    (1367.0, 73.0, 5.0),
    (1108.0, 63.0, 7.0),
    (1120.0, 66.0, 5.0),
    (1033.0, 62.0, 6.0),
    (833.0, 60.0, 4.0),
    (1536.0, 66.0, 5.0),
    (1149.0, 71.0, 6.0),
    (410.0, 73.0, 6.0),
    (1210.0, 71.0, 9.0),
    (858.0, 61.0, 4.0),
    (680.0, 74.0, 3.0),
    (935.0, 84.0, 4.0),
    (692.0, 55.0, 1.0),
    (781.0, 69.0, 3.0),
    (812.0, 60.0, 7.0),
];

fn regions() -> Vec<Subgroup> {
    REGIONS
        .iter()
        .map(|&(population, value, se)| Subgroup {
            population,
            value: value / 100.0,
            se: se / 100.0,
        })
        .collect()
}

#[test]
fn byar_at_95_percent_is_not_phstatsmethods() {
    // PHStatsMethods passes 1 - confidence on and gives 99.04 to 101.30. R: the formula by hand.
    interval(
        byar(100.0, Level::P95).unwrap(),
        81.362_105_490_527_9,
        121.627_937_579_206_5,
    );
}

#[test]
fn a_rate_without_events_has_an_interval() {
    // PHStatsMethods raises on any zero count. R: qchisq(0.975, 2) / 2 = 3.688879.
    let rate = crude_rate(0.0, 1_000.0, Level::P95).unwrap();
    assert_eq!((rate.value, rate.interval.low), (0.0, 0.0));
    close(rate.interval.high, 0.003_688_879_454_113_936);
}

#[test]
fn byars_interval_is_not_epitools() {
    // epitools' pois.byar is Rothman and Boice's form at count + 1/2, another method: at 10 events
    // 5.134 to 17.740 against 4.787 to 18.391. R: both formulas by hand.
    interval(
        byar(10.0, Level::P95).unwrap(),
        4.787_449_913_967_56,
        18.391_458_605_756_47,
    );
    interval(
        byar_mid_p(10.0, Level::P95).unwrap(),
        5.133_753_316_012_89,
        17.740_482_115_366_58,
    );
    // And it lets the limit for no events fall below 0 (-0.001561 at 95%).
    assert_eq!(byar_mid_p(0.0, Level::P95).unwrap().low, 0.0);
}

#[test]
fn log_scale_slopes_keep_their_limits_in_order() {
    // PHEindicatormethods swaps the limits for rates on the log scale with a multiplier between 0
    // and 1, and gives the reciprocal of the relative index's interval: here 0.258 with 2.992 to 5.014.
    // R: lm on the logarithms and the delta method with its weights as a matrix.
    let groups: Vec<Subgroup> = [0.06, 0.05, 0.035, 0.03, 0.02]
        .map(|value| Subgroup {
            population: 1_000.0,
            value,
            se: value / 12.0,
        })
        .to_vec();
    let index = slope_index(&groups, SlopeScale::Log, Level::P95).unwrap();
    let scaled = index.slope.scaled(0.1).unwrap();
    close(scaled.value, -0.005_298_810_688_209_55);
    interval(
        scaled.interval,
        -0.006_522_156_600_400_87,
        -0.004_075_464_776_018_23,
    );
    let relative = index.relative.unwrap();
    close(relative.value, 0.258_198_889_747_162);
    let limits = relative.closed().unwrap().interval;
    interval(limits, 0.199_433_779_381_69, 0.334_279_713_664_131);
}

#[test]
fn a_relative_index_has_fiellers_limits() {
    // PHEindicatormethods draws rates as log-normal: of 2,000,000 such draws of these deciles 95% lie
    // between -0.0099 and 0.2881 (R, seed 4), because draws of few events are skew to the right. With
    // normal draws they lie between -0.0163 and 0.2458, which are Fieller's limits. R: uniroot on the
    // ends less a ratio of them over its error: -0.0162 (a rate is not below 0) and 0.245758.
    let counts = [37.0, 33.0, 30.0, 26.0, 22.0, 18.0, 15.0, 12.0, 9.0, 7.0];
    let counted = counts.map(|o| Subgroup::from_count(o, 10_000.0).unwrap());
    let closed = slope_index(&counted, SlopeScale::Identity, Level::P95).unwrap();
    let closed = closed.relative.unwrap();
    close(closed.value, 0.099_386_307_483_860_7);
    assert_eq!(closed.low, 0.0);
    close(closed.high.unwrap(), 0.245_758_275_956_943);
    let published = counts.map(|o| {
        let limits = byar(o, Level::P95).unwrap().scaled(1e-4).unwrap();
        Subgroup::from_log_limits(10_000.0, o / 10_000.0, limits, Level::P95).unwrap()
    });
    for (groups, draw_on, high) in [
        (&published, SlopeScale::Log, 0.2881),
        (&counted, SlopeScale::Identity, 0.2458),
    ] {
        let how = SlopeSimulation {
            draw_on,
            level: Level::P95,
            seed: 27,
            repetitions: 400_000,
        };
        let drawn = slope_index_simulated(groups, SlopeScale::Identity, how).unwrap();
        let drawn = drawn.relative.unwrap();
        assert_eq!(drawn.low, 0.0);
        assert!(
            (drawn.high.unwrap() / high - 1.0).abs() < 0.005,
            "{drawn:?}"
        );
    }
}

#[test]
fn proportion_limits_are_capped_at_one_in_every_unit() {
    // PHEindicatormethods caps the upper limit at 100 whatever the multiplier; per 1,000 the cap is
    // 1,000, and a limit of 250 per 1,000 must not become 100.
    let limits = funnel_proportion(0.2, 246.0, Level::P95)
        .unwrap()
        .scaled(1_000.0)
        .unwrap();
    close(limits.high, 249.985_095_799_423); // R: 1000 * (0.2 + qnorm(0.975) * sqrt(0.16 / 246))
    assert_eq!(funnel_proportion(0.9, 2.0, Level::P95).unwrap().high, 1.0);
}

#[test]
fn the_1976_sheet_is_ten_times_too_large() {
    // PHEindicatormethods' sheet has 7659.28 to 9599.21 per 10,000 at 99.8% around a rate of 859.2
    // per 10,000 whose 95% limits are 799.1 to 922.5; nothing compares it. A 99.8% interval
    // encloses the 95% interval and is less than twice as wide. R: Dobson's interval by hand.
    let strata = [
        (127.0, 636.0, 8_000.0),
        (82.0, 123.0, 5_000.0),
        (60.0, 700.0, 20_000.0),
    ]
    .map(|(count, population, weight)| DirectStratum {
        count,
        population,
        weight,
    });
    let [inner, outer] =
        [Level::P95, Level::P998].map(|level| direct_rate(&strata, level).unwrap().interval);
    interval(inner, 0.175_302_557_640_298, 0.229_898_917_701_91);
    interval(outer, 0.161_371_724_861_466, 0.247_037_210_731_784);
    assert!(outer.encloses(inner));
    assert!(outer.high - outer.low < 2.0 * (inner.high - inner.low));
}

#[test]
fn poisson_limits_are_exact() {
    // The funnel sheets' search stops early: 0.001000547 for the 99.8% lower limit of one event.
    close(
        exact_poisson(1.0, Level::P998).unwrap().low,
        -(-0.001_f64).ln_1p(),
    );
}

#[test]
fn the_attributable_fraction_has_a_full_interval() {
    // healthequal: 24.06% with 24.03 to 24.10, its standard error left as a fraction beside a
    // percentage. Fleiss's standard error is 1.7715 percentage points.
    let found = population_attributable_proportion(&regions(), 21, Level::P95)
        .unwrap()
        .fraction;
    close(found.value, 0.240_642_655_894_066);
    interval(found.interval, 0.205_921_374_025_073, 0.275_363_937_763_059);
}

#[test]
fn entropies_have_full_intervals() {
    // healthequal: Theil 5.0360 (times 1,000) with 5.0332 to 5.0388, mean log deviation 5.0524 with
    // 5.0496 to 5.0551: the standard error not multiplied by 1,000. R: the delta method by hand.
    let theil = theil_index(&regions(), Level::P95).unwrap();
    close(theil.value, 0.005_035_980_303_345_79);
    interval(
        theil.interval,
        0.002_252_636_554_776_35,
        0.007_819_324_051_915_22,
    );
    let deviation = mean_log_deviation(&regions(), Level::P95).unwrap();
    close(deviation.value, 0.005_052_355_207_195_70);
    interval(
        deviation.interval,
        0.002_260_968_567_196_55,
        0.007_843_741_847_194_84,
    );
}

#[test]
fn slopes_count_each_person_once() {
    // healthequal's weights are in effect populations squared: 44.445 where whole events give
    // 44.905 (R: glm with the population as the only weight).
    let quintiles = [
        (78.0, 16.0),
        (91.0, 27.0),
        (162.0, 65.0),
        (103.0, 52.0),
        (105.0, 63.0),
    ]
    .map(|(n, x)| Subgroup::from_proportion(x, n).unwrap());
    let found = slope_index_quasi_binomial(&quintiles, Level::P95).unwrap();
    assert!((found.slope.value - 0.449_052_640_436_01).abs() < 1e-9);
}

#[test]
fn the_scale_is_never_guessed() {
    // healthequal takes rates per thousand below 100 for percentages. A proportion has no scale to
    // guess, so a group crossing 10% changes nothing but itself. R: glm with quasibinomial.
    let slope = |first: f64| {
        let groups = [first, 0.08, 0.06].map(|value| Subgroup {
            population: 1_000.0,
            value,
            se: 0.004,
        });
        slope_index_quasi_binomial(&groups, Level::P95)
            .unwrap()
            .slope
            .value
    };
    close(slope(0.099_999), -0.060_522_220_331_898_1);
    close(slope(0.100_001), -0.060_525_288_460_210_5);
}

#[test]
fn measures_need_no_standard_errors() {
    // healthequal's mdbu, mdbw, mdru and mdrw fail without standard errors ("boot.ucl not found").
    let exact: Vec<Subgroup> = regions()
        .iter()
        .map(|g| Subgroup { se: 0.0, ..*g })
        .collect();
    close(mean_difference_from_best(&exact, true).unwrap(), 0.1636);
    close(
        index_of_disparity_weighted(&exact).unwrap(),
        0.086_178_416_594_173,
    );
}

#[test]
fn fishers_limits_are_solved_to_the_end() {
    // R's fisher.test stops uniroot early: 117.99 (44.24 to 393.99) for this table. R, with the same
    // distribution and a tolerance of 1e-14: 117.600196306781 (44.2419820186895 to 397.005199476843);
    // bisection with 40 digits agrees.
    let found = odds_ratio_exact(60.0, 40.0, 5.0, 400.0, Level::P95).unwrap();
    close(found.value, 117.600_196_306_781);
    interval(found.interval, 44.241_982_018_689_5, 397.005_199_476_843);
}

/// FunnelPlotR's unit test: observed and expected.
const FUNNEL: [(f64, f64); 6] = [
    (100.0, 108.0),
    (150.0, 112.0),
    (180.0, 165.0),
    (80.0, 95.0),
    (120.0, 100.0),
    (225.0, 220.0),
];

fn funnel() -> Vec<FunnelUnit> {
    FUNNEL
        .map(|(observed, denominator)| FunnelUnit {
            observed,
            denominator,
        })
        .to_vec()
}

#[test]
fn expected_counts_are_not_rounded() {
    // FunnelPlotR rounds the expected count to two places before its SHMI scale is used: a unit with
    // 0.504 expected is taken as one with 0.5. R: mean((log(O / E) * sqrt(E))^2) of both.
    let mut units = funnel();
    units[0].denominator = 0.504;
    units[0].observed = 1.0;
    let exact = overdispersion(&units, FunnelScale::Log, Outliers::Keep)
        .unwrap()
        .phi;
    units[0].denominator = 0.5;
    let rounded = overdispersion(&units, FunnelScale::Log, Outliers::Keep)
        .unwrap()
        .phi;
    close(exact, 2.880_854_645_020_12);
    close(rounded, 2.881_456_892_912_59);
}

#[test]
fn square_root_limits_come_back_to_the_ratio() {
    // FunnelPlotR draws 1 ± z sqrt(s² + tau²) on the ratio's axis, 0.849 to 1.151 here, though that is
    // the root's scale. R: the same limits squared.
    let spread =
        overdispersion(&funnel(), FunnelScale::SquareRoot, Outliers::Winsorise(0.1)).unwrap();
    let limits = spread.limits(100.0, Level::P95).unwrap();
    interval(limits, 0.720_708_692_979_896, 1.324_926_148_752_67);
}

#[test]
fn limits_of_a_ratio_of_counts_use_both_counts() {
    // FunnelPlotR's limits use s = 1 / (2 sqrt(n)), a quarter of the variance of one count; the
    // logarithm of a ratio of two counts near 100 has s² near 1/100 + 1/100: 0.907 to 1.103 where R
    // has exp(-+ qnorm(0.975) * sqrt(200 / 100.5^2)).
    let spread = overdispersion(&funnel(), FunnelScale::LogOfCounts, Outliers::Keep).unwrap();
    let plain = disparity_stats::Overdispersion {
        tau2: 0.0,
        target: 1.0,
        ..spread
    };
    let limits = plain.limits(100.0, Level::P95).unwrap();
    interval(limits, 0.758_963_375_715_888, 1.317_586_634_607_71);
}
