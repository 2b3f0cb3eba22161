using KvCompose.IntegrationTests.Oracle;

namespace KvCompose.IntegrationTests.Saved;

/// <summary>A session that is saved and resumed goes on to the bit; what does not fit is refused by name, and what is damaged is found.</summary>
public sealed class SavedCacheTests : IDisposable
{
    private const int PromptTokens = 150;

    private readonly TestModel _model = Model();
    private readonly string _folder = Directory.CreateTempSubdirectory("kvcompose").FullName;

    private string File => Path.Combine(_folder, "chat.kvcache");

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Resume_OfAnEvictingPipeline_GoesOnToTheBit() => AssertGoesOn(model => EvictingPipeline.Open(model));

    [Fact]
    public void Resume_OfARaggedPipeline_GoesOnToTheBit() => AssertGoesOn(model => RaggedPipeline.Open(model));

    [Fact]
    public void Resume_IntoAnotherSequence_LeavesItsNeighbourAlone()
    {
        using var session = RaggedPipeline.Open(_model, new() { Sequences = 2 });
        session.Prefill(0, _model.Prompt(PromptTokens, 1));
        session.Prefill(1, _model.Prompt(90, 2));
        session.Save(File, sequence: 1);
        float[] first = session.Logits(0).ToArray(), second = session.Logits(1).ToArray();
        session.Clear(1);
        session.Resume(File, sequence: 1);
        Assert.Equal(second, session.Logits(1));
        Assert.Equal(first, session.Logits(0));
        Assert.Equal(90, session.Length(1));
    }

    [Fact]
    public void Save_OfAPrompt_ReplacesTheFileAsAWhole()
    {
        using var session = RaggedPipeline.Open(_model);
        session.Prefill(_model.Prompt(PromptTokens, 1));
        session.Save(File);
        byte[] before = System.IO.File.ReadAllBytes(File);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => session.Save(File, 0, cancelled.Token));
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Save_BehindALongerPrompt_WritesNothingOfIt()
    {
        AssertForgets(model => EvictingPipeline.Open(model));
        AssertForgets(model => RaggedPipeline.Open(model));
        AssertForgets(model => NibblePipeline.Open(model));
        AssertForgets(model => ThinPipeline.Open(model));
        AssertForgets(model => CollectingPipeline.Open(model));
    }

    private void AssertForgets(Func<TestModel, KvSession> open)
    {
        using KvSession used = open(_model), fresh = open(_model);
        used.Prefill(_model.Prompt(PromptTokens, 1));
        Step(used, 40);
        foreach (KvSession session in (KvSession[])[used, fresh])
        {
            session.Prefill(_model.Prompt(21, 2));
            Step(session, 3);
        }

        Assert.True(Saved(fresh).AsSpan().SequenceEqual(Saved(used)));
    }

    private static void Step(KvSession session, int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            session.Step([step]);
        }
    }

    [Fact]
    public void Resume_OfEveryDamagedByte_IsRefused()
    {
        using var session = RaggedPipeline.Open(_model);
        session.Prefill(_model.Prompt(20, 1));
        byte[] whole = Saved(session);
        var random = new Random(7);
        for (int trial = 0; trial < 200; trial++)
        {
            byte[] damaged = [.. whole];
            int at = trial < 40 ? trial * 4 : random.Next(whole.Length);
            damaged[at] ^= (byte)(1 << random.Next(8));
            Assert.ThrowsAny<IOException>(() => session.Resume(new MemoryStream(damaged)));
        }
    }

    [Fact]
    public void Resume_OfACutFile_NamesWhereItEndsAndLeavesTheSequenceEmpty()
    {
        using var session = RaggedPipeline.Open(_model);
        session.Prefill(_model.Prompt(PromptTokens, 1));
        byte[] whole = Saved(session);
        for (int length = 0; length < whole.Length; length += 997)
        {
            var error = Assert.Throws<SavedCacheFormatException>(() => session.Resume(new MemoryStream(whole[..length])));
            Assert.Contains("MemoryStream", error.Message, StringComparison.Ordinal);
        }

        var inPages = Assert.Throws<SavedCacheFormatException>(() => session.Resume(new MemoryStream(whole[..(whole.Length - 9000)])));
        Assert.Contains("layer 1, key-value head 1", inPages.Message, StringComparison.Ordinal);
        Assert.Equal(0, session.Length());
        Assert.Equal(0, session.Usage.BytesHeld);
    }

    [Theory]
    [InlineData("a model of hash")]
    [InlineData("a tokenizer of hash")]
    public void Resume_ByAnotherModel_IsRefusedAndLeavesTheSequence(string property)
    {
        using var saving = RaggedPipeline.Open(_model);
        saving.Prefill(_model.Prompt(PromptTokens, 1));
        saving.Save(File);
        using var other = new TestModel(2, 4, 2, 32, 20) { Identity = property == "a model of hash" ? new("others", "tokenizer") : new("weights", "others") };
        using var session = RaggedPipeline.Open(other);
        session.Prefill(other.Prompt(30, 1));
        var error = Assert.Throws<SavedCacheMismatchException>(() => session.Resume(File));
        Assert.Equal(property, error.Property);
        Assert.Equal(30, session.Length());
    }

    [Fact]
    public void Resume_ByAnotherPipelineOrOtherOptions_IsRefused()
    {
        using var saving = RaggedPipeline.Open(_model);
        saving.Prefill(_model.Prompt(PromptTokens, 1));
        saving.Save(File);
        using var other = EvictingPipeline.Open(_model);
        using var otherBudget = RaggedPipeline.Open(_model, new() { LayerBudget = new UniformBudget { Tokens = 50 } });
        Assert.Equal("the pipeline", Assert.Throws<SavedCacheMismatchException>(() => other.Resume(File)).Property);
        Assert.Contains("Tokens = 50", Assert.Throws<SavedCacheMismatchException>(() => otherBudget.Resume(File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_WithoutPromptOrIdentity_IsRefused()
    {
        using var session = RaggedPipeline.Open(_model);
        Assert.Throws<InvalidOperationException>(() => session.Save(File));
        session.FillRandom(50);
        Assert.Throws<InvalidOperationException>(() => session.Save(File));
        session.Step([1]);
        Assert.Throws<InvalidOperationException>(() => session.Save(File));
        using var nameless = new TestModel(2, 4, 2, 32, 20) { Identity = null };
        using var other = RaggedPipeline.Open(nameless);
        other.Prefill(nameless.Prompt(20, 1));
        Assert.Throws<InvalidOperationException>(() => other.Save(File));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Resume_PastTheLimit_LeavesTheSequenceEmpty()
    {
        using var saving = RaggedPipeline.Open(_model);
        saving.Prefill(_model.Prompt(PromptTokens, 1));
        saving.Save(File);
        using var session = RaggedPipeline.Open(_model, new() { MaxCacheBytes = saving.Usage.BytesHeld / 2 });
        Assert.Throws<CacheLimitException>(() => session.Resume(File));
        Assert.Equal((0, 0L), (session.Length(), session.Usage.BytesHeld));
    }

    [Fact]
    public void PrefillFrom_APrefix_EqualsAppendingItsRest()
    {
        int[] manual = _model.Prompt(PromptTokens, 1), question = _model.Prompt(12, 2);
        using var session = ManualPipeline.Open(_model, new() { Sequences = 2 });
        session.Prefill(0, manual);
        session.Save(File);
        session.Append(0, question);
        session.PrefillFrom(File, [.. manual, .. question], sequence: 1);
        Assert.Equal(session.Logits(0), session.Logits(1));
        Assert.Equal(session.Positions(1, 1, 0), session.Positions(1, 1, 1));
        Assert.Equal(PromptTokens + 12, session.Length(1));
    }

    [Fact]
    public void PrefillFrom_AnotherBeginningOrNothingMore_IsRefused()
    {
        using var session = ManualPipeline.Open(_model);
        int[] manual = _model.Prompt(PromptTokens, 1);
        session.Prefill(manual);
        session.Save(File);
        Assert.Throws<SavedCacheMismatchException>(() => session.PrefillFrom(File, manual));
        int[] other = [.. manual, 3];
        other[100] ^= 1;
        Assert.Contains("first 100", Assert.Throws<SavedCacheMismatchException>(() => session.PrefillFrom(File, other)).Message, StringComparison.Ordinal);
        Assert.Equal(PromptTokens, session.Length());
    }

    [Fact]
    public void PrefillFrom_ByAPipelineThatDoesNotShare_SaysHowToDeclareIt()
    {
        using var session = RaggedPipeline.Open(_model);
        session.Prefill(_model.Prompt(PromptTokens, 1));
        session.Save(File);
        var error = Assert.Throws<InvalidOperationException>(() => session.PrefillFrom(File, _model.Prompt(PromptTokens + 1, 1)));
        Assert.Contains("SharesPrefixes", error.Message, StringComparison.Ordinal);
    }

    private static TestModel Model() => new(2, 4, 2, 32, 20);

    private static byte[] Saved(KvSession session)
    {
        using var stream = new MemoryStream();
        session.Save(stream);
        return stream.ToArray();
    }

    private void AssertGoesOn(Func<TestModel, KvSession> open)
    {
        using KvSession session = open(_model);
        session.Prefill(_model.Prompt(PromptTokens, 1));
        for (int step = 0; step < 5; step++)
        {
            session.Step([step]);
        }

        session.Save(File);
        using TestModel model = Model();
        using KvSession resumed = open(model);
        resumed.Resume(File);
        for (int step = 0; step < 20; step++)
        {
            Assert.Equal(session.Logits(), resumed.Logits());
            Assert.Equal(session.Positions(1, 0), resumed.Positions(1, 0));
            int next = session.GreedyToken();
            session.Step([next]);
            resumed.Step([next]);
        }

        Assert.Equal(session.Usage.BytesHeld, resumed.Usage.BytesHeld);
    }
}
