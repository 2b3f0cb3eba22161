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
        // A token's hidden state has 16 MiB: a million of them are 16 TiB.
        using var workers = new WorkerPool(1);
        var shape = new TransformerShape(1, 1, 1, 16, 1 << 22, 64, 1 << 21);
        using KvSession session = AnyHeads.Open(new QuietModel(shape, workers));
        int[] tokens = new int[1 << 20];
        MemoryShortageException problem = Assert.Throws<MemoryShortageException>(() => session.Prefill(tokens));
        Assert.StartsWith("1048576 tokens need 1048576 × (4194304 + 1 × 17 + 3 × 1 × 16) × 4 bytes of working memory and ", problem.Message, StringComparison.Ordinal);
        Assert.Equal(0, session.Usage.BytesHeld);
        session.Prefill(tokens.AsSpan(..1));
        Assert.Throws<MemoryShortageException>(() => session.Append(tokens));
        Assert.Equal(1, session.Length());
    }
}
