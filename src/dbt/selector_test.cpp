// Selections: what dbt-core lists for each of some 500 selections of a project of some 500 nodes
// (tests/dbt/selection, which its generate.py writes), and random selections of random graphs against a plain
// model of what they mean.
#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "base/error.h"
#include "dbt/artifacts.h"
#include "dbt/saved_state.h"
#include "dbt/select_method.h"
#include "dbt/selector.h"
#include "dbt/selector_file.h"
#include "dbt/test_dialect.h"
#include "support/temporary_folder.h"

namespace leat::dbt {
namespace {

using Ids = std::set<std::string>;

std::string folder_of_goldens() {
  const char* root = std::getenv("LEAT_SOURCE_DIR");
  return std::string(root ? root : ".") + "/tests/dbt/selection/";
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= text.size();) {
    std::size_t end = std::min(text.find(at, from), text.size());
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

// "==== now/models/x.sql" begins a file, "==== then/models/y.sql gone" is one that the earlier project lacks.
void unpack(const leat::testing::TemporaryFolder& folder, const std::string& bundle) {
  std::map<std::string, std::string> files;
  Ids gone;
  std::string name;
  for (const std::string& line : split(bundle, '\n')) {
    if (!line.starts_with("==== ")) {
      if (!name.empty()) files[name] += line + "\n";
      continue;
    }
    name = line.substr(5);
    if (name.ends_with(" gone")) {
      gone.insert(name.substr(5, name.size() - 10));
      name.clear();
    } else {
      files[name];
    }
  }
  for (const auto& [path, text] : files) {
    std::string content = text;
    // The last line's end belongs to the bundle.
    if (!content.empty() && path == name) content.pop_back();
    folder.write(path, content);
    std::string below = path.substr(path.find('/') + 1);
    if (path.starts_with("now/") && !path.starts_with("now/target") && !gone.count(below) &&
        !files.count("then/" + below))
      folder.write("then/" + below, content);
  }
}

struct Case {
  Selection selection;
  std::string selector, text, expected;
};

Case parse_case(const std::string& line) {
  Case made;
  std::size_t tab = line.find('\t');
  made.text = line.substr(0, tab);
  made.expected = line.substr(tab + 1);
  std::string option;
  for (const std::string& word : split(made.text, ' ')) {
    if (word.starts_with("--")) {
      option = word;
    } else if (option == "--select") {
      made.selection.include.push_back(word);
    } else if (option == "--exclude") {
      made.selection.exclude.push_back(word);
    } else if (option == "--selector") {
      made.selector = word;
    } else {
      made.selection.indirect = *indirect_selection(word);
    }
  }
  made.selection.when_nothing = [](const std::string&) {};
  return made;
}

std::string differences(const std::vector<std::string>& names, const std::set<std::size_t>& expected,
                        const std::set<std::size_t>& got) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (expected.count(i) != got.count(i)) text += (expected.count(i) ? "\n  lacks " : "\n  has ") + names[i];
  }
  return text;
}

std::set<std::size_t> numbers_of(const std::string& ranges) {
  std::set<std::size_t> all;
  for (const std::string& part : split(ranges, ' ')) {
    if (part.empty()) continue;
    std::size_t dash = part.find('-');
    std::size_t first = std::stoul(part),
                last = dash == std::string::npos ? first : std::stoul(part.substr(dash + 1));
    for (std::size_t i = first; i <= last; ++i) all.insert(i);
  }
  return all;
}

TEST_CASE("what is selected is what dbt lists") {
  Env env;
  leat::testing::TemporaryFolder folder;
  unpack(folder, document::read_file(folder_of_goldens() + "project.txt"));
  ProjectOptions earlier = options_of(folder.path() + "/then");
  earlier.target_folder = folder.path() + "/state";
  write_manifest(*Project::load(earlier, env), env);
  ProjectOptions options = options_of(folder.path() + "/now");
  options.state = SavedState::load(folder.path() + "/state");
  std::unique_ptr<Project> project = Project::load(options, env);

  std::vector<Selectable> items = project->selectables();
  std::vector<std::string> lines = split(document::read_file(folder_of_goldens() + "golden.txt"), '\n'),
                           names;
  std::size_t at = 0;
  for (; !lines[at].empty(); ++at) names.push_back(lines[at]);
  Ids own, theirs(names.begin(), names.end());
  for (const Selectable& item : items) own.insert(item.id);
  CHECK(own == theirs);
  std::map<std::string, std::size_t> number;
  for (std::size_t i = 0; i < names.size(); ++i) number[names[i]] = i;

  std::size_t cases = 0;
  for (++at; at < lines.size() && !lines[at].empty(); ++at, ++cases) {
    Case each = parse_case(lines[at]);
    std::set<std::size_t> got;
    bool refused = false;
    try {
      std::vector<bool> chosen = each.selector.empty() ? select(items, each.selection)
                                                       : select_named(items, project->selectors(),
                                                                      each.selector, each.selection.indirect);
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (chosen[i]) got.insert(number[items[i].id]);
      }
    } catch (const Error& error) {
      refused = true;
      CHECK_MESSAGE(each.expected == "error", each.text, ": ", error.what());
    }
    if (each.expected == "error") {
      CHECK_MESSAGE(refused, each.text);
    } else if (!refused) {
      std::string different = differences(names, numbers_of(each.expected), got);
      CHECK_MESSAGE(different.empty(), each.text, different);
    }
  }
  CHECK(cases > 400);
}

// A plain model: sets of names, and the definitions of the documentation one by one.
struct Model {
  std::map<std::string, Selectable> items;

  Ids near(const std::string& id, bool up) const {
    Ids found;
    for (const auto& [other, item] : items) {
      const std::vector<std::string>& above = item.upstream;
      if (up ? other == id : std::find(above.begin(), above.end(), id) != above.end()) {
        if (up) {
          found.insert(above.begin(), above.end());
        } else {
          found.insert(other);
        }
      }
    }
    return found;
  }
  Ids all_of(const Ids& from, int depth, bool up) const {
    Ids total = from;
    for (int step = 0; step < depth; ++step) {
      Ids next = total;
      for (const std::string& id : total) {
        for (const std::string& each : near(id, up)) next.insert(each);
      }
      if (next == total) break;
      total = std::move(next);
    }
    return total;
  }
  bool reads_only(const std::string& test, const Ids& of) const {
    const std::vector<std::string>& above = items.at(test).upstream;
    return std::all_of(above.begin(), above.end(), [&](const std::string& id) { return of.count(id) > 0; });
  }
};

// One word of one term, in a mode; tests come along at the end.
Ids expected_of(const Model& model, const std::string& tag, bool at, int up, int down,
                IndirectSelection how) {
  Ids start;
  for (const auto& [id, item] : model.items) {
    if (std::count(item.tags.begin(), item.tags.end(), tag)) start.insert(id);
  }
  Ids chosen = start;
  if (at) chosen = model.all_of(model.all_of(start, 1000, false), 1000, true);
  for (const std::string& id : model.all_of(start, up, true)) chosen.insert(id);
  for (const std::string& id : model.all_of(start, down, false)) chosen.insert(id);
  if (how == IndirectSelection::empty) return chosen;
  Ids near = model.all_of(chosen, 1000, true), total = chosen;
  for (const auto& [id, item] : model.items) {
    if (item.kind == "source") near.insert(id);
  }
  for (const auto& [id, item] : model.items) {
    if (item.kind != "test") continue;
    bool touches = std::any_of(item.upstream.begin(), item.upstream.end(),
                               [&](const std::string& above) { return chosen.count(above) > 0; });
    bool joins = how == IndirectSelection::eager ? true
                 : how == IndirectSelection::cautious
                     ? model.reads_only(id, chosen)
                     : model.reads_only(id, chosen) || model.reads_only(id, near);
    if (touches && joins) total.insert(id);
  }
  return total;
}

TEST_CASE("selections of random graphs are what a plain model says") {
  std::mt19937 chance(7);
  auto below = [&](std::size_t n) { return static_cast<std::size_t>(chance() % n); };
  for (int round = 0; round < 60; ++round) {
    Model model;
    std::vector<Selectable> items;
    for (std::size_t i = 0; i < 40; ++i) {
      Selectable item;
      item.kind = i < 5 ? "source" : i >= 28 ? "test" : "model";
      item.name = fmt::format("n{}", i);
      item.id = item.kind + ".p." + item.name;
      item.fqn = {"p", item.name};
      if (below(3) == 0) item.tags.push_back(fmt::format("t{}", below(4)));
      for (std::size_t k = i < 5 ? 0 : 1 + below(3); k > 0; --k) {
        const std::string& above = items[below(std::min<std::size_t>(i, 28))].id;
        if (std::find(item.upstream.begin(), item.upstream.end(), above) == item.upstream.end())
          item.upstream.push_back(above);
      }
      model.items[item.id] = item;
      items.push_back(std::move(item));
    }
    for (int term = 0; term < 20; ++term) {
      std::string tag = fmt::format("t{}", below(4));
      bool at = below(5) == 0;
      int up = below(2) ? static_cast<int>(below(4)) : 0,
          down = !at && below(2) ? static_cast<int>(below(4)) : 0;
      auto how = static_cast<IndirectSelection>(below(4));
      std::string word = fmt::format("{}{}tag:{}{}", at ? "@" : "", up ? fmt::format("{}+", up) : "", tag,
                                     down ? fmt::format("+{}", down) : "");
      std::vector<bool> chosen = select(items, Selection{{word}, {}, how, {}});
      Ids got;
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (chosen[i]) got.insert(items[i].id);
      }
      CHECK_MESSAGE(got == expected_of(model, tag, at, up, down, how), word);
    }
  }
}

TEST_CASE("a name that selects nothing is told with a near one, or told to who asks") {
  Selectable item;
  item.id = "model.p.orders";
  item.name = "orders";
  item.kind = "model";
  item.fqn = {"p", "orders"};
  try {
    select({item}, {"ordres"}, {});
    FAIL("nothing is thrown");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::cli_selection);
    CHECK(error.what_failed() == "`ordres` selects nothing; did you mean `orders`?");
  }
  std::vector<std::string> told;
  Selection selection;
  selection.include = {"ordres orders", "tag:none"};
  selection.when_nothing = [&](const std::string& word) { told.push_back(word); };
  CHECK(select({item}, selection) == std::vector<bool>{true});
  CHECK(told == std::vector<std::string>{"ordres", "tag:none"});
}

TEST_CASE("terms that mean nothing are refused") {
  Selectable item;
  item.id = item.name = "a";
  for (const char* text : {"@a+", "sort:a", "state:new", "test_type:big", "version:1", "source:a.b.c.d",
                           "exposure:a.b.c", "resource_type:thing"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(select({item}, {text}, {}), Error);
  }
  CHECK(select({item}, {"tag:"}, {}) == std::vector<bool>{false});
}

TEST_CASE("versions that are numbers are ordered as numbers") {
  std::vector<Selectable> items;
  for (const char* version : {"9", "10", "11"}) {
    Selectable& item = items.emplace_back();
    item.id = std::string("model.shop.orders.v") + version;
    item.kind = "model";
    item.name = "orders";
    item.version = version;
    item.latest_version = "10";
  }
  CHECK(select(items, {"version:old"}, {}) == std::vector<bool>{true, false, false});
  CHECK(select(items, {"version:latest"}, {}) == std::vector<bool>{false, true, false});
  CHECK(select(items, {"version:prerelease"}, {}) == std::vector<bool>{false, false, true});
}

TEST_CASE("patterns are those of Python's fnmatch") {
  CHECK(glob("a*c", "abbc"));
  CHECK(!glob("a*c", "abcd"));
  CHECK(glob("[a-c]?", "bz"));
  CHECK(!glob("[!a-c]?", "bz"));
  CHECK(glob("[", "["));
  CHECK(glob("[]]", "]"));
  CHECK(glob("*", ""));
  CHECK(!glob("?", ""));
}

}  // namespace
}  // namespace leat::dbt
