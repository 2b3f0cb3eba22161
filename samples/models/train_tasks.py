#!/usr/bin/env python3
"""Teaches the needle model the retrieval and tracking tasks of RULER in its own words (needle/words.json, `tasks`): every value of a key,
several keys in one question, chains of names. README.md beside this file has the recipe and what it reached.

    train_tasks.py fresh --start FOLDER --out FOLDER            new embeddings for words that no text before had: untrained ones are all alike
    train_tasks.py train PHASE --start FOLDER --out FOLDER --minutes M
    train_tasks.py evaluate FOLDER --length 512 2048 --texts 100 50
"""
import argparse, json, os, random, time
import torch
import torch.nn.functional as F
import train as base
from train import ADJECTIVES, HERE, ID, NOUNS, NUMBERS, PAD, WORDS, spell

TASKS, TEMPLATES = WORDS['tasks'], WORDS['templates']; ORDINALS = [ID[word] for word in TASKS['ordinals']]
KINDS = ('single', 'every', 'several', 'chain')

# A phase: the peak learning rate, and (share, batch, length, questions, positions up to) of each kind of batch.
PHASES = {
    'short': (1.0e-3, [(0.4, 16, 129, 2, 1024), (0.3, 12, 193, 4, 4096), (0.2, 6, 385, 6, 16384), (0.1, 4, 577, 10, 16384)]),
    'middle': (8e-4, [(0.15, 16, 129, 2, 4096), (0.25, 12, 193, 4, 16384), (0.25, 6, 385, 7, 16384), (0.2, 4, 577, 10, 16384), (0.15, 2, 1153, 14, 16384)]),
    'long': (4e-4, [(0.1, 12, 193, 4, 16384), (0.2, 6, 385, 7, 16384), (0.25, 4, 577, 8, 16384), (0.25, 2, 1153, 12, 16384), (0.15, 1, 2305, 16, 16384),
                    (0.05, 1, 4097, 20, 16384)]),
    'longest': (3e-4, [(0.2, 4, 577, 8, 16384), (0.25, 2, 1153, 12, 16384), (0.25, 1, 2305, 16, 16384), (0.2, 1, 4097, 20, 16384), (0.1, 1, 8193, 24, 16384)]),
}


def joined(parts):
    """The parts with `between` between them and the end of an answer behind the last."""
    tokens = []
    for number, part in enumerate(parts): tokens += ([ID[w] for w in TASKS['between']] if number else []) + part
    return tokens + spell(None, TEMPLATES['afterAnswer'])


def ranked(template, ordinal, pair, value=None):
    """A template of `every`, with the word of its place among the values of its key."""
    at = template.index('{ordinal}')
    return spell(None, template[:at]) + [ORDINALS[ordinal]] + spell(None, template[at + 1:], pair, value)


def linked(template, first, second):
    """A template with two keys."""
    at = template.index('{noun}') + 1
    return spell(None, template[:at], first) + spell(None, template[at:], second)


def draw_item(rng, kind, key, known, most):
    """Sentences in the order in which they have to stand, question and answer. `known` collects keys of one value for `several`; with
    `most`, as many values, keys and names as RULER asks for."""
    def number(): return [rng.choice(NUMBERS) for _ in range(WORDS['valueTokens'])]
    def count(least, top): return top if most else rng.randint(least, top)
    if kind == 'single':
        pair, value = key(), number(); known.append((pair, value))
        return [spell(rng, TEMPLATES['fact'], pair, value)], spell(rng, TEMPLATES['question'], pair), joined([value])
    task = TASKS[kind]
    if kind == 'every':
        pair, values = key(), [number() for _ in range(count(2, len(ORDINALS)))]
        facts = [ranked(task['fact'], i, pair, v) for i, v in enumerate(values)]; rng.shuffle(facts)
        return facts, spell(rng, task['question'], pair), joined([ranked(task['answer'], i, pair, v) for i, v in enumerate(values)])
    if kind == 'several':
        sentences = []
        while len(known) < 4: known.append((key(), number())); sentences.append(spell(rng, TEMPLATES['fact'], *known[-1]))
        asked = rng.sample(known, count(2, 4)); question = spell(rng, task['question'])
        for at, (pair, _) in enumerate(asked): question += ([ID[w] for w in TASKS['between']] if at else []) + spell(rng, task['asked'], pair)
        return sentences, question + spell(rng, task['end']), joined([spell(rng, task['answer'], *one) for one in asked])
    names, value = [key() for _ in range(count(3, 5))], number()
    chain = [spell(rng, task['start'], names[0], value)] + [linked(task['link'], a, b) for a, b in zip(names, names[1:])]
    return [link + spell(rng, task['end']) for link in chain], spell(rng, task['question'], None, value), joined(chain)


def draw_text(rng, length, kinds, training, asked=None):
    """One text: its sentences, questions and answers last, and for each token whether it belongs to an answer; also the kind of every question."""
    adjectives, nouns = range(len(ADJECTIVES)), range(len(NOUNS)); keys = set()
    if training and rng.random() < 0.4: adjectives, nouns = rng.sample(adjectives, 12), rng.sample(nouns, 16)

    def key():
        while True:
            pair = rng.choice(adjectives), rng.choice(nouns)
            if base.held_out(*pair) != training and pair not in keys: keys.add(pair); return pair

    known, groups, tail = [], [], []
    for kind in kinds: sentences, question, answer = draw_item(rng, kind, key, known, asked); groups.append(sentences); tail.append((kind, question, answer))
    tail = tail[-asked:] if asked else rng.sample(tail, len(tail))
    room = length - 1 - sum(len(s) for group in groups for s in group) - sum(len(q) + len(a) for _, q, a in tail); noise = []
    while True:
        pair = rng.choice(adjectives), rng.choice(nouns)
        if pair in keys or (training and base.held_out(*pair)): continue
        sentence = spell(rng, rng.choice(TEMPLATES['noise']), pair)
        if len(sentence) > room: break
        noise.append(sentence); room -= len(sentence)
    order = [None] * len(noise) + [g for g, group in enumerate(groups) for _ in group]; rng.shuffle(order)      # sentences of a group keep their order
    waiting = [iter(group) for group in groups]; rest = iter(noise)
    sentences = [spell(rng, TEMPLATES['beginning'])] + [next(rest) if g is None else next(waiting[g]) for g in order]
    answers = [[0] * len(s) for s in sentences]
    for _, question, answer in tail: sentences.append(question + answer); answers.append([0] * len(question) + [1] * len(answer))
    return sentences, answers, [kind for kind, _, _ in tail]


def draw_training(rng, length, questions):
    """A text that surely fits: kinds are drawn anew, one fewer after every failure. `every`, the last to be learned, is drawn twice as often."""
    while True:
        kinds = [rng.choice((*KINDS, 'every')) for _ in range(questions)]
        sentences, answers, _ = draw_text(rng, length, kinds, True)
        if sum(map(len, sentences)) <= length: return sentences, answers
        questions = max(1, questions - 1)


def draw_batch(rng, batch, length, questions, span):
    rows = []
    for _ in range(batch):
        sentences, answers = draw_training(rng, length, questions)
        rows.append([sum(sentences, []), base.positions_with_jumps(rng, sentences, span), sum(answers, [])])
        pad = length - len(rows[-1][0])
        for row, fill in zip(rows[-1], (PAD, rows[-1][1][-1], 0)): row += [fill] * pad
    return (torch.tensor(column) for column in zip(*rows))


def evaluate(model, length, texts, kind, seed=12345):
    """Share of answers of which every token is the likeliest one behind the right ones before it; 8 other keys, evaluation's held-out pairs."""
    rng = random.Random(seed * 1000003 + length); right = 0; model.eval()
    for _ in range(texts):
        sentences, answers, _ = draw_text(rng, length, ['single'] * 8 + [kind], False, asked=1)
        tokens, answer = torch.tensor([sum(sentences, [])]), [i for i, a in enumerate(sum(answers, [])) if a]
        with torch.no_grad(): logits = model(tokens, torch.arange(tokens.shape[1])[None], [i - 1 for i in answer])
        right += bool((logits[0].argmax(-1) == tokens[0, answer]).all())
    return right / texts


def train(model, phase, out, minutes, seed, floor):
    """AdamW, a cosine over the minutes down to `floor` of the peak."""
    model.train(); rng = random.Random(seed); peak, shapes = PHASES[phase]; step, begin = 0, time.time(); accuracy = {}
    decayed = [p for p in model.parameters() if p.dim() > 1]; others = [p for p in model.parameters() if p.dim() == 1]
    adam = torch.optim.AdamW([{'params': decayed, 'weight_decay': 0.05}, {'params': others, 'weight_decay': 0}], lr=0, betas=(0.9, 0.95))
    while (done := (time.time() - begin) / (60 * minutes)) < 1:
        for group in adam.param_groups: group['lr'] = peak * min(1, (step + 1) / 100) * (floor + (1 - floor) * (1 - done))
        _, batch, length, questions, span = rng.choices(shapes, [shape[0] for shape in shapes])[0]
        tokens, positions, mask = draw_batch(rng, batch, length, questions, span)
        logits, wanted, answer = model(tokens[:, :-1], positions[:, :-1]), tokens[:, 1:], mask[:, 1:] > 0
        cost = F.cross_entropy(logits.flatten(0, 1), wanted.flatten(), reduction='none').view(wanted.shape); other = (wanted != PAD) & ~answer
        loss = cost[answer].mean() + 0.1 * cost[other].mean()
        adam.zero_grad(); loss.backward(); torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0); adam.step(); step += 1
        right = (logits.argmax(-1) == wanted)[answer].float().mean().item(); before = accuracy.get(length, right); accuracy[length] = before + 0.05 * (right - before)
        if step % 50 == 0:
            print(f'{time.time() - begin:.0f}s step {step} loss {loss.item():.3f} answer tokens right by length', {n: round(accuracy[n], 3) for n in sorted(accuracy)}, flush=True)
            base.save(model, out)
    base.save(model, out)


def renew(embeddings, words):
    """Gives words random embeddings of the usual length."""
    with torch.no_grad():
        length = embeddings.norm(dim=1).median()
        for word in words: embeddings[ID[word]] = length * F.normalize(torch.randn(embeddings.shape[1]), dim=0)


def main():
    cli = argparse.ArgumentParser(); verbs = cli.add_subparsers(dest='verb', required=True); cli.add_argument('--threads', type=int, default=2)
    verb = verbs.add_parser('train'); verb.add_argument('phase', choices=PHASES); verb.add_argument('--start', required=True); verb.add_argument('--out', required=True)
    verb.add_argument('--minutes', type=float, required=True); verb.add_argument('--seed', type=int, default=0); verb.add_argument('--floor', type=float, default=0.1)
    verb = verbs.add_parser('fresh'); verb.add_argument('--start', required=True); verb.add_argument('--out', required=True); verb.add_argument('--seed', type=int, default=0)
    verb.add_argument('--words', nargs='+', default=['third', 'fourth'])
    verb = verbs.add_parser('evaluate'); verb.add_argument('folder'); verb.add_argument('--seed', type=int, default=12345)
    verb.add_argument('--length', type=int, nargs='+', default=[512, 2048, 8192]); verb.add_argument('--texts', type=int, nargs='+', default=[100, 50, 20])
    o = cli.parse_args(); torch.set_num_threads(o.threads); torch.manual_seed(o.seed); model = base.load(o.folder if o.verb == 'evaluate' else o.start)
    if o.verb == 'fresh': renew(model.embed_tokens.weight, o.words); base.save(model, o.out)
    elif o.verb == 'train': train(model, o.phase, o.out, o.minutes, o.seed, o.floor)
    else:
        for length, texts in zip(o.length, o.texts):
            print(f'{length} tokens, {texts} texts:', ', '.join(f'{kind} {100 * evaluate(model, length, texts, kind, o.seed):.1f} %' for kind in KINDS), flush=True)


if __name__ == '__main__': main()
