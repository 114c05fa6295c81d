#!/usr/bin/env python3
"""Reads every file of deploy/ and compares what they say with each other and with the program.

    check_files.py LEAT      LEAT is the program, whose --help says which commands and options there are

Checked: YAML, unit files and the Dockerfile can be read; ports, user and addresses agree; commands, options and
variables exist; files, images, outputs and secrets that are named exist; no secret is a plain value.
"""
import configparser
import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path

try:
    import yaml
except ImportError:
    print("skipped: python3-yaml is not installed (apt-get install python3-yaml)")
    sys.exit(77)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DEPLOY = ROOT / "deploy"
PORTS = {8080, 8081, 5433}
USER = "10001"
SECRET = re.compile(r"(password|passwd|secret|token|private_key|api_key|access_key)s?$", re.I)
GUIDE = ROOT / "docs/guide/production.md"
mistakes, leat = [], sys.argv[1]


def wrong(path, what):
    mistakes.append(f"{path.relative_to(ROOT)}: {what}")


def replay():
    spec = importlib.util.spec_from_file_location("replay_image", ROOT / "scripts/replay_image.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- the program's words -----------------------------------------------------------------------------------------

def help_of(*words):
    return subprocess.run([leat, *words, "--help"], capture_output=True, text=True, timeout=30).stdout


def options_in(text):
    return set(re.findall(r"(?<![\w-])(--?[a-z][\w-]*)", text))


GENERAL = help_of()
COMMANDS = set(re.findall(r"^  ([a-z][\w-]*) {2,}", GENERAL, re.M))
GLOBAL = options_in(GENERAL)
known, left_out = {}, set()


def check_command(path, words):
    """Words behind `leat`: an option of every command, or a command with its options."""
    words = [word for word in words if word and not word.startswith(("$", ">", "|", "&"))]
    if not words or words[0] in ("--help", "--version"):
        return
    command = next((word for word in words if not word.startswith("-")), "")
    if command == "serve" and command not in COMMANDS:
        left_out.add("serve")  # the files stand ready before the command does
        return
    if command not in COMMANDS:
        wrong(path, f"there is no command `leat {command}`")
        return
    if command not in known:
        known[command] = options_in(help_of(command)) | GLOBAL
    for word in words:
        option = word.split("=")[0]
        if re.match(r"--?[a-z]", option) and option not in known[command]:
            wrong(path, f"`leat {command}` takes no {option}")


def texts():
    for path in sorted(DEPLOY.rglob("*")):
        if path.is_file() and ".terraform" not in path.parts:
            yield path, path.read_text()


def commands_written(path, text):
    """What shells, units, guides and lists of words call `leat` with."""
    for line in re.sub(r"\\\n\s*", " ", text).split("\n"):
        for found in re.finditer(r"(?:\$LEAT|/usr/bin/leat|`leat|^\s*#?\s+leat|compose run --rm run leat|^leat) ([^`;|&>\n]*)", line):
            if re.match(r"[a-z-]", found[1]) and not found[1].startswith(("and ", "needs ")):
                yield re.sub(r'\$\{?\w+\}?', "x", found[1].split(" #")[0]).split()
    for found in re.finditer(r"(?:args|command|run_command|CMD)\s*[:=]?\s*\[((?:[^\[\]])*)\]", text):
        words = [word.strip().strip("\"'") for word in found[1].replace("\n", " ").split(",")]
        if words[0] in COMMANDS | {"serve"} and words[:2] != ["postgres", "-c"]:  # PostgreSQL's own
            yield words


# ---- YAML --------------------------------------------------------------------------------------------------------

def nodes(value, key=""):
    yield key, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from nodes(inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner, key)


def check_yaml(path, text):
    try:
        documents = [each for each in yaml.safe_load_all(text) if each is not None]
    except yaml.YAMLError as error:
        wrong(path, f"is no YAML: {error}")
        return []
    for document in documents:
        for key, value in nodes(document):
            plain = isinstance(value, str) and value and "${" not in value
            if SECRET.search(key) and plain and not re.fullmatch(r"(write|read|none)", value):
                wrong(path, f"`{key}` is a plain value")
    return documents


def check_kubernetes(path, documents):
    for document in documents:
        if document["kind"] == "Kustomization":
            for name in document.get("resources", []):
                if not (path.parent / name).exists():
                    wrong(path, f"there is no {name}")
            written = "".join(each.read_text() for each in path.parent.glob("*.yaml"))
            for image in document.get("images", []):
                if f"image: {image['name']}\n" not in written:
                    wrong(path, f"no manifest uses the image {image['name']}")
        for key, value in nodes(document):
            if key == "containerPort" and value not in PORTS:
                wrong(path, f"the port {value} is not one of {sorted(PORTS)}")
            if key in ("runAsUser", "runAsGroup", "fsGroup") and str(value) != USER:
                wrong(path, f"{key} is not {USER}")
            if key == "httpGet" and value["path"] != "/health":
                wrong(path, f"{value['path']} is not /health")
        spec = [value for key, value in nodes(document) if key == "spec" and isinstance(value, dict) and "containers" in value]
        for pod in spec:
            if pod["securityContext"].get("runAsNonRoot") is not True:
                wrong(path, "a pod may run as root")
            for container in pod["containers"]:
                if container["securityContext"].get("allowPrivilegeEscalation") is not False:
                    wrong(path, "a container may gain rights")
                for reference in container.get("envFrom", []):
                    for kind in reference.values():
                        if kind["name"] != "leat":
                            wrong(path, f"there is no {kind['name']}")


def check_compose(path, document):
    services = document["services"]
    for name, service in services.items():
        for needed in service.get("depends_on", {}):
            if needed not in services or "healthcheck" not in services[needed]:
                wrong(path, f"{name} waits for {needed}, which has no health check")
        for port in service.get("ports", []):
            outside, inside = str(port).rsplit(":", 1)
            if int(inside) not in PORTS or not outside.startswith("127.0.0.1:"):
                wrong(path, f"{name}: the port {port} is open to others, or nobody's")
    if "wal_level=logical" not in services["postgres"]["command"]:
        wrong(path, "PostgreSQL does not tell its changes")


def check_workflow(path, text, document):
    comments = "\n".join(re.findall(r"^# .*", text, re.M))
    for name in sorted(set(re.findall(r"\b(?:vars|secrets)\.(\w+)", text))):
        if name not in comments:
            wrong(path, f"{name} is not told of at the top")
    for name in set(re.findall(r"\bdeploy/[\w./-]+", text)):
        if not (ROOT / name.rstrip("./")).exists():
            wrong(path, f"there is no {name}")
    outputs = (DEPLOY / "terraform/aws/outputs.tf").read_text()
    for name in re.findall(r"terraform output -raw (\w+)", text) + re.findall(r"\.(\w+)\.value", text):
        if f'output "{name}"' not in outputs:
            wrong(path, f"Terraform has no output {name}")
    if "permissions" not in document:
        wrong(path, "the token of the job is not restricted")
    for name, job in document["jobs"].items():
        if "timeout-minutes" not in job:
            wrong(path, f"the job {name} may hang for hours")


# ---- everything else ---------------------------------------------------------------------------------------------

def check_unit(path, text):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string(text)
    if path.suffix == ".timer":
        if not (path.parent / (path.stem + ".service")).exists():
            wrong(path, "starts nothing")
        return
    service = unit["Service"]
    for name, value in {"DynamicUser": "yes", "ProtectSystem": "strict", "NoNewPrivileges": "yes",
                        "StateDirectory": "leat", "ProtectHome": "yes", "CapabilityBoundingSet": ""}.items():
        if service.get(name) != value:
            wrong(path, f"{name} is not {value}")
    variables = set(re.findall(r"\$\{(\w+)\}", service["ExecStart"]))
    example = (path.parent / "leat.env.example").read_text()
    for name in variables:
        if not re.search(rf"^{name}=", example, re.M):
            wrong(path, f"{name} is not in leat.env.example")


def check_dockerfile(path, tools, ignored):
    steps = tools.instructions(path.read_text())
    stages, words = set(), {}
    for line, word, rest in steps:
        words.setdefault(word, []).append(rest)
        if word == "FROM":
            stages.add(rest.partition(" AS ")[2])
        if word == "COPY":
            given, rest = tools.options(rest)
            if "from" in given and given["from"] not in stages:
                wrong(path, f"line {line}: there is no stage {given['from']}")
            for source in [] if "from" in given else rest.split()[:-1]:
                if path.name == "Dockerfile" and source != "." and (not (ROOT / source).exists() or source in ignored):
                    wrong(path, f"line {line}: {source} is not there, or ignored")
    if path.name == "Dockerfile":
        if words["USER"][-1].split(":")[0] != USER:
            wrong(path, f"the user is not {USER}")
        if {int(port) for port in words["EXPOSE"][-1].split()} != PORTS:
            wrong(path, f"the ports are not {PORTS}")
        if "/health " not in words["HEALTHCHECK"][-1]:
            wrong(path, "the health check does not ask /health")


def check_ignored(path, tools):
    ignored = tools.Ignored(path)
    for name in (".env", "a/.env", ".env.prod", "keys/leat_key.p8", "tls/server.pem", ".git/config", "a/id_rsa",
                 "x.tfstate", "dev.tfvars", "a/.leat/x", "profiles.yml", "a/warehouse.duckdb"):
        if name not in ignored:
            wrong(path, f"lets {name} into an image")
    for name in (".env.example", "scripts/setup.sh", "src/main.cpp", "leat.yml", "models/site.sql"):
        if name in ignored:
            wrong(path, f"keeps {name} out")
    return ignored


def check_variables(path, text):
    elsewhere = GUIDE.read_text() if GUIDE.exists() else ""
    for name in sorted(set(re.findall(r"\bLEAT_[A-Z_]+\b", text))):
        if name not in elsewhere and name not in VARIABLES:
            wrong(path, f"{name} is a variable that neither the program nor the guide knows")
    if path.name.endswith(".example") and "env" in path.name:
        for line in text.split("\n"):
            name, equals, value = line.partition("=")
            if equals and SECRET.search(name) and value:
                wrong(path, f"{name} has a value")


VARIABLES = set()
for source in [*(ROOT / "src").rglob("*.cpp"), *(ROOT / "examples").rglob("leat.yml")]:
    VARIABLES |= set(re.findall(r"\bLEAT_[A-Z_]+\b", source.read_text()))

tools = replay()
for path in (ROOT / ".dockerignore", DEPLOY / "docker/project.Dockerfile.dockerignore"):
    ignored = check_ignored(path, tools)
files = 0
for path, text in [*texts(), *([(GUIDE, GUIDE.read_text())] if GUIDE.exists() else [])]:
    files += 1
    check_variables(path, text)
    for words in commands_written(path, text):
        check_command(path, words)
    if path.suffix in (".yaml", ".yml"):
        documents = check_yaml(path, text)
        if "kubernetes" in path.parts:
            check_kubernetes(path, documents)
        elif path.name == "compose.yaml":
            check_compose(path, documents[0])
        elif "workflows" in path.parts:
            check_workflow(path, text, documents[0])
    elif path.suffix in (".service", ".timer"):
        check_unit(path, text)
    elif path.name.endswith("Dockerfile"):
        check_dockerfile(path, tools, tools.Ignored(ROOT / ".dockerignore"))
for name in sorted(left_out):
    print(f"left out: this program has no `leat {name}` yet, so its options were not compared")
print("\n".join(mistakes) or f"{files} files: nothing is wrong ({len(known)} commands compared: {' '.join(sorted(known))})")
sys.exit(1 if mistakes else 0)
