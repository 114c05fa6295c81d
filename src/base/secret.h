// Secrets: the values that must never reach a log, an error, an artifact or a page.
//
// Guarantees: redact() replaces every registered value (4 characters or longer) with "***".
// Threads: any.
#pragma once
#include <string>
#include <string_view>

namespace leat {

/// Remembers `value` for the life of the process; redact() removes it from then on. Short values are left
/// alone.
void register_secret(std::string_view value);
/// Returns `text` without the registered secrets.
std::string redact(std::string_view text);

/// True for names of variables that most likely hold a secret: with PASSWORD, TOKEN, SECRET and the like.
bool sounds_secret(std::string_view name);

}  // namespace leat
