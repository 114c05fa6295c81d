select row_number() over () as n, text, text || n as label, date '2024-01-01' + n::int as day, n * 10 as amount, 40 + n as lat, -100 + n as long,
  '/rows/' || n as good_link
from (values
  (1, '</script><script>window.hit=1</script>'),
  (2, '<img src=x onerror="window.hit=2">'),
  (3, 'javascript:window.hit=3'),
  (4, '"><svg onload=window.hit=4>'),
  (5, ''' onmouseover=''window.hit=5'' autofocus onfocus=''window.hit=5'),
  (6, '{{constructor.constructor("window.hit=6")()}}'),
  (7, '${window.hit=7}`'),
  (8, '--></style></textarea></title><script>window.hit=8</script>'),
  (9, ' java' || chr(9) || 'script:window.hit=9'),
  (10, 'data:text/html,<script>window.hit=10</script>'),
  (11, 'a' || chr(8232) || 'b' || chr(8233) || '<!--<script>'),
  (12, '[x](javascript:window.hit=12) <a href="javascript:window.hit=12">y</a>'),
  (13, '\u003cscript\u003ewindow.hit=13\u003c/script\u003e'),
  (14, '<iframe srcdoc="<script>parent.hit=14</script>"></iframe>'),
  (15, '{@html "<script>window.hit=15</script>"}'),
  (16, '<style>*{background:url(javascript:window.hit=16)}</style><base href="https://example.org/">'),
  (17, '<math><mtext><table><mglyph><style><img src=x onerror=window.hit=17>'),
  (18, '__proto__'),
  (19, '../../../../outside'),
  (20, '{a|b}{b}{c}%3Cscript%3Ewindow.hit=20%3C/script%3E')
) t(n, text)
