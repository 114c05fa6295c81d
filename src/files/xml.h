// XmlScan: reads values out of S3's and STS's small XML answers by the names of their elements.
//
// Guarantees: entities are resolved; namespaces and attributes are passed over; no element is looked for
//   inside a comment. Not a general XML parser: elements of one name inside each other are not told apart.
// Threads: pure functions.
// Errors: none; nullopt and empty lists for what is absent.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leat::files {

/// The text of the first element of that name, or nullopt.
std::optional<std::string> xml_text(std::string_view xml, std::string_view name);
/// The inner text of every element of that name, unresolved, in order.
std::vector<std::string_view> xml_elements(std::string_view xml, std::string_view name);
/// Escapes text for an element.
std::string xml_escape(std::string_view text);

}  // namespace leat::files
