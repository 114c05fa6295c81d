// What the reader's runtime asks of a browser, for drawing without one: the page's data, the theme's tokens.
var window = this, self = this, location = { hash: '' }, navigator = { userAgent: 'Node.js' };
var held = { data: {}, tokens: {}, width: 1280 };
var document = {
  documentElement: { dataset: { theme: 'light' }, get clientWidth() { return held.width; } },
  body: { dataset: { root: '' } },
  getElementById: function (id) { return { textContent: held.data[id] }; }
};
function getComputedStyle() { return { getPropertyValue: function (name) { return held.tokens[name] || ''; } }; }
// Nothing happens later.
function setTimeout() { return 0; }
function clearTimeout() {}
