//! Query parameters, checked like bodies: against the document, all errors at once.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::{Ready, ready};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use utoipa::IntoParams;
use utoipa::openapi::path::ParameterIn;

use super::body::schemas;
use super::problem::{ApiError, ErrorCode, FieldError};

/// Longest query string that is read.
const LONGEST: usize = 8192;

/// Query parameters that are a valid `T`.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned + IntoParams> FromRequest for Params<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request).map(Self))
    }
}

fn read<T: DeserializeOwned + IntoParams>(request: &HttpRequest) -> Result<T, ApiError> {
    let invalid = |errors: Vec<FieldError>| ApiError { errors, ..ApiError::new(ErrorCode::InvalidQuery) };
    let query = request.query_string();
    if query.len() > LONGEST {
        return Err(invalid(vec![FieldError::new(
            "",
            "too_long",
            "查询串过长",
            "The query string is too long",
        )]));
    }
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query).map_err(|_| invalid(Vec::new()))?;
    let parameters = schemas(request)?.compiled(std::any::type_name::<T>(), schema_of::<T>);
    let parameters = parameters.map_err(ApiError::internal)?;
    let known = parameters.schema.get("properties");
    let mut errors = Vec::new();
    let mut given = Map::new();
    for (name, text) in pairs.into_inner() {
        let Some(property) = known.and_then(|known| known.get(&name)) else {
            errors.push(FieldError::new(
                name.clone(),
                "unknown_parameter",
                format!("没有名为“{name}”的查询参数"),
                format!("There is no query parameter “{name}”"),
            ));
            continue;
        };
        if given.contains_key(&name) {
            errors.push(FieldError::new(name, "repeated_parameter", "参数重复", "Given more than once"));
            continue;
        }
        given.insert(name, coerced(property, text));
    }
    let given = Value::Object(given);
    errors.extend(
        parameters
            .errors(&given)
            .into_iter()
            .map(|error| FieldError { pointer: error.pointer.trim_start_matches('/').to_owned(), ..error }),
    );
    if !errors.is_empty() {
        return Err(invalid(errors));
    }
    serde_json::from_value(given)
        .map_err(|why| invalid(vec![FieldError::new("", "invalid", why.to_string(), why.to_string())]))
}

/// The parameters of `T` as an object schema.
fn schema_of<T: IntoParams>() -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in T::into_params(|| Some(ParameterIn::Query)) {
        let parameter = json!(parameter);
        let Some(name) = parameter.get("name").and_then(Value::as_str) else { continue };
        if parameter.get("required") == Some(&Value::Bool(true)) {
            required.push(json!(name));
        }
        properties.insert(name.to_owned(), parameter.get("schema").cloned().unwrap_or_default());
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

/// A parameter is text; the document says what it stands for.
fn coerced(schema: &Value, text: String) -> Value {
    let is = |kind: &str| match schema.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(several)) => several.iter().any(|one| one == kind),
        _ => false,
    };
    if is("integer")
        && let Ok(number) = text.parse::<i64>()
    {
        return json!(number);
    }
    if is("boolean")
        && let Ok(flag) = text.parse::<bool>()
    {
        return json!(flag);
    }
    Value::String(text)
}
