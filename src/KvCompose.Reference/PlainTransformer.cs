namespace KvCompose.Reference;

/// <summary>
/// A Llama-style decoder in plain double precision, one loop per formula: the oracle of whole pipelines on tiny models.
/// </summary>
/// <remarks>
/// Layer: x += W_o·attention(norm(x)); x += W_down(silu(W_gate·norm(x)) ⊙ W_up·norm(x)). Linear weights are [out, in], y = W x.
/// Attention of a layer is exact over all tokens that reached it; what the selector keeps counts from decode on. A layer with a window keeps the last
/// tokens exactly, and nobody decides about it: selectors, caches, evictions and retrievals count the other layers.
/// </remarks>
public sealed class PlainTransformer
{
    private readonly PlainModel _model;
    private readonly IReadOnlyDictionary<string, double[]> _weights;
    private readonly List<CachedToken>[][] _cache;
    private readonly IPlainStorage? _storage;
    private readonly int[] _globals;

    /// <summary>Takes the weights by name: embed_tokens, norm, lm_head and, after "layers.N.", the usual nine of a layer.</summary>
    /// <param name="model">The model's shape.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="storage">What storing does to keys and values; null keeps them exactly.</param>
    /// <exception cref="ArgumentException">A weight is missing or has another number of elements.</exception>
    public PlainTransformer(PlainModel model, IReadOnlyDictionary<string, double[]> weights, IPlainStorage? storage = null)
    {
        (_model, _weights, _storage, _globals) = (model, weights, storage, model.Globals);
        foreach ((string name, int length) in Expected(model))
        {
            if (!weights.TryGetValue(name, out double[]? weight) || weight.Length != length)
            {
                throw new ArgumentException($"the weight '{name}' must have {length} elements, it has {weight?.Length ?? 0}");
            }
        }

        _cache = [.. Enumerable.Range(0, model.Layers).Select(_ => Heads(model.Heads.KeyValueHeads))];
    }

    /// <summary>Entries that a layer caches per key-value head.</summary>
    public int[] CacheLengths(int layer) => [.. _cache[layer].Select(head => head.Count)];

    /// <summary>Original positions that a key-value head of a layer caches.</summary>
    public int[] CachedPositions(int layer, int head) => [.. _cache[layer][head].Select(token => token.Position)];

    /// <summary>Runs the prompt; returns the logits [vocabulary] of its last token.</summary>
    /// <param name="prompt">Token ids at positions 0, 1, …</param>
    /// <param name="selector">Decides per layer; null keeps everything.</param>
    /// <param name="cache">Is handed every layer; null hands it to nobody.</param>
    public double[] Prefill(ReadOnlySpan<int> prompt, IPlainSelector? selector = null, IPlainCache? cache = null)
    {
        double[][] hidden = [.. prompt.ToArray().Select(Embedding)];
        int[] positions = TokenSelection.All(prompt.Length);
        HeadLayout heads = _model.Heads;
        for (int layer = 0; layer < _model.Layers; layer++)
        {
            double[][][] projected = [.. hidden.Select((state, i) => Project(layer, state, positions[i]))];
            var full = Heads(heads.KeyValueHeads);
            for (int token = 0; token < hidden.Length; token++)
            {
                Append(full, projected[token], positions[token]);
                hidden[token] = Complete(layer, hidden[token], Attend(projected[token][0], Seen(layer, full, positions[token])));
            }

            if (Global(layer) is not { } global)
            {
                _cache[layer] = Seen(layer, full, positions[^1]);
                continue;
            }

            cache?.Store(
                global,
                Rows([.. projected.Select(p => p[0])], heads.QueryHeads),
                Rows([.. projected.Select(p => p[1])], heads.KeyValueHeads),
                Rows([.. projected.Select(p => p[2])], heads.KeyValueHeads));
            PlainChoice? choice = selector?.Choose(
                global,
                positions,
                Rows([.. projected.Select(p => p[0])], heads.QueryHeads),
                Rows([.. projected.Select(p => p[1])], heads.KeyValueHeads));
            for (int head = 0; head < heads.KeyValueHeads; head++)
            {
                IEnumerable<int> kept = choice?.Kept?[head] ?? TokenSelection.All(hidden.Length);
                _cache[layer][head] = [.. kept.Select(token => Stored(full[head][token]))];
            }

            if (choice?.Propagated is { } propagated)
            {
                hidden = [.. propagated.Select(token => hidden[token])];
                positions = [.. propagated.Select(token => positions[token])];
            }
        }

        return Logits(hidden[^1]);
    }

    /// <summary>Feeds one token; returns the logits [vocabulary] of the next one.</summary>
    /// <param name="token">Token id.</param>
    /// <param name="position">Its position in the text, whatever the caches hold.</param>
    /// <param name="eviction">Decides after every layer's attention what stays; null keeps everything.</param>
    /// <param name="retrieval">Decides before every layer's attention what is attended to; null attends to everything.</param>
    public double[] Decode(int token, int position, IPlainEviction? eviction = null, IPlainRetrieval? retrieval = null)
    {
        double[] hidden = Embedding(token);
        for (int layer = 0; layer < _model.Layers; layer++)
        {
            double[][] projected = Project(layer, hidden, position);
            Append(_cache[layer], projected, position);
            if (Global(layer) is not { } global)
            {
                _cache[layer] = Seen(layer, _cache[layer], position);
                hidden = Complete(layer, hidden, Attend(projected[0], _cache[layer]));
                continue;
            }

            for (int head = 0; head < _cache[layer].Length; head++)
            {
                _cache[layer][head][^1] = Stored(_cache[layer][head][^1]);
            }

            var probabilities = new double[_model.Heads.QueryHeads][];
            hidden = Complete(layer, hidden, Attend(projected[0], Attended(layer, projected[0], retrieval), probabilities));
            for (int head = 0; head < _cache[layer].Length && eviction is not null; head++)
            {
                List<CachedToken> tokens = _cache[layer][head];
                int[] stays = eviction.Survivors(
                    global, head, CachedPositions(layer, head), probabilities[(head * _model.Heads.Group)..((head + 1) * _model.Heads.Group)]);
                _cache[layer][head] = [.. stays.Select(index => tokens[index])];
            }
        }

        return Logits(hidden);
    }

    /// <summary>
    /// Feeds tokens in one pass: each attends to what was cached before the first of them and, as they are before anything is stored, to the tokens up to
    /// itself. Then all are cached.
    /// </summary>
    /// <param name="tokens">Token ids.</param>
    /// <param name="position">Position of the first.</param>
    /// <param name="retrieval">Decides for the last of them which of the cached tokens all attend to; null attends to everything.</param>
    /// <param name="observe">Is told the attention of every token: layer, key-value head, positions of what it attended to, [G] probabilities.</param>
    public void Append(
        ReadOnlySpan<int> tokens, int position, IPlainRetrieval? retrieval = null, Action<int, int, int[], double[][]>? observe = null)
    {
        double[][] hidden = [.. tokens.ToArray().Select(Embedding)];
        for (int layer = 0; layer < _model.Layers; layer++)
        {
            double[][][] projected = [.. hidden.Select((state, i) => Project(layer, state, position + i))];
            if (Global(layer) is not { } global)
            {
                AppendWindow(layer, hidden, projected, position);
                continue;
            }

            List<CachedToken>[] seen = [.. Attended(layer, projected[^1][0], retrieval).Select(head => head.ToList())];
            for (int token = 0; token < hidden.Length; token++)
            {
                Append(seen, projected[token], position + token);
                var probabilities = new double[_model.Heads.QueryHeads][];
                hidden[token] = Complete(layer, hidden[token], Attend(projected[token][0], seen, probabilities));
                for (int head = 0; head < seen.Length; head++)
                {
                    observe?.Invoke(
                        global, head, [.. seen[head].Select(cached => cached.Position)],
                        probabilities[(head * _model.Heads.Group)..((head + 1) * _model.Heads.Group)]);
                }
            }

            for (int head = 0; head < seen.Length; head++)
            {
                _cache[layer][head].AddRange(seen[head].TakeLast(hidden.Length).Select(Stored));
            }
        }
    }

    /// <summary>Feeds tokens in one pass, whose attention another cache computes.</summary>
    /// <param name="tokens">Token ids.</param>
    /// <param name="position">Position of the first.</param>
    /// <param name="cache">Was handed the prompt.</param>
    public void Append(ReadOnlySpan<int> tokens, int position, IPlainCache cache)
    {
        double[][] hidden = [.. tokens.ToArray().Select(Embedding)];
        for (int layer = 0; layer < _model.Layers; layer++)
        {
            if (Global(layer) is not { } global)
            {
                AppendWindow(layer, hidden, [.. hidden.Select((state, i) => Project(layer, state, position + i))], position);
                continue;
            }

            float[][][] projected =
            [
                .. hidden.Select((state, i) => Project(layer, state, position + i).Select(row => row.Select(x => (float)x).ToArray()).ToArray()),
            ];
            float[][] attended = cache.AttendChunk(
                global, [.. projected.Select(p => p[0])], [.. projected.Select(p => p[1])], [.. projected.Select(p => p[2])]);
            hidden = [.. hidden.Select((state, i) => Complete(layer, state, [.. attended[i].Select(x => (double)x)]))];
        }
    }

    /// <summary>Feeds one token, whose attention another cache computes; returns the logits [vocabulary] of the next one.</summary>
    /// <param name="token">Token id.</param>
    /// <param name="position">Its position in the text.</param>
    /// <param name="cache">Was handed the prompt.</param>
    public double[] Decode(int token, int position, IPlainCache cache)
    {
        double[] hidden = Embedding(token);
        for (int layer = 0; layer < _model.Layers; layer++)
        {
            if (Global(layer) is not { } global)
            {
                double[][] own = [hidden];
                AppendWindow(layer, own, [Project(layer, hidden, position)], position);
                hidden = own[0];
                continue;
            }

            float[][] projected = [.. Project(layer, hidden, position).Select(row => row.Select(x => (float)x).ToArray())];
            hidden = Complete(layer, hidden, [.. cache.Attend(global, projected[0], projected[1], projected[2]).Select(x => (double)x)]);
        }

        return Logits(hidden);
    }

    /// <summary>Gives all cached tokens but the first positions lower ones: their keys are rotated back.</summary>
    /// <param name="sinks">Positions below this stay.</param>
    /// <param name="by">How much lower.</param>
    public void Shift(int sinks, int by)
    {
        foreach (List<CachedToken> head in _cache.SelectMany(layer => layer))
        {
            for (int i = 0; i < head.Count; i++)
            {
                if (head[i].Position >= sinks)
                {
                    double[] key = [.. head[i].Key];
                    Rotate(key, -by);
                    head[i] = head[i] with { Position = head[i].Position - by, Key = key };
                }
            }
        }
    }

    private List<CachedToken>[] Attended(int layer, double[] queries, IPlainRetrieval? retrieval)
    {
        if (retrieval is null)
        {
            return _cache[layer];
        }

        int length = _model.Heads.Group * _model.Heads.HeadDim;
        return [.. _cache[layer].Select((tokens, head) => retrieval
            .Attended(Global(layer)!.Value, head, CachedPositions(layer, head), [.. tokens.Select(token => token.Key)], queries.AsSpan(head * length, length))
            .Select(index => tokens[index]).ToList())];
    }

    /// <summary>Runs tokens through a layer with a window.</summary>
    private void AppendWindow(int layer, double[][] hidden, double[][][] projected, int position)
    {
        for (int token = 0; token < hidden.Length; token++)
        {
            Append(_cache[layer], projected[token], position + token);
            _cache[layer] = Seen(layer, _cache[layer], position + token);
            hidden[token] = Complete(layer, hidden[token], Attend(projected[token][0], _cache[layer]));
        }
    }

    /// <summary>A layer's number among those that see every token; null for one with a window.</summary>
    private int? Global(int layer) => Array.IndexOf(_globals, layer) is >= 0 and var global ? global : null;

    /// <summary>What a token sees of a layer.</summary>
    private List<CachedToken>[] Seen(int layer, List<CachedToken>[] cache, int position)
        => _model.WindowOf(layer) is > 0 and var window
            ? [.. cache.Select(head => head.Where(token => token.Position > position - window).ToList())]
            : cache;

    private CachedToken Stored(CachedToken token)
        => _storage is null ? token : token with { Key = _storage.Read(token.Key), Value = _storage.Read(token.Value) };

    private double[] Embedding(int token) => token >= 0 && token < _model.Vocabulary
        ? _weights["embed_tokens"][(token * _model.Hidden)..((token + 1) * _model.Hidden)]
        : throw new ArgumentOutOfRangeException(nameof(token), token, $"the vocabulary has {_model.Vocabulary} tokens");

    private double[] Logits(double[] hidden) => Linear("lm_head", Norm("norm", hidden));

    private double[][] Project(int layer, double[] hidden, int position)
    {
        double[] normed = Norm($"layers.{layer}.input_layernorm", hidden);
        double[] queries = Linear($"layers.{layer}.q_proj", normed), keys = Linear($"layers.{layer}.k_proj", normed);
        Rotate(queries, position);
        Rotate(keys, position);
        return [queries, keys, Linear($"layers.{layer}.v_proj", normed)];
    }

    private double[] Complete(int layer, double[] hidden, double[] attended)
    {
        double[] middle = Sum(hidden, Linear($"layers.{layer}.o_proj", attended));
        double[] normed = Norm($"layers.{layer}.post_attention_layernorm", middle);
        double[] gate = Linear($"layers.{layer}.gate_proj", normed), up = Linear($"layers.{layer}.up_proj", normed);
        for (int i = 0; i < gate.Length; i++)
        {
            gate[i] = gate[i] / (1 + Math.Exp(-gate[i])) * up[i];
        }

        return Sum(middle, Linear($"layers.{layer}.down_proj", gate));
    }

    private double[] Attend(double[] queries, List<CachedToken>[] cache, double[][]? probabilities = null)
    {
        int d = _model.Heads.HeadDim;
        var attended = new double[queries.Length];
        for (int head = 0; head < _model.Heads.QueryHeads; head++)
        {
            List<CachedToken> tokens = cache[head / _model.Heads.Group];
            double[] scores = [.. tokens.Select(token => Bounded(Dot(queries.AsSpan(head * d, d), token.Key) / Math.Sqrt(d)))];
            double maximum = scores.Max(), sum = scores.Sum(score => Math.Exp(score - maximum));
            double[] attention = [.. scores.Select(score => Math.Exp(score - maximum) / sum)];
            if (probabilities is not null)
            {
                probabilities[head] = attention;
            }

            for (int token = 0; token < scores.Length; token++)
            {
                double probability = attention[token];
                for (int i = 0; i < d; i++)
                {
                    attended[head * d + i] += probability * tokens[token].Value[i];
                }
            }
        }

        return attended;
    }

    private double Bounded(double score) => _model.SoftCap > 0 ? _model.SoftCap * Math.Tanh(score / _model.SoftCap) : score;

    private void Append(List<CachedToken>[] cache, double[][] projected, int position)
    {
        int d = _model.Heads.HeadDim;
        for (int head = 0; head < cache.Length; head++)
        {
            cache[head].Add(new CachedToken(
                position, projected[1][(head * d)..((head + 1) * d)], projected[2][(head * d)..((head + 1) * d)]));
        }
    }

    private void Rotate(double[] vectors, int position)
    {
        int d = _model.Heads.HeadDim, half = d / 2;
        for (int head = 0; head < vectors.Length; head += d)
        {
            for (int i = 0; i < half; i++)
            {
                double angle = position * Math.Pow(_model.RopeTheta, -2.0 * i / d);
                double first = vectors[head + i], second = vectors[head + half + i];
                vectors[head + i] = first * Math.Cos(angle) - second * Math.Sin(angle);
                vectors[head + half + i] = second * Math.Cos(angle) + first * Math.Sin(angle);
            }
        }
    }

    private double[] Norm(string name, double[] hidden)
    {
        double[] weight = _weights[name];
        double scale = 1 / Math.Sqrt(hidden.Sum(x => x * x) / hidden.Length + _model.NormEpsilon);
        return [.. hidden.Select((x, i) => x * scale * weight[i])];
    }

    private double[] Linear(string name, double[] input)
    {
        double[] weight = _weights[name];
        var output = new double[weight.Length / input.Length];
        for (int row = 0; row < output.Length; row++)
        {
            output[row] = Dot(weight.AsSpan(row * input.Length, input.Length), input);
        }

        return output;
    }

    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    private static double[] Sum(double[] left, double[] right) => [.. left.Zip(right, (x, y) => x + y)];

    private static List<CachedToken>[] Heads(int count) => [.. Enumerable.Range(0, count).Select(_ => new List<CachedToken>())];

    /// <summary>[tokens][heads · d] to [heads, tokens, d] in float32, as a selector gets it.</summary>
    private static float[] Rows(double[][] tokens, int heads)
    {
        int d = tokens[0].Length / heads;
        var rows = new float[tokens.Length * tokens[0].Length];
        for (int i = 0; i < rows.Length; i++)
        {
            int head = i / (tokens.Length * d), token = i / d % tokens.Length;
            rows[i] = (float)tokens[token][head * d + i % d];
        }

        return rows;
    }

    private static IEnumerable<(string Name, int Length)> Expected(PlainModel model)
    {
        int queries = model.Heads.QueryHeads * model.Heads.HeadDim, keys = model.Heads.KeyValueHeads * model.Heads.HeadDim;
        yield return ("embed_tokens", model.Vocabulary * model.Hidden);
        yield return ("norm", model.Hidden);
        yield return ("lm_head", model.Vocabulary * model.Hidden);
        for (int layer = 0; layer < model.Layers; layer++)
        {
            yield return ($"layers.{layer}.input_layernorm", model.Hidden);
            yield return ($"layers.{layer}.q_proj", queries * model.Hidden);
            yield return ($"layers.{layer}.k_proj", keys * model.Hidden);
            yield return ($"layers.{layer}.v_proj", keys * model.Hidden);
            yield return ($"layers.{layer}.o_proj", queries * model.Hidden);
            yield return ($"layers.{layer}.post_attention_layernorm", model.Hidden);
            yield return ($"layers.{layer}.gate_proj", model.Intermediate * model.Hidden);
            yield return ($"layers.{layer}.up_proj", model.Intermediate * model.Hidden);
            yield return ($"layers.{layer}.down_proj", model.Intermediate * model.Hidden);
        }
    }

    private sealed record CachedToken(int Position, double[] Key, double[] Value);
}
