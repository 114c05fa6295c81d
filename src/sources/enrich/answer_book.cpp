#include "sources/enrich/answer_book.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "document/json_check.h"
#include "document/value.h"

namespace leat::sources::enrich {

std::shared_ptr<AnswerBook> AnswerBook::open(const std::string& path) {
  static std::mutex mutex;  // guards books
  static std::map<std::string, std::weak_ptr<AnswerBook>> books;
  std::lock_guard lock(mutex);
  std::string whole = std::filesystem::absolute(path).lexically_normal().string();
  std::weak_ptr<AnswerBook>& known = books[whole];
  if (std::shared_ptr<AnswerBook> book = known.lock()) return book;
  auto book = std::make_shared<AnswerBook>(whole);
  known = book;
  return book;
}

AnswerBook::AnswerBook(std::string path) : path_(std::move(path)) {
  load();
}

void AnswerBook::load() {
  if (!std::filesystem::exists(path_)) return;
  std::string text = document::read_file(path_);
  document::JsonCheck check;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t stop = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, stop - at);
    at = stop + 1;
    if (line.empty() || !check.problem(line).empty()) continue;
    document::Value entry = document::parse_json(line, path_);
    if (entry["question"].is_text()) answers_[entry["question"].raw()] = document::to_json(entry["answer"]);
  }
}

void AnswerBook::keep(const std::string& question, const std::string& answer) {
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  // A line that was cut off gets its end first, so that this one stands alone.
  std::string line =
      fmt::format("\n{{\"question\":{},\"answer\":{}}}\n", document::json_quote(question), answer);
  int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  bool kept = file >= 0 && ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
              ::fdatasync(file) == 0;
  int problem = errno;
  if (file >= 0) ::close(file);
  if (!kept) throw Error(ErrorCode::file_io, std::strerror(problem), path_);
}

std::optional<std::string> AnswerBook::answer(const std::string& question, std::int64_t& budget,
                                              const Ask& ask) {
  std::lock_guard lock(mutex_);
  auto found = answers_.find(question);
  if (found != answers_.end()) return found->second;
  if (budget <= 0) return std::nullopt;
  --budget;
  std::string answer = ask();
  keep(question, answer);
  answers_[question] = answer;
  return answer;
}

}  // namespace leat::sources::enrich
