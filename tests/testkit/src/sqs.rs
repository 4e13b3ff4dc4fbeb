//! Messages in the form in which SQS passes them to a function.

use serde_json::{Value, json};

/// Returns one message (<https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>).
#[must_use]
pub fn record(id: &str, body: &str) -> Value {
    json!({
        "messageId": id,
        "receiptHandle": "handle",
        "body": body,
        "attributes": { "ApproximateReceiveCount": "1" },
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:klaviyo",
        "awsRegion": "us-east-1",
    })
}

/// Returns a batch, with which the event source mapping invokes a function.
#[must_use]
pub fn batch(records: &[Value]) -> Value {
    json!({ "Records": records })
}
