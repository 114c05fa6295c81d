#include "lake/pipe/settings.h"

#include <fmt/core.h>

#include "base/error.h"

namespace leat::lake {
namespace {

std::vector<SpecField> pipe_fields() {
  std::vector<SpecField> fields = {
      {"from", FieldKind::text, "What is watched: s3://BUCKET/PREFIX or a folder."},
      {"lake", FieldKind::text, "Instead of `from`: a target of type lake, whose manifests are followed."},
      {"stream", FieldKind::text, "With `lake`: which CONNECTION.STREAM of it."},
      {"pattern", FieldKind::text, "Which files below it; `*` and `?` are wildcards.", "*"},
      {"format",
       FieldKind::text,
       "What the files are; by their names when left out (gz and zst are found by themselves).",
       "auto",
       false,
       {"auto", "json", "csv", "parquet"}},
      {"into",
       FieldKind::text,
       "landing: a row a record with its time, content and path; columns: a column a field.",
       "landing",
       false,
       {"landing", "columns"}},
      {"schema", FieldKind::text, "The schema of the table.", "raw"},
      {"table", FieldKind::text, "The table; the pipe's name when left out."},
      {"mode",
       FieldKind::text,
       "How rows arrive; with keys they merge, so that no order of files matters.",
       "append",
       false,
       {"append", "append_dedup", "scd2"}},
      {"primary_key", FieldKind::list, "With `into: columns`: the key that rows merge on."},
      {"cursor_field", FieldKind::text, "With `into: columns`: the newest by this column wins."},
      {"on_error",
       FieldKind::text,
       "What a bad record does: it goes to the dead letters; its file is refused; the pipe ends.",
       "skip_file",
       false,
       {"continue", "skip_file", "abort"}},
      {"changed",
       FieldKind::text,
       "A file that was loaded and has other content now: passed over, or loaded as well.",
       "ignore",
       false,
       {"ignore", "reload"}},
      {"interval", FieldKind::duration, "How often the place is listed.", "5s"},
      {"settle", FieldKind::duration, "Younger files wait: they may still be written.", "0s"},
      {"commit_size", FieldKind::bytes, "Files are committed together until this much is staged.", "64MB"},
      {"commit_files", FieldKind::integer, "… or so many files.", "1000"},
      {"queue_url", FieldKind::text, "The SQS queue that the bucket's notifications go to."},
      {"time_column", FieldKind::text, "With `into: landing`: when the row was loaded.", "ingestion_time"},
      {"content_column", FieldKind::text, "… the record.", "content"},
      {"path_column", FieldKind::text, "… its file.", "file_path"}};
  for (SpecField& field : files::store_fields()) fields.push_back(std::move(field));
  return fields;
}

std::optional<files::TableFormat> parse_format(const std::string& name) {
  if (name == "csv") return files::TableFormat::csv;
  if (name == "parquet") return files::TableFormat::parquet;
  if (name == "json") return files::TableFormat::json;
  return std::nullopt;
}

}  // namespace

const Spec kPipeSpec{"a pipe", "Loads each new file of a place once.", pipe_fields()};

PipeSettings read_pipe_settings(const std::string& name, const document::Settings& settings) {
  PipeSettings out;
  out.name = name;
  out.where = settings.mark().text();
  out.store = files::read_store_options(settings);
  out.pattern = settings.text("pattern");
  out.format = parse_format(settings.text("format"));
  out.into_columns = settings.text("into") == "columns";
  out.schema = settings.text("schema");
  out.table = settings.has("table") ? settings.text("table") : name;
  out.mode = *stream::parse_write_mode(settings.text("mode"));
  for (const document::Value& column : settings.value("primary_key").items())
    out.primary_key.push_back(column.as_text("primary_key"));
  if (settings.has("cursor_field")) out.cursor_field = settings.text("cursor_field");
  std::string on_error = settings.text("on_error");
  out.on_error = on_error == "continue" ? OnError::carry_on
                 : on_error == "abort"  ? OnError::abort
                                        : OnError::skip_file;
  out.reload_changed = settings.text("changed") == "reload";
  out.interval = settings.duration("interval");
  out.settle = settings.duration("settle");
  out.commit_bytes = settings.bytes("commit_size");
  out.commit_files = settings.integer("commit_files");
  if (settings.has("queue_url")) out.queue_url = settings.text("queue_url");
  out.time_column = settings.text("time_column");
  out.content_column = settings.text("content_column");
  out.path_column = settings.text("path_column");
  if (out.mode != stream::WriteMode::append && (out.primary_key.empty() || !out.into_columns))
    throw Error(ErrorCode::config_invalid,
                fmt::format("The pipe {} merges rows and needs `into: columns` and a `primary_key`", name),
                out.where);
  return out;
}

}  // namespace leat::lake
