//! The objects of the account, as the JSON that the API shows, in the order of their creation.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// All objects by id.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    by_id: HashMap<String, Value>,
    order: Vec<String>,
}

impl Objects {
    pub(crate) fn insert(&mut self, object: Value) {
        let id = object.text("id").to_owned();
        if self.by_id.insert(id.clone(), object).is_none() {
            self.order.push(id);
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Value> {
        self.by_id.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Value> {
        self.by_id.get_mut(id)
    }

    pub(crate) fn remove(&mut self, id: &str) {
        self.by_id.remove(id);
        self.order.retain(|other| other != id);
    }

    /// Returns the objects of one kind (`"customer"`), newest first, as lists show them.
    pub(crate) fn newest_first<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Value> {
        self.order.iter().rev().filter_map(|id| self.by_id.get(id)).filter(move |object| object.text("object") == kind)
    }
}

/// Access to the fields of API objects. A field that is missing or null reads as empty.
pub(crate) trait Fields {
    fn text(&self, field: &str) -> &str;
    fn maybe_text(&self, field: &str) -> Option<&str>;
    fn int(&self, field: &str) -> i64;
    fn flag(&self, field: &str) -> bool;
    fn set(&mut self, field: &str, value: impl Into<Value>);
}

impl Fields for Value {
    fn text(&self, field: &str) -> &str {
        self.maybe_text(field).unwrap_or_default()
    }

    fn maybe_text(&self, field: &str) -> Option<&str> {
        self.get(field).and_then(Value::as_str)
    }

    fn int(&self, field: &str) -> i64 {
        self.get(field).and_then(Value::as_i64).unwrap_or_default()
    }

    fn flag(&self, field: &str) -> bool {
        self.get(field).and_then(Value::as_bool).unwrap_or_default()
    }

    fn set(&mut self, field: &str, value: impl Into<Value>) {
        if let Some(fields) = self.as_object_mut() {
            fields.insert(field.to_owned(), value.into());
        }
    }
}

/// Returns the old values of everything that changed from `before` to `after`: an event's `previous_attributes`.
pub(crate) fn previous_attributes(before: &Value, after: &Value) -> Value {
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else {
        return Value::Null;
    };
    let mut previous = Map::new();
    for (field, new) in after {
        let old = before.get(field).unwrap_or(&Value::Null);
        if old == new {
            continue;
        }
        let nested = old.is_object() && new.is_object();
        let value = if nested { previous_attributes(old, new) } else { old.clone() };
        previous.insert(field.clone(), value);
    }
    Value::Object(previous)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn previous_attributes_hold_the_old_values_of_what_changed() {
        let before = json!({ "a": 1, "b": { "c": 1, "d": 2 }, "e": [1] });
        let after = json!({ "a": 1, "b": { "c": 3, "d": 2 }, "e": [2] });
        assert_eq!(previous_attributes(&before, &after), json!({ "b": { "c": 1 }, "e": [1] }));
    }
}
