//! The real binary in a process of its own, and people who know its addresses.

use lockstep::core::id::{ListId, UserId};
use reqwest::{Client, header::SET_COOKIE};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::sleep};
use uuid::Uuid;

/// See the module.
pub struct Server {
    folder: PathBuf,
    address: SocketAddr,
    process: Child,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person {
    pub id: UserId,
    pub cookie: String,
    pub address: SocketAddr,
    http: Client,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

fn spawn(folder: &Path, address: SocketAddr) -> Child {
    Command::new(env!("CARGO_BIN_EXE_lockstep"))
        .args([
            "--config",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Leptos.toml"),
        ])
        .current_dir(folder)
        .env_clear()
        .env("LEPTOS_SITE_ADDR", address.to_string())
        .env("LEPTOS_OUTPUT_NAME", "lockstep")
        .env("LEPTOS_HASH_FILES", "false")
        .env("DATABASE_URL", "sqlite://chaos.db")
        .env("LOCKSTEP_LIMITS_SIGN_INS_PER_MINUTE", "0")
        .env("LOCKSTEP_LOG", "warn")
        .stdout(Stdio::null())
        .spawn()
        .expect("the server")
}

impl Server {
    /// Starts it with its data in this folder.
    pub async fn start(folder: &Path) -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let server = Self {
            folder: folder.to_owned(),
            address,
            process: spawn(folder, address),
        };
        server.answers().await;
        server
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Starts it again where it was.
    pub async fn start_again(&mut self) {
        self.process = spawn(&self.folder, self.address);
        self.answers().await;
    }

    async fn answers(&self) {
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(self.address).await.is_err() {
            assert!(Instant::now() < until, "the server does not listen");
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Its database.
    pub fn database(&self) -> PathBuf {
        self.folder.join("chaos.db")
    }

    /// Somebody with a new account.
    pub async fn register(&self) -> Person {
        let http = Client::builder().no_proxy().build().unwrap();
        let name = Uuid::now_v7().simple().to_string();
        let fields = [("name", &name[2..]), ("password", "plum-tractor-92")];
        let request = http.post(format!("http://{}/api/register", self.address));
        let answer = request.form(&fields).send().await.unwrap();
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let cookies = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
        let cookie = cookies.collect::<Vec<_>>().join("; ");
        let user: Value = answer.json().await.unwrap();
        Person {
            id: UserId(user["id"].as_str().unwrap().parse().unwrap()),
            cookie,
            address: self.address,
            http,
        }
    }
}

impl Person {
    /// Makes a list.
    pub async fn create_list(&self, list: ListId) {
        let body = json!({"name": "Groceries", "id": list});
        let request = self
            .http
            .post(format!("http://{}/api/create_list", self.address));
        let request = request.header("cookie", &self.cookie).form(&body);
        assert!(request.send().await.unwrap().status().is_success());
    }

    /// The whole list.
    pub async fn pull<T: DeserializeOwned>(&self, list: ListId) -> T {
        self.post("pull", &json!({"list": list})).await.unwrap()
    }

    /// Asks, and gives the answer if there is one.
    pub async fn post<T: DeserializeOwned>(&self, function: &str, body: &Value) -> Option<T> {
        let request = self
            .http
            .post(format!("http://{}/api/{function}", self.address));
        let request = request.header("cookie", &self.cookie).json(body);
        let answer = request.send().await.ok()?;
        answer.error_for_status().ok()?.json().await.ok()
    }
}
