// Puts a message into a queue of the local cloud, with AWS's signature:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac } from "node:crypto";

import { endpoints } from "./endpoints.mjs";

const digest = (text) => createHash("sha256").update(text).digest("hex");
const keyed = (key, text) => createHmac("sha256", key).update(text).digest();

export async function send(queueUrl, message) {
  const body = JSON.stringify({ QueueUrl: queueUrl, MessageBody: message });
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = [time.slice(0, 8), "us-east-1", "sqs", "aws4_request"];
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    host: new URL(endpoints.aws_endpoint_url).host,
    "x-amz-date": time,
    "x-amz-target": "AmazonSQS.SendMessage",
  };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const request = ["POST", "/", "", ...lines, "", names, digest(body)].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", time, scope.join("/"), digest(request)].join("\n");
  const key = scope.reduce(keyed, "AWS4test");
  const signature = keyed(key, toSign).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=test/${scope.join("/")}, SignedHeaders=${names}, Signature=${signature}`;
  const response = await fetch(endpoints.aws_endpoint_url, { method: "POST", headers: { ...headers, authorization }, body });
  if (!response.ok) throw new Error(`SQS: ${response.status} ${await response.text()}`);
}
