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

/// How wide the whole drawing is, in its own units.
fn width(svg: &str) -> f64 {
    let (_, rest) = svg.split_once(" width=\"").unwrap();
    rest.split('"').next().unwrap().parse().unwrap()
}

/// Letters of 12 units have the size that was asked for, in every kind.
#[test]
fn letters_are_as_large_in_print_as_was_asked() {
    let folder = Folder::new("chart-letters");
    let out = folder.join("charts").to_str().unwrap().to_owned();
    for size in [5.0, 7.5, 9.0] {
        let typed = size.to_string();
        let said = draw(
            &out,
            &["all", "--authority", "Hackney", "--font-size", &typed],
        );
        let mut seen = 0;
        for file in std::fs::read_dir(&out).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "svg") {
                continue;
            }
            let svg = std::fs::read_to_string(&path).unwrap();
            let printed = 12.0 / width(&svg) * 170.0 / 25.4 * 72.0;
            assert!((printed - size).abs() < 0.01, "{path:?}: {printed}");
            assert!(svg.contains("font-size=\"12\""), "{path:?}");
            seen += 1;
        }
        assert_eq!(seen, 12, "{said}");
    }
    let said = disparity(&["chart", "league", "--font-size", "14", "--out", &out]);
    assert_eq!(said.code, 2);
    assert_eq!(
        said.stderr,
        "error: letters of 14 pt do not go with a drawing 170 mm wide\n\
         hint: at that width write --font-size 4.2 to 9.0; a larger --width has room for larger letters\n"
    );
}

/// The texts of a drawing.
fn texts(svg: &str) -> String {
    svg.split('<')
        .filter_map(|tag| tag.split_once('>'))
        .map(|(_, text)| text)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn numbers_are_written_as_a_language_does_and_figures_stay() {
    let folder = Folder::new("chart-numbers");
    let drawn = |language: &str| {
        let out = folder.join(language).to_str().unwrap().to_owned();
        let asked = [
            "funnel",
            "map",
            "--authority",
            "Hackney",
            "--numbers",
            language,
        ];
        draw(&out, &asked);
        ["funnel", "map"].map(|kind| {
            ["svg", "csv", "txt"].map(|ending| {
                let path = format!("{out}/{kind}_cla_at_31_march.{ending}");
                std::fs::read_to_string(path).unwrap()
            })
        })
    };
    let english = drawn("en");
    for (language, group, decimal) in [("de", ".", ","), ("fr", "\u{202f}", ",")] {
        for ([svg, csv, txt], [plain, figures, words]) in drawn(language).iter().zip(&english) {
            assert_eq!(csv, figures);
            assert_ne!(txt, words);
            // Exchanged back, every text is what it was; so axes were exchanged as well.
            assert_eq!(
                texts(svg).matches(char::is_numeric).count(),
                texts(plain).matches(char::is_numeric).count()
            );
            let decimals = |text: &str, sign: &str| {
                let pairs = text.split(sign).zip(text.split(sign).skip(1));
                pairs
                    .filter(|(before, after)| {
                        before.ends_with(|c: char| c.is_ascii_digit())
                            && after.starts_with(|c: char| c.is_ascii_digit())
                    })
                    .count()
            };
            let in_english = decimals(&texts(plain), ".");
            // The licence has a point in its name.
            assert_eq!(decimals(&texts(svg), decimal), in_english - 1);
            let thousands = decimals(&texts(plain), ",");
            let expected = thousands + usize::from(group == ".");
            assert_eq!(decimals(&texts(svg), group), expected);
            assert!(svg.contains("Licence v3.0"), "{language}");
        }
    }
    assert_eq!(drawn("cy"), english);
    let said = disparity(&["chart", "league", "--numbers", "xx"]);
    assert!(
        said.stderr.contains("possible values: en, cy, de"),
        "{}",
        said.stderr
    );
}

/// A square of degrees for each authority, every second ring wound the other way.
fn squares() -> Vec<String> {
    let tiles = std::fs::read_to_string(crate::support::root().join("data/codelists/tiles.csv"));
    let tiles = tiles.unwrap();
    let each = tiles.lines().skip(1).zip(0..).map(|(line, at)| {
        let [code, row, column, _] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let number = |text: &str| text.parse::<f64>().unwrap();
        let (x, y) = (-5.5 + number(column) * 0.4, 55.5 - number(row) * 0.25);
        let mut ring = vec![[x, y], [x + 0.4, y], [x + 0.4, y + 0.25], [x, y + 0.25], [x, y]];
        if at % 2 == 1 {
            ring.reverse();
        }
        format!(
            "{{\"type\":\"Feature\",\"properties\":{{\"CTYUA24CD\":\"{code}\",\"RGN24CD\":\"E12000001\"}},\
             \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[{ring:?}]}}}}"
        )
    });
    each.collect()
}

#[test]
fn a_map_is_drawn_within_boundaries_whichever_way_they_wind() {
    let folder = Folder::new("chart-boundaries");
    let out = folder.join("charts").to_str().unwrap().to_owned();
    let file = folder.join("boundaries.geojson");
    let given = file.to_str().unwrap();
    let write = |features: &[String]| {
        let text = format!(
            "{{\"type\":\"FeatureCollection\",\"features\":[{}]}}",
            features.join(",")
        );
        std::fs::write(&file, text).unwrap();
    };
    let asked = ["map", "--authority", "Hackney", "--boundaries", given];
    let read = |ending: &str| {
        std::fs::read_to_string(format!("{out}/map_cla_at_31_march.{ending}")).unwrap()
    };
    // Tiles first: the figures are the same.
    draw(&out, &asked[..3]);
    let figures = read("csv");
    let mut features = squares();
    write(&features);
    draw(&out, &asked);
    let svg = read("svg");
    assert_eq!(read("csv"), figures);
    assert!(svg.contains("London, ") && svg.contains("times as large"));
    assert!(
        read("txt").contains("within its boundaries"),
        "{}",
        read("txt")
    );
    // Every authority, and every borough of London once more.
    let polygons = svg.matches("<polygon").count();
    assert!(polygons >= 153 + 33, "{polygons}");
    // Turned round, it is the same drawing.
    for feature in &mut features {
        let (head, ring) = feature.split_once("[[[").unwrap();
        let (ring, tail) = ring.split_once("]]]").unwrap();
        let mut positions: Vec<&str> = ring.split("], [").collect();
        positions.reverse();
        *feature = format!("{head}[[[{}]]]{tail}", positions.join("], ["));
    }
    write(&features);
    draw(&out, &asked);
    let turned = read("svg");
    assert_eq!(turned.len(), svg.len());
    assert_eq!(
        turned.matches("<polyline").count(),
        svg.matches("<polyline").count()
    );
    // One that is missing, metres, and no map: nothing is written.
    let none = folder.join("none");
    let refused = |asked: &[&str], words: &str| {
        let more = [
            "--indicator",
            "cla_at_31_march",
            "--out",
            none.to_str().unwrap(),
        ];
        let said = disparity(&[&["chart"], asked, &more].concat());
        assert_eq!(said.code, 2, "{}", said.stdout);
        assert!(
            said.stderr.contains(words) && said.stderr.contains("hint: "),
            "{}",
            said.stderr
        );
        assert!(!none.exists());
    };
    write(&features[1..]);
    refused(
        &["map", "--boundaries", given],
        "1 of 153 authorities have no boundary, the first E0",
    );
    write(&[features[0].replace("[[[", "[[[452000, 293000], [")]);
    refused(
        &["map", "--boundaries", given],
        "452000, 293000 is not in England",
    );
    std::fs::write(&file, "{}").unwrap();
    refused(&["map", "--boundaries", given], "it has no features");
    refused(&["league", "--boundaries", given], "no map was asked for");
    let said = disparity(&[
        "chart",
        "map",
        "--boundaries",
        "no-such.geojson",
        "--out",
        none.to_str().unwrap(),
    ]);
    assert_eq!(said.code, 2);
    assert!(
        said.stderr.contains("cannot read `no-such.geojson`"),
        "{}",
        said.stderr
    );
    assert!(!none.exists());
}
