#include "sources/postgres/whole_reader.h"

#include <algorithm>
#include <limits>

#include "sources/postgres/table_changes.h"
#include "sources/postgres/table_reader.h"

namespace leat::sources::postgres {
namespace {

constexpr std::int64_t kPageBytes = 8192, kAllPages = std::numeric_limits<std::int64_t>::max();

bool has_same_files(const Unfinished& unfinished, const std::vector<Leaf>& leaves) {
  return std::equal(leaves.begin(), leaves.end(), unfinished.leaves.begin(), unfinished.leaves.end(),
                    [](const Leaf& leaf, const auto& known) {
                      return leaf.oid == known.first && leaf.file == known.second;
                    });
}

}  // namespace

std::vector<PageRange> next_portion(const std::vector<Leaf>& leaves, std::int64_t pages,
                                    Unfinished& unfinished) {
  std::vector<PageRange> out;
  while (pages > 0 && unfinished.leaf < leaves.size()) {
    const Leaf& leaf = leaves[unfinished.leaf];
    std::int64_t left = std::max<std::int64_t>(0, leaf.pages - unfinished.page);
    if (left > pages) {
      out.push_back({leaf.name, unfinished.page, unfinished.page + pages, pages});
      unfinished.page += pages;
      return out;
    }
    out.push_back({leaf.name, unfinished.page, -1, left});
    pages -= std::max<std::int64_t>(1, left);
    ++unfinished.leaf;
    unfinished.page = 0;
  }
  return out;
}

// Each table, or portion of one, commits on its own, so that a crash repeats one of them. What was cut off
// comes first: the commit of another table would forget how far it was read.
void WholeReader::read_stale(const std::string& exported, Lsn from) {
  Snapshot snapshot(options_, env_, exported);
  constants_ = {{kLsnColumn, {batch::TypeKind::int64}, static_cast<std::int64_t>(from)},
                {kUpdatedColumn, {batch::TypeKind::timestamptz}, env_.now().time_since_epoch().count()},
                {kDeletedColumn, {batch::TypeKind::timestamptz}, 0, true}};
  for (bool is_cut_off : {true, false}) {
    for (const auto& table : tables_.all()) {
      if (!table->stale.empty() && table->unfinished.has_value() == is_cut_off) read(*table, snapshot, from);
    }
  }
}

// A table that can't go on where it was cut off is one portion.
std::int64_t WholeReader::pages_of_portion(const ChangeTable& table, const std::vector<Leaf>& leaves) const {
  bool has_pages = std::all_of(leaves.begin(), leaves.end(),
                               [](const Leaf& leaf) { return leaf.kind == 'r' || leaf.kind == 'm'; });
  if (options_.portion_bytes <= 0 || table.table.identity_key.empty() || !has_pages) return kAllPages;
  return std::max<std::int64_t>(1, options_.portion_bytes / kPageBytes);
}

void WholeReader::read(ChangeTable& table, Snapshot& snapshot, Lsn from) {
  std::vector<Leaf> leaves = snapshot.leaves(table.table);
  Unfinished at;
  if (table.unfinished && has_same_files(*table.unfinished, leaves)) {
    at = *table.unfinished;
    catch_up(table, snapshot, leaves, at);
  } else {
    table.unfinished.reset();
    at.from = from;
    for (const Leaf& leaf : leaves) at.leaves.emplace_back(leaf.oid, leaf.file);
    sink_.replace(table.index);
  }
  std::int64_t pages = pages_of_portion(table, leaves);
  while (at.leaf < leaves.size()) {
    std::vector<PageRange> ranges = next_portion(leaves, pages, at);
    tell_replaced(env_, table.table.stream,
                  snapshot.read(table.table, ranges, "", table.index, sink_, constants_));
    if (at.leaf == leaves.size()) break;
    if (at.moment.empty()) at.moment = snapshot.first_unseen();
    tables_.read_so_far(table, at);
    sink_.checkpoint_all(print_state(state_));
    env_.failpoint("changes_after_portion");
    sink_.gather(table.index);
  }
  tables_.refreshed(table, at.from);
  sink_.checkpoint_all(print_state(state_));
}

// Rows of the pages that were read, as they are by now where they were written since: some came to these
// pages from others.
void WholeReader::catch_up(ChangeTable& table, Snapshot& snapshot, const std::vector<Leaf>& leaves,
                           const Unfinished& unfinished) {
  sink_.gather(table.index);
  std::vector<PageRange> ranges;
  for (std::size_t i = 0; i < unfinished.leaf; ++i)
    ranges.push_back({leaves[i].name, 0, -1, leaves[i].pages});
  if (unfinished.page > 0)
    ranges.push_back({leaves[unfinished.leaf].name, 0, unfinished.page, unfinished.page});
  if (ranges.empty()) return;
  std::string condition = written_since(unfinished.moment, snapshot.first_unseen());
  tell_replaced(env_, table.table.stream,
                snapshot.read(table.table, ranges, condition, table.index, sink_, constants_));
}

}  // namespace leat::sources::postgres
