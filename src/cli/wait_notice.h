// WaitNotice: says on stderr that a command waits for another run, where stdout is the command's answer.
//
// Guarantees: stdout is left alone.
// Threads: any.
// Owns: nothing; `env` has to outlive it.
#pragma once
#include "base/env.h"

namespace leat::cli {

class WaitNotice : public EventListener {
 public:
  explicit WaitNotice(Env& env) : env_(env) { env_.listen(*this); }
  ~WaitNotice() override { env_.forget(*this); }
  WaitNotice(const WaitNotice&) = delete;
  WaitNotice& operator=(const WaitNotice&) = delete;
  void on_event(const Event& event) override;

 private:
  Env& env_;
};

}  // namespace leat::cli
