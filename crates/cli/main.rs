//! Thin command line: arguments, plan, stages, issues, exit code.
#![expect(
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "the program is the edge"
)]

mod commands;
mod out;

fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args().collect();
    if args[1] == "v" {
        let base = std::path::Path::new("data");
        let mut names: Vec<String> = disparity_published::CODE_LISTS
            .iter()
            .map(|s| s.to_string())
            .collect();
        names.push("sources.toml".into());
        for e in std::fs::read_dir("data/england")? {
            names.push(format!("england/{}", e?.file_name().to_string_lossy()));
        }
        let f = disparity_published::Files::read(base, names.iter().map(|s| s.as_str()))?;
        let t = std::time::Instant::now();
        let l = disparity_published::load(&f, Default::default())?;
        eprintln!(
            "load {:?} cells {} issues {}",
            t.elapsed(),
            l.output.cube.cells().len(),
            l.issues.len()
        );
        for i in l.issues.iter().take(20) {
            eprintln!("{:?} {} {}", i.code, i.indicator, i.message);
        }
        for c in disparity_published::verify_rates(&f)? {
            eprintln!(
                "{} {:?} {:?} {}",
                c.table,
                c.authorities,
                c.regions,
                c.exceptions.len()
            );
            for e in c
                .exceptions
                .iter()
                .filter(|e| e.level == disparity_core::GeographicLevel::LocalAuthority)
                .take(10)
            {
                eprintln!("{e:?}");
            }
        }
        eprintln!(
            "{:?}",
            disparity_published::verify_tables(&f)?
                .iter()
                .all(|t| t.intact)
        );
        return Ok(());
    }
    commands::data::build(args[1].as_ref(), args[2].as_ref())
}
