//! The AWS emulator, MiniStack.

use nix::sys::signal::Signal;
use tokio::net::TcpStream;

use crate::process::{Process, command, free_port};
use crate::{Error, Options, environment};

#[derive(Debug)]
pub(crate) struct Emulator {
    pub(crate) process: Process,
    pub(crate) port: u16,
    /// The emulator's address, as `AWS_ENDPOINT_URL` takes it.
    pub(crate) url: String,
}

impl Emulator {
    /// Starts an empty emulator.
    ///
    /// Functions inherit the emulator's environment, so it gets a clean one: their variables come from the template
    /// alone, even the address of AWS (the emulator would put its own `AWS_ENDPOINT_URL` above the template's).
    pub(crate) async fn start(options: &Options) -> Result<Self, Error> {
        let port = free_port()?;
        let temporary = options.temporary();
        let mut ministack = command(options.python(), Signal::SIGTERM);
        ministack
            .arg(options.project.join("local/cloud/emulator.py"))
            .arg(options.logs())
            .env_clear()
            .env("PATH", environment::path())
            .env("HOME", &temporary)
            .env("TMPDIR", &temporary)
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("IOT_MTLS_ENABLED", "0")
            // IAM is enforced: a function may do what its policies in the template allow, and no more.
            .env("AUTH", "true")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_DEFAULT_REGION", "us-east-1");
        let log = options.logs().join("ministack.log");
        let mut process = Process::start("The AWS emulator", ministack, Signal::SIGTERM, log)?;
        process.wait_until(async || TcpStream::connect(("127.0.0.1", port)).await.is_ok()).await?;
        Ok(Self { process, port, url: format!("http://127.0.0.1:{port}") })
    }
}
