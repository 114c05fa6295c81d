#include "database.h"

#include <fmt/core.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <chrono>

namespace script {

Database::Database(std::string server) : server_(std::move(server)) {
  const auto moment = std::chrono::steady_clock::now().time_since_epoch().count();
  name_ = fmt::format("leat_script_{}_{}", getpid(), moment % 1000000000);
  if (!execute(fmt::format("create database {}", name_))) return;
  const std::size_t query = std::min(server_.find('?'), server_.size());
  const std::size_t slash = server_.rfind('/', query);
  uri_ = server_.substr(0, slash + 1) + name_ + server_.substr(query);
}

Database::~Database() {
  if (!uri_.empty()) execute(fmt::format("drop database if exists {} with (force)", name_));
}

bool Database::execute(const std::string& sql) {
  PGconn* connection = PQconnectdb(server_.c_str());
  bool good = PQstatus(connection) == CONNECTION_OK;
  if (good) {
    PGresult* result = PQexec(connection, sql.c_str());
    good = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
  }
  if (!good) problem_ = PQerrorMessage(connection);
  PQfinish(connection);
  return good;
}

}  // namespace script
