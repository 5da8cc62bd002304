# syntax=docker/dockerfile:1
# docker build -t jixiao .
# docker run --rm -p 8080:8080 -v jixiao:/data jixiao

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked && install -D target/release/jixiao /out/bin/jixiao && mkdir /out/data

# glibc, certificates, time zones and a user: no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/bin/jixiao /usr/local/bin/jixiao
COPY --from=build --chown=65532:65532 /out/data /data
# The embedded database and its secret stand in /data.
WORKDIR /data
VOLUME /data
ENV JIXIAO_LISTEN=0.0.0.0:8080
EXPOSE 8080
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/jixiao"]
CMD ["serve"]
