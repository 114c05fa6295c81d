#include "sources/declarative/async_retriever.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <map>

#include "base/error.h"
#include "http/url.h"
#include "jinja/operations.h"
#include "sources/declarative/connector_context.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/record_path_values.h"

namespace leat::sources::declarative {
namespace {

constexpr int kTriesMax = 3;
constexpr std::chrono::seconds kPollEvery(5);
constexpr std::size_t kJobsMax = 100;

enum class JobStatus { running, completed, failed, timeout, skipped };

// The value of an extractor's path in an answer's JSON: text of the first match.
struct AnswerPath {
  std::vector<std::string> path;
  std::unique_ptr<BodyDecoder> decoder;

  AnswerPath(const Value& extractor, const Value& decoder_component, const Workshop& workshop)
      : path(texts_now(need(extractor, "field_path"), extractor, workshop)),
        decoder(make_body_decoder(decoder_component, workshop)) {
    if (component_name(extractor) != "DpathExtractor")
      refuse_component(extractor, "extractor", {"DpathExtractor"});
  }
  std::vector<jinja::Value> find(const http::Response& response) const {
    std::optional<jinja::Value> body;
    if (decoder) {
      body = parse_json_value(decoder->to_json(response.body.view(), http::safe_url(response.url)).view());
    } else {
      body = parse_json_value(response.body.view());
    }
    std::vector<jinja::Value> out;
    if (!body) return out;
    bool is_list = body->is_list();
    std::vector<jinja::Value> bodies = is_list ? body->items() : std::vector<jinja::Value>{*body};
    for (const jinja::Value& each : bodies) {
      for (const jinja::Value& found : values_at(each, path)) {
        if (found.is_list()) {
          out.insert(out.end(), found.items().begin(), found.items().end());
        } else if (jinja::truth(found)) {
          out.push_back(found);
        }
      }
    }
    return out;
  }
};

jinja::Value response_value(const http::Response& response) {
  jinja::Value out = parse_json_value(response.body.view()).value_or(jinja::Value::dict());
  if (!out.is_dict()) return jinja::Value::dict();
  if (!out.as_dict().find("headers")) out.as_dict().set("headers", headers_value(response.headers));
  return out;
}

// The retriever of the downloads, put together from the parts of the asynchronous one.
Value download_component(const Value& component) {
  auto text = [](const char* words) { return Value::of(std::string(words)); };
  Value out = Value::mapping(), selector = component["record_selector"];
  out.set_mark(component.mark());
  out.set("type", text("SimpleRetriever"));
  out.set("requester", need(component, "download_requester"));
  if (component["download_extractor"].is_mapping() &&
      component["download_extractor"]["type"].raw() != "ResponseToFileExtractor") {
    selector.set("extractor", component["download_extractor"]);
  } else {
    Value extractor = Value::mapping();
    extractor.set("type", text("DpathExtractor"));
    extractor.set("field_path", Value::list());
    selector.set("extractor", std::move(extractor));
  }
  out.set("record_selector", std::move(selector));
  if (component["download_paginator"].is_mapping()) out.set("paginator", component["download_paginator"]);
  if (component["download_decoder"].is_mapping()) out.set("decoder", component["download_decoder"]);
  return out;
}

std::unique_ptr<Requester> requester_of(const Value& component, std::string_view name,
                                        const Workshop& workshop) {
  const Value* part = component.find(name);
  return part && !part->is_null() ? make_requester(*part, workshop) : nullptr;
}

class AsyncRetriever final : public Retriever {
 public:
  AsyncRetriever(const Value& component, const Value& transformations, const Workshop& workshop)
      : workshop_(workshop),
        creation_(make_requester(need(component, "creation_requester"), workshop)),
        polling_(make_requester(need(component, "polling_requester"), workshop)),
        target_(requester_of(component, "download_target_requester", workshop)),
        abort_(requester_of(component, "abort_requester", workshop)),
        delete_(requester_of(component, "delete_requester", workshop)),
        status_(need(component, "status_extractor"), component["decoder"], workshop),
        download_(download_component(component), transformations, workshop) {
    if (const Value& extractor = component["download_target_extractor"]; extractor.is_mapping()) {
      targets_.emplace(extractor, component["decoder"], workshop);
    } else if (target_) {
      need(component, "download_target_extractor");
    }
    if (const Value* router = component.find("partition_router"); router && !router->is_null())
      router_ = make_partition_router(*router, workshop);
    read_statuses(need(component, "status_mapping"));
    if (auto minutes = jinja::parse_integer(workshop.text_now(component, "polling_job_timeout")))
      timeout_ = std::chrono::minutes(*minutes);
    if (auto seconds =
            jinja::parse_integer(workshop.text_now(component, "failed_retry_wait_time_in_seconds")))
      retry_wait_ = std::chrono::seconds(*seconds);
  }

  std::unique_ptr<RetrieverRun> start(const ReadPlan& plan) const override;
  const Requester& requester() const override { return *creation_; }
  const PartitionRouter* router() const override { return router_.get(); }

 private:
  friend class AsyncRun;
  void read_statuses(const Value& mapping) {
    for (auto [name, status] :
         {std::pair("running", JobStatus::running), std::pair("completed", JobStatus::completed),
          std::pair("failed", JobStatus::failed), std::pair("timeout", JobStatus::timeout),
          std::pair("skipped", JobStatus::skipped)}) {
      for (const Value& word : mapping[name].items()) statuses_.emplace(word.raw(), status);
    }
  }
  const Workshop workshop_;
  std::unique_ptr<Requester> creation_, polling_, target_, abort_, delete_;
  AnswerPath status_;
  std::optional<AnswerPath> targets_;
  SimpleRetriever download_;
  std::unique_ptr<PartitionRouter> router_;
  std::map<std::string, JobStatus, std::less<>> statuses_;
  std::chrono::minutes timeout_{60};
  std::chrono::seconds retry_wait_{0};
};

// A slice whose report was asked for.
struct Job {
  StreamSlice slice;
  jinja::Value creation, polling;
  http::Response polled;
  Timestamp began;
  int tries = 0;
};

class AsyncRun final : public RetrieverRun {
 public:
  AsyncRun(const AsyncRetriever& retriever, const ReadPlan& plan) : retriever_(retriever), plan_(plan) {}

  bool step() override {
    std::size_t ahead = std::clamp<std::size_t>(retriever_.workshop_.connector.jobs_max, 1, kJobsMax);
    while (!no_more_ && jobs_.size() < ahead) {
      std::optional<StreamSlice> slice = plan_.next_slice();
      if (!slice) {
        no_more_ = true;
        break;
      }
      Job& job = jobs_.emplace_back();
      job.slice = std::move(*slice);
      create(job);
    }
    if (jobs_.empty()) return false;
    Job& job = jobs_.front();
    if (wait_for(job)) download(job);
    if (plan_.on_slice_end) plan_.on_slice_end(job.slice);
    jobs_.pop_front();
    return plan_.records_max == 0 || records_ < plan_.records_max;
  }

 private:
  Scope scope_of(const Job& job, bool with_polling) const {
    StreamSlice slice = job.slice;
    slice.extra = extra_of(job, with_polling);
    Scope scope;
    scope.set_slice(slice_value(slice));
    scope.set("next_page_token", jinja::Value::none());
    slice.extra.as_dict().each(
        [&](const jinja::Value& key, const jinja::Value& value) { scope.set(jinja::to_text(key), value); });
    return scope;
  }
  static jinja::Value extra_of(const Job& job, bool with_polling) {
    jinja::Value extra = jinja::Value::dict();
    job.slice.extra.as_dict().each(
        [&](const jinja::Value& key, const jinja::Value& value) { extra.as_dict().set(key, value); });
    if (!job.creation.is_absent()) extra.as_dict().set("creation_response", job.creation);
    if (with_polling && !job.polling.is_absent()) extra.as_dict().set("polling_response", job.polling);
    return extra;
  }
  http::Response ask(const Requester& requester, const Scope& scope, const jinja::Value& slice,
                     bool contributes) const {
    RequestParts parts;
    if (contributes) {
      for (const RequestContributor* contributor : plan_.contributors)
        contributor->contribute(parts, scope, slice);
    }
    Answer answer = requester.send(requester.build(scope, std::move(parts), ""), {});
    return std::move(answer.response);
  }

  void create(Job& job) const {
    ++job.tries;
    job.creation = jinja::Value();
    http::Response response = ask(*retriever_.creation_, scope_of(job, false), job.slice.keys, true);
    if (plan_.on_response) plan_.on_response(response);
    job.creation = response_value(response);
    job.began = retriever_.workshop_.env.now();
  }

  // Looks until the report is made; false when there is none to download.
  bool wait_for(Job& job) const {
    while (true) {
      job.polled = ask(*retriever_.polling_, scope_of(job, false), job.slice.keys, false);
      job.polling = response_value(job.polled);
      JobStatus status = status_of(job.polled);
      if (status == JobStatus::completed) return true;
      if (status == JobStatus::skipped) return false;
      bool late = retriever_.workshop_.env.now() - job.began > retriever_.timeout_;
      if (status == JobStatus::running && !late) {
        retriever_.workshop_.env.wait(kPollEvery);
        continue;
      }
      if (late && retriever_.abort_) ask(*retriever_.abort_, scope_of(job, true), job.slice.keys, false);
      if (job.tries >= kTriesMax) {
        throw Error(ErrorCode::source_invalid_response,
                    fmt::format("The API could not make the report ({} tries)", job.tries),
                    http::safe_url(job.polled.url));
      }
      retriever_.workshop_.env.wait(retriever_.retry_wait_);
      create(job);
    }
  }

  JobStatus status_of(const http::Response& response) const {
    std::vector<jinja::Value> found = retriever_.status_.find(response);
    std::string word = found.empty() ? "None" : jinja::to_text(found[0]);
    auto status = retriever_.statuses_.find(word);
    if (status == retriever_.statuses_.end()) {
      throw Error(ErrorCode::source_invalid_response, fmt::format("The job's status `{}` is not known", word),
                  http::safe_url(response.url))
          .fix("Add it to `status_mapping` of the AsyncRetriever.");
    }
    return status->second;
  }

  std::vector<jinja::Value> targets_of(const Job& job) const {
    if (!retriever_.targets_) return {jinja::Value("")};
    if (!retriever_.target_) return retriever_.targets_->find(job.polled);
    return retriever_.targets_->find(ask(*retriever_.target_, scope_of(job, true), job.slice.keys, false));
  }

  void download(Job& job) {
    std::vector<jinja::Value> targets = targets_of(job);
    std::size_t at = 0;
    ReadPlan plan = plan_;
    plan.contributors.clear();
    plan.on_slice_end = {};
    plan.next_slice = [&]() -> std::optional<StreamSlice> {
      if (at == targets.size()) return std::nullopt;
      StreamSlice slice = job.slice;
      slice.extra = extra_of(job, true);
      slice.extra.as_dict().set("download_target", targets[at++]);
      return slice;
    };
    auto count = [this](std::size_t rows) { records_ += static_cast<std::int64_t>(rows); };
    if (plan.on_batch) {
      plan.on_batch = [&, hand_on = plan_.on_batch](batch::RecordBatch&& batch) {
        count(batch.rows());
        hand_on(std::move(batch));
      };
    }
    retriever_.download_.read(plan);
    if (retriever_.delete_) ask(*retriever_.delete_, scope_of(job, true), job.slice.keys, false);
  }

  const AsyncRetriever& retriever_;
  const ReadPlan& plan_;
  std::deque<Job> jobs_;
  bool no_more_ = false;
  std::int64_t records_ = 0;
};

std::unique_ptr<RetrieverRun> AsyncRetriever::start(const ReadPlan& plan) const {
  return std::make_unique<AsyncRun>(*this, plan);
}

}  // namespace

std::unique_ptr<Retriever> make_async_retriever(const Value& component, const Value& transformations,
                                                const Workshop& workshop) {
  return std::make_unique<AsyncRetriever>(component, transformations, workshop);
}

}  // namespace leat::sources::declarative
