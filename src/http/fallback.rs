//! What an address answers that no operation serves: 405 with `Allow` where the document knows the path,
//! 204 to OPTIONS, 404 elsewhere.

use std::collections::BTreeMap;

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use serde_json::Value;

use super::problem::{ApiError, ErrorCode};

/// The paths of the document and the methods each allows.
#[derive(Debug, Default)]
pub struct KnownPaths(Vec<(Vec<Segment>, String)>);

#[derive(Debug, PartialEq)]
enum Segment {
    Literal(String),
    Variable,
    /// Two variables with a dot between: the name of a file.
    File,
}

impl KnownPaths {
    /// Takes them out of a finished document.
    #[must_use]
    pub fn of_document(document: &Value) -> Self {
        let mut known = BTreeMap::new();
        for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
            let mut methods: Vec<String> =
                item.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase()).collect();
            if methods.iter().any(|method| method == "GET") {
                methods.push("HEAD".into());
            }
            methods.push("OPTIONS".into());
            methods.sort();
            known.insert(path.clone(), methods.join(", "));
        }
        let segment = |text: &str| match text {
            _ if text.contains("}.{") => Segment::File,
            _ if text.starts_with('{') => Segment::Variable,
            _ => Segment::Literal(text.to_owned()),
        };
        Self(known.into_iter().map(|(path, allow)| (path.split('/').map(segment).collect(), allow)).collect())
    }

    fn allow(&self, path: &str) -> Option<&str> {
        let given: Vec<&str> = path.split('/').collect();
        let matches = |segments: &[Segment]| {
            segments.len() == given.len()
                && segments.iter().zip(&given).all(|(segment, given)| match segment {
                    Segment::Variable => !given.is_empty(),
                    Segment::File => {
                        given.rsplit_once('.').is_some_and(|(name, end)| !name.is_empty() && !end.is_empty())
                    }
                    Segment::Literal(literal) => literal == given,
                })
        };
        self.0.iter().find(|(segments, _)| matches(segments)).map(|(_, allow)| allow.as_str())
    }
}

/// The answer where no operation is.
pub async fn fallback(request: HttpRequest, known: web::Data<KnownPaths>) -> HttpResponse {
    let Some(allow) = known.allow(request.path()) else {
        return failed(ApiError::not_found(), None);
    };
    if request.method() == Method::OPTIONS {
        return HttpResponse::NoContent().insert_header((header::ALLOW, allow)).finish();
    }
    let error = ApiError::new(ErrorCode::MethodNotAllowed)
        .detail(format!("此地址支持的方法：{allow}"), format!("Methods of this address: {allow}"));
    failed(error, Some(allow))
}

fn failed(error: ApiError, allow: Option<&str>) -> HttpResponse {
    let status = error.status_code();
    let mut response = HttpResponse::from_error(error);
    *response.status_mut() = status;
    if let Some(allow) = allow.and_then(|allow| header::HeaderValue::from_str(allow).ok()) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}
