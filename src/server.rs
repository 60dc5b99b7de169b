//! The server: accounts, lists, the store and what stands around them. Not here: pages (`pages`), addresses (`api`).

pub mod account;
pub mod appearance;
pub mod auth;
pub mod clock;
pub mod compare;
pub mod config;
pub mod cookies;
pub mod done;
pub mod flash;
pub mod guard;
pub mod hub;
pub mod limits;
pub mod listener;
pub mod lists;
pub mod maintenance;
pub mod new_link;
pub mod offline;
pub mod passwords;
pub mod router;
pub mod sessions;
pub mod sharing;
pub mod site;
pub mod store;
pub mod sweep;
pub mod telemetry;
pub mod visit;
pub mod ws;

use axum::extract::FromRef;
use config::Config;
use hub::{Caps, Hub};
use leptos::config::LeptosOptions;
use limits::SignIns;
use listener::{Patient, SILENCE};
use passwords::Passwords;
use site::Site;
use std::{fmt, io, pin::pin, sync::Arc, time::Duration};
use store::Store;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// How long sockets may take to say goodbye when the server stops.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long requests under way may take after the signal to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// All that requests share.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// See [`AppState`].
pub struct Shared {
    /// How the server was configured.
    pub config: Config,
    /// The origins that may change something.
    pub origins: Vec<String>,
    /// What it remembers.
    pub store: Store,
    /// Who is told what happens.
    pub hub: Hub,
    /// The built files that pages refer to.
    pub site: Site,
    /// Hashing, a few at a time.
    pub passwords: Passwords,
    /// How often somebody may try to sign in.
    pub sign_ins: SignIns,
}

impl std::ops::Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.config.leptos.clone()
    }
}

/// Why the server did not start, or stopped.
#[derive(Debug)]
pub enum StartError {
    /// The database cannot be opened.
    Store(store::StoreError),
    /// The built site is missing or incomplete.
    Site(site::SiteError),
    /// The address cannot be listened on, or the connection to it broke.
    Io(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(cause) => {
                write!(f, "the database (database.url) cannot be used: {cause}")
            }
            Self::Site(cause) => write!(f, "{cause}"),
            Self::Io(cause) => write!(f, "cannot listen on the address (site-addr): {cause}"),
        }
    }
}

impl AppState {
    /// Opens what requests share, and begins to pass on what happens.
    ///
    /// # Errors
    /// The database or the built site cannot be used.
    pub async fn new(config: Config) -> Result<Self, StartError> {
        let site = Site::open(&config.leptos).map_err(StartError::Site)?;
        let store = Store::open(&config.database.url)
            .await
            .map_err(StartError::Store)?;
        let sign_ins = SignIns::new(config.limits.sign_ins_per_minute);
        let (hub, missing) = Hub::new(Caps {
            per_user: config.limits.sockets_per_user,
            per_address: config.limits.sockets_per_address,
        });
        tokio::spawn(hub.clone().run(store.clone(), store.listen(), missing));
        Ok(Self(Arc::new(Shared {
            origins: config.origins(),
            config,
            store,
            hub,
            site,
            passwords: Passwords::new(),
            sign_ins,
        })))
    }
}

/// Serves until SIGTERM or SIGINT, then ends what is under way and returns.
///
/// # Errors
/// See [`StartError`].
pub async fn run(config: Config) -> Result<(), StartError> {
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let listener = TcpListener::bind(config.leptos.site_addr)
        .await
        .map_err(StartError::Io)?;
    // Events reach only those whom the server that decides them knows.
    let _reserved = Store::reserve(&config.database.url).map_err(StartError::Store)?;
    let state = AppState::new(config).await?;
    tracing::info!(address = %state.config.server.public_url, "serving");

    let (stop, stopped) = watch::channel(false);
    tokio::spawn(sweep::run(state.clone()));
    let mut server = pin!(serve(listener, state.clone(), stopped));
    tokio::select! {
        ended = &mut server => return ended.map_err(StartError::Io),
        signal = stop_signal() => signal.map_err(StartError::Io)?,
    }
    tracing::info!("stopping");
    let _ = stop.send(true);
    if tokio::time::timeout(STOP_TIMEOUT, server).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    state.store.close().await;
    Ok(())
}

/// Serves on a listener until told to stop. Tests call it with a port of their own.
///
/// # Errors
/// The listener broke.
pub async fn serve(
    listener: TcpListener,
    state: AppState,
    mut stopped: watch::Receiver<bool>,
) -> io::Result<()> {
    let hub = state.hub.clone();
    let service = router::build(state).into_make_service_with_connect_info::<listener::Peer>();
    axum::serve(Patient::new(listener, SILENCE), service)
        .with_graceful_shutdown({
            let hub = hub.clone();
            async move {
                // An error means that the sender is gone, which is a reason to stop too.
                let _ = stopped.wait_for(|stop| *stop).await;
                hub.close();
            }
        })
        .await?;
    if tokio::time::timeout(GOODBYE_TIMEOUT, hub.closed())
        .await
        .is_err()
    {
        tracing::warn!("some sockets did not take their goodbye in time");
    }
    Ok(())
}

async fn stop_signal() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
