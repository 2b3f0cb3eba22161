using System.Runtime.Intrinsics;

namespace KvCompose.IntegrationTests.Pipelines;

/// <summary>A user's own storage that prunes: most channels go, what stays is in halves.</summary>
[StorageFacts(ElementBits = 16, PrunesKeyChannels = true, QueryAware = true, Lossy = true)]
internal readonly unsafe struct FewChannelsInHalves : IStorage<FewChannelsInHalves>
{
    [StageOption(0.7, Minimum = 0.1, Maximum = 0.9, Role = OptionRole.PrunedChannels)]
    public double Share { get; init; }

    public static void Store(byte* block, nint index, float value) => Fp16Storage.Store(block, index, value);

    public static Vector512<float> Load(byte* block, nint index) => Fp16Storage.Load(block, index);
}

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 32)]
[FullCache]
[ThinKStorage]
internal sealed partial class EverythingPruned;

[KvPipeline(HeadDim = 48, GroupSize = 3, PageTokens = 16)]
[FullCache]
[ThinKStorage(Ratio = 0.5, Rows = 8)]
internal sealed partial class EverythingHalved;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[FullCache]
[Storage<FewChannelsInHalves>]
internal sealed partial class EverythingInFewChannels;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[SnapKv(Window = 8, Kernel = 7)]
[ThinKStorage(Ratio = 0.4, Rows = 16)]
internal sealed partial class WindowPruned;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[TokenSelectivePropagation(Layer = 1, Tokens = 60)]
[UniformBudget(Tokens = 40)]
[AdaKvHeads]
[SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max)]
[ThinKStorage]
internal sealed partial class PropagatedAndPruned;
