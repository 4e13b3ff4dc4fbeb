//! ID tokens. <https://firebase.google.com/docs/auth/admin/verify-id-tokens>

use serde_json::{Map, Value, json};

use super::handle::Mode;
use super::keys::{Key, decode, encode};
use super::users::User;

/// The lifetime of an ID token, in seconds.
pub(crate) const LIFETIME: i64 = 3600;

/// The provider of users who have only an id.
pub(crate) const ANONYMOUS: &str = "anonymous";

/// Returns the claims at `now` of a user who signed in with `provider` (`password`, `google.com`, `anonymous`) at
/// `auth_time`.
pub(crate) fn claims(user: &User, provider: &str, project: &str, auth_time: i64, now: i64) -> Value {
    let mut identities = Map::new();
    for info in &user.provider_user_info {
        let id = info.get("providerId").and_then(Value::as_str).unwrap_or_default();
        if id != "password" {
            identities.insert(id.to_owned(), json!([info.get("rawId")]));
        }
    }
    let mut claims = json!({
        "iss": format!("https://securetoken.google.com/{project}"),
        "aud": project,
        "sub": user.local_id,
        "user_id": user.local_id,
        "auth_time": auth_time,
        "iat": now,
        "exp": now + LIFETIME,
    });
    if let Some(claims) = claims.as_object_mut() {
        if provider == ANONYMOUS {
            claims.insert("provider_id".to_owned(), json!(provider));
        }
        if let Some(email) = &user.email {
            identities.insert("email".to_owned(), json!([email]));
            claims.insert("email".to_owned(), json!(email));
            claims.insert("email_verified".to_owned(), json!(user.email_verified));
        }
        for (name, value) in
            [("name", &user.display_name), ("picture", &user.photo_url), ("phone_number", &user.phone_number)]
        {
            if let Some(value) = value {
                claims.insert(name.to_owned(), json!(value));
            }
        }
        claims.insert("firebase".to_owned(), json!({ "identities": identities, "sign_in_provider": provider }));
    }
    claims
}

/// Returns a token with these claims, unsigned as the emulator's or signed as production's.
pub(crate) fn issue(mode: Mode, key: &Key, claims: &Value) -> String {
    match mode {
        Mode::Emulator => {
            let header = json!({ "alg": "none", "typ": "JWT" });
            format!("{}.{}.", encode(&header), encode(claims))
        }
        Mode::Production => key.sign(claims),
    }
}

/// Returns the claims of a token that this stand-in issued and that hasn't expired.
pub(crate) fn verify(mode: Mode, key: &Key, token: &str, now: i64) -> Option<Value> {
    let claims = match mode {
        Mode::Emulator => decode(token.split('.').nth(1)?)?,
        Mode::Production => key.verify(token)?,
    };
    (claims.get("exp")?.as_i64()? > now).then_some(claims)
}
