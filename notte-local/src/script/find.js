// Finding elements: Playwright's selector language as far as it is used on the wire, and the observed ids.
// Runs in an isolated world of the page; `notte` is the object that all files of this folder fill.
const notte = (globalThis.notte = { ids: new Map(), last: null });

// A form answers with the field of a name, and a document with the form or picture, before it answers for itself:
// `own.id(form)` is the id even where `form.id` is a field. Taken once, since pages have many elements.
const own = {};
const taken = (type, name) => {
  const { get, value } = Object.getOwnPropertyDescriptor(type.prototype, name);
  return Function.prototype.call.bind(get ?? value);
};
for (const [type, names] of [
  [Node, 'nodeType parentNode parentElement ownerDocument isConnected textContent firstChild nextSibling getRootNode'],
  [Element, 'localName tagName id shadowRoot assignedSlot getAttribute hasAttribute matches closest checkVisibility getBoundingClientRect'],
  [Element, 'getClientRects scrollIntoView scrollBy scrollTop scrollHeight clientHeight clientWidth clientLeft clientTop'],
  [Document, 'defaultView documentElement scrollingElement body title evaluate elementFromPoint createRange execCommand'],
]) for (const name of names.split(' ')) own[name] = taken(type, name);
for (const name of ['children', 'querySelectorAll']) {
  const of = { 1: taken(Element, name), 9: taken(Document, name), 11: taken(DocumentFragment, name) };
  own[name] = (parent, css) => of[own.nodeType(parent)](parent, css);
}

const within = (root, css) => [...own.querySelectorAll(root, css)];
const viewOf = (element) => own.defaultView(own.ownerDocument(element));
const tagOf = own.localName;

// Where a node hangs in the tree that is drawn: its slot, its parent, or the host of its shadow root.
const above = (node) => {
  const type = own.nodeType(node);
  return (type === 1 ? own.assignedSlot(node) : null) ?? own.parentNode(node) ?? (type === 11 ? node.host : null);
};

notte.text = (value) => String(value ?? '').replace(/\s+/g, ' ').trim();

// Every open root below `root`, itself first: the document or fragment, and the open shadow roots in it.
notte.roots = (root) => {
  const found = [root];
  const open = (element) => own.shadowRoot(element) && found.push(own.shadowRoot(element));
  if (own.nodeType(root) === 1) open(root);
  for (let i = 0; i < found.length; i++) for (const element of own.querySelectorAll(found[i], '*')) open(element);
  return found;
};

// The document and those of the frames in it, as far as they can be read.
notte.documents = (document) => {
  const frames = notte.roots(document).flatMap((root) => within(root, 'iframe,frame'));
  return [document, ...frames.flatMap((frame) => (frame.contentDocument ? notte.documents(frame.contentDocument) : []))];
};

const SHOWN = { visibilityProperty: true };
notte.visible = (element) => {
  if (!own.checkVisibility(element, SHOWN)) return false;
  const box = own.getBoundingClientRect(element);
  return box.width > 0 && box.height > 0;
};

const ROLES = {
  a: (e) => (own.hasAttribute(e, 'href') ? 'link' : ''), button: () => 'button', summary: () => 'button', textarea: () => 'textbox',
  select: (e) => (e.multiple || e.size > 1 ? 'listbox' : 'combobox'), option: () => 'option', img: () => 'img',
  input: (e) =>
    ({ submit: 'button', button: 'button', reset: 'button', image: 'button', checkbox: 'checkbox', radio: 'radio', range: 'slider',
      number: 'spinbutton', search: 'searchbox', hidden: '' })[e.type] ?? 'textbox',
  h1: () => 'heading', h2: () => 'heading', h3: () => 'heading', h4: () => 'heading', h5: () => 'heading', h6: () => 'heading',
  nav: () => 'navigation', main: () => 'main', table: () => 'table', tr: () => 'row', td: () => 'cell', ul: () => 'list',
  ol: () => 'list', li: () => 'listitem', dialog: () => 'dialog', form: () => 'form', article: () => 'article',
};
notte.role = (element) => own.getAttribute(element, 'role')?.split(' ')[0] || (ROLES[tagOf(element)]?.(element) ?? '');

notte.name = (element) => {
  const tag = tagOf(element);
  const attribute = (name) => own.getAttribute(element, name);
  const labelled = attribute('aria-labelledby');
  if (labelled) {
    const root = own.getRootNode(element);
    const parts = labelled.split(/\s+/).map((id) => id && within(root, `#${CSS.escape(id)}`)[0]).map((e) => e && own.textContent(e));
    const joined = notte.text(parts.join(' '));
    if (joined) return joined;
  }
  if (attribute('aria-label')) return notte.text(attribute('aria-label'));
  if (tag !== 'form' && element.labels?.length) {
    const joined = notte.text([...element.labels].map((label) => label.innerText).join(' '));
    if (joined) return joined;
  }
  if (tag === 'input' && ['submit', 'button', 'reset'].includes(element.type)) return element.value || element.type;
  const told = attribute('placeholder') || attribute('alt') || attribute('title');
  const text = ['select', 'textarea', 'input'].includes(tag) ? '' : notte.text(element.innerText);
  const image = text ? '' : within(element, 'img[alt]')[0]?.alt;
  return (text || notte.text(told || image) || attribute('name') || '').slice(0, 120);
};

// `"text"`, `"text"i` and `"text"s` of Playwright's internal engines, `/pattern/`, or bare text: a test of a text.
const matcher = (source, exactWhenQuoted) => {
  const [, pattern, flags] = /^\/(.+)\/([a-z]*)$/s.exec(source.trim()) ?? [];
  if (pattern) {
    const wanted = new RegExp(pattern, flags.replace(/[gy]/g, ''));
    return (text) => wanted.test(notte.text(text));
  }
  const quoted = /^(["'])(.*)\1([is]?)$/s.exec(source.trim());
  const wanted = notte.text(quoted ? quoted[2].replace(/\\(.)/g, '$1') : source);
  const exact = quoted ? (quoted[3] ? quoted[3] === 's' : exactWhenQuoted) : false;
  if (exact) return (text) => notte.text(text) === wanted;
  return (text) => notte.text(text).toLowerCase().includes(wanted.toLowerCase());
};

const shown = (element) => (tagOf(element) === 'input' ? element.value : own.textContent(element));
const every = (root) => notte.roots(root).flatMap((open) => within(open, '*'));

// The innermost elements with such a text, `root` itself among them.
const byText = (root, test) => {
  const fits = (element) => !['script', 'style', 'noscript', 'head', 'title'].includes(tagOf(element)) && test(shown(element));
  const all = own.nodeType(root) === 1 ? [root, ...every(root)] : every(root);
  return all.filter((element) => fits(element) && ![...own.children(element)].some((child) => test(shown(child))));
};

// `:host` stands for the element itself, and looks in its own shadow root alone; all else looks in all that is open.
const byCss = (root, source) => {
  const filters = [];
  let css = source;
  for (let match; (match = /:(has-text|text|text-is)\((["'])(.*?)\2\)$|:visible$/.exec(css)); ) {
    const [whole, kind, , text] = match;
    if (!kind) filters.push(notte.visible);
    else if (kind === 'text-is') filters.push((e) => notte.text(own.textContent(e)) === notte.text(text));
    else filters.push((e) => matcher(`"${text}"i`)(shown(e)));
    css = css.slice(0, -whole.length) || '*';
  }
  const deep = css.startsWith(':host');
  let hits = within((deep && own.nodeType(root) === 1 && own.shadowRoot(root)) || root, css);
  if (!hits.length && !deep) hits = notte.roots(root).slice(1).flatMap((open) => within(open, css));
  return hits.filter((element) => filters.every((filter) => filter(element)));
};

const byXpath = (root, path) => {
  const document = own.ownerDocument(root) ?? root;
  const relative = root !== document && path.startsWith('/') ? '.' + path : path;
  const result = own.evaluate(document, relative, root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
  return Array.from({ length: result.snapshotLength }, (_, i) => result.snapshotItem(i)).filter((node) => own.nodeType(node) === 1);
};

const ENGINES = {
  css: byCss, xpath: byXpath,
  text: (root, body) => byText(root, matcher(body, true)),
  id: (root, body) => byCss(root, '#' + CSS.escape(body)),
  'data-testid': (root, body) => byCss(root, `[data-testid="${CSS.escape(body)}"]`),
  'internal:text': (root, body) => byText(root, matcher(body, true)),
  'internal:label': (root, body) => every(root).filter((e) => own.matches(e, 'input,select,textarea,button,[role],[contenteditable]') && matcher(body, true)(notte.name(e))),
  'internal:attr': (root, body) => {
    const [, name, value] = /^\[([\w-]+)=(.*)\]$/s.exec(body) ?? [];
    return every(root).filter((e) => own.hasAttribute(e, name) && matcher(value, true)(own.getAttribute(e, name)));
  },
  'internal:role': (root, body) => {
    const [, role, rest] = /^([\w-]+)(.*)$/s.exec(body) ?? [];
    const name = /\[name\s*=\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/(?:[^\/\\]|\\.)+\/[a-z]*)\s*([is]?)\]/.exec(rest);
    return every(root).filter((e) => notte.role(e) === role && (!name || matcher(name[1] + name[2], true)(notte.name(e))));
  },
};
ENGINES['internal:testid'] = ENGINES['internal:attr'];
ENGINES.role = ENGINES['internal:role'];

const split = (source) => {
  const parts = [''];
  let quote = '';
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (c === '\\') parts[parts.length - 1] += c + (source[++i] ?? '');
    else if (!quote && source.startsWith('>>', i)) (parts.push(''), i++);
    else {
      if (quote ? c === quote : c === '"' || c === "'") quote = quote ? '' : c;
      parts[parts.length - 1] += c;
    }
  }
  return parts.map((part) => part.trim()).filter(Boolean);
};

notte.query = (root, source) => {
  let current = [root];
  const parts = split(source);
  if (!parts.length) throw new SyntaxError('the selector is empty');
  for (const part of parts) {
    const [, engine, body] = /^(internal:[\w-]+|css|xpath|text|role|id|data-testid|nth|visible)=(.*)$/s.exec(part) ?? [];
    if (engine === 'nth') current = current.slice(Number(body), Number(body) === -1 ? undefined : Number(body) + 1);
    else if (engine === 'visible') current = current.filter((e) => notte.visible(e) === (body !== 'false'));
    else if (engine === 'internal:has-text') current = current.filter((e) => matcher(body)(shown(e)));
    else if (engine === 'internal:control') current = current.map((e) => e.contentDocument).filter(Boolean);
    else {
      const run = engine ? ENGINES[engine] : /^(\/\/|\.\.|\(\/\/|\/html)/.test(part) ? byXpath : /^["']/.test(part) ? ENGINES.text : byCss;
      if (!run) throw new SyntaxError(`unknown selector engine ${engine}`);
      current = [...new Set(current.flatMap((scope) => run(scope, engine ? body : part)))];
    }
  }
  return current;
};

// target: { id, frames: [css…], selectors: [source…] }. The first selector that finds something wins.
notte.find = (target) => {
  const known = target.id && notte.ids.get(target.id);
  if (known && own.isConnected(known) && viewOf(known)) return [known];
  let root = document;
  for (const frame of target.frames ?? []) {
    root = notte.query(root, frame)[0]?.contentDocument;
    if (!root) return [];
  }
  for (const source of target.selectors ?? []) {
    const hits = notte.query(root, source);
    if (hits.length) return hits;
  }
  return [];
};
