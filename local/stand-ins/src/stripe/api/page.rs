//! Pages of lists. <https://docs.stripe.com/api/pagination>

use serde::Deserialize;
use serde_json::{Value, json};

use super::Reply;
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::params::{self, Tree};

/// The part of a list that is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Page {
    limit: Option<i64>,
    starting_after: Option<String>,
    ending_before: Option<String>,
}

impl Page {
    /// Takes the page's parameters out of those of a list endpoint.
    pub(super) fn take(endpoint: &str, from: &mut Tree) -> Result<Self, ApiError> {
        let mut own = Tree::default();
        if let Tree::Branch(own) = &mut own {
            for name in ["limit", "starting_after", "ending_before"] {
                if let Some(value) = from.take(name) {
                    own.insert(name.to_owned(), value);
                }
            }
        }
        let page: Self = params::parse(endpoint, &own)?;
        match page.limit {
            Some(limit) if limit < 1 => Err(ApiError::parameter("This value must be greater than or equal to 1.")
                .code("parameter_invalid_integer")
                .param("limit")),
            Some(limit) if limit > 100 => Err(ApiError::parameter("This value must be less than or equal to 100.")
                .code("parameter_invalid_integer")
                .param("limit")),
            _ if page.starting_after.is_some() && page.ending_before.is_some() => {
                Err(ApiError::parameter("You may only specify one of these parameters: ending_before, starting_after."))
            }
            _ => Ok(page),
        }
    }

    /// Returns this page of `items` as a list object.
    pub(super) fn list(&self, url: &str, items: &[&Value]) -> Reply {
        let limit = usize::try_from(self.limit.unwrap_or(10)).unwrap_or(10);
        let position = |param: &str, id: &str| {
            let found = items.iter().position(|item| item.text("id") == id);
            found.ok_or_else(|| ApiError::missing_in(param, "object", id))
        };
        let (range, has_more) = match (&self.starting_after, &self.ending_before) {
            (Some(id), _) => {
                let start = position("starting_after", id)? + 1;
                (start..items.len().min(start + limit), items.len() > start + limit)
            }
            (None, Some(id)) => {
                let end = position("ending_before", id)?;
                (end.saturating_sub(limit)..end, end > limit)
            }
            (None, None) => (0..items.len().min(limit), items.len() > limit),
        };
        let data = items.get(range).unwrap_or_default();
        Ok(json!({ "object": "list", "data": data, "has_more": has_more, "url": url }))
    }
}
