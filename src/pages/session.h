// Session: one page while it is rendered: its queries, asked when they are needed, and what its inputs hold.
//
// Guarantees: a query's SQL is asked once, however often and in whatever state it is needed. What is read
// while a
//   tracker is open is noted there, so that each part of a page knows the inputs that it depends on.
// Threads: one thread.
// Owns: nothing of the adapter; the tables it hands out are shared.
// Errors: Error(page_query) with the file:line of the query; those of expressions.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "pages/page.h"

namespace leat::pages {

/// One thing that an input can hold.
struct Choice {
  std::string key;  ///< how the reader's runtime names it
  Value value;      ///< what `inputs.name` is then
};
struct Choices {
  std::vector<Choice> all;
  std::size_t chosen = 0;  ///< of the page as it opens
  bool is_open = false;    ///< the reader may choose what is not listed
};

class Session {
 public:
  /// Asks the warehouse; called for each SQL text once.
  using Ask =
      std::function<TablePtr(const std::string& name, const std::string& sql, const std::string& where)>;
  /// Finds out what an input of the page offers.
  using Offer = std::function<Choices(const PageNode& input, const Scope& scope)>;

  Session(const Page& page, std::map<std::string, std::string> params, Ask ask, std::string now);
  /// Who finds out what inputs offer; needed before an input is asked for.
  void set_offer(Offer offer) { offer_ = std::move(offer); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Scope& scope() const { return scope_; }
  const std::map<std::string, std::string>& params() const { return params_; }
  /// The rows of a query of the page.
  TablePtr table(const std::string& query);
  /// The SQL of a query with all that it names put in.
  std::string resolved(const Query& query);
  const Query* find_query(const std::string& name) const;
  std::int64_t asked() const { return asked_; }
  std::int64_t rows() const { return rows_; }

  const Choices& choices(const std::string& input);
  /// Lets an input hold another thing; "" for what it holds as the page opens.
  void select(const std::string& input, const std::string& key);
  std::string selected(const std::string& input);
  bool has_input(const std::string& name) const { return inputs_.count(name) > 0; }

  /// What the reader of the page should know: inputs that queries wait for and the page does not have.
  const std::map<std::string, PageNote>& notes() const { return notes_; }

  /// Runs `work` and returns the inputs that it depended on.
  std::set<std::string> tracked(const std::function<void()>& work);

 private:
  std::optional<Value> lookup(const std::string& name);
  Value input_value(const std::string& name);
  void find_inputs(const std::vector<PageNode>& nodes);
  void note(const std::set<std::string>& names);
  TablePtr asked_once(const std::string& name, const std::string& sql, const std::string& where);
  TablePtr asked_anew(const std::string& name, const std::string& sql);
  bool waits(const std::set<std::string>& inputs);
  Value declared(const std::string& name);
  std::string placeholder(const Query& query, const std::string& text);
  void set_scope(const std::string& now);

  template <class T>
  struct Kept {
    T value;
    std::set<std::string> inputs;
    std::string missing;  // an input that it needs and the page does not have
  };

  const Page& page_;
  std::map<std::string, std::string> params_;
  Ask ask_;
  Offer offer_;
  Scope scope_;
  std::map<std::string, TablePtr> by_sql_;
  std::map<std::string, Kept<std::string>> resolved_;  // in the state of now
  std::map<std::string, Kept<Choices>> choices_;       // in the state of now
  std::map<std::string, const PageNode*> inputs_;
  std::map<std::string, std::string> selected_;
  std::vector<std::set<std::string>*> trackers_;
  std::vector<std::string> trail_;  // of queries and names that are being resolved
  std::map<std::string, Choices> unfinished_;
  std::map<std::string, PageNote> notes_;  // by query
  std::string missing_;                    // the input that was asked for last and is not there
  bool in_sql_ = false;
  bool is_cut_ = false;  // some input held nothing because it was being found out
  std::int64_t asked_ = 0, rows_ = 0;
};

}  // namespace leat::pages
