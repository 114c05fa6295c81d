// FileDownload: fetches the file that each record stands for into a folder, and says in the record where it
// is.
//
// Guarantees: a file is there whole before its record lands, under FOLDER/STREAM/NAME; NAME never leads out
//   of the folder. Files of the same name are replaced.
// Threads: immutable; one at a time for records of one stream.
// Owns: its requester.
// Errors: Error(source_invalid_response) for a record that names no file, Error(file_io); what the request
//   throws.
// Source: behaviour of the Airbyte CDK's FileUploader.
#pragma once
#include <memory>

#include "sources/declarative/record_selector.h"

namespace leat::sources::declarative {

/// Makes it from a FileUploader component with the stream's name as `stream_name`.
std::unique_ptr<Transformation> make_file_download(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative
