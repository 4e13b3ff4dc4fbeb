//! The error page, which a plain HTML form gets instead of JSON. Its sender sees it in a browser, so it is in the language
//! of the form.

mod words;

use std::fmt::Write;

use lambda_http::{
    Body, Request, Response,
    http::{HeaderValue, header},
};
use pledge_domain::locale::Locale;

use crate::{body, error::ApiError, media_type};

/// Returns whether a request comes from a form in a browser, which shows the response to a person. A script that sends
/// a form and reads JSON has `application/json` in its `Accept` header.
pub(crate) fn is_wanted(request: &Request) -> bool {
    let is_form = media_type::of(request).is_some_and(|kind| {
        [media_type::FORM, media_type::MULTIPART].iter().any(|form| kind.eq_ignore_ascii_case(form))
    });
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    is_form && (accepts.contains("text/html") || !accepts.contains("application/json"))
}

/// Returns the error response with a page instead of JSON; status and other headers stay.
pub(crate) fn instead(
    mut response: Response<Body>,
    error: &ApiError,
    request_id: &str,
    request: &Request,
) -> Response<Body> {
    *response.body_mut() = Body::Text(html(error, request_id, locale(request)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // No script runs on the page, and no form can be sent from it, even if the form's values were not escaped.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'",
        ),
    );
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Returns the language of the page: that of the form's field `locale`, else the first of the browser's languages that the
/// site has, else English.
fn locale(request: &Request) -> Locale {
    let named = body::object(request).ok().and_then(|fields| Locale::parse(fields.get("locale")?.as_str()?));
    named
        .or_else(|| {
            let wanted = request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
            wanted.split(',').find_map(|range| spoken(range.split(';').next().unwrap_or_default().trim()))
        })
        .unwrap_or_default()
}

/// Returns the locale for a browser's language tag, of which only the language counts: `ja-JP` is Japanese, and every
/// Chinese is the site's `zh-HK`. None if the site doesn't have the language.
fn spoken(tag: &str) -> Option<Locale> {
    let language = tag.split('-').next()?.to_ascii_lowercase();
    Locale::ALL.into_iter().find(|locale| locale.tag().split('-').next() == Some(language.as_str()))
}

fn html(error: &ApiError, request_id: &str, locale: Locale) -> String {
    let words = words::of(locale);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <style>body{{font:1rem/1.6 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}}</style>\
         </head><body><main><h1>{title}</h1>",
        lang = locale.tag(),
        title = escaped(if error.status().is_server_error() { words.failed } else { words.refused }),
    );
    // Writing to a String can't fail.
    match error.fields() {
        Some(fields) => {
            let _ = write!(page, "<p>{}</p><ul>", escaped(words.correct));
            for (field, problem) in fields {
                let (label, problem) = (words::label(locale, field), words::problem(locale, problem));
                let _ = write!(page, "<li><strong>{}</strong>: {}</li>", escaped(label), escaped(&problem));
            }
            page.push_str("</ul>");
        }
        None if error.status().is_server_error() => {
            let text = if matches!(error, ApiError::NeedsOperator { .. }) { words.not_now } else { words.later };
            let _ = write!(page, "<p>{}</p><p><code>{}</code></p>", escaped(text), escaped(request_id));
        }
        None => {
            let message = words::message(locale, error.code()).map_or_else(|| error.message(), str::to_owned);
            let _ = write!(page, "<p>{}</p>", escaped(&message));
        }
    }
    let _ = writeln!(page, "<p>{}</p></main></body></html>", escaped(words.back));
    page
}

/// Returns the text with HTML's special characters escaped.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use lambda_http::http;
    use pledge_domain::fields::FieldErrors;

    use super::*;

    fn form(body: &str, header: (&str, &str)) -> Request {
        let request = http::Request::builder().header("content-type", media_type::FORM).header(header.0, header.1);
        request.body(Body::from(body)).unwrap()
    }

    fn page(error: &ApiError, locale: Locale) -> String {
        html(error, "r-1", locale)
    }

    #[test]
    fn the_language_is_the_forms_and_else_the_browsers() {
        let none = ("accept", "*/*");
        for tag in ["en", "es", "ja", "zh-HK"] {
            assert_eq!(locale(&form(&format!("locale={tag}"), none)).tag(), tag);
        }
        for (languages, tag) in
            [("ja-JP,en;q=0.8", "ja"), ("fr, ES;q=0.5", "es"), ("zh-TW", "zh-HK"), ("fr", "en"), ("", "en")]
        {
            assert_eq!(locale(&form("locale=tlh", ("accept-language", languages))).tag(), tag, "{languages}");
        }
    }

    #[test]
    fn every_mistake_is_said_in_the_language_with_the_name_of_its_field() {
        let mut errors = FieldErrors::one("email", "is required");
        errors.add("country", "must be a two-letter ISO 3166-1 code; write GB");
        let error = ApiError::InvalidFields(errors);
        for (locale, email, required) in [
            (Locale::En, "E-mail", "is required"),
            (Locale::Es, "Correo electrónico", "es obligatorio"),
            (Locale::Ja, "メールアドレス", "入力してください"),
            (Locale::ZhHk, "電郵地址", "必須填寫"),
        ] {
            let page = page(&error, locale);
            assert!(page.contains(email) && page.contains(required) && page.contains("GB"), "{page}");
            assert!(page.contains(&format!("lang=\"{}\"", locale.tag())));
        }
    }

    #[test]
    fn nothing_of_the_form_becomes_markup() {
        let error =
            ApiError::InvalidFields(FieldErrors::one("<script>alert(1)</script>", "is not a field of this request"));
        let page = page(&error, Locale::Ja);
        assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"), "{page}");
    }

    #[test]
    fn a_server_error_says_nothing_but_the_request_id() {
        let page = page(&ApiError::Internal("password=hunter2".into()), Locale::Es);
        assert!(!page.contains("hunter2") && page.contains("r-1"), "{page}");
    }

    #[test]
    fn a_script_that_reads_json_gets_json() {
        assert!(!is_wanted(&form("", ("accept", "application/json"))));
        assert!(is_wanted(&form("", ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"))));
        assert!(is_wanted(&form("", ("accept", "*/*"))));
        assert!(!is_wanted(&http::Request::new(Body::Empty)));
    }
}
