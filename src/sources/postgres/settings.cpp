#include "sources/postgres/settings.h"

#include "base/error.h"
#include "document/texts.h"
#include "sources/postgres/client.h"

namespace leat::sources::postgres {

const Spec kSettings{
    "postgres",
    "A PostgreSQL database (14 or newer): tables whole, by a cursor column or by its stream of changes.",
    {
        {.name = "url",
         .kind = FieldKind::secret,
         .doc = "Where it is, as libpq takes it: "
                "postgres://user:password@host:5432/database?sslmode=verify-full.",
         .required = true},
        {.name = "ssh",
         .doc =
             "The jump host that the database is reached through, as ssh knows it: user@jump.example.com, or "
             "a Host of ~/.ssh/config. The url's host is the one that the jump host sees."},
        {.name = "ssh_port", .doc = "The jump host's port; ssh's own choice when left out."},
        {.name = "ssh_key",
         .kind = FieldKind::path,
         .doc = "The private key file for the jump host; ssh's own choice (agent, ~/.ssh) when left out."},
        {.name = "ssh_options",
         .kind = FieldKind::list,
         .doc = "Options of ssh_config: [StrictHostKeyChecking=accept-new]."},
        {.name = "method",
         .doc = "How tables are read: whole or by their cursor columns, by the transactions that wrote their "
                "rows, or by the stream of changes.",
         .default_value = "read",
         .choices = {"read", "xmin", "cdc"}},
        {.name = "schemas",
         .kind = FieldKind::list,
         .doc = "The schemas that are read (`*` and `?` are wildcards); tables of the first go by their bare "
                "names, those of others by schema.table; [public] when left out."},
        {.name = "tables",
         .kind = FieldKind::list,
         .doc = "Only tables of these names (table or schema.table, with wildcards); all when left out."},
        {.name = "columns",
         .kind = FieldKind::mapping,
         .doc = "Of a stream, only these columns: {customer: [id, name]}."},
        {.name = "where",
         .kind = FieldKind::mapping,
         .doc = "Of a stream, only rows where this SQL condition holds: {orders: \"status <> 'draft'\"}."},
        {.name = "cursors",
         .kind = FieldKind::mapping,
         .doc = "Of a stream, the column that grows with each change: {orders: updated_at}."},
        {.name = "lag",
         .kind = FieldKind::duration,
         .doc = "Rows this much older than the newest cursor seen are read again, for transactions that were "
                "slow to commit.",
         .default_value = "0s"},
        {.name = "numerics",
         .doc =
             "How numeric without a precision is stored: exactly, as text, or as a double (null where it is "
             "beyond all doubles).",
         .default_value = "text",
         .choices = {"text", "double"}},
        {.name = "workers",
         .kind = FieldKind::integer,
         .doc = "Sessions that read one table side by side.",
         .default_value = "2"},
        {.name = "slot",
         .doc = "cdc: the replication slot, made when it is not there.",
         .default_value = "leat"},
        {.name = "publication",
         .doc = "cdc: the publication, made when it is not there; one that Leat made follows `tables`.",
         .default_value = "leat"},
        {.name = "failover",
         .kind = FieldKind::boolean,
         .doc = "cdc, PostgreSQL 17: the slot is carried on to standbys.",
         .default_value = "false"},
        {.name = "deletes",
         .doc = "cdc: whether deleted rows stay, as their key and the time, or leave the table.",
         .default_value = "soft",
         .choices = {"soft", "hard"}},
        {.name = "history",
         .kind = FieldKind::boolean,
         .doc = "cdc: each table has a second stream TABLE_changes, one row a change.",
         .default_value = "false"},
        {.name = "interval",
         .kind = FieldKind::duration,
         .doc = "cdc, continuous: changes are committed this often.",
         .default_value = "500ms"},
        {.name = "rows",
         .kind = FieldKind::integer,
         .doc = "cdc: so many changes are committed together at the most, unless one transaction has more.",
         .default_value = "200000"},
        {.name = "bytes",
         .kind = FieldKind::bytes,
         .doc = "cdc: so many bytes of changes are committed together at the most.",
         .default_value = "64MB"},
        {.name = "memory",
         .kind = FieldKind::bytes,
         .doc = "cdc: what transactions under way may hold in memory before they go to a temporary file.",
         .default_value = "32MB"},
        {.name = "portion",
         .kind = FieldKind::bytes,
         .doc = "cdc: of a table with a key that is read whole, so much of its file is committed together; a "
                "read that was cut off goes on behind the last portion.",
         .default_value = "2GB"},
        {.name = "heartbeat",
         .kind = FieldKind::duration,
         .doc = "cdc, continuous: a message is written to the log this often, so that the slot of a quiet "
                "database moves on; 0s writes none.",
         .default_value = "0s"},
    }};

namespace {

std::map<std::string, std::string> pairs(const document::Value& mapping) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : mapping.members()) out[name] = value.raw();
  return out;
}

}  // namespace

Options read_options(const document::Settings& settings) {
  Options out;
  out.url = settings.text("url");
  out.where = settings.mark().text();
  out.place = place_of(out.url);
  out.jump = {settings.text("ssh"), settings.text("ssh_port"), settings.resolve_path("ssh_key"),
              document::texts(settings, "ssh_options")};
  std::string method = settings.text("method");
  out.method = method == "cdc" ? Method::cdc : method == "xmin" ? Method::xmin : Method::read;
  out.schemas = document::texts(settings, "schemas");
  if (out.schemas.empty()) out.schemas = {"public"};
  out.tables = document::texts(settings, "tables");
  for (const auto& [name, list] : settings.value("columns").members())
    out.columns[name] = document::texts_of(list);
  out.conditions = pairs(settings.value("where"));
  out.cursors = pairs(settings.value("cursors"));
  out.lag = settings.duration("lag");
  out.numerics = settings.text("numerics") == "double" ? Numerics::float64 : Numerics::text;
  out.workers = static_cast<int>(settings.integer("workers"));
  if (out.workers < 1 || out.workers > 32)
    throw Error(ErrorCode::config_invalid, "`workers` has to be 1 to 32", out.where);
  out.slot = settings.text("slot");
  out.publication = settings.text("publication");
  out.failover = settings.boolean("failover");
  out.deletes_hard = settings.text("deletes") == "hard";
  out.history = settings.boolean("history");
  out.interval = settings.duration("interval");
  out.heartbeat = settings.duration("heartbeat");
  out.rows_max = settings.integer("rows");
  out.bytes_max = settings.bytes("bytes");
  out.memory_bytes = settings.bytes("memory");
  out.portion_bytes = settings.bytes("portion");
  return out;
}

}  // namespace leat::sources::postgres
