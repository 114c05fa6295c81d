// Upload: carries one file to where the answer to a PUT statement says.
//
// Guarantees: the whole file or an error; sent again after failures that may pass.
// Threads: one.
// Errors: Error(file_io), Error(warehouse_connect).
// Source: `stageInfo` as read by Snowflake's published drivers; Amazon S3 PutObject; Azure Put Blob;
//   Cloud Storage XML API
#pragma once
#include <string>

#include "document/value.h"
#include "warehouses/snowflake/session.h"

namespace leat::warehouses::snowflake {

/// Whether the upload is done, or the credentials of the answer are no longer good.
enum class Uploaded { done, credentials_expired };

/// Uploads `path` as `name` by the `data` of the answer to PUT.
Uploaded upload(Session& session, const document::Value& answer, const std::string& path,
                const std::string& name);

}  // namespace leat::warehouses::snowflake
