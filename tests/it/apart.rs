//! Authorities kept apart, each in a store of its own, answer as they do in one store.

use std::path::Path;

use crate::support::{Folder, disparity};

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A world with everything that goes wrong, as one store and as a folder of stores.
fn built(folder: &Folder, more: &[&str]) -> [String; 2] {
    let world = folder.join("world");
    let size = "--authorities 2 --years 6 --children 50 --mess all";
    let asked: Vec<&str> = ["simulate", "--out", path(&world)]
        .into_iter()
        .chain(size.split(' '))
        .collect();
    disparity(&asked).ok();
    let returns = world.join("returns");
    [("one", &[][..]), ("apart", &["--apart"][..])].map(|(name, switch)| {
        let out = folder.join(name);
        let asked = ["returns", "build", path(&returns), "--as-of", "2025-06-01"];
        let out = path(&out).to_owned();
        disparity(&[&asked[..], &["--out", &out], switch, more].concat()).ok();
        out
    })
}

#[test]
fn a_folder_of_stores_answers_as_one_store_does_to_the_last_byte() {
    let folder = Folder::new("apart-same");
    let [one, apart] = built(&folder, &[]);
    let asked = ["--by", "sex", "--look-back", "3", "--format", "csv"];
    let answers =
        [&one, &apart].map(|store| disparity(&[&["prior-help", store][..], &asked].concat()));
    let [first, second] = answers.map(|said| (said.code, said.stdout, said.stderr));
    assert_eq!(first, second);
    assert!(first.1.lines().count() > 100, "{}", first.1);
    let [first, second] =
        [&one, &apart].map(|store| disparity(&["prior-help", store, "--supported"]).ok());
    assert_eq!(first, second);

    let runs = [&one, &apart].map(|store| {
        let out = format!("{store}-run");
        disparity(&["run", "--returns", store, "--models", "none", "--out", &out]).ok();
        out
    });
    let mut tables = 0;
    for entry in std::fs::read_dir(&runs[0]).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".parquet") {
            let [first, second] =
                [&runs[0], &runs[1]].map(|run| std::fs::read(Path::new(run).join(&name)).unwrap());
            assert!(first == second, "{name}");
            tables += 1;
        }
    }
    assert!(tables >= 4, "{tables}");
}

#[test]
fn what_is_asked_of_one_store_alone_is_refused_of_several() {
    let folder = Folder::new("apart-refused");
    let [_, apart] = built(&folder, &[]);
    for (asked, word) in [
        (vec!["journeys", &apart], "folder of 2 stores"),
        (
            vec!["prior-help", &apart, "--remember"],
            "--remember is for one store",
        ),
        (
            vec!["prior-help", &apart, "--published", &apart],
            "--published is for one store",
        ),
        (
            vec!["run", "--returns", &apart, "--remember", "--out", "nowhere"],
            "--remember is for one store",
        ),
    ] {
        let said = disparity(&asked);
        assert_eq!(said.code, 2, "{asked:?}");
        assert!(said.stderr.contains(word), "{asked:?}: {}", said.stderr);
        assert!(said.stderr.contains("without --apart"), "{}", said.stderr);
    }
    // What one of them has released is not known of all together.
    let (one, _) = first_of(&apart);
    disparity(&["prior-help", &one, "--remember"]).ok();
    let said = disparity(&["prior-help", &apart]);
    assert_eq!(said.code, 2, "{}", said.stdout);
    assert!(
        said.stderr.contains(".released` remembers"),
        "{}",
        said.stderr
    );
}

#[test]
fn releases_of_a_store_that_stood_in_the_place_of_several_are_not_forgotten() {
    let folder = Folder::new("apart-stood");
    let [one, apart] = built(&folder, &[]);
    disparity(&["prior-help", &one, "--remember"]).ok();
    std::fs::rename(format!("{one}.released"), format!("{apart}.released")).unwrap();
    for asked in [
        vec!["prior-help", &apart],
        vec!["run", "--returns", &apart, "--out", "nowhere"],
    ] {
        let said = disparity(&asked);
        assert_eq!(said.code, 2, "{asked:?}: {}", said.stdout);
        assert!(
            said.stderr.contains(".released` remembers"),
            "{}",
            said.stderr
        );
    }
}

fn first_of(apart: &str) -> (String, String) {
    let mut names: Vec<String> = std::fs::read_dir(apart)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let name = names.remove(0);
    (format!("{apart}/{name}"), name)
}

#[test]
fn an_authority_in_two_stores_is_not_counted_twice() {
    let folder = Folder::new("apart-twice");
    let [_, apart] = built(&folder, &[]);
    let (one, name) = first_of(&apart);
    let copy = format!("{apart}/copy");
    std::fs::create_dir(&copy).unwrap();
    for entry in std::fs::read_dir(&one).unwrap() {
        let file = entry.unwrap();
        std::fs::copy(file.path(), Path::new(&copy).join(file.file_name())).unwrap();
    }
    let said = disparity(&["prior-help", &apart]);
    assert_eq!(said.code, 2, "{}", said.stdout);
    let told = format!("authority {name} is in two parts");
    assert!(said.stderr.contains(&told), "{}", said.stderr);
    // Nor are stores of other returns left among those that are built.
    let returns = folder.join("world").join("returns");
    let out = ["--out", &apart, "--apart", "--as-of", "2025-06-01"];
    let said = disparity(&[&["returns", "build", path(&returns)][..], &out].concat());
    assert_eq!(said.code, 2);
    assert!(
        said.stderr.contains("is a store of none of these returns"),
        "{}",
        said.stderr
    );
}

#[test]
fn a_file_of_several_authorities_is_not_read_apart() {
    let folder = Folder::new("apart-shared");
    let returns = folder.join("returns");
    std::fs::create_dir_all(returns.join("both")).unwrap();
    let rows = "CHILD,DECOM,RNE,LS,LA\n1,01/05/2023,S,C2,301\n2,01/06/2023,S,C2,302\n";
    std::fs::write(returns.join("both").join("episodes.csv"), rows).unwrap();
    let out = folder.join("stores");
    let asked = [
        "returns",
        "build",
        path(&returns),
        "--apart",
        "--out",
        path(&out),
    ];
    let said = disparity(&asked);
    assert_eq!(said.code, 2, "{}", said.stdout);
    assert!(
        said.stderr
            .contains("`both/episodes.csv` is of several authorities"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("manifest.toml"), "{}", said.stderr);
    assert!(!out.exists());
}

#[test]
fn authorities_that_go_on_from_another_stay_with_it() {
    let folder = Folder::new("apart-continued");
    let world = folder.join("world");
    let asked = [
        "simulate",
        "--authorities",
        "3",
        "--years",
        "3",
        "--children",
        "40",
        "--out",
    ];
    disparity(&[&asked[..], &[path(&world)]].concat()).ok();
    let returns = world.join("returns");
    let mut codes: Vec<String> = std::fs::read_dir(&returns)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().is_dir())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    codes.sort();
    let out = folder.join("stores");
    let build = |continued: &str| {
        let asked = [
            "returns",
            "build",
            path(&returns),
            "--apart",
            "--as-of",
            "2025-06-01",
        ];
        let more = ["--la-continuity", continued, "--out", path(&out)];
        disparity(&[&asked[..], &more].concat())
    };
    // An invented pair, between which the list of areas knows of no change: said where it was stated, and only there.
    let said = build(&format!("{}>{}", codes[0], codes[2]));
    assert_eq!(said.code, 1, "{}", said.stderr);
    let mut stores: Vec<String> = std::fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    stores.sort();
    let pair = format!("{}-{}", codes[0], codes[2]);
    assert_eq!(stores, [pair.clone(), codes[1].clone()]);
    for (store, is_said) in [(pair, true), (codes[1].clone(), false)] {
        let odd = std::fs::read_to_string(out.join(&store).join("diagnostics.csv")).unwrap();
        assert_eq!(odd.contains("CONTINUITY_REFUSED"), is_said, "{store}");
    }
    let said = build("928>940,941");
    assert_eq!(said.code, 2);
    assert!(
        said.stderr.contains("no returns are of authority 928"),
        "{}",
        said.stderr
    );
}
