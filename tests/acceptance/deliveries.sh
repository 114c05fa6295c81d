#!/bin/sh
# What becomes of built pages: published to a folder and to S3, file by file; sent as mail, to a chat, as a file; a
# threshold that is breached is told, and fails the command that asks for it.
. "$(dirname -- "$0")/acceptance.sh"
command -v python3 >/dev/null || skip 'python3 is not here'
unset LEAT_TARGET
mkdir -p "$work/shop/pages" "$work/box" && cd "$work/shop"
python3 "$root/tests/acceptance/mailbox.py" "$work/box" >"$work/ports" &
mailbox=$!
trap 'kill $mailbox; cleanup' EXIT
for _ in $(seq 200); do [ -s "$work/ports" ] && break; pause; done
read -r MAIL_PORT CHAT_PORT <"$work/ports"
export MAIL_PORT CHAT_PORT
cat >leat.yml <<'END'
name: shop
target: here
targets: {here: {type: duckdb, path: shop.duckdb}}
pages:
  publish: {to: published}
  send:
    weekly: {page: index, type: email, server: "smtp://127.0.0.1:${MAIL_PORT}", tls: none, from: "Shop <shop@example.com>", to: [ada@example.com, bo@example.com], site: "https://shop.example.com"}
    bounced: {page: index, type: email, server: "smtp://127.0.0.1:${MAIL_PORT}", tls: none, from: shop@example.com, to: refused@example.com}
    chat: {page: index, type: slack, url: "http://127.0.0.1:${CHAT_PORT}/hook", site: "https://shop.example.com"}
    file: {page: other, type: file, path: out/report.html}
END
cat >pages/index.md <<'END'
---
title: Größe der Becher
alert: {when: "cups[0].sold < 5", then: ops, say: "Only {cups[0].sold} cups of {cups[0].drink}"}
---
```sql cups
select * from (values ('espresso', 7), ('filter', 12)) t(drink, sold)
```
We sold <Value data={cups} column=sold/>. [More](/other)

<BarChart data={cups} x=drink y=sold/>
END
printf '%s\n' '# Other' '```sql n' 'select 42 as n' '```' '{n[0].n}' >pages/other.md

leat() { "$bin/leat" "$@" >"$work/said" 2>&1; }
says() { grep -qE "$2" "$work/said" && [ "$1" = yes ] || { [ "$1" = no ] && ! grep -qE "$2" "$work/said"; } || { printf 'FAILED: %s: %s\n' "$1" "$2"; cat "$work/said"; failures=1; }; }

leat run || { cat "$work/said"; failures=1; }
says no 'weekly'
expect 'the site is published' yes "$([ -e published/index.html ] && [ -e published/_leat/page.js ] && echo yes)"
expect 'nothing was sent unasked' 0 "$(find "$work/box" -type f | wc -l)"
leat pages publish
says yes 'publish .* [0-9]+ the same'
echo 'foreign' >published/mine.txt
rm pages/other.md && sed -i '/file:/d; s/ \[More\](.other)//' leat.yml pages/index.md && leat pages publish
expect 'what is no page any more is taken away' no "$([ -e published/other.html ] && echo yes || echo no)"
expect 'what others put there stays' foreign "$(cat published/mine.txt)"

leat run delivery:weekly || { cat "$work/said"; failures=1; }
python3 - "$work/box/1.eml" <<'END' || failures=1
import email, email.policy, sys
mail = email.message_from_bytes(open(sys.argv[1], 'rb').read(), policy=email.policy.default)
html = mail.get_body(('html',)).get_content()
text = mail.get_body(('plain',)).get_content()
kinds = [part.get_content_type() for part in mail.walk() if not part.is_multipart()]
checks = {'subject': mail['subject'] == 'Größe der Becher', 'to': mail['to'] == 'ada@example.com, bo@example.com',
          'chart': '<svg' in html or 'cid:chart-1.png' in html, 'no script': '<script' not in html, 'value': '>7</span>' in html,
          'plain': 'We sold 7' in text, 'link': 'https://shop.example.com/index.html' in html, 'attached': kinds.count('text/html') == 2}
bad = [name for name, good in checks.items() if not good]
if bad: sys.exit(f'FAILED: the mail: {bad} {kinds}')
END
leat run delivery:bounced && failures=1
says yes 'LEAT-HTTP-500.*550|550'
leat run delivery:chat || { cat "$work/said"; failures=1; }
expect 'the chat' yes "$(grep -q 'We sold 7' "$work/box/1.json" && grep -q 'https://shop.example.com/index.html' "$work/box/1.json" && echo yes)"

leat pages build --alerts-fail || { cat "$work/said"; failures=1; }
sed -i "s/('espresso', 7)/('espresso', 3)/" pages/index.md
leat pages build || { printf 'FAILED: a breach alone fails the build\n'; failures=1; }
says yes 'Only 3 cups of espresso'
expect 'the page tells of it' 1 "$(grep -c 'class="alert warning".*Only 3 cups of espresso' site/index.html)"
leat pages build --alerts-fail && { printf 'FAILED: --alerts-fail\n'; failures=1; }
expect 'the history has it' 'index|ops' "$(sqlite3 .leat/leat.db "select json_extract(fields, '\$.page') || '|' || json_extract(fields, '\$.then') from events where name = 'page_threshold_breached' limit 1")"

if [ -n "${LEAT_TEST_S3:-}" ]; then
  sed -i "s#publish: .*#publish: {to: s3://leat-test/shop, endpoint: \"$LEAT_TEST_S3\"}#" leat.yml
  leat pages publish || { cat "$work/said"; failures=1; }
  says yes 'files to s3://leat-test/shop/'
  leat pages publish
  says yes ' 0 files to|1 files to'
else
  printf 'skipped: S3, as MinIO is not installed (scripts/setup_minio.sh)\n'
fi
finish
