#include "server/pgwire/types.h"

#include <algorithm>

namespace leat::server::pgwire {
namespace {

constexpr PgType kTypes[] = {
    {kBool, "bool", 1, 1000, 'B', "BOOLEAN", "boolean"},
    {kBytea, "bytea", -1, 1001, 'U', "BLOB"},
    {kChar, "char", 1, 1002, 'Z', "", "\"char\""},
    {kName, "name", 64, 1003, 'S', ""},
    {kInt8, "int8", 8, 1016, 'N', "BIGINT", "bigint"},
    {kInt2, "int2", 2, 1005, 'N', "SMALLINT", "smallint"},
    {kInt2Vector, "int2vector", -1, 1006, 'A', ""},
    {kInt4, "int4", 4, 1007, 'N', "INTEGER", "integer"},
    {kRegproc, "regproc", 4, 1008, 'N', ""},
    {kText, "text", -1, 1009, 'S', ""},
    {kOid, "oid", 4, 1028, 'N', "BIGINT"},
    {27, "tid", 6, 1010, 'U', ""},
    {28, "xid", 4, 1011, 'U', ""},
    {29, "cid", 4, 1012, 'U', ""},
    {30, "oidvector", -1, 1013, 'A', ""},
    {kJson, "json", -1, 199, 'U', ""},
    {142, "xml", -1, 143, 'U', ""},
    {194, "pg_node_tree", -1, 0, 'Z', ""},
    {600, "point", 16, 1017, 'G', ""},
    {650, "cidr", -1, 651, 'I', ""},
    {kFloat4, "float4", 4, 1021, 'N', "FLOAT", "real"},
    {kFloat8, "float8", 8, 1022, 'N', "DOUBLE", "double precision"},
    {kUnknown, "unknown", -2, 0, 'X', ""},
    {790, "money", 8, 791, 'N', ""},
    {829, "macaddr", 6, 1040, 'U', ""},
    {869, "inet", -1, 1041, 'I', ""},
    {1033, "aclitem", 16, 1034, 'U', ""},
    {kBpchar, "bpchar", -1, 1014, 'S', "", "character"},
    {kVarchar, "varchar", -1, 1015, 'S', "", "character varying"},
    {kDate, "date", 4, 1182, 'D', "DATE"},
    {kTime, "time", 8, 1183, 'D', "TIME", "time without time zone"},
    {kTimestamp, "timestamp", 8, 1115, 'D', "TIMESTAMP", "timestamp without time zone"},
    {kTimestampTz, "timestamptz", 8, 1185, 'D', "TIMESTAMPTZ", "timestamp with time zone"},
    {kInterval, "interval", 16, 1187, 'T', "INTERVAL"},
    {kTimeTz, "timetz", 12, 1270, 'D', "TIMETZ", "time with time zone"},
    {1560, "bit", -1, 1561, 'V', ""},
    {1562, "varbit", -1, 1563, 'V', "", "bit varying"},
    {kNumeric, "numeric", -1, 1231, 'N', "DECIMAL(38,10)"},
    {kRegclass, "regclass", 4, 2210, 'N', ""},
    {kRegtype, "regtype", 4, 2211, 'N', ""},
    {2249, "record", -1, 2287, 'P', ""},
    {2276, "any", 4, 0, 'P', "", "\"any\""},
    {2277, "anyarray", -1, 0, 'P', ""},
    {2278, "void", 4, 0, 'P', ""},
    {2279, "trigger", 4, 0, 'P', ""},
    {2281, "internal", 8, 0, 'P', ""},
    {kUuid, "uuid", 16, 2951, 'U', "UUID"},
    {kJsonb, "jsonb", -1, 3807, 'U', ""},
    {4089, "regnamespace", 4, 4090, 'N', ""},
    {4096, "regrole", 4, 4097, 'N', ""},
};

}  // namespace

std::span<const PgType> pg_types() {
  return kTypes;
}

const PgType* find_type(Oid oid) {
  auto* found = std::find_if(std::begin(kTypes), std::end(kTypes), [&](auto& row) { return row.oid == oid; });
  return found == std::end(kTypes) ? nullptr : found;
}

const PgType* element_of(Oid array) {
  auto* found = std::find_if(std::begin(kTypes), std::end(kTypes),
                             [&](auto& row) { return row.array == array && array; });
  return found == std::end(kTypes) ? nullptr : found;
}

int length_of(Oid oid) {
  const PgType* type = find_type(oid);
  return type ? type->length : -1;
}

}  // namespace leat::server::pgwire
