using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;

namespace KvCompose.IntegrationTests.Saved;

/// <summary>
/// A session with a tier, saved after any step and resumed by another, goes on to the bit: what is brought in, when, and what is evicted for it.
/// </summary>
public sealed class SavedTierTests : IDisposable
{
    private const int PromptTokens = 180;
    private const int Continued = 40;

    private static readonly HeadProfile Profile = new(
        [
            [HeadClass.Pivot, HeadClass.Anchor, HeadClass.Satellite, HeadClass.Satellite],
            [HeadClass.Satellite, HeadClass.Pivot, HeadClass.Satellite, HeadClass.Pivot],
            [HeadClass.Anchor, HeadClass.Volatile, HeadClass.Anchor, HeadClass.Anchor],
        ],
        [[-1, 0.7, 1.5, 0.8], [1.3, -1, 0.9, -1], [1, -1, 0.6, 1.2]],
        [[new PivotGroup(0, 2, 3)], [new PivotGroup(3, 0), new PivotGroup(1, 2)], []]);

    private readonly TestModel _stars = new(3, 8, 4, 32, 81, sharpness: 1.2);
    private readonly TestModel _pages = new(4, 4, 2, 32, 91, sharpness: 1.2);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kvcompose");

    public void Dispose()
    {
        _stars.Dispose();
        _pages.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    public void HostTier_BehindAnyStepOfAWindow_GoesOnToTheBit(int steps)
    {
        AssertGoesOn(_stars, steps, () => HeteroNextToken.Open(_stars, new() { Profile = Profile }));
        AssertGoesOn(_stars, steps, () => HeteroSameToken.Open(_stars, new() { Profile = Profile }));
        AssertGoesOn(_stars, steps, () => HeteroMaxima.Open(_stars, new() { Profile = Profile }));
    }

    [Fact]
    public void HostTier_WhoseTokensAreUnderWay_AsksForThemAgain()
    {
        // Every look is a window, and drifts ask at once: after a step tokens are on their way to the next one.
        int asked = 0;
        for (int steps = 1; steps < 12; steps++)
        {
            using KvSession session = HeteroMaxima.Open(_stars, new() { Profile = Profile }), resumed = HeteroMaxima.Open(_stars, new() { Profile = Profile });
            long before = Prepared(_stars, session, steps).TierUsage.TokensMoved;
            Resumed(session, resumed);
            session.Step([5]);
            resumed.Step([5]);
            long moved = session.TierUsage.TokensMoved - before;
            Assert.Equal(moved, resumed.TierUsage.TokensMoved);
            asked += moved > 0 ? 1 : 0;
        }

        Assert.True(asked > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(23)]
    public void FilterTier_GoesOnToTheBit(int steps)
    {
        using var six = new TestModel(6, 4, 2, 32, 202, sharpness: 1.2);
        AssertGoesOn(six, steps, () => OmniLast.Open(six));
        AssertGoesOn(_pages, steps, () => OmniUniform.Open(_pages));
        AssertGoesOn(_pages, steps, () => OmniExponential.Open(_pages));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(50)]
    public void PagedTier_GoesOnToTheBit(int steps)
    {
        AssertGoesOn(_pages, steps, () => IceReader.Open(_pages));
        AssertGoesOn(_pages, steps, () => HalfIceReader.Open(_pages));
        AssertGoesOn(_pages, steps, () => ByteIceReader.Open(_pages));
        AssertGoesOn(_pages, steps, () => QuestReader.Open(_pages));
        AssertGoesOn(_pages, steps, () => ArkValeReader.Open(_pages));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(50)]
    public void PagedTier_OfReuseGroupsAndCascades_GoesOnToTheBit(int steps)
    {
        AssertGoesOn(_pages, steps, () => ReusingReader.Open(_pages));
        AssertGoesOn(_pages, steps, () => PrefetchingReader.Open(_pages));
        AssertGoesOn(_pages, steps, () => PrefetchingByteReader.Open(_pages));
        AssertGoesOn(_pages, steps, () => CakeIceReader.Open(_pages));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(33)]
    public void TwoTiers_GoOnToTheBit(int steps)
    {
        AssertGoesOn(_stars, steps, () => HeteroIceReader.Open(_stars, new() { Profile = Profile }));
        AssertGoesOn(_stars, steps, () => IceHeteroReader.Open(_stars, new() { Profile = Profile }));
    }

    [Fact]
    public void PagesInAFile_GoOnToTheBitInAnotherFile()
    {
        using KvSession session = OnDisk(), resumed = OnDisk();
        session.Prefill(_pages.Prompt(1200, 1));
        Step(session, 30);
        Assert.True(session.TierUsage.DiskBytes > 0);
        Resumed(session, resumed);
        Assert.True(resumed.TierUsage.DiskBytes > 0);
        AssertSame(session, resumed);
    }

    [Fact]
    public void PageFileThatWasCutShort_IsNotSaved_NorASessionWhoseStepItBroke()
    {
        using KvSession session = OnDisk();
        session.Prefill(_pages.Prompt(1200, 1));
        using (FileStream file = Assert.Single(_folder.GetFiles()).Open(FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(4096);
        }

        string target = Path.Combine(_folder.FullName, "chat.kvcache");
        Assert.Contains("cut short", Assert.Throws<PageFileException>(() => session.Save(target)).Message, StringComparison.Ordinal);
        Assert.Throws<PageFileException>(() => session.Step([2]));
        Assert.Contains("an earlier step failed", Assert.Throws<InvalidOperationException>(() => session.Save(target)).Message, StringComparison.Ordinal);
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void Resume_IntoAnotherSequence_LeavesItsNeighbourAlone()
    {
        using KvSession both = ReusingReader.Open(_pages, new() { Sequences = 2 }), alone = ReusingReader.Open(_pages);
        Prepared(_pages, alone, 20);
        both.Prefill(0, _pages.Prompt(90, 7));
        var saved = new MemoryStream(Saved(alone));
        both.Resume(saved, sequence: 1);
        using KvSession neighbour = ReusingReader.Open(_pages);
        neighbour.Prefill(_pages.Prompt(90, 7));
        for (int step = 0; step < Continued; step++)
        {
            both.Step([step, step + 1]);
            neighbour.Step([step]);
            alone.Step([step + 1]);
            Assert.Equal(neighbour.Logits(), both.Logits(0));
            Assert.Equal(alone.Logits(), both.Logits(1));
        }
    }

    [Fact]
    public void PrefillFrom_APrefixWithPages_EqualsAppendingItsRest()
    {
        int[] manual = _pages.Prompt(PromptTokens, 1), question = _pages.Prompt(30, 2);
        using KvSession session = PagedManual.Open(_pages), later = PagedManual.Open(_pages);
        session.Prefill(manual);
        var saved = new MemoryStream(Saved(session));
        session.Append(question);
        later.PrefillFrom(saved, [.. manual, .. question]);
        AssertSame(session, later);
    }

    [Fact]
    public void Save_BehindALongerPrompt_WritesNothingOfIt()
    {
        AssertForgets(_stars, () => HeteroNextToken.Open(_stars, new() { Profile = Profile }));
        AssertForgets(_pages, () => OmniUniform.Open(_pages));
        AssertForgets(_pages, () => ByteIceReader.Open(_pages));
        AssertForgets(_pages, () => ReusingReader.Open(_pages));
    }

    [Fact]
    public void Resume_OfADamagedOrCutFile_IsRefusedAndLeavesTheSequenceEmpty()
    {
        var random = new Random(3);
        foreach (KvSession session in (KvSession[])[IceReader.Open(_pages), OmniUniform.Open(_pages), HeteroNextToken.Open(_stars, new() { Profile = Profile })])
        {
            using (session)
            {
                byte[] whole = Saved(Prepared(session.Shape.Layers == 3 ? _stars : _pages, session, 4));
                for (int trial = 0; trial < 60; trial++)
                {
                    byte[] damaged = [.. whole];
                    damaged[random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
                    Assert.ThrowsAny<IOException>(() => session.Resume(new MemoryStream(damaged)));
                    Assert.Throws<SavedCacheFormatException>(() => session.Resume(new MemoryStream(whole[..random.Next(whole.Length)])));
                }

                Assert.Equal((0, 0L, 0L), (session.Length(), session.Usage.BytesHeld, session.TierUsage.HostBytes));
            }
        }
    }

    [Fact]
    public void Resume_OfACutFile_NamesWhatItEndsIn()
    {
        using KvSession ice = IceReader.Open(_pages), hetero = HeteroNextToken.Open(_stars, new() { Profile = Profile }), omni = OmniUniform.Open(_pages);
        AssertNames(Prepared(_pages, ice, 0), "the host pages of layer 3, key-value head 1");
        AssertNames(Prepared(_stars, hetero, 0), "the pivot groups of layer 2");
        AssertNames(Prepared(_pages, omni, 0), "the host copies of layer 3");

        // The logits and the end are the last of a file: what stands before them is the tier's.
        static void AssertNames(KvSession session, string place)
        {
            byte[] whole = Saved(session);
            int behind = (2 * (12 + 32)) + (session.Shape.Vocabulary * sizeof(float));
            var error = Assert.Throws<SavedCacheFormatException>(() => session.Resume(new MemoryStream(whole[..(whole.Length - behind - 8)])));
            Assert.Contains($"it ends within {place}", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Resume_PastTheLimitOfTheHost_LeavesTheSequenceEmpty()
    {
        // A saved cache belongs to the limits it was saved under: the same limit, of which another sequence has taken more than half.
        var options = new IceReader.Options { Sequences = 2, Residency = new() { Tokens = 64, Window = 16, DenseLayers = 3, HostMebibytes = 1 } };
        using KvSession session = IceReader.Open(_pages, options);
        session.Prefill(0, _pages.Prompt(450, 1));
        byte[] saved = Saved(session);
        session.Clear(0);
        session.Prefill(1, _pages.Prompt(450, 2));
        Assert.Contains("layer 3, key-value head", Assert.Throws<HostTierFullException>(() => session.Resume(new MemoryStream(saved))).Message, StringComparison.Ordinal);
        Assert.Equal(0, session.Length(0));
        session.Step([-1, 3]);
        session.Clear(1);
        session.Resume(new MemoryStream(saved));
        Assert.Equal(450, session.Length(0));
    }

    [Fact]
    public void Save_WithATierOfAUsersOwn_SaysWhatIsMissing()
    {
        using KvSession session = NothingLost.Open(_pages);
        session.Prefill(_pages.Prompt(100, 1));
        var error = Assert.Throws<NotSupportedException>(() => session.Save(new MemoryStream()));
        Assert.Contains("'AllBackTier', which is no ISavedTier", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelled_InTheTier_LeavesNoFileAndNoSequence()
    {
        using KvSession session = IceReader.Open(_pages);
        Prepared(_pages, session, 3);
        using var cancelled = new CancellationTokenSource();
        string target = Path.Combine(_folder.FullName, "chat.kvcache");
        using var stream = new CancellingStream(Saved(session).Length / 2, cancelled);
        Assert.Throws<OperationCanceledException>(() => session.Save(stream, 0, cancelled.Token));
        Assert.Throws<OperationCanceledException>(() => session.Save(target, 0, cancelled.Token));
        Assert.Empty(_folder.GetFiles());
        Assert.Equal(PromptTokens + 3, session.Length());
    }

    private KvSession OnDisk() => IceReader.Open(_pages, new()
    {
        PageFolder = _folder.FullName,
        Residency = new() { Tokens = 64, Window = 16, DenseLayers = 0, HostMebibytes = 1, DiskMebibytes = 64 },
    });

    private static KvSession Prepared(TestModel model, KvSession session, int steps)
    {
        session.Prefill(model.Prompt(PromptTokens, 1));
        Step(session, steps);
        return session;
    }

    private static void AssertGoesOn(TestModel model, int steps, Func<KvSession> open)
    {
        using KvSession session = open(), resumed = open();
        Prepared(model, session, steps);
        resumed.Prefill(model.Prompt(60, 9));
        Resumed(session, resumed);
        AssertSame(session, resumed);
    }

    private static void AssertSame(KvSession session, KvSession resumed)
    {
        long before = session.TierUsage.TokensMoved, started = resumed.TierUsage.TokensMoved;
        for (int step = 0; step < Continued; step++)
        {
            Assert.Equal(session.Logits(), resumed.Logits());
            int next = session.GreedyToken();
            session.Step([next]);
            resumed.Step([next]);
            for (int place = 0; place < session.Shape.Layers * session.Shape.KeyValueHeads; place++)
            {
                int layer = place / session.Shape.KeyValueHeads, head = place % session.Shape.KeyValueHeads;
                Assert.Equal(session.Positions(layer, head), resumed.Positions(layer, head));
            }
        }

        Assert.Equal(session.Usage.BytesHeld, resumed.Usage.BytesHeld);
        Assert.Equal(session.TierUsage.TokensMoved - before, resumed.TierUsage.TokensMoved - started);
    }

    private static void Resumed(KvSession session, KvSession resumed) => resumed.Resume(new MemoryStream(Saved(session)));

    private static void AssertForgets(TestModel model, Func<KvSession> open)
    {
        using KvSession used = open(), fresh = open();
        Prepared(model, used, 40);
        foreach (KvSession session in (KvSession[])[used, fresh])
        {
            session.Prefill(model.Prompt(101, 2));
            Step(session, 3);
        }

        Assert.True(Saved(fresh).AsSpan().SequenceEqual(Saved(used)));
    }

    private static byte[] Saved(KvSession session)
    {
        using var stream = new MemoryStream();
        session.Save(stream);
        return stream.ToArray();
    }

    private static void Step(KvSession session, int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            session.Step([step]);
        }
    }

    /// <summary>Cancels when so many bytes were written.</summary>
    private sealed class CancellingStream(long after, CancellationTokenSource cancellation) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer);
            if (Length > after)
            {
                cancellation.Cancel();
            }
        }
    }
}
