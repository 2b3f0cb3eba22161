using KvCompose.Models.Files;
using KvCompose.Models.Files.Gguf;

namespace KvCompose.Models.Networks.Families;

/// <summary>Hyper-parameters of a GGUF file: keys that begin with the architecture, and the tensors that are there.</summary>
internal sealed class GgufSource : FamilySource
{
    private readonly GgufModel _model;
    private readonly FamilyDefaults _defaults;
    private readonly string _prefix;

    public GgufSource(GgufModel model, string architecture, Family family)
    {
        _model = model;
        _defaults = family.Defaults;
        _prefix = architecture + ".";
        Hidden = Integer("embedding_length", 1, 1 << 20);
        QueryHeads = Integer("attention.head_count", 1, 4096);
        LayerCount = Integer("block_count", 1, 4096) - Integer("nextn_predict_layers", 0, 4096, 0);
        KeyValueHeadsByLayer = ByLayer("attention.head_count_kv", 0, 4096, QueryHeads);
        KeyValueHeads = Math.Max(1, KeyValueHeadsByLayer.Max());
        if (QueryHeads % KeyValueHeads != 0)
        {
            throw Metadata.Wrong(Key("attention.head_count_kv"), $"a divisor of the {QueryHeads} query heads");
        }

        HeadDim = ReadHeadDim();
        CheckKeyValueHeads();
        Context = Integer("context_length", 1, 1 << 24, _defaults.Context);
        Epsilon = (float)Metadata.Number(
            Key(_defaults.LayerNorm ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon"), 0, 1);
        Vocabulary = ReadVocabulary();
        if (!_defaults.Experts)
        {
            _ = FeedForwardWidth; // Every layer needs it: its absence is the first thing to say.
            RejectExperts();
        }
    }

    public GgufMetadata Metadata => _model.Metadata;

    public override GgufSource Gguf => this;

    public override int Hidden { get; }

    public override int LayerCount { get; }

    public override int QueryHeads { get; }

    public override int KeyValueHeads { get; }

    public override int HeadDim { get; }

    public override int Context { get; }

    public override float Epsilon { get; }

    public override bool Tied => !Has("output.weight");

    public override int Vocabulary { get; }

    public override int FeedForwardWidth => field > 0 ? field : field = ByLayer("feed_forward_length", 0, 1 << 20).Max();

    /// <summary>Key-value heads of every layer; 0 for one that does not attend.</summary>
    public int[] KeyValueHeadsByLayer { get; }

    public override RotationDescription Rotation => field ??= GgufRotation.Read(this, _defaults);

    /// <summary>Whether bounds of YaRN are rounded, which a GGUF file does not say.</summary>
    public bool TruncatesYarn => _defaults.TruncatesYarn;

    public string Key(string name) => _prefix + name;

    public bool Has(string tensor) => _model.Tensors.ContainsKey(tensor);

    public StoredTensor? Find(string tensor) => _model.Tensors.GetValueOrDefault(tensor);

    public int Integer(string name, int least, int most, int? absent = null) => Metadata.Integer(Key(name), least, most, absent);

    /// <summary>A number of every layer: one for all, or an array with at least as many elements as there are layers.</summary>
    public int[] ByLayer(string name, int least, int most, int? absent = null)
    {
        string key = Key(name);
        if (Metadata.Find(key) is not { Type: GgufType.Array })
        {
            return [.. Enumerable.Repeat(Integer(name, least, most, absent), LayerCount)];
        }

        int[] numbers = Metadata.Integers(key, least, most);
        return numbers.Length >= LayerCount ? numbers[..LayerCount] : throw Metadata.Wrong(key, $"one number for each of {LayerCount} layers");
    }

    /// <summary>Flags of every layer; null where the key is absent.</summary>
    public bool[]? Flags(string name)
    {
        string key = Key(name);
        if (!Metadata.Has(key))
        {
            return null;
        }

        bool[] flags = [.. Metadata.Elements(key).Select(static element => element.Bits != 0)];
        return flags.Length >= LayerCount ? flags[..LayerCount] : throw Metadata.Wrong(key, $"one flag for each of {LayerCount} layers");
    }

    public override bool InputBias(string field, bool absent) => Has("blk.0.attn_q.bias");

    public override bool OutputBias(string field) => Has("blk.0.attn_output.bias");

    public override bool FeedForwardBias(string field) => Has("blk.0.ffn_up.bias");

    public override double Number(string field, string key, double absent) => Metadata.Number(Key(key), 0, 1e9, absent);

    public override float? Cap(string field, string key, float? absent)
    {
        double cap = Metadata.Number(Key(key), -1, 1e9, absent ?? 0);
        return cap == 0 ? null : (float)cap;
    }

    public override Activation Activation(Activation usual, params ReadOnlySpan<string> fields) => usual;

    /// <summary>
    /// Windows by layer. A file may state the layers, as a period of which the last has none, or as one flag a layer; else the
    /// family's own pattern holds.
    /// </summary>
    public IReadOnlyList<int?> Windows(Func<int, bool> usual)
    {
        const string Pattern = "attention.sliding_window_pattern";
        int window = Integer("attention.sliding_window", 0, int.MaxValue, 0);
        Func<int, bool> windowed = usual;
        if (Metadata.Find(Key(Pattern)) is { } pattern)
        {
            if (pattern.Type == GgufType.Array)
            {
                bool[] flags = [.. Metadata.Elements(Key(Pattern)).Select(static element => element.Bits != 0)];
                windowed = flags.Length >= LayerCount
                    ? layer => flags[layer]
                    : throw Metadata.Wrong(Key(Pattern), $"one flag for each of {LayerCount} layers");
            }
            else
            {
                int period = Integer(Pattern, 1, 4096);
                windowed = layer => (layer + 1) % period != 0;
            }
        }

        return [.. Enumerable.Range(0, LayerCount).Select(layer => window > 0 && windowed(layer) ? window : (int?)null)];
    }

    private int ReadHeadDim()
    {
        int? derived = Hidden % QueryHeads == 0 ? Hidden / QueryHeads : null;
        if (derived is null && !Metadata.Has(Key("attention.key_length")))
        {
            throw Metadata.Wrong(
                Key("attention.head_count"), $"a divisor of {Key("embedding_length")}, {Hidden}, where {Key("attention.key_length")} is absent");
        }

        int headDim = Integer("attention.key_length", 1, 1024, derived);
        if (Integer("attention.value_length", 1, 1024, headDim) != headDim)
        {
            throw Metadata.Wrong(Key("attention.value_length"), $"the same as {Key("attention.key_length")}, {headDim}");
        }

        return headDim % 2 == 0 ? headDim : throw Metadata.Error($"heads of {headDim} elements, expected an even number");
    }

    /// <summary>A missing number of key-value heads means that of query heads: the keys must agree.</summary>
    private void CheckKeyValueHeads()
    {
        string key = Key("attention.head_count_kv");
        if (!Metadata.Has(key) && Find("blk.0.attn_k.weight") is { Shape.Length: 2 } keys && keys.Shape[0] != (long)QueryHeads * HeadDim)
        {
            throw Metadata.Error(
                $"'{key}' is missing, which means {QueryHeads} heads, and tensor 'blk.0.attn_k.weight' has shape {keys.ShapeText}");
        }
    }

    private int ReadVocabulary()
    {
        const string Tokens = "tokenizer.ggml.tokens";
        long tokens = Metadata.Count(Tokens);
        return !Metadata.Has(Tokens) ? throw Metadata.Missing(Tokens)
            : tokens is > 0 and < 1 << 24 ? (int)tokens : throw Metadata.Wrong(Tokens, "an array of at least one token");
    }

    private void RejectExperts()
    {
        if (Integer("expert_count", 0, int.MaxValue, 0) > 0)
        {
            throw Metadata.Wrong(Key("expert_count"), "0: mixtures of experts are not read");
        }
    }
}
