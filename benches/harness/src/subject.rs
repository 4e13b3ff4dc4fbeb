//! The program that is measured, and the environment that Lambda and the template give it.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Stdio,
};

use crate::{Failure, work::Work};

/// The variables of a program, each with its value.
pub type Environment = Vec<(&'static str, String)>;

/// A program that serves one kind of work.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The name in the tables of results.
    pub name: String,
    /// The work that it is given.
    pub work: Work,
    /// The program's file.
    pub program: PathBuf,
    /// The program's arguments.
    pub arguments: Vec<String>,
    /// The file for its standard error, if it is kept.
    pub log: Option<PathBuf>,
}

impl Subject {
    /// Returns the binary of our own function.
    pub fn rust(work: Work, binaries: &Path) -> Self {
        let program = binaries.join(work.binary());
        Self { name: work.name(), work, program, arguments: Vec::new(), log: None }
    }

    /// Returns the Node.js peer that does this work, if there is one.
    pub fn node(work: Work, node: &Path, bundles: &Path) -> Option<Self> {
        let bundle = bundles.join(format!("{}.js", work.peer()?));
        // The SDKs' warnings about the version of Node.js take time that isn't part of the work.
        let arguments = vec!["--no-warnings".to_owned(), bundle.display().to_string()];
        let name = format!("{} (Node.js)", work.name());
        Some(Self { name, work, program: node.to_owned(), arguments, log: None })
    }

    /// Returns this subject under a tool such as valgrind, whose output goes to `log`.
    pub fn under(&self, tool: &[&str], log: PathBuf) -> Self {
        let (program, options) = tool.split_first().map_or(("", &[][..]), |(program, options)| (*program, options));
        let arguments = options.iter().map(|option| (*option).to_owned()).chain([self.program.display().to_string()]);
        Self { program: program.into(), arguments: arguments.collect(), log: Some(log), ..self.clone() }
    }

    /// Returns where the program's standard error goes: into a new file at `log`, or where the harness's own goes.
    ///
    /// # Errors
    /// If the file can't be made.
    pub fn stderr(&self) -> Result<Stdio, Failure> {
        Ok(match &self.log {
            Some(log) => File::create(log)?.into(),
            None => Stdio::inherit(),
        })
    }
}

/// Returns the variables of a function: Lambda's own, and the template's for the stage `local`.
pub fn environment(database: &str, outside: &str) -> Environment {
    let base = format!("http://{outside}");
    let fixed = [
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "bench"),
        ("AWS_SECRET_ACCESS_KEY", "bench"),
        ("STAGE", "local"),
        ("LOG_LEVEL", "info"),
        ("PREORDER_PRICES", r#"{"sakura-pink":"price_bench"}"#),
        ("FIREBASE_PROJECT_ID", crate::work::PROJECT),
        ("STRIPE_SECRET_KEY", "sk_test_bench"),
        ("STRIPE_WEBHOOK_SECRETS", crate::work::SIGNING_SECRET),
        ("KLAVIYO_API_KEY", "pk_bench"),
        ("PUBLIC_SITE_URL", "https://example.com"),
    ];
    let mut environment: Environment = fixed.map(|(name, value)| (name, value.to_owned())).into();
    environment.extend([
        ("DATABASE_URL", database.to_owned()),
        ("AWS_ENDPOINT_URL", base.clone()),
        ("KLAVIYO_QUEUE_URL", format!("{base}/000000000000/klaviyo")),
        ("STRIPE_API_BASE", base.clone()),
        ("KLAVIYO_API_BASE", base),
        ("FIREBASE_AUTH_EMULATOR_HOST", outside.to_owned()),
    ]);
    environment
}
