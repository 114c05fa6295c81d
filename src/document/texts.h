// Texts: lists of texts in documents.
//
// Guarantees: items come in the order of the document.
// Threads: pure functions.
// Errors: Error(config_invalid) from texts(), at the item.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "document/settings.h"

namespace leat::document {

/// The items of a setting that is a list, each of which has to be a text; none when it is absent.
std::vector<std::string> texts(const Settings& settings, std::string_view field);
/// The items of a list as they are written, in what another program made; a text stands for a list of it.
std::vector<std::string> texts_of(const Value& list);
/// The mapping with a list of one where one of these fields is a text: `select: tag:x` means `[tag:x]`.
Value with_lists(Value mapping, std::initializer_list<const char*> fields);

}  // namespace leat::document
