#include "script/engine.h"

#include <doctest/doctest.h>

namespace leat::script {

using Kind = Answer::Kind;
constexpr std::chrono::seconds kLong{20};

// Where the engine is not built there is nothing to test.
#define OPEN_OR_SKIP(engine)                                         \
  auto engine = Engine::open();                                      \
  if (!engine || !engine->evaluate("probe", "1", kLong).is_done()) { \
    MESSAGE("leat-script is not here");                              \
    return;                                                          \
  }

TEST_CASE("a script computes, and its globals last") {
  OPEN_OR_SKIP(engine);
  CHECK(engine->evaluate("a.js", "var held = [1, 2, 3].map(x => x * 2); ''", kLong).is_done());
  CHECK(engine->evaluate("b.js", "held.join('+')", kLong).text == "2+4+6");
  engine->evaluate("c.js", "function shout(text) { return text.toUpperCase() + '!'; }", kLong);
  CHECK(engine->call("shout", "grüße", kLong).text == "GRÜSSE!");
}

TEST_CASE("what a script throws is told with its name and line") {
  OPEN_OR_SKIP(engine);
  Answer answer = engine->evaluate("pages/x.md", "\n\nmissing.name", kLong);
  CHECK(answer.kind == Kind::threw);
  CHECK(answer.text == "ReferenceError: missing is not defined (pages/x.md:3)");
  CHECK(engine->evaluate("y", "'goes on'", kLong).text == "goes on");
}

TEST_CASE("a script that does not end is ended") {
  OPEN_OR_SKIP(engine);
  CHECK(engine->evaluate("loop", "for (;;) {}", std::chrono::milliseconds(300)).kind == Kind::too_long);
  CHECK(engine->evaluate("later", "1", kLong).kind == Kind::gone);
}

TEST_CASE("a script that takes all memory is refused or ended, and this process goes on") {
  OPEN_OR_SKIP(engine);
  Answer answer =
      engine->evaluate("hog", "var all = []; for (;;) all.push(new Uint8Array(1 << 24).fill(1));", kLong);
  CHECK((answer.kind == Kind::too_large || answer.kind == Kind::gone));
}

TEST_CASE("a script has no door to the outside") {
  OPEN_OR_SKIP(engine);
  Answer names = engine->evaluate(
      "names",
      "['fetch', 'XMLHttpRequest', 'require', 'process', 'load', 'read', 'os', 'WebAssembly', "
      "'setTimeout', 'print', 'quit'].filter(n => n in globalThis).join()",
      kLong);
  CHECK(names.text == "WebAssembly");
  CHECK(engine->evaluate("import", "import('/etc/passwd').then(() => 1); 'asked'", kLong).kind != Kind::gone);
}

}  // namespace leat::script
