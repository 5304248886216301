//! Trying whole numbers on everything that is written about returns: neither an identifier nor a
//! digest of one may be there. `IDENTIFIERS_TO_TRY=1000000` tries a million.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::support::{Folder, disparity, say};

/// Identifiers are so many above this: no count and no population of England is.
const FIRST: u64 = 730_000_000;

fn to_try() -> u64 {
    let asked = std::env::var("IDENTIFIERS_TO_TRY").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(20_000)
}

/// The identifier of a child, anywhere among those that are tried.
fn id_of(child: u64) -> u64 {
    FIRST + child * 7_919 % to_try()
}

const CHILDREN: u64 = 120;

/// Returns of two years of one authority, with something odd about nearly every child.
fn returns(folder: &Path) {
    let put = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
    let mut need = String::from(
        "Date,Type,LAchildID,PersonBirthDate,GenderCurrent,Ethnicity,ReferralSource,ReferralNFA,LA,YEAR\n",
    );
    let mut header = String::from("CHILD,SEX,DOB,ETHNIC,UPN,YEAR\n");
    let mut episodes = String::from("CHILD,DECOM,RNE,LS,CIN,PLACE,DEC,REC,HOME_POST,YEAR\n");
    for n in 0..CHILDREN {
        let (id, month, day) = (id_of(n), n % 12 + 1, n % 27 + 1);
        let year = if month < 4 { 2024 } else { 2023 };
        let ethnicity = if n % 5 == 0 { "QQQQ" } else { "WBRI" };
        writeln!(need, "{year}-{month:02}-{day:02},CINreferralDate,{id},2010-{month:02}-{day:02},1,{ethnicity},1A,{},301,2024", n % 3).unwrap();
        let born = if n % 7 == 0 {
            "31/02/2010".to_owned()
        } else {
            format!("{day:02}/{month:02}/2010")
        };
        writeln!(header, "{id},{},{born},{ethnicity},X{id},2024", n % 4).unwrap();
        let status = if n % 6 == 0 {
            id.to_string()
        } else {
            "C2".to_owned()
        };
        let end = if n % 9 == 0 {
            id.to_string()
        } else {
            String::new()
        };
        writeln!(
            episodes,
            "{id},{day:02}/{month:02}/{year},S,{status},N1,U6,{end},,{id},2024"
        )
        .unwrap();
    }
    put("events.csv", need);
    put("header.csv", header);
    put("episodes.csv", episodes);
    // Columns in the wrong order, no header at all, identifiers damaged, and what is no return.
    put(
        "shifted.csv",
        format!(
            "DECOM,CHILD,RNE,LS,YEAR\n{},01/05/2023,S,C2,2024\n",
            id_of(0)
        ),
    );
    put(
        "plain.csv",
        format!("{},{},{}\n", id_of(1), id_of(2), id_of(3)),
    );
    put(
        "regional.csv",
        format!(
            "CHILD,DECOM,RNE,LS,LA,YEAR\nA1,01/05/2023,S,C2,{},2024\n",
            id_of(13)
        ),
    );
    put(
        "ssd.csv",
        format!(
            "link_person_id,link_identifier_type,link_identifier_value\nP1,{},{}\n",
            id_of(4),
            id_of(5)
        ),
    );
    put(
        "child.xml",
        format!(
            "<Message><Children><Child>{}<ChildIdentifiers><LAchildID>{}</LAchildID>{}</ChildIdentifiers></Child></Children></Message>",
            id_of(6),
            id_of(7),
            id_of(8)
        ),
    );
    put("bare.json", format!("[{}]", id_of(9)));
    put("text.json", format!("\"{}\"", id_of(9)));
    put(
        "interface.json",
        format!(
            "[{{\"la_child_id\": {}, \"mis_child_id\": \"{}\", \"child_details\": {{\"sex\": \"{}\"}}}}]",
            id_of(10),
            id_of(11),
            id_of(12)
        ),
    );
}

/// Every text under a folder; tables of a store hold records and are their owner's own.
fn texts(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, found);
        } else if path.extension().is_none_or(|ending| ending != "parquet") {
            let bytes = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
}

/// What an attacker has: runs of digits, runs that may be digests, and what digests may be keyed with.
#[derive(Default)]
struct Seen {
    numbers: BTreeMap<u64, String>,
    digests: HashMap<[u8; SHORT / 2], Vec<(String, String)>>,
    keys: BTreeSet<String>,
}

/// So few characters of a digest are no proof of anything.
const SHORT: usize = 8;

impl Seen {
    fn of(texts: &[(String, String)]) -> Self {
        let mut seen = Self::default();
        seen.keys.insert(String::new());
        for (place, text) in texts {
            for run in text.split(|c: char| !c.is_ascii_digit()) {
                if let Ok(number) = run.parse::<u64>() {
                    seen.numbers.insert(number, place.clone());
                }
            }
            let mut all = String::new();
            for run in text.split(|c: char| !c.is_ascii_hexdigit()) {
                // A run of digits alone is a number, and has been looked at as one.
                if run.len() >= SHORT && run.bytes().any(|b| b.is_ascii_alphabetic()) {
                    let run = run.to_ascii_lowercase();
                    // Digests of the sources are what lies beside a report.
                    if run.len() == 64 && place.ends_with("sources.csv") {
                        seen.keys.insert(run.clone());
                        all.push_str(&run);
                    }
                    let byte = |at: usize| u8::from_str_radix(&run[at * 2..at * 2 + 2], 16);
                    let start = std::array::from_fn(|at| byte(at).unwrap());
                    let places = seen.digests.entry(start).or_default();
                    places.push((run, place.clone()));
                }
            }
            if place.ends_with("sources.csv") {
                seen.keys.insert(all);
            }
        }
        seen
    }

    /// Identifiers among those tried that are somewhere, or whose digest is, with the place.
    fn turned_back(&self) -> Vec<(u64, String)> {
        let mut found = Vec::new();
        for id in FIRST..FIRST + to_try() {
            if let Some(place) = self.numbers.get(&id) {
                found.push((id, place.clone()));
            }
            for key in &self.keys {
                for text in [
                    format!("{key}\n{id}"),
                    format!("{key}{id}"),
                    format!("{id}{key}"),
                ] {
                    let digest = Sha256::digest(text.as_bytes());
                    let start = std::array::from_fn(|at| digest[at]);
                    let Some(places) = self.digests.get(&start) else {
                        continue;
                    };
                    let whole = hex(&digest);
                    let hit = places
                        .iter()
                        .find(|(run, _)| whole.starts_with(run.as_str()));
                    found.extend(hit.map(|(_, place)| (id, place.clone())));
                }
            }
        }
        found
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[test]
fn no_whole_number_is_turned_back_from_anything_that_is_written() {
    let folder = Folder::new("identifiers");
    let dir = folder.join("in");
    std::fs::create_dir_all(&dir).unwrap();
    returns(&dir);
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (dir, check, store, out, ids) = (
        path("in"),
        path("written/check"),
        path("written/store"),
        path("written/run"),
        path("identifiers.csv"),
    );
    let read = [
        "--la",
        "301",
        "--as-of",
        "2024-06-30",
        "--max-row-errors",
        "1",
    ];
    let mut texts_seen = Vec::new();
    let mut run = |arguments: &[&str]| {
        let said = disparity(arguments);
        // Some of what is read is wrong, and none of it stops a command.
        assert!(said.code < 2 && !said.stdout.is_empty(), "{}", said.stderr);
        texts_seen.push((format!("{arguments:?}"), said.stdout + &said.stderr));
    };
    run(&[
        &[
            "returns",
            "check",
            &dir,
            "--out",
            &check,
            "--identifiers",
            &ids,
        ][..],
        &read,
    ]
    .concat());
    run(&[&["returns", "build", &dir, "--out", &store][..], &read].concat());
    run(&[
        "journeys",
        &store,
        "--unprotected",
        "a test",
        "--format",
        "csv",
    ]);
    run(&[
        "prior-help",
        &store,
        "--unprotected",
        "a test",
        "--force",
        "--format",
        "csv",
    ]);
    run(&[
        "run",
        "--returns",
        &store,
        "--out",
        &out,
        "--models",
        "none",
    ]);
    texts(&folder.join("written"), &mut texts_seen);
    let told: usize = texts_seen.iter().map(|(_, text)| text.len()).sum();
    assert!(told > 100_000 && texts_seen.len() > 10, "{told} bytes");
    let found = Seen::of(&texts_seen).turned_back();
    assert!(found.is_empty(), "{found:?}");
    say(&format!(
        "{} identifiers tried on {told} bytes: none is there",
        to_try()
    ));

    let sources = texts_seen
        .iter()
        .find(|(place, _)| place.ends_with("sources.csv"));
    the_attack_can_succeed(&sources.unwrap().1);
    let diagnostics = texts_seen
        .iter()
        .find(|(place, _)| place.ends_with("check/diagnostics.csv"));
    the_way_back_is_for_its_owner(Path::new(&ids), &diagnostics.unwrap().1);
}

/// A keyed digest as it was written before, and a number in plain sight, are found.
fn the_attack_can_succeed(sources: &str) {
    let key: String = sources
        .split(|c: char| !c.is_ascii_hexdigit())
        .filter(|run| run.len() == 64)
        .collect();
    let digest = |id: u64| hex(&Sha256::digest(format!("{key}\n{id}"))[..4]);
    let control: Vec<u64> = (0..CHILDREN).map(id_of).collect();
    let hashed: String = control.iter().map(|id| digest(*id) + ",").collect();
    let texts_seen = [
        ("sources.csv".to_owned(), sources.to_owned()),
        ("control".to_owned(), format!("{hashed} {}", control[7])),
    ];
    let found = Seen::of(&texts_seen).turned_back();
    let found: BTreeSet<u64> = found.into_iter().map(|(id, _)| id).collect();
    // Of eight characters all are digits once in forty-three digests.
    assert!(
        found.len() > control.len() * 9 / 10,
        "{} of {}",
        found.len(),
        control.len()
    );
}

/// The file that was asked for holds every child that the diagnostics number.
fn the_way_back_is_for_its_owner(ids: &Path, diagnostics: &str) {
    let way_back = std::fs::read_to_string(ids).unwrap();
    let rows = way_back.lines().skip(1);
    let numbers: Vec<&str> = rows
        .clone()
        .map(|row| row.split(',').next().unwrap())
        .collect();
    let expected: Vec<String> = (1..=numbers.len()).map(|n| format!("child {n}")).collect();
    assert_eq!(numbers, expected);
    assert!(numbers.len() > 50);
    assert!(rows.clone().all(|row| row.contains(",301,")), "{way_back}");
    for number in numbers {
        assert!(diagnostics.contains(&format!(",{number},")), "{number}");
    }
    let known: BTreeSet<&str> = rows.map(|row| row.rsplit(',').next().unwrap()).collect();
    assert!(known.contains(id_of(0).to_string().as_str()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(ids).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
