//! What a browser sees of the site, where there is one.

use std::process::Command;

use crate::support::{Folder, disparity, root, say};

/// The walk needs a browser and two packages, which nobody must have for the tests. `.ci/run` brings them.
#[test]
fn a_browser_walks_the_site_where_there_is_one() {
    let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    let has = [
        root().join(".ci/site/node_modules").is_dir(),
        std::path::Path::new(&chromium).is_file(),
        Command::new("node").arg("--version").output().is_ok(),
    ];
    if has != [true; 3] {
        say(
            "site: NOT RUN, a browser's walk (search, sort, filter, comparison, downloads, axe-core, three widths, \
             print): it needs chromium, node and `npm --prefix .ci/site ci`; .ci/run does it",
        );
        return;
    }
    let folder = Folder::new("site-browser");
    let site = folder.join("site");
    disparity(&["site", "--out", site.to_str().unwrap()]).ok();
    let walk = Command::new("node")
        .arg(root().join(".ci/site/walk.mjs"))
        .arg(&site)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&walk.stdout).into_owned();
    assert!(
        walk.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&walk.stderr)
    );
    say(&format!(
        "site: {}",
        said.lines().last().unwrap_or_default()
    ));
}
