//! Many rows of one table in few statements, whose text is the same from chunk to chunk, so that each is prepared once.
//! SQLite takes them as a long list of values; PostgreSQL as an array for each column, which spares it the parsing.

use std::fmt::Write as _;

use futures_util::future::join;
use sea_orm::sea_query::ArrayType;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ConnectionTrait, DbBackend, DbErr, EntityName, EntityTrait, IdenStatic,
    Iterable, PrimaryKeyToColumn, Statement, Value,
};

type ColumnOf<A> = <<A as ActiveModelTrait>::Entity as EntityTrait>::Column;

/// Values of one statement on SQLite, which takes 32,766.
const VALUES: usize = 2_000;
/// Rows of one statement on PostgreSQL.
const ROWS: usize = 4_000;

/// Adds rows. All of them set the same columns.
pub async fn insert_rows<A: ActiveModelTrait>(
    conn: &impl ConnectionTrait,
    rows: Vec<A>,
) -> Result<(), DbErr> {
    write(conn, rows, false).await
}

/// Puts rows in the place of those that have their primary key. All of them set the same columns.
pub async fn replace_rows<A: ActiveModelTrait>(
    conn: &impl ConnectionTrait,
    rows: Vec<A>,
) -> Result<(), DbErr> {
    write(conn, rows, true).await
}

async fn write<A: ActiveModelTrait>(
    conn: &impl ConnectionTrait,
    rows: Vec<A>,
    replaces: bool,
) -> Result<(), DbErr> {
    let Some(first) = rows.first() else { return Ok(()) };
    let is_set = |column: &ColumnOf<A>| !matches!(first.get(*column), ActiveValue::NotSet);
    let columns: Vec<ColumnOf<A>> = ColumnOf::<A>::iter().filter(is_set).collect();
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.as_str())).collect();
    let into = format!("INSERT INTO \"{}\" ({}) ", A::Entity::default().table_name(), names.join(", "));
    let then = if replaces { replacing::<A>(&names) } else { String::new() };
    let engine = conn.get_database_backend();
    let most = if engine == DbBackend::Postgres { ROWS } else { (VALUES / columns.len().max(1)).max(1) };
    let mut rows = rows.into_iter();
    let mut next = || {
        let count = if engine == DbBackend::Postgres { most } else { power_of_two(rows.len().min(most)) };
        let chunk: Vec<A> = rows.by_ref().take(count).collect();
        (!chunk.is_empty()).then(|| match engine {
            DbBackend::Postgres => arrays::<A>(&into, &then, &columns, chunk),
            _ => values::<A>(engine, &into, &then, &columns, chunk),
        })
    };
    let mut ready = next();
    while let Some(statement) = ready {
        // While the engine has one, the next is put together.
        let (done, following) = join(conn.execute_raw(statement), async { next() }).await;
        done?;
        ready = following;
    }
    Ok(())
}

/// The largest that is no larger: with these counts of rows there are few statements, and each is prepared once.
fn power_of_two(most: usize) -> usize {
    most.checked_ilog2().map_or(0, |log| 1 << log)
}

fn replacing<A: ActiveModelTrait>(names: &[String]) -> String {
    let keys = <<A::Entity as EntityTrait>::PrimaryKey as Iterable>::iter();
    let keys: Vec<String> = keys.map(|key| format!("\"{}\"", key.into_column().as_str())).collect();
    let others = names.iter().filter(|name| !keys.contains(name));
    let set: Vec<String> = others.map(|name| format!("{name} = excluded.{name}")).collect();
    format!(" ON CONFLICT ({}) DO UPDATE SET {}", keys.join(", "), set.join(", "))
}

fn values<A: ActiveModelTrait>(
    engine: DbBackend,
    into: &str,
    then: &str,
    columns: &[ColumnOf<A>],
    rows: Vec<A>,
) -> Statement {
    let one = format!("({})", vec!["?"; columns.len()].join(", "));
    let list = vec![one.as_str(); rows.len()].join(", ");
    let mut values = Vec::with_capacity(rows.len() * columns.len());
    for mut row in rows {
        values.extend(columns.iter().map(|column| taken(&mut row, *column)));
    }
    Statement::from_sql_and_values(engine, format!("{into}VALUES {list}{then}"), values)
}

/// What a row says in a column.
fn taken<A: ActiveModelTrait>(row: &mut A, column: ColumnOf<A>) -> Value {
    row.take(column).into_value().unwrap_or(Value::BigInt(None))
}

fn arrays<A: ActiveModelTrait>(into: &str, then: &str, columns: &[ColumnOf<A>], rows: Vec<A>) -> Statement {
    let mut arrays = vec![Vec::with_capacity(rows.len()); columns.len()];
    for mut row in rows {
        for (column, array) in columns.iter().zip(&mut arrays) {
            array.push(taken(&mut row, *column));
        }
    }
    let (mut casts, mut values) = (Vec::with_capacity(columns.len()), Vec::with_capacity(columns.len()));
    for (place, array) in (1..).zip(arrays) {
        if array.iter().all(|value| matches!(value, Value::String(Some(_)))) {
            casts.push(format!("${place}::text[]"));
            values.push(Value::Array(ArrayType::String, Some(Box::new(array))));
        } else {
            // As text, for the driver's arrays hold no NULL.
            let Array { kind, text } = Array::of(&array);
            casts.push(format!("${place}::text::{kind}[]"));
            values.push(Value::from(text));
        }
    }
    let sql = format!("{into}SELECT * FROM UNNEST({}){then}", casts.join(", "));
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// A column's values as PostgreSQL writes an array.
#[derive(Clone, Debug, Default)]
struct Array {
    kind: &'static str,
    text: String,
}

impl Array {
    fn of(values: &[Value]) -> Self {
        let mut array = Self::default();
        for value in values {
            array.push(value);
        }
        array.text.push('}');
        array
    }

    fn push(&mut self, value: &Value) {
        self.text.push(if self.text.is_empty() { '{' } else { ',' });
        // Writing to a string cannot fail.
        let _ = match value {
            Value::Bool(flag) => self.plain("boolean", *flag),
            Value::Int(number) => self.plain("integer", *number),
            Value::BigInt(number) => self.plain("bigint", *number),
            Value::ChronoDate(date) => self.plain("date", date.as_ref()),
            Value::ChronoDateTimeUtc(at) => {
                let at = at.as_ref().map(|at| format!("\"{}\"", at.to_rfc3339()));
                self.plain("timestamptz", at)
            }
            Value::String(text) => {
                self.kind = "text";
                match text {
                    Some(text) => {
                        quote(&mut self.text, text);
                        Ok(())
                    }
                    None => self.text.write_str("NULL"),
                }
            }
            // No other kind of column is in the schema; the engine refuses what is no array.
            other => self.plain("text", Some(other.to_string())),
        };
    }

    fn plain(&mut self, kind: &'static str, value: Option<impl std::fmt::Display>) -> std::fmt::Result {
        self.kind = kind;
        match value {
            Some(value) => write!(self.text, "{value}"),
            None => self.text.write_str("NULL"),
        }
    }
}

fn quote(array: &mut String, text: &str) {
    array.reserve(text.len() + 2);
    array.push('"');
    let mut rest = text;
    while let Some(place) = rest.find(['"', '\\']) {
        let (before, after) = rest.split_at(place);
        array.push_str(before);
        array.push('\\');
        let (special, after) = after.split_at(1);
        array.push_str(special);
        rest = after;
    }
    array.push_str(rest);
    array.push('"');
}
