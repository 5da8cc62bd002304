//! A running `jixiao`, and a client of it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long something may take before the test gives up; nothing is measured.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// A folder that goes with the test.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("jixiao-process-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// The program, in this folder, with no setting but those given.
    pub fn jixiao(&self, arguments: &[&str]) -> Command {
        // Another build can be put to the same tests: the one that is to be installed, say.
        let program = std::env::var_os("JIXIAO_PROGRAM").unwrap_or(env!("CARGO_BIN_EXE_jixiao").into());
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.0).env_clear().env("TMPDIR", &self.0);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }

    /// Runs the program to its end, with something on standard input.
    pub fn run(&self, arguments: &[&str], input: &str) -> Output {
        let command = self.jixiao(arguments);
        run(command, input)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn run(mut command: Command, input: &str) -> Output {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A server that runs until it is told to stop, or the test ends.
pub struct Server {
    pub child: Child,
    pub address: String,
}

impl Server {
    /// Starts it and waits for what it says of its address.
    pub fn start(command: Command) -> Self {
        Self::start_logging(command, Stdio::null()).0
    }

    /// The same, with its log going somewhere, and what it said.
    pub fn start_logging(mut command: Command, log: Stdio) -> (Self, String) {
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut welcome = String::new();
        while !welcome.contains("/docs\n") || (welcome.contains("demo") && !welcome.contains("/scores/")) {
            assert!(lines.read_line(&mut welcome).unwrap() > 0, "it ended with: {welcome}");
        }
        let address =
            welcome.split("http://").nth(1).unwrap().split(['/', ',', ' ']).next().unwrap().to_owned();
        (Self { child, address }, welcome)
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn get(&self, path: &str, token: Option<&str>) -> (u16, Value) {
        let (status, _, body) = self.answer("GET", path, token, "");
        (status, body)
    }

    /// Status, headers and body of any request; 0 when there is no connection.
    pub fn answer(&self, method: &str, path: &str, token: Option<&str>, body: &str) -> (u16, String, Value) {
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
        let kind =
            if path.ends_with("/token") { "application/x-www-form-urlencoded" } else { "application/json" };
        self.ask(method, path, &format!("{token}If-Match: *\r\nContent-Type: {kind}\r\n"), body)
    }

    /// The same, with no headers but these lines.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: impl AsRef<[u8]>,
    ) -> (u16, String, Value) {
        let body = body.as_ref();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        let mut answer = String::new();
        let sent = TcpStream::connect(&self.address).and_then(|mut stream| {
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(head.as_bytes())?;
            stream.write_all(body)?;
            stream.read_to_string(&mut answer)
        });
        if sent.is_err() && answer.is_empty() {
            return (0, String::new(), Value::Null);
        }
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let body = if head.to_lowercase().contains("chunked") { unchunked(body) } else { body.to_owned() };
        (status, head.to_lowercase(), serde_json::from_str(&body).unwrap_or(Value::String(body)))
    }

    pub fn sign_in(&self, name: &str, password: &str) -> Option<String> {
        let form = format!("grant_type=password&username={name}&password={}", password.replace(' ', "+"));
        let (_, _, body) = self.answer("POST", "/api/v1/auth/token", None, &form);
        body["access_token"].as_str().map(str::to_owned)
    }

    /// Asks until the answer has this status.
    pub fn wait_for(&self, path: &str, status: u16) {
        until(|| (self.get(path, None).0 == status).then_some(()), &format!("{path} to answer {status}"));
    }

    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// How it ended.
    pub fn end(&mut self) -> Option<i32> {
        until(|| self.child.try_wait().unwrap(), "the program to end").code()
    }

    pub fn stop(&mut self) -> Option<i32> {
        self.signal("-TERM");
        self.end()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn unchunked(body: &str) -> String {
    let mut rest = body;
    let mut whole = String::new();
    while let Some((length, more)) = rest.split_once("\r\n") {
        let Ok(length) = usize::from_str_radix(length.trim(), 16) else { break };
        let Some((chunk, more)) = more.split_at_checked(length) else { break };
        whole.push_str(chunk);
        rest = more.trim_start_matches("\r\n");
    }
    whole
}

/// Asks again and again until there is something.
pub fn until<T>(mut ask: impl FnMut() -> Option<T>, what: &str) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// A request of which only the head was sent, and which the server is known to hold: it has asked for the body.
pub fn begun(address: &str, head: &str, length: usize) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(
        stream,
        "{head}\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
    )
    .unwrap();
    let mut asked = Vec::new();
    while !asked.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        asked.extend(byte);
    }
    assert!(asked.starts_with(b"HTTP/1.1 100 "), "{}", text(&asked));
    stream
}
