#include "sources/postgres/spool.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace leat::sources::postgres {
namespace {

// Before each message: its length and its subtransaction.
struct Head {
  std::uint32_t size, subxid;
};

[[noreturn]] void refuse(const char* what) {
  throw Error(ErrorCode::file_io, what, "a transaction under way")
      .fix("Free some space where temporary files go (TMPDIR), or raise `memory`.");
}

}  // namespace

void Spool::spill(Transaction& transaction) {
  if (!transaction.file) {
    transaction.file.reset(std::tmpfile());
    if (!transaction.file) refuse("A temporary file can't be made");
  }
  const std::string& memory = transaction.memory;
  if (std::fwrite(memory.data(), 1, memory.size(), transaction.file.get()) != memory.size())
    refuse("A temporary file can't be written");
  held_ -= memory.size();
  transaction.memory.clear();
  transaction.memory.shrink_to_fit();
}

void Spool::add(std::uint32_t xid, std::uint32_t subxid, std::string_view message) {
  Transaction& transaction = transactions_[xid];
  Head head{static_cast<std::uint32_t>(message.size()), subxid};
  transaction.memory.append(reinterpret_cast<const char*>(&head), sizeof head);
  transaction.memory.append(message);
  held_ += sizeof head + message.size();
  if (held_ <= memory_bytes_) return;
  auto largest = std::max_element(
      transactions_.begin(), transactions_.end(),
      [](const auto& a, const auto& b) { return a.second.memory.size() < b.second.memory.size(); });
  spill(largest->second);
}

void Spool::abort(std::uint32_t xid, std::uint32_t subxid) {
  auto found = transactions_.find(xid);
  if (found == transactions_.end()) return;
  if (xid != subxid) {
    found->second.aborted.insert(subxid);
    return;
  }
  held_ -= found->second.memory.size();
  transactions_.erase(found);
}

void Spool::replay(std::uint32_t xid, const std::function<void(std::string_view)>& take) {
  auto found = transactions_.find(xid);
  if (found == transactions_.end()) return;
  Transaction transaction = std::move(found->second);
  held_ -= transaction.memory.size();
  transactions_.erase(found);
  Head head{};
  if (std::FILE* file = transaction.file.get()) {
    std::rewind(file);
    std::string message;
    while (std::fread(&head, sizeof head, 1, file) == 1) {
      message.resize(head.size);
      if (std::fread(message.data(), 1, head.size, file) != head.size)
        refuse("A temporary file can't be read");
      if (!transaction.aborted.contains(head.subxid)) take(message);
    }
  }
  std::string_view memory = transaction.memory;
  while (memory.size() >= sizeof head) {
    std::memcpy(&head, memory.data(), sizeof head);
    memory.remove_prefix(sizeof head);
    if (!transaction.aborted.contains(head.subxid)) take(memory.substr(0, head.size));
    memory.remove_prefix(head.size);
  }
}

}  // namespace leat::sources::postgres
