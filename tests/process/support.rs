//! The running program, and what only an operator looks at.

pub use crate::program::{Folder, Server, run, text, until};

pub fn demo(folder: &Folder) -> (Server, String) {
    let command = folder.jixiao(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
    let (server, welcome) = Server::start_logging(command, std::process::Stdio::null());
    server.wait_for("/readyz", 200);
    (server, welcome)
}

/// Kilobytes of memory that it has had at its highest.
pub fn peak_memory(server: &Server) -> u64 {
    memory(server, "VmHWM:")
}

/// Kilobytes of memory that it has now, from which on its highest is taken anew: a sign-in needs more than much else.
pub fn memory_from_now(server: &Server) -> u64 {
    std::fs::write(format!("/proc/{}/clear_refs", server.id()), "5").unwrap();
    memory(server, "VmRSS:")
}

fn memory(server: &Server, which: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let found = status.lines().find_map(|line| line.strip_prefix(which)).unwrap();
    found.trim().trim_end_matches(" kB").parse().unwrap()
}

pub fn is_alive(server: &mut Server) -> bool {
    server.child.try_wait().unwrap().is_none()
}
