//! How each engine is opened.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use log::LevelFilter;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Executor};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

use super::reader::Reader;

/// How long a request waits for a connection before it answers 503.
const ACQUIRE: Duration = Duration::from_secs(2);
/// How long a writer waits for the one SQLite writer; an import may hold it for a moment.
const ACQUIRE_SQLITE_WRITER: Duration = Duration::from_secs(5);

/// Connections of a process to PostgreSQL on which transactions begin.
const POSTGRES_TRANSACTIONS: u32 = 16;
/// And those for single queries, which are over at once.
const POSTGRES_QUERIES: u32 = 8;

/// How long a statement of a transaction may take.
const TRANSACTION_STATEMENT: Duration = Duration::from_secs(30);
/// And a single query; how long somebody waits for its answer, who may wait for nothing where the network is silent.
const QUERY: Duration = Duration::from_secs(10);
const QUERY_ANSWER: Duration = Duration::from_secs(12);
/// A connection that was used within this time is taken to stand, without a question before each query.
const STANDS: Duration = Duration::from_secs(1);

type PostgresPool = sqlx::pool::PoolOptions<sqlx::Postgres>;

/// Kibibytes of pages that the SQLite writer holds at most, negative as SQLite wants it: an import's changed pages are
/// written once, at its end, and not read back meanwhile.
const WRITER_CACHE: &str = "-32768";

/// Pages in the WAL from which on a commit also moves them into the file: 16 MiB, so that an import of a county waits for
/// its own pages to be safe, and not for all of them to be written twice.
const CHECKPOINT: &str = "4096";

/// A database address the service can work with.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// An SQLite file: no set-up, one machine.
    Sqlite {
        /// The address as given.
        url: String,
        /// The file it names.
        file: PathBuf,
    },
    /// PostgreSQL: many replicas.
    Postgres {
        /// The address as given; it may hold a password and is never printed.
        url: String,
    },
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite { file, .. } => write!(f, "sqlite:{}", file.display()),
            Self::Postgres { .. } => write!(f, "postgres://…"),
        }
    }
}

/// An address the service cannot work with.
#[derive(Debug, thiserror::Error)]
#[error("want sqlite:PATH (a file) or postgres://…")]
pub struct UnusableUrl;

impl DatabaseUrl {
    /// Reads `sqlite:data/jixiao.db`, `sqlite:///var/lib/jixiao.db` or `postgres://user@host/db`.
    pub fn parse(url: &str) -> Result<Self, UnusableUrl> {
        if let Some(rest) = url.strip_prefix("sqlite:") {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            let path = path.split_once('?').map_or(path, |(path, _)| path);
            if path.is_empty() || path.contains(":memory:") {
                return Err(UnusableUrl);
            }
            return Ok(Self::Sqlite { url: url.to_owned(), file: PathBuf::from(path) });
        }
        let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
        // Refused here, where the refusal repeats nothing: the driver's own would print the password.
        if is_postgres && url.parse::<PgConnectOptions>().is_ok() {
            return Ok(Self::Postgres { url: url.to_owned() });
        }
        Err(UnusableUrl)
    }
}

/// What a database is reached through.
#[derive(Clone, Debug)]
pub struct Connections {
    /// Transactions that write.
    pub writer: DatabaseConnection,
    /// Single queries: no transaction ever begins here.
    pub reader: Reader,
    /// Transactions that only read.
    pub snapshots: DatabaseConnection,
}

/// Opens `url`.
pub async fn connect(url: &DatabaseUrl) -> Result<Connections, DbErr> {
    match url {
        DatabaseUrl::Sqlite { file, .. } => sqlite(file).await,
        DatabaseUrl::Postgres { url } => {
            let mut transactions = postgres(url, POSTGRES_TRANSACTIONS, TRANSACTION_STATEMENT);
            transactions.map_sqlx_postgres_pool_opts(guarded);
            let writer = Database::connect(transactions).await?;
            let mut queries = postgres(url, POSTGRES_QUERIES, QUERY);
            queries.test_before_acquire_if_idle_for(STANDS);
            let reader = Reader::new(Database::connect(queries).await?, Some(QUERY_ANSWER));
            Ok(Connections { snapshots: writer.clone(), writer, reader })
        }
    }
}

fn options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    // Statements are told to whoever asks for them by `sqlx::query=trace`: their text, and no value.
    options.sqlx_logging_level(LevelFilter::Trace).acquire_timeout(ACQUIRE).record_stmt_in_spans(false);
    options
}

async fn sqlite(file: &std::path::Path) -> Result<Connections, DbErr> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|why| {
            DbErr::Custom(format!("cannot make the folder {} for the database: {why}", folder.display()))
        })?;
    }
    create_private(file)?;
    let file = file.to_owned();
    let configure = |options: &mut ConnectOptions, read_only: bool| {
        let file = file.clone();
        // Nobody hangs up on a file: asking first whether the connection still stands is a query more for each query.
        options.test_before_acquire(false);
        options.map_sqlx_sqlite_opts(move |sqlite| {
            let sqlite = if read_only {
                sqlite
            } else {
                sqlite.pragma("cache_size", WRITER_CACHE).pragma("wal_autocheckpoint", CHECKPOINT)
            };
            sqlite
                .filename(&file)
                .create_if_missing(!read_only)
                .read_only(read_only)
                .journal_mode(SqliteJournalMode::Wal)
                // FULL: an acknowledged write survives a power cut, not only a crash.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(ACQUIRE_SQLITE_WRITER)
        });
        options.map_sqlx_sqlite_pool_opts(sound);
    };

    // One connection writes: with several, the slowest request waits thirty times longer.
    let mut writer = options("sqlite:");
    writer.max_connections(1).min_connections(1).acquire_timeout(ACQUIRE_SQLITE_WRITER);
    configure(&mut writer, false);
    let writer = Database::connect(writer).await?;

    let mut reader = options("sqlite:");
    let readers = std::thread::available_parallelism().map_or(4, |cores| cores.get().clamp(4, 16));
    reader.max_connections(u32::try_from(readers).unwrap_or(4)).min_connections(1);
    configure(&mut reader, true);
    let reader = Database::connect(reader).await?;
    Ok(Connections { writer, snapshots: reader.clone(), reader: Reader::new(reader, None) })
}

/// When the disk is full or fails, SQLite itself rolls back what was begun. sqlx does not notice: its own ROLLBACK is
/// refused, it still counts one transaction as open, and from then on begins each further one as a savepoint in it,
/// whose release commits nothing: writes are acknowledged, seen by nobody, and gone with the process. So a connection
/// that comes back with a transaction counted as open is closed.
fn sound(pool: sqlx::pool::PoolOptions<sqlx::Sqlite>) -> sqlx::pool::PoolOptions<sqlx::Sqlite> {
    use sqlx::Connection as _;
    pool.after_release(|connection, _| {
        Box::pin(async move {
            if connection.is_in_transaction() {
                // A rollback may still be on its way to the connection's thread: this comes after it.
                connection.ping().await?;
            }
            Ok(!connection.is_in_transaction())
        })
    })
}

/// Password hashes and unpublished scores lie in the file: it is its owner's from the first byte on. What SQLite
/// puts beside it takes over its mode.
fn create_private(file: &std::path::Path) -> Result<(), DbErr> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(_) => Ok(()),
        Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(why) => Err(DbErr::Custom(format!("cannot make the database {}: {why}", file.display()))),
    }
}

fn postgres(url: &str, most: u32, statement: Duration) -> ConnectOptions {
    let mut pool = options(url);
    let timeout = format!("{}s", statement.as_secs());
    pool.max_connections(most)
        .min_connections(1)
        .connect_lazy(true)
        .connect_timeout(ACQUIRE)
        .map_sqlx_postgres_opts(move |postgres| {
            unencrypted_if_here(postgres).application_name("jixiao").options([
                ("idle_in_transaction_session_timeout", "30s"),
                ("lock_timeout", "5s"),
                ("statement_timeout", timeout.as_str()),
            ])
        });
    pool
}

/// What does not leave the machine is not encrypted, unless the address asks for it. The driver writes the handshake in
/// small pieces without `TCP_NODELAY`: each connection would cost two delayed acknowledgements, 90 ms.
fn unencrypted_if_here(options: PgConnectOptions) -> PgConnectOptions {
    let host = options.get_host().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    match options.get_ssl_mode() {
        PgSslMode::Allow | PgSslMode::Prefer if is_here => options.ssl_mode(PgSslMode::Disable),
        _ => options,
    }
}

/// A future that is dropped between BEGIN and the transaction object leaves the connection inside a
/// transaction nobody will commit: the next borrower's writes are acknowledged and lost (sqlx #4385). So
/// every connection on which transactions begin is rolled back on its way home.
fn guarded(pool: PostgresPool) -> PostgresPool {
    pool.after_release(|connection, _| {
        Box::pin(async move { connection.execute("ROLLBACK").await.map(|_| true) })
    })
}
