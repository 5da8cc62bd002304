//! Until when a unit may hand in, and what else its year and round decide. The narrowest round that says something
//! wins, then the year; what was arranged with the unit itself stands above both.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use jixiao_core::kernel::{FiscalYear, RegionCode, UnitCode};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::{entity, exception_entity as exceptions, round_entity as rounds};
use crate::db::Int;

/// Years with their rounds, and what was arranged with some units.
#[derive(Debug, Default)]
pub struct Calendar {
    years: BTreeMap<FiscalYear, entity::Model>,
    rounds: Vec<rounds::Model>,
    exceptions: BTreeMap<(i64, String), exceptions::Model>,
}

/// What holds for one unit's year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The day from which units hand in.
    pub opens_on: Option<NaiveDate>,
    /// The last day.
    pub deadline: Option<NaiveDate>,
    /// Whether the supervising department looks at it first.
    pub department_review: bool,
    /// Whether the bureau has excused the unit.
    pub is_excused: bool,
}

impl Calendar {
    /// For these years and units.
    pub async fn load(
        conn: &impl ConnectionTrait,
        years: &BTreeSet<FiscalYear>,
        units: &BTreeSet<&UnitCode>,
    ) -> Result<Self, DbErr> {
        if years.is_empty() {
            return Ok(Self::default());
        }
        let wanted = || years.iter().copied().map(Int);
        let found = entity::Entity::find().filter(entity::Column::Year.is_in(wanted())).all(conn).await?;
        let rounds = rounds::Entity::find().filter(rounds::Column::Year.is_in(wanted())).all(conn).await?;
        let mut exceptions = BTreeMap::new();
        if !rounds.is_empty() {
            let units = units.iter().map(|unit| unit.as_str());
            let of_these = exceptions::Entity::find()
                .filter(exceptions::Column::RoundId.is_in(rounds.iter().map(|round| round.id)))
                .filter(exceptions::Column::UnitCode.is_in(units));
            for row in of_these.all(conn).await? {
                exceptions.insert((row.round_id, row.unit_code.0.to_string()), row);
            }
        }
        let years = found.into_iter().map(|year| (year.year.0, year)).collect();
        Ok(Self { years, rounds, exceptions })
    }

    /// For one unit's year.
    pub async fn of(conn: &impl ConnectionTrait, year: FiscalYear, unit: &UnitCode) -> Result<Self, DbErr> {
        Self::load(conn, &BTreeSet::from([year]), &BTreeSet::from([unit])).await
    }

    /// What holds for a unit of this region in this year.
    #[must_use]
    pub fn terms(&self, year: FiscalYear, region: Option<&RegionCode>, unit: &UnitCode) -> Terms {
        let mut terms = self.years.get(&year).map_or_else(Terms::default, |year| Terms {
            deadline: year.deadline,
            department_review: year.department_review,
            ..Terms::default()
        });
        let mut around: Vec<&rounds::Model> = self
            .rounds
            .iter()
            .filter(|round| {
                round.year.0 == year && region.is_some_and(|own| round.region_code.0.contains(own))
            })
            .collect();
        // From the widest to the narrowest, so that the narrowest has the last word.
        around.sort_by_key(|round| round.region_code.0.as_str().len());
        for round in around {
            terms.opens_on = round.opens_on.or(terms.opens_on);
            terms.deadline = round.deadline.or(terms.deadline);
            if let Some(exception) = self.exceptions.get(&(round.id, unit.to_string())) {
                terms.deadline = exception.due.or(terms.deadline);
                terms.is_excused |= exception.excused_reason.is_some();
            }
        }
        terms
    }
}
