using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference.HeteroCache;

namespace KvCompose.IntegrationTests;

/// <summary>Emitted HeteroCache against its plain reference, through the plain transformer: tokens held, logits, what came back.</summary>
public class HeteroCacheTests
{
    private const int Steps = 14;

    /// <summary>Layer 0: a star and an anchor; layer 1: two stars, visited in descending order; layer 2: no star.</summary>
    private static readonly HeadProfile Profile = new(
        [
            [HeadClass.Pivot, HeadClass.Anchor, HeadClass.Satellite, HeadClass.Satellite],
            [HeadClass.Satellite, HeadClass.Pivot, HeadClass.Satellite, HeadClass.Pivot],
            [HeadClass.Anchor, HeadClass.Volatile, HeadClass.Anchor, HeadClass.Anchor],
        ],
        [[-1, 0.7, 1.5, 0.8], [1.3, -1, 0.9, -1], [1, -1, 0.6, 1.2]],
        [[new PivotGroup(0, 2, 3)], [new PivotGroup(3, 0), new PivotGroup(1, 2)], []]);

    [Theory]
    [InlineData(17)]
    [InlineData(60)]
    [InlineData(400)]
    public void Static_AnyLength_KeepsWhatTheReferenceKeeps(int tokens)
    {
        using var model = new TestModel(3, 8, 4, 32, 70);
        using var session = HeteroStatic.Open(model, new() { Profile = Profile });
        session.Prefill(model.Prompt(tokens, tokens));
        var oracle = new HeteroOracle(Settings(1000, 0, RetrievalVisibility.NextToken), Profile, model.Plain.Heads);
        model.Oracle().Prefill(model.Prompt(tokens, tokens), null, oracle);
        AssertHeld(oracle, session, tokens);
    }

    [Theory]
    [InlineData(40, 1)]
    [InlineData(120, 2)]
    [InlineData(300, 3)]
    public void NextToken_EqualsReferenceTokenByToken(int tokens, int seed)
    {
        using var model = Blunt(80 + seed);
        using var session = HeteroNextToken.Open(model, new() { Profile = Profile });
        AssertEqual(model, session, Settings(3, 0.5, RetrievalVisibility.NextToken), tokens);
    }

    [Fact]
    public void DeclaredProfile_IsWhatASessionIsOpenedWith_UnlessItIsGivenAnother()
    {
        using TestModel model = Blunt(84);
        using var session = HeteroDeclared.Open(model);
        AssertEqual(model, session, Settings(3, 0.5, RetrievalVisibility.NextToken), 200);

        var anchors = new HeadProfile(
            Enumerable.Repeat(Enumerable.Repeat(HeadClass.Anchor, 4), 3), Enumerable.Repeat(Enumerable.Repeat(1.0, 4), 3), Enumerable.Repeat<PivotGroup[]>([], 3));
        using var other = HeteroDeclared.Open(model, new() { Profile = anchors });
        other.Prefill(model.Prompt(200, 1));
        Assert.All(Enumerable.Range(0, 12), place => Assert.Equal(100, other.Positions(place / 4, place % 4).Length));

        using var smaller = new TestModel(2, 8, 4, 32, 85);
        Assert.Contains("this profile is of another model", Assert.Throws<HeadProfileException>(() => HeteroDeclared.Open(smaller)).Message);
    }

    [Theory]
    [InlineData(40, 1)]
    [InlineData(120, 2)]
    [InlineData(300, 3)]
    public void SameToken_EqualsReferenceTokenByToken(int tokens, int seed)
    {
        using var model = Blunt(90 + seed);
        using var session = HeteroSameToken.Open(model, new() { Profile = Profile });
        AssertEqual(model, session, Settings(2, 0.6, RetrievalVisibility.SameToken), tokens);
    }

    /// <summary>Attention that is spread: under a sharp peak all averages that hold it are equal in single precision, and rounding chooses.</summary>
    private static TestModel Blunt(int seed) => new(3, 8, 4, 32, seed, sharpness: 1.2);

    [Theory]
    [InlineData(50)]
    [InlineData(200)]
    public void MaximaUnderSharpAttention_EqualReferenceTokenByToken(int tokens)
    {
        using var model = new TestModel(3, 8, 4, 32, 100);
        using var session = HeteroMaxima.Open(model, new() { Profile = Profile });
        AssertEqual(model, session, Settings(1, 0.7, RetrievalVisibility.NextToken) with { Scores = new PromptScores(PoolingKind.Max, 7) }, tokens);
    }

    private static HeteroSettings Settings(int window, double threshold, RetrievalVisibility visibility) => new()
    {
        Ratio = 0.5,
        Window = window,
        DriftThreshold = threshold,
        Visibility = visibility,
        PageTokens = 16,
        MaxNewTokens = 64,
    };

    private static void AssertEqual(TestModel model, KvSession session, HeteroSettings settings, int tokens)
    {
        int[] prompt = model.Prompt(tokens, tokens);
        var oracle = new HeteroOracle(settings, Profile, model.Plain.Heads);
        var plain = model.Oracle();
        Close(plain.Prefill(prompt, null, oracle), session, () => session.Prefill(prompt), "prompt");
        AssertHeld(oracle, session, tokens);
        for (int step = 0; step < Steps; step++)
        {
            int token = step * 7 % model.Plain.Vocabulary;
            Close(plain.Decode(token, tokens + step, oracle), session, () => session.Step([token]), $"step {step}");
            if (settings.Visibility == RetrievalVisibility.SameToken)
            {
                AssertHeld(oracle, session, tokens);
            }
        }

        Assert.True(oracle.Triggers > 0 && oracle.Fetched > 0, "nothing drifted: the test shows nothing");
        Assert.Equal(oracle.Triggers, session.TierUsage.Retrievals);
    }

    private static void AssertHeld(HeteroOracle oracle, KvSession session, int tokens)
    {
        for (int layer = 0; layer < Profile.Layers; layer++)
        {
            int[][] held = oracle.PromptPositions(layer);
            for (int head = 0; head < Profile.KeyValueHeads; head++)
            {
                Assert.Equal(held[head], session.Positions(layer, head).Where(position => position < tokens).Order());
            }
        }
    }

    private static void Close(double[] expected, KvSession session, Action compute, string when)
    {
        compute();
        ReadOnlySpan<float> actual = session.Logits();
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(actual[i] - expected[i]) < 1e-4, $"{when}: logit {i} is {actual[i]}, expected {expected[i]}");
        }
    }
}
