//! A server that is killed and started again, and people who know its addresses.

use crate::process::{BINARY, DATABASE, Process, free_address};
use lockstep::core::id::{ListId, UserId};
use reqwest::{Client, header::SET_COOKIE};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};
use uuid::Uuid;

/// See the module.
pub struct Server {
    folder: PathBuf,
    address: SocketAddr,
    /// None once it was killed.
    process: Option<Process>,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Person {
    pub id: UserId,
    pub cookie: String,
    pub address: SocketAddr,
    http: Client,
}

impl Server {
    /// Starts it with its data in this folder.
    pub async fn start(folder: &Path) -> Self {
        let address = free_address();
        Self {
            folder: folder.to_owned(),
            address,
            process: Some(Process::start(BINARY, folder, address, &[]).await),
        }
    }

    /// Ends it as a crash would.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Starts it again where it was.
    pub async fn start_again(&mut self) {
        self.process = Some(Process::start(BINARY, &self.folder, self.address, &[]).await);
    }

    /// Its database.
    pub fn database(&self) -> PathBuf {
        self.folder.join(DATABASE)
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
