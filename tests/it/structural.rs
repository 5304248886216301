//! What models of authorities say of the built-in figures: what an authority's own count may and may
//! not move, what happens where there is nothing to fit, and that tables agree with one another.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use disparity_analysis::{Input, analyse};
use disparity_core::{
    AreaCode, Basis, Cell, CellKey, ChineseGroup, ClaimFigure, Covariate, Cube, Denominator,
    Dimension, ExpectedCount, ExpectedModel, GeographicLevel, GradientFigure, GradientMethod,
    IntersectionFigure, IssueCode, IssueSet, ModelYears, Period, Plan, Provenance, Reported,
    Results, Span, Stratum, StructuralModel, Symbol, Term, Variation,
};
use disparity_published::{CODE_LISTS, Files, Loaded, SOURCES, Sources, load};

use crate::support::{plan_of, root};

/// The built-in figures, read once.
fn loaded() -> &'static Loaded {
    static LOADED: OnceLock<Loaded> = OnceLock::new();
    LOADED.get_or_init(|| {
        let text = std::fs::read_to_string(root().join("data/sources.toml")).unwrap();
        let sources = Sources::from_toml(&text).unwrap();
        let names = CODE_LISTS
            .into_iter()
            .chain([SOURCES])
            .chain(sources.tables().iter().map(|table| table.name.as_str()));
        let files = Files::read(&root().join("data"), names).unwrap();
        load(&files, ChineseGroup::Asian).unwrap().output
    })
}

/// A plan that models children looked after at 31 March and nothing else.
fn plan() -> Plan {
    let id = loaded().catalogue.indicators.id("cla_at_31_march").unwrap();
    plan_of(vec![id])
}

/// Analyses the cells of the plan's indicator from one year on, changed as asked.
fn analysed(plan: &Plan, from: u16, change: impl Fn(&mut Vec<Cell>)) -> Results {
    let loaded = loaded();
    let mut cells: Vec<Cell> = loaded
        .cube
        .indicator(plan.indicators[0])
        .iter()
        .copied()
        .filter(|cell| cell.key.period.year() >= from)
        .collect();
    let unaccompanied = loaded
        .catalogue
        .indicators
        .id("cla_unaccompanied_at_31_march");
    cells.extend(
        loaded
            .cube
            .indicator(unaccompanied.unwrap())
            .iter()
            .copied(),
    );
    change(&mut cells);
    let cube = Cube::new(cells).unwrap();
    analyse(Input {
        cube: &cube,
        populations: &loaded.populations,
        catalogue: &loaded.catalogue,
        plan,
        provenance: Provenance::Published,
    })
}

fn area(name: &str) -> AreaCode {
    loaded().catalogue.areas.find(name).unwrap().code
}

fn year(year: u16) -> Span {
    Span::year(Period::ending(year).unwrap())
}

fn totals<'a>(cells: &'a mut [Cell], plan: &Plan) -> impl Iterator<Item = &'a mut Cell> {
    let id = plan.indicators[0];
    cells.iter_mut().filter(move |cell| {
        cell.key.indicator == id
            && cell.key.stratum.is_total()
            && loaded()
                .catalogue
                .areas
                .get(cell.key.area)
                .is_some_and(|area| area.level == disparity_core::GeographicLevel::LocalAuthority)
    })
}

#[test]
fn what_is_expected_of_an_authority_does_not_depend_on_its_own_count() {
    let plan = plan();
    let before = analysed(&plan, 2025, |_| {});
    for name in ["Camden", "Rutland", "Kent", "Birmingham"] {
        let own = area(name);
        let after = analysed(&plan, 2025, |cells| {
            let mut all = totals(cells, &plan);
            let cell = all.find(|cell| cell.key.area == own).unwrap();
            cell.numerator = cell.numerator.map(|count| count * 3 + 20);
        });
        let (mut own_rows, mut moved) = (0, 0);
        for (a, b) in before.expected.iter().zip(&after.expected) {
            assert_eq!((a.area, a.model), (b.area, b.model));
            let ExpectedModel::Structural(_) = a.model else {
                continue;
            };
            let (Some(x), Some(y)) = (a.outcome.value(), b.outcome.value()) else {
                continue;
            };
            let before_scaling = |found: ExpectedCount| found.expected / found.scaled_by;
            let apart = (before_scaling(x) / before_scaling(y) - 1.0).abs();
            if a.area == own {
                own_rows += 1;
                assert!(apart < 1e-7, "{name}, {:?}: {apart}", a.model);
                assert!(y.ratio.value > x.ratio.value * 2.5);
            } else if apart > 1e-5 {
                moved += 1;
            }
        }
        // It does move what is expected of the others.
        assert_eq!(own_rows, 4, "{name}");
        assert!(moved > 300, "{name}: {moved}");
    }
}

/// By the factor for all an authority's count has a part in what is expected of it: its share of what
/// all had, less what it does to what is expected of the others.
#[test]
fn a_count_hardly_moves_its_own_scaled_expectation() {
    let plan = plan();
    let before = analysed(&plan, 2025, |_| {});
    // The smallest and two of the largest.
    for name in ["Rutland", "Kent", "Birmingham"] {
        let own = area(name);
        let after = analysed(&plan, 2025, |cells| {
            let mut all = totals(cells, &plan);
            let cell = all.find(|cell| cell.key.area == own).unwrap();
            cell.numerator = cell.numerator.map(|count| count + count / 10);
        });
        for (a, b) in before.expected.iter().zip(&after.expected) {
            if let (true, ExpectedModel::Structural(_)) = (a.area == own, a.model)
                && let (Some(x), Some(y)) = (a.outcome.value(), b.outcome.value())
            {
                let moved = y.expected / x.expected - 1.0;
                assert!(moved.abs() < 0.003, "{name}, {:?}: {moved}", a.model);
            }
        }
    }
}

/// The sums of what was counted and expected of the authorities of a model's fit, and its factors.
fn sums(results: &Results, span: Span, model: StructuralModel) -> (f64, f64, Vec<f64>) {
    let (mut counted, mut expected, mut factors) = (0.0, 0.0, Vec::new());
    for row in &results.expected {
        if (row.span, row.model) == (span, ExpectedModel::Structural(model))
            && let (Some(count), Some(outcome)) = (row.observed.value(), row.outcome.value())
        {
            counted += f64::from(count);
            expected += outcome.expected;
            factors.push(outcome.scaled_by);
        }
    }
    factors.dedup();
    (counted, expected, factors)
}

#[test]
fn what_models_expect_adds_up_to_what_was_counted() {
    let mut plan = plan();
    plan.model_years = ModelYears::All;
    // One year of one authority is missing, so that its sum is of fewer years than the others'.
    let hole = area("Camden");
    let results = analysed(&plan, 2021, |cells| {
        for cell in totals(cells, &plan) {
            if cell.key.area == hole && cell.key.period.year() == 2023 {
                cell.numerator = Reported::Symbol(Symbol::NotAvailable);
            }
        }
    });
    let pooled = Span {
        first: Period::ending(2021).unwrap(),
        last: Period::ending(2025).unwrap(),
    };
    for span in [year(2025), year(2022), pooled] {
        for model in StructuralModel::ALL {
            let (counted, expected, factors) = sums(&results, span, model);
            assert!(counted > 70_000.0);
            assert!((counted / expected - 1.0).abs() < 1e-9, "{span} {model:?}");
            assert_eq!(factors.len(), 1, "{span} {model:?}");
        }
    }
    // Unscaled, the full model expects 5.1% more of 2025.
    let (.., factors) = sums(&results, year(2025), StructuralModel::Full);
    assert!((1.0 / factors[0] - 1.051).abs() < 5e-4, "{factors:?}");
    let row = |model| {
        let id = plan.indicators[0];
        let model = ExpectedModel::Structural(model);
        *results.expected_for(id, year(2025), hole, model).unwrap()
    };
    // One expectation is quoted; its interval holds it, and chance in the count has no part in it.
    let full = row(StructuralModel::Full);
    assert!(full.quoted && !row(StructuralModel::Null).quoted);
    let outcome = full.outcome.value().unwrap();
    let ends = outcome.intervals.value().unwrap().shown();
    assert!(ends.low < outcome.expected && outcome.expected < ends.high);
    let ratio = outcome.ratio.intervals.shown();
    assert!(ends.high / ends.low < ratio.high / ratio.low);
    // What knows nothing but the number of children has England's rate, nearly, and nothing uncertain.
    let null = row(StructuralModel::Null).outcome.value().unwrap();
    assert_eq!(null.intervals, Reported::Symbol(Symbol::NotApplicable));
    let id = plan.indicators[0];
    let national = results
        .expected_for(id, year(2025), hole, ExpectedModel::NationalRate)
        .unwrap();
    assert!(!national.quoted);
    let national = national.outcome.value().unwrap();
    assert!((null.expected / national.expected - 1.0).abs() < 0.005);
}

#[test]
fn the_expectation_to_quote_is_englands_rate_without_a_model() {
    let mut plan = plan();
    plan.model_years = ModelYears::None;
    let results = analysed(&plan, 2024, |_| {});
    let quoted = results.expected.iter().filter(|row| row.quoted);
    let models: Vec<ExpectedModel> = quoted.map(|row| row.model).collect();
    assert!(models.len() > 300 && models.iter().all(|m| *m == ExpectedModel::NationalRate));
}

#[test]
fn fewer_than_twenty_authorities_do_not_tell_what_is_usual() {
    let plan = plan();
    let of_2025 = loaded().cube.indicator(plan.indicators[0]).iter();
    let authorities: Vec<AreaCode> = of_2025
        .filter(|cell| cell.key.period.year() == 2025 && cell.key.stratum.is_total())
        .filter(|cell| cell.numerator.is_value())
        .filter_map(|cell| loaded().catalogue.areas.get(cell.key.area))
        .filter(|area| !area.tiny && area.level == GeographicLevel::LocalAuthority)
        .map(|area| area.code)
        .collect();
    for (number, enough) in [(19, false), (20, true)] {
        let kept = &authorities[..number];
        let results = analysed(&plan, 2025, |cells| {
            cells.retain(|cell| {
                cell.key.area.as_str().starts_with("E9") || kept.contains(&cell.key.area)
            });
        });
        let compared: Vec<_> = results
            .expected
            .iter()
            .filter(|row| kept.contains(&row.area) && row.outcome.is_value())
            .filter(|row| {
                [
                    ExpectedModel::NationalRate,
                    ExpectedModel::Structural(StructuralModel::Deprivation),
                ]
                .contains(&row.model)
            })
            .collect();
        assert_eq!(compared.len(), 2 * number);
        for row in compared {
            assert_eq!(row.verdict().is_value(), enough, "{row:?}");
            assert_eq!(row.adjusted.is_value(), enough);
            assert_eq!(row.issues.contains(IssueCode::FewAuthorities), !enough);
        }
    }
}

#[test]
fn shares_of_children_by_decile_are_of_one_whole() {
    let results = analysed(&plan(), 2025, |_| {});
    let mut shares: BTreeMap<AreaCode, Vec<f64>> = BTreeMap::new();
    let mut means: BTreeMap<AreaCode, f64> = BTreeMap::new();
    for row in &results.covariates {
        let Reported::Value(value) = row.value else {
            continue;
        };
        if Covariate::TENTHS.contains(&row.covariate) {
            shares.entry(row.area).or_default().push(value);
        } else if row.covariate == Covariate::MeanDecile {
            means.insert(row.area, value);
        }
    }
    assert!(shares.len() >= 151);
    for (area, shares) in shares {
        assert_eq!(shares.len(), 10);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        // In code order, from the most deprived.
        let mean: f64 = shares
            .iter()
            .zip(1_u8..)
            .map(|(s, d)| s * f64::from(d))
            .sum();
        assert!((mean - means[&area]).abs() < 1e-9, "{area:?}");
    }
}

#[test]
fn tables_of_models_agree_with_one_another() {
    let results = analysed(&plan(), 2018, |_| {});
    let id = plan().indicators[0];
    for model in StructuralModel::ALL {
        let rows: Vec<_> = results
            .expected
            .iter()
            .filter(|row| row.model == ExpectedModel::Structural(model))
            .collect();
        // Every authority of the day has a row, the two tiny ones with a reason instead of a figure.
        assert_eq!(rows.len(), 153, "{model:?}");
        let ranked = rows.iter().filter(|row| row.fifth.is_value()).count();
        assert_eq!(ranked, 151, "{model:?}");
        let mut by_fifth: BTreeMap<u8, u32> = BTreeMap::new();
        for row in &rows {
            if let Some(fifth) = row.fifth.value() {
                *by_fifth.entry(fifth).or_default() += 1;
            }
            if let (Some(outcome), Some(adjusted)) = (row.outcome.value(), row.adjusted.value()) {
                let limits = adjusted.limits;
                assert!(limits.get(1).unwrap().encloses(limits.shown()));
                assert!(
                    outcome
                        .ratio
                        .intervals
                        .shown()
                        .contains(outcome.ratio.value)
                );
                let drawn = row.model_based.value().unwrap();
                // Towards a typical authority, which lies at 1 before expectations are scaled.
                let off = |ratio: f64| (ratio * outcome.scaled_by).ln().abs();
                let closer = off(drawn.shrunken.value) <= off(outcome.ratio.value) + 0.02;
                assert!(closer, "{row:?}");
            }
        }
        for fifth in 1..=5 {
            let here = results
                .fifths
                .iter()
                .filter(|row| row.model == ExpectedModel::Structural(model) && row.fifth == fifth);
            let authorities: u32 = here.map(|row| row.authorities).sum();
            assert_eq!(
                Some(&authorities),
                by_fifth.get(&fifth),
                "{model:?} {fifth}"
            );
        }
        let fit = results
            .fits
            .iter()
            .find(|fit| fit.key.model == model && fit.key.variation == Variation::Main);
        let fit = fit.unwrap();
        assert_eq!((fit.key.indicator, fit.areas), (id, 151));
        assert!(fit.ending.value().unwrap().converged);
    }
    let sigma = |model| {
        let fit = results
            .fits
            .iter()
            .find(|fit| fit.key.model == model && fit.key.variation == Variation::Main);
        let term = fit
            .unwrap()
            .terms
            .iter()
            .find(|(term, _)| *term == Term::Sigma);
        term.unwrap().1.value().unwrap().value
    };
    // The more is known, the less is left.
    assert!(sigma(StructuralModel::Null) > sigma(StructuralModel::Deprivation));
    assert!(sigma(StructuralModel::Deprivation) > sigma(StructuralModel::DeprivationEthnicity));
    assert!(sigma(StructuralModel::DeprivationEthnicity) > sigma(StructuralModel::Full));
}

#[test]
fn claims_stand_beside_figures_of_the_same_run() {
    let mut plan = plan();
    plan.model_years = ModelYears::All;
    let results = analysed(&plan, 2020, |_| {});
    let claims = &loaded().catalogue.claims;
    let own: Vec<_> = claims
        .iter()
        .enumerate()
        .filter(|(_, claim)| claim.indicator == plan.indicators[0])
        .map(|(place, _)| place)
        .collect();
    let found: Vec<_> = results.claims.iter().map(|check| check.claim).collect();
    assert_eq!(found, own);
    assert!(own.len() >= 9);
    for check in &results.claims {
        let claim = &claims[check.claim];
        let value = check
            .found
            .value()
            .unwrap_or_else(|| panic!("{}", claim.name));
        let inside = |intervals: disparity_core::Intervals| intervals.shown().contains(value);
        assert!(check.intervals.is_none_or(inside), "{}", claim.name);
        if claim.figure == ClaimFigure::Decile1To10 {
            assert!(check.issues.contains(IssueCode::Ecological));
        }
        if claim.figure == ClaimFigure::LondonLowestFifth {
            let row = results.fifths.iter().find(|row| {
                row.span == check.span
                    && row.model == ExpectedModel::Structural(claim.model)
                    && row.fifth == 1
                    && row.region.as_str() == "E12000007"
            });
            let row = row.unwrap();
            let share = f64::from(row.authorities) / f64::from(row.in_fifth);
            assert!((value - share).abs() < 1e-12 && check.intervals.is_none());
        }
    }
}

#[test]
fn pooled_years_are_sums_and_say_where_a_year_is_missing() {
    let mut plan = plan();
    plan.model_years = ModelYears::All;
    let (hole, withheld) = (area("Camden"), area("Barnet"));
    let indicators = &loaded().catalogue.indicators;
    let unaccompanied = indicators.id("cla_unaccompanied_at_31_march").unwrap();
    let results = analysed(&plan, 2021, |cells| {
        let unknown = |cell: &Cell| cell.key.area == area("Kent") && cell.key.period.year() == 2022;
        cells.retain(|cell| cell.key.indicator != unaccompanied || !unknown(cell));
        for cell in totals(cells, &plan) {
            if cell.key.area == hole && cell.key.period.year() == 2023 {
                cell.numerator = Reported::Symbol(Symbol::NotAvailable);
            }
            if cell.key.area == withheld && cell.key.period.year() == 2023 {
                cell.numerator = Reported::Symbol(Symbol::Confidential);
            }
        }
    });
    let span = Span {
        first: Period::ending(2021).unwrap(),
        last: Period::ending(2025).unwrap(),
    };
    let model = ExpectedModel::Structural(StructuralModel::Deprivation);
    let pooled = |code| {
        results
            .expected_for(plan.indicators[0], span, code, model)
            .unwrap()
    };
    let year_by_year = |code| -> u32 {
        (2021..=2025)
            .filter_map(|y| {
                results
                    .expected_for(plan.indicators[0], year(y), code, model)?
                    .observed
                    .value()
            })
            .sum()
    };
    for (code, missing) in [(hole, true), (area("Kent"), false)] {
        let row = pooled(code);
        assert_eq!(row.observed, Reported::Value(year_by_year(code)));
        assert_eq!(row.issues.contains(IssueCode::FewerYears), missing);
    }
    // A year that is withheld was counted: without it a sum would be too low.
    assert!(year_by_year(withheld) > 0);
    let row = pooled(withheld);
    assert_eq!(row.observed, Reported::Symbol(Symbol::Confidential));
    // A mean of four years stands for the five, and says so.
    let full = |span| {
        let model = ExpectedModel::Structural(StructuralModel::Full);
        let row = results.expected_for(plan.indicators[0], span, area("Kent"), model);
        row.unwrap().issues.contains(IssueCode::CovariateFewerYears)
    };
    assert!(full(span) && !full(year(2025)));
    assert!(
        !pooled(area("Kent"))
            .issues
            .contains(IssueCode::CovariateFewerYears)
    );
    // In the year itself there is a row with the reason.
    let row = results
        .expected_for(plan.indicators[0], year(2023), hole, model)
        .unwrap();
    assert_eq!(row.observed, Reported::Symbol(Symbol::NotAvailable));
    assert!(!row.outcome.is_value() && row.issues.contains(IssueCode::SourceSymbol));
}

#[test]
fn a_stock_that_is_pooled_has_the_weight_of_one_year() {
    let mut plan = plan();
    plan.model_years = ModelYears::All;
    // The same counts and children every year: five years tell what one does.
    let mut of_2025: BTreeMap<AreaCode, (Reported<u32>, Reported<f64>)> = BTreeMap::new();
    for cell in loaded().cube.indicator(plan.indicators[0]) {
        if cell.key.period.year() == 2025 && cell.key.stratum.is_total() {
            of_2025.insert(cell.key.area, (cell.numerator, cell.denominator.value));
        }
    }
    let results = analysed(&plan, 2021, |cells| {
        for cell in totals(cells, &plan) {
            if let Some((count, children)) = of_2025.get(&cell.key.area) {
                cell.numerator = *count;
                cell.denominator.value = *children;
            }
        }
    });
    let span = Span {
        first: Period::ending(2021).unwrap(),
        last: Period::ending(2025).unwrap(),
    };
    let model = ExpectedModel::Structural(StructuralModel::Null);
    let row = |span| {
        *results
            .expected_for(plan.indicators[0], span, area("Camden"), model)
            .unwrap()
    };
    let (pooled, single) = (row(span), row(year(2025)));
    assert!(pooled.issues.contains(IssueCode::PooledStock));
    let (a, b) = (
        pooled.outcome.value().unwrap(),
        single.outcome.value().unwrap(),
    );
    // Not all authorities are as old as the span, so the factors that make the sums agree differ.
    assert!((a.expected / a.scaled_by / (b.expected / b.scaled_by) - 5.0).abs() < 1e-6);
    let before_scaling =
        |found: ExpectedCount| found.ratio.intervals.times(found.scaled_by).shown();
    let (a, b) = (before_scaling(a), before_scaling(b));
    assert!((a.low / b.low - 1.0).abs() < 1e-6 && (a.high / b.high - 1.0).abs() < 1e-6);
    assert_eq!(pooled.rank, single.rank);
}

#[test]
fn children_who_are_not_counted_explain_nothing() {
    let results = analysed(&plan(), 2025, |_| {});
    let unaccompanied = |variation| {
        let fit = results
            .fits
            .iter()
            .find(|fit| fit.key.model == StructuralModel::Full && fit.key.variation == variation);
        let mut terms = fit.unwrap().terms.iter();
        terms.any(|(term, _)| *term == Term::Covariate(Covariate::Unaccompanied))
    };
    assert!(unaccompanied(Variation::Main));
    assert!(!unaccompanied(Variation::WithoutUnaccompanied));
}

#[test]
fn nothing_to_fit_is_an_outcome_with_an_issue() {
    let plan = plan();
    let only = area("Kent");
    // One authority.
    let one = analysed(&plan, 2025, |cells| {
        cells.retain(|cell| cell.key.area == only || cell.key.area == AreaCode::ENGLAND);
    });
    // No child anywhere.
    let none = analysed(&plan, 2025, |cells| {
        totals(cells, &plan).for_each(|cell| cell.numerator = Reported::Value(0));
    });
    for results in [one, none] {
        assert!(results.fits.iter().all(|fit| !fit.ending.is_value()));
        assert!(
            results
                .fits
                .iter()
                .all(|fit| fit.issues.contains(IssueCode::ModelRefused))
        );
        assert!(results.effects.is_empty());
        let refused = results
            .issues
            .iter()
            .filter(|issue| issue.code == IssueCode::ModelRefused);
        assert_eq!(refused.count(), 4, "{:?}", results.issues);
        let structural = results
            .expected
            .iter()
            .filter(|row| matches!(row.model, ExpectedModel::Structural(_)));
        let mut rows = 0;
        for row in structural {
            rows += 1;
            assert!(!row.outcome.is_value(), "{row:?}");
        }
        assert!(rows >= 4);
    }
}

#[test]
fn no_variation_between_authorities_is_said() {
    let plan = plan();
    let results = analysed(&plan, 2025, |cells| {
        for cell in totals(cells, &plan) {
            let children = cell.denominator.value.value().unwrap_or(0.0);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a small count"
            )]
            let count = (children * 0.0067).round() as u32;
            cell.numerator = Reported::Value(count);
        }
    });
    let null = results
        .fits
        .iter()
        .find(|fit| fit.key.model == StructuralModel::Null)
        .unwrap();
    assert!(null.ending.value().unwrap().singular);
    assert!(null.issues.contains(IssueCode::NoSpread));
    for row in &results.expected {
        let null = row.model == ExpectedModel::Structural(StructuralModel::Null);
        if let (true, Some(outcome)) = (null, row.outcome.value()) {
            assert!((outcome.ratio.value - 1.0).abs() < 0.02, "{row:?}");
        }
    }
}

#[test]
fn an_authority_without_a_covariate_is_left_out_and_the_model_says_what_it_lacks() {
    let plan = plan();
    let mut loaded = loaded().clone();
    let own = area("Kent");
    loaded
        .catalogue
        .context
        .low_income
        .retain(|(_, code), _| *code != own);
    let results = analyse(Input {
        cube: &loaded.cube,
        populations: &loaded.populations,
        catalogue: &loaded.catalogue,
        plan: &plan,
        provenance: Provenance::Published,
    });
    let row = |model| {
        let model = ExpectedModel::Structural(model);
        *results
            .expected_for(plan.indicators[0], year(2025), own, model)
            .unwrap()
    };
    let lacking = row(StructuralModel::Deprivation);
    assert!(!lacking.outcome.is_value() && lacking.issues.contains(IssueCode::CovariateMissing));
    assert!(row(StructuralModel::Null).outcome.is_value());
    // Without the index the model has nothing that it is named for.
    loaded.catalogue.context.low_income.clear();
    let without = analyse(Input {
        cube: &loaded.cube,
        populations: &loaded.populations,
        catalogue: &loaded.catalogue,
        plan: &plan,
        provenance: Provenance::Published,
    });
    let fit = without
        .fits
        .iter()
        .find(|fit| fit.key.model == StructuralModel::Deprivation);
    assert!(fit.unwrap().issues.contains(IssueCode::ModelRefused));
    assert!(!fit.unwrap().ending.is_value());
}

#[test]
fn a_covariate_that_is_the_same_everywhere_is_refused() {
    let plan = plan();
    let mut loaded = loaded().clone();
    for found in loaded.catalogue.context.low_income.values_mut() {
        (found.known, found.estimated) = (found.children * 0.2, 0.0);
    }
    let results = analyse(Input {
        cube: &loaded.cube,
        populations: &loaded.populations,
        catalogue: &loaded.catalogue,
        plan: &plan,
        provenance: Provenance::Published,
    });
    let fit = results
        .fits
        .iter()
        .find(|fit| fit.key.model == StructuralModel::Deprivation);
    assert!(fit.unwrap().issues.contains(IssueCode::ModelRefused));
    let told = results
        .issues
        .iter()
        .find(|issue| issue.code == IssueCode::ModelRefused);
    assert!(
        told.unwrap()
            .message
            .contains("children_in_low_income_families"),
        "{told:?}"
    );
}

/// Cells of England by groups, each a rate times its children.
fn groups(plan: &Plan, of: &[(Stratum, f64, u32)]) -> Vec<Cell> {
    let some = loaded().cube.indicator(plan.indicators[0]);
    let basis: Basis = some[0].denominator.basis;
    of.iter()
        .map(|(stratum, children, count)| Cell {
            key: CellKey {
                indicator: plan.indicators[0],
                period: Period::ending(2025).unwrap(),
                area: AreaCode::ENGLAND,
                stratum: *stratum,
            },
            numerator: Reported::Value(*count),
            denominator: Denominator {
                value: Reported::Value(*children),
                basis,
            },
            issues: IssueSet::EMPTY,
        })
        .collect()
}

#[test]
fn rates_by_decile_are_counted_where_the_input_has_them() {
    let plan = plan();
    let list = loaded()
        .catalogue
        .dimensions
        .list(Dimension::DeprivationDecile);
    let deciles: Vec<_> = (1..=10_u32)
        .map(|decile| {
            let id = list.id(&decile.to_string()).unwrap();
            let stratum = Stratum::TOTAL.with(Dimension::DeprivationDecile, id);
            (stratum, 100_000.0, 1_100 - 100 * decile)
        })
        .collect();
    let results = analysed(&plan, 2025, |cells| cells.extend(groups(&plan, &deciles)));
    let figure = |wanted| {
        let mut rows = results.gradients.iter();
        let row = rows.find(|row| row.found == GradientMethod::Direct && row.figure == wanted);
        row.unwrap_or_else(|| panic!("{wanted:?}"))
            .value
            .value()
            .unwrap()
    };
    assert!((figure(GradientFigure::Rate(1)).value - 0.01).abs() < 1e-12);
    assert!((figure(GradientFigure::RatioMostToLeast).value - 10.0).abs() < 1e-12);
    // On a straight line from 1,050 to 50 per 100,000 at the ends of the ranks.
    assert!((figure(GradientFigure::SlopeIndex).value - 0.01).abs() < 1e-9);
    assert!((figure(GradientFigure::RelativeIndex).value - 21.0).abs() < 1e-6);
    assert!(figure(GradientFigure::RatioPerDecile).value > 1.1);
    // The ecological form stays beside it, with its warning.
    let warned = results
        .gradients
        .iter()
        .filter(|row| row.issues.contains(IssueCode::Ecological));
    assert!(warned.count() > 10);
}

#[test]
fn intersections_that_only_add_up_show_no_interaction() {
    let plan = plan();
    let dimensions = &loaded().catalogue.dimensions;
    let pick = |dimension, code| dimensions.list(dimension).id(code).unwrap();
    let mut crossed = Vec::new();
    for (group, by_group) in [
        ("white", 1.0),
        ("mixed", 1.6),
        ("asian", 0.5),
        ("black", 1.4),
    ] {
        for (sex, by_sex) in [("female", 1.0), ("male", 1.2)] {
            for (age, by_age) in [("under_1", 2.0), ("5_to_9", 1.0), ("16_and_over", 2.5)] {
                let stratum = Stratum::TOTAL
                    .with(
                        Dimension::EthnicityMajor,
                        pick(Dimension::EthnicityMajor, group),
                    )
                    .with(Dimension::Sex, pick(Dimension::Sex, sex))
                    .with(Dimension::AgeBand, pick(Dimension::AgeBand, age));
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a count"
                )]
                let count = (500.0 * by_group * by_sex * by_age) as u32;
                crossed.push((stratum, 100_000.0, count));
            }
        }
    }
    let additive = analysed(&plan, 2025, |cells| cells.extend(groups(&plan, &crossed)));
    let rows = &additive.intersections;
    assert_eq!(rows.len(), 24 + 3);
    for row in rows
        .iter()
        .filter(|row| row.figure == IntersectionFigure::Interaction)
    {
        let found = row.value.value().unwrap();
        assert!((found.value - 1.0).abs() < 0.02, "{row:?}");
    }
    // One intersection that stands out, and its rate drawn only part of the way back.
    crossed[0].2 *= 2;
    let apart = analysed(&plan, 2025, |cells| cells.extend(groups(&plan, &crossed)));
    let row = apart
        .intersections
        .iter()
        .find(|row| row.stratum == crossed[0].0)
        .unwrap();
    assert!(
        row.value.value().unwrap().intervals.shown().low > 1.1,
        "{row:?}"
    );
    let [raw, drawn, added] = [row.raw, row.shrunken, row.additive].map(|v| v.value().unwrap());
    assert!(added < drawn && drawn < raw, "{added} {drawn} {raw}");
}

#[test]
fn small_counts_are_drawn_and_large_ones_are_not() {
    let results = analysed(&plan(), 2018, |_| {});
    assert!(results.shrunken.len() > 50, "{}", results.shrunken.len());
    for row in &results.estimates {
        let small = row.numerator.value().is_some_and(|count| count < 10);
        let drawn = results.shrunken_for(&row.key);
        if let Some(drawn) = drawn {
            assert!(small, "{row:?}");
            assert!(
                drawn.rate.value > 0.0 && drawn.rate.intervals.shown().contains(drawn.rate.value)
            );
            assert!(drawn.rate.value > row.outcome.value().unwrap().value * 0.5);
        }
    }
}
