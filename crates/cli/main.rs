//! The program `disparity`; what it does is in the library beside it.

fn main() -> std::process::ExitCode {
    disparity_cli::main()
}
