using System.Runtime.InteropServices;
using System.Text.Json;
using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Models;
using KvCompose.Tests.Conformance;
using static KvCompose.IntegrationTests.Conversations.ConversationSessions;

namespace KvCompose.IntegrationTests.Conversations;

[KvPipeline(HeadDim = 16, GroupSize = 1, PageTokens = 16)]
[FullCache]
internal sealed partial class FullCacheOfOne;

[KvPipeline(HeadDim = 16, GroupSize = 3, PageTokens = 16)]
[FullCache]
internal sealed partial class FullCacheOfThree;

[KvPipeline(HeadDim = 16, GroupSize = 4, PageTokens = 16)]
[FullCache]
internal sealed partial class FullCacheOfFour;

/// <summary>Layers with a sliding window hold at most their window, and bounded scores are bounded wherever they are computed.</summary>
public sealed class WindowedModelTests : IDisposable
{
    private const float Tolerance = 5e-4f;
    private const int Window = 8;

    /// <summary>Layers with a window before, between and after the others.</summary>
    private readonly TestModel _model = new(4, 4, 2, 32, 91, sharpness: 1.2, windows: [Window, 0, Window, 0]);

    public static TheoryData<string, string> Cases => new()
    {
        { "gemma2-scalar", "case_0.json" }, { "gemma2-scalar", "case_1.json" }, { "gemma3-scalar", "case_0.json" }, { "gemma3-scalar", "case_1.json" },
        { "mistral-window", "case_0.json" }, { "mistral-window", "case_2.json" }, { "ministral", "case_0.json" }, { "ministral", "case_1.json" },
    };

    public static TheoryData<string> Pipelines => All;

    public void Dispose() => _model.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void FullCache_OverAFamily_GivesTheLogitsOfTheReference(string family, string file) => CompareFamily(family, file, OpenFamily);

    [Theory]
    [MemberData(nameof(Cases))]
    public void FullCache_WithoutAStatedShape_GivesTheLogitsOfTheReference(string family, string file)
        => CompareFamily(family, file, static (_, model) => AnyHeads.Open(model));

    private static void CompareFamily(string family, string file, Func<string, LanguageModel, KvSession> open)
    {
        using JsonDocument vector = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(OpenVectors.Path("families", family), file)));
        JsonElement root = vector.RootElement, decode = root.GetProperty("decode");
        int[] prompt = Integers(root.GetProperty("prompt")), tokens = Integers(decode.GetProperty("tokens"));
        float[] rows = Floats(root.GetProperty("logits")), steps = Floats(decode.GetProperty("logits"));
        using LanguageModel model = LanguageModel.Load(OpenVectors.Path("families", family), new LanguageModelOptions { Threads = 2 });
        using KvSession session = open(family, model);
        int vocabulary = model.Shape.Vocabulary;
        foreach (int first in (int[])[prompt.Length, 1, 2, prompt.Length / 2, prompt.Length - 1])
        {
            session.Prefill(prompt.AsSpan(..first));
            if (first < prompt.Length)
            {
                session.Append(prompt.AsSpan(first..));
            }

            AssertNear(rows.AsSpan(rows.Length - vocabulary), session.Logits());
            for (int step = 0; step < tokens.Length; step++)
            {
                session.Step([tokens[step]]);
                AssertNear(steps.AsSpan(step * vocabulary, vocabulary), session.Logits());
            }
        }
    }

    [Fact]
    public void Decode_WhereEveryLayerHasAWindow_HoldsTheSameForEver()
    {
        using LanguageModel model = LanguageModel.Load(OpenVectors.Path("families", "mistral-window"), new LanguageModelOptions { Threads = 1 });
        using var session = FullCacheOfTinyLlama.Open(model);
        session.Prefill([.. Enumerable.Range(0, 40)]);
        CacheUsage before = session.Usage;
        Assert.Equal((3, 24.0), (before.WindowedLayers, before.TokensPerHead));
        Assert.Equal(before.BytesHeld, before.WindowBytes);
        for (int token = 0; token < 100; token++)
        {
            session.Step([token]);
        }

        session.Append([.. Enumerable.Range(0, 200).Select(static token => token % 160)]);
        Assert.Equal(before, session.Usage);
        Assert.Equal(Enumerable.Range(340 - 24, 24), session.Positions(1, 0));
    }

    [Fact]
    public void Usage_OfBothKindsOfLayers_CountsBoth()
    {
        using var session = WindowAverage.Open(_model);
        session.Prefill(_model.Prompt(300, 1));
        Assert.Equal(((2 * 64) + (2 * Window)) / 4.0, session.Usage.TokensPerHead);
        Assert.Equal(2, session.Usage.WindowedLayers);
        Assert.InRange(session.Usage.WindowBytes, 1, session.Usage.BytesHeld - 1);
        Assert.Equal(Enumerable.Range(300 - Window, Window), session.Positions(2, 1));
        Assert.Equal(64, session.Positions(3, 1).Length);
        session.Clear();
        Assert.Equal((0L, 0L), (session.Usage.BytesHeld, session.Usage.WindowBytes));
    }

    [Theory]
    [InlineData(15)]
    [InlineData(9)]
    [InlineData(2)]
    public void Rewind_OfAWindowThatHasLostTokens_IsRefusedForAllLayers(int length)
    {
        using KvSession session = Everything.Open(_model);
        session.Prefill(_model.Prompt(20, 1));
        (string Held, float[] Logits) before = StateOf(session);
        Assert.Contains("layer 0 has a window of 8", Assert.Throws<RewindException>(() => session.Rewind(length)).Message, StringComparison.Ordinal);
        Assert.Equal(before.Held, StateOf(session).Held);
        Assert.Equal(before.Logits, StateOf(session).Logits);
    }

    [Fact]
    public void Rewind_WithinTheWindow_EqualsAFreshSequence()
    {
        using KvSession session = Everything.Open(_model), fresh = Everything.Open(_model);
        int[] prompt = _model.Prompt(Window, 1), other = _model.Prompt(12, 2);
        session.Prefill(prompt);
        session.Rewind(5);
        session.Append(other);
        fresh.Prefill([.. prompt[..5], .. other]);
        for (int i = 0; i < fresh.Logits().Length; i++)
        {
            Assert.InRange(session.Logits()[i], fresh.Logits()[i] - 1e-4f, fresh.Logits()[i] + 1e-4f);
        }
    }

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Sequence_SavedForkedOrCancelled_GoesOnAsBefore(string name)
    {
        using KvSession alone = OpenOver(name), session = OpenOver(name, 2), other = OpenOver(name);
        int[] prompt = _model.Prompt(130, 1), chunk = _model.Prompt(30, 2);
        alone.Prefill(prompt);
        session.Prefill(0, prompt);
        using var source = new CancellationTokenSource();
        _model.Completing = (layer, rows) =>
        {
            if (layer == 2 && rows > 1)
            {
                source.Cancel();
            }
        };
        Assert.ThrowsAny<OperationCanceledException>(() => session.Append(0, chunk, source.Token));
        _model.Completing = null;
        session.Fork(0, 1);
        Step(session, 0, 9); // what the other one does is nobody else's
        using var file = new MemoryStream();
        session.Save(file, 1);
        file.Position = 0;
        other.Resume(file);
        foreach ((KvSession one, int sequence) in ((KvSession, int)[])[(alone, 0), (session, 1), (other, 0)])
        {
            one.Append(sequence, chunk);
            Step(one, sequence, 4);
        }

        Assert.Equal(StateOf(alone).Held, StateOf(session, 1).Held);
        Assert.Equal(StateOf(alone).Held, StateOf(other).Held);
        Assert.Equal(StateOf(alone).Logits, StateOf(session, 1).Logits);
        Assert.Equal(StateOf(alone).Logits, StateOf(other).Logits);
    }

    [Fact]
    public void Prefill_BeyondTheByteLimitOfWindows_LeavesNothingHeld()
    {
        using var session = Everything.Open(_model, new() { MaxCacheBytes = 1000 });
        Assert.Throws<CacheLimitException>(() => session.Prefill(_model.Prompt(4, 1)));
        Assert.Equal(0, session.Usage.BytesHeld);
    }

    [Fact]
    public void Profile_OfAllLayersOrOfThoseWithoutAWindow_MeansTheSame()
    {
        HeadProfile two = Profile([HeadClass.Pivot, HeadClass.Satellite], [HeadClass.Anchor, HeadClass.Anchor]);
        HeadProfile four = Profile(
            [HeadClass.Anchor, HeadClass.Anchor], [HeadClass.Pivot, HeadClass.Satellite], [HeadClass.Anchor, HeadClass.Anchor], [HeadClass.Anchor, HeadClass.Anchor]);
        using KvSession few = HeteroNextToken.Open(_model, new() { Profile = two }), all = HeteroNextToken.Open(_model, new() { Profile = four });
        foreach (KvSession session in (KvSession[])[few, all])
        {
            session.Prefill(_model.Prompt(130, 1));
            session.Append(_model.Prompt(20, 2));
        }

        Assert.Equal(StateOf(few), StateOf(all), static (one, other) => one.Held == other.Held && one.Logits.AsSpan().SequenceEqual(other.Logits));
        Assert.Throws<HeadProfileException>(() => HeteroNextToken.Open(_model, new() { Profile = Profile([HeadClass.Anchor, HeadClass.Anchor]) }));
    }

    /// <summary>The pipelines' profiles are of four layers without a window.</summary>
    private KvSession OpenOver(string name, int sequences = 1) => Open(name, _model, sequences);

    private static HeadProfile Profile(params HeadClass[][] classes) => new(
        classes, classes.Select(static row => row.Select(static one => one is HeadClass.Pivot or HeadClass.Volatile ? -1.0 : 1.0)),
        classes.Select(static row => row.Contains(HeadClass.Pivot) ? (PivotGroup[])[new PivotGroup(0, 1)] : []));

    private static KvSession OpenFamily(string family, LanguageModel model) => family switch
    {
        "gemma2-scalar" => FullCacheOfOne.Open(model),
        "gemma3-scalar" => FullCacheOfThree.Open(model),
        "ministral" => FullCacheOfFour.Open(model),
        _ => FullCacheOfTinyLlama.Open(model),
    };

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], Tolerance);
        }
    }

    private static int[] Integers(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetInt32())];

    private static float[] Floats(JsonElement tensor)
        => MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(tensor.GetProperty("f32").GetString()!)).ToArray();
}
