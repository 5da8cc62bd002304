//! Waiting for something new. All who wait in one process look with the same eyes: one row by its key, twice a second,
//! however many they are.

use std::time::{Duration, Instant};

use sea_orm::DbErr;
use tokio::sync::Mutex;

use super::store;
use crate::db::Db;
use crate::http::Draining;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// When the feed was last looked at, and how far it reached then.
#[derive(Debug, Default)]
pub struct Lookout(Mutex<Option<(Instant, i64)>>);

impl Lookout {
    /// Waits until the feed reaches beyond `place`, or until `ends`, or until the process is about to stop.
    pub async fn wait(&self, db: &Db, draining: &Draining, place: i64, ends: Instant) -> Result<(), DbErr> {
        while Instant::now() < ends && !draining.is_on() {
            tokio::time::sleep(PAUSE).await;
            if self.look(db).await? > place {
                break;
            }
        }
        Ok(())
    }

    async fn look(&self, db: &Db) -> Result<i64, DbErr> {
        let mut seen = self.0.lock().await;
        if let Some((at, place)) = *seen
            && at.elapsed() < PAUSE
        {
            return Ok(place);
        }
        let looked = store::last_place(db.reader()).await;
        // Where the database does not answer, one of them has waited for it; the others look again later.
        let place = looked.as_ref().copied().unwrap_or_else(|_| seen.map_or(0, |(_, place)| place));
        *seen = Some((Instant::now(), place));
        looked
    }
}
