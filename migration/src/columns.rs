//! Column kinds that every table uses, so that a kind means the same everywhere.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

/// A migration that creates tables, and drops them in reverse order. It runs in one transaction.
macro_rules! tables {
    ($up:expr; drop $($table:literal),+) => {
        /// Creates the tables named in this file.
        #[derive(DeriveMigrationName)]
        pub struct Migration;

        #[async_trait::async_trait]
        impl MigrationTrait for Migration {
            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }

            async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                let (tables, indexes): (Vec<TableCreateStatement>, Vec<IndexCreateStatement>) = $up;
                for table in tables {
                    manager.create_table(table).await?;
                }
                for index in indexes {
                    manager.create_index(index).await?;
                }
                Ok(())
            }

            async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                $(manager.drop_table(Table::drop().table($table).to_owned()).await?;)+
                Ok(())
            }
        }
    };
}
pub(crate) use tables;

/// A key that is never given out twice, so that an `ETag` made of it never comes back for another row.
pub fn id() -> ColumnDef {
    ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key().to_owned()
}

/// Text that must be there.
pub fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().to_owned()
}

/// Text that may be absent.
pub fn text_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().null().to_owned()
}

/// A count or fixed-scale quantity that must be there.
pub fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().to_owned()
}

/// A count or fixed-scale quantity that may be absent.
pub fn number_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().to_owned()
}

/// A small whole number that must be there.
pub fn small(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().to_owned()
}

/// A small whole number that may be absent.
pub fn small_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().null().to_owned()
}

/// Yes or no.
pub fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().to_owned()
}

/// A day that may be absent.
pub fn date_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).date().null().to_owned()
}

/// A moment that must be there, UTC.
pub fn moment(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().not_null().to_owned()
}

/// A moment that may be absent, UTC.
pub fn moment_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().null().to_owned()
}

/// The columns by which a row is versioned and stamped.
pub fn stamped(table: &mut TableCreateStatement) -> &mut TableCreateStatement {
    table.col(number("version")).col(moment("created_at")).col(moment("updated_at"))
}

/// A reference that keeps its target from being removed.
pub fn restrict(from: &'static str, table: &'static str, column: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from_col(from)
        .to(table, column)
        .on_delete(ForeignKeyAction::Restrict)
        .on_update(ForeignKeyAction::Restrict)
        .to_owned()
}

/// A reference that goes with its target.
pub fn cascade(from: &'static str, table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from_col(from).to(table, "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}

/// A unique index.
pub fn unique(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).unique().to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

/// A plain index.
pub fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

/// Makes the database refuse every change and removal of a table's rows: what was written there stands.
pub async fn frozen(manager: &SchemaManager<'_>, table: &'static str) -> Result<(), DbErr> {
    let conn = manager.get_connection();
    let steps = match manager.get_database_backend() {
        DbBackend::Sqlite => vec![
            format!(
                "CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} \
                 BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            ),
            format!(
                "CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} \
                 BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            ),
        ],
        _ => vec![
            format!(
                "CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
            ),
            format!(
                "CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} \
                 FOR EACH ROW EXECUTE FUNCTION {table}_frozen()"
            ),
            format!(
                "CREATE TRIGGER {table}_all BEFORE TRUNCATE ON {table} \
                 FOR EACH STATEMENT EXECUTE FUNCTION {table}_frozen()"
            ),
        ],
    };
    for step in steps {
        conn.execute_unprepared(&step).await?;
    }
    Ok(())
}

/// Undoes [`frozen`].
pub async fn thaw(manager: &SchemaManager<'_>, table: &'static str) -> Result<(), DbErr> {
    let steps = match manager.get_database_backend() {
        DbBackend::Sqlite => {
            vec![format!("DROP TRIGGER {table}_update"), format!("DROP TRIGGER {table}_delete")]
        }
        _ => vec![format!("DROP FUNCTION {table}_frozen() CASCADE")],
    };
    for step in steps {
        manager.get_connection().execute_unprepared(&step).await?;
    }
    Ok(())
}

/// Text that a table gets later: the rows that are there get `default`.
pub fn text_or(name: &'static str, default: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().default(default).to_owned()
}

/// A small count that a table gets later, from 0.
pub fn small_zero(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().default(0).to_owned()
}

/// Yes or no, that a table gets later as no.
pub fn flag_false(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().default(false).to_owned()
}
