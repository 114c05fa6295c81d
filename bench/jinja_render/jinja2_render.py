"""The same work with Jinja2; see task.md."""
import ast
import sys
import time

import jinja2.sandbox

env = jinja2.sandbox.SandboxedEnvironment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
source = open(sys.argv[1]).read()
names = dict(relation="raw.orders", full_refresh=False, is_incremental=True, limit=10)
template = env.from_string(source)
if "--print" in sys.argv:
    sys.stdout.write(template.render(names))
    sys.exit()


def measure(name, run):
    best = 0
    for _ in range(5):
        begin, times = time.perf_counter(), 0
        while time.perf_counter() - begin < 0.3:
            for _ in range(20):
                run()
            times += 20
        best = max(best, times / (time.perf_counter() - begin))
    print(name, round(best))


record = {"id": 7, "tags": ["a", "b"]}
expression = env.from_string("{{ record['id'] * 10 if record.get('tags') else none }}")
measure("render", lambda: template.render(names))
measure("parse", lambda: env.from_string(source))
measure("expression", lambda: ast.literal_eval(expression.render(record=record)))
