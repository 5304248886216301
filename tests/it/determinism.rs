//! Two runs give the same bytes, on one core or many.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{Folder, with_threads};

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                files.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    files
}

#[test]
fn two_runs_give_the_same_bytes_on_one_core_or_many() {
    let folder = Folder::new("determinism");
    let run = |name: &str, threads| {
        let out = folder.join(name);
        let indicators = [
            "cla_at_31_march",
            "cpp_at_31_march",
            "cpp_two_years_or_more",
        ];
        let mut arguments = vec!["--out", out.to_str().unwrap()];
        for indicator in indicators {
            arguments.extend(["--indicator", indicator]);
        }
        with_threads(&arguments, threads).ok();
        contents(&out)
    };
    let many = run("many", None);
    let one = run("one", Some("1"));
    assert!(many.len() > 160, "only {} files", many.len());
    assert_eq!(
        many.keys().collect::<Vec<_>>(),
        one.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &many {
        assert!(one[name] == *bytes, "{name} differs");
    }
}
