//! THE assembly: which features there are, what surrounds them, and what happens with every write. `main`, the
//! tests and the document's writer all use it; describing itself needs no database.

use std::sync::LazyLock;

use actix_web::body::MessageBody;
use actix_web::dev::{RequestHead, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Condition, from_fn};
use actix_web::{App, Error, HttpResponse, web};
use serde_json::Value;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::{AppExt, service_config::ServiceConfig};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::accounts::Accounts;
use crate::audit::Seal;
use crate::db::{Db, WriteHook};
use crate::http::body::BodyLimits;
use crate::http::caller::{Authenticator, authenticate, when_prepared};
use crate::http::client::TrustedProxies;
use crate::http::fallback::{KnownPaths, fallback};
use crate::http::overload::{AtOnce, Class, Overload, overload};
use crate::http::problem::ErrorCode;
use crate::http::rate_limit::{CallerLimits, RateLimitSettings, rate_limit, rate_limit_by_address};
use crate::http::{ApiError, Cursors, Draining, Schemas, document, envelope};
use crate::{
    accounts, audit, base_data, budgets, evaluations, feed, findings, forms, health, imports, indicators,
    jobs, library, narratives, oversight, previews, projects, proofs, publications, reviews, rule_sets,
    scores, simulations, tables, units, workflow, years,
};

/// Where the API lies.
const API: &str = "/api/v1";
/// What everyone may read.
const PUBLIC: &str = "/api/v1/public";
/// Where callers sign in.
const AUTH: &str = "/api/v1/auth";
/// Where bundles are imported.
const IMPORTS: &str = "/api/v1/imports";

/// What every write brings about, in this order, in its own transaction.
#[must_use]
pub fn write_hooks() -> Vec<Box<dyn WriteHook>> {
    // The feed's counter is held before the heads of the chains, by all who hold both: none waits in a circle.
    vec![
        Box::new(evaluations::Versions),
        Box::new(scores::Summaries::default()),
        Box::new(feed::Feed),
        Box::new(library::Library),
        Box::new(audit::Chains),
    ]
}

/// What a running application needs from outside.
#[derive(Debug)]
pub struct Parts {
    /// The database with its write hooks.
    pub db: Db,
    /// Who may sign in.
    pub accounts: Accounts,
    /// Signs cursors.
    pub cursors: Cursors,
    /// Signs where the audit chains stand.
    pub seal: Seal,
    /// Limits on bodies.
    pub limits: BodyLimits,
    /// Limits on callers.
    pub rate_limits: RateLimitSettings,
    /// Requests served at once.
    pub at_once: AtOnce,
    /// Proxies whose word on the client's address counts.
    pub proxies: TrustedProxies,
    /// Origins that browsers may call from.
    pub cors_origins: Vec<String>,
}

/// Everything a running application is put together from. Cheap to clone: each worker gets one.
#[derive(Clone, Debug)]
pub struct Assembly {
    db: web::Data<Db>,
    accounts: web::Data<Accounts>,
    authenticator: web::Data<dyn Authenticator>,
    cursors: web::Data<Cursors>,
    seal: web::Data<Seal>,
    limits: web::Data<BodyLimits>,
    callers: web::Data<CallerLimits>,
    overload: web::Data<Overload>,
    proxies: web::Data<TrustedProxies>,
    lookout: web::Data<feed::Lookout>,
    kept_scores: web::Data<scores::Kept>,
    desk: web::Data<indicators::Desk>,
    cors_origins: Vec<String>,
    draining: web::Data<Draining>,
    document: web::Data<Document>,
    schemas: web::Data<Schemas>,
    paths: web::Data<KnownPaths>,
}

/// The finished document as text.
#[derive(Debug)]
struct Document(web::Bytes);

const COMMITTED: &[u8] = include_bytes!("../openapi/openapi.json");

/// What the document says, in the forms in which it is used. It describes the program, not an installation: there is one.
#[derive(Clone)]
struct Described {
    document: web::Data<Document>,
    schemas: web::Data<Schemas>,
    paths: web::Data<KnownPaths>,
}

static DESCRIBED: LazyLock<Described> = LazyLock::new(|| {
    // Making it takes a third of the start. A test says that what was committed is what would be made.
    let made = cfg!(debug_assertions).then(openapi);
    let text = made.as_ref().map_or(web::Bytes::from_static(COMMITTED), |made| made.to_string().into());
    let document = made.unwrap_or_else(|| serde_json::from_slice(COMMITTED).unwrap_or_default());
    Described {
        schemas: web::Data::new(Schemas::of_document(&document)),
        paths: web::Data::new(KnownPaths::of_document(&document)),
        document: web::Data::new(Document(text)),
    }
});

impl Assembly {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let Parts { db, accounts, cursors, seal, limits, rate_limits, at_once, proxies, cors_origins } =
            parts;
        let Described { document, schemas, paths } = DESCRIBED.clone();
        Self {
            authenticator: accounts.authenticator(),
            accounts: web::Data::new(accounts),
            cursors: web::Data::new(cursors),
            seal: web::Data::new(seal),
            limits: web::Data::new(limits),
            callers: web::Data::new(CallerLimits::new(rate_limits)),
            overload: web::Data::new(Overload::new(at_once, class_of)),
            proxies: web::Data::new(proxies),
            lookout: web::Data::new(feed::Lookout::default()),
            kept_scores: web::Data::new(scores::Kept::default()),
            desk: web::Data::new(indicators::Desk::new(db.clone())),
            db: web::Data::new(db),
            cors_origins,
            draining: web::Data::new(Draining::default()),
            schemas,
            paths,
            document,
        }
    }

    /// What the document says of bodies, for imports outside of a request.
    #[must_use]
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// To be told when the process is about to stop.
    #[must_use]
    pub fn draining(&self) -> web::Data<Draining> {
        self.draining.clone()
    }
}

/// What the document says about the service as a whole.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Jixiao 绩效",
        description = "预算绩效自评服务：填报、评分、复核、公开。An open service for Chinese budget-performance self-evaluation.\n\n\
            金额以万元计，分值以分计，均为字符串，一位不差。先用 Authorize 登录（演示账号 `unit` / `jixiao-demo`），再逐个试用。\n\
            出错时返回 `application/problem+json`：`code` 稳定不变，`errors` 一次列出全部错误；语言随 Accept-Language（默认中文）。",
        contact(name = "Jixiao", url = "https://github.com/jixiao/jixiao"),
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "audit", description = "审计 who changed what, in chains that show tampering"),
        (name = "auth", description = "登录 sign in, and stay signed in"),
        (name = "base-data", description = "基础数据表 annex 1: staffing, expense control, procurement, buildings"),
        (name = "budgets", description = "部门整体支出 annex 2: a department's amounts, goals and signature"),
        (name = "evaluations", description = "绩效自评 a unit's year: its stage and totals"),
        (name = "forms", description = "整套自评表 a unit's year as one document"),
        (name = "imports", description = "导入 rows of many units and years at once"),
        (name = "indicators", description = "绩效指标 targets, actuals, weights and self scores"),
        (name = "narratives", description = "自评报告正文 the sections of the written report"),
        (name = "project-expenditures", description = "项目支出 annex 3: one form for each project"),
        (name = "public", description = "公开 what everyone may read, without signing in"),
        (name = "reviews", description = "复核 the scores the bureau gives, beside what units claim"),
        (name = "rule-sets", description = "评分规则集 the rules by which forms are scored, as data"),
        (name = "scores", description = "得分 every point with its rule and its explanation"),
        (name = "service-accounts", description = "服务账号 accounts of programs"),
        (name = "units", description = "预算单位 who spends and fills the form"),
        (name = "users", description = "账号 accounts of people"),
        (name = "years", description = "预算年度与地区轮次 years, and the rounds that regions run in them"),
    ),
    components(schemas(crate::http::problem::Problem, crate::http::problem::FieldErrorView))
)]
struct Base;

/// What the document says of bodies, for where there is no application.
#[must_use]
pub fn schemas() -> Schemas {
    Schemas::clone(&DESCRIBED.schemas)
}

/// The finished document: what is served at `/openapi.json`, committed, and held against every test answer.
#[must_use]
pub fn openapi() -> Value {
    let collected = App::new()
        .into_utoipa_app()
        .openapi(base())
        .service(utoipa_actix_web::scope(AUTH).configure(accounts::configure_auth))
        .service(utoipa_actix_web::scope(PUBLIC).configure(publications::configure_public))
        .service(utoipa_actix_web::scope(API).configure(api))
        .split_for_parts()
        .1;
    document::finish(&collected)
}

fn base() -> OpenApi {
    let mut base = Base::openapi();
    base.merge(accounts::Schemas::openapi());
    base.merge(audit::Schemas::openapi());
    base.merge(base_data::Schemas::openapi());
    base.merge(budgets::Schemas::openapi());
    base.merge(evaluations::Schemas::openapi());
    base.merge(feed::Schemas::openapi());
    base.merge(findings::Schemas::openapi());
    base.merge(forms::Schemas::openapi());
    base.merge(imports::Schemas::openapi());
    base.merge(indicators::Schemas::openapi());
    base.merge(jobs::Schemas::openapi());
    base.merge(library::Schemas::openapi());
    base.merge(narratives::Schemas::openapi());
    base.merge(oversight::Schemas::openapi());
    base.merge(previews::Schemas::openapi());
    base.merge(projects::Schemas::openapi());
    base.merge(proofs::Schemas::openapi());
    base.merge(publications::Schemas::openapi());
    base.merge(reviews::Schemas::openapi());
    base.merge(rule_sets::Schemas::openapi());
    base.merge(scores::Schemas::openapi());
    base.merge(simulations::Schemas::openapi());
    base.merge(tables::Schemas::openapi());
    base.merge(units::Schemas::openapi());
    base.merge(workflow::Schemas::openapi());
    base.merge(years::Schemas::openapi());
    base
}

/// The features: one line each.
fn api(config: &mut ServiceConfig<'_>) {
    units::configure(config);
    rule_sets::configure(config);
    years::configure(config);
    evaluations::configure(config);
    budgets::configure(config);
    base_data::configure(config);
    projects::configure(config);
    narratives::configure(config);
    indicators::configure(config);
    forms::configure(config);
    scores::configure(config);
    proofs::configure(config);
    simulations::configure(config);
    findings::configure(config);
    workflow::configure(config);
    reviews::configure(config);
    publications::configure(config);
    feed::configure(config);
    library::configure(config);
    oversight::configure(config);
    imports::configure(config);
    jobs::configure(config);
    previews::configure(config);
    audit::configure(config);
    accounts::configure(config);
}

/// What kind of work a request is.
fn class_of(request: &RequestHead) -> Class {
    let path = request.uri.path();
    match request.method {
        _ if path.starts_with(AUTH) => Class::SignIn,
        Method::GET | Method::HEAD | Method::OPTIONS => Class::Read,
        _ if path.starts_with(IMPORTS) => Class::Import,
        _ => Class::Write,
    }
}

/// The application that a worker serves.
pub fn build(
    assembly: Assembly,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let auth = utoipa_actix_web::scope(AUTH)
        .wrap(from_fn(overload))
        .wrap(from_fn(rate_limit_by_address))
        .configure(accounts::configure_auth);
    let public = utoipa_actix_web::scope(PUBLIC)
        .wrap(from_fn(when_prepared))
        .wrap(from_fn(overload))
        .wrap(from_fn(rate_limit_by_address))
        .configure(publications::configure_public);
    let api = utoipa_actix_web::scope(API)
        .wrap(from_fn(authenticate))
        .wrap(from_fn(when_prepared))
        .wrap(from_fn(overload))
        .wrap(from_fn(rate_limit))
        .configure(api);
    App::new()
        .into_utoipa_app()
        .app_data(assembly.db)
        .app_data(assembly.accounts)
        .app_data(assembly.authenticator)
        .app_data(assembly.cursors)
        .app_data(assembly.seal)
        .app_data(assembly.limits)
        .app_data(assembly.callers)
        .app_data(assembly.overload)
        .app_data(assembly.proxies)
        .app_data(assembly.lookout)
        .app_data(assembly.kept_scores)
        .app_data(assembly.desk)
        .app_data(assembly.draining)
        .app_data(assembly.document)
        .app_data(assembly.schemas)
        .app_data(assembly.paths)
        .app_data(web::PathConfig::default().error_handler(|_, _| ApiError::not_found().into()))
        // Before the API, in whose address space they lie: neither needs a token.
        .service(auth)
        .service(public)
        .service(api)
        .into_app()
        .configure(health::configure)
        .configure(accounts::configure_plain)
        .service(web::resource("/openapi.json").get(serve_document))
        .service(web::resource("/problems/{code}").get(explain_problem))
        .service(web::redirect("/docs", "/docs/"))
        .service(web::redirect("/", "/docs/"))
        .service(SwaggerUi::new("/docs/{_:.*}").config(swagger()))
        .default_service(web::to(fallback))
        .wrap(Condition::new(!assembly.cors_origins.is_empty(), cors(&assembly.cors_origins)))
        .wrap(from_fn(envelope::envelope))
}

fn swagger() -> Config<'static> {
    Config::from("/openapi.json")
        .persist_authorization(true)
        .try_it_out_enabled(true)
        .filter(true)
        .deep_linking(true)
        .display_request_duration(true)
        .validator_url("none")
}

fn cors(origins: &[String]) -> actix_cors::Cors {
    let cors = actix_cors::Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
        .allow_any_header()
        .expose_headers([
            "Content-Disposition",
            "ETag",
            "Idempotent-Replayed",
            "Link",
            "Location",
            "RateLimit",
            "RateLimit-Policy",
            "Retry-After",
            "X-Request-Id",
        ])
        .max_age(600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

async fn serve_document(document: web::Data<Document>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document.0.clone())
}

/// What a problem's `type` leads to.
async fn explain_problem(code: web::Path<String>) -> Result<HttpResponse, ApiError> {
    use jixiao_core::kernel::Lang;
    let known = ErrorCode::ALL.iter().find(|known| known.as_str() == code.as_str());
    let known = known.ok_or_else(ApiError::not_found)?;
    Ok(HttpResponse::Ok().json(serde_json::json!({
        "code": known.as_str(),
        "status": known.status().as_u16(),
        "title": { "zh-CN": known.title(Lang::Zh), "en": known.title(Lang::En) },
    })))
}
