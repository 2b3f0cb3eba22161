using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests;

/// <summary>Layers that shrink while the prompt is processed, beside a tier that takes what they lose.</summary>
public sealed class CascadeRetrievalTests : IDisposable
{
    private const int Steps = 40;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(20, 0)]
    [InlineData(300, 0)]
    [InlineData(900, 0)]
    [InlineData(900, 1)]
    public void Retrieval_OfEverything_EqualsTheFullCache(int tokens, int hostMebibytes)
    {
        // Spread attention: single precision loses less of it than of sharp peaks.
        using var model = new TestModel(4, 4, 2, 32, 120, sharpness: 1.2);
        using KvSession session = CakeIceReader.Open(model, Options(4096, hostMebibytes));
        PlainTransformer oracle = Prefilled(model, session, tokens);
        for (int step = 0; step < Steps; step++)
        {
            session.Step([step]);
            OracleAssert.Close(oracle.Decode(step, tokens + step), session.Logits(), 2e-4);
            Assert.Equal(Enumerable.Range(0, tokens + step + 1), session.Positions(0, 0).Order());
        }

        Assert.Equal(hostMebibytes > 0, session.TierUsage.DiskBytes > 0);
        session.Clear();
        Assert.Equal(0, session.Usage.BytesHeld);
        Assert.Equal(0, session.TierUsage.HostBytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Prompt_LeavesWhatTheCascadeAloneLeaves(int seed)
    {
        const int tokens = 400;
        using var model = new TestModel(4, 4, 2, 32, 120 + seed);
        using KvSession session = CakeIceReader.Open(model), alone = CakeOfThePrompt.Open(model);
        session.Prefill(model.Prompt(tokens, seed));
        alone.Prefill(model.Prompt(tokens, seed));
        for (int head = 0; head < 8; head++)
        {
            Assert.Equal(alone.Positions(head / 2, head % 2), session.Positions(head / 2, head % 2));
        }
    }

    [Fact]
    public void Retrieval_UnderABudget_AttendsToWhatIsResidentAndNothingTwice()
    {
        const int tokens = 500;
        using var model = new TestModel(3, 4, 2, 32, 123);
        using KvSession cake = CakeIceReader.Open(model), quest = CakeQuestReader.Open(model);
        foreach ((KvSession session, double tolerance) in new[] { (cake, 1e-4), (quest, 0.1) })
        {
            PlainTransformer oracle = Prefilled(model, session, tokens);
            for (int step = 0; step < Steps; step++)
            {
                session.Step([step]);
                OracleAssert.Close(oracle.Decode(step, tokens + step, null, DelegateRetrieval.Following(session)), session.Logits(), tolerance);
                int[] positions = session.Positions(2, 1);
                Assert.Equal(positions.Length, positions.Distinct().Count());
            }

            Assert.True(session.TierUsage.TokensMoved > 0);
        }

        Assert.Equal(Enumerable.Range(0, tokens + Steps), quest.Positions(0, 0).Order());
    }

    [Fact]
    public void Prefill_HostHasNoRoomAndThereIsNoDisk_FailsByNameAndLeavesTheSessionUsable()
    {
        using var model = new TestModel(4, 4, 2, 32, 124);
        using KvSession session = CakeIceReader.Open(model, new CakeIceReader.Options { Residency = new() { Tokens = 64, HostMebibytes = 1 } });
        var failure = Assert.Throws<HostTierFullException>(() => session.Prefill(model.Prompt(1200, 1)));
        Assert.Contains("key-value head", failure.Message);
        Assert.Equal(0, session.Usage.BytesHeld);
        Assert.Equal(0, session.TierUsage.HostBytes);
        session.Prefill(model.Prompt(30, 1));
        session.Step([1]);
    }

    private CakeIceReader.Options Options(int retrieved, int hostMebibytes) => new()
    {
        PageFolder = _folder.FullName,
        Residency = new() { Tokens = retrieved, Window = 16, HostMebibytes = hostMebibytes, DiskMebibytes = hostMebibytes == 0 ? 0 : 64 },
    };

    private static PlainTransformer Prefilled(TestModel model, KvSession session, int tokens)
    {
        PlainTransformer oracle = model.Oracle();
        int[] prompt = model.Prompt(tokens, tokens);
        OracleAssert.Close(oracle.Prefill(prompt), Prefill(session, prompt), 1e-4);
        return oracle;
    }

    private static ReadOnlySpan<float> Prefill(KvSession session, int[] prompt)
    {
        session.Prefill(prompt);
        return session.Logits();
    }
}
