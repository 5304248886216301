//! `disparity audit` as a user runs it, on outputs of an invented store.

use std::path::Path;

use crate::attacker::store_of;
use crate::support::{Folder, Said, disparity};

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join(name), text).unwrap();
}

fn audit(folders: &[&Path], more: &[&str]) -> Said {
    let mut arguments = vec!["audit"];
    arguments.extend(folders.iter().map(|folder| folder.to_str().unwrap()));
    arguments.extend(more);
    disparity(&arguments)
}

/// The rows of an audit in CSV.
fn rows(said: &Said) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_reader(said.stdout.as_bytes());
    reader.records().map(Result::unwrap).collect()
}

/// What is withheld to protect another, shown again: the first that the audit finds, and its folder. The
/// same rows with the numbers of `truth` in place of withheld ones above 5.
fn with_secondary_shown(shown: &str, truth: &str, columns: &[&str]) -> String {
    let read = |text: &str| {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        (header, rows)
    };
    let ((header, shown), (_, truth)) = (read(shown), read(truth));
    let mut writer = csv::Writer::from_writer(vec![]);
    writer.write_record(&header).unwrap();
    for (s, t) in shown.iter().zip(&truth) {
        let fields = header.iter().zip(s.iter().zip(t));
        writer
            .write_record(fields.map(|(column, (s, t))| {
                let above = t.parse::<u32>().is_ok_and(|count| count > 5);
                if s == "c" && above && columns.contains(&column) {
                    t
                } else {
                    s
                }
            }))
            .unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
fn what_is_released_is_safe_and_what_is_shown_again_is_found() {
    let folder = Folder::new("audit");
    let store = store_of(
        &folder,
        "--authorities 2 --years 6 --children 120 --care 0.3 --seed 3",
    );
    let asked = [
        "prior-help",
        &store,
        "--format",
        "csv",
        "--by",
        "sex",
        "--by",
        "total",
    ];
    let shown = disparity(&asked).ok();
    let truth = disparity(&[&asked[..], &["--unprotected", "to audit"]].concat()).ok();
    let safe = folder.join("safe");
    write(&safe, "prior_help.csv", &shown);
    let said = audit(&[&safe], &[]);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    assert!(
        said.stdout.contains("Nothing is exposed."),
        "{}",
        said.stdout
    );
    assert!(
        said.stdout.lines().all(|line| line.chars().count() <= 80),
        "{}",
        said.stdout
    );

    let open = folder.join("open");
    let columns = [
        "entrants",
        "unlinked",
        "incomplete",
        "numerator",
        "denominator",
    ];
    write(
        &open,
        "prior_help.csv",
        &with_secondary_shown(&shown, &truth, &columns),
    );
    let said = audit(&[&open], &["--format", "csv"]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    let found = rows(&said);
    assert!(!found.is_empty());
    for row in &found {
        let (least, most): (u32, u32) = (row[7].parse().unwrap(), row[8].parse().unwrap());
        assert!(1 <= least && least <= most && most <= 5, "{row:?}");
    }

    let bare = folder.join("bare");
    write(&bare, "prior_help.csv", &truth);
    let said = audit(&[&bare], &[]);
    assert_eq!(said.code, 1);
    assert!(
        said.stdout
            .contains("UNPROTECTED: nothing is withheld (to audit)"),
        "{}",
        said.stdout
    );
}

#[test]
fn a_folder_with_nothing_of_ours_cannot_be_audited() {
    let folder = Folder::new("audit-nothing");
    write(folder.path(), "other.csv", "a,b\n1,2\n");
    for path in [folder.path().to_owned(), folder.join("absent")] {
        let said = audit(&[&path], &[]);
        assert_eq!(said.code, 2, "{}", said.stdout);
        assert!(said.stderr.contains("hint: "), "{}", said.stderr);
    }
    let said = audit(&[folder.path()], &["--withhold-to", "0"]);
    assert_eq!(said.code, 2);
    assert_eq!(disparity(&["audit"]).code, 2);
}
