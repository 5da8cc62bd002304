//! Single queries, none of which is waited for without end.

use std::time::Duration;

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement,
};

/// Where single queries are asked. A connection that was just used is taken to stand; where the network goes silent
/// under a query, the query is given up.
#[derive(Clone, Debug)]
pub struct Reader {
    connection: DatabaseConnection,
    most: Option<Duration>,
}

impl Reader {
    /// Queries on these connections, each within this time.
    pub(super) fn new(connection: DatabaseConnection, most: Option<Duration>) -> Self {
        Self { connection, most }
    }

    /// Whether the database answers now.
    pub(super) async fn ping(&self) -> Result<(), DbErr> {
        self.connection.ping().await
    }

    async fn in_time<T>(&self, answer: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        let Some(most) = self.most else { return answer.await };
        let answer = tokio::time::timeout(most, answer).await;
        answer.unwrap_or_else(|_| Err(DbErr::Conn(RuntimeErr::Internal("no answer in time".to_owned()))))
    }
}

#[async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.in_time(self.connection.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.in_time(self.connection.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.in_time(self.connection.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.in_time(self.connection.query_all_raw(statement)).await
    }
}
