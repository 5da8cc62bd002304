//! The hook that takes indicators into the library, in the transaction of the publication.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use jixiao_core::workflow::Stage;
use sea_orm::DbErr;

use super::store;
use crate::db::{Actor, Db, Work, WriteHook};

/// Keeps the indicators of what is published.
#[derive(Debug)]
pub struct Library;

impl WriteHook for Library {
    fn before_commit<'a>(&'a self, work: &'a Work<'_>) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        async move {
            for id in work.settled_evaluations() {
                store::keep(work, *id).await?;
            }
            Ok(())
        }
        .boxed_local()
    }

    fn catch_up<'a>(&'a self, db: &'a Db) -> LocalBoxFuture<'a, Result<(), DbErr>> {
        async move {
            let missing = store::missing(db.reader(), Stage::Published).await?;
            if missing.is_empty() {
                return Ok(());
            }
            let work = db.begin(Actor::service("library")).await?;
            for id in missing {
                store::keep(&work, id).await?;
            }
            work.commit().await
        }
        .boxed_local()
    }
}
