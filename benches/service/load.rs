//! A client that keeps as many requests on their way as it has connections, and notes how long each took.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Requests that are sent in turn, each written out whole.
pub type Requests = dyn Fn(usize) -> Vec<u8> + Sync;

/// What a run came to.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Answers in a second.
    pub per_second: u64,
    /// Microseconds within which half of them came.
    pub p50: u64,
    /// And ninety-nine of a hundred.
    pub p99: u64,
}

impl Pace {
    /// The run that lies in the middle.
    pub fn median(mut runs: Vec<Self>) -> Self {
        runs.sort_by_key(|run| run.per_second);
        runs[runs.len() / 2]
    }
}

/// Asks `address` for `period` over `connections` kept alive. An answer that is no success ends the program:
/// what was measured would be something else.
pub fn run(
    address: &str,
    connections: usize,
    period: Duration,
    requests: &(dyn Fn(usize) -> Vec<u8> + Sync),
) -> Pace {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut took = runtime.block_on(async {
        let until = Instant::now() + period;
        let lines = (0..connections).map(|line| async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (mut took, mut buffer) = (Vec::new(), Vec::with_capacity(64 * 1024));
            for turn in 0.. {
                let request = requests(turn * connections + line);
                let begun = Instant::now();
                if begun >= until {
                    break;
                }
                stream.write_all(&request).await.unwrap();
                answer(&mut stream, &mut buffer).await;
                took.push(u64::try_from(begun.elapsed().as_micros()).unwrap());
            }
            took
        });
        futures_util::future::join_all(lines).await.concat()
    });
    took.sort_unstable();
    let at = |share: usize| took[(took.len() - 1) * share / 100];
    let answers = u64::try_from(took.len()).unwrap();
    Pace { per_second: answers * 1000 / u64::try_from(period.as_millis()).unwrap(), p50: at(50), p99: at(99) }
}

/// Reads one answer to its end.
async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) {
    buffer.clear();
    loop {
        let read = stream.read_buf(buffer).await.unwrap();
        assert!(read > 0, "the server hung up after: {}", String::from_utf8_lossy(buffer));
        let Some(head) = buffer.windows(4).position(|end| end == b"\r\n\r\n") else { continue };
        let said = std::str::from_utf8(&buffer[..head]).unwrap();
        assert!(said.starts_with("HTTP/1.1 20"), "{}", String::from_utf8_lossy(buffer));
        let length = said
            .lines()
            .find_map(|line| {
                line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            })
            .map(|(_, length)| length.trim().parse::<usize>().unwrap());
        let whole = head + 4 + length.expect("an answer that is measured says its length");
        while buffer.len() < whole {
            assert!(stream.read_buf(buffer).await.unwrap() > 0, "the server hung up in an answer");
        }
        return;
    }
}
