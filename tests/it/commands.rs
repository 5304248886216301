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
fn several_names_stand_beside_the_first() {
    let csv = |arguments: &[&str]| {
        let asked = ["--indicator", "cla_at_31_march", "--models", "none"];
        disparity(&[&["compare"], arguments, &asked, &["--format", "csv"]].concat()).ok()
    };
    let named = csv(&["Hackney", "Camden", "Leeds"]);
    assert_eq!(
        named,
        csv(&["Hackney", "--with", "Camden", "--with", "Leeds"])
    );
    let areas: Vec<&str> = named
        .lines()
        .filter_map(|line| line.split(',').nth(3))
        .collect();
    assert_eq!(areas, ["area_name", "Hackney", "Camden", "Leeds"]);
    // Where one is named alone, its ten neighbours stand beside it.
    assert_eq!(csv(&["Hackney"]).lines().count(), 1 + 1 + 10);
}

/// A table fits 80 columns where nothing says how wide the terminal is, and says as much on one line with `--wide`.
#[test]
fn what_is_printed_fits_the_terminal() {
    let words = |text: &str| {
        let each = text
            .split_whitespace()
            .map(|word| word.trim_end_matches([';', ':']).to_owned());
        each.collect::<std::collections::BTreeSet<String>>()
    };
    for arguments in [
        &[
            "authority",
            "Bournemouth, Christchurch and Poole",
            "--period",
            "2023-2025",
        ][..],
        &["authority", "England"],
        &[
            "compare",
            "Bristol",
            "--with",
            "neighbours",
            "--with",
            "england",
        ],
        &["method"],
        &["codes", "areas"],
        &["codes", "groups"],
        &["codes", "issues"],
        &["codes", "indicators"],
        &["data", "verify"],
    ] {
        let fitted = disparity(arguments).ok();
        let widest = fitted
            .lines()
            .max_by_key(|line| line.chars().count())
            .unwrap();
        assert!(widest.chars().count() <= 80, "{arguments:?}: {widest}");
        let wide = disparity(&[arguments, &["--wide"]].concat()).ok();
        let (fitted, wide) = (words(&fitted), words(&wide));
        let lost: Vec<&String> = wide.difference(&fitted).collect();
        assert!(lost.is_empty(), "{arguments:?}: {lost:?}");
    }
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
    let folder = Folder::new("region");
    refused(
        &[
            "run",
            "--authority",
            "London",
            "--out",
            folder.join("out").to_str().unwrap(),
        ],
        "error: London is a region, not a local authority\nhint: England and the regions are always written; name local authorities beside them\n",
    );
    refused(
        &["authority", "Kingston"],
        "error: \"Kingston\" could be Kingston upon Hull, City of (E06000010) or Kingston upon Thames (E09000021)\n\
         hint: use the whole name or the nine-character code\n",
    );
    refused(
        &["compare", "England"],
        "error: England has no statistical neighbours\n\
         hint: name whom to compare it with: --with england, --with \"North East\"\n",
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

/// The first line of what is said of an area, and the years of its first table.
fn about(arguments: &[&str]) -> (String, Vec<String>) {
    let said = disparity(&[arguments, &["--wide"]].concat()).ok();
    let name = said.lines().next().unwrap().to_owned();
    let table = said
        .lines()
        .skip_while(|line| !line.starts_with(" Indicator"));
    let rows = table.skip(1).take_while(|line| !line.is_empty());
    let year = |line: &str| {
        let digits = |word: &&str| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
        line.split_whitespace().find(digits).unwrap().to_owned()
    };
    (name, rows.map(year).collect())
}

#[test]
fn areas_and_indicators_are_found_by_what_people_call_them() {
    for (typed, indicator, expected) in [
        ("England", "cla", "England (E92000001)"),
        ("London", "lac", "London (E12000007)"),
        (
            "Hull",
            "cin",
            "Kingston upon Hull, City of (E06000010), Yorkshire and The Humber",
        ),
        (
            "BCP",
            "CPP",
            "Bournemouth, Christchurch and Poole (E06000058), South West",
        ),
        (
            "City of Hull",
            "Looked after",
            "Kingston upon Hull, City of (E06000010), Yorkshire and The Humber",
        ),
        // By its old name.
        ("Cumbria", "referral", "Cumbria (E10000006), North West"),
        (
            "Northamptonshire",
            "cla",
            "Northamptonshire (E10000021), East Midlands",
        ),
    ] {
        let arguments = [
            "authority",
            typed,
            "--indicator",
            indicator,
            "--models",
            "none",
        ];
        let (name, years) = about(&arguments);
        assert_eq!(name, expected, "{typed}");
        assert_eq!(years.len(), 1, "{typed}");
    }
}

#[test]
fn a_range_of_years_is_a_row_a_year() {
    let asked = |period: &str| {
        let arguments = [
            "authority",
            "Hackney",
            "--indicator",
            "cla",
            "--models",
            "none",
        ];
        about(&[&arguments[..], &["--period", period]].concat()).1
    };
    assert_eq!(asked("2018-2025").len(), 8);
    assert_eq!(asked("2024-2025"), ["2024", "2025"]);
    assert_eq!(asked("2024/25"), ["2025"]);
    let compared = disparity(&[
        "compare",
        "Hackney",
        "--with",
        "Hull",
        "--with",
        "England",
        "--indicator",
        "cla",
        "--models",
        "none",
        "--period",
        "2018-2025",
        "--format",
        "csv",
    ])
    .ok();
    assert_eq!(compared.lines().count(), 1 + 8 * 3);
}

#[test]
fn a_year_without_figures_says_which_are_held() {
    let nothing = disparity(&["authority", "Hackney", "--period", "2030"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (1, ""));
    assert_eq!(
        nothing.stderr,
        "no figures are held for 2030; held: 2010 to 2025\n"
    );
    let nothing = disparity(&[
        "compare",
        "Hackney",
        "--period",
        "1999",
        "--indicator",
        "cla",
    ]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (1, ""));
    assert!(
        nothing
            .stderr
            .starts_with("no figures are held for 1999; held: 20"),
        "{}",
        nothing.stderr
    );
    // Part of what was asked for is there: it is shown, and the rest is said.
    let part = disparity(&[
        "authority",
        "BCP",
        "--period",
        "2018-2021",
        "--indicator",
        "cla",
        "--models",
        "none",
    ]);
    assert_eq!(part.code, 1);
    assert_eq!(
        part.stderr,
        "Bournemouth, Christchurch and Poole did not exist at 31 March in 2018 to 2019; held of it: 2020 to 2025; \
         look also at Bournemouth (E06000028), Poole (E06000029), Dorset (E10000009)\n"
    );
    assert!(part.stdout.contains(" 2020 ") && part.stdout.contains(" 2021 "));
    let folder = Folder::new("no-year");
    let out = folder.join("out");
    let run = disparity(&["run", "--period", "2030", "--out", out.to_str().unwrap()]);
    assert_eq!(run.code, 1);
    assert!(!out.exists());
}

#[test]
fn a_folder_without_a_return_says_so() {
    let folder = Folder::new("no-returns");
    let empty = folder.join("empty");
    std::fs::create_dir_all(&empty).unwrap();
    let letters = folder.join("letters");
    std::fs::create_dir_all(&letters).unwrap();
    std::fs::write(letters.join("letter.txt"), "Dear colleague").unwrap();
    for (input, expected) in [
        (&empty, "holds no files: nothing was read"),
        (&letters, "there is no child in the 1 files of"),
    ] {
        for command in ["check", "build"] {
            let out = folder.join(&format!("{command} {expected}"));
            let arguments = [
                "returns",
                command,
                input.to_str().unwrap(),
                "--out",
                out.to_str().unwrap(),
            ];
            let said = disparity(&arguments);
            assert_eq!(said.code, 1, "{command}: {}", said.stderr);
            assert!(said.stderr.contains(expected), "{command}: {}", said.stderr);
            // A check says of each file why it is no return; a store of nothing is not made.
            assert_eq!(out.exists(), command == "check" && *input == letters);
        }
    }
}

#[test]
fn a_run_for_some_shows_them_among_all() {
    let folder = Folder::new("chosen");
    let out = folder.join("out");
    disparity(&[
        "run",
        "--authority",
        "Camden",
        "--authority",
        "Hull",
        "--indicator",
        "cla",
        "--models",
        "latest",
        "--out",
        out.to_str().unwrap(),
    ])
    .ok();
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    // The tables hold those that were chosen, and so does the page's part for each authority.
    for table in [
        "estimates.csv",
        "expected.csv",
        "contrasts.csv",
        "effects.csv",
    ] {
        let text = read(table);
        assert!(
            text.contains("Camden") && !text.contains("Islington"),
            "{table}"
        );
    }
    let page = read("page.html");
    assert_eq!(page.matches("class=\"authority\"").count(), 2);
    let pages = std::fs::read_dir(out.join("authority")).unwrap();
    assert_eq!(pages.count(), 2);
    // The drawings have all, those chosen marked by more than a colour.
    for chart in ["league", "caterpillar"] {
        let svg = read(&format!("charts/{chart}_cla_at_31_march.svg"));
        assert!(
            svg.contains("▸ Camden") && svg.contains("▸ Kingston upon Hull"),
            "{chart}"
        );
        assert!(
            svg.contains("\nIslington\n") && !svg.contains("▸ Islington"),
            "{chart}"
        );
    }
    let title = "of 151 authorities compared, ";
    for chart in [
        "league",
        "map",
        "map_given_who_lives_there",
        "funnel",
        "observed_expected",
    ] {
        let svg = read(&format!("charts/{chart}_cla_at_31_march.svg"));
        assert!(svg.to_lowercase().contains(title), "{chart}");
        assert!(
            svg.contains("What was chosen (Kingston upon Hull, City of; Camden) is marked"),
            "{chart}"
        );
    }
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
        disparity(&[&asked[..], &["--wide", "--plan", &path]].concat())
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
        "--csv",
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
