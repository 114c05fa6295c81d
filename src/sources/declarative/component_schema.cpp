#include "sources/declarative/component_schema.h"

#include <algorithm>

namespace leat::sources::declarative {
namespace {

// Kinds that many settings share.
constexpr std::pair<std::string_view, std::string_view> kAliases[] = {
    {"@routers",
     "SubstreamPartitionRouter|ListPartitionRouter|GroupingPartitionRouter|UnionPartitionRouter|"
     "CustomPartitionRouter|[SubstreamPartitionRouter|ListPartitionRouter|GroupingPartitionRouter|"
     "UnionPartitionRouter|CustomPartitionRouter]"},
    {"@async_routers",
     "ListPartitionRouter|SubstreamPartitionRouter|GroupingPartitionRouter|UnionPartitionRouter|"
     "CustomPartitionRouter|[ListPartitionRouter|SubstreamPartitionRouter|GroupingPartitionRouter|"
     "UnionPartitionRouter|CustomPartitionRouter]"},
    {"@transformations",
     "[AddFields|RemoveFields|KeysToLower|KeysToSnakeCase|FlattenFields|DpathFlattenFields|KeysReplace|"
     "CustomTransformation]"},
    {"@any_decoder",
     "CsvDecoder|GzipDecoder|JsonDecoder|JsonItemsDecoder|JsonlDecoder|IterableDecoder|XmlDecoder|"
     "ZipfileDecoder|CustomDecoder"},
    {"@retriever", "SimpleRetriever|AsyncRetriever|CustomRetriever"},
    {"@retriever_decoder",
     "JsonDecoder|JsonItemsDecoder|XmlDecoder|CsvDecoder|JsonlDecoder|GzipDecoder|IterableDecoder|"
     "ZipfileDecoder|CustomDecoder"},
    {"@inner_decoder", "CsvDecoder|GzipDecoder|JsonDecoder|JsonItemsDecoder|JsonlDecoder"},
    {"@authenticator",
     "ApiKeyAuthenticator|BasicHttpAuthenticator|BearerAuthenticator|OAuthAuthenticator|JwtAuthenticator|"
     "SessionTokenAuthenticator|SelectiveAuthenticator|CustomAuthenticator|NoAuth|"
     "LegacySessionTokenAuthenticator|RateLimitedMultipleTokenAuthenticator"},
    {"@schema_loader",
     "InlineSchemaLoader|DynamicSchemaLoader|JsonFileSchemaLoader|[InlineSchemaLoader|DynamicSchemaLoader|"
     "JsonFileSchemaLoader|CustomSchemaLoader]|CustomSchemaLoader"},
    {"@requester", "HttpRequester|CustomRequester"},
    {"@actions", "<SUCCESS/FAIL/RETRY/IGNORE/RESET_PAGINATION/RATE_LIMITED/REFRESH_TOKEN_THEN_RETRY>"},
    {"@algorithms", "<HS256/HS384/HS512/ES256/ES256K/ES384/ES512/RS256/RS384/RS512/PS256/PS384/PS512/EdDSA>"},
    {"@selected",
     "{ApiKeyAuthenticator|BasicHttpAuthenticator|BearerAuthenticator|OAuthAuthenticator|JwtAuthenticator|"
     "SessionTokenAuthenticator|LegacySessionTokenAuthenticator|CustomAuthenticator|NoAuth|"
     "RateLimitedMultipleTokenAuthenticator}"},
};

// In order of name.
constexpr ComponentSchema kComponents[] = {
    {"AddFields", "fields*=[AddedFieldDefinition] condition=text"},
    {"AddedFieldDefinition", "path*=[text] value*=text value_type=<string/number/integer/boolean>"},
    {"ApiKeyAuthenticator", "api_token=text header=text inject_into=RequestOption"},
    {"AsyncJobStatusMap", "?running*=[text] completed*=[text] failed*=[text] timeout*=[text] skipped=[text]"},
    {"AsyncRetriever",
     "record_selector*=RecordSelector status_mapping*=AsyncJobStatusMap "
     "status_extractor*=DpathExtractor|CustomRecordExtractor "
     "download_target_extractor=DpathExtractor|CustomRecordExtractor "
     "download_extractor=DpathExtractor|CustomRecordExtractor|ResponseToFileExtractor "
     "creation_requester*=@requester polling_requester*=@requester polling_job_timeout=int|text "
     "failed_retry_wait_time_in_seconds=int|text download_target_requester=@requester "
     "download_requester*=@requester download_paginator=DefaultPaginator|NoPagination "
     "abort_requester=@requester delete_requester=@requester partition_router=@async_routers "
     "decoder=@any_decoder download_decoder=@any_decoder"},
    {"AuthFlow",
     "~auth_flow_type=<oauth2.0/oauth1.0> predicate_key=[text] predicate_value=text "
     "oauth_config_specification=OAuthConfigSpecification"},
    {"BasicHttpAuthenticator", "username*=text password=text"},
    {"BearerAuthenticator", "api_token*=text"},
    {"BlockSimultaneousSyncsAction", ""},
    {"CheckDynamicStream", "stream_count*=int use_check_availability=bool config_overrides=map"},
    {"CheckStream",
     "stream_names=[text] dynamic_streams_check_configs=[DynamicStreamCheckConfig] config_overrides=map"},
    {"CombinedExtractor",
     "extractors*=[DpathExtractor|CustomRecordExtractor|CombinedExtractor] mode=<union/first_match> "
     "skip_empty_records=bool"},
    {"ComplexFieldType", "~field_type*=text items=text|ComplexFieldType"},
    {"ComponentMappingDefinition",
     "field_path*=[text] value*=text value_type=<string/number/integer/boolean> create_or_update=bool "
     "condition=text"},
    {"CompositeErrorHandler",
     "error_handlers*=[CompositeErrorHandler|DefaultErrorHandler|CustomErrorHandler]"},
    {"ConcurrencyLevel", "?default_concurrency*=int|text max_concurrency=int"},
    {"ConditionalStreams", "condition*=text streams*=[DeclarativeStream]"},
    {"ConfigAddFields", "fields*=[AddedFieldDefinition] condition=text"},
    {"ConfigComponentsResolver",
     "stream_config*=[StreamConfig]|StreamConfig components_mapping*=[ComponentMappingDefinition]"},
    {"ConfigMigration",
     "description=text "
     "transformations*=[ConfigRemapField|ConfigAddFields|ConfigRemoveFields|CustomConfigTransformation]"},
    {"ConfigRemapField", "map*=map|text field_path*=[text]"},
    {"ConfigRemoveFields", "field_pointers*=[[text]] condition=text"},
    {"ConstantBackoffStrategy", "backoff_time_in_seconds*=num|text jitter_range_in_seconds=num"},
    {"CsvDecoder", "encoding=text delimiter=text set_values_to_none=[text]"},
    {"CursorPagination", "cursor_value*=text page_size=int|text stop_condition=text"},
    {"CustomAuthenticator", "class_name*=text"},
    {"CustomBackoffStrategy", "class_name*=text"},
    {"CustomConfigTransformation", "class_name*=text"},
    {"CustomDecoder", "class_name*=text"},
    {"CustomErrorHandler", "class_name*=text"},
    {"CustomPaginationStrategy", "class_name*=text"},
    {"CustomPartitionRouter", "class_name*=text"},
    {"CustomRecordExtractor", "class_name*=text"},
    {"CustomRecordFilter", "class_name*=text"},
    {"CustomRequester", "class_name*=text"},
    {"CustomRetriever", "class_name*=text"},
    {"CustomSchemaLoader", "class_name*=text"},
    {"CustomSchemaNormalization", "class_name*=text"},
    {"CustomStateMigration", "class_name*=text"},
    {"CustomTransformation", "class_name*=text"},
    {"CustomValidationStrategy", "class_name*=text"},
    {"DatetimeBasedCursor",
     "clamping=map cursor_field*=text allow_catalog_defined_cursor_field=bool cursor_datetime_formats=[text] "
     "start_datetime*=MinMaxDatetime|text start_time_option=RequestOption end_datetime=MinMaxDatetime|text "
     "end_time_option=RequestOption datetime_format*=text cursor_granularity=text is_data_feed=bool "
     "is_client_side_incremental=bool is_compare_strictly=bool global_substream_cursor=bool "
     "lookback_window=text partition_field_end=text partition_field_start=text step=text"},
    {"DeclarativeSource",
     "check*=CheckStream|CheckDynamicStream "
     "streams=[ConditionalStreams|DeclarativeStream|StateDelegatingStream] "
     "dynamic_streams=[DynamicDeclarativeStream] version*=text schemas=map definitions=map spec=Spec "
     "concurrency_level=ConcurrencyLevel api_budget=HTTPAPIBudget stream_groups={StreamGroup} "
     "max_concurrent_async_job_count=int|text metadata=map description=text"},
    {"DeclarativeStream",
     "name=text retriever*=@retriever incremental_sync=DatetimeBasedCursor|IncrementingCountCursor "
     "primary_key=any schema_loader=@schema_loader transformations=@transformations "
     "state_migrations=[LegacyToPerPartitionStateMigration|CustomStateMigration] file_uploader=map"},
    {"DefaultErrorHandler",
     "backoff_strategies=[ConstantBackoffStrategy|ExponentialBackoffStrategy|WaitTimeFromHeader|"
     "WaitTimeFromResponse|WaitUntilTimeFromHeader|CustomBackoffStrategy] max_retries=int|text "
     "response_filters=[HttpResponseFilter]"},
    {"DefaultPaginator",
     "pagination_strategy*=PageIncrement|OffsetIncrement|CursorPagination|CustomPaginationStrategy "
     "page_size_option=RequestOption page_token_option=RequestOption|RequestPath"},
    {"DpathExtractor", "field_path*=[text] record_expander=RecordExpander"},
    {"DpathFlattenFields",
     "field_path*=[text] delete_origin_value=bool replace_record=bool key_transformation=KeyTransformation"},
    {"DpathValidator",
     "field_path*=[text] validation_strategy*=ValidateAdheresToSchema|CustomValidationStrategy"},
    {"DynamicDeclarativeStream",
     "name=text stream_template*=DeclarativeStream|StateDelegatingStream "
     "components_resolver*=HttpComponentsResolver|ConfigComponentsResolver|ParametrizedComponentsResolver "
     "use_parent_parameters=bool"},
    {"DynamicSchemaLoader",
     "retriever*=@retriever schema_filter=RecordFilter|CustomRecordFilter "
     "schema_transformations=@transformations schema_type_identifier*=SchemaTypeIdentifier"},
    {"DynamicStreamCheckConfig", "dynamic_stream_name*=text stream_count=int"},
    {"ExponentialBackoffStrategy", "factor=num|text jitter_range_in_seconds=num"},
    {"FixedWindowCallRatePolicy", "period*=text call_limit*=int matchers*=[HttpRequestRegexMatcher]"},
    {"FlattenFields", "flatten_lists=bool"},
    {"GroupByKeyMergeStrategy", "key*=text|[text]"},
    {"GroupingPartitionRouter",
     "group_size*=int "
     "underlying_partition_router*=ListPartitionRouter|SubstreamPartitionRouter|UnionPartitionRouter|"
     "CustomPartitionRouter deduplicate=bool"},
    {"GzipDecoder", "decoder*=@inner_decoder"},
    {"HTTPAPIBudget",
     "policies*=[FixedWindowCallRatePolicy|MovingWindowCallRatePolicy|UnlimitedCallRatePolicy] "
     "ratelimit_reset_header=text ratelimit_remaining_header=text status_codes_for_ratelimit_hit=[int]"},
    {"HttpComponentsResolver", "retriever*=@retriever components_mapping*=[ComponentMappingDefinition]"},
    {"HttpRequestRegexMatcher",
     "~method=text url_base=text url_path_pattern=text params=map headers=map weight=int|text"},
    {"HttpRequester",
     "url_base=text url=text path=text http_method=<GET/POST> authenticator=@authenticator "
     "fetch_properties_from_endpoint=PropertiesFromEndpoint query_properties=QueryProperties "
     "request_parameters={text|QueryProperties}|text request_headers={text}|text "
     "request_body_data={text}|text request_body_json=map|text "
     "request_body=RequestBodyPlainText|RequestBodyUrlEncodedForm|RequestBodyJsonObject|RequestBodyGraphQL "
     "error_handler=DefaultErrorHandler|CompositeErrorHandler|CustomErrorHandler use_cache=bool "
     "connect_timeout_in_seconds=num|text read_timeout_in_seconds=num|text use_tcp_keepalive=bool"},
    {"HttpResponseFilter",
     "action=@actions failure_type=<system_error/config_error/transient_error> error_message=text "
     "error_message_contains=text http_codes=[int] predicate=text"},
    {"IncrementingCountCursor",
     "cursor_field*=text allow_catalog_defined_cursor_field=bool start_value=text|int "
     "start_value_option=RequestOption"},
    {"InlineSchemaLoader", "schema=map"},
    {"IterableDecoder", ""},
    {"JsonDecoder", ""},
    {"JsonFileSchemaLoader", "file_path=text"},
    {"JsonItemsDecoder", "items_path*=text encoding=text"},
    {"JsonSchemaPropertySelector", "transformations=@transformations"},
    {"JsonlDecoder", ""},
    {"JwtAuthenticator",
     "secret_key*=text base64_encode_secret_key=bool algorithm*=@algorithms token_duration=int "
     "header_prefix=text jwt_headers=map additional_jwt_headers=map jwt_payload=map "
     "additional_jwt_payload=map passphrase=text request_option=RequestOption"},
    {"KeyTransformation", "prefix=text suffix=text"},
    {"KeysReplace", "old*=text new*=text"},
    {"KeysToLower", ""},
    {"KeysToSnakeCase", ""},
    {"LegacySessionTokenAuthenticator",
     "header*=text login_url*=text session_token=text session_token_response_key*=text username=text "
     "password=text validate_session_url*=text"},
    {"LegacyToPerPartitionStateMigration", "?"},
    {"ListPartitionRouter", "cursor_field*=text values*=text|[text] request_option=RequestOption"},
    {"MinMaxDatetime", "datetime*=text datetime_format=text max_datetime=text min_datetime=text"},
    {"MovingWindowCallRatePolicy", "rates*=[Rate] matchers*=[HttpRequestRegexMatcher]"},
    {"NoAuth", ""},
    {"NoPagination", ""},
    {"OAuthAuthenticator",
     "client_id_name=text client_id=text client_secret_name=text client_secret=text refresh_token_name=text "
     "refresh_token=text token_refresh_endpoint=text access_token_name=text access_token_value=text "
     "expires_in_name=text grant_type_name=text grant_type=text refresh_request_body=map "
     "refresh_request_headers=map send_refresh_request_as_query_params=bool scopes=[text] "
     "token_expiry_date=text token_expiry_date_format=text refresh_token_error_status_codes=[int] "
     "refresh_token_error_key=text refresh_token_error_values=[text] refresh_token_updater=any "
     "profile_assertion=JwtAuthenticator use_profile_assertion=bool"},
    {"OAuthConfigSpecification",
     "~oauth_user_input_from_connector_config_specification=map oauth_connector_input_specification=map "
     "complete_oauth_output_specification=map complete_oauth_server_input_specification=map "
     "complete_oauth_server_output_specification=map"},
    {"OffsetIncrement", "page_size=int|text inject_on_first_request=bool"},
    {"PageIncrement", "page_size=int|text start_from_page=int inject_on_first_request=bool"},
    {"PaginationReset", "action*=<SPLIT_USING_CURSOR/RESET> limits=PaginationResetLimits"},
    {"PaginationResetLimits", "number_of_records=int"},
    {"ParametrizedComponentsResolver",
     "stream_parameters*=StreamParametersDefinition components_mapping*=[ComponentMappingDefinition]"},
    {"ParentStreamConfig",
     "stream*=DeclarativeStream|StateDelegatingStream parent_key*=text partition_field*=text "
     "request_option=RequestOption incremental_dependency=bool lazy_read_pointer=[text] "
     "extra_fields=[[text]]"},
    {"PredicateValidator",
     "value*=text|num|map|[any]|bool|null "
     "validation_strategy*=ValidateAdheresToSchema|CustomValidationStrategy"},
    {"PropertiesFromEndpoint", "property_field_path*=[text] retriever*=SimpleRetriever|CustomRetriever"},
    {"PropertyChunking",
     "property_limit_type*=<characters/property_count> property_limit=int "
     "record_merge_strategy=GroupByKeyMergeStrategy"},
    {"QueryProperties",
     "property_list*=[text]|PropertiesFromEndpoint always_include_properties=[text] "
     "property_chunking=PropertyChunking property_selector=JsonSchemaPropertySelector"},
    {"QuotaStatusSource",
     "url*=text http_method=<GET/POST> request_headers={text} unavailable_status_codes=[int]"},
    {"Rate", "~limit*=int|text interval*=text"},
    {"RateLimitedMultipleTokenAuthenticator",
     "tokens*=text|[text] token_delimiter=text auth_method=text header=text "
     "quota_status_source*=QuotaStatusSource quotas*=[TokenQuota] max_wait_time=text "
     "budget_reserve_fraction=num budget_min_reserve=int"},
    {"RecordExpander",
     "expand_records_from_field*=[text] remain_original_record=bool on_no_records=<skip/emit_parent>"},
    {"RecordFilter", "condition=text"},
    {"RecordSelector",
     "extractor*=DpathExtractor|CombinedExtractor|CustomRecordExtractor "
     "record_filter=RecordFilter|CustomRecordFilter "
     "schema_normalization=<Default/None>|CustomSchemaNormalization transform_before_filtering=bool"},
    {"RemoveFields", "condition=text field_pointers*=[[text]]"},
    {"RequestBodyGraphQL", "value*=RequestBodyGraphQlQuery"},
    {"RequestBodyGraphQlQuery", "~query*=text"},
    {"RequestBodyJsonObject", "value*=map"},
    {"RequestBodyPlainText", "value*=text"},
    {"RequestBodyUrlEncodedForm", "value*={text}"},
    {"RequestOption",
     "inject_into*=<request_parameter/header/body_data/body_json> field_name=text field_path=[text]"},
    {"RequestPath", ""},
    {"ResponseToFileExtractor", "preserve_na_values=bool"},
    {"SchemaTypeIdentifier",
     "?schema_pointer=[text] key_pointer*=[text] type_pointer=[text] types_mapping=[TypesMap]"},
    {"SelectiveAuthenticator", "authenticator_selection_path*=[text] authenticators*=@selected"},
    {"SessionTokenAuthenticator",
     "login_requester*=HttpRequester session_token_path*=[text] expiration_duration=text "
     "request_authentication*=SessionTokenRequestApiKeyAuthenticator|SessionTokenRequestBearerAuthenticator "
     "decoder=JsonDecoder|XmlDecoder"},
    {"SessionTokenRequestApiKeyAuthenticator", "inject_into*=RequestOption api_token=text"},
    {"SessionTokenRequestBearerAuthenticator", ""},
    {"SimpleRetriever",
     "requester*=@requester decoder=@retriever_decoder record_selector*=RecordSelector "
     "paginator=DefaultPaginator|NoPagination pagination_reset=PaginationReset "
     "ignore_stream_slicer_parameters_on_paginated_requests=bool partition_router=@routers"},
    {"Spec",
     "connection_specification*=map documentation_url=text advanced_auth=AuthFlow "
     "config_normalization_rules=map"},
    {"StateDelegatingStream",
     "name*=text full_refresh_stream*=DeclarativeStream incremental_stream*=DeclarativeStream "
     "api_retention_period=text"},
    {"StreamConfig", "configs_pointer*=[text] default_values=[map]"},
    {"StreamGroup", "~streams*=[DeclarativeStream] action*=BlockSimultaneousSyncsAction"},
    {"StreamParametersDefinition", "list_of_parameters_for_stream*=[map]"},
    {"SubstreamPartitionRouter", "parent_stream_configs*=[ParentStreamConfig]"},
    {"TokenQuota",
     "name*=text remaining_path*=[text] reset_path*=[text] limit_path=[text] "
     "matchers=[HttpRequestRegexMatcher] remaining_header=text reset_header=text limit_header=text "
     "exhaustion_status_codes=[int]"},
    {"TypesMap", "~target_type*=text|[text]|ComplexFieldType current_type*=text|[text] condition=text"},
    {"UnionPartitionRouter",
     "partition_field*=text "
     "partition_routers*=[ListPartitionRouter|SubstreamPartitionRouter|UnionPartitionRouter|"
     "CustomPartitionRouter]"},
    {"UnlimitedCallRatePolicy", "matchers*=[HttpRequestRegexMatcher]"},
    {"ValidateAdheresToSchema", "base_schema*=text|map"},
    {"WaitTimeFromHeader", "header*=text regex=text max_waiting_time_in_seconds=num|text"},
    {"WaitTimeFromResponse", "wait_time_in_seconds*=text max_waiting_time_in_seconds=num|text"},
    {"WaitUntilTimeFromHeader",
     "header*=text min_wait=num|text regex=text max_waiting_time_in_seconds=num|text"},
    {"XmlDecoder", ""},
    {"ZipfileDecoder", "decoder*=@inner_decoder"},
};

}  // namespace

std::span<const ComponentSchema> component_schemas() {
  return kComponents;
}

const ComponentSchema* find_component_schema(std::string_view type) {
  const auto* found =
      std::lower_bound(std::begin(kComponents), std::end(kComponents), type,
                       [](const ComponentSchema& row, std::string_view name) { return row.type < name; });
  return found != std::end(kComponents) && found->type == type ? found : nullptr;
}

std::string_view resolve_kind(std::string_view kind) {
  for (const auto& [name, meaning] : kAliases) {
    if (name == kind) return meaning;
  }
  return kind;
}

std::string_view written_type(std::string_view component) {
  if (component == "SessionTokenRequestBearerAuthenticator") return "Bearer";
  if (component == "SessionTokenRequestApiKeyAuthenticator") return "ApiKey";
  return component;
}

}  // namespace leat::sources::declarative
