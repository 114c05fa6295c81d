#include "sources/enrich/enriched.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/units.h"
#include "sources/enrich/answer_book.h"
#include "sources/enrich/asker.h"
#include "stream/indexed_sink.h"

namespace leat::sources::enrich {
namespace {

using batch::ColumnData;
using batch::TypeKind;
using document::Value;

// A lookup at work: its asker and its book.
class LookupRun {
 public:
  LookupRun(const Lookup& lookup, Env& env)
      : lookup_(lookup),
        env_(env),
        asker_(lookup, env),
        book_(AnswerBook::open(lookup.cache_file)),
        budget_(lookup.requests_max) {}

  batch::RecordBatch complete(batch::RecordBatch&& batch) {
    batch::SchemaPtr schema = batch.schema();
    std::size_t rows = batch.rows();
    std::vector<std::size_t> filled;
    for (const auto& [column, path] : lookup_.fill) filled.push_back(find(*schema, column));
    std::vector<Value> answers(rows);
    bool any = false;
    for (std::size_t row = 0; row < rows; ++row) {
      bool is_empty = std::any_of(filled.begin(), filled.end(),
                                  [&](std::size_t i) { return batch.column(i).is_null(row); });
      if (!is_empty || !is_askable(batch, row)) continue;
      env_.check_cancelled();
      answers[row] = answer_for(batch, row);
      any = any || answers[row].is_mapping();
    }
    std::vector<ColumnData> columns = std::move(batch).take_columns();
    std::vector<bool> changed(rows, false);
    for (std::size_t k = 0; any && k < filled.size(); ++k)
      columns[filled[k]] = with_answers(columns[filled[k]], answers, lookup_.fill[k].first, changed);
    if (lookup_.mark.empty()) return {schema, std::move(columns)};
    ColumnData mark(batch::Type{TypeKind::boolean});
    for (std::size_t row = 0; row < rows; ++row) mark.append(static_cast<std::uint8_t>(changed[row] ? 1 : 0));
    columns.push_back(std::move(mark));
    return {with_mark(schema), std::move(columns)};
  }

  batch::SchemaPtr with_mark(const batch::SchemaPtr& schema) {
    if (lookup_.mark.empty()) return schema;
    if (schema_in_ != schema) {
      std::vector<batch::Column> columns = schema->columns();
      columns.push_back({lookup_.mark, {TypeKind::boolean}, true});
      schema_in_ = schema;
      schema_out_ = std::make_shared<const batch::Schema>(std::move(columns));
    }
    return schema_out_;
  }

 private:
  std::size_t find(const batch::Schema& schema, const std::string& column) const {
    if (std::optional<std::size_t> found = schema.find(column)) return *found;
    std::vector<std::string> names;
    for (const batch::Column& each : schema.columns()) names.push_back(each.name);
    std::string near = nearest(column, names);
    throw Error(ErrorCode::config_invalid,
                fmt::format("The stream has no column `{}`{}", column,
                            near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                lookup_.where);
  }

  bool is_askable(const batch::RecordBatch& batch, std::size_t row) const {
    return std::all_of(lookup_.needs.begin(), lookup_.needs.end(), [&](const std::string& column) {
      const ColumnData& data = batch.column(find(*batch.schema(), column));
      return !data.is_null(row) && data.print(row).find_first_not_of(' ') != std::string::npos;
    });
  }

  // The template with the row's values; told whether it had any.
  std::string filled_in(const std::string& text, const batch::RecordBatch& batch, std::size_t row,
                        bool& had) const {
    std::string out;
    std::size_t at = 0;
    for (std::size_t open; (open = text.find('{', at)) != std::string::npos;) {
      std::size_t close = text.find('}', open);
      if (close == std::string::npos) break;
      had = true;
      out.append(text, at, open - at);
      const ColumnData& data = batch.column(find(*batch.schema(), text.substr(open + 1, close - open - 1)));
      if (!data.is_null(row)) out += data.print(row);
      at = close + 1;
    }
    out.append(text, at);
    while (!out.empty() && (out.back() == ' ' || out.back() == ',')) out.pop_back();
    return out;
  }

  Value answer_for(const batch::RecordBatch& batch, std::size_t row) {
    http::Query query;
    std::string question;
    for (const auto& [name, text] : lookup_.parameters) {
      bool had = false;
      query.emplace_back(name, filled_in(text, batch, row, had));
      if (had) question += (question.empty() ? "" : "\n") + query.back().second;
    }
    auto answer = book_->answer(question, budget_, [&] { return asker_.ask(query); });
    if (!answer && !told_) {
      told_ = true;
      env_.emit({"lookup_budget_spent",
                 EventLevel::warning,
                 {{"questions", lookup_.requests_max},
                  {"message",
                   fmt::format("{} questions were asked; further rows stay empty until they are read again",
                               format_count(lookup_.requests_max))}}});
    }
    return answer ? document::parse_json(*answer, lookup_.cache_file) : Value();
  }

  ColumnData with_answers(const ColumnData& old, const std::vector<Value>& answers, const std::string& name,
                          std::vector<bool>& changed) const {
    ColumnData out(old.type());
    for (std::size_t row = 0; row < old.size(); ++row) {
      const Value* value = old.is_null(row) ? answers[row].find(name) : nullptr;
      if (!value || !append(out, *value)) {
        out.append_from(old, row);
        continue;
      }
      changed[row] = true;
    }
    return out;
  }

  // False for a value that the column can't hold.
  static bool append(ColumnData& out, const Value& value) {
    bool is_number = value.kind() == Value::Kind::integer || value.kind() == Value::Kind::real;
    switch (out.type().kind) {
      case TypeKind::float64:
        if (is_number) out.append(value.real());
        return is_number;
      case TypeKind::int64:
        if (value.kind() == Value::Kind::integer) out.append(value.integer());
        return value.kind() == Value::Kind::integer;
      case TypeKind::text:
        out.append_text(value.is_text() ? value.raw() : document::to_json(value));
        return true;
      case TypeKind::json:
        out.append_text(document::to_json(value));
        return true;
      default:
        return false;
    }
  }

  const Lookup& lookup_;
  Env& env_;
  Asker asker_;
  std::shared_ptr<AnswerBook> book_;
  std::int64_t budget_;  // questions that are left
  batch::SchemaPtr schema_in_, schema_out_;
  bool told_ = false;
};

// Completes batches on their way.
class EnrichingSink final : public stream::Sink {
 public:
  EnrichingSink(stream::Sink& sink, std::vector<std::unique_ptr<LookupRun>> runs)
      : sink_(sink), runs_(std::move(runs)) {}
  void batch(std::size_t index, batch::RecordBatch&& given) override {
    batch::RecordBatch batch = std::move(given);
    for (auto& run : runs_) batch = run->complete(std::move(batch));
    sink_.batch(index, std::move(batch));
  }
  void checkpoint(std::size_t index, stream::State state, std::string partition) override {
    sink_.checkpoint(index, std::move(state), std::move(partition));
  }
  void reject(std::size_t index, stream::RejectedRecord&& record) override {
    sink_.reject(index, std::move(record));
  }

 private:
  stream::Sink& sink_;
  std::vector<std::unique_ptr<LookupRun>> runs_;
};

class EnrichedSource final : public stream::Source {
 public:
  EnrichedSource(const document::Settings& settings, Env& env)
      : lookups_(read_lookups(settings, env)), env_(env) {
    const Value& inner = settings.value("source");
    const SourceKind& kind = find_source_kind(inner["type"].as_text("type"), inner.where());
    source_ = kind.open(document::read_settings(*kind.spec, inner, env), env);
  }

  void check() override { source_->check(); }
  stream::Catalog discover() override { return marked(source_->discover()); }
  stream::Catalog describe(std::span<const std::string> names) override {
    return marked(source_->describe(names));
  }
  bool decode(const stream::Stream& stream, std::span<const std::string> records,
              stream::Sink& sink) override {
    EnrichingSink enriching(sink, runs_for(stream.name));
    return source_->decode(stream, records, enriching);
  }
  void read(std::span<const stream::Selection> selections, stream::Sink& sink) override {
    for (std::size_t i = 0; i < selections.size(); ++i) {
      stream::IndexedSink indexed(sink, i);
      EnrichingSink enriching(indexed, runs_for(selections[i].stream.name));
      source_->read(selections.subspan(i, 1), enriching);
    }
  }

 private:
  std::vector<std::unique_ptr<LookupRun>> runs_for(const std::string& stream) {
    std::vector<std::unique_ptr<LookupRun>> runs;
    for (const Lookup& lookup : lookups_) {
      if (lookup.is_for(stream)) runs.push_back(std::make_unique<LookupRun>(lookup, env_));
    }
    return runs;
  }
  stream::Catalog marked(stream::Catalog catalog) const {
    for (stream::Stream& stream : catalog.streams) {
      for (const Lookup& lookup : lookups_) {
        if (lookup.mark.empty() || !lookup.is_for(stream.name) || stream.schema->size() == 0) continue;
        std::vector<batch::Column> columns = stream.schema->columns();
        columns.push_back({lookup.mark, {TypeKind::boolean}, true});
        stream.schema = std::make_shared<const batch::Schema>(std::move(columns));
      }
    }
    return catalog;
  }

  const std::vector<Lookup> lookups_;
  Env& env_;
  std::unique_ptr<stream::Source> source_;
};

}  // namespace

const SourceKind kEnriched{
    "enriched", &kSettings,
    [](const document::Settings& settings, Env& env) -> std::unique_ptr<stream::Source> {
      return std::make_unique<EnrichedSource>(settings, env);
    }};

}  // namespace leat::sources::enrich
