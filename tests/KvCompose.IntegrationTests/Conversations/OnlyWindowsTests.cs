using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.IntegrationTests.Saved;
using KvCompose.Reference;
using static KvCompose.IntegrationTests.Conversations.ConversationSessions;

namespace KvCompose.IntegrationTests.Conversations;

/// <summary>Models whose layers all have a window leave a pipeline's stages nothing to act on: every pipeline computes the same.</summary>
public sealed class OnlyWindowsTests : IDisposable
{
    private const int Window = 8;

    private readonly TestModel _model = new(3, 4, 2, 32, 93, sharpness: 1.2, windows: [Window, Window, Window], softCap: 2);

    public static TheoryData<string> Pipelines =>
    [
        nameof(Everything), nameof(WindowAverage), nameof(RaggedPipeline), nameof(NibblePipeline), nameof(ThinPipeline), nameof(EvictingPipeline),
        nameof(CollectingPipeline),
    ];

    public void Dispose() => _model.Dispose();

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Session_OfAnyStages_ComputesWhatTheModelDoes(string name)
    {
        using KvSession session = Open(name, _model);
        int[] prompt = _model.Prompt(50, 1), chunk = _model.Prompt(13, 2);
        PlainTransformer oracle = _model.Oracle();
        session.Prefill(prompt);
        AssertNear(oracle.Prefill(prompt), session.Logits());
        session.Step([5]);
        AssertNear(oracle.Decode(5, 50), session.Logits());
        session.Append(chunk);
        oracle.Append(chunk.AsSpan(..^1), 51);
        AssertNear(oracle.Decode(chunk[^1], 63), session.Logits());
        Assert.Equal(Enumerable.Range(64 - Window, Window), session.Positions(1, 0));
        Assert.Equal(3, session.Usage.WindowedLayers);
    }

    private static void AssertNear(double[] expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 2e-3);
        }
    }
}
