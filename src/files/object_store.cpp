#include "files/object_store.h"

#include <fmt/core.h>

#include "base/error.h"
#include "files/local_store.h"
#include "files/s3_store.h"

namespace leat::files {

std::optional<std::string> ObjectStore::get(const std::string& key, std::int64_t bytes_max) {
  std::optional<std::string> out = get_range(key, 0, bytes_max + 1);
  if (out && static_cast<std::int64_t>(out->size()) > bytes_max)
    throw Error(ErrorCode::store_failed, fmt::format("The object is larger than {} bytes", bytes_max),
                url(key));
  return out;
}

ObjectReader::ObjectReader(ObjectStore& store, ObjectInfo info, std::int64_t piece_bytes)
    : store_(store), info_(std::move(info)), piece_bytes_(piece_bytes) {}

std::string_view ObjectReader::next() {
  if (at_ >= info_.size) return {};
  std::optional<std::string> piece =
      store_.get_range(info_.key, at_, std::min(piece_bytes_, info_.size - at_), info_.etag);
  if (!piece || piece->empty())
    throw Error(ErrorCode::store_failed, "The object went away while it was read", store_.url(info_.key));
  piece_ = std::move(*piece);
  at_ += static_cast<std::int64_t>(piece_.size());
  return piece_;
}

std::vector<SpecField> store_fields() {
  return {
      {"endpoint", FieldKind::text, "S3: the server's address, for MinIO, Ceph or R2; AWS's when left out."},
      {"region", FieldKind::text, "S3: the region; AWS_REGION or the profile's when left out."},
      {"profile", FieldKind::text, "S3: the profile of AWS's files."},
      {"access_key", FieldKind::secret, "S3: a key; looked for as AWS's tools do when left out."},
      {"secret_key", FieldKind::secret, "S3: the key's secret."},
      {"path_style", FieldKind::boolean, "S3: the bucket in the path; always so with an endpoint.", "false"},
      {"part_size", FieldKind::bytes, "S3: larger files go up in parts of this size.", "16MB"},
      {"retry_for", FieldKind::duration, "S3: how long a request that may yet succeed is tried.", "5m"}};
}

StoreOptions read_store_options(const document::Settings& settings) {
  StoreOptions out;
  auto text = [&](const char* field) { return settings.has(field) ? settings.text(field) : std::string(); };
  out.endpoint = text("endpoint");
  out.region = text("region");
  out.profile = text("profile");
  out.access_key = text("access_key");
  out.secret_key = text("secret_key");
  out.path_style = settings.boolean("path_style");
  out.part_bytes = std::max<std::int64_t>(settings.bytes("part_size"), 5 << 20);  // S3 takes no smaller part
  out.retry_for = settings.duration("retry_for");
  return out;
}

std::unique_ptr<ObjectStore> open_store(const Location& location, const StoreOptions& options, Env& env) {
  if (location.scheme == Location::Scheme::local)
    return std::make_unique<LocalStore>(location.folder().path, env);
  return std::make_unique<S3Store>(location.folder(), options, env);
}

}  // namespace leat::files
