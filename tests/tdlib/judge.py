"""Hands each line of the standard input to TDLib's synchronous td_execute and prints what it answers, line by line.

No account, no network: TDLib runs such requests inside the calling process.
"""

import sys

import tdjson

# Only fatal errors: TDLib logs to the standard error otherwise.
tdjson.td_execute(b'{"@type":"setLogVerbosityLevel","new_verbosity_level":0}')
for line in sys.stdin.buffer:
    sys.stdout.buffer.write(tdjson.td_execute(line) + b"\n")
