namespace KvCompose.Models.Networks.Families;

/// <summary>Where a family's hyper-parameters come from: config.json, or the metadata of a GGUF file.</summary>
internal abstract class FamilySource
{
    /// <summary>config.json; null where it is a GGUF file.</summary>
    public virtual ConfigSource? Config => null;

    /// <summary>The GGUF file; null where it is config.json.</summary>
    public virtual GgufSource? Gguf => null;

    public abstract int Hidden { get; }

    public abstract int LayerCount { get; }

    public abstract int QueryHeads { get; }

    public abstract int KeyValueHeads { get; }

    public abstract int HeadDim { get; }

    public abstract int Context { get; }

    /// <summary>What a norm adds under its root, by the kind of norm that the family has.</summary>
    public abstract float Epsilon { get; }

    public abstract bool Tied { get; }

    public abstract int Vocabulary { get; }

    public abstract int FeedForwardWidth { get; }

    /// <summary>The rotation of layers that have no other.</summary>
    public abstract RotationDescription Rotation { get; }

    /// <summary>Whether queries, keys and values have biases. config.json says so in a field, a GGUF file by having the tensor.</summary>
    public abstract bool InputBias(string field, bool absent);

    /// <summary>As <see cref="InputBias"/>, of the output projection.</summary>
    public abstract bool OutputBias(string field);

    /// <summary>As <see cref="InputBias"/>, of the feed-forward block.</summary>
    public abstract bool FeedForwardBias(string field);

    /// <summary>A number that multiplies, caps or scales, under its name in each format.</summary>
    public abstract double Number(string field, string key, double absent);

    /// <summary>A bound of tanh; null where it is off.</summary>
    public abstract float? Cap(string field, string key, float? absent);

    /// <summary>The activation; a GGUF file does not say it.</summary>
    public abstract Activation Activation(Activation usual, params ReadOnlySpan<string> fields);

    public NormDescription RmsNorm(float offset = 0) => new(NormKind.RootMeanSquare, Epsilon, offset);

    /// <summary>Attention over all tokens, with the given rotation or the one that all layers share.</summary>
    public AttentionDescription Attention(RotationDescription? rotation = null) => new()
    {
        QueryHeads = QueryHeads,
        KeyValueHeads = KeyValueHeads,
        HeadDim = HeadDim,
        Scale = 1 / Math.Sqrt(HeadDim),
        Rotation = rotation ?? Rotation,
    };

    /// <summary>The feed-forward block of a width, or of the one that all layers share.</summary>
    public FeedForwardDescription FeedForward(int? width = null)
        => new(width ?? FeedForwardWidth, Activation(Models.Activation.Silu, "hidden_act"));

    /// <summary>The layer of Llama: norm, attention, add; norm, feed-forward block, add.</summary>
    public LayerDescription PreNormLayer(RotationDescription? rotation = null)
        => PreNorms() with { Attention = Attention(rotation), FeedForward = FeedForward() };

    /// <summary>The norms of a layer of Llama, and nothing between them.</summary>
    public LayerDescription PreNorms(NormDescription? norm = null) => new()
    {
        AttentionNorm = norm ?? RmsNorm(),
        FeedForwardNorm = norm ?? RmsNorm(),
    };

    public NetworkDescription Network(string family, IReadOnlyList<LayerDescription> layers, NormDescription? finalNorm = null) => new()
    {
        Family = family,
        Hidden = Hidden,
        Vocabulary = Vocabulary,
        Context = Context,
        Layers = layers,
        FinalNorm = finalNorm ?? RmsNorm(),
        TiedEmbeddings = Tied,
    };

    /// <summary>The same layer everywhere.</summary>
    public NetworkDescription Network(string family, LayerDescription layer) => Network(family, [.. Enumerable.Repeat(layer, LayerCount)]);
}
