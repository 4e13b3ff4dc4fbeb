//! The frame of the hosted pages.

const STYLE: &str = include_str!("page.css");

/// Returns a whole page. `body` is HTML whose texts are [`escape`]d already.
pub(crate) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width, initial-scale=1\">\
         <link rel=icon href=\"data:,\"><title>{title}</title><style>{STYLE}</style></head><body><main>{body}\
         <footer>A local stand-in for Stripe. No money moves.</footer></main></body></html>"
    )
}

/// Escapes a text for an element or a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Currencies without decimals, and with three. <https://docs.stripe.com/currencies#zero-decimal>
const WHOLE: &str = "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf";
const THOUSANDTHS: &str = "bhd jod kwd omr tnd";

/// Formats an amount: `1299` and `usd` as `12.99 USD`.
pub(crate) fn money(amount: i64, currency: &str) -> String {
    let is_in = |list: &str| list.split(' ').any(|code| code == currency);
    let code = currency.to_ascii_uppercase();
    if is_in(WHOLE) {
        format!("{amount} {code}")
    } else if is_in(THOUSANDTHS) {
        format!("{}.{:03} {code}", amount / 1000, amount % 1000)
    } else {
        format!("{}.{:02} {code}", amount / 100, amount % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        assert_eq!(money(1299, "usd"), "12.99 USD");
        assert_eq!(money(1299, "jpy"), "1299 JPY");
        assert_eq!(money(1299, "kwd"), "1.299 KWD");
    }

    #[test]
    fn markup_in_texts_stays_text() {
        assert_eq!(escape("<b a=\"'\">&"), "&lt;b a=&quot;&#39;&quot;&gt;&amp;");
    }
}
