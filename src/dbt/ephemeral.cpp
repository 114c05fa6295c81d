// Ephemeral models stand as common table expressions in front of the SQL that reads them.
#include <fmt/core.h>

#include <algorithm>

#include "dbt/build.h"
#include "dbt/ctes.h"
#include "dbt/renderer.h"
#include "sql/tokenizer.h"

namespace leat::dbt {

namespace {

bool is_word(const sql::Token& token, std::string_view word) {
  return token.kind == sql::TokenKind::word && token.text.size() == word.size() &&
         std::equal(word.begin(), word.end(), token.text.begin(),
                    [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

}  // namespace

std::string with_ctes(const std::string& code, const std::vector<Cte>& ctes) {
  if (ctes.empty()) return code;
  std::string list;
  for (const Cte& cte : ctes)
    list += fmt::format("{} {} as (\n{}\n)", list.empty() ? "" : ",", cte.name, cte.code);
  std::vector<sql::Token> tokens = sql::tokenize(code);
  if (tokens.empty() || !is_word(tokens[0], "with")) {
    return "with" + list + " " + code;
  }
  const sql::Token& last = tokens.size() > 1 && is_word(tokens[1], "recursive") ? tokens[1] : tokens[0];
  std::size_t end = last.offset + last.text.size();
  return code.substr(0, end) + list + "," + code.substr(end);
}

std::string NodeBuilder::with_ephemerals(std::string code, const Rendering& rendering) const {
  if (rendering.ephemerals.empty()) return code;
  std::vector<Cte> ctes;
  // Depth first, each once: an ephemeral model's own ephemerals stand before it.
  std::function<void(const Node*)> add = [&](const Node* node) {
    std::string name = "__dbt__cte__" + node->name;
    if (std::any_of(ctes.begin(), ctes.end(), [&](const Cte& each) { return each.name == name; })) return;
    Rendering inner = rendering_of(node, *rendering.adapter);
    std::string text = project_.renderer().render(*project_.renderer().parsed(*node), inner);
    for (const Node* deeper : inner.ephemerals) add(deeper);
    ctes.push_back({name, std::move(text)});
  };
  for (const Node* node : rendering.ephemerals) add(node);
  return with_ctes(code, ctes);
}

}  // namespace leat::dbt
