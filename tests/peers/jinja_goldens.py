"""Writes src/jinja/testdata/jinja_cases.txt: templates with what Jinja2 3.1 renders them to.

Run with a Python that has jinja2; the C++ tests only read the result.
"""
import datetime
import sys

import jinja2
import jinja2.sandbox

CASES = r'''
# whitespace and text
a {%- if true %} b {%- endif %} c
a {{- 1 -}} b
  {%- for i in [1,2] -%}  {{ i }}  {%- endfor -%}  
{% raw %}{{ x }}{% if %}{% endraw %}
{%- raw -%}  {{ a }}  {%- endraw -%}  z
a{# comment {{ x }} #}b{#- c -#} d
{{ '{{' }} {{ "}}" }} {{ {'a': {'b': 1}}['a']['b'] }}
{% if true: %}colon{% endif %}
{{ "a" "b" 'c' }}
{% print 1, 2 %}
{{ 1, }}{{ () }}{{ (1) }}{{ (1,) }}
# literals and repr
{{ [1, 1.0, 1e3, 1.5e-7, 1e16, 1e22, 123456789012345680.0, 0.1, -0.0, 1_000, 0x1f, 0o17, 0b101] }}
{{ 1e15 }} {{ 1e16 }} {{ 0.0001 }} {{ 0.00001 }} {{ 3.14 }} {{ 2.0 }} {{ 1/3 }} {{ 100/10 }}
{{ ['a', "it's", 'q"', "both'\"", 'tab\t', 'nl\n', 'ä', '\x00', '\u200b', 'back\\'] }}
{{ {'a': none, 'b': true, 3: [1, (2,), ()], (1, 2): {}} }}
{{ none }} {{ true }} {{ false }} {{ None }} {{ True }} {{ not none }}
{{ 'a\nb' }} {{ '\x41\u00e4\101' }} {{ '\q' }}
{{ "%s and %r" % ('a', 'b') }} {{ '%d%%' % 5 }} {{ '%5.2f|%-5s|%05d|%+d|%x|%e' % (3.14159, 'ab', 42, 7, 255, 12345.678) }}
{{ '%(a)s-%(b)d' % {'a': 1, 'b': 2} }} {{ '%s' % [1, 2] }} {{ '%s' % {'a': 1} }}
{{ '%g %g %g' % (0.0001, 1e10, 100000) }} {{ '%c%c' % (65, 'b') }} {{ '%*d' % (5, 42) }} {{ '%.3s' % 'abcdef' }}
# arithmetic
{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 // -2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ -7.5 % 2 }} {{ 7.5 // 2 }} {{ -7.5 // 2 }}
{{ 2 ** 10 }} {{ 2 ** -1 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 2 ** 0.5 }} {{ (-8) ** 2 }}
{{ 1 + 2 * 3 - 4 / 2 }} {{ 'a' * 3 }} {{ 3 * 'ab' }} {{ [1] * 2 + [3] }} {{ (1,) + (2,) }} {{ 'a' + 'b' }}
{{ true + 1 }} {{ 1 == 1.0 == true }} {{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 3 > 2 == true }} {{ 1 in [1.0] }}
{{ 1 ~ 2 ~ none ~ [1] ~ 1.0 }} {{ (1 + 2) ~ 3 }} {{ -1 | abs }} {{ -1.5 | abs ~ 'x' }}
{{ 'a' < 'b' }} {{ [1, 2] < [1, 3] }} {{ (1, 'a') == (1, 'a') }} {{ [1] == (1,) }} {{ {'a': 1} == {'a': 1.0} }}
{{ 'ell' in 'hello' }} {{ 'x' not in 'hello' }} {{ 'a' in {'a': 1} }} {{ 1 in (1, 2) }} {{ not 1 in [1] }}
{{ 1 and 2 }} {{ 0 or 'x' }} {{ '' or none }} {{ not '' }} {{ not not 1 }} {{ 1 if 0 else 2 }} {{ 'a' if true }}|{{ 'a' if false }}|
{{ 1 if true else 2 if true else 3 }} {{ (1 if false) is defined }}
{{ 9007199254740993 + 0 }} {{ 9007199254740993 == 9007199254740992.0 }} {{ 10 % 3.5 }} {{ 1e308 * 10 }} {{ -5 // 3.0 }}
# access
{{ {'a': {'b': [1, 2]}}.a.b[1] }} {{ [1, 2, 3][-1] }} {{ 'hello'[1] }} {{ 'hällo'[1] }} {{ [1, 2].0 }} {{ [[1, 2]].0.1 }}
{{ [1, 2, 3, 4][1:3] }} {{ [1, 2, 3, 4][::2] }} {{ [1, 2, 3][::-1] }} {{ 'hello'[1:-1] }} {{ (1, 2, 3)[:2] }} {{ 'häl'[::-1] }} {{ 'abc'[5:] }}|
{{ {}.x is defined }} {{ {}.x }}|{{ [][3] }}|{{ ''.foo }}|{{ none.foo }}|{{ 'a'.upper() }} {{ 'a'['upper']() }}
{{ {'items': 1}.items() | list }} {{ {'items': 1}['items'] }} {{ {'get': 5}.get('get') }}
{{ undefined_name }}|{{ undefined_name is undefined }} {{ undefined_name | default('x') }} {{ undefined_name == undefined_other }} {{ not undefined_name }} {{ undefined_name or 3 }}
{{ {1: 'int', true: 'bool'}[1.0] }} {{ {'a': 1, 'a': 2} }} {{ {(1, 2): 3}[(1, 2)] }}
# statements
{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}
{% set ns = namespace(a=1, b=[]) %}{% for i in range(3) %}{% set ns.a = ns.a + i %}{% do ns.b.append(i) %}{% endfor %}{{ ns.a }} {{ ns.b }} {{ ns }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set (c, d) = [3, 4] %}{{ c }}{{ d }}
{% set x %}block {{ 1 }}{% endset %}{{ x }}|{% set y | upper | trim %} abc {% endset %}{{ y }}|
{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}{% if false %}{% set y = 1 %}{% endif %}{{ y is defined }}
{% for i in [] %}x{% else %}empty{% endfor %} {% for i in [1] %}x{% else %}empty{% endfor %}
{% for i in [1, 2, 3, 4] if i is even %}{{ loop.index }}:{{ i }}/{{ loop.length }}{{ ',' if not loop.last }}{% endfor %}
{% for k, v in {'a': 1, 'b': 2}.items() %}{{ k }}={{ v }}{{ ', ' if not loop.last }}{% endfor %}
{% for (a, b), c in [((1, 2), 3)] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for x in 'abc' %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}
{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{{ loop.cycle('a', 'b') }} {% endfor %}
{% for i in [1, 2] %}{% for j in [1, 2] %}{{ loop.index }}{{ loop.depth }}{% endfor %}{{ loop.index }};{% endfor %}
{% for x in [{'n': 1, 'c': [{'n': 2, 'c': []}]}, {'n': 3, 'c': []}] recursive %}{{ x.n }}({{ loop(x.c) }}){{ loop.depth0 }}{% endfor %}
{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}
{% macro f(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }} {{ f(1, c='y') }} {{ f(b=5, a=0) }} {{ f() }}
{% macro f(a) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, 3, k=4) }} {{ f.name }} {{ f.arguments }} {{ f.catch_kwargs }}{{ f.caller }}
{% macro f(n) %}{% if n > 0 %}{{ n }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}
{% macro wrap(t) %}<{{ t }}>{{ caller('in') }}</{{ t }}>{% endmacro %}{% call(x) wrap('b') %}{{ x }}side{% endcall %}
{% macro wrap() %}[{{ caller() if caller else 'none' }}]{% endmacro %}{{ wrap() }}{% call wrap() %}c{% endcall %}
{% macro a() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ a() }}{% set x = 2 %}{{ a() }}
{% macro outer() %}{% macro inner() %}in{{ y }}{% endmacro %}{% set y = 3 %}{{ inner() }}{% endmacro %}{{ outer() }}
{% macro f(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}
{% set f = 'x' %}{% macro g(f=f) %}{{ f }}{% endmacro %}{{ g(1) }}
{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }} {% set a = 5 %}{% with a = a + 1, b = a %}{{ a }}{{ b }}{% endwith %}
{% filter upper | replace('A', '-') %}abc{% endfilter %} {% filter indent(2) %}a
b{% endfilter %}
{% set l = [1] %}{% set m = l %}{% do m.append(2) %}{{ l }} {% do l.extend([3]) %}{{ m }} {% set d = {} %}{% do d.update({'a': 1}) %}{{ d }}
{% macro f() %}{{ caller.name }}{{ caller(1) }}{% endmacro %}{% call(a, b=2) f() %}{{ a }}{{ b }}{% endcall %}
{% macro f(x) %}{{ x }}{% endmacro %}{{ f(*[1]) }}{{ f(**{'x': 2}) }} {{ dict(*[[('a', 1)]], **{'b': 2}) }}
{% if false %}a{% elif 0 %}b{% elif 1 %}c{% else %}d{% endif %}
{% for i in [3, 1, 2] | sort %}{{ i }}{% endfor %} {% for c in 'ab' %}{% for d in c %}{{ d }}{% endfor %}{% endfor %}
{% set x = [] %}{% for i in [1, 2] %}{% do x.append(loop.index) %}{% endfor %}{{ x }} {{ x | length }} {{ x | sum }}
{% for x in [1, 2] %}{% set y = x %}{% endfor %}{{ y is defined }}{{ x is defined }}
{% for i in range(2) %}{{ z }}{% set z = i %}{{ z }}{% endfor %}
{% block a %}A{% endblock %}{% block b %}{{ 1 }}{% endblock b %}
{% autoescape false %}<{% endautoescape %}
# filters
{{ [3, 1, 2] | sort(reverse=true) }} {{ ['b', 'A'] | sort(case_sensitive=true) }} {{ [{'a': {'b': 2}}, {'a': {'b': 1}}] | sort(attribute='a.b') }}
{{ [{'a': 1, 'b': 2}, {'a': 1, 'b': 1}] | sort(attribute='a,b') }} {{ [[2, 'x'], [1, 'y']] | sort(attribute='0') }} {{ [1, 2] | map('string') | list }}
{{ [1, 2, 3, 4, 5] | batch(2) | list }} {{ [1, 2, 3, 4, 5] | slice(3) | list }} {{ [1, 2, 3, 4, 5] | slice(3, 'x') | list }}
{{ 'hello world' | title }} {{ "foo's bar" | title }} {{ 'HELLO' | capitalize }} {{ 'abc' | center(9) }}| {{ 1 | string | length }}
{{ 'foo bar baz qux' | truncate(9) }} {{ 'foo bar baz qux' | truncate(9, true) }} {{ 'foo bar baz qux' | truncate(11) }} {{ 'foo bar baz qux' | truncate(9, false, '..', 0) }}
{{ 'a b c d e f' | wordwrap(3) }}|{{ 'abcdefghij' | wordwrap(4) }}|{{ 'one two-three four' | wordwrap(8) }}|{{ 'abcdefgh xy' | wordwrap(4, false) }}
{{ 'x\n\ny' | indent }}|{{ 'x\ny' | indent(2, true) }}|{{ 'x\n\ny' | indent(2, blank=true) }}|{{ 'x\ny' | indent('> ') }}
{{ 1234567 | filesizeformat }} {{ 1 | filesizeformat }} {{ 0 | filesizeformat }} {{ 999999 | filesizeformat(true) }}
{{ 42.55 | round }} {{ 42.55 | round(1, 'floor') }} {{ 42.45 | round(1, 'ceil') }} {{ 2.675 | round(2) }} {{ 3.5 | round }} {{ 7 | round }} {{ 1234.5 | round(-2) }} {{ 7 | round(2, 'floor') }}
{{ '3.7' | int }} {{ 'abc' | int }} {{ '0b11' | int(0, 2) }} {{ none | int(5) }} {{ '1e3' | float }} {{ 'z' | float(2.5) }} {{ true | int }} {{ '12 ' | int }} {{ [] | int(9) }}
{{ {'b': 1, 'a': 2} | tojson }} {{ [1, 'x<>&\'"', none, true, 1.5] | tojson }} {{ {'a': [1, {'b': 2}]} | tojson(indent=2) }} {{ 'ü€😀' | tojson }} {{ [] | tojson(indent=2) }}
{{ [1, 2] | join }} {{ [] | join(',') }} {{ [{'a': 1}, {'a': 2}] | map(attribute='a') | join('|') }} {{ ['a', 'b'] | join(', ') | upper }} {{ 'abc' | join('-') }}
{{ [0, 1, none, 'a'] | select | list }} {{ [0, 1, ''] | reject | list }} {{ [1, 2, 3] | select('gt', 1) | list }} {{ [1, 2, 3] | reject('in', [1]) | list }}
{{ [{'a': 1}, {'a': none}, {}] | selectattr('a') | list }} {{ [{'a': 1}, {}] | selectattr('a', 'defined') | list }} {{ [{'a': {'b': 1}}] | selectattr('a.b', '==', 1) | list }} {{ [{'a': 1}, {'a': 2}] | rejectattr('a', 'eq', 1) | list }}
{{ [{'a': 1}, {}] | map(attribute='a', default=0) | list }} {{ ['1', '2'] | map('int') | sum }} {{ ['a-b'] | map('replace', '-', '_') | list }} {{ [[1, 2], [3]] | map('length') | list }}
{{ [1, 2, 2, 'a', 'A'] | unique | list }} {{ ['b', 'B', 'a'] | unique(true) | list }} {{ [{'a': 1}, {'a': 1}] | unique(attribute='a') | list }}
{% for g in [{'t': 'b', 'n': 1}, {'t': 'A', 'n': 2}, {'t': 'a', 'n': 3}] | groupby('t') %}{{ g.grouper }}:{{ g.list | length }}:{{ g }} {% endfor %}
{{ [1, 5, 3] | max }} {{ ['b', 'C'] | max }} {{ [] | max }}| {{ [{'n': 2}, {'n': 1}] | min(attribute='n') }} {{ [1.5, 2] | sum }} {{ [[1], [2]] | sum(start=[]) }}
{{ {'b': 2, 'a': 3} | dictsort }} {{ {'b': 2, 'a': 3} | dictsort(false, 'value') }} {{ {'b': 2, 'a': 3} | dictsort(reverse=true) }}
{{ '<a href="#">T&amp;x</a>  <!-- c -->y' | striptags }} {{ '<&>"\'' | escape }} {{ 'a b&c=/' | urlencode }} {{ {'a': 1, 'b c': 'ü'} | urlencode }} {{ [('a', 1)] | urlencode }}
{{ {'class': 'a b', 'id': none, 'x': 1} | xmlattr }} {{ 'go to www.example.com now' | urlize }} {{ 'mail a@b.co' | urlize }} {{ 'https://example.com/long/path' | urlize(15, true) }}
{{ 'hello world foo' | wordcount }} {{ 'abc' | reverse }} {{ [1, 2, 3] | reverse | list }} {{ 'abc' | first }}{{ 'abc' | last }} {{ [] | first }}| {{ range(3) | list }} {{ [1, 2] | random in [1, 2] }}
{{ none | default('x') }} {{ none | default('x', true) }} {{ missing.a | default('y') if missing is defined else 'z' }} {{ {}.a | default({}) }} {{ 0 | d(1) }} {{ false | d(1, boolean=true) }}
{{ '%s: %d' | format('a', 3) }} {{ 'aaa' | replace('a', 'b', 2) }} {{ ' x ' | trim }}| {{ 'xxaxx' | trim('x') }} {{ 5 | string ~ 1 }} {{ {'a': 1} | items | list }} {{ {'a': 1} | length }}
{{ [1, [2, [3]]] | pprint }} {{ 'a' | attr('upper') is callable }} {{ {'a': 1} | attr('a') is undefined }} {{ [3, 'a'] | string }} {{ 'a' | list }} {{ {'a': 1} | list }}
{{ [1, 2] | map('upper') | join }} {{ (1, 2) | list }} {{ 'ab' | upper | lower | capitalize }} {{ 'x' | e | safe | forceescape }}
{{ [1, 2, 3] | select('divisibleby', 2) | first }} {{ [] | sum }} {{ '10' | int + 5 }} {{ '3' * 2 | int }} {{ 7 | float }} {{ '-12' | int | abs }}
# tests
{{ 1 is number }} {{ true is number }} {{ 'a' is string }} {{ [] is iterable }} {{ {} is mapping }} {{ {} is sequence }} {{ (1,) is sequence }} {{ 1 is sequence }} {{ 1.0 is float }} {{ 1 is integer }} {{ true is integer }} {{ true is boolean }}
{{ 4 is divisibleby 2 }} {{ 4 is divisibleby(3) }} {{ 3 is odd }} {{ 3 is not odd }} {{ 1 is in [1] }} {{ 1 is eq 1 }} {{ 'a' is lower }} {{ 'A1' is upper }} {{ none is none }} {{ 1 is sameas 1 }} {{ false is false }} {{ 0 is false }} {{ 'x' is defined and true }}
{{ x is defined or y is undefined }} {{ not x is defined }} {{ x is not defined }} {{ 1 is gt 0 and 2 is lt 3 }} {{ range is callable }} {{ 'upper' is filter }} {{ 'nope' is filter }} {{ 'even' is test }} {{ 5 is ge 5 }} {{ 'a' is ne 'b' }}
{{ 1 if 1 is number else 2 }} {{ [1, 2] is iterable and 'a' not in [1] }} {{ 3 is divisibleby 3 or false }} {{ 2 + 1 is odd }} {{ -1 is number }} {{ 'ab' is in 'cab' }}
# methods
{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a b c'.split(' ', 1) }} {{ 'a.b.c'.rsplit('.', 1) }} {{ 'a\nb\r\nc'.splitlines() }} {{ 'k=v'.partition('=') }} {{ 'k'.rpartition('=') }} {{ 'a b c d'.split(None, 2) }} {{ ' a b c '.rsplit(None, 1) }}
{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'abcb'.find('b') }} {{ 'abcb'.rfind('b') }} {{ 'abc'.find('z') }} {{ 'abc'.index('c') }} {{ 'banana'.count('a') }} {{ 'banana'.count('a', 2) }} {{ 'banana'.find('a', -2) }} {{ 'aaa'.count('') }}
{{ 'Hello'.swapcase() }} {{ 'hello world'.title() }} {{ 'a'.zfill(3) }} {{ '-5'.zfill(4) }} {{ 'ab'.ljust(4) }}|{{ 'ab'.rjust(4, '0') }}|{{ 'ab'.center(5) }}|{{ 'abc'.center(6, '-') }} {{ 'a\tb'.expandtabs(4) }} {{ 'xyx'.strip('x') }} {{ '  a'.lstrip() }} {{ 'ab'.removeprefix('a') }}
{{ 'abc'.replace('b', 'X') }} {{ 'abc'.replace('', '-') }} {{ 'aaa'.replace('a', 'b', 2) }} {{ ','.join(['a', 'b']) }} {{ 'abc'.isalpha() }} {{ '12'.isdigit() }} {{ ''.isdigit() }} {{ 'a1'.isalnum() }} {{ ' '.isspace() }} {{ 'Ab'.istitle() }} {{ 'A'.isupper() }} {{ 'a_b'.isidentifier() }}
{{ '{} {}'.format(1, 'a') }} {{ '{1}{0}'.format('a', 'b') }} {{ '{x[0]} {y.a}'.format(x=[1], y={'a': 1}) if false else 'skip' }} {{ '{:>5}|{:<5}|{:^5}|{:05d}|{:.2f}|{:,}|{:x}|{:%}'.format('a', 'b', 'c', 42, 3.14159, 1234567, 255, 0.5) }}
{{ '{:+d} {: d} {:08.3f} {:e} {:g} {:.3} {!r} {:*^9} {:#x} {:b} {:_} {{}}'.format(5, 5, 3.14159, 12345.678, 1e20, 'abcdef', 'q', 'mid', 255, 5, 1000000) }}
{{ '{0[a]} {0[b][1]}'.format({'a': 1, 'b': [1, 2]}) }} {{ '{:{}}|'.format('a', 5) }} {{ '{:.1f}'.format(2.25) }} {{ '{:,.2f}'.format(1234.5) }} {{ '{}'.format(none) }} {{ '{:>6}'.format(1.5) }} {{ '{:d}'.format(true) }} {{ '{:s}'.format('x') }}
{% set l = [3, 1, 2] %}{{ l.index(1) }} {{ l.count(3) }} {% do l.sort() %}{{ l }} {% do l.reverse() %}{{ l }} {% do l.insert(1, 9) %}{{ l }} {{ l.pop(0) }} {{ l.pop() }} {{ l }} {% do l.remove(9) %}{{ l }} {{ l.copy() }} {% do l.clear() %}{{ l }}
{% set d = {'a': 1, 'b': 2} %}{{ d.get('a') }} {{ d.get('z') }} {{ d.get('z', 0) }} {{ d.keys() | list }} {{ d.values() | list }} {{ d.items() | list }} {{ d.pop('a') }} {{ d.pop('q', none) }} {{ d }} {{ d.setdefault('x', []) }} {{ d }} {{ d.popitem() }} {{ d.copy() }} {{ d.keys() }} {{ d.items() }} {{ d.values() }}
{% set d = {} %}{% do d.update(a=1) %}{% do d.update([('b', 2)]) %}{{ d }} {{ 'a' in d.keys() }} {{ d | length }} {{ d.items() | length }} {% for k in d %}{{ k }}{% endfor %} {{ d == {'b': 2, 'a': 1} }}
{{ 'ß'.upper() }} {{ 'ÄÖÜ'.lower() }} {{ 'éa'.capitalize() }} {{ 'Straße'.casefold() }} {{ 'ñandú'.title() }} {{ 'πσ'.upper() }} {{ 'Привет'.lower() }} {{ 'ab'.encode() }} {{ 'x'.isascii() }}
{{ (1.0).is_integer() }} {{ 2.5.is_integer() if false else 'n' }} {{ (255).bit_length() }} {{ (1, 2, 1).count(1) }} {{ 'abc'.maketrans('a', 'b') }} {{ 'abc'.translate({97: 'z'}) }}
# globals
{{ range(5) | list }} {{ range(2, 8, 3) | list }} {{ range(3) }} {{ range(1, 4)[1] }} {{ range(10) | length }} {{ range(5, 0, -2) | list }} {{ 3 in range(5) }} {{ dict(a=1, b=[]) }} {{ dict({'x': 1}, y=2) }}
{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% do c.reset() %}{{ c.current }} {% set j = joiner('-') %}{{ j() }}x{{ j() }}y
# things projects do
{% set cols = ['a', 'b'] %}select{% for c in cols %}{{ ' ' ~ c }}{% if not loop.last %},{% endif %}{% endfor %} from t
{%- macro m(x) -%}  {{ x }}  {%- endmacro -%} [{{ m('v') }}] [{{ m('v') | trim }}]
{% set q %}select {{ 1 }}
  from x{% endset %}{{ q }}|{{ q | trim | upper | replace('\n', ' ') }}
{% set parts = 'a.b.c'.split('.') %}{{ parts | first }}-{{ parts[-1] }}-{{ parts[1:] | join('/') }}
{% for n in range(1, 4) %}{{ '%02d' % n }}{{ ',' if not loop.last else '' }}{% endfor %}
{% set m = {'x': {'y': [1, {'z': 'deep'}]}} %}{{ m.x.y[1].z }} {{ m['x']['y'][0] }} {{ m.get('q', {}).get('r') }} {{ m.x.q is defined }}
{{ [1, 2, 3] | map('string') | map('upper') | join("', '") }} {{ "'" ~ ['a', 'b'] | join("', '") ~ "'" }}
{{ ('a' ~ 'b') | upper ~ 'c' }} {{ 'a' ~ 'b' | upper }} {{ 1 + 1 | string | length }} {{ (1 + 1) | string }}
{% set x = none %}{{ x is none }} {{ x or 'd' }} {{ x if x is not none else 'n' }} {{ 'yes' if x else 'no' }} {{ x == none }} {{ x != none }}
{% set _ = [1, 2].append(3) %}{{ _ }} {% set a = [] %}{{ a.append(1) }}{{ a.append(2) or '' }}{{ a }}
'''.strip('\n')

ERRORS = r'''
{{ undefined_name.attr }}
{{ undefined_name() }}
{{ undefined_name + 1 }}
{{ 1 + 'a' }}
{{ 'a' + 1 }}
{{ none.x.y }}
{{ [1][5].x }}
{{ 1 / 0 }}
{{ 1 < 'a' }}
{% for x in 5 %}{% endfor %}
{{ {}.a.b }}
{% set a, b = [1] %}
{% set a, b = [1, 2, 3] %}
{{ 'a'.nope() }}
{{ [] | nofilter }}
{{ 1 is notest }}
{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}
{% macro f(a) %}{% endmacro %}{{ f(b=2) }}
{{ {[]: 1} }}
{{ 1() }}
{{ 'a' is divisibleby 2 }}
{% set x = 1 %}{% set x.y = 2 %}
{{ [1, 'a'] | sort }}
{{ 'abc'.index('z') }}
{{ {}.pop('a') }}
{{ [].pop() }}
{{ '%d' % 'a' }}
{{ '{} {}'.format(1) }}
{{ 5 | length }}
{{ range(0, 1, 0) }}
{% if %}{% endif %}
{% for x %}{% endfor %}
{{ 1 + }}
{{ 'abc }}
{% endif %}
{% if true %}
{{ a b }}
{{ (1 }}
{{ ) }}
{% unknown %}
{% macro %}{% endmacro %}
{% set %}
{{ a. }}
{{ a | }}
{# no end
{{ f(a=1, 2) }}
{% block a %}{% endblock b %}
{{ {1 2} }}
{% set true = 1 %}
{{ 1 is defined is defined }}
'''.strip('\n')


def main(path):
    env = jinja2.sandbox.SandboxedEnvironment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    out = ["Templates and what Jinja2 renders them to; written by tests/peers/jinja_goldens.py."]
    lines, pending = [], None
    for line in CASES.split("\n"):
        if line.startswith("# "):
            continue
        lines.append(line)
        text = "\n".join(lines)
        try:
            template = env.from_string(text)
        except jinja2.TemplateSyntaxError as error:
            if "Unexpected end of template" in str(error) or "end of" in str(error):
                continue  # the case goes on in the next line
            raise SystemExit(f"{text!r}: {error}")
        lines = []
        try:
            result = template.render()
        except Exception as error:
            raise SystemExit(f"{text!r}: {type(error).__name__} {error}")
        out += ["=== template", text, "--- result", result]
    for text in ERRORS.split("\n"):
        try:
            env.from_string(text).render()
        except Exception as error:
            kind = "jinja_undefined" if isinstance(error, jinja2.UndefinedError) else "jinja_type"
            if isinstance(error, jinja2.TemplateSyntaxError):
                kind = "jinja_syntax"
            if isinstance(error, (jinja2.TemplateAssertionError,)) and "No " in str(error):
                kind = "jinja_undefined"
            out += ["=== template", text, "--- error", kind]
        else:
            raise SystemExit(f"{text!r} renders")
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n=== end\n")


main(sys.argv[1] if len(sys.argv) > 1 else "src/jinja/testdata/jinja_cases.txt")
