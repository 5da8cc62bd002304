//! The command line, which stands in the library: a binary of its own code would compile everything once more.

/// Requests and imports are made of small pieces of text, given back by other threads than took them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    jixiao::cli::main()
}
