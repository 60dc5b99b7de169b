//! The real server on a free port, with a database of its own in a folder that goes away with it.

use super::person::{Browser, Person};
use crate::server::{AppState, config::Config, hub::Hub, router, serve, store::Store};
use axum::Router;
use rusqlite::Connection;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// See the module.
pub struct TestApp {
    settings: Settings,
    folder: TempDir,
    address: SocketAddr,
    state: AppState,
    stop: watch::Sender<bool>,
    served: JoinHandle<std::io::Result<()>>,
    observer: Connection,
}

/// Environment variables of a server that is not started yet. Signing in is not limited unless they say so.
pub struct Settings(Vec<(&'static str, String)>);

impl Settings {
    /// Adds a variable, or replaces it.
    pub fn setting(mut self, name: &'static str, value: &str) -> Self {
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value.to_owned()));
        self
    }

    /// Starts the server.
    pub async fn start(self) -> TestApp {
        let folder = TempDir::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (state, stop, served) = run(&self, folder.path(), listener).await;
        let observer = Connection::open(folder.path().join(DATABASE)).unwrap();
        TestApp {
            settings: self,
            folder,
            address,
            state,
            stop,
            served,
            observer,
        }
    }

    fn config(&self, folder: &Path, address: SocketAddr) -> Config {
        let usual = [
            ("LEPTOS_OUTPUT_NAME", "lockstep".to_owned()),
            ("LEPTOS_HASH_FILES", "false".to_owned()),
            ("LEPTOS_SITE_ADDR", address.to_string()),
            ("DATABASE_URL", database(folder)),
            ("LOCKSTEP_SERVER_PUBLIC_URL", format!("http://{address}")),
            ("LOCKSTEP_LIMITS_SIGN_INS_PER_MINUTE", "0".to_owned()),
        ];
        let variable = |name: &str| {
            let mut all = self.0.iter().chain(&usual);
            all.find(|(known, _)| *known == name)
                .map(|(_, value)| value.clone())
        };
        Config::read("", folder, &variable).unwrap()
    }
}

/// The database's file, in the app's folder.
const DATABASE: &str = "lockstep.db";

fn database(folder: &Path) -> String {
    format!("sqlite://{}", folder.join(DATABASE).display())
}

/// An id as SQL has it.
pub fn blob(id: &str) -> String {
    format!("x'{}'", id.replace('-', ""))
}

async fn run(
    settings: &Settings,
    folder: &Path,
    listener: TcpListener,
) -> (
    AppState,
    watch::Sender<bool>,
    JoinHandle<std::io::Result<()>>,
) {
    let config = settings.config(folder, listener.local_addr().unwrap());
    let state = AppState::new(config).await.unwrap();
    let (stop, stopped) = watch::channel(false);
    let served = tokio::spawn(serve(listener, state.clone(), stopped));
    (state, stop, served)
}

impl TestApp {
    /// A server with the usual settings.
    pub async fn start() -> Self {
        Self::with().start().await
    }

    /// A server with settings of its own.
    pub fn with() -> Settings {
        Settings(Vec::new())
    }

    /// A browser in which nobody is signed in.
    pub fn nobody(&self) -> Browser {
        Browser::new(self.origin())
    }

    /// Somebody with a new account, signed in.
    pub async fn person(&self) -> Person {
        Person::register(self.nobody()).await
    }

    /// Where the server is.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The same server without the network.
    pub fn router(&self) -> Router {
        router::build(self.state.clone())
    }

    /// Where the built site would be.
    pub fn site(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    /// Stops the server.
    pub async fn stop(&mut self) {
        self.stop.send(true).unwrap();
        (&mut self.served).await.unwrap().unwrap();
    }

    /// Stops the server and starts it again, with the same database at the same address.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.state.store.close().await;
        let listener = TcpListener::bind(self.address).await.unwrap();
        (self.state, self.stop, self.served) =
            run(&self.settings, self.folder.path(), listener).await;
    }

    /// Takes the database away under the running server.
    pub async fn lose_database(&self) {
        self.state.store.close().await;
    }

    /// Runs SQL beside the server: makes what it has no address for yet. It does not count as [`TestApp::written`].
    pub async fn database(&mut self, sql: &str) {
        self.observer.execute_batch(sql).unwrap();
    }

    /// Lets somebody into a list, without an invitation and without anybody being told.
    pub async fn let_in(&mut self, person: &Person, list: &str, role: &str) {
        let (list, user) = (blob(list), blob(&person.id));
        let sql = format!("INSERT INTO members VALUES ({list}, {user}, '{role}', 1)");
        self.database(&sql).await;
    }

    /// The store behind the server.
    pub fn store(&self) -> Store {
        self.state.store.clone()
    }

    /// Who is told what happens in the server.
    pub fn hub(&self) -> Hub {
        self.state.hub.clone()
    }

    /// A number that changes with whatever anybody writes into the database.
    pub async fn written(&mut self) -> i64 {
        let version = self
            .observer
            .pragma_query_value(None, "data_version", |row| row.get(0));
        version.unwrap()
    }
}
