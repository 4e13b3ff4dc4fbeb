//! Runs one function's real binary, with any configuration, on a Lambda runtime of its own.

use std::{process::Stdio, time::Duration};

use pledge_faults::RuntimeApi;
use pledge_local::Options;
use pledge_testkit::http::HttpEvent;
use serde_json::Value;
use tokio::{
    process::{Child, Command},
    time::timeout,
};

/// How long a function may take to start and answer, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The time limit of an invocation that the runtime tells the function.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// A running function.
#[derive(Debug)]
pub struct Function {
    runtime: RuntimeApi,
    process: Child,
}

/// A function that has ended.
#[derive(Debug)]
pub struct Ended {
    /// Whether its exit status was a success.
    pub success: bool,
    /// The lines that it logged.
    pub log: Vec<String>,
}

impl Function {
    /// Starts the binary with these variables and no others but the runtime's.
    pub async fn start<'a>(name: &str, variables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let runtime = RuntimeApi::start(TIME_LIMIT).await;
        let binary = Options::default().binaries.join(name);
        assert!(binary.exists(), "{} is missing: cargo build --workspace --bins", binary.display());
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs(variables)
            .env("AWS_LAMBDA_RUNTIME_API", runtime.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let process = command.spawn().unwrap();
        Self { runtime, process }
    }

    /// Invokes the function with an event and returns the result.
    pub async fn invoke(&self, event: &Value) -> Value {
        let result = timeout(PATIENCE, self.runtime.invoke(event.to_string().into())).await;
        serde_json::from_slice(&result.expect("the function answers in time")).unwrap()
    }

    /// Invokes the function with a request and returns the status, headers and body of the answer.
    pub async fn request(&self, event: &HttpEvent) -> (u64, Value, Value) {
        let event = serde_json::from_str(&event.to_json()).unwrap();
        let answer = self.invoke(&event).await;
        let body = answer["body"].as_str().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default();
        (answer["statusCode"].as_u64().unwrap_or_default(), answer["headers"].clone(), body)
    }

    /// Stops the function and returns what it logged.
    pub async fn stop(mut self) -> Ended {
        self.process.start_kill().unwrap();
        self.ended().await
    }

    /// Waits until the function ends by itself, and returns what it logged.
    pub async fn ended(self) -> Ended {
        let output = timeout(PATIENCE, self.process.wait_with_output()).await.expect("the function ends").unwrap();
        let text = [output.stdout, output.stderr].concat();
        let log = String::from_utf8_lossy(&text).lines().map(str::to_owned).collect();
        Ended { success: output.status.success(), log }
    }
}
