#!/usr/bin/env python3
"""Trains and evaluates the needle model: a Llama-architecture decoder (RMSNorm, rotary halves, grouped-query attention, SwiGLU, tied
embeddings) over the closed vocabulary of needle/words.json. README.md beside this file has the recipe and what it reached.

    train.py train PHASE --start FOLDER --out FOLDER --minutes M     goes on from the model in FOLDER (PHASES below says with what)
    train.py grow --start FOLDER --out FOLDER --layers 6 --kv-heads 4     makes it larger without changing what it computes
    train.py evaluate FOLDER --length 8192 --texts 50               share of exact answers on texts with held-out keys

Needs PyTorch (1.13 or later) and numpy. With a C compiler the attention of attention.c beside
this file is used, and on processors with AMX training runs in bfloat16 (fused.c); without, plain PyTorch in fp32.
"""
import argparse, ctypes, json, math, os, random, struct, subprocess, tempfile, time
import numpy as np, torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
WORDS = json.load(open(f'{HERE}/needle/words.json'))
ID = json.load(open(f'{HERE}/needle/tokenizer.json'))['model']['vocab']
ADJECTIVES, NOUNS, FILLERS, NUMBERS = ([ID[w] for w in WORDS[name]] for name in ('adjectives', 'nouns', 'fillers', 'numbers'))
HEAD_DIM, CONTEXT, PAD = 32, 16384, 0

# A phase: the peak learning rate, and (share, batch, length, facts, questions, positions up to) of each kind of batch.
PHASES = {
    'copy': (1.2e-3, [(1, 16, 97, 3, 3, 97)]),
    'short': (1.2e-3, [(0.3, 16, 97, 3, 3, 1024), (0.3, 12, 161, 6, 6, 2048), (0.25, 8, 289, 12, 10, 8192), (0.15, 4, 577, 20, 16, CONTEXT)]),
    'middle': (1.0e-3, [(0.1, 16, 97, 3, 3, 2048), (0.2, 12, 161, 6, 6, 8192), (0.25, 8, 289, 10, 10, CONTEXT), (0.25, 4, 577, 14, 12, CONTEXT),
                        (0.2, 2, 1153, 20, 16, CONTEXT)]),
    'long': (6e-4, [(0.1, 12, 161, 6, 6, CONTEXT), (0.15, 8, 289, 8, 8, CONTEXT), (0.2, 4, 577, 12, 10, CONTEXT), (0.25, 2, 1153, 16, 14, CONTEXT),
                    (0.2, 1, 2305, 24, 20, CONTEXT), (0.1, 1, 4097, 24, 20, CONTEXT)]),
    'longest': (2.5e-4, [(0.2, 4, 577, 10, 10, CONTEXT), (0.25, 2, 1153, 12, 12, CONTEXT), (0.25, 1, 2305, 16, 16, CONTEXT),
                         (0.2, 1, 4097, 24, 20, CONTEXT), (0.1, 1, 8193, 24, 24, CONTEXT)]),
}


# ---- texts -------------------------------------------------------------------------------------------------------------------------

def held_out(adjective, noun):
    rule = WORDS['heldOutPairs']
    return (adjective + noun) % rule['modulus'] == rule['remainder']


def spell(rng, template, pair=None, value=None):
    """The tokens of one sentence; `pair` is (number of the adjective, number of the noun)."""
    tokens = []
    for entry in template:
        if entry == '{adjective}': tokens.append(ADJECTIVES[pair[0]])
        elif entry == '{noun}': tokens.append(NOUNS[pair[1]])
        elif entry == '{value}': tokens += value
        elif entry == '{filler}': tokens.append(rng.choice(FILLERS))
        else: tokens.append(ID[entry])
    return tokens


def without_bridge(template):
    """The template without the words between the key and the value, or behind the key where no value is: easier to learn first."""
    noun = template.index('{noun}')
    return template[:noun + 1] + (template[template.index('{value}'):] if '{value}' in template else [])


def draw_text(rng, length, facts, questions, training, easy=False):
    """One text: its sentences, the questions with their answers last, and for each token whether it belongs to an answer."""
    templates = WORDS['templates']; adjectives, nouns = range(len(ADJECTIVES)), range(len(NOUNS))
    if training and rng.random() < 0.4:                         # keys, and pairs in noise, that share their words: harder to tell apart
        few = int(math.sqrt(2 * facts)) + 2
        adjectives, nouns = rng.sample(adjectives, min(few, len(adjectives))), rng.sample(nouns, min(few, len(nouns)))
    keys = set()
    while len(keys) < facts:
        pair = rng.choice(adjectives), rng.choice(nouns)
        if held_out(*pair) != training: keys.add(pair)

    def noise():
        while True:
            near = rng.random() < 0.5
            pair = (rng.choice(adjectives), rng.choice(nouns)) if near else (rng.randrange(len(ADJECTIVES)), rng.randrange(len(NOUNS)))
            if pair not in keys and not (training and held_out(*pair)): return spell(rng, rng.choice(templates['noise']), pair)

    fact, question = templates['fact'], templates['question']
    if easy: fact, question = without_bridge(fact), without_bridge(question)
    value = {key: [rng.choice(NUMBERS) for _ in range(WORDS['valueTokens'])] for key in sorted(keys)}
    sentences = [spell(rng, fact, key, v) for key, v in value.items()]
    tail = []
    for key in rng.sample(sorted(keys), questions): tail.append((spell(rng, question, key), value[key], spell(rng, templates['afterAnswer'])))
    room = length - len(templates['beginning']) - sum(map(len, sentences)) - sum(len(part) for turn in tail for part in turn)
    while len(sentence := noise()) <= room: sentences.append(sentence); room -= len(sentence)
    rng.shuffle(sentences)
    sentences = [spell(rng, templates['beginning'])] + sentences
    answers = [[0] * len(s) for s in sentences]
    for asked, value, after in tail: sentences.append(asked + value + after); answers.append([0] * len(asked) + [1] * len(value) + [0] * len(after))
    return sentences, answers


def positions_with_jumps(rng, sentences, span):
    """Positions that leap between sentences, up to `span`: a short text then spans long distances."""
    length = sum(map(len, sentences)); jumps = [0.0] * len(sentences)
    if span > length and rng.random() < 0.7:
        total = rng.uniform(0, span - length); count = max(1, len(sentences) // rng.randint(1, 8))
        shares = np.random.default_rng(rng.getrandbits(32)).dirichlet(np.full(count, 0.5))
        for share in shares: jumps[rng.randrange(1, len(sentences))] += share * total
    positions, at, jumped = [], 0, 0.0
    for sentence, jump in zip(sentences, jumps):
        jumped += jump
        positions += [at + i + int(jumped) for i in range(len(sentence))]; at += len(sentence)
    return positions


def draw_batch(rng, batch, length, facts, questions, span, easy_share):
    """Tokens, positions and answer mask, each [batch, length], padded at the end."""
    rows = []
    for _ in range(batch):
        sentences, answers = draw_text(rng, length, facts, questions, training=True, easy=rng.random() < easy_share)
        rows.append([sum(sentences, []), positions_with_jumps(rng, sentences, span), sum(answers, [])])
        pad = length - len(rows[-1][0])
        for row, fill in zip(rows[-1], (PAD, rows[-1][1][-1], 0)): row += [fill] * pad
    return (torch.tensor(column) for column in zip(*rows))


def draw_copying(rng, batch, length):
    """Random words repeated after a gap; from them the copying circuit forms before anything else does."""
    tokens = torch.zeros(batch, length, dtype=torch.long); mask = torch.zeros(batch, length, dtype=torch.long)
    for row in range(batch):
        count = rng.randint(length // 4, length // 2 - 1); words = [rng.randrange(4, len(ID)) for _ in range(count)]
        gap = [rng.randrange(4, len(ID)) for _ in range(rng.randint(0, length - 1 - 2 * count))]
        text = [ID['<bos>']] + words + gap + words
        tokens[row, :len(text)] = torch.tensor(text); mask[row, len(text) - count + 1:len(text)] = 1
    return tokens, torch.arange(length).expand(batch, length), mask


# ---- model -------------------------------------------------------------------------------------------------------------------------

def compiled(name):
    """The functions of a C file beside this one, or None without a compiler that can build it for this processor."""
    library = os.path.join(tempfile.gettempdir(), f'needle-{name}-{os.getpid()}.so')
    build = ['cc', '-Ofast', '-march=native', '-mprefer-vector-width=512', '-fopenmp', '-shared', '-fPIC', f'{HERE}/{name}.c', '-o', library, '-lm']
    try: subprocess.run(build, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError): return None
    loaded = ctypes.CDLL(library); os.remove(library)
    return loaded


EXACT, FUSED = compiled('attention'), compiled('fused')
if FUSED and not FUSED.fused_available(): FUSED = None


def call(function, *arguments):
    """A C function with tensors and whole numbers as its arguments."""
    function(*(ctypes.c_void_p(a.data_ptr()) if torch.is_tensor(a) else ctypes.c_long(a) for a in arguments))


class FusedAttention(torch.autograd.Function):
    """x + o_proj(attention(rms_norm(x))) with bfloat16 products, by fused.c; `qkv` is the three projections' weights, one below another."""
    @staticmethod
    def forward(context, x, norm, qkv, out, cos, sin, heads, kv_heads):
        batch, length, width = x.shape; x = x.contiguous(); rows = batch * length; qkv, out = qkv.bfloat16(), out.bfloat16()
        h, inverse = torch.empty(rows, width, dtype=torch.bfloat16), torch.empty(rows)
        call(FUSED.norm_forward, x, norm, h, inverse, rows, width)
        y = h @ qkv.T; o, lse = torch.empty(rows, heads * HEAD_DIM, dtype=torch.bfloat16), torch.empty(batch, heads, length + -length % 32)
        call(FUSED.attention_forward, y, cos, sin, o, lse, batch, heads, kv_heads, length)
        context.save_for_backward(x, norm, qkv, out, cos, sin, inverse, h, y, o, lse); context.sizes = batch, heads, kv_heads, length
        return x + (o @ out.T).view(x.shape)

    @staticmethod
    def backward(context, g):
        x, norm, qkv, out, cos, sin, inverse, h, y, o, lse = context.saved_tensors; g = g.contiguous(); b = g.flatten(0, 1).bfloat16()
        go, gy = b @ out, torch.empty_like(y)
        call(FUSED.attention_backward, y, cos, sin, o, lse, go, gy, *context.sizes)
        gx, gn = torch.empty_like(x), torch.zeros_like(norm)
        call(FUSED.norm_backward, x, norm, inverse, gy @ qkv, g, gx, gn, h.shape[0], h.shape[1])
        return gx, gn, (gy.T @ h).float(), (b.T @ o).float(), None, None, None, None


class FusedMlp(torch.autograd.Function):
    """x + down_proj(silu(gate_proj(h)) * up_proj(h)), h = rms_norm(x), likewise; `gate_up` is the two projections' weights."""
    @staticmethod
    def forward(context, x, norm, gate_up, down):
        width = x.shape[-1]; x = x.contiguous(); rows = x.numel() // width; gate_up, down = gate_up.bfloat16(), down.bfloat16()
        h, inverse = torch.empty(rows, width, dtype=torch.bfloat16), torch.empty(rows)
        call(FUSED.norm_forward, x, norm, h, inverse, rows, width)
        y = h @ gate_up.T; a = torch.empty(rows, down.shape[1], dtype=torch.bfloat16)
        call(FUSED.swiglu_forward, y, a, rows, a.shape[1])
        context.save_for_backward(x, norm, gate_up, down, inverse, h, y, a)
        return x + (a @ down.T).view(x.shape)

    @staticmethod
    def backward(context, g):
        x, norm, gate_up, down, inverse, h, y, a = context.saved_tensors; g = g.contiguous(); b = g.flatten(0, 1).bfloat16()
        gy = torch.empty_like(y); call(FUSED.swiglu_backward, y, b @ down, gy, a.shape[0], a.shape[1])
        gx, gn = torch.empty_like(x), torch.zeros_like(norm)
        call(FUSED.norm_backward, x, norm, inverse, gy @ gate_up, g, gx, gn, h.shape[0], h.shape[1])
        return gx, gn, (gy.T @ h).float(), (b.T @ a).float()


class ExactAttention(torch.autograd.Function):
    """attention.c, fp32; T must be a multiple of 32."""
    @staticmethod
    def forward(context, q, k, v):
        o, lse = torch.empty_like(q), torch.empty(q.shape[:3])
        call(EXACT.attention_forward, q, k, v, o, lse, q.shape[0], q.shape[1], k.shape[1], q.shape[2])
        context.save_for_backward(q, k, v, o, lse)
        return o

    @staticmethod
    def backward(context, go):
        q, k, v, o, lse = context.saved_tensors
        dq, dk, dv = torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)
        call(EXACT.attention_backward, q, k, v, o, lse, go.contiguous(), dq, dk, dv, q.shape[0], q.shape[1], k.shape[1], q.shape[2])
        return dq, dk, dv


def attention(q, k, v):
    """Causal; q [batch, heads, T, 32], k and v [batch, kv, T, 32]."""
    length = q.shape[2]
    if EXACT:
        q, k, v = (F.pad(t, (0, 0, 0, -length % 32)).contiguous() for t in (q, k, v))
        return ExactAttention.apply(q, k, v)[:, :, :length]
    group = q.shape[1] // k.shape[1]; k, v = k.repeat_interleave(group, 1), v.repeat_interleave(group, 1)
    hidden = torch.full((length, length), float('-inf')).triu(1)
    return (q @ k.transpose(-1, -2) * HEAD_DIM ** -0.5 + hidden).softmax(-1) @ v


def linear(inputs, outputs):
    layer = torch.nn.Linear(inputs, outputs, bias=False); torch.nn.init.normal_(layer.weight, std=inputs ** -0.5)
    return layer


class RmsNorm(torch.nn.Module):
    def __init__(self, width): super().__init__(); self.weight = torch.nn.Parameter(torch.ones(width))
    def forward(self, x): return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * self.weight


class Attention(torch.nn.Module):
    def __init__(self, width, heads, kv_heads):
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj = (linear(width, n * HEAD_DIM) for n in (heads, kv_heads, kv_heads))
        self.o_proj = linear(heads * HEAD_DIM, width)

    def forward(self, x, cos, sin):
        def heads(y): return y.view(*y.shape[:2], -1, HEAD_DIM).transpose(1, 2)
        def rotate(y): a, b = y.chunk(2, -1); return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)
        o = attention(rotate(heads(self.q_proj(x))), rotate(heads(self.k_proj(x))), heads(self.v_proj(x)))
        return self.o_proj(o.transpose(1, 2).flatten(2))


class Mlp(torch.nn.Module):
    def __init__(self, width, hidden):
        super().__init__(); self.gate_proj, self.up_proj, self.down_proj = linear(width, hidden), linear(width, hidden), linear(hidden, width)

    def forward(self, x): return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(torch.nn.Module):
    def __init__(self, c):
        super().__init__(); width = c['hidden_size']
        self.self_attn, self.mlp = Attention(width, c['num_attention_heads'], c['num_key_value_heads']), Mlp(width, c['intermediate_size'])
        self.input_layernorm, self.post_attention_layernorm = RmsNorm(width), RmsNorm(width)

    def forward(self, x, cos, sin):
        if self.training and FUSED: return self.fused(x, cos, sin)
        x = x + self.self_attn(self.input_layernorm(x), cos[:, None], sin[:, None])
        return x + self.mlp(self.post_attention_layernorm(x))

    def fused(self, x, cos, sin):
        a, m = self.self_attn, self.mlp; below = lambda *parts: torch.cat([part.weight for part in parts])
        x = FusedAttention.apply(x, self.input_layernorm.weight, below(a.q_proj, a.k_proj, a.v_proj), a.o_proj.weight, cos, sin,
                                 a.q_proj.weight.shape[0] // HEAD_DIM, a.k_proj.weight.shape[0] // HEAD_DIM)
        return FusedMlp.apply(x, self.post_attention_layernorm.weight, below(m.gate_proj, m.up_proj), m.down_proj.weight)


class Model(torch.nn.Module):
    """Parameter names are those of the safetensors file without the leading `model.`."""
    def __init__(self, config):
        super().__init__(); self.config = config
        self.embed_tokens = torch.nn.Embedding(config['vocab_size'], config['hidden_size']); torch.nn.init.normal_(self.embed_tokens.weight, std=0.02)
        self.layers = torch.nn.ModuleList(Layer(config) for _ in range(config['num_hidden_layers'])); self.norm = RmsNorm(config['hidden_size'])

    def forward(self, tokens, positions, wanted=None):
        """Logits of all positions [batch, T, words], or of the positions in the list `wanted` only."""
        inverse = self.config['rope_theta'] ** (-torch.arange(0, HEAD_DIM, 2).float() / HEAD_DIM)
        angle = positions[..., None].float() * inverse; x = self.embed_tokens(tokens); cos, sin = angle.cos(), angle.sin()
        for layer in self.layers: x = layer(x, cos, sin)
        return F.linear(self.norm(x if wanted is None else x[:, wanted]), self.embed_tokens.weight)


def configuration(layers, kv_heads):
    return {'architectures': ['LlamaForCausalLM'], 'model_type': 'llama', 'hidden_size': 128, 'intermediate_size': 256, 'num_hidden_layers': layers,
            'num_attention_heads': 2 * kv_heads, 'num_key_value_heads': kv_heads, 'head_dim': HEAD_DIM, 'vocab_size': len(ID),
            'max_position_embeddings': CONTEXT, 'rope_theta': 100000.0, 'rms_norm_eps': 1e-5, 'hidden_act': 'silu', 'tie_word_embeddings': True,
            'bos_token_id': ID['<bos>'], 'eos_token_id': ID['.'], 'pad_token_id': PAD, 'torch_dtype': 'float32'}


def load(folder):
    model = Model(json.load(open(f'{folder}/config.json'))); data = open(f'{folder}/model.safetensors', 'rb').read()
    size = struct.unpack('<Q', data[:8])[0]; state = {}
    for name, entry in json.loads(data[8:8 + size]).items():
        begin, end = entry['data_offsets']
        state[name[len('model.'):]] = torch.from_numpy(np.frombuffer(data[8 + size + begin:8 + size + end], np.float32).reshape(entry['shape']).copy())
    model.load_state_dict(state)
    return model


def save(model, folder):
    os.makedirs(folder, exist_ok=True); header, offset = {}, 0
    arrays = {'model.' + name: p.detach().numpy() for name, p in model.state_dict().items()}
    for name, a in arrays.items():
        header[name] = {'dtype': 'F32', 'shape': list(a.shape), 'data_offsets': [offset, offset + a.nbytes]}; offset += a.nbytes
    head = json.dumps(header).encode(); head += b' ' * (-len(head) % 8)
    with open(f'{folder}/model.safetensors.new', 'wb') as f:
        f.write(struct.pack('<Q', len(head)) + head)
        for a in arrays.values(): f.write(np.ascontiguousarray(a).tobytes())
    os.replace(f'{folder}/model.safetensors.new', f'{folder}/model.safetensors')
    with open(f'{folder}/config.json', 'w') as f: json.dump(model.config, f, indent=1); f.write('\n')


def grow(small, layers, kv_heads):
    """A larger model that computes the same: new layers (spread evenly) and new heads begin with random queries, keys and values, but what
    they write (o_proj, down_proj) is zero."""
    old = small.config; large = Model({**old, 'num_hidden_layers': layers, 'num_key_value_heads': kv_heads, 'num_attention_heads': 2 * kv_heads})
    kept = [round((i + 0.5) * layers / old['num_hidden_layers'] - 0.5) for i in range(old['num_hidden_layers'])]
    source = {**small.state_dict()}; target = large.state_dict()
    for name in target:
        parts = name.split('.')
        if parts[0] != 'layers': target[name].copy_(source[name]); continue
        if parts[-2] in ('o_proj', 'down_proj'): target[name].zero_()
        if int(parts[1]) not in kept: continue
        weight = source['.'.join(['layers', str(kept.index(int(parts[1])))] + parts[2:])]
        target[name][tuple(slice(n) for n in weight.shape)] = weight
    return large


# ---- training and evaluation -------------------------------------------------------------------------------------------------------

def evaluate(model, length, texts, facts=8, questions=1, seed=12345):
    """Share of exact answers (every token of the value the likeliest one) of the first question, and of all `questions` asked in turn."""
    rng = random.Random(seed * 1000003 + length); right = []; model.eval()
    for _ in range(texts):
        sentences, answers = draw_text(rng, length, facts, questions, training=False)
        tokens, answer = torch.tensor([sum(sentences, [])]), [i for i, a in enumerate(sum(answers, [])) if a]
        with torch.no_grad(): logits = model(tokens, torch.arange(tokens.shape[1])[None], [i - 1 for i in answer])
        right.append((logits[0].argmax(-1) == tokens[0, answer]).view(questions, -1).all(1).tolist())
    return sum(r[0] for r in right) / texts, sum(map(sum, right)) / texts / questions


def train(model, phase, out, minutes, seed, easy, floor):
    """AdamW, a cosine over the minutes down to `floor` of the peak; the share of easy texts falls from `easy` to nothing at half time."""
    model.train(); rng = random.Random(seed); peak, kinds = PHASES[phase]; done, step, begin = 0, 0, time.time()
    decayed = [p for p in model.parameters() if p.dim() > 1]; others = [p for p in model.parameters() if p.dim() == 1]
    adam = torch.optim.AdamW([{'params': decayed, 'weight_decay': 0.05}, {'params': others, 'weight_decay': 0}], lr=0, betas=(0.9, 0.95))
    accuracy = {}
    while (done := (time.time() - begin) / (60 * minutes)) < 1:
        for group in adam.param_groups: group['lr'] = peak * min(1, (step + 1) / 150) * (floor + (1 - floor) * (0.5 + 0.5 * math.cos(math.pi * done)))
        share, batch, length, facts, questions, span = rng.choices(kinds, [kind[0] for kind in kinds])[0]
        copying = rng.random() < (0.4 if phase == 'copy' else 0)
        if copying: tokens, positions, mask = draw_copying(rng, batch, length)
        else: tokens, positions, mask = draw_batch(rng, batch, length, facts, questions, span, easy * max(0, 1 - 2 * done) if phase != 'copy' else 1)
        logits, wanted, answer = model(tokens[:, :-1], positions[:, :-1]), tokens[:, 1:], mask[:, 1:] > 0
        cost = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), reduction='none').view(wanted.shape); other = (wanted != PAD) & ~answer
        loss = cost[answer].mean() + 0.1 * cost[other].mean()
        adam.zero_grad(); loss.backward(); torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0); adam.step(); step += 1
        if not copying:
            right = (logits.argmax(-1) == wanted)[answer].float().mean().item(); before = accuracy.get(length, right)
            accuracy[length] = before + 0.05 * (right - before)
        if step % 50 == 0:
            print(f'{time.time() - begin:.0f}s step {step} loss {loss.item():.3f} answer tokens right by length', {n: round(accuracy[n], 3) for n in sorted(accuracy)}, flush=True)
            save(model, out)
    save(model, out)


def main():
    cli = argparse.ArgumentParser(); verbs = cli.add_subparsers(dest='verb', required=True); cli.add_argument('--threads', type=int, default=2)
    verb = verbs.add_parser('train'); verb.add_argument('phase', choices=PHASES); verb.add_argument('--start', help='folder; none: a new 4-layer model')
    verb.add_argument('--out', required=True); verb.add_argument('--minutes', type=float, required=True); verb.add_argument('--seed', type=int, default=0)
    verb.add_argument('--easy', type=float, default=0); verb.add_argument('--floor', type=float, default=0.1)
    verb = verbs.add_parser('grow'); verb.add_argument('--start', required=True); verb.add_argument('--out', required=True)
    verb.add_argument('--layers', type=int, default=6); verb.add_argument('--kv-heads', type=int, default=4); verb.add_argument('--seed', type=int, default=0)
    verb = verbs.add_parser('evaluate'); verb.add_argument('folder'); verb.add_argument('--length', type=int, nargs='+', default=[512, 2048, 8192])
    verb.add_argument('--texts', type=int, nargs='+', default=[200, 100, 50]); verb.add_argument('--facts', type=int, default=8)
    verb.add_argument('--questions', type=int, default=1); verb.add_argument('--seed', type=int, default=12345)
    o = cli.parse_args(); torch.set_num_threads(o.threads); torch.manual_seed(getattr(o, 'seed', 0))
    if o.verb == 'train': train(load(o.start) if o.start else Model(configuration(4, 2)), o.phase, o.out, o.minutes, o.seed, o.easy, o.floor)
    if o.verb == 'grow': save(grow(load(o.start), o.layers, o.kv_heads), o.out)
    if o.verb == 'evaluate':
        model = load(o.folder)
        for length, texts in zip(o.length, o.texts):
            first, every = evaluate(model, length, texts, o.facts, o.questions, o.seed)
            print(f'{length} tokens, {texts} texts, {o.facts} facts: {100 * first:.1f} % exact' + (f', {100 * every:.1f} % of {o.questions} in turn' if o.questions > 1 else ''), flush=True)


if __name__ == '__main__': main()
