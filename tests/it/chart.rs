//! `disparity chart`: the drawing, its figures and its words.

use crate::support::{Folder, disparity};

/// The charts of an indicator in a folder, by the formats that were asked for.
fn draw(out: &str, more: &[&str]) -> String {
    let arguments = ["chart", "--indicator", "cla_at_31_march", "--out", out];
    disparity(&[&arguments[..], more].concat()).ok()
}

#[test]
fn a_chart_has_its_source_its_figures_and_its_words() {
    let folder = Folder::new("chart");
    let out = folder.join("charts").to_str().unwrap().to_owned();
    let asked = [
        "league",
        "--authority",
        "Hackney",
        "--format",
        "svg",
        "--format",
        "png",
        "--format",
        "pdf",
    ];
    let said = draw(&out, &asked);
    let read = |extension: &str| {
        std::fs::read(format!("{out}/league_cla_at_31_march.{extension}")).unwrap()
    };
    let text = |extension: &str| String::from_utf8(read(extension)).unwrap();
    let svg = text("svg");
    let words = text("txt");
    let [title, _, description, _, source] = words.lines().collect::<Vec<_>>()[..] else {
        panic!("{words}");
    };
    assert!(source.starts_with("Source: "), "{source}");
    assert!(
        svg.contains(&format!("<desc>{description}</desc>")),
        "{svg}"
    );
    assert!(svg.contains("Source: ") && svg.contains("▸ Hackney"));
    assert!(said.replace("\n    ", " ").contains(title), "{said}");
    // 170 mm at 300 dots per inch.
    let png = read("png");
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(u32::from_be_bytes(png[16..20].try_into().unwrap()), 2008);
    assert!(read("pdf").starts_with(b"%PDF-"));
    // The figures are those that `disparity authority` says.
    let csv = text("csv");
    assert!(
        csv.lines()
            .any(|line| line.starts_with("Hackney,") && line.contains("65 (58 to 72)")),
        "{csv}"
    );
    // The same again, to the byte.
    let first = [png, read("pdf"), read("svg")];
    draw(&out, &asked);
    assert!(first == ["png", "pdf", "svg"].map(read));
}

#[test]
fn every_kind_can_be_drawn_and_says_where_it_has_nothing() {
    let folder = Folder::new("charts");
    let out = folder.join("charts").to_str().unwrap().to_owned();
    let said = draw(&out, &["all", "--authority", "Hackney"]);
    let drawn = said
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("    "));
    assert_eq!(drawn.count(), 12, "{said}");
    // Charts of two indicators have files of their own.
    draw(
        &out,
        &[
            "trend",
            "--authority",
            "Hackney",
            "--indicator",
            "cpp_at_31_march",
        ],
    );
    for indicator in ["cla", "cpp"] {
        let file = format!("{out}/trend_{indicator}_at_31_march_E09000012.csv");
        assert!(std::path::Path::new(&file).exists(), "{file}");
    }
    draw(
        &out,
        &["map", "--period", "2024-2025", "--title", "Ours & theirs"],
    );
    for year in [2024, 2025] {
        let svg = std::fs::read_to_string(format!("{out}/map_cla_at_31_march_{year}.svg")).unwrap();
        assert!(svg.contains("Ours &amp; theirs</text>"), "{year}");
    }
    let nothing = disparity(&[
        "chart",
        "trend",
        "--indicator",
        "cla",
        "--out",
        &folder.join("none").to_string_lossy(),
    ]);
    assert_eq!(nothing.code, 2);
    assert_eq!(
        nothing.stderr,
        "error: there are no figures for trend\n\
         hint: a trend and a position need --authority; other indicators and years: disparity codes indicators\n"
    );
    assert!(!folder.join("none").exists());
}

/// Models that a plan does without are not fitted all the same.
#[test]
fn a_plan_says_for_which_years_models_are_fitted() {
    let folder = Folder::new("chart-plan");
    let plan = folder.join("plan.toml");
    std::fs::write(&plan, "models = \"none\"\n").unwrap();
    let (plan, out) = (plan.to_str().unwrap(), folder.join("charts"));
    let asked = [
        "chart",
        "caterpillar",
        "--indicator",
        "cla_at_31_march",
        "--plan",
        plan,
    ];
    let said = disparity(&[&asked[..], &["--out", out.to_str().unwrap()]].concat());
    assert_eq!(said.code, 2, "{}", said.stdout);
    assert!(
        said.stderr
            .starts_with("error: there are no figures for caterpillar"),
        "{}",
        said.stderr
    );
}

#[test]
fn what_is_no_chart_and_no_width_is_refused() {
    for (arguments, expected) in [
        (
            &["chart", "pie"][..],
            "possible values: league, distribution, map",
        ),
        (
            &["chart", "league", "--width", "5"],
            "20 to 2000 millimetres",
        ),
        (
            &["chart", "league", "--dpi", "9000"],
            "9000 is not in 36..=1200",
        ),
        (&["chart"], "<KIND>"),
    ] {
        let said = disparity(arguments);
        assert_eq!(said.code, 2, "{arguments:?}");
        assert!(
            said.stderr.contains(expected),
            "{arguments:?}: {}",
            said.stderr
        );
    }
}
