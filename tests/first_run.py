"""What somebody does first: starts the sandbox, opens its address, asks a question, gets an answer, stops it.

    python3 tests/first_run.py target/release/routergram
"""

import json
import re
import subprocess
import sys
import time
import urllib.request

DEADLINE_SECS = 30


def get(address):
    return json.load(urllib.request.urlopen(address, timeout=DEADLINE_SECS))


def post(address, body):
    request = urllib.request.Request(address, json.dumps(body).encode(), {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request, timeout=DEADLINE_SECS))


def talk(mode, program):
    sandbox = subprocess.Popen([program, "sandbox", "--port", "0", "--mode", mode], stdout=subprocess.PIPE, text=True)
    try:
        address = next(found.group() for line in sandbox.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        world = get(address + "/world")
        bot = next(person["id"] for person in world["people"] if person["is_bot"])
        chat = next(chat for chat in world["chats"] if chat["kind"] == "private")
        post(address + "/act", {"act": "send", "chat": chat["id"], "user": chat["members"][0], "text": "Hello?"})
        end = time.monotonic() + DEADLINE_SECS
        while time.monotonic() < end:
            messages = next(c["messages"] for c in get(address + "/world")["chats"] if c["id"] == chat["id"])
            if any(message["from"] == bot for message in messages):
                break
            time.sleep(0.05)
        else:
            sys.exit(f"{mode}: no answer within {DEADLINE_SECS} s")
    finally:
        sandbox.terminate()
        status = sandbox.wait(timeout=DEADLINE_SECS)
    if status != 0:
        sys.exit(f"{mode}: the sandbox ended with status {status}")
    print(f"{mode}: asked and answered")


for mode in ("webhook", "polling"):
    talk(mode, sys.argv[1])
