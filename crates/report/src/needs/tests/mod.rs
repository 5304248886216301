//! The document of an assessment that is made up, and what must not be in it.

mod world;

use std::collections::BTreeMap;

use disparity_core::document::{Block, Cell, Document, Figure, Image, Table};
use disparity_core::needs::{Need, Part, Way};
use disparity_core::neighbourhoods::{Footprint, Outlines};
use disparity_core::{AreaCode, Date, Interval, Reported, Symbol};
use disparity_disclosure::Release;
use disparity_documents::Format;

use super::{NeedsOptions, NeedsSection, NeedsView, needs_document, sentences};
use world::{AUTHORITY, World, both, code};

/// The pictures of a document, in order.
fn figures(document: &Document) -> Vec<Figure> {
    let outline = document.outline();
    let blocks = outline.iter().flat_map(|(_, section)| &section.blocks);
    blocks
        .filter_map(|block| match block {
            Block::Figure(figure) => Some(figure.clone()),
            Block::Paragraph(_) | Block::List(_) | Block::Table(_) => None,
        })
        .collect()
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
    let figures = figures(&document);
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

#[test]
fn the_years_of_counts_that_are_added_are_said_where_they_differ() {
    let mut world = World::new();
    let said = |world: &World| {
        let findings = world.findings();
        let own = findings.iter().find(|own| own.starts_with("Family Help"));
        own.unwrap().clone()
    };
    let year_and_note = |world: &World| {
        let document = world.document(&NeedsOptions::default());
        let all = tables(&document);
        let table = all
            .iter()
            .find(|table| table.caption().starts_with("Expected and counted"))
            .unwrap();
        let row = table.rows().iter().find(|row| {
            matches!(&row[0], Cell::Text(words) if words.contains("in need or protection plan"))
        });
        (row.unwrap()[1].clone(), table.notes().collect::<String>())
    };
    let add = |world: &mut World, years: [&str; 2]| {
        let names = ["cin_plan_at_31_march", "cpp_at_31_march"];
        let ids = names.map(|name| world.catalogue.indicators.id(name).unwrap());
        let mut all = world.assessment.england.iter_mut();
        let plans = all.find(|own| own.need == Need::FamilyHelpPlans).unwrap();
        plans.added = ids
            .into_iter()
            .zip(years.map(|year| year.parse().unwrap()))
            .collect();
    };
    add(&mut world, ["2025", "2025"]);
    assert!(
        said(&world).contains("in need or protection plan in Anytown & Overton on 31 March 2025")
    );
    assert!(said(&world).contains("290 were counted."));
    assert_eq!(year_and_note(&world).0, Cell::Numeral(2025));
    add(&mut world, ["2022", "2025"]);
    let sentence = said(&world);
    assert!(
        sentence
            .contains("in need plan (as on 31 March 2022) or a protection plan (31 March 2025)"),
        "{sentence}"
    );
    assert!(
        sentence.contains("290 were counted on those days."),
        "{sentence}"
    );
    let (year, note) = year_and_note(&world);
    assert_eq!(year, Cell::Text("2022 and 2025".into()));
    for year in ["plan at 31 March” of 2022", "plan at 31 March” of 2025"] {
        assert!(note.contains(year), "{note}");
    }
}

#[test]
fn where_there_are_boundaries_teams_are_a_map() {
    let world = World::new();
    // Each neighbourhood is the square around its middle.
    let own = world.neighbourhoods.of(code(AUTHORITY)).iter();
    let boundaries: BTreeMap<AreaCode, [f64; 2]> = own
        .map(|own| (own.code, [own.centroid.longitude, own.centroid.latitude]))
        .collect();
    let square = |[x, y]: [f64; 2]| {
        let half = 0.004;
        let corners = [[-half, -half], [half, -half], [half, half], [-half, half]];
        vec![corners.map(|[dx, dy]| [x + dx, y + dy]).to_vec()]
    };
    let footprints = world.assessment.footprints.as_ref().unwrap();
    let of_team = |team: &Footprint| {
        let codes = team.neighbourhoods.iter();
        codes.map(|code| square(boundaries[code])).collect()
    };
    let outlines = Outlines(footprints.all.iter().map(of_team).collect());
    let release = Release::of_published_needs(world.assessment.clone()).unwrap();
    let view =
        NeedsView::new(&release, &world.catalogue, &world.neighbourhoods).with_outlines(&outlines);
    let date = Date::new(2026, 11, 28).unwrap();
    let document = needs_document(view, date, &NeedsOptions::default()).unwrap();
    let figures = figures(&document);
    assert_eq!(figures.len(), 3);
    let Image::Svg(svg) = figures[1].image() else {
        panic!("no drawing")
    };
    assert_eq!(svg.matches("<polygon").count(), 24);
    for (team, number) in ["Old Town", "Hythe", "Moor & Overton"].into_iter().zip(1..) {
        // In its area and in the legend.
        assert_eq!(svg.matches(&format!("\n{number}\n")).count(), 2);
        let words = format!("{number} {team}, in the ");
        let alternative = figures[1].alternative();
        assert!(alternative.contains(&words), "{alternative}");
    }
    for format in Format::ALL {
        format.write(&document).unwrap();
    }
}
