using KvCompose.Reference.HeteroCache;

namespace KvCompose.Tests.Reference.HeteroCache;

public class HeteroCacheCalibrationTests
{
    [Fact]
    public void ImportantSet_FlatAttention_DampsBothEndsAndPrefersLowerPositions()
    {
        float[] flat = [.. Enumerable.Repeat(0.1f, 10)];

        Assert.Equal([2, 3, 4, 5], ImportantSet.Of([flat], 10, 4));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], ImportantSet.Of([flat], 10, 8));
    }

    [Fact]
    public void ImportantSet_RowLongerThanThePrompt_IgnoresGeneratedKeys()
    {
        float[] row = [0.1f, 0.2f, 0.1f, 0.1f, 0, 0, 0.5f];

        Assert.All(ImportantSet.Of([row], 6, 3), position => Assert.InRange(position, 0, 5));
    }

    [Fact]
    public void ImportantSet_Group_IsTheMeanOfItsRows()
    {
        float[] left = [0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], right = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0];

        Assert.Equal([0, 1, 2, 3, 8], ImportantSet.Of([left, right], 12, 5));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void ImportantSet_ShortTextWithEvenKernel_LeavesThePromptOnlyInTheReference(int tokens)
    {
        float[] row = [.. Enumerable.Range(0, tokens).Select(i => (float)i)];

        Assert.Contains(tokens, ImportantSet.Of([row], tokens, tokens, PublishedDefects.ReferenceExact));
        Assert.DoesNotContain(tokens, ImportantSet.Of([row], tokens, tokens + 1));
    }

    [Fact]
    public void Share_EmptySet_IsZero()
    {
        Assert.Equal(0, Overlap.Share([], [1]));
        Assert.Equal(0, Overlap.Share([1], []));
        Assert.Equal(0.5, Overlap.Share([1, 2], [2, 3]));
    }

    [Theory]
    [InlineData(7, 0.7, true)]
    [InlineData(9, 0.9, true)]
    [InlineData(3, 0.3, false)]
    [InlineData(4, 0.4, false)]
    [InlineData(5, 0.5, false)]
    public void DriftCoefficient_TieWithTheThreshold_IsDecidedByFloat32(int common, double threshold, bool below)
    {
        int[] reference = [.. Enumerable.Range(0, 10)];
        int[] chosen = [.. Enumerable.Range(10 - common, 10)];

        Assert.Equal(below, Overlap.DriftCoefficient(chosen, reference) < threshold);
    }

    [Theory]
    [InlineData(new double[] { 3, 1, 2 }, 2)]
    [InlineData(new double[] { 4, 1, 2, 8 }, 3)]
    [InlineData(new double[] { 7 }, 7)]
    public void Median_OddOrEvenCount_IsTheMiddle(double[] values, double expected) => Assert.Equal(expected, Median.Of(values));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void StarCover_RandomGraph_CoversEveryEdgeOnceWithDirectNeighbours(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 100; round++)
        {
            int heads = random.Next(1, 12);
            double density = random.NextDouble();
            var similar = new bool[heads, heads];
            for (int i = 0; i < heads; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    similar[i, j] = similar[j, i] = random.NextDouble() < density;
                }
            }

            (IReadOnlyList<PivotGroup> stars, IReadOnlyList<int> unassigned) = StarCover.Of(similar);

            Assert.All(stars, star => Assert.All(star.Satellites, satellite => Assert.True(similar[star.Pivot, satellite])));
            Assert.All(stars, star => Assert.NotEmpty(star.Satellites));
            Assert.Equal(
                Enumerable.Range(0, heads), stars.SelectMany(star => star.Satellites.Append(star.Pivot)).Concat(unassigned).Order());
            Assert.All(unassigned, i => Assert.All(unassigned, j => Assert.False(similar[i, j])));
            Assert.Equal(stars.Select(star => star.Satellites.Length).OrderDescending(), stars.Select(star => star.Satellites.Length));
        }
    }

    [Theory]
    [InlineData(true, HeadClass.Anchor)]
    [InlineData(false, HeadClass.Volatile)]
    public void Calibration_OneHeadALayer_IsNeverClustered(bool stable, HeadClass expected)
    {
        int[] later = stable ? [0, 1] : [4, 5];

        Calibration result = Calibration.Of([Step(10, [0, 1]), Step(11, later)], 0.5, 0, 10);

        Assert.Equal([expected], result.Profile.Classes[0].ToArray());
        Assert.Empty(result.Profile.Stars[0]);
    }

    [Fact]
    public void Calibration_NoDecodeStep_CallsUnclusteredHeadsVolatile()
    {
        Calibration result = Calibration.Of([Step(10, [0, 1], [0, 1], [7, 8])], 0, 0.5, 10);

        Assert.Equal([HeadClass.Pivot, HeadClass.Satellite, HeadClass.Volatile], result.Profile.Classes[0].ToArray());
        Assert.Equal([-1, 1, -1], result.Profile.Weights[0].ToArray());
    }

    [Fact]
    public void Calibration_ThresholdsMetExactly_CountAsSimilarAndAsStable()
    {
        Calibration result = Calibration.Of([Step(10, [0, 1], [1, 2], [5, 6]), Step(11, [0, 1], [1, 2], [6, 7])], 0.5, 0.5, 10);

        Assert.Equal([HeadClass.Pivot, HeadClass.Satellite, HeadClass.Anchor], result.Profile.Classes[0].ToArray());
    }

    [Fact]
    public void Calibration_StepsOutOfOrder_StartsFromTheShortest()
    {
        CalibrationStep prompt = Step(10, [0, 1], [0, 1]), later = Step(11, [0, 3], [4, 5]);

        Assert.Equal(
            Calibration.Of([prompt, later], 0.5, 0.5, 10).Profile.ToJson(), Calibration.Of([later, prompt], 0.5, 0.5, 10).Profile.ToJson());
    }

    [Fact]
    public void Calibration_NothingRecorded_IsRefused() => Assert.Throws<ArgumentException>(() => Calibration.Of([], 0.5, 0.5, 10));

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void HeadWeights_RandomStability_HaveMeanOneAndFallWithIt(int seed)
    {
        var random = new Random(seed);
        HeadClass[][] classes =
            [.. Enumerable.Range(0, 6).Select(_ => Enumerable.Range(0, 4).Select(_ => (HeadClass)random.Next(1, 5)).ToArray())];
        double[][] stability = [.. classes.Select(row => row.Select(_ => random.NextDouble()).ToArray())];

        double[][] weights = HeadWeights.Of(stability, classes);

        (double Stability, double Weight)[] shared = [.. classes.SelectMany((row, layer) => row.Select((headClass, head) =>
            (headClass, stability[layer][head], weights[layer][head]))).Where(h => !h.headClass.IsFull()).Select(h => (h.Item2, h.Item3))];
        Assert.Equal(shared.Length, shared.Sum(head => head.Weight), 9);
        Assert.Equal(shared.OrderBy(head => head.Stability), shared.OrderByDescending(head => head.Weight));
        Assert.All(classes.SelectMany((row, layer) => row.Select((c, head) => (c, weights[layer][head]))).Where(h => h.c.IsFull()),
            head => Assert.Equal(-1, head.Item2));
    }

    [Fact]
    public void HeadWeights_OneHeadWithoutStability_TakesNearlyEverything()
    {
        double[][] weights = HeadWeights.Of([[0, 1, 1]], [[HeadClass.Anchor, HeadClass.Anchor, HeadClass.Satellite]]);

        Assert.InRange(weights[0][0], 2.99999, 3);
    }

    /// <summary>A step of one layer and one sequence.</summary>
    private static CalibrationStep Step(int keyTokens, params int[][] heads) => new(keyTokens, [[.. heads.Select(set => new[] { set })]]);
}
