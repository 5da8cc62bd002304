//! Who may: the security scheme, its scopes and each operation's roles, all from the one role × action table.

use jixiao_core::kernel::{Lang, Text};
use jixiao_core::workflow::Action;
use serde_json::{Map, Value, json};

use super::each_operation;

/// Adds servers and the security scheme, and says on each operation which roles may call it.
pub fn describe(document: &mut Value) {
    let scopes = |wanted: fn(&Action) -> bool| -> Map<String, Value> {
        let wanted = Action::ALL.into_iter().filter(wanted);
        wanted.map(|action| (action.scope().to_owned(), json!(roles(action)))).collect()
    };
    let scheme = json!({
        "type": "oauth2",
        "description": "用户名和口令登录，或以服务账号的客户端编号和密钥，得到 15 分钟有效的令牌（JWT，遵循 RFC8725）。不勾选任何范围即为全部权限。\
            Password login, or a service account's client id and secret, for a token of 15 minutes (JWT as RFC8725 asks); \
            without scopes it has all that the account may.",
        "flows": {
            "password": { "tokenUrl": "/api/v1/auth/token", "refreshUrl": "/api/v1/auth/token",
                "scopes": scopes(|_| true) },
            // A program gets no refresh token: it asks for the next access token where it got the one before.
            "clientCredentials": { "tokenUrl": "/api/v1/auth/token", "refreshUrl": "/api/v1/auth/token",
                "scopes": scopes(|action| !action.is_for_people()) },
        },
    });
    if let Some(root) = document.as_object_mut() {
        root.insert(
            "servers".into(),
            json!([{ "url": "/", "description": "本服务 this service: local, test or production", "x-internal": false }]),
        );
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("securitySchemes".into(), json!({ "oauth2": scheme }));
    }
    each_operation(document, |_, _, operation| {
        let scopes = operation.get("security").and_then(|all| all.pointer("/0/oauth2"));
        let action = match scopes.and_then(Value::as_array).map(Vec::as_slice) {
            None => return,
            Some([]) => Some(Action::OwnAccount),
            Some([scope, ..]) => scope.as_str().and_then(Action::of_scope),
        };
        let Some(action) = action else { return };
        let said = operation.get("description").and_then(Value::as_str).unwrap_or_default();
        operation.insert("description".into(), json!(format!("{said}\n\n可调用 For: {}", roles(action))));
    });
}

fn roles(action: Action) -> String {
    let named = |role: &jixiao_core::workflow::Role| format!("`{role}` {}", role.text(Lang::Zh));
    action.roles().iter().map(named).collect::<Vec<_>>().join("，")
}
