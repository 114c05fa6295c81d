// Service: the stand-in's answers over HTTP: rows, metadata, and the orders that tests give it.
//
// Guarantees: an answer's rows are rendered while they are sent, in pieces; a change between two pieces never
//   tears a row. Requests are logged, the newest 10,000 kept.
// Threads: start() installs handlers that a pool of threads calls; everything shared is locked.
// Owns: the tables and the log.
// Errors: a Problem becomes its HTTP answer.
// Source: dev.socrata.com; headers and bodies of the cities' answers.
#pragma once
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "faults.h"
#include "problem.h"
#include "query.h"
#include "render.h"
#include "table.h"

namespace httplib {
class Server;
struct Request;
struct Response;
}  // namespace httplib

namespace soda {

struct ServiceOptions {
  QueryLimits limits;
  std::string token;                    ///< empty: none is asked for
  std::optional<Problem::Shape> shape;  ///< of error bodies; nothing: as the city has it
  bool compresses = true;
};

class Service {
 public:
  explicit Service(ServiceOptions options) : options_(std::move(options)) {}
  void add(std::shared_ptr<Table> table);
  void start(httplib::Server& server);
  /// Does what "NAME?key=value&…" orders; returns the JSON report.
  std::string order(const std::string& line);
  std::string describe() const;

 private:
  struct DataSet {
    std::shared_ptr<Table> table;
    RowCache cache;
  };
  struct Entry {
    std::size_t number = 0;
    std::string method, url;
    bool token = false;
    int status = 0;
    std::size_t rows = 0, bytes = 0;
  };
  /// A change that waits until `skip` matching requests have passed.
  struct Pending {
    std::string kind;
    Orders orders;
    std::string match;
    std::size_t skip = 0;
    bool is_done = false;
  };
  struct Body;

  void answer_rows(const httplib::Request& request, httplib::Response& response, Effect effect,
                   std::size_t number);
  void answer_view(const httplib::Request& request, httplib::Response& response);
  void answer_catalog(httplib::Response& response);
  void answer_admin(const httplib::Request& request, httplib::Response& response);
  std::string run_order(const std::string& kind, const Orders& orders);
  std::string run_mutation(const std::string& kind, const Orders& orders);
  void run_pending(const std::string& url);
  void check_token(const httplib::Request& request) const;
  DataSet& data_set(const std::string& id);
  void put_headers(const DataSet& set, const Effect& effect, httplib::Response& response);
  void put_problem(const Problem& problem, httplib::Response& response) const;
  std::size_t log(const httplib::Request& request);
  void complete(std::size_t number, int status, std::size_t rows, std::size_t bytes);
  std::string requests_json(std::size_t since);

  const ServiceOptions options_;
  std::map<std::string, std::unique_ptr<DataSet>> sets_;
  Faults faults_;
  std::mutex pending_lock_;
  std::vector<Pending> pending_;
  std::mutex log_lock_;
  std::deque<Entry> log_;
  std::size_t request_count_ = 0;
};

}  // namespace soda
