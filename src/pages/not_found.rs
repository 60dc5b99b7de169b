//! Pages that are not there, and pages that could not be made.

use crate::{
    error::{AppError, Code},
    server::{guard::encode, visit::Visit},
    ui::{layout::Layout, left_behind::LeftBehind},
};
use axum::http::StatusCode;
use leptos::prelude::*;
use std::future::Future;

/// No such address.
#[component]
pub fn NotFound() -> impl IntoView {
    let visit = Visit::here();
    eventually(async move {
        let _ = visit?;
        Err(AppError::not_found())
    })
}

/// A page that waits for its data. What goes wrong has its status and says so; who is not signed in is sent to
/// sign in, and back here afterwards.
pub fn eventually(
    page: impl Future<Output = Result<AnyView, AppError>> + Send + 'static,
) -> impl IntoView {
    let visit = Visit::here().ok();
    let page = async move {
        match page.await {
            Ok(view) => view,
            Err(error) => failed(visit, error).await,
        }
    };
    view! { <Suspense>{Suspend::new(page)}</Suspense> }
}

async fn failed(visit: Option<Visit>, error: AppError) -> AnyView {
    let mut user = None;
    let mut here = String::new();
    if let Some(visit) = visit {
        if error.code == Code::Unauthenticated {
            visit.see_other(&format!("/login?next={}", encode(visit.path_and_query())));
            return ().into_any();
        }
        let status = StatusCode::from_u16(error.code.status());
        visit.set_status(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
        visit.path_and_query().clone_into(&mut here);
        user = visit
            .session()
            .await
            .ok()
            .flatten()
            .map(|session| session.user);
    }
    let is_missing = error.code == Code::NotFound;
    let (class, title) = match is_missing {
        true => ("lost", "Not found"),
        false => ("lost broken", "That did not work"),
    };
    let left_behind = (is_missing && user.is_some()).then(|| view! { <LeftBehind /> });
    let (start, label) = match user {
        Some(_) => ("/lists", "Your lists"),
        None => ("/", "To the start"),
    };
    view! {
        <Layout title user>
            <section class=class>
                <h1>{title}</h1>
                <p class="lead">{error.message}</p>
                <p class="actions">
                    // What failed on our side may work the next time; what is missing stays missing.
                    {(!is_missing).then(|| view! {
                        <a class="button primary" href=here>
                            "Try again"
                        </a>
                    })}
                    <a class=if is_missing { "button primary" } else { "button" } href=start>
                        {label}
                    </a>
                </p>
            </section>
            {left_behind}
        </Layout>
    }
    .into_any()
}
