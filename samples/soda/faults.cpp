#include "faults.h"

#include <fmt/core.h>

#include <algorithm>

#include "problem.h"

namespace soda {

std::optional<std::string> Orders::text(std::string_view name) const {
  for (const auto& [key, value] : values_)
    if (key == name) return value;
  return std::nullopt;
}
std::string Orders::text(std::string_view name, std::string_view otherwise) const {
  return text(name).value_or(std::string(otherwise));
}
std::size_t Orders::number(std::string_view name, std::size_t otherwise) const {
  const auto given = text(name);
  if (!given) return otherwise;
  std::size_t number = 0;
  for (char c : *given) {
    if (c < '0' || c > '9' || number > 1000000000000)
      throw Problem(400, "soda.stand-in.bad-order", fmt::format("{} is no number: '{}'", name, *given));
    number = number * 10 + static_cast<std::size_t>(c - '0');
  }
  return number;
}

bool Faults::knows(std::string_view kind) {
  constexpr std::string_view kKinds[] = {"rate_limit", "fail",     "redirect", "stale",
                                         "garbage",    "truncate", "delay"};
  return std::find(std::begin(kKinds), std::end(kKinds), kind) != std::end(kKinds);
}

std::string Faults::add(const std::string& kind, const Orders& orders) {
  Rule rule;
  rule.kind = kind;
  rule.match = orders.text("match", "");
  rule.retry_after = orders.text("retry_after", "");
  rule.location = orders.text("to", "");
  rule.left = orders.number("next", 1);
  rule.skip = orders.number("skip", 0);
  rule.status = kind == "rate_limit" ? 429 : orders.number("status", kind == "redirect" ? 301 : 500);
  rule.after = orders.number("after", 1000);
  rule.ms = orders.number("ms", 100);
  rule.empty = orders.text("rows", "old") == "empty";
  std::lock_guard guard(lock_);
  rules_.push_back(rule);
  return fmt::format("{{\"fault\":{},\"next\":{},\"skip\":{}}}\n", json_string(kind), rule.left, rule.skip);
}

void Faults::apply(const Rule& rule, Effect& effect) {
  if (rule.kind == "rate_limit" || rule.kind == "fail" || rule.kind == "redirect") {
    effect.status = static_cast<int>(rule.status);
    effect.retry_after = rule.retry_after;
    effect.location = rule.location;
  }
  if (rule.kind == "stale") effect.stale = true, effect.stale_empty = rule.empty;
  if (rule.kind == "garbage") effect.garbage = true;
  if (rule.kind == "truncate") effect.cut_after = rule.after;
  if (rule.kind == "delay") effect.delay_ms = static_cast<int>(rule.ms);
}

Effect Faults::next(const std::string& url) {
  Effect effect;
  std::lock_guard guard(lock_);
  for (Rule& rule : rules_) {
    if (url.find(rule.match) == std::string::npos) continue;
    if (rule.skip > 0) {
      --rule.skip;
    } else if (rule.left > 0) {
      --rule.left;
      apply(rule, effect);
    }
  }
  std::erase_if(rules_, [](const Rule& rule) { return rule.left == 0; });
  return effect;
}

void Faults::reset() {
  std::lock_guard guard(lock_);
  rules_.clear();
}

}  // namespace soda
