using System.Text.Json;
using KvCompose.Models.Json;

namespace KvCompose.Models.Networks.Families;

/// <summary>Hyper-parameters of config.json.</summary>
internal sealed class ConfigSource : FamilySource
{
    private const int MaxWidth = 1 << 20;
    private const int MaxLayers = 4096;

    private readonly FamilyDefaults _defaults;

    /// <param name="fields">The language model's fields.</param>
    /// <param name="family">The family.</param>
    /// <param name="root">The whole file, which may state whether embeddings are tied.</param>
    public ConfigSource(JsonFields fields, Family family, JsonFields root)
    {
        Fields = fields;
        _defaults = family.Defaults;
        NeutralFields.Check(fields, _defaults, family.Name);
        Hidden = Size("hidden_size", MaxWidth);
        QueryHeads = Size("num_attention_heads", 4096);
        KeyValueHeads = fields.Integer("num_key_value_heads", 1, 4096, DefaultSize("num_key_value_heads") ?? QueryHeads);
        if (QueryHeads % KeyValueHeads != 0)
        {
            throw fields.Wrong("num_key_value_heads", $"{KeyValueHeads}", $"a divisor of num_attention_heads, {QueryHeads}");
        }

        LayerCount = Size("num_hidden_layers", MaxLayers);
        HeadDim = ReadHeadDim();
        Context = fields.Integer("max_position_embeddings", 1, 1 << 24, _defaults.Context);
        Epsilon = (float)fields.Number(
            _defaults.EpsilonField ?? (_defaults.LayerNorm ? "layer_norm_eps" : "rms_norm_eps"), 0, 1, _defaults.Epsilon);
        Tied = (fields.Has("tie_word_embeddings") ? fields : root).Flag("tie_word_embeddings", _defaults.Tied);
        Vocabulary = Size("vocab_size", 1 << 24);
        if (!_defaults.Experts)
        {
            _ = FeedForwardWidth; // Every layer needs it: its absence is the first thing to say.
        }
    }

    public JsonFields Fields { get; }

    public override ConfigSource Config => this;

    public override int Hidden { get; }

    public override int LayerCount { get; }

    public override int QueryHeads { get; }

    public override int KeyValueHeads { get; }

    public override int HeadDim { get; }

    public override int Context { get; }

    public override float Epsilon { get; }

    public override bool Tied { get; }

    public override int Vocabulary { get; }

    public override int FeedForwardWidth => field > 0 ? field : field = Size("intermediate_size", MaxWidth);

    public override RotationDescription Rotation => field ??= RopeFields.Of(Fields).Read(_defaults, HeadDim, Context);

    public RotationDescription ReadRotation(RopeFields rope, FamilyDefaults defaults) => rope.Read(defaults, HeadDim, Context);

    public override bool InputBias(string field, bool absent) => Fields.Flag(field, absent);

    public override bool OutputBias(string field) => Fields.Flag(field, absent: false);

    public override bool FeedForwardBias(string field) => Fields.Flag(field, absent: false);

    public override double Number(string field, string key, double absent) => Fields.Number(field, 0, 1e9, absent);

    public override float? Cap(string field, string key, float? absent)
        => Fields.Has(field) ? (float)Fields.Number(field, 0, 1e9) : Fields.Declares(field) ? null : absent;

    public override Activation Activation(Activation usual, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (Fields.Text(name) is { } stated)
            {
                return stated switch
                {
                    "silu" or "swish" => Models.Activation.Silu,
                    "gelu" => Models.Activation.Gelu,
                    "gelu_pytorch_tanh" or "gelu_new" or "gelu_fast" => Models.Activation.GeluTanh,
                    _ => throw Fields.Unsupported(name, "silu, gelu or gelu_pytorch_tanh"),
                };
            }
        }

        return usual;
    }

    /// <summary>layer_types; null where the field is absent.</summary>
    /// <param name="known">Kinds that the family has.</param>
    public LayerType[]? LayerTypes(params ReadOnlySpan<LayerType> known)
    {
        const string Field = "layer_types";
        if (!Fields.Has(Field))
        {
            return null;
        }

        var types = new List<LayerType>();
        foreach (JsonElement kind in Fields.List(Field))
        {
            LayerType? type = (kind.ValueKind == JsonValueKind.String ? kind.GetString() : null) switch
            {
                "full_attention" or "attention" => LayerType.Full,
                "sliding_attention" => LayerType.Window,
                "chunked_attention" => LayerType.Block,
                "linear_attention" or "mamba" or "conv" => LayerType.FixedState,
                _ => null,
            };
            types.Add(type is { } one && known.Contains(one)
                ? one
                : throw Fields.Wrong(Field, kind.GetRawText(), "a kind of layer that this family has"));
        }

        return types.Count == LayerCount
            ? [.. types]
            : throw Fields.Wrong(Field, $"a list of {types.Count}", $"one kind for each of {LayerCount} layers");
    }

    /// <summary>A number that files spell in several ways; those that are there must agree.</summary>
    public int? Spelled(int least, int most, params ReadOnlySpan<string> names)
    {
        (string Name, int Value)? found = null;
        foreach (string name in names)
        {
            if (!Fields.Has(name))
            {
                continue;
            }

            int value = Fields.Integer(name, least, most);
            found = found is not { } before || before.Value == value
                ? (name, value)
                : throw Fields.Wrong(name, $"{value}", $"the same as {before.Name}, {before.Value}");
        }

        return found?.Value;
    }

    /// <summary>layer_types as one flag a layer, true for a window; null where the field is absent.</summary>
    public bool[]? WindowedLayers()
    {
        const string Field = "layer_types";
        if (!Fields.Has(Field))
        {
            return null;
        }

        bool[] windowed = [.. Fields.List(Field).Select(kind => (kind.ValueKind == JsonValueKind.String ? kind.GetString() : null) switch
        {
            "full_attention" => false,
            "sliding_attention" => true,
            _ => throw Fields.Wrong(Field, kind.GetRawText(), "full_attention or sliding_attention"),
        })];
        return windowed.Length == LayerCount
            ? windowed
            : throw Fields.Wrong(Field, $"a list of {windowed.Length}", $"one kind for each of {LayerCount} layers");
    }

    /// <summary>Refuses windows in a family that has none.</summary>
    public void RejectWindows()
    {
        if (WindowedLayers() is { } windowed && windowed.Contains(true))
        {
            throw Fields.Wrong("layer_types", "sliding_attention", "full_attention in this family");
        }
    }

    /// <summary>sliding_window in tokens, null where it is null.</summary>
    public int? Window(int? absent = null)
        => Fields.Has("sliding_window") ? Fields.Integer("sliding_window", 1, int.MaxValue)
            : Fields.Declares("sliding_window") ? null : absent;

    private int? DefaultSize(string field) => _defaults.Sizes.TryGetValue(field, out int size) ? size : null;

    private int Size(string field, int most) => Fields.Integer(field, 1, most, DefaultSize(field));

    private int ReadHeadDim()
    {
        if (!Fields.Has("head_dim") && _defaults.HeadDim is null && Hidden % QueryHeads != 0)
        {
            throw Fields.Wrong("hidden_size", $"{Hidden}", $"a multiple of num_attention_heads, {QueryHeads}, where head_dim is absent");
        }

        int headDim = Fields.Integer("head_dim", 1, 1024, _defaults.HeadDim ?? (Hidden / QueryHeads));
        return headDim % 2 == 0 && headDim > 0 ? headDim : throw Fields.Wrong("head_dim", $"{headDim}", "an even number");
    }
}
