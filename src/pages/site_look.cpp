#include "pages/site_look.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "pages/page_cursor.h"

namespace leat::pages {
namespace {

namespace fs = std::filesystem;

bool is_word(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_';
  });
}
bool is_color(const std::string& text) {
  return !text.empty() && text.size() < 60 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("#(),.% -/").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// The relative luminance of #rgb or #rrggbb; -1 for another color.
double luminance(std::string color) {
  if (color.size() == 4) color = {color[0], color[1], color[1], color[2], color[2], color[3], color[3]};
  if (color.size() != 7 || color[0] != '#') return -1;
  double weights[] = {0.2126, 0.7152, 0.0722}, sum = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    int value = 0;
    for (char c : color.substr(1 + i * 2, 2)) {
      if (!std::isxdigit(static_cast<unsigned char>(c))) return -1;
      value = value * 16 + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    double part = value / 255.0;
    sum += weights[i] * (part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4));
  }
  return sum;
}
double contrast(const std::string& a, const std::string& b) {
  double x = luminance(a), y = luminance(b);
  return x < 0 || y < 0 ? 0 : (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

// A setting for a mode: itself, or what it says under light and dark.
const document::Value& of_mode(const document::Value& setting, const char* mode) {
  return setting.is_mapping() ? setting[mode] : setting;
}

std::string joined_colors(const document::Value& list) {
  std::string out;
  for (const document::Value& each : list.items()) {
    if (is_color(each.raw())) out += (out.empty() ? "" : "|") + each.raw();
  }
  return out;
}

std::string mode_css(const document::Value& theme, const char* mode) {
  std::string out, ground = of_mode(theme["colors"]["base"], mode).raw();
  bool dark = std::string_view(mode) == "dark";
  if (luminance(ground) >= 0) out += fmt::format("--ground:{};", ground);
  if (ground.empty()) ground = dark ? "#12171d" : "#ffffff";
  for (const auto& [name, setting] : theme["colors"].members()) {
    std::string color = of_mode(setting, mode).raw();
    if (!is_word(name) || !is_color(color)) continue;
    out += fmt::format("--color-{}:{};", name, color);
    std::string_view token = name == "primary"    ? "accent"
                             : name == "positive" ? "good"
                             : name == "negative" ? "bad"
                                                  : "";
    if (!token.empty() && contrast(color, ground) >= 4.5) out += fmt::format("--{}:{};", token, color);
  }
  for (const char* kind : {"colorPalettes", "colorScales"}) {
    for (const auto& [name, setting] : theme[kind].members()) {
      std::string colors = joined_colors(of_mode(setting, mode));
      std::string_view prefix = std::string_view(kind) == "colorScales" ? "scale" : "palette";
      if (is_word(name) && !colors.empty()) out += fmt::format("--{}-{}:\"{}\";", prefix, name, colors);
      // Tables draw their scales without a script.
      if (name == "default" && prefix == "scale" && !colors.empty())
        out += fmt::format("--scale-least:{};--scale-most:{};", colors.substr(0, colors.find('|')),
                           colors.substr(colors.rfind('|') + 1));
    }
  }
  return out;
}

void read_config(const std::string& file, SiteLook& look) {
  document::Value config = document::load_yaml(file);
  std::string appearance = config["appearance"]["default"].raw();
  if (appearance == "light" || appearance == "dark") look.appearance = appearance;
  look.has_switcher = config["appearance"]["switcher"].raw() != "false";
  const document::Value& theme = config["theme"];
  std::string light = mode_css(theme, "light"), dark = mode_css(theme, "dark");
  if (!light.empty() || !dark.empty())
    look.css = fmt::format(":root{{{}}}\n:root[data-theme=\"dark\"]{{{}}}\n", light, dark);
}

// <EvidenceDefaultLayout title="…" fullWidth={true}>: only what is written there as it is.
void read_layout(const std::string& file, SiteLook& look) {
  std::string text = document::read_file(file);
  std::size_t at = text.find("<EvidenceDefaultLayout");
  if (at == std::string::npos) return;
  std::string path = "+layout.svelte";
  PageNode node;
  PageCursor(std::string_view(text).substr(at), path, 1).read_tag(node);
  std::string yaml;
  for (const auto& [name, property] : node.properties) {
    if (is_word(name) && property.text.find_first_of("\n\"\\{") == std::string::npos)
      yaml += fmt::format("{}: \"{}\"\n", name, property.text);
  }
  look.layout = document::parse_yaml(yaml, path);
  if (!look.layout["title"].raw().empty()) look.title = look.layout["title"].raw();
}

}  // namespace

SiteLook read_look(const std::string& root, const std::string& pages, const std::string& title) {
  SiteLook look;
  look.title = title;
  auto attempt = [&](const std::string& file, void (*read)(const std::string&, SiteLook&)) {
    if (!fs::is_regular_file(file)) return;
    try {
      read(file, look);
    } catch (const Error& error) {
      look.problems.push_back({error.what_failed(), error.where(), error.code(), true});
    }
  };
  attempt(root + "/evidence.config.yaml", read_config);
  attempt(pages + "/+layout.svelte", read_layout);
  return look;
}

}  // namespace leat::pages
