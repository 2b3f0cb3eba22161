using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.IntegrationTests;

/// <summary>Two residencies in one pipeline, each for heads of its own: HeteroCache's copies for satellites, pages for volatile heads.</summary>
public class HeteroPagedTests
{
    private const int Steps = 40;

    private static readonly HeadProfile Profile = new(
        [
            [HeadClass.Volatile, HeadClass.Pivot, HeadClass.Satellite, HeadClass.Satellite],
            [HeadClass.Satellite, HeadClass.Pivot, HeadClass.Volatile, HeadClass.Anchor],
            [HeadClass.Anchor, HeadClass.Volatile, HeadClass.Anchor, HeadClass.Anchor],
        ],
        [[-1, -1, 1.5, 0.8], [1.3, -1, -1, 0.7], [1, -1, 0.6, 1.2]],
        [[new PivotGroup(1, 2, 3)], [new PivotGroup(1, 0)], []]);

    [Theory]
    [InlineData(60, 1)]
    [InlineData(300, 2)]
    [InlineData(500, 3)]
    public void Decode_EqualsThePlainCompositionTokenByToken(int tokens, int seed)
    {
        using TestModel model = Blunt(seed);
        using KvSession next = HeteroIceReader.Open(model, new() { Profile = Profile }), same = IceHeteroReader.Open(model, new() { Profile = Profile });
        AssertEqual(model, next, Settings(3, 0.5, RetrievalVisibility.NextToken), tokens);
        AssertEqual(model, same, Settings(2, 0.6, RetrievalVisibility.SameToken), tokens);
    }

    [Fact]
    public void Decode_PagesHoldEverything_EqualsHeteroCacheWithoutThem()
    {
        const int tokens = 300;
        using TestModel model = Blunt(4);
        var everything = new HeteroIceReader.Options { Profile = Profile, Residency2 = new() { Tokens = 4096, Window = 16, Heads = HeadRoles.Full } };
        using KvSession session = HeteroIceReader.Open(model, everything);
        var oracle = new HeteroOracle(Settings(3, 0.5, RetrievalVisibility.NextToken), Profile, model.Plain.Heads);
        PlainTransformer plain = model.Oracle();
        plain.Prefill(model.Prompt(tokens, 1), null, oracle);
        session.Prefill(model.Prompt(tokens, 1));
        for (int step = 0; step < Steps; step++)
        {
            session.Step([step]);
            OracleAssert.Close(plain.Decode(step, tokens + step, oracle), session.Logits(), 1e-4);
            Assert.Equal(Enumerable.Range(0, tokens + step + 1), session.Positions(2, 1).Order());
        }

        Assert.True(oracle.Fetched > 0, "nothing drifted: the test shows nothing");
        session.Clear();
        Assert.Equal(0, session.Usage.BytesHeld);
        Assert.Equal(0, session.TierUsage.HostBytes);
    }

    [Fact]
    public void Prompt_TouchesVolatileHeadsAlone()
    {
        const int tokens = 400;
        using TestModel model = Blunt(5);
        using KvSession session = HeteroIceReader.Open(model, new() { Profile = Profile });
        session.Prefill(model.Prompt(tokens, 1));
        var oracle = new HeteroOracle(Settings(3, 0.5, RetrievalVisibility.NextToken), Profile, model.Plain.Heads);
        model.Oracle().Prefill(model.Prompt(tokens, 1), null, oracle);
        int share = HeadBudget.Base(0.6, Profile.Heads, Profile.FullHeads, tokens);
        for (int layer = 0; layer < Profile.Layers; layer++)
        {
            for (int head = 0; head < Profile.KeyValueHeads; head++)
            {
                int[] held = [.. session.Positions(layer, head).Order()];
                if (Profile.Classes[layer][head] == HeadClass.Volatile)
                {
                    Assert.Equal(share, held.Length);
                }
                else
                {
                    Assert.Equal(oracle.PromptPositions(layer)[head], held);
                }
            }
        }
    }

    /// <summary>Attention that is spread: under a sharp peak rounding chooses.</summary>
    private static TestModel Blunt(int seed) => new(3, 8, 4, 32, 130 + seed, sharpness: 1.2);

    private static HeteroSettings Settings(int window, double threshold, RetrievalVisibility visibility) => new()
    {
        Ratio = 0.6,
        Window = window,
        DriftThreshold = threshold,
        Visibility = visibility,
        PageTokens = 16,
        MaxNewTokens = 64,
    };

    private static void AssertEqual(TestModel model, KvSession session, HeteroSettings settings, int tokens)
    {
        var hetero = new HeteroOracle(settings, Profile, model.Plain.Heads);
        var oracle = new HeteroPagedOracle(hetero, Profile, model.Plain.Heads, session);
        PlainTransformer plain = model.Oracle();
        int[] prompt = model.Prompt(tokens, tokens);
        double[] expected = plain.Prefill(prompt, null, oracle);
        session.Prefill(prompt);
        OracleAssert.Close(expected, session.Logits(), 1e-4);
        for (int step = 0; step < Steps; step++)
        {
            int token = step * 7 % model.Plain.Vocabulary;
            session.Step([token]);
            OracleAssert.Close(plain.Decode(token, tokens + step, oracle), session.Logits(), 1e-4);
            int[] paged = session.Positions(1, 2);
            Assert.Equal(paged.Length, paged.Distinct().Count());
        }

        Assert.True(hetero.Triggers > 0 && hetero.Fetched > 0, "nothing drifted: the test shows nothing");
        Assert.True(session.TierUsage.PagesMoved > 0);
    }
}
