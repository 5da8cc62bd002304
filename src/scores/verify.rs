//! The proof that what lists read is what scoring every stored form anew would say.

use std::collections::{BTreeMap, BTreeSet};
use std::thread::available_parallelism;

use futures_util::{StreamExt, stream};
use jixiao_core::kernel::{FiscalYear, UnitCode};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IdenStatic, Iterable,
    ModelTrait, QueryFilter, QueryOrder, QuerySelect, Value,
};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::hook::{Task, read_forms, summaries};
use crate::db::{Db, one_of};
use crate::evaluations::entity as evaluations;
use crate::evaluations::summary_entity::{ActiveModel, Column, Entity, Model};
use crate::units::entity as units;

/// Evaluations that are read and scored together.
const TOGETHER: usize = 200;

/// So many read at once at most, however many cores there are: a process has this many connections, and more.
const READERS: usize = 8;

/// A value that is kept and is not what scoring anew comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The unit.
    pub unit: UnitCode,
    /// The year.
    pub year: FiscalYear,
    /// Code of the project, or of the unit for its department sheet.
    pub sheet: String,
    /// The column; none: the sheet as a whole.
    pub field: Option<&'static str>,
    /// What is kept; none: no such sheet.
    pub kept: Option<String>,
    /// What scoring anew comes to; none: no such sheet.
    pub computed: Option<String>,
}

/// What verifying came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Evaluations that were scored.
    pub evaluations: usize,
    /// Sheets that were compared.
    pub sheets: usize,
    /// Everything that differs.
    pub differences: Vec<Difference>,
}

/// Scores every stored form anew, on every core, and compares. Each form and what is kept of it are read on one snapshot;
/// forms that lie apart may be of different moments, for what is kept of a form changes with this form alone.
pub async fn verify(db: &Db) -> Result<Verdict, DbErr> {
    let ids = evaluations::Entity::find()
        .select_only()
        .column(evaluations::Column::Id)
        .order_by_asc(evaluations::Column::Id)
        .into_tuple::<i64>()
        .all(db.reader())
        .await?;
    let runtime = Handle::current();
    let compared = ids.chunks(TOGETHER).map(|ids| {
        let (ids, db, runtime) = (ids.to_vec(), db.clone(), runtime.clone());
        // Reading takes a processor as scoring does: it gets a thread too.
        spawn_blocking(move || runtime.block_on(async { compare(&db.snapshot().await?, ids).await }))
    });
    let readers = available_parallelism().map_or(1, usize::from).min(READERS);
    let mut compared = stream::iter(compared).buffered(readers);
    let mut all = Verdict::default();
    while let Some(some) = compared.next().await {
        let some = some.map_err(|why| DbErr::Custom(why.to_string()))??;
        all.evaluations += some.evaluations;
        all.sheets += some.sheets;
        all.differences.extend(some.differences);
    }
    Ok(all)
}

/// The units of these evaluations.
async fn units_of(
    conn: &impl ConnectionTrait,
    evaluations: &[evaluations::Model],
) -> Result<BTreeMap<UnitCode, units::Model>, DbErr> {
    let codes: BTreeSet<&str> =
        evaluations.iter().map(|evaluation| evaluation.unit_code.0.as_str()).collect();
    let found = units::Entity::find().filter(units::Column::Code.is_in(codes)).all(conn).await?;
    Ok(found.into_iter().map(|unit| (unit.code.0.clone(), unit)).collect())
}

type Key = (i64, Option<i64>);

/// What is kept of these evaluations, as far as they are still there, beside what scoring them anew comes to.
async fn compare(conn: &impl ConnectionTrait, ids: Vec<i64>) -> Result<Verdict, DbErr> {
    let stored = evaluations::Column::Id.is_in(one_of(ids.iter().copied()));
    let batch =
        evaluations::Entity::find().filter(stored).order_by_asc(evaluations::Column::Id).all(conn).await?;
    let kept = Entity::find().filter(Column::EvaluationId.is_in(one_of(ids))).all(conn).await?;
    let mut kept: BTreeMap<Key, Model> =
        kept.into_iter().map(|row| ((row.evaluation_id, row.project_id), row)).collect();
    let owners: BTreeMap<i64, (UnitCode, FiscalYear)> =
        batch.iter().map(|one| (one.id, (one.unit_code.0.clone(), one.year.0))).collect();
    let units = units_of(conn, &batch).await?;
    let mut verdict = Verdict { evaluations: batch.len(), ..Verdict::default() };
    let mut tasks: Vec<Task> = batch.into_iter().map(Task::new).collect();
    read_forms(conn, &mut tasks).await?;
    for computed in summaries(conn, tasks, units).await? {
        let (Some(evaluation), Some(project), Some(sheet)) =
            (set(&computed.evaluation_id), set(&computed.project_id), set(&computed.code))
        else {
            continue; // every summary sets them
        };
        let Some((unit, year)) = owners.get(evaluation) else { continue };
        verdict.sheets += 1;
        let found = kept.remove(&(*evaluation, *project));
        let differing = match &found {
            Some(kept) => fields(kept, &computed),
            None => vec![(None, None, Some(sheet.clone()))],
        };
        verdict.differences.extend(differing.into_iter().map(|(field, kept, computed)| Difference {
            unit: unit.clone(),
            year: *year,
            sheet: sheet.clone(),
            field,
            kept,
            computed,
        }));
    }
    for row in kept.into_values() {
        let Some((unit, year)) = owners.get(&row.evaluation_id) else { continue };
        let (unit, year, sheet) = (unit.clone(), *year, row.code);
        let kept = Some(sheet.clone());
        verdict.differences.push(Difference { unit, year, sheet, field: None, kept, computed: None });
    }
    Ok(verdict)
}

fn set<T: Into<Value>>(value: &ActiveValue<T>) -> Option<&T> {
    match value {
        ActiveValue::Set(value) | ActiveValue::Unchanged(value) => Some(value),
        ActiveValue::NotSet => None,
    }
}

/// A field with what is kept in it and what scoring anew comes to.
type Differing = (Option<&'static str>, Option<String>, Option<String>);

fn fields(kept: &Model, computed: &ActiveModel) -> Vec<Differing> {
    let mut differing = Vec::new();
    for column in Column::iter() {
        // Lists show a department's sheet under its unit's name of today, whatever it was called when it was scored.
        let is_shown = match column {
            Column::Id => false,
            Column::Name => kept.project_id.is_some(),
            _ => true,
        };
        let (kept, computed) = (kept.get(column), computed.get(column).into_value());
        if is_shown && computed.as_ref() != Some(&kept) {
            differing.push((
                Some(column.as_str()),
                Some(kept.to_string()),
                computed.map(|value| value.to_string()),
            ));
        }
    }
    differing
}
