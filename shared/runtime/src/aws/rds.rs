//! Tokens with which to sign in to RDS without a password
//! (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html>).

use std::{borrow::Cow, time::Duration};

use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4::SigningParams,
};
use pledge_domain::{Timestamp, ports::Cause};
use url::Url;

use super::AwsSettings;
use crate::secret::Secret;

/// The time for which a token can be used to sign in. A connection that was opened with it stays open afterwards.
const EXPIRES_IN: Duration = Duration::from_secs(15 * 60);

/// Returns a token with which the database user `user` signs in in place of a password. It is a signed URL, which is never
/// requested.
///
/// The token is computed here, without a call to AWS. Its region is the one in the host's name, if it is a host of RDS,
/// else that of `aws`.
///
/// # Errors
/// [`Cause`] if the host can't be part of a URL, or signing fails.
pub fn auth_token(aws: &AwsSettings, host: &str, port: u16, user: &str, now: Timestamp) -> Result<Secret, Cause> {
    let identity = aws.credentials().into();
    let mut settings = SigningSettings::default();
    settings.expires_in = Some(EXPIRES_IN);
    settings.signature_location = SignatureLocation::QueryParams;
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(region(host).unwrap_or(&aws.region))
        .name("rds-db")
        .time(now.into())
        .settings(settings)
        .build()?;
    let mut url = Url::parse(&format!("https://{host}:{port}/"))?;
    url.query_pairs_mut().append_pair("Action", "connect").append_pair("DBUser", user);
    let request = SignableRequest::new("GET", url.as_str(), std::iter::empty(), SignableBody::Bytes(&[]))?;
    let (signed, _) = sign(request, &parameters.into())?.into_parts();
    let pairs: Vec<(&str, Cow<'static, str>)> = signed.params().to_vec();
    url.query_pairs_mut().extend_pairs(pairs);
    // `Url` leaves out port 443, the default of `https`, which a PostgreSQL server never has.
    Ok(Secret::new(url.as_str().trim_start_matches("https://")))
}

/// Returns the region in a host's name: `db.abc.eu-west-1.rds.amazonaws.com` → `eu-west-1`.
fn region(host: &str) -> Option<&str> {
    host.split_once(".rds.amazonaws.com")?.0.rsplit('.').next()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn settings() -> AwsSettings {
        AwsSettings {
            region: "us-east-1".to_owned(),
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: Secret::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            session_token: Some(Secret::new("session/token==")),
            endpoint_url: None,
        }
    }

    /// Compares with the token that botocore 1.43 makes of the same (`generate_db_auth_token`), whose parameters have
    /// another order.
    #[test]
    fn a_token_is_the_one_that_aws_own_library_makes() {
        let expected = "Action=connect&DBUser=pledge_app&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=\
            AKIAIOSFODNN7EXAMPLE%2F20260102%2Feu-west-1%2Frds-db%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-Expires=\
            900&X-Amz-SignedHeaders=host&X-Amz-Security-Token=session%2Ftoken%3D%3D&X-Amz-Signature=\
            56796a906cdf4c4fad70515616fb2c9ccb1cace3146ca5ad5b7986bef981a4a8";
        let now = Timestamp::from_unix_timestamp(1_767_323_045).unwrap();
        let token = auth_token(&settings(), "db.abc.eu-west-1.rds.amazonaws.com", 5432, "pledge_app", now).unwrap();
        let (address, query) = token.expose().split_once('?').unwrap();
        assert_eq!(address, "db.abc.eu-west-1.rds.amazonaws.com:5432/");
        let pairs = |query: &str| query.split('&').map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(pairs(query), pairs(expected));
    }

    #[test]
    fn other_hosts_are_in_the_functions_region() {
        assert_eq!(region("localhost"), None);
        assert_eq!(region("p.proxy-abc.ap-northeast-1.rds.amazonaws.com"), Some("ap-northeast-1"));
        assert_eq!(region("db.cn-north-1.rds.amazonaws.com.cn"), Some("cn-north-1"));
    }
}
