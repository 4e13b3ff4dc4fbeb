//! The form of a message: `{"version":1,"outboxIds":["<uuid>"]}`.

use pledge_domain::ids::OutboxId;
use serde::{Deserialize, Serialize};

/// The only version so far. A sender that understands a new version must be deployed before any writer uses it.
const VERSION: u64 = 1;

/// A message that asks the sender to send rows of the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    version: u64,
    outbox_ids: Vec<OutboxId>,
}

/// The error of a body that isn't a message in a form that this code understands. It doesn't quote the body, which may be
/// anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// The body isn't JSON, or doesn't have the form of its version.
    #[error("the body is not a message")]
    Malformed,
    /// The message has another version, which newer code wrote.
    #[error("the message has the unknown version {0}")]
    UnknownVersion(u64),
    /// The message names no row of the outbox.
    #[error("the message names no outbox row")]
    Empty,
}

/// The field that every version has.
#[derive(Deserialize)]
struct Envelope {
    version: u64,
}

impl Message {
    /// Makes a message about these rows.
    #[must_use]
    pub fn new(outbox_ids: Vec<OutboxId>) -> Self {
        Self { version: VERSION, outbox_ids }
    }

    /// Parses a body. Unknown fields are ignored, since fields may be added without a new version.
    ///
    /// # Errors
    /// [`MessageError`]; the same body fails again.
    pub fn parse(body: &str) -> Result<Self, MessageError> {
        let Envelope { version } = serde_json::from_str(body).map_err(|_| MessageError::Malformed)?;
        if version != VERSION {
            return Err(MessageError::UnknownVersion(version));
        }
        let message: Self = serde_json::from_str(body).map_err(|_| MessageError::Malformed)?;
        if message.outbox_ids.is_empty() { Err(MessageError::Empty) } else { Ok(message) }
    }

    /// Returns the rows to send.
    #[must_use]
    pub fn outbox_ids(&self) -> &[OutboxId] {
        &self.outbox_ids
    }

    /// Returns the message as the body of an SQS message.
    ///
    /// # Errors
    /// [`serde_json::Error`], which can't happen for a list of ids.
    pub fn to_body(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> OutboxId {
        OutboxId::from_uuid(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn the_wire_format_is_stable() {
        let body = r#"{"version":1,"outboxIds":["00000000-0000-0000-0000-000000000001"]}"#;
        assert_eq!(Message::new(vec![id(1)]).to_body().unwrap(), body);
        assert_eq!(Message::parse(body).unwrap().outbox_ids(), [id(1)]);
    }

    #[test]
    fn new_fields_are_ignored_and_new_versions_are_not() {
        let with_more = r#"{"outboxIds":["00000000-0000-0000-0000-000000000001"],"trace":{"a":1},"version":1}"#;
        assert_eq!(Message::parse(with_more).unwrap().outbox_ids(), [id(1)]);
        assert_eq!(Message::parse(r#"{"version":2,"rows":[]}"#), Err(MessageError::UnknownVersion(2)));
    }

    #[test]
    fn a_text_that_is_no_message_is_refused_without_being_quoted() {
        let garbage = [
            "",
            "null",
            "[]",
            "{}",
            r#"{"version":"1","outboxIds":[]}"#,
            r#"{"version":1}"#,
            r#"{"version":1,"outboxIds":["a@b.co"]}"#,
            r#"{"version":-1,"outboxIds":[]}"#,
            "\u{0}",
        ];
        for body in garbage {
            assert_eq!(Message::parse(body), Err(MessageError::Malformed), "{body:?}");
        }
        assert_eq!(Message::parse(r#"{"version":1,"outboxIds":[]}"#), Err(MessageError::Empty));
    }
}
