//! The log: lines with a request's id, its route and its outcome. Never a query, a body or a cookie.

use axum::{
    body::Body,
    extract::MatchedPath,
    http::{Request, Response},
};
use std::time::Duration;
use tower_http::{
    classify::{ServerErrorsAsFailures, SharedClassifier},
    trace::{DefaultOnBodyChunk, DefaultOnEos, DefaultOnFailure, DefaultOnRequest, TraceLayer},
};
use tracing::{Span, field::Empty};
use tracing_subscriber::{EnvFilter, filter::ParseError, fmt};

/// The header that carries a request's id, in and out.
pub const REQUEST_ID: &str = "x-request-id";

/// Writes the log to standard error, filtered as `log.filter` says.
///
/// # Errors
/// The filter cannot be read.
pub fn start(filter: &str) -> Result<(), ParseError> {
    let filter = EnvFilter::builder().parse(filter)?;
    let filter = PATHS.iter().try_fold(filter, |filter, silent| {
        Ok::<_, ParseError>(filter.add_directive(silent.parse()?))
    })?;
    fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    Ok(())
}

/// What would write whole paths at the level of traces: a path can hold an invitation's token.
const PATHS: [&str; 1] = ["tower_http::csrf=off"];

type SpanOf = fn(&Request<Body>) -> Span;
type Answered = fn(&Response<Body>, Duration, &Span);

/// One span a request, one line an answer.
pub fn layer() -> TraceLayer<
    SharedClassifier<ServerErrorsAsFailures>,
    SpanOf,
    DefaultOnRequest,
    Answered,
    DefaultOnBodyChunk,
    DefaultOnEos,
    DefaultOnFailure,
> {
    let span: SpanOf = span;
    let answered: Answered = answered;
    TraceLayer::new_for_http()
        .make_span_with(span)
        .on_response(answered)
}

/// The route rather than the path: a path can hold an invitation's token.
fn span(request: &Request<Body>) -> Span {
    let id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|id| id.to_str().ok());
    let route = request.extensions().get::<MatchedPath>();
    tracing::info_span!(
        "request",
        id = id.unwrap_or_default(),
        method = %request.method(),
        route = route.map_or("file or unknown", MatchedPath::as_str),
        status = Empty,
    )
}

fn answered(response: &Response<Body>, latency: Duration, span: &Span) {
    span.record("status", response.status().as_u16());
    let milliseconds = latency.as_millis();
    tracing::debug!(
        status = response.status().as_u16(),
        milliseconds,
        "answered"
    );
}
