"""Answers for the streams of any manifest: records by the stream's schema, pages as its paginator asks for them, bodies
as its decoder wants them, and now and then a status that its error handler knows."""
import gzip
import io
import json
import re
import zipfile
import zlib
from urllib.parse import parse_qsl

from generate import parameters_of, strftime

RECORDS_MAX = 250
SECONDS = re.compile(r"(2024-02-03[T +]04:05:)\d\d")  # of the clock that stands still but for waits
ACCESS = re.compile(r"""\.get\(\s*['"]([^'"]+)['"](?:\s*,[^()]*)?\)|\[\s*['"]([^'"]+)['"]\s*\]|\[(\d+)\]|"""
                    r"""\.([A-Za-z_]\w*)(?![\w(])""")


def response_paths(expression, name="response"):
    """The paths below a variable that an expression reads."""
    paths = []
    for found in re.finditer(r"(?<![\w.'\"])%s(?=[.\[])" % name, expression or ""):
        at, path = found.end(), []
        while True:
            part = ACCESS.match(expression, at)
            if not part:
                break
            path.append(next(each for each in part.groups() if each is not None))
            at = part.end()
        if path:
            paths.append(path)
    return paths


def value_by(schema, name, i, depth=0):
    """A value of the type that a schema names, the i-th of its kind."""
    if not isinstance(schema, dict):
        return "%s %d" % (name, i)
    for choice in ("anyOf", "oneOf"):
        if schema.get(choice):
            return value_by(schema[choice][0], name, i, depth)
    kind = schema.get("type", "string")
    kinds = kind if isinstance(kind, list) else [kind]
    kind = next((each for each in kinds if each != "null"), "null")
    if "null" in kinds and (i + len(name)) % 5 == 0:
        return None
    if kind == "object":
        if depth > 3:
            return {}
        return {key: value_by(each, key, i, depth + 1)
                for key, each in list((schema.get("properties") or {}).items())[:12]}
    if kind == "array":
        return [] if depth > 3 else [value_by(schema.get("items"), name, i, depth + 1)]
    if kind == "integer":
        return i + len(name)
    if kind == "number":
        return i + len(name) if i % 2 else (i + len(name)) / 4
    if kind == "boolean":
        return (i + len(name)) % 2 == 0
    if kind == "null":
        return None
    if schema.get("format") == "date-time":
        return "2024-01-%02dT0%d:00:00Z" % (10 + i % 5, i % 10)
    if schema.get("format") == "date":
        return "2024-01-%02d" % (10 + i % 5)
    return "%s é %d" % (name, i)


def put(record, path, value):
    for segment in path[:-1]:
        if not isinstance(record.get(segment), dict):
            record[segment] = {}
        record = record[segment]
    if not isinstance(record.get(path[-1]), (int, str)) or isinstance(record.get(path[-1]), bool):
        record[path[-1]] = value


def leaf(body, path, value):
    """Puts a value where an expression will look for it."""
    for i, segment in enumerate(path):
        last = i + 1 == len(path)
        if isinstance(body, list):
            if not segment.isdigit() or int(segment) >= len(body):
                return
            segment = int(segment)
        elif not isinstance(body, dict):
            return
        elif segment not in body and not last:
            body[segment] = {}
        if last:
            body[segment] = value
        else:
            body = body[segment]


def nested(fields, value):
    for segment in reversed(fields):
        if segment == "*":
            value = value if isinstance(value, list) else [value]
        else:
            value = {segment: value}
    return value


class Shape:
    """What a stream asks for and what it wants to get."""

    def __init__(self, stream, inherited):
        own = parameters_of(stream, inherited)
        self.name = stream.get("name") or own.get("name", "")
        retriever = stream.get("retriever") or {}
        self.requester = retriever.get("requester") or {}
        address = str(self.requester.get("url") or "") if not self.requester.get("url_base") else ""
        self.path = str(self.requester.get("path") or own.get("path") or re.sub(r"^https?://", "", address))
        selector = retriever.get("record_selector") or {}
        self.fields = [str(each) for each in (selector.get("extractor") or {}).get("field_path") or []]
        self.decoder = retriever.get("decoder") or {"type": "JsonDecoder"}
        self.normalizes = selector.get("schema_normalization") == "Default"
        loader = stream.get("schema_loader") or {}
        schema = loader.get("schema") if isinstance(loader, dict) else None
        self.schema = schema if isinstance(schema, dict) else {}
        self.keys = {}  # paths that children need, with their value
        cursor = stream.get("incremental_sync")
        self.cursor = cursor if isinstance(cursor, dict) else {}
        self.router = retriever.get("partition_router")
        self.parents = []
        self.read_paging(retriever.get("paginator") or {})
        handler = self.requester.get("error_handler") or {}
        handlers = handler.get("error_handlers") or [handler]
        self.filters = [each for one in handlers for each in one.get("response_filters") or []]
        self.waits = [each for one in handlers for each in one.get("backoff_strategies") or []]

    def read_paging(self, paginator):
        self.strategy = paginator.get("pagination_strategy") or {}
        option = paginator.get("page_token_option") or {}
        self.by_path = option.get("type") == "RequestPath"
        self.token_keys = {str(option.get("field_name") or (option.get("field_path") or [""])[-1])} - {""}
        for place in ("request_parameters", "request_headers", "request_body_json", "request_body_data"):
            given = self.requester.get(place)
            for key, value in given.items() if isinstance(given, dict) else []:
                if "next_page_token" in str(value):
                    self.token_keys.add(key)
        size = self.strategy.get("page_size")
        try:
            self.page_size = int(size)
        except (TypeError, ValueError):
            self.page_size = None
        self.start = int(self.strategy.get("start_from_page") or 0)

    def pattern(self, host):
        parts = re.split(r"\{\{.*?\}\}|\{%.*?%\}", self.path.lstrip("/").split("?")[0], flags=re.S)
        return host + ".*".join(re.escape(part) for part in parts)

    def record(self, i):
        record = value_by({"type": "object", "properties": self.schema.get("properties") or {}}, "", i)
        record = {key: value for key, value in list(record.items())[:30]}
        record.setdefault("id", i)
        record.setdefault("name", "n%d" % i)
        record.update({"leat_null": None, "leat_nested": {"a": [i, "x", 1.50], "b": True}, "leat_share": i / 4,
                       "leat_text": "ü\n\"%d\"" % i})
        if self.normalizes:
            record = {key: str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and i % 2
                      else value for key, value in record.items()}
        form, field = self.cursor.get("datetime_format"), self.cursor.get("cursor_field")
        forms = self.cursor.get("cursor_datetime_formats") or [form]
        if field and "{{" not in field and self.cursor.get("type") == "IncrementingCountCursor":
            record[field] = 10 + i
        elif field and "{{" not in field and forms[0]:
            record[field] = strftime(forms[0], 9 + i % 4)
        for key, value in self.keys.items():
            path = key.split("/")
            put(record, path, "%s%d" % (value, i))
        return record

    def wrap(self, records):
        fields = [re.sub(r"\{\{.*?\}\}", "any", each) for each in self.fields]
        if "*" in fields[:-1]:
            # Each record in an object of its own.
            star = fields.index("*")
            records, fields = [nested(fields[star + 1:], record) for record in records], fields[:star + 1]
        return nested(fields, records)

    def encode(self, value, decoder=None):
        decoder = decoder or self.decoder
        kind = decoder.get("type")
        if kind in ("GzipDecoder", "ZipfileDecoder"):
            inner = self.encode(value, decoder.get("decoder") or {"type": "JsonDecoder"})
            if kind == "GzipDecoder":
                return gzip.compress(inner, mtime=0)
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w") as archive:
                archive.writestr(zipfile.ZipInfo("part"), inner)
            return out.getvalue()
        if kind == "JsonlDecoder":
            return "\n".join(json.dumps(each) for each in (value if isinstance(value, list) else [value])).encode()
        if kind == "IterableDecoder":
            return b"one\ntwo\n"
        if kind == "XmlDecoder":
            return ("<?xml version=\"1.0\"?>" + xml(value)).encode()
        if kind == "CsvDecoder":
            rows = value if isinstance(value, list) else [value]
            mark = {"\\t": "\t"}.get(decoder.get("delimiter") or ",", decoder.get("delimiter") or ",")
            names = [key for key, each in (rows[0] if rows else {"id": 1}).items() if not isinstance(each, (dict, list))]
            lines = [names] + [[str(row.get(key, "")).replace("\n", " ") for key in names] for row in rows]
            return "\n".join(mark.join('"%s"' % each.replace('"', '""') for each in line) for line in lines).encode()
        return json.dumps(value).encode()

    def token_of(self, path, query, headers, body):
        """What a request says of the page that it wants; None for the first one."""
        if self.by_path:
            return dict(query).get("leatpage")
        pairs = dict(query)
        pairs.update({key: value for key, value in headers.items()})
        try:
            pairs.update({key: value for key, value in flat(json.loads(body))})
        except ValueError:
            pairs.update(dict(parse_qsl(body)))
        for key in self.token_keys:
            for spelled in (key, key.lower()):
                if pairs.get(spelled) not in (None, ""):
                    return str(pairs[spelled])
        return None

    def without_page(self, body):
        """What a body asks for, apart from the page."""
        try:
            pairs = list(flat(json.loads(body)))
        except ValueError:
            pairs = parse_qsl(body)
        return sorted(str(pair) for pair in pairs if pair[0] not in self.token_keys and not
                      any(key in str(pair[1]) for key in self.token_keys if isinstance(pair[1], (dict, list))))

    def size_of(self, page, as_parent):
        if as_parent:
            return 2 if page == 0 else 0
        full = self.page_size or 2
        if not self.strategy or full > RECORDS_MAX:
            return 2 if page == 0 else 0
        return full if page == 0 else (1 if page == 1 else 0)


def xml(value):
    if isinstance(value, dict):
        return "".join("<%s>%s</%s>" % (tag(key), xml(each), tag(key)) if not isinstance(each, list) else
                       "".join("<%s>%s</%s>" % (tag(key), xml(one), tag(key)) for one in each)
                       for key, each in value.items())
    if isinstance(value, list):
        return "<all>" + "".join("<one>%s</one>" % xml(each) for each in value) + "</all>"
    return "" if value is None else str(value).replace("&", "&amp;").replace("<", "&lt;")


def tag(name):
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name) or "x"


def flat(value):
    if isinstance(value, dict):
        for key, each in value.items():
            yield key, each
            yield from flat(each)
    elif isinstance(value, list):
        for each in value:
            yield from flat(each)


def shapes_of(manifest):
    """The shapes of all streams and of the parents below them, by name."""
    out = {}

    def visit(stream, inherited):
        if not isinstance(stream, dict) or "retriever" not in stream:
            return None
        shape = Shape(stream, inherited)
        known = out.setdefault(shape.name, shape)
        own = parameters_of(stream, inherited)
        for router in shape.router if isinstance(shape.router, list) else [shape.router]:
            if not isinstance(router, dict):
                continue
            router = router.get("underlying_partition_router", router)
            for config in router.get("parent_stream_configs") or []:
                parent = visit(config.get("stream"), own)
                if parent is None:
                    continue
                known.parents.append(parent.name)
                key = str(config.get("parent_key", "id"))
                parent.keys[key] = key.split("/")[-1]
                for extra in config.get("extra_fields") or []:
                    parent.keys["/".join(str(each) for each in extra)] = "extra"
        return known

    for stream in manifest.get("streams") or []:
        if stream.get("type") == "StateDelegatingStream":
            visit(stream.get("full_refresh_stream"), parameters_of(manifest, {}))
            visit(stream.get("incremental_stream"), parameters_of(manifest, {}))
        elif stream.get("type") == "ConditionalStreams":
            for each in stream.get("streams") or []:
                visit(each, parameters_of(manifest, {}))
        else:
            visit(stream, parameters_of(manifest, {}))
    return out


def token_answer(manifest):
    """What every place that hands out tokens answers at once, and what their addresses look like."""
    body = {"access_token": "token1", "token": "token1", "expires_in": 3600, "data": {"token": "token1"}}
    patterns = [r".*grant_type.*"]

    def visit(node):
        if isinstance(node, dict):
            if "session_token_path" in node:
                leaf(body, [str(each) for each in node["session_token_path"]], "token1")
                login = node.get("login_requester") or {}
                whole = str(login.get("url_base") or login.get("url") or "") + "/" + str(login.get("path") or "")
                patterns.append(pattern_of(whole))
            if "token_refresh_endpoint" in node:
                body.setdefault(str(node.get("access_token_name") or "access_token"), "token1")
                patterns.append(pattern_of(str(node["token_refresh_endpoint"])))
            if "session_token_response_key" in node:
                body[node["session_token_response_key"]] = "token1"
                patterns.append(r".*/?" + re.escape(str(node.get("login_url", "login")).lstrip("/")))
                patterns.append(r".*/?" + re.escape(str(node.get("validate_session_url", "valid")).lstrip("/")))
            for each in node.values():
                visit(each)
        elif isinstance(node, list):
            for each in node:
                visit(each)

    visit(manifest)
    return json.dumps(body).encode(), patterns


def pattern_of(address):
    address = re.sub(r"https?://", "/", address)
    parts = re.split(r"\{\{.*?\}\}|\{%.*?%\}", address, flags=re.S)
    return ".*" + ".*".join(re.sub(r"/+", "/+", re.escape(part.strip()).replace("\\/", "/")) for part in parts) + "/*"


class Answers:
    """Answers for one stream and its parents. Of two streams with the same path the wanted one counts."""

    def __init__(self, manifest, shapes, wanted, url_of, troubles=True):
        self.shapes, self.url_of, self.troubles = shapes, url_of, troubles
        self.wanted = wanted
        names, reached = list(wanted), []
        while names:
            name = names.pop(0)
            if name in reached or name not in shapes:
                continue
            reached.append(name)
            names += shapes[name].parents
        self.kept_paths = []
        self.rules = [(re.compile(shapes[name].pattern(r".*/"), re.S), shapes[name]) for name in reached]
        # Longer paths first: /items/{id}/parts before /items/.
        self.rules.sort(key=lambda rule: -len(rule[1].path))
        self.tokens, patterns = token_answer(manifest)
        self.token_patterns = [re.compile(each, re.S) for each in patterns]
        self.pages = {}    # by slice: the tokens seen, in order
        self.asked_for = []  # what each request was for: pages of one slice come in order, slices need not
        self.troubled = set()

    def shape_for(self, path):
        for find in ("fullmatch", "search"):
            for pattern, shape in self.rules:
                if getattr(pattern, find)(path):
                    return shape
        return self.shapes.get(self.wanted[0]) if self.wanted else None

    def __call__(self, method, path, query, headers, body):
        kind = {"Content-Type": "application/json"}
        self.kept_paths = self.kept_paths if path in self.kept_paths else self.kept_paths + [path] * self.is_parent(path)
        if any(each.fullmatch(path) for each in self.token_patterns) or "grant_type" in body:
            self.asked_for.append("token")
            return 200, kind, self.tokens
        shape = self.shape_for(path)
        if shape is None:
            self.asked_for.append(path)
            return 200, kind, b"{}"
        token = shape.token_of(path, query, headers, body)
        cut = tuple(sorted((pair[0], SECONDS.sub(r"\1", pair[1])) for pair in query if pair[0] not in shape.token_keys and pair[0] != "leatpage"))
        key = (shape.name, method, path, cut, shape.without_page(body))
        self.asked_for.append(key)
        trouble = self.trouble(shape, key, token)
        if trouble:
            return trouble
        page = self.page_of(shape, key, token)
        return self.page(shape, page, path, query)

    def is_parent(self, path):
        """Whether a path is that of a stream that others are cut by: its answers are kept."""
        shape = self.shape_for(path)
        return shape is not None and (shape.name not in self.wanted or len(self.wanted) > 1) and any(
            shape.name in each.parents for each in self.shapes.values())

    def trouble(self, shape, key, token):
        """For some slices a status that passes for their first request, for some one that is left out."""
        kind = {"Content-Type": "application/json"}
        if not self.troubles:
            return None
        if token is None and zlib.crc32(repr(key).encode()) % 2 == 0 and repr(key) not in self.troubled:
            self.troubled.add(repr(key))
            codes = [int(code) for each in shape.filters if each.get("action") in ("RETRY", "RATE_LIMITED")
                     for code in each.get("http_codes") or []]
            for each in shape.waits:
                if each.get("header") and "{{" not in each["header"]:
                    until = each.get("type") == "WaitUntilTimeFromHeader"
                    kind[each["header"]] = "1706933110" if until else "2"
            return (codes or [503])[0], kind, b'{"message": "not now"}'
        if zlib.crc32(repr(key).encode()) % 5 == 1:
            codes = [int(code) for each in shape.filters if each.get("action") == "IGNORE"
                     for code in each.get("http_codes") or []]
            if codes:
                return codes[0], kind, b'{"message": "not for you"}'
        return None

    def page_of(self, shape, key, token):
        if token is None:
            return 0
        kind = shape.strategy.get("type")
        if kind == "PageIncrement":
            return int(token) - shape.start if re.fullmatch(r"-?\d+", token) else 1
        if kind == "OffsetIncrement":
            if not re.fullmatch(r"\d+", token):
                return 1
            return -(-int(token) // max(1, shape.page_size or 2))
        seen = self.pages.setdefault(repr(key), [])
        if token not in seen:
            seen.append(token)
        return 1 + seen.index(token)

    def page(self, shape, page, path, query):
        as_parent = shape.name not in self.wanted
        count = shape.size_of(page, as_parent)
        first = 1 if page == 0 else shape.size_of(0, as_parent) + page
        value = shape.wrap([shape.record(first + i) for i in range(count)])
        kind = {"Content-Type": "application/json"}
        more = page == 0 and shape.strategy.get("type") == "CursorPagination" and not as_parent
        if shape.strategy.get("type") == "CursorPagination":
            self.add_paging(shape, value, kind, more, path, query)
        return 200, kind, shape.encode(value)

    def add_paging(self, shape, value, kind, more, path, query):
        cursor, stop = str(shape.strategy.get("cursor_value")), str(shape.strategy.get("stop_condition") or "")
        rest = "&".join("%s=%s" % pair for pair in query if pair[0] != "leatpage")
        address = "%s%s?leatpage=1%s" % (self.url_of(), path, "&" + rest if rest else "")
        token = address if shape.by_path or "link" in cursor.lower() or "url" in cursor.lower() else "tok1"
        if re.search(r"headers.*link", cursor, re.I | re.S):
            kind["Link"] = "<%s>; rel=\"%s\"" % (address, "next" if more else "prev")
        for path_of in response_paths(cursor, "headers"):
            if path_of[0].lower() != "link" and more:
                kind[path_of[0]] = token
        if not isinstance(value, dict):
            return
        targets = response_paths(cursor)
        for path_of in targets:
            leaf(value, path_of, token if more else ("" if "== ''" in stop else None))
            if not more and ("not in" in stop or "is not defined" in stop or "is defined" in stop):
                drop(value, path_of)
        for path_of in response_paths(stop):
            if path_of in targets or any(path_of == each[:len(path_of)] for each in targets) or \
                    path_of[:len(shape.fields)] == shape.fields and shape.fields:
                continue
            goes_on = bool(re.search(r"not\s+response|is false|== ?false|is not true", stop, re.I))
            leaf(value, path_of, goes_on if more else not goes_on)


def drop(body, path):
    for segment in path[:-1]:
        if not isinstance(body, dict):
            return
        body = body.get(segment)
    if isinstance(body, dict):
        body.pop(path[-1], None)
