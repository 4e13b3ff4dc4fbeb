//! Two RSA keys that were made for these tests and are used nowhere else.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair},
};
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

/// The key of somebody else, or the issuer's next key.
pub const SECOND: TestKey = TestKey {
    pem: include_str!("test-key-2.pem"),
    n: "wvc_CQsncAZKNs5NKHKw4sVio9Ep7WJCqDjqmD94TpkpCu5SbXcH96GqDHbz1mRSazqNe_E3RVuwcyeC11Bdw0ogUiugTcSc5CewMuiXM0n_Emw8_V_wso_jb1Km5AcIMx7bltu3jvrEf-8HkOim7Xo5kZi_vqromGyRiawe_uxve6czg0ddP4ZvhDRepBMEaXDLUlJ9cavtNoGM21c0XEvpiHkAlAFVDYyVxCoU5z9-A81Fzx-oVjP7OCTFi__sFwHCOBFCyw_d0GKZlzMFrZBriRPYxmG5LqtZQwyCMPq6GdF1zY_AMjc5cPWRftHcz8CLnS4xClqx-bpLQ0Ld_Q",
};

/// The public exponent of both keys: 65537.
const E: &str = "AQAB";

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

impl TestKey {
    /// Returns the public key as it is published.
    pub fn jwk(&self, kid: &str) -> Value {
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": self.n, "e": E })
    }

    /// Returns a token with these claims, which this key has signed with RS256.
    pub fn sign(&self, kid: Option<&str>, claims: &Value) -> String {
        let mut header = json!({ "typ": "JWT", "alg": "RS256" });
        if let Some(kid) = kid {
            header["kid"] = kid.into();
        }
        let signed = format!("{}.{}", part(&header), part(claims));
        let pair = self.pair();
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Returns the header and the claims of a token; none if this key didn't sign it.
    pub fn read(&self, token: &str) -> Option<(Value, Value)> {
        let (signed, signature) = token.rsplit_once('.')?;
        let key = ring::signature::UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair().public().clone());
        key.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
        let (header, claims) = signed.split_once('.')?;
        let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
        Some((json(header)?, json(claims)?))
    }

    fn pair(&self) -> RsaKeyPair {
        let lines: String = self.pem.lines().filter(|line| !line.starts_with("-----")).collect();
        RsaKeyPair::from_pkcs8(&STANDARD.decode(lines).unwrap()).unwrap()
    }
}
