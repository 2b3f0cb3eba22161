using KvCompose.Reference;

namespace KvCompose.Tests.Reference;

public class CakePreferenceTests
{
    /// <summary>Every row of the published table.</summary>
    public static TheoryData<CakeTuning, double, double> Published => new()
    {
        { CakeTuning.Llama31_8B_1024, 1.6, 0.4 }, { CakeTuning.Llama31_8B_128, 1.6, 0.6 },
        { CakeTuning.Llama2_7B_1024, 1.9, 1.8 }, { CakeTuning.Llama2_7B_128, 0.9, 2.3 },
        { CakeTuning.Llama2_13B_1024, 0.5, 0.4 }, { CakeTuning.Llama2_13B_128, 1.8, 2.0 },
        { CakeTuning.Mistral_7B_1024, 0.8, 0.5 }, { CakeTuning.Mistral_7B_128, 1.0, 0.8 },
        { CakeTuning.Qwen25_7B_1024, 1.5, 0.6 }, { CakeTuning.Qwen25_7B_128, 0.4, 0.6 },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Exponents_OfATuning_AreThePublishedOnes(CakeTuning tuning, double tau1, double tau2)
        => Assert.Equal((tau1, tau2), CakeTunings.Exponents(tuning, 7, 7));

    [Fact]
    public void Exponents_OfAllMembers_AreKnown()
    {
        Assert.Equal((3, 4), CakeTunings.Exponents(CakeTuning.None, 3, 4));
        Assert.Equal(Published.Count + 1, Enum.GetValues<CakeTuning>().Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => CakeTunings.Exponents((CakeTuning)(-1)));
    }

    [Fact]
    public void Comparable_UniformAttentionOverFewerTokens_IsThatOverAll()
        => Assert.Equal(8 * Math.Log(1000), CakePreference.Comparable(8 * Math.Log(40), 40, 1000), 1e-9);

    [Theory]
    [InlineData(5.0, 100, 100, 5.0)]
    [InlineData(-1e-7, 100, 100, 0.0)]
    [InlineData(0.0, 1, 100, 0.0)]
    [InlineData(double.NaN, 50, 100, double.NaN)]
    public void Comparable_AtTheEdges_ChangesNothingElse(double entropy, int tokens, int prompt, double expected)
        => Assert.Equal(expected, CakePreference.Comparable(entropy, tokens, prompt));
}
