//! The program ends quietly if nobody reads its output any more, as in `ops completions bash | head`.

use std::{
    io::{self, PipeWriter},
    process::{Command, Stdio},
};

use crate::environment::TestEnvironment;

/// Returns the writing end of a pipe that nobody reads.
fn unread() -> PipeWriter {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    writer
}

fn ops(arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ops"));
    command.args(arguments.split_whitespace()).env_clear().stdin(Stdio::null());
    command
}

#[test]
fn whoever_has_seen_enough_of_a_result_hears_of_no_error() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = ops(&format!("completions {shell}")).stdout(unread()).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), error.as_str()), (Some(0), ""), "{shell}");
    }
}

#[test]
fn an_error_that_nobody_reads_has_its_exit_status_all_the_same() {
    let status = ops("tiers list 7").stdout(Stdio::null()).stderr(unread()).status().unwrap();
    assert_eq!(status.code(), Some(1));
}

#[tokio::test]
async fn a_change_that_stops_since_nobody_reads_its_output_is_no_success() {
    let environment = TestEnvironment::start().await;
    let ends = async |arguments: &[&str]| {
        let mut command = environment.command(arguments);
        let program = command.stdin(Stdio::null()).stdout(unread()).stderr(Stdio::piped()).spawn().unwrap();
        let output = program.wait_with_output().await.unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let tier = ["tiers", "set", "8", "1", "--price", "6.50", "--name", "Reader", "--chapters", "3"];
    let (status, error) = ends(&[&tier[..], &["--apply"]].concat()).await;
    assert_eq!(status, Some(1), "{error}");
    assert!(error.contains("repeat the command"), "{error}");
    let (status, error) = ends(&tier).await;
    assert_eq!(status, Some(0), "{error}");
}
