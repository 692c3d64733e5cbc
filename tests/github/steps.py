"""Judges the commands that stand in workflows: shellcheck on each, and no `${{ … }}` inside, whatever it is filled with.

    python3 tests/github/steps.py .github/workflows/*.yml
"""

import pathlib
import subprocess
import sys

from ruamel.yaml import YAML


def commands(workflow):
    for name, job in workflow["jobs"].items():
        for number, step in enumerate(job.get("steps", []), 1):
            if "run" in step:
                yield f"{name}, step {number}", step["run"]


def problems(path):
    for where, command in commands(YAML(typ="safe").load(path)):
        if "${{" in command:
            yield f"{where}: hand the value over in `env:`, an expression here can become a command:\n{command}"
        checked = subprocess.run(
            ["shellcheck", "--shell", "bash", "-"], input=command, capture_output=True, text=True, check=False
        )
        if checked.returncode != 0:
            yield f"{where}:\n{checked.stdout}{checked.stderr}"


found = [f"{path}, {problem}" for path in map(pathlib.Path, sys.argv[1:]) for problem in problems(path)]
if found:
    sys.exit("\n".join(found))
