#include "base/glob.h"

#include <vector>

namespace leat {

bool matches_glob(std::string_view glob, std::string_view text) {
  // Iterative, with one remembered star: never exponential.
  std::size_t g = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && (glob[g] == '?' || glob[g] == text[t]) && glob[g] != '*') {
      ++g;
      ++t;
    } else if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

bool matches_path_glob(std::string_view glob, std::string_view path) {
  // reach[t]: the part of the glob that was looked at matches the first t characters of the path.
  std::vector<char> reach(path.size() + 1, 0), next;
  reach[0] = 1;
  for (std::size_t g = 0; g < glob.size();) {
    next.assign(path.size() + 1, 0);
    bool crosses = glob.substr(g).starts_with("**");
    if (crosses || glob[g] == '*') {
      bool open = false;
      for (std::size_t t = 0; t <= path.size(); ++t) {
        if (!crosses && t > 0 && path[t - 1] == '/') open = false;
        open = open || reach[t];
        next[t] = open;
      }
      g += crosses ? 2 : 1;
      // "**/" ends at a folder's start, or where it began.
      if (crosses && g < glob.size() && glob[g] == '/') {
        for (std::size_t t = path.size() + 1; t-- > 0;)
          next[t] = reach[t] || (t > 0 && path[t - 1] == '/' && next[t - 1]);
        ++g;
      }
    } else {
      for (std::size_t t = 0; t < path.size(); ++t)
        next[t + 1] = reach[t] && (path[t] == glob[g] || (glob[g] == '?' && path[t] != '/'));
      ++g;
    }
    reach.swap(next);
  }
  return reach[path.size()] != 0;
}

}  // namespace leat
