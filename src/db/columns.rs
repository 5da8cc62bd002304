//! How values of the domain lie in a column. One wrapper for each way, so that an entity's field says both
//! what it is and how it is stored.
//!
//! * [`Int`]: an exact quantity as its count of smallest units, or a year: `BIGINT` on both engines, ordered,
//!   summable.
//! * [`Coded`]: a word or code as text.
//! * [`Json`]: a list that belongs to its row, is always read and written whole, and is never searched.

use std::fmt::Display;
use std::str::FromStr;

use jixiao_core::kernel::{Area, FiscalYear, Money, Points, Ratio};
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, DbErr, QueryResult, TryGetError, TryGetable, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value that lies in a column as an integer: a quantity as the count of its smallest unit, a year as itself.
pub trait AsInteger: Copy {
    /// From the stored integer, if it stands for a value.
    fn from_integer(stored: i64) -> Option<Self>;
    /// The integer to store.
    fn to_integer(self) -> i64;
}

macro_rules! as_integer {
    ($($name:ty),+) => {$(
        impl AsInteger for $name {
            fn from_integer(stored: i64) -> Option<Self> {
                Some(<$name>::from_scaled(stored))
            }
            fn to_integer(self) -> i64 {
                <$name>::scaled(self)
            }
        }
    )+};
}
as_integer!(Area, Money, Points, Ratio);

impl AsInteger for FiscalYear {
    fn from_integer(stored: i64) -> Option<Self> {
        let year: i32 = stored.try_into().ok()?;
        year.try_into().ok()
    }
    fn to_integer(self) -> i64 {
        i64::from(self.get())
    }
}

/// An exact quantity or a year in a `BIGINT` column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Int<T>(pub T);

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

fn to_count<T: AsInteger>(value: T) -> i64 {
    value.to_integer()
}

fn from_count<T: AsInteger>(stored: i64) -> Result<T, &'static str> {
    T::from_integer(stored).ok_or("out of range")
}

fn to_word<T: Display>(value: T) -> String {
    value.to_string()
}

#[expect(clippy::needless_pass_by_value, reason = "the wrappers share one shape")]
fn from_word<T: FromStr<Err: Display>>(word: String) -> Result<T, String> {
    word.parse().map_err(|why| format!("{why}"))
}

fn to_json<T: Serialize>(value: T) -> String {
    // Our own structs of strings and numbers always serialise; an empty text would be refused on reading.
    serde_json::to_string(&value).unwrap_or_default()
}

#[expect(clippy::needless_pass_by_value, reason = "the wrappers share one shape")]
fn from_json<T: DeserializeOwned>(text: String) -> Result<T, serde_json::Error> {
    serde_json::from_str(&text)
}

stored!(Int<T: AsInteger>, as i64, ColumnType::BigInteger, ArrayType::BigInt, to_count, from_count);
stored!(Coded<T: Display, FromStr<Err: Display>>, as String, ColumnType::Text, ArrayType::String, to_word, from_word);
stored!(Json<T: Serialize, DeserializeOwned>, as String, ColumnType::Text, ArrayType::String, to_json, from_json);
