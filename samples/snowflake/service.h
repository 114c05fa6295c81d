// Service: the stand-in's answers over HTTP: login, statements, results, stages' storage, and
// the orders of tests.
//
// Guarantees: a request id runs once: the same id again gets the first one's answer. A
//   statement that takes longer than `wait_ms` is answered with a URL to ask for its result.
// Threads: start() installs handlers that a pool of threads calls; everything shared is
//   locked.
// Owns: sessions, jobs, parts of results.
// Errors: a Refusal becomes an answer with success: false.
// Source: the requests and answers of Snowflake's published drivers
#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine.h"
#include "faults.h"
#include "session.h"

namespace httplib {
class Server;
struct Request;
struct Response;
}  // namespace httplib

namespace snowflake {

struct ServiceOptions {
  std::string user = "LEAT", password, token, public_key;  ///< those that are empty log nobody in
  std::string storage = "local";   ///< local, s3, azure or gcs: what PUT's answer says
  std::string folder;              ///< of stages
  std::size_t inline_rows = 1000;  ///< rows of an answer; the others come in parts
  std::size_t part_rows = 10000;
  int wait_ms = 45000;
};

class Service {
 public:
  explicit Service(ServiceOptions options);
  ~Service();
  void start(httplib::Server& server);
  /// "http://127.0.0.1:PORT", once it is known.
  void set_url(std::string url) { url_ = std::move(url); }

 private:
  struct Client;
  struct Job;

  std::string login(const httplib::Request& request);
  std::string query(const httplib::Request& request, httplib::Response& response);
  std::string result(const std::string& query_id, const httplib::Request& request);
  std::string renew(const httplib::Request& request);
  std::string abort(const httplib::Request& request);
  std::string close(const httplib::Request& request);
  std::string admin(const std::string& kind, const httplib::Request& request);
  void store(const httplib::Request& request, httplib::Response& response);
  void part(const std::string& id, httplib::Response& response);

  std::shared_ptr<Client> client_of(const httplib::Request& request);
  std::shared_ptr<Job> job_of(const httplib::Request& request, const std::string& request_id);
  void run(std::shared_ptr<Job> job);
  std::string wait_for(Job& job, int ms);
  std::string answer_of(const Job& job, const Outcome& outcome);
  std::string put_answer(const Stages::Destination& put);
  std::string new_id();
  void answer(const httplib::Request& request, httplib::Response& response,
              const std::function<std::string()>& make);

  const ServiceOptions options_;
  std::string url_;
  Faults faults_;
  Database database_;
  std::mutex mutex_;                                        // guards all below
  std::map<std::string, std::shared_ptr<Client>> clients_;  ///< by token
  std::map<std::string, std::shared_ptr<Job>> jobs_;        ///< by request id and by query id
  std::deque<std::string> job_order_;
  std::map<std::string, std::string> parts_, uploads_;  ///< part id -> gzip; upload key -> folder
  std::deque<std::string> part_order_;
  std::deque<std::string> statements_;
  std::vector<std::thread> threads_;
  std::uint64_t ids_ = 0;
};

}  // namespace snowflake
