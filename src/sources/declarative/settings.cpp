#include "sources/declarative/settings.h"

namespace leat::sources::declarative {

const Spec kSettings{
    "declarative",
    "An HTTP API described by Airbyte's low-code connector YAML.",
    {
        {.name = "manifest", .kind = FieldKind::path, .doc = "The connector's YAML file.", .required = true},
        {.name = "config",
         .kind = FieldKind::mapping,
         .doc =
             "What the connector asks for: tokens, dates, addresses; checked against its own specification."},
        {.name = "concurrency",
         .kind = FieldKind::integer,
         .doc = "How many pages are fetched at the same time; 4, unless the connector says otherwise."},
        {.name = "credentials_file",
         .kind = FieldKind::path,
         .doc = "Where credentials are kept that the API changes while it is read, such as refresh tokens "
                "that serve "
                "only once. Without it such a token is lost at the end of the run."},
        {.name = "response_bytes_max",
         .kind = FieldKind::bytes,
         .doc = "The largest answer that is taken, after decompression.",
         .default_value = "512MB"},
        {.name = "files_folder",
         .kind = FieldKind::path,
         .doc = "Where the files go that records of a stream with a `file_uploader` stand for; none are "
                "fetched when left out."},
        {.name = "record_column",
         .kind = FieldKind::text,
         .doc = "A column that holds each record as it came, JSON; none when left out."},
        {.name = "batch_rows_max",
         .kind = FieldKind::integer,
         .doc = "The most rows that are handed on together.",
         .default_value = "50000"},
        {.name = "ahead_bytes_max",
         .kind = FieldKind::bytes,
         .doc = "The most bytes of answers that are fetched ahead of the one that is read.",
         .default_value = "64MB"},
        {.name = "timeout",
         .kind = FieldKind::duration,
         .doc = "The longest silence of the API before a request is tried again.",
         .default_value = "5m"},
    }};

}  // namespace leat::sources::declarative
