//! All addresses and the layers around them. Not here: what they do.

use super::{AppState, appearance, guard, offline, telemetry, ws};
use crate::app::{App, shell};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderValue, StatusCode, header::CACHE_CONTROL},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    services::ServeDir,
    timeout::TimeoutLayer,
};

/// A year: the name of a hashed file changes with its content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Kept, but asked about each time (304).
const ASK: HeaderValue = HeaderValue::from_static("no-cache");

/// The whole server as one service.
pub fn build(state: AppState) -> Router {
    let options = state.config.leptos.clone();
    let pages = generate_route_list(App);
    let context = {
        let state = state.clone();
        move || provide_context(state.clone())
    };
    let render = {
        let state = state.clone();
        move || shell(&state.site)
    };
    let not_found = leptos_axum::render_app_async_with_context(context.clone(), render.clone());

    let files = || {
        ServeDir::new(&*options.site_root)
            .precompressed_br()
            .precompressed_gzip()
            .append_index_html_on_directories(false)
    };
    let pkg = Router::new()
        .fallback_service(files())
        .layer(middleware::from_fn_with_state(state.clone(), cache_files));
    let csrf = match guard::csrf(&state.origins) {
        Ok(layer) => layer,
        // `Config` has parsed them as origins already.
        Err(error) => unreachable!("an origin of the configuration is not one: {error}"),
    };

    let router = Router::new()
        .route("/healthz", get(StatusCode::OK))
        .route("/readyz", get(ready))
        .route(
            "/appearance",
            post(appearance::choose).layer(DefaultBodyLimit::max(appearance::BODY_MAX)),
        )
        .route(offline::WORKER, get(offline::worker))
        .route(offline::NEW_VERSION, get(offline::new_version))
        .route("/ws", any(ws::open))
        .route("/api", any(StatusCode::NOT_FOUND))
        .route("/api/", any(StatusCode::NOT_FOUND))
        .route("/api/{*rest}", any(StatusCode::NOT_FOUND))
        .leptos_routes_with_context(&state, pages, context, render)
        .route_service(
            &leptos_axum::site_pkg_dir_service_route_path(&state.config.leptos),
            pkg,
        )
        .fallback_service(files().fallback(any(not_found).with_state(state.clone())));
    let layers = ServiceBuilder::new()
        .layer(middleware::map_request(forget_request_id))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(telemetry::layer())
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(middleware::from_fn_with_state(
            state.clone(),
            guard::headers,
        ))
        .layer(CompressionLayer::new())
        .layer(csrf)
        .layer(middleware::from_fn_with_state(state.clone(), guard::api))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            guard::REQUEST_TIMEOUT,
        ))
        .layer(CatchPanicLayer::new());
    router.layer(layers).with_state(state)
}

/// Request ids are ours: a stranger's could be another request's, or a page long.
async fn forget_request_id(mut request: Request) -> Request {
    request.headers_mut().remove(telemetry::REQUEST_ID);
    request
}

/// Whether the database answers.
async fn ready(State(state): State<AppState>) -> Response {
    match state.store.ready().await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn cache_files(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        let for_how_long = if state.site.is_immutable() {
            FOR_EVER
        } else {
            ASK
        };
        response.headers_mut().insert(CACHE_CONTROL, for_how_long);
    }
    response
}
