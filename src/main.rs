//! The command line, which stands in the library: a binary of its own code would compile everything once more.

fn main() -> std::process::ExitCode {
    jixiao::cli::main()
}
