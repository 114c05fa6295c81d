// Runs a fuzz target over the files of a folder: what libFuzzer found once is a plain test with every
// compiler.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int count, char** arguments) {
  std::size_t replayed = 0;
  for (int at = 1; at < count; ++at)
    for (const auto& entry : std::filesystem::recursive_directory_iterator(arguments[at])) {
      if (!entry.is_regular_file()) continue;
      std::vector<std::uint8_t> content(entry.file_size());
      FILE* file = std::fopen(entry.path().c_str(), "rb");
      if (!file) return 1;
      const std::size_t got = std::fread(content.data(), 1, content.size(), file);
      std::fclose(file);
      std::printf("%s\n", entry.path().c_str());
      std::fflush(stdout);
      LLVMFuzzerTestOneInput(content.data(), got);
      ++replayed;
    }
  std::printf("replayed %zu inputs\n", replayed);
  return replayed > 0 ? 0 : 1;
}
