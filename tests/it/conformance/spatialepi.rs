//! SpatialEpi: expected counts of Pennsylvania's counties, smoothed ratios of Scotland's.

use std::collections::BTreeMap;

use disparity_stats::{
    GroupedStrata, Level, expected_by_group, shrink_gamma_poisson, shrink_gamma_poisson_towards,
};

use super::{Suite, Table, folder};

#[test]
fn expected_counts_by_county() {
    let Some(at) = folder("SpatialEpi") else {
        return;
    };
    let mut suite = Suite::new("SpatialEpi pennLC expected");
    let table = Table::read(at.join("pennLC_strata.csv"));
    let key = |r: super::Row<'_>| [r.text("race"), r.text("gender"), r.text("age")].join("/");
    let mut reference: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    let mut counties: Vec<&str> = Vec::new();
    for row in table.rows() {
        let cell = reference.entry(key(row)).or_default();
        cell.0 += row.needed("cases");
        cell.1 += row.needed("population");
        if !counties.contains(&row.text("county")) {
            counties.push(row.text("county"));
        }
    }
    let place = |name: &str| counties.iter().position(|c| *c == name).unwrap();
    let group: Vec<u32> = table
        .rows()
        .map(|r| u32::try_from(place(r.text("county"))).unwrap())
        .collect();
    let population: Vec<f64> = table.rows().map(|r| r.needed("population")).collect();
    let rate: Vec<f64> = table
        .rows()
        .map(|r| reference[&key(r)].0 / reference[&key(r)].1)
        .collect();
    let strata = GroupedStrata {
        group: &group,
        population: &population,
        rate: &rate,
    };
    let expected = expected_by_group(strata, counties.len()).unwrap();
    for row in Table::read(at.join("pennLC_expected.csv")).rows() {
        let found = expected[place(row.text("county"))];
        suite.case(row.text("county"), |case| {
            case.close("expected", found, row.needed("expected"), 1e-12);
            case.close(
                "ratio",
                row.needed("cases") / found,
                row.needed("smr"),
                1e-12,
            );
        });
    }
    suite.case("the reference against itself", |case| {
        case.close("sum of expected", expected.iter().sum(), 10_279.0, 1e-12);
    });
    suite.finish();
}

#[test]
fn smoothed_ratios() {
    let Some(at) = folder("SpatialEpi") else {
        return;
    };
    // glm.nb stops at a relative change of 1e-8 in the deviance, which leaves the shape some
    // 1e-6 from its maximum; ours goes on to the maximum itself.
    let tolerance = 1e-5;
    let mut suite = Suite::new("SpatialEpi scotland EB");
    let table = Table::read(at.join("scotland_eb_expected.csv"));
    let column = |name: &str| table.rows().map(|r| r.needed(name)).collect::<Vec<_>>();
    let (cases, expected, aff) = (column("cases"), column("expected"), column("AFF"));
    let null = shrink_gamma_poisson(&cases, &expected, Level::P95).unwrap();
    let towards = shrink_gamma_poisson_towards(&cases, &expected, &[&aff], Level::P95).unwrap();
    for (i, row) in table.rows().enumerate() {
        suite.case(row.text("county.names"), |case| {
            case.close("raw", null.ratios[i].raw, row.needed("smr"), 1e-12);
            case.close("null", null.ratios[i].value, row.needed("eb_rr"), tolerance);
            case.close(
                "null median",
                null.ratios[i].median,
                row.needed("eb_rrmed"),
                tolerance,
            );
            let found = towards.ratios[i];
            case.close("covariate", found.value, row.needed("eb_cov_rr"), tolerance);
            case.close(
                "covariate median",
                found.median,
                row.needed("eb_cov_rrmed"),
                tolerance,
            );
        });
    }
    for row in Table::read(at.join("scotland_eb_params.csv")).rows() {
        let fit = if row.text("model") == "null" {
            &null
        } else {
            &towards
        };
        suite.case(row.text("model"), |case| {
            case.close("alpha", fit.shape.unwrap(), row.needed("alpha"), tolerance);
            case.close("beta0", fit.coefficients[0], row.needed("beta0"), tolerance);
            if let Some(beta1) = row.number("beta1") {
                case.close("beta1", fit.coefficients[1], beta1, tolerance);
            }
        });
    }
    suite.finish();
}
