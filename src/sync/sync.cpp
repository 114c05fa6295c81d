#include "sync/sync.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "sync/change_sync.h"
#include "sync/stream_sync.h"

namespace leat::sync {
namespace {

StreamPlan plan_stream(const stream::Stream& stream, const StreamSettings& settings) {
  StreamPlan plan{settings, stream, stream::SyncMode::full_refresh};
  stream::WriteMode& mode = plan.settings.mode;
  if (settings.takes_usual_mode && settings.cursor_field.empty()) mode = stream.usual_mode;
  bool overwrite = mode == stream::WriteMode::overwrite || mode == stream::WriteMode::overwrite_dedup;
  bool incremental = std::find(stream.sync_modes.begin(), stream.sync_modes.end(),
                               stream::SyncMode::incremental) != stream.sync_modes.end();
  incremental = incremental || (stream.any_cursor && !settings.cursor_field.empty());
  if (incremental && !overwrite) plan.sync_mode = stream::SyncMode::incremental;
  return plan;
}

void emit_finished(Env& env, const Connection& connection, const StreamResult& result) {
  env.emit({"stream_finished",
            result.error ? EventLevel::error : EventLevel::info,
            {{"connection", connection.name},
             {"stream", result.stream},
             {"status", std::string(result.error ? "error" : "success")},
             {"rows_read", result.rows_read},
             {"rows_inserted", result.rows_inserted},
             {"rows_updated", result.rows_updated},
             {"rows_unchanged", result.rows_unchanged},
             {"rows_rejected", result.rows_rejected},
             {"bytes", result.bytes},
             {"took_ms", result.took_ms},
             {"error", std::string(result.error ? result.error->what() : "")}}});
}

}  // namespace

StreamResult sync_stream(const Connection& connection, const StreamPlan& plan,
                         const SourceFactory& open_source, const DestinationFactory& open_destination,
                         Env& env, const SyncOptions& options) {
  StreamResult result;
  result.stream = plan.stream.name;
  auto started = env.steady();
  env.emit(
      {"stream_started", EventLevel::info, {{"connection", connection.name}, {"stream", plan.stream.name}}});
  try {
    std::unique_ptr<stream::Source> source = open_source();
    std::unique_ptr<stream::Destination> destination = open_destination();
    StreamSync(connection, plan, *source, *destination, env, options, result).run();
  } catch (const Error& error) {
    result.error = error;
    result.error->within(fmt::format("connection {}, stream {}", connection.name, plan.stream.name));
  } catch (const std::exception& error) {
    // bad_alloc and the like: other streams still deserve their end.
    result.error = Error(ErrorCode::internal, error.what(),
                         fmt::format("connection {}, stream {}", connection.name, plan.stream.name));
  }
  result.took_ms = env.elapsed_ms(started);
  emit_finished(env, connection, result);
  return result;
}

std::vector<StreamResult> sync_together(const Connection& connection, const std::vector<StreamPlan>& plans,
                                        const SourceFactory& open_source,
                                        const DestinationFactory& open_destination, Env& env,
                                        const SyncOptions& options) {
  std::vector<StreamResult> results(plans.size());
  auto started = env.steady();
  for (std::size_t i = 0; i < plans.size(); ++i) {
    results[i].stream = plans[i].stream.name;
    env.emit({"stream_started",
              EventLevel::info,
              {{"connection", connection.name}, {"stream", plans[i].stream.name}}});
  }
  std::optional<Error> failed;
  try {
    ChangeSync(connection, plans, open_source, open_destination, env, options, results).run();
  } catch (const Error& error) {
    failed = error;
    failed->within(fmt::format("connection {}", connection.name));
  } catch (const std::exception& error) {
    failed = Error(ErrorCode::internal, error.what(), fmt::format("connection {}", connection.name));
  }
  for (StreamResult& result : results) {
    result.error = failed;
    result.took_ms = env.elapsed_ms(started);
    emit_finished(env, connection, result);
  }
  return results;
}

std::vector<StreamPlan> plan_streams(const Connection& connection, const stream::Catalog& catalog,
                                     const std::vector<std::string>& only) {
  std::vector<StreamPlan> plans;
  if (connection.streams.empty()) {
    auto take = [&](const stream::Stream& stream) {
      StreamSettings settings;
      settings.name = stream.name;
      settings.where = connection.where;
      settings.takes_usual_mode = true;
      plans.push_back(plan_stream(stream, settings));
    };
    if (only.empty()) std::for_each(catalog.streams.begin(), catalog.streams.end(), take);
    for (const std::string& name : only) take(catalog.at(name, connection.where));
    return plans;
  }
  for (const StreamSettings& settings : connection.streams) {
    if (!only.empty() && std::find(only.begin(), only.end(), settings.name) == only.end()) continue;
    plans.push_back(plan_stream(catalog.at(settings.name, settings.where), settings));
  }
  if (only.empty()) return plans;
  std::vector<StreamPlan> chosen;
  for (const std::string& name : only) {
    auto found = std::find_if(plans.begin(), plans.end(),
                              [&](const StreamPlan& plan) { return plan.stream.name == name; });
    if (found == plans.end()) {
      stream::Catalog planned;
      for (const StreamPlan& plan : plans) planned.streams.push_back(plan.stream);
      planned.at(name, connection.where);
    }
    chosen.push_back(*found);
  }
  return chosen;
}

SyncResult run_sync(const Connection& connection, const SourceFactory& open_source,
                    const DestinationFactory& open_destination, Env& env, const SyncOptions& given) {
  SyncOptions options = given;
  if (options.run_id.empty()) options.run_id = env.uuid();
  std::vector<std::string> names = options.streams;
  if (names.empty()) {
    for (const StreamSettings& settings : connection.streams) names.push_back(settings.name);
  }
  std::vector<StreamPlan> plans = plan_streams(connection, open_source()->describe(names), options.streams);

  SyncResult result;
  result.streams.resize(plans.size());

  // Streams that share a state are one piece of work.
  std::vector<std::vector<std::size_t>> pieces;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const std::string& shared = plans[i].stream.shared_state;
    auto same = std::find_if(pieces.begin(), pieces.end(), [&](const std::vector<std::size_t>& piece) {
      return !shared.empty() && plans[piece[0]].stream.shared_state == shared;
    });
    if (same == pieces.end()) same = pieces.insert(pieces.end(), std::vector<std::size_t>());
    same->push_back(i);
  }
  std::atomic<std::size_t> next{0};
  auto work = [&] {
    for (std::size_t i = next++; i < pieces.size(); i = next++) {
      const std::vector<std::size_t>& piece = pieces[i];
      if (plans[piece[0]].stream.shared_state.empty()) {
        result.streams[piece[0]] =
            sync_stream(connection, plans[piece[0]], open_source, open_destination, env, options);
        continue;
      }
      std::vector<StreamPlan> together;
      for (std::size_t each : piece) together.push_back(plans[each]);
      std::vector<StreamResult> results =
          sync_together(connection, together, open_source, open_destination, env, options);
      for (std::size_t each = 0; each < piece.size(); ++each)
        result.streams[piece[each]] = std::move(results[each]);
    }
  };
  std::size_t workers =
      std::min(pieces.size(), static_cast<std::size_t>(std::max(1, connection.parallel_streams)));
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(work);
  work();
  threads.clear();
  return result;
}

}  // namespace leat::sync
