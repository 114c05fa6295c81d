#!/bin/sh
# hostile.sh: servers that behave badly; an exact, bounded outcome for each.
set -u
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
leat=${LEAT_BIN_DIR:-$here/../../build/dev/bin}/leat
command -v python3 >/dev/null && command -v openssl >/dev/null || { echo 'skipped: python3 or openssl is not there'; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/leat-hostile.XXXXXX")
server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$work/key.pem" -out "$work/c.pem" 2>/dev/null
cat "$work/key.pem" "$work/c.pem" >"$work/cert.pem"
python3 "$here/hostile_server.py" "$work" &
server=$!
until [ -e "$work/tls_port" ]; do kill -0 "$server" || exit 1; done
plain=http://127.0.0.1:$(cat "$work/plain_port")
tls=https://127.0.0.1:$(cat "$work/tls_port")
failures=0

manifest() { # PATH PAGES DECODER
  cat <<END
version: 7.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [s]}
streams:
  - type: DeclarativeStream
    name: s
    schema_loader: {type: InlineSchemaLoader, schema: {type: object, properties: {}}}
    retriever:
      type: SimpleRetriever
      decoder: {$3}
      requester:
        type: HttpRequester
        url_base: "{{ config['url'] }}"
        path: $1
        authenticator: {type: BearerAuthenticator, api_token: the-secret-token}
        request_headers: {X-Plain: kept}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: $2}}
      paginator: $4
spec: {type: Spec, connection_specification: {type: object, properties: {url: {type: string}}}}
END
}

# expect WHAT URL PATH RECORDS ERROR [FIELD_PATH DECODER PAGINATOR]: reads, and looks at how many records came, at the
# error's words ("" for none), and that it took less than a minute and less than 512 MB.
expect() {
  what=$1 url=$2 path=$3 records=$4 words=$5
  manifest "$path" "${6:-[]}" "${7:-type: JsonDecoder}" "${8:-{type: NoPagination\}}" >"$work/m.yaml"
  printf '{"url": "%s"}' "$url" >"$work/config.json"
  printf '{"streams":[{"stream":{"name":"s","json_schema":{},"supported_sync_modes":["full_refresh"]},"sync_mode":"full_refresh","destination_sync_mode":"append"}]}' >"$work/catalog.json"
  (ulimit -v 4000000; LEAT_CLOCK=2024-05-06T07:08:09Z timeout 60 "$leat" connector read --manifest "$work/m.yaml" \
    --config "$work/config.json" --catalog "$work/catalog.json" --concurrency 1 >"$work/out" 2>"$work/err")
  code=$?
  got=$(grep -c '"type":"RECORD"' "$work/out")
  said=$(sed -n 's/.*"type":"ERROR".*"internal_message":"\([^"]*\)".*/\1/p' "$work/out" | tail -1)
  wrong=
  [ "$got" = "$records" ] || wrong="$wrong; $got records, not $records"
  if [ -z "$words" ]; then
    [ "$code" = 0 ] || wrong="$wrong; exit $code: $said"
  else
    [ "$code" = 1 ] || wrong="$wrong; exit $code, not 1"
    case $said in *"$words"*) ;; *) wrong="$wrong; it said: $said" ;; esac
  fi
  grep -q the-secret-token "$work/out" "$work/err" && wrong="$wrong; the token was printed"
  if [ -n "$wrong" ]; then
    printf 'WRONG %s%s\n' "$what" "$wrong"
    failures=$((failures + 1))
  else
    printf 'ok    %s%s\n' "$what" "${said:+ ($(printf '%.110s' "$said"))}"
  fi
}

next='{type: DefaultPaginator, page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: p}, pagination_strategy: {type: CursorPagination, cursor_value: "{{ response.next }}"}}'
expect 'a 429 storm ends after its tries' "$plain" storm 0 'LEAT-HTTP-429'
expect 'Retry-After in seconds' "$plain" seconds 1 ''
expect 'Retry-After as a date' "$plain" date 1 ''
expect 'Retry-After as a date that has passed' "$plain" past 1 ''
expect 'a body byte by byte' "$plain" slow 1 ''
expect 'gzip that is cut off' "$plain" cut_gzip 0 'LEAT-SOURCE-002' '[]' 'type: GzipDecoder, decoder: {type: JsonDecoder}'
expect 'a gzip bomb' "$plain" bomb 0 'LEAT-HTTP' '[]' 'type: GzipDecoder, decoder: {type: JsonDecoder}'
expect 'a body that is cut off' "$plain" cut_body 0 'LEAT-HTTP'
expect 'a redirect to another host' "$plain" elsewhere 1 ''
grep -qi 'authorization\|the-secret' "$work/other.txt" && { echo 'WRONG the token was sent to another host'; failures=$((failures + 1)); }
grep -qi 'x-plain: kept' "$work/other.txt" || { echo 'WRONG plain headers did not go along'; failures=$((failures + 1)); }
expect 'a redirect to itself' "$plain" around 0 'LEAT-HTTP'
expect 'a line of 10 MB' "$plain" line 1 ''
expect 'the same next page again and again' "$plain" endless 0 'LEAT-SOURCE-002' '[items]' 'type: JsonDecoder' "$next"
expect 'three pages in turns' "$plain" turns 0 'LEAT-SOURCE-002' '[items]' 'type: JsonDecoder' "$next"
expect 'a page for people' "$plain" html 0 'LEAT-SOURCE-002'
expect 'bytes that are no text' "$plain" binary 0 'LEAT-SOURCE-002'
expect 'an answer of 10 TB' "$plain" huge 0 'LEAT-HTTP'
expect 'a server that hangs up' "$plain" hangs_up 0 'LEAT-HTTP'
expect 'no HTTP' "$plain" noise 0 'LEAT-HTTP'
expect 'a certificate that nobody vouches for' "$tls" well 0 'LEAT-HTTP'
expect 'TLS where there is none' "https://${plain#http://}" well 0 'LEAT-HTTP'
expect 'nobody listens' http://127.0.0.1:1 well 0 'LEAT-HTTP'
[ "$failures" = 0 ] && echo 'every hostile server had its outcome'
exit "$failures"
