//! An invented authority with teams, what is expected of them, and England beside it.

use std::collections::BTreeMap;

use disparity_core::document::Document;
use disparity_core::needs::{
    Assumed, ChildrenOf, EnglandNeed, EnglandShare, Estimated, ExpectedNeed, Likely, Need,
    NeedsAssessment, Part, Way,
};
use disparity_core::neighbourhoods::{
    CHILD_AGE_BANDS, Centroid, Deciles, District, Footprint, FootprintOrigin, Footprints, Msoa,
    Neighbourhood, Neighbourhoods, Places, RESIDENT_GROUPS, TeamSize, Ward,
};
use disparity_core::{
    Area, AreaCode, Areas, Catalogue, Category, CodeList, Context, Counted, Date, DenominatorKind,
    Dimensions, GeographicLevel, Indicator, Indicators, Interval, Intervals, Issue, IssueCode,
    Levels, Provenance, Reported, Symbol, Timing,
};
use disparity_disclosure::Release;

use super::super::{NeedsOptions, NeedsView, needs_document, sentences};

pub(super) const AUTHORITY: &str = "E06000099";

pub(super) fn code(text: &str) -> AreaCode {
    text.parse().unwrap()
}

/// An invented authority with 24 neighbourhoods in three teams.
pub(super) struct World {
    pub(super) catalogue: Catalogue,
    pub(super) neighbourhoods: Neighbourhoods,
    pub(super) assessment: NeedsAssessment,
}

impl World {
    pub(super) fn new() -> Self {
        let catalogue = catalogue();
        let neighbourhoods = neighbourhoods();
        let assessment = assessment(&catalogue, &neighbourhoods);
        Self {
            catalogue,
            neighbourhoods,
            assessment,
        }
    }

    pub(super) fn document(&self, options: &NeedsOptions) -> Document {
        let release = Release::of_published_needs(self.assessment.clone()).unwrap();
        let view = NeedsView::new(&release, &self.catalogue, &self.neighbourhoods);
        needs_document(view, Date::new(2026, 11, 28).unwrap(), options).unwrap()
    }

    pub(super) fn findings(&self) -> Vec<String> {
        let release = Release::of_published_needs(self.assessment.clone()).unwrap();
        let view = NeedsView::new(&release, &self.catalogue, &self.neighbourhoods);
        sentences::findings(view)
    }

    pub(super) fn need(&self, name: &str) -> Need {
        Need::Indicator(self.catalogue.indicators.id(name).unwrap())
    }
}

fn catalogue() -> Catalogue {
    let list = |codes: &[(&str, &str)]| {
        let category = |(code, label): &(&str, &str)| Category {
            code: (*code).to_owned(),
            label: (*label).to_owned(),
            parent: None,
            unknown: false,
        };
        CodeList::new(codes.iter().map(category).collect()).unwrap()
    };
    let labels = [
        "White",
        "Mixed / Multiple ethnic groups",
        "Asian / Asian British",
        "Black / African / Caribbean / Black British",
        "Other ethnic group",
    ];
    let groups: Vec<(&str, &str)> = RESIDENT_GROUPS.into_iter().zip(labels).collect();
    let ages = ["Under 1", "1 to 4", "5 to 9", "10 to 15", "16 and over"];
    let ages: Vec<(&str, &str)> = CHILD_AGE_BANDS.into_iter().zip(ages).collect();
    let indicator = |(name, title, short): (&str, &str, &str)| Indicator {
        name: name.into(),
        title: title.into(),
        short_title: short.into(),
        family: String::new(),
        timing: Timing::AsAt,
        counted: Counted {
            noun: if name == "referrals" {
                "referrals"
            } else {
                "children"
            }
            .into(),
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
    let indicators = [
        ("cin_at_31_march", "Children in need at 31 March", "In need"),
        (
            "cpp_at_31_march",
            "Children on a child protection plan at 31 March",
            "On a protection plan",
        ),
        (
            "cla_at_31_march",
            "Children looked after at 31 March",
            "Looked after",
        ),
        ("referrals", "Referrals in the year", "Referrals"),
        (
            "cin_plan_at_31_march",
            "Children on a child in need plan at 31 March",
            "On a child in need plan",
        ),
    ];
    let area = Area {
        code: code(AUTHORITY),
        entity: code(AUTHORITY),
        name: "Anytown & Overton".into(),
        level: GeographicLevel::LocalAuthority,
        region: None,
        part_of_london: None,
        old_la_code: None,
        valid_from: None,
        valid_to: None,
        tiny: false,
    };
    Catalogue {
        areas: Areas::new(vec![area], Vec::new(), BTreeMap::new(), BTreeMap::new()),
        indicators: Indicators::new(indicators.map(indicator).to_vec()).unwrap(),
        dimensions: Dimensions::new([list(&groups), list(&[]), list(&ages), list(&[]), list(&[])]),
        sources: Vec::new(),
        tables: BTreeMap::new(),
        context: Context::default(),
        claims: Vec::new(),
    }
}

fn neighbourhoods() -> Neighbourhoods {
    let one = |at: u32| {
        let tenth = u8::try_from(at / 3 + 1).unwrap();
        let decile = if at == 23 {
            Reported::Symbol(Symbol::NotAvailable)
        } else {
            Reported::Value(tenth)
        };
        let deciles = Deciles {
            imd: decile,
            idaci: decile,
        };
        Neighbourhood {
            code: code(&format!("E0109{at:04}")),
            name: format!(
                "Anytown {:03}{}",
                at / 4 + 1,
                ["A", "B", "C", "D"][at as usize % 4]
            ),
            authority: code(AUTHORITY),
            msoa: code(&format!("E0209{:04}", at / 4)),
            ward: code(&format!("E0509{:04}", at / 6)),
            deciles_2025: deciles,
            deciles_2019: deciles,
            residents_by_group: [1_200 + at, 90, 200, 110, 30],
            children_0_to_15: 300,
            children_by_age: [15, 70, 90, 100, 40],
            centroid: Centroid {
                longitude: f64::from(at % 6) * 0.02 - 1.0,
                latitude: 52.0 - f64::from(at / 6) * 0.01,
            },
        }
    };
    let msoa = |at: u32| {
        let own = Msoa {
            name: format!("Anytown {:03}", at + 1),
            library_name: [
                "Old Town",
                "Docks & Quay",
                "Hythe",
                "Overton North",
                "Overton South",
                "Moor",
            ][at as usize]
                .into(),
        };
        (code(&format!("E0209{at:04}")), own)
    };
    let ward = |at: u32| {
        let own = Ward {
            name: ["Castle", "Riverside", "Overton", "Moorside"][at as usize].into(),
            district: code(AUTHORITY),
        };
        (code(&format!("E0509{at:04}")), own)
    };
    let district = District {
        name: "Anytown & Overton".into(),
        authority: code(AUTHORITY),
    };
    let places = Places {
        msoas: (0..6).map(msoa).collect(),
        wards: (0..4).map(ward).collect(),
        districts: BTreeMap::from([(code(AUTHORITY), district)]),
        redrawn: BTreeMap::new(),
    };
    Neighbourhoods::new((0..24).map(one).collect(), [], places)
}

fn footprints() -> Footprints {
    let team = |(at, name): (u32, &str)| Footprint {
        name: name.into(),
        neighbourhoods: (at * 8..at * 8 + 8)
            .map(|own| code(&format!("E0109{own:04}")))
            .collect(),
    };
    Footprints {
        authority: code(AUTHORITY),
        origin: FootprintOrigin::Proposed(TeamSize::FAMILY_HELP),
        all: [(0, "Old Town"), (1, "Hythe"), (2, "Moor & Overton")]
            .map(team)
            .to_vec(),
    }
}

pub(super) fn both(low: f64, high: f64) -> Intervals {
    let wider = Interval {
        low: low * 0.97,
        high: high * 1.03,
    };
    Intervals::of(&[Interval { low, high }, wider]).unwrap()
}

fn parts_of(own: &Neighbourhood, footprints: &Footprints) -> Vec<Part> {
    let team = footprints
        .all
        .iter()
        .position(|team| team.neighbourhoods.contains(&own.code))
        .unwrap();
    vec![
        Part::Authority,
        Part::Team(u16::try_from(team).unwrap()),
        Part::Ward(own.ward),
        Part::Msoa(own.msoa),
        Part::Neighbourhood(own.code),
    ]
}

/// What is expected of each part, each way, of needs with how many times as many they are and what was counted.
fn expected_rows(
    needs: &[(Need, f64, Reported<u32>)],
    expected: &BTreeMap<Part, f64>,
) -> Vec<ExpectedNeed> {
    let mut rows = Vec::new();
    for &(need, times, count) in needs {
        let at_rates = times * expected[&Part::Authority];
        for way in Way::ALL {
            let factor = match way {
                Way::EnglandRates => Reported::Value(1.0),
                Way::AsExpected => Reported::Value(1.2),
                Way::Benchmarked => count.map(|count: u32| f64::from(count) / at_rates),
            };
            for (part, value) in expected {
                let number = factor.map(|factor| {
                    let value = value * times * factor;
                    Likely {
                        expected: value,
                        intervals: both(value * 0.94, value * 1.06),
                        seen: both(
                            (value * 0.9 - 2.0).max(0.0).floor(),
                            (value * 1.1 + 2.0).ceil(),
                        ),
                    }
                });
                rows.push(ExpectedNeed {
                    need,
                    way,
                    part: *part,
                    number,
                });
            }
        }
    }
    rows
}

fn england(needs: &[(Need, f64, Reported<u32>)]) -> Vec<EnglandNeed> {
    let share = |children: f64, rate: f64| EnglandShare {
        children,
        expected: children * rate,
    };
    let of = |&(need, times, _): &(Need, f64, Reported<u32>)| EnglandNeed {
        need,
        period: "2025".parse().unwrap(),
        added: Vec::new(),
        count: 400_000.0 * times,
        by_decile: std::array::from_fn(|at| {
            share(1_200_000.0, 0.05 * times * 0.9_f64.powf(at as f64))
        }),
        ratio_per_decile: Some(1.11),
        by_age: (
            [1.0; 5].map(|_| share(2_400_000.0, 0.03 * times)),
            Some("2025".parse().unwrap()),
        ),
        by_group: ([1.0; 5].map(|_| share(2_400_000.0, 0.03 * times)), None),
        spread: 0.25,
    };
    needs.iter().map(of).collect()
}

fn assessment(catalogue: &Catalogue, neighbourhoods: &Neighbourhoods) -> NeedsAssessment {
    let footprints = footprints();
    let mut children: BTreeMap<Part, (f64, [f64; 10])> = BTreeMap::new();
    let mut expected: BTreeMap<Part, f64> = BTreeMap::new();
    for (at, own) in neighbourhoods.of(code(AUTHORITY)).iter().enumerate() {
        let living = 310.4 + at as f64 * 3.3;
        for part in parts_of(own, &footprints) {
            let found = children.entry(part).or_default();
            found.0 += living;
            found.1[at / 3] += living;
            *expected.entry(part).or_default() += living * 0.06 * 0.85_f64.powf(at as f64 / 3.0);
        }
    }
    let ids = |name: &str| Need::Indicator(catalogue.indicators.id(name).unwrap());
    let needs = [
        (ids("cin_at_31_march"), 1.0, Reported::Value(402)),
        (
            ids("cpp_at_31_march"),
            0.13,
            Reported::Symbol(Symbol::Confidential),
        ),
        (ids("cla_at_31_march"), 0.2, Reported::Value(70)),
        (ids("referrals"), 1.5, Reported::Value(520)),
        (Need::FamilyHelpPlans, 0.8, Reported::Value(290)),
        (
            Need::FamilyHelpAllowance,
            1.4,
            Reported::Symbol(Symbol::NotApplicable),
        ),
    ];
    let shares = [0.8, 0.05, 0.08, 0.05, 0.02];
    let of_ages = [0.05, 0.2, 0.29, 0.34, 0.12];
    let of = |(part, (children, by_decile)): (&Part, &(f64, [f64; 10]))| ChildrenOf {
        part: *part,
        children: *children,
        by_age: Reported::Value(of_ages.map(|share| share * children)),
        by_group: Reported::Value(shares.map(|share| Estimated {
            value: share * children,
            intervals: both(share * children * 0.9, share * children * 1.1),
        })),
        by_age_and_group: Reported::Value(
            of_ages.map(|age| shares.map(|share| age * share * children)),
        ),
        by_decile: *by_decile,
    };
    let mut issue = Issue::new(
        IssueCode::SplitMissing,
        "what is expected does not know of ethnic group",
    );
    issue.indicator = "cpp_at_31_march".into();
    NeedsAssessment {
        provenance: Provenance::Published,
        authority: code(AUTHORITY),
        period: "2025".parse().unwrap(),
        edition: 2019,
        levels: Levels::new(&[0.9, 0.95]).unwrap(),
        footprints: Some(footprints),
        children: children.iter().map(of).collect(),
        expected: expected_rows(&needs, &expected),
        counted: needs.map(|(need, _, count)| (need, count)).to_vec(),
        england: england(&needs),
        assumed: vec![
            Assumed {
                name: "family_help_share",
                value: 0.05,
                words: "The share of all children in the Family Help cohort.".into(),
            },
            Assumed {
                name: "early_help_share",
                value: 0.0,
                words: "The share of all children in targeted early help.".into(),
            },
        ],
        issues: vec![
            issue,
            Issue::new(IssueCode::NeighbourhoodEstimate, "children are estimated"),
        ],
    }
}
