using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;

namespace KvCompose.IntegrationTests;

/// <summary>HeteroCache when something goes wrong: a clear error, or the last good tokens.</summary>
public class HeteroFaultTests
{
    private static readonly HeadProfile Profile = new(
        Enumerable.Repeat<HeadClass[]>([HeadClass.Pivot, HeadClass.Satellite, HeadClass.Satellite, HeadClass.Satellite], 3),
        Enumerable.Repeat<double[]>([-1, 1, 1, 1], 3),
        Enumerable.Repeat<PivotGroup[]>([new PivotGroup(0, 1, 2, 3)], 3));

    [Fact]
    public void Open_WithoutAProfile_SaysWhatIsMissing()
    {
        using TestModel model = Model();
        Assert.Contains("Profile of HeteroNextToken is not set", Assert.Throws<StageOptionException>(() => HeteroNextToken.Open(model)).Message);
    }

    [Fact]
    public void Open_WithAnotherModelsProfile_SaysSo()
    {
        using TestModel model = Model();
        var other = new HeadProfile([[HeadClass.Anchor, HeadClass.Anchor]], [[1, 1]], [[]]);
        Assert.Contains("this profile is of another model", Assert.Throws<HeadProfileException>(() => HeteroNextToken.Open(model, new() { Profile = other })).Message);
    }

    [Fact]
    public void Open_WithARatioThatTheFullHeadsTakeAlone_SaysWhatIsNeeded()
    {
        using TestModel model = Model();
        var options = new HeteroNextToken.Options { Profile = Profile, HeadRole = new HeteroHeads { Ratio = 0.25 } };
        Assert.Contains("3 of 12 heads keep the whole prompt", Assert.Throws<StageOptionException>(() => HeteroNextToken.Open(model, options)).Message);
    }

    [Fact]
    public void Prefill_BeyondTheHostLimit_ThrowsAndLeavesTheSequenceEmpty()
    {
        using TestModel model = Model();
        using var session = HeteroNextToken.Open(model, new() { Profile = Profile, Residency = new HostOffload { Window = 3, DriftThreshold = 0.5, MaxHostMiB = 1 } });
        Assert.StartsWith("layer ", Assert.Throws<HostTierFullException>(() => session.Prefill(model.Prompt(1000, 1))).Message);
        Assert.Equal((0, 0L), (session.Length(), session.TierUsage.HostBytes));
        session.Prefill(model.Prompt(100, 1));
        session.Step([1]);
        Assert.Equal(101, session.Length());
    }

    [Fact]
    public void Step_WithoutHostMemoryForFreshTokens_KeepsTheLastGoodOnesAndSaysWhy()
    {
        using TestModel model = Model();
        var residency = new HostOffload { Window = 1, DriftThreshold = 0.9, Visibility = RetrievalVisibility.WhenReady, MaxHostMiB = 1 };
        using var session = HeteroWhenReady.Open(model, new() { Profile = Profile, Residency = residency });
        session.Prefill(model.Prompt(450, 1));
        Assert.Equal((0L, null), (session.TierUsage.Failures, session.TierUsage.LastFailure));
        int[][] before = [.. Enumerable.Range(0, 12).Select(place => session.Positions(place / 4, place % 4))];
        for (int step = 0; step < 8; step++)
        {
            session.Step([step * 13]);
        }

        Assert.True(session.TierUsage.Failures > 0);
        Assert.Contains("its limit is 1048576 bytes", Assert.IsType<HostTierFullException>(session.TierUsage.LastFailure).Message);
        Assert.InRange(session.TierUsage.HostBytes, 1, 1 << 20);
        for (int place = 0; place < before.Length; place++)
        {
            int[] held = session.Positions(place / 4, place % 4);
            Assert.Equal(before[place].Length + 8, held.Length);
            Assert.Equal(held.Length, held.Distinct().Count());
        }
    }

    [Fact]
    public void Clear_AndPrefillAgain_GivesHostMemoryBack()
    {
        using TestModel model = Model();
        using var session = HeteroNextToken.Open(model, new() { Profile = Profile });
        session.Prefill(model.Prompt(200, 1));
        long held = session.TierUsage.HostBytes;
        Assert.Equal(3 * 3 * 200 * 2 * 32 * sizeof(float), held);
        session.Prefill(model.Prompt(200, 2));
        Assert.Equal(held, session.TierUsage.HostBytes);
        session.Clear();
        Assert.Equal(0, session.TierUsage.HostBytes);
    }

    [Fact]
    public void ShortPrompt_OfOnePage_StaysWholeAndIsNotWatched()
    {
        using TestModel model = Model();
        using var session = HeteroWhenReady.Open(model, new() { Profile = Profile });
        session.Prefill(model.Prompt(16, 1));
        for (int step = 0; step < 5; step++)
        {
            session.Step([step]);
        }

        Assert.All(Enumerable.Range(0, 4), head => Assert.Equal(21, session.Positions(1, head).Length));
        Assert.Equal(default, session.TierUsage);
    }

    [Fact]
    public void Dispose_WithCopiesUnderWay_Ends()
    {
        using TestModel model = Model();
        for (int round = 0; round < 30; round++)
        {
            var session = HeteroWhenReady.Open(model, new() { Profile = Profile });
            session.Prefill(model.Prompt(300, round));
            session.Step([round]);
            session.Step([round + 1]);
            session.Dispose();
            Assert.Throws<ObjectDisposedException>(() => session.Step([1]));
        }
    }

    /// <summary>Whenever tokens arrive, every head holds different prompt tokens, as many as before, each with its own key and value.</summary>
    [Fact]
    public void WhenReady_AtAnyTime_HoldsWholeSets()
    {
        using TestModel model = Model();
        using var session = HeteroWhenReady.Open(model, new() { Profile = Profile });
        session.Prefill(model.Prompt(300, 5));
        int[] sizes = [.. Enumerable.Range(0, 4).Select(head => session.Positions(0, head).Length)];
        for (int step = 0; step < 40; step++)
        {
            session.Step([step * 13]);
            for (int layer = 0; layer < 3; layer++)
            {
                for (int head = 0; head < 4; head++)
                {
                    int[] positions = session.Positions(layer, head);
                    Assert.Equal(sizes[head] + step + 1, positions.Length);
                    Assert.Equal(positions.Length, positions.Distinct().Count());
                }
            }
        }

        Assert.True(session.TierUsage.Retrievals > 0);
        Assert.True(session.TierUsage.TokensMoved > 0);
    }

    [Fact]
    public void TwoSequences_TriggerOnTheirOwn()
    {
        using TestModel model = Model();
        using var both = HeteroSameToken.Open(model, new() { Profile = Profile, Sequences = 2 });
        using var alone = HeteroSameToken.Open(model, new() { Profile = Profile });
        both.Prefill(0, model.Prompt(120, 1));
        both.Prefill(1, model.Prompt(90, 2));
        alone.Prefill(model.Prompt(90, 2));
        for (int step = 0; step < 9; step++)
        {
            // The first sequence sits out now and then: windows are a sequence's own.
            both.Step([step % 3 == 0 ? -1 : step * 7, step * 5]);
            alone.Step([step * 5]);
            for (int layer = 0; layer < 3; layer++)
            {
                for (int head = 0; head < 4; head++)
                {
                    Assert.Equal(alone.Positions(layer, head).Order(), both.Positions(layer, head, 1).Order());
                }
            }
        }
    }

    private static TestModel Model() => new(3, 8, 4, 32, 120, sharpness: 1.2);
}
