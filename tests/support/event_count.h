// EventCount: how often something was told of one asset.
//
// Guarantees: counts every event of that name and asset, and no other.
// Threads: one.
// Owns: nothing.
// Errors: none.
#pragma once
#include <string>

#include "base/env.h"

namespace leat::testing {

struct EventCount : EventListener {
  EventCount(std::string event, std::string asset) : event_(std::move(event)), asset_(std::move(asset)) {}
  void on_event(const Event& event) override {
    count += event.name == event_ && event.text("asset") == asset_;
  }
  int count = 0;

 private:
  std::string event_, asset_;
};

}  // namespace leat::testing
