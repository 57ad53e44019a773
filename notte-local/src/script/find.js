// Finding elements: Playwright's selector language as far as it is used on the wire, and the observed ids.
// Runs in an isolated world of the page; `notte` is the object that all files of this folder fill.
const notte = (globalThis.notte = { ids: new Map(), last: null });

notte.text = (value) => (value ?? '').replace(/\s+/g, ' ').trim();

// Every open root below `root`, itself first: the document or fragment, and the open shadow roots in it.
notte.roots = (root) => {
  const found = root.shadowRoot ? [root, root.shadowRoot] : [root];
  for (let i = 0; i < found.length; i++) {
    for (const element of found[i].querySelectorAll('*')) if (element.shadowRoot) found.push(element.shadowRoot);
  }
  return found;
};

notte.visible = (element) => {
  if (!element.checkVisibility({ visibilityProperty: true })) return false;
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.height > 0;
};

const ROLES = {
  A: (e) => (e.hasAttribute('href') ? 'link' : ''), BUTTON: () => 'button', SUMMARY: () => 'button', TEXTAREA: () => 'textbox',
  SELECT: (e) => (e.multiple || e.size > 1 ? 'listbox' : 'combobox'), OPTION: () => 'option', IMG: () => 'img',
  INPUT: (e) =>
    ({ submit: 'button', button: 'button', reset: 'button', image: 'button', checkbox: 'checkbox', radio: 'radio', range: 'slider',
      number: 'spinbutton', search: 'searchbox', hidden: '' })[e.type] ?? 'textbox',
  H1: () => 'heading', H2: () => 'heading', H3: () => 'heading', H4: () => 'heading', H5: () => 'heading', H6: () => 'heading',
  NAV: () => 'navigation', MAIN: () => 'main', TABLE: () => 'table', TR: () => 'row', TD: () => 'cell', UL: () => 'list',
  OL: () => 'list', LI: () => 'listitem', DIALOG: () => 'dialog', FORM: () => 'form', ARTICLE: () => 'article',
};
notte.role = (element) => element.getAttribute('role')?.split(' ')[0] || (ROLES[element.tagName]?.(element) ?? '');

notte.name = (element) => {
  const labelled = element.getAttribute('aria-labelledby');
  if (labelled) {
    const parts = labelled.split(/\s+/).map((id) => element.getRootNode().getElementById?.(id)?.textContent);
    const joined = notte.text(parts.join(' '));
    if (joined) return joined;
  }
  const own = element.getAttribute('aria-label');
  if (own) return notte.text(own);
  if (element.labels?.length) {
    const joined = notte.text([...element.labels].map((label) => label.innerText).join(' '));
    if (joined) return joined;
  }
  if (element.tagName === 'INPUT' && ['submit', 'button', 'reset'].includes(element.type)) return element.value || element.type;
  const attribute = element.getAttribute('placeholder') || element.getAttribute('alt') || element.getAttribute('title');
  const text = ['SELECT', 'TEXTAREA', 'INPUT'].includes(element.tagName) ? '' : notte.text(element.innerText);
  const image = text ? '' : element.querySelector('img[alt]')?.alt;
  return (text || notte.text(attribute || image) || element.getAttribute('name') || '').slice(0, 120);
};

// `"text"`, `"text"i` and `"text"s` of Playwright's internal engines, or bare text: a test of a text.
const matcher = (source, exactWhenQuoted) => {
  const quoted = /^(["'])(.*)\1([is]?)$/s.exec(source.trim());
  const wanted = notte.text(quoted ? quoted[2].replace(/\\(.)/g, '$1') : source);
  const exact = quoted ? (quoted[3] ? quoted[3] === 's' : exactWhenQuoted) : false;
  if (exact) return (text) => notte.text(text) === wanted;
  return (text) => notte.text(text).toLowerCase().includes(wanted.toLowerCase());
};

const shown = (element) => (element.tagName === 'INPUT' ? element.value : element.textContent);
const byText = (root, test) => {
  const hits = [];
  for (const open of notte.roots(root)) {
    for (const element of open.querySelectorAll('*')) {
      if (['SCRIPT', 'STYLE', 'NOSCRIPT', 'HEAD', 'TITLE'].includes(element.tagName) || !test(shown(element))) continue;
      if (![...element.children].some((child) => test(shown(child)))) hits.push(element);
    }
  }
  return hits;
};

const byCss = (root, source) => {
  const filters = [];
  let css = source;
  for (let match; (match = /:(has-text|text|text-is)\((["'])(.*?)\2\)$|:visible$/.exec(css)); ) {
    const [whole, kind, , text] = match;
    if (!kind) filters.push(notte.visible);
    else if (kind === 'text-is') filters.push((e) => notte.text(e.textContent) === notte.text(text));
    else filters.push((e) => matcher(text)(shown(e)));
    css = css.slice(0, -whole.length) || '*';
  }
  let hits = [...root.querySelectorAll(css)];
  if (!hits.length) hits = notte.roots(root).slice(1).flatMap((open) => [...open.querySelectorAll(css)]);
  return hits.filter((element) => filters.every((filter) => filter(element)));
};

const byXpath = (root, path) => {
  const document = root.ownerDocument ?? root;
  const relative = root !== document && path.startsWith('/') ? '.' + path : path;
  const result = document.evaluate(relative, root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
  return Array.from({ length: result.snapshotLength }, (_, i) => result.snapshotItem(i)).filter((node) => node.nodeType === 1);
};

const every = (root) => notte.roots(root).flatMap((open) => [...open.querySelectorAll('*')]);
const ENGINES = {
  css: byCss, xpath: byXpath,
  text: (root, body) => byText(root, matcher(body, true)),
  id: (root, body) => byCss(root, '#' + CSS.escape(body)),
  'data-testid': (root, body) => byCss(root, `[data-testid="${CSS.escape(body)}"]`),
  'internal:text': (root, body) => byText(root, matcher(body, true)),
  'internal:label': (root, body) => every(root).filter((e) => e.matches('input,select,textarea,button,[role],[contenteditable]') && matcher(body, true)(notte.name(e))),
  'internal:attr': (root, body) => {
    const [, name, value] = /^\[([\w-]+)=(.*)\]$/s.exec(body) ?? [];
    return every(root).filter((e) => e.hasAttribute(name) && matcher(value, true)(e.getAttribute(name)));
  },
  'internal:role': (root, body) => {
    const [, role, rest] = /^([\w-]+)(.*)$/s.exec(body) ?? [];
    const name = /\[name=("(?:[^"\\]|\\.)*"[is]?)\]/.exec(rest)?.[1];
    return every(root).filter((e) => notte.role(e) === role && (!name || matcher(name, true)(notte.name(e))));
  },
};
ENGINES['internal:testid'] = ENGINES['internal:attr'];

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
  for (const part of split(source)) {
    const [, engine, body] = /^(internal:[\w-]+|css|xpath|text|id|data-testid|nth|visible)=(.*)$/s.exec(part) ?? [];
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
  if (known?.isConnected && known.ownerDocument.defaultView) return [known];
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
