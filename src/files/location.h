// Location: where files stand: a bucket of S3 or a folder of this machine, and a prefix in it.
//
// Guarantees: prefix is "" or ends with "/" for what names a folder; it never begins with "/".
// Threads: a value.
// Errors: Error(config_invalid) for what is no location.
#pragma once
#include <string>
#include <string_view>

namespace leat::files {

struct Location {
  enum class Scheme { local, s3 };
  Scheme scheme = Scheme::local;
  std::string bucket;  ///< S3 only
  std::string path;    ///< local: an absolute path; S3: a key or a prefix, without a leading "/"
  /// "s3://bucket/path" or the path.
  std::string text() const;
  /// The same with "/" at its end: as a folder.
  Location folder() const;
};

/// Reads "s3://bucket/prefix", "file:///folder" or a path; a relative one is read against `base`.
Location parse_location(std::string_view text, const std::string& base = ".");
/// Percent-encodes all but letters, digits and "-_.~" (and "/", when it is to stay), as AWS signs.
std::string percent_encode(std::string_view text, bool keep_slash);
/// Decodes %XX; "+" becomes a blank where `plus_is_blank` says so.
std::string percent_decode(std::string_view text, bool plus_is_blank = false);

}  // namespace leat::files
