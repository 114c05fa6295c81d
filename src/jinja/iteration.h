// Iteration: Python's lazy sequences: range, generators (map, select, reversed …) and the views of a
// dict.
//
// Guarantees: a generator hands out each item once, is true and has no length, as in Python; a range is
//   computed, not stored; a view shows later changes of its dict.
// Threads: one thread at a time.
// Owns: a count on the container it walks.
// Errors: changing a dict's size while walking it throws Error(jinja_type).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "jinja/object.h"
#include "jinja/value.h"

namespace leat::jinja {

class Range final : public Object {
 public:
  /// Requires: step is not 0.
  Range(std::int64_t start, std::int64_t stop, std::int64_t step);
  std::string_view type_name() const override { return "range"; }
  std::string repr() const override;
  std::optional<Value> item(const Value& key) override;
  std::unique_ptr<Iterator> iterate() override;
  std::optional<std::size_t> length() const override { return count_; }
  bool is_sequence() const override { return true; }
  bool equals(const Value& other) const override;

 private:
  friend class RangeIterator;
  std::int64_t start_, stop_, step_;
  std::size_t count_;
};

/// Items that were computed at once and are handed out once.
class Generator final : public Object {
 public:
  Generator(std::string name, std::vector<Value> items) : name_(std::move(name)), items_(std::move(items)) {}
  std::string_view type_name() const override { return "generator"; }
  std::string repr() const override { return "<generator object " + name_ + ">"; }
  std::unique_ptr<Iterator> iterate() override;
  bool next(Value& item);

 private:
  std::string name_;
  std::vector<Value> items_;
  std::size_t at_ = 0;
};

Value make_generator(std::string name, std::vector<Value> items);

/// What dict.keys(), .values() and .items() return.
class DictView final : public Object {
 public:
  enum class Part { keys, values, items };
  DictView(Ref<Dict> dict, Part part) : dict_(std::move(dict)), part_(part) {}
  std::string_view type_name() const override;
  std::string repr() const override;
  std::unique_ptr<Iterator> iterate() override;
  std::optional<std::size_t> length() const override { return dict_->size(); }
  std::optional<bool> contains(const Value& item) override;

 private:
  Ref<Dict> dict_;
  Part part_;
};

/// Walks the entries of a dict, as the view of `part` would.
std::unique_ptr<Iterator> iterate_dict(Ref<Dict> dict, DictView::Part part);

}  // namespace leat::jinja
