#include "jinja/iteration.h"

#include "jinja/operations.h"
#include "jinja/utf8.h"

namespace leat::jinja {

Range::Range(std::int64_t start, std::int64_t stop, std::int64_t step)
    : start_(start), stop_(stop), step_(step) {
  const auto distance = step > 0 ? static_cast<std::uint64_t>(stop) - static_cast<std::uint64_t>(start)
                                 : static_cast<std::uint64_t>(start) - static_cast<std::uint64_t>(stop);
  const std::uint64_t stride =
      step > 0 ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
  const bool empty = step > 0 ? start >= stop : start <= stop;
  count_ = empty ? 0 : (distance - 1) / stride + 1;
}

std::string Range::repr() const {
  return step_ == 1 ? fmt::format("range({}, {})", start_, stop_)
                    : fmt::format("range({}, {}, {})", start_, stop_, step_);
}

std::optional<Value> Range::item(const Value& key) {
  if (!key.is_integral()) return std::nullopt;
  std::int64_t index = key.as_integer();
  if (index < 0) index += static_cast<std::int64_t>(count_);
  if (index < 0 || static_cast<std::size_t>(index) >= count_) return std::nullopt;
  return Value(start_ + index * step_);
}

bool Range::equals(const Value& other) const {
  const Range* range = other.as<Range>();
  return range && range->count_ == count_ &&
         (count_ == 0 || (range->start_ == start_ && (count_ == 1 || range->step_ == step_)));
}

class RangeIterator final : public Iterator {
 public:
  explicit RangeIterator(const Range& range) : at_(range.start_), step_(range.step_), left_(range.count_) {}
  bool next(Value& item) override {
    if (left_ == 0) return false;
    item = Value(at_);
    if (--left_ > 0) at_ += step_;
    return true;
  }

 private:
  std::int64_t at_, step_;
  std::size_t left_;
};

std::unique_ptr<Iterator> Range::iterate() {
  return std::make_unique<RangeIterator>(*this);
}

namespace {

class GeneratorIterator final : public Iterator {
 public:
  explicit GeneratorIterator(Generator& generator) : generator_(&generator) {}
  bool next(Value& item) override { return generator_->next(item); }

 private:
  Ref<Generator> generator_;
};

class ListIterator final : public Iterator {
 public:
  explicit ListIterator(Value sequence) : sequence_(std::move(sequence)) {}
  bool next(Value& item) override {
    const std::vector<Value>& items = sequence_.items();
    if (at_ >= items.size()) return false;
    item = items[at_++];
    return true;
  }

 private:
  Value sequence_;
  std::size_t at_ = 0;
};

class TextIterator final : public Iterator {
 public:
  explicit TextIterator(Value text) : text_(std::move(text)) {}
  bool next(Value& item) override {
    const std::string& text = text_.as_string();
    if (at_ >= text.size()) return false;
    const std::size_t begin = at_;
    if (text_.is(Kind::bytes)) {
      item = Value(static_cast<int>(static_cast<unsigned char>(text[at_++])));
      return true;
    }
    next_code_point(text, at_);
    item = Value(text.substr(begin, at_ - begin));
    return true;
  }

 private:
  Value text_;
  std::size_t at_ = 0;
};

class DictIterator final : public Iterator {
 public:
  DictIterator(Ref<Dict> dict, DictView::Part part, Value owner = Value())
      : dict_(std::move(dict)), owner_(std::move(owner)), part_(part), size_(dict_->size()) {}
  bool next(Value& item) override {
    if (dict_->size() != size_) raise_type("dictionary changed size during iteration");
    const auto& entries = dict_->entries();
    while (at_ < entries.size() && entries[at_].key.is_absent()) ++at_;
    if (at_ >= entries.size()) return false;
    const Dict::Entry& entry = entries[at_++];
    switch (part_) {
      case DictView::Part::keys:
        item = entry.key;
        break;
      case DictView::Part::values:
        item = entry.value;
        break;
      case DictView::Part::items:
        item = Value::tuple({entry.key, entry.value});
        break;
    }
    return true;
  }

 private:
  Ref<Dict> dict_;
  Value owner_;
  DictView::Part part_;
  std::size_t size_, at_ = 0;
};

class SetIterator final : public Iterator {
 public:
  explicit SetIterator(Set& set) : set_(&set), size_(set.members.size()) {}
  bool next(Value& item) override {
    if (set_->members.size() != size_) raise_type("Set changed size during iteration");
    const auto& entries = set_->members.entries();
    while (at_ < entries.size() && entries[at_].key.is_absent()) ++at_;
    if (at_ >= entries.size()) return false;
    item = entries[at_++].key;
    return true;
  }

 private:
  Ref<Set> set_;
  std::size_t size_, at_ = 0;
};

class EmptyIterator final : public Iterator {
 public:
  bool next(Value&) override { return false; }
};

}  // namespace

bool Generator::next(Value& item) {
  if (at_ >= items_.size()) return false;
  item = std::move(items_[at_++]);
  return true;
}

std::unique_ptr<Iterator> Generator::iterate() {
  return std::make_unique<GeneratorIterator>(*this);
}

Value make_generator(std::string name, std::vector<Value> items) {
  return Value(make_ref<Generator>(std::move(name), std::move(items)));
}

std::string_view DictView::type_name() const {
  return part_ == Part::keys ? "dict_keys" : part_ == Part::values ? "dict_values" : "dict_items";
}

std::string DictView::repr() const {
  auto walk = iterate_dict(dict_, part_);
  std::vector<Value> items;
  for (Value item; walk->next(item);) items.push_back(item);
  return fmt::format("{}({})", type_name(), to_repr(Value::list(std::move(items))));
}

std::unique_ptr<Iterator> DictView::iterate() {
  return iterate_dict(dict_, part_);
}

std::optional<bool> DictView::contains(const Value& item) {
  if (part_ == Part::keys) return dict_->find(item) != nullptr;
  return std::nullopt;
}

std::unique_ptr<Iterator> iterate_dict(Ref<Dict> dict, DictView::Part part) {
  return std::make_unique<DictIterator>(std::move(dict), part);
}

std::unique_ptr<Iterator> try_iterate(const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
      if (value.absence() && value.absence()->policy == UndefinedPolicy::strict) raise_undefined(value);
      return std::make_unique<EmptyIterator>();
    case Kind::string:
    case Kind::bytes:
      return std::make_unique<TextIterator>(value);
    case Kind::list:
    case Kind::tuple:
      return std::make_unique<ListIterator>(value);
    case Kind::dict:
      return iterate_dict(Ref<Dict>(&value.as_dict()), DictView::Part::keys);
    case Kind::set:
      return std::make_unique<SetIterator>(value.as_set());
    case Kind::object:
      return value.as_object().iterate();
    default:
      return nullptr;
  }
}

std::unique_ptr<Iterator> iterate(const Value& value) {
  if (auto items = try_iterate(value)) return items;
  raise_type(fmt::format("'{}' object is not iterable", type_name(value)));
}

std::vector<Value> collect(const Value& iterable) {
  if (iterable.is_list() || iterable.is_tuple()) return iterable.items();
  std::vector<Value> items;
  auto walk = iterate(iterable);
  for (Value item; walk->next(item);) items.push_back(std::move(item));
  return items;
}

}  // namespace leat::jinja
