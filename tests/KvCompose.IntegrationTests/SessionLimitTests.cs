using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;

namespace KvCompose.IntegrationTests;

/// <summary>What a session does where a limit is reached: context, bytes, layers.</summary>
public class SessionLimitTests
{
    [Fact]
    public void Decode_AfterASecondPrefill_GoesOnToTheContextOfTheShortenedPrompt()
    {
        using var model = new TestModel(2, 4, 2, 32, 61);
        using var session = GemFilterPrompt.Open(model);
        int context = model.Shape.Context;
        int[] prompt = [.. Enumerable.Range(0, context).Select(position => position * 7 % model.Shape.Vocabulary)];
        session.Prefill(prompt);
        Assert.Equal(60, session.Length());
        for (int step = 0; step < 20; step++)
        {
            session.Step([step]);
        }

        Assert.Equal(80, session.Length());
        using var file = new MemoryStream();
        session.Save(file);
        file.Position = 0;
        using var resumed = GemFilterPrompt.Open(model);
        resumed.Resume(file);
        resumed.Step([3]);
        session.Step([3]);
        Assert.Equal(session.Logits(), resumed.Logits());
    }

    [Fact]
    public void Prefill_WithResidualTokensBeyondTheByteLimit_ThrowsAndHoldsNothing()
    {
        using var model = new TestModel(2, 4, 2, 32, 62);
        using var unlimited = EverythingInBytes.Open(model);
        unlimited.Prefill(model.Prompt(150, 1));
        long needed = unlimited.Usage.BytesHeld;
        long pages = 2L * 2 * ((150 + EverythingInBytes.Plan.PageTokens - 1) / EverythingInBytes.Plan.PageTokens) * EverythingInBytes.Plan.PageBytes;
        Assert.True(needed > pages, "residual tokens take no bytes outside of pages: the test shows nothing");

        using var exact = EverythingInBytes.Open(model, new() { MaxCacheBytes = needed });
        exact.Prefill(model.Prompt(150, 1));
        Assert.Equal(needed, exact.Usage.BytesHeld);

        using var tight = EverythingInBytes.Open(model, new() { MaxCacheBytes = needed - 1 });
        Assert.Throws<CacheLimitException>(() => tight.Prefill(model.Prompt(150, 1)));
        Assert.Equal(0, tight.Usage.BytesHeld);
        Assert.Equal(0, tight.Length());
    }

    [Fact]
    public void Usage_AfterDispose_Throws()
    {
        using var model = new TestModel(2, 4, 2, 32, 63);
        var empty = Everything.Open(model);
        empty.Dispose();
        Assert.Throws<ObjectDisposedException>(() => empty.Usage);
        var filled = Everything.Open(model);
        filled.Prefill(model.Prompt(20, 1));
        filled.Dispose();
        Assert.Throws<ObjectDisposedException>(() => filled.Usage);
    }

    [Fact]
    public void Logits_AfterFillRandom_AreNotThoseOfThePromptBefore()
    {
        using var model = new TestModel(2, 4, 2, 32, 64);
        using var session = Everything.Open(model);
        session.Prefill(model.Prompt(20, 1));
        session.FillRandom(50);
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => session.Logits());
        Assert.Contains("random tokens", thrown.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => session.GreedyToken());
        session.Step([1]);
        Assert.Equal(model.Shape.Vocabulary, session.Logits().Length);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Open_WithEveryLayerDense_IsRefused(int dense)
    {
        using var model = new TestModel(2, 4, 2, 32, 65);
        StageOptionException thrown = Assert.Throws<StageOptionException>(
            () => IceReader.Open(model, new IceReader.Options { Residency = new() { Tokens = 64, Window = 16, DenseLayers = dense } }));
        Assert.Contains("DenseLayers", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("2 layers", thrown.Message, StringComparison.Ordinal);
    }
}
