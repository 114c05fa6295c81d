// Spool: the messages of transactions that are still under way, in memory as far as allowed, else in a
// temporary file for each.
//
// Guarantees: messages come back in their order, without those of subtransactions that were rolled back.
// Files
//   have no name and are gone with the process.
// Threads: one.
// Owns: its files.
// Errors: Error(file_io) where the disk is full.
#pragma once
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace leat::sources::postgres {

class Spool {
 public:
  explicit Spool(std::size_t memory_bytes) : memory_bytes_(memory_bytes) {}
  /// Keeps a message of transaction `xid`; `subxid` is what the message itself names.
  void add(std::uint32_t xid, std::uint32_t subxid, std::string_view message);
  /// Forgets a subtransaction, or with `subxid` == `xid` all of it.
  void abort(std::uint32_t xid, std::uint32_t subxid);
  /// Hands the transaction's messages to `take` and forgets it.
  void replay(std::uint32_t xid, const std::function<void(std::string_view)>& take);
  bool empty() const { return transactions_.empty(); }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  struct Transaction {
    std::string memory;
    std::unique_ptr<std::FILE, Close> file;
    std::set<std::uint32_t> aborted;
  };
  void spill(Transaction& transaction);
  std::size_t memory_bytes_, held_ = 0;
  std::map<std::uint32_t, Transaction> transactions_;
};

}  // namespace leat::sources::postgres
