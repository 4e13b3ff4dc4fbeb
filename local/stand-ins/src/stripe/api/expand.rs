//! `expand[]`: ids become objects, and parts that are left out by default are included.
//! <https://docs.stripe.com/api/expanding_objects>

use serde_json::Value;

use crate::stripe::account::Account;
use crate::stripe::error::ApiError;
use crate::stripe::includable;
use crate::stripe::objects::Fields;
use crate::stripe::params::Tree;

/// The deepest path that Stripe expands.
const DEEPEST: usize = 4;

/// Parses the list of paths (`latest_invoice.confirmation_secret`, `data.customer`).
pub(super) fn parse(tree: Option<Tree>) -> Result<Vec<String>, ApiError> {
    let Some(tree) = tree else { return Ok(Vec::new()) };
    let elements = tree.elements().ok_or_else(|| ApiError::parameter("Invalid array").param("expand"))?;
    elements
        .into_iter()
        .map(|(_, path)| match path {
            Tree::Leaf(path) if path.split('.').count() <= DEEPEST => Ok(path.clone()),
            Tree::Leaf(_) => {
                Err(ApiError::parameter(format!("You cannot expand more than {DEEPEST} levels of a property."))
                    .param("expand"))
            }
            Tree::Branch(_) => Err(ApiError::parameter("Invalid string").param("expand")),
        })
        .collect()
}

/// Expands `paths` in an answer.
pub(super) fn apply(account: &Account, answer: &mut Value, paths: &[String]) -> Result<(), ApiError> {
    for path in paths {
        expand(account, answer, path).map_err(|NotExpandable| {
            ApiError::parameter(format!("This property cannot be expanded ({path}).")).param("expand")
        })?;
    }
    Ok(())
}

struct NotExpandable;

fn expand(account: &Account, at: &mut Value, path: &str) -> Result<(), NotExpandable> {
    if let Value::Array(items) = at {
        return items.iter_mut().try_for_each(|item| expand(account, item, path));
    }
    let (field, rest) = match path.split_once('.') {
        Some((field, rest)) => (field, Some(rest)),
        None => (path, None),
    };
    let included = includable::field(account, at, field);
    let fields = at.as_object_mut().ok_or(NotExpandable)?;
    if let Some(included) = included {
        fields.insert(field.to_owned(), included);
    }
    let value = fields.get_mut(field).ok_or(NotExpandable)?;
    let target = value.as_str().map(|id| account.get(id).clone());
    match target {
        Some(object) if object.is_object() => *value = object,
        Some(_) => return Err(NotExpandable),
        None => {}
    }
    match (rest, &value) {
        // Stripe leaves null as it is.
        (_, Value::Null) => Ok(()),
        (None, Value::Object(object))
            if object.contains_key("object") || value.maybe_text("client_secret").is_some() =>
        {
            Ok(())
        }
        (None, _) => Err(NotExpandable),
        (Some(rest), _) => expand(account, value, rest),
    }
}
