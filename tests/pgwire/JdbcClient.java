// A client with PostgreSQL's JDBC driver: metadata, prepared statements, fetch sizes, cancelling. Prints one line a check.
import java.math.BigDecimal;
import java.sql.*;
import java.util.*;

public class JdbcClient {
  static int failures = 0;

  static void check(String what, Object got, Object wanted) {
    boolean same = Objects.equals(String.valueOf(got), String.valueOf(wanted));
    if (!same) failures++;
    System.out.println((same ? "works: " : "differs: ") + what + (same ? "" : ": " + got + " instead of " + wanted));
  }

  static List<String> column(ResultSet rows, String name) throws SQLException {
    List<String> out = new ArrayList<>();
    while (rows.next()) out.add(rows.getString(name));
    return out;
  }

  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("user", "leat");
    if (arguments.length > 1) properties.setProperty("password", arguments[1]);
    try (Connection connection = DriverManager.getConnection(arguments[0], properties)) {
      metadata(connection.getMetaData());
      queries(connection);
    }
    System.exit(failures > 0 ? 1 : 0);
  }

  static void metadata(DatabaseMetaData data) throws SQLException {
    check("product", data.getDatabaseProductName(), "PostgreSQL");
    check("schemas", column(data.getSchemas(), "TABLE_SCHEM"), "[information_schema, marts, pg_catalog, public, raw]");
    check("catalogs", column(data.getCatalogs(), "TABLE_CAT"), "[chicago_crime]");
    check("tables", column(data.getTables(null, "public", "%", new String[] {"TABLE", "VIEW"}), "TABLE_NAME"), "[lines, orders]");
    check("views", column(data.getTables(null, null, "%", new String[] {"VIEW"}), "TABLE_NAME"), "[by_kind]");
    check("columns", column(data.getColumns(null, "public", "orders", null), "COLUMN_NAME"), "[id, customer, total]");
    check("types", column(data.getColumns(null, "raw", "crimes", null), "TYPE_NAME"),
        "[int8, text, numeric, timestamp, bool, _text, json, float8, date, uuid, bytea]");
    check("sizes", column(data.getColumns(null, "public", "orders", "total"), "COLUMN_SIZE"), "[12]");
    check("nullable", column(data.getColumns(null, "public", "orders", null), "IS_NULLABLE"), "[NO, NO, YES]");
    check("remarks", column(data.getTables(null, "public", "orders", null), "REMARKS"), "[what was ordered]");
    check("primary keys", column(data.getPrimaryKeys(null, "public", "orders"), "COLUMN_NAME"), "[id]");
    check("indexes", column(data.getIndexInfo(null, "public", "orders", true, false), "COLUMN_NAME"), "[customer, total, id]");
    check("imported keys", column(data.getImportedKeys(null, "public", "lines"), "PKTABLE_NAME"), "[orders]");
    check("exported keys", column(data.getExportedKeys(null, "public", "orders"), "FKTABLE_NAME"), "[lines]");
    check("types of the server", column(data.getTypeInfo(), "TYPE_NAME").contains("int4"), true);
    check("functions", column(data.getFunctions(null, null, "%"), "FUNCTION_NAME").size() >= 0, true);
    check("table types", column(data.getTableTypes(), "TABLE_TYPE").contains("TABLE"), true);
    check("privileges", column(data.getTablePrivileges(null, "public", "orders"), "PRIVILEGE").size() >= 0, true);
    check("version", data.getDatabaseMajorVersion(), 15);
  }

  static void queries(Connection connection) throws Exception {
    // The driver goes over to named statements and binary values after five times.
    PreparedStatement statement = connection.prepareStatement(
        "select id, customer, total, date '2026-01-02', timestamp '2026-01-02 03:04:05', id::bigint * 10, 1.5::double, true, "
            + "'00000000-0000-4000-8000-000000000001'::uuid from orders where id = ? and customer like ?");
    for (int each = 0; each < 8; each++) {
      statement.setInt(1, 2);
      statement.setString(2, "b%");
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        String got = rows.getInt(1) + " " + rows.getString(2) + " " + rows.getBigDecimal(3) + " " + rows.getDate(4) + " "
            + rows.getTimestamp(5) + " " + rows.getLong(6) + " " + rows.getDouble(7) + " " + rows.getBoolean(8) + " " + rows.getObject(9);
        if (each % 7 == 0)
          check("a prepared statement, time " + (each + 1), got,
              "2 bob 2.25 2026-01-02 2026-01-02 03:04:05.0 20 1.5 true 00000000-0000-4000-8000-000000000001");
      }
    }
    PreparedStatement times = connection.prepareStatement("select count(*) from raw.crimes where day >= ? and amount < ?");
    times.setDate(1, java.sql.Date.valueOf("2026-01-10"));
    times.setBigDecimal(2, new BigDecimal("100.5"));
    try (ResultSet rows = times.executeQuery()) {
      rows.next();
      check("a date and a decimal", rows.getLong(1) > 0, true);
    }
    connection.setAutoCommit(false);
    Statement reading = connection.createStatement();
    reading.setFetchSize(500);
    int count = 0;
    try (ResultSet rows = reading.executeQuery("select id from raw.crimes")) {
      while (rows.next()) count++;
    }
    try (ResultSet rows = reading.executeQuery("select count(*) from raw.crimes")) {
      rows.next();
      check("rows in pieces", count, rows.getInt(1));
    }
    connection.commit();
    connection.setAutoCommit(true);
    connection.setReadOnly(true);
    check("transaction isolation", connection.getTransactionIsolation(), Connection.TRANSACTION_READ_COMMITTED);
    try {
      connection.createStatement().executeUpdate("delete from orders");
      check("writing", "done", "refused");
    } catch (SQLException refused) {
      check("writing is refused", refused.getSQLState(), "25006");
    }
    Statement slow = connection.createStatement();
    slow.setQueryTimeout(1);
    try {
      slow.executeQuery("select count(*) from range(1000000) a, range(1000000) b where a.range * b.range % 7 = 3");
      check("cancelling", "ended", "cancelled");
    } catch (SQLException cancelled) {
      check("cancelling", cancelled.getSQLState(), "57014");
    }
  }
}
