"""Runs the AWS emulator (MiniStack) with two changes that this project wants:

- The Runtime API answers a function's poll in two writes. With Nagle's algorithm the second waits 40 ms for the
  acknowledgement of the first, in every request of the API.
- What a function writes to its standard output also goes to LOG_DIR/<function>.log as it is written; the emulator's
  own log service has it only after the invocation, and not at all when a function fails to start. JSON lines get the
  time there.

Usage: emulator.py LOG_DIR, configured by MiniStack's environment variables.
"""

import datetime
import pathlib
import socketserver
import sys

from ministack import app
from ministack.core.lambda_runtime import ProvidedWorker

socketserver.StreamRequestHandler.disable_nagle_algorithm = True


def stamped(line):
    """A JSON line with the time, which in AWS is CloudWatch's to add."""
    if not line.startswith(b'{"'):
        return line
    time = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
    return b'{"time":"' + time.encode() + b'",' + line[1:]


class Tee:
    """The lines of a stream, each also appended to a file."""

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


if __name__ == "__main__":
    log_to_files(pathlib.Path(sys.argv.pop(1)))
    sys.exit(app.main())
