// The pages of a project as assets: each is built after the relations that its queries read.
#include <fmt/core.h>

#include <filesystem>

#include "base/units.h"
#include "run/pipes.h"
#include "run/workspace.h"

namespace leat::run {
namespace {

// Where each relation of the project comes from: what lands, and the nodes that make one.
LandedTables makers_of(LandedTables landed, const dbt::Project* dbt) {
  if (!dbt) return landed;
  for (const dbt::Node& node : dbt->nodes()) {
    if (node.referable()) landed[{node.relation.schema, node.relation.identifier}] = node.unique_id;
  }
  return landed;
}

// What a page reads; a name without schema is any relation of that name.
std::vector<std::string> upstream_of(const std::vector<sql::RelationName>& relations,
                                     const LandedTables& makers) {
  std::vector<std::string> ids;
  for (const sql::RelationName& relation : relations) {
    bool found = false;
    for (const auto& [name, id] : makers) {
      if (name.second != relation.identifier || (!relation.schema.empty() && name.first != relation.schema))
        continue;
      ids.push_back(id);
      found = true;
    }
    // Made by somebody else: the page is built every time.
    if (!found) ids.push_back("relation." + relation.schema + "." + relation.identifier);
  }
  return ids;
}

}  // namespace

const pages::Project* Workspace::page_project() {
  if (!pages_ && !project_.pages_folder.empty()) pages_ = pages::Project::load(project_.pages_folder);
  return pages_.get();
}

void Workspace::add_pages(std::vector<Asset>& assets) {
  if (!page_project()) return;
  pages_->begin_run();
  LandedTables makers = makers_of(landed_tables(), dbt());
  pages::SiteOptions options;
  options.output = project_.site_folder;
  options.title = project_.title;
  options.draws = project_.draws_charts;
  for (const pages::Page& page : pages_->pages()) {
    Asset asset;
    asset.what.id = "page." + page.id;
    asset.what.name = page.id;
    asset.what.kind = "page";
    asset.what.path = page.path;
    asset.what.fqn = {"pages", page.id};
    asset.what.upstream = upstream_of(pages_->relations(page), makers);
    asset.shares = {"the site"};
    asset.work = [this, &page, options](sql::Adapter& adapter) {
      pages::PageResult result = pages_->build_page(page, adapter, env_, options);
      Outcome outcome;
      outcome.rows = result.rows;
      std::string files = page.params.empty() ? "" : fmt::format("{} pages, ", result.files);
      outcome.message = fmt::format("{}{} {}, {} {}, {}", files, result.queries,
                                    result.queries == 1 ? "query" : "queries", format_count(result.rows),
                                    result.rows == 1 ? "row" : "rows", format_bytes(result.bytes));
      if (!result.breached.empty()) {
        outcome.status = Status::warning;
        outcome.message = fmt::format("{} alert{}: {}", result.breached.size(),
                                      result.breached.size() > 1 ? "s" : "", result.breached[0]);
      }
      return outcome;
    };
    asset.fingerprint = [this, &page, options](sql::Adapter&) {
      return pages_->fingerprint(page, options) + options.output;
    };
    asset.exists = [this, &page, options](sql::Adapter&) {
      return std::filesystem::exists(pages_->output_file(page, options));
    };
    assets.push_back(std::move(asset));
  }
  add_deliveries(assets, options);
}

void Workspace::add_deliveries(std::vector<Asset>& assets, const pages::SiteOptions& options) {
  auto delivery = [](const std::string& name) {
    Asset asset;
    asset.what.id = "delivery." + name;
    asset.what.name = name;
    asset.what.kind = "delivery";
    asset.what.fqn = {"deliveries", name};
    return asset;
  };
  if (!project_.publish.is_null()) {
    Asset asset = delivery("publish");
    for (const pages::Page& page : pages_->pages()) asset.what.upstream.push_back("page." + page.id);
    asset.work = [this, options](sql::Adapter&) {
      auto is_left_over = [&](const std::string& name) { return pages_->is_left_over(name, options); };
      Published published = publish_site(project_.site_folder, is_left_over, project_.publish, env_);
      Outcome outcome;
      outcome.message =
          fmt::format("{} files to {}, {} the same, {} removed, {}", published.put, published.to,
                      published.same, published.removed, format_bytes(published.bytes));
      return outcome;
    };
    assets.push_back(std::move(asset));
  }
  for (const Sending& sending : project_.sendings) {
    Asset asset = delivery(sending.name);
    asset.is_on_request = true;
    for (const pages::Page& page : pages_->pages()) {
      if (page.id == sending.page || !page.params.empty()) asset.what.upstream.push_back("page." + page.id);
    }
    asset.work = [this, &sending, options](sql::Adapter& adapter) {
      std::string html =
          pages_->still_page(sending.page, site_address(sending, env_), adapter, env_, options);
      std::size_t from = html.find("<title>") + 7;
      Outcome outcome;
      outcome.message =
          fmt::format("{} to {}", sending.page,
                      send_page(sending, html.substr(from, html.find("</title>") - from), html, env_));
      return outcome;
    };
    assets.push_back(std::move(asset));
  }
}

}  // namespace leat::run
