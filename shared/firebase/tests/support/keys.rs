//! Two RSA keys that were made for these tests and are used nowhere else.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde_json::{Value, json};

/// A key pair.
#[derive(Clone, Copy)]
pub struct TestKey {
    /// The private key.
    pub pem: &'static str,
    /// The modulus, as in a JWK. The exponent is 65537.
    pub n: &'static str,
}

/// The issuer's key.
pub const FIRST: TestKey = TestKey {
    pem: include_str!("test-key-1.pem"),
    n: "2gQHpenVpCFBo1IBRQ_FGTFr2mlEs-BFcM7c04_RUGv3JERCxWNsp8uzZeiQohQzlUAfv0lXVqt_qQnYKaPC-AtnWxNoUPICQ1ywOVz6EYhPQbWJX-_me6wXUZvb8ef0D-25E1o7JdP1Y8kErf9Agx2k1fwhqTrytiCw526Dg1MnfvHV2MBYnGoJcJIrlAZNtv69LzUYqRw8s_5LMxYy09cPHhHZtokJM5EgaEd1iVlT_hWmtI9tvlcGUSjHInk7DsY5TF9aYajjcE-qOwB7_bLAOnMNEB3YQYIxag6boZ3wnw-gk_OagZVU6XGXEohbEVQsD7MTXzv8Y8LimDaYRQ",
};

/// Somebody else's, or the issuer's next one.
pub const SECOND: TestKey = TestKey {
    pem: include_str!("test-key-2.pem"),
    n: "wvc_CQsncAZKNs5NKHKw4sVio9Ep7WJCqDjqmD94TpkpCu5SbXcH96GqDHbz1mRSazqNe_E3RVuwcyeC11Bdw0ogUiugTcSc5CewMuiXM0n_Emw8_V_wso_jb1Km5AcIMx7bltu3jvrEf-8HkOim7Xo5kZi_vqromGyRiawe_uxve6czg0ddP4ZvhDRepBMEaXDLUlJ9cavtNoGM21c0XEvpiHkAlAFVDYyVxCoU5z9-A81Fzx-oVjP7OCTFi__sFwHCOBFCyw_d0GKZlzMFrZBriRPYxmG5LqtZQwyCMPq6GdF1zY_AMjc5cPWRftHcz8CLnS4xClqx-bpLQ0Ld_Q",
};

/// 65537.
const E: &str = "AQAB";

impl TestKey {
    /// The public key as it is published.
    pub fn jwk(&self, kid: &str) -> Value {
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": self.n, "e": E })
    }

    /// The public key.
    pub fn public(&self) -> DecodingKey {
        DecodingKey::from_rsa_components(self.n, E).unwrap()
    }

    /// A token of these claims, signed with RS256.
    pub fn sign(&self, kid: Option<&str>, claims: &Value) -> String {
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_rsa_pem(self.pem.as_bytes()).unwrap()).unwrap()
    }
}
