#include "runner.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "compare.h"
#include "database.h"
#include "process.h"

namespace script {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name, const std::string& otherwise = "") {
  const char* value = std::getenv(name);
  return value ? value : otherwise;
}

std::string read_whole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A broken promise: where and how.
struct Broken {
  std::size_t line;
  std::string what;
};

std::string indented(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n    " + line;
  return lines.empty() ? "\n    (nothing)" : text;
}

std::string last_lines(const std::string& text) {
  std::vector<std::string> lines = split_lines(text);
  if (lines.size() > 15) lines.erase(lines.begin(), lines.end() - 15);
  return indented(lines);
}

class Run {
 public:
  Run(const Script& script, const Surroundings& surroundings) : script_(script), around_(surroundings) {
    std::string pattern = fs::temp_directory_path() / "leat-script-XXXXXX";
    folder_ = fs::canonical(mkdtemp(pattern.data()));
    work_ = folder_ / "work";
    fs::create_directories(work_);
    fs::create_directories(folder_ / "home");
    variables_ = {{"PATH", around_.programs + ":" + variable("PATH", "/usr/bin:/bin")},
                  {"HOME", folder_ / "home"},
                  {"TMPDIR", folder_},
                  {"TZ", "UTC"},
                  {"LANG", "C.UTF-8"},
                  {"NO_COLOR", "1"},
                  {"TERM", "dumb"}};
    for (const char* name :
         {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"})
      if (const std::string value = variable(name); !value.empty()) variables_[name] = value;
    names_ = {{"WORK", work_}, {"SOURCE", around_.source}, {"DATA", around_.shared_data}};
  }
  ~Run() {
    soda_.stop();
    std::error_code ignored;
    if (!around_.keep) fs::remove_all(folder_, ignored);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  Verdict carry_out() {
    for (const std::string& need : script_.needs)
      if (const std::string missing = missing_need(need); !missing.empty())
        return {Verdict::Kind::skipped, fmt::format("{}: skipped: {}", script_.file, missing)};
    try {
      for (const Block& block : script_.blocks) carry_out(block);
    } catch (const Broken& broken) {
      const std::string kept =
          around_.keep ? fmt::format("\n  the folder is kept: {}", folder_.string()) : "";
      return {Verdict::Kind::failed,
              fmt::format("{}:{}: {}{}", script_.file, broken.line, broken.what, kept)};
    }
    if (corrections_.empty()) return {};
    write_corrections();
    return {Verdict::Kind::approved,
            fmt::format("{}: {} expectation(s) written anew", script_.file, corrections_.size())};
  }

 private:
  std::string missing_need(const std::string& need) {
    if (need == "leat" && !fs::exists(fs::path(around_.programs) / "leat")) return "leat is not built";
    if (need == "shared-data" && around_.shared_data.empty()) return "the shared data are not here";
    if (need == "internet" && variable("LEAT_TEST_INTERNET").empty()) return "LEAT_TEST_INTERNET is not set";
    for (const char* program : {"chromium", "psql", "python3"})
      if (need == program && !is_program(program)) return fmt::format("{} is not installed", program);
    if (need != "postgres") return "";
    if (around_.postgres.empty()) return "LEAT_TEST_POSTGRES is not set";
    database_ = std::make_unique<Database>(around_.postgres);
    if (database_->uri().empty()) throw Broken{1, "no database could be made: " + database_->problem()};
    variables_["LEAT_TEST_POSTGRES"] = names_["POSTGRES"] = database_->uri();
    return "";
  }

  bool is_program(const std::string& name) const {
    std::istringstream folders(variables_.at("PATH"));
    for (std::string folder; std::getline(folders, folder, ':');)
      if (access((fs::path(folder) / name).c_str(), X_OK) == 0) return true;
    return false;
  }

  std::string filled(const std::string& text, std::size_t line) const {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const std::size_t end = text.compare(i, 2, "${") == 0 ? text.find('}', i) : std::string::npos;
      if (end == std::string::npos) {
        out += text[i];
        continue;
      }
      const std::string name = text.substr(i + 2, end - i - 2);
      const auto found = names_.find(name);
      if (found != names_.end())
        out += found->second;
      else if (name == "SODA")
        throw Broken{line, "${SODA} is used before 'soda'"};
      else
        out += text.substr(i, end - i + 1);  // left to what reads it, such as leat.yml
      i = end;
    }
    return out;
  }
  std::vector<std::string> filled(const std::vector<std::string>& texts, std::size_t line) const {
    std::vector<std::string> out;
    for (const std::string& text : texts) out.push_back(filled(text, line));
    return out;
  }
  /// What a command prints, with names for what differs from run to run.
  std::string unfilled(std::string text) const {
    for (const char* name : {"WORK", "SODA", "POSTGRES", "SOURCE", "DATA"}) {
      const auto found = names_.find(name);
      if (found == names_.end() || found->second.empty()) continue;
      for (std::size_t at = 0; (at = text.find(found->second, at)) != std::string::npos;)
        text.replace(at, found->second.size(), fmt::format("${{{}}}", name));
    }
    return text;
  }

  void carry_out(const Block& block) {
    const std::vector<std::string> words = filled(block.arguments, block.line);
    if (block.word == "clock")
      variables_["LEAT_CLOCK"] = words[0];
    else if (block.word == "env")
      set_variable(block, words);
    else if (block.word == "file")
      write_file(block, words[0]);
    else if (block.word == "copy")
      copy(block, words);
    else if (block.word == "soda")
      start_soda(block, words);
    else if (block.word == "admin")
      give_order(block, words);
    else if (block.word == "query")
      query(block, words);
    else if (block.word == "same")
      compare_files(block, words);
    else
      command(block, words);
  }

  void set_variable(const Block& block, const std::vector<std::string>& words) {
    for (const std::string& word : words) {
      const std::size_t mark = word.find('=');
      if (mark == std::string::npos) throw Broken{block.line, fmt::format("'{}' is no NAME=VALUE", word)};
      if (mark + 1 == word.size())
        variables_.erase(word.substr(0, mark));
      else
        variables_[word.substr(0, mark)] = word.substr(mark + 1);
    }
  }

  void write_file(const Block& block, const std::string& name) {
    const fs::path path = work_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    for (const std::string& line : block.body) file << filled(line, block.line) << '\n';
  }

  void copy(const Block& block, const std::vector<std::string>& words) {
    const fs::path from = fs::path(around_.source) / words[0], to = work_ / words[1];
    if (!fs::exists(from)) throw Broken{block.line, fmt::format("{} is not there", words[0])};
    fs::create_directories(fs::is_directory(from) ? to : to.parent_path());
    fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  }

  void start_soda(const Block& block, std::vector<std::string> words) {
    words.insert(words.begin(), fs::path(around_.programs) / "soda");
    soda_ = Background(words, work_, variables_);
    const std::string start = "listening on ";
    if (!soda_.first_line().starts_with(start))
      throw Broken{block.line, fmt::format("the stand-in did not start: '{}'", soda_.first_line())};
    names_["SODA"] = variables_["SODA"] = soda_.first_line().substr(start.size());
  }

  void give_order(const Block& block, const std::vector<std::string>& words) {
    if (!names_.contains("SODA")) throw Broken{block.line, "an order is given before 'soda'"};
    const Outcome outcome = run_process(
        {"curl", "-sS", "-f", "-X", "POST", names_["SODA"] + "/__soda/" + words[0]}, work_, variables_, 30);
    if (outcome.code != 0)
      throw Broken{block.line, "the order was refused:" + last_lines(outcome.out + outcome.err)};
    if (block.has_expectation) expect(block, split_lines(outcome.out), "the answer");
  }

  void command(const Block& block, std::vector<std::string> words) {
    for (const std::string& line : filled(block.body, block.line))
      for (std::string& word : split_words(line)) words.push_back(std::move(word));
    const Outcome outcome = run_process(words, work_, variables_, script_.seconds);
    const std::string said =
        last_lines(unfilled(outcome.out)) + "\n  and on stderr:" + last_lines(unfilled(outcome.err));
    if (outcome.timed_out)
      throw Broken{block.line, fmt::format("it was not done after {} s; it said:{}", script_.seconds, said)};
    if (block.word == "killed") {
      if (outcome.signal == 0)
        throw Broken{block.line,
                     fmt::format("it was not killed but ended with {}; it said:{}", outcome.code, said)};
      return;
    }
    const bool failed = outcome.code != 0;
    if (failed != (block.word == "fail"))
      throw Broken{block.line, fmt::format("it ended with {}; it said:{}", outcome.code, said)};
    if (!block.has_expectation) return;
    if (failed)
      expect_errors(block, outcome);
    else
      expect(block, split_lines(unfilled(outcome.out)), "it printed");
  }

  /// Each expected line is the code and the place of an error that was printed, or an exit code.
  void expect_errors(const Block& block, const Outcome& outcome) {
    const std::string text = unfilled(outcome.err + outcome.out);
    for (std::size_t i = 0; i < block.expected.size(); ++i) {
      const std::string& line = block.expected[i];
      const bool found = line.starts_with("exit ") ? line == fmt::format("exit {}", outcome.code)
                                                   : text.find(line) != std::string::npos;
      if (!found)
        throw Broken{block.expected_line + i, fmt::format("'{}' was not told; it ended with {} and said:{}",
                                                          line, outcome.code, last_lines(text))};
    }
  }

  void query(const Block& block, const std::vector<std::string>& words) {
    std::string target, into;
    bool sorted = false;
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (words[i] == "rowsort")
        sorted = true;
      else if (words[i] == "into" && i + 1 < words.size())
        into = words[++i];
      else
        target = words[i];
    }
    std::string sql;
    for (const std::string& line : filled(block.body, block.line)) sql += (sql.empty() ? "" : "\n") + line;
    std::vector<std::string> command{"leat", "query", sql, "--format", "csv"};
    if (!target.empty()) command.insert(command.end(), {"--target", target});
    const Outcome outcome = run_process(command, work_, variables_, script_.seconds);
    if (outcome.code != 0)
      throw Broken{block.line, "the query failed:" + last_lines(unfilled(outcome.err + outcome.out))};
    std::vector<std::string> rows;
    const bool fits = rows_of_csv(outcome.out, words[0], rows);
    if (!fits)
      throw Broken{block.line, fmt::format("there are not {} columns:{}", words[0].size(), indented(rows))};
    if (sorted) std::sort(rows.begin(), rows.end());
    if (!into.empty()) {
      std::ofstream file(work_ / into, std::ios::binary);
      for (const std::string& row : rows) file << row << '\n';
    }
    if (block.has_expectation) expect(block, rows, "the rows are");
  }

  void compare_files(const Block& block, const std::vector<std::string>& words) {
    for (const std::string& word : words)
      if (!fs::exists(work_ / word)) throw Broken{block.line, fmt::format("{} is not there", word)};
    if (read_whole(work_ / words[0]) == read_whole(work_ / words[1])) return;
    const Outcome difference = run_process({"diff", words[0], words[1]}, work_, variables_, 30);
    throw Broken{block.line,
                 fmt::format("{} and {} differ:{}", words[0], words[1], last_lines(difference.out))};
  }

  void expect(const Block& block, const std::vector<std::string>& actual, const char* what) {
    if (agree(block.expected, actual)) return;
    if (around_.approve) {
      corrections_.push_back({&block, actual});
      return;
    }
    throw Broken{block.expected_line,
                 fmt::format("expected:{}\n  but {}:{}", indented(block.expected), what, indented(actual))};
  }

  void write_corrections() const {
    std::vector<std::string> lines = script_.lines;
    for (auto correction = corrections_.rbegin(); correction != corrections_.rend(); ++correction) {
      const auto begin = lines.begin() + static_cast<std::ptrdiff_t>(correction->block->expected_line - 1);
      const auto end = begin + static_cast<std::ptrdiff_t>(correction->block->expected.size());
      const auto place = lines.erase(begin, end);
      std::vector<std::string> fresh;
      for (const std::string& line : correction->actual) fresh.push_back(normalise(line));
      lines.insert(place, fresh.begin(), fresh.end());
    }
    std::ofstream file(script_.file, std::ios::binary);
    for (const std::string& line : lines) file << line << '\n';
  }

  struct Correction {
    const Block* block;
    std::vector<std::string> actual;
  };
  const Script& script_;
  const Surroundings& around_;
  fs::path folder_, work_;
  Variables variables_;
  Variables names_;
  Background soda_;
  std::unique_ptr<Database> database_;
  std::vector<Correction> corrections_;
};

}  // namespace

Surroundings surroundings_of_process() {
  Surroundings around;
  around.programs = variable("LEAT_BIN_DIR", fs::current_path());
  around.source = variable("LEAT_SOURCE_DIR", fs::current_path());
  around.postgres = variable("LEAT_TEST_POSTGRES");
  around.approve = variable("LEAT_APPROVE") == "1";
  around.keep = variable("LEAT_KEEP") == "1";
  for (const fs::path& place :
       {fs::path(variable("LEAT_SHARED_DATA")), fs::path(around.source) / "../shared/data",
        fs::path(around.source) / "../../shared/data"})
    if (around.shared_data.empty() && !place.empty() && fs::exists(place / "chicago"))
      around.shared_data = fs::canonical(place);
  return around;
}

Verdict run_script(const Script& script, const Surroundings& surroundings) {
  try {
    return Run(script, surroundings).carry_out();
  } catch (const Broken& broken) {
    return {Verdict::Kind::failed, fmt::format("{}:{}: {}", script.file, broken.line, broken.what)};
  }
}

Verdict run_file(const std::string& file, const Surroundings& surroundings) {
  return run_script(parse_script(file, read_whole(file)), surroundings);
}

}  // namespace script
