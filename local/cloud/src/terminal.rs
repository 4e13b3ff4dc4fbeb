//! Prints a line in the terminal for each entry of the activity, except changes of rows and most log lines, which the
//! console shows.

use std::io::{self, Write};

use pledge_local::{Activity, Entry, System};
use tokio::sync::broadcast::error::RecvError;

/// Prints entries from now on.
pub(crate) async fn tell(activity: &Activity) {
    let mut news = activity.subscribe();
    loop {
        match news.recv().await {
            // A closed terminal must not stop the cloud.
            Ok(entry) if is_shown(&entry) => _ = writeln!(io::stdout(), "{}", line(&entry)),
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}

/// Returns whether an entry is printed. Changes of rows would be too many, and so would log lines about successes.
fn is_shown(entry: &Entry) -> bool {
    entry.to != System::Postgres && (entry.from != entry.to || !entry.ok)
}

fn line(entry: &Entry) -> String {
    let Entry { at, from, to, title, result, ok, took, .. } = entry;
    let (seconds, mark) = (at / 1000, if *ok { ' ' } else { '!' });
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let way = if from == to { to.name().to_owned() } else { format!("{} → {}", from.name(), to.name()) };
    let took = took.map(|took| format!("  {took} ms")).unwrap_or_default();
    format!("{mark} {hour:02}:{minute:02}:{second:02}  {way:<18}  {title:<44}  {result}{took}")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_line_says_when_who_what_and_how_it_ended() {
        let entry = Entry {
            id: 1,
            at: 45_296_000,
            from: System::Browser,
            to: System::Api,
            title: "POST /checkout".to_owned(),
            result: "503".to_owned(),
            ok: false,
            took: Some(31),
            before: Value::Null,
            after: Value::Null,
        };
        let line = line(&entry);
        assert!(line.starts_with("! 12:34:56  browser → API"), "{line}");
        assert!(line.ends_with("503  31 ms"), "{line}");
    }
}
