'use strict';

const byId = id => document.getElementById(id);
const panes = [];
let model = '';
let running = null;

const remembered = {
  get: name => { try { return localStorage.getItem('kvcompose.' + name); } catch { return null; } },
  set: (name, value) => { try { localStorage.setItem('kvcompose.' + name, value); } catch { /* Storage may be turned off. */ } },
};

function headers(more) {
  const key = byId('key').value;
  return key ? { ...more, Authorization: 'Bearer ' + key } : more;
}

async function get(path) {
  const response = await fetch(path, { headers: headers({}) });
  if (response.status === 401) {
    byId('key-field').hidden = false;
  }

  if (!response.ok) {
    throw new Error(await problemOf(response));
  }

  return response.json();
}

async function problemOf(response) {
  try {
    return (await response.json()).error.message;
  } catch {
    return 'the server answered ' + response.status;
  }
}

const bytes = count => count < 1024 ? count + ' B' : count < 1048576 ? (count / 1024).toFixed(0) + ' KiB' : (count / 1048576).toFixed(1) + ' MiB';

class Pane {
  constructor(select) {
    this.select = select;
    this.messages = [];
    this.last = null;
    this.evicted = 0;
    this.root = byId('pane').content.firstElementChild.cloneNode(true);
    this.log = this.root.querySelector('.log');
    this.layer = this.root.querySelector('.layer input');
    this.layer.addEventListener('input', () => { this.showLayer(); this.look(); });
    this.spans = [];
    this.title();
  }

  title() {
    const chosen = this.select.selectedOptions[0];
    this.root.querySelector('h2').replaceChildren(chosen ? chosen.value : '', ' ', Object.assign(document.createElement('small'), { textContent: chosen ? chosen.title : '' }));
  }

  add(role, text) {
    const turn = document.createElement('div');
    turn.className = 'turn ' + role;
    const content = document.createElement('span');
    content.textContent = text;
    turn.append(content);
    this.log.append(turn);
    this.log.scrollTop = this.log.scrollHeight;
    return { turn, content };
  }

  clear() {
    this.messages = [];
    this.log.replaceChildren();
    this.root.querySelector('.tokens').replaceChildren();
    this.spans = [];
    this.last = null;
    this.evicted = 0;
    this.draw();
  }

  async ask(question, signal) {
    this.messages.push({ role: 'user', content: question });
    this.add('user', question);
    const { turn, content } = this.add('assistant', '');
    const figures = Object.assign(document.createElement('span'), { className: 'figures' });
    turn.append(figures);
    const poll = setInterval(() => this.look(), 350);
    const begun = performance.now();
    let first = 0, count = 0, usage = null;
    try {
      const response = await fetch('v1/chat/completions', {
        method: 'POST', signal, headers: headers({ 'Content-Type': 'application/json' }),
        body: JSON.stringify({
          model: model + '+' + this.select.value, messages: this.messages, stream: true, stream_options: { include_usage: true },
          temperature: Number(byId('temperature').value), max_tokens: Number(byId('most').value),
        }),
      });
      if (!response.ok) {
        throw new Error(await problemOf(response));
      }

      for await (const event of eventsOf(response)) {
        if (event.error) {
          throw new Error(event.error.message);
        }

        this.id = event.id;
        usage = event.usage ?? usage;
        const text = event.choices?.[0]?.delta?.content;
        if (text) {
          first ||= performance.now();
          count++;
          content.textContent += text;
          figures.textContent = count > 1 ? (1000 * (count - 1) / (performance.now() - first)).toFixed(1) + ' pieces/s' : '';
          this.log.scrollTop = this.log.scrollHeight;
        }
      }
    } catch (problem) {
      if (problem.name !== 'AbortError') {
        turn.classList.add('error');
        content.textContent += (content.textContent ? '\n' : '') + problem.message;
      }
    } finally {
      clearInterval(poll);
      this.id = null;
    }

    if (content.textContent && !turn.classList.contains('error')) {
      this.messages.push({ role: 'assistant', content: content.textContent });
    } else {
      this.messages.pop();
    }

    if (usage) {
      const own = usage.kvcompose;
      figures.textContent = `${usage.completion_tokens} tokens, ${own.tokens_per_second.toFixed(1)}/s · prompt ${usage.prompt_tokens}, ${usage.prompt_tokens_details.cached_tokens} held before · `
        + `first after ${((first || performance.now()) - begun).toFixed(0)} ms`;
    }
  }

  async look() {
    if (!this.id || this.looking) {
      return;
    }

    this.looking = true;
    try {
      this.show(await get(`v1/kvcompose/cache?id=${encodeURIComponent(this.id)}&layer=${this.layer.value}`));
    } catch {
      // The answer has ended in between: the last picture stays.
    } finally {
      this.looking = false;
    }
  }

  show(picture) {
    const before = this.last;
    this.last = picture;
    this.layer.max = picture.layers - 1;
    this.showLayer();
    if (before && before.layer === picture.layer && before.tokens.length <= picture.tokens.length) {
      for (let i = 0; i < before.tokens.length; i++) {
        this.evicted += Math.max(0, before.held_by[i] - picture.held_by[i]);
      }
    }

    this.root.querySelector('.sum').textContent = `${bytes(picture.bytes_held)} held; a full cache in fp16: ${bytes(picture.full_bytes)}`;
    this.root.querySelector('.moves').textContent = `Evicted in this layer while it was shown: ${this.evicted}. Brought back from a tier, all layers: ${picture.retrieved}.`;
    this.shade(picture);
    this.draw();
  }

  showLayer() {
    this.root.querySelector('.layer output').textContent = this.layer.value;
  }

  shade(picture) {
    const box = this.root.querySelector('.tokens');
    if (this.spans.length > picture.tokens.length || this.spans.some((span, i) => span.textContent !== picture.tokens[i])) {
      box.replaceChildren();
      this.spans = [];
    }

    for (let i = this.spans.length; i < picture.tokens.length; i++) {
      const span = document.createElement('span');
      span.textContent = picture.tokens[i];
      this.spans.push(span);
      box.append(span);
    }

    this.spans.forEach((span, i) => {
      const share = picture.held_by[i] / picture.heads;
      span.className = share === 0 ? 'gone' : '';
      span.style.backgroundColor = share === 0 ? '' : `rgba(var(--shade), ${(0.12 + 0.45 * share).toFixed(2)})`;
      span.title = `position ${i}: ${picture.held_by[i]} of ${picture.heads} heads`;
    });
  }

  draw() {
    const canvas = this.root.querySelector('.heads');
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.max(1, canvas.clientWidth * scale);
    canvas.height = 120 * scale;
    const pen = canvas.getContext('2d');
    pen.clearRect(0, 0, canvas.width, canvas.height);
    if (!this.last) {
      return;
    }

    const style = getComputedStyle(document.documentElement);
    const rows = this.last.tokens_per_head;
    const most = Math.max(1, this.last.tokens.length);
    const width = canvas.width / rows.length;
    rows.forEach((heads, layer) => heads.forEach((tokens, head) => {
      const bar = Math.max(1, (width - 2 * scale) / heads.length);
      const height = Math.max(scale, canvas.height * tokens / most);
      pen.fillStyle = layer === Number(this.layer.value) ? style.getPropertyValue('--accent') : `rgba(${style.getPropertyValue('--shade')}, .45)`;
      pen.fillRect(layer * width + head * bar, canvas.height - height, Math.max(1, bar - scale * .5), height);
    }));
  }
}

async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }

    held += value;
    for (let end = held.indexOf('\n\n'); end >= 0; end = held.indexOf('\n\n')) {
      const data = held.slice(0, end).replace(/^data: /, '');
      held = held.slice(end + 2);
      if (data !== '[DONE]') {
        yield JSON.parse(data);
      }
    }
  }
}

function arrange() {
  const two = byId('compare').checked;
  byId('pipeline-b').disabled = !two;
  byId('panes').replaceChildren(...panes.slice(0, two ? 2 : 1).map(pane => pane.root));
  panes.forEach(pane => pane.draw());
}

async function send(event) {
  event?.preventDefault();
  const question = byId('question').value.trim();
  if (!question || running) {
    return;
  }

  byId('question').value = '';
  running = new AbortController();
  byId('send').disabled = true;
  byId('stop').disabled = false;
  try {
    await Promise.all(panes.slice(0, byId('compare').checked ? 2 : 1).map(pane => pane.ask(question, running.signal)));
  } finally {
    running = null;
    byId('send').disabled = false;
    byId('stop').disabled = true;
    byId('question').focus();
  }
}

async function status() {
  try {
    const health = await (await fetch('health')).json();
    byId('status').textContent = `${health.running} running, ${health.waiting} waiting, ${health.kept} kept · ${bytes(health.bytes_held)} of ${bytes(health.bytes_limit)} held`;
  } catch {
    byId('status').textContent = 'the server does not answer';
  }
}

async function start() {
  const theme = remembered.get('theme');
  if (theme) {
    document.documentElement.dataset.theme = theme;
  }

  for (const id of ['pipeline-a', 'pipeline-b']) {
    panes.push(new Pane(byId(id)));
    byId(id).addEventListener('change', () => panes.forEach(pane => pane.title()));
  }

  byId('compare').addEventListener('change', arrange);
  byId('ask').addEventListener('submit', send);
  byId('stop').addEventListener('click', () => running?.abort());
  byId('clear').addEventListener('click', () => { running?.abort(); panes.forEach(pane => pane.clear()); });
  byId('question').addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      send(event);
    }
  });
  document.addEventListener('keydown', event => { if (event.key === 'Escape') { running?.abort(); } });
  byId('theme').addEventListener('click', () => {
    const dark = document.documentElement.dataset.theme === 'dark'
      || (!document.documentElement.dataset.theme && matchMedia('(prefers-color-scheme: dark)').matches);
    document.documentElement.dataset.theme = dark ? 'light' : 'dark';
    remembered.set('theme', document.documentElement.dataset.theme);
    panes.forEach(pane => pane.draw());
  });
  byId('key').addEventListener('change', load);
  window.addEventListener('resize', () => panes.forEach(pane => pane.draw()));
  arrange();
  await load();
  status();
  setInterval(status, 2000);
}

async function load() {
  try {
    const models = (await get('v1/models')).data;
    model = models[0].id;
    byId('model').textContent = model;
    for (const [place, id] of ['pipeline-a', 'pipeline-b'].entries()) {
      const select = byId(id);
      select.replaceChildren(...models.slice(1).map(entry => Object.assign(document.createElement('option'), {
        value: entry.id.slice(model.length + 1), textContent: entry.id.slice(model.length + 1), title: entry.description ?? '',
      })));
      select.selectedIndex = Math.min(place, select.options.length - 1);
    }

    panes.forEach(pane => pane.title());
  } catch (problem) {
    byId('model').textContent = problem.message;
  }
}

start();
