using KvCompose.IntegrationTests.Oracle;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests;

[KvPipeline(HeadDim = 24, GroupSize = 2, PageTokens = 16)]
[FullCache]
internal sealed partial class AllOf24;

[KvPipeline(HeadDim = 24, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[SnapKv(Window = 8)]
internal sealed partial class SomeOf24;

/// <summary>A stated head dimension that is a multiple of 8 and not of 16: zeros stand behind each head in the cache.</summary>
public sealed class StatedOddHeadTests : IDisposable
{
    private readonly TestModel _model = new(3, 4, 2, 24, 17, sharpness: 1.2);

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Session_OfAStatedShape_GivesWhatTheOracleGives()
    {
        int[] prompt = _model.Prompt(50, 1);
        using KvSession session = AllOf24.Open(_model);
        PlainTransformer oracle = _model.Oracle();
        session.Prefill(prompt);
        AssertNear(oracle.Prefill(prompt), session.Logits());
        for (int step = 0; step < 3; step++)
        {
            session.Step([step]);
            AssertNear(oracle.Decode(step, prompt.Length + step), session.Logits());
        }

        Assert.Equal(32, AllOf24.Plan.HeadDim);
    }

    [Fact]
    public void Selection_OfAStatedShape_KeepsWhatTheOpenOneKeeps()
    {
        int[] prompt = _model.Prompt(120, 2);
        using KvSession stated = SomeOf24.Open(_model);
        using KvSession open = AnyHeadsOf40.Open(_model);
        stated.Prefill(prompt);
        open.Prefill(prompt);
        for (int layer = 0; layer < 3; layer++)
        {
            Assert.Equal(open.Positions(layer, 1), stated.Positions(layer, 1));
        }

        for (int i = 0; i < open.Logits().Length; i++)
        {
            Assert.Equal(open.Logits()[i], stated.Logits()[i], 1e-4f);
        }
    }

    [Fact]
    public void Open_ModelOfAnotherHead_IsRefusedEvenIfTheCacheCouldHoldIt()
    {
        using var wide = new TestModel(1, 4, 2, 32, 18);
        ModelMismatchException problem = Assert.Throws<ModelMismatchException>(() => AllOf24.Open(wide));
        Assert.Contains("24", problem.Message, StringComparison.Ordinal);
        Assert.Contains("32", problem.Message, StringComparison.Ordinal);
    }

    private static void AssertNear(double[] expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 2e-3);
        }
    }
}

[KvPipeline(PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[SnapKv(Window = 8)]
internal sealed partial class AnyHeadsOf40;
