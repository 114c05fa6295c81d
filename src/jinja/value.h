// Value: a Python value as templates see it: cheap to copy, containers shared by reference.
//
// Guarantees: 16 bytes; copying a container shares it, so `append` through one copy is seen through all,
//   as in Python. Dicts keep insertion order and compare keys as Python does (1 == 1.0 == True). Strings
//   are UTF-8.
// Threads: counts are atomic, so values may be handed to and read by several threads at once; a
//   container that one thread changes must not be touched by another meanwhile.
// Owns: its heap part, by reference count. A container that holds itself is never freed.
// Errors: the as_… readers require the kind; operations on values (operations.h) throw
//   Error(jinja_type).
#pragma once
#include <atomic>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leat::jinja {

enum class Kind : std::uint8_t {
  undefined,  ///< a name or attribute that does not exist; also "argument not given" (absent)
  none,
  boolean,
  integer,
  real,
  string,
  bytes,
  list,
  tuple,
  dict,
  set,
  object  ///< functions, macros, loop, namespace, dates, relations: anything that implements Object
};

/// What lives on the heap: a count and a virtual destructor.
class Box {
 public:
  Box() = default;
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;
  virtual ~Box() = default;
  /// Counts one more owner.
  void retain() const { count_.fetch_add(1, std::memory_order_relaxed); }
  /// Counts one owner less and frees the box after the last; deep nests are freed without recursion.
  void release() const {
    if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) dispose(this);
  }

 private:
  static void dispose(const Box* box);
  mutable std::atomic<std::uint32_t> count_{0};
};

/// A counted pointer to a Box.
template <class T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* box) : box_(box) {
    if (box_) box_->retain();
  }
  Ref(const Ref& other) : Ref(other.box_) {}
  Ref(Ref&& other) noexcept : box_(std::exchange(other.box_, nullptr)) {}
  template <std::derived_from<T> U>
  Ref(const Ref<U>& other) : Ref(other.get()) {}  // NOLINT: a Ref to a derived box is a Ref to its base
  Ref& operator=(Ref other) noexcept {
    std::swap(box_, other.box_);
    return *this;
  }
  ~Ref() {
    if (box_) box_->release();
  }
  T* get() const { return box_; }
  T* operator->() const { return box_; }
  T& operator*() const { return *box_; }
  explicit operator bool() const { return box_ != nullptr; }

 private:
  T* box_ = nullptr;
};

template <class T, class... Arguments>
Ref<T> make_ref(Arguments&&... arguments) {
  return Ref<T>(new T(std::forward<Arguments>(arguments)...));
}

class String;
class List;
class Tuple;
class Dict;
class Set;
class Object;
struct Absence;

class Value {
 public:
  /// Absent: undefined without a name.
  Value() noexcept : kind_(Kind::undefined), box_(nullptr) {}
  Value(std::nullptr_t) noexcept : kind_(Kind::none), box_(nullptr) {}  // NOLINT: None
  template <std::same_as<bool> T>
  Value(T value) noexcept : kind_(Kind::boolean), integer_(value) {}  // NOLINT
  template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>) Value(T value)
  noexcept : kind_(Kind::integer), integer_(static_cast<std::int64_t>(value)) {}  // NOLINT
  Value(double value) noexcept : kind_(Kind::real), real_(value) {}               // NOLINT
  Value(std::string text);                                                        // NOLINT
  Value(std::string_view text) : Value(std::string(text)) {}                      // NOLINT
  Value(const char* text) : Value(std::string(text)) {}                           // NOLINT
  Value(Ref<String> text);                                                        // NOLINT
  Value(Ref<List> list);                                                          // NOLINT
  Value(Ref<Tuple> tuple);                                                        // NOLINT
  Value(Ref<Dict> dict);                                                          // NOLINT
  Value(Ref<Set> set);                                                            // NOLINT
  template <std::derived_from<Object> T>
  Value(const Ref<T>& object) : Value(Kind::object, object.get()) {}  // NOLINT

  static Value none() { return Value(nullptr); }
  static Value bytes(std::string content);
  /// An undefined value that says why when it is used.
  static Value undefined(Ref<Absence> absence);
  /// A new list, tuple or dict of these.
  static Value list(std::vector<Value> items = {});
  static Value tuple(std::vector<Value> items = {});
  static Value dict(std::vector<std::pair<std::string, Value>> items = {});

  Value(const Value& other) noexcept : kind_(other.kind_), integer_(other.integer_) {
    if (boxed() && box_) box_->retain();
  }
  Value(Value&& other) noexcept : kind_(other.kind_), integer_(other.integer_) {
    other.kind_ = Kind::undefined;
    other.box_ = nullptr;
  }
  Value& operator=(Value other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(integer_, other.integer_);
    return *this;
  }
  ~Value() {
    if (boxed() && box_) box_->release();
  }

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_undefined() const { return kind_ == Kind::undefined; }
  /// True for an argument that was not given or a slot that was not set.
  bool is_absent() const { return kind_ == Kind::undefined && !box_; }
  bool is_none() const { return kind_ == Kind::none; }
  bool is_string() const { return kind_ == Kind::string; }
  bool is_list() const { return kind_ == Kind::list; }
  bool is_tuple() const { return kind_ == Kind::tuple; }
  bool is_dict() const { return kind_ == Kind::dict; }
  bool is_object() const { return kind_ == Kind::object; }
  /// True for bool and int, which Python counts as int.
  bool is_integral() const { return kind_ == Kind::boolean || kind_ == Kind::integer; }
  bool is_number() const { return is_integral() || kind_ == Kind::real; }

  // Requires for each: the kind fits.
  bool as_bool() const { return integer_ != 0; }
  std::int64_t as_integer() const { return integer_; }
  double as_real() const { return kind_ == Kind::real ? real_ : static_cast<double>(integer_); }
  const std::string& as_string() const;
  const std::string& as_bytes() const { return as_string(); }
  String& string_box() const;
  List& as_list() const;
  Tuple& as_tuple() const;
  Dict& as_dict() const;
  Set& as_set() const;
  Object& as_object() const;
  /// Why it is undefined, or nullptr.
  const Absence* absence() const;
  /// The items of a list or tuple.
  const std::vector<Value>& items() const;
  // For every kind:
  /// What a dict holds under `key`; nullptr where it holds nothing, and for what is no dict.
  Value* find(std::string_view key) const;
  /// The same; none where there is nothing.
  const Value& member(std::string_view key) const;
  /// The object as a T, or nullptr when this is none.
  template <class T>
  T* as() const {
    return kind_ == Kind::object ? dynamic_cast<T*>(box_) : nullptr;
  }
  /// True when both are the same box or the same plain value (Python's `is`).
  bool same_as(const Value& other) const { return kind_ == other.kind_ && integer_ == other.integer_; }

 private:
  Value(Kind kind, Box* box) : kind_(kind), box_(box) {
    if (box_) box_->retain();
  }
  bool boxed() const { return kind_ >= Kind::string || kind_ == Kind::undefined; }
  Kind kind_;
  union {
    std::int64_t integer_;
    double real_;
    Box* box_;
  };
};

/// The text of a string or bytes value, with its hash and length remembered.
class String final : public Box {
 public:
  explicit String(std::string content) : text(std::move(content)) {}
  /// The number of code points.
  std::size_t length() const;
  std::size_t hash() const;
  const std::string text;

 private:
  mutable std::atomic<std::int64_t> length_{-1};
  mutable std::atomic<std::size_t> hash_{0};
};

class List final : public Box {
 public:
  explicit List(std::vector<Value> values = {}) : items(std::move(values)) {}
  std::vector<Value> items;
};

class Tuple final : public Box {
 public:
  explicit Tuple(std::vector<Value> values = {}) : items(std::move(values)) {}
  const std::vector<Value> items;
};

/// An insertion-ordered hash table.
class Dict final : public Box {
 public:
  struct Entry {
    std::size_t hash;
    Value key;  ///< absent: this entry was erased
    Value value;
  };
  Dict() = default;

  /// Finds the value of `key`, or nullptr. Throws for a key that can't be hashed (list, dict).
  Value* find(const Value& key) const;
  Value* find(std::string_view key) const;
  Value* find(const std::string& key) const { return find(std::string_view(key)); }
  Value* find(const char* key) const { return find(std::string_view(key)); }
  /// Adds or replaces; keeps the place of a key that is there.
  void set(Value key, Value value);
  void set(std::string_view key, Value value) { set(Value(std::string(key)), std::move(value)); }
  void set(const std::string& key, Value value) { set(std::string_view(key), std::move(value)); }
  void set(const char* key, Value value) { set(std::string_view(key), std::move(value)); }
  /// Removes; returns what was there, or nullopt.
  std::optional<Value> erase(const Value& key);
  /// Removes the last entry; requires: not empty.
  Entry pop_last();
  void clear();
  std::size_t size() const { return live_; }
  bool empty() const { return live_ == 0; }
  /// Entries in order, with erased ones between them (their key is absent).
  const std::vector<Entry>& entries() const { return entries_; }
  std::vector<Entry>& entries() { return entries_; }
  /// Calls `f(key, value)` for each entry in order.
  template <class F>
  void each(F&& f) const {
    for (const Entry& entry : entries_)
      if (!entry.key.is_absent()) f(entry.key, entry.value);
  }

 private:
  template <class Same>
  std::int64_t locate(std::size_t hash, Same&& same) const;
  std::int64_t locate(const Value& key, std::size_t hash) const;
  void rebuild();
  std::vector<Entry> entries_;
  std::vector<std::int32_t> slots_;  // open addressing; empty while there are few entries
  std::size_t live_ = 0;
};

/// A set, in order of insertion.
class Set final : public Box {
 public:
  Dict members;  ///< keys are the members
};

/// What happens when an undefined value is used.
enum class UndefinedPolicy : std::uint8_t {
  lenient,    ///< prints as '', is false and empty; attributes, calls and arithmetic raise (Jinja2's default)
  strict,     ///< every use but `is defined` and `default` raises
  chainable,  ///< as lenient, and its attributes are undefined too
  absorbing   ///< as chainable, and calls return it (dbt's parse of a model)
};

/// Why a value is undefined.
struct Absence final : Box {
  std::string name;  ///< the name or attribute that is missing
  std::string hint;  ///< the sentence to raise, or empty for "'name' is undefined"
  UndefinedPolicy policy = UndefinedPolicy::lenient;
};

inline const std::string& Value::as_string() const {
  return static_cast<String*>(box_)->text;
}
inline String& Value::string_box() const {
  return *static_cast<String*>(box_);
}
inline List& Value::as_list() const {
  return *static_cast<List*>(box_);
}
inline Tuple& Value::as_tuple() const {
  return *static_cast<Tuple*>(box_);
}
inline Dict& Value::as_dict() const {
  return *static_cast<Dict*>(box_);
}
inline Set& Value::as_set() const {
  return *static_cast<Set*>(box_);
}
inline const Absence* Value::absence() const {
  return static_cast<const Absence*>(box_);
}
inline const std::vector<Value>& Value::items() const {
  return kind_ == Kind::list ? as_list().items : as_tuple().items;
}

}  // namespace leat::jinja
