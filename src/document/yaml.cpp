#include <fmt/core.h>
#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>

#include "base/error.h"
#include "document/value.h"

namespace leat::document {
namespace {

constexpr int kDepthMax = 200;

class Converter {
 public:
  Converter(const std::string& file, Duplicates duplicates)
      : file_(std::make_shared<const std::string>(file)), duplicates_(duplicates) {}

  Value convert(const YAML::Node& node, int depth = 0) {
    if (depth > kDepthMax) {
      throw Error(ErrorCode::document_syntax, "The document is nested too deeply", mark(node).text());
    }
    Value out;
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        break;
      case YAML::NodeType::Scalar: {
        bool plain = node.Tag() == "?" || node.Tag().empty();
        out = plain ? parse_scalar(node.Scalar()) : Value::of(node.Scalar());
        break;
      }
      case YAML::NodeType::Sequence: {
        out = Value::list();
        for (const YAML::Node& item : node) out.items().push_back(convert(item, depth + 1));
        break;
      }
      case YAML::NodeType::Map:
        out = mapping(node, depth);
        break;
    }
    out.set_mark(mark(node));
    return out;
  }

  Mark mark(const YAML::Node& node) const {
    YAML::Mark at = node.Mark();
    return at.is_null() ? Mark{file_, 0, 0} : Mark{file_, at.line + 1, at.column + 1};
  }

 private:
  Value mapping(const YAML::Node& node, int depth) {
    Value out = Value::mapping();
    std::vector<Value> merged;
    for (const auto& pair : node) {
      const std::string& key = pair.first.Scalar();
      if (key == "<<" && pair.first.Tag() != "!") {
        Value value = convert(pair.second, depth + 1);
        if (value.is_list()) {
          for (Value& each : value.items()) merged.push_back(std::move(each));
        } else {
          merged.push_back(std::move(value));
        }
        continue;
      }
      if (duplicates_ == Duplicates::last_counts) out.erase(key);
      if (out.find(key)) {
        throw Error(ErrorCode::document_syntax, fmt::format("The key `{}` stands twice in one mapping", key),
                    mark(pair.first).text());
      }
      out.members().emplace_back(key, convert(pair.second, depth + 1));
      // A value that is left out has no place of its own (the parser names that of what follows); its key's
      // is better.
      if (out.members().back().second.mark().line == 0 || out.members().back().second.is_null())
        out.members().back().second.set_mark(mark(pair.first));
    }
    for (const Value& each : merged) {
      for (const Value::Member& member : each.members()) {
        if (!out.find(member.first)) out.members().push_back(member);
      }
    }
    return out;
  }

  std::shared_ptr<const std::string> file_;
  Duplicates duplicates_;
};

}  // namespace

Value parse_yaml(std::string_view text, const std::string& file, Duplicates duplicates) {
  try {
    return Converter(file, duplicates).convert(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& error) {
    throw Error(ErrorCode::document_syntax, error.msg,
                fmt::format("{}:{}:{}", file, error.mark.line + 1, error.mark.column + 1));
  }
}

std::string read_file(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) {
    throw Error(errno == ENOENT ? ErrorCode::config_not_found : ErrorCode::file_io, std::strerror(errno),
                path);
  }
  std::string text;
  char chunk[65536];
  while (std::size_t got = std::fread(chunk, 1, sizeof chunk, file.get())) text.append(chunk, got);
  if (std::ferror(file.get())) throw Error(ErrorCode::file_io, std::strerror(errno), path);
  return text;
}

Value load_yaml(const std::string& path) {
  return parse_yaml(read_file(path), path);
}

}  // namespace leat::document
