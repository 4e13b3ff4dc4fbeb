//! Formatting of times, numbers of things and long texts.

use pledge_domain::Timestamp;
use time::{UtcOffset, format_description::well_known::Rfc3339};

/// The greatest width of a line, unless a single word is longer.
pub const WIDTH: usize = 100;

/// Returns a time as people and programs read it: UTC, in seconds, such as `2026-10-31T12:00:00Z`.
pub fn iso(time: Timestamp) -> String {
    let seconds = time.to_offset(UtcOffset::UTC).replace_nanosecond(0).unwrap_or(time);
    seconds.format(&Rfc3339).unwrap_or_default()
}

/// Returns a number of things: `1 preorder`, `2 preorders`.
pub fn count(number: impl TryInto<u64>, one: &str) -> String {
    let number = number.try_into().unwrap_or_default();
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

/// Returns a number of things with the verb: `1 event is`, `2 events are`.
pub fn there_are(number: impl TryInto<u64>, one: &str) -> String {
    let number = number.try_into().unwrap_or_default();
    format!("{} {}", count(number, one), if number == 1 { "is" } else { "are" })
}

/// Returns the text on one line and without control characters, since customers may have written it.
fn clean(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Breaks a text into lines of at most `width` characters. A word that is longer stays whole, so that it can be copied.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in clean(text).split(' ') {
        let last = lines.last().map_or(0, |line| line.chars().count());
        match lines.last_mut() {
            Some(line) if last == 0 => line.push_str(word),
            Some(line) if last + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Puts parts beside each other, with two blanks between them, into lines of at most `width` characters. A part is broken
/// only if it doesn't fit into a line of its own.
pub fn wrap_parts(parts: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts.iter().map(|part| clean(part)) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 2 + part.chars().count() <= width => {
                line.push_str("  ");
                line.push_str(&part);
            }
            _ => lines.extend(wrap(&part, width)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_utc_in_seconds() {
        let time = Timestamp::parse("2026-10-31T14:00:00.25+02:00", &Rfc3339).unwrap();
        assert_eq!(iso(time), "2026-10-31T12:00:00Z");
    }

    #[test]
    fn one_thing_is_not_several() {
        assert_eq!([count(0, "row"), count(1, "row"), count(2, "row")], ["0 rows", "1 row", "2 rows"]);
        assert_eq!([there_are(1_usize, "event"), there_are(2_usize, "event")], ["1 event is", "2 events are"]);
    }

    #[test]
    fn a_long_text_is_broken_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("short averyverylongword", 8), ["short", "averyverylongword"]);
        assert_eq!(wrap("", 8), [""]);
    }

    #[test]
    fn what_a_customer_wrote_does_not_drive_the_terminal() {
        assert_eq!(wrap("red \x1b[31m\nline", 80), ["red [31m line"]);
        assert_eq!(wrap_parts(&["note \x1b]0;x\x07".to_owned()], 80), ["note ]0;x"]);
    }

    #[test]
    fn parts_stay_whole_while_they_fit() {
        let parts = ["id 1", "name of two", "x"].map(str::to_owned);
        assert_eq!(wrap_parts(&parts, 12), ["id 1", "name of two", "x"]);
        assert_eq!(wrap_parts(&parts, 20), ["id 1  name of two  x"]);
    }
}
