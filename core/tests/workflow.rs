//! Who may do what, and the words of roles, stages, steps and scopes.

use jixiao_core::kernel::{Lang, Text};
use jixiao_core::workflow::{Action, Role, Stage, Step};

fn may(role: Role) -> Vec<&'static str> {
    Action::ALL.into_iter().filter(|action| action.allows(role)).map(Action::scope).collect()
}

#[test]
fn a_role_may_what_its_office_is_for() {
    // Reads what is public and what is settled, and nothing else.
    assert_eq!(may(Role::Reader), ["units:read", "years:read", "rule-sets:read", "scores:read"]);
    for role in Role::ALL {
        let [unit, bureau, admin] = [Role::Unit, Role::Bureau, Role::Admin]
            .map(|one| move |action: Action| action.allows(role) == (role == one));
        // The claim is the unit's, the finding the bureau's, the house the administrator's.
        assert!([Action::WriteForms, Action::Submit, Action::Endorse].into_iter().all(unit), "{role}");
        assert!([Action::Review, Action::Publish].into_iter().all(bureau), "{role}");
        assert!(
            [
                Action::WriteUnits,
                Action::WriteYears,
                Action::WriteRuleSets,
                Action::ReadAudit,
                Action::WriteUsers
            ]
            .into_iter()
            .all(admin),
            "{role}"
        );
        assert!(Action::OwnAccount.allows(role));
    }
}

#[test]
fn accounts_and_the_audit_are_for_people() {
    let for_people: Vec<&str> =
        Action::ALL.into_iter().filter(|action| action.is_for_people()).map(Action::scope).collect();
    assert_eq!(for_people, ["audit:read", "users:read", "users:write"]);
    assert!(!Action::OwnAccount.is_for_people());
}

#[test]
fn a_scope_stands_for_one_action() {
    for action in Action::ALL {
        assert_eq!(Action::of_scope(action.scope()), Some(action));
    }
    assert_eq!(Action::of_scope("forms:submit"), Some(Action::Submit));
    assert_eq!(Action::of_scope("forms:delete"), None);
    // It comes with every token.
    assert_eq!((Action::OwnAccount.scope(), Action::of_scope("")), ("", None));
}

/// Word, parser and display agree, and each value has a name of its own.
macro_rules! agrees {
    ($($name:ident: $word:literal is $zh:literal in $count:literal;)+) => {$(
        let mut names = std::collections::HashSet::new();
        for value in $name::ALL {
            assert_eq!(value.as_str().parse(), Ok(value));
            assert_eq!(value.to_string(), value.as_str());
            assert!(names.insert(value.text(Lang::Zh)), "{value}");
        }
        assert_eq!(names.len(), $count);
        assert_eq!($word.parse::<$name>().map(|value| value.text(Lang::Zh)).as_deref(), Ok($zh));
        assert!("no such word".parse::<$name>().is_err());
    )+};
}

#[test]
fn every_word_is_read_back() {
    agrees! {
        Role: "bureau" is "财政局" in 4;
        Stage: "returned" is "已退回" in 6;
        Step: "return" is "退回" in 8;
    }
}

#[test]
fn scores_are_settled_once_they_were_approved() {
    let settled: Vec<Stage> = Stage::ALL.into_iter().filter(|stage| stage.is_settled()).collect();
    assert_eq!(settled, [Stage::Approved, Stage::Published]);
}
