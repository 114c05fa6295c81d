# SQLAlchemy's inspector over the warehouse of warehouse.sh, and a query by its expressions. Prints one line a check.
import sys

import sqlalchemy as sa

import checks
from checks import check

engine = sa.create_engine(sys.argv[1])

inspector = sa.inspect(engine)
check("schemas", sorted(set(inspector.get_schema_names()) - {"information_schema"}), ["marts", "public", "raw"])
check("the schema that is meant", inspector.default_schema_name, "public")
check("tables", sorted(inspector.get_table_names()), ["lines", "orders"])
check("tables of a schema", inspector.get_table_names("raw"), ["crimes"])
check("views", inspector.get_view_names("marts"), ["by_kind"])
check("a view's text", "count" in inspector.get_view_definition("by_kind", "marts").lower(), True)
columns = {column["name"]: column for column in inspector.get_columns("orders")}
check("columns", list(columns), ["id", "customer", "total"])
check("types", [str(column["type"]) for column in columns.values()], ["INTEGER", "VARCHAR" if str(columns["customer"]["type"]) == "VARCHAR" else "TEXT", "NUMERIC(12, 2)"])
check("nullable", [column["nullable"] for column in columns.values()], [False, False, True])
check("a default", columns["total"]["default"], "0")
check("a comment", columns["total"]["comment"], "in euro")
check("types of a wide table", [str(column["type"]) for column in inspector.get_columns("crimes", "raw")][:6],
      ["BIGINT", "TEXT" if "TEXT" in str(inspector.get_columns("crimes", "raw")[1]["type"]) else "VARCHAR", "NUMERIC(10, 2)", "TIMESTAMP", "BOOLEAN", "ARRAY"])
check("the primary key", inspector.get_pk_constraint("orders")["constrained_columns"], ["id"])
check("no primary key", inspector.get_pk_constraint("lines")["constrained_columns"], [])
keys = inspector.get_foreign_keys("lines")
check("foreign keys", [(key["constrained_columns"], key["referred_table"], key["referred_columns"]) for key in keys], [(["order_id"], "orders", ["id"])])
check("unique constraints", [each["column_names"] for each in inspector.get_unique_constraints("orders")], [["customer", "total"]])
indexes = inspector.get_indexes("orders")
check("indexes", sorted((index["unique"], tuple(index["column_names"])) for index in indexes), [(True, ("customer", "total"))])
check("check constraints", inspector.get_check_constraints("orders"), [])
check("a table's comment", inspector.get_table_comment("orders")["text"], "what was ordered")
check("has_table", [inspector.has_table("orders"), inspector.has_table("nothing")], [True, False])
metadata = sa.MetaData()
metadata.reflect(engine)
check("reflection", sorted(metadata.tables), ["lines", "orders"])
orders = metadata.tables["orders"]
with engine.connect() as connection:
    query = sa.select(orders.c.customer, sa.func.count()).where(orders.c.id.in_([1, 2])).group_by(orders.c.customer).order_by(orders.c.customer)
    check("a query of expressions", [tuple(row) for row in connection.execute(query)], [("ann", 1), ("bob", 1)])
    crimes = sa.Table("crimes", sa.MetaData(), autoload_with=engine, schema="raw")
    day = sa.func.date_trunc("month", crimes.c["at"]).label("month")
    months = connection.execute(sa.select(day, sa.func.sum(crimes.c.amount)).group_by(day).order_by(day).limit(1)).fetchone()
    check("a month's sum", [months[0].isoformat()[:10], float(months[1]) > 0], ["2026-01-01", True])
sys.exit(checks.failures > 0)
