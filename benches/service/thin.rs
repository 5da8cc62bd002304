//! The limit: the least that a service in this language on this engine can do. One statement a request on the same
//! data; no caller, no validation, no versions, no audit.

use actix_web::{App, HttpResponse, HttpServer, Responder, web};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{self, PgPool, SqlitePool};
use serde::{Deserialize, Serialize};

/// Where `POST` writes: the columns of an indicator, and an index on its key.
pub const TABLE: &str = "CREATE TABLE IF NOT EXISTS bare_indicators (
    evaluation_id bigint NOT NULL, seq bigint NOT NULL, level1 text NOT NULL, level2 text NOT NULL,
    name text NOT NULL, target text, actual text, weight bigint, self_score bigint,
    PRIMARY KEY (evaluation_id, seq))";

#[derive(Debug, Serialize)]
struct Unit {
    code: String,
    name: String,
    region_code: Option<String>,
    parent_code: Option<String>,
    version: i64,
}

#[derive(Debug, Deserialize, Serialize)]
struct Indicator {
    evaluation_id: i64,
    seq: i64,
    level1: String,
    level2: String,
    name: String,
    target: Option<String>,
    actual: Option<String>,
    weight: Option<i64>,
    self_score: Option<i64>,
}

const UNIT: &str = "SELECT code, name, region_code, parent_code, version FROM units WHERE code = $1";
const LIST: &str =
    "SELECT evaluation_id, CAST(seq AS bigint) AS seq, level1, level2, name, target, actual, weight,
    self_score FROM indicators WHERE evaluation_id = $1 ORDER BY id LIMIT 50";
const INSERT: &str =
    "INSERT INTO bare_indicators (evaluation_id, seq, level1, level2, name, target, actual, weight,
    self_score) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

type UnitRow = (String, String, Option<String>, Option<String>, i64);
type IndicatorRow =
    (i64, i64, String, String, String, Option<String>, Option<String>, Option<i64>, Option<i64>);

impl From<UnitRow> for Unit {
    fn from((code, name, region_code, parent_code, version): UnitRow) -> Self {
        Self { code, name, region_code, parent_code, version }
    }
}

impl From<IndicatorRow> for Indicator {
    fn from(row: IndicatorRow) -> Self {
        let (evaluation_id, seq, level1, level2, name, target, actual, weight, self_score) = row;
        Self { evaluation_id, seq, level1, level2, name, target, actual, weight, self_score }
    }
}

/// The three operations, once for each engine.
macro_rules! service {
    ($name:ident, $pool:ty) => {
        async fn $name(reader: $pool, writer: $pool) -> std::io::Result<()> {
            async fn unit(pool: web::Data<($pool, $pool)>, code: web::Path<String>) -> impl Responder {
                let row: UnitRow = sqlx::query_as(UNIT).bind(code.as_str()).fetch_one(&pool.0).await.unwrap();
                HttpResponse::Ok().json(Unit::from(row))
            }
            async fn list(pool: web::Data<($pool, $pool)>, evaluation: web::Path<i64>) -> impl Responder {
                let rows: Vec<IndicatorRow> =
                    sqlx::query_as(LIST).bind(*evaluation).fetch_all(&pool.0).await.unwrap();
                HttpResponse::Ok().json(rows.into_iter().map(Indicator::from).collect::<Vec<_>>())
            }
            async fn insert(pool: web::Data<($pool, $pool)>, row: web::Json<Indicator>) -> impl Responder {
                let row = row.into_inner();
                sqlx::query(INSERT)
                    .bind(row.evaluation_id)
                    .bind(row.seq)
                    .bind(&row.level1)
                    .bind(&row.level2)
                    .bind(&row.name)
                    .bind(&row.target)
                    .bind(&row.actual)
                    .bind(row.weight)
                    .bind(row.self_score)
                    .execute(&pool.1)
                    .await
                    .unwrap();
                HttpResponse::Created().json(row)
            }
            sqlx::query(TABLE).execute(&writer).await.unwrap();
            let pools = web::Data::new((reader, writer));
            let app = move || {
                App::new()
                    .app_data(pools.clone())
                    .route("/units/{code}", web::get().to(unit))
                    .route("/indicators/{evaluation}", web::get().to(list))
                    .route("/indicators", web::post().to(insert))
            };
            let server = HttpServer::new(app).workers(2).bind(("127.0.0.1", 0))?;
            println!("{}", server.addrs()[0]);
            server.run().await
        }
    };
}

service!(on_sqlite, SqlitePool);
service!(on_postgres, PgPool);

/// Serves what lies at `url` and says where.
pub fn serve(url: &str) {
    actix_web::rt::System::new().block_on(async {
        if let Some(file) = url.strip_prefix("sqlite:") {
            let options = SqliteConnectOptions::new()
                .filename(file)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full);
            let pool = |most| SqlitePoolOptions::new().max_connections(most).connect_with(options.clone());
            on_sqlite(pool(4).await.unwrap(), pool(1).await.unwrap()).await.unwrap();
        } else {
            // As the service does on its own machine.
            let options: PgConnectOptions = url.parse().unwrap();
            let options = options.ssl_mode(PgSslMode::Disable);
            let pool = PgPoolOptions::new().max_connections(16).connect_with(options).await.unwrap();
            on_postgres(pool.clone(), pool).await.unwrap();
        }
    });
}
