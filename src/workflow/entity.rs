//! Tables `submissions`, `opinions` and `steps`.

use serde::{Deserialize, Serialize};

/// A line of the story: words in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl Line {
    /// The same thing said twice.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

/// What was handed in.
pub mod submission {
    use sea_orm::entity::prelude::*;

    use crate::db::Json;
    use crate::forms::wire::UnitForm;

    /// A form as it was handed in.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "submissions")]
    pub struct Model {
        /// Surrogate key.
        #[sea_orm(primary_key)]
        pub id: i64,
        /// The unit's year.
        pub evaluation_id: i64,
        /// The how-manieth time, from 1.
        pub round: i32,
        /// Who.
        pub submitted_by: String,
        /// When.
        pub submitted_at: DateTimeUtc,
        /// The form.
        pub content: Json<UnitForm>,
        /// SHA-256 of the form's canonical text.
        pub sha256: String,
    }

    /// None are declared.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What reviewers said.
pub mod opinion {
    use jixiao_core::checks::Place;
    use sea_orm::entity::prelude::*;

    use crate::db::Json;

    /// What a reviewer said of a cell, and what the unit answered.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "opinions")]
    pub struct Model {
        /// Surrogate key.
        #[sea_orm(primary_key)]
        pub id: i64,
        /// The unit's year.
        pub evaluation_id: i64,
        /// The round that was sent back.
        pub round: i32,
        /// The cell; none: the form as a whole.
        pub place: Option<Json<Place>>,
        /// The finding whose explanation it is about.
        pub finding: Option<String>,
        /// 意见.
        pub opinion: String,
        /// Who.
        pub given_by: String,
        /// When.
        pub given_at: DateTimeUtc,
        /// 答复.
        pub answer: Option<String>,
        /// Who answered.
        pub answered_by: Option<String>,
        /// When.
        pub answered_at: Option<DateTimeUtc>,
    }

    /// None are declared.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What was done.
pub mod step {
    use jixiao_core::workflow::{Role, Stage};
    use sea_orm::entity::prelude::*;

    use super::Line;
    use crate::db::{Coded, Json};

    /// A step that was taken.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "steps")]
    pub struct Model {
        /// Surrogate key.
        #[sea_orm(primary_key)]
        pub id: i64,
        /// The unit's year.
        pub evaluation_id: i64,
        /// How many times it had been handed in then.
        pub round: i32,
        /// What was done: a step of the workflow, `answer`, or `import`.
        pub step: String,
        /// From this stage.
        pub from_stage: Coded<Stage>,
        /// To this one.
        pub to_stage: Coded<Stage>,
        /// Who.
        pub taken_by: String,
        /// What they were.
        pub role: Option<Coded<Role>>,
        /// When.
        pub taken_at: DateTimeUtc,
        /// What they said.
        pub opinion: Option<String>,
        /// What else is to be told.
        pub details: Json<Vec<Line>>,
    }

    /// None are declared.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
