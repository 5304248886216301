//! The document of an assessment that is made up, and what must not be in it.

use std::collections::BTreeMap;

use disparity_core::document::{Block, Cell, Document, Image, Table};
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
use disparity_documents::Format;

use super::{NeedsOptions, NeedsSection, NeedsView, needs_document, sentences};

const AUTHORITY: &str = "E06000099";

fn code(text: &str) -> AreaCode {
    text.parse().unwrap()
}

/// An invented authority with 24 neighbourhoods in three teams.
struct World {
    catalogue: Catalogue,
    neighbourhoods: Neighbourhoods,
    assessment: NeedsAssessment,
}

impl World {
    fn new() -> Self {
        let catalogue = catalogue();
        let neighbourhoods = neighbourhoods();
        let assessment = assessment(&catalogue, &neighbourhoods);
        Self {
            catalogue,
            neighbourhoods,
            assessment,
        }
    }

    fn document(&self, options: &NeedsOptions) -> Document {
        let release = Release::of_published_needs(self.assessment.clone()).unwrap();
        let view = NeedsView::new(&release, &self.catalogue, &self.neighbourhoods);
        needs_document(view, Date::new(2026, 11, 28).unwrap(), options).unwrap()
    }

    fn findings(&self) -> Vec<String> {
        let release = Release::of_published_needs(self.assessment.clone()).unwrap();
        let view = NeedsView::new(&release, &self.catalogue, &self.neighbourhoods);
        sentences::findings(view)
    }

    fn need(&self, name: &str) -> Need {
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

fn both(low: f64, high: f64) -> Intervals {
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

fn tables(document: &Document) -> Vec<&Table> {
    document.tables().collect()
}

/// The figures of a column.
fn column(table: &Table, heading: &str) -> Vec<f64> {
    let at = table
        .columns()
        .iter()
        .position(|column| column.heading == heading);
    let at = at.unwrap_or_else(|| panic!("{} has no {heading}", table.caption()));
    table
        .rows()
        .iter()
        .map(|row| row[at].shown().unwrap())
        .collect()
}

#[test]
fn every_finding_is_a_sentence_with_its_uncertainty() {
    let world = World::new();
    let findings = world.findings();
    let all = findings.join("\n");
    let expected: f64 = world
        .assessment
        .expected_of(
            world.need("cin_at_31_march"),
            Way::EnglandRates,
            Part::Authority,
        )
        .and_then(|row| row.number.value())
        .unwrap()
        .expected;
    let (low, high) = sentences::ends(Interval {
        low: expected * 0.94,
        high: expected * 1.06,
    });
    assert!(
        all.contains(&format!(
            "Between {low} and {high} children would be expected to be in need in Anytown & Overton on 31 March 2025 at \
             England’s rates (90% interval), and between"
        )),
        "{all}"
    );
    assert!(
        all.contains("as expected of authorities like it; 402 were counted."),
        "{all}"
    );
    assert!(
        all.contains("how many were counted is withheld to protect confidentiality."),
        "{all}"
    );
    assert!(
        all.contains(
            "referrals would be expected in Anytown & Overton in the year to 31 March 2025"
        ),
        "{all}"
    );
    assert!(
        all.contains("allowance of 5% of England’s children")
            && all.contains("an assumption, not a count"),
        "{all}"
    );
    assert!(
        all.contains("most children in need would be expected in Old Town (between"),
        "{all}"
    );
    assert!(
        all.contains("and fewest in Moor & Overton (between"),
        "{all}"
    );
    for group in [
        "White",
        "Mixed / Multiple",
        "Asian / Asian British",
        "Black / African",
        "Other ethnic group",
    ] {
        assert!(all.contains(group), "{group}: {all}");
    }
    for finding in &findings {
        assert!(
            finding.ends_with('.') && finding.starts_with(char::is_uppercase)
                || finding.starts_with(|c: char| c.is_ascii_digit()),
            "{finding}"
        );
        assert!(
            !finding.contains("NaN") && !finding.contains("inf"),
            "{finding}"
        );
    }
}

#[test]
fn no_team_is_called_first_where_intervals_overlap() {
    let mut world = World::new();
    for row in &mut world.assessment.expected {
        if let (Part::Team(_), Reported::Value(own)) = (row.part, &mut row.number) {
            own.intervals = both(own.expected * 0.3, own.expected * 3.0);
        }
    }
    let all = world.findings().join("\n");
    assert!(
        all.contains("none can be said to expect more children in need than another"),
        "{all}"
    );
    assert!(!all.contains("fewest"), "{all}");
}

#[test]
fn parts_add_up_to_the_authority_as_they_are_printed() {
    let world = World::new();
    let mut options = NeedsOptions::default();
    options.sections.insert(NeedsSection::Neighbourhoods);
    let document = world.document(&options);
    let mut tried = 0;
    for table in tables(&document) {
        if !table
            .columns()
            .iter()
            .any(|column| column.heading == "At England’s rates")
            || !table.caption().contains(" by ")
        {
            continue;
        }
        for heading in [
            "Children",
            "At England’s rates",
            "Shared out from the count",
        ] {
            if !table
                .columns()
                .iter()
                .any(|column| column.heading == heading)
            {
                continue;
            }
            if table
                .rows()
                .iter()
                .flatten()
                .any(|cell| matches!(cell, Cell::Symbol(_)))
            {
                continue;
            }
            let figures = column(table, heading);
            let (total, parts) = figures.split_last().unwrap();
            assert!(
                (parts.iter().sum::<f64>() - total).abs() < 1e-9,
                "{}: {heading}",
                table.caption()
            );
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn a_count_that_is_withheld_is_a_symbol_in_every_table() {
    let world = World::new();
    let document = world.document(&NeedsOptions::default());
    let title = "Children on a child protection plan at 31 March";
    let expected = tables(&document)
        .into_iter()
        .find(|table| table.caption().starts_with("Expected and counted"))
        .unwrap();
    let row = expected
        .rows()
        .iter()
        .find(|row| row[0] == Cell::from(title))
        .unwrap();
    assert_eq!(row.last(), Some(&Cell::Symbol(Symbol::Confidential)));
    let by_team = tables(&document)
        .into_iter()
        .find(|table| table.caption().starts_with(title) && table.caption().contains("by team"))
        .unwrap();
    for row in by_team.rows() {
        assert_eq!(
            row[row.len() - 3..],
            [Symbol::Confidential; 3].map(Cell::Symbol)
        );
    }
}

#[test]
fn what_is_not_available_has_no_figure_and_no_sentence() {
    let mut world = World::new();
    for row in &mut world.assessment.expected {
        row.number = Reported::Symbol(Symbol::NotAvailable);
    }
    for (_, count) in &mut world.assessment.counted {
        *count = Reported::Symbol(Symbol::NotAvailable);
    }
    for own in &mut world.assessment.children {
        own.by_group = Reported::Symbol(Symbol::NotAvailable);
        own.by_age = Reported::Symbol(Symbol::NotAvailable);
    }
    world.assessment.england.clear();
    let all = world.findings().join("\n");
    assert!(!all.contains("would be expected"), "{all}");
    assert!(
        all.contains("The number of children in each ethnic group is not available."),
        "{all}"
    );
    let document = world.document(&NeedsOptions::default());
    let expected = tables(&document)
        .into_iter()
        .find(|table| table.caption().starts_with("Expected and counted"))
        .unwrap();
    for row in expected.rows() {
        assert!(
            row[2..]
                .iter()
                .all(|cell| *cell == Cell::Symbol(Symbol::NotAvailable)),
            "{row:?}"
        );
    }
}

#[test]
fn a_plan_chooses_sections_and_titles() {
    let world = World::new();
    let headings = |options: &NeedsOptions| -> Vec<String> {
        world
            .document(options)
            .sections
            .iter()
            .map(|section| section.heading.clone())
            .collect()
    };
    let usual = headings(&NeedsOptions::default());
    assert!(
        usual.contains(&"By team".to_owned())
            && !usual.iter().any(|heading| heading.starts_with("Appendix")),
        "{usual:?}"
    );
    let mut options = NeedsOptions {
        title: Some("What children need".into()),
        ..NeedsOptions::default()
    };
    options.sections = [NeedsSection::Neighbourhoods].into();
    options
        .headings
        .insert(NeedsSection::Neighbourhoods, "Streets".into());
    assert_eq!(world.document(&options).title, "What children need");
    let few = headings(&options);
    assert_eq!(few[0], "Streets");
    // Without these no figure can be read.
    for always in [
        "What was assumed",
        "What this cannot show",
        "Methods",
        "What must be said of these figures",
    ] {
        assert!(few.iter().any(|heading| heading == always), "{few:?}");
    }
    for section in NeedsSection::ALL {
        assert_eq!(NeedsSection::from_word(section.word()), Some(section));
    }
    options.title = Some(" ".into());
    let release = Release::of_published_needs(world.assessment.clone()).unwrap();
    let view = NeedsView::new(&release, &world.catalogue, &world.neighbourhoods);
    assert!(needs_document(view, Date::new(2026, 11, 28).unwrap(), &options).is_err());
}

#[test]
fn without_teams_nothing_is_said_of_them() {
    let mut world = World::new();
    world.assessment.footprints = None;
    world
        .assessment
        .children
        .retain(|own| !matches!(own.part, Part::Team(_)));
    world
        .assessment
        .expected
        .retain(|own| !matches!(own.part, Part::Team(_)));
    let document = world.document(&NeedsOptions::default());
    assert!(
        document
            .sections
            .iter()
            .all(|section| section.heading != "By team")
    );
    assert!(!world.findings().join("\n").contains("team"));
}

#[test]
fn pictures_name_every_team_and_are_drawn_in_every_format() {
    let world = World::new();
    let document = world.document(&NeedsOptions::default());
    let outline = document.outline();
    let figures = outline
        .iter()
        .flat_map(|(_, section)| &section.blocks)
        .filter_map(|block| match block {
            Block::Figure(figure) => Some(figure),
            Block::Paragraph(_) | Block::List(_) | Block::Table(_) => None,
        });
    let figures: Vec<_> = figures.collect();
    assert_eq!(figures.len(), 3);
    for figure in &figures[1..] {
        let Image::Svg(svg) = figure.image() else {
            panic!("no drawing")
        };
        for team in ["Old Town", "Hythe", "Moor &amp; Overton"] {
            assert!(
                svg.contains(&format!("\n{team}\n")),
                "{team} is not in {}",
                figure.caption()
            );
            assert!(
                figure.alternative().contains(&team.replace("&amp;", "&")),
                "{}",
                figure.alternative()
            );
        }
    }
    // Each square has the number of its team: eight of each, and one in the legend.
    let Image::Svg(svg) = figures[1].image() else {
        panic!("no drawing")
    };
    for number in 1..=3 {
        assert_eq!(svg.matches(&format!("\n{number}\n")).count(), 9, "{number}");
    }
    for format in Format::ALL {
        let bytes = format.write(&document).unwrap();
        assert_eq!(
            bytes,
            format
                .write(&world.document(&NeedsOptions::default()))
                .unwrap()
        );
    }
}
