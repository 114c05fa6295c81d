// URLs: joining, query strings, and printing without secrets.
//
// Guarantees: encoding as Python's urllib.parse.quote_plus does (what connectors are written against).
// Threads: any.
// Errors: Error(config_invalid) for what is no URL.
// Source: RFC 3986 5.2 (as Python's urljoin applies it), WHATWG form encoding for queries.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leat::http {

using Query = std::vector<std::pair<std::string, std::string>>;

/// Encodes for a query or a form body: letters, digits and "_.-~" stay, a blank becomes "+".
std::string encode(std::string_view text);
/// Decodes %XX and "+".
std::string decode(std::string_view text);
/// "a=1&b=x+y".
std::string encode_query(const Query& query);
/// The parameters of a URL's query, decoded, in order.
Query query_of(std::string_view url);
/// Appends parameters to a URL that may have a query already.
std::string with_query(std::string url, const Query& query);
/// Encodes what must not stand in a path or a query as it is (blanks, brackets, letters beyond ASCII) and
/// resolves
/// "." and ".." in the path, as Python's requests does before it sends.
std::string requote(std::string_view url);
/// Resolves `reference` against `base` as Python's urllib.parse.urljoin does.
std::string join(std::string_view base, std::string_view reference);
/// "https://host:port" of a URL, lower case, with the scheme's port left out.
std::string origin(std::string_view url);
/// The host of a URL, without port.
std::string host(std::string_view url);
/// The URL as it may be printed: without user and password, registered secrets and the values of parameters
/// that hold credentials by their name (token, key, secret, password, signature).
std::string safe_url(std::string_view url);

}  // namespace leat::http
