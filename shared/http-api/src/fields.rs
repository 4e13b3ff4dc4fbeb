//! Parsing typed fields of a JSON object, with every problem reported and not only the first.

use pledge_domain::fields::{FieldErrors, FormFields};
use serde_json::{Map, Number, Value};

/// The fields of an object, which are taken one by one. A field that is left at the end is a mistake of the client.
#[derive(Debug)]
pub struct Fields {
    rest: Map<String, Value>,
    errors: FieldErrors,
}

impl Fields {
    /// Returns the fields of this object.
    #[must_use]
    pub fn new(object: Map<String, Value>) -> Self {
        Self { rest: object, errors: FieldErrors::default() }
    }

    /// Takes a whole number; none if the field is missing, is `null`, or isn't a whole number, which is a problem.
    pub fn integer(&mut self, name: &str) -> Option<i64> {
        match self.rest.remove(name)? {
            Value::Null => None,
            Value::Number(number) => whole(&number).or_else(|| self.wrong(name, "must be a whole number")),
            _ => self.wrong(name, "must be a whole number"),
        }
    }

    /// Adds a problem with a field and returns none.
    pub fn wrong<T>(&mut self, name: &str, problem: &str) -> Option<T> {
        self.errors.add(name, problem);
        None
    }

    /// Returns the parsed input if neither taking the fields nor parsing them found a problem. An unknown field is a
    /// problem too, so that a misspelt optional field isn't ignored.
    ///
    /// # Errors
    /// [`FieldErrors`] with the problems of both.
    pub fn check<T>(mut self, parsed: Result<T, FieldErrors>) -> Result<T, FieldErrors> {
        for name in self.rest.keys() {
            let shown: String = name.chars().take(64).collect();
            self.errors.add(&shown, "is not a field of this request");
        }
        match parsed {
            Ok(value) if self.errors.is_empty() => Ok(value),
            Ok(_) => Err(self.errors),
            Err(further) => {
                further.iter().for_each(|(field, problem)| self.errors.add(field, problem));
                Err(self.errors)
            }
        }
    }
}

impl FormFields for Fields {
    /// Takes a text; none if the field is missing, is `null`, or isn't a text, which is a problem.
    fn text(&mut self, name: &str) -> Option<String> {
        match self.rest.remove(name)? {
            Value::String(text) => Some(text),
            Value::Null => None,
            _ => self.wrong(name, "must be a string"),
        }
    }

    /// Takes a truth value, which HTML forms send as `on`, `true` or `false`; none if the field is missing, is `null`,
    /// or is anything else, which is a problem.
    fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.rest.remove(name)? {
            Value::Bool(value) => Some(value),
            Value::Null => None,
            Value::String(text) if matches!(text.as_str(), "true" | "on") => Some(true),
            Value::String(text) if matches!(text.as_str(), "false" | "off" | "") => Some(false),
            _ => self.wrong(name, "must be true or false"),
        }
    }
}

/// Returns the number if it is whole, also if it is written as `7.0` or `7e0`, since some programming languages write every
/// number with a decimal point.
fn whole(number: &Number) -> Option<i64> {
    /// The largest number up to which doubles represent every whole number exactly.
    const EXACT: f64 = 9_007_199_254_740_991.0;
    number.as_i64().or_else(|| {
        let double = number.as_f64().filter(|double| double.fract() == 0.0 && double.abs() <= EXACT)?;
        #[expect(clippy::cast_possible_truncation, reason = "it is whole, and far below i64::MAX")]
        Some(double as i64)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_problem_is_noted() {
        let Value::Object(object) = json!({"email": 5, "ok": "x", "novelId": 1.5, "yes": "on", "emial": "a"}) else {
            unreachable!()
        };
        let mut fields = Fields::new(object);
        assert_eq!(fields.text("email"), None);
        assert_eq!(fields.text("ok").as_deref(), Some("x"));
        assert_eq!(fields.integer("novelId"), None);
        assert_eq!(fields.boolean("yes"), Some(true));
        let errors = fields.check(Err::<(), _>(FieldErrors::one("city", "is required"))).unwrap_err();
        let names: Vec<_> = errors.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["city", "email", "emial", "novelId"]);
    }

    #[test]
    fn a_whole_number_is_whole_however_it_is_written() {
        let integer = |json: &str| {
            let mut fields = Fields::new(serde_json::from_str(&format!("{{\"n\":{json}}}")).unwrap());
            fields.integer("n")
        };
        for seven in ["7", "7.0", "7.000", "7e0", "70E-1", "0.7e1"] {
            assert_eq!(integer(seven), Some(7), "{seven}");
        }
        assert_eq!(integer("-7.0"), Some(-7));
        for other in ["7.5", "7.0000001", "1e300", "1e18", "9223372036854775808", "\"7\"", "true"] {
            assert_eq!(integer(other), None, "{other}");
        }
    }
}
