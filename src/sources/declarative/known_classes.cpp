#include "sources/declarative/known_classes.h"

#include <algorithm>

#include "base/error.h"

namespace leat::sources::declarative {
namespace {

using document::Value;

// One class. `sign` has to stand in an address that the manifest asks. Of several rows that fit, the first
// counts whose `condition` (on the config, "" for always) is true. `stand_in` is a component in YAML, in
// which `$name` is the class's own setting, `$name.0` its first item and `${name}` its text; without `$` and
// `:` it is the name under which the class is built in; "" is its own name.
struct KnownClass {
  std::string_view class_name, sign, condition, stand_in;
};

constexpr std::string_view kParents =
    "{type: SubstreamPartitionRouter, parent_stream_configs: $parent_stream_configs}";

constexpr std::string_view kErrorHandler =
    "{type: DefaultErrorHandler, response_filters: $response_filters, backoff_strategies: "
    "$backoff_strategies, "
    "max_retries: $max_retries}";

constexpr KnownClass kKnownClasses[] = {
    // Extractors.
    {"ActiveUsersRecordExtractor", "", "", ""},
    {"AdAccountRecordExtractor", "", "", ""},
    {"AverageSessionLengthRecordExtractor", "", "", ""},
    {"CombinedExtractor", "analyticsdata.googleapis.com", "", "MergedExtractors"},
    {"CustomExtractor", "outreach.io", "", "OutreachExtractor"},
    {"CustomExtractor", "qualaroo.com", "", "QualarooExtractor"},
    {"CustomExtractor", "xero.com", "", "XeroExtractor"},
    {"ExportDatesExtractor", "", "", ""},
    {"IVRMenusRecordExtractor", "", "", ""},
    {"IVRRoutesRecordExtractor", "", "", ""},
    {"KeyValueExtractor", "", "", ""},
    {"KlaviyoIncludedFieldExtractor", "", "",
     "{type: CustomRecordExtractor, class_name: KlaviyoIncluded, records: $field_path}"},
    {"LabelsRecordExtractor", "", "", ""},
    {"LinkedInAdsRecordExtractor", "", "", ""},
    {"MailChimpRecordExtractorEmailActivity", "", "", ""},
    {"NullCheckedDpathExtractor", "", "", ""},
    {"ObjectDpathExtractor", "", "", ""},
    {"PocketExtractor", "", "", ""},
    {"WrappingDpathExtractor", "", "", ""},
    {"ZendeskChatBansRecordExtractor", "", "", ""},
    {"ZendeskSupportAttributeDefinitionsExtractor", "", "", ""},
    {"ZendeskSupportExtractorEvents", "", "", ""},
    // Transformations.
    {"CustomFieldTransformation", "chargebee.com", "", "ChargebeeFields"},
    {"CustomFieldTransformation", "config['url'] }}/api/", "", "PrestashopDates"},
    {"CustomReportExtractDimensionsFromKeys", "", "", ""},
    {"InstagramBreakDownResultsTransformation", "", "", ""},
    {"InstagramClearUrlTransformation", "", "", ""},
    {"InstagramInsightsTransformation", "", "", ""},
    {"NotionPropertiesTransformation", "", "", ""},
    {"NotionUserTransformation", "", "", ""},
    {"RFC3339DatetimeSchemaNormalization", "", "", ""},
    {"TwilioDateTimeTypeTransformer", "", "", ""},
    {"DateTimeTransformer", "bigcommerce.com", "", "BigcommerceDates"},
    {"ListAddFields", "", "", ""},
    {"RemoveEmptyFields", "", "", ""},
    {"TransformDatetimesToRFC3339", "", "", ""},
    {"TransformEmptyMetrics", "", "", ""},
    // Schemas and requests.
    {"CustomReportSchemaLoader", "googleapis.com", "", "SearchConsoleSchema"},
    {"SafeEncodeHttpRequester", "", "", ""},
    // Backoff and pages.
    {"CustomPageIncrement", "guardianapis.com", "",
     "{type: CursorPagination, page_size: $page_size, cursor_value: \"{{ response['response']['currentPage'] "
     "+ 1 }}\", "
     "stop_condition: \"{{ response['response']['currentPage'] >= response['response']['pages'] }}\"}"},
    {"PinterestAnalyticsBackoffStrategy", "", "", ""},
    {"WaitUntilMidnightBackoffStrategy", "", "", ""},
    // What the first waits for ahead of a limit, others wait for once it is reached; the other two try again
    // where a host
    // is not found, as all do here.
    {"ErrorHandlerWithRateLimiter", "", "", kErrorHandler},
    {"KlaviyoErrorHandler", "", "", kErrorHandler},
    {"LinkedInAdsErrorHandler", "", "", kErrorHandler},
    // Authenticators.
    {"AuthenticatorRetently", "", "{{ config['credentials'].get('api_key') or '' }}", "$api_auth"},
    {"AuthenticatorRetently", "", "", "$oauth"},
    {"CustomAuthenticator", "fastbill.com", "",
     "{type: BasicHttpAuthenticator, username: $username, password: $password}"},
    {"CustomAuthenticator", "qualaroo.com", "",
     "{type: BasicHttpAuthenticator, username: $username, password: $password}"},
    {"CustomAuthenticator", "myhours.com", "",
     "{type: SessionTokenAuthenticator, login_requester: {type: HttpRequester, http_method: POST, "
     "url_base: 'https://api2.myhours.com/api/tokens/login', request_headers: {api-version: '1.0'}, "
     "request_body_json: {email: $email, password: $password, grantType: password, clientId: api}}, "
     "session_token_path: [accessToken], request_authentication: {type: Bearer}, "
     "request_headers: {Accept: application/json, api-version: '1.0'}}"},
    {"CustomYouniumAuthenticator", "", "",
     "{type: SessionTokenAuthenticator, login_requester: {type: HttpRequester, http_method: POST, "
     "url_base: \"https://younium-identity-server{{ '-sandbox' if config.get('playground') else '' "
     "}}.azurewebsites.net/connect/token\", request_body_data: {username: $username, password: $password, "
     "legal_entity: $legal_entity, grant_type: $grant_type, client_id: $client_id, scope: $scope}}, "
     "session_token_path: [access_token], request_authentication: {type: Bearer}, "
     "request_headers: {Content-type: application/json}}"},
    {"PayPalOauth2Authenticator", "", "",
     "{type: OAuthAuthenticator, token_refresh_endpoint: $token_refresh_endpoint, client_id: $client_id, "
     "client_secret: $client_secret, grant_type: $grant_type, expires_in_name: $expires_in_name, "
     "access_token_name: $access_token_name, refresh_request_body: $refresh_request_body, "
     "refresh_request_headers: "
     "{Authorization: 'Basic {% set user %}${client_id}:${client_secret}{% endset %}{{ user | base64encode "
     "}}'}}"},
    {"ServerToServerOauthAuthenticator", "", "",
     "{type: SessionTokenAuthenticator, login_requester: {type: HttpRequester, http_method: POST, "
     "url_base: $authorization_endpoint, request_headers: {Content-type: application/json}, "
     "request_parameters: {grant_type: account_credentials, account_id: $account_id}, "
     "authenticator: {type: BasicHttpAuthenticator, username: $client_id, password: $client_secret}}, "
     "session_token_path: [access_token], expiration_duration: PT3590S, request_authentication: {type: "
     "Bearer}, "
     "request_headers: {Content-type: application/json}}"},
    {"ShortLivedTokenAuthenticator", "", "",
     "{type: SessionTokenAuthenticator, login_requester: {type: HttpRequester, url_base: $url, "
     "authenticator: {type: BasicHttpAuthenticator, username: $client_id, password: $secret_key}}, "
     "session_token_path: [access_token], expiration_duration: $lifetime, request_authentication: {type: "
     "Bearer}}"},
    {"SingleUseOauth2Authenticator", "salesloft.com", "",
     "{type: OAuthAuthenticator, token_refresh_endpoint: $token_refresh_endpoint, client_id: $client_id, "
     "client_secret: $client_secret, refresh_token: $refresh_token, grant_type: $grant_type, "
     "refresh_token_updater: {token_expiry_date_config_path: [credentials, token_expiry_date]}}"},
    {"TypeformAuthenticator", "", "{{ config['credentials']['auth_type'] == 'access_token' }}",
     "$token_auth"},
    {"TypeformAuthenticator", "", "", "$oauth2"},
    {"ZendeskTalkAuthenticator", "", "{{ (config.get('access_token') and config.get('email')) or '' }}",
     "$legacy_basic_auth"},
    {"ZendeskTalkAuthenticator", "", "{{ config['credentials']['auth_type'] == 'api_token' }}",
     "$basic_auth"},
    {"ZendeskTalkAuthenticator", "", "{{ config['credentials']['auth_type'] == 'oauth2.0' }}", "$oauth"},
    {"ZendeskTalkAuthenticator", "", "", "$oauth_refresh"},
    // Partition routers.
    {"FormIdPartitionRouter", "", "{{ config.get('form_ids') or '' }}",
     "{type: ListPartitionRouter, cursor_field: form_id, values: \"{{ config['form_ids'] }}\"}"},
    {"FormIdPartitionRouter", "", "",
     "{type: SubstreamPartitionRouter, parent_stream_configs: $parent_stream_configs, with_parent_slice: "
     "false}"},
    {"GroupStreamsPartitionRouter", "", "{{ config.get('groups_list') or '' }}",
     "{type: SubstreamPartitionRouter, parent_stream_configs: [$parent_stream_configs.1], with_parent_slice: "
     "false}"},
    {"GroupStreamsPartitionRouter", "", "",
     "{type: SubstreamPartitionRouter, parent_stream_configs: [$parent_stream_configs.0], with_parent_slice: "
     "false}"},
    {"OrderIdsPartitionRouter", "", "{{ config.get('board_ids') or '' }}",
     "{type: ListPartitionRouter, cursor_field: id, values: \"{{ config['board_ids'] }}\"}"},
    {"OrderIdsPartitionRouter", "", "", "TrelloBoards"},
    {"ProjectStreamsPartitionRouter", "", "", ""},
    {"SingleAdvertiserIdPerPartition", "", "", ""},
    {"MultipleAdvertiserIdsPerPartition", "", "", ""},
    {"SubstreamOrSinglePartitionRouter", "", "{{ config.get('projects') or '' }}", kParents},
    {"SubstreamOrSinglePartitionRouter", "", "", "OnePart"},
    {"UpdatesSubstreamPartitionRouter", "", "", ""},
    // States and rules of configs.
    {"ArchivedToPerPartitionStateMigration", "klaviyo.com", "", ""},
    {"CampaignsStateMigration", "klaviyo.com", "", ""},
    {"GreenhouseStateMigration", "", "", ""},
    {"MigrateEmptyStringState", "", "", ""},
    {"MondayStateMigration", "", "", ""},
    {"NestedSubstreamStateMigration", "googleapis.com", "", ""},
    {"PerPartitionToSingleStateMigration", "", "", ""},
    {"SubstreamStateMigration", "intercom.io", "", ""},
    {"ThreadsStateMigration", "slack.com", "", ""},
    {"TwilioAlertsStateMigration", "", "", ""},
    {"TwilioMessageMediaStateMigration", "", "", ""},
    {"TwilioStateMigration", "", "", ""},
    {"TwilioUsageRecordsStateMigration", "", "", ""},
    {"DimensionFilterConfigTransformation", "", "", ""},
    {"ExtractAndSetDataCenterConfigValue", "", "", ""},
    {"ValidateApiUrl", "", "", ""},
};

std::string_view last_part(std::string_view class_name) {
  while (!class_name.empty() && class_name.back() == ' ') class_name.remove_suffix(1);
  std::size_t dot = class_name.rfind('.');
  return dot == std::string_view::npos ? class_name : class_name.substr(dot + 1);
}

bool fits(const KnownClass& known, std::string_view name, std::string_view addresses) {
  return known.class_name == name && addresses.find(known.sign) != std::string_view::npos;
}

const Value* setting_at(const Value& component, std::string_view path) {
  std::size_t dot = path.find('.');
  const Value* found = component.find(path.substr(0, dot));
  if (!found || dot == std::string_view::npos) return found;
  std::size_t index = static_cast<std::size_t>(path[dot + 1] - '0');
  return index < found->items().size() ? &found->items()[index] : nullptr;
}

class StandIn {
 public:
  explicit StandIn(const Value& component) : component_(component) {}

  // Fills a stand-in; false when it is a setting that the component does not have.
  bool fill(Value& node) const {
    if (node.is_text()) return fill_text(node);
    for (Value& item : node.items()) {
      if (!fill(item)) throw Error(ErrorCode::config_invalid, "A setting is missing", component_.where());
    }
    auto& members = node.members();
    members.erase(
        std::remove_if(members.begin(), members.end(), [&](auto& member) { return !fill(member.second); }),
        members.end());
    node.set_mark(component_.mark());
    if (node.find("type") && component_.find("$parameters"))
      node.set("$parameters", component_["$parameters"]);
    return true;
  }

 private:
  bool fill_text(Value& node) const {
    std::string text = node.raw();
    if (text.starts_with("$") && !text.starts_with("${")) {
      const Value* found = setting_at(component_, std::string_view(text).substr(1));
      if (!found || found->is_null()) return false;
      Value copy = *found;
      node = std::move(copy);
      return true;
    }
    for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at)) {
      std::size_t end = text.find('}', at);
      std::string value = component_[std::string_view(text).substr(at + 2, end - at - 2)].raw();
      text.replace(at, end - at + 1, value);
      at += value.size();
    }
    node = Value::of(text);
    node.set_mark(component_.mark());
    return true;
  }
  const Value& component_;
};

class Replacer {
 public:
  Replacer(std::string addresses, const Interpolation& interpolation, const jinja::Value& config)
      : addresses_(std::move(addresses)), interpolation_(interpolation), config_(config) {}

  void walk(Value& node) const {
    if (node["type"].raw().starts_with("Custom") && node["class_name"].is_text()) replace(node);
    for (Value& item : node.items()) walk(item);
    for (Value::Member& member : node.members()) walk(member.second);
  }

 private:
  void replace(Value& node) const {
    std::string name = class_of(node);
    for (const KnownClass& known : kKnownClasses) {
      if (!fits(known, name, addresses_)) continue;
      if (!known.condition.empty()) {
        Value condition = Value::of(std::string(known.condition));
        condition.set_mark(node.mark());
        if (!Interpolated(condition, node["$parameters"], interpolation_, config_).truth(Scope())) continue;
      }
      bool is_name = known.stand_in.find_first_of("$:") == std::string_view::npos;
      if (is_name) {
        node.set("class_name", Value::of(known.stand_in.empty() ? name : std::string(known.stand_in)));
        return;
      }
      Value stand_in = document::parse_yaml(known.stand_in, name);
      if (!StandIn(node).fill(stand_in))
        throw Error(ErrorCode::config_invalid, "The component lacks a setting of its class", node.where());
      node = std::move(stand_in);
      return;
    }
  }
  std::string addresses_;
  const Interpolation& interpolation_;
  const jinja::Value& config_;
};

void gather(const Value& node, std::string& out) {
  for (const Value& item : node.items()) gather(item, out);
  for (const auto& [name, member] : node.members()) {
    bool is_address = name == "url_base" || name == "url" || name == "path";
    if (is_address && member.is_text()) {
      if (out.find(member.raw() + "\n") == std::string::npos) out += member.raw() + "\n";
    } else {
      gather(member, out);
    }
  }
}

}  // namespace

std::string class_of(const Value& component) {
  return std::string(last_part(component["class_name"].raw()));
}

std::string addresses_of(const Value& manifest) {
  std::string out;
  gather(manifest["streams"], out);
  gather(manifest["dynamic_streams"], out);
  return out;
}

bool is_known_class(std::string_view class_name, std::string_view addresses) {
  std::string_view name = last_part(class_name);
  return class_name.starts_with("leat.") ||
         std::any_of(std::begin(kKnownClasses), std::end(kKnownClasses),
                     [&](const KnownClass& known) { return fits(known, name, addresses); });
}

Value with_known_classes(const Value& manifest, const Interpolation& interpolation,
                         const jinja::Value& config) {
  Value out = manifest;
  Replacer replacer(addresses_of(manifest), interpolation, config);
  for (std::string_view part : {"streams", "dynamic_streams", "check"}) {
    if (Value* found = out.find(part)) replacer.walk(*found);
  }
  return out;
}

}  // namespace leat::sources::declarative
