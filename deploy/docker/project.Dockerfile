# The image of a project: Leat, and the project's files. Runs `leat run --live`; any other command may be given.
#
#   docker build -f project.Dockerfile --build-arg LEAT=ghcr.io/example/leat:0.1.0 -t pipelines .
#
# Secrets come from the environment when it runs; project.Dockerfile.dockerignore keeps them out of the image.
ARG LEAT=leat:latest
FROM ${LEAT}
COPY --chown=10001:10001 . /project
CMD ["run", "--live", "--log-format", "json"]
