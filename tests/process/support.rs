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
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

pub fn is_alive(server: &mut Server) -> bool {
    server.child.try_wait().unwrap().is_none()
}
