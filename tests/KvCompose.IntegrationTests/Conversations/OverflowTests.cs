using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.IntegrationTests.Saved;
using KvCompose.Models;
using KvCompose.Reference;
using KvCompose.Tests.Conformance;

namespace KvCompose.IntegrationTests.Conversations;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 4, Evict = true)]
internal sealed partial class RollingPipeline;

[KvPipeline(PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 4, Evict = true)]
internal sealed partial class RollingOfAnyHeads;

[KvPipeline(HeadDim = 32, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 40)]
[StreamingLlm(Sinks = 4, Evict = true)]
[Fp16Storage]
internal sealed partial class RollingHalves;

[KvPipeline(HeadDim = 16, GroupSize = 2, PageTokens = 16)]
[UniformBudget(Tokens = 24)]
[StreamingLlm(Sinks = 2, Evict = true)]
internal sealed partial class RollingOfTinyLlama;

/// <summary>Sequences that reach the model's context: refused, ended with a reason, or going on with positions in the cache.</summary>
public sealed class OverflowTests : IDisposable
{
    private const int Context = 64;
    private const int Sinks = 4;
    private const int Budget = 40;

    private readonly TestModel _model = new(3, 4, 2, 32, 61, sharpness: 1.2) { Context = Context };

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Refuse_IsTheDefaultAndChangesNothing()
    {
        using var session = RollingPipeline.Open(_model);
        session.Prefill(_model.Prompt(Context, 1));
        float[] before = session.Logits().ToArray();
        Assert.Throws<ContextExceededException>(() => session.Step([1]));
        Assert.Throws<ContextExceededException>(() => session.Append([1, 2]));
        Assert.Throws<ContextExceededException>(() => session.Decode(2).Count());
        Assert.Equal(Context, session.Length());
        Assert.Equal(before, session.Logits());
        Assert.Equal(DecodeEnd.None, session.End);
    }

    [Fact]
    public void Stop_EndsDecodingWithAReason()
    {
        using var session = Everything.Open(_model, new() { Overflow = ContextOverflow.Stop });
        session.Prefill(_model.Prompt(60, 1));
        int[] tokens = [.. session.Decode(20)];
        Assert.Equal(5, tokens.Length); // four more fit, and the one behind them is known
        Assert.Equal((DecodeEnd.ContextFull, Context), (session.End, session.Length()));
        Assert.Empty(session.Decode(3));
        Assert.Throws<ContextExceededException>(() => session.Append([1]));

        session.Prefill(_model.Prompt(60, 1));
        Assert.Equal(tokens[..2], session.Decode(2));
        Assert.Equal(DecodeEnd.MaxTokens, session.End);
        Assert.Empty(session.Decode(3, stopToken: tokens[2]));
        Assert.Equal(DecodeEnd.StopToken, session.End);
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(12, 32)]
    [InlineData(0, 24)]
    [InlineData(12, 24)]
    public void Slide_EqualsAPlainModelWhoseKeysAreRotatedBack(int window, int headDim)
    {
        using var model = new TestModel(3, 4, 2, headDim, 61, sharpness: 1.2, windows: window == 0 ? null : [window, 0, window]) { Context = Context };
        using KvSession session = headDim == 32
            ? RollingPipeline.Open(model, new() { Overflow = ContextOverflow.Slide })
            : RollingOfAnyHeads.Open(model, new() { Overflow = ContextOverflow.Slide });
        PlainTransformer plain = model.Oracle();
        int[] prompt = model.Prompt(50, 1);
        session.Prefill(prompt);
        plain.Prefill(prompt, new DelegateSelector((_, positions, _, _) => new PlainChoice(
            [.. Enumerable.Repeat<int[]>([.. Enumerable.Range(0, Sinks), .. Enumerable.Range(positions.Length - Budget + Sinks, Budget - Sinks)], 2)], null)));
        int length = 50;
        long held = 0;
        for (int step = 0; step < 4 * Context; step++)
        {
            if (length == Context)
            {
                int by = Context - Budget;
                plain.Shift(Sinks, by);
                length -= by;
            }

            double[] expected = plain.Decode(step * 7 % 1201, length++, new DelegateEviction(static (_, _, positions, _) =>
                [.. Enumerable.Range(0, Sinks), .. Enumerable.Range(positions.Length - Budget + Sinks, Budget - Sinks)]));
            session.Step([step * 7 % 1201]);
            OracleAssert.Close(expected, session.Logits(), 5e-4);
            Assert.Equal(length, session.Length());
            held = step == 20 ? session.Usage.BytesHeld : held;
            Assert.True(step < 20 || held == session.Usage.BytesHeld);
        }

        Assert.Equal(plain.CachedPositions(1, 0).Order(), session.Positions(1, 0).Order());
    }

    [Fact]
    public void Slide_OfSeveralSequences_EachByItself()
    {
        using KvSession both = RollingHalves.Open(_model, new() { Sequences = 2, Overflow = ContextOverflow.Slide });
        using KvSession alone = RollingHalves.Open(_model, new() { Overflow = ContextOverflow.Slide });
        both.Prefill(0, _model.Prompt(60, 1));
        both.Fork(0, 1);
        alone.Prefill(_model.Prompt(60, 1));
        ConversationSessions.Step(both, 1, 3);
        for (int step = 0; step < 100; step++)
        {
            both.Step([step, step + 1]);
            alone.Step([step]);
        }

        Assert.Equal(alone.Length(), both.Length(0));
        Assert.NotEqual(both.Length(0), both.Length(1));
        for (int i = 0; i < 1201; i++)
        {
            Assert.InRange(both.Logits(0)[i], alone.Logits()[i] - 1e-3f, alone.Logits()[i] + 1e-3f);
        }
    }

    [Fact]
    public void Slide_MakesRoomForAChunkAsFarAsItCan()
    {
        using KvSession session = RollingPipeline.Open(_model, new() { Overflow = ContextOverflow.Slide });
        session.Prefill(_model.Prompt(60, 1));
        session.Step([1]);
        session.Append(_model.Prompt(20, 2)); // 40 are held, and 24 more fit
        Assert.InRange(session.Length(), Budget, Context);
        Assert.Throws<ContextExceededException>(() => session.Append(_model.Prompt(25, 3)));
        session.Append(_model.Prompt(5, 3));
        using var file = new MemoryStream();
        session.Save(file);
        file.Position = 0;
        using KvSession other = RollingPipeline.Open(_model, new() { Overflow = ContextOverflow.Slide });
        other.Resume(file);
        for (int step = 0; step < 70; step++)
        {
            session.Step([step]);
            other.Step([step]);
        }

        Assert.Equal(session.Logits(), other.Logits());
    }

    [Fact]
    public void Slide_ByWhatCannot_IsRefusedAtOpeningWithTheReason()
    {
        Assert.Contains("keep what they are given", Refused(() => Everything.Open(_model, new() { Overflow = ContextOverflow.Slide })), StringComparison.Ordinal);
        Assert.Contains("keep what they are given", Refused(() => ManualPipeline.Open(_model, new() { Overflow = ContextOverflow.Slide })), StringComparison.Ordinal);
        Assert.Contains("attended to", Refused(() => CollectingPipeline.Open(_model, new() { Overflow = ContextOverflow.Slide })), StringComparison.Ordinal);
        Assert.Contains("keep what they are given", Refused(() => NibblePipeline.Open(_model, new() { Overflow = ContextOverflow.Slide })), StringComparison.Ordinal);
        Assert.Throws<StageOptionException>(() => Everything.Open(_model, new() { Overflow = (ContextOverflow)7 }));
        using var still = new TestModel(3, 4, 2, 32, 61) { Shifts = false };
        Assert.Contains("cannot rotate", Refused(() => RollingPipeline.Open(still, new() { Overflow = ContextOverflow.Slide })), StringComparison.Ordinal);

        static string Refused(Func<KvSession> open) => Assert.Throws<StageOptionException>(() => open().Dispose()).Message;
    }

    [Fact]
    public void Slide_OverACheckpoint_KeepsRelativePositions()
    {
        // With one layer's keys a function of tokens and positions alone, sliding early or late gives the same distances: here all layers have a window.
        string family = OpenVectors.Path("families", "mistral-window");
        using LanguageModel model = LanguageModel.Load(family, new LanguageModelOptions { Threads = 1, Context = 60 });
        using LanguageModel longer = LanguageModel.Load(family, new LanguageModelOptions { Threads = 1, Context = 300 });
        using KvSession session = FullCacheOfTinyLlama.Open(model, new() { Overflow = ContextOverflow.Slide });
        using KvSession expected = FullCacheOfTinyLlama.Open(longer);
        int[] prompt = [.. Enumerable.Range(0, 50)];
        session.Prefill(prompt);
        expected.Prefill(prompt);
        for (int step = 0; step < 200; step++)
        {
            int token = step * 7 % model.Shape.Vocabulary;
            session.Step([token]);
            expected.Step([token]);
            for (int i = 0; i < model.Shape.Vocabulary; i++)
            {
                Assert.Equal(expected.Logits()[i], session.Logits()[i], 1e-3f);
            }
        }

        Assert.InRange(session.Length(), 24, 60);
        Assert.Equal(250, expected.Length());
    }

    [Fact]
    public void Slide_OfAStreamingSelectionOverACheckpoint_GoesOn()
    {
        using LanguageModel model = LanguageModel.Load(OpenVectors.Path("families", "llama-plain"), new LanguageModelOptions { Threads = 1, Context = 40 });
        using KvSession session = RollingOfTinyLlama.Open(model, new() { Overflow = ContextOverflow.Slide });
        session.Prefill([.. Enumerable.Range(0, 30)]);
        long held = session.Usage.BytesHeld;
        Assert.Equal(300, session.Decode(300).Count());
        Assert.Equal(DecodeEnd.MaxTokens, session.End);
        Assert.InRange(session.Usage.BytesHeld, held, held * 2);
        Assert.Equal(24, session.Usage.TokensPerHead);
    }
}
