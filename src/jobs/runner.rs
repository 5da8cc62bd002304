//! Who works on jobs: one in each replica. A job that its runner left, or whose runner is no more, is taken by another.

use std::sync::Arc;
use std::time::Duration;

use jixiao_core::workflow::Action;
use sea_orm::{DbErr, Set};

use super::apply;
use super::batches::Pace;
use super::entity::{ActiveModel, Model};
use super::kept::keep;
use super::stage;
use super::store::{self, Filter};
use super::wire::JobState;
use crate::db::{Coded, Db, Json, Work, is_unavailable};
use crate::http::caller::Authenticator;
use crate::http::{ApiError, Draining, ErrorCode, FieldError, Principal, Schemas};
use crate::imports::RowError;
use crate::imports::bundle::of_file;
use crate::tables::read::Flaw;

/// Between two looks for a job.
const PAUSE: Duration = Duration::from_secs(1);
/// How often a job is tried that never comes any further.
const MOST_ATTEMPTS: i32 = 5;

/// Works on jobs.
#[derive(Clone, Debug)]
pub struct Runner {
    /// The database.
    pub db: Db,
    /// The document's schemas.
    pub schemas: Schemas,
    /// By this name its leases are known.
    pub name: String,
    accounts: Option<Arc<dyn Authenticator>>,
}

/// Why a runner leaves a job.
#[derive(Debug)]
pub enum Stop {
    /// Another has it, or it was cancelled.
    Lost,
    /// Something went wrong.
    Failed(Box<ApiError>),
}

impl From<ApiError> for Stop {
    fn from(error: ApiError) -> Self {
        Self::Failed(Box::new(error))
    }
}

impl From<DbErr> for Stop {
    fn from(error: DbErr) -> Self {
        Self::Failed(Box::new(error.into()))
    }
}

impl Runner {
    /// A runner with a name of its own.
    #[must_use]
    pub fn new(db: Db, schemas: Schemas) -> Self {
        Self { db, schemas, name: uuid::Uuid::now_v7().to_string(), accounts: None }
    }

    /// The same, which asks of every job that was sent whether its sender may still import.
    #[must_use]
    pub fn asking(self, accounts: Arc<dyn Authenticator>) -> Self {
        Self { accounts: Some(accounts), ..self }
    }

    /// Works until the process is told to stop.
    pub async fn keep_running(self, draining: impl AsRef<Draining>) {
        let draining = draining.as_ref();
        while !draining.is_on() {
            let worked = if self.db.is_prepared() { self.once(draining).await } else { Ok(false) };
            match worked {
                Ok(true) => continue,
                Ok(false) => {}
                Err(why) if is_unavailable(&why) => {}
                Err(why) => tracing::warn!(%why, "looking for import jobs failed; trying again"),
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = draining.begun() => {}
            }
        }
    }

    /// Works on one job, if one waits.
    async fn once(&self, draining: &Draining) -> Result<bool, DbErr> {
        store::sweep(&self.db).await?;
        let Some(id) = store::take(&self.db, &self.name, None).await? else { return Ok(false) };
        match self.work(id, || draining.is_on()).await {
            Ok(()) | Err(Stop::Lost) => {}
            // The lease runs out, and then somebody tries again.
            Err(Stop::Failed(why)) => tracing::warn!(job = id, %why, "an import job was left"),
        }
        Ok(true)
    }

    /// Works on this job, or waits for whoever else does, and gives it back as it has ended.
    pub async fn complete(&self, id: i64) -> Result<Model, ApiError> {
        loop {
            let job = store::find(self.db.reader(), &Filter::default(), id).await?;
            let job = job.ok_or_else(|| ApiError::internal("a job that was there is gone"))?;
            if job.state.0.is_end() {
                return Ok(job);
            }
            match store::take(&self.db, &self.name, Some(id)).await? {
                Some(id) => match Box::pin(self.work(id, || false)).await {
                    Ok(()) | Err(Stop::Lost) => {}
                    Err(Stop::Failed(why)) => return Err(*why),
                },
                None => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Works on a job that is held until it has ended, or `is_over`.
    async fn work(&self, id: i64, is_over: impl Fn() -> bool) -> Result<(), Stop> {
        let mut pace = Pace::default();
        while let Some(job) = store::held(&self.db, id, &self.name).await? {
            if job.is_cancelled {
                return self.end(&job, JobState::Cancelled, ActiveModel::default()).await;
            }
            if is_over() {
                tracing::info!(job = job.id, "an import job is handed back");
                return Ok(store::release(&self.db, &job).await?);
            }
            if job.attempts > MOST_ATTEMPTS {
                return self.fail(&job, vec![given_up()]).await;
            }
            match job.state.0 {
                JobState::Received => stage::stage(self, &job).await?,
                JobState::Validating => apply::validate(self, &job, &mut pace).await?,
                JobState::Applying => match self.objection(&job).await? {
                    Some(error) => return self.fail(&job, vec![error]).await,
                    None => apply::apply(self, &job, &mut pace).await?,
                },
                JobState::Receiving | JobState::Done | JobState::Failed | JobState::Cancelled => {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Why a job is not to be written any further: its sender's rights are not those with which it was sent. Who came
    /// by no request is the command line, which has no account.
    async fn objection(&self, job: &Model) -> Result<Option<RowError>, Stop> {
        let sender = Principal::from(job.sender.0.clone());
        let Some(accounts) = self.accounts.as_ref().filter(|_| sender.request_id.is_some()) else {
            return Ok(None);
        };
        let may_still = accounts.account(&sender).await?.is_some_and(|now| {
            let is_same = (now.role, &now.unit, &now.region) == (sender.role, &sender.unit, &sender.region);
            is_same && now.may(Action::Import)
        });
        Ok((!may_still).then(|| no_longer(&sender.username)))
    }

    /// Notes how far a job is.
    pub async fn note(&self, job: &Model, said: ActiveModel) -> Result<(), Stop> {
        let work = self.db.begin(store::actor()).await?;
        if !store::note(&work, job, said).await? {
            return Err(Stop::Lost);
        }
        Ok(work.commit().await?)
    }

    /// Whether a job that takes long in one step is still to be worked on.
    pub async fn look(&self, job: &Model) -> Result<(), Stop> {
        match store::held(&self.db, job.id, &self.name).await? {
            Some(job) if !job.is_cancelled => Ok(()),
            Some(job) => {
                self.end(&job, JobState::Cancelled, ActiveModel::default()).await.and(Err(Stop::Lost))
            }
            None => Err(Stop::Lost),
        }
    }

    /// Ends a job for what is wrong with it as a whole.
    pub async fn fail(&self, job: &Model, errors: Vec<RowError>) -> Result<(), Stop> {
        let mut kept = job.errors.0.clone();
        let mut progress = job.progress.0.clone();
        progress.errors += keep(&mut kept, errors.into());
        let said =
            ActiveModel { progress: Set(Json(progress)), errors: Set(Json(kept)), ..Default::default() };
        self.end(job, JobState::Failed, said).await
    }

    /// Ends a job.
    pub async fn end(&self, job: &Model, state: JobState, said: ActiveModel) -> Result<(), Stop> {
        let work = self.db.begin(store::actor()).await?;
        self.end_in(work, job, state, said).await
    }

    /// Ends a job with what `work` has written.
    pub async fn end_in(
        &self,
        work: Work<'_>,
        job: &Model,
        state: JobState,
        said: ActiveModel,
    ) -> Result<(), Stop> {
        let ActiveModel { ended_at, runner, .. } = store::ended(work.now());
        let said = ActiveModel { state: Set(Coded(state)), ended_at, runner, ..said };
        if !store::note(&work, job, said).await? {
            return Err(Stop::Lost);
        }
        work.commit().await?;
        tracing::info!(job = job.id, %state, "an import job has ended");
        Ok(store::clear(&self.db, job.id, false).await?)
    }
}

fn of_job(error: FieldError) -> RowError {
    of_file(&Arc::default(), Flaw::new(0, error))
}

fn no_longer(sender: &str) -> RowError {
    of_job(FieldError::new(
        "",
        ErrorCode::Forbidden.as_str(),
        format!(
            "账号 {sender} 已停用或失效，或其权限与发送任务时不同，任务中止；units 所示已写入的单位年度保留，其余请重新发送"
        ),
        format!(
            "The account {sender} was disabled or has expired, or may not do what it might when it sent the job; what units says was written stays, send the rest again"
        ),
    ))
}

fn given_up() -> RowError {
    of_job(FieldError::new(
        "",
        ErrorCode::Internal.as_str(),
        format!("尝试了 {MOST_ATTEMPTS} 次都没有进展，任务中止；请联系管理员查看日志"),
        format!(
            "Tried {MOST_ATTEMPTS} times without coming any further; ask an administrator to look at the log"
        ),
    ))
}
