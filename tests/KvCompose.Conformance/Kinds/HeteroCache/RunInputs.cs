using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.Conformance.Kinds.HeteroCache;

/// <summary>Reads what the prefill and decode kinds run on.</summary>
internal sealed class RunInputs
{
    private readonly JsonElement config, inputs;
    private readonly Tensor lastQueries, keys;
    private readonly Tensor? values;

    /// <summary>Reads <c>config</c> and <c>inputs</c>; prefill files hold no values.</summary>
    public RunInputs(JsonElement @case)
    {
        config = @case.Field("config");
        inputs = @case.Field("inputs");
        Profile = ProfileJson.Read(inputs);
        int layers = config.Int("L"), queryHeads = config.Int("Hq"), heads = config.Int("Hkv"), tokens = config.Int("prompt_len");
        HeadDim = config.Int("d");
        lastQueries = inputs.Tensor("q_last").MustBe("q_last", layers, queryHeads, HeadDim);
        keys = inputs.Tensor("K").MustBe("K", layers, heads, tokens, HeadDim);
        values = inputs.Optional("V") is null ? null : inputs.Tensor("V").MustBe("V", layers, heads, tokens, HeadDim);
    }

    /// <summary>Classes, weights and stars.</summary>
    public HeadProfile Profile { get; }

    /// <summary>d.</summary>
    public int HeadDim { get; }

    /// <summary>The settings of the file, with these defects.</summary>
    public HeteroSettings Settings(PublishedDefects defects) => new()
    {
        Ratio = config.Number("ratio"),
        Window = config.Int("window", 1),
        DriftThreshold = config.Number("tau", 0.5),
        Scores = new PromptScores(Pooling(), config.Int("kernel")),
        PageTokens = config.Int("page_size"),
        MaxNewTokens = config.Int("max_gen"),
        Visibility = Visibility(),
        Defects = defects,
    };

    /// <summary>What the prompt pass leaves behind in a layer; values are zero where the file has none.</summary>
    public LayerPrompt Prompt(int layer)
    {
        float[] k = keys.Slice(layer).ToArray();
        return new LayerPrompt(config.Int("prompt_len"), HeadDim, config.Int("Hq") / config.Int("Hkv"),
            lastQueries.Slice(layer).ToArray(), k, values?.Slice(layer).ToArray() ?? new float[k.Length]);
    }

    private PoolingKind Pooling() => config.Text("pooling") switch
    {
        "avgpool" => PoolingKind.Average,
        "maxpool" => PoolingKind.Max,
        var other => throw new VectorFormatException($"there is no pooling '{other}'"),
    };

    private RetrievalVisibility Visibility() => config.OptionalText("order") switch
    {
        null or "attend_then_select" => RetrievalVisibility.NextToken,
        "select_then_attend" => RetrievalVisibility.SameToken,
        var other => throw new VectorFormatException($"there is no order '{other}'"),
    };
}
