// Built-ins: the tables of filters, tests, globals and methods, and how a row is called.
//
// Guarantees: a row's signature is parsed once; binding a call to it allocates nothing for plain positional
// calls. Threads: the tables are constant after their first use. Errors: call_builtin throws what the
// function throws, and Error(jinja_type) for arguments that do not fit. Source: Jinja2 3.1 (filters, tests,
// globals), Python 3.11 library reference 4 (methods).
#pragma once
#include <array>
#include <string_view>

#include "jinja/call.h"
#include "jinja/environment.h"

namespace leat::jinja {

/// A row with its signature parsed.
struct BuiltinEntry {
  explicit BuiltinEntry(const Builtin& source) : row(&source), signature(source.signature) {}
  const Builtin* row;
  Signature signature;
};

/// The methods that share a name, by the receiver's kind.
struct MethodSet {
  std::array<const BuiltinEntry*, static_cast<std::size_t>(Kind::object) + 1> by_kind{};
  const BuiltinEntry* of(const Value& receiver) const {
    return by_kind[static_cast<std::size_t>(receiver.kind())];
  }
};

/// The methods named `name`, or nullptr when no kind has one.
const MethodSet* find_methods(std::string_view name);
/// The method as a value that remembers its receiver (`{% set f = x.append %}`).
Value bound_method(const Value& receiver, const BuiltinEntry& method);
/// Binds the arguments and calls.
inline Value call_builtin(const BuiltinEntry& entry, CallArguments& arguments) {
  arguments.callee = entry.row->name;
  arguments.bind(entry.signature);
  return entry.row->function(arguments);
}

// The parts the tables are made of; each lives in the .cpp that is named for it.
extern const std::vector<Builtin> kStringCaseMethods, kStringSearchMethods, kListMethods, kTupleMethods,
    kDictMethods, kSetMethods, kNumberMethods, kBytesMethods;
extern const std::vector<Builtin> kTextFilters, kMarkupFilters, kSequenceFilters, kSelectionFilters;

/// What environment, filters and tests share: the render's tables.
Value apply_filter(Session& session, std::string_view name, CallArguments& arguments);
bool apply_test(Session& session, std::string_view name, CallArguments& arguments);
bool has_test(const Session& session, std::string_view name);
bool has_filter(const Session& session, std::string_view name);
const Limits& limits_of(const Session& session);
UndefinedPolicy undefined_policy_of(const Session& session);
/// A random number, from EnvironmentOptions::chance.
std::uint64_t chance_of(const Session& session);
/// An undefined value for `owner.name` under the session's policy.
Value missing_attribute(UndefinedPolicy policy, const Value& owner, const Value& name);
Value missing_name(UndefinedPolicy policy, std::string name, std::string hint = {});

}  // namespace leat::jinja
