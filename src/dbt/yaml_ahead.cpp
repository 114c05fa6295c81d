#include "dbt/yaml_ahead.h"

#include "base/error.h"

namespace leat::dbt {

namespace {

constexpr std::size_t kBytesAheadMax = std::size_t{64} << 20;
constexpr std::size_t kWorthAThread = 4;  // files

}  // namespace

std::string read_properties_file(const std::string& path) {
  std::string text = document::read_file(path);
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  return text;
}

YamlAhead::YamlAhead(std::vector<YamlFile> files)
    : files_(std::move(files)), slots_(std::make_unique<Slot[]>(files_.size())) {
  if (files_.size() >= kWorthAThread) beside_ = std::async(std::launch::async, [this] { parse_all(); });
}

YamlAhead::~YamlAhead() {
  is_left_ = true;
  if (beside_.valid()) beside_.wait();
}

bool YamlAhead::claim(std::size_t number) {
  State open = State::open;
  return slots_[number].state.compare_exchange_strong(open, State::taken);
}

void YamlAhead::parse(std::size_t number) {
  Slot& slot = slots_[number];
  try {
    std::string text = read_properties_file(files_[number].path);
    bytes_ahead_ += text.size();
    slot.root = document::parse_yaml(text, files_[number].display);
  } catch (const Error&) {
    slot.root.reset();
  }
  slot.state = State::done;
  slot.state.notify_one();
}

void YamlAhead::parse_all() {
  for (std::size_t i = 0; i < files_.size() && !is_left_ && bytes_ahead_ < kBytesAheadMax; ++i) {
    if (claim(i)) parse(i);
  }
}

std::optional<document::Value> YamlAhead::take(std::size_t number) {
  Slot& slot = slots_[number];
  if (claim(number)) parse(number);
  slot.state.wait(State::taken);
  return std::move(slot.root);
}

}  // namespace leat::dbt
