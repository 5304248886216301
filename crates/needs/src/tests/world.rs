//! The England that is invented: 24 neighbourhoods in each of three authorities.

use std::collections::BTreeMap;

use disparity_core::needs::{Assumptions, Need};
use disparity_core::neighbourhoods::{
    CHILD_AGE_BANDS, Centroid, Deciles, GroupEstimateErrors, Neighbourhood, Neighbourhoods, Places,
    RESIDENT_GROUPS, SizeClass,
};
use disparity_core::*;
use disparity_stats::Draws;

use crate::Inputs;

pub(super) const OWN: [&str; 3] = ["E06000001", "E06000002", "E06000003"];

pub(super) fn code(text: &str) -> AreaCode {
    text.parse().unwrap()
}

pub(super) fn year(text: &str) -> Period {
    text.parse().unwrap()
}

/// Everything that an assessment is made from.
pub(super) struct World {
    pub(super) cube: Cube,
    pub(super) populations: Populations,
    pub(super) catalogue: Catalogue,
    pub(super) results: Results,
    pub(super) neighbourhoods: Neighbourhoods,
    pub(super) errors: GroupEstimateErrors,
}

impl World {
    pub(super) fn inputs(&self) -> Inputs<'_> {
        Inputs {
            cube: &self.cube,
            populations: &self.populations,
            catalogue: &self.catalogue,
            results: &self.results,
            neighbourhoods: &self.neighbourhoods,
            group_errors: &self.errors,
        }
    }
}

pub(super) fn assumptions() -> Assumptions {
    Assumptions {
        draws: 200,
        ..Assumptions::default()
    }
}

fn dimensions() -> Dimensions {
    let list = |codes: &[&str]| {
        let category = |code: &&str| Category {
            code: (*code).to_owned(),
            label: (*code).to_owned(),
            parent: None,
            unknown: false,
        };
        CodeList::new(codes.iter().map(category).collect()).unwrap()
    };
    Dimensions::new([
        list(&RESIDENT_GROUPS),
        list(&[]),
        list(&CHILD_AGE_BANDS),
        list(&[]),
        list(&[]),
    ])
}

fn indicators() -> Indicators {
    let one = |name: &str| Indicator {
        name: name.into(),
        title: name.into(),
        short_title: name.into(),
        family: String::new(),
        timing: Timing::AsAt,
        counted: Counted {
            noun: "children".into(),
            repeats: false,
        },
        denominator: DenominatorKind::Children0To17,
        headline: true,
        modelled: true,
        decimals: 0,
        comparable: (None, None),
        includes_18_and_over: false,
        definition: String::new(),
    };
    let names = Need::INDICATORS.into_iter().chain(["cin_plan_at_31_march"]);
    Indicators::new(names.map(one).collect()).unwrap()
}

fn neighbourhood(number: u32, authority: &str, draws: &mut Draws) -> Neighbourhood {
    let mut up_to = |most: f64| {
        let share = (draws.normal().abs() / 2.0).min(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to a few thousand"
        )]
        let found = (share * most) as u32;
        found
    };
    let own = format!("E0100{number:04}");
    let decile = up_to(9.0) + 1;
    let decile = Reported::Value(u8::try_from(decile).unwrap());
    // Every seventh was redrawn.
    let earlier = if number.is_multiple_of(7) {
        Reported::Symbol(Symbol::NotAvailable)
    } else {
        decile
    };
    let of = |imd| Deciles { imd, idaci: imd };
    Neighbourhood {
        code: code(&own),
        name: own.clone(),
        authority: code(authority),
        msoa: code(&format!("E0200{:04}", number / 4)),
        ward: code(&format!("E0500{:04}", number / 3)),
        deciles_2025: of(decile),
        deciles_2019: of(earlier),
        residents_by_group: [
            800 + up_to(900.0),
            up_to(90.0),
            up_to(400.0),
            up_to(200.0),
            up_to(20.0),
        ],
        children_0_to_15: 200 + up_to(300.0),
        children_by_age: [
            10 + up_to(20.0),
            40 + up_to(60.0),
            70 + up_to(60.0),
            90 + up_to(60.0),
            30 + up_to(20.0),
        ],
        centroid: Centroid {
            longitude: 0.0,
            latitude: 52.0,
        },
    }
}

pub(super) fn world() -> World {
    let mut draws = Draws::from_seed(5);
    let own = OWN.iter().zip(0..).flat_map(|(authority, at)| {
        (at * 40..at * 40 + 24).map(move |number| (number, *authority))
    });
    let all: Vec<Neighbourhood> = own
        .map(|(number, authority)| neighbourhood(number, authority, &mut draws))
        .collect();
    let (catalogue, now) = (catalogue(), year("2025"));
    let results = results(&catalogue, now);
    let class = |beyond_chance| {
        vec![SizeClass {
            from: 0.0,
            beyond_chance,
        }]
    };
    World {
        cube: cube(&catalogue),
        populations: populations(&catalogue),
        results,
        neighbourhoods: Neighbourhoods::new(all, [], Places::default()),
        errors: GroupEstimateErrors::new([0.02, 0.06, 0.27, 0.33, 0.14].map(class)).unwrap(),
        catalogue,
    }
}

fn populations(catalogue: &Catalogue) -> Populations {
    let stratum = |dimension, code: &str| catalogue.dimensions.stratum(dimension, code).unwrap();
    let mut populations = BTreeMap::new();
    for area in OWN.into_iter().chain(["E92000001"]) {
        let times = if area == "E92000001" { 3.0 } else { 1.0 };
        let mut put = |stratum, children: f64| {
            let denominator = Denominator {
                value: Reported::Value(times * children),
                basis: Basis::Share {
                    mid_year: MidYear(2024),
                    share_year: 2024,
                    error: DenominatorError {
                        level: 0.05,
                        drift: 0.0,
                    },
                },
            };
            let issues = IssueSet::EMPTY;
            for period in ["2022", "2025"] {
                populations.insert(
                    (year(period), code(area), stratum),
                    Population {
                        denominator,
                        issues,
                    },
                );
            }
        };
        put(Stratum::TOTAL, 10_000.0);
        for (group, children) in RESIDENT_GROUPS
            .into_iter()
            .zip([7_000.0, 800.0, 1_400.0, 700.0, 100.0])
        {
            put(stratum(Dimension::EthnicityMajor, group), children);
        }
        for (band, children) in CHILD_AGE_BANDS
            .into_iter()
            .zip([500.0, 2_000.0, 2_700.0, 3_500.0, 1_300.0])
        {
            put(stratum(Dimension::AgeBand, band), children);
        }
    }
    populations.into_iter().collect()
}

fn cube(catalogue: &Catalogue) -> Cube {
    let stratum = |dimension, code: &str| catalogue.dimensions.stratum(dimension, code).unwrap();
    let id = |name: &str| catalogue.indicators.id(name).unwrap();
    let mut cells = Vec::new();
    let mut count = |name: &str, period: &str, area: &str, stratum, count| {
        let key = CellKey {
            indicator: id(name),
            period: year(period),
            area: code(area),
            stratum,
        };
        cells.push(Cell {
            key,
            numerator: count,
            denominator: Denominator {
                value: Reported::Symbol(Symbol::NotAvailable),
                basis: Basis::Children0To17 {
                    mid_year: MidYear(2024),
                },
            },
            issues: IssueSet::EMPTY,
        });
    };
    for (name, all) in [
        ("cin_at_31_march", 1_000),
        ("cpp_at_31_march", 130),
        ("cla_at_31_march", 210),
    ] {
        count(
            name,
            "2025",
            "E92000001",
            Stratum::TOTAL,
            Reported::Value(all),
        );
        count(
            name,
            "2025",
            OWN[0],
            Stratum::TOTAL,
            Reported::Value(all / 2),
        );
        let withheld = Reported::Symbol(Symbol::Confidential);
        count(name, "2025", OWN[1], Stratum::TOTAL, withheld);
    }
    count(
        "cin_plan_at_31_march",
        "2022",
        "E92000001",
        Stratum::TOTAL,
        Reported::Value(260),
    );
    count(
        "cin_plan_at_31_march",
        "2022",
        OWN[0],
        Stratum::TOTAL,
        Reported::Value(100),
    );
    for (band, n) in CHILD_AGE_BANDS.into_iter().zip([50, 150, 260, 390, 140]) {
        count(
            "cin_at_31_march",
            "2025",
            "E92000001",
            stratum(Dimension::AgeBand, band),
            Reported::Value(n),
        );
    }
    for (group, n) in RESIDENT_GROUPS.into_iter().zip([700, 90, 80, 90, 20]) {
        count(
            "cin_at_31_march",
            "2022",
            "E92000001",
            stratum(Dimension::EthnicityMajor, group),
            Reported::Value(n),
        );
    }
    Cube::new(cells).unwrap()
}

fn catalogue() -> Catalogue {
    let mut context = Context::default();
    context
        .children_by_decile
        .insert(("imd_2019".into(), AreaCode::ENGLAND), [1.0; 10]);
    Catalogue {
        areas: Areas::default(),
        indicators: indicators(),
        dimensions: dimensions(),
        sources: Vec::new(),
        tables: BTreeMap::new(),
        context,
        claims: Vec::new(),
    }
}

fn results(catalogue: &Catalogue, now: Period) -> Results {
    let mut results = Results::new(Provenance::Published, Levels::default());
    let indicator = catalogue.indicators.id("cin_at_31_march").unwrap();
    let intervals =
        |low, high| Intervals::of(&[Interval { low, high }, Interval { low, high }]).unwrap();
    let measured = |value, low, high| Measured {
        value,
        intervals: intervals(low, high),
        method: "decile_rates_log_linear",
    };
    results.gradients.push(Gradient {
        indicator,
        period: now,
        area: AreaCode::ENGLAND,
        found: GradientMethod::EcologicalLogLinear,
        figure: GradientFigure::RatioPerDecile,
        count: Reported::Symbol(Symbol::NotApplicable),
        children: Reported::Symbol(Symbol::NotApplicable),
        value: Reported::Value(measured(1.1, 1.08, 1.1 * 1.1 / 1.08)),
        issues: IssueSet::EMPTY,
    });
    results.expected.push(Expected {
        indicator,
        span: Span::year(now),
        area: code(OWN[0]),
        model: ExpectedModel::NationalRate,
        observed: Reported::Value(500),
        outcome: Reported::Value(ExpectedCount {
            expected: 380.0,
            intervals: Reported::Value(intervals(350.0, 380.0 * 380.0 / 350.0)),
            scaled_by: 1.0,
            ratio: measured(1.3, 1.2, 1.4),
            position: Position::against(1.3, &intervals(1.2, 1.4)),
        }),
        quoted: true,
        adjusted: Reported::Symbol(Symbol::NotApplicable),
        rank: Reported::Symbol(Symbol::NotApplicable),
        fifth: Reported::Symbol(Symbol::NotApplicable),
        fifths: None,
        model_based: Reported::Symbol(Symbol::NotApplicable),
        issues: IssueSet::EMPTY,
    });
    results
}
