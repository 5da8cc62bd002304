//! Where an evaluation stands, with what is known of how it got there. Every step consumes the state and gives the
//! next one, so no state can be taken twice, and what belongs to a stage is there exactly at that stage.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Stage, Step};

/// Who took a step, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The account.
    pub by: String,
    /// The moment.
    pub at: DateTime<Utc>,
}

/// An evaluation's stage with its data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum State {
    /// The unit fills the form for the first time.
    #[default]
    Draft,
    /// Waiting for the supervising department.
    DepartmentReview {
        /// Who handed it in.
        submitted: Mark,
    },
    /// Waiting for the bureau.
    Submitted {
        /// Who handed it in.
        submitted: Mark,
        /// Who passed it for the supervising department, where the year asks for it.
        endorsed: Option<Mark>,
    },
    /// Sent back, or opened again: the unit corrects it.
    Returned {
        /// Who handed it in.
        submitted: Mark,
        /// Who sent it back.
        returned: Mark,
    },
    /// Approved: scores are final.
    Approved {
        /// Who handed it in.
        submitted: Mark,
        /// Who approved it.
        approved: Mark,
    },
    /// Open to the public.
    Published {
        /// Who handed it in.
        submitted: Mark,
        /// Who approved it.
        approved: Mark,
        /// Who made it public.
        published: Mark,
        /// Which edition that was, from 1.
        edition: i32,
    },
}

/// Why a step is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It does not start from this stage.
    #[error("`{step}` does not start from `{stage}`")]
    Illegal {
        /// The step.
        step: Step,
        /// The stage.
        stage: Stage,
    },
    /// Four eyes: who handed a form in does not pass or approve it.
    #[error("who handed it in cannot approve it")]
    SamePerson,
}

impl State {
    /// The stage.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        match self {
            Self::Draft => Stage::Draft,
            Self::DepartmentReview { .. } => Stage::DepartmentReview,
            Self::Submitted { .. } => Stage::Submitted,
            Self::Returned { .. } => Stage::Returned,
            Self::Approved { .. } => Stage::Approved,
            Self::Published { .. } => Stage::Published,
        }
    }

    /// Who handed it in last, if anybody has.
    #[must_use]
    pub const fn submitted(&self) -> Option<&Mark> {
        match self {
            Self::Draft => None,
            Self::DepartmentReview { submitted }
            | Self::Submitted { submitted, .. }
            | Self::Returned { submitted, .. }
            | Self::Approved { submitted, .. }
            | Self::Published { submitted, .. } => Some(submitted),
        }
    }

    const fn illegal(&self, step: Step) -> Refused {
        Refused::Illegal { step, stage: self.stage() }
    }

    /// Hands it in: to the supervising department first, where the year asks for it.
    pub fn submit(self, mark: Mark, to_department: bool) -> Result<Self, Refused> {
        match self {
            Self::Draft | Self::Returned { .. } if to_department => {
                Ok(Self::DepartmentReview { submitted: mark })
            }
            Self::Draft | Self::Returned { .. } => Ok(Self::Submitted { submitted: mark, endorsed: None }),
            other => Err(other.illegal(Step::Submit)),
        }
    }

    /// Passes it on to the bureau.
    pub fn endorse(self, mark: Mark) -> Result<Self, Refused> {
        match self {
            Self::DepartmentReview { submitted } if submitted.by == mark.by => Err(Refused::SamePerson),
            Self::DepartmentReview { submitted } => Ok(Self::Submitted { submitted, endorsed: Some(mark) }),
            other => Err(other.illegal(Step::Endorse)),
        }
    }

    /// Sends it back.
    pub fn send_back(self, mark: Mark) -> Result<Self, Refused> {
        match self {
            Self::DepartmentReview { submitted } | Self::Submitted { submitted, .. } => {
                Ok(Self::Returned { submitted, returned: mark })
            }
            other => Err(other.illegal(Step::Return)),
        }
    }

    /// Settles its scores.
    pub fn approve(self, mark: Mark) -> Result<Self, Refused> {
        match self {
            Self::Submitted { submitted, .. } if submitted.by == mark.by => Err(Refused::SamePerson),
            Self::Submitted { submitted, .. } => Ok(Self::Approved { submitted, approved: mark }),
            other => Err(other.illegal(Step::Approve)),
        }
    }

    /// Makes it public, as this edition.
    pub fn publish(self, mark: Mark, edition: i32) -> Result<Self, Refused> {
        match self {
            Self::Approved { submitted, approved } => {
                Ok(Self::Published { submitted, approved, published: mark, edition })
            }
            other => Err(other.illegal(Step::Publish)),
        }
    }

    /// Opens it again for a correction. What was published stays public as it is.
    pub fn reopen(self, mark: Mark) -> Result<Self, Refused> {
        match self {
            Self::Approved { submitted, .. } | Self::Published { submitted, .. } => {
                Ok(Self::Returned { submitted, returned: mark })
            }
            other => Err(other.illegal(Step::Reopen)),
        }
    }
}

/// Hours by which Asia/Shanghai is ahead of UTC; it has had no summer time since 1991.
const SHANGHAI: TimeDelta = TimeDelta::hours(8);

/// Whether a deadline has passed: it is a date and ends at 24:00 in Asia/Shanghai.
#[must_use]
pub fn has_passed(deadline: NaiveDate, now: DateTime<Utc>) -> bool {
    today(now) > deadline
}

/// The date in Asia/Shanghai.
#[must_use]
pub fn today(now: DateTime<Utc>) -> NaiveDate {
    (now + SHANGHAI).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::{Action, Relation, Role};

    fn mark(by: &str) -> Mark {
        Mark { by: by.to_owned(), at: DateTime::<Utc>::UNIX_EPOCH }
    }

    fn at(stage: Stage) -> State {
        let submitted = State::Draft.submit(mark("unit"), false).unwrap();
        match stage {
            Stage::Draft => State::Draft,
            Stage::DepartmentReview => State::Draft.submit(mark("unit"), true).unwrap(),
            Stage::Submitted => submitted,
            Stage::Returned => submitted.send_back(mark("bureau")).unwrap(),
            Stage::Approved => submitted.approve(mark("bureau")).unwrap(),
            Stage::Published => {
                submitted.approve(mark("bureau")).unwrap().publish(mark("bureau"), 1).unwrap()
            }
        }
    }

    fn taken(step: Step, state: State) -> Option<Result<State, Refused>> {
        match step {
            Step::Submit => Some(state.submit(mark("unit"), false)),
            Step::Endorse => Some(state.endorse(mark("department"))),
            Step::Return => Some(state.send_back(mark("bureau"))),
            Step::Approve => Some(state.approve(mark("bureau"))),
            Step::Publish => Some(state.publish(mark("bureau"), 2)),
            Step::Reopen => Some(state.reopen(mark("bureau"))),
            Step::Edit | Step::Rescore => None,
        }
    }

    #[test]
    fn a_step_is_taken_exactly_from_the_stages_of_the_table() {
        for stage in Stage::ALL {
            assert_eq!(at(stage).stage(), stage);
            for step in Step::ALL {
                let Some(outcome) = taken(step, at(stage)) else { continue };
                assert_eq!(outcome.is_ok(), step.starts_from(stage), "{step} from {stage}");
                if let Err(why) = outcome {
                    assert_eq!(why, Refused::Illegal { step, stage });
                }
            }
        }
    }

    #[test]
    fn what_may_be_edited_is_what_the_stage_says() {
        for stage in Stage::ALL {
            assert_eq!(Step::Edit.starts_from(stage), stage.is_editable(), "{stage}");
        }
    }

    #[test]
    fn who_handed_it_in_is_known_from_then_on() {
        for stage in Stage::ALL {
            let by = (stage != Stage::Draft).then_some("unit");
            assert_eq!(at(stage).submitted().map(|mark| mark.by.as_str()), by, "{stage}");
        }
    }

    #[test]
    fn who_handed_it_in_neither_passes_nor_approves_it() {
        assert_eq!(at(Stage::Submitted).approve(mark("unit")), Err(Refused::SamePerson));
        assert_eq!(at(Stage::DepartmentReview).endorse(mark("unit")), Err(Refused::SamePerson));
    }

    #[test]
    fn each_line_of_the_table_is_open_to_a_role_that_has_its_permission() {
        let open = |stage, role: Role, own| {
            Step::open(stage, Relation::of(role, own), |action: Action| action.allows(role))
        };
        assert_eq!(open(Stage::Draft, Role::Unit, true), [Step::Edit, Step::Submit]);
        assert_eq!(open(Stage::Submitted, Role::Bureau, false), [Step::Return, Step::Rescore, Step::Approve]);
        assert_eq!(open(Stage::DepartmentReview, Role::Unit, false), [Step::Endorse, Step::Return]);
        assert_eq!(open(Stage::Approved, Role::Bureau, false), [Step::Publish, Step::Reopen]);
        for stage in Stage::ALL {
            assert_eq!(open(stage, Role::Admin, false), []);
            assert_eq!(open(stage, Role::Reader, false), []);
        }
        assert_eq!(Step::open(Stage::Draft, Some(Relation::Own), |_| false), []);
    }

    #[test]
    fn a_deadline_ends_at_midnight_in_shanghai() {
        let deadline = NaiveDate::from_ymd_opt(2024, 3, 31).unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert!(!has_passed(deadline, at("2024-03-31T15:59:59.999Z")));
        assert!(has_passed(deadline, at("2024-03-31T16:00:00Z")));
    }
}
