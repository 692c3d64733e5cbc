# One static binary in an image that holds nothing else: no shell, no package manager, nobody who is root.
#
#   docker build -t routergram .
#   docker run -d --name routergram --env-file .env -v routergram:/data routergram
#
# Built in layers by cargo-chef, so that a change of the source does not compile the libraries again. It uses no cache
# mounts, which Railway takes only with an id of its own, and names no platform: it builds for the one it runs on.

# The toolchain's target is musl, whose binaries are static. The compiler is the one of Cargo.toml's rust-version.
FROM rust:1.95.0-alpine3.23 AS chef
# The C compiler builds SQLite. Its version is the base image's: Alpine keeps no older ones to pin.
# hadolint ignore=DL3018
RUN apk add --no-cache build-base && cargo install --locked cargo-chef@0.1.78
WORKDIR /build

FROM chef AS planner
COPY . .
RUN cargo chef prepare --recipe-path recipe.json --bin routergram

FROM chef AS builder
COPY --from=planner /build/recipe.json recipe.json
RUN cargo chef cook --release --locked --recipe-path recipe.json --bin routergram
COPY . .
RUN cargo build --release --locked --bin routergram && mkdir /data

FROM gcr.io/distroless/static:nonroot
COPY --from=builder /build/target/release/routergram /routergram
# A named volume that is mounted here for the first time takes its owner from this folder. There is no VOLUME line:
# it would make an anonymous volume for whoever forgets to name one, and lose it with the container.
COPY --from=builder --chown=65532:65532 /data /data
# The default DATA_DIR is ./data, so it is /data here, and not set: on Railway the volume's own path comes before it.
WORKDIR /
USER 65532:65532
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["/routergram", "healthcheck"]
ENTRYPOINT ["/routergram"]

# Last, because they differ for every build. Railway hands the first one to its builds.
ARG RAILWAY_GIT_COMMIT_SHA=unknown
ARG VERSION=unknown
ARG REVISION=${RAILWAY_GIT_COMMIT_SHA}
ARG CREATED=unknown
LABEL org.opencontainers.image.title="routergram" \
      org.opencontainers.image.description="A language model behind a Telegram bot: streaming, durable, one static binary" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="gcr.io/distroless/static:nonroot"
