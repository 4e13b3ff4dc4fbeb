// Sends the messages that name outbox rows to the sender.

import { SQSClient, SendMessageBatchCommand } from "@aws-sdk/client-sqs";

const sqs = new SQSClient({ endpoint: process.env.AWS_ENDPOINT_URL });

export async function publish(ids) {
  const Entries = ids.map((id, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify({ version: 1, outboxIds: [id] }),
  }));
  const answer = await sqs.send(new SendMessageBatchCommand({ QueueUrl: process.env.KLAVIYO_QUEUE_URL, Entries }));
  if (answer.Failed?.length) throw new Error("messages were not taken");
}
