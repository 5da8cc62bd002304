//! How values of the domain lie in a column. One wrapper for each way, so that an entity's field says both
//! what it is and how it is stored.
//!
//! * [`Scaled`]: an exact quantity as its count of smallest units, `BIGINT` on both engines: ordered, summable.
//! * [`Coded`]: a word or code as text.
//! * [`Json`]: a list that belongs to its row, is always read and written whole, and is never searched.

use std::fmt::Display;
use std::str::FromStr;

use jixiao_core::kernel::{Money, Points, Ratio};
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, DbErr, QueryResult, TryGetError, TryGetable, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A quantity that counts its smallest unit.
pub trait ScaledInteger: Copy {
    /// From the stored count.
    fn from_scaled(count: i64) -> Self;
    /// The count to store.
    fn scaled(self) -> i64;
}

macro_rules! scaled_integer {
    ($($name:ty),+) => {$(
        impl ScaledInteger for $name {
            fn from_scaled(count: i64) -> Self {
                <$name>::from_scaled(count)
            }
            fn scaled(self) -> i64 {
                <$name>::scaled(self)
            }
        }
    )+};
}
scaled_integer!(Money, Points, Ratio);

/// An exact quantity in a `BIGINT` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaled<T>(pub T);

/// A word or code in a text column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coded<T>(pub T);

/// A list or object in a text column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// The traits by which SeaORM stores a wrapper, given how to go to and from the stored type.
macro_rules! stored {
    ($wrapper:ident<T: $bound:path $(, $more:path)*>, as $stored:ty, $column:expr, $array:expr, $to:path, $from:path) => {
        impl<T: $bound $(+ $more)*> From<$wrapper<T>> for Value {
            fn from(wrapper: $wrapper<T>) -> Self {
                Value::from($to(wrapper.0))
            }
        }
        impl<T: $bound $(+ $more)*> TryGetable for $wrapper<T> {
            fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
                let stored = <$stored>::try_get_by(row, index)?;
                $from(stored).map(Self).map_err(|why| {
                    TryGetError::DbErr(DbErr::Type(format!("column {index:?} is unreadable: {why}")))
                })
            }
        }
        impl<T: $bound $(+ $more)*> ValueType for $wrapper<T> {
            fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
                $from(<$stored as ValueType>::try_from(value)?).map(Self).map_err(|_| ValueTypeErr)
            }
            fn type_name() -> String {
                stringify!($wrapper).to_owned()
            }
            fn array_type() -> ArrayType {
                $array
            }
            fn column_type() -> ColumnType {
                $column
            }
        }
        impl<T: $bound $(+ $more)*> Nullable for $wrapper<T> {
            fn null() -> Value {
                <$stored as Nullable>::null()
            }
        }
    };
}

fn to_count<T: ScaledInteger>(value: T) -> i64 {
    value.scaled()
}

#[expect(clippy::unnecessary_wraps, reason = "the wrappers share one shape; the others can fail")]
fn from_count<T: ScaledInteger>(count: i64) -> Result<T, std::convert::Infallible> {
    Ok(T::from_scaled(count))
}

#[expect(clippy::needless_pass_by_value, reason = "the wrappers share one shape")]
fn to_word<T: Display>(value: T) -> String {
    value.to_string()
}

#[expect(clippy::needless_pass_by_value, reason = "the wrappers share one shape")]
fn from_word<T: FromStr<Err: Display>>(word: String) -> Result<T, String> {
    word.parse().map_err(|why| format!("{why}"))
}

#[expect(clippy::needless_pass_by_value, reason = "the wrappers share one shape")]
fn to_json<T: Serialize>(value: T) -> String {
    // Our own structs of strings and numbers always serialise; an empty text would be refused on reading.
    serde_json::to_string(&value).unwrap_or_default()
}

#[expect(clippy::needless_pass_by_value, reason = "the wrappers share one shape")]
fn from_json<T: DeserializeOwned>(text: String) -> Result<T, serde_json::Error> {
    serde_json::from_str(&text)
}

stored!(Scaled<T: ScaledInteger>, as i64, ColumnType::BigInteger, ArrayType::BigInt, to_count, from_count);
stored!(Coded<T: Display, FromStr<Err: Display>>, as String, ColumnType::Text, ArrayType::String, to_word, from_word);
stored!(Json<T: Serialize, DeserializeOwned>, as String, ColumnType::Text, ArrayType::String, to_json, from_json);
