# Superset's own way to a database: its model, its engine spec, what SQL Lab and a chart send. Prints one line a check.
import os
import sys
import threading

from superset.app import create_app  # noqa: E402

import checks
from checks import check

app = create_app()
with app.app_context():
    from superset.extensions import db
    from superset.models.core import Database
    from superset.sql.parse import Table

    database = Database(database_name="leat", id=1)
    database.set_sqlalchemy_uri(sys.argv[1])
    db.session.expunge_all()
    spec = database.db_engine_spec
    check("its engine spec", spec.engine, "postgresql")
    with database.get_raw_connection() as connection:
        cursor = connection.cursor()
        cursor.execute("select 1")
        check("a raw connection", cursor.fetchone(), (1,))
    check("schemas", sorted(set(database.get_all_schema_names(catalog=None)) - {"information_schema"}), ["marts", "public", "raw"])
    with database.get_inspector() as inspector:
        check("catalogs", sorted(spec.get_catalog_names(database, inspector)), ["chicago_crime"])
    check("tables", sorted(name for name, *_ in database.get_all_table_names_in_schema(None, "public")), ["lines", "orders"])
    check("views", sorted(name for name, *_ in database.get_all_view_names_in_schema(None, "marts")), ["by_kind"])
    table = Table("orders", "public")
    check("columns", [column["column_name"] for column in database.get_columns(table)], ["id", "customer", "total"])
    # Superset turns the names in it to None, whatever the database.
    check("the primary key", "constrained_columns" in database.get_pk_constraint(table), True)
    check("foreign keys", len(database.get_foreign_keys(Table("lines", "public"))), 1)
    check("indexes", [index["column_names"] for index in database.get_indexes(table)], [["customer", "total"]])
    check("a table's comment", database.get_table_comment(table), "what was ordered")
    frame = database.get_df("select kind, count(*) as n, avg(amount) as mean from raw.crimes group by kind order by kind", schema="public")
    check("a query of SQL Lab", [list(frame.columns), len(frame), int(frame["n"].sum())], [["kind", "n", "mean"], 7, 20000])
    frame = database.get_df(database.select_star(table, limit=2), schema="public")
    check("a preview", len(frame), 2)
    grain = spec.get_timestamp_expr(__import__("sqlalchemy").column("at"), None, "P1W")
    sql = f'select {grain.compile(compile_kwargs={"literal_binds": True})} as week, count(*) as n from raw.crimes group by 1 order by 1'
    check("a chart by week", int(database.get_df(sql)["n"].sum()), 20000)
    for name in ("PT1H", "P1D", "P1M", "P3M", "P1Y"):
        grain = spec.get_timestamp_expr(__import__("sqlalchemy").column("at"), None, name)
        sql = f'select {grain.compile(compile_kwargs={"literal_binds": True})} as t, sum(amount) as n from raw.crimes group by 1 order by 1 limit 3'
        check("a chart by " + name, len(database.get_df(sql)) >= 1, True)
    with database.get_raw_connection() as connection:
        check("a plan without costs", spec.estimate_statement_cost(database, "select 1", connection.cursor()), {})
    # What it ends is the connection, as with PostgreSQL.
    opened = database.get_raw_connection()
    running = opened.__enter__()
    with database.get_raw_connection() as other:
        cursor = running.cursor()
        class Query:  # what it knows of one that runs
            pass
        query_id = spec.get_cancel_query_id(cursor, Query())
        threading.Timer(0.5, lambda: spec.cancel_query(other.cursor(), Query(), query_id)).start()
        try:
            cursor.execute("select count(*) from range(1000000) a, range(1000000) b where a.range * b.range % 7 = 3")
            check("cancelling", "ended", "cancelled")
        except Exception as error:
            check("cancelling", "cancel" in str(error), True)
sys.stdout.flush()
os._exit(checks.failures > 0)
