#!/usr/bin/env python3
"""Checks deploy/terraform without Terraform: HCL, references, modules' variables and outputs, the providers' schemas
(provider_schema.json), wildcards in policies, plain secrets. Prints each mistake as file:line: what; ends with 1."""
import json
import re
import sys
from pathlib import Path

import hcl

HERE = Path(__file__).resolve().parent
ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parent.parent / "deploy/terraform").resolve()
SCHEMA = json.loads((HERE / "provider_schema.json").read_text())
META = {"count", "for_each", "depends_on", "provider", "lifecycle", "provisioner", "connection", "timeouts"}
# What AWS lets nobody restrict to a resource.
NO_RESOURCE = {"ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition"}
SECRET = re.compile(r"password|secret_string|secret_key|private_key|token$|api_key", re.I)
mistakes = []


def wrong(path, line, what):
    mistakes.append(f"{path.relative_to(ROOT.parent.parent)}:{line}: {what}")


def blocks_of(block):
    yield block
    for inner in block.blocks:
        yield from blocks_of(inner)


class Module:
    def __init__(self, folder):
        self.folder, self.files = folder, {}
        for path in sorted(folder.glob("*.tf")):
            try:
                self.files[path] = hcl.parse(path.read_text(), path)
            except SyntaxError as error:
                mistakes.append(str(error))
        self.variables, self.outputs, self.calls, self.resources = {}, {}, {}, {}
        self.locals, self.text = set(), ""
        for path, body in self.files.items():
            for block in body.blocks:
                if block.kind in ("resource", "data"):
                    key = ("data." if block.kind == "data" else "") + ".".join(block.labels)
                    if key in self.resources:
                        wrong(path, block.line, f"{key} is declared twice")
                    self.resources[key] = (path, block)
                elif block.kind in ("variable", "output", "module"):
                    into = {"variable": self.variables, "output": self.outputs, "module": self.calls}[block.kind]
                    into[block.labels[0]] = (path, block)
                elif block.kind == "locals":
                    self.locals |= set(block.attributes)
            for block in blocks_of(body):
                self.text += "".join(f"\n{value}" for value in block.attributes.values())

    def check(self):
        self.check_declarations()
        self.check_references()
        for name, (path, block) in self.resources.items():
            kind = block.kind
            schema = SCHEMA[kind].get(block.labels[0])
            if schema is None:
                wrong(path, block.line, f"{block.labels[0]} is not in provider_schema.json (make_provider_schema.py)")
            else:
                self.check_block(path, block, schema, name)
            if block.labels[0] == "aws_iam_policy_document":
                self.check_policy(path, block)

    def check_declarations(self):
        for name, (path, block) in {**self.variables, **self.outputs}.items():
            if not block.attributes.get("description", '""').strip('"'):
                wrong(path, block.line, f"{block.kind} {name} says not what it is for")
        for name, (path, block) in self.variables.items():
            if "type" not in block.attributes:
                wrong(path, block.line, f"variable {name} has no type")
            if not re.search(rf"\bvar\.{name}\b", self.text):
                wrong(path, block.line, f"variable {name} is not used")
        for name in self.locals:
            if not re.search(rf"\blocal\.{name}\b", self.text):
                wrong(self.folder / "main.tf", 1, f"local {name} is not used")

    def check_references(self):
        for path, body in self.files.items():
            for block in blocks_of(body):
                for value in block.attributes.values():
                    self.check_value(path, block.line, value)

    def check_value(self, path, line, value):
        for name in re.findall(r"\bvar\.(\w+)", value):
            if name not in self.variables:
                wrong(path, line, f"var.{name} is not declared")
        for name in re.findall(r"\blocal\.(\w+)", value):
            if name not in self.locals:
                wrong(path, line, f"local.{name} is not declared")
        for name in re.findall(r"(?<![\w.])((?:data\.)?(?:aws|snowflake)_\w+\.\w+)", value):
            if name not in self.resources:
                wrong(path, line, f"{name} is not declared")
        for name, output in re.findall(r"\bmodule\.(\w+)(?:\[[*0-9]\])?\.(\w+)", value):
            if name not in self.calls:
                wrong(path, line, f"module.{name} is not called")
            elif output not in self.called(name).outputs:
                wrong(path, line, f"module.{name} has no output {output}")

    def called(self, name):
        path, block = self.calls[name]
        return modules[(path.parent / block.attributes["source"].strip('"')).resolve()]

    def check_block(self, path, block, schema, where):
        known = {name.rstrip("!"): name for name in schema}
        given = set(block.attributes) | {inner.kind for inner in block.blocks if inner.kind != "dynamic"}
        given |= {inner.labels[0] for inner in block.of("dynamic")}
        for name in sorted(given - set(known) - META):
            wrong(path, block.line, f"{where} takes no {name}")
        for name in known:
            if known[name].endswith("!") and name not in given:
                wrong(path, block.line, f"{where} needs {name}")
        for inner in block.blocks:
            content = inner.of("content")[0] if inner.kind == "dynamic" else inner
            name = inner.labels[0] if inner.kind == "dynamic" else inner.kind
            below = schema.get(known.get(name, ""))
            if below is not None and name not in META:
                self.check_block(path, content, below, f"{where}.{name}")
        for name, value in block.attributes.items():
            if SECRET.search(name) and re.fullmatch(r'"[^"$]+"', value):
                wrong(path, block.line, f"{where}.{name} is a plain value")

    def check_policy(self, path, block):
        statements = block.of("statement") + [each.of("content")[0] for each in block.of("dynamic")]
        for statement in statements:
            actions = re.findall(r'"([\w:*]+)"', statement.attributes.get("actions", ""))
            if not actions:
                wrong(path, statement.line, "a statement without actions")
            if "Deny" in statement.attributes.get("effect", ""):
                continue
            if any("*" in action for action in actions):
                wrong(path, statement.line, f"a wildcard among the actions {actions}")
            resources = statement.attributes.get("resources")
            if resources and '"*"' in resources and not set(actions) <= NO_RESOURCE:
                wrong(path, statement.line, f"{actions} on every resource")

    def check_calls(self):
        for name, (path, block) in self.calls.items():
            target = self.called(name)
            given = set(block.attributes) - META - {"source", "version"}
            for variable in sorted(given - set(target.variables)):
                wrong(path, block.line, f"module {name} has no variable {variable}")
            for variable, (_, declared) in target.variables.items():
                if "default" not in declared.attributes and variable not in given:
                    wrong(path, block.line, f"module {name} needs {variable}")

    def check_examples(self):
        for path in self.folder.glob("environments/*.example"):
            body = hcl.parse(path.read_text(), path)
            for name in body.attributes:
                if name not in self.variables:
                    wrong(path, 1, f"there is no variable {name}")
            for name, (_, declared) in self.variables.items():
                if "default" not in declared.attributes and name not in body.attributes:
                    wrong(path, 1, f"{name} is missing")


modules = {path: Module(path) for path in sorted({file.parent.resolve() for file in ROOT.rglob("*.tf")})}
for module in modules.values():
    module.check()
    module.check_calls()
    module.check_examples()
called = {(path.parent / block.attributes["source"].strip('"')).resolve()
          for module in modules.values() for path, block in module.calls.values()}
for path in modules:
    if path.parent.name == "modules" and path not in called:
        wrong(path / "main.tf", 1, "no one calls this module")
print("\n".join(mistakes) or f"{len(modules)} modules, {sum(len(m.resources) for m in modules.values())} resources and "
      f"data sources against {SCHEMA['_from']}: nothing is wrong")
sys.exit(1 if mistakes else 0)
