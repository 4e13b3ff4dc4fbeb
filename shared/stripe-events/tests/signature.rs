//! Promise: a body that Stripe didn't sign, or that somebody replays, isn't accepted.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

use pledge_domain::Timestamp;
use pledge_stripe_events::{InvalidSecrets, Secrets, SignatureError, TOLERANCE, sign, verify};
use time::Duration;

const SECRET: &str = "whsec_0123456789abcdef";
const BODY: &[u8] = br#"{"id":"evt_1","object":"event"}"#;
/// The header for [`BODY`], whose signature was made with `printf '1751990700.{"id":"evt_1","object":"event"}' | openssl
/// dgst -sha256 -hmac whsec_0123456789abcdef`.
const HEADER: &str = "t=1751990700,v1=8b1dc35437e2f6a60b9f565a50539bbeab895024ea3af6964fc034a62e24878a";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_timestamp(seconds).unwrap()
}

fn signed() -> Timestamp {
    at(1_751_990_700)
}

fn secrets() -> Secrets {
    Secrets::new([SECRET]).unwrap()
}

fn check(body: &[u8], header: &str) -> Result<(), SignatureError> {
    verify(body, header, &secrets(), TOLERANCE, signed())
}

#[test]
fn what_openssl_signed_is_accepted_and_what_we_sign_is_the_same() {
    assert_eq!(check(BODY, HEADER), Ok(()));
    assert_eq!(sign(BODY, SECRET, signed()), HEADER);
}

#[test]
fn one_changed_bit_anywhere_in_the_body_is_noticed() {
    for bit in 0..BODY.len() * 8 {
        let mut body = BODY.to_vec();
        body[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(check(&body, HEADER), Err(SignatureError::NoMatch), "bit {bit}");
    }
    assert_eq!(check(b"", HEADER), Err(SignatureError::NoMatch));
}

#[test]
fn the_timestamp_is_signed_too() {
    assert_eq!(check(BODY, &HEADER.replace("t=1751990700", "t=1751990701")), Err(SignatureError::NoMatch));
    assert_eq!(check(BODY, &HEADER.replace("t=1751990700", "t=01751990700")), Err(SignatureError::NoMatch));
}

#[test]
fn while_a_secret_is_rotated_either_side_may_have_both() {
    let (old, new) = ("whsec_old", "whsec_new");
    let both = Secrets::parse("whsec_new, whsec_old").unwrap();
    for secret in [old, new] {
        assert_eq!(verify(BODY, &sign(BODY, secret, signed()), &both, TOLERANCE, signed()), Ok(()));
    }
    let by_new = sign(BODY, new, signed());
    let by_both = format!("{},{}", sign(BODY, old, signed()), by_new.split_once(',').unwrap().1);
    let only_new = Secrets::new([new]).unwrap();
    assert_eq!(verify(BODY, &by_both, &only_new, TOLERANCE, signed()), Ok(()));
    assert_eq!(verify(BODY, &sign(BODY, old, signed()), &only_new, TOLERANCE, signed()), Err(SignatureError::NoMatch));
}

#[test]
fn a_signature_counts_for_five_minutes_either_way_and_no_second_more() {
    let after = |seconds| verify(BODY, HEADER, &secrets(), TOLERANCE, signed() + Duration::seconds(seconds));
    for near in [0, 300, -300] {
        assert_eq!(after(near), Ok(()), "{near}");
    }
    for far in [301, -301, 86_400] {
        assert_eq!(after(far), Err(SignatureError::OutsideTolerance), "{far}");
    }
    let never = sign(BODY, SECRET, at(0)).replace("t=0", "t=-9223372036854775808");
    assert_eq!(check(BODY, &never), Err(SignatureError::NoMatch));
}

#[test]
fn a_weaker_or_unknown_scheme_counts_for_nothing() {
    let v1 = HEADER.split_once("v1=").unwrap().1;
    assert_eq!(check(BODY, &format!("t=1751990700,v0={v1}")), Err(SignatureError::NoMatch));
    assert_eq!(check(BODY, &format!("t=1751990700,v0=00,v1={v1},v2=ab,scheme=x")), Ok(()));
    assert_eq!(check(BODY, &format!("t=1751990700, v1={}", v1.to_uppercase())), Ok(()));
    assert_eq!(check(BODY, &format!("t=1751990700,v1={}", &v1[..32])), Err(SignatureError::NoMatch));
    assert_eq!(check(BODY, "t=1751990700,v1="), Err(SignatureError::NoMatch));
    assert_eq!(check(BODY, "t=1751990700,v1=not hex"), Err(SignatureError::NoMatch));
}

#[test]
fn a_header_of_another_form_is_named_as_such() {
    let v1 = HEADER.split_once(',').unwrap().1;
    for missing in ["", "  "] {
        assert_eq!(check(BODY, missing), Err(SignatureError::Missing));
    }
    let many = format!("t=1751990700{}", format!(",{v1}").repeat(100));
    for malformed in [v1, "t=1751990700", "t,v1", "t=,v1=00", "t=soon,v1=00", "t=1e9,v1=00", "garbage", &many] {
        let expected = if malformed == "t=1751990700" { SignatureError::NoMatch } else { SignatureError::Malformed };
        assert_eq!(check(BODY, malformed), Err(expected), "{malformed:?}");
    }
}

#[test]
fn secrets_that_check_nothing_are_refused_and_none_is_printed() {
    assert_eq!(Secrets::new::<&str>([]).unwrap_err(), InvalidSecrets::Empty);
    assert_eq!(Secrets::new([SECRET, ""]).unwrap_err(), InvalidSecrets::Blank);
    assert_eq!(Secrets::new([" \n"]).unwrap_err(), InvalidSecrets::Blank);
    assert_eq!(Secrets::parse("").unwrap_err(), InvalidSecrets::Empty);
    assert_eq!(Secrets::parse("whsec_a,").unwrap_err(), InvalidSecrets::Blank);
    assert_eq!(
        verify(BODY, HEADER, &Secrets::parse(" whsec_0123456789abcdef\n").unwrap(), TOLERANCE, signed()),
        Ok(())
    );
    assert!(!format!("{:?}", secrets()).contains("0123"));
}
