//! Types of single parameters.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde_json::{Value, json};

use super::deserializer::CLEARABLE;

/// Metadata: at most 50 pairs, with names of 40 and values of 500 characters. An empty value removes its pair, and an
/// empty text in place of the pairs removes all. <https://docs.stripe.com/api/metadata>
#[derive(Clone, Debug, Default)]
pub(crate) struct Metadata {
    pairs: BTreeMap<String, String>,
    clear: bool,
}

impl Metadata {
    const PAIRS: usize = 50;
    const NAME: usize = 40;
    const VALUE: usize = 500;

    /// Returns the metadata of a new object.
    pub(crate) fn into_value(self) -> Value {
        let mut current = json!({});
        self.apply_to(&mut current);
        current
    }

    /// Changes the metadata of an existing object.
    pub(crate) fn apply_to(self, current: &mut Value) {
        if self.clear || !current.is_object() {
            *current = json!({});
        }
        let Some(current) = current.as_object_mut() else { return };
        for (name, value) in self.pairs {
            if value.is_empty() {
                current.remove(&name);
            } else {
                current.insert(name, value.into());
            }
        }
    }
}

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MetadataVisitor)
    }
}

struct MetadataVisitor;

impl<'de> Visitor<'de> for MetadataVisitor {
    type Value = Metadata;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("name and value pairs")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Metadata, E> {
        Ok(Metadata { clear: true, ..Metadata::default() })
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Metadata, A::Error> {
        let mut pairs = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            let Raw(value) = map.next_value()?;
            if name.chars().count() > Metadata::NAME {
                return Err(de::Error::custom(format!(
                    "Metadata keys can have up to {} characters, but you passed in a key that is \
                     {} characters. Invalid key: {name}",
                    Metadata::NAME,
                    name.chars().count()
                )));
            }
            if value.chars().count() > Metadata::VALUE {
                return Err(de::Error::custom(format!(
                    "Metadata values can have up to {} characters, but you passed in a value that \
                     is {} characters. Invalid value: {value}",
                    Metadata::VALUE,
                    value.chars().count()
                )));
            }
            pairs.insert(name, value);
        }
        if pairs.len() > Metadata::PAIRS {
            return Err(de::Error::custom(format!(
                "Metadata can have up to {} keys, but you passed in {} keys.",
                Metadata::PAIRS,
                pairs.len()
            )));
        }
        Ok(Metadata { pairs, clear: false })
    }
}

/// A text that may be empty.
struct Raw(String);

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Raw;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Raw, E> {
                Ok(Raw(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Text)
    }
}

/// A parameter that an empty text unsets.
#[derive(Clone, Debug)]
pub(crate) enum Clearable<T> {
    Set(T),
    Clear,
}

impl<T> Clearable<T> {
    pub(crate) fn into_option(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Clear => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Clearable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Maybe<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Maybe<T> {
            type Value = Clearable<T>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a value or an empty string")
            }
            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Clearable::Clear)
            }
            fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
                T::deserialize(inner).map(Clearable::Set)
            }
        }
        deserializer.deserialize_newtype_struct(CLEARABLE, Maybe(PhantomData))
    }
}

/// Makes a parameter type from a check of its text.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, |$text:ident| $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub(crate) struct $name(pub(crate) String);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let $text = String::deserialize(deserializer)?;
                let checked: Result<String, String> = $check;
                checked.map(Self).map_err(de::Error::custom)
            }
        }
    };
}

/// The currencies that Stripe accepts. <https://docs.stripe.com/currencies>
const CURRENCIES: &str = "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd \
    bnd bob brl bsd bwp byn bzd cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd \
    fkp gbp gel ghs gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr \
    kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad \
    ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp \
    sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf \
    yer zar zmw";

checked_text! {
    /// A three-letter ISO code, kept in lower case.
    Currency, |text| {
        let lower = text.to_ascii_lowercase();
        if CURRENCIES.split_ascii_whitespace().any(|known| known == lower) {
            Ok(lower)
        } else {
            Err(format!("Invalid currency: {lower}. Stripe currently supports these currencies: {CURRENCIES}"))
        }
    }
}

checked_text! {
    /// An e-mail address, restricted as at Stripe: plain letters, dots only between other characters, no quotes, and a
    /// host of several labels. <https://docs.stripe.com/error-codes#email-invalid>
    Email, |text| {
        if text.len() <= 512 && text.split_once('@').is_some_and(|(user, host)| is_local(user) && is_host(host)) { Ok(text) } else { Err(format!("email_invalid|Invalid email address: {text}")) }
    }
}

fn is_local(user: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    user.len() <= 64 && user.split('.').all(|part| !part.is_empty() && part.chars().all(allowed))
}

fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
        (1..=63).contains(&label.len()) && label.chars().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    host.contains('.') && host.split('.').all(is_label) && top.len() >= 2 && !top.chars().all(|c| c.is_ascii_digit())
}

checked_text! {
    /// An absolute http or https address.
    WebUrl, |text| {
        // `{CHECKOUT_SESSION_ID}` is a placeholder, not part of the address.
        let plain = text.replace(['{', '}'], "");
        match url::Url::parse(&plain) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(text),
            _ => Err("url_invalid|Not a valid URL".to_owned()),
        }
    }
}

/// The countries that Checkout ships to. <https://docs.stripe.com/api/checkout/sessions/create>
const COUNTRIES: &str = "AC AD AE AF AG AI AL AM AO AQ AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ \
    BL BM BN BO BQ BR BS BT BV BW BY BZ CA CD CF CG CH CI CK CL CM CN CO CR CV CW CY CZ DE DJ DK DM \
    DO DZ EC EE EG EH ER ES ET FI FJ FK FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW \
    GY HK HN HR HT HU ID IE IL IM IN IO IQ IS IT JE JM JO JP KE KG KH KI KM KN KR KW KY KZ LA LB LC \
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE \
    NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PY QA RE RO RS RU RW SA SB SC SD \
    SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW \
    TZ UA UG US UY UZ VA VC VE VG VN VU WF WS XK YE YT ZA ZM ZW ZZ";

checked_text! {
    /// A country that Checkout ships to.
    Country, |text| {
        if COUNTRIES.split_ascii_whitespace().any(|known| known == text) {
            Ok(text)
        } else {
            Err(format!("Invalid country: {text}; must be one of {COUNTRIES}"))
        }
    }
}

/// A text of at most `N` characters.
#[derive(Clone, Debug)]
pub(crate) struct Limited<const N: usize>(pub(crate) String);

impl<'de, const N: usize> Deserialize<'de> for Limited<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.chars().count() > N {
            return Err(de::Error::custom(format!(
                "Invalid string: {}…; must be at most {N} characters",
                text.chars().take(20).collect::<String>()
            )));
        }
        Ok(Self(text))
    }
}
