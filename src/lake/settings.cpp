#include "lake/settings.h"

#include <fmt/core.h>

#include "base/error.h"

namespace leat::lake {
namespace {

std::vector<SpecField> lake_fields() {
  std::vector<SpecField> fields = {
      {"url", FieldKind::text, "Where the files go: s3://BUCKET/PREFIX or a folder.", "", true},
      {"format",
       FieldKind::text,
       "How the files are written.",
       "jsonl.gz",
       false,
       {"jsonl", "jsonl.gz", "jsonl.zst", "parquet"}},
      {"prefix", FieldKind::text,
       "Where in it a file goes, with expressions; of a row's time and key fields too.",
       "!{table}/ingestion_date=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/"},
      {"error_prefix", FieldKind::text, "Where rejected records go.",
       "errors/!{firehose:error-output-type}/!{table}/dt=!{timestamp:yyyy-MM-dd}/"},
      {"time", FieldKind::text, "What !{timestamp:…} means: arrival, or column:NAME.", "arrival"},
      {"buffer_size", FieldKind::bytes,
       "A file is written when this much is held for it, before compression.", "10MB"},
      {"buffer_interval", FieldKind::duration, "… or when its first record has waited so long.", "30s"},
      {"partitions_max", FieldKind::integer, "Files that are open at once.", "500"},
      {"memory_max", FieldKind::bytes, "Held in all open files together.", "256MB"}};
  for (SpecField& field : files::store_fields()) fields.push_back(std::move(field));
  return fields;
}

}  // namespace

const Spec kLakeSpec{"lake", "Files in a folder or in S3, partitioned, with a manifest for each load.",
                     lake_fields()};

void set_format(LakeSettings& settings, const std::string& format) {
  std::size_t dot = std::min(format.find('.'), format.size());
  std::string kind = format.substr(0, dot);
  std::optional<files::Compression> compression =
      files::parse_compression(dot < format.size() ? std::string_view(format).substr(dot + 1) : "none");
  bool is_known = compression && (kind == "jsonl" || format == "parquet");
  if (!is_known)
    throw Error(ErrorCode::config_invalid, fmt::format("`{}` is no format of a lake", format))
        .fix("There are jsonl, jsonl.gz, jsonl.zst and parquet.");
  settings.format = kind == "jsonl" ? LakeFormat::json_lines : LakeFormat::parquet;
  settings.compression = *compression;
}

std::string file_extension(const LakeSettings& settings) {
  if (settings.format == LakeFormat::parquet) return ".parquet";
  return ".jsonl" + std::string(files::extension(settings.compression));
}

LakeSettings read_lake_settings(const document::Settings& settings) {
  LakeSettings out;
  std::string url = settings.text("url");
  out.location =
      files::parse_location(url.find("://") == std::string::npos ? settings.resolve_path("url") : url)
          .folder();
  out.store = files::read_store_options(settings);
  set_format(out, settings.text("format"));
  out.prefix = Prefix(settings.text("prefix"));
  out.error_prefix = Prefix(settings.text("error_prefix"));
  if (!out.error_prefix.keys().empty())
    throw Error(ErrorCode::lake_expression, "A rejected record has no key fields", out.error_prefix.text());
  std::string time = settings.text("time");
  if (time.starts_with("column:")) out.time_column = time.substr(7);
  if (out.time_column.empty() && time != "arrival")
    throw Error(ErrorCode::config_invalid, "`time` is `arrival` or `column:NAME`", settings.mark().text());
  out.buffer_bytes = std::max<std::int64_t>(settings.bytes("buffer_size"), 1);
  out.buffer_time = settings.duration("buffer_interval");
  out.partitions_max =
      static_cast<std::size_t>(std::max<std::int64_t>(settings.integer("partitions_max"), 1));
  out.memory_max = std::max<std::int64_t>(settings.bytes("memory_max"), out.buffer_bytes);
  return out;
}

}  // namespace leat::lake
