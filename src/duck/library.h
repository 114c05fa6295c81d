// libduckdb: loaded when the first database is opened, so that a command that needs none starts at once.
//
// Guarantees: after load_library() every duckdb_… of library.def is there, under its own name in this namespace.
// Threads: load_library() from any, at once too; the functions as DuckDB says.
// Owns: the library, for as long as the process lives.
// Errors: Error(warehouse_connect) when libduckdb is not found or lacks a function.
// Source: dlopen(3); DuckDB C API 1.4, https://duckdb.org/docs/stable/clients/c/overview
#pragma once
#include <duckdb.h>

namespace leat::duck {

/// Finds libduckdb.so beside the program (its run path) or where the system looks, and its functions in it.
void load_library();

// Each is null until load_library(); Database::open calls it, and no handle exists before.
#define LEAT_DUCKDB(name) extern decltype(&::name) name;
#include "duck/library.def"
#undef LEAT_DUCKDB

}  // namespace leat::duck
