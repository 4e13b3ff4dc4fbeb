//! The limits of texts: their length, and no invisible characters around them.

/// The longest text of an ordinary field, such as a name or a city, in characters.
pub const MAX_TEXT: usize = 200;

/// The character that a program puts in place of bytes that it can't read as text (U+FFFD).
pub const LOST: char = '\u{fffd}';

/// Returns whether a character shows nothing and takes no space, such as zero-width characters, direction marks and
/// byte-order marks. Text that is copied from web pages and chats may contain them.
///
/// Inside a name they can have a meaning (joiners in Persian or in emoji); around it and in an e-mail address they don't.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Returns the text without white space and invisible characters around it.
#[must_use]
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_trimmed_and_what_joins_letters_stays() {
        assert_eq!(trim("\u{feff}\u{200b} \u{a0}Hana\u{3000}\u{2060}\u{202c}\n"), "Hana");
        assert_eq!(trim("\u{200b}\u{ad} "), "");
        assert_eq!(trim("می\u{200c}خواهم"), "می\u{200c}خواهم");
    }
}
