//! What is expected of a cell: from the role × action table, the table of steps, and what an operation is about.

use actix_web::http::Method;
use jixiao_core::workflow::{Action, Relation, Role, Stage, Step};

use super::town::{Seat, Who};

/// What an operation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing that needs a name: signing in, and what is public.
    Open,
    /// Whoever asks.
    OwnAccount,
    /// What everybody who signs in may know: years, rounds, rule sets.
    Common,
    /// The house: accounts, the audit trail, and which units and years there are.
    House,
    /// What a region's bureau decides.
    Round,
    /// Many units: shows those that are seen.
    List,
    /// Rows of units, each judged by itself.
    Rows,
    /// A unit or its data, read.
    Unit,
    /// A unit's scores, which a reader sees when they are settled.
    Scores,
    /// What becomes of settled scores: each told of those that are seen.
    Feed,
    /// Figures made of many units, of which nothing is said by name but what is seen; what is counted is asked beside
    /// its own tests.
    Figures,
    /// What was published, which is everybody's.
    Published,
    /// A step of the workflow with a unit's form, or what comes with it.
    Step(Step),
    /// Work that an administrator has sent: theirs to see.
    Sent,
    /// A row of a unit that the body names: what is not seen is an error of the body.
    InBody,
}

impl Kind {
    /// Whether it touches a unit's data.
    pub fn is_about_a_unit(self) -> bool {
        use Kind::{Feed, InBody, List, Rows, Scores, Step, Unit};
        matches!(self, List | Feed | Rows | Unit | Scores | Step(_) | InBody)
    }
}

/// What an operation is about, and what it takes.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub kind: Kind,
    pub action: Action,
}

/// The rule of an operation; none: nobody has said yet what it is about.
pub fn classify(method: &Method, path: &str) -> Option<Rule> {
    let reads = method == Method::GET;
    let form = (Kind::Unit, Action::ReadForms);
    let parts: Vec<&str> = path.strip_prefix("/api/v1/")?.split('/').collect();
    let (kind, action) = match parts.as_slice() {
        ["auth", "token"]
        | ["public", "publications"]
        | ["public", "publications", "{unit}", "{year}"]
        | ["public", "publications", "{unit}", "{year}", "{edition}"] => (Kind::Open, Action::OwnAccount),
        ["auth", "password"] | ["users", "me"] => (Kind::OwnAccount, Action::OwnAccount),
        ["users" | "service-accounts", ..] if reads => (Kind::House, Action::ReadUsers),
        ["users" | "service-accounts", ..] => (Kind::House, Action::WriteUsers),
        ["audit", "entries" | "verification"] => (Kind::House, Action::ReadAudit),
        ["rule-sets", "{reference}", "simulate"] => (Kind::Common, Action::Simulate),
        ["rule-sets", "{reference}"] if !reads => (Kind::House, Action::WriteRuleSets),
        ["rule-sets" | "checks"] | ["rule-sets", "{reference}"] => (Kind::Common, Action::ReadRuleSets),
        ["years", "{year}", "rounds", "{region_code}", "exceptions"]
        | ["years", "{year}", "rounds", "{region_code}", "exceptions", "{unit}"] => {
            (Kind::Round, Action::WriteRounds)
        }
        ["years", "{year}", "rounds", "{region_code}"] if !reads => (Kind::Round, Action::WriteRounds),
        ["years", "{year}"] if !reads => (Kind::House, Action::WriteYears),
        ["years"]
        | ["years", "{year}"]
        | ["years", "{year}", "rounds"]
        | ["years", "{year}", "rounds", "{region_code}"] => (Kind::Common, Action::ReadYears),
        ["units"] => (Kind::List, Action::ReadUnits),
        ["units", "{code}"] if reads => (Kind::Unit, Action::ReadUnits),
        ["units", "{code}"] => (Kind::House, Action::WriteUnits),
        ["scores", "changes"] => (Kind::Feed, Action::ReadScores),
        ["statistics" | "indicator-comparison"] => (Kind::Figures, Action::ReadForms),
        ["reviews", "suggestions"] => (Kind::Figures, Action::Review),
        ["indicator-library"] => (Kind::Published, Action::ReadForms),
        ["scores" | "rankings"] => (Kind::List, Action::ReadScores),
        ["scores", "preview"] => (Kind::Common, Action::ReadForms),
        ["scores", "{unit}", "{year}"] | ["scores", "{unit}", "{year}", "proof"] => {
            (Kind::Scores, Action::ReadScores)
        }
        ["imports"] => (Kind::Rows, Action::Import),
        ["import-templates", "{collection}.{format}"] | ["import-jobs"] => (Kind::Common, Action::Import),
        ["import-jobs", "{job}"] | ["import-jobs", "{job}", "cancel" | "errors"] => {
            (Kind::Sent, Action::Import)
        }
        ["indicators"] if !reads => (Kind::InBody, Action::WriteForms),
        [
            "evaluations"
            | "budgets"
            | "base-data"
            | "project-expenditures"
            | "indicators"
            | "narratives"
            | "reviews",
        ]
        | ["years", "{year}", "rounds", "{region_code}", "progress"] => (Kind::List, Action::ReadForms),
        ["base-data", "{unit}", "{year}", "ratios"] => form,
        ["budgets" | "base-data" | "narratives" | "forms", "{unit}", "{year}"]
        | ["project-expenditures", "{unit}", "{year}", "{code}"]
        | ["indicators", "{id}"] => {
            if reads {
                form
            } else {
                (Kind::Step(Step::Edit), Action::WriteForms)
            }
        }
        ["evaluations", "{unit}", "{year}"]
        | ["evaluations", "{unit}", "{year}", "findings" | "opinions" | "history" | "changes" | "reviews"] => {
            form
        }
        ["evaluations", "{unit}", "{year}", "copy-from", "{prior}"]
        | ["evaluations", "{unit}", "{year}", "indicators", "adopt"] => {
            (Kind::Step(Step::Edit), Action::WriteForms)
        }
        ["evaluations", "{unit}", "{year}", "explanations" | "answers"] => {
            (Kind::Step(Step::Submit), Action::Submit)
        }
        ["evaluations", "{unit}", "{year}", word] => {
            let step: Step = word.parse().ok()?;
            let action = match step {
                Step::Edit => Action::WriteForms,
                Step::Submit => Action::Submit,
                Step::Endorse => Action::Endorse,
                Step::Return => Action::Return,
                Step::Rescore | Step::Approve | Step::Reopen => Action::Review,
                Step::Publish => Action::Publish,
            };
            (Kind::Step(step), action)
        }
        _ => return None,
    };
    Some(Rule { kind, action })
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It is answered, if only by what is wrong with it.
    LetIn,
    /// 401: nobody knows who asks.
    Unauthenticated,
    /// 403: seen, and not theirs.
    Forbidden,
    /// 404: not theirs to see.
    NotFound,
}

/// What a role can be to a unit that it sees.
pub fn relations(role: Role) -> impl Iterator<Item = Relation> {
    [true, false].into_iter().filter_map(move |is_own| Relation::of(role, is_own))
}

/// What is expected of a cell.
pub fn expected(Rule { kind, action }: Rule, who: &Who, unit: &Seat, stage: Stage) -> Expected {
    use Expected::{Forbidden, LetIn, NotFound, Unauthenticated};
    if kind == Kind::Open {
        return LetIn;
    }
    let Some(role) = who.role else { return Unauthenticated };
    if !action.allows(role) {
        return Forbidden;
    }
    let is_own = who.unit == Some(unit.code);
    let takes = |step: Step| {
        let relation = Relation::of(role, is_own);
        let opens = |stage| relation.is_some_and(|to| step.is_open_to(stage, to, |may| may.allows(role)));
        Stage::ALL.into_iter().any(opens)
    };
    match kind {
        Kind::Unit | Kind::Scores | Kind::Step(_) if !who.sees(unit) => NotFound,
        Kind::Sent if role != Role::Admin => NotFound,
        Kind::Scores if role == Role::Reader && !stage.is_settled() => NotFound,
        Kind::Step(step) if !takes(step) => Forbidden,
        Kind::Round if role != Role::Admin && who.region != unit.region => Forbidden,
        // An unknown unit in a body is told as an error of the body, which is 422.
        Kind::InBody if who.sees(unit) && !is_own => Forbidden,
        _ => LetIn,
    }
}
