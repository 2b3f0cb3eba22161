using KvCompose.Models;

namespace KvCompose.Benchmarks.Peer;

/// <summary>The pipelines that are compared, for the shapes that this program is compiled for.</summary>
/// <param name="Full">Every token, as 16-bit floats.</param>
/// <param name="FullBytes">Every token, in bytes.</param>
/// <param name="Compressed">4096 tokens chosen by SnapKV, divided among heads by AdaKV.</param>
/// <param name="Cascade">4096 tokens, divided among layers by CAKE.</param>
internal sealed record PeerPipelines(
    Func<LanguageModel, KvSession> Full, Func<LanguageModel, KvSession> FullBytes, Func<LanguageModel, KvSession> Compressed,
    Func<LanguageModel, KvSession> Cascade)
{
    /// <summary>Tokens that compressed caches keep.</summary>
    public const int Kept = 4096;

    /// <summary>Those for a model; null where none are compiled for its shape.</summary>
    public static PeerPipelines? For(TransformerShape shape) => (shape.HeadDim, shape.QueryHeads / shape.KeyValueHeads) switch
    {
        (64, 4) => new(
            static model => PeerFull64x4.Open(model), static model => PeerBytes64x4.Open(model),
            static model => PeerSnap64x4.Open(model), static model => PeerCake64x4.Open(model)),
        (64, 3) => new(
            static model => PeerFull64x3.Open(model), static model => PeerBytes64x3.Open(model),
            static model => PeerSnap64x3.Open(model), static model => PeerCake64x3.Open(model)),
        _ => null,
    };
}

[KvPipeline(HeadDim = 64, GroupSize = 4)]
[FullCache]
[Fp16Storage]
public sealed partial class PeerFull64x4;

[KvPipeline(HeadDim = 64, GroupSize = 4)]
[FullCache]
[Int8Storage]
public sealed partial class PeerBytes64x4;

[KvPipeline(HeadDim = 64, GroupSize = 4)]
[UniformBudget(Tokens = PeerPipelines.Kept)]
[AdaKvHeads]
[SnapKv]
[Fp16Storage]
public sealed partial class PeerSnap64x4;

[KvPipeline(HeadDim = 64, GroupSize = 4)]
[CakeBudget(Tokens = PeerPipelines.Kept)]
[CakeIndicator]
[Fp16Storage]
public sealed partial class PeerCake64x4;

[KvPipeline(HeadDim = 64, GroupSize = 3)]
[FullCache]
[Fp16Storage]
public sealed partial class PeerFull64x3;

[KvPipeline(HeadDim = 64, GroupSize = 3)]
[FullCache]
[Int8Storage]
public sealed partial class PeerBytes64x3;

[KvPipeline(HeadDim = 64, GroupSize = 3)]
[UniformBudget(Tokens = PeerPipelines.Kept)]
[AdaKvHeads]
[SnapKv]
[Fp16Storage]
public sealed partial class PeerSnap64x3;

[KvPipeline(HeadDim = 64, GroupSize = 3)]
[CakeBudget(Tokens = PeerPipelines.Kept)]
[CakeIndicator]
[Fp16Storage]
public sealed partial class PeerCake64x3;
