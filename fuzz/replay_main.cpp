// Runs a fuzz target over the files of a folder, with every compiler: what libFuzzer found once is a plain
// test. Then over mutants of them: some hundred, always the same, for two seconds of CPU at the most.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;
constexpr std::size_t kMutants = 400;
constexpr double kSecondsMax = 2;

std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(const std::string& path, const char* mode) {
  return {std::fopen(path.c_str(), mode), std::fclose};
}

Input read(const std::filesystem::directory_entry& entry) {
  Input content(entry.file_size());
  auto file = opened(entry.path().string(), "rb");
  content.resize(file ? std::fread(content.data(), 1, content.size(), file.get()) : 0);
  return content;
}

// A piece is cut out, doubled, taken from another input or turned into something else.
void mutate(Input& input, const Input& other, std::mt19937& chance) {
  auto below = [&](std::size_t limit) { return limit == 0 ? 0 : chance() % limit; };
  auto from = static_cast<std::ptrdiff_t>(below(input.size()));
  auto piece = static_cast<std::ptrdiff_t>(below(std::min<std::size_t>(32, input.size() + 1)));
  piece = std::min(piece, static_cast<std::ptrdiff_t>(input.size()) - from);
  auto first = input.begin() + from;
  switch (below(4)) {
    case 0:
      input.erase(first, first + piece);
      return;
    case 1: {
      Input copy(first, first + piece);
      input.insert(input.begin() + static_cast<std::ptrdiff_t>(below(input.size() + 1)), copy.begin(),
                   copy.end());
      return;
    }
    case 2: {
      auto start = static_cast<std::ptrdiff_t>(below(other.size()));
      auto end = std::min(start + 32, static_cast<std::ptrdiff_t>(other.size()));
      input.insert(first, other.begin() + start, other.begin() + end);
      return;
    }
    default:
      if (input.empty()) return;
      constexpr std::uint8_t kOdd[] = {0, 0xff, 0x7f, 0x80, '"', '\\', '{', '}', '\n', '-', '9', '%'};
      *first = below(2) ? kOdd[below(sizeof kOdd)] : static_cast<std::uint8_t>(chance());
  }
}

void run_mutants(const std::vector<Input>& inputs, const std::string& under_way) {
  std::mt19937 chance(1);
  std::clock_t begun = std::clock();
  auto seconds = [&] { return static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC; };
  std::size_t made = 0;
  for (; made < kMutants && seconds() < kSecondsMax; ++made) {
    Input input = inputs[chance() % inputs.size()];
    for (std::size_t times = chance() % 4 + 1; times > 0; --times)
      mutate(input, inputs[chance() % inputs.size()], chance);
    // It stays there where the target ends the program.
    if (auto file = opened(under_way, "wb")) std::fwrite(input.data(), 1, input.size(), file.get());
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::filesystem::remove(under_way);
  std::printf("and %zu mutants\n", made);
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::filesystem::directory_entry> entries;
  for (int at = 1; at < count; ++at) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(arguments[at])) {
      if (entry.is_regular_file()) entries.push_back(entry);
    }
  }
  std::sort(entries.begin(), entries.end());
  std::vector<Input> inputs;
  for (const auto& entry : entries) {
    inputs.push_back(read(entry));
    std::printf("%s\n", entry.path().c_str());
    std::fflush(stdout);
    LLVMFuzzerTestOneInput(inputs.back().data(), inputs.back().size());
  }
  std::printf("replayed %zu inputs\n", inputs.size());
  if (inputs.empty()) return 1;
  std::string under_way = (std::filesystem::temp_directory_path() /
                           (std::filesystem::path(arguments[0]).filename().string() + "_under_way"))
                              .string();
  std::printf("the mutant under way is in %s\n", under_way.c_str());
  std::fflush(stdout);
  run_mutants(inputs, under_way);
  return 0;
}
