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
    commands::data::build(args[1].as_ref(), args[2].as_ref())
}
