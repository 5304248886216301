//! Thin command line: arguments, plan, stages, issues, exit code.
fn main() {}
