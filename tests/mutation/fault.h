// Which of the faults of faults.txt is planted: the number in LEAT_FAULT, read once; 0 where it is not set.
// Only the copy of the sources that plant.py writes includes this.
#pragma once
#include <cstdlib>
#include <string>

inline int leat_planted() {
  static const int number = [] {
    const char* text = std::getenv("LEAT_FAULT");
    return text ? std::atoi(text) : 0;
  }();
  return number;
}
inline bool leat_fault(int number) {
  return leat_planted() == number;
}

// The same for text that is compiled in: "\1" number "\2" faulty "\2" right "\3" becomes one of the two.
inline std::string leat_chosen(std::string text) {
  for (std::size_t at = text.find('\1'); at != std::string::npos; at = text.find('\1')) {
    std::size_t faulty = text.find('\2', at), right = text.find('\2', faulty + 1),
                end = text.find('\3', right);
    bool is_planted = std::atoi(text.c_str() + at + 1) == leat_planted();
    std::string chosen =
        is_planted ? text.substr(faulty + 1, right - faulty - 1) : text.substr(right + 1, end - right - 1);
    text.replace(at, end + 1 - at, chosen);
  }
  return text;
}
