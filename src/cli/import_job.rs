//! `jixiao import` of a file that is too large to be held in memory: a job, worked on here, with its progress told.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use jixiao_core::kernel::Lang;
use zstd::stream::write::Encoder;

use super::Failure;
use crate::db::{Db, Sha256};
use crate::http::{Principal, Schemas};
use crate::jobs::Runner;
use crate::jobs::entity::{Asked, Model};
use crate::jobs::store::{self, Filter};
use crate::jobs::wire::JobState;

/// Bytes of a chunk.
const CHUNK: u64 = 1 << 20;
/// How hard it is packed: as little as there is.
const PACKED: i32 = 1;
/// Between two words of how far it is.
const PAUSE: Duration = Duration::from_millis(500);

/// Imports a file as a job, and gives the job back as it has ended. A job that is cut short here is finished by
/// whoever serves the database.
pub async fn import(
    db: &Db,
    schemas: &Schemas,
    file: &Path,
    asked: Asked,
    lang: Lang,
) -> Result<Model, Failure> {
    let unread = |why: std::io::Error| Failure::Other(format!("{}: {why}", file.display()));
    let open = std::fs::File::open(file).map_err(unread)?;
    let caller = Principal::administrator("command-line");
    // Packed, as whoever sends a file may: a tenth of it is to be written and read again.
    let asked = Asked { encoding: Some("zstd".to_owned()), ..asked };
    let id = store::make(db, &caller, asked).await?;
    let (mut digest, mut bytes) = (Sha256::default(), 0_i64);
    let (size, mut told) = (open.metadata().map_err(unread)?.len() >> 20, Instant::now());
    let mut packed = Encoder::new(Vec::new(), PACKED).map_err(unread)?;
    loop {
        let mut chunk = Vec::new();
        let read = (&open).take(CHUNK).read_to_end(&mut chunk).map_err(unread)?;
        if read == 0 {
            break;
        }
        digest.add(&chunk);
        bytes += i64::try_from(read).unwrap_or(i64::MAX);
        packed.write_all(&chunk).map_err(unread)?;
        if u64::try_from(packed.get_ref().len()).is_ok_and(|length| length >= CHUNK) {
            store::add_chunk(db, id, std::mem::take(packed.get_mut())).await?;
        }
        if told.elapsed() >= PAUSE {
            told = Instant::now();
            let read = bytes >> 20;
            let said = (format!("读取 {read}/{size} MiB"), format!("read {read} of {size} MiB"));
            tell(&lang.pick(said.0, said.1));
        }
    }
    store::add_chunk(db, id, packed.finish().map_err(unread)?).await?;
    let work = db.begin(&caller).await?;
    store::received(&work, id, bytes, digest.hex()).await?;
    work.commit().await?;
    let runner = Runner::new(db.clone(), schemas.clone());
    let ended = tokio::select! {
        ended = runner.complete(id) => ended?,
        never = follow(db, id, lang) => match never {},
    };
    tell(&progress(&ended, lang));
    if std::io::stderr().is_terminal() {
        eprintln!();
    }
    Ok(ended)
}

/// Tells how far a job is, again and again.
async fn follow(db: &Db, id: i64, lang: Lang) -> std::convert::Infallible {
    loop {
        let found = store::find(db.reader(), &Filter::default(), id).await;
        if let Ok(Some(job)) = found {
            tell(&progress(&job, lang));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn progress(job: &Model, lang: Lang) -> String {
    let at = &job.progress.0;
    match job.state.0 {
        JobState::Receiving | JobState::Received => {
            lang.pick(format!("分拣 {} 行", at.rows), format!("sorted {} rows", at.rows))
        }
        JobState::Validating => lang.pick(
            format!("检查 {}/{} 行", at.checked, at.rows),
            format!("checked {} of {} rows", at.checked, at.rows),
        ),
        JobState::Applying => lang.pick(
            format!("写入 {}/{} 行，{}/{} 个单位年度", at.applied, at.rows, at.forms_done, at.forms),
            format!(
                "written {} of {} rows, {} of {} units' years",
                at.applied, at.rows, at.forms_done, at.forms
            ),
        ),
        JobState::Done => lang.pick("完成".to_owned(), "done".to_owned()),
        JobState::Failed => lang.pick("失败".to_owned(), "failed".to_owned()),
        JobState::Cancelled => lang.pick("已取消".to_owned(), "cancelled".to_owned()),
    }
}

/// On a terminal over the line before, elsewhere a line of its own.
fn tell(progress: &str) {
    let mut to = std::io::stderr();
    // Nobody misses a progress that cannot be written.
    let _ = if to.is_terminal() { write!(to, "\r\x1b[K{progress}") } else { writeln!(to, "{progress}") };
    let _ = to.flush();
}
