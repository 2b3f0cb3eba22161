using KvCompose.IntegrationTests.Oracle;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests;

/// <summary>What holds for every storage that writes a page again when it is full: held equal to an oracle, resumed, decoded beside another sequence.</summary>
internal static class SealedStorage
{
    /// <summary>Decode steps of a check: more than a page of 16 tokens.</summary>
    public const int Steps = 24;

    /// <summary>Prompt and decode steps give the oracle's logits.</summary>
    public static void EqualsOracle(TestModel model, KvSession session, SealedPagesOracle oracle, int tokens, double tolerance)
    {
        int[] prompt = model.Prompt(tokens, tokens);
        PlainTransformer plain = model.Oracle();
        plain.Prefill(prompt, oracle, oracle);
        session.Prefill(prompt);
        for (int step = 0; step < Steps; step++)
        {
            double[] expected = plain.Decode(step, tokens + step, oracle);
            session.Step([step]);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.InRange(session.Logits()[i], expected[i] - tolerance, expected[i] + tolerance);
            }
        }
    }

    /// <summary>A session saved in the middle of a page goes on to the bit in another one, which held a shorter prompt.</summary>
    public static void GoesOnToTheBit(TestModel model, Func<KvSession> open)
    {
        using KvSession session = open();
        session.Prefill(model.Prompt(75, 1));
        var saved = new MemoryStream();
        session.Save(saved);
        float[][] expected = [.. Enumerable.Range(0, Steps).Select(step => Next(session, step))];
        using KvSession resumed = open();
        resumed.Prefill(model.Prompt(60, 2));
        saved.Position = 0;
        resumed.Resume(saved);
        Assert.Equal(expected, Enumerable.Range(0, Steps).Select(step => Next(resumed, step)));
    }

    /// <summary>A sequence beside another one gets the logits that it gets alone; a session is opened for a number of sequences.</summary>
    public static void IsAsAlone(TestModel model, Func<int, KvSession> open)
    {
        using KvSession both = open(2);
        using KvSession alone = open(1);
        both.Prefill(0, model.Prompt(40, 1));
        both.Prefill(1, model.Prompt(63, 2));
        alone.Prefill(model.Prompt(63, 2));
        for (int step = 0; step < Steps; step++)
        {
            both.Step([step, step + 1]);
            alone.Step([step + 1]);
            Assert.Equal(alone.Logits(), both.Logits(1));
        }
    }

    /// <summary>Decodes, and counts the pages of 16 tokens that the heads then have.</summary>
    public static long PagesAfterDecoding(TestModel model, KvSession session)
    {
        session.Prefill(model.Prompt(200, 1));
        for (int step = 0; step < Steps; step++)
        {
            session.Step([step]);
        }

        Assert.All(session.Logits().ToArray(), logit => Assert.True(float.IsFinite(logit)));
        return Enumerable.Range(0, session.Shape.Layers).Sum(layer =>
            Enumerable.Range(0, session.Shape.KeyValueHeads).Sum(head => (session.Positions(layer, head).Length + 15) / 16));
    }

    private static float[] Next(KvSession session, int token)
    {
        session.Step([token]);
        return session.Logits().ToArray();
    }
}
