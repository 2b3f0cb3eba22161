extern alias simulator;

using simulator::ILGPU.Runtime;
using KvCompose.Cache;
using KvCompose.Reference;

namespace KvCompose.DeviceTests.Emitted;

/// <summary>FastKV's choice of who goes on, from the scores of a layer's heads to the gathered states, for a batch of prompts.</summary>
public sealed class PropagationTests(KernelFixture fixture) : IClassFixture<KernelFixture>
{
    private const int HeadsOfASequence = 3;
    private const int Group = 2;
    private const int Window = 8;
    private const int Width = 96;

    private static readonly WindowScoring Scoring = new(Window, PoolingKind.Max, 7, ScoreGrouping.PoolThenReduce, GroupReduction.Sum);

    [Theory]
    [InlineData(9, 8)]
    [InlineData(33, 20)]
    [InlineData(150, 45)]
    public void Propagate_ScoresOfTheLayer_LetsGoOnWhoTheReferenceDoes(int tokens, int onward)
    {
        // The second sequence goes on whole.
        int[] sequenceTokens = [tokens, onward];
        using var run = new SelectionRun(
            fixture, new PageLayout(32, 16, 32), Group, Window, 12, [.. sequenceTokens.SelectMany(count => Enumerable.Repeat(count, HeadsOfASequence))]);
        int stride = run.Stride;
        var random = new Random(tokens);
        float[] states = PagedHeads.Uniform(random, sequenceTokens.Length * stride * Width);
        int[] positions = [.. Enumerable.Range(0, sequenceTokens.Length * stride).Select(row => 5 * row)];
        using var sums = run.Statistic(perQueryHead: true);
        using var deviceTokens = fixture.Upload(sequenceTokens);
        using var deviceOnward = fixture.Upload(new[] { onward, onward });
        using var layerScores = fixture.Device.Allocate<float>(sequenceTokens.Length * stride);
        using var indices = fixture.Device.Allocate<int>(sequenceTokens.Length * stride);
        using var deviceStates = fixture.Upload(states);
        using var devicePositions = fixture.Upload(positions);
        fixture.InEveryOrder(() =>
        {
            using var onwardStates = fixture.Upload(Enumerable.Repeat(float.NaN, states.Length).ToArray());
            using var onwardPositions = fixture.Upload(new int[positions.Length]);
            FastKv32.SimulatedKernels.Observe(
                run.Device, run.Heads.Pages, run.Heads.Tables, run.Queries.View, run.LogSumExp.View, sums.View, stride);
            FastKv32.SimulatedKernels.Score(run.Device, run.Heads.Pages, run.Heads.Tables, run.PromptTokens, sums.View, run.Scores.View, stride);
            FastKv32.SimulatedKernels.Propagate(
                run.Device, sequenceTokens.Length, run.Scores.View, deviceTokens.View, HeadsOfASequence, layerScores.View, indices.View,
                deviceOnward.View, deviceStates.View, devicePositions.View, onwardStates.View, onwardPositions.View, Width, stride);
            run.Device.Synchronize();
            float[] actualStates = onwardStates.GetAsArray1D();
            int[] actualPositions = onwardPositions.GetAsArray1D();
            for (int sequence = 0; sequence < sequenceTokens.Length; sequence++)
            {
                int[] expected = GoingOn(run, sequence, sequenceTokens[sequence], onward);
                for (int rank = 0; rank < onward; rank++)
                {
                    int from = (sequence * stride) + expected[rank], into = (sequence * stride) + rank;
                    Assert.Equal(positions[from], actualPositions[into]);
                    Assert.Equal(states[(from * Width)..((from + 1) * Width)], actualStates[(into * Width)..((into + 1) * Width)]);
                }
            }
        });
    }

    [Fact]
    public void Propagate_WidthThatIsNoMultipleOfFour_SaysSo()
    {
        using var floats = fixture.Device.Allocate<float>(64);
        using var ints = fixture.Device.Allocate<int>(64);
        var thrown = Assert.Throws<ArgumentException>(() => FastKv32.SimulatedKernels.Propagate(
            fixture.Device, 1, floats.View, ints.View, 1, floats.View, ints.View, ints.View, floats.View, ints.View, floats.View, ints.View, 6, 8));
        Assert.Contains("6 floats", thrown.Message);
    }

    /// <summary>Scores of the heads by the reference, summed; the best of them and the window.</summary>
    private static int[] GoingOn(SelectionRun run, int sequence, int tokens, int onward)
    {
        if (onward >= tokens)
        {
            return [.. Enumerable.Range(0, tokens)];
        }

        var layout = new HeadLayout(Group, 1, run.Heads.Layout.HeadDim);
        var sums = new double[tokens - Window];
        for (int head = sequence * HeadsOfASequence; head < (sequence + 1) * HeadsOfASequence; head++)
        {
            double[] scores = Reference.SnapKv.Select(layout, run.QueriesOf(head), run.Heads.Keys[head], Scoring, Window).Scores![0];
            sums = [.. sums.Zip(scores, (x, y) => x + y)];
        }

        return [.. Ranking.Top(sums, onward - Window).Order(), .. Enumerable.Range(tokens - Window, Window)];
    }
}
