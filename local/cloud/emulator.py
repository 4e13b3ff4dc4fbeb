"""Runs the AWS emulator (MiniStack) with three changes that this project wants:

- The Runtime API answers a function's poll in two writes. With Nagle's algorithm the second waits 40 ms for the
  acknowledgement of the first, in every request of the API.
- What a function writes to its standard output also goes to LOG_DIR/<function>.log as it is written; the emulator's
  own log service has it only after the invocation, and not at all when a function fails to start. JSON lines get the
  time there.
- What happens in the queues also goes to LOG_DIR/queues.jsonl, a line for each send, each batch that a function got and
  each message that was given up; LOG_DIR/dead-letters.json always has those that wait for a person.

Usage: emulator.py LOG_DIR, configured by MiniStack's environment variables.
"""

import datetime
import functools
import json
import pathlib
import socketserver
import sys
import threading
import time

from ministack import app
from ministack.core.lambda_runtime import ProvidedWorker
from ministack.services import lambda_svc, sqs

socketserver.StreamRequestHandler.disable_nagle_algorithm = True


def stamped(line):
    """Adds the time to a JSON line, as CloudWatch does in AWS."""
    if not line.startswith(b'{"'):
        return line
    time = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
    return b'{"time":"' + time.encode() + b'",' + line[1:]


class Tee:
    """A stream that also appends each line to a file."""

    def __init__(self, stream, path):
        self.stream = stream
        self.file = path.open("ab", buffering=0)

    def readline(self):
        line = self.stream.readline()
        self.file.write(stamped(line))
        return line

    def close(self):
        self.stream.close()
        self.file.close()


def log_to_files(folder):
    pump_output = ProvidedWorker._pump_output

    def pump_to_file_too(worker, stream, log_queue):
        # The function is called <stack>-<name in the template>-<suffix>.
        name = worker.func_name.split("-")[1]
        pump_output(worker, Tee(stream, folder / f"{name}.log"), log_queue)

    ProvidedWorker._pump_output = pump_to_file_too


class QueueLog:
    """Writes the steps of messages in the queues as lines of JSON, and the present dead letters."""

    def __init__(self, folder):
        self.file = (folder / "queues.jsonl").open("ab", buffering=0)
        self.dead_letters = folder / "dead-letters.json"
        self.shown = None
        self.lock = threading.Lock()

    def tell(self, step, queue, messages, **more):
        entry = {"at": int(time.time() * 1000), "step": step, "queue": queue, "messages": messages, **more}
        self.file.write(json.dumps(entry).encode() + b"\n")

    def show_dead_letters(self):
        letters = [
            {"id": m["id"], "body": m["body"], "receives": m["receive_count"], "sentAt": int(m["sent_at"] * 1000)}
            for url, queue in list(sqs._queues.items())
            if "DeadLetter" in url
            for m in queue["messages"]
        ]
        with self.lock:
            if letters != self.shown:
                partial = self.dead_letters.with_suffix(".partial")
                partial.write_text(json.dumps(letters))
                partial.replace(self.dead_letters)
                self.shown = letters


def short(queue):
    """Returns `klaviyo` for a queue's URL or name, which begins with the stack's name and a dash."""
    return queue.rsplit("/", 1)[-1].split("-")[1]


def shown(messages):
    return [{"id": m["id"], "body": m["body"], "receives": m["receive_count"]} for m in messages]


def watch_queues(log):
    dispatch, sweep, run_batch = sqs._dispatch, sqs._dlq_sweep, lambda_svc._run_sqs_batch

    @functools.wraps(dispatch)
    async def dispatch_and_tell(action, data, url):
        result = await dispatch(action, data, url)
        if action in ("SendMessage", "SendMessageBatch"):
            sent = data.get("Entries", [data])
            ids = [m["MessageId"] for m in result.get("Successful", [result])]
            bodies = [m.get("MessageBody", "") for m in sent]
            messages = [{"id": id_, "body": body} for id_, body in zip(ids, bodies)]
            log.tell("sent", short(data.get("QueueUrl", url)), messages)
        log.show_dead_letters()
        return result

    @functools.wraps(sweep)
    def sweep_and_tell(queue):
        before = {m["id"]: m for m in queue["messages"]}
        sweep(queue)
        gone = [before[id_] for id_ in before.keys() - {m["id"] for m in queue["messages"]}]
        if gone:
            log.tell("given_up", short(queue["attributes"]["QueueArn"].rsplit(":", 1)[-1]), shown(gone))
        log.show_dead_letters()

    @functools.wraps(run_batch)
    def run_batch_and_tell(esm, func_rec, event, batch, queue_url, queue_name):
        since = time.monotonic()
        run_batch(esm, func_rec, event, batch, queue_url, queue_name)
        ids = {m["id"] for m in batch}
        left = [m["id"] for m in sqs._queues[queue_url]["messages"] if m["id"] in ids]
        took = int((time.monotonic() - since) * 1000)
        log.tell("taken", short(queue_name), shown(batch), failed=left, took=took)

    sqs._dispatch, sqs._dlq_sweep, lambda_svc._run_sqs_batch = dispatch_and_tell, sweep_and_tell, run_batch_and_tell


if __name__ == "__main__":
    logs = pathlib.Path(sys.argv.pop(1))
    log_to_files(logs)
    watch_queues(QueueLog(logs))
    sys.exit(app.main())
