using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;
using KvCompose.Reference.IceCache;

namespace KvCompose.IntegrationTests;

/// <summary>Layers that take over pages and choice of the layer before, and fetch their pages while it computes.</summary>
public sealed class ReuseGroupTests : IDisposable
{
    private const int Steps = 60;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(41)]
    [InlineData(500)]
    public void ReuseGroup_EveryLayerAttendsToTheTokensOfItsFirst(int tokens)
    {
        // Layer 0 is dense, 1 to 3 are a group, and 4 is what is left of the next.
        using var model = new TestModel(5, 4, 2, 32, 101);
        using var session = ReusingReader.Open(model);
        int[] prompt = model.Prompt(tokens, tokens);
        PlainTransformer oracle = model.Oracle();
        oracle.Prefill(prompt);
        session.Prefill(prompt);
        for (int step = 0; step < Steps; step++)
        {
            session.Step([step]);
            Close(oracle.Decode(step, tokens + step, null, DelegateRetrieval.Following(session)), session.Logits());
            for (int head = 0; head < 2; head++)
            {
                int[] first = [.. session.Positions(1, head).Order()];
                Assert.Equal(first, session.Positions(2, head).Order());
                Assert.Equal(first, session.Positions(3, head).Order());
                Assert.Equal(first.Length, first.Distinct().Count());
            }
        }

        // Two layers asked an index, four moved pages.
        Assert.Equal(2 * 2 * Steps, session.TierUsage.Retrievals);
    }

    [Fact]
    public void ReuseGroup_Quest_EqualsThePlainComposition()
    {
        const int tokens = 333, resident = 40, retrieved = 64, window = 16;
        using var model = new TestModel(4, 4, 2, 32, 102);
        using var session = ReusingQuestReader.Open(model);
        int[] prompt = model.Prompt(tokens, tokens);
        PlainTransformer oracle = model.Oracle();
        oracle.Prefill(prompt);
        session.Prefill(prompt);
        for (int step = 0; step < Steps; step++)
        {
            int stays = tokens + ((16 - (resident % 16)) % 16);
            int left = Math.Max(0, (tokens + step + 1 - stays - window) / 16);
            int[] away = [.. Enumerable.Range(8, tokens - resident), .. Enumerable.Range(stays, 16 * left)];
            var chosen = new Dictionary<int, int[]>();
            var retrieval = new DelegateRetrieval((layer, head, positions, keys, queries) =>
            {
                if (layer % 2 == 0)
                {
                    int[][] pages = [.. away.Chunk(16)];
                    int budget = retrieved;
                    chosen[head] = [.. Ranked(pages, keys, queries).TakeWhile(page => (budget -= pages[page].Length) >= 0).SelectMany(page => pages[page])];
                }

                return positions.Except(away).Concat(chosen[head]);
            });
            double[] expected = oracle.Decode(step, tokens + step, null, retrieval);
            session.Step([step]);
            Close(expected, session.Logits());
        }
    }

    [Fact]
    public void Prefetch_GivesTheSameTokensAndFetchesAhead()
    {
        using var model = new TestModel(5, 4, 2, 32, 103);
        using KvSession without = ReusingReader.Open(model), with = PrefetchingReader.Open(model);
        AssertSame(model, without, with);
        Assert.Equal(0, without.TierUsage.PagesPrefetched);

        // Of three layers that share a choice, the first looks for it, and the others know it beforehand.
        TierUsage usage = with.TierUsage;
        Assert.InRange(usage.PagesPrefetched, usage.PagesMoved / 3, usage.PagesMoved);
    }

    [Fact]
    public void Prefetch_PagesInAFileAndInFewerBits_FollowsTheSession()
    {
        using var model = new TestModel(5, 4, 2, 32, 104);
        using var session = PrefetchingByteReader.Open(model, new PrefetchingByteReader.Options
        {
            PageFolder = _folder.FullName,
            Residency = new() { Tokens = 64, DenseLayers = 1, HostMebibytes = 1, DiskMebibytes = 64 },
        });
        session.Prefill(model.Prompt(1200, 1));
        for (int step = 0; step < Steps; step++)
        {
            session.Step([step]);
            Assert.Equal(session.Positions(1, 1), session.Positions(2, 1));
        }

        Assert.True(session.TierUsage.DiskBytes > 0);
        Assert.True(session.TierUsage.PagesPrefetched > 0);
    }

    [Fact]
    public void Prefetch_HostHasNoRoomForTheBuffer_PagesComeWhenTheyAreNeeded()
    {
        // Pages of 57 · 16 tokens in 3 layers and 2 heads leave less of two mebibytes than the 114 pages that the first step brings into a layer.
        using var model = new TestModel(3, 4, 2, 32, 105);
        using KvSession ample = ReusingQuestReader.Open(model, Options(host: 0)), tight = ReusingQuestReader.Open(model, Options(host: 2));
        int[] prompt = model.Prompt(57 * 16 + 40, 1);
        ample.Prefill(prompt);
        tight.Prefill(prompt);
        ample.Step([1]);
        tight.Step([1]);
        Assert.True(ample.Logits().SequenceEqual(tight.Logits()));
        Assert.Equal(114, ample.TierUsage.PagesPrefetched);
        Assert.Equal(0, tight.TierUsage.PagesPrefetched);
    }

    [Fact]
    public void Prefetch_SequenceIsClearedOrTheSessionEnds_NothingIsLeft()
    {
        using var model = new TestModel(5, 4, 2, 32, 106);
        using (var session = PrefetchingReader.Open(model, new PrefetchingReader.Options { Sequences = 2 }))
        {
            for (int round = 0; round < 3; round++)
            {
                session.Prefill(0, model.Prompt(300, 1));
                session.Prefill(1, model.Prompt(200, 2));
                session.Step([1, 2]);
                session.Clear(0);
                session.Clear(1);
                Assert.Equal(0, session.Usage.BytesHeld);
            }

            session.Prefill(0, model.Prompt(300, 1));
            session.Prefill(1, model.Prompt(200, 2));
            session.Step([1, 2]);
        }
    }

    private static ReusingQuestReader.Options Options(int host) => new() { Residency = new() { Tokens = 1024, DenseLayers = 0, HostMebibytes = host } };

    private static IEnumerable<int> Ranked(int[][] pages, double[][] keys, double[] queries)
    {
        QuestDigest[] digests = [.. pages.Select(page => new QuestDigest([.. page.SelectMany(position => Narrow(keys[position]))], 32))];
        int[][] ranked = [.. queries.Chunk(32).Select(query => Ranking.Top([.. digests.Select(digest => digest.Score(Narrow(query)))], pages.Length))];
        return GroupMerge.Interleave(ranked, pages.Length);
    }

    private static void AssertSame(TestModel model, KvSession one, KvSession other)
    {
        int[] prompt = model.Prompt(400, 1);
        one.Prefill(prompt);
        other.Prefill(prompt);
        for (int step = 0; step < Steps; step++)
        {
            one.Step([step]);
            other.Step([step]);
            Assert.True(one.Logits().SequenceEqual(other.Logits()));
            Assert.Equal(one.Positions(3, 1), other.Positions(3, 1));
        }
    }

    private static float[] Narrow(double[] values) => [.. values.Select(value => (float)value)];

    // Single precision through five layers, against the size of the logits.
    private static void Close(double[] expected, ReadOnlySpan<float> actual)
    {
        double difference = 0, size = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            size += expected[i] * expected[i];
        }

        Assert.InRange(Math.Sqrt(difference / size), 0, 1e-4);
    }
}
