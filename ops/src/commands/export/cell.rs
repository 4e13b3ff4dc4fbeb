//! A cell of a table that somebody may open in a spreadsheet.

/// Returns the text, with an apostrophe before it if a spreadsheet would run it as a formula
/// (<https://owasp.org/www-community/attacks/CSV_Injection>): readers fill in these fields, and staff open the file.
pub fn text(value: Option<&str>) -> String {
    let value = value.unwrap_or_default();
    let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number_or_phone(value);
    if formula { format!("'{value}") } else { value.to_owned() }
}

/// Returns whether a text is a number or a telephone number, which no spreadsheet runs: `-12.50`, `+852 5123-4567`.
fn is_number_or_phone(value: &str) -> bool {
    value.chars().skip(1).all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '(' | ')'))
        && value.starts_with(['+', '-'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_becomes_text() {
        for formula in ["=HYPERLINK(\"http://x\")", "+1+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(1)", "\t=1", "\r=1"] {
            assert_eq!(text(Some(formula)), format!("'{formula}"));
        }
        for plain in ["Mei", "+852 5123-4567", "-12.50", "1 = 1", ""] {
            assert_eq!(text(Some(plain)), plain);
        }
        assert_eq!(text(None), "");
    }
}
