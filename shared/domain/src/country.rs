//! Country codes, and what people write instead of them.

/// Every officially assigned code of ISO 3166-1 alpha-2 (<https://www.iso.org/obp/ui/#search/code/>), in order.
const CODES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR \
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP \
    KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT \
    MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW \
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG \
    UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// What people write instead of a code, in upper case, with the code that they mean. A mistake that is another country's
/// code, such as `CH` for China, can't be recognised and isn't listed.
const MISTAKES: &[(&str, &str)] = &[
    ("UK", "GB"),
    ("EN", "GB"),
    ("EL", "GR"),
    ("JA", "JP"),
    ("ZH", "CN"),
    ("KO", "KR"),
    ("GBR", "GB"),
    ("USA", "US"),
    ("CAN", "CA"),
    ("AUS", "AU"),
    ("NZL", "NZ"),
    ("DEU", "DE"),
    ("GER", "DE"),
    ("FRA", "FR"),
    ("ITA", "IT"),
    ("ESP", "ES"),
    ("NLD", "NL"),
    ("JPN", "JP"),
    ("KOR", "KR"),
    ("CHN", "CN"),
    ("SGP", "SG"),
    ("HKG", "HK"),
    ("TWN", "TW"),
    ("HONG KONG", "HK"),
    ("JAPAN", "JP"),
    ("SINGAPORE", "SG"),
    ("TAIWAN", "TW"),
    ("ENGLAND", "GB"),
    ("UNITED KINGDOM", "GB"),
    ("UNITED STATES", "US"),
    ("CANADA", "CA"),
    ("AUSTRALIA", "AU"),
    ("GERMANY", "DE"),
    ("DEUTSCHLAND", "DE"),
    ("FRANCE", "FR"),
    ("ITALY", "IT"),
    ("SPAIN", "ES"),
    ("ESPAÑA", "ES"),
    ("NETHERLANDS", "NL"),
    ("日本", "JP"),
    ("香港", "HK"),
    ("台灣", "TW"),
];

/// Text that isn't the code of a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCountry {
    /// The text is a common mistake for a country, whose code is given.
    #[error("must be a two-letter ISO 3166-1 code; write {0}")]
    Mistake(&'static str),
    /// The text is anything else.
    #[error("must be a two-letter ISO 3166-1 code such as HK")]
    Unknown,
}

/// Returns the ISO 3166-1 alpha-2 code in `text`, in upper case.
///
/// # Errors
/// [`InvalidCountry`], with the code that was probably meant. That code isn't used without asking, since a parcel is
/// sent to the country.
pub fn parse(text: &str) -> Result<String, InvalidCountry> {
    let code = text.to_uppercase();
    if text.is_ascii() && code.len() == 2 && CODES.split_ascii_whitespace().any(|known| known == code) {
        return Ok(code);
    }
    let meant = MISTAKES.iter().find(|(mistake, _)| *mistake == code);
    Err(meant.map_or(InvalidCountry::Unknown, |(_, meant)| InvalidCountry::Mistake(meant)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_one_that_iso_assigned() {
        assert_eq!(CODES.split_ascii_whitespace().count(), 249);
        for (given, code) in [("HK", "HK"), ("gb", "GB"), ("Jp", "JP"), ("tw", "TW")] {
            assert_eq!(parse(given).as_deref(), Ok(code));
        }
        for wrong in ["ZZ", "XX", "AA", "SU", "H", "", "H K", "12", "ＨＫ", "ſs", "Hongkong"] {
            assert_eq!(parse(wrong), Err(InvalidCountry::Unknown), "{wrong:?}");
        }
    }

    #[test]
    fn the_usual_mistakes_are_told_the_code_that_they_mean() {
        for (mistake, code) in [("UK", "GB"), ("usa", "US"), ("Hong Kong", "HK"), ("jpn", "JP"), ("EL", "GR")] {
            assert_eq!(parse(mistake), Err(InvalidCountry::Mistake(code)));
        }
        for (mistake, code) in MISTAKES {
            assert!(parse(code).is_ok() && parse(mistake).is_err(), "{mistake} {code}");
        }
    }
}
