//! Tables that somebody gives: the same figures as those that are built in, whatever format they come in, and what is
//! wrong with a table said by row.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use disparity_core::{AreaCode, CellKey, ChineseGroup, Cube, Dimension, Reported, Stratum};
use disparity_frames::{Beside, Counted, Description, Known, TableErrors, read_table};
use disparity_published::{Loaded, load, load_neighbourhoods};

use crate::support::{Folder, built_in, disparity, root};

struct World {
    loaded: Loaded,
    neighbourhoods: disparity_core::neighbourhoods::Neighbourhoods,
}

impl World {
    fn new() -> Self {
        let files = built_in();
        let loaded = load(&files, ChineseGroup::default()).unwrap().output;
        let neighbourhoods = load_neighbourhoods(&files, &loaded.catalogue.areas).unwrap();
        Self {
            loaded,
            neighbourhoods,
        }
    }

    fn known(&self) -> Known<'_> {
        Known {
            catalogue: &self.loaded.catalogue,
            populations: &self.loaded.populations,
            neighbourhoods: Some(&self.neighbourhoods),
            marks: &self.loaded.marks,
        }
    }

    fn read(&self, table: &str, text: &str, description: &str) -> Result<Counted, TableErrors> {
        let folder = Folder::new("table");
        let file = folder.join(table);
        std::fs::write(&file, text).unwrap();
        let description = Description::read("t.toml", description)?;
        read_table(&file, &description, self.known())
    }

    /// What is said of a table that is wrong, without the folder it is in.
    fn wrong(&self, text: &str, description: &str) -> String {
        let said = self.read("t.csv", text, description).unwrap_err();
        let lines = said.to_string();
        let shown = lines.lines().map(|line| match line.split_once("t.csv") {
            Some((_, rest)) if line.starts_with("  --> ") => format!("  --> t.csv{rest}"),
            _ => line.to_owned(),
        });
        shown.collect::<Vec<_>>().join("\n")
    }
}

/// A description with an area and a year, and further lines.
fn described(columns: &str) -> String {
    format!(
        "[indicator]\nname = \"n\"\ntitle = \"N\"\ntiming = \"as_at\"\n[columns]\narea = \"area\"\nperiod = \"year\"\n{columns}"
    )
}

/// The rows of two built-in tables that have a figure of an indicator, as one table: of everyone and by group.
fn rows_of(indicator: &str, tables: [&str; 2]) -> String {
    let mut text = String::from("year,area,broad,detailed,age,sex,n\n");
    for table in tables {
        let mut reader =
            csv::Reader::from_path(root().join(format!("data/england/{table}.csv"))).unwrap();
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|own| own == name);
        for row in reader.records() {
            let row = row.unwrap();
            let field = |name: &str| at(name).map_or("", |at| &row[at]);
            if !field(indicator).is_empty() {
                let groups = ["ethnicity_major", "ethnicity_minor", "age_band", "sex"].map(field);
                // Groups of two dimensions at once would be added up to groups of one, which are not all built in.
                let ways = [
                    !groups[0].is_empty(),
                    !groups[2].is_empty(),
                    !groups[3].is_empty(),
                ];
                if ways.iter().filter(|own| **own).count() > 1 {
                    continue;
                }
                let _ = writeln!(
                    text,
                    "{},{},{},{}",
                    field("time_period"),
                    field("area_code"),
                    groups.join(","),
                    field(indicator)
                );
            }
        }
    }
    text
}

const PUBLISHED: &str = r#"
protection = "published"
[indicator]
name = "n"
title = "N"
timing = "as_at"
[columns]
area = "area"
period = "year"
ethnic_group = "broad"
detailed_ethnic_group = "detailed"
age = "age"
sex = "sex"
count = "n"
[codes.ethnic_group]
"" = "total"
[codes.detailed_ethnic_group]
"" = "total"
[codes.age]
"" = "total"
[codes.sex]
"" = "total"
"#;

/// Numerators and denominators by year, area and group, of single dimensions.
fn figures(
    cube: &Cube,
    name: &str,
    world: &World,
) -> BTreeMap<(CellKey, ()), (Reported<u32>, Reported<f64>)> {
    let id = world.loaded.catalogue.indicators.id(name).unwrap();
    let cells = cube.indicator(id).iter();
    // Groups of two dimensions at once are not made of a table that is given.
    let single = |own: &disparity_core::Stratum| own.is_total() || own.by().is_some();
    cells
        .filter(|cell| single(&cell.key.stratum))
        .map(|cell| ((cell.key, ()), (cell.numerator, cell.denominator.value)))
        .collect()
}

#[test]
fn the_built_in_figures_as_a_table_are_the_same_cube_to_the_cell() {
    let world = World::new();
    for (indicator, tables) in [
        (
            "cla_at_31_march",
            ["children_looked_after", "children_looked_after_by_group"],
        ),
        (
            "cla_started",
            ["children_looked_after", "children_looked_after_by_group"],
        ),
        (
            "cin_at_31_march",
            ["children_in_need", "children_in_need_by_group"],
        ),
    ] {
        let counted = world
            .read("t.csv", &rows_of(indicator, tables), PUBLISHED)
            .unwrap();
        let id = world.loaded.catalogue.indicators.id(indicator).unwrap();
        let (catalogue, populations) = (&world.loaded.catalogue, &world.loaded.populations);
        let cube = counted
            .cube(id, Beside::default(), catalogue, populations)
            .unwrap();
        let own = figures(&cube, indicator, &world);
        let built_in = figures(&world.loaded.cube, indicator, &world);
        assert!(built_in.len() > 1_000, "{indicator}: {}", built_in.len());
        let missing: Vec<_> = built_in
            .iter()
            .filter(|(key, value)| own.get(key) != Some(value))
            .take(5)
            .collect();
        assert!(missing.is_empty(), "{indicator}: {missing:?}");
        let more: Vec<_> = own
            .keys()
            .filter(|key| !built_in.contains_key(key))
            // Regions and nations are added up where no total was published.
            .filter(|(key, ())| {
                let area = catalogue.areas.get(key.area).unwrap();
                area.level == disparity_core::GeographicLevel::LocalAuthority
            })
            .take(5)
            .collect();
        assert!(more.is_empty(), "{indicator}: {more:?}");
    }
}

fn count(
    counted: &Counted,
    world: &World,
    area: &str,
    year: u16,
    stratum: Stratum,
) -> Option<Reported<u32>> {
    let (catalogue, populations) = (&world.loaded.catalogue, &world.loaded.populations);
    let id = disparity_core::IndicatorId(0);
    let cube = counted
        .cube(id, Beside::default(), catalogue, populations)
        .unwrap();
    let key = CellKey {
        indicator: id,
        period: disparity_core::Period::ending(year).unwrap(),
        area: area.parse::<AreaCode>().unwrap(),
        stratum,
    };
    cube.get(&key).map(|cell| cell.numerator)
}

#[test]
fn a_symbol_is_what_its_publisher_means_and_a_sum_over_it_is_none() {
    let world = World::new();
    let read = |vintage: &str, mark: &str| {
        let text = format!(
            "area,year,sex,n\nLeeds,2024,F,7\nLeeds,2024,M,{mark}\nKent,2024,F,1\nKent,2024,M,2\n"
        );
        let description = format!(
            "protection = \"published\"\nsymbols = \"{vintage}\"\n{}",
            described("sex = \"sex\"\ncount = \"n\"")
        );
        let counted = world.read("t.csv", &text, &description).unwrap();
        let leeds = count(&counted, &world, "E08000035", 2024, Stratum::TOTAL).unwrap();
        assert_eq!(
            count(&counted, &world, "E10000016", 2024, Stratum::TOTAL),
            Some(Reported::Value(3))
        );
        match leeds {
            Reported::Symbol(symbol) => symbol.mark(),
            Reported::Value(value) => panic!("{vintage} {mark}: {value}"),
        }
    };
    for (vintage, mark, means) in [
        ("ees", "c", "c"),
        ("ees", "z", "z"),
        ("ees", "x", "x"),
        ("ees", "u", "u"),
        ("ees", "k", "low"),
        ("ees", "low", "low"),
        ("ees", "..", "x"),
        ("sfr", "x", "c"),
        ("sfr", ".", "z"),
        ("sfr", "-", "low"),
        ("lait", "-", "x"),
        ("statswales", "*", "c"),
    ] {
        assert_eq!(read(vintage, mark), means, "{vintage} {mark}");
    }
}

#[test]
fn what_a_table_writes_for_an_absence_may_be_said() {
    let world = World::new();
    let text = "area,year,sex,n\nLeeds,2024,F,-100\nLeeds,2024,M,9\nKent,2024,F,\nKent,2024,M,5\n";
    let description = format!(
        "protection = \"published\"\n{}\n[codes.count]\n\"-100\" = \"x\"\n\"\" = \"c\"\n",
        described("sex = \"sex\"\ncount = \"n\"")
    );
    let counted = world.read("t.csv", text, &description).unwrap();
    let total = |area| {
        count(&counted, &world, area, 2024, Stratum::TOTAL)
            .unwrap()
            .symbol()
    };
    assert_eq!(
        total("E08000035"),
        Some(disparity_core::Symbol::NotAvailable)
    );
    assert_eq!(
        total("E10000016"),
        Some(disparity_core::Symbol::Confidential)
    );
    let wrong =
        Description::read("t.toml", &description.replace("\"c\"", "\"secret\"")).unwrap_err();
    assert!(
        wrong
            .to_string()
            .contains("gives \"\" the symbol \"secret\", which is none"),
        "{wrong}"
    );
}

#[test]
fn rates_by_decile_follow_from_neighbourhoods_and_one_without_children_is_not_applicable() {
    let hackney = built_in_rows("E09000012");
    let mut text = String::from("lsoa,year,n\n");
    for (at, lsoa) in hackney.iter().enumerate() {
        let _ = writeln!(text, "{lsoa},2025,{}", 3 + at % 4);
    }
    let words = "[indicator]\nname = \"helped\"\ntitle = \"Children helped\"\ntiming = \"during\"\n[columns]\nneighbourhood = \
                 \"lsoa\"\nperiod = \"year\"\ncount = \"n\"\n";
    let ran = Ran::new(&text, words, &[]);
    assert!(ran.said.contains("index.html"), "{}", ran.said);
    let (at, rows) = ran.rows();
    let at = |name: &str| at[name];
    let decile = |own: &csv::StringRecord| own[at("deprivation_decile")].to_owned();
    let total: u32 = rows.iter().find(|row| decile(row) == "Total").unwrap()[at("numerator")]
        .parse()
        .unwrap();
    let sum: u32 = hackney
        .iter()
        .enumerate()
        .map(|(at, _)| 3 + u32::try_from(at % 4).unwrap())
        .sum();
    assert_eq!(total, sum);
    let ninth = rows
        .iter()
        .find(|row| decile(row) == "9")
        .expect("every decile has a row");
    assert_eq!(
        (
            &ninth[at("numerator")],
            &ninth[at("estimate")],
            &ninth[at("symbol")]
        ),
        ("0", "z", "z")
    );
    let gradients = ran.text("gradients.csv");
    assert!(
        gradients.lines().any(|line| line.contains("helped")),
        "{gradients}"
    );
    let page = ran.text("index.html");
    assert!(
        page.contains("<h1>Children helped</h1>"),
        "the page has its own title"
    );
    assert!(
        page.contains("by tenth of neighbourhoods by deprivation"),
        "and its deciles"
    );
}

fn built_in_rows(authority: &str) -> Vec<String> {
    let path = root().join("data/england/neighbourhoods_2021.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows = reader.records().map(Result::unwrap);
    rows.filter(|row| &row[1] == authority)
        .map(|row| row[0].to_owned())
        .collect()
}

#[test]
fn small_counts_of_records_are_withheld_and_those_of_a_publisher_are_not() {
    let table =
        "area,year,sex,n\nLeeds,2025,F,3\nLeeds,2025,M,40\nKent,2025,F,50\nKent,2025,M,60\n";
    let run = |first: &str| {
        let sex = described("sex = \"sex\"\ncount = \"n\"");
        Ran::new(table, &format!("{first}{sex}"), &[])
    };
    let numerators = |ran: &Ran| -> Vec<(String, String, String)> {
        let (at, rows) = ran.rows();
        let own = |row: &csv::StringRecord, name: &str| row[at[name]].to_owned();
        let fields = |row| (own(row, "la_name"), own(row, "sex"), own(row, "numerator"));
        rows.iter().map(fields).collect()
    };
    let of = |rows: &[(String, String, String)], area: &str, sex: &str| {
        rows.iter()
            .find(|row| row.0 == area && row.1 == sex)
            .map(|row| row.2.clone())
            .unwrap()
    };
    let records = run("");
    let (rows, manifest) = (numerators(&records), records.text("manifest.json"));
    assert_eq!(of(&rows, "Leeds", "Female"), "c");
    // With the total shown, the other would give it away.
    assert!(of(&rows, "Leeds", "Total") == "c" || of(&rows, "Leeds", "Male") == "c");
    assert_eq!(of(&rows, "Kent", "Female"), "50");
    assert!(
        manifest.contains("\"disclosure_policy\": \"controlled\""),
        "{manifest}"
    );
    assert!(manifest.contains("table-n") && manifest.contains("description-n"));
    assert!(
        !manifest.contains(records.folder.path().to_str().unwrap()),
        "no path of the machine"
    );
    let published = run("protection = \"published\"\n");
    let manifest = published.text("manifest.json");
    assert_eq!(of(&numerators(&published), "Leeds", "Female"), "3");
    assert!(
        manifest.contains("\"disclosure_policy\": \"published\""),
        "{manifest}"
    );
}

#[test]
fn a_detailed_group_is_not_worked_out_from_its_broad_one() {
    let ran = Ran::new(
        "area,year,group,n\nLeeds,2025,White British,40\nLeeds,2025,White Irish,3\nLeeds,2025,Pakistani,30\n",
        &described("detailed_ethnic_group = \"group\"\ncount = \"n\""),
        &[],
    );
    let (at, rows) = ran.rows();
    let at = |name: &str| at[name];
    let of = |broad: &str, detailed: &str| {
        let row = rows.iter().find(|row| {
            &row[at("ethnicity_major")] == broad && &row[at("ethnicity_minor")] == detailed
        });
        row.unwrap_or_else(|| panic!("no row of {broad}, {detailed}"))[at("numerator")].to_owned()
    };
    assert_eq!(of("White", "White Irish"), "c");
    assert!(of("White", "White British") == "c" || of("White", "Total") == "c");
    // The rate of a detailed group has the children of the group.
    let pakistani = rows
        .iter()
        .find(|row| &row[at("ethnicity_minor")] == "Pakistani")
        .unwrap();
    assert!(
        pakistani[at("denominator")]
            .parse::<f64>()
            .is_ok_and(|children| children > 1_000.0),
        "{pakistani:?}"
    );
}

#[test]
fn totals_of_regions_and_england_are_added_up_where_every_authority_is_there() {
    let world = World::new();
    let areas = &world.loaded.catalogue.areas;
    let year = disparity_core::Period::ending(2025).unwrap();
    let all: Vec<&disparity_core::Area> = areas
        .entities()
        .filter(|own| {
            own.region.is_some() && own.level == disparity_core::GeographicLevel::LocalAuthority
        })
        .filter(|own| areas.exists_at(own.code, year))
        .collect();
    let table = |without: Option<&str>| {
        let mut text = String::from("area,year,n\n");
        for own in all.iter().filter(|own| Some(own.code.as_str()) != without) {
            let _ = writeln!(text, "{},2025,10", own.code);
        }
        text
    };
    let description = described("count = \"n\"");
    let whole = world.read("t.csv", &table(None), &description).unwrap();
    let england = count(&whole, &world, "E92000001", 2025, Stratum::TOTAL);
    assert_eq!(
        england,
        Some(Reported::Value(10 * u32::try_from(all.len()).unwrap()))
    );
    let london = count(&whole, &world, "E12000007", 2025, Stratum::TOTAL);
    assert_eq!(london, Some(Reported::Value(330)));
    let part = world
        .read("t.csv", &table(Some("E08000035")), &description)
        .unwrap();
    assert_eq!(
        count(&part, &world, "E92000001", 2025, Stratum::TOTAL),
        None
    );
    assert_eq!(
        count(&part, &world, "E12000007", 2025, Stratum::TOTAL),
        Some(Reported::Value(330))
    );
    assert_eq!(
        count(&part, &world, "E12000003", 2025, Stratum::TOTAL),
        None
    );
}

#[test]
fn events_of_the_same_child_widen_the_interval_and_a_child_twice_is_an_error() {
    let world = World::new();
    let text = "area,opened,child,sex\nLeeds,2024-05-01,a,F\nLeeds,2024-06-01,a,F\nLeeds,01/07/2024,b,M\nLeeds,2025-04-01,a,F\n";
    let description = |rows: &str| {
        format!(
            "rows = \"{rows}\"\n[indicator]\nname = \"n\"\ntitle = \"N\"\ntiming = \"during\"\n[columns]\narea = \"area\"\ndate = \
             \"opened\"\nchild = \"child\"\nsex = \"sex\"\n"
        )
    };
    let events = world.read("t.csv", text, &description("events")).unwrap();
    assert_eq!(
        count(&events, &world, "E08000035", 2025, Stratum::TOTAL),
        Some(Reported::Value(3))
    );
    assert_eq!(
        count(&events, &world, "E08000035", 2026, Stratum::TOTAL),
        Some(Reported::Value(1))
    );
    let times = events.frequencies(disparity_core::IndicatorId(0));
    assert_eq!(
        times.values().cloned().collect::<Vec<_>>(),
        [vec![1, 1], vec![1]]
    );
    let wrong = world.wrong(text, &description("children"));
    assert!(
        wrong.contains("a child is in the table twice in a year\n  --> t.csv:3, column `child`"),
        "{wrong}"
    );
    assert!(!wrong.contains("\"a\""), "the child is not named");
}

#[test]
fn what_is_wrong_with_a_table_is_said_with_row_column_value_and_remedy() {
    let world = World::new();
    let sex = described("sex = \"sex\"\ncount = \"n\"");
    let plain = described("count = \"n\"");
    for (text, description, says) in [
        (
            "area,year,m\nLeeds,2024,1\n",
            &plain,
            "there is no column `n`\n  --> t.csv:1\nhint: ",
        ),
        (
            "area,yeer,n\nLeeds,2024,1\n",
            &plain,
            "there is no column `year`\n  --> t.csv:1\nhint: did you mean `yeer`?",
        ),
        (
            "area,year,n\nLeeds,2024,1.5\n",
            &plain,
            "the count 1.5 is not whole\n  --> t.csv:2, column `n`",
        ),
        (
            "area,year,n\nLeeds,2024,-1\n",
            &plain,
            "the count -1 is below 0\n  --> t.csv:2, column `n`",
        ),
        ("area,year,n\nLeeds,2024,\n", &plain, "the count is empty"),
        (
            "area,year,n\nLeeds,2024,x1\nKent,2024,x1\n",
            &plain,
            "cannot read \"x1\" as a count\n  --> t.csv:2, column `n`, and 1 more rows",
        ),
        (
            "area,year,n\nLeads,2024,1\n",
            &plain,
            "no area is called \"Leads\"\n  --> t.csv:2, column `area`\nhint: did you mean \"Leeds\"?",
        ),
        (
            "area,year,n\nW06000020,2024,1\n",
            &plain,
            "W06000020 is a code of Wales",
        ),
        (
            "area,year,n\nE01000001,2024,1\n",
            &plain,
            "E01000001 is a part of an authority\n  --> t.csv:2, column `area`\nhint: describe the column as `neighbourhood`",
        ),
        (
            "area,year,n\nLeeds,2024-05-01,1\n",
            &plain,
            "it is a day: describe the column as `date`",
        ),
        (
            "area,year,n\nNorthamptonshire,2024,1\n",
            &plain,
            "Northamptonshire did not exist at 31 March 2024\n  --> t.csv:2, column `area`\nhint: in that year there was North Northamptonshire (E06000061), West Northamptonshire (E06000062)",
        ),
        (
            "area,year,n\nE10000002,2019,1\nE06000060,2019,1\n",
            &plain,
            "are the same area, and both have rows of 2019",
        ),
        (
            "area,year,n\nLeeds,2024,1\nLeeds,2024,2\n",
            &plain,
            "the same area, year and groups stand on row 2 already\n  --> t.csv:3",
        ),
        (
            "area,year,sex,n\nLeeds,2024,Total,9\nLeeds,2024,F,4\nLeeds,2024,M,4\n",
            &sex,
            "rows by sex of Leeds in 2024 add up to 8, but rows of everyone to 9",
        ),
        (
            "area,year,sex,n\nLeeds,2024,Femal,9\n",
            &sex,
            "\"Femal\" is no sex that is known\n  --> t.csv:2, column `sex`\nhint: did you mean",
        ),
        ("area,year,sex,n\nLeeds,2024,,9\n", &sex, "the sex is empty"),
        (
            "area,year,n\nLeeds,2024,c\n",
            &plain,
            "nobody is said to have protected the others",
        ),
        ("area,year,n\n", &plain, "a heading but no rows"),
    ] {
        let said = world.wrong(text, description);
        assert!(said.contains(says), "{text}\n{said}");
    }
    let decile = described("decile = { column = \"d\", index = \"wimd_2019\" }\ncount = \"n\"");
    let said = world.wrong("area,year,d,n\nLeeds,2024,1,9\n", &decile);
    assert!(
        said.contains("tenths of another nation’s neighbourhoods are others"),
        "{said}"
    );
    let decile = described("decile = { column = \"d\", index = \"imd_2019\" }\ncount = \"n\"");
    let said = world.wrong("area,year,d,n\nLeeds,2026,1,9\n", &decile);
    assert!(
        said.contains("deciles of imd_2019 cannot be divided by children of 2026"),
        "{said}"
    );
}

#[test]
fn two_descriptions_of_one_indicator_are_refused_and_nothing_is_written() {
    let folder = Folder::new("twice");
    std::fs::write(folder.join("t.csv"), "area,year,n\nLeeds,2024,11\n").unwrap();
    std::fs::write(folder.join("a.toml"), described("count = \"n\"")).unwrap();
    std::fs::write(
        folder.join("b.toml"),
        described("count = \"n\"").replace("\"n\"\ntitle", "\"cla_started\"\ntitle"),
    )
    .unwrap();
    let out = folder.join("out");
    let path = |own: PathBuf| own.to_str().unwrap().to_owned();
    let [table, first, second] = ["t.csv", "a.toml", "b.toml"].map(|own| path(folder.join(own)));
    let run = |descriptions: &[&str]| {
        let mut arguments = vec!["run", "--out"];
        let out = path(out.clone());
        arguments.push(&out);
        for own in descriptions {
            arguments.extend(["--table", table.as_str(), "--describe", own]);
        }
        disparity(&arguments)
    };
    let twice = run(&[&first, &first]);
    assert_eq!(twice.code, 2);
    assert!(
        twice.stderr.contains("both describe `n`"),
        "{}",
        twice.stderr
    );
    let built_in = run(&[&second]);
    assert!(
        built_in.stderr.contains("which is built in"),
        "{}",
        built_in.stderr
    );
    assert!(!out.exists());
}

#[test]
fn a_description_is_proposed_that_reads_its_table() {
    let world = World::new();
    let folder = Folder::new("proposed");
    let file = folder.join("early_help.csv");
    let text = "Year,LA name,LA code,Ethnicity,Sex,Reached\n2024,Leeds,E08000035,White British,M,12\n2024,Leeds,E08000035,Pakistani,F,30\n\
                2025,Kent,E10000016,Not recorded,F,7\n2025,Kent,E10000016,Pakistani,M,9\n";
    std::fs::write(&file, text).unwrap();
    let proposal = disparity_frames::propose(&file, None, world.known()).unwrap();
    for line in [
        "area = \"LA code\"",
        "period = \"Year\"",
        "detailed_ethnic_group = \"Ethnicity\"",
        "sex = \"Sex\"",
        "count = \"Reached\"",
    ] {
        assert!(
            proposal.text.lines().any(|own| own == line),
            "{line}\n{}",
            proposal.text
        );
    }
    let description = Description::read("t.toml", &proposal.text).unwrap();
    let counted = read_table(&file, &description, world.known()).unwrap();
    let dimensions = &world.loaded.catalogue.dimensions;
    let of = |dimension: Dimension, code: &str| {
        dimensions.within(dimension, dimensions.list(dimension).id(code).unwrap())
    };
    let pakistani = of(Dimension::EthnicityMinor, "APKN");
    assert_eq!(
        count(&counted, &world, "E08000035", 2024, pakistani),
        Some(Reported::Value(30))
    );
    let asian = of(Dimension::EthnicityMajor, "asian");
    assert_eq!(
        count(&counted, &world, "E10000016", 2025, asian),
        Some(Reported::Value(9))
    );
}

#[test]
fn a_workbook_is_read_like_text_and_a_damaged_one_is_an_error() {
    let world = World::new();
    let rows: &[&[&str]] = &[
        &["Early help in two boroughs"],
        &["area", "year", "n"],
        &["Leeds", "2024", "12"],
        &["Kent", "2024.0", "1,234"],
    ];
    let bytes = crate::returns_codes::workbook(&[("Data", rows)]);
    let folder = Folder::new("workbook");
    let file = folder.join("t.xlsx");
    std::fs::write(&file, &bytes).unwrap();
    let description = Description::read("t.toml", &described("count = \"n\"")).unwrap();
    let counted = read_table(&file, &description, world.known()).unwrap();
    assert_eq!(
        count(&counted, &world, "E10000016", 2024, Stratum::TOTAL),
        Some(Reported::Value(1_234))
    );
    // A sheet among several has to be named.
    let two = crate::returns_codes::workbook(&[("Data", rows), ("Notes", &[&["a", "b"]])]);
    std::fs::write(&file, &two).unwrap();
    let said = read_table(&file, &description, world.known())
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("it has several sheets: Data, Notes"),
        "{said}"
    );
    let named = format!("sheet = \"Data\"\n{}", described("count = \"n\""));
    let named = Description::read("t.toml", &named).unwrap();
    assert_eq!(read_table(&file, &named, world.known()).unwrap().rows, 2);
    let mut state = 0x9E37_79B9_u64;
    let mut refused = 0;
    for round in 0..300 {
        let mut damaged = bytes.clone();
        for _ in 0..=round % 3 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(state >> 33).unwrap() % damaged.len();
            damaged[at] ^= u8::try_from(state >> 56).unwrap() | 1;
        }
        std::fs::write(&file, &damaged).unwrap();
        refused += usize::from(read_table(&file, &description, world.known()).is_err());
    }
    assert!(refused > 100, "{refused} refused");
}

/// Runs a table through the program and reads a table of what it writes.
struct Ran {
    folder: Folder,
    said: String,
}

impl Ran {
    fn new(table: &str, description: &str, more: &[&str]) -> Self {
        let folder = Folder::new("ran");
        let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
        std::fs::write(folder.join("t.csv"), table).unwrap();
        std::fs::write(folder.join("d.toml"), description).unwrap();
        let (table, description, out) = (path("t.csv"), path("d.toml"), path("out"));
        let mut arguments = vec![
            "run",
            "--csv",
            "--table",
            &table,
            "--describe",
            &description,
            "--out",
            &out,
        ];
        arguments.extend(more);
        let said = disparity(&arguments).ok();
        Self { folder, said }
    }

    /// The rows of the estimates, and where each column stands.
    fn rows(&self) -> (BTreeMap<String, usize>, Vec<csv::StringRecord>) {
        let text = self.text("estimates.csv");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let places = header.iter().map(str::to_owned).zip(0..);
        (
            places.collect(),
            reader.records().map(Result::unwrap).collect(),
        )
    }

    /// That a reader of all that was written can work nothing out.
    fn audited(&self) {
        let said = disparity(&["audit", self.folder.join("out").to_str().unwrap()]).ok();
        assert!(said.contains("Nothing is exposed"), "{said}");
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join("out").join(name)).unwrap()
    }

    /// Fields of the rows of estimates of an indicator by area, sex and detailed ethnic group.
    fn estimates(
        &self,
        indicator: &str,
    ) -> BTreeMap<(String, String, String), BTreeMap<String, String>> {
        let (places, rows) = self.rows();
        let fields = rows.iter().map(|row| -> BTreeMap<String, String> {
            let own = places.iter();
            own.map(|(name, at)| (name.clone(), row[*at].to_owned()))
                .collect()
        });
        let own = fields.filter(|row| row["indicator"] == indicator);
        own.map(|row| {
            let area = if row["la_name"].is_empty() {
                if row["region_name"].is_empty() {
                    row["country_name"].clone()
                } else {
                    row["region_name"].clone()
                }
            } else {
                row["la_name"].clone()
            };
            (
                (area, row["sex"].clone(), row["ethnicity_minor"].clone()),
                row,
            )
        })
        .collect()
    }
}

#[test]
fn a_withheld_borough_is_not_worked_out_from_parts_of_london_nor_from_london() {
    let world = World::new();
    let areas = &world.loaded.catalogue.areas;
    let london: Vec<&disparity_core::Area> = areas
        .entities()
        .filter(|own| {
            own.part_of_london.is_some()
                && own.level == disparity_core::GeographicLevel::LocalAuthority
        })
        .collect();
    assert_eq!(london.len(), 33);
    let mut text = String::from("area,year,n\n");
    for own in &london {
        let n = if own.name == "Camden" { 3 } else { 100 };
        let _ = writeln!(text, "{},2025,{n}", own.code);
    }
    let ran = Ran::new(&text, &described("count = \"n\""), &[]);
    let rows = ran.estimates("n");
    let counts: BTreeMap<&str, &str> = rows
        .iter()
        .map(|((area, ..), row)| (area.as_str(), row["numerator"].as_str()))
        .collect();
    assert_eq!(counts["Camden"], "c");
    for whole in ["Inner London", "London"] {
        let parts = london
            .iter()
            .filter(|own| whole == "London" || areas.name(own.part_of_london.unwrap()) == whole);
        let withheld = parts.filter(|own| counts[own.name.as_str()] == "c").count();
        assert!(counts[whole] == "c" || withheld > 1, "{whole}: {counts:?}");
    }
    ran.audited();
}

#[test]
fn what_counts_are_a_part_of_is_protected_too() {
    let description = format!(
        "{}\n[denominator]\ncolumn = \"of\"\ntitle = \"Children assessed\"\n",
        described("sex = \"sex\"\ncount = \"n\"")
    );
    let ran = Ran::new(
        "area,year,sex,n,of\nLeeds,2025,F,0,3\nLeeds,2025,M,20,40\n",
        &description,
        &[],
    );
    let rows = ran.estimates("n");
    let of = |sex: &str| {
        rows[&("Leeds".to_owned(), sex.to_owned(), "Total".to_owned())]["denominator"].clone()
    };
    assert_eq!(of("Female"), "c");
    assert!(of("Male") == "c" || of("Total") == "c", "{rows:?}");
    // Whatever is known of the part.
    let description = format!("{description}\n[codes.count]\n\"?\" = \"x\"\n");
    let ran = Ran::new(
        "area,year,sex,n,of\nLeeds,2025,F,?,3\nLeeds,2025,M,20,40\n",
        &description,
        &[],
    );
    let rows = ran.estimates("n");
    assert_eq!(
        rows[&("Leeds".to_owned(), "Female".to_owned(), "Total".to_owned())]["denominator"],
        "c"
    );
}

#[test]
fn broad_and_detailed_groups_in_one_column_are_one_breakdown_unless_they_overlap() {
    let world = World::new();
    let read = |text: &str, first: &str| {
        let description = format!(
            "{first}{}",
            described("detailed_ethnic_group = \"g\"\ncount = \"n\"")
        );
        world.read("t.csv", text, &description)
    };
    let total = |counted: &Counted| count(counted, &world, "E08000035", 2025, Stratum::TOTAL);
    let mixed = "area,year,g,n\nLeeds,2025,White British,40\nLeeds,2025,Pakistani,30\nLeeds,2025,Unknown,5\n";
    for first in ["", "protection = \"published\"\n"] {
        assert_eq!(
            total(&read(mixed, first).unwrap()),
            Some(Reported::Value(75))
        );
    }
    let equal = "area,year,g,n\nLeeds,2025,White British,12\nLeeds,2025,Asian,12\n";
    assert_eq!(total(&read(equal, "").unwrap()), Some(Reported::Value(24)));
    // A total of a broad group beside its parts is a total.
    let within = "area,year,g,n\nLeeds,2025,Total White,42\nLeeds,2025,White British,40\nLeeds,2025,White Irish,2\n";
    assert_eq!(total(&read(within, "").unwrap()), Some(Reported::Value(42)));
    let known = "area,year,g,n\nLeeds,2025,Known ethnicity,70\nLeeds,2025,White British,40\nLeeds,2025,Pakistani,30\n";
    assert_eq!(total(&read(known, "").unwrap()), Some(Reported::Value(70)));
}

#[test]
fn rows_of_neighbourhoods_and_of_wards_are_added_and_events_always() {
    let world = World::new();
    let own = world.neighbourhoods.of("E09000012".parse().unwrap());
    let (lsoa, ward) = (own[0].code, own[0].ward);
    let words = |rows: &str| {
        format!(
            "rows = \"{rows}\"\n[indicator]\nname = \"n\"\ntitle = \"N\"\ntiming = \"during\"\n[columns]\nneighbourhood = \
             \"place\"\nperiod = \"year\"\n"
        )
    };
    let events: String =
        "place,year\n".to_owned() + &format!("{lsoa},2025\n{ward},2025\n").repeat(10);
    let counted = world.read("t.csv", &events, &words("events")).unwrap();
    assert_eq!(
        count(&counted, &world, "E09000012", 2025, Stratum::TOTAL),
        Some(Reported::Value(20))
    );
    let counts = format!("place,year,n\n{lsoa},2025,10\n{ward},2025,7\n");
    let counted = world
        .read("t.csv", &counts, &(words("counts") + "count = \"n\"\n"))
        .unwrap();
    assert_eq!(
        count(&counted, &world, "E09000012", 2025, Stratum::TOTAL),
        Some(Reported::Value(17))
    );
    assert!(
        !counted.issues.is_empty(),
        "that a ward has no decile is said"
    );
}

/// A postcode is its neighbourhood, or where only that is known its authority.
#[test]
fn postcodes_are_looked_up_in_a_list_that_is_given() {
    let world = World::new();
    let folder = Folder::new("postcodes");
    let own = world.neighbourhoods.of("E09000012".parse().unwrap());
    let list = format!(
        "pcds,doterm,lsoa21cd\nE8 1EA,,{}\nE81EB,,{}\nE8 1EC,,E09000012\nBT1 1AA,,\n",
        own[0].code, own[1].code
    );
    std::fs::write(folder.join("list.csv"), list).unwrap();
    let words = |place: &str| {
        format!(
            "[indicator]\nname = \"n\"\ntitle = \"N\"\ntiming = \"during\"\n[columns]\n{place} = \"place\"\nperiod = \
             \"year\"\ncount = \"n\"\n"
        )
    };
    let by_postcode = words("postcode")
        + "[postcodes]\nfile = \"list.csv\"\npostcode = \"pcds\"\nplace = \"lsoa21cd\"\n";
    let description = folder.join("t.toml").display().to_string();
    let read = |text: &str| {
        let file = folder.join("t.csv");
        std::fs::write(&file, text).unwrap();
        let description = Description::read(&description, &by_postcode).unwrap();
        read_table(&file, &description, world.known())
    };
    let found = read("place,year,n\ne8 1ea,2025,10\nE8  1EB,2025,7\nE8 1EC,2025,9\n").unwrap();
    let total = count(&found, &world, "E09000012", 2025, Stratum::TOTAL);
    assert_eq!(total, Some(Reported::Value(26)));
    // The same by neighbourhood, decile by decile.
    let same = format!(
        "place,year,n\n{},2025,10\n{},2025,7\n",
        own[0].code, own[1].code
    );
    let same = world.read("t.csv", &same, &words("neighbourhood")).unwrap();
    let deciles = world
        .loaded
        .catalogue
        .dimensions
        .list(Dimension::DeprivationDecile);
    let mut seen = 0;
    for (_, decile) in deciles.iter() {
        let dimensions = &world.loaded.catalogue.dimensions;
        let stratum = dimensions.stratum(Dimension::DeprivationDecile, &decile.code);
        let of = |counted| count(counted, &world, "E09000012", 2025, stratum.unwrap());
        assert_eq!(of(&found), of(&same), "decile {}", decile.code);
        seen += of(&same).and_then(Reported::value).unwrap_or(0);
    }
    assert_eq!(seen, 17, "that a row of a whole authority is of no decile");
    let said = read("place,year,n\nE8 1EA,2025,10\nBT1 1AA,2025,7\nHackney,2025,7\n");
    let said = said.unwrap_err().to_string();
    assert!(
        said.contains("BT1 1AA is not in the list of postcodes"),
        "{said}"
    );
    assert!(said.contains("\"Hackney\" is no postcode"), "{said}");
    assert!(said.contains("t.csv:3, column `place`"), "{said}");
    let without = Description::read("t.toml", &words("postcode")).unwrap_err();
    assert!(
        without
            .to_string()
            .contains("nothing says where the postcodes are")
    );
}

#[test]
fn nothing_is_0_of_which_an_area_has_no_rows() {
    let world = World::new();
    let text =
        "area,year,sex,n\nLeeds,2024,F,7\nLeeds,2024,M,9\nKent,2024,Total,50\nHull,2024,F,8\n";
    let description = format!(
        "absent = \"zero\"\n{}",
        described("sex = \"sex\"\ncount = \"n\"")
    );
    let counted = world.read("t.csv", text, &description).unwrap();
    let male = world
        .loaded
        .catalogue
        .dimensions
        .stratum(Dimension::Sex, "male")
        .unwrap();
    assert_eq!(count(&counted, &world, "E10000016", 2024, male), None);
    assert_eq!(
        count(&counted, &world, "E06000010", 2024, male),
        Some(Reported::Value(0))
    );
}

#[test]
fn an_age_that_would_be_counted_twice_is_refused() {
    let world = World::new();
    let age = described("age = \"age\"\ncount = \"n\"");
    let said = world.wrong(
        "area,year,age,n\nLeeds,2025,16,10\nLeeds,2025,17,12\nLeeds,2025,16 and over,22\n",
        &age,
    );
    assert!(
        said.contains("stand on row 2 already\n  --> t.csv:4"),
        "{said}"
    );
    let said = world.wrong(
        "area,year,age,n\nLeeds,2025,0 to 4,10\nLeeds,2025,Under 1,4\n",
        &age,
    );
    assert!(
        said.contains("an age band 0 to 4 beside bands or years within it"),
        "{said}"
    );
    let sex = described("sex = \"sex\"\ncount = \"n\"");
    let said = world.wrong(
        "area,year,sex,n\nLeeds,2025,M,40\nLeeds,2025,Male,40\n",
        &sex,
    );
    assert!(said.contains("stand on row 2 already"), "{said}");
}

#[test]
fn an_interval_of_events_is_wider_where_children_had_several() {
    let mut text = String::from("area,year,child\n");
    for event in 0..400 {
        let _ = writeln!(text, "Leeds,2025,c{}", event % 100);
    }
    let description = |child: &str| {
        format!(
            "rows = \"events\"\n[indicator]\nname = \"n\"\ntitle = \"N\"\ntiming = \"during\"\n[columns]\narea = \
             \"area\"\nperiod = \"year\"\n{child}"
        )
    };
    let width = |child: &str| {
        let ran = Ran::new(&text, &description(child), &[]);
        let rows = ran.estimates("n");
        let own = &rows[&("Leeds".to_owned(), "Total".to_owned(), "Total".to_owned())];
        assert_eq!(own["numerator"], "400");
        own["conf_high"].parse::<f64>().unwrap() - own["conf_low"].parse::<f64>().unwrap()
    };
    let ratio = width("child = \"child\"\n") / width("");
    // Each of 100 children had four: the variance is four times that of children, told coarsely.
    assert!(ratio > 1.9 && ratio < 2.6, "{ratio}");
}

#[test]
fn published_indicators_stand_beside_a_table_and_what_is_told_of_it_is_marked() {
    let text = "area,year,n\nLeeds,2025,50\nKent,2025,60\n";
    let ran = Ran::new(
        text,
        &described("count = \"n\""),
        &["--indicator", "cla_at_31_march"],
    );
    assert!(!ran.estimates("n").is_empty() && !ran.estimates("cla_at_31_march").is_empty());
    let manifest = ran.text("manifest.json");
    assert!(
        manifest.contains("not told of a table of records"),
        "no digest that tells counts"
    );
    let invented = format!("invented = true\n{}", described("count = \"n\""));
    let ran = Ran::new(text, &invented, &[]);
    assert!(
        ran.text("index.html")
            .contains("Synthetic: these children are invented")
    );
    let wrong = Description::read("t.toml", &format!("protection = \"published\"\n{invented}"))
        .unwrap_err();
    assert!(
        wrong
            .to_string()
            .contains("an invented table is nobody's publication"),
        "{wrong}"
    );
}
