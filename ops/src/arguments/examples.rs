//! Tests that the help of each command shows an example, and that each example is a call of the command.

use clap::{Command, CommandFactory};

use super::Arguments;

/// Returns every command that can be called, each with its words: `["ops", "dlq", "list"]`.
fn leaves(words: &[String], command: &Command, found: &mut Vec<(Vec<String>, Command)>) {
    let words = [words, &[command.get_name().to_owned()]].concat();
    if !command.has_subcommands() {
        found.push((words, command.clone()));
        return;
    }
    for subcommand in command.get_subcommands() {
        leaves(&words, subcommand, found);
    }
}

/// Returns the calls of commands in a help text, without the explanations beside them and without redirections.
fn examples(help: &str) -> Vec<String> {
    let joined = help.replace("\\\n", " ");
    let commands = joined.lines().filter_map(|line| line.strip_prefix("  ").filter(|line| line.starts_with("ops ")));
    commands
        .map(|line| {
            let said_about_it = line.find("   ").filter(|at| !line[*at..].trim_start().starts_with('-'));
            let end = [said_about_it, line.find(" > "), line.find(" < ")].into_iter().flatten().min();
            line[..end.unwrap_or(line.len())].to_owned()
        })
        .collect()
}

/// Returns the words of a command line as a shell reads them, quoted or not.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (part, text) in line.split('"').enumerate() {
        if part % 2 == 1 {
            words.push(text.to_owned());
        } else {
            words.extend(text.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn every_command_shows_an_example_and_every_example_is_a_call_of_it() {
    let mut found = Vec::new();
    leaves(&[], &Arguments::command(), &mut found);
    assert!(found.len() > 40, "{}", found.len());
    for (path, command) in found {
        let name = path.join(" ");
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let examples = examples(&help);
        assert!(examples.iter().any(|example| example.starts_with(&name)), "{name} shows no example of itself");
        for example in examples {
            if let Err(error) = Arguments::command().try_get_matches_from(words(&example)) {
                panic!("{name} shows what can't be called: {example}: {error}");
            }
        }
    }
}

#[test]
fn an_example_is_read_as_a_shell_does() {
    let help = "Examples:\n  ops a \"b c\" \\\n    --d > e\n  ops f     what it does\n\nThe key needs ops.";
    assert_eq!(examples(help), ["ops a \"b c\"      --d", "ops f"]);
    assert_eq!(words("ops a \"b c\"      --d"), ["ops", "a", "b c", "--d"]);
}
