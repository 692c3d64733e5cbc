//! Every command that a document tells somebody to type, and what shows that it works.
//!
//! A command belongs here as it stands in the document, without its comment. One that nothing can run has a reason.

use Proof::{Elsewhere, Gate, Story};

/// What shows that a command works.
pub(super) enum Proof {
    /// A test of it, or of all that is ours in it: its file and its name.
    Story(&'static str, &'static str),
    /// A line of `.ci/run`.
    Gate(&'static str),
    /// Nothing that can run here, and why not.
    Elsewhere(&'static str),
}

pub(super) const PROOFS: &[(&str, Proof)] = &[
    ("cargo run --release -- sandbox", Gate("python3 tests/first_run.py")),
    ("cargo test", Gate("cargo nextest run --locked")),
    (
        "cp .env.example .env",
        Story("src/config/tests/documents.rs", "the_example_works_once_the_required_is_filled_in"),
    ),
    ("cargo run --release", Story("tests/it/configuration.rs", "the_bot_runs_on_a_dotenv_alone")),
    (".ci/run", Elsewhere("it is what runs this test")),
    (
        "docker run -d --name routergram --env-file .env -v routergram:/data --read-only --cap-drop ALL --stop-timeout 30 \
         routergram",
        Story("tests/it/container.rs", "the_image_answers_by_polling"),
    ),
    ("git clone … routergram && cd routergram", Elsewhere("the address is the reader's to know")),
    ("docker compose up -d --build", Story("tests/it/vps.rs", "compose_would_take_its_files")),
    ("docker compose logs -f", Elsewhere("it is Docker's own and shows what the bot says")),
    ("echo 'DOMAIN=bot.example.com' >> .env", DOTENV),
    ("echo 'COMPOSE_FILE=compose.yaml:deploy/compose.webhook.yaml' >> .env", DOTENV),
    ("sudo apt-get install -y musl-tools", Gate("missing+=(musl-tools)")),
    ("tests/image/build.sh", Gate("beside image tests/image/build.sh")),
    ("sudo install -m 755 target/x86_64-unknown-linux-musl/release/routergram /usr/local/bin/", UNIT),
    ("sudo install -d -m 700 /etc/routergram", UNIT),
    ("sudo install -m 600 /dev/stdin /etc/routergram/bot_token", UNIT),
    ("sudo install -m 600 /dev/stdin /etc/routergram/openrouter_api_key", UNIT),
    ("sudo install -m 644 deploy/routergram.service /etc/systemd/system/", UNIT),
    ("sudo systemctl daemon-reload && sudo systemctl enable --now routergram", UNIT),
    ("journalctl -u routergram -f", Elsewhere("it is systemd's own and shows what the bot says")),
    ("routergram backup /backups/monday.db", BACKUP),
    ("docker compose exec -T bot /routergram backup - > monday.db", PIPE),
    (
        "routergram parked list",
        Story("tests/it/parked.rs", "what_was_put_aside_is_shown_without_what_people_wrote_unless_that_is_asked_for"),
    ),
    (
        "routergram parked retry 17",
        Story("tests/it/parked.rs", "what_was_put_aside_is_tried_again_while_the_bot_runs_behind_what_came_since"),
    ),
    ("routergram parked discard 17 --yes", Story("tests/it/parked.rs", "nothing_is_changed_unless_all_of_it_can_be")),
    ("routergram key new", Story("tests/it/sealing.rs", "a_key_is_made_and_changed_by_command")),
    ("routergram key rotate", Story("tests/it/sealing.rs", "a_key_is_made_and_changed_by_command")),
    ("docker compose stop", BACKUP),
    ("docker compose run --rm -T bot restore - < monday.db", PIPE),
    ("docker compose start", BACKUP),
    (
        "jq -c 'select(.\"update.id\" == 123456789)' bot.log",
        Story("tests/it/logs.rs", "one_search_for_an_updates_id_tells_its_story"),
    ),
    ("cargo build --release --features otlp", Gate("cargo nextest run --locked --features otlp otlp::")),
    ("cargo test --test faults", Gate("cargo test --locked --test faults")),
    ("cargo test --test faults -- crash stopping", Gate("cargo test --locked --test faults")),
    ("cargo test --test faults -- --long", Elsewhere("it takes more than an hour")),
    ("routergram bench", BENCH),
    ("routergram bench sustained --mode webhook", BENCH),
    (
        "cargo build --release --manifest-path benches/baseline/Cargo.toml",
        Elsewhere("it is a program of its own, and takes minutes"),
    ),
    ("routergram bench --against benches/baseline/target/release/routergram-baseline", BENCH),
    ("cargo bench --bench main_job", Elsewhere("it takes minutes of a quiet machine")),
    ("cargo bench --bench main_job -- disk frames", Elsewhere("it takes minutes of a quiet machine")),
    ("cargo bench --bench store", Elsewhere("it takes a minute of a quiet machine")),
    ("cargo bench --profile count --bench micro", Elsewhere("it takes minutes of a quiet machine")),
    ("cargo bench --profile count --bench micro -- stream", Elsewhere("its figures are those of a quiet machine")),
    ("benches/micro/count.sh", Gate("beside counts nice -n 19 benches/micro/count.sh")),
    ("benches/micro/count.sh write", Elsewhere("it writes what the gate compares with")),
    (
        "gh attestation verify routergram-0.1.0-x86_64-unknown-linux-musl.tar.gz --repo OWNER/routergram",
        Elsewhere("only GitHub attests, and only what it has built"),
    ),
    ("sha256sum --check --ignore-missing SHA256SUMS", Elsewhere("the file is made of a release's own")),
];

const DOTENV: Proof = Story("tests/it/vps.rs", "the_settings_of_the_compose_files_may_stand_in_the_bots_dotenv");
const UNIT: Proof = Story("tests/it/vps.rs", "systemd_finds_nothing_wrong_in_its_unit_and_little_to_attack");
const BENCH: Proof = Story("tests/it/bench.rs", "every_scenario_is_measured_by_webhook_and_no_answer_is_amiss");
const BACKUP: Proof = Story("tests/it/backup.rs", "a_backup_of_a_running_bot_is_brought_back_with_everything_in_it");
const PIPE: Proof = Story("tests/it/backup.rs", "a_backup_goes_through_a_pipe_where_there_is_no_other_way_out");
