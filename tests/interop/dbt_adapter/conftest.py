"""dbt's own adapter tests (the package dbt-tests-adapter) with `run_dbt` pointed at a program.

DBT names the program ("" for dbt-core itself, the reference), ADAPTER the engine: duckdb or postgres. The tests look at
the warehouse through dbt's Python adapter and at what run_dbt returns: here made of the artifacts that the program wrote.
"""
import inspect
import json
import os
import re
import subprocess
from types import SimpleNamespace

import dbt.tests.util as util
import pytest
from dbt.adapters.factory import FACTORY
from dbt.artifacts.schemas.results import FreshnessStatus, NodeStatus
from dbt.contracts.graph.manifest import Manifest, WritableManifest
from dbt_common.exceptions import DbtDatabaseError
from dbt.exceptions import DbtProjectError, ParsingError
from dbt_common.exceptions import CompilationError, DbtRuntimeError

pytest_plugins = ["dbt.tests.fixtures.project"]
PROGRAM = os.environ.get("DBT", "")
ADAPTER = os.environ.get("ADAPTER", "duckdb")


class ProgramError(ParsingError, CompilationError, DbtProjectError, DbtDatabaseError):
    """What the program said when it did not begin; the tests ask for one of several classes."""

    def __init__(self, text):
        DbtRuntimeError.__init__(self, text)
        self.text = text

    def __str__(self):
        return self.text


def release():
    """DuckDB's file belongs to one process at a time."""
    for adapter in FACTORY.adapters.values():
        adapter.cleanup_connections()
        if ADAPTER == "duckdb":
            type(adapter.connections).close_all_connections()


def node_of(manifest, unique_id):
    for section in ("nodes", "sources", "unit_tests", "exposures"):
        if unique_id in getattr(manifest, section):
            return getattr(manifest, section)[unique_id]
    return SimpleNamespace(unique_id=unique_id, name=unique_id.split(".")[-1], resource_type=unique_id.split(".")[0])


def result_of(told, manifest):
    try:
        status = NodeStatus(told["status"])
    except ValueError:
        status = FreshnessStatus(told["status"])
    node = node_of(manifest, told["unique_id"])
    if told.get("compiled_code") is not None and hasattr(node, "compiled_code"):
        node.compiled_code, node.compiled = told["compiled_code"], True
    return SimpleNamespace(
        status=status, node=node, unique_id=told["unique_id"], message=told.get("message"),
        failures=told.get("failures"), adapter_response=told.get("adapter_response") or {},
        execution_time=told.get("execution_time"), batch_results=told.get("batch_results"),
        timing=told.get("timing"), skip=told["status"] == "skipped")


def read_manifest(root):
    path = os.path.join(root, "target", "manifest.json")
    return Manifest.from_writable_manifest(WritableManifest.read_and_check_versions(path)) if os.path.exists(path) else None


def verb_of(args):
    words = [each for each in args if not each.startswith("-")]
    return words[0] if words else "run"


def clock():
    # A test that says what time it is says so to dbt's own program; ours reads a variable.
    from unittest.mock import Mock
    from dbt.materializations.incremental.microbatch import MicrobatchBuilder
    told = MicrobatchBuilder.build_end_time
    return {"LEAT_CLOCK": told.return_value.isoformat()} if isinstance(told, Mock) else {}


def call(args, expect_pass=True):
    args = [str(each) for each in (args or ["run"])]
    from dbt.flags import get_flags
    flags = get_flags()
    for flag, value in (("--project-dir", getattr(flags, "PROJECT_DIR", None)), ("--profiles-dir", getattr(flags, "PROFILES_DIR", None))):
        if value and flag not in args:
            args += [flag, str(value)]
    root = args[args.index("--project-dir") + 1] if "--project-dir" in args else os.getcwd()
    release()
    results = os.path.join(root, "target", "run_results.json")
    if os.path.exists(results):
        os.remove(results)
    ran = subprocess.run([PROGRAM, *args], capture_output=True, text=True, timeout=120, env=os.environ | clock())
    output = ran.stdout + ran.stderr
    print("\n\n$ dbt", *args, "->", ran.returncode, "\n" + output)
    if ran.returncode not in (0, 1):
        if expect_pass is False and ran.returncode != 70 and verb_of(args) in ("debug",):
            return None, output
        raise ProgramError(output)
    if expect_pass is not None:
        assert (ran.returncode == 0) == expect_pass, "the exit code is not what is expected:\n" + output
    verb = verb_of(args)
    if verb in ("ls", "list"):
        return [line for line in ran.stdout.splitlines() if line], output
    if verb == "docs":
        from dbt.artifacts.schemas.catalog import CatalogArtifact
        return CatalogArtifact.read_and_check_versions(os.path.join(root, "target", "catalog.json")), output
    if verb == "parse":
        return read_manifest(root), output
    if not os.path.exists(results):
        if ran.returncode != 0 and verb in ("run", "build", "seed", "snapshot", "test"):
            raise ProgramError(output)
        return ran.returncode == 0, output
    manifest = read_manifest(root)
    told = json.load(open(results))
    answer = [result_of(each, manifest) for each in told["results"]]

    class Results(list):
        args = told.get("args")
        elapsed_time = told.get("elapsed_time")
        results = answer

    return Results(answer), output


if PROGRAM:
    util.run_dbt = lambda args=None, expect_pass=True, callbacks=None: call(args, expect_pass)[0]
    util.run_dbt_and_capture = lambda args=None, expect_pass=True: call(args, expect_pass)
    util.get_manifest = read_manifest


@pytest.fixture(scope="class")
def dbt_profile_target(tmp_path_factory):
    if ADAPTER == "postgres":
        port = int(re.search(r":(\d+)/", os.environ["LEAT_TEST_POSTGRES"]).group(1))
        return {"type": "postgres", "threads": 4, "host": "127.0.0.1", "port": port, "user": "root", "pass": "password", "dbname": "dbt"}
    return {"type": "duckdb", "threads": 4, "path": str(tmp_path_factory.mktemp("duckdb") / "dbt.duckdb")}


@pytest.fixture(scope="class")
def profile_user(dbt_profile_target):
    return dbt_profile_target.get("user", "")


@pytest.fixture(scope="class")
def test_data_dir(request):
    # Files stand beside the class that the tests come from.
    return os.path.join(os.path.dirname(inspect.getfile(request.cls.__mro__[1])), "data")


@pytest.fixture(scope="class")
def unique_schema(request, prefix):
    # Named after the file that the tests come from, as in dbt's own runs.
    return prefix + "_" + request.cls.__mro__[1].__module__.split(".")[-1]


@pytest.fixture(scope="class")
def prefix(request):
    return "test%d" % (abs(hash(request.node.nodeid)) % 10**9)


@pytest.fixture(scope="class")
def project(request, project):
    # Files that a test copies stand beside the class that it comes from.
    project.test_dir = os.path.dirname(inspect.getfile(request.cls.__mro__[1]))
    return project
