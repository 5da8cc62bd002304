//! Many rows of one table in few statements, whose text is the same from chunk to chunk, so that each is prepared once.
//! SQLite takes them as a long list of values; PostgreSQL as an array for each column, which spares it the parsing.

use std::fmt::Write as _;

use futures_util::future::join;
use sea_orm::sea_query::ArrayType;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ConnectionTrait, DbBackend, DbErr, EntityName, EntityTrait, IdenStatic,
    Iterable, PrimaryKeyToColumn, QueryResult, Statement, Value,
};

/// By what a row is the same as one that is there.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// The primary key.
    Key,
    /// A unique index, by its columns and, if it covers a part of the table only, by which: as SQL.
    Index(&'static str),
}

/// What is done with a row that is there already.
enum Conflict<'c, A: ActiveModelTrait> {
    /// It is an error.
    Fails,
    /// It is replaced.
    Replaces(Target),
    /// It stays as it is; of the others these columns come back.
    Stays(&'c [ColumnOf<A>]),
    /// The number in the one column is added to its own; of all, the other columns come back.
    AddsUp(Target, ColumnOf<A>, &'c [ColumnOf<A>]),
}

type ColumnOf<A> = <<A as ActiveModelTrait>::Entity as EntityTrait>::Column;

/// Values of one statement on SQLite, which takes 32,766.
const VALUES: usize = 8_000;
/// Rows of one statement on PostgreSQL.
const ROWS: usize = 4_000;

/// Adds rows. All of them set the same columns.
pub async fn insert_rows<A: ActiveModelTrait>(
    conn: &impl ConnectionTrait,
    rows: Vec<A>,
) -> Result<(), DbErr> {
    put(conn, Chunks::of(conn, rows, &Conflict::Fails)).await
}

/// Puts rows in the place of those that are the same. All of them set the same columns.
pub async fn replace_rows<A: ActiveModelTrait>(
    conn: &impl ConnectionTrait,
    rows: Vec<A>,
    same: Target,
) -> Result<(), DbErr> {
    put(conn, Chunks::of(conn, rows, &Conflict::Replaces(same))).await
}

async fn put<A: ActiveModelTrait>(conn: &impl ConnectionTrait, mut chunks: Chunks<A>) -> Result<(), DbErr> {
    let mut ready = chunks.next();
    while let Some(statement) = ready {
        // While the engine has one, the next is put together.
        let (done, following) = join(conn.execute_raw(statement), async { chunks.next() }).await;
        done?;
        ready = following;
    }
    Ok(())
}

/// Adds rows, but for those that any unique index has already, and hands back of each that was added these columns; in
/// no order. All of them set the same columns.
pub async fn insert_new_rows<A: ActiveModelTrait>(
    conn: &impl ConnectionTrait,
    rows: Vec<A>,
    columns: &[ColumnOf<A>],
) -> Result<Vec<QueryResult>, DbErr> {
    put_and_read(conn, Chunks::of(conn, rows, &Conflict::Stays(columns))).await
}

/// Adds rows, and to those that are the same the number that they have in a column; of all, these columns are handed
/// back, in no order. All of them set the same columns.
pub async fn add_up_rows<A: ActiveModelTrait>(
    conn: &impl ConnectionTrait,
    rows: Vec<A>,
    same: Target,
    number: ColumnOf<A>,
    columns: &[ColumnOf<A>],
) -> Result<Vec<QueryResult>, DbErr> {
    put_and_read(conn, Chunks::of(conn, rows, &Conflict::AddsUp(same, number, columns))).await
}

async fn put_and_read<A: ActiveModelTrait>(
    conn: &impl ConnectionTrait,
    chunks: Chunks<A>,
) -> Result<Vec<QueryResult>, DbErr> {
    let mut read = Vec::with_capacity(chunks.rows.len());
    for statement in chunks {
        read.extend(conn.query_all_raw(statement).await?);
    }
    Ok(read)
}

/// The values of a condition on many, the last said again until their number is a power of two: so there are few such
/// conditions, and each is prepared once.
pub fn one_of<T: Clone>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    let count = values.len().next_power_of_two();
    if let Some(last) = values.last().cloned() {
        values.resize(count, last);
    }
    values
}

/// The statements that write rows, one after the other.
struct Chunks<A: ActiveModelTrait> {
    engine: DbBackend,
    columns: Vec<ColumnOf<A>>,
    into: String,
    then: String,
    rows: std::vec::IntoIter<A>,
}

impl<A: ActiveModelTrait> Chunks<A> {
    fn of(conn: &impl ConnectionTrait, rows: Vec<A>, conflict: &Conflict<'_, A>) -> Self {
        let is_set = |row: &A, column: &ColumnOf<A>| !matches!(row.get(*column), ActiveValue::NotSet);
        let columns: Vec<ColumnOf<A>> = rows
            .first()
            .map_or_else(Vec::new, |first| ColumnOf::<A>::iter().filter(|one| is_set(first, one)).collect());
        let names: Vec<String> = columns.iter().map(quoted::<A>).collect();
        let entity = A::Entity::default();
        Self {
            engine: conn.get_database_backend(),
            into: format!("INSERT INTO \"{}\" ({}) ", entity.table_name(), names.join(", ")),
            then: conflict.clause(entity.table_name(), &names),
            columns,
            rows: rows.into_iter(),
        }
    }
}

impl<A: ActiveModelTrait> Iterator for Chunks<A> {
    type Item = Statement;

    fn next(&mut self) -> Option<Statement> {
        let Self { engine, columns, into, then, rows } = self;
        let count = match engine {
            DbBackend::Postgres => ROWS,
            _ => power_of_two(rows.len().min((VALUES / columns.len().max(1)).max(1))),
        };
        let chunk: Vec<A> = rows.by_ref().take(count).collect();
        (!chunk.is_empty()).then(|| match engine {
            DbBackend::Postgres => arrays::<A>(into, then, columns, chunk),
            _ => values::<A>(*engine, into, then, columns, chunk),
        })
    }
}

fn quoted<A: ActiveModelTrait>(column: &ColumnOf<A>) -> String {
    format!("\"{}\"", column.as_str())
}

/// The largest that is no larger: with these counts of rows there are few statements, and each is prepared once.
fn power_of_two(most: usize) -> usize {
    most.checked_ilog2().map_or(0, |log| 1 << log)
}

impl<A: ActiveModelTrait> Conflict<'_, A> {
    fn clause(&self, table: &str, names: &[String]) -> String {
        let all = |wanted: &[ColumnOf<A>]| wanted.iter().map(quoted::<A>).collect::<Vec<_>>().join(", ");
        match self {
            Self::Fails => String::new(),
            Self::Stays(wanted) => format!(" ON CONFLICT DO NOTHING RETURNING {}", all(wanted)),
            Self::Replaces(same) => {
                let keys = keys::<A>();
                let others = names.iter().filter(|name| !keys.contains(name));
                let set: Vec<String> = others.map(|name| format!("{name} = excluded.{name}")).collect();
                format!(" ON CONFLICT {} DO UPDATE SET {}", same.clause::<A>(), set.join(", "))
            }
            Self::AddsUp(same, number, wanted) => {
                let (same, number) = (same.clause::<A>(), quoted::<A>(number));
                let sum = format!("{number} = \"{table}\".{number} + excluded.{number}");
                format!(" ON CONFLICT {same} DO UPDATE SET {sum} RETURNING {}", all(wanted))
            }
        }
    }
}

impl Target {
    fn clause<A: ActiveModelTrait>(self) -> String {
        match self {
            Self::Key => format!("({})", keys::<A>().join(", ")),
            Self::Index(index) => index.to_owned(),
        }
    }
}

fn keys<A: ActiveModelTrait>() -> Vec<String> {
    let keys = <<A::Entity as EntityTrait>::PrimaryKey as Iterable>::iter();
    keys.map(|key| quoted::<A>(&key.into_column())).collect()
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
