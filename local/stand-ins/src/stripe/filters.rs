//! Filters that several lists share.

use serde::Deserialize;
use serde_json::Value;

use super::objects::Fields;

/// The filter `created[gte]=…` and so on, in seconds since the epoch.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Created {
    gt: Option<i64>,
    gte: Option<i64>,
    lt: Option<i64>,
    lte: Option<i64>,
}

impl Created {
    pub(crate) fn fits(filter: Option<&Self>, object: &Value) -> bool {
        let created = object.int("created");
        filter.is_none_or(|filter| {
            filter.gt.is_none_or(|bound| created > bound)
                && filter.gte.is_none_or(|bound| created >= bound)
                && filter.lt.is_none_or(|bound| created < bound)
                && filter.lte.is_none_or(|bound| created <= bound)
        })
    }
}

/// Returns whether an object's `field` has the value that the filter wants, if it wants one.
pub(crate) fn is(object: &Value, field: &str, wanted: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| object.text(field) == wanted)
}
