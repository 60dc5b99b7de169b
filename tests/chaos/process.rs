//! The real binary in a process of its own, which ends with whoever holds it. The benchmark (`benches/commits`) starts it
//! in the same way.

use std::{
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tokio::{net::TcpStream, time::sleep};

/// How long it may take until it listens.
const PATIENCE: Duration = Duration::from_secs(20);
/// The one that was built with this.
pub const BINARY: &str = env!("CARGO_BIN_EXE_lockstep");
/// Its database, in its folder.
pub const DATABASE: &str = "lockstep.db";

/// See the module.
pub struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    /// Starts this binary with its data in this folder, and waits until it listens. `limits`: more settings, of the
    /// environment.
    pub async fn start(
        binary: &str,
        folder: &Path,
        address: SocketAddr,
        limits: &[(&str, &str)],
    ) -> Self {
        let process = Command::new(binary)
            .args([
                "--config",
                concat!(env!("CARGO_MANIFEST_DIR"), "/Leptos.toml"),
            ])
            .current_dir(folder)
            .env_clear()
            .env("LEPTOS_SITE_ADDR", address.to_string())
            .env("LEPTOS_OUTPUT_NAME", "lockstep")
            .env("LEPTOS_HASH_FILES", "false")
            .env("DATABASE_URL", format!("sqlite://{DATABASE}"))
            .env("LOCKSTEP_LIMITS_SIGN_INS_PER_MINUTE", "0")
            .env("LOCKSTEP_LOG", "warn")
            .envs(limits.iter().copied())
            .stdout(Stdio::null())
            .spawn()
            .expect("the server");
        let process = Self(process);
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(address).await.is_err() {
            assert!(Instant::now() < until, "the server does not listen");
            sleep(Duration::from_millis(10)).await;
        }
        process
    }

    /// Its number.
    #[allow(dead_code, reason = "only the benchmark asks")]
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

/// An address that nobody listens on.
pub fn free_address() -> SocketAddr {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    free.local_addr().expect("an address")
}
