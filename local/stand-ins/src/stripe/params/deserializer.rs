//! A `serde` deserializer over [`Tree`] that knows the name of each parameter and reports errors as Stripe does.

use std::collections::btree_map;
use std::fmt;

use serde::de::value::{StrDeserializer, StringDeserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::tree::{Tree, join};
use crate::stripe::error::ApiError;

/// The name of the newtype for which the empty text means "unset" ([`super::Clearable`]).
pub(super) const CLEARABLE: &str = "Clearable";

/// The greatest length of a text for which Stripe names no other limit.
const LONGEST: usize = 5000;

pub(super) fn parse<T: DeserializeOwned>(tree: &Tree) -> Result<T, Problem> {
    T::deserialize(At { tree, path: String::new() })
}

/// An error in a parameter, with the parameter's name.
#[derive(Debug)]
pub(super) struct Problem {
    path: Option<String>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Unknown,
    Missing(String),
    Variant(&'static [&'static str]),
    Empty,
    Integer(String),
    /// The message of a field type, after an optional error code and `|`.
    Other(String),
}

impl Problem {
    fn new(kind: Kind) -> Self {
        Self { path: None, kind }
    }

    /// Names `path` as the place of the problem, unless a deeper one is known.
    fn at(self, path: &str) -> Self {
        let path = self.path.unwrap_or_else(|| path.to_owned());
        Self { path: Some(path), ..self }
    }

    /// Returns the full name of a parameter that the request type doesn't have.
    pub(super) fn unknown_path(&self) -> Option<&str> {
        matches!(self.kind, Kind::Unknown).then_some(self.path.as_deref()).flatten()
    }

    pub(super) fn into_api_error(self) -> ApiError {
        let path = self.path.unwrap_or_default();
        let error = match self.kind {
            Kind::Unknown => {
                ApiError::parameter(format!("Received unknown parameter: {path}")).code("parameter_unknown")
            }
            Kind::Missing(_) => {
                ApiError::parameter(format!("Missing required param: {path}.")).code("parameter_missing")
            }
            Kind::Variant(allowed) => {
                ApiError::parameter(format!("Invalid {path}: must be one of {}", allowed.join(", ")))
            }
            Kind::Empty => ApiError::parameter(format!(
                "You passed an empty string for '{path}'. We assume empty values are an attempt \
                 to unset a parameter; however '{path}' cannot be unset. You should remove \
                 '{path}' from your request or supply a non-empty value."
            ))
            .code("parameter_invalid_empty"),
            Kind::Integer(value) => {
                ApiError::parameter(format!("Invalid integer: {value}")).code("parameter_invalid_integer")
            }
            Kind::Other(message) => match message.split_once('|') {
                Some((code, message)) => ApiError::parameter(message).code(code),
                None => ApiError::parameter(message),
            },
        };
        error.param(path)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?} at {:?}", self.kind, self.path)
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(Kind::Other(message.to_string()))
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(Kind::Unknown)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(Kind::Missing(field.to_owned()))
    }

    fn unknown_variant(_: &str, allowed: &'static [&'static str]) -> Self {
        Self::new(Kind::Variant(allowed))
    }

    fn invalid_type(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(match unexpected {
            de::Unexpected::Map | de::Unexpected::Seq => "Invalid string: an object was given".to_owned(),
            other => format!("Invalid value: {other}, expected {expected}"),
        })
    }
}

/// A parameter and its full name.
struct At<'t> {
    tree: &'t Tree,
    path: String,
}

impl<'t> At<'t> {
    fn leaf(&self) -> Result<&'t str, Problem> {
        match self.tree {
            Tree::Leaf(value) if value.is_empty() => Err(Problem::new(Kind::Empty).at(&self.path)),
            Tree::Leaf(value) if value.chars().count() > LONGEST => Err(self.refuse(format!(
                "Invalid string: {}…; must be at most {LONGEST} characters",
                value.chars().take(20).collect::<String>()
            ))),
            Tree::Leaf(value) => Ok(value),
            Tree::Branch(_) => Err(self.refuse("Invalid string: an object was given".to_owned())),
        }
    }

    fn refuse(&self, message: String) -> Problem {
        Problem::new(Kind::Other(message)).at(&self.path)
    }

    fn integer<N: std::str::FromStr>(&self) -> Result<N, Problem> {
        let value = self.leaf()?;
        value.parse().map_err(|_| Problem::new(Kind::Integer(value.to_owned())).at(&self.path))
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
            let value = self.integer()?;
            visitor.$visit(value).map_err(|problem: Problem| problem.at(&self.path))
        })*
    };
}

impl<'de> de::Deserializer<'de> for At<'_> {
    type Error = Problem;

    /// Reads a text as it is, even if it is empty, as values of metadata may be.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.tree {
            Tree::Leaf(value) => visitor.visit_str(value).map_err(|problem: Problem| problem.at(&self.path)),
            Tree::Branch(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let value = self.leaf()?;
        visitor.visit_str(value).map_err(|problem: Problem| problem.at(&self.path))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.leaf()? {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            other => Err(self.refuse(format!("Invalid boolean: {other}"))),
        }
    }

    integers! {
        deserialize_i64 visit_i64,
        deserialize_u64 visit_u64,
        deserialize_u32 visit_u32,
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Problem> {
        match self.tree {
            Tree::Leaf(value) if name == CLEARABLE && value.is_empty() => visitor.visit_unit(),
            _ => {
                let path = self.path.clone();
                visitor.visit_newtype_struct(self).map_err(|problem: Problem| problem.at(&path))
            }
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let variant: StrDeserializer<'_, Problem> = self.leaf()?.into_deserializer();
        visitor.visit_enum(variant).map_err(|problem| problem.at(&self.path))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let elements = self.tree.elements().ok_or_else(|| self.refuse("Invalid array".to_owned()))?;
        let elements = elements.into_iter().map(|(key, tree)| At { tree, path: join(&self.path, key) });
        visitor.visit_seq(Elements(elements)).map_err(|problem| problem.at(&self.path))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.tree {
            Tree::Branch(children) => visitor
                .visit_map(Children { path: &self.path, rest: children.iter(), value: None })
                .map_err(|problem| {
                    let path = match &problem.kind {
                        Kind::Missing(field) => join(&self.path, field),
                        _ => self.path.clone(),
                    };
                    problem.at(&path)
                }),
            Tree::Leaf(value) if value.is_empty() => visitor.visit_unit(),
            Tree::Leaf(_) => Err(self.refuse("Invalid object".to_owned())),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match self.tree {
            Tree::Leaf(_) => Err(self.refuse("Invalid object".to_owned())),
            Tree::Branch(_) => self.deserialize_map(visitor),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
        tuple_struct identifier ignored_any
    }
}

struct Elements<I>(I);

impl<'de, 't, I: Iterator<Item = At<'t>>> de::SeqAccess<'de> for Elements<I> {
    type Error = Problem;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Problem> {
        let Some(element) = self.0.next() else { return Ok(None) };
        let path = element.path.clone();
        seed.deserialize(element).map(Some).map_err(|problem| problem.at(&path))
    }
}

struct Children<'t, 'p> {
    path: &'p str,
    rest: btree_map::Iter<'t, String, Tree>,
    value: Option<At<'t>>,
}

impl<'de> de::MapAccess<'de> for Children<'_, '_> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        let Some((key, tree)) = self.rest.next() else { return Ok(None) };
        let path = join(self.path, key);
        let name: StringDeserializer<Problem> = key.clone().into_deserializer();
        let key = seed.deserialize(name).map_err(|problem| problem.at(&path))?;
        self.value = Some(At { tree, path });
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Problem> {
        let value = self.value.take().ok_or_else(|| de::Error::custom("no value"))?;
        let path = value.path.clone();
        // The error of a field type lacks the parameter's name.
        seed.deserialize(value).map_err(|problem| problem.at(&path))
    }
}
