//! Commands as a user types them, right and wrong.

use crate::support::{Folder, disparity, golden};

#[test]
fn an_authority_in_text_json_and_csv() {
    golden(
        "authority_hackney.txt",
        &disparity(&["authority", "hackney"]).ok(),
    );
    golden(
        "authority_hackney.csv",
        &rounded(&disparity(&["authority", "E09000012", "--format", "csv"]).ok()),
    );
    let json: serde_json::Value =
        serde_json::from_str(&disparity(&["authority", "204", "--format", "json"]).ok()).unwrap();
    assert_eq!(json.as_array().unwrap()[0]["indicator"], "cla_at_31_march");
}

/// The same table with nine digits of every fraction: what is searched for may differ in the last ones
/// between two machines' logarithms.
fn rounded(csv: &str) -> String {
    let field = |text: &str| match text.parse::<f64>() {
        Ok(number) if text.contains('.') => format!("{number:.8e}"),
        _ => text.to_owned(),
    };
    let line = |line: &str| line.split(',').map(field).collect::<Vec<_>>().join(",") + "\n";
    csv.lines().map(line).collect()
}

#[test]
fn an_authority_that_is_gone_shows_its_own_last_year() {
    let said = disparity(&["authority", "Northamptonshire"]).ok();
    assert!(said.contains("Boundary change on 2021-04-01"), "{said}");
    assert!(
        said.lines()
            .any(|line| line.contains("Looked after") && line.contains("2021")),
        "{said}"
    );
}

#[test]
fn a_comparison_with_neighbours_region_and_england() {
    let arguments = [
        "compare",
        "Bristol",
        "--with",
        "neighbours",
        "--with",
        "region",
        "--with",
        "england",
        "--indicator",
        "cla_at_31_march",
    ];
    golden("compare_bristol.txt", &disparity(&arguments).ok());
}

#[test]
fn a_recoded_authority_answers_to_both_codes() {
    let old = disparity(&["authority", "E10000002", "--format", "csv"]).ok();
    let new = disparity(&["authority", "E06000060", "--format", "csv"]).ok();
    assert_eq!(old, new);
    let barnsley = disparity(&["authority", "E08000038", "--format", "csv"]).ok();
    assert!(barnsley.contains("E08000016,Barnsley"));
}

#[track_caller]
fn refused(arguments: &[&str], expected: &str) {
    let said = disparity(arguments);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert_eq!(said.stderr, expected);
    assert_eq!(said.stdout, "");
}

#[test]
fn wrong_words_are_answered_with_the_nearest_right_ones() {
    refused(
        &["authority", "Hackeny"],
        "error: no area is called \"Hackeny\"\nhint: did you mean \"Hackney\"?\n",
    );
    refused(
        &["authority", "London"],
        "error: London is a region, not a local authority\nhint: name a local authority; `disparity codes areas` lists them all\n",
    );
    refused(
        &["method", "bayr"],
        "error: no method is called \"bayr\"\nhint: did you mean \"byar\"?\n",
    );
    refused(
        &["authority", "Hackney", "--indicator", "cla_at_march"],
        "error: no indicator is called \"cla_at_march\"\nhint: did you mean \"cla_at_31_march\"?\n",
    );
    refused(
        &["authority", "Hackney", "--period", "20x5"],
        "error: cannot read \"20x5\" as a reporting year; expected the year it ends in (2025) or both years (202425, 2024/25, 2024-25)\n\
         hint: a range is written 2018-2025\n",
    );
}

/// Levels of one's own: in the terminal as in a run, and refused with advice where they are none.
#[test]
fn a_plan_names_its_confidence_levels() {
    let folder = Folder::new("levels");
    let path = folder.join("plan.toml").to_str().unwrap().to_owned();
    let with = |levels: &str| {
        std::fs::write(&path, format!("conf_levels = {levels}\n")).unwrap();
        let asked = [
            "authority",
            "Camden",
            "--indicator",
            "cla_at_31_march",
            "--models",
            "none",
        ];
        disparity(&[&asked[..], &["--plan", &path]].concat())
    };
    let usual = with("[0.95, 0.998]").ok();
    let own = with("[0.9, 0.99]").ok();
    assert!(usual.contains("Figure (95% interval)") && own.contains("Figure (90% interval)"));
    assert!(!own.contains("95%"), "{own}");
    for (levels, message, hint) in [
        (
            "[95, 99.8]",
            "95 is not a confidence level",
            "write a level as a proportion: 0.95 for 95%",
        ),
        (
            "[0.5]",
            "0.5 is not a confidence level",
            "a level lies above 0.5 and is at most 0.9999",
        ),
        (
            "[0.998, 0.95]",
            "the confidence level 0.95 stands after 0.998",
            "the lowest first",
        ),
        (
            "[]",
            "no confidence level is given",
            "leave `conf_levels` out",
        ),
        (
            "[0.6, 0.7, 0.8, 0.9]",
            "4 confidence levels are given",
            "name at most three",
        ),
    ] {
        let said = with(levels);
        assert_eq!(said.code, 2, "{levels}");
        let start = format!("error: `conf_levels` in the plan: {message}");
        assert!(
            said.stderr.starts_with(&start) && said.stderr.contains(hint),
            "{}",
            said.stderr
        );
    }
}

#[test]
fn a_plan_chooses_and_a_wrong_plan_is_refused() {
    let folder = Folder::new("plan");
    let plan = |text: &str| {
        let path = folder.join("plan.toml");
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let out = folder.join("out").to_str().unwrap().to_owned();
    let good = plan(
        "indicators = [\"cla_started\"]\nauthorities = [\"Camden\"]\nperiods = [2024, \"2025\"]\n",
    );
    disparity(&["--plan", &good, "--out", &out]).ok();
    let estimates = std::fs::read_to_string(folder.join("out/estimates.csv")).unwrap();
    assert!(estimates.contains("Camden") && !estimates.contains("Islington"));
    assert!(!estimates.contains("\n2023,"));

    let wrong = disparity(&[
        "--plan",
        &plan("indicators = [\"cla_startd\"]\n"),
        "--out",
        &out,
    ]);
    assert_eq!(wrong.code, 2);
    assert_eq!(
        wrong.stderr,
        "error: no indicator is called \"cla_startd\"\nhint: did you mean \"cla_started\", \"cin_started\" or \"cpp_started\"?\n"
    );
    let unknown = disparity(&[
        "--plan",
        &plan("indicator = \"cla_started\"\n"),
        "--out",
        &out,
    ]);
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("unknown field `indicator`"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone() {
    let folder = Folder::new("not-ours");
    std::fs::write(folder.join("thesis.docx"), "years of work").unwrap();
    let said = disparity(&["--out", folder.path().to_str().unwrap()]);
    assert_eq!(said.code, 2);
    assert!(
        said.stderr
            .contains("holds files that are not from an earlier run"),
        "{}",
        said.stderr
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    let said = disparity(&["--out", "/dev/null/out"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.starts_with("error: cannot "), "{}", said.stderr);
    assert!(
        said.stderr.contains("hint: choose a folder with --out"),
        "{}",
        said.stderr
    );
}

#[test]
fn chinese_children_can_be_moved_where_detailed_groups_allow_it() {
    let folder = Folder::new("chinese");
    std::fs::write(
        folder.join("plan.toml"),
        "indicators = [\"cla_at_31_march\"]\nchinese_group = \"other\"\n",
    )
    .unwrap();
    let out = folder.join("out");
    disparity(&[
        "--plan",
        folder.join("plan.toml").to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ])
    .ok();
    let mut reader = csv::Reader::from_path(out.join("estimates.csv")).unwrap();
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|own| own == name).unwrap();
    let [period, level, major, minor, symbol, issues, numerator] = [
        "time_period",
        "geographic_level",
        "ethnicity_major",
        "ethnicity_minor",
        "symbol",
        "issue_codes",
        "numerator",
    ]
    .map(at);
    let mut moved = 0;
    for row in reader.records().map(Result::unwrap) {
        if &row[major] != "Asian / Asian British" || &row[minor] != "Total" {
            continue;
        }
        if &row[level] == "National" && &row[period] == "2024" {
            // 350 + 1,070 + 390 + 2,500 without the 100 Chinese children.
            assert_eq!(&row[numerator], "4310");
            moved += 1;
        } else if &row[level] == "Local authority" {
            assert_eq!(&row[symbol], "x");
            assert!(row[issues].contains("CHINESE_FIXED"));
        }
    }
    assert_eq!(moved, 1);
}
