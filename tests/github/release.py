"""Runs the scripts of a release as the workflow does, as far as that goes without GitHub, Docker and a second compiler.

    python3 tests/github/release.py
"""

import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

TREE = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = TREE / ".github/release"
VERSION = re.search(r'^version = "(.*)"$', (TREE / "Cargo.toml").read_text(), re.M)[1]


def run(script, *arguments, tree=TREE, settings=None):
    command = [str(tree / ".github/release" / script), *map(str, arguments)]
    environment = {**os.environ, **(settings or {})}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def check(truth, sentence):
    if not truth:
        sys.exit(f"release: {sentence}")


def copy_of_the_tree(folder, changelog):
    """As much of a tree as the version's script looks at."""
    target = folder / ".github/release"
    target.mkdir(parents=True)
    for script in SCRIPTS.iterdir():
        (target / script.name).write_bytes(script.read_bytes())
        (target / script.name).chmod(0o755)
    (folder / "Cargo.toml").write_bytes((TREE / "Cargo.toml").read_bytes())
    (folder / "CHANGELOG.md").write_text(changelog)
    return folder


def a_tag_is_the_version_and_told_of(folder):
    told = copy_of_the_tree(folder / "told", f"# Changelog\n\n## [{VERSION}] - 2026-11-21\n")
    done = run("version.sh", f"v{VERSION}", tree=told)
    check((done.returncode, done.stdout) == (0, f"{VERSION}\n"), f"the right tag is refused: {done}")
    done = run("version.sh", "v99.0.0", tree=told)
    check(done.returncode == 1 and f"Cargo.toml says version {VERSION}" in done.stderr, f"a wrong tag passes: {done}")
    untold = copy_of_the_tree(folder / "untold", "# Changelog\n\n## [Unreleased]\n")
    done = run("version.sh", f"v{VERSION}", tree=untold)
    check(done.returncode == 1 and "no section" in done.stderr, f"an untold version passes: {done}")


def the_archive_is_the_same_again_and_holds_what_one_needs(folder):
    program = folder / "program"
    program.write_text("#!/bin/sh\n")
    done = run("pack.sh", program, "routergram-test", folder / "one")
    check(done.returncode == 0, f"nothing is packed: {done}")
    program.touch()
    again = run("pack.sh", program, "routergram-test", folder / "two")
    one, two = (pathlib.Path(each.stdout.strip()) for each in (done, again))
    check(one.read_bytes() == two.read_bytes(), "the same program gives another archive")
    with tarfile.open(one) as archive:
        modes = {member.name: member.mode for member in archive if member.isfile()}
    check(modes.get("routergram-test/routergram") == 0o755, f"the program cannot be started: {modes}")
    for name in ["LICENSE", "README.md", "CHANGELOG.md", ".env.example"]:
        check(f"routergram-test/{name}" in modes, f"{name} is missing: {modes}")


DOCKER = """#!/bin/sh
# What a docker would be asked: it is written down, and answered as the real one does.
echo "$*" >> "$ASKED"
case "$*" in
  *--metadata-file*) while [ "$1" != --metadata-file ]; do shift; done
    echo '{"containerimage.digest": "sha256:part"}' > "$2" ;;
  *inspect*) echo '{"digest": "sha256:whole", "size": 1}' ;;
esac
"""


def the_image_gets_the_names_of_its_version(folder):
    (folder / "bin").mkdir()
    (folder / "bin/docker").write_text(DOCKER)
    (folder / "bin/docker").chmod(0o755)
    asked = folder / "asked"
    settings = {
        "ASKED": str(asked),
        "GITHUB_REPOSITORY": "Some/Bot",
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
    }
    git(folder, "init", "--quiet")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "app: Begin")
    tree = copy_of_the_tree(folder, "")
    for platform in ["amd64", "arm64"]:
        done = run("image.sh", "build", platform, "1.2.3", folder / "digests", tree=tree, settings=settings)
        check(done.returncode == 0, f"no image for {platform}: {done.stderr}")
    builds = asked.read_text()
    for part in ["--platform linux/arm64", "--build-arg VERSION=1.2.3", "name=ghcr.io/some/bot,push-by-digest=true"]:
        check(part in builds, f"{part} is not asked for: {builds}")
    for version, tags in [("1.2.3", ["1.2.3", "1.2", "latest"]), ("1.3.0-rc.1", ["1.3.0-rc.1"])]:
        asked.write_text("")
        done = run("image.sh", "publish", version, folder / "digests", tree=tree, settings=settings)
        check(done.stdout == "name=ghcr.io/some/bot\ndigest=sha256:whole\n", f"not published: {done}")
        names = re.findall(r"--tag ghcr.io/some/bot:(\S+)", asked.read_text())
        check(names == tags, f"{version} is called {names}")
        check(asked.read_text().count("@sha256:part") == 2, f"not of two parts: {asked.read_text()}")


def git(folder, *arguments):
    who = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def the_notes_tell_of_the_commits_since_the_tag_before(folder):
    tree = copy_of_the_tree(folder / "history", "# Changelog\n\n## [2.0.0]\n\nNew words.\n\n## [1.0.0]\n\nOld words.\n")
    (tree / "cliff.toml").write_bytes((TREE / "cliff.toml").read_bytes())
    git(tree, "init", "--quiet")
    for subject, tag in [("turn: Begin", "v1.0.0"), ("storage: Keep <more>", None), ("turn: Merge it", None), ("odd", None)]:
        git(tree, "commit", "--quiet", "--allow-empty", "-m", f"{subject}\n\nWhy.")
        if tag:
            git(tree, "tag", tag)
    before = run("notes.sh", "v2.0.0", tree=tree)
    git(tree, "tag", "v2.0.0")
    after = run("notes.sh", "v2.0.0", tree=tree)
    check(before.stdout == after.stdout, f"the tag changes the notes:\n{before.stdout}\n{after.stdout}")
    lines = [line for line in after.stdout.splitlines() if line]
    told = [
        "New words.",
        "<details><summary>Every commit</summary>",
        "### Inside",
        "- **storage**: Keep <more>",
        "### Everything else",
        "- odd",
        "</details>",
    ]
    check(lines == told, f"the notes are not these but {lines}: {after.stderr}")


with tempfile.TemporaryDirectory() as scratch:
    a_tag_is_the_version_and_told_of(pathlib.Path(scratch))
    the_archive_is_the_same_again_and_holds_what_one_needs(pathlib.Path(scratch))
    (pathlib.Path(scratch) / "image").mkdir()
    the_image_gets_the_names_of_its_version(pathlib.Path(scratch) / "image")
    the_notes_tell_of_the_commits_since_the_tag_before(pathlib.Path(scratch))
