#include "sql/deferred_adapter.h"

namespace leat::sql {

Adapter& DeferredAdapter::there() {
  std::lock_guard lock(mutex_);
  if (!session_) session_ = open_();
  return *session_;
}

void DeferredAdapter::cancel() {
  std::lock_guard lock(mutex_);
  if (session_) session_->cancel();
}

}  // namespace leat::sql
