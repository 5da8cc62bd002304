//! What a part of an evaluation is. Resources, the whole form and the import write parts through this one
//! contract, so that they agree on what a row is, what its key is and what can be wrong with it.

use std::collections::BTreeMap;
use std::fmt::Debug;

use jixiao_core::kernel::{FiscalYear, ProjectCode, UnitCode};
use sea_orm::sea_query::IntoColumnRef;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult,
    IntoActiveModel, JoinType, PaginatorTrait, QueryFilter, QueryResult, QuerySelect, Select, Value,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::entity;
use super::opening::Key;
pub use super::part_write::{New, delete, insert, insert_many, update};
use super::store::{Filter, listed};
use crate::db::{Coded, Int, Keyset, Scope, SortColumn, one_of};
use crate::http::FieldError;
use crate::http::wire::Stamp;
use crate::units::entity as units;

/// The unit's year that a part belongs to.
pub trait Owner {
    /// 单位编码.
    fn unit(&self) -> &UnitCode;
    /// 预算年度.
    fn year(&self) -> FiscalYear;
}

impl Owner for entity::Model {
    fn unit(&self) -> &UnitCode {
        &self.unit_code.0
    }
    fn year(&self) -> FiscalYear {
        self.year.0
    }
}

impl Owner for Key {
    fn unit(&self) -> &UnitCode {
        &self.0
    }
    fn year(&self) -> FiscalYear {
        self.1
    }
}

/// A part of an evaluation: a row that hangs on it.
pub trait Part:
    Clone + Debug + Sized + Sync + Send + 'static + FromQueryResult + IntoActiveModel<Self::Active>
{
    /// Its table.
    type Entity: EntityTrait<Model = Self, ActiveModel = Self::Active>;
    /// Its row for writing.
    type Active: ActiveModelTrait<Entity = Self::Entity> + ActiveModelBehavior + Send + 'static;
    /// What is written and imported.
    type Input: Clone + Debug + PartialEq + Send + Serialize + DeserializeOwned + ToSchema + 'static;
    /// What is read.
    type View: Serialize + ToSchema;
    /// What tells it from the other parts of its kind in one evaluation.
    type Key: Clone + Debug + Ord;
    /// What must be known of the evaluation's other parts to read or write this one.
    type Siblings: Clone + Debug + Default + Send + 'static;

    /// The collection's name in a bundle.
    const COLLECTION: &'static str;
    /// The column that names its evaluation.
    const EVALUATION: <Self::Entity as EntityTrait>::Column;
    /// The column of its surrogate key.
    const ID: <Self::Entity as EntityTrait>::Column;
    /// The column of its last change.
    const UPDATED_AT: <Self::Entity as EntityTrait>::Column;

    /// Surrogate key.
    fn id(&self) -> i64;
    /// Counts changes.
    fn version(&self) -> i64;
    /// The evaluation it hangs on.
    fn evaluation_id(&self) -> i64;
    /// When it was made and changed.
    fn stamp(&self) -> Stamp;
    /// Its key.
    fn key(&self, siblings: &Self::Siblings) -> Self::Key;

    /// The unit and year that an input names.
    fn owner(input: &Self::Input) -> (&UnitCode, FiscalYear);
    /// The key that an input names.
    fn key_of(input: &Self::Input) -> Self::Key;
    /// The key that a row of a file names, as far as it can be read.
    fn key_in(row: &serde_json::Value) -> Option<Self::Key>;
    /// The project to whose sheet a row of this key belongs; none: the department's.
    #[must_use]
    fn sheet(_: &Self::Key) -> Option<&ProjectCode> {
        None
    }
    /// Its key as a word: `P01` for a project, `P01.3` and `.3` for an indicator of a project and of the department;
    /// empty where an evaluation has only one.
    #[must_use]
    fn row(_: &Self::Key) -> String {
        String::new()
    }
    /// Its content as an input.
    fn input(&self, owner: &impl Owner, siblings: &Self::Siblings) -> Self::Input;
    /// Its content for reading.
    fn view(&self, input: Self::Input) -> Self::View;
    /// The columns of an input; id, evaluation, version and times are filled in by [`insert`] and [`update`].
    fn columns(input: Self::Input, siblings: &Self::Siblings) -> Self::Active;
    /// Fills those in.
    fn stamped(columns: Self::Active, stamp: RowStamp) -> Self::Active;

    /// The columns that order the parts of one evaluation, if it can have several.
    #[must_use]
    fn place_columns() -> Vec<SortColumn> {
        Vec::new()
    }
    /// The values of those columns.
    fn place(&self) -> Vec<serde_json::Value> {
        Vec::new()
    }

    /// Adds to a list, for each row, what must be known of the evaluation's other parts to show it.
    #[must_use]
    fn with_siblings(list: Select<Self::Entity>) -> Select<Self::Entity> {
        list
    }
    /// What was added.
    fn siblings_in(row: &QueryResult) -> Result<Self::Siblings, DbErr> {
        let _ = row;
        Ok(Self::Siblings::default())
    }

    /// Reads what must be known of the evaluation's other parts.
    fn siblings(
        conn: &impl ConnectionTrait,
        evaluation_id: i64,
    ) -> impl Future<Output = Result<Self::Siblings, DbErr>> {
        let _ = (conn, evaluation_id);
        async { Ok(Self::Siblings::default()) }
    }

    /// What only the evaluation's other parts show to be wrong with an input.
    fn check(input: &Self::Input, siblings: &Self::Siblings) -> Vec<FieldError> {
        let _ = (input, siblings);
        Vec::new()
    }
}

/// What a row carries beside its content.
#[derive(Clone, Copy, Debug)]
pub struct RowStamp {
    /// Surrogate key; none: a new row.
    pub id: Option<i64>,
    /// The evaluation it hangs on.
    pub evaluation_id: i64,
    /// Counts changes.
    pub version: i64,
    /// When it was made; none: left as it is.
    pub created_at: Option<chrono::DateTime<chrono::Utc>>,
    /// When it was changed.
    pub updated_at: chrono::DateTime<chrono::Utc>,
}

/// Every part of this kind that hangs on the evaluation.
pub async fn all<P: Part>(conn: &impl ConnectionTrait, evaluation_id: i64) -> Result<Vec<P>, DbErr> {
    P::Entity::find().filter(P::EVALUATION.eq(evaluation_id)).all(conn).await
}

/// Evaluations whose parts are read by one query: few enough for the engines' limits on parameters.
const CHUNK: usize = 500;

/// Every part of this kind of several evaluations, by evaluation.
pub async fn all_of<P: Part>(
    conn: &impl ConnectionTrait,
    evaluations: impl IntoIterator<Item = i64>,
) -> Result<BTreeMap<i64, Vec<P>>, DbErr> {
    let ids: Vec<i64> = evaluations.into_iter().collect();
    let mut found: BTreeMap<i64, Vec<P>> = BTreeMap::new();
    for chunk in ids.chunks(CHUNK) {
        let ids = chunk.iter().copied().map(Value::from);
        for row in P::Entity::find().filter(P::EVALUATION.is_in(one_of(ids))).all(conn).await? {
            found.entry(row.evaluation_id()).or_default().push(row);
        }
    }
    Ok(found)
}

/// The part of this key.
pub async fn find<P: Part>(
    conn: &impl ConnectionTrait,
    evaluation_id: i64,
    siblings: &P::Siblings,
    key: &P::Key,
) -> Result<Option<P>, DbErr> {
    Ok(all::<P>(conn, evaluation_id).await?.into_iter().find(|row| &row.key(siblings) == key))
}

/// The parts whose evaluation matches, with evaluations in the query, for a list that is ordered by time or as the forms.
#[must_use]
pub fn matching<P: Part>(filter: &Filter, scope: &Scope, by_time: bool) -> Select<P::Entity> {
    let wanted = if by_time {
        filter.condition_by_time(scope, (P::Entity::default(), P::UPDATED_AT))
    } else {
        filter.condition(scope)
    };
    with_evaluations::<P::Entity>(P::EVALUATION).filter(wanted)
}

fn with_evaluations<E: EntityTrait>(evaluation: E::Column) -> Select<E> {
    let to_evaluation = E::belongs_to(entity::Entity).from(evaluation).to(entity::Column::Id).into();
    E::find().join(JoinType::InnerJoin, to_evaluation)
}

/// The rows of a table that hang on evaluations by this column, with evaluations and units in the query.
#[must_use]
pub fn with_units<E: EntityTrait>(evaluation: E::Column) -> Select<E> {
    let to_unit = entity::Entity::belongs_to(units::Entity)
        .from(entity::Column::UnitCode)
        .to(units::Column::Code)
        .into();
    with_evaluations(evaluation).join(JoinType::InnerJoin, to_unit)
}

/// The order of a list of parts: by the time of their change, or as they stand in the forms.
#[must_use]
pub fn order<P: Part>(by_time: bool) -> Vec<SortColumn> {
    let own = |column| SortColumn::of((P::Entity::default(), column).into_column_ref());
    let mut columns = if by_time {
        vec![own(P::UPDATED_AT)]
    } else {
        let mut columns = vec![
            SortColumn::of((entity::Entity, entity::Column::UnitCode)),
            SortColumn::of((entity::Entity, entity::Column::Year)),
        ];
        columns.extend(P::place_columns());
        columns
    };
    columns.push(own(P::ID));
    columns
}

/// A row of a list: a part, and what it is shown with.
#[derive(Debug)]
pub struct Listed<P: Part> {
    /// The part.
    pub part: P,
    /// The unit's year it belongs to.
    pub owner: Key,
    /// What must be known of the evaluation's other parts.
    pub siblings: P::Siblings,
}

const OWNER_UNIT: &str = "owner_unit_code";
const OWNER_YEAR: &str = "owner_year";

impl<P: Part> FromQueryResult for Listed<P> {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let Coded(unit): Coded<UnitCode> = row.try_get(prefix, OWNER_UNIT)?;
        let Int(year): Int<FiscalYear> = row.try_get(prefix, OWNER_YEAR)?;
        let part = P::from_query_result(row, prefix)?;
        Ok(Self { part, owner: (unit, year), siblings: P::siblings_in(row)? })
    }
}

/// A page of parts. No more is read of the evaluation than is shown: each further column is read for each row.
pub async fn page<P: Part>(
    conn: &impl ConnectionTrait,
    select: Select<P::Entity>,
    keyset: Keyset,
) -> Result<Vec<Listed<P>>, DbErr> {
    let select = P::with_siblings(select)
        .column_as(entity::Column::UnitCode, OWNER_UNIT)
        .column_as(entity::Column::Year, OWNER_YEAR);
    listed(select, keyset).into_model::<Listed<P>>().all(conn).await
}

/// How many parts match.
pub async fn count<P: Part>(conn: &impl ConnectionTrait, select: Select<P::Entity>) -> Result<u64, DbErr> {
    select.count(conn).await
}

/// The traits' repetitive half for a part's model, whose columns are named alike in every table.
#[macro_export]
macro_rules! part_columns {
    () => {
        type Entity = Entity;
        type Active = ActiveModel;
        const EVALUATION: Column = Column::EvaluationId;
        const ID: Column = Column::Id;
        const UPDATED_AT: Column = Column::UpdatedAt;

        fn id(&self) -> i64 {
            self.id
        }
        fn version(&self) -> i64 {
            self.version
        }
        fn evaluation_id(&self) -> i64 {
            self.evaluation_id
        }
        fn stamp(&self) -> $crate::http::wire::Stamp {
            $crate::http::wire::Stamp::of(self.id, self.version, self.created_at, self.updated_at)
        }
        fn stamped(columns: ActiveModel, stamp: $crate::evaluations::part::RowStamp) -> ActiveModel {
            use sea_orm::ActiveValue::{NotSet, Set, Unchanged};
            ActiveModel {
                id: stamp.id.map_or(NotSet, Unchanged),
                evaluation_id: Set(stamp.evaluation_id),
                version: Set(stamp.version),
                created_at: stamp.created_at.map_or(NotSet, Set),
                updated_at: Set(stamp.updated_at),
                ..columns
            }
        }
    };
}
