//! Wales: figures as they were published, intervals that allow for rounding, the share of variation that goes with
//! deprivation, and that the two nations are never in one answer.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use disparity_analysis::{Input, analyse};
use disparity_core::{
    AreaCode, Basis, CellKey, ChineseGroup, Comparator, Count, Dimension, Estimate,
    GeographicLevel, IndicatorId, IssueCode, Measure, Measured, MidYear, ModelYears, Nation,
    Period, Plan, Provenance, Reported, Results, Span, Stratum, StructuralModel, Symbol, Term,
    Variation,
};
use disparity_published::{Loaded, load, load_wales};

use crate::support::{Folder, built_in, copy_of_data, disparity, plan_of, published_files};

fn loaded() -> &'static Loaded {
    static LOADED: OnceLock<Loaded> = OnceLock::new();
    LOADED.get_or_init(|| load_wales(&built_in()).unwrap().output)
}

const CLA: IndicatorId = IndicatorId(0);

fn results() -> &'static Results {
    static RESULTS: OnceLock<Results> = OnceLock::new();
    RESULTS.get_or_init(|| {
        let loaded = loaded();
        let plan = Plan {
            model_years: ModelYears::All,
            ..plan_of(vec![CLA])
        };
        analyse(Input {
            cube: &loaded.cube,
            populations: &loaded.populations,
            catalogue: &loaded.catalogue,
            plan: &plan,
            provenance: Provenance::Published,
        })
    })
}

fn year(year: u16) -> Period {
    Period::ending(year).unwrap()
}

fn key(period: u16, area: AreaCode, stratum: Stratum) -> CellKey {
    CellKey {
        indicator: CLA,
        period: year(period),
        area,
        stratum,
    }
}

fn code(name: &str) -> AreaCode {
    loaded().catalogue.areas.find(name).unwrap().code
}

fn total(period: u16, area: AreaCode) -> &'static Estimate {
    results()
        .estimate(&key(period, area, Stratum::TOTAL))
        .unwrap()
}

fn per_10k(row: &Estimate) -> f64 {
    row.outcome.value().unwrap().value * 1e4
}

fn authorities() -> Vec<AreaCode> {
    let all = loaded().catalogue.areas.entities();
    all.filter(|area| area.level == GeographicLevel::LocalAuthority)
        .map(|area| area.code)
        .collect()
}

fn by_rate(period: u16) -> Vec<(AreaCode, f64)> {
    let all = authorities().into_iter();
    let mut rates: Vec<_> = all
        .map(|area| (area, per_10k(total(period, area))))
        .collect();
    rates.sort_by(|a, b| a.1.total_cmp(&b.1));
    rates
}

#[test]
fn rates_of_2018_are_those_that_were_published() {
    // Published: 102 per 10,000 (6,407 children; the count to the nearest 5 gives 101.9).
    let wales = per_10k(total(2018, AreaCode::WALES));
    assert!((wales - 102.0).abs() < 0.1, "{wales}");
    assert_eq!(format!("{wales:.0}"), "102");
    let rates = by_rate(2018);
    assert_eq!(rates.len(), 22);
    let (first, last) = (rates[0], rates[21]);
    assert_eq!(
        (first.0, format!("{:.0}", first.1)),
        (code("Ceredigion"), "49".into())
    );
    assert_eq!(
        (last.0, format!("{:.0}", last.1)),
        (code("Torfaen"), "191".into())
    );
    assert_eq!(rates[20].0, code("Blaenau Gwent"));
    assert_eq!(format!("{:.0}", rates[20].1), "173");
    // Published for 2023-24, unrounded.
    let known = total(2024, AreaCode::WALES);
    assert_eq!(known.numerator, Reported::Value(7_198));
    assert!((per_10k(known) - 115.9).abs() < 0.05);
}

#[test]
fn every_authority_has_a_count_of_every_year_held_and_they_come_to_wales() {
    let mut years = Vec::new();
    for cell in loaded().cube.indicator(CLA) {
        if cell.key.area != AreaCode::WALES || !cell.key.stratum.is_total() {
            continue;
        }
        let period = cell.key.period.year();
        years.push(period);
        let of = |area| {
            loaded()
                .cube
                .get(&key(period, area, Stratum::TOTAL))
                .unwrap()
        };
        let counts = authorities().into_iter().map(|area| of(area).numerator);
        let sum = Reported::sum_complete(counts).value().unwrap();
        let whole = cell.numerator.value().unwrap();
        // Twenty-two counts to the nearest 5, and the whole: less than a tenth of what could be.
        assert!(sum.abs_diff(whole) <= 15, "{period}: {sum} {whole}");
    }
    let held: Vec<u16> = (2003..=2018).chain(2023..=2025).collect();
    assert_eq!(years, held);
}

#[test]
fn a_rate_has_the_mid_year_that_is_named_and_other_years_have_counts_alone() {
    let mid_years = BTreeMap::from([(2018, 2017), (2024, 2024), (2025, 2024)]);
    for area in authorities().into_iter().chain([AreaCode::WALES]) {
        for period in (2003..=2018).chain(2023..=2025) {
            let row = total(period, area);
            assert!(row.numerator.is_value());
            match mid_years.get(&period) {
                Some(mid) => {
                    let basis = Basis::Children0To17 {
                        mid_year: MidYear(*mid),
                    };
                    assert_eq!(row.denominator.basis, basis);
                    assert!(row.outcome.is_value());
                    let later = row.issues.contains(IssueCode::LaterMidYear);
                    assert_eq!(later, *mid >= period, "{period}");
                }
                None => {
                    assert_eq!(row.outcome, Reported::Symbol(Symbol::NotAvailable));
                    assert!(row.issues.contains(IssueCode::NoDenominator));
                }
            }
        }
    }
    let issues = load_wales(&built_in()).unwrap().issues;
    let said = issues
        .iter()
        .filter(|issue| issue.code == IssueCode::MidYearUsed);
    assert_eq!(said.count(), mid_years.len());
}

#[test]
fn intervals_hold_those_of_every_count_that_prints_alike() {
    for area in authorities() {
        for period in [2018, 2024, 2025] {
            let row = total(period, area);
            let found = row.outcome.value().unwrap();
            assert_eq!(found.method, "rounded_counts");
            let children = row.denominator.value.value().unwrap();
            let printed = row.numerator.value().unwrap();
            let ends = found.intervals.shown();
            for count in printed - 2..=printed + 2 {
                let level = disparity_stats::Level::P95;
                let one = disparity_stats::crude_rate(f64::from(count), children, level).unwrap();
                assert!(ends.low <= one.interval.low && one.interval.high <= ends.high);
            }
        }
    }
    // Exact counts keep the interval that they had.
    let wales = total(2024, AreaCode::WALES).outcome.value().unwrap();
    assert_eq!(wales.method, "byar");
    // The sum of 22 rounded counts may be 44 off.
    let sum = total(2025, AreaCode::WALES);
    let rounding = loaded().cube.rounding(&sum.key);
    assert_eq!(
        (rounding.least(7_080), rounding.most(7_080)),
        (7_036, 7_124)
    );
    assert!(sum.issues.contains(IssueCode::DerivedCount));
}

#[test]
fn a_year_that_was_worked_out_says_so_and_is_further_off() {
    for area in authorities() {
        let row = total(2023, area);
        assert!(row.issues.contains(IssueCode::DerivedCount));
        assert!(!row.issues.contains(IssueCode::RoundedTo5));
        let rounding = loaded().cube.rounding(&row.key);
        assert_eq!((rounding.least(100), rounding.most(100)), (96, 104));
    }
    let wales = total(2023, AreaCode::WALES);
    assert!(!wales.issues.contains(IssueCode::DerivedCount));
    assert_eq!(wales.numerator, Reported::Value(7_188));
}

fn share(period: u16, wanted: Term) -> Measured {
    let fit = results().fits.iter().find(|fit| {
        fit.key.span == Span::year(year(period))
            && fit.key.model == StructuralModel::Deprivation
            && fit.key.variation == Variation::Main
    });
    let found = fit.unwrap().terms.iter().find(|(term, _)| *term == wanted);
    found.unwrap().1.value().unwrap()
}

#[test]
fn less_and_less_of_the_variation_goes_with_deprivation() {
    // R² and its 95% interval: SciPy's noncentral F (tests/reference/rounding.py).
    for (period, r_squared, low, high) in [
        (2018, 0.42, 0.09, 0.63),
        (2024, 0.14, 0.0, 0.40),
        (2025, 0.10, 0.0, 0.35),
    ] {
        let found = share(period, Term::RSquaredRate);
        assert_eq!(found.method, "rate_variation");
        let ends = found.intervals.shown();
        for (found, known) in [(found.value, r_squared), (ends.low, low), (ends.high, high)] {
            assert!((found - known).abs() < 0.005, "{period}: {found} {known}");
        }
        // Of logs a little less.
        assert!(share(period, Term::RSquared).value < found.value);
    }
    let checks = &results().claims;
    assert_eq!(checks.len(), 3);
    let holds = |place: usize| {
        let check = &checks[place];
        let stated = loaded().catalogue.claims[check.claim].stated;
        check.intervals.unwrap().shown().contains(stated)
    };
    // 47%: within what 2018 is compatible with, and no longer.
    assert_eq!([holds(0), holds(1), holds(2)], [false, true, false]);
}

/// Whatever was counted behind the printed counts, R² is the same to within two hundredths.
#[test]
fn rounding_hardly_moves_the_share_of_variation() {
    let loaded = loaded();
    let poor: Vec<f64> = authorities()
        .iter()
        .map(|area| loaded.catalogue.context.low_income_shares[&("wimd_2019".to_owned(), *area)])
        .collect();
    let design = disparity_stats::models::Design::intercept(22)
        .with("poor", &poor)
        .unwrap();
    let rows = authorities().into_iter().map(|area| total(2018, area));
    let (counts, children): (Vec<f64>, Vec<f64>) = rows
        .map(|row| {
            let count = f64::from(row.numerator.value().unwrap());
            (count, row.denominator.value.value().unwrap())
        })
        .unzip();
    let of = |counts: &[f64]| {
        let level = disparity_stats::Level::P95;
        let found = disparity_stats::models::rate_variation(counts, &children, &design, level);
        found.unwrap().r_squared.value
    };
    let printed = of(&counts);
    // Each count moved by up to 2, in 64 patterns. (Of 20,000 draws the furthest is 0.015 away.)
    for pattern in 0..64_u32 {
        let moved: Vec<f64> = counts
            .iter()
            .zip(0_u32..)
            .map(|(count, place)| {
                let at = pattern.wrapping_mul(2_654_435_761).rotate_left(place) % 5;
                count + f64::from(at) - 2.0
            })
            .collect();
        assert!((of(&moved) - printed).abs() < 0.02);
    }
}

#[test]
fn two_kinds_of_absence_stay_apart() {
    let list = loaded()
        .catalogue
        .dimensions
        .list(Dimension::EthnicityMajor);
    let mut by: BTreeMap<(Option<Symbol>, bool), usize> = BTreeMap::new();
    for (group, _) in list.iter() {
        let stratum = Stratum::TOTAL.with(Dimension::EthnicityMajor, group);
        for period in [2024, 2025] {
            for area in authorities() {
                let cell = loaded().cube.get(&key(period, area, stratum)).unwrap();
                let by_copy = cell.issues.contains(IssueCode::WithheldByCopy);
                *by.entry((cell.numerator.symbol(), by_copy)).or_default() += 1;
            }
        }
    }
    let known = BTreeMap::from([
        ((None, false), 115),
        ((Some(Symbol::Confidential), false), 63),
        ((Some(Symbol::NotAvailable), true), 42),
    ]);
    assert_eq!(by, known);
}

#[test]
fn children_of_an_age_are_girls_and_boys_and_none_of_both_where_either_is_withheld() {
    let dimensions = &loaded().catalogue.dimensions;
    let age = dimensions.stratum(Dimension::AgeBand, "16_to_17").unwrap();
    let sexes = dimensions.list(Dimension::Sex);
    let mut withheld = 0;
    for area in authorities() {
        for period in 2003..=2018 {
            let of = |stratum| loaded().cube.get(&key(period, area, stratum)).unwrap();
            let parts = sexes
                .iter()
                .map(|(sex, _)| of(age.with(Dimension::Sex, sex)).numerator);
            let both = of(age);
            assert_eq!(both.numerator, Reported::sum_complete(parts));
            withheld += usize::from(!both.numerator.is_value());
            let known = both.issues.contains(IssueCode::DerivedCount);
            assert_eq!(known, both.numerator.is_value());
        }
    }
    assert!(withheld > 0);
}

#[test]
fn counts_are_compared_where_rates_are_not() {
    let area = code("Torfaen");
    let found = results().contrasts_of(&key(2025, area, Stratum::TOTAL));
    let of = |measure, wanted: fn(Comparator) -> bool| {
        found
            .iter()
            .find(|row| row.measure == measure && wanted(row.comparator))
    };
    let first = of(Measure::CountRatio, |c| {
        matches!(c, Comparator::FirstYear(_))
    })
    .unwrap();
    assert_eq!(first.comparator, Comparator::FirstYear(year(2003)));
    let ratio = first.outcome.value().unwrap();
    assert!((ratio.value - 335.0 / 140.0).abs() < 1e-12);
    assert_eq!(ratio.method, "rounded_counts");
    let rates = of(Measure::Ratio, |c| matches!(c, Comparator::FirstYear(_))).unwrap();
    assert_eq!(rates.comparator, Comparator::FirstYear(year(2018)));
    assert!(of(Measure::Ratio, |c| c == Comparator::Nation(Nation::Wales)).is_some());
    assert!(of(Measure::Ratio, |c| c == Comparator::Nation(Nation::England)).is_none());
    // Nothing was held of 2020.
    assert!(
        of(Measure::CountRatio, |c| matches!(
            c,
            Comparator::FiveYearsBefore(_)
        ))
        .is_none()
    );
}

#[test]
fn neither_nation_knows_of_the_other() {
    let england = load(&built_in(), ChineseGroup::Asian)
        .unwrap()
        .output
        .catalogue;
    assert_eq!(england.areas.nation(), Nation::England);
    assert!(
        england
            .areas
            .iter()
            .all(|area| Nation::of(area.code) == Some(Nation::England))
    );
    assert!(
        england
            .sources
            .iter()
            .flat_map(|source| &source.tables)
            .all(|table| table.starts_with("england/"))
    );
    assert!(
        !england
            .sources
            .iter()
            .any(|source| source.id.starts_with("statswales"))
    );
    let wales = &loaded().catalogue;
    assert_eq!(wales.areas.nation(), Nation::Wales);
    assert!(
        wales
            .areas
            .iter()
            .all(|area| Nation::of(area.code) == Some(Nation::Wales))
    );
    assert!(wales.sources.iter().all(|source| !source.tables.is_empty()));
    assert!(
        wales
            .sources
            .iter()
            .flat_map(|source| &source.tables)
            .all(|table| table.starts_with("wales/"))
    );
    assert_eq!(wales.areas.tiles().len(), 22);
}

#[test]
fn a_welsh_authority_is_found_by_any_of_its_names() {
    let said = disparity(&["authority", "torfaen"]).ok();
    assert!(said.starts_with("Torfaen (W06000020)"), "{said}");
    assert!(said.contains("173 (154 to 193)"), "{said}");
    for word in ["England", "Region", "Neighbours"] {
        // The nations differ, and that is said; nothing else is of England.
        assert!(
            !said
                .split("Wales is not England")
                .next()
                .unwrap()
                .contains(word),
            "{word}: {said}"
        );
    }
    for name in ["Abertawe", "Ynys Môn", "W06000014", "Sir Benfro"] {
        assert_eq!(disparity(&["authority", name]).code, 0, "{name}");
    }
    let elsewhere = disparity(&["authority", "Torfaen", "--nation", "england"]);
    assert_eq!(elsewhere.code, 2);
    assert!(
        elsewhere.stderr.contains("no area is called"),
        "{}",
        elsewhere.stderr
    );
    let unknown = disparity(&["authority", "Hackny"]);
    assert!(unknown.stderr.contains("Hackney"), "{}", unknown.stderr);
    let both = disparity(&["authority", "Torfaen", "--nation", "both"]);
    assert_eq!(both.code, 2);
    assert!(
        both.stderr.contains("never in one answer"),
        "{}",
        both.stderr
    );
}

#[test]
fn what_is_asked_of_both_nations_or_is_not_held_of_wales_says_so() {
    let folder = Folder::new("wales-refused");
    let out = folder.join("needs");
    for (asked, said) in [
        (
            &["compare", "Torfaen", "Kent"][..],
            "\"Torfaen\" is in Wales",
        ),
        (&["compare", "Kent", "Torfaen"], "\"Torfaen\" is in Wales"),
        (&["compare", "Torfaen", "Nowhere"], "no area is called"),
        (
            &["needs", "Torfaen", "--out", out.to_str().unwrap()],
            "needs of Wales are not assessed",
        ),
    ] {
        let refused = disparity(asked);
        assert_ne!(refused.code, 0, "{asked:?}");
        assert!(
            refused.stderr.contains(said),
            "{asked:?}: {}",
            refused.stderr
        );
    }
    assert!(!out.exists());
}

#[test]
fn both_nations_are_written_apart() {
    let home = Folder::new("both-nations");
    let out = home.join("out");
    let run = [
        "run",
        "--nation",
        "both",
        "--models",
        "latest",
        "--indicator",
        "cla",
        "--period",
        "2025",
        "--out",
    ];
    disparity(&[&run[..], &[out.to_str().unwrap()]].concat()).ok();
    for (nation, other) in [("england", "W06"), ("wales", "E0")] {
        let estimates = std::fs::read_to_string(out.join(nation).join("estimates.csv")).unwrap();
        assert!(
            estimates.lines().skip(1).all(|line| !line.contains(other)),
            "{nation}"
        );
    }
    let estimates = std::fs::read_to_string(out.join("wales/estimates.csv")).unwrap();
    assert!(
        estimates
            .lines()
            .skip(1)
            .all(|line| line.contains("W92000004,Wales"))
    );
    // A folder with the run of one nation is not mixed with those of both.
    let one = home.join("one");
    let england = [
        "run",
        "--models",
        "none",
        "--indicator",
        "cla",
        "--period",
        "2025",
        "--out",
    ];
    disparity(&[&england[..], &[one.to_str().unwrap()]].concat()).ok();
    let refused = disparity(&[&run[..], &[one.to_str().unwrap()]].concat());
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("holds the run of one nation"),
        "{}",
        refused.stderr
    );
}

#[test]
fn the_pages_of_wales_are_of_wales() {
    let home = Folder::new("welsh-site");
    let out = home.join("site");
    disparity(&["site", "--nation", "wales", "--out", out.to_str().unwrap()]).ok();
    let mut pages = 0;
    let mut folders = vec![out.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|end| end != "html") {
                continue;
            }
            pages += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            for word in [
                "statistical neighbour",
                "pupils of",
                "City of London",
                "England’s rate",
            ] {
                assert!(!text.contains(word), "{}: {word}", path.display());
            }
            for link in text.split("href=\"").skip(1) {
                let target = link.split('"').next().unwrap().replace("&#x2f;", "/");
                let target = target.split('#').next().unwrap();
                if target.is_empty() || target.contains(':') {
                    continue;
                }
                let target = path.parent().unwrap().join(target);
                assert!(target.exists(), "{}: {}", path.display(), target.display());
            }
        }
    }
    // The nation, 22 authorities, the indicator, and what must be known of them.
    assert_eq!(pages, 1 + 22 + 1 + 3);
    let page = std::fs::read_to_string(out.join("authority/torfaen.html")).unwrap();
    assert!(page.contains("173 (154 to 193)") && page.contains("333 to 337"));
    let first = std::fs::read_to_string(out.join("index.html")).unwrap();
    assert!(first.contains("42% (9% to 63%)") && first.contains("10% (0% to 35%)"));
}

/// A spoiled table: what is wrong, where, and nothing written.
#[test]
fn what_is_wrong_with_a_table_of_wales_is_said_with_its_place() {
    for (file, from, to, said) in [
        (
            "wales/children_looked_after.csv",
            "2003,W06000001,50,rounded_to_5",
            "2003,W06000001,fifty,rounded_to_5",
            "wales/children_looked_after.csv:2",
        ),
        (
            "wales/children_looked_after.csv",
            "2003,W06000001,50,rounded_to_5",
            "2003,W06000001,50,guessed",
            "guessed",
        ),
        (
            "wales/children_looked_after.csv",
            "2003,W06000002,",
            "2003,W06000001,",
            "wales/children_looked_after.csv:3",
        ),
        (
            "codelists/wales/denominators.csv",
            "2018,2017",
            "2018,2016",
            "children of mid-2016 are not held",
        ),
    ] {
        let home = Folder::new("welsh-fault");
        let data = copy_of_data(&home);
        let path = data.join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}: {from}");
        std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let refused = disparity(&[
            "authority",
            "Torfaen",
            "--nation",
            "wales",
            "--data",
            data.to_str().unwrap(),
        ]);
        assert_eq!(refused.code, 2, "{said}");
        assert!(refused.stderr.contains(said), "{said}: {}", refused.stderr);
    }
}

/// The compiled totals are the published ones, row by row.
#[test]
fn compiled_totals_are_those_of_the_files() {
    let Some(published) = published_files("Welsh totals against the published files") else {
        return;
    };
    let path = published.join("cla/wales/statswales_cla_31march_by_la_sex_age_2003_2018.csv");
    let mut rows = 0;
    for row in csv::Reader::from_path(path).unwrap().records() {
        let row = row.unwrap();
        if (&row[3], &row[4]) != ("All", "All ages") {
            continue;
        }
        let area: AreaCode = row[1].parse().unwrap();
        let count: Count = row[5].parse().unwrap();
        let cell = loaded()
            .cube
            .get(&key(row[0].parse().unwrap(), area, Stratum::TOTAL))
            .unwrap();
        assert_eq!(cell.numerator, Reported::Value(count));
        rows += 1;
    }
    assert_eq!(rows, 16 * 23);
}
