//! Tables of counts as they are given, and what is wrong with those that cannot be read.

use std::fmt::Write;

use super::*;
use crate::given_codes::tests::{HERE, code, world};

const C: Reported<Count> = Reported::Symbol(Symbol::Confidential);

fn read(text: &str, map: bool) -> Result<GivenSeen, LoadErrors> {
    let (world, areas) = (world(), Areas::default());
    read_seen("seen.csv", text.as_bytes(), &world, &areas, code(HERE), map)
}

fn counts(text: &str, map: bool) -> Vec<(Part, SeenGroup, Reported<Count>)> {
    let found = read(text, map).unwrap_or_else(|errors| panic!("{errors}"));
    let counts = found.table.counts.into_iter();
    counts.map(|own| (own.part, own.group, own.count)).collect()
}

fn refused(text: &str, map: bool) -> String {
    let errors = read(text, map).err();
    errors.expect("the file was read").to_string()
}

fn lsoa(number: u32, count: Reported<Count>) -> (Part, SeenGroup, Reported<Count>) {
    let own = code(&format!("E0100000{number}"));
    (Part::Neighbourhood(own), SeenGroup::All, count)
}

#[test]
fn counts_of_one_kind_of_area_are_read_whatever_the_order() {
    let found = counts(
        "lsoa,count\nE01000003,\"1,204\"\nE01000001,0\nE01000002,c\n",
        false,
    );
    let expected = [
        lsoa(1, Reported::Value(0)),
        lsoa(2, C),
        lsoa(3, Reported::Value(1204)),
    ];
    assert!(found == expected);
    let wards = read(
        "code,children\nE05000002,7\nE05000001,12\nE06000001,19\n",
        false,
    );
    let wards = wards.unwrap_or_else(|errors| panic!("{errors}")).table;
    assert!(wards.level == SeenLevel::Ward && !wards.by_group && wards.counts.len() == 2);
    assert!(wards.totals[0].count == Reported::Value(19));
    // A middle layer area of two authorities is the part of it in this one.
    let msoas = counts("msoa,n\nE02000001,7\nE02000002,12\n", false);
    assert!(msoas[1].0 == Part::Msoa(code("E02000002")));
}

#[test]
fn every_group_of_every_area_is_asked_for() {
    let mut text = "lsoa,ethnic_group,count\n".to_owned();
    for own in 1..=3 {
        for group in ["White", "mixed", "asian", "black", "other"] {
            writeln!(text, "E0100000{own},{group},{own}").unwrap();
        }
    }
    let total = format!("{text}E06000001,,30\nE06000001,asian,6\n");
    let found = read(&total, false).unwrap_or_else(|errors| panic!("{errors}"));
    assert!(found.table.by_group && found.table.counts.len() == 15);
    assert!(found.table.totals.len() == 2);
    let said = refused(&format!("{text}E01000001,unknown,2\n"), false);
    assert!(
        said.contains("2 of 18 counts of neighbourhoods (LSOA) are missing: E01000002 unknown, E01000003 unknown"),
        "{said}"
    );
    let said = refused(&text.replace("E01000002,black,2\n", ""), false);
    assert!(
        said.contains("1 of 15") && said.contains("E01000002 black"),
        "{said}"
    );
    let said = refused(&format!("{text}E06000001,asian,7\n"), false);
    assert!(
        said.contains("(asian) is given as 7, but the areas add up to 6")
            && said.contains("seen.csv:17"),
        "{said}"
    );
    let said = refused(&text.replace("E01000002,black", "E01000002,WBRI"), false);
    assert!(
        said.contains("\"WBRI\" is not the code of a broad ethnic group"),
        "{said}"
    );
    let said = refused(&text.replace("E01000002,black", "E01000002,"), false);
    assert!(
        said.contains("expected one of white, mixed, asian, black, other, unknown"),
        "{said}"
    );
}

#[test]
fn what_merged_since_2011_is_added_up_if_asked_and_what_was_split_is_not() {
    let merged = "lsoa,count\nE01000001,1\nE01000002,2\nE01000009,3\nE01000010,4\n";
    let found = counts(merged, true);
    assert!(found[2] == lsoa(3, Reported::Value(7)));
    assert!(read(merged, true).is_ok_and(|own| own.mapped.len() == 2));
    let said = refused(merged, false);
    assert!(
        said.contains(
            "E01000009 is a neighbourhood of 2011 that was merged in 2021: see E01000003 (Place 3)"
        ) && said.contains("or ask for codes of 2011 to be mapped"),
        "{said}"
    );
    let withheld = counts(&merged.replace("E01000010,4", "E01000010,c"), true);
    assert!(withheld[2] == lsoa(3, C));
    let said = refused(&merged.replace("E01000010,4\n", ""), true);
    assert!(said.contains("E01000003 of 2021 was made from neighbourhoods of 2011 of which E01000010 is not counted"), "{said}");
    let said = refused(&merged.replace("E01000010", "E01000003"), true);
    assert!(
        said.contains("E01000003 was counted on line 4 already"),
        "{said}"
    );
    let said = refused("lsoa,count\nE01000008,3\nE01000003,4\n", true);
    assert!(
        said.contains("E01000008 is a neighbourhood of 2011 that was split in 2021: see E01000001 (Place 1), E01000002 (Place 2)")
            && said.contains("it cannot be mapped"),
        "{said}"
    );
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_what_to_do() {
    let rest = "E01000002,3\nE01000003,4\n";
    for (row, words) in [
        (
            "E01000004,1",
            "E01000004 (Place 4) is in E06000002, not in E06000001",
        ),
        (
            "E01999999,1",
            "E01999999 is no neighbourhood (LSOA) of 2021 or 2011",
        ),
        ("Hull,1", "\"Hull\" is not a code of a neighbourhood"),
        ("E01000001,-3", "the count -3 is below 0"),
        ("E01000001,2.5", "the count 2.5 is not a whole number"),
        ("E01000001,", "the count is empty"),
        (
            "E01000001,x",
            "\"x\" is not a symbol that this file may use",
        ),
        ("E01000001,1O", "cannot read \"1O\" as a count"),
    ] {
        let said = refused(&format!("lsoa,count\n{row}\n{rest}"), false);
        assert!(
            said.contains(words) && said.contains("seen.csv:2") && said.contains("hint: "),
            "{said}"
        );
    }
    let said = refused(&format!("lsoa,count\nE01000002,1\n{rest}"), false);
    assert!(
        said.contains("E01000002 was counted on line 2 already"),
        "{said}"
    );
    let said = refused(&format!("lsoa,count\nE05000001,1\n{rest}"), false);
    assert!(
        said.contains(
            "E01000002 is among neighbourhoods (LSOA), but the file begins with wards on line 2"
        ),
        "{said}"
    );
    let said = refused(&format!("lsoa,count\n{rest}"), false);
    assert!(
        said.contains("1 of 3 counts of neighbourhoods (LSOA) are missing: E01000001")
            && said.contains("what is not there is unknown, not 0"),
        "{said}"
    );
    let said = refused(
        &format!("lsoa,count\nE01000001,1\n{rest}E06000001,9\n"),
        false,
    );
    assert!(
        said.contains("the total of E06000001 is given as 9, but the areas add up to 8")
            && said.contains("seen.csv:5"),
        "{said}"
    );
    let some = format!("lsoa,count\nE01000001,c\n{rest}E06000001,");
    assert!(refused(&format!("{some}7\n"), false).contains("add up to 7, and 1 are withheld"));
    assert!(read(&format!("{some}8\n"), false).is_ok());
    let said = refused("lsoa,total\nE01000001,1\n", false);
    assert!(said.contains("no column is called count"), "{said}");
    assert!(refused("lsoa,count\nE06000001,4\n", false).contains("no row is of a part"));
    assert!(refused("", false).contains("empty"));
}

#[test]
fn all_bad_rows_are_said_at_once() {
    let said = refused(
        "lsoa,count\nE01000004,1\nE01999999,1\nE01000001,-1\n",
        false,
    );
    assert_eq!(said.matches("hint: ").count(), 3, "{said}");
}
