using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Reference;

namespace KvCompose.Conformance.Kinds.Cake;

/// <summary>Configuration and inputs of a pipeline case.</summary>
internal sealed class CakePipelineCase
{
    public CakePipelineCase(JsonElement root)
    {
        JsonElement config = root.Field("config"), inputs = root.Field("inputs");
        Batch = config.Int("batch");
        Layers = config.Int("layers");
        QueryHeads = config.Int("q_heads");
        KvHeads = config.Int("kv_heads");
        HeadDim = config.Int("head_dim");
        Tokens = config.Int("seq_len");
        Options = new CakeOptions(config.Int("cache_size"), config.Int("window"))
        {
            Tau1 = config.Number("tau1"),
            Tau2 = config.Number("tau2"),
            Gamma = config.Number("gamma"),
            Kernel = config.Int("kernel"),
            Mode = CakeLedgerMode.ReferenceExact,
        };
        Queries = inputs.Tensor("q_window").MustBe("q_window", Layers, Batch, QueryHeads, Options.Window, HeadDim);
        Keys = inputs.Tensor("k").MustBe("k", Layers, Batch, KvHeads, Tokens, HeadDim);
        if (inputs.Optional("decode_q") is not null)
        {
            DecodeQueries = inputs.Tensor("decode_q");
            DecodeKeys = inputs.Tensor("decode_k");
        }
    }

    public int Batch { get; }

    public int Layers { get; }

    public int QueryHeads { get; }

    public int KvHeads { get; }

    public int HeadDim { get; }

    public int Tokens { get; }

    public CakeOptions Options { get; }

    /// <summary>[L, B, Hq, w, d].</summary>
    public Tensor Queries { get; }

    /// <summary>[L, B, Hkv, n, d].</summary>
    public Tensor Keys { get; }

    /// <summary>[T, L, B, Hq, d], or null without decode.</summary>
    public Tensor? DecodeQueries { get; }

    /// <summary>[T, L, B, Hkv, d], or null without decode.</summary>
    public Tensor? DecodeKeys { get; }

    public CakeObservation Observe(int layer, int row) => CakeObservation.Of(
        Queries.Slice(layer, row), Keys.Slice(layer, row), QueryHeads, KvHeads, Tokens, HeadDim, Options);

    /// <summary>The key at a token position, of the prompt or of a decode step.</summary>
    public ReadOnlySpan<float> Key(int layer, int row, int kvHead, int position) => position < Tokens
        ? Keys.Slice(layer, row, kvHead, position)
        : DecodeKeys!.Slice(position - Tokens, layer, row, kvHead);
}
