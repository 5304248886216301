//! Bad input: what is wrong, where, the value and what to do, and nothing half-written.

use std::path::Path;

use disparity_core::ChineseGroup;
use disparity_published::{load, with_indicators};

use crate::support::{Folder, built_in, copy_of_data, disparity, published_files, root};

/// Spoils one built-in table and returns what the program says.
#[track_caller]
fn spoiled(name: &str, table: &str, spoil: impl Fn(String) -> Vec<u8>) -> String {
    let folder = Folder::new(name);
    let data = copy_of_data(&folder);
    let path = data.join("england").join(table);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, spoil(text)).unwrap();
    let out = folder.join("out");
    let said = disparity(&[
        "--data",
        data.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
        "--indicator",
        "cla_at_31_march",
    ]);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(!out.exists(), "something was written");
    assert_eq!(left_over(folder.path()), 1, "something was left behind");
    said.stderr
}

fn left_over(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

fn replaced(from: &'static str, to: &'static str) -> impl Fn(String) -> Vec<u8> {
    move |text| {
        assert!(text.contains(from), "{from} is not in the table");
        text.replacen(from, to, 1).into_bytes()
    }
}

const TABLE: &str = "children_looked_after.csv";

#[test]
fn a_missing_column_suggests_the_nearest_name() {
    let said = spoiled("column", TABLE, replaced("area_code", "area_cod"));
    assert_eq!(
        said,
        "error: column `area_code` is missing from the header\n  --> england/children_looked_after.csv:1\n\
         hint: did you mean `area_cod`? columns are matched by name\n"
    );
}

#[test]
fn a_letter_o_in_a_count_is_named() {
    let said = spoiled(
        "count",
        TABLE,
        replaced("2025,E06000001,332,", "2025,E06000001,\"1,24O\","),
    );
    assert_eq!(
        said,
        "error: cannot read \"1,24O\" as a count\n  --> england/children_looked_after.csv:2293, column `cla_at_31_march`, Hartlepool (E06000001), 2025\n\
         hint: it holds the letter O where a digit 0 may be meant; expected digits, or one of the symbols c, low, u, x, z\n"
    );
}

#[test]
fn every_bad_row_is_reported_not_just_the_first() {
    let said = spoiled("several", TABLE, |text| {
        text.replace("2025,E0600000", "20x5,E0600000").into_bytes()
    });
    assert_eq!(
        said.matches("cannot read \"20x5\" as a reporting year")
            .count(),
        9,
        "{said}"
    );
}

#[test]
fn a_key_is_stated_once() {
    let said = spoiled(
        "duplicate",
        TABLE,
        replaced("2025,E06000002,", "2025,E06000001,"),
    );
    assert!(
        said.starts_with(
            "error: the key Hartlepool (E06000001), 2025 appears twice, first on line 2293\n"
        ),
        "{said}"
    );
}

#[test]
fn an_unknown_area_suggests_a_near_one() {
    let said = spoiled(
        "area",
        TABLE,
        replaced("2025,E06000001,", "2025,E06000099,"),
    );
    assert!(
        said.starts_with("error: area code \"E06000099\" is not in the area list\n"),
        "{said}"
    );
    assert!(said.contains("hint: did you mean"), "{said}");
}

/// Where figures stand is data: a table that nothing loads would leave its indicators out in silence.
#[test]
fn a_table_of_counts_that_is_not_there_is_named() {
    let said = spoiled(
        "table",
        "../codelists/columns.csv",
        replaced(",primary_need,", ",primary_needs,"),
    );
    assert!(
        said.starts_with(
            "error: there is no table `primary_needs` to load\n  --> codelists/columns.csv:"
        ),
        "{said}"
    );
    assert!(said.contains(", column `table`\n"), "{said}");
}

/// The list of indicators that only returns can give is read like the other one, for a folder has none.
#[test]
fn a_mistake_in_the_indicators_of_returns_has_its_line() {
    let lists = load(&built_in(), ChineseGroup::Asian).unwrap().output;
    let known = lists.catalogue.indicators;
    let file = "data/codelists/returns/indicators.csv";
    let list = std::fs::read_to_string(root().join(file)).unwrap();
    let read = |list: &str| with_indicators(&known, file, list.as_bytes());
    assert_eq!(
        read(&list).unwrap().iter().count(),
        known.iter().count() + list.lines().count() - 1
    );
    for (from, to, column) in [
        (",during,", ",dring,", "timing"),
        (",children_0_17,", ",children_0_71,", "denominator"),
        (",yes,,1,", ",yes,,l,", "decimals"),
        (",yes,,1,", ",ys,,1,", "headline"),
    ] {
        assert!(list.contains(from), "{from}");
        let line = list.lines().position(|line| line.contains(from)).unwrap() + 1;
        let errors = read(&list.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(
            errors.contains(&format!("{file}:{line}, column `{column}`")),
            "{errors}"
        );
    }
}

#[test]
fn an_unknown_symbol_lists_the_known_ones() {
    let said = spoiled(
        "symbol",
        TABLE,
        replaced("2025,E06000001,332,", "2025,E06000001,n/a,"),
    );
    assert!(
        said.starts_with("error: \"n/a\" is not a symbol that this file may use\n"),
        "{said}"
    );
    assert!(
        said.contains("hint: expected a number, or one of the symbols c, low, u, x, z"),
        "{said}"
    );
}

#[test]
fn a_file_cut_short_is_noticed_within_a_row_and_between_rows() {
    let within = spoiled("cut", TABLE, |text| text.into_bytes()[..60_000].to_vec());
    assert!(
        within.contains("the row has") || within.contains("the last line has no end"),
        "{within}"
    );
    let between = spoiled("cut-between", TABLE, |text| {
        let lines: Vec<&str> = text.lines().take(1_000).collect();
        (lines.join("\n") + "\n").into_bytes()
    });
    assert!(
        between.starts_with("error: the file has 999 rows but `sources.toml` records "),
        "{between}"
    );
}

#[test]
fn an_empty_file_says_so() {
    assert!(spoiled("empty", TABLE, |_| Vec::new()).starts_with("error: the file is empty\n"));
    let header = spoiled("header-only", TABLE, |text| {
        text.lines().next().unwrap().to_owned().into_bytes()
    });
    assert!(
        header.starts_with("error: the file has a header but no rows\n"),
        "{header}"
    );
}

#[test]
fn a_wrong_encoding_says_where_and_what_to_do() {
    let said = spoiled("encoding", "inspections.csv", |text| {
        let mut bytes = text.into_bytes();
        let at = bytes.len() - 10;
        bytes[at] = 0xE9;
        bytes
    });
    assert!(
        said.starts_with("error: the file is not UTF-8: the first byte that is not is 0xE9"),
        "{said}"
    );
    assert!(said.contains("hint: save the file as UTF-8"), "{said}");
    let utf16 = spoiled("utf16", TABLE, |text| {
        [0xFF, 0xFE]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect()
    });
    assert!(
        utf16.contains("it starts with the mark of UTF-16"),
        "{utf16}"
    );
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_do_no_harm() {
    let folder = Folder::new("bom");
    let data = copy_of_data(&folder);
    let path = data.join("england").join(TABLE);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("\u{feff}{}", text.replace('\n', "\r\n"))).unwrap();
    let arguments = |data: &str| {
        ["authority", "Hackney", "--format", "csv", "--data", data]
            .map(str::to_owned)
            .to_vec()
    };
    let run = |data: &str| {
        disparity(
            &arguments(data)
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        )
        .ok()
    };
    assert_eq!(
        run(data.to_str().unwrap()),
        run(root().join("data").to_str().unwrap())
    );
}

#[test]
fn a_published_file_with_a_bad_count_stops_the_build_and_writes_nothing() {
    let Some(published) = published_files("spoiling a published file") else {
        return;
    };
    let folder = Folder::new("build");
    let from = folder.join("from");
    link_tree(&published, &from);
    let file = from.join("cla/cla_number_and_rate_per_10k_children_2025release.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, text.replacen(",21090,332,157", ",21090,33O,157", 1)).unwrap();
    let to = folder.join("data");
    for lists in ["codelists", "codelists/wales"] {
        std::fs::create_dir_all(to.join(lists)).unwrap();
        for entry in std::fs::read_dir(root().join("data").join(lists)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                std::fs::copy(&path, to.join(lists).join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    let said = disparity(&[
        "data",
        "build",
        "--from",
        from.to_str().unwrap(),
        "--to",
        to.to_str().unwrap(),
    ]);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(said.stderr.starts_with("error: cannot read \"33O\" as a count\n  --> cla/cla_number_and_rate_per_10k_children_2025release.csv:"), "{}", said.stderr);
    assert!(
        said.stderr
            .contains("column `children_count`, Hartlepool (E06000001), 2025"),
        "{}",
        said.stderr
    );
    for nation in ["england", "wales"] {
        assert!(!to.join(nation).exists(), "something was written");
    }
}

/// The same tree, each file a link: copying 90 MB is not worth it.
pub(crate) fn link_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            link_tree(&path, &target);
        } else {
            std::os::unix::fs::symlink(path.canonicalize().unwrap(), target).unwrap();
        }
    }
}
