//! A token that is narrowed: every scope against every operation.

use jixiao_core::workflow::Action;

use crate::calls::calls;
use crate::support::world;

#[actix_web::test]
async fn a_token_of_one_scope_opens_the_operations_of_that_scope_and_no_other() {
    let world = world().await;
    let calls = calls(&world).await;
    let mut opened = 0;
    for action in Action::ALL {
        for role in action.roles() {
            let caller = world.caller(role.as_str()).narrowed(action.scope());
            for call in &calls {
                let reply = caller.send(call.harmless()).await;
                let what = format!("{role} narrowed to {}: {}: {}", action.scope(), call.name(), reply.text);
                let is_open = call.action == action || call.action == Action::OwnAccount;
                assert_eq!(call.is_refused(&reply), !is_open, "{what}");
                assert_ne!(reply.status, 401, "{what}");
                opened += usize::from(!call.is_refused(&reply) && call.action == action);
            }
        }
    }
    let scoped = calls.iter().filter(|call| call.action != Action::OwnAccount);
    let wanted: usize = scoped.map(|call| call.action.roles().len()).sum();
    assert_eq!(opened, wanted, "each operation opens once to each role that may");
}

#[actix_web::test]
async fn a_token_of_two_scopes_opens_both() {
    let world = world().await;
    let caller = world.caller("unit").narrowed("forms:read units:read");
    for call in calls(&world).await {
        let reply = caller.send(call.harmless()).await;
        let is_open = matches!(call.action, Action::ReadForms | Action::ReadUnits | Action::OwnAccount);
        assert_eq!(!call.is_refused(&reply), is_open, "{}: {}", call.name(), reply.text);
    }
}
