//! Makes final states comparable: identifiers that each run makes anew are replaced by names that depend on their places.

use std::collections::BTreeMap;

use serde_json::Value;

/// The prefixes of identifiers that Stripe makes.
const KINDS: [&str; 11] = ["evt", "cs_test", "pi", "ch", "cus", "sub", "in", "re", "price", "dp", "pm"];

/// Returns rows with their identifiers renamed, in an order that doesn't depend on them.
#[must_use]
pub fn normalized(rows: impl IntoIterator<Item = Value>) -> Vec<String> {
    let mut rows: Vec<(String, String)> = rows
        .into_iter()
        .map(|row| {
            let text = row.to_string();
            (rename(&text, &mut |kind, _| kind.to_owned()), text)
        })
        .collect();
    rows.sort();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut name = |kind: &str, id: &str| {
        let named = names.entry(id.to_owned()).or_insert_with(|| {
            let count = counts.entry(kind.to_owned()).or_default();
            *count += 1;
            format!("{kind}#{count}")
        });
        named.clone()
    };
    let mut normalized: Vec<_> = rows.iter().map(|(_, text)| rename(text, &mut name)).collect();
    normalized.sort();
    normalized
}

/// Returns the text with every identifier replaced by the result of `name` for its kind and itself.
fn rename(text: &str, name: &mut impl FnMut(&str, &str) -> String) -> String {
    let mut renamed = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|c: char| !is_part_of_word(c)).unwrap_or(rest.len());
        let (token, after) = rest.split_at(word);
        match kind(token) {
            Some(kind) => renamed.push_str(&name(kind, token)),
            None => renamed.push_str(token),
        }
        let between = after.find(is_part_of_word).unwrap_or(after.len());
        renamed.push_str(&after[..between]);
        rest = &after[between..];
    }
    renamed
}

fn is_part_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

fn kind(token: &str) -> Option<&'static str> {
    if token.len() == 36 && token.bytes().filter(|byte| *byte == b'-').count() == 4 {
        return Some("uuid");
    }
    KINDS.into_iter().find(|kind| {
        let rest = token.strip_prefix(kind).and_then(|rest| rest.strip_prefix('_'));
        rest.is_some_and(|rest| rest.len() >= 8 && rest.bytes().any(|byte| byte.is_ascii_uppercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn other_identifiers_in_the_same_places_give_the_same_rows() {
        let rows = |a: &str, b: &str| {
            normalized([json!({ "id": a, "of": b, "status": "paid" }), json!({ "id": b, "status": "open" })])
        };
        assert_eq!(rows("pi_Abcdefgh1", "cs_test_Abcdefg2"), rows("pi_Zbcdefgh9", "cs_test_Xbcdefg8"));
        assert_ne!(rows("pi_Abcdefgh1", "pi_Bbcdefgh2"), rows("pi_Abcdefgh1", "pi_Abcdefgh1"));
    }

    #[test]
    fn what_is_no_identifier_stays_as_it_is() {
        let row = json!({ "status": "in_progress", "price": "price_red", "text": "pi_", "number": "ROL-1234ABCD" });
        assert_eq!(normalized([row.clone()]), [row.to_string()]);
    }
}
