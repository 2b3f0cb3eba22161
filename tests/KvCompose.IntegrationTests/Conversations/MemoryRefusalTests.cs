using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Threading;

namespace KvCompose.IntegrationTests.Conversations;

/// <summary>What memory cannot hold is refused before anything is allocated.</summary>
public sealed class MemoryRefusalTests
{
    [Fact]
    public void PrefillAndAppend_OfMoreThanTheMachineHas_AreRefusedAndNothingChanges()
    {
        // A token's hidden state has 256 MiB: 8192 of them are 2 TiB.
        using var workers = new WorkerPool(1);
        var shape = new TransformerShape(1, 1, 1, 16, 1 << 26, 64, 100_000);
        using KvSession session = AnyHeads.Open(new QuietModel(shape, workers));
        int[] tokens = new int[8192];
        MemoryShortageException problem = Assert.Throws<MemoryShortageException>(() => session.Prefill(tokens));
        Assert.StartsWith("8192 tokens need 8192 × (67108864 + 1 × 17 + 3 × 1 × 16) × 4 bytes of working memory and ", problem.Message, StringComparison.Ordinal);
        Assert.Equal(0, session.Usage.BytesHeld);
        session.Prefill(tokens.AsSpan(..1));
        Assert.Throws<MemoryShortageException>(() => session.Append(tokens));
        Assert.Equal(1, session.Length());
    }
}
