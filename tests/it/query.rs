//! SQL over the tables of a run and the built-in ones: the figures that they have, and nothing beyond.

use crate::support::{Folder, Said, disparity};

fn ask(from: &str, sql: &str) -> Said {
    disparity(&["query", "--from", from, sql, "--format", "csv"])
}

fn built_in(sql: &str) -> Said {
    let folder = Folder::new("nowhere");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_disparity"))
        .args(["query", sql, "--format", "csv"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn the_tables_of_a_run_answer_and_a_sum_over_a_withheld_count_is_absent() {
    let folder = Folder::new("query");
    let out = folder.join("out");
    let out = out.to_str().unwrap();
    disparity(&[
        "run",
        "--indicator",
        "cla_at_31_march",
        "--models",
        "none",
        "--out",
        out,
    ])
    .ok();
    let of_everyone = "deprivation_decile = 'Total' AND ethnicity_major = 'Total' AND ethnicity_minor = 'Total' AND \
                       age_band = 'Total' AND sex = 'Total'";
    // 2025 as published: 81,770.
    let england = format!(
        "SELECT numerator FROM estimates WHERE geographic_level = 'National' AND time_period = 2025 AND {of_everyone}"
    );
    assert_eq!(ask(out, &england).ok(), "numerator\n81770\n");
    let sum = |and: &str| {
        let sql = format!(
            "SELECT sum(numerator) AS n, count(*) AS k, count(numerator) AS known FROM estimates WHERE geographic_level = \
             'Local authority' AND time_period = 2025 AND ethnicity_major = 'Black / African / Caribbean / Black British' \
             AND ethnicity_minor = 'Total' {and}"
        );
        ask(out, &sql).ok()
    };
    let all = sum("");
    let row: Vec<&str> = all.lines().nth(1).unwrap().split(',').collect();
    assert_eq!(row[0], "", "some are withheld: {all}");
    assert_ne!(row[1], row[2]);
    let known = sum("AND numerator IS NOT NULL");
    assert!(
        known
            .lines()
            .nth(1)
            .unwrap()
            .split(',')
            .next()
            .unwrap()
            .parse::<u64>()
            .unwrap()
            > 1_000,
        "{known}"
    );
    let file = folder.join("answer.parquet");
    let said = disparity(&[
        "query",
        "--from",
        out,
        &england,
        "--parquet",
        file.to_str().unwrap(),
    ]);
    assert!(said.stderr.contains("1 rows"), "{}", said.stderr);
    assert!(std::fs::read(&file).unwrap().starts_with(b"PAR1"));
}

#[test]
fn built_in_tables_answer_without_a_run_with_symbols_beside_figures() {
    let said = built_in(
        "SELECT sum(children_0_17) AS n FROM published_population WHERE area_code = 'E92000001' AND mid_year = 2024",
    );
    assert!(
        said.stdout.lines().nth(1).unwrap().parse::<u64>().unwrap() > 11_000_000,
        "{}",
        said.stdout
    );
    let symbols = built_in(
        "SELECT count(*) FROM published_population WHERE children_0_17 IS NULL AND children_0_17_symbol = 'x'",
    );
    assert_ne!(symbols.stdout.lines().nth(1).unwrap(), "0");
    let window = built_in(
        "SELECT sum(n) OVER (ORDER BY n ROWS 1 PRECEDING) AS s FROM (SELECT 1 AS n UNION SELECT 2 UNION SELECT 4)",
    );
    assert_eq!(window.stdout, "s\n1\n3\n6\n");
    let none = built_in(
        "SELECT sum(n) AS s, avg(n) AS a, total(n) AS t FROM (SELECT 1 AS n UNION ALL SELECT NULL)",
    );
    assert_eq!(none.stdout, "s,a,t\n,,\n");
    let nobody = built_in("SELECT sum(n) AS s, total(n) AS t FROM (SELECT 1 AS n) WHERE n > 1");
    assert_eq!(nobody.stdout, "s,t\n,0\n");
}

#[test]
fn a_question_reads_tables_of_releases_and_nothing_else() {
    for (sql, says) in [
        ("SELECT * FROM estimatez", "there is no table `estimatez`"),
        (
            "SELECT no_such FROM published_population",
            "no such column: no_such",
        ),
        ("SELEC 1", "near \"SELEC\": syntax error"),
        ("SELECT 1; SELECT 2", "one question at a time"),
        (
            "DROP TABLE published_population",
            "may read the tables and nothing more",
        ),
        ("ATTACH 'x.db' AS x", "may read the tables and nothing more"),
        (
            "PRAGMA database_list",
            "may read the tables and nothing more",
        ),
        ("CREATE TABLE t (a)", "may read the tables and nothing more"),
        (
            "SELECT sum(area_code) FROM published_population",
            "a text cannot be added up",
        ),
    ] {
        let said = built_in(sql);
        assert_eq!(said.code, 2, "{sql}: {}", said.stdout);
        assert!(said.stderr.contains(says), "{sql}: {}", said.stderr);
        assert!(said.stderr.contains("hint: "), "{sql}: {}", said.stderr);
    }
    let folder = Folder::new("store");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (world, returns, store) = (path("world"), path("world/returns"), path("store"));
    disparity(&[
        "simulate",
        "--authorities",
        "1",
        "--years",
        "2",
        "--out",
        &world,
    ])
    .ok();
    disparity(&["returns", "build", &returns, "--out", &store]).ok();
    let said = ask(&store, "SELECT * FROM children");
    assert_eq!(said.code, 2);
    assert!(
        said.stderr.contains("a store of children cannot be asked"),
        "{}",
        said.stderr
    );
}
