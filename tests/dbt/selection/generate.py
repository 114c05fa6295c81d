"""Writes project.txt and golden.txt beside itself: a project of some 500 nodes, selections of it, and what dbt-core
lists for each. Runs with a Python that has dbt-core and dbt-duckdb (1.11 made what is here); the test reads only the two
files. A second argument names the folder to work in."""
import contextlib
import itertools
import json
import os
import random
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = sys.argv[1] if len(sys.argv) > 1 else "/tmp/selection"
chance = random.Random(20)
files, earlier = {}, {}  # path -> text; of the earlier project only what differs (None: not there)


def pick(items, n=1):
    items = list(items)
    return chance.sample(items, min(n, len(items)))


TAGS = ["nightly", "hourly", "finance", "pii", "core", "new-thing"]
GROUPS = ["growth", "finance", "ops"]
models, staging, marts, versioned, seeds, snapshots, sources, private = [], [], [], {}, [], [], [], []


def config_text(**settings):
    said = ", ".join(f"{key}={value!r}" for key, value in settings.items())
    return "{{ config(" + said + ") }}\n" if said else ""


def random_config(level):
    settings = {}
    if chance.random() < 0.5:
        settings["materialized"] = chance.choice(["view", "table", "incremental", "ephemeral"])
    if settings.get("materialized") == "incremental":
        settings["unique_key"] = chance.choice(["id", ["id", "day"]])
        settings["incremental_strategy"] = "delete+insert"
    if chance.random() < 0.4:
        settings["tags"] = pick(TAGS, chance.choice([1, 1, 2]))
    if chance.random() < 0.3:
        settings["meta"] = {"owner": chance.choice(["jane", "joe"]), "contains_pii": chance.random() < 0.5}
    if level == "marts" and chance.random() < 0.4:
        settings["group"] = chance.choice(GROUPS)
        if chance.random() < 0.3:
            settings["access"] = "public"
    if chance.random() < 0.1:
        settings["grants"] = {"select": ["reporter", "analyst"]}
    return settings


def body(parents):
    return "\nunion all\n".join("select * from " + p for p in parents) + "\n"


def ref(name):
    if name in versioned:
        v = chance.choice([None] + versioned[name])
        return "{{ ref('%s', v=%s) }}" % (name, v) if v else "{{ ref('%s') }}" % name
    return "{{ ref('%s') }}" % name


def build_sources():
    text = ["version: 2", "sources:"]
    for s in range(7):
        text += [f"  - name: raw_{s}", "    schema: raw"]
        if s % 3 == 0:
            text += [f"    config: {{tags: [{TAGS[s % 6]}], meta: {{owner: joe}}}}"]
        text += ["    tables:"]
        for t in range(5):
            sources.append((f"raw_{s}", f"t{t}"))
            text += [f"      - name: t{t}"]
            if t == 1:
                text += ["        columns: [{name: id, data_tests: [not_null]}]"]
    files["models/staging/sources.yml"] = "\n".join(text) + "\n"
    files["dbt_packages/kit/models/sources.yml"] = (
        "version: 2\nsources:\n  - name: landed\n    schema: raw\n    tables: [{name: one}, {name: two}]\n")


def build_seeds_and_snapshots():
    for i in range(18):
        folder = chance.choice(["", "codes/"])
        seeds.append(f"seed_{i}")
        files[f"seeds/{folder}seed_{i}.csv"] = f"id,name\n1,{i}\n"
    for i in range(14):
        snapshots.append(f"snap_{i}")
        parent = chance.choice(["{{ source('raw_%d', 't%d') }}" % (i % 7, i % 5), "{{ ref('seed_%d') }}" % (i % 18)])
        strategy = ("strategy='timestamp', updated_at='t'" if i % 2 else "strategy='check', check_cols='all'")
        files[f"snapshots/snap_{i}.sql"] = (
            "{%% snapshot snap_%d %%}\n{{ config(unique_key='id', target_schema='snaps', %s%s) }}\nselect * from %s\n"
            "{%% endsnapshot %%}\n" % (i, strategy, ", tags=['nightly']" if i % 4 == 0 else "", parent))


def build_models():
    for i in range(60):
        name = f"stg_{chance.choice(['shop', 'web', 'crm'])}_{i}"
        parents = ["{{ source('%s', '%s') }}" % chance.choice(sources)]
        if chance.random() < 0.3:
            parents.append(ref(chance.choice(seeds)))
        staging.append(name)
        files[f"models/staging/{name.split('_')[1]}/{name}.sql"] = config_text(**random_config("staging")) + body(parents)
    known = staging + snapshots
    for i in range(70):
        name = f"int_{i}"
        parents = [ref(p) for p in pick(known, chance.choice([1, 2, 2, 3]))]
        files[f"models/intermediate/{name}.sql"] = config_text(**random_config("int")) + body(parents)
        known.append(name)
        models.append(name)
    for i in range(12):
        name = f"dim_{i}"
        versioned[name] = chance.choice([[1, 2], [1, 2, 3]])
        for v in versioned[name]:
            files[f"models/marts/versioned/{name}_v{v}.sql"] = config_text(**random_config("marts")) + body(
                [ref(p) for p in pick([m for m in known if m not in versioned], 2)])
        marts.append(name)
        known.append(name)
    for i in range(70):
        name = f"fct_{i}" if i % 5 else f"fct.dotted.{i}"
        parents = [ref(p) for p in pick(known, chance.choice([1, 2, 3]))]
        settings = random_config("marts")
        if i > 60 and "group" in settings:
            settings["access"] = "private"
            private.append(name)
        files[f"models/marts/{'core' if i % 3 else 'core/deep'}/{name}.sql"] = config_text(**settings) + body(parents)
        marts.append(name)
        if name not in private and "." not in name:
            known.append(name)
    for i in range(30):
        inside = ["{{ source('landed', '%s') }}" % chance.choice(["one", "two"])]
        if i > 3:
            inside.append("{{ ref('kit_%d') }}" % chance.randrange(i))
        if i == 9:
            inside.append("{{ kit_thing() }}")
        files[f"dbt_packages/kit/models/{'staging/' if i % 2 else 'kit/'}kit_{i}.sql"] = config_text(
            **random_config("kit")) + body(inside)
    files["models/marts/core/uses_macro.sql"] = body(["{{ shout('x') }}", "{{ ref('kit_3') }}", ref("int_2")])
    files["models/marts/core/joins_package.sql"] = body(["{{ ref('kit', 'kit_5') }}", ref("dim_3")])


def build_properties():
    def tests_of(name, more=()):
        text = [f"  - name: {name}", "    columns:", "      - name: id", "        data_tests:"]
        for test in more:
            text.append(f"          - {test}")
        return text

    choices = ["unique", "not_null", "accepted_values: {arguments: {values: [a, b]}}",
               "kit.is_positive", "not_null: {name: soft_NAME, config: {severity: warn, tags: [hourly]}}",
               "not_null: {name: named_NAME, config: {where: 'id > 1'}}"]

    def with_relation(n):
        other = chance.choice(staging)
        return "relationships: {arguments: {to: ref('%s'), field: id}}" % other

    for part, names in (("staging", pick(staging, 25)), ("intermediate", pick(models, 22)),
                        ("marts/core", pick([m for m in marts if m not in versioned], 20))):
        text = ["version: 2", "models:"]
        for n in names:
            some = pick(choices, chance.choice([1, 2]))
            if chance.random() < 0.5:
                some.append(with_relation(n))
            text += tests_of(n, [t.replace("NAME", n.replace(".", "_")) for t in some])
            if chance.random() < 0.3:
                text.append(f"    description: about {n}")
            if chance.random() < 0.2:
                text.append("    config: {tags: [core], persist_docs: {relation: true}}")
        files[f"models/{part}/schema.yml"] = "\n".join(text) + "\n"
    text = ["version: 2", "models:"]
    for name, versions in versioned.items():
        text += [f"  - name: {name}", f"    latest_version: {versions[-2] if len(versions) == 3 else versions[-1]}",
                 "    columns: [{name: id, data_tests: [unique]}]", "    versions:"]
        text += [f"      - v: {v}" for v in versions]
    files["models/marts/versioned/versions.yml"] = "\n".join(text) + "\n"
    files["models/groups.yml"] = "version: 2\ngroups:\n" + "".join(
        f"  - name: {g}\n    owner: {{name: {g}, email: {g}@example.org}}\n" for g in GROUPS)
    files["seeds/schema.yml"] = "version: 2\nseeds:\n" + "".join(
        f"  - name: seed_{i}\n    config: {{tags: [{TAGS[i % 6]}]}}\n    columns: [{{name: id, data_tests: [unique]}}]\n"
        for i in range(0, 18, 3))
    files["dbt_packages/kit/models/kit/schema.yml"] = (
        "version: 2\nmodels:\n  - name: kit_2\n    columns: [{name: id, data_tests: [unique, is_positive]}]\n")


def build_declarations():
    text = ["version: 2", "exposures:"]
    for i in range(10):
        text += [f"  - name: board_{i}", "    type: dashboard", "    owner: {email: a@example.org}", "    depends_on:"]
        text += [f"      - ref('{m}')" for m in pick([m for m in marts if m not in private and m not in versioned], 2)]
        if i % 4 == 1:
            text.append("      - source('raw_1', 't1')")
        if i % 3 == 0:
            text.append(f"    config: {{tags: [{TAGS[i % 6]}]}}")
    files["models/exposures.yml"] = "\n".join(text) + "\n"
    files["models/spine.sql"] = "{{ config(materialized='table') }}\nselect 1 as ds\n"
    files["models/spine.yml"] = ("version: 2\nmodels:\n  - name: spine\n    time_spine: {standard_granularity_column: ds}\n"
                                 "    columns: [{name: ds, granularity: day}]\n")
    text = ["version: 2", "semantic_models:"]
    for i in range(3):
        text += [f"  - name: sem_{i}", f"    model: ref('int_{i * 7}')", "    defaults: {agg_time_dimension: ds}",
                 f"    entities: [{{name: e{i}, type: primary, expr: id}}]",
                 "    dimensions: [{name: ds, type: time, type_params: {time_granularity: day}}]",
                 f"    measures: [{{name: total_{i}, agg: sum, expr: amount}}]"]
    text += ["metrics:"]
    for i in range(6):
        text += [f"  - name: metric_{i}", f"    label: Metric {i}", "    type: simple",
                 f"    type_params: {{measure: total_{i % 3}}}"]
        if i % 2:
            text += ["    config: {group: finance, meta: {owner: jane}}"]
    text += ["  - name: metric_of", "    label: Of", "    type: derived",
             "    type_params: {expr: metric_0 + metric_1, metrics: [metric_0, metric_1]}"]
    text += ["saved_queries:"]
    for i in range(2):
        text += [f"  - name: query_{i}", "    description: q", f"    query_params: {{metrics: [metric_{i}]}}"]
        if i:
            text += ["    config: {tags: [nightly]}"]
    files["models/metrics.yml"] = "\n".join(text) + "\n"
    text = ["version: 2", "unit_tests:"]
    for i, name in enumerate(pick([m for m in models if "." not in m], 9)):
        text += [f"  - name: unit_{i}", f"    model: {name}", "    given: []",
                 "    expect: {rows: [{id: 1}]}"]
        if i % 3 == 0:
            text += ["    config: {tags: [core], meta: {owner: jane}}"]
    files["models/unit.yml"] = "\n".join(text) + "\n"


def build_rest():
    for i in range(18):
        parents = [ref(p) for p in pick(staging + models + snapshots, chance.choice([1, 2]))]
        if i % 5 == 0:
            parents.append("{{ source('raw_2', 't2') }}")
        files[f"tests/{'deep/' if i % 4 == 0 else ''}check_{i}.sql"] = config_text(
            **({"severity": "warn", "tags": ["nightly"]} if i % 3 == 0 else {})) + body(parents)
    files["tests/check_nothing.sql"] = "select 1 as one where false\n"
    for i in range(6):
        files[f"analyses/look_{i}.sql"] = body([ref(chance.choice(models))])
    files["macros/shout.sql"] = "{% macro shout(x) %}{{ inner_shout(x) }}{% endmacro %}\n"
    files["macros/inner.sql"] = "{% macro inner_shout(x) %}(select 1 as {{ x }}){% endmacro %}\n"
    files["dbt_packages/kit/macros/kit.sql"] = (
        "{% macro kit_thing() %}(select 2 as y){% endmacro %}\n"
        "{% test is_positive(model, column_name) %}select * from {{ model }} where {{ column_name }} < 0{% endtest %}\n")
    files["dbt_packages/kit/dbt_project.yml"] = (
        "name: kit\nversion: '1.0'\nconfig-version: 2\nmodels: {kit: {staging: {+tags: [kit_staging]}}}\n")
    files["dbt_project.yml"] = (
        "name: shop\nversion: '1.0'\nconfig-version: 2\nprofile: shop\n"
        "models:\n  shop:\n    staging: {+tags: [staging], +materialized: view}\n    marts: {+meta: {layer: marts}}\n"
        "data_tests: {shop: {+tags: [checks]}}\nseeds: {shop: {codes: {+tags: [codes]}}}\n"
        "flags: {send_anonymous_usage_stats: false}\n")
    files["profiles.yml"] = "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb, schema: main}\n"


def build_earlier():
    names = sorted(f for f in files if f.endswith(".sql") and f.startswith("models/"))
    for path in pick([n for n in names if "intermediate" in n], 8):
        earlier[path] = files[path].replace("select * from", "select 1 as one, * from", 1)
    for path in pick([n for n in names if "/staging/" in n and n not in earlier], 5):
        earlier[path] = config_text(materialized="table", tags=["was"]) + files[path].split("}}\n", 1)[-1]
    for path in pick([n for n in names if "/core/fct_" in n and n not in earlier], 4):
        earlier[path] = config_text(alias="was_" + os.path.basename(path)[:-4]) + files[path].split("}}\n", 1)[-1]
    earlier["macros/inner.sql"] = files["macros/inner.sql"].replace("select 1", "select 3")
    earlier["dbt_packages/kit/macros/kit.sql"] = files["dbt_packages/kit/macros/kit.sql"].replace("< 0", "<= 0")
    earlier["seeds/seed_3.csv" if "seeds/seed_3.csv" in files else "seeds/codes/seed_3.csv"] = "id,name\n7,7\n"
    earlier["snapshots/snap_2.sql"] = files["snapshots/snap_2.sql"].replace("select *", "select 1 as one, *")
    earlier["tests/check_3.sql"] = files["tests/check_3.sql"] + "-- was longer\n"
    for path in ("tests/check_nothing.sql", "models/marts/core/joins_package.sql", "models/unit.yml"):
        earlier[path] = None
    earlier["models/marts/core/schema.yml"] = files["models/marts/core/schema.yml"].replace(
        "description: about", "description: once about").replace("severity: warn, tags: [hourly]", "severity: error, tags: [hourly]")
    earlier["models/exposures.yml"] = files["models/exposures.yml"].replace("type: dashboard", "type: notebook", 1)
    earlier["models/staging/sources.yml"] = files["models/staging/sources.yml"].replace("name: raw_5\n    schema: raw",
                                                                                        "name: raw_5\n    schema: old")


def some_values():
    any_model = lambda: chance.choice(staging + models + marts)
    folders = ["models/staging", "models/marts", "models/marts/core/deep", "models/*/core", "models/**/deep", "seeds",
               "seeds/codes", "tests/deep", "snapshots", "models/staging/sources.yml", "models/intermediate/schema.yml",
               "models/st*", "models/**/*.sql", "models/marts/versioned/dim_1*", "./models/marts/core", "models/kit",
               "analyses", "models/not_there"]
    return {
        "": lambda: chance.choice([any_model(), any_model(), "shop." + chance.choice(["staging", "marts.core"]),
                                   "staging.web", "stg_*", "*_1?", "fct_[12]*", "dim_3.v1", "dim_2_v1", "kit.*", "kit",
                                   chance.choice(seeds), chance.choice(snapshots), "fct.dotted.5", "shop.marts.*",
                                   "marts.versioned.dim_4", "check_*", "board_1", "metric_1", "unit_2", "sem_0", "none"]),
        "fqn": lambda: chance.choice([any_model(), "*", "shop.*", "int_*", "dim_?", "staging", "kit.kit.kit_4"]),
        "tag": lambda: chance.choice(TAGS + ["night*", "staging", "checks", "kit_staging", "codes", "no_tag"]),
        "path": lambda: chance.choice(folders),
        "file": lambda: chance.choice([any_model() + ".sql", "stg_*.sql", "schema.yml", "int_1?", "*.csv", "unit"]),
        "package": lambda: chance.choice(["shop", "kit", "this", "k*", "dbt"]),
        "source": lambda: chance.choice(["raw_1", "raw_2.t3", "shop.raw_4.*", "*", "raw_*.t1", "landed", "kit.landed.one"]),
        "config.materialized": lambda: chance.choice(["view", "table", "incremental", "ephemeral", "seed", "snapshot", "test"]),
        "config.meta.owner": lambda: chance.choice(["jane", "joe", "j*"]),
        "config.meta.contains_pii": lambda: chance.choice(["true", "false", "True"]),
        "config.unique_key": lambda: chance.choice(["id", "day"]),
        "config.grants.select": lambda: chance.choice(["reporter", "nobody"]),
        "config.severity": lambda: chance.choice(["warn", "error", "WARN"]),
        "config.tags": lambda: chance.choice(TAGS),
        "config.enabled": lambda: "true",
        "config.strategy": lambda: chance.choice(["timestamp", "check"]),
        "config.schema": lambda: "dbt_test__audit",
        "test_name": lambda: chance.choice(["unique", "not_null", "is_positive", "relationships", "*null", "unit_1"]),
        "test_type": lambda: chance.choice(["generic", "singular", "unit", "data"]),
        "resource_type": lambda: chance.choice(["model", "seed", "snapshot", "test", "source", "analysis", "exposure",
                                                "metric", "unit_test", "semantic_model", "saved_query"]),
        "group": lambda: chance.choice(GROUPS + ["f*"]),
        "access": lambda: chance.choice(["public", "private", "protected"]),
        "version": lambda: chance.choice(["latest", "old", "prerelease", "none"]),
        "exposure": lambda: chance.choice(["*", "board_1", "shop.board_2", "board_[3-5]"]),
        "metric": lambda: chance.choice(["*", "metric_1", "shop.metric_*"]),
        "semantic_model": lambda: chance.choice(["*", "sem_1"]),
        "saved_query": lambda: chance.choice(["*", "query_1"]),
        "unit_test": lambda: chance.choice(["*", "unit_1", "shop.unit_*"]),
        "state": lambda: chance.choice(["new", "old", "modified", "unmodified", "modified.body", "modified.configs",
                                        "modified.relation", "modified.macros", "modified.contract",
                                        "modified.persisted_descriptions"]),
        "result": lambda: chance.choice(["error", "success", "fail", "warn", "skipped", "pass"]),
        "source_status": lambda: "fresher",
    }


def random_term(values):
    method = chance.choice(list(values) + ["", "", "", "", "fqn", "tag", "path", "tag"])
    text = (method + ":" if method else "") + values[method]()
    kind = chance.random()
    if kind < 0.08:
        return "@" + text
    if kind < 0.28:
        text = chance.choice(["", "", "1", "2", "0"]) + "+" + text
    if 0.2 < kind < 0.45:
        text += "+" + chance.choice(["", "", "1", "2"])
    return text


def random_words(values):
    return [",".join(random_term(values) for _ in range(chance.choice([1, 1, 1, 2, 2, 3])))
            for _ in range(chance.choice([1, 1, 2, 3]))]


def cases():
    m, s = "stg_", staging
    a, b = models[10], models[20]
    documented = [
        a, f"{a}+", f"+{a}", f"+{a}+", f"@{a}", f"{a}+1", f"2+{a}", f"3+{a}+4", "shop", "shop.staging", "shop.staging.shop",
        "marts.core", "models/staging", "models/staging/shop", f"{a} {b}", f"tag:nightly {a} models/marts/core",
        f"+{a} +{b}", f"+{a},+{b}", f"{a}+,{b}+", "marts.core,tag:finance", "tag:nightly,config.materialized:view",
        "source:*", "source:raw_1+", "source:raw_1.t1+", "tag:nightly", "tag:nightly+", "file:int_3.sql", "int_3.sql",
        "fqn:int_3", "fqn:shop.staging.*", "package:kit", "package:this", "config.materialized:incremental",
        "config.meta.contains_pii:true", "config.unique_key:day", "config.grants.select:reporter", "test_type:generic",
        "test_type:singular", "test_type:unit", "test_type:data", "test_name:unique", "test_name:relationships",
        "state:new", "state:modified", "state:modified+", "state:modified,config.materialized:table", "result:error+",
        "result:fail result:error", "1+result:fail 1+result:error", "state:modified+1 result:error+1",
        "source_status:fresher+", "+exposure:*", "+exposure:board_1", "exposure:board_1", "metric:metric_1", "+metric:*",
        "version:latest", "version:prerelease", "version:old", "version:none", "dim_2.v1", "dim_2", "group:finance",
        "access:public", "access:private", "access:protected", "saved_query:*", "+saved_query:query_1",
        "semantic_model:*", "semantic_model:sem_0", "unit_test:*", "unit_test:unit_1", "resource_type:model",
        "resource_type:exposure", "stg_shop_*", "stg_*_1?", "tag:[nh]*", "path:models/staging/sources.yml"]
    all_cases = [["--select", *each.split(" ")] for each in documented]
    modes = ["eager", "cautious", "buildable", "empty"]
    for mode in modes:
        for each in (a, "staging", f"+{a}", "tag:core", "models/marts/core/schema.yml", f"{a} {b}", "seeds", "source:raw_1"):
            all_cases.append(["--select", *each.split(" "), "--indirect-selection", mode])
    all_cases += [["--exclude", "tag:nightly"], ["--exclude", "package:kit", "test_type:generic"],
                  ["--select", "marts", "--exclude", "tag:finance"], ["--select", "shop.staging+", "--exclude", f"{a}+"]]
    values = some_values()
    for _ in range(300):
        case = ["--select", *random_words(values)]
        if chance.random() < 0.3:
            case += ["--exclude", *random_words(values)]
        if chance.random() < 0.4:
            case += ["--indirect-selection", chance.choice(modes)]
        all_cases.append(case)
    names = build_selectors(values)
    all_cases += [["--selector", name] for name in names]
    all_cases += [["--selector", name, "--indirect-selection", "cautious"] for name in names]
    return all_cases


def build_selectors(values):
    selectors, names = [], []

    def criterion():
        method = chance.choice([each for each in values if each and each not in ("state", "result", "source_status")])
        made = {"method": method, "value": values[method]()}
        if chance.random() < 0.3:
            made["parents"] = True
            if chance.random() < 0.5:
                made["parents_depth"] = chance.choice([1, 2])
        if chance.random() < 0.3:
            made["children"] = True
            if chance.random() < 0.5:
                made["children_depth"] = chance.choice([1, 2])
        elif chance.random() < 0.2:
            made["childrens_parents"] = True
        if chance.random() < 0.3:
            made["indirect_selection"] = chance.choice(["eager", "cautious", "buildable", "empty"])
        return made

    def definition(depth=0):
        kind = chance.random()
        if depth > 2 or kind < 0.35:
            return criterion()
        if kind < 0.45:
            method = chance.choice(["tag", "path", "package", "fqn"])
            return {method: values[method]()}
        if kind < 0.55 and names:
            return {"method": "selector", "value": chance.choice(names)}
        if kind < 0.65:
            return random_term({k: v for k, v in values.items() if k not in ("state", "result", "source_status")})
        parts = [definition(depth + 1) for _ in range(chance.choice([2, 2, 3]))]
        # dbt takes a part with an exclude of its own for an exclusion alone.
        parts = [p for p in parts if not (isinstance(p, dict) and "exclude" in p)] or [criterion()]
        if chance.random() < 0.4:
            parts.append({"exclude": [criterion() for _ in range(chance.choice([1, 2]))]})
        return {chance.choice(["union", "intersection"]): parts}

    for i in range(30):
        made = definition()
        if isinstance(made, dict) and "method" in made and made["method"] != "selector" and chance.random() < 0.5:
            made["exclude"] = [criterion()]
        selectors.append({"name": f"s{i}", "definition": made})
        names.append(f"s{i}")
    files["selectors.yml"] = json.dumps({"selectors": selectors}, indent=1) + "\n"
    return names


def write(folder, contents):
    for path, text in contents.items():
        target = os.path.join(folder, path)
        if text is None:
            if os.path.exists(target):
                os.remove(target)
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w") as out:
            out.write(text)


def results_of(ids):
    statuses = ["success", "error", "skipped"]
    tests = ["pass", "fail", "warn", "error", "skipped"]
    made = []
    for i, each in enumerate(ids):
        if each.split(".")[0] in ("model", "seed", "snapshot", "test") and i % 3 == 0:
            words = tests if each.startswith("test.") else statuses
            made.append({"unique_id": each, "status": words[i // 3 % len(words)], "timing": [], "thread_id": "t",
                         "execution_time": 0.0, "adapter_response": {}, "message": None, "failures": None, "compiled": True,
                         "compiled_code": "", "relation_name": None})
    meta = {"dbt_schema_version": "https://schemas.getdbt.com/dbt/run-results/v6.json", "dbt_version": "1.11.0",
            "generated_at": "2026-01-01T00:00:00Z", "invocation_id": "x", "env": {}}
    return {"metadata": meta, "results": made, "elapsed_time": 1.0, "args": {"which": "build"}}


def freshness_of(ids, day):
    made = []
    for i, each in enumerate(each for each in ids if each.startswith("source.")):
        if i % 4 == 3 and day == 1:
            continue
        at = f"2026-01-{(day + i % 2) if i % 3 else 5:02d}T00:00:00Z"
        made.append({"unique_id": each, "max_loaded_at": at, "snapshotted_at": "2026-01-09T00:00:00Z",
                     "max_loaded_at_time_ago_in_s": 1.0, "status": "pass", "criteria": {}, "adapter_response": {},
                     "timing": [], "thread_id": "t", "execution_time": 0.0})
    meta = {"dbt_schema_version": "https://schemas.getdbt.com/dbt/sources/v3.json", "dbt_version": "1.11.0",
            "generated_at": "2026-01-01T00:00:00Z", "invocation_id": "x", "env": {}}
    return {"metadata": meta, "results": made, "elapsed_time": 1.0}


def ranges(numbers):
    parts = []
    for n in sorted(numbers):
        if parts and parts[-1][1] == n - 1:
            parts[-1][1] = n
        else:
            parts.append([n, n])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


@contextlib.contextmanager
def answering(told, number, wanted):
    """While it lasts, `ls` answers every case at once: what one of its own takes is starting up."""
    from dbt.flags import get_flags
    from dbt.graph import parse_difference
    from dbt.task.list import ListTask
    from dbt_common.events.contextvars import task_contextvars

    def given(case, option):
        at = case.index(option) + 1 if option in case else len(case)
        words = list(itertools.takewhile(lambda word: not word.startswith("--"), case[at:]))
        return tuple(words)

    def run(task):
        with task_contextvars(project_root=task.config.project_root):
            task.compile_manifest()
            selector = task.get_node_selector()
            flags = get_flags()
            for case in wanted:
                mode = (given(case, "--indirect-selection") or ("eager",))[0]
                object.__setattr__(flags, "INDIRECT_SELECTION", mode)
                try:
                    if "--selector" in case:
                        spec = task.config.get_selector(given(case, "--selector")[0])
                    else:
                        spec = parse_difference(given(case, "--select"), given(case, "--exclude"))
                    told[tuple(case)] = ranges(number[each] for each in selector.get_selected(spec))
                except Exception as problem:  # an error is an answer too
                    print(case, str(problem)[:200], file=sys.stderr)
                    told[tuple(case)] = "error"
        return []

    held, ListTask.run = ListTask.run, run
    try:
        yield
    finally:
        ListTask.run = held


def main():
    build_sources(), build_seeds_and_snapshots(), build_models(), build_properties(), build_declarations(), build_rest()
    build_earlier()
    all_cases = cases()
    shutil.rmtree(WORK, ignore_errors=True)
    now, then, state = (os.path.join(WORK, each) for each in ("now", "then", "state"))
    write(now, files)
    write(then, files)
    write(then, earlier)

    from dbt.cli.main import dbtRunner

    def run(folder, *words, manifest=None):
        runner = dbtRunner(manifest=manifest)
        os.chdir(folder)
        done = runner.invoke([*words, "--project-dir", folder, "--profiles-dir", folder, "--quiet"])
        if done.exception:
            raise done.exception
        return done.result

    manifest = run(then, "parse")
    os.makedirs(state)
    shutil.copy(os.path.join(then, "target/manifest.json"), state)
    manifest = run(now, "parse")
    everything = [json.loads(line)["unique_id"] for line in
                  run(now, "ls", "--resource-type", "all", "--output", "json", "--output-keys", "unique_id",
                      manifest=manifest)]
    everything.sort()
    number = {each: i for i, each in enumerate(everything)}
    with_files = {"state/run_results.json": json.dumps(results_of(everything)) + "\n",
                  "state/sources.json": json.dumps(freshness_of(everything, 1)) + "\n",
                  "now/target/sources.json": json.dumps(freshness_of(everything, 2)) + "\n"}
    write(WORK, with_files)
    told = {}
    for mode in ("eager", "cautious"):
        named = [case for case in all_cases if "--selector" in case and ("cautious" in case) == (mode == "cautious")]
        with answering(told, number, named + [case for case in all_cases if "--selector" not in case]):
            run(now, "ls", "--resource-type", "all", "--state", state, "--indirect-selection", mode, manifest=manifest)
    with open(os.path.join(HERE, "golden.txt"), "w") as out:
        for each in everything:
            out.write(each + "\n")
        out.write("\n")
        for case in all_cases:
            out.write(" ".join(case) + "\t" + told[tuple(case)] + "\n")
    with open(os.path.join(HERE, "project.txt"), "w") as out:
        for root, contents in (("now", files), ("then", earlier)):
            for path, text in sorted(contents.items()):
                out.write(f"==== {root}/{path}{'' if text is not None else ' gone'}\n{text or ''}")
        for path, text in with_files.items():
            small = json.loads(text)
            small["results"] = [{k: r[k] for k in ("unique_id", "status", "max_loaded_at") if k in r}
                                for r in small["results"]]
            out.write(f"==== {path}\n{json.dumps(small, separators=(',', ':'))}\n")
    print(len(everything), "nodes,", len(all_cases), "cases")


main()
