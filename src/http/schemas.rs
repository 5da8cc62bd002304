//! The document validates: what it says of a body or a parameter is what is checked, so the two cannot part.
//! All errors of a value are found at once, each with its place, a stable code and words in both languages.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use jsonschema::Validator;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::{Value, json};

use super::problem::FieldError;

/// The schemas of the document, compiled when first used. Cheap to clone.
#[derive(Clone)]
pub struct Schemas {
    components: Arc<Value>,
    compiled: Arc<RwLock<HashMap<String, Arc<Compiled>>>>,
}

/// A schema that is ready to check with.
#[derive(Debug)]
pub struct Compiled {
    /// As it was given.
    pub schema: Value,
    validator: Validator,
}

impl Compiled {
    /// Everything that is wrong with `value`.
    #[must_use]
    pub fn errors(&self, value: &Value) -> Vec<FieldError> {
        errors(&self.validator, value, "")
    }
}

impl fmt::Debug for Schemas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schemas").finish_non_exhaustive()
    }
}

impl Schemas {
    /// Takes the schemas out of a finished document.
    #[must_use]
    pub fn of_document(document: &Value) -> Self {
        let schemas = document.pointer("/components/schemas").cloned().unwrap_or_default();
        Self { components: Arc::new(json!({ "schemas": schemas })), compiled: Arc::default() }
    }

    /// The schema of this name, as the document has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.components.get("schemas")?.get(name)
    }

    /// Everything that is wrong with `value` as a `name`, with pointers below `at`.
    pub fn check(&self, name: &str, value: &Value, at: &str) -> Result<Vec<FieldError>, String> {
        let by_reference = || json!({ "$ref": format!("#/components/schemas/{name}") });
        let whole = || self.get(name).filter(|schema| !refers(schema)).cloned();
        let compiled = self.compiled(name, || whole().unwrap_or_else(by_reference))?;
        Ok(errors(&compiled.validator, value, at))
    }

    /// The schema that is kept as `key`: made and compiled when first asked for.
    pub fn compiled(&self, key: &str, schema: impl FnOnce() -> Value) -> Result<Arc<Compiled>, String> {
        if let Some(known) = self.compiled.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return Ok(Arc::clone(known));
        }
        let schema = schema();
        let mut with_components = schema.clone();
        // What stands by itself is compiled by itself, in a twentieth of the time that all of them take.
        if let Some(members) = with_components.as_object_mut().filter(|_| refers(&schema)) {
            members.insert("components".into(), self.components.as_ref().clone());
        }
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .should_ignore_unknown_formats(true)
            .build(&with_components)
            .map_err(|why| format!("schema {key} does not compile: {why}"))?;
        let compiled = Arc::new(Compiled { schema, validator });
        let mut known = self.compiled.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(key.to_owned(), Arc::clone(&compiled));
        Ok(compiled)
    }
}

/// Whether a schema needs others.
fn refers(schema: &Value) -> bool {
    schema.to_string().contains(r#""$ref""#)
}

/// Values of a body all of whose errors are looked for; no form has a tenth of them. Each error takes a thousand times the
/// room of a value, so of a body with more the first is told.
const MOST_VALUES: usize = 20_000;

fn errors(validator: &Validator, value: &Value, at: &str) -> Vec<FieldError> {
    let mut found = Vec::new();
    if validator.is_valid(value) {
        return found; // much cheaper than looking for errors, and what nearly every value is
    }
    if values(value) > MOST_VALUES {
        if let Err(first) = validator.validate(value) {
            describe(&first, at, &mut found);
        }
        let zh = format!("内容超过 {MOST_VALUES} 个值，只列出第一处错误");
        let en = format!("There are more than {MOST_VALUES} values in it, so the first error alone is told");
        found.push(FieldError::new(at, "too_many", zh, en));
        return found;
    }
    for error in validator.iter_errors(value) {
        describe(&error, at, &mut found);
    }
    found
}

/// How many values it is made of.
fn values(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(values).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(values).sum::<usize>(),
        _ => 1,
    }
}

/// One violation in words. A list of unexpected keys becomes an error for each, a failed alternative the
/// errors of the alternative that was meant.
fn describe(error: &jsonschema::ValidationError<'_>, at: &str, found: &mut Vec<FieldError>) {
    let pointer = format!("{at}{}", error.instance_path().as_str());
    let instance = error.instance();
    let mut push = |code, zh: String, en: String| {
        found.push(FieldError::new(pointer.clone(), code, zh, en).found(instance.as_ref().clone()));
    };
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            for key in unexpected {
                let key_pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
                found.push(FieldError::new(
                    key_pointer,
                    "unknown_field",
                    format!("没有名为“{key}”的字段，请检查拼写"),
                    format!("There is no field “{key}”; check the spelling"),
                ));
            }
        }
        ValidationErrorKind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            found.push(FieldError::new(
                format!("{pointer}/{key}"),
                "missing_field",
                format!("缺少必填字段“{key}”"),
                format!("The field “{key}” is missing"),
            ));
        }
        ValidationErrorKind::Type { kind } => {
            let (zh, en) = wrong_type(kind, instance);
            push("wrong_type", zh, en);
        }
        ValidationErrorKind::Enum { options } => {
            let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
            let words: Vec<&str> = options.iter().filter_map(Value::as_str).collect();
            push(
                "not_an_option",
                format!("只能填：{}", words.join("、")),
                format!("One of: {}", words.join(", ")),
            );
        }
        ValidationErrorKind::Pattern { pattern } => {
            let (zh, en) = wrong_form(pattern, instance);
            push("wrong_form", zh, en);
        }
        ValidationErrorKind::Format { format } => {
            let (zh, en) = match format.as_str() {
                "date" => ("应为日期，如 2023-12-31".into(), "A date such as 2023-12-31".into()),
                other => (format!("格式应为 {other}"), format!("The format is {other}")),
            };
            push("wrong_form", zh, en);
        }
        ValidationErrorKind::MaxLength { limit } => {
            push("too_long", format!("不能超过 {limit} 个字符"), format!("At most {limit} characters"));
        }
        ValidationErrorKind::MinLength { limit } => {
            push("too_short", format!("至少 {limit} 个字符"), format!("At least {limit} characters"));
        }
        ValidationErrorKind::MaxItems { limit } => {
            push("too_many", format!("不能超过 {limit} 项"), format!("At most {limit} items"));
        }
        ValidationErrorKind::Maximum { limit } => {
            push("out_of_range", format!("不能大于 {limit}"), format!("At most {limit}"));
        }
        ValidationErrorKind::Minimum { limit } => {
            push("out_of_range", format!("不能小于 {limit}"), format!("At least {limit}"));
        }
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
            // The alternatives are "null" and the thing itself; the errors of the thing are the useful ones.
            let meant = context.iter().max_by_key(|branch| {
                let deepest = branch.iter().map(|e| e.instance_path().as_str().len()).max().unwrap_or(0);
                let about_null = branch.iter().any(is_about_null);
                (!about_null, deepest)
            });
            for inner in meant.into_iter().flatten() {
                describe(inner, at, found);
            }
        }
        other => {
            let keyword = other.keyword().to_owned();
            push("invalid", format!("不符合要求（{keyword}）"), format!("Violates “{keyword}”"));
        }
    }
}

fn is_about_null(error: &jsonschema::ValidationError<'_>) -> bool {
    matches!(error.kind(), ValidationErrorKind::Type { kind: TypeKind::Single(jsonschema::JsonType::Null) })
}

fn wrong_type(kind: &TypeKind, instance: &Value) -> (String, String) {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    let mut name = |json_type: jsonschema::JsonType| {
        let (z, e) = match json_type {
            jsonschema::JsonType::String => ("字符串", "a string"),
            jsonschema::JsonType::Integer => ("整数", "an integer"),
            jsonschema::JsonType::Number => ("数字", "a number"),
            jsonschema::JsonType::Boolean => ("true 或 false", "true or false"),
            jsonschema::JsonType::Object => ("对象 {…}", "an object"),
            jsonschema::JsonType::Array => ("数组 […]", "an array"),
            jsonschema::JsonType::Null => ("null", "null"),
        };
        zh.push(z);
        en.push(e);
    };
    match kind {
        TypeKind::Single(json_type) => name(*json_type),
        TypeKind::Multiple(types) => types.iter().for_each(name),
    }
    let (mut zh, mut en) = (format!("应为{}", zh.join("或")), format!("Want {}", en.join(" or ")));
    if instance.is_number() && zh.contains("字符串") {
        // A JSON number is a float in most programs: digits would be lost on the way.
        zh = format!("数字请加引号，写成 \"{instance}\"");
        en = format!("Put the number in quotes: \"{instance}\"");
    }
    (zh, en)
}

/// What a value that breaks its pattern should look like; the patterns are those of `http::wire`.
fn wrong_form(pattern: &str, instance: &Value) -> (String, String) {
    let Some(text) = instance.as_str() else {
        return ("写法不对".into(), "Not in the wanted form".into());
    };
    if text.contains('\0') {
        return ("含有不可见的控制字符（NUL）".into(), "Contains a NUL character".into());
    }
    let (zh, en) = if pattern.contains(r"\.[0-9]{1,6}") {
        (
            "数额只写数字，最多 6 位小数，不带单位、逗号和百分号，如 1013.19",
            "Digits with up to 6 decimals, no unit, comma or percent sign, such as 1013.19",
        )
    } else if pattern.contains(r"\.[0-9]{1,4}") {
        (
            "分值只写数字，最多 4 位小数，不带“分”字，如 9.5",
            "Digits with up to 4 decimals and no unit, such as 9.5",
        )
    } else if pattern.contains(r"\.[0-9]{1,2}") {
        (
            "面积只写数字（㎡），最多 2 位小数，如 1200.5",
            "Square metres in digits with up to 2 decimals, such as 1200.5",
        )
    } else if pattern.contains("{2}|[0-9]{4}|[0-9]{6}") {
        ("行政区划代码为 2、4 或 6 位数字，如 430611", "A region code has 2, 4 or 6 digits, such as 430611")
    } else if pattern.contains("A-Za-z0-9-") {
        (
            "编码为 1 至 32 位字母、数字或连字符，如 430611101",
            "A code is 1 to 32 letters, digits or hyphens, such as 430611101",
        )
    } else if pattern.contains('@') {
        ("规则集写作 名称@版本，如 mof-2020@1", "A rule set is name@version, such as mof-2020@1")
    } else {
        ("写法不对", "Not in the wanted form")
    };
    (format!("“{}”：{zh}", cut(text)), format!("“{}”: {en}", cut(text)))
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}
