#include "sources/declarative/references.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace leat::sources::declarative {
namespace {

using document::Value;

constexpr std::size_t kPartsMax = 4'000'000;
constexpr std::string_view kRef = "$ref";

class Resolver {
 public:
  explicit Resolver(const Value& manifest) : manifest_(manifest) {}

  Value resolve(const Value& node) {
    if (++parts_ > kPartsMax) {
      throw Error(ErrorCode::config_invalid, "The manifest's references multiply beyond all measure",
                  node.where());
    }
    if (node.is_mapping()) return resolve_mapping(node);
    if (node.is_list()) {
      Value out = Value::list();
      out.set_mark(node.mark());
      out.items().reserve(node.items().size());
      for (const Value& item : node.items()) out.items().push_back(resolve(item));
      return out;
    }
    if (node.is_text() && node.raw().rfind("#/", 0) == 0) return follow(node);
    return node;
  }

 private:
  Value resolve_mapping(const Value& node) {
    Value own = Value::mapping();
    own.set_mark(node.mark());
    for (const Value::Member& member : node.members()) {
      if (member.first != kRef) own.members().emplace_back(member.first, resolve(member.second));
    }
    const Value* reference = node.find(kRef);
    if (!reference) return own;
    Value target = resolve(*reference);
    if (!target.is_mapping()) return target;
    target.set_mark(node.mark());
    for (Value::Member& member : own.members()) target.set(member.first, std::move(member.second));
    return target;
  }

  Value follow(const Value& node) {
    const std::string& reference = node.raw();
    if (std::find(under_way_.begin(), under_way_.end(), reference) != under_way_.end()) {
      throw Error(ErrorCode::config_invalid, fmt::format("The reference {} leads back to itself", reference),
                  node.where());
    }
    const Value* target = look_up(std::string_view(reference).substr(2));
    if (!target) {
      throw Error(ErrorCode::config_invalid, fmt::format("The reference {} leads nowhere", reference),
                  node.where());
    }
    under_way_.push_back(reference);
    Value out = resolve(*target);
    under_way_.pop_back();
    return out;
  }

  // The rest of the path may be one key with slashes in it; only then is it split.
  const Value* look_up(std::string_view path) const {
    const Value* node = &manifest_;
    while (true) {
      if (const Value* whole = node->find(path)) return whole;
      std::size_t slash = std::min(path.find('/'), path.size());
      std::string_view key = path.substr(0, slash);
      const Value* next = node->find(key);
      if (!next && node->is_list()) {
        std::size_t index = 0;
        auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
        if (error == std::errc() && end == key.data() + key.size() && index < node->items().size()) {
          next = &node->items()[index];
        }
      }
      if (!next) return nullptr;
      if (slash == path.size()) return next;
      node = next;
      path = path.substr(slash + 1);
    }
  }

  const Value& manifest_;
  std::vector<std::string> under_way_;
  std::size_t parts_ = 0;
};

}  // namespace

Value resolve_references(const Value& manifest) {
  return Resolver(manifest).resolve(manifest);
}

}  // namespace leat::sources::declarative
