# A client with psycopg2 or psycopg (3): parameters, types, cursors, errors, cancelling. Prints one line a check.
import datetime
import decimal
import sys
import threading
import time
import uuid

import checks
from checks import check

name, dsn = sys.argv[1], sys.argv[2]
driver = __import__(name)

connection = driver.connect(dsn)
cursor = connection.cursor()


def one(sql, parameters=None):
    cursor.execute(sql, parameters)
    return cursor.fetchone()

check("parameters", one("select id, customer from orders where id = %s and customer = %s", (2, "bob")), (2, "bob"))
check("a list as parameter", one("select count(*) from orders where id = any(%s)", ([1, 3],)), (2,))
check("no value", one("select %s::int is null", (None,)), (True,))
check("decimal", one("select total from orders where id = %s", (2,)), (decimal.Decimal("2.25"),))
check("times", one("select date '2026-01-02', timestamp '2026-01-02 03:04:05.006', interval '1 day 2 seconds'"),
      (datetime.date(2026, 1, 2), datetime.datetime(2026, 1, 2, 3, 4, 5, 6000), datetime.timedelta(days=1, seconds=2)))
check("an instant", one("select timestamptz '2026-01-02 03:04:05+02'")[0].astimezone(datetime.timezone.utc).hour, 1)
check("lists", one("select [1, 2, null], ['a b', 'c']"), ([1, 2, None], ["a b", "c"]))
check("bytes", bytes(one("select '\\x01\\xff'::blob")[0]), b"\x01\xff")
check("json", one("select {'a': 1, 'b': ['x']}")[0], {"a": 1, "b": ["x"]})
check("numbers", one("select 1::smallint, 2::bigint, 1.5::double, 'nan'::double > 0, true"), (1, 2, 1.5, True, True))
check("uuid", str(one("select '00000000-0000-4000-8000-000000000001'::uuid")[0]), "00000000-0000-4000-8000-000000000001")
cursor.execute("select count(*), max(total) from orders")
check("names of columns", [column[0] for column in cursor.description], ["count", "max"])
check("types of columns", [column[1] for column in cursor.description], [20, 1700])

reading = connection.cursor("reading")
reading.itersize = 1000
reading.execute("select id from raw.crimes order by id")
check("a cursor of the server", [reading.fetchone()[0], reading.fetchmany(2), sum(1 for _ in reading)],
      [0, [(1,), (2,)], one("select count(*) from raw.crimes")[0] - 3])
reading.close()

try:
    cursor.execute("insert into orders values (9, 'x', 1)")
    check("writing is refused", "written", "refused")
except driver.Error as error:
    check("writing is refused", getattr(error, "pgcode", None) or error.sqlstate, "25006")
try:
    cursor.execute("select 1")
    check("a failed transaction", "goes on", "25P02")
except driver.Error as error:
    check("a failed transaction", getattr(error, "pgcode", None) or error.sqlstate, "25P02")
connection.rollback()
try:
    cursor.execute("select nothing from orders")
except driver.Error as error:
    check("a column that is not there", getattr(error, "pgcode", None) or error.sqlstate, "42703")
connection.rollback()

started = time.monotonic()
threading.Timer(0.5, connection.cancel).start()
try:
    cursor.execute("select count(*) from range(1000000) a, range(1000000) b where a.range * b.range % 7 = 3")
    check("cancelling", "ended", "cancelled")
except driver.Error as error:
    check("cancelling", getattr(error, "pgcode", None) or error.sqlstate, "57014")
connection.rollback()
check("after cancelling", one("select 1"), (1,))
if name == "psycopg2":
    import io
    out = io.StringIO()
    cursor.copy_expert("copy (select id, customer, total from orders order by id) to stdout with csv header", out)
    check("copy", out.getvalue().splitlines()[:3], ["id,customer,total", "1,ann,1.50", "2,bob,2.25"])
else:
    binary = connection.cursor(binary=True)
    binary.execute("select id, customer, total, at, day, u, arrest, d, tags from orders join raw.crimes using (id) where id = 2")
    row = binary.fetchone()
    check("binary answers", row[:5] + (type(row[5]),) + row[6:], (2, "bob", decimal.Decimal("2.25"), datetime.datetime(2026, 1, 1, 0, 2), datetime.date(2026, 1, 3), uuid.UUID, True, 2 / 3, ["a", "b"]))
    for each in range(8):  # from the sixth time on under a name
        row = connection.execute("select customer from orders where id = %s", (1,)).fetchone()
    check("prepared statements", row, ("ann",))
    with connection.cursor().copy("copy (select id, customer from orders order by id) to stdout") as copy:
        check("copy", b"".join(bytes(part) for part in copy).splitlines()[0], b"1\tann")
connection.close()
sys.exit(checks.failures > 0)
