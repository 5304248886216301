//! Two groups compared.

use disparity_stats::{
    GroupEstimate, disproportionality, group_difference, group_ratio, odds_ratio, odds_ratio_exact,
    odds_ratio_mid_p, rate_difference, rate_difference_wald, rate_ratio, rate_ratio_exact,
    rate_ratio_exact_test, rate_ratio_mid_p, risk_difference, risk_ratio,
};

use super::{Inputs, Outputs, estimate};

pub(super) fn compute(method: &str, given: &Inputs<'_>) -> Outputs {
    if method == "disproportionality" {
        let [g, t, gp, p] = given.some(["group", "total", "group_population", "population"]);
        let d = disproportionality(g, t, gp, p).unwrap();
        return vec![
            ("system".into(), d.share_in_system),
            ("population".into(), d.share_in_population),
            ("ratio".into(), d.ratio),
        ];
    }
    if method == "rate_ratio_exact_test" {
        let [o1, n1, o2, n2, null] = given.some(["o1", "n1", "o2", "n2", "null"]);
        let test = rate_ratio_exact_test(o1, n1, o2, n2, null).unwrap();
        return vec![
            ("less".into(), test.less),
            ("greater".into(), test.greater),
            ("two_sided".into(), test.two_sided),
        ];
    }
    let level = given.level();
    if given.has("y1") {
        let [y1, s1, y2, s2] = given.some(["y1", "s1", "y2", "s2"]);
        let of = |value, se| GroupEstimate { value, se };
        let compare = if method == "group_ratio" {
            group_ratio
        } else {
            group_difference
        };
        return estimate(compare(of(y1, s1), of(y2, s2), level));
    }
    let names = match method {
        "odds_ratio" | "odds_ratio_exact" | "odds_ratio_mid_p" => ["a", "b", "c", "d"],
        "risk_ratio" | "risk_difference" => ["x1", "n1", "x2", "n2"],
        _ => ["o1", "n1", "o2", "n2"],
    };
    let [a, b, c, d] = given.some(names);
    let compare = match method {
        "rate_ratio" => rate_ratio,
        "rate_ratio_exact" => rate_ratio_exact,
        "rate_ratio_mid_p" => rate_ratio_mid_p,
        "rate_difference" => rate_difference,
        "rate_difference_wald" => rate_difference_wald,
        "risk_ratio" => risk_ratio,
        "risk_difference" => risk_difference,
        "odds_ratio" => odds_ratio,
        "odds_ratio_exact" => odds_ratio_exact,
        "odds_ratio_mid_p" => odds_ratio_mid_p,
        other => panic!("no harness for {other}"),
    };
    estimate(compare(a, b, c, d, level))
}
