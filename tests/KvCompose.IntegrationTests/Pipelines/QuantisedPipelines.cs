using System.Runtime.Intrinsics;

namespace KvCompose.IntegrationTests.Pipelines;

/// <summary>A user's own codes: bytes, stored upside down.</summary>
[StorageFacts(ElementBits = 8, Quantised = true, Lossy = true)]
internal readonly unsafe struct InvertedBytes : IStorage<InvertedBytes>
{
    public static void Store(byte* block, nint index, float value) => block[index] = (byte)(255 - value);

    public static Vector512<float> Load(byte* block, nint index)
    {
        Vector512<float> codes = Vector512<float>.Zero;
        for (int lane = 0; lane < 16; lane++)
        {
            codes = codes.WithElement(lane, 255 - block[index + lane]);
        }

        return codes;
    }
}

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 32)]
[FullCache]
[Int8Storage]
internal sealed partial class EverythingInBytes;

[KvPipeline(HeadDim = 48, GroupSize = 1, PageTokens = 16)]
[FullCache]
[Int4Storage]
internal sealed partial class EverythingInNibbles;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[FullCache]
[Storage<InvertedBytes>]
internal sealed partial class EverythingInverted;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[SnapKv(Window = 8, Kernel = 7)]
[Int4Storage]
internal sealed partial class WindowInNibbles;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[TokenSelectivePropagation(Layer = 1, Tokens = 60)]
[UniformBudget(Tokens = 40)]
[AdaKvHeads]
[SnapKv(Window = 8, Kernel = 7, Pooling = PoolingKind.Max)]
[Int8Storage]
internal sealed partial class PropagatedInBytes;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 32)]
[FullCache]
[Int4Storage]
internal sealed partial class EverythingInFourBits;
