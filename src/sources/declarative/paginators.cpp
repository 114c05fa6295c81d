#include "sources/declarative/paginators.h"

#include <fmt/core.h>

#include "base/error.h"
#include "jinja/operations.h"

namespace leat::sources::declarative {
namespace {

// How tokens follow each other; where they go is the paginator's business.
class Strategy {
 public:
  virtual ~Strategy() = default;
  virtual std::optional<jinja::Value> first() const { return std::nullopt; }
  virtual std::optional<jinja::Value> next(const PageFacts& page) const = 0;
  virtual std::optional<jinja::Value> foretell(std::int64_t) const { return std::nullopt; }
  std::optional<std::int64_t> page_size() const { return page_size_; }

 protected:
  Strategy(const Value& component, const Workshop& workshop) {
    const Value* setting = component.find("page_size");
    if (!setting || setting->is_null()) return;
    jinja::Value size = workshop.text(component, "page_size").evaluate(Scope());
    if (size.is_string()) {
      if (auto number = jinja::parse_integer(size.as_string())) size = jinja::Value(*number);
    }
    if (!size.is_integral() || size.as_integer() < 1) {
      throw Error(ErrorCode::config_invalid, "`page_size` has to be a whole number above 0",
                  setting->where());
    }
    page_size_ = size.as_integer();
  }
  bool is_last(const PageFacts& page) const {
    return page.raw_count == 0 || (page_size_ && page.raw_count < *page_size_);
  }
  std::optional<std::int64_t> page_size_;
};

class OffsetIncrement final : public Strategy {
 public:
  OffsetIncrement(const Value& component, const Workshop& workshop)
      : Strategy(component, workshop), inject_first_(plain_flag(component, "inject_on_first_request")) {}
  std::optional<jinja::Value> first() const override {
    if (!inject_first_) return std::nullopt;
    return jinja::Value(0);
  }
  std::optional<jinja::Value> next(const PageFacts& page) const override {
    if (is_last(page)) return std::nullopt;
    return jinja::Value((page.previous ? page.previous->as_integer() : 0) + page.raw_count);
  }
  std::optional<jinja::Value> foretell(std::int64_t index) const override {
    if (!page_size_) return std::nullopt;
    return jinja::Value(index * *page_size_);
  }

 private:
  bool inject_first_;
};

class PageIncrement final : public Strategy {
 public:
  PageIncrement(const Value& component, const Workshop& workshop)
      : Strategy(component, workshop),
        start_(component["start_from_page"].integer()),
        inject_first_(plain_flag(component, "inject_on_first_request")) {}
  std::optional<jinja::Value> first() const override {
    if (!inject_first_) return std::nullopt;
    return jinja::Value(start_);
  }
  std::optional<jinja::Value> next(const PageFacts& page) const override {
    if (is_last(page)) return std::nullopt;
    return jinja::Value((page.previous ? page.previous->as_integer() : start_) + 1);
  }
  std::optional<jinja::Value> foretell(std::int64_t index) const override {
    if (!page_size_) return std::nullopt;
    return jinja::Value(start_ + index);
  }

 private:
  std::int64_t start_;
  bool inject_first_;
};

class CursorPagination final : public Strategy {
 public:
  CursorPagination(const Value& component, const Workshop& workshop)
      : Strategy(component, workshop),
        cursor_(workshop.text(component, "cursor_value")),
        stop_(workshop.text(component, "stop_condition")) {
    need(component, "cursor_value");
  }
  std::optional<jinja::Value> next(const PageFacts& page) const override {
    if (!stop_.empty() && stop_.truth(page.scope)) return std::nullopt;
    jinja::Value token = cursor_.evaluate(page.scope);
    if (token.is_undefined() || !jinja::truth(token)) return std::nullopt;
    return token;
  }

 private:
  Interpolated cursor_, stop_;
};

template <class T>
std::unique_ptr<Strategy> make_strategy(const Value& component, const Workshop& workshop) {
  return std::make_unique<T>(component, workshop);
}

constexpr ComponentRow<Strategy> kStrategies[] = {
    {"CursorPagination", make_strategy<CursorPagination>},
    {"OffsetIncrement", make_strategy<OffsetIncrement>},
    {"PageIncrement", make_strategy<PageIncrement>},
};

class NoPagination final : public Paginator {
 public:
  std::optional<jinja::Value> next(const PageFacts&) const override { return std::nullopt; }
};

class DefaultPaginator final : public Paginator {
 public:
  DefaultPaginator(const Value& component, const Workshop& workshop)
      : strategy_(make_component<Strategy>(kStrategies, need(component, "pagination_strategy"),
                                           "pagination_strategy", workshop)),
        size_option_(make_option(component, "page_size_option", workshop)),
        token_option_(make_option(component, "page_token_option", workshop)) {
    if (size_option_ && !strategy_->page_size()) {
      throw Error(ErrorCode::config_invalid,
                  "`page_size_option` needs a `page_size` of its pagination strategy",
                  component["page_size_option"].where());
    }
  }
  std::optional<jinja::Value> first() const override { return strategy_->first(); }
  std::optional<jinja::Value> next(const PageFacts& page) const override { return strategy_->next(page); }
  std::optional<jinja::Value> foretell(std::int64_t index) const override {
    // The first page is asked for as first() says.
    return index == 0 ? strategy_->first() : strategy_->foretell(index);
  }
  void contribute(RequestParts& parts, const Scope& scope,
                  const std::optional<jinja::Value>& token) const override {
    if (token && token_option_) token_option_->inject(parts, *token, scope);
    if (size_option_) size_option_->inject(parts, jinja::Value(*strategy_->page_size()), scope);
  }
  std::string path_of(const jinja::Value& token) const override {
    return token_option_ && token_option_->is_path() ? jinja::to_text(token) : std::string();
  }

 private:
  std::unique_ptr<Strategy> strategy_;
  std::unique_ptr<RequestOption> size_option_, token_option_;
};

constexpr ComponentRow<Paginator> kPaginators[] = {
    {"DefaultPaginator",
     [](const Value& component, const Workshop& workshop) -> std::unique_ptr<Paginator> {
       return std::make_unique<DefaultPaginator>(component, workshop);
     }},
    {"NoPagination",
     [](const Value&, const Workshop&) -> std::unique_ptr<Paginator> {
       return std::make_unique<NoPagination>();
     }},
};

}  // namespace

std::unique_ptr<Paginator> make_paginator(const Value& component, const Workshop& workshop) {
  return make_component<Paginator>(kPaginators, component, "paginator", workshop);
}

}  // namespace leat::sources::declarative
