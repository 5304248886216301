//! A document with one of everything, and the files that are made of it.

use std::path::{Path, PathBuf};

use disparity_core::document::{Cell, Column, Document, Figure, Image, Section, Table, Text};
use disparity_core::{Date, Reported, Symbol};
use disparity_documents::Format;

/// An invented place, as a needs assessment would say it.
pub(crate) fn document() -> Document {
    Document::new(
        "Children’s needs in Anytown & Overton",
        Date::new(2026, 11, 28).unwrap(),
    )
    .subtitle("Invented figures, to show what a document holds")
    .description(
        "How many children would be expected to be in need in each team, and how many were seen.",
    )
    .about("Area", "Anytown")
    .about(
        "Guidance",
        Text::from("").link(
            "Making spreadsheets accessible",
            "https://analysisfunction.civilservice.gov.uk/",
        ),
    )
    .finding(
        Text::from("Between ")
            .strong("280 and 340")
            .then(" children would be expected to be in need in the north."),
    )
    .finding("No team can be told from another by its ratio.")
    .note("Every figure in this document is invented.")
    .section(expected())
    .section(methods())
}

fn expected() -> Section {
    let alternative = "Bars of three teams. South is highest with 160, north has 120 and east 90.";
    let figure = |caption: &str, image| Figure::new(caption, alternative, image, 110.0).unwrap();
    let drawn = figure(
        "Children expected, by team",
        Image::Svg(include_str!("bars.svg").to_owned()),
    );
    let painted = figure(
        "The same as a bitmap",
        Image::Png(include_bytes!("bars.png").to_vec()),
    );
    Section::new("Expected need")
        .paragraph("Each team is compared with what England’s rates would give.")
        .section(
            Section::new("By team")
                .table(teams())
                .figure(drawn)
                .figure(painted),
        )
        .section(
            Section::new("By year")
                .paragraph("A flow, not a stock.")
                .table(years()),
        )
}

fn teams() -> Table {
    let columns = vec![
        Column::new("Team"),
        Column::new("Children expected").note("At England’s rates."),
        Column::new("Ratio of seen to expected"),
        Column::new("What it shows"),
    ];
    let symbol = |symbol| Cell::reported(Reported::Symbol(symbol), 2);
    let rows = vec![
        vec![
            "North".into(),
            Cell::count(1310),
            Cell::number(0.955, 2),
            "not told apart".into(),
        ],
        vec![
            "South & Hythe <new>".into(),
            Cell::count(0),
            symbol(Symbol::Low),
            "310 to 420".into(),
        ],
        vec![
            "East".into(),
            symbol(Symbol::Confidential),
            symbol(Symbol::NotApplicable),
            "withheld".into(),
        ],
    ];
    let table = Table::new(
        "Children expected to be in need and seen, by team, 2025",
        columns,
        rows,
    )
    .unwrap();
    table
        .source("Disparity, from published figures to 31 March 2025")
        .note("Teams are proposed, not agreed.")
}

fn years() -> Table {
    let mut columns = vec![Column::new("Year")];
    columns.extend(
        [
            "Referred",
            "In need",
            "On a plan",
            "Looked after",
            "Cost (£ thousand)",
            "Change (%)",
        ]
        .map(Column::new),
    );
    let row = |year: i32| {
        let mut row = vec![Cell::Numeral(year)];
        row.extend((1..=5_i32).map(|i| Cell::number(f64::from((year - 1980) * i * 37), 0)));
        row.push(Cell::number(f64::from(2020 - year) / 8.0, 1));
        row
    };
    Table::new(
        "Children referred and helped, by year",
        columns,
        (1990..2026).map(row).collect(),
    )
    .unwrap()
    .unit("children, unless the heading says otherwise")
}

fn methods() -> Section {
    let text = Text::from("Read ")
        .link("the guidance", "https://www.gov.uk/guidance")
        .then(" first.");
    Section::new("Methods and caveats").paragraph(text).list([
        "What is expected is not what is right.",
        "A small team has a wide interval.",
    ])
}

/// The document in every format, written into the folder for what tests leave behind.
pub(crate) fn files(test: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("documents-{test}"));
    std::fs::create_dir_all(&folder).unwrap();
    let document = document();
    let file = |format: Format| {
        let path = folder.join(format!("sample.{}", format.ending()));
        std::fs::write(&path, format.write(&document).unwrap()).unwrap();
        path
    };
    Format::ALL.into_iter().map(file).collect()
}
