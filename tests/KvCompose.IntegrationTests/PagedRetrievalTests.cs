using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;
using KvCompose.Reference.IceCache;

namespace KvCompose.IntegrationTests;

/// <summary>Pages that decoding brings in from the host, emitted, against the plain transformer.</summary>
public class PagedRetrievalTests
{
    private const int Resident = 40;
    private const int Retrieved = 64;
    private const int Window = 16;
    private const int Steps = 60;

    [Theory]
    [InlineData(20)]
    [InlineData(41)]
    [InlineData(300)]
    public void Retrieval_BudgetHoldsEverything_EqualsTheFullCache(int tokens)
    {
        using var model = new TestModel(3, 4, 2, 32, 80);
        using KvSession ice = IceReader.Open(model, new IceReader.Options { Residency = new() { Tokens = 4096, DenseLayers = 1 } });
        using KvSession quest = QuestReader.Open(model, new QuestReader.Options { Residency = new() { Tokens = 4096 } });
        foreach (KvSession session in new[] { ice, quest })
        {
            int[] prompt = model.Prompt(tokens, tokens);
            PlainTransformer oracle = model.Oracle();
            oracle.Prefill(prompt);
            session.Prefill(prompt);
            for (int step = 0; step < Steps; step++)
            {
                double[] expected = oracle.Decode(step, tokens + step);
                session.Step([step]);
                Close(expected, session.Logits());
                Assert.Equal(Enumerable.Range(0, tokens + step + 1), session.Positions(2, 1).Order());
            }

            session.Clear();
            Assert.Equal(0, session.Usage.BytesHeld);
        }
    }

    [Fact]
    public void Retrieval_UnderABudget_AttendsToWhatIsResidentAndNothingTwice()
    {
        const int tokens = 500;
        using var model = new TestModel(3, 4, 2, 32, 81);
        using var session = IceReader.Open(model);
        int[] prompt = model.Prompt(tokens, tokens);
        PlainTransformer oracle = model.Oracle();
        oracle.Prefill(prompt);
        session.Prefill(prompt);
        for (int step = 0; step < Steps; step++)
        {
            session.Step([step]);
            Close(oracle.Decode(step, tokens + step, null, DelegateRetrieval.Following(session)), session.Logits());
            Assert.Equal(Enumerable.Range(0, tokens + step + 1), session.Positions(0, 1).Order());
            for (int head = 0; head < 2; head++)
            {
                int[] positions = session.Positions(2, head);
                Assert.Equal(positions.Length, positions.Distinct().Count());
                Assert.InRange(positions.Length, 1, Resident + Retrieved + (2 * 16) + Window);
                Assert.Equal(Enumerable.Range(0, 8), positions.Order().Take(8));
                int recent = Math.Min(step + 1, Window);
                Assert.Equal(Enumerable.Range(tokens + step + 1 - recent, recent), positions.Order().TakeLast(recent));
            }
        }

        TierUsage usage = session.TierUsage;
        Assert.Equal(2 * 2 * Steps, usage.Retrievals);
        Assert.InRange(usage.PagesMoved, 1, usage.PagesChosen);
        Assert.InRange(usage.Overlap, 0.05, 0.999);
        Assert.True(usage.HostBytes > 0);
    }

    [Fact]
    public void Retrieval_ByAttentionMass_HoldsMoreOfItThanTheLatestTokensWould()
    {
        const int tokens = 600;
        using var model = new TestModel(2, 4, 2, 32, 82);
        using var session = IceReader.Open(model, new IceReader.Options { Residency = new() { Tokens = Retrieved, DenseLayers = 0 } });
        int[] prompt = model.Prompt(tokens, tokens);
        PlainTransformer full = model.Oracle(), recent = model.Oracle();
        double[] unused = full.Prefill(prompt);
        recent.Prefill(prompt);
        session.Prefill(prompt);
        double ours = 0, theirs = 0;
        for (int step = 0; step < 10; step++)
        {
            double[] expected = full.Decode(step, tokens + step);
            double[] latest = recent.Decode(step, tokens + step, null, new DelegateRetrieval(
                (_, _, positions, _, _) => positions[..8].Concat(positions[^(Resident + Retrieved - 8)..])));
            session.Step([step]);
            ours += Distance(expected, [.. session.Logits().ToArray().Select(logit => (double)logit)]);
            theirs += Distance(expected, latest);
        }

        Assert.NotEmpty(unused);
        Assert.InRange(ours, 0, 0.5 * theirs);
    }

    [Theory]
    [InlineData(130)]
    [InlineData(333)]
    public void Quest_EqualsThePlainComposition(int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 83);
        using var session = QuestReader.Open(model);
        Follow(model, session, tokens, (pages, keys, queries) =>
        {
            QuestDigest[] digests = [.. pages.Select(page => new QuestDigest(Rows(keys, page), 32))];
            int[][] ranked = [.. queries.Chunk(32).Select(query => Ranking.Top([.. digests.Select(digest => digest.Score(Narrow(query)))], pages.Length))];
            return GroupMerge.Interleave(ranked, pages.Length);
        });
    }

    [Theory]
    [InlineData(130)]
    [InlineData(333)]
    public void ArkVale_EqualsThePlainComposition(int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 84);
        using var session = ArkValeReader.Open(model);
        Follow(model, session, tokens, (pages, keys, queries) =>
        {
            ArkValeDigest[] digests = [.. pages.Select(page => new ArkValeDigest(Rows(keys, page), 32))];
            return Ranking.Top([.. digests.Select(digest => queries.Chunk(32).Average(query => digest.Score(Narrow(query))))], pages.Length);
        });
    }

    [Fact]
    public void Retrieval_TwoSequences_EachRetrievesForItself()
    {
        using var model = new TestModel(2, 4, 2, 32, 85);
        using var together = IceReader.Open(model, new IceReader.Options { Sequences = 2 });
        using var alone = IceReader.Open(model);
        int[] first = model.Prompt(400, 1), second = model.Prompt(90, 2);
        together.Prefill(0, first);
        together.Prefill(1, second);
        for (int step = 0; step < 40; step++)
        {
            together.Step([step, step + 50]);
        }

        foreach ((int sequence, int[] prompt, int offset) in new[] { (0, first, 0), (1, second, 50) })
        {
            alone.Prefill(prompt);
            for (int step = 0; step < 40; step++)
            {
                alone.Step([step + offset]);
            }

            Assert.Equal(alone.Positions(1, 1), together.Positions(1, 1, sequence));
        }
    }

    [Fact]
    public void Retrieval_AnyNumberOfThreads_BringsInTheSamePages()
    {
        int[][] held = [.. new[] { 1, 3 }.Select(threads =>
        {
            using var model = new TestModel(2, 4, 2, 32, 86, threads);
            using var session = IceReader.Open(model);
            session.Prefill(model.Prompt(700, 1));
            for (int step = 0; step < 40; step++)
            {
                session.Step([step]);
            }

            return session.Positions(1, 1);
        })];
        Assert.Equal(held[0], held[1]);
    }

    [Fact]
    public void Retrieval_HostPagesOfHalves_AttendsToRoundedKeysAndValues()
    {
        // Resident pages have halves as well, so every token is rounded, once.
        using var model = new TestModel(2, 4, 2, 32, 87);
        using var session = HalfIceReader.Open(model);
        int[] prompt = model.Prompt(400, 1);
        PlainTransformer oracle = model.Oracle(new HostPageStorage(HostPageFormat.Fp16));
        oracle.Prefill(prompt);
        session.Prefill(prompt);
        for (int step = 0; step < 40; step++)
        {
            session.Step([step]);
            AssertNear(oracle.Decode(step, 400 + step, null, DelegateRetrieval.Following(session)), session);
        }
    }

    [Fact]
    public void Retrieval_HostPagesOfBytes_AttendsToRoundedKeysAndValuesOfThePagesThatCameBack()
    {
        const int tokens = 400;
        using var model = new TestModel(2, 4, 2, 32, 87);
        using var session = ByteIceReader.Open(model);
        int[] prompt = model.Prompt(tokens, 1);
        int[] away = [];
        var pages = new HostPageOracle(model.Plain.Heads, session, HostPageFormat.Int8, position => away.Contains(position));
        PlainTransformer oracle = model.Oracle();
        oracle.Prefill(prompt, null, pages);
        session.Prefill(prompt);
        for (int step = 0; step < 40; step++)
        {
            session.Step([step]);
            away = Away(tokens, step);
            AssertNear(oracle.Decode(step, tokens + step, pages), session);
        }
    }

    [Fact]
    public void Prefill_HostIsFull_FailsByNameAndLeavesTheSessionUsable()
    {
        using var model = new TestModel(4, 4, 2, 32, 88);
        using var session = IceReader.Open(model, new IceReader.Options { Residency = new() { Tokens = Retrieved, DenseLayers = 0, HostMebibytes = 1 } });
        var failure = Assert.Throws<HostTierFullException>(() => session.Prefill(model.Prompt(1200, 1)));
        Assert.Contains("1048576 bytes", failure.Message);
        Assert.StartsWith("layer ", failure.Message);
        Assert.Equal(0, session.Usage.BytesHeld);
        Assert.Equal(0, session.TierUsage.HostBytes);
        session.Prefill(model.Prompt(30, 1));
        session.Step([1]);
    }

    [Fact]
    public void Prefill_KeyIsNotANumber_NamesLayerHeadAndPosition()
    {
        using var model = new TestModel(2, 4, 2, 32, 89);
        int[] prompt = model.Prompt(200, 1);
        model.Weight("embed_tokens")[prompt[77] * model.Plain.Hidden] = double.NaN;
        using var session = IceReader.Open(model, new IceReader.Options { Residency = new() { Tokens = Retrieved, DenseLayers = 0 } });
        var failure = Assert.Throws<NonFiniteTokenException>(() => session.Prefill(prompt));
        Assert.Contains("layer 0, key-value head 0: the key at position 77 is NaN at element 0", failure.Message);
    }

    // The resident tokens, the decoded ones that have not left, and the pages of the others that fit the budget in the order of their rank.
    private static void Follow(TestModel model, KvSession session, int tokens, Func<int[][], double[][], double[], int[]> rank)
    {
        int[] prompt = model.Prompt(tokens, tokens);
        PlainTransformer oracle = model.Oracle();
        oracle.Prefill(prompt);
        session.Prefill(prompt);
        for (int step = 0; step < Steps; step++)
        {
            int[] away = Away(tokens, step);
            var retrieval = new DelegateRetrieval((_, _, positions, keys, queries) =>
            {
                int[][] pages = [.. away.Chunk(16)];
                int budget = Retrieved;
                return positions.Except(away).Concat(rank(pages, keys, queries).TakeWhile(page => (budget -= pages[page].Length) >= 0).SelectMany(page => pages[page]));
            });
            double[] expected = oracle.Decode(step, tokens + step, null, retrieval);
            session.Step([step]);
            Close(expected, session.Logits());
        }
    }

    // Tokens that are in the index: the prompt's last resident page takes decoded tokens too; those stay. Of the others, whole pages leave that the window does
    // not need.
    private static int[] Away(int tokens, int step)
    {
        int stays = tokens + ((16 - (Resident % 16)) % 16), decoded = tokens + step + 1;
        int left = Math.Max(0, (decoded - stays - Window) / 16);
        return [.. Enumerable.Range(8, tokens - Resident), .. Enumerable.Range(stays, 16 * left)];
    }

    // A key of single precision that lies beside the middle of two codes may get the other one: a step of one element of one token, out of a hundred tokens.
    private static void AssertNear(double[] expected, KvSession session)
    {
        double[] actual = [.. session.Logits().ToArray().Select(logit => (double)logit)];
        Assert.InRange(Distance(expected, actual) / Distance(expected, new double[expected.Length]), 0, 1e-3);
    }

    private static float[] Rows(double[][] keys, int[] positions) => [.. positions.SelectMany(position => Narrow(keys[position]))];

    private static float[] Narrow(double[] values) => [.. values.Select(value => (float)value)];

    private static double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());

    private static void Close(double[] expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.InRange(actual[i], expected[i] - 1e-4, expected[i] + 1e-4);
        }
    }
}
