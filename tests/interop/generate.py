"""Makes something to read out of any manifest: a config by its specification, and a manifest that asks this machine."""
import copy
import hashlib
import json
import re

import yaml

PLACE = "http://leat-interop.invalid:1"  # where the server's address goes
DATES = {"%s": 1704067200, "%ms": 1704067200000, "%s_as_float": 1704067200.5, "%epoch_microseconds": 1704067200000000}


def strftime(form, day):
    """A date of January 2024 in one of the formats of connectors."""
    if form in DATES:
        return DATES[form] + 86400 * (day - 1) * {"%ms": 1000, "%epoch_microseconds": 1000000}.get(form, 1)
    import datetime
    when = datetime.datetime(2024, 1, day, 0, 0, 0, tzinfo=datetime.timezone.utc)
    return when.strftime(form.replace("%_ms", "000"))


def sample(name, schema, depth=0):
    if not isinstance(schema, dict):
        return "x"
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    choices = schema.get("oneOf") or schema.get("anyOf")
    if choices and depth < 4:
        merged = {**choices[0], "properties": {**schema.get("properties", {}), **choices[0].get("properties", {})}}
        return sample(name, merged, depth + 1)
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "string")
    default = schema.get("default")
    if kind == "object":
        return sample_object(schema, depth + 1)
    if kind == "array":
        return default or [sample(name, schema.get("items", {}), depth + 1)]
    if kind == "integer":
        return default if isinstance(default, int) else max(1, int(schema.get("minimum", 1)))
    if kind == "number":
        return default if default is not None else 1
    if kind == "boolean":
        return bool(default)
    if default:
        return default
    return sample_text(name, schema)


def sample_text(name, schema):
    pattern, form = schema.get("pattern"), schema.get("format")
    examples = [str(each) for each in schema.get("examples", [])]
    tries = ["2024-01-01T00:00:00Z", "2024-01-01", "2024-01-01T00:00:00.000Z", "2024-01-01 00:00:00",
             "2024-01-01T00:00:00.000000Z", "2024-01-01T00:00:00", "20240101"]
    if re.search(r"(^|_)(end|to|until|stop|before)(_|$)", name):
        tries = [each.replace("2024-01-01", "2024-01-25").replace("20240101", "20240125") for each in tries]
    if pattern:
        for each in tries + examples + ["1", "12", "abc", "https://example.com", "example.com", "ab-cd", "a" * 32]:
            try:
                if re.search(pattern, each):
                    return each
            except re.error:
                break
    if form == "date":
        return tries[1]
    if form == "date-time" or "date" in name:
        return tries[0]
    if examples and "date" not in name:
        return examples[0]
    if "url" in name or "domain" in name:
        return "example.com"
    return name + "_value"


def sample_object(schema, depth=0):
    out = {}
    required = set(schema.get("required", []))
    for name, each in schema.get("properties", {}).items():
        plain = not each.get("pattern") or "date" in name
        if name in required or "const" in each or each.get("oneOf") or (plain and each.get("type") != "boolean"):
            out[name] = sample(name, each, depth)
    return out


def rehost(node, url):
    """Every address of the manifest below the server's."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("url", "url_base", "token_refresh_endpoint", "login_url", "validate_session_url") and \
                    isinstance(value, str):
                node[key] = re.sub(r"https?://", url + "/", value)
                # A session's login and check stand below the stream's address.
                if url not in node[key] and (key in ("url", "url_base") or "{" in node[key]):
                    node[key] = url + "/" + re.sub(r"^\{\{.*?\}\}", "any", node[key], flags=re.S)
            else:
                rehost(value, url)
    elif isinstance(node, list):
        for each in node:
            rehost(each, url)


def resolve(node, root, depth=0):
    if depth > 60:
        return node
    if isinstance(node, dict):
        own = {key: resolve(value, root, depth + 1) for key, value in node.items() if key != "$ref"}
        if "$ref" in node:
            target = resolve(lookup(node["$ref"], root), root, depth + 1)
            return {**target, **own} if isinstance(target, dict) else target
        return own
    if isinstance(node, list):
        return [resolve(each, root, depth + 1) for each in node]
    if isinstance(node, str) and node.startswith("#/"):
        return resolve(lookup(node, root), root, depth + 1)
    return node


def lookup(reference, root):
    node, rest = root, reference[2:]
    while rest:
        if isinstance(node, dict) and rest in node:
            return node[rest]
        key, _, rest = rest.partition("/")
        node = node[int(key)] if isinstance(node, list) else node[key]
    return node


def parameters_of(node, inherited):
    return {**inherited, **(node.get("$parameters") or {})} if isinstance(node, dict) else inherited


class Connector:
    """A public connector: its manifest, and a config that its specification accepts."""

    def __init__(self, path):
        with open(path) as file:
            text = file.read()
        self.raw = yaml.load(text, Loader=yaml.CSafeLoader)
        self.text = None
        self.version = hashlib.sha256(text.encode()).hexdigest()[:16]
        self.manifest = resolve(self.raw, self.raw)
        for key in ("definitions", "schemas", "metadata"):
            self.manifest.pop(key, None)
        spec = (self.manifest.get("spec") or {}).get("connection_specification") or {}
        self.config = sample_object(spec)
        self.fit_dates(self.manifest)

    def fit_dates(self, node):
        """Dates of the config in the format that the manifest reads them by."""
        if isinstance(node, list):
            for each in node:
                self.fit_dates(each)
        if not isinstance(node, dict):
            return
        form = node.get("datetime_format")
        for setting in ("datetime", "start_datetime", "end_datetime"):
            found = re.fullmatch(r"""\{\{\s*config(?:\[['"](\w+)['"]\]|\.(\w+))\s*\}\}""", str(node.get(setting)))
            key = found and (found.group(1) or found.group(2))
            if form and key and isinstance(self.config.get(key), str):
                pattern = (self.manifest["spec"]["connection_specification"].get("properties", {}).get(key) or {})
                value = str(strftime(form, 25 if setting == "end_datetime" else 1))
                if not pattern.get("pattern") or re.search(pattern["pattern"], value):
                    self.config[key] = value
        for each in node.values():
            self.fit_dates(each)

    def streams(self, shapes, most):
        """The names of the streams to read: those with parents or cursors among the first."""
        names = [each.get("name") or (each.get("$parameters") or {}).get("name")
                 for each in self.manifest.get("streams") or []]
        names = [each for each in names if isinstance(each, str)]
        known = [each for each in names if each in shapes]
        parents = [each for each in known if shapes[each].parents]
        cursors = [each for each in known if shapes[each].cursor]
        pages = [each for each in known if shapes[each].strategy]
        wanted = []
        for each in parents[:1] + cursors[:1] + pages[:1] + parents[1:2] + names:
            if each not in wanted and len(wanted) < most:
                wanted.append(each)
        return wanted

    def checked(self):
        check = self.manifest.get("check") or {}
        return list(check.get("stream_names") or [])

    def manifest_for(self, url):
        if self.text is None:
            out = copy.deepcopy(self.raw)
            rehost(out, PLACE)
            self.text = yaml.dump(out, Dumper=yaml.CSafeDumper, sort_keys=False, width=10000)
        return self.text.replace(PLACE, url)
