"""Writes src/jinja/testdata/literal_cases.txt: texts with repr(ast.literal_eval(text)) or "fails", tab between."""
import ast
import sys
import warnings

TEXTS = r'''
123
 5
	7
1.0
1_0
1__0
_1
1_
1e5
1E-3
1e400
0x10
0X1f
0x_1f
0b101
0o17
01
00
0_0
1.
.5
.5e1
1.e2
1_0.0_1
1_.0
1,2
1,
(1,)
(1)
()
(1, 2,)
(,)
True
False
None
true
null
nan
inf
2024-01-01
1-1
-5
- 5
+5
--5
-True
-'a'
-1.5
'a'
"a"
"it's"
'a' 'b'
'a' "b"  'c'
'a'b
b'abc'
b'\xff'
b'ä'
b'a' 'b'
r'\n'
R"\d"
u'x'
ur'x'
rb'\x00'
Br'q'
f'x'
'\n'
'\x41\u00e4\U0001F600\101'
'\q'
'\x4'
'abc
abc'
\'a
"""x"""
\'\'\'a'b\'\'\'
'''+"'''a'b'''"+r'''
''
""
[]
[1, 'a', None]
[1 2]
[1,, 2]
[1,2,]
{}
{'a': 1, 'b': [True, {'c': None}]}
{'a': 1, 'a': 2}
{1, 2}
{1, 1.0}
{[]: 1}
{'a'}
{'a', 'b': 1}
{'a': }
{,}
set()
set([])
{**{}}
[*[1]]
(1, [2, (3,)])
{(1, 2): 3}
{1: 'a', True: 'b'}
a
a.b
f()
1 + 1
1 + 2j
1 if True else 2
[1
(1
{'a': 1
1]
1 # comment
# c
  
not True
1;
1 2
1:2
'a' % 1
lambda: 1
...
{'id': 7, 'name': "O'Brien", 'ok': False, 'x': 1.50}
[{'a': 1}, {'b': 'ü'}]
1e-7
123456789.123
0.1
100000000000000000000.0
9223372036854775807
-9223372036854775807
0xffffffff
1.0.0
1..2
--
-
12abc
0x
0b2
0xg
"\N{DASH}"
'a\'b'
"tab	in"
(1,2),(3,)
[ ( 1 , ) , ]
{ 'a' : ( 1 ) }
- - 1
-(1)
+1.5
-None
1__000
1_000_000
'''.strip("\n")


def main(path):
    out = []
    warnings.simplefilter("ignore")
    for text in TEXTS.split("\n"):
        try:
            value = ast.literal_eval(text)
            if isinstance(value, complex) or value is ...:
                continue  # said to be left out
            out.append(f"{text}\t{value!r}")
        except (ValueError, SyntaxError, TypeError, MemoryError):
            if "N{" in text:
                continue
            out.append(f"{text}\tfails")
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n")


main(sys.argv[1] if len(sys.argv) > 1 else "src/jinja/testdata/literal_cases.txt")
