"""Writes src/jinja/testdata/regex_cases.txt: expressions over the re module with what Python prints."""
import re
import sys

import jinja2

EXPRESSIONS = r'''
re.sub('[^a-z]+', '_', 'Hello, World 12')
re.sub('(a)(b)?', '[\\1|\\2]', 'ab a')
re.sub('(?P<x>\\d+)', '<\\g<x>>', 'a1b22', count=1)
re.sub('x*', '-', 'abxd')
re.sub('', '.', 'abc')
re.subn('a', 'b', 'banana')
re.search('(\\d+)-(\\d+)', 'tel 12-345').groups()
re.search('(\\d+)', 'tel 12').group(1)
re.search('z', 'abc') is none
re.search('(?P<y>\\d{4})-(?P<m>\\d\\d)', 'on 2024-05').groupdict()
re.search('b', 'äbc').span()
re.search('b', 'abc').start()
re.match('b', 'abc')
re.match('a', 'abc')
re.match('(a)(x)?', 'abc').groups()
re.fullmatch('[a-c]+', 'abc').group()
re.fullmatch('[a-c]', 'abc')
re.findall('\\w+', 'ab cd, ef')
re.findall('(\\w)(\\d)', 'a1 b2')
re.findall('a*', 'baac')
re.findall('(x)?y', 'xyy')
re.split('[,;]\\s*', 'a, b;c')
re.split('(,)', 'a,b')
re.split(',', 'a,b,c', maxsplit=1)
re.split('x*', 'axbc')
re.compile('a+').findall('caat a')
re.compile('A', re.IGNORECASE).sub('-', 'aA')
re.search('^b', 'a\nb', re.MULTILINE).group(0)
re.search('a.b', 'a\nb', re.DOTALL) is not none
re.search('a.b', 'a\nb') is none
re.escape('a.b*c-d e')
re.match('\\d+', '12')[0]
re.search('c\\Z', 'abc').group()
re.sub('ä', 'ae', 'bär')
re.search('(?i)HELLO', 'say hello').group()
re.match('a', 'b') | default('none', true)
'''.strip("\n")

env = jinja2.Environment()
out = []
for text in EXPRESSIONS.split("\n"):
    out.append(f"{text}\t{env.from_string('{{ ' + text + ' }}').render(re=re)}")
with open(sys.argv[1] if len(sys.argv) > 1 else "src/jinja/testdata/regex_cases.txt", "w") as file:
    file.write("\n".join(out) + "\n")
