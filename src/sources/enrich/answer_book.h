// AnswerBook: questions that were asked once, and their answers, kept in a file for good.
//
// Guarantees: a question is asked once, whoever asks, as long as the file is there: also one that has no
//   answer. An answer is on disk before it is used; a line that a crash cut off is passed over. All books of
//   a process that name one file are one, with one budget of questions a run.
// Threads: any; a question is asked by one at a time.
// Owns: the file.
// Errors: Error(file_io).
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace leat::sources::enrich {

class AnswerBook {
 public:
  /// The answer as JSON, "null" where there is none.
  using Ask = std::function<std::string()>;
  /// The book of a file.
  static std::shared_ptr<AnswerBook> open(const std::string& path);

  explicit AnswerBook(std::string path);
  /// What is known, or what `ask` brings and takes from `budget`; nullopt when it is not known and none is
  /// left.
  std::optional<std::string> answer(const std::string& question, std::int64_t& budget, const Ask& ask);

 private:
  void load();
  void keep(const std::string& question, const std::string& answer);
  const std::string path_;
  std::mutex mutex_;  // guards all below
  std::map<std::string, std::string> answers_;
};

}  // namespace leat::sources::enrich
