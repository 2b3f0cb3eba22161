using KvCompose.Memory;
using KvCompose.Models.Networks.Layers;
using KvCompose.Reference;

namespace KvCompose.Models.Tests.Networks;

public sealed unsafe class ExpertRouterTests
{
    [Theory]
    [InlineData(6, 2, true)]
    [InlineData(6, 6, false)]
    [InlineData(128, 8, true)]
    [InlineData(1, 1, false)]
    public void Choose_BySoftmax_IsThePlainChoice(int count, int chosen, bool renormalise)
    {
        double[] logits = Numbers(count, 1);
        AssertSame(
            PlainRouter.Softmax(logits, chosen, renormalise), logits, null, null,
            new RouterDescription { Scores = RouterScores.Softmax, Renormalise = renormalise });
    }

    [Fact]
    public void Choose_BySoftmaxOfChosen_IsThePlainChoice()
    {
        double[] logits = Numbers(32, 2);
        AssertSame(PlainRouter.SoftmaxOfChosen(logits, 4), logits, null, null, new RouterDescription { Scores = RouterScores.SoftmaxOfChosen });
    }

    [Theory]
    [InlineData(16, 4, 1, 1)]
    [InlineData(16, 4, 4, 2)]
    [InlineData(24, 3, 8, 3)]
    [InlineData(4, 2, 4, 2)]
    public void Choose_BySigmoidWithBiasAndGroups_IsThePlainChoice(int count, int chosen, int groups, int kept)
    {
        double[] logits = Numbers(count, 3), bias = Numbers(count, 4);
        AssertSame(
            PlainRouter.Sigmoid(logits, bias, chosen, groups, kept, 2.5), logits, bias, null,
            new RouterDescription { Scores = RouterScores.Sigmoid, SelectionBias = true, Renormalise = true, Scale = 2.5, Groups = groups, ChosenGroups = kept });
    }

    [Fact]
    public void Choose_WithScalesOfExperts_MultipliesBehindTheDivision()
    {
        double[] logits = Numbers(8, 5), scale = Numbers(8, 6);
        (int Expert, double Weight)[] plain = [.. PlainRouter.Softmax(logits, 3, renormalise: true).Select(one => (one.Expert, one.Weight * scale[one.Expert]))];
        AssertSame(plain, logits, null, scale, new RouterDescription { Scores = RouterScores.Softmax, Renormalise = true, ExpertScale = true });
    }

    [Fact]
    public void Choose_EqualLogits_TakesTheLowerExperts()
    {
        double[] logits = [1, 1, 1, 1];
        AssertSame([(0, 0.5), (1, 0.5)], logits, null, null, new RouterDescription { Scores = RouterScores.Softmax, Renormalise = true });
    }

    private static void AssertSame((int Expert, double Weight)[] expected, double[] logits, double[]? bias, double[]? scale, RouterDescription router)
    {
        var description = new ExpertsDescription { Count = logits.Length, Chosen = expected.Length, Width = 8, Router = router };
        using NativeFloats? biases = Native(bias), scales = Native(scale);
        var chosen = new int[expected.Length];
        var weights = new float[expected.Length];
        ExpertRouter.Choose(description, [.. logits.Select(static x => (float)x)], biases, scales, chosen, weights);
        Assert.Equal(expected.Select(static one => one.Expert), chosen);
        for (int i = 0; i < weights.Length; i++)
        {
            Assert.Equal(expected[i].Weight, weights[i], 1e-5);
        }
    }

    private static double[] Numbers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (double)(float)((random.NextDouble() * 4) - 2))];
    }

    private static NativeFloats? Native(double[]? numbers)
    {
        if (numbers is null)
        {
            return null;
        }

        var floats = new NativeFloats(numbers.Length);
        for (int i = 0; i < numbers.Length; i++)
        {
            floats.Pointer[i] = (float)numbers[i];
        }

        return floats;
    }
}
